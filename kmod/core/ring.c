// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of records for one producer and one consumer. The kernel is one of them,
 * and the other is not trusted.
 *
 * Both indices count bytes and run freely over 32 bits, so a full and an empty
 * ring differ. A record lies in one piece: what is left at the end of the ring
 * is filled with a record that says so. All lengths are multiples of
 * PORCH_RING_ALIGN, hence there is always room for the head of that one.
 *
 * Barriers, here (k) is the producer, (u) the consumer; in the other direction
 * they change places:
 *
 *	(k) fill the record			(u) load prod, acquire (A)
 *	(k) store prod, release (A)		(u) read the records
 *	(k) load cons, acquire (B)		(u) store cons, release (B)
 *	(k) overwrite what was released
 *
 * (A) lets the consumer see whole records, (B) keeps the producer from writing
 * into one that is still being read. Who sleeps adds a third pair, see
 * porch_ring_was_empty().
 */
#include "ring.h"

/**
 * porch_ring_init() - make an empty ring
 * @p: the producer's side, to be initialised
 * @ctl: zeroed memory, shared with the consumer
 * @data: the same, for the records
 * @size: bytes of @data: a power of two, from PORCH_RING_SIZE_MIN to
 *	PORCH_RING_SIZE_MAX
 *
 * The indices start shortly before they overflow, as jiffies do, for the same
 * reason: whoever cannot cope finds out at once.
 */
void porch_ring_init(struct porch_ring_producer *p, struct porch_ring_ctl *ctl,
		     void *data, u32 size)
{
	u32 start = 0 - size;

	*p = (struct porch_ring_producer) {
		.ctl = ctl,
		.data = data,
		.size = size,
		.prod = start,
		.last = start,
		.cons = start,
	};
	ctl->prod = start;
	ctl->cons = start;
}

static bool has_room(struct porch_ring_producer *p, u32 len)
{
	u32 cons;

	if (p->size - (p->prod - p->cons) >= len)
		return true;
	/* (B): pairs with the consumer's release. The one and only read. */
	cons = smp_load_acquire(&p->ctl->cons);
	/* Released more than there was: it lies, and gets nothing new. */
	if (p->prod - cons > p->size)
		return false;
	p->cons = cons;
	return p->size - (p->prod - cons) >= len;
}

/**
 * porch_ring_lose() - count a record that could not be produced
 * @p: the producer's side
 *
 * Context: the producer's.
 */
void porch_ring_lose(struct porch_ring_producer *p)
{
	if (p->missed != U32_MAX)
		p->missed++;
	WRITE_ONCE(p->ctl->lost, ++p->lost);
}

/**
 * porch_ring_reserve() - get room for a record
 * @p: the producer's side
 * @len: its length in bytes, a multiple of PORCH_RING_ALIGN, at most half of
 *	the ring
 *
 * Nothing is promised: what is not submitted never was.
 *
 * Context: the producer's.
 *
 * Return: the record with len, type and lost set, all else undefined; NULL if
 * there is no room, and then a loss has been counted.
 */
struct porch_ring_frame *porch_ring_reserve(struct porch_ring_producer *p,
					    u32 len)
{
	u32 at = p->prod & (p->size - 1);
	u32 tail = p->size - at;
	u32 skip = len <= tail ? 0 : tail;
	struct porch_ring_frame *f;

	if (!has_room(p, skip + len)) {
		porch_ring_lose(p);
		return NULL;
	}
	f = (struct porch_ring_frame *)(p->data + at);
	if (skip) {
		f->len = skip;
		f->type = PORCH_RING_PAD;
		f = (struct porch_ring_frame *)p->data;
	}
	f->len = len;
	f->type = PORCH_RING_FRAME;
	f->lost = p->missed;
	p->next = p->prod + skip + len;
	return f;
}

/**
 * porch_ring_submit() - give the reserved record to the consumer
 * @p: the producer's side
 *
 * Context: the producer's.
 */
void porch_ring_submit(struct porch_ring_producer *p)
{
	p->missed = 0;
	WRITE_ONCE(p->ctl->frames, ++p->frames);
	/* (A): pairs with the consumer's acquire. */
	smp_store_release(&p->ctl->prod, p->next);
	p->last = p->prod;
	WRITE_ONCE(p->prod, p->next);
}

/**
 * porch_ring_consumer_init() - make an empty ring that an application fills
 * @c: the consumer's side, to be initialised
 * @ctl: zeroed memory, shared with the producer
 * @data: the same, for the records
 * @size: bytes of @data, as for porch_ring_init()
 */
void porch_ring_consumer_init(struct porch_ring_consumer *c,
			      struct porch_ring_ctl *ctl, const void *data,
			      u32 size)
{
	u32 start = 0 - size;

	*c = (struct porch_ring_consumer) {
		.ctl = ctl,
		.data = data,
		.size = size,
		.cons = start,
		.prod = start,
		.next = start,
	};
	ctl->prod = start;
	ctl->cons = start;
}

/**
 * porch_ring_look() - see how far the producer has come
 * @c: the consumer's side
 *
 * Context: the consumer's.
 *
 * Return: 0, or -EBADMSG if that is impossible, and then nothing changed.
 */
int porch_ring_look(struct porch_ring_consumer *c)
{
	/* (A): pairs with the producer's release. The one and only read. */
	u32 prod = smp_load_acquire(&c->ctl->prod);
	u32 len = prod - c->cons;

	if (len > c->size || len % PORCH_RING_ALIGN)
		return -EBADMSG;
	c->prod = prod;
	return 0;
}

/* Once: what is checked is what was read. */
static void read_head(struct porch_ring_frame *head, const u8 *record)
{
	const u64 *from = (const u64 *)record;
	u64 *to = (u64 *)head;
	unsigned int i;

	for (i = 0; i < sizeof(*head) / sizeof(*to); i++)
		to[i] = READ_ONCE(from[i]);
}

/**
 * porch_ring_peek() - find the next record of those that were there when
 *	porch_ring_look() was called
 * @c: the consumer's side
 * @head: a copy of what the record begins with; its len is right, nothing else
 *	of it has been checked
 *
 * Context: the consumer's.
 *
 * Return: the record, which the producer may still write to; NULL if there is
 * none, ERR_PTR(-EBADMSG) if it has an impossible length. Then nobody knows where
 * the next one begins, and all are given up.
 */
const u8 *porch_ring_peek(struct porch_ring_consumer *c,
			  struct porch_ring_frame *head)
{
	const u8 *record;
	u32 at;

	while (c->cons != c->prod) {
		at = c->cons & (c->size - 1);
		record = c->data + at;
		read_head(head, record);
		if (!head->len || head->len % PORCH_RING_ALIGN ||
		    head->len > c->prod - c->cons ||
		    head->len > c->size - at) {
			c->next = c->prod;
			porch_ring_release(c);
			return ERR_PTR(-EBADMSG);
		}
		c->next = c->cons + head->len;
		if (head->type != PORCH_RING_PAD)
			return record;
		porch_ring_release(c);
	}
	return NULL;
}

/**
 * porch_ring_release() - give the room of a record back to the producer
 * @c: the consumer's side; the record was peeked at
 *
 * Context: the consumer's.
 */
void porch_ring_release(struct porch_ring_consumer *c)
{
	c->cons = c->next;
	/* (B): pairs with the producer's acquire. */
	smp_store_release(&c->ctl->cons, c->cons);
}
