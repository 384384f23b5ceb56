// SPDX-License-Identifier: GPL-2.0
/*
 * What would become of a packet? One is made, and sent down the path as any
 * other, with working memory of its own: what is counted is counted there, and the
 * limits of ICMP errors are those of a CPU that has not sent any. It has a trail, by
 * which the stages know that it is not to leave any trace but that. It does not
 * get as far as emit.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/dsfield.h>
#include <net/ipv6.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/admit.h"
#include "path/explain.h"
#include "path/parse.h"
#include "path/path.h"
#include "path/policy.h"
#include "path/queue.h"
#include "path/remark.h"
#include "path/tap.h"
#include "path/trail.h"

/**
 * struct porch_explain - a packet that only seems to go its way
 * @path: working memory of the path
 * @stats: what is counted on the way
 * @trail: what the stages decide
 * @skb: the packet
 */
struct porch_explain {
	struct porch_path path;
	struct porch_stats stats;
	struct porch_trail trail;
	struct sk_buff *skb;
};

/**
 * porch_explain_alloc() - make a packet that only seems to go its way
 * @packet: its bytes, from the network header on
 * @n: how many, at least 1
 * @len: length of the packet, at least @n; the rest is zeros
 * @mark: its mark
 *
 * Context: process context; sleeps.
 *
 * Return: the packet, or an ERR_PTR: -EINVAL if it is neither IPv4 nor IPv6, or
 * -ENOMEM.
 */
struct porch_explain *porch_explain_alloc(const void *packet, unsigned int n,
					  unsigned int len, u32 mark)
{
	u8 version = *(const u8 *)packet >> 4;
	struct porch_explain *e;
	struct sk_buff *skb;

	if (version != 4 && version != 6)
		return ERR_PTR(-EINVAL);
	e = kvzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return ERR_PTR(-ENOMEM);
	skb = alloc_skb(LL_MAX_HEADER + len, GFP_KERNEL_ACCOUNT);
	if (!skb || porch_path_init(&e->path)) {
		kfree_skb(skb);
		kvfree(e);
		return ERR_PTR(-ENOMEM);
	}
	e->skb = skb;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_put_data(skb, packet, n);
	skb_put_zero(skb, len - n);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->protocol = version == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb->mark = mark;
	return e;
}

/**
 * porch_explain_free() - free a packet and its trail
 * @e: the packet
 */
void porch_explain_free(struct porch_explain *e)
{
	porch_path_fini(&e->path);
	consume_skb(e->skb);
	kvfree(e);
}

static void begin(struct porch_explain *e, struct porch_port *port, bool out)
{
	struct porch_trail *t = &e->trail;

	t->cfg = rcu_dereference(port->pn->config);
	t->in = out ? NULL : port->dev;
	e->skb->dev = port->dev;
	e->skb->skb_iif = out ? 0 : port->dev->ifindex;
	e->path.vec.ctx = (struct porch_ctx) {
		.pn = port->pn,
		.cfg = t->cfg,
		.stats = &e->stats,
		.now = ktime_get_mono_fast_ns(),
	};
}

/* How a frame is addressed that has such a packet */
static u8 pkt_type_of(const struct porch_explain *e, const struct porch_pkt *p)
{
	const struct porch_addrset *own = e->trail.cfg->local;

	if (p->key.ipver == 6)
		return ipv6_addr_is_multicast(&p->key.dst.v6) ?
		       PACKET_MULTICAST : PACKET_HOST;
	if (ipv4_is_multicast(p->key.dst.v4))
		return PACKET_MULTICAST;
	if (ipv4_is_lbcast(p->key.dst.v4) ||
	    porch_addrset_lookup4(own, p->key.dst.v4) == PORCH_ADDR_BROADCAST)
		return PACKET_BROADCAST;
	return PACKET_HOST;
}

/* As the netfilter hook has it: what is for many is the master's, unseen. */
static bool is_for_upper(const struct porch_pkt *p)
{
	return p->port->hook == PORCH_PORT_HOOK_NF &&
	       rcu_access_pointer(p->port->dev->rx_handler) &&
	       p->skb->pkt_type != PACKET_HOST;
}

/* What the door says, and how the headers are read */
static void enter(struct porch_explain *e, struct porch_pkt *p)
{
	u8 lane = PORCH_LANE_BULK;

	if (porch_port_owned(p->port))
		p->verdict = PORCH_DIVERT;
	else if (!(p->port->dev->flags & IFF_UP))
		porch_pkt_drop(p, PORCH_DROP_PORT_DOWN);
	else
		lane = porch_admit_look(e->trail.cfg, p->port, p->skb);
	porch_note(p, .stage = PORCH_STAGE_DOOR, .lane = lane);
	if (p->verdict)
		return;

	porch_parse_pkt(p);
	porch_note(p, .stage = PORCH_STAGE_PARSE);
	p->skb->pkt_type = pkt_type_of(e, p);
	if (is_for_upper(p))
		porch_pkt_punt(p, p->skb->pkt_type == PACKET_MULTICAST ?
				  PORCH_PUNT_MULTICAST : PORCH_PUNT_BROADCAST);
}

/* What Porch would answer goes no further than here. */
static void decide(struct porch_explain *e, struct porch_pkt *p)
{
	struct porch_vec *v = &e->path.vec, *own = &e->path.own;

	v->pkt[0] = (struct porch_pkt) {
		.skb = p->skb,
		.port = p->port,
		.trail = p->trail,
		.answers = p->answers,
	};
	v->n = 1;
	porch_path_decide(&e->path);
	*p = v->pkt[0];
	while (own->n)
		consume_skb(own->pkt[--own->n].skb);
}

/* By a rule, and not as all that comes in by a port */
static bool is_asked_for(const struct porch_pkt *p)
{
	return (p->verdict == PORCH_QUEUE || p->verdict == PORCH_DIVERT) &&
	       p->rule;
}

static u8 dscp_of(const struct porch_pkt *p)
{
	return (p->key.ipver == 4 ? ipv4_get_dsfield(ip_hdr(p->skb)) :
				    ipv6_get_dsfield(ipv6_hdr(p->skb))) >> 2;
}

/* The last step tells what the headers say by then. */
static void leave(struct porch_pkt *p)
{
	struct porch_pkt end, now = {
		.skb = p->skb,
		.port = p->port,
		.out = p->out,
	};

	if (!p->out && porch_pkt_goes_on(p) && !porch_remark(p))
		porch_pkt_drop(p, PORCH_DROP_NO_MEMORY);
	end = *p;
	if (p->l4) {
		porch_parse_pkt(&now);
		end.key = now.key;
		end.dscp = dscp_of(p);
	}
	porch_note(&end, .stage = PORCH_STAGE_END);
}

static void judge(struct porch_explain *e, struct porch_pkt *p)
{
	if (p->out) {
		if (!porch_path_decide_out(&e->path.vec.ctx, p))
			porch_policy_blind(e->trail.cfg,
					   PORCH_CHAIN_HOOK_OUTPUT, p);
		return;
	}
	enter(e, p);
	if (!p->verdict)
		decide(e, p);
}

/**
 * porch_explain_run() - tell what would become of a packet
 * @e: the packet; to be used once
 * @port: where it comes in
 * @out: it is of local origin, and goes out there
 *
 * Context: process context, inside an RCU read-side section.
 *
 * Return: its trail, valid to the end of that section.
 */
const struct porch_trail *porch_explain_run(struct porch_explain *e,
					    struct porch_port *port, bool out)
{
	struct porch_pkt p = {};

	begin(e, port, out);
	local_bh_disable();
	do {
		p = (struct porch_pkt) {
			.skb = e->skb,
			.port = port,
			.trail = &e->trail,
			.answers = p.answers,
			.out = out,
		};
		judge(e, &p);
		/* If no application can have it, it may be judged again. */
	} while (is_asked_for(&p) &&
		 !porch_queue_ask(&e->path.vec.ctx, &p) && !p.verdict);
	leave(&p);
	local_bh_enable();
	return &e->trail;
}
