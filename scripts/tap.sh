# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced: test points go to the file $TAP, and a person sees them pass by.

TAP=${TAP:-/dev/null}
scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

# point NAME COMMAND...: one point; the command's output only if it fails
point()
{
	local name=$1 output
	shift

	if output=$("$@" 2>&1); then
		echo "  ok    $name"
		echo "ok - $name" >> "$TAP"
	else
		echo "  FAIL  $name"
		printf '%s\n' "$output" | sed 's/^/        /'
		echo "not ok - $name" >> "$TAP"
		return 1
	fi
}

# points NAME COMMAND...: a command that prints TAP. Shown as it runs, but for
# the points that pass.
points()
{
	local name=$1 log status=0
	shift

	log=$(mktemp)
	"$@" 2>&1 | tee "$log" | sed -u '/^ok /d' || status=$?
	awk -v name="$name" -v status="$status" -f "$scripts/tap.awk" "$log" |
		tee -a "$TAP" | summary "$name"
	rm "$log"
	return "$status"
}

# summary NAME: of the points on stdin
summary()
{
	awk -v name="$1" '
	/^(not )?ok /	{ points++ }
	/^not ok /	{ failed++ }
	END {
		printf "  %-5s %s: %d points, %d failed\n",
			failed ? "FAIL" : "ok", name, points, failed
	}'
}

# failures FILE: the points that failed, each with what was said of it
failures()
{
	awk '
	/^(not )?ok /	{ failed = /^not/ }
	failed' "$1"
}

# tally FILE: "N passed, N failed[, N skipped]"; fails if a point did, or if
# there is none.
tally()
{
	awk '
	/^(not )?ok .*# (SKIP|TODO)/	{ skipped++; next }
	/^ok /			{ passed++ }
	/^not ok /		{ failed++ }
	END {
		printf "%d passed, %d failed", passed, failed
		if (skipped)
			printf ", %d skipped", skipped
		print ""
		exit failed || !passed
	}' "$1"
}
