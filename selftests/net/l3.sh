#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that devices without link-layer headers are ports and output devices like
# others: tun, wireguard and tunnels of all kinds.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   |    wg0 +~~~~~~~~~~~~~+ wg0 t0 +~~~~~~~~~~~~~+ t0     |
#   +--------+             | tun0   |             +--------+
#                          +---+----+
#                           this test
#
# wg0 is wireguard over rc and c0, 10.0.5.0/24 and 2001:db8:5::/64. t0 is a tunnel
# over rs and s0, 10.0.6.0/24 and 2001:db8:6::/64, as far as it carries both
# families. tun0 is 10.0.7.0/24 and 2001:db8:7::/64. The outer devices are ports,
# too, so the outer packets are local to Porch.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# wireguard: between the client and the router
wireguard()
{
	local ns n=2 key

	umask 077
	for ns in "$ns_client" "$ns_router"; do
		ip -n "$ns" link add wg0 type wireguard || return
		wg genkey > "$tmp/wg.$n"
		ip netns exec "$ns" wg set wg0 listen-port 51820 \
			private-key "$tmp/wg.$n"
		addresses "$ns" wg0 10.0.5.$n/24 2001:db8:5::$n/64
		ip -n "$ns" link set wg0 up
		n=$((n - 1))
	done
	key=$(wg pubkey < "$tmp/wg.1")
	client wg set wg0 peer "$key" endpoint 10.0.1.1:51820 \
		allowed-ips 0.0.0.0/0,::/0
	key=$(wg pubkey < "$tmp/wg.2")
	router wg set wg0 peer "$key" endpoint 10.0.1.2:51820 \
		allowed-ips 10.0.5.2/32,2001:db8:5::2/128
}

# tunnel KIND OPTION...: between the router and the server, as a port
tunnel()
{
	local kind=$1 outer=10.0.2. ns n=1
	shift

	[ "${kind#ip6}" = "$kind" ] || outer=2001:db8:2::
	for ns in "$ns_router" "$ns_server"; do
		ip -n "$ns" link add t0 type "$kind" "$@" \
			local "$outer$n" remote "$outer$((3 - n))"
		ip -n "$ns" link set t0 mtu 1400 up
		addresses "$ns" t0 10.0.6.$n/24 2001:db8:6::$n/64
		n=2
	done
	configure "$ns_server" <<-'END'
	route replace 10.0.5.0/24 via 10.0.6.1
	route replace 10.0.7.0/24 via 10.0.6.1
	route replace 2001:db8:5::/64 via 2001:db8:6::1
	route replace 2001:db8:7::/64 via 2001:db8:6::1
	END
	attach "$ns_router" t0
	routes "$ns_router" "10.0.6.0/24 dev t0" "2001:db8:6::/64 dev t0"
}

no_tunnel()
{
	router ip link del t0
	server ip link del t0
}

# each COMMAND...: with every address of the server's end that the tunnel carries
# in the place of @
each()
{
	local addr

	for addr in $addresses; do
		"${@/@/$addr}" || return
	done
}

# From the Ethernet device, and from the header-less one, to which the answer
# comes back by the tunnel
pings()
{
	each reaches "$ns_client" @
	each reaches "$ns_client" @ -I wg0 -s 1200
}

transfers()
{
	each transfer "$ns_client" "$ns_server" @ 1
}

# Too big for the tunnel, though not for the link before it
refuses()
{
	client ip route flush cache
	client ip -6 route flush cache
	each fails client ping -n -q -c 1 -W 10 -M "do" -s 1450 @
	each says "mtu 1400" client ip route get @
}

begin
router_topology
wireguard || die "no wireguard"
configure "$ns_client" <<-'END'
route add 10.0.6.0/24 via 10.0.1.1
route add 10.0.6.0/24 dev wg0 metric 9999
route add 2001:db8:6::/64 via 2001:db8:1::1
route add 2001:db8:6::/64 dev wg0 metric 9999
END
attach "$ns_router" wg0
routes "$ns_router" "10.0.5.0/24 dev wg0" "2001:db8:5::/64 dev wg0"

check "ping by wireguard to Ethernet" reaches "$ns_server" 10.0.5.2
check "ping by wireguard to Ethernet, IPv6" reaches "$ns_server" 2001:db8:5::2
check "ping the router by wireguard" reaches "$ns_client" 10.0.5.1
check "ping the router by wireguard, IPv6" reaches "$ns_client" 2001:db8:5::1
check "TCP by wireguard" transfer "$ns_server" "$ns_client" 10.0.5.2 1
check "TCP by wireguard, IPv6" transfer "$ns_server" "$ns_client" 2001:db8:5::2 1

# KIND ADDRESSES OPTION...
while read -r kind addresses options; do
	addresses=${addresses//,/ }
	# shellcheck disable=SC2086 # words
	tunnel "$kind" $options || die "no $kind tunnel"
	check "$kind: ping" pings
	check "$kind: TCP" transfers
	check "$kind: what is too big is refused" counts drop too-big + refuses
	if [[ $addresses == 10.* ]]; then
		client ip route flush cache
		check "$kind: without DF it is cut" counts created fragment 2 \
			reaches "$ns_client" 10.0.6.2 -s 1460 -M dont
	fi
	porch port del t0
	check "$kind: not a port, but a way out" each reaches "$ns_client" @
	no_tunnel
done <<-'END'
gre	10.0.6.2,2001:db8:6::2
ipip	10.0.6.2
sit	2001:db8:6::2
ip6gre	10.0.6.2
ip6tnl	2001:db8:6::2	mode any
END

check "neighbours are not kept of what has none" equal neighbours \
	"$(router ip neigh show dev wg0; router ip -6 neigh show dev wg0)" ""

# The device node is there once the module is.
[ -e /dev/net/tun ] || modprobe tun
router ip tuntap add dev tun0 mode tun || die "no tun"
router ip link set tun0 mtu 1400 up
addresses "$ns_router" tun0 10.0.7.1/24 2001:db8:7::1/64
attach "$ns_router" tun0
routes "$ns_router" "10.0.7.0/24 dev tun0" "2001:db8:7::/64 dev tun0"

frames <<'END_OF_PYTHON'
import fcntl
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
WAYS = ("10.0.7.2", "10.0.1.2"), ("2001:db8:7::2", "2001:db8:1::2")
ROUTER = {"10.0.7.2": "10.0.7.1", "2001:db8:7::2": "2001:db8:7::1"}

with netns("router"):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    # It has no qdisc until the kernel has got round to its carrier.
    poll_until(10, lambda: b"noop" not in subprocess.check_output(["ip", "link", "show", "tun0"]))
c0 = Wire("client", "c0")
rc = Wire("router", "rc", False)


def read(mark, want=lambda p: True, timeout=10):
    """A packet with these bytes that comes out of the tunnel, or None"""
    end = time.monotonic() + timeout
    while select.select([tun], [], [], max(end - time.monotonic(), 0))[0]:
        data = os.read(tun, 65536)
        kind = struct.pack("!H", ETH_P_IPV6 if data[0] >> 4 == 6 else ETH_P_IP)
        p = Packet(b"\0" * 12 + kind + data)
        if mark in data and want(p):
            return p
    return None


def is_answer(kinds):
    return lambda p: p.icmp in kinds


for there, here in WAYS:
    v = 6 if ":" in here else 4
    with point(f"from tun to Ethernet, IPv{v}"):
        mark = token()
        os.write(tun, udp_packet(there, here, mark))
        p = c0.catch(mark)
        assert p, "it did not come"
        equal("TTL", p.ttl, 63)
        assert p.header_ok and p.l4_ok, "wrong checksum"
    with point(f"from Ethernet to tun, IPv{v}"):
        mark = token()
        c0.send(rc, udp_packet(here, there, mark))
        p = read(mark)
        assert p, "it did not come"
        equal("TTL", p.ttl, 63)
        assert p.header_ok and p.l4_ok, "wrong checksum"
    with point(f"an error back into tun, IPv{v}"), \
         counts(drop_ttl_exceeded=1, created_icmp_error=1):
        mark = token()
        os.write(tun, udp_packet(there, here, mark, ttl=1))
        p = read(mark, is_answer([(11, 0), (3, 0)]))
        assert p, "no error came back"
        equal("source", p.src, ROUTER[there])
        assert p.header_ok and p.l4_ok, "wrong checksum"
    with point(f"what is too big for tun is refused, IPv{v}"), \
         counts(drop_too_big=1, created_icmp_error=1):
        mark = token(1401 - (28 if v == 4 else 48))
        c0.send(rc, udp_packet(here, there, mark, **({"df": True} if v == 4 else {})))
        p = c0.catch(mark[:16], is_answer([(3, 4), (2, 0)]))
        assert p, "no error came back"
        equal("MTU", p.mtu, 1400)
    with point(f"the router answers into tun, IPv{v}"):
        mark = token()
        os.write(tun, echo_packet(there, ROUTER[there], mark))
        assert read(mark, is_answer([(0, 0), (129, 0)])), "no echo"
with point("without DF it is cut before tun"), counts(created_fragment=1):
    mark = token(1472)
    c0.send(rc, udp_packet("10.0.1.2", "10.0.7.2", mark))
    first = read(mark[:16])
    assert first and first.mf and first.length <= 1400, first
    rest = read(b"", lambda p: p.version == 4 and p.ident == first.ident)
    assert rest and rest.offset == len(first.payload) and not rest.mf, rest
with point("what is no IP is not let in"), counts(drop_ipv4_header=1):
    try:
        os.write(tun, b"\x45" + b"\0" * 40)
    except OSError:
        assert False, "tun itself refuses"
with point("with nobody at the other end it is down"), counts(drop_link_down=1):
    os.close(tun)
    c0.send(rc, udp_packet("10.0.1.2", "10.0.7.2", token()))
    fence(c0, rc, "10.0.1.2", "10.0.2.2")
END_OF_PYTHON

finish
