#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every test, cheapest first. All test points go to one file, and its tally is
# the last line. A part that fails does not keep the others from being run, and
# cannot fail without being counted.

set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit
exec < /dev/null

mkdir -p build/results
export TAP=$PWD/build/results/all.tap
: > "$TAP"
. scripts/tap.sh

# part NAME COMMAND...: COMMAND adds points to $TAP
part()
{
	local name=$1 lines failed status=0 begin=$SECONDS
	shift

	echo "$name:"
	lines=$(wc -l < "$TAP")
	"$@" || status=$?
	failed=$(tail -n +$((lines + 1)) "$TAP" | grep -c '^not ok')
	if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
		echo "not ok - $name: exit status $status" | tee -a "$TAP"
	elif [ "$(wc -l < "$TAP")" = "$lines" ]; then
		echo "not ok - $name: no test was run" | tee -a "$TAP"
	fi
	echo "  $((SECONDS - begin)) s"
}

build()
{
	local kernel

	for kernel in 6.12 6.1; do
		point "module for $kernel" make -s "module-$kernel"
	done
	point "porchctl" make -s tool
	point "test programs" make -s tests
}

# All that wants a kernel with the module
vm_tests()
{
	local test tests=()

	for test in build/selftests/uapi/* selftests/net/*.sh; do
		case $test in
		*/demo.sh|*/topology.sh) continue ;;
		esac
		[ ! -f "$test" ] || [ ! -x "$test" ] || tests+=("$test")
	done
	selftests/vm/suite.sh -k "$1" -t 300 "${tests[@]}"
}

part "lint"		scripts/lint.sh
part "netlink spec"	point "generated code is fresh" scripts/netlink-gen.sh --check
part "core"		points core make -s -C selftests/core check
part "core, threads"	points "core, threads" make -s -C selftests/core check-threads
part "build"		build
part "porchctl"		points porchctl make -s -C userctl check
part "vm"		points vm selftests/vm/selftest.sh
part "6.12"		vm_tests 6.12
part "6.1"		vm_tests 6.1

echo
echo "Took $((SECONDS / 60)) min $((SECONDS % 60)) s."
grep '^not ok' "$TAP"
tally "$TAP"
