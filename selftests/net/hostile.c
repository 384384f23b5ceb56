// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that nobody should send: each is forwarded as it must be, or moves
 * exactly one counter by one and goes nowhere.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"

enum layer { END, L2, L3, L4 };

struct patch {
	enum layer layer;
	unsigned int at;
	const char *bytes;
	unsigned int len;
};

enum fate {
	FORWARD,	/* it arrives, as a router must leave it */
	DROP,		/* counted once, and nothing leaves but perhaps an answer */
	PUNT,		/* counted once; the stock stack forwards it nowhere */
	PASS,		/* for the stock stack, not even counted */
};

/**
 * struct hostile - a frame and what must become of it
 * @name: what it is
 * @r: the good frame that it was
 * @patch: what was done to it; the IPv4 checksum is put right afterwards
 * @spoil: added to the IPv4 checksum
 * @cut: bytes taken off its end
 * @garbage: bytes added there
 * @vnet: how it claims to be merged
 * @fate: what becomes of it
 * @reason: the counter, within its group
 * @icmp: type and code of the ICMP error that the client gets
 */
struct hostile {
	const char *name;
	struct recipe r;
	struct patch patch[4];
	uint16_t spoil;
	unsigned int cut;
	unsigned int garbage;
	struct virtio_net_hdr vnet;
	enum fate fate;
	const char *reason;
	uint16_t icmp;
};

#define V4(l4, ...)	.r = { .ipver = 4, .proto = l4, .payload = 64, ##__VA_ARGS__ }
#define V6(l4, ...)	.r = { .ipver = 6, .proto = l4, .payload = 64, ##__VA_ARGS__ }
#define BIG		.r.payload = 1480
#define OPTIONS(s)	.ext = s, .ext_len = sizeof(s) - 1
#define CHAIN(n, s)	.next = n, .ext = s, .ext_len = sizeof(s) - 1
#define TAGS(s)		.tags = s, .tags_len = sizeof(s) - 1
#define AT(l, o, s)	{ .layer = l, .at = o, .bytes = s, .len = sizeof(s) - 1 }
#define FORWARDED	.fate = FORWARD
#define DROPPED(why)	.fate = DROP, .reason = why
#define PUNTED(why)	.fate = PUNT, .reason = why
#define PASSED		.fate = PASS
#define ANSWERED(t, c)	.icmp = (t) << 8 | (c)

#define ZERO8		"\0\0\0\0\0\0\0\0"
/* Extension headers; the first byte says what comes next */
#define PAD(next)	next "\0\1\4\0\0\0\0"
#define PAD16(next)	next "\1\x3f\x0c" ZERO8 "\0\0\0\0"
#define PAD64(next)	next "\7\x3f\x3c" ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 "\0\0\0\0"
#define FRAG(next, off) next "\0" off "\0\0\0\7"
/* Four empty options that nobody knows */
#define EMPTY4		"\x1e\0\x1e\0\x1e\0\x1e\0"
#define AH(next)	next "\4\0\0" ZERO8 ZERO8 "\0\0\0\0"

static const struct hostile v4[] = {
	/* The rule, so that the exceptions mean something */
	{ "UDP", V4(L4_UDP), FORWARDED },
	{ "TCP", V4(L4_TCP), FORWARDED },
	{ "echo request", V4(L4_ICMP), FORWARDED },
	{ "SCTP", V4(L4_SCTP), FORWARDED },
	{ "UDP-Lite", V4(L4_UDPLITE), FORWARDED },
	{ "unknown transport", V4(255), FORWARDED },
	{ "nothing behind the header", .r = { .ipver = 4, .proto = 253 }, FORWARDED },
	{ "reserved flag", V4(L4_UDP), .patch = { AT(L3, 6, "\x80\0") }, FORWARDED },
	{ "DF and MF", V4(L4_UDP), .patch = { AT(L3, 6, "\x60\0") }, FORWARDED },

	/* Ethernet */
	{ "nothing behind the Ethernet header", V4(253), .cut = 84, DROPPED("truncated") },
	{ "padding is cut", .r = { .ipver = 4, .proto = 253, .payload = 5 }, .garbage = 21,
	  FORWARDED },
	{ "garbage behind the packet is cut", V4(L4_UDP), .garbage = 1000, FORWARDED },
	{ "in a broadcast frame", V4(L4_UDP), .patch = { AT(L2, 0, "\xff\xff\xff\xff\xff\xff") },
	  DROPPED("l2-multicast") },
	{ "in a multicast frame", V4(L4_UDP), .patch = { AT(L2, 0, "\x01\0\x5e\0\0\x01") },
	  DROPPED("l2-multicast") },
	{ "echo request in a broadcast frame", V4(L4_ICMP),
	  .patch = { AT(L2, 0, "\xff\xff\xff\xff\xff\xff") }, DROPPED("l2-multicast") },
	{ "last hop in a broadcast frame", V4(L4_UDP),
	  .patch = { AT(L2, 0, "\xff\xff\xff\xff\xff\xff"), AT(L3, 8, "\1") },
	  DROPPED("l2-multicast") },
	{ "for another machine", V4(L4_UDP), .patch = { AT(L2, 0, "\x02\0\0\0\x99\x99") },
	  PASSED },
	{ "unknown type", V4(L4_UDP), .patch = { AT(L2, 12, "\x88\xb5") }, PUNTED("non-ip") },
	{ "a length instead of a type", V4(L4_UDP), .patch = { AT(L2, 12, "\x05\xdc") },
	  PUNTED("non-ip") },
	{ "loopback test", V4(L4_UDP), .patch = { AT(L2, 12, "\x90\0") }, PUNTED("non-ip") },
	{ "short ARP", V4(L4_UDP), .patch = { AT(L2, 12, "\x08\x06") }, .cut = 70,
	  PUNTED("non-ip") },
	{ "IPv6 under IPv4's type", V4(L4_UDP), .patch = { AT(L3, 0, "\x60") },
	  DROPPED("ipv4-header") },

	/* Tags */
	{ "tag without device", V4(L4_UDP, TAGS("\x81\0\0\5")), PUNTED("vlan") },
	{ "service tag without device", V4(L4_UDP, TAGS("\x88\xa8\0\5")), PUNTED("vlan") },
	{ "priority tag", V4(L4_UDP, TAGS("\x81\0\xe0\0")), FORWARDED },
	{ "priority tag of a service", V4(L4_UDP, TAGS("\x88\xa8\xe0\0")), FORWARDED },
	{ "two priority tags", V4(L4_UDP, TAGS("\x81\0\xe0\0\x81\0\xe0\0")),
	  DROPPED("nested-tag") },
	{ "three priority tags", V4(L4_UDP, TAGS("\x81\0\0\0\x81\0\0\0\x81\0\0\0")),
	  DROPPED("nested-tag") },
	{ "two tags without device", V4(L4_UDP, TAGS("\x88\xa8\0\5\x81\0\0\6")),
	  PUNTED("vlan") },
	{ "tag without device behind a priority tag", V4(L4_UDP, TAGS("\x81\0\0\0\x81\0\0\5")),
	  PUNTED("non-ip") },
	{ "nothing behind a tag's type", V4(253, TAGS("\x81\0\0\5")), .cut = 88, PASSED },
	{ "half a second tag", V4(253, TAGS("\x81\0\0\0\x81\0\0\0")), .cut = 87, PASSED },
	{ "nothing behind a second tag", V4(253, TAGS("\x81\0\0\0\x81\0\0\0")), .cut = 86,
	  DROPPED("nested-tag") },

	/* Lengths */
	{ "cut in the header", V4(L4_UDP), .cut = 8 + 64 + 1, DROPPED("truncated") },
	{ "cut behind the header", V4(L4_UDP), .cut = 8 + 64, DROPPED("truncated") },
	{ "cut in the transport header", V4(L4_TCP), .cut = 64 + 10, DROPPED("truncated") },
	{ "last byte missing", V4(L4_UDP), .cut = 1, DROPPED("truncated") },
	{ "version 0", V4(L4_UDP), .patch = { AT(L3, 0, "\x05") }, DROPPED("ipv4-header") },
	{ "version 5", V4(L4_UDP), .patch = { AT(L3, 0, "\x55") }, DROPPED("ipv4-header") },
	{ "header length 0", V4(L4_UDP), .patch = { AT(L3, 0, "\x40") }, DROPPED("ipv4-header") },
	{ "header length 16", V4(L4_UDP), .patch = { AT(L3, 0, "\x44") }, DROPPED("ipv4-header") },
	{ "header beyond the packet", .r = { .ipver = 4, .proto = 253, .payload = 8 },
	  .patch = { AT(L3, 0, "\x4f") }, DROPPED("ipv4-header") },
	{ "header beyond the frame", .r = { .ipver = 4, .proto = 253, .payload = 40 },
	  .patch = { AT(L3, 0, "\x4f") }, .cut = 20, DROPPED("truncated") },
	{ "total length 0", V4(L4_UDP), .patch = { AT(L3, 2, "\0\0") }, DROPPED("ipv4-header") },
	{ "total length 19", V4(L4_UDP), .patch = { AT(L3, 2, "\0\x13") },
	  DROPPED("ipv4-header") },
	{ "total length 65535", V4(L4_UDP), .patch = { AT(L3, 2, "\xff\xff") },
	  DROPPED("truncated") },
	{ "wrong checksum", V4(L4_UDP), .spoil = 1, DROPPED("ipv4-checksum") },
	{ "checksum with its bytes swapped", V4(L4_UDP), .spoil = 0x1ff,
	  DROPPED("ipv4-checksum") },

	/* Options */
	{ "all kinds of padding", V4(L4_UDP, OPTIONS("\1\1\1\1\1\1\1\0")), FORWARDED },
	{ "40 bytes of options",
	  V4(L4_UDP, OPTIONS("\x5e\x28" ZERO8 ZERO8 ZERO8 ZERO8 "\0\0\0\0\0\0")),
	  FORWARDED },
	{ "router alert", V4(L4_UDP, OPTIONS("\x94\4\0\0")), FORWARDED },
	{ "record route", V4(L4_UDP, OPTIONS("\7\7\4\0\0\0\0\0")), FORWARDED },
	{ "record route, full", V4(L4_UDP, OPTIONS("\7\7\x08\1\2\3\4\0")), FORWARDED },
	{ "record route that points into itself", V4(L4_UDP, OPTIONS("\7\7\3\0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "record route with little room", V4(L4_UDP, OPTIONS("\7\7\5\0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "record route without pointer", V4(L4_UDP, OPTIONS("\1\1\7\2")),
	  DROPPED("ipv4-options") },
	{ "two record routes", V4(L4_UDP, OPTIONS("\7\7\4\0\0\0\0\7\7\4\0\0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "timestamp that points into itself", V4(L4_UDP, OPTIONS("\x44\x08\4\0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "timestamp that has overflowed", V4(L4_UDP, OPTIONS("\x44\x08\x09\xf0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "short router alert", V4(L4_UDP, OPTIONS("\x94\2\0\0")), DROPPED("ipv4-options") },
	{ "two timestamps", V4(L4_UDP, OPTIONS("\x44\x08\5\0\0\0\0\0\x44\x08\5\0\0\0\0\0")),
	  DROPPED("ipv4-options") },
	{ "timestamp", V4(L4_UDP, OPTIONS("\x44\x08\5\0\0\0\0\0")), FORWARDED },
	{ "security label", V4(L4_UDP, OPTIONS("\x86\x0a\0\0\0\3\5\4\0\1\0\0")),
	  DROPPED("ipv4-options") },
	{ "loose source route", V4(L4_UDP, OPTIONS("\x83\7\4\x0a\0\2\2\0")),
	  DROPPED("ipv4-source-route") },
	{ "strict source route", V4(L4_UDP, OPTIONS("\x89\7\4\x0a\0\2\2\0")),
	  DROPPED("ipv4-source-route") },
	{ "finished source route", V4(L4_UDP, OPTIONS("\x83\7\x08\x0a\0\2\2\0")),
	  DROPPED("ipv4-source-route") },
	{ "source route behind padding", V4(L4_UDP, OPTIONS("\1\1\1\x83\3\4\0\0")),
	  DROPPED("ipv4-source-route") },
	{ "option of length 0", V4(L4_UDP, OPTIONS("\x5e\0\0\0")), DROPPED("ipv4-options") },
	{ "option of length 1", V4(L4_UDP, OPTIONS("\x5e\1\0\0")), DROPPED("ipv4-options") },
	{ "option beyond the header", V4(L4_UDP, OPTIONS("\x5e\5\0\0")),
	  DROPPED("ipv4-options") },
	{ "option without length", V4(L4_UDP, OPTIONS("\1\1\1\x5e")), DROPPED("ipv4-options") },

	/* Fragments */
	{ "first fragment", V4(L4_UDP), .patch = { AT(L3, 6, "\x20\0") }, FORWARDED },
	{ "tiny first fragment, UDP", .r = { .ipver = 4, .proto = L4_UDP },
	  .patch = { AT(L3, 6, "\x20\0") }, FORWARDED },
	{ "tiny first fragment, TCP", V4(L4_TCP),
	  .patch = { AT(L3, 2, "\0\x1c"), AT(L3, 6, "\x20\0") }, DROPPED("l4-header") },
	{ "first fragment of no length", V4(L4_UDP),
	  .patch = { AT(L3, 2, "\0\x14"), AT(L3, 6, "\x20\0") }, DROPPED("l4-header") },
	{ "last fragment", V4(L4_UDP), .patch = { AT(L3, 6, "\0\x64") }, FORWARDED },
	{ "last fragment of odd length", .r = { .ipver = 4, .proto = 253, .payload = 13 },
	  .patch = { AT(L3, 6, "\0\x64") }, FORWARDED },
	{ "fragment of odd length in the middle", .r = { .ipver = 4, .proto = 253, .payload = 13 },
	  .patch = { AT(L3, 6, "\x20\x64") }, DROPPED("fragment") },
	{ "first fragment of odd length", .r = { .ipver = 4, .proto = L4_UDP, .payload = 13 },
	  .patch = { AT(L3, 6, "\x20\0") }, DROPPED("fragment") },
	{ "fragment that overlaps a TCP header", V4(L4_TCP), .patch = { AT(L3, 6, "\0\1") },
	  FORWARDED },
	{ "ping of death", V4(L4_ICMP), .patch = { AT(L3, 6, "\x1f\xff") }, DROPPED("fragment") },
	{ "fragment that ends at 65536", .r = { .ipver = 4, .proto = 253, .payload = 8 },
	  .patch = { AT(L3, 6, "\x1f\xff") }, DROPPED("fragment") },
	{ "fragment that ends at 65535", .r = { .ipver = 4, .proto = 253, .payload = 7 },
	  .patch = { AT(L3, 6, "\x1f\xff") }, FORWARDED },

	/* Transports */
	{ "TCP of 19 bytes", V4(L4_TCP), .patch = { AT(L3, 2, "\0\x27") }, DROPPED("l4-header") },
	{ "TCP header of 16 bytes", V4(L4_TCP), .patch = { AT(L4, 12, "\x40") },
	  DROPPED("l4-header") },
	{ "TCP header of 0 bytes", V4(L4_TCP), .patch = { AT(L4, 12, "\0") },
	  DROPPED("l4-header") },
	{ "TCP header beyond the packet", .r = { .ipver = 4, .proto = L4_TCP, .payload = 39 },
	  .patch = { AT(L4, 12, "\xf0") }, DROPPED("l4-header") },
	{ "TCP header as long as the packet", .r = { .ipver = 4, .proto = L4_TCP, .payload = 40 },
	  .patch = { AT(L4, 12, "\xf0") }, FORWARDED },
	{ "TCP header beyond the packet, into garbage", V4(L4_TCP),
	  .patch = { AT(L3, 2, "\0\x29"), AT(L4, 12, "\xf0") }, .garbage = 100,
	  DROPPED("l4-header") },
	{ "UDP of 7 bytes", V4(L4_UDP), .patch = { AT(L3, 2, "\0\x1b") }, DROPPED("l4-header") },
	{ "UDP length 0", V4(L4_UDP), .patch = { AT(L4, 4, "\0\0") }, DROPPED("l4-header") },
	{ "UDP length 7", V4(L4_UDP), .patch = { AT(L4, 4, "\0\7") }, DROPPED("l4-header") },
	{ "UDP length beyond the packet", V4(L4_UDP), .patch = { AT(L4, 4, "\0\x49") },
	  DROPPED("l4-header") },
	{ "UDP length before the packet's end", V4(L4_UDP), .patch = { AT(L4, 4, "\0\x20") },
	  FORWARDED },
	{ "UDP length beyond a fragment", V4(L4_UDP),
	  .patch = { AT(L3, 6, "\x20\0"), AT(L4, 4, "\x10\0") }, FORWARDED },
	{ "ICMP of 7 bytes", V4(L4_ICMP), .patch = { AT(L3, 2, "\0\x1b") },
	  DROPPED("l4-header") },
	{ "SCTP of 11 bytes", V4(L4_SCTP), .patch = { AT(L3, 2, "\0\x1f") },
	  DROPPED("l4-header") },

	/* Addresses */
	{ "from 0.0.0.0", V4(L4_UDP), .patch = { AT(L3, SRC4, "\0\0\0\0") },
	  DROPPED("martian-source") },
	{ "from 0.1.2.3", V4(L4_UDP), .patch = { AT(L3, SRC4, "\0\1\2\3") },
	  DROPPED("martian-source") },
	{ "from 127.0.0.1", V4(L4_UDP), .patch = { AT(L3, SRC4, "\x7f\0\0\1") },
	  DROPPED("martian-source") },
	{ "from 224.0.0.1", V4(L4_UDP), .patch = { AT(L3, SRC4, "\xe0\0\0\1") },
	  DROPPED("martian-source") },
	{ "from 240.0.0.1", V4(L4_UDP), .patch = { AT(L3, SRC4, "\xf0\0\0\1") },
	  DROPPED("martian-source") },
	{ "from 255.255.255.255", V4(L4_UDP), .patch = { AT(L3, SRC4, "\xff\xff\xff\xff") },
	  DROPPED("martian-source") },
	{ "from the router", V4(L4_UDP), .patch = { AT(L3, SRC4, IP4_IN) },
	  DROPPED("martian-source") },
	{ "from the router's other side", V4(L4_UDP), .patch = { AT(L3, SRC4, IP4_OUT) },
	  DROPPED("martian-source") },
	{ "from the client's broadcast address", V4(L4_UDP),
	  .patch = { AT(L3, SRC4, "\x0a\0\1\xff") }, DROPPED("martian-source") },
	{ "from the server's broadcast address", V4(L4_UDP),
	  .patch = { AT(L3, SRC4, "\x0a\0\2\xff") }, DROPPED("martian-source") },
	{ "from 169.254.1.1", V4(L4_UDP), .patch = { AT(L3, SRC4, "\xa9\xfe\1\1") },
	  DROPPED("link-local") },
	{ "to 0.0.0.0", V4(L4_UDP), .patch = { AT(L3, DST4, "\0\0\0\0") },
	  DROPPED("martian-destination") },
	/* An address of the router's, who does not want it from outside */
	{ "to 127.0.0.1", V4(L4_UDP), .patch = { AT(L3, DST4, "\x7f\0\0\1") }, PASSED },
	{ "to 127.1.2.3", V4(L4_UDP), .patch = { AT(L3, DST4, "\x7f\1\2\3") },
	  DROPPED("martian-destination") },
	{ "to 240.0.0.1", V4(L4_UDP), .patch = { AT(L3, DST4, "\xf0\0\0\1") },
	  DROPPED("martian-destination") },
	{ "to 169.254.1.1", V4(L4_UDP), .patch = { AT(L3, DST4, "\xa9\xfe\1\1") },
	  DROPPED("link-local") },
	{ "to 255.255.255.255", V4(L4_UDP), .patch = { AT(L3, DST4, "\xff\xff\xff\xff") },
	  PUNTED("broadcast") },
	{ "to the server's broadcast address", V4(L4_ICMP),
	  .patch = { AT(L3, DST4, "\x0a\0\2\xff") }, PUNTED("broadcast") },
	{ "to the client's broadcast address", V4(L4_ICMP),
	  .patch = { AT(L3, DST4, "\x0a\0\1\xff") }, PUNTED("broadcast") },
	{ "to 224.0.0.1", V4(L4_UDP), .patch = { AT(L3, DST4, "\xe0\0\0\1") },
	  PUNTED("multicast") },
	{ "to 239.1.2.3, last hop", V4(L4_UDP),
	  .patch = { AT(L3, DST4, "\xef\1\2\3"), AT(L3, 8, "\1") }, PUNTED("multicast") },
	{ "from 127.0.0.1 to the router", V4(L4_UDP),
	  .patch = { AT(L3, SRC4, "\x7f\0\0\1"), AT(L3, DST4, IP4_IN) }, PASSED },
	{ "from the router to the router", V4(L4_TCP),
	  .patch = { AT(L3, SRC4, IP4_IN), AT(L3, DST4, IP4_IN) }, PASSED },

	/* What is answered, and what must not be */
	{ "last hop", V4(L4_UDP), .patch = { AT(L3, 8, "\1") }, DROPPED("ttl-exceeded"),
	  ANSWERED(11, 0) },
	{ "no hop", V4(L4_UDP), .patch = { AT(L3, 8, "\0") }, DROPPED("ttl-exceeded"),
	  ANSWERED(11, 0) },
	{ "last hop, echo request", V4(L4_ICMP), .patch = { AT(L3, 8, "\1") },
	  DROPPED("ttl-exceeded"), ANSWERED(11, 0) },
	{ "last hop, first fragment", V4(L4_UDP),
	  .patch = { AT(L3, 8, "\1"), AT(L3, 6, "\x20\0") }, DROPPED("ttl-exceeded"),
	  ANSWERED(11, 0) },
	{ "last hop, later fragment", V4(L4_UDP),
	  .patch = { AT(L3, 8, "\1"), AT(L3, 6, "\0\x64") }, DROPPED("ttl-exceeded") },
	{ "last hop, ICMP error", V4(L4_ICMP), .patch = { AT(L3, 8, "\1"), AT(L4, 0, "\3\1") },
	  DROPPED("ttl-exceeded") },
	{ "last hop, redirect", V4(L4_ICMP), .patch = { AT(L3, 8, "\1"), AT(L4, 0, "\5\1") },
	  DROPPED("ttl-exceeded") },
	{ "last hop, unknown ICMP", V4(L4_ICMP), .patch = { AT(L3, 8, "\1"), AT(L4, 0, "\xc8") },
	  DROPPED("ttl-exceeded") },
	{ "last hop, from 127.0.0.1", V4(L4_UDP),
	  .patch = { AT(L3, 8, "\1"), AT(L3, SRC4, "\x7f\0\0\1") }, DROPPED("martian-source") },
	{ "last hop, with options", V4(L4_UDP, OPTIONS("\7\7\4\0\0\0\0\0")),
	  .patch = { AT(L3, 8, "\1") }, DROPPED("ttl-exceeded"), ANSWERED(11, 0) },
	{ "to an unreachable network", V4(L4_UDP), .patch = { AT(L3, DST4, "\x0a\x42\0\1") },
	  DROPPED("unreachable"), ANSWERED(3, 1) },
	{ "to a prohibited network", V4(L4_UDP), .patch = { AT(L3, DST4, "\x0a\x43\0\1") },
	  DROPPED("prohibit"), ANSWERED(3, 13) },
	{ "to a black hole", V4(L4_UDP), .patch = { AT(L3, DST4, "\x0a\x44\0\1") },
	  DROPPED("blackhole") },
	{ "ICMP error to an unreachable network", V4(L4_ICMP),
	  .patch = { AT(L3, DST4, "\x0a\x42\0\1"), AT(L4, 0, "\x0b\0") },
	  DROPPED("unreachable") },
	{ "too big", .r = { .ipver = 4, .proto = L4_UDP, .payload = 1400 },
	  .patch = { AT(L3, 6, "\x40\0") }, DROPPED("too-big"), ANSWERED(3, 4) },
	{ "too big, later fragment", .r = { .ipver = 4, .proto = L4_UDP, .payload = 1400 },
	  .patch = { AT(L3, 6, "\x40\x64") }, DROPPED("too-big") },
	{ "segments too big", .r = { .ipver = 4, .proto = L4_TCP, .payload = 4000 },
	  .patch = { AT(L3, 6, "\x40\0") }, .vnet = { .flags = 1, .gso_type = 1, .hdr_len = 54,
	  .gso_size = 1361, .csum_start = 34, .csum_offset = 16 },
	  DROPPED("too-big"), ANSWERED(3, 4) },

	/* Checksums to be filled in where none is: they are not */
	{ "a checksum in the network header", V4(L4_UDP),
	  .vnet = { .flags = 1, .csum_start = 20, .csum_offset = 10 }, FORWARDED },
	{ "a checksum in the ports", V4(L4_UDP),
	  .vnet = { .flags = 1, .csum_start = 34, .csum_offset = 2 }, FORWARDED },
	{ "a checksum in the identifier of an echo request", V4(L4_ICMP),
	  .vnet = { .flags = 1, .csum_start = 34, .csum_offset = 4 }, FORWARDED },
	{ "a checksum in the urgent pointer", V4(L4_TCP),
	  .vnet = { .flags = 1, .csum_start = 34, .csum_offset = 18 }, FORWARDED },
	{ "a checksum in what TCP carries", V4(L4_TCP),
	  .vnet = { .flags = 1, .csum_start = 54, .csum_offset = 6 }, FORWARDED },
	{ "a checksum from the network header on", V4(L4_UDP),
	  .vnet = { .flags = 1, .csum_start = 20, .csum_offset = 20 }, FORWARDED },
	{ "a checksum in the padding", V4(L4_UDP), .garbage = 20,
	  .vnet = { .flags = 1, .csum_start = 34, .csum_offset = 80 },
	  DROPPED("l4-checksum") },
	{ "segments with a checksum elsewhere", .r = { .ipver = 4, .proto = L4_TCP,
	  .payload = 1000 }, .vnet = { .flags = 1, .gso_type = 1, .hdr_len = 54,
	  .gso_size = 500, .csum_start = 38, .csum_offset = 16 }, DROPPED("l4-checksum") },
};

static const struct hostile v6[] = {
	{ "UDP", V6(L4_UDP), FORWARDED },
	{ "TCP", V6(L4_TCP), FORWARDED },
	{ "echo request", V6(L4_ICMP6), FORWARDED },
	{ "SCTP", V6(L4_SCTP), FORWARDED },
	{ "unknown transport", V6(255), FORWARDED },
	{ "no next header", V6(NO_NEXT), FORWARDED },
	{ "nothing behind the header", .r = { .ipver = 6, .proto = NO_NEXT }, FORWARDED },

	/* Ethernet */
	{ "nothing behind the Ethernet header", V6(253), .cut = 104, DROPPED("truncated") },
	{ "padding is cut", .r = { .ipver = 6, .proto = NO_NEXT }, .garbage = 6, FORWARDED },
	{ "garbage behind the packet is cut", V6(L4_UDP), .garbage = 1000, FORWARDED },
	{ "in a broadcast frame", V6(L4_UDP), .patch = { AT(L2, 0, "\xff\xff\xff\xff\xff\xff") },
	  DROPPED("l2-multicast") },
	{ "in a multicast frame", V6(L4_UDP), .patch = { AT(L2, 0, "\x33\x33\0\0\0\1") },
	  DROPPED("l2-multicast") },
	{ "last hop in a multicast frame", V6(L4_UDP),
	  .patch = { AT(L2, 0, "\x33\x33\0\0\0\1"), AT(L3, 7, "\1") }, DROPPED("l2-multicast") },
	{ "for another machine", V6(L4_UDP), .patch = { AT(L2, 0, "\x02\0\0\0\x99\x99") },
	  PASSED },
	{ "IPv4 under IPv6's type", V6(L4_UDP), .patch = { AT(L3, 0, "\x45") },
	  DROPPED("ipv6-header") },
	{ "tag without device", V6(L4_UDP, TAGS("\x81\0\0\5")), PUNTED("vlan") },
	{ "priority tag", V6(L4_UDP, TAGS("\x81\0\xe0\0")), FORWARDED },
	{ "two priority tags", V6(L4_UDP, TAGS("\x81\0\xe0\0\x81\0\xe0\0")),
	  DROPPED("nested-tag") },

	/* Lengths */
	{ "cut in the header", V6(L4_UDP), .cut = 8 + 64 + 1, DROPPED("truncated") },
	{ "cut behind the header", V6(L4_UDP), .cut = 8 + 64, DROPPED("truncated") },
	{ "last byte missing", V6(L4_UDP), .cut = 1, DROPPED("truncated") },
	{ "version 0", V6(L4_UDP), .patch = { AT(L3, 0, "\0") }, DROPPED("ipv6-header") },
	{ "version 7", V6(L4_UDP), .patch = { AT(L3, 0, "\x70") }, DROPPED("ipv6-header") },
	{ "payload length 65535", V6(L4_UDP), .patch = { AT(L3, 4, "\xff\xff") },
	  DROPPED("truncated") },
	{ "payload length 0", V6(L4_UDP), .patch = { AT(L3, 4, "\0\0") }, DROPPED("l4-header") },
	{ "payload length 0 with options", V6(L4_UDP, CHAIN(0, PAD("\x11"))),
	  .patch = { AT(L3, 4, "\0\0") }, DROPPED("ipv6-header") },
	{ "payload length 0 with destination options", V6(L4_UDP, CHAIN(60, PAD("\x11"))),
	  .patch = { AT(L3, 4, "\0\0") }, DROPPED("ipv6-header") },
	{ "payload length before the frame's end", V6(L4_UDP),
	  .patch = { AT(L3, 4, "\0\x20"), AT(L4, 4, "\0\x20") }, FORWARDED },
	{ "jumbo payload", V6(L4_UDP, CHAIN(0, "\x11\0\xc2\4\0\1\0\0")),
	  .patch = { AT(L3, 4, "\0\0") }, DROPPED("ipv6-header") },
	{ "jumbo payload beside a length", V6(L4_UDP, CHAIN(0, "\x11\0\xc2\4\0\1\0\0")),
	  DROPPED("ipv6-extension") },
	{ "jumbo payload of little", V6(L4_UDP, CHAIN(0, "\x11\0\xc2\4\0\0\0\x50")),
	  DROPPED("ipv6-extension") },

	/* Chains of extension headers */
	{ "every extension header",
	  V6(L4_UDP, CHAIN(0, PAD("\x3c") PAD("\x2b") "\x2c\0\4\0\0\0\0\0"
			   FRAG("\x33", "\0\0") AH("\x3c") PAD("\x11"))), FORWARDED },
	{ "eight headers",
	  V6(L4_UDP, CHAIN(60, PAD("\x3c") PAD("\x3c") PAD("\x3c") PAD("\x3c") PAD("\x3c")
			   PAD("\x3c") PAD("\x3c") PAD("\x11"))), FORWARDED },
	{ "nine headers",
	  V6(L4_UDP, CHAIN(60, PAD("\x3c") PAD("\x3c") PAD("\x3c") PAD("\x3c") PAD("\x3c")
			   PAD("\x3c") PAD("\x3c") PAD("\x3c") PAD("\x11"))),
	  DROPPED("ipv6-extension") },
	{ "512 bytes of headers",
	  V6(L4_UDP, CHAIN(60, PAD64("\x3c") PAD64("\x3c") PAD64("\x3c") PAD64("\x3c")
			   PAD64("\x3c") PAD64("\x3c") PAD64("\x3c") PAD64("\x11"))), FORWARDED },
	{ "520 bytes of headers",
	  V6(L4_UDP, CHAIN(60, "\x3c\x08\x3f\x44" ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8
			   "\0\0\0\0" PAD64("\x3c") PAD64("\x3c") PAD64("\x3c") PAD64("\x3c")
			   PAD64("\x3c") PAD64("\x3c") PAD64("\x11"))), DROPPED("ipv6-extension") },
	{ "a header of 2048 bytes", V6(L4_UDP, CHAIN(60, "\x11\xff\1\4\0\0\0\0")),
	  DROPPED("ipv6-extension") },
	{ "header beyond the packet", V6(L4_UDP, CHAIN(60, "\x11\x0a\1\4\0\0\0\0")),
	  DROPPED("truncated") },
	{ "header that ends with the packet", V6(L4_UDP, CHAIN(60, "\x3b\x09\1\4\0\0\0\0")),
	  FORWARDED },
	{ "authentication beyond the packet",
	  V6(L4_UDP, CHAIN(51, "\x11\x15\0\0" ZERO8 "\0\0\0\0")),
	  DROPPED("truncated") },
	{ "half a header", .r = { .ipver = 6, .proto = 60, .payload = 4 }, DROPPED("truncated") },
	{ "no byte of a header", .r = { .ipver = 6, .proto = 60 }, DROPPED("ipv6-header") },
	{ "chain cut behind its second header", V6(60, CHAIN(60, PAD("\x3c"))),
	  .patch = { AT(L3, 4, "\0\x08") }, DROPPED("truncated") },
	{ "hop-by-hop options second", V6(L4_UDP, CHAIN(60, PAD("\0") PAD("\x11"))),
	  DROPPED("ipv6-extension") },
	{ "hop-by-hop options twice", V6(L4_UDP, CHAIN(0, PAD("\0") PAD("\x11"))),
	  DROPPED("ipv6-extension") },
	{ "routing header of type 0",
	  V6(L4_UDP, CHAIN(43, "\x11\2\0\1\0\0\0\0" IP6_SERVER)), FORWARDED },

	/* Hop-by-hop options */
	{ "router alert", V6(L4_UDP, CHAIN(0, "\x11\0\5\2\0\0\1\0")), FORWARDED },
	{ "router alert of length 1", V6(L4_UDP, CHAIN(0, "\x11\0\5\1\0\1\1\0")),
	  DROPPED("ipv6-extension") },
	{ "unknown option to skip", V6(L4_UDP, CHAIN(0, "\x11\0\x1e\4\1\2\3\4")), FORWARDED },
	{ "unknown option to discard", V6(L4_UDP, CHAIN(0, "\x11\0\x5e\4\1\2\3\4")),
	  DROPPED("ipv6-extension") },
	{ "unknown option to answer", V6(L4_UDP, CHAIN(0, "\x11\0\x9e\4\1\2\3\4")),
	  DROPPED("ipv6-extension") },
	{ "unknown option to answer unless multicast",
	  V6(L4_UDP, CHAIN(0, "\x11\0\xde\4\1\2\3\4")), DROPPED("ipv6-extension") },
	{ "unknown option of destinations",
	  V6(L4_UDP, CHAIN(60, "\x11\0\xde\4\1\2\3\4")), FORWARDED },
	{ "option beyond its header", V6(L4_UDP, CHAIN(0, "\x11\0\x1e\5\1\2\3\4")),
	  DROPPED("ipv6-extension") },
	{ "option without length", V6(L4_UDP, CHAIN(0, "\x11\0\1\3\0\0\0\x1e")),
	  DROPPED("ipv6-extension") },
	{ "padding with content", V6(L4_UDP, CHAIN(0, "\x11\0\1\4\0\0\0\1")),
	  DROPPED("ipv6-extension") },
	{ "padding of 8 bytes", V6(L4_UDP, CHAIN(0, "\x11\1\1\6\0\0\0\0\0\0\1\4\0\0\0\0")),
	  DROPPED("ipv6-extension") },
	{ "eight options",
	  V6(L4_UDP, CHAIN(0, "\x11\2" EMPTY4 EMPTY4 "\1\4\0\0\0\0")),
	  FORWARDED },
	{ "telemetry where it may not be",
	  V6(L4_UDP, CHAIN(0, "\x11\1\x31\x0a\0\0\0\0\0\0\0\0\0\0\0\0")),
	  DROPPED("ipv6-extension") },
	{ "security label", V6(L4_UDP, CHAIN(0, "\x11\1\7\x08\0\0\0\1\0\0\0\0\1\2\0\0")),
	  DROPPED("ipv6-extension") },
	{ "nine options",
	  V6(L4_UDP, CHAIN(0, "\x11\2" EMPTY4 EMPTY4 "\x1e\0\1\2\0\0")),
	  DROPPED("ipv6-extension") },

	/* Fragments */
	{ "first fragment", V6(L4_UDP, CHAIN(44, FRAG("\x11", "\0\1"))), FORWARDED },
	{ "last fragment", V6(253, CHAIN(44, FRAG("\x11", "\1\0"))), FORWARDED },
	{ "last fragment of a chain", V6(253, CHAIN(44, FRAG("\x3c", "\1\0"))), FORWARDED },
	{ "atomic fragment", V6(L4_UDP, CHAIN(44, FRAG("\x11", "\0\0"))), FORWARDED },
	{ "two fragment headers", V6(L4_UDP, CHAIN(44, FRAG("\x2c", "\0\1") FRAG("\x11", "\0\1"))),
	  DROPPED("ipv6-extension") },
	{ "half a fragment header", .r = { .ipver = 6, .proto = 44, .payload = 7 },
	  DROPPED("truncated") },
	{ "first fragment of odd length",
	  .r = { .ipver = 6, .proto = L4_UDP, .payload = 13, CHAIN(44, FRAG("\x11", "\0\1")) },
	  DROPPED("fragment") },
	{ "fragment that ends at 65536",
	  .r = { .ipver = 6, .proto = 253, .payload = 8, CHAIN(44, FRAG("\x11", "\xff\xf8")) },
	  DROPPED("fragment") },
	{ "fragment that ends at 65535",
	  .r = { .ipver = 6, .proto = 253, .payload = 7, CHAIN(44, FRAG("\x11", "\xff\xf8")) },
	  FORWARDED },
	{ "tiny first fragment, TCP",
	  .r = { .ipver = 6, .proto = 253, .payload = 8, CHAIN(44, FRAG("\6", "\0\1")) },
	  DROPPED("l4-header") },
	{ "first fragment with half a chain",
	  .r = { .ipver = 6, .proto = 253, .payload = 8, CHAIN(44, FRAG("\x3c", "\0\1")) },
	  .patch = { AT(L4, 0, "\x11\5") }, DROPPED("truncated") },

	/* Transports */
	{ "TCP of 19 bytes", V6(L4_TCP), .patch = { AT(L3, 4, "\0\x13") }, DROPPED("l4-header") },
	{ "TCP header of 16 bytes", V6(L4_TCP), .patch = { AT(L4, 12, "\x40") },
	  DROPPED("l4-header") },
	{ "TCP header beyond the packet", .r = { .ipver = 6, .proto = L4_TCP, .payload = 39 },
	  .patch = { AT(L4, 12, "\xf0") }, DROPPED("l4-header") },
	{ "UDP of 7 bytes", V6(L4_UDP), .patch = { AT(L3, 4, "\0\7") }, DROPPED("l4-header") },
	{ "UDP length 7", V6(L4_UDP), .patch = { AT(L4, 4, "\0\7") }, DROPPED("l4-header") },
	{ "UDP length beyond the packet", V6(L4_UDP), .patch = { AT(L4, 4, "\0\x49") },
	  DROPPED("l4-header") },
	{ "UDP length beyond the packet, behind options",
	  V6(L4_UDP, CHAIN(60, PAD("\x11"))), .patch = { AT(L4, 4, "\0\x49") },
	  DROPPED("l4-header") },
	{ "ICMPv6 of 3 bytes", V6(L4_ICMP6), .patch = { AT(L3, 4, "\0\3") },
	  DROPPED("l4-header") },

	/* Addresses */
	{ "from ::", V6(L4_UDP), .patch = { AT(L3, SRC6, ZERO8 ZERO8) },
	  DROPPED("martian-source") },
	{ "from ::1", V6(L4_UDP), .patch = { AT(L3, SRC6, ZERO8 "\0\0\0\0\0\0\0\1") },
	  DROPPED("martian-source") },
	{ "from ff02::1", V6(L4_UDP), .patch = { AT(L3, SRC6, "\xff\2") },
	  DROPPED("martian-source") },
	{ "from ::ffff:10.0.1.2", V6(L4_UDP),
	  .patch = { AT(L3, SRC6, ZERO8 "\0\0\xff\xff\x0a\0\1\2") }, DROPPED("martian-source") },
	{ "from fe80::2", V6(L4_UDP), .patch = { AT(L3, SRC6, "\xfe\x80") },
	  DROPPED("link-local") },
	{ "from the router", V6(L4_UDP), .patch = { AT(L3, SRC6, IP6_IN) },
	  DROPPED("martian-source") },
	{ "from the router's other side", V6(L4_UDP), .patch = { AT(L3, SRC6, IP6_OUT) },
	  DROPPED("martian-source") },
	{ "to ::", V6(L4_UDP), .patch = { AT(L3, DST6, ZERO8 ZERO8) },
	  DROPPED("martian-destination") },
	{ "to ::1", V6(L4_UDP), .patch = { AT(L3, DST6, ZERO8 "\0\0\0\0\0\0\0\1") }, PASSED },
	{ "to ::ffff:10.0.2.2", V6(L4_UDP),
	  .patch = { AT(L3, DST6, ZERO8 "\0\0\xff\xff\x0a\0\2\2") },
	  DROPPED("martian-destination") },
	{ "to fe80::2", V6(L4_UDP), .patch = { AT(L3, DST6, "\xfe\x80\0\0\0\0\0\0") },
	  DROPPED("link-local") },
	{ "to ff02::1", V6(L4_UDP), .patch = { AT(L3, DST6, "\xff\2") }, PUNTED("multicast") },
	{ "to ff0e::1, last hop", V6(L4_UDP),
	  .patch = { AT(L3, DST6, "\xff\x0e"), AT(L3, 7, "\1") }, PUNTED("multicast") },
	{ "to ff00::1", V6(L4_UDP), .patch = { AT(L3, DST6, "\xff\0") }, PUNTED("multicast") },
	{ "from ::1 to the router", V6(L4_UDP),
	  .patch = { AT(L3, SRC6, ZERO8 "\0\0\0\0\0\0\0\1"), AT(L3, DST6, IP6_IN) }, PASSED },

	/* What is answered, and what must not be */
	{ "last hop", V6(L4_UDP), .patch = { AT(L3, 7, "\1") }, DROPPED("ttl-exceeded"),
	  ANSWERED(3, 0) },
	{ "no hop", V6(L4_UDP), .patch = { AT(L3, 7, "\0") }, DROPPED("ttl-exceeded"),
	  ANSWERED(3, 0) },
	{ "last hop, behind options", V6(L4_ICMP6, CHAIN(0, PAD("\x3a"))),
	  .patch = { AT(L3, 7, "\1") }, DROPPED("ttl-exceeded"), ANSWERED(3, 0) },
	{ "last hop, ICMPv6 error", V6(L4_ICMP6), .patch = { AT(L3, 7, "\1"), AT(L4, 0, "\1\0") },
	  DROPPED("ttl-exceeded") },
	{ "last hop, ICMPv6 error behind options", V6(L4_ICMP6, CHAIN(60, PAD("\x3a"))),
	  .patch = { AT(L3, 7, "\1"), AT(L4, 0, "\1\0") }, DROPPED("ttl-exceeded") },
	{ "last hop, redirect", V6(L4_ICMP6), .patch = { AT(L3, 7, "\1"), AT(L4, 0, "\x89\0") },
	  DROPPED("ttl-exceeded") },
	{ "last hop, later fragment", V6(253, CHAIN(44, FRAG("\x11", "\1\0"))),
	  .patch = { AT(L3, 7, "\1") }, DROPPED("ttl-exceeded") },
	{ "last hop, from ff02::1", V6(L4_UDP),
	  .patch = { AT(L3, 7, "\1"), AT(L3, SRC6, "\xff\2") }, DROPPED("martian-source") },
	{ "to an unreachable network", V6(L4_UDP), .patch = { AT(L3, DST6 + 4, "\0\x66") },
	  DROPPED("unreachable"), ANSWERED(1, 3) },
	{ "to a prohibited network", V6(L4_UDP), .patch = { AT(L3, DST6 + 4, "\0\x67") },
	  DROPPED("prohibit"), ANSWERED(1, 1) },
	{ "to a black hole", V6(L4_UDP), .patch = { AT(L3, DST6 + 4, "\0\x68") },
	  DROPPED("blackhole") },
	{ "ICMPv6 error to an unreachable network", V6(L4_ICMP6),
	  .patch = { AT(L3, DST6 + 4, "\0\x66"), AT(L4, 0, "\3\0") }, DROPPED("unreachable") },
	{ "too big", .r = { .ipver = 6, .proto = L4_UDP, .payload = 1400 },
	  DROPPED("too-big"), ANSWERED(2, 0) },
	{ "too big, ICMPv6 error", .r = { .ipver = 6, .proto = L4_ICMP6, .payload = 1400 },
	  .patch = { AT(L4, 0, "\2\0") }, DROPPED("too-big") },

	/* Checksums to be filled in where none is */
	{ "a checksum in the identifier of an echo request", V6(L4_ICMP6),
	  .vnet = { .flags = 1, .csum_start = 54, .csum_offset = 4 }, FORWARDED },
	{ "a checksum in the ports behind a header", V6(L4_UDP, CHAIN(0, PAD("\x11"))),
	  .vnet = { .flags = 1, .csum_start = 62, .csum_offset = 2 }, FORWARDED },
};

static void make(struct frame *f, const struct hostile *h)
{
	const struct patch *p;
	unsigned int base;

	frame_build(f, &h->r);
	for (p = h->patch; p < h->patch + 4 && p->layer; p++) {
		base = p->layer == L4 ? f->l4 : p->layer == L3 ? f->l3 : 0;
		memcpy(f->b + base + p->at, p->bytes, p->len);
	}
	frame_fix(f);
	if (h->spoil)
		put16(f->b + f->l3 + 10, get16(f->b + f->l3 + 10) ^ h->spoil);
	memset(f->b + f->len, 0xdd, h->garbage);
	f->len += h->garbage;
	f->len -= h->cut;
	f->vnet = h->vnet;
}

static bool bad;

#define complain(...)	({ printf("# " __VA_ARGS__); bad = true; })

/* One counter of @after has moved by one, or none if @want is empty. */
static void check_counters(const struct counters *before, const struct counters *after,
			   const char *want, bool answered)
{
	bool found = !*want;
	unsigned int i;

	for (i = 0; i < after->n; i++) {
		const char *name = after->c[i].name;
		uint64_t moved = after->c[i].value - before->c[i].value, expect;

		/* That is how much work it was, but for what sneaked past. */
		if (!strncmp(name, "lane", 4) ||
		    (!strncmp(name, "engine", 6) && strcmp(name, "engine guarded")))
			continue;
		expect = !strcmp(name, want) ||
			 (answered && !strcmp(name, "created icmp-error"));
		found |= !strcmp(name, want);
		if (moved != expect)
			complain("%s moved by %llu instead of %llu\n", name,
				 (unsigned long long)moved, (unsigned long long)expect);
	}
	if (!found)
		complain("there is no counter %s\n", want);
}

/* RFC 792 and 4443: the error quotes what was sent, and is well-formed. */
static void check_answer(const struct frame *f, const struct frame *sent, unsigned int icmp)
{
	bool v4 = get16(f->b + 12) == 0x0800;
	const uint8_t *l3 = f->b + 14, *l4 = l3 + (v4 ? 20 : 40);
	unsigned int len = f->b + f->len - l4, quote = len - 8;
	uint32_t sum = 0;

	if (memcmp(f->b, MAC_CLIENT MAC_IN, 12) || f->len < 14 + 20 + 8 ||
	    l3[v4 ? 9 : 6] != (v4 ? L4_ICMP : L4_ICMP6) || get16(l4) != icmp ||
	    memcmp(l3 + (v4 ? SRC4 : SRC6), v4 ? IP4_IN : IP6_IN, v4 ? 4 : 16) ||
	    memcmp(l3 + (v4 ? DST4 : DST6), v4 ? IP4_CLIENT : IP6_CLIENT, v4 ? 4 : 16)) {
		complain("not the right answer\n");
		return;
	}
	if (v4 && (checksum(l3, 20, 0) || get16(l3 + 2) != f->len - 14))
		complain("wrong IPv4 header in the answer\n");
	if (!v4) {
		sum = (uint16_t)~checksum(l3 + SRC6, 32, 0);
		sum += L4_ICMP6 + len;
	}
	if (checksum(l4, len, sum))
		complain("wrong ICMP checksum in the answer\n");
	if (len < 8 || f->len - 14 > (v4 ? 576 : 1280) || quote > sent->len - sent->l3 ||
	    quote < 28 || memcmp(l4 + 8, sent->b + sent->l3, quote))
		complain("wrong quotation in the answer\n");
	if ((icmp == (3 << 8 | 4) || icmp == 2 << 8) && get16(l4 + 6) != OUT_MTU)
		complain("wrong MTU in the answer\n");
}

/* Reads what came out at the client's side; an answer may come behind the sentinel. */
static void check_client(int fd, const struct frame *sent, unsigned int icmp, bool any)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	static struct frame f;
	unsigned int n = 0;

	for (;;) {
		if (icmp && !n)
			poll(&pfd, 1, 10000);
		if (!router_read(fd, &f))
			break;
		if (frame_is_noise(&f))
			continue;
		n++;
		if (icmp && n == 1) {
			check_answer(&f, sent, icmp);
			if (!bad)
				continue;
		}
		/* What the stock stack gets it may answer as it likes. */
		if (any)
			continue;
		complain("the client got\n");
		frame_print("this", &f);
	}
	if (icmp && !n)
		complain("the client got no answer\n");
}

/* Waits for the last sentinel at the server's side; counts what came before it. */
static bool check_server(int fd, uint32_t number, const struct frame *want, bool quiet)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	unsigned int n = 0, sentinels = 0;
	static struct frame f;

	while (sentinels < SENTINELS) {
		if (!router_read(fd, &f)) {
			if (poll(&pfd, 1, quiet ? 100 : 10000) > 0)
				continue;
			if (!quiet)
				complain("the router does not forward any more\n");
			return false;
		}
		if (frame_is_sentinel(&f, number)) {
			sentinels++;
			continue;
		}
		if (quiet || frame_is_noise(&f))
			continue;
		n++;
		if (want && frame_same(&f, want))
			continue;
		complain("the server got\n");
		frame_print("this", &f);
		if (want)
			frame_print("instead of", want);
	}
	if (want && n != 1)
		complain("the server got %u frames\n", n);
	return true;
}

static void try(struct router *r, struct mnl_socket *nl, const struct hostile *h,
		uint32_t number)
{
	static struct frame f, want;
	static struct counters before, after;
	char counter[64] = "";

	make(&f, h);
	if (h->fate == DROP || h->fate == PUNT)
		snprintf(counter, sizeof(counter), "%s %s",
			 h->fate == DROP ? "drop" : "punt", h->reason);
	if (h->fate == FORWARD) {
		memcpy(&want, &f, sizeof(f));
		frame_hop(&want);
	}

	counters_read(nl, &before);
	router_send(r, &f, 0);
	router_send_sentinels(r, number);
	check_server(r->out, number, h->fate == FORWARD ? &want : NULL, false);
	check_client(r->in, &f, h->icmp, h->fate == PASS);
	counters_read(nl, &after);
	check_counters(&before, &after, counter, h->icmp);
	if (bad)
		frame_print("sent", &f);
}

/* hostile NETNS [NAME]: all of them, or those so named */
int hostile(int argc, char **argv)
{
	static const struct {
		const char *name;
		const struct hostile *table;
		unsigned int n;
	} family[] = {
		{ "IPv4", v4, sizeof(v4) / sizeof(*v4) },
		{ "IPv6", v6, sizeof(v6) / sizeof(*v6) },
	};
	unsigned int points = 0, failed = 0, i, j;
	static struct frame f;
	struct mnl_socket *nl;
	struct router r;

	if (argc < 2)
		return 2;
	router_open(&r, argv[1], false);
	nl = counters_open(argv[1]);

	/* The devices need a moment. */
	for (i = 0;; i++) {
		router_send_sentinels(&r, i);
		if (check_server(r.out, i, NULL, true))
			break;
		if (i == 300)
			die("the router does not forward");
	}
	while (router_read(r.in, &f))
		;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < family[i].n; j++) {
			const struct hostile *h = &family[i].table[j];

			if (argc > 2 && strcmp(argv[2], h->name))
				continue;
			bad = false;
			try(&r, nl, h, 1000 + points++);
			printf("%s %u - %s: %s\n", bad ? "not ok" : "ok", points,
			       family[i].name, h->name);
			failed += bad;
		}
	}
	printf("1..%u\n", points);
	return failed || !points;
}
