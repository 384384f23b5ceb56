#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh -l | JSON [GLOB]...
#
# Boot a kernel that is a program, plain and at the machine's own speed, and measure
# there the rows whose ids match: see pairs.py. With -l, list all ids. Wants the tool;
# builds the kernel, which takes a while, once.

set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../../..")
[ "$1" != -l ] || exec "$here/pairs.py" -l
json=$1
shift

make -s -C "$top" module-uml-fast >&2
make -s -C "$here/../instructions" KDIR="$(readlink -f "$top/build/uml-fast/headers")" \
	ARCH=um GEN="$top/build/bench/gen-uml" "$top/build/bench/gen-uml/porch_gen.ko" >&2

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
"$top/selftests/vm/run.sh" -k uml-fast -t 1800 -s "$results" -- \
	"$here/pairs.py" -o "$results/json" "$top/build" "$@" >&2
cp "$results/json" "$json"
