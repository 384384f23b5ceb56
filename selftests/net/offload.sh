#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets of all sizes and in all states come through: jumbo frames,
# segments merged and cut by anybody, checksums done and left to the card, packets
# that somebody else looks at meanwhile.
#
#   +--------+  MTU 9000   +--------+  MTU 9000   +--------+
#   | client |  then 1500  | router |  then 1500  | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

mtu()
{
	client ip link set c0 mtu "$1"
	router ip link set rc mtu "$1"
	router ip link set rs mtu "$1"
	server ip link set s0 mtu "$1"
}

# features FEATURE on|off...: of every device
features()
{
	client ethtool -K c0 "$@"
	router ethtool -K rc "$@"
	router ethtool -K rs "$@"
	server ethtool -K s0 "$@"
} > /dev/null

# Both ways, and both families
transfers()
{
	transfer "$ns_client" "$ns_server" 10.0.2.2 2
	transfer "$ns_server" "$ns_client" 2001:db8:1::2 2
}

begin
router_topology

mtu 9000
check "jumbo frames, IPv4" reaches "$ns_client" 10.0.2.2 -s 8972 -M "do"
check "jumbo frames, IPv6" reaches "$ns_client" 2001:db8:2::2 -s 8952 -M "do"
check "TCP with jumbo frames" transfers
router ip link set rs mtu 1500
check "a smaller link refuses a jumbo frame" says "mtu = 1500|mtu 1500|mtu=1500" \
	client ping -n -c 1 -W 10 -s 8972 -M "do" 10.0.2.2
check "TCP from jumbo frames to small ones" \
	transfer "$ns_client" "$ns_server" 10.0.2.2 2
mtu 1500

# A port's GRO makes packets with fragment lists or pages, its absence many
# small ones; without tx, checksums are done, with it, left to the card.
while read -r name words; do
	# shellcheck disable=SC2086 # words
	features $words
	check "TCP, $name: $words" transfers
done <<-'END'
all		tso on gso on gro on tx on
no-gro		gro off
no-tso		tso off
no-offload	gso off sg off
checksummed	tx off
merged		gro on
rx-list		rx-gro-list on
rx-udp		rx-gro-list off rx-udp-gro-forwarding on
END
features gso on sg on tx on tso on gro on

frames <<'END_OF_PYTHON'
UDP_SEGMENT = 103
WAYS = ("10.0.1.2", "10.0.2.2"), ("2001:db8:1::2", "2001:db8:2::2")


def udp_socket(name, address, port=0):
    with netns(name):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                          socket.SOCK_DGRAM)
    s.bind((address, port))
    s.settimeout(10)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    return s


for src, dst in WAYS:
    name = "IPv6" if ":" in src else "IPv4"
    with point(f"UDP segmentation, {name}"):
        a, b = udp_socket("client", src), udp_socket("server", dst, 4444)
        a.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1200)
        for length in 1200, 1201, 12000, 40007:
            data = os.urandom(length)
            a.sendto(data, (dst, 4444))
            got = [b.recv(65536) for _ in range(-(-length // 1200))]
            assert b"".join(got) == data, f"{length} bytes came as others"
            assert all(len(g) == 1200 for g in got[:-1]), "segments of another size"
    with point(f"every size from 0, {name}"):
        a = udp_socket("client", src)
        for length in (*range(0, 80), *range(1360, 1480), 2953, 8192, 65000):
            data = os.urandom(length)
            a.sendto(data, (dst, 4444))
            assert b.recv(65536) == data, f"{length} bytes came as others"
    b.close()

c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc"), Wire("router", "rs")
with point("a tap on the ports sees each packet once"):
    for (src, dst), near in zip(WAYS, ("10.0.1.1", "2001:db8:1::1")):
        for to in dst, near:
            mark = token()
            c0.send(rc, echo_packet(src, to, mark))
            assert c0.catch(mark, lambda p: p.icmp in ((0, 0), (129, 0))), "no echo"
            fence(c0, rc, src, to)
            for wire in rc, rs:
                want = [1, 1] if wire is rc or to is dst else [0, 0]
                seen = wire.caught(mark, outgoing=True)
                equal(f"{to} on {wire.device}, in and out",
                      [sum(p.outgoing == way for p in seen) for way in (False, True)], want)
END_OF_PYTHON

# Taps clone what they see, so nobody may write into it.
for dev in rc rs; do
	router timeout 60 tcpdump -n -p -U -i "$dev" -w "$tmp/$dev.pcap" -s 200 tcp \
		2> "$tmp/$dev.err" &
done
check "tcpdump listens" poll_until 10 grep -q listening "$tmp/rc.err"
check "tcpdump listens at the other end" poll_until 10 grep -q listening "$tmp/rs.err"
check "TCP beside tcpdump" transfers
# tcpdump may be behind.
has_seen()
{
	[ "$(stat -c %s "$tmp/rc.pcap")" -gt 10000 ]
}
check "tcpdump has seen it" poll_until 10 has_seen

finish
