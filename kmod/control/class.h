/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_CLASS_H
#define PORCH_CLASS_H

#include <linux/porch.h>
#include <linux/types.h>

struct net_device;
struct porch_edit;
struct porch_fault;
struct porch_net;

/**
 * struct porch_class - a class that packets of a device are shaped in
 * @ifindex: of the device; 0 once that has gone without memory for a change
 * @id: the class's number
 * @parent: number of the class above, 0 for the line itself
 * @rate: bytes a second that it is to have before others may borrow, or 0
 * @ceil: bytes a second that it may not exceed, 0 for no such limit
 * @burst: bytes that @rate may be ahead, 0 for what suits it
 * @ceil_burst: bytes that @ceil may be ahead, 0 for what suits it
 * @quantum: its share among its equals, in bytes
 * @delay: of a leaf, microseconds that each packet has to wait
 * @limit: of a leaf, packets that may wait
 * @flows: of a leaf, how many it tells apart
 * @target: of a leaf, CoDel's, in microseconds
 * @interval: of a leaf, CoDel's, in microseconds; 0 for no CoDel
 * @prio: smaller ones go first among siblings
 * @ecn: of a leaf, enum porch_ecn
 * @is_default: it takes the packets that belong to no leaf
 *
 * A class is a leaf unless it is the parent of others.
 */
struct porch_class {
	u32 ifindex;
	u32 id;
	u32 parent;
	u64 rate;
	u64 ceil;
	u32 burst;
	u32 ceil_burst;
	u32 quantum;
	u32 delay;
	u32 limit;
	u32 flows;
	u32 target;
	u32 interval;
	u8 prio;
	u8 ecn;
	bool is_default;
};

/**
 * struct porch_classes - the classes of one or more generations
 * @n: how many
 * @room: for how many there is room
 * @class: sorted by device and number
 *
 * Never changed once published, but for devices that have gone.
 */
struct porch_classes {
	u32 n;
	u32 room;
	struct porch_class class[];
};

/**
 * struct porch_class_spec - a class as a request describes it
 * @given: which values there are, a bit for the number of each attribute
 * @value: these; the device is always there
 */
struct porch_class_spec {
	unsigned long given;
	struct porch_class value;
};

/**
 * struct porch_class_field - a value of a class and the attribute that has it
 * @attr: number of the attribute
 * @size: of both, in bytes
 * @offset: in struct porch_class
 * @is_leaf: it means nothing to a class that is no leaf
 * @is_optional: 0 stands for none
 */
struct porch_class_field {
	u16 attr;
	u8 size;
	u8 offset;
	bool is_leaf;
	bool is_optional;
};

extern const struct porch_class porch_class_default;
extern const struct porch_class_field porch_class_fields[];
extern const unsigned int porch_n_class_fields;

/**
 * struct porch_class_tree - the classes of one device
 * @class: the first of them
 * @n: how many
 */
struct porch_class_tree {
	const struct porch_class *class;
	u32 n;
};

struct porch_class_tree porch_class_tree(const struct porch_classes *set,
					 u32 ifindex);
const struct porch_class *porch_class_find(struct porch_class_tree tree, u32 id);
bool porch_class_equal(const struct porch_class *a, const struct porch_class *b);
bool porch_class_is_leaf(struct porch_class_tree tree,
			 const struct porch_class *c);

int porch_class_insert(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault);
int porch_class_change(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault);
int porch_class_remove(struct porch_edit *e, const struct porch_class_spec *s,
		       struct porch_fault *fault);
int porch_class_remove_dev(struct porch_edit *e, const struct net_device *dev);
void porch_class_orphan_dev(struct porch_net *pn, const struct net_device *dev);
void porch_classes_free(struct porch_classes *set);

#endif /* PORCH_CLASS_H */
