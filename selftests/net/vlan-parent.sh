#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that a VLAN device is a port whatever its parent is: a port as well, or the
# member of a bridge that may be a port, too. And that either may go, move to
# another namespace and come back while its packets flow.
#
#   +-------------+              +----------------+              +-----------+
#   | client      |              | router         |              | server    |
#   |    c0.10 .2 | 10.0.10.0/24 | rc.10 .1       |              |           |
#   |    c0    .2 | 10.0.1.0/24  | rc    .1 [br0] |              |           |
#   |          c0 +--------------+ rc          rs +--------------+ s0        |
#   +-------------+              |          rs .1 | 10.0.2.0/24  | s0     .2 |
#                                +----------------+              +-----------+
#
# IPv6: 2001:db8:10::/64 and so on. In the second half rc is a member of br0, which
# has its addresses.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# takes DEVICE NUMBER COMMAND...: it succeeds, and the port admits so many packets.
# Should neighbours have something to say at that very moment, it gets another chance.
takes()
{
	local dev=$1 want=$2 before diff
	shift 2

	for _ in 1 2 3 4 5; do
		before=$(port_counter "$dev" rx-packets)
		"$@" || return
		diff=$(($(port_counter "$dev" rx-packets) - before))
		[ "$diff" != "$want" ] || return 0
	done
	equal "packets of $dev" "$diff" "$want"
}

both()
{
	reaches "$ns_client" 10.0.2.2 -I "$1" && reaches "$ns_client" 2001:db8:2::2 -I "$2"
}

tagged()
{
	both 10.0.10.2 2001:db8:10::2
}

untagged()
{
	both 10.0.1.2 2001:db8:1::2
}

# All that it has here. It is a port before it is up, so nothing gets past Porch.
vlan_up()
{
	attach "$ns_router" rc.10
	configure "$ns_router" <<-'END'
	link set rc.10 up
	addr add 10.0.10.1/24 dev rc.10
	addr add 2001:db8:10::1/64 dev rc.10 nodad
	END
	porch -b - <<-'END'
	route replace 10.0.10.0/24 dev rc.10
	route replace 2001:db8:10::/64 dev rc.10
	END
}

vlan_made()
{
	router ip link add link rc name rc.10 type vlan id 10
	vlan_up
}

# What is no port leaves its packets to the stock stack, which they may meet.
without_porch()
{
	router nft flush ruleset
	routers=()
	stock_router "$ns_router"
}

# Echoes without end, of both families, with a tag and without
flood()
{
	local addr from

	flood=()
	for from in 10.0.10.2 10.0.1.2; do
		background "$ns_client" ping -q -i 0.01 -I "$from" 10.0.2.2
		flood+=("$!")
	done
	for from in 2001:db8:10::2 2001:db8:1::2; do
		background "$ns_client" ping -q -i 0.01 -I "$from" 2001:db8:2::2
		flood+=("$!")
	done
	for addr in 10.0.10.2 2001:db8:10::2; do
		background "$ns_server" ping -q -i 0.01 "$addr"
		flood+=("$!")
	done
}

comes_and_goes()
{
	for _ in 1 2; do
		router ip link del rc.10
		fails porch port show rc.10
		vlan_made
	done
	poll_until 30 tagged
	untagged
}

detached()
{
	for _ in 1 2; do
		porch -b - <<-END
		port del rc.10
		port add rc.10 $PORCH_HOOK
		port del $1
		port add $1 $PORCH_HOOK
		port del rc.10
		port del $1
		port add $1 $PORCH_HOOK
		port add rc.10 $PORCH_HOOK
		END
	done
	poll_until 30 tagged
	untagged
}

# A device that moves is a port no more, but its parent is.
moves()
{
	for _ in 1 2; do
		router ip link set rc.10 netns "${ns_away:?}"
		fails porch port show rc.10
		ip -n "$ns_away" link set rc.10 up
		untagged
		ip -n "$ns_away" link set rc.10 netns "$ns_router"
		vlan_up
	done
	poll_until 30 tagged
}

# When the parent goes down, so does what is on it.
parent_downed()
{
	for _ in 1 2; do
		router ip link set rc down
		router ip link set rc up
	done
	configure "$ns_router" <<-'END'
	link set rc.10 up
	addr replace 2001:db8:10::1/64 dev rc.10 nodad
	END
	[ "$1" = br0 ] || router ip addr replace 2001:db8:1::1/64 dev rc nodad
	poll_until 30 tagged
	poll_until 30 untagged
}

begin
router_topology
namespace away
configure "$ns_client" <<-'END'
link add link c0 name c0.10 up type vlan id 10
addr add 10.0.10.2/24 dev c0.10
addr add 2001:db8:10::2/64 dev c0.10 nodad
rule add from 10.0.10.2 table 10
route add default via 10.0.10.1 table 10
route add default via 2001:db8:10::1 table 10
END
client ip -6 rule add from 2001:db8:10::2 table 10
vlan_made

tagged > /dev/null; untagged > /dev/null
check "a tagged packet is taken by the VLAN device, not by its parent" \
	takes rc 0 takes rc.10 4 tagged
check "an untagged one by the parent" takes rc.10 0 takes rc 4 untagged
frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
taps = {dev: Wire("router", dev) for dev in ("rc", "rc.10")}

for tags, seen in (tag(10), ("rc", "rc.10")), (b"", ("rc",)):
    with point(f"taps of {' and '.join(seen)} see a packet once"):
        mark = token()
        c0.send(taps["rc"], udp_packet("10.0.1.2", "10.0.2.2", mark), tags=tags)
        assert s0.catch(mark), "it did not come"
        for dev, tap in taps.items():
            equal(f"packets at {dev}", len(tap.caught(mark)), dev in seen)
END_OF_PYTHON
check "TCP from the VLAN" transfer "$ns_server" "$ns_client" 10.0.10.2 1

flood
check "the VLAN device goes and comes" comes_and_goes
check "nothing sneaked past" nothing_sneaked
check "ports on both come and go" detached rc
without_porch
check "it moves to another namespace and back" moves
check "its parent goes down and up" parent_downed rc

porch port del rc
[[ $(router ip link show rc) =~ ether\ ([0-9a-f:]+) ]] || die "rc has no address"
configure "$ns_router" <<-END
link add br0 address ${BASH_REMATCH[1]} up type bridge
addr flush dev rc
link set rc master br0
addr add 10.0.1.1/24 dev br0
addr add 2001:db8:1::1/64 dev br0 nodad
END
attach "$ns_router" br0
without_porch
porch -b - <<-'END'
route replace 10.0.1.0/24 dev br0
route replace 2001:db8:1::/64 dev br0
END
check "the parent becomes a member of a bridge" \
	eval 'poll_until 30 tagged && poll_until 30 untagged'
check "the VLAN device goes and comes, on a bridge's member" comes_and_goes
check "nothing sneaked past" nothing_sneaked
check "ports on it and the bridge come and go" detached br0
without_porch
check "it moves to another namespace and back, from a bridge's member" moves
check "the bridge's member goes down and up" parent_downed br0
kill "${flood[@]}"
check "a tagged packet is not the bridge's" takes br0 0 takes rc.10 4 tagged
check "an untagged one is" takes rc.10 0 takes br0 4 untagged
router ip link del br0
check "without the bridge, the VLAN device is as it was" tagged
router ip link del rc
check "a parent that goes takes all along" fails porch port show rc.10

finish
