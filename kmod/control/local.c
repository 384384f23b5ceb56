// SPDX-License-Identifier: GPL-2.0
/*
 * Follows this machine's own addresses. An event is only a trigger: the whole
 * set is read again from the devices, so a lost or doubled event does no harm.
 */
#include <linux/inetdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include "control/config.h"
#include "control/local.h"

/* Addresses read so far; with @entry NULL they are only counted. */
struct reading {
	struct porch_addrset_entry *entry;
	unsigned int n;
	unsigned int room;
};

static void read_entry(struct reading *rd, struct porch_addrset_entry entry)
{
	if (rd->entry && rd->n < rd->room)
		rd->entry[rd->n] = entry;
	rd->n++;
}

static void read_v4(struct reading *rd, __be32 addr, enum porch_addr_kind kind)
{
	read_entry(rd, (struct porch_addrset_entry) {
		.a4 = addr, .ipver = 4, .kind = kind });
}

static void read_v6(struct reading *rd, const struct in6_addr *addr,
		    const struct net_device *dev, enum porch_addr_kind kind)
{
	bool one_link = ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;

	read_entry(rd, (struct porch_addrset_entry) {
		.a6 = *addr, .ipver = 6, .kind = kind,
		.ifindex = one_link ? dev->ifindex : 0 });
}

static void read_dev4(struct reading *rd, struct in_device *in_dev)
{
	const struct in_ifaddr *ifa;

	in_dev_for_each_ifa_rtnl(ifa, in_dev) {
		read_v4(rd, ifa->ifa_local, PORCH_ADDR_LOCAL);
		if (ifa->ifa_broadcast)
			read_v4(rd, ifa->ifa_broadcast, PORCH_ADDR_BROADCAST);
		if (ifa->ifa_prefixlen < 31)
			read_v4(rd, ifa->ifa_address | ~ifa->ifa_mask,
				PORCH_ADDR_BROADCAST);
	}
}

static void read_dev6(struct reading *rd, struct inet6_dev *idev)
{
	const struct inet6_ifaddr *ifa;
	const struct ifacaddr6 *aca;

	read_lock_bh(&idev->lock);
	/* With those that are still tentative: no event tells when one is not. */
	list_for_each_entry(ifa, &idev->addr_list, if_list)
		read_v6(rd, &ifa->addr, idev->dev, PORCH_ADDR_LOCAL);
	for (aca = rcu_dereference_protected(idev->ac_list, 1); aca;
	     aca = rcu_dereference_protected(aca->aca_next, 1))
		read_v6(rd, &aca->aca_addr, idev->dev, PORCH_ADDR_ANYCAST);
	read_unlock_bh(&idev->lock);
}

static void read_addresses(struct reading *rd, struct net *net)
{
	struct inet6_dev *idev;
	struct in_device *in_dev;
	struct net_device *dev;

	rd->n = 0;
	for_each_netdev(net, dev) {
		/* As the stock FIB forgets them when a device goes down. */
		if (!(dev->flags & IFF_UP))
			continue;
		/* They belong to the VRF, and no port does. */
		if (netif_is_l3_slave(dev) || netif_is_l3_master(dev))
			continue;
		in_dev = __in_dev_get_rtnl(dev);
		if (in_dev)
			read_dev4(rd, in_dev);
		idev = __in6_dev_get(dev);
		if (idev)
			read_dev6(rd, idev);
	}
}

/*
 * IPv6 addresses may come while this reads, as router advertisements do not
 * take RTNL: then the room is too small, and the reading starts again.
 */
static struct porch_addrset *read_set(struct net *net, u32 *n)
{
	struct porch_addrset *set;
	struct reading rd = {};

	do {
		kvfree(rd.entry);
		rd.entry = NULL;
		read_addresses(&rd, net);
		rd.room = rd.n;
		rd.entry = kvmalloc_array(max(rd.room, 1u), sizeof(*rd.entry),
					  GFP_KERNEL_ACCOUNT);
		if (!rd.entry)
			return ERR_PTR(-ENOMEM);
		read_addresses(&rd, net);
	} while (rd.n > rd.room);

	set = porch_addrset_alloc(rd.entry, rd.n, get_random_u64(),
				  GFP_KERNEL_ACCOUNT);
	kvfree(rd.entry);
	*n = rd.n;
	return set;
}

static int follow(struct porch_net *pn)
{
	struct porch_addrset *set;
	struct porch_edit e;
	u32 n;
	int err;

	set = read_set(pn->net, &n);
	if (IS_ERR(set))
		return PTR_ERR(set);
	err = porch_edit_begin(&e, pn);
	if (err) {
		porch_addrset_free(set);
		return err;
	}
	/* Most events are about something else, or take each other back. */
	if (e.next->n_local == n && porch_addrset_equal(e.next->local, set)) {
		porch_edit_abort(&e);
		porch_addrset_free(set);
		return 0;
	}
	e.next->local = set;
	e.next->n_local = n;
	porch_edit_publish(&e);
	return 0;
}

static void follow_work(struct work_struct *work)
{
	struct porch_net *pn = container_of(to_delayed_work(work),
					    struct porch_net, follow);
	int err;

	rtnl_lock();
	err = follow(pn);
	rtnl_unlock();
	if (err) {
		net_warn_ratelimited("porch: local addresses not followed: %d\n",
				     err);
		queue_delayed_work(porch_wq, &pn->follow, HZ);
	}
}

/**
 * porch_local_changed() - note that addresses may have changed
 * @pn: the instance
 *
 * Context: any.
 */
void porch_local_changed(struct porch_net *pn)
{
	rcu_read_lock();
	/* Pairs with the grace period between pre_exit and porch_local_fini(). */
	if (!READ_ONCE(pn->dying))
		mod_delayed_work(porch_wq, &pn->follow, 0);
	rcu_read_unlock();
}

/**
 * porch_local_flush() - wait until all changes so far are followed
 * @pn: the instance
 *
 * Context: process context, without RTNL.
 */
void porch_local_flush(struct porch_net *pn)
{
	flush_delayed_work(&pn->follow);
}

static int inet_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	porch_local_changed(porch_net(dev_net(ifa->ifa_dev->dev)));
	return NOTIFY_DONE;
}

static int inet6_event(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;

	porch_local_changed(porch_net(dev_net(ifa->idev->dev)));
	return NOTIFY_DONE;
}

static struct notifier_block inet_nb = { .notifier_call = inet_event };
static struct notifier_block inet6_nb = { .notifier_call = inet6_event };

/**
 * porch_local_register() - hear of address changes in all namespaces
 *
 * Return: 0 or a negative errno.
 */
int porch_local_register(void)
{
	int err;

	err = register_inetaddr_notifier(&inet_nb);
	if (err)
		return err;
	err = register_inet6addr_notifier(&inet6_nb);
	if (err)
		unregister_inetaddr_notifier(&inet_nb);
	return err;
}

/**
 * porch_local_unregister() - undo porch_local_register()
 */
void porch_local_unregister(void)
{
	unregister_inet6addr_notifier(&inet6_nb);
	unregister_inetaddr_notifier(&inet_nb);
}

/**
 * porch_local_init() - start to follow a namespace's addresses
 * @pn: the instance
 */
void porch_local_init(struct porch_net *pn)
{
	INIT_DELAYED_WORK(&pn->follow, follow_work);
	queue_delayed_work(porch_wq, &pn->follow, 0);
}

/**
 * porch_local_fini() - stop following, for good
 * @pn: the instance, dying since a grace period ago
 *
 * Context: process context, without RTNL.
 */
void porch_local_fini(struct porch_net *pn)
{
	cancel_delayed_work_sync(&pn->follow);
}
