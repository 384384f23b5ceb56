#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that what cannot be done is refused with a reason and changes nothing,
# whoever asks for it and however it ends.
#
#                 +--------------------------------------+
#                 | router   lo                          |
#   client: c0 ---+ rc       br: br0, with p0 (to p1)    |
#   server: s0 ---+ rs       mv0 on p2 (to p3) nl0   dum |
#                 +--------------------------------------+

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# All that can be seen of the configuration
state()
{
	printf '%s\n' port "route show table all" "route rule" engine status | porch -j -b -
}

# all_no < FILE: lines of "PATTERN ~ ARGUMENTS", each refused with that reason;
# and nothing changed
all_no()
{
	local before pattern words line

	before=$(state)
	while IFS='~' read -r pattern line; do
		read -r -a words <<< "$line"
		refused "${pattern%"${pattern##*[! ]}"}" porch "${words[@]}"
	done
	equal "state" "$(state)" "$before"
}

begin
router_topology
configure "$ns_router" <<-'END'
link add br0 up type bridge
link add p0 up type veth peer name p1
link set p0 master br0
link add p2 up type veth peer name p3
link add mv0 link p2 type macvlan
link add iv0 link p1 type ipvlan
link add nl0 type nlmon
link add dum up type dummy
END
porch route rule add pref 100 in rc table 253

check "ports that cannot be" all_no <<-'END'
no device         ~ port add nosuch
loopback          ~ port add lo
already           ~ port add rc
br0|another device        ~ port add p0 hook rx
macvlan           ~ port add p2 hook rx
macvlan           ~ port add p1 hook rx
Ethernet          ~ port add nl0
not a port        ~ port del dum
no device         ~ port del nosuch
not a port        ~ port show dum
END
check "routes that cannot be" all_no <<-'END'
10.0.0.0/8        ~ route add 10.0.0.1/8 dev rs
.                 ~ route add 10.0.0.0/33 dev rs
.                 ~ route add 10.0.0.0/-1 dev rs
.                 ~ route add 10.0.0/8x dev rs
.                 ~ route add 2001:db8::/129 dev rs
.                 ~ route add 10.256.0.0/16 dev rs
.                 ~ route add example.net/8 dev rs
gateway.*network  ~ route add 10.3.0.0/16 via 10.77.0.1
onlink            ~ route add 10.3.0.0/16 via 10.77.0.1 dev rs
this machine      ~ route add 10.3.0.0/16 via 10.0.2.1
this machine      ~ route add 2001:db8:3::/48 via 2001:db8:2::1
unicast           ~ route add 10.3.0.0/16 via 224.0.0.1 dev rs
unicast           ~ route add 10.3.0.0/16 via 0.0.0.0 dev rs
.                 ~ route add 10.3.0.0/16 via 255.255.255.255 dev rs
family            ~ route add 10.3.0.0/16 via 2001:db8:2::2
no device         ~ route add 10.3.0.0/16 dev nosuch
loopback          ~ route add 10.3.0.0/16 dev lo
gateway or a dev  ~ route add 10.3.0.0/16
gateway or a dev  ~ route add blackhole 10.3.0.0/16 dev rs
onlink            ~ route add 10.3.0.0/16 dev rs onlink
not routed        ~ route add 224.0.0.0/4 dev rs
not routed        ~ route add 127.0.0.0/8 dev rs
not routed        ~ route add ff00::/8 dev rs
not routed        ~ route add fe80::/64 dev rs
route already     ~ route add 10.0.2.0/24 dev rc
route already     ~ route add blackhole 2001:db8:2::/64
no such route     ~ route del 10.3.0.0/16
no such route     ~ route del 10.0.2.0/25
no such route     ~ route del 10.0.2.0/24 dev rc
no such route     ~ route del blackhole 10.0.2.0/24
no such route     ~ route del 10.0.2.0/24 table 7
[Nn]o route       ~ route get 10.0.2.2 table 7
[Nn]umerical|range ~ route add 10.3.0.0/16 dev rs table 0
.                 ~ route add 10.3.0.0/16 dev rs table 4294967296
.                 ~ route add 10.3.0.0/16 dev rs table main
gateway.*network  ~ route add 10.3.0.0/16 via 10.77.0.1 table 7
[Nn]o route       ~ route get 10.99.0.1
.                 ~ route get nonsense
END
check "rules and VRFs that cannot be" all_no <<-'END'
no device         ~ route rule add pref 1 in nosuch table 7
behind the prefix ~ route rule add pref 1 from 10.0.0.1/8 table 7
already           ~ route rule add pref 100 table 7
mask leaves out   ~ route rule add pref 1 mark 0x11/0x10 table 7
no mark           ~ route rule add pref 1 mark 0x100000000 table 7
[Nn]umerical|range ~ route rule add pref 1 table 0
table             ~ route rule add pref 1
pref              ~ route rule add table 1
no rule           ~ route rule del pref 99
[Nn]umerical|range ~ port add dum vrf 0
[Nn]umerical|range ~ port add dum vrf 65536
no device         ~ route get 10.0.2.2 in nosuch
family            ~ route get 10.0.2.2 from 2001:db8::1
END
check "settings that are absurd" all_no <<-'END'
.                 ~ engine set
.                 ~ engine set vector 0
.                 ~ engine set vector 65
.                 ~ engine set vector -1
.                 ~ engine set vector 4294967297
.                 ~ engine set vector many
.                 ~ engine set lane-limit 1
.                 ~ engine set lane-limit 99999999999999999999
.                 ~ engine set time-limit 0
.                 ~ engine set icmp-rate 1000001
.                 ~ engine set vector 8 lane-limit 0
.                 ~ engine set nosuch 1
END

# dum has no address, so a gateway there needs onlink.
check "what is right is taken" porch -b - <<-'END'
port add dum
route add 10.3.0.0/16 via 10.77.0.1 dev dum onlink
route add 10.4.0.0/16 via 10.0.2.9
route replace 10.4.0.0/16 via 10.0.1.9
route replace 10.5.0.0/16 dev rs
route replace blackhole 10.5.0.0/16
route del 10.5.0.0/16
route add 0.0.0.0/0 via 10.0.2.2
route add ::/0 via fe80::1 dev rs
route add 10.6.6.6/32 dev rs
route add 10.8.0.0/16 dev dum
route add default via 10.8.0.1 table 7
route add 10.4.0.0/16 via 10.0.1.8 table 7
route add 10.4.0.0/16 via 10.0.1.7 table 4294967295
route add blackhole ::/0 table 7
route del 10.8.0.0/16
route del default table 7
route del 10.3.0.0/16 via 10.77.0.1 dev dum
port del dum
END
check "a replaced route leads elsewhere" says "10.4.0.0/16 via 10.0.1.9 dev rc" \
	porch route get 10.4.1.1

check "in another table it leads elsewhere, too" says "10.4.0.0/16 via 10.0.1.8 dev rc table 7" \
	porch route get 10.4.1.1 table 7
check "the main table is shown" fails says "table|10.8" porch route
check "and each other one" says "^10.4.0.0/16 via 10.0.1.7 dev rc table 4294967295$" \
	porch route show table 4294967295

load_again()
{
	porch route show table all > "$tmp/routes"
	equal "routes" "$(grep -c "table 7$" "$tmp/routes")" 2
	sed 's/^/route del /' "$tmp/routes" | porch -a -b -
	equal "routes" "$(porch route show table all)" ""
	sed 's/^/route add /' "$tmp/routes" | porch -a -b -
	porch route show table all | diff "$tmp/routes" -
}
check "what is shown can be loaded again" load_again

generation()
{
	number_in "$(porch -j status)" generation
}

one_more()
{
	local before

	before=$(generation)
	"$@"
	equal "generation" "$(generation)" $((before + 1))
}

check "every change makes one generation" one_more porch route add 10.7.0.0/16 dev rs
check "also one of the engine" one_more porch engine set vector 32
check "also an attached port" one_more porch port add dum
check "also a detached port" one_more porch port del dum

batch_stops()
{
	cat > "$tmp/batch" <<-'END'
	# a comment

	route add 10.20.0.0/16 dev rs
	route add 10.21.0.0/16 dev nosuch
	route add 10.22.0.0/16 dev rs
	END
	refused "batch:4:|line 4" porch -b "$tmp/batch"
	says "10.20.0.0/16" porch route
	fails says "10.22.0.0/16" porch route
}
check "a batch stops at the first error, and names its line" batch_stops

# as NAME COMMAND...: porchctl where somebody else can run it
install -m 755 "$(command -v porchctl)" "$tmp/porchctl"
chmod 755 "$tmp"
nobody()
{
	router setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$tmp/porchctl" "$@"
}

user_root()
{
	router unshare --user --map-root-user "$tmp/porchctl" "$@"
}

user_root_at_home()
{
	router unshare --user --map-root-user --net "$tmp/porchctl" "$@"
}

# denied WHO: none of the commands that change something
denied()
{
	local before who=$1

	before=$(state)
	refused "^porchctl: .*not permitted" "$who" port add dum
	refused "^porchctl: .*not permitted" "$who" port del rc
	refused "^porchctl: .*not permitted" "$who" route add 10.30.0.0/16 dev rs
	refused "^porchctl: .*not permitted" "$who" route add blackhole 10.30.0.0/16
	refused "^porchctl: .*not permitted" "$who" route del 10.0.2.0/24
	refused "^porchctl: .*not permitted" "$who" engine set vector 1
	equal "state" "$(state)" "$before"
}

at_home_denied()
{
	refused "initial user namespace" user_root_at_home \
		route add blackhole 10.30.0.0/16
	refused "initial user namespace" user_root_at_home engine set vector 1
}
check "a user without rights is refused" denied nobody
if router unshare --user --map-root-user true 2> /dev/null; then
	check "root of a user namespace is refused" denied user_root
	check "even in a network namespace of its own" at_home_denied
	check "root of a user namespace may look" user_root_at_home status
else
	skip "root of a user namespace is refused" "there are no user namespaces"
fi
check "anybody may look" nobody status

# Half-way through many routes, a moment later each time
killed()
{
	local n pid wait

	for wait in 0.02 0.05 0.1; do
		porchctl -n "$ns_router" -b "$tmp/many" & pid=$!
		sleep "$wait"
		kill -9 "$pid" || true
		wait "$pid" || true
		n=$(porch route | grep -c "^10.100." || true)
		echo "killed after $wait s: $n routes"
		equal "routes in the status" "$(number_in "$(porch -j status)" routes-v4)" \
			"$(porch -4 route table all | wc -l)"
		# In order, so none is missing among them.
		[ "$n" = 0 ] ||
			says "10.100.$(((n - 1) / 256)).$(((n - 1) % 256)) dev rs" porch route
		porch route | sed -n 's/^\(10\.100\.[^ ]*\).*/route del \1/p' |
			porch -b -
		reaches "$ns_client" 10.0.2.2
	done
}
for i in $(seq 0 19999); do
	echo "route add 10.100.$((i / 256)).$((i % 256))/32 dev rs"
done > "$tmp/many"
before=$(porch -j route)
check "killed half-way, the tool leaves whole routes" killed
check "and nothing else" equal routes "$(porch -j route)" "$before"

# While others add and remove, a dump has neither holes nor doubles among the
# routes that stay, or says that it could not.
dumps()
{
	local good=0 n pid

	while [ ! -e "$tmp/enough" ]; do
		porch -b "$tmp/churn"
		sleep 0.2
	done &
	pid=$!
	for ((n = 0; n < 6 || (good == 0 && n < 200); n++)); do
		if ! porch -4 route > "$tmp/dump" 2> "$tmp/dump.err"; then
			grep "changed while it was read" "$tmp/dump.err"
			continue
		fi
		good=$((good + 1))
		equal "stable routes" "$(grep -c "^10.50." "$tmp/dump")" 300
		equal "doubles" "$(cut -d ' ' -f 1 "$tmp/dump" | sort | uniq -d)" ""
	done
	touch "$tmp/enough"
	wait "$pid"
	echo "$good dumps"
	[ "$good" -gt 0 ]
}
for i in $(seq 0 299); do
	echo "route add 10.50.$((i / 250)).$((i % 250))/32 dev rs"
done | porch -b -
for verb in add del; do
	for i in {0..99}; do
		echo "route $verb 10.49.0.$i/32 dev rs"
		echo "route $verb 10.51.0.$i/32 dev rs"
	done
done > "$tmp/churn"
check "a dump amid changes is consistent" dumps
check "forwarding goes on" reaches "$ns_client" 10.0.2.2

finish
