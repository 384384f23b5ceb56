# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced: where downloaded kernels live, and what is taken out of their sources.
# Every clone on a machine shares one cache, so whoever changes it holds the
# lock, and a new entry is built aside and then renamed into place: a reader sees
# a whole entry or none.

cache=${PORCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/porch}
mkdir -p "$cache"
cache=$(readlink -f "$cache")

cache_lock()
{
	exec {cache_fd}>"$cache/lock"
	flock -n "$cache_fd" && return
	echo "waiting for another run to leave $cache" >&2
	flock "$cache_fd"
}

# linux_source NAME FILE...: print the folder NAME-VERSION of the cache that holds
# these files (or patterns) of Debian's kernel sources, at the place that they
# have there. They are taken out of the archive once per version of the package.
linux_source()
{
	local pkg=linux-source-6.12 name=$1 version dir part
	shift

	version=$(dpkg-query -W -f '${Version}' "$pkg" 2>/dev/null) || {
		echo "install $pkg" >&2
		return 1
	}
	dir=$cache/$name-$version
	[ -d "$dir" ] || cache_lock
	if [ ! -d "$dir" ]; then
		echo "unpacking $name from $pkg $version" >&2
		part=$(mktemp -d "$cache/tmp.XXXXXX")
		if ! tar -xJf "/usr/src/$pkg.tar.xz" -C "$part" \
		     --strip-components=1 --wildcards "${@/#/$pkg/}"; then
			rm -rf "$part"
			return 1
		fi
		mv -T "$part" "$dir"
	fi
	echo "$dir"
}
