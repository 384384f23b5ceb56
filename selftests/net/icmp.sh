#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that senders are told of what cannot be delivered, with the right error
# from the right address, at a limited rate, and only where one may be sent.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology
routes "$ns_router" \
	"blackhole 10.66.0.0/16" "blackhole 2001:db8:66::/48" \
	"unreachable 10.67.0.0/16" "unreachable 2001:db8:67::/48" \
	"prohibit 10.68.0.0/16" "prohibit 2001:db8:68::/48" \
	"10.69.0.0/16 via 10.0.2.2" "2001:db8:69::/48 via 2001:db8:2::2"
# So that nobody waits for seconds
router sysctl -qw net.ipv4.neigh.rs.retrans_time_ms=100 \
	net.ipv6.neigh.rs.retrans_time_ms=100
client sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0

check "ping is told, IPv4" says "Destination Net Unreachable" \
	client ping -n -c 1 -W 10 10.9.9.9
check "ping is told, IPv6" says "No route" \
	client ping -n -c 1 -W 10 2001:db8:9::9
check "a connection is refused at once" refused "[Nn]o route|unreachable" \
	client socat -u OPEN:/dev/null TCP:10.67.0.1:80,connect-timeout=5

frames <<'END_OF_PYTHON'
# The limits are per CPU.
os.sched_setaffinity(0, {0})
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
SRC = {4: "10.0.1.2", 6: "2001:db8:1::2"}
ROUTER = {4: "10.0.1.1", 6: "2001:db8:1::1"}
SERVER = {4: "10.0.2.2", 6: "2001:db8:2::2"}
NOWHERE = {4: "10.9.9.9", 6: "2001:db8:9::9"}
QUIET = {4: "10.66.0.1", 6: "2001:db8:66::1"}


def is_error(p):
    return p.icmp and (p.icmp[0] < 128 if p.version == 6 else p.icmp[0] in (3, 4, 5, 11, 12))


def told(packet, mark, want):
    """The error that comes back, checked for what all have in common"""
    c0.send(rc, packet)
    p = c0.catch(mark, is_error)
    assert p, "no error came back"
    equal("type and code", p.icmp, want)
    equal("source", p.src, ROUTER[p.version])
    equal("destination", p.dst, SRC[p.version])
    assert p.header_ok and p.l4_ok, "wrong checksum"
    quote = p.payload[8:]
    equal("quote", quote, packet[:len(quote)])
    assert len(quote) == min(len(packet), 576 - 28 if p.version == 4 else 1280 - 48), \
        f"{len(quote)} bytes quoted"
    return p


def silent(v, packet, mark, **how):
    """No error comes back, and no packet comes through."""
    c0.send(rc, packet, **how)
    fence(c0, rc, SRC[v], ROUTER[v])
    fence(c0, rc, SRC[v], SERVER[v], 1)
    equal("errors", c0.caught(mark, is_error), [])
    equal("came through", s0.caught(mark), [])


def to(v, dst, **how):
    mark = token()
    return udp_packet(SRC[v], dst, mark, **how), mark


for v in 4, 6:
    name = f"IPv{v}"
    net = "10.%d.0.1" if v == 4 else "2001:db8:%d::1"

    with point(f"no route, {name}"), counts(drop_no_route=1, created_icmp_error=1):
        told(*to(v, NOWHERE[v]), (3, 0) if v == 4 else (1, 0))
    with point(f"blackhole, {name}"), counts(drop_blackhole=1, created_icmp_error=0):
        silent(v, *to(v, net % 66))
    with point(f"unreachable, {name}"), counts(drop_unreachable=1, created_icmp_error=1):
        told(*to(v, net % 67), (3, 1) if v == 4 else (1, 3))
    with point(f"prohibit, {name}"), counts(drop_prohibit=1, created_icmp_error=1):
        told(*to(v, net % 68), (3, 13) if v == 4 else (1, 1))
    with point(f"the last hop, {name}"), counts(drop_ttl_exceeded=2, created_icmp_error=2):
        told(*to(v, SERVER[v], ttl=1), (11, 0) if v == 4 else (3, 0))
        told(*to(v, SERVER[v], ttl=0), (11, 0) if v == 4 else (3, 0))
    with point(f"the last hop, to the router itself, {name}"):
        mark = token()
        c0.send(rc, echo_packet(SRC[v], ROUTER[v], mark, ttl=1))
        assert c0.catch(mark, lambda p: p.icmp in ((0, 0), (129, 0))), "no echo"

    with point(f"a long packet is not quoted whole, {name}"):
        mark = token(1400)
        told(udp_packet(SRC[v], NOWHERE[v], mark), mark[:16], (3, 0) if v == 4 else (1, 0))

    with point(f"an echo request is answered, {name}"):
        mark = token()
        told(echo_packet(SRC[v], NOWHERE[v], mark), mark, (3, 0) if v == 4 else (1, 0))

    with point(f"a dead neighbour, {name}"):
        dead = "10.0.2.77" if v == 4 else "2001:db8:2::77"
        mark = token()

        def asked():
            c0.send(rc, udp_packet(SRC[v], dead, mark))
            return c0.catch(mark, is_error, 0.1)
        p = poll_until(20, asked)
        assert p, "no error came back"
        equal("type and code", p.icmp, (3, 1) if v == 4 else (1, 3))
        equal("source", p.src, ROUTER[v])
        # What still waits for it is not to be dropped in the next points.
        with netns("router"):
            assert poll_until(20, lambda: b"INCOMPLETE" not in subprocess.check_output(
                ["ip", "neigh", "show", dead])), "it is still asked"

    with point(f"no error for an error, {name}"), counts(drop_no_route=1 + 4 * (v == 4)):
        for kind in (3, 11, 12, 5, 41) if v == 4 else (1,):
            mark = token(48)
            body = icmp(kind, 0, 0, mark) if v == 4 else \
                icmp6(SRC[v], NOWHERE[v], kind, 0, 0, mark)
            silent(v, ip(SRC[v], NOWHERE[v], ICMP if v == 4 else ICMP6, body), mark)
    with point(f"no error for a later fragment, but for the first, {name}"):
        mark = token(64)
        body = udp(SRC[v], NOWHERE[v], mark)
        if v == 4:
            first = ip4(SRC[v], NOWHERE[v], UDP, body, mf=True)
            later = ip4(SRC[v], NOWHERE[v], UDP, mark, offset=72)
        else:
            first = ip6(SRC[v], NOWHERE[v], 44, struct.pack("!BBHI", UDP, 0, 1, 9) + body)
            later = ip6(SRC[v], NOWHERE[v], 44, struct.pack("!BBHI", UDP, 0, 72, 9) + mark)
        silent(v, later, mark)
        told(first, mark, (3, 0) if v == 4 else (1, 0))

with point("no error for a broadcast or multicast frame"), counts(drop_l2_multicast=4):
    for v in 4, 6:
        for dst in "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01":
            packet, mark = to(v, NOWHERE[v])
            silent(v, packet, mark, dst=mac(dst))

with point("no error for multicast or broadcast addresses"), \
     counts(created_icmp_error=0, drop_no_route=0):
    for v, dst in ((4, "224.0.0.5"), (4, "239.1.2.3"), (4, "255.255.255.255"),
                   (4, "10.0.1.255"), (4, "10.0.2.255"), (6, "ff02::5"), (6, "ff0e::5")):
        packet, mark = to(v, dst, ttl=1)
        silent(v, packet, mark)

with point("no error for a source that is no host"), counts(created_icmp_error=0):
    for v, src in ((4, "0.0.0.0"), (4, "127.0.0.1"), (4, "224.0.0.1"), (4, "255.255.255.255"),
                   (4, "240.0.0.1"), (4, "10.0.1.1"), (4, "10.0.1.255"), (6, "::"),
                   (6, "::1"), (6, "ff02::1"), (6, "2001:db8:1::1"), (6, "fe80::1")):
        mark = token()
        silent(v, udp_packet(src, NOWHERE[v], mark), mark)

with point("a sender without a way back is not told"), counts(engine_icmp_suppressed=2):
    for v, src in (4, "172.16.0.1"), (6, "2001:db8:ffff::1"):
        mark = token()
        silent(v, udp_packet(src, NOWHERE[v], mark), mark)


def burst(n, sources):
    """Errors made and withheld for n packets; and the seconds that it took"""
    before, begin = counters(), time.monotonic()
    for i in range(n):
        src = sources[i % len(sources)]
        c0.send(rc, udp_packet(src, NOWHERE[4], b""))
    c0.forget()
    fence(c0, rc, SRC[4], ROUTER[4])
    took, after = time.monotonic() - begin, counters()
    made, withheld = (after[k] - before[k] for k in (("created", "icmp-error"),
                                                     ("engine", "icmp-limited")))
    equal("errors made and withheld", made + withheld, n)
    return made, took


with point("one receiver's rate is limited"):
    made, took = burst(400, ["10.0.1.90"])
    assert 40 <= made <= 51 + 50 * took, f"{made} errors in {took:.1f} s"

with point("another receiver is still told"):
    made, took = burst(10, ["10.0.1.91"])
    equal("errors", made, 10)

with point("the rate of all is limited"):
    porch("engine", "set", "icmp-rate", 1)
    made, took = burst(400, [f"10.0.1.{i}" for i in range(100, 200)])
    assert 40 <= made <= 51 + took, f"{made} errors in {took:.1f} s"

with point("rate 0 is silence"):
    porch("engine", "set", "icmp-rate", 0)
    made, took = burst(100, [f"10.0.1.{i}" for i in range(100, 200)])
    equal("errors", made, 0)
END_OF_PYTHON

finish
