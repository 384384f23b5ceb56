/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_CORE_RING_H
#define PORCH_CORE_RING_H

#include "env.h"
#include <linux/porch_ring.h>

/**
 * struct porch_ring_producer - the kernel's side of a ring
 * @ctl: shared with the consumer; of its fields only @ctl->cons is ever read
 * @data: the records, shared as well
 * @size: bytes of @data, a power of two
 * @prod: where the next record begins; what @ctl shows of it is a copy
 * @last: where the last submitted record begins
 * @next: where the reserved record ends
 * @cons: where the consumer was when it was last looked at, and did not lie:
 *	@prod - @cons never exceeds @size
 * @missed: records lost since the last submitted one, no more than U32_MAX
 * @frames: records submitted
 * @lost: records lost
 *
 * One producer and one consumer at a time. The consumer may write anything
 * anywhere in the shared memory at any time, and harms itself alone.
 */
struct porch_ring_producer {
	struct porch_ring_ctl *ctl;
	u8 *data;
	u32 size;
	u32 prod;
	u32 last;
	u32 next;
	u32 cons;
	u32 missed;
	u64 frames;
	u64 lost;
};

void porch_ring_init(struct porch_ring_producer *p, struct porch_ring_ctl *ctl,
		     void *data, u32 size);
struct porch_ring_frame *porch_ring_reserve(struct porch_ring_producer *p,
					    u32 len);
void porch_ring_submit(struct porch_ring_producer *p);
void porch_ring_lose(struct porch_ring_producer *p);

/**
 * porch_ring_readable() - is there a record that the consumer has not released?
 * @p: the producer's side
 *
 * Context: any, on any CPU; behind a full barrier, if the answer is to decide
 * about sleeping.
 */
static inline bool porch_ring_readable(const struct porch_ring_producer *p)
{
	return READ_ONCE(p->prod) != READ_ONCE(p->ctl->cons);
}

/**
 * porch_ring_was_empty() - had the consumer nothing left before the last submit?
 * @p: the producer's side
 *
 * If so, it may be asleep by now. A full barrier must lie between the submit
 * and this; it pairs with the one between the consumer's store of its index
 * and its last look at the producer's. So either the consumer sees the record,
 * or this sees the consumer.
 *
 * Context: the producer's.
 */
static inline bool
porch_ring_was_empty(const struct porch_ring_producer *p)
{
	return READ_ONCE(p->ctl->cons) == p->last;
}

/**
 * struct porch_ring_consumer - the kernel's side of a ring that an application
 *	fills
 * @ctl: shared with the producer; of its fields only @ctl->prod is ever read
 * @data: the records, shared as well
 * @size: bytes of @data, a power of two
 * @cons: where the next record begins; what @ctl shows of it is a copy
 * @prod: how far the producer was when it was last looked at, and did not lie:
 *	@prod - @cons is a multiple of PORCH_RING_ALIGN and never exceeds @size
 * @next: where the record ends that was peeked at last
 *
 * One producer and one consumer at a time. The producer may write anything
 * anywhere in the shared memory at any time, and harms itself alone.
 */
struct porch_ring_consumer {
	struct porch_ring_ctl *ctl;
	const u8 *data;
	u32 size;
	u32 cons;
	u32 prod;
	u32 next;
};

void porch_ring_consumer_init(struct porch_ring_consumer *c,
			      struct porch_ring_ctl *ctl, const void *data,
			      u32 size);
int porch_ring_look(struct porch_ring_consumer *c);
const u8 *porch_ring_peek(struct porch_ring_consumer *c,
			  struct porch_ring_frame *head);
void porch_ring_release(struct porch_ring_consumer *c);

#endif /* PORCH_CORE_RING_H */
