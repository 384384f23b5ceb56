// SPDX-License-Identifier: GPL-2.0
/*
 * Frames at random, most of them nearly right. The same seed gives the same ones.
 */
#include <string.h>
#include "frame.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

static uint64_t state;

void rnd_seed(uint64_t seed)
{
	state = seed;
}

/* Below @n, or 0 */
uint32_t rnd(uint32_t n)
{
	/* splitmix64 */
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return n ? (z ^ z >> 31) % n : 0;
}

#define EXT(s)		.ext = s, .ext_len = sizeof(s) - 1
#define TAGS(s)		.tags = s, .tags_len = sizeof(s) - 1

static const struct recipe good[] = {
	{ 4, L4_UDP }, { 4, L4_UDP }, { 4, L4_TCP }, { 4, L4_TCP }, { 4, L4_ICMP },
	{ 4, L4_SCTP }, { 4, L4_UDPLITE }, { 4, 4 }, { 4, 41 }, { 4, 47 }, { 4, 50 },
	{ 4, L4_UDP, EXT("\1\1\1\0") },
	{ 4, L4_UDP, EXT("\x94\4\0\0") },
	{ 4, L4_TCP, EXT("\7\x0f\4\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ 4, L4_UDP, EXT("\x44\x0c\5\0\0\0\0\0\0\0\0\0") },
	{ 4, L4_UDP, EXT("\x44\x14\5\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ 4, L4_UDP, EXT("\x82\x0b\0\0\0\0\0\0\0\0\0\0") },
	{ 4, L4_UDP, EXT("\x86\x0a\0\0\0\3\5\4\0\1\0\0") },
	{ 4, L4_UDP, EXT("\x83\7\4\x0a\0\2\2\0") },
	{ 4, L4_UDP, TAGS("\x81\0\0\0") },
	{ 4, L4_UDP, TAGS("\x88\xa8\0\0\x81\0\0\5") },
	{ 6, L4_UDP }, { 6, L4_UDP }, { 6, L4_TCP }, { 6, L4_TCP }, { 6, L4_ICMP6 },
	{ 6, L4_SCTP }, { 6, NO_NEXT }, { 6, 4 }, { 6, 41 }, { 6, 47 },
	{ 6, L4_UDP, .next = 0, EXT("\x11\0\1\4\0\0\0\0") },
	{ 6, L4_UDP, .next = 0, EXT("\x11\0\5\2\0\0\1\0") },
	{ 6, L4_UDP, .next = 0, EXT("\x11\0\x1e\4\0\0\1\0") },
	{ 6, L4_UDP, .next = 0, EXT("\x11\0\xc2\4\0\1\0\0") },
	{ 6, L4_UDP, .next = 0, EXT("\x11\1\x31\x0a\0\0\0\0\0\0\0\0\0\0\1\0") },
	{ 6, L4_UDP, .next = 0, EXT("\x11\1\7\x08\0\0\0\1\0\0\0\0\1\2\0\0") },
	{ 6, L4_TCP, .next = 60, EXT("\x06\0\1\4\0\0\0\0") },
	{ 6, L4_UDP, .next = 43, EXT("\x11\0\4\0\0\0\0\0") },
	{ 6, L4_UDP, .next = 44, EXT("\x11\0\0\1\0\0\0\7") },
	{ 6, L4_TCP, .next = 44, EXT("\x06\0\0\0\0\0\0\7") },
	{ 6, 253, .next = 44, EXT("\x11\0\1\0\0\0\0\7") },
	{ 6, L4_UDP, .next = 0, EXT("\x3c\0\1\4\0\0\0\0\x2b\0\1\4\0\0\0\0\x11\0\4\0\0\0\0\0") },
	{ 6, L4_ICMP6, .next = 51, EXT("\x3a\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ 6, L4_UDP, TAGS("\x81\0\0\0") },
};

static const char *const addr4[] = {
	"\0\0\0\0", "\0\0\0\1", "\x7f\0\0\1", "\xa9\xfe\0\1", "\xe0\0\0\5", "\xf0\0\0\1",
	"\xff\xff\xff\xff", "\x0a\0\1\0", "\x0a\0\2\0", "\x0a\0\1\xff", "\x0a\0\2\xff",
	"\x0a\x42\0\1", "\xc0\xa8\1\1", "\x08\x08\x08\x08", IP4_CLIENT, IP4_IN, IP4_OUT, IP4_SERVER
};

static const char *const addr6[] = {
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
	"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\2\2", "\0\0\0\0\0\0\0\0\0\0\0\0\x0a\0\2\2",
	"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\2", "\xfe\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\2",
	"\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "\xff\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
	"\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "\xff\x0e\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
	"\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "\x20\2\x0a\0\2\2\0\0\0\0\0\0\0\0\0\1",
	"\0\x64\xff\x9b\0\0\0\0\0\0\0\0\x0a\0\2\2", IP6_NET("\1") "\0\0", IP6_NET("\2") "\0\0",
	IP6_CLIENT, IP6_IN, IP6_OUT, IP6_SERVER
};

static void insert(struct frame *f, unsigned int at, unsigned int n)
{
	memmove(f->b + at + n, f->b + at, f->len - at);
	f->len += n;
}

/* Somewhere in the frame, mostly in its headers */
static unsigned int somewhere(const struct frame *f)
{
	unsigned int at;

	switch (rnd(8)) {
	case 0:
		at = rnd(f->len);
		break;
	case 1:
		at = rnd(f->l3);
		break;
	case 2 ... 5:
		at = f->l3 + rnd(f->l4 - f->l3);
		break;
	default:
		at = f->l4 + rnd(20);
	}
	return at < f->len ? at : rnd(f->len);
}

/* Changes one thing about a frame. */
void frame_mutate(struct frame *f)
{
	static const uint8_t edge[] = {
		0, 1, 2, 4, 5, 7, 8, 0x0f, 0x11, 0x2c, 0x3a, 0x3c, 0x40, 0x45, 0x46, 0x4f, 0x60,
		0x7f, 0x80, 0x83, 0xfe, 0xff
	};
	bool v4 = get16(f->b + f->l3 - 2) == 0x0800;
	unsigned int at = somewhere(f), n;
	static struct frame other;

	switch (rnd(13)) {
	case 0 ... 2:
		f->b[at] ^= 1 << rnd(8);
		break;
	case 3 ... 4:
		f->b[at] = edge[rnd(ARRAY_SIZE(edge))];
		break;
	case 5:
		f->b[at] = rnd(256);
		break;
	case 6:
		f->len = rnd(2) ? f->len - rnd(f->len - 14) : f->l3 + rnd(f->l4 - f->l3 + 24);
		break;
	case 7:
		n = rnd(4) ? rnd(64) : rnd(4000);
		memset(f->b + f->len, rnd(256), n);
		f->len += n;
		break;
	case 8:
		/* Head of this one, tail of another */
		n = rnd(ARRAY_SIZE(good));
		other.len = 0;
		frame_build(&other, &good[n]);
		n = somewhere(&other);
		f->len = at + other.len - n;
		memcpy(f->b + at, other.b + n, other.len - n);
		break;
	case 9:
		n = 4 << rnd(3);
		insert(f, at, n);
		memset(f->b + at, rnd(2) ? 0 : rnd(256), n);
		break;
	case 10:
		n = rnd(f->len - at);
		memmove(f->b + at, f->b + at + n, f->len - at - n);
		f->len -= n;
		break;
	case 11:
		if (v4)
			memcpy(f->b + f->l3 + (rnd(2) ? SRC4 : DST4),
			       addr4[rnd(ARRAY_SIZE(addr4))], 4);
		else
			memcpy(f->b + f->l3 + (rnd(2) ? SRC6 : DST6),
			       addr6[rnd(ARRAY_SIZE(addr6))], 16);
		break;
	case 12:
		/* Fragments and options are worth looking for. */
		if (v4)
			put16(f->b + f->l3 + 6, rnd(65536));
		else
			f->b[f->l3 + 6] = edge[rnd(ARRAY_SIZE(edge))];
		break;
	}
	if (f->len < 14)
		f->len = 14;
}

static void pretend_merged(struct frame *f)
{
	static const uint8_t type[] = {
		VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_HDR_GSO_UDP,
		5 /* VIRTIO_NET_HDR_GSO_UDP_L4 */
	};
	bool v4 = get16(f->b + f->l3 - 2) == 0x0800;

	if (rnd(4)) {
		f->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		f->vnet.csum_start = rnd(16) ? f->l4 : rnd(200);
		f->vnet.csum_offset = rnd(16) ? f->b[f->l3 + (v4 ? 9 : 6)] == L4_TCP ? 16 : 6 :
						rnd(64);
	}
	if (rnd(4)) {
		f->vnet.gso_type = rnd(8) ? v4 ? type[0] : type[1] : type[rnd(4)];
		if (f->b[f->l3 + (v4 ? 9 : 6)] == L4_UDP && rnd(8))
			f->vnet.gso_type = rnd(2) ? type[2] : type[3];
		f->vnet.gso_type |= rnd(8) ? 0 : VIRTIO_NET_HDR_GSO_ECN;
		f->vnet.gso_size = rnd(4) ? 500 + rnd(1200) : rnd(65536);
		f->vnet.hdr_len = rnd(8) ? f->l4 + 20 : rnd(300);
	}
}

/* Good frames, with some changes */
void frame_random(struct frame *f)
{
	struct recipe r = good[rnd(ARRAY_SIZE(good))];
	unsigned int i, n;
	uint8_t *l3;

	r.payload = rnd(4) ? rnd(64) * 8 : rnd(4) ? rnd(2000) : rnd(8000);
	if (!rnd(8))
		r.tos = rnd(256);
	frame_build(f, &r);
	l3 = f->b + f->l3;
	if (r.ipver == 4 && rnd(2))
		l3[6] = 0x40;
	n = rnd(8) ? 1 + rnd(3) : rnd(20);
	for (i = 0; i < n; i++)
		frame_mutate(f);
	if (!rnd(6))
		pretend_merged(f);
	if (rnd(2) && f->len >= f->l3 + 40) {
		if (r.ipver == 4)
			put16(l3 + 2, f->len - f->l3);
		else
			put16(l3 + 4, f->len - f->l3 - 40);
	}
	if (rnd(6))
		frame_fix(f);
}
