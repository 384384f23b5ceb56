// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match: lookups, changes, and making the table.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lpm.h"

/* The sizes of today's Internet */
#define PREFIXES4	1000000
#define PREFIXES6	220000

#define MAX_KINDS	8

/* How many prefixes are taken out and put in again in a round */
#define CHANGES		500

/* How many keys the oracle itself is compared with a plain walk for */
#define NAIVE		32

/* Random addresses of IPv6 are those that may be in use at all, 2000::/3. */
static u64 random_address(struct random *r, u8 bits)
{
	u64 addr = random_next(r);

	return bits == 32 ? addr >> 32 << 32 : addr >> 3 | 1ULL << 61;
}

/* Which prefix covers an address best, by looking at all of them */
static u32 naive(const struct table *t, u64 addr)
{
	int best = -1;
	u32 i, value = 0;

	for (i = 0; i < t->n; i++) {
		if (t->p[i].plen > best && prefix_cover(&t->p[i], addr)) {
			best = t->p[i].plen;
			value = t->p[i].value;
		}
	}
	return value;
}

static int by_place(const void *va, const void *vb)
{
	const struct prefix *a = va, *b = vb;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->plen - b->plen;
}

struct key_at {
	u64 addr;
	u32 i;
};

static int by_addr(const void *va, const void *vb)
{
	const struct key_at *a = va, *b = vb;

	return (a->addr > b->addr) - (a->addr < b->addr);
}

/*
 * The oracle: goes through prefixes and addresses in order, and keeps those
 * prefixes at hand that the present address lies in, each inside the one before.
 */
static void expect(const struct table *t, const u64 *addr, struct keys *k)
{
	const struct prefix *open[130];
	struct prefix *p = bench_allocate(t->n, sizeof(*p));
	struct key_at *at = bench_allocate(BENCH_KEYS, sizeof(*at));
	u32 *value = bench_allocate(BENCH_KEYS, sizeof(*value));
	u32 i, next = 0, n = 0;

	memcpy(p, t->p, t->n * sizeof(*p));
	qsort(p, t->n, sizeof(*p), by_place);
	for (i = 0; i < BENCH_KEYS; i++)
		at[i] = (struct key_at) { addr[i], i };
	qsort(at, BENCH_KEYS, sizeof(*at), by_addr);

	for (i = 0; i < BENCH_KEYS; i++) {
		for (; next < t->n && p[next].addr <= at[i].addr; next++) {
			while (n && !prefix_cover(open[n - 1], p[next].addr))
				n--;
			open[n++] = &p[next];
		}
		while (n && !prefix_cover(open[n - 1], at[i].addr))
			n--;
		value[at[i].i] = n ? open[n - 1]->value : 0;
	}

	for (i = 0; i < NAIVE; i++) {
		if (value[i] != naive(t, addr[i]))
			bench_fail("the oracle is wrong about key %u", i);
	}
	k->sum[0] = 0;
	for (i = 0; i < BENCH_KEYS; i++)
		k->sum[i + 1] = k->sum[i] + value[i];
	free(p);
	free(at);
	free(value);
}

/* The addresses as they are on the wire, and for IPv4 as the peers read them */
static void write_keys(const struct table *t, const u64 *addr, struct random *r,
		       struct keys *k)
{
	u64 wire[2];
	u32 i;

	k->sum = bench_allocate(BENCH_KEYS + 1, sizeof(*k->sum));
	k->porch = bench_allocate(BENCH_KEYS, t->bits / 8);
	k->peer = t->bits == 32 ? bench_allocate(BENCH_KEYS, 4) : k->porch;
	for (i = 0; i < BENCH_KEYS; i++) {
		wire[0] = htobe64(addr[i]);
		wire[1] = random_next(r);
		memcpy((u8 *)k->porch + i * t->bits / 8, wire, t->bits / 8);
		if (t->bits == 32)
			((u32 *)k->peer)[i] = addr[i] >> 32;
	}
}

static void free_keys(struct keys *k)
{
	if (k->peer != k->porch)
		free(k->peer);
	free(k->porch);
	free(k->sum);
}

/* @s: Zipf's exponent, or below 0: random addresses */
static void draw_keys(const struct table *t, double s, u64 *addr,
		      struct random *r)
{
	u32 *rank = bench_allocate(BENCH_KEYS, sizeof(*rank)), i;
	const struct prefix *p;

	if (s >= 0)
		bench_key_ranks(rank, r, t->n, s);
	for (i = 0; i < BENCH_KEYS; i++) {
		addr[i] = random_address(r, t->bits);
		if (s < 0)
			continue;
		p = &t->p[rank[i]];	/* in random order, as is the table */
		if (p->plen < 64)
			addr[i] = p->addr | addr[i] << p->plen >> p->plen;
		else
			addr[i] = p->addr;
	}
	free(rank);
}

struct lpm_bench {
	const char *id;
	struct table t;
	const struct lpm_kind *kind[MAX_KINDS];
	void *table[MAX_KINDS];
	unsigned int n;
};

/* All kinds in turns, several times; the last ones stay. */
static void builds(struct lpm_bench *b)
{
	unsigned int rounds = bench_wants("%s.build", b->id) ? BENCH_BUILDS : 1;
	struct series s[MAX_KINDS] = {};
	unsigned int round, i;
	char id[20];
	double begin;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < b->n; i++) {
			if (round && b->kind[i]->slow)
				continue;
			if (b->table[i])
				b->kind[i]->unmake(b->table[i]);
			begin = bench_cpu();
			b->table[i] = b->kind[i]->make(&b->t);
			bench_add(&s[i], bench_cpu() - begin);
			if (!b->table[i])
				bench_fail("%s: cannot hold the table",
					   b->kind[i]->name);
		}
	}
	snprintf(id, sizeof(id), "%s.build", b->id);
	for (i = 1; i < b->n && bench_wants("%s", id); i++)
		bench_row(id, "s", &s[0], &s[i], b->kind[i]->name,
			  "one edit of Porch's");
}

static unsigned int ways(const struct lpm_bench *b, struct contender *c)
{
	unsigned int i, j, n = 0;

	for (i = 0; i < b->n; i++) {
		for (j = 0; j < LPM_WAYS && b->kind[i]->way[j].name; j++) {
			c[n] = b->kind[i]->way[j];
			c[n++].table = b->table[i];
		}
	}
	return n;
}

/* Prefixes are withdrawn and come back leading elsewhere, in all tables alike. */
static void changes(struct lpm_bench *b, const u64 *addr, struct keys *k,
		    struct random *r)
{
	struct contender c[MAX_KINDS * LPM_WAYS];
	struct series s[MAX_KINDS] = {};
	struct prefix *changed[CHANGES];
	unsigned int round, i, j, n;
	char id[20];
	double begin;

	for (round = 0; round < BENCH_ROUNDS; round++) {
		for (i = 0; i < CHANGES; i++) {
			changed[i] = &b->t.p[random_below(r, b->t.n)];
			changed[i]->value = 1 + random_below(r, PREFIX_VALUES);
		}
		for (i = 0; i < b->n; i++) {
			begin = bench_cpu();
			for (j = 0; j < CHANGES; j++) {
				if (!b->kind[i]->set(b->table[i], changed[j]))
					bench_fail("%s: cannot change a prefix",
						   b->kind[i]->name);
			}
			bench_add(&s[i],
				  CHANGES * 2 / 1e6 / (bench_cpu() - begin));
		}
	}

	expect(&b->t, addr, k);
	n = ways(b, c);
	for (i = 0; i < n; i++) {
		if (!c[i].use || c[i].use(c[i].table))
			bench_check(&c[i], k);
	}
	snprintf(id, sizeof(id), "%s.update", b->id);
	for (i = 1; i < b->n; i++)
		bench_row(id, "M updates/s", &s[0], &s[i], b->kind[i]->name,
			  "each alone, a removal or an insertion");
}

void bench_lpm(u8 bits)
{
	static const struct {
		const char *name;
		double s;
	} keys[] = {
		{ "uniform", 0 }, { "random", -1 },
		{ "zipf10", 1.0 }, { "zipf12", 1.2 },
	};
	struct lpm_bench b = { .id = bits == 32 ? "lpm4" : "lpm6" };
	struct contender c[MAX_KINDS * LPM_WAYS];
	struct random r = { .state = bits };
	bool any = false;
	struct keys k;
	unsigned int i, n;
	u64 *addr;

	for (i = 0; i < 4; i++)
		any |= bench_wants("%s.%s", b.id, keys[i].name) ||
		       bench_wants("%s.%s.2t", b.id, keys[i].name);
	if (!any && !bench_wants("%s.build", b.id) &&
	    !bench_wants("%s.update", b.id))
		return;

	table_make(&b.t, bits, bits == 32 ? PREFIXES4 : PREFIXES6, 1);
	b.kind[b.n++] = &lpm_porch[bits != 32];
	for (i = 0; i < lpm_dpdk_kinds; i++) {
		if (lpm_dpdk[i].bits == bits &&
		    bench_wants_peer(lpm_dpdk[i].name))
			b.kind[b.n++] = &lpm_dpdk[i];
	}
	builds(&b);
	n = ways(&b, c);

	addr = bench_allocate(BENCH_KEYS, sizeof(*addr));
	for (i = 0; i < 4; i++) {
		k = (struct keys) { .name = keys[i].name };
		draw_keys(&b.t, keys[i].s, addr, &r);
		write_keys(&b.t, addr, &r, &k);
		expect(&b.t, addr, &k);
		bench_lookups(b.id, c, n, &k, "");
		if (i == 0 && bench_wants("%s.update", b.id))
			changes(&b, addr, &k, &r);
		free_keys(&k);
	}
	free(addr);
	for (i = 0; i < b.n; i++)
		b.kind[i]->unmake(b.table[i]);
	free(b.t.p);
}
