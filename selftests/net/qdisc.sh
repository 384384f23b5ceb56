#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets leave by whatever stands at the output device: no queue, a
# qdisc, tc and netfilter egress; and that tc ingress stands before Porch.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# crosses QDISC...: with it, and it has counted what did
crosses()
{
	router tc qdisc replace dev rs root "$@" || return
	transfer "$ns_client" "$ns_server" 10.0.2.2 1
	reaches "$ns_client" 2001:db8:2::2
	[[ $(router tc -s qdisc show dev rs) =~ Sent\ ([0-9]+)\ bytes ]]
	[ "${BASH_REMATCH[1]}" -gt 1000000 ] && return
	echo "only ${BASH_REMATCH[1]} bytes went through the qdisc"
	return 1
}

silence()
{
	fails client ping -n -q -c 1 -W 0.3 10.0.2.2
	reaches "$ns_client" 2001:db8:2::2
}

counted()
{
	[[ $("$@") =~ packets\ ([1-9][0-9]*)|Sent\ [0-9]+\ bytes\ ([1-9][0-9]*)\ pkt ]]
}

begin
router_topology

check "noqueue" reaches "$ns_client" 10.0.2.2
# QDISC...
while read -r -a qdisc; do
	check "${qdisc[0]}" crosses "${qdisc[@]}"
done <<-'END'
pfifo limit 1000
fq_codel
porch
fq
sfq
prio
tbf rate 200mbit burst 64kb latency 100ms
netem delay 1ms limit 10000
END

router tc qdisc replace dev rs root tbf rate 64kbit burst 2kb limit 3000
client ping -q -f -c 50 -s 1000 -W 0.1 10.0.2.2 > /dev/null
check "a queue that is full drops" says "dropped [1-9]" router tc -s qdisc show dev rs
router tc qdisc replace dev rs root netem loss 2% limit 1000
check "TCP past a qdisc that drops" transfer "$ns_client" "$ns_server" 10.0.2.2 1
router tc qdisc del dev rs root

router tc qdisc add dev rs clsact
router tc filter add dev rs egress protocol ip flower ip_proto icmp action drop
check "tc egress is honoured" silence
check "tc egress has counted" counted router tc -s filter show dev rs egress
router tc filter del dev rs egress
check "tc egress without its filter" reaches "$ns_client" 10.0.2.2
router tc qdisc add dev rc clsact
router tc filter add dev rc ingress protocol ip flower ip_proto icmp action drop
check "tc ingress is honoured" silence
router tc qdisc del dev rc clsact
router tc qdisc del dev rs clsact

router nft -f - <<-'END'
table netdev guard {
	chain out {
		type filter hook egress device rs priority 0
		ip protocol icmp counter drop
	}
}
END
check "nft egress is honoured" silence
check "nft egress has counted" counted router nft list table netdev guard
router nft delete table netdev guard
router nft -f - <<-'END'
table netdev guard {
	chain in {
		type filter hook ingress device rc priority 0
		ip protocol icmp counter drop
	}
}
END
check "nft ingress is honoured" silence
check "nft ingress has counted" counted router nft list table netdev guard
router nft delete table netdev guard
check "without any of them" reaches "$ns_client" 10.0.2.2

finish
