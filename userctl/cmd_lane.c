// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"
#include "match.h"
#include "parse.h"

enum { LANE, PREF, IN, LOCAL, PROTO, SPORT, DPORT, ICMP_TYPE, DSCP };

static const struct arg add_args[] = {
	[LANE] = { ARG_WORD, .value = "LANE", .words = lanes, .required = true,
		   .help = "where it waits" },
	[PREF] = { ARG_U32, "pref", "N", .required = true,
		   .help = "place among the rules, the lowest first" },
	[IN] = { ARG_DEV, "in", "DEV", .help = "came in by this device" },
	[LOCAL] = { ARG_FLAG, "local", .help = "is for this machine" },
	[PROTO] = { ARG_WORD, "proto", "PROTO", .help = "tcp, udp, icmp or a number" },
	[SPORT] = { ARG_WORD, "sport", "PORT[-PORT]", .help = "source port" },
	[DPORT] = { ARG_WORD, "dport", "PORT[-PORT]", .help = "destination port" },
	[ICMP_TYPE] = { ARG_WORD, "icmp", "TYPE[-TYPE]", .help = "type of ICMP or ICMPv6" },
	[DSCP] = { ARG_WORD, "dscp", "DSCP", .help = "ef, cs6, af41 or another name, or a number" },
	{ }
};

enum { DEL_PREF };

static const struct arg del_args[] = {
	[DEL_PREF] = { ARG_U32, "pref", "N", .required = true, .help = "place among the rules" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static int put_icmp(struct ctl *ctl, const struct value *value)
{
	uint32_t range[2];

	if (!value->word)
		return 0;
	if (!parse_range(value->word, UINT8_MAX, range))
		return match_refuse(&add_args[ICMP_TYPE], value);
	ipc_put_u8(ctl->ipc, PORCH_A_LANE_ICMP_TYPE, range[0]);
	if (range[1] != range[0])
		ipc_put_u8(ctl->ipc, PORCH_A_LANE_ICMP_TYPE_MAX, range[1]);
	return 0;
}

/* Write the request; without a kernel it is only seen whether that can be done. */
static int lane_request(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_LANE_ADD);
	ipc_put_u32(ctl->ipc, PORCH_A_LANE_PREF, values[PREF].num);
	ipc_put_u8(ctl->ipc, PORCH_A_LANE_LANE, values[LANE].num);
	if (values[IN].word)
		ipc_put_u32(ctl->ipc, PORCH_A_LANE_IN, values[IN].num);
	if (values[LOCAL].word)
		ipc_put(ctl->ipc, PORCH_A_LANE_LOCAL, NULL, 0);
	return match_put_word(ctl, &add_args[PROTO], &values[PROTO], PORCH_A_LANE_PROTO,
			      proto_words, UINT8_MAX) ?:
	       match_put_range16(ctl, &add_args[SPORT], &values[SPORT], PORCH_A_LANE_SPORT) ?:
	       match_put_range16(ctl, &add_args[DPORT], &values[DPORT], PORCH_A_LANE_DPORT) ?:
	       put_icmp(ctl, &values[ICMP_TYPE]) ?:
	       match_put_word(ctl, &add_args[DSCP], &values[DSCP], PORCH_A_LANE_DSCP,
			      dscp_words, 63);
}

static int lane_add(struct ctl *ctl, const struct value *values)
{
	return lane_request(ctl, values) ?: ctl_call(ctl, &lane_attrs, NULL, NULL);
}

static int lane_del(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_LANE_DEL);
	ipc_put_u32(ctl->ipc, PORCH_A_LANE_PREF, values[DEL_PREF].num);
	return ctl_call(ctl, &lane_attrs, NULL, NULL);
}

void show_lane_pref(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_LANE_PREF, "pref %s");
}

void show_lane_fields(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_LANE_LANE, "%s");
	show_attr(show, reply, PORCH_A_LANE_PREF, " pref %s");
	/* A device that goes just now has no name any more. */
	show_attr(show, reply, PORCH_A_LANE_IN,
		  reply_has(reply, PORCH_A_LANE_IN_NAME) ? NULL : " in if%s");
	show_attr(show, reply, PORCH_A_LANE_IN_NAME, " in %s");
	show_attr(show, reply, PORCH_A_LANE_LOCAL, " local");
	match_show_word(show, reply, PORCH_A_LANE_PROTO, "proto", proto_words);
	show_attr(show, reply, PORCH_A_LANE_SPORT, " sport %s");
	show_attr(show, reply, PORCH_A_LANE_SPORT_MAX, "-%s");
	show_attr(show, reply, PORCH_A_LANE_DPORT, " dport %s");
	show_attr(show, reply, PORCH_A_LANE_DPORT_MAX, "-%s");
	show_attr(show, reply, PORCH_A_LANE_ICMP_TYPE, " icmp %s");
	show_attr(show, reply, PORCH_A_LANE_ICMP_TYPE_MAX, "-%s");
	match_show_word(show, reply, PORCH_A_LANE_DSCP, "dscp", dscp_words);
}

/* What `add` would not take is a comment. */
static void show_lane(const struct reply *reply, void *arg)
{
	struct ctl *ctl = arg;
	struct show *show = &ctl->show;
	bool is_default = reply_has(reply, PORCH_A_LANE_DEFAULT);

	show_row_begin(show);
	show_attr(show, reply, PORCH_A_LANE_DEFAULT, "# ");
	show_lane_fields(show, reply);
	if (ctl->stats || show->json)
		show_attr(show, reply, PORCH_A_LANE_PACKETS,
			  is_default ? " packets %s" : " # packets %s");
	show_row_end(show);
}

static int lane_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request_dump(ctl->ipc, PORCH_CMD_LANE_GET);
	return ctl_call_list(ctl, &lane_attrs, show_lane, ctl);
}

static void save_lane(struct show *show, const struct reply *reply)
{
	if (reply_has(reply, PORCH_A_LANE_DEFAULT))
		return;
	show_row_begin(show);
	show_text(show, "lane add ");
	show_lane_fields(show, reply);
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_LANE_GET, .set = &lane_attrs, .save = save_lane };

static const struct verb verbs[] = {
	{ "show", "show the rules in their order; -s with the packets that have met each",
	  no_args, .run = lane_show },
	{ "add", "add a rule", add_args, .change = true, .undo = "del", .check = lane_request,
	  .run = lane_add },
	{ "del", "remove a rule", del_args, .change = true, .run = lane_del },
	{ }
};

const struct object lane_object = {
	"lane", "where packets wait for the engine", verbs,
	"A packet waits in the lane of the first rule that it is as that says, else in\n"
	"normal. The engine takes control before high, normal and bulk. When there is no\n"
	"room, those in the lowest lane are dropped.\n"
	"Behind all other rules come those of default, which show begins with a # and\n"
	"\"engine set lane-defaults off\" takes away: routing protocols, neighbour discovery\n"
	"and SSH for this machine, and code points. What is not IP, ARP for instance,\n"
	"never waits.\n"
	"What exceeds the budget of its source (engine set budget, control-budget) takes\n"
	"the bulk lane, whatever the rules say. \"stats lane\" has numbers.\n"
	"Where there is a port there is a proto. A fragment has no ports and no\n"
	"type.\n"
	"The rules of a device that goes away are removed.\n",
	&state,
};
