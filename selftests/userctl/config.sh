#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Configuration files, against a made-up kernel: what is taken back and added, what
# stays, what is refused and how, and commits that have to be confirmed.
#
# "make -C userctl check" sets FAKE, the tool with the made-up kernel inside. That
# has, in this order, what "have" below says.
#
# shellcheck disable=SC2016 # what eval expands

set -u

# A commit that waits does so for all of its network namespace.
if [ ! "${own_netns-}" ] && unshare -n true 2> /dev/null; then
	own_netns=1 exec unshare -n "$0"
fi

cd "$(dirname "$0")/../.." || exit 1
FAKE=$(readlink -f "${FAKE:-build/userctl/porchctl-fake}")

tests=0
failed=0
tmp=$(mktemp -d)
before=/run/porch/before-$(stat -L -c %i /proc/self/ns/net)
trap 'rm -rf "$tmp" ${own_netns:+"$before"}' EXIT
export FAKE_DEVICE=lo FAKE_RULES=abc FAKE_LOG=$tmp/log
cd "$tmp" || exit 1

cat > have <<'TEXT'
port add lo hook rx
# no such device: port add eth1 hook nf vrf 7
route add 10.0.0.0/8 dev lo
route add blackhole 11.0.0.0/8
route add ::/0 dev lo
route add prohibit 2001:db8::/32
route add default via 192.0.2.1 dev lo onlink
route add 12.0.0.0/8 via 192.0.2.1 dev lo table 7 onlink
route add default via fe80:: dev lo
route add default table 8 nexthop via fe80:: dev lo weight 1 nexthop dev lo weight 255
route rule add pref 0 table 7
route rule add pref 4294967295 from 10.0.0.0/8 in lo mark 0x10/0xf0 table 7
chain policy forward drop
chain add guests
rule add forward proto tcp dport 97 count
rule add forward proto tcp dport 98 count
rule add forward proto tcp dport 99 count
track set udp 77
# no such device: shape class add if5 65534 ceil 8bit quantum 2kb default target 5ms interval 0us ecn on
shape class add lo 1 ceil 100mbit quantum 2kb default target 5ms interval 0us ecn on
lane add bulk pref 0
lane add high pref 4294967295 in lo local proto tcp sport 1 dport 2-3 dscp ef
engine set vector 1
engine set time-limit 2
engine set lane-limit 3
engine set icmp-rate 4
engine set budget 5
engine set threaded on
TEXT

# check NAME COMMAND...
check()
{
	local name=$1 said
	shift

	tests=$((tests + 1))
	if said=$("$@" 2>&1); then
		echo "ok $tests - $name"
	else
		failed=1
		echo "not ok $tests - $name"
		printf '%s\n' "$said" | sed 's/^/# /'
	fi
}

# prints TEXT COMMAND...: exactly that, and it succeeds
prints()
{
	local text=$1 said
	shift

	said=$("$@" 2>&1) && [ "$said" = "$text" ] && return
	echo "$said"
	return 1
}

# refuses RC TEXT COMMAND...: it fails with one line that begins so, and commits nothing
refuses()
{
	local rc=$1 text=$2 said
	shift 2

	rm -f log
	said=$("$@" 2>&1)
	[ $? = "$rc" ] && [ "$(wc -l <<< "$said")" = 1 ] && [[ $said = "porchctl: $text"* ]] &&
		! grep -qs commit log && return
	echo "$said"
	cat log
	return 1
}

# changes LINES: the last configuration was loaded by these commands alone
changes()
{
	sed -n '/^txn-begin/,$p' log | diff - <(echo "txn-begin 5"; echo "$1")
}

# with [LINE...]: a file of what there is, and these; without those that begin with -
with()
{
	local line

	grep -v '^#' have > file
	for line; do
		case $line in
		-*)	grep -vxF -- "${line#-}" file > less; mv less file ;;
		*)	echo "$line" >> file ;;
		esac
	done
}

loads()
{
	rm -f log
	"$FAKE" -f file
}

echo "TAP version 13"

#### what there is ####

check "what is in force is saved" prints "$(< have)" "$FAKE" save
check "but no rules, if there are none" \
	prints "$(grep -v '^rule' have)" env FAKE_RULES= "$FAKE" save

check "nor what is about another device of that name" \
	prints "$(sed '/nexthop/!{/ lo\b/s/^/# no such device: /}' have)" env FAKE_INDEX=99 "$FAKE" save

with
check "it is the same when read again" prints "" "$FAKE" diff file
tac file | grep -v '^rule' | cat - <(grep '^rule' file) > other && mv other file
check "in any order" prints "" "$FAKE" diff file
cat > file <<'TEXT'
engine  set icmp-rate 4 lane-limit 3	# some
engine set vector 1 threaded on time-limit 2 budget 5 lane-defaults on
track set udp 77 icmp 30
lane add high dscp 46 dport 2-3 sport 1-1 proto 6 in lo local pref 4294967295
lane add bulk pref 0
shape class add lo 1 default interval 0s quantum 2048 rate 0 ceil 0.1gbit parent 0
rule add forward dport 97-97 proto 6 count continue
rule add forward count proto tcp dport 98
rule add forward proto tcp dport 99 count
chain policy input accept
chain policy forward drop
chain add guests

# a comment
route rule add pref 4294967295 table 7 mark 16/240 in lo from 10.0.0.0/8
route rule add table 7 pref 0
route add default table 8 nexthop dev lo via fe80:: nexthop weight 255 dev lo
route add -6 prohibit 2001:0db8::/32 table 254
route add fe80:: blackhole
-6 route add default dev lo
route add via fe80:: default
route add 11.0.0.0/8
route add unicast 10.0.0.0/8 dev lo
route add table 7 12.0.0.0/8 onlink via 192.0.2.1
route add default onlink dev lo via 192.0.2.1
port add lo force
TEXT
sed -i '/fe80:: blackhole/d; s/^route add 11/route add blackhole 11/' file
check "in other words" prints "" "$FAKE" diff file
check "from standard input" prints "" "$FAKE" diff - < file

#### what changes ####

with "-route add 10.0.0.0/8 dev lo" "route add 10.0.0.0/8 via 192.0.2.1" "-engine set vector 1" \
	"-chain policy forward drop" "-chain add guests"
check "a difference is shown, object by object" prints "- route add 10.0.0.0/8 dev lo
+ route add 10.0.0.0/8 via 192.0.2.1
- chain policy forward drop
- chain add guests
- engine set vector 1" "$FAKE" diff file
difference()
{
	loads && changes "engine-set 1 vector=40000000 staged
chain-del 1 name=67756573747300 staged
chain-set 1 name=666f727761726400 policy=00 staged
route-del 1 dst=0a000000 prefix-len=08 oif=01000000 staged
route-add 5 dst=0a000000 prefix-len=08 gateway=c0000201 staged
txn-commit 5 operations=05000000 generation=02000000"
}
check "it is committed as one, on top of what was read" difference
checked()
{
	rm -f log
	"$FAKE" -c -f file && grep -q 'txn-commit .* generation=02000000 check$' log
}
check "or only tried" checked

nothing()
{
	"$FAKE" save > file
	rm -f log
	"$FAKE" -f file > said
	[ ! -s said ] && ! grep txn log
}
check "a comparison asks and does nothing else" nothing

# Rules by their ports, which are characters: "ac" are those of 97 and 99.
rules()
{
	local i

	with
	sed -i '/^rule/d' file
	for ((i = 0; i < ${#1}; i++)); do
		printf 'rule add forward proto tcp dport %d count\n' "'${1:i:1}" >> file
	done
}

# reordered HAVE WANT: what the kernel makes of it is what the file says
reordered()
{
	local have=$1 want=$2 op place port handle line
	local -a chain=() kept=()

	for ((place = 0; place < ${#have}; place++)); do
		chain+=("$((100 + place)) ${have:place:1}")
	done
	rules "$want"
	rm -f log
	FAKE_RULES=$have "$FAKE" -f file || return 1
	while read -r op line; do
		handle=
		[[ $line =~ (handle|before)=([0-9a-f]{2}) ]] && handle=$((16#${BASH_REMATCH[2]}))
		for place in "${!chain[@]}" end; do
			[ "$place" = end ] || [ "${chain[place]% *}" != "$handle" ] || break
		done
		if [ "$op" = rule-del ]; then
			[ "$place" != end ] || return 1
			unset "chain[place]"
		else
			[ "$place" != end ] || place=${#chain[@]}
			[[ $line =~ dport=([0-9a-f]{2}) ]]
			printf -v port '\\x%s' "${BASH_REMATCH[1]}"
			printf -v port '%b' "$port"
			chain=("${chain[@]:0:place}" "new $port" "${chain[@]:place}")
		fi
		chain=("${chain[@]}")
	done < <(grep '^rule-[ad]' log)
	printf '%s' "${chain[@]##* }" > said
	[ "$(< said)" = "$want" ] || { echo "$(< said) instead of $want"; return 1; }
	for line in "${chain[@]}"; do
		[[ $line = new* ]] || kept+=("$line")
	done
	[ ${#kept[@]} = "${3-${#kept[@]}}" ] || { echo "kept ${#kept[@]} of $3"; return 1; }
}
check "a rule comes first" reordered abc xabc 3
check "a rule comes between others" reordered abc axbc 3
check "a rule comes last" reordered abc abcx 3
check "rules go" reordered abcdef bdf 3
check "rules come and go" reordered abcdef xacyfz 3
check "the last rule becomes the first" reordered abcdef fabcde 5
check "the first rule becomes the last" reordered abcdef bcdefa 5
check "rules change places" reordered abcdef fedcba 1
check "all rules go" reordered abc "" 0
check "equal rules" reordered aabaa abaaa 4
at_random()
{
	local i j have want

	RANDOM=$1
	for ((i = 0; i < 40; i++)); do
		have=
		want=
		for ((j = RANDOM % 9; j; j--)); do
			have+=$(printf '%b' "\\x6$((1 + RANDOM % 6))")
		done
		for ((j = RANDOM % 9; j; j--)); do
			want+=$(printf '%b' "\\x6$((1 + RANDOM % 6))")
		done
		reordered "$have" "$want" || { echo "$have to $want"; return 1; }
	done
}
seed=${SEED:-$RANDOM}
check "rules at random (SEED=$seed)" at_random "$seed"

# Classes of a device, with those first that others are below
classes()
{
	with "-$(grep '^shape' have)" "shape class add lo 5 parent 9" "shape class add lo 7 parent 5" \
		"shape class add lo 9 ceil 1mbit"
	loads && grep '^class-[ad]' log | cut -d ' ' -f 1,3-5 | diff - <(cat <<-'TEXT'
	class-del ifindex=01000000 staged
	class-add ifindex=01000000 id=09000000 ceil=48e8010000000000
	class-add ifindex=01000000 id=05000000 parent=09000000
	class-add ifindex=01000000 id=07000000 parent=05000000
	TEXT
	)
}
check "the classes of a device are built anew" classes

#### what is refused ####

with "port add no-such-dev"
line=$(wc -l < file)
check "a device that is not there" \
	refuses 1 "file:$line: port add: no device \"no-such-dev\"" "$FAKE" -f file
bad()
{
	with "$1"
	refuses 2 "file:$(wc -l < file): $2" "$FAKE" -f file &&
		refuses 2 "file:$(wc -l < file): $2" "$FAKE" -c -f file
}
check "words that are wrong" bad "route add 10.0.0.1/8" "route add: 10.0.0.1/8 has bits behind"
check "no command" bad "nonsense" 'unknown command "nonsense"; allowed: port, '
check "what takes something away" bad "route del 10.0.0.0/8" \
	"route del 10.0.0.0/8: a configuration says what there is; allowed: add"
check "what only shows something" bad "chain" \
	"chain show: a configuration says what there is; allowed: add, policy"
check "what is no part of it" bad "stats" \
	"stats show: no part of a configuration; allowed: port, route, route rule, chain, set, rule, track, shape class, lane, engine"
check "a configuration within one" bad "commit file" \
	"commit run file: no part of a configuration; allowed: "
check "help" bad "port help" "help is no part"
check "the place of a rule" bad "rule add forward before 5 accept" \
	"rule add forward: before is not needed: the order is that of the lines"
check "a file that is not there" \
	refuses 1 "commit run none: cannot open none: No such file" "$FAKE" -f none
check "the file that there should be by default" \
	refuses 1 "diff show: cannot open /etc/porch/porch.conf: No such file" "$FAKE" diff
check "-f without a file" refuses 2 "-f needs a value: FILE" "$FAKE" -f
check "-f and -b" refuses 2 "-b and -f: one of them" "$FAKE" -f file -b file
check "too little time" refuses 2 "commit run file: confirmed must be 1 to 86400 seconds, not 0" \
	"$FAKE" -f file confirmed 0

with "-route add 10.0.0.0/8 dev lo" "route add 12.0.0.0/8 dev lo"
line=$(wc -l < file)
# Its requests: status, 11 lists, begin, taking back a route, one to add, commit
by_kernel()
{
	FAKE_REFUSE="is no good" FAKE_REFUSE_AT=$1 refuses 1 "$2" "$FAKE" -f file
}
check "the generation by the kernel" by_kernel 1 "is no good"
check "a list by the kernel" by_kernel 3 "is no good"
check "the begin by the kernel" by_kernel 13 "is no good"
check "what is taken back by the kernel" \
	by_kernel 14 "taking back route add 10.0.0.0/8 dev lo: is no good (attribute dst): "
check "what is added by the kernel" \
	by_kernel 15 "file:$line: route add 12.0.0.0/8 dev lo: is no good (attribute dst): "
by_commit()
{
	FAKE_REFUSE="is no good" FAKE_REFUSE_AT=16 FAKE_COOKIE=$1 \
		prints "porchctl: $2: Invalid argument" eval '! "$FAKE" -f file'
}
check "what is taken back by the commit" by_commit 1 \
	"taking back route add 10.0.0.0/8 dev lo: is no good (attribute operations)"
check "what is added by the commit" by_commit 2 \
	"file:$line: route add 12.0.0.0/8 dev lo: is no good (attribute operations)"
check "the commit itself" by_commit 0 "is no good (attribute operations)"

others()
{
	rm -f log
	FAKE_STALE=4 prints "" "$FAKE" -f file && [ "$(grep -c ^status-get log)" = 5 ] &&
		[ "$(grep -c ^txn-commit log)" = 5 ]
}
check "when others change something, it is compared again" others
check "but not for ever" prints "porchctl: others changed something meanwhile, 5 times" \
	eval '! FAKE_STALE=5 "$FAKE" -f file'

#### confirmed ####

note="porchctl: note: in force for 60 s, then undone, unless: porchctl confirm"
waiting="a commit waits to be confirmed; allowed: confirm, rollback"

# Only one of them at a time can be proved with it, and only by those who may.
if { mkdir -p /run/porch && [ -w /run/porch ] && [ ! -e "$before" ]; } 2> /dev/null; then
	commit()
	{
		rm -f log
		prints "$note" "$FAKE" -f file confirmed 60
	}
	check "a commit waits" commit
	grep -v "^#" have > saved
	check "what was before is kept" diff saved "$before"
	check "no other one can begin" prints "porchctl: commit run file: $waiting" \
		eval '! "$FAKE" commit file'
	check "nor one that waits, too" prints "porchctl: $waiting" \
		eval '! "$FAKE" commit file confirmed 5'
	check "comparing goes on" eval '"$FAKE" diff file > /dev/null'
	check "it is confirmed" prints "" "$FAKE" confirm
	check "nothing waits any more" eval '[ ! -e "$before" ]'
	check "so it cannot be confirmed" \
		refuses 1 "confirm run: no commit waits to be confirmed" "$FAKE" confirm
	check "nor taken back" \
		refuses 1 "rollback run: no commit waits to be confirmed" "$FAKE" rollback
	commit > /dev/null
	check "the next one is taken back" prints "" env FAKE_RULES=ab "$FAKE" rollback
	check "by another commit" eval 'grep -q "^rule-add.*dport=6300" log && [ ! -e "$before" ]'

	in_time()
	{
		local i

		rm -f log
		# The shell, its terminal and its session are gone at once.
		setsid bash -c '"$1" -f file confirmed 2 < /dev/null > /dev/null 2>&1; kill -HUP 0' \
			bash "$FAKE"
		[ -e "$before" ] || return 1
		for ((i = 0; i < 300; i++)); do
			[ "$(grep -c ^engine-get log)" != 2 ] || break
			sleep 0.1
		done
		# It finds that the kernel, which is made up, has not changed at all.
		[ "$(grep -c ^engine-get log)" = 2 ] && [ ! -e "$before" ]
	}
	check "one that nobody confirms is taken back in time" in_time

	refused_confirmed()
	{
		local i

		FAKE_REFUSE=no FAKE_REFUSE_AT=16 prints "porchctl: no (attribute operations): Invalid argument" \
			eval '! "$FAKE" -f file confirmed 60' || return 1
		for ((i = 0; i < 300; i++)); do
			[ -e "$before" ] || return 0
			sleep 0.1
		done
		return 1
	}
	check "one that is refused does not wait" refused_confirmed
	stale_confirmed()
	{
		FAKE_STALE=2 prints "$note" "$FAKE" -f file confirmed 60 && diff saved "$before" &&
			"$FAKE" confirm
	}
	check "one that is compared again waits once" stale_confirmed
	left_behind()
	{
		echo "port add lo" > "$before"
		prints "$note" "$FAKE" -f file confirmed 60 && diff saved "$before" && "$FAKE" confirm
	}
	check "what a killed one has left is in nobody's way" left_behind
else
	tests=$((tests + 1))
	echo "ok $tests - commits that are confirmed # SKIP /run/porch is not for us"
fi

echo "1..$tests"
exit $failed
