// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's hash table, with keys of two lengths: those of Porch, which are good for
 * IPv6 as well and tell VRFs apart, and no more than IPv4 needs.
 */
#include <rte_hash.h>
#include <stdlib.h>
#include <string.h>
#include "flow.h"

struct flows {
	struct rte_hash *hash;
	struct record *record;
	u32 n;
	u32 key_len;
};

static void *make(const struct tuple *t, u32 n, u32 key_len)
{
	struct rte_hash_parameters p = {
		.name = key_len == FLOW_KEY_LEN ? "flows" : "flows16",
		.entries = n,
		.key_len = key_len,
		.socket_id = SOCKET_ID_ANY,
	};
	struct flows *f = bench_allocate(1, sizeof(*f));
	u64 key[FLOW_KEY_LEN / 8];
	u32 i;

	/* Its two choices of a place fill a table up to 19 in 20 surely. */
	p.entries += p.entries / 8;
	f->n = n;
	f->key_len = key_len;
	f->record = aligned_alloc(64, n * sizeof(*f->record));
	f->hash = rte_hash_create(&p);
	if (!f->record || !f->hash)
		bench_fail("rte_hash: no memory");
	for (i = 0; i < n; i++) {
		f->record[i] = (struct record) { .id = i + 1 };
		if (key_len == FLOW_KEY_LEN)
			flow_porch_key(&t[i], key);
		else
			memcpy(key, &t[i], key_len);
		if (rte_hash_add_key_data(f->hash, key, &f->record[i]))
			bench_fail("rte_hash: flow %u cannot be inserted", i);
	}
	return f;
}

static void *make_like_porch(const struct tuple *t, u32 n)
{
	return make(t, n, FLOW_KEY_LEN);
}

static void *make16(const struct tuple *t, u32 n)
{
	return make(t, n, sizeof(*t));
}

static u64 packets(const void *table)
{
	const struct flows *f = table;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < f->n; i++)
		sum += f->record[i].packets;
	return sum;
}

static void unmake(void *table)
{
	struct flows *f = table;

	rte_hash_free(f->hash);
	free(f->record);
	free(f);
}

static const u8 *key_at(const struct flows *f, const struct keys *k, u32 i)
{
	const u8 *key = f->key_len == FLOW_KEY_LEN ? k->peer : k->peer16;

	return key + (size_t)f->key_len * i;
}

static u64 lookup_single(void *table, const struct keys *k, u32 from, u32 n)
{
	const struct flows *f = table;
	const u8 *key = key_at(f, k, from);
	u64 sum = 0;
	void *data;
	u32 i;

	for (i = 0; i < n; i++, key += f->key_len) {
		if (rte_hash_lookup_data(f->hash, key, &data) >= 0)
			sum += record_update(data, i);
	}
	return sum;
}

static u64 lookup_bulk(void *table, const struct keys *k, u32 from, u32 n)
{
	const struct flows *f = table;
	const u8 *key = key_at(f, k, from);
	const void *keys[BENCH_VEC];
	void *data[BENCH_VEC];
	u32 i, j, some;
	uint64_t hits;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = n - i < BENCH_VEC ? n - i : BENCH_VEC;
		for (j = 0; j < some; j++, key += f->key_len)
			keys[j] = key;
		rte_hash_lookup_bulk_data(f->hash, keys, some, &hits, data);
		for (j = 0; j < some; j++) {
			if (hits >> j & 1)
				sum += record_update(data[j], i);
		}
	}
	return sum;
}

const struct flow_kind flow_dpdk[2] = {
	{ make_like_porch, packets, unmake,
	  {{ .name = "rte_hash, single", .lookup = lookup_single },
	   { .name = "rte_hash, bulk 64", .lookup = lookup_bulk }} },
	{ make16, packets, unmake,
	  {{ .name = "rte_hash, single, key of 16 B", .lookup = lookup_single },
	   { .name = "rte_hash, bulk 64, key of 16 B", .lookup = lookup_bulk }} },
};
