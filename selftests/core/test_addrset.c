// SPDX-License-Identifier: GPL-2.0
/*
 * The set of local addresses, held against the array it is made of.
 */
#include "addrset.h"
#include "hash.h"
#include "test.h"

#define MAX_ENTRIES	300

static bool naive_linklocal(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xfe && a->s6_addr[1] >= 0x80 &&
	       a->s6_addr[1] <= 0xbf;
}

static u8 stronger(u8 a, u8 b)
{
	return !a || (b && b < a) ? b : a;
}

static u8 naive_lookup4(const struct porch_addrset_entry *e, unsigned int n,
			__be32 addr)
{
	u8 kind = 0;

	for (; n; n--, e++) {
		if (e->ipver == 4 && e->a4 == addr)
			kind = stronger(kind, e->kind);
	}
	return kind;
}

static u8 naive_lookup6(const struct porch_addrset_entry *e, unsigned int n,
			const struct in6_addr *addr, int ifindex)
{
	u8 kind = 0;

	for (; n; n--, e++) {
		if (e->ipver != 6 || memcmp(&e->a6, addr, sizeof(*addr)))
			continue;
		if (naive_linklocal(addr) && e->ifindex &&
		    e->ifindex != ifindex)
			continue;
		kind = stronger(kind, e->kind);
	}
	return kind;
}

/* Addresses of which several are equal, or differ in one bit. */
static void some_addr6(struct in6_addr *a)
{
	static const u8 begin[][2] = {
		{ 0xfe, 0x80 }, { 0xfe, 0xbf }, { 0xfe, 0x7f }, { 0xfe, 0xc0 },
		{ 0xff, 0x80 }, { 0x20, 0x01 }, { 0x00, 0x00 },
	};
	unsigned int bit;

	memset(a, 0, sizeof(*a));
	memcpy(a, begin[test_below(7)], 2);
	a->s6_addr[15] = test_below(12);
	if (test_below(2)) {
		bit = test_below(128);
		a->s6_addr[bit / 8] ^= 0x80 >> bit % 8;
	}
}

static __be32 some_addr4(void)
{
	return cpu_to_be32(0x0a000000 + (test_below(2) << 23) +
			   (test_below(2) << 31) + test_below(40));
}

static void some_entry(struct porch_addrset_entry *e)
{
	memset(e, 0, sizeof(*e));
	e->ifindex = test_below(4);
	if (test_below(2)) {
		e->ipver = 4;
		e->a4 = some_addr4();
		e->kind = test_below(2) ? PORCH_ADDR_LOCAL :
					  PORCH_ADDR_BROADCAST;
	} else {
		e->ipver = 6;
		some_addr6(&e->a6);
		e->kind = test_below(2) ? PORCH_ADDR_LOCAL :
					  PORCH_ADDR_ANYCAST;
	}
}

static void check_set(const struct porch_addrset *s,
		      const struct porch_addrset_entry *e, unsigned int n,
		      const struct in6_addr *a6, __be32 a4, int ifindex)
{
	u8 got, want;

	got = porch_addrset_lookup4(s, a4);
	want = naive_lookup4(e, n, a4);
	CHECK(got == want, "%u entries: %#x: %u not %u", n, be32_to_cpu(a4),
	      got, want);
	got = porch_addrset_lookup6(s, a6, ifindex);
	want = naive_lookup6(e, n, a6, ifindex);
	CHECK(got == want, "%u entries: %02x%02x::%02x on %d: %u not %u", n,
	      a6->s6_addr[0], a6->s6_addr[1], a6->s6_addr[15], ifindex, got,
	      want);
}

static void addrset_array(void)
{
	static struct porch_addrset_entry e[MAX_ENTRIES];
	unsigned long round;
	struct porch_addrset *s;
	struct in6_addr a6;
	unsigned int n, i;
	int ifindex;

	for (round = 0; round < 5 * test_rounds; round++) {
		/* Sizes around powers of two are where tables grow. */
		n = test_below(2) ? test_below(MAX_ENTRIES) :
				    (1U << test_below(8)) + test_below(2);
		for (i = 0; i < n; i++)
			some_entry(&e[i]);
		s = porch_addrset_alloc(e, n, test_rnd(), GFP_KERNEL);
		CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
		for (i = 0; i < 100; i++) {
			some_addr6(&a6);
			ifindex = test_below(5);
			if (n && test_below(2)) {
				a6 = e[test_below(n)].a6;
				check_set(s, e, n, &a6, e[test_below(n)].a4,
					  ifindex);
			} else {
				check_set(s, e, n, &a6, some_addr4(), ifindex);
			}
		}
		porch_addrset_free(s);
	}
}

static int naive_scope(const struct porch_addrset_entry *e)
{
	return naive_linklocal(&e->a6) ? e->ifindex : 0;
}

/* The kind of an entry's address, on the entry's device, among others. */
static u8 naive_kind(const struct porch_addrset_entry *e, unsigned int n,
		     const struct porch_addrset_entry *of)
{
	u8 kind = 0;

	for (; n; n--, e++) {
		if (e->ipver != of->ipver)
			continue;
		if (e->ipver == 4 ? e->a4 != of->a4 :
		    memcmp(&e->a6, &of->a6, sizeof(e->a6)) ||
		    naive_scope(e) != naive_scope(of))
			continue;
		kind = stronger(kind, e->kind);
	}
	return kind;
}

static bool naive_within(const struct porch_addrset_entry *a, unsigned int n_a,
			 const struct porch_addrset_entry *b, unsigned int n_b)
{
	unsigned int i;

	for (i = 0; i < n_a; i++)
		if (naive_kind(a, n_a, &a[i]) != naive_kind(b, n_b, &a[i]))
			return false;
	return true;
}

/* Two arrays, the second shuffled and with a change or two, or none. */
static void addrset_equal(void)
{
	static struct porch_addrset_entry a[40], b[41];
	struct porch_addrset_entry swap;
	unsigned int n_a, n_b, i, with, alike = 0;
	struct porch_addrset *s_a, *s_b;
	unsigned long round;
	bool want, got;

	for (round = 0; round < 20 * test_rounds; round++) {
		n_a = test_below(ARRAY_SIZE(a));
		for (i = 0; i < n_a; i++)
			some_entry(&a[i]);
		n_b = n_a;
		memcpy(b, a, sizeof(a));
		switch (test_below(5)) {
		case 0:
			some_entry(&b[n_b++]);
			break;
		case 1:
			if (n_b)
				n_b--;
			break;
		case 2:
			if (n_b)
				b[test_below(n_b)].ifindex ^= 1;
			break;
		case 3:
			if (n_b)
				b[test_below(n_b)].kind = PORCH_ADDR_LOCAL;
			break;
		}
		for (i = 0; i < n_b; i++) {
			with = test_below(n_b);
			swap = b[i];
			b[i] = b[with];
			b[with] = swap;
		}
		s_a = porch_addrset_alloc(a, n_a, test_rnd(), GFP_KERNEL);
		s_b = porch_addrset_alloc(b, n_b, test_rnd(), GFP_KERNEL);
		want = naive_within(a, n_a, b, n_b) &&
		       naive_within(b, n_b, a, n_a);
		got = porch_addrset_equal(s_a, s_b);
		CHECK(got == want, "%u and %u entries: %d not %d", n_a, n_b,
		      got, want);
		alike += got;
		porch_addrset_free(s_a);
		porch_addrset_free(s_b);
	}
	CHECK(alike && alike < round, "%u of %lu alike", alike, round);
}

/* The kinds and scopes by example, should array and set err alike. */
static void addrset_rules(void)
{
	static const struct in6_addr ll = { { { 0xfe, 0x80, [15] = 1 } } };
	static const struct in6_addr gua = { { { 0x20, 0x01, [15] = 1 } } };
	struct porch_addrset_entry e[] = {
		{ .ipver = 4, .a4 = cpu_to_be32(1), .ifindex = 7,
		  .kind = PORCH_ADDR_BROADCAST },
		{ .ipver = 4, .a4 = cpu_to_be32(2), .kind = PORCH_ADDR_BROADCAST },
		{ .ipver = 4, .a4 = cpu_to_be32(1), .kind = PORCH_ADDR_LOCAL },
		{ .ipver = 6, .a6 = ll, .ifindex = 7, .kind = PORCH_ADDR_LOCAL },
		{ .ipver = 6, .a6 = ll, .ifindex = 8, .kind = PORCH_ADDR_ANYCAST },
		{ .ipver = 6, .a6 = gua, .ifindex = 7, .kind = PORCH_ADDR_ANYCAST },
		{ .ipver = 6, .a6 = gua, .ifindex = 8, .kind = PORCH_ADDR_LOCAL },
	};
	struct porch_addrset *s;

	s = porch_addrset_alloc(e, ARRAY_SIZE(e), test_rnd(),
				GFP_KERNEL);
	CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
	CHECK(porch_addrset_lookup4(s, cpu_to_be32(1)) == PORCH_ADDR_LOCAL,
	      "local beats broadcast");
	CHECK(porch_addrset_lookup4(s, cpu_to_be32(2)) == PORCH_ADDR_BROADCAST,
	      "broadcast");
	CHECK(porch_addrset_lookup4(s, cpu_to_be32(0)) == PORCH_ADDR_NONE,
	      "0.0.0.0 is not in it");
	CHECK(porch_addrset_lookup6(s, &ll, 7) == PORCH_ADDR_LOCAL,
	      "on its device");
	CHECK(porch_addrset_lookup6(s, &ll, 8) == PORCH_ADDR_ANYCAST,
	      "on the other");
	CHECK(porch_addrset_lookup6(s, &ll, 9) == PORCH_ADDR_NONE,
	      "not on a third");
	CHECK(porch_addrset_lookup6(s, &gua, 9) == PORCH_ADDR_LOCAL,
	      "global: everywhere, and local beats anycast");
	porch_addrset_free(s);
}

static void addrset_refused(void)
{
	static const struct {
		u8 ipver, kind;
	} bad[] = {
		{ 4, PORCH_ADDR_NONE }, { 4, PORCH_ADDR_ANYCAST },
		{ 6, PORCH_ADDR_NONE }, { 6, PORCH_ADDR_BROADCAST },
		{ 4, 4 }, { 6, 255 }, { 0, PORCH_ADDR_LOCAL },
		{ 5, PORCH_ADDR_LOCAL },
	};
	struct porch_addrset_entry e[3];
	struct porch_addrset *s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		some_entry(&e[0]);
		some_entry(&e[1]);
		some_entry(&e[2]);
		e[i % 3].ipver = bad[i].ipver;
		e[i % 3].kind = bad[i].kind;
		s = porch_addrset_alloc(e, 3, 0, GFP_KERNEL);
		CHECK(PTR_ERR(s) == -EINVAL, "version %u kind %u: %ld",
		      bad[i].ipver, bad[i].kind, PTR_ERR(s));
	}
	s = porch_addrset_alloc(e, PORCH_ADDRSET_MAX + 1, 0, GFP_KERNEL);
	CHECK(PTR_ERR(s) == -E2BIG, "%ld", PTR_ERR(s));

	some_entry(&e[0]);
	env_mem = (struct env_mem) { .fail_at = 1 };
	s = porch_addrset_alloc(e, 1, 0, GFP_KERNEL);
	CHECK(PTR_ERR(s) == -ENOMEM, "%ld", PTR_ERR(s));
	porch_addrset_free(NULL);
}

/* The n-th of two rows of addresses, in which different bits vary. */
static __be32 row_addr(unsigned int i)
{
	return cpu_to_be32(i % 2 ? 0x0a000000 + i / 2 : i / 2 << 16 | 1);
}

/*
 * A router with many VLANs has fe80::1, or the anycast fe80::, on each, and
 * perhaps long rows of addresses. Searches must stay short: if addresses that
 * are alike crowded together in the table, this would take much longer.
 */
static void addrset_crowd(void)
{
	const unsigned int n = 120000;
	struct porch_addrset_entry *e;
	struct in6_addr ll = { { { 0xfe, 0x80, [15] = 1 } } };
	struct porch_addrset *s;
	u64 start, took;
	unsigned int i;

	e = calloc(2 * n, sizeof(*e));
	if (!e)
		abort();
	for (i = 0; i < n; i++) {
		e[i].ipver = 6;
		e[i].a6 = ll;
		e[i].ifindex = 1 + i;
		e[i].kind = PORCH_ADDR_LOCAL;
		e[n + i].ipver = 4;
		e[n + i].a4 = row_addr(i);
		e[n + i].kind = PORCH_ADDR_LOCAL;
	}
	start = test_cpu_time();
	s = porch_addrset_alloc(e, 2 * n, test_rnd(), GFP_KERNEL);
	CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
	for (i = 0; i <= n; i++) {
		CHECK(porch_addrset_lookup6(s, &ll, 1 + i) ==
		      (i < n ? PORCH_ADDR_LOCAL : PORCH_ADDR_NONE),
		      "device %u", 1 + i);
		CHECK(porch_addrset_lookup4(s, row_addr(i)) ==
		      (i < n ? PORCH_ADDR_LOCAL : PORCH_ADDR_NONE),
		      "address %u", i);
	}
	took = test_cpu_time() - start;
	porch_addrset_free(s);
	free(e);
	CHECK(took < 2 * NSEC_PER_SEC, "%llu ns for %u addresses", took, 2 * n);
}

/* Each bit of the key and of the seed turns each bit of the hash half the time */
static void hash_mixes(void)
{
	const unsigned int tries = 1000;
	unsigned int bit, out, i, by_key[64], by_seed[64];
	u64 key, seed, h;

	for (bit = 0; bit < 64; bit++) {
		memset(by_key, 0, sizeof(by_key));
		memset(by_seed, 0, sizeof(by_seed));
		for (i = 0; i < tries; i++) {
			key = test_rnd();
			seed = test_rnd();
			h = porch_hash64(key, seed);
			key ^= 1ULL << bit;
			for (out = 0; out < 64; out++)
				by_key[out] += (porch_hash64(key, seed) ^ h) >> out & 1;
			key ^= 1ULL << bit;
			seed ^= 1ULL << bit;
			for (out = 0; out < 64; out++)
				by_seed[out] += (porch_hash64(key, seed) ^ h) >> out & 1;
		}
		/* 500 expected; further off than 8 standard deviations */
		for (out = 0; out < 64; out++) {
			CHECK(by_key[out] > 370 && by_key[out] < 630,
			      "key bit %u, hash bit %u: %u", bit, out,
			      by_key[out]);
			CHECK(by_seed[out] > 370 && by_seed[out] < 630,
			      "seed bit %u, hash bit %u: %u", bit, out,
			      by_seed[out]);
		}
	}
}

const struct test test_addrset[] = {
	{ .name = "hash: every bit counts", .run = hash_mixes },
	{ .name = "addrset: against the array", .run = addrset_array },
	{ .name = "addrset: equal", .run = addrset_equal },
	{ .name = "addrset: kinds and scopes", .run = addrset_rules },
	{ .name = "addrset: many addresses that are alike",
	  .run = addrset_crowd },
	{ .name = "addrset: refused", .run = addrset_refused },
	{},
};
