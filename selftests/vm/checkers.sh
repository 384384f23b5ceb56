#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: checkers.sh [KERNEL [BUG...]]	(as run.sh -k has it)
#
# Proves that what watches over a kernel reports, and that a report fails a test: each
# bug of a module that has them on purpose (bugs/) is a test of its own, which must fail,
# and with the right words. A test with the same module and no bug passes, before
# and after.

set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
kernel=${1:-6.12}
wanted=" ${*:2} "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What each checker has to say, in an order in which none silences a later one: a
# report by lockdep or KASAN is the last of lockdep's until the next boot. Those on
# a line of their own, "boot", begin one. Who has to say two things has two lines.
#
# bug		words
stock=(
	"refcount	refcount_t: addition on 0"
	"warn		WARNING: .* at .*warn"
	"schedule-atomic BUG: scheduling while atomic"
)
debug=(
	"${stock[@]}"
	"list		list_del corruption"
	"rcu-unlocked	WARNING: suspicious RCU usage"
	"sleep-atomic	BUG: sleeping function called from invalid context"
	"free-active	ODEBUG: free active .* timer_list"
	"free-queued	ODEBUG: free active .* work_struct"
	"rcu-twice	ODEBUG: activate active .* rcu_head"
	"header-unset	WARNING: .* at .*header_unset"
	"device-kept	ref_tracker: .* has 1/1 users"
	"namespace-kept	ref_tracker: net.* has 1/1 users"
	"leak		unreferenced object"
	"shift		UBSAN: shift-out-of-bounds"
	"array-index	UBSAN: array-index-out-of-bounds"
	"flag-unset	UBSAN: invalid-load"
	"lock-order	WARNING: possible circular locking dependency"
	"lock-order	lockdep is off"
	"slab-bounds	BUG: KASAN: slab-out-of-bounds"
	"use-after-free	BUG: KASAN: slab-use-after-free"
	"vmalloc-bounds	BUG: KASAN: vmalloc-out-of-bounds"
	"stack-bounds	BUG: KASAN: stack-out-of-bounds"
	boot
	"lock-softirq	WARNING: inconsistent lock state"
	"kmemleak-off	kmemleak is off"
	boot
	"lock-freed	WARNING: held lock freed"
)
preempt=(
	"cpu-unsure	BUG: using smp_processor_id\(\) in preemptible"
)
kunit=(
	"kunit		not true: !broken"
)
kcsan=(
	"race		BUG: KCSAN: data-race in racer"
	"race-given	BUG: KCSAN: data-race in giver"
)

case $kernel in
debug)	list=("${preempt[@]}" "${debug[@]}") ;;
uml)	list=("${kunit[@]}" "${debug[@]}") ;;
kcsan)	list=("${stock[@]}" "${kcsan[@]}") ;;
*)	list=("${stock[@]}") ;;
esac

arch=
[ "$kernel" != uml ] || arch=um
points=0
failed=0

# check NAME COMMAND...
check()
{
	local name=$1
	shift

	points=$((points + 1))
	if "$@"; then
		echo "ok $points - $name"
	else
		echo "not ok $points - $name"
		failed=1
	fi
}

module=$top/build/$kernel/bugs/porch_bugs.ko
headers=$top/build/$kernel/headers
if ! make -s -C "$here/bugs" KDIR="$(readlink -f "$headers")" BUILD="${module%/*}" \
		ARCH="$arch" > "$work/output" 2>&1; then
	check "the module is built" false
	sed 's/^/# /' "$work/output"
	echo "1..$points"
	exit 1
fi

# fake NAME BUG: a test that commits it; some are none of the module's
fake()
{
	local commit="insmod '$module' bug=$2 && rmmod porch_bugs && echo ok 1"

	case $2 in
	namespace-kept)	commit="unshare -n $commit" ;;
	kmemleak-off)	commit="echo off > /sys/kernel/debug/kmemleak && echo ok 1" ;;
	kunit)		commit="PORCH_BROKEN=1 '$here/../kunit/kunit.sh'" ;;
	esac
	cat > "$work/$1.sh" <<-END
		#!/bin/bash
		$commit
	END
	chmod +x "$work/$1.sh"
	tests+=("$work/$1.sh")
}

# What the kernel has said is in there only if it was a complaint.
reported()
{
	grep -q "^not ok - .*: $1: " "$work/tap" && grep -qE "$2" "$work/results/$1.log"
}

passed()
{
	grep -q "^ok - .*: $1" "$work/tap" && ! grep -q "^not ok .*: $1:" "$work/tap"
}

# A boot with the bugs that were collected
run()
{
	local status line bug words before=$failed

	[ ${#bugs[@]} -gt 0 ] || return
	failed=0
	fake after none
	: > "$work/tap"
	TAP=$work/tap "$here/suite.sh" -k "$kernel" -r "$work/results" -t 1200 "${tests[@]}" \
		> "$work/output" 2>&1
	status=$?
	rm -rf "$(sed -n 's#^vm: console log: \(.*\)/console$#\1#p' "$work/output")"
	check "a run with bugs fails" [ "$status" != 0 ]
	check "a test without passes, before" passed before
	for line in "${bugs[@]}"; do
		read -r bug words <<< "$line"
		check "$bug: \"$words\"" reported "$bug" "$words"
	done
	[ "$kernel" != uml ] || check "processes killed in a fork" passed killed-forks
	check "and after" passed after
	[ "$failed" = 0 ] || sed 's/^/# /' "$work/output"
	failed=$((failed | before))
}

begin()
{
	tests=()
	bugs=()
	fake before none
	[ "$kernel" != uml ] || tests+=("$here/killed-forks.sh")
}

begin
for line in "${list[@]}"; do
	if [ "$line" = boot ]; then
		run
		begin
		continue
	fi
	bug=${line%%[	 ]*}
	[[ $wanted = "  " || $wanted = *" $bug "* ]] || continue
	bugs+=("$line")
	[ -e "$work/$bug.sh" ] || fake "$bug" "$bug"
done
run

echo "1..$points"
exit "$failed"
