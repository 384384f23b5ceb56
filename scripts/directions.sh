#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may include whom. Prints each #include that points the wrong way.
#
#	hook -> engine -> path -> stages -> control/config, core -> uapi
#
# kmod/core/	pure algorithms: env.h and each other; ring also porch_ring.h
# kmod/path/	never netlink or its transactions
# kmod/control/	never the engine, the path or its vectors
# userctl/, selftests/	uapi/ and libporch only; selftests/core/,
#				bench/native/ and fuzz/ run kmod/core/, and fuzz/ parse.c

set -euo pipefail
cd "$(dirname "$0")/.."

status=0
if git ls-files -co --exclude-standard -- 'userctl/*Makefile' 'selftests/*Makefile' |
   grep -vE '^selftests/(core|bench/native|fuzz)/' | xargs -r grep -nHE -e '-I[^ ]*kmod'; then
	status=1
fi

git ls-files -co --exclude-standard -- 'kmod/*.[ch]' 'userctl/*.[ch]' 'selftests/*.[ch]' |
xargs -r grep -HnE '^[[:space:]]*#[[:space:]]*include' |
awk -F: '
{
	file = $1
	header = $0
	sub(/^[^<"]*[<"]/, "", header)
	sub(/[>"].*/, "", header)
	base = header
	sub(/.*\//, "", base)
	quoted = $0 ~ /include[ \t]*"/
	bad = ""
}

# Directories first in the order of the list, as all others go by names.
file ~ /^kmod\/core\// {
	sibling = quoted && (header == base || header == "core/" base) &&
		  system("test -e kmod/core/" base) == 0
	ring = base == "porch_ring.h" && file ~ /\/ring\.[ch]$/
	if (!sibling && !ring && file !~ /\/env\.h$/)
		bad = "core/ includes only env.h and its siblings"
}
file ~ /^kmod\/path\// && base ~ /^(nl|txn)/ && base !~ /^nl80211/ {
	bad = "path/ does not know netlink"
}
file ~ /^kmod\/control\// && base ~ /^(engine|path|vec)\.h$/ {
	bad = "control/ does not know the engine, the path and its vectors"
}
file !~ /^(kmod|selftests\/(core|bench\/native|fuzz))\// &&
(header ~ /kmod\// || quoted && header ~ /^(core|path|control)\//) {
	bad = "user space knows only uapi/ and libporch"
}
bad {
	print $1 ":" $2 ": " header ": " bad
	status = 1
}
END {
	exit status
}' || status=1
exit "$status"
