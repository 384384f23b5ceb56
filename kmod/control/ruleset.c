// SPDX-License-Identifier: GPL-2.0
/*
 * Chains of rules: what a request must say, and how it enters or leaves the next
 * generation.
 *
 * A rule stays the same from the generation that brings it to the one that
 * removes it, and so do its counters. A chain is an array of pointers to rules,
 * and is copied by the first change of an edit to it; so is the list of chains.
 * Whatever bears the number of the generation to be is the edit's own.
 */
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "control/fault.h"
#include "control/ruleset.h"
#include "control/set.h"
#include "control/stats.h"
#include "path/flow.h"

#define ALL_HOOKS	(BIT(PORCH_CHAIN_HOOKS) - 1)
#define AFTER_ROUTING	(BIT(PORCH_CHAIN_HOOK_FORWARD) | \
			 BIT(PORCH_CHAIN_HOOK_OUTPUT))

static const char *const hook_names[PORCH_CHAIN_HOOKS] = {
	[PORCH_CHAIN_HOOK_INGRESS] = "ingress",
	[PORCH_CHAIN_HOOK_INPUT] = "input",
	[PORCH_CHAIN_HOOK_FORWARD] = "forward",
	[PORCH_CHAIN_HOOK_OUTPUT] = "output",
};

static bool is_hooked(const struct porch_chain *c)
{
	return c->id < PORCH_CHAIN_HOOKS;
}

static void rule_free(struct porch_rule *r)
{
	free_percpu(r->count);
	kfree(r->bucket);
	kfree(r);
}

static struct porch_chain *chain_alloc(const char *name, u16 id, u32 room)
{
	struct porch_chain *c;

	c = kvzalloc(struct_size(c, rule, room), GFP_KERNEL_ACCOUNT);
	if (!c)
		return NULL;
	strscpy(c->name, name, sizeof(c->name));
	c->id = id;
	c->hooks = ALL_HOOKS;
	c->room = room;
	INIT_LIST_HEAD(&c->link);
	return c;
}

/* A copy for the edit @gen, with @room for rules. */
static struct porch_chain *chain_copy(const struct porch_chain *c, u32 gen,
				      u32 room)
{
	struct porch_chain *copy = chain_alloc(c->name, c->id, room);

	if (!copy)
		return NULL;
	copy->policy = c->policy;
	copy->hooks = c->hooks;
	bitmap_copy(copy->calls, c->calls, PORCH_CHAINS_MAX);
	copy->gen = gen;
	copy->n = c->n;
	memcpy(copy->rule, c->rule, c->n * sizeof(c->rule[0]));
	return copy;
}

/**
 * porch_ruleset_alloc() - make the chains of the hooks, without rules
 *
 * Return: the rule set, or NULL without memory.
 */
struct porch_ruleset *porch_ruleset_alloc(void)
{
	struct porch_ruleset *rs = kzalloc(sizeof(*rs), GFP_KERNEL_ACCOUNT);
	int i;

	if (!rs)
		return NULL;
	for (i = 0; i < PORCH_CHAIN_HOOKS; i++) {
		rs->chain[i] = chain_alloc(hook_names[i], i, 0);
		if (!rs->chain[i]) {
			porch_ruleset_free(rs);
			return NULL;
		}
	}
	return rs;
}

/**
 * porch_ruleset_free() - free a rule set with all that is in it
 * @rs: the rule set, which nobody can see
 */
void porch_ruleset_free(struct porch_ruleset *rs)
{
	struct porch_chain *c;
	u32 i, n;

	for (i = 0; i < PORCH_CHAINS_MAX; i++) {
		c = rs->chain[i];
		for (n = 0; c && n < c->n; n++)
			rule_free(c->rule[n]);
		kvfree(c);
		cond_resched();
	}
	for (i = 0; i < PORCH_SETS_MAX; i++)
		if (rs->set[i])
			porch_set_free(rs->set[i]);
	kfree(rs);
}

/**
 * porch_ruleset_edit() - the rule set that an edit may change
 * @e: the edit
 *
 * Return: its own copy, or NULL without memory.
 */
struct porch_ruleset *porch_ruleset_edit(struct porch_edit *e)
{
	struct porch_ruleset *copy;

	if (e->next->ruleset != e->ruleset)
		return e->next->ruleset;
	copy = kmemdup(e->ruleset, sizeof(*copy), GFP_KERNEL_ACCOUNT);
	if (copy)
		e->next->ruleset = copy;
	return copy;
}

/* The edit's own version of a chain, with room for @more rules */
static struct porch_chain *edit_chain(struct porch_edit *e,
				      struct porch_ruleset *rs, u16 id, u32 more)
{
	struct porch_chain *c = rs->chain[id], *copy;
	u32 gen = e->next->gen, room = c->room;

	if (c->gen == gen && c->n + more <= room)
		return c;
	if (c->n + more > room)
		room = max(c->n + more, c->gen == gen ? room * 2 : 0);
	copy = chain_copy(c, gen, room);
	if (!copy)
		return NULL;
	if (c->gen == gen)
		kvfree(c);
	rs->chain[id] = copy;
	return copy;
}

/* A rule that the same edit has added was never seen by anybody. */
static void edit_drop(struct porch_edit *e, struct porch_ruleset *rs,
		      struct porch_rule *r)
{
	rs->n_rules--;
	if (r->gen == e->next->gen)
		rule_free(r);
	else
		list_add_tail(&r->link, &e->rules);
}

static u8 active_hooks(const struct porch_ruleset *rs)
{
	u8 hooks = 0;
	int i;

	for (i = 0; i < PORCH_CHAIN_HOOKS; i++)
		if (rs->chain[i]->n || rs->chain[i]->policy)
			hooks |= BIT(i);
	return hooks;
}

/**
 * porch_ruleset_publish() - settle what a change replaces
 * @e: the edit, about to be in force
 * @old: the generation before, which retires what it alone has
 *
 * Cannot fail.
 *
 * Context: process context, holding the edit's lock.
 */
void porch_ruleset_publish(struct porch_edit *e, struct porch_config *old)
{
	struct porch_ruleset *rs = e->next->ruleset;
	int i;

	if (rs == e->ruleset)
		return;
	rs->hooks = active_hooks(rs);
	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (e->ruleset->chain[i] && e->ruleset->chain[i] != rs->chain[i])
			list_add(&e->ruleset->chain[i]->link,
				 &old->retired.chains);
	list_splice_init(&e->rules, &old->retired.rules);
	porch_set_publish(e, old);
	old->retired.ruleset = e->ruleset;
}

/**
 * porch_ruleset_abort() - forget what an edit has done to the rules
 * @e: the edit, which is given up
 *
 * Context: process context, holding the edit's lock.
 */
void porch_ruleset_abort(struct porch_edit *e)
{
	struct porch_ruleset *rs = e->next->ruleset;
	struct porch_rule *r, *next;
	struct porch_chain *c;
	u32 i, n;

	list_for_each_entry_safe(r, next, &e->rules, link)
		list_del_init(&r->link);
	if (rs == e->ruleset)
		return;
	for (i = 0; i < PORCH_CHAINS_MAX; i++) {
		c = rs->chain[i];
		if (!c || c->gen != e->next->gen)
			continue;
		for (n = 0; n < c->n; n++)
			if (c->rule[n]->gen == e->next->gen)
				rule_free(c->rule[n]);
		kvfree(c);
		cond_resched();
	}
	porch_set_abort(e);
	kfree(rs);
}

/**
 * porch_ruleset_free_retired() - free what a generation alone has used
 * @cfg: the generation, replaced a grace period ago
 */
void porch_ruleset_free_retired(struct porch_config *cfg)
{
	struct porch_chain *c, *next_chain;
	struct porch_rule *r, *next;

	list_for_each_entry_safe(r, next, &cfg->retired.rules, link) {
		rule_free(r);
		cond_resched();
	}
	list_for_each_entry_safe(c, next_chain, &cfg->retired.chains, link)
		kvfree(c);
	porch_set_free_retired(cfg);
	kfree(cfg->retired.ruleset);
}

/**
 * porch_chain_find() - find a chain
 * @rs: the rule set
 * @name: its name
 *
 * Return: the chain, or NULL.
 */
struct porch_chain *porch_chain_find(const struct porch_ruleset *rs,
				     const char *name)
{
	int i;

	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (rs->chain[i] && !strcmp(rs->chain[i]->name, name))
			return rs->chain[i];
	return NULL;
}

static int no_memory(struct porch_fault *fault)
{
	return porch_refuse(fault, -ENOMEM, 0, "no memory for the change");
}

static int no_chain(struct porch_fault *fault, int attr)
{
	return porch_refuse(fault, -ENOENT, attr, "no such chain");
}

/**
 * porch_chain_insert() - add a chain
 * @e: the edit
 * @s: the chain
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_chain_insert(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	int id;

	if (!rs)
		return no_memory(fault);
	if (porch_chain_find(rs, s->name))
		return porch_refuse(fault, -EEXIST, PORCH_A_CHAIN_NAME,
				    "there is a chain of this name already");
	for (id = PORCH_CHAIN_HOOKS; id < PORCH_CHAINS_MAX; id++)
		if (!rs->chain[id])
			break;
	if (id == PORCH_CHAINS_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_CHAIN_NAME,
				    "there are as many chains as there may be");
	rs->chain[id] = chain_alloc(s->name, id, 0);
	if (!rs->chain[id])
		return no_memory(fault);
	rs->chain[id]->gen = e->next->gen;
	return 0;
}

static bool is_called(const struct porch_ruleset *rs, u16 id)
{
	int i;

	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (rs->chain[i] && test_bit(id, rs->chain[i]->calls))
			return true;
	return false;
}

/**
 * porch_chain_remove() - remove a chain
 * @e: the edit
 * @s: its name
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_chain_remove(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_chain *c;

	if (!rs)
		return no_memory(fault);
	c = porch_chain_find(rs, s->name);
	if (!c)
		return no_chain(fault, PORCH_A_CHAIN_NAME);
	if (is_hooked(c))
		return porch_refuse(fault, -EBUSY, PORCH_A_CHAIN_NAME,
				    "the chain of a hook is always there");
	if (c->n)
		return porch_refuse(fault, -EBUSY, PORCH_A_CHAIN_NAME,
				    "the chain has rules");
	if (is_called(rs, c->id))
		return porch_refuse(fault, -EBUSY, PORCH_A_CHAIN_NAME,
				    "a rule jumps to the chain");
	rs->chain[c->id] = NULL;
	if (c->gen == e->next->gen)
		kvfree(c);
	return 0;
}

/**
 * porch_chain_change() - set the policy of the chain of a hook
 * @e: the edit
 * @s: its name and the policy
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_chain_change(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_chain *c;

	if (!rs)
		return no_memory(fault);
	c = porch_chain_find(rs, s->name);
	if (!c)
		return no_chain(fault, PORCH_A_CHAIN_NAME);
	if (!is_hooked(c))
		return porch_refuse(fault, -EINVAL, PORCH_A_CHAIN_NAME,
				    "only the chains of hooks have a policy: ingress, input, forward, output");
	c = edit_chain(e, rs, c->id, 0);
	if (!c)
		return no_memory(fault);
	c->policy = s->policy;
	return 0;
}

/*
 * Follows the jumps, level by level, from all chains at once.
 *
 * Return: 0, -ELOOP if they go too deep or in a circle, or -EINVAL if they lead
 * from a hook to a rule that makes no sense there.
 */
static int check_jumps(const struct porch_ruleset *rs)
{
	u8 level[PORCH_CHAINS_MAX] = {}, hooks[PORCH_CHAINS_MAX] = {};
	unsigned int from, to;
	bool again = true;

	for (from = 0; from < PORCH_CHAIN_HOOKS; from++)
		hooks[from] = BIT(from);
	while (again) {
		again = false;
		for (from = 0; from < PORCH_CHAINS_MAX; from++) {
			if (!rs->chain[from])
				continue;
			for_each_set_bit(to, rs->chain[from]->calls,
					 PORCH_CHAINS_MAX) {
				if (level[to] > level[from] &&
				    !(hooks[from] & ~hooks[to]))
					continue;
				level[to] = max(level[to], level[from] + 1);
				hooks[to] |= hooks[from];
				if (level[to] > PORCH_CHAIN_DEPTH)
					return -ELOOP;
				again = true;
			}
		}
	}
	for (from = 0; from < PORCH_CHAINS_MAX; from++)
		if (rs->chain[from] && hooks[from] & ~rs->chain[from]->hooks)
			return -EINVAL;
	return 0;
}

/* What is held on its way out could not go on behind the egress hook. */
static bool is_held_for_good(const struct porch_deed *d)
{
	return !IS_ENABLED(CONFIG_NETFILTER_SKIP_EGRESS) &&
	       (d->action == PORCH_RULE_ACTION_QUEUE ||
		d->action == PORCH_RULE_ACTION_DIVERT);
}

static int check_hooks(const struct porch_ruleset *rs,
		       const struct porch_rule *r, struct porch_fault *fault)
{
	switch (check_jumps(rs)) {
	case -ELOOP:
		return porch_refuse(fault, -ELOOP, PORCH_A_RULE_JUMP,
				    "jumps would go in a circle, or more than 8 deep");
	case -EINVAL:
		if (r->deed.action == PORCH_RULE_ACTION_JUMP)
			return porch_refuse(fault, -EINVAL, PORCH_A_RULE_JUMP,
					    "that chain has rules which make no sense in this hook");
		if (r->match.has & PORCH_MATCH_OUT)
			return porch_refuse(fault, -EINVAL, PORCH_A_RULE_OUT,
					    "the output device is known in forward and output only");
		if (r->match.has & PORCH_MATCH_IN)
			return porch_refuse(fault, -EINVAL, PORCH_A_RULE_IN,
					    "what leaves this machine came in by no device");
		if (r->deed.action == PORCH_RULE_ACTION_REJECT)
			return porch_refuse(fault, -EINVAL, PORCH_A_RULE_ACTION,
					    "the sender is this machine itself: drop");
		if (is_held_for_good(&r->deed))
			return porch_refuse(fault, -EOPNOTSUPP, PORCH_A_RULE_ACTION,
					    "this kernel lets applications have nothing that it sends");
		return porch_refuse(fault, -EINVAL, PORCH_A_RULE_NAT,
				    "destinations are translated in ingress, sources in forward and output");
	}
	return 0;
}

static u8 hooks_of(const struct porch_match *m, const struct porch_deed *d)
{
	u8 hooks = ALL_HOOKS;

	if (m->has & PORCH_MATCH_IN || d->action == PORCH_RULE_ACTION_REJECT ||
	    is_held_for_good(d))
		hooks &= ~BIT(PORCH_CHAIN_HOOK_OUTPUT);
	if (m->has & PORCH_MATCH_OUT)
		hooks &= AFTER_ROUTING;
	if (d->has & PORCH_DEED_NAT) {
		if (d->nat.kind == PORCH_NAT_KIND_SNAT ||
		    d->nat.kind == PORCH_NAT_KIND_MASQUERADE)
			hooks &= AFTER_ROUTING;
		else
			hooks &= BIT(PORCH_CHAIN_HOOK_INGRESS);
	}
	return hooks;
}

static int name_device(struct porch_edit *e, u32 ifindex, char *name, int attr,
		       struct porch_fault *fault)
{
	const struct net_device *dev;

	dev = __dev_get_by_index(e->pn->net, ifindex);
	if (!dev)
		return porch_refuse(fault, -ENODEV, attr,
				    "no such device in this network namespace");
	strscpy(name, dev->name, IFNAMSIZ);
	return 0;
}

static struct porch_rule_bucket *bucket_alloc(const struct porch_deed *d)
{
	struct porch_rule_bucket *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);

	if (!b)
		return NULL;
	spin_lock_init(&b->lock);
	porch_tbucket_rate_init(&b->rate, d->limit, d->burst * d->period);
	porch_tbucket_init(&b->bucket, &b->rate, ktime_get_ns());
	return b;
}

static struct porch_rule *rule_alloc(const struct porch_rule_spec *s)
{
	struct porch_rule *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return NULL;
	r->match = s->match;
	r->deed = s->deed;
	r->hooks = hooks_of(&s->match, &s->deed);
	INIT_LIST_HEAD(&r->link);
	if (s->deed.has & PORCH_DEED_COUNT) {
		r->count = alloc_percpu_gfp(struct porch_rule_count,
					    GFP_KERNEL_ACCOUNT);
		if (!r->count)
			goto free;
	}
	if (s->deed.has & PORCH_DEED_LIMIT) {
		r->bucket = bucket_alloc(&s->deed);
		if (!r->bucket)
			goto free;
	}
	return r;
free:
	rule_free(r);
	return NULL;
}

static int number_set(const struct porch_ruleset *rs, const char *name, int attr,
		      u16 *id, struct porch_fault *fault)
{
	const struct porch_set *set = porch_set_find(rs, name);

	if (!set)
		return porch_refuse(fault, -ENOENT, attr, "no such set");
	*id = set->id;
	return 0;
}

static int rule_resolve(struct porch_edit *e, const struct porch_ruleset *rs,
			const struct porch_rule_spec *s, struct porch_rule *r,
			struct porch_fault *fault)
{
	const struct porch_chain *target;
	int err = 0;

	if (s->match.has & PORCH_MATCH_IN)
		err = name_device(e, s->match.in, r->in_name, PORCH_A_RULE_IN,
				  fault);
	if (!err && s->match.has & PORCH_MATCH_OUT)
		err = name_device(e, s->match.out, r->out_name,
				  PORCH_A_RULE_OUT, fault);
	if (!err && s->match.has & PORCH_MATCH_SRC_SET)
		err = number_set(rs, s->src_set, PORCH_A_RULE_SRC_SET,
				 &r->match.src_set, fault);
	if (!err && s->match.has & PORCH_MATCH_DST_SET)
		err = number_set(rs, s->dst_set, PORCH_A_RULE_DST_SET,
				 &r->match.dst_set, fault);
	if (err || s->deed.action != PORCH_RULE_ACTION_JUMP)
		return err;
	target = porch_chain_find(rs, s->jump);
	if (!target)
		return no_chain(fault, PORCH_A_RULE_JUMP);
	if (is_hooked(target))
		return porch_refuse(fault, -EINVAL, PORCH_A_RULE_JUMP,
				    "the chain of a hook is not jumped to");
	r->jump = target->id;
	return 0;
}

/* Return: its place, @c->n if it is not there. */
static u32 rule_place(const struct porch_chain *c, u32 handle)
{
	u32 i;

	for (i = 0; i < c->n; i++)
		if (c->rule[i]->handle == handle)
			break;
	return i;
}

/* What the chain as a whole is, of which the rule is a part now. */
static bool chain_note(struct porch_chain *c, const struct porch_rule *r)
{
	bool news = c->hooks & ~r->hooks;

	c->hooks &= r->hooks;
	if (r->deed.action == PORCH_RULE_ACTION_JUMP)
		news |= !__test_and_set_bit(r->jump, c->calls);
	return news;
}

/**
 * porch_rule_insert() - add a rule
 * @e: the edit
 * @s: the rule
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_rule_insert(struct porch_edit *e, const struct porch_rule_spec *s,
		      struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_chain *c;
	struct porch_rule *r;
	u32 place;
	int err;

	if (!rs)
		return no_memory(fault);
	c = porch_chain_find(rs, s->chain);
	if (!c)
		return no_chain(fault, PORCH_A_RULE_CHAIN);
	place = s->before ? rule_place(c, s->before) : c->n;
	if (s->before && place == c->n)
		return porch_refuse(fault, -ENOENT, PORCH_A_RULE_BEFORE,
				    "the chain has no rule of this handle");
	if (rs->n_rules == PORCH_RULES_MAX || rs->last_handle == U32_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_RULE_CHAIN,
				    "there are as many rules as there may be");

	c = edit_chain(e, rs, c->id, 1);
	r = c ? rule_alloc(s) : NULL;
	if (!r)
		return no_memory(fault);
	err = rule_resolve(e, rs, s, r, fault);
	if (err) {
		rule_free(r);
		return err;
	}
	r->gen = e->next->gen;
	r->handle = ++rs->last_handle;
	rs->n_rules++;
	memmove(&c->rule[place + 1], &c->rule[place],
		(c->n++ - place) * sizeof(c->rule[0]));
	c->rule[place] = r;
	return chain_note(c, r) ? check_hooks(rs, r, fault) : 0;
}

/* What is left of a chain is noted anew. */
static void chain_recall(struct porch_chain *c)
{
	u32 i;

	c->hooks = ALL_HOOKS;
	bitmap_zero(c->calls, PORCH_CHAINS_MAX);
	for (i = 0; i < c->n; i++)
		chain_note(c, c->rule[i]);
}

/**
 * porch_rule_remove() - remove a rule, or all rules of a chain
 * @e: the edit
 * @s: which
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_rule_remove(struct porch_edit *e, const struct porch_rule_ref *s,
		      struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_chain *c;
	struct porch_rule *r;
	u32 place, i;

	if (!rs)
		return no_memory(fault);
	c = porch_chain_find(rs, s->chain);
	if (!c)
		return no_chain(fault, PORCH_A_RULE_CHAIN);
	place = rule_place(c, s->handle);
	if (s->handle && place == c->n)
		return porch_refuse(fault, -ENOENT, PORCH_A_RULE_HANDLE,
				    "the chain has no rule of this handle");
	c = edit_chain(e, rs, c->id, 0);
	if (!c)
		return no_memory(fault);
	if (!s->handle) {
		for (i = 0; i < c->n; i++)
			edit_drop(e, rs, c->rule[i]);
		c->n = 0;
		chain_recall(c);
		return 0;
	}
	r = c->rule[place];
	memmove(&c->rule[place], &c->rule[place + 1],
		(--c->n - place) * sizeof(c->rule[0]));
	if (r->hooks != ALL_HOOKS || r->deed.action == PORCH_RULE_ACTION_JUMP)
		chain_recall(c);
	edit_drop(e, rs, r);
	return 0;
}

/**
 * porch_rule_sum() - add up what all CPUs have counted
 * @r: the rule, which counts
 * @sum: where the sums go
 *
 * Context: any.
 */
void porch_rule_sum(const struct porch_rule *r, struct porch_rule_count *sum)
{
	const struct porch_rule_count *part;
	int cpu;

	*sum = (struct porch_rule_count) {};
	for_each_possible_cpu(cpu) {
		part = per_cpu_ptr(r->count, cpu);
		sum->packets += porch_count_read(part->packets);
		sum->bytes += porch_count_read(part->bytes);
	}
}
