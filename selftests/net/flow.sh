#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that connections are followed: what answers is known, what does not
# belong is not, errors and fragments go with their flow; and that what was
# decided for a flow holds no longer than the rules and routes it was decided by.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# The client may open connections, and so may the router; nobody else may. Beside
# client and server there is a host .77 / ::77 each, which says nothing by itself.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# The handle of the rule whose line matches
handle()
{
	[[ $(porch rule show | grep -m 1 -- "$1") =~ handle\ ([0-9]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}

from_router()
{
	reaches "$ns_router" 10.0.2.2
	reaches "$ns_router" 2001:db8:2::2
	transfer "$ns_router" "$ns_server" 10.0.2.2 1
	transfer "$ns_router" "$ns_server" 2001:db8:2::2 1
}

to_router()
{
	counts drop policy + fails reaches "$ns_client" 10.0.1.1 -c 1 -W 1
	counts drop policy + fails reaches "$ns_server" 2001:db8:2::1 -c 1 -W 1
}

from_server()
{
	counts drop policy + fails reaches "$ns_server" 10.0.1.2 -c 1 -W 1
	counts drop policy + fails reaches "$ns_server" 2001:db8:1::2 -c 1 -W 1
}

shown()
{
	reaches "$ns_client" 10.0.2.2
	poll_until 10 says 'tcp time-wait from 10.0.1.2 sport [0-9]+ to 10.0.2.2 dport 5001, replies from 10.0.2.2 sport 5001 to 10.0.1.2 dport [0-9]+, expires [0-9]+' \
		porch flow
	says 'icmp icmp from 10.0.1.2 sport [0-9]+ to 10.0.2.2 dport 8' porch flow
	says 'out +[0-9]+ packets +[0-9]+ bytes' porch -s flow
	says '"reply-packets":[1-9]' porch -j -s flow
}

flushed()
{
	fails equal "flows" "$(porch flow count)" 0
	porch flow flush
	equal "flows" "$(porch flow count)" 0
	refused "no such flow" porch flow del 1
	reaches "$ns_client" 10.0.2.2
	equal "flows" "$(porch flow count)" 1
	porch flow del "$(porch flow | cut -d: -f1)"
	equal "flows" "$(porch flow count)" 0
}

begin
router_topology
check "rules with states" porch -a -b - <<-'END'
	rule add input state established,related accept
	rule add input proto icmpv6 icmp 135 accept
	rule add input proto icmpv6 icmp 136 accept
	chain policy input drop
	rule add forward state invalid count drop
	rule add forward state established count accept
	rule add forward state related count accept
	rule add forward in rc state new count accept
	chain policy forward drop
END

check "IPv4" reaches "$ns_client" 10.0.2.2
check "IPv6" reaches "$ns_client" 2001:db8:2::2
check "fragments, IPv4" reaches "$ns_client" 10.0.2.2 -s 3000
check "fragments, IPv6" reaches "$ns_client" 2001:db8:2::2 -s 3000
check "TCP, IPv4" transfer "$ns_client" "$ns_server" 10.0.2.2 5
check "TCP, IPv6" transfer "$ns_client" "$ns_server" 2001:db8:2::2 5
check "flows are shown" shown
check "nobody else opens a connection" from_server
check "but the router" from_router
check "and none to the router" to_router
check "flows are counted and forgotten" flushed

quiet_host client c0 rc 10.0.1.77 2001:db8:1::77
quiet_host server s0 rs 10.0.2.77 2001:db8:2::77
HANDLE=$(handle "forward state established")
export HANDLE
frames <<'END_OF_PYTHON'
c0, s0 = Wire("client", "c0"), Wire("server", "s0")
rc, rs = Wire("router", "rc", False), Wire("router", "rs", False)
WAYS = {"IPv4": ("10.0.1.77", "10.0.2.77"),
        "IPv6": ("2001:db8:1::77", "2001:db8:2::77")}
port = 20000
established = int(os.environ["HANDLE"])


def fresh():
    global port
    port += 1
    return port


@contextlib.contextmanager
def drops(**want):
    """counts(), of what is dropped some time soon"""
    before = counters()
    with counts(**{f"drop_{name}": n for name, n in want.items()}):
        yield
        for name, n in want.items():
            key = "drop", name.replace("_", "-")
            poll_until(20, lambda: counters()[key] >= before[key] + n)


def there(packet, mark):
    c0.send(rc, packet)
    return s0.catch(mark, timeout=10)


def back(packet, mark):
    s0.send(rs, packet)
    return c0.catch(mark, timeout=10)


def datagram(src, dst, sport, dport, mark, **more):
    return ip(src, dst, UDP, udp(src, dst, mark, sport=sport, dport=dport), **more)


def segment(src, dst, sport, dport, flags, mark):
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 1000, 0, 0)
    c = checksum(pseudo(src, dst, TCP, len(head) + len(mark)) + head + mark)
    return ip(src, dst, TCP, head[:16] + struct.pack("!H", c) + head[18:] + mark)


def handles(words):
    """of the rule with these words"""
    for line in porch("rule").splitlines():
        if words in line:
            return int(line.split("handle")[1].split()[0])
    raise AssertionError(f"no rule {words}")


def flow_of(sport):
    for flow in json.loads(porch("-j", "-s", "flow")):
        if flow.get("sport") == sport:
            return flow
    return None


def packets_of(handle):
    for rule in json.loads(porch("-j", "-s", "rule")):
        if rule["handle"] == handle:
            return rule["packets"]
    raise AssertionError("no such rule")


for name, (src, dst) in WAYS.items():
    with point(f"a datagram opens the way for answers, {name}"):
        p = fresh()
        mark = token()
        with drops(policy=1):
            s0.send(rs, datagram(dst, src, 53, p, mark))
        mark = token()
        assert there(datagram(src, dst, p, 53, mark), mark), "it did not come"
        for _ in range(3):
            mark = token()
            assert back(datagram(dst, src, 53, p, mark), mark), "no answer came"
        flow = flow_of(p)
        equal("packets", (flow["packets"], flow["reply-packets"]), (1, 3))
        equal("bytes", flow["bytes"], len(datagram(src, dst, p, 53, mark)))

    with point(f"segments that begin nothing, {name}"):
        for flags in 0x12, 0x04, 0x00, 0x03, 0x29:
            p = fresh()
            mark = token()
            with drops(policy=1):
                c0.send(rc, segment(src, dst, p, 80, flags, mark))
            assert not flow_of(p), "there is a flow"

    with point(f"from one state to the next, {name}"):
        p = fresh()
        for way, flags, state in ((there, 0x02, "syn-sent"), (back, 0x12, "syn-recv"),
                                  (there, 0x10, "established"), (back, 0x10, "established"),
                                  (there, 0x11, "fin-wait"), (back, 0x11, "last-ack"),
                                  (there, 0x10, "time-wait"), (there, 0x02, "syn-sent"),
                                  (back, 0x14, "close")):
            mark = token()
            ends = (src, dst, p, 80) if way == there else (dst, src, 80, p)
            assert way(segment(*ends, flags, mark), mark), f"{state}: it did not come"
            equal("state", flow_of(p)["state"], state)

    with point(f"an error about a flow is related to it, {name}"):
        p = fresh()
        mark = token()
        sent = datagram(src, dst, p, 53, mark)
        assert there(sent, mark)
        for quote, ok in ((sent, True), (datagram(src, dst, p, 54, mark), False)):
            quote = quote[:28 if name == "IPv4" else 48]
            mark = token()
            if name == "IPv4":
                error = ip(dst, src, ICMP, icmp(3, 3, 0, quote + mark))
            else:
                error = ip(dst, src, ICMP6, icmp6(dst, src, 1, 4, 0, quote + mark))
            if ok:
                s0.send(rs, error)
                assert c0.catch(mark), "it did not come"
                continue
            with drops(policy=1):
                s0.send(rs, error)
            assert not c0.caught(mark), "it came"

    with point(f"it goes to nobody else, {name}"):
        p = fresh()
        mark = token()
        sent = datagram(src, dst, p, 53, mark)
        assert there(sent, mark)
        quote = sent[:28 if name == "IPv4" else 48]
        other = src[:-1] + "8"
        if name == "IPv4":
            error = ip(dst, other, ICMP, icmp(3, 3, 0, quote + mark))
        else:
            error = ip(dst, other, ICMP6, icmp6(dst, other, 1, 4, 0, quote + mark))
        with drops(policy=1):
            s0.send(rs, error)

    with point(f"a rule binds the next packet, {name}"):
        p = fresh()
        mark = token()
        assert there(datagram(src, dst, p, 53, mark), mark)
        mark = token()
        assert back(datagram(dst, src, 53, p, mark), mark)
        porch("rule", "add", "forward", "before", established, "proto", "udp", "dport", p,
              "drop")
        mark = token()
        with drops(policy=1):
            s0.send(rs, datagram(dst, src, 53, p, mark))
        porch("rule", "del", "forward", "handle", handles(f"dport {p}"))
        mark = token()
        assert back(datagram(dst, src, 53, p, mark), mark), "it is not established any more"

    with point(f"so does a route, {name}"):
        p = fresh()
        mark = token()
        assert there(datagram(src, dst, p, 53, mark), mark)
        porch("route", "add", "blackhole", dst)
        mark = token()
        with drops(blackhole=1):
            c0.send(rc, datagram(src, dst, p, 53, mark))
        porch("route", "del", "blackhole", dst)
        mark = token()
        assert there(datagram(src, dst, p, 53, mark), mark), "the way is still closed"

    with point(f"what differs between packets is looked at in each, {name}"):
        p = fresh()
        porch("rule", "add", "forward", "before", established, "proto", "udp", "dport", p,
              "length", "0-100", "count", "drop")
        porch("rule", "add", "forward", "before", handles(f"dport {p}"), "proto", "udp",
              "dport", p, "count")
        small, large = token(), token(200)
        assert there(datagram(src, dst, p, p, large), large)
        for _ in range(3):
            large = token(200)
            with drops(policy=1):
                c0.send(rc, datagram(src, dst, p, p, small))
            assert there(datagram(src, dst, p, p, large), large)
        equal("of all", packets_of(handles(f"dport {p} count")), 7)
        equal("of the small", packets_of(handles(f"dport {p} length")), 3)
        for words in f"dport {p} length", f"dport {p} count":
            porch("rule", "del", "forward", "handle", handles(words))

with point("a fragment without its first, IPv4"):
    src, dst = WAYS["IPv4"]
    whole = udp(src, dst, token(1000))
    mark = token()
    with drops(fragment_lost=1):
        c0.send(rc, ip4(src, dst, UDP, mark, ident=99, offset=512))

with point("fragments follow their first, IPv4"):
    p = fresh()
    mark = token(800)
    whole = udp(src, dst, mark, sport=p, dport=53)
    c0.send(rc, ip4(src, dst, UDP, whole[:400], ident=7, mf=True))
    c0.send(rc, ip4(src, dst, UDP, whole[400:], ident=7, offset=400))
    assert s0.catch(b"....", lambda q: q.proto == UDP and q.ident == 7 and not q.offset)
    assert s0.catch(b"....", lambda q: q.proto == UDP and q.ident == 7 and q.offset == 400)
    equal("packets", flow_of(p)["packets"], 2)

with point("fragments of what was dropped"):
    mark = token(800)
    whole = udp(dst, src, mark, sport=p + 1000, dport=53)
    with drops(policy=2):
        s0.send(rs, ip4(dst, src, UDP, whole[:400], ident=8, mf=True))
        s0.send(rs, ip4(dst, src, UDP, whole[400:], ident=8, offset=400))

with point("fragments follow their first, IPv6"):
    src, dst = WAYS["IPv6"]
    p = fresh()
    whole = udp(src, dst, token(800), sport=p, dport=53)
    for at, data, more in (0, whole[:400], 1), (400, whole[400:], 0):
        frag = struct.pack("!BBHI", UDP, 0, at | more, 77)
        c0.send(rc, ip6(src, dst, 44, frag + data))
    assert s0.catch(whole[:400]) and s0.catch(whole[400:]), "one did not come"
    equal("packets", flow_of(p)["packets"], 2)

with point("a flow is forgotten when its time is over"):
    src, dst = WAYS["IPv4"]
    p = fresh()
    mark = token()
    assert there(datagram(src, dst, p, 53, mark), mark)
    assert flow_of(p), "there is no flow"
    porch("track", "set", "udp", 1, "udp-replied", 1)
    mark = token()
    assert there(datagram(src, dst, p, 53, mark), mark)
    assert poll_until(30, lambda: not flow_of(p)), "it is still there"
    with drops(policy=1):
        s0.send(rs, datagram(dst, src, 53, p, token()))
    # From here on none is to end by its time.
    porch("track", "set", "udp", 3600, "udp-replied", 3600, "udp-stream", 3600)

with point("what has just begun gives way"):
    porch("flow", "flush")
    porch("track", "set", "flows", 128)
    with counts(engine_flow_added=160, engine_flow_evicted=32):
        for _ in range(160):
            mark = token()
            assert there(datagram(src, dst, fresh(), 53, mark), mark), "it did not come"
    equal("flows", porch("flow", "count").strip(), "128")

with point("if fewer are allowed, room is made"):
    porch("track", "set", "flows", 96)
    for _ in range(32):
        c0.send(rc, datagram(src, dst, fresh(), 53, token()))
    assert poll_until(30, lambda: porch("flow", "count").strip() == "96"), "there are others"
    mark = token()
    assert there(datagram(src, dst, fresh(), 53, mark), mark), "it did not come"
    equal("flows", porch("flow", "count").strip(), "96")

with point("what goes on does not"):
    porch("flow", "flush")
    porch("track", "set", "flows", 8)
    ends = [(src, dst, fresh(), 53) for _ in range(8)]
    for end in ends:
        for way, key in (there, end), (back, (dst, src, 53, end[2])), (there, end):
            mark = token()
            assert way(datagram(*key, mark), mark), "it did not come"
    with drops(flow_table=1):
        c0.send(rc, datagram(src, dst, fresh(), 53, token()))
    for end in ends:
        mark = token()
        assert back(datagram(dst, src, 53, end[2], mark), mark), "a stream was given up"
    porch("track", "set", "flows", 65536)

with point("connections are picked up in the middle, or not"):
    p = fresh()
    porch("track", "set", "loose", "off")
    with drops(policy=1):
        c0.send(rc, segment(src, dst, p, 80, 0x10, token()))
    porch("track", "set", "loose", "on")
    mark = token()
    assert there(segment(src, dst, p, 80, 0x10, mark), mark), "it did not come"
    equal("state", flow_of(p)["state"], "picked-up")

with point("without rules there are no flows"):
    porch("rule", "flush", "forward")
    porch("rule", "flush", "input")
    porch("chain", "policy", "forward", "accept")
    porch("chain", "policy", "input", "accept")
    porch("flow", "flush")
    mark = token()
    assert there(datagram(*WAYS["IPv4"], fresh(), 53, mark), mark)
    equal("flows", porch("flow", "count").strip(), "0")
END_OF_PYTHON
finish
