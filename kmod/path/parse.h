/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_PARSE_H
#define PORCH_PARSE_H

struct porch_pkt;
struct porch_vec;

void porch_parse_pkt(struct porch_pkt *p);
void porch_parse(struct porch_vec *v);

#endif /* PORCH_PARSE_H */
