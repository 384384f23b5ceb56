/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_SET_H
#define PORCH_NL_SET_H

struct genl_info;
struct porch_op;
struct porch_set;
struct sk_buff;

int porch_nl_parse_set_op(struct genl_info *info, struct porch_op *op);
int porch_nl_fill_set(struct sk_buff *msg, const struct porch_set *set);

#endif /* PORCH_NL_SET_H */
