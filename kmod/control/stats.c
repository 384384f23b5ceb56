// SPDX-License-Identifier: GPL-2.0
#include <linux/cpu.h>
#include <linux/workqueue.h>
#include "control/stats.h"
#include "net.h"

#define COUNTER(grp, array, idx, str) { \
	.group = PORCH_COUNTER_GROUP_##grp, \
	.name = str, \
	.offset = offsetof(struct porch_stats, array[idx]), \
},
#define X_CREATED(sym, name)	COUNTER(CREATED, created, PORCH_CREATED_##sym, name)
#define X_PUNT(sym, name)	COUNTER(PUNT, punt, PORCH_PUNT_##sym, name)
#define X_DROP(sym, name, core)	COUNTER(DROP, drop, PORCH_DROP_##sym, name)
#define X_ENGINE(sym, name)	COUNTER(ENGINE, engine, PORCH_ENGINE_##sym, name)
#define X_LANE(sym, name)	COUNTER(LANE, lane, PORCH_COUNT_LANE_##sym, name)

const struct porch_counter porch_counters[] = {
	PORCH_CREATED_REASONS(X_CREATED)
	PORCH_PUNT_REASONS(X_PUNT)
	PORCH_DROP_REASONS(X_DROP)
	PORCH_ENGINE_COUNTERS(X_ENGINE)
	PORCH_LANE_COUNTERS(X_LANE)
};

const unsigned int porch_n_counters = ARRAY_SIZE(porch_counters);

/**
 * porch_drop_name() - the name of a reason for dropping a packet
 * @reason: the reason
 *
 * Return: that of its counter.
 */
const char *porch_drop_name(enum porch_drop reason)
{
	return porch_counters[PORCH_N_CREATED + PORCH_N_PUNT + reason].name;
}

/**
 * porch_punt_name() - the name of a reason for leaving a packet to the stock stack
 * @reason: the reason
 *
 * Return: that of its counter.
 */
const char *porch_punt_name(enum porch_punt reason)
{
	return porch_counters[PORCH_N_CREATED + reason].name;
}

static void stats_add(struct porch_stats *sum, const struct porch_stats *part)
{
	const u64 *from = (const u64 *)part;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += porch_count_read(from[i]);
}

/*
 * What one CPU has held, another may have let go of between the two looks. So few
 * are held for so long that another try does.
 */
#define TRIES	8

static bool is_torn(const struct porch_stats *sum)
{
	return (s64)sum->held < 0;
}

/**
 * porch_stats_sum() - add up the counters of all CPUs
 * @pn: the instance
 * @sum: where the sums go
 *
 * Packets in flight make the ledger differ by as many.
 *
 * Context: any.
 */
void porch_stats_sum(const struct porch_net *pn, struct porch_stats *sum)
{
	unsigned int tries = TRIES;
	int cpu;

	do {
		memset(sum, 0, sizeof(*sum));
		for_each_possible_cpu(cpu)
			stats_add(sum, per_cpu_ptr(pn->stats, cpu));
	} while (unlikely(is_torn(sum)) && --tries);
}

struct sync_read {
	const struct porch_net *pn;
	struct porch_stats *sum;
};

static long stats_add_this_cpu(void *arg)
{
	struct sync_read *r = arg;

	/* No hook and no poll runs on this CPU while softirqs are off. */
	local_bh_disable();
	stats_add(r->sum, this_cpu_ptr(r->pn->stats));
	local_bh_enable();
	return 0;
}

/**
 * porch_stats_sum_sync() - add up the counters, each CPU's at a quiet moment
 * @pn: the instance
 * @sum: where the sums go
 *
 * A packet is admitted, worked on and let go by one and the same CPU, or held by
 * one and let go by another, and each writes its own part down. So a
 * CPU's ledger is exact whenever softirqs are off there, and the sum of such
 * moments is exact, too, under any traffic and without stopping it.
 *
 * Context: process context, may sleep.
 */
void porch_stats_sum_sync(const struct porch_net *pn, struct porch_stats *sum)
{
	struct sync_read r = { .pn = pn, .sum = sum };
	unsigned int tries = TRIES;
	int cpu;

	cpus_read_lock();
	do {
		memset(sum, 0, sizeof(*sum));
		for_each_possible_cpu(cpu) {
			if (cpu_online(cpu))
				work_on_cpu(cpu, stats_add_this_cpu, &r);
			else
				stats_add(sum, per_cpu_ptr(pn->stats, cpu));
		}
	} while (unlikely(is_torn(sum)) && --tries);
	cpus_read_unlock();
}
