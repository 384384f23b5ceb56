#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Unpack QEMU from Debian's backports into the cache; nothing is installed. The one
# of Debian 12 itself, 7.2, now and then runs stale code after the kernel has
# patched its own (a guest's "Oops: int3"; mended in 8.1), and the kernel does so
# whenever a test adds a first netfilter hook. The result is a folder
#
#	$cache/emulator -> emulators/VERSION/
#		run	what to call instead of qemu-system-x86_64
#
# Where there are no backports, the machine's own QEMU has to do.

set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/cache.sh"

# Firmware may come from either release.
packages="qemu-system-x86 qemu-system-common qemu-system-data seabios"

# private COMMAND...: apt-get and apt-cache with a list of backports of their own
private()
{
	local cmd=$1
	shift

	"$cmd" -o "Dir::Etc::sourcelist=$work/sources" \
	       -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists" \
	       -o "Dir::Cache=$work/apt" -o APT::Sandbox::User= "$@"
}

# The archive that the machine's own packages come from
sources()
{
	local uri

	# shellcheck disable=SC2016 # fields of apt-get's
	uri=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' | sed -n 's/^bookworm main //p' | head -n 1)
	[ -n "$uri" ] || return
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri bookworm-backports main"
}

fetch()
{
	local version deb dest

	sources > "$work/sources"
	[ -s "$work/sources" ] || return 1
	mkdir -p "$work/lists/partial" "$work/apt/archives/partial" "$work/tree/root"
	private apt-get -q update >&2 || return 1
	version=$(private apt-cache policy qemu-system-x86 |
		  sed -n 's/^ *Candidate: .*:\([^+]*\).*/\1/p')
	case $version in
	""|7.*)	return 1 ;;
	esac
	dest=$cache/emulators/$version
	if [ ! -d "$dest" ]; then
		echo "fetching QEMU $version" >&2
		# shellcheck disable=SC2086 # a list
		(cd "$work" && private apt-get -q download $packages >&2) || return 1
		for deb in "$work"/*.deb; do
			dpkg -x "$deb" "$work/tree/root"
		done
		cat > "$work/tree/run" <<-END
			#!/bin/sh
			export QEMU_MODULE_DIR='$dest/root/usr/lib/x86_64-linux-gnu/qemu'
			exec '$dest/root/usr/bin/qemu-system-x86_64' \\
				-L '$dest/root/usr/share/qemu' \\
				-L '$dest/root/usr/share/seabios' "\$@"
		END
		chmod +x "$work/tree/run"
		mkdir -p "$cache/emulators"
		mv "$work/tree" "$dest"
		"$dest/run" --version > /dev/null || { rm -rf "$dest"; return 1; }
	fi
	ln -sfnT "emulators/$version" "$cache/emulator"
}

cache_lock
if [ -x "$cache/emulator/run" ]; then
	echo "emulator: $("$cache/emulator/run" --version | head -n 1)"
	exit
fi
work=$(mktemp -d "$cache/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT
if fetch; then
	echo "emulator: $("$cache/emulator/run" --version | head -n 1)"
else
	echo "emulator: no newer QEMU to be had; the machine's own may show an int3" >&2
fi
