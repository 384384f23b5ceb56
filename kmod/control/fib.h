/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_FIB_H
#define PORCH_FIB_H

#include "control/config.h"

/**
 * struct porch_nexthop_spec - a next hop as a request describes it
 * @gw: the next router, if @has_gw
 * @oif: index of the output device, 0 if not given
 * @weight: its share among several
 * @has_gw: @gw was given
 * @onlink: take the gateway to be on the link
 */
struct porch_nexthop_spec {
	union porch_addr gw;
	u32 oif;
	u8 weight;
	bool has_gw;
	bool onlink;
};

/**
 * struct porch_route_spec - a route as a request describes it
 * @family: AF_INET or AF_INET6
 * @dst: the prefix
 * @plen: its length in bits
 * @table: number of the table
 * @type: what becomes of the packet
 * @nh: its only next hop, unless there are several
 * @nhs: several next hops, allocated; NULL if not given
 * @n_nhs: how many
 * @has_type: @type was given
 * @replace: take the place of the route that the prefix may have
 */
struct porch_route_spec {
	u8 family;
	union porch_addr dst;
	u8 plen;
	u32 table;
	enum porch_route_type type;
	struct porch_nexthop_spec nh;
	struct porch_nexthop_spec *nhs;
	unsigned int n_nhs;
	bool has_type;
	bool replace;
};

struct porch_fault;

int porch_fib_insert(struct porch_edit *e, const struct porch_route_spec *s,
		     struct porch_fault *fault);
int porch_fib_remove(struct porch_edit *e, const struct porch_route_spec *s,
		     struct porch_fault *fault);
int porch_fib_remove_dev(struct porch_edit *e, const struct net_device *dev);
void porch_fib_orphan_dev(struct porch_net *pn, struct net_device *dev);
void porch_route_free(struct porch_route *r);

#endif /* PORCH_FIB_H */
