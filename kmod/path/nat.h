/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NAT_H
#define PORCH_NAT_H

#include <linux/types.h>

struct porch_ctx;
struct porch_judge;
struct porch_pkt;
struct porch_plan;
struct porch_vec;

void porch_nat_dst(const struct porch_ctx *c, struct porch_pkt *p,
		   const struct porch_judge *j);
void porch_nat_src(const struct porch_ctx *c, struct porch_pkt *p,
		   const struct porch_judge *j, struct porch_plan *plan);
void porch_nat_again(struct porch_pkt *p, struct porch_plan *plan);
void porch_nat_pkt(struct porch_pkt *p);
void porch_nat(struct porch_vec *v);

#endif /* PORCH_NAT_H */
