// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include "net.h"
#include "path/drop.h"
#include "path/emit.h"
#include "path/icmp.h"
#include "path/parse.h"
#include "path/path.h"
#include "path/policy.h"
#include "path/route.h"

/**
 * porch_path_run() - the story of a packet
 * @path: this CPU's, with a filled vector
 *
 * Every stage works on the whole vector. A stage decides by setting a verdict
 * and never touches a packet that has one; only emit lets packets go.
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_path_run(struct porch_path *path)
{
	struct porch_vec *v = &path->vec;
	struct porch_vec *own = &path->own;

	porch_parse(v);			/* what is it? */
	porch_police(v, PORCH_CHAIN_HOOK_INGRESS);	/* may it come in? */
	porch_route(v);			/* ours, or whose? */
	porch_police(v, PORCH_CHAIN_HOOK_INPUT);	/* may we have it? */
	porch_police(v, PORCH_CHAIN_HOOK_FORWARD);	/* may it go there? */
	porch_resolve(v);		/* can it go there? */

	porch_icmp(&path->icmp, v, own);	/* tell the senders of what cannot */
	porch_resolve(own);

	porch_emit(v);			/* off they go */
	porch_emit(own);
}

static void parse_out(struct porch_pkt *p, unsigned int offset)
{
	__skb_pull(p->skb, offset);
	porch_parse_pkt(p);
	__skb_push(p->skb, offset);
}

/**
 * porch_path_out() - the story of a packet of this machine's own
 * @port: where it goes out
 * @skb: the packet, its data at the link-layer header; stays the caller's
 *
 * It is looked at where it is, in no vector. What parse would not have let in,
 * such as the frames of a packet socket, is counted, and meets no rules but the
 * policy of output.
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if it may not go, and then it is counted as dropped.
 */
bool porch_path_out(struct porch_port *port, struct sk_buff *skb)
{
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);
	struct porch_port_stats *ps = this_cpu_ptr(port->stats);
	struct porch_pkt p = { .skb = skb, .port = port, .out = true };
	int offset = skb_network_offset(skb);
	bool sane = offset >= 0 && offset <= skb_headlen(skb);

	stats->from_stack++;
	ps->local_packets++;
	if (likely(sane))
		ps->local_bytes += skb->len - offset;

	if (skb->protocol == htons(ETH_P_IP) ||
	    skb->protocol == htons(ETH_P_IPV6)) {
		/* Nothing may be pulled together in what others look at. */
		if (likely(sane && !skb_shared(skb)))
			parse_out(&p, offset);
		else
			porch_pkt_drop(&p, PORCH_DROP_TRUNCATED);
	}
	if (unlikely(p.verdict))
		stats->engine[PORCH_ENGINE_UNPARSED]++;
	porch_police_out(rcu_dereference(port->pn->config), &p);
	if (p.verdict == PORCH_DROP) {
		porch_drop_note(stats, port, skb, p.reason);
		return false;
	}
	stats->to_stack++;
	return true;
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
