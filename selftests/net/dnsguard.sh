#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Applications that judge and own packets: porch-dnsguard drops questions for names
# on its list, and lets everything else pass, be it 64 kB at once or tagged. Proves
# what becomes of packets when it sleeps or is killed.
#
#   +--------+             +----------------+             +--------+
#   | client |             | router         |             | server |
#   |     c0 +-------------+ rc          rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 | porch-dnsguard | 10.0.2.0/24 +--------+
#       .2 / ::2   .1, ::1 +----------------+ .1, ::1    .2 / ::2

. "$(dirname "$(readlink -f "$0")")/lib.sh"

guard=

# guard_up [MILLISECONDS]: porch-dnsguard at queue 5, which answers in time, as slow as
# this machine may be; its pid is in $guard
guard_up()
{
	rm -f "$tmp/guard"
	ip netns exec "$ns_router" porch-dnsguard -q 5 -t "${1:-60000}" "$tmp/names" \
		2> "$tmp/guard" &
	guard=$!
	poll_until 30 grep -q "reading queue 5" "$tmp/guard"
}

guard_down()
{
	kill "${1:--TERM}" "$guard"
	wait "$guard" || true
}

# A server that sends each question back as its answer
answer()
{
	cat > "$tmp/answer.py" <<-'END'
	import socket
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
	s.bind(("::", 53))
	while True:
	    data, peer = s.recvfrom(2000)
	    s.sendto(data[:2] + bytes([data[2] | 0x80]) + data[3:], peer)
	END
	background "$ns_server" python3 "$tmp/answer.py"
	poll_until 30 listening "$ns_server" udp 53
}

# ask ADDRESS NAME [SECONDS]: is the question answered?
ask()
{
	asks "$ns_client" "$@"
}

# asks NAMESPACE ADDRESS NAME [SECONDS]
asks()
{
	ip netns exec "$1" python3 - "${@:2}" <<-'END'
	import socket, sys
	address, name = sys.argv[1:3]
	family = socket.AF_INET6 if ":" in address else socket.AF_INET
	s = socket.socket(family, socket.SOCK_DGRAM)
	s.settimeout(float(sys.argv[3]) if len(sys.argv) > 3 else 10)
	labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
	question = b"\7\7\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
	s.sendto(question, (address, 53))
	sys.exit(s.recv(2000)[12:] != question[12:])
	END
}

blocked()
{
	counts drop verdict 1 fails ask "$@" 1
}

names()
{
	ask 10.0.2.2 good.example
	ask 2001:db8:2::2 good.example
	blocked 10.0.2.2 bad.example
	blocked 2001:db8:2::2 bad.example
	blocked 10.0.2.2 Very.BAD.example
	ask 10.0.2.2 notbad.example
}

# As many frames, as large as they come
everything()
{
	porch rule flush forward
	porch rule add forward queue 5
	# A flow's first packet may come in fragments.
	client ping -q -c 1 -W 10 -s 3000 10.0.2.2
	client ping -q -c 1 -W 10 -s 3000 2001:db8:2::2
	transfer "$ns_client" "$ns_server" 10.0.2.2 2
	transfer "$ns_server" "$ns_client" 2001:db8:1::2 2
}

# One that is stopped answers nobody: the deadline does.
sleeps()
{
	porch rule flush forward
	porch rule add forward proto udp dport 53 queue 5
	kill -STOP "$guard"
	counts drop verdict-late 1 fails ask 10.0.2.2 good.example 1
	porch rule flush forward
	porch rule add forward proto udp dport 53 queue 5 bypass
	counts engine bypassed 1 ask 10.0.2.2 good.example
	kill -CONT "$guard"
	# Its answers to both come too late, and are refused.
	poll_until 30 ask 10.0.2.2 good.example
}

# The rule goes while its packet waits, for as long as this machine may need. Nobody
# queues it a second time.
rule_goes()
{
	local pid
	porch rule flush forward
	porch rule add forward proto udp dport 53 queue 5
	kill -STOP "$guard"
	ask 10.0.2.2 good.example 60 &
	pid=$!
	poll_until 30 holds 1
	porch rule flush forward
	kill -CONT "$guard"
	wait "$pid"
}

holds()
{
	equal held "$(number_in "$(porch -j ledger)" held)" "$1"
}

one_reader()
{
	refused "queue 5 is another program's" \
		router porch-dnsguard -q 5 "$tmp/names"
	says 'rings +1' porch status
	refused "in use" rmmod porch
}

diverted()
{
	porch rule flush forward
	porch rule add forward proto udp dport 53 divert 5
	fails ask 10.0.2.2 good.example 1
	equal owned "$(number_in "$(porch -j ledger)" ring-owned)" 1
	porch rule flush forward
	ask 10.0.2.2 good.example
}

refused_rules()
{
	refused "only queue and divert" porch rule add forward accept bypass
	refused "only queue and divert" porch rule add forward bypass
	porch rule add forward queue 5 bypass
	says 'queue 5 bypass' porch rule show
	porch rule flush forward
}

# The other tool, with no right but to look
capture_alone()
{
	local pid
	router setpriv --bounding-set=-all,+net_raw porch-capture -i rc -s 100 \
		-c 8 -w "$tmp/alone" 2> "$tmp/alone.err" &
	pid=$!
	poll_until 10 test -s "$tmp/alone"
	poll_until 60 asked_until_gone "$pid"
	wait "$pid"
	says "8 frames captured" cat "$tmp/alone.err"
	says "A\? good.example" tcpdump -Z root -n -r "$tmp/alone"
	refused "Operation not permitted" router \
		setpriv --bounding-set=-all,+net_raw porch-dnsguard -q 6 "$tmp/names"
}

asked_until_gone()
{
	ask 10.0.2.2 good.example
	fails kill -0 "$1"
}

port_goes()
{
	porch rule add forward proto udp dport 53 queue 5
	kill -STOP "$guard"
	fails ask 10.0.2.2 good.example 0.1
	poll_until 10 holds 1
	porch port del rc
	holds 0
	porch port add rc
	fails ask 10.0.2.2 good.example 0.1
	poll_until 10 holds 1
	router ip link set rc down
	holds 0
	router ip link set rc up
	kill -CONT "$guard"
	poll_until 30 ask 10.0.2.2 good.example 1
}

# What the router sends itself passes by the application just like that.
output_asked()
{
	porch rule add output proto udp dport 53 queue 5
	asks "$ns_router" 10.0.2.2 good.example
	asks "$ns_router" 2001:db8:2::2 good.example
	counts drop verdict 1 fails asks "$ns_router" 10.0.2.2 bad.example 1
	counts drop verdict 1 fails asks "$ns_router" 2001:db8:2::2 bad.example 1
}

# As large as sockets send them, checksums not computed yet, windows that wait
output_everything()
{
	porch rule flush output
	porch rule add output queue 5
	router ping -q -c 1 -W 10 -s 3000 10.0.2.2
	router ping -q -c 1 -W 10 -s 3000 2001:db8:2::2
	transfer "$ns_router" "$ns_server" 10.0.2.2 2
	transfer "$ns_server" "$ns_router" 2001:db8:2::1 2
}

# Whoever else is on its way sees it once.
output_once()
{
	local pid

	porch rule flush output
	porch rule add output proto udp dport 53 queue 5
	router tc qdisc add dev rs clsact
	router tc filter add dev rs egress protocol ip flower ip_proto udp dst_port 53 action ok
	router nft add table netdev t
	router nft 'add chain netdev t c { type filter hook egress device rs priority 0; }'
	router nft add rule netdev t c udp dport 53 counter
	ip netns exec "$ns_router" porch-capture -i rs -w "$tmp/once" 2> /dev/null &
	pid=$!
	poll_until 10 test -s "$tmp/once"
	asks "$ns_router" 10.0.2.2 good.example
	kill "$pid"
	wait "$pid" || :
	equal "frames captured" "$(tcpdump -Z root -n -r "$tmp/once" udp dst port 53 \
		2> /dev/null | wc -l)" 1
	says 'packets 1 ' router nft list table netdev t
	says 'Sent [0-9]+ bytes 1 pkt' router tc -s filter show dev rs egress
	router nft delete table netdev t
	router tc qdisc del dev rs clsact
}

output_diverted()
{
	local owned

	owned=$(number_in "$(porch -j ledger)" ring-owned)
	porch rule flush output
	porch rule add output proto udp dport 53 divert 5
	fails asks "$ns_router" 10.0.2.2 good.example 1
	equal owned "$(number_in "$(porch -j ledger)" ring-owned)" $((owned + 1))
}

# Nobody answers, and nobody reads.
output_unanswered()
{
	porch rule flush output
	porch rule add output proto udp dport 53 queue 5
	kill -STOP "$guard"
	counts drop verdict-late 1 fails asks "$ns_router" 10.0.2.2 good.example 1
	porch rule flush output
	porch rule add output proto udp dport 53 queue 5 bypass
	counts engine bypassed 1 asks "$ns_router" 10.0.2.2 good.example
	kill -CONT "$guard"
	porch rule flush output
	porch rule add output proto udp dport 53 queue 6
	counts drop no-queue 1 fails asks "$ns_router" 10.0.2.2 good.example 1
	porch rule flush output
	porch rule add output proto udp dport 53 divert 6 bypass
	counts engine bypassed 1 asks "$ns_router" 10.0.2.2 good.example
}

output_port_goes()
{
	porch rule flush output
	porch rule add output proto udp dport 53 queue 5
	kill -STOP "$guard"
	fails asks "$ns_router" 10.0.2.2 good.example 0.1
	poll_until 10 holds 1
	porch port del rs
	holds 0
	porch port add rs
	fails asks "$ns_router" 10.0.2.2 good.example 0.1
	poll_until 10 holds 1
	router ip link set rs down
	holds 0
	router ip link set rs up
	kill -CONT "$guard"
	poll_until 30 asks "$ns_router" 10.0.2.2 good.example 1
	porch rule flush output
}

begin
router_topology
printf '# names\nbad.example\nworse.example\n' > "$tmp/names"
answer
guard_up
porch rule add forward proto udp dport 53 queue 5 || die "no rule"
check "names on the list are blocked, others are not" names
check "one program reads a queue" one_reader
check "all packets pass by an application" everything
guard_down
guard_up 500
check "an application that sleeps" sleeps
guard_down
guard_up
check "a rule that goes while its packet waits" rule_goes
check "what a rule diverts is the application's" diverted
check "rules that make no sense" refused_rules
check "porch-capture with CAP_NET_RAW alone" capture_alone
check "a port that goes while its packets wait" port_goes
porch rule flush forward
check "what the machine sends is asked for" output_asked
check "whatever it is" output_everything
check "and is seen once by others" output_once
check "it may be diverted" output_diverted
guard_down
guard_up 500
check "nobody has an answer for it" output_unanswered
guard_down
guard_up
check "its port goes while it waits" output_port_goes
guard_down -KILL
porch rule flush forward
porch rule add forward proto udp dport 53 queue 5 bypass
check "an application that was killed, bypassed" \
	counts engine bypassed 1 ask 10.0.2.2 bad.example
porch rule flush forward
porch rule add forward proto udp dport 53 queue 5
check "an application that was killed" \
	counts drop no-queue 1 fails ask 10.0.2.2 good.example 1
guard_up
check "and one that is back" ask 10.0.2.2 good.example
guard_down
check "what it says at its end" grep -E '^[0-9]+ packets seen, 0 dropped' "$tmp/guard"
finish
