// SPDX-License-Identifier: GPL-2.0
/*
 * usage: native [--peer PATTERN] [--json FILE] [ID]...
 *
 * Patterns are those of a shell.
 *
 * The algorithms of kmod/core/ against those of DPDK, in user space: prints a
 * table, and writes a JSON object a row. A wrong answer of either ends the run
 * with exit code 1; how long something takes decides nothing.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>
#include "bench.h"

int main(int argc, char **argv)
{
	/* The kernel's memory is mapped by huge pages, so is Porch's here. */
	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
		execv("/proc/self/exe", argv);
		err(1, "/proc/self/exe");
	}
	bench_begin(argc, argv);
	dpdk_begin();
	bench_lpm(32);
	bench_lpm(128);
	bench_flow();
	bench_end();
	return 0;
}
