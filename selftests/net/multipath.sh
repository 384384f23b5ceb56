#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the flows of a route with several next hops take these by their
# weights, each flow always the same one; and that a next hop is passed over while
# its link is down or its router does not answer, which moves no other flow.
#
#                                            10.0.3.2 +---+
#   +--------+                 +--------+          a0 | a |
#   | client |                 | router ra ----------+   |   to 198.51.100.0/24 and
#   |     c0 +-----------------+ rc     |             +---+   2001:db8:99::/48
#   +--------+                 |        |             +---+   by a or b
#    10.0.1.2                  |       rb ----------+ b |
#                              +--------+          b0 +---+
#                                             10.0.4.2

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
namespace client router a b
wire "$ns_router" rc "$ns_client" c0
wire "$ns_router" ra "${ns_a:?}" a0
wire "$ns_router" rb "${ns_b:?}" b0
addresses "$ns_router" rc 10.0.1.1/24 2001:db8:1::1/64
addresses "$ns_router" ra 10.0.3.1/24 2001:db8:3::1/64
addresses "$ns_router" rb 10.0.4.1/24 2001:db8:4::1/64
addresses "$ns_client" c0 10.0.1.2/24 2001:db8:1::2/64
addresses "$ns_a" a0 10.0.3.2/24 2001:db8:3::2/64
addresses "$ns_b" b0 10.0.4.2/24 2001:db8:4::2/64
for ns in "$ns_a" "$ns_b"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
done
router sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
# So that nobody waits for seconds
router sysctl -qw net.ipv4.neigh.rb.retrans_time_ms=50 \
	net.ipv6.neigh.rb.retrans_time_ms=50
stock_router "$ns_router"
porch -b - 2> /dev/null <<-END || die "cannot set Porch up"
port add rc $PORCH_HOOK
port add ra $PORCH_HOOK
port add rb $PORCH_HOOK
route add 10.0.1.0/24 dev rc
route add 2001:db8:1::/64 dev rc
route add 198.51.100.0/24 nexthop via 10.0.3.2 nexthop via 10.0.4.2 weight 3
route add 2001:db8:99::/48 nexthop via 2001:db8:3::2 nexthop via 2001:db8:4::2 weight 3
END

frames <<'END_OF_PYTHON'
c0, a0, b0 = Wire("client", "c0"), Wire("a", "a0"), Wire("b", "b0")
rc = Wire("router", "rc", False)
CLIENT = {4: "10.0.1.2", 6: "2001:db8:1::2"}
NET = {4: "198.51.100.", 6: "2001:db8:99::"}
VIA_B = {4: ["10.0.4.2/24"], 6: ["2001:db8:4::2/64", "nodad"]}


def far(v, i):
    return NET[v] + (str(1 + i % 250) if v == 4 else f"{i + 1:x}")


def ip_cmd(name, *words):
    subprocess.run(["ip", "-n", os.environ["ns_" + name], *words], check=True)


def is_error(p):
    return p.icmp and (p.icmp[0] < 128 if p.version == 6 else p.icmp[0] in (3, 4, 5, 11, 12))


def came(wire, marks):
    return {marks[p.payload[8:24]] for p in wire.caught(b"tokn")
            if p.version and p.payload[8:24] in marks}


def ways(v, flows, wait=10, pause=0):
    """Which way each flow goes: a packet of each is sent"""
    marks = {}
    for w in a0, b0:
        w.forget()
    for i in flows:
        mark = token()
        marks[mark] = i
        dst = far(v, i)
        c0.send(rc, ip(CLIENT[v], dst, UDP, udp(CLIENT[v], dst, mark, sport=1000 + i)))
        time.sleep(pause)
    poll_until(wait, lambda: len(came(a0, marks)) + len(came(b0, marks)) >= len(marks))
    return {i: "a" for i in came(a0, marks)} | {i: "b" for i in came(b0, marks)}


def shown(v):
    return porch(f"-{v}", "route")


FLOWS = range(400)
before = {}
for v in 4, 6:
    # Who they are must be known, or flows would wait.
    ways(v, range(20))
    with point(f"flows are shared by weight, IPv{v}"):
        before[v] = ways(v, FLOWS)
        equal("flows", len(before[v]), len(FLOWS))
        share = sum(w == "b" for w in before[v].values()) / len(FLOWS)
        assert 0.63 < share < 0.87, f"{share} of them go by b"
    with point(f"a flow stays on its way, IPv{v}"):
        equal("ways", ways(v, FLOWS), before[v])
    with point(f"fragments of a packet go one way, IPv{v}"):
        both = set()
        for i in range(60):
            first, last = token(64), token(32)
            src, dst = CLIENT[v], far(v, i)
            data = udp(src, dst, first + last, sport=2000 + i)
            for part, offset, more in ((data[:72], 0, True), (data[72:], 72, False)):
                if v == 4:
                    c0.send(rc, ip4(src, dst, UDP, part, mf=more, offset=offset, ident=i))
                else:
                    head = struct.pack("!BBHI", UDP, 0, offset | more, i)
                    c0.send(rc, ip6(src, dst, 44, head + part))
            poll_until(20, lambda: any(w.caught(last) for w in (a0, b0)))
            way = [w.device for w in (a0, b0) if w.caught(first)]
            equal("ways of the second", [w.device for w in (a0, b0) if w.caught(last)], way)
            equal("ways of the first", len(way), 1)
            both.update(way)
        equal("ways of all", len(both), 2)

for v in 4, 6:
    with point(f"a router that does not answer is passed over, IPv{v}"):
        ip_cmd("b", "addr", "del", VIA_B[v][0], "dev", "b0")
        ip_cmd("router", "neigh", "flush", "dev", "rb")
        assert poll_until(60, lambda: set(ways(v, FLOWS, 0.5).values()) == {"a"} and
                          " failed" in shown(v)), shown(v)
    with point(f"nothing is lost while it is asked again, IPv{v}"):
        # It is asked once a second.
        equal("ways", ways(v, range(300), pause=0.01), {i: "a" for i in range(300)})
    with point(f"it is used as soon as it answers, IPv{v}"):
        ip_cmd("b", "addr", "add", VIA_B[v][0], "dev", "b0", *VIA_B[v][1:])
        assert poll_until(60, lambda: ways(v, FLOWS) == before[v]), "not as it was"
        assert " failed" not in shown(v), shown(v)

ip_cmd("b", "link", "set", "b0", "down")
for v in 4, 6:
    with point(f"a link that is down is passed over, IPv{v}"):
        b0.seen = []
        b0.caught = lambda *_: []
        equal("ways", ways(v, FLOWS), {i: "a" for i in FLOWS})
        assert "linkdown" in shown(v), shown(v)
ip_cmd("a", "link", "set", "a0", "down")
for v in 4, 6:
    with point(f"if none is left, senders are told, IPv{v}"), \
         counts(drop_link_down=1, created_icmp_error=1):
        mark = token()
        c0.send(rc, udp_packet(CLIENT[v], far(v, 1), mark))
        p = c0.catch(mark, is_error)
        assert p, "no error came back"
        equal("error", p.icmp, (3, 1) if v == 4 else (1, 3))
for name in "a", "b":
    ip_cmd(name, "link", "set", name + "0", "up")
a0, b0 = Wire("a", "a0"), Wire("b", "b0")
for v in 4, 6:
    with point(f"all is as before when the links are back, IPv{v}"):
        assert poll_until(60, lambda: ways(v, FLOWS) == before[v]), "not as it was"

ip_cmd("router", "link", "del", "rb")
for v in 4, 6:
    with point(f"a device that goes takes its next hops along, IPv{v}"):
        b0.seen = []
        b0.caught = lambda *_: []
        equal("ways", ways(v, FLOWS), {i: "a" for i in FLOWS})
        assert "nexthop" not in shown(v), shown(v)
END_OF_PYTHON

finish
