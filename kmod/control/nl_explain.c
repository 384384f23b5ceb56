// SPDX-License-Identifier: GPL-2.0
/*
 * What would become of a packet: the way that it would go, step by step.
 */
#include <linux/in.h>
#include <net/genetlink.h>
#include "control/config.h"
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "control/port.h"
#include "control/route_rule.h"
#include "control/ruleset.h"
#include "control/stats.h"
#include "net.h"
#include "path/explain.h"
#include "path/trail.h"

/* More than a trail may have to say */
#define REPLY_ROOM	(PORCH_TRAIL_MAX * 256)

static int put_addr(struct sk_buff *msg, int attr, u8 ipver, const void *addr)
{
	return nla_put(msg, attr, ipver == 4 ? 4 : 16, addr);
}

static int put_flag(struct sk_buff *msg, int attr, bool set)
{
	return set ? nla_put_flag(msg, attr) : 0;
}

/* Ports, and what stands for them; 0 is said only where it may be one. */
static int put_port(struct sk_buff *msg, int attr, const struct porch_flow_key *k,
		    __be16 port)
{
	if (!k->sport && !k->dport)
		return 0;
	return nla_put_u16(msg, attr, ntohs(port));
}

static int put_key(struct sk_buff *msg, const struct porch_flow_key *k)
{
	if (!k->ipver)
		return 0;
	return nla_put_u8(msg, PORCH_A_STEP_PROTO, k->proto) ?:
	       put_addr(msg, PORCH_A_STEP_SRC, k->ipver, &k->src) ?:
	       put_port(msg, PORCH_A_STEP_SPORT, k, k->sport) ?:
	       put_addr(msg, PORCH_A_STEP_DST, k->ipver, &k->dst) ?:
	       put_port(msg, PORCH_A_STEP_DPORT, k, k->dport);
}

static int put_dev(struct sk_buff *msg, const struct net_device *dev)
{
	if (!dev)
		return 0;
	return nla_put_u32(msg, PORCH_A_STEP_OIF, dev->ifindex) ?:
	       nla_put_string(msg, PORCH_A_STEP_IFNAME, dev->name);
}

static int put_parse(struct sk_buff *msg, const struct porch_step *s)
{
	const struct porch_flow_key *k = &s->key;
	int err = put_key(msg, k);

	if (!err && k->zone)
		err = nla_put_u32(msg, PORCH_A_STEP_VRF, k->zone);
	if (err || s->verdict)
		return err;
	if (k->proto == IPPROTO_TCP)
		return nla_put_u8(msg, PORCH_A_STEP_TCP_FLAGS, s->tcp_flags);
	if (k->proto != (k->ipver == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return 0;
	return nla_put_u8(msg, PORCH_A_STEP_ICMP_TYPE, s->icmp_type) ?:
	       nla_put_u8(msg, PORCH_A_STEP_ICMP_CODE, s->icmp_code);
}

static int put_flow(struct sk_buff *msg, const struct porch_step *s)
{
	int err = 0;

	if (s->state)
		err = nla_put_u8(msg, PORCH_A_STEP_STATE, s->state);
	if (!err && s->flow)
		err = nla_put_u64_64bit(msg, PORCH_A_STEP_FLOW, s->flow,
					PORCH_A_STEP_PAD);
	return err ?: put_flag(msg, PORCH_A_STEP_KNOWN, s->known);
}

static const struct porch_chain *chain_of(const struct porch_ruleset *rs,
					  const struct porch_rule *r)
{
	const struct porch_chain *c;
	unsigned int i, k;

	for (i = 0; i < PORCH_CHAINS_MAX; i++) {
		c = rs->chain[i];
		for (k = 0; c && k < c->n; k++)
			if (c->rule[k] == r)
				return c;
	}
	return NULL;
}

static int put_deed(struct sk_buff *msg, const struct porch_ruleset *rs,
		    const struct porch_rule *r)
{
	const struct porch_deed *d = &r->deed;

	switch (d->action) {
	case PORCH_RULE_ACTION_JUMP:
		return nla_put_string(msg, PORCH_A_STEP_JUMP,
				      rs->chain[r->jump]->name);
	case PORCH_RULE_ACTION_QUEUE:
	case PORCH_RULE_ACTION_DIVERT:
		return nla_put_u16(msg, PORCH_A_STEP_QUEUE, d->queue);
	default:
		return 0;
	}
}

/* What it has set is what the packet has by then. */
static int put_sets(struct sk_buff *msg, const struct porch_step *s)
{
	u32 has = s->rule->deed.has;
	int err = 0;

	if (has & PORCH_DEED_MARK)
		err = nla_put_u32(msg, PORCH_A_STEP_MARK, s->mark);
	if (!err && has & PORCH_DEED_DSCP)
		err = nla_put_u8(msg, PORCH_A_STEP_DSCP, s->dscp);
	if (!err && has & PORCH_DEED_CLASS)
		err = nla_put_u16(msg, PORCH_A_STEP_CLASS, s->class);
	return err;
}

static int put_rule(struct sk_buff *msg, const struct porch_ruleset *rs,
		    const struct porch_step *s)
{
	const struct porch_chain *c = chain_of(rs, s->rule);

	return nla_put_u8(msg, PORCH_A_STEP_HOOK, s->hook) ?:
	       (c ? nla_put_string(msg, PORCH_A_STEP_CHAIN, c->name) : 0) ?:
	       nla_put_u32(msg, PORCH_A_STEP_HANDLE, s->rule->handle) ?:
	       nla_put_u8(msg, PORCH_A_STEP_ACTION, s->rule->deed.action) ?:
	       put_deed(msg, rs, s->rule) ?:
	       put_sets(msg, s);
}

static int put_policy(struct sk_buff *msg, const struct porch_step *s)
{
	return nla_put_u8(msg, PORCH_A_STEP_HOOK, s->hook) ?:
	       nla_put_u8(msg, PORCH_A_STEP_ACTION,
			  s->verdict == PORCH_OUTCOME_DROP ?
			  PORCH_RULE_ACTION_DROP : PORCH_RULE_ACTION_ACCEPT);
}

static int put_route(struct sk_buff *msg, const struct porch_trail *t,
		     const struct porch_step *s)
{
	const struct porch_route_query q = {
		.family = s->key.ipver == 4 ? AF_INET : AF_INET6,
		.dst = &s->key.dst,
		.src = &s->key.src,
		.dev = t->in,
		.mark = s->mark,
		.vrf = s->key.zone,
	};
	const struct porch_route_rule *rule;
	const struct porch_route *r = s->route;

	if (!r)
		return 0;
	rule = porch_route_rule_asked(t->cfg, &q);
	return nla_put_u32(msg, PORCH_A_STEP_TABLE, r->table) ?:
	       (rule ? nla_put_u32(msg, PORCH_A_STEP_PREF, rule->pref) : 0) ?:
	       put_addr(msg, PORCH_A_STEP_PREFIX, s->key.ipver, &r->dst) ?:
	       nla_put_u8(msg, PORCH_A_STEP_PREFIX_LEN, r->plen) ?:
	       nla_put_u8(msg, PORCH_A_STEP_TYPE, r->type);
}

static int put_nat_dst(struct sk_buff *msg, const struct porch_flow_key *k)
{
	return put_addr(msg, PORCH_A_STEP_DST, k->ipver, &k->dst) ?:
	       put_port(msg, PORCH_A_STEP_DPORT, k, k->dport);
}

static int put_nat_src(struct sk_buff *msg, const struct porch_step *s)
{
	const struct porch_flow_key *k = &s->back;

	return put_addr(msg, PORCH_A_STEP_SRC, k->ipver, &k->dst) ?:
	       put_port(msg, PORCH_A_STEP_SPORT, k, k->dport) ?:
	       put_flag(msg, PORCH_A_STEP_DRAWN, s->drawn);
}

static int put_next_hop(struct sk_buff *msg, const struct porch_step *s)
{
	int err = 0;

	if (s->nh->has_gw)
		err = put_addr(msg, PORCH_A_STEP_GATEWAY, s->key.ipver,
			       &s->nh->gw);
	err = err ?: put_dev(msg, s->dev);
	if (!err && s->has_neigh && s->verdict == PORCH_OUTCOME_FORWARD)
		err = nla_put_u8(msg, PORCH_A_STEP_NEIGHBOUR, s->neigh);
	return err ?: put_flag(msg, PORCH_A_STEP_CUT, s->cut);
}

static int put_answer(struct sk_buff *msg, const struct porch_step *s)
{
	return nla_put_u8(msg, PORCH_A_STEP_ANSWER, s->answer) ?:
	       (s->mtu ? nla_put_u32(msg, PORCH_A_STEP_MTU, s->mtu) : 0);
}

static int put_end(struct sk_buff *msg, const struct porch_step *s)
{
	int err;

	if (s->verdict == PORCH_OUTCOME_DROP || !s->key.ipver)
		return 0;
	err = put_key(msg, &s->key) ?:
	      nla_put_u8(msg, PORCH_A_STEP_DSCP, s->dscp);
	if (!err && s->verdict == PORCH_OUTCOME_FORWARD)
		err = put_dev(msg, s->dev);
	if (!err && s->mark)
		err = nla_put_u32(msg, PORCH_A_STEP_MARK, s->mark);
	if (!err && s->class)
		err = nla_put_u16(msg, PORCH_A_STEP_CLASS, s->class);
	return err;
}

static int put_details(struct sk_buff *msg, const struct porch_trail *t,
		       const struct porch_step *s)
{
	switch (s->stage) {
	case PORCH_STAGE_DOOR:
		return s->verdict ? 0 :
				    nla_put_u8(msg, PORCH_A_STEP_LANE, s->lane);
	case PORCH_STAGE_PARSE:
		return put_parse(msg, s);
	case PORCH_STAGE_FLOW:
		return put_flow(msg, s);
	case PORCH_STAGE_RULE:
		return put_rule(msg, t->cfg->ruleset, s);
	case PORCH_STAGE_POLICY:
		return put_policy(msg, s);
	case PORCH_STAGE_NAT_DST:
		return put_nat_dst(msg, &s->key);
	case PORCH_STAGE_ROUTE:
		return put_route(msg, t, s);
	case PORCH_STAGE_NAT_SRC:
		return put_nat_src(msg, s);
	case PORCH_STAGE_NEXT_HOP:
		return put_next_hop(msg, s);
	case PORCH_STAGE_ANSWER:
		return put_answer(msg, s);
	case PORCH_STAGE_END:
		return put_end(msg, s);
	}
	return 0;
}

static int put_reason(struct sk_buff *msg, int attr, const struct porch_step *s)
{
	if (s->verdict == PORCH_OUTCOME_DROP)
		return nla_put_string(msg, attr, porch_drop_name(s->reason));
	if (s->verdict == PORCH_OUTCOME_PUNT)
		return nla_put_string(msg, attr, porch_punt_name(s->reason));
	return 0;
}

static int put_step(struct sk_buff *msg, const struct porch_trail *t,
		    const struct porch_step *s)
{
	struct nlattr *nest = nla_nest_start(msg, PORCH_A_STEPS_STEP);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u8(msg, PORCH_A_STEP_STAGE, s->stage) ?:
	      nla_put_u8(msg, PORCH_A_STEP_VERDICT, s->verdict) ?:
	      put_reason(msg, PORCH_A_STEP_REASON, s) ?:
	      put_details(msg, t, s);
	if (!err)
		nla_nest_end(msg, nest);
	return err;
}

static int put_trail(struct sk_buff *msg, const struct porch_trail *t)
{
	const struct porch_step *end = &t->step[t->n - 1];
	struct nlattr *nest;
	unsigned int i;
	int err;

	err = nla_put_u32(msg, PORCH_A_EXPLAIN_GENERATION,
			  READ_ONCE(t->cfg->gen)) ?:
	      nla_put_u8(msg, PORCH_A_EXPLAIN_VERDICT, end->verdict) ?:
	      put_reason(msg, PORCH_A_EXPLAIN_REASON, end) ?:
	      put_flag(msg, PORCH_A_EXPLAIN_TRUNCATED, t->truncated);
	if (err)
		return err;
	nest = nla_nest_start(msg, PORCH_A_EXPLAIN_STEPS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < t->n && !err; i++)
		err = put_step(msg, t, &t->step[i]);
	if (!err)
		nla_nest_end(msg, nest);
	return err;
}

static struct porch_port *find_port(struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[PORCH_A_EXPLAIN_IFINDEX];
	struct net_device *dev;
	struct porch_port *port;

	dev = dev_get_by_index_rcu(genl_info_net(info), nla_get_u32(ifindex));
	port = dev ? porch_port_of(dev) : NULL;
	if (!port || !READ_ONCE(port->armed)) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex,
				    "the device is not a port");
		return NULL;
	}
	return port;
}

static int explain(struct sk_buff *msg, struct genl_info *info,
		   struct porch_explain *e)
{
	bool out = info->attrs[PORCH_A_EXPLAIN_OUT];
	struct porch_port *port;
	int err = -ENOENT;

	rcu_read_lock();
	port = find_port(info);
	if (port)
		err = put_trail(msg, porch_explain_run(e, port, out));
	rcu_read_unlock();
	return err;
}

static struct porch_explain *alloc_packet(struct genl_info *info)
{
	const struct nlattr *packet = info->attrs[PORCH_A_EXPLAIN_PACKET];
	const struct nlattr *mark = info->attrs[PORCH_A_EXPLAIN_MARK];
	const struct nlattr *length = info->attrs[PORCH_A_EXPLAIN_LENGTH];
	unsigned int n = nla_len(packet), len = length ? nla_get_u32(length) : n;
	struct porch_explain *e = ERR_PTR(-EINVAL);

	if (len < n) {
		NL_SET_ERR_MSG_ATTR(info->extack, length,
				    "the packet is longer");
		return ERR_PTR(-EINVAL);
	}
	if (n)
		e = porch_explain_alloc(nla_data(packet), n, len,
					mark ? nla_get_u32(mark) : 0);
	if (e == ERR_PTR(-EINVAL))
		NL_SET_ERR_MSG_ATTR(info->extack, packet,
				    "the packet is neither IPv4 nor IPv6");
	return e;
}

/* Not for everybody: all rules may have to be asked, and softirqs are off then. */
int porch_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_explain *e;
	struct sk_buff *msg;
	void *hdr = NULL;
	int err;

	err = porch_nl_check_permission(skb, info) ?:
	      porch_nl_require(info, PORCH_A_EXPLAIN_IFINDEX,
			       "a packet at which port? ifindex is missing") ?:
	      porch_nl_require(info, PORCH_A_EXPLAIN_PACKET,
			       "which packet? packet is missing");
	if (err)
		return err;
	e = alloc_packet(info);
	if (IS_ERR(e))
		return PTR_ERR(e);
	msg = genlmsg_new(REPLY_ROOM, GFP_KERNEL);
	if (msg)
		hdr = genlmsg_put_reply(msg, info, &porch_family, 0,
					PORCH_CMD_EXPLAIN);
	err = hdr ? explain(msg, info, e) : -ENOMEM;
	porch_explain_free(e);
	return porch_nl_reply(info, msg, hdr, err);
}
