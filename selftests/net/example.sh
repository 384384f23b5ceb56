#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the example configuration is taken, that what it makes is saved and
# loaded again to the same, and that it does not matter whether it comes at once or
# over something else. The demo shows it at work.
#
#   +--------------------+
#   | router: eth0 to 2  |  dummies
#   +--------------------+

. "$(dirname "$(readlink -f "$0")")/lib.sh"

config=$top/Documentation/examples/router.conf

same_again()
{
	porch save > "$tmp/saved"
	equal "what is loaded anew" "$(porch diff "$tmp/saved")" ""
	: > "$tmp/nothing"
	porch -f "$tmp/nothing"
	equal "rules" "$(porch rule | grep -c ^forward)" 0
	porch -f "$tmp/saved"
	equal "what the example lacks" "$(porch diff "$config")" ""
}

over_another()
{
	porch -b - <<-'END'
	engine set vector 7
	route add 10.99.0.0/16 dev eth0
	rule add forward drop
	set remove spoofed 172.16.0.0/12
	port del eth2
	END
	fails equal "what differs" "$(porch diff "$config")" ""
	porch -f "$config"
	equal "what differs" "$(porch diff "$config")" ""
}

begin
namespace router
configure "${ns_router:?}" <<-'END'
link add eth0 up type dummy
link add eth1 up type dummy
link add eth2 up type dummy
addr add 203.0.113.2/24 dev eth0
addr add 10.0.1.1/24 dev eth1
addr add 10.0.2.1/24 dev eth2
addr add 2001:db8::2/64 dev eth0 nodad
addr add 2001:db8:1::1/64 dev eth1 nodad
addr add 2001:db8:2::1/64 dev eth2 nodad
END
check "the example may be loaded" porch -c -f "$config"
check "it is loaded" porch -f "$config"
check "it is saved and loaded again" same_again
check "it is loaded over something else" over_another
check "the ledger balances" porch ledger --sync
# A namespace goes in its own time, and so would its qdiscs, which hold the module.
check "it is taken back" porch -f "$tmp/nothing"
finish
