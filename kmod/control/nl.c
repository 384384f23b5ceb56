// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: one function for each operation of the
 * specification, Documentation/netlink/specs/porch.yaml.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "compat.h"
#include "control/config.h"
#include "control/event.h"
#include "control/fault.h"
#include "control/local.h"
#include "control/nl.h"
#include "control/nl_fill.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "control/op.h"
#include "control/port.h"
#include "control/route_rule.h"
#include "control/stats.h"
#include "control/table.h"
#include "control/txn.h"
#include "path/flow.h"
#include "path/guard.h"

/**
 * porch_nl_instance() - the instance that a request is for
 * @info: the request
 *
 * Return: that of the namespace of its socket.
 */
struct porch_net *porch_nl_instance(const struct genl_info *info)
{
	return porch_net(genl_info_net((struct genl_info *)info));
}

/**
 * porch_nl_check_permission() - refuse who may not change anything
 * @skb: the request's message
 * @info: the request
 *
 * The policy asks for CAP_NET_ADMIN over the namespace; this asks for more.
 *
 * Return: 0 or -EPERM.
 */
int porch_nl_check_permission(struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_ns_capable(skb, porch_user_ns(genl_info_net(info)),
			       CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "needs CAP_NET_ADMIN in the initial user namespace (module parameter userns)");
	return -EPERM;
}

/* For an operation whose policy asks for nothing, as most of it is harmless. */
static int check_admin(struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_ns_capable(skb, genl_info_net(info)->user_ns, CAP_NET_ADMIN))
		return porch_nl_check_permission(skb, info);
	NL_SET_ERR_MSG(info->extack, "needs CAP_NET_ADMIN");
	return -EPERM;
}

/*
 * Of several attributes of a kind the core takes the last and forgets the
 * others, which somebody has meant as well.
 */
static int check_doubles(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	const struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, info->nlhdr, GENL_HDRLEN, rem) {
		if (info->attrs[nla_type(nla)] == nla)
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "the attribute is given twice");
		return -EINVAL;
	}
	return 0;
}

/**
 * porch_nl_check_dump() - refuse a dump that asks for a part
 * @cb: the dump
 *
 * A list that ignored what it was asked for would be the wrong list.
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_check_dump(const struct netlink_callback *cb)
{
	if (!nlmsg_attrlen(cb->nlh, GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes");
	return -EINVAL;
}

/**
 * porch_nl_reply() - send a reply
 * @info: the request
 * @msg: the reply, filled; consumed
 * @hdr: where it begins
 * @err: nothing is sent but this, if there was an error
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_reply(struct genl_info *info, struct sk_buff *msg, void *hdr,
		   int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * porch_nl_reply_new() - begin a reply
 * @info: the request
 * @hdr: where the reply begins
 *
 * Return: the message, which the caller owns; NULL without memory.
 */
struct sk_buff *porch_nl_reply_new(struct genl_info *info, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!msg)
		return NULL;
	*hdr = genlmsg_put_reply(msg, info, &porch_family, 0,
				 info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * porch_nl_dump_put() - begin a message of a dump
 * @skb: takes the messages
 * @cb: the dump; its seq is the generation that it shows
 * @cmd: the operation
 *
 * Return: where it begins, NULL if there is no room.
 */
void *porch_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &porch_family, NLM_F_MULTI,
				cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/* status */

static int fill_status(struct sk_buff *msg, struct porch_net *pn)
{
	const struct porch_config *cfg = rcu_dereference(pn->config);

	if (nla_put_string(msg, PORCH_A_STATUS_VERSION, PORCH_VERSION) ||
	    nla_put_u32(msg, PORCH_A_STATUS_GENERATION,
			READ_ONCE(cfg->gen)) ||
	    nla_put_u32(msg, PORCH_A_STATUS_PORTS, READ_ONCE(pn->n_ports)) ||
	    nla_put_u32(msg, PORCH_A_STATUS_ROUTES_V4,
			porch_tables_count(cfg, AF_INET)) ||
	    nla_put_u32(msg, PORCH_A_STATUS_ROUTES_V6,
			porch_tables_count(cfg, AF_INET6)) ||
	    nla_put_u32(msg, PORCH_A_STATUS_TABLES, cfg->n_tables) ||
	    nla_put_u32(msg, PORCH_A_STATUS_ROUTE_RULES, cfg->n_route_rules) ||
	    nla_put_u32(msg, PORCH_A_STATUS_LOCAL_ADDRESSES,
			cfg->n_local) ||
	    nla_put_u32(msg, PORCH_A_STATUS_CPUS, num_online_cpus()) ||
	    nla_put_u32(msg, PORCH_A_STATUS_RINGS, READ_ONCE(pn->n_rings)) ||
	    nla_put_u32(msg, PORCH_A_STATUS_FLOWS, porch_flows_count(pn)))
		return -EMSGSIZE;
	if (!READ_ONCE(pn->n_ports))
		return 0;
	if ((porch_guard_finds_rules(pn->net) &&
	     nla_put_flag(msg, PORCH_A_STATUS_BYPASSED_RULES)) ||
	    (porch_port_finds_xfrm(pn->net) &&
	     nla_put_flag(msg, PORCH_A_STATUS_BYPASSED_XFRM)))
		return -EMSGSIZE;
	return 0;
}

int porch_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_net *pn = porch_nl_instance(info);
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	porch_local_flush(pn);
	rcu_read_lock();
	err = fill_status(msg, pn);
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* The socket that a request came by; it is open while the request is worked on. */
static struct sock *socket_of(const struct sk_buff *skb)
{
	return NETLINK_CB(skb).sk;
}

/* changes */

/**
 * porch_nl_change() - carry out, or stage, a request that changes something
 * @skb: the request's message
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_change(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_fault fault = { .extack = info->extack };
	struct porch_net *pn = porch_nl_instance(info);
	struct porch_op op;
	int err;

	err = porch_nl_check_permission(skb, info);
	if (err)
		return err;
	err = porch_nl_parse_op(info, &op);
	if (err)
		return err;
	if (op.staged)
		err = porch_txn_stage(pn, socket_of(skb), &op, &fault);
	else
		err = porch_txn_run(pn, socket_of(skb), &op, &fault);
	porch_op_fini(&op);
	if (fault.attr)
		NL_SET_BAD_ATTR(info->extack, info->attrs[fault.attr]);
	return err;
}

int porch_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_route_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_engine_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

/* transactions */

int porch_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_fault fault = { .extack = info->extack };

	return porch_nl_check_permission(skb, info) ?:
	       porch_txn_begin(porch_nl_instance(info), socket_of(skb), &fault);
}

int porch_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *n_ops = info->attrs[PORCH_A_TXN_OPERATIONS];
	struct nlattr *gen = info->attrs[PORCH_A_TXN_GENERATION];
	struct porch_fault fault = { .extack = info->extack };
	struct porch_commit how;
	int err;

	err = porch_nl_check_permission(skb, info) ?:
	      porch_nl_require(info, PORCH_A_TXN_OPERATIONS,
			       "how many were staged? operations is missing");
	if (err)
		return err;
	how = (struct porch_commit) {
		.n_ops = nla_get_u32(n_ops),
		.gen = gen ? nla_get_u32(gen) : 0,
		.check = info->attrs[PORCH_A_TXN_CHECK],
	};
	err = porch_txn_commit(porch_nl_instance(info), socket_of(skb), &how,
			       &fault);
	/* The attribute to blame is in a message of earlier. */
	if (fault.op)
		nl_set_extack_cookie_u64(info->extack, fault.op);
	else if (fault.attr)
		NL_SET_BAD_ATTR(info->extack, info->attrs[fault.attr]);
	return err;
}

int porch_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_fault fault = { .extack = info->extack };

	return porch_nl_check_permission(skb, info) ?:
	       porch_txn_abort(porch_nl_instance(info), socket_of(skb), &fault);
}

/* ports */

static int fill_port_stats(struct sk_buff *msg, const struct porch_port *port)
{
	struct porch_port_stats sum;

	porch_port_sum(port, &sum);
	if (porch_nl_fill_port(msg, port) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_RX_PACKETS, sum.rx_packets,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_RX_BYTES, sum.rx_bytes,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_TX_PACKETS, sum.tx_packets,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_TX_BYTES, sum.tx_bytes,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_LOCAL_PACKETS, sum.local_packets,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_LOCAL_BYTES, sum.local_bytes,
			      PORCH_A_PORT_PAD) ||
	    nla_put_u64_64bit(msg, PORCH_A_PORT_DROPS, sum.drops,
			      PORCH_A_PORT_PAD))
		return -EMSGSIZE;
	return 0;
}

int porch_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[PORCH_A_PORT_IFINDEX];
	const struct porch_port *port;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_require(info, PORCH_A_PORT_IFINDEX,
			       "which port? ifindex is missing");
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	port = porch_port_find(porch_nl_instance(info), nla_get_u32(ifindex));
	if (port) {
		err = fill_port_stats(msg, port);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex,
				    "the device is not a port");
		err = -ENOENT;
	}
	rtnl_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

int porch_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	const struct porch_port *port;
	void *hdr;
	int n = 0;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	rtnl_lock();
	cb->seq = porch_config_gen(pn);
	list_for_each_entry(port, &pn->ports, link) {
		if (n++ < cb->args[0])
			continue;
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_PORT_GET);
		err = hdr ? fill_port_stats(skb, port) : -EMSGSIZE;
		if (err) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		cb->args[0] = n;
	}
	rtnl_unlock();
	return skb->len ?: err;
}

/* routes */

static int fill_local(struct sk_buff *msg, const union porch_addr *addr,
		      u8 family)
{
	u8 bits = porch_fib_bits(family);

	if (nla_put(msg, PORCH_A_ROUTE_DST, bits / 8, addr) ||
	    nla_put_u8(msg, PORCH_A_ROUTE_PREFIX_LEN, bits) ||
	    nla_put_flag(msg, PORCH_A_ROUTE_LOCAL))
		return -EMSGSIZE;
	return 0;
}

static bool is_local(const struct porch_config *cfg,
		     const union porch_addr *addr, u8 family)
{
	if (family == AF_INET)
		return porch_addrset_lookup4(cfg->local, addr->v4);
	return porch_addrset_lookup6(cfg->local, &addr->v6, 0);
}

/**
 * struct way - what a packet whose way is asked for would look like
 * @dst: its destination
 * @src: its source, if that is given
 * @q: what its route is looked for by
 */
struct way {
	union porch_addr dst;
	union porch_addr src;
	struct porch_route_query q;
};

static int parse_way(struct genl_info *info, struct way *way)
{
	struct nlattr **a = info->attrs;
	u8 family;
	int err;

	err = porch_nl_require(info, PORCH_A_ROUTE_DST,
			       "the way to where? dst is missing") ?:
	      porch_nl_parse_addr(info, PORCH_A_ROUTE_DST, &way->dst,
				  &way->q.family);
	if (err)
		return err;
	way->q.dst = &way->dst;
	if (a[PORCH_A_ROUTE_MARK])
		way->q.mark = nla_get_u32(a[PORCH_A_ROUTE_MARK]);
	if (!a[PORCH_A_ROUTE_SRC])
		return 0;
	err = porch_nl_parse_addr(info, PORCH_A_ROUTE_SRC, &way->src, &family);
	if (err)
		return err;
	if (family != way->q.family) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[PORCH_A_ROUTE_SRC],
				    "source and destination are not of one family");
		return -EINVAL;
	}
	way->q.src = &way->src;
	return 0;
}

static int way_set_dev(struct genl_info *info, struct way *way)
{
	struct nlattr *iif = info->attrs[PORCH_A_ROUTE_IIF];
	const struct porch_port *port;

	if (!iif)
		return 0;
	way->q.dev = dev_get_by_index_rcu(genl_info_net(info), nla_get_u32(iif));
	if (!way->q.dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, iif,
				    "no such device in this network namespace");
		return -ENODEV;
	}
	port = porch_port_of(way->q.dev);
	way->q.vrf = port ? port->vrf : 0;
	return 0;
}

static const struct porch_route *find_route(const struct porch_config *cfg,
					    struct genl_info *info,
					    const struct way *way)
{
	const struct nlattr *table = info->attrs[PORCH_A_ROUTE_TABLE];
	const struct porch_table *t;

	if (!table)
		return porch_route_lookup(cfg, &way->q);
	t = porch_table_find(cfg, nla_get_u32(table));
	return t ? porch_lpm_lookup(porch_table_fib(t, way->q.family),
				    &way->dst) : NULL;
}

static int fill_way(struct sk_buff *msg, struct genl_info *info,
		    struct way *way)
{
	const struct porch_config *cfg = rcu_dereference(porch_nl_instance(info)->config);
	const struct porch_route *r;
	int err;

	err = way_set_dev(info, way);
	if (err)
		return err;
	if (is_local(cfg, &way->dst, way->q.family))
		return fill_local(msg, &way->dst, way->q.family);
	r = find_route(cfg, info, way);
	if (r)
		return porch_nl_fill_route(msg, r);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PORCH_A_ROUTE_DST],
			    "no route to the address");
	return -ENETUNREACH;
}

int porch_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct way way = {};
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = parse_way(info, &way);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	porch_local_flush(porch_nl_instance(info));
	rcu_read_lock();
	err = fill_way(msg, info, &way);
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* Where a dump of the routes has got to, in netlink_callback.ctx. */
struct route_dump {
	struct porch_lpm_pos pos;
	u32 table;
	bool v6;
};

static int dump_fib(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct porch_lpm *fib, struct porch_lpm_pos *pos)
{
	struct porch_lpm_pos next = *pos;
	const struct porch_route *r;
	void *hdr;

	while ((r = porch_lpm_next(fib, &next))) {
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_ROUTE_GET);
		if (!hdr)
			return -EMSGSIZE;
		if (porch_nl_fill_route(skb, r)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
		*pos = next;
	}
	return 0;
}

static int dump_table(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct porch_table *t, struct route_dump *d)
{
	int err;

	if (d->table != t->id)
		*d = (struct route_dump) { .table = t->id };
	if (!d->v6) {
		err = dump_fib(skb, cb, &t->fib4, &d->pos);
		if (err)
			return err;
		*d = (struct route_dump) { .table = t->id, .v6 = true };
	}
	return dump_fib(skb, cb, &t->fib6, &d->pos);
}

int porch_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	struct route_dump *d = (struct route_dump *)cb->ctx;
	const struct porch_config *cfg;
	const struct porch_table *t;
	int err;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = READ_ONCE(cfg->gen);
	for (t = cfg->tables; t < cfg->tables + cfg->n_tables && !err; t++)
		if (t->id >= d->table)
			err = dump_table(skb, cb, t, d);
	rcu_read_unlock();
	return skb->len ?: err;
}

/* the engine */

int porch_nl_engine_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_settings set;
	struct sk_buff *msg;
	void *hdr;

	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	set = rcu_dereference(porch_nl_instance(info)->config)->set;
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, porch_nl_fill_settings(msg, &set));
}

/* counters */

static int fill_counter(struct sk_buff *msg, const struct porch_counter *c,
			const struct porch_stats *sum)
{
	if (nla_put_u8(msg, PORCH_A_COUNTER_GROUP, c->group) ||
	    nla_put_string(msg, PORCH_A_COUNTER_NAME, c->name) ||
	    nla_put_u64_64bit(msg, PORCH_A_COUNTER_VALUE,
			      porch_counter_value(c, sum), PORCH_A_COUNTER_PAD))
		return -EMSGSIZE;
	return 0;
}

static const struct porch_counter *find_counter(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[PORCH_A_COUNTER_NAME];
	u8 group = nla_get_u8(info->attrs[PORCH_A_COUNTER_GROUP]);
	unsigned int i;

	for (i = 0; i < porch_n_counters; i++)
		if (porch_counters[i].group == group &&
		    !nla_strcmp(name, porch_counters[i].name))
			return &porch_counters[i];
	return NULL;
}

int porch_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const char needed[] = "which counter? group and name are needed";
	const struct porch_counter *c;
	struct porch_stats sum;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_require(info, PORCH_A_COUNTER_GROUP, needed) ?:
	      porch_nl_require(info, PORCH_A_COUNTER_NAME, needed);
	if (err)
		return err;
	c = find_counter(info);
	if (!c) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_COUNTER_NAME],
				    "the group has no such counter");
		return -ENOENT;
	}
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	porch_stats_sum(porch_nl_instance(info), &sum);
	return porch_nl_reply(info, msg, hdr, fill_counter(msg, c, &sum));
}

int porch_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_stats sum;
	void *hdr;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	porch_stats_sum(porch_net(sock_net(skb->sk)), &sum);
	for (; cb->args[0] < porch_n_counters; cb->args[0]++) {
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_STATS_GET);
		err = hdr ? fill_counter(skb, &porch_counters[cb->args[0]],
					 &sum) : -EMSGSIZE;
		if (err) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	return skb->len ?: err;
}

static u64 sum_of(const u64 *v, unsigned int n)
{
	u64 sum = 0;

	while (n--)
		sum += v[n];
	return sum;
}

static int fill_ledger(struct sk_buff *msg, const struct porch_stats *s)
{
	const u64 line[] = {
		[PORCH_A_LEDGER_RX] = s->rx,
		[PORCH_A_LEDGER_FROM_STACK] = s->from_stack,
		[PORCH_A_LEDGER_INJECTED] = s->injected,
		[PORCH_A_LEDGER_CREATED] = sum_of(s->created, PORCH_N_CREATED),
		[PORCH_A_LEDGER_SENT] = s->sent,
		[PORCH_A_LEDGER_LOCAL] = s->local,
		[PORCH_A_LEDGER_TO_STACK] = s->to_stack,
		[PORCH_A_LEDGER_PUNTED] = sum_of(s->punt, PORCH_N_PUNT),
		[PORCH_A_LEDGER_DROPPED] = sum_of(s->drop, PORCH_N_DROP),
		[PORCH_A_LEDGER_RING_OWNED] = s->ring_owned,
		[PORCH_A_LEDGER_HELD] = s->held,
		[PORCH_A_LEDGER_QUEUED] = s->queued,
	};
	int i;

	for (i = PORCH_A_LEDGER_RX; i < ARRAY_SIZE(line); i++)
		if (nla_put_u64_64bit(msg, i, line[i], PORCH_A_LEDGER_PAD))
			return -EMSGSIZE;
	return 0;
}

int porch_nl_ledger_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_net *pn = porch_nl_instance(info);
	bool sync = info->attrs[PORCH_A_LEDGER_SYNC];
	struct porch_stats sum;
	struct sk_buff *msg;
	void *hdr;
	int err;

	/* It disturbs every CPU, isolated ones included. */
	err = sync ? check_admin(skb, info) : 0;
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	if (sync)
		porch_stats_sum_sync(pn, &sum);
	else
		porch_stats_sum(pn, &sum);
	return porch_nl_reply(info, msg, hdr, fill_ledger(msg, &sum));
}

static const struct genl_multicast_group groups[] = {
	[PORCH_NLGRP_CONFIG] = { .name = PORCH_MCGRP_CONFIG },
};

struct genl_family porch_family __ro_after_init = {
	.name = PORCH_FAMILY_NAME,
	.version = PORCH_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.pre_doit = check_doubles,
	.module = THIS_MODULE,
	.ops = porch_nl_ops,
	.n_ops = ARRAY_SIZE(porch_nl_ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	/* Every operation is strict about the reserved parts of the header. */
	.resv_start_op = PORCH_CMD_STATUS_GET,
};

/**
 * porch_nl_register() - offer the family to user space
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_register(void)
{
	int err;

	err = genl_register_family(&porch_family);
	if (!err)
		porch_event_start();
	return err;
}

/**
 * porch_nl_unregister() - withdraw the family, and wait for its requests
 */
void porch_nl_unregister(void)
{
	porch_event_stop();
	genl_unregister_family(&porch_family);
}
