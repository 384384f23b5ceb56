#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that sources and destinations are translated, whatever the packet is, and
# that what comes back finds its way: answers, errors and fragments.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# The server knows no way to the client's network. Beside client and server there
# are hosts .77 and .78 / ::77 and ::78 each, which say nothing by themselves.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology
server ip route del default
server ip -6 route del default
quiet_host client c0 rc 10.0.1.77 10.0.1.78 2001:db8:1::77 2001:db8:1::78
quiet_host server s0 rs 10.0.2.77 10.0.2.78 2001:db8:2::77 2001:db8:2::78

check "rules that translate" porch -a -b - <<-'END'
	rule add forward out rs masquerade
	rule add forward in rc out rc from 10.0.1.0/24 masquerade
	rule add forward in rc out rc from 2001:db8:1::/64 masquerade
	rule add ingress to 10.0.2.1 proto tcp dport 8080 dnat 10.0.1.2:5001
	rule add ingress to 2001:db8:2::1 proto tcp dport 8080 dnat [2001:db8:1::2]:5001
	rule add ingress to 10.0.2.1 proto udp dport 53 dnat 10.0.1.77:5353
	rule add ingress to 2001:db8:2::1 proto udp dport 53 dnat [2001:db8:1::77]:5353
	rule add ingress in rc to 10.0.9.9 proto tcp redirect 5001
	rule add ingress in rc to 2001:db8:9::9 proto tcp redirect 5001
END

check "masquerade, ping, IPv4" reaches "$ns_client" 10.0.2.2
check "masquerade, ping, IPv6" reaches "$ns_client" 2001:db8:2::2
check "masquerade, fragments, IPv4" reaches "$ns_client" 10.0.2.2 -s 3000
check "masquerade, fragments, IPv6" reaches "$ns_client" 2001:db8:2::2 -s 3000
check "masquerade, TCP, IPv4" transfer "$ns_client" "$ns_server" 10.0.2.2 5
check "masquerade, TCP, IPv6" transfer "$ns_client" "$ns_server" 2001:db8:2::2 5

# transfer_to NAMESPACE NAMESPACE ADDRESS PORT: to another port than the listener's
transfer_to()
{
	local data=$tmp/data.nat pid addr=$3

	[[ $addr != *:* ]] || addr=[$addr]
	head -c 300000 /dev/urandom > "$data"
	ip netns exec "$2" socat -u -T 30 "TCP6-LISTEN:5001,ipv6only=0,reuseaddr" \
		"CREATE:$tmp/received" &
	pid=$!
	ip netns exec "$1" socat -u -T 30 "FILE:$data" \
		"TCP:$addr:$4,connect-timeout=10,retry=400,interval=0.05"
	wait "$pid"
	cmp "$data" "$tmp/received"
}
check "an inner server, IPv4" transfer_to "$ns_server" "$ns_client" 10.0.2.1 8080
check "an inner server, IPv6" transfer_to "$ns_server" "$ns_client" 2001:db8:2::1 8080
check "its own neighbours, IPv4" transfer_to "$ns_client" "$ns_client" 10.0.2.1 8080
check "its own neighbours, IPv6" transfer_to "$ns_client" "$ns_client" 2001:db8:2::1 8080
check "redirected, IPv4" transfer_to "$ns_client" "$ns_router" 10.0.9.9 80
check "redirected, IPv6" transfer_to "$ns_client" "$ns_router" 2001:db8:9::9 80

# What the router sends itself, under a name that is not its own
from_router()
{
	porch rule add output out rs proto tcp to 10.0.2.2 snat 10.0.2.9
	porch rule add output out rs proto tcp to 2001:db8:2::2 snat 2001:db8:2::9
	mac=$(router cat /sys/class/net/rs/address)
	server ip neigh add 10.0.2.9 lladdr "$mac" dev s0
	server ip neigh add 2001:db8:2::9 lladdr "$mac" dev s0
	transfer "$ns_router" "$ns_server" 10.0.2.2 2
	transfer "$ns_router" "$ns_server" 2001:db8:2::2 2
	says 'tcp [a-z-]+ from 10.0.2.1 sport [0-9]+ to 10.0.2.2 dport 5001, replies from 10.0.2.2 sport 5001 to 10.0.2.9' \
		porch flow
	says 'from 2001:db8:2::1 .* to 2001:db8:2::9 ' porch flow
	porch rule flush output
}
check "the router's own packets" from_router

# A capture has them as they leave.
captured()
{
	local pid

	porch rule add output out rs proto icmp snat 10.0.2.9
	porchctl -n "$ns_router" capture -i rs -w "$tmp/capture" > "$tmp/capture.out" 2>&1 &
	pid=$!
	poll_until 10 test -s "$tmp/capture"
	reaches "$ns_router" 10.0.2.2
	kill "$pid"
	wait "$pid"
	says '10.0.2.9 > 10.0.2.2: ICMP echo request' \
		tcpdump -Z root -n -r "$tmp/capture" icmp
	fails says '10.0.2.1 > ' tcpdump -Z root -n -r "$tmp/capture" icmp
	porch rule flush output
}
check "a capture of them" captured

frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
WAYS = {"IPv4": ("10.0.1.77", "10.0.2.77", "10.0.2.1"),
        "IPv6": ("2001:db8:1::77", "2001:db8:2::77", "2001:db8:2::1")}
port = 20000


def fresh():
    global port
    port += 1
    return port


def there(packet, mark):
    c0.send(rc, packet)
    p = s0.catch(mark, timeout=10)
    assert p, "it did not come"
    assert p.header_ok, "wrong header checksum"
    return p


def back(packet, mark):
    s0.send(rs, packet)
    p = c0.catch(mark, timeout=10)
    assert p, "no answer came"
    assert p.header_ok, "wrong header checksum"
    return p


def datagram(src, dst, sport, dport, mark, **more):
    return ip(src, dst, UDP, udp(src, dst, mark, sport=sport, dport=dport), **more)


def ports(p):
    return struct.unpack("!HH", p.payload[:4])


def error(src, dst, quote):
    if ":" in src:
        return ip(src, dst, ICMP6, icmp6(src, dst, 1, 4, 0, quote))
    return ip(src, dst, ICMP, icmp(3, 3, 0, quote))


@contextlib.contextmanager
def drops(**want):
    """counts(), of what is dropped some time soon"""
    before = counters()
    with counts(**{f"drop_{name}": n for name, n in want.items()}):
        yield
        for name, n in want.items():
            key = "drop", name.replace("_", "-")
            poll_until(20, lambda: counters()[key] >= before[key] + n)


for name, (src, dst, mine) in WAYS.items():
    with point(f"a datagram and its answer, {name}"):
        p = fresh()
        for length in 16, 17, 101:
            mark = token(length)
            q = there(datagram(src, dst, p, 53, mark), mark)
            equal("addresses", (q.src, q.dst), (mine, dst))
            equal("ports", ports(q), (p, 53))
            assert q.l4_ok, "wrong checksum"
            mark = token(length)
            q = back(datagram(dst, mine, 53, p, mark), mark)
            equal("addresses", (q.src, q.dst), (dst, src))
            equal("ports", ports(q), (53, p))
            assert q.l4_ok, "wrong checksum"

    with point(f"a wrong checksum stays wrong, {name}"):
        mark = token()
        u = udp(src, dst, mark, sport=p, dport=53)
        q = there(ip(src, dst, UDP, u[:6] + b"\x12\x34" + u[8:]), mark)
        assert not q.l4_ok, "it was mended"

    with point(f"a tunnel's inner checksum is missing, {name}"):
        p, mark = fresh(), token()
        u = udp(src, dst, mark + b"\x12\x34", sport=p, dport=53)
        for outer in u, u[:6] + b"\0\0" + u[8:]:
            c0.send_unsummed(rc, ip(src, dst, UDP, outer), len(ip(src, dst, UDP, b"")) + 8,
                             len(mark))
            q = s0.catch(mark)
            assert q, "it did not come"
            equal("source", q.src, mine)
            assert q.unsummed, "somebody filled it in"
            if outer is u:
                assert q.l4_ok, "wrong outer checksum"
            else:
                equal("outer checksum", q.payload[6:8], b"\0\0")

    with point(f"two who choose the same port, {name}"):
        p = fresh()
        other = src[:-1] + "8"
        seen = []
        for host in src, other:
            mark = token()
            q = there(datagram(host, dst, p, 53, mark), mark)
            equal("source", q.src, mine)
            assert q.l4_ok, "wrong checksum"
            seen.append(ports(q)[0])
        assert seen[0] == p and seen[1] != p and seen[1] >= 1024, f"ports {seen}"
        for host, mapped in zip((src, other), seen):
            mark = token()
            q = back(datagram(dst, mine, 53, mapped, mark), mark)
            equal("it goes to", (q.dst, ports(q)), (host, (53, p)))
            assert q.l4_ok, "wrong checksum"

    with point(f"two who choose the same identifier, {name}"):
        seen = []
        for host in src, other:
            mark = token()
            q = there(echo_packet(host, dst, mark), mark)
            assert q.l4_ok, "wrong checksum"
            seen.append(q.payload[4:6])
        assert seen[0] != seen[1], "they have the same"
        for host, ident in zip((src, other), seen):
            mark = token()
            rest = struct.unpack("!H", ident)[0] << 16 | 1
            if name == "IPv4":
                reply = ip(dst, mine, ICMP, icmp(0, 0, rest, mark))
            else:
                reply = ip(dst, mine, ICMP6, icmp6(dst, mine, 129, 0, rest, mark))
            q = back(reply, mark)
            equal("it goes to", q.dst, host)
            equal("identifier", q.payload[4:6], b"\x12\x34")
            assert q.l4_ok, "wrong checksum"

    with point(f"an error quotes what its receiver has sent, {name}"):
        p = fresh()
        mark = token()
        there(datagram(src, dst, p, 53, mark), mark)    # takes the port
        for host in src, other:
            mark = token()
            sent = datagram(host, dst, p, 53, mark)
            q = there(sent, mark)
            for sender in dst, dst[:-1] + "8":
                e = back(error(sender, mine, q.ip[:len(sent)]), mark)
                equal("addresses", (e.src, e.dst), (sender, host))
                assert e.l4_ok, "wrong checksum"
                quote = e.payload[8:8 + len(sent)]
                changed = slice(8, 12) if name == "IPv4" else slice(7, 8)
                equal("quote", quote[:changed.start] + quote[changed.stop:],
                      sent[:changed.start] + sent[changed.stop:])

    with point(f"an error about an answer, {name}"):
        p = fresh()
        mark = token()
        there(datagram(other, dst, p, 53, mark), mark)
        mark = token()
        q = back(datagram(dst, mine, 53, p, mark), mark)
        e = there(error(other, dst, q.ip), mark)
        equal("addresses", (e.src, e.dst), (mine, dst))
        assert e.l4_ok, "wrong checksum"
        equal("quoted", e.payload[8:][12:20] if name == "IPv4" else e.payload[8:][8:40],
              addr(dst) + addr(mine))

    with point(f"an inner server answers by the outer name, {name}"):
        p = fresh()
        mark = token()
        s0.send(rs, datagram(dst, mine, p, 53, mark))
        q = c0.catch(mark)
        assert q, "it did not come"
        equal("addresses", (q.src, q.dst), (dst, src))
        equal("ports", ports(q), (p, 5353))
        assert q.l4_ok and q.header_ok, "wrong checksum"
        mark = token()
        q = there(datagram(src, dst, 5353, p, mark), mark)
        equal("addresses", (q.src, q.dst), (mine, dst))
        equal("ports", ports(q), (53, p))
        assert q.l4_ok, "wrong checksum"

    with point(f"what belongs to no flow is not translated, and does not leave, {name}"):
        head = struct.pack("!HHIIBBHHH", fresh(), 80, 1, 1, 0x50, 0x04, 1000, 0, 0)
        with drops(nat_invalid=1):
            c0.send(rc, ip(src, dst, TCP, head))

    with point(f"Porch's own errors quote what was sent, {name}"):
        mark = token()
        sent = datagram(src, dst, fresh(), 53, mark, ttl=1)
        c0.send(rc, sent)
        e = c0.catch(mark)
        assert e, "there is no error"
        equal("quote", e.payload[8:8 + len(sent)], sent)

for name, (src, dst, mine) in WAYS.items():
    with point(f"the router's own error about what was redirected to it, {name}"):
        outer = "10.0.9.9" if name == "IPv4" else "2001:db8:9::9"
        porch("rule", "add", "ingress", "in", "rc", "to", outer, "proto", "udp", "redirect", 9)
        mark = token()
        sent = datagram(src, outer, fresh(), 53, mark)
        c0.send(rc, sent)
        e = c0.catch(mark)
        assert e, "there is none"
        equal("addresses", (e.src, e.dst), (outer, src))
        assert e.l4_ok and e.header_ok, "wrong checksum"
        equal("quote", e.payload[8:8 + len(sent)], sent)

with point("fragments are translated, IPv4"):
    src, dst, mine = WAYS["IPv4"]
    p = fresh()
    whole = udp(src, dst, token(800), sport=p, dport=53)
    got = b""
    for at, data, more in (0, whole[:400], True), (400, whole[400:], False):
        q = there(ip4(src, dst, UDP, data, ident=7, offset=at, mf=more), data[20:])
        equal("source", q.src, mine)
        got += q.payload
    equal("checksum", checksum(pseudo(mine, dst, UDP, len(got)) + got), 0)

with point("a datagram without a checksum stays without"):
    mark = token()
    u = udp(src, dst, mark, sport=fresh(), dport=53)
    q = there(ip(src, dst, UDP, u[:6] + b"\0\0" + u[8:]), mark)
    equal("checksum", q.payload[6:8], b"\0\0")
    equal("source", q.src, mine)

with point("SCTP keeps its ports"):
    mark = token()
    q = there(ip(src, dst, SCTP, struct.pack("!HHII", 7, 8, 9, 10) + mark), mark)
    equal("source", q.src, mine)
    equal("ports", ports(q), (7, 8))

with point("a translation outlives its rule"):
    p = fresh()
    mark = token()
    there(datagram(src, dst, p, 53, mark), mark)
    porch("rule", "flush", "forward")
    porch("rule", "flush", "ingress")
    for _ in range(2):
        mark = token()
        q = there(datagram(src, dst, p, 53, mark), mark)
        equal("source", q.src, mine)
        mark = token()
        q = back(datagram(dst, mine, 53, p, mark), mark)
        equal("destination", q.dst, src)

with point("addresses and ports of a range"):
    porch("rule", "add", "forward", "out", "rs", "proto", "udp", "snat",
          "10.0.2.100-10.0.2.103:3000-3001")
    seen = set()
    for _ in range(2):
        mark = token()
        q = there(datagram(src, dst, fresh(), 53, mark), mark)
        assert q.src in [f"10.0.2.{n}" for n in range(100, 104)], q.src
        seen.add(ports(q)[0])
        assert q.l4_ok, "wrong checksum"
    equal("ports", seen, {3000, 3001})

with point("no port is left"):
    before = counters()["drop", "nat-ports"]
    for _ in range(4):
        c0.send(rc, datagram("10.0.1.77", dst, fresh(), 53, token()))
    assert poll_until(20, lambda: counters()["drop", "nat-ports"] == before + 4)
    porch("rule", "flush", "forward")

with point("a masqueraded flow does not move to another address"):
    porch("rule", "add", "forward", "masquerade")
    p = fresh()
    mark = token()
    there(datagram(src, dst, p, 53, mark), mark)
    porch("route", "add", "10.0.2.77", "dev", "rc")
    with drops(nat_moved=1):
        c0.send(rc, datagram(src, dst, p, 53, token()))
    porch("route", "del", "10.0.2.77")
    mark = token()
    q = there(datagram(src, dst, p, 53, mark), mark)
    equal("source", q.src, mine)
END_OF_PYTHON
finish
