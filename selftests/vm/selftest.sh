#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The runner's own test: what must fail does fail, and nothing leaks into this
# machine.

set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../../scripts/tap.sh"
. "$here/cache.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/share"

# boot EXPECTED-STATUS RUN-OPTION...: a VM in which the rest of stdin is the
# script. What it prints goes to the file output, what the runner says to said.
boot()
{
	local expected=$1
	shift

	cat > "$work/script"
	echo "# $boot"
	"$here/run.sh" "$@" -- bash "$work/script" 2> "$work/said" |
		while IFS= read -r line; do
			echo "$EPOCHREALTIME $line"
		done > "$work/output"
	status=${PIPESTATUS[0]}
	# Of a run that failed as it should, nobody wants the log
	rm -rf "$(sed -n 's#^vm: console log: \(.*\)/console$#\1#p' "$work/said")"
	check "exit status $expected, got $status" [ "$status" = "$expected" ]
}

# check DESCRIPTION COMMAND...
check()
{
	local name=$1
	shift

	points=$((points + 1))
	if "$@"; then
		echo "ok $points - $boot: $name"
	else
		echo "not ok $points - $boot: $name"
		sed 's/^/# /' "$work/output" "$work/said"
		failed=1
	fi
}

said()
{
	grep -q -e "$1" "$work/said"
}

printed()
{
	grep -q -e " $1\$" "$work/output"
}

# The two lines came more than half of the second apart that lay between them.
streamed()
{
	awk '/ first$/ { a = $1 } / second$/ { b = $1 } END { exit !(b - a > 0.5) }' \
		"$work/output"
}

points=0
failed=0

boot="command"
boot 7 --share "$work/share" <<-END
	echo first
	sleep 1
	echo second
	touch "$work/gone" && echo written
	echo kept > "$work/share/kept"
	[ -d "$here" ] && echo tree
	[ -d /lib/modules/\$(uname -r)/kernel ] && echo modules
	dmesg | sed -n 's/.*tsc: Detected \([0-9]*\)\.\([0-9]*\) MHz.*/kHz \1\2/p'
	exit 7
END
check "output is streamed" streamed
check "the root can be written" printed written
check "but this machine does not see it" [ ! -e "$work/gone" ]
check "except in the share" grep -qs kept "$work/share/kept"
check "the tree is there" printed tree
check "the kernel's modules are there" printed modules
for khz in "$cache"/tsc-*; do
	[ ! -e "$khz" ] || check "its clock was not guessed" printed "kHz $(< "$khz")"
done

boot="taint"
boot 126 <<-'END'
	echo 512 > /proc/sys/kernel/tainted
END
check "is named" said "tainted (512)"

boot="timeout"
boot 124 -t 2 <<-'END'
	echo sleeping
	sleep 1000
END
check "is named" said "timeout after 2 s"
check "what was printed before is there" printed sleeping

boot="watch"
boot 124 -t 3 --watch "$work/share/beat" --share "$work/share" <<-END
	for i in 1 2 3; do
		sleep 2
		touch "$work/share/beat"
	done
	echo beaten
	sleep 1000
END
check "goes on while there is progress" printed beaten

boot="no boot"
boot 125 --mem 40M <<-'END'
	echo never
END
check "every try is printed" said "boot 3 of 3"
rm -rf "$(sed -n 's#^vm: giving up; see \(.*\)/console$#\1#p' "$work/said")"

# The same loop counts the same instructions, but for an interrupt or two.
boot="icount"
boot 0 --icount <<-'END'
	python3 - <<-'EOF'
	from time import monotonic_ns
	def loop():
	    begin = monotonic_ns()
	    for i in range(100000):
	        pass
	    return monotonic_ns() - begin
	loop()
	a, b = loop(), loop()
	print(a, b)
	if abs(a - b) < a / 100:
	    print("same")
	EOF
END
check "a loop takes the same time twice" printed same

# What runs in the place of a kernel that is a program
boot="a program's jail"
cat > "$work/program" <<-'END'
	#!/bin/bash
	cd "$1"
	touch share/new && echo share
	touch /dev/shm/new && echo memory
	touch new 2> /dev/null || echo elsewhere
	echo 1 2> /dev/null > /proc/sys/kernel/panic || echo settings
	mount -t tmpfs none "$1" 2> /dev/null || echo mounts
	kill -0 "$2" 2> /dev/null || echo processes
	exit 7
END
chmod +x "$work/program"
echo "# $boot"
"$here/uml.sh" "$work/program" "$work/share" -- "$work" $$ > "$work/output" 2> "$work/said"
check "exit status 7" [ $? = 7 ]
echo share memory elsewhere settings mounts processes | xargs -n 1 > "$work/expected"
check "can write where it may, and do nothing else" \
	diff "$work/output" "$work/expected"
check "what it wrote is there" [ -e "$work/share/new" ]

# A list of tests, of which the last but one takes the VM down
boot="suite"
fake()
{
	cat > "$work/$1.sh"
	chmod +x "$work/$1.sh"
	tests+=("$work/$1.sh")
}
tests=()
fake pass <<-'END'
	#!/bin/bash
	printf '1..2\nok 1 one\nok 2 two # SKIP no tool\n'
END
fake skip <<-'END'
	#!/bin/bash
	exit 4
END
fake fail <<-'END'
	#!/bin/bash
	printf 'ok 1 one\n# RUN two\nnot ok 2 two\n# 2 instead of 3\nok 3 three\n# well\n'
END
fake plan <<-'END'
	#!/bin/bash
	printf '1..3\nok 1 one\n'
END
fake slow <<-'END'
	#!/bin/bash
	sleep 12345 &
	sleep 1000
END
fake alone <<-'END'
	#!/bin/bash
	! pgrep -f "sleep 12345"
END
fake warn <<-'END'
	#!/bin/bash
	dmesg -n 1
	echo "WARNING: CPU: 0 PID: 1 at net/core/dev.c:1" > /dev/kmsg
	echo ok 1 one
END
fake crash <<-'END'
	#!/bin/bash
	echo ok 1 one
	echo c > /proc/sysrq-trigger
END
fake never <<-'END'
	#!/bin/bash
END
echo "# $boot"
TAP=$work/tap "$here/suite.sh" -r "$work/results" -t 4 "${tests[@]}" \
	> "$work/output" 2> "$work/said"
status=$?
rm -rf "$(sed -n 's#^vm: console log: \(.*\)/console$#\1#p' "$work/said")"
check "fails" [ "$status" != 0 ]
cat > "$work/expected" <<-'END'
	ok - 6.12: pass: one
	ok - 6.12: pass: two # SKIP no tool
	ok - 6.12: skip: # SKIP
	ok - 6.12: fail: one
	not ok - 6.12: fail: two
	ok - 6.12: fail: three
	ok - 6.12: plan: one
	not ok - 6.12: plan: 1 of 3 planned points
	not ok - 6.12: slow: took too long
	ok - 6.12: alone
	ok - 6.12: warn: one
	not ok - 6.12: warn: Bail out! the kernel complained
	not ok - 6.12: crash: did not come to its end
	not ok - 6.12: never: did not come to its end
	not ok - 6.12: kernel log
END
grep -E '^(not )?ok ' "$work/tap" > "$work/points"
check "counts every point" diff "$work/points" "$work/expected"
failures "$work/tap" | sed -n '/ fail: two$/,/^not ok.* plan:/p' > "$work/told"
check "keeps what was said of those that failed" diff "$work/told" - <<-'END'
	not ok - 6.12: fail: two
	# RUN two
	# 2 instead of 3
	not ok - 6.12: plan: 1 of 3 planned points
END
check "shows the panic" said "sysrq triggered crash"
check "shows the warning" said "WARNING: CPU"

echo "1..$points"
exit "$failed"
