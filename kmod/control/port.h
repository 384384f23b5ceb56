/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_PORT_H
#define PORCH_PORT_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/porch.h>

struct porch_edit;
struct porch_fault;
struct porch_net;
struct porch_tap;

/**
 * struct porch_port_stats - what one CPU counts for one port
 * @rx_packets: admitted, in skbs
 * @rx_bytes: their length from the network header on
 * @tx_packets: handed to the device or its qdisc, in skbs
 * @tx_bytes: their length from the network header on
 * @local_packets: of local origin, sent by the stock stack, in skbs
 * @local_bytes: their length from the network header on
 * @drops: packets from this port that were dropped
 * @inflight: admitted and not let go yet; back at zero when quiet
 *
 * Written by its CPU alone, with softirqs off.
 */
struct porch_port_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 local_packets;
	u64 local_bytes;
	u64 drops;
	u64 inflight;
};

/**
 * struct porch_port_spec - a port as a request describes it
 * @ifindex: of the device
 * @hook: where its packets are to be taken
 * @vrf: number of the VRF that it is in, 0 for none
 * @force: attach it in spite of xfrm policies
 */
struct porch_port_spec {
	u32 ifindex;
	enum porch_port_hook hook;
	u16 vrf;
	bool force;
};

/**
 * struct porch_port - a device that Porch takes packets from
 * @dev: the device, with a reference
 * @tracker: of the reference
 * @pn: the instance
 * @armed: packets are admitted; before, they pass
 * @threaded: threads poll the device because of us
 * @stats: counters of every CPU
 * @taps: who sees copies of its frames; read under RCU, written under RTNL
 * @owner: who gets what comes in, instead of the path; likewise
 * @hook: PORCH_PORT_HOOK_RX or PORCH_PORT_HOOK_NF
 * @vrf: number of the VRF that it is in, 0 for none; never changes
 * @force: xfrm policies were no reason to refuse it; never changes
 * @nf: the netfilter hooks it has
 * @n_nf: how many
 * @link: in porch_net.ports, while published
 * @edit: in the edit that attaches or detaches it; else empty
 * @rcu: frees the port behind the last reader
 */
struct porch_port {
	struct net_device *dev;
	netdevice_tracker tracker;
	struct porch_net *pn;
	bool armed;
	bool threaded;
	struct porch_port_stats __percpu *stats;
	struct hlist_head taps;
	struct porch_tap __rcu *owner;
	enum porch_port_hook hook;
	u16 vrf;
	bool force;
	struct nf_hook_ops nf[2];
	unsigned int n_nf;
	struct list_head link;
	struct list_head edit;
	struct rcu_head rcu;
};

int porch_port_insert(struct porch_edit *e, const struct porch_port_spec *spec,
		      struct porch_fault *fault);
int porch_port_remove(struct porch_edit *e, const struct porch_port_spec *spec,
		      struct porch_fault *fault);
void porch_port_remove_dev(struct porch_edit *e, const struct net_device *dev);
void porch_port_release_dev(struct porch_net *pn, const struct net_device *dev);
int porch_port_prepare(struct porch_edit *e, struct porch_fault *fault);
void porch_port_publish(struct porch_edit *e);
void porch_port_settle(struct porch_edit *e);
void porch_port_abort(struct porch_edit *e);
struct porch_port *porch_port_find(struct porch_net *pn, int ifindex);
struct porch_port *porch_port_of(const struct net_device *dev);
bool porch_port_is_watched(const struct net_device *dev);
bool porch_port_finds_xfrm(const struct net *net);
void porch_port_sum(const struct porch_port *port, struct porch_port_stats *sum);

#endif /* PORCH_PORT_H */
