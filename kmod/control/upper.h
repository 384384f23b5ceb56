/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_UPPER_H
#define PORCH_UPPER_H

#include <linux/netdevice.h>
#include <linux/porch.h>

struct porch_fault;
struct porch_net;
struct porch_port_spec;

int porch_upper_choose_hook(const struct porch_port_spec *spec,
			    struct net_device *dev, enum porch_port_hook *hook,
			    struct porch_fault *fault);
int porch_upper_check_link(struct porch_net *pn, struct net_device *dev,
			   const struct netdev_notifier_changeupper_info *info);

#endif /* PORCH_UPPER_H */
