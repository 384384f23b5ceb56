// SPDX-License-Identifier: GPL-2.0
/*
 * A made-up routing table that looks like today's Internet: the lengths of its
 * prefixes are those that BGP routers see (rounded; IPv4 with some longer than
 * /24 as a network has for its own), and as there a prefix is often part of a
 * shorter one or next to another. Nothing of it is in use for other purposes:
 * private and reserved addresses stay free for those who use the table.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include "table.h"

#define LENGTH(a)	(sizeof(a) / sizeof(*(a)))

/* How many prefixes of a hundred thousand have a length. */
struct share {
	u8 plen;
	u32 share;
};

static const struct share shares4[] = {
	{ 8, 2 }, { 9, 2 }, { 10, 4 }, { 11, 10 }, { 12, 30 }, { 13, 60 },
	{ 14, 120 }, { 15, 200 }, { 16, 1400 }, { 17, 800 }, { 18, 1400 },
	{ 19, 2500 }, { 20, 4000 }, { 21, 5000 }, { 22, 11000 },
	{ 23, 10000 }, { 24, 63272 }, { 25, 20 }, { 26, 20 }, { 27, 20 },
	{ 28, 20 }, { 29, 30 }, { 30, 40 }, { 32, 50 },
};

static const struct share shares6[] = {
	{ 20, 10 }, { 22, 10 }, { 24, 30 }, { 26, 20 }, { 28, 150 },
	{ 29, 2300 }, { 30, 400 }, { 31, 200 }, { 32, 11000 }, { 33, 1200 },
	{ 34, 1000 }, { 35, 700 }, { 36, 5000 }, { 37, 600 }, { 38, 1300 },
	{ 39, 900 }, { 40, 8500 }, { 41, 700 }, { 42, 2300 }, { 43, 900 },
	{ 44, 9000 }, { 45, 1900 }, { 46, 3900 }, { 47, 2680 }, { 48, 45000 },
	{ 56, 150 }, { 64, 150 },
};

/* Where prefixes come from, in the proportion in which they are used. */
static const struct prefix blocks4[] = {
	{ 0x0000000000000000ULL, 2, 0 }, { 0x0000000000000000ULL, 2, 0 },
	{ 0x4000000000000000ULL, 2, 0 }, { 0x4000000000000000ULL, 2, 0 },
	{ 0x8000000000000000ULL, 2, 0 }, { 0x8000000000000000ULL, 2, 0 },
	{ 0xc000000000000000ULL, 3, 0 },
};

static const struct prefix blocks6[] = {
	{ 0x2001000000000000ULL, 16, 0 }, { 0x2400000000000000ULL, 12, 0 },
	{ 0x2400000000000000ULL, 12, 0 }, { 0x2600000000000000ULL, 12, 0 },
	{ 0x2800000000000000ULL, 12, 0 }, { 0x2a00000000000000ULL, 12, 0 },
	{ 0x2a00000000000000ULL, 12, 0 }, { 0x2c00000000000000ULL, 12, 0 },
};

/* RFC 6890 and 5737, and what documentation and Teredo have of IPv6 */
static const struct prefix reserved4[] = {
	{ 0x0000000000000000ULL, 8, 0 }, { 0x0a00000000000000ULL, 8, 0 },
	{ 0x6440000000000000ULL, 10, 0 }, { 0x7f00000000000000ULL, 8, 0 },
	{ 0xa9fe000000000000ULL, 16, 0 }, { 0xac10000000000000ULL, 12, 0 },
	{ 0xc000000000000000ULL, 24, 0 }, { 0xc000020000000000ULL, 24, 0 },
	{ 0xc058630000000000ULL, 24, 0 }, { 0xc0a8000000000000ULL, 16, 0 },
	{ 0xc612000000000000ULL, 15, 0 }, { 0xc633640000000000ULL, 24, 0 },
	{ 0xcb00710000000000ULL, 24, 0 },
};

static const struct prefix reserved6[] = {
	{ 0x2001000000000000ULL, 23, 0 }, { 0x20010db800000000ULL, 32, 0 },
};

/* Addresses of one length that are taken, a set: none of them is 0. */
struct taken {
	u64 *slot;
	u32 mask;
};

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		err(1, NULL);
	return p;
}

/* Return: whether it was free. */
static bool take(struct taken *s, u64 addr)
{
	u32 i = (addr * 0x9e3779b97f4a7c15ULL) >> 32 & s->mask;

	for (; s->slot[i]; i = (i + 1) & s->mask) {
		if (s->slot[i] == addr)
			return false;
	}
	s->slot[i] = addr;
	return true;
}

static bool overlap(u64 addr, u8 plen, const struct prefix *of)
{
	u8 shorter = plen < of->plen ? plen : of->plen;

	return (addr ^ of->addr) >> (64 - shorter) == 0;
}

static bool is_reserved(u8 bits, u64 addr, u8 plen)
{
	const struct prefix *r = bits == 32 ? reserved4 : reserved6;
	unsigned int n = bits == 32 ? LENGTH(reserved4) : LENGTH(reserved6);

	while (n--) {
		if (overlap(addr, plen, &r[n]))
			return true;
	}
	return false;
}

/* A random address, as long as a prefix, that begins like another. */
static u64 inside(struct random *r, const struct prefix *p, u8 plen)
{
	u64 tail = p->plen ? random_next(r) >> p->plen : random_next(r);

	return (p->addr | tail) & ~0ULL << (64 - plen);
}

/*
 * @shorter: how many prefixes there are that are shorter; after them come those
 * of the same length, up to @n.
 */
static u64 draw(struct random *r, const struct table *t, u32 shorter, u32 n,
		u8 plen)
{
	unsigned int blocks = t->bits == 32 ? LENGTH(blocks4) : LENGTH(blocks6);
	const struct prefix *block = t->bits == 32 ? blocks4 : blocks6;

	switch (random_below(r, 8)) {
	case 0: case 1: case 2: case 3:	/* part of another */
		if (shorter)
			return inside(r, &t->p[random_below(r, shorter)], plen);
		break;
	case 4: case 5:			/* beside the last one */
		if (n > shorter)
			return t->p[n - 1].addr + (1ULL << (64 - plen));
		break;
	}
	return inside(r, &block[random_below(r, blocks)], plen);
}

static bool in_blocks(u8 bits, u64 addr)
{
	const struct prefix *b = bits == 32 ? blocks4 : blocks6;
	unsigned int n = bits == 32 ? LENGTH(blocks4) : LENGTH(blocks6);

	while (n--) {
		if (prefix_cover(&b[n], addr))
			return true;
	}
	return false;
}

static void of_length(struct table *t, struct random *r, u8 plen, u32 count)
{
	struct taken s = {};
	u32 size, shorter = t->n;
	u64 addr;

	for (size = 4; size < 2 * count; size *= 2)
		;
	s.mask = size - 1;
	s.slot = allocate(size, sizeof(*s.slot));
	while (t->n < shorter + count) {
		addr = draw(r, t, shorter, t->n, plen);
		if (!in_blocks(t->bits, addr) ||
		    is_reserved(t->bits, addr, plen) || !take(&s, addr))
			continue;
		t->p[t->n++] = (struct prefix) {
			.addr = addr, .plen = plen,
			.value = 1 + random_below(r, PREFIX_VALUES),
		};
	}
	free(s.slot);
}

void table_make(struct table *t, u8 bits, u32 n, u64 seed)
{
	const struct share *s = bits == 32 ? shares4 : shares6;
	unsigned int i, shares = bits == 32 ? LENGTH(shares4) : LENGTH(shares6);
	struct random r = { .state = seed };
	u64 below = 0;
	u32 j;

	*t = (struct table) { .bits = bits };
	t->p = allocate(n, sizeof(*t->p));
	for (i = 0; i < shares; i++) {
		below += s[i].share;
		of_length(t, &r, s[i].plen, (u32)(below * n / 100000) - t->n);
	}
	for (i = n - 1; i > 0; i--) {
		struct prefix last = t->p[i];

		j = random_below(&r, i + 1);
		t->p[i] = t->p[j];
		t->p[j] = last;
	}
}
