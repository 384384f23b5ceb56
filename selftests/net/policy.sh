#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets meet the rules of their hooks, in order; that a rule matches
# what it says, and nothing else; and that what it does is done. What rules say
# together is policy-diff.sh's.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology
# Where the server takes packets, and answers nothing
routes "$ns_router" "10.9.0.0/16 via 10.0.2.2" "2001:db8:9::/48 via 2001:db8:2::2"

# fresh LINE...: these rules, and no others, by one change
fresh()
{
	printf '%s\n' "rule flush ingress" "rule flush input" "rule flush forward" \
		"rule flush output" "chain policy ingress accept" \
		"chain policy input accept" "chain policy forward accept" \
		"chain policy output accept" "$@" | porch -a -b -
}

# packets PATTERN: what the first rule has counted whose row matches
packets()
{
	[[ $(porch -s rule show | grep -m 1 -- "$1") =~ packets\ ([0-9]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}

# pings ADDRESS [SECONDS]
pings()
{
	client ping -n -q -c 1 -W "${2:-10}" "$1"
}

frames <<'END_OF_PYTHON'
# What is sent first arrives first, as all of it takes one lane of one CPU.
os.sched_setaffinity(0, {0})
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
SRC = {4: "10.0.1.2", 6: "2001:db8:1::2"}
ROUTER = {4: "10.0.1.1", 6: "2001:db8:1::1"}
SERVER = {4: "10.0.2.2", 6: "2001:db8:2::2"}
QUIET = {4: "10.9.0.9", 6: "2001:db8:9::9"}
FIN, SYN, RST, ACK = 1, 2, 4, 16
EMPTY = [f"rule flush {hook}\nchain policy {hook} accept"
         for hook in ("ingress", "input", "forward", "output")]


def rules(*lines):
    run = subprocess.run(["porchctl", "-n", os.environ["ns_router"], "-a", "-b", "-"],
                         input="\n".join(EMPTY + list(lines)), text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.returncode == 0, run.stdout


def tcp(src, dst, flags, data, *, sport=4000, dport=80, seq=1000, ack=5000, bad=0):
    head = struct.pack("!HHIIBBH", sport, dport, seq, ack, 5 << 4, flags, 8192)
    c = checksum(pseudo(src, dst, TCP, 20 + len(data)) + head + b"\0\0\0\0" + data)
    return head + struct.pack("!HH", c ^ bad, 0) + data


def tcp_packet(v, flags, mark, *, src=None, dst=None, tos=0, **more):
    src, dst = src or SRC[v], dst or QUIET[v]
    return ip(src, dst, TCP, tcp(src, dst, flags, mark, **more), tos=tos)


def udp_to(v, mark, *, src=None, dst=None, tos=0, ttl=64, **ports):
    src, dst = src or SRC[v], dst or QUIET[v]
    return ip(src, dst, UDP, udp(src, dst, mark, **ports), tos=tos, ttl=ttl)


def sorts(what, v, words, hit, miss, hook="forward"):
    """A rule drops what it matches, which is all of hit, and none of miss"""
    with point(f"{what}, IPv{v}"):
        rules(f"rule add {hook} {words} drop")
        hits = [token() for _ in hit]
        misses = [token() for _ in miss]
        for make, mark in list(zip(hit, hits)) + list(zip(miss, misses)):
            c0.send(rc, make(mark))
        for i, mark in enumerate(misses):
            assert s0.catch(mark), f"packet {i} that should pass is lost"
        for i, mark in enumerate(hits):
            equal(f"packet {i} that should be lost", s0.caught(mark), [])


def fragments(v, mark):
    """The first with ports, the last without"""
    body = udp(SRC[v], QUIET[v], mark * 4, dport=53)
    a, b = body[:48], body[48:]
    if v == 4:
        return (ip4(SRC[v], QUIET[v], UDP, a, mf=True),
                ip4(SRC[v], QUIET[v], UDP, b, offset=48))
    return (ip6(SRC[v], QUIET[v], 44, struct.pack("!BBHI", UDP, 0, 1, 9) + a),
            ip6(SRC[v], QUIET[v], 44, struct.pack("!BBHI", UDP, 0, 48, 9) + b))


for v in 4, 6:
    net = "10.0.%s.0/24" if v == 4 else "2001:db8:%s::/64"
    other = "10.0.1.3" if v == 4 else "2001:db8:1::3"

    def plain(mark, **how):
        return udp_to(v, mark, **how)

    def other_one(mark):
        return udp_to(v, mark, src=other)

    sorts("source", v, f"from {SRC[v]}", [plain], [other_one])
    sorts("source prefix", v, f"from {net % 1}", [plain, other_one],
          [lambda m: udp_to(v, m, src="10.0.3.1" if v == 4 else "2001:db8:3::1")])
    sorts("destination", v, f"to {QUIET[v]}", [plain],
          [lambda m: udp_to(v, m, dst="10.9.0.8" if v == 4 else "2001:db8:9::8")])
    sorts("not the other family", v, "from ::/0" if v == 4 else "from 0.0.0.0/0", [], [plain])
    sorts("every packet", v, "", [plain, other_one], [])
    sorts("protocol", v, "proto udp", [plain],
          [lambda m: tcp_packet(v, SYN, m), lambda m: echo_packet(SRC[v], QUIET[v], m)])
    sorts("a port", v, "proto udp dport 53", [lambda m: plain(m, dport=53)],
          [lambda m: plain(m, dport=54), lambda m: plain(m, sport=53),
           lambda m: tcp_packet(v, SYN, m, dport=53)])
    sorts("ports of any protocol", v, "sport 50-60",
          [lambda m: plain(m, sport=50), lambda m: plain(m, sport=60),
           lambda m: tcp_packet(v, SYN, m, sport=55)],
          [lambda m: plain(m, sport=49), lambda m: plain(m, sport=61),
           lambda m: echo_packet(SRC[v], QUIET[v], m)])
    sorts("TCP flags", v, "proto tcp tcp-flags syn/syn,ack",
          [lambda m: tcp_packet(v, SYN, m), lambda m: tcp_packet(v, SYN | FIN, m)],
          [lambda m: tcp_packet(v, SYN | ACK, m), lambda m: tcp_packet(v, ACK, m), plain])
    kind = 8 if v == 4 else 128
    sorts("ICMP type", v, f"proto {'icmp' if v == 4 else 'icmpv6'} icmp {kind}/0",
          [lambda m: echo_packet(SRC[v], QUIET[v], m)],
          [plain, lambda m: ip(SRC[v], QUIET[v], ICMP, icmp(0, 0, 7, m)) if v == 4 else
           ip(SRC[v], QUIET[v], ICMP6, icmp6(SRC[v], QUIET[v], 129, 0, 7, m))])
    sorts("DSCP", v, "dscp ef", [lambda m: plain(m, tos=46 << 2 | 1)],
          [plain, lambda m: plain(m, tos=45 << 2)])
    short = 20 + 8 + 16 if v == 4 else 40 + 8 + 16
    sorts("length", v, f"length {short + 1}-{short + 4}",
          [lambda m: plain(m + b"1"), lambda m: plain(m + b"1234")],
          [lambda m: plain(m + b"12345"), plain])
    sorts("input device", v, "in rc", [plain], [])
    sorts("no other input device", v, "in rs", [], [plain])
    sorts("output device", v, "out rs", [plain], [])
    sorts("no other output device", v, "out rc", [], [plain])
    sorts("ingress", v, f"to {QUIET[v]} dport 53", [lambda m: plain(m, dport=53)], [plain],
          hook="ingress")
    sorts("a rule of input is none of forward", v, f"to {QUIET[v]}", [], [plain],
          hook="input")
    sorts("a rule of output is none of forward", v, f"to {QUIET[v]}", [], [plain],
          hook="output")

    with point(f"later fragments have the ports of their first, IPv{v}"):
        rules("rule add forward dport 53 accept", "rule add forward proto udp drop")
        mark = token()
        for fragment in fragments(v, mark):
            c0.send(rc, fragment)
        assert s0.catch(mark) and s0.catch(mark), "one is lost"
        rules("rule add forward dport 53 drop")
        lost, mark = token(), token()
        for fragment in fragments(v, lost) + (plain(mark),):
            c0.send(rc, fragment)
        assert s0.catch(mark), "what follows is lost"
        equal("came through", s0.caught(lost), [])

    with point(f"the first that decides counts, IPv{v}"):
        rules("rule add forward dport 1 drop", "rule add forward dport 1-2 accept",
              "rule add forward dport 2-3 drop")
        marks = [token() for _ in range(4)]
        for i, mark in enumerate(marks):
            c0.send(rc, plain(mark, dport=i + 1))
        assert s0.catch(marks[3]) and s0.catch(marks[1]), "lost"
        equal("came through", s0.caught(marks[0]) + s0.caught(marks[2]), [])

    with point(f"chains, IPv{v}"):
        rules("chain add udp", "chain add dns", "chain policy forward drop",
              "rule add forward proto udp jump udp", "rule add forward dport 7 accept",
              "rule add udp dport 53 jump dns", "rule add udp dport 7-8 return",
              "rule add udp accept", "rule add dns sport 53 drop", "rule add dns return",
              "rule add dns drop")
        want = {(53, 4): True, (53, 53): False, (7, 4): True, (8, 4): False, (9, 4): True}
        marks = {k: token() for k in want}
        for (dport, sport), mark in marks.items():
            c0.send(rc, plain(mark, dport=dport, sport=sport))
        assert s0.catch(marks[9, 4]), "lost"
        equal("came through", {k: bool(s0.caught(m)) for k, m in marks.items()},
              {**want, (9, 4): False})
        rules("rule flush udp", "rule flush dns", "chain del udp", "chain del dns")

    with point(f"drop is not the end of what another hook accepts, IPv{v}"):
        rules("rule add ingress accept", "chain policy forward drop")
        lost, mark = token(), token()
        c0.send(rc, plain(lost))
        c0.send(rc, echo_packet(SRC[v], ROUTER[v], mark))
        assert c0.catch(mark, lambda p: p.icmp in ((0, 0), (129, 0))), "no echo"
        equal("came through", s0.caught(lost), [])

    with point(f"a mark goes from rule to rule, and from hook to hook, IPv{v}"):
        rules("rule add ingress dport 1 set-mark 0x11", "rule add ingress dport 1-2 set-mark 0x2/0xf",
              "rule add forward mark 0x12 drop", "rule add forward mark 0x2/0xf set-mark 7",
              "rule add forward mark 7 count accept", "rule add forward mark 0 accept",
              "rule add forward drop")
        marks = [token() for _ in range(3)]
        for i, mark in enumerate(marks):
            c0.send(rc, plain(mark, dport=i + 1))
        assert s0.catch(marks[2]) and s0.catch(marks[1]), "lost"
        equal("came through", s0.caught(marks[0]), [])

    with point(f"the DSCP is rewritten, and rules behind see it, IPv{v}"):
        rules("rule add ingress dport 1 set-dscp ef", "rule add forward dscp ef set-dscp cs1",
              "rule add forward dscp ef drop")
        marks = [token() for _ in range(2)]
        c0.send(rc, plain(marks[0], dport=1, tos=3))
        c0.send(rc, plain(marks[1], dport=2, tos=3))
        for mark, tos in zip(marks, (8 << 2 | 3, 3)):
            p = s0.catch(mark)
            assert p, "lost"
            equal("type of service", p.tos, tos)
            assert p.header_ok and p.l4_ok, "wrong checksum"

    with point(f"a limit, IPv{v}"), counts(drop_policy=7):
        rules("rule add forward proto udp limit 1/minute burst 3 accept",
              "rule add forward proto udp drop")
        marks = [token() for _ in range(10)]
        for mark in marks:
            c0.send(rc, plain(mark))
        fence(c0, rc, SRC[v], SERVER[v], 1)
        equal("came through", [bool(s0.caught(m)) for m in marks], [True] * 3 + [False] * 7)

    # ---- reject ----

    def is_answer(p):
        return p.proto == TCP or (p.icmp and p.icmp[0] == (3 if v == 4 else 1))

    for words, want in (("", (3, 3) if v == 4 else (1, 4)),
                        (" with admin-prohibited", (3, 13) if v == 4 else (1, 1))):
        for hook in "ingress", "forward":
            with point(f"reject{words} in {hook}, IPv{v}"), \
                 counts(drop_rejected=1, created_icmp_error=1):
                rules(f"rule add {hook} proto udp reject{words}")
                mark = token()
                c0.send(rc, plain(mark))
                p = c0.catch(mark, is_answer)
                assert p, "no error came back"
                equal("type and code", p.icmp, want)
                equal("source", p.src, ROUTER[v])
                assert p.header_ok and p.l4_ok, "wrong checksum"
                equal("came through", s0.caught(mark), [])

    with point(f"reject in input comes from the address that was meant, IPv{v}"):
        far = "10.0.2.1" if v == 4 else "2001:db8:2::1"
        rules("rule add input proto udp reject")
        mark = token()
        c0.send(rc, plain(mark, dst=far))
        p = c0.catch(mark, is_answer)
        assert p, "no error came back"
        equal("source", p.src, far)

    with point(f"a SYN is reset, IPv{v}"), counts(drop_rejected=1, created_tcp_reset=1):
        rules("rule add forward proto tcp reject with tcp-reset")
        c0.send(rc, tcp_packet(v, SYN, b"12345", sport=4321, seq=0xffffffff, ack=0))
        p = c0.catch(struct.pack("!HH", 80, 4321), is_answer)
        assert p, "no reset came back"
        equal("addresses", (p.src, p.dst), (QUIET[v], SRC[v]))
        equal("seq, ack, flags", struct.unpack("!IIxB", p.payload[4:14]), (0, 5, RST | ACK))
        assert p.header_ok and p.l4_ok, "wrong checksum"

    with point(f"an ACK is reset at the number that it asks for, IPv{v}"):
        c0.send(rc, tcp_packet(v, ACK, b"12345", sport=4322, ack=0x12345678))
        p = c0.catch(struct.pack("!HH", 80, 4322), is_answer)
        assert p, "no reset came back"
        equal("seq, ack, flags", struct.unpack("!IIxB", p.payload[4:14]), (0x12345678, 0, RST))
        assert p.l4_ok, "wrong checksum"

    with point(f"a reset is not reset, nor is what is broken, IPv{v}"), \
         counts(drop_rejected=2, created_tcp_reset=0):
        mark = struct.pack("!HH", 80, 4323)
        c0.send(rc, tcp_packet(v, RST, b"", sport=4323))
        c0.send(rc, tcp_packet(v, SYN, b"", sport=4323, bad=1))
        fence(c0, rc, SRC[v], SERVER[v], 1)
        equal("resets", c0.caught(mark, is_answer), [])

    with point(f"nobody is told of multicast, IPv{v}"), counts(drop_rejected=2, created_icmp_error=0):
        rules("rule add ingress proto udp reject")
        group = "224.0.0.251" if v == 4 else "ff02::fb"
        mark = token()
        c0.send(rc, plain(mark, dst=group, ttl=1))
        c0.send(rc, plain(mark), dst=mac("ff:ff:ff:ff:ff:ff"))
        fence(c0, rc, SRC[v], SERVER[v], 1)
        equal("errors", c0.caught(mark, is_answer), [])

rules()
END_OF_PYTHON

input_and_output()
{
	fresh "rule add input proto icmp count drop" "rule add input proto icmpv6 icmp 128 count drop"
	counts drop policy 1 fails pings 10.0.1.1 1
	counts drop policy 1 fails pings 2001:db8:1::1 1
	pings 10.0.2.2
	equal input "$(packets "input proto icmp ")" 1
	# The router's own packets
	fresh "rule add output to 10.0.1.2 proto icmp count drop" \
		"rule add output to 2001:db8:1::2 proto icmpv6 icmp 128 count drop"
	# A sender is told that the device had no room, and may try again.
	counts drop policy + fails router ping -n -q -c 1 -W 1 10.0.1.2
	counts drop policy + fails router ping -n -q -c 1 -W 1 2001:db8:1::2
	router ping -n -q -c 1 -W 10 10.0.2.2
	pings 10.0.2.2
	[ "$(packets "output to 10.0.1.2")" -gt 0 ]
}
check "input and output" input_and_output

output_rewrites()
{
	fresh "rule add output to 10.0.2.2 set-dscp af41" "rule add output to 2001:db8:2::2 set-dscp af41"
	server timeout 60 tcpdump -i s0 -nn -v -c 2 --immediate-mode -l \
		'(icmp[0] = 8 and ip[1] = 0x88) or (icmp6 and ip6[40] = 128 and ip6[0:2] & 0xff0 = 0x880)' \
		> "$tmp/dscp" 2> "$tmp/dscp.err" &
	poll_until 20 grep -q listening "$tmp/dscp.err"
	router ping -n -q -c 1 -W 10 10.0.2.2
	router ping -n -q -c 1 -W 10 2001:db8:2::2
	wait $!
}
check "output rewrites the DSCP" output_rewrites

refused_connection()
{
	fresh "rule add input proto tcp dport 81 reject with tcp-reset" \
		"rule add forward proto tcp dport 81 reject with tcp-reset"
	refused "refused" client socat -u OPEN:/dev/null TCP:10.0.1.1:81,connect-timeout=5
	refused "refused" client socat -u OPEN:/dev/null TCP:10.0.2.2:81,connect-timeout=5
	refused "refused" client socat -u OPEN:/dev/null 'TCP:[2001:db8:1::1]:81,connect-timeout=5'
	refused "refused" client socat -u OPEN:/dev/null 'TCP:[2001:db8:2::2]:81,connect-timeout=5'
}
check "a connection is refused at once" refused_connection

# The kernel's own prio qdisc reads the priority that a class becomes.
classes()
{
	fresh "rule add forward proto icmp class 2" "rule add output to 10.0.2.2 proto udp class 3"
	router tc qdisc add dev rs root handle 706f: prio bands 3 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	pings 10.0.2.2
	router socat -u OPEN:/etc/hostname UDP:10.0.2.2:9
	says "class prio 706f:2 .*Sent [0-9]+ bytes 1 pkt" echo "$(router tc -s class show dev rs | tr '\n' ' ')"
	says "class prio 706f:3 .*Sent [0-9]+ bytes 1 pkt" echo "$(router tc -s class show dev rs | tr '\n' ' ')"
	router tc qdisc del dev rs root
}
check "a class becomes a priority" classes

logged()
{
	fresh "rule add forward proto icmp log prefix test-$$ accept"
	pings 10.0.2.2
	dmesg | grep "porch: test-$$ forward IN=rc OUT=rs SRC=10.0.1.2 DST=10.0.2.2 LEN=84 PROTO=ICMP TYPE=8 CODE=0"
}
check "a packet is logged" logged

counting()
{
	local before
	fresh "rule add forward proto icmp from 10.0.1.2 count accept"
	pings 10.0.2.2
	equal packets "$(packets "from 10.0.1.2")" 1
	porch rule add forward proto udp count drop
	porch chain policy input drop
	pings 10.0.2.2
	equal "packets after a change" "$(packets "from 10.0.1.2")" 2
	says "packets 2 bytes 168" porch -s rule show
	before=$(porch rule show)
	fails porch -a -b - <<< $'rule flush forward\nrule add forward jump nowhere'
	equal "after what was refused" "$(porch rule show)" "$before"
	pings 10.0.2.2
	equal "packets after what was refused" "$(packets "from 10.0.1.2")" 3
	porch chain policy input accept
}
check "counters stay through changes" counting

# Rules that no packet meets, of all kinds
all_words()
{
	cat <<-'END'
	forward in rc out rs from 10.0.1.0/24 to 10.0.2.2 proto tcp sport 1-9 dport 80 tcp-flags syn,ack/fin,syn,ack dscp cs6 length 40-60 mark 0x1/0xff limit 3/minute burst 7 count log prefix word set-mark 0x2/0xf set-dscp ef class 9 reject with tcp-reset
	forward from 2001:db8::/32 proto icmpv6 icmp 128/0 length 60 set-mark 0x10 drop
	forward proto icmp icmp 8 accept
	forward proto 200 jump other
	forward from-set hosts to-set hosts tcp-flags none/syn proto tcp
	other return
	other proto udp dport 53 reject
	END
}

loads_again()
{
	local rows row
	porch set add hosts type addr
	porch chain add other
	fresh
	all_words | sed 's/^/rule add /' | porch -b -
	rows=$(porch rule show | sed 's/ # .*//')
	porch rule show
	fresh "rule flush other"
	while IFS= read -r row; do
		echo "rule add $row"
	done <<< "$rows" | porch -a -b -
	equal rows "$(porch rule show | sed 's/ # .*//')" "$rows"
	porch -j rule show | python3 -m json.tool > /dev/null
	fresh "rule flush other" "chain del other" "set del hosts"
}
check "what is shown loads again" loads_again

placed()
{
	local handle
	fresh "rule add forward dport 1" "rule add forward dport 3"
	handle=$(porch rule show forward | sed -n 's/.*dport 3 # handle //p')
	porch rule add forward before "$handle" dport 2
	equal order "$(porch rule show forward | sed 's/ # .*//' | tr '\n' ,)" \
		"forward dport 1,forward dport 2,forward dport 3,"
	porch rule del forward handle "$handle"
	refused "no rule of this handle" porch rule del forward handle "$handle"
	equal order "$(porch rule show forward | sed 's/ # .*//' | tr '\n' ,)" \
		"forward dport 1,forward dport 2,"
}
check "a rule goes where it is put" placed

impossible()
{
	local i
	fresh "chain add a" "chain add b"
	porch rule add a jump b
	refused "circle" porch rule add b jump a
	refused "circle" porch rule add a jump a
	refused "not jumped to" porch rule add a jump input
	refused "forward and output only" porch rule add ingress out rs drop
	porch rule add b out rs drop
	refused "make no sense in this hook" porch rule add ingress jump a
	porch rule add forward jump a
	refused "came in by no device" porch rule add output in rc
	refused "this machine itself" porch rule add output reject
	refused "has rules" porch chain del b
	refused "always there" porch chain del input
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "chain add d$i"
	done | porch -b -
	for i in 1 2 3 4 5 6 7 8; do
		echo "rule add d$i jump d$((i + 1))"
	done | porch -b -
	refused "jumps to the chain" porch chain del d9
	refused "more than 8 deep" porch rule add forward jump d1
	porch rule add forward jump d2
	for i in a b d1 d2 d3 d4 d5 d6 d7 d8 d9; do
		echo "rule flush $i"
	done | porch -a -b -
	fresh "chain del a" "chain del b" "chain del d1" "chain del d2" "chain del d3" \
		"chain del d4" "chain del d5" "chain del d6" "chain del d7" "chain del d8" \
		"chain del d9"
}
check "what makes no sense is refused" impossible

device_goes()
{
	router ip link add gone type dummy
	fresh "rule add forward in gone drop" "rule add forward in rc count"
	router ip link set gone name renamed
	says "forward in renamed drop" porch rule show
	router ip link del renamed
	says "forward in gone drop" porch rule show
	pings 10.0.2.2
	equal "packets" "$(packets "in rc")" 1
}
check "a rule of a device that has gone stays, and matches nothing" device_goes

sets()
{
	fresh "set add bad type addr" "set add web type addr-port" \
		"rule add forward from-set bad drop" "rule add forward to-set web accept" \
		"rule add forward proto icmp accept" "rule add forward proto icmpv6 accept" \
		"rule add forward dport 80-443 reject with admin-prohibited"
	pings 10.0.2.2
	pings 2001:db8:2::2
	porch set insert bad 10.0.0.0/8
	porch set insert bad 2001:db8:1::/64
	counts drop policy 1 fails pings 10.0.2.2 1
	counts drop policy 1 fails pings 2001:db8:2::2 1
	porch set remove bad 10.0.0.0/8
	pings 10.0.2.2
	porch set remove bad 2001:db8:1::/64
	pings 2001:db8:2::2
	counts drop rejected 1 client socat -u OPEN:/etc/hostname UDP:10.0.2.2:80
	porch set insert web 10.0.2.2:80
	porch set insert web '[2001:db8:2::2]:80'
	porch set insert web 10.0.2.2:90
	counts drop rejected 0 client socat -u OPEN:/etc/hostname UDP:10.0.2.2:80
	counts drop rejected 0 client socat -u OPEN:/etc/hostname 'UDP:[2001:db8:2::2]:80'
	counts drop rejected 1 client socat -u OPEN:/etc/hostname UDP:10.0.2.2:81
	counts drop rejected 1 client socat -u OPEN:/etc/hostname 'UDP:[2001:db8:2::2]:90'
	equal list "$(porch set list web | tr '\n' ,)" \
		"web 10.0.2.2:80,web 10.0.2.2:90,web [2001:db8:2::2]:80,"
	porch set has web 10.0.2.2:90
	refused "not in the set" porch set has web 10.0.2.2:91
	refused "already" porch set insert web 10.0.2.2:90
	refused "no such element" porch set remove web 10.0.2.3:90
	refused "uses the set" porch set del web
	says "web type addr-port # elements 3" porch set show
}
check "sets" sets

# elements N: lines that add so many to the set "many"
elements()
{
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "set insert many 10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256
	}'
}

large_set()
{
	local begin=${EPOCHREALTIME/./}
	{
		echo "set add many type addr"
		elements 100000
	} | porch -a -b -
	echo "# 100,000 elements took $(((${EPOCHREALTIME/./} - begin) / 1000)) ms" > "$tmp/took"
	says "many type addr # elements 100000" porch set show
	porch set has many 10.1.134.159
	refused "not in" porch set has many 10.1.134.160
	# Of what is refused by its last line nothing is left.
	{
		echo "set del many"
		echo "set add many type addr"
		elements 1000
		echo "set insert web 10.9.9.9:9"
		echo "set remove web 10.0.2.2:80"
		echo "set insert many 10.0.0.1"
	} > "$tmp/wrong"
	refused "wrong:1005: .*already" porch -a -b "$tmp/wrong"
	equal ports "$(porch set list web | tr '\n' ,)" \
		"web 10.0.2.2:80,web 10.0.2.2:90,web [2001:db8:2::2]:80,"
	porch set has many 10.1.134.159
	sed '$d' "$tmp/wrong" | porch -a -b -
	equal elements "$(porch set list many | wc -l)" 1000
	equal ports "$(porch set list web | tr '\n' ,)" \
		"web 10.0.2.2:90,web 10.9.9.9:9,web [2001:db8:2::2]:80,"
	fresh "set del many" "set del web" "set del bad"
	says '^\[\]$' porch -j set show
}
check "100,000 elements in one change" large_set

listening_to()
{
	sleeps "$1" porchctl
}

fresh "rule add forward dport 7 accept" "chain add x" || die "no rules"
porchctl -n "${ns_router:?}" monitor > "$tmp/told" 2>&1 < /dev/null &
listener=$!

told()
{
	poll_until 20 listening_to "$listener"
	porch -a -b - <<-'END'
	rule flush forward
	chain del x
	chain add y
	set add s type addr
	set insert s 10.0.0.0/8
	rule add forward from-set s jump y
	rule add y proto tcp dport 1-2 in rc log prefix hm drop
	rule add y accept
	chain policy input drop
	END
	porch set insert s 10.0.0.1
	fresh "rule flush y" "chain del y" "set del s"
	poll_until 20 says "set del s" cat "$tmp/told"
	poll_until 20 says "committed [0-9]* changes$" tail -n 1 "$tmp/told"
	sed -e 's/^\[[0-9]*\] //' -e 's/handle [0-9]*/handle H/; s/before [0-9]*/before H/' "$tmp/told" \
		> "$tmp/told.all"
	diff "$tmp/told.all" - <<-'END'
	rule del forward handle H
	set add s type addr # elements 1
	chain policy input drop
	chain del x
	chain add y
	rule add forward from-set s jump y # handle H
	rule add y accept # handle H
	rule add y before H in rc proto tcp dport 1-2 log prefix hm drop # handle H
	committed 8 changes
	# set s type addr # elements 2
	committed 1 changes
	rule del forward handle H
	rule del y handle H
	rule del y handle H
	set del s
	chain policy input accept
	chain del y
	committed 6 changes
	END
}
check "what changes is told" told
kill "$listener"
cat "$tmp/took"
finish
