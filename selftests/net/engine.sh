#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that the engine's settings do what they say, that lanes are bounded and
# ordered by priority, and that CPUs may come and go under traffic.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# with SETTING...: traffic in both families
with()
{
	porch engine set "$@"
	reaches "$ns_client" 2001:db8:2::2
	transfer "$ns_client" "$ns_server" 10.0.2.2 2
}

# flood BYTES: many bursts of far more packets than a vector holds. A delay that
# ends for all of them at once makes the bursts.
flood()
{
	client tc qdisc replace dev c0 root netem delay 20ms limit 100000
	client iperf3 -u -c 10.0.2.2 -t 1 -b 0 -l "$1" --connect-timeout 20000
	client tc qdisc del dev c0 root
}

lanes_overflow()
{
	porch engine set vector 1 time-limit 10 lane-limit 64
	counts drop normal-lane-full + flood 64
}

cut_short()
{
	porch engine set vector 1 time-limit 10 lane-limit 65536
	counts engine time-limited + flood 64
}

only_lane_full()
{
	local have

	have=$(porch stats drop | awk '{ print $2 }' | xargs)
	equal "reasons to drop" "$have" normal-lane-full
}

all_ports()
{
	local drops

	drops=$(($(port_counter rc drops) + $(port_counter rs drops)))
	equal "drops of the ports" "$drops" "$(counter drop normal-lane-full)"
}

# Packets but for one of each vector: both are read at once, as there may be some
# more at any time.
beyond_vectors()
{
	porch stats engine | awk '$2 == "packets" { n += $3 } $2 == "vectors" { n -= $3 }
		END { print n }'
}

begin
router_topology
background "$ns_server" iperf3 -s
poll_until 30 listening "$ns_server" tcp 5201 || die "iperf3 does not listen"
reaches "$ns_client" 10.0.2.2 > /dev/null

for n in 1 8 64; do
	check "vectors of $n" with vector "$n"
done
polls=$(counter engine polls) vectors=$(counter engine vectors)
packets=$(counter engine packets)
check "vectors are counted" test "$polls" -gt 0 -a "$vectors" -ge "$polls" \
	-a "$packets" -ge "$vectors"
porch engine set vector 1
before=$(beyond_vectors)
reaches "$ns_client" 10.0.2.2 > /dev/null
check "a vector of 1 holds one packet" \
	equal "packets beyond one a vector" "$(beyond_vectors)" "$before"

check "long lanes lose nothing" with vector 64 lane-limit 65536
check "nothing was dropped" equal drops "$(porch stats drop)" ""
check_two "short lanes overflow under a flood" lanes_overflow
check "the ledger balances after it" ledger_balanced
check_two "nothing else was dropped" only_lane_full
check "and the ports have counted it" all_ports
check "a poll ends when its time is up" cut_short
check "settings are back" with vector 64 time-limit 2000 lane-limit 1000

# Control packets overtake: under a flood that overflows the normal lane, none of
# class CS6 is lost in the lanes. Some may be lost before, in the CPU's backlog.
control_lane()
{
	local log lost

	lost=$(counter drop control-lane-full)
	porch engine set vector 1 time-limit 10 lane-limit 64
	client tc qdisc replace dev c0 root netem delay 20ms limit 100000
	client iperf3 -u -c 10.0.2.2 -t 2 -b 0 -l 64 --connect-timeout 20000 &
	log=$(client ping -n -q -c 100 -i 0.01 -W 10 -Q 0xc0 10.0.2.2) || true
	wait $!
	client tc qdisc del dev c0 root
	echo "$log"
	[[ $log =~ \ ([0-9]+)\ received ]]
	[ "${BASH_REMATCH[1]}" -ge 50 ]
	equal "lost in the lane" "$(counter drop control-lane-full)" "$lost"
}
check_two "the control lane loses nothing under a flood" \
	counts drop normal-lane-full + control_lane
porch engine set vector 64 time-limit 2000 lane-limit 1000

cpu=/sys/devices/system/cpu/cpu1/online
hotplug()
{
	local pid

	client iperf3 -c 10.0.2.2 -t 4 -P 4 & pid=$!
	for _ in 1 2 3; do
		echo 0 > "$cpu"
		sleep 0.3
		echo 1 > "$cpu"
		sleep 0.3
	done
	wait "$pid"
}
if [ -w "$cpu" ] && [ "$(cat "$cpu")" = 1 ]; then
	check "a CPU goes and comes under traffic" hotplug
	check "nothing was lost" ledger_balanced
	check "nothing is left in the lanes" poll_until 10 says '"queued":0\b' \
		porch -j ledger --sync
	echo 0 > "$cpu"
	check "traffic without the CPU" transfer "$ns_client" "$ns_server" 10.0.2.2 2
	check "the ledger balances without the CPU" ledger_balanced
	echo 1 > "$cpu"
	check "traffic with the CPU again" transfer "$ns_client" "$ns_server" 10.0.2.2 2
else
	skip "CPUs come and go" "no second CPU that can"
fi

finish
