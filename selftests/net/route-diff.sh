#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends the same packets through two routers that are alike, but for one routing by
# Porch's tables, rules and VRF, and the other one by those of "ip route" and "ip rule"
# that say the same. Proves that what leaves is the same, where and byte by byte, and
# that the senders are told the same of what does not.
#
# PORCH_SEED replays a run; PORCH_PACKETS makes it longer.
#
#   +------+ a0          i +--------+ x      x0 +------+
#   |      +---------------+ router +-----------+      |
#   |      | b0          j |        | y      y0 |      |
#   |      +---------------+        +-----------+      |
#   | ends |  VRF 7        +--------+           | ends |
#   |      | a1          i +--------+ x      x1 |      |
#   |      +---------------+ stock  +-----------+      |
#   |      | b1          j |        | y      y1 |      |
#   |      +---------------+        +-----------+      |
#   +------+               +--------+           +------+
#
# All ends are in one namespace, which only sends and catches frames.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# router_of NAMESPACE NUMBER: with its four cables, and hosts at their ends
router_of()
{
	local ns=$1 n=$2 net=0 end dev host mac

	for end in a:i b:j x:x y:y; do
		IFS=: read -r end dev <<< "$end"
		net=$((net + 1))
		wire "${ns_ends:?}" "$end$n" "$ns" "$dev"
		addresses "$ns" "$dev" "10.0.$net.1/24" "2001:db8:$net::1/64"
		[[ $(ip -n "$ns_ends" link show "$end$n") =~ ether\ ([0-9a-f:]+) ]]
		mac=${BASH_REMATCH[1]}
		for host in 50 51 52; do
			echo "neigh add 10.0.$net.$host lladdr $mac dev $dev"
			echo "neigh add 2001:db8:$net::$host lladdr $mac dev $dev"
		done | configure "$ns"
	done
	ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.{i,j,x,y}.rp_filter=0 net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.{i,j,x,y}.send_redirects=0 net.ipv4.icmp_ratelimit=0 \
		net.ipv6.icmp.ratelimit=0
	# Newer kernels have these for each namespace.
	ip netns exec "$ns" sysctl -qew net.ipv4.icmp_msgs_per_sec=100000 \
		net.ipv4.icmp_msgs_burst=100000
	# Who comes in has the mark that its DSCP says.
	ip netns exec "$ns" nft -f - <<-'END' || skip_all "no marks by nftables"
	table netdev marker {
		chain i {
			type filter hook ingress device i priority 0
			ip dscp 1 meta mark set 0x11
			ip dscp 2 meta mark set 0x22
			ip dscp 3 meta mark set 0x13
			ip6 dscp 1 meta mark set 0x11
			ip6 dscp 2 meta mark set 0x22
			ip6 dscp 3 meta mark set 0x13
		}
	}
	END
}

export PORCH_SEED=${PORCH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

begin
echo "# PORCH_SEED=$PORCH_SEED"
# The stock stack tells of each packet.
saved=$(sysctl net.ipv4.route.error_cost net.ipv4.icmp_msgs_per_sec \
	net.ipv4.icmp_msgs_burst)
sysctl -qw net.ipv4.route.error_cost=0 net.ipv4.icmp_msgs_per_sec=100000 \
	net.ipv4.icmp_msgs_burst=100000
namespace ends router stock
ip netns exec "$ns_ends" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
	net.ipv6.conf.default.disable_ipv6=1
router_of "$ns_router" 0
router_of "${ns_stock:?}" 1
# In the first router only: what the stock stack forwards there has sneaked past.
stock_router "$ns_router"
ip -n "$ns_stock" link add name red type vrf table 7 || skip_all "no VRF in this kernel"
# Addresses that an interface has as it joins are announced anew.
ip -n "$ns_stock" -b - <<'END' || die "no VRF"
link set red up
link set j master red
addr replace 2001:db8:2::1/64 dev j nodad
END
for host in 50 51 52; do
	[[ $(ip -n "$ns_ends" link show b1) =~ ether\ ([0-9a-f:]+) ]]
	echo "neigh replace 10.0.2.$host lladdr ${BASH_REMATCH[1]} dev j"
	echo "neigh replace 2001:db8:2::$host lladdr ${BASH_REMATCH[1]} dev j"
done | configure "$ns_stock"

frames <<'END_OF_PYTHON'
import random

seed = int(os.environ["PORCH_SEED"])
total = int(os.environ.get("PORCH_PACKETS", 1000))
os.sched_setaffinity(0, {0})        # what is sent first arrives first
random.seed(seed)
# By their names: wires of Porch's router, then of the stock one
ends = {end: [Wire("ends", f"{end}{n}") for n in (0, 1)] for end in "abxy"}
gates = {end: [Wire(ns, dev, False) for ns in ("router", "stock")]
         for end, dev in (("a", "i"), ("b", "j"))}
NET = {"a": 1, "b": 2, "x": 3, "y": 4}
SPACE = {4: (addr("198.18.0.0"), 15), 6: (addr("2001:db8:f000::"), 36)}
TABLES = None, 100, 101, 7


def host(family, end, number):
    return f"10.0.{NET[end]}.{number}" if family == 4 else f"2001:db8:{NET[end]}::{number}"


def far(family):
    """An address in the space that routes are for. Few bits vary, so that they nest"""
    raw, _ = SPACE[family]
    some = random.choice((0, 1, 2, 3, 0x40, 0x41, 0x80, 0xff))
    more = random.choice((0, 1, 0x80))
    if family == 4:
        return bytes((198, 18 + more % 2, some, more))
    return raw[:5] + bytes((some, more)) + raw[7:15] + bytes((1,))


def prefix(family):
    _, least = SPACE[family]
    length = random.randrange(least, 33) if family == 4 else random.randrange(least, 66)
    bits = 8 * len(SPACE[family][0])
    number = int.from_bytes(far(family), "big") >> (bits - length) << (bits - length)
    return f"{text_of(number.to_bytes(bits // 8, 'big'))}/{length}"


def route_pair(table, family, where):
    kind = random.choice(("via",) * 6 + ("unreachable", "prohibit", "blackhole"))
    in_table = f" table {table}" if table else ""
    if kind != "via":
        return (f"route add {kind} {where}{in_table}",
                f"route add {kind} {where} proto 99{in_table}")
    end = random.choice("xy")
    way = f"{where} via {host(family, end, random.choice((50, 51)))} dev {end}"
    return f"route add {way}{in_table}", f"route add {way} proto 99{in_table}"


def rule_pair(pref):
    family = random.choice((4, 6))
    words = ""
    if random.random() < .4:
        number = random.choice((0, 50, 51))
        words += f" from {host(family, 'a', number)}/{24 if family == 4 else 64}" if not number \
            else f" from {host(family, 'a', number)}/{32 if family == 4 else 128}"
    mark = random.choice(("", "", " {} 0x11", " {} 0x10/0xf0", " {} 0x2/0x2"))
    # Without a source it is for both families.
    both = "from" not in words
    table = random.choice((100, 101))
    mine = f"route rule add pref {pref}{words}{mark.format('mark')}"
    theirs = f"rule add pref {pref}{words or ' from all'}{mark.format('fwmark')}"
    if random.random() < .3:
        mine, theirs = mine + " in i", theirs + " iif i"
    return f"{mine} table {table}", f"{theirs} table {table}", (4, 6) if both else (family,)


def run(words, text):
    done = subprocess.run(words, input=text, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{words}: {done.stdout} of:\n{text}"


def set_routes():
    mine = [f"port add {dev}" for dev in "ixy"] + ["port add j vrf 7"]
    theirs = {4: ["rule flush", "rule add pref 1000 l3mdev",
                  "rule add pref 32766 table main", "route flush table all proto 99"],
              6: ["rule flush", "rule add pref 1000 l3mdev",
                  "rule add pref 32766 table main", "route flush table all proto 99"]}
    for family in 4, 6:
        length = 24 if family == 4 else 64
        for end, dev in ("a", "i"), ("b", "j"), ("x", "x"), ("y", "y"):
            table = " table 7" if end == "b" else ""
            mine.append(f"route add {host(family, end, 0)}/{length} dev {dev}{table}")
        # A VRF of Porch's has no other table.
        theirs[family].append("route add unreachable default metric 4278198272 proto 99 table 7")
        for table in TABLES:
            for where in {prefix(family) for _ in range(random.randrange(1, 8))}:
                porchs, stocks = route_pair(table, family, where)
                mine.append(porchs)
                theirs[family].append(stocks)
    for pref in sorted(random.sample(range(2000, 3000), random.randrange(6))):
        porchs, stocks, families = rule_pair(pref)
        mine.append(porchs)
        for family in families:
            theirs[family].append(stocks)
    # Flows remember where they go, and what that depends on.
    if random.random() < .5:
        mine.append("rule add forward accept")
    run(["porchctl", "-n", os.environ["ns_router"], "-f", "-"], "\n".join(mine) + "\n")
    for family in 4, 6:
        run(["ip", f"-{family}", "-n", os.environ["ns_stock"], "-b", "-"],
            "\n".join(theirs[family]) + "\n")
    return mine


def came():
    """For each router, what came where: after a fence has passed both"""
    mark = token()
    for end, gate in zip(ends["a"], gates["a"]):
        end.send(gate, ip(host(4, "a", 52), host(4, "x", 52), 253, mark))
    for end in ends["x"]:
        assert end.catch(mark), "the fence did not come"
    have = []
    for i in range(2):
        have.append([(name, p) for name in ends for p in ends[name][i].caught(b"tokn")
                     if p.version and p.icmp != (137, 0)])      # a redirect
        for wires in ends.values():
            wires[i].forget()
    return have


def what_came(got, mark, in_vrf):
    """Where and which bytes, or what the sender is told"""
    for name, p in got:
        if mark in p.frame:
            if name in "xy":
                return name, p.ip[:p.length if p.version == 4 else 40 + len(p.payload)].hex()
            # Linux has one code of ICMPv6 for no route and for an unreachable one,
            # and another route at the end of a VRF.
            exact = not in_vrf and (p.version == 4 or p.icmp[1] == 1)
            return name, p.src, p.dst, p.icmp if exact else p.icmp[0]
    return None


outcomes = set()
done = 0
at = 0
while done < total:
    lines = set_routes()
    with point(f"{len(lines)} routes and rules"):
        sent = []
        for _ in range(40):
            family, end = random.choice((4, 6)), random.choice("aaab")
            mark = token()
            src = host(family, end, random.choice((50, 51, 52)))
            packet = udp_packet(src, text_of(far(family)), mark, tos=random.choice((0, 4, 8, 12)))
            for wire, gate in zip(ends[end], gates[end]):
                wire.send(gate, packet)
            sent.append((end, packet, mark))
            done += 1
            # Porch tells one link of 50 packets a second, and of 50 at once.
            now = time.monotonic()
            at = max(at + 1 / 50, now)
            time.sleep(at - now)
            if len(sent) % 10:
                continue
            have = came()
            for end, packet, mark in sent[-10:]:
                mine, stocks = (what_came(got, mark, end == "b") for got in have)
                if mine != stocks:
                    print("#", {k: n for k, n in counters().items() if n})
                equal(f"{packet.hex()} from {end} by\n{chr(10).join(lines)}\n", mine, stocks)
                outcomes.add(mine and (packet[0] >> 4, end, mine[0], mine[-1] if mine[0] in "ab"
                                       else None))

with point("packets took all ways"):
    print(f"# {sorted(outcomes, key=str)}")
    ways = {(v, end, out, None) for v in (4, 6) for end in "ab" for out in "xy"}
    equal("not seen", ways - outcomes, set())
    assert None in outcomes, "nothing was lost"
END_OF_PYTHON
# shellcheck disable=SC2086 # words
sysctl -qw ${saved// = /=}
finish
