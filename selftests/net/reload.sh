#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loads the module, puts it to work and unloads it, 25 times (PORCH_CYCLES),
# while traffic of all kinds flows in both directions. Proves that it always
# comes and goes, that the books of each life balance, and that traffic flows at
# the end.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#            2001:db8:1::/64      2001:db8:2::/64

. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/frames.sh"

cycles=${PORCH_CYCLES:-25}

work()
{
	porch -b - <<-'END'
	port add rc
	port add rs
	route add 10.0.1.0/24 dev rc
	route add 10.0.2.0/24 dev rs
	route add 2001:db8:1::/64 dev rc
	route add 2001:db8:2::/64 dev rs
	ledger --sync
	END
}

# A reference that stays is a leak; one that goes is worth a word.
unload()
{
	rmmod porch && return
	echo "cycle $i: $(cat /sys/module/porch/refcnt) references" >> "$tmp/held"
	poll_until 20 rmmod porch
}

cycle()
{
	local i

	for ((i = 1; i <= cycles; i++)); do
		if ! insmod "$tmp/porch.ko" || ! work || ! unload; then
			echo "in cycle $i"
			return 1
		fi
	done > "$tmp/cycles"
	# All lives together have seen packets.
	awk '$1 == "rx" { sum += $2 } END { print sum + 0; exit !sum }' "$tmp/cycles"
}

begin
strip -d -o "$tmp/porch.ko" "$(porch_module)" || die "no copy of the module"
stock_topology
configure "$ns_router" <<-'END'
link set rc address 02:00:00:00:01:01
link set rs address 02:00:00:00:02:01
END
porch_unload || die "the module cannot be unloaded"
"$frames_bin" flood "$ns_client" c0 < /dev/null > /dev/null 2>&1 &
"$frames_bin" flood "$ns_server" s0 back < /dev/null > /dev/null 2>&1 &

check "$cycles cycles" cycle
[ ! -e "$tmp/held" ] || sed 's/^/# /' "$tmp/held"
check "it is loaded again" insmod "$tmp/porch.ko"
check "it works" work
check "ping, IPv4" poll_until 30 client ping -n -q -c 1 -W 1 10.0.2.2
check "ping, IPv6" poll_until 30 client ping -n -q -c 1 -W 1 2001:db8:2::2
check "the ledger balances" ledger_balanced
# What went the stock stack's way in between is no sneaker.
routers=()
finish
