// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: devices that are attached to the path. Attaching is prepared in
 * pass-through state and armed when the new generation is published; detaching
 * is noted, and done when it is in force.
 */
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/xfrm.h>
#include "control/config.h"
#include "control/fault.h"
#include "control/port.h"
#include "control/stats.h"
#include "control/upper.h"
#include "path/guard.h"
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
	const struct nf_hook_entries *e;
	unsigned int i;

	if (rcu_access_pointer(dev->rx_handler) == porch_hook_rx)
		return rcu_dereference(dev->rx_handler_data);
	e = rcu_dereference(dev->nf_hooks_ingress);
	if (likely(!e))
		return NULL;
	for (i = 0; i < e->num_hook_entries; i++)
		if (READ_ONCE(e->hooks[i].hook) == porch_hook_ingress)
			return e->hooks[i].priv;
	return NULL;
}

/**
 * porch_port_is_watched() - does netfilter look at what leaves by a device?
 * @dev: the device
 *
 * Porch's own hook, which has no eye for forwarded packets, does not count.
 *
 * Context: inside an RCU read-side section.
 *
 * Return: whether there is anybody else.
 */
bool porch_port_is_watched(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	const struct nf_hook_entries *e = rcu_dereference(dev->nf_hooks_egress);

	return e && (e->num_hook_entries > 1 ||
		     e->hooks[0].hook != porch_hook_egress);
#else
	return false;
#endif
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

		sum->rx_packets += porch_count_read(s->rx_packets);
		sum->rx_bytes += porch_count_read(s->rx_bytes);
		sum->tx_packets += porch_count_read(s->tx_packets);
		sum->tx_bytes += porch_count_read(s->tx_bytes);
		sum->local_packets += porch_count_read(s->local_packets);
		sum->local_bytes += porch_count_read(s->local_bytes);
		sum->drops += porch_count_read(s->drops);
		sum->inflight += porch_count_read(s->inflight);
	}
}

/* Ethernet, or IP packets without any header of the link's */
static bool type_is_known(const struct net_device *dev)
{
	switch (dev->type) {
	case ARPHRD_ETHER:
	case ARPHRD_NONE:	/* tun, wireguard */
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
	case ARPHRD_TUNNEL:	/* ipip */
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
		return true;
	}
	return false;
}

static struct porch_port *find_in(const struct list_head *edits, int ifindex)
{
	struct porch_port *port;

	list_for_each_entry(port, edits, edit)
		if (port->dev->ifindex == ifindex)
			return port;
	return NULL;
}

/* Has the edit detached the device, whether it was a port before or not? */
static bool edit_has_detached(const struct porch_edit *e, int ifindex)
{
	return find_in(&e->detached, ifindex) || find_in(&e->dropped, ifindex);
}

/* What the device is as the edit stands. */
static struct porch_port *edit_find(const struct porch_edit *e, int ifindex)
{
	if (edit_has_detached(e, ifindex))
		return NULL;
	return find_in(&e->attached, ifindex) ?: porch_port_find(e->pn, ifindex);
}

static int check_dev(const struct porch_edit *e, struct net_device *dev,
		     struct porch_fault *fault)
{
	if (dev->flags & IFF_LOOPBACK)
		return porch_refuse(fault, -EINVAL, PORCH_A_PORT_IFINDEX,
				    "the loopback device cannot be a port");
	if (!type_is_known(dev))
		return porch_refuse(fault, -EOPNOTSUPP, PORCH_A_PORT_IFINDEX,
				    "only Ethernet devices, tun, wireguard, gre, ip6gre, ipip, ip6tnl and sit can be ports");
	/* Its hooks have not gone yet. */
	if (edit_has_detached(e, dev->ifindex))
		return porch_refuse(fault, -EBUSY, PORCH_A_PORT_IFINDEX,
				    "the same transaction detaches the device; attach it again in the next one");
	if (edit_find(e, dev->ifindex))
		return porch_refuse(fault, -EEXIST, PORCH_A_PORT_IFINDEX,
				    "the device is a port already");
	return 0;
}

/**
 * porch_port_finds_xfrm() - has the host IPsec policies?
 * @net: the namespace
 *
 * What Porch forwards does not meet them. The kernel tells nobody but a key
 * manager of changes, and then of all namespaces; so this is for who asks.
 *
 * Context: any.
 *
 * Return: whether there are any, or a default that blocks what has none.
 */
bool porch_port_finds_xfrm(const struct net *net)
{
#ifdef CONFIG_XFRM
	int dir;

	for (dir = 0; dir < XFRM_POLICY_MAX; dir++)
		if (READ_ONCE(net->xfrm.policy_count[dir]) ||
		    READ_ONCE(net->xfrm.policy_default[dir]) == XFRM_USERPOLICY_BLOCK)
			return true;
	return false;
#else
	return false;
#endif
}

/* Does the user know what the port's packets will not meet? */
static int check_bypass(const struct porch_edit *e,
			const struct porch_port_spec *spec,
			struct porch_fault *fault)
{
	bool xfrm = porch_port_finds_xfrm(e->pn->net);

	if (xfrm && !spec->force)
		return porch_refuse(fault, -EPERM, 0,
				    "the namespace has xfrm (IPsec) policies, which forwarded packets would bypass; say force if they may");
	if (xfrm)
		NL_SET_ERR_MSG(fault->extack,
			       "what Porch forwards bypasses the namespace's xfrm policies and forward rules");
	else if (porch_guard_finds_rules(e->pn->net))
		NL_SET_ERR_MSG(fault->extack,
			       "what Porch forwards bypasses the namespace's forward rules (nftables, iptables)");
	return 0;
}

static void port_free_rcu(struct rcu_head *rcu)
{
	struct porch_port *port = container_of(rcu, struct porch_port, rcu);

	free_percpu(port->stats);
	kfree(port);
}

static struct porch_port *port_alloc(struct porch_net *pn,
				     struct net_device *dev,
				     enum porch_port_hook hook)
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
	port->hook = hook;
	INIT_LIST_HEAD(&port->link);
	INIT_LIST_HEAD(&port->edit);
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	return port;
}

static void port_free(struct porch_port *port)
{
	netdev_put(port->dev, &port->tracker);
	call_rcu(&port->rcu, port_free_rcu);
}

/*
 * Lets threads poll the device, by the NAPIs that it has and those that it will
 * have. If they do already, somebody else wants it so.
 */
static int port_thread(struct porch_port *port)
{
	int err;

	if (port->dev->threaded)
		return 0;
	err = dev_set_threaded(port->dev, true);
	port->threaded = !err;
	return err;
}

static void port_unthread(struct porch_port *port)
{
	if (port->threaded)
		dev_set_threaded(port->dev, false);
	port->threaded = false;
}

/* Takes a port off its device. None of its packets is in flight afterwards. */
static void port_detach(struct porch_port *port)
{
	porch_hook_detach(port);
	port_unthread(port);
	port_free(port);
}

/**
 * porch_port_insert() - attach a device, whose packets still pass
 * @e: the edit
 * @spec: the port
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_port_insert(struct porch_edit *e, const struct porch_port_spec *spec,
		      struct porch_fault *fault)
{
	struct porch_net *pn = e->pn;
	enum porch_port_hook hook;
	struct porch_port *port;
	struct net_device *dev;
	int err;

	dev = __dev_get_by_index(pn->net, spec->ifindex);
	if (!dev)
		return porch_refuse(fault, -ENODEV, PORCH_A_PORT_IFINDEX,
				    "no such device in this network namespace");
	err = check_dev(e, dev, fault) ?:
	      porch_upper_choose_hook(spec, dev, &hook, fault) ?:
	      check_bypass(e, spec, fault);
	if (err)
		return err;
	port = port_alloc(pn, dev, hook);
	if (!port)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the port");
	port->vrf = spec->vrf;
	port->force = spec->force;
	err = porch_hook_attach(port);
	if (err) {
		port_free(port);
		return porch_refuse(fault, err, PORCH_A_PORT_IFINDEX,
				    "the device takes no hook");
	}
	list_add_tail(&port->edit, &e->attached);
	return 0;
}

/*
 * One that the same edit has attached was never at work. Detaching waits for
 * readers: not here, where others wait for the edit, and once for a device.
 */
static void edit_drop(struct porch_edit *e, struct porch_port *port)
{
	if (list_empty(&port->edit))
		list_add_tail(&port->edit, &e->detached);
	else
		list_move_tail(&port->edit, &e->dropped);
}

/**
 * porch_port_remove() - detach a device
 * @e: the edit
 * @spec: the port
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_port_remove(struct porch_edit *e, const struct porch_port_spec *spec,
		      struct porch_fault *fault)
{
	struct porch_port *port = edit_find(e, spec->ifindex);

	if (!port) {
		if (!__dev_get_by_index(e->pn->net, spec->ifindex))
			return porch_refuse(fault, -ENODEV,
					    PORCH_A_PORT_IFINDEX,
					    "no such device in this network namespace");
		return porch_refuse(fault, -ENOENT, PORCH_A_PORT_IFINDEX,
				    "the device is not a port");
	}
	edit_drop(e, port);
	return 0;
}

/**
 * porch_port_remove_dev() - detach a device that goes away
 * @e: the edit
 * @dev: the device; nothing happens if it is not a port
 *
 * Context: process context, under RTNL.
 */
void porch_port_remove_dev(struct porch_edit *e, const struct net_device *dev)
{
	struct porch_port *port = porch_port_find(e->pn, dev->ifindex);

	if (port)
		edit_drop(e, port);
}

static void ports_detach(struct list_head *edits)
{
	struct porch_port *port, *next;

	list_for_each_entry_safe(port, next, edits, edit)
		port_detach(port);
}

static int thread_list(struct porch_edit *e)
{
	const struct porch_config *now =
		rcu_dereference_protected(e->pn->config,
					  lockdep_is_held(&e->pn->lock));
	struct porch_port *port;
	int err;

	list_for_each_entry(port, &e->attached, edit) {
		err = port_thread(port);
		if (err)
			return err;
	}
	/* Those in force have had it, and maybe somebody has taken it away. */
	if (now->set.threaded)
		return 0;
	list_for_each_entry(port, &e->pn->ports, link) {
		err = port_thread(port);
		if (err)
			goto undo;
	}
	return 0;
undo:
	list_for_each_entry(port, &e->pn->ports, link)
		port_unthread(port);
	return err;
}

/**
 * porch_port_prepare() - do before publishing what the edit as a whole asks for
 * @e: the edit, with all its operations
 * @fault: on error, why
 *
 * Thread mode wants threads for the ports' own NAPIs. It is the last that may
 * fail.
 *
 * Context: process context, under RTNL, holding the edit's lock.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_port_prepare(struct porch_edit *e, struct porch_fault *fault)
{
	int err;

	if (!e->next->set.threaded)
		return 0;
	err = thread_list(e);
	if (err)
		return porch_refuse(fault, err, 0,
				    "no threads can be had for the ports");
	return 0;
}

static void port_publish(struct porch_port *port)
{
	struct porch_net *pn = port->pn;

	list_add_tail(&port->link, &pn->ports);
	WRITE_ONCE(pn->n_ports, pn->n_ports + 1);
	porch_hook_arm(port);
}

static void port_withdraw(struct porch_port *port)
{
	struct porch_net *pn = port->pn;

	porch_hook_disarm(port);
	list_del_init(&port->link);
	WRITE_ONCE(pn->n_ports, pn->n_ports - 1);
}

/**
 * porch_port_publish() - let attached ports begin to work, and detached ones end
 * @e: the edit, which is being published
 *
 * Cannot fail, waits for nothing.
 *
 * Context: process context, under RTNL.
 */
void porch_port_publish(struct porch_edit *e)
{
	struct porch_port *port;

	list_for_each_entry(port, &e->detached, edit)
		port_withdraw(port);
	list_for_each_entry(port, &e->attached, edit)
		port_publish(port);
	if (e->next->set.threaded)
		return;
	list_for_each_entry(port, &e->pn->ports, link)
		port_unthread(port);
}

/**
 * porch_port_settle() - do after publishing what takes its time
 * @e: the edit, which has been published
 *
 * Context: process context, under RTNL; waits for the packets in flight of
 * detached ports.
 */
void porch_port_settle(struct porch_edit *e)
{
	struct porch_port *port, *next;

	list_for_each_entry_safe(port, next, &e->attached, edit)
		list_del_init(&port->edit);
	ports_detach(&e->detached);
	ports_detach(&e->dropped);
}

/**
 * porch_port_abort() - take back what an edit has done to ports
 * @e: the edit, which is being aborted
 *
 * Context: process context, under RTNL; sleeps.
 */
void porch_port_abort(struct porch_edit *e)
{
	struct porch_port *port, *next;

	ports_detach(&e->attached);
	ports_detach(&e->dropped);
	list_for_each_entry_safe(port, next, &e->detached, edit)
		list_del_init(&port->edit);
}

/**
 * porch_port_release_dev() - detach a device that goes away, without an edit
 * @pn: the instance
 * @dev: the device; nothing happens if it is not a port
 *
 * Cannot fail: for want of memory for an edit.
 *
 * Context: process context, under RTNL.
 */
void porch_port_release_dev(struct porch_net *pn, const struct net_device *dev)
{
	struct porch_port *port = porch_port_find(pn, dev->ifindex);

	if (!port)
		return;
	port_withdraw(port);
	port_detach(port);
}
