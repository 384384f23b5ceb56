#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends the same frames to two routers that are alike, but for one being judged by
# Porch's rules, and the other one by nftables with rules that say the same. Proves
# that both forward the same frames, in the same shape. See judge.c.
#
# PORCH_SEED replays a run; PORCH_FRAMES makes it longer.
#
#              +--------+                    +-------+
#   frames --- | router | --- frames     --- | stock | ---
#           in +--------+ out             in +-------+ out

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"

seed=${PORCH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

begin
echo "# PORCH_SEED=$seed"
frame_router router
frame_router stock
ip netns exec "${ns_stock:?}" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for ns in "$ns_router" "$ns_stock"; do
	ip netns exec "$ns" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.in.rp_filter=0
	ip netns exec "$ns" ethtool -K in gro off
done
frame_porch "$ns_router"
frame_routes ip -n "$ns_stock"
# The rules of each round begin with the removal of those before.
printf '%s\n' "chain add c1" "chain add c2" "chain add c3" "set add some type addr" |
	porch -a -b - || die "no chains"
send_frames judge "$ns_router" "$ns_stock" "$seed" "${PORCH_FRAMES:-2000}"
finish
