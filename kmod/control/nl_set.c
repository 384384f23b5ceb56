// SPDX-License-Identifier: GPL-2.0
/*
 * Sets and their elements: from attributes to specifications, from state to
 * attributes, and the operations that show them.
 */
#include <net/genetlink.h>
#include <net/sock.h>
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "control/nl_rule.h"
#include "control/nl_set.h"
#include "control/op.h"
#include "control/ruleset.h"
#include "control/set.h"
#include "net.h"

static int parse_set(struct genl_info *info, struct porch_set_spec *s)
{
	return porch_nl_require(info, PORCH_A_SET_NAME,
				"which set? name is missing") ?:
	       porch_nl_parse_name(info, PORCH_A_SET_NAME, s->name);
}

static int parse_new_set(struct genl_info *info, struct porch_set_spec *s)
{
	int err = parse_set(info, s) ?:
		  porch_nl_require(info, PORCH_A_SET_TYPE,
				   "a set of what? type is missing");

	if (!err)
		s->type = nla_get_u8(info->attrs[PORCH_A_SET_TYPE]);
	return err;
}

static int parse_element(struct genl_info *info, struct porch_element_spec *s)
{
	const struct nlattr *port = info->attrs[PORCH_A_ELEMENT_PORT];
	int err;

	err = porch_nl_require(info, PORCH_A_ELEMENT_SET,
			       "an element of which set? set is missing") ?:
	      porch_nl_require(info, PORCH_A_ELEMENT_ADDR,
			       "which element? addr is missing") ?:
	      porch_nl_parse_name(info, PORCH_A_ELEMENT_SET, s->set) ?:
	      porch_nl_parse_prefix(info, PORCH_A_ELEMENT_ADDR,
				    PORCH_A_ELEMENT_PREFIX_LEN, &s->addr,
				    &s->plen, &s->family);
	s->has_port = port;
	if (port)
		s->port = nla_get_u16(port);
	return err;
}

/**
 * porch_nl_parse_set_op() - read a request that changes sets or elements
 * @info: the request
 * @op: where what it says goes; its command is there
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_parse_set_op(struct genl_info *info, struct porch_op *op)
{
	switch (op->cmd) {
	case PORCH_CMD_SET_ADD:
		return parse_new_set(info, &op->set);
	case PORCH_CMD_SET_DEL:
		return parse_set(info, &op->set);
	case PORCH_CMD_ELEMENT_ADD:
	case PORCH_CMD_ELEMENT_DEL:
		return parse_element(info, &op->element);
	}
	return -EOPNOTSUPP;
}

/**
 * porch_nl_fill_set() - what there is to say of a set but its elements
 * @msg: where to
 * @set: the set
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_set(struct sk_buff *msg, const struct porch_set *set)
{
	if (nla_put_string(msg, PORCH_A_SET_NAME, set->name) ||
	    nla_put_u8(msg, PORCH_A_SET_TYPE, set->type) ||
	    nla_put_u32(msg, PORCH_A_SET_ELEMENTS, set->n))
		return -EMSGSIZE;
	return 0;
}

static int fill_element(struct sk_buff *msg, const struct porch_set *set,
			const struct porch_element_spec *s)
{
	if (nla_put_string(msg, PORCH_A_ELEMENT_SET, set->name) ||
	    nla_put(msg, PORCH_A_ELEMENT_ADDR, porch_fib_bits(s->family) / 8,
		    &s->addr) ||
	    nla_put_u8(msg, PORCH_A_ELEMENT_PREFIX_LEN, s->plen) ||
	    (s->has_port && nla_put_u16(msg, PORCH_A_ELEMENT_PORT, s->port)))
		return -EMSGSIZE;
	return 0;
}

/* sets */

int porch_nl_set_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_set_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

static const struct porch_set *find_set(struct genl_info *info, int attr,
					const char *name)
{
	struct porch_net *pn = porch_nl_instance(info);
	const struct porch_set *set;

	set = porch_set_find(rcu_dereference(pn->config)->ruleset, name);
	if (!set)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "no such set");
	return set;
}

int porch_nl_set_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_set_spec s = {};
	const struct porch_set *set;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = parse_set(info, &s);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	set = find_set(info, PORCH_A_SET_NAME, s.name);
	err = set ? porch_nl_fill_set(msg, set) : -ENOENT;
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

static int dump_set(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct porch_set *set)
{
	void *hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_SET_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (porch_nl_fill_set(skb, set)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int porch_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	const struct porch_config *cfg;
	const struct porch_set *set;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;
	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = cfg->gen;
	for (; !err && cb->args[0] < PORCH_SETS_MAX; cb->args[0] += !err) {
		set = cfg->ruleset->set[cb->args[0]];
		err = set ? dump_set(skb, cb, set) : 0;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

/* elements */

int porch_nl_element_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_element_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

static int fill_if_there(struct sk_buff *msg, struct genl_info *info,
			 const struct porch_element_spec *s)
{
	const struct porch_set *set;
	bool has_ports;

	set = find_set(info, PORCH_A_ELEMENT_SET, s->set);
	if (!set)
		return -ENOENT;
	has_ports = set->type == PORCH_SET_TYPE_ADDR_PORT;
	if (has_ports != s->has_port) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_ELEMENT_SET],
				    "a port is asked for, or not, as the set's type has it");
		return -EINVAL;
	}
	if (porch_set_has(set, s->family == AF_INET ? 4 : 6, &s->addr, s->port))
		return fill_element(msg, set, s);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PORCH_A_ELEMENT_ADDR],
			    "it is not in the set");
	return -ENOENT;
}

int porch_nl_element_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_element_spec s = {};
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = parse_element(info, &s);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = fill_if_there(msg, info, &s);
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* Where a dump of elements has got to, in netlink_callback.ctx. */
struct element_dump {
	struct porch_set_pos pos;
	u32 set;
};

static int dump_elements(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct porch_set *set, struct porch_set_pos *pos)
{
	struct porch_set_pos next = *pos;
	struct porch_element_spec s;
	void *hdr;

	while (porch_set_next(set, &next, &s)) {
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_ELEMENT_GET);
		if (!hdr)
			return -EMSGSIZE;
		if (fill_element(skb, set, &s)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
		*pos = next;
	}
	return 0;
}

int porch_nl_element_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	struct element_dump *d = (struct element_dump *)cb->ctx;
	const struct porch_config *cfg;
	const struct porch_set *set;
	int err;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));

	err = porch_nl_check_dump(cb);
	if (err)
		return err;
	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = cfg->gen;
	while (d->set < PORCH_SETS_MAX) {
		set = cfg->ruleset->set[d->set];
		err = set ? dump_elements(skb, cb, set, &d->pos) : 0;
		if (err)
			break;
		*d = (struct element_dump) { .set = d->set + 1 };
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
