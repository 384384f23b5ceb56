#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Style, directions and warnings. Each check is one test point. Looks at all
# files that git knows, and those that are about to be added.

set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit
. scripts/tap.sh

cache=${PORCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/porch}

files()
{
	git ls-files -co --exclude-standard -- "$@" | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# In C, but not what the netlink generator wrote: that has its own style.
sources()
{
	files "$1/*.[ch]" | xargs -r grep -L 'YNL-GEN' || true
}

checkpatch()
{
	sources "$1" | xargs -r scripts/checkpatch.sh
}

shell()
{
	# SC2317: it does not see that a function is called through another
	files '*.sh' '*.bash' .ci/run selftests/vm/init |
		xargs shellcheck -x -P SCRIPTDIR -e SC2317
}

# Some folder of one machine
machine_paths()
{
	! files | xargs grep -nHIE '(^|[^[:alnum:]_.$}])/(work|root|farm)\b'
}

licences()
{
	local missing

	missing=$(files | grep -vE '^COPYING$|\.(md|txt|json|gitignore)$|^selftests/fuzz/corpus/' |
		while read -r file; do
			head -n 5 "$file" | grep -q 'SPDX-License-Identifier: ' ||
				echo "$file"
		done)
	echo "$missing"
	[ -z "$missing" ]
}

sparse()
{
	scripts/module.sh "$cache/6.12/headers" build/6.12 C=2
}

failed=0
for dir in kmod uapi userctl selftests; do
	point "checkpatch $dir" checkpatch "$dir" || failed=1
done
point "shellcheck" shell || failed=1
point "directions of includes" scripts/directions.sh || failed=1
point "no path of one machine" machine_paths || failed=1
point "licence tags" licences || failed=1
point "sparse and W=1, 6.12" sparse || failed=1
point "W=1, 6.1" scripts/module.sh "$cache/6.1/headers" build/6.1 || failed=1
exit "$failed"
