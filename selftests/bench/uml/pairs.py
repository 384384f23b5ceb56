#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Nanoseconds per packet, in User-Mode Linux: see Documentation/bench.rst.

usage: pairs.py -l [GLOB...]
       pairs.py -o JSON BUILD [GLOB...]

Measures the rows whose ids match, and writes one JSON object a line; or lists them
(-l). BUILD is the folder with what was built.

What is done to packets is that of the other family of rows, ../instructions/.
"""

import argparse
import fnmatch
import json
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "../instructions"))

from lab import UDP, die, flows, load, sh, ticks
from rows import (FORWARD, FULL, PORCH_FORWARD, PORCH_FULL, Case, both, conntrack,
                  established, firewalls, hosts, nft, nft_rules, stock_router, FLOWTABLE)

PAIRS = 21
SLICE = 30e6    # ns


def nft_forward(rules="", table=""):
    """Forwards, without translating or following"""
    return both(stock_router, lambda: nft(f"""
        table ip bench {{
            {table}
            chain forward {{
                type filter hook forward priority 0; policy accept;
                {rules}
            }}
        }}
        """))


FLOWTABLE_ALONE = established(
    "nft flowtable",
    both(stock_router, hosts, lambda: nft(f"""
        table ip bench {{
            {FLOWTABLE}
            chain forward {{
                type filter hook forward priority 0; policy drop;
                flow add @fast
                ct state established accept
                ct state new ip dscp cs1 accept
            }}
        }}
        """)), UDP, masked=False)

PLAIN = [
    FORWARD,
    FLOWTABLE_ALONE,
    Case("nft, 10 rules", nft_forward(nft_rules(10))),
    Case("nft, 100 rules", nft_forward(nft_rules(100))),
    established("conntrack", conntrack, UDP, masked=False),
]


def rows():
    """Each is an id, Porch's case, the size of bursts, peers and a note."""
    for burst in 1, 8, 64:
        yield f"fwd.1route.b{burst}", PORCH_FORWARD, burst, PLAIN, "noqueue"
    peers = [peer for peer in firewalls(UDP) if peer.name != "conntrack"]
    for burst in 1, 8, 64:
        yield f"fwd.full.udp.b{burst}", PORCH_FULL[UDP], burst, peers, FULL


class Side:
    """A process in whose network namespace that is done to packets."""

    def __init__(self, case):
        self.case = case
        self.order, orders = os.pipe()
        answers, self.answer = os.pipe()
        pid = os.fork()
        if not pid:
            self.serve()
            os._exit(0)
        os.close(self.order)
        os.close(self.answer)
        self.orders = os.fdopen(orders, "w", buffering=1)
        self.answers = os.fdopen(answers)
        if self.answers.readline() != "ready\n":
            die(f"{case.name}: cannot be set up")

    def serve(self):
        """Do what the other end says, until it is gone."""
        self.case.begin()
        os.write(self.answer, b"ready\n")
        for line in os.fdopen(self.order):
            verb, burst, packets = line.split()
            if verb == "end":
                self.case.end()
                took = 0
            elif verb == "free":
                took = ticks("free", "in0", int(burst), int(packets))
            else:
                took = self.case.receive(int(burst), int(packets))
            os.write(self.answer, f"{took}\n".encode())

    def ask(self, verb, burst=0, packets=0):
        """Let that side do something; return the ns that took."""
        print(verb, burst, packets, file=self.orders)
        answer = self.answers.readline()
        if not answer:
            die(f"{self.case.name}: failed")
        return int(answer)

    def slice_of(self, burst):
        """Return how many packets take about as long as a slice."""
        packets = burst
        while True:
            took = self.ask("receive", burst, packets)
            if took > SLICE / 10:
                return max(int(packets * SLICE / took) // burst, 1) * burst
            packets *= 2

    def cost(self, verb, burst, packets):
        """Return the ns for one packet."""
        return self.ask(verb, burst, packets) / packets


def pairs(ours, theirs, burst):
    """Measure both in adjacent slices. Return lists: costs of each, net of making
    and freeing packets."""
    many = [(side, side.slice_of(burst)) for side in (ours, theirs)]
    result = {ours: [], theirs: []}
    for turn in range(PAIRS):
        free = ours.cost("free", burst, many[0][1])
        # Whoever comes second finds the caches as the first one has left them.
        for side, packets in many if turn % 2 else reversed(many):
            result[side].append(side.cost("receive", burst, packets) - free)
    return result[ours], result[theirs]


def measure(row, side):
    """Return what tables and files have, for each peer."""
    name, case, burst, peers, note = row
    for peer in peers:
        ours, theirs = pairs(side(case), side(peer), burst)
        ratios = [a / b for a, b in zip(ours, theirs)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        porch, other = statistics.median(ours), statistics.median(theirs)
        yield {
            "id": name, "unit": "ns/packet",
            "porch": round(porch, 1), "peer_name": peer.name, "peer": round(other, 1),
            "ratio": round(porch / other, 3), "kernel": os.uname().release,
            "note": f"{note}; of pairs {middle:.2f}, quartiles {low:.2f} to {high:.2f}",
        }


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-l", action="store_true")
    parser.add_argument("-o")
    parser.add_argument("args", nargs="*")
    args = parser.parse_args()
    build = None if args.l else args.args.pop(0)
    globs = args.args or ["*"]
    chosen = [row for row in rows()
              if any(fnmatch.fnmatchcase(row[0], glob) for glob in globs)]
    if args.l:
        print("\n".join(row[0] for row in chosen))
        return

    os.environ["PATH"] = build + ":" + os.environ["PATH"]
    sh("insmod", build + "/bench/gen-uml/porch_gen.ko")
    sh("insmod", build + "/uml-fast/kmod/porch.ko")
    sides = {}

    def side(case):
        # As late as can be: what is established stays so for 30 s only.
        if case not in sides:
            sides[case] = Side(case)
            # All of them get the same packets.
            load(flows())
        return sides[case]

    with open(args.o, "w") as file:
        for row in chosen:
            for figures in measure(row, side):
                print(json.dumps(figures), file=file)
                print("# {id}: {porch}, {peer_name} {peer}, {ratio}, {note}"
                      .format(**figures), flush=True)
    for each in sides.values():
        each.ask("end")


sys.exit(main())
