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
	goes_up "$1" rx-packets "${@:2}"
}

# goes_up DEVICE COUNTER NUMBER COMMAND...
goes_up()
{
	local dev=$1 counter=$2 want=$3 before diff
	shift 3

	for _ in 1 2 3 4 5; do
		before=$(port_counter "$dev" "$counter")
		"$@" || return
		diff=$(($(port_counter "$dev" "$counter") - before))
		[ "$diff" != "$want" ] || return 0
	done
	equal "$counter of $dev" "$diff" "$want"
}

ipv6_is_off()
{
	router sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
	fails reaches "$ns_client" 2001:db8:2::2 -W 0.2
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

# What the bond can, a team can, too: here one of mode roundrobin.
team()
{
	frames <<-'END_OF_PYTHON'
	import genl

	OPTIONS_SET, TEAM, OPTIONS, OPTION, NAME, TYPE, DATA, NLA_STRING = 1, 1, 2, 1, 1, 3, 4, 5
	with netns("router"):
	    index = socket.if_nametoindex("team0")
	mode = (genl.attr(NAME, b"mode\0") + genl.attr(TYPE, bytes([NLA_STRING]))
	        + genl.attr(DATA, b"roundrobin\0"))
	try:
	    genl.Socket("router", family="team").request(
	        OPTIONS_SET, genl.u32(TEAM, index), genl.attr(OPTIONS, genl.attr(OPTION, mode)))
	except genl.Refused as no:
	    # It is done, but nobody listens to what the team tells of it.
	    assert no.code == genl.errno.ESRCH, no
	END_OF_PYTHON
	configure "$ns_router" <<-'END'
	link set rs down
	link set rs master team0
	link set rs up
	link set team0 up
	addr add 10.0.2.1/24 dev team0
	addr add 2001:db8:2::1/64 dev team0 nodad
	END
	check "a team takes the receive handler" attached team0 auto rx
	porch -b - <<-'END'
	route replace 10.0.2.0/24 dev team0
	route replace 2001:db8:2::/64 dev team0
	END
	server ip neigh flush all
	check "through the team" poll_until 30 both "$ns_client" 10.0.2.2 2001:db8:2::2
	check "TCP through the team" transfer "$ns_client" "$ns_server" 10.0.2.2 1
	check "its member has a netfilter hook" attached rs auto nf
	check "which takes what comes first" \
		takes team0 0 takes rs 4 both "$ns_client" 10.0.2.2 2001:db8:2::2
	check "TCP by the team's member" transfer "$ns_client" "$ns_server" 10.0.2.2 1
	check "for the router itself it goes on to the team" reaches "$ns_server" 10.0.2.1
	router ip link del team0
	check "a team that goes takes its port along, not its member's" \
		eval 'porch port show rs && fails porch port show team0'
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
address=${BASH_REMATCH[1]}
router ip addr flush dev rc scope global
router ip link add br0 address "$address" up type bridge || die "no bridge"
configure "$ns_router" <<-'END'
link set rc master br0
link set rd master br0
addr add 10.0.1.1/24 dev br0
addr add 2001:db8:1::1/64 dev br0 nodad
END
routes "$ns_router" "10.0.1.0/24 dev br0" "10.0.2.0/24 dev rs" \
	"2001:db8:1::/64 dev br0" "2001:db8:2::/64 dev rs"
# It carries something since it has members, but not at once.
links_ready "$ns_router"
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
	takes rc 0 says "bytes from fe80" client ping -n -c 1 -W 10 ff02::1%c0
check "for the router itself it goes on to the bridge" \
	takes br0 2 takes rc 2 reaches "$ns_client" 10.0.1.1
check "for its link-local address, too" reaches "$ns_client" "$link_local%c0"
check "neighbours are found from cold" cold
check "TCP by the member" transfer "$ns_client" "$ns_server" 10.0.2.2 1
check "TCP to the member, IPv6" transfer "$ns_server" "$ns_client" 2001:db8:1::2 1
check "TCP to the router" transfer "$ns_client" "$ns_router" 10.0.1.1 1
router sysctl -qw net.ipv6.conf.rc.disable_ipv6=1
check "a member needs no IPv6 of its own" reaches "$ns_client" 2001:db8:2::2
router sysctl -qw net.ipv6.conf.rc.disable_ipv6=0
configure "$ns_router" <<-'END'
link add link rc name rc.20 up type vlan id 20
link add link br0 name br0.10 up type vlan id 10
addr add 10.0.10.1/24 dev br0.10
END
frames <<'END_OF_PYTHON'
c0, rc = Wire("client", "c0"), Wire("router", "rc", False)
with netns("router"):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("10.0.10.1", 4001))
sock.settimeout(10)
for tags in tag(10), tag(10) + tag(0, 3):
    with point(f"{len(tags) // 4} tags, of which the first has a device on the bridge"):
        mark = token()
        c0.send(rc, udp_packet("10.0.10.2", "10.0.10.1", mark), tags=tags)
        equal("received", sock.recv(100), mark)
END_OF_PYTHON
router ip link del rc.20
router ip link del br0.10
porch port del br0
check "without the bridge as a port" \
	both "$ns_client" 10.0.2.2 2001:db8:2::2

client ip neigh replace 2001:db8:1::1 lladdr "$address" dev c0
check "where the bridge speaks no IPv6, nothing is forwarded" \
	counts drop ipv6-disabled + ipv6_is_off
client ip neigh flush all
router sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
addresses "$ns_router" br0 2001:db8:1::1/64

router ip link set rc nomaster
check "released, it takes all that comes" takes rc 1 all_hosts
check "enslaved again, it stays a port" router ip link set rc master br0
check "and works" poll_until 20 both "$ns_client" 10.0.2.2 2001:db8:2::2
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
guest_pings()
{
	reaches "$ns_guest" 10.0.1.2
}
guest_pings > /dev/null
check "what it sends is not of this machine" goes_up rc local-packets 0 guest_pings
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
check "through the bond" poll_until 30 both "$ns_client" 10.0.2.2 2001:db8:2::2
check "TCP through the bond" transfer "$ns_client" "$ns_server" 10.0.2.2 1
check "its member has a netfilter hook" attached rs auto nf
check "which takes what comes first" \
	takes bond0 0 takes rs 4 both "$ns_client" 10.0.2.2 2001:db8:2::2
check "TCP by the bond's member" transfer "$ns_client" "$ns_server" 10.0.2.2 1
router ip link del bond0
check "a bond that goes takes its port along, not its member's" \
	eval 'porch port show rs && fails porch port show bond0'
porch port del rs

if router ip link add team0 type team 2> /dev/null; then
	team
else
	skip "team devices" "this kernel has none"
fi

finish
