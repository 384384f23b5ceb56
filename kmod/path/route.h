/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ROUTE_H
#define PORCH_ROUTE_H

struct porch_ctx;
struct porch_pkt;
struct porch_vec;

void porch_route_pkt(const struct porch_ctx *c, struct porch_pkt *p);
void porch_route(struct porch_vec *v);
void porch_resolve(struct porch_vec *v);

#endif /* PORCH_ROUTE_H */
