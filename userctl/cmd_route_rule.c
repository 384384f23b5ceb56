// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"

enum { PREF, FROM, IN, MARK, TABLE };

static const struct arg add_args[] = {
	[PREF] = { ARG_U32, "pref", "N", .required = true,
		   .help = "place among the rules, the lowest first" },
	[FROM] = { ARG_PREFIX, "from", "PREFIX", .help = "packets with such a source" },
	[IN] = { ARG_DEV, "in", "DEV", .help = "packets that come in by this device" },
	[MARK] = { ARG_MARK, "mark", "MARK[/MASK]", .help = "packets with this mark" },
	[TABLE] = { ARG_U32, "table", "N", .required = true, .help = "routing table" },
	{ }
};

static const struct arg del_args[] = {
	[PREF] = { ARG_U32, "pref", "N", .required = true, .help = "place among the rules" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static void put_source(struct ctl *ctl, const struct addr *addr)
{
	/* A default is of the family of -4 or -6; of both, it asks for nothing. */
	int family = addr->family ?: ctl->family;

	if (!family)
		return;
	ipc_put(ctl->ipc, PORCH_A_ROUTE_RULE_SRC, addr->bytes, family == AF_INET6 ? 16 : 4);
	ipc_put_u8(ctl->ipc, PORCH_A_ROUTE_RULE_SRC_LEN, addr->len);
}

static int rule_add(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_ROUTE_RULE_ADD);
	ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_PREF, values[PREF].num);
	ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_TABLE, values[TABLE].num);
	if (values[FROM].word)
		put_source(ctl, &values[FROM].addr);
	if (values[IN].word)
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_IIF, values[IN].num);
	if (values[MARK].word) {
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_MARK, values[MARK].num);
		ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_MASK, values[MARK].mask);
	}
	return ctl_call(ctl, &route_rule_attrs, NULL, NULL);
}

static int rule_del(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_ROUTE_RULE_DEL);
	ipc_put_u32(ctl->ipc, PORCH_A_ROUTE_RULE_PREF, values[PREF].num);
	return ctl_call(ctl, &route_rule_attrs, NULL, NULL);
}

void show_route_rule_pref(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_ROUTE_RULE_PREF, "pref %s");
}

static void show_mark(struct show *show, const struct reply *reply)
{
	uint32_t mask = reply_uint(reply, PORCH_A_ROUTE_RULE_MASK);

	if (mask)
		show_text(show, " mark %#x", (uint32_t)reply_uint(reply, PORCH_A_ROUTE_RULE_MARK));
	if (mask && mask != UINT32_MAX)
		show_text(show, "/%#x", mask);
	show_attr(show, reply, PORCH_A_ROUTE_RULE_MARK, NULL);
	show_attr(show, reply, PORCH_A_ROUTE_RULE_MASK, NULL);
}

void show_route_rule_fields(struct show *show, const struct reply *reply)
{
	show_route_rule_pref(show, reply);
	show_attr(show, reply, PORCH_A_ROUTE_RULE_SRC, " from %s");
	show_attr(show, reply, PORCH_A_ROUTE_RULE_SRC_LEN, "/%s");
	show_attr(show, reply, PORCH_A_ROUTE_RULE_IIF, NULL);
	show_attr(show, reply, PORCH_A_ROUTE_RULE_IFNAME, " in %s");
	show_mark(show, reply);
	show_attr(show, reply, PORCH_A_ROUTE_RULE_TABLE, " table %s");
}

static void show_rule(const struct reply *reply, void *arg)
{
	struct show *show = arg;

	show_row_begin(show);
	show_route_rule_fields(show, reply);
	show_row_end(show);
}

static int rule_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request_dump(ctl->ipc, PORCH_CMD_ROUTE_RULE_GET);
	return ctl_call_list(ctl, &route_rule_attrs, show_rule, &ctl->show);
}

static void save_rule(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_text(show, "route rule add ");
	show_route_rule_fields(show, reply);
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_ROUTE_RULE_GET, .set = &route_rule_attrs,
				    .save = save_rule };

static const struct verb verbs[] = {
	{ "show", "show the rules in their order", no_args, .run = rule_show },
	{ "add", "add a rule", add_args, .change = true, .undo = "del", .run = rule_add },
	{ "del", "remove a rule", del_args, .change = true, .run = rule_del },
	{ }
};

const struct object route_rule_object = {
	"route rule", "which routing table is asked", verbs,
	"A packet meets the rules from the lowest preference to the highest.\n"
	"Where it is as a rule says, the rule's table is asked; if that has a route to\n"
	"its destination, a blackhole as well as any other, nothing else is asked.\n"
	"Last comes the main table, 254.\n"
	"Packets of a port that is in a VRF meet no rules, they are routed by the VRF's\n"
	"table alone.\n"
	"A rule without from is for IPv4 and IPv6.\n"
	"The rules of a device that goes away are removed.\n",
	&state,
};
