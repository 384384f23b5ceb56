/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ROUTE_RULE_H
#define PORCH_ROUTE_RULE_H

#include "control/config.h"

/**
 * struct porch_route_rule_spec - a rule as a request describes it
 * @pref: its place among the rules
 * @table: number of the table
 * @family: of @src, AF_INET or AF_INET6; 0 if none was given
 * @plen: length of the prefix in bits
 * @src: the prefix that the source is in
 * @iif: index of the device that packets come in by, 0 if not given
 * @mark: the bits that the mark has to have
 * @mask: of the bits that are looked at
 */
struct porch_route_rule_spec {
	u32 pref;
	u32 table;
	u8 family;
	u8 plen;
	union porch_addr src;
	u32 iif;
	u32 mark;
	u32 mask;
};

struct porch_fault;

int porch_route_rule_insert(struct porch_edit *e,
			    const struct porch_route_rule_spec *s,
			    struct porch_fault *fault);
int porch_route_rule_remove(struct porch_edit *e,
			    const struct porch_route_rule_spec *s,
			    struct porch_fault *fault);
void porch_route_rule_remove_dev(struct porch_edit *e,
				 const struct net_device *dev);
void porch_route_rule_orphan_dev(struct porch_net *pn, struct net_device *dev);
void porch_route_rule_free(struct porch_route_rule *r);
const struct porch_route_rule *
porch_route_rule_find(const struct porch_config *cfg, u32 pref);

int porch_route_rules_edit_begin(struct porch_edit *e,
				 const struct porch_config *now);
void porch_route_rules_fini(struct porch_config *cfg);

/**
 * struct porch_route_query - what a route is looked for by
 * @family: AF_INET or AF_INET6
 * @dst: destination
 * @src: source; NULL if it is not known yet
 * @dev: the device that the packet came in by; NULL for one of our own
 * @mark: the packet's mark
 * @vrf: number of the VRF that the packet is in, 0 for none
 */
struct porch_route_query {
	u8 family;
	const void *dst;
	const void *src;
	const struct net_device *dev;
	u32 mark;
	u32 vrf;
};

struct porch_route *
porch_route_lookup(const struct porch_config *cfg,
		   const struct porch_route_query *q);
u32 porch_route_marks(const struct porch_config *cfg);
const struct porch_route_rule *
porch_route_rule_asked(const struct porch_config *cfg,
		       const struct porch_route_query *q);

#endif /* PORCH_ROUTE_RULE_H */
