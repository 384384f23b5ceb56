#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For "make demo": the router of a home, by the example configuration, with real
# traffic through every stage; and proves that none of it went another way. Every
# command is shown as it is run.
#
#   +----------+              +-----------------+                +----------+
#   | laptop   | 10.0.1.0/24  | router          | 203.0.113.0/24 | internet |
#   |     l0   +--------------+ eth1       eth0 +----------------+ i0       |
#   +----------+ .10       .1 |                 | .2          .1 |          |
#   | web      | 10.0.2.0/24  |                 |                |          |
#   |     w0   +--------------+ eth2            |  198.51.100.80 | (lo)     |
#   +----------+ .80       .1 +-----------------+                +----------+
#
# IPv6: 2001:db8:1::/64, 2001:db8:2::/64 and 2001:db8::/64, with the same last numbers;
# 2001:db8:99::80 is the internet's.

ns_prefix=
. "$(dirname "$(readlink -f "$0")")/lib.sh"

config=$top/Documentation/examples/router.conf
server=198.51.100.80
server6=2001:db8:99::80
step=0

heading()
{
	step=$((step + 1))
	printf '\n\033[1m%s. %s\033[0m  (%s s)\n\n' "$step" "$*" "$SECONDS"
}

note()
{
	printf '   %s\n' "$@"
}

broken()
{
	printf '\n\033[1mThe demo failed: %s\033[0m\n' "$*"
	exit 1
}

# run COMMAND...: as a person would type it, and its output
run()
{
	printf '   $ %s\n' "${*//"$top/"/}"
	"$@" 2>&1 | sed '/^$/d; s/^/     /'
	return "${PIPESTATUS[0]}"
}

# show COMMAND...: it must succeed
show()
{
	run "$@" || broken "$*"
}

# fail COMMAND...: it must not
fail()
{
	run "$@" && broken "it should not: $*"
	return 0
}

laptop()
{
	show ip netns exec laptop "$@"
}

router()
{
	show ip netns exec router "$@"
}

network()
{
	namespace laptop web internet router
	wire laptop l0 router eth1
	wire web w0 router eth2
	wire internet i0 router eth0
	addresses router eth0 203.0.113.2/24 2001:db8::2/64
	addresses router eth1 10.0.1.1/24 2001:db8:1::1/64
	addresses router eth2 10.0.2.1/24 2001:db8:2::1/64
	addresses laptop l0 10.0.1.10/24 2001:db8:1::10/64
	addresses web w0 10.0.2.80/24 2001:db8:2::80/64
	addresses internet i0 203.0.113.1/24 2001:db8::1/64
	addresses internet lo $server/32 $server6/128
	configure laptop <<-'END'
	route add default via 10.0.1.1
	route add default via 2001:db8:1::1
	END
	configure web <<-'END'
	route add default via 10.0.2.1
	route add default via 2001:db8:2::1
	END
	configure internet <<-'END'
	route add 2001:db8:1::/64 via 2001:db8::2
	route add 2001:db8:2::/64 via 2001:db8::2
	END
	stock_router router
}

# serve NAMESPACE PORT WHO: tells whoever asks for it, and closes
serve()
{
	background "$1" socat "TCP6-LISTEN:$2,ipv6only=0,fork,reuseaddr" \
		"SYSTEM:echo this is $3\, you are \$SOCAT_PEERADDR"
	poll_until 20 listening "$1" tcp "$2" || broken "nobody listens at $1 $2"
}

# Every name has an address.
name_server()
{
	cat > "$tmp/names.py" <<-'END'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("198.51.100.80", 53))
	while True:
	    q, peer = s.recvfrom(2000)
	    end = q.index(b"\0", 12) + 5
	    a = q[end - 4:end - 2] == b"\0\1"
	    s.sendto(q[:2] + b"\x81\x80" + q[4:6] + bytes([0, a]) + b"\0\0\0\0" + q[12:end] +
	             (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1" if a else b""), peer)
	END
	background internet python3 "$tmp/names.py"
	poll_until 20 listening internet udp 53 || broken "no name server"
}

# dropped REASON: was any packet?
dropped()
{
	[ "$(number_in "$(porchctl -j -n router stats drop "$1")" value)" != 0 ]
}

begin
cat <<-END

	Porch on Linux $(uname -r): packets of chosen devices take its own way.

	   laptop 10.0.1.10 -------- eth1 .
	                                   router  eth0 -------- internet $server
	   web    10.0.2.80 -------- eth2 '   203.0.113.2
END

heading "A router, as Linux makes one, with a trap in its forward hook"
network
router sysctl net.ipv4.ip_forward
router nft list table inet sneak
note "The stock stack would forward, but this rule counts and drops what it" \
	"forwards. So whatever comes through has not gone the stock stack's way."

heading "One file says what Porch is to do: the router of a home"
show grep -vE '^(#|$)' "$config"
show porchctl -n router -c -f "$config"
show porchctl -n router -f "$config"
show porchctl -n router status
note "It took effect at once, in one generation. Loaded again it changes nothing:"
show porchctl -n router diff "$config"

heading "From home to the internet, behind the router's address; IPv6 as it is"
serve internet 80 "the internet"
laptop ping -n -c 2 -i 0.2 -W 10 $server
laptop ping -n -c 2 -i 0.2 -W 10 $server6
laptop traceroute -n -q 1 -w 10 -N 1 $server
laptop socat - "TCP:$server:80"
laptop socat - "TCP6:[$server6]:80"
show porchctl -n router flow

heading "A forbidden port is refused, and says so"
fail ip netns exec laptop socat - "TCP:$server:25,connect-timeout=5"
show porchctl -n router -s rule show forward

heading "The web server inside is reached by the router's address"
serve web 80 "the web server"
show ip netns exec internet socat - "TCP:203.0.113.2:80"
laptop socat - "TCP:203.0.113.2:80"
fail ip netns exec internet socat - "TCP:203.0.113.2:22,connect-timeout=1"
note "Nothing else of it is, nor is the router."

heading "A download keeps to the line's 20 Mbit/s, and what is urgent stays quick"
background internet iperf3 -s
poll_until 20 listening internet tcp 5201 || broken "iperf3 does not listen"
ip netns exec laptop iperf3 -R -f m -i 0 -t 8 -c $server > "$tmp/download" 2>&1 &
download=$!
poll_until 20 grep -q "connected" "$tmp/download"
laptop ping -n -q -c 20 -i 0.1 -W 10 -Q 0xb8 $server
wait "$download" || broken "no download"
show sed -n '/sender\|receiver/p' "$tmp/download"
show porchctl -n router -s shape show eth1
router tc -s qdisc show dev eth1
note "The pings said EF, and so did the answers: class 2, before all of class 3."

heading "A program at the ring blocks a name"
name_server
echo bad.example > "$tmp/names"
ip netns exec router porch-dnsguard -q 53 "$tmp/names" 2> "$tmp/guard" &
poll_until 20 grep -q "reading queue" "$tmp/guard" || broken "porch-dnsguard does not start"
laptop busybox nslookup good.example $server
fail timeout 4 ip netns exec laptop busybox nslookup bad.example $server
show cat "$tmp/guard"

heading "A flood does not touch what controls the router"
serve router 22 "the router"
show porchctl -n router engine set lane-limit 64 vector 1
note "So little room is soon full. A line that lets go of many packets at once helps, too."
show ip netns exec internet tc qdisc add dev i0 root netem delay 20ms limit 100000
background internet hping3 -q --flood --udp -p 9 203.0.113.2
flood=$!
poll_until 30 dropped normal-lane-full || broken "the flood does no harm"
laptop socat - TCP:10.0.1.1:22
laptop ping -n -q -c 20 -i 0.05 -W 5 -Q 0xc0 10.0.1.1
kill "$flood"
show ip netns exec internet tc qdisc del dev i0 root
show porchctl -n router stats lane
show porchctl -n router stats drop
show porchctl -n router lane
note "SSH took the control lane, and so did pings that say CS6 (network control)."
dropped control-lane-full && broken "a packet of the control lane was dropped"

heading "Nothing sneaked past: the trap has counted"
router nft list table inet sneak
show porchctl -n router stats engine guarded
note "guarded: what Porch's own guard stopped in front of the trap; none either."
nothing_sneaked || broken "packets went the stock stack's way"

heading "What Porch counted"
show porchctl -n router -s port
show porchctl -n router stats
note "created: packets that Porch made, here the answers to traceroute and the like." \
	"punt:    left to the stock stack: ARP (non-ip), neighbour discovery (multicast)." \
	"drop:    each with its reason." \
	"engine:  how packets were taken together into vectors."

heading "The ledger: every packet is accounted for"
show porchctl -n router ledger --sync
note "rx, what came in, and created are together what must have gone somewhere:" \
	"sent to a device, local to the router's own sockets, punted, or dropped."

heading "The counter-proof: without Porch, the trap snaps"
printf 'port del %s\n' eth0 eth1 eth2 > "$tmp/none"
show porchctl -n router -b "$tmp/none"
fail ip netns exec laptop ping -n -c 3 -i 0.2 -W 1 2001:db8:2::80
router nft list table inet sneak
[ "$(sneaked router)" -ge 3 ] || broken "the trap does not count"

remove_namespaces
poll_until 10 porch_unload || broken "the module does not go away"
printf '\n\033[1mAll of it crossed Porch, and the module is gone again.\033[0m  (%s s)\n' "$SECONDS"
