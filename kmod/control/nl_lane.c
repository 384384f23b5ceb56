// SPDX-License-Identifier: GPL-2.0
/* The rules that choose a lane, as requests, replies and events have them. */
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "control/config.h"
#include "control/lane.h"
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_lane.h"
#include "control/nl_parse.h"
#include "control/stats.h"

#define HAS(name)	PORCH_LANE_HAS(name)

/* Return: -EINVAL; @attr is to blame. */
static int wrong(struct genl_info *info, int attr, const char *msg)
{
	info->extack->_msg = msg;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return -EINVAL;
}

/**
 * porch_nl_parse_lane_pref() - read which rule is meant
 * @info: the request
 * @s: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_lane_pref(struct genl_info *info, struct porch_lane_spec *s)
{
	int err;

	err = porch_nl_require(info, PORCH_A_LANE_PREF,
			       "which rule? pref is missing");
	if (!err)
		s->pref = nla_get_u32(info->attrs[PORCH_A_LANE_PREF]);
	return err;
}

/* Its first value is there, its last may be, in the next attribute. */
static int check_range(struct genl_info *info, int attr, u16 first, u16 last)
{
	if (!info->attrs[attr])
		return info->attrs[attr + 1] ?
		       wrong(info, attr + 1, "a range has a first value, too") : 0;
	return last < first ?
	       wrong(info, attr + 1, "the range ends before it begins") : 0;
}

static int parse_ports(struct genl_info *info, int attr, u16 *port)
{
	struct nlattr **a = info->attrs;

	if (a[attr])
		port[0] = nla_get_u16(a[attr]);
	port[1] = a[attr + 1] ? nla_get_u16(a[attr + 1]) : port[0];
	return check_range(info, attr, port[0], port[1]);
}

static int parse_icmp(struct genl_info *info, u8 *type)
{
	struct nlattr **a = info->attrs;

	if (a[PORCH_A_LANE_ICMP_TYPE])
		type[0] = nla_get_u8(a[PORCH_A_LANE_ICMP_TYPE]);
	type[1] = a[PORCH_A_LANE_ICMP_TYPE_MAX] ?
		  nla_get_u8(a[PORCH_A_LANE_ICMP_TYPE_MAX]) : type[0];
	return check_range(info, PORCH_A_LANE_ICMP_TYPE, type[0], type[1]);
}

static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP;
}

/* What a rule would never match, or without saying of which protocol */
static int check_proto(struct genl_info *info, const struct porch_lane_spec *s)
{
	bool icmp = s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6;
	bool given = s->given & HAS(PROTO);

	if (s->given & HAS(SPORT) && !(given && has_ports(s->proto)))
		return wrong(info, PORCH_A_LANE_SPORT,
			     "a port is that of a protocol that has ports, such as TCP");
	if (s->given & HAS(DPORT) && !(given && has_ports(s->proto)))
		return wrong(info, PORCH_A_LANE_DPORT,
			     "a port is that of a protocol that has ports, such as TCP");
	if (s->given & HAS(ICMP_TYPE) && !(given && icmp))
		return wrong(info, PORCH_A_LANE_ICMP_TYPE,
			     "icmp-type is that of the protocol ICMP or ICMPv6");
	return 0;
}

/**
 * porch_nl_parse_lane() - read a rule
 * @info: the request
 * @s: where it goes; zeroed
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_lane(struct genl_info *info, struct porch_lane_spec *s)
{
	static const int asks[] = {
		PORCH_A_LANE_IN, PORCH_A_LANE_LOCAL, PORCH_A_LANE_PROTO,
		PORCH_A_LANE_SPORT, PORCH_A_LANE_DPORT, PORCH_A_LANE_ICMP_TYPE,
		PORCH_A_LANE_DSCP,
	};
	struct nlattr **a = info->attrs;
	unsigned int i;
	int err;

	err = porch_nl_parse_lane_pref(info, s) ?:
	      porch_nl_require(info, PORCH_A_LANE_LANE,
			       "which lane? it is missing") ?:
	      parse_ports(info, PORCH_A_LANE_SPORT, s->sport) ?:
	      parse_ports(info, PORCH_A_LANE_DPORT, s->dport) ?:
	      parse_icmp(info, s->icmp_type);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(asks); i++)
		if (a[asks[i]])
			s->given |= BIT(asks[i]);
	s->lane = nla_get_u8(a[PORCH_A_LANE_LANE]);
	if (a[PORCH_A_LANE_IN])
		s->ifindex = nla_get_u32(a[PORCH_A_LANE_IN]);
	if (a[PORCH_A_LANE_PROTO])
		s->proto = nla_get_u8(a[PORCH_A_LANE_PROTO]);
	if (a[PORCH_A_LANE_DSCP])
		s->dscp = nla_get_u8(a[PORCH_A_LANE_DSCP]);
	return check_proto(info, s);
}

static int fill_dev(struct sk_buff *msg, struct net *net, u32 ifindex)
{
	const struct net_device *dev = dev_get_by_index_rcu(net, ifindex);

	if (nla_put_u32(msg, PORCH_A_LANE_IN, ifindex) ||
	    (dev && nla_put_string(msg, PORCH_A_LANE_IN_NAME, dev->name)))
		return -EMSGSIZE;
	return 0;
}

static int fill_ports(struct sk_buff *msg, int attr, const u16 *port)
{
	if (nla_put_u16(msg, attr, port[0]) ||
	    (port[1] != port[0] && nla_put_u16(msg, attr + 1, port[1])))
		return -EMSGSIZE;
	return 0;
}

static int fill_icmp(struct sk_buff *msg, const u8 *type)
{
	if (nla_put_u8(msg, PORCH_A_LANE_ICMP_TYPE, type[0]) ||
	    (type[1] != type[0] &&
	     nla_put_u8(msg, PORCH_A_LANE_ICMP_TYPE_MAX, type[1])))
		return -EMSGSIZE;
	return 0;
}

/* What a rule says of packets */
static int fill_match(struct sk_buff *msg, const struct porch_lane_spec *s)
{
	if ((s->given & HAS(LOCAL) && nla_put_flag(msg, PORCH_A_LANE_LOCAL)) ||
	    (s->given & HAS(PROTO) &&
	     nla_put_u8(msg, PORCH_A_LANE_PROTO, s->proto)) ||
	    (s->given & HAS(SPORT) &&
	     fill_ports(msg, PORCH_A_LANE_SPORT, s->sport)) ||
	    (s->given & HAS(DPORT) &&
	     fill_ports(msg, PORCH_A_LANE_DPORT, s->dport)) ||
	    (s->given & HAS(ICMP_TYPE) && fill_icmp(msg, s->icmp_type)) ||
	    (s->given & HAS(DSCP) &&
	     nla_put_u8(msg, PORCH_A_LANE_DSCP, s->dscp)))
		return -EMSGSIZE;
	return 0;
}

/**
 * porch_nl_fill_lane() - what there is to say of a rule but its counter
 * @msg: where to
 * @net: the namespace; a device that has gone has no name
 * @rule: the rule
 *
 * Context: any.
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_lane(struct sk_buff *msg, struct net *net,
		       const struct porch_lane_rule *rule)
{
	const struct porch_lane_spec *s = &rule->is;
	int err = 0;

	if ((rule->packets && nla_put_u32(msg, PORCH_A_LANE_PREF, s->pref)) ||
	    nla_put_u8(msg, PORCH_A_LANE_LANE, s->lane))
		return -EMSGSIZE;
	if (s->given & HAS(IN)) {
		rcu_read_lock();
		err = fill_dev(msg, net, READ_ONCE(s->ifindex));
		rcu_read_unlock();
	}
	return err ?: fill_match(msg, s);
}

static u64 rule_packets(const struct porch_lane_rule *rule)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += porch_count_read(*per_cpu_ptr(rule->packets, cpu));
	return sum;
}

static u64 default_packets(const struct porch_net *pn, unsigned int i)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += porch_count_read(per_cpu_ptr(pn->stats, cpu)->lane_default[i]);
	return sum;
}

static int fill(struct sk_buff *msg, const struct porch_net *pn,
		const struct porch_lane_rule *rule)
{
	return porch_nl_fill_lane(msg, pn->net, rule) ?:
	       nla_put_u64_64bit(msg, PORCH_A_LANE_PACKETS, rule_packets(rule),
				 PORCH_A_LANE_PAD);
}

static int fill_default(struct sk_buff *msg, const struct porch_net *pn,
			unsigned int i)
{
	return porch_nl_fill_lane(msg, pn->net, porch_lane_defaults.rule[i]) ?:
	       nla_put_flag(msg, PORCH_A_LANE_DEFAULT) ?:
	       nla_put_u64_64bit(msg, PORCH_A_LANE_PACKETS,
				 default_packets(pn, i), PORCH_A_LANE_PAD);
}

int porch_nl_lane_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_lane_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_lane_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct porch_net *pn = porch_nl_instance(info);
	const struct porch_lane_rule *rule;
	struct porch_lane_spec s = {};
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_parse_lane_pref(info, &s);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	rule = porch_lane_find(rcu_dereference(pn->config)->lanes, s.pref);
	if (rule && !porch_lane_is_orphan(rule)) {
		err = fill(msg, pn, rule);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PORCH_A_LANE_PREF],
				    "there is no rule of this preference");
		err = -ENOENT;
	}
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* Where a dump has got to, in netlink_callback.ctx. */
struct lane_dump {
	u64 pref;		/* the lowest that is still to be shown */
	u32 n_defaults;		/* that were shown */
};

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct porch_net *pn,
		    const struct porch_lane_rule *rule, unsigned int i)
{
	void *hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_LANE_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (rule ? fill(skb, pn, rule) : fill_default(skb, pn, i)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct porch_net *pn, const struct porch_config *cfg)
{
	struct lane_dump *d = (struct lane_dump *)cb->ctx;
	const struct porch_lane_rule *rule;
	unsigned int i;

	for (i = 0; cfg->lanes && i < cfg->lanes->n; i++) {
		rule = cfg->lanes->rule[i];
		if (rule->is.pref < d->pref || porch_lane_is_orphan(rule))
			continue;
		if (dump_one(skb, cb, pn, rule, 0))
			return -EMSGSIZE;
		d->pref = (u64)rule->is.pref + 1;
	}
	for (; cfg->set.lane_defaults && d->n_defaults < porch_lane_defaults.n;
	     d->n_defaults++)
		if (dump_one(skb, cb, pn, NULL, d->n_defaults))
			return -EMSGSIZE;
	return 0;
}

int porch_nl_lane_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct porch_net *pn = porch_net(sock_net(skb->sk));
	const struct porch_config *cfg;
	int err;

	BUILD_BUG_ON(sizeof(struct lane_dump) > sizeof(cb->ctx));

	err = porch_nl_check_dump(cb);
	if (err)
		return err;

	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = READ_ONCE(cfg->gen);
	err = dump_all(skb, cb, pn, cfg);
	rcu_read_unlock();
	return skb->len ?: err;
}
