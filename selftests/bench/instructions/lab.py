# SPDX-License-Identifier: GPL-2.0
"""A network namespace with two cards, frames, and how they are measured."""

import ctypes
import ipaddress
import os
import socket
import statistics
import struct
import subprocess
import sys

GEN = "/sys/kernel/debug/porch_gen/"
CLONE_NEWNET = 0x40000000

# Packets of a round, of which there are some: a timer's interrupt now and then
# falls into one of them, and the median does not see it.
ROUND = 1024
ROUNDS = 9

IN_MAC = "02:00:00:00:01:01"
OUT_MAC = "02:00:00:00:02:01"
GATEWAY = "10.2.0.2"
NET = "198.18.0.0/15"


def die(message):
    sys.exit(f"rows.py: {message}")


# --- configuring --------------------------------------------------------------

def sh(*argv, text=None):
    """Run a command, with that on its standard input; return its output."""
    done = subprocess.run(argv, input=text, capture_output=True, text=True)
    if done.returncode:
        die(f"{' '.join(argv)}: {done.stderr or done.stdout}")
    return done.stdout


def ip(text):
    sh("ip", "-b", "-", text=text)


def tc(text):
    sh("tc", "-b", "-", text=text)


def nft(text):
    sh("nft", "-f", "-", text=text)


def porch(text):
    sh("porchctl", "-a", "-b", "-", text=text)


def write(name, data):
    with open(name, "wb", buffering=0) as file:
        file.write(data)


def sysctl(name, value):
    write("/proc/sys/" + name, str(value).encode())


def namespace():
    """Enter a new network namespace; the one before goes, with all that it had.

    in0 and out0 are cards, which send into nowhere. A gateway is behind out0.
    """
    if ctypes.CDLL(None).unshare(CLONE_NEWNET):
        die("no network namespace")
    # It would send what nobody asked for.
    sysctl("net/ipv6/conf/default/disable_ipv6", 1)
    ip(f"""
        link add in0 address {IN_MAC} type dummy
        link add out0 address {OUT_MAC} type dummy
        link set in0 arp on up
        link set out0 arp on up
        addr add 10.1.0.1/16 dev in0
        addr add 10.2.0.1/16 dev out0
        neigh add {GATEWAY} lladdr 02:00:00:00:02:02 dev out0 nud permanent
        """)


def sent():
    """How many packets have left by out0?"""
    # sysfs would show the namespace of who has mounted it.
    with open("/proc/net/dev") as file:
        for line in file:
            name, _, numbers = line.partition(":")
            if name.strip() == "out0":
                return int(numbers.split()[9])
    return die("there is no out0")


# --- frames -------------------------------------------------------------------

def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def address(text):
    return int(ipaddress.ip_address(text))


def frame(src, dst, sport, dport, dst_mac=IN_MAC):
    """A UDP packet of 64 bytes, 4 of which are the frame's checksum."""
    addrs = struct.pack("!II", src, dst)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 46, 0, 0, 64, 17, 0) + addrs
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    udp = struct.pack("!HHHH", sport, dport, 26, 0) + bytes(18)
    csum = checksum(addrs + struct.pack("!HH", 17, 26) + udp)
    mac = bytes.fromhex((dst_mac + ":02:00:00:00:00:02").replace(":", ""))
    return mac + b"\x08\0" + head + udp[:6] + struct.pack("!H", csum) + udp[8:]


def flows(count=256):
    """Many flows, each from another host to another."""
    src, dst = address("10.1.1.1"), address("198.18.1.1")
    return [frame(src + i, dst + i, 1024 + i, 9) for i in range(count)]


# --- measuring ----------------------------------------------------------------

def ticks(verb, burst, packets):
    """Let packets come in by in0. Return the instructions that took."""
    fd = os.open(GEN + "run", os.O_RDWR)
    try:
        os.write(fd, f"{verb} in0 {burst} {packets}".encode())
        return int(os.read(fd, 32))
    finally:
        os.close(fd)


class Case:
    """What is done to packets.

    name        how tables call it
    prepare     configures the namespace
    forwards    how many packets of a burst leave by out0
    traffic     the frames that come in
    namespaces  Porch's hash tables have secrets; that many of them are tried
    """

    def __init__(self, name, prepare, forwards=lambda burst: burst,
                 traffic=flows, namespaces=1):
        self.name = name
        self.prepare = prepare
        self.forwards = forwards
        self.traffic = traffic
        self.namespaces = namespaces

    def rounds(self, burst):
        """The median, for one packet. What happens only once is over by then."""
        packets = ROUND - ROUND % burst
        expected = self.forwards(burst) * packets // burst
        took = []
        for _ in range(1 + ROUNDS):
            before = sent()
            took.append(ticks("receive", burst, packets))
            if sent() - before != expected:
                die(f"{self.name}: {sent() - before} packets of {packets} left "
                    f"instead of {expected}")
        free = [ticks("free", burst, packets) for _ in range(1 + ROUNDS)]
        return (statistics.median(took[1:]) - statistics.median(free[1:])) / packets

    def measure(self, bursts):
        """Return {burst: instructions for a packet, net of making and freeing it}."""
        took = {burst: [] for burst in bursts}
        for _ in range(self.namespaces):
            namespace()
            self.prepare()
            write(GEN + "frames", b"".join(self.traffic()))
            for burst in bursts:
                took[burst].append(self.rounds(burst))
            if self.name == "porch":
                sh("porchctl", "ledger", "--sync")
        return {burst: statistics.mean(took[burst]) for burst in bursts}


# --- BPF ----------------------------------------------------------------------

BPF_PROG_LOAD = 5
BPF_LINK_CREATE = 28
BPF_PROG_TYPE_SCHED_CLS = 3
BPF_PROG_TYPE_XDP = 6
BPF_TCX_INGRESS = 46
BPF_XDP = 37
XDP_FLAGS_SKB_MODE = 2
SYS_BPF = 321


def bpf(command, attr):
    data = ctypes.create_string_buffer(attr.ljust(128, b"\0"))
    fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, command, data, 128)
    if fd < 0:
        die(f"bpf({command}): {os.strerror(ctypes.get_errno())}")
    return fd


def bpf_attach(kind, attach, flags, value):
    """Attach a program to in0 that does nothing but return a value.

    Return the link, which goes when it is closed.
    """
    # r0 = value; exit
    code = struct.pack("<BBhi", 0xb7, 0, 0, value) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    code = ctypes.create_string_buffer(code)
    licence = ctypes.create_string_buffer(b"GPL")
    prog = bpf(BPF_PROG_LOAD, struct.pack("<IIQQ", kind, 2, ctypes.addressof(code),
                                          ctypes.addressof(licence)))
    link = bpf(BPF_LINK_CREATE, struct.pack("<IIII", prog, socket.if_nametoindex("in0"),
                                            attach, flags))
    os.close(prog)
    return link
