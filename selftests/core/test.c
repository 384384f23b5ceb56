// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of kmod/core/ have in common, whoever runs them
 */
#include "test.h"

struct env_mem env_mem;
unsigned long test_rounds = 200;
char test_said[500];

static u64 test_state;

const struct test *const test_tables[TEST_TABLES] = {
	test_csum, test_tbucket, test_aqm, test_shape, test_addrset,
	test_ring, test_conn, test_flowtab, test_lpm,
};

/* splitmix64 (Sebastiano Vigna, public domain) */
u64 test_rnd(void)
{
	u64 z = (test_state += 0x9e3779b97f4a7c15ULL);

	/* All tests come here often, and none with a lock. */
	cond_resched();
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

unsigned int test_below(unsigned int n)
{
	return (unsigned int)((test_rnd() >> 32) * n >> 32);
}

u64 test_rnd_size(void)
{
	return test_rnd() >> test_below(64);
}

void test_run(const struct test *t, u64 seed)
{
	const char *c;

	env_mem = (struct env_mem) {};
	test_state = seed;
	for (c = t->name; *c; c++)
		test_state = (test_state ^ (u8)*c) * 0x100000001b3ULL;

	if (t->run_bits)
		t->run_bits(t->bits);
	else
		t->run();
	CHECK(!env_mem.live, "%ld allocations were not freed", env_mem.live);
}
