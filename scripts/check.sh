#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: check.sh [debug|kcsan|uml]
#
# Every test, cheapest first; or the network tests alone, on a kernel with a
# checker inside. All test points go to one file, build/results/all.tap (debug.tap and
# so on), and its tally is the last line. A part that fails does not keep the others
# from being run, and cannot fail without being counted.

set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit
exec < /dev/null

mkdir -p build/results
export TAP=$PWD/build/results/${1:-all}.tap
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

# aside NAME COMMAND...: a part that runs beside another; what it has to say and its
# points are in files of its own
aside()
{
	local TAP=$PWD/build/results/$1.tap

	: > "$TAP"
	part "$@" > "build/results/$1.out" 2>&1
}

# gather NAME PID: wait for such a part, and take what it has left
gather()
{
	wait "$2"
	cat "build/results/$1.out"
	cat "build/results/$1.tap" >> "$TAP"
}

# build KERNEL...: the modules, the tool, what the tests use
build()
{
	local kernel

	for kernel; do
		point "module for $kernel" make -s "module-$kernel"
	done
	point "porchctl" make -s tool
	point "test programs" make -s tests
}

# vm_tests KERNEL SECONDS [HALF]: all that wants a kernel with the module, each within
# that time; or every other one of them, HALF 0 or 1. Only debug kernels fail on demand,
# one of them has KUnit, and only for 6.12 is there a module that tells what it writes.
vm_tests()
{
	local test tests=()

	for test in selftests/kunit/kunit.sh build/selftests/uapi/* selftests/net/*.sh \
		    selftests/lines/lines.py; do
		case $1:$test in
		*/demo.sh|*/topology.sh) continue ;;
		debug:*/faults|uml:*/faults|uml:*/kunit.sh|6.12:*/lines.py) ;;
		*/faults|*/kunit.sh|*/lines.py) continue ;;
		esac
		[ ! -f "$test" ] || [ ! -x "$test" ] || tests+=("$test")
	done
	[ $# -lt 3 ] || for test in "${!tests[@]}"; do
		[ $((test % 2)) = "$3" ] || unset "tests[$test]"
	done
	selftests/vm/suite.sh -k "$1" -t "$2" -r "build/results/$1${3+.$3}" "${tests[@]}"
}

# checkers KERNEL...: does anybody see when something is wrong?
checkers()
{
	local kernel status=0

	for kernel; do
		points "checkers, $kernel" selftests/vm/checkers.sh "$kernel" || status=1
	done
	return "$status"
}

case ${1-} in
"")
	part "lint"		scripts/lint.sh
	part "netlink spec"	point "generated code is fresh" \
				scripts/netlink-gen.sh --check
	part "core"		points core make -s -C selftests/core check
	part "core, threads"	points "core, threads" \
				make -s -C selftests/core check-threads
	part "core, one test"	point "a core test alone" \
				make -s core-check ARGS="--test csum"
	part "build"		build 6.12 6.12-lines 6.1
	aside "bench"		points bench make -s bench-quick &
	bench=$!
	part "porchctl"		points porchctl make -s -C userctl check
	part "made-up tables"	points "made-up tables" \
				make -s -C selftests/bench/native check
	part "fuzz"		points fuzz make -s fuzz SECONDS=20
	part "vm"		points vm selftests/vm/selftest.sh
	part "checkers"		checkers 6.12 6.1
	gather "bench" "$bench"
	# Two VMs at a time: each is busy on one CPU only, most of the time.
	aside "6.1"		vm_tests 6.1 300 &
	part "6.12"		vm_tests 6.12 300
	gather "6.1" "$!" ;;
debug|kcsan)
	part "build"		build "$1"
	part "checkers"		checkers "$1"
	part "$1"		vm_tests "$1" 3600 ;;
uml)
	part "build"		build "$1"
	part "checkers"		checkers "$1"
	# Two at a time: each has one CPU, and waits a lot.
	aside "uml.1"		vm_tests uml 600 1 &
	part "uml.0"		vm_tests uml 600 0
	gather "uml.1" "$!" ;;
*)
	echo "usage: check.sh [debug|kcsan|uml]" >&2
	exit 2 ;;
esac

echo
echo "Took $((SECONDS / 60)) min $((SECONDS % 60)) s."
failures "$TAP"
tally "$TAP"
