// SPDX-License-Identifier: GPL-2.0
/*
 * Taps: which rings see a copy of which port's frames. What comes in is seen in
 * the hook, what goes out in emit, when it is as good as on the wire, and what
 * the machine itself sends in the hook again. One ring of a port may be its owner:
 * it gets what comes in, and nobody else does.
 *
 * Rings, ports and the taps between them are wired under RTNL. The packet's way
 * walks a port's taps under RCU.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/poll.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/neighbour.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/drop.h"
#include "path/ring.h"
#include "path/tap.h"

/**
 * struct porch_tap - one ring at one port
 * @ring: the ring
 * @port: the port
 * @by_port: in the port's list, which the packet's way walks
 * @by_ring: in the ring's list
 * @owns: the ring is the port's owner, and sees no copies; @by_port is not in
 *	use then
 * @rcu: frees the tap behind the last reader
 */
struct porch_tap {
	struct porch_ring *ring;
	struct porch_port *port;
	struct hlist_node by_port;
	struct list_head by_ring;
	bool owns;
	struct rcu_head rcu;
};

static bool tap_exists(const struct porch_ring *ring,
		       const struct porch_port *port)
{
	const struct porch_tap *tap;

	list_for_each_entry(tap, &ring->taps, by_ring)
		if (tap->port == port && !tap->owns)
			return true;
	return false;
}

static int tap_insert(struct porch_ring *ring, struct porch_port *port,
		      struct list_head *list, bool owns)
{
	struct porch_tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL_ACCOUNT);

	if (!tap)
		return -ENOMEM;
	tap->ring = ring;
	tap->port = port;
	tap->owns = owns;
	list_add(&tap->by_ring, list);
	if (owns)
		rcu_assign_pointer(port->owner, tap);
	else
		hlist_add_head_rcu(&tap->by_port, &port->taps);
	return 0;
}

static void tap_remove(struct porch_tap *tap)
{
	list_del(&tap->by_ring);
	if (tap->owns)
		RCU_INIT_POINTER(tap->port->owner, NULL);
	else
		hlist_del_rcu(&tap->by_port);
	kfree_rcu(tap, rcu);
}

static void taps_remove(struct list_head *list)
{
	struct porch_tap *tap, *next;

	list_for_each_entry_safe(tap, next, list, by_ring)
		tap_remove(tap);
}

static void hang_up(struct porch_ring *ring)
{
	/* Behind the last frame; pairs with the acquire in ring_poll(). */
	smp_store_release(&ring->hungup, true);
	/* Whoever misses the mark is in the queue by now: its lock sees to it. */
	wake_up_interruptible_poll(&ring->wait, EPOLLHUP);
}

static int tap_port(struct porch_ring *ring, u32 ifindex)
{
	struct porch_port *port = porch_port_find(ring->pn, ifindex);

	if (!port)
		return -ENOENT;
	if (tap_exists(ring, port))
		return -EEXIST;
	return tap_insert(ring, port, &ring->taps, false);
}

static int own_port(struct porch_ring *ring, u32 ifindex)
{
	struct porch_port *port = porch_port_find(ring->pn, ifindex);
	const struct porch_tap *owner;

	if (!port)
		return -ENOENT;
	owner = rtnl_dereference(port->owner);
	if (owner)
		return owner->ring == ring ? -EEXIST : -EBUSY;
	return tap_insert(ring, port, &ring->taps, true);
}

static int tap_all_ports(struct porch_ring *ring)
{
	struct porch_port *port;
	LIST_HEAD(added);
	int err;

	if (ring->all_ports)
		return -EEXIST;
	list_for_each_entry(port, &ring->pn->ports, link) {
		if (tap_exists(ring, port))
			continue;
		err = tap_insert(ring, port, &added, false);
		if (err) {
			taps_remove(&added);
			return err;
		}
	}
	list_splice(&added, &ring->taps);
	ring->all_ports = true;
	return 0;
}

/**
 * porch_tap_open() - let a ring see the frames of a port
 * @ring: the ring, with memory
 * @ifindex: of the port, or 0 for all, now and later
 *
 * Context: process context; takes RTNL.
 *
 * Return: 0 or a negative errno, as struct porch_ring_tap says, and then
 * nothing changed.
 */
int porch_tap_open(struct porch_ring *ring, u32 ifindex)
{
	int err;

	rtnl_lock();
	if (!ring->pn)
		err = -ENODEV;
	else if (ifindex)
		err = tap_port(ring, ifindex);
	else
		err = tap_all_ports(ring);
	if (!err)
		WRITE_ONCE(ring->hungup, false);
	rtnl_unlock();
	return err;
}

/**
 * porch_tap_own() - let a ring have what comes in by a port
 * @ring: the ring, with memory
 * @ifindex: of the port
 *
 * Context: process context; takes RTNL.
 *
 * Return: 0 or a negative errno, as struct porch_ring_divert says, and then
 * nothing changed.
 */
int porch_tap_own(struct porch_ring *ring, u32 ifindex)
{
	int err;

	rtnl_lock();
	err = ring->pn ? own_port(ring, ifindex) : -ENODEV;
	if (!err)
		WRITE_ONCE(ring->hungup, false);
	rtnl_unlock();
	return err;
}

/**
 * porch_tap_close() - let a ring see nothing any more
 * @ring: the ring; its namespace forgets it, too
 *
 * A CPU may still be at it until a grace period has passed.
 *
 * Context: process context; takes RTNL.
 */
void porch_tap_close(struct porch_ring *ring)
{
	rtnl_lock();
	taps_remove(&ring->taps);
	if (ring->pn) {
		mutex_lock(&ring->pn->rings_lock);
		list_del(&ring->link);
		WRITE_ONCE(ring->pn->n_rings, ring->pn->n_rings - 1);
		mutex_unlock(&ring->pn->rings_lock);
	}
	rtnl_unlock();
}

/**
 * porch_tap_attach() - show a new port to the rings that want all
 * @port: the port
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or -ENOMEM, and then nothing changed.
 */
int porch_tap_attach(struct porch_port *port)
{
	struct porch_net *pn = port->pn;
	struct porch_ring *ring;
	int err = 0;

	mutex_lock(&pn->rings_lock);
	list_for_each_entry(ring, &pn->rings, link) {
		if (!ring->all_ports)
			continue;
		err = tap_insert(ring, port, &ring->taps, false);
		if (err)
			break;
	}
	mutex_unlock(&pn->rings_lock);
	if (err)
		porch_tap_detach(port);
	return err;
}

/* Without its ring having asked for it */
static void tap_end(struct porch_tap *tap)
{
	struct porch_ring *ring = tap->ring;

	tap_remove(tap);
	if (!ring->all_ports && !ring->queue && list_empty(&ring->taps))
		hang_up(ring);
}

/**
 * porch_tap_detach() - take a port's taps away
 * @port: the port
 *
 * Context: process context, under RTNL.
 */
void porch_tap_detach(struct porch_port *port)
{
	struct hlist_node *next;
	struct porch_tap *tap;

	hlist_for_each_entry_safe(tap, next, &port->taps, by_port)
		tap_end(tap);
	tap = rtnl_dereference(port->owner);
	if (tap)
		tap_end(tap);
}

/**
 * porch_tap_release_net() - let go of the rings of a namespace that goes
 * @pn: the instance, without ports
 *
 * Their files stay open, and hear that nothing will come any more.
 *
 * Context: process context; takes RTNL.
 */
void porch_tap_release_net(struct porch_net *pn)
{
	struct porch_ring *ring, *next;
	bool any = false;

	rtnl_lock();
	mutex_lock(&pn->rings_lock);
	list_for_each_entry_safe(ring, next, &pn->rings, link) {
		list_del(&ring->link);
		WRITE_ONCE(ring->pn, NULL);
		hang_up(ring);
		any = true;
	}
	mutex_unlock(&pn->rings_lock);
	rtnl_unlock();
	/* Somebody may be sending in the name of the instance. */
	if (any)
		synchronize_net();
}

static void show(const struct porch_port *port, const struct porch_view *view)
{
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);
	const struct porch_tap *tap;

	hlist_for_each_entry_rcu(tap, &port->taps, by_port) {
		if (likely(porch_ring_copy(tap->ring, view)))
			stats->engine[PORCH_ENGINE_TAPPED]++;
		else
			stats->engine[PORCH_ENGINE_TAP_LOST]++;
	}
}

/**
 * porch_tap_in() - show a frame that came in to the port's taps
 * @port: the port
 * @skb: the frame, its data at the network header
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_tap_in(const struct porch_port *port, const struct sk_buff *skb)
{
	struct porch_view view;

	porch_view_in(&view, port, skb);
	show(port, &view);
}

/**
 * porch_tap_divert() - give a frame that came in to the port's owner
 * @port: the port
 * @skb: the frame, its data at the network header, counted as received; consumed,
 *	if there is an owner
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if there is none.
 */
bool porch_tap_divert(const struct porch_port *port, struct sk_buff *skb)
{
	const struct porch_tap *tap = rcu_dereference(port->owner);
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);
	struct porch_view view;

	if (unlikely(!tap))
		return false;
	porch_view_in(&view, port, skb);
	if (likely(porch_ring_copy(tap->ring, &view))) {
		stats->ring_owned++;
		consume_skb(skb);
	} else {
		porch_drop(stats, port, skb, PORCH_DROP_RING_FULL);
	}
	return true;
}

/* The header as the neighbour will write it, once it knows the address. */
static void write_header(struct porch_view *view, const struct neighbour *neigh)
{
	struct ethhdr *eth = &view->header;

	eth->h_proto = view->skb->protocol;
	ether_addr_copy(eth->h_source, view->dev->dev_addr);
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(eth->h_dest, neigh, view->dev);
	} else {
		eth_zero_addr(eth->h_dest);
		view->flags |= PORCH_RING_F_UNRESOLVED;
	}
	view->header_len = ETH_HLEN;
	view->net = ETH_HLEN;
}

/**
 * porch_tap_out() - show a frame that goes out to the port's taps
 * @port: the port
 * @skb: the frame, its data at the link-layer header, if it has one already
 * @neigh: who will write that header; NULL if it is there, or the link has none
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_tap_out(const struct porch_port *port, const struct sk_buff *skb,
		   struct neighbour *neigh)
{
	struct porch_view view;

	porch_view_out(&view, port, skb);
	if (neigh && view.dev->type == ARPHRD_ETHER)
		write_header(&view, neigh);
	show(port, &view);
}
