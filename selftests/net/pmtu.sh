#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that senders find the MTU of a path, and that what may be fragmented on
# the way is, so that the receiver gets what was sent.
#
#   +--------+             +--------+             +--------+
#   | client |  MTU 1500   | router |  MTU 1400   | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# The server itself takes the link for one of 1500, and offers no smaller MSS.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

pmtu_is()
{
	says "mtu $2" client ip route get "$1"
}

learns_pmtu()
{
	fails client ping -n -q -c 1 -W 10 -M "do" -s "$2" "$1"
	pmtu_is "$1" 1400
}

forget_pmtu()
{
	client ip route flush cache
	client ip -6 route flush cache
}

begin
router_topology
router ip link set rs mtu 1400

frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
WAYS = {4: ("10.0.1.2", "10.0.2.2"), 6: ("2001:db8:1::2", "2001:db8:2::2")}
HEAD = {4: 28, 6: 48}


def sized(v, length, **how):
    mark = token(length - HEAD[v])
    return udp_packet(*WAYS[v], mark, **how), mark[:16]


def is_error(p):
    return p.icmp in ((3, 4), (2, 0))


def must_fragment(v, mtu):
    how = {"df": True} if v == 4 else {}
    packet, mark = sized(v, mtu, **how)
    c0.send(rc, packet)
    assert s0.catch(mark), f"{mtu} bytes did not come"
    for length in (mtu + 1, 1500):
        packet, mark = sized(v, length, **how)
        c0.send(rc, packet)
        p = c0.catch(mark, is_error)
        assert p, "no error came back"
        equal("MTU", p.mtu, mtu)
        equal("source", p.src, "10.0.1.1" if v == 4 else "2001:db8:1::1")
        assert p.header_ok and p.l4_ok, "wrong checksum"
        equal("came through", s0.caught(mark), [])


for v in 4, 6:
    with point(f"what is too big is refused, with the MTU, IPv{v}"), \
         counts(drop_too_big=2, created_icmp_error=2):
        must_fragment(v, 1400)

for v in 4, 6:
    with point(f"a new MTU is followed, IPv{v}"):
        with netns("router"):
            subprocess.run(["ip", "link", "set", "rs", "mtu", "1337"], check=True)
        must_fragment(v, 1337)
        with netns("router"):
            subprocess.run(["ip", "link", "set", "rs", "mtu", "1400"], check=True)
        must_fragment(v, 1400)

with point("no error for an ICMP error that is too big"), counts(drop_too_big=1):
    mark = token(1400)
    c0.send(rc, ip4(*WAYS[4], ICMP, icmp(3, 1, 0, mark), df=True))
    fence(c0, rc, WAYS[4][0], "10.0.1.1")
    equal("errors", c0.caught(mark[:16], is_error), [])


def cut(options=b"", length=1500, offset=0, mf=False, ident=4711):
    """The fragments of a packet without DF"""
    body = udp(*WAYS[4], token(length - 28 - len(options)))
    c0.send(rc, ip4(*WAYS[4], UDP, body, options=options, ident=ident, offset=offset,
                    mf=mf, tos=0x28, ttl=9))
    parts, got = [], b""
    while True:
        p = s0.catch(b"", lambda p: p.version == 4 and p.ident == ident)
        assert p, f"only {len(parts)} fragments came"
        parts.append(p)
        equal("offset", p.offset, offset + len(got))
        got += p.payload
        assert p.header_ok, "wrong header checksum"
        assert p.length <= 1400, f"{p.length} bytes"
        equal("TOS, TTL, DF", (p.tos, p.ttl, p.df), (0x28, 8, False))
        if len(got) >= len(body):
            break
        assert p.mf, "MF is missing"
        assert len(p.payload) % 8 == 0, "not a multiple of 8"
    equal("last MF", p.mf, mf)
    equal("payload", got, body)
    return parts


with point("without DF it is fragmented"), counts(created_fragment=1):
    cut()
with point("one byte too much is enough"), counts(created_fragment=1):
    equal("fragments", len(cut(length=1401, ident=2)), 2)
with point("exactly the MTU is not fragmented"), counts(created_fragment=0):
    equal("fragments", len(cut(length=1400, ident=3)), 1)
with point("a fragment is fragmented further"), counts(created_fragment=2):
    cut(offset=8000, mf=True, ident=4)
    cut(offset=16000, mf=False, ident=5)
with point("IP options: all in the first fragment, those to be copied in all"):
    alert, record = b"\x94\x04\0\0", b"\x07\x0b\x04" + b"\0" * 8 + b"\x01"
    parts = cut(options=alert + record, ident=6)
    assert len(parts) >= 2, "not fragmented"
    assert alert in parts[0].options and record[:3] in parts[0].options, parts[0].options
    for p in parts[1:]:
        assert alert in p.options, p.options
        assert record[:3] not in p.options, p.options

with netns("client"):
    subprocess.run(["ip", "route", "flush", "cache"], check=True)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    IP_MTU_DISCOVER = 10
    sender.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, 0)    # never DF
with netns("server"):
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("10.0.2.2", 4444))
    sink.settimeout(10)
with point("the receiver puts it together again"):
    for length in (1372, 1373, 1379, 1380, 1381, 1472, 1473, 3000, 9000, 30000):
        data = os.urandom(length)
        sender.sendto(data, ("10.0.2.2", 4444))
        assert sink.recv(65536) == data, f"{length} bytes came as others"
with point("UDP segmentation without DF"):
    sender.setsockopt(socket.IPPROTO_UDP, 103, 1450)            # UDP_SEGMENT
    data = os.urandom(14500 + 7)
    before = counters()
    sender.sendto(data, ("10.0.2.2", 4444))
    got = b"".join(sink.recv(65536) for _ in range(11))
    assert got == data, "came as others"
    assert counters()["created", "fragment"] - before["created", "fragment"] >= 10
END_OF_PYTHON

forget_pmtu
check "tracepath shows it, IPv4" says "Resume: pmtu 1400 hops 2" \
	client tracepath -n 10.0.2.2
check "tracepath shows it, IPv6" says "Resume: pmtu 1400 hops 2" \
	client tracepath -6 -n 2001:db8:2::2
forget_pmtu
check "the client learns it, IPv4" learns_pmtu 10.0.2.2 1472
check "the client learns it, IPv6" learns_pmtu 2001:db8:2::2 1452
forget_pmtu
check "TCP finds it, IPv4" counts drop too-big + \
	transfer "$ns_client" "$ns_server" 10.0.2.2 5
check "TCP finds it, IPv6" counts drop too-big + \
	transfer "$ns_client" "$ns_server" 2001:db8:2::2 5
forget_pmtu
client sysctl -qw net.ipv4.ip_no_pmtu_disc=1
check "TCP without DF is segmented and fragmented" counts created segment + \
	counts created fragment + transfer "$ns_client" "$ns_server" 10.0.2.2 2

finish
