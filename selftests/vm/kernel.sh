#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: kernel.sh SERIES		(6.1 or 6.12)
#
# Unpack the newest Debian kernel of a series, and the headers to build modules
# for it, into the cache. Nothing is installed into the machine. As long as apt
# knows of nothing newer this works offline. The result is a folder
#
#	$cache/SERIES -> kernels/RELEASE_VERSION/
#		release		what uname -r will say
#		vmlinuz		the kernel
#		headers		for make -C
#		modules		/lib/modules/RELEASE
#		initramfs	busybox and the modules that reach a 9p root
#
# Older releases stay in the cache: another clone may be using them.

set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/cache.sh"

series=${1:?usage: kernel.sh SERIES}
case $series in
6.1)	flavour='6\.1\.0-[0-9]+-amd64' ;;
6.12)	flavour='6\.12\.[0-9]+\+deb12-amd64' ;;
*)	echo "kernel.sh: unknown series $series: want 6.1 or 6.12" >&2
	exit 2 ;;
esac

# What virtio and 9p need; their dependencies are found by modprobe.
boot_modules="virtio_pci virtio_console 9pnet_virtio 9p overlay"

field()
{
	apt-cache show --no-all-versions "$2" 2>/dev/null |
		sed -n "s/^$1: //p"
}

# The newest release whose signed image and headers are of the same version:
# apt also remembers the names of packages it cannot deliver any more, and for
# some hours after a release the headers are there before the image is.
newest()
{
	local rel ver

	for rel in $(apt-cache pkgnames "linux-headers-$series" |
		     sed -nE "s/^linux-headers-($flavour)$/\1/p" | sort -Vr); do
		ver=$(field Version "linux-headers-$rel")
		[ -n "$ver" ] || continue
		[ "$ver" = "$(field Version "linux-image-$rel")" ] || continue
		echo "$rel $ver"
		return
	done
}

# download RELEASE: its packages, into the folder $work
download()
{
	local deps

	deps=$(field Depends "linux-headers-$1" | tr ',|' '\n' |
	       sed -nE 's/^ *(linux-(headers-[^ ]*-common|kbuild-[^ ]*)).*/\1/p')
	echo "fetching kernel $1" >&2
	# shellcheck disable=SC2086 # a list
	(cd "$work" && rm -f ./*.deb &&
	 apt-get -q -o APT::Sandbox::User= download \
		"linux-image-$1" "linux-headers-$1" $deps >&2)
}

# unpack RELEASE DESTINATION: the packages in the current directory make ./tree
unpack()
{
	local rel=$1 dest=$2 root=tree/debian deb mod i=0

	mkdir -p "$root"
	for deb in *.deb; do
		dpkg -x "$deb" "$root"
	done
	echo "$rel" > tree/release
	ln -s "debian/boot/vmlinuz-$rel" tree/vmlinuz
	ln -s "debian/lib/modules/$rel" tree/modules
	ln -s "debian/usr/src/linux-headers-$rel" tree/headers
	sed -i "s#/usr/src/#$dest/debian/usr/src/#" tree/headers/Makefile
	depmod -b "$root" "$rel"

	# shellcheck disable=SC2086 # a list
	modprobe -a -d "$root" -S "$rel" --show-depends $boot_modules |
		sed -n 's/^insmod //p' | awk '!seen[$0]++' > order
	mkdir -p ramfs/bin ramfs/modules
	cp "$(command -v busybox)" ramfs/bin/busybox
	while read -r mod; do
		i=$((i + 1))
		case $mod in
		*.xz)	xz -dc "$mod" ;;
		*)	cat "$mod" ;;
		esac > "ramfs/modules/$(printf %02d $i).ko"
	done < order
	(cd ramfs && find . | cpio --quiet -o -H newc) > tree/initramfs
}

# choose: sets rel and dest to the newest kernel that apt knows of, if any
choose()
{
	local ver

	read -r rel ver <<< "$(newest)"
	dest=$cache/kernels/${rel}_$ver
	[ -n "$rel" ]
}

cache_lock
if [ "$cache/$series" -nt /var/lib/apt/lists ]; then
	# Chosen with all that apt knows
	echo "kernel $series: $(cat "$cache/$series/release")"
	exit
fi
work=$(mktemp -d "$cache/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A download fails where the list of packages is older than the archive.
if ! choose || { [ ! -d "$dest" ] && ! download "$rel"; }; then
	apt-get -q update >&2 || true
	if ! choose || { [ ! -d "$dest" ] && ! download "$rel"; }; then
		[ -e "$cache/$series" ] || {
			echo "kernel.sh: apt has no kernel $series with headers" >&2
			exit 1
		}
		echo "kernel.sh: could not look for a newer $series" >&2
		dest=$(readlink -f "$cache/$series")
	fi
fi

if [ ! -d "$dest" ]; then
	(cd "$work" && unpack "$rel" "$dest")
	mkdir -p "$cache/kernels"
	mv "$work/tree" "$dest"
fi
ln -s "kernels/${dest##*/}" "$work/link"
touch "$dest"
mv -T "$work/link" "$cache/$series"
echo "kernel $series: $(cat "$cache/$series/release")"
