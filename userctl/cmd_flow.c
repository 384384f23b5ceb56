// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"
#include "words.h"

enum { ID };

static const struct arg no_args[] = {
	{ }
};

static const struct arg del_args[] = {
	[ID] = { ARG_WORD, .value = "ID", .required = true, .help = "its number" },
	{ }
};

/* What is the flow called by: a name, or the number of its protocol */
static void show_proto(struct show *show, const struct reply *reply)
{
	const char *word = word_of(proto_words, reply_uint(reply, PORCH_A_FLOW_PROTO));

	show_attr(show, reply, PORCH_A_FLOW_PROTO, word ? NULL : "proto %s");
	if (word)
		show_text(show, "%s", word);
}

static void show_flow(const struct reply *reply, void *arg)
{
	struct ctl *ctl = arg;
	struct show *show = &ctl->show;

	show_row_begin(show);
	show_attr(show, reply, PORCH_A_FLOW_ID, "%s: ");
	show_proto(show, reply);
	show_attr(show, reply, PORCH_A_FLOW_STATE, " %s");
	show_attr(show, reply, PORCH_A_FLOW_VRF, " vrf %s");
	show_attr(show, reply, PORCH_A_FLOW_SRC, " from %s");
	show_attr(show, reply, PORCH_A_FLOW_SPORT, " sport %s");
	show_attr(show, reply, PORCH_A_FLOW_DST, " to %s");
	show_attr(show, reply, PORCH_A_FLOW_DPORT, " dport %s");
	show_attr(show, reply, PORCH_A_FLOW_REPLY_SRC, ", replies from %s");
	show_attr(show, reply, PORCH_A_FLOW_REPLY_SPORT, " sport %s");
	show_attr(show, reply, PORCH_A_FLOW_REPLY_DST, " to %s");
	show_attr(show, reply, PORCH_A_FLOW_REPLY_DPORT, " dport %s");
	show_attr(show, reply, PORCH_A_FLOW_EXPIRES, ", expires %s");
	show_attr(show, reply, PORCH_A_FLOW_ASSURED, " assured");
	if (ctl->stats) {
		show_attr(show, reply, PORCH_A_FLOW_PACKETS, "\n    out   %12s packets");
		show_attr(show, reply, PORCH_A_FLOW_BYTES, " %16s bytes");
		show_attr(show, reply, PORCH_A_FLOW_REPLY_PACKETS, "\n    reply %12s packets");
		show_attr(show, reply, PORCH_A_FLOW_REPLY_BYTES, " %16s bytes");
	}
	show_row_end(show);
}

static int flow_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request_dump(ctl->ipc, PORCH_CMD_FLOW_GET);
	return ctl_call_list(ctl, &flow_attrs, show_flow, ctl);
}

static void show_count(const struct reply *reply, void *arg)
{
	show_row_begin(arg);
	show_attr(arg, reply, PORCH_A_STATUS_FLOWS, "%s");
	show_row_end(arg);
}

static int flow_count(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request(ctl->ipc, PORCH_CMD_STATUS_GET);
	return ctl_call(ctl, &status_attrs, show_count, &ctl->show);
}

static int flow_del(struct ctl *ctl, const struct value *values)
{
	uint64_t id;
	char *end;

	errno = 0;
	id = strtoull(values[ID].word, &end, 10);
	if (*values[ID].word < '0' || *values[ID].word > '9' || *end || errno)
		return err_usage("\"%s\" is no number of a flow", values[ID].word);
	ipc_request(ctl->ipc, PORCH_CMD_FLOW_DEL);
	ipc_put(ctl->ipc, PORCH_A_FLOW_ID, &id, sizeof(id));
	return ctl_call(ctl, &flow_attrs, NULL, NULL);
}

static int flow_flush(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request(ctl->ipc, PORCH_CMD_FLOW_DEL);
	return ctl_call(ctl, &flow_attrs, NULL, NULL);
}

static const struct verb verbs[] = {
	{ "show", "show the flows; -s adds their counters", no_args, .run = flow_show },
	{ "count", "show how many there are", no_args, .run = flow_count },
	{ "del", "forget a flow", del_args, .run = flow_del },
	{ "flush", "forget all flows", no_args, .run = flow_flush },
	{ }
};

const struct object flow_object = {
	"flow", "connections that are followed", verbs,
	"Flows are followed where there are rules. A flow is shown by what its packets\n"
	"look like as they come in, in either direction: a translation shows in the\n"
	"replies. Of ICMP, the identifier and the type of the request stand for ports.\n"
	"A flow that is forgotten while it goes on begins anew.\n"
};
