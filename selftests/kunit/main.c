// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the tests of kmod/core/ in a kernel with KUnit, when the module is loaded:
 *
 *	insmod porch_kunit.ko [seed=N] [rounds=N]
 *
 * Each run draws other random numbers; the seed it prints repeats it.
 */
#include <kunit/test.h>
#include <kunit/test-bug.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched/clock.h>
#include <linux/stdarg.h>
#include "test.h"

struct env_mem env_mem;
unsigned long test_rounds = 200;
char test_said[500];

static unsigned long seed;
static u64 test_state;

module_param_named(rounds, test_rounds, ulong, 0444);
MODULE_PARM_DESC(rounds, "how many rounds the random tests go");
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of random numbers; 0 draws one");

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

u64 test_cpu_time(void)
{
	return current->se.sum_exec_runtime;
}

void test_say(const char *format, ...)
{
	struct va_format vaf = { .fmt = format };
	va_list args;

	va_start(args, format);
	vaf.va = &args;
	kunit_info(kunit_get_current_test(), "%pV\n", &vaf);
	va_end(args);
}

void test_fail(const char *file, int line, const char *what)
{
	struct kunit *test = kunit_get_current_test();

	KUNIT_FAIL(test, "%s:%d: not true: %s\n%s", file, line, what, test_said);
	__kunit_abort(test);
}

static const struct test *const all[] = {
	test_csum, test_tbucket, test_aqm, test_shape, test_addrset,
	test_ring, test_conn, test_flowtab, test_lpm,
};

/* The one after @prev, of whichever table; the first one after NULL. */
static const void *next_test(const void *prev, char *desc)
{
	const struct test *t = prev;
	unsigned int i = 0;

	if (!t) {
		t = all[0];
	} else if (!(++t)->name) {
		for (i = 0; i < ARRAY_SIZE(all); i++) {
			const struct test *end = all[i];

			while (end->name)
				end++;
			if (end == t)
				break;
		}
		if (++i >= ARRAY_SIZE(all))
			return NULL;
		t = all[i];
	}
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
	return t;
}

static void run_one(struct kunit *test)
{
	const struct test *t = test->param_value;
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

static int begin(struct kunit_suite *suite)
{
	if (!seed)
		seed = get_random_u32();
	kunit_info(suite, "seed %lu\n", seed);
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(run_one, next_test),
	{}
};

static struct kunit_suite suite = {
	.name = "porch-core",
	.suite_init = begin,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("Tests of Porch's algorithms");
MODULE_LICENSE("GPL");
