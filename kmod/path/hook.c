// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: the receive handler of a port. And where those of the
 * machine's own pass by on their way out: its netfilter egress hook.
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

static void count_rx(struct porch_port *port, struct porch_stats *stats,
		     unsigned int len)
{
	struct porch_port_stats *ps = this_cpu_ptr(port->stats);

	stats->rx++;
	ps->rx_packets++;
	ps->rx_bytes += len;
}

/* Counts a packet that only passes by: what only the stock stack does. */
static rx_handler_result_t hook_punt(struct porch_port *port,
				     struct sk_buff *skb,
				     struct porch_stats *stats,
				     enum porch_punt reason)
{
	count_rx(port, stats, skb->len);
	stats->punt[reason]++;
	return RX_HANDLER_PASS;
}

static u16 inner_vlan_id(const struct sk_buff *skb)
{
	__be16 tci, *p = skb_header_pointer(skb, 0, sizeof(tci), &tci);

	return p ? ntohs(*p) & VLAN_VID_MASK : 0;
}

/**
 * porch_hook_rx() - the receive handler of every port
 * @pskb: the packet
 *
 * Decides no more than whether the packet is ours.
 *
 * Context: in softirq or with softirqs off, inside an RCU read-side section.
 *
 * Return: RX_HANDLER_CONSUMED, or RX_HANDLER_PASS if the stock stack keeps it.
 */
rx_handler_result_t porch_hook_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct porch_port *port = rcu_dereference(skb->dev->rx_handler_data);
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);

	if (porch_emit_returns(skb))
		return RX_HANDLER_PASS;
	if (!READ_ONCE(port->armed))
		return RX_HANDLER_PASS;
	/* Not for this machine: seen only by taps and promiscuous devices. */
	if (skb->pkt_type == PACKET_OTHERHOST ||
	    skb->pkt_type == PACKET_LOOPBACK)
		return RX_HANDLER_PASS;

	/*
	 * The stack takes a tag off from behind a priority tag and looks for its
	 * device, which may be a port. Behind two priority tags it would route.
	 */
	if (unlikely(eth_type_vlan(skb->protocol) && !inner_vlan_id(skb))) {
		count_rx(port, stats, skb->len);
		porch_drop(stats, port, skb, PORCH_DROP_NESTED_TAG);
		return RX_HANDLER_CONSUMED;
	}
	if (skb->protocol != htons(ETH_P_IP) &&
	    skb->protocol != htons(ETH_P_IPV6))
		return hook_punt(port, skb, stats, PORCH_PUNT_NON_IP);
	/* A tag without a device of its own is for nobody here. */
	if (skb_vlan_tag_get_id(skb) && skb_vlan_tag_present(skb))
		return hook_punt(port, skb, stats, PORCH_PUNT_VLAN);
	/* tc has chosen the socket already; the stack forwards no such packet. */
	if (skb_sk_is_prefetched(skb))
		return hook_punt(port, skb, stats, PORCH_PUNT_SOCKET);

	count_rx(port, stats, skb->len);
	skb = skb_share_check(skb, GFP_ATOMIC);
	*pskb = skb;
	if (unlikely(!skb)) {
		porch_drop_gone(stats, port, PORCH_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	skb_orphan(skb);
	porch_engine_admit(port, skb);
	return RX_HANDLER_CONSUMED;
}

/**
 * porch_hook_egress() - the netfilter egress hook of every port
 * @priv: the port
 * @skb: the packet, its data at the link-layer header
 * @state: of no interest
 *
 * Only what the machine itself sends is met here. What has come in somewhere is
 * forwarded; what has a tag was met at its VLAN device, if that is a port.
 *
 * Context: inside an RCU read-side section; a packet socket may have softirqs
 * on.
 *
 * Return: NF_ACCEPT.
 */
unsigned int porch_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct porch_port *port = priv;

	if (skb->skb_iif || skb_vlan_tag_present(skb) ||
	    eth_type_vlan(skb->protocol) || !READ_ONCE(port->armed))
		return NF_ACCEPT;
	local_bh_disable();
	porch_path_out(port, skb);
	local_bh_enable();
	return NF_ACCEPT;
}

/*
 * Behind everybody's chains: the stack's packets are seen as they leave. A
 * kernel without egress hooks sends them unseen.
 */
static int egress_attach(struct porch_port *port)
{
	port->egress = (struct nf_hook_ops) {
		.hook = porch_hook_egress,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	};
	if (!IS_ENABLED(CONFIG_NETFILTER_EGRESS))
		return 0;
	return nf_register_net_hook(port->pn->net, &port->egress);
}

static void egress_detach(struct porch_port *port)
{
	if (IS_ENABLED(CONFIG_NETFILTER_EGRESS))
		nf_unregister_net_hook(port->pn->net, &port->egress);
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
	err = egress_attach(port);
	if (err)
		goto guard;
	err = netdev_rx_handler_register(port->dev, porch_hook_rx, port);
	if (err)
		goto egress;
	port->pn->n_hooks++;
	return 0;
egress:
	egress_detach(port);
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
	egress_detach(port);
	/* Waits until nobody is in one of the hooks. */
	netdev_rx_handler_unregister(port->dev);
	porch_engine_drain(port);
	if (!--port->pn->n_hooks)
		porch_guard_detach(port->pn->net);
}
