// SPDX-License-Identifier: GPL-2.0
/*
 * Random frames into all ports of a router in which everything is in use, see
 * fuzz-packets.sh, beside applications that read its rings. What becomes of a frame is not
 * looked at here, but for some that must come through now and then; the kernel has to
 * be content, and the books have to balance.
 *
 * A frame is one of those that were given as inputs, one that answers one before, or a
 * new one, each with some changes. All that is drawn begins with the seed, so a run
 * with the same seed and inputs sends the same frames. While it sends frame N
 * this program is called "frame N", which the kernel writes into its reports.
 *
 * If the module tells how much of its code was come by, frames that led further are
 * kept as inputs for the next run.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "inputs.h"
#include "libporch.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))
#define RECENT		16
#define RECENT_MAX	9000
#define CHECK_EVERY	256

/* Where a frame goes in */
enum way {
	WAY_IN,		/* from the client */
	WAY_OUT,	/* from the server */
	WAY_TUN,	/* by a device without link-layer headers */
	WAY_RING,	/* from an application */
	WAYS
};

/* An input is the way, a struct virtio_net_hdr, and the bytes of the frame. */
#define INPUT_HEAD	(1 + sizeof(struct virtio_net_hdr))

static struct inputs inputs;

static void keep(const char *folder, unsigned int seed, uint64_t number, uint8_t way,
		 const struct frame *f)
{
	static uint8_t data[INPUT_HEAD + FRAME_MAX];

	data[0] = way;
	memcpy(data + 1, &f->vnet, sizeof(f->vnet));
	memcpy(data + INPUT_HEAD, f->b, f->len);
	if (input_keep(folder, seed, number, data, INPUT_HEAD + f->len))
		die("cannot write to %s", folder);
}

/* Not the whole room */
static void copy(struct frame *to, const struct frame *from)
{
	memcpy(to, from, offsetof(struct frame, b) + from->len);
}

static uint8_t frame_version(const struct frame *f)
{
	return f->b[f->l3] >> 4;
}

static uint8_t frame_proto(const struct frame *f)
{
	return f->b[f->l3 + (frame_version(f) == 4 ? 9 : 6)];
}

/* Where the headers of a frame should be, if it still has any */
static void frame_find(struct frame *f)
{
	f->l3 = 14;
	while (f->l3 + 40 < f->len && (get16(f->b + f->l3 - 2) == 0x8100 ||
				       get16(f->b + f->l3 - 2) == 0x88a8))
		f->l3 += 4;
	f->l4 = f->l3 + (frame_version(f) == 4 ? 20 : 40);
}

static uint8_t take_input(struct frame *f, const struct input *in)
{
	memcpy(&f->vnet, in->data + 1, sizeof(f->vnet));
	f->len = in->len - INPUT_HEAD;
	memcpy(f->b, in->data + INPUT_HEAD, f->len);
	frame_find(f);
	return in->data[0] % WAYS;
}

static void fix(struct frame *f)
{
	if (f->len < f->l4 + 8)
		return;
	frame_fix_l4(f, frame_version(f), frame_proto(f));
	frame_fix(f);
}

/* Few connections of all kinds, to where rules and routes know something of them */
static void aim(struct frame *f)
{
	static const char *const to4[] = {
		IP4_SERVER, IP4_SERVER, IP4_SERVER, IP4_IN, IP4_OUT, "\x0a\0\3\2", "\x0a\0\4\2",
		"\x0a\0\2\x50", "\x0a\x42\0\1", "\xe0\0\0\5"
	};
	static const char *const to6[] = {
		IP6_SERVER, IP6_SERVER, IP6_SERVER, IP6_IN, IP6_OUT, IP6_NET("\3") "\0\2",
		IP6_NET("\4") "\0\2", IP6_NET("\2") "\0\x50", IP6_NET("\x66") "\0\1"
	};
	static const uint16_t port[] = { 7, 22, 53, 80, 443, 4711, 8080, 33434 };
	static const uint8_t flags[] = { 2, 0x12, 0x10, 0x18, 0x11, 4, 0x14, 0x29 };
	static const uint8_t dscp[] = { 0, 10, 46 };
	uint8_t *l3 = f->b + f->l3, *l4 = f->b + f->l4;
	bool v4 = frame_version(f) == 4;

	if (f->len < f->l4 + 20)
		return;
	if (v4) {
		l3[1] = dscp[rnd(ARRAY_SIZE(dscp))] << 2;
		memcpy(l3 + DST4, to4[rnd(ARRAY_SIZE(to4))], 4);
	} else {
		memcpy(l3 + DST6, to6[rnd(ARRAY_SIZE(to6))], 16);
	}
	switch (frame_proto(f)) {
	case L4_TCP:
		l4[13] = flags[rnd(ARRAY_SIZE(flags))];
		put16(l4 + 6, rnd(4) * 100);
		put16(l4 + 10, rnd(4) * 100);
		put16(l4, 1000 + rnd(4));
		put16(l4 + 2, port[rnd(ARRAY_SIZE(port))]);
		break;
	case L4_UDP:
	case L4_UDPLITE:
	case L4_SCTP:
		put16(l4, 1000 + rnd(4));
		put16(l4 + 2, port[rnd(ARRAY_SIZE(port))]);
		break;
	case L4_ICMP:
		l4[0] = rnd(20);
		l4[1] = rnd(8);
		break;
	case L4_ICMP6:
		l4[0] = rnd(2) ? 1 + rnd(4) : 128 + rnd(10);
		l4[1] = rnd(8);
		break;
	}
}

static void swap(uint8_t *a, uint8_t *b, unsigned int n)
{
	while (n--) {
		uint8_t c = *a;

		*a++ = *b;
		*b++ = c;
	}
}

static void turn(struct frame *f)
{
	uint8_t *l3 = f->b + f->l3;

	if (frame_version(f) == 4)
		swap(l3 + SRC4, l3 + DST4, 4);
	else
		swap(l3 + SRC6, l3 + DST6, 16);
}

/* What a host would send that got this frame: an answer, or an error that quotes it. */
static void answer(struct frame *f)
{
	static const uint8_t type4[] = { 3, 4, 5, 11, 12 };
	bool v4 = frame_version(f) == 4;
	struct recipe r = {
		.ipver = v4 ? 4 : 6, .proto = v4 ? L4_ICMP : L4_ICMP6,
	};
	static struct frame error;

	if (f->len < f->l4 + 20)
		return;
	if (rnd(3)) {
		turn(f);
		swap(f->b + f->l4, f->b + f->l4 + 2, 2);
		if (frame_proto(f) == L4_TCP)
			f->b[f->l4 + 13] |= 0x10;
		return;
	}
	r.payload = f->len - f->l3;
	if (r.payload > 576)
		r.payload = 28 + rnd(548);
	frame_build(&error, &r);
	memcpy(error.b + error.l4 + 8, f->b + f->l3, r.payload);
	error.b[error.l4] = v4 ? type4[rnd(ARRAY_SIZE(type4))] : 1 + rnd(4);
	error.b[error.l4 + 1] = rnd(8);
	if (v4)
		memcpy(error.b + error.l3 + DST4, f->b + f->l3 + SRC4, 4);
	else
		memcpy(error.b + error.l3 + DST6, f->b + f->l3 + SRC6, 16);
	copy(f, &error);
}

/* Some bytes of what a packet carries, and where they belong */
static void cut(struct frame *f)
{
	unsigned int have = f->len - f->l4, at = rnd(have / 8) * 8, n = rnd(have - at) + 1;
	uint8_t *l3 = f->b + f->l3;

	if (frame_version(f) != 4 || f->len < f->l4 + 8 || f->l4 != f->l3 + 20)
		return;
	if (rnd(4))
		n = n / 8 * 8 + 8;
	if (n > have - at)
		n = have - at;
	memmove(f->b + f->l4, f->b + f->l4 + at, n);
	f->len = f->l4 + n;
	put16(l3 + 2, f->len - f->l3);
	put16(l3 + 6, at / 8 | (at + n < have ? 0x2000 : 0));
	frame_fix(f);
}

static struct frame recent[RECENT];
static unsigned int n_recent;

static void tag(struct frame *f)
{
	memmove(f->b + 16, f->b + 12, f->len - 12);
	memcpy(f->b + 12, "\x81\0\0\5", 4);
	f->len += 4;
	f->l3 += 4;
	f->l4 += 4;
}

static uint8_t make(struct frame *f)
{
	uint8_t way = rnd(8) ? rnd(3) : WAY_RING;
	unsigned int i, n = 0;

	if (inputs.n && !rnd(3)) {
		way = take_input(f, &inputs.list[rnd(inputs.n)]);
		n = 1 + rnd(4);
	} else if (n_recent && !rnd(3)) {
		copy(f, &recent[rnd(n_recent)]);
		answer(f);
		n = rnd(4) ? 0 : rnd(4);
	} else {
		frame_random(f);
		if (rnd(4)) {
			aim(f);
			fix(f);
		}
		if (way == WAY_OUT && rnd(4))
			turn(f);
		if (!rnd(8))
			cut(f);
		if (!rnd(16))
			tag(f);
		if (f->len <= RECENT_MAX)
			copy(&recent[n_recent < RECENT ? n_recent++ : rnd(RECENT)], f);
	}
	for (i = 0; i < n; i++)
		frame_mutate(f);
	if (n && rnd(4))
		fix(f);
	if (way == WAY_OUT)
		memcpy(f->b, MAC_OUT MAC_SERVER, 12);
	else if (rnd(16))
		memcpy(f->b, MAC_IN MAC_CLIENT, 12);
	return way;
}

/**
 * struct stage - what frames go into, and come out of
 * @r: the Ethernet devices
 * @tun: the one without link-layer headers
 * @tap: a ring that gets copies, and sends
 * @queue: rings of the queues 1, which is answered for, and 2, which is diverted to
 * @ifindex: of the ports, and of none
 */
struct stage {
	struct router r;
	int tun;
	struct porch_ring *tap;
	struct porch_ring *queue[2];
	unsigned int ifindex[4];
};

static void stage_open(struct stage *s, const char *netns)
{
	static const char *const name[] = { "in", "out", "tun" };
	unsigned int i;

	router_open(&s->r, netns, false);
	s->tun = device_open("tun", IFF_TUN);
	s->tap = porch_ring_open(1 << 16, 1 << 16, 256);
	s->queue[0] = porch_ring_open(1 << 16, 1 << 16, 0);
	s->queue[1] = porch_ring_open(1 << 16, 0, 0);
	if (!s->tap || !s->queue[0] || !s->queue[1] || porch_ring_tap(s->tap, 0) ||
	    porch_ring_queue(s->queue[0], 1, 64, 20) || porch_ring_queue(s->queue[1], 2, 0, 0))
		die("rings");
	for (i = 0; i < ARRAY_SIZE(name); i++)
		s->ifindex[i] = if_nametoindex(name[i]);
}

static bool for_router(const struct frame *f)
{
	const uint8_t *l3 = f->b + f->l3;

	if (f->l3 != 14 || f->len < f->l4)
		return false;
	return get16(f->b + 12) == 0x0800 ? !memcmp(l3 + DST4, IP4_IN, 4) :
	       get16(f->b + 12) == 0x86dd && !memcmp(l3 + DST6, IP6_IN, 16);
}

/* To the wire, to the stack, through the path, or nowhere */
static void send_by_ring(struct stage *s, const struct frame *f)
{
	uint8_t to = rnd(8) ? 1 + rnd(3) : rnd(256);
	uint32_t ifindex = s->ifindex[rnd(ARRAY_SIZE(s->ifindex))];
	struct porch_ring_frame *out = porch_ring_reserve(s->tap, f->len);

	if (!out)
		return;
	memcpy((uint8_t *)out + out->data, f->b, f->len);
	/* What the stack would forward is stopped there, which is for others to try. */
	out->to = to == PORCH_RING_TO_STACK && !for_router(f) ? PORCH_RING_TO_WIRE : to;
	out->ifindex = ifindex;
	if (f->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		out->flags |= PORCH_RING_F_CSUM_PARTIAL;
		out->csum_start = f->vnet.csum_start;
		out->csum_offset = f->vnet.csum_offset;
	}
	out->gso_type = f->vnet.gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	out->gso_size = f->vnet.gso_size;
	porch_ring_submit(s->tap);
	porch_ring_kick(s->tap, NULL);
}

static void send_frame(struct stage *s, uint8_t way, struct frame *f)
{
	static struct frame bare;
	struct router to = { .in = way == WAY_OUT ? s->r.out : s->r.in };

	switch (way) {
	case WAY_RING:
		send_by_ring(s, f);
		break;
	case WAY_TUN:
		if (f->len <= f->l3)
			break;
		bare.vnet = f->vnet;
		bare.vnet.csum_start -= f->l3;
		bare.vnet.hdr_len -= f->l3;
		bare.len = f->len - f->l3;
		memcpy(bare.b, f->b + f->l3, bare.len);
		to.in = s->tun;
		router_send(&to, &bare, 0);
		break;
	default:
		router_send(&to, f, 0);
	}
}

/* Answers some packets; the others wait for their deadline. */
static void serve(struct stage *s)
{
	const struct porch_ring_frame *f;
	struct porch_ring *ring[] = { s->tap, s->queue[0], s->queue[1] };
	unsigned int i;

	/* Not drawn from what frames are, as there may be more or fewer of these. */
	if (rand() % 4)
		return;
	for (i = 0; i < ARRAY_SIZE(ring); i++) {
		while ((f = porch_ring_peek(ring[i]))) {
			if (f->id && rand() % 8)
				porch_ring_answer(ring[i], f->id,
						  rand() % 4 ? PORCH_RING_ACCEPT :
							       PORCH_RING_DROP);
			porch_ring_release(ring[i]);
		}
	}
	porch_ring_kick(s->queue[0], NULL);
}

/* How many have come out; @number: that sentinel was among them */
static unsigned int drain(struct stage *s, uint32_t number, bool *found)
{
	static struct frame f;
	unsigned int n = 0;

	while (router_read(s->r.out, &f)) {
		if (frame_is_sentinel(&f, number))
			*found = true;
		else
			n += !frame_is_noise(&f);
	}
	while (router_read(s->r.in, &f))
		n += !frame_is_noise(&f);
	while (router_read(s->tun, &f))
		n++;
	return n;
}

/* A frame that is like no other still comes through. It may be lost in the crowd. */
static bool forwards(struct stage *s, unsigned int *came)
{
	struct pollfd pfd = { .fd = s->r.out, .events = POLLIN };
	static uint32_t number;
	static struct frame f;
	bool found = false;
	int tries, waits;

	for (tries = 0; tries < 20; tries++) {
		sentinel_build(&f, ++number);
		router_send(&s->r, &f, 0);
		for (waits = 0; waits < 20 && !found; waits++) {
			*came += drain(s, number, &found);
			if (!found)
				poll(&pfd, 1, 10);
		}
		if (found)
			return true;
		serve(s);
	}
	return false;
}

static uint64_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static uint64_t dropped(struct mnl_socket *nl)
{
	static struct counters c;
	uint64_t sum = 0;
	unsigned int i;

	counters_read(nl, &c);
	for (i = 0; i < c.n; i++)
		if (!strncmp(c.c[i].name, "drop ", 5))
			sum += c.c[i].value;
	return sum;
}

/* The frame N of this run, or what was given as an input */
static void one(struct stage *s, uint64_t n, uint8_t way, struct frame *f)
{
	char name[32];

	snprintf(name, sizeof(name), "frame %llu", (unsigned long long)n);
	prctl(PR_SET_NAME, name);
	send_frame(s, way, f);
	serve(s);
}

/* fuzz NETNS SEED SECONDS|=FRAMES [FOLDER [INPUT...]]: new inputs go into the folder */
int fuzz(int argc, char **argv)
{
	unsigned int seed, i, came = 0;
	bool alive = true, found = false;
	uint64_t n, frames = UINT64_MAX, end = UINT64_MAX, drops;
	struct mnl_socket *nl;
	static struct frame f;
	const char *folder;
	struct stage s = {};
	long have, kept = 0;
	uint8_t way;

	if (argc < 4)
		return 2;
	seed = strtoul(argv[2], NULL, 0);
	if (*argv[3] == '=')
		frames = strtoull(argv[3] + 1, NULL, 0);
	else
		end = seconds() + strtoul(argv[3], NULL, 0);
	folder = argc > 4 && *argv[4] ? argv[4] : NULL;
	for (i = 5; i < (unsigned int)argc; i++)
		if (inputs_read(&inputs, argv[i], INPUT_HEAD + 14))
			die("input %s", argv[i]);
	printf("# %u inputs, digest %016llx\n", inputs.n,
	       (unsigned long long)inputs_digest(&inputs));
	fflush(stdout);

	stage_open(&s, argv[1]);
	nl = counters_open(argv[1]);
	if (!forwards(&s, &came))
		die("the router does not forward");
	drops = dropped(nl);
	came = 0;

	for (i = 0; i < inputs.n; i++) {
		rnd_seed(i);
		way = take_input(&f, &inputs.list[i]);
		one(&s, i, way, &f);
		came += drain(&s, 0, &found);
	}
	rnd_seed(seed);
	have = coverage();
	for (n = 0; alive && n < frames && seconds() < end; n++) {
		way = make(&f);
		one(&s, n, way, &f);
		came += drain(&s, 0, &found);
		if (coverage() > have) {
			have = coverage();
			if (folder)
				keep(folder, seed, n, way, &f);
			kept++;
		}
		if (n % CHECK_EVERY == 0)
			alive = forwards(&s, &came);
	}
	alive = alive && forwards(&s, &came);
	drops = dropped(nl) - drops;
	prctl(PR_SET_NAME, "frames");

	printf("# %llu frames; %u came out, %llu were dropped\n", (unsigned long long)n, came,
	       (unsigned long long)drops);
	if (have >= 0)
		printf("# %ld of them led further than all before\n", kept);
	printf("%s 1 - the router forwards as before\n", alive ? "ok" : "not ok");
	printf("%s 2 - enough frames came through, and enough were dropped\n",
	       n < 1000 || (came > n / 20 && drops > n / 20) ? "ok" : "not ok");
	printf("1..2\n");
	return !alive;
}
