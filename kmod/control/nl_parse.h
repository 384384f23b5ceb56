/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_PARSE_H
#define PORCH_NL_PARSE_H

struct genl_info;
struct porch_route_spec;
struct porch_settings;
union porch_addr;

int porch_nl_parse_addr(struct genl_info *info, int attr,
			union porch_addr *addr, u8 *family);
int porch_nl_parse_route(struct genl_info *info, struct porch_route_spec *s);
int porch_nl_parse_settings(struct genl_info *info, struct porch_settings *set);

#endif /* PORCH_NL_PARSE_H */
