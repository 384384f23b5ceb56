/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_REMARK_H
#define PORCH_REMARK_H

struct porch_pkt;

bool porch_remark(struct porch_pkt *p);

#endif /* PORCH_REMARK_H */
