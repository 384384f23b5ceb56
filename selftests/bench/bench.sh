#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: bench.sh FAMILY...
#
# Measure, print tables, write them to Documentation/bench/, and draw. With a selection,
# BENCH='drop.* fwd.1m.*', nothing is written there. JSON=FILE gets the figures, one
# object a line. See Documentation/bench.rst.
#
# A family of rows is a folder here, with a program
#
#	run.sh JSON [GLOB]...
#
# that measures the rows whose ids match, and writes them to the file JSON.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
read -ra globs <<< "${BENCH-}"
[ "${#globs[@]}" != 0 ] || selftests/vm/setup.sh selftests/bench/packages

mkdir -p build/bench
: > build/bench/all.json
for family; do
	run=selftests/bench/$family/run.sh
	result=build/bench/$family.json
	"$run" "$result" "${globs[@]}"
	[ -s "$result" ] || continue
	cat "$result" >> build/bench/all.json
	selftests/bench/table.py "$family" "$result" > "build/bench/$family.md"
	cat "build/bench/$family.md"
	if [ "${#globs[@]}" = 0 ]; then
		mkdir -p Documentation/bench
		cp "$result" "build/bench/$family.md" Documentation/bench
		selftests/bench/plot.py "$family" "$result" > "Documentation/bench/$family.svg"
	fi
done
if ! [ -s build/bench/all.json ]; then
	echo "bench.sh: no row is called ${BENCH-}" >&2
	exit 1
fi
[ -z "${JSON-}" ] || cp build/bench/all.json "$JSON"
