// SPDX-License-Identifier: GPL-2.0
/*
 * From state to attributes, as far as replies and events say the same.
 */
#include <net/netlink.h>
#include "control/config.h"
#include "control/nl_fill.h"
#include "control/port.h"

/**
 * porch_nl_fill_port() - what there is to say of a port but its counters
 * @msg: where to
 * @port: the port
 *
 * Context: under RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_port(struct sk_buff *msg, const struct porch_port *port)
{
	if (nla_put_u32(msg, PORCH_A_PORT_IFINDEX, port->dev->ifindex) ||
	    nla_put_string(msg, PORCH_A_PORT_IFNAME, port->dev->name) ||
	    nla_put_u8(msg, PORCH_A_PORT_HOOK, port->hook))
		return -EMSGSIZE;
	if (port->vrf && nla_put_u32(msg, PORCH_A_PORT_VRF, port->vrf))
		return -EMSGSIZE;
	if (port->force && nla_put_flag(msg, PORCH_A_PORT_FORCE))
		return -EMSGSIZE;
	return 0;
}

static bool is_down(const struct net_device *dev)
{
	return !dev || !netif_running(dev) || !netif_carrier_ok(dev);
}

static int fill_nexthop(struct sk_buff *msg, const struct porch_route *r)
{
	const struct net_device *dev = READ_ONCE(r->nh->dev);

	if (r->nh->has_gw &&
	    nla_put(msg, PORCH_A_ROUTE_GATEWAY, porch_fib_bits(r->family) / 8,
		    &r->nh->gw))
		return -EMSGSIZE;
	if (r->nh->onlink && nla_put_flag(msg, PORCH_A_ROUTE_ONLINK))
		return -EMSGSIZE;
	if (dev && (nla_put_u32(msg, PORCH_A_ROUTE_OIF, dev->ifindex) ||
		    nla_put_string(msg, PORCH_A_ROUTE_IFNAME, dev->name)))
		return -EMSGSIZE;
	if (is_down(dev) && nla_put_flag(msg, PORCH_A_ROUTE_LINK_DOWN))
		return -EMSGSIZE;
	return 0;
}

/* One of several */
static int fill_member(struct sk_buff *msg, const struct porch_nexthop *nh,
		       u8 family)
{
	const struct net_device *dev = READ_ONCE(nh->dev);
	struct nlattr *nest = nla_nest_start(msg, PORCH_A_NEXTHOPS_NEXTHOP);

	if (!nest)
		return -EMSGSIZE;
	if (nh->has_gw && nla_put(msg, PORCH_A_NEXTHOP_GATEWAY,
				  porch_fib_bits(family) / 8, &nh->gw))
		return -EMSGSIZE;
	if (dev && (nla_put_u32(msg, PORCH_A_NEXTHOP_OIF, dev->ifindex) ||
		    nla_put_string(msg, PORCH_A_NEXTHOP_IFNAME, dev->name)))
		return -EMSGSIZE;
	if (nla_put_u8(msg, PORCH_A_NEXTHOP_WEIGHT, nh->weight))
		return -EMSGSIZE;
	if (nh->onlink && nla_put_flag(msg, PORCH_A_NEXTHOP_ONLINK))
		return -EMSGSIZE;
	if (is_down(dev) && nla_put_flag(msg, PORCH_A_NEXTHOP_LINK_DOWN))
		return -EMSGSIZE;
	if (READ_ONCE(nh->failed) && nla_put_flag(msg, PORCH_A_NEXTHOP_FAILED))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_nexthops(struct sk_buff *msg, const struct porch_route *r)
{
	struct nlattr *nest = nla_nest_start(msg, PORCH_A_ROUTE_NEXTHOPS);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < r->n_nh; i++)
		if (fill_member(msg, &r->nh[i], r->family))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * porch_nl_fill_route() - what there is to say of a route
 * @msg: where to
 * @r: the route
 *
 * Context: under RTNL or inside an RCU read-side section.
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_route(struct sk_buff *msg, const struct porch_route *r)
{
	if (nla_put(msg, PORCH_A_ROUTE_DST, porch_fib_bits(r->family) / 8,
		    &r->dst) ||
	    nla_put_u8(msg, PORCH_A_ROUTE_PREFIX_LEN, r->plen) ||
	    nla_put_u8(msg, PORCH_A_ROUTE_TYPE, r->type) ||
	    nla_put_u32(msg, PORCH_A_ROUTE_TABLE, r->table))
		return -EMSGSIZE;
	if (r->n_nh > 1)
		return fill_nexthops(msg, r);
	return r->n_nh ? fill_nexthop(msg, r) : 0;
}

/**
 * porch_nl_fill_settings() - the settings of the engine
 * @msg: where to
 * @s: the settings
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_settings(struct sk_buff *msg, const struct porch_settings *s)
{
	if (nla_put_u32(msg, PORCH_A_ENGINE_VECTOR, s->vector) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_TIME_LIMIT, s->time_limit) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_LANE_LIMIT, s->lane_limit) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_ICMP_RATE, s->icmp_rate) ||
	    nla_put_u8(msg, PORCH_A_ENGINE_THREADED, s->threaded) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_BUDGET, s->budget) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_CONTROL_BUDGET,
			s->control_budget) ||
	    nla_put_u32(msg, PORCH_A_ENGINE_BUDGET_BURST, s->budget_burst) ||
	    nla_put_u8(msg, PORCH_A_ENGINE_LANE_DEFAULTS, s->lane_defaults))
		return -EMSGSIZE;
	return 0;
}
