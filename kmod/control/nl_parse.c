// SPDX-License-Identifier: GPL-2.0
/*
 * From attributes to specifications. What the generated policies cannot check
 * is checked here.
 */
#include <linux/inetdevice.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include "control/config.h"
#include "control/fib.h"
#include "control/nl_parse.h"

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
	const struct nlattr *nla = info->attrs[attr];

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

static bool has_host_bits(const struct porch_route_spec *s)
{
	union porch_addr net = {};

	if (s->family == AF_INET)
		net.v4 = s->dst.v4 & inet_make_mask(s->plen);
	else
		ipv6_addr_prefix(&net.v6, &s->dst.v6, s->plen);
	return memcmp(&net, &s->dst, sizeof(net));
}

static int parse_prefix(struct genl_info *info, struct porch_route_spec *s)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, PORCH_A_ROUTE_DST) ||
	    GENL_REQ_ATTR_CHECK(info, PORCH_A_ROUTE_PREFIX_LEN)) {
		NL_SET_ERR_MSG(info->extack, "a route needs dst and prefix-len");
		return -EINVAL;
	}
	err = porch_nl_parse_addr(info, PORCH_A_ROUTE_DST, &s->dst, &s->family);
	if (err)
		return err;
	s->plen = nla_get_u8(info->attrs[PORCH_A_ROUTE_PREFIX_LEN]);
	if (s->plen > porch_fib_bits(s->family)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_ROUTE_PREFIX_LEN],
				    "the prefix is longer than the address");
		return -EINVAL;
	}
	if (has_host_bits(s)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_ROUTE_DST],
				    "the address has bits behind the prefix");
		return -EINVAL;
	}
	return 0;
}

static int parse_gateway(struct genl_info *info, struct porch_route_spec *s)
{
	u8 family;
	int err;

	err = porch_nl_parse_addr(info, PORCH_A_ROUTE_GATEWAY, &s->gw, &family);
	if (err)
		return err;
	if (family != s->family) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORCH_A_ROUTE_GATEWAY],
				    "the gateway is not of the prefix's family");
		return -EINVAL;
	}
	s->has_gw = true;
	return 0;
}

/**
 * porch_nl_parse_route() - read what a request says of a route
 * @info: the request
 * @s: where it goes
 *
 * Return: 0 or a negative errno.
 */
int porch_nl_parse_route(struct genl_info *info, struct porch_route_spec *s)
{
	struct nlattr **a = info->attrs;
	int err;

	memset(s, 0, sizeof(*s));
	err = parse_prefix(info, s);
	if (err)
		return err;
	if (a[PORCH_A_ROUTE_GATEWAY]) {
		err = parse_gateway(info, s);
		if (err)
			return err;
	}
	s->has_type = a[PORCH_A_ROUTE_TYPE];
	if (s->has_type)
		s->type = nla_get_u8(a[PORCH_A_ROUTE_TYPE]);
	if (a[PORCH_A_ROUTE_OIF])
		s->oif = nla_get_u32(a[PORCH_A_ROUTE_OIF]);
	return 0;
}

/**
 * porch_nl_parse_settings() - read settings of the engine
 * @info: the request
 * @set: the settings so far; what the request names is replaced
 *
 * Return: 0 or -EINVAL if the request names none.
 */
int porch_nl_parse_settings(struct genl_info *info, struct porch_settings *set)
{
	u32 *const field[] = {
		[PORCH_A_ENGINE_VECTOR] = &set->vector,
		[PORCH_A_ENGINE_TIME_LIMIT] = &set->time_limit,
		[PORCH_A_ENGINE_LANE_LIMIT] = &set->lane_limit,
		[PORCH_A_ENGINE_ICMP_RATE] = &set->icmp_rate,
	};
	bool any = false;
	int i;

	for (i = PORCH_A_ENGINE_VECTOR; i < ARRAY_SIZE(field); i++) {
		if (!info->attrs[i])
			continue;
		*field[i] = nla_get_u32(info->attrs[i]);
		any = true;
	}
	if (!any) {
		NL_SET_ERR_MSG(info->extack, "no setting is named");
		return -EINVAL;
	}
	return 0;
}
