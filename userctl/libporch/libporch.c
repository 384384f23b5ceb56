// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libporch.h"

/**
 * struct queue - the ring of one CPU
 * @ctl: the shared indices
 * @data: the shared records
 * @mask: length of @data - 1
 * @cons: where our next record begins; what @ctl shows of it is a copy
 * @prod: how far the kernel was when we last looked
 */
struct queue {
	struct porch_ring_ctl *ctl;
	const uint8_t *data;
	uint32_t mask;
	uint32_t cons;
	uint32_t prod;
};

/**
 * struct sender - the ring in the other direction
 * @ctl: the shared indices; NULL if there is none
 * @data: the shared records
 * @size: length of @data
 * @prod: where our next record begins; what @ctl shows of it is a copy
 * @next: where the reserved record ends
 */
struct sender {
	struct porch_ring_ctl *ctl;
	uint8_t *data;
	uint32_t size;
	uint32_t prod;
	uint32_t next;
};

/**
 * struct porch_ring - an open /dev/porch
 * @fd: of it
 * @map: its mapping
 * @map_size: length of @map
 * @peeked: the queue of the frame that was peeked at last
 * @frame: that frame
 * @tx: to the kernel
 * @n_queues: length of @queue
 * @queue: all CPUs' rings
 */
struct porch_ring {
	int fd;
	void *map;
	size_t map_size;
	struct queue *peeked;
	const struct porch_ring_frame *frame;
	struct sender tx;
	unsigned int n_queues;
	struct queue queue[];
};

static void find_queue(struct porch_ring *ring, const struct porch_ring_entry *entry)
{
	struct queue *q = &ring->queue[ring->n_queues++];

	q->ctl = (struct porch_ring_ctl *)((char *)ring->map + entry->ctl);
	q->data = (uint8_t *)ring->map + entry->data;
	q->mask = entry->size - 1;
	q->cons = q->ctl->cons;
	q->prod = q->cons;
}

static void find_sender(struct porch_ring *ring, const struct porch_ring_entry *entry)
{
	struct sender *tx = &ring->tx;

	tx->ctl = (struct porch_ring_ctl *)((char *)ring->map + entry->ctl);
	tx->data = (uint8_t *)ring->map + entry->data;
	tx->size = entry->size;
	tx->prod = tx->ctl->prod;
	tx->next = tx->prod;
}

/* Entries of a type that we do not know are left alone. */
static void find_rings(struct porch_ring *ring)
{
	const struct porch_ring_head *head = ring->map;
	const struct porch_ring_entry *entry;
	uint32_t i;

	for (i = 0; i < head->n_entries; i++) {
		entry = (const void *)((char *)ring->map + head->entries + i * head->entry_size);
		if (entry->type == PORCH_RING_RX)
			find_queue(ring, entry);
		else if (entry->type == PORCH_RING_TX)
			find_sender(ring, entry);
	}
}

static struct porch_ring *ring_map(int fd, const struct porch_ring_setup *setup)
{
	struct porch_ring *ring = calloc(1, sizeof(*ring) + setup->rings * sizeof(*ring->queue));

	if (!ring)
		return NULL;
	ring->fd = fd;
	ring->map_size = setup->map_size;
	/* Populated, as page faults would cost more than the frames. */
	ring->map = mmap(NULL, ring->map_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			 fd, 0);
	if (ring->map == MAP_FAILED) {
		free(ring);
		return NULL;
	}
	find_rings(ring);
	return ring;
}

struct porch_ring *porch_ring_open(uint32_t size, uint32_t tx_size, uint32_t snaplen)
{
	struct porch_ring_setup setup = { .size = size, .tx_size = tx_size, .snaplen = snaplen };
	int fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	struct porch_ring *ring = NULL;
	int err;

	if (fd < 0)
		return NULL;
	if (!ioctl(fd, PORCH_RING_SETUP, &setup))
		ring = ring_map(fd, &setup);
	if (!ring) {
		err = errno;
		close(fd);
		errno = err;
	}
	return ring;
}

void porch_ring_close(struct porch_ring *ring)
{
	if (!ring)
		return;
	munmap(ring->map, ring->map_size);
	close(ring->fd);
	free(ring);
}

int porch_ring_tap(struct porch_ring *ring, uint32_t ifindex)
{
	struct porch_ring_tap tap = { .ifindex = ifindex };

	return ioctl(ring->fd, PORCH_RING_TAP, &tap);
}

int porch_ring_divert(struct porch_ring *ring, uint32_t ifindex)
{
	struct porch_ring_divert divert = { .ifindex = ifindex };

	return ioctl(ring->fd, PORCH_RING_DIVERT, &divert);
}

int porch_ring_queue(struct porch_ring *ring, uint16_t queue, uint32_t held, uint32_t deadline)
{
	struct porch_ring_queue q = { .queue = queue, .held = held, .deadline = deadline };

	return ioctl(ring->fd, PORCH_RING_QUEUE, &q);
}

int porch_ring_fd(const struct porch_ring *ring)
{
	return ring->fd;
}

/* Its next frame, behind what fills the end of the ring. */
static const struct porch_ring_frame *queue_peek(struct queue *q)
{
	const struct porch_ring_frame *frame;

	for (;;) {
		if (q->cons == q->prod) {
			/* (A) of kmod/core/ring.c: the records come after this. */
			q->prod = __atomic_load_n(&q->ctl->prod, __ATOMIC_ACQUIRE);
			if (q->cons == q->prod)
				return NULL;
		}
		frame = (const void *)(q->data + (q->cons & q->mask));
		if (frame->type != PORCH_RING_PAD)
			return frame;
		q->cons += frame->len;
	}
}

const struct porch_ring_frame *porch_ring_peek(struct porch_ring *ring)
{
	const struct porch_ring_frame *frame, *oldest = NULL;
	struct queue *q;

	for (q = ring->queue; q < ring->queue + ring->n_queues; q++) {
		frame = queue_peek(q);
		if (!frame || (oldest && oldest->time <= frame->time))
			continue;
		oldest = frame;
		ring->peeked = q;
	}
	ring->frame = oldest;
	return oldest;
}

void porch_ring_release(struct porch_ring *ring)
{
	struct queue *q = ring->peeked;

	q->cons += ring->frame->len;
	/* (B) of kmod/core/ring.c: the record was read before this. */
	__atomic_store_n(&q->ctl->cons, q->cons, __ATOMIC_RELEASE);
}

uint64_t porch_ring_lost(const struct porch_ring *ring)
{
	uint64_t lost = 0;
	unsigned int i;

	for (i = 0; i < ring->n_queues; i++)
		lost += __atomic_load_n(&ring->queue[i].ctl->lost, __ATOMIC_RELAXED);
	return lost;
}

/* Room in one piece for a record, behind what fills the end of the ring. */
static void *tx_reserve(struct sender *tx, uint32_t len)
{
	uint32_t at = tx->prod & (tx->size - 1);
	uint32_t skip = len <= tx->size - at ? 0 : tx->size - at;
	struct porch_ring_frame *pad = (void *)(tx->data + at);
	uint32_t cons;

	/* (B) of kmod/core/ring.c: what was there has been read before this. */
	cons = __atomic_load_n(&tx->ctl->cons, __ATOMIC_ACQUIRE);
	if (tx->size - (tx->prod - cons) < skip + len) {
		errno = ENOBUFS;
		return NULL;
	}
	if (skip) {
		pad->len = skip;
		pad->type = PORCH_RING_PAD;
	}
	tx->next = tx->prod + skip + len;
	return skip ? tx->data : tx->data + at;
}

static void tx_submit(struct sender *tx)
{
	tx->prod = tx->next;
	/* (A) of kmod/core/ring.c: the records were written before this. */
	__atomic_store_n(&tx->ctl->prod, tx->prod, __ATOMIC_RELEASE);
}

struct porch_ring_frame *porch_ring_reserve(struct porch_ring *ring, uint32_t caplen)
{
	struct porch_ring_frame *frame;
	struct sender *tx = &ring->tx;
	uint64_t len = sizeof(*frame) + (uint64_t)caplen;

	if (!tx->ctl) {
		errno = ENXIO;
		return NULL;
	}
	len = (len + PORCH_RING_ALIGN - 1) / PORCH_RING_ALIGN * PORCH_RING_ALIGN;
	if (len > tx->size / 2) {
		errno = EMSGSIZE;
		return NULL;
	}
	frame = tx_reserve(tx, len);
	if (frame)
		*frame = (struct porch_ring_frame) {
			.len = len,
			.type = PORCH_RING_FRAME,
			.data = sizeof(*frame),
			.caplen = caplen,
		};
	return frame;
}

void porch_ring_submit(struct porch_ring *ring)
{
	tx_submit(&ring->tx);
}

int porch_ring_answer(struct porch_ring *ring, uint64_t id, uint16_t verdict)
{
	struct porch_ring_answer *answer;
	struct sender *tx = &ring->tx;

	if (!tx->ctl) {
		errno = ENXIO;
		return -1;
	}
	answer = tx_reserve(tx, PORCH_RING_ALIGN);
	if (!answer) {
		if (porch_ring_kick(ring, NULL))
			return -1;
		answer = tx_reserve(tx, PORCH_RING_ALIGN);
	}
	if (!answer)
		return -1;
	*answer = (struct porch_ring_answer) {
		.len = PORCH_RING_ALIGN,
		.type = PORCH_RING_ANSWER,
		.verdict = verdict,
		.id = id,
	};
	tx_submit(tx);
	return 0;
}

int porch_ring_kick(struct porch_ring *ring, struct porch_ring_kick *kick)
{
	struct porch_ring_kick result = {};
	int err = ioctl(ring->fd, PORCH_RING_KICK, &result);

	if (kick)
		*kick = result;
	return err;
}
