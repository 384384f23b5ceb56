#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh -l | [PEER=GLOB] run.sh JSON [GLOB]...
#
# The algorithms against those of DPDK: measure the rows whose ids match, print
# them, and write them to the file JSON, if that is not "". With -l, list all ids.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

if [ "$1" = -l ]; then
	printf '%s\n' lpm{4,6}.{build,update,{uniform,random,zipf1{0,2}}{,.2t}} \
		flow.lookup.{uniform,zipf1{0,2}}{,.2t}
	exit
fi
json=$1
shift
[ -z "$json" ] || : > "$json"

"$here/../../vm/setup.sh" "$here/packages"
make -s -C "$here"
"$here/../../../build/bench/native/native" --peer "${PEER:-*}" \
	${json:+--json "$json"} -- "$@" >&2
