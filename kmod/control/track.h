/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TRACK_H
#define PORCH_TRACK_H

#include <linux/types.h>

struct porch_track;
struct porch_track_spec;

void porch_track_init(struct porch_track *t);
u32 *porch_track_value(struct porch_track *t, int attr);
void porch_track_change(struct porch_track *t,
			const struct porch_track_spec *spec);

#endif /* PORCH_TRACK_H */
