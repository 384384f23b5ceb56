/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_CLASS_H
#define PORCH_NL_CLASS_H

struct genl_info;
struct net;
struct porch_class;
struct porch_class_spec;
struct porch_classes;
struct sk_buff;

int porch_nl_parse_class(struct genl_info *info, struct porch_class_spec *s);
int porch_nl_fill_class(struct sk_buff *msg, struct net *net,
			const struct porch_classes *set,
			const struct porch_class *c);

#endif /* PORCH_NL_CLASS_H */
