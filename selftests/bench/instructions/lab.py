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

# A timer's interrupt now and then falls into a round, and the median of some does
# not see it.
ROUNDS = 9

IN_MAC = "02:00:00:00:01:01"
OUT_MAC = "02:00:00:00:02:01"
OUT_ADDR = "10.2.0.1"
GATEWAY = "10.2.0.2"
GATEWAY_MAC = "02:00:00:00:02:02"
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


def read(name):
    with open(name, "rb") as file:
        return file.read()


def write(name, data):
    with open(name, "wb", buffering=0) as file:
        file.write(data)


def sysctl(name, value):
    write("/proc/sys/" + name, str(value).encode())


def netlink(messages, size):
    """Send routing messages, which are all of that size, and want no answer."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        step = 32768 // size * size
        for at in range(0, len(messages), step):
            sock.send(messages[at:at + step])
        # What fails is answered nevertheless.
        sock.setblocking(False)
        try:
            sock.recv(4096)
            die("netlink: a message was refused")
        except BlockingIOError:
            pass


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
        addr add {OUT_ADDR}/16 dev out0
        neigh add {GATEWAY} lladdr {GATEWAY_MAC} dev out0 nud permanent
        """)


def counted(dev, column):
    """A number of /proc/net/dev: 1 is packets received, 9 sent"""
    # sysfs would show the namespace of who has mounted it.
    with open("/proc/net/dev") as file:
        for line in file:
            name, _, numbers = line.partition(":")
            if name.strip() == dev:
                return int(numbers.split()[column])
    return die(f"there is no {dev}")


def sent():
    """How many packets have left by out0?"""
    return counted("out0", 9)


# --- frames -------------------------------------------------------------------

def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def address(text):
    return int(ipaddress.ip_address(text))


UDP, TCP = 17, 6
SYN, ACK = 2, 16
CS1 = 0x20


class Flow:
    """One of the flows between hosts behind in0 and hosts behind the gateway.

    sources     the first of those, and of these
    targets
    """

    sources = address("10.1.1.1")
    targets = address("198.18.1.1")

    def __init__(self, number, dst=None):
        self.src = self.sources + number % 4096
        self.dst = dst or self.targets + number
        self.sport = 1024 + number % 60000

    def frame(self, proto=UDP, flags=ACK, tos=0, dst_mac=IN_MAC):
        """One that comes in by in0"""
        return frame(self.src, self.dst, self.sport, 9, proto, flags, tos, dst_mac)

    def answer(self, proto=UDP, flags=ACK, to=None):
        """One that comes in by out0"""
        return frame(self.dst, to or self.src, 9, self.sport, proto, flags, 0, OUT_MAC)


def segment(addrs, sport, dport, proto, flags):
    """Of 26 bytes, or a datagram"""
    ports = struct.pack("!HH", sport, dport)
    if proto == UDP:
        data, at = ports + struct.pack("!HH", 26, 0) + bytes(18), 6
    else:
        # The answer to a SYN has 1 as its number, too.
        number = 1 if flags == SYN else 2
        data, at = ports + struct.pack("!IIBBHHH", number, 2 if flags & ACK else 0,
                                       0x50, flags, 8192, 0, 0) + bytes(6), 16
    csum = checksum(addrs + struct.pack("!HH", proto, 26) + data)
    return data[:at] + struct.pack("!H", csum) + data[at + 2:]


def frame(src, dst, sport, dport, proto, flags, tos, dst_mac):
    """64 bytes, 4 of which are the frame's checksum; in IPv6 there are 20 more."""
    mac = bytes.fromhex((dst_mac + ":02:00:00:00:00:02").replace(":", ""))
    if src >> 32:
        addrs = src.to_bytes(16, "big") + dst.to_bytes(16, "big")
        head = b"\x86\xdd" + struct.pack("!IHBB", 6 << 28 | tos << 20, 26, proto, 64) + addrs
    else:
        addrs = struct.pack("!II", src, dst)
        head = struct.pack("!BBHHHBBH", 0x45, tos, 46, 0, 0, 64, proto, 0) + addrs
        head = b"\x08\0" + head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return mac + head + segment(addrs, sport, dport, proto, flags)


def flows(count=256, **kwargs):
    """A frame of each of many flows, between as many pairs of hosts."""
    return [Flow(i).frame(**kwargs) for i in range(count)]


def greetings(proto, masked, count=256):
    """Return what makes these flows established: (device, frames)...

    masked  the other side knows but out0's address
    """
    to = address(OUT_ADDR) if masked else None
    every = [Flow(i) for i in range(count)]
    first = SYN if proto == TCP else 0
    return [
        ("in0", [flow.frame(proto, first, CS1) for flow in every]),
        ("out0", [flow.answer(proto, first | ACK, to) for flow in every]),
        ("in0", [flow.frame(proto, ACK) for flow in every]),
    ]


# --- measuring ----------------------------------------------------------------

def ticks(verb, dev, burst, packets):
    """Let packets come in. Return what that took, in what gen.c counts."""
    fd = os.open(GEN + "run", os.O_RDWR)
    try:
        os.write(fd, f"{verb} {dev} {burst} {packets}".encode())
        return int(os.read(fd, 32))
    finally:
        os.close(fd)


def load(frames):
    """Let these be what comes in. All of them are of one length."""
    write("/sys/module/porch_gen/parameters/len", str(len(frames[0])).encode())
    write(GEN + "frames", b"".join(frames))


class Case:
    """What is done to packets.

    name        how tables call it
    prepare     configures the namespace
    forwards    how many packets of a burst leave by out0
    traffic     the frames that come in
    before      (device, frames) that come in before
    packets     of a round
    namespaces  Porch's hash tables have secrets; that many of them are tried
    note        what one has to know besides
    """

    note = ""

    def __init__(self, name, prepare, forwards=lambda burst: burst, traffic=flows,
                 before=lambda: [], packets=1024, namespaces=1):
        self.name = name
        self.prepare = prepare
        self.forwards = forwards
        self.traffic = traffic
        self.before = before
        self.packets = packets
        self.namespaces = namespaces

    def begin(self):
        """Enter a new network namespace, in which that is done to packets."""
        namespace()
        self.prepare()
        for dev, frames in self.before():
            load(frames)
            ticks("receive", dev, 1, len(frames))

    def receive(self, burst, packets):
        """Let packets come in, and see them go. Return the ticks that took."""
        expected = self.forwards(burst) * packets // burst
        before = sent()
        took = ticks("receive", "in0", burst, packets)
        if sent() - before != expected:
            die(f"{self.name}: {sent() - before} packets of {packets} left "
                f"instead of {expected}")
        return took

    def end(self):
        """Is all well that was done?"""
        if self.name == "porch":
            sh("porchctl", "ledger", "--sync")

    def rounds(self, burst):
        """The median, for one packet. What happens only once is over by then."""
        packets = self.packets - self.packets % burst
        took = [self.receive(burst, packets) for _ in range(1 + ROUNDS)]
        free = [ticks("free", "in0", burst, packets) for _ in range(1 + ROUNDS)]
        return (statistics.median(took[1:]) - statistics.median(free[1:])) / packets

    def measure(self, bursts):
        """Return {burst: instructions for a packet, net of making and freeing it}."""
        took = {burst: [] for burst in bursts}
        traffic = self.traffic()
        for _ in range(self.namespaces):
            self.begin()
            load(traffic)
            for burst in bursts:
                took[burst].append(self.rounds(burst))
            self.end()
        return {burst: statistics.mean(took[burst]) for burst in bursts}


class App(Case):
    """A case in which packets are for an application: app.c, with a method of its.

    Counted is what the kernel does for it, and what it does itself, system calls
    included.

    over        what the same packets cost without it is subtracted, not what it
                costs to make and free them
    late        the last packets of a round may be seen in the next one only
    """

    def __init__(self, name, prepare, method, over=False, late=False,
                 forwards=lambda burst: 0, **kwargs):
        super().__init__(name, prepare, forwards, **kwargs)
        self.method = method
        self.over = over
        self.late = late

    def base(self, burst):
        """Return what is subtracted, for a packet."""
        verb = "receive" if self.over else "free"
        return statistics.median(ticks(verb, "in0", burst, self.packets)
                                 for _ in range(ROUNDS)) / self.packets

    def rounds(self, burst):
        base = self.base(burst)
        before = sent()
        done = subprocess.run(
            [App.program, self.method, str(burst), str(self.packets), str(1 + ROUNDS)],
            input=Flow(0).frame(dst_mac=GATEWAY_MAC), capture_output=True)
        if done.returncode:
            die(f"{self.name}: {done.stderr.decode()}")
        left = sent() - before
        rows = [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
        expected = self.forwards(burst) * self.packets // burst * (1 + ROUNDS)
        got = sum(row[2] for row in rows)
        share = got / self.packets / (1 + ROUNDS)
        if left != expected or not (0.9 if self.late else 1) <= share <= 1:
            die(f"{self.name}: {left} packets left, the application had {got}")
        rows = rows[1:]
        kernel = statistics.median(row[0] for row in rows) / self.packets - base
        if not rows[0][0]:
            kernel = 0      # none came in
        return kernel + statistics.median(row[1] / row[2] for row in rows)
