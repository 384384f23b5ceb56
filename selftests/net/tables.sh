#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves which routing table decides: by rules about source, port and mark, in
# their order, and by VRFs, whose addresses may be those of others.
#
#   +--------+ 10.0.1.2                    10.0.3.2 +---+
#   | client |                 +--------+         a0 | a |
#   |     c0 +-----------------+ rc  ra +------------+   |   to 198.51.100.0/24 and
#   +--------+                 |        |            +---+   2001:db8:99::/48
#   | other  |                 |        |            +---+   by way of a or b
#   |     o0 +-----------------+ ro  rb +------------+ b |
#   +--------+ 10.0.1.2, too   +--------+         b0 +---+
#                                         10.0.4.2

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
namespace client other router a b
wire "$ns_router" rc "$ns_client" c0
wire "$ns_router" ro "${ns_other:?}" o0
wire "$ns_router" ra "${ns_a:?}" a0
wire "$ns_router" rb "${ns_b:?}" b0
for dev in rc ro; do
	addresses "$ns_router" "$dev" 10.0.1.1/24 2001:db8:1::1/64
done
addresses "$ns_router" ra 10.0.3.1/24 2001:db8:3::1/64
addresses "$ns_router" rb 10.0.4.1/24 2001:db8:4::1/64
addresses "$ns_client" c0 10.0.1.2/24 10.0.1.78/24 2001:db8:1::2/64 2001:db8:1::78/64
addresses "$ns_other" o0 10.0.1.2/24 10.0.1.77/24 2001:db8:1::2/64 2001:db8:1::77/64
addresses "$ns_a" a0 10.0.3.2/24 2001:db8:3::2/64
addresses "$ns_b" b0 10.0.4.2/24 2001:db8:4::2/64
# Who are asked by two devices with one address answer both.
for ns in "$ns_client" "$ns_other" "$ns_a" "$ns_b"; do
	net=1
	[ "$ns" != "$ns_a" ] || net=3
	[ "$ns" != "$ns_b" ] || net=4
	configure "$ns" <<-END
	route add default via 10.0.$net.1
	route add default via 2001:db8:$net::1
	END
done
stock_router "$ns_router"
# A mark for what goes to port 7, or has a DSCP of 8
router nft -f - <<-'END'
table netdev marker {
	chain rc {
		type filter hook ingress device rc priority 0
		udp dport 7 meta mark set 0x15
		ip dscp 8 meta mark set 0x15
		ip6 dscp 8 meta mark set 0x15
	}
}
END
porch -b - 2> /dev/null <<-END || die "cannot set Porch up"
port add rc $PORCH_HOOK
port add ro $PORCH_HOOK
port add ra $PORCH_HOOK
port add rb $PORCH_HOOK
route add 10.0.1.0/24 dev rc
route add 2001:db8:1::/64 dev rc
route add default via 10.0.3.2
route add default via 2001:db8:3::2
route add 10.0.3.0/24 dev ra
route add 2001:db8:3::/64 dev ra
route add default via 10.0.4.2 table 100
route add default via 2001:db8:4::2 table 100
route add unreachable 198.51.100.128/25 table 101
route add unreachable 2001:db8:99:1::/64 table 101
route add 198.51.100.192/26 via 10.0.3.2 table 102
route add 2001:db8:99:1:1::/80 via 2001:db8:3::2 table 102
route rule add pref 40 table 101
route rule add pref 30 in ro table 100
route rule add pref 20 mark 0x10/0xf0 table 100
route rule add pref 10 from 10.0.1.64/26 table 100
route rule add pref 11 from 2001:db8:1::4000/114 table 100
route rule add pref 15 table 102
END

frames <<'END_OF_PYTHON'
c0, o0, a0, b0 = Wire("client", "c0"), Wire("other", "o0"), Wire("a", "a0"), Wire("b", "b0")
rc, ro = Wire("router", "rc", False), Wire("router", "ro", False)
rb = Wire("router", "rb", False)
FAR = {4: "198.51.100.1", 6: "2001:db8:99::1"}
CLIENT = {4: "10.0.1.2", 6: "2001:db8:1::2"}
CHOSEN = {4: "10.0.1.66", 6: "2001:db8:1::4002"}
CLOSED = {4: "198.51.100.129", 6: "2001:db8:99:1::1"}
OPEN = {4: "198.51.100.193", 6: "2001:db8:99:1:1::1"}


def is_error(p):
    return p.icmp and (p.icmp[0] < 128 if p.version == 6 else p.icmp[0] in (3, 4, 5, 11, 12))


def goes(wire, come_in, there, src, dst, dport=4001, length=16, **more):
    """The packet comes out at that wire, and not at the other."""
    mark = token(length)
    wire.send(come_in, ip(src, dst, UDP, udp(src, dst, mark, dport=dport), **more))
    assert there.catch(mark), "it did not come"
    for w in a0, b0:
        equal(f"on {w.device}", w.caught(mark), [])


for v in 4, 6:
    with point(f"the main table decides what no rule does, IPv{v}"):
        goes(c0, rc, a0, CLIENT[v], FAR[v])
    with point(f"by the source, IPv{v}"):
        goes(c0, rc, b0, CHOSEN[v], FAR[v])
    with point(f"by the port that it came in by, IPv{v}"):
        goes(o0, ro, b0, CLIENT[v], FAR[v])
    with point(f"by the mark, IPv{v}"):
        goes(c0, rc, b0, CLIENT[v], FAR[v], dport=7)
        goes(c0, rc, a0, CLIENT[v], FAR[v], dport=8)
    with point(f"a route that is none is an answer, too, IPv{v}"):
        mark = token()
        c0.send(rc, udp_packet(CLIENT[v], CLOSED[v], mark))
        p = c0.catch(mark, is_error)
        assert p, "no error came back"
        equal("error", p.icmp, (3, 1) if v == 4 else (1, 3))
        goes(c0, rc, b0, CHOSEN[v], CLOSED[v])
    with point(f"the first table with a route decides, IPv{v}"):
        goes(c0, rc, a0, CLIENT[v], OPEN[v])
    with point(f"errors go back as packets of our own, IPv{v}"):
        # by no rule that asks for a port, which would lead to b
        mark = token()
        porch("route", "rule", "add", "pref", 1, "in", "rc", "table", 100)
        c0.send(rc, udp_packet(CLIENT[v], FAR[v], mark, ttl=1))
        assert c0.catch(mark, is_error), "no error came back"
        goes(c0, rc, b0, CLIENT[v], FAR[v])
        porch("route", "rule", "del", "pref", 1)
        for w in a0, b0:
            equal(f"on {w.device}", w.caught(mark), [])

for v in 4, 6:
    with point(f"each packet of a flow goes by its own mark, IPv{v}"):
        porch("rule", "add", "forward", "accept")
        for _ in range(2):
            goes(c0, rc, a0, CLIENT[v], FAR[v])
            goes(c0, rc, b0, CLIENT[v], FAR[v], tos=8 << 2)
        assert "dport 4001" in porch("flow"), "there is no flow"
        porch("rule", "add", "ingress", "length", "100-200", "set-mark", "0x10", "continue")
        for _ in range(2):
            goes(c0, rc, a0, CLIENT[v], FAR[v])
            goes(c0, rc, b0, CLIENT[v], FAR[v], length=99)
        porch("rule", "flush", "ingress")
        porch("rule", "flush", "forward")

with point("a rule that goes has no effect any more"):
    porch("route", "rule", "del", "pref", 10)
    goes(c0, rc, a0, CHOSEN[4], FAR[4])
    goes(c0, rc, b0, CHOSEN[6], FAR[6])
END_OF_PYTHON

same_way()
{
	says "^default via 10.0.4.2 dev rb table 100$" porch route get 198.51.100.1 in ro
	says "^default via 10.0.4.2 dev rb table 100$" porch route get 198.51.100.1 mark 21
	says "^default via 10.0.3.2 dev ra$" porch route get 198.51.100.1 mark 37
	says "^default via 2001:db8:4::2 dev rb table 100$" \
		porch route get 2001:db8:99::1 from 2001:db8:1::4001
	says "^unreachable 198.51.100.128/25 table 101$" porch route get 198.51.100.130
}
check "porchctl knows the way" same_way

load_again()
{
	porch route rule > "$tmp/rules"
	equal "rules" "$(wc -l < "$tmp/rules")" 5
	sed -E 's/^(pref [0-9]+).*/route rule del \1/' "$tmp/rules" | porch -a -b -
	equal "rules" "$(porch route rule)" ""
	sed 's/^/route rule add /' "$tmp/rules" | porch -a -b -
	porch route rule | diff "$tmp/rules" -
}
check "what is shown can be loaded again" load_again

#### VRFs ####

# other and b are in one of their own, where client's addresses are other's.
porch -b - 2> /dev/null <<-END || die "cannot make a VRF"
port del ro
port del rb
port add ro $PORCH_HOOK vrf 7
port add rb $PORCH_HOOK vrf 7
route add 10.0.1.0/24 dev ro table 7
route add 2001:db8:1::/64 dev ro table 7
route add 10.0.4.0/24 dev rb table 7
route add 2001:db8:4::/64 dev rb table 7
END

check "ping in the VRF, IPv4" reaches "$ns_other" 10.0.4.2
check "ping in the VRF, IPv6" reaches "$ns_other" 2001:db8:4::2
check "ping outside of it, IPv4" reaches "$ns_client" 10.0.3.2
check "ping outside of it, IPv6" reaches "$ns_client" 2001:db8:3::2
check "TCP in the VRF" transfer "$ns_other" "$ns_b" 10.0.4.2 3

frames <<'END_OF_PYTHON'
c0, o0, a0, b0 = Wire("client", "c0"), Wire("other", "o0"), Wire("a", "a0"), Wire("b", "b0")
rc, ro = Wire("router", "rc", False), Wire("router", "ro", False)
ra, rb = Wire("router", "ra", False), Wire("router", "rb", False)
CLIENT = {4: "10.0.1.2", 6: "2001:db8:1::2"}
FAR = {4: "198.51.100.1", 6: "2001:db8:99::1"}
MOVER = {4: "10.0.1.78", 6: "2001:db8:1::78"}
OTHER = {4: "10.0.1.77", 6: "2001:db8:1::77"}
A, B = {4: "10.0.3.2", 6: "2001:db8:3::2"}, {4: "10.0.4.2", 6: "2001:db8:4::2"}


def is_error(p):
    return p.icmp and (p.icmp[0] < 128 if p.version == 6 else p.icmp[0] in (3, 4, 5, 11, 12))


for v in 4, 6:
    with point(f"one address is here or there, IPv{v}"):
        for wire, come_in, src, there, where in (b0, rb, B, o0, c0), \
                                                (a0, ra, A, c0, o0):
            mark = token()
            wire.send(come_in, udp_packet(src[v], CLIENT[v], mark))
            assert there.catch(mark), "it did not come"
            equal(f"on {where.device}", where.caught(mark), [])
    with point(f"a VRF knows no other table, and its errors stay in it, IPv{v}"):
        with counts(drop_no_route=1, created_icmp_error=1):
            mark = token()
            o0.send(ro, udp_packet(CLIENT[v], FAR[v], mark))
            p = o0.catch(mark, is_error)
            assert p, "no error came back"
            equal("error", p.icmp, (3, 0) if v == 4 else (1, 0))
        for w in c0, a0, b0:
            equal(f"on {w.device}", w.caught(mark), [])
    with point(f"a route may lead out of it, IPv{v}"):
        porch("route", "add", FAR[v], "via", A[v], "dev", "ra", "table", 7)
        mark = token()
        o0.send(ro, udp_packet(CLIENT[v], FAR[v], mark))
        assert a0.catch(mark), "it did not come"
    with point(f"and its answers back in, IPv{v}"):
        porch("rule", "add", "forward", "in", "ro", "accept")
        porch("rule", "add", "forward", "state", "established", "accept")
        porch("chain", "policy", "forward", "drop")
        porch("route", "add", OTHER[v], "dev", "ro")
        dropped = counters()["drop", "policy"]
        a0.send(ra, udp_packet(FAR[v], OTHER[v], token()))
        assert poll_until(20, lambda: counters()["drop", "policy"] == dropped + 1), \
            "what is no answer came in"
        for wire, come_in, ends, there in (o0, ro, (OTHER[v], FAR[v]), a0), \
                                          (a0, ra, (FAR[v], OTHER[v]), o0):
            mark = token()
            wire.send(come_in, ip(*ends, 253, mark))
            assert there.catch(mark), "it did not come"
    with point(f"a route that then leads elsewhere does not lose them, IPv{v}"):
        porch("route", "replace", FAR[v], "via", A[v], "dev", "ra")
        porch("route", "add", MOVER[v], "dev", "rc", "table", 7)
        porch("rule", "add", "forward", "in", "rc", "accept")
        mark = token()
        c0.send(rc, ip(MOVER[v], FAR[v], 253, mark))
        assert a0.catch(mark), "it did not come"
        porch("route", "replace", FAR[v], "via", B[v], "dev", "rb")
        with counts(drop_nat_moved=1):
            c0.send(rc, ip(MOVER[v], FAR[v], 253, token()))
        for wire, come_in, ends, there in (c0, rc, (MOVER[v], FAR[v]), b0), \
                                          (b0, rb, (FAR[v], MOVER[v]), c0):
            mark = token()
            wire.send(come_in, ip(*ends, 253, mark))
            assert there.catch(mark), "it did not come"
        porch("chain", "policy", "forward", "accept")
        porch("rule", "flush", "forward")
END_OF_PYTHON

gone()
{
	ip -n "$ns_router" link del rb
	equal "rules" "$(porch route rule | grep -c .)" 5
	refused "No route|no route" porch route get 10.0.4.2 in ro
	ip -n "$ns_router" link del ro
	equal "rules" "$(porch route rule | grep -c ' in ')" 0
	equal "routes" "$(porch route table 7 | grep -c 'dev ro')" 0
	says "dev ra table 7" porch route table 7
}
check "a device that goes takes its routes and rules along, of all tables" gone

finish
