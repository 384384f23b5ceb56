// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"

enum { OBJECT };

static const char *const event_objects[] = {
	"port", "route", "chain", "rule", "set", "class", "lane", "engine", "track", NULL
};

static const struct arg show_args[] = {
	[OBJECT] = { ARG_WORD, .value = "OBJECT", .words = event_objects,
		     .help = "only changes of these" },
	{ }
};

static const struct event events[PORCH_CMD_MAX + 1] = {
	[PORCH_CMD_PORT_ADDED]		= { "port-added", &port_attrs },
	[PORCH_CMD_PORT_REMOVED]	= { "port-removed", &port_attrs },
	[PORCH_CMD_ROUTE_ADDED]		= { "route-added", &route_attrs },
	[PORCH_CMD_ROUTE_REPLACED]	= { "route-replaced", &route_attrs },
	[PORCH_CMD_ROUTE_REMOVED]	= { "route-removed", &route_attrs },
	[PORCH_CMD_ROUTE_RULE_ADDED]	= { "route-rule-added", &route_rule_attrs },
	[PORCH_CMD_ROUTE_RULE_REMOVED]	= { "route-rule-removed", &route_rule_attrs },
	[PORCH_CMD_CLASS_ADDED]		= { "class-added", &class_attrs },
	[PORCH_CMD_CLASS_CHANGED]	= { "class-changed", &class_attrs },
	[PORCH_CMD_CLASS_REMOVED]	= { "class-removed", &class_attrs },
	[PORCH_CMD_LANE_ADDED]		= { "lane-added", &lane_attrs },
	[PORCH_CMD_LANE_REMOVED]	= { "lane-removed", &lane_attrs },
	[PORCH_CMD_ENGINE_CHANGED]	= { "engine-changed", &engine_attrs },
	[PORCH_CMD_TRACK_CHANGED]	= { "track-changed", &track_attrs },
	[PORCH_CMD_CHAIN_ADDED]		= { "chain-added", &chain_attrs },
	[PORCH_CMD_CHAIN_REMOVED]	= { "chain-removed", &chain_attrs },
	[PORCH_CMD_CHAIN_CHANGED]	= { "chain-changed", &chain_attrs },
	[PORCH_CMD_SET_ADDED]		= { "set-added", &set_attrs },
	[PORCH_CMD_SET_REMOVED]		= { "set-removed", &set_attrs },
	[PORCH_CMD_SET_CHANGED]		= { "set-changed", &set_attrs },
	[PORCH_CMD_RULE_ADDED]		= { "rule-added", &rule_attrs },
	[PORCH_CMD_RULE_REMOVED]	= { "rule-removed", &rule_attrs },
	[PORCH_CMD_COMMITTED]		= { "committed", &txn_attrs },
};

static void show_port_event(struct show *show, const struct reply *reply)
{
	show_port_name(show, reply);
	show_attr(show, reply, PORCH_A_PORT_HOOK, NULL);
	show_attr(show, reply, PORCH_A_PORT_VRF, NULL);
}

static void show_engine_event(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_ENGINE_VECTOR, "vector %s");
	show_attr(show, reply, PORCH_A_ENGINE_TIME_LIMIT, " time-limit %s");
	show_attr(show, reply, PORCH_A_ENGINE_LANE_LIMIT, " lane-limit %s");
	show_attr(show, reply, PORCH_A_ENGINE_ICMP_RATE, " icmp-rate %s");
	show_attr(show, reply, PORCH_A_ENGINE_THREADED, " threaded %s");
	show_attr(show, reply, PORCH_A_ENGINE_BUDGET, " budget %s");
	show_attr(show, reply, PORCH_A_ENGINE_CONTROL_BUDGET, " control-budget %s");
	show_attr(show, reply, PORCH_A_ENGINE_BUDGET_BURST, " budget-burst %s");
	show_attr(show, reply, PORCH_A_ENGINE_LANE_DEFAULTS, " lane-defaults %s");
}

static void show_chain_event(struct show *show, const struct reply *reply)
{
	show_chain_fields(show, reply);
	show_attr(show, reply, PORCH_A_CHAIN_RULES, NULL);
}

static void show_rule_event(struct show *show, const struct reply *reply)
{
	show_rule_fields(show, reply);
	show_attr(show, reply, PORCH_A_RULE_HANDLE, " # handle %s");
}

/* By its handle alone, as it is removed */
static void show_rule_removed(struct show *show, const struct reply *reply)
{
	if (show->json) {
		show_rule_event(show, reply);
		return;
	}
	show_attr(show, reply, PORCH_A_RULE_CHAIN, "%s");
	show_attr(show, reply, PORCH_A_RULE_HANDLE, " handle %s");
}

static void show_set_removed(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_SET_NAME, "%s");
	show_attr(show, reply, PORCH_A_SET_TYPE, NULL);
	show_attr(show, reply, PORCH_A_SET_ELEMENTS, NULL);
}

static void show_commit_event(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_TXN_CHANGES, "%s changes");
}

/* How an event is shown: as the command that would have done it. */
static const struct kind {
	const char *text;
	uint16_t generation;
	void (*show)(struct show *show, const struct reply *reply);
} kinds[PORCH_CMD_MAX + 1] = {
	[PORCH_CMD_PORT_ADDED] = { "port add ", PORCH_A_PORT_GENERATION, show_port_event },
	[PORCH_CMD_PORT_REMOVED] = { "port del ", PORCH_A_PORT_GENERATION, show_port_event },
	[PORCH_CMD_ROUTE_ADDED] = { "route add ", PORCH_A_ROUTE_GENERATION, show_route_fields },
	[PORCH_CMD_ROUTE_REPLACED] = { "route replace ", PORCH_A_ROUTE_GENERATION,
				       show_route_fields },
	[PORCH_CMD_ROUTE_REMOVED] = { "route del ", PORCH_A_ROUTE_GENERATION, show_route_fields },
	[PORCH_CMD_ROUTE_RULE_ADDED] = { "route rule add ", PORCH_A_ROUTE_RULE_GENERATION,
					 show_route_rule_fields },
	[PORCH_CMD_ROUTE_RULE_REMOVED] = { "route rule del ", PORCH_A_ROUTE_RULE_GENERATION,
					   show_route_rule_pref },
	[PORCH_CMD_CLASS_ADDED] = { "shape class add ", PORCH_A_CLASS_GENERATION,
				    show_class_fields },
	[PORCH_CMD_CLASS_CHANGED] = { "shape class change ", PORCH_A_CLASS_GENERATION,
				      show_class_fields },
	[PORCH_CMD_CLASS_REMOVED] = { "shape class del ", PORCH_A_CLASS_GENERATION,
				      show_class_name },
	[PORCH_CMD_LANE_ADDED] = { "lane add ", PORCH_A_LANE_GENERATION, show_lane_fields },
	[PORCH_CMD_LANE_REMOVED] = { "lane del ", PORCH_A_LANE_GENERATION, show_lane_pref },
	[PORCH_CMD_ENGINE_CHANGED] = { "engine set ", PORCH_A_ENGINE_GENERATION,
				       show_engine_event },
	[PORCH_CMD_TRACK_CHANGED] = { "track set ", PORCH_A_TRACK_GENERATION,
				      show_track_fields },
	[PORCH_CMD_CHAIN_ADDED] = { "chain add ", PORCH_A_CHAIN_GENERATION, show_chain_event },
	[PORCH_CMD_CHAIN_REMOVED] = { "chain del ", PORCH_A_CHAIN_GENERATION, show_chain_event },
	[PORCH_CMD_CHAIN_CHANGED] = { "chain policy ", PORCH_A_CHAIN_GENERATION,
				      show_chain_event },
	[PORCH_CMD_SET_ADDED] = { "set add ", PORCH_A_SET_GENERATION, show_set_fields },
	[PORCH_CMD_SET_REMOVED] = { "set del ", PORCH_A_SET_GENERATION, show_set_removed },
	[PORCH_CMD_SET_CHANGED] = { "# set ", PORCH_A_SET_GENERATION, show_set_fields },
	[PORCH_CMD_RULE_ADDED] = { "rule add ", PORCH_A_RULE_GENERATION, show_rule_event },
	[PORCH_CMD_RULE_REMOVED] = { "rule del ", PORCH_A_RULE_GENERATION, show_rule_removed },
	[PORCH_CMD_COMMITTED] = { "committed ", PORCH_A_TXN_GENERATION, show_commit_event },
};

struct filter {
	struct show *show;
	const char *object;
};

static void show_event(const struct event *event, const struct reply *reply, void *arg)
{
	const struct filter *filter = arg;
	const char *object = filter->object;
	struct show *show = filter->show;
	const struct kind *kind;

	if (event && object && strncmp(event->name, object, strlen(object)))
		return;
	show_row_begin(show);
	show_str(show, "event", event ? event->name : "lost");
	if (event) {
		kind = &kinds[event - events];
		show_attr(show, reply, kind->generation, "[%s] ");
		show_text(show, "%s", kind->text);
		kind->show(show, reply);
	} else {
		show_text(show, "events were lost");
	}
	show_row_end(show);
	fflush(stdout);
}

/* Signals that end it well come by a descriptor, so that none is missed. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int listen_to(struct ctl *ctl, int signals, struct filter *filter)
{
	struct pollfd fds[] = {
		{ ipc_fd(ctl->ipc), POLLIN, 0 },
		{ signals, POLLIN, 0 },
		{ STDOUT_FILENO, 0, 0 },	/* whoever read it has gone */
	};

	for (;;) {
		if (poll(fds, 3, -1) < 0)
			return err_refused("cannot wait for events: %s", strerror(errno));
		if (fds[1].revents || fds[2].revents)
			return 0;
		if (ipc_read_events(ctl->ipc, events, PORCH_CMD_MAX + 1, show_event, filter))
			return err_refused("%s", ipc_error(ctl->ipc));
	}
}

static int monitor_show(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { &ctl->show, values[OBJECT].word };
	int signals, err;

	if (ipc_join(ctl->ipc, PORCH_MCGRP_CONFIG))
		return err_refused("%s", ipc_error(ctl->ipc));
	signals = open_signals();
	if (signals < 0)
		return err_refused("cannot wait for signals: %s", strerror(errno));
	err = listen_to(ctl, signals, &filter);
	close(signals);
	return err;
}

static const struct verb verbs[] = {
	{ "show", "show changes as they happen, until interrupted", show_args,
	  .run = monitor_show },
	{ }
};

const struct object monitor_object = { "monitor", "what changes", verbs };
