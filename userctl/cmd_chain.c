// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/porch.h>

#include "cmd.h"

enum { NAME, POLICY };

static const struct arg name_args[] = {
	[NAME] = { ARG_WORD, .value = "CHAIN", .required = true, .help = "name of the chain" },
	{ }
};

static const struct arg policy_args[] = {
	[NAME] = { ARG_WORD, .value = "HOOK", .required = true, .words = chain_hooks,
		   .help = "hook" },
	[POLICY] = { ARG_WORD, .value = "POLICY", .required = true, .words = policies,
		     .def = "accept",
		     .help = "what becomes of a packet that its rules leave undecided" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static void request(struct ctl *ctl, uint8_t cmd, const struct value *values)
{
	ipc_request(ctl->ipc, cmd);
	ipc_put_str(ctl->ipc, PORCH_A_CHAIN_NAME, values[NAME].word);
}

static int chain_add(struct ctl *ctl, const struct value *values)
{
	request(ctl, PORCH_CMD_CHAIN_ADD, values);
	return ctl_call(ctl, &chain_attrs, NULL, NULL);
}

static int chain_del(struct ctl *ctl, const struct value *values)
{
	request(ctl, PORCH_CMD_CHAIN_DEL, values);
	return ctl_call(ctl, &chain_attrs, NULL, NULL);
}

static int chain_policy(struct ctl *ctl, const struct value *values)
{
	request(ctl, PORCH_CMD_CHAIN_SET, values);
	ipc_put_u8(ctl->ipc, PORCH_A_CHAIN_POLICY, values[POLICY].num);
	return ctl_call(ctl, &chain_attrs, NULL, NULL);
}

void show_chain_fields(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_CHAIN_NAME, "%s");
	show_attr(show, reply, PORCH_A_CHAIN_POLICY, " %s");
}

static void show_chain(const struct reply *reply, void *arg)
{
	struct ctl *ctl = arg;

	show_row_begin(&ctl->show);
	show_chain_fields(&ctl->show, reply);
	show_attr(&ctl->show, reply, PORCH_A_CHAIN_RULES, " # rules %s");
	show_row_end(&ctl->show);
}

static int chain_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request_dump(ctl->ipc, PORCH_CMD_CHAIN_GET);
	return ctl_call_list(ctl, &chain_attrs, show_chain, ctl);
}

static void save_chain(struct show *show, const struct reply *reply)
{
	bool hook = reply_has(reply, PORCH_A_CHAIN_POLICY);

	if (hook && reply_uint(reply, PORCH_A_CHAIN_POLICY) == PORCH_POLICY_ACCEPT)
		return;
	show_row_begin(show);
	show_text(show, hook ? "chain policy " : "chain add ");
	show_chain_fields(show, reply);
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_CHAIN_GET, .set = &chain_attrs,
				    .save = save_chain };

static const struct verb verbs[] = {
	{ "show", "show the chains, the policies of hooks, and how many rules each has", no_args,
	  .run = chain_show },
	{ "add", "add a chain, which rules can jump to", name_args, .change = true,
	  .undo = "del", .run = chain_add },
	{ "del", "remove a chain without rules that no rule jumps to", name_args, .change = true,
	  .run = chain_del },
	{ "policy", "set the policy of a hook", policy_args, .change = true,
	  .undo = "policy", .run = chain_policy },
	{ }
};

const struct object chain_object = {
	"chain", "lists of rules", verbs,
	"Each hook has a chain of its name, which is always there. Packets meet ingress\n"
	"when they come in; then input if they are for this machine, or forward if they\n"
	"are in transit. Packets that the machine itself sends meet output.\n"
	"A packet that is not decided about by the rules of a hook meets its policy, which\n"
	"is accept unless it is set.\n",
	&state,
};
