#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Takes a router's namespace, its links and the module away in every order, with
# a second router and traffic of all kinds by both. Proves that nothing is leaked
# or kept waiting, and that new ones work again. The network is drawn in
# routers.sh.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"
. "$(dirname "$(readlink -f "$0")")/routers.sh"

load()
{
	poll_until 2 insmod "$tmp/porch.ko"
}

unload()
{
	# A reader may hold it for the moment.
	poll_until 5 rmmod porch
}

# order STEP...: take the first router and the module away
order()
{
	local step netns=1

	for step in "$@"; do
		case $step in
		netns)
			ip netns del "$r1"
			netns=
			;;
		port)
			p1 port del rc
			;;
		link)
			# Its namespace may take it away at the same time.
			client ip link del c1 || [ -z "$netns" ]
			;;
		module)
			unload
			;;
		esac
	done
	poll_until 10 gone "$ns_client" c1
	poll_until 10 gone "$ns_server" s1
	load
	use "$r2" rc rs
	router_up 1
	well "$r1"
	poll_until 5 says 'rx.*[1-9]' porchctl -n "$r2" -s port show rc
	porchctl -n "$r2" ledger --sync
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
# A port can go only before the rest.
for steps in "netns link module" "netns module link" "link netns module" \
	     "link module netns" "module netns link" "module link netns"; do
	# shellcheck disable=SC2086 # words
	check "$steps" order $steps
	# shellcheck disable=SC2086 # words
	check "port $steps" order port $steps
done

# What is detached goes the stock stack's way: no trap for sneakers here.
routers=()
finish
