# SPDX-License-Identifier: GPL-2.0
"""
Frames, byte by byte: what a test's shell script cannot send or look at.

A Wire is a packet socket on a device in one of the test's namespaces. Every
probe carries a token of its own, by which it is found again at the other end,
in an ICMP error that quotes it, or nowhere.
"""

import contextlib
import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0800, 0x0806, 0x86dd
ETH_P_8021Q, ETH_P_8021AD = 0x8100, 0x88a8
ICMP, TCP, UDP, ICMP6, SCTP = 1, 6, 17, 58, 132
CLONE_NEWNET = 0x40000000
SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR = 263, 8, 15
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4


# ---- test points ----

@contextlib.contextmanager
def point(name):
    """One test point: fails with an assertion, or any other exception."""
    try:
        yield
        print(f"ok - {name}")
    except Exception as e:                      # pylint: disable=broad-except
        print(f"not ok - {name}")
        for line in f"{type(e).__name__}: {e}".splitlines():
            print(f"#   {line}")
        tb = e.__traceback__
        while tb:
            print(f"#   line {tb.tb_lineno} of {tb.tb_frame.f_code.co_filename}")
            tb = tb.tb_next
    sys.stdout.flush()


def equal(what, have, want):
    assert have == want, f"{what}: {have!r} instead of {want!r}"


def poll_until(seconds, what):
    """Until it is true; what it was at last."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


# ---- porchctl ----

def porch(*words):
    """porchctl in the router; what it prints"""
    run = subprocess.run(["porchctl", "-n", os.environ["ns_router"], *map(str, words)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    assert run.returncode == 0, run.stdout
    return run.stdout


def counters():
    """All of the router's, by group and name"""
    return {(c["group"], c["name"]): c["value"] for c in json.loads(porch("-j", "-s", "stats"))}


@contextlib.contextmanager
def counts(**want):
    """
    drop_no_route=3: that counter, and no other of its group, goes up by 3. Of
    the engine's, it is that counter alone, and neighbours talk when they like.
    """
    before = counters()
    yield
    asked = set(want)
    groups = {name.split("_", 1)[0] for name in want}
    want = {k: v for k, v in want.items() if v}

    def counted():
        after = counters()
        have = {f"{g}_{n}".replace("-", "_"): after[g, n] - before[g, n]
                for g, n in after if g in groups and after[g, n] != before[g, n]}
        have = {k: v for k, v in have.items() if not k.startswith("engine_") or k in asked}
        for noise in "punt_non_ip", "punt_multicast":   # ARP, ND
            have[noise] = min(have.get(noise, 0), want.get(noise, 0))
        return {k: v for k, v in have.items() if v}

    # What has come out is counted by the CPU that sent it, a moment later.
    poll_until(10, lambda: counted() == want)
    equal("counted", counted(), want)


# ---- building ----

_tokens = 0


def token(length=16):
    global _tokens
    _tokens += 1
    return struct.pack("!4sII", b"tokn", os.getpid(), _tokens).ljust(length, b".")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    n = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return ~n & 0xffff


def addr(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def text_of(raw):
    return socket.inet_ntop(socket.AF_INET6 if len(raw) == 16 else socket.AF_INET, raw)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip4(src, dst, proto, payload, *, ttl=64, tos=0, ident=1, df=False, mf=False,
        offset=0, options=b""):
    """offset in bytes"""
    options += b"\0" * (-len(options) % 4)
    flags = (df << 14) | (mf << 13) | (offset // 8)
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, tos,
                       20 + len(options) + len(payload), ident, flags, ttl,
                       proto, 0, addr(src), addr(dst)) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(src, dst, proto, payload, *, hlim=64, tclass=0, flow=0):
    return struct.pack("!IHBB16s16s", 6 << 28 | tclass << 20 | flow, len(payload),
                       proto, hlim, addr(src), addr(dst)) + payload


def ip(src, dst, proto, payload, *, ttl=64, tos=0, **more):
    """The family that the addresses are of"""
    if ":" in src:
        return ip6(src, dst, proto, payload, hlim=ttl, tclass=tos, **more)
    return ip4(src, dst, proto, payload, ttl=ttl, tos=tos, **more)


def pseudo(src, dst, proto, length):
    if ":" in src:
        return addr(src) + addr(dst) + struct.pack("!II", length, proto)
    return addr(src) + addr(dst) + struct.pack("!HH", proto, length)


def udp(src, dst, data, *, sport=4000, dport=4001):
    head = struct.pack("!HHH", sport, dport, 8 + len(data))
    c = checksum(pseudo(src, dst, UDP, 8 + len(data)) + head + b"\0\0" + data)
    return head + struct.pack("!H", c or 0xffff) + data


def icmp(kind, code, rest, data):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    c = checksum(head + data)
    return head[:2] + struct.pack("!H", c) + head[4:] + data


def icmp6(src, dst, kind, code, rest, data):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    c = checksum(pseudo(src, dst, ICMP6, len(head + data)) + head + data)
    return head[:2] + struct.pack("!H", c) + head[4:] + data


def echo(src, dst, data):
    """An echo request, headers of ICMP and on"""
    if ":" in src:
        return ICMP6, icmp6(src, dst, 128, 0, 0x12340001, data)
    return ICMP, icmp(8, 0, 0x12340001, data)


def udp_packet(src, dst, data, **more):
    return ip(src, dst, UDP, udp(src, dst, data), **more)


def echo_packet(src, dst, data, **more):
    proto, payload = echo(src, dst, data)
    return ip(src, dst, proto, payload, **more)


def tag(vid, prio=0):
    """An 802.1Q tag, to be put behind the addresses"""
    return struct.pack("!HH", ETH_P_8021Q, prio << 13 | vid)


# ---- looking ----

class Packet:
    """A received frame. Attributes are there if its headers are."""

    def __init__(self, frame, vlan=None, outgoing=False, unsummed=False):
        self.frame = frame
        self.outgoing = outgoing                # seen on its way out
        self.unsummed = unsummed                # somebody else fills a checksum in
        self.vlan = vlan                        # accelerated, or None
        self.dst_mac, self.src_mac = frame[0:6], frame[6:12]
        self.ethertype, = struct.unpack("!H", frame[12:14])
        self.ip = frame[14:]
        self.version = None
        if self.ethertype == ETH_P_IP and len(self.ip) >= 20:
            self._ip4(self.ip)
        elif self.ethertype == ETH_P_IPV6 and len(self.ip) >= 40:
            self._ip6(self.ip)

    def _ip4(self, p):
        self.version = 4
        (vhl, self.tos, self.length, self.ident, frag, self.ttl, self.proto,
         _, src, dst) = struct.unpack("!BBHHHBBH4s4s", p[:20])
        self.hlen = (vhl & 15) * 4
        self.src, self.dst = text_of(src), text_of(dst)
        self.df, self.mf = bool(frag & 0x4000), bool(frag & 0x2000)
        self.offset = (frag & 0x1fff) * 8
        self.options = p[20:self.hlen]
        self.header_ok = checksum(p[:self.hlen]) == 0
        self.payload = p[self.hlen:self.length]

    def _ip6(self, p):
        self.version = 6
        first, length, self.proto, self.ttl, src, dst = struct.unpack("!IHBB16s16s", p[:40])
        self.tos, self.flow = first >> 20 & 0xff, first & 0xfffff
        self.src, self.dst = text_of(src), text_of(dst)
        self.header_ok = True
        self.payload = p[40:40 + length]

    @property
    def icmp(self):
        """(type, code), or None"""
        if self.version and self.proto in (ICMP, ICMP6):
            return tuple(self.payload[:2])
        return None

    @property
    def mtu(self):
        """What frag-needed and packet-too-big tell"""
        if self.version == 4:
            return struct.unpack("!H", self.payload[6:8])[0]
        return struct.unpack("!I", self.payload[4:8])[0]

    @property
    def l4_ok(self):
        """The checksum of ICMP, ICMPv6, UDP or TCP"""
        p = self.payload
        if self.proto == ICMP:
            return checksum(p) == 0
        return checksum(pseudo(self.src, self.dst, self.proto, len(p)) + p) == 0

    def __repr__(self):
        if not self.version:
            return f"<type {self.ethertype:#x}, {len(self.frame)} bytes>"
        return (f"<{self.src} > {self.dst} proto {self.proto} ttl {self.ttl} "
                f"icmp {self.icmp} {len(self.ip)} bytes>")


class Wire:
    """A packet socket on DEVICE in the test's namespace NAME"""

    def __init__(self, name, device, listen=True):
        self.name, self.device = name, device
        with netns(name):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sock.bind((device, ETH_P_ALL if listen else 0))
        self.mac = self.sock.getsockname()[4]
        self.seen = []

    def send(self, peer, packet, *, tags=b"", dst=None, src=None, kind=None):
        """Send an IP packet in a frame to the other end of the cable."""
        if kind is None:
            kind = ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP
        frame = (dst or peer.mac) + (src or self.mac) + tags + struct.pack("!H", kind) + packet
        self.sock.send(frame.ljust(60, b"\0"))

    def send_unsummed(self, peer, packet, start, offset, segments=0):
        """
        Likewise, as a guest does: the checksum from START of the packet on, which is to
        be OFFSET behind, is missing. Segments of TCP in IPv4 may be that long.
        """
        with netns(self.name):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with sock:
            sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            sock.bind((self.device, 0))
            kind = ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP
            sock.send(struct.pack("=BBHHHH", 1, bool(segments), 54, segments, 14 + start,
                                  offset) +
                      peer.mac + self.mac + struct.pack("!H", kind) + packet)

    def _receive(self, timeout):
        if not select.select([self.sock], [], [], max(timeout, 0))[0]:
            return None
        data, control, _, source = self.sock.recvmsg(1 << 17, 256)
        vlan, unsummed = None, False
        for level, kind, value in control:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", value)
                if status & 0x10:
                    vlan = tci
                unsummed = bool(status & 8)
        return Packet(data, vlan, source[2] == PACKET_OUTGOING, unsummed)

    def catch(self, mark, want=lambda p: True, timeout=10):
        """The first packet with these bytes in it that is as wanted, or None"""
        end = time.monotonic() + timeout
        while True:
            for i, p in enumerate(self.seen):
                if mark in p.frame and not p.outgoing and want(p):
                    return self.seen.pop(i)
            left = end - time.monotonic()
            if left < 0:
                return None
            p = self._receive(left)
            if p:
                self.seen.append(p)

    def caught(self, mark, want=lambda p: True, outgoing=False):
        """All packets that have come, with these bytes; those that went, too?"""
        while True:
            p = self._receive(0)
            if not p:
                break
            self.seen.append(p)
        return [p for p in self.seen
                if mark in p.frame and (outgoing or not p.outgoing) and want(p)]

    def forget(self):
        self.caught(b"")
        self.seen = []


@contextlib.contextmanager
def netns(name):
    """Sockets that are made meanwhile belong to the test's namespace NAME."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + os.environ["ns_" + name], os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(home)
        os.close(there)


def fence(wire, peer, src, dst, rounds=2):
    """
    Echoes there and back: what was sent before has been dealt with, by whichever
    CPU. Twice, as answers that the router makes itself may follow the first. How
    many were sent.
    """
    home = os.sched_getaffinity(0)
    try:
        for cpu in sorted(home) * rounds:
            os.sched_setaffinity(0, {cpu})
            mark = token()
            wire.send(peer, echo_packet(src, dst, mark))
            assert wire.catch(mark, lambda p: p.icmp in ((0, 0), (129, 0))), \
                f"no echo from {dst}"
    finally:
        os.sched_setaffinity(0, home)
    return len(home) * rounds
