/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_RULE_H
#define PORCH_NL_RULE_H

struct genl_info;
struct net;
struct porch_chain;
struct porch_op;
struct porch_rule;
struct porch_ruleset;
struct sk_buff;

int porch_nl_parse_name(struct genl_info *info, int attr, char *name);
int porch_nl_parse_rule_op(struct genl_info *info, struct porch_op *op);
int porch_nl_fill_chain(struct sk_buff *msg, const struct porch_chain *c);
int porch_nl_fill_rule(struct sk_buff *msg, const struct net *net,
		       const struct porch_ruleset *rs,
		       const struct porch_chain *c, const struct porch_rule *r);

#endif /* PORCH_NL_RULE_H */
