// SPDX-License-Identifier: GPL-2.0
/*
 * From attributes to specifications. What the generated policies cannot check
 * is checked here.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include "control/config.h"
#include "control/nl_class.h"
#include "control/nl_gen.h"
#include "control/nl_lane.h"
#include "control/nl_parse.h"
#include "control/nl_route_rule.h"
#include "control/nl_rule.h"
#include "control/nl_set.h"
#include "control/nl_track.h"
#include "control/op.h"

/**
 * porch_nl_require() - refuse a request that lacks an attribute
 * @info: the request
 * @attr: number of the attribute
 * @msg: what to say; static
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_require(struct genl_info *info, int attr, const char *msg)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return 0;
	info->extack->_msg = msg;
	return -EINVAL;
}

static int parse_addr(struct genl_info *info, const struct nlattr *nla,
		      union porch_addr *addr, u8 *family)
{
	switch (nla_len(nla)) {
	case sizeof(addr->v4):
		*family = AF_INET;
		break;
	case sizeof(addr->v6):
		*family = AF_INET6;
		break;
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(nla), nla_len(nla));
	return 0;
}

/**
 * porch_nl_parse_addr() - read an address
 * @info: the request
 * @attr: number of the attribute, which is there
 * @addr: where the address goes; the rest of it becomes zero
 * @family: where its family goes
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_addr(struct genl_info *info, int attr,
			union porch_addr *addr, u8 *family)
{
	return parse_addr(info, info->attrs[attr], addr, family);
}

static bool has_host_bits(const union porch_addr *addr, u8 plen, u8 family)
{
	union porch_addr net = {};

	if (family == AF_INET)
		net.v4 = addr->v4 & inet_make_mask(plen);
	else
		ipv6_addr_prefix(&net.v6, &addr->v6, plen);
	return memcmp(&net, addr, sizeof(net));
}

/**
 * porch_nl_parse_prefix() - read a prefix
 * @info: the request
 * @attr: number of the attribute with the address, which is there
 * @len_attr: number of that with the length; without, it is the whole address
 * @addr: where the address goes; the rest of it becomes zero
 * @plen: where the length goes, in bits
 * @family: where the family goes
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_prefix(struct genl_info *info, int attr, int len_attr,
			  union porch_addr *addr, u8 *plen, u8 *family)
{
	const struct nlattr *len = info->attrs[len_attr];
	int err;

	err = porch_nl_parse_addr(info, attr, addr, family);
	if (err)
		return err;
	*plen = len ? nla_get_u8(len) : porch_fib_bits(*family);
	if (*plen > porch_fib_bits(*family)) {
		NL_SET_ERR_MSG_ATTR(info->extack, len,
				    "the prefix is longer than the address");
		return -EINVAL;
	}
	if (has_host_bits(addr, *plen, *family)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "the address has bits behind the prefix");
		return -EINVAL;
	}
	return 0;
}

static int parse_dst(struct genl_info *info, struct porch_route_spec *s)
{
	static const char msg[] = "a route needs dst and prefix-len";

	return porch_nl_require(info, PORCH_A_ROUTE_DST, msg) ?:
	       porch_nl_require(info, PORCH_A_ROUTE_PREFIX_LEN, msg) ?:
	       porch_nl_parse_prefix(info, PORCH_A_ROUTE_DST,
				     PORCH_A_ROUTE_PREFIX_LEN, &s->dst,
				     &s->plen, &s->family);
}

static int parse_gateway(struct genl_info *info, const struct nlattr *nla,
			 u8 want, struct porch_nexthop_spec *h)
{
	u8 family;
	int err;

	err = parse_addr(info, nla, &h->gw, &family);
	if (err)
		return err;
	if (family != want) {
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "the gateway is not of the prefix's family");
		return -EINVAL;
	}
	h->has_gw = true;
	return 0;
}

static int parse_member(struct genl_info *info, struct nlattr *nla, u8 family,
			struct porch_nexthop_spec *h)
{
	struct nlattr *a[PORCH_A_NEXTHOP_MAX + 1];
	int err;

	err = nla_parse_nested(a, PORCH_A_NEXTHOP_ONLINK, nla,
			       porch_nexthop_nl_policy, info->extack);
	if (err)
		return err;
	if (a[PORCH_A_NEXTHOP_GATEWAY]) {
		err = parse_gateway(info, a[PORCH_A_NEXTHOP_GATEWAY], family, h);
		if (err)
			return err;
	}
	if (a[PORCH_A_NEXTHOP_OIF])
		h->oif = nla_get_u32(a[PORCH_A_NEXTHOP_OIF]);
	h->weight = 1;
	if (a[PORCH_A_NEXTHOP_WEIGHT])
		h->weight = nla_get_u8(a[PORCH_A_NEXTHOP_WEIGHT]);
	h->onlink = a[PORCH_A_NEXTHOP_ONLINK];
	return 0;
}

/* Of a list that the policy has found to have nothing but next hops */
static int parse_members(struct genl_info *info, struct porch_route_spec *s)
{
	const struct nlattr *list = info->attrs[PORCH_A_ROUTE_NEXTHOPS];
	struct nlattr *nla;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_nested(nla, list, rem)
		n++;
	if (n < 2 || n > PORCH_NEXTHOPS_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, list,
				    "a list has 2 to 16 next hops");
		return -EINVAL;
	}
	s->nhs = kcalloc(n, sizeof(*s->nhs), GFP_KERNEL_ACCOUNT);
	if (!s->nhs) {
		NL_SET_ERR_MSG(info->extack, "no memory for the next hops");
		return -ENOMEM;
	}
	nla_for_each_nested(nla, list, rem) {
		err = parse_member(info, nla, s->family, &s->nhs[s->n_nhs++]);
		if (err) {
			kfree(s->nhs);
			s->nhs = NULL;
			return err;
		}
	}
	return 0;
}

static int parse_route(struct genl_info *info, struct porch_route_spec *s)
{
	struct nlattr **a = info->attrs;
	int err;

	err = parse_dst(info, s);
	if (err)
		return err;
	if (a[PORCH_A_ROUTE_GATEWAY]) {
		err = parse_gateway(info, a[PORCH_A_ROUTE_GATEWAY], s->family,
				    &s->nh);
		if (err)
			return err;
	}
	s->has_type = a[PORCH_A_ROUTE_TYPE];
	if (s->has_type)
		s->type = nla_get_u8(a[PORCH_A_ROUTE_TYPE]);
	if (a[PORCH_A_ROUTE_OIF])
		s->nh.oif = nla_get_u32(a[PORCH_A_ROUTE_OIF]);
	s->table = a[PORCH_A_ROUTE_TABLE] ? nla_get_u32(a[PORCH_A_ROUTE_TABLE]) :
					    PORCH_TABLE_MAIN;
	return 0;
}

/* What a request to remove a route has no attributes for. */
static int parse_how(struct genl_info *info, struct porch_route_spec *s)
{
	s->nh.onlink = info->attrs[PORCH_A_ROUTE_ONLINK];
	s->replace = info->attrs[PORCH_A_ROUTE_REPLACE];
	return info->attrs[PORCH_A_ROUTE_NEXTHOPS] ? parse_members(info, s) : 0;
}

static int parse_port(struct genl_info *info, struct porch_port_spec *s)
{
	int err;

	err = porch_nl_require(info, PORCH_A_PORT_IFINDEX,
			       "which device? ifindex is missing");
	if (err)
		return err;
	s->ifindex = nla_get_u32(info->attrs[PORCH_A_PORT_IFINDEX]);
	return 0;
}

/* What a request to detach a port has no attributes for. */
static void parse_attach(struct genl_info *info, struct porch_port_spec *s)
{
	if (info->attrs[PORCH_A_PORT_HOOK])
		s->hook = nla_get_u8(info->attrs[PORCH_A_PORT_HOOK]);
	if (info->attrs[PORCH_A_PORT_VRF])
		s->vrf = nla_get_u32(info->attrs[PORCH_A_PORT_VRF]);
	s->force = info->attrs[PORCH_A_PORT_FORCE];
}

/* Which of the two it is, its policy has checked. */
static u32 read_number(const struct nlattr *nla)
{
	return nla_len(nla) == sizeof(u8) ? nla_get_u8(nla) : nla_get_u32(nla);
}

static int parse_settings(struct genl_info *info, struct porch_settings_spec *s)
{
	u32 *value;
	int attr;

	for (attr = 1; attr <= PORCH_A_ENGINE_MAX; attr++) {
		value = porch_setting(&s->value, attr);
		if (!value || !info->attrs[attr])
			continue;
		*value = read_number(info->attrs[attr]);
		__set_bit(attr, &s->given);
	}
	if (!s->given) {
		NL_SET_ERR_MSG(info->extack, "no setting is named");
		return -EINVAL;
	}
	return 0;
}

/* Each set of attributes has its own number for it. */
static bool is_staged(const struct genl_info *info)
{
	switch (info->genlhdr->cmd) {
	case PORCH_CMD_PORT_ADD:
	case PORCH_CMD_PORT_DEL:
		return info->attrs[PORCH_A_PORT_STAGED];
	case PORCH_CMD_ROUTE_ADD:
	case PORCH_CMD_ROUTE_DEL:
		return info->attrs[PORCH_A_ROUTE_STAGED];
	case PORCH_CMD_ROUTE_RULE_ADD:
	case PORCH_CMD_ROUTE_RULE_DEL:
		return info->attrs[PORCH_A_ROUTE_RULE_STAGED];
	case PORCH_CMD_CLASS_ADD:
	case PORCH_CMD_CLASS_CHANGE:
	case PORCH_CMD_CLASS_DEL:
		return info->attrs[PORCH_A_CLASS_STAGED];
	case PORCH_CMD_LANE_ADD:
	case PORCH_CMD_LANE_DEL:
		return info->attrs[PORCH_A_LANE_STAGED];
	case PORCH_CMD_ENGINE_SET:
		return info->attrs[PORCH_A_ENGINE_STAGED];
	case PORCH_CMD_TRACK_SET:
		return info->attrs[PORCH_A_TRACK_STAGED];
	case PORCH_CMD_CHAIN_ADD:
	case PORCH_CMD_CHAIN_DEL:
	case PORCH_CMD_CHAIN_SET:
		return info->attrs[PORCH_A_CHAIN_STAGED];
	case PORCH_CMD_RULE_ADD:
	case PORCH_CMD_RULE_DEL:
		return info->attrs[PORCH_A_RULE_STAGED];
	case PORCH_CMD_SET_ADD:
	case PORCH_CMD_SET_DEL:
		return info->attrs[PORCH_A_SET_STAGED];
	case PORCH_CMD_ELEMENT_ADD:
	case PORCH_CMD_ELEMENT_DEL:
		return info->attrs[PORCH_A_ELEMENT_STAGED];
	}
	return false;
}

/**
 * porch_nl_parse_op() - read a request that changes something
 * @info: the request
 * @op: where what it says goes
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_parse_op(struct genl_info *info, struct porch_op *op)
{
	int err;

	memset(op, 0, sizeof(*op));
	op->cmd = info->genlhdr->cmd;
	op->staged = is_staged(info);
	switch (op->cmd) {
	case PORCH_CMD_PORT_ADD:
		err = parse_port(info, &op->port);
		if (!err)
			parse_attach(info, &op->port);
		return err;
	case PORCH_CMD_PORT_DEL:
		return parse_port(info, &op->port);
	case PORCH_CMD_ROUTE_ADD:
		return parse_route(info, &op->route) ?:
		       parse_how(info, &op->route);
	case PORCH_CMD_ROUTE_DEL:
		return parse_route(info, &op->route);
	case PORCH_CMD_ROUTE_RULE_ADD:
		return porch_nl_parse_route_rule(info, &op->route_rule);
	case PORCH_CMD_ROUTE_RULE_DEL:
		return porch_nl_parse_route_rule_pref(info, &op->route_rule);
	case PORCH_CMD_CLASS_ADD:
	case PORCH_CMD_CLASS_CHANGE:
	case PORCH_CMD_CLASS_DEL:
		return porch_nl_parse_class(info, &op->class);
	case PORCH_CMD_LANE_ADD:
		return porch_nl_parse_lane(info, &op->lane);
	case PORCH_CMD_LANE_DEL:
		return porch_nl_parse_lane_pref(info, &op->lane);
	case PORCH_CMD_ENGINE_SET:
		return parse_settings(info, &op->settings);
	case PORCH_CMD_TRACK_SET:
		return porch_nl_parse_track(info, &op->track);
	case PORCH_CMD_CHAIN_ADD:
	case PORCH_CMD_CHAIN_DEL:
	case PORCH_CMD_CHAIN_SET:
	case PORCH_CMD_RULE_ADD:
	case PORCH_CMD_RULE_DEL:
		return porch_nl_parse_rule_op(info, op);
	case PORCH_CMD_SET_ADD:
	case PORCH_CMD_SET_DEL:
	case PORCH_CMD_ELEMENT_ADD:
	case PORCH_CMD_ELEMENT_DEL:
		return porch_nl_parse_set_op(info, op);
	}
	return -EOPNOTSUPP;
}
