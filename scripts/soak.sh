#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: soak.sh [KERNEL]
#
# The tests that have a size, in their long sizes: 1,000 loads of the module and of
# configurations, an hour of devices, namespaces and the module going in random
# orders, many times as many random packets as "make check" has, and an hour each of
# libFuzzer, random frames and random messages (PORCH_FUZZ seconds). It takes hours. What
# is set already, such as PORCH_SEED, stays.
#
# The hour of frames and messages is 12 rounds. Each begins with the inputs in
# build/fuzz/corpus, where those go that led further into the code than all before, if
# the module tells (make COVERAGE=1 soak). What round N began with stays in
# build/results/fuzz/N.inputs, so that its seed repeats it.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/tap.sh

kernel=${1:-6.12}
export PORCH_CYCLES=${PORCH_CYCLES:-1000} PORCH_LOADS=${PORCH_LOADS:-1000}
export PORCH_SECONDS=${PORCH_SECONDS:-3600} PORCH_FRAMES=${PORCH_FRAMES:-200000}

make -s "module-$kernel" tool tests
mkdir -p build/results
export TAP=$PWD/build/results/soak.tap
: > "$TAP"
selftests/vm/suite.sh -k "$kernel" -t 14400 -r build/results/soak \
	selftests/net/{reload,mixture,unload,differential,policy-diff}.sh || true
seconds=${PORCH_FUZZ:-3600}
points fuzz make -s fuzz SECONDS="$seconds" || true
export PORCH_FUZZ=$((seconds / 12))
rm -rf build/results/fuzz
mkdir -p build/fuzz/corpus/{packet,netlink}
for ((round = 0; round < 12; round++)); do
	results=$PWD/build/results/fuzz/$round
	export PORCH_INPUTS=$results.inputs
	mkdir -p "$PORCH_INPUTS"
	cp -r build/fuzz/corpus/{packet,netlink} "$PORCH_INPUTS"
	selftests/vm/suite.sh -k "$kernel" -t $((PORCH_FUZZ + 1200)) -r "$results" \
		selftests/net/fuzz-packets.sh build/selftests/uapi/fuzz || break
	cp -r "$results/corpus" build/fuzz/
done
failures "$TAP"
tally "$TAP"
