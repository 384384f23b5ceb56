/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NEXTHOP_H
#define PORCH_NEXTHOP_H

#include <linux/netdevice.h>
#include <net/neighbour.h>
#include "control/config.h"
#include "core/flowtab.h"

struct porch_nexthop *porch_nexthop_choose(struct porch_route *r,
					   const struct porch_flow_key *key,
					   bool dry);
bool porch_nexthop_works(struct porch_nexthop *nh,
			 const struct porch_flow_key *key, bool dry);
struct neighbour *porch_nexthop_neigh(const struct porch_nexthop *nh,
				      struct net_device *dev,
				      const struct porch_flow_key *key, bool dry);

/**
 * porch_nexthop_of() - the next hop of a flow
 * @r: its route, a unicast one
 * @key: the flow; without transport protocol and ports if all fragments of its
 *	packets are to go one way
 * @dry: make, ask and note nothing
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: the next hop.
 */
static inline struct porch_nexthop *
porch_nexthop_of(struct porch_route *r, const struct porch_flow_key *key, bool dry)
{
	return likely(r->n_nh == 1) ? r->nh : porch_nexthop_choose(r, key, dry);
}

/**
 * porch_nexthop_holds() - is a next hop chosen earlier still to be used?
 * @nh: the next hop
 * @key: the flow
 * @dry: make, ask and note nothing
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if there may be others, and this one does not work.
 */
static inline bool porch_nexthop_holds(struct porch_nexthop *nh,
				       const struct porch_flow_key *key,
				       bool dry)
{
	return likely(!nh->weight) || porch_nexthop_works(nh, key, dry);
}

/**
 * porch_nexthop_has_neigh() - are there neighbours on a device's link?
 * @dev: the device
 *
 * Tunnels and their like have two ends and write no link-layer header.
 *
 * Return: whether there are.
 */
static inline bool porch_nexthop_has_neigh(const struct net_device *dev)
{
	return dev->header_ops && dev->header_ops->create;
}

#endif /* PORCH_NEXTHOP_H */
