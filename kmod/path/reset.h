/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_RESET_H
#define PORCH_RESET_H

struct net_device;
struct porch_pkt;
struct porch_vec;
struct sk_buff;

bool porch_reset_is_due(struct porch_pkt *p);
struct sk_buff *porch_reset_build(const struct porch_vec *v,
				  const struct porch_pkt *p,
				  struct net_device *dev);

#endif /* PORCH_RESET_H */
