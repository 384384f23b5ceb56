#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves what shaping promises: rates are kept, however fast the machine is; equals
# share, the urgent go first, queues do not stand, packets are delayed; what is
# changed or taken away under traffic does no harm; and the qdisc fits in with tc.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# Downloads go from the server to the client, and so wait at rc. A filter puts
# echo replies into class 2, and TCP to the client's port 500N into class N.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

#### looking ####

# value DEVICE ID KEY: of a class
value()
{
	[[ $(porch -j shape show "$1") =~ \"id\":$2,[^}]*\"$3\":([0-9]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}

# at_least LEAST COMMAND...: it prints a number that is
at_least()
{
	local least=$1 have
	shift

	have=$("$@")
	[ "${have:-0}" -ge "$least" ] && return
	echo "$*: ${have:-nothing}, not $least"
	return 1
}

now_us()
{
	echo "${EPOCHREALTIME/./}"
}

# rate_within DEVICE ID KBIT: the class sends no more, whenever one looks; and sooner
# or later, as senders find out, half of it. A slow machine may need some time.
rate_within()
{
	local begin first bytes us i

	for i in {1..40}; do
		begin=$(now_us)
		first=$(value "$1" "$2" sent-bytes)
		sleep 0.5
		bytes=$(($(value "$1" "$2" sent-bytes) - first))
		us=$(($(now_us) - begin))
		echo "$bytes bytes in $us us"
		# Of what waited, one packet may go in advance, and the burst.
		[ "$bytes" -le $((us * $3 / 8000 + $3 * 5 / 8 + 6000)) ] || return 1
		[ "$bytes" -lt $((us * $3 / 16000)) ] || return 0
	done
	return 1
}

# shared LEAST MOST BYTES: while class 4 sends so many bytes by rc, class 3 sends from
# LEAST to MOST tenths of that. A sender that rests for a moment has no share.
shared()
{
	local a b i

	for i in {1..3}; do
		a=$(value rc 3 sent-bytes)
		b=$(value rc 4 sent-bytes)
		poll_until 60 at_least $((b + $3)) value rc 4 sent-bytes || return
		a=$(($(value rc 3 sent-bytes) - a))
		b=$(($(value rc 4 sent-bytes) - b))
		echo "$a and $b bytes"
		[ $((a * 10 / b)) -lt "$1" ] || [ $((a * 10 / b)) -gt "$2" ] || return 0
	done
	return 1
}

# echo_ms LEAST MOST [ADDRESS]: how long an echo takes, at best, in milliseconds
echo_ms()
{
	local log

	log=$(client ping -n -c 10 -i 0.05 -W 10 "${3-10.0.2.2}")
	[[ $log =~ =\ ([0-9]+)\.[0-9]+/ ]] || { echo "$log"; return 1; }
	echo "${BASH_REMATCH[1]} ms"
	[ "${BASH_REMATCH[1]}" -ge "$1" ] && [ "${BASH_REMATCH[1]}" -le "$2" ]
}

no_qdisc()
{
	fails says porch router tc qdisc show dev "$1"
	equal "classes of $1" "$(porch shape show "$1")" ""
}

#### traffic ####

# download CLASS: until it is killed, $! is its process
download()
{
	background "$ns_server" socat -u /dev/zero "TCP:10.0.1.2:500$1,retry=50,interval=0.1"
}

stop()
{
	kill "$@"
	wait "$@" 2> /dev/null || :
}

# classified DEVICE: by the filter that is described above
classified()
{
	local i

	router tc qdisc add dev "$1" clsact
	router tc filter add dev "$1" egress pref 1 protocol ip flower ip_proto icmp \
		action skbedit priority 706f:2
	router tc filter add dev "$1" egress pref 2 protocol ipv6 flower ip_proto icmpv6 \
		action skbedit priority 706f:2
	for i in 3 4; do
		router tc filter add dev "$1" egress pref 3 protocol ip flower ip_proto tcp \
			dst_port "500$i" action skbedit priority "706f:$i"
	done
}

#### points ####

# What is transferred takes its time: 8 MBit at this rate, and a little more
simple()
{
	local begin us

	porch shape simple rc 8mbit
	says 'qdisc porch' router tc qdisc show dev rc
	begin=$(now_us)
	transfer "$ns_server" "$ns_client" 10.0.1.2 1
	us=$(($(now_us) - begin))
	echo "$us us"
	[ "$us" -ge 1000000 ] && [ "$us" -le 60000000 ]
	[[ $(router tc -s qdisc show dev rc) =~ Sent\ ([0-9]+)\ bytes\ ([0-9]+)\ pkt ]]
	# Cut into what the line takes one by one
	[ "${BASH_REMATCH[1]}" -gt 1000000 ] &&
		[ $((BASH_REMATCH[1] / BASH_REMATCH[2])) -le 1514 ]
	at_least 1000000 value rc 1 sent-bytes
	at_least 1000000 value rc 3 sent-bytes
	says 'class porch [0-9a-f]+:3 parent [0-9a-f]+:1' router tc class show dev rc
	says 'Sent [1-9]' router tc -s class show dev rc
}

six()
{
	local before

	before=$(value rc 1 sent-packets)
	reaches "$ns_client" 2001:db8:2::2
	poll_until 10 at_least $((before + 2)) value rc 1 sent-packets
}

# What the router says itself is shaped, too.
own()
{
	local before

	before=$(value rc 2 sent-packets)
	reaches "$ns_router" 10.0.1.2
	poll_until 10 at_least $((before + 2)) value rc 2 sent-packets
	before=$(value rc 3 sent-packets)
	router socat -u - UDP:10.0.1.2:9 <<< x
	poll_until 10 at_least $((before + 1)) value rc 3 sent-packets
	before=$(value rc 2 sent-packets)
	router socat -u - UDP:10.0.1.2:9,setsockopt-int=1:12:1886322690 <<< x
	poll_until 10 at_least $((before + 1)) value rc 2 sent-packets
}

# A queue that stands, and one that is asked first
urgent()
{
	local pid

	porch -a -b - <<-END
	shape off rc
	shape class add rc 1 ceil 4mbit
	shape class add rc 2 parent 1 prio 0
	shape class add rc 3 parent 1 prio 1 interval 0 limit 100 flows 1 default
	END
	download 3
	pid=$!
	poll_until 60 at_least 60 value rc 3 backlog-packets
	echo_ms 0 80
	# By the queue of the download: 60 packets of 3 ms each, unless its sender rests
	router tc filter del dev rc egress pref 1
	poll_until 60 echo_ms 100 3000
	stop "$pid"
	router tc filter add dev rc egress pref 1 protocol ip flower ip_proto icmp \
		action skbedit priority 706f:2
}

# three to one, by quantum
shares()
{
	local pids

	porch -a -b - <<-END
	shape off rc
	shape class add rc 1 ceil 4mbit
	shape class add rc 2 parent 1
	shape class add rc 3 parent 1 prio 1 quantum 9000 interval 0 limit 100 default
	shape class add rc 4 parent 1 prio 1 quantum 3000 interval 0 limit 100
	END
	download 3
	pids=$!
	download 4
	pids+=" $!"
	poll_until 60 at_least 5 value rc 3 backlog-packets
	poll_until 60 at_least 5 value rc 4 backlog-packets
	shared 20 40 150000
	# shellcheck disable=SC2086 # words
	stop $pids
}

# What it is promised a class gets, though another goes first
promised()
{
	local pids

	porch -a -b - <<-END
	shape off rc
	shape class add rc 1 ceil 8mbit
	shape class add rc 2 parent 1
	shape class add rc 3 parent 1 prio 0 interval 0 limit 100 default
	shape class add rc 4 parent 1 prio 1 rate 4mbit interval 0 limit 100
	END
	download 3
	pids=$!
	download 4
	pids+=" $!"
	poll_until 60 at_least 5 value rc 3 backlog-packets
	poll_until 60 at_least 5 value rc 4 backlog-packets
	rate_within rc 1 8000
	shared 5 20 200000
	# shellcheck disable=SC2086 # words
	stop $pids
}

# CoDel drops, or marks what both ends know to read
codel()
{
	local pid

	porch shape simple rc 4mbit
	download 3
	pid=$!
	poll_until 60 at_least 1 value rc 3 drops-codel
	stop "$pid"
	server sysctl -qw net.ipv4.tcp_ecn=1
	client sysctl -qw net.ipv4.tcp_ecn=1
	porch shape simple rc 4mbit
	download 3
	pid=$!
	poll_until 60 at_least 1 value rc 3 marked
	stop "$pid"
	porch shape class change rc 3 ecn off
	download 3
	pid=$!
	poll_until 60 at_least 2 value rc 3 drops-codel
	stop "$pid"
}

full()
{
	local pid

	porch shape class change rc 3 limit 10 interval 0
	download 3
	pid=$!
	poll_until 60 at_least 10 value rc 3 drops-full
	at_least 1 value rc 3 sent-packets
	[ "$(value rc 3 backlog-packets)" -le 10 ]
	stop "$pid"
}

delayed()
{
	porch shape off rc
	porch shape class add rc 2 delay 200ms default
	echo_ms 200 1500
	echo_ms 200 1500 2001:db8:2::2
	porch shape class change rc 2 delay 100ms
	echo_ms 100 1400
	porch shape class change rc 2 delay 0
	echo_ms 0 90
}

# Another rate holds at once, up and down
changed()
{
	local pid

	porch shape simple rc 1mbit
	download 3
	pid=$!
	poll_until 60 at_least 1 value rc 3 backlog-packets
	porch shape class change rc 1 ceil 12mbit
	rate_within rc 1 12000
	porch shape class change rc 1 ceil 2mbit
	rate_within rc 1 2000
	porch shape simple rc 6mbit
	rate_within rc 1 6000
	porch -a -b - <<-END
	shape class add rc 4 parent 1 prio 1
	shape class add rc 5 parent 4 ceil 3mbit
	shape class change rc 5 default
	shape class del rc 3
	END
	poll_until 60 at_least 100000 value rc 5 sent-bytes
	rate_within rc 5 3000
	stop "$pid"
}

# Classes and qdiscs come and go under traffic, which goes on afterwards.
churn()
{
	local i pid pid4

	porch shape simple rc 20mbit
	download 3
	pid=$!
	download 4
	pid4=$!
	for i in 1 2; do
		porch shape class add rc 4 parent 1 prio 1 delay "${i}ms"
		porch shape class add rc 5 parent 4
		porch shape class add rc 6 parent 5 default
		router tc qdisc replace dev rc root handle "$i": porch
		porch shape class del rc 6
		porch shape class del rc 5
		porch shape class change rc 3 default
		porch shape class del rc 4
		router tc qdisc replace dev rc root pfifo limit 100
		refused 'another qdisc' porch shape simple rc 20mbit
		router tc qdisc replace dev rc root porch
		porch shape off rc
		no_qdisc rc
		porch shape simple rc 20mbit
		router ip link set rc down
		router ip link set rc up
	done
	poll_until 60 at_least 100000 value rc 1 sent-bytes
	stop "$pid" "$pid4"
	reaches "$ns_client" 10.0.2.2
}

# Each has its own rate.
both()
{
	local pid

	porch shape simple rc 6mbit
	porch shape simple rs 2mbit
	download 3
	pid=$!
	background "$ns_client" socat -u /dev/zero "TCP:10.0.2.2:5003,retry=50,interval=0.1"
	poll_until 60 at_least 1 value rs 3 backlog-packets
	poll_until 60 at_least 1 value rc 3 backlog-packets
	rate_within rs 1 2000
	rate_within rc 1 6000
	stop "$pid" "$!"
	porch shape off rs
	no_qdisc rs
	says 'rc 3' porch shape class
}

reloaded()
{
	local rows

	porch -a -b - <<-END
	shape off rc
	shape class add rc 1 ceil 10500kbit ceil-burst 20kb
	shape class add rc 7 parent 1 rate 1mbit burst 5000b prio 3 quantum 2kb
	shape class add rc 8 parent 7 default delay 1500us limit 77 flows 5 target 7ms interval 0 ecn off
	shape class add rs 65534
	END
	rows=$(porch shape show)
	echo "$rows"
	printf '%s\n' "shape off rc" "shape off rs" \
		"shape class add ${rows//$'\n'/$'\n'shape class add }" > "$tmp/rows"
	porch -a -b "$tmp/rows"
	equal "loaded again" "$(porch shape show)" "$rows"
	says '"delay":1500' porch -j shape show rc
	says '"ceil":1312500' porch -j shape show rc
	porch shape off rs
}

# none of these changes anything
refusals()
{
	local rows generation

	rows=$(porch shape show)
	generation=$(porch status)
	refused 'number of|has a class' porch shape class add rc 7
	refused 'parent' porch shape class add rc 9 parent 70
	refused 'default class' porch shape class add rc 9 parent 8
	refused 'below it' porch shape class del rc 7
	refused 'no class' porch shape class del rc 9
	refused 'no class' porch shape class change rc 9 prio 1
	refused 'below it' porch shape class change rc 7 default
	refused 'more than the ceiling' porch shape class change rc 1 rate 1gbit
	refused 'no CoDel' porch shape class change rc 8 interval 50us
	refused 'prio' porch shape class change rc 8 prio 8
	refused '65534' porch shape class add rc 65535
	router tc qdisc add dev rs root handle 1: pfifo
	refused 'another qdisc' porch shape simple rs 1mbit
	refused 'another qdisc' porch shape class add rs 1
	says pfifo router tc qdisc show dev rs
	router tc qdisc del dev rs root
	refused 'line|:2: ' porch -a -b - <<-END
	shape class add rs 1
	shape class add rs 1
	END
	no_qdisc rs
	refused '' porch shape class add rs 1 parent 1
	no_qdisc rs
	equal "classes" "$(porch shape show)" "$rows"
	equal "status" "$(porch status)" "$generation"
}

# The qdisc below others of tc's, which ask before they take
nested()
{
	router tc qdisc add dev rs root handle 1: htb default 1
	router tc class add dev rs parent 1: classid 1:1 htb rate 50mbit quantum 1514
	router tc qdisc add dev rs parent 1:1 handle 10: porch
	transfer "$ns_client" "$ns_server" 10.0.2.2 1
	router tc qdisc del dev rs root
	router tc qdisc add dev rs root handle 1: tbf rate 50mbit burst 64kb latency 100ms
	router tc qdisc add dev rs parent 1:1 handle 10: porch
	transfer "$ns_client" "$ns_server" 10.0.2.2 1
	says 'porch 10:.*backlog 0b 0p' eval 'router tc -s qdisc show dev rs | tr "\n" " "'
	router tc qdisc del dev rs root
	# Without classes: a queue
	router tc qdisc add dev rs root porch
	reaches "$ns_client" 10.0.2.2
	says 'Sent [1-9]' router tc -s class show dev rs
	router tc qdisc del dev rs root
}

# pair NAMESPACE: x0, which is shaped, and x1 in the router; echo replies are more than
# what may leave by x0
pair()
{
	wire "$1" x0 "$ns_router" x1
	addresses "$1" x0 10.9.0.1/24
	addresses "$ns_router" x1 10.9.0.2/24
	porchctl -n "$1" shape simple x0 1kbit
	porchctl -n "$1" shape class change x0 3 interval 0
	router ping -q -f -c 100 -W 0.1 10.9.0.1 > /dev/null || :
	says '"backlog-packets":[1-9]' porchctl -n "$1" -j shape show x0
}

no_x1()
{
	fails router ip link show x1
}

# The device goes with packets in its queue, and so does its namespace. (Those of a
# socket would keep the namespace until they have left.)
gone()
{
	namespace other
	pair "${ns_other:?}"
	ip -n "$ns_other" link del x0
	equal "classes" "$(porchctl -n "$ns_other" shape show)" ""
	pair "$ns_other"
	ip netns del "$ns_other"
	poll_until 60 no_x1
}

begin
router_topology
client sysctl -qw net.ipv4.tcp_ecn=0
background "$ns_client" socat -u TCP-LISTEN:5003,fork,reuseaddr OPEN:/dev/null,append
background "$ns_client" socat -u TCP-LISTEN:5004,fork,reuseaddr OPEN:/dev/null,append
background "$ns_server" socat -u TCP-LISTEN:5003,fork,reuseaddr OPEN:/dev/null,append

check "a line has its rate" simple
classified rc
check "IPv6 shares it" six
check "so does this machine" own
check "the urgent go first" urgent
check "equals share by quantum" shares
check "a rate is a promise" promised
check "CoDel drops, and marks" codel
check "a limit" full
check "delay" delayed
check "changes under traffic" changed
check "classes and qdiscs come and go" churn
check "two devices" both
check "what is shown can be loaded" reloaded
check "refusals change nothing" refusals
check "the module is held" refused 'in use' rmmod porch
check "below other qdiscs" nested
check "device and namespace go" gone
porch shape off rc
check "nothing is left" no_qdisc rc

finish
