// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring.h"

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
 * struct ring - an open /dev/porch
 * @fd: of it
 * @map: its mapping
 * @map_size: length of @map
 * @peeked: the queue of the frame that was peeked at last
 * @frame: that frame
 * @n_queues: length of @queue
 * @queue: all CPUs' rings
 */
struct ring {
	int fd;
	void *map;
	size_t map_size;
	struct queue *peeked;
	const struct porch_ring_frame *frame;
	unsigned int n_queues;
	struct queue queue[];
};

/* Entries of a type that we do not know are left alone. */
static void find_queues(struct ring *ring)
{
	const struct porch_ring_head *head = ring->map;
	uint32_t i;

	for (i = 0; i < head->n_entries; i++) {
		const struct porch_ring_entry *entry =
			(const void *)((char *)ring->map + head->entries + i * head->entry_size);
		struct queue *q = &ring->queue[ring->n_queues];

		if (entry->type != PORCH_RING_RX)
			continue;
		q->ctl = (struct porch_ring_ctl *)((char *)ring->map + entry->ctl);
		q->data = (uint8_t *)ring->map + entry->data;
		q->mask = entry->size - 1;
		q->cons = q->ctl->cons;
		q->prod = q->cons;
		ring->n_queues++;
	}
}

static struct ring *ring_map(int fd, const struct porch_ring_setup *setup)
{
	struct ring *ring = calloc(1, sizeof(*ring) + setup->rings * sizeof(*ring->queue));

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
	find_queues(ring);
	return ring;
}

struct ring *ring_open(uint32_t size, uint32_t snaplen)
{
	struct porch_ring_setup setup = { .size = size, .snaplen = snaplen };
	int fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	struct ring *ring = NULL;
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

void ring_close(struct ring *ring)
{
	if (!ring)
		return;
	munmap(ring->map, ring->map_size);
	close(ring->fd);
	free(ring);
}

int ring_tap(struct ring *ring, uint32_t ifindex)
{
	struct porch_ring_tap tap = { .ifindex = ifindex };

	return ioctl(ring->fd, PORCH_RING_TAP, &tap);
}

int ring_fd(const struct ring *ring)
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

const struct porch_ring_frame *ring_peek(struct ring *ring)
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

void ring_release(struct ring *ring)
{
	struct queue *q = ring->peeked;

	q->cons += ring->frame->len;
	/* (B) of kmod/core/ring.c: the record was read before this. */
	__atomic_store_n(&q->ctl->cons, q->cons, __ATOMIC_RELEASE);
}

uint64_t ring_lost(const struct ring *ring)
{
	uint64_t lost = 0;
	unsigned int i;

	for (i = 0; i < ring->n_queues; i++)
		lost += __atomic_load_n(&ring->queue[i].ctl->lost, __ATOMIC_RELAXED);
	return lost;
}
