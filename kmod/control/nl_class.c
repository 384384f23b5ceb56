// SPDX-License-Identifier: GPL-2.0
/* Requests about classes, and what there is to say of them. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "compat.h"
#include "control/class.h"
#include "control/config.h"
#include "control/nl.h"
#include "control/nl_class.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "core/shape.h"
#include "path/shape.h"

static const struct porch_class_field *find_field(int attr)
{
	unsigned int i;

	for (i = 0; i < porch_n_class_fields; i++)
		if (porch_class_fields[i].attr == attr)
			return &porch_class_fields[i];
	return NULL;
}

/**
 * porch_nl_parse_class() - read what a request says of a class
 * @info: the request
 * @s: where it goes; zeroed
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_class(struct genl_info *info, struct porch_class_spec *s)
{
	const struct porch_class_field *f;
	const struct nlattr *nla;
	int err, rem;

	err = porch_nl_require(info, PORCH_A_CLASS_IFINDEX,
			       "which device? ifindex is missing");
	if (!err && info->genlhdr->cmd != PORCH_CMD_CLASS_DEL)
		err = porch_nl_require(info, PORCH_A_CLASS_ID,
				       "which class? id is missing");
	if (err)
		return err;
	/* The request's own: info->attrs has no more than its policy has. */
	nlmsg_for_each_attr(nla, info->nlhdr, GENL_HDRLEN, rem) {
		f = find_field(nla_type(nla));
		if (f) {
			nla_memcpy((u8 *)&s->value + f->offset, nla, f->size);
			__set_bit(f->attr, &s->given);
		}
		s->value.is_default |= nla_type(nla) == PORCH_A_CLASS_DEFAULT;
	}
	return 0;
}

/**
 * porch_nl_fill_class() - what there is to say of a class but its counters
 * @msg: where to
 * @net: the namespace; a device that has gone has no name
 * @set: the classes that it is one of
 * @c: the class
 *
 * Context: under RTNL.
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_class(struct sk_buff *msg, struct net *net,
			const struct porch_classes *set,
			const struct porch_class *c)
{
	const struct net_device *dev = __dev_get_by_index(net, c->ifindex);
	bool leaf = porch_class_is_leaf(porch_class_tree(set, c->ifindex), c);
	const struct porch_class_field *f;
	static const u64 none;
	const void *value;
	unsigned int i;

	if (dev && nla_put_string(msg, PORCH_A_CLASS_IFNAME, dev->name))
		return -EMSGSIZE;
	for (i = 0; i < porch_n_class_fields; i++) {
		f = &porch_class_fields[i];
		value = (const u8 *)c + f->offset;
		if ((f->is_leaf && !leaf) ||
		    (f->is_optional && !memcmp(value, &none, f->size)))
			continue;
		if (nla_put_64bit(msg, f->attr, f->size, value,
				  PORCH_A_CLASS_PAD))
			return -EMSGSIZE;
	}
	if (c->is_default && nla_put_flag(msg, PORCH_A_CLASS_DEFAULT))
		return -EMSGSIZE;
	return 0;
}

static int fill_stats(struct sk_buff *msg, const struct porch_shape_stats *s)
{
	const struct {
		int attr;
		u64 value;
	} line[] = {
		{ PORCH_A_CLASS_SENT_PACKETS, s->packets },
		{ PORCH_A_CLASS_SENT_BYTES, s->bytes },
		{ PORCH_A_CLASS_BORROWED_BYTES, s->borrowed },
		{ PORCH_A_CLASS_MARKED, s->marks },
		{ PORCH_A_CLASS_DROPS_FULL, s->drops[PORCH_SHAPE_DROP_FULL] },
		{ PORCH_A_CLASS_DROPS_CODEL, s->drops[PORCH_SHAPE_DROP_STANDING] },
		{ PORCH_A_CLASS_DROPS_PURGED, s->drops[PORCH_SHAPE_DROP_PURGED] },
		{ PORCH_A_CLASS_BACKLOG_PACKETS, s->backlog.packets },
		{ PORCH_A_CLASS_BACKLOG_BYTES, s->backlog.bytes },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(line); i++)
		if (nla_put_u64_64bit(msg, line[i].attr, line[i].value,
				      PORCH_A_CLASS_PAD))
			return -EMSGSIZE;
	return 0;
}

static int fill(struct sk_buff *msg, const struct porch_net *pn,
		const struct porch_classes *set, const struct porch_class *c)
{
	struct porch_shape_stats sum;
	int err;

	err = porch_nl_fill_class(msg, pn->net, set, c);
	if (!err && porch_qdisc_stats(pn, c, &sum))
		err = fill_stats(msg, &sum);
	return err;
}

/* Those in force, which RTNL keeps there. */
static const struct porch_classes *classes(const struct porch_net *pn)
{
	return rcu_dereference_protected(pn->config,
					 lockdep_rtnl_is_held())->classes;
}

int porch_nl_class_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_class_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_class_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

static int fill_one(struct sk_buff *msg, struct genl_info *info)
{
	const struct porch_net *pn = porch_nl_instance(info);
	struct nlattr **a = info->attrs;
	const struct porch_class *c;
	struct porch_class_tree tree;

	tree = porch_class_tree(classes(pn),
				nla_get_u32(a[PORCH_A_CLASS_IFINDEX]));
	c = porch_class_find(tree, nla_get_u32(a[PORCH_A_CLASS_ID]));
	if (c)
		return fill(msg, pn, classes(pn), c);
	NL_SET_ERR_MSG_ATTR(info->extack, a[PORCH_A_CLASS_ID],
			    "the device has no class of that number");
	return -ENOENT;
}

int porch_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const char needed[] = "which class? ifindex and id are needed";
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_require(info, PORCH_A_CLASS_IFINDEX, needed) ?:
	      porch_nl_require(info, PORCH_A_CLASS_ID, needed);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	err = fill_one(msg, info);
	rtnl_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

int porch_nl_class_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	const struct porch_classes *set;
	void *hdr;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	rtnl_lock();
	cb->seq = porch_config_gen(pn);
	set = classes(pn);
	for (; set && cb->args[0] < set->n; cb->args[0]++) {
		/* Its device has gone. */
		if (!set->class[cb->args[0]].ifindex)
			continue;
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_CLASS_GET);
		err = hdr ? fill(skb, pn, set, &set->class[cb->args[0]]) :
			    -EMSGSIZE;
		if (err) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	rtnl_unlock();
	return skb->len ?: err;
}
