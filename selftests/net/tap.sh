#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Captures what the router's ports see, with porchctl, and has it read by tcpdump
# and tshark. Proves that every frame that a port counts is captured or counted as
# lost, and how a capture ends.
#
#   +--------+             +--------+             +--------+
#   | client |             | router |             | server |
#   |     c0 +-------------+ rc  rs +-------------+ s0     |
#   +--------+ 10.0.1.0/24 +--------+ 10.0.2.0/24 +--------+
#       .2 / ::2       .1 / ::1  .1 / ::1        .2 / ::2

. "$(dirname "$(readlink -f "$0")")/lib.sh"

# capture NAME OPTION...: in the router and in the background, into $tmp/NAME; its
# pid is in $!
capture()
{
	local name=$1
	shift

	rm -f "$tmp/$name"
	# The program itself, no subshell, so that it gets the signals.
	porchctl -n "$ns_router" capture "$@" -w "$tmp/$name" \
		> /dev/null 2> "$tmp/$name.err" &
	poll_until 10 test -s "$tmp/$name"
}

# stop PID...: end captures
stop()
{
	kill "$@" && wait "$@"
}

# frames_in FILE [FILTER]: how many frames of the file the filter lets pass
frames_in()
{
	tcpdump -Z root -n -r "$tmp/$1" "${@:2}" 2> "$tmp/tcpdump" |
		grep -c '^[0-9]'
}

# has FILE COUNT [FILTER]: so many frames
has()
{
	equal "frames in $1 (${*:3})" "$(frames_in "$1" "${@:3}")" "$2"
}

# frames_of DEVICE...: that the ports have counted, in and out
frames_of()
{
	local dev sum=0

	for dev in "$@"; do
		((sum += $(port_counter "$dev" rx-packets) + \
			 $(port_counter "$dev" tx-packets) + \
			 $(port_counter "$dev" local-packets)))
	done
	echo "$sum"
}

# captured FILE, lost FILE: what the capture said at its end
captured()
{
	grep -oE '^[0-9]+' "$tmp/$1.err"
}

lost()
{
	sed -nE 's/.* ([0-9]+) lost$/\1/p' "$tmp/$1.err"
}

ping_server()
{
	client ping -n -q -c 1 -W 10 "$@" 10.0.2.2
}

ping_captured()
{
	local pid before begin end
	before=$(frames_of rc)
	capture rc -i rc
	pid=$!
	begin=$(frames_of rc)
	ping_server -c 3 -i 0.1
	end=$(frames_of rc)
	stop "$pid"
	has rc 3 "icmp[icmptype] == icmp-echo and ip[8] == 64"
	has rc 3 "icmp[icmptype] == icmp-echoreply and ip[8] == 63"
	equal lost "$(lost rc)" 0
	tells "$(captured rc)" "$before" "$begin" "$end" "$(frames_of rc)"
	has rc "$(captured rc)"
}

text()
{
	porchctl -n "$ns_router" capture -i rs -c 2 > "$tmp/text" &
	poll_until 10 says 'rings +1' porch status
	# It taps the port soon after that.
	poll_until 10 ping_is_seen "$!"
	wait $!
	says "^[0-9:]{8}\.[0-9]{9} rs out 98 bytes type 0x0800
[0-9:.]* rs in 98 bytes type 0x0800$" cat "$tmp/text"
}

ping_is_seen()
{
	ping_server
	fails kill -0 "$1"
}

pipe()
{
	porch capture -i rc -c 4 -w - 2> "$tmp/pipe.err" |
		tcpdump -Z root -l -n -r - > "$tmp/pipe" 2> "$tmp/tcpdump" &
	poll_until 60 ping_is_seen $!
	wait $!
	equal lines "$(wc -l < "$tmp/pipe")" 4
	grep "ICMP echo" "$tmp/pipe"
}

# What has come is written while the capture goes on.
flushed()
{
	capture rc -i rc
	ping_server
	poll_until 20 has rc 2 icmp
	stop $!
}

# tells NUMBER BEFORE BEGIN END AFTER: a capture that was at work from BEGIN to END
# tells of NUMBER frames, and the ports have counted no fewer meanwhile, and no
# more from BEFORE it was started until AFTER it was stopped. There is always
# somebody who asks for a neighbour.
tells()
{
	echo "$1 frames; counted: $2, $3 to $4, $5"
	[ "$1" -ge $(($4 - $3)) ] && [ "$1" -le $(($5 - $2)) ]
}

two_readers()
{
	local one two before begin end
	before=$(frames_of rc rs)
	capture one
	one=$!
	capture two
	two=$!
	begin=$(frames_of rc rs)
	ping_server -c 5 -i 0.05
	end=$(frames_of rc rs)
	stop "$one" "$two"
	tells "$(captured one)" "$before" "$begin" "$end" "$(frames_of rc rs)"
	tells "$(captured two)" "$before" "$begin" "$end" "$(frames_of rc rs)"
	has one 20 icmp
	has two 20 icmp
}

vlan()
{
	client ip link add link c0 name c0.10 up type vlan id 10
	client ip addr add 10.0.10.2/24 dev c0.10
	capture rc -i rc
	client ping -n -q -c 1 -W 1 10.0.10.1 || true
	stop $!
	client ip link del c0.10
	[ "$(frames_in rc "vlan 10 and arp")" -ge 1 ]
}

snap()
{
	capture rc -i rc -s 64
	ping_server -s 1000
	stop $!
	tcpdump -Z root -r "$tmp/rc" -w "$tmp/rc.pcap" icmp 2> "$tmp/tcpdump"
	# Two records behind the head of the file
	equal bytes "$(stat -c %s "$tmp/rc.pcap")" $((24 + 2 * (16 + 64)))
	says "ICMP echo request.* length 1008" \
		tcpdump -Z root -n -r "$tmp/rc.pcap"
}

# The frames of TCP are larger than any MTU on their way.
large()
{
	local pid
	capture rc -i rc
	pid=$!
	# The ring has room for all of it, should the reader be slow.
	transfer "$ns_client" "$ns_server" 10.0.2.2 1
	stop "$pid"
	equal lost "$(lost rc)" 0
	[ "$(frames_in rc "tcp and greater 3000")" -ge 1 ]
}

# Loses most, and knows how much, to the frame.
slow()
{
	local pid before begin end
	before=$(frames_of rc rs)
	capture all
	pid=$!
	begin=$(frames_of rc rs)
	kill -STOP "$pid"
	transfer "$ns_client" "$ns_server" 10.0.2.2 8
	kill -CONT "$pid"
	ping_server
	end=$(frames_of rc rs)
	stop "$pid"
	cat "$tmp/all.err"
	[ "$(lost all)" -gt 0 ]
	[ "$(captured all)" -gt 0 ]
	tells $(($(captured all) + $(lost all))) \
		"$before" "$begin" "$end" "$(frames_of rc rs)"
	equal "frames in the file" "$(frames_in all)" "$(captured all)"
}

# The packet that has to wait for its neighbour is there, without an address, and
# so is what the router itself asks, and the answer.
unresolved()
{
	# Whoever asks is known himself: the server is not to ask.
	server ip neigh replace 10.0.2.1 lladdr "$(router cat /sys/class/net/rs/address)" \
		dev s0 nud permanent
	capture rs -i rs
	router ip neigh flush dev rs
	ping_server
	stop $!
	server ip neigh del 10.0.2.1 dev s0
	has rs 1 "icmp and ether dst 00:00:00:00:00:00"
	[ "$(frames_in rs "arp[6:2] == 1")" -ge 1 ]
	[ "$(frames_in rs "arp[6:2] == 2")" -ge 1 ]
}

new_port()
{
	porch port del rs
	capture all
	porch port add rs
	ping_server
	stop $!
	has all 4 icmp
}

port_gone()
{
	local status=0
	capture rc -i rc
	porch port del rc
	wait $! || status=$?
	porch port add rc
	equal status "$status" 1
	says "no frame will come any more" cat "$tmp/rc.err"
	# Neighbours may have had a word.
	has rc 0 ip
}

nobody_reads()
{
	timeout 60 bash -c '"$@" | head -c 4' - \
		porchctl -n "$ns_router" capture -w - > "$tmp/head" 2> "$tmp/head.err"
	says "frames captured" cat "$tmp/head.err"
	fails grep porchctl "$tmp/head.err"
}

full_disk()
{
	refused "cannot write: No space left" \
		timeout 60 porchctl -n "$ns_router" capture -w /dev/full
}

# tshark: one line for each frame: interface, direction, length
shark()
{
	capture all
	ping_server
	stop $!
	tshark -r "$tmp/all" -Y icmp -T fields -e frame.interface_name \
		-e frame.packet_flags_direction -e frame.len > "$tmp/fields"
	equal frames "$(LC_ALL=C sort "$tmp/fields" | tr '\t\n' ' ;')" \
		"rc 0x00000001 98;rc 0x00000002 98;rs 0x00000001 98;rs 0x00000002 98;"
}

# statistics FILE: of each interface "NUMBER RECEIVED LOST DELIVERED COMMENT", - for
# what is not said
statistics()
{
	/usr/bin/python3 - "$tmp/$1" <<-'END'
	import struct, sys

	data = open(sys.argv[1], "rb").read()
	while data:
	    kind, length = struct.unpack_from("=II", data)
	    if kind == 5:
	        options, at = {}, 20
	        while at < length - 4:
	            option, size = struct.unpack_from("=HH", data, at)
	            options[option] = data[at + 4:at + 4 + size]
	            at += 4 + (size + 3 & ~3)
	        print(struct.unpack_from("=I", data, 8)[0],
	              *(struct.unpack("=Q", options[o])[0] if o in options else "-"
	                for o in (4, 5, 8)), options.get(1, b"-").decode())
	    data = data[length:]
	END
}

# What was lost behind the last frame is in the file, too.
numbers_at_the_end()
{
	local pid sum
	capture rc -i rc
	pid=$!
	kill -STOP "$pid"
	transfer "$ns_client" "$ns_server" 10.0.2.2 8
	kill "$pid"
	kill -CONT "$pid"
	wait "$pid"
	[ "$(lost rc)" -gt 0 ]
	sum=$(($(captured rc) + $(lost rc)))
	equal statistics "$(statistics rc)" "0 $sum $(lost rc) $(captured rc) -"
	says "stat entries = 1" capinfos "$tmp/rc"
}

# Ports share a ring, so nobody knows whose frame had no room in it.
numbers_of_many()
{
	local pid
	capture all
	pid=$!
	ping_server
	stop "$pid"
	equal lost "$(lost all)" 0
	statistics all | awk '$2 != $4 || $3 != 0 || $5 != "-" { exit 1 }'

	capture all
	pid=$!
	ping_server
	poll_until 20 has all 4 icmp
	kill -STOP "$pid"
	transfer "$ns_client" "$ns_server" 10.0.2.2 8
	kill "$pid"
	kill -CONT "$pid"
	wait "$pid"
	says "^0 - - [0-9]* of all ports, $(lost all) frames were lost
1 - - [0-9]* of all ports, $(lost all) frames were lost" statistics all
}

# A tunnel's frames begin with IP. One file has both kinds, if it was told of all
# ports.
tunnel()
{
	local ns here there last
	for ns in "$ns_router 10.0.2.1 10.0.2.2 1" "$ns_server 10.0.2.2 10.0.2.1 2"; do
		read -r ns here there last <<< "$ns"
		ip -n "$ns" link add t0 type ipip local "$here" remote "$there"
		ip -n "$ns" addr add "10.9.0.$last/24" dev t0
		ip -n "$ns" link set t0 up
	done
	porch port add t0
	porch route add 10.9.0.0/24 dev t0

	capture t0 -i t0
	stop $!
	says "Encapsulation = Raw IP" capinfos "$tmp/t0"
	equal statistics "$(statistics t0)" "0 0 0 0 -"

	capture all
	client ping -n -q -c 1 -W 10 10.9.0.2
	stop $!
	tshark -r "$tmp/all" -Y "icmp.type == 8 and ip.dst == 10.9.0.2" -T fields \
		-e frame.interface_name -e frame.encap_type > "$tmp/fields"
	grep -qx $'rc\t1' "$tmp/fields"
	grep -qx $'t0\t7' "$tmp/fields"
	porch route del 10.9.0.0/24
	porch port del t0
}

no_port()
{
	refused "lo is not a port" porch capture -i lo
	refused "lo is not a port" porch capture -i lo -w -
}

# An open ring keeps the module where it is.
pinned()
{
	capture all
	says 'rings +1' porch status
	refused "in use" rmmod porch
	stop $!
	poll_until 10 says 'rings +0' porch status
}

begin
router_topology
check "a ping is captured, all of it" ping_captured
# Who asks for a neighbour may come between.
check "as text" poll_until 60 text
check "porchctl capture | tcpdump" pipe
check "what has come is in the file at once" flushed
check "two at the same time see the same" two_readers
check "a VLAN tag is back in its place" vlan
check "frames are cut" snap
check "frames before segmentation" large
check "a slow reader loses frames that are counted" slow
check "a packet that waits for its neighbour" unresolved
check "a port that comes later" new_port
check "a port that goes" port_gone
check "nobody reads what is written" nobody_reads
check "there is no room for what is written" full_disk
check "what was lost at last is in the file" numbers_at_the_end
check "and of several ports in sum" numbers_of_many
check "what is not a port has no frames" no_port
check "the module cannot go meanwhile" pinned
check "tshark reads it" shark
check "a tunnel's frames, alone and among others" tunnel
finish
