#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the VM: a shell beside a loaded module and a client, a router and a server.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
export PATH=$PWD/build:$PATH

insmod "build/6.12/kmod/porch.ko"
[ ! -e selftests/net/topology.sh ] || selftests/net/topology.sh
cat <<-END

	Linux $(uname -r), Porch is loaded. $(ip netns list | awk '{ print $1 }' | xargs)
	Nothing that you do here stays; leave with exit or ^D.

END
exec bash --norc -i
