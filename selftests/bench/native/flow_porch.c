// SPDX-License-Identifier: GPL-2.0
/*
 * Porch's flow table, looked at as kmod/path/flow.c does: the keys of a vector are
 * hashed and found, some at a time, and then each packet is dealt with.
 */
#include "flow.h"
#include "core/flowtab.h"

/* As FIND_STEP */
#define STEP	16U

struct flow {
	struct porch_flowtab_entry entry;
	struct record record;
} __aligned(64);

struct flows {
	struct porch_flowtab table;
	struct flow *flow;
	u32 n;
};

static const u64 secret[2] = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL };

static u64 rotate(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static __always_inline void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 of whole words, as siphash() of the kernel (Aumasson, Bernstein) */
static inline u64 sip(const u64 *word, unsigned int n)
{
	u64 v[4] = {
		0x736f6d6570736575ULL ^ secret[0],
		0x646f72616e646f6dULL ^ secret[1],
		0x6c7967656e657261ULL ^ secret[0],
		0x7465646279746573ULL ^ secret[1],
	};
	u64 last = (u64)n << 59;
	unsigned int i;

	for (i = 0; i <= n; i++) {
		u64 m = i < n ? word[i] : last;

		v[3] ^= m;
		sip_round(v);
		sip_round(v);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static u64 hash_of(const struct porch_flow_key *key)
{
	return sip(key->word, 5);
}

void flow_porch_key(const struct tuple *t, void *key)
{
	*(struct porch_flow_key *)key = (struct porch_flow_key) {
		.src.v4 = t->src, .dst.v4 = t->dst,
		.sport = t->sport, .dport = t->dport,
		.proto = t->proto, .ipver = 4,
	};
}

static void release(struct porch_flowtab *t, struct porch_flowtab_entry *e,
		    enum porch_flowtab_why why)
{
	(void)t;
	(void)e;
	(void)why;
}

static void *make(const struct tuple *t, u32 n)
{
	static const u64 word[] = { 0x0706050403020100ULL };
	struct flows *f = bench_allocate(1, sizeof(*f));
	struct porch_flow_key key, reply;
	struct porch_flow_node *there;
	u32 i;

	_Static_assert(sizeof(key) == FLOW_KEY_LEN, "of what peers have");
	/* From the table of test vectors of the paper's authors */
	if (sip(word, 1) != 0x93f5f5799a932462ULL)
		bench_fail("this is not SipHash");
	f->n = n;
	f->flow = aligned_alloc(64, n * sizeof(*f->flow));
	if (!f->flow || porch_flowtab_init(&f->table, n, release, GFP_KERNEL))
		bench_fail("no memory");
	for (i = 0; i < n; i++) {
		f->flow[i].record = (struct record) { .id = i + 1 };
		flow_porch_key(&t[i], &key);
		reply = porch_flow_key_reverse(&key);
		porch_flowtab_entry_init(&f->flow[i].entry, &key, hash_of(&key),
					 &reply, hash_of(&reply));
		porch_flowtab_touch(&f->flow[i].entry, 1000, true);
		if (porch_flowtab_insert(&f->table, &f->flow[i].entry, 1,
					 &there))
			bench_fail("porch: flow %u cannot be inserted", i);
	}
	return f;
}

static u64 packets(const void *table)
{
	const struct flows *f = table;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < f->n; i++)
		sum += f->flow[i].record.packets;
	return sum;
}

static void unmake(void *table)
{
	struct flows *f = table;

	porch_flowtab_fini(&f->table);
	free(f->flow);
	free(f);
}

static void find(const struct flows *f, const struct porch_flow_key *key,
		 struct porch_flow_node **node, u32 n)
{
	const struct porch_flow_key *keys[STEP];
	u64 hash[STEP];
	u32 i;

	for (i = 0; i < n; i++) {
		keys[i] = key + i;
		hash[i] = hash_of(keys[i]);
	}
	porch_flowtab_lookup_vec(&f->table, keys, hash, node, n);
}

static u64 lookup(void *table, const struct keys *k, u32 from, u32 n)
{
	const struct porch_flow_key *key = k->porch;
	struct porch_flow_node *node[BENCH_VEC];
	struct flows *f = table;
	u32 i, j, some;
	struct flow *flow;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = min(n - i, (u32)BENCH_VEC);
		for (j = 0; j < some; j += STEP)
			find(f, key + from + i + j, node + j,
			     min(some - j, STEP));
		for (j = 0; j < some; j++) {
			if (!node[j])
				continue;
			flow = container_of(porch_flowtab_entry(node[j]),
					    struct flow, entry);
			sum += record_update(&flow->record, i);
		}
	}
	return sum;
}

const struct flow_kind flow_porch = {
	make, packets, unmake, {{ .name = "porch", .lookup = lookup }}
};
