// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's environment, as small as can be: no devices, no files, no threads.
 *
 * Its memory is to be of huge pages, as it would be in use, and without
 * reserving them. DPDK would take a memfd, which has none; so there is none,
 * and it takes anonymous memory.
 */
#include <errno.h>
#include <rte_eal.h>
#include <rte_memory.h>
#include <rte_version.h>
#include <sched.h>
#include <sys/mman.h>
#include "bench.h"

/* For all tables at the same time, in MB; what is not used is never touched. */
#define MEMORY	"8192"

int memfd_create(const char *name, unsigned int flags)
{
	(void)name;
	(void)flags;
	errno = EPERM;
	return -1;
}

static int make_huge(const struct rte_memseg_list *list, void *arg)
{
	(void)arg;
	return madvise(list->base_va, list->len, MADV_HUGEPAGE);
}

const char *dpdk_version(void)
{
	return rte_version();
}

void dpdk_begin(void)
{
	char *argv[12] = {
		"bench", "--no-huge", "--no-pci", "--no-telemetry",
		"--no-shconf", "-l", "0", "-m", MEMORY,
		"--force-max-simd-bitwidth=512", "--log-level=error",
	};
	cpu_set_t cpus;

	/* It ties the thread to one CPU, where others may be busy. */
	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (rte_eal_init(RTE_DIM(argv) - 1, argv) < 0)
		bench_fail("DPDK does not start");
	sched_setaffinity(0, sizeof(cpus), &cpus);
	if (rte_memseg_list_walk(make_huge, NULL))
		bench_fail("no huge pages for DPDK");
}
