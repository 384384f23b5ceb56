// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's routing tables: rte_fib (DIR-24-8), rte_lpm (the older one of the same
 * design), rte_fib6 and rte_lpm6 (tries with a stride of 8 bits).
 */
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_lpm6.h>
#include "lpm.h"

/* Groups of 256 entries for what is longer than the first stride. */
#define GROUPS4		(1 << 14)
#define GROUPS6		(1 << 19)

/* Free places for prefixes, for tables that want to know the number before */
#define SPARE		1024

static u32 addr4(const struct prefix *p)
{
	return p->addr >> 32;
}

/* rte_fib */

static void *fib_make(const struct table *t, enum rte_fib_dir24_8_nh_sz size)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.max_routes = t->n + SPARE,
		.dir24_8 = { .nh_sz = size, .num_tbl8 = GROUPS4 },
	};
	struct rte_fib *fib;
	u32 i;

	fib = rte_fib_create(size == RTE_FIB_DIR24_8_2B ? "fib2" : "fib4",
			     SOCKET_ID_ANY, &conf);
	for (i = 0; fib && i < t->n; i++) {
		if (!rte_fib_add(fib, addr4(&t->p[i]), t->p[i].plen,
				 t->p[i].value))
			continue;
		rte_fib_free(fib);
		return NULL;
	}
	return fib;
}

static void *fib2_make(const struct table *t)
{
	return fib_make(t, RTE_FIB_DIR24_8_2B);
}

static void *fib4_make(const struct table *t)
{
	return fib_make(t, RTE_FIB_DIR24_8_4B);
}

static bool fib_set(void *table, const struct prefix *p)
{
	return !rte_fib_delete(table, addr4(p), p->plen) &&
	       !rte_fib_add(table, addr4(p), p->plen, p->value);
}

static void fib_unmake(void *table)
{
	rte_fib_free(table);
}

static bool fib_scalar(void *table)
{
	return !rte_fib_select_lookup(table,
				      RTE_FIB_LOOKUP_DIR24_8_SCALAR_MACRO);
}

static bool fib_avx512(void *table)
{
	return !rte_fib_select_lookup(table,
				      RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512);
}

static u64 fib_lookup(void *table, const struct keys *k, u32 from, u32 n)
{
	u64 sum = 0;
	u32 i, j, some;

	for (i = 0; i < n; i += some) {
		uint64_t hop[BENCH_VEC];

		some = RTE_MIN(n - i, (u32)BENCH_VEC);
		rte_fib_lookup_bulk(table, (u32 *)k->peer + from + i, hop, some);
		for (j = 0; j < some; j++)
			sum += hop[j];
	}
	return sum;
}

/* rte_lpm, which looks at all prefixes of the same length before it adds one */

static void *lpm_make(const struct table *t)
{
	const struct rte_lpm_config conf = {
		.max_rules = t->n + SPARE, .number_tbl8s = GROUPS4,
	};
	struct rte_lpm *lpm = rte_lpm_create("lpm", SOCKET_ID_ANY, &conf);
	u32 i;

	for (i = 0; lpm && i < t->n; i++) {
		if (!rte_lpm_add(lpm, addr4(&t->p[i]), t->p[i].plen,
				 t->p[i].value))
			continue;
		rte_lpm_free(lpm);
		return NULL;
	}
	return lpm;
}

static bool lpm_set(void *table, const struct prefix *p)
{
	return !rte_lpm_delete(table, addr4(p), p->plen) &&
	       !rte_lpm_add(table, addr4(p), p->plen, p->value);
}

static void lpm_unmake(void *table)
{
	rte_lpm_free(table);
}

static u64 lpm_lookup(void *table, const struct keys *k, u32 from, u32 n)
{
	u32 hop[BENCH_VEC], i, j, some;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = RTE_MIN(n - i, (u32)BENCH_VEC);
		rte_lpm_lookup_bulk((struct rte_lpm *)table,
				    (u32 *)k->peer + from + i, hop, some);
		for (j = 0; j < some; j++) {
			if (hop[j] & RTE_LPM_LOOKUP_SUCCESS)
				sum += hop[j] & 0xffffff;
		}
	}
	return sum;
}

/* rte_fib6; of 4 bytes, since those of 2 cannot number enough groups */

static void *fib6_make(const struct table *t)
{
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.max_routes = t->n + SPARE,
		.trie = { .nh_sz = RTE_FIB6_TRIE_4B, .num_tbl8 = GROUPS6 },
	};
	struct rte_fib6 *fib = rte_fib6_create("fib6", SOCKET_ID_ANY, &conf);
	u8 addr[16];
	u32 i;

	for (i = 0; fib && i < t->n; i++) {
		prefix_bytes(&t->p[i], addr);
		if (!rte_fib6_add(fib, addr, t->p[i].plen, t->p[i].value))
			continue;
		rte_fib6_free(fib);
		return NULL;
	}
	return fib;
}

static bool fib6_set(void *table, const struct prefix *p)
{
	u8 addr[16];

	prefix_bytes(p, addr);
	return !rte_fib6_delete(table, addr, p->plen) &&
	       !rte_fib6_add(table, addr, p->plen, p->value);
}

static void fib6_unmake(void *table)
{
	rte_fib6_free(table);
}

static bool fib6_scalar(void *table)
{
	return !rte_fib6_select_lookup(table, RTE_FIB6_LOOKUP_TRIE_SCALAR);
}

static bool fib6_avx512(void *table)
{
	return !rte_fib6_select_lookup(table,
				       RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512);
}

static u64 fib6_lookup(void *table, const struct keys *k, u32 from, u32 n)
{
	u8 (*key)[16] = (u8 (*)[16])k->peer + from;
	uint64_t hop[BENCH_VEC];
	u32 i, j, some;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = RTE_MIN(n - i, (u32)BENCH_VEC);
		rte_fib6_lookup_bulk(table, key + i, hop, some);
		for (j = 0; j < some; j++)
			sum += hop[j];
	}
	return sum;
}

/* rte_lpm6 */

static void *lpm6_make(const struct table *t)
{
	const struct rte_lpm6_config conf = {
		.max_rules = t->n + SPARE, .number_tbl8s = GROUPS6,
	};
	struct rte_lpm6 *lpm = rte_lpm6_create("lpm6", SOCKET_ID_ANY, &conf);
	u8 addr[16];
	u32 i;

	for (i = 0; lpm && i < t->n; i++) {
		prefix_bytes(&t->p[i], addr);
		if (!rte_lpm6_add(lpm, addr, t->p[i].plen, t->p[i].value))
			continue;
		rte_lpm6_free(lpm);
		return NULL;
	}
	return lpm;
}

static bool lpm6_set(void *table, const struct prefix *p)
{
	u8 addr[16];

	prefix_bytes(p, addr);
	return !rte_lpm6_delete(table, addr, p->plen) &&
	       !rte_lpm6_add(table, addr, p->plen, p->value);
}

static void lpm6_unmake(void *table)
{
	rte_lpm6_free(table);
}

static u64 lpm6_lookup(void *table, const struct keys *k, u32 from, u32 n)
{
	u8 (*key)[16] = (u8 (*)[16])k->peer + from;
	int32_t hop[BENCH_VEC];
	u32 i, j, some;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = RTE_MIN(n - i, (u32)BENCH_VEC);
		rte_lpm6_lookup_bulk_func(table, key + i, hop, some);
		for (j = 0; j < some; j++)
			sum += hop[j] < 0 ? 0 : hop[j];
	}
	return sum;
}

const struct lpm_kind lpm_dpdk[] = {
	{ "rte_fib, 2 B", 32, false, fib2_make, fib_set, fib_unmake,
	  {{ "rte_fib, 2 B, scalar", NULL, fib_scalar, fib_lookup },
	   { "rte_fib, 2 B, AVX-512", NULL, fib_avx512, fib_lookup }} },
	{ "rte_fib, 4 B", 32, false, fib4_make, fib_set, fib_unmake,
	  {{ "rte_fib, 4 B, scalar", NULL, fib_scalar, fib_lookup },
	   { "rte_fib, 4 B, AVX-512", NULL, fib_avx512, fib_lookup }} },
	{ "rte_lpm", 32, true, lpm_make, lpm_set, lpm_unmake,
	  {{ "rte_lpm, bulk", NULL, NULL, lpm_lookup }} },
	{ "rte_fib6, 4 B", 128, false, fib6_make, fib6_set, fib6_unmake,
	  {{ "rte_fib6, 4 B, scalar", NULL, fib6_scalar, fib6_lookup },
	   { "rte_fib6, 4 B, AVX-512", NULL, fib6_avx512, fib6_lookup }} },
	{ "rte_lpm6", 128, false, lpm6_make, lpm6_set, lpm6_unmake,
	  {{ "rte_lpm6, bulk", NULL, NULL, lpm6_lookup }} },
};

const unsigned int lpm_dpdk_kinds = RTE_DIM(lpm_dpdk);
