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
	netdev_put(r->nh.dev, &r->nh.tracker);
	kfree(r);
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

static bool gw_is_unicast(const struct porch_route_spec *s)
{
	if (s->family == AF_INET)
		return !(ipv4_is_multicast(s->gw.v4) ||
			 ipv4_is_lbcast(s->gw.v4) ||
			 ipv4_is_loopback(s->gw.v4) ||
			 ipv4_is_zeronet(s->gw.v4));
	return ipv6_addr_type(&s->gw.v6) & IPV6_ADDR_UNICAST &&
	       !ipv6_addr_loopback(&s->gw.v6);
}

static bool gw_is_local(const struct porch_edit *e,
			const struct porch_route_spec *s)
{
	if (s->family == AF_INET)
		return porch_addrset_lookup4(e->next->local, s->gw.v4);
	return porch_addrset_lookup6(e->next->local, &s->gw.v6, s->oif);
}

/* Is the gateway a neighbour by one of the device's own prefixes? */
static bool gw_on_dev(const struct porch_route_spec *s, struct net_device *dev)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	bool found = false;

	if (s->family == AF_INET6)
		return ipv6_addr_type(&s->gw.v6) & IPV6_ADDR_LINKLOCAL ||
		       ipv6_chk_prefix(&s->gw.v6, dev);

	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (in_dev) {
		in_dev_for_each_ifa_rcu(ifa, in_dev) {
			if (inet_ifa_match(s->gw.v4, ifa)) {
				found = true;
				break;
			}
		}
	}
	rcu_read_unlock();
	return found;
}

static struct net_device *table_gw_dev(const struct porch_edit *e, u32 table,
				       const struct porch_route_spec *s)
{
	struct porch_table_edit *t = porch_tables_edit_find(e, table);
	const struct porch_route *r;

	if (!t)
		return NULL;
	r = porch_lpm_lookup(&porch_table_edit_fib(t, s->family)->cur,
			     s->gw.bytes);
	if (!r || r->type != PORCH_ROUTE_TYPE_UNICAST || r->nh.has_gw)
		return NULL;
	return r->nh.dev;
}

/*
 * The device that an on-link route names for the gateway: one of the same table,
 * or of the main table, as what is elsewhere are often default routes alone.
 */
static struct net_device *gw_route_dev(const struct porch_edit *e,
				       const struct porch_route_spec *s)
{
	return table_gw_dev(e, s->table, s) ?:
	       table_gw_dev(e, PORCH_TABLE_MAIN, s);
}

static struct net_device *find_dev(struct porch_edit *e,
				   const struct porch_route_spec *s)
{
	struct net *net = e->pn->net;
	struct net_device *dev;

	if (s->oif)
		return __dev_get_by_index(net, s->oif);

	dev = gw_route_dev(e, s);
	if (dev)
		return dev;
	if (s->family == AF_INET6 &&
	    ipv6_addr_type(&s->gw.v6) & IPV6_ADDR_LINKLOCAL)
		return NULL;
	for_each_netdev(net, dev)
		if (gw_on_dev(s, dev))
			return dev;
	return NULL;
}

/* Works out where a unicast route leads, or says why it leads nowhere. */
static int resolve_nexthop(struct porch_edit *e,
			   const struct porch_route_spec *s,
			   struct porch_nexthop *nh, struct porch_fault *fault)
{
	struct net_device *dev;

	if (!s->has_gw && !s->oif)
		return porch_refuse(fault, -EINVAL, 0,
				    "a unicast route needs a gateway or a device");
	if (s->has_gw && !gw_is_unicast(s))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_GATEWAY,
				    "the gateway is not a unicast address");
	if (s->has_gw && gw_is_local(e, s))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_GATEWAY,
				    "the gateway is an address of this machine");
	if (s->onlink && !(s->has_gw && s->oif))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_ONLINK,
				    "onlink needs a gateway and a device");

	dev = find_dev(e, s);
	if (!dev && s->oif)
		return porch_refuse(fault, -ENODEV, PORCH_A_ROUTE_OIF,
				    "no such device in this network namespace");
	if (!dev)
		return porch_refuse(fault, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
				    "the gateway is on no device's network; name the device");
	if (dev->flags & IFF_LOOPBACK)
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_OIF,
				    "packets are not forwarded to the loopback device");
	if (s->family == AF_INET ? !__in_dev_get_rtnl(dev) :
				   !__in6_dev_get(dev))
		return porch_refuse(fault, -EOPNOTSUPP, PORCH_A_ROUTE_OIF,
				    "the device does not speak this address family");
	if (s->has_gw && !s->onlink && !gw_on_dev(s, dev) &&
	    gw_route_dev(e, s) != dev)
		return porch_refuse(fault, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
				    "the gateway is not on the device's network; say onlink if it is");

	nh->has_gw = s->has_gw;
	nh->onlink = s->onlink;
	nh->gw = s->gw;
	nh->dev = dev;
	netdev_hold(dev, &nh->tracker, GFP_KERNEL);
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
	struct porch_lpm_edit *fib;
	struct porch_route *r;
	void *prev = NULL;
	int err;

	if (!dst_is_routable(s))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_DST,
				    "multicast, loopback and link-local destinations are not routed");
	if (s->type != PORCH_ROUTE_TYPE_UNICAST && (s->has_gw || s->oif))
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_TYPE,
				    "only a unicast route has a gateway or a device");

	err = porch_tables_edit_add(e, s->table, fault);
	if (err)
		return err;
	fib = porch_table_edit_fib(porch_tables_edit_find(e, s->table),
				   s->family);
	if (!s->replace && porch_lpm_find(&fib->cur, s->dst.bytes, s->plen))
		return porch_refuse(fault, -EEXIST, PORCH_A_ROUTE_DST,
				    "the prefix has a route already in this table");

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the route");
	r->dst = s->dst;
	r->table = s->table;
	r->plen = s->plen;
	r->family = s->family;
	r->type = s->type;
	list_add_tail(&r->link, &e->added);	/* the abort frees it */
	if (s->type == PORCH_ROUTE_TYPE_UNICAST) {
		err = resolve_nexthop(e, s, &r->nh, fault);
		if (err)
			return err;
	}
	err = porch_lpm_insert(fib, s->dst.bytes, s->plen, r, s->replace, &prev);
	if (err)
		return porch_refuse(fault, err, 0, "no memory for the route");
	if (prev)
		edit_drop(e, prev);
	return 0;
}

static bool route_matches(const struct porch_route *r,
			  const struct porch_route_spec *s)
{
	if (s->has_type && s->type != r->type)
		return false;
	if (s->oif && (!r->nh.dev || s->oif != r->nh.dev->ifindex))
		return false;
	if (s->has_gw && !(r->nh.has_gw && !memcmp(&s->gw, &r->nh.gw,
						   porch_fib_bits(s->family) / 8)))
		return false;
	return true;
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

static int fib_remove_dev(struct porch_edit *e, struct porch_lpm_edit *fib,
			  const struct net_device *dev)
{
	struct porch_lpm_pos pos = {};
	struct porch_route *r;
	int err;

	while ((r = porch_lpm_next(&fib->cur, &pos))) {
		cond_resched();
		if (r->nh.dev != dev)
			continue;
		err = porch_lpm_remove(fib, r->dst.bytes, r->plen, NULL);
		if (err)
			return err;
		edit_drop(e, r);
	}
	return 0;
}

/**
 * porch_fib_remove_dev() - remove all routes over a device
 * @e: the edit
 * @dev: the device
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
	struct porch_route *r;

	while ((r = porch_lpm_next(fib, &pos))) {
		cond_resched();
		if (r->nh.dev == dev) {
			WRITE_ONCE(r->nh.dev, NULL);
			/* Readers in flight are waited for by the unregistering. */
			netdev_put(dev, &r->nh.tracker);
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
