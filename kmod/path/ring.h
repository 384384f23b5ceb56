/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_PATH_RING_H
#define PORCH_PATH_RING_H

#include <linux/cred.h>
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/wait.h>
#include "core/ring.h"

struct porch_net;
struct porch_port;
struct porch_queue;

/**
 * struct porch_ring - an open /dev/porch
 * @pn: the instance, without a reference; NULL once its namespace has gone;
 *	read under RTNL or RCU, written under RTNL
 * @admin: who opened it may do more than watch
 * @link: in porch_net.rings, while there is @pn; under its rings_lock
 * @taps: the struct porch_tap by which it gets frames; under RTNL
 * @all_ports: ports to come are tapped, too; under RTNL
 * @hungup: no frame will come any more; written under RTNL, stored with release
 * @lock: lets one set-up happen
 * @ready: what follows is set up; stored with release, loaded with acquire
 * @snaplen: bytes of a frame that are kept
 * @producer: the kernel's side of each CPU's ring
 * @queue: the queue that it reads, or NULL; written under RTNL
 * @pages: the shared memory
 * @n_pages: length of @pages
 * @map: the same memory as the kernel sees it
 * @user: whose RLIMIT_MEMLOCK it is charged to; NULL if nobody's
 * @wait: who sleeps until a frame comes
 * @tx: the kernel's side of the ring in the other direction; without data if
 *	there is none; under @tx_lock
 * @tx_lock: lets one thread at a time take from @tx
 *
 * Lives until the last file descriptor and the last mapping have gone.
 */
struct porch_ring {
	struct porch_net *pn;
	bool admin;
	struct list_head link;
	struct list_head taps;
	bool all_ports;
	bool hungup;
	struct mutex lock;	/* of the set-up, see above */
	bool ready;
	u32 snaplen;
	struct porch_ring_producer __percpu *producer;
	struct porch_queue *queue;
	struct page **pages;
	unsigned long n_pages;
	void *map;
	struct user_struct *user;
	wait_queue_head_t wait;

	/* What an application that sends writes, away from what each frame reads. */
	struct porch_ring_consumer tx ____cacheline_aligned_in_smp;
	struct mutex tx_lock;	/* of the ring in the other direction */
};

/**
 * struct porch_view - a frame as a tap sees it
 * @skb: the frame
 * @dev: the port's device
 * @begin: where the frame begins, in bytes from the skb's data
 * @net: bytes from there to the network header
 * @header: a link-layer header that the skb does not hold; it comes first
 * @header_len: its length in bytes, or 0
 * @flags: PORCH_RING_F_* that the skb cannot tell
 */
struct porch_view {
	const struct sk_buff *skb;
	const struct net_device *dev;
	int begin;
	unsigned int net;
	struct ethhdr header;
	unsigned int header_len;
	u32 flags;
};

int porch_ring_alloc_memory(struct porch_ring *ring, u32 size, u32 tx_size,
			    struct user_struct *user);
void porch_ring_free_memory(struct porch_ring *ring);
struct porch_ring_frame *porch_ring_write(struct porch_ring *ring,
					  const struct porch_view *view);
void porch_ring_publish(struct porch_ring *ring);
void porch_view_in(struct porch_view *view, const struct porch_port *port,
		   const struct sk_buff *skb);
void porch_view_out(struct porch_view *view, const struct porch_port *port,
		    const struct sk_buff *skb);

/**
 * porch_ring_copy() - put a frame into this CPU's ring, and wake who waits
 * @ring: the ring, ready
 * @view: the frame
 *
 * Context: softirqs off.
 *
 * Return: whether there was room; a loss has been counted in the ring.
 */
static inline bool porch_ring_copy(struct porch_ring *ring,
				   const struct porch_view *view)
{
	if (unlikely(!porch_ring_write(ring, view)))
		return false;
	porch_ring_publish(ring);
	return true;
}

/**
 * porch_ring_has_tx() - may the application send?
 * @ring: the ring, ready
 *
 * Return: whether there is a ring in the other direction.
 */
static inline bool porch_ring_has_tx(const struct porch_ring *ring)
{
	return ring->tx.data;
}

/**
 * porch_ring_bytes() - length of the mapping
 * @ring: the ring, with memory
 *
 * Return: bytes.
 */
static inline u64 porch_ring_bytes(const struct porch_ring *ring)
{
	return (u64)ring->n_pages << PAGE_SHIFT;
}

#endif /* PORCH_PATH_RING_H */
