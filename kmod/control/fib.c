// SPDX-License-Identifier: GPL-2.0
/*
 * Static routes: what a request must say, and how it enters or leaves the
 * next generation.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include "control/fib.h"

static int refuse(struct porch_fault *fault, int err, int attr, const char *msg)
{
	fault->msg = msg;
	fault->attr = attr;
	return err;
}

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

static struct porch_lpm_edit *edit_fib(struct porch_edit *e, u8 family)
{
	return family == AF_INET ? &e->fib4 : &e->fib6;
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

/* The device that one of Porch's own on-link routes names for the gateway. */
static struct net_device *gw_route_dev(const struct porch_edit *e,
				       const struct porch_route_spec *s)
{
	const struct porch_lpm *fib = s->family == AF_INET ? &e->fib4.cur :
							     &e->fib6.cur;
	const struct porch_route *r = porch_lpm_lookup(fib, s->gw.bytes);

	if (!r || r->type != PORCH_ROUTE_TYPE_UNICAST || r->nh.has_gw)
		return NULL;
	return r->nh.dev;
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
		return refuse(fault, -EINVAL, 0,
			      "a unicast route needs a gateway or a device");
	if (s->has_gw && !gw_is_unicast(s))
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_GATEWAY,
			      "the gateway is not a unicast address");
	if (s->has_gw && gw_is_local(e, s))
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_GATEWAY,
			      "the gateway is an address of this machine");
	if (s->onlink && !(s->has_gw && s->oif))
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_ONLINK,
			      "onlink needs a gateway and a device");

	dev = find_dev(e, s);
	if (!dev && s->oif)
		return refuse(fault, -ENODEV, PORCH_A_ROUTE_OIF,
			      "no such device in this network namespace");
	if (!dev)
		return refuse(fault, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
			      "the gateway is on no device's network; name the device");
	if (dev->flags & IFF_LOOPBACK)
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_OIF,
			      "packets are not forwarded to the loopback device");
	if (s->family == AF_INET ? !__in_dev_get_rtnl(dev) :
				   !__in6_dev_get(dev))
		return refuse(fault, -EOPNOTSUPP, PORCH_A_ROUTE_OIF,
			      "the device does not speak this address family");
	if (s->has_gw && !s->onlink && !gw_on_dev(s, dev) &&
	    gw_route_dev(e, s) != dev)
		return refuse(fault, -ENETUNREACH, PORCH_A_ROUTE_GATEWAY,
			      "the gateway is not on the device's network; say onlink if it is");

	nh->has_gw = s->has_gw;
	nh->onlink = s->onlink;
	nh->gw = s->gw;
	nh->dev = dev;
	netdev_hold(dev, &nh->tracker, GFP_KERNEL);
	return 0;
}

static int fib_insert(struct porch_edit *e, const struct porch_route_spec *s,
		      struct porch_fault *fault)
{
	struct porch_lpm_edit *fib = edit_fib(e, s->family);
	struct porch_route *r;
	void *prev = NULL;
	int err;

	if (!dst_is_routable(s))
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_DST,
			      "multicast, loopback and link-local destinations are not routed");
	if (s->type != PORCH_ROUTE_TYPE_UNICAST && (s->has_gw || s->oif))
		return refuse(fault, -EINVAL, PORCH_A_ROUTE_TYPE,
			      "only a unicast route has a gateway or a device");

	if (!s->replace && porch_lpm_find(&fib->cur, s->dst.bytes, s->plen))
		return refuse(fault, -EEXIST, PORCH_A_ROUTE_DST,
			      "the prefix has a route already");

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return refuse(fault, -ENOMEM, 0, "no memory for the route");
	r->dst = s->dst;
	r->plen = s->plen;
	r->family = s->family;
	r->type = s->type;
	list_add(&r->link, &e->added);	/* from here on the abort frees it */
	if (s->type == PORCH_ROUTE_TYPE_UNICAST) {
		err = resolve_nexthop(e, s, &r->nh, fault);
		if (err)
			return err;
	}
	err = porch_lpm_insert(fib, s->dst.bytes, s->plen, r, s->replace, &prev);
	if (err)
		return refuse(fault, err, 0, "no memory for the route");
	if (prev)
		list_add(&((struct porch_route *)prev)->link, &e->removed);
	return 0;
}

/**
 * porch_fib_add() - add or replace a route
 * @pn: the instance
 * @spec: the route
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_fib_add(struct porch_net *pn, const struct porch_route_spec *spec,
		  struct porch_fault *fault)
{
	struct porch_edit e;
	int err;

	err = porch_edit_begin(&e, pn);
	if (err)
		return refuse(fault, err, 0, "no memory for the change");
	err = fib_insert(&e, spec, fault);
	if (err)
		porch_edit_abort(&e);
	else
		porch_edit_publish(&e);
	return err;
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
 * porch_fib_del() - remove a route
 * @pn: the instance
 * @spec: the prefix, and what else the route must match
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_fib_del(struct porch_net *pn, const struct porch_route_spec *spec,
		  struct porch_fault *fault)
{
	struct porch_lpm_edit *fib;
	struct porch_route *r;
	struct porch_edit e;
	void *old;
	int err;

	err = porch_edit_begin(&e, pn);
	if (err)
		return refuse(fault, err, 0, "no memory for the change");

	fib = edit_fib(&e, spec->family);
	r = porch_lpm_find(&fib->cur, spec->dst.bytes, spec->plen);
	if (!r || !route_matches(r, spec)) {
		err = refuse(fault, -ESRCH, PORCH_A_ROUTE_DST, "no such route");
		goto abort;
	}
	err = porch_lpm_remove(fib, spec->dst.bytes, spec->plen, &old);
	if (err) {
		refuse(fault, err, 0, "no memory for the change");
		goto abort;
	}
	list_add(&r->link, &e.removed);
	porch_edit_publish(&e);
	return 0;
abort:
	porch_edit_abort(&e);
	return err;
}

static int edit_remove_dev(struct porch_edit *e, u8 family,
			   const struct net_device *dev)
{
	struct porch_lpm_edit *fib = edit_fib(e, family);
	struct porch_lpm_pos pos = {};
	struct porch_route *r;
	void *old;
	int err;

	while ((r = porch_lpm_next(&fib->cur, &pos))) {
		cond_resched();
		if (r->nh.dev != dev)
			continue;
		err = porch_lpm_remove(fib, r->dst.bytes, r->plen, &old);
		if (err)
			return err;
		list_add(&r->link, &e->removed);
	}
	return 0;
}

/* Without memory for an edit the routes stay, but lead nowhere any more. */
static void fib_orphan_dev(struct porch_net *pn, u8 family,
			   struct net_device *dev)
{
	struct porch_lpm_pos pos = {};
	const struct porch_config *cfg;
	struct porch_route *r;

	mutex_lock(&pn->lock);
	cfg = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	while ((r = porch_lpm_next(porch_fib(cfg, family), &pos))) {
		if (r->nh.dev == dev) {
			WRITE_ONCE(r->nh.dev, NULL);
			/* Readers in flight are waited for by the unregistering. */
			netdev_put(dev, &r->nh.tracker);
		}
	}
	mutex_unlock(&pn->lock);
}

/**
 * porch_fib_release_dev() - remove all routes over a device that goes away
 * @pn: the instance
 * @dev: the device
 *
 * Cannot fail: it runs from the notifier.
 *
 * Context: process context, under RTNL.
 */
void porch_fib_release_dev(struct porch_net *pn, struct net_device *dev)
{
	struct porch_edit e;

	if (porch_edit_begin(&e, pn))
		goto orphan;
	if (edit_remove_dev(&e, AF_INET, dev) ||
	    edit_remove_dev(&e, AF_INET6, dev)) {
		porch_edit_abort(&e);
		goto orphan;
	}
	if (list_empty(&e.removed))
		porch_edit_abort(&e);
	else
		porch_edit_publish(&e);
	return;
orphan:
	fib_orphan_dev(pn, AF_INET, dev);
	fib_orphan_dev(pn, AF_INET6, dev);
}
