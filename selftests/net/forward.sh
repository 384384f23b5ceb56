#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets of every kind cross a router, and how they look then.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
router_topology

check "ping, IPv4" reaches "$ns_client" 10.0.2.2
check "ping, IPv6" reaches "$ns_client" 2001:db8:2::2
check "ping with 3000 bytes, IPv4" reaches "$ns_client" 10.0.2.2 -s 3000
check "ping with 3000 bytes, IPv6" reaches "$ns_client" 2001:db8:2::2 -s 3000
check "TCP, IPv4" transfer "$ns_client" "$ns_server" 10.0.2.2 10
check "TCP, IPv6" transfer "$ns_client" "$ns_server" 2001:db8:2::2 10
check "TCP, the other way" transfer "$ns_server" "$ns_client" 10.0.1.2 5

frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
WAYS = {"IPv4": ("10.0.1.2", "10.0.2.2"),
        "IPv6": ("2001:db8:1::2", "2001:db8:2::2")}


def cross(packet, mark):
    c0.send(rc, packet)
    p = s0.catch(mark)
    assert p, "it did not come"
    return p


for name, (src, dst) in WAYS.items():
    with point(f"TTL goes down by one, {name}"):
        for ttl in 2, 64, 255:
            mark = token()
            p = cross(udp_packet(src, dst, mark, ttl=ttl), mark)
            equal("TTL", p.ttl, ttl - 1)
            assert p.header_ok, "wrong header checksum"
            equal("addresses", (p.src, p.dst), (src, dst))

    with point(f"link-layer addresses, {name}"):
        mark = token()
        p = cross(udp_packet(src, dst, mark), mark)
        equal("source", p.src_mac, rs.mac)
        equal("destination", p.dst_mac, s0.mac)

    with point(f"DSCP and ECN are kept, {name}"):
        # one for each lane
        for tos in 0, 1, 0x04, 0x20, 0xb8, 0xb9, 0xc0, 0xff:
            mark = token()
            p = cross(udp_packet(src, dst, mark, tos=tos), mark)
            equal("TOS", p.tos, tos)

    with point(f"transports unknown to Porch, {name}"):
        for proto in 47, 50, 103, 132, 136, 253:
            mark = token(40)
            p = cross(ip(src, dst, proto, b"\0\1\0\2" + b"\0" * 8 + mark), mark)
            equal("protocol", p.proto, proto)

    with point(f"nothing but TTL and checksum changes, {name}"):
        for length in 12, 13, 100, 1001, 1400:
            mark = token(length)
            sent = udp_packet(src, dst, mark, tos=0x48)
            got = cross(sent, mark).ip[:len(sent)]
            if name == "IPv4":
                same = lambda b: b[:8] + b[9:10] + b[12:]
            else:
                same = lambda b: b[:7] + b[8:]
            equal("packet", same(got), same(sent))

with point("IPv4 header checksum at its corners"):
    # Identifiers which bring the checksum to and past 0 and 0xffff
    for ident in (*range(0, 65536, 4369), 0xfffe, 0xfeff, 0xff00, 1):
        mark = token()
        p = cross(udp_packet(*WAYS["IPv4"], mark, ident=ident, ttl=1 + ident % 254 + 1), mark)
        assert p.header_ok, f"wrong for {ident}"
    base = ip4(*WAYS["IPv4"], UDP, b"", ident=0)
    first = struct.unpack("!H", base[10:12])[0]
    for want in 0x0000, 0x00ff, 0x0100, 0xfeff, 0xff00, 0xfefe:
        mark = token()
        body = udp(*WAYS["IPv4"], mark)
        c = struct.unpack("!H", ip4(*WAYS["IPv4"], UDP, body, ident=0)[10:12])[0]
        # c - ident = want, in ones' complement
        ident = (c - want) % 65535
        packet = ip4(*WAYS["IPv4"], UDP, body, ident=ident)
        p = cross(packet, mark)
        assert p.header_ok, f"wrong for {packet[10:12].hex()}"

with point("IPv4 options are forwarded as they are"):
    for options in b"\x01" * 4, b"\x94\x04\0\0", b"\x44\x0c\x05\x00" + b"\0" * 8, b"\x07\x27\x04" + b"\0" * 36:
        mark = token()
        p = cross(udp_packet(*WAYS["IPv4"], mark, options=options), mark)
        equal("options", p.options[:len(options)], options)
        assert p.header_ok, "wrong header checksum"

with point("IPv6 extension headers are forwarded as they are"):
    src, dst = WAYS["IPv6"]
    for nexthdr, ext in ((60, b"\x11\0\1\4\0\0\0\0"), (0, b"\x11\0\1\4\0\0\0\0"),
                         (0, b"\x11\0\5\2\0\0\1\0"), (43, b"\x11\0\4\0\0\0\0\0"),
                         (44, b"\x11\0\0\0\0\0\0\1"), (44, b"\x11\0\0\1\0\0\0\1")):
        mark = token()
        payload = ext + udp(src, dst, mark)
        payload += b"\0" * (-len(payload) % 8)
        p = cross(ip6(src, dst, nexthdr, payload), mark)
        equal("payload", p.payload, payload)

with point("a wrong UDP checksum, and none, are not Porch's business"):
    for c in b"\0\0", b"\x12\x34":
        mark = token()
        body = udp(*WAYS["IPv4"], mark)
        body = body[:6] + c + body[8:]
        p = cross(ip4(*WAYS["IPv4"], UDP, body), mark)
        equal("payload", p.payload, body)

for name, (src, dst) in WAYS.items():
    with point(f"fragments are forwarded as they are, {name}"):
        mark, last = token(64), token(33)
        data = udp(src, dst, mark + last)
        for part, offset, more in ((data[:72], 0, True), (data[72:], 72, False)):
            if name == "IPv4":
                packet = ip4(src, dst, UDP, part, mf=more, offset=offset, ident=77)
            else:
                head = struct.pack("!BBHI", UDP, 0, offset | more, 77)
                packet = ip6(src, dst, 44, head + part)
            p = cross(packet, mark if more else last)
            equal("payload", p.ip[20:len(packet)], packet[20:])
END_OF_PYTHON

check "packets are counted per port, both ways" \
	test "$(port_counter rc rx-packets)" -gt 100 -a \
	     "$(port_counter rc tx-packets)" -gt 100 -a \
	     "$(port_counter rs rx-packets)" -gt 100 -a \
	     "$(port_counter rs tx-packets)" -gt 100
check "nothing was dropped" equal drops \
	"$(port_counter rc drops) $(port_counter rs drops)" "0 0"

finish
