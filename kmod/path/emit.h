/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_EMIT_H
#define PORCH_EMIT_H

#include <linux/skbuff.h>

struct porch_port;
struct porch_vec;

void porch_emit(struct porch_vec *v);
bool porch_emit_returns(struct sk_buff *skb);
const struct porch_port *porch_emit_giving(void);
void porch_emit_out(const struct porch_port *port, struct sk_buff *skb);
void porch_emit_wire(const struct porch_port *port, struct sk_buff *skb);
void porch_emit_stack(const struct porch_port *port, struct sk_buff *skb);

#endif /* PORCH_EMIT_H */
