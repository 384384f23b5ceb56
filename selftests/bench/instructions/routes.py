#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: routes.py FOLDER

Write a million IPv4 routes by way of the gateway, of lengths as BGP's table has them,
the same ones each time. Too much to be done in the VM.

    porch       as porchctl wants them
    netlink     as the kernel wants them: RTM_NEWROUTE messages
    hosts       an address in each of 16384 of these prefixes: 4 bytes each
"""

import os
import random
import socket
import struct
import sys

from lab import GATEWAY, address

COUNT = 1000000
HOSTS = 16384
# Per cent; the rest is /24. As in the global table of today.
LENGTHS = {22: 11, 23: 10, 21: 5, 20: 4, 19: 2.5, 16: 1.4, 18: 1.4, 17: 0.8, 15: 0.2,
           14: 0.1, 13: 0.06, 12: 0.03}
RTM_NEWROUTE = 24
NLM_F_REQUEST, NLM_F_EXCL, NLM_F_CREATE = 1, 0x200, 0x400
RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST = 254, 4, 0, 1
RTA_DST, RTA_GATEWAY = 1, 5


def prefixes():
    """Return (address, length) of each route, and the hosts."""
    choose = random.Random(1)
    lengths = [24] * COUNT
    at = 0
    for length, share in LENGTHS.items():
        many = int(COUNT * share / 100)
        lengths[at:at + many] = [length] * many
        at += many
    seen = set()
    for length in lengths:
        while True:
            # The networks of the lab are in 10/8 and 127/8.
            first = choose.randrange(1, 224)
            if first in (10, 127):
                continue
            addr = first << 24 | choose.randrange(1 << (length - 8)) << (32 - length)
            if (addr, length) not in seen:
                break
        seen.add((addr, length))
    every = sorted(seen)
    hosts = [addr + choose.randrange(1, (1 << (32 - length)) - 1)
             for addr, length in choose.sample(every, HOSTS)]
    choose.shuffle(every)
    return every, hosts


def main():
    every, hosts = prefixes()
    os.chdir(sys.argv[1])
    with open("porch", "w") as file:
        file.writelines(f"route add {socket.inet_ntoa(struct.pack('!I', addr))}/{length} "
                        f"via {GATEWAY}\n" for addr, length in every)
    with open("netlink", "wb") as file:
        gateway = struct.pack("!I", address(GATEWAY))
        for addr, length in every:
            file.write(struct.pack("<IHHII", 44, RTM_NEWROUTE,
                                   NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, 0, 0) +
                       struct.pack("8BI", socket.AF_INET, length, 0, 0, RT_TABLE_MAIN,
                                   RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0) +
                       struct.pack("<HH", 8, RTA_DST) + struct.pack("!I", addr) +
                       struct.pack("<HH", 8, RTA_GATEWAY) + gateway)
    with open("hosts", "wb") as file:
        file.write(struct.pack(f"!{HOSTS}I", *hosts))


main()
