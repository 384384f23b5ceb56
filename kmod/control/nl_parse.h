/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_PARSE_H
#define PORCH_NL_PARSE_H

struct genl_info;
struct porch_op;
union porch_addr;

int porch_nl_require(struct genl_info *info, int attr, const char *msg);
int porch_nl_parse_addr(struct genl_info *info, int attr,
			union porch_addr *addr, u8 *family);
int porch_nl_parse_prefix(struct genl_info *info, int attr, int len_attr,
			  union porch_addr *addr, u8 *plen, u8 *family);
int porch_nl_parse_op(struct genl_info *info, struct porch_op *op);

#endif /* PORCH_NL_PARSE_H */
