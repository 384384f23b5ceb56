/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_ROUTE_RULE_H
#define PORCH_NL_ROUTE_RULE_H

struct genl_info;
struct porch_route_rule;
struct porch_route_rule_spec;
struct sk_buff;

int porch_nl_parse_route_rule(struct genl_info *info,
			      struct porch_route_rule_spec *s);
int porch_nl_parse_route_rule_pref(struct genl_info *info,
				   struct porch_route_rule_spec *s);
int porch_nl_fill_route_rule(struct sk_buff *msg,
			     const struct porch_route_rule *r);

#endif /* PORCH_NL_ROUTE_RULE_H */
