#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: build.sh KDIR
#
# Build a module that tells which memory it reads and writes, build/6.12-lines/kmod/porch.ko,
# and the one that it tells, build/lines/porch_lines.ko; and what packets come from.

set -euo pipefail
unset MAKEFLAGS
here=$(dirname "$(readlink -f "$0")")
build=$(readlink -f "$here/../..")/build
kdir=$(readlink -f "$1")

# Kbuild writes beside the sources.
mkdir -p "$build/lines"
ln -sf "$here"/observer/* "$build/lines"
make -s -C "$kdir" M="$build/lines" W=1 KCFLAGS=-Werror modules
make -s -C "$here/../bench/instructions" KDIR="$kdir" "$build/bench/gen/porch_gen.ko"

# Functions of the kernel that read and write for the module: see lines.c
wrapped=(_raw_spin_lock _raw_spin_lock_bh _raw_read_lock_bh memcmp
	__siphash_unaligned siphash_1u32 siphash_2u64)
"$here/../../scripts/module.sh" "$kdir" "$build/6.12-lines" \
	KBUILD_EXTRA_SYMBOLS="$build/lines/Module.symvers" \
	KCFLAGS="-fsanitize=thread --param tsan-instrument-func-entry-exit=0 -Wno-tsan
		-include $here/noted.h" \
	LDFLAGS_porch.o="${wrapped[*]/#/--wrap=}"

# A lock or a hash that is not among them would not be seen.
if nm -u "$build/6.12-lines/kmod/porch.ko" | grep -E ' (_raw_.*lock|_*siphash)' |
		grep -v unlock; then
	echo "build.sh: no note is made of these locks and hashes" >&2
	exit 1
fi
