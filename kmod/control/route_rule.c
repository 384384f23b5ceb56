// SPDX-License-Identifier: GPL-2.0
/*
 * Which routing table? Rules are asked in order; the first whose table has a
 * route to the destination decides, whatever that route says. What no rule
 * decides the main table does. A VRF's packets ask no rule.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include "control/fault.h"
#include "control/route_rule.h"
#include "control/table.h"

static bool src_matches(const struct porch_route_rule *r,
			const struct porch_route_query *q)
{
	if (!r->family)
		return true;
	if (r->family != q->family || !q->src)
		return false;
	if (r->family == AF_INET)
		return !((*(const __be32 *)q->src ^ r->src.v4) &
			 inet_make_mask(r->plen));
	return ipv6_prefix_equal(q->src, &r->src.v6, r->plen);
}

static bool rule_matches(const struct porch_route_rule *r,
			 const struct porch_route_query *q)
{
	if (r->has_dev && (!q->dev || READ_ONCE(r->dev) != q->dev))
		return false;
	return (q->mark & r->mask) == r->mark && src_matches(r, q);
}

static struct porch_route *table_lookup(const struct porch_table *t,
					const struct porch_route_query *q)
{
	return t ? porch_lpm_lookup(porch_table_fib(t, q->family), q->dst) :
		   NULL;
}

/**
 * porch_route_rule_asked() - find the rule that decides which table is asked
 * @cfg: the generation
 * @q: what the route is looked for by
 *
 * Context: inside an RCU read-side section, or whatever keeps the generation.
 *
 * Return: the rule, NULL if none decides.
 */
const struct porch_route_rule *
porch_route_rule_asked(const struct porch_config *cfg,
		       const struct porch_route_query *q)
{
	const struct porch_route_rule *rule;
	unsigned int i;

	for (i = 0; !q->vrf && i < cfg->n_route_rules; i++) {
		rule = cfg->route_rules[i];
		if (rule_matches(rule, q) &&
		    table_lookup(porch_table_find(cfg, rule->table), q))
			return rule;
	}
	return NULL;
}

/**
 * porch_route_lookup() - find the route of a packet
 * @cfg: the generation
 * @q: what it is looked for by
 *
 * Context: inside an RCU read-side section, or whatever keeps the generation.
 *
 * Return: the route, NULL if there is none.
 */
struct porch_route *
porch_route_lookup(const struct porch_config *cfg,
		   const struct porch_route_query *q)
{
	const struct porch_route_rule *rule;
	struct porch_route *r;
	unsigned int i;

	if (q->vrf)
		return table_lookup(porch_table_find(cfg, q->vrf), q);
	for (i = 0; i < cfg->n_route_rules; i++) {
		rule = cfg->route_rules[i];
		if (!rule_matches(rule, q))
			continue;
		r = table_lookup(porch_table_find(cfg, rule->table), q);
		if (r)
			return r;
	}
	return table_lookup(cfg->main, q);
}

/**
 * porch_route_marks() - what do routes depend on of a packet's mark?
 * @cfg: the generation
 *
 * Context: inside an RCU read-side section, or whatever keeps the generation.
 *
 * Return: the bits that some rule looks at.
 */
u32 porch_route_marks(const struct porch_config *cfg)
{
	unsigned int i;
	u32 mask = 0;

	for (i = 0; i < cfg->n_route_rules; i++)
		mask |= cfg->route_rules[i]->mask;
	return mask;
}

/**
 * porch_route_rule_free() - free a rule that no reader can see
 * @r: the rule
 *
 * Context: any that may drop a device reference.
 */
void porch_route_rule_free(struct porch_route_rule *r)
{
	netdev_put(r->dev, &r->tracker);
	kfree(r);
}

/**
 * porch_route_rules_edit_begin() - open the rules for changes
 * @e: the edit, with the generation to be, whose rules they are
 * @now: the generation in force
 *
 * Return: 0 or -ENOMEM, and then the generation to be is still the caller's.
 */
int porch_route_rules_edit_begin(struct porch_edit *e,
				 const struct porch_config *now)
{
	if (!now->n_route_rules)
		return 0;
	e->next->route_rules = kmemdup(now->route_rules,
				       now->n_route_rules *
				       sizeof(*now->route_rules),
				       GFP_KERNEL_ACCOUNT);
	if (!e->next->route_rules)
		return -ENOMEM;
	e->next->n_route_rules = now->n_route_rules;
	return 0;
}

/**
 * porch_route_rules_fini() - free the rules of the last generation
 * @cfg: the generation, which nobody can reach any more
 */
void porch_route_rules_fini(struct porch_config *cfg)
{
	while (cfg->n_route_rules)
		porch_route_rule_free(cfg->route_rules[--cfg->n_route_rules]);
}

/* Where the rule of a preference is, or would be. */
static unsigned int rule_place(const struct porch_config *cfg, u32 pref)
{
	unsigned int i = 0;

	while (i < cfg->n_route_rules && cfg->route_rules[i]->pref < pref)
		i++;
	return i;
}

/**
 * porch_route_rule_find() - the rule of a preference
 * @cfg: the generation
 * @pref: the preference
 *
 * Context: whatever keeps the generation.
 *
 * Return: the rule, NULL if there is none.
 */
const struct porch_route_rule *
porch_route_rule_find(const struct porch_config *cfg, u32 pref)
{
	unsigned int at = rule_place(cfg, pref);

	if (at == cfg->n_route_rules || cfg->route_rules[at]->pref != pref)
		return NULL;
	return cfg->route_rules[at];
}

static int rule_set_dev(struct porch_edit *e, struct porch_route_rule *r,
			u32 iif, struct porch_fault *fault)
{
	r->dev = __dev_get_by_index(e->pn->net, iif);
	if (!r->dev)
		return porch_refuse(fault, -ENODEV, PORCH_A_ROUTE_RULE_IIF,
				    "no such device in this network namespace");
	r->has_dev = true;
	netdev_hold(r->dev, &r->tracker, GFP_KERNEL);
	return 0;
}

/* Room for one more in the generation to be */
static int edit_make_room(struct porch_config *next)
{
	struct porch_route_rule **rules;

	rules = krealloc_array(next->route_rules, next->n_route_rules + 1,
			       sizeof(*rules), GFP_KERNEL_ACCOUNT);
	if (!rules)
		return -ENOMEM;
	next->route_rules = rules;
	return 0;
}

/**
 * porch_route_rule_insert() - add a rule
 * @e: the edit
 * @s: the rule
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_route_rule_insert(struct porch_edit *e,
			    const struct porch_route_rule_spec *s,
			    struct porch_fault *fault)
{
	struct porch_config *next = e->next;
	struct porch_route_rule *r;
	unsigned int at;
	int err;

	if (s->mark & ~s->mask)
		return porch_refuse(fault, -EINVAL, PORCH_A_ROUTE_RULE_MARK,
				    "the mark has bits that the mask leaves out");
	if (porch_route_rule_find(next, s->pref))
		return porch_refuse(fault, -EEXIST, PORCH_A_ROUTE_RULE_PREF,
				    "there is a rule of this preference already");
	if (next->n_route_rules >= PORCH_ROUTE_RULES_MAX)
		return porch_refuse(fault, -ENOSPC, 0,
				    "there are as many rules as there may be");
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r || edit_make_room(next)) {
		kfree(r);
		return porch_refuse(fault, -ENOMEM, 0, "no memory for the rule");
	}
	list_add_tail(&r->link, &e->route_rules_added);	/* the abort frees it */
	r->pref = s->pref;
	r->table = s->table;
	r->family = s->family;
	r->plen = s->plen;
	r->src = s->src;
	r->mark = s->mark;
	r->mask = s->mask;
	if (s->iif) {
		err = rule_set_dev(e, r, s->iif, fault);
		if (err)
			return err;
	}
	at = rule_place(next, s->pref);
	memmove(&next->route_rules[at + 1], &next->route_rules[at],
		(next->n_route_rules - at) * sizeof(r));
	next->route_rules[at] = r;
	next->n_route_rules++;
	return 0;
}

static void rule_remove(struct porch_edit *e, unsigned int at)
{
	struct porch_config *next = e->next;
	struct porch_route_rule *r = next->route_rules[at];

	next->n_route_rules--;
	memmove(&next->route_rules[at], &next->route_rules[at + 1],
		(next->n_route_rules - at) * sizeof(r));
	/* One that the same edit has added was never seen by anybody. */
	if (list_empty(&r->link)) {
		list_add_tail(&r->link, &e->route_rules_removed);
	} else {
		list_del(&r->link);
		porch_route_rule_free(r);
	}
}

/**
 * porch_route_rule_remove() - remove a rule
 * @e: the edit
 * @s: names its preference
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_route_rule_remove(struct porch_edit *e,
			    const struct porch_route_rule_spec *s,
			    struct porch_fault *fault)
{
	if (!porch_route_rule_find(e->next, s->pref))
		return porch_refuse(fault, -ENOENT, PORCH_A_ROUTE_RULE_PREF,
				    "there is no rule of this preference");
	rule_remove(e, rule_place(e->next, s->pref));
	return 0;
}

/**
 * porch_route_rule_remove_dev() - remove the rules that name a device
 * @e: the edit
 * @dev: the device
 *
 * Cannot fail.
 *
 * Context: process context, under RTNL.
 */
void porch_route_rule_remove_dev(struct porch_edit *e,
				 const struct net_device *dev)
{
	unsigned int i = e->next->n_route_rules;

	while (i--)
		if (e->next->route_rules[i]->dev == dev)
			rule_remove(e, i);
}

/**
 * porch_route_rule_orphan_dev() - let the rules that name a device match nothing
 * @pn: the instance
 * @dev: the device, which goes away
 *
 * Cannot fail: for want of memory for an edit.
 *
 * Context: process context, under RTNL.
 */
void porch_route_rule_orphan_dev(struct porch_net *pn, struct net_device *dev)
{
	const struct porch_config *cfg;
	struct porch_route_rule *r;
	unsigned int i;

	mutex_lock(&pn->lock);
	cfg = rcu_dereference_protected(pn->config, lockdep_is_held(&pn->lock));
	for (i = 0; i < cfg->n_route_rules; i++) {
		r = cfg->route_rules[i];
		if (r->dev == dev) {
			WRITE_ONCE(r->dev, NULL);
			/* Readers in flight are waited for by the unregistering. */
			netdev_put(dev, &r->tracker);
		}
	}
	mutex_unlock(&pn->lock);
}
