// SPDX-License-Identifier: GPL-2.0
/*
 * Named sets of addresses. A set is a pair of persistent tables, so that an edit
 * that adds a hundred thousand elements copies little of what stays the same.
 *
 * What bears the number of the generation to be is the edit's own, and has an
 * open edit of its tables.
 */
#include <linux/slab.h>
#include "control/fault.h"
#include "control/ruleset.h"
#include "control/set.h"

/* The value of a prefix that has no ports */
static char whole;

static void ports_free(void *value, void *arg)
{
	kfree(value);
}

static void nothing_free(void *value, void *arg)
{
}

/**
 * porch_set_free() - free a set with all that is in it
 * @set: the set, which nobody can see
 */
void porch_set_free(struct porch_set *set)
{
	void (*free_value)(void *value, void *arg) = nothing_free;

	if (set->type == PORCH_SET_TYPE_ADDR_PORT)
		free_value = ports_free;
	porch_lpm_destroy(&set->v4, free_value, NULL);
	porch_lpm_destroy(&set->v6, free_value, NULL);
	kfree(set);
}

/* Begins an edit of a version that nobody has seen. */
static int set_open(struct porch_set *set, u32 gen)
{
	struct porch_set_edit *edit = kzalloc(sizeof(*edit), GFP_KERNEL_ACCOUNT);

	if (!edit)
		return -ENOMEM;
	porch_lpm_edit_begin(&edit->v4, &set->v4, GFP_KERNEL_ACCOUNT);
	porch_lpm_edit_begin(&edit->v6, &set->v6, GFP_KERNEL_ACCOUNT);
	INIT_LIST_HEAD(&edit->added);
	INIT_LIST_HEAD(&edit->removed);
	INIT_LIST_HEAD(&set->link);
	set->edit = edit;
	set->gen = gen;
	return 0;
}

static void forget(struct list_head *ports)
{
	struct porch_set_ports *p, *next;

	list_for_each_entry_safe(p, next, ports, link) {
		list_del_init(&p->link);
		cond_resched();
	}
}

/* Gives a version up that nobody has seen; what it was made from stays. */
static void set_discard(struct porch_set *set)
{
	struct porch_set_edit *edit = set->edit;
	struct porch_set_ports *p, *next;

	porch_lpm_edit_abort(&edit->v4);
	porch_lpm_edit_abort(&edit->v6);
	forget(&edit->removed);
	list_for_each_entry_safe(p, next, &edit->added, link) {
		kfree(p);
		cond_resched();
	}
	kfree(edit);
	kfree(set);
}

/* Ends the edit of a version that is about to be in force. */
static void set_close(struct porch_set *set, struct porch_config *old)
{
	struct porch_set_edit *edit = set->edit;

	porch_lpm_edit_commit(&edit->v4, &set->v4, &old->retired.set_nodes);
	porch_lpm_edit_commit(&edit->v6, &set->v6, &old->retired.set_nodes);
	list_splice_tail(&edit->removed, &old->retired.ports);
	forget(&edit->added);
	kfree(edit);
	set->edit = NULL;
}

/* The edit's own version of a set */
static struct porch_set *edit_set(struct porch_edit *e,
				  struct porch_ruleset *rs, u16 id)
{
	struct porch_set *set = rs->set[id], *copy;

	if (set->gen == e->next->gen)
		return set;
	copy = kmemdup(set, sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	if (set_open(copy, e->next->gen)) {
		kfree(copy);
		return NULL;
	}
	rs->set[id] = copy;
	return copy;
}

/**
 * porch_set_publish() - settle what a change of sets replaces
 * @e: the edit, about to be in force
 * @old: the generation before, which retires what it alone has
 *
 * Cannot fail.
 *
 * Context: process context, holding the edit's lock.
 */
void porch_set_publish(struct porch_edit *e, struct porch_config *old)
{
	struct porch_ruleset *rs = e->next->ruleset;
	struct porch_set *was, *is;
	int i;

	for (i = 0; i < PORCH_SETS_MAX; i++) {
		was = e->ruleset->set[i];
		is = rs->set[i];
		if (was == is)
			continue;
		if (is)
			set_close(is, old);
		/* Removed ones are on the edit's list. */
		if (was && list_empty(&was->link))
			list_add_tail(&was->link, &old->retired.sets);
	}
	list_for_each_entry(was, &e->sets, link)
		was->gone = true;
	list_splice_tail_init(&e->sets, &old->retired.sets);
}

/**
 * porch_set_abort() - forget what an edit has done to the sets
 * @e: the edit, which is given up, with rules of its own
 *
 * Context: process context, holding the edit's lock.
 */
void porch_set_abort(struct porch_edit *e)
{
	struct porch_ruleset *rs = e->next->ruleset;
	struct porch_set *set, *next;
	int i;

	list_for_each_entry_safe(set, next, &e->sets, link)
		list_del_init(&set->link);
	for (i = 0; i < PORCH_SETS_MAX; i++)
		if (rs->set[i] && rs->set[i]->gen == e->next->gen)
			set_discard(rs->set[i]);
}

/**
 * porch_set_free_retired() - free what a generation alone has used of sets
 * @cfg: the generation, replaced a grace period ago
 */
void porch_set_free_retired(struct porch_config *cfg)
{
	struct porch_set_ports *p, *next_ports;
	struct porch_set *set, *next;

	porch_lpm_retired_free(&cfg->retired.set_nodes);
	list_for_each_entry_safe(p, next_ports, &cfg->retired.ports, link) {
		kfree(p);
		cond_resched();
	}
	list_for_each_entry_safe(set, next, &cfg->retired.sets, link) {
		if (set->gone)
			porch_set_free(set);
		else
			kfree(set);
		cond_resched();
	}
}

/**
 * porch_set_find() - find a set
 * @rs: the rule set
 * @name: its name
 *
 * Return: the set, or NULL.
 */
struct porch_set *porch_set_find(const struct porch_ruleset *rs,
				 const char *name)
{
	int i;

	for (i = 0; i < PORCH_SETS_MAX; i++)
		if (rs->set[i] && !strcmp(rs->set[i]->name, name))
			return rs->set[i];
	return NULL;
}

static int no_memory(struct porch_fault *fault)
{
	return porch_refuse(fault, -ENOMEM, 0, "no memory for the change");
}

/**
 * porch_set_insert() - add a set
 * @e: the edit
 * @s: the set
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_set_insert(struct porch_edit *e, const struct porch_set_spec *s,
		     struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_set *set;
	int id;

	if (!rs)
		return no_memory(fault);
	if (porch_set_find(rs, s->name))
		return porch_refuse(fault, -EEXIST, PORCH_A_SET_NAME,
				    "there is a set of this name already");
	for (id = 0; id < PORCH_SETS_MAX; id++)
		if (!rs->set[id])
			break;
	if (id == PORCH_SETS_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_SET_NAME,
				    "there are as many sets as there may be");
	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		return no_memory(fault);
	strscpy(set->name, s->name, sizeof(set->name));
	set->id = id;
	set->type = s->type;
	porch_lpm_init(&set->v4, 32);
	porch_lpm_init(&set->v6, 128);
	if (set_open(set, e->next->gen)) {
		kfree(set);
		return no_memory(fault);
	}
	rs->set[id] = set;
	return 0;
}

static bool chain_uses(const struct porch_chain *c, u16 id)
{
	const struct porch_match *m;
	u32 i;

	for (i = 0; i < c->n; i++) {
		m = &c->rule[i]->match;
		if ((m->has & PORCH_MATCH_SRC_SET && m->src_set == id) ||
		    (m->has & PORCH_MATCH_DST_SET && m->dst_set == id))
			return true;
	}
	return false;
}

static bool is_used(const struct porch_ruleset *rs, u16 id)
{
	int i;

	for (i = 0; i < PORCH_CHAINS_MAX; i++)
		if (rs->chain[i] && chain_uses(rs->chain[i], id))
			return true;
	return false;
}

/**
 * porch_set_remove() - remove a set with its elements
 * @e: the edit
 * @s: its name
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_set_remove(struct porch_edit *e, const struct porch_set_spec *s,
		     struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);
	struct porch_set *set, *was;

	if (!rs)
		return no_memory(fault);
	set = porch_set_find(rs, s->name);
	if (!set)
		return porch_refuse(fault, -ENOENT, PORCH_A_SET_NAME,
				    "no such set");
	if (is_used(rs, set->id))
		return porch_refuse(fault, -EBUSY, PORCH_A_SET_NAME,
				    "a rule uses the set");
	rs->set[set->id] = NULL;
	rs->n_elements -= set->n;
	/* The one in force may have been removed already, for another. */
	was = e->ruleset->set[set->id];
	if (was && list_empty(&was->link))
		list_add_tail(&was->link, &e->sets);
	if (set->gen == e->next->gen)
		set_discard(set);
	return 0;
}

/* Finds the set of an element, which the element must be fit for. */
static int element_begin(struct porch_edit *e,
			 const struct porch_element_spec *s,
			 struct porch_set **set, struct porch_fault *fault)
{
	struct porch_ruleset *rs = porch_ruleset_edit(e);

	if (!rs)
		return no_memory(fault);
	*set = porch_set_find(rs, s->set);
	if (!*set)
		return porch_refuse(fault, -ENOENT, PORCH_A_ELEMENT_SET,
				    "no such set");
	if ((*set)->type == PORCH_SET_TYPE_ADDR && s->has_port)
		return porch_refuse(fault, -EINVAL, PORCH_A_ELEMENT_PORT,
				    "the set is one of addresses alone");
	if ((*set)->type == PORCH_SET_TYPE_ADDR_PORT && !s->has_port)
		return porch_refuse(fault, -EINVAL, PORCH_A_ELEMENT_SET,
				    "the set is one of addresses with a port each");
	if (s->has_port && s->plen != porch_fib_bits(s->family))
		return porch_refuse(fault, -EINVAL, PORCH_A_ELEMENT_PREFIX_LEN,
				    "with a port, the address is that of one host");
	*set = edit_set(e, rs, (*set)->id);
	return *set ? 0 : no_memory(fault);
}

static struct porch_lpm_edit *table_of(struct porch_set *set, u8 family)
{
	return family == AF_INET ? &set->edit->v4 : &set->edit->v6;
}

static u32 port_place(const struct porch_set_ports *p, u16 port)
{
	u32 low = 0, high = p ? p->n : 0, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (p->port[mid] < port)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool has_port(const struct porch_set_ports *p, u16 port)
{
	u32 place = port_place(p, port);

	return p && place < p->n && p->port[place] == port;
}

static struct porch_set_ports *ports_alloc(struct porch_set *set, u32 n)
{
	struct porch_set_ports *p;

	p = kmalloc(struct_size(p, port, n), GFP_KERNEL_ACCOUNT);
	if (!p)
		return NULL;
	p->n = n;
	list_add_tail(&p->link, &set->edit->added);
	return p;
}

/* What the same edit has brought was never seen by anybody. */
static void ports_drop(struct porch_set *set, struct porch_set_ports *p)
{
	if (list_empty(&p->link)) {
		list_add_tail(&p->link, &set->edit->removed);
	} else {
		list_del(&p->link);
		kfree(p);
	}
}

/* Puts @with in the place of the ports that an address has, if any. */
static int ports_replace(struct porch_set *set,
			 const struct porch_element_spec *s,
			 struct porch_set_ports *had,
			 struct porch_set_ports *with)
{
	int err;

	err = porch_lpm_insert(table_of(set, s->family), s->addr.bytes, s->plen,
			       with, true, NULL);
	if (!err && had)
		ports_drop(set, had);
	return err;
}

static int port_insert(struct porch_set *set, const struct porch_element_spec *s,
		       struct porch_fault *fault)
{
	struct porch_set_ports *had, *with;
	u32 place, n;

	had = porch_lpm_find(&table_of(set, s->family)->cur, s->addr.bytes,
			     s->plen);
	if (has_port(had, s->port))
		return -EEXIST;
	n = had ? had->n : 0;
	if (n == PORCH_SET_PORTS_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_ELEMENT_PORT,
				    "the address has as many ports as it may");
	with = ports_alloc(set, n + 1);
	if (!with)
		return -ENOMEM;
	place = port_place(had, s->port);
	if (had) {
		memcpy(with->port, had->port, place * sizeof(u16));
		memcpy(&with->port[place + 1], &had->port[place],
		       (n - place) * sizeof(u16));
	}
	with->port[place] = s->port;
	return ports_replace(set, s, had, with);
}

/**
 * porch_element_insert() - add an element to a set
 * @e: the edit
 * @s: the element
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_element_insert(struct porch_edit *e,
			 const struct porch_element_spec *s,
			 struct porch_fault *fault)
{
	struct porch_set *set;
	int err;

	err = element_begin(e, s, &set, fault);
	if (err)
		return err;
	if (e->next->ruleset->n_elements == PORCH_ELEMENTS_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_ELEMENT_SET,
				    "there are as many elements as there may be");
	if (s->has_port)
		err = port_insert(set, s, fault);
	else
		err = porch_lpm_insert(table_of(set, s->family), s->addr.bytes,
				       s->plen, &whole, false, NULL);
	if (err == -EEXIST)
		return porch_refuse(fault, err, PORCH_A_ELEMENT_ADDR,
				    "the set has this element already");
	if (err == -ENOMEM)
		return no_memory(fault);
	if (err)
		return err;
	set->n++;
	e->next->ruleset->n_elements++;
	return 0;
}

static int port_remove(struct porch_set *set,
		       const struct porch_element_spec *s)
{
	struct porch_lpm_edit *table = table_of(set, s->family);
	struct porch_set_ports *had, *with;
	u32 place;
	int err;

	had = porch_lpm_find(&table->cur, s->addr.bytes, s->plen);
	if (!has_port(had, s->port))
		return -ENOENT;
	if (had->n == 1) {
		err = porch_lpm_remove(table, s->addr.bytes, s->plen, NULL);
		if (!err)
			ports_drop(set, had);
		return err;
	}
	with = ports_alloc(set, had->n - 1);
	if (!with)
		return -ENOMEM;
	place = port_place(had, s->port);
	memcpy(with->port, had->port, place * sizeof(u16));
	memcpy(&with->port[place], &had->port[place + 1],
	       (with->n - place) * sizeof(u16));
	return ports_replace(set, s, had, with);
}

/**
 * porch_element_remove() - remove an element from a set
 * @e: the edit
 * @s: the element
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_element_remove(struct porch_edit *e,
			 const struct porch_element_spec *s,
			 struct porch_fault *fault)
{
	struct porch_set *set;
	int err;

	err = element_begin(e, s, &set, fault);
	if (err)
		return err;
	if (s->has_port)
		err = port_remove(set, s);
	else
		err = porch_lpm_remove(table_of(set, s->family), s->addr.bytes,
				       s->plen, NULL);
	if (err == -ENOMEM)
		return no_memory(fault);
	if (err)
		return porch_refuse(fault, -ENOENT, PORCH_A_ELEMENT_ADDR,
				    "the set has no such element");
	set->n--;
	e->next->ruleset->n_elements--;
	return 0;
}

/**
 * porch_set_has() - is an address in a set?
 * @set: the set
 * @ipver: 4 or 6
 * @addr: the address
 * @port: the port, for a set of addresses with ports
 *
 * Context: any that keeps the generation.
 *
 * Return: whether it is.
 */
bool porch_set_has(const struct porch_set *set, u8 ipver, const void *addr,
		   u16 port)
{
	const void *value = porch_lpm_lookup(ipver == 4 ? &set->v4 : &set->v6,
					     addr);

	if (set->type == PORCH_SET_TYPE_ADDR)
		return value;
	return has_port(value, port);
}

/**
 * porch_set_next() - go through the elements of a set in order
 * @set: the set
 * @pos: where the last call got to; moved to the element that is returned
 * @element: filled
 *
 * Return: false at the end.
 */
bool porch_set_next(const struct porch_set *set, struct porch_set_pos *pos,
		    struct porch_element_spec *element)
{
	const struct porch_set_ports *p;
	const struct porch_lpm *table = pos->v6 ? &set->v6 : &set->v4;
	void *value = NULL;

	if (pos->port)	/* more ports of the same address */
		value = porch_lpm_find(table, pos->pos.key, pos->pos.plen);
	if (!value) {
		pos->port = 0;
		value = porch_lpm_next(table, &pos->pos);
	}
	if (!value && !pos->v6) {
		*pos = (struct porch_set_pos) { .v6 = true };
		table = &set->v6;
		value = porch_lpm_next(table, &pos->pos);
	}
	if (!value)
		return false;
	*element = (struct porch_element_spec) {
		.family = pos->v6 ? AF_INET6 : AF_INET,
		.plen = pos->pos.plen,
	};
	memcpy(&element->addr, pos->pos.key, table->bits / 8);
	if (set->type == PORCH_SET_TYPE_ADDR)
		return true;
	p = value;
	element->has_port = true;
	element->port = p->port[min(pos->port, p->n - 1)];
	pos->port++;
	if (pos->port >= p->n)
		pos->port = 0;
	return true;
}
