#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the algorithms of kmod/core/ do in a kernel what they do in user space:
# the same tests (../core/), run by KUnit when their module is loaded. Its account of
# them becomes TAP: the points of single tests, and what they said. With all
# of the kernel watched a round takes much longer than there, so there are fewer.

set -uo pipefail

module=$(dirname "${PORCH_MODULE-}")/../kunit/porch_kunit.ko
if [ ! -e "$module" ]; then
	echo "1..0 # SKIP no module of tests, which wants a kernel with KUnit"
	exit 4
fi
insmod "$module" seed="${PORCH_SEED-0}" rounds="${PORCH_ROUNDS-20}" \
	broken="${PORCH_BROKEN-0}" || exit 1
results=$(cat /sys/kernel/debug/kunit/porch-core/results)
rmmod porch_kunit || exit 1

# Points of the suite and of its one case are further to the left.
awk '
sub(/^        (ok|not ok) [0-9]+ /, "&- ")	{ sub(/^ +/, ""); print; points++; next }
/^(ok|not ok) 1 porch-core/			{ passed = /^ok/ }
						{ sub(/^ +/, ""); sub(/^#? */, "# "); print }
END {
	print "1.." points + 0
	exit !passed
}' <<< "$results"
