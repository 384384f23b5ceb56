// SPDX-License-Identifier: GPL-2.0
/*
 * What is on top of a device: who else wants a port's packets.
 *
 * A port with the netfilter hook leaves the receive handler to others, and takes
 * before it what is for the device's own address. A bridge, OVS, a bond, a team
 * and most macvlans would have passed just that up to this machine. Others have
 * devices on top that share the address (ipvlan, macvlan passthru), or choose
 * packets by something else (macvlan source, macsec); and in a VRF the stock
 * stack routes by tables that Porch does not know.
 */
#include <linux/if_macvlan.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/vxlan.h>
#include "compat.h"
#include "control/fault.h"
#include "control/port.h"
#include "control/upper.h"
#include "net.h"

/* The VRF that a device is, or is in, perhaps with a bridge between. */
static struct net_device *vrf_of(struct net_device *dev)
{
	while (dev && !netif_is_l3_master(dev))
		dev = netdev_master_upper_dev_get(dev);
	return dev;
}

static bool macvlan_shares(const struct net_device *dev)
{
	const struct macvlan_dev *vlan = netdev_priv(dev);

	return vlan->mode != MACVLAN_MODE_PASSTHRU &&
	       vlan->mode != MACVLAN_MODE_SOURCE;
}

/* Does it leave packets for the address of the device below to this machine? */
static bool upper_shares(const struct net_device *dev)
{
	if (netif_is_macvlan(dev))
		return macvlan_shares(dev);
	return is_vlan_dev(dev) || netif_is_vxlan(dev) ||
	       netif_is_bridge_master(dev) || netif_is_ovs_master(dev) ||
	       netif_is_lag_master(dev);
}

static bool handler_shares(const struct net_device *dev)
{
	return netif_is_any_bridge_port(dev) || netif_is_lag_port(dev) ||
	       netif_is_macvlan_port(dev);
}

/* A device on top that the netfilter hook would take packets from */
static struct net_device *find_rival(struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (!upper_shares(upper))
			return upper;
	return NULL;
}

static int refuse_dev(struct porch_fault *fault)
{
	fault->attr = PORCH_A_PORT_IFINDEX;
	return -EBUSY;
}

static int check_nf(struct net_device *dev, struct porch_fault *fault)
{
	const struct net_device *rival = find_rival(dev);

	if (rival) {
		porch_extack_dev(fault->extack, "", rival,
				 " on top of the device receives packets for its address, too");
		return refuse_dev(fault);
	}
	if (netdev_is_rx_handler_busy(dev) && !handler_shares(dev))
		return porch_refuse(fault, -EBUSY, PORCH_A_PORT_IFINDEX,
				    "a module that Porch does not know receives the device's packets");
	return 0;
}

static int check_rx(struct net_device *dev, const struct net_device *master,
		    struct porch_fault *fault)
{
	if (master) {
		porch_extack_dev(fault->extack, "the device belongs to ", master,
				 "; attach that one instead");
		return refuse_dev(fault);
	}
	if (netdev_is_rx_handler_busy(dev))
		return porch_refuse(fault, -EBUSY, PORCH_A_PORT_IFINDEX,
				    "another module (macvlan, ipvlan?) receives the device's packets; attach the device on top instead");
	return 0;
}

/**
 * porch_upper_choose_hook() - is there a place for a port, and which?
 * @spec: the port
 * @dev: its device
 * @hook: takes the hook, PORCH_PORT_HOOK_RX or PORCH_PORT_HOOK_NF
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or -EBUSY if somebody is on top whom a port would take packets from.
 */
int porch_upper_choose_hook(const struct porch_port_spec *spec,
			    struct net_device *dev, enum porch_port_hook *hook,
			    struct porch_fault *fault)
{
	const struct net_device *master = netdev_master_upper_dev_get(dev);
	const struct net_device *vrf = vrf_of(dev);
	bool busy = netdev_is_rx_handler_busy(dev);

	if (vrf == dev)
		return porch_refuse(fault, -EOPNOTSUPP, PORCH_A_PORT_IFINDEX,
				    "a VRF cannot be a port; packets come in by its members");
	if (vrf) {
		porch_extack_dev(fault->extack, "its packets are routed by ", vrf,
				 ", a VRF; Porch knows no VRFs");
		return refuse_dev(fault);
	}
	*hook = spec->hook;
	if (*hook == PORCH_PORT_HOOK_AUTO)
		*hook = busy ? PORCH_PORT_HOOK_NF : PORCH_PORT_HOOK_RX;
	return *hook == PORCH_PORT_HOOK_NF ? check_nf(dev, fault) :
					     check_rx(dev, master, fault);
}

/* Is a device a port, or the master of one? */
static bool has_port_below(struct porch_net *pn, const struct net_device *dev)
{
	const struct porch_port *port;
	struct net_device *up;

	list_for_each_entry(port, &pn->ports, link)
		for (up = port->dev; up; up = netdev_master_upper_dev_get(up))
			if (up == dev)
				return true;
	return false;
}

/*
 * Who is no master, and finds the receive handler taken, fails by itself. A VRF
 * would not look for it.
 */
static bool port_bears(const struct porch_port *port,
		       const struct net_device *upper, bool master)
{
	return port->hook == PORCH_PORT_HOOK_NF ? upper_shares(upper) : !master;
}

/**
 * porch_upper_check_link() - may a device get another one on top?
 * @pn: the instance
 * @dev: the device, a port or not
 * @info: about the one on top
 *
 * Context: from the notifier, under RTNL.
 *
 * Return: 0, or -EBUSY with a message.
 */
int porch_upper_check_link(struct porch_net *pn, struct net_device *dev,
			   const struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack =
		netdev_notifier_info_to_extack(&info->info);
	const struct porch_port *port = porch_port_find(pn, dev->ifindex);

	if (!info->linking)
		return 0;
	if (port && !port_bears(port, info->upper_dev, info->master)) {
		NL_SET_ERR_MSG(extack,
			       "the device is a port of Porch; detach it first");
		return -EBUSY;
	}
	if (info->master && vrf_of(info->upper_dev) && has_port_below(pn, dev)) {
		NL_SET_ERR_MSG(extack,
			       "a member is a port of Porch, which knows no VRFs; detach it first");
		return -EBUSY;
	}
	return 0;
}
