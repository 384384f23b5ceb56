#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that Porch meets what the router itself sends by a port, whatever it is
# and how it is sent, each packet once; that it changes nothing of it; and that
# forwarded packets are none the slower for it.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# Later there is s0.10 and rs.10, 10.0.10.0/24, and a tunnel over rs and s0,
# 10.0.6.0/24.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# local_packets DEVICE DELTA COMMAND...: the port's counter of local packets goes
# up by that much. Should the router have something to say of its own at that
# very moment (ND, MLD), it gets another chance.
local_packets()
{
	local dev=$1 delta=$2 before diff
	shift 2

	for _ in 1 2 3 4 5; do
		before=$(port_counter "$dev" local-packets)
		"$@" || return
		diff=$(($(port_counter "$dev" local-packets) - before))
		[ "$diff" != "$delta" ] || return 0
	done
	equal "local packets by $dev" "$diff" "$delta"
}

queued_error()
{
	router tc qdisc replace dev rc root pfifo limit 1000
	says "Net Unreachable" client ping -n -c 1 -W 10 10.9.9.9
	router tc qdisc del dev rc root
}

to_many()
{
	router ping -n -c 1 -W 1 -I rs 224.0.0.1 || :
	router ping -n -c 1 -W 1 ff02::1%rs || :
	router ping -n -b -c 1 -W 1 10.0.2.255 || :
}

# traced COMMAND...: packets as long as its pings that entered dev_queue_xmit() for rs
# meanwhile; what neighbours say is shorter
traced()
{
	local trace=/sys/kernel/tracing

	echo 'name == "rs" && len == 98' > $trace/events/net/net_dev_queue/filter
	echo > $trace/trace
	echo 1 > $trace/events/net/net_dev_queue/enable
	"$@" > /dev/null
	echo 0 > $trace/events/net/net_dev_queue/enable
	grep -c 'net_dev_queue: dev=rs' $trace/trace || true
}

begin
router_topology
router nft -f - 2> /dev/null <<-'END' || skip_all "a kernel without egress hooks"
table netdev watch {
	chain out {
		type filter hook egress device rs priority 0
	}
}
END
router nft delete table netdev watch
for way in rc:client:c0 rs:server:s0; do
	IFS=: read -r dev name peer <<< "$way"
	declare -n host=ns_$name
	ip netns exec "$ns_router" sysctl -qw "net.ipv4.neigh.$dev.delay_first_probe_time=60" \
		"net.ipv6.neigh.$dev.delay_first_probe_time=60"
	ip netns exec "$host" sysctl -qw "net.ipv4.neigh.$peer.delay_first_probe_time=60" \
		"net.ipv6.neigh.$peer.delay_first_probe_time=60"
done
reaches "$ns_client" 10.0.2.2 > /dev/null
reaches "$ns_client" 2001:db8:2::2 > /dev/null
reaches "$ns_router" 10.0.2.2 > /dev/null
reaches "$ns_router" 2001:db8:2::2 > /dev/null

check "a ping of the router's own" local_packets rs 2 reaches "$ns_router" 10.0.2.2
check "IPv6" local_packets rs 2 reaches "$ns_router" 2001:db8:2::2
check "an echo of the router's own" local_packets rc 2 reaches "$ns_client" 10.0.1.1
check "what is forwarded is not" local_packets rs 0 reaches "$ns_client" 10.0.2.2
check "nor in IPv6" local_packets rs 0 reaches "$ns_client" 2001:db8:2::2
check "nor is Porch's own error" local_packets rc 0 \
	counts created icmp-error 1 \
	says "Net Unreachable" client ping -n -c 1 -W 10 10.9.9.9
check "nor if the port has a queue" local_packets rc 0 queued_error

check "forwarded packets leave by the short way" \
	equal "packets queued" "$(traced reaches "$ns_client" 10.0.2.2)" 0
check "the router's own do not" \
	equal "packets queued" "$(traced reaches "$ns_router" 10.0.2.2)" 2
router nft -f - <<-'END' || die "no egress chain"
table netdev watch {
	chain out {
		type filter hook egress device rs priority 0
		icmp type echo-request counter
	}
}
END
check "nor with somebody else's hook" \
	equal "packets queued" "$(traced reaches "$ns_client" 10.0.2.2)" 2
check "who sees what is forwarded, and once" says "packets 2 " \
	router nft list table netdev watch
router nft delete table netdev watch
check "without it they leave by the short way again" \
	equal "packets queued" "$(traced reaches "$ns_client" 10.0.2.2)" 0

check "TCP from the router" transfer "$ns_router" "$ns_server" 10.0.2.2 2
check "TCP to the router, IPv6" transfer "$ns_client" "$ns_router" 2001:db8:1::1 2
to_many &> /dev/null
check "fragments from the router" reaches "$ns_router" 10.0.2.2 -s 20000
check "fragments from the router, IPv6" reaches "$ns_router" 2001:db8:2::2 -s 20000
check "parse knows all of it" equal unparsed "$(counter engine unparsed)" 0

frames <<'END_OF_PYTHON'
import errno

SRC, DST = "10.0.2.1", "10.0.2.2"
PACKET_QDISC_BYPASS = 20
s0, rs = Wire("server", "s0"), Wire("router", "rs", False)


def local_packets():
    port, = json.loads(porch("-j", "-s", "port", "show", "rs"))
    return port["local-packets"]


def once(send):
    """Is counted once; again if the router had something to say meanwhile"""
    for _ in range(5):
        before = local_packets()
        send()
        more = local_packets() - before
        if more == 1:
            break
    equal("local packets", more, 1)


def sends(packet, mark, unparsed=0):
    """The frame leaves as it is, and is counted once"""
    def send():
        with counts(engine_unparsed=unparsed):
            rs.send(s0, packet)
        p = s0.catch(mark)
        assert p, "it did not leave"
        assert p.ip.startswith(packet), "it left as another"
        equal("padding", len(p.frame), max(60, 14 + len(packet)))
    once(send)


def sends_other():
    mark = token(46)
    rs.send(s0, mark, kind=0x88b5)
    assert s0.catch(mark), "it did not leave"


def sends_nothing():
    with counts(engine_unparsed=1):
        rs.sock.send(s0.mac + rs.mac + b"\x08\0")


def odd(packet, **fields):
    """With other bytes at some places"""
    p = bytearray(packet)
    for at, byte in fields.items():
        p[int(at[1:])] = byte
    return bytes(p)


for bypass, way in enumerate(("by the qdisc", "past the qdisc")):
    rs.sock.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, bypass)
    with point(f"a packet socket's frame, {way}"):
        mark = token()
        sends(udp_packet(SRC, DST, mark), mark)
    with point(f"a frame that is not IP, {way}"):
        once(sends_other)
    with point(f"a header that lies leaves as it is, and is counted, {way}"):
        mark = token()
        sends(odd(udp_packet(SRC, DST, mark), _0=0x42), mark, 1)
        mark = token()
        sends(odd(udp_packet(SRC, DST, mark), _2=0xff), mark, 1)
        mark = token()
        sends(odd(udp_packet(SRC, DST, mark), _10=1), mark, 1)
    with point(f"a header without a packet, {way}"):
        once(sends_nothing)


def tcp(data):
    return struct.pack("!HHIIBBHHH", 4000, 4001, 0, 0, 0x50, 0x10, 1000, 0, 0) + data


with point("a checksum that is missing"):
    mark = token()
    rs.send_unsummed(s0, ip(SRC, DST, TCP, tcp(mark)), 20, 16)
    p = s0.catch(mark)
    assert p and p.unsummed, "it was filled in"
with point("a checksum is not filled in where none is"):
    for start, offset in (20, 18), (20, 2), (40, 6), (6, 14):
        mark = token()
        packet = ip(SRC, DST, TCP, tcp(mark))
        rs.send_unsummed(s0, packet, start, offset)
        p = s0.catch(mark)
        assert p, "it did not leave"
        assert p.ip.startswith(packet), "it left as another"
        assert not p.unsummed, "it can still become another"
with point("segments whose checksum is elsewhere do not leave"):
    mark = token()
    with counts(drop_l4_checksum=1):
        try:
            # The kernel wants a header there.
            rs.send_unsummed(s0, ip(SRC, DST, TCP, tcp(tcp(mark * 60))), 40, 16, 500)
        except OSError as e:
            equal("error", e.errno, errno.ENOBUFS)
    other = token()
    rs.send(s0, udp_packet(SRC, DST, other))
    assert s0.catch(other), "nothing leaves"
    equal("came", s0.caught(mark), [])
END_OF_PYTHON

configure "$ns_router" <<-'END'
link add link rs name rs.10 up type vlan id 10
addr add 10.0.10.1/24 dev rs.10
link add t0 type gre local 10.0.2.1 remote 10.0.2.2
addr add 10.0.6.1/24 dev t0
link set t0 up
END
configure "$ns_server" <<-'END'
link add link s0 name s0.10 up type vlan id 10
addr add 10.0.10.2/24 dev s0.10
link add t0 type gre local 10.0.2.2 remote 10.0.2.1
addr add 10.0.6.2/24 dev t0
link set t0 up
route add 10.0.1.0/24 via 10.0.6.1 src 10.0.6.2
END
attach "$ns_router" rs.10 t0
routes "$ns_router" "10.0.6.0/24 dev t0"
client ip route add 10.0.6.0/24 via 10.0.1.1
reaches "$ns_router" 10.0.10.2 > /dev/null
check "what has a tag is met at its own device" \
	local_packets rs.10 2 reaches "$ns_router" 10.0.10.2
check "and not below it" local_packets rs 0 reaches "$ns_router" 10.0.10.2
check "what is forwarded into a tunnel is not met" \
	local_packets t0 0 reaches "$ns_client" 10.0.6.2
check "but what the tunnel makes of it is" \
	local_packets rs 2 reaches "$ns_client" 10.0.6.2

porch port del rs
check "a device that is no port is left alone" local_packets rc 0 \
	reaches "$ns_router" 10.0.2.2

finish
