#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Takes things apart while traffic of all kinds flows in both directions and all
# stages are at work: ports, devices, links, addresses, routes and network
# namespaces. Proves that nothing is leaked or kept waiting (the end of the test
# unloads the module), that the books balance, and that traffic flows again
# afterwards. The network is drawn in routers.sh.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"
. "$(dirname "$(readlink -f "$0")")/routers.sh"

#### things that happen to a port ####

renamed()
{
	r1 link set rc down
	r1 link set rc name rx
	r1 link set rx up
	says '\brx\b' p1 port
	well "$r1"
	r1 link set rx down
	r1 link set rx name rc
	r1 link set rc up
	well "$r1"
}

renamed_in_use()
{
	r1 link set rc name rx
	says '\brx\b' p1 route
	well "$r1"
	r1 link set rx name rc
	says '\brc\b' p1 port
}

downed()
{
	local i

	for i in {1..8}; do
		r1 link set rs down
		[ "$i" -gt 1 ] || says 'dev rs.*linkdown' p1 route
		r1 link set rs up
	done
	poll_until 20 fails says 'linkdown' p1 route
	well "$r1"
}

downed_behind()
{
	server ip link set s1 down
	poll_until 20 says 'dev rs.*linkdown' p1 route
	server ip link set s1 up
	server ip route replace default via 10.0.2.1
	poll_until 20 server ip route replace default via 2001:db8:2::1
	poll_until 20 fails says 'linkdown' p1 route
	well "$r1"
}

detached()
{
	local i

	for i in {1..10}; do
		p1 -b - <<-END
		port del rc
		port del rs
		port add rs
		port add rc
		END
	done
	well "$r1"
}

rerouted()
{
	local i

	for i in {1..100}; do
		echo "route replace 10.0.2.0/24 via 10.0.2.2 dev rs"
		echo "route replace 10.0.2.0/25 dev rs"
		echo "route replace unreachable 10.0.2.0/25"
		echo "route replace 2001:db8:2::/64 via 2001:db8:2::2 dev rs"
		echo "route del 10.0.2.0/25"
		echo "route del 10.0.2.0/24"
		echo "route add 10.0.2.0/24 dev rs"
		echo "route replace 2001:db8:2::/64 dev rs"
	done > "$tmp/batch"
	p1 -b "$tmp/batch"
	well "$r1"
}

readdressed()
{
	local i

	for i in {1..60}; do
		echo "addr add 10.0.$((i + 100)).1/24 dev rc"
		echo "addr add 2001:db8:$i:100::1/64 dev rs nodad"
		echo "addr del 10.0.1.1/24 dev rc"
		echo "addr add 10.0.1.1/24 dev rc"
		echo "addr del 10.0.$((i + 100)).1/24 dev rc"
		echo "addr del 2001:db8:$i:100::1/64 dev rs"
	done > "$tmp/batch"
	r1 -b "$tmp/batch"
	well "$r1"
}

resized()
{
	local i

	for i in {1..20}; do
		echo "link set rs mtu 68"
		echo "link set rs mtu 1280"
		echo "link set rs mtu 576"
		echo "link set rs mtu 9000"
		echo "link set rs mtu 1500"
	done > "$tmp/batch"
	r1 -b "$tmp/batch"
	# Too small for IP, which forgets its addresses
	use "$r1" rs 2>/dev/null || :
	well "$r1"
}

# A device may be smaller than IP allows. Nothing can be cut for it.
tiny()
{
	local i

	r1 link add d0 type dummy
	r1 link set d0 up mtu 1500
	p1 route add 10.0.9.0/24 dev d0
	for i in {1..200}; do
		echo "link set d0 mtu 1300"
		echo "addr replace 10.0.9.1/24 dev d0"
		echo "link set d0 mtu $((20 + i % 8))"
	done > "$tmp/batch"
	ip netns exec "$ns_client" ping -n -q -f -U -s 1400 10.0.9.2 &> /dev/null &
	r1 -b "$tmp/batch"
	kill $! || :
	wait $! || :
	r1 link del d0
	no_route_by d0
	well "$r1"
}

enslaved()
{
	r1 link add br0 type bridge
	refused 'busy' r1 link set rc master br0
	p1 port del rc
	r1 link set rc master br0
	refused 'belongs to (br0|another device)' p1 port add rc hook rx
	r1 link set rc nomaster
	r1 link del br0
	p1 port add rc
	well "$r1"
}

unregistered()
{
	local dev=$1

	# From its own end or from the other
	"${@:2}"
	gone "$r1" "$dev"
	fails says "\\b$dev\\b" p1 port
	no_route_by "$dev"
	p1 ledger --sync
	connect "$r1" 1 "$dev"
	use "$r1" "$dev"
	stages
	well "$r1"
}

vlan_unregistered()
{
	client ip link add link c1 name c1.5 type vlan id 5
	client ip link set c1.5 up
	"$frames_bin" flood "$ns_client" c1.5 < /dev/null > /dev/null 2>&1 &
	poll_until 20 says 'rx.*[1-9]' p1 -s port show rc.5
	well "$r1"
	unregistered rc ip -n "$r1" link del rc
	no_route_by rc.5
	kill $! || :
	wait $! 2>/dev/null || :
}

moved()
{
	local i

	# It would stay behind.
	r1 link del rc.5
	for i in 1 2 3; do
		r1 link set rc netns "${ns_other:?}"
		fails says '\brc\b' p1 port
		no_route_by rc
		ip -n "$ns_other" link set rc up
		porchctl -n "$ns_other" -b - <<-END
		port add rc
		route add default dev rc
		END
		ip -n "$ns_other" link set rc netns "$r1"
		use "$r1" rc
	done
	stages
	porchctl -n "$ns_other" ledger --sync
	well "$r1"
}

deleted()
{
	ip netns del "$r1"
	# They have it to the end.
	fails gone "$ns_client" c1
	end_use
	router_gone
	router_up 1
	well "$r1"
}

begin
hosts
router_up 1 || die "no router"
traffic 1
begin_use
check "traffic flows" well "$r1"
check "all stages are at work" busy
check "rename, down" renamed
if [[ $(uname -r) == 6.1.* ]]; then
	skip "rename, up" "Linux 6.1 does not"
else
	check "rename, up" renamed_in_use
fi
check "down and up" downed
check "down and up at the other end" downed_behind
check "detach and attach" detached
check "routes come and go" rerouted
check "addresses come and go" readdressed
check "MTU changes" resized
check "MTU below what IP allows" tiny
check "a bridge takes a port" enslaved
check "port is unregistered" unregistered rc ip -n "$r1" link del rc
check "peer is unregistered" unregistered rs ip -n "$ns_server" link del s1
check "device below a VLAN is unregistered" vlan_unregistered
check "port moves to another namespace" moved
check "namespace is deleted" deleted
ip netns del "$r1"
check "and once more" router_gone

# What is detached goes the stock stack's way: no trap for sneakers here.
routers=()
finish
