#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run a command under a Debian kernel in a VM that sees this machine's
# own files, stream its output and return its exit status. What it writes is
# gone afterwards, except below the folder given with --share.

usage()
{
	cat <<-'END'
	usage: run.sh [OPTION]... [--] COMMAND [ARGUMENT]...

	  -k, --kernel SERIES   6.12 (default) or 6.1; or debug, kcsan, uml: see checker.sh
	  -t, --timeout SECONDS kill the VM that long after COMMAND started (300)
	  -w, --watch FILE      or after FILE was last written, whichever is later
	  -s, --share FOLDER    COMMAND may write below FOLDER
	  -i, --interactive     COMMAND talks to the terminal, without a timeout
	      --icount          one CPU on which one instruction takes one ns
	      --smp N           number of CPUs (2)
	      --mem SIZE        memory (2G)

	Exit status: COMMAND's; or
	  124  it took too long
	  125  the VM could not be booted
	  126  the kernel complained, or died; see the file "complaints"
	END
}

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/cache.sh"

series=6.12
limit=300
watch=
share=
interactive=
icount=
smp=2
mem=2G
boot_limit=300
boot_tries=3

while [ $# -gt 0 ]; do
	case $1 in
	-k|--kernel)	series=$2; shift ;;
	-t|--timeout)	limit=$2; shift ;;
	-w|--watch)	watch=$2; shift ;;
	-s|--share)	share=$(readlink -f "$2"); shift ;;
	-i|--interactive) interactive=1 ;;
	--icount)	icount=1 ;;
	--smp)		smp=$2; shift ;;
	--mem)		mem=$2; shift ;;
	-h|--help)	usage; exit ;;
	--)		shift; break ;;
	-*)		usage >&2; exit 2 ;;
	*)		break ;;
	esac
	shift
done
[ $# -gt 0 ] || { usage >&2; exit 2; }

say()
{
	echo "vm: $*" >&2
}

# The kernel that the modules were built for, else the newest.
kernel=$here/../../build/$series/kernel
[ -e "$kernel" ] || kernel=$cache/$series
[ -e "$kernel" ] || "$here/kernel.sh" "$series" >&2
kernel=$(readlink -f "$kernel")
program=$kernel/linux
[ -e "$program" ] || program=
emulator=$cache/emulator/run
[ -x "$emulator" ] || emulator="qemu-system-x86_64"

run=$(mktemp -d "${TMPDIR:-/tmp}/porch-vm.XXXXXX")
vm=
reader=
keep=
trap '[ -z "$vm" ] || kill -9 "$vm"; [ -n "$keep" ] || rm -rf "$run"' EXIT
trap 'exit 130' INT TERM HUP

# start_vm ACCELERATOR [KERNEL PARAMETER]...: in the background
start_vm()
{
	local accel=$1
	shift

	rm -f "$run/status" "$run/console"
	set -- console=ttyS0 loglevel=5 log_buf_len=4M oops=panic panic=-1 "$@"
	# Checkers, where there are any: each test is judged by what came during it, so
	# all reports are wanted, not the first one only.
	set -- kasan_multi_shot kcsan.early_enable=1 "$@"
	if [ -z "$interactive" ]; then
		# A reader on a pipe: QEMU would cut a file, and a terminal
		# or a closed stdin would have a say in what is written.
		cat "$run/output" &
		reader=$!
	fi
	if [ -n "$program" ]; then
		start_uml "$@"
	else
		start_qemu "$accel" no_timer_check "$@"
	fi
	vm=$!
}

# A kernel that is a program, whose lines are files that are open. There are no
# tags of shares, but their folders.
start_uml()
{
	"$here/uml.sh" "$program" "$run" ${share:+"$share"} -- "mem=$mem" \
		"uml_dir=$run" "initrd=$run/initramfs" stderr=1 con=null ssl=null \
		ssl0=null,fd:3 ssl1=null,fd:4 ssl2=null,fd:5 "$@" \
		"share_root=/" "share_modules=$kernel/modules/" \
		"share_vm=$run/vm" "share_share=$share" \
		<&0 3> "$run/console" 4> "$run/status" 5> "$run/output" \
		> "$run/said" 2>&1 &
}

# start_qemu ACCELERATOR [KERNEL PARAMETER]...: in the background
start_qemu()
{
	local cpu=max args accel=$1 plain=security_model=none
	shift

	args=(-M q35 -nodefaults -no-user-config -display none -no-reboot -m "$mem"
	      -kernel "$kernel/vmlinuz" -initrd "$run/initramfs"
	      -serial "file:$run/console" -serial "file:$run/status"
	      -device virtio-serial-pci -device "virtconsole,chardev=out"
	      -virtfs "local,path=/,mount_tag=root,$plain,readonly=on,multidevs=remap"
	      -virtfs "local,path=$kernel/modules/,mount_tag=modules,$plain,readonly=on"
	      -virtfs "local,path=$run/vm,mount_tag=vm,$plain"
	      -append "$*")
	if [ -n "$share" ]; then
		args+=(-virtfs "local,path=${share//,/,,},mount_tag=share,$plain")
	fi
	if [ -n "$interactive" ]; then
		args+=(-chardev "stdio,id=out,signal=off")
	else
		args+=(-chardev "file,id=out,path=$run/output")
	fi
	if [ -n "$icount" ]; then
		# One translation thread, and no string instruction that QEMU
		# counts by the byte in one version and as one in another.
		for flag in erms fsrm fsrs fzrm; do
			! grep -qw "$flag" "$run/flags" || cpu+=,$flag=off
		done
		args+=(-accel "tcg,thread=single" -smp 1
		       -icount "shift=0,sleep=off")
	else
		args+=(-accel "$accel" -smp "$smp")
	fi
	"$emulator" -cpu "$cpu" "${args[@]}" <&0 2> "$run/said" &
}

# wait_report WORD SECONDS [FILE]: for a word on the status line. SECONDS may be
# empty; they begin anew whenever FILE is written.
# 0: it came, 1: the VM is gone without, 2: it did not come in time
wait_report()
{
	local end='' last='' now

	while :; do
		! grep -qs "^$1" "$run/status" || return 0
		if ! kill -0 "$vm" 2>/dev/null; then
			grep -qs "^$1" "$run/status"
			return
		fi
		now=${3:+$(stat -c %y "$3" 2>/dev/null || true)}
		if [ -n "$2" ] && { [ -z "$end" ] || [ "$now" != "$last" ]; }; then
			end=$((SECONDS + $2))
			last=$now
		fi
		[ -z "$end" ] || [ "$SECONDS" -lt "$end" ] || return 2
		sleep 0.1
	done
}

stop_vm()
{
	kill -9 "$vm" 2>/dev/null || true
	wait "$vm" 2>/dev/null || true
	vm=
	[ -z "$reader" ] || wait "$reader" || true
	reader=
}

# once NAME COMMAND...: what it prints, which holds until the machine is started again
once()
{
	local name=$1 answer
	shift

	answer=$cache/$name-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$answer" ]; then
		"$@" > "$run/answer"
		rm -f "$cache/$name"-*
		mv "$run/answer" "$answer"
	fi
	cat "$answer"
}

# /dev/kvm may be there and yet not run a stock kernel, so boot one.
accelerator()
{
	local interactive='' accel="tcg,thread=multi"

	if [ -w /dev/kvm ]; then
		say "trying KVM"
		start_vm kvm porch.probe
		if wait_report boot 10; then
			accel=kvm
		fi
		stop_vm
	fi
	echo "$accel"
}

# The kernel had better not measure it while others keep the CPUs busy.
tsc_khz()
{
	"${CC:-gcc}" -O2 -o "$run/tsc" "$here/tsc.c"
	"$run/tsc"
}

mkdir "$run/vm"
mkfifo "$run/output"
{
	printf 'cd %q\n' "$PWD"
	printf 'export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n'
	printf 'export HOME=%q TERM=%q LC_ALL=C\n' "$HOME" "${TERM:-dumb}"
	# What the machine's user set for Porch
	while read -r name; do
		printf 'export %s=%q\n' "$name" "${!name}"
	done < <(compgen -e PORCH_)
	[ -n "$interactive" ] || printf 'exec < /dev/null\n'
	printf 'exec'
	printf ' %q' "$@"
	printf '\n'
} > "$run/vm/job"
[ -z "$share" ] || echo "$share" > "$run/vm/share"
if [ -n "$interactive" ]; then
	limit=
	size=$(stty size 2>/dev/null) || {
		say "--interactive needs a terminal"
		exit 2
	}
	[ "$size" != "0 0" ] || size="24 80"
	echo "$size" > "$run/vm/size"
elif [ -z "$icount$watch" ]; then
	echo "$limit" > "$run/vm/limit"
fi
[ -n "$program" ] || "$emulator" -cpu help > "$run/flags"
(cd "$here" && echo init | cpio --quiet -o -H newc) |
	cat "$kernel/initramfs" - > "$run/initramfs"

accel=
[ -n "$program" ] || accel=$(once accel accelerator)
params=()
if [ -z "$icount" ] && [[ $accel = tcg* ]]; then
	params+=("tsc_early_khz=$(once tsc tsc_khz)")
fi

# --- boot ---------------------------------------------------------------

try=1
while :; do
	start_vm "$accel" "${params[@]}"
	wait_report start "$boot_limit" && break
	stop_vm
	say "boot $try of $boot_tries did not reach the command; the console's end:"
	tail -n 15 "$run/console" >&2 || true
	cat "$run/said" >&2
	if [ "$try" -ge "$boot_tries" ]; then
		keep=1
		say "giving up; see $run/console"
		exit 125
	fi
	try=$((try + 1))
	say "booting again"
done

# --- run ----------------------------------------------------------------

why=
status=
# Five seconds of grace: the guest shows its tasks when the time is up.
wait_report exit "${limit:+$((limit + 5))}" "$watch" || why=$?
if [ -z "$why" ]; then
	# The guest powers off by itself
	for _ in $(seq 100); do
		kill -0 "$vm" 2>/dev/null || break
		sleep 0.1
	done
fi
stop_vm

read -r _ status taint < <(tr -d '\r' < "$run/status" | grep '^exit') || true
sed '/^#/d; /^$/d' "$here/complaints" > "$run/complaints"
awk -f "$here/known.awk" "$run/console" > "$run/log"
grep -aEn -f "$run/complaints" "$run/log" > "$run/found" || true

# Taint flags that mean trouble: a page or machine check (4, 5), died (7),
# warned (9), soft lockup (14). Flags of an unsigned out-of-tree module do not.
trouble=$((1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 14))

if [ -s "$run/found" ]; then
	say "the kernel complained:"
	grep -aE -m 5 -B 3 -A 40 -f "$run/complaints" "$run/log" |
		head -n 150 >&2
	code=126
elif [ "$why" = 2 ]; then
	code=124
elif [ -z "$status" ]; then
	code=126
elif [ $((taint & trouble)) -ne 0 ]; then
	say "the kernel is tainted ($taint), though its log shows nothing"
	code=126
else
	code=$status
fi
[ "$why" != 2 ] || say "timeout after $limit s"
[ "$why" != 1 ] || say "the VM died under the command"
case $code in
124|126)
	keep=1
	say "console log: $run/console" ;;
esac
exit "$code"
