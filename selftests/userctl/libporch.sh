#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libporch as others get it: installed, found by pkg-config, linked either way; and
# what the tools on it say without a module.
#
# usage: BUILD=DIR [SUFFIX=-san] CC=gcc libporch.sh

set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../userctl" || exit

BUILD=${BUILD:-$PWD/../build}
SUFFIX=${SUFFIX:-}
CC=${CC:-gcc}
points=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

check()
{
	local name=$1 log
	shift

	points=$((points + 1))
	if log=$("$@" 2>&1); then
		echo "ok $points - libporch: $name"
		return
	fi
	failed=1
	echo "not ok $points - libporch: $name"
	printf '%s\n' "$log" | sed 's/^/# /'
}

# The library has what the map says, and nothing else.
exports()
{
	diff <(sed -n 's/^\t\(porch_[a-z_]*\);$/\1/p' libporch/libporch.map) \
		<(nm -D --defined-only "$BUILD/libporch$SUFFIX.so" |
			  sed -n 's/.* T \([a-z_]*\).*/\1/p' | sort)
}

# Each function of the header is in the map.
declared()
{
	diff <(sed -n 's/^\t\(porch_[a-z_]*\);$/\1/p' libporch/libporch.map) \
		<(grep -v 'static inline' libporch/libporch.h |
			  sed -nE 's/^[a-z].*[ *](porch_ring_[a-z]+)\(.*/\1/p' | sort)
}

installed()
{
	make -s BUILD="$BUILD" ${SUFFIX:+SANITIZE=1} PREFIX=/usr DESTDIR="$tmp/root" install
}

flags()
{
	PKG_CONFIG_PATH=$tmp/root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/root \
		PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
		pkg-config "$@" porch
}

program()
{
	cat > "$tmp/program.c" <<-'END'
	#include <errno.h>
	#include <libporch.h>
	#include <stddef.h>

	int main(void)
	{
		/* No such size, whether there is a device or not */
		struct porch_ring *ring = porch_ring_open(1, 0, 0);

		porch_ring_close(ring);
		return ring || !errno;
	}
	END
	# shellcheck disable=SC2046 # words
	$CC -Wall -Werror ${SUFFIX:+-fsanitize=address,undefined} -o "$tmp/program" "$tmp/program.c" \
		$(flags --cflags) "$@"
}

shared()
{
	# shellcheck disable=SC2046 # words
	program $(flags --libs) && LD_LIBRARY_PATH=$tmp/root/usr/lib "$tmp/program" &&
		LD_LIBRARY_PATH=$tmp/root/usr/lib ldd "$tmp/program" | grep 'libporch.so.0 =>' > /dev/null
}

static()
{
	program "$tmp/root/usr/lib/libporch.a" && "$tmp/program"
}

# refuses CODE MESSAGE PROGRAM WORD...
refuses()
{
	local code=$1 message=$2 log status
	shift 2

	log=$("$BUILD/$1$SUFFIX" "${@:2}" 2>&1 < /dev/null)
	status=$?
	[ "$status" = "$code" ] && [ "$log" = "$message" ] && return
	echo "$* ($status): $log"
	return 1
}

echo "TAP version 13"
check "the library has what the map says" exports
check "the header has it, too" declared
check "is installed" installed
check "a program is linked to it" shared
check "a program takes it into itself" static
check "porch-capture: a word too many" refuses 2 \
	"porch-capture: usage: porch-capture [-i PORT] [-s SNAPLEN] [-c COUNT] [-w FILE]" \
	porch-capture foo
check "porch-capture: no number" refuses 2 \
	'porch-capture: -s must be a decimal number, not "-1"' porch-capture -s -1
check "porch-capture: no device" refuses 1 'porch-capture: no device "eth-none"' \
	porch-capture -i eth-none
check "porch-dnsguard: no queue" refuses 2 \
	"porch-dnsguard: usage: porch-dnsguard -q QUEUE [-t MILLISECONDS] FILE" porch-dnsguard /dev/null
check "porch-dnsguard: no number" refuses 2 \
	"porch-dnsguard: -q must be a number from 0 to 65535" porch-dnsguard -q 65536 /dev/null
check "porch-dnsguard: no time" refuses 2 \
	"porch-dnsguard: -t must be a number from 1 to 60000, in ms" porch-dnsguard -q 5 -t 0 \
	/dev/null
check "porch-dnsguard: no file" refuses 1 \
	"porch-dnsguard: cannot open $tmp/none: No such file or directory" \
	porch-dnsguard -q 5 "$tmp/none"
printf 'a.example\nb..example\n' > "$tmp/names"
check "porch-dnsguard: no name" refuses 1 "porch-dnsguard: $tmp/names:2: no domain name" \
	porch-dnsguard -q 5 "$tmp/names"
echo "1..$points"
exit "$failed"
