/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_EXPLAIN_H
#define PORCH_EXPLAIN_H

#include <linux/types.h>

struct porch_explain;
struct porch_port;
struct porch_trail;

struct porch_explain *porch_explain_alloc(const void *packet, unsigned int n,
					  unsigned int len, u32 mark);
void porch_explain_free(struct porch_explain *e);
const struct porch_trail *porch_explain_run(struct porch_explain *e,
					    struct porch_port *port, bool out);

#endif /* PORCH_EXPLAIN_H */
