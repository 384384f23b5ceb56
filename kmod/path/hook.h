/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_HOOK_H
#define PORCH_HOOK_H

#include <linux/netdevice.h>

struct nf_hook_state;
struct porch_port;

rx_handler_result_t porch_hook_rx(struct sk_buff **pskb);
unsigned int porch_hook_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int porch_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);
int porch_hook_attach(struct porch_port *port);
void porch_hook_arm(struct porch_port *port);
void porch_hook_disarm(struct porch_port *port);
void porch_hook_detach(struct porch_port *port);

#endif /* PORCH_HOOK_H */
