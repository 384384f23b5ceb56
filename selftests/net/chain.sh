#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that two Porches in a row look like two routers: to ping, traceroute and
# TCP, with routes by gateways, and with a loop between them.
#
#   +--------+      +--------+          +--------+      +--------+
#   | client |      | router |          | second |      | server |
#   |     c0 +------+ rc  ra +----------+ rb  rs +------+ s0     |
#   +--------+      +--------+          +--------+      +--------+
#       10.0.1.0/24        10.0.3.0/24         10.0.2.0/24
#       2001:db8:1::/64    2001:db8:3::/64     2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

chain_topology()
{
	namespace client router second server
	ip -b - <<-END || die "no veth"
	link add name c0 netns $ns_client type veth peer name rc netns $ns_router
	link add name ra netns $ns_router type veth peer name rb netns $ns_second
	link add name s0 netns $ns_server type veth peer name rs netns $ns_second
	END
	configure "$ns_client" <<-'END'
	link set c0 up
	addr add 10.0.1.2/24 dev c0
	addr add 2001:db8:1::2/64 dev c0 nodad
	route add default via 10.0.1.1
	route add default via 2001:db8:1::1
	END
	configure "$ns_router" <<-'END'
	link set rc up
	link set ra up
	addr add 10.0.1.1/24 dev rc
	addr add 10.0.3.1/24 dev ra
	addr add 2001:db8:1::1/64 dev rc nodad
	addr add 2001:db8:3::1/64 dev ra nodad
	route add 10.0.2.0/24 via 10.0.3.2
	END
	configure "$ns_second" <<-'END'
	link set rb up
	link set rs up
	addr add 10.0.3.2/24 dev rb
	addr add 10.0.2.1/24 dev rs
	addr add 2001:db8:3::2/64 dev rb nodad
	addr add 2001:db8:2::1/64 dev rs nodad
	route add 2001:db8:1::/64 via 2001:db8:3::1
	END
	configure "$ns_server" <<-'END'
	link set s0 up
	addr add 10.0.2.2/24 dev s0
	addr add 2001:db8:2::2/64 dev s0 nodad
	route add default via 10.0.2.1
	route add default via 2001:db8:2::1
	END
	links_ready "$ns_client" "$ns_router" "$ns_second" "$ns_server"
	stock_router "$ns_router"
	stock_router "$ns_second"
	attach "$ns_router" rc ra
	routes "$ns_router" "10.0.1.0/24 dev rc" "10.0.3.0/24 dev ra" \
		"10.0.0.0/8 via 10.0.3.2" "2001:db8:1::/64 dev rc" \
		"2001:db8:3::/64 dev ra" "::/0 via 2001:db8:3::2"
	attach "$ns_second" rb rs
	routes "$ns_second" "10.0.2.0/24 dev rs" "10.0.3.0/24 dev rb" \
		"0.0.0.0/0 via 10.0.3.1" "2001:db8:2::/64 dev rs" \
		"2001:db8:3::/64 dev rb" "::/0 via 2001:db8:3::1"
}

# traces ADDRESS HOP,HOP... [OPTION]...
traces()
{
	local addr=$1 want=$2 hops
	shift 2

	hops=$(client traceroute -n -q 1 -w 10 "$@" "$addr" |
		awk 'NR > 1 { printf "%s%s", sep, $2; sep = "," }')
	equal "hops" "$hops" "$want"
}

ns_second=
begin
chain_topology

v4=10.0.1.1,10.0.3.2,10.0.2.2
v6=2001:db8:1::1,2001:db8:3::2,2001:db8:2::2

check "ping, IPv4" says "ttl=62" client ping -n -c 1 -W 10 10.0.2.2
check "ping, IPv6" says "ttl=62" client ping -n -c 1 -W 10 2001:db8:2::2
check "traceroute, UDP" traces 10.0.2.2 "$v4"
check "traceroute, ICMP" traces 10.0.2.2 "$v4" -I
check "traceroute, TCP" traces 10.0.2.2 "$v4" -T -p 7
check "traceroute -6, UDP" traces 2001:db8:2::2 "$v6"
check "traceroute -6, ICMP" traces 2001:db8:2::2 "$v6" -I
check "traceroute -6, TCP" traces 2001:db8:2::2 "$v6" -T -p 7
check "tracepath" says "Resume: pmtu 1500 hops 3" client tracepath -n 10.0.2.2
check "TCP, IPv4" transfer "$ns_client" "$ns_server" 10.0.2.2 5
check "TCP, IPv6" transfer "$ns_server" "$ns_client" 2001:db8:1::2 5
check "the far side of the first router" reaches "$ns_server" 10.0.1.1
check "the far side of the second router" reaches "$ns_client" 2001:db8:2::1
check "a loop ends" says "From 10.0.(1.1|3.2) .*Time to live exceeded" \
	client ping -n -c 1 -W 10 10.99.0.1
check "a loop ends, IPv6" says "Time exceeded: Hop limit" \
	client ping -n -c 1 -W 10 2001:db8:99::1

finish
