#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that VLAN devices are ports like others, and that a tag without a device
# of its own leads nowhere.
#
#   +-------------+              +-------------+              +-------------+
#   | client      |              | router      |              | server      |
#   |    c0.10 .2 | 10.0.10.0/24 | rc.10 .1    |              |             |
#   |    c0    .2 | 10.0.1.0/24  | rc    .1    |              |             |
#   |          c0 +--------------+ rc       rs +--------------+ s0          |
#   |             |              |       rs .1 | 10.0.2.0/24  | s0       .2 |
#   |             |              | rs.20.30 .1 | 10.0.30.0/24 | s0.20.30 .2 |
#   +-------------+              +-------------+              +-------------+
#
# rs.20 is 802.1ad, rs.20.30 in it 802.1Q. IPv6: 2001:db8:10::/64 and so on.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology
configure "$ns_client" <<-'END'
link add link c0 name c0.10 up type vlan id 10
addr add 10.0.10.2/24 dev c0.10
addr add 2001:db8:10::2/64 dev c0.10 nodad
route add 10.0.30.0/24 via 10.0.10.1
route add 2001:db8:30::/64 via 2001:db8:10::1
END
configure "$ns_router" <<-'END'
link add link rc name rc.10 up type vlan id 10
link add link rs name rs.20 up type vlan id 20 protocol 802.1ad
link add link rs.20 name rs.20.30 up type vlan id 30
addr add 10.0.10.1/24 dev rc.10
addr add 2001:db8:10::1/64 dev rc.10 nodad
addr add 10.0.30.1/24 dev rs.20.30
addr add 2001:db8:30::1/64 dev rs.20.30 nodad
END
configure "$ns_server" <<-'END'
link add link s0 name s0.20 up type vlan id 20 protocol 802.1ad
link add link s0.20 name s0.20.30 up type vlan id 30
addr add 10.0.30.2/24 dev s0.20.30
addr add 2001:db8:30::2/64 dev s0.20.30 nodad
route add 10.0.10.0/24 via 10.0.30.1
route add 2001:db8:10::/64 via 2001:db8:30::1
END
attach "$ns_router" rc.10 rs.20.30
routes "$ns_router" "10.0.10.0/24 dev rc.10" "10.0.30.0/24 dev rs.20.30" \
	"2001:db8:10::/64 dev rc.10" "2001:db8:30::/64 dev rs.20.30"

check "ping from 802.1Q to QinQ" reaches "$ns_client" 10.0.30.2
check "ping from 802.1Q to QinQ, IPv6" reaches "$ns_client" 2001:db8:30::2
check "ping from a tag to none" reaches "$ns_client" 10.0.2.2 -I 10.0.10.2
check "ping from no tag to QinQ" reaches "$ns_client" 10.0.30.2 -I 10.0.1.2
check "ping to the router's VLAN address" reaches "$ns_client" 10.0.10.1
check "ping with full frames" reaches "$ns_client" 10.0.30.2 -s 1472 -M "do"
check "TCP from 802.1Q to QinQ" transfer "$ns_client" "$ns_server" 10.0.30.2 5
check "TCP from QinQ to 802.1Q, IPv6" \
	transfer "$ns_server" "$ns_client" 2001:db8:10::2 5

frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
SRC, DST, QINQ = "10.0.1.2", "10.0.2.2", "10.0.30.2"


def silent(tags, **want):
    for src, dst in (SRC, DST), ("2001:db8:1::2", "2001:db8:2::2"):
        with counts(**want):
            mark = token()
            c0.send(rc, udp_packet(src, dst, mark), tags=tags)
            fence(c0, rc, SRC, DST)
            equal("came through", s0.caught(mark), [])


def crosses(tags, dst=DST):
    mark = token()
    c0.send(rc, udp_packet(SRC, dst, mark), tags=tags)
    p = s0.catch(mark)
    assert p, "it did not come"
    return p


with point("a tag is not carried over to an untagged link"):
    p = crosses(tag(10))
    equal("tag", (p.vlan, p.ethertype), (None, ETH_P_IP))
with point("nor is its priority"):
    p = crosses(tag(10, 5))
    equal("tag", (p.vlan, p.ethertype), (None, ETH_P_IP))
with point("both tags of QinQ are on the wire"):
    p = crosses(tag(10), QINQ)
    equal("outer tag", p.vlan, 20)
    equal("inner tag", p.frame[12:18], bytes.fromhex("8100001e0800"))
with point("a tag without a device leads nowhere"):
    silent(tag(99), punt_vlan=1)
    silent(tag(4095), punt_vlan=1)
with point("neither do two of them"):
    silent(tag(99) + tag(98), punt_vlan=1)
    silent(struct.pack("!HH", ETH_P_8021AD, 99) + tag(98), punt_vlan=1)
    silent(tag(99) + tag(0), punt_vlan=1)
with point("nor an unknown tag within a known one"):
    silent(tag(10) + tag(99), punt_vlan=1)
with point("a priority tag is like none"):
    for prio in 0, 3, 7:
        p = crosses(tag(0, prio))
        equal("tag", (p.vlan, p.ethertype), (None, ETH_P_IP))
with point("a priority tag before a tag with a device"):
    p = crosses(tag(0, 3) + tag(10))
    equal("TTL", p.ttl, 63)
with point("nested priority tags are dropped"):
    silent(tag(0) + tag(0), drop_nested_tag=1)
    silent(tag(0) + tag(0) + tag(0), drop_nested_tag=1)
    silent(tag(0, 7) + struct.pack("!HH", ETH_P_8021AD, 0), drop_nested_tag=1)
END_OF_PYTHON

router ip link del rc.10
check "a VLAN device that goes takes its port along" fails porch port show rc.10

finish
