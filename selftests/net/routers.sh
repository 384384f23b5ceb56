# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced, after lib.sh and frames.sh, by the tests that take routers apart under
# traffic. Each router has a wire of its own to the client and to the server:
#
#               +----+
#          c1   | r1 |   s1
#   +--------+--+rc rs+--+--------+
#   | client |  +----+   | server |   and r2 in the same way, by c2 and s2
#   +--------+           +--------+
#     10.0.1.2, 2001:db8:1::2   10.0.2.2, 2001:db8:2::2
#
# All stages of the first one are at work: rules about states and translation, an
# application that sleeps while packets wait for its answer, a capture, a queue with a
# backlog, a route with two ways, a VLAN, threads.

apps=()		# of the first router

# connect NAMESPACE NUMBER rc|rs: a wire between a router and its client or server
connect()
{
	local ns=$1 host peer mac
	case $3 in
	rc)	host=${ns_client:?} peer=c$2 mac=02:00:00:00:01:01 ;;
	rs)	host=${ns_server:?} peer=s$2 mac=02:00:00:00:02:01 ;;
	esac

	ip -n "$host" -b - <<-END
	link add name $peer type veth peer name $3 netns $ns address $mac
	link set $peer up
	END
	# The address that both wires answer for is on the first alone.
	[ "$2" = 1 ] || return 0
	case $3 in
	rc)	ip -n "$host" -b - <<-END ;;
		addr add 10.0.1.2/24 dev $peer
		addr add 2001:db8:1::2/64 dev $peer nodad
		route add default via 10.0.1.1
		route add default via 2001:db8:1::1
		END
	rs)	ip -n "$host" -b - <<-END ;;
		addr add 10.0.2.2/24 dev $peer
		addr add 2001:db8:2::2/64 dev $peer nodad
		route add default via 10.0.2.1
		route add default via 2001:db8:2::1
		END
	esac
}

# use NAMESPACE DEVICE...: give a router's devices addresses, make them ports
use()
{
	local ns=$1 dev n
	shift

	for dev in "$@"; do
		n=1
		[ "$dev" = rc ] || n=2
		echo "link set $dev up"
		echo "addr replace 10.0.$n.1/24 dev $dev"
		echo "addr replace 2001:db8:$n::1/64 dev $dev nodad"
	done | ip -n "$ns" -b - || return
	for dev in "$@"; do
		n=1
		[ "$dev" = rc ] || n=2
		echo "port add $dev"
		echo "route replace 10.0.$n.0/24 dev $dev"
		echo "route replace 2001:db8:$n::/64 dev $dev"
	done | porchctl -n "$ns" -b -
}

# stages: put all stages of the first router to work, anew where a device is new
stages()
{
	# It stays as it is if it is there.
	r1 -force -b - 2> /dev/null <<-END || :
	link add link rc name rc.5 type vlan id 5
	link set rc.5 up
	END
	porchctl -n "$r1" -f - <<-END || return
	port add rc
	port add rs
	port add rc.5
	route add 10.0.1.0/24 dev rc
	route add 10.0.2.0/24 dev rs
	route add 2001:db8:1::/64 dev rc
	route add 2001:db8:2::/64 dev rs
	route add 11.0.0.0/8 nexthop via 10.0.1.2 dev rc nexthop via 10.0.2.2 dev rs weight 2
	route add 10.0.5.0/24 dev rc.5 table 5
	route rule add pref 5 mark 5 table 5
	rule add ingress proto udp length 30-50 set-mark 5 continue
	rule add forward state invalid count drop
	rule add forward proto udp length 100-200 queue 5
	rule add forward out rs proto tcp class 2 continue
	rule add forward out rs masquerade continue
	rule add forward state new,established,related count accept
	chain policy forward drop
	shape class add rs 1 ceil 10mbit
	shape class add rs 2 parent 1 ceil 16kbit interval 0 limit 20
	shape class add rs 3 parent 1 prio 1 default
	engine set threaded on
	track set flows 500
	END
}

# Begin to capture and to judge, and fall asleep over that. Not for a subshell, as
# what a test leaves behind is ended by its own shell.
begin_use()
{
	echo "name.example" > "${tmp:?}/names"
	# What the last one said is not to be taken for this one's.
	rm -f "$tmp/guard"
	porchctl -n "$r1" capture -i rc -w /dev/null > "$tmp/capture" 2>&1 &
	apps=($!)
	# Its ring is soon full. What it was shown before waits for a minute.
	ip netns exec "$r1" porch-dnsguard -q 5 -t 60000 "$tmp/names" > "$tmp/guard" 2>&1 &
	apps+=($!)
	poll_until 30 grep -q "reading queue 5" "$tmp/guard" || die "no applications"
	kill -STOP $!
}

end_use()
{
	kill -KILL "${apps[@]}"
} 2>/dev/null

# busy: every stage has something in its hands
busy()
{
	poll_until 30 says '\bheld +[1-9]' p1 ledger &&
		poll_until 30 says '"backlog-packets":[1-9]' p1 -j shape show rs &&
		poll_until 30 says '\btapped +[1-9]' p1 -s stats engine &&
		says '[1-9]' p1 flow count && return
	p1 stats
	return 1
}

# router NUMBER: r1 or r2, ready
router_up()
{
	local ns=${ns_prefix?}r$1

	ip netns add "$ns" || return
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.keep_addr_on_down=1
	stock_router "$ns"
	connect "$ns" "$1" rc && connect "$ns" "$1" rs || return
	use "$ns" rc rs || return
	[ "$1" = 2 ] || stages
}

# The first router has gone, and so has its qdisc, which holds the module.
router_gone()
{
	poll_until 60 gone "$ns_client" c1 && poll_until 60 gone "$ns_server" s1
}

# Traffic by NUMBER's wires, whatever becomes of them
traffic()
{
	"${frames_bin:?}" flood "$ns_client" "c$1" < /dev/null > /dev/null 2>&1 &
	"$frames_bin" flood "$ns_server" "s$1" back < /dev/null > /dev/null 2>&1 &
}

alive()
{
	poll_until 60 client ping -n -q -c 1 -W 1 10.0.2.2 &&
		poll_until 60 client ping -n -q -c 1 -W 1 2001:db8:2::2
}

# well NAMESPACE: traffic flows, the books balance
well()
{
	alive && porchctl -n "$1" ledger --sync
}

# ip in the first router
r1()
{
	ip -n "$r1" "$@"
}

p1()
{
	porchctl -n "$r1" "$@"
}

gone()
{
	! ip -n "$1" link show "$2" 2>/dev/null
}

no_route_by()
{
	! p1 route | grep -w "$1"
}

# hosts: the client and the server; the names of the routers
hosts()
{
	local ns

	namespace client server other
	r1=${ns_prefix?}r1
	r2=${ns_prefix?}r2
	namespaces+=("$r1" "$r2")
	for ns in "${ns_client:?}" "${ns_server:?}"; do
		ip netns exec "$ns" sysctl -qw \
			net.ipv6.conf.default.keep_addr_on_down=1
	done
	# Its rule keeps the kernel from patching the hook in and out all the time.
	stock_router "${ns_other:?}"
}
