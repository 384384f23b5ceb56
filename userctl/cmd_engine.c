// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"
#include "parse.h"

/* What can be set, and the attributes that carry it. */
enum {
	VECTOR, TIME_LIMIT, LANE_LIMIT, ICMP_RATE, BUDGET, CONTROL_BUDGET, BUDGET_BURST,
	THREADED, LANE_DEFAULTS, SETTINGS
};

static const uint16_t setting_attrs[SETTINGS] = {
	[VECTOR]	= PORCH_A_ENGINE_VECTOR,
	[TIME_LIMIT]	= PORCH_A_ENGINE_TIME_LIMIT,
	[LANE_LIMIT]	= PORCH_A_ENGINE_LANE_LIMIT,
	[ICMP_RATE]	= PORCH_A_ENGINE_ICMP_RATE,
	[BUDGET]	= PORCH_A_ENGINE_BUDGET,
	[CONTROL_BUDGET] = PORCH_A_ENGINE_CONTROL_BUDGET,
	[BUDGET_BURST]	= PORCH_A_ENGINE_BUDGET_BURST,
	[THREADED]	= PORCH_A_ENGINE_THREADED,
	[LANE_DEFAULTS]	= PORCH_A_ENGINE_LANE_DEFAULTS,
};

static const struct arg set_args[] = {
	[VECTOR] = { ARG_U32, "vector", "N", .def = "64",
		     .help = "packets that travel the path together, at most" },
	[TIME_LIMIT] = { ARG_U32, "time-limit", "USEC", .def = "2000",
			 .help = "time that one poll may take" },
	[LANE_LIMIT] = { ARG_U32, "lane-limit", "N", .def = "1000",
			 .help = "packets that the lanes of one CPU may hold together" },
	[ICMP_RATE] = { ARG_U32, "icmp-rate", "N", .def = "1000",
			.help = "ICMP errors that one CPU may send in a second" },
	[BUDGET] = { ARG_U32, "budget", "N", .def = "0",
		     .help = "packets per source, CPU and second, before more take bulk; 0: any" },
	[CONTROL_BUDGET] = { ARG_U32, "control-budget", "N", .def = "1000",
			     .help = "the same of the control lane" },
	[BUDGET_BURST] = { ARG_U32, "budget-burst", "N", .def = "1000",
			   .help = "packets at once that are within a budget" },
	[THREADED] = { ARG_WORD, "threaded", "SWITCH", .words = switch_words, .def = "off",
		       .help = "threads do the work" },
	[LANE_DEFAULTS] = { ARG_WORD, "lane-defaults", "SWITCH", .words = switch_words, .def = "on",
			    .help = "rules of default choose lanes, too" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static int engine_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request(ctl->ipc, PORCH_CMD_ENGINE_GET);
	return ctl_call(ctl, &engine_attrs, show_record, &ctl->show);
}

static int engine_set(struct ctl *ctl, const struct value *values)
{
	int i;

	ipc_request(ctl->ipc, PORCH_CMD_ENGINE_SET);
	for (i = 0; i < SETTINGS; i++) {
		if (!values[i].word)
			continue;
		if (set_args[i].kind == ARG_WORD)
			ipc_put_u8(ctl->ipc, setting_attrs[i], values[i].num);
		else
			ipc_put_u32(ctl->ipc, setting_attrs[i], values[i].num);
	}
	return ctl_call(ctl, &engine_attrs, NULL, NULL);
}

/* Those that are not as they are by default; the kernel has the same defaults. */
static void save_settings(struct show *show, const struct reply *reply)
{
	struct value usual;
	int i;

	for (i = 0; i < SETTINGS; i++) {
		if (!parse_default(&set_args[i], &usual) ||
		    reply_uint(reply, setting_attrs[i]) == usual.num)
			continue;
		show_row_begin(show);
		show_text(show, "engine set %s ", set_args[i].key);
		show_attr(show, reply, setting_attrs[i], "%s");
		show_row_end(show);
	}
}

static const struct state state = { PORCH_CMD_ENGINE_GET, .single = true, .set = &engine_attrs,
				    .save = save_settings };

static const struct verb verbs[] = {
	{ "show", "show the settings", no_args, .run = engine_show },
	{ "set", "change settings; the others stay as they are", set_args, .some = true,
	  .change = true, .undo = "set", .each = true, .run = engine_set },
	{ }
};

const struct object engine_object = {
	"engine", "how much work is done at a time", verbs,
	"On every CPU the engine takes packets out of four lanes, the most urgent first,\n"
	"and works on up to a vector of them together.\n"
	"When the lanes are full, those in the lowest are dropped.\n"
	"With \"threaded on\", threads do this work, one a CPU, porch/0, porch/1, and so\n"
	"on, and threads poll the ports that have NAPIs of their own, so that a flood\n"
	"leaves time to other tasks. A port whose packets come by the backlog of its CPU,\n"
	"such as a veth without GRO and XDP, stays outside.\n",
	&state,
};
