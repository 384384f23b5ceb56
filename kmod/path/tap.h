/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TAP_H
#define PORCH_TAP_H

#include <linux/rculist.h>
#include <linux/skbuff.h>
#include "control/port.h"

struct neighbour;
struct porch_ring;

int porch_tap_open(struct porch_ring *ring, u32 ifindex);
int porch_tap_own(struct porch_ring *ring, u32 ifindex);
void porch_tap_close(struct porch_ring *ring);
int porch_tap_attach(struct porch_port *port);
void porch_tap_detach(struct porch_port *port);
void porch_tap_release_net(struct porch_net *pn);

void porch_tap_in(const struct porch_port *port, const struct sk_buff *skb);
bool porch_tap_divert(const struct porch_port *port, struct sk_buff *skb);
void porch_tap_out(const struct porch_port *port, const struct sk_buff *skb,
		   struct neighbour *neigh);

/**
 * porch_port_tapped() - does anybody watch a port?
 * @port: the port
 *
 * Context: inside an RCU read-side section.
 *
 * Return: true if frames must be shown to the taps.
 */
static inline bool porch_port_tapped(const struct porch_port *port)
{
	return unlikely(!hlist_empty(&port->taps));
}

/**
 * porch_port_owned() - is what comes in by a port an application's?
 * @port: the port
 *
 * Context: inside an RCU read-side section.
 *
 * Return: true if it must be offered to porch_tap_divert().
 */
static inline bool porch_port_owned(const struct porch_port *port)
{
	return unlikely(rcu_access_pointer(port->owner));
}

#endif /* PORCH_TAP_H */
