/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_H
#define PORCH_NL_H

struct genl_family;

extern struct genl_family porch_family;

int porch_nl_register(void);
void porch_nl_unregister(void);

#endif /* PORCH_NL_H */
