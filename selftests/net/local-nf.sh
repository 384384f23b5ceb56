#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The same as local.sh, with ports that take their packets by netfilter.

PORCH_HOOK="hook nf" exec "$(dirname "$(readlink -f "$0")")/local.sh"
