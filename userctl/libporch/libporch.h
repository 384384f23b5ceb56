/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames shared with the kernel module Porch, by /dev/porch. An application that
 * watches:
 *
 *	ring = porch_ring_open(1 << 21, 0, 0);
 *	porch_ring_tap(ring, ifindex);
 *	for (;;) {
 *		while ((frame = porch_ring_peek(ring))) {
 *			look_at(porch_ring_data(frame), frame->caplen);
 *			porch_ring_release(ring);
 *		}
 *		poll() for porch_ring_fd(ring)
 *	}
 *
 * One that judges the packets of "rule add forward ... queue 5":
 *
 *	ring = porch_ring_open(1 << 21, 1 << 16, 0);
 *	porch_ring_queue(ring, 5, 1024, 500);
 *	for (;;) {
 *		while ((frame = porch_ring_peek(ring))) {
 *			porch_ring_answer(ring, frame->id, verdict_on(frame));
 *			porch_ring_release(ring);
 *		}
 *		porch_ring_kick(ring, NULL);
 *		poll() for porch_ring_fd(ring)
 *	}
 *
 * A ring is for one thread at a time. What fails returns NULL or -1 and sets errno;
 * <linux/porch_ring.h> tells the errors, and all about a frame.
 */
#ifndef LIBPORCH_H
#define LIBPORCH_H

#include <stdint.h>

#include <linux/porch_ring.h>

#ifdef __cplusplus
extern "C" {
#endif

struct porch_ring;

/**
 * porch_ring_open() - get rings, which nothing comes into yet
 * @size: bytes of each CPU's ring, a power of two
 * @tx_size: bytes of the ring for frames and answers to the kernel, a power of two; 0
 *	if there will be none
 * @snaplen: bytes of a frame that are kept; 0 for as many as a quarter of @size
 *
 * The network namespace is the caller's. Takes CAP_NET_RAW and, for @tx_size,
 * porch_ring_divert() and porch_ring_queue(), CAP_NET_ADMIN.
 *
 * Return: what the other functions want; NULL with errno
 */
struct porch_ring *porch_ring_open(uint32_t size, uint32_t tx_size, uint32_t snaplen);

/**
 * porch_ring_close() - give the rings back
 * @ring: from porch_ring_open(), or NULL
 *
 * Packets that wait for an answer become what their rule says.
 */
void porch_ring_close(struct porch_ring *ring);

/**
 * porch_ring_tap() - let copies of a port's frames come in
 * @ring: from porch_ring_open()
 * @ifindex: of the port; 0 for all of them, also those to come
 *
 * Return: 0, or -1 with errno: ENOENT if it is no port
 */
int porch_ring_tap(struct porch_ring *ring, uint32_t ifindex);

/**
 * porch_ring_divert() - own what comes in by a port
 * @ring: from porch_ring_open()
 * @ifindex: of the port
 *
 * Return: 0, or -1 with errno: ENOENT if it is no port, EBUSY if it is another's
 */
int porch_ring_divert(struct porch_ring *ring, uint32_t ifindex);

/**
 * porch_ring_queue() - let the packets of a queue come in
 * @ring: from porch_ring_open()
 * @queue: the number that rules name
 * @held: packets that may wait for an answer at a time; 0 for none
 * @deadline: how long each may wait, in ms; 0 if none may
 *
 * Return: 0, or -1 with errno: EBUSY if the queue is another's
 */
int porch_ring_queue(struct porch_ring *ring, uint16_t queue, uint32_t held, uint32_t deadline);

/**
 * porch_ring_fd() - what to wait for
 * @ring: from porch_ring_open()
 *
 * Return: a descriptor for poll(): POLLIN tells of frames, POLLHUP that none will
 * come any more
 */
int porch_ring_fd(const struct porch_ring *ring);

/**
 * porch_ring_peek() - look at the next frame
 * @ring: from porch_ring_open()
 *
 * Each CPU's frames are in order. Of those that are there, the oldest comes.
 *
 * Return: the frame, good until it is released; NULL if there is none
 */
const struct porch_ring_frame *porch_ring_peek(struct porch_ring *ring);

/**
 * porch_ring_release() - give the room of a frame back
 * @ring: its last porch_ring_peek() returned a frame
 */
void porch_ring_release(struct porch_ring *ring);

/**
 * porch_ring_lost() - count the frames for which there was no room
 * @ring: from porch_ring_open()
 *
 * Return: frames lost since porch_ring_open()
 */
uint64_t porch_ring_lost(const struct porch_ring *ring);

/**
 * porch_ring_reserve() - get room for a frame that is to be sent
 * @ring: from porch_ring_open(), with a tx_size
 * @caplen: its length in bytes
 *
 * If there is no room, porch_ring_kick() makes some.
 *
 * Return: a frame with all fields 0 but len, type, data and caplen; the bytes are to
 * be written to (uint8_t *)frame + frame->data. NULL with errno: ENOBUFS, or EMSGSIZE
 * if there will never be room.
 */
struct porch_ring_frame *porch_ring_reserve(struct porch_ring *ring, uint32_t caplen);

/**
 * porch_ring_submit() - hand the reserved frame to the kernel
 * @ring: its last porch_ring_reserve() returned a frame
 *
 * The kernel takes it with the next porch_ring_kick().
 */
void porch_ring_submit(struct porch_ring *ring);

/**
 * porch_ring_answer() - say what becomes of a packet that waits
 * @ring: from porch_ring_open(), with a tx_size
 * @id: of the frame
 * @verdict: enum porch_ring_verdict
 *
 * The kernel hears of it with the next porch_ring_kick(); if there is no room, that
 * happens in here.
 *
 * Return: 0, or -1 with errno
 */
int porch_ring_answer(struct porch_ring *ring, uint64_t id, uint16_t verdict);

/**
 * porch_ring_kick() - let the kernel take what was submitted and answered
 * @ring: from porch_ring_open(), with a tx_size
 * @kick: how much was taken and refused, or NULL
 *
 * Return: 0, or -1 with errno; what is refused is no error
 */
int porch_ring_kick(struct porch_ring *ring, struct porch_ring_kick *kick);

/**
 * porch_ring_data() - find the bytes of a frame
 * @frame: from porch_ring_peek()
 *
 * Return: frame->caplen bytes
 */
static inline const uint8_t *porch_ring_data(const struct porch_ring_frame *frame)
{
	return (const uint8_t *)frame + frame->data;
}

#ifdef __cplusplus
}
#endif

#endif /* LIBPORCH_H */
