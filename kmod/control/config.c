// SPDX-License-Identifier: GPL-2.0
/*
 * Generations of the configuration. A change begins an edit, which copies the
 * generation in force; prepares, which may fail; and publishes, which may
 * not. What only the old generation used is retired after a grace period, on
 * a workqueue, so that a commit never waits for one.
 */
#include <linux/slab.h>
#include "control/class.h"
#include "control/config.h"
#include "control/event.h"
#include "control/fib.h"
#include "control/lane.h"
#include "control/port.h"
#include "control/route_rule.h"
#include "control/ruleset.h"
#include "control/table.h"
#include "control/track.h"
#include "path/flow.h"
#include "path/shape.h"

#define DEFAULT_VECTOR		64
#define DEFAULT_TIME_LIMIT	2000	/* µs, as net.core.netdev_budget_usecs */
#define DEFAULT_LANE_LIMIT	1000	/* as net.core.netdev_max_backlog */
#define DEFAULT_BURST		1000
#define DEFAULT_CONTROL_BUDGET	1000
#define DEFAULT_ICMP_RATE	1000	/* as net.ipv4.icmp_msgs_per_sec */

static void config_free_retired(struct porch_config *cfg)
{
	struct porch_route_rule *rule, *next_rule;
	struct porch_route *r, *next;

	porch_lpm_retired_free(&cfg->retired.fibs);
	list_for_each_entry_safe(r, next, &cfg->retired.routes, link) {
		porch_route_free(r);
		cond_resched();
	}
	porch_ruleset_free_retired(cfg);
	list_for_each_entry_safe(rule, next_rule, &cfg->retired.route_rules, link)
		porch_route_rule_free(rule);
	porch_addrset_free(cfg->retired.local);
	porch_classes_free(cfg->retired.classes);
	porch_lanes_free(cfg->retired.lanes);
}

static void config_free(struct porch_config *cfg)
{
	kfree(cfg->tables);
	kfree(cfg->route_rules);
	kfree(cfg);
}

static void config_retire_work(struct work_struct *work)
{
	struct porch_config *cfg = container_of(to_rcu_work(work),
						struct porch_config, retire);

	config_free_retired(cfg);
	config_free(cfg);
}

static struct porch_config *config_alloc(void)
{
	struct porch_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL_ACCOUNT);

	if (!cfg)
		return NULL;
	INIT_LIST_HEAD(&cfg->retired.routes);
	INIT_LIST_HEAD(&cfg->retired.rules);
	INIT_LIST_HEAD(&cfg->retired.chains);
	INIT_LIST_HEAD(&cfg->retired.route_rules);
	INIT_LIST_HEAD(&cfg->retired.sets);
	INIT_LIST_HEAD(&cfg->retired.ports);
	INIT_RCU_WORK(&cfg->retire, config_retire_work);
	return cfg;
}

/**
 * porch_edit_begin() - start a change
 * @e: the edit, on the caller's stack
 * @pn: the instance
 *
 * Takes the instance's lock until the edit is published or aborted.
 *
 * Context: process context, under RTNL until the edit has ended.
 *
 * Return: 0, or -ENOMEM, and then nothing is held.
 */
int porch_edit_begin(struct porch_edit *e, struct porch_net *pn)
{
	const struct porch_config *now;
	int err;

	e->next = config_alloc();
	if (!e->next)
		return -ENOMEM;

	mutex_lock(&pn->lock);
	now = rcu_dereference_protected(pn->config,
					lockdep_is_held(&pn->lock));
	e->pn = pn;
	e->next->gen = now->gen + 1 ?: 1;
	e->next->set = now->set;
	e->next->track = now->track;
	e->next->ruleset = now->ruleset;
	e->next->local = now->local;
	e->next->n_local = now->n_local;
	e->next->classes = now->classes;
	e->next->lanes = now->lanes;
	err = porch_route_rules_edit_begin(e, now) ?:
	      porch_tables_edit_begin(e, now);
	if (err) {
		mutex_unlock(&pn->lock);
		config_free(e->next);
		return err;
	}
	INIT_LIST_HEAD(&e->added);
	INIT_LIST_HEAD(&e->removed);
	e->ruleset = now->ruleset;
	INIT_LIST_HEAD(&e->rules);
	INIT_LIST_HEAD(&e->route_rules_added);
	INIT_LIST_HEAD(&e->route_rules_removed);
	INIT_LIST_HEAD(&e->sets);
	INIT_LIST_HEAD(&e->attached);
	INIT_LIST_HEAD(&e->detached);
	INIT_LIST_HEAD(&e->dropped);
	return 0;
}

/* Routes and rules that are in force, now or as before, are on no edit's list. */
static void edit_forget(struct list_head *list)
{
	struct list_head *link, *next;

	list_for_each_safe(link, next, list) {
		list_del_init(link);
		cond_resched();
	}
}

/**
 * porch_edit_publish() - put a prepared change into force
 * @e: the edit; it ends here
 *
 * Cannot fail. The next vector of every CPU works by the new generation; ports
 * are armed and disarmed.
 *
 * Context: process context, under RTNL, holding the edit's lock, which is
 * released; then waits for the packets in flight of detached ports.
 */
void porch_edit_publish(struct porch_edit *e)
{
	struct porch_net *pn = e->pn;
	struct porch_config *old;

	old = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	porch_tables_edit_commit(e, old);
	list_splice_init(&e->removed, &old->retired.routes);
	porch_ruleset_publish(e, old);
	list_splice_init(&e->route_rules_removed, &old->retired.route_rules);
	if (e->next->local != old->local)
		old->retired.local = old->local;
	if (e->next->classes != old->classes)
		old->retired.classes = old->classes;
	if (e->next->lanes != old->lanes)
		old->retired.lanes = old->lanes;

	porch_flows_limit(pn, e->next->track.flows);
	e->next->flows = pn->flows;
	rcu_assign_pointer(pn->config, e->next);
	porch_port_publish(e);
	porch_qdisc_publish(e);
	porch_event_send(e, old);
	edit_forget(&e->added);
	edit_forget(&e->route_rules_added);
	mutex_unlock(&pn->lock);
	queue_rcu_work(porch_wq, &old->retire);
	porch_port_settle(e);
}

/**
 * porch_edit_abort() - give a change up
 * @e: the edit; it ends here, and everything is as it was before
 *
 * Context: process context, under RTNL, holding the edit's lock, which is
 * released.
 */
void porch_edit_abort(struct porch_edit *e)
{
	struct porch_route_rule *rule, *next_rule;
	struct porch_route *r, *next;

	porch_tables_edit_abort(e);
	edit_forget(&e->removed);
	porch_ruleset_abort(e);
	edit_forget(&e->route_rules_removed);
	porch_qdisc_abort(e);
	if (e->next->classes != porch_edit_now(e)->classes)
		porch_classes_free(e->next->classes);
	if (e->next->lanes != porch_edit_now(e)->lanes)
		porch_lanes_free(e->next->lanes);
	/* One that was made for this change is of the size that this one wanted. */
	if (!porch_edit_now(e)->flows)
		porch_flows_fini(e->pn);
	mutex_unlock(&e->pn->lock);
	list_for_each_entry_safe(r, next, &e->added, link) {
		porch_route_free(r);
		cond_resched();
	}
	list_for_each_entry_safe(rule, next_rule, &e->route_rules_added, link)
		porch_route_rule_free(rule);
	porch_port_abort(e);
	config_free(e->next);
}

/**
 * porch_config_renumber() - give the generation in force the next number
 * @pn: the instance
 *
 * For a change in place, for want of memory for a new generation: whoever
 * compares numbers, as a dump does, has to see that there was one.
 *
 * Context: process context, under RTNL.
 */
void porch_config_renumber(struct porch_net *pn)
{
	struct porch_config *cfg;

	mutex_lock(&pn->lock);
	cfg = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	WRITE_ONCE(cfg->gen, cfg->gen + 1 ?: 1);
	mutex_unlock(&pn->lock);
}

/**
 * porch_setting() - a setting by its attribute
 * @set: the settings
 * @attr: number of the attribute
 *
 * Return: where it is, NULL if the attribute carries none.
 */
u32 *porch_setting(struct porch_settings *set, int attr)
{
	switch (attr) {
	case PORCH_A_ENGINE_VECTOR:
		return &set->vector;
	case PORCH_A_ENGINE_TIME_LIMIT:
		return &set->time_limit;
	case PORCH_A_ENGINE_LANE_LIMIT:
		return &set->lane_limit;
	case PORCH_A_ENGINE_ICMP_RATE:
		return &set->icmp_rate;
	case PORCH_A_ENGINE_THREADED:
		return &set->threaded;
	case PORCH_A_ENGINE_BUDGET:
		return &set->budget;
	case PORCH_A_ENGINE_CONTROL_BUDGET:
		return &set->control_budget;
	case PORCH_A_ENGINE_BUDGET_BURST:
		return &set->budget_burst;
	case PORCH_A_ENGINE_LANE_DEFAULTS:
		return &set->lane_defaults;
	}
	return NULL;
}

/**
 * porch_settings_change() - change the settings that a request names
 * @set: the settings
 * @spec: what the request says
 */
void porch_settings_change(struct porch_settings *set,
			   const struct porch_settings_spec *spec)
{
	struct porch_settings value = spec->value;
	u32 *to;
	int attr;

	for_each_set_bit(attr, &spec->given, PORCH_A_ENGINE_MAX + 1) {
		to = porch_setting(set, attr);
		*to = *porch_setting(&value, attr);
	}
}

/**
 * porch_config_init() - give an instance its first, empty generation
 * @pn: the instance
 *
 * Return: 0 or -ENOMEM.
 */
int porch_config_init(struct porch_net *pn)
{
	struct porch_config *cfg = config_alloc();

	if (!cfg)
		return -ENOMEM;
	cfg->ruleset = porch_ruleset_alloc();
	if (!cfg->ruleset)
		goto free;
	cfg->local = porch_addrset_alloc(NULL, 0, 0, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(cfg->local))
		goto free_ruleset;
	if (porch_tables_init(cfg))
		goto free_local;
	cfg->gen = 1;	/* 0 means unknown to netlink dumps */
	cfg->set = (struct porch_settings) {
		.vector = DEFAULT_VECTOR,
		.time_limit = DEFAULT_TIME_LIMIT,
		.lane_limit = DEFAULT_LANE_LIMIT,
		.icmp_rate = DEFAULT_ICMP_RATE,
		.control_budget = DEFAULT_CONTROL_BUDGET,
		.budget_burst = DEFAULT_BURST,
		.lane_defaults = PORCH_SWITCH_ON,
	};
	porch_track_init(&cfg->track);
	mutex_init(&pn->lock);
	RCU_INIT_POINTER(pn->config, cfg);
	return 0;
free_local:
	porch_addrset_free(cfg->local);
free_ruleset:
	porch_ruleset_free(cfg->ruleset);
free:
	kfree(cfg);
	return -ENOMEM;
}

/**
 * porch_config_fini() - free the last generation of an instance
 * @pn: the instance, which no packet and no request can reach any more
 */
void porch_config_fini(struct porch_net *pn)
{
	struct porch_config *cfg = rcu_dereference_protected(pn->config, 1);

	porch_tables_fini(cfg);
	porch_route_rules_fini(cfg);
	porch_ruleset_free(cfg->ruleset);
	porch_addrset_free(cfg->local);
	porch_classes_free(cfg->classes);
	porch_lanes_free(cfg->lanes);
	config_free(cfg);
}
