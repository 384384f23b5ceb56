/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_PATH_SHAPE_H
#define PORCH_PATH_SHAPE_H

#include <linux/types.h>

struct porch_class;
struct porch_edit;
struct porch_net;
struct porch_shape_stats;

int porch_qdisc_register(void);
void porch_qdisc_unregister(void);

int porch_qdisc_prepare(const struct porch_edit *e);
void porch_qdisc_publish(const struct porch_edit *e);
void porch_qdisc_abort(const struct porch_edit *e);

bool porch_qdisc_stats(const struct porch_net *pn, const struct porch_class *c,
		       struct porch_shape_stats *sum);

#endif /* PORCH_PATH_SHAPE_H */
