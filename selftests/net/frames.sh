# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced, after lib.sh, by the tests that send raw frames.

frames_bin=${top:?}/build/selftests/net/frames
[ -x "$frames_bin" ] || die "build/selftests/net/frames is not built"

# send_frames WORD...: run the program; its test points are this test's
send_frames()
{
	local line status

	"$frames_bin" "$@" > "${tmp:?}/frames" < /dev/null
	status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*)		point ok "${line#* - }" ;;
		"not ok "*)	point "not ok" "${line#* - }" ;;
		1..*)		;;
		*)		printf '%s\n' "$line" ;;
		esac
	done < "${tmp:?}/frames"
	[ "$status" -le 1 ] || die "frames $1: exit status $status"
}

# The device node is there once the module is.
[ -e /dev/net/tun ] || modprobe tun

# frame_router NAME: a router between two devices that a program holds, see
# frame.h, called by $ns_NAME
frame_router()
{
	local ns

	namespace "$1"
	ns=${ns_prefix?}$1
	ip -n "$ns" tuntap add dev in mode tap vnet_hdr || die "no TAP device"
	ip -n "$ns" tuntap add dev out mode tap vnet_hdr || die "no TAP device"
	ip -n "$ns" -b - <<-'END' || die "no devices in $ns"
	link set dev in address 02:00:00:00:01:01 mtu 9000 up
	link set dev out address 02:00:00:00:02:01 mtu 1400 up
	END
	addresses "$ns" in 10.0.1.1/24 2001:db8:1::1/64
	addresses "$ns" out 10.0.2.1/24 2001:db8:2::1/64
	ip -n "$ns" -b - <<-'END' || die "no neighbours in $ns"
	neigh add 10.0.1.2 dev in lladdr 02:00:00:00:01:02 nud permanent
	neigh add 10.0.2.2 dev out lladdr 02:00:00:00:02:02 nud permanent
	neigh add 2001:db8:1::2 dev in lladdr 02:00:00:00:01:02 nud permanent
	neigh add 2001:db8:2::2 dev out lladdr 02:00:00:00:02:02 nud permanent
	END
}

# frame_routes COMMAND...: give such a router its routes, by porchctl or ip
frame_routes()
{
	local route

	for route in "default via 10.0.2.2 dev out" "default via 2001:db8:2::2 dev out" \
		     "unreachable 10.66.0.0/16" "prohibit 10.67.0.0/16" \
		     "blackhole 10.68.0.0/16" "unreachable 2001:db8:66::/48" \
		     "prohibit 2001:db8:67::/48" "blackhole 2001:db8:68::/48"; do
		echo "route add $route"
	done | "$@" -b - || die "no routes"
}

# frame_porch NAMESPACE: Porch on both devices of such a router
frame_porch()
{
	stock_router "$1"
	attach "$1" in out
	routes "$1" "10.0.1.0/24 dev in" "10.0.2.0/24 dev out" \
		"2001:db8:1::/64 dev in" "2001:db8:2::/64 dev out"
	frame_routes porchctl -n "$1"
}
