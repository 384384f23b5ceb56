#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that a device can go while there is no memory for a new generation: its
# port goes all the same, its routes lead nowhere, and the generation's number
# tells that something has changed. No memory is left to who removes the device,
# in a control group of its own; the kernel kills it for that.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

generation()
{
	number_in "$(porch -j status)" generation
}

starve()
{
	local root=/sys/fs/cgroup

	echo +memory > $root/cgroup.subtree_control || return
	mkdir "$group" || return
	echo 0 > "$group/memory.max" && [ -e "$group/memory.events" ]
}

# Each call is made twice, so that the second one finds all of its own memory.
remove()
{
	nsenter "--net=/run/netns/$ns_router" /usr/bin/python3 - "$group" <<-'END'
	import os, socket, struct, sys

	RTM_DELLINK, NLM_F_REQUEST = 17, 1

	sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
	here = open("/proc/self/cgroup").read().split("::")[1].strip()
	index = socket.if_nametoindex("d0")
	for group, index in (f"/sys/fs/cgroup{here}", 0x7ffffff), (sys.argv[1], index):
	    procs = os.open(group + "/cgroup.procs", os.O_WRONLY)
	    message = (struct.pack("=IHHII", 32, RTM_DELLINK, NLM_F_REQUEST, 1, 0)
	               + struct.pack("=BxHiII", 0, 0, index, 0, 0))
	    os.write(procs, b"0")
	    sock.send(message)
	END
}

begin
group=/sys/fs/cgroup/porch-$$
starve 2> "$tmp/starve" || skip_all "no control group for memory"
trap 'cleanup; rmdir "$group"' EXIT
namespace client router
configure "$ns_router" <<-'END'
link add d0 type dummy
link add d1 type dummy
link set d0 addrgenmode none
link set d1 addrgenmode none
link set d0 up
link set d1 up
END
attach "$ns_router" d0 d1
routes "$ns_router" "10.0.1.0/24 dev d0" "10.0.2.0/24 dev d1"
before=$(generation)
remove 2> /dev/null
check "the device goes" poll_until 20 fails ip -n "$ns_router" link show d0
check "its port goes along" equal ports "$(porch port | wc -l)" 1
check "its route stays and leads nowhere, as there was no memory" \
	says '10.0.1.0/24.*linkdown' porch route
check "the generation has the next number" equal generation "$(generation)" $((before + 1))
porch route del 10.0.1.0/24
check "all is as ever afterwards" equal generation "$(generation)" $((before + 2))

finish
