#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that in thread mode the threads of the CPUs do the work, and those of the
# ports' own NAPIs; that the mode changes under traffic, while CPUs come and go, and
# loses nothing; that a flood leaves time to others; that devices are given back as
# they were; and that without threads to be had nothing changes.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64
#
# rc and rs have GRO, and with it NAPIs of their own.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

cpus()
{
	local cpu

	for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
		[ -e "$cpu/online" ] && [ "$(< "$cpu/online")" = 0 ] ||
			echo "${cpu##*/cpu}"
	done
}

# Every CPU has a thread, which may run there alone
threads_pinned()
{
	local cpu pid

	for cpu in $(cpus); do
		pid=$(pgrep -x "porch/$cpu")
		says "list:.$cpu"$'\n' cat "/proc/$pid/status"
		refused "Invalid argument" taskset -cp 0 "$pid"
	done
}

# threaded DEVICE: do threads poll it?
threaded()
{
	router cat "/sys/class/net/$1/threaded"
}

# are_threaded DEVICE WANT...
are_threaded()
{
	while [ $# -gt 0 ]; do
		equal "threaded of $1" "$(threaded "$1")" "$2"
		shift 2
	done
}

# How many polls there were, and how many of them by threads, at a moment when
# nobody polls
polls()
{
	local now last=

	while now=$(porch stats engine | awk '
			$2 == "polls" { all = $3 }
			$2 == "thread-polls" { thread = $3 }
			END { print all + 0, thread + 0 }')
	      [ "$now" != "$last" ]; do
		last=$now
	done
	echo "$now"
}

# who polls COMMAND...: all of its packets are worked on by threads, or none
who()
{
	local want=$1 before after polls thread
	shift

	before=$(polls)
	"$@"
	after=$(polls)
	polls=$((${after% *} - ${before% *}))
	thread=$((${after#* } - ${before#* }))
	[ "$polls" -gt 0 ]
	case $want in
	threads)	equal "polls of threads" "$thread" "$polls" ;;
	napi)		equal "polls of threads" "$thread" 0 ;;
	esac
}

pings()
{
	reaches "$ns_client" 10.0.2.2
	reaches "$ns_client" 2001:db8:2::2
}

transfers()
{
	transfer "$ns_client" "$ns_server" 10.0.2.2 1
	transfer "$ns_server" "$ns_client" 2001:db8:1::2 1
}

# Pings in both families, of which none is lost, while COMMAND runs again and again
none_lost()
{
	local log4=$tmp/ping4 log6=$tmp/ping6 pid

	client ping -q -c 400 -i 0.002 -W 30 10.0.2.2 > "$log4" & pid=$!
	client ping -q -c 400 -i 0.002 -W 30 2001:db8:2::2 > "$log6" &
	while kill -0 "$pid" 2> /dev/null; do
		"$@"
	done
	wait "$pid" $!
	says ' 0% packet loss' cat "$log4"
	says ' 0% packet loss' cat "$log6"
	ledger_balanced
	equal drops "$(porch stats drop)" ""
}

toggle()
{
	porch engine set threaded off
	porch engine set threaded on
}

# The next fork fails, but the tool has started already.
without_threads()
{
	local max status=0

	mkfifo "$tmp/batch"
	porch -b "$tmp/batch" > "$tmp/log" 2>&1 &
	exec 8> "$tmp/batch"
	echo "engine set vector 63" >&8
	poll_until 10 says '"vector":63' porch -j engine
	max=$(< /proc/sys/kernel/threads-max)
	echo 20 > /proc/sys/kernel/threads-max
	echo "engine set threaded on" >&8
	exec 8>&-
	wait $! || status=$?
	echo "$max" > /proc/sys/kernel/threads-max
	equal status "$status" 1
	says 'no threads can be had' cat "$tmp/log"
	says '"threaded":"off"' porch -j engine
	are_threaded rc 0 rs 0
	porch engine set vector 64
}

# A device that is attached later, by itself and by one change with the mode
later()
{
	router ip link add d0 type dummy
	router ip link add d1 type dummy
	porch port add d0
	are_threaded d0 1
	porch port del d0
	are_threaded d0 0
	porch port add d0
	porch engine set threaded off
	are_threaded d0 0 rc 0 rs 0
	printf '%s\n' "port add d1" "engine set threaded on" "port del d0" > "$tmp/atomic"
	porch -a -b "$tmp/atomic"
	are_threaded d0 0 d1 1 rc 1 rs 1
	porch port del d1
	porch port add d0
	router ip link del d0
	router ip link del d1
}

# What the user has chosen stays: before, and while the mode is on
users_choice()
{
	porch engine set threaded off
	are_threaded rc 0 rs 0
	router sh -c 'echo 1 > /sys/class/net/rs/threaded'
	porch engine set threaded on
	are_threaded rc 1 rs 1
	router sh -c 'echo 0 > /sys/class/net/rc/threaded'
	porch engine set vector 32 threaded on
	are_threaded rc 0 rs 1
	porch engine set threaded off
	are_threaded rc 0 rs 1
	router sh -c 'echo 0 > /sys/class/net/rs/threaded'
	porch engine set vector 64 threaded on
	are_threaded rc 1 rs 1
}

# A flood, whose frames the threads of CPU 0 take, and a task there that wants to
# do nothing but count. It is one of three or four there.
leaves_time()
{
	local pid time flood

	for pid in $(pgrep '^napi/r[cs]-'); do
		taskset -cp 0 "$pid"
	done
	background "$ns_client" taskset -c 1 hping3 -q --flood --udp -p 9 -d 18 10.0.2.2
	flood=$!
	poll_until 30 rises rc rx-packets 30 || { kill "$flood"; return 1; }
	time=$({ TIMEFORMAT=%U; time taskset -c 0 timeout 4 bash -c \
		'while :; do :; done' || :; } 2>&1)
	rises rc rx-packets 1
	kill "$flood"
	echo "$time s of 4"
	time=${time/./}
	[ "$((10#$time))" -ge 400 ]
	for pid in $(pgrep '^napi/r[cs]-'); do
		taskset -cp "$(< /sys/devices/system/cpu/online)" "$pid"
	done
}

# rises DEVICE COUNTER BY
rises()
{
	local before

	before=$(port_counter "$1" "$2")
	sleep 0.1
	[ $(($(port_counter "$1" "$2") - before)) -ge "$3" ]
}

cpu=/sys/devices/system/cpu/cpu1/online
flap()
{
	echo 0 > "$cpu"
	toggle
	echo 1 > "$cpu"
	toggle
}

namespace_ends()
{
	namespace other
	wire "$ns_client" c1 "${ns_other:?}" rc
	addresses "$ns_client" c1 10.0.9.2/24
	addresses "$ns_other" rc 10.0.9.1/24
	says '"threaded":"off"' porchctl -n "$ns_other" -j engine
	attach "$ns_other" rc
	porchctl -n "$ns_other" engine set threaded on
	reaches "$ns_client" 10.0.9.1
	background "$ns_client" ping -q -i 0.002 10.0.9.1
	porchctl -n "$ns_other" ledger --sync
	ip netns del "$ns_other"
	poll_until 60 fails client test -e /sys/class/net/c1
	kill $! || :
}

module_goes()
{
	background "$ns_client" ping -q -i 0.002 10.0.2.2
	rmmod porch
	are_threaded rc 0 rs 0
	# One that has ended is seen a moment longer.
	poll_until 10 fails pgrep '^porch/'
	kill $! || :
}

begin
router_topology
router ethtool -K rc gro on
router ethtool -K rs gro on
reaches "$ns_client" 10.0.2.2 > /dev/null

check "every CPU has a thread, which stays there" threads_pinned
check "the mode is off" says '"threaded":"off"' porch -j engine
check "NAPI polls" who napi pings
check "NAPI polls under load" who napi transfers
check "without threads for the ports nothing changes" without_threads
check "the mode is on" porch engine set threaded on
check "it is shown" says '"threaded":"on"' porch -j engine
check "it is once more, to no effect" porch engine set threaded on
check "ports are polled by threads" are_threaded rc 1 rs 1
check "NAPIs of ports have threads" pgrep '^napi/rc-'
check "threads poll" who threads pings
check "threads poll under load" who threads transfers
check "a port that comes later is polled by threads, too" later
check "who had threads keeps them, who gave them up has none" users_choice
check "the mode changes under traffic" none_lost toggle
if [ -w "$cpu" ] && [ "$(< "$cpu")" = 1 ]; then
	check "CPUs come and go, and the mode changes between" none_lost flap
	check "the threads are where they belong" threads_pinned
	check "they poll" who threads transfers
	check "a flood leaves time to others" leaves_time
else
	skip "CPUs come and go" "no second CPU that can"
fi
check "the ledger balances after a flood" ledger_balanced
check "a namespace ends in the mode" namespace_ends
check "the mode is off again" porch engine set threaded off
check "ports are polled as before" are_threaded rc 0 rs 0
check "NAPI polls again" who napi pings
check "nothing has sneaked past" nothing_sneaked
porch engine set threaded on
check "the module goes in the mode, and ports are as before" module_goes

# What the stock stack did since is its business.
routers=()
finish
