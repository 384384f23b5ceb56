#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Takes a router's device, its namespace, the rings of its applications, its qdisc and
# the module away in many orders, with all stages at work, a second router, and traffic
# of all kinds by both. Proves that the module stays as long as a ring or a qdisc needs
# it, that nothing is leaked or kept waiting, and that new ones work again. The network
# is drawn in routers.sh.
#
# The worst orders come first, then two random ones, and more until PORCH_SECONDS are
# over. PORCH_SEED replays them.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"
. "$(dirname "$(readlink -f "$0")")/routers.sh"

seed=${PORCH_SEED:-$((RANDOM << 15 | RANDOM))}
seconds=${PORCH_SECONDS:-0}

load()
{
	poll_until 60 insmod "$tmp/porch.ko"
}

unload()
{
	# A reader may hold it for the moment.
	poll_until 60 rmmod porch
}

# Of what is taken away, what is still there
declare -A there

# Does anything certainly hold the module?
is_held()
{
	[ "${there[ring]}" ] || [ "${there[qdisc]}${there[device]}${there[netns]}" = yesyesyes ]
}

take()
{
	case $1 in
	device)
		# Its namespace may take it away at the same time.
		server ip link del s1 || [ -z "${there[netns]}" ]
		;;
	netns)
		ip netns del "$r1"
		;;
	ring)
		end_use
		;;
	qdisc)
		[ -z "${there[device]}" ] || [ -z "${there[netns]}" ] ||
			ip netns exec "$r1" tc qdisc del dev rs root
		;;
	module)
		if is_held; then
			refused "in use" rmmod porch
			return
		fi
		unload
		;;
	esac
	there[$1]=
}

# order STEP...: take the first router and the module away
order()
{
	local step

	for step in device netns ring qdisc module; do
		there[$step]=yes
	done
	busy
	for step in "$@"; do
		take "$step"
	done
	[ -z "${there[module]}" ] || unload
	router_gone
	load
	use "$r2" rc rs
	router_up 1
	well "$r1"
	poll_until 20 says 'rx.*[1-9]' porchctl -n "$r2" -s port show rc
	porchctl -n "$r2" ledger --sync
}

# in_order STEP...: one test point
in_order()
{
	begin_use
	check "$*" order "$@"
}

readers()
{
	while :; do
		porchctl -n "$r2" -s stats
		porchctl -n "$r2" route
		sleep 0.3
	done < /dev/null > /dev/null 2>&1
}

begin
strip -d -o "$tmp/porch.ko" "$(porch_module)" || die "no copy of the module"
hosts
router_up 1 || die "no router"
traffic 1
router_up 2 || die "no second router"
traffic 2
readers &
in_order module ring qdisc device netns
in_order ring qdisc module device netns
in_order netns device ring qdisc module
in_order device netns module ring qdisc
echo "# PORCH_SEED=$seed"
RANDOM=$seed
for ((n = 0; n < 2 || SECONDS < seconds; n++)); do
	steps=(device netns ring qdisc module)
	for ((i = ${#steps[@]} - 1; i; i--)); do
		j=$((RANDOM % (i + 1)))
		step=${steps[i]} steps[i]=${steps[j]} steps[j]=$step
	done
	in_order "${steps[@]}"
done

ip netns del "$r1"
check "the first router goes for good" router_gone

# What is detached goes the stock stack's way: no trap for sneakers here.
routers=()
finish
