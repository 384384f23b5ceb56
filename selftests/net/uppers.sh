#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that a port does not take packets from devices on top of its own: what
# cannot share the device with it is refused, whoever comes first, and told why.
#
#   +---------------------------------+
#   | router        vrf0              |
#   |    ...        br0               |     d0 is a dummy device
#   |     d0         d0               |
#   +---------------------------------+

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# on_top NAME TYPE...: put a device of that type on d0
on_top()
{
	local name=$1
	shift

	router ip link add "$name" link d0 type "$@"
}

# rival NAME TYPE...: it and a port cannot have the device together. For what
# TYPE is not there, SKIP.
rival()
{
	local name=$1 what=$2
	[ "$2" != macvlan ] || what="$2 $4"

	if ! on_top "$@" 2> /dev/null; then
		skip "$what" "this kernel has no $2"
		return
	fi
	check "below $what there is no place for a port" \
		refused "($1|another device) on top .* its address, too" porch port add d0
	check "even if it is asked for" \
		refused "on top" porch port add d0 hook nf
	router ip link del "$1"
	porch port add d0 hook nf || die "no port"
	check "nor for $what on a port" refused "a port of Porch" on_top "$@"
	check "which stays one" says "hook nf" porch port show d0
	porch port del d0
}

friend()
{
	on_top "$@"
	porch port add d0 hook nf
	porch port del d0
	router ip link del "$1"
	porch port add d0 hook nf
	on_top "$@"
	porch port del d0
	router ip link del "$1"
}

link()
{
	router ip link set "$@"
}

begin
namespace client router
router ip link add d0 up type dummy || die "no dummy"

rival i0 ipvlan mode l2
rival m0 macvlan mode passthru
rival m0 macvlan mode source
rival s0 macsec
check "macvlan in mode bridge shares" friend m0 macvlan mode bridge
check "a VLAN has frames of its own" friend d0.10 vlan id 10
check "vxlan has nothing to do with it" friend v0 vxlan id 1 remote 192.0.2.1 dstport 4789
on_top m0 macvlan mode bridge
on_top m1 macvlan mode source
check "one macvlan that does not share is enough" \
	refused "(m1|another device) on top" porch port add d0
router ip link del m0
router ip link del m1

configure "$ns_router" <<-'END'
link add vrf0 up type vrf table 10
link add br0 up type bridge
END
check "a VRF cannot be a port" refused "a VRF cannot be a port" porch port add vrf0
link d0 master vrf0
check "nor a VRF's member" refused "by (vrf0|another device), a VRF" porch port add d0
link d0 master br0
link br0 master vrf0
check "nor its bridge's" refused "by (vrf0|another device), a VRF" porch port add d0
check "nor its bridge" refused "by (vrf0|another device), a VRF" porch port add br0
link d0 nomaster
porch port add d0 hook nf || die "no port"
check "a port cannot become such a bridge's member" \
	refused "knows no VRFs" link d0 master br0
link br0 nomaster
check "but a free one's" link d0 master br0
check "which cannot become a VRF's" refused "knows no VRFs" link br0 master vrf0
check "everything stayed as it was" \
	eval 'says "master br0" router ip link show d0 && says "hook nf" porch port show d0'
porch port del d0
check "without the port it can" link br0 master vrf0

finish
