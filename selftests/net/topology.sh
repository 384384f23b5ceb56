#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For "make lab": a client, a router with Porch on both ports, and a server. The
# module is loaded; nothing is taken down.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#       .2 / ::2       .1 / ::1  .1 / ::1        .2 / ::2
#            2001:db8:1::/64      2001:db8:2::/64

ns_prefix=
. "$(dirname "$(readlink -f "$0")")/lib.sh"

router_topology
cat <<-'END'

	client (10.0.1.2) --- router, with Porch --- server (10.0.2.2)   Try:

	  ip netns exec client ping 10.0.2.2
	  ip netns exec client traceroute -6 2001:db8:2::2
	  porchctl -n router port del rc; porchctl -n router port add rc
	  porchctl -n router -s port; porchctl -n router stats
	  porchctl -n router ledger --sync
END
