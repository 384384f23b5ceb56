// SPDX-License-Identifier: GPL-2.0
/*
 * Tells listeners what a new generation has that the old one had not, and the
 * other way round. What happened in between is nobody's business: the outcome
 * is read from the two generations.
 */
#include <linux/rwsem.h>
#include <net/genetlink.h>
#include "control/class.h"
#include "control/config.h"
#include "control/event.h"
#include "control/lane.h"
#include "control/nl.h"
#include "control/nl_class.h"
#include "control/nl_fill.h"
#include "control/nl_gen.h"
#include "control/nl_lane.h"
#include "control/nl_route_rule.h"
#include "control/nl_rule.h"
#include "control/nl_set.h"
#include "control/nl_track.h"
#include "control/port.h"
#include "control/ruleset.h"
#include "control/set.h"
#include "control/table.h"

/*
 * The number of the group is ours from when the family has been registered
 * until it is withdrawn; changes happen before and afterwards, too.
 */
static DECLARE_RWSEM(live_sem);
static bool live;

/**
 * struct events - the events of one generation
 * @net: where they happen
 * @gen: the generation
 * @old: the one before
 * @next: the generation itself
 * @n: how many were announced so far
 * @msg: messages that are not sent yet, or NULL
 *
 * Messages share datagrams, as large as dumps have them: the events of a large
 * change would soon fill a listener's buffer otherwise.
 */
struct events {
	struct net *net;
	u32 gen;
	const struct porch_config *old;
	const struct porch_config *next;
	u32 n;
	struct sk_buff *msg;
};

/**
 * struct rule_event - a rule that has come or gone
 * @rs: the rule set that it is or was part of
 * @chain: its chain there
 * @rule: the rule
 * @before: the one that it comes before, or NULL
 */
struct rule_event {
	const struct porch_ruleset *rs;
	const struct porch_chain *chain;
	const struct porch_rule *rule;
	const struct porch_rule *before;
};

static void events_flush(struct events *ev)
{
	if (ev->msg)
		genlmsg_multicast_netns(&porch_family, ev->net, ev->msg, 0,
					PORCH_NLGRP_CONFIG, GFP_KERNEL);
	ev->msg = NULL;
}

/* Return: the attributes' begin in a message, NULL if there is no room. */
static void *event_begin(struct events *ev, u8 cmd)
{
	if (!ev->msg)
		ev->msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!ev->msg)
		return NULL;
	return genlmsg_put(ev->msg, 0, 0, &porch_family, 0, cmd);
}

static int fill_rule(struct sk_buff *msg, const struct events *ev,
		     const struct rule_event *what)
{
	if (nla_put_u32(msg, PORCH_A_RULE_GENERATION, ev->gen) ||
	    (what->before && nla_put_u32(msg, PORCH_A_RULE_BEFORE,
					 what->before->handle)))
		return -EMSGSIZE;
	return porch_nl_fill_rule(msg, ev->net, what->rs, what->chain,
				  what->rule);
}

static int event_fill_class(struct sk_buff *msg, const struct events *ev,
			    const struct porch_config *cfg,
			    const struct porch_class *c)
{
	return nla_put_u32(msg, PORCH_A_CLASS_GENERATION, ev->gen) ?:
	       porch_nl_fill_class(msg, ev->net, cfg->classes, c);
}

static int event_fill(struct sk_buff *msg, const struct events *ev, u8 cmd,
		      const void *what)
{
	switch (cmd) {
	case PORCH_CMD_PORT_ADDED:
	case PORCH_CMD_PORT_REMOVED:
		return nla_put_u32(msg, PORCH_A_PORT_GENERATION, ev->gen) ?:
		       porch_nl_fill_port(msg, what);
	case PORCH_CMD_ROUTE_ADDED:
	case PORCH_CMD_ROUTE_REPLACED:
	case PORCH_CMD_ROUTE_REMOVED:
		return nla_put_u32(msg, PORCH_A_ROUTE_GENERATION, ev->gen) ?:
		       porch_nl_fill_route(msg, what);
	case PORCH_CMD_ROUTE_RULE_ADDED:
	case PORCH_CMD_ROUTE_RULE_REMOVED:
		return nla_put_u32(msg, PORCH_A_ROUTE_RULE_GENERATION, ev->gen) ?:
		       porch_nl_fill_route_rule(msg, what);
	case PORCH_CMD_CLASS_ADDED:
	case PORCH_CMD_CLASS_CHANGED:
		return event_fill_class(msg, ev, ev->next, what);
	case PORCH_CMD_CLASS_REMOVED:
		return event_fill_class(msg, ev, ev->old, what);
	case PORCH_CMD_LANE_ADDED:
	case PORCH_CMD_LANE_REMOVED:
		return nla_put_u32(msg, PORCH_A_LANE_GENERATION, ev->gen) ?:
		       porch_nl_fill_lane(msg, ev->net, what);
	case PORCH_CMD_ENGINE_CHANGED:
		return nla_put_u32(msg, PORCH_A_ENGINE_GENERATION, ev->gen) ?:
		       porch_nl_fill_settings(msg, what);
	case PORCH_CMD_TRACK_CHANGED:
		return nla_put_u32(msg, PORCH_A_TRACK_GENERATION, ev->gen) ?:
		       porch_nl_fill_track(msg, what);
	case PORCH_CMD_CHAIN_ADDED:
	case PORCH_CMD_CHAIN_REMOVED:
	case PORCH_CMD_CHAIN_CHANGED:
		return nla_put_u32(msg, PORCH_A_CHAIN_GENERATION, ev->gen) ?:
		       porch_nl_fill_chain(msg, what);
	case PORCH_CMD_SET_ADDED:
	case PORCH_CMD_SET_REMOVED:
	case PORCH_CMD_SET_CHANGED:
		return nla_put_u32(msg, PORCH_A_SET_GENERATION, ev->gen) ?:
		       porch_nl_fill_set(msg, what);
	case PORCH_CMD_RULE_ADDED:
	case PORCH_CMD_RULE_REMOVED:
		return fill_rule(msg, ev, what);
	case PORCH_CMD_COMMITTED:
		return nla_put_u32(msg, PORCH_A_TXN_GENERATION, ev->gen) ?:
		       nla_put_u32(msg, PORCH_A_TXN_CHANGES, ev->n);
	}
	return -EOPNOTSUPP;
}

static bool event_put(struct events *ev, u8 cmd, const void *what)
{
	void *hdr = event_begin(ev, cmd);

	if (!hdr)
		return false;
	if (event_fill(ev->msg, ev, cmd, what)) {
		genlmsg_cancel(ev->msg, hdr);
		return false;
	}
	genlmsg_end(ev->msg, hdr);
	return true;
}

static void event(struct events *ev, u8 cmd, const void *what)
{
	if (!event_put(ev, cmd, what)) {
		events_flush(ev);
		/* Without memory, the listeners learn that something is lost. */
		if (!event_put(ev, cmd, what))
			genl_set_err(&porch_family, ev->net, 0,
				     PORCH_NLGRP_CONFIG, -ENOBUFS);
	}
	ev->n++;
	cond_resched();
}

static bool config_has(const struct porch_config *cfg,
		       const struct porch_route *r)
{
	const struct porch_table *t = porch_table_find(cfg, r->table);

	return t && porch_lpm_find(porch_table_fib(t, r->family), r->dst.bytes,
				   r->plen);
}

static void event_routes(struct events *ev, const struct porch_edit *e,
			 const struct porch_config *old)
{
	const struct porch_route *r;

	list_for_each_entry(r, &old->retired.routes, link)
		if (!config_has(e->next, r))
			event(ev, PORCH_CMD_ROUTE_REMOVED, r);
	list_for_each_entry(r, &e->added, link)
		event(ev, config_has(old, r) ? PORCH_CMD_ROUTE_REPLACED :
					       PORCH_CMD_ROUTE_ADDED, r);
}

static void event_route_rules(struct events *ev, const struct porch_edit *e,
			      const struct porch_config *old)
{
	const struct porch_route_rule *r;

	list_for_each_entry(r, &old->retired.route_rules, link)
		event(ev, PORCH_CMD_ROUTE_RULE_REMOVED, r);
	list_for_each_entry(r, &e->route_rules_added, link)
		event(ev, PORCH_CMD_ROUTE_RULE_ADDED, r);
}

static void event_rules_removed(struct events *ev, const struct porch_ruleset *rs,
				const struct porch_chain *c)
{
	struct rule_event what = { .rs = rs, .chain = c };
	u32 i;

	for (i = 0; i < c->n; i++) {
		if (list_empty(&c->rule[i]->link))
			continue;
		what.rule = c->rule[i];
		event(ev, PORCH_CMD_RULE_REMOVED, &what);
	}
}

static void event_rules_added(struct events *ev, const struct porch_ruleset *rs,
			      const struct porch_chain *c)
{
	struct rule_event what = { .rs = rs, .chain = c };
	u32 i;

	/* Backwards, so that the one that it comes before is there already */
	for (i = c->n; i--; what.before = what.rule) {
		what.rule = c->rule[i];
		if (what.rule->gen == ev->gen)
			event(ev, PORCH_CMD_RULE_ADDED, &what);
	}
}

/* Only that there are other elements, not which: there may be very many. */
static void event_sets(struct events *ev, const struct porch_ruleset *old,
		       const struct porch_ruleset *new)
{
	const struct porch_set *was, *is;
	int i;

	for (i = 0; i < PORCH_SETS_MAX; i++) {
		was = old->set[i];
		is = new->set[i];
		if (was == is)
			continue;
		if (was && is && !was->gone) {
			event(ev, PORCH_CMD_SET_CHANGED, is);
			continue;
		}
		if (was)
			event(ev, PORCH_CMD_SET_REMOVED, was);
		if (is)
			event(ev, PORCH_CMD_SET_ADDED, is);
	}
}

static void event_ruleset(struct events *ev, const struct porch_ruleset *old,
			  const struct porch_ruleset *new)
{
	const struct porch_chain *was, *is;
	int i;

	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (old->chain[i] && old->chain[i] != new->chain[i])
			event_rules_removed(ev, old, old->chain[i]);
	event_sets(ev, old, new);
	for (i = 0; i < PORCH_CHAINS_MAX; i++) {
		was = old->chain[i];
		is = new->chain[i];
		if (was == is)
			continue;
		if (was && is && !strcmp(was->name, is->name)) {
			if (was->policy != is->policy)
				event(ev, PORCH_CMD_CHAIN_CHANGED, is);
			continue;
		}
		if (was)
			event(ev, PORCH_CMD_CHAIN_REMOVED, was);
		if (is)
			event(ev, PORCH_CMD_CHAIN_ADDED, is);
	}
	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (new->chain[i] && old->chain[i] != new->chain[i])
			event_rules_added(ev, new, new->chain[i]);
}

/* Return: the command that tells what became of a class, 0 if nothing did. */
static u8 class_event(const struct porch_classes *from,
		      const struct porch_classes *to,
		      const struct porch_class *c, u8 gone)
{
	struct porch_class_tree now = porch_class_tree(from, c->ifindex);
	struct porch_class_tree other = porch_class_tree(to, c->ifindex);
	const struct porch_class *same = porch_class_find(other, c->id);

	if (!same)
		return gone;
	if (porch_class_equal(c, same) &&
	    porch_class_is_leaf(now, c) == porch_class_is_leaf(other, same))
		return 0;
	return PORCH_CMD_CLASS_CHANGED;
}

static void event_classes(struct events *ev)
{
	const struct porch_classes *old = ev->old->classes;
	const struct porch_classes *next = ev->next->classes;
	u32 i;
	u8 cmd;

	if (old == next)
		return;
	for (i = 0; old && i < old->n; i++)
		if (old->class[i].ifindex &&
		    class_event(old, next, &old->class[i],
				PORCH_CMD_CLASS_REMOVED) ==
		    PORCH_CMD_CLASS_REMOVED)
			event(ev, PORCH_CMD_CLASS_REMOVED, &old->class[i]);
	for (i = 0; next && i < next->n; i++) {
		cmd = class_event(next, old, &next->class[i],
				  PORCH_CMD_CLASS_ADDED);
		if (cmd)
			event(ev, cmd, &next->class[i]);
	}
}

/* What one of the sets has and the other has not */
static void event_lanes(struct events *ev, u8 cmd, const struct porch_lanes *set,
			const struct porch_lanes *other)
{
	unsigned int i;

	for (i = 0; set && i < set->n; i++)
		if (!porch_lanes_have(other, set->rule[i]) &&
		    !porch_lane_is_orphan(set->rule[i]))
			event(ev, cmd, set->rule[i]);
}

static void event_all(struct events *ev, const struct porch_edit *e,
		      const struct porch_config *old)
{
	const struct porch_port *port;

	list_for_each_entry(port, &e->detached, edit)
		event(ev, PORCH_CMD_PORT_REMOVED, port);
	list_for_each_entry(port, &e->attached, edit)
		event(ev, PORCH_CMD_PORT_ADDED, port);
	event_routes(ev, e, old);
	event_route_rules(ev, e, old);
	if (e->next->ruleset != e->ruleset)
		event_ruleset(ev, e->ruleset, e->next->ruleset);
	event_classes(ev);
	event_lanes(ev, PORCH_CMD_LANE_REMOVED, old->lanes, e->next->lanes);
	event_lanes(ev, PORCH_CMD_LANE_ADDED, e->next->lanes, old->lanes);
	if (memcmp(&old->set, &e->next->set, sizeof(old->set)))
		event(ev, PORCH_CMD_ENGINE_CHANGED, &e->next->set);
	if (memcmp(&old->track, &e->next->track, sizeof(old->track)))
		event(ev, PORCH_CMD_TRACK_CHANGED, &e->next->track);
	event(ev, PORCH_CMD_COMMITTED, NULL);
	events_flush(ev);
}

/**
 * porch_event_send() - tell listeners of a new generation
 * @e: the edit that made it; in force, but still locked
 * @old: the one before, with what it alone has on its list
 *
 * Costs nothing while nobody listens.
 *
 * Context: process context, under RTNL, holding the edit's lock, which keeps
 * the generations in order.
 */
void porch_event_send(const struct porch_edit *e,
		      const struct porch_config *old)
{
	struct events ev = {
		.net = e->pn->net, .gen = e->next->gen,
		.old = old, .next = e->next,
	};

	down_read(&live_sem);
	if (live && genl_has_listeners(&porch_family, ev.net,
				       PORCH_NLGRP_CONFIG))
		event_all(&ev, e, old);
	up_read(&live_sem);
}

/**
 * porch_event_lose() - tell listeners that there was something to tell
 * @pn: the instance
 *
 * Context: process context.
 */
void porch_event_lose(const struct porch_net *pn)
{
	down_read(&live_sem);
	if (live)
		genl_set_err(&porch_family, pn->net, 0, PORCH_NLGRP_CONFIG,
			     -ENOBUFS);
	up_read(&live_sem);
}

/**
 * porch_event_start() - begin to tell
 *
 * The family has been registered.
 *
 * Context: process context.
 */
void porch_event_start(void)
{
	down_write(&live_sem);
	live = true;
	up_write(&live_sem);
}

/**
 * porch_event_stop() - tell nothing any more
 *
 * The family may be withdrawn afterwards.
 *
 * Context: process context.
 */
void porch_event_stop(void)
{
	down_write(&live_sem);
	live = false;
	up_write(&live_sem);
}
