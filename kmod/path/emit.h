/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_EMIT_H
#define PORCH_EMIT_H

#include <linux/skbuff.h>

struct porch_port;
struct porch_vec;

void porch_emit(struct porch_vec *v);
bool porch_emit_returns(struct sk_buff *skb);
const struct porch_port *porch_emit_giving(void);

#endif /* PORCH_EMIT_H */
