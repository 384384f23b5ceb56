// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"
#include "parse.h"

/* Arguments are in the order of their attributes. */
enum { FLOWS, LOOSE };

static const struct arg set_args[] = {
	[FLOWS] = { ARG_U32, "flows", "N", .def = "65536", .help = "the largest number of flows" },
	[LOOSE] = { ARG_WORD, "loose", "LOOSE", .words = switch_words, .def = "on",
		    .help = "pick TCP connections up in the middle" },
	{ ARG_U32, "syn-sent", "SEC", .def = "120",
	  .help = "TCP, a SYN" },
	{ ARG_U32, "syn-sent2", "SEC", .def = "120",
	  .help = "TCP, a SYN of each side" },
	{ ARG_U32, "syn-recv", "SEC", .def = "60",
	  .help = "TCP, a SYN was answered" },
	{ ARG_U32, "picked-up", "SEC", .def = "300",
	  .help = "TCP, picked up in the middle" },
	{ ARG_U32, "established", "SEC", .def = "432000",
	  .help = "TCP, both sides agree" },
	{ ARG_U32, "fin-wait", "SEC", .def = "120",
	  .help = "TCP, one side has ended" },
	{ ARG_U32, "close-wait", "SEC", .def = "60",
	  .help = "TCP, and that was acknowledged" },
	{ ARG_U32, "last-ack", "SEC", .def = "30",
	  .help = "TCP, the other side, too" },
	{ ARG_U32, "time-wait", "SEC", .def = "120",
	  .help = "TCP, it is over" },
	{ ARG_U32, "close", "SEC", .def = "10",
	  .help = "TCP, it was reset" },
	{ ARG_U32, "udp", "SEC", .def = "30",
	  .help = "UDP, no reply yet" },
	{ ARG_U32, "udp-replied", "SEC", .def = "30",
	  .help = "UDP, a reply" },
	{ ARG_U32, "udp-stream", "SEC", .def = "120",
	  .help = "UDP, it goes on" },
	{ ARG_U32, "icmp", "SEC", .def = "30",
	  .help = "ICMP, requests" },
	{ ARG_U32, "other", "SEC", .def = "600",
	  .help = "any other protocol" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static int track_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request(ctl->ipc, PORCH_CMD_TRACK_GET);
	return ctl_call(ctl, &track_attrs, show_record, &ctl->show);
}

static int track_set(struct ctl *ctl, const struct value *values)
{
	int i;

	ipc_request(ctl->ipc, PORCH_CMD_TRACK_SET);
	for (i = 0; set_args[i].kind; i++) {
		if (!values[i].word)
			continue;
		if (i == LOOSE)
			ipc_put_u8(ctl->ipc, PORCH_A_TRACK_LOOSE, values[i].num);
		else
			ipc_put_u32(ctl->ipc, PORCH_A_TRACK_FLOWS + i, values[i].num);
	}
	return ctl_call(ctl, &track_attrs, NULL, NULL);
}

void show_track_fields(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_TRACK_FLOWS, "flows %s");
	show_attr(show, reply, PORCH_A_TRACK_LOOSE, " loose %s");
	show_attr(show, reply, PORCH_A_TRACK_SYN_SENT, " syn-sent %s");
	show_attr(show, reply, PORCH_A_TRACK_SYN_SENT2, " syn-sent2 %s");
	show_attr(show, reply, PORCH_A_TRACK_SYN_RECV, " syn-recv %s");
	show_attr(show, reply, PORCH_A_TRACK_PICKED_UP, " picked-up %s");
	show_attr(show, reply, PORCH_A_TRACK_ESTABLISHED, " established %s");
	show_attr(show, reply, PORCH_A_TRACK_FIN_WAIT, " fin-wait %s");
	show_attr(show, reply, PORCH_A_TRACK_CLOSE_WAIT, " close-wait %s");
	show_attr(show, reply, PORCH_A_TRACK_LAST_ACK, " last-ack %s");
	show_attr(show, reply, PORCH_A_TRACK_TIME_WAIT, " time-wait %s");
	show_attr(show, reply, PORCH_A_TRACK_CLOSE, " close %s");
	show_attr(show, reply, PORCH_A_TRACK_UDP, " udp %s");
	show_attr(show, reply, PORCH_A_TRACK_UDP_REPLIED, " udp-replied %s");
	show_attr(show, reply, PORCH_A_TRACK_UDP_STREAM, " udp-stream %s");
	show_attr(show, reply, PORCH_A_TRACK_ICMP, " icmp %s");
	show_attr(show, reply, PORCH_A_TRACK_OTHER, " other %s");
}

/* Those that are not as they are by default; the kernel has the same defaults. */
static void save_settings(struct show *show, const struct reply *reply)
{
	struct value usual;
	uint16_t attr;
	int i;

	for (i = 0; set_args[i].kind; i++) {
		attr = PORCH_A_TRACK_FLOWS + i;
		if (!parse_default(&set_args[i], &usual) ||
		    reply_uint(reply, attr) == usual.num)
			continue;
		show_row_begin(show);
		show_text(show, "track set %s ", set_args[i].key);
		show_attr(show, reply, attr, "%s");
		show_row_end(show);
	}
}

static const struct state state = { PORCH_CMD_TRACK_GET, .single = true, .set = &track_attrs,
				    .save = save_settings };

static const struct verb verbs[] = {
	{ "show", "show the settings", no_args, .run = track_show },
	{ "set", "change settings; the others stay as they are", set_args, .some = true,
	  .change = true, .undo = "set", .each = true, .run = track_set },
	{ }
};

const struct object track_object = {
	"track", "how connections are followed", verbs,
	"A connection is remembered for so many seconds after its latest step, by its\n"
	"state. When there are as many flows as there may be, those that have just begun\n"
	"give way to new ones.\n",
	&state,
};
