#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that neighbours are asked and kept as the kernel does it: one in doubt is
# served and asked meanwhile, one that has moved is found again, one that does not
# answer is given up for a second and then asked again; and that a device where
# IPv6 is switched off takes and gets none.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# crosses ADDRESS [COUNT [WAIT]]: nothing of the router's own, which would confirm
crosses()
{
	client ping -n -q -c "${2:-1}" -i 0.02 -W "${3:-10}" "$1"
}

state_is()
{
	says "$2" ip -n "$ns_router" neigh show "$1" dev rs
}

set_state()
{
	ip -n "$ns_router" neigh replace "$1" lladdr "$2" dev rs nud "$3"
}

# in_doubt STATE ADDRESS: all packets cross at once, and it becomes reachable
in_doubt()
{
	set_state "$2" "$server_mac" "$1"
	crosses "$2" 10
	poll_until 20 state_is "$2" REACHABLE
}

# A wrong address is served until the neighbour has not answered there.
moved()
{
	set_state "$1" 02:00:00:00:00:77 stale
	fails crosses "$1" 1 0.3
	poll_until 20 crosses "$1" 1 1
	state_is "$1" "$server_mac"
}

# Packets wait for the answer.
unknown()
{
	ip -n "$ns_router" neigh flush dev rs
	ip -n "$ns_router" neigh flush dev rs nud permanent
	crosses "$1" 3
}

given_up()
{
	counts drop neighbour-failed + \
		says "nreachable" client ping -n -c 20 -i 0.1 -W 1 "$1"
	# Asked again: now somebody is there.
	addresses "$ns_server" s0 "$1/${2#*/}"
	poll_until 20 crosses "$1" 1 1
}

# Not asked, so it need not answer
trusted()
{
	set_state "$2" "$server_mac" "$1"
	server nft -f - <<-'END'
	table netdev deaf {
		chain in {
			type filter hook ingress device s0 priority 0
			arp operation request drop
			icmpv6 type nd-neighbor-solicit drop
		}
	}
	END
	crosses "$2" 5
	server nft delete table netdev deaf
	ip -n "$ns_router" neigh del "$2" dev rs
}

# off DEVICE: IPv6 does not cross, IPv4 does
off()
{
	router sysctl -qw "net.ipv6.conf.$1.disable_ipv6=1"
	counts drop ipv6-disabled + fails client ping -n -q -c 1 -W 0.3 2001:db8:2::2
	crosses 10.0.2.2
	router sysctl -qw "net.ipv6.conf.$1.disable_ipv6=0"
	addresses "$ns_router" "$1" "$2"
	poll_until 20 crosses 2001:db8:2::2
}

begin
router_topology
server_mac=$(server cat /sys/class/net/s0/address)
# So that nobody waits for seconds
for family in ipv4 ipv6; do
	router sysctl -qw "net.$family.neigh.rs.retrans_time_ms=100" \
		"net.$family.neigh.rs.delay_first_probe_time=1"
done

for address in 10.0.2.2 2001:db8:2::2; do
	check "stale, $address" in_doubt stale "$address"
	check "delayed, $address" in_doubt delay "$address"
	check "being probed, $address" in_doubt probe "$address"
	check "permanent, $address" trusted permanent "$address"
	check "without ARP, $address" trusted noarp "$address"
	check "moved, $address" moved "$address"
	check "unknown, $address" unknown "$address"
done
check "given up, IPv4" given_up 10.0.2.77 /24
check "given up, IPv6" given_up 2001:db8:2::77 /64

# The client must not notice by itself.
client ip neigh replace 2001:db8:1::1 dev c0 nud permanent \
	lladdr "$(router cat /sys/class/net/rc/address)"
check "IPv6 switched off where it comes in" off rc 2001:db8:1::1/64
check "IPv6 switched off where it goes out" off rs 2001:db8:2::1/64

finish
