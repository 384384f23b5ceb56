// SPDX-License-Identifier: GPL-2.0
/*
 * What applications send. Whatever the shared memory says is copied before it is
 * looked at: first the head of a record, then the whole frame. So nothing that is
 * parsed here or later can change under our eyes.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/sched/signal.h>
#include <linux/virtio_net.h>
#include <net/sock.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/emit.h"
#include "path/engine.h"
#include "path/inject.h"
#include "path/queue.h"
#include "path/ring.h"

/* Records that are taken before softirqs are turned off for them */
#define BATCH		32
/* A larger one has the rest of it in pages. */
#define LINEAR_MAX	1024U
/* The longest of IP, with a header and two tags. Jumbograms are not for sale. */
#define FRAME_MAX	(IP_MAX_MTU + ETH_HLEN + 2 * VLAN_HLEN)

/* What the sender said of a frame, checked when its device is at hand. */
struct inject_cb {
	u32 ifindex;
	u16 vlan_tpid;
	u16 vlan_tci;
	u8 to;
	struct virtio_net_hdr offload;
};

#define INJECT_CB(skb) ((struct inject_cb *)(skb)->cb)

/* struct porch_ring_frame says the same, in the machine's byte order. */
static void note_offload(struct virtio_net_hdr *h,
			 const struct porch_ring_frame *f)
{
	*h = (struct virtio_net_hdr) { .gso_type = f->gso_type };
	if (f->gso_type)
		h->gso_size = __cpu_to_virtio16(true, f->gso_size);
	if (f->flags & PORCH_RING_F_CSUM_PARTIAL) {
		h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h->csum_start = __cpu_to_virtio16(true, f->csum_start);
		h->csum_offset = __cpu_to_virtio16(true, f->csum_offset);
	}
}

/* A copy of the frame that a record holds, as nobody's yet. */
static struct sk_buff *copy_frame(const u8 *record,
				  const struct porch_ring_frame *f)
{
	struct inject_cb *cb;
	struct sk_buff *skb;
	u32 linear;
	int err;

	if (f->data < sizeof(*f) || f->data > f->len || !f->caplen ||
	    f->caplen > f->len - f->data)
		return ERR_PTR(-EINVAL);
	if (f->caplen > FRAME_MAX)
		return ERR_PTR(-EMSGSIZE);
	linear = min(f->caplen, LINEAR_MAX);
	skb = alloc_skb_with_frags(LL_MAX_HEADER + NET_IP_ALIGN + linear,
				   f->caplen - linear, PAGE_ALLOC_COSTLY_ORDER,
				   &err, GFP_KERNEL);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_reserve(skb, LL_MAX_HEADER + NET_IP_ALIGN);
	skb_put(skb, linear);
	skb->data_len = f->caplen - linear;
	skb->len += skb->data_len;
	if (skb_store_bits(skb, 0, record + f->data, f->caplen)) {
		kfree_skb(skb);
		return ERR_PTR(-EINVAL);
	}

	cb = INJECT_CB(skb);
	cb->ifindex = f->ifindex;
	cb->to = f->to;
	cb->vlan_tpid = f->flags & PORCH_RING_F_VLAN ? f->vlan_tpid : 0;
	cb->vlan_tci = f->vlan_tci;
	note_offload(&cb->offload, f);
	return skb;
}

/* Finds the network header, and what the frame is by its own account. */
static int read_header(struct sk_buff *skb, const struct net_device *dev)
{
	skb_reset_mac_header(skb);
	if (dev->type == ARPHRD_ETHER) {
		if (skb->len <= ETH_HLEN)
			return -EINVAL;
		skb_set_network_header(skb, ETH_HLEN);
		skb->protocol = eth_hdr(skb)->h_proto;
		if (!eth_proto_is_802_3(skb->protocol))
			skb->protocol = htons(ETH_P_802_2);
		return 0;
	}
	skb_reset_network_header(skb);
	switch (*skb->data >> 4) {
	case 4:
		skb->protocol = htons(ETH_P_IP);
		return 0;
	case 6:
		skb->protocol = htons(ETH_P_IPV6);
		return 0;
	}
	return -EINVAL;
}

/* Makes the frame one of the device's, its data at the link-layer header. */
static int dress(struct sk_buff *skb, struct net_device *dev)
{
	const struct inject_cb *cb = INJECT_CB(skb);
	__be16 tpid = htons(cb->vlan_tpid);
	int err;

	skb->dev = dev;
	err = read_header(skb, dev);
	if (err)
		return err;
	/* As with packet sockets and tun, which let in the same. */
	err = virtio_net_hdr_to_skb(skb, &cb->offload, true);
	if (err)
		return err;
	skb_probe_transport_header(skb);
	if (tpid && (!eth_type_vlan(tpid) || dev->type != ARPHRD_ETHER))
		return -EINVAL;
	if (tpid)
		__vlan_hwaccel_put_tag(skb, tpid, cb->vlan_tci);
	/* What comes from nowhere is the stack's, and met on its way out. */
	skb->skb_iif = dev->ifindex;
	return 0;
}

/* From the link-layer header to the network header, as drivers do. */
static void receive(struct sk_buff *skb, struct net_device *dev)
{
	if (dev->type == ARPHRD_ETHER) {
		skb->protocol = eth_type_trans(skb, dev);
		skb_reset_network_header(skb);
	}
	skb_reset_mac_len(skb);
}

static int send_to_wire(struct porch_port *port, struct sk_buff *skb,
			struct porch_stats *stats)
{
	unsigned int max = READ_ONCE(port->dev->mtu) +
			   port->dev->hard_header_len + VLAN_HLEN;

	if (skb->len > max && !skb_is_gso(skb))
		return -EMSGSIZE;
	stats->injected++;
	porch_emit_wire(port, skb);
	return 0;
}

static int send_to_stack(struct porch_port *port, struct sk_buff *skb,
			 struct porch_stats *stats)
{
	receive(skb, port->dev);
	stats->injected++;
	porch_emit_stack(port, skb);
	return 0;
}

/* What the hook would not have taken in is refused. */
static int send_to_path(struct porch_port *port, struct sk_buff *skb,
			struct porch_stats *stats)
{
	receive(skb, port->dev);
	if ((skb->protocol != htons(ETH_P_IP) &&
	     skb->protocol != htons(ETH_P_IPV6)) ||
	    skb_vlan_tag_present(skb))
		return -EPROTONOSUPPORT;
	if (skb->pkt_type == PACKET_OTHERHOST)
		return -EADDRNOTAVAIL;
	stats->injected++;
	porch_engine_admit(port, skb);
	return 0;
}

/* Consumes the frame, unless it returns an error. */
static int send_frame(struct porch_net *pn, struct sk_buff *skb)
{
	const struct inject_cb *cb = INJECT_CB(skb);
	struct net_device *dev = dev_get_by_index_rcu(pn->net, cb->ifindex);
	struct porch_port *port = dev ? porch_port_of(dev) : NULL;
	struct porch_stats *stats = this_cpu_ptr(pn->stats);
	u8 to = cb->to;
	int err;

	if (!port || !READ_ONCE(port->armed))
		return -ENOENT;
	if (!(dev->flags & IFF_UP))
		return -ENETDOWN;
	err = dress(skb, dev);
	if (err)
		return err;
	switch (to) {
	case PORCH_RING_TO_PATH:
		return send_to_path(port, skb, stats);
	case PORCH_RING_TO_WIRE:
		return send_to_wire(port, skb, stats);
	case PORCH_RING_TO_STACK:
		return send_to_stack(port, skb, stats);
	}
	return -EINVAL;
}

/* A record, as far as it can be looked at without the instance */
struct item {
	struct sk_buff *skb;	/* a frame, or NULL if it is an answer */
	u64 id;
	u16 verdict;
};

static int item_take(struct item *item, const u8 *record,
		     const struct porch_ring_frame *head)
{
	struct porch_ring_answer answer;

	switch (head->type) {
	case PORCH_RING_FRAME:
		item->skb = copy_frame(record, head);
		return PTR_ERR_OR_ZERO(item->skb);
	case PORCH_RING_ANSWER:
		/* Of the copy. */
		memcpy(&answer, head, sizeof(answer));
		*item = (struct item) {
			.id = answer.id,
			.verdict = answer.verdict,
		};
		return 0;
	}
	return -EINVAL;
}

static int item_send(struct porch_ring *ring, struct porch_net *pn,
		     const struct item *item)
{
	int err;

	if (!item->skb)
		return porch_queue_answer(ring, item->id, item->verdict);
	err = pn ? send_frame(pn, item->skb) : -ENOENT;
	if (err)
		kfree_skb(item->skb);
	return err;
}

static void refuse(struct porch_ring_kick *kick, int err)
{
	kick->refused++;
	if (!kick->error)
		kick->error = -err;
}

static void send_batch(struct porch_ring *ring, const struct item *batch,
		       unsigned int n, struct porch_ring_kick *kick)
{
	struct porch_net *pn;
	unsigned int i;
	int err;

	local_bh_disable();
	rcu_read_lock();
	pn = READ_ONCE(ring->pn);
	for (i = 0; i < n; i++) {
		err = item_send(ring, pn, &batch[i]);
		if (err)
			refuse(kick, err);
	}
	rcu_read_unlock();
	local_bh_enable();
}

/* Takes records until there is a batch. Nothing is left: 0. */
static int take_batch(struct porch_ring *ring, struct item *batch,
		      unsigned int *n, struct porch_ring_kick *kick)
{
	struct porch_ring_frame head;
	const u8 *record;
	int err;

	for (*n = 0; *n < BATCH;) {
		record = porch_ring_peek(&ring->tx, &head);
		if (IS_ERR_OR_NULL(record))
			return PTR_ERR_OR_ZERO(record);
		err = item_take(&batch[*n], record, &head);
		porch_ring_release(&ring->tx);
		kick->taken++;
		if (err)
			refuse(kick, err);
		else
			(*n)++;
		if (signal_pending(current))
			return 0;
		cond_resched();
	}
	return 1;
}

/**
 * porch_inject() - send what an application has put into its ring
 * @ring: the ring, with one in the other direction, under its tx_lock
 * @kick: zeroed; is told what became of the records
 *
 * Takes what is there now: no more than the ring holds.
 *
 * Context: process context; sleeps.
 *
 * Return: 0 or a negative errno, as struct porch_ring_kick says.
 */
int porch_inject(struct porch_ring *ring, struct porch_ring_kick *kick)
{
	struct item batch[BATCH];
	unsigned int n;
	int more, err;

	if (!READ_ONCE(ring->pn))
		return -ENODEV;
	err = porch_ring_look(&ring->tx);
	if (err)
		return err;
	do {
		more = take_batch(ring, batch, &n, kick);
		send_batch(ring, batch, n, kick);
	} while (more > 0);
	return more;
}
