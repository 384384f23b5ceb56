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
#include "control/fib.h"
#include "control/local.h"
#include "control/nl.h"
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/engine.h"

static unsigned int porch_net_id __read_mostly;

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

static int __net_init porch_net_init(struct net *net)
{
	struct porch_net *pn = porch_net(net);
	int err;

	pn->net = net;
	INIT_LIST_HEAD(&pn->ports);
	pn->stats = alloc_percpu(struct porch_stats);
	if (!pn->stats)
		return -ENOMEM;
	err = porch_config_init(pn);
	if (err) {
		free_percpu(pn->stats);
		return err;
	}
	porch_local_init(pn);
	return 0;
}

/* The core lets a grace period pass between this and porch_net_exit(). */
static void __net_exit porch_net_pre_exit(struct net *net)
{
	struct porch_net *pn = porch_net(net);

	rtnl_lock();
	WRITE_ONCE(pn->dying, true);
	porch_port_release_all(pn);
	rtnl_unlock();
}

static void __net_exit porch_net_exit(struct net *net)
{
	struct porch_net *pn = porch_net(net);

	porch_local_fini(pn);
	porch_engine_fini(pn);
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
	case NETDEV_UP:
		porch_local_changed(pn);
		break;
	case NETDEV_DOWN:
		porch_local_changed(pn);
		port = porch_port_find(pn, dev->ifindex);
		if (port) {
			/* Whoever saw the device up has queued its packet. */
			synchronize_net();
			porch_engine_drain(port);
		}
		break;
	case NETDEV_UNREGISTER:
		porch_port_release_dev(pn, dev);
		porch_fib_release_dev(pn, dev);
		porch_local_changed(pn);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = netdev_event };

static int __init porch_init(void)
{
	int err;

	err = porch_config_wq_init();
	if (err)
		return err;
	err = porch_engine_register();
	if (err)
		goto config;
	err = register_pernet_subsys(&porch_net_ops);
	if (err)
		goto engine;
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		goto pernet;
	err = porch_local_register();
	if (err)
		goto netdev;
	err = porch_nl_register();
	if (err)
		goto local;
	return 0;
local:
	porch_local_unregister();
netdev:
	unregister_netdevice_notifier(&netdev_nb);
pernet:
	unregister_pernet_subsys(&porch_net_ops);
engine:
	porch_engine_unregister();
config:
	porch_config_wq_fini();
	return err;
}

/* First nobody can ask, then nothing happens, then nothing is left. */
static void __exit porch_exit(void)
{
	porch_nl_unregister();
	porch_local_unregister();
	unregister_netdevice_notifier(&netdev_nb);
	unregister_pernet_subsys(&porch_net_ops);
	porch_engine_unregister();
	porch_config_wq_fini();
}

module_init(porch_init);
module_exit(porch_exit);

MODULE_DESCRIPTION("Porch, a second packet path");
MODULE_VERSION(PORCH_VERSION);
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("porch");
