// SPDX-License-Identifier: GPL-2.0
/*
 * Whose is it? For this machine, for the stock stack, or for a next hop that
 * the FIB names. And can it go there: hop count, link, MTU, neighbour.
 *
 * Nothing is forwarded that ip_forward() and ip6_forward() would not.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "compat.h"
#include "control/route_rule.h"
#include "path/nexthop.h"
#include "path/route.h"
#include "path/vec.h"

static bool ipv4_is_class_e(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xf0000000);
}

static bool ipv4_is_nobody(__be32 addr)
{
	/* ipv4_is_zeronet() means but 0.0.0.0. */
	return !(addr & htonl(0xff000000)) || ipv4_is_loopback(addr) ||
	       ipv4_is_class_e(addr);
}

/* Decides unless the packet is in transit, which the FIB decides about. */
static void classify_ipv4(struct porch_pkt *p, const struct porch_addrset *own)
{
	__be32 daddr = p->key.dst.v4, saddr = p->key.src.v4;

	if (ipv4_is_multicast(daddr)) {
		porch_pkt_punt(p, PORCH_PUNT_MULTICAST);
		return;
	}
	if (ipv4_is_lbcast(daddr)) {
		porch_pkt_punt(p, PORCH_PUNT_BROADCAST);
		return;
	}
	switch (porch_addrset_lookup4(own, daddr)) {
	case PORCH_ADDR_LOCAL:
		p->verdict = PORCH_LOCAL;
		return;
	case PORCH_ADDR_BROADCAST:
		porch_pkt_punt(p, PORCH_PUNT_BROADCAST);
		return;
	}

	if (ipv4_is_nobody(daddr))
		porch_pkt_drop(p, PORCH_DROP_MARTIAN_DESTINATION);
	else if (p->skb->pkt_type != PACKET_HOST)
		porch_pkt_drop(p, PORCH_DROP_L2_MULTICAST);
	else if (ipv4_is_nobody(saddr) || ipv4_is_multicast(saddr) ||
		 porch_addrset_lookup4(own, saddr))
		porch_pkt_drop(p, PORCH_DROP_MARTIAN_SOURCE);
	else if (ipv4_is_linklocal_169(daddr) ||
		 ipv4_is_linklocal_169(saddr))
		porch_pkt_drop(p, PORCH_DROP_LINK_LOCAL);
}

/* The device that has the link's addresses: a bridge, not its members */
static struct net_device *addressed_dev(const struct porch_pkt *p)
{
	struct net_device *dev = p->skb->dev, *master;

	if (likely(p->port->hook == PORCH_PORT_HOOK_RX))
		return dev;
	while ((master = netdev_master_upper_dev_get_rcu(dev)) &&
	       !netif_is_l3_master(master))
		dev = master;
	return dev;
}

static void classify_ipv6(struct porch_pkt *p, const struct porch_addrset *own)
{
	const struct in6_addr *daddr = &p->key.dst.v6;
	const struct in6_addr *saddr = &p->key.src.v6;
	int ifindex = addressed_dev(p)->ifindex;
	int dst, src;

	if (ipv6_addr_is_multicast(daddr)) {
		porch_pkt_punt(p, PORCH_PUNT_MULTICAST);
		return;
	}
	if (porch_addrset_lookup6(own, daddr, ifindex)) {
		p->verdict = PORCH_LOCAL;
		return;
	}

	dst = ipv6_addr_type(daddr);
	src = ipv6_addr_type(saddr);
	if (dst == IPV6_ADDR_ANY || dst & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED))
		porch_pkt_drop(p, PORCH_DROP_MARTIAN_DESTINATION);
	else if (p->skb->pkt_type != PACKET_HOST)
		porch_pkt_drop(p, PORCH_DROP_L2_MULTICAST);
	else if (src == IPV6_ADDR_ANY ||
		 src & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED |
			IPV6_ADDR_MULTICAST) ||
		 porch_addrset_lookup6(own, saddr, ifindex))
		porch_pkt_drop(p, PORCH_DROP_MARTIAN_SOURCE);
	else if ((dst | src) & IPV6_ADDR_LINKLOCAL)
		porch_pkt_drop(p, PORCH_DROP_LINK_LOCAL);
}

static struct porch_nexthop *next_hop(const struct porch_pkt *p,
				      struct porch_route *r)
{
	struct porch_flow_key key;

	if (likely(!p->frag))
		return porch_nexthop_of(r, &p->key, porch_pkt_is_dry(p));
	/* All fragments of a packet go one way: by what each of them has. */
	key = p->key;
	key.sport = 0;
	key.dport = 0;
	key.proto = 0;
	return porch_nexthop_of(r, &key, porch_pkt_is_dry(p));
}

static void obey_route(struct porch_pkt *p, struct porch_route *r)
{
	switch (r->type) {
	case PORCH_ROUTE_TYPE_UNICAST:
		p->verdict = PORCH_FORWARD;
		p->nh = next_hop(p, r);
		break;
	case PORCH_ROUTE_TYPE_UNREACHABLE:
		porch_pkt_refuse(p, PORCH_DROP_UNREACHABLE, PORCH_ANSWER_HOST);
		break;
	case PORCH_ROUTE_TYPE_PROHIBIT:
		porch_pkt_refuse(p, PORCH_DROP_PROHIBIT,
				 PORCH_ANSWER_PROHIBITED);
		break;
	case PORCH_ROUTE_TYPE_BLACKHOLE:
	default:
		porch_pkt_drop(p, PORCH_DROP_BLACKHOLE);
		break;
	}
}

static void follow_route(struct porch_pkt *p, struct porch_route *r)
{
	if (likely(r))
		obey_route(p, r);
	else
		porch_pkt_refuse(p, PORCH_DROP_NO_ROUTE, PORCH_ANSWER_NO_ROUTE);
	porch_note(p, .stage = PORCH_STAGE_ROUTE, .route = r);
}

/* As many as the lookup has under way at a time. More would only take stack. */
#define ROUTE_STEP	16

/* Packets of one family that the main table is to decide */
struct transit {
	const struct porch_lpm *fib;
	unsigned int n;
	struct porch_pkt *pkt[ROUTE_STEP];
};

static void transit_begin(struct transit *t, const struct porch_lpm *fib)
{
	t->fib = fib;
	t->n = 0;
}

static void transit_flush(struct transit *t)
{
	const void *dst[ROUTE_STEP] __uninitialized;
	void *route[ROUTE_STEP] __uninitialized;
	unsigned int i;

	for (i = 0; i < t->n; i++)
		dst[i] = &t->pkt[i]->key.dst;
	porch_lpm_lookup_vec(t->fib, dst, route, t->n);
	for (i = 0; i < t->n; i++)
		follow_route(t->pkt[i], route[i]);
	t->n = 0;
}

static void transit_add(struct transit *t, struct porch_pkt *p)
{
	t->pkt[t->n++] = p;
	if (t->n == ROUTE_STEP)
		transit_flush(t);
}

static void classify(struct porch_pkt *p, const struct porch_addrset *own)
{
	if (p->key.ipver == 4)
		classify_ipv4(p, own);
	else
		classify_ipv6(p, own);
	if (p->verdict)
		porch_note(p, .stage = PORCH_STAGE_ROUTE);
}

/**
 * porch_route_pkt() - decide where a packet goes
 * @c: the context
 * @p: the packet, parsed, its destination translated
 *
 * Context: softirq, inside an RCU read-side section.
 */
void porch_route_pkt(const struct porch_ctx *c, struct porch_pkt *p)
{
	const struct porch_route_query q = {
		.family = p->key.ipver == 4 ? AF_INET : AF_INET6,
		.dst = &p->key.dst,
		.src = &p->key.src,
		.dev = p->port->dev,
		.mark = p->mark,
		.vrf = p->key.zone,
	};

	classify(p, c->cfg->local);
	if (!p->verdict)
		follow_route(p, porch_route_lookup(c->cfg, &q));
}

/**
 * porch_route() - decide where the packets of a vector go
 * @v: the vector, parsed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_route(struct porch_vec *v)
{
	const struct porch_table *main = v->cfg->main;
	struct transit v4 __uninitialized, v6 __uninitialized;
	struct porch_pkt *p;

	transit_begin(&v4, &main->fib4);
	transit_begin(&v6, &main->fib6);
	porch_vec_for_each(p, v) {
		if (p->verdict)
			continue;
		if (v->cfg->n_route_rules || p->key.zone) {
			porch_route_pkt(&v->ctx, p);
			continue;
		}
		classify(p, v->cfg->local);
		if (!p->verdict)
			transit_add(p->key.ipver == 4 ? &v4 : &v6, p);
	}
	if (v4.n)
		transit_flush(&v4);
	if (v6.n)
		transit_flush(&v6);
}

static bool hops_left(const struct porch_pkt *p)
{
	if (p->key.ipver == 4)
		return ip_hdr(p->skb)->ttl > 1;
	return ipv6_hdr(p->skb)->hop_limit > 1;
}

/* The test of skb_warn_if_lro(), without its warning. */
static bool is_lro(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) && skb_shinfo(skb)->gso_size &&
	       !skb_shinfo(skb)->gso_type;
}

/* Has a switch forwarded it in hardware, and sent us a copy? */
static bool is_offloaded(const struct sk_buff *skb)
{
#ifdef CONFIG_NET_SWITCHDEV
	return skb->offload_l3_fwd_mark;
#else
	return false;
#endif
}

static bool speaks_ipv6(const struct net_device *dev)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);

	return idev && !READ_ONCE(idev->cnf.disable_ipv6);
}

static unsigned int link_mtu(const struct porch_pkt *p)
{
	unsigned int mtu = min_t(unsigned int, READ_ONCE(p->dev->mtu),
				 IP_MAX_MTU);
	const struct inet6_dev *idev;

	if (p->key.ipver == 4)
		return mtu;
	idev = __in6_dev_get(p->dev);
	if (idev)
		mtu = min_t(unsigned int, mtu, READ_ONCE(idev->cnf.mtu6));
	return max_t(unsigned int, mtu, IPV6_MIN_MTU);
}

static void check_mtu(struct porch_pkt *p)
{
	unsigned int mtu = link_mtu(p);

	if (likely(p->skb->len <= mtu))
		return;
	/* Each segment counts, not what GRO has merged. */
	if (skb_is_gso(p->skb) && skb_gso_validate_network_len(p->skb, mtu))
		return;
	if (p->key.ipver == 4 && !(ip_hdr(p->skb)->frag_off & htons(IP_DF))) {
		p->to_fragment = true;
		return;
	}
	p->mtu = mtu;
	porch_pkt_refuse(p, PORCH_DROP_TOO_BIG, PORCH_ANSWER_TOO_BIG);
}

static void check_neigh(struct porch_pkt *p)
{
	struct neighbour *n;

	if (unlikely(!porch_nexthop_has_neigh(p->dev)))
		return;
	n = porch_nexthop_neigh(p->nh, p->dev, &p->key, porch_pkt_is_dry(p));
	if (unlikely(!n))
		return;
	if (IS_ERR(n)) {
		porch_pkt_drop(p, PORCH_DROP_NEIGHBOUR_TABLE);
		return;
	}
	/*
	 * Senders are told for a second that nobody answers; then the next
	 * packet waits in the neighbour's queue while it is asked again.
	 */
	if (unlikely(READ_ONCE(n->nud_state) & NUD_FAILED &&
		     time_before(jiffies, READ_ONCE(n->updated) + HZ))) {
		porch_pkt_refuse(p, PORCH_DROP_NEIGHBOUR_FAILED,
				 PORCH_ANSWER_HOST);
		return;
	}
	p->neigh = n;
}

/* Packets of our own start here; others have come a way, and lose a hop. */
static void check_transit(struct porch_pkt *p)
{
	if (unlikely(is_lro(p->skb)))
		porch_pkt_drop(p, PORCH_DROP_LRO);
	else if (unlikely(is_offloaded(p->skb)))
		porch_pkt_drop(p, PORCH_DROP_OFFLOADED);
	else if (unlikely(p->key.ipver == 6 && !speaks_ipv6(addressed_dev(p))))
		porch_pkt_drop(p, PORCH_DROP_IPV6_DISABLED);
	else if (unlikely(!hops_left(p)))
		porch_pkt_refuse(p, PORCH_DROP_TTL_EXCEEDED, PORCH_ANSWER_TTL);
}

static void check_link(struct porch_pkt *p)
{
	p->dev = READ_ONCE(p->nh->dev);
	if (unlikely(!p->dev || !netif_running(p->dev) ||
		     !netif_carrier_ok(p->dev)))
		porch_pkt_refuse(p, PORCH_DROP_LINK_DOWN, PORCH_ANSWER_HOST);
	else if (unlikely(p->key.ipver == 6 && !speaks_ipv6(p->dev)))
		porch_pkt_drop(p, PORCH_DROP_IPV6_DISABLED);
}

/**
 * porch_resolve() - check that the packets of a vector can go where they should
 * @v: the vector, routed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_resolve(struct porch_vec *v)
{
	struct porch_pkt *p;

	porch_vec_for_each(p, v) {
		if (p->verdict != PORCH_FORWARD)
			continue;
		if (p->port)
			check_transit(p);
		if (p->verdict == PORCH_FORWARD)
			check_link(p);
		if (p->verdict == PORCH_FORWARD)
			check_mtu(p);
		if (p->verdict == PORCH_FORWARD)
			check_neigh(p);
		porch_note(p, .stage = PORCH_STAGE_NEXT_HOP);
	}
}
