#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""No cache line is written for each packet by two CPUs.

                    +---------------------------+
    CPU 0 ---+      |                           |      +--- gateway
             +-- in0| Porch, telling each write |out0--+
    CPU 1 ---+      |                           |      (a dummy, sends into nowhere)
                    +---------------------------+

Packets of established flows come in on two CPUs at a time, with rules, counters and
masquerading in force. The module is one that tells porch_lines which cache lines it
reads and writes: see build.sh, and Documentation/scaling.rst for what that does not see.
With PORCH_VERBOSE=1 in the environment, all that is written is printed.
"""

import collections
import os
import sys
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, TOP + "/selftests/bench/instructions")
sys.dont_write_bytecode = True

from lab import (ACK, CS1, GATEWAY, NET, OUT_ADDR, SYN, TCP, UDP, Flow, address, ip, load,
                 namespace, porch, read, sh, ticks, write)

RECORD = "/sys/kernel/debug/porch_lines/record"
MODULES = [TOP + "/build/" + name for name in
           ("lines/porch_lines.ko", "6.12-lines/kmod/porch.ko", "bench/gen/porch_gen.ko")]
VERBOSE = os.environ.get("PORCH_VERBOSE")
CPUS = 0, 1
FLOWS = 64
PACKETS = 2048
SOME = 512


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


def flows_of(cpu):
    return [Flow(i) for i in range(cpu * FLOWS, (cpu + 1) * FLOWS)]


def there(flows, proto, flags=ACK, tos=0):
    """Frames of these flows that come in by in0"""
    return "in0", [flow.frame(proto, flags, tos) for flow in flows]


def back(flows, proto, flags=ACK):
    """and those that answer them"""
    return "out0", [flow.answer(proto, flags, address(OUT_ADDR)) for flow in flows]


def establish(proto):
    """Let all flows be answered."""
    first = SYN if proto == TCP else 0

    def greet(cpu):
        flows = flows_of(cpu)
        for dev, frames in (there(flows, proto, first, CS1),
                            back(flows, proto, first | ACK), there(flows, proto)):
            load(frames)
            ticks("receive", dev, 1, len(frames))
    on_each_cpu(greet)


# --- what they write ----------------------------------------------------------

class Record:
    """What is accessed while traffic[cpu], (device, frames), comes in there.

    reads, writes   {line: {cpu: count}}
    places          {line: text}
    """

    def __init__(self, traffic, burst, packets=PACKETS):
        on_each_cpu(lambda cpu: load(traffic[cpu][1]))
        # What is decided only once, or was left undone, is over by then.
        for on in b"0", b"1":
            write(RECORD, on)
            on_each_cpu(lambda cpu: ticks("receive", traffic[cpu][0], burst, packets))
        write(RECORD, b"0")

        # Every eighth packet, or half of the vectors. Once a second, or a jiffy, is no matter.
        self.often = max(packets // burst // 8, packets // 128)
        self.reads = collections.defaultdict(collections.Counter)
        self.writes = collections.defaultdict(collections.Counter)
        self.places = collections.defaultdict(list)
        for text in read(RECORD).decode().splitlines():
            if text.startswith("lost"):
                sys.exit("lines.py: no room for what was noted: " + text)
            cpu, at, how, count, place = text.split(maxsplit=4)
            line = int(at, 16) // 64
            noted = self.writes if how == "w" else self.reads
            noted[line][int(cpu)] += int(count)
            verb = "written" if how == "w" else "read"
            self.places[line].append(f"{at} {verb} on CPU {cpu} {count} times by {place}")

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


def alone(name, record):
    """Nothing is shared."""
    text = record.shared()
    point(not text, name, text)


def alone_established(name, traffic):
    record = Record(traffic, 1)
    alone(f"{name}, bursts of 1", record)
    record.figures()
    alone(f"{name}, bursts of 64", Record(traffic, 64))


def seen(name, traffic, place):
    """What is shared is seen."""
    text = Record(traffic, 1).shared()
    point(place in text, name, text or "nothing was seen")


# --- where --------------------------------------------------------------------

def router():
    namespace()
    ip("".join(f"neigh add 10.1.{i // 256}.{i % 256} lladdr 02:00:00:00:01:02 dev in0 "
               "nud permanent\n" for i in range(257, 257 + len(CPUS) * FLOWS)))
    porch(f"""
        port add in0
        port add out0
        route add 10.1.0.0/16 dev in0
        route add 10.2.0.0/16 dev out0
        route add {NET} via {GATEWAY}
        """)


def firewall(also=""):
    router()
    porch(f"""
        chain policy forward drop
        rule add forward out out0 masquerade
        {also}
        rule add forward state established count accept
        rule add forward state new dscp cs1 count accept
        """)


def test():
    router()
    alone_established("no rules", [there(flows_of(cpu), UDP) for cpu in CPUS])
    for name, proto in ("UDP", UDP), ("TCP", TCP):
        firewall()
        establish(proto)
        alone_established(f"{name}, flows of each CPU",
                          [there(flows_of(cpu), proto) for cpu in CPUS])
        flows = flows_of(0)
        alone_established(f"{name}, a direction of each flow on each CPU",
                          [there(flows, proto), back(flows, proto)])
        sh("porchctl", "ledger", "--sync")
    seen("a flow on both CPUs is seen", [there([Flow(0)], TCP)] * 2, " count+")

    firewall("rule add forward state established limit 1000000/second count accept")
    establish(UDP)
    seen("a rule's limit is seen", [there(flows_of(cpu), UDP) for cpu in CPUS],
         " within_limit+")
    new = [Flow(1000 + i) for i in range(2 * SOME)]
    alone("established flows, while another CPU has new ones",
          Record([there(new, UDP, tos=CS1), there(flows_of(1), UDP)], 1, SOME))
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
