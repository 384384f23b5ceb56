#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that what others have put in front of Porch goes on working, with either
# hook: taps, tc, netfilter ingress, generic and native XDP. Each sees each packet
# once, whether it is forwarded, for the router, or left to the stock stack. And
# that the user is told of rules which forwarded packets do not meet.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

warned()
{
	local log

	log=$("$@" 2>&1) || return
	[[ $log == *"note: what Porch forwards bypasses"* ]] && return
	echo "no warning but: $log"
	return 1
}

# bypassed PATTERN: the status has a line that says so
bypassed()
{
	porchctl -n "${ns_plain:?}" status | grep -E "^bypassed$1"
}

begin
router_topology
namespace plain
export bpffs=$tmp/bpf
mkdir "$bpffs"
mount -t bpf bpf "$bpffs" || die "no file system for BPF"
ip -n "${ns_plain:?}" link add d0 up type dummy

check "no rules, no warning" equal said \
	"$(porchctl -n "$ns_plain" port add d0 2>&1)" ""
porchctl -n "$ns_plain" port del d0
ip netns exec "$ns_plain" nft -f - <<-'END' || die "no nft rule"
table ip6 filter {
	chain forward {
		type filter hook forward priority 0
	}
}
END
check "a forward chain makes a warning" warned porchctl -n "$ns_plain" port add d0
check "with all of it" says "forward rules" porchctl -n "$ns_plain" -b - <<-'END'
port del d0
port add d0
END
porchctl -n "$ns_plain" port del d0
ip netns exec "$ns_plain" nft flush ruleset
ip -n "$ns_plain" xfrm policy add dir fwd src 10.0.0.0/8 dst 10.0.0.0/8 \
	tmpl proto esp mode tunnel
check "xfrm policies forbid ports" refused "xfrm .*force" \
	porchctl -n "$ns_plain" port add d0
check "nothing was attached" equal ports "$(porchctl -n "$ns_plain" port)" ""
check "unless forced" warned porchctl -n "$ns_plain" port add d0 force
check "which warns" says "xfrm policies" porchctl -n "$ns_plain" -b - <<-'END'
port del d0
port add d0 force
END
porchctl -n "$ns_plain" port del d0
ip -n "$ns_plain" xfrm policy flush
check "without them none is forbidden" porchctl -n "$ns_plain" port add d0
porchctl -n "$ns_plain" port del d0
ip -n "$ns_plain" xfrm policy setdefault fwd block
check "so does a default policy that blocks" refused "xfrm .*force" \
	porchctl -n "$ns_plain" port add d0
ip -n "$ns_plain" xfrm policy setdefault fwd accept
porchctl -n "$ns_plain" port add d0
check "status says nothing of rules where there are none" fails bypassed ""
ip -n "$ns_plain" xfrm policy add dir out src 10.0.0.0/8 dst 10.0.0.0/8 \
	tmpl proto esp mode tunnel
check "but of policies that come later" bypassed "-xfrm +yes"
check "and of no others" fails bypassed "-rules"
ip -n "$ns_plain" xfrm policy flush
ip netns exec "$ns_plain" nft add table ip late
# The priority of SELinux's own hook, which does not count
ip netns exec "$ns_plain" nft add chain ip late forward \
	'{ type filter hook forward priority -225; }'
check "and of forward rules" bypassed "-rules +yes"
check "not of policies that have gone" fails bypassed "-xfrm"
porchctl -n "$ns_plain" port del d0
check "nor of anything without ports" fails bypassed ""
ip netns del "$ns_plain"

for hook in rx nf; do
	porch -b - <<-END
	port del rc
	port del rs
	port add rc hook $hook
	port add rs hook $hook
	END
	export hook
	frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc"), Wire("router", "rs")
hook = os.environ["hook"]
SRC, GROUP = "10.0.1.2", "239.1.1.1"
XDP_DROP, XDP_PASS = 1, 2


def router(*words):
    with netns("router"):
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def sock(address):
    with netns("router"):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 4001))
    s.settimeout(10)
    return s


local, group = sock("10.0.1.1"), sock(GROUP)
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton(GROUP) + socket.inet_aton("10.0.1.1"))


def datagram(dst):
    """Without a checksum, for who changes it on the way; what is new of it"""
    mark = token()
    segment = udp(SRC, dst, mark + b"A")
    return ip4(SRC, dst, UDP, segment[:6] + b"\0\0" + segment[8:]), mark


def forwarded():
    packet, mark = datagram("10.0.2.2")
    c0.send(rc, packet)
    p = s0.catch(mark)
    assert p, "it did not come through"
    return mark, p.payload[8:]


def to_router():
    packet, mark = datagram("10.0.1.1")
    c0.send(rc, packet)
    return mark, local.recv(100)


def punted():
    packet, mark = datagram(GROUP)
    c0.send(rc, packet, dst=b"\x01\0\x5e\x01\x01\x01")
    return mark, group.recv(100)


WAYS = forwarded, to_router, punted


def each_once(counter):
    """The counter goes up by one for each packet, and for no other of IPv4"""
    for way in WAYS:
        before = counter()
        way()
        echoes = fence(c0, rc, SRC, "10.0.2.2", 1)
        equal(f"packets, {way.__name__}", counter() - before, 1 + echoes)


def none_comes(dropped=None):
    """Nothing is admitted while somebody drops it, and counts what he drops"""
    port = lambda: json.loads(porch("-j", "-s", "port", "show", "rc"))[0]["rx-packets"]
    for _ in range(5):                  # not all of what neighbours say is dropped
        before, old = port(), dropped and dropped()
        marks = []
        for dst in "10.0.2.2", "10.0.1.1":
            packet, mark = datagram(dst)
            c0.send(rc, packet)
            marks.append(mark)
        if dropped:
            assert poll_until(20, lambda: dropped() >= old + 2), "nobody dropped it"
        else:
            time.sleep(0.1)
        for mark in marks:
            equal("came through", s0.caught(mark), [])
        more = port() - before
        if not more:
            break
    equal("packets from the port", more, 0)


with point(f"{hook}: a tap sees each packet once"):
    for way in WAYS:
        rc.forget()
        rs.forget()
        mark, _ = way()
        for wire, want in (rc, [1, 0]), (rs, [0, way is forwarded]):
            # Not the server's ICMP error
            seen = wire.caught(mark, lambda p: p.proto == UDP, outgoing=True)
            equal(f"{way.__name__} on {wire.device}, in and out",
                  [sum(p.outgoing == out for p in seen) for out in (False, True)], want)


def tc_packets():
    """Of IPv4, seen by all filters"""
    out = router("tc", "-s", "filter", "show", "dev", "rc", "ingress")
    return sum(int(line.split()[3]) for line in out.splitlines() if "Sent" in line)


def tc_filter(action):
    router("tc", "filter", "replace", "dev", "rc", "ingress", "prio", "1", "handle", "1",
           "protocol", "ip", "flower", "action", action)


router("tc", "qdisc", "add", "dev", "rc", "clsact")
tc_filter("ok")
with point(f"{hook}: a tc filter sees each packet once"):
    each_once(tc_packets)
tc_filter("drop")
with point(f"{hook}: what tc drops does not come"):
    none_comes(tc_packets)
router("tc", "qdisc", "del", "dev", "rc", "clsact")


def nft_packets():
    words = router("nft", "list", "table", "netdev", "watch").split()
    return int(words[words.index("packets") + 1])


def nft_chain(verdict):
    router("nft", f"table netdev watch {{ chain in {{ "
           "type filter hook ingress device rc priority 100; "
           f"ip version 4 counter {verdict}; }}; }}")


nft_chain("accept")
with point(f"{hook}: a netfilter ingress chain sees each packet once"):
    each_once(nft_packets)
router("nft", "delete", "table", "netdev", "watch")
nft_chain("drop")
with point(f"{hook}: what it drops does not come"):
    none_comes(nft_packets)
router("nft", "delete", "table", "netdev", "watch")


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("BBhi", code, src << 4 | dst, off, imm)


EXIT = insn(0x95)
DROP = insn(0xb7, 0, imm=XDP_DROP) + EXIT
AT = 14 + 20 + 8 + 16           # the byte behind the token
BUMP = (insn(0x61, 2, 1, 0)             # r2 = data
        + insn(0x61, 3, 1, 4)           # r3 = data_end
        + insn(0xbf, 4, 2)              # r4 = r2 + AT + 1
        + insn(0x07, 4, imm=AT + 1)
        + insn(0x2d, 4, 3, 6)           # beyond the end: pass
        + insn(0x71, 5, 2, 14)          # no IPv4: pass
        + insn(0x55, 5, 0, 4, 0x45)
        + insn(0x71, 5, 2, AT)          # one more
        + insn(0x07, 5, imm=1)
        + insn(0x73, 2, 5, AT)
        + insn(0x05, off=0)
        + insn(0xb7, 0, imm=XDP_PASS) + EXIT)


def bpf(cmd, attr):
    buf = ctypes.create_string_buffer(attr, 128)
    fd = libc.syscall(321, cmd, buf, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return fd


def pinned(name, program):
    """A path by which ip finds the program"""
    path = f"{BPFFS}/{hook}-{name}"
    code, licence = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    try:
        fd = bpf(5, struct.pack("=IIQQIIQ", 6, len(program) // 8, ctypes.addressof(code),
                                ctypes.addressof(licence), 1, 65536, ctypes.addressof(log)))
    except OSError as e:
        raise AssertionError(log.value.decode()) from e
    text = ctypes.create_string_buffer(path.encode())
    bpf(6, struct.pack("=QI", ctypes.addressof(text), fd))
    os.close(fd)
    return path


def bumped_once():
    for way in WAYS:
        mark, data = way()
        equal(f"data, {way.__name__}", data, mark + b"B")


BPFFS = os.environ["bpffs"]
for kind in "xdpgeneric", "xdpdrv":
    with point(f"{hook}: {kind} sees each packet once"):
        router("ip", "link", "set", "rc", kind, "pinned", pinned(kind + "-bump", BUMP))
        bumped_once()
        router("ip", "link", "set", "rc", kind, "off")
    with point(f"{hook}: what {kind} drops does not come"):
        router("ip", "link", "set", "rc", kind, "pinned", pinned(kind + "-drop", DROP))
        time.sleep(0.01)
        none_comes()
        router("ip", "link", "set", "rc", kind, "off")
    with point(f"{hook}: without {kind} everything is as before"):
        for way in WAYS:
            mark, data = way()
            equal(f"data, {way.__name__}", data, mark + b"A")

if hook == "nf":
    for words in ("link add br0 type bridge", f"link set br0 address {rc.mac.hex(':')} up",
                  "link set rc master br0", "addr flush dev rc", "addr add 10.0.1.1/24 dev br0"):
        router("ip", *words.split())
    for dev in "rc", "br0":
        router("ip", "link", "set", dev, "xdpgeneric", "pinned", pinned(dev, BUMP))
    with point("generic XDP of a member and of its bridge both see a packet once"):
        mark, data = to_router()
        equal("data", data, mark + b"C")
    with point("neither sees what is forwarded again"):
        mark, data = forwarded()
        equal("data", data, mark + b"B")
    router("ip", "link", "set", "br0", "xdpgeneric", "off")
    with point("that of the member alone"):
        mark, data = to_router()
        equal("data", data, mark + b"B")
END_OF_PYTHON
done
umount "$bpffs"

finish
