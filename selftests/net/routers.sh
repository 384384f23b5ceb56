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
	use "$ns" rc rs
}

# Traffic by NUMBER's wires, whatever becomes of them
traffic()
{
	"${frames_bin:?}" flood "$ns_client" "c$1" < /dev/null > /dev/null 2>&1 &
	"$frames_bin" flood "$ns_server" "s$1" back < /dev/null > /dev/null 2>&1 &
}

alive()
{
	poll_until 5 client ping -n -q -c 1 -W 1 10.0.2.2 &&
		poll_until 5 client ping -n -q -c 1 -W 1 2001:db8:2::2
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
