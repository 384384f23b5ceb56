#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets meet the rules of their hooks, in order, and that what a
# rule says of them, and does with them, is what it says.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology

# Everything as at first, in one change
reset_rules()
{
	porch -a -b - <<-'END'
	rule flush ingress
	rule flush input
	rule flush forward
	rule flush output
	chain policy ingress accept
	chain policy input accept
	chain policy forward accept
	chain policy output accept
	END
}

# rules LINE...: these, instead of those there were
rules()
{
	reset_rules
	printf '%s\n' "$@" | porch -a -b -
}

pings()
{
	client ping -n -q -c 1 -W 2 "$1"
}

# packets PATTERN: what the first rule has counted whose line matches
packets()
{
	local line

	line=$(porch -s rule show | grep -m 1 -- "$1")
	[[ $line =~ packets\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# An echo request and its reply
forward_by_address()
{
	rules "rule add forward from 10.0.1.0/24 to 10.0.2.2 count accept" \
		"rule add forward from 2001:db8:1::/64 to 2001:db8:2::2 count accept" \
		"rule add forward from 10.0.2.2 accept" \
		"rule add forward from 2001:db8:2::2 accept" \
		"chain policy forward drop"
	pings 10.0.2.2
	pings 2001:db8:2::2
	equal IPv4 "$(packets "from 10.0.1.0/24")" 1
	equal IPv6 "$(packets "from 2001:db8:1::/64")" 1
	rules "rule add forward from 10.0.1.3 accept" "chain policy forward drop"
	counts drop policy 1 fails pings 10.0.2.2
	counts drop policy 1 fails pings 2001:db8:2::2
}
check "addresses" forward_by_address

by_device()
{
	rules "rule add forward in rc out rs count" "rule add forward in rs count" \
		"rule add forward out rs in rs count"
	pings 10.0.2.2
	equal "there" "$(packets "in rc out rs")" 1
	equal "back" "$(packets "in rs count")" 1
	equal "in and out by one" "$(packets "in rs out rs")" 0
}
check "devices" by_device
finish
