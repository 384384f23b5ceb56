/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routing tables that are measured.
 */
#ifndef PORCH_BENCH_LPM_H
#define PORCH_BENCH_LPM_H

#include "bench.h"
#include "table.h"

/* The most ways to look something up in one */
#define LPM_WAYS	2

/**
 * struct lpm_kind - a routing table
 * @name: printed
 * @bits: length of an address
 * @slow: making one takes so long that it is made once only
 * @make: make one with these prefixes; NULL if that fails
 * @set: let a prefix that is there lead elsewhere, by taking it out and putting
 *	it in again; readers of either version between see no third; returns
 *	whether that succeeded
 * @unmake: free one
 * @way: how to look addresses up, see struct contender
 */
struct lpm_kind {
	const char *name;
	u8 bits;
	bool slow;
	void *(*make)(const struct table *t);
	bool (*set)(void *table, const struct prefix *p);
	void (*unmake)(void *table);
	struct contender way[LPM_WAYS];
};

/* The first of each family is Porch's. */
extern const struct lpm_kind lpm_porch[2];
extern const struct lpm_kind lpm_dpdk[];
extern const unsigned int lpm_dpdk_kinds;

/**
 * prefix_bytes() - a prefix' address as it is on the wire
 * @p: the prefix
 * @bytes: filled; of IPv4 only the first four matter
 */
static inline void prefix_bytes(const struct prefix *p, u8 bytes[16])
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		bytes[i] = i < 8 ? p->addr >> (56 - 8 * i) : 0;
}

#endif /* PORCH_BENCH_LPM_H */
