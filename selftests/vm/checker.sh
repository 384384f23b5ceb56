#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: checker.sh debug|kcsan|uml|uml-fast
#
# Build a kernel from Debian's linux-source-6.12, into the cache, in the same form as
# kernel.sh unpacks one: with a checker inside, or (uml-fast) a plain one that is a
# program. Those that are (uml, uml-fast) have their kernel in the file "linux"
# instead of "vmlinuz". It is built anew only when the source package, its
# configuration or what is mended in it (uml.patch) changes.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/cache.sh"

name=${1:?usage: checker.sh debug|kcsan|uml|uml-fast}
export ARCH=x86
image=arch/x86/boot/bzImage
kernel=vmlinuz
case $name in
debug)
	configs=(guest qemu debug debug-qemu) ;;
kcsan)
	configs=(guest qemu kcsan) ;;
uml)
	configs=(guest uml debug debug-uml) ;;
uml-fast)
	configs=(guest uml) ;;
*)
	echo "checker.sh: unknown kernel $name" >&2
	exit 2 ;;
esac
patches=()
case $name in
uml*)
	ARCH=um
	image=linux
	kernel=linux
	patches=("$here/uml.patch") ;;
esac
configs=("${configs[@]/#/$here/}")
configs=("${configs[@]/%/.config}")
tarball=/usr/src/linux-source-6.12.tar.xz
version=$(dpkg-query -W -f '${Version}' linux-source-6.12)
digest=$(cat "${configs[@]}" "${patches[@]}" "$0" | sha256sum | cut -c 1-12)
dest=$cache/kernels/${name}_${version}_$digest

# In QEMU, only what Porch works with is instrumented: a kernel with all of it takes
# a second to start a process. KCSAN has the module; KASAN has the network code, too,
# which uses what the module gives it.
args=()
instrument()
{
	case $name in
	kcsan)
		args=(KCSAN_SANITIZE=n)
		# Its model of weak memory wants to hear of the barriers in locks.
		sed -i '$a KCSAN_INSTRUMENT_BARRIERS := y' \
			{kernel/locking,kernel/rcu,lib}/Makefile ;;
	debug)
		export KASAN_SANITIZE=n
		find net drivers/net -name Makefile -exec \
			sed -i '$a KASAN_SANITIZE := y' {} + ;;
	esac
}

configure()
{
	local missing

	{
		cat "${configs[@]}"
		echo "CONFIG_LOCALVERSION=\"-$name\""
	} > "$work/wanted"
	make -s KCONFIG_ALLCONFIG="$work/wanted" allnoconfig > "$work/log" 2>&1
	# Kconfig drops without a word what depends on something that is not there.
	missing=$(grep -oE '^CONFIG_[A-Z0-9_]+=.*' "$work/wanted" |
		  grep -vxFf .config | xargs) || true
	[ -z "$missing" ] && return
	echo "checker.sh: the kernel does not take: $missing" >&2
	return 1
}

# What building a module needs stays, what the kernel was made of goes.
trim()
{
	find arch tools -mindepth 1 -maxdepth 1 ! -name x86 ! -name um ! -name objtool \
		! -name 'Kconfig*' -exec rm -rf {} +
	rm -rf .tmp_vmlinux* Documentation arch/x86/boot block crypto drivers fs \
		io_uring ipc kernel lib linux mm net samples security sound virt vmlinux*
	find arch include -name '*.[oa]' -delete
}

ramfs()
{
	mkdir -p "$work/ramfs/bin" "$work/ramfs/modules"
	cp "$(command -v busybox)" "$work/ramfs/bin/busybox"
	(cd "$work/ramfs" && find . | cpio --quiet -o -H newc)
}

# A lock of its own: nobody else waits as long as this takes.
exec 9> "$cache/$name.lock"
flock 9
if [ ! -d "$dest" ]; then
	work=$(mktemp -d "$cache/tmp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	echo "building kernel $name $version: takes 10 to 20 minutes" >&2
	mkdir -p "$work/tree/headers" "$work/tree/modules"
	tar -C "$work/tree/headers" --strip-components 1 -xf "$tarball"
	cd "$work/tree/headers"
	for patch in "${patches[@]}"; do
		patch -s -p1 --batch --forward --fuzz=0 < "$patch"
	done
	instrument
	if ! { configure && make -s -j"$(nproc)" "${args[@]}" "${image##*/}" modules \
			> "$work/log" 2>&1; }; then
		tail -n 30 "$work/log" >&2
		exit 1
	fi
	cp "$image" "../$kernel"
	make -s kernelrelease > ../release
	ramfs > ../initramfs
	trim
	cd "$cache"
	mkdir -p "$cache/kernels"
	mv "$work/tree" "$dest"
fi
ln -sfnT "kernels/${dest##*/}" "$cache/$name"
echo "kernel $name: $(cat "$dest/release")"
