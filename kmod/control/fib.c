// SPDX-License-Identifier: GPL-2.0
/*
 * Static routes: what a request must say, and how it enters or leaves the
 * next generation.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include "control/fault.h"
#include "control/fib.h"
#include "control/table.h"

/**
 * porch_route_free() - free a route that no reader can see
 * @r: the route
 *
 * Context: any that may drop a device reference.
 */
void porch_route_free(struct porch_route *r)
{
	unsigned int i;

	for (i = 0; i < r->n_nh; i++)
		netdev_put(r->nh[i].dev, &r->nh[i].tracker);
	kfree(r);
}

static struct porch_route *route_alloc(unsigned int n_nh)
{
	struct porch_route *r;

	r = kzalloc(struct_size(r, nh, n_nh), GFP_KERNEL_ACCOUNT);
	if (r)
		r->n_nh = n_nh;
	return r;
}

/* The part of the address space that is never forwarded needs no routes. */
static bool dst_is_routable(const struct porch_route_spec *s)
{
	if (s->family == AF_INET)
		return s->plen < 4 ||
		       !(ipv4_is_multicast(s->dst.v4) ||
			 (s->plen >= 8 && ipv4_is_loopback(s->dst.v4)));
	return s->plen < 8 ||
	       !(ipv6_addr_is_multicast(&s->dst.v6) ||
		 (s->plen >= 10 &&
		  ipv6_addr_type(&s->dst.v6) & IPV6_ADDR_LINKLOCAL) ||
		 (s->plen == 128 && ipv6_addr_loopback(&s->dst.v6)));
}

static bool gw_is_unicast(const struct porch_nexthop_spec *h, u8 family)
{
	if (family == AF_INET)
		return !(ipv4_is_multicast(h->gw.v4) ||
			 ipv4_is_lbcast(h->gw.v4) ||
			 ipv4_is_loopback(h->gw.v4) ||
			 ipv4_is_zeronet(h->gw.v4));
	return ipv6_addr_type(&h->gw.v6) & IPV6_ADDR_UNICAST &&
	       !ipv6_addr_loopback(&h->gw.v6);
}

static bool gw_is_local(const struct porch_edit *e,
			const struct porch_nexthop_spec *h, u8 family)
{
	if (family == AF_INET)
		return porch_addrset_lookup4(e->next->local, h->gw.v4);
	return porch_addrset_lookup6(e->next->local, &h->gw.v6, h->oif);
}

/* Is the gateway a neighbour by one of the device's own prefixes? */
static bool gw_on_dev(const struct porch_nexthop_spec *h, u8 family,
		      struct net_device *dev)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	bool found = false;

	if (family == AF_INET6)
		return ipv6_addr_type(&h->gw.v6) & IPV6_ADDR_LINKLOCAL ||
		       ipv6_chk_prefix(&h->gw.v6, dev);

	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (in_dev) {
		in_dev_for_each_ifa_rcu(ifa, in_dev) {
			if (inet_ifa_match(h->gw.v4, ifa)) {
				found = true;
				break;
			}
		}
	}
	rcu_read_unlock();
	return found;
}

static struct net_device *table_gw_dev(const struct porch_edit *e, u32 table,
				       const struct porch_nexthop_spec *h,
				       u8 family)
{
	struct porch_table_edit *t = porch_tables_edit_find(e, table);
	const struct porch_route *r;

	if (!t)
		return NULL;
	r = porch_lpm_lookup(&porch_table_edit_fib(t, family)->cur,
			     h->gw.bytes);
	if (!r || r->n_nh != 1 || r->nh->has_gw)
		return NULL;
	return r->nh->dev;
}

/*
 * The device that an on-link route names for the gateway: one of the same table,
 * or of the main table, as what is elsewhere are often default routes alone.
 */
static struct net_device *gw_route_dev(const struct porch_edit *e,
				       const struct porch_route_spec *s,
				       const struct porch_nexthop_spec *h)
{
	return table_gw_dev(e, s->table, h, s->family) ?:
	       table_gw_dev(e, PORCH_TABLE_MAIN, h, s->family);
}

static struct net_device *find_dev(struct porch_edit *e,
				   const struct porch_route_spec *s,
				   const struct porch_nexthop_spec *h)
{
	struct net *net = e->pn->net;
	struct net_device *dev;

	if (h->oif)
		return __dev_get_by_index(net, h->oif);

	dev = gw_route_dev(e, s, h);
	if (dev)
		return dev;
	if (s->family == AF_INET6 &&
	    ipv6_addr_type(&h->gw.v6) & IPV6_ADDR_LINKLOCAL)
		return NULL;
	for_each_netdev(net, dev)
		if (gw_on_dev(h, s->family, dev))
			return dev;
	return NULL;
}

/* One of several is in a list, which is to blame as a whole. */
static int nexthop_refuse(struct porch_fault *fault,
			  const struct porch_route_spec *s, int err, int attr,
			  const char *msg)
{
	return porch_refuse(fault, err, s->nhs ? PORCH_A_ROUTE_NEXTHOPS : attr,
			    msg);
}

/* Works out where a next hop is, or says why it is nowhere. */
static int resolve_nexthop(struct porch_edit *e,
			   const struct porch_route_spec *s,
			   const struct porch_nexthop_spec *h,
			   struct porch_nexthop *nh, struct porch_fault *fault)
{
	struct net_device *dev;

	if (!h->has_gw && !h->oif)
		return nexthop_refuse(fault, s, -EINVAL, 0,
				      "a unicast route needs a gateway or a device");
	if (h->has_gw && !gw_is_unicast(h, s->family))
		return nexthop_refuse(fault, s, -EINVAL, PORCH_A_ROUTE_GATEWAY,
				      "the gateway is not a unicast address");
	if (h->has_gw && gw_is_local(e, h, s->family))
		return nexthop_refuse(fault, s, -EINVAL, PORCH_A_ROUTE_GATEWAY,
				      "the gateway is an address of this machine");
	if (h->onlink && !(h->has_gw && h->oif))
		return nexthop_refuse(fault, s, -EINVAL, PORCH_A_ROUTE_ONLINK,
				      "onlink needs a gateway and a device");

	dev = find_dev(e, s, h);
	if (!dev && h->oif)
		return nexthop_refuse(fault, s, -ENODEV, PORCH_A_ROUTE_OIF,
				      "no such device in this network namespace");
	if (!dev)
		return nexthop_refuse(fault, s, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
				      "the gateway is on no device's network; name the device");
	if (dev->flags & IFF_LOOPBACK)
		return nexthop_refuse(fault, s, -EINVAL, PORCH_A_ROUTE_OIF,
				      "packets are not forwarded to the loopback device");
	if (s->family == AF_INET ? !__in_dev_get_rtnl(dev) :
				   !__in6_dev_get(dev))
		return nexthop_refuse(fault, s, -EOPNOTSUPP, PORCH_A_ROUTE_OIF,
				      "the device does not speak this address family");
	if (h->has_gw && !h->onlink && !gw_on_dev(h, s->family, dev) &&
	    gw_route_dev(e, s, h) != dev)
		return nexthop_refuse(fault, s, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
				      "the gateway is not on the device's network; say onlink if it is");

	nh->has_gw = h->has_gw;
	nh->onlink = h->onlink;
	nh->weight = h->weight;
	nh->gw = h->gw;
	nh->dev = dev;
	netdev_hold(dev, &nh->tracker, GFP_KERNEL);
	return 0;
}

static int resolve_nexthops(struct porch_edit *e,
			    const struct porch_route_spec *s,
			    struct porch_route *r, struct porch_fault *fault)
{
	const struct porch_nexthop_spec *h = s->nhs ?: &s->nh;
	unsigned int i;
	int err;

	for (i = 0; i < r->n_nh; i++) {
		err = resolve_nexthop(e, s, &h[i], &r->nh[i], fault);
		if (err)
			return err;
	}
	return 0;
}

/* One that the same edit has added was never seen by anybody. */
static void edit_drop(struct porch_edit *e, struct porch_route *r)
{
	if (list_empty(&r->link)) {
		list_add_tail(&r->link, &e->removed);
	} else {
		list_del(&r->link);
		porch_route_free(r);
	}
}

/**
 * porch_fib_insert() - add or replace a route
 * @e: the edit
 * @s: the route
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_fib_insert(struct porch_edit *e, const struct porch_route_spec *s,
		     struct porch_fault *fault)
{
	bool unicast = s->type == PORCH_ROUTE_TYPE_UNICAST;
	bool one = s->nh.has_gw || s->nh.oif;
	struct porch_lpm_edit *fib;
	struct porch_route *r;
	void *prev = NULL;
	int err;

	if (!dst_is_routable(s))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_DST,
				    "multicast, loopback and link-local destinations are not routed");
	if (!unicast && (one || s->nhs))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_TYPE,
				    "only a unicast route has a gateway or a device");

	if (s->nhs && (one || s->nh.onlink))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_NEXTHOPS,
				    "several next hops are all in the list");
	err = porch_tables_edit_add(e, s->table, fault);
	if (err)
		return err;
	fib = porch_table_edit_fib(porch_tables_edit_find(e, s->table),
				   s->family);
	if (!s->replace && porch_lpm_find(&fib->cur, s->dst.bytes, s->plen))
		return porch_refuse(fault, -EEXIST, PORCH_A_ROUTE_DST,
				    "the prefix has a route already");

	r = route_alloc(unicast ? (s->n_nhs ?: 1) : 0);
	if (!r)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the route");
	r->dst = s->dst;
	r->table = s->table;
	r->plen = s->plen;
	r->family = s->family;
	r->type = s->type;
	list_add_tail(&r->link, &e->added);	/* the abort frees it */
	err = resolve_nexthops(e, s, r, fault);
	if (err)
		return err;
	err = porch_lpm_insert(fib, s->dst.bytes, s->plen, r, s->replace, &prev);
	if (err)
		return porch_refuse(fault, err, 0, "no memory for the route");
	if (prev)
		edit_drop(e, prev);
	return 0;
}

static bool nexthop_matches(const struct porch_nexthop *nh,
			    const struct porch_nexthop_spec *h, u8 family)
{
	if (h->oif && (!nh->dev || h->oif != nh->dev->ifindex))
		return false;
	return !h->has_gw || (nh->has_gw && !memcmp(&h->gw, &nh->gw,
						    porch_fib_bits(family) / 8));
}

static bool route_matches(const struct porch_route *r,
			  const struct porch_route_spec *s)
{
	if (s->has_type && s->type != r->type)
		return false;
	if (!s->nh.has_gw && !s->nh.oif)
		return true;
	return r->n_nh == 1 && nexthop_matches(r->nh, &s->nh, s->family);
}

/**
 * porch_fib_remove() - remove a route
 * @e: the edit
 * @s: the prefix, and what else the route must match
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_fib_remove(struct porch_edit *e, const struct porch_route_spec *s,
		     struct porch_fault *fault)
{
	struct porch_table_edit *t = porch_tables_edit_find(e, s->table);
	struct porch_lpm_edit *fib = NULL;
	struct porch_route *r = NULL;
	int err;

	if (t) {
		fib = porch_table_edit_fib(t, s->family);
		r = porch_lpm_find(&fib->cur, s->dst.bytes, s->plen);
	}
	if (!r || !route_matches(r, s))
		return porch_refuse(fault, -ESRCH, PORCH_A_ROUTE_DST,
				    "no such route");
	err = porch_lpm_remove(fib, s->dst.bytes, s->plen, NULL);
	if (err)
		return porch_refuse(fault, err, 0, "no memory for the change");
	edit_drop(e, r);
	return 0;
}

/* A copy without the next hops over a device */
static int replace_without(struct porch_edit *e, struct porch_lpm_edit *fib,
			   struct porch_route *r, unsigned int others,
			   const struct net_device *dev)
{
	struct porch_nexthop *nh;
	struct porch_route *copy;
	unsigned int i;
	int err;

	copy = route_alloc(others);
	if (!copy)
		return -ENOMEM;
	copy->dst = r->dst;
	copy->table = r->table;
	copy->plen = r->plen;
	copy->family = r->family;
	copy->type = r->type;
	list_add_tail(&copy->link, &e->added);	/* the abort frees it */
	nh = copy->nh;
	for (i = 0; i < r->n_nh; i++) {
		if (r->nh[i].dev == dev)
			continue;
		*nh = r->nh[i];
		netdev_hold(nh->dev, &nh->tracker, GFP_KERNEL);
		nh++;
	}
	if (others == 1)
		copy->nh->weight = 0;
	err = porch_lpm_insert(fib, r->dst.bytes, r->plen, copy, true, NULL);
	if (!err)
		edit_drop(e, r);
	return err;
}

static int fib_remove_dev(struct porch_edit *e, struct porch_lpm_edit *fib,
			  const struct net_device *dev)
{
	struct porch_lpm_pos pos = {};
	struct porch_route *r;
	unsigned int i, others;
	int err;

	while ((r = porch_lpm_next(&fib->cur, &pos))) {
		cond_resched();
		others = 0;
		for (i = 0; i < r->n_nh; i++)
			others += r->nh[i].dev != dev;
		if (others == r->n_nh)
			continue;
		if (others) {
			err = replace_without(e, fib, r, others, dev);
		} else {
			err = porch_lpm_remove(fib, r->dst.bytes, r->plen, NULL);
			if (!err)
				edit_drop(e, r);
		}
		if (err)
			return err;
	}
	return 0;
}

/**
 * porch_fib_remove_dev() - remove all routes over a device
 * @e: the edit
 * @dev: the device
 *
 * One that has other next hops stays, with these.
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or -ENOMEM, and then the edit has to be aborted.
 */
int porch_fib_remove_dev(struct porch_edit *e, const struct net_device *dev)
{
	struct porch_table_edit *t;
	int err;

	for (t = e->tables; t < e->tables + e->n_tables; t++) {
		err = fib_remove_dev(e, &t->fib4, dev) ?:
		      fib_remove_dev(e, &t->fib6, dev);
		if (err)
			return err;
	}
	return 0;
}

static void fib_orphan_dev(const struct porch_lpm *fib, struct net_device *dev)
{
	struct porch_lpm_pos pos = {};
	struct porch_nexthop *nh;
	struct porch_route *r;

	while ((r = porch_lpm_next(fib, &pos))) {
		cond_resched();
		for (nh = r->nh; nh < r->nh + r->n_nh; nh++) {
			if (nh->dev != dev)
				continue;
			WRITE_ONCE(nh->dev, NULL);
			/* Readers in flight are waited for by the unregistering. */
			netdev_put(dev, &nh->tracker);
		}
	}
}

/**
 * porch_fib_orphan_dev() - let all routes over a device lead nowhere
 * @pn: the instance
 * @dev: the device, which goes away
 *
 * Cannot fail: for want of memory for an edit.
 *
 * Context: process context, under RTNL.
 */
void porch_fib_orphan_dev(struct porch_net *pn, struct net_device *dev)
{
	const struct porch_config *cfg;
	unsigned int i;

	mutex_lock(&pn->lock);
	cfg = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	for (i = 0; i < cfg->n_tables; i++) {
		fib_orphan_dev(&cfg->tables[i].fib4, dev);
		fib_orphan_dev(&cfg->tables[i].fib6, dev);
	}
	mutex_unlock(&pn->lock);
}
