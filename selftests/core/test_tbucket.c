// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets, held against 128-bit arithmetic and against a plain list.
 */
#include "tbucket.h"
#include "test.h"

/* A bucket by the definition, in token-nanoseconds. */
struct naive_bucket {
	u64 latest;
	s128 credit;
};

static s128 naive_full(u32 burst)
{
	return (s128)burst * 1000000000;
}

static void naive_refill(struct naive_bucket *b, u64 rate, u32 burst, u64 now)
{
	u64 ahead = now - b->latest;

	if (ahead < 1ULL << 63) {
		/* 2^127 is out of reach: rate and time have 64 and 63 bits. */
		b->credit += (s128)ahead * rate;
		b->latest = now;
	}
	if (b->credit > naive_full(burst))
		b->credit = naive_full(burst);
}

static bool naive_take(struct naive_bucket *b, u64 rate, u32 burst, u64 now,
		       u32 cost)
{
	naive_refill(b, rate, burst, now);
	if (b->credit < naive_full(cost))
		return false;
	b->credit -= naive_full(cost);
	return true;
}

static u64 some_rate(void)
{
	static const u64 edges[] = {
		0, 1, 2, 999999999, 1000000000, 1000000001, 0xffffffff,
		1ULL << 63, ~0ULL - 1, ~0ULL,
	};

	if (test_below(2))
		return edges[test_below(ARRAY_SIZE(edges))];
	return test_rnd_size();
}

static u32 some_tokens(void)
{
	static const u32 edges[] = { 0, 1, 2, 1000, 0x7fffffff, ~0U - 1, ~0U };

	if (test_below(2))
		return edges[test_below(ARRAY_SIZE(edges))];
	return test_rnd_size() & 0xffffffff;
}

/* A cost of the order of the burst, so that takes both pass and fail. */
static u32 some_cost(u32 burst)
{
	switch (test_below(4)) {
	case 0:
		return some_tokens();
	case 1:
		return burst;
	default:
		return burst ? test_rnd() % burst : 0;
	}
}

/* A step in time: nothing, any, or about what fills the bucket. */
static u64 some_step(u64 rate, u32 burst)
{
	u64 fill;

	switch (test_below(8)) {
	case 0:
		return 0;
	case 1:
		return test_rnd_size();
	case 2:
		return -(test_rnd_size() >> 1);
	default:
		fill = rate ? burst * 1000000000ULL / rate : 1000000000;
		return (u64)((s128)fill * test_below(300) / 256) + test_below(3);
	}
}

static void tbucket_exact(void)
{
	unsigned long round, passed = 0, refused = 0;
	struct porch_tbucket_rate r;
	struct naive_bucket naive;
	struct porch_tbucket b;
	bool got, want;
	u64 rate, now;
	u32 burst, cost;
	int i;

	for (round = 0; round < 20 * test_rounds; round++) {
		rate = some_rate();
		burst = some_tokens();
		now = test_rnd_size();
		porch_tbucket_rate_init(&r, rate, burst);
		porch_tbucket_init(&b, &r, now);
		naive.latest = now;
		naive.credit = naive_full(burst);
		for (i = 0; i < 100; i++) {
			if (!test_below(20)) {
				rate = some_rate();
				burst = some_tokens();
				porch_tbucket_rate_init(&r, rate, burst);
			}
			now += some_step(rate, burst);
			cost = some_cost(burst);
			got = porch_tbucket_take(&b, &r, now, cost);
			want = naive_take(&naive, rate, burst, now, cost);
			CHECK(got == want && b.credit == naive.credit &&
			      b.stamp_ns == naive.latest,
			      "rate %llu burst %u now %llu cost %u: %d not %d, credit %lld",
			      rate, burst, now, cost, got, want, b.credit);
			if (got && cost)
				passed++;
			else if (!got)
				refused++;
		}
	}
	CHECK(passed > 10 * test_rounds && refused > 10 * test_rounds,
	      "the inputs are lopsided: %lu passed, %lu refused", passed,
	      refused);
}

/* With debts, and the time at which they are paid off. */
static void tbucket_debt(void)
{
	struct porch_tbucket_rate r;
	struct naive_bucket naive, then;
	unsigned long round, owed = 0;
	struct porch_tbucket b;
	u64 rate, now, wait;
	u32 burst, cost;
	int i;

	for (round = 0; round < 20 * test_rounds; round++) {
		rate = some_rate();
		burst = some_tokens();
		now = test_rnd();
		porch_tbucket_rate_init(&r, rate, burst);
		porch_tbucket_init(&b, &r, now);
		naive.latest = now;
		naive.credit = naive_full(burst);
		for (i = 0; i < 100; i++) {
			if (!test_below(20)) {
				rate = some_rate();
				burst = some_tokens();
				porch_tbucket_rate_init(&r, rate, burst);
			}
			now += some_step(rate, burst);
			porch_tbucket_refill(&b, &r, now);
			naive_refill(&naive, rate, burst, now);
			CHECK(b.credit == naive.credit,
			      "rate %llu burst %u now %llu: credit %lld", rate,
			      burst, now, b.credit);
			wait = porch_tbucket_wait(&b, &r);
			CHECK(!wait == (naive.credit > 0), "wait %llu", wait);
			if (!wait) {
				cost = some_tokens();
				porch_tbucket_pay(&b, cost);
				naive.credit -= naive_full(cost);
				continue;
			}
			owed++;
			CHECK((wait == U64_MAX) == (!rate || !burst),
			      "rate %llu burst %u: wait %llu", rate, burst, wait);
			if (wait == U64_MAX)
				continue;
			/* At that time, and not a nanosecond earlier. */
			then = naive;
			naive_refill(&then, rate, burst, then.latest + wait - 1);
			CHECK(then.credit <= 0, "rate %llu: wait %llu", rate,
			      wait);
			naive_refill(&then, rate, burst, then.latest + 1);
			CHECK(then.credit > 0, "rate %llu: wait %llu", rate,
			      wait);
		}
	}
	CHECK(owed > 10 * test_rounds, "only %lu debts", owed);
}

/* Whatever the timing, what passes is burst + rate * time, to the token. */
static void tbucket_long_run(void)
{
	struct porch_tbucket_rate r;
	struct porch_tbucket b;
	u64 start, now, passed, want;
	unsigned long round;
	u32 rate, burst;

	for (round = 0; round < test_rounds; round++) {
		rate = 1 + test_below(1000000);
		burst = 3 + test_below(10);
		start = test_rnd() >> 1;
		now = start;
		porch_tbucket_rate_init(&r, rate, burst);
		porch_tbucket_init(&b, &r, now);
		for (passed = 0; passed < 2000; passed++) {
			while (!porch_tbucket_take(&b, &r, now, 1)) {
				/* Less than what one token takes: no waste. */
				now += test_below(1000000000 / rate + 1) + 1;
				if (test_below(4))
					continue;
				porch_tbucket_take(&b, &r, start, 1000);
			}
		}
		want = burst + (now - start) * rate / 1000000000;
		CHECK(passed == want || passed + 1 == want,
		      "rate %u burst %u: %llu not %llu in %llu ns", rate, burst,
		      passed, want, now - start);
	}
}

/* A clock that goes back must not make tokens. */
static void tbucket_clock_back(void)
{
	struct porch_tbucket_rate r;
	struct porch_tbucket b;
	int i;

	porch_tbucket_rate_init(&r, 1000, 1);
	porch_tbucket_init(&b, &r, 5000000000);
	CHECK(porch_tbucket_take(&b, &r, 5000000000, 1), "full at first");
	for (i = 0; i < 1000; i++) {
		CHECK(!porch_tbucket_take(&b, &r, 5000000000, 1), "turn %d", i);
		CHECK(!porch_tbucket_take(&b, &r, 4000000000, 1), "turn %d", i);
	}
	CHECK(!porch_tbucket_take(&b, &r, 5000999999, 1), "1 ns too early");
	CHECK(porch_tbucket_take(&b, &r, 5001000000, 1), "in time");
}

#define SET_ORDER	3	/* hence: */
#define SET_ROWS	8

struct naive_way {
	u64 key;
	bool used;
	struct naive_bucket b;
};

/* The set as a list: look for the key, else put out the one used longest ago */
static struct naive_bucket *naive_set(struct naive_way *row, u64 key, u32 burst,
				      u64 now)
{
	struct naive_way *w, *victim = NULL;

	for (w = row; w < row + PORCH_TBUCKET_WAYS; w++) {
		if (w->used && w->key == key)
			return &w->b;
		if (!victim || (victim->used && !w->used) ||
		    (victim->used && w->b.latest < victim->b.latest))
			victim = w;
	}
	victim->key = key;
	victim->used = true;
	victim->b.latest = now;
	victim->b.credit = naive_full(burst);
	return &victim->b;
}

static bool naive_charge(struct naive_bucket *b, u64 rate, u32 burst, u64 now,
			 u32 cost)
{
	bool within;

	naive_refill(b, rate, burst, now);
	within = b->credit >= naive_full(cost);
	b->credit -= naive_full(cost);
	if (b->credit < -naive_full(burst))
		b->credit = -naive_full(burst);
	return within;
}

static u32 naive_used(struct naive_way naive[SET_ROWS][PORCH_TBUCKET_WAYS])
{
	u32 used = 0;
	int i;

	for (i = 0; i < SET_ROWS * PORCH_TBUCKET_WAYS; i++)
		used += naive[i / PORCH_TBUCKET_WAYS][i % PORCH_TBUCKET_WAYS].used;
	return used;
}

static void tbucket_set_list(void)
{
	struct naive_way naive[SET_ROWS][PORCH_TBUCKET_WAYS];
	struct porch_tbucket_rate r;
	struct naive_bucket *b;
	struct porch_tbucket_set *s;
	u64 keys[64], key, now, rate;
	unsigned long round;
	bool got, want, charge;
	u32 burst, cost;
	int i;

	for (round = 0; round < test_rounds; round++) {
		memset(naive, 0, sizeof(naive));
		s = porch_tbucket_set_alloc(SET_ORDER, GFP_KERNEL);
		CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
		rate = 1 + test_below(1000);
		burst = 1 + test_below(6);
		porch_tbucket_rate_init(&r, rate, burst);
		for (i = 0; i < 64; i++)
			keys[i] = test_rnd() << test_below(40);
		keys[test_below(64)] = test_below(2);

		now = 1;
		env_mem.calls = 0;
		for (i = 0; i < 2000; i++) {
			now += 1 + test_below(1000000);
			key = keys[test_below(64)];
			cost = test_below(3);
			charge = test_below(2);
			got = charge ?
			      porch_tbucket_set_charge(s, &r, key, now, cost) :
			      porch_tbucket_set_take(s, &r, key, now, cost);
			if (!key)	/* as documented */
				key = 1;
			b = naive_set(naive[key % SET_ROWS], key, burst, now);
			want = charge ? naive_charge(b, rate, burst, now, cost) :
					naive_take(b, rate, burst, now, cost);
			CHECK(got == want, "step %d: key %#llx: %d not %d", i,
			      key, got, want);
		}
		CHECK(porch_tbucket_set_used(s) == naive_used(naive),
		      "%u used, not %u", porch_tbucket_set_used(s),
		      naive_used(naive));
		CHECK(!env_mem.calls, "%lu allocations", env_mem.calls);
		porch_tbucket_set_free(s);
	}
}

static void tbucket_set_refused(void)
{
	struct porch_tbucket_set *s;

	s = porch_tbucket_set_alloc(PORCH_TBUCKET_ORDER_MAX + 1, GFP_KERNEL);
	CHECK(PTR_ERR(s) == -EINVAL, "%ld", PTR_ERR(s));
	s = porch_tbucket_set_alloc(255, GFP_KERNEL);
	CHECK(PTR_ERR(s) == -EINVAL, "%ld", PTR_ERR(s));
	env_mem = (struct env_mem) { .fail_at = 1 };
	s = porch_tbucket_set_alloc(0, GFP_KERNEL);
	CHECK(PTR_ERR(s) == -ENOMEM, "%ld", PTR_ERR(s));
	porch_tbucket_set_free(NULL);
}

/* The first and the last row, with the smallest and the largest set. */
static void tbucket_set_ends(void)
{
	struct porch_tbucket_rate r;
	struct porch_tbucket_set *s;
	u64 i;
	u8 order;

	porch_tbucket_rate_init(&r, 0, 1);
	for (order = 0; order <= PORCH_TBUCKET_ORDER_MAX; order++) {
		s = porch_tbucket_set_alloc(order, GFP_KERNEL);
		CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
		for (i = 0; i < PORCH_TBUCKET_WAYS; i++) {
			CHECK(porch_tbucket_set_take(s, &r, ~(i << 32), 1 + i, 1),
			      "order %u: first take", order);
		}
		for (i = 0; i < PORCH_TBUCKET_WAYS; i++) {
			CHECK(!porch_tbucket_set_take(s, &r, ~(i << 32), 1, 1),
			      "order %u: %llu was forgotten", order, i);
		}
		porch_tbucket_set_free(s);
	}
}

/* Any rate, burst, cost and time, one after the other, in one bucket. */
static void tbucket_charge(void)
{
	struct porch_tbucket_rate r;
	struct porch_tbucket_set *s;
	struct naive_bucket b;
	unsigned long round;
	bool got, want;
	u32 burst, cost;
	u64 rate, now;
	int i;

	for (round = 0; round < test_rounds; round++) {
		s = porch_tbucket_set_alloc(0, GFP_KERNEL);
		CHECK(!IS_ERR(s), "%ld", PTR_ERR(s));
		rate = some_rate();
		burst = some_tokens();
		now = test_rnd() >> 1;
		b = (struct naive_bucket) { now, naive_full(burst) };
		for (i = 0; i < 200; i++) {
			porch_tbucket_rate_init(&r, rate, burst);
			cost = some_cost(burst);
			got = porch_tbucket_set_charge(s, &r, 7, now, cost);
			want = naive_charge(&b, rate, burst, now, cost);
			CHECK(got == want, "step %d: rate %llu burst %u cost %u: %d not %d",
			      i, rate, burst, cost, got, want);
			now += some_step(rate, burst);
			if (!test_below(20)) {
				rate = some_rate();
				burst = some_tokens();
			}
		}
		porch_tbucket_set_free(s);
	}
}

const struct test test_tbucket[] = {
	{ .name = "tbucket: exact for any rate, burst, cost and time",
	  .run = tbucket_exact },
	{ .name = "tbucket: debts", .run = tbucket_debt },
	{ .name = "tbucket: exact over a long run", .run = tbucket_long_run },
	{ .name = "tbucket: a clock that goes back",
	  .run = tbucket_clock_back },
	{ .name = "tbucket: a set against a list", .run = tbucket_set_list },
	{ .name = "tbucket: charges of any size", .run = tbucket_charge },
	{ .name = "tbucket: a set of each size", .run = tbucket_set_ends },
	{ .name = "tbucket: a set refused", .run = tbucket_set_refused },
	{},
};
