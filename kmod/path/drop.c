// SPDX-License-Identifier: GPL-2.0
#include "path/drop.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define X_CORE(sym, name, core)	[PORCH_DROP_##sym] = SKB_DROP_REASON_##core,

static const enum skb_drop_reason core_reason[] = {
	PORCH_DROP_REASONS(X_CORE)
};

static void count(struct porch_stats *stats, const struct porch_port *port,
		  enum porch_drop reason)
{
	stats->drop[reason]++;
	if (port)
		this_cpu_ptr(port->stats)->drops++;
}

/**
 * porch_drop_gone() - count a packet that others have freed already, and say why
 * @stats: this CPU's counters
 * @port: where the packet came in, NULL if Porch made it
 * @reason: why
 *
 * Context: softirqs off, on the CPU of @stats.
 */
void porch_drop_gone(struct porch_stats *stats, const struct porch_port *port,
		     enum porch_drop reason)
{
	count(stats, port, reason);
	trace_porch_drop(NULL, port ? port->dev->ifindex : 0, reason);
}

/**
 * porch_drop_note() - count a packet that others are going to free, and say why
 * @stats: this CPU's counters
 * @port: where the packet came in, or goes out if of local origin
 * @skb: the packet; stays the caller's
 * @reason: why
 *
 * Context: softirqs off, on the CPU of @stats.
 */
void porch_drop_note(struct porch_stats *stats, const struct porch_port *port,
		     const struct sk_buff *skb, enum porch_drop reason)
{
	count(stats, port, reason);
	trace_porch_drop(skb, port ? port->dev->ifindex : 0, reason);
}

/**
 * porch_drop() - free a packet, and say why in counter and tracepoints
 * @stats: this CPU's counters
 * @port: where the packet came in, NULL if Porch made it
 * @skb: the packet; consumed
 * @reason: why
 *
 * Context: softirqs off, on the CPU of @stats.
 */
void porch_drop(struct porch_stats *stats, const struct porch_port *port,
		struct sk_buff *skb, enum porch_drop reason)
{
	porch_drop_note(stats, port, skb, reason);
	kfree_skb_reason(skb, core_reason[reason]);
}
