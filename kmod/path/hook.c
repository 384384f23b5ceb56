// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: the receive handler of a port or, where that is taken,
 * its netfilter ingress hook. And where those of the machine's own pass by on
 * their way out: its egress hook.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/drop.h"
#include "path/emit.h"
#include "path/engine.h"
#include "path/guard.h"
#include "path/hook.h"
#include "path/path.h"
#include "path/queue.h"
#include "path/tap.h"

static void count_rx(struct porch_port *port, struct porch_stats *stats,
		     unsigned int len)
{
	struct porch_port_stats *ps = this_cpu_ptr(port->stats);

	stats->rx++;
	ps->rx_packets++;
	ps->rx_bytes += len;
}

/* Counts a packet that only passes by: what only the stock stack does. */
static bool hook_punt(struct porch_port *port, const struct sk_buff *skb,
		      struct porch_stats *stats, enum porch_punt reason)
{
	count_rx(port, stats, skb->len);
	stats->punt[reason]++;
	return false;
}

static u16 inner_vlan_id(const struct sk_buff *skb)
{
	__be16 tci, *p = skb_header_pointer(skb, 0, sizeof(tci), &tci);

	return p ? ntohs(*p) & VLAN_VID_MASK : 0;
}

/*
 * What is not IP. The stack takes a tag off from behind a priority tag and looks
 * for its device, which may be a port. Behind two priority tags it would route.
 */
static bool hook_other(struct porch_port *port, struct sk_buff *skb,
		       struct porch_stats *stats)
{
	if (!eth_type_vlan(skb->protocol) || inner_vlan_id(skb))
		return hook_punt(port, skb, stats, PORCH_PUNT_NON_IP);
	count_rx(port, stats, skb->len);
	porch_drop(stats, port, skb, PORCH_DROP_NESTED_TAG);
	return true;
}

/* All that is for us, whatever it is. */
static bool hook_divert(struct porch_port *port, struct sk_buff *skb,
			struct porch_stats *stats)
{
	unsigned int len = skb->len;

	if (!porch_tap_divert(port, skb))
		return false;
	count_rx(port, stats, len);
	return true;
}

/*
 * Takes a packet, or leaves it to the stock stack. No more is decided here than
 * whether it is ours. One of the two callers is at work for each packet.
 */
static __always_inline bool hook_take(struct porch_port *port, struct sk_buff *skb)
{
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);

	if (!READ_ONCE(port->armed))
		return false;
	/* Not for this machine: seen only by taps and promiscuous devices. */
	if (skb->pkt_type == PACKET_OTHERHOST ||
	    skb->pkt_type == PACKET_LOOPBACK)
		return false;
	if (porch_port_tapped(port))
		porch_tap_in(port, skb);
	if (porch_port_owned(port) && hook_divert(port, skb, stats))
		return true;

	/* A tag without a device of its own is for nobody here. */
	if (skb_vlan_tag_get_id(skb) && skb_vlan_tag_present(skb))
		return hook_punt(port, skb, stats, PORCH_PUNT_VLAN);
	if (unlikely(skb->protocol != htons(ETH_P_IP) &&
		     skb->protocol != htons(ETH_P_IPV6)))
		return hook_other(port, skb, stats);
	/* tc has chosen the socket already; the stack forwards no such packet. */
	if (skb_sk_is_prefetched(skb))
		return hook_punt(port, skb, stats, PORCH_PUNT_SOCKET);

	count_rx(port, stats, skb->len);
	porch_engine_admit(port, skb);
	return true;
}

/**
 * porch_hook_rx() - the receive handler of ports that have it to themselves
 * @pskb: the packet
 *
 * Context: in softirq or with softirqs off, inside an RCU read-side section.
 *
 * Return: RX_HANDLER_CONSUMED, or RX_HANDLER_PASS if the stock stack keeps it.
 */
rx_handler_result_t porch_hook_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct porch_port *port = rcu_dereference(skb->dev->rx_handler_data);

	if (porch_emit_returns(skb) || !hook_take(port, skb))
		return RX_HANDLER_PASS;
	return RX_HANDLER_CONSUMED;
}

/* Is the packet for a VLAN device, or for the bridge, bond, … on top? */
static bool is_for_upper(const struct sk_buff *skb)
{
	if (skb_vlan_tag_present(skb) &&
	    __vlan_find_dev_deep_rcu(skb->dev, skb->vlan_proto,
				     skb_vlan_tag_get_id(skb)))
		return true;
	return rcu_access_pointer(skb->dev->rx_handler) &&
	       skb->pkt_type != PACKET_HOST;
}

/**
 * porch_hook_ingress() - the netfilter ingress hook of ports whose receive
 *	handler is another's
 * @priv: the port
 * @skb: the packet
 * @state: of no interest
 *
 * It stands before VLAN devices and before the other handler, and takes only
 * what is for the port's own address. What emit gives back to the stack does
 * not come by again: tc_skip_classify jumps over this hook, too.
 *
 * Context: in softirq or with softirqs off, inside an RCU read-side section.
 *
 * Return: NF_STOLEN, or NF_ACCEPT if the stock stack keeps it.
 */
unsigned int porch_hook_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (is_for_upper(skb) || !hook_take(priv, skb))
		return NF_ACCEPT;
	return NF_STOLEN;
}

/*
 * Does the machine itself send the packet? What has come in somewhere is
 * forwarded; a macvlan or ipvlan in another namespace is another machine.
 */
static bool is_own(const struct porch_port *port, const struct sk_buff *skb)
{
	return !skb->skb_iif &&
	       (!skb->sk || net_eq(sock_net(skb->sk), port->pn->net));
}

/**
 * porch_hook_egress() - the netfilter egress hook of every port
 * @priv: the port
 * @skb: the packet, its data at the link-layer header
 * @state: of no interest
 *
 * Only what the machine itself sends is met here. What has a tag was met at its
 * VLAN device, if that is a port.
 *
 * Context: inside an RCU read-side section; a packet socket may have softirqs
 * on.
 *
 * Return: NF_ACCEPT, NF_DROP if it may not go, or NF_STOLEN if an application has it.
 */
unsigned int porch_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct porch_port *port = priv;
	unsigned int verdict = NF_ACCEPT;

	if (!is_own(port, skb) || skb_vlan_tag_present(skb) ||
	    eth_type_vlan(skb->protocol) || !READ_ONCE(port->armed))
		return NF_ACCEPT;
	local_bh_disable();
	switch (porch_path_out(port, skb)) {
	case PORCH_DROP:
		verdict = NF_DROP;
		break;
	case PORCH_QUEUE:
	case PORCH_DIVERT:
		verdict = NF_STOLEN;
		break;
	default:
		/* As it leaves, translated, or not at all */
		if (porch_port_tapped(port))
			porch_tap_out(port, skb, NULL);
	}
	local_bh_enable();
	return verdict;
}

/* Behind everybody's chains, which filter packets before they are ours. */
static void add_nf_hook(struct porch_port *port, enum nf_dev_hooks num,
			nf_hookfn *fn)
{
	port->nf[port->n_nf++] = (struct nf_hook_ops) {
		.hook = fn,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = num,
		.priority = INT_MAX,
	};
}

static int hook_register(struct porch_port *port)
{
	int err;

	/* A kernel without egress hooks sends the stack's packets unseen. */
	if (IS_ENABLED(CONFIG_NETFILTER_EGRESS))
		add_nf_hook(port, NF_NETDEV_EGRESS, porch_hook_egress);
	if (port->hook == PORCH_PORT_HOOK_NF)
		add_nf_hook(port, NF_NETDEV_INGRESS, porch_hook_ingress);
	err = nf_register_net_hooks(port->pn->net, port->nf, port->n_nf);
	if (err || port->hook == PORCH_PORT_HOOK_NF)
		return err;
	err = netdev_rx_handler_register(port->dev, porch_hook_rx, port);
	if (err)
		nf_unregister_net_hooks(port->pn->net, port->nf, port->n_nf);
	return err;
}

/* On return nobody is in one of the hooks any more. */
static void hook_unregister(struct porch_port *port)
{
	nf_unregister_net_hooks(port->pn->net, port->nf, port->n_nf);
	if (port->hook == PORCH_PORT_HOOK_NF)
		synchronize_net();
	else
		netdev_rx_handler_unregister(port->dev);
}

/**
 * porch_hook_attach() - take a device's packets
 * @port: the port, not armed yet: its packets pass
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno.
 */
int porch_hook_attach(struct porch_port *port)
{
	int err;

	err = porch_engine_init(port->pn);
	if (err)
		return err;
	/* While there are ports, the stock stack forwards nothing of theirs. */
	if (!port->pn->n_hooks) {
		err = porch_guard_attach(port->pn->net);
		if (err)
			return err;
	}
	err = porch_tap_attach(port);
	if (err)
		goto guard;
	err = hook_register(port);
	if (err)
		goto tap;
	port->pn->n_hooks++;
	return 0;
tap:
	porch_tap_detach(port);
guard:
	if (!port->pn->n_hooks)
		porch_guard_detach(port->pn->net);
	return err;
}

/**
 * porch_hook_arm() - begin to admit a port's packets
 * @port: the port, attached
 *
 * Context: process context, under RTNL.
 */
void porch_hook_arm(struct porch_port *port)
{
	/* A router must not forward what a card has merged for good. */
	dev_disable_lro(port->dev);
	WRITE_ONCE(port->armed, true);
}

/**
 * porch_hook_disarm() - let a port's packets pass from now on
 * @port: the port; some of its packets may still be in flight
 *
 * Context: process context, under RTNL.
 */
void porch_hook_disarm(struct porch_port *port)
{
	WRITE_ONCE(port->armed, false);
}

/**
 * porch_hook_detach() - give a device's packets back to the stock stack
 * @port: the port, not armed; none of its packets is in flight on return
 *
 * Context: process context, under RTNL; sleeps.
 */
void porch_hook_detach(struct porch_port *port)
{
	hook_unregister(port);
	porch_tap_detach(port);
	porch_queue_flush(port);
	porch_engine_drain(port);
	if (!--port->pn->n_hooks)
		porch_guard_detach(port->pn->net);
}
