/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_DROP_H
#define PORCH_DROP_H

#include <linux/skbuff.h>
#include "control/port.h"
#include "control/stats.h"

void porch_drop(struct porch_stats *stats, const struct porch_port *port,
		struct sk_buff *skb, enum porch_drop reason);
void porch_drop_gone(struct porch_stats *stats, const struct porch_port *port,
		     enum porch_drop reason);
void porch_drop_note(struct porch_stats *stats, const struct porch_port *port,
		     const struct sk_buff *skb, enum porch_drop reason);

#endif /* PORCH_DROP_H */
