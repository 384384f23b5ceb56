#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: soak.sh [KERNEL]
#
# The tests that have a size, in their long sizes: 1,000 loads of the module and of
# configurations, an hour of devices, namespaces and the module going in random
# orders, and many times as many random packets and messages as "make check" has.
# It takes hours. What is set already, such as PORCH_SEED, stays.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/tap.sh

kernel=${1:-6.12}
export PORCH_CYCLES=${PORCH_CYCLES:-1000} PORCH_LOADS=${PORCH_LOADS:-1000}
export PORCH_SECONDS=${PORCH_SECONDS:-3600} PORCH_FRAMES=${PORCH_FRAMES:-200000}
export PORCH_ROUNDS=${PORCH_ROUNDS:-3000000}

make -s "module-$kernel" tool tests
mkdir -p build/results
export TAP=$PWD/build/results/soak.tap
: > "$TAP"
selftests/vm/suite.sh -k "$kernel" -t 14400 -r build/results/soak \
	selftests/net/{reload,mixture,unload,differential,policy-diff}.sh \
	build/selftests/uapi/fuzz || true
failures "$TAP"
tally "$TAP"
