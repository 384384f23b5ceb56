// SPDX-License-Identifier: GPL-2.0
/*
 * Classes: how packets that leave by a device share its line. Here they are
 * numbers; a qdisc that works by them follows when a generation is published.
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include "control/class.h"
#include "control/config.h"
#include "control/fault.h"
#include "core/shape.h"

/* The qdisc adds two of its own: the line, and a leaf for what has no class. */
#define MAX_CLASSES		(PORCH_SHAPE_CLASSES_MAX - 2)
#define MAX_DEPTH		(PORCH_SHAPE_DEPTH_MAX - 1)

/* Beyond the first one, as many at a time. */
#define ROOM			32

/* A class of which nothing is said; for a leaf, as fq_codel has it. */
const struct porch_class porch_class_default = {
	.quantum = 1514,
	.limit = 10240,
	.flows = 1024,
	.target = 5000,
	.interval = 100000,
	.ecn = PORCH_ECN_ON,
};

#define FIELD(_attr, _field, ...)					\
	{								\
		.attr = PORCH_A_CLASS_##_attr,				\
		.size = sizeof_field(struct porch_class, _field),	\
		.offset = offsetof(struct porch_class, _field),		\
		__VA_ARGS__						\
	}

const struct porch_class_field porch_class_fields[] = {
	FIELD(IFINDEX, ifindex),
	FIELD(ID, id),
	FIELD(PARENT, parent, .is_optional = true),
	FIELD(PRIO, prio, .is_optional = true),
	FIELD(RATE, rate, .is_optional = true),
	FIELD(BURST, burst, .is_optional = true),
	FIELD(CEIL, ceil, .is_optional = true),
	FIELD(CEIL_BURST, ceil_burst, .is_optional = true),
	FIELD(QUANTUM, quantum),
	FIELD(DELAY, delay, .is_leaf = true, .is_optional = true),
	FIELD(LIMIT, limit, .is_leaf = true),
	FIELD(FLOWS, flows, .is_leaf = true),
	FIELD(TARGET, target, .is_leaf = true),
	FIELD(INTERVAL, interval, .is_leaf = true),
	FIELD(ECN, ecn, .is_leaf = true),
};

const unsigned int porch_n_class_fields = ARRAY_SIZE(porch_class_fields);

/**
 * porch_class_tree() - the classes of a device
 * @set: those of all devices, or NULL
 * @ifindex: of the device
 *
 * Return: its classes, good as long as @set.
 */
struct porch_class_tree porch_class_tree(const struct porch_classes *set,
					 u32 ifindex)
{
	struct porch_class_tree tree = {};
	u32 i;

	for (i = 0; set && i < set->n; i++) {
		if (READ_ONCE(set->class[i].ifindex) != ifindex)
			continue;
		if (!tree.n++)
			tree.class = &set->class[i];
	}
	return tree;
}

/**
 * porch_class_find() - find a class by its number
 * @tree: the classes of a device
 * @id: the number
 *
 * Return: the class, or NULL.
 */
const struct porch_class *porch_class_find(struct porch_class_tree tree, u32 id)
{
	u32 i;

	for (i = 0; i < tree.n; i++)
		if (tree.class[i].id == id)
			return &tree.class[i];
	return NULL;
}

/**
 * porch_class_equal() - are two classes one and the same?
 * @a: a class
 * @b: another one
 *
 * Return: whether all their values are.
 */
bool porch_class_equal(const struct porch_class *a, const struct porch_class *b)
{
	const struct porch_class_field *f;
	unsigned int i;

	for (i = 0; i < porch_n_class_fields; i++) {
		f = &porch_class_fields[i];
		if (memcmp((const u8 *)a + f->offset, (const u8 *)b + f->offset,
			   f->size))
			return false;
	}
	return a->is_default == b->is_default;
}

/**
 * porch_class_is_leaf() - can packets wait in a class?
 * @tree: the classes of its device
 * @c: the class
 *
 * Return: whether it is no other's parent.
 */
bool porch_class_is_leaf(struct porch_class_tree tree,
			 const struct porch_class *c)
{
	u32 i;

	for (i = 0; i < tree.n; i++)
		if (tree.class[i].parent == c->id)
			return false;
	return true;
}

/**
 * porch_classes_free() - free a set of classes
 * @set: the set, or NULL
 */
void porch_classes_free(struct porch_classes *set)
{
	kvfree(set);
}

/* Makes the edit's set its own, with room for one more. */
static int edit_own(struct porch_edit *e)
{
	const struct porch_classes *now = porch_edit_now(e)->classes;
	struct porch_classes *old = e->next->classes, *set;
	u32 i, n = old ? old->n : 0;

	if (old && old != now && n < old->room)
		return 0;
	set = kvmalloc(struct_size(set, class, n + ROOM), GFP_KERNEL_ACCOUNT);
	if (!set)
		return -ENOMEM;
	set->room = n + ROOM;
	set->n = 0;
	for (i = 0; i < n; i++)
		if (old->class[i].ifindex)
			set->class[set->n++] = old->class[i];
	if (old != now)
		kvfree(old);
	e->next->classes = set;
	return 0;
}

static int own_or_refuse(struct porch_edit *e, struct porch_fault *fault)
{
	if (!edit_own(e))
		return 0;
	return porch_refuse(fault, -ENOMEM, 0, "no memory for the classes");
}

static void apply(struct porch_class *c, const struct porch_class_spec *s)
{
	const struct porch_class_field *f;
	unsigned int i;

	for (i = 0; i < porch_n_class_fields; i++) {
		f = &porch_class_fields[i];
		if (test_bit(f->attr, &s->given))
			memcpy((u8 *)c + f->offset, (u8 *)&s->value + f->offset,
			       f->size);
	}
}

static int check_values(const struct porch_class *c, struct porch_fault *fault)
{
	if (c->interval && (u64)c->interval * NSEC_PER_USEC < PORCH_CODEL_INTERVAL_MIN)
		return porch_refuse(fault, -EINVAL, PORCH_A_CLASS_INTERVAL,
				    "the interval is 0, for no CoDel, or at least 100 microseconds");
	if (c->ceil && c->rate > c->ceil)
		return porch_refuse(fault, -EINVAL, PORCH_A_CLASS_RATE,
				    "the rate is more than the ceiling");
	return 0;
}

/* One class of a device takes what belongs to no leaf. */
static void make_default(struct porch_classes *set, struct porch_class *c)
{
	u32 i;

	for (i = 0; i < set->n; i++)
		if (set->class[i].ifindex == c->ifindex)
			set->class[i].is_default = false;
	c->is_default = true;
}

static int check_parent(struct porch_class_tree tree, u32 id,
			struct porch_fault *fault)
{
	const struct porch_class *c;
	u32 depth = 1;

	for (; id; id = c->parent, depth++) {
		c = porch_class_find(tree, id);
		if (!c)
			return porch_refuse(fault, -ENOENT, PORCH_A_CLASS_PARENT,
					    "the device has no class that is to be the parent");
		if (c->is_default)
			return porch_refuse(fault, -EBUSY, PORCH_A_CLASS_PARENT,
					    "the parent is the default class, which has to be a leaf");
	}
	if (depth > MAX_DEPTH)
		return porch_refuse(fault, -ELOOP, PORCH_A_CLASS_PARENT,
				    "a class has at most six others above it");
	return 0;
}

static int check_insert(struct porch_class_tree tree,
			const struct porch_class_spec *s,
			struct porch_fault *fault)
{
	if (porch_class_find(tree, s->value.id))
		return porch_refuse(fault, -EEXIST, PORCH_A_CLASS_ID,
				    "the device has a class of that number");
	if (tree.n == MAX_CLASSES)
		return porch_refuse(fault, -ENOSPC, 0,
				    "the device has as many classes as it may");
	return check_parent(tree, s->value.parent, fault);
}

/**
 * porch_class_insert() - add a class
 * @e: the edit
 * @s: the class
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_class_insert(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault)
{
	struct porch_class c = porch_class_default;
	struct porch_class_tree tree;
	struct porch_classes *set;
	struct porch_class *at;
	int err;

	if (!__dev_get_by_index(e->pn->net, s->value.ifindex))
		return porch_refuse(fault, -ENODEV, PORCH_A_CLASS_IFINDEX,
				    "no such device in this network namespace");
	tree = porch_class_tree(e->next->classes, s->value.ifindex);
	err = check_insert(tree, s, fault);
	if (err)
		return err;
	apply(&c, s);
	err = check_values(&c, fault) ?: own_or_refuse(e, fault);
	if (err)
		return err;

	set = e->next->classes;
	for (at = set->class + set->n; at > set->class; at--) {
		if (at[-1].ifindex < c.ifindex ||
		    (at[-1].ifindex == c.ifindex && at[-1].id < c.id))
			break;
		*at = at[-1];
	}
	*at = c;
	set->n++;
	if (s->value.is_default)
		make_default(set, at);
	return 0;
}

/* One that the edit may change. */
static struct porch_class *edit_find(struct porch_edit *e,
				     const struct porch_class_spec *s,
				     struct porch_fault *fault)
{
	struct porch_class_tree tree;
	const struct porch_class *c;
	int err;

	err = own_or_refuse(e, fault);
	if (err)
		return ERR_PTR(err);
	tree = porch_class_tree(e->next->classes, s->value.ifindex);
	c = porch_class_find(tree, s->value.id);
	if (c)
		return (struct porch_class *)c;
	porch_refuse(fault, -ENOENT, PORCH_A_CLASS_ID,
		     "the device has no class of that number");
	return ERR_PTR(-ENOENT);
}

/**
 * porch_class_change() - give a class other values
 * @e: the edit
 * @s: the class, and the values that are to change
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_class_change(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault)
{
	struct porch_class_tree tree;
	struct porch_class *c;

	c = edit_find(e, s, fault);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (s->value.is_default) {
		tree = porch_class_tree(e->next->classes, c->ifindex);
		if (!porch_class_is_leaf(tree, c))
			return porch_refuse(fault, -EBUSY, PORCH_A_CLASS_DEFAULT,
					    "a class with others below it cannot be the default");
		make_default(e->next->classes, c);
	}
	apply(c, s);
	return check_values(c, fault);
}

/* Takes @n classes out of the edit's own set. */
static void edit_drop(struct porch_edit *e, const struct porch_class *c, u32 n)
{
	struct porch_classes *set = e->next->classes;
	u32 at = c - set->class;

	set->n -= n;
	memmove(&set->class[at], &set->class[at + n],
		(set->n - at) * sizeof(*c));
}

/**
 * porch_class_remove() - remove a class, or all of a device
 * @e: the edit
 * @s: the class; all of the device, if its number is not given
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_class_remove(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault)
{
	struct net_device *dev;
	struct porch_class *c;

	dev = __dev_get_by_index(e->pn->net, s->value.ifindex);
	if (!dev)
		return porch_refuse(fault, -ENODEV, PORCH_A_CLASS_IFINDEX,
				    "no such device in this network namespace");
	if (!test_bit(PORCH_A_CLASS_ID, &s->given)) {
		if (!porch_class_remove_dev(e, dev))
			return 0;
		return porch_refuse(fault, -ENOMEM, 0, "no memory for the change");
	}
	c = edit_find(e, s, fault);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (!porch_class_is_leaf(porch_class_tree(e->next->classes, c->ifindex), c))
		return porch_refuse(fault, -EBUSY, PORCH_A_CLASS_ID,
				    "there are classes below it; remove them first");
	edit_drop(e, c, 1);
	return 0;
}

/**
 * porch_class_remove_dev() - remove the classes of a device
 * @e: the edit
 * @dev: the device
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or -ENOMEM, and then the edit has to be aborted.
 */
int porch_class_remove_dev(struct porch_edit *e, const struct net_device *dev)
{
	struct porch_class_tree tree;

	if (!porch_class_tree(e->next->classes, dev->ifindex).n)
		return 0;
	if (edit_own(e))
		return -ENOMEM;
	tree = porch_class_tree(e->next->classes, dev->ifindex);
	edit_drop(e, tree.class, tree.n);
	return 0;
}

/**
 * porch_class_orphan_dev() - forget the classes of a device that goes away
 * @pn: the instance
 * @dev: the device
 *
 * Cannot fail: for want of memory for an edit.
 *
 * Context: process context, under RTNL.
 */
void porch_class_orphan_dev(struct porch_net *pn, const struct net_device *dev)
{
	struct porch_classes *set;
	u32 i;

	mutex_lock(&pn->lock);
	set = rcu_dereference_protected(pn->config,
					lockdep_is_held(&pn->lock))->classes;
	for (i = 0; set && i < set->n; i++)
		if (set->class[i].ifindex == dev->ifindex)
			WRITE_ONCE(set->class[i].ifindex, 0);
	mutex_unlock(&pn->lock);
}
