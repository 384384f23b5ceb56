// SPDX-License-Identifier: GPL-2.0
/*
 * Chains and rules: from attributes to specifications, from state to
 * attributes, and the operations that show them.
 */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_parse.h"
#include "control/nl_rule.h"
#include "control/op.h"
#include "control/ruleset.h"
#include "control/set.h"
#include "net.h"

#define DEFAULT_PERIOD	1	/* second */
#define DEFAULT_BURST	5	/* as nft has it */

/* Return: -EINVAL; @attr is to blame. */
static int wrong(struct genl_info *info, int attr, const char *msg)
{
	info->extack->_msg = msg;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	return -EINVAL;
}

static bool has(const struct genl_info *info, int attr)
{
	return info->attrs[attr];
}

static u8 get_u8(const struct genl_info *info, int attr)
{
	return has(info, attr) ? nla_get_u8(info->attrs[attr]) : 0;
}

static u16 get_u16(const struct genl_info *info, int attr)
{
	return has(info, attr) ? nla_get_u16(info->attrs[attr]) : 0;
}

static u32 get_u32(const struct genl_info *info, int attr, u32 absent)
{
	return has(info, attr) ? nla_get_u32(info->attrs[attr]) : absent;
}

/**
 * porch_nl_parse_name() - read the name of a chain or a set
 * @info: the request
 * @attr: number of the attribute, which is there
 * @name: where it goes, PORCH_RULE_NAME_LEN bytes
 *
 * Names are words of the tool, which no list of theirs needs to quote.
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_name(struct genl_info *info, int attr, char *name)
{
	const char *c;

	nla_strscpy(name, info->attrs[attr], PORCH_RULE_NAME_LEN);
	for (c = name; *c; c++)
		if (!isascii(*c) || !(isalnum(*c) || strchr("_-.", *c)))
			break;
	if (*c || !isalnum(*name))
		return wrong(info, attr,
			     "a name has letters, digits, and _ - . behind the first");
	return 0;
}

static int parse_chain(struct genl_info *info, struct porch_chain_spec *s)
{
	return porch_nl_require(info, PORCH_A_CHAIN_NAME,
				"which chain? name is missing") ?:
	       porch_nl_parse_name(info, PORCH_A_CHAIN_NAME, s->name);
}

static int parse_policy(struct genl_info *info, struct porch_chain_spec *s)
{
	int err = parse_chain(info, s) ?:
		  porch_nl_require(info, PORCH_A_CHAIN_POLICY,
				   "which policy? policy is missing");

	if (!err)
		s->policy = nla_get_u8(info->attrs[PORCH_A_CHAIN_POLICY]);
	return err;
}

static int parse_in_chain(struct genl_info *info, char *chain)
{
	return porch_nl_require(info, PORCH_A_RULE_CHAIN,
				"a rule of which chain? chain is missing") ?:
	       porch_nl_parse_name(info, PORCH_A_RULE_CHAIN, chain);
}

/* A rule that says something of a family is for packets of that family. */
static int note_family(struct genl_info *info, struct porch_match *m, int attr,
		       u8 family)
{
	u8 ipver = family == AF_INET ? 4 : 6;

	if (m->ipver && m->ipver != ipver)
		return wrong(info, attr,
			     "the rule is about both IPv4 and IPv6, so it would never match");
	m->ipver = ipver;
	return 0;
}

static int parse_address(struct genl_info *info, struct porch_match *m,
			 int attr, int len_attr, union porch_addr *addr, u8 *len,
			 u32 bit)
{
	u8 family;
	int err;

	if (!has(info, attr))
		return has(info, len_attr) ?
		       wrong(info, len_attr, "a length without an address") : 0;
	err = porch_nl_parse_prefix(info, attr, len_attr, addr, len, &family) ?:
	      note_family(info, m, attr, family);
	m->has |= bit;
	return err;
}

static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP;
}

static int parse_ports(struct genl_info *info, struct porch_match *m, int attr,
		       int max_attr, u16 *port, u32 bit)
{
	if (!has(info, attr))
		return has(info, max_attr) ?
		       wrong(info, max_attr, "a range has a first port, too") :
		       0;
	port[0] = get_u16(info, attr);
	port[1] = has(info, max_attr) ? get_u16(info, max_attr) : port[0];
	if (port[1] < port[0])
		return wrong(info, max_attr, "the range ends before it begins");
	if (m->has & PORCH_MATCH_PROTO && !has_ports(m->proto))
		return wrong(info, attr, "the protocol has no ports");
	m->has |= bit;
	return 0;
}

static int parse_proto(struct genl_info *info, struct porch_match *m)
{
	if (!has(info, PORCH_A_RULE_PROTO))
		return 0;
	m->proto = get_u8(info, PORCH_A_RULE_PROTO);
	m->has |= PORCH_MATCH_PROTO;
	if (m->proto == IPPROTO_ICMP)
		return note_family(info, m, PORCH_A_RULE_PROTO, AF_INET);
	if (m->proto == IPPROTO_ICMPV6)
		return note_family(info, m, PORCH_A_RULE_PROTO, AF_INET6);
	return 0;
}

static int parse_tcp(struct genl_info *info, struct porch_match *m)
{
	if (!has(info, PORCH_A_RULE_TCP_FLAGS) &&
	    !has(info, PORCH_A_RULE_TCP_MASK))
		return 0;
	if (!has(info, PORCH_A_RULE_TCP_FLAGS) ||
	    !has(info, PORCH_A_RULE_TCP_MASK))
		return wrong(info, has(info, PORCH_A_RULE_TCP_FLAGS) ?
			     PORCH_A_RULE_TCP_FLAGS : PORCH_A_RULE_TCP_MASK,
			     "tcp-flags and tcp-mask go together");
	if (m->proto != IPPROTO_TCP)
		return wrong(info, PORCH_A_RULE_TCP_FLAGS,
			     "flags are TCP's: the rule must say so");
	m->tcp_flags = get_u8(info, PORCH_A_RULE_TCP_FLAGS);
	m->tcp_mask = get_u8(info, PORCH_A_RULE_TCP_MASK);
	if (m->tcp_flags & ~m->tcp_mask)
		return wrong(info, PORCH_A_RULE_TCP_FLAGS,
			     "a flag that is not in the mask");
	m->has |= PORCH_MATCH_TCP_FLAGS;
	return 0;
}

static int parse_icmp(struct genl_info *info, struct porch_match *m)
{
	if (has(info, PORCH_A_RULE_ICMP_CODE) &&
	    !has(info, PORCH_A_RULE_ICMP_TYPE))
		return wrong(info, PORCH_A_RULE_ICMP_CODE,
			     "a code without a type");
	if (!has(info, PORCH_A_RULE_ICMP_TYPE))
		return 0;
	if (m->proto != IPPROTO_ICMP && m->proto != IPPROTO_ICMPV6)
		return wrong(info, PORCH_A_RULE_ICMP_TYPE,
			     "the rule must say whether ICMP or ICMPv6");
	m->icmp_type = get_u8(info, PORCH_A_RULE_ICMP_TYPE);
	m->has |= PORCH_MATCH_ICMP_TYPE;
	if (has(info, PORCH_A_RULE_ICMP_CODE)) {
		m->icmp_code = get_u8(info, PORCH_A_RULE_ICMP_CODE);
		m->has |= PORCH_MATCH_ICMP_CODE;
	}
	return 0;
}

static int parse_length(struct genl_info *info, struct porch_match *m)
{
	if (!has(info, PORCH_A_RULE_LENGTH))
		return has(info, PORCH_A_RULE_LENGTH_MAX) ?
		       wrong(info, PORCH_A_RULE_LENGTH_MAX,
			     "a range has a smallest length, too") : 0;
	m->length[0] = get_u32(info, PORCH_A_RULE_LENGTH, 0);
	m->length[1] = get_u32(info, PORCH_A_RULE_LENGTH_MAX, m->length[0]);
	if (m->length[1] < m->length[0])
		return wrong(info, PORCH_A_RULE_LENGTH_MAX,
			     "the range ends before it begins");
	m->has |= PORCH_MATCH_LENGTH;
	return 0;
}

/* A value and those bits of it that count */
static int parse_masked(struct genl_info *info, int attr, int mask_attr,
			u32 *value, u32 *mask, u32 *bits, u32 bit)
{
	if (!has(info, attr))
		return has(info, mask_attr) ?
		       wrong(info, mask_attr, "a mask without a mark") : 0;
	*value = get_u32(info, attr, 0);
	*mask = get_u32(info, mask_attr, U32_MAX);
	if (*value & ~*mask)
		return wrong(info, attr, "the mark has bits outside of the mask");
	*bits |= bit;
	return 0;
}

static int parse_match(struct genl_info *info, struct porch_match *m)
{
	int err;

	if (has(info, PORCH_A_RULE_IN)) {
		m->in = get_u32(info, PORCH_A_RULE_IN, 0);
		m->has |= PORCH_MATCH_IN;
	}
	if (has(info, PORCH_A_RULE_OUT)) {
		m->out = get_u32(info, PORCH_A_RULE_OUT, 0);
		m->has |= PORCH_MATCH_OUT;
	}
	if (has(info, PORCH_A_RULE_DSCP)) {
		m->dscp = get_u8(info, PORCH_A_RULE_DSCP);
		m->has |= PORCH_MATCH_DSCP;
	}
	if (has(info, PORCH_A_RULE_STATE)) {
		m->state = get_u8(info, PORCH_A_RULE_STATE);
		m->has |= PORCH_MATCH_STATE;
	}
	err = parse_address(info, m, PORCH_A_RULE_SRC, PORCH_A_RULE_SRC_LEN,
			    &m->src, &m->src_len, PORCH_MATCH_SRC) ?:
	      parse_address(info, m, PORCH_A_RULE_DST, PORCH_A_RULE_DST_LEN,
			    &m->dst, &m->dst_len, PORCH_MATCH_DST) ?:
	      parse_proto(info, m);
	if (err)
		return err;
	return parse_ports(info, m, PORCH_A_RULE_SPORT, PORCH_A_RULE_SPORT_MAX,
			   m->sport, PORCH_MATCH_SPORT) ?:
	       parse_ports(info, m, PORCH_A_RULE_DPORT, PORCH_A_RULE_DPORT_MAX,
			   m->dport, PORCH_MATCH_DPORT) ?:
	       parse_tcp(info, m) ?:
	       parse_icmp(info, m) ?:
	       parse_length(info, m) ?:
	       parse_masked(info, PORCH_A_RULE_MARK, PORCH_A_RULE_MARK_MASK,
			    &m->mark, &m->mark_mask, &m->has, PORCH_MATCH_MARK);
}

static int parse_limit(struct genl_info *info, struct porch_deed *d)
{
	static const char msg[] = "of which limit? limit is missing";

	if (!has(info, PORCH_A_RULE_LIMIT)) {
		if (has(info, PORCH_A_RULE_LIMIT_PERIOD))
			return wrong(info, PORCH_A_RULE_LIMIT_PERIOD, msg);
		if (has(info, PORCH_A_RULE_LIMIT_BURST))
			return wrong(info, PORCH_A_RULE_LIMIT_BURST, msg);
		return 0;
	}
	d->limit = get_u32(info, PORCH_A_RULE_LIMIT, 0);
	d->period = get_u32(info, PORCH_A_RULE_LIMIT_PERIOD, DEFAULT_PERIOD);
	d->burst = get_u32(info, PORCH_A_RULE_LIMIT_BURST, DEFAULT_BURST);
	d->has |= PORCH_DEED_LIMIT;
	return 0;
}

static int parse_log(struct genl_info *info, struct porch_deed *d)
{
	const char *c;

	if (has(info, PORCH_A_RULE_LOG))
		d->has |= PORCH_DEED_LOG;
	if (!has(info, PORCH_A_RULE_LOG_PREFIX))
		return 0;
	if (!has(info, PORCH_A_RULE_LOG))
		return wrong(info, PORCH_A_RULE_LOG_PREFIX,
			     "a prefix of what? log is missing");
	nla_strscpy(d->prefix, info->attrs[PORCH_A_RULE_LOG_PREFIX],
		    sizeof(d->prefix));
	for (c = d->prefix; *c; c++)
		if (!isascii(*c) || !isgraph(*c))
			break;
	if (*c || !*d->prefix || *d->prefix == '#')
		return wrong(info, PORCH_A_RULE_LOG_PREFIX,
			     "a prefix is one word in ASCII");
	return 0;
}

static int parse_nat_addr(struct genl_info *info, struct porch_match *m,
			  struct porch_nat_note *n)
{
	u8 family;
	int err;

	err = porch_nl_parse_addr(info, PORCH_A_RULE_NAT_ADDR, &n->addr[0],
				  &n->family) ?:
	      note_family(info, m, PORCH_A_RULE_NAT_ADDR, n->family);
	n->addr[1] = n->addr[0];
	if (err || !has(info, PORCH_A_RULE_NAT_ADDR_MAX))
		return err;
	err = porch_nl_parse_addr(info, PORCH_A_RULE_NAT_ADDR_MAX, &n->addr[1],
				  &family);
	if (err)
		return err;
	if (family != n->family)
		return wrong(info, PORCH_A_RULE_NAT_ADDR_MAX,
			     "the range is of two families");
	if (family == AF_INET6 && memcmp(&n->addr[0], &n->addr[1], 12))
		return wrong(info, PORCH_A_RULE_NAT_ADDR_MAX,
			     "a range of IPv6 addresses differs in its last 32 bits");
	if (memcmp(&n->addr[0], &n->addr[1], sizeof(n->addr[0])) > 0)
		return wrong(info, PORCH_A_RULE_NAT_ADDR_MAX,
			     "the range ends before it begins");
	return 0;
}

static int parse_nat_ports(struct genl_info *info, const struct porch_match *m,
			   struct porch_nat_note *n)
{
	n->port[0] = get_u16(info, PORCH_A_RULE_NAT_PORT);
	n->port[1] = has(info, PORCH_A_RULE_NAT_PORT_MAX) ?
		     get_u16(info, PORCH_A_RULE_NAT_PORT_MAX) : n->port[0];
	if (n->port[1] < n->port[0])
		return wrong(info, PORCH_A_RULE_NAT_PORT_MAX,
			     "the range ends before it begins");
	if (!has_ports(m->proto))
		return wrong(info, PORCH_A_RULE_NAT_PORT,
			     "the rule must say of which protocol the ports are");
	/* Its checksum covers them, and would be made anew for the whole packet. */
	if (m->proto == IPPROTO_SCTP)
		return wrong(info, PORCH_A_RULE_NAT_PORT,
			     "ports of SCTP are not translated");
	return 0;
}

static int parse_nat(struct genl_info *info, struct porch_match *m,
		     struct porch_deed *d)
{
	static const int details[] = {
		PORCH_A_RULE_NAT_ADDR, PORCH_A_RULE_NAT_ADDR_MAX,
		PORCH_A_RULE_NAT_PORT, PORCH_A_RULE_NAT_PORT_MAX,
	};
	struct porch_nat_note *n = &d->nat;
	bool wants_addr;
	int i, err;

	n->kind = get_u8(info, PORCH_A_RULE_NAT);
	for (i = 0; !n->kind && i < ARRAY_SIZE(details); i++)
		if (has(info, details[i]))
			return wrong(info, details[i],
				     "translated how? nat is missing");
	if (!n->kind)
		return 0;
	d->has |= PORCH_DEED_NAT;
	wants_addr = n->kind == PORCH_NAT_KIND_SNAT ||
		     n->kind == PORCH_NAT_KIND_DNAT;
	if (wants_addr != has(info, PORCH_A_RULE_NAT_ADDR))
		return wrong(info, PORCH_A_RULE_NAT,
			     "snat and dnat need an address, others have none");
	if (has(info, PORCH_A_RULE_NAT_ADDR_MAX) &&
	    !has(info, PORCH_A_RULE_NAT_ADDR))
		return wrong(info, PORCH_A_RULE_NAT_ADDR_MAX,
			     "a range has a first address, too");
	if (has(info, PORCH_A_RULE_NAT_PORT_MAX) &&
	    !has(info, PORCH_A_RULE_NAT_PORT))
		return wrong(info, PORCH_A_RULE_NAT_PORT_MAX,
			     "a range has a first port, too");
	if (wants_addr) {
		err = parse_nat_addr(info, m, n);
		if (err)
			return err;
	}
	if (has(info, PORCH_A_RULE_NAT_PORT))
		return parse_nat_ports(info, m, n);
	return 0;
}

static int parse_sets(struct genl_info *info, struct porch_rule_spec *s)
{
	int err = 0;

	if (has(info, PORCH_A_RULE_SRC_SET)) {
		s->match.has |= PORCH_MATCH_SRC_SET;
		err = porch_nl_parse_name(info, PORCH_A_RULE_SRC_SET,
					  s->src_set);
	}
	if (!err && has(info, PORCH_A_RULE_DST_SET)) {
		s->match.has |= PORCH_MATCH_DST_SET;
		err = porch_nl_parse_name(info, PORCH_A_RULE_DST_SET,
					  s->dst_set);
	}
	return err;
}

static int parse_action(struct genl_info *info, const struct porch_match *m,
			struct porch_rule_spec *s)
{
	struct porch_deed *d = &s->deed;
	bool jump, reject, queue;
	int attr;

	d->action = get_u8(info, PORCH_A_RULE_ACTION);
	jump = d->action == PORCH_RULE_ACTION_JUMP;
	reject = d->action == PORCH_RULE_ACTION_REJECT;
	queue = d->action == PORCH_RULE_ACTION_QUEUE ||
		d->action == PORCH_RULE_ACTION_DIVERT;
	if (jump != has(info, PORCH_A_RULE_JUMP)) {
		attr = jump ? PORCH_A_RULE_ACTION : PORCH_A_RULE_JUMP;
		return wrong(info, attr, "a jump goes to a chain, nothing else does");
	}
	if (queue != has(info, PORCH_A_RULE_QUEUE)) {
		attr = queue ? PORCH_A_RULE_ACTION : PORCH_A_RULE_QUEUE;
		return wrong(info, attr,
			     "queue and divert need a number, nothing else does");
	}
	if (!reject && has(info, PORCH_A_RULE_REJECT_WITH))
		return wrong(info, PORCH_A_RULE_REJECT_WITH,
			     "only a reject tells the sender something");
	if (!queue && has(info, PORCH_A_RULE_BYPASS))
		return wrong(info, PORCH_A_RULE_BYPASS,
			     "only queue and divert can be bypassed");
	d->queue = get_u16(info, PORCH_A_RULE_QUEUE);
	d->bypass = has(info, PORCH_A_RULE_BYPASS);
	d->with = get_u8(info, PORCH_A_RULE_REJECT_WITH);
	if (d->with == PORCH_REJECT_WITH_TCP_RESET && m->proto != IPPROTO_TCP)
		return wrong(info, PORCH_A_RULE_REJECT_WITH,
			     "a reset answers TCP: the rule must say so");
	return jump ? porch_nl_parse_name(info, PORCH_A_RULE_JUMP, s->jump) : 0;
}

static int parse_deed(struct genl_info *info, struct porch_rule_spec *s)
{
	struct porch_deed *d = &s->deed;

	if (has(info, PORCH_A_RULE_COUNT))
		d->has |= PORCH_DEED_COUNT;
	if (has(info, PORCH_A_RULE_SET_DSCP)) {
		d->dscp = get_u8(info, PORCH_A_RULE_SET_DSCP);
		d->has |= PORCH_DEED_DSCP;
	}
	if (has(info, PORCH_A_RULE_CLASS)) {
		d->class = get_u16(info, PORCH_A_RULE_CLASS);
		d->has |= PORCH_DEED_CLASS;
	}
	return parse_limit(info, d) ?:
	       parse_log(info, d) ?:
	       parse_masked(info, PORCH_A_RULE_SET_MARK,
			    PORCH_A_RULE_SET_MARK_MASK, &d->mark, &d->mark_mask,
			    &d->has, PORCH_DEED_MARK) ?:
	       parse_nat(info, &s->match, d) ?:
	       parse_action(info, &s->match, s);
}

static int parse_rule(struct genl_info *info, struct porch_op *op)
{
	struct porch_rule_spec *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	int err;

	if (!s)
		return -ENOMEM;
	err = parse_in_chain(info, s->chain) ?:
	      parse_match(info, &s->match) ?:
	      parse_sets(info, s) ?:
	      parse_deed(info, s);
	if (err) {
		kfree(s);
		return err;
	}
	s->before = get_u32(info, PORCH_A_RULE_BEFORE, 0);
	op->rule = s;
	return 0;
}

static int parse_ref(struct genl_info *info, struct porch_rule_ref *s)
{
	s->handle = get_u32(info, PORCH_A_RULE_HANDLE, 0);
	return parse_in_chain(info, s->chain);
}

/**
 * porch_nl_parse_rule_op() - read a request that changes chains or rules
 * @info: the request
 * @op: where what it says goes; its command is there
 *
 * Return: 0 or a negative errno, and then @op holds nothing.
 */
int porch_nl_parse_rule_op(struct genl_info *info, struct porch_op *op)
{
	switch (op->cmd) {
	case PORCH_CMD_CHAIN_ADD:
	case PORCH_CMD_CHAIN_DEL:
		return parse_chain(info, &op->chain);
	case PORCH_CMD_CHAIN_SET:
		return parse_policy(info, &op->chain);
	case PORCH_CMD_RULE_ADD:
		return parse_rule(info, op);
	case PORCH_CMD_RULE_DEL:
		return parse_ref(info, &op->ref);
	}
	return -EOPNOTSUPP;
}

/**
 * porch_nl_fill_chain() - what there is to say of a chain
 * @msg: where to
 * @c: the chain
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_chain(struct sk_buff *msg, const struct porch_chain *c)
{
	if (nla_put_string(msg, PORCH_A_CHAIN_NAME, c->name) ||
	    (c->id < PORCH_CHAIN_HOOKS &&
	     nla_put_u8(msg, PORCH_A_CHAIN_POLICY, c->policy)) ||
	    nla_put_u32(msg, PORCH_A_CHAIN_RULES, c->n))
		return -EMSGSIZE;
	return 0;
}

/* A device goes by its present name, one that has gone by the one it had. */
static int fill_device(struct sk_buff *msg, const struct net *net, int attr,
		       int name_attr, u32 ifindex, const char *name)
{
	const struct net_device *dev;
	int err;

	rcu_read_lock();
	dev = dev_get_by_index_rcu((struct net *)net, ifindex);
	err = nla_put_u32(msg, attr, ifindex) ?:
	      nla_put_string(msg, name_attr, dev ? dev->name : name);
	rcu_read_unlock();
	return err;
}

static int fill_prefix(struct sk_buff *msg, int attr, int len_attr,
		       const union porch_addr *addr, u8 len, u8 ipver)
{
	return nla_put(msg, attr, ipver == 4 ? 4 : 16, addr) ?:
	       nla_put_u8(msg, len_attr, len);
}

static int fill_ports(struct sk_buff *msg, int attr, int max_attr,
		      const u16 *port)
{
	return nla_put_u16(msg, attr, port[0]) ?:
	       (port[1] != port[0] ? nla_put_u16(msg, max_attr, port[1]) : 0);
}

static int fill_mask(struct sk_buff *msg, int attr, int mask_attr, u32 value,
		     u32 mask)
{
	return nla_put_u32(msg, attr, value) ?:
	       (mask != U32_MAX ? nla_put_u32(msg, mask_attr, mask) : 0);
}

static int fill_match(struct sk_buff *msg, const struct net *net,
		      const struct porch_ruleset *rs,
		      const struct porch_rule *r)
{
	const struct porch_match *m = &r->match;

	if ((m->has & PORCH_MATCH_IN &&
	     fill_device(msg, net, PORCH_A_RULE_IN, PORCH_A_RULE_IN_NAME, m->in,
			 r->in_name)) ||
	    (m->has & PORCH_MATCH_OUT &&
	     fill_device(msg, net, PORCH_A_RULE_OUT, PORCH_A_RULE_OUT_NAME,
			 m->out, r->out_name)) ||
	    (m->has & PORCH_MATCH_SRC &&
	     fill_prefix(msg, PORCH_A_RULE_SRC, PORCH_A_RULE_SRC_LEN, &m->src,
			 m->src_len, m->ipver)) ||
	    (m->has & PORCH_MATCH_DST &&
	     fill_prefix(msg, PORCH_A_RULE_DST, PORCH_A_RULE_DST_LEN, &m->dst,
			 m->dst_len, m->ipver)) ||
	    (m->has & PORCH_MATCH_SRC_SET &&
	     nla_put_string(msg, PORCH_A_RULE_SRC_SET,
			    rs->set[m->src_set]->name)) ||
	    (m->has & PORCH_MATCH_DST_SET &&
	     nla_put_string(msg, PORCH_A_RULE_DST_SET,
			    rs->set[m->dst_set]->name)) ||
	    (m->has & PORCH_MATCH_PROTO &&
	     nla_put_u8(msg, PORCH_A_RULE_PROTO, m->proto)) ||
	    (m->has & PORCH_MATCH_SPORT &&
	     fill_ports(msg, PORCH_A_RULE_SPORT, PORCH_A_RULE_SPORT_MAX,
			m->sport)) ||
	    (m->has & PORCH_MATCH_DPORT &&
	     fill_ports(msg, PORCH_A_RULE_DPORT, PORCH_A_RULE_DPORT_MAX,
			m->dport)) ||
	    (m->has & PORCH_MATCH_TCP_FLAGS &&
	     (nla_put_u8(msg, PORCH_A_RULE_TCP_FLAGS, m->tcp_flags) ||
	      nla_put_u8(msg, PORCH_A_RULE_TCP_MASK, m->tcp_mask))) ||
	    (m->has & PORCH_MATCH_ICMP_TYPE &&
	     nla_put_u8(msg, PORCH_A_RULE_ICMP_TYPE, m->icmp_type)) ||
	    (m->has & PORCH_MATCH_ICMP_CODE &&
	     nla_put_u8(msg, PORCH_A_RULE_ICMP_CODE, m->icmp_code)) ||
	    (m->has & PORCH_MATCH_DSCP &&
	     nla_put_u8(msg, PORCH_A_RULE_DSCP, m->dscp)) ||
	    (m->has & PORCH_MATCH_LENGTH &&
	     (nla_put_u32(msg, PORCH_A_RULE_LENGTH, m->length[0]) ||
	      (m->length[1] != m->length[0] &&
	       nla_put_u32(msg, PORCH_A_RULE_LENGTH_MAX, m->length[1])))) ||
	    (m->has & PORCH_MATCH_MARK &&
	     fill_mask(msg, PORCH_A_RULE_MARK, PORCH_A_RULE_MARK_MASK, m->mark,
		       m->mark_mask)) ||
	    (m->has & PORCH_MATCH_STATE &&
	     nla_put_u8(msg, PORCH_A_RULE_STATE, m->state)))
		return -EMSGSIZE;
	return 0;
}

static int fill_nat(struct sk_buff *msg, const struct porch_nat_note *n)
{
	u8 len = n->family == AF_INET ? 4 : 16;

	if (nla_put_u8(msg, PORCH_A_RULE_NAT, n->kind) ||
	    (n->family &&
	     nla_put(msg, PORCH_A_RULE_NAT_ADDR, len, &n->addr[0])) ||
	    (n->family && memcmp(&n->addr[0], &n->addr[1], len) &&
	     nla_put(msg, PORCH_A_RULE_NAT_ADDR_MAX, len, &n->addr[1])) ||
	    (n->port[0] &&
	     fill_ports(msg, PORCH_A_RULE_NAT_PORT, PORCH_A_RULE_NAT_PORT_MAX,
			n->port)))
		return -EMSGSIZE;
	return 0;
}

static int fill_deed(struct sk_buff *msg, const struct porch_deed *d)
{
	if ((d->has & PORCH_DEED_LIMIT &&
	     (nla_put_u32(msg, PORCH_A_RULE_LIMIT, d->limit) ||
	      nla_put_u32(msg, PORCH_A_RULE_LIMIT_PERIOD, d->period) ||
	      nla_put_u32(msg, PORCH_A_RULE_LIMIT_BURST, d->burst))) ||
	    (d->has & PORCH_DEED_COUNT &&
	     nla_put_flag(msg, PORCH_A_RULE_COUNT)) ||
	    (d->has & PORCH_DEED_LOG && nla_put_flag(msg, PORCH_A_RULE_LOG)) ||
	    (*d->prefix &&
	     nla_put_string(msg, PORCH_A_RULE_LOG_PREFIX, d->prefix)) ||
	    (d->has & PORCH_DEED_MARK &&
	     fill_mask(msg, PORCH_A_RULE_SET_MARK, PORCH_A_RULE_SET_MARK_MASK,
		       d->mark, d->mark_mask)) ||
	    (d->has & PORCH_DEED_DSCP &&
	     nla_put_u8(msg, PORCH_A_RULE_SET_DSCP, d->dscp)) ||
	    (d->has & PORCH_DEED_CLASS &&
	     nla_put_u16(msg, PORCH_A_RULE_CLASS, d->class)) ||
	    (d->has & PORCH_DEED_NAT && fill_nat(msg, &d->nat)))
		return -EMSGSIZE;
	return 0;
}

static int fill_action(struct sk_buff *msg, const struct porch_ruleset *rs,
		       const struct porch_rule *r)
{
	const struct porch_deed *d = &r->deed;

	if (nla_put_u8(msg, PORCH_A_RULE_ACTION, d->action))
		return -EMSGSIZE;
	switch (d->action) {
	case PORCH_RULE_ACTION_REJECT:
		return nla_put_u8(msg, PORCH_A_RULE_REJECT_WITH, d->with);
	case PORCH_RULE_ACTION_JUMP:
		return nla_put_string(msg, PORCH_A_RULE_JUMP,
				      rs->chain[r->jump]->name);
	case PORCH_RULE_ACTION_QUEUE:
	case PORCH_RULE_ACTION_DIVERT:
		if (d->bypass && nla_put_flag(msg, PORCH_A_RULE_BYPASS))
			return -EMSGSIZE;
		return nla_put_u16(msg, PORCH_A_RULE_QUEUE, d->queue);
	default:
		return 0;
	}
}

/**
 * porch_nl_fill_rule() - what there is to say of a rule but its counters
 * @msg: where to
 * @net: the namespace
 * @rs: the rule set
 * @c: the chain
 * @r: the rule
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_rule(struct sk_buff *msg, const struct net *net,
		       const struct porch_ruleset *rs,
		       const struct porch_chain *c, const struct porch_rule *r)
{
	return nla_put_string(msg, PORCH_A_RULE_CHAIN, c->name) ?:
	       nla_put_u32(msg, PORCH_A_RULE_HANDLE, r->handle) ?:
	       fill_match(msg, net, rs, r) ?:
	       fill_deed(msg, &r->deed) ?:
	       fill_action(msg, rs, r);
}

static int fill_counted(struct sk_buff *msg, const struct net *net,
			const struct porch_ruleset *rs,
			const struct porch_chain *c, const struct porch_rule *r)
{
	struct porch_rule_count sum;
	int err = porch_nl_fill_rule(msg, net, rs, c, r);

	if (err || !r->count)
		return err;
	porch_rule_sum(r, &sum);
	return nla_put_u64_64bit(msg, PORCH_A_RULE_PACKETS, sum.packets,
				 PORCH_A_RULE_PAD) ?:
	       nla_put_u64_64bit(msg, PORCH_A_RULE_BYTES, sum.bytes,
				 PORCH_A_RULE_PAD);
}

static const struct porch_ruleset *ruleset(const struct porch_net *pn)
{
	return rcu_dereference(pn->config)->ruleset;
}

/* chains */

int porch_nl_chain_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_chain_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_chain_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_chain_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_chain_spec s = {};
	const struct porch_chain *c;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = parse_chain(info, &s);
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	c = porch_chain_find(ruleset(porch_nl_instance(info)), s.name);
	if (c) {
		err = porch_nl_fill_chain(msg, c);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_CHAIN_NAME],
				    "no such chain");
		err = -ENOENT;
	}
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

static int dump_chain(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct porch_chain *c)
{
	void *hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_CHAIN_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (porch_nl_fill_chain(skb, c)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int porch_nl_chain_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	const struct porch_config *cfg;
	const struct porch_chain *c;
	int err;

	err = porch_nl_check_dump(cb);
	if (err)
		return err;
	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = cfg->gen;
	for (; !err && cb->args[0] < PORCH_CHAINS_MAX; cb->args[0] += !err) {
		c = cfg->ruleset->chain[cb->args[0]];
		err = c ? dump_chain(skb, cb, c) : 0;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

/* rules */

int porch_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

int porch_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}

static int fill_rule_of(struct sk_buff *msg, struct genl_info *info, u32 handle)
{
	const struct porch_net *pn = porch_nl_instance(info);
	const struct porch_ruleset *rs = ruleset(pn);
	const struct porch_chain *c;
	u32 i, n;

	for (i = 0; i < PORCH_CHAINS_MAX; i++) {
		c = rs->chain[i];
		for (n = 0; c && n < c->n; n++)
			if (c->rule[n]->handle == handle)
				return fill_counted(msg, pn->net, rs, c,
						    c->rule[n]);
	}
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PORCH_A_RULE_HANDLE],
			    "no rule has this handle");
	return -ENOENT;
}

int porch_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = porch_nl_require(info, PORCH_A_RULE_HANDLE,
			       "which rule? handle is missing");
	if (err)
		return err;
	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = fill_rule_of(msg, info,
			   nla_get_u32(info->attrs[PORCH_A_RULE_HANDLE]));
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, err);
}

/* Where a dump of rules has got to, in netlink_callback.ctx. */
struct rule_dump {
	u32 chain;
	u32 rule;
};

static int dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct net *net, const struct porch_ruleset *rs,
		      struct rule_dump *d)
{
	const struct porch_chain *c = rs->chain[d->chain];
	void *hdr;

	for (; c && d->rule < c->n; d->rule++) {
		hdr = porch_nl_dump_put(skb, cb, PORCH_CMD_RULE_GET);
		if (!hdr)
			return -EMSGSIZE;
		if (fill_counted(skb, net, rs, c, c->rule[d->rule])) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
	}
	d->rule = 0;
	return 0;
}

int porch_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct porch_net *pn = porch_net(sock_net(skb->sk));
	struct rule_dump *d = (struct rule_dump *)cb->ctx;
	const struct porch_config *cfg;
	int err;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));

	err = porch_nl_check_dump(cb);
	if (err)
		return err;
	rcu_read_lock();
	cfg = rcu_dereference(pn->config);
	cb->seq = cfg->gen;
	for (; !err && d->chain < PORCH_CHAINS_MAX; d->chain += !err)
		err = dump_rules(skb, cb, pn->net, cfg->ruleset, d);
	rcu_read_unlock();
	return skb->len ?: err;
}
