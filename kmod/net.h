/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NET_H
#define PORCH_NET_H

#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#define PORCH_VERSION	"0.1"

struct porch_config;
struct porch_engine;
struct porch_flows;
struct porch_stats;

/**
 * struct porch_net - the instance of one network namespace
 * @net: the namespace; the instance lives and dies with it
 * @lock: serialises changes of the configuration; taken inside RTNL where
 *	both are needed
 * @config: the generation in force; read under RCU, replaced under @lock
 * @ports: the attached devices; under RTNL
 * @n_ports: length of @ports
 * @n_hooks: devices whose packets we get, armed or not; under RTNL
 * @rings: the open rings; under @rings_lock
 * @rings_lock: of @rings; taken inside RTNL where both are needed
 * @n_rings: length of @rings
 * @queues: the queues that a ring reads, by number; read under RCU, written under
 *	RTNL
 * @stats: counters of every CPU, written by that CPU with softirqs off
 * @engine: the vector engine of every CPU
 * @flows: the flow table; NULL until there are rules. Set under RTNL. Packets
 *	find it by way of a generation
 * @napi_dev: the device that NAPI wants; it never carries a packet
 * @txn_lock: protects @txns and what is in them; inside no other lock
 * @txns: open transactions
 * @dying: the namespace is on its way out; addresses are not followed any more
 * @follow: brings the set of local addresses up to date
 * @cpu_node: tells the engine when a CPU has gone
 */
struct porch_net {
	struct net *net;
	struct mutex lock;	/* of the configuration, see above */
	struct porch_config __rcu *config;
	struct list_head ports;
	u32 n_ports;
	u32 n_hooks;
	struct list_head rings;
	struct mutex rings_lock;	/* see above */
	u32 n_rings;
	struct xarray queues;
	struct porch_stats __percpu *stats;
	struct porch_engine __percpu *engine;
	struct porch_flows *flows;
	struct net_device *napi_dev;
	struct mutex txn_lock;	/* of open transactions, see above */
	struct list_head txns;
	bool dying;
	struct delayed_work follow;
	struct hlist_node cpu_node;
};

/*
 * What may sleep and takes its time: following addresses, freeing what a change
 * has replaced. Ordered, so that no more than one worker waits for RTNL.
 */
extern struct workqueue_struct *porch_wq;

struct porch_net *porch_net(const struct net *net);
struct user_namespace *porch_user_ns(const struct net *net);

#endif /* PORCH_NET_H */
