/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_OP_H
#define PORCH_OP_H

#include <linux/list.h>
#include "control/class.h"
#include "control/config.h"
#include "control/fib.h"
#include "control/lane.h"
#include "control/port.h"
#include "control/route_rule.h"
#include "control/ruleset.h"
#include "control/set.h"

struct porch_fault;

/**
 * struct porch_op - an operation that changes something, as a request asks
 * @link: in the list of operations that are committed together
 * @cmd: the netlink command, which tells the kind
 * @staged: part of its socket's transaction; else it stands alone
 * @port: of PORCH_CMD_PORT_ADD and PORCH_CMD_PORT_DEL
 * @route: of PORCH_CMD_ROUTE_ADD and PORCH_CMD_ROUTE_DEL
 * @route_rule: of PORCH_CMD_ROUTE_RULE_ADD and PORCH_CMD_ROUTE_RULE_DEL
 * @class: of PORCH_CMD_CLASS_ADD, PORCH_CMD_CLASS_CHANGE and
 *	PORCH_CMD_CLASS_DEL
 * @lane: of PORCH_CMD_LANE_ADD and PORCH_CMD_LANE_DEL
 * @settings: of PORCH_CMD_ENGINE_SET
 * @track: of PORCH_CMD_TRACK_SET
 * @chain: of PORCH_CMD_CHAIN_ADD, PORCH_CMD_CHAIN_DEL and PORCH_CMD_CHAIN_SET
 * @rule: of PORCH_CMD_RULE_ADD; its own
 * @ref: of PORCH_CMD_RULE_DEL
 * @set: of PORCH_CMD_SET_ADD and PORCH_CMD_SET_DEL
 * @element: of PORCH_CMD_ELEMENT_ADD and PORCH_CMD_ELEMENT_DEL
 *
 * It holds nothing but memory: no device, no route, no reference. Once it has
 * been parsed, porch_op_fini() must follow.
 */
struct porch_op {
	struct list_head link;
	u8 cmd;
	bool staged;
	union {
		struct porch_port_spec port;
		struct porch_route_spec route;
		struct porch_route_rule_spec route_rule;
		struct porch_class_spec class;
		struct porch_lane_spec lane;
		struct porch_settings_spec settings;
		struct porch_track_spec track;
		struct porch_chain_spec chain;
		struct porch_rule_spec *rule;
		struct porch_rule_ref ref;
		struct porch_set_spec set;
		struct porch_element_spec element;
	};
};

/**
 * struct porch_commit - how operations are put into force
 * @n_ops: how many the caller means to have staged
 * @gen: the only generation that they may replace, 0 for any
 * @check: find out whether it could be done, and leave all as it is
 */
struct porch_commit {
	u32 n_ops;
	u32 gen;
	bool check;
};

void porch_op_fini(struct porch_op *op);
int porch_op_commit(struct porch_net *pn, const struct list_head *ops,
		    const struct porch_commit *how, struct porch_fault *fault);
void porch_op_release_dev(struct porch_net *pn, struct net_device *dev);

#endif /* PORCH_OP_H */
