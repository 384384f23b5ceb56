// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"

static const struct arg no_args[] = {
	{ }
};

static int status_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request(ctl->ipc, PORCH_CMD_STATUS_GET);
	return ctl_call(ctl, &status_attrs, show_record, &ctl->show);
}

static const struct verb verbs[] = {
	{ "show", "show what this network namespace holds", no_args, .run = status_show },
	{ }
};

const struct object status_object = {
	"status", "version, generation, sizes, and what is bypassed", verbs,
	"bypassed-rules and bypassed-xfrm appear while there are ports and the host has\n"
	"forward rules of netfilter, or IPsec (xfrm) policies: forwarded packets do not\n"
	"meet them. Nobody tells Porch when such rules come, so look after changing them.\n"
};
