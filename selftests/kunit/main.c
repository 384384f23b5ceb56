// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the tests of kmod/core/ in a kernel with KUnit, when the module is loaded:
 *
 *	insmod porch_kunit.ko [seed=N] [rounds=N] [broken=1]
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

static unsigned long seed;
static bool broken;

module_param_named(rounds, test_rounds, ulong, 0444);
MODULE_PARM_DESC(rounds, "how many rounds the random tests go");
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of random numbers; 0 draws one");
module_param(broken, bool, 0444);
MODULE_PARM_DESC(broken, "let each test fail at once, to see whether anybody notices");

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

/* The one after @prev, of whichever table; the first one after NULL. */
static const void *next_test(const void *prev, char *desc)
{
	const struct test *t = prev;
	unsigned int i = 0;

	if (!t) {
		t = test_tables[0];
	} else if (!(++t)->name) {
		for (i = 0; i < TEST_TABLES; i++) {
			const struct test *end = test_tables[i];

			while (end->name)
				end++;
			if (end == t)
				break;
		}
		if (++i >= TEST_TABLES)
			return NULL;
		t = test_tables[i];
	}
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
	return t;
}

static void run_one(struct kunit *test)
{
	CHECK(!broken, "as it was asked for");
	test_run(test->param_value, seed);
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
