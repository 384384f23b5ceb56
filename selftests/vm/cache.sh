# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced: where downloaded kernels live. Every clone on a machine shares one
# cache, so whoever changes it holds the lock, and a new entry is built aside
# and then renamed into place: a reader sees a whole entry or none.

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
