// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: shown, and forgotten. They are no part of the configuration, and of no
 * transaction.
 */
#include <linux/in.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "net.h"
#include "path/flow.h"

/* The states have names in both worlds. */
static_assert(PORCH_FLOW_CONN_NONE == (int)PORCH_CONN_NONE);
static_assert(PORCH_FLOW_CONN_ESTABLISHED == (int)PORCH_CONN_ESTABLISHED);
static_assert(PORCH_FLOW_CONN_UDP_STREAM == (int)PORCH_CONN_UDP_STREAM);
static_assert(PORCH_FLOW_CONN_MAX + 1 == (int)PORCH_CONN_STATES);

static bool is_icmp(const struct porch_flow_key *key)
{
	return key->proto == (key->ipver == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static int fill_key(struct sk_buff *msg, const struct porch_flow_key *key,
		    int src, int dst, int sport, int dport)
{
	int len = key->ipver == 4 ? 4 : 16;

	if (nla_put(msg, src, len, &key->src) ||
	    nla_put(msg, dst, len, &key->dst))
		return -EMSGSIZE;
	if (!key->sport && !key->dport && !is_icmp(key))
		return 0;
	return nla_put_u16(msg, sport, ntohs(key->sport)) ?:
	       nla_put_u16(msg, dport, ntohs(key->dport));
}

static int fill_count(struct sk_buff *msg, const struct porch_flow_count *n,
		      int packets, int bytes)
{
	return nla_put_u64_64bit(msg, packets, atomic64_read(&n->packets),
				 PORCH_A_FLOW_PAD) ?:
	       nla_put_u64_64bit(msg, bytes, atomic64_read(&n->bytes),
				 PORCH_A_FLOW_PAD);
}

static int fill_flow(struct sk_buff *msg, const struct porch_flow *flow)
{
	const struct porch_flowtab_entry *e = &flow->entry;
	u32 now = porch_flow_seconds(ktime_get_mono_fast_ns());
	const struct porch_flow_key *orig = &e->node[0].key;
	u32 left = READ_ONCE(e->expires) - now;

	if (nla_put_u64_64bit(msg, PORCH_A_FLOW_ID, e->id, PORCH_A_FLOW_PAD) ||
	    (orig->zone && nla_put_u16(msg, PORCH_A_FLOW_VRF, orig->zone)) ||
	    nla_put_u8(msg, PORCH_A_FLOW_PROTO, orig->proto) ||
	    nla_put_u8(msg, PORCH_A_FLOW_STATE, READ_ONCE(flow->conn.state)) ||
	    fill_key(msg, orig, PORCH_A_FLOW_SRC, PORCH_A_FLOW_DST,
		     PORCH_A_FLOW_SPORT, PORCH_A_FLOW_DPORT) ||
	    fill_key(msg, &e->node[1].key, PORCH_A_FLOW_REPLY_SRC,
		     PORCH_A_FLOW_REPLY_DST, PORCH_A_FLOW_REPLY_SPORT,
		     PORCH_A_FLOW_REPLY_DPORT) ||
	    nla_put_u32(msg, PORCH_A_FLOW_EXPIRES, (s32)left < 0 ? 0 : left) ||
	    (READ_ONCE(e->assured) && nla_put_flag(msg, PORCH_A_FLOW_ASSURED)))
		return -EMSGSIZE;
	return fill_count(msg, &flow->count[0], PORCH_A_FLOW_PACKETS,
			  PORCH_A_FLOW_BYTES) ?:
	       fill_count(msg, &flow->count[1], PORCH_A_FLOW_REPLY_PACKETS,
			  PORCH_A_FLOW_REPLY_BYTES);
}

/* What has expired is as good as gone. */
static bool is_alive(const struct porch_flowtab_entry *e)
{
	return !porch_flowtab_has_expired(e, porch_flow_seconds(ktime_get_mono_fast_ns()));
}

static int no_flow(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PORCH_A_FLOW_ID],
			    "no such flow");
	return -ENOENT;
}

static int fill_flow_of(struct sk_buff *msg, struct genl_info *info, u64 id)
{
	struct porch_flows *f = porch_flows_get(porch_nl_instance(info));
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;

	while (f && (e = porch_flowtab_next(&f->table, &pos)))
		if (e->id == id && is_alive(e))
			return fill_flow(msg, container_of(e, struct porch_flow,
							   entry));
	return no_flow(info);
}

int porch_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_require(info, PORCH_A_FLOW_ID,
			       "which flow? id is missing");
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = fill_flow_of(msg, info, nla_get_u64(info->attrs[PORCH_A_FLOW_ID]));
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

static int dump_flow(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct porch_flow *flow)
{
	void *hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_FLOW_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (fill_flow(skb, flow)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int porch_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_flows *f = porch_flows_get(porch_net(sock_net(skb->sk)));
	struct porch_flowtab_pos *pos = (struct porch_flowtab_pos *)cb->ctx;
	struct porch_flowtab_pos next = *pos;
	struct porch_flowtab_entry *e;
	int err;

	BUILD_BUG_ON(sizeof(*pos) > sizeof(cb->ctx));

	err = porch_nl_check_dump(cb);
	if (err || !f)
		return err;
	rcu_read_lock();
	while (!err && (e = porch_flowtab_next(&f->table, &next))) {
		if (!is_alive(e))
			continue;
		err = dump_flow(skb, cb, container_of(e, struct porch_flow, entry));
		if (!err)
			*pos = next;
	}
	if (!err)
		*pos = next;
	rcu_read_unlock();
	return skb->len ?: err;
}

int porch_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[PORCH_A_FLOW_ID];
	struct porch_net *pn = porch_nl_instance(info);
	int err;

	err = porch_nl_check_permission(skb, info);
	if (err)
		return err;
	if (!id)
		porch_flows_flush(pn);
	else if (!porch_flows_remove(pn, nla_get_u64(id)))
		return no_flow(info);
	return 0;
}
