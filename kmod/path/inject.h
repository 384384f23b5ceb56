/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_INJECT_H
#define PORCH_INJECT_H

struct porch_ring;
struct porch_ring_kick;

int porch_inject(struct porch_ring *ring, struct porch_ring_kick *kick);

#endif /* PORCH_INJECT_H */
