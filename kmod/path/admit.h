/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ADMIT_H
#define PORCH_ADMIT_H

#include <linux/porch.h>
#include <linux/skbuff.h>

#define PORCH_N_LANES	(PORCH_LANE_MAX + 1)

struct porch_config;
struct porch_port;
struct porch_stats;
struct porch_tbucket_set;

/**
 * struct porch_admit - what the door of one CPU keeps in mind
 * @sources: the budget of each source
 *
 * Touched by its CPU alone, with softirqs off.
 */
struct porch_admit {
	struct porch_tbucket_set *sources;
};

int porch_admit_init(struct porch_admit *a);
void porch_admit_fini(struct porch_admit *a);
enum porch_lane porch_admit_look(const struct porch_config *cfg,
				 const struct porch_port *port,
				 const struct sk_buff *skb);
enum porch_lane porch_admit_lane(struct porch_admit *a,
				 const struct porch_config *cfg,
				 const struct porch_port *port,
				 const struct sk_buff *skb, bool again);

#endif /* PORCH_ADMIT_H */
