/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_FRAG_H
#define PORCH_FRAG_H

#include <linux/types.h>

struct porch_frags;
struct porch_pkt;

struct porch_frags *porch_frags_alloc(void);
void porch_frags_free(struct porch_frags *f);
void porch_frag_keep(struct porch_frags *f, const struct porch_pkt *p, u32 now);
bool porch_frag_lend(struct porch_frags *f, struct porch_pkt *p, u32 now);

#endif /* PORCH_FRAG_H */
