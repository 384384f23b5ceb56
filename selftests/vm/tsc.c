// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the frequency of this machine's time stamp counter, in kHz. A VM that QEMU
 * emulates has the same counter. To find out how fast it is, its kernel compares it with
 * emulated timers as it boots. When the machine was busy, that has been wrong by a factor
 * of 20, and so were its clock and all timeouts.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#define ROUNDS	20

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Counter and clock at one moment: of several, the pair that was read fastest */
static void read_both(uint64_t *tsc, int64_t *ns)
{
	int64_t before, after, best = INT64_MAX;
	uint64_t count = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		before = now();
#ifdef __x86_64__
		count = __rdtsc();
#endif
		after = now();
		if (after - before >= best)
			continue;
		best = after - before;
		*tsc = count;
		*ns = before + best / 2;
	}
}

int main(void)
{
	struct timespec wait = { .tv_nsec = 200000000 };
	uint64_t tsc[2];
	int64_t ns[2];

	read_both(&tsc[0], &ns[0]);
	nanosleep(&wait, NULL);
	read_both(&tsc[1], &ns[1]);
	printf("%.0f\n", (tsc[1] - tsc[0]) * 1e6 / (ns[1] - ns[0]));
	return 0;
}
