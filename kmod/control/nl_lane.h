/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_LANE_H
#define PORCH_NL_LANE_H

struct genl_info;
struct net;
struct porch_lane_rule;
struct porch_lane_spec;
struct sk_buff;

int porch_nl_parse_lane_pref(struct genl_info *info, struct porch_lane_spec *s);
int porch_nl_parse_lane(struct genl_info *info, struct porch_lane_spec *s);
int porch_nl_fill_lane(struct sk_buff *msg, struct net *net,
		       const struct porch_lane_rule *rule);

#endif /* PORCH_NL_LANE_H */
