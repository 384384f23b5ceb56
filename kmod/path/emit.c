// SPDX-License-Identifier: GPL-2.0
/*
 * Off they go: to a device, to the stock stack, to an application, or nowhere. The
 * only stage that lets go of packets.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/sch_generic.h>
#include <net/xfrm.h>
#include "compat.h"
#include "core/csum.h"
#include "net.h"
#include "path/drop.h"
#include "path/emit.h"
#include "path/queue.h"
#include "path/remark.h"
#include "path/tap.h"
#include "path/vec.h"

/* Output devices that a vector's packets are collected for at a time. */
#define EMIT_RUNS	4

/* Packets of one vector that leave by one device. */
struct emit_run {
	struct net_device *dev;
	struct sk_buff *head;
	struct sk_buff *tail;
	unsigned int packets;
	unsigned int bytes;
	bool plain;	/* no packet wants anything done to it before the device */
	bool dodgy;	/* GSO of a guest's making, which the core checks */
};

struct emit_runs {
	struct emit_run run[EMIT_RUNS];
	unsigned int n;
};

/*
 * The device whose packet this CPU is giving back to the stock stack. The
 * first call of our own hook on that device uses the note up; a nested call
 * for another port, behind a VLAN, is none of its business.
 */
static DEFINE_PER_CPU(struct net_device *, emit_returning);

/* Its port, until the stock stack is through with it. */
static DEFINE_PER_CPU(const struct porch_port *, emit_giving);

/**
 * porch_emit_returns() - is this a packet that emit gives back?
 * @skb: a packet in the hook
 *
 * Context: softirqs off.
 *
 * Return: true once for each packet given back.
 */
bool porch_emit_returns(struct sk_buff *skb)
{
	if (likely(this_cpu_read(emit_returning) != skb->dev))
		return false;
	this_cpu_write(emit_returning, NULL);
	skb_reset_redirect(skb);
	return true;
}

/**
 * porch_emit_giving() - whose packet is the stock stack at work on?
 *
 * What it forwards meanwhile on this CPU is what Porch gave it, whatever device
 * it appears on: a bridge, bond or macvlan may be on top of the port.
 *
 * Context: any in which forwarding happens.
 *
 * Return: the port that the packet came by, or NULL if Porch gave none.
 */
const struct porch_port *porch_emit_giving(void)
{
	return this_cpu_read(emit_giving);
}

/*
 * What keeps generic XDP off, who has seen the packet, would keep a master's
 * off, too, for only our receive handler takes the mark away. Where the handler
 * is another's, it is called here, as the core does, and gets no mark. What it
 * passes goes the ordinary way, where it will pass it again.
 */
static bool handler_takes(const struct porch_port *port, struct sk_buff **pskb)
{
	rx_handler_func_t *handler = rcu_dereference((*pskb)->dev->rx_handler);

	if (!handler || port->hook == PORCH_PORT_HOOK_RX)
		return false;
	switch (handler(pskb)) {
	case RX_HANDLER_CONSUMED:
		return true;
	case RX_HANDLER_ANOTHER:
		netif_receive_skb_core(*pskb);
		return true;
	default:
		return false;
	}
}

/*
 * Enters the stock stack behind taps, tc and netfilter ingress, which have
 * seen the packet; being redirected keeps generic XDP off, too.
 */
static void enter_stack(const struct porch_port *port, struct sk_buff *skb)
{
	if (unlikely(rcu_access_pointer(skb->dev->xdp_prog))) {
		if (handler_takes(port, &skb))
			return;
		skb_set_redirected(skb, false);
	}
	skb->tc_skip_classify = 1;
	this_cpu_write(emit_returning, skb->dev);
	netif_receive_skb_core(skb);
	this_cpu_write(emit_returning, NULL);
}

static void give_to_stack(const struct porch_port *port, struct sk_buff *skb)
{
	this_cpu_write(emit_giving, port);
	enter_stack(port, skb);
	this_cpu_write(emit_giving, NULL);
}

static void count_sent(struct porch_stats *stats, const struct porch_port *port,
		       unsigned int packets, unsigned int bytes)
{
	stats->sent += packets;
	if (port) {
		struct porch_port_stats *ps = this_cpu_ptr(port->stats);

		ps->tx_packets += packets;
		ps->tx_bytes += bytes;
	}
}

/*
 * Devices without a queue and without others' hooks on the way out take a whole
 * run under one lock.
 */
static bool dev_takes_runs(const struct net_device *dev)
{
	const struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);

	return dev->real_num_tx_queues == 1 && dev->flags & IFF_UP &&
	       !rcu_dereference_bh(txq->qdisc)->enqueue &&
	       !porch_dev_has_tc_egress(dev) && !porch_port_is_watched(dev);
}

static void xmit_run(struct porch_vec *v, const struct emit_run *run)
{
	struct net_device *dev = run->dev;
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	bool tapped = dev_nit_active(dev), again = false;
	struct sk_buff *list = run->head, *skb;
	int cpu = smp_processor_id();

	if (!run->plain)
		list = validate_xmit_skb_list(list, dev, &again);
	if (!list)
		return;

	HARD_TX_LOCK(dev, txq, cpu);
	while ((skb = list)) {
		list = skb->next;
		skb_mark_not_on_list(skb);
		skb_set_queue_mapping(skb, 0);
		if (tapped)
			dev_queue_xmit_nit(skb, dev);
		if (!netif_xmit_frozen_or_stopped(txq) &&
		    dev_xmit_complete(netdev_start_xmit(skb, dev, txq, list)))
			continue;
		/* As the stock stack does with what has no queue to wait in. */
		v->stats->engine[PORCH_ENGINE_DEVICE_BUSY]++;
		dev_core_stats_tx_dropped_inc(dev);
		kfree_skb(skb);
	}
	HARD_TX_UNLOCK(dev, txq);
}

static void run_begin(struct emit_run *run, struct net_device *dev)
{
	*run = (struct emit_run) { .dev = dev, .plain = true };
}

static void run_flush(struct porch_vec *v, struct emit_run *run)
{
	struct sk_buff *skb, *next;
	struct porch_port *port;

	if (!run->packets)
		return;
	port = porch_port_of(run->dev);
	count_sent(v->stats, port, run->packets, run->bytes);
	if (port && porch_port_tapped(port))
		for (skb = run->head; skb; skb = skb->next)
			porch_tap_out(port, skb, NULL);
	if (dev_takes_runs(run->dev) && !run->dodgy) {
		xmit_run(v, run);
	} else {
		for (skb = run->head; skb; skb = next) {
			next = skb->next;
			skb_mark_not_on_list(skb);
			dev_queue_xmit(skb);
		}
	}
	run_begin(run, run->dev);
}

static struct emit_run *run_of(struct porch_vec *v, struct emit_runs *runs,
			       struct net_device *dev)
{
	struct emit_run *run = runs->run;

	for (; run < runs->run + runs->n; run++)
		if (run->dev == dev)
			return run;
	if (runs->n == EMIT_RUNS) {
		run = &runs->run[0];
		run_flush(v, run);
	} else {
		runs->n++;
	}
	run_begin(run, dev);
	return run;
}

/*
 * Would validate_xmit_skb_list() leave it as it is? It is no socket's, and has no
 * tag and no IPsec path any more.
 */
static bool is_plain(const struct sk_buff *skb)
{
	DEBUG_NET_WARN_ON_ONCE(skb->sk || skb_vlan_tag_present(skb) ||
			       skb_sec_path(skb));
	return !skb_is_nonlinear(skb) && !skb_is_gso(skb) &&
	       skb->ip_summed != CHECKSUM_PARTIAL &&
	       !porch_skb_is_decrypted(skb);
}

static void run_add(struct emit_run *run, struct sk_buff *skb,
		    unsigned int len)
{
	skb->next = NULL;
	if (run->packets)
		run->tail->next = skb;
	else
		run->head = skb;
	run->tail = skb;
	run->packets++;
	run->bytes += len;
	if (is_plain(skb))
		return;
	run->plain = false;
	run->dodgy |= skb_is_gso(skb) &&
		      skb_shinfo(skb)->gso_type & SKB_GSO_DODGY;
}

/*
 * Writes the link-layer header that the kernel keeps with the neighbour.
 * Fails while there is none or the neighbour is not known. One that is in
 * doubt is asked, and served meanwhile. Without a neighbour there is no header.
 */
static bool push_header(struct sk_buff *skb, struct neighbour *n)
{
	const struct hh_cache *hh;
	unsigned int seq, len, room;

	if (unlikely(!n)) {
		skb_reset_mac_header(skb);
		return true;
	}
	hh = &n->hh;
	if (unlikely(!(READ_ONCE(n->nud_state) & NUD_CONNECTED)) &&
	    neigh_event_send(n, NULL))
		return false;
	do {
		seq = read_seqbegin(&hh->hh_lock);
		len = READ_ONCE(hh->hh_len);
		room = HH_DATA_ALIGN(len);
		if (unlikely(!len || skb_headroom(skb) < room))
			return false;
		if (likely(room == HH_DATA_MOD))
			memcpy(skb->data - HH_DATA_MOD, hh->hh_data, HH_DATA_MOD);
		else
			memcpy(skb->data - room, hh->hh_data, room);
	} while (read_seqretry(&hh->hh_lock, seq));

	__skb_push(skb, len);
	skb_reset_mac_header(skb);
	return true;
}

/* Makes the packet one of the output device's. */
static bool prepare_forward(struct porch_vec *v, struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;

	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(p->dev)))) {
		porch_drop(v->stats, p->port, skb, PORCH_DROP_NO_MEMORY);
		return false;
	}
	if (p->port && p->key.ipver == 4) {
		struct iphdr *iph = ip_hdr(skb);

		porch_csum_dec_ttl(&iph->ttl, &iph->check);
		if (READ_ONCE(v->pn->net->ipv4.sysctl_ip_fwd_update_priority))
			skb->priority = rt_tos2priority(iph->tos);
	} else if (p->port) {
		ipv6_hdr(skb)->hop_limit--;
	}
	if (unlikely(!porch_remark(p))) {
		porch_drop(v->stats, p->port, skb, PORCH_DROP_NO_MEMORY);
		return false;
	}
	skb->dev = p->dev;
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	secpath_reset(skb);
	return true;
}

/* By way of the neighbour, if any, which resolves, keeps and writes the header. */
static void send_slowly(struct porch_vec *v, const struct porch_pkt *p,
			struct sk_buff *skb)
{
	struct porch_port *port = porch_port_of(p->dev);

	count_sent(v->stats, port, 1, skb->len);
	if (port && porch_port_tapped(port))
		porch_tap_out(port, skb, p->neigh);
	if (!p->neigh) {
		dev_queue_xmit(skb);
		return;
	}
	v->stats->engine[PORCH_ENGINE_NEIGHBOUR_SENT]++;
	neigh_output(p->neigh, skb, true);
}

/* What ip_do_fragment() cannot hand to its output function. */
struct emit_cut {
	struct porch_vec *v;
	const struct porch_pkt *p;
	unsigned int fragments;
};

static DEFINE_PER_CPU(struct emit_cut, emit_cut);

static int send_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct emit_cut *cut = this_cpu_ptr(&emit_cut);

	skb_dst_drop(skb);
	cut->fragments++;
	send_slowly(cut->v, cut->p, skb);
	return 0;
}

static struct dst_ops fake_dst_ops = { .family = AF_UNSPEC };

/* ip_do_fragment() wants a route; it gets one that knows just the device. */
static void fragment(struct porch_vec *v, const struct porch_pkt *p,
		     struct sk_buff *skb)
{
	struct emit_cut *cut = this_cpu_ptr(&emit_cut);
	struct rtable rt = {};
	int err;

	*cut = (struct emit_cut) { .v = v, .p = p };
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->opt.optlen = ip_hdrlen(skb) - sizeof(struct iphdr);
	porch_dst_init(&rt.dst, &fake_dst_ops);
	rt.dst.dev = p->dev;
	/*
	 * The device's MTU may change at any time, and the kernel's loop makes
	 * no progress below the least that IP allows.
	 */
	rt.rt_pmtu = max_t(u32, READ_ONCE(p->dev->mtu), IPV4_MIN_MTU);
	rt.dst.expires = jiffies + HZ;
	skb_dst_set_noref(skb, &rt.dst);

	err = ip_do_fragment(v->pn->net, NULL, skb, send_fragment);
	if (err) {
		porch_drop_gone(v->stats, p->port, PORCH_DROP_FRAGMENTING);
		v->stats->created[PORCH_CREATED_FRAGMENT] += cut->fragments;
	} else {
		v->stats->created[PORCH_CREATED_FRAGMENT] += cut->fragments - 1;
	}
}

/* Larger than the link takes: what GRO has merged is segmented first. */
static void send_cut(struct porch_vec *v, struct porch_pkt *p)
{
	unsigned int mtu = READ_ONCE(p->dev->mtu);
	struct sk_buff *skb = p->skb, *list, *next;
	unsigned int segments = 0;

	if (!skb_is_gso(skb)) {
		fragment(v, p, skb);
		return;
	}
	list = skb_gso_segment(skb, netif_skb_features(skb) & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(list)) {
		porch_drop(v->stats, p->port, skb, PORCH_DROP_FRAGMENTING);
		return;
	}
	consume_skb(skb);
	for (skb = list; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		segments++;
		if (skb->len > mtu)
			fragment(v, p, skb);
		else
			send_slowly(v, p, skb);
	}
	v->stats->created[PORCH_CREATED_SEGMENT] += segments - 1;
}

static void forward(struct porch_vec *v, struct porch_pkt *p,
		    struct emit_runs *runs)
{
	unsigned int len = p->skb->len;
	struct emit_run *run;

	if (!prepare_forward(v, p))
		return;
	run = run_of(v, runs, p->dev);
	if (likely(!p->to_fragment && push_header(p->skb, p->neigh))) {
		run_add(run, p->skb, len);
		return;
	}
	/* What was collected came first and must leave first. */
	run_flush(v, run);
	if (p->to_fragment)
		send_cut(v, p);
	else
		send_slowly(v, p, p->skb);
}

/* For this machine, one way or the other */
static void give_back(struct porch_vec *v, struct porch_pkt *p)
{
	if (unlikely(!porch_remark(p))) {
		porch_drop(v->stats, p->port, p->skb, PORCH_DROP_NO_MEMORY);
		return;
	}
	if (p->verdict == PORCH_LOCAL)
		v->stats->local++;
	else
		v->stats->punt[p->reason]++;
	give_to_stack(p->port, p->skb);
}

/**
 * porch_emit() - let the packets of a vector go
 * @v: the vector, every packet with a verdict; empty of packets afterwards,
 *	though @v->n and the ports stay
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_emit(struct porch_vec *v)
{
	struct emit_runs runs __uninitialized;
	struct emit_run *run;
	struct porch_pkt *p;

	runs.n = 0;
	porch_vec_for_each(p, v) {
		switch (p->verdict) {
		case PORCH_FORWARD:
			forward(v, p, &runs);
			break;
		case PORCH_LOCAL:
		case PORCH_PUNT:
			give_back(v, p);
			break;
		case PORCH_QUEUE:
		case PORCH_DIVERT:
			porch_queue_take(&v->ctx, p);
			break;
		case PORCH_DROP:
		default:
			porch_drop(v->stats, p->port, p->skb, p->reason);
			break;
		}
		p->skb = NULL;
	}
	for (run = runs.run; run < runs.run + runs.n; run++)
		run_flush(v, run);
}

/**
 * porch_emit_out() - let a packet of the machine's own go on, after it was held
 * @port: where it leaves
 * @skb: the packet, its data at the link-layer header; consumed
 *
 * The netfilter egress hooks have seen it, ours the last. It goes on behind them.
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_emit_out(const struct porch_port *port, struct sk_buff *skb)
{
	if (porch_port_tapped(port))
		porch_tap_out(port, skb, NULL);
	nf_skip_egress(skb, true);
	dev_queue_xmit(skb);
}

/**
 * porch_emit_wire() - send a frame that an application has made
 * @port: where it leaves
 * @skb: the frame, one of the port's device, its data at the link-layer header;
 *	consumed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_emit_wire(const struct porch_port *port, struct sk_buff *skb)
{
	count_sent(this_cpu_ptr(port->pn->stats), port, 1,
		   skb->len - skb_network_offset(skb));
	if (porch_port_tapped(port))
		porch_tap_out(port, skb, NULL);
	dev_queue_xmit(skb);
}

/**
 * porch_emit_stack() - give the stock stack a frame that an application has made
 * @port: where it seems to have come in
 * @skb: the frame, one of the port's device, its data at the network header;
 *	consumed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_emit_stack(const struct porch_port *port, struct sk_buff *skb)
{
	this_cpu_ptr(port->pn->stats)->punt[PORCH_PUNT_INJECTED]++;
	give_to_stack(port, skb);
}
