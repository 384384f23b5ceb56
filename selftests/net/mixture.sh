#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loads two configurations in turn, 300 times (PORCH_LOADS), under traffic. Each
# rule, route, set and translation of the one fits only to those of the same one:
# any mixture of them would lead a packet to a place that is neither's, or nowhere.
# Proves that each packet is judged by one of them as a whole, and none is lost; and
# that flows, counters and sets stay.
#
#                        +--------+ rx      x0 +------+
#   +------+ c0       rc |        +------------+      |   A leads by rx, as 10.0.9.1,
#   | ends +-------------+ router |            | ends |   with DSCP 10
#   +------+ 10.0.1.0/24 |        +------------+      |   B leads by ry, as 10.0.9.2,
#                        +--------+ ry      y0 +------+   with DSCP 20
#
# All ends are in one namespace, which only sends and catches frames.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

loads=${PORCH_LOADS:-300}

# configuration DEV NUMBER: the way by rx or ry
configuration()
{
	local dev=$1 n=$2 there=$2 back=$(($2 + 2))

	cat <<-END
	port add rc $PORCH_HOOK
	port add rx $PORCH_HOOK
	port add ry $PORCH_HOOK
	route add 10.0.8.0/24 via 10.0.3.2 dev $dev table $there
	route add 2001:db8:8::/64 via 2001:db8:3::2 dev $dev table $there
	route add 10.0.1.0/24 dev rc table $back
	route add 2001:db8:1::/64 dev rc table $back
	route rule add pref 1$n mark $there table $there
	route rule add pref 2$n mark $back table $back
	set add kept type addr-port
	set insert kept 10.0.8.9:7001
	set insert kept [2001:db8:8::9]:7001
	set add there type addr
	set insert there 10.0.8.$n
	set insert there 2001:db8:8::$n
	chain policy forward drop
	rule add ingress proto udp count continue
	rule add ingress proto udp to-set kept set-mark $there dnat 10.0.8.$n:800$n continue
	rule add ingress proto udp to-set kept set-mark $there dnat [2001:db8:8::$n]:800$n continue
	rule add ingress proto udp dport 7002 set-mark $there continue
	rule add ingress proto udp sport 7002 set-mark $back continue
	rule add forward out $dev proto udp mark $there to-set there dport 800$n state new set-dscp ${n}0 snat 10.0.9.$n accept
	rule add forward out $dev proto udp mark $there to-set there dport 800$n state new set-dscp ${n}0 snat 2001:db8:9::$n accept
	rule add forward out $dev proto udp mark $there dport 7002 set-dscp ${n}0 snat 10.0.9.$n accept
	rule add forward out $dev proto udp mark $there dport 7002 set-dscp ${n}0 snat 2001:db8:9::$n accept
	rule add forward out rc proto udp mark $back sport 7002 state established set-dscp ${n}1 accept
	END
}

begin
namespace ends router
ip netns exec "${ns_ends:?}" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
	net.ipv6.conf.default.disable_ipv6=1
wire "$ns_ends" c0 "$ns_router" rc
wire "$ns_ends" x0 "$ns_router" rx
wire "$ns_ends" y0 "$ns_router" ry
addresses "$ns_router" rc 10.0.1.1/24 2001:db8:1::1/64
addresses "$ns_router" rx 10.0.3.1/24 2001:db8:3::1/64
addresses "$ns_router" ry 10.0.3.1/24 2001:db8:3::1/64
stock_router "$ns_router"
quiet_host ends c0 rc 10.0.1.2 2001:db8:1::2
quiet_host ends x0 rx 10.0.3.2 2001:db8:3::2
quiet_host ends y0 ry 10.0.3.2 2001:db8:3::2
configuration rx 1 > "$tmp/A"
configuration ry 2 > "$tmp/B"
for ((i = 0; i < loads; i += 2)); do
	echo "commit $tmp/B"
	echo "commit $tmp/A"
done > "$tmp/loads"
check "the first one is loaded" porch -f "$tmp/A"
export tmp loads

frames <<'END_OF_PYTHON'
import re

PACKET_IGNORE_OUTGOING = 23
CLIENT = {4: "10.0.1.2", 6: "2001:db8:1::2"}
FAR = {4: "10.0.8.9", 6: "2001:db8:8::9"}
NAMES = [{4: f"10.0.9.{n}", 6: f"2001:db8:9::{n}"} for n in (1, 2)]
FOUND = [{4: f"10.0.8.{n}", 6: f"2001:db8:8::{n}"} for n in (1, 2)]
tmp, loads = os.environ["tmp"], int(os.environ["loads"])
# The loads are for the other CPU, if there is one.
os.sched_setaffinity(0, {0})
ends = {name: Wire("ends", name) for name in ("c0", "x0", "y0")}
gates = {name: Wire("router", f"r{name[0]}", False) for name in ends}
for end in ends.values():
    end.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.sock.setblocking(False)
KIND = struct.Struct("!4sBBI")      # what each packet bears: kind, flow, number
NEW, OLD, ANSWER = range(3)


def template(name, src, dst):
    """A frame up to its UDP header; without a checksum, as none is looked at"""
    packet = ip(src, dst, UDP, bytes(8 + KIND.size))
    kind = struct.pack("!H", ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP)
    return gates[name].mac + ends[name].mac + kind + packet[:-8 - KIND.size]


def send(name, head, sport, dport, *what):
    ends[name].sock.send(head + struct.pack("!HHHH", sport, dport, 8 + KIND.size, 0) +
                         KIND.pack(b"mix!", *what))


def received():
    """All that has come: where, and the packet"""
    for name, end in ends.items():
        while True:
            try:
                frame = end.sock.recv(2048)
            except BlockingIOError:
                break
            if frame[14] >> 4 in (4, 6) and b"mix!" in frame:
                yield name, Packet(frame)


class Flow:
    """A connection that lasts"""

    def __init__(self, number, v):
        self.number, self.v, self.port = number, v, 1000 + number
        self.there = template("c0", CLIENT[v], FAR[v])
        self.name = self.back = None        # who it comes from, at the other end

    def ask(self, n):
        send("c0", self.there, self.port, 7002, OLD, self.number, n)

    def answer(self, n):
        name = "xy"[n % 2] + "0"
        send(name, self.back[name], 7002, self.port, ANSWER, self.number, n)

    def learn(self, name):
        self.name = name
        self.back = {end: template(end, FAR[self.v], name) for end in ("x0", "y0")}


class Traffic:
    """What was sent, what became of it, and what should not have"""

    def __init__(self):
        self.flows = [Flow(i, 4 + i % 2 * 2) for i in range(8)]
        self.new = {v: template("c0", CLIENT[v], FAR[v]) for v in (4, 6)}
        self.n = self.came = 0
        self.by = [0, 0]                    # A, B
        self.wrong = []

    def burst(self):
        for flow in self.flows:
            self.n += 1
            v = flow.v
            send("c0", self.new[v], 10000 + self.n % 50000, 7001, NEW, v, self.n)
            flow.ask(self.n)
            if flow.back:
                flow.answer(self.n)

    def sent(self):
        return sum(2 + (flow.back is not None) for flow in self.flows)

    def look(self):
        for name, p in received():
            self.came += 1
            _, kind, number, _ = KIND.unpack(p.payload[8:8 + KIND.size])
            sport, dport = struct.unpack("!HH", p.payload[:4])
            dscp = p.tos >> 2
            # The one that has judged it, by the DSCP
            one = dscp // 10 - 1
            have = name, dscp, p.src, p.dst, dport
            if one not in (0, 1):
                want = None
            elif kind == NEW:
                want = ("xy"[one] + "0", 10 + 10 * one, NAMES[one][p.version],
                        FOUND[one][p.version], 8001 + one)
            elif kind == OLD:
                flow = self.flows[number]
                if not flow.name:
                    flow.learn(p.src)
                want = "xy"[one] + "0", 10 + 10 * one, flow.name, FAR[p.version], 7002
            else:
                flow = self.flows[number]
                want = "c0", 11 + 10 * one, FAR[p.version], CLIENT[p.version], flow.port
            if have == want:
                self.by[one] += 1
            else:
                self.wrong.append((kind, have, want))


def exchange(traffic, goes_on, wait=30):
    """Send as long as it goes on, and wait for what does not come. How many were lost"""
    sent = before = traffic.came
    while goes_on():
        sent += traffic.sent()
        traffic.burst()
        traffic.look()

    def all_there():
        traffic.look()
        return traffic.came >= sent

    poll_until(wait, all_there)
    return sent - traffic.came


def generation():
    return json.loads(porch("-j", "status"))["generation"]


def lasting():
    """Flows that were there before, with their packets"""
    return {f["id"]: f["packets"] for f in json.loads(porch("-j", "-s", "flow"))
            if f["dport"] == 7002}


def counted():
    return json.loads(porch("-j", "-s", "rule", "show", "ingress"))[0]["packets"]


def times(n):
    left = iter(range(n))
    return lambda: next(left, None) is not None


def loading(*words):
    """A porchctl at work, by its own CPU"""
    return subprocess.Popen(["porchctl", "-n", os.environ["ns_router"], *words],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: os.sched_setaffinity(0, range(os.cpu_count())))


traffic = Traffic()
with point("traffic flows, IPv4 and IPv6"):
    equal("lost", exchange(traffic, times(3)), 0)
    equal("not as expected", traffic.wrong[:3], [])
    equal("flows that last", len(lasting()), 8)
    equal("judged by B", traffic.by[1], 0)
flows, sets = lasting(), porch("set") + porch("set", "list", "kept")
for path in "B", "A":
    porch("-f", f"{tmp}/{path}")
with point(f"{loads} loads, and no packet is judged by a mixture"):
    first = generation()
    start = time.monotonic()
    load = loading("-b", f"{tmp}/loads")
    lost = exchange(traffic, lambda: load.poll() is None)
    equal("status", (load.returncode, load.stderr.read()), (0, ""))
    equal("loads", generation() - first, loads)
    print(f"# {traffic.came} packets, {traffic.by} by A and B, {time.monotonic() - start:.0f} s")
    equal("not as expected", traffic.wrong[:3], [])
    assert not lost, f"{lost} were lost: {porch('stats', 'drop')}"
    assert min(traffic.by) > 1000, f"too few packets by one of them: {traffic.by}"
with point("flows, counters and sets stay"):
    stay = lasting()
    equal("flows that last", sorted(stay), sorted(flows))
    assert all(stay[i] > flows[i] + 100 for i in flows), "they have not gone on"
    equal("counted", counted(), traffic.came)
    equal("sets", porch("set") + porch("set", "list", "kept"), sets)
with point("line by line they are mixed, and that is seen"):
    lines = []
    for path in "B", "A":
        with open(f"{tmp}/{path}", encoding="ascii") as config:
            rules = [line for line in config if line.startswith("rule ")]
        lines += ["rule flush ingress\n", "rule flush forward\n", *rules] * 3
    with open(f"{tmp}/lines", "w", encoding="ascii") as batch:
        batch.writelines(lines)
    load = loading("-b", f"{tmp}/lines")
    lost = exchange(traffic, lambda: load.poll() is None, 2)
    assert lost or traffic.wrong, "nothing was seen"
END_OF_PYTHON
finish
