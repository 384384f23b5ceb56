#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""No cache line is written for each packet by two CPUs.

                    +---------------------------+
    CPU 0 ---+      |                           |      +--- gateway
             +-- in0| Porch, telling each write |out0--+
    CPU 1 ---+      |                           |      (a dummy, sends into nowhere)
                    +---------------------------+

Packets of established flows come in on two CPUs at a time, with rules, counters and
translation in force, and all of them leave. The module is one that tells porch_lines
which cache lines it reads and writes: see build.sh, and Documentation/scaling.rst for
what that does not see. With PORCH_VERBOSE=1 in the environment, all that is written is
printed.
"""

import collections
import ctypes
import ipaddress
import os
import socket
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, TOP + "/selftests/bench/instructions")
sys.dont_write_bytecode = True

from lab import (ACK, CS1, GATEWAY, GATEWAY_MAC, NET, OUT_ADDR, SYN, TCP, UDP, Flow, address,
                 counted, ip, load, namespace, porch, read, sh, sysctl, ticks, write)

RECORD = "/sys/kernel/debug/porch_lines/record"
MODULES = [TOP + "/build/" + name for name in
           ("lines/porch_lines.ko", "6.12-lines/kmod/porch.ko", "bench/gen/porch_gen.ko")]
VERBOSE = os.environ.get("PORCH_VERBOSE")
CPUS = 0, 1
FLOWS = 64
PACKETS = 2048
SOME = 512
FEW = 128
QUEUE = 5

OTHER_GATEWAY = "10.2.0.3"
OUT_ADDR6 = "2001:db8:2::1"
GATEWAY6 = "2001:db8:2::2"
NET6 = "2001:db8:99::/48"


points = []


def point(ok, name, text=""):
    """One test point"""
    points.append(ok)
    print("ok" if ok else "not ok", len(points), "-", name, flush=True)
    if not ok or VERBOSE:
        for line in text.splitlines():
            print("#  ", line)


# --- packets ------------------------------------------------------------------

def on_each_cpu(work):
    """Do work(cpu) on both at a time."""
    start = threading.Barrier(len(CPUS))
    failures = []

    def run(cpu):
        os.sched_setaffinity(0, {cpu})
        start.wait()
        try:
            work(cpu)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(cpu,)) for cpu in CPUS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class Flow4(Flow):
    """A flow, and under which address it leaves"""

    masked = address(OUT_ADDR)


class Flow6(Flow):
    """One of IPv6"""

    sources = address("2001:db8:1::1")
    targets = address("2001:db8:99::1")
    masked = address(OUT_ADDR6)


class Arrival:
    """Frames that come in by a device"""

    def __init__(self, dev, frames):
        self.dev = dev
        self.frames = frames

    def load(self):
        load(self.frames)

    def go(self, burst, packets):
        ticks("receive", self.dev, burst, packets)


def flows_of(cpu, kind=Flow4):
    return [kind(i) for i in range(cpu * FLOWS, (cpu + 1) * FLOWS)]


def there(flows, proto, flags=ACK, tos=0):
    """Frames of these flows that come in by in0"""
    return Arrival("in0", [flow.frame(proto, flags, tos) for flow in flows])


def back(flows, proto, flags=ACK):
    """and those that answer them"""
    return Arrival("out0", [flow.answer(proto, flags, flow.masked) for flow in flows])


def establish(proto, kind=Flow4):
    """Let all flows be answered."""
    first = SYN if proto == TCP else 0

    def greet(cpu):
        flows = flows_of(cpu, kind)
        for arrival in (there(flows, proto, first, CS1),
                        back(flows, proto, first | ACK), there(flows, proto)):
            arrival.load()
            arrival.go(1, FLOWS)
    on_each_cpu(greet)


def left():
    """How many packets have left?"""
    return counted("in0", 9) + counted("out0", 9)


# --- an application -----------------------------------------------------------

class RingFrame(ctypes.Structure):
    """struct porch_ring_frame"""

    _fields_ = [(name, getattr(ctypes, "c_uint" + bits)) for name, bits in (
        word.split(":") for word in """
            len:32 type:16 data:16 caplen:32 wirelen:32 time:64 ifindex:32 flags:32 hash:32
            vlan_tpid:16 vlan_tci:16 net:16 link:16 csum_start:16 csum_offset:16
            gso_size:16 gso_type:8 to:8 lost:32 id:64""".split())]


class Application:
    """One that is always awake, so that nobody has to wake it.

    As a CPU's traffic it sends a frame by out0, one at a time.
    """

    ACCEPT, TO_WIRE = 1, 2

    def __init__(self):
        self.lib = ctypes.CDLL(TOP + "/build/libporch.so", use_errno=True)
        self.lib.porch_ring_open.restype = ctypes.c_void_p
        for name in "peek", "reserve":
            getattr(self.lib, "porch_ring_" + name).restype = ctypes.POINTER(RingFrame)
        for name in "release", "submit", "close":
            getattr(self.lib, "porch_ring_" + name).restype = None
        self.seen = 0
        self.ring = None
        self.ring = self.call("open", 1 << 21, 1 << 20, 0)

    def call(self, name, *args):
        """porch_ring_name()"""
        args = [ctypes.c_uint64(arg) for arg in args]
        if self.ring:
            args.insert(0, ctypes.c_void_p(self.ring))
        got = getattr(self.lib, "porch_ring_" + name)(*args)
        if got == -1 or name == "open" and not got:
            sys.exit(f"lines.py: porch_ring_{name}: {os.strerror(ctypes.get_errno())}")
        return got

    def frames(self):
        """Walk through what has come."""
        while frame := self.call("peek"):
            yield frame.contents
            self.call("release")

    def look(self):
        self.seen += sum(1 for frame in self.frames())

    def accept(self):
        for frame in self.frames():
            self.call("answer", frame.id, self.ACCEPT)
        self.call("kick", 0)

    def load(self):
        pass

    def go(self, burst, packets):
        data = Flow(0).frame(dst_mac=GATEWAY_MAC)
        out0 = socket.if_nametoindex("out0")
        for _ in range(packets):
            frame = self.call("reserve", len(data)).contents
            frame.ifindex = out0
            frame.to = self.TO_WIRE
            ctypes.memmove(ctypes.addressof(frame) + frame.data, data, len(data))
            self.call("submit")
            self.call("kick", 0)


# --- what they write ----------------------------------------------------------

class Record:
    """What is accessed while traffic[cpu] comes in there, and leaves.

    work    what an application does about it, then

    reads, writes   {line: {cpu: count}}
    places          {line: text}
    callers         {(cpu, function)}
    lost            text, if not all has left
    """

    def __init__(self, traffic, burst, packets=PACKETS, work=lambda: None):
        self.lost = ""
        on_each_cpu(lambda cpu: traffic[cpu].load())
        # What is decided only once, or was left undone, is over by then.
        for on in b"0", b"1":
            before = left()
            write(RECORD, on)
            on_each_cpu(lambda cpu: traffic[cpu].go(burst, packets))
            work()
            self.see_off(before, packets * len(CPUS))
        write(RECORD, b"0")

        # Every eighth packet, or half of the vectors. Once a second, or a jiffy, is no matter.
        self.often = max(packets // burst // 8, packets // 128)
        self.reads = collections.defaultdict(collections.Counter)
        self.writes = collections.defaultdict(collections.Counter)
        self.places = collections.defaultdict(list)
        self.callers = set()
        for text in read(RECORD).decode().splitlines():
            if text.startswith("lost"):
                sys.exit("lines.py: no room for what was noted: " + text)
            cpu, at, how, count, place = text.split(maxsplit=4)
            line = int(at, 16) // 64
            noted = self.writes if how == "w" else self.reads
            noted[line][int(cpu)] += int(count)
            self.callers.add((int(cpu), place.split("+")[0]))
            verb = "written" if how == "w" else "read"
            self.places[line].append(f"{at} {verb} on CPU {cpu} {count} times by {place}")

    def see_off(self, before, packets):
        """All shall leave, though maybe not at once."""
        end = time.monotonic() + 20
        while left() - before < packets and time.monotonic() < end:
            time.sleep(0.01)
        if left() - before != packets:
            self.lost += f"{left() - before} of {packets} packets have left\n"

    def text(self, lines):
        return "\n".join("\n    ".join([f"line {line * 64:x}:"] + sorted(self.places[line]))
                         for line in lines)

    def moves(self, line):
        """Is that written often by one CPU, and read or written by the other?"""
        a, b = CPUS
        return any(self.writes[line][one] >= self.often and
                   self.writes[line][other] + self.reads[line][other] >= self.often
                   for one, other in ((a, b), (b, a)))

    def shared(self):
        """Return the lines that go to and fro, as text"""
        return self.text(line for line in self.places if self.moves(line))

    def figures(self):
        """Print how many lines a packet writes. Bursts are of one packet."""
        counts = [count[cpu] for count in self.writes.values() for cpu in CPUS]
        own = sum(count >= PACKETS // 2 for count in counts) / len(CPUS)
        flow = sum(PACKETS // 2 > count >= PACKETS // FLOWS for count in counts)
        print(f"# lines that a packet writes: {own:.1f} of its CPU, "
              f"{flow / FLOWS / len(CPUS):.1f} of its flow")
        if VERBOSE:
            print(self.text(sorted(self.writes)))


def alone(name, record, *by):
    """Nothing is shared, all have left, and each CPU was in these functions."""
    text = record.lost + record.shared()
    for function in by:
        if not all((cpu, function) in record.callers for cpu in CPUS):
            text += f"{function}() was not seen on both CPUs\n"
    point(not text, name, text)


def alone_established(name, traffic):
    record = Record(traffic, 1)
    alone(f"{name}, bursts of 1", record)
    record.figures()
    alone(f"{name}, bursts of 64", Record(traffic, 64))


def seen(name, record, place):
    """What is shared is seen, and all have left."""
    text = record.shared()
    point(place in text and not record.lost, name,
          record.lost + (text or "nothing was seen"))


# --- where --------------------------------------------------------------------

def router(hook="auto"):
    namespace()
    for dev in "in0", "out0":
        # IPv6 without an address, for whoever has one says so.
        sysctl(f"net/ipv6/conf/{dev}/addr_gen_mode", 1)
        sysctl(f"net/ipv6/conf/{dev}/disable_ipv6", 0)
    hosts = [ipaddress.ip_address(flow.src) for cpu in CPUS for kind in (Flow4, Flow6)
             for flow in flows_of(cpu, kind)]
    ip("".join(f"neigh add {host} lladdr 02:00:00:00:01:02 dev in0 nud permanent\n"
               for host in hosts) +
       "".join(f"neigh add {gateway} lladdr {GATEWAY_MAC} dev out0 nud permanent\n"
               for gateway in (OTHER_GATEWAY, GATEWAY6)))
    porch(f"""
        port add in0 hook {hook}
        port add out0 hook {hook}
        route add 10.1.0.0/16 dev in0
        route add 10.2.0.0/16 dev out0
        route add {NET} via {GATEWAY}
        route add 2001:db8:1::/64 dev in0
        route add 2001:db8:2::/64 dev out0
        route add {NET6} via {GATEWAY6}
        """)


def firewall(also="", hook="auto"):
    router(hook)
    porch(f"""
        chain policy forward drop
        rule add forward from 10.0.0.0/8 out out0 masquerade
        rule add forward from 2001:db8::/32 out out0 snat {OUT_ADDR6}
        {also}
        rule add forward state established count accept
        rule add forward state new dscp cs1 count accept
        """)


def test():
    router()
    alone_established("no rules", [there(flows_of(cpu), UDP) for cpu in CPUS])
    for name, proto, kind in (("UDP", UDP, Flow4), ("TCP", TCP, Flow4),
                              ("UDP over IPv6", UDP, Flow6)):
        firewall()
        establish(proto, kind)
        alone_established(f"{name}, flows of each CPU",
                          [there(flows_of(cpu, kind), proto) for cpu in CPUS])
        flows = flows_of(0, kind)
        alone_established(f"{name}, a direction of each flow on each CPU",
                          [there(flows, proto), back(flows, proto)])
        sh("porchctl", "ledger", "--sync")
    seen("a flow on both CPUs is seen", Record([there([flows[0]], proto)] * 2, 1, SOME),
         " count+")

    established = [there(flows_of(cpu), UDP) for cpu in CPUS]
    firewall("rule add forward state established limit 1000000/second count accept")
    establish(UDP)
    seen("a rule's limit is seen", Record(established, 1, SOME), " within_limit+")
    new = [Flow4(1000 + i) for i in range(2 * SOME)]
    alone("established flows, while another CPU has new ones",
          Record([there(new, UDP, tos=CS1), established[1]], 1, SOME))
    sh("porchctl", "ledger", "--sync")

    firewall(f"route replace {NET} nexthop via {GATEWAY} nexthop via {OTHER_GATEWAY}",
             hook="nf")
    establish(UDP)
    alone("the netfilter hook, and two next hops", Record(established, 1, SOME),
          "porch_hook_ingress", "porch_nexthop_works")
    sh("porchctl", "ledger", "--sync")

    firewall()
    establish(UDP)
    app = Application()
    for dev in "in0", "out0":
        app.call("tap", socket.if_nametoindex(dev))
    alone("frames for an application that sends",
          Record([app, established[1]], 1, SOME, app.look), "porch_ring_write")
    # What it has sent itself, and the others twice
    point(app.seen == 2 * 3 * SOME, "it has seen all of them", f"{app.seen} frames")
    app.call("close")
    sh("tc", "qdisc", "replace", "dev", "out0", "root", "porch")
    seen("a shaper is seen", Record(established, 1, SOME), " porch_shape_enqueue+")
    sh("tc", "qdisc", "del", "dev", "out0", "root")
    porch(f"engine set threaded on lane-limit {PACKETS}")
    alone("threads", Record(established, 64), "thread_run")
    sh("porchctl", "ledger", "--sync")

    firewall(f"rule add forward state established queue {QUEUE} bypass")
    establish(UDP)
    app = Application()
    app.call("queue", QUEUE, len(CPUS) * FEW, 60000)
    # Few, as to the CPU that answers, what the other one has received is memory as any.
    seen("a verdict queue is seen", Record(established, 1, FEW, app.accept),
         " porch_queue_ask+")
    app.call("close")
    sh("porchctl", "ledger", "--sync")


def main():
    os.environ["PATH"] = TOP + "/build:" + os.environ["PATH"]
    if os.path.exists("/sys/module/porch"):
        sh("rmmod", "porch")
    for name in MODULES:
        sh("insmod", name)
    # In a slow VM, a poll is not to be put off before it has come to its end. Of the
    # machine's own namespace, which is left behind.
    budget = os.open("/proc/sys/net/core/netdev_budget_usecs", os.O_RDWR)
    before = os.read(budget, 32)
    os.pwrite(budget, b"10000000", 0)
    try:
        test()
    finally:
        os.pwrite(budget, before, 0)
    for name in reversed(MODULES):
        sh("rmmod", os.path.basename(name).removesuffix(".ko"))
    print(f"1..{len(points)}")
    sys.exit(not all(points))


main()
