#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: fuzz.sh [SECONDS]
#
# libFuzzer on the algorithms of kmod/core/, on kmod/path/parse.c and on porchctl, all
# together for so many seconds (60); building takes some more. Prints TAP.
#
# Each begins with the inputs in corpus/NAME: those that lead far into the code, and
# those that once were a crash. New ones are collected in build/fuzz/corpus. What
# crashes is written to build/fuzz/NAME-crash-...; once it is mended, it belongs
# into corpus/NAME.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
seconds=${1:-60}
if ! [[ $seconds =~ ^[0-9]{1,6}$ ]]; then
	echo "fuzz.sh: not a number of seconds: $seconds" >&2
	exit 2
fi
targets=(lpm ring flow headers tool)

"$here/../vm/setup.sh" "$here/packages" >&2
make -s -C "$here" >&2
build=$(readlink -f "$here/../../build/fuzz")
seed=${PORCH_SEED:-$((RANDOM << 15 | RANDOM))}

echo "TAP version 13"
echo "# seed $seed"
n=0
failed=0
for target in "${targets[@]}"; do
	n=$((n + 1))
	log=$build/$target.log
	mkdir -p "$build/corpus/$target"
	time=$((seconds / ${#targets[@]}))
	# 0 would be for ever
	limit=("-max_total_time=$time")
	[ "$time" -gt 0 ] || limit=(-runs=0)
	# The tool says much about what it is given.
	[ "$target" = tool ] && mute=3 || mute=1
	status=0
	"$build/$target" "${limit[@]}" -seed="$seed" -max_len=2048 -timeout=20 \
		-rss_limit_mb=2048 -close_fd_mask="$mute" \
		-artifact_prefix="$build/$target-" \
		"$build/corpus/$target" "$here/corpus/$target" > "$log" 2>&1 ||
		status=$?
	runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
	if [ "$status" = 0 ] && [ -n "$runs" ]; then
		echo "ok $n - fuzz $target: $runs inputs"
	else
		grep -a -E '^==.*ERROR|^ +#|runtime error|SUMMARY|not true|unit written' \
			"$log" | head -n 20 | sed 's/^/# /'
		echo "not ok $n - fuzz $target: see $log"
		failed=1
	fi
done
echo "1..$n"
exit "$failed"
