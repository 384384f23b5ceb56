#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For "make demo": shows real traffic crossing Porch, and proves that it did not
# go another way. Every command is shown as it is run.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#       .2 / ::2       .1 / ::1  .1 / ::1        .2 / ::2
#            2001:db8:1::/64      2001:db8:2::/64

ns_prefix=
. "$(dirname "$(readlink -f "$0")")/lib.sh"

step=0

heading()
{
	step=$((step + 1))
	printf '\n\033[1m%s. %s\033[0m  (%s s)\n\n' "$step" "$*" "$SECONDS"
}

note()
{
	printf '   %s\n' "$*"
}

broken()
{
	printf '\n\033[1mThe demo failed: %s\033[0m\n' "$*"
	exit 1
}

# run COMMAND...: as a person would type it, and its output
run()
{
	printf '   $ %s\n' "$*"
	"$@" 2>&1 | sed '/^$/d; s/^/     /'
	return "${PIPESTATUS[0]}"
}

# show COMMAND...: it must succeed
show()
{
	run "$@" || broken "$*"
}

client()
{
	show ip netns exec client "$@"
}

router()
{
	show ip netns exec router "$@"
}

begin
cat <<-END

	Porch on Linux $(uname -r): packets of chosen devices take its own way.

	   client               router               server
	   10.0.1.2  --------- rc    rs ---------  10.0.2.2
	   2001:db8:1::2    Porch on both     2001:db8:2::2
END

heading "A router, as Linux makes one, with a trap in its forward hook"
stock_topology > /dev/null
router sysctl net.ipv4.ip_forward
router nft list table inet sneak
note "The stock stack would forward, but this rule counts and drops what it"
note "forwards. So whatever comes through has not gone the stock stack's way."

heading "Porch takes the router's two devices"
show porchctl -n router port add rc
show porchctl -n router port add rs
show porchctl -n router route add 10.0.1.0/24 dev rc
show porchctl -n router route add 10.0.2.0/24 dev rs
show porchctl -n router route add 2001:db8:1::/64 dev rc
show porchctl -n router route add 2001:db8:2::/64 dev rs
show porchctl -n router status

heading "Ping"
client ping -n -c 2 -i 0.2 -W 3 10.0.2.2
client ping -n -c 2 -i 0.2 -W 3 2001:db8:2::2

heading "Traceroute: Porch answers as the first hop"
client traceroute -n -q 1 -w 3 10.0.2.2
client traceroute -6 -n -q 1 -w 3 2001:db8:2::2

heading "Where there is no route, Porch says so"
run ip netns exec client ping -n -c 1 -W 3 10.9.9.9 && broken "an answer from nowhere"

heading "TCP and UDP, by iperf3"
background server iperf3 -s
poll_until 20 listening server tcp 5201 || broken "iperf3 does not listen"
for server in 10.0.2.2 2001:db8:2::2; do
	client iperf3 -f m -i 0 -t 2 -c "$server"
	client iperf3 -f m -i 0 -t 2 -u -b 10M -c "$server"
done

heading "Nothing sneaked past: the trap has counted"
router nft list table inet sneak
show porchctl -n router stats engine guarded
note "guarded: what Porch's own guard stopped in front of the trap; none either."
nothing_sneaked || broken "packets went the stock stack's way"

heading "What Porch counted: the ports"
show porchctl -n router -s port

heading "What Porch counted: why packets were made, punted and dropped"
show porchctl -n router stats
note "created: packets that Porch made, here the answers to traceroute and ping."
note "punt:    left to the stock stack: ARP (non-ip), neighbour discovery"
note "         (multicast) and the like."
note "drop:    each with its reason; here those that were answered."
note "engine:  how packets were taken together into vectors."

heading "The ledger: every packet is accounted for"
show porchctl -n router ledger --sync
note "rx, what came in, and created are together what must have gone somewhere:"
note "sent to a device, local to the router's own sockets, punted, or dropped."

heading "The counter-proof: without Porch, the trap snaps"
show porchctl -n router port del rc
show porchctl -n router port del rs
run ip netns exec client ping -n -c 3 -i 0.2 -W 1 10.0.2.2 && broken "the trap lets through"
router nft list table inet sneak
[ "$(sneaked router)" -ge 3 ] || broken "the trap does not count"

remove_namespaces
porch_unload || broken "the module does not go away"
printf '\n\033[1mAll of it crossed Porch, and the module is gone again.\033[0m  (%s s)\n' "$SECONDS"
