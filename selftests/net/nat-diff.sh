#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends the same packets through two routers that are alike, but for one translating
# by Porch's rules, and the other one by nftables with rules that say the same. Proves
# that what leaves is the same, byte by byte: requests, answers, errors, fragments.
#
# PORCH_SEED replays a run; PORCH_PACKETS makes it longer.
#
#   +------+             +--------+             +------+
#   |   a0 +-------------+ router +-------------+ b0   |
#   | ends |             +--------+             | ends |
#   |   a1 +-------------+ stock  +-------------+ b1   |
#   +------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# Both sides are in one namespace, ends, which only sends and catches frames.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# router_of NAMESPACE NUMBER: with its two cables, and hosts at their ends
router_of()
{
	local ns=$1 n=$2 host net dev mac

	wire "${ns_ends:?}" "a$n" "$ns" i
	wire "$ns_ends" "b$n" "$ns" o
	addresses "$ns" i 10.0.1.1/24 2001:db8:1::1/64
	addresses "$ns" o 10.0.2.1/24 2001:db8:2::1/64
	ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.i.rp_filter=0 net.ipv4.conf.o.rp_filter=0 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.i.send_redirects=0 \
		net.ipv4.conf.o.send_redirects=0
	for net in 1:a:i 2:b:o; do
		IFS=: read -r net dev host <<< "$net"
		[[ $(ip -n "$ns_ends" link show "$dev$n") =~ ether\ ([0-9a-f:]+) ]]
		mac=${BASH_REMATCH[1]}
		dev=$host
		for host in 50 51 52 60 99; do
			echo "neigh add 10.0.$net.$host lladdr $mac dev $dev"
			echo "neigh add 2001:db8:$net::$host lladdr $mac dev $dev"
		done
	done | configure "$ns"
}

export PORCH_SEED=${PORCH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

begin
echo "# PORCH_SEED=$PORCH_SEED"
namespace ends router stock
ip netns exec "$ns_ends" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
	net.ipv6.conf.default.disable_ipv6=1
router_of "$ns_router" 0
router_of "${ns_stock:?}" 1
ip netns exec "$ns_stock" nft -f - 2> /dev/null <<-'END' || skip_all "no NAT by nftables"
table inet t {
	chain pre { type nat hook prerouting priority dstnat; }
	chain post { type nat hook postrouting priority srcnat; }
	chain forward { type filter hook forward priority filter; }
	chain input { type filter hook input priority filter; policy drop; }
}
END
# Neither checksums nor windows decide what is translated.
ip netns exec "$ns_stock" sysctl -qw net.netfilter.nf_conntrack_checksum=0 \
	net.netfilter.nf_conntrack_tcp_be_liberal=1
attach "$ns_router" i o
routes "$ns_router" "10.0.1.0/24 dev i" "10.0.2.0/24 dev o" "2001:db8:1::/64 dev i" \
	"2001:db8:2::/64 dev o"
# What is for the routers themselves gets no answer from either.
porch chain policy input drop

frames <<'END_OF_PYTHON'
import random

seed = int(os.environ["PORCH_SEED"])
total = int(os.environ.get("PORCH_PACKETS", 1000))
os.sched_setaffinity(0, {0})        # what is sent first arrives first
random.seed(seed)
# For each side its wires, first Porch's router's, then the stock one's
ends = {"a": [Wire("ends", "a0"), Wire("ends", "a1")],
        "b": [Wire("ends", "b0"), Wire("ends", "b1")]}
gates = {"a": [Wire("router", "i", False), Wire("stock", "i", False)],
         "b": [Wire("router", "o", False), Wire("stock", "o", False)]}
HOSTS = 50, 51, 52


def host(family, net, number):
    return f"10.0.{net}.{number}" if family == 4 else f"2001:db8:{net}::{number}"


def run(namespace, words, text):
    subprocess.run(["ip", "netns", "exec", os.environ["ns_" + namespace], *words],
                   input=text, text=True, check=True)


# ---- rules, in both tongues ----

def rule_pair():
    family = random.choice((4, 6))
    ip_word, of = ("ip", "ip") if family == 4 else ("ip6", "ip6")
    proto = random.choice(("udp", "tcp"))
    outer, inner = host(family, 2, 1), host(family, 1, random.choice(HOSTS))
    target = inner if family == 4 else f"[{inner}]"
    port, to = random.choice((80, 81, 82)), random.choice((80, 8080))
    kind = random.randrange(7)
    if kind == 0:
        return "forward out o masquerade", "post", "oifname o masquerade"
    if kind == 1:
        return (f"forward out o proto {proto} snat {host(family, 2, 200)}", "post",
                f"oifname o meta l4proto {proto} snat {of} to {host(family, 2, 200)}")
    if kind == 2:
        return (f"ingress to {outer} proto {proto} dport {port} dnat {target}:{to}", "pre",
                f"{ip_word} daddr {outer} {proto} dport {port} dnat {of} to {target}:{to}")
    if kind == 3:
        return (f"ingress in o to {outer} proto {proto} dport {port} dnat {inner}", "pre",
                f"iifname o {ip_word} daddr {outer} {proto} dport {port} "
                f"dnat {of} to {inner}")
    if kind == 4:
        return ("forward in i out i masquerade", "post", "iifname i oifname i masquerade")
    if kind == 5:
        return ("forward in o state new proto udp drop", "forward",
                "iifname o ct state new meta l4proto udp drop")
    return (f"forward state related {random.choice(('accept', 'drop'))}", "forward", None)


def set_rules():
    pairs = [rule_pair() for _ in range(random.randrange(1, 6))]
    mine = ["rule flush ingress", "rule flush forward"]
    theirs = [f"flush chain inet t {c}" for c in ("pre", "post", "forward")]
    for words, chain, nft in pairs:
        mine.append("rule add " + words)
        nft = nft or "ct state related " + words.split()[-1]
        theirs.append(f"add rule inet t {chain} {nft}")
    run("router", ["porchctl", "-a", "-b", "-"], "\n".join(mine) + "\n")
    run("stock", ["nft", "-f", "-"], "\n".join(theirs) + "\n")
    return mine[2:]


# ---- packets ----

counter = 0


def fresh():
    global counter
    counter += 1
    return 2000 + counter % 60000


def transport(family, proto, src, dst, sport, dport, mark, flags=0x02):
    if proto == UDP:
        u = udp(src, dst, mark, sport=sport, dport=dport)
        return u[:6] + b"\0\0" + u[8:] if family == 4 and random.random() < .1 else u
    if proto == TCP:
        head = struct.pack("!HHIIBBHHH", sport, dport, 1000, 2000, 0x50, flags, 500, 0, 0)
        c = checksum(pseudo(src, dst, TCP, len(head + mark)) + head + mark)
        return head[:16] + struct.pack("!H", c) + head[18:] + mark
    rest = sport << 16 | 1
    if family == 4:
        return icmp(8 if flags == 0x02 else 0, 0, rest, mark)
    return icmp6(src, dst, 128 if flags == 0x02 else 129, 0, rest, mark)


class Talk:
    """What two hosts say to each other, each as it knows the other"""

    def __init__(self):
        self.family = random.choice((4, 6))
        self.proto = random.choice((UDP, UDP, TCP, TCP, ICMP))
        if self.proto == ICMP and self.family == 6:
            self.proto = ICMP6
        self.answered = False
        self.back = None            # (side, packet) that came, to be answered
        kind = random.random()
        if kind < .6:               # from inside
            self.side, net, other = "a", 1, host(self.family, 2, random.choice(HOSTS))
        elif kind < .9:             # from outside, to the router's name
            self.side, net, other = "b", 2, host(self.family, 2, 1)
        else:                       # from inside, by the outer name
            self.side, net, other = "a", 1, host(self.family, 2, 1)
        if self.proto in (ICMP, ICMP6):
            other = host(self.family, 3 - net, random.choice(HOSTS))
        self.ends = (host(self.family, net, random.choice(HOSTS)), other)
        self.ports = (fresh(), random.choice((80, 81, 82)))

    def request(self, mark):
        flags = 0x02 if not self.answered or self.proto in (ICMP, ICMP6) else 0x18
        return self.side, ip(*self.ends, self.proto,
                             transport(self.family, self.proto, *self.ends, *self.ports,
                                       mark, flags))

    def answer(self, mark):
        side, p = self.back
        first, second = struct.unpack("!HH", p.payload[:4])
        flags = 0x10 if self.answered else 0x12
        if self.proto in (ICMP, ICMP6):
            first, second, flags = 0, struct.unpack("!H", p.payload[4:6])[0], 0
        return side, ip(p.dst, p.src, self.proto,
                        transport(self.family, self.proto, p.dst, p.src, second, first,
                                  mark, flags))

    def error(self, mark):
        side, p = self.back
        quote = p.ip[:random.choice((28, 48)) if self.family == 4 else 68] + mark
        net = 1 if side == "a" else 2
        sender = random.choice((p.dst, host(self.family, net, 60)))
        if self.family == 4:
            return side, ip(sender, p.src, ICMP, icmp(3, random.choice((1, 3)), 0, quote))
        return side, ip(sender, p.src, ICMP6, icmp6(sender, p.src, 1, 4, 0, quote))


def cut(packet):
    """An IPv4 packet in two fragments, the first being larger: Linux makes new ones"""
    ident = fresh()
    head, body = packet[:20], packet[20:]
    at = len(body) * 2 // 3 // 8 * 8
    src, dst = text_of(head[12:16]), text_of(head[16:20])
    return [ip4(src, dst, head[9], body[:at], ident=ident, mf=True),
            ip4(src, dst, head[9], body[at:], ident=ident, offset=at)]


def send(side, packet):
    for end, gate in zip(ends[side], gates[side]):
        end.send(gate, packet)


def came():
    """For each router, what came where: after a fence has passed both"""
    mark = token()
    send("a", ip(host(4, 1, 99), host(4, 2, 99), 253, mark))
    for end in ends["b"]:
        assert end.catch(mark), "the fence did not come"
    have = []
    for i in range(2):
        have.append([(side, p) for side in "ab" for p in ends[side][i].caught(b"tokn")
                     if p.version and p.icmp != (137, 0)])      # a redirect
        for side in "ab":
            ends[side][i].forget()
    return have


def bytes_of(p):
    length = p.length if p.version == 4 else 40 + len(p.payload)
    return p.ip[:length]


def show(got):
    return [(side, bytes_of(p).hex()) for side, p in got]


class Saying:
    """One packet, on its way"""

    def __init__(self, talk):
        self.talk = talk
        what = random.random()
        self.kind = talk.request
        if talk.back and what < .6:
            self.kind = talk.answer if what < .45 else talk.error
        self.marks = [token(random.choice((16, 17, 70))), token(12)]
        self.side, self.packet = self.kind(b"".join(self.marks))
        self.parts = [self.packet]
        if self.packet[0] == 0x45 and len(self.marks[0]) == 70 and self.kind != talk.error:
            self.parts = cut(self.packet)
        for part in self.parts:
            send(self.side, part)

    def compare(self, have):
        """The same came from both routers. How many"""
        mine, stocks = [[(side, p) for side, p in got if any(m[:12] in p.frame for m in self.marks)]
                        for got in have]
        equal(f"{self.kind.__name__} {self.packet.hex()} from {self.side}: came",
              show(mine), show(stocks))
        if self.kind == self.talk.request and len(self.parts) == len(mine) == 1:
            self.talk.back = mine[0]
        elif self.kind == self.talk.answer and mine:
            self.talk.answered = True
        return len(mine)


done = compared = 0
while done < total:
    rules = set_rules()
    with point(f"rules: {'; '.join(rules)}"):
        talks = []
        for _ in range(10):
            talks += [Talk() for _ in range(3)]
            sayings = [Saying(talk) for talk in random.sample(talks, min(len(talks), 8))]
            done += len(sayings)
            have = came()
            compared += sum(saying.compare(have) for saying in sayings)

with point("most packets came"):
    assert compared > done // 3, f"{compared} of {done}"
END_OF_PYTHON
finish
