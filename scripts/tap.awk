# SPDX-License-Identifier: GPL-2.0
#
# Reduce what a test printed, TAP or not, to test points whose names begin with
# the test's; those that failed keep what was said of them ("# ..."), be it before the
# point or after it. Wants -v name=NAME -v status=EXIT-STATUS, as kselftest knows it:
# 0 is passed, 4 skipped, all else failed.

function point(result, text)
{
	print result " - " name (text == "" ? "" : ": " text)
	points++
	tell = result == "not ok" && text !~ /# (SKIP|TODO)/
	if (tell) {
		failed++
		printf "%s", said
	}
	said = ""
}

/^#/ {
	if (tell)
		print
	else
		said = said $0 "\n"
}

/^(not )?ok([ \t]|$)/ {
	result = /^not/ ? "not ok" : "ok"
	text = $0
	sub(/^(not )?ok[ \t]*([0-9]+)?[ \t]*(- )?/, "", text)
	point(result, text)
}

# Each of several programs may have its plan.
/^1\.\.[0-9]+/ {
	if ($1 == "1..0" && !points)
		point("ok", "# SKIP " $0)
	plan += substr($1, 4)
	planned = 1
}

/^Bail out!/ {
	point("not ok", $0)
}

END {
	if (planned && plan > 0 && points != plan)
		point("not ok", (points + 0) " of " plan " planned points")
	if (status == 4 && !points)
		point("ok", "# SKIP")
	else if (status == 124 || status == 137)
		point("not ok", "took too long")
	else if (status != 0 && status != 4 && !failed)
		point("not ok", "exit status " status)
	else if (!points)
		point("ok", "")
}
