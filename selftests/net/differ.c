// SPDX-License-Identifier: GPL-2.0
/*
 * Sends mutated frames to two routers that are alike, but for Porch in the
 * first. What Porch forwards, the stock stack must forward, too, and in the
 * same shape.
 *
 * Known differences: Porch writes nothing into IPv4 options, the stock stack
 * records routes and times and clears what is behind their end.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"

#define OUTPUT_MAX	128
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

/**
 * struct output - what a router made of a frame
 * @n: number of frames in @f
 * @f: what it forwarded, to either side
 * @n_own: number of frames in @own
 * @own: what it sent of its own accord
 */
struct output {
	unsigned int n;
	struct frame *f[OUTPUT_MAX];
	unsigned int n_own;
	struct frame *own[OUTPUT_MAX];
};

static const uint8_t *ip_of(const struct frame *f, unsigned int *type)
{
	const uint8_t *p = f->b + 12;

	while (get16(p) == 0x8100 || get16(p) == 0x88a8)
		p += 4;
	*type = get16(p);
	return p + 2;
}

/* Does the frame say that it comes from the router? */
static bool from_router(const struct frame *f)
{
	unsigned int type;
	const uint8_t *l3 = ip_of(f, &type);

	switch (type) {
	case 0x0800:
		return !memcmp(l3 + SRC4, IP4_IN, 4) || !memcmp(l3 + SRC4, IP4_OUT, 4);
	case 0x86dd:
		return !memcmp(l3 + SRC6, IP6_IN, 16) || !memcmp(l3 + SRC6, IP6_OUT, 16);
	}
	return false;
}

static void keep(struct frame **list, unsigned int *n, const struct frame *f)
{
	if (*n == OUTPUT_MAX)
		return;
	if (!list[*n])
		list[*n] = malloc(sizeof(*f));
	if (!list[*n])
		die("memory");
	/* Not the whole room */
	memcpy(list[*n], f, offsetof(struct frame, b) + f->len);
	(*n)++;
}

/* Does it say that an earlier frame's neighbour was not found? That takes seconds. */
static bool is_late(const struct frame *f)
{
	const uint8_t *l3 = f->b + 14;

	if (!frame_is_routers(f))
		return false;
	if (get16(f->b + 12) == 0x0800)
		return f->len >= 14 + 22 && l3[0] == 0x45 && l3[9] == L4_ICMP &&
		       l3[20] == 3 && l3[21] == 1;
	return f->len >= 14 + 42 && l3[6] == L4_ICMP6 && l3[40] == 1 && l3[41] == 3;
}

static void take(struct output *o, const struct frame *f, bool spoofed)
{
	if (frame_is_noise(f))
		return;
	if (is_late(f) || (!spoofed && frame_is_routers(f)))
		keep(o->own, &o->n_own, f);
	else
		keep(o->f, &o->n, f);
}

/* Reads until the last sentinel has come; false if it does not. */
static bool collect(struct router *r, uint32_t number, bool spoofed, int timeout,
		    struct output *o)
{
	struct pollfd pfd = { .fd = r->out, .events = POLLIN };
	unsigned int sentinels = 0;
	static struct frame f;

	o->n = 0;
	o->n_own = 0;
	while (sentinels < SENTINELS) {
		if (!router_read(r->out, &f)) {
			if (poll(&pfd, 1, timeout) > 0)
				continue;
			return false;
		}
		if (frame_is_sentinel(&f, number))
			sentinels++;
		else
			take(o, &f, spoofed);
	}
	while (router_read(r->in, &f))
		take(o, &f, spoofed);
	return true;
}

static uint32_t number;

static void pass(struct router *r, const struct frame *f, unsigned int seed, struct output *o)
{
	router_send(r, f, seed);
	router_send_sentinels(r, ++number);
	if (!collect(r, number, from_router(f), 20000, o)) {
		frame_print("sent", f);
		die("a router does not forward any more");
	}
}

static void wait_ready(struct router *r, struct output *o)
{
	int tries = 0;

	do {
		if (tries++ == 300)
			die("a router does not forward");
		router_send_sentinels(r, ++number);
	} while (!collect(r, number, false, 100, o));
}

/* The identification of an IPv6 fragment, or NULL */
static uint8_t *fragment_id(struct frame *f)
{
	unsigned int at = 14 + 40;
	uint8_t next = f->b[14 + 6];

	while (get16(f->b + 12) == 0x86dd && at + 8 <= f->len) {
		if (next == 44)
			return f->b + at + 4;
		if (next != 0 && next != 43 && next != 60)
			break;
		next = f->b[at];
		at += (f->b[at + 1] + 1) * 8;
	}
	return NULL;
}

/* Is a checksum to be filled in where the transport does not have its own? */
static bool sum_is_elsewhere(const struct frame *f)
{
	unsigned int type, start = f->vnet.csum_start, offset = f->vnet.csum_offset;
	const uint8_t *l3 = ip_of(f, &type);
	unsigned int l4 = l3 - f->b + (type == 0x0800 ? (l3[0] & 15) * 4 : 40);
	uint8_t proto = l3[type == 0x0800 ? 9 : 6];

	return f->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
	       (start != l4 || !((proto == L4_TCP && offset == 16) ||
				 (proto == L4_UDP && offset == 6)));
}

/* The stock stack does so. */
static void forget_sum(struct frame *f, const struct frame *sent)
{
	unsigned int type, tags = ip_of(sent, &type) - sent->b - 14;
	unsigned int at = sent->vnet.csum_start + sent->vnet.csum_offset;

	if (sum_is_elsewhere(sent) && at >= tags && at - tags + 2 <= f->len)
		memset(f->b + at - tags, 0, 2);
}

/*
 * The same, but for what the stock stack writes into IPv4 options, and for the
 * identification of IPv6 fragments made from a merged packet (UFO). A checksum may
 * have been asked for where the type of the frame is.
 */
static bool alike(struct frame *a, struct frame *b, const struct frame *sent)
{
	bool cut = (sent->vnet.gso_type & 0x7f) == VIRTIO_NET_HDR_GSO_UDP;
	uint8_t *id_a = cut ? fragment_id(a) : NULL, *id_b = cut ? fragment_id(b) : NULL;
	unsigned int hlen = (a->b[14] & 15) * 4;

	if (id_a && id_b)
		memcpy(id_a, id_b, 4);
	if (frame_same(a, b))
		return true;
	forget_sum(a, sent);
	forget_sum(b, sent);
	if (frame_same(a, b))
		return true;
	if (a->len != b->len || a->b[14] >> 4 != 4 || hlen <= 20 ||
	    14 + hlen > a->len || memcmp(a->b, b->b, 14 + 10) ||
	    memcmp(a->b + 14 + 12, b->b + 14 + 12, 8))
		return false;
	/* Or for one that is stored there. */
	return (!checksum(a->b + 14, hlen, 0) || checksum(b->b + 14, hlen, 0)) &&
	       !memcmp(a->b + 14 + hlen, b->b + 14 + hlen, a->len - 14 - hlen);
}

static bool all_alike(const struct output *a, const struct output *b, const struct frame *sent)
{
	unsigned int i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!alike(a->f[i], b->f[i], sent))
			return false;
	return true;
}

/*
 * Merged TCP behind an extension header: the stock stack takes that one for the
 * TCP header when it looks for the length of the segments.
 */
static bool is_misread(const struct frame *f)
{
	unsigned int type;
	const uint8_t *l3 = ip_of(f, &type);

	return f->vnet.gso_type && type == 0x86dd && l3[6] != L4_TCP && l3[6] != L4_UDP;
}

static bool is_error4(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* RFC 1122, 3.2.2; RFC 1812, 4.3.2.7; RFC 4443, 2.4 (e): was an error allowed? */
static bool error_allowed(const struct frame *error, const struct frame *sent)
{
	bool v4 = get16(error->b + 12) == 0x0800;
	const uint8_t *l3 = error->b + 14, *l4 = l3 + (v4 ? (l3[0] & 15) * 4 : 40), *q = l4 + 8;
	unsigned int left = error->b + error->len - q, hlen;

	if (l3[v4 ? 9 : 6] != (v4 ? L4_ICMP : L4_ICMP6) || l4 + 8 > error->b + error->len)
		return true;
	if (v4 ? !is_error4(l4[0]) : l4[0] >= 128)
		return true;
	if (left < (v4 ? 20 : 40))
		return false;
	if (v4) {
		hlen = (q[0] & 15) * 4;
		if (get16(q + 6) & 0x1fff || q[DST4] >= 224 || q[SRC4] >= 224 || !q[SRC4] ||
		    q[SRC4] == 127 || sent->b[0] & 1)
			return false;
		return q[9] != L4_ICMP || left <= hlen || !is_error4(q[hlen]);
	}
	/* These two even in reply to multicast */
	if ((q[DST6] == 0xff || sent->b[0] & 1) && l4[0] != 2 && !(l4[0] == 4 && l4[1] == 2))
		return false;
	if (q[SRC6] == 0xff)
		return false;
	return q[6] != L4_ICMP6 || left <= 40 || (q[40] >= 128 && q[40] != 137);
}

/* Why Porch drops more than the stock stack */
static const struct reason {
	const char *counter;
	const char *why;
} stricter[] = {
	{ "drop l4-header", "transport headers that are cut or lie about their length" },
	{ "drop l4-checksum", "a missing checksum that cannot stay missing" },
	{ "drop fragment", "fragments that cannot be put together" },
	{ "drop ipv6-extension", "long or senseless chains of extension headers" },
	{ "drop ipv6-header", "an extension header in an empty packet" },
	{ "drop truncated", "extension headers beyond the packet" },
	{ "drop ipv4-options", "security labels that nobody here can check" },
	{ "drop link-local", "169.254.0.0/16, which RFC 3927 keeps on its link" },
	{ "drop martian-source", "0.0.0.0/8 and ::ffff:0:0/96, which are on no wire" },
	{ "drop martian-destination", "0.0.0.0/8 and ::ffff:0:0/96, which are on no wire" },
	{ "drop nested-tag", "two priority tags" },
};

static unsigned int times[ARRAY_SIZE(stricter)];

/* Sends it again, and looks which counter moves. */
static bool explain(struct router *r, struct mnl_socket *nl, const struct frame *f,
		    unsigned int seed)
{
	static struct counters before, after;
	static struct output o;
	unsigned int i, j;
	bool known = false;

	counters_read(nl, &before);
	pass(r, f, seed, &o);
	counters_read(nl, &after);
	for (i = 0; i < after.n; i++) {
		if (after.c[i].value == before.c[i].value ||
		    !strncmp(after.c[i].name, "engine", 6) ||
		    !strncmp(after.c[i].name, "lane", 4))
			continue;
		for (j = 0; j < ARRAY_SIZE(stricter); j++)
			if (!strcmp(after.c[i].name, stricter[j].counter))
				break;
		if (j == ARRAY_SIZE(stricter)) {
			printf("# stricter than the stock stack: %s\n", after.c[i].name);
			return false;
		}
		times[j]++;
		known = true;
	}
	if (!known)
		printf("# stricter than the stock stack, and no counter moves\n");
	return known;
}

static void print_output(const char *who, const struct output *o)
{
	unsigned int i;

	printf("#   %s forwarded %u\n", who, o->n);
	for (i = 0; i < o->n && i < 4; i++)
		frame_print(who, o->f[i]);
}

static void point(bool good, unsigned int n, const char *what)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", n, what);
}

/* differ NETNS STOCK-NETNS SEED COUNT|=FRAME [pieces]: many, or just one */
int differ(int argc, char **argv)
{
	unsigned int first = 0, count, both = 0, stock_only = 0, neither = 0, answered = 0, i, j;
	unsigned int looser = 0, misread = 0, unexplained = 0, forbidden = 0, seed;
	static struct output a, b;
	static struct frame f;
	struct router porch, stock;
	struct mnl_socket *nl;
	bool pieces;

	if (argc < 5)
		return 2;
	seed = strtoul(argv[3], NULL, 0);
	count = strtoul(argv[4] + (*argv[4] == '='), NULL, 0);
	if (*argv[4] == '=')
		first = count++;
	pieces = argc > 5;
	router_open(&porch, argv[1], pieces);
	nl = counters_open(argv[1]);
	router_open(&stock, argv[2], pieces);
	wait_ready(&porch, &a);
	wait_ready(&stock, &b);

	for (i = first; i < count; i++) {
		unsigned int cut;

		/* Each frame has a seed of its own. */
		rnd_seed(((uint64_t)seed << 32) + (pieces ? 1u << 31 : 0) + i);
		frame_random(&f);
		cut = pieces && rnd(8) ? 1 + rnd(1 << 30) : 0;
		pass(&porch, &f, cut, &a);
		pass(&stock, &f, cut, &b);

		for (j = 0; j < a.n_own; j++) {
			if (error_allowed(a.own[j], &f))
				continue;
			if (forbidden++ < 5) {
				printf("# frame %u\n", i);
				frame_print("sent", &f);
				frame_print("answered by", a.own[j]);
			}
		}
		answered += a.n_own;
		if (all_alike(&a, &b, &f)) {
			if (a.n)
				both++;
			else
				neither++;
		} else if (!a.n) {
			stock_only++;
			if (!explain(&porch, nl, &f, cut) && unexplained++ < 5) {
				printf("# frame %u\n", i);
				frame_print("sent", &f);
				print_output("stock", &b);
			}
		} else if (!b.n && (is_misread(&f) || sum_is_elsewhere(&f))) {
			misread++;
		} else if (looser++ < 5) {
			printf("# frame %u\n", i);
			frame_print("sent", &f);
			print_output("Porch", &a);
			print_output("stock", &b);
		}
	}

	count -= first;
	printf("# seed %u, %u frames: both forwarded %u, neither %u, stock only %u\n",
	       seed, count, both, neither, stock_only);
	printf("# Porch's router sent %u frames of its own\n", answered);
	if (misread)
		printf("# %5u times the stock stack misread, or could not sum up\n", misread);
	for (i = 0; i < ARRAY_SIZE(stricter); i++)
		if (times[i])
			printf("# %5u times %s: %s\n", times[i], stricter[i].counter + 5,
			       stricter[i].why);
	point(!looser, 1, "nothing is forwarded that the stock stack would not");
	point(!unexplained, 2, "what the stock stack forwards is, but for known reasons");
	point(!forbidden, 3, "no error in reply to what must not be answered");
	point(count == 1 || (both > count / 10 && neither > count / 10), 4,
	      "enough of either fate");
	printf("1..4\n");
	return looser || unexplained || forbidden;
}
