/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_FLOW_H
#define PORCH_FLOW_H

#include <linux/siphash.h>
#include <linux/workqueue.h>
#include "core/conn.h"
#include "core/flowtab.h"

struct porch_ctx;
struct porch_decision;
struct porch_frags;
struct porch_judge;
struct porch_net;
struct porch_pkt;
struct porch_plan;
struct porch_vec;

/**
 * struct porch_flow_count - what was counted in one direction of a flow
 * @packets: accepted packets, in skbs
 * @bytes: their length from the network header on
 *
 * A direction of a flow is mostly one CPU's, so its cache line stays there.
 */
struct porch_flow_count {
	atomic64_t packets;
	atomic64_t bytes;
} ____cacheline_aligned_in_smp;

/**
 * struct porch_flow - a flow: what belongs to one connection
 * @entry: it in the table: the keys of both directions, from which the
 *	translation follows, and until when it lives
 * @conn: state of the connection
 * @nat: it is translated
 * @masquerade: index of the device whose address it got, 0 if none
 * @decision: what was decided for the packets of either direction; may be NULL
 * @count: counters, by direction
 * @rcu: frees it behind the last reader
 *
 * Found and read under RCU. The table owns it.
 */
struct porch_flow {
	struct porch_flowtab_entry entry;
	union porch_conn conn;
	bool nat;
	u32 masquerade;
	struct porch_decision __rcu *decision[2];
	struct porch_flow_count count[2];
	struct rcu_head rcu;
};

/**
 * struct porch_flows - the flows of an instance
 * @pn: the instance
 * @frags: lends ports to fragments
 * @secret: of the table's hash
 * @table: finds them
 * @translated: flows that are translated
 * @age: removes flows that have expired
 *
 * What every packet reads comes first, what is written behind it: @table begins with
 * a cache line of its own.
 */
struct porch_flows {
	struct porch_net *pn;
	struct porch_frags *frags;
	siphash_aligned_key_t secret;
	struct porch_flowtab table;
	atomic_t translated;
	struct delayed_work age;
};

int porch_flow_register(void);
void porch_flow_unregister(void);
int porch_flows_init(struct porch_net *pn, u32 max);
void porch_flows_limit(struct porch_net *pn, u32 max);
void porch_flows_fini(struct porch_net *pn);
struct porch_flows *porch_flows_get(const struct porch_net *pn);
u32 porch_flows_count(const struct porch_net *pn);
u32 porch_flows_flush(struct porch_net *pn);
bool porch_flows_remove(struct porch_net *pn, u64 id);

bool porch_flow_wanted(const struct porch_ctx *c);
void porch_flow_note(const struct porch_ctx *c, struct porch_pkt *p);
void porch_flow_find(struct porch_vec *v);
bool porch_flow_recall(const struct porch_ctx *c, struct porch_pkt *p);
int porch_flow_learn(const struct porch_ctx *c, struct porch_pkt *p,
		     const struct porch_plan *plan, const struct porch_judge *j);

/**
 * porch_flow_of() - the flow that a node belongs to
 * @n: the node, of either direction
 *
 * Return: the flow.
 */
static inline struct porch_flow *porch_flow_of(struct porch_flow_node *n)
{
	return container_of(porch_flowtab_entry(n), struct porch_flow, entry);
}

/**
 * porch_flow_seconds() - the time as flows go by it
 * @now_ns: the time, ns, monotonic
 *
 * Return: seconds, never 0.
 */
static inline u32 porch_flow_seconds(u64 now_ns)
{
	return (u32)div_u64(now_ns, NSEC_PER_SEC) ?: 1;
}

#endif /* PORCH_FLOW_H */
