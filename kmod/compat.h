/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that Porch is built for, 6.1 to 6.12. The
 * rest of the module is written for the newest one.
 */
#ifndef PORCH_COMPAT_H
#define PORCH_COMPAT_H

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/version.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/pkt_sched.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>	/* split off netdevice.h */
#endif

/*
 * A message with the name of a device in it. 6.2 brought formatted messages;
 * before, the device stays nameless.
 */
#ifdef NL_SET_ERR_MSG_FMT
#define porch_extack_dev(extack, head, dev, tail) \
	NL_SET_ERR_MSG_FMT((extack), head "%s" tail, (dev)->name)
#else
#define porch_extack_dev(extack, head, dev, tail) \
do { \
	(void)(dev); \
	NL_SET_ERR_MSG((extack), head "another device" tail); \
} while (0)
#endif

/* 6.2 split an operation of a family into its parts, and hands them to hooks. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops genl_ops
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
static inline struct net_device *porch_alloc_netdev_dummy(void)
{
	struct net_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
}

#define porch_free_netdev_dummy(dev) kfree(dev)
#else
#define porch_alloc_netdev_dummy() alloc_netdev_dummy(0)
#define porch_free_netdev_dummy(dev) free_netdev(dev)
#endif

/* 6.3 brought IPv4 packets longer than their length field, made by GRO. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define porch_iph_totlen(skb, iph) ntohs((iph)->tot_len)
#else
#define porch_iph_totlen(skb, iph) iph_totlen(skb, iph)
#endif

/* 6.9 gave modules with a qdisc an alias of their own. */
#ifndef MODULE_ALIAS_NET_SCH
#define MODULE_ALIAS_NET_SCH(id) MODULE_ALIAS("sch_" id)
#endif

/* Does tc look at packets that leave by the device? */
static inline bool porch_dev_has_tc_egress(const struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return rcu_access_pointer(dev->miniq_egress);
#else
	return rcu_access_pointer(dev->tcx_egress);
#endif
}

/* Has a card deciphered it, for a TLS socket of this machine? */
static inline bool porch_skb_is_decrypted(const struct sk_buff *skb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return skb_is_decrypted(skb);
#elif defined(CONFIG_TLS_DEVICE)
	return skb->decrypted;
#else
	return false;
#endif
}

/* A route of nobody's, on the stack, that knows its device alone. */
static inline void porch_dst_init(struct dst_entry *dst, struct dst_ops *ops)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	dst_init(dst, ops, NULL, 1, DST_OBSOLETE_NONE, DST_NOCOUNT);
#else
	dst_init(dst, ops, NULL, DST_OBSOLETE_NONE, DST_NOCOUNT);
#endif
}

static inline void porch_vm_flags_mod(struct vm_area_struct *vma,
				      vm_flags_t set, vm_flags_t clear)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#else
	vm_flags_mod(vma, set, clear);
#endif
}

#endif /* PORCH_COMPAT_H */
