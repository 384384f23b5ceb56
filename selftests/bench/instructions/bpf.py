# SPDX-License-Identifier: GPL-2.0
"""BPF programs among the peers, without a compiler for them."""

import ctypes
import os
import socket
import statistics
import struct

from lab import ROUNDS, App, Case, Flow, counted, die, namespace

BPF_PROG_LOAD, BPF_PROG_TEST_RUN, BPF_LINK_CREATE = 5, 10, 28
BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP = 3, 6
BPF_XDP, BPF_TCX_INGRESS = 37, 46
BPF_F_TEST_XDP_LIVE_FRAMES = 2
XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE = 2, 4
TC_ACT_SHOT = 2
XDP_DROP, XDP_PASS = 1, 2
SYS_BPF = 321

# Instructions are (code, destination, source, offset, number); see struct bpf_insn.
MOV_K, MOV_X, ADD_K, CALL, EXIT = 0xb7, 0xbf, 0x07, 0x85, 0x95
JGT_X, JLE_K, JNE_K = 0x2d, 0xb5, 0x55
LDX_B, LDX_H, LDX_W = 0x71, 0x69, 0x61
STX_B, STX_H, STX_W, STX_DW, ST_B = 0x73, 0x6b, 0x63, 0x7b, 0x72
BE16, RSH_K, ADD_X = 0xdc, 0x77, 0x0f
FP = 10
FIB_LOOKUP, REDIRECT = 69, 23


def bpf_return(value):
    """A program that does nothing else"""
    return [(MOV_K, 0, 0, 0, value), (EXIT, 0, 0, 0, 0)]


def xdp_forward(hop=1):
    """What samples/bpf/xdp_fwd does with IPv4, for packets without options.

    hop is 0 if they come by again and again, and must not grow old.
    r6 is the context, r7 the packet; struct bpf_fib_lookup lies at the stack's end.
    """
    fib = -64
    code = [
        (MOV_X, 6, 1, 0, 0),
        (LDX_W, 7, 1, 0, 0),            # data
        (LDX_W, 3, 1, 4, 0),            # data_end
        (MOV_X, 2, 7, 0, 0),
        (ADD_K, 2, 0, 0, 34),
        (JGT_X, 2, 3, None, 0),
        (LDX_H, 2, 7, 12, 0),
        (JNE_K, 2, 0, None, 8),         # not IPv4
        (LDX_B, 2, 7, 22, 0),
        (JLE_K, 2, 0, None, 1),         # TTL
        (MOV_K, 2, 0, 0, 0),
        *[(STX_DW, FP, 2, fib + at, 0) for at in range(0, 64, 8)],
        (ST_B, FP, 0, fib, socket.AF_INET),
        (LDX_B, 2, 7, 23, 0), (STX_B, FP, 2, fib + 1, 0),       # l4_protocol
        (LDX_H, 2, 7, 16, 0), (BE16, 2, 0, 0, 16),
        (STX_H, FP, 2, fib + 6, 0),                             # tot_len
        (LDX_W, 2, 6, 12, 0), (STX_W, FP, 2, fib + 8, 0),       # ifindex
        (LDX_B, 2, 7, 15, 0), (STX_B, FP, 2, fib + 12, 0),      # tos
        (LDX_W, 2, 7, 26, 0), (STX_W, FP, 2, fib + 16, 0),      # ipv4_src
        (LDX_W, 2, 7, 30, 0), (STX_W, FP, 2, fib + 32, 0),      # ipv4_dst
        (MOV_X, 1, 6, 0, 0), (MOV_X, 2, FP, 0, 0), (ADD_K, 2, 0, 0, fib),
        (MOV_K, 3, 0, 0, 64), (MOV_K, 4, 0, 0, 0), (CALL, 0, 0, 0, FIB_LOOKUP),
        (JNE_K, 0, 0, None, 0),
        # One hop less, and the checksum, as ip_decrease_ttl() has it
        (LDX_H, 2, 7, 24, 0), (ADD_K, 2, 0, 0, hop), (MOV_X, 3, 2, 0, 0),
        (ADD_K, 3, 0, 0, 1), (RSH_K, 3, 0, 0, 16), (ADD_X, 2, 3, 0, 0),
        (STX_H, 7, 2, 24, 0),
        (LDX_B, 2, 7, 22, 0), (ADD_K, 2, 0, 0, -hop), (STX_B, 7, 2, 22, 0),
    ]
    for to, at in (0, 58), (6, 52):     # dmac, smac
        for i in 0, 2, 4:
            code += [(LDX_H, 2, FP, fib + at + i, 0), (STX_H, 7, 2, to + i, 0)]
    code += [(LDX_W, 1, FP, fib + 8, 0), (MOV_K, 2, 0, 0, 0), (CALL, 0, 0, 0, REDIRECT),
             (EXIT, 0, 0, 0, 0)]
    # Jumps without a target lead to what the stock stack gets.
    end = len(code)
    code = [(op, dst, src, end - at - 1 if off is None else off, imm)
            for at, (op, dst, src, off, imm) in enumerate(code)]
    return code + bpf_return(XDP_PASS)


def bpf(command, attr, log=None):
    """Make the system call; return its result, and what became of the attributes."""
    data = ctypes.create_string_buffer(attr, 128)
    got = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, command, data, 128)
    if got < 0:
        die(f"bpf({command}): {os.strerror(ctypes.get_errno())} "
            f"{log.value.decode() if log else ''}")
    return got, data.raw


def bpf_load(kind, code):
    """Return the program."""
    text = ctypes.create_string_buffer(b"".join(
        struct.pack("<BBhi", op, src << 4 | dst, off, imm)
        for op, dst, src, off, imm in code))
    licence = ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    attr = struct.pack("<IIQQIIQ", kind, len(code), ctypes.addressof(text),
                       ctypes.addressof(licence), 1, 65536, ctypes.addressof(log))
    return bpf(BPF_PROG_LOAD, attr, log)[0]


def bpf_attach(kind, attach, flags, code, dev="in0"):
    """Attach a program. The link is never closed, but its device goes."""
    bpf(BPF_LINK_CREATE, struct.pack("<IIII", bpf_load(kind, code),
                                     socket.if_nametoindex(dev), attach, flags))


class Live(Case):
    """A program that the kernel itself gives frames to, which are no skbs.

    They are of one flow. What they cost if a program drops them is subtracted, if this
    one does not.

    arrive  the device that they arrive at, or None
    """

    FRAMES = 16384

    def __init__(self, name, code, prepare=lambda: None, arrive=None):
        super().__init__(name, prepare)
        self.code = code
        self.arrive = arrive
        self.note = ("one flow; less what a program costs that drops them" if arrive else
                     "one flow; what it costs to provide frames is in it")

    def run(self, prog, burst):
        """Return the instructions for a frame."""
        frame = ctypes.create_string_buffer(Flow(0).frame())
        attr = struct.pack("<IIIIQQIIIIQQIII", prog, 0, 60, 0, ctypes.addressof(frame), 0,
                           self.FRAMES, 0, 0, 0, 0, 0, BPF_F_TEST_XDP_LIVE_FRAMES, 0, burst)
        before = counted(self.arrive, 1) if self.arrive else 0
        duration = struct.unpack_from("<I", bpf(BPF_PROG_TEST_RUN, attr)[1], 36)[0]
        if self.arrive and counted(self.arrive, 1) - before != self.FRAMES:
            die(f"{self.name}: {counted(self.arrive, 1) - before} frames of {self.FRAMES} "
                "arrived")
        return duration

    def median(self, code, burst):
        """Return the same, of some rounds, with that program."""
        prog = bpf_load(BPF_PROG_TYPE_XDP, code)
        return statistics.median(self.run(prog, burst) for _ in range(ROUNDS))

    def measure(self, bursts):
        namespace()
        self.prepare()
        return {burst: self.median(self.code, burst) - (dropped(burst) if self.arrive else 0)
                for burst in bursts}


def dropped(burst):
    """Return the instructions for a frame that a program drops."""
    code = bpf_return(XDP_DROP)
    return Live("drop", code).median(code, burst)


class LiveApp(App):
    """An application that such frames are for.

    Subtracted is what they cost if a program drops them.
    """

    note = "live frames"

    def __init__(self, name, prepare, method):
        super().__init__(name, prepare, method, packets=Live.FRAMES)

    def base(self, burst):
        return dropped(burst)
