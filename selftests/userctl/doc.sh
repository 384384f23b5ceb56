#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The man page and the completion: they are well-formed, and every command of the
# table that the help is written from is in both.
#
# "make -C userctl check" sets PORCHCTL, the tool, FAKE, the tool with a made-up
# kernel inside that has the ports eth0 and eth1, MAN and COMPLETION.

set -u

cd "$(dirname "$0")/../.." || exit 1
PORCHCTL=${PORCHCTL:-build/porchctl}
FAKE=${FAKE:-build/userctl/porchctl-fake}
MAN=${MAN:-build/userctl/porchctl.8}
COMPLETION=${COMPLETION:-build/userctl/porchctl.bash}

tests=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

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

silent()
{
	local said

	said=$("$@" 2>&1) && [ ! "$said" ] && return
	echo "$said"
	return 1
}

# All of the table, out of the help about each object: its name, and lines of
# "OBJECT,VERB" and "OBJECT,VERB,ARGUMENT"
mapfile -t objects < <("$PORCHCTL" help | sed -n 's/^\([a-z ]*\): .*/\1/p' | grep -vx help)
for object in "${objects[@]}"; do
	# shellcheck disable=SC2086 # an object's name may be two words
	"$PORCHCTL" help $object | awk -v OFS=, -v object="$object" '
	/^  [^ ]/	{
		split(substr($0, length(object) + 4), word, " ")
		verb = word[1]
		gsub(/[][]/, "", verb)
		print object, verb
	}
	/^        [^ ]/	{ print object, verb, $1 }'
done > "$tmp/table"

#### the man page ####

groff -man -Tascii -P-cbou -rLL=1000n "$MAN" > "$tmp/page" 2> /dev/null
# A line for each heading and paragraph, single-spaced
sed 's/^ *//; s/  */ /g' "$tmp/page" > "$tmp/lines"

check "groff has no complaint" silent groff -ww -z -man -Tutf8 "$MAN"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS COMMANDS "EXIT STATUS" EXAMPLES FILES \
	"SEE ALSO"; do
	check "the page has a section $section" grep -qx "$section" "$tmp/lines"
done

described()
{
	local line

	while IFS= read -r line; do
		grep -qxF -- "$line" "$tmp/lines" && continue
		echo "not there: $line"
		return 1
	done < <("$PORCHCTL" help | sed -n "/^$1: /,/^\$/{s/^  \([^ ]\)/\1/p}")
}

options()
{
	local option

	while read -r option _; do
		grep -qE -- "^$option( |\$)" "$tmp/lines" || { echo "not there: $option"; return 1; }
	done < <("$PORCHCTL" help | sed -n '/^Options:/,/^$/s/^  -/-/p')
}

for object in "${objects[@]}"; do
	check "the page has every command of $object" described "$object"
done
check "the page has every option" options
# shellcheck disable=SC2016 # awk's variables
check "and describes every argument" awk -F '[ ,]' '
	NR == FNR	{ there[$1]; next }
	split($0, field, ",") == 3 && !(field[3] in there) { print "not there: " $0; missing++ }
	END		{ exit missing }' "$tmp/lines" "$tmp/table"

#### the completion ####

mkdir "$tmp/bin" "$tmp/dir"
ln -s "$(readlink -f "$FAKE")" "$tmp/bin/porchctl"
PATH=$tmp/bin:$PATH
touch "$tmp/dir/routes.txt"

# complete_line LINE: what there is to choose from at its end
complete_line()
{
	bash -c '
		. "$1"
		COMP_LINE=$2
		COMP_POINT=${#COMP_LINE}
		read -r -a COMP_WORDS <<< "$COMP_LINE"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_porchctl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$(readlink -f "$COMPLETION")" "porchctl $1"
}

# completes LINE WORD...: exactly to these
completes()
{
	local have line=$1
	shift

	have=$(complete_line "$line" | sort | tr '\n' ' ')
	[ "$have" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] && return
	echo "\"$line\" becomes: $have"
	return 1
}

# offers LINE WORD...: at least these
offers()
{
	local have line=$1 word
	shift

	have=$(complete_line "$line" | tr '\n' ' ')
	for word; do
		[[ " $have " == *" $word "* ]] && continue
		echo "\"$line\" lacks $word: $have"
		return 1
	done
}

# The table again: each object, verb and keyword
complete_table()
{
	local object verb arg

	while IFS=, read -r object verb arg; do
		offers "" "${object%% *}"
		offers "$object " "$verb"
		if [[ $arg == [a-z-]* ]]; then
			offers "$object $verb " "$arg"
		fi
	done < "$tmp/table" | grep .
}
check "bash can read it" silent bash -n "$COMPLETION"
check "every command and keyword is offered" eval '! complete_table'

mapfile -t devices < <(ls /sys/class/net)
check "objects" completes "ro" rollback route
check "options, and objects" offers "" -j -n help port status
check "options" completes "-" -4 -6 -V -a -b -c -f -h -j -n -s
check "objects behind options" completes "-j -s po" port
check "help" offers "help " port route
check "verbs" completes "route re" replace
check "devices to attach" completes "port add " "${devices[@]}" hook vrf force
check "ports to detach" completes "port del " eth0 eth1
check "the verb can be left out" completes "port " show add del eth0 eth1
check "no more than one device" completes "port add lo " hook vrf force
check "hooks" completes "port add lo hook " auto rx nf
check "types, keywords" completes "route add " unicast blackhole unreachable \
	prohibit via dev table onlink nexthop
check "a type, begun" completes "route add bl" blackhole
check "no second type" completes "route add blackhole " via dev table onlink nexthop
check "no type behind the prefix" completes "route add 10.0.0.0/8 " via dev table onlink nexthop
check "also of IPv6" completes "route add 2001:db8::/32 via 2001:db8::1 " dev table onlink nexthop
check "no address is guessed" completes "route add default via " ""
check "devices behind their keyword" completes "route add default dev " "${devices[@]}"
check "flags only once" completes "route add default onlink dev lo " via table nexthop
check "keywords of settings" completes "engine set vector 8 " time-limit lane-limit icmp-rate \
	threaded budget control-budget budget-burst lane-defaults
check "lanes" offers "lane add " control high normal bulk
check "on and off" completes "engine set threaded " off on
check "parts" completes "shape " show simple off class "${devices[@]}"
check "verbs of a part" offers "shape class " show add change del
check "keywords of a part" offers "shape class add lo 1 " prio rate ceil default parent
check "words of a part" completes "shape class add lo 1 ecn " off on
check "groups" completes "stats d" drop
check "no names of counters" completes "stats drop " ""
check "keywords with dashes" completes "ledger --" --sync
check "options anywhere" completes "route -" -4 -6 -h -j -s
check "options count for nothing" completes "route -4 add -j default via 10.0.0.1 de" dev
check "files" completes "-b $tmp/dir/r" "$tmp/dir/routes.txt"
check "configuration files" completes "-f $tmp/dir/r" "$tmp/dir/routes.txt"
check "also of a command" completes "diff $tmp/dir/r" "$tmp/dir/routes.txt"
check "nothing for what is unknown" completes "nonsense " ""

#### installed ####

installed()
{
	make -s -C userctl install BUILD="$PWD/build" DESTDIR="$tmp/root" PREFIX=/usr
	cmp "$MAN" "$tmp/root/usr/share/man/man8/porchctl.8" &&
		cmp "$COMPLETION" "$tmp/root/usr/share/bash-completion/completions/porchctl" &&
		[ -x "$tmp/root/usr/sbin/porchctl" ]
}
check "make install puts them where they belong" installed

echo "1..$tests"
exit $failed
