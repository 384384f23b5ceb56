#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the router's own sockets, addresses and neighbours work as if there
# were no Porch.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

cold()
{
	client ip neigh flush all
	router ip neigh flush all
	server ip neigh flush all
	reaches "$ns_client" "$1"
}

is_local()
{
	says "^local $1" porch route get "$1"
}

not_local()
{
	fails is_local "$1"
}

begin
router_topology
router sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
[[ $(router ip -6 addr show dev rc scope link) =~ (fe80::[0-9a-f:]+) ]] ||
	die "rc has no link-local address"
export link_local=${BASH_REMATCH[1]}

check "ARP from cold" cold 10.0.2.2
check "neighbour discovery from cold" cold 2001:db8:2::2
check "ping to the near address" reaches "$ns_client" 10.0.1.1
check "ping to the far address" reaches "$ns_client" 10.0.2.1
check "ping to the near address, IPv6" reaches "$ns_client" 2001:db8:1::1
check "ping to the far address, IPv6" reaches "$ns_client" 2001:db8:2::1
check "ping to the link-local address" reaches "$ns_client" "$link_local%c0"
check "ping from the router" reaches "$ns_router" 10.0.2.2
check "ping from the router, IPv6" reaches "$ns_router" 2001:db8:1::2
check "ping to a multicast group, IPv4" says "from 10.0.1.1" \
	client ping -n -c 1 -W 10 -I c0 224.0.0.1
check "ping to a multicast group, IPv6" says "bytes from fe80" \
	client ping -n -c 1 -W 10 ff02::2%c0
check "ping to a broadcast address" says "from 10.0.1.1" \
	client ping -n -b -c 1 -W 10 10.0.1.255

frames <<'END_OF_PYTHON'
import random
LINK_LOCAL = os.environ["link_local"]


def sock(name, family, kind, address="", port=0):
    with netns(name):
        s = socket.socket(family, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(10)
    s.bind((address, port))
    return s


def target(address, port):
    """As the client says it, with the device for link-local addresses"""
    with netns("client"):
        return socket.getaddrinfo(address, port)[0][4]


def exchange(one, other, data):
    """Both ways through a connection"""
    for a, b in (one, other), (other, one):
        a.sendall(data)
        got = b""
        while len(got) < len(data):
            part = b.recv(1 << 17)
            assert part, "closed early"
            got += part
        assert got == data, "came as other bytes"


INET, INET6 = socket.AF_INET, socket.AF_INET6
NEAR, FAR = ("10.0.1.1", "2001:db8:1::1"), ("10.0.2.1", "2001:db8:2::1")
for what, address in (("the near address, IPv4", NEAR[0]), ("the far address, IPv4", FAR[0]),
                      ("the near address, IPv6", NEAR[1]), ("the far address, IPv6", FAR[1]),
                      ("the link-local address", LINK_LOCAL + "%c0")):
    family = INET6 if ":" in address else INET
    with point(f"UDP to {what}, at any port"):
        for port in (1, 53, 179, 500, 4789, random.randrange(1024, 65536), 65535):
            r = sock("router", family, socket.SOCK_DGRAM, "", port)
            c = sock("client", family, socket.SOCK_DGRAM)
            for data in b"ask", os.urandom(1400), os.urandom(20000):
                c.sendto(data, target(address, port))
                got, peer = r.recvfrom(65536)
                assert got == data, "came as other bytes"
                r.sendto(data[::-1], peer)
                assert c.recv(65536) == data[::-1], "came back as other bytes"
            r.close()
            c.close()
    with point(f"TCP to {what}, at any port"):
        for port in (22, 179, random.randrange(1024, 65536)):
            r = sock("router", family, socket.SOCK_STREAM, "", port)
            r.listen()
            c = sock("client", family, socket.SOCK_STREAM)
            c.connect(target(address, port))
            a, _ = r.accept()
            a.settimeout(10)
            exchange(c, a, os.urandom(60000))
            for s in c, a, r:
                s.close()


def sent_again():
    """Segments of TCP that the client has sent more than once"""
    with netns("client"), open("/proc/self/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("RetransSegs")])


with point("TCP to a port where nobody listens is refused at once"):
    for address in NEAR + FAR:
        c = sock("client", INET6 if ":" in address else INET, socket.SOCK_STREAM)
        before = sent_again()
        try:
            c.connect((address, 9))
            assert False, "was accepted"
        except ConnectionRefusedError:
            pass
        equal("SYNs that got no answer", sent_again() - before, 0)

with point("the router connects to both sides"):
    for name, address in (("client", "10.0.1.2"), ("server", "10.0.2.2"),
                          ("client", "2001:db8:1::2"), ("server", "2001:db8:2::2")):
        family = INET6 if ":" in address else INET
        l = sock(name, family, socket.SOCK_STREAM, "", 7000)
        l.listen()
        r = sock("router", family, socket.SOCK_STREAM)
        r.connect((address, 7000))
        a, _ = l.accept()
        a.settimeout(10)
        exchange(r, a, os.urandom(20000))
        for s in l, r, a:
            s.close()

with point("a connection lives on while its port is detached and attached"):
    l = sock("router", INET, socket.SOCK_STREAM, "", 7001)
    l.listen()
    c = sock("client", INET, socket.SOCK_STREAM)
    c.connect(("10.0.1.1", 7001))
    a, _ = l.accept()
    a.settimeout(10)
    for what in (), ("port", "del", "rc"), ("port", "add", "rc"):
        if what:
            porch(*what)
        exchange(c, a, b"still here")

with point("a multicast group that the router has joined"):
    r = sock("router", INET, socket.SOCK_DGRAM, "", 7002)
    r.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton("239.1.1.1") + socket.inet_aton("10.0.1.1"))
    c = sock("client", INET, socket.SOCK_DGRAM)
    c.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.1.2"))
    c.sendto(b"all", ("239.1.1.1", 7002))
    equal("data", r.recv(100), b"all")

c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc = Wire("router", "rc", False)
with point("a broadcast from 0.0.0.0, as DHCP asks"):
    r = sock("router", INET, socket.SOCK_DGRAM, "", 67)
    mark = token()
    c0.send(rc, ip4("0.0.0.0", "255.255.255.255", UDP,
                    udp("0.0.0.0", "255.255.255.255", mark, sport=68, dport=67)),
            dst=b"\xff" * 6)
    equal("data", r.recv(100), mark)
with point("multicast and broadcast go no farther"):
    for dst in "224.0.0.1", "239.1.1.1", "10.0.1.255", "10.0.2.255", "255.255.255.255":
        mark = token()
        c0.send(rc, udp_packet("10.0.1.2", dst, mark), dst=b"\xff" * 6)
        fence(c0, rc, "10.0.1.2", "10.0.2.2")
        equal(f"came through to {dst}", s0.caught(mark), [])
with point("other types than IP pass by"), counts(punt_non_ip=1):
    c0.send(rc, token(46), kind=0x88b5)
    fence(c0, rc, "10.0.1.2", "10.0.2.2")
with point("frames for another host are nobody's business"):
    mark = token()
    c0.send(rc, udp_packet("10.0.1.2", "10.0.2.2", mark), dst=mac("02:00:00:00:00:99"))
    fence(c0, rc, "10.0.1.2", "10.0.2.2")
    equal("came through", s0.caught(mark), [])
END_OF_PYTHON

configure "$ns_router" <<-'END'
addr add 10.0.1.11/24 dev rc
addr add 10.77.0.1/32 dev lo
addr add 2001:db8:77::1/128 dev lo
END
check "a new address is followed" poll_until 20 is_local 10.0.1.11
check "a new address of lo is followed" poll_until 20 is_local 10.77.0.1
check "a new IPv6 address of lo is followed" poll_until 20 is_local 2001:db8:77::1
check "the new address is reached" reaches "$ns_client" 10.0.1.11
check "the new address of lo is reached" reaches "$ns_client" 10.77.0.1
check "the new IPv6 address of lo is reached" reaches "$ns_client" 2001:db8:77::1
configure "$ns_router" <<-'END'
addr del 10.0.1.11/24 dev rc
addr del 10.77.0.1/32 dev lo
addr del 2001:db8:77::1/128 dev lo
END
check "an address that has gone is followed" poll_until 20 not_local 10.0.1.11
check "an address of lo that has gone is followed" poll_until 20 not_local 10.77.0.1
check "an IPv6 address that has gone is followed" poll_until 20 not_local 2001:db8:77::1
check "it is no longer reached" fails client ping -n -q -c 1 -W 1 10.77.0.1

# Events by the dozen, but the same addresses at the end
no_generation()
{
	local before

	before=$(number_in "$(porch -j status)" generation)
	for _ in {1..6}; do
		echo "link set bare up"
		echo "link set bare down"
	done | ip -n "$ns_router" -b -
	equal "generation" "$(number_in "$(porch -j status)" generation)" "$before"
}
ip -n "$ns_router" link add bare type dummy
ip -n "$ns_router" link set bare addrgenmode none
check "what changes no address makes no generation" no_generation

finish
