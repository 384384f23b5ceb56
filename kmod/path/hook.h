/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_HOOK_H
#define PORCH_HOOK_H

#include <linux/netdevice.h>

struct porch_port;

rx_handler_result_t porch_hook_rx(struct sk_buff **pskb);
int porch_hook_attach(struct porch_port *port);
void porch_hook_arm(struct porch_port *port);
void porch_hook_disarm(struct porch_port *port);
void porch_hook_detach(struct porch_port *port);

#endif /* PORCH_HOOK_H */
