// SPDX-License-Identifier: GPL-2.0
/*
 * The rules that choose a routing table, as requests, replies and events have
 * them.
 */
#include <net/genetlink.h>
#include <net/sock.h>
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "control/nl_route_rule.h"
#include "control/route_rule.h"

/**
 * porch_nl_parse_route_rule_pref() - read which rule is meant
 * @info: the request
 * @s: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_route_rule_pref(struct genl_info *info,
				   struct porch_route_rule_spec *s)
{
	int err;

	err = porch_nl_require(info, PORCH_A_ROUTE_RULE_PREF,
			       "which rule? pref is missing");
	if (!err)
		s->pref = nla_get_u32(info->attrs[PORCH_A_ROUTE_RULE_PREF]);
	return err;
}

/**
 * porch_nl_parse_route_rule() - read a rule
 * @info: the request
 * @s: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_route_rule(struct genl_info *info,
			      struct porch_route_rule_spec *s)
{
	struct nlattr **a = info->attrs;
	int err;

	err = porch_nl_parse_route_rule_pref(info, s) ?:
	      porch_nl_require(info, PORCH_A_ROUTE_RULE_TABLE,
			       "by which table? it is missing");
	if (err)
		return err;
	s->table = nla_get_u32(a[PORCH_A_ROUTE_RULE_TABLE]);
	if (a[PORCH_A_ROUTE_RULE_SRC_LEN]) {
		err = porch_nl_require(info, PORCH_A_ROUTE_RULE_SRC,
				       "src-len is that of a src, which is missing");
		if (err)
			return err;
	}
	if (a[PORCH_A_ROUTE_RULE_SRC]) {
		err = porch_nl_parse_prefix(info, PORCH_A_ROUTE_RULE_SRC,
					    PORCH_A_ROUTE_RULE_SRC_LEN, &s->src,
					    &s->plen, &s->family);
		if (err)
			return err;
	}
	if (a[PORCH_A_ROUTE_RULE_IIF])
		s->iif = nla_get_u32(a[PORCH_A_ROUTE_RULE_IIF]);
	if (a[PORCH_A_ROUTE_RULE_MARK]) {
		s->mark = nla_get_u32(a[PORCH_A_ROUTE_RULE_MARK]);
		s->mask = U32_MAX;
	}
	if (a[PORCH_A_ROUTE_RULE_MASK]) {
		err = porch_nl_require(info, PORCH_A_ROUTE_RULE_MARK,
				       "mask is that of a mark, which is missing");
		if (err)
			return err;
		s->mask = nla_get_u32(a[PORCH_A_ROUTE_RULE_MASK]);
	}
	return 0;
}

static int fill_dev(struct sk_buff *msg, const struct net_device *dev)
{
	if (dev && (nla_put_u32(msg, PORCH_A_ROUTE_RULE_IIF, dev->ifindex) ||
		    nla_put_string(msg, PORCH_A_ROUTE_RULE_IFNAME, dev->name)))
		return -EMSGSIZE;
	return 0;
}

/**
 * porch_nl_fill_route_rule() - what there is to say of a rule
 * @msg: where to
 * @r: the rule
 *
 * Context: under RTNL or inside an RCU read-side section.
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_route_rule(struct sk_buff *msg,
			     const struct porch_route_rule *r)
{
	if (nla_put_u32(msg, PORCH_A_ROUTE_RULE_PREF, r->pref) ||
	    nla_put_u32(msg, PORCH_A_ROUTE_RULE_TABLE, r->table))
		return -EMSGSIZE;
	if (r->family &&
	    (nla_put(msg, PORCH_A_ROUTE_RULE_SRC, porch_fib_bits(r->family) / 8,
		     &r->src) ||
	     nla_put_u8(msg, PORCH_A_ROUTE_RULE_SRC_LEN, r->plen)))
		return -EMSGSIZE;
	if (r->mask && (nla_put_u32(msg, PORCH_A_ROUTE_RULE_MARK, r->mark) ||
			nla_put_u32(msg, PORCH_A_ROUTE_RULE_MASK, r->mask)))
		return -EMSGSIZE;
	return fill_dev(msg, READ_ONCE(r->dev));
}

int porch_nl_route_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_route_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_route_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *pref = info->attrs[PORCH_A_ROUTE_RULE_PREF];
	struct porch_route_rule_spec s = {};
	const struct porch_route_rule *r;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_parse_route_rule_pref(info, &s);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	r = porch_route_rule_find(rcu_dereference(porch_nl_instance(info)->config),
				  s.pref);
	if (r) {
		err = porch_nl_fill_route_rule(msg, r);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, pref,
				    "there is no rule of this preference");
		err = -ENOENT;
	}
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* cb->args[0] is the lowest preference that is still to be shown. */
int porch_nl_route_rule_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct porch_config *cfg;
	const struct porch_route_rule *r;
	unsigned int i;
	void *hdr;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	rcu_read_lock();
	cfg = rcu_dereference(porch_net(sock_net(skb->sk))->config);
	cb->seq = READ_ONCE(cfg->gen);
	for (i = 0; i < cfg->n_route_rules && !err; i++) {
		r = cfg->route_rules[i];
		if (r->pref < (unsigned long)cb->args[0])
			continue;
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_ROUTE_RULE_GET);
		err = hdr ? porch_nl_fill_route_rule(skb, r) : -EMSGSIZE;
		if (err && hdr)
			genlmsg_cancel(skb, hdr);
		if (err)
			break;
		genlmsg_end(skb, hdr);
		cb->args[0] = (unsigned long)r->pref + 1;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
