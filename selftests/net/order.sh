#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets leave each device in the order in which they came, though
# some of a vector go the slow way: those that have to be cut, and the first one to
# a neighbour whose link-layer header nobody has kept yet.
#
#   +--------+             +------------------+ 10.1.0.0/24 +--------------+
#   | client |             | router        o0 +-------------+ w0    server |
#   |     c0 +-------------+ rc            .. +-------------+ ..           |
#   +--------+ 10.0.1.0/24 |               o5 +-------------+ w5           |
#                          +------------------+ 10.1.5.0/24 +--------------+
#
# The client's qdisc keeps all packets of a round and lets them go at once, so that
# they come as one vector. o1, o3 and o5 have a small MTU.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
namespace client router server
# Groups are not to be told of between the packets of a round.
for ns in "$ns_client" "$ns_router" "$ns_server"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
wire "$ns_client" c0 "$ns_router" rc
addresses "$ns_client" c0 10.0.1.2/24
addresses "$ns_router" rc 10.0.1.1/24
stock_router "$ns_router"
attach "$ns_router" rc
for i in {0..5}; do
	wire "$ns_router" "o$i" "$ns_server" "w$i"
	addresses "$ns_router" "o$i" "10.1.$i.1/24"
	ip -n "$ns_router" link set "o$i" mtu $((i % 2 ? 1000 : 1500))
	attach "$ns_router" "o$i"
	routes "$ns_router" "10.1.$i.0/24 dev o$i"
done

seed=${PORCH_SEED:-$RANDOM}
echo "# PORCH_SEED=$seed"
export seed
frames <<'END_OF_PYTHON'
import random

rand = random.Random(int(os.environ["seed"]))
PORTS, PACKETS, ROUNDS = 6, 60, 12
c0, rc = Wire("client", "c0"), Wire("router", "rc", False)
far = [Wire("server", f"w{i}") for i in range(PORTS)]


def batch(tool, name, *lines):
    subprocess.run([tool, "-n", os.environ["ns_" + name], "-b", "-"], check=True, text=True,
                   input="\n".join(lines))


def forget(i):
    """Know the neighbour, but not its header yet."""
    return (f"neigh del 10.1.{i}.2 dev o{i}",
            f"neigh add 10.1.{i}.2 lladdr {far[i].mac.hex(':')} dev o{i} nud permanent")


def burst(packets):
    """Send all at once; the vectors that they took"""
    for p in packets:
        c0.send(rc, p)
    before = counters()
    batch("tc", "client", "qdisc change dev c0 root plug release_indefinite")
    poll_until(20, lambda: counters()["engine", "packets"] - before["engine", "packets"]
               >= len(packets))
    batch("tc", "client", "qdisc change dev c0 root plug block")
    return counters()["engine", "vectors"] - before["engine", "vectors"]


def is_ours(p):
    return p.version == 4 and p.proto == UDP


def arrived(wire, last):
    """What came until the packet `last`, in order, fragments of one packet as one"""
    def complete():
        return any(p.ident == last and not p.mf for p in wire.caught(b"", is_ours))
    assert poll_until(20, complete), f"{wire.device} lacks packet {last}"
    come = [p.ident for p in wire.caught(b"", is_ours)]
    wire.forget()
    return [ident for n, ident in enumerate(come) if n == 0 or ident != come[n - 1]]


batch("ip", "router", *(f"neigh add 10.1.{i}.2 lladdr {far[i].mac.hex(':')} dev o{i} "
                        "nud permanent" for i in range(PORTS)))
batch("tc", "client", "qdisc add dev c0 root plug limit 1000000")
vectors = fragments = slow = 0
for turn in range(ROUNDS):
    with point(f"round {turn + 1}"):
        batch("ip", "router", *(line for i in range(PORTS) if rand.randrange(2)
                                for line in forget(i)))
        sent, packets = [[] for _ in range(PORTS)], []
        before = counters()
        for n in range(1, PACKETS + 1):
            i = rand.randrange(PORTS)
            size = 1400 if not rand.randrange(4) else 40
            ident = turn * PACKETS + n
            body = udp("10.0.1.2", f"10.1.{i}.2", struct.pack("!I", ident).ljust(size, b"."))
            packets.append(ip4("10.0.1.2", f"10.1.{i}.2", UDP, body, ident=ident))
            sent[i].append(ident)
        vectors += burst(packets)
        for wire, idents in zip(far, sent):
            if idents:
                equal(f"order at {wire.device}", arrived(wire, idents[-1]), idents)
        after = counters()
        fragments += after["created", "fragment"] - before["created", "fragment"]
        slow += after["engine", "neighbour-sent"] - before["engine", "neighbour-sent"]

with point("bursts were vectors, and packets went the slow way in them"):
    print(f"# {vectors} vectors of {ROUNDS * PACKETS} packets, {fragments} fragments, "
          f"{slow} sent slowly")
    assert vectors <= ROUNDS * 3, "too many vectors"
    assert fragments > ROUNDS and slow > fragments + ROUNDS, "too few went the slow way"
END_OF_PYTHON

finish
