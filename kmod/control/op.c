// SPDX-License-Identifier: GPL-2.0
/*
 * Operations become one edit, which becomes one generation, or nothing.
 */
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "control/event.h"
#include "control/fault.h"
#include "control/local.h"
#include "control/op.h"
#include "control/track.h"
#include "path/flow.h"
#include "path/shape.h"

/**
 * porch_op_fini() - free what an operation holds
 * @op: the operation, parsed or all zero
 */
void porch_op_fini(struct porch_op *op)
{
	if (op->cmd == PORCH_CMD_ROUTE_ADD)
		kfree(op->route.nhs);
	if (op->cmd == PORCH_CMD_RULE_ADD)
		kfree(op->rule);
}

static int op_apply(struct porch_edit *e, const struct porch_op *op,
		    struct porch_fault *fault)
{
	switch (op->cmd) {
	case PORCH_CMD_PORT_ADD:
		return porch_port_insert(e, &op->port, fault);
	case PORCH_CMD_PORT_DEL:
		return porch_port_remove(e, &op->port, fault);
	case PORCH_CMD_ROUTE_ADD:
		return porch_fib_insert(e, &op->route, fault);
	case PORCH_CMD_ROUTE_DEL:
		return porch_fib_remove(e, &op->route, fault);
	case PORCH_CMD_ROUTE_RULE_ADD:
		return porch_route_rule_insert(e, &op->route_rule, fault);
	case PORCH_CMD_ROUTE_RULE_DEL:
		return porch_route_rule_remove(e, &op->route_rule, fault);
	case PORCH_CMD_CLASS_ADD:
		return porch_class_insert(e, &op->class, fault);
	case PORCH_CMD_CLASS_CHANGE:
		return porch_class_change(e, &op->class, fault);
	case PORCH_CMD_CLASS_DEL:
		return porch_class_remove(e, &op->class, fault);
	case PORCH_CMD_LANE_ADD:
		return porch_lane_insert(e, &op->lane, fault);
	case PORCH_CMD_LANE_DEL:
		return porch_lane_remove(e, &op->lane, fault);
	case PORCH_CMD_ENGINE_SET:
		porch_settings_change(&e->next->set, &op->settings);
		return 0;
	case PORCH_CMD_TRACK_SET:
		porch_track_change(&e->next->track, &op->track);
		return 0;
	case PORCH_CMD_CHAIN_ADD:
		return porch_chain_insert(e, &op->chain, fault);
	case PORCH_CMD_CHAIN_DEL:
		return porch_chain_remove(e, &op->chain, fault);
	case PORCH_CMD_CHAIN_SET:
		return porch_chain_change(e, &op->chain, fault);
	case PORCH_CMD_RULE_ADD:
		return porch_rule_insert(e, op->rule, fault);
	case PORCH_CMD_RULE_DEL:
		return porch_rule_remove(e, &op->ref, fault);
	case PORCH_CMD_SET_ADD:
		return porch_set_insert(e, &op->set, fault);
	case PORCH_CMD_SET_DEL:
		return porch_set_remove(e, &op->set, fault);
	case PORCH_CMD_ELEMENT_ADD:
		return porch_element_insert(e, &op->element, fault);
	case PORCH_CMD_ELEMENT_DEL:
		return porch_element_remove(e, &op->element, fault);
	}
	return -EOPNOTSUPP;
}

static int refuse_killed(struct porch_fault *fault)
{
	return porch_refuse(fault, -EINTR, 0, "the caller was killed");
}

static int edit_apply(struct porch_edit *e, const struct list_head *ops,
		      struct porch_fault *fault)
{
	const struct porch_op *op;
	u32 n = 0;
	int err;

	list_for_each_entry(op, ops, link) {
		if (fatal_signal_pending(current))
			return refuse_killed(fault);
		n++;
		err = op_apply(e, op, fault);
		if (err) {
			fault->op = n;
			return err;
		}
		cond_resched();
	}
	err = porch_qdisc_prepare(e);
	if (err)
		return porch_refuse(fault, err, 0, "no memory for the classes");
	return 0;
}

/* What would not be taken back, and lacks nothing but memory */
static int prepare(struct porch_edit *e, struct porch_fault *fault)
{
	if (e->next->ruleset != e->ruleset &&
	    porch_flows_init(e->pn, e->next->track.flows))
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the flow table");
	return porch_port_prepare(e, fault);
}

static int check_generation(const struct porch_edit *e,
			    const struct porch_commit *how,
			    struct porch_fault *fault)
{
	/* Whoever edits has locked all others out. */
	if (!how->gen || how->gen == porch_config_gen(e->pn))
		return 0;
	return porch_refuse(fault, -EAGAIN, PORCH_A_TXN_GENERATION,
			    "another generation is in force");
}

/**
 * porch_op_commit() - put operations into force, all or none
 * @pn: the instance
 * @ops: the operations, in order; each finds what those before it have done
 * @how: under which conditions; its number of operations is not looked at
 * @fault: on error, why
 *
 * Context: process context, without RTNL, which is taken; waits for the packets
 * in flight of ports that are detached.
 *
 * Return: 0 or a negative errno, and then nothing changed; -EINTR if the caller
 * was killed, -EAGAIN if another generation is in force than the one to replace.
 */
int porch_op_commit(struct porch_net *pn, const struct list_head *ops,
		    const struct porch_commit *how, struct porch_fault *fault)
{
	struct porch_edit e;
	int err;

	porch_local_flush(pn);
	if (rtnl_lock_killable())
		return refuse_killed(fault);
	err = porch_edit_begin(&e, pn);
	if (err) {
		porch_refuse(fault, err, 0, "no memory for the change");
		goto unlock;
	}
	err = check_generation(&e, how, fault) ?: edit_apply(&e, ops, fault);
	if (!err && !how->check)
		err = prepare(&e, fault);
	if (err || how->check)
		porch_edit_abort(&e);
	else
		porch_edit_publish(&e);
unlock:
	rtnl_unlock();
	return err;
}

static int edit_remove_dev(struct porch_edit *e, struct net_device *dev)
{
	porch_port_remove_dev(e, dev);
	porch_route_rule_remove_dev(e, dev);
	return porch_fib_remove_dev(e, dev) ?: porch_class_remove_dev(e, dev) ?:
	       porch_lane_remove_dev(e, dev) ?: porch_qdisc_prepare(e);
}

/**
 * porch_op_release_dev() - let go of a device that goes away
 * @pn: the instance
 * @dev: the device; its port, the routes over it, rules that name it and its
 *	classes go
 *
 * Cannot fail: it runs from the notifier. Without memory for a new generation
 * the port and the classes go all the same, the routes lead nowhere, and the rules
 * match nothing; only the number is a new one.
 *
 * Context: process context, under RTNL.
 */
void porch_op_release_dev(struct porch_net *pn, struct net_device *dev)
{
	struct porch_edit e;

	if (porch_edit_begin(&e, pn))
		goto force;
	if (edit_remove_dev(&e, dev)) {
		porch_edit_abort(&e);
		goto force;
	}
	if (list_empty(&e.removed) && list_empty(&e.route_rules_removed) &&
	    list_empty(&e.detached) &&
	    e.next->classes == porch_edit_now(&e)->classes &&
	    e.next->lanes == porch_edit_now(&e)->lanes)
		porch_edit_abort(&e);
	else
		porch_edit_publish(&e);
	return;
force:
	porch_port_release_dev(pn, dev);
	porch_fib_orphan_dev(pn, dev);
	porch_route_rule_orphan_dev(pn, dev);
	porch_class_orphan_dev(pn, dev);
	porch_lane_orphan_dev(pn, dev);
	porch_config_renumber(pn);
	porch_event_lose(pn);
}
