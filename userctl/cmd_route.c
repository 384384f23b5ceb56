// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>

#include <linux/porch.h>

#include "cmd.h"
#include "parse.h"

enum { HOP_VIA, HOP_DEV, HOP_WEIGHT, HOP_ONLINK };

static const struct arg hop_args[] = {
	[HOP_VIA] = { ARG_ADDR, "via", "ADDR" },
	[HOP_DEV] = { ARG_DEV, "dev", "DEV" },
	[HOP_WEIGHT] = { ARG_U8, "weight", "N" },
	[HOP_ONLINK] = { ARG_FLAG, "onlink" },
	{ }
};

enum { TYPE, PREFIX, VIA, DEV, TABLE, ONLINK, NEXTHOPS };

#define ARGS_OF_ROUTE								\
	[TYPE] = { ARG_WORD, .value = "TYPE", .words = route_types, .def = "unicast", \
		   .help = "what becomes of a packet, unicast if absent" },	\
	[PREFIX] = { ARG_PREFIX, .value = "PREFIX", .required = true,		\
		     .help = "destination: a prefix, an address, or default" },	\
	[VIA] = { ARG_ADDR, "via", "ADDR", .leans = true,			\
		  .help = "address of the next router" },			\
	[DEV] = { ARG_DEV, "dev", "DEV", .help = "output device" },		\
	[TABLE] = { ARG_U32, "table", "N", .def = "254",				\
		    .help = "routing table, the main one, 254, if absent" }

static const struct arg add_args[] = {
	ARGS_OF_ROUTE,
	[ONLINK] = { ARG_FLAG, "onlink", .help = "take the router to be on the link" },
	[NEXTHOPS] = { ARG_GROUPS, "nexthop", "HOP...", .parts = hop_args, .leans = true,
		       .help = "last: next hops, each with via, dev, weight, onlink" },
	{ }
};

static const struct arg del_args[] = {
	ARGS_OF_ROUTE,
	{ }
};

enum { OF_TABLE };

static const struct arg show_args[] = {
	[OF_TABLE] = { ARG_TABLE, "table", "N|all",
		       .help = "routing table, the main one, 254, if absent" },
	{ }
};

enum { ADDR, FROM, IN, MARK, BY_TABLE };

static const struct arg get_args[] = {
	[ADDR] = { ARG_ADDR, .value = "ADDR", .required = true, .help = "destination" },
	[FROM] = { ARG_ADDR, "from", "ADDR", .help = "source" },
	[IN] = { ARG_DEV, "in", "DEV", .help = "device that the packet comes in by" },
	[MARK] = { ARG_U32, "mark", "N", .help = "mark of the packet, 0 if absent" },
	[BY_TABLE] = { ARG_U32, "table", "N",
		       .help = "routing table to ask, instead of what the rules say" },
	{ }
};

static void put_addr(struct ctl *ctl, uint16_t attr, const struct addr *addr)
{
	ipc_put(ctl->ipc, attr, addr->bytes, addr->family == AF_INET6 ? 16 : 4);
}

/* The family of the router of the first of several next hops */
static int first_family(const struct value *value)
{
	struct value hop[MAX_ARGS];
	int used;

	if (parse_group(&add_args[NEXTHOPS], AF_UNSPEC, value->rest, value->count, hop, &used))
		return AF_UNSPEC;
	return hop[HOP_VIA].addr.family;
}

static void put_nexthop(struct ctl *ctl, const struct value *hop)
{
	void *nest = ipc_nest_begin(ctl->ipc, PORCH_A_NEXTHOPS_NEXTHOP);

	if (hop[HOP_VIA].word)
		put_addr(ctl, PORCH_A_NEXTHOP_GATEWAY, &hop[HOP_VIA].addr);
	if (hop[HOP_DEV].word)
		ipc_put_u32(ctl->ipc, PORCH_A_NEXTHOP_OIF, hop[HOP_DEV].num);
	/* In a configuration, to be compared */
	if (ctl->config && !hop[HOP_WEIGHT].word)
		ipc_put_u8(ctl->ipc, PORCH_A_NEXTHOP_WEIGHT, 1);
	if (hop[HOP_WEIGHT].word)
		ipc_put_u8(ctl->ipc, PORCH_A_NEXTHOP_WEIGHT, hop[HOP_WEIGHT].num);
	if (hop[HOP_ONLINK].word)
		ipc_put(ctl->ipc, PORCH_A_NEXTHOP_ONLINK, NULL, 0);
	ipc_nest_end(ctl->ipc, nest);
}

static int put_nexthops(struct ctl *ctl, const struct value *value)
{
	void *nest = ipc_nest_begin(ctl->ipc, PORCH_A_ROUTE_NEXTHOPS);
	struct value hop[MAX_ARGS];
	int i, err, used;

	for (i = 0; i < value->count; i += used) {
		err = parse_group(&add_args[NEXTHOPS], ctl->family, value->rest + i,
				  value->count - i, hop, &used);
		if (err)
			return err;
		put_nexthop(ctl, hop);
	}
	ipc_nest_end(ctl->ipc, nest);
	return 0;
}

static int change(struct ctl *ctl, uint8_t cmd, bool replace, const struct value *values)
{
	struct addr dst = values[PREFIX].addr;
	int err;

	/* A default is of the family of -4, -6 or the router, else of IPv4. */
	if (!dst.family)
		dst.family = ctl->family ?: values[VIA].addr.family;
	if (!dst.family && cmd == PORCH_CMD_ROUTE_ADD && values[NEXTHOPS].word)
		dst.family = first_family(&values[NEXTHOPS]);

	ipc_request(ctl->ipc, cmd);
	put_addr(ctl, PORCH_A_ROUTE_DST, &dst);
	ipc_put_u8(ctl->ipc, PORCH_A_ROUTE_PREFIX_LEN, dst.len);
	if (values[TYPE].word)
		ipc_put_u8(ctl->ipc, PORCH_A_ROUTE_TYPE, values[TYPE].num);
	if (values[VIA].word)
		put_addr(ctl, PORCH_A_ROUTE_GATEWAY, &values[VIA].addr);
	if (values[DEV].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_OIF, values[DEV].num);
	if (values[TABLE].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_TABLE, values[TABLE].num);
	if (cmd == PORCH_CMD_ROUTE_ADD && values[ONLINK].word)
		ipc_put(ctl->ipc, PORCH_A_ROUTE_ONLINK, NULL, 0);
	if (cmd == PORCH_CMD_ROUTE_ADD && values[NEXTHOPS].word) {
		err = put_nexthops(ctl, &values[NEXTHOPS]);
		if (err)
			return err;
	}
	if (replace)
		ipc_put(ctl->ipc, PORCH_A_ROUTE_REPLACE, NULL, 0);
	return ctl_call(ctl, &route_attrs, NULL, NULL);
}

static int route_add(struct ctl *ctl, const struct value *values)
{
	return change(ctl, PORCH_CMD_ROUTE_ADD, false, values);
}

static int route_replace(struct ctl *ctl, const struct value *values)
{
	return change(ctl, PORCH_CMD_ROUTE_ADD, true, values);
}

static int route_del(struct ctl *ctl, const struct value *values)
{
	return change(ctl, PORCH_CMD_ROUTE_DEL, false, values);
}

static int dst_family(const struct reply *reply)
{
	return reply->attrs[PORCH_A_ROUTE_DST].len == 16 ? AF_INET6 : AF_INET;
}

static bool has_gateway(const struct reply *reply)
{
	const void *pos = NULL;
	struct reply hop;

	if (reply_next(reply, PORCH_A_ROUTE_NEXTHOPS, &nexthop_attrs, &pos, &hop))
		return reply_has(&hop, PORCH_A_NEXTHOP_GATEWAY);
	return reply_has(reply, PORCH_A_ROUTE_GATEWAY);
}

/*
 * Written so that it can be read back: as "default" only where its family can
 * be told from the gateway, or is IPv4; an address without its full length.
 */
static void show_dst(struct show *show, const struct reply *reply)
{
	bool ipv6 = dst_family(reply) == AF_INET6;
	uint64_t len = reply_uint(reply, PORCH_A_ROUTE_PREFIX_LEN);
	bool has_default = !len && (!ipv6 || has_gateway(reply));
	bool host = len == (ipv6 ? 128 : 32);

	show_attr(show, reply, PORCH_A_ROUTE_DST, has_default ? NULL : "%s");
	show_attr(show, reply, PORCH_A_ROUTE_PREFIX_LEN, has_default || host ? NULL : "/%s");
	if (has_default)
		show_text(show, "default");
}

static void show_hop(struct show *show, const struct reply *hop)
{
	show_text(show, " nexthop");
	show_attr(show, hop, PORCH_A_NEXTHOP_GATEWAY, " via %s");
	show_attr(show, hop, PORCH_A_NEXTHOP_OIF, NULL);
	show_attr(show, hop, PORCH_A_NEXTHOP_IFNAME, " dev %s");
	show_attr(show, hop, PORCH_A_NEXTHOP_WEIGHT, " weight %s");
	show_attr(show, hop, PORCH_A_NEXTHOP_ONLINK, " onlink");
}

static void show_nexthop(struct show *show, const struct reply *hop)
{
	show_hop(show, hop);
	show_attr(show, hop, PORCH_A_NEXTHOP_LINK_DOWN, " linkdown");
	show_attr(show, hop, PORCH_A_NEXTHOP_FAILED, " failed");
}

/* All but the next hops of several, and the state of links */
static void show_way(struct show *show, const struct reply *reply)
{
	bool unicast = reply_uint(reply, PORCH_A_ROUTE_TYPE) == PORCH_ROUTE_TYPE_UNICAST;
	bool main = reply_uint(reply, PORCH_A_ROUTE_TABLE) == PORCH_TABLE_MAIN;

	show_attr(show, reply, PORCH_A_ROUTE_LOCAL, "local ");
	show_attr(show, reply, PORCH_A_ROUTE_TYPE, unicast ? NULL : "%s ");
	show_dst(show, reply);
	show_attr(show, reply, PORCH_A_ROUTE_GATEWAY, " via %s");
	show_attr(show, reply, PORCH_A_ROUTE_OIF, NULL);
	show_attr(show, reply, PORCH_A_ROUTE_IFNAME, " dev %s");
	show_attr(show, reply, PORCH_A_ROUTE_TABLE, main ? NULL : " table %s");
	show_attr(show, reply, PORCH_A_ROUTE_ONLINK, " onlink");
}

void show_route_fields(struct show *show, const struct reply *reply)
{
	show_way(show, reply);
	show_attr(show, reply, PORCH_A_ROUTE_LINK_DOWN, " linkdown");
	show_members(show, reply, PORCH_A_ROUTE_NEXTHOPS, &nexthop_attrs, show_nexthop);
}

static void save_route(struct show *show, const struct reply *reply)
{
	/* Addresses come by themselves, and so does the state of links. */
	if (reply_has(reply, PORCH_A_ROUTE_LOCAL))
		return;
	show_row_begin(show);
	show_text(show, "route add ");
	show_way(show, reply);
	show_members(show, reply, PORCH_A_ROUTE_NEXTHOPS, &nexthop_attrs, show_hop);
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_ROUTE_GET, .set = &route_attrs, .save = save_route };

/* What is asked for; a table of 0 is all of them */
struct filter {
	struct ctl *ctl;
	uint32_t table;
};

static void show_route(const struct reply *reply, void *arg)
{
	const struct filter *filter = arg;
	struct show *show = &filter->ctl->show;
	int family = filter->ctl->family;

	if (family && family != dst_family(reply))
		return;
	if (filter->table && filter->table != reply_uint(reply, PORCH_A_ROUTE_TABLE))
		return;
	show_row_begin(show);
	show_route_fields(show, reply);
	show_row_end(show);
}

static int route_show(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { ctl, PORCH_TABLE_MAIN };

	if (values[OF_TABLE].word)
		filter.table = values[OF_TABLE].num;
	ipc_request_dump(ctl->ipc, PORCH_CMD_ROUTE_GET);
	return ctl_call_list(ctl, &route_attrs, show_route, &filter);
}

static int route_get(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { ctl, 0 };

	ipc_request(ctl->ipc, PORCH_CMD_ROUTE_GET);
	put_addr(ctl, PORCH_A_ROUTE_DST, &values[ADDR].addr);
	if (values[FROM].word)
		put_addr(ctl, PORCH_A_ROUTE_SRC, &values[FROM].addr);
	if (values[IN].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_IIF, values[IN].num);
	if (values[MARK].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_MARK, values[MARK].num);
	if (values[BY_TABLE].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_TABLE, values[BY_TABLE].num);
	return ctl_call_list(ctl, &route_attrs, show_route, &filter);
}

static const struct verb verbs[] = {
	{ "show", "show the routes of a table; -4 or -6 those of one family", show_args,
	  .run = route_show },
	{ "add", "add a route", add_args, .change = true, .undo = "del", .run = route_add },
	{ "replace", "add a route, or put it in the place of the one that the prefix has", add_args,
	  .change = true, .run = route_replace },
	{ "del", "remove a route, which must be as described", del_args, .change = true,
	  .run = route_del },
	{ "get", "show the route that a packet takes", get_args, .run = route_get },
	{ }
};

const struct object route_object = {
	"route", "where packets are forwarded to", verbs,
	"These are Porch's own routes; those of the kernel are not read.\n"
	"Of the routes that match a destination the one with the longest prefix counts.\n"
	"A table is there while it has routes.\n"
	"A packet for an address of this machine stays here, whatever the routes say.\n"
	"A unicast route needs a router, a device, or both; the router must be on a\n"
	"network of the device, unless the route is onlink.\n"
	"Several next hops share the packets of a route by their weights, 1 to 255. The\n"
	"packets of a flow take the same one. One whose device is down (linkdown), or\n"
	"whose router does not answer (failed), is passed over until it is back.\n"
	"Packets that meet a blackhole are dropped silently, those that meet an\n"
	"unreachable or prohibit route are dropped and answered by ICMP.\n"
	"A route whose device is down is shown as linkdown, and its packets are answered\n"
	"with host unreachable; the routes of a device that goes away are removed.\n",
	&state,
};
