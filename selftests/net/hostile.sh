#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends hostile frames to a router, one by one, with a good one behind each.
# Proves that each is forwarded as it must be, or moves exactly one counter and
# leaves nowhere; that none gets an answer which must not; and that the stock
# stack forwards none of them. What the frames are is in hostile.c.
#
#              +--------+
#   frames --- | router | --- frames
#           in +--------+ out

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"

begin
frame_router router
frame_porch "$ns_router"
send_frames hostile "$ns_router" "$@"
finish
