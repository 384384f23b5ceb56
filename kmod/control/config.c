// SPDX-License-Identifier: GPL-2.0
/*
 * Generations of the configuration. A change begins an edit, which copies the
 * generation in force; prepares, which may fail; and publishes, which may
 * not. What only the old generation used is retired after a grace period, on
 * a workqueue, so that a commit never waits for one.
 */
#include <linux/slab.h>
#include "control/config.h"
#include "control/fib.h"

#define DEFAULT_VECTOR		64
#define DEFAULT_TIME_LIMIT	2000	/* µs, as net.core.netdev_budget_usecs */
#define DEFAULT_LANE_LIMIT	1000	/* as net.core.netdev_max_backlog */
#define DEFAULT_ICMP_RATE	1000	/* as net.ipv4.icmp_msgs_per_sec */

static void config_free_retired(struct porch_config *cfg)
{
	struct porch_route *r, *next;

	porch_lpm_retired_free(&cfg->retired.fib4);
	porch_lpm_retired_free(&cfg->retired.fib6);
	list_for_each_entry_safe(r, next, &cfg->retired.routes, link)
		porch_route_free(r);
	porch_addrset_free(cfg->retired.local);
}

static void config_retire_work(struct work_struct *work)
{
	struct porch_config *cfg = container_of(to_rcu_work(work),
						struct porch_config, retire);

	config_free_retired(cfg);
	kfree(cfg);
}

static struct porch_config *config_alloc(void)
{
	struct porch_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL_ACCOUNT);

	if (!cfg)
		return NULL;
	INIT_LIST_HEAD(&cfg->retired.routes);
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
 * Context: process context; RTNL, where needed, is taken before.
 *
 * Return: 0, or -ENOMEM, and then nothing is held.
 */
int porch_edit_begin(struct porch_edit *e, struct porch_net *pn)
{
	const struct porch_config *now;

	e->next = config_alloc();
	if (!e->next)
		return -ENOMEM;

	mutex_lock(&pn->lock);
	now = rcu_dereference_protected(pn->config,
					lockdep_is_held(&pn->lock));
	e->pn = pn;
	e->next->gen = now->gen + 1 ?: 1;
	e->next->set = now->set;
	e->next->local = now->local;
	e->next->n_local = now->n_local;
	porch_lpm_edit_begin(&e->fib4, &now->fib4, GFP_KERNEL_ACCOUNT);
	porch_lpm_edit_begin(&e->fib6, &now->fib6, GFP_KERNEL_ACCOUNT);
	INIT_LIST_HEAD(&e->added);
	INIT_LIST_HEAD(&e->removed);
	return 0;
}

/**
 * porch_edit_publish() - put a prepared change into force
 * @e: the edit; it ends here
 *
 * Cannot fail. The next vector of every CPU works by the new generation.
 *
 * Context: process context, holding the edit's lock, which is released.
 */
void porch_edit_publish(struct porch_edit *e)
{
	struct porch_net *pn = e->pn;
	struct porch_config *old;

	old = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	porch_lpm_edit_commit(&e->fib4, &e->next->fib4, &old->retired.fib4);
	porch_lpm_edit_commit(&e->fib6, &e->next->fib6, &old->retired.fib6);
	list_splice_init(&e->removed, &old->retired.routes);
	if (e->next->local != old->local)
		old->retired.local = old->local;

	rcu_assign_pointer(pn->config, e->next);
	mutex_unlock(&pn->lock);
	queue_rcu_work(porch_wq, &old->retire);
}

/**
 * porch_edit_abort() - give a change up
 * @e: the edit; it ends here, and everything is as it was before
 *
 * Context: process context, holding the edit's lock, which is released.
 */
void porch_edit_abort(struct porch_edit *e)
{
	struct porch_route *r, *next;

	porch_lpm_edit_abort(&e->fib4);
	porch_lpm_edit_abort(&e->fib6);
	mutex_unlock(&e->pn->lock);
	list_for_each_entry_safe(r, next, &e->added, link)
		porch_route_free(r);
	kfree(e->next);
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
	cfg->local = porch_addrset_alloc(NULL, 0, 0, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(cfg->local)) {
		kfree(cfg);
		return -ENOMEM;
	}
	cfg->gen = 1;	/* 0 means unknown to netlink dumps */
	cfg->set = (struct porch_settings) {
		.vector = DEFAULT_VECTOR,
		.time_limit = DEFAULT_TIME_LIMIT,
		.lane_limit = DEFAULT_LANE_LIMIT,
		.icmp_rate = DEFAULT_ICMP_RATE,
	};
	porch_lpm_init(&cfg->fib4, 32);
	porch_lpm_init(&cfg->fib6, 128);
	mutex_init(&pn->lock);
	RCU_INIT_POINTER(pn->config, cfg);
	return 0;
}

static void free_value(void *value, void *arg)
{
	porch_route_free(value);
}

/**
 * porch_config_fini() - free the last generation of an instance
 * @pn: the instance, which no packet and no request can reach any more
 */
void porch_config_fini(struct porch_net *pn)
{
	struct porch_config *cfg = rcu_dereference_protected(pn->config, 1);

	porch_lpm_destroy(&cfg->fib4, free_value, NULL);
	porch_lpm_destroy(&cfg->fib6, free_value, NULL);
	porch_addrset_free(cfg->local);
	kfree(cfg);
}
