#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: setup.sh [FILE...]
#
# Make a Debian 12 machine ready: install the packages that are missing, and
# fetch the kernels that the VM boots and, if there is one, a newer emulator. Does
# nothing, quickly and without a network, where everything is there.
#
# FILE lists more packages, which not everything needs.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

mapfile -t wanted < <(sed '/^#/d' "$here/packages" "$@" | xargs -n 1)
mapfile -t missing < <(
	dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
		sed -n 's/\(:[a-z0-9]*\)\? installed$//p' |
		grep -vxFf - <(printf '%s\n' "${wanted[@]}")
)
if [ ${#missing[@]} -gt 0 ]; then
	echo "installing ${#missing[@]} packages: ${missing[*]}"
	if [ "$(id -u)" -ne 0 ]; then
		echo "setup.sh: needs root to install packages" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update
	# Another run, or the machine's own upgrade, may hold the lock.
	apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
		install "${missing[@]}" < /dev/null
fi

"$here/emulator.sh"
"$here/kernel.sh" 6.12
"$here/kernel.sh" 6.1
