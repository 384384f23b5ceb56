#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: suite.sh [-k SERIES] [-t SECONDS] [-r RESULTS] TEST...
#
# Run tests in one VM, and add their points to the file $TAP. A test is an
# executable that prints TAP, or tells by its exit status (0 passed, 4 skipped),
# within SECONDS (120). All that the tests printed stays in the folder RESULTS
# (build/results/SERIES). A test that was never reached, since another one took
# the VM down, has failed; so has one with which the whole VM stood still.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../../scripts/tap.sh"

series=6.12
limit=120
results=
while getopts k:r:t: opt; do
	case $opt in
	k)	series=$OPTARG ;;
	r)	results=$OPTARG ;;
	t)	limit=$OPTARG ;;
	*)	exit 2 ;;
	esac
done
shift $((OPTIND - 1))

results=$(readlink -m "${results:-$here/../../build/results/$series}")
rm -rf "$results"
mkdir -p "$results"
touch "$results/ended" "$results/tap"

tests=()
for test in "$@"; do
	tests+=("$(readlink -f "$test")")
done

# The tests are the same for every kernel, the module is not.
PORCH_MODULE=$(readlink -f "$here/../..")/build/$series/kmod/porch.ko
export PORCH_MODULE

# programs: the tests, and what they may call, with libraries and the links that lead to
# them, as far as it is small. Any word of a script may be a program; one that is none,
# and what this machine does not have, costs time at most.
programs()
{
	local PATH=$here/../../build:/usr/sbin:/usr/bin

	set +e
	{
		ls -d /bin /sbin /lib /lib64 /etc/ld.so.cache
		find "$here/../net" /usr/lib/locale/C.* /usr/share/locale/locale.alias \
			/usr/lib/*/gconv/gconv-modules.cache -type f
		grep -ohE '[a-z][a-z0-9._-]+' "$here"/../*/*.sh | sort -u |
			while read -r word; do
				type -P "$word"
			done | tee >(xargs ldd | grep -oE '/[^ :]+')
	} | while read -r name; do
		echo "$name"
		[ -d "$name" ] || readlink -f "$name"
	done | sort -u | xargs -d '\n' sh -c 'find "$@" -maxdepth 0 -size -8M' sh
}
(programs) > "$results/programs" 2> /dev/null || true

# What guest.sh does after a test takes less than two minutes.
vm=0
"$here/run.sh" -k "$series" -t $((limit + 120)) -w "$results/ended" -s "$results" \
	-- "$here/guest.sh" "$results" "$limit" "${tests[@]}" || vm=$?

for test in "${tests[@]}"; do
	name=$(basename "$test" .sh)
	if ! grep -qxF "$name" "$results/ended"; then
		echo "  FAIL  $name: did not come to its end"
		sed 's/^/        /' "$results/$name.log" 2>/dev/null || true
		echo "not ok - $name: did not come to its end" >> "$results/tap"
	fi
done
if [ "$vm" = 0 ]; then
	echo "ok - kernel log" >> "$results/tap"
else
	echo "not ok - kernel log" >> "$results/tap"
fi

sed -E "s/^((not )?ok - )/\\1$series: /" "$results/tap" >> "$TAP"
tally "$results/tap"
