# SPDX-License-Identifier: GPL-2.0
"""
The module's netlink family without any library: requests byte by byte, for
what porchctl does not do. Commands and attributes have their names from the
uapi header: PORCH_CMD_TXN_BEGIN is genl.TXN_BEGIN, PORCH_A_ROUTE_DST is
genl.A_ROUTE_DST.
"""

import contextlib
import errno
import os
import re
import socket
import struct
import sys

from wire import addr, netns

NETLINK_GENERIC, SOL_NETLINK = 16, 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ACK_TLVS = 1, 4, 0x200
NLMSG_ERROR, GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 2, 16, 3
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_COOKIE = 1, 2, 3


def _numbers():
    """The enumerators of the header, which count up from the last given value."""
    top = os.path.dirname(os.path.abspath(__file__)) + "/../.."
    with open(top + "/uapi/linux/porch.h", encoding="ascii") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    for body in re.findall(r"enum[^{]*{(.*?)}", text, re.S):
        value = -1
        for name, given in re.findall(r"(\w+)(?:\s*=\s*(\d+))?\s*,", body):
            value = int(given) if given else value + 1
            yield name.removeprefix("PORCH_").removeprefix("CMD_"), value


vars(sys.modules[__name__]).update(_numbers())


def attr(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def attrs(data):
    while data:
        length, kind = struct.unpack_from("=HH", data)
        yield kind, data[4:length]
        data = data[length + 3 & ~3:]


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


class Refused(Exception):
    """An ack that says no."""

    def __init__(self, code, msg, blamed, cookie):
        super().__init__(f"{errno.errorcode[code]}: {msg}")
        self.code, self.msg, self.blamed, self.cookie = code, msg, blamed, cookie


class Socket:
    """A socket for requests of a family, in the namespace NS or in this one."""

    def __init__(self, ns=None, portid=0, family="porch"):
        self.seq = 0
        with netns(ns) if ns else contextlib.nullcontext():
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((portid, 0))
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK:
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.id = GENL_ID_CTRL
        reply = self.request(CTRL_CMD_GETFAMILY, attr(2, family.encode() + b"\0"))
        self.id = struct.unpack("=H", dict(attrs(reply[0]))[1])[0]

    def message(self, cmd, data=b"", flags=NLM_F_ACK):
        self.seq += 1
        return struct.pack("=IHHIIBBH", 20 + len(data), self.id, NLM_F_REQUEST | flags,
                           self.seq, 0, cmd, 1, 0) + data

    def request(self, cmd, *data):
        """The attributes of each message of the reply."""
        self.sock.send(self.message(cmd, b"".join(data)))
        return self.replies()

    def replies(self):
        found = []
        while True:
            data = self.sock.recv(65536)
            while data:
                length, kind, flags = struct.unpack_from("=IHH", data)
                if kind == NLMSG_ERROR:
                    self._ack(data[:length], flags)
                    return found
                found.append(data[20:length])
                data = data[length + 3 & ~3:]

    @staticmethod
    def _ack(data, flags):
        code = -struct.unpack_from("=i", data, 16)[0]
        said = dict(attrs(data[36:])) if flags & NLM_F_ACK_TLVS else {}
        if not code:
            return
        blamed, cookie = said.get(NLMSGERR_ATTR_OFFS), said.get(NLMSGERR_ATTR_COOKIE)
        raise Refused(code, said.get(NLMSGERR_ATTR_MSG, b"\0")[:-1].decode(),
                      blamed and struct.unpack("=I", blamed)[0],
                      cookie and struct.unpack("=Q", cookie)[0])

    def close(self):
        self.sock.close()


def route(prefix, **more):
    """The attributes of a route: to what, and by which device."""
    dst, plen = prefix.split("/")
    data = attr(A_ROUTE_DST, addr(dst)) + attr(A_ROUTE_PREFIX_LEN, bytes([int(plen)]))
    if "oif" in more:
        data += u32(A_ROUTE_OIF, more["oif"])
    else:
        data += attr(A_ROUTE_TYPE, bytes([ROUTE_TYPE_BLACKHOLE]))
    return data


def refused(code, say, what, *words):
    """What was refused with that errno, and words that match."""
    try:
        what(*words)
    except Refused as no:
        assert no.code == code and re.search(say, no.msg), \
            f"{no} instead of {errno.errorcode[code]}: {say}"
        return no
    raise AssertionError("was not refused")
