#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions per packet, in a VM under icount: see Documentation/bench.rst.

usage: rows.py -l [GLOB...]
       rows.py [-p] -o JSON BUILD [GLOB...]

Measures the rows whose ids match, and writes one JSON object a line; or lists them
(-l). With -p, only Porch, and the bare drop that its figures are compared with.
BUILD is the folder with what was built.
"""

import argparse
import fnmatch
import ipaddress
import json
import os
import struct
import sys

from bpf import (BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP, BPF_TCX_INGRESS, BPF_XDP,
                 TC_ACT_SHOT, XDP_DROP, XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE, Live,
                 LiveApp, bpf_attach, bpf_return, xdp_forward)
from lab import (CS1, GATEWAY, GATEWAY_MAC, GEN, NET, ROUNDS, TCP, UDP, App, Case, Flow,
                 flows, greetings, ip, netlink, nft, porch, read, sh, sysctl, tc, write)


def both(*steps):
    """One after the other"""
    def prepare():
        for step in steps:
            step()
    return prepare


def none(_burst):
    return 0


# --- dropping -----------------------------------------------------------------

def rx_handler_drop():
    write(GEN + "drop", b"in0")


def tc_matchall_drop():
    tc("""
        qdisc add dev in0 clsact
        filter add dev in0 ingress matchall action drop
        """)


def tcx_drop():
    bpf_attach(BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS, 0, bpf_return(TC_ACT_SHOT))


def xdp_generic_drop():
    bpf_attach(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_SKB_MODE, bpf_return(XDP_DROP))


def nft_ingress_drop():
    nft("""
        table netdev bench {
            chain ingress {
                type filter hook ingress device in0 priority 0
                drop
            }
        }
        """)


def porch_rule_drop():
    porch("""
        port add in0
        rule add ingress drop
        """)


# --- forwarding ---------------------------------------------------------------

def stock_router():
    sysctl("net/ipv4/ip_forward", 1)
    ip(f"route add {NET} via {GATEWAY}")


def xdp_generic_forward():
    stock_router()
    bpf_attach(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_SKB_MODE, xdp_forward())


def veth():
    ip("""
        link add live0 type veth peer name live1
        link set live0 up
        link set live1 up
        """)


def xdp_veth():
    """Frames leave by a veth, at whose other end a program drops them."""
    sysctl("net/ipv4/ip_forward", 1)
    veth()
    ip(f"""
        addr add 10.3.0.1/16 dev live0
        neigh add 10.3.0.2 lladdr {GATEWAY_MAC} dev live0 nud permanent
        route add {NET} via 10.3.0.2
        """)
    bpf_attach(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_DRV_MODE, bpf_return(XDP_DROP), "live1")


def porch_router():
    porch(f"""
        port add in0
        port add out0
        route add 10.1.0.0/16 dev in0
        route add 10.2.0.0/16 dev out0
        route add {NET} via {GATEWAY}
        """)


def stock_million():
    stock_router()
    netlink(read(ROUTES + "netlink"), 44)


def porch_million():
    porch_router()
    sh("porchctl", "-a", "-b", ROUTES + "porch")


def to_million():
    """Packets that take one of the million routes each"""
    hosts_of_routes = struct.iter_unpack("!I", read(ROUTES + "hosts"))
    return [Flow(i, dst).frame() for i, (dst,) in enumerate(hosts_of_routes)]


def porch_queue():
    porch_router()
    porch("""
        chain policy forward drop
        rule add forward queue 5
        """)


def nft_queue():
    stock_router()
    nft("""
        table ip bench {
            chain forward {
                type filter hook forward priority 0; policy drop;
                queue num 5
            }
        }
        """)


def nothing():
    pass


def htb():
    tc("""
        qdisc add dev out0 root handle 1: htb default 3
        class add dev out0 parent 1: classid 1:1 htb rate 10gbit quantum 60000
        class add dev out0 parent 1:1 classid 1:2 htb rate 5gbit ceil 10gbit prio 0 quantum 60000
        class add dev out0 parent 1:1 classid 1:3 htb rate 5gbit ceil 10gbit prio 1 quantum 60000
        qdisc add dev out0 parent 1:2 fq_codel
        qdisc add dev out0 parent 1:3 fq_codel
        """)


def cake():
    tc("qdisc add dev out0 root cake bandwidth 10gbit")


def tbf():
    tc("qdisc add dev out0 root tbf rate 10gbit burst 1mb latency 10ms")


def porch_shape():
    sh("porchctl", "shape", "simple", "out0", "10gbit")


def bridge():
    # One that snoops joins a group, and says so, at some time.
    ip("""
        link add br0 type bridge mcast_snooping 0
        link set in0 master br0
        link set out0 master br0
        link set br0 up
        """)
    sh("bridge", "fdb", "add", GATEWAY_MAC, "dev", "out0", "master", "static")


def hosts():
    """Those that packets come from can be answered."""
    ip("".join(f"neigh add {ipaddress.ip_address(Flow(i).src)} lladdr 02:00:00:00:01:02 "
               "dev in0 nud permanent\n" for i in range(256)))


def misses(count):
    """Addresses and ports that no packet has"""
    for i in range(count):
        yield f"203.0.{113 + i // 250}.{1 + i % 250}", 2000 + i


def nft_firewall(first="", last="", table=""):
    """Established flows go on, and so does what begins them; sources are translated.

    first, last     rules before and behind the one for established flows
    """
    def prepare():
        stock_router()
        hosts()
        nft(f"""
            table ip bench {{
                {table}
                chain forward {{
                    type filter hook forward priority 0; policy drop;
                    {first}
                    ct state established counter accept
                    {last}
                    ct state new ip dscp cs1 counter accept
                }}
                chain postrouting {{
                    type nat hook postrouting priority 100;
                    oifname out0 masquerade
                }}
            }}
            """)
    return prepare


def nft_rules(count):
    return "\n".join(f"ip daddr {addr} udp dport {port} counter drop"
                     for addr, port in misses(count))


def nft_set(count):
    every = ", ".join(f"{addr} . {port}" for addr, port in misses(count))
    return f"""
        set some {{
            typeof ip daddr . udp dport
            elements = {{ {every} }}
        }}
        """


FLOWTABLE = """
    flowtable fast {
        hook ingress priority 0
        devices = { in0, out0 }
        counter
    }
    """


def conntrack():
    """Flows are followed, and nothing else."""
    stock_router()
    hosts()
    nft("""
        table ip bench {
            chain forward {
                type filter hook forward priority 0; policy drop;
                ct state established accept
                ct state new ip dscp cs1 accept
            }
        }
        """)


def porch_firewall(count):
    """What nft_firewall() does, behind so many rules."""
    def prepare():
        porch_router()
        hosts()
        rules = "".join(f"rule add forward to {addr}/32 proto udp dport {port} count drop\n"
                        for addr, port in misses(count))
        porch(f"""
            chain policy forward drop
            {rules}
            rule add forward out out0 masquerade
            rule add forward state established count accept
            rule add forward state new dscp cs1 count accept
            """)
    return prepare


def fq_codel():
    tc("qdisc add dev out0 root fq_codel")


def small_lanes():
    porch(f"engine set lane-limit {LANES}")


# --- cases --------------------------------------------------------------------

# The lanes are made to hold that many packets, where more is of interest.
LANES = 64

BARE = Case("rx_handler drop", rx_handler_drop, none)

DROPS = [
    BARE,
    Case("tc bpf drop (tcx)", tcx_drop, none),
    Case("tc matchall drop", tc_matchall_drop, none),
    Case("nft netdev ingress drop", nft_ingress_drop, none),
    Case("XDP generic drop", xdp_generic_drop, none),
    Live("XDP drop, live frames", bpf_return(XDP_DROP)),
]
FORWARD = Case("ip forward", stock_router)
FORWARD_FQ = Case("ip forward", both(stock_router, fq_codel))


def porch_case(*steps, **kwargs):
    return Case("porch", both(*steps), namespaces=5, **kwargs)


XDP_FORWARD = Case("XDP generic, fib and redirect", xdp_generic_forward)
XDP_LIVE = Live("XDP, fib and redirect, live frames", xdp_forward(hop=0), xdp_veth,
                "live1")
BRIDGE = Case("bridge", bridge, traffic=lambda: flows(dst_mac=GATEWAY_MAC))


def established(name, prepare, proto, masked=True, **kwargs):
    """A case in which flows have been answered before"""
    return Case(name, prepare, traffic=lambda: flows(proto=proto),
                before=lambda: greetings(proto, masked), **kwargs)


def firewalls(proto):
    """What stands beside Porch with everything in force"""
    yield established("nft flowtable, masquerade",
                      nft_firewall(table=FLOWTABLE, first="flow add @fast"), proto)
    yield established("nft, established first, masquerade",
                      nft_firewall(last=nft_rules(10000)), proto)
    yield established("nft, 10k-element set, masquerade",
                      nft_firewall(table=nft_set(10000),
                                   first="ip daddr . udp dport @some counter drop"),
                      proto)
    for count in 10, 100, 1000:
        yield established(f"nft, {count} rules, masquerade",
                          nft_firewall(first=nft_rules(count)), proto)
    yield established("conntrack", conntrack, proto, masked=False)


def beginnings(name, prepare, **kwargs):
    """A case in which each packet begins a flow"""
    return Case(name, prepare, traffic=lambda: flows((1 + ROUNDS) * 64, tos=CS1), packets=64,
                **kwargs)


BEGIN = [
    beginnings("nft, 10k rules, masquerade", nft_firewall(last=nft_rules(10000))),
    beginnings("nft, 10k-element set, masquerade",
               nft_firewall(table=nft_set(10000),
                            last="ip daddr . udp dport @some counter drop")),
]
MILLION = Case("ip forward", stock_million, traffic=to_million)
MILLION_FQ = Case("ip forward", both(stock_million, fq_codel), traffic=to_million)
SHAPERS = [
    Case("HTB with fq_codel", both(stock_router, htb)),
    Case("cake", both(stock_router, cake)),
    Case("tbf", both(stock_router, tbf)),
]


def every(burst):
    return burst


TAPS = [
    App("TPACKET_V3", rx_handler_drop, "tpacket", over=True, late=True),
    App("packet socket, recvmmsg", rx_handler_drop, "recvmmsg", over=True),
]
DIVERTS = [
    App("AF_XDP, copy, generic", nothing, "xsk"),
    LiveApp("AF_XDP, copy, native veth", veth, "xsk_live"),
    App("TPACKET_V3 and rx_handler drop", rx_handler_drop, "tpacket", late=True),
]
VERDICTS = [App("NFQUEUE, answers for 64", nft_queue, "nfqueue", forwards=every)]
INJECTS = [
    App("packet socket, TX ring", nothing, "tx_ring", forwards=every),
    App("packet socket, sendmmsg", nothing, "sendmmsg", forwards=every),
]

PORCH_TAP = App("porch", porch_rule_drop, "tap", over=True)
PORCH_DIVERT = App("porch", porch_router, "divert")
PORCH_VERDICT = App("porch", porch_queue, "verdict", forwards=every, namespaces=5)
PORCH_INJECT = App("porch", porch_router, "inject", forwards=every)
PORCH_DOOR = porch_case(porch_router, small_lanes, forwards=lambda burst: min(burst, LANES))
PORCH_RULE = porch_case(porch_rule_drop, forwards=none)
PORCH_FORWARD = porch_case(porch_router)
PORCH_FORWARD_FQ = porch_case(porch_router, fq_codel)
PORCH_FULL = {proto: established("porch", porch_firewall(10000), proto, namespaces=2)
              for proto in (UDP, TCP)}
PORCH_BEGIN = beginnings("porch", porch_firewall(10000), namespaces=2)
PORCH_MILLION = Case("porch", porch_million, traffic=to_million)
PORCH_MILLION_FQ = Case("porch", both(porch_million, fq_codel), traffic=to_million)
PORCH_SHAPE = porch_case(stock_router, porch_shape)


# --- rows ---------------------------------------------------------------------

FULL = "established; behind 10k rules, masqueraded, counted"


class Row:
    """Porch against its peers, with bursts of one size."""

    def __init__(self, name, case, burst, peers, note):
        self.name = name
        self.case = case
        self.burst = burst
        self.peers = peers
        self.note = note

    def wants(self):
        """Return the sizes of burst that Porch is measured with."""
        return [self.burst]

    def porch(self, result):
        """Return Porch's figure, out of {case: {burst: figure}}."""
        return result[self.case][self.burst]

    def peer(self, result, case):
        """Return that of a peer."""
        return result[case][self.burst]


class DoorRow(Row):
    """What a packet costs for which there is no room."""

    MORE = 3 * LANES

    def wants(self):
        return [LANES, self.MORE]

    def porch(self, result):
        took = result[self.case]
        return ((took[self.MORE] * self.MORE - took[LANES] * LANES) /
                (self.MORE - LANES))


class QdiscRow(Row):
    """What a qdisc costs, where stock forwarding has none otherwise."""

    def porch(self, result):
        return super().porch(result) - result[FORWARD][self.burst]

    def peer(self, result, case):
        less = 0 if case is BARE else result[FORWARD][self.burst]
        return super().peer(result, case) - less


def rows():
    yield DoorRow("drop.door", PORCH_DOOR, 64, DROPS, "lanes are full")
    yield Row("drop.rule", PORCH_RULE, 64, DROPS, "a rule of ingress")
    for burst in 1, 8, 64:
        yield Row(f"fwd.1route.b{burst}", PORCH_FORWARD, burst,
                  [FORWARD, XDP_FORWARD, XDP_LIVE, BRIDGE],
                  "noqueue")
    for burst in 1, 8, 64:
        yield Row(f"fwd.1route.fq_codel.b{burst}", PORCH_FORWARD_FQ, burst,
                  [FORWARD_FQ], "fq_codel")
    yield Row("fwd.1m.b64", PORCH_MILLION, 64, [MILLION],
              "a million routes, all in use; noqueue")
    yield Row("fwd.1m.fq_codel.b64", PORCH_MILLION_FQ, 64, [MILLION_FQ],
              "a million routes, all in use; fq_codel")
    peers = list(firewalls(UDP))
    for burst in 1, 8, 64:
        yield Row(f"fwd.full.udp.b{burst}", PORCH_FULL[UDP], burst, peers, FULL)
    yield Row("fwd.full.tcp.b64", PORCH_FULL[TCP], 64, list(firewalls(TCP)), FULL)
    yield Row("flow.new.10k", PORCH_BEGIN, 64, BEGIN,
              "the first packet, behind 10k rules, masqueraded")
    yield QdiscRow("shape.rate", PORCH_SHAPE, 64, SHAPERS,
                   "the qdisc alone, more than noqueue; 10 Gbit/s, no packet waits")
    yield Row("tap.ring", PORCH_TAP, 64, TAPS, "more than without; until it was read")
    yield Row("divert.ring", PORCH_DIVERT, 64, DIVERTS, "all of a port; until it was read")
    yield Row("verdict.ring", PORCH_VERDICT, 64, VERDICTS,
              "read, accepted, forwarded; answers for 64 at a time")
    yield Row("inject.ring", PORCH_INJECT, 64, INJECTS, "onto the wire; 64 at a time")


def measure(wanted):
    """Return {case: {burst: instructions}}."""
    result = {}
    for case, bursts in wanted.items():
        result[case] = case.measure(sorted(bursts))
        for burst, value in result[case].items():
            print(f"# {case.name}, bursts of {burst}: {value:.1f}", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-l", action="store_true")
    parser.add_argument("-p", action="store_true")
    parser.add_argument("-o")
    parser.add_argument("args", nargs="*")
    args = parser.parse_args()
    build = None if args.l else args.args.pop(0)
    global ROUTES
    App.program = f"{build}/bench/app"
    ROUTES = f"{build}/bench/routes/"
    globs = args.args or ["*"]
    chosen = [row for row in rows()
              if any(fnmatch.fnmatchcase(row.name, glob) for glob in globs)]
    if args.l:
        print("\n".join(row.name for row in chosen))
        return

    wanted = {}
    for row in chosen:
        if args.p:
            row.peers = [BARE]
        wanted.setdefault(row.case, set()).update(row.wants())
        for peer in row.peers:
            wanted.setdefault(peer, set()).add(row.burst)
        if isinstance(row, QdiscRow):
            wanted.setdefault(FORWARD, set()).add(row.burst)

    os.environ["PATH"] = build + ":" + os.environ["PATH"]
    sh("insmod", build + "/bench/gen/porch_gen.ko")
    sh("insmod", build + "/6.12/kmod/porch.ko")
    result = measure(wanted)
    with open(args.o, "w") as file:
        for row in chosen:
            ours = row.porch(result)
            for peer in row.peers:
                theirs = row.peer(result, peer)
                print(json.dumps({
                    "id": row.name, "unit": "instructions/packet",
                    "porch": round(ours, 1),
                    "peer_name": peer.name, "peer": round(theirs, 1),
                    "ratio": round(ours / theirs, 3),
                    "kernel": os.uname().release,
                    "note": "; ".join(filter(None, [row.note, peer.note])),
                }), file=file)


if __name__ == "__main__":
    sys.exit(main())
