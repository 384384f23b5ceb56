// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/porch.h>

#include "cmd.h"

enum { GROUP, NAME };

static const struct arg show_args[] = {
	[GROUP] = { ARG_WORD, .value = "GROUP", .words = counter_groups,
		    .help = "only counters of this group" },
	[NAME] = { ARG_WORD, .value = "NAME", .help = "only this counter of the group" },
	{ }
};

struct filter {
	struct ctl *ctl;
	const struct value *group;
	bool zero;
};

static void show_counter(const struct reply *reply, void *arg)
{
	struct filter *filter = arg;
	struct show *show = &filter->ctl->show;

	if (filter->group->word &&
	    filter->group->num != reply_uint(reply, PORCH_A_COUNTER_GROUP))
		return;
	if (!filter->zero && !reply_uint(reply, PORCH_A_COUNTER_VALUE))
		return;
	show_row_begin(show);
	show_attr(show, reply, PORCH_A_COUNTER_GROUP, "%-8s ");
	show_attr(show, reply, PORCH_A_COUNTER_NAME, "%-31s ");
	show_attr(show, reply, PORCH_A_COUNTER_VALUE, "%20s");
	show_row_end(show);
}

static int stats_show(struct ctl *ctl, const struct value *values)
{
	struct filter filter = {
		.ctl = ctl,
		.group = &values[GROUP],
		.zero = ctl->stats || values[NAME].word,
	};

	if (values[NAME].word) {
		ipc_request(ctl->ipc, PORCH_CMD_STATS_GET);
		ipc_put_u8(ctl->ipc, PORCH_A_COUNTER_GROUP, values[GROUP].num);
		ipc_put(ctl->ipc, PORCH_A_COUNTER_NAME, values[NAME].word,
			strlen(values[NAME].word) + 1);
	} else {
		ipc_request_dump(ctl->ipc, PORCH_CMD_STATS_GET);
	}
	return ctl_call_list(ctl, &counter_attrs, show_counter, &filter);
}

static const struct verb verbs[] = {
	{ "show", "show counters that are not zero; -s shows all", show_args, .run = stats_show },
	{ }
};

const struct object stats_object = {
	"stats", "what was counted", verbs,
	"The counters of the group created are packets that Porch made, by reason; those\n"
	"of punt were given to the stock stack; those of drop were dropped; those of\n"
	"engine count its work; those of lane are packets that the door has let in, by lane,\n"
	"those that exceeded the budget of their source, and the sources that are known.\n"
};
