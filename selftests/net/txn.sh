#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proves that a transaction takes effect as a whole or not at all: under traffic,
# when an operation is refused, when its socket is closed, when its namespace or
# the module goes, and when others write or read meanwhile.
#
#                 +----------------+
#                 | router         |
#   client: c0 ---+ rc             |
#   server: s0 ---+ rs        dum  |
#                 +----------------+

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# All that can be seen of the configuration
state()
{
	printf '%s\n' port route engine status | porch -j -b -
}

# atomic < FILE: in one transaction
atomic()
{
	cat > "$tmp/batch"
	porch -a -b "$tmp/batch"
}

# unchanged COMMAND...: it changes nothing, not even the generation
unchanged()
{
	local before

	before=$(state)
	"$@"
	equal "state" "$(state)" "$before"
}

begin
router_topology
ip -n "$ns_router" link add dum up type dummy

#### as a whole ####

everything()
{
	local before

	before=$(number_in "$(porch -j status)" generation)
	atomic <<-'END'
	# A comment, and lines of every kind
	port add dum

	route add 10.3.0.0/16 dev dum
	route add 10.4.0.0/16 via 10.3.0.1
	route replace 10.4.0.0/16 via 10.0.2.9
	route add 2001:db8:4::/48 via 2001:db8:2::9
	route del 10.3.0.0/16 dev dum
	engine set vector 32 icmp-rate 99
	engine set vector 16
	END
	equal "generation" "$(number_in "$(porch -j status)" generation)" $((before + 1))
	says "dum" porch port
	says "10.4.0.0/16 via 10.0.2.9 dev rs" porch route
	says "2001:db8:4::/48 via 2001:db8:2::9" porch route
	fails says "10.3.0.0" porch route
	says '"vector":16,.*"icmp-rate":99' porch -j engine
	atomic <<-'END'
	port del dum
	route del 10.4.0.0/16
	route del 2001:db8:4::/48
	engine set vector 64 icmp-rate 1000
	END
	fails says "dum" porch port
}
check "operations of every kind, each upon those before it" everything
check "nothing at all" unchanged atomic < /dev/null

# no_gap COMMAND...: while it runs, the client's packets find a route
no_gap()
{
	local before pid

	before=$(counter drop no-route)
	background "$ns_client" ping -n -q -i 0.01 -W 10 10.0.2.2
	pid=$!
	"$@"
	kill -INT "$pid"
	wait "$pid" || true
	says ' [1-9][0-9]* received' cat "$tmp/background.$points"
	equal "packets without a route" "$(counter drop no-route)" "$before"
}

swap()
{
	local i

	for i in {1..10}; do
		porch -a -b "$tmp/swap"
	done
}
# With so much in between that a packet would come just then.
{
	printf '%s\n' "route del 10.0.2.0/24" "route del 10.0.1.0/24"
	seq -f 'route add blackhole 198.18.0.%g' 0 255
	seq -f 'route del 198.18.0.%g' 0 255
	printf '%s\n' "route add 10.0.1.0/24 dev rc" "route add 10.0.2.0/24 dev rs"
} > "$tmp/swap"
check "no packet meets a half of it" no_gap swap

# Hundreds of routes go from one gateway to another and back: all or none
readers()
{
	local pid vias i

	# It ends with a whole round: what comes next is not to meet the rest of one.
	while [ ! -e "$tmp/enough" ]; do
		porch -a -b "$tmp/there" && porch -a -b "$tmp/back"
	done &
	pid=$!
	for i in {1..15}; do
		vias=$(porch -4 route | grep -o "^10\.50\..* via [0-9.]*" |
		       sed 's/.* via //' | sort | uniq -c)
		[[ $vias =~ ^\ *300\ 10\.0\.[12]\.9$ ]] || break
		vias=
	done
	touch "$tmp/enough"
	wait "$pid"
	equal "routes by gateway" "$vias" ""
}
for i in $(seq 0 299); do
	echo "route replace 10.50.$((i / 250)).$((i % 250))/32 via 10.0.1.9"
done > "$tmp/there"
sed 's/via 10.0.1.9/via 10.0.2.9/' "$tmp/there" > "$tmp/back"
porch -a -b "$tmp/back"
check "a reader sees all of it or nothing" readers
sed 's/replace \(.*\) via.*/del \1/' "$tmp/there" | atomic

#### not at all ####

# no_batch PATTERN < FILE: it is refused with that reason, and nothing changed
no_batch()
{
	local before

	before=$(state)
	refused "$1" atomic
	equal "state" "$(state)" "$before"
}

bad_line()
{
	no_batch "batch:3: route add: .*no device" <<-'END'
	port add dum
	route add 10.3.0.0/16 dev dum
	route add 10.4.0.0/16 dev nosuch
	route add 10.5.0.0/16 dev rs
	END
	no_batch "batch:2: route add: 10.0.0.1/8 has bits behind" <<-'END'
	route add 10.3.0.0/16 dev rs
	route add 10.0.0.1/8 dev rs
	END
	no_batch "batch:2: .*allowed 1 to 64" <<-'END'
	route add 10.3.0.0/16 dev rs
	engine set vector 65
	END
	no_batch "batch:2: route show: changes nothing" <<-'END'
	route add 10.3.0.0/16 dev rs
	route
	END
}
check "a line that makes no sense changes nothing, and is named" bad_line

# Each is fine by itself, but not in its place.
bad_operation()
{
	no_batch "batch:4: .*route already: File exists" <<-'END'
	port add dum
	route add 10.3.0.0/16 dev dum
	route replace 10.0.2.0/24 dev dum
	route add 10.0.2.0/24 dev rs
	port del rc
	END
	no_batch "batch:3: no such route: No such process" <<-'END'
	route del 10.0.2.0/24
	engine set vector 8
	route del 10.0.2.0/24
	END
	no_batch "batch:2: .*gateway.*network" <<-'END'
	route del 10.0.2.0/24
	route add 10.3.0.0/16 via 10.77.0.1
	END
	no_batch "batch:2: the device is a port already" <<-'END'
	port add dum
	port add dum
	END
	no_batch "batch:3: the device is not a port" <<-'END'
	port add dum
	port del dum
	port del dum
	END
	no_batch "batch:4: the same transaction detaches the device" <<-'END'
	route add 10.3.0.0/16 dev dum
	port add dum
	port del dum
	port add dum
	END
	no_batch "batch:2: the device is not a port" <<-'END'
	port del rc
	port del rc
	END
	no_batch "batch:3: the same transaction detaches the device" <<-'END'
	route add 10.3.0.0/16 dev dum
	port del rc
	port add rc
	END
	no_batch "batch:2: .*loopback" <<-'END'
	port add dum
	port add lo
	END
}
check "an operation that cannot be changes nothing, and is named" bad_operation
check "ports go on" reaches "$ns_client" 10.0.2.2
# It would wait for ever for a port or a route that was forgotten.
check "no reference is left" timeout 60 ip -n "$ns_router" link del dum
ip -n "$ns_router" link add dum up type dummy

undone()
{
	atomic <<-'END'
	port add dum
	route add 10.3.0.0/16 dev dum
	route del 10.3.0.0/16
	port del dum
	END
	timeout 60 ip -n "$ns_router" link del dum
	ip -n "$ns_router" link add dum up type dummy
}
check "what is taken away again was never there" undone

# A device that goes between the staging and the commit
device_goes()
{
	local before pid fifo=$tmp/fifo

	rm -f "$fifo"
	mkfifo "$fifo"
	before=$(porch -j route)
	porchctl -n "$ns_router" -a -b "$fifo" 2> "$tmp/err" & pid=$!
	exec 5> "$fifo"
	printf 'route add 10.3.0.0/16 dev rs\nport add dum\n' >&5
	poll_until 20 staging "$pid"
	ip -n "$ns_router" link del dum
	exec 5>&-
	fails wait "$pid"
	ip -n "$ns_router" link add dum up type dummy
	says "fifo:2: no such device" cat "$tmp/err"
	equal "routes" "$(porch -j route)" "$before"
}

# staging PID: the tool has read all it was given, and waits for more
staging()
{
	sleeps "$1" porchctl
}
check "a device goes in the middle" device_goes

#### sockets, and who they belong to ####

export ns_router ns_client
frames <<'END_OF_PYTHON'
import errno, threading
import genl

BEGIN, COMMIT, ABORT = genl.TXN_BEGIN, genl.TXN_COMMIT, genl.TXN_ABORT
one, other = genl.Socket("router"), genl.Socket("router")
STAGED = genl.attr(genl.A_ROUTE_STAGED, b"")


def stage(s, cmd, prefix):
    return s.request(cmd, genl.route(prefix), STAGED)


def commit(s, operations):
    return s.request(COMMIT, genl.u32(genl.A_TXN_OPERATIONS, operations))


def there(s, *addresses):
    """For each address, whether there is a route to it"""
    return [has_way(s, a) for a in addresses]


def has_way(s, address):
    try:
        return bool(s.request(genl.ROUTE_GET, genl.attr(genl.A_ROUTE_DST, addr(address))))
    except genl.Refused:
        return False


with point("a socket commits and aborts only what it has begun"):
    genl.refused(errno.ENOENT, "no open transaction", commit, one, 0)
    genl.refused(errno.ENOENT, "no open transaction", one.request, ABORT)
    one.request(BEGIN)
    genl.refused(errno.EBUSY, "open transaction already", one.request, BEGIN)
    genl.refused(errno.ENOENT, "no open transaction", commit, other, 0)
    one.request(ABORT)
    genl.refused(errno.ENOENT, "no open transaction", commit, one, 0)

with point("what is staged is in force with the commit, and not before"):
    one.request(BEGIN)
    stage(one, genl.ROUTE_ADD, "198.18.1.0/24")
    equal("staged", there(one, "198.18.1.1"), [False])
    commit(one, 1)
    equal("committed", there(one, "198.18.1.1"), [True])

with point("what is aborted never happens"):
    one.request(BEGIN)
    stage(one, genl.ROUTE_ADD, "198.18.2.0/24")
    one.request(ABORT)
    equal("aborted", there(one, "198.18.2.1"), [False])
    one.request(genl.ROUTE_ADD, genl.route("198.18.2.0/24"))
    equal("alone", there(one, "198.18.2.1"), [True])

with point("an open transaction holds nobody up"):
    one.request(BEGIN)
    stage(one, genl.ROUTE_DEL, "198.18.1.0/24")
    other.request(genl.ROUTE_DEL, genl.route("198.18.2.0/24"))
    other.request(BEGIN)
    stage(other, genl.ROUTE_ADD, "198.18.3.0/24")
    commit(other, 1)
    commit(one, 1)
    equal("routes", there(one, "198.18.1.1", "198.18.2.1", "198.18.3.1"),
          [False, False, True])

with point("what cannot be understood is refused at once, and not staged"):
    one.request(BEGIN)
    no = genl.refused(errno.EINVAL, "behind the prefix", one.request, genl.ROUTE_ADD,
                      genl.route("198.18.4.1/24"), STAGED)
    equal("attribute", no.blamed, 20)
    genl.refused(errno.EINVAL, "ifindex is missing", one.request, genl.PORT_ADD)
    genl.refused(errno.ERANGE, "range", one.request, genl.ENGINE_SET,
                 genl.u32(genl.A_ENGINE_VECTOR, 65))
    stage(one, genl.ROUTE_ADD, "198.18.4.0/24")
    commit(one, 1)
    equal("committed", there(one, "198.18.4.1"), [True])

with point("who has missed a refusal cannot commit the rest"):
    # By the module and by the netlink core
    for bad in (genl.ROUTE_ADD, genl.route("198.18.5.1/24")), \
               (genl.ENGINE_SET, genl.u32(genl.A_ENGINE_VECTOR, 65)):
        one.request(BEGIN)
        stage(one, genl.ROUTE_ADD, "198.18.5.0/24")
        one.sock.send(one.message(bad[0], bad[1] + (STAGED if bad[0] == genl.ROUTE_ADD else
                                                    genl.attr(genl.A_ENGINE_STAGED, b"")), 0))
        one.sock.recv(65536)
        no = genl.refused(errno.ECANCELED, "not so many operations", commit, one, 2)
        equal("attribute and operation", (no.blamed, no.cookie), (20, None))
        genl.refused(errno.ENOENT, "no open transaction", commit, one, 1)
        equal("routes", there(one, "198.18.5.1"), [False])
    one.request(BEGIN)
    genl.refused(errno.EINVAL, "operations is missing", one.request, COMMIT)
    commit(one, 0)

with point("what is meant for a transaction is never in force alone"):
    genl.refused(errno.ENOENT, "no open transaction", stage, one, genl.ROUTE_ADD,
                 "198.18.5.0/24")
    genl.refused(errno.ENOENT, "no open transaction", one.request, genl.ENGINE_SET,
                 genl.u32(genl.A_ENGINE_VECTOR, 1), genl.attr(genl.A_ENGINE_STAGED, b""))
    one.request(BEGIN)
    genl.refused(errno.EBUSY, "does not say staged", one.request, genl.ROUTE_ADD,
                 genl.route("198.18.5.0/24"))
    stage(one, genl.ROUTE_ADD, "198.18.5.0/24")
    one.request(ABORT)
    genl.refused(errno.ENOENT, "no open transaction", stage, one, genl.ROUTE_ADD,
                 "198.18.5.0/24")
    equal("routes", there(one, "198.18.5.1"), [False])

with point("a refused commit names the operation, and ends the transaction"):
    one.request(BEGIN)
    stage(one, genl.ROUTE_DEL, "198.18.4.0/24")
    stage(one, genl.ROUTE_ADD, "198.18.5.0/24")
    stage(one, genl.ROUTE_ADD, "198.18.5.0/24")
    stage(one, genl.ROUTE_ADD, "198.18.6.0/24")
    equal("operation", genl.refused(errno.EEXIST, "route already", commit, one, 4).cookie, 3)
    equal("routes", there(one, "198.18.4.1", "198.18.5.1", "198.18.6.1"),
          [True, False, False])
    genl.refused(errno.ENOENT, "no open transaction", commit, one, 0)

with point("a namespace has its own transactions"):
    elsewhere = genl.Socket("client")
    one.request(BEGIN)
    genl.refused(errno.ENOENT, "no open transaction", commit, elsewhere, 0)
    elsewhere.request(BEGIN)
    stage(elsewhere, genl.ROUTE_ADD, "198.18.7.0/24")
    commit(elsewhere, 1)
    commit(one, 0)
    equal("routes", there(one, "198.18.7.1") + there(elsewhere, "198.18.7.1"), [False, True])
    elsewhere.close()

with point("a transaction ends with its socket"):
    doomed = genl.Socket("router")
    doomed.request(BEGIN)
    stage(doomed, genl.ROUTE_ADD, "198.18.8.0/24")
    portid = doomed.sock.getsockname()[0]
    doomed.close()
    # The next one may even have the same address.
    heir = genl.Socket("router", portid)
    genl.refused(errno.ENOENT, "no open transaction", commit, heir, 0)
    heir.close()
    equal("routes", there(one, "198.18.8.1"), [False])

with point("threads share a socket, and nothing of a transaction gets out of it"):
    # Nobody can tell whose ack is whose, so nobody asks for one.
    def add(thread):
        for i in range(100):
            one.sock.send(one.message(genl.ROUTE_ADD, genl.route(f"198.19.{thread}.{i}/32") +
                                      STAGED, 0))

    def end():
        for i in range(50):
            # Nobody counts, so that none can be committed.
            one.sock.send(one.message((BEGIN, COMMIT, ABORT)[i % 3],
                                      genl.u32(genl.A_TXN_OPERATIONS, 1000)
                                      if i % 3 == 1 else b"", 0))

    threads = [threading.Thread(target=add, args=(i,)) for i in range(4)]
    threads.append(threading.Thread(target=end))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    one.close()
    got = other.request(genl.STATUS_GET)
    assert got, "no status"
    equal("routes", there(other, *(f"198.19.{t}.{i}" for t in range(4) for i in range(100))),
          [False] * 400)

with point("a transaction without rights"):
    mine = genl.Socket("router")
    mine.request(BEGIN)
    pid = os.fork()
    if not pid:
        status = 1
        try:
            with netns("router"):
                os.setuid(65534)
                s = genl.Socket()
            genl.refused(errno.EPERM, "", s.request, BEGIN)
            genl.refused(errno.EPERM, "", commit, s, 0)
            genl.refused(errno.EPERM, "", s.request, ABORT)
            # One that was opened by somebody with rights, and inherited
            genl.refused(errno.EPERM, "", mine.request, genl.ROUTE_ADD,
                         genl.route("198.18.9.0/24"))
            genl.refused(errno.EPERM, "", commit, mine, 0)
            status = 0
        finally:
            os._exit(status)
    equal("exit status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
    commit(mine, 0)
END_OF_PYTHON
porch -4 route | sed -n 's/^blackhole \([^ ]*\).*/route del \1/p' | atomic

#### ends that nobody wanted ####

# stage_and_wait NAMESPACE: a tool that has staged, and waits for more: its PID
# in $stager, the way to write to it is descriptor 5
stage_and_wait()
{
	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo"
	porchctl -n "$1" -a -b "$tmp/fifo" 2> "$tmp/err" & stager=$!
	exec 5> "$tmp/fifo"
	# More than one datagram, so that some of it has been staged.
	seq -f 'route add blackhole 198.18.0.%g' 0 255 >&5
	seq -f 'route add blackhole 198.18.1.%g' 0 255 >&5
	seq -f 'route add blackhole 198.18.2.%g' 0 255 >&5
	seq -f 'route add blackhole 198.18.3.%g' 0 255 >&5
	poll_until 30 staging "$stager"
}

killed()
{
	local before

	before=$(state)
	stage_and_wait "$ns_router"
	kill -9 "$stager"
	wait "$stager" || true
	exec 5>&-
	equal "state" "$(state)" "$before"
	atomic <<< "route add blackhole 198.18.0.0"
	atomic <<< "route del 198.18.0.0"
}
check "a tool that is killed leaves nothing" killed

namespace_goes()
{
	local ns=${ns_prefix}gone

	namespace gone
	stage_and_wait "$ns"
	ip netns del "$ns"
	kill -9 "$stager"
	wait "$stager" || true
	exec 5>&-
}
check "a namespace goes with its transaction" namespace_goes

#### two writers ####

two_apart()
{
	seq -f 'route add blackhole 198.18.0.%g' 0 255 > "$tmp/a"
	seq -f 'route add blackhole 198.18.1.%g' 0 255 > "$tmp/b"
	porch -a -b "$tmp/a" & local a=$!
	porch -a -b "$tmp/b" & local b=$!
	wait "$a"
	wait "$b"
	equal "routes" "$(porch route | grep -c '^blackhole 198\.18\.[01]\.')" 512
	sed 's/add blackhole/del/' "$tmp/a" "$tmp/b" | atomic
}

two_alike()
{
	local i good=0 pids=()

	seq -f 'route add blackhole 198.18.0.%g' 0 255 > "$tmp/a"
	for i in {1..4}; do
		porch -a -b "$tmp/a" 2> "$tmp/err.$i" & pids+=($!)
	done
	for i in "${pids[@]}"; do
		! wait "$i" || good=$((good + 1))
	done
	equal "writers that were right" "$good" 1
	equal "words of the others" "$(sort -u "$tmp"/err.* | grep -c .)" 1
	says "a:1: the prefix has a route already" cat "$tmp"/err.*
	sed 's/add blackhole/del/' "$tmp/a" | atomic
}
check "two writers at once" two_apart
check "of several that want the same, one gets it" two_alike

#### a full table ####

seq 0 99999 | awk '{
	printf "route add 10.%d.%d.%d dev rs\n", 100 + $1 / 65536, $1 / 256 % 256, $1 % 256
}' > "$tmp/many"
sed 's/add/del/' "$tmp/many" > "$tmp/few"

full()
{
	local i

	time porch -a -b "$tmp/many"
	equal "routes" "$(number_in "$(porch -j status)" routes-v4)" 100002
	for i in 0 1 255 256 4711 65535 65536 98765 99999; do
		says "^10.$((100 + i / 65536)).$((i / 256 % 256)).$((i % 256)) dev rs$" \
			porch route get "10.$((100 + i / 65536)).$((i / 256 % 256)).$((i % 256))"
	done
	refused "No route|no route" porch route get 10.101.134.160
	head -n 3 "$tmp/many" > "$tmp/again"
	refused "again:1: the prefix has a route already" porch -a -b "$tmp/again"
	time porch -a -b "$tmp/few"
	equal "routes" "$(number_in "$(porch -j status)" routes-v4)" 2
}
exec 3>&1
full_told()
{
	TIMEFORMAT='100000 routes: %R s, %U s of it in the tool, %S s in the kernel'
	full 2> "$tmp/times" || { cat "$tmp/times"; return 1; }
	sed 's/^/# /' "$tmp/times" >&3
}
check "100,000 routes in one commit, and away again" no_gap full_told

#### the module goes ####

module_goes()
{
	stage_and_wait "$ns_router"
	porch_unload
	echo "route add blackhole 198.18.4.0" >&5
	exec 5>&-
	fails wait "$stager"
	says "porchctl: " cat "$tmp/err"
	porch_load
	porch -b - <<-'END'
	port add rc
	port add rs
	route add 10.0.1.0/24 dev rc
	route add 10.0.2.0/24 dev rs
	END
	reaches "$ns_client" 10.0.2.2
}
check "the module goes with its transactions" module_goes

finish
