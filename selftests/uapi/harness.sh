#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the folder of the kernel's kselftest_harness.h, out of Debian's
# linux-source package.

set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../vm/cache.sh"

dir=$(linux_source linux-kselftest 'tools/testing/selftests/kselftest*.h')
echo "$dir/tools/testing/selftests"
