#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: guest.sh RESULTS LIMIT TEST...
#
# In the VM: run tests one after the other, each beside a freshly loaded module
# and with LIMIT seconds of time. A test must leave nothing that keeps the module
# from being unloaded, and no complaint in the kernel log. In the folder RESULTS,
# which survives the VM, go the test points, the name of each test that came to
# its end, and all that the tests printed.

set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
. "$top/scripts/tap.sh"
results=$1
limit=$2
shift 2

cgroup=/sys/fs/cgroup/test

# within SECONDS COMMAND...: its status, or 124 and leave it behind: a process
# that hangs in the kernel cannot even be killed.
within()
{
	local pid timer ended status=0

	sleep "$1" &
	timer=$!
	shift
	"$@" &
	pid=$!
	wait -n -p ended "$pid" "$timer" || status=$?
	[ "$ended" = "$pid" ] || return 124
	kill "$timer"
	wait "$timer"
	return "$status"
}

in_cgroup()
{
	echo "$BASHPID" > "$cgroup/cgroup.procs"
	exec "$@"
}

loaded()
{
	[ -e /sys/module/porch ]
}

# What namespaces have left holds it until they are gone, in the kernel's own time.
unload()
{
	for _ in {1..200}; do
		rmmod porch 2> /dev/null && return
		sleep 0.1
	done
	rmmod porch
}

# Where is everybody?
stuck_where()
{
	echo "# its processes:"
	while read -r pid; do
		tr '\0' ' ' < "/proc/$pid/cmdline"
		echo
		cat "/proc/$pid/stack"
	done < "$cgroup/cgroup.procs" | sed 's/^/# /'
}

# Leave the machine as the next test wants to find it
cleanup()
{
	echo 1 > "$cgroup/cgroup.kill"
	ip -all netns delete
	loaded || return 0
	within 30 unload && return
	echo "# the module could not be unloaded"
	lsmod | sed -n 's/^porch /# &/p'
	return 1
}

# off CHECKER: it has switched itself off, which not all of them say. A complaint, but
# only one: the tests that follow have done nothing, and the run has failed.
off()
{
	[[ $told != *" $1 "* ]] || return 0
	told+="$1 "
	echo "$1 is off" > /dev/kmsg
}

# Lockdep ends with its first report, and with one of KASAN's.
locks()
{
	! grep -qs 'debug_locks: *0$' /proc/lockdep_stats || off lockdep
}

# A kernel that looks for leaked memory does so when asked, and believes only what
# it has seen twice, the second time when it is 5 seconds old. What it finds becomes a
# complaint in its log.
leaks()
{
	local file=/sys/kernel/debug/kmemleak line

	[ -w "$file" ] || return 0
	for _ in 1 2; do
		sleep 3
		echo scan > "$file" && continue
		off kmemleak
		return
	done
	while IFS= read -r line; do
		echo "$line" > /dev/kmsg
	done < "$file"
	echo clear > "$file"
}

complaints()
{
	dmesg | sed "1,/porch-test: $1\$/d" | awk -f "$here/known.awk" |
		grep -A 30 -E -f "$results/complaints" | sed 's/^/# /'
}

# Files of the machine come by 9p; to look for one, or to open it, takes requests that
# are much slower than the rest. What is touched gets copied to where all goes that is
# written, into memory.
xargs -d '\n' -a "$results/programs" touch -ch
mkdir /run/porch
ln -s "$top"/build/porch* /run/porch
export PATH=/run/porch:$PATH
# What a test would keep for the next one
export PORCH_RESULTS=$results
told=" "
mkdir "$cgroup"
sed '/^#/d; /^$/d' "$here/complaints" > "$results/complaints"

for test in "$@"; do
	name=$(basename "$test" .sh)
	log=$results/$name.log
	begin=$SECONDS
	echo "porch-test: $name" > /dev/kmsg

	{
		status=0
		if [ -e "$PORCH_MODULE" ] && ! loaded; then
			insmod "$PORCH_MODULE" || status=1
		fi
		if [ "$status" = 0 ]; then
			within "$limit" in_cgroup "$test"
			status=$?
			[ "$status" != 124 ] || stuck_where
		fi
		stuck=
		cleanup || stuck=1
		leaks
		locks
		if complaints "$name"; then
			echo "Bail out! the kernel complained"
		elif [ "$stuck" ]; then
			echo "Bail out! it left something behind"
		fi
	} > "$log" 2>&1 < /dev/null

	awk -v name="$name" -v status="$status" -f "$top/scripts/tap.awk" \
		"$log" > "$results/points"
	cat "$results/points" >> "$results/tap"
	echo "$name" >> "$results/ended"

	echo "$(summary "$name" < "$results/points"), $((SECONDS - begin)) s"
	! grep -q '^not ok' "$results/points" || sed 's/^/        /' "$log"
	if [ "$stuck" ]; then
		echo "no test can follow this one"
		break
	fi
done
