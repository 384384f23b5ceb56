// SPDX-License-Identifier: GPL-2.0
/*
 * Porch: a second packet path beside the stock stack.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "control/config.h"
#include "control/lane.h"
#include "control/local.h"
#include "control/nl.h"
#include "control/op.h"
#include "control/port.h"
#include "control/stats.h"
#include "control/txn.h"
#include "control/upper.h"
#include "net.h"
#include "path/engine.h"
#include "path/flow.h"
#include "path/queue.h"
#include "path/ring_dev.h"
#include "path/shape.h"
#include "path/tap.h"

static bool userns;
module_param(userns, bool, 0644);
MODULE_PARM_DESC(userns, "let the admin of a user namespace configure its network namespaces");

static unsigned int porch_net_id __read_mostly;

struct workqueue_struct *porch_wq;

/**
 * porch_net() - the instance of a network namespace
 * @net: the namespace
 *
 * Return: the instance; every namespace has one.
 */
struct porch_net *porch_net(const struct net *net)
{
	return net_generic(net, porch_net_id);
}

/**
 * porch_user_ns() - where capabilities over an instance must be held
 * @net: its network namespace
 *
 * Return: the user namespace.
 */
struct user_namespace *porch_user_ns(const struct net *net)
{
	return READ_ONCE(userns) ? net->user_ns : &init_user_ns;
}

static int __net_init porch_net_init(struct net *net)
{
	struct porch_net *pn = porch_net(net);
	int err;

	pn->net = net;
	INIT_LIST_HEAD(&pn->ports);
	INIT_LIST_HEAD(&pn->rings);
	mutex_init(&pn->rings_lock);
	xa_init(&pn->queues);
	pn->stats = alloc_percpu(struct porch_stats);
	if (!pn->stats)
		return -ENOMEM;
	err = porch_config_init(pn);
	if (err) {
		free_percpu(pn->stats);
		return err;
	}
	porch_txn_init(pn);
	porch_local_init(pn);
	return 0;
}

/*
 * The core lets a grace period pass between this and porch_net_exit(). In
 * between, the devices go, and take their ports and routes along.
 */
static void __net_exit porch_net_pre_exit(struct net *net)
{
	struct porch_net *pn = porch_net(net);

	WRITE_ONCE(pn->dying, true);
}

static void __net_exit porch_net_exit(struct net *net)
{
	struct porch_net *pn = porch_net(net);

	porch_tap_release_net(pn);
	xa_destroy(&pn->queues);
	porch_txn_fini(pn);
	porch_local_fini(pn);
	porch_engine_fini(pn);
	porch_flows_fini(pn);
	porch_config_fini(pn);
	free_percpu(pn->stats);
}

/*
 * As a subsystem: an instance is there before the first device of its
 * namespace and until after the last.
 */
static struct pernet_operations porch_net_ops = {
	.init = porch_net_init,
	.pre_exit = porch_net_pre_exit,
	.exit = porch_net_exit,
	.id = &porch_net_id,
	.size = sizeof(struct porch_net),
};

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct porch_net *pn = porch_net(dev_net(dev));
	struct porch_port *port;

	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		return notifier_from_errno(porch_upper_check_link(pn, dev, ptr));
	case NETDEV_UP:
		porch_local_changed(pn);
		break;
	case NETDEV_DOWN:
		porch_local_changed(pn);
		port = porch_port_find(pn, dev->ifindex);
		/* An rmmod replays this event for devices that are still up. */
		if (port && !(dev->flags & IFF_UP)) {
			/* Whoever saw the device up has queued its packet. */
			synchronize_net();
			porch_queue_flush(port);
			porch_engine_drain(port);
		}
		break;
	case NETDEV_UNREGISTER:
		porch_op_release_dev(pn, dev);
		porch_local_changed(pn);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = netdev_event };

/*
 * Last: whoever opens or grafts these holds a module that has to stay. Under RTNL
 * nobody can graft the one before it is known whether there will be the other.
 */
static int __init register_holders(void)
{
	int err;

	rtnl_lock();
	err = porch_qdisc_register();
	if (err)
		goto unlock;
	err = porch_ring_dev_register();
	if (err)
		porch_qdisc_unregister();
unlock:
	rtnl_unlock();
	return err;
}

static int __init porch_init(void)
{
	int err;

	porch_lane_register();
	porch_wq = alloc_ordered_workqueue("porch", 0);
	if (!porch_wq)
		return -ENOMEM;
	err = porch_flow_register();
	if (err)
		goto wq;
	err = porch_engine_register();
	if (err)
		goto flow;
	err = register_pernet_subsys(&porch_net_ops);
	if (err)
		goto engine;
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		goto pernet;
	err = porch_local_register();
	if (err)
		goto netdev;
	err = porch_txn_register();
	if (err)
		goto local;
	err = porch_nl_register();
	if (err)
		goto txn;
	err = register_holders();
	if (err)
		goto nl;
	return 0;
nl:
	porch_nl_unregister();
txn:
	porch_txn_unregister();
local:
	porch_local_unregister();
netdev:
	unregister_netdevice_notifier(&netdev_nb);
pernet:
	unregister_pernet_subsys(&porch_net_ops);
engine:
	porch_engine_unregister();
flow:
	rcu_barrier();
	porch_flow_unregister();
wq:
	rcu_barrier();
	destroy_workqueue(porch_wq);
	return err;
}

/* First nobody can ask, then nothing happens, then nothing is left. */
static void __exit porch_exit(void)
{
	porch_nl_unregister();
	porch_ring_dev_unregister();
	porch_qdisc_unregister();
	porch_txn_unregister();
	porch_local_unregister();
	unregister_netdevice_notifier(&netdev_nb);
	unregister_pernet_subsys(&porch_net_ops);
	porch_engine_unregister();
	rcu_barrier();
	porch_flow_unregister();
	destroy_workqueue(porch_wq);
}

module_init(porch_init);
module_exit(porch_exit);

MODULE_DESCRIPTION("Porch, a second packet path");
MODULE_VERSION(PORCH_VERSION);
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("porch");
