#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: graft.sh KERNEL_TREE
#
# Copy Porch into a tree of kernel sources, as net/porch, so that CONFIG_PORCH=y
# builds it in, and =m as a module. May be run again, for a newer version.

set -euo pipefail
[ $# = 1 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
top=$(readlink -f "$(dirname "$0")/..")
cd "$1"

for file in net/Kconfig net/Makefile include/uapi/linux; do
	[ -e "$file" ] || { echo "graft.sh: $1 has no $file" >&2; exit 1; }
done

rm -rf net/porch
mkdir net/porch
(cd "$top/kmod" && find . -type f \( -name '*.[ch]' -o -name Kbuild \) -print0 |
	cpio -0pdm --quiet "$OLDPWD/net/porch")
cp -p "$top/Kconfig" net/porch/
cp -p "$top"/uapi/linux/*.h include/uapi/linux/

# Within "if NET", at its end
grep -qF 'source "net/porch/Kconfig"' net/Kconfig ||
	sed -i '$!b; s|.*|source "net/porch/Kconfig"\n\n&|' net/Kconfig
# shellcheck disable=SC2016 # for make
grep -qF 'porch/' net/Makefile ||
	sed -i '$a obj-$(CONFIG_PORCH)\t\t+= porch/' net/Makefile
