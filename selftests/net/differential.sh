#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends the same mutated frames to two routers that are alike, but for Porch.
# Proves that Porch forwards nothing that the stock stack would not, and what it
# forwards in the same shape; and that it drops more for known reasons only. See
# differ.c for those.
#
# PORCH_SEED replays a run; PORCH_FRAMES makes it longer, or picks one frame of
# it: "=17" for that of the first kind, whole, and "pieces=17" for one that comes
# scattered over pages.
#
#              +--------+                    +-------+
#   frames --- | router | --- frames     --- | stock | ---
#           in +--------+ out             in +-------+ out

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"

seed=${PORCH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
count=${PORCH_FRAMES:-12000}

begin
echo "# PORCH_SEED=$seed"
# What comes in pieces is not kept back to be merged with what follows.
batch=$(sysctl -n net.core.gro_normal_batch)
sysctl -qw net.core.gro_normal_batch=1
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
if [[ $count != pieces=* ]]; then
	send_frames differ "$ns_router" "$ns_stock" "$seed" "$count"
fi
if [[ $count != =* ]]; then
	pieces=${count#pieces}
	[[ $pieces == =* ]] || pieces=$((pieces / 2))
	send_frames differ "$ns_router" "$ns_stock" "$seed" "$pieces" pieces
fi
sysctl -qw "net.core.gro_normal_batch=$batch"
finish
