#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Generate the uapi header and the netlink policies from the spec of the
# family, with the generator of Debian's linux-source package.
#
#   netlink-gen.sh           write the files whose content changed
#   netlink-gen.sh --check   change nothing; show a diff and exit with 1 if a
#                            file is not what the spec says

set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../selftests/vm/cache.sh"

spec=Documentation/netlink/specs/porch.yaml

# file, and how the generator is asked for it
outputs=(
	"uapi/linux/porch.h --mode uapi --header"
	"kmod/control/nl_gen.h --mode kernel --header"
	"kmod/control/nl_gen.c --mode kernel --source"
)

die()
{
	echo "netlink-gen.sh: $*" >&2
	exit 2
}

# The generator climbs from the spec to the folder that holds MAINTAINERS, and
# looks for the schema beside the folder of the spec.
generate()
{
	local gen=$1 tree=$2 line file

	mkdir -p "$tree/${spec%/*}"
	: >"$tree/MAINTAINERS"
	cp "$gen"/Documentation/netlink/*.yaml "$tree/Documentation/netlink/"
	cp "$spec" "$tree/$spec"
	for line in "${outputs[@]}"; do
		read -r file line <<<"$line"
		mkdir -p "$tree/${file%/*}"
		# shellcheck disable=SC2086 # the options are words
		/usr/bin/python3 -B "$gen/tools/net/ynl/ynl-gen-c.py" $line \
			--spec "$tree/$spec" -o "$tree/$file" ||
			die "cannot generate $file from $spec"
	done
}

check=
case $#:${1-} in
0:) ;;
1:--check) check=1 ;;
*) die "usage: netlink-gen.sh [--check]" ;;
esac

cd "$(dirname "$(readlink -f "$0")")/.."
gen=$(linux_source linux-ynl 'tools/net/ynl/*' 'Documentation/netlink/*.yaml') ||
	die "wants linux-source-6.12, python3-yaml and python3-jsonschema"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
generate "$gen" "$tree"

stale=0
for line in "${outputs[@]}"; do
	file=${line%% *}
	if [ "$check" ]; then
		diff -uN --label "$file" --label "$file, from the spec" \
			"$file" "$tree/$file" || stale=1
	elif ! cmp -s "$tree/$file" "$file"; then
		cp "$tree/$file" "$file"
		echo "netlink-gen.sh: wrote $file"
	fi
done
exit $stale
