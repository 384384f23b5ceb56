#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the stock stack forwards nothing behind Porch's back, even where it
# wants to, and that nobody takes a port away from under Porch.
#
#   +--------+   10.0.1.0/24    +--------+   10.0.2.0/24    +--------+
#   | client | 2001:db8:1::/64  | router | 2001:db8:2::/64  | server |
#   |     c0 +------------------+ rc  rs +------------------+ s0     |
#   +--------+                  +--------+                  +--------+
#
# nftables on the router translates its own address to the server's. In the end rc,
# and a device that leads to another client, belong to a bridge.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# connects ADDRESS RETRIES [NAMESPACE]
connects()
{
	ip netns exec "${3-$ns_client}" socat -u OPEN:/dev/null \
		"TCP:$1:8080,connect-timeout=1,retry=$2,interval=0.1"
}

unreached()
{
	! connects 10.0.1.1 0 2> /dev/null
}

# refused WORD COMMAND...: it fails and says WORD
refused()
{
	local word=$1 said
	shift

	if said=$("$@" 2>&1); then
		echo "it was not refused: $*"
		return 1
	fi
	echo "$said"
	[[ $said == *"$word"* ]]
}

begin
router_topology
router nft -f - <<-'END' || die "no NAT"
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat
		iifname { rc, br0 } ip daddr 10.0.1.1 tcp dport 8080 dnat to 10.0.2.2
	}
}
END
background "$ns_server" socat "TCP-LISTEN:8080,reuseaddr,fork" SYSTEM:true
poll_until 20 listening "$ns_server" tcp 8080
check "the server is there" connects 10.0.2.2 100
check "what the stack translates and would forward is stopped" \
	counts engine guarded + unreached
check "before the host's own rules" equal sneaked "$(sneaked "$ns_router")" 0
check "the ledger balances in spite of it" ledger_balanced
check "a stopped packet was counted as local" \
	[ "$(number_in "$(porch -j ledger)" local)" -gt 0 ]

router nft delete rule inet sneak forward handle \
	"$(router nft -a list chain inet sneak forward |
	   sed -n 's/.*drop # handle //p')"
porch port del rc
porch port del rs
check "without ports the stack forwards as before" connects 10.0.1.1 100
attach "$ns_router" rc rs
# The trap is gone, and the guard has counted: the end must not ask for them.
routers=()

configure "$ns_router" <<-'END'
link add br0 type bridge
link add vrf0 up type vrf table 10
END
check "a port cannot become a VRF's member" \
	refused "a port of Porch" ip -n "$ns_router" link set rc master vrf0
check "nor a bridge's" \
	refused busy ip -n "$ns_router" link set rc master br0
check "it is still a port" porch port show rc
porch port del rc
check "detached, it can" ip -n "$ns_router" link set rc master vrf0
check "a VRF's member cannot become a port" \
	refused "a VRF" porch port add rc

namespace other
wire "${ns_other:?}" d0 "$ns_router" rd
addresses "$ns_other" d0 10.0.1.3/24
[[ $(router ip link show rc) =~ ether\ ([0-9a-f:]+) ]] || die "rc has no address"
router ip addr flush dev rc
configure "$ns_router" <<-END
link set br0 address ${BASH_REMATCH[1]} up
link set rc master br0
link set rd master br0
addr add 10.0.1.1/24 dev br0
END
porch port del rs
check "without ports the stack forwards from the bridge" connects 10.0.1.1 100
attach "$ns_router" rc
check "what a member gave to the bridge is not forwarded" \
	counts engine guarded + unreached
check "what came by another member is" connects 10.0.1.1 100 "$ns_other"

if [ ! -e /sys/module/br_netfilter ] && modprobe br_netfilter 2> /dev/null; then
	porch port del rc
	attach "$ns_router" br0
	check "what a bridge forwards and shows to netfilter is let alone" \
		reaches "$ns_client" 10.0.1.3
	porch port del br0
	modprobe -r br_netfilter
else
	skip "bridges that show netfilter what they forward" "no br_netfilter to load"
fi

finish
