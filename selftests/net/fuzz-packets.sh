#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sends random frames, most of them nearly right, into all ports of a router in which
# every stage is in use, for 10 seconds (PORCH_FUZZ), while an application answers for one
# queue, owns the packets of another, watches all ports and sends by them. Proves
# that the router forwards all the while, and that the kernel has no complaint.
#
#   PORCH_SEED=N PORCH_CASES=N fuzz-packets.sh		repeats a run, up to a frame
#   PORCH_CASES=0 fuzz-packets.sh FILE...		sends inputs alone
#
# What led far into the code before is sent first, and changed: the files given, or
# those in selftests/fuzz/corpus/packet and build/fuzz/corpus/packet (or
# PORCH_INPUTS/packet). A run is repeated only with the same ones: see their digest.
#
#                 +--------+
#   10.0.1.0/24   |        |  10.0.2.0/24
#   frames ---- in| router |out ---- frames
#             in.5|        |tun ---- packets
#   10.0.4.0/24   +--------+  10.0.3.0/24

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"

seed=${PORCH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
limit=${PORCH_FUZZ:-10}
inputs=("$@")
for folder in "$top"/selftests/fuzz/corpus/packet \
	      "${PORCH_INPUTS:-$top/build/fuzz/corpus}"/packet; do
	[ $# -gt 0 ] || [ ! -d "$folder" ] || inputs+=("$folder")
done
[ -z "${PORCH_CASES-}" ] || limit="=$PORCH_CASES"

# A device without link-layer headers, and one with a tag
more_devices()
{
	ip -n "$ns_router" tuntap add dev tun mode tun vnet_hdr
	configure "$ns_router" <<-'END'
	link set tun mtu 1300 up
	link add link in name in.5 type vlan id 5
	link set in.5 up
	END
	addresses "$ns_router" tun 10.0.3.1/24 2001:db8:3::1/64
	addresses "$ns_router" in.5 10.0.4.1/24 2001:db8:4::1/64
	attach "$ns_router" tun in.5
}

# The sentinels are of protocol 253, and come first. What was made of a frame and is not
# dropped by then may be translated, wait for an answer, and then for its turn.
everything()
{
	cat <<-'END'
	route add 10.0.3.0/24 dev tun
	route add 10.0.4.0/24 dev in.5
	route add 2001:db8:3::/64 dev tun
	route add 2001:db8:4::/64 dev in.5
	route add 10.70.0.0/16 nexthop via 10.0.2.2 dev out nexthop via 10.0.3.2 dev tun
	route add 10.0.2.0/24 via 10.0.2.2 dev out table 7
	route add 2001:db8:2::/64 dev out table 7
	route rule add pref 10 mark 7 table 7
	route rule add pref 20 from 10.0.3.0/24 in tun table 7
	set add some type addr
	set insert some 10.0.1.0/25
	set insert some 2001:db8:1::/64
	set add services type addr-port
	set insert services 10.0.2.2:443
	set insert services [2001:db8:2::2]:443
	lane add high pref 10 proto tcp dport 22
	lane add bulk pref 20 proto udp dport 33434
	lane add control pref 30 in tun proto icmp
	engine set vector 16
	track set flows 1000 udp 1 udp-replied 2 icmp 1 other 1 syn-sent 1 close 1
	shape class add out 1 ceil 100mbit
	shape class add out 2 parent 1 prio 0 rate 1mbit limit 20
	shape class add out 3 parent 1 default
	shape class add out 4 parent 1 ceil 2mbit limit 10 flows 4 ecn on
	shape class add out 5 parent 1 delay 1ms limit 10
	shape class add in 1 ceil 50mbit
	shape class add in 2 parent 1 default
	chain add web
	chain add deep
	rule add forward proto 253 accept
	rule add ingress proto tcp tcp-flags none/fin,syn,rst,psh,ack,urg drop
	rule add ingress proto udp dport 4711 set-mark 7/15 continue
	rule add ingress to 10.0.2.80/32 proto tcp dport 80 dnat 10.0.2.2:8080 continue
	rule add ingress to 2001:db8:2::50/128 proto tcp dport 80 dnat [2001:db8:2::2]:8080
	rule add ingress in in proto tcp dport 53 redirect 53 continue
	rule add input proto udp dport 7 reject with port-unreachable
	rule add input proto tcp dport 80 reject with tcp-reset
	rule add input proto icmp limit 1000/second accept
	rule add input from-set some proto udp dport 9 queue 1
	rule add forward state invalid count limit 100/second continue
	rule add forward proto tcp to-set services jump web
	rule add forward proto udp dport 53 queue 1 bypass
	rule add forward proto udp dport 33434 divert 2
	rule add forward proto tcp dport 22 class 2 set-dscp 46 continue
	rule add forward proto udp sport 1001 class 4 continue
	rule add forward proto tcp sport 1002 class 5 continue
	rule add forward dscp 46 length 0-200 count log prefix ef continue
	rule add forward mark 7/15 set-mark 16/240 continue
	rule add forward from 10.0.1.0/24 out out proto udp sport 1002 snat 10.0.2.10-10.0.2.12 accept
	rule add forward from 10.0.1.0/24 out out masquerade
	rule add forward from 2001:db8:1::/64 out tun masquerade
	rule add forward proto tcp dport 7 reject with tcp-reset
	rule add forward proto icmp icmp 5 drop
	rule add web jump deep
	rule add web state new limit 1000/second burst 10 accept
	rule add web state established return
	rule add web queue 1
	rule add deep proto tcp tcp-flags syn/syn,ack count continue
	rule add deep length 1000-9000 set-dscp 10 return
	rule add output proto icmp accept
	rule add output dscp 46 queue 1 bypass
	END
}

begin
echo "# PORCH_SEED=$seed"
frame_router router
frame_porch "$ns_router"
more_devices
everything > "$tmp/everything"
porch -b "$tmp/everything" || die "cannot set Porch up"
folder=
if [ "${PORCH_RESULTS-}" ]; then
	folder=$PORCH_RESULTS/corpus/packet
	mkdir -p "$folder"
fi
send_frames fuzz "$ns_router" "$seed" "$limit" "$folder" "${inputs[@]}"
finish
