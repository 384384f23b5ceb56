// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: devices that are attached to the path. Attaching is prepared in
 * pass-through state and armed when the new generation is published.
 */
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "compat.h"
#include "control/config.h"
#include "control/port.h"
#include "path/hook.h"

/**
 * porch_port_find() - the port of a device
 * @pn: the instance
 * @ifindex: of the device
 *
 * Context: under RTNL.
 *
 * Return: the port, or NULL.
 */
struct porch_port *porch_port_find(struct porch_net *pn, int ifindex)
{
	struct porch_port *port;

	list_for_each_entry(port, &pn->ports, link)
		if (port->dev->ifindex == ifindex)
			return port;
	return NULL;
}

/**
 * porch_port_of() - the port that a device is
 * @dev: the device
 *
 * Context: inside an RCU read-side section.
 *
 * Return: the port, or NULL.
 */
struct porch_port *porch_port_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != porch_hook_rx)
		return NULL;
	return rcu_dereference(dev->rx_handler_data);
}

/**
 * porch_port_sum() - add up the counters of all CPUs
 * @port: the port
 * @sum: where the sums go
 */
void porch_port_sum(const struct porch_port *port, struct porch_port_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct porch_port_stats *s = per_cpu_ptr(port->stats, cpu);

		sum->rx_packets += READ_ONCE(s->rx_packets);
		sum->rx_bytes += READ_ONCE(s->rx_bytes);
		sum->tx_packets += READ_ONCE(s->tx_packets);
		sum->tx_bytes += READ_ONCE(s->tx_bytes);
		sum->drops += READ_ONCE(s->drops);
		sum->inflight += READ_ONCE(s->inflight);
	}
}

static int check_dev(struct porch_net *pn, struct net_device *dev,
		     struct netlink_ext_ack *extack)
{
	const struct net_device *master;

	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "the loopback device cannot be a port");
		return -EINVAL;
	}
	if (dev->type != ARPHRD_ETHER) {
		NL_SET_ERR_MSG(extack, "only Ethernet devices can be ports");
		return -EOPNOTSUPP;
	}
	if (porch_port_find(pn, dev->ifindex)) {
		NL_SET_ERR_MSG(extack, "the device is a port already");
		return -EEXIST;
	}
	master = netdev_master_upper_dev_get(dev);
	if (master) {
		porch_extack_master(extack, master->name);
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG(extack,
			       "another module (macvlan, ipvlan?) receives the device's packets; attach the device on top instead");
		return -EBUSY;
	}
	return 0;
}

static void port_free_rcu(struct rcu_head *rcu)
{
	struct porch_port *port = container_of(rcu, struct porch_port, rcu);

	free_percpu(port->stats);
	kfree(port);
}

static struct porch_port *port_alloc(struct porch_net *pn,
				     struct net_device *dev)
{
	struct porch_port *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return NULL;
	port->stats = alloc_percpu_gfp(struct porch_port_stats,
				       GFP_KERNEL_ACCOUNT);
	if (!port->stats) {
		kfree(port);
		return NULL;
	}
	port->pn = pn;
	port->dev = dev;
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	return port;
}

static void port_free(struct porch_port *port)
{
	netdev_put(port->dev, &port->tracker);
	call_rcu(&port->rcu, port_free_rcu);
}

/**
 * porch_port_add() - attach a device
 * @pn: the instance
 * @dev: the device, in the instance's namespace
 * @extack: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_port_add(struct porch_net *pn, struct net_device *dev,
		   struct netlink_ext_ack *extack)
{
	struct porch_port *port;
	struct porch_edit e;
	int err;

	err = check_dev(pn, dev, extack);
	if (err)
		return err;
	err = porch_edit_begin(&e, pn);
	if (err)
		return err;

	err = -ENOMEM;
	port = port_alloc(pn, dev);
	if (!port)
		goto abort;
	err = porch_hook_attach(port);
	if (err) {
		NL_SET_ERR_MSG(extack, "the device takes no receive handler");
		goto free;
	}
	list_add_tail(&port->link, &pn->ports);
	WRITE_ONCE(pn->n_ports, pn->n_ports + 1);
	porch_edit_publish(&e);
	WRITE_ONCE(port->armed, true);
	return 0;
free:
	port_free(port);
abort:
	porch_edit_abort(&e);
	return err;
}

/* Cannot fail: notifiers and the namespace's exit rely on it. */
static void port_release(struct porch_net *pn, struct porch_port *port)
{
	porch_hook_detach(port);
	list_del(&port->link);
	WRITE_ONCE(pn->n_ports, pn->n_ports - 1);
	port_free(port);
}

/**
 * porch_port_del() - detach a device
 * @pn: the instance
 * @dev: the device
 * @extack: on error, why
 *
 * Context: process context, under RTNL; waits for the port's packets in
 * flight.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_port_del(struct porch_net *pn, struct net_device *dev,
		   struct netlink_ext_ack *extack)
{
	struct porch_port *port = porch_port_find(pn, dev->ifindex);
	struct porch_edit e;
	int err;

	if (!port) {
		NL_SET_ERR_MSG(extack, "the device is not a port");
		return -ENOENT;
	}
	err = porch_edit_begin(&e, pn);
	if (err)
		return err;
	port_release(pn, port);
	porch_edit_publish(&e);
	return 0;
}

/**
 * porch_port_release_dev() - detach a device that goes away
 * @pn: the instance
 * @dev: the device; nothing happens if it is not a port
 *
 * Context: process context, under RTNL.
 */
void porch_port_release_dev(struct porch_net *pn, struct net_device *dev)
{
	struct porch_port *port = porch_port_find(pn, dev->ifindex);
	struct porch_edit e;

	if (!port || port->dev != dev)
		return;
	/* A new generation tells dumps; without memory they go without. */
	if (porch_edit_begin(&e, pn)) {
		port_release(pn, port);
		return;
	}
	port_release(pn, port);
	porch_edit_publish(&e);
}
