#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: module.sh KDIR OUT [MAKE-ARGUMENT]...
#
# Build the module against the kernel headers in KDIR, and that of the tests of
# kmod/core/ if the kernel has KUnit. Kbuild writes beside the
# sources, so OUT gets links to them, and every kernel its own OUT. A warning
# fails the build, and takes the objects along, so that it is not forgotten by
# the next one.

set -euo pipefail
unset MAKEFLAGS		# the caller's job server and KDIR= are not for kbuild
top=$(readlink -f "$(dirname "$0")/..")
kdir=$(readlink -f "$1")
out=$(readlink -m "$2")
shift 2

mkdir -p "${out%/*}"
exec 9> "$out.lock"
flock 9

# Objects are of no use to another kernel, and make would not notice.
if [ "$(readlink "$out/headers" || true)" != "$kdir" ]; then
	rm -rf "$out"
	mkdir -p "$out"
	ln -s "$kdir" "$out/headers"
	# Of a kernel in the cache, this is what the VM boots.
	kernel=${kdir%/debian/usr/src/*}
	kernel=${kernel%/headers}
	[ ! -e "$kernel/initramfs" ] || ln -s "$kernel" "$out/kernel"
fi

find "$out" -type l -path "$out/*/*" -delete
(cd "$top" && find kmod uapi -type f \
	\( -name '*.[chS]' -o -name Kbuild -o -name Kconfig \)) |
while read -r file; do
	mkdir -p "$out/${file%/*}"
	ln -s "$top/$file" "$out/$file"
done

has()
{
	grep -q "^CONFIG_$1=" "$kdir/include/config/auto.conf"
}

modules=("$out/kmod")
if has KUNIT; then
	# kmod/core/ once more: with the tests' idea of memory
	modules+=("$out/kunit")
	mkdir -p "$out/kunit"
	ln -s -t "$out/kunit" "$top"/kmod/core/*.[ch] "$top"/selftests/core/test*.[ch] \
		"$top"/selftests/kunit/{Kbuild,*.[ch]}
fi
! has UML || set -- ARCH=um "$@"

: > "$out/log"
for dir in "${modules[@]}"; do
	make -s -C "$kdir" M="$dir" -j"$(nproc)" W=1 "$@" modules \
		>> "$out/log" 2>&1 && continue
	cat "$out/log"
	exit 1
done

# That the machine's gcc is not to the letter the one that built the kernel is
# no fault of ours.
if grep -E '(warning|WARNING|error): ' "$out/log" |
   grep -v 'the compiler differs'; then
	find "${modules[@]}" -type f -delete
	echo "module.sh: warnings; see $out/log" >&2
	exit 1
fi
# So many places of it tell that they were come by.
rm -f "$out/places"
if [[ " $* " == *" PORCH_COVERAGE=1 "* ]]; then
	objdump -dr "$out/kmod/porch.ko" | grep -c 'PLT32.*__sanitizer_cov_trace_pc' \
		> "$out/places"
fi
echo "built $out/kmod/porch.ko"
