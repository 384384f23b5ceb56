#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that listeners hear of each change once and in order, whoever caused it,
# that they hear nothing of other namespaces, and that they are told when they
# have missed something.
#
#                 +----------------+
#                 | router         |
#   client: c0 ---+ rc             |
#   server: s0 ---+ rs        dum  |
#                 +----------------+

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# monitor OUTPUT ARGUMENTS...: listen in the router, in the background, from now
# on; its PID is in $listener
monitor()
{
	local out=$1
	shift

	# A shell keeps Ctrl-C from what is in the background.
	env --default-signal=INT porchctl -n "$ns_router" "$@" \
		> "$out" 2> "$out.err" < /dev/null &
	listener=$!
	poll_until 20 listening_to "$listener"
}

# listening_to PID: it waits for events
listening_to()
{
	sleeps "$1" porchctl
}

# stop PID: it ends well
stop()
{
	kill "$1"
	wait "$1"
}

# heard FILE: the events, without generations, and without those that follow from
# addresses alone
heard()
{
	sed -e '/committed 0 changes/d' -e 's/^\[[0-9]*\] //' -e 's/ linkdown$//' "$1"
}

# The last event that a file has, once it is there
last_is()
{
	equal "last event" "$(heard "$1" | tail -n 1)" "$2"
}

begin
router_topology
configure "$ns_router" <<-'END'
link add dum up type dummy
link add dum2 up type dummy
END

each_once()
{
	monitor "$tmp/all" monitor
	porch -b - <<-'END'
	port add dum
	route add 10.3.0.0/16 dev dum
	route add blackhole 2001:db8:3::/48
	route replace 10.3.0.0/16 via 10.0.2.9
	route replace 10.4.0.0/16 dev dum2
	engine set vector 8
	route del 10.3.0.0/16
	port del dum
	END
	porch -a -b - <<-'END'
	port add dum2
	route add 10.5.0.0/16 dev rs
	route add 10.6.0.0/16 dev dum2
	route del 10.5.0.0/16
	route add 10.5.0.0/16 dev dum2
	route replace 10.4.0.0/16 via 10.0.2.9
	route add 10.7.0.0/16 dev rs
	route del 10.7.0.0/16
	route del 2001:db8:3::/48
	engine set vector 64
	END
	refused "" porch route add 10.5.0.0/16 dev rs
	printf '%s\n' "route del 10.4.0.0/16" "route del 10.99.0.0/16" > "$tmp/batch"
	refused "" porch -a -b "$tmp/batch"
	ip -n "$ns_router" link del dum2
	poll_until 20 last_is "$tmp/all" "committed 3 changes"
	porch route del 10.4.0.0/16
	poll_until 20 last_is "$tmp/all" "committed 1 changes"
	stop "$listener"
	heard "$tmp/all" > "$tmp/have"
	cat > "$tmp/want" <<-'END'
	port add dum
	committed 1 changes
	route add 10.3.0.0/16 dev dum
	committed 1 changes
	route add blackhole 2001:db8:3::/48
	committed 1 changes
	route replace 10.3.0.0/16 via 10.0.2.9 dev rs
	committed 1 changes
	route add 10.4.0.0/16 dev dum2
	committed 1 changes
	engine set vector 8 time-limit 2000 lane-limit 1000 icmp-rate 1000 threaded off budget 0 control-budget 1000 budget-burst 1000 lane-defaults on
	committed 1 changes
	route del 10.3.0.0/16 via 10.0.2.9 dev rs
	committed 1 changes
	port del dum
	committed 1 changes
	port add dum2
	route del blackhole 2001:db8:3::/48
	route add 10.6.0.0/16 dev dum2
	route add 10.5.0.0/16 dev dum2
	route replace 10.4.0.0/16 via 10.0.2.9 dev rs
	engine set vector 64 time-limit 2000 lane-limit 1000 icmp-rate 1000 threaded off budget 0 control-budget 1000 budget-burst 1000 lane-defaults on
	committed 6 changes
	port del dum2
	route del 10.5.0.0/16 dev dum2
	route del 10.6.0.0/16 dev dum2
	committed 3 changes
	route del 10.4.0.0/16 via 10.0.2.9 dev rs
	committed 1 changes
	END
	diff "$tmp/want" "$tmp/have"
	equal "errors" "$(cat "$tmp/all.err")" ""
}
check "each change is told once, in order, whoever caused it" each_once

# generations FILE: each follows the last, and ends with the number of its events
generations()
{
	awk '{
		gen = substr($1, 2) + 0
		if (NR > 1 && gen != last + ended)
			exit 1
		if (ended)
			n = 0
		ended = $2 == "committed"
		if (ended && $3 != n)
			exit 1
		n += !ended
		last = gen
	}' "$1" || { cat "$1"; return 1; }
}
check "generations are in order and whole" generations "$tmp/all"

only()
{
	local pids=()

	monitor "$tmp/ports" monitor port
	pids+=("$listener")
	monitor "$tmp/routes" -j monitor route
	pids+=("$listener")
	monitor "$tmp/engine" monitor engine -j
	pids+=("$listener")
	porchctl -n "$ns_client" -b - <<-'END'
	route add blackhole 198.18.0.0/16
	engine set vector 2
	END
	porch -b - <<-'END'
	port add dum
	route add 10.3.0.0/16 via 10.0.2.9
	engine set vector 8
	engine set vector 8
	engine set vector 64
	route del 10.3.0.0/16
	port del dum
	END
	poll_until 20 says "port del dum" cat "$tmp/ports"
	poll_until 20 says "route-removed" cat "$tmp/routes"
	poll_until 20 says '"vector":64' cat "$tmp/engine"
	stop "${pids[0]}"
	stop "${pids[1]}"
	stop "${pids[2]}"
	equal "ports" "$(heard "$tmp/ports")" $'port add dum\nport del dum'
	equal "settings" "$(wc -l < "$tmp/engine")" 2
	/usr/bin/python3 - "$tmp/routes" <<-'END'
	import json, sys
	added, removed = [json.loads(line) for line in open(sys.argv[1])]
	assert removed.pop("generation") > added.pop("generation")
	assert added.pop("event") == "route-added" and removed.pop("event") == "route-removed"
	assert added == removed, (added, removed)
	del added["oif"]
	assert added == {"type": "unicast", "dst": "10.3.0.0", "prefix-len": 16,
	                 "gateway": "10.0.2.9", "ifname": "rs", "table": 254}, added
	END
}
check "what was asked for alone, of this namespace alone, as JSON, too" only

# A listener without rights has a small buffer. While it is stopped, more happens
# than that holds.
install -m 755 "$(command -v porchctl)" "$tmp/porchctl"
chmod 755 "$tmp"
heard_again()
{
	porch engine set vector 8
	porch engine set vector 64
	grep -q '"event":"engine-changed"' "$tmp/lost"
}

lost()
{
	ip netns exec "$ns_router" setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all "$tmp/porchctl" -j monitor > "$tmp/lost" 2>&1 < /dev/null &
	listener=$!
	poll_until 20 says porchctl cat "/proc/$listener/cmdline"
	poll_until 20 listening_to "$listener"
	kill -STOP "$listener"
	for _ in {1..16}; do
		porch -a -b "$tmp/there"
		porch -a -b "$tmp/back"
	done
	kill -CONT "$listener"
	poll_until 30 grep -q '"event":"lost"' "$tmp/lost"
	# What happens until it has caught up is lost, too.
	poll_until 30 heard_again
	stop "$listener"
}
seq -f 'route add blackhole 198.18.0.%g' 0 255 > "$tmp/there"
seq -f 'route add blackhole 198.18.1.%g' 0 255 >> "$tmp/there"
sed 's/add blackhole/del/' "$tmp/there" > "$tmp/back"
check "events that were lost are said to be" lost

# Each of many events is there, and flushed, although the output is no terminal.
many()
{
	monitor "$tmp/all" monitor
	porch -a -b "$tmp/there"
	poll_until 30 last_is "$tmp/all" "committed 512 changes"
	porch -a -b "$tmp/back"
	poll_until 30 last_is "$tmp/all" "committed 512 changes"
	equal "removed" "$(grep -c 'route del' "$tmp/all")" 512
	equal "added" "$(grep 'route add' "$tmp/all" | sort -u | wc -l)" 512
	stop "$listener"
}
check "a large commit is told, too" many

two_writers()
{
	local pid

	monitor "$tmp/all" monitor
	for _ in {1..10}; do
		porch -a -b "$tmp/swap"
	done & pid=$!
	for _ in {1..10}; do
		porch engine set vector 8
		porch engine set vector 64
	done
	wait "$pid"
	porch port add dum
	poll_until 20 says "port add dum" cat "$tmp/all"
	porch port del dum
	poll_until 20 says "port del dum" cat "$tmp/all"
	stop "$listener"
	generations "$tmp/all"
	equal "changes of the engine" "$(grep -c 'engine set' "$tmp/all")" 20
	equal "changes of routes" "$(grep -c 'route replace' "$tmp/all")" 10
}
printf '%s\n' "route del 10.0.2.0/24" "route add 10.0.2.0/24 dev rs" > "$tmp/swap"
check "two writers' changes do not mix" two_writers

interrupted()
{
	local status=0

	monitor "$tmp/all" monitor
	kill -INT "$listener"
	wait "$listener" || status=$?
	equal "exit status" "$status" 0
	equal "output" "$(cat "$tmp/all" "$tmp/all.err")" ""
}
check "Ctrl-C ends it well" interrupted

reader_gone()
{
	local pid

	(
		status=0
		porchctl -n "$ns_router" monitor || status=$?
		echo "$status" > "$tmp/status"
	) | head -n 1 > "$tmp/first" &
	pid=$!
	poll_until 20 has_listener
	porch engine set vector 8
	wait "$pid"
	porch engine set vector 64
	poll_until 20 test -s "$tmp/status"
	says 'engine set vector 8' cat "$tmp/first"
	# If it happens while it prints, a signal ends it, as it does others.
	says '^(0|141)$' cat "$tmp/status"
}

has_listener()
{
	local pid

	for pid in $(pgrep -x porchctl); do
		! listening_to "$pid" || return 0
	done
	return 1
}
check "it ends when nobody reads what it prints" reader_gone

module_goes()
{
	local status=0

	monitor "$tmp/all" monitor
	porch_unload
	wait "$listener" || status=$?
	equal "exit status" "$status" 1
	says "the module has gone" cat "$tmp/all.err"
	porch_load
}
check "it ends when the module goes" module_goes

finish
