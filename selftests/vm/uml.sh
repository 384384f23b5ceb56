#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: uml.sh LINUX FOLDER... -- [KERNEL PARAMETER]...
#
# Run LINUX, a kernel that is a program (User-Mode Linux), as a process that can do
# this machine nothing: it may write below each FOLDER and nowhere else, whatever it
# thinks that it has mounted; it sees no other process and no network device; and it
# is root without root's rights, so that nothing it does reaches the machine's own
# kernel. When this process is killed, so are all of its. Wants root.

set -euo pipefail

if [ "${1-}" != --inside ]; then
	# A session of its own: in a panic it signals to all of its group.
	exec setsid unshare --mount --pid --net --fork --kill-child \
		"$(readlink -f "$0")" --inside "$@"
fi
shift

linux=$1
shift
mount --make-rprivate /
mount -t proc proc /proc
# Its memory is a file there.
mount -t tmpfs -o size=100% tmpfs /dev/shm
writable=(/dev/shm)
while [ "$1" != -- ]; do
	mount --bind "$1" "$1"
	writable+=("$(readlink -f "$1")")
	shift
done
shift
while read -r _ _ _ _ at _; do
	at=$(printf %b "$at")
	printf '%s\n' "${writable[@]}" | grep -qxF "$at" ||
		mount -o remount,bind,ro "$at"
done < /proc/self/mountinfo

ulimit -c 0
unset TMPDIR TMP TEMP
# Not as process 1, which no signal would end.
setpriv --bounding-set=-all,+dac_override --inh-caps=-all "$linux" "$@"
