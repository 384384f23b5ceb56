#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: check.sh PREFIXES
#
# Tests of the program that makes tables up. Prints TAP.

set -uo pipefail
prefixes=$1
n=0
failed=0

check()
{
	local what=$1
	shift

	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		failed=1
	fi
}

# all_different -4|-6 NUMBER
all_different()
{
	[ "$("$prefixes" "$1" -n "$2" | sort -u | wc -l)" = "$2" ]
}

# well_formed -4|-6: no bits behind the length, no address of other uses
well_formed()
{
	"$prefixes" "$1" -n 20000 -s 7 | python3 -c '
import ipaddress, sys
for line in sys.stdin:
    net = ipaddress.ip_network(line.strip())
    if not net.is_global or net.is_multicast:
        sys.exit(line)
'
}

# share -4|-6 LENGTH PERCENT: how many have that length
share()
{
	"$prefixes" "$1" | awk -F/ -v len="$2" -v want="$3" '
		$2 == len { n++ }
		END { got = 100 * n / NR; exit got < want - 1 || got > want + 1 }'
}

same_again()
{
	cmp -s <("$prefixes" -n 1000 -s 5) <("$prefixes" -n 1000 -s 5) &&
		! cmp -s <("$prefixes" -n 1000 -s 5) <("$prefixes" -n 1000 -s 6)
}

refuses()
{
	local status=0

	"$prefixes" "$@" > /dev/null 2>&1 || status=$?
	[ "$status" = 2 ]
}

echo "TAP version 13"
check "IPv4: all different" all_different -4 1000000
check "IPv6: all different" all_different -6 220000
check "one" all_different -4 1
check "IPv4: well formed and public" well_formed -4
check "IPv6: well formed and public" well_formed -6
check "IPv4: /24 as often as on the Internet" share -4 24 63
check "IPv4: /22" share -4 22 11
check "IPv6: /48" share -6 48 45
check "IPv6: /32" share -6 32 11
check "a seed repeats a table" same_again
check "no more than there can be" refuses -n 4000001
check "not none" refuses -n 0
check "no words" refuses -n many
check "nothing behind" refuses -4 file
echo "1..$n"
exit "$failed"
