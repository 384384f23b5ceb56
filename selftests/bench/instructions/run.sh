#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh -l | [-p] JSON [GLOB]...
#
# Boot a VM that counts instructions, and measure there the rows whose ids match:
# see rows.py. With -p, Porch alone; with -l, list all ids. Wants the module for 6.12,
# and the tool.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../../..")

[ "$1" != -l ] || exec "$here/rows.py" -l
options=()
if [ "${1-}" = -p ]; then
	options+=("$1")
	shift
fi
json=$1
shift

make -s -C "$here" KDIR="$(readlink -f "$top/build/6.12/headers")" >&2

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
"$top/selftests/vm/run.sh" -k 6.12 --icount --mem 4G -t 1800 -s "$results" -- \
	"$here/rows.py" "${options[@]}" -o "$results/json" "$top/build" "$@" >&2
cp "$results/json" "$json"
