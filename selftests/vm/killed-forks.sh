#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kills shells while they start others. User-Mode Linux did not survive it: uml.patch

for ((i = 0; i < 40; i++)); do
	while :; do true & done > /dev/null 2>&1 &
	sleep "0.0$((RANDOM % 10))"
	kill -9 $!
	wait $! 2> /dev/null
done
echo "ok 1 - $i shells killed"
echo "1..1"
