/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A made-up routing table that looks like today's Internet.
 */
#ifndef PORCH_BENCH_TABLE_H
#define PORCH_BENCH_TABLE_H

#include "random.h"

/**
 * struct prefix - a prefix and where it leads
 * @addr: the first 64 bits of its address, of IPv4 32 and zeros; for none of
 *	either family is longer than /64
 * @plen: its length
 * @value: what a lookup is to find, from 1 to PREFIX_VALUES
 */
struct prefix {
	u64 addr;
	u8 plen;
	u32 value;
};

/* The values fit what the narrowest of the tables can hold: 15 bits. */
#define PREFIX_VALUES	32000

/* The longest table that is made: of IPv4, about half of what there could be. */
#define TABLE_MAX	4000000

/**
 * struct table - a routing table
 * @p: its prefixes, all different, in random order
 * @n: their number
 * @bits: length of an address: 32 or 128
 */
struct table {
	struct prefix *p;
	u32 n;
	u8 bits;
};

/**
 * table_make() - make a table up
 * @t: filled in; @t->p is to be freed
 * @bits: length of an address: 32 or 128
 * @n: the number of prefixes, from 1 to TABLE_MAX
 * @seed: the same seed gives the same table, on every machine
 */
void table_make(struct table *t, u8 bits, u32 n, u64 seed);

/**
 * prefix_cover() - does a prefix cover an address?
 * @p: the prefix
 * @addr: the first 64 bits of the address
 *
 * Return: whether it does.
 */
static inline bool prefix_cover(const struct prefix *p, u64 addr)
{
	return !p->plen || (p->addr ^ addr) >> (64 - p->plen) == 0;
}

#endif /* PORCH_BENCH_TABLE_H */
