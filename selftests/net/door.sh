#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that packets take the lanes that the rules say, those of default too; that
# what exceeds the budget of its source takes the bulk lane, and nobody else's does;
# and that under a flood the lowest lane loses, and no other, with threads and
# without.
#
#   +----------+              +----------+             +--------+
#   | client   |              | router   |             | server |
#   |       c0 +--------------+ rc    rs +-------------+ s0     |
#   | .2 to .4 | 10.0.1.0/24  | .1    .1 | 10.0.2.0/24 | .2, .9 |
#   |    c0.10 | 10.0.10.0/24 | rc.10    |             |        |
#   +----------+              +----------+             +--------+
#           2001:db8:1::/64             2001:db8:2::/64
#
# .9 takes what comes and says nothing.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# is_refused FILE: each line says what is wrong with a command, in a pattern, and
# the command; nothing changes
is_refused()
{
	local before pattern words

	before=$(porch save)
	while IFS='~' read -r pattern words; do
		# shellcheck disable=SC2086 # the words of a command
		refused "${pattern%%+( )}" porch $words
	done < "$1"
	equal "what is in force" "$(porch save)" "$before"
}

# flooded PROTO-OPTIONS...: far more than the engine can work on, in bursts, which
# a delay makes that ends for many packets at once
flooded()
{
	background "$ns_client" timeout 100 hping3 -q --flood "$@"
	flood=$!
}

# in_need COUNTER COMMAND...: it succeeds while a flood overflows that lane, and
# no packet of another lane is dropped
in_need()
{
	local lane=$1 status=0 full
	shift

	porch engine set vector 1 time-limit 10 lane-limit 64
	full=$(counter drop "$lane-lane-full")
	client tc qdisc replace dev c0 root netem delay 20ms limit 100000
	flooded "${flood_by[@]}"
	poll_until 40 went_up drop "$lane-lane-full" "$full" + || status=1
	"$@" || status=1
	kill "$flood" || status=1
	wait "$flood" 2> /dev/null || true
	client tc qdisc del dev c0 root
	porch engine set vector 64 time-limit 2000 lane-limit 1000
	ledger_balanced || status=1
	return "$status"
}

others_lost()
{
	porch stats drop | awk -v lane="$1-lane-full" \
		'/-lane-full/ && $2 != lane { n += $3 } END { print n + 0 }'
}

# none_lost LANE COMMAND...: while that lane overflows, no other does
none_lost()
{
	local lane=$1 before
	shift

	before=$(others_lost "$lane")
	in_need "$lane" "$@"
	equal "dropped of other lanes" "$(others_lost "$lane")" "$before"
}

# answers ADDRESS [PING OPTION]...: most are answered. Under a flood, the backlog of
# the CPU overflows at times, and what is lost there has not reached the door.
answers()
{
	local log

	log=$(client ping -n -q -c 20 -i 0.02 -W 10 "$@") || true
	echo "$log"
	[[ $log =~ \ ([0-9]+)\ received ]]
	[ "${BASH_REMATCH[1]}" -ge 10 ]
}

begin
shopt -s extglob
router_topology
configure "$ns_client" <<-'END'
link add link c0 name c0.10 up type vlan id 10
addr add 10.0.1.3/24 dev c0
addr add 10.0.1.4/24 dev c0
addr add 10.0.10.2/24 dev c0.10
END
configure "$ns_router" <<-'END'
link add dum up type dummy
link add link rc name rc.10 up type vlan id 10
addr add 10.0.10.1/24 dev rc.10
END
attach "$ns_router" rc.10
routes "$ns_router" "10.0.10.0/24 dev rc.10"
quiet_host server s0 rs 10.0.2.9 2001:db8:2::9
reaches "$ns_client" 10.0.2.2 > /dev/null
reaches "$ns_client" 2001:db8:2::2 > /dev/null

#### rules ####

porch lane > "$tmp/lanes"
check "there are rules of default" grep -qx '# control local proto tcp dport 22' "$tmp/lanes"
check "which no configuration has" fails grep lane <(porch save)

rules()
{
	porch -b - <<-'END'
	lane add high pref 30 in rc proto udp dport 5000-5009
	lane add bulk pref 20 proto udp sport 6000
	lane add high pref 4294967295 dscp af41
	lane add normal pref 10 local proto tcp dport 22 dscp cs1
	lane add bulk pref 0 in rc.10
	lane add control pref 40 proto icmp icmp 13-14
	END
	porch lane | grep -v '^#' > "$tmp/rules"
	sed -E 's/.* (pref [0-9]+).*/lane del \1/' "$tmp/rules" | porch -a -b -
	equal "rules" "$(porch lane | grep -c '^[^#]')" 0
	sed 's/^/lane add /' "$tmp/rules" | porch -a -b -
	porch lane | grep -v '^#' | diff "$tmp/rules" -
	equal "order" "$(cut -d ' ' -f 3 "$tmp/rules" | xargs)" "0 10 20 30 40 4294967295"
}
check "what show prints can be loaded again" rules

cat > "$tmp/bad" <<'END'
already         ~ lane add bulk pref 10 proto 6
no device       ~ lane add bulk pref 1 in nosuch
such as TCP     ~ lane add bulk pref 1 dport 22
such as TCP     ~ lane add bulk pref 1 proto ospf sport 22
ICMP or ICMPv6  ~ lane add bulk pref 1 proto tcp icmp 8
ICMP or ICMPv6  ~ lane add bulk pref 1 icmp 8
no rule         ~ lane del pref 1
pref N          ~ lane add bulk proto tcp
LANE            ~ lane add pref 1
none; allowed   ~ lane add bulk pref 1 proto tcp dport 9-8
none; allowed   ~ lane add bulk pref 1 proto tcp dport 65536
none; allowed   ~ lane add bulk pref 1 proto icmp icmp 256
unknown dscp    ~ lane add bulk pref 1 dscp 64
control, high   ~ lane add middle pref 1
.               ~ engine set budget 10000001
.               ~ engine set budget-burst 0
.               ~ engine set lane-defaults perhaps
END
check "mistakes are refused" is_refused "$tmp/bad"

too_many()
{
	seq -f 'lane add bulk pref %g' 1000 1057 | porch -a -b -
	refused "as many rules" porch lane add bulk pref 2000
	seq -f 'lane del pref %g' 1000 1057 | porch -a -b -
}
check "rules are bounded" too_many

frames <<'END_OF_PYTHON'
c0, rc = Wire("client", "c0"), Wire("router", "rc", False)
SRC, DST, OWN = ("10.0.1.2", "2001:db8:1::2"), ("10.0.2.9", "2001:db8:2::9"), \
		("10.0.1.1", "2001:db8:1::1")


def look():
    """Packets that have met each rule, and that took each lane, but neighbours talk at will"""
    run = subprocess.run(["porchctl", "-n", os.environ["ns_router"], "-j", "-s", "-b", "-"],
                         input="lane\nstats lane\n", stdout=subprocess.PIPE, text=True, check=True)
    rows, stats = (json.loads(line) for line in run.stdout.splitlines())
    met = {(r["lane"], r.get("pref"), r.get("proto"), r.get("sport"), r.get("dport"),
            r.get("dscp")): r["packets"] for r in rows if r.get("icmp-type") != 133}
    return met, {c["name"]: c["value"] for c in stats}


def send(packet, tags):
    """As short as it is"""
    kind = ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP
    c0.sock.send(rc.mac + c0.mac + tags + struct.pack("!H", kind) + packet)


def takes(lane, packets, pref=None, proto=None, sport=None, dport=None, dscp=None, tags=b""):
    """They take the lane by that rule, and no other; by none if nothing is given"""
    rule = (lane, pref, proto, sport, dport, dscp)
    global before
    for packet in packets:
        send(packet, tags)
    want = {rule: len(packets)} if rule[1:] != (None,) * 5 else {}

    def met(now):
        return {r: n - before[0][r] for r, n in now[0].items() if n != before[0][r]}

    def taken():
        now = look()
        return now[1][lane] >= before[1][lane] + len(packets) and met(now) == want and now
    after = poll_until(20, taken)
    if not after:
        after = look()
        equal("rules that were met", met(after), want)
        raise AssertionError("another lane")
    before = after


def tcp(src, dst, sport, dport):
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 0x50, 4, 0, 0, 0)
    c = checksum(pseudo(src, dst, TCP, len(head)) + head)
    return head[:16] + struct.pack("!H", c) + head[18:]


def udps(dport, sport=4000, dst=DST, **more):
    return [ip(s, d, UDP, udp(s, d, token(), sport=sport, dport=dport), **more)
            for s, d in zip(SRC, dst)]


def tcps(sport, dport, dst=DST, **more):
    return [ip(s, d, TCP, tcp(s, d, sport, dport), **more) for s, d in zip(SRC, dst)]


before = look()
with point("what no rule is about"):
    takes("normal", udps(9) + tcps(1000, 2000))
with point("protocols of default, for this machine"):
    takes("control", tcps(1000, 22, OWN), proto=6, dport=22)
    takes("control", tcps(22, 1000, OWN), proto=6, sport=22)
    takes("control", tcps(179, 1000, OWN), proto=6, sport=179)
    takes("control", udps(3785, dst=OWN), proto=17, dport=3784)
    takes("control", [ip(s, d, 89, token()) for s, d in zip(SRC, ("224.0.0.5", "ff02::5"))],
          proto=89)
with point("not when they go by"):
    takes("normal", tcps(1000, 22) + tcps(179, 1000) + udps(3785))
    takes("normal", [ip(s, d, 89, token()) for s, d in zip(SRC, DST)])
with point("code points"):
    takes("control", udps(9, tos=0xc0), dscp=48)
    takes("high", udps(9, tos=0xb8), dscp=46)
    takes("bulk", udps(9, tos=0x20), dscp=8)
    takes("high", udps(9, tos=0x88), pref=4294967295, dscp=34)
with point("a rule takes its packets to its lane"):
    takes("high", udps(5000) + udps(5009), pref=30, proto=17, dport=5000)
    takes("normal", udps(4999) + udps(5010))
    takes("bulk", udps(5000, 6000), pref=20, proto=17, sport=6000)
    takes("normal", tcps(6000, 5000))
    takes("normal", tcps(1000, 22, OWN, tos=0x20), pref=10, proto=6, dport=22, dscp=8)
with point("behind options and extension headers"):
    s, d = SRC[0], DST[0]
    takes("high", [ip4(s, d, UDP, udp(s, d, token(), dport=5000), options=b"\1\1\1\1")],
          pref=30, proto=17, dport=5000)
    s, d = SRC[1], DST[1]
    pad = b"\1\4\0\0\0\0"
    takes("high", [ip6(s, d, 0, bytes((60, 0)) + pad + bytes((UDP, 0)) + pad +
                       udp(s, d, token(), dport=5000))], pref=30, proto=17, dport=5000)
with point("fragments have no ports, and stay together"):
    s, d = SRC[0], DST[0]
    whole = udp(s, d, token(64), dport=5000)
    takes("normal", [ip4(s, d, UDP, whole[:32], mf=True, ident=7)])
    takes("normal", [ip4(s, d, UDP, whole[:32], offset=32, ident=7)])
    s, d = SRC[1], DST[1]
    whole = udp(s, d, token(64), dport=5000)
    takes("normal", [ip6(s, d, 44, struct.pack("!BBHI", UDP, 0, 1, 7) + whole[:32])])
    takes("normal", [ip6(s, d, 44, struct.pack("!BBHI", UDP, 0, 32, 7) + whole[:32])])
    takes("high", [ip6(s, d, 44, struct.pack("!BBHI", UDP, 0, 0, 7) + whole)],
          pref=30, proto=17, dport=5000)
with point("types of ICMP"):
    s, d = SRC[0], DST[0]
    takes("control", [ip4(s, d, ICMP, icmp(13, 0, 1, bytes(12)))], pref=40, proto=1)
    takes("normal", [ip4(s, d, ICMP, icmp(8, 0, 1, bytes(12)))])
with point("a header that is cut off"):
    takes("bulk", [ip4(s, d, UDP, b"")[:19], ip6(SRC[1], DST[1], UDP, b"")[:39]])
    takes("normal", [ip4(s, d, UDP, b"\1")])
with point("a priority tag, and a VLAN"):
    takes("high", udps(5000), pref=30, proto=17, dport=5000, tags=tag(0, 5))
    s = "10.0.10.2"
    takes("bulk", [ip4(s, d, UDP, udp(s, d, token(), dport=5000))], pref=0, tags=tag(10))
END_OF_PYTHON

device_goes()
{
	porch lane add bulk pref 77 in dum
	router ip link del dum
	refused "no rule" porch lane del pref 77
}
check "the rules of a device go with it" device_goes

without_defaults()
{
	porch engine set lane-defaults off
	equal "rules of default" "$(porch lane | grep -c '^#')" 0
	counts lane control 0 reaches "$ns_client" 10.0.2.2 -Q 0xc0
	counts lane high + reaches "$ns_client" 10.0.2.2 -Q 0x88
	porch engine set lane-defaults on
	counts lane control + reaches "$ns_client" 10.0.2.2 -Q 0xc0
}
check "without those of default" without_defaults

porch save > "$tmp/saved"
files()
{
	grep -v lane "$tmp/saved" | porch -f -
	equal "rules" "$(porch lane | grep -c '^[^#]')" 0
	porch -f "$tmp/saved"
	equal "difference" "$(porch diff "$tmp/saved")" ""
	equal "state" "$(porch save)" "$(< "$tmp/saved")"
}
check "configuration files have the rules" files
grep -v lane "$tmp/saved" | porch -f -

#### budgets ####

frames <<'END_OF_PYTHON'
os.sched_setaffinity(0, {0})                    # budgets are those of a CPU
c0, rc = Wire("client", "c0"), Wire("router", "rc", False)


def lanes():
    return {c["name"]: c["value"] for c in json.loads(porch("-j", "-s", "stats", "lane"))}


def let_in(stats):
    return sum(stats[lane] for lane in ("control", "high", "normal", "bulk"))


def over(n, src, dst, **more):
    """How many of n packets exceed the budget"""
    before = lanes()
    for _ in range(n):
        c0.send(rc, udp_packet(src, dst, token(), **more))
    after = poll_until(20, lambda: let_in(now := lanes()) >= let_in(before) + n and now)
    assert after, "not all came"
    return after["over-budget"] - before["over-budget"]


def limit(**settings):
    porch("engine", "set", *(w for k, v in settings.items() for w in (k.replace("_", "-"), v)))


limit(budget=1, budget_burst=10, control_budget=0)
with point("a source may have its budget, and no more"):
    equal("within", over(5, "10.0.1.2", "10.0.2.9"), 0)
    n = over(60, "10.0.1.2", "10.0.2.9")
    assert 40 <= n <= 55, n
with point("another source still has its own"):
    equal("within", over(5, "10.0.1.3", "10.0.2.9"), 0)
with point("IPv6 sources are networks"):
    equal("within", over(5, "2001:db8:1::2", "2001:db8:2::9"), 0)
    n = over(40, "2001:db8:1::3", "2001:db8:2::9")
    assert 20 <= n <= 35, n
    equal("another", over(5, "2001:db8:7::3", "2001:db8:2::9"), 0)
with point("but for those of one link"):
    n = over(40, "fe80::1:1", "2001:db8:2::9")
    assert 20 <= n <= 35, n
    equal("another", over(5, "fe80::1:2", "2001:db8:2::9"), 0)
with point("what exceeds it takes the bulk lane"):
    before = lanes()["bulk"]
    n = over(40, "10.0.1.2", "10.0.2.9")
    assert 20 <= n, n                           # it may have saved some meanwhile
    assert lanes()["bulk"] - before >= n
with point("sources are counted"):
    n = lanes()["sources"]
    assert 4 <= n <= 20, n
with point("the control lane has a budget of its own"):
    equal("without one", over(40, "10.0.1.2", "10.0.2.9", tos=0xc0), 0)
    limit(control_budget=1)
    n = over(40, "10.0.1.2", "10.0.2.9", tos=0xc0)
    assert 25 <= n <= 35, n
    equal("another source", over(5, "10.0.1.4", "10.0.2.9", tos=0xc0), 0)
with point("without budgets nothing exceeds them"):
    limit(budget=0, control_budget=0)
    equal("over the budget", over(60, "10.0.1.2", "10.0.2.9") +
          over(60, "10.0.1.2", "10.0.2.9", tos=0xc0), 0)
limit(control_budget=1000, budget_burst=1000)
END_OF_PYTHON

#### floods ####

flood_by=(--udp -p 9 -d 18 10.0.2.9)
check "a flood costs the control lane nothing" none_lost normal answers 10.0.2.2 -Q 0xc0
porch engine set threaded on
porch lane add bulk pref 1 proto udp dport 9
check "nor IPv6, nor the normal lane, if it is in bulk, with threads" \
	none_lost bulk answers 2001:db8:2::2
porch lane del pref 1
porch engine set budget 100 budget-burst 30
check "a source over its budget loses, another does not" \
	none_lost bulk answers 10.0.2.2 -I 10.0.1.3
porch engine set threaded off control-budget 100
flood_by=(-S -p 22 10.0.1.1)
check "nor does a flood of SSH fill the control lane" \
	none_lost bulk answers 10.0.2.2 -I 10.0.1.3 -Q 0xc0

finish
