/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ENGINE_H
#define PORCH_ENGINE_H

#include <linux/skbuff.h>

struct porch_answers;
struct porch_net;
struct porch_port;

int porch_engine_register(void);
void porch_engine_unregister(void);
int porch_engine_init(struct porch_net *pn);
void porch_engine_fini(struct porch_net *pn);
void porch_engine_admit(struct porch_port *port, struct sk_buff *skb);
void porch_engine_readmit(struct porch_port *port, struct sk_buff *skb,
			  const struct porch_answers *answers);
void porch_engine_drain(struct porch_port *port);

#endif /* PORCH_ENGINE_H */
