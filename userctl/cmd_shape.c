// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"
#include "err.h"
#include "qdisc.h"
#include "scale.h"

enum {
	DEV, ID, PRIO, RATE, BURST, CEIL, CEIL_BURST, QUANTUM, DEFAULT, DELAY, LIMIT, FLOWS,
	TARGET, INTERVAL, ECN, PARENT, CLASS_ARGS
};

/* The attributes that carry them. */
static const uint16_t class_args_attrs[CLASS_ARGS] = {
	[DEV]		= PORCH_A_CLASS_IFINDEX,
	[ID]		= PORCH_A_CLASS_ID,
	[PRIO]		= PORCH_A_CLASS_PRIO,
	[RATE]		= PORCH_A_CLASS_RATE,
	[BURST]		= PORCH_A_CLASS_BURST,
	[CEIL]		= PORCH_A_CLASS_CEIL,
	[CEIL_BURST]	= PORCH_A_CLASS_CEIL_BURST,
	[QUANTUM]	= PORCH_A_CLASS_QUANTUM,
	[DEFAULT]	= PORCH_A_CLASS_DEFAULT,
	[DELAY]		= PORCH_A_CLASS_DELAY,
	[LIMIT]		= PORCH_A_CLASS_LIMIT,
	[FLOWS]		= PORCH_A_CLASS_FLOWS,
	[TARGET]	= PORCH_A_CLASS_TARGET,
	[INTERVAL]	= PORCH_A_CLASS_INTERVAL,
	[ECN]		= PORCH_A_CLASS_ECN,
	[PARENT]	= PORCH_A_CLASS_PARENT,
};

#define ARGS_OF_CLASS								\
	[DEV] = { ARG_DEV, .value = "DEV", .required = true,			\
		  .help = "network device that packets leave by" },		\
	[ID] = { ARG_U32, .value = "ID", .required = true,			\
		 .help = "number of the class, 1 to 65534" },			\
	[PRIO] = { ARG_U32, "prio", "N",					\
		   .def = "0", .help = "0 to 7; smaller ones go first below the same parent" }, \
	[RATE] = { ARG_SCALED, "rate", "RATE", .scale = &rate_scale,		\
		   .def = "0", .help = "what it has before others may borrow" },		\
	[BURST] = { ARG_SCALED, "burst", "SIZE", .scale = &size_scale,		\
		    .def = "0", .help = "what the rate may be ahead; 0 for 5 ms of it" },	\
	[CEIL] = { ARG_SCALED, "ceil", "RATE", .scale = &rate_scale,		\
		   .def = "0", .help = "what it may not exceed; 0 for no limit" },		\
	[CEIL_BURST] = { ARG_SCALED, "ceil-burst", "SIZE", .scale = &size_scale, \
			 .def = "0", .help = "what the ceiling may be ahead; 0 for 5 ms of it" }, \
	[QUANTUM] = { ARG_SCALED, "quantum", "SIZE", .scale = &size_scale,	\
		      .def = "1514", .help = "its share among its equals, sent in a turn" },	\
	[DEFAULT] = { ARG_FLAG, "default",					\
		      .help = "it takes what belongs to no leaf" },		\
	[DELAY] = { ARG_SCALED, "delay", "TIME", .scale = &time_scale,		\
		    .def = "0", .help = "how long each packet waits at least" },		\
	[LIMIT] = { ARG_U32, "limit", "N", .def = "10240", .help = "packets that may wait" },	\
	[FLOWS] = { ARG_U32, "flows", "N", .def = "1024", .help = "flows that are told apart" }, \
	[TARGET] = { ARG_SCALED, "target", "TIME", .scale = &time_scale,	\
		     .def = "5ms", .help = "delay that CoDel takes for fine" },		\
	[INTERVAL] = { ARG_SCALED, "interval", "TIME", .scale = &time_scale,	\
		       .def = "100ms", .help = "how long that may be exceeded; 0 for no CoDel" }, \
	[ECN] = { ARG_WORD, "ecn", "ECN", .words = ecn_words,			\
		  .def = "on", .help = "mark packets that allow it, rather than drop them" }

static const struct arg add_args[] = {
	ARGS_OF_CLASS,
	[PARENT] = { ARG_U32, "parent", "ID", .def = "0", .help = "number of the class above" },
	{ }
};

static const struct arg change_args[] = {
	ARGS_OF_CLASS,
	{ }
};

static const struct arg del_args[] = {
	[DEV] = { ARG_DEV, .value = "DEV", .required = true, .help = "network device" },
	[ID] = { ARG_U32, .value = "ID", .help = "number of the class, all of them if absent" },
	{ }
};

static const struct arg dev_args[] = {
	[DEV] = { ARG_DEV, .value = "DEV", .required = true, .help = "network device" },
	{ }
};

static const struct arg show_args[] = {
	[DEV] = { ARG_DEV, .value = "DEV", .help = "only those of this device" },
	{ }
};

enum { LINE = 1 };

static const struct arg simple_args[] = {
	[DEV] = { ARG_DEV, .value = "DEV", .required = true, .help = "network device" },
	[LINE] = { ARG_SCALED, .value = "RATE", .required = true, .scale = &rate_scale,
		   .help = "what the line carries" },
	{ }
};

static void put(struct ipc *ipc, uint16_t attr, const struct value *value)
{
	switch (class_attrs.defs[attr].type) {
	case ATTR_FLAG:
		ipc_put(ipc, attr, NULL, 0);
		break;
	case ATTR_U8:
	case ATTR_ENUM:
		ipc_put_u8(ipc, attr, value->num);
		break;
	case ATTR_U64:
		ipc_put_u64(ipc, attr, value->amount);
		break;
	default:
		ipc_put_u32(ipc, attr, class_attrs.defs[attr].scale ? value->amount : value->num);
	}
}

/* What the words say must fit into the attribute before the kernel can judge. */
static int check_sizes(const struct value *values)
{
	int i;

	for (i = 0; i < CLASS_ARGS; i++) {
		const struct attr_def *def = &class_attrs.defs[class_args_attrs[i]];

		if (values[i].word && ((def->type == ATTR_U8 && values[i].num > UINT8_MAX) ||
				       (def->type == ATTR_U32 && values[i].amount > UINT32_MAX)))
			return err_usage("%s is far too much for %s", values[i].word, def->name);
	}
	return 0;
}

/* The request at hand is sent, or staged. The qdisc comes before the first class. */
static int change(struct ctl *ctl, const struct value *dev, bool adds)
{
	int err, settled;

	if (ctl->config)
		return ctl_call(ctl, &class_attrs, NULL, NULL);
	if (ctl->batch && batch_touch(ctl->batch, dev->num))
		return err_refused("no memory for the batch");
	adds &= !ctl->batch || !ctl->batch->check;
	err = adds ? qdisc_attach(dev->word, dev->num) : 0;
	if (!err)
		err = ctl_call(ctl, &class_attrs, NULL, NULL);
	if (ctl->batch)
		return err;
	settled = qdisc_settle(dev->num);
	return err ?: settled;
}

static int change_class(struct ctl *ctl, uint8_t cmd, const struct value *values)
{
	int i, err;

	err = check_sizes(values);
	if (err)
		return err;
	ipc_request(ctl->ipc, cmd);
	for (i = 0; i < CLASS_ARGS; i++)
		if (values[i].word)
			put(ctl->ipc, class_args_attrs[i], &values[i]);
	return change(ctl, &values[DEV], cmd == PORCH_CMD_CLASS_ADD);
}

static int class_add(struct ctl *ctl, const struct value *values)
{
	return change_class(ctl, PORCH_CMD_CLASS_ADD, values);
}

static int class_change(struct ctl *ctl, const struct value *values)
{
	return change_class(ctl, PORCH_CMD_CLASS_CHANGE, values);
}

static int class_del(struct ctl *ctl, const struct value *values)
{
	return change_class(ctl, PORCH_CMD_CLASS_DEL, values);
}

static int shape_off(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_CLASS_DEL);
	ipc_put_u32(ctl->ipc, PORCH_A_CLASS_IFINDEX, values[DEV].num);
	return change(ctl, &values[DEV], false);
}

/* A class of the simple tree, in the place of what the device has. */
static int add_simple(struct ctl *ctl, const struct value *dev, uint32_t id, uint32_t parent,
		      uint8_t prio, uint64_t ceil, bool is_default)
{
	ipc_request(ctl->ipc, PORCH_CMD_CLASS_ADD);
	ipc_put_u32(ctl->ipc, PORCH_A_CLASS_IFINDEX, dev->num);
	ipc_put_u32(ctl->ipc, PORCH_A_CLASS_ID, id);
	ipc_put_u32(ctl->ipc, PORCH_A_CLASS_PARENT, parent);
	ipc_put_u8(ctl->ipc, PORCH_A_CLASS_PRIO, prio);
	ipc_put_u64(ctl->ipc, PORCH_A_CLASS_CEIL, ceil);
	if (is_default)
		ipc_put(ctl->ipc, PORCH_A_CLASS_DEFAULT, NULL, 0);
	return change(ctl, dev, true);
}

static int stage_simple(struct ctl *ctl, const struct value *values)
{
	const struct value *dev = &values[DEV];

	return shape_off(ctl, values) ?:
	       add_simple(ctl, dev, 1, 0, 0, values[LINE].amount, false) ?:
	       add_simple(ctl, dev, 2, 1, 0, 0, false) ?:
	       add_simple(ctl, dev, 3, 1, 1, 0, true);
}

static int shape_simple(struct ctl *ctl, const struct value *values)
{
	struct batch batch = { 0 };
	struct ctl atomic = *ctl;
	int err;

	if (!values[LINE].amount)
		return err_usage("a line without a rate carries nothing");
	if (ctl->batch)
		return stage_simple(ctl, values);
	atomic.batch = &batch;
	err = batch_begin(&batch, ctl->ipc) ?: stage_simple(&atomic, values) ?:
	      batch_commit(&batch, ctl->ipc);
	return batch_settle(&batch) ?: err;
}

void show_class_name(struct show *show, const struct reply *reply)
{
	bool named = reply_has(reply, PORCH_A_CLASS_IFNAME);

	show_attr(show, reply, PORCH_A_CLASS_IFINDEX, named ? NULL : "if%s");
	show_attr(show, reply, PORCH_A_CLASS_IFNAME, "%s");
	show_attr(show, reply, PORCH_A_CLASS_ID, " %s");
}

void show_class_fields(struct show *show, const struct reply *reply)
{
	show_class_name(show, reply);
	show_attr(show, reply, PORCH_A_CLASS_PARENT, " parent %s");
	show_attr(show, reply, PORCH_A_CLASS_PRIO, " prio %s");
	show_attr(show, reply, PORCH_A_CLASS_RATE, " rate %s");
	show_attr(show, reply, PORCH_A_CLASS_BURST, " burst %s");
	show_attr(show, reply, PORCH_A_CLASS_CEIL, " ceil %s");
	show_attr(show, reply, PORCH_A_CLASS_CEIL_BURST, " ceil-burst %s");
	show_attr(show, reply, PORCH_A_CLASS_QUANTUM, " quantum %s");
	show_attr(show, reply, PORCH_A_CLASS_DEFAULT, " default");
	show_attr(show, reply, PORCH_A_CLASS_DELAY, " delay %s");
	show_attr(show, reply, PORCH_A_CLASS_LIMIT, " limit %s");
	show_attr(show, reply, PORCH_A_CLASS_FLOWS, " flows %s");
	show_attr(show, reply, PORCH_A_CLASS_TARGET, " target %s");
	show_attr(show, reply, PORCH_A_CLASS_INTERVAL, " interval %s");
	show_attr(show, reply, PORCH_A_CLASS_ECN, " ecn %s");
}

static void show_stats(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_CLASS_SENT_PACKETS, "\n    sent    %12s packets");
	show_attr(show, reply, PORCH_A_CLASS_SENT_BYTES, " %16s bytes");
	show_attr(show, reply, PORCH_A_CLASS_BORROWED_BYTES, " (%s borrowed)");
	show_attr(show, reply, PORCH_A_CLASS_BACKLOG_PACKETS, "\n    waiting %12s packets");
	show_attr(show, reply, PORCH_A_CLASS_BACKLOG_BYTES, " %16s bytes");
	show_attr(show, reply, PORCH_A_CLASS_MARKED, "\n    marked  %12s packets");
	show_attr(show, reply, PORCH_A_CLASS_DROPS_CODEL, "\n    dropped %12s by CoDel");
	show_attr(show, reply, PORCH_A_CLASS_DROPS_FULL, ", %s at the limit");
	show_attr(show, reply, PORCH_A_CLASS_DROPS_PURGED, ", %s purged");
}

struct listing {
	struct ctl *ctl;
	uint32_t ifindex;
};

static void show_class(const struct reply *reply, void *arg)
{
	const struct listing *listing = arg;
	struct show *show = &listing->ctl->show;

	if (listing->ifindex && listing->ifindex != reply_uint(reply, PORCH_A_CLASS_IFINDEX))
		return;
	show_row_begin(show);
	show_class_fields(show, reply);
	/* The row is a command, this a comment. */
	if (!reply_has(reply, PORCH_A_CLASS_SENT_PACKETS))
		show_text(show, " # no qdisc");
	if (listing->ctl->stats || show->json)
		show_stats(show, reply);
	show_row_end(show);
}

static int class_show(struct ctl *ctl, const struct value *values)
{
	struct listing listing = { ctl, values[DEV].word ? values[DEV].num : 0 };

	ipc_request_dump(ctl->ipc, PORCH_CMD_CLASS_GET);
	return ctl_call_list(ctl, &class_attrs, show_class, &listing);
}

static const struct verb shape_verbs[] = {
	{ "show", "show the classes; -s adds their counters", show_args, .run = class_show },
	{ "simple", "give a line its rate: class 2 goes first, class 3 takes all else",
	  simple_args, .change = true, .run = shape_simple },
	{ "off", "remove all classes of a device, and the qdisc", dev_args, .change = true,
	  .run = shape_off },
	{ }
};

const struct object shape_object = {
	"shape", "how packets share the line that they leave by", shape_verbs,
	"Where a device has classes, a qdisc of kind porch stands at its root; it is\n"
	"put there with the first class and goes with the last.\n"
	"All packets that leave by the device are shaped, those that Porch forwards and\n"
	"those of this machine; the device need not be a port.\n"
	"Rates are written as tc has them (100mbit, 1.5gbit, 500kbps for bytes), and so\n"
	"are sizes (64kb) and times (20ms).\n"
};

static void save_class(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_text(show, "shape class add ");
	show_class_fields(show, reply);
	show_row_end(show);
}

static const struct state class_state = { PORCH_CMD_CLASS_GET, .set = &class_attrs,
					  .save = save_class };

static const struct verb class_verbs[] = {
	{ "show", "show the classes; -s adds their counters", show_args, .run = class_show },
	{ "add", "add a class", add_args, .change = true, .undo = "del", .whole = true,
	  .run = class_add },
	{ "change", "change values of a class; the others stay as they are", change_args,
	  .change = true, .run = class_change },
	{ "del", "remove a class that is no other's parent, or all of a device",
	  del_args, .change = true, .run = class_del },
	{ }
};

const struct object class_object = {
	"shape class", "the tree of classes", class_verbs,
	"A packet belongs to a class by its priority (SO_PRIORITY, tc's skbedit), which\n"
	"is 706f:ID, or the handle of the qdisc and ID.\n"
	"Of the classes below the same parent, those within their rate go before those\n"
	"that borrow, then those of smaller prio, then each in its turn.\n"
	"None exceeds its ceiling or that of a class above it.\n"
	"Packets wait in the leaves, the flows of which take turns, and CoDel keeps the\n"
	"delay short.\n"
	"What belongs to no leaf goes to the default class.\n"
	"Without one, it goes past all classes, when nothing else does.\n",
	&class_state,
};
