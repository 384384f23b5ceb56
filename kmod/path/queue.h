/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_QUEUE_H
#define PORCH_QUEUE_H

#include <linux/types.h>

struct porch_ctx;
struct porch_pkt;
struct porch_port;
struct porch_ring;

int porch_queue_open(struct porch_ring *ring, u16 number, u32 held,
		     u32 deadline);
void porch_queue_close(struct porch_ring *ring);
void porch_queue_flush(const struct porch_port *port);
int porch_queue_answer(struct porch_ring *ring, u64 id, u16 verdict);

bool porch_queue_ask(const struct porch_ctx *c, struct porch_pkt *p);
void porch_queue_take(const struct porch_ctx *c, struct porch_pkt *p);

#endif /* PORCH_QUEUE_H */
