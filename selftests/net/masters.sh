#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that Porch gets along with devices on top of others, as a port on either:
# bridge, bond and macvlan. A port whose receive handler is theirs has a netfilter
# hook, takes frames for its own address, and leaves all others alone.
#
#   +--------+     +----+           +--------+
#   | client |     |    +br0+       |        |
#   |     c0 +-----+ rc  |  |router |        |
#   +--------+     |     |  |       | server |
#   +--------+     |     |  |    rs +-----+ s0
#   | other  |     |     |  |       |        |
#   |     d0 +-----+ rd  |  |       |        |
#   +--------+     |    +---+       |        |
#                  +----+           +--------+
#
# client .2, other .3 and br0 .1 are in 10.0.1.0/24 and 2001:db8:1::/64, the
# server is .2 in 10.0.2.0/24 and 2001:db8:2::/64. br0 has rc's address.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# takes DEVICE NUMBER COMMAND...: it succeeds, and the port admits so many packets.
# Should neighbours have something to say of their own at that very moment, it
# gets another chance.
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
	equal "packets from $dev" "$diff" "$want"
}

# Both families
both()
{
	reaches "$1" "$2" && reaches "$1" "$3"
}

cold()
{
	client ip neigh flush all
	router ip neigh flush all
	both "$ns_client" 10.0.1.1 2001:db8:1::1
	both "$ns_client" 10.0.2.2 2001:db8:2::2
}

all_hosts()
{
	client ping -n -q -c 1 -W 0.1 -I c0 224.0.0.1 || :
}

attached()
{
	porch port add "$1" hook "$2"
	says "$1 hook $3" porch port show "$1"
}

begin
stock_topology
namespace other
wire "${ns_other:?}" d0 "$ns_router" rd
addresses "$ns_other" d0 10.0.1.3/24 2001:db8:1::3/64
configure "$ns_other" <<-'END'
route add default via 10.0.1.1
route add default via 2001:db8:1::1
END
[[ $(router ip link show rc) =~ ether\ ([0-9a-f:]+) ]] || die "rc has no address"
router ip addr flush dev rc scope global
router ip link add br0 address "${BASH_REMATCH[1]}" up type bridge || die "no bridge"
configure "$ns_router" <<-'END'
link set rc master br0
link set rd master br0
addr add 10.0.1.1/24 dev br0
addr add 2001:db8:1::1/64 dev br0 nodad
END
routes "$ns_router" "10.0.1.0/24 dev br0" "10.0.2.0/24 dev rs" \
	"2001:db8:1::/64 dev br0" "2001:db8:2::/64 dev rs"
[[ $(router ip -6 addr show dev br0 scope link) =~ (fe80::[0-9a-f:]+) ]] ||
	die "br0 has no link-local address"
link_local=${BASH_REMATCH[1]}

check "a bridge takes the receive handler" attached br0 auto rx
attach "$ns_router" rs
check "through the bridge" both "$ns_client" 10.0.2.2 2001:db8:2::2
check "through the bridge, from its other member" \
	both "$ns_other" 10.0.2.2 2001:db8:2::2
check "TCP through the bridge" transfer "$ns_client" "$ns_server" 10.0.2.2 1
reaches "$ns_client" 10.0.1.3 > /dev/null
check "what is bridged is not for Porch" takes br0 0 reaches "$ns_client" 10.0.1.3

check "a member has no receive handler to give" \
	refused 'belongs to (br0|another device); attach that' porch port add rc hook rx
check "nothing was attached" fails porch port show rc
check "but a netfilter hook" attached rc auto nf
both "$ns_client" 10.0.2.2 2001:db8:2::2 > /dev/null
check "what is for the member's address is taken there" \
	takes br0 0 takes rc 4 both "$ns_client" 10.0.2.2 2001:db8:2::2
check "the other member's comes by the bridge" \
	takes rc 0 takes br0 4 both "$ns_other" 10.0.2.2 2001:db8:2::2
check "what is bridged is left alone" \
	takes rc 0 reaches "$ns_client" 10.0.1.3
check "so is multicast and broadcast" \
	takes rc 0 says "bytes from fe80" client ping -n -c 1 -W 3 ff02::1%c0
check "for the router itself it goes on to the bridge" \
	takes br0 2 takes rc 2 reaches "$ns_client" 10.0.1.1
check "for its link-local address, too" reaches "$ns_client" "$link_local%c0"
check "neighbours are found from cold" cold
check "TCP by the member" transfer "$ns_client" "$ns_server" 10.0.2.2 1
check "TCP to the member, IPv6" transfer "$ns_server" "$ns_client" 2001:db8:1::2 1
check "TCP to the router" transfer "$ns_client" "$ns_router" 10.0.1.1 1
porch port del br0
check "without the bridge as a port" \
	both "$ns_client" 10.0.2.2 2001:db8:2::2

router ip link set rc nomaster
check "released, it takes all that comes" takes rc 1 all_hosts
check "enslaved again, it stays a port" router ip link set rc master br0
check "and works" poll_until 5 both "$ns_client" 10.0.2.2 2001:db8:2::2
router ip link set rc nomaster
router ip link add vrf0 up type vrf table 10
check "not so in a VRF" refused "a port of Porch" \
	ip -n "$ns_router" link set rc master vrf0
configure "$ns_router" <<-'END'
link set rc master br0
link del br0
addr add 10.0.1.1/24 dev rc
addr add 2001:db8:1::1/64 dev rc nodad
END
porch -b - <<-'END'
route replace 10.0.1.0/24 dev rc
route replace 2001:db8:1::/64 dev rc
END
check "without its bridge it is a port like others" \
	takes rc 4 both "$ns_client" 10.0.2.2 2001:db8:2::2
porch port del rc

namespace guest
router ip link add m0 link rc type macvlan mode bridge || die "no macvlan"
router ip link set m0 netns "${ns_guest:?}" up
addresses "$ns_guest" m0 10.0.1.4/24 2001:db8:1::4/64
check "below a macvlan there is no receive handler" \
	refused 'another module' porch port add rc hook rx
check "but a netfilter hook" attached rc auto nf
both "$ns_client" 10.0.1.4 2001:db8:1::4 > /dev/null
check "what is for the macvlan is left alone" \
	takes rc 0 both "$ns_client" 10.0.1.4 2001:db8:1::4
check "the rest is taken" takes rc 4 both "$ns_client" 10.0.2.2 2001:db8:2::2

porch port del rs
configure "$ns_router" <<-'END'
addr flush dev rs scope global
link add bond0 type bond mode active-backup miimon 10
link set rs down
link set rs master bond0
link set bond0 up
addr add 10.0.2.1/24 dev bond0
addr add 2001:db8:2::1/64 dev bond0 nodad
END
check "a bond takes the receive handler" attached bond0 auto rx
porch -b - <<-'END'
route replace 10.0.2.0/24 dev bond0
route replace 2001:db8:2::/64 dev bond0
END
server ip neigh flush all
check "through the bond" poll_until 10 both "$ns_client" 10.0.2.2 2001:db8:2::2
check "TCP through the bond" transfer "$ns_client" "$ns_server" 10.0.2.2 1
check "its member has a netfilter hook" attached rs auto nf
check "which takes what comes first" \
	takes bond0 0 takes rs 4 both "$ns_client" 10.0.2.2 2001:db8:2::2
check "TCP by the bond's member" transfer "$ns_client" "$ns_server" 10.0.2.2 1
router ip link del bond0
check "a bond that goes takes its port along, not its member's" \
	eval 'porch port show rs && fails porch port show bond0'

finish
