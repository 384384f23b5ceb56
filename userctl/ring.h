/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames from /dev/porch, read where the kernel has put them:
 *
 *	ring = ring_open(1 << 21, 0);
 *	ring_tap(ring, ifindex);
 *	for (;;) {
 *		while ((frame = ring_peek(ring))) {
 *			look_at(frame, ring_data(frame), frame->caplen);
 *			ring_release(ring);
 *		}
 *		poll() for ring_fd(ring)
 *	}
 */
#ifndef PORCHCTL_RING_H
#define PORCHCTL_RING_H

#include <stdint.h>

#include <linux/porch_ring.h>

struct ring;

/**
 * ring_open() - get rings, which nothing comes into yet
 * @size: bytes of each CPU's ring, a power of two
 * @snaplen: bytes of a frame that are kept; 0 for as many as a quarter of @size
 *
 * The network namespace is the caller's.
 *
 * Return: what the other functions want; NULL with errno
 */
struct ring *ring_open(uint32_t size, uint32_t snaplen);

/**
 * ring_close() - give the rings back
 * @ring: from ring_open(), or NULL
 */
void ring_close(struct ring *ring);

/**
 * ring_tap() - let the frames of a port come in
 * @ring: from ring_open()
 * @ifindex: of the port; 0 for all of them, also those to come
 *
 * Return: 0, or -1 with errno: ENOENT if it is no port
 */
int ring_tap(struct ring *ring, uint32_t ifindex);

/**
 * ring_fd() - what to wait for
 * @ring: from ring_open()
 *
 * Return: a descriptor for poll(): POLLIN tells of frames, POLLHUP that none
 * will come any more
 */
int ring_fd(const struct ring *ring);

/**
 * ring_peek() - look at the next frame
 * @ring: from ring_open()
 *
 * Each CPU's frames are in order. Of those that are there, the oldest comes.
 *
 * Return: the frame, good until it is released; NULL if there is none
 */
const struct porch_ring_frame *ring_peek(struct ring *ring);

/**
 * ring_release() - give the room of a frame back
 * @ring: its last ring_peek() returned a frame
 */
void ring_release(struct ring *ring);

/**
 * ring_lost() - count the frames for which there was no room
 * @ring: from ring_open()
 *
 * Return: frames lost since ring_open()
 */
uint64_t ring_lost(const struct ring *ring);

/**
 * ring_data() - find the bytes of a frame
 * @frame: from ring_peek()
 *
 * Return: frame->caplen bytes
 */
static inline const uint8_t *ring_data(const struct porch_ring_frame *frame)
{
	return (const uint8_t *)frame + frame->data;
}

#endif /* PORCHCTL_RING_H */
