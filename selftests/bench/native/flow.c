// SPDX-License-Identifier: GPL-2.0
/*
 * Flow lookup, with an update of the flow's record. The oracle is the list of
 * flows from which packets were drawn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "flow.h"

#define FLOWS		1000000
#define KINDS		3

/* No flow has this protocol. */
#define NO_PROTO	132

static const struct flow_kind *kind_of(unsigned int i)
{
	return i ? &flow_dpdk[i - 1] : &flow_porch;
}

/*
 * All different, by the source address. No reply is like another's original, since
 * clients are at even addresses and servers at odd ones.
 */
static void draw_tuples(struct tuple *t, struct random *r)
{
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		t[i] = (struct tuple) {
			.src = 2 * (i * 0x9e3779b1U & 0x7fffffff),
			.dst = random_next(r) | 1,
			.sport = random_next(r),
			.dport = random_next(r),
			.proto = random_below(r, 4) ? 6 : 17,
		};
	}
}

/*
 * Threads do not share flows, as a card does not spread a flow over CPUs: the first
 * half of the keys is of even flows, the second of odd ones.
 *
 * @hit: whether the flows are there
 */
static void write_keys(const struct tuple *t, const u32 *rank, bool hit,
		       struct keys *k)
{
	struct tuple packet;
	u32 i, flow;

	k->porch = bench_allocate(BENCH_KEYS, FLOW_KEY_LEN);
	k->peer = k->porch;
	k->peer16 = bench_allocate(BENCH_KEYS, sizeof(packet));
	k->sum = bench_allocate(BENCH_KEYS + 1, sizeof(*k->sum));
	for (i = 0; i < BENCH_KEYS; i++) {
		flow = 2 * rank[i] + (i >= BENCH_KEYS / 2);
		packet = t[flow];
		if (!hit)
			packet.proto = NO_PROTO;
		flow_porch_key(&packet, (u8 *)k->porch + (size_t)FLOW_KEY_LEN * i);
		((struct tuple *)k->peer16)[i] = packet;
		k->sum[i + 1] = k->sum[i] + (hit ? flow + 1 : 0);
	}
}

static void free_keys(struct keys *k)
{
	free(k->porch);
	free(k->peer16);
	free(k->sum);
}

void bench_flow(void)
{
	static const struct {
		const char *name;
		double s;
	} keys[] = { { "uniform", 0 }, { "zipf10", 1.0 }, { "zipf12", 1.2 } };
	struct contender c[2 * KINDS];
	struct random r = { .state = 5 };
	unsigned int i, j, n = 0;
	void *table[KINDS];
	struct tuple *t;
	bool any = false;
	struct keys k;
	u64 before[KINDS];
	u32 *rank;

	for (i = 0; i < 3; i++)
		any |= bench_wants("flow.lookup.%s", keys[i].name) ||
		       bench_wants("flow.lookup.%s.2t", keys[i].name);
	if (!any)
		return;

	t = bench_allocate(FLOWS, sizeof(*t));
	draw_tuples(t, &r);
	for (i = 0; i < KINDS; i++) {
		table[i] = kind_of(i)->make(t, FLOWS);
		for (j = 0; j < 2 && kind_of(i)->way[j].name; j++) {
			if (i && !bench_wants_peer(kind_of(i)->way[j].name))
				continue;
			c[n] = kind_of(i)->way[j];
			c[n++].table = table[i];
		}
	}

	rank = bench_allocate(BENCH_KEYS, sizeof(*rank));
	for (i = 0; i < 3; i++) {
		bench_key_ranks(rank, &r, FLOWS / 2, keys[i].s);

		k = (struct keys) { .name = "no flow" };
		write_keys(t, rank, false, &k);
		for (j = 0; j < KINDS; j++)
			before[j] = kind_of(j)->packets(table[j]);
		for (j = 0; j < n; j++)
			bench_check(&c[j], &k);
		for (j = 0; j < KINDS; j++) {
			if (kind_of(j)->packets(table[j]) != before[j])
				bench_fail("packets of no flow were counted");
		}
		free_keys(&k);

		k = (struct keys) { .name = keys[i].name };
		write_keys(t, rank, true, &k);
		bench_lookups("flow.lookup", c, n, &k,
			      "Porch's table has both directions of each flow");
		free_keys(&k);
	}
	free(rank);
	for (i = 0; i < KINDS; i++)
		kind_of(i)->unmake(table[i]);
	free(t);
}
