#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: checkpatch.sh FILE...
#
# The kernel's own style check, out of Debian's linux-source package.

set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../selftests/vm/cache.sh"

dir=$(linux_source linux-checkpatch scripts/checkpatch.pl scripts/spelling.txt \
	scripts/const_structs.checkpatch)

# ignored FILE: the types that do not fit it, separated by commas
ignored()
{
	case $1 in
	kmod/compat.h)
		# The one place for kernel versions, and for stand-ins that
		# do nothing.
		echo LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_UNUSED ;;
	kmod/trace.h)
		# The grammar of TRACE_EVENT() is not C's.
		echo OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,MACRO_ARG_UNUSED,TRAILING_SEMICOLON ;;
	kmod/control/stats.[ch]|kmod/path/drop.c)
		# Lists that are expanded with a macro of the user's, as in
		# include/net/dropreason-core.h, which has the same findings.
		echo COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED,BRACKET_SPACE ;;
	kmod/control/class.c)
		# Size and offset of the same field.
		echo MACRO_ARG_REUSE ;;
	kmod/path/shape.c)
		# struct Qdisc and its like
		echo CAMELCASE ;;
	kmod/path/vec.h)
		# An iterator, as list_for_each() is; the members of a group
		# are arguments of a macro.
		echo MACRO_ARG_REUSE,PARENTHESIS_ALIGNMENT ;;
	selftests/core/env.h)
		# What others find in the kernel is defined here: barriers,
		# whose users say why, attributes, and the ways through a list.
		# Notes for sparse are left out.
		echo PREFER_KERNEL_TYPES,MEMORY_BARRIER,MACRO_ARG_UNUSED,PREFER_DEFINED_ATTRIBUTE_MACRO,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE ;;
	selftests/uapi/ops.c)
		# Some of the initialisers of an array; and the types below.
		echo COMPLEX_MACRO,PREFER_KERNEL_TYPES ;;
	userctl/*|selftests/*)
		# What the kernel has instead is not there: its types, BIT(),
		# attribute macros, strscpy(). PRIu64 is the C library's name.
		echo PREFER_KERNEL_TYPES,CAMELCASE,PREFER_DEFINED_ATTRIBUTE_MACRO,BIT_MACRO,STRCPY ;;
	*)
		echo FILE_PATH_CHANGES ;;
	esac
}

# One perl for all files that are treated alike: to start it takes longer than
# to check a file.
status=0
while read -r types files; do
	# shellcheck disable=SC2086 # a list of files
	perl "$dir/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--quiet --no-summary --ignore "$types" -f $files || status=1
done < <(
	for file in "$@"; do
		echo "$(ignored "$file") $file"
	done | awk '{ files[$1] = files[$1] " " $2 }
		    END { for (types in files) print types files[types] }'
)
rm -f .checkpatch-camelcase.*
exit "$status"
