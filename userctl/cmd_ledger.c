// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"

enum { SYNC };

static const struct arg show_args[] = {
	[SYNC] = { ARG_FLAG, "--sync",
		   .help = "read while nothing is in flight; fail if it does not balance" },
	{ }
};

struct balance {
	struct show *show;
	uint64_t in;
	uint64_t out;
};

static void show_ledger(const struct reply *reply, void *arg)
{
	struct balance *b = arg;
	struct show *show = b->show;

	b->in = reply_uint(reply, PORCH_A_LEDGER_RX) +
		reply_uint(reply, PORCH_A_LEDGER_FROM_STACK) +
		reply_uint(reply, PORCH_A_LEDGER_INJECTED) +
		reply_uint(reply, PORCH_A_LEDGER_CREATED);
	b->out = reply_uint(reply, PORCH_A_LEDGER_SENT) +
		 reply_uint(reply, PORCH_A_LEDGER_LOCAL) +
		 reply_uint(reply, PORCH_A_LEDGER_PUNTED) +
		 reply_uint(reply, PORCH_A_LEDGER_TO_STACK) +
		 reply_uint(reply, PORCH_A_LEDGER_DROPPED) +
		 reply_uint(reply, PORCH_A_LEDGER_RING_OWNED) +
		 reply_uint(reply, PORCH_A_LEDGER_HELD) +
		 reply_uint(reply, PORCH_A_LEDGER_QUEUED);

	show_row_begin(show);
	show_attr(show, reply, PORCH_A_LEDGER_RX, "  rx         %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_FROM_STACK, "  from-stack %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_INJECTED, "  injected   %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_CREATED, "  created    %17s\n");
	show_text(show, "in        %20" PRIu64 "\n", b->in);
	show_attr(show, reply, PORCH_A_LEDGER_SENT, "  sent       %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_LOCAL, "  local      %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_PUNTED, "  punted     %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_TO_STACK, "  to-stack   %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_DROPPED, "  dropped    %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_RING_OWNED, "  ring-owned %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_HELD, "  held       %17s\n");
	show_attr(show, reply, PORCH_A_LEDGER_QUEUED, "  queued     %17s\n");
	show_text(show, "out       %20" PRIu64, b->out);
	show_bool(show, "balanced", b->in == b->out,
		  b->in == b->out ? "  balanced" : "  not balanced");
	show_row_end(show);
}

static int ledger_show(struct ctl *ctl, const struct value *values)
{
	struct balance b = { .show = &ctl->show };
	bool sync = values[SYNC].word;
	int err;

	ipc_request(ctl->ipc, PORCH_CMD_LEDGER_GET);
	if (sync)
		ipc_put(ctl->ipc, PORCH_A_LEDGER_SYNC, NULL, 0);
	err = ctl_call(ctl, &ledger_attrs, show_ledger, &b);
	if (err)
		return err;
	/* Without sync, packets in flight are in one part and not in the other. */
	if (sync && b.in != b.out)
		return err_refused("does not balance: %" PRIu64 " in, %" PRIu64 " out", b.in,
				   b.out);
	return 0;
}

static const struct verb verbs[] = {
	{ "show", "show what became of the packets", show_args, .run = ledger_show },
	{ }
};

const struct object ledger_object = {
	"ledger", "whether every packet is accounted for", verbs,
	"What came in must be what went out, in packets as the kernel counts them:\n"
	"several that were merged on receiving are one.\n"
	"Without --sync, packets in flight make a difference.\n"
};
