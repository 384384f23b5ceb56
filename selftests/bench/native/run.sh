#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: [PEER=GLOB] run.sh JSON [GLOB]...
#
# The algorithms against those of DPDK: measure the rows whose ids match, print
# them, and write them to the file JSON, if that is not "". Where nothing matches,
# DPDK is not even installed.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
json=$1
shift
[ -z "$json" ] || : > "$json"

ids=(lpm{4,6}.{build,update,{uniform,random,zipf1{0,2}}{,.2t}}
	flow.lookup.{uniform,zipf1{0,2}}{,.2t})
any=false
for id in "${ids[@]}"; do
	for glob in "${@:-*}"; do
		# shellcheck disable=SC2053 # it is a glob
		[[ $id != $glob ]] || any=true
	done
done
$any || exit 0

"$here/../../vm/setup.sh" "$here/packages"
make -s -C "$here"
"$here/../../../build/bench/native/native" --peer "${PEER:-*}" \
	${json:+--json "$json"} -- "$@" >&2
