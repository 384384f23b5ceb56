#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# porchctl where the module is not loaded: every mistake has one line on stderr
# that says what is allowed, and the right exit code.
#
# "make -C userctl check" sets PORCHCTL, the tool, UNIT, its unit test, and FAKE,
# the tool with a made-up kernel inside.

set -u

cd "$(dirname "$0")/../.." || exit 1
PORCHCTL=${PORCHCTL:-build/porchctl}
UNIT=${UNIT:-build/userctl/unit}
FAKE=${FAKE:-build/userctl/porchctl-fake}
SPEC=Documentation/netlink/specs/porch.yaml

tests=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# report STATUS NAME: a line of TAP; what the tool printed, if it is not fine
report()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failed=1
		echo "not ok $tests - $2"
		sed 's/^/# exit: /' "$tmp/rc"
		sed 's/^/# stdout: /' "$tmp/out"
		sed 's/^/# stderr: /' "$tmp/err"
	fi
}

run()
{
	"$PORCHCTL" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	echo $? >"$tmp/rc"
}

# said RC TEXT: it failed, with one line that holds the text
said()
{
	[ "$(<"$tmp/rc")" -eq "$1" ] && [ ! -s "$tmp/out" ] &&
		[ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		[ "$(head -c 10 "$tmp/err")" = "porchctl: " ] &&
		grep -qF -- "$2" "$tmp/err"
}

# refuses RC TEXT WORD...: the tool refuses the words so
refuses()
{
	local rc=$1 text=$2

	shift 2
	run "$@"
	said "$rc" "$text"
	report $? "$(printf '%q ' "$@")is refused"
}

# refuses_file RC TEXT LINES: the tool refuses a batch file, -b - the same
refuses_file()
{
	printf '%b' "$3" >"$tmp/batch"
	run -b "$tmp/batch"
	said "$1" "porchctl: $tmp/batch:$2"
	report $? "batch $3"

	"$PORCHCTL" -b - >"$tmp/out" 2>"$tmp/err" <"$tmp/batch"
	echo $? >"$tmp/rc"
	said "$1" "porchctl: -:$2"
	report $? "standard input $3"
}

# accepts TEXT WORD...: the tool prints the text and nothing else
accepts()
{
	local text=$1

	shift
	run "$@"
	[ "$(<"$tmp/rc")" -eq 0 ] && [ ! -s "$tmp/err" ] && grep -qF -- "$text" "$tmp/out"
	report $? "$(printf '%q ' "$@")prints $text"
}

not_loaded='the porch module is not loaded (no netlink family "porch")'
objects="port, route, chain, set, rule, flow, track, shape, lane, engine, stats, ledger, explain, monitor, status, capture, save, diff, check, commit, confirm, rollback, help"

echo "TAP version 13"

# The unit test's points, counted among the others
"$UNIT" >"$tmp/unit"
echo $? >"$tmp/rc"
while read -r line; do
	case $line in
	"ok "*)		tests=$((tests + 1)); echo "ok $tests - ${line#*- }" ;;
	"not ok "*)	tests=$((tests + 1)); echo "not ok $tests - ${line#*- }"; failed=1 ;;
	"# "*)		echo "$line" ;;
	esac
done <"$tmp/unit"
touch "$tmp/out" "$tmp/err"
grep -q '^1\.\.' "$tmp/unit" && [ "$(<"$tmp/rc")" -le 1 ]
report $? "the unit test came to its end"

# The words of commands
refuses 2 "a command is missing; allowed: $objects"
refuses 2 "unknown command \"foo\"; allowed: $objects" foo
refuses 2 "unknown command \"foo\"; allowed: $objects" -j -s foo
refuses 2 "unknown command \"foo\"; allowed: $objects" help foo
refuses 2 "unknown command \"\"; allowed: $objects" ""
refuses 2 "unknown command \"a?b\"; allowed" $'a\nb'
refuses 2 'unknown option "-x"; allowed: -j, -s, -4, -6, -h, -V, -n, -f, -c, -b, -a' -x port
refuses 2 'unknown option "-x"; allowed here: -j, -s, -4, -6, -h' port -x
refuses 2 '-b needs a value: FILE' -b
refuses 2 '-n needs a value: NETNS' -n
refuses 2 'unexpected "port"; -b takes its commands from the file' -b /dev/null port
refuses 2 '-a goes with -b FILE' -a port
refuses 2 'port: unknown command or DEV "ad"; allowed: show, add, del, help' port ad
refuses 2 'route: unknown command "list"; allowed: show, add, replace, del, get, rule, help' route list
refuses 2 'stats: unknown GROUP "foo"; allowed: created, punt, drop, engine' stats foo
refuses 2 'status: unexpected "foo"; allowed here: nothing more' status foo
refuses 2 'ledger: unexpected "foo"; allowed here: --sync' ledger foo
refuses 2 'monitor: unknown OBJECT "foo"; allowed: port, route, chain, rule, set, class, lane, engine, track' monitor foo
refuses 2 'shape: unknown command or DEV "foo"; allowed: show, simple, off, class, help' shape foo
refuses 2 'shape class: unknown command or DEV "foo"; allowed: show, add, change, del, help' \
	shape class foo
refuses 2 'CHAIN is missing' rule add
refuses 2 '> is missing' explain tcp 10.0.0.1
refuses 2 'in DEV or out DEV: one of them' explain 'tcp 10.0.0.1:1 > 10.0.0.2:2'
refuses 2 'in DEV or out DEV: one of them' explain 'udp 10.0.0.1 > 10.0.0.2 in lo out lo'
refuses 2 'both IPv4, or both IPv6' explain 'udp 10.0.0.1 > 2001:db8::1 in lo'
refuses 2 'is none; allowed: 10.0.0.1, 10.0.0.1:80' explain 'udp 10.0.0.1-10.0.0.2 > 10.0.0.3 in lo'
refuses 2 'unknown protocol "tpc"; allowed: tcp, udp' explain 'tpc 10.0.0.1 > 10.0.0.2 in lo'
refuses 2 'has a port, which packets of icmp have not' explain 'icmp 10.0.0.1:1 > 10.0.0.2 in lo'
refuses 2 'type is for icmp with IPv4' explain 'icmp 2001:db8::1 > 2001:db8::2 in lo type 8'
refuses 2 'length goes from 40 to 65535 here' explain 'tcp 10.0.0.1 > 10.0.0.2 in lo length 39'
refuses 2 "flags are TCP's" explain 'udp 10.0.0.1 > 10.0.0.2 in lo flags syn'
refuses 2 'flags "sin" are none; allowed: fin, syn' explain 'tcp 10.0.0.1 > 10.0.0.2 in lo flags sin'
refuses 2 'unknown dscp "64"' explain 'tcp 10.0.0.1 > 10.0.0.2 in lo dscp 64'
refuses 1 "$not_loaded" explain 'tcp [2001:db8::1]:1 > [2001:db8::2]:2 in lo flags syn,ack dscp ef mark 7'
refuses 2 'unknown proto "tpc"; allowed: tcp, udp' rule add a proto tpc
refuses 2 'a number up to 255' rule add a proto 256
refuses 2 'dport "80-79" is none; allowed: PORT[-PORT]' rule add a dport 80-79
refuses 2 'sport "65536" is none' rule add a sport 65536
refuses 2 'tcp-flags "syn" are none; allowed: FLAGS/MASK of fin, syn' rule add a tcp-flags syn
refuses 2 'tcp-flags "syn/sin" are none' rule add a tcp-flags syn/sin
refuses 2 'icmp "8/256" is none' rule add a icmp 8/256
refuses 2 'unknown dscp "64"' rule add a dscp 64
refuses 2 'length "9-" is none' rule add a length 9-
refuses 2 'mark "0x" is none; allowed: MARK[/MASK]' rule add a mark 0x
refuses 2 'state "old" is none; allowed, with commas between them: new, established' rule add a state old
refuses 2 'limit "5" is none; allowed: N/UNIT of second, minute' rule add a limit 5
refuses 2 'class goes up to 65535, not 65536' rule add a class 65536
refuses 2 'accept and drop: a rule does one of them' rule add a accept drop
refuses 2 'masquerade and dnat' rule add a masquerade dnat 10.0.0.1
refuses 2 'dnat "10.0.0.9-10.0.0.1" is none' rule add a dnat 10.0.0.9-10.0.0.1
refuses 2 'from default: every packet is; leave it out' rule add a from default
refuses 2 'unknown POLICY "deny"; allowed: accept, drop' chain policy input deny
refuses 2 'unknown HOOK "inputs"; allowed: ingress, input, forward, output' chain policy inputs drop
refuses 2 '"10.0.0.0/33" has a wrong length' set insert s 10.0.0.0/33
refuses 2 'or with a port as in 10.0.0.1:80' set insert s 10.0.0.1:0
refuses 2 'no single address' set has s 10.0.0.0/8
refuses 2 'capture: unexpected "foo"; allowed here: -i PORT, -s SNAPLEN, -c COUNT, -w FILE' \
	capture foo
refuses 2 'unknown option "-x"; allowed here: -j, -s, -4, -6, -h' capture -x
refuses 2 'capture: -w needs a value: FILE' capture -w
refuses 2 'capture: -s must be a decimal number, not "-w"' capture -s -w -
refuses 1 'capture: no device "eth-none"' capture -i eth-none

# Arguments
refuses 2 'port add: DEV is missing' port add
refuses 2 'port add: unexpected "lo"; allowed here: hook HOOK, vrf N, force' port add lo lo
refuses 2 'port add: unknown HOOK "xdp"; allowed: auto, rx, nf' port add lo hook xdp
refuses 1 'port add: no device "eth-none" in this network namespace' port add eth-none
refuses 1 'port show: no device "eth-none" in this network namespace' port show eth-none
refuses 2 'is too long' port add "$(printf 'x%.0s' {1..5000})"
refuses 2 'is too long' rule add forward icmp "$(printf '8%.0s' {1..200})"
refuses 2 'is too long' explain icmp 10.0.0.1 '>' 10.0.0.2 in lo type "$(printf '8%.0s' {1..200})"
refuses 2 'route add: PREFIX is missing (destination' route add
refuses 2 'route add: PREFIX is missing (destination' route add blackhole
refuses 2 'route add: PREFIX is missing (destination' route add dev lo
refuses 2 'route add: via needs a value: ADDR' route add 10.0.0.0/8 via
refuses 2 'route add: "10.0.0.0/8" is no IPv4 or IPv6 address' route add 10.0.0.0/8 via 10.0.0.0/8
refuses 2 'route add: via is given twice' route add 10.0.0.0/8 via 10.0.0.1 via 10.0.0.2
refuses 2 'route add: onlink is given twice' route add 10.0.0.0/8 onlink onlink
refuses 1 'route add: no device "eth-none"' route add 10.0.0.0/8 dev eth-none
refuses 2 'unexpected "11.0.0.0/8"; allowed here: via ADDR, dev DEV, table N, onlink, nexthop HOP...' \
	route add 10.0.0.0/8 11.0.0.0/8
refuses 2 'unexpected "onlink"; allowed here: via ADDR, dev DEV' route del 10.0.0.0/8 onlink
refuses 2 'unexpected "blackhole"; allowed here' route add 10.0.0.0/8 blackhole
refuses 2 'route add: "throw" is no prefix; allowed: default, ' route add throw 10.0.0.0/8
refuses 2 'route add: 10.0.0.1/8 has bits behind the prefix; did you mean 10.0.0.0/8?' \
	route add 10.0.0.1/8
refuses 2 'route del: 2001:db8::1/64 has bits behind the prefix; did you mean 2001:db8::/64?' \
	route del blackhole 2001:db8::1/64
refuses 2 'route add: 10.0.0.0/8 is no IPv6 address, which -6 asks for' -6 route add 10.0.0.0/8
refuses 2 'route add: fe80::1 is no IPv4 address, which -4 asks for' \
	route add -4 default via fe80::1
refuses 2 'route add: table must be a decimal number, not "main"' \
	route add blackhole default table main
refuses 2 'route: table must be a decimal number or all, not "main"' route table main
refuses 2 'route rule add: pref N is missing (place among the rules' route rule add table 7
refuses 2 'route rule add: table N is missing (routing table)' route rule add pref 1
refuses 2 'route rule add: "0x1g" is no mark; allowed: 7, 0x1f, 0x10/0xf0' \
	route rule add pref 1 mark 0x1g table 7
refuses 2 'route rule add: "1/" is no mark' route rule add pref 1 mark 1/ table 7
refuses 2 'route rule add: "-1" is no mark' route rule add pref 1 mark -1 table 7
refuses 2 'lane add: LANE is missing (where it waits' lane add pref 1
refuses 2 'lane add: pref N is missing (place among the rules' lane add bulk
refuses 2 'lane add: unknown LANE "low"; allowed: control, high, normal, bulk' lane add low pref 1
refuses 2 'lane add bulk: unknown proto "tpc"; allowed: tcp, udp,' lane add bulk pref 1 proto tpc
refuses 2 'lane add bulk: dport "9-8" is none; allowed: PORT[-PORT]' lane add bulk pref 1 dport 9-8
refuses 2 'lane add bulk: icmp "256" is none; allowed: TYPE[-TYPE]' lane add bulk pref 1 icmp 256
refuses 2 'lane add bulk: unknown dscp "64"; allowed: cs0, le,' lane add bulk pref 1 dscp 64
refuses 2 'lane: unknown command "rm"; allowed: show, add, del, help' lane rm
refuses 2 'route rule: unknown command "rm"; allowed: show, add, del, help' route rule rm
refuses 2 'route add: weight must be a decimal number up to 255, not "256"' \
	route add default nexthop via 10.0.0.1 weight 256
refuses 2 'route add: unexpected "table"; allowed here: dev DEV, weight N, onlink' \
	route add default nexthop via 10.0.0.1 table 7
refuses 2 'route add: via is given twice' \
	route add default nexthop via 10.0.0.1 via 10.0.0.2
refuses 1 'route add: no device "eth-none"' \
	route add default nexthop via 10.0.0.1 nexthop dev eth-none
refuses 2 'unexpected "nexthop"; allowed here' route del default nexthop via 10.0.0.1
refuses 2 'route get: ADDR is missing (destination)' route get
refuses 2 'route get: "default" is no IPv4 or IPv6 address' route get default
refuses 2 'engine set: nothing is given; allowed: vector N, time-limit USEC, lane-limit N, icmp-rate N, budget N, control-budget N, budget-burst N, threaded SWITCH, lane-defaults SWITCH' \
	engine set
refuses 2 'engine set: vector needs a value: N' engine set vector
refuses 2 'engine set: vector must be a decimal number, not "many"' engine set vector many
refuses 2 'engine set: vector must be a decimal number, not "-1"' engine set vector -1
refuses 2 'engine set: unexpected "speed"; allowed here: time-limit USEC, lane-limit N, icmp-rate N, budget N, control-budget N, budget-burst N, threaded SWITCH, lane-defaults SWITCH' \
	engine set vector 1 speed 2
refuses 2 'engine set: unknown SWITCH "maybe"; allowed: off, on' engine set threaded maybe
refuses 2 'shape simple: RATE is missing (what the line carries)' shape simple lo
refuses 2 'shape simple: RATE must be a rate, such as 100mbit or 1.5gbit, not "fast"' \
	shape simple lo fast
refuses 1 'shape simple: no device "eth-none" in this network namespace' shape simple eth-none 1mbit
refuses 2 'shape off: DEV is missing' shape off
refuses 2 'shape class add: ID is missing (number of the class, 1 to 65534)' shape class add lo
refuses 2 'shape class add: ID must be a decimal number, not "1:1"' shape class add lo 1:1
refuses 2 'shape class add: burst must be a size in bytes, such as 64kb, not "3ms"' \
	shape class add lo 1 burst 3ms
refuses 2 'shape class add: delay must be a time, such as 20ms, not "long"' \
	shape class add lo 1 delay long
refuses 2 'shape class add: unknown ECN "yes"; allowed: off, on' shape class add lo 1 ecn yes
refuses 2 'shape class change: unexpected "parent"; allowed here: prio N, rate RATE' \
	shape class change lo 1 parent 2
refuses 2 'shape class del: unexpected "prio"; allowed here: nothing more' shape class del lo 1 prio 2
refuses 2 'stats show: unknown GROUP "foo"' stats show foo
refuses 2 'stats: unexpected "x"; allowed here: nothing more' stats drop a x

# Batches
refuses_file 1 '1: unknown command "foo"' 'foo\n'
refuses_file 1 '1: unknown command "foo"' 'foo'
refuses_file 1 '4: port add: no device "eth-none"' '# a comment\n\n  \t\nport add eth-none\nfoo\n'
refuses_file 1 '2: route add: 10.0.0.1/8 has bits' '# a comment\nroute add 10.0.0.1/8\n'
refuses_file 1 "1: $not_loaded" 'route add 10.0.0.0/8 via 10.0.0.1 # fine\nfoo\n'
refuses_file 1 '1: the line is no text' 'port\0add\n'
refuses_file 1 '2: more than 160 words' "\\n$(printf 'x %.0s' {1..161})\\n"
refuses_file 1 '1: unknown option "-b"; allowed here' '-b file\n'
refuses 1 'cannot open /no/such/file: No such file or directory' -b /no/such/file
refuses 1 'cannot read /: Is a directory' -b /
printf 'help port\nfoo\nhelp route\n' >"$tmp/batch"
run -b "$tmp/batch"
[ "$(<"$tmp/rc")" -eq 1 ] && grep -q '^port: ' "$tmp/out" && ! grep -q '^route: ' "$tmp/out"
report $? "a batch works up to the mistake and stops there"
run -b /dev/null
[ "$(cat "$tmp/rc" "$tmp/out" "$tmp/err")" = 0 ]
report $? "an empty batch is fine"

# Help
accepts "Usage: porchctl" help
accepts "Usage: porchctl" -h
accepts "Usage: porchctl" --help
accepts "porchctl " -V
for object in port route shape lane engine stats ledger monitor status capture; do
	accepts "$object: " help
	accepts "$object: " help $object
	accepts "$object: " $object help
	accepts "$object: " $object -h
	accepts "$object: " -h $object
done
for synopsis in 'port [show] [DEV]' 'port add DEV [hook HOOK] [vrf N] [force]' 'port del DEV' \
	'route [show] [table N|all]' \
	'route add [TYPE] PREFIX [via ADDR] [dev DEV] [table N] [onlink] [nexthop HOP...]' \
	'route replace [TYPE] PREFIX [via ADDR] [dev DEV] [table N] [onlink] [nexthop HOP...]' \
	'route del [TYPE] PREFIX [via ADDR] [dev DEV] [table N]' 'route get ADDR [from ADDR] [in DEV] [mark N] [table N]' 'route rule [show]' \
	'route rule add pref N [from PREFIX] [in DEV] [mark MARK[/MASK]] table N' \
	'route rule del pref N' \
	'shape [show] [DEV]' 'shape simple DEV RATE' 'shape off DEV' 'shape class [show] [DEV]' \
	'shape class add DEV ID [prio N] [rate RATE] [burst SIZE] [ceil RATE]' \
	'shape class change DEV ID [prio N]' 'shape class del DEV [ID]' \
	'lane [show]' 'lane del pref N' \
	'lane add LANE pref N [in DEV] [local] [proto PROTO] [sport PORT[-PORT]]' \
	'engine [show]' 'engine set [vector N] [time-limit USEC] [lane-limit N] [icmp-rate N] [budget N] [control-budget N] [budget-burst N] [threaded SWITCH] [lane-defaults SWITCH]' \
	'stats [show] [GROUP [NAME]]' 'ledger [show] [--sync]' 'monitor [show] [OBJECT]' \
	'status [show]' \
	'capture [run] [-i PORT] [-s SNAPLEN] [-c COUNT] [-w FILE]'; do
	accepts "$synopsis" help
done

# The system
refuses 1 'cannot enter network namespace "none-of-that": No such file' -n none-of-that port
if [ -w /dev/full ]; then
	"$PORCHCTL" help >/dev/full 2>"$tmp/err"
	echo $? >"$tmp/rc"
	: >"$tmp/out"
	said 1 "cannot write the output: No space left on device"
	report $? "a full disk is noticed"
fi

# Right words, but no module
while read -r words; do
	# shellcheck disable=SC2086 # words are words
	refuses 1 "porchctl: $not_loaded" $words
done <<'COMMANDS'
port
port show
port show lo
port lo
port add lo
-j -s port
route
route show -6
-4 route
route show table all
route table 7
route rule
route rule show
route rule add pref 1 table 1
route rule del pref 1
route add 10.0.0.0/8 via 10.0.0.1 dev lo onlink
route add default via 10.0.0.1
route add default dev lo -6
route add default via fe80::1 dev lo
route add blackhole 10.0.0.0/8
route add 10.0.0.0/8 dev lo
route replace unreachable 2001:db8::/32
route del prohibit 10.0.0.1
route get 10.0.0.1
route get 2001:db8::1
shape
shape lo
shape class
-s shape class show lo
shape simple lo 100mbit
shape off lo
shape class del lo 1
shape class change lo 1 ceil 1gbit
lane
lane show -s
lane add control pref 1
lane del pref 1
engine
engine set icmp-rate 0
engine set lane-limit 64 vector 1 time-limit 10 icmp-rate 5
engine set threaded off
stats
stats drop
stats show drop
stats show drop no-route
stats drop no-route
ledger
ledger --sync
ledger sync
ledger show --sync
monitor
monitor show route
-j status
COMMANDS

# A made-up kernel: what it is asked, and how its answers look

# asks REQUEST WORD...: the tool sends exactly this
asks()
{
	local request=$1

	shift
	rm -f "$tmp/log"
	FAKE_LOG=$tmp/log "$FAKE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	echo $? >"$tmp/rc"
	cat "$tmp/log" >>"$tmp/out"
	[ "$(<"$tmp/rc")" -eq 0 ] && [ ! -s "$tmp/err" ] && [ "$(<"$tmp/log")" = "$request" ]
	report $? "$(printf '%q ' "$@")asks $request"
}

# NLM_F_REQUEST with ACK is 5, with DUMP 301
lo=$(printf '%02x000000' "$(cat /sys/class/net/lo/ifindex)")
asks "port-add 5 ifindex=$lo" port add lo
asks "port-add 5 ifindex=$lo hook=02 force" port add lo hook nf force
asks "port-del 5 ifindex=$lo" port del lo
asks "port-get 5 ifindex=$lo" port show lo
asks "port-get 301" port
asks "route-add 5 dst=0a000000 prefix-len=08 gateway=0a000001 oif=$lo onlink" \
	route add 10.0.0.0/8 onlink dev lo via 10.0.0.1
asks "route-add 5 dst=0a000000 prefix-len=08 oif=$lo replace" route replace 10.0.0.0/8 dev lo
asks "route-add 5 dst=0a000001 prefix-len=20 type=01" route add blackhole 10.0.0.1
asks "route-add 5 dst=0a000001 prefix-len=20 type=00 oif=$lo" route add unicast 10.0.0.1 dev lo
asks "route-add 5 dst=00000000 prefix-len=00 type=02" route add unreachable default
asks "route-add 5 dst=00000000 prefix-len=00 gateway=0a000001" route add default via 10.0.0.1
asks "route-add 5 dst=00000000000000000000000000000000 prefix-len=00 type=03" \
	-6 route add prohibit default
asks "route-add 5 dst=00000000000000000000000000000000 prefix-len=00 gateway=fe800000000000000000000000000001 oif=$lo" \
	route add default via fe80::1 dev lo
asks "route-add 5 dst=20010db8000000000000000000000001 prefix-len=80 oif=$lo" \
	route add 2001:db8::1 dev lo
asks "route-del 5 dst=0a000000 prefix-len=08" route del 10.0.0.0/8
asks "route-del 5 dst=0a000000 prefix-len=08 type=01" route del blackhole 10.0.0.0/8
asks "route-add 5 dst=0a000000 prefix-len=08 type=01 table=07000000" \
	route add blackhole 10.0.0.0/8 table 7
asks "route-del 5 dst=0a000000 prefix-len=08 table=ffffffff" \
	route del 10.0.0.0/8 table 4294967295
asks "route-get 5 dst=0a000001 table=07000000" route get 10.0.0.1 table 7
asks "route-get 5 dst=0a000001 src=0a000002 iif=$lo mark=10000000" \
	route get 10.0.0.1 mark 16 in lo from 10.0.0.2
asks "route-add 5 dst=0a000000 prefix-len=08 table=07000000 nexthops=1c00018008000100c00002010800020001000000050003000a0000000c0001800800020001000000" \
	route add 10.0.0.0/8 table 7 nexthop via 192.0.2.1 dev lo weight 10 nexthop dev lo
asks "route-add 5 dst=00000000000000000000000000000000 prefix-len=00 nexthops=1800018014000100fe8000000000000000000000000000011c000180140001002001000000000000000000000000000104000400" \
	route add default nexthop via fe80::1 nexthop via 2001::1 onlink
asks "route-rule-add 5 pref=64000000 table=07000000" route rule add table 7 pref 100
asks "route-rule-add 5 pref=00000000 table=07000000 src=0a000000 src-len=08 iif=$lo mark=10000000 mask=f0000000" \
	route rule add pref 0 from 10.0.0.0/8 in lo mark 0x10/0xf0 table 7
asks "route-rule-add 5 pref=01000000 table=07000000 src=00000000000000000000000000000000 src-len=00 mark=0a000000 mask=ffffffff" \
	-6 route rule add pref 1 from default mark 10 table 7
asks "route-rule-del 5 pref=64000000" route rule del pref 100
asks "route-rule-get 301" route rule
asks "lane-add 5 pref=64000000 lane=03" lane add bulk pref 100
asks "lane-add 5 pref=01000000 lane=00 in=$lo local proto=06 sport=0100 sport-max=0200 dport=1600 dscp=2e" \
	lane add control dscp ef dport 22 sport 1-2 proto tcp local in lo pref 1
asks "lane-add 5 pref=01000000 lane=01 proto=3a icmp-type=85 icmp-type-max=89" \
	lane add high pref 1 proto icmpv6 icmp 133-137
asks "lane-del 5 pref=64000000" lane del pref 100
asks "lane-get 301" lane
asks "route-get 301" route
asks "route-get 5 dst=0a000001" route get 10.0.0.1
asks "class-get 301" shape
asks "class-get 301" shape class lo
# The qdisc is put there before, and taken away afterwards, as there are no classes.
attached="qdisc-new 405 ifindex=$((16#${lo:0:2}))"
settled="class-get 301
qdisc-del 5 ifindex=$((16#${lo:0:2}))"
asks "$attached
class-add 5 ifindex=$lo id=01000000 ceil=20bcbe0000000000
$settled" shape class add lo 1 ceil 100mbit
asks "$attached
class-add 5 ifindex=$lo id=02000000 prio=07 burst=00400000 default delay=204e0000 ecn=00 parent=01000000
$settled" \
	shape class add lo 2 parent 1 prio 7 default burst 16kb delay 20ms ecn off
asks "class-change 5 ifindex=$lo id=02000000 limit=0a000000 interval=00000000
$settled" shape class change lo 2 interval 0 limit 10
asks "class-del 5 ifindex=$lo id=02000000
$settled" shape class del lo 2
asks "class-del 5 ifindex=$lo
$settled" shape off lo
asks "txn-begin 5
$attached
$attached
$attached
class-del 1 ifindex=$lo staged
class-add 1 ifindex=$lo id=01000000 parent=00000000 prio=00 ceil=20bcbe0000000000 staged
class-add 1 ifindex=$lo id=02000000 parent=01000000 prio=00 ceil=0000000000000000 staged
class-add 5 ifindex=$lo id=03000000 parent=01000000 prio=01 ceil=0000000000000000 default staged
txn-commit 5 operations=04000000
$settled" shape simple lo 100mbit
asks "chain-add 5 name=61736400" chain add asd
asks "chain-del 5 name=61736400" chain del asd
asks "chain-set 5 name=696e70757400 policy=01" chain policy input drop
asks "chain-get 301" chain
asks "rule-add 5 chain=6100" rule add a
asks "rule-add 5 chain=6100 before=07000000 in=$lo out=$lo src=0a000000 src-len=08 dst=0a000001 dst-len=20 proto=06 sport=0100 sport-max=0200 dport=5000 tcp-flags=02 tcp-mask=12 dscp=2e length=28000000 length-max=ff000000 mark=10000000 mark-mask=ff000000 state=03 count log log-prefix=7800 limit=05000000 limit-period=3c000000 limit-burst=09000000 set-mark=01000000 set-dscp=08 class=0700 action=03 reject-with=02" \
	rule add a before 7 in lo out lo from 10.0.0.0/8 to 10.0.0.1 proto tcp sport 1-2 dport 80 \
	tcp-flags syn/syn,ack dscp ef length 40-255 mark 0x10/255 state new,established \
	limit 5/minute burst 9 count log prefix x set-mark 1 set-dscp cs1 class 7 reject with tcp-reset
asks "rule-add 5 chain=6100 src-set=7300 dst-set=7400 proto=3a icmp-type=80 icmp-code=00 action=04 jump=6200" \
	rule add a from-set s to-set t proto icmpv6 icmp 128/0 jump b
asks "rule-add 5 chain=6100 nat=01 nat-addr=0a000001 nat-addr-max=0a000009 nat-port=0004 nat-port-max=0008" \
	rule add a snat 10.0.0.1-10.0.0.9:1024-2048
asks "rule-add 5 chain=6100 nat=03 nat-addr=20010db8000000000000000000000001 nat-port=5000" \
	rule add a dnat '[2001:db8::1]:80'
asks "rule-add 5 chain=6100 nat=03 nat-addr=20010db8000000000000000000000001" \
	rule add a dnat 2001:db8::1
asks "rule-add 5 chain=6100 nat=02 action=01" rule add a masquerade accept
asks "rule-add 5 chain=6100 nat=04 nat-port=1600" rule add a redirect 22
asks "rule-add 5 chain=6100 action=06 queue=0500" rule add a queue 5
asks "rule-add 5 chain=6100 action=00" rule add a continue
asks "rule-del 5 chain=6100 handle=07000000" rule del a handle 7
asks "rule-del 5 chain=6100" rule flush a
asks "rule-get 301" rule
asks "rule-get 301" rule show forward
asks "set-add 5 name=7300 type=01" set add s type addr-port
asks "set-del 5 name=7300" set del s
asks "set-get 301" set
asks "element-add 5 set=7300 addr=0a000000 prefix-len=08" set insert s 10.0.0.0/8
asks "element-add 5 set=7300 addr=0a000001 prefix-len=20 port=5000" set insert s 10.0.0.1:80
asks "element-del 5 set=7300 addr=20010db8000000000000000000000001 prefix-len=80 port=bb01" \
	set remove s '[2001:db8::1]:443'
asks "element-del 5 set=7300 addr=00000000000000000000000000000000 prefix-len=00" set remove s ::/0
asks "element-get 301" set list s
asks "element-get 5 set=7300 addr=0a000001" set has s 10.0.0.1
asks "engine-get 5" engine
asks "engine-set 5 vector=40000000 icmp-rate=00000000" engine set icmp-rate 0 vector 64
asks "stats-get 301" stats
asks "stats-get 301" stats drop
asks "stats-get 5 group=02 name=74746c00" stats drop ttl
asks "ledger-get 5" ledger
asks "ledger-get 5 sync" ledger --sync
asks "ledger-get 5 sync" ledger show sync
asks "status-get 5" status

# prints WORD...: the tool prints exactly standard input
prints()
{
	"$FAKE" "$@" >"$tmp/out" 2>"$tmp/err"  </dev/null
	echo $? >"$tmp/rc"
	[ "$(<"$tmp/rc")" -eq 0 ] && [ ! -s "$tmp/err" ] && diff - "$tmp/out" >"$tmp/diff"
	report $? "$(printf '%q ' "$@")prints what it should"
}

prints port <<'TEXT'
2: eth0 hook rx
30: eth1 hook nf vrf 7
TEXT
prints -s port <<'TEXT'
2: eth0 hook rx
    rx              50 packets               60 bytes
    tx              70 packets               80 bytes
    local           90 packets              100 bytes
    drops          110 packets
30: eth1 hook nf vrf 7
    rx               0 packets                0 bytes
    tx               0 packets                0 bytes
    local            0 packets                0 bytes
    drops            0 packets
TEXT
prints -j port <<'TEXT'
[{"ifindex":2,"ifname":"eth0","hook":"rx"},{"ifindex":30,"ifname":"eth1","hook":"nf","vrf":7}]
TEXT
prints route <<'TEXT'
default via 192.0.2.1 dev eth0 onlink
10.0.0.0/8 dev eth0 linkdown
local 10.0.0.1 dev eth0
blackhole 11.0.0.0/8
::/0 dev eth0
default via fe80:: dev eth0
prohibit 2001:db8::/32
TEXT
prints route table 7 <<'TEXT'
12.0.0.0/8 via 192.0.2.1 dev eth0 table 7 onlink
TEXT
prints route table 8 <<'TEXT'
default table 8 nexthop via fe80:: dev eth0 weight 1 failed nexthop dev eth0 weight 255 linkdown
TEXT
prints -j route table 8 <<'TEXT'
[{"type":"unicast","dst":"::","prefix-len":0,"table":8,"nexthops":[{"gateway":"fe80::","oif":2,"ifname":"eth0","weight":1,"failed":true},{"oif":2,"ifname":"eth0","weight":255,"link-down":true}]}]
TEXT
prints -4 route show table all <<'TEXT'
default via 192.0.2.1 dev eth0 onlink
10.0.0.0/8 dev eth0 linkdown
local 10.0.0.1 dev eth0
blackhole 11.0.0.0/8
12.0.0.0/8 via 192.0.2.1 dev eth0 table 7 onlink
TEXT
prints route -6 <<'TEXT'
::/0 dev eth0
default via fe80:: dev eth0
prohibit 2001:db8::/32
TEXT
prints -j -6 route <<'TEXT'
[{"type":"unicast","dst":"::","prefix-len":0,"oif":2,"ifname":"eth0","table":254},{"type":"unicast","dst":"::","prefix-len":0,"gateway":"fe80::","oif":2,"ifname":"eth0","table":254},{"type":"prohibit","dst":"2001:db8::","prefix-len":32,"table":254}]
TEXT
prints route rule <<'TEXT'
pref 0 table 7
pref 4294967295 from 10.0.0.0/8 in eth0 mark 0x10/0xf0 table 7
TEXT
prints -j route rule show <<'TEXT'
[{"pref":0,"table":7},{"pref":4294967295,"src":"10.0.0.0","src-len":8,"iif":2,"ifname":"eth0","mark":16,"mask":240,"table":7}]
TEXT
prints lane <<'TEXT'
bulk pref 0
high pref 4294967295 in eth0 local proto tcp sport 1 dport 2-3 dscp ef
# control proto icmpv6 icmp 133-137
TEXT
prints -s lane show <<'TEXT'
bulk pref 0 # packets 5
high pref 4294967295 in eth0 local proto tcp sport 1 dport 2-3 dscp ef # packets 5
# control proto icmpv6 icmp 133-137 packets 5
TEXT
prints -j lane <<'TEXT'
[{"lane":"bulk","pref":0,"packets":5},{"lane":"high","pref":4294967295,"in":2,"in-name":"eth0","local":true,"proto":6,"sport":1,"dport":2,"dport-max":3,"dscp":46,"packets":5},{"default":true,"lane":"control","proto":58,"icmp-type":133,"icmp-type-max":137,"packets":5}]
TEXT
prints shape <<'TEXT'
eth0 1 ceil 100mbit quantum 2kb default target 5ms interval 0us ecn on
if5 65534 ceil 8bit quantum 2kb default target 5ms interval 0us ecn on # no qdisc
TEXT
prints -s shape class show <<'TEXT'
eth0 1 ceil 100mbit quantum 2kb default target 5ms interval 0us ecn on
    sent              18 packets               19 bytes (20 borrowed)
    waiting           25 packets               26 bytes
    marked            21 packets
    dropped           23 by CoDel, 22 at the limit, 24 purged
if5 65534 ceil 8bit quantum 2kb default target 5ms interval 0us ecn on # no qdisc
TEXT
prints -j shape <<'TEXT'
[{"ifindex":2,"ifname":"eth0","id":1,"ceil":12500000,"quantum":2048,"default":true,"target":5000,"interval":0,"ecn":"on","sent-packets":18,"sent-bytes":19,"borrowed-bytes":20,"backlog-packets":25,"backlog-bytes":26,"marked":21,"drops-codel":23,"drops-full":22,"drops-purged":24},{"ifindex":5,"id":65534,"ceil":1,"quantum":2048,"default":true,"target":5000,"interval":0,"ecn":"on"}]
TEXT
prints stats <<'TEXT'
punt     arp                                                5
drop     ttl                                                7
TEXT
prints -s stats drop <<'TEXT'
drop     no-route                                           0
drop     ttl                                                7
TEXT
prints -j stats created <<'TEXT'
[]
TEXT
prints engine <<'TEXT'
vector           1 packets together
time-limit       2 us in a poll
lane-limit       3 packets in the lanes
icmp-rate        4 errors per CPU and second
threaded         on
budget           5 packets per source, CPU and second
control-budget   1000 of them in the control lane
budget-burst     1000 packets at once
lane-defaults    on
TEXT
prints -j engine <<'TEXT'
{"vector":1,"time-limit":2,"lane-limit":3,"icmp-rate":4,"threaded":"on","budget":5,"control-budget":1000,"budget-burst":1000,"lane-defaults":"on"}
TEXT
prints -j status <<'TEXT'
{"version":"1.0","generation":2,"ports":3,"routes-v4":4,"routes-v6":5,"tables":6,"route-rules":7,"local-addresses":8,"cpus":9,"bypassed-xfrm":true}
TEXT
prints status <<'TEXT'
version          1.0
generation       2
ports            3
routes-v4        4
routes-v6        5
tables           6
route-rules      7
local-addresses  8
cpus             9
bypassed-xfrm    yes
TEXT
prints ledger <<'TEXT'
  rx                         1
  from-stack                 1
  injected                   1
  created                    1
in                           4
  sent                       1
  local                      1
  punted                     1
  to-stack                   1
  dropped                    0
  ring-owned                 0
  held                       0
  queued                     0
out                          4  balanced
TEXT
prints -j ledger --sync <<'TEXT'
{"rx":1,"from-stack":1,"injected":1,"created":1,"sent":1,"local":1,"punted":1,"to-stack":1,"dropped":0,"ring-owned":0,"held":0,"queued":0,"balanced":true}
TEXT

PORCHCTL=$FAKE
export FAKE_LEAK=2
accepts "not balanced" ledger
run ledger --sync
[ "$(<"$tmp/rc")" -eq 1 ] && grep -q 'not balanced' "$tmp/out" &&
	[ "$(<"$tmp/err")" = "porchctl: ledger show: does not balance: 4 in, 6 out" ]
report $? "ledger --sync fails if it does not balance"
unset FAKE_LEAK

FAKE_QDISC=no refuses 1 'shape class add lo 1: lo has another qdisc; first, tc qdisc del dev lo root' \
	shape class add lo 1
export FAKE_REFUSE="is not possible"
FAKE_REFUSE_AT=1 refuses 1 'shape class add lo 1: is not possible (attribute ifindex): Invalid argument' \
	shape class add lo 1
FAKE_REFUSE_AT=6 FAKE_COOKIE=2 refuses 1 'shape simple lo 1mbit: is not possible (attribute operations): Invalid argument' \
	shape simple lo 1mbit
refuses 1 'port add lo: is not possible (attribute ifindex): Invalid argument' port add lo
refuses 1 'route add blackhole 10.0.0.0/8: is not possible (attribute dst): Invalid argument' \
	route add blackhole 10.0.0.0/8
refuses 1 'engine set: is not possible (attribute icmp-rate): Invalid argument' \
	engine set icmp-rate 3
refuses 1 'route show: is not possible: Invalid argument' -j route
refuses_file 1 '2: port add lo: is not possible' '\nport add lo\nport add lo\n'
unset FAKE_REFUSE

rm -f "$tmp/log"
printf 'route add 10.0.0.0/8 dev lo\nroute del 10.0.0.0/8\nroute add x\nroute\n' >"$tmp/batch"
FAKE_LOG=$tmp/log run -b "$tmp/batch"
said 1 "porchctl: $tmp/batch:3: route add: \"x\" is no prefix" &&
	[ "$(cut -d ' ' -f 1 "$tmp/log" | xargs)" = "route-add route-del" ]
report $? "lines before a mistake are applied, those behind it are not"

# An atomic batch
rm -f "$tmp/log"
printf 'route add 10.0.0.0/8 dev lo\n\nroute del 11.0.0.0/8\nengine set vector 1\n' >"$tmp/batch"
FAKE_LOG=$tmp/log run -a -b "$tmp/batch"
{
	echo "txn-begin 5"
	echo "route-add 1 dst=0a000000 prefix-len=08 oif=$lo staged"
	echo "route-del 1 dst=0b000000 prefix-len=08 staged"
	echo "engine-set 5 vector=01000000 staged"
	echo "txn-commit 5 operations=03000000"
} >"$tmp/want"
[ "$(cat "$tmp/rc" "$tmp/out" "$tmp/err")" = 0 ] && diff "$tmp/want" "$tmp/log" >"$tmp/out"
report $? "an atomic batch is staged and committed, with an ack for its last command"

# atomic_refused TEXT: the batch is refused, with its line, and not committed
atomic_refused()
{
	rm -f "$tmp/log"
	FAKE_LOG=$tmp/log run -a -b "$tmp/batch"
	said 1 "$1" && ! grep -q txn-commit "$tmp/log"
	report $? "an atomic batch is refused: $1"
}

export FAKE_REFUSE="is not possible"
FAKE_REFUSE_AT=1 atomic_refused "porchctl: is not possible"
FAKE_REFUSE_AT=2 atomic_refused "$tmp/batch:1: is not possible (attribute dst): Invalid argument"
FAKE_REFUSE_AT=3 atomic_refused "$tmp/batch:3: is not possible (attribute dst): Invalid argument"
FAKE_REFUSE_AT=4 atomic_refused "$tmp/batch:4: is not possible (attribute vector): Invalid argument"
FAKE_REFUSE_AT=5 FAKE_COOKIE=2 run -a -b "$tmp/batch"
said 1 "$tmp/batch:3: is not possible (attribute operations): Invalid argument"
report $? "a commit is refused, with the line to blame"
FAKE_REFUSE_AT=5 FAKE_COOKIE=4 run -a -b "$tmp/batch"
said 1 "porchctl: is not possible (attribute operations): Invalid argument"
report $? "a commit is refused with a cookie that makes no sense"
FAKE_REFUSE_AT=5 run -a -b "$tmp/batch"
said 1 "porchctl: is not possible (attribute operations): Invalid argument"
report $? "a commit is refused without a line to blame"
unset FAKE_REFUSE
printf 'route del 10.0.0.0/8\nroute\nroute del 11.0.0.0/8\n' >"$tmp/batch"
atomic_refused "$tmp/batch:2: route show: changes nothing, so it cannot be part of an atomic batch"
printf 'route del 10.0.0.0/8\nroute del x\n' >"$tmp/batch"
atomic_refused "$tmp/batch:2: route del: \"x\" is no prefix"

# More than one datagram holds
seq -f 'route add 10.0.0.%g dev lo' 0 255 | cat - <(seq -f 'route add 10.0.1.%g dev lo' 0 255) \
	<(seq -f 'route add 10.0.2.%g dev lo' 0 255) >"$tmp/batch"
rm -f "$tmp/log"
FAKE_LOG=$tmp/log run -a -b "$tmp/batch"
[ "$(cat "$tmp/rc" "$tmp/out" "$tmp/err")" = 0 ] &&
	[ "$(grep -c '^route-add' "$tmp/log")" = 768 ] &&
	[ "$(grep -c '^route-add 5' "$tmp/log")" = 2 ]
report $? "many commands share few datagrams"
FAKE_REFUSE=no FAKE_REFUSE_AT=767 run -a -b "$tmp/batch"
said 1 "$tmp/batch:766: no"
report $? "a command of the last datagram is refused, with its line"

# The tables of the tool against the spec
if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	/usr/bin/python3 - "$SPEC" >"$tmp/spec" <<'PYTHON'
import sys, yaml

spec = yaml.safe_load(open(sys.argv[1]))
enums = {d['name']: [e['name'] for e in d['entries']]
         for d in spec['definitions'] if d['type'] == 'enum'}
for attrs in spec['attribute-sets']:
    for number, attr in enumerate(attrs['attributes'], 1):
        if attr['type'] != 'pad':
            print(attrs['name'], number, attr['name'], attr['type'],
                  *enums.get(attr.get('enum'), []))
PYTHON
	"$UNIT" --attrs >"$tmp/tool"
	diff "$tmp/spec" "$tmp/tool" >"$tmp/out"
	report $? "the tool knows the attributes of the spec"
else
	tests=$((tests + 1))
	echo "ok $tests - the tool knows the attributes of the spec # SKIP no python3-yaml"
fi

echo "1..$tests"
exit $failed
