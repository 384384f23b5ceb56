# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced by every test. A test is an executable that draws its network in its
# header, says there what it proves, and reads like this:
#
#	. "$(dirname "$(readlink -f "$0")")/lib.sh"
#	begin
#	router_topology
#	check "IPv4" client ping -c 1 10.0.2.2
#	finish
#
# It prints TAP and exits with 0 (passed), 1 (failed) or 4 (skipped). Namespaces
# have names of their own, so that tests can be run on a lab machine, too; they
# are gone at the end, however it comes.
#
# Tests never sleep for an event: they poll for it.

set -uo pipefail

net_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(readlink -f "$net_dir/../..")
PATH=$top/build:$PATH:/usr/sbin:/sbin
export LC_ALL=C

# Where ports take their packets: "hook nf" or nothing
PORCH_HOOK=${PORCH_HOOK-}

# Put before the name of each namespace
ns_prefix=${ns_prefix-porch-$$-}

points=0
failed=0
namespaces=()	# all that were made
routers=()	# those in which Porch and the trap for sneakers are
declare -A guarded=()	# what the guards of these had stopped before
tmp=
ns_client=
ns_router=
ns_server=

#### test points ####

# point ok|"not ok" NAME: one test point
point()
{
	points=$((points + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $points - $2"
}

# check NAME COMMAND...: one test point; what the command printed if it fails.
# If it is a function, its first command that fails ends it. Only so while the
# check itself is no part of a condition.
check()
{
	local name=$1 log status
	shift

	log=$(set -e; "$@" 2>&1)
	status=$?
	if [ "$status" = 0 ]; then
		point ok "$name"
		return
	fi
	point "not ok" "$name"
	echo "# $* (exit status $status)"
	[ -z "$log" ] || printf '%s\n' "$log" | tail -n 40 |
		cut -c 1-300 | sed 's/^/#   /'
}

# skip NAME WHY: one test point that cannot be tried here
skip()
{
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# check_two NAME COMMAND...: check what only happens when two CPUs are busy
check_two()
{
	if [ "$(nproc)" -gt 1 ]; then
		check "$@"
	else
		skip "$1" "wants a second CPU"
	fi
}

# sleeps PID NAME: the program waits for what others do. For files, locks and answers of
# the kernel it does so in another state.
sleeps()
{
	grep -qF "($2) S" "/proc/$1/stat"
}

# skip_all WHY: the whole test cannot be run here
skip_all()
{
	echo "1..0 # SKIP $*"
	exit 4
}

# die WHY: the test cannot go on, and has failed
die()
{
	echo "Bail out! $*"
	exit 1
}

fails()
{
	! "$@"
}

# equal WHAT HAVE WANT
equal()
{
	[ "$2" = "$3" ] && return
	echo "$1: $2 instead of $3"
	return 1
}

# poll_until SECONDS COMMAND...: run it until it succeeds; its last output if it
# never does
poll_until()
{
	local log end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift

	while :; do
		log=$("$@" 2>&1) && return
		if [ "${EPOCHREALTIME/./}" -gt "$end" ]; then
			echo "not in time: $*"
			[ -z "$log" ] || printf '%s\n' "$log"
			return 1
		fi
		sleep 0.05
	done
}

# says PATTERN COMMAND...: it prints what matches (a regular expression), whatever its status
says()
{
	local pattern=$1 log
	shift

	log=$("$@" 2>&1) || true
	[[ $log =~ $pattern ]] && return
	echo "no \"$pattern\" in:"
	printf '%s\n' "$log"
	return 1
}

# refused PATTERN COMMAND...: it fails, and says why
refused()
{
	local pattern=$1 log
	shift

	if log=$("$@" 2>&1); then
		echo "was not refused: $*"
		printf '%s\n' "$log"
		return 1
	fi
	[[ $log =~ $pattern ]] && return
	echo "no \"$pattern\" in:"
	printf '%s\n' "$log"
	return 1
}

#### the module ####

# The module for the running kernel: named by its release, or by its series
porch_module()
{
	local release series file

	release=$(uname -r)
	series=$(grep -oE '^[0-9]+\.[0-9]+' <<< "$release")
	for file in "${PORCH_MODULE:-}" "$top/build/$release/kmod/porch.ko" \
		    "$top/build/$series/kmod/porch.ko"; do
		if [ -n "$file" ] && [ -e "$file" ]; then
			echo "$file"
			return
		fi
	done
	return 1
}

porch_loaded()
{
	[ -e /sys/module/porch ]
}

porch_load()
{
	local module

	porch_loaded && return
	module=$(porch_module) || skip_all "no module for Linux $(uname -r)"
	insmod "$module"
}

# Qdiscs hold it until their namespace has gone, which the kernel does in its own time.
porch_unload()
{
	porch_loaded || return 0
	poll_until 20 rmmod porch
}

#### namespaces ####

# namespace NAME...: make one, called by $ns_NAME. IPv6 addresses are good at once.
namespace()
{
	local name ns

	for name in "$@"; do
		ns=$ns_prefix$name
		echo "netns add $ns"
	done | ip -b - || die "no network namespace"
	for name in "$@"; do
		ns=$ns_prefix$name
		namespaces+=("$ns")
		declare -gx "ns_$name=$ns"
		ip netns exec "$ns" sysctl -qw \
			net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.all.router_solicitations=0 \
			net.ipv6.conf.default.router_solicitations=0
		ip -n "$ns" link set lo up
	done
}

# configure NAMESPACE < FILE: lines as ip wants them
configure()
{
	ip -n "$1" -b - || die "cannot configure $1"
}

# links_ready NAMESPACE...: a link that is up has its qdisc and its link-local address
# once the kernel has got round to its carrier. Until then it drops what is sent.
links_ready()
{
	local ns

	for ns in "$@"; do
		poll_until 20 fails says 'LOWER_UP>[^<]*qdisc noop ' \
			ip -n "$ns" link show up || die "links of $ns do not get ready"
	done
}

# wire NAMESPACE DEVICE NAMESPACE DEVICE: a cable, both ends up
wire()
{
	ip link add name "$2" netns "$1" type veth peer name "$4" netns "$3" ||
		die "no veth $2"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
	links_ready "$1" "$3"
}

# addresses NAMESPACE DEVICE ADDRESS/LENGTH...
addresses()
{
	local ns=$1 dev=$2 addr
	shift 2

	for addr in "$@"; do
		[[ $addr != *:* ]] || addr+=" nodad"
		echo "addr add $addr dev $dev"
	done | ip -n "$ns" -b - || die "no addresses on $dev"
}

# stock_router NAMESPACE: it would forward, but for a rule that counts and
# drops what goes the stock stack's way
stock_router()
{
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip netns exec "$1" nft -f - <<-'END' || die "no nft rule in $1"
	table inet sneak {
		chain forward {
			type filter hook forward priority 0
			counter drop
		}
	}
	END
	routers+=("$1")
	guarded["$1"]=$(guarded "$1")
}

# guarded NAMESPACE: packets that Porch's guard has stopped on the stock stack's way
guarded()
{
	number_in "$(porchctl -j -n "$1" stats engine guarded)" value
}

# sneaked NAMESPACE: packets that the stock stack would have forwarded
sneaked()
{
	local rules

	rules=$(ip netns exec "$1" nft list table inet sneak)
	[[ $rules =~ packets\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# attach NAMESPACE DEVICE...: make them ports
attach()
{
	local ns=$1 dev
	shift

	for dev in "$@"; do
		echo "port add $dev $PORCH_HOOK"
	done | porchctl -n "$ns" -b - || die "cannot attach $*"
}

# routes NAMESPACE ROUTE...: each in one word
routes()
{
	local ns=$1 route
	shift

	for route in "$@"; do
		echo "route add $route"
	done | porchctl -n "$ns" -b - || die "cannot add routes"
}

#   +--------+   10.0.1.0/24    +--------+   10.0.2.0/24    +--------+
#   | client | 2001:db8:1::/64  | router | 2001:db8:2::/64  | server |
#   |     c0 +------------------+ rc  rs +------------------+ s0     |
#   +--------+ .2 / ::2         +--------+         .2 / ::2 +--------+
#                      .1 / ::1            .1 / ::1
#
# The network without Porch
stock_topology()
{
	namespace client router server
	ip -b - <<-END || die "no veth"
	link add name c0 netns $ns_client type veth peer name rc netns $ns_router
	link add name s0 netns $ns_server type veth peer name rs netns $ns_router
	END
	configure "$ns_router" <<-'END'
	link set rc up
	link set rs up
	addr add 10.0.1.1/24 dev rc
	addr add 10.0.2.1/24 dev rs
	addr add 2001:db8:1::1/64 dev rc nodad
	addr add 2001:db8:2::1/64 dev rs nodad
	END
	configure "$ns_client" <<-'END'
	link set c0 up
	addr add 10.0.1.2/24 dev c0
	addr add 2001:db8:1::2/64 dev c0 nodad
	route add default via 10.0.1.1
	route add default via 2001:db8:1::1
	END
	configure "$ns_server" <<-'END'
	link set s0 up
	addr add 10.0.2.2/24 dev s0
	addr add 2001:db8:2::2/64 dev s0 nodad
	route add default via 10.0.2.1
	route add default via 2001:db8:2::1
	END
	links_ready "$ns_client" "$ns_router" "$ns_server"
	stock_router "$ns_router"
}

# The same, with Porch on both of the router's devices
router_topology()
{
	stock_topology
	porch -b - <<-END || die "cannot set Porch up"
	port add rc $PORCH_HOOK
	port add rs $PORCH_HOOK
	route add 10.0.1.0/24 dev rc
	route add 10.0.2.0/24 dev rs
	route add 2001:db8:1::/64 dev rc
	route add 2001:db8:2::/64 dev rs
	END
}

# quiet_host NAMESPACE DEVICE ROUTER_DEVICE ADDRESS...: addresses that the router
# finds behind a device, whose owner does not know them: frames come and go there
# as the test likes, and nobody answers
quiet_host()
{
	local ns=ns_$1 dev=$2 port=$3 mac addr
	shift 3

	[[ $(ip -n "${!ns}" link show "$dev") =~ link/ether\ ([0-9a-f:]+) ]] ||
		die "no $dev"
	mac=${BASH_REMATCH[1]}
	for addr in "$@"; do
		echo "neigh add $addr lladdr $mac dev $port"
	done | configure "$ns_router"
}

# A command in one of the namespaces
client()
{
	ip netns exec "$ns_client" "$@"
}

router()
{
	ip netns exec "$ns_router" "$@"
}

server()
{
	ip netns exec "$ns_server" "$@"
}

# porchctl in the router
porch()
{
	porchctl -n "$ns_router" "$@"
}

#### what was counted ####

# counter GROUP NAME: a counter of the router
counter()
{
	number_in "$(porch -j stats "$1" "$2")" value
}

# port_counter DEVICE NAME: a port's, such as rx-packets
port_counter()
{
	number_in "$(porch -j -s port show "$1")" "$2"
}

# number_in JSON KEY: the first
number_in()
{
	[[ $1 =~ \"$2\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# counts GROUP NAME DELTA COMMAND...: it succeeds, and the counter goes up by
# that much; "+" is any number but 0
counts()
{
	local group=$1 name=$2 delta=$3 before
	shift 3

	before=$(counter "$group" "$name")
	"$@" || return
	poll_until 20 went_up "$group" "$name" "$before" "$delta"
}

went_up()
{
	local diff

	diff=$(($(counter "$1" "$2") - $3))
	if [ "$4" = + ]; then
		[ "$diff" -gt 0 ] && return
	else
		[ "$diff" = "$4" ] && return
	fi
	echo "$1 $2 went up by $diff instead of $4"
	return 1
}

# Every packet is accounted for
ledger_balanced()
{
	local ns status=0

	for ns in "${routers[@]}"; do
		porchctl -n "$ns" ledger --sync || status=1
	done
	return "$status"
}

# The stock stack forwarded nothing, nor was it about to
nothing_sneaked()
{
	local ns status=0

	for ns in "${routers[@]}"; do
		equal "packets in $ns's forward hook" "$(sneaked "$ns")" 0 ||
			status=1
		equal "packets that the guard of $ns stopped" "$(guarded "$ns")" \
			"${guarded[$ns]}" || status=1
	done
	return "$status"
}

#### traffic ####

# reaches NAMESPACE ADDRESS [PING OPTION]...: an echo comes back
reaches()
{
	local ns=$1 addr=$2
	shift 2

	ip netns exec "$ns" ping -n -q -c 2 -i 0.02 -W 10 "$@" "$addr"
}

# background NAMESPACE COMMAND...: until the test ends or $! is killed
background()
{
	local ns=$1
	shift

	ip netns exec "$ns" "$@" < /dev/null > "$tmp/background.$points" 2>&1 &
}

# listening NAMESPACE tcp|udp PORT
listening()
{
	[ -n "$(ss -N "$1" -Hln "--$2" "sport = :$3")" ]
}

# transfer FROM TO ADDRESS MEGABYTES: send random data to the namespace TO by
# TCP, and compare
transfer()
{
	local from=$1 to=$2 addr=$3 data=$tmp/data.$4 pid

	[[ $addr != *:* ]] || addr=[$addr]
	[ -e "$data" ] || head -c "${4}M" /dev/urandom > "$data"
	ip netns exec "$to" socat -u -T 30 \
		"TCP6-LISTEN:5001,ipv6only=0,reuseaddr" \
		"CREATE:$tmp/received" > "$tmp/listener" 2>&1 &
	pid=$!
	if ! ip netns exec "$from" socat -u -T 30 "FILE:$data" \
		"TCP:$addr:5001,connect-timeout=10,retry=400,interval=0.05"; then
		kill "$pid"
		return 1
	fi
	wait "$pid" || { cat "$tmp/listener"; return 1; }
	cmp "$data" "$tmp/received"
}

# frames < SCRIPT: Python with all of wire.py at hand; its points are ours
frames()
{
	local line status

	{
		echo "from wire import *"
		cat
	} > "$tmp/frames.py"
	PYTHONPATH=$net_dir PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$tmp/frames.py" \
		> "$tmp/frames" 2> "$tmp/frames.err" < /dev/null
	status=$?
	while IFS= read -r line; do
		case $line in
		"ok - "*)	point ok "${line#ok - }" ;;
		"not ok - "*)	point "not ok" "${line#not ok - }" ;;
		*)		printf '%s\n' "$line" ;;
		esac
	done < "$tmp/frames"
	[ "$status" = 0 ] && return
	point "not ok" "frames"
	echo "# exit status $status"
	sed 's/^/#   /' "$tmp/frames.err"
}

#### begin and end ####

# How much of the module's code was come by, if it can tell
coverage()
{
	local file=/sys/module/porch/parameters/covered

	[ -e $file ] || return 0
	echo "# $(cat $file) of $(cat "$(dirname "$(porch_module)")/../places")" \
		"places in the module's code were come by"
}

remove_namespaces()
{
	local pids

	pids=$(jobs -p)
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || kill -9 $pids
	wait
	[ ${#namespaces[@]} -eq 0 ] ||
		printf 'netns del %s\n' "${namespaces[@]}" | ip -force -b -
	namespaces=()
	routers=()
} 2>/dev/null

cleanup()
{
	remove_namespaces
	porch_unload
	rm -rf "$tmp"
}

begin()
{
	[ "$(id -u)" = 0 ] || skip_all "wants to be root"
	command -v porchctl > /dev/null || die "porchctl is not built"
	porch_load || die "the module cannot be loaded"
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/porch.XXXXXX")
	trap cleanup EXIT
	trap 'exit 1' INT TERM HUP
}

# Every test ends with the same points.
finish()
{
	if [ ${#routers[@]} -gt 0 ]; then
		check "nothing sneaked past" nothing_sneaked
		check "the ledger balances" ledger_balanced
	fi
	remove_namespaces
	coverage
	check "the module goes away" porch_unload
	echo "1..$points"
	[ "$failed" = 0 ]
	exit
}
