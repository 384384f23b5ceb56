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
# that measures the rows whose ids match, at least one, and writes them to the file
# JSON; run.sh -l lists all ids.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
read -ra globs <<< "${BENCH-}"
[ "${#globs[@]}" != 0 ] || selftests/vm/setup.sh selftests/bench/packages

# has GLOB ID...: is one of them meant?
has()
{
	local id

	for id in "${@:2}"; do
		# shellcheck disable=SC2053 # it is a glob
		[[ $id != $1 ]] || return 0
	done
	return 1
}

declare -A ids
for family; do
	ids[$family]=$(selftests/bench/"$family"/run.sh -l)
done
for glob in "${globs[@]}"; do
	# shellcheck disable=SC2086,SC2048 # a word each
	if ! has "$glob" ${ids[*]}; then
		echo "bench.sh: no row is called $glob" >&2
		exit 1
	fi
done
[ -z "${JSON-}" ] || : > "$JSON"

mkdir -p build/bench
: > build/bench/all.json
for family; do
	chosen=()
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2086 # a word each
		! has "$glob" ${ids[$family]} || chosen+=("$glob")
	done
	[ "${#globs[@]}" = 0 ] || [ "${#chosen[@]}" != 0 ] || continue

	result=build/bench/$family.json
	selftests/bench/"$family"/run.sh "$result" "${chosen[@]}"
	cat "$result" >> build/bench/all.json
	selftests/bench/table.py "$family" "$result" > "build/bench/$family.md"
	cat "build/bench/$family.md"
	if [ "${#globs[@]}" = 0 ]; then
		mkdir -p Documentation/bench
		cp "$result" "build/bench/$family.md" Documentation/bench
		selftests/bench/plot.py "$family" "$result" > "Documentation/bench/$family.svg"
	fi
done
[ -z "${JSON-}" ] || cp build/bench/all.json "$JSON"
