// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include "control/route_rule.h"
#include "net.h"
#include "path/drop.h"
#include "path/emit.h"
#include "path/flow.h"
#include "path/icmp.h"
#include "path/nat.h"
#include "path/parse.h"
#include "path/path.h"
#include "path/policy.h"
#include "path/queue.h"
#include "path/remark.h"
#include "path/route.h"

/* Who is it to be, and has it a flow? Answers of two flows must not be equal. */
static void settle(const struct porch_ctx *c, struct porch_pkt *p,
		   struct porch_plan *plan, const struct porch_judge *j)
{
	if (porch_pkt_goes_on(p))
		porch_nat_src(c, p, j, plan);
	while (porch_pkt_goes_on(p) && porch_flow_learn(c, p, plan, j))
		porch_nat_again(p, plan);
}

static void begin(const struct porch_ctx *c, const struct porch_pkt *p,
		  struct porch_judge *j)
{
	bool learn = p->state == PORCH_FLOW_STATE_NEW ||
		     p->state == PORCH_FLOW_STATE_ESTABLISHED;

	porch_policy_begin(j, p, p->state, learn && !porch_pkt_is_dry(p),
			   c->now);
}

static void decide(const struct porch_ctx *c, struct porch_pkt *p)
{
	struct porch_plan plan = { .wire = p->key };
	struct porch_judge j __uninitialized;

	begin(c, p, &j);
	porch_policy(c->cfg, PORCH_CHAIN_HOOK_INGRESS, p, &j);	/* may it come in? */
	if (!p->verdict)
		porch_nat_dst(c, p, &j);	/* who is really meant? */
	if (!p->verdict) {
		porch_policy_read_mark(&j, porch_route_marks(c->cfg));
		porch_route_pkt(c, p);		/* ours, or whose? */
	}
	if (p->verdict == PORCH_FORWARD)
		porch_policy(c->cfg, PORCH_CHAIN_HOOK_FORWARD, p, &j);
	else if (porch_pkt_goes_on(p))
		porch_policy(c->cfg, PORCH_CHAIN_HOOK_INPUT, p, &j);
	settle(c, p, &plan, &j);
}

/**
 * porch_path_decide() - the story of a packet, but for its end
 * @path: with a filled vector; what Porch makes on the way is there, too,
 *	afterwards
 *
 * Every stage works on the whole vector; where there are rules, what its flow
 * does not tell is decided packet by packet. A stage decides by setting a verdict
 * and never touches a packet that has one; only emit lets packets go.
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_path_decide(struct porch_path *path)
{
	struct porch_vec *v = &path->vec;
	struct porch_vec *own = &path->own;
	struct porch_pkt *p;

	porch_parse(v);			/* what is it? */
	if (porch_flow_wanted(&v->ctx)) {
		porch_flow_find(v);	/* do we know it? */
		porch_vec_for_each(p, v)
			if (!p->verdict && !porch_flow_recall(&v->ctx, p))
				decide(&v->ctx, p);
	} else {
		porch_route(v);		/* ours, or whose? */
	}
	porch_resolve(v);		/* can it go there? */

	if (porch_icmp(&path->icmp, v, own))	/* tell the senders of what cannot */
		porch_resolve(own);

	porch_nat(v);			/* under other names */
}

/**
 * porch_path_run() - the story of a packet
 * @path: this CPU's, with a filled vector
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_path_run(struct porch_path *path)
{
	porch_path_decide(path);
	porch_emit(&path->vec);		/* off they go */
	if (path->own.n)
		porch_emit(&path->own);
}

static void decide_out(const struct porch_ctx *c, struct porch_pkt *p)
{
	struct porch_plan plan = { .wire = p->key };
	struct porch_judge j __uninitialized;

	begin(c, p, &j);
	porch_policy(c->cfg, PORCH_CHAIN_HOOK_OUTPUT, p, &j);	/* may it go? */
	if (!p->verdict)
		porch_nat_dst(c, p, &j);
	settle(c, p, &plan, &j);
}

/**
 * porch_path_decide_out() - the story of a packet of this machine's own, but for
 *	its end
 * @c: the context; gets the time if that is needed
 * @p: the packet, with its data at the network header
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if it was not let in, and so meets no rules, but may leave.
 */
bool porch_path_decide_out(struct porch_ctx *c, struct porch_pkt *p)
{
	porch_parse_pkt(p);
	porch_note(p, .stage = PORCH_STAGE_PARSE);
	/* What would change behind the rules goes nowhere. */
	if (unlikely(p->verdict))
		return p->reason == PORCH_DROP_L4_CHECKSUM;
	if (!porch_flow_wanted(c))
		return true;
	c->now = ktime_get_mono_fast_ns();
	porch_flow_note(c, p);
	if (!porch_flow_recall(c, p))
		decide_out(c, p);
	if (porch_pkt_goes_on(p) && !porch_remark(p))
		porch_pkt_drop(p, PORCH_DROP_NO_MEMORY);
	if (porch_pkt_goes_on(p) && p->nat)
		porch_nat_pkt(p);
	return true;
}

static void judge_out(struct porch_ctx *c, struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;
	int offset = skb_network_offset(skb);
	bool read;

	if (skb->protocol != htons(ETH_P_IP) &&
	    skb->protocol != htons(ETH_P_IPV6))
		return;
	/* Nothing may be pulled together in what others look at. */
	read = offset >= 0 && offset <= skb_headlen(skb) && !skb_shared(skb);
	if (likely(read)) {
		__skb_pull(skb, offset);
		read = porch_path_decide_out(c, p);
		__skb_push(skb, offset);
	}
	if (unlikely(!read)) {
		c->stats->engine[PORCH_ENGINE_UNPARSED]++;
		porch_policy_blind(c->cfg, PORCH_CHAIN_HOOK_OUTPUT, p);
	}
}

static bool is_asked_for(const struct porch_pkt *p)
{
	return p->verdict == PORCH_QUEUE || p->verdict == PORCH_DIVERT;
}

/* May it go, and where to? What an application can have is somebody else's then. */
static enum porch_verdict out(struct porch_port *port, struct sk_buff *skb,
			      const struct porch_answers *answers)
{
	struct porch_ctx c = {
		.pn = port->pn,
		.cfg = rcu_dereference(port->pn->config),
		.stats = this_cpu_ptr(port->pn->stats),
	};
	struct porch_pkt p = { .answers = *answers };

	for (;;) {
		p = (struct porch_pkt) {
			.skb = skb,
			.port = port,
			.answers = p.answers,
			.out = true,
		};
		judge_out(&c, &p);
		if (likely(!is_asked_for(&p)))
			break;
		if (porch_queue_ask(&c, &p))
			return p.verdict;
		if (p.verdict == PORCH_DROP)
			break;
	}
	if (p.verdict == PORCH_DROP)
		porch_drop_note(c.stats, port, skb, p.reason);
	else
		c.stats->to_stack++;
	return p.verdict;
}

/**
 * porch_path_out() - the story of a packet of this machine's own
 * @port: where it goes out
 * @skb: the packet, its data at the link-layer header; stays the caller's, unless
 *	it is queued or diverted
 *
 * It is looked at where it is, in no vector. What parse would not have let in,
 * such as the frames of a packet socket, is counted, and meets no rules but the
 * policy of output.
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: PORCH_DROP if it may not go, and then it is counted as dropped;
 * PORCH_QUEUE or PORCH_DIVERT if it is the caller's no more; anything else if it
 * goes on.
 */
enum porch_verdict porch_path_out(struct porch_port *port, struct sk_buff *skb)
{
	static const struct porch_answers none;
	struct porch_port_stats *ps = this_cpu_ptr(port->stats);
	int offset = skb_network_offset(skb);

	this_cpu_ptr(port->pn->stats)->from_stack++;
	ps->local_packets++;
	if (likely(offset >= 0 && offset <= skb_headlen(skb)))
		ps->local_bytes += skb->len - offset;
	return out(port, skb, &none);
}

/**
 * porch_path_out_again() - the story of a packet of this machine's own, since an
 *	application has answered
 * @port: where it goes out
 * @skb: the packet, its data at the link-layer header; consumed
 * @answers: what has been said of it
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_path_out_again(struct porch_port *port, struct sk_buff *skb,
			  const struct porch_answers *answers)
{
	switch (out(port, skb, answers)) {
	case PORCH_DROP:
		kfree_skb(skb);
		break;
	case PORCH_QUEUE:
	case PORCH_DIVERT:
		break;
	default:
		porch_emit_out(port, skb);
	}
}

/**
 * porch_path_init() - prepare one CPU's working memory
 * @path: zeroed memory
 *
 * Return: 0 or -ENOMEM.
 */
int porch_path_init(struct porch_path *path)
{
	return porch_icmp_init(&path->icmp);
}

/**
 * porch_path_fini() - undo porch_path_init()
 * @path: zeroed or initialised memory
 */
void porch_path_fini(struct porch_path *path)
{
	porch_icmp_fini(&path->icmp);
}
