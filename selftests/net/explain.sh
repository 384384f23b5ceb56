#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that explain tells what then really happens: for random packets of both
# families that meet rules, sets, NAT, tables, a VRF, routes of all types, MTUs and
# neighbours that do not answer; and that to ask changes nothing.
#
#   +--------+ 10.0.1.0/24           +--------+ 10.0.2.0/24           +--------+
#   | client | 2001:db8:1::/64       | router | 2001:db8:2::/64       | server |
#   |     c0 +-----------------------+ r0  r1 +-----------------------+ s1     |
#   |     c3 +-----------------------+ r3  r2 +-----------------------+ s2     |
#   +--------+ 10.0.4.0/24, VRF 9    +--------+ 10.0.3.0/24, MTU 1300 +--------+
#                                               2001:db8:3::/64
#
# The hosts have no addresses, so nobody there answers. Each packet has a token by
# which it is found again. Packets are explained and then sent in batches, of which
# no two packets belong to one flow.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
namespace client router server
wire "$ns_router" r0 "$ns_client" c0
wire "$ns_router" r1 "$ns_server" s1
wire "$ns_router" r2 "$ns_server" s2
wire "$ns_router" r3 "$ns_client" c3
for ns in "$ns_client" "$ns_server"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done
for i in 0 1 2 3; do
	addresses "$ns_router" "r$i" "10.0.$((i + 1)).1/24" "2001:db8:$((i + 1))::1/64"
	# A neighbour that does not answer is asked for as long as this takes.
	ip netns exec "$ns_router" sysctl -qw "net.ipv4.neigh.r$i.mcast_solicit=100000" \
		"net.ipv6.neigh.r$i.mcast_solicit=100000"
done
ip -n "$ns_router" link set r2 mtu 1300
stock_router "$ns_router"
for pair in r0=c0=1 r1=s1=2 r2=s2=3 r3=c3=4; do
	IFS="=" read -r dev peer net <<< "$pair"
	ns=$ns_client
	[[ $peer == c* ]] || ns=$ns_server
	lladdr=$(ip -n "$ns" -br link show "$peer" | awk '{ print $3 }')
	echo "neigh add 10.0.$net.2 lladdr $lladdr dev $dev nud permanent"
	echo "neigh add 2001:db8:$net::2 lladdr $lladdr dev $dev nud permanent"
done | ip -n "$ns_router" -b - || die "no neighbours"
router nft -f - <<-'END'
table netdev marker {
	chain r0 {
		type filter hook ingress device r0 priority 0
		udp dport 7 meta mark set 0x15
	}
}
END
porch -b - 2> /dev/null <<-END || die "cannot set Porch up"
port add r0 $PORCH_HOOK
port add r1 $PORCH_HOOK
port add r2 $PORCH_HOOK
port add r3 vrf 9 $PORCH_HOOK
engine set icmp-rate 1000000
route add 10.0.1.0/24 dev r0
route add 10.0.2.0/24 dev r1
route add 10.0.3.0/24 dev r2
route add 10.0.16.0/20 via 10.0.1.2
route add 10.1.0.0/16 via 10.0.2.2
route add 10.2.0.0/16 via 10.0.3.2
route add 10.3.0.0/16 nexthop via 10.0.2.2 weight 2 nexthop via 10.0.3.2
route add blackhole 10.9.0.0/16
route add unreachable 10.10.0.0/16
route add prohibit 10.11.0.0/16
route add 10.1.0.0/16 via 10.0.3.2 table 100
route add 10.0.4.0/24 dev r3 table 9
route add 10.1.0.0/16 via 10.0.2.2 table 9
route add 2001:db8:1::/64 dev r0
route add 2001:db8:1::/48 via 2001:db8:1::2
route add 2001:db8:2::/64 dev r1
route add 2001:db8:3::/64 dev r2
route add 2001:db8:11::/48 via 2001:db8:2::2
route add 2001:db8:12::/48 via 2001:db8:3::2
route add 2001:db8:13::/48 nexthop via 2001:db8:2::2 nexthop via 2001:db8:3::2
route add blackhole 2001:db8:90::/48
route add unreachable 2001:db8:91::/48
route add prohibit 2001:db8:92::/48
route add 2001:db8:11::/48 via 2001:db8:3::2 table 100
route add 2001:db8:4::/64 dev r3 table 9
route add 2001:db8:11::/48 via 2001:db8:2::2 table 9
route rule add pref 10 mark 5/0xf table 100
route rule add pref 20 from 10.0.17.0/24 table 100
set add bad type addr
set insert bad 10.0.18.0/28
set insert bad 2001:db8:1:18::/64
set add web type addr-port
set insert web 10.1.5.1:80
chain add more
rule add ingress from-set bad drop
rule add ingress proto tcp to-set web dnat 10.0.2.2:8080 count
rule add ingress proto udp dport 7000-7099 set-mark 5/0xf
rule add ingress mark 0x15 set-dscp af11 continue
rule add ingress dscp ef set-dscp cs1 class 7
rule add ingress proto 47 jump more
rule add ingress proto udp dport 6000 queue 5 bypass
rule add ingress proto udp dport 6001 queue 6
rule add ingress proto udp dport 6002 divert 7 bypass
rule add more length 300-65535 drop
rule add more to 10.1.0.0/16 return
rule add more count set-mark 5/0xf accept
rule add input proto udp dport 9 drop
rule add input proto tcp dport 10 reject with tcp-reset
rule add forward state established,related count accept
rule add forward state invalid count
rule add forward proto tcp dport 22 reject with tcp-reset
rule add forward proto udp dport 53 reject
rule add forward to 10.1.7.0/24 reject with admin-prohibited
rule add forward to 2001:db8:11:7::/64 reject with admin-prohibited
rule add forward proto tcp tcp-flags syn,fin/syn,fin drop
rule add forward proto icmp icmp 13 drop
rule add forward length 700-750 count drop
rule add forward out r1 proto udp dport 5000-5010 snat 10.0.2.100-10.0.2.110:2000-2999
rule add forward out r2 proto udp masquerade count
rule add forward out r2 proto tcp masquerade
rule add forward out r2 proto icmp masquerade
rule add output proto udp dport 5555 drop
rule add output to 10.0.3.0/24 proto udp snat 10.0.3.9
track set udp 3600 udp-replied 3600 icmp 3600 other 3600 syn-sent 3600 close 3600
END

seed=${PORCH_SEED:-$RANDOM}
echo "# PORCH_SEED=$seed"
export seed

frames <<'END_OF_PYTHON'
import random
import re

import genl

rand = random.Random(int(os.environ["seed"]))
PACKETS, BATCH = 1000, 40
STEP = {v: k[7:].lower().replace("_", "-") for k, v in vars(genl).items()
        if k.startswith("A_STEP_")}
STAGE = {v: k[6:].lower().replace("_", "-") for k, v in vars(genl).items()
         if k.startswith("STAGE_")}
OUTCOME = {v: k[8:].lower() for k, v in vars(genl).items() if k.startswith("OUTCOME_")}
ANSWERED = {v: k[9:].lower().replace("_", "-") for k, v in vars(genl).items()
            if k.startswith("ANSWERED_")}
LEDGER = {v: k[9:].lower() for k, v in vars(genl).items() if k.startswith("A_LEDGER_")}
ICMP4 = {"ttl-exceeded": (11, 0), "no-route": (3, 0), "host-unreachable": (3, 1),
         "admin-prohibited": (3, 13), "too-big": (3, 4), "port-unreachable": (3, 3)}
ICMP6_ = {"ttl-exceeded": (3, 0), "no-route": (1, 0), "host-unreachable": (1, 3),
          "admin-prohibited": (1, 1), "too-big": (2, 0), "port-unreachable": (1, 4)}
OWN = {f"10.0.{n}.1" for n in (1, 2, 3, 4)} | {f"2001:db8:{n}::1" for n in (1, 2, 3, 4)}

nl = genl.Socket("router")
wires = {"r0": Wire("client", "c0"), "r1": Wire("server", "s1"),
         "r2": Wire("server", "s2"), "r3": Wire("client", "c3")}
with netns("router"):
    ports = {dev: Wire("router", dev, False) for dev in wires}
    index = {dev: socket.if_nametoindex(dev) for dev in wires}


TRACING = "/sys/kernel/tracing/"


def tracing(name, text):
    with open(TRACING + name, "w", encoding="ascii") as file:
        file.write(text)


# ---- asking ----

def numbers(data):
    """Attributes by number; of those that are not nested the value as it is"""
    return [(kind & 0x3fff, value) for kind, value in genl.attrs(data)]


def dump(cmd):
    nl.sock.send(nl.message(cmd, flags=0x300))
    found = []
    while True:
        data = nl.sock.recv(65536)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == 3:
                return found
            assert kind != 2, "a dump is refused"
            found.append(data[20:length])
            data = data[length + 3 & ~3:]


def number(value):
    return int.from_bytes(value, "little")


def ledger():
    reply, = nl.request(genl.LEDGER_GET, genl.attr(genl.A_LEDGER_SYNC, b""))
    return {LEDGER[k]: number(v) for k, v in numbers(reply) if len(v) == 8}


def stats():
    """Drops and punts by their names"""
    found = {}
    for message in dump(genl.STATS_GET):
        a = dict(numbers(message))
        group, name = a[genl.A_COUNTER_GROUP][0], a[genl.A_COUNTER_NAME][:-1].decode()
        if group in (genl.COUNTER_GROUP_PUNT, genl.COUNTER_GROUP_DROP):
            found[group, name] = number(a[genl.A_COUNTER_VALUE])
    return found


def value_of(name, raw):
    if name in ("src", "dst", "prefix", "gateway"):
        return text_of(raw)
    if name in ("reason", "chain", "jump", "ifname"):
        return raw[:-1].decode()
    return number(raw)


def explain(dev, packet, mark=0, out=False):
    """The steps that it would go"""
    words = [genl.u32(genl.A_EXPLAIN_IFINDEX, index[dev]),
             genl.attr(genl.A_EXPLAIN_PACKET, packet),
             genl.u32(genl.A_EXPLAIN_MARK, mark)]
    if out:
        words.append(genl.attr(genl.A_EXPLAIN_OUT, b""))
    reply, = nl.request(genl.EXPLAIN, *words)
    steps = []
    for _, step in numbers(dict(numbers(reply))[genl.A_EXPLAIN_STEPS]):
        s = {STEP[k]: value_of(STEP[k], v) for k, v in numbers(step)}
        s["stage"], s["verdict"] = STAGE[s["stage"]], OUTCOME[s["verdict"]]
        if "answer" in s:
            s["answer"] = ANSWERED[s["answer"]]
        steps.append(s)
    return steps


# ---- making packets ----

SPORT = iter(range(10000, 60000))
DSCPS = [0, 0, 0, 10, 46, 8, 48]


def tcp(src, dst, data, sport, dport, flags):
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, 1 if flags & 16 else 0, 5 << 4, flags,
                       1000, 0, 0)
    c = checksum(pseudo(src, dst, TCP, 20 + len(data)) + head + data)
    return head[:16] + struct.pack("!H", c) + head[18:] + data


def ends(version, dev):
    """A source on the client's side, and a destination anywhere"""
    n, m = rand.randrange(2, 250), rand.randrange(1, 9)
    if version == 4:
        if dev == "r3":
            return "10.0.4.2", rand.choice((f"10.1.{m}.1", "10.2.0.1", "10.0.4.1"))
        src = f"10.0.{rand.choice((16, 16, 17, 18, 19))}.{n}"
        if not rand.randrange(25):
            src = rand.choice(("10.0.1.1", "127.0.0.1", "224.0.0.1", "0.0.0.0"))
        dst = rand.choice((
            f"10.1.{m}.{m}", f"10.1.{m}.{n}", f"10.2.{m}.{n}", f"10.3.{m}.{n}", f"10.3.{m}.{n}",
            "10.1.5.1", "10.1.5.1", "10.0.2.2", f"10.0.2.{n}", "10.0.1.1", "10.0.2.1",
            rand.choice(("10.9.0.1", "10.10.0.1", "10.11.0.1", "198.18.0.1")),
            rand.choice(("224.0.0.250", "255.255.255.255", "10.0.1.255", "240.0.0.1", "0.0.0.5",
                         "169.254.1.1", "127.0.0.1"))))
    else:
        if dev == "r3":
            return "2001:db8:4::2", rand.choice((f"2001:db8:11:{m}::1", "2001:db8:12::1",
                                                 "2001:db8:4::1"))
        src = f"2001:db8:1:{rand.randrange(16, 32)}::{n:x}"
        if not rand.randrange(25):
            src = rand.choice(("2001:db8:1::1", "::1", "ff02::1", "fe80::1"))
        dst = rand.choice((
            f"2001:db8:11:{m}::1", f"2001:db8:11:{m}::{n:x}", f"2001:db8:12:{m}::{n:x}",
            f"2001:db8:13:{m}::{n:x}", "2001:db8:2::2", f"2001:db8:2::{n:x}", "2001:db8:1::1",
            "2001:db8:2::1",
            rand.choice(("2001:db8:90::1", "2001:db8:91::1", "2001:db8:92::1", "2001:db9::1")),
            rand.choice(("ff05::99", "fe80::99", "::1", "::ffff:10.1.1.1"))))
    return src, dst


class Sent:
    """A packet, what is said of it, and what was seen of it"""

    def __init__(self, dev, packet, mark=0, key=None, first=None):
        self.dev, self.packet, self.mark, self.key = dev, packet, mark, key
        self.first = first                  # of whose later fragment it is
        self.error = False                  # it is an error itself
        self.seen, self.answers, self.steps = [], [], None

    def __str__(self):
        steps = "\n".join(f"  {s}" for s in self.steps or ())
        return (f"{self.dev} mark {self.mark} {self.packet.hex()}\n{steps}\n"
                f"seen {self.seen}, answers {self.answers}")


def l4(src, dst, proto, data, sport, dport):
    if proto == TCP:
        flags = rand.choice((2, 2, 2, 16, 24, 3, 4, 17))
        return tcp(src, dst, data, sport, dport, flags)
    if proto == UDP:
        return udp(src, dst, data, sport=sport, dport=dport)
    if proto == SCTP:
        return struct.pack("!HHII", sport, dport, 1, 0) + data
    if proto == ICMP:
        return icmp(rand.choice((8, 8, 8, 0, 13, 5)), 0, sport << 16, data)
    if proto == ICMP6:
        return icmp6(src, dst, rand.choice((128, 128, 129)), 0, sport << 16, data)
    return data


def mark_of(dev, proto, dport):
    """What nftables gives a packet"""
    return 0x15 if dev == "r0" and proto == UDP and dport == 7 else 0


def fresh(data):
    dev = rand.choice(("r0",) * 9 + ("r3",))
    version = rand.choice((4, 4, 6))
    src, dst = ends(version, dev)
    proto = rand.choice((TCP, TCP, UDP, UDP, UDP, ICMP if version == 4 else ICMP6, SCTP, 47, 253))
    sport = next(SPORT)
    dport = rand.choice((22, 53, 80, 80, 443, 7, 9, 10, 5003, 6000, 6001, 6002, 7001, 8080))
    if not rand.randrange(3):
        data = data.ljust(rand.choice((280, 690, 1300, 1380)) + rand.randrange(60), b".")
    more = {"ttl": rand.choice((64, 64, 64, 64, 64, 64, 1)), "tos": rand.choice(DSCPS) << 2}
    if version == 4:
        more["df"] = bool(rand.randrange(2))
    payload = l4(src, dst, proto, data, sport, dport)
    later = None
    if version == 4 and not rand.randrange(15) and len(payload) % 8 == 0:
        more.update(mf=True, df=False, ident=sport)
        later = ip(src, dst, proto, token(), offset=len(payload), ident=sport)
    packet = ip(src, dst, proto, payload, **more)
    if not rand.randrange(40):          # what is damaged
        at = rand.choice((0, 2, 3, 10, 12))
        packet = packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1:]
        if packet[0] >> 4 not in (4, 6):
            packet = b"\x45" + packet[1:]
    one = Sent(dev, packet, mark_of(dev, proto, dport), (src, sport) if proto == TCP else None)
    if later:
        waiting.append(Sent(dev, later, first=one))
    return one


def answer_to(p, dev, data):
    """A reply to, or an error about, what has come through"""
    if p.proto not in (TCP, UDP, ICMP, ICMP6, SCTP) or p.offset_ or p.mf_:
        return None
    if rand.randrange(3) == 0:
        # As much as may be changed in it, and then the token
        quote = p.ip[:28 if p.version == 4 else 48] + bytes(12)
        if p.version == 4:
            body = icmp(3, rand.choice((1, 3)), 0, quote + data)
            one = Sent(dev, ip4("10.0.2.2", p.src, ICMP, body))
        else:
            body = icmp6("2001:db8:2::2", p.src, 1, 4, 0, quote + data)
            one = Sent(dev, ip6("2001:db8:2::2", p.src, ICMP6, body))
        one.error = True
        return one
    sport, dport = struct.unpack("!HH", p.payload[:4])
    if p.proto in (ICMP, ICMP6):
        kind = {8: 0, 128: 129}.get(p.payload[0])
        if kind is None:
            return None
        rest, = struct.unpack("!I", p.payload[4:8])
        body = icmp(kind, 0, rest, data) if p.version == 4 else \
            icmp6(p.dst, p.src, kind, 0, rest, data)
    elif p.proto == TCP:
        body = tcp(p.dst, p.src, data, dport, sport, 18)
    else:
        body = l4(p.dst, p.src, p.proto, data, dport, sport)
    return Sent(dev, ip(p.dst, p.src, p.proto, body), mark_of(dev, p.proto, sport))


def again(one, data):
    """The next packet of the same flow"""
    p = Packet(bytes(12) + struct.pack("!H", ETH_P_IP if one.packet[0] >> 4 == 4 else ETH_P_IPV6)
               + one.packet)
    if p.proto != UDP or p.mf_ or p.offset_:
        return None
    sport, dport = struct.unpack("!HH", p.payload[:4])
    return Sent(one.dev, ip(p.src, p.dst, UDP, udp(p.src, p.dst, data, sport=sport, dport=dport)),
                one.mark)


Packet.mf_ = property(lambda p: p.version == 4 and p.mf)
Packet.offset_ = property(lambda p: p.version == 4 and p.offset)


def make():
    data = token()
    one = None
    if through and not rand.randrange(4):
        sent, p, dev = through.pop(rand.randrange(len(through)))
        one = answer_to(p, dev, data) if rand.randrange(2) else again(sent, data)
    if not one:
        one = fresh(data)
    by_token[data] = one
    return one


def make_batch():
    batch = []
    while waiting and len(batch) < BATCH // 4:
        one = waiting.pop(0)
        by_token[one.packet[-16:]] = one
        batch.append(one)
    return batch + [make() for _ in range(BATCH - len(batch))]


def group_mac(packet):
    """Of the frame that such a packet comes in"""
    dst = packet[16:20] if packet[0] >> 4 == 4 else packet[24:40]
    if len(dst) == 16:
        return b"\x33\x33" + dst[12:] if dst[0] == 0xff else None
    if text_of(dst) in ("255.255.255.255", "10.0.1.255"):
        return b"\xff" * 6
    return b"\x01\x00\x5e" + bytes([dst[1] & 127]) + dst[2:] if 224 <= dst[0] < 240 else None


# ---- looking what became of them ----

def is_error(p):
    return p.icmp and (p.icmp[0] in (3, 4, 5, 11, 12) if p.proto == ICMP else p.icmp[0] < 128)


def is_reset(p):
    return p.version and p.proto == TCP and len(p.payload) == 20 and p.payload[13] & 4


def look():
    """Give each packet what was seen of it"""
    for dev, wire in wires.items():
        for p in wire.caught(b""):
            at = p.frame.find(b"tokn")
            one = by_token.get(p.frame[at:at + 16]) if at >= 0 else None
            if at < 0 and is_reset(p):
                for other in by_key.get((p.dst, struct.unpack("!H", p.payload[2:4])[0]), ()):
                    other.answers.append((dev, "tcp-reset"))
            elif one and p.version and is_error(p) and p.src in OWN and not one.error:
                one.answers.append((dev, p.icmp))
            elif one:
                one.seen.append((dev, p))
        wire.seen = []


def is_seen(end, hop):
    return end["verdict"] == "forward" and hop["neighbour"] == genl.NEIGHBOUR_KNOWN


def wanted(one):
    """(device that it leaves by, (device, what its sender is told))"""
    end, out, told = one.steps[-1], None, None
    hops = [s for s in one.steps if s["stage"] == "next-hop"]
    if end["verdict"] == "forward" and is_seen(end, hops[-1]):
        out = end["ifname"]
    for i, s in enumerate(one.steps):
        if s["stage"] == "answer" and one.steps[i + 1]["neighbour"] == genl.NEIGHBOUR_KNOWN:
            kinds = ICMP4 if one.packet[0] >> 4 == 4 else ICMP6_
            told = one.steps[i + 1]["ifname"], kinds.get(s["answer"], s["answer"])
    return out, told


def is_complete(one):
    out, told = wanted(one)
    return (not out or one.seen) and (not told or one.answers)


def compare(one):
    out, told = wanted(one)
    end = one.steps[-1]
    if end["verdict"] == "local":
        return                          # and what the stock stack says is its own
    equal("answers", one.answers, [told] if told else [])
    if not out:
        equal("seen", one.seen, [])
        return
    assert one.seen, "was not seen"
    dev, p = one.seen[0]
    if not p.mf_ and not any("cut" in s for s in one.steps):
        equal("how often it was seen", len(one.seen), 1)
    equal("output", dev, out)
    equal("addresses", (p.src, p.dst), (end["src"], end["dst"]))
    equal("DSCP", p.tos >> 2, end["dscp"])
    equal("protocol", p.proto, end["proto"])
    equal("checksum", p.header_ok, True)
    if p.proto in (TCP, UDP, SCTP) and not p.offset_:
        sport, dport = struct.unpack("!HH", p.payload[:4])
        drawn = any("drawn" in s for s in one.steps)
        equal("ports", (not drawn and sport, dport), (not drawn and end["sport"], end["dport"]))


def count(batch):
    """What the counters should say of them"""
    n = {}
    for one in batch:
        end = one.steps[-1]
        if end["verdict"] == "drop":
            key = genl.COUNTER_GROUP_DROP, end["reason"]
        elif end["verdict"] == "punt":
            key = genl.COUNTER_GROUP_PUNT, end["reason"]
        else:
            key = 0, end["verdict"]
        n[key] = n.get(key, 0) + 1
    return n


# ---- the packets ----

by_token, by_key, through, waiting = {}, {}, [], []
outcomes, wrong, shown = {}, 0, 0


def snapshot():
    """All that asking might change"""
    with netns("router"):
        neighbours = subprocess.run(["ip", "neigh", "show"], stdout=subprocess.PIPE, text=True,
                                    check=True).stdout
    return (ledger(), sorted(dump(genl.STATS_GET)), sorted(dump(genl.RULE_GET)),
            nl.request(genl.STATUS_GET),
            sorted(dump(genl.PORT_GET)), len(dump(genl.FLOW_GET)),
            sorted(line.split(" ")[0] for line in neighbours.splitlines()))


def run(batch):
    global wrong, shown
    for one in batch:
        one.steps = explain(one.dev, one.packet, one.mark)
        if one.key:
            by_key.setdefault(one.key, []).append(one)
    before, old = ledger(), stats()
    for one in batch:
        wires[one.dev].send(ports[one.dev], one.packet, dst=group_mac(one.packet))
    assert poll_until(20, lambda: ledger()["rx"] - before["rx"] >= len(batch)
                      and not ledger()["queued"]), "they do not arrive"

    def all_there():
        look()
        return all(map(is_complete, batch))
    poll_until(20, all_there)
    new, after = stats(), ledger()
    for one in batch:
        end = one.steps[-1]
        what = end["verdict"] + " " + end.get("reason", "")
        outcomes[what] = outcomes.get(what, 0) + 1
        try:
            compare(one)
        except AssertionError as e:
            wrong += 1
            if shown < 3:
                shown += 1
                print(f"# {e}\n#   " + str(one).replace("\n", "\n#   "))
        if one.seen and not one.first:
            through.append((one, one.seen[0][1], one.seen[0][0]))
    have = {k: v - old[k] for k, v in new.items() if v != old[k]}
    have[0, "local"] = after["local"] - before["local"]
    want = count(batch)
    for k in set(have) | set(want):
        if k in ((0, "forward"), (genl.COUNTER_GROUP_PUNT, "non-ip")):
            continue
        if have.get(k, 0) != want.get(k, 0):
            wrong += 1
            print(f"# {k}: counted {have.get(k, 0)}, explained {want.get(k, 0)}")


with point("asking changes nothing"):
    batch = [make() for _ in range(100)]
    names = ("ledger", "counters", "rules", "status", "ports", "flows", "neighbours")
    # The machine itself may say something meanwhile, but not each time.
    for _ in range(5):
        before = snapshot()
        for one in batch:
            explain(one.dev, one.packet, one.mark)
            explain(one.dev, one.packet, one.mark, out=True)
        after = snapshot()
        if after == before:
            break
    for name, a, b in zip(names, before, after):
        equal(name, b, a)
    by_token.clear()
    waiting.clear()

start = time.monotonic()
tracing("trace", "")
tracing("events/porch/porch_drop/enable", "1")
counted = stats()
with point(f"{PACKETS} packets: what was explained has happened"):
    done = 0
    while done < PACKETS:
        batch = make_batch()
        run(batch)
        done += len(batch)
    look()                              # whether any has come late
    late = [one for one in by_token.values() if one.seen and
            one.steps[-1]["verdict"] != "local" and not wanted(one)[0]]
    equal("wrong", (wrong, [str(one) for one in late]), (0, []))
print(f"# {done} packets in {time.monotonic() - start:.1f} s")
for what in sorted(outcomes):
    print(f"#   {outcomes[what]:4} {what}")
tracing("events/porch/porch_drop/enable", "0")
with point("each drop was traced with its reason"), \
        open(TRACING + "trace", encoding="ascii") as trace:
    have = {}
    for reason in re.findall(r"porch_drop: .* reason=([a-z0-9-]+)", trace.read()):
        have[reason] = have.get(reason, 0) + 1
    equal("traced", have, {name: n - counted[group, name] for (group, name), n in stats().items()
                           if group == genl.COUNTER_GROUP_DROP and n != counted[group, name]})

with point("a limit is asked, and not used up"):
    porch("rule", "add", "ingress", "before", 1, "proto", 254, "limit", "1/day", "burst", 3,
          "accept")
    porch("rule", "add", "ingress", "before", 2, "proto", 254, "drop")
    for n in range(5):
        packet = ip4("10.0.16.2", "10.1.0.1", 254, token())
        for _ in range(3):
            equal("explained", explain("r0", packet)[-1]["verdict"],
                  "forward" if n < 3 else "drop")
        before = ledger()
        wires["r0"].send(ports["r0"], packet)
        poll_until(20, lambda: ledger()["rx"] > before["rx"] and not ledger()["queued"])
        equal("dropped", ledger()["dropped"] - before["dropped"], int(n >= 3))

with point("a neighbour that has failed"):
    packet = udp_packet("10.0.16.3", "10.0.2.88", token())
    with netns("router"):
        for _ in range(20):             # it is so for a second only
            for cmd in ("del 10.0.2.88 dev r1",
                        "add 10.0.2.88 lladdr 02:00:00:00:00:01 dev r1 nud reachable",
                        "change 10.0.2.88 dev r1 nud failed"):
                subprocess.run(["ip", "neigh"] + cmd.split(), stderr=subprocess.DEVNULL,
                               check=False)
            steps, before = explain("r0", packet), stats()
            wires["r0"].send(ports["r0"], packet)
            poll_until(5, lambda: not ledger()["queued"] and wires["r0"].caught(b"tokn"))
            new = stats()
            failed = genl.COUNTER_GROUP_DROP, "neighbour-failed"
            if "reason" in steps[-1] and new[failed] > before[failed]:
                break
    equal("reason", steps[-1].get("reason"), "neighbour-failed")
    equal("counted", new[failed] - before[failed], 1)

with point("what the machine itself sends"):
    with netns("router"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 4321))
    for dst, dport, dev, verdict, src in (("10.0.2.2", 5554, "r1", "undecided", "10.0.2.1"),
                                          ("10.0.2.2", 5555, "r1", "drop", None),
                                          ("10.0.3.2", 5556, "r2", "undecided", "10.0.3.9")):
        data = token()
        own = "10.0.2.1" if dev == "r1" else "10.0.3.1"
        packet = ip4(own, dst, UDP, udp(own, dst, data, sport=4321, dport=dport))
        steps = explain(dev, packet, out=True)
        flows = len(dump(genl.FLOW_GET))
        equal("verdict", steps[-1]["verdict"], verdict)
        equal("source", steps[-1].get("src"), src)
        explain(dev, packet, out=True)
        equal("flows", len(dump(genl.FLOW_GET)), flows)
        try:
            sock.sendto(data, (dst, dport))
        except PermissionError:
            equal("verdict", verdict, "drop")
        p = wires[dev].catch(data, timeout=10 if src else 0.2)
        equal("seen", p and p.src, src)

with point("the tool says the same"):
    said = porch("explain", "tcp 10.0.16.9:40000 > 10.1.1.1:22 in r0 flags syn,ack")
    assert "rule     forward, chain forward handle" in said and \
        "answer   tcp-reset" in said and said.endswith("\ndrop (rejected)\n"), said
    said = json.loads(porch("-j", "explain", "udp", "[2001:db8:1:16::9]:7", ">",
                            "[2001:db8:11::1]:9", "in", "r0", "mark", "0x15", "dscp", "ef",
                            "length", 1300))
    equal("verdict", said["verdict"], "forward")
    equal("stages", [s["stage"] for s in said["steps"]][:3], ["door", "parse", "flow"])
    equal("end", [said["steps"][-1][k] for k in ("dscp", "ifname", "dport")], [10, "r2", 9])

with point("what leaves has the headers that it says"):
    said = porch("explain", "icmp 10.0.16.9 > 10.1.5.1 in r0")
    assert re.search(r"^end +icmp [0-9.]+ > [0-9.]+ dev", said, re.M), said
    data = udp("2001:db8:1:16::9", "2001:db8:11:1::1", token(64), sport=5000, dport=7)
    for first, part in (True, data[:32]), (False, data[32:]):
        head = struct.pack("!BBHI", UDP, 0, 1 if first else 32, 77)
        steps = explain("r0", ip6("2001:db8:1:16::9", "2001:db8:11:1::1", 44, head + part))
        if steps[-1]["verdict"] == "forward":
            equal("protocol", steps[-1]["proto"], UDP)
            equal("has ports", "sport" in steps[-1], first)
        else:
            equal("reason", (first, steps[-1].get("reason")), (False, "fragment-lost"))
    packet = ip4("10.0.2.1", "10.0.2.2", UDP, b"")
    equal("stages", [s["stage"] for s in explain("r1", packet, out=True)][:1], ["parse"])

with point("enough of each fate"):
    assert len(outcomes) > 15 and outcomes["forward "] > PACKETS / 5, outcomes
END_OF_PYTHON

finish
