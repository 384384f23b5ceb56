// SPDX-License-Identifier: GPL-2.0
/*
 * Of several next hops, which? The flow's hash says, by their weights. If that
 * one does not work, the hash chooses anew among those that do: so flows on a
 * next hop that works stay there, whatever becomes of the others.
 */
#include <linux/kernel.h>
#include <linux/siphash.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include "path/nexthop.h"

/* Keyed, so that nobody can choose the way of many flows. */
static u64 flow_hash(const struct porch_flow_key *key)
{
	static siphash_aligned_key_t secret __read_mostly;

	net_get_random_once(&secret, sizeof(secret));
	return siphash(key, sizeof(*key), (const siphash_key_t *)&secret);
}

/**
 * porch_nexthop_neigh() - the neighbour that a next hop leads to
 * @nh: the next hop
 * @dev: its device
 * @key: the flow, whose destination is the neighbour if there is no router
 * @dry: make none
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: the neighbour, which may just have been made; without room for it, an
 * ERR_PTR; NULL if one would have to be made.
 */
struct neighbour *porch_nexthop_neigh(const struct porch_nexthop *nh,
				      struct net_device *dev,
				      const struct porch_flow_key *key, bool dry)
{
	const struct in6_addr *v6;
	struct neighbour *n;
	__be32 v4;

	if (key->ipver == 4) {
		v4 = nh->has_gw ? nh->gw.v4 : key->dst.v4;
		n = __ipv4_neigh_lookup_noref(dev, (__force u32)v4);
		if (likely(n) || dry)
			return n;
		return __neigh_create(&arp_tbl, &v4, dev, false);
	}
	v6 = nh->has_gw ? &nh->gw.v6 : &key->dst.v6;
	n = __ipv6_neigh_lookup_noref(dev, v6);
	if (likely(n) || dry)
		return n;
	return __neigh_create(&nd_tbl, v6, dev, false);
}

static void note_failed(struct porch_nexthop *nh, bool failed)
{
	if (READ_ONCE(nh->failed) != failed)
		WRITE_ONCE(nh->failed, failed);
}

/*
 * A router that did not answer is asked again once a second, but gets nothing
 * before it has answered: while it is asked, its state does not tell that it has
 * failed before.
 */
static bool neigh_works(struct porch_nexthop *nh, struct net_device *dev,
			const struct porch_flow_key *key, bool dry)
{
	struct neighbour *n = porch_nexthop_neigh(nh, dev, key, dry);
	u8 state;

	if (IS_ERR(n))
		return true;	/* which is told to who goes there */
	state = n ? READ_ONCE(n->nud_state) : NUD_NONE;
	if (unlikely(dry))
		return state & NUD_VALID ||
		       !(state & NUD_FAILED || READ_ONCE(nh->failed));
	if (likely(state & NUD_VALID)) {
		note_failed(nh, false);
		return true;
	}
	if (state & NUD_FAILED)
		note_failed(nh, true);
	if (!READ_ONCE(nh->failed))
		return true;
	if (!(state & NUD_INCOMPLETE) &&
	    !time_before(jiffies, READ_ONCE(n->updated) + HZ))
		neigh_event_send(n, NULL);
	return false;
}

/**
 * porch_nexthop_works() - does a next hop take packets?
 * @nh: the next hop, one of several
 * @key: the flow
 * @dry: make, ask and note nothing
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if its link is down or its router does not answer.
 */
bool porch_nexthop_works(struct porch_nexthop *nh,
			 const struct porch_flow_key *key, bool dry)
{
	struct net_device *dev = READ_ONCE(nh->dev);

	if (!dev || !netif_running(dev) || !netif_carrier_ok(dev))
		return false;
	/* Without a router, each destination has a neighbour of its own. */
	return !nh->has_gw || !porch_nexthop_has_neigh(dev) ||
	       neigh_works(nh, dev, key, dry);
}

/* One of those that a bit is set for; a larger weight has more of the hashes. */
static struct porch_nexthop *by_weight(struct porch_route *r,
				       unsigned long which, u32 hash)
{
	unsigned int i, last = 0;
	u32 sum = 0, at;

	for_each_set_bit(i, &which, r->n_nh)
		sum += r->nh[i].weight;
	at = reciprocal_scale(hash, sum);
	for_each_set_bit(i, &which, r->n_nh) {
		last = i;
		if (at < r->nh[i].weight)
			break;
		at -= r->nh[i].weight;
	}
	return &r->nh[last];
}

/**
 * porch_nexthop_choose() - choose one of several next hops for a flow
 * @r: its route
 * @key: the flow
 * @dry: make, ask and note nothing
 *
 * If none works, it is the one that the flow would have otherwise, so that its
 * error is told.
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: the next hop.
 */
struct porch_nexthop *porch_nexthop_choose(struct porch_route *r,
					   const struct porch_flow_key *key,
					   bool dry)
{
	struct porch_nexthop *nh;
	unsigned long works = 0;
	unsigned int i;
	u64 hash;

	BUILD_BUG_ON(PORCH_NEXTHOPS_MAX > BITS_PER_LONG);

	hash = flow_hash(key);
	nh = by_weight(r, GENMASK(r->n_nh - 1, 0), lower_32_bits(hash));
	if (likely(porch_nexthop_works(nh, key, dry)))
		return nh;
	for (i = 0; i < r->n_nh; i++)
		if (porch_nexthop_works(&r->nh[i], key, dry))
			__set_bit(i, &works);
	return works ? by_weight(r, works, upper_32_bits(hash)) : nh;
}
