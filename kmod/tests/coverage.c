// SPDX-License-Identifier: GPL-2.0
/*
 * Counts how much of the module's code was come by since it was loaded: with
 * PORCH_COVERAGE=1, the compiler has each basic block call the function below.
 *
 * It is what kcov has them call, too. But kcov listens to what a task does by
 * itself, and most of what Porch does is done in softirqs, threads of its own and
 * workers. Here all count; what cannot be told is who has come by.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "tests/coverage.h"

/* Bytes around this function that have all of the module, and its parts for init */
#define WINDOW	0x1000000

static DECLARE_BITMAP(seen, WINDOW);
static atomic_t covered;

void notrace __sanitizer_cov_trace_pc(void)
{
	unsigned long at = _RET_IP_ - (unsigned long)__sanitizer_cov_trace_pc + WINDOW / 2;

	if (at < WINDOW && !test_bit(at, seen) && !test_and_set_bit(at, seen))
		atomic_inc(&covered);
}

static int covered_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&covered));
}

static const struct kernel_param_ops covered_ops = {
	.get = covered_get,
};

module_param_cb(covered, &covered_ops, NULL, 0444);
MODULE_PARM_DESC(covered, "places in the code that were come by");
