// SPDX-License-Identifier: GPL-2.0
/*
 * The class tree, by walks over those classes below which something waits.
 *
 * Two things decide, and both are asked anew for each packet:
 *
 * - May a leaf send? If it has a packet that may leave by now, and neither it
 *   nor any class above it is ahead of its ceiling.
 * - Which one does? From the root downwards, of the children with such a leaf
 *   below them: those within their own rate before those that would borrow, then
 *   by priority, then in turn, by deficit round robin.
 *
 * A class within its rate pays for what it sends from that; one that borrows
 * pays nothing, so that it is back within its rate as soon as time has earned
 * that. All pay for their ceilings. Any credit at all is enough for a packet of
 * any length, and the debt is paid off before the next.
 *
 * In a leaf, flows take turns as in RFC 8290. Where packets are delayed, a
 * flow whose first packet may not leave yet is treated as if it were empty.
 *
 * Sources: Floyd, Jacobson, Link-sharing and Resource Management Models for
 * Packet Networks, 1995; Shreedhar, Varghese, Efficient Fair Queueing using
 * Deficit Round Robin, 1995; RFC 8290; RFC 8289.
 */
#include "shape.h"

/*
 * A flow of a leaf. It is in one of the leaf's lists, or has no packets. In
 * @fresh and @old it may have none that may leave; that is found out when it is
 * its turn.
 */
struct flow {
	struct list_head node;
	struct porch_shape_pkt *head;
	struct porch_shape_pkt *tail;
	u64 bytes;
	s64 deficit;
	struct porch_codel codel;
	bool delayed;	/* in the leaf's @delayed */
};

/* Deficits and turns within its own rate and borrowing are kept apart. */
enum { OWN, BORROWED, KINDS };

/* A class; what follows @ready is a leaf's. */
struct porch_shape_class {
	struct list_head node;
	struct porch_shape_class *parent;
	struct list_head sibling;	/* in the parent's @active, or empty */
	struct list_head active;	/* children with a backlog, in no order */
	struct porch_shape_spec spec;
	struct porch_shape_stats stats;
	struct porch_tbucket_rate rate;
	struct porch_tbucket_rate ceil;
	struct porch_tbucket rate_bucket;
	struct porch_tbucket ceil_bucket;
	s64 deficit[KINDS];
	u64 turn[KINDS];	/* the smallest is next */
	bool ready;		/* a leaf below may send */

	struct list_head delayed;	/* flows, by the time of their first packet */
	struct list_head fresh;		/* had nothing to send until just now */
	struct list_head old;
	struct flow flow[];		/* spec.flows */
};

static bool is_leaf(const struct porch_shape_class *c)
{
	return c->spec.flows;
}

static bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/* Flows */

static void account_in(struct porch_shape_class *leaf, u32 len)
{
	struct porch_shape_class *c;

	for (c = leaf; c; c = c->parent) {
		if (!c->stats.backlog.packets++ && c->parent)
			list_add_tail(&c->sibling, &c->parent->active);
		c->stats.backlog.bytes += len;
	}
}

static void account_out(struct porch_shape_class *leaf, u32 len)
{
	struct porch_shape_class *c;

	for (c = leaf; c; c = c->parent) {
		if (!--c->stats.backlog.packets)
			list_del_init(&c->sibling);
		c->stats.backlog.bytes -= len;
	}
}

static void delay(struct porch_shape_class *leaf, struct flow *f)
{
	struct flow *pos;

	list_for_each_entry_reverse(pos, &leaf->delayed, node)
		if (!before(f->head->time, pos->head->time))
			break;
	list_add(&f->node, &pos->node);
	f->delayed = true;
}

static void undelay(struct flow *f)
{
	list_del_init(&f->node);
	f->delayed = false;
}

/*
 * The flow whose turn it is, NULL if no packet may leave by @now. It stays the
 * same until a packet is taken out or comes in.
 */
static struct flow *front(struct porch_shape_class *leaf, u64 now)
{
	struct list_head *turns;
	struct flow *f;

	while (!list_empty(&leaf->delayed)) {
		f = list_first_entry(&leaf->delayed, struct flow, node);
		if (before(now, f->head->time))
			break;
		undelay(f);
		f->deficit = leaf->spec.flow_quantum;
		list_add_tail(&f->node, &leaf->fresh);
	}

	for (;;) {
		turns = list_empty(&leaf->fresh) ? &leaf->old : &leaf->fresh;
		if (list_empty(turns))
			return NULL;
		f = list_first_entry(turns, struct flow, node);
		if (f->deficit <= 0) {
			f->deficit += leaf->spec.flow_quantum;
			list_move_tail(&f->node, &leaf->old);
			continue;
		}
		if (f->head && !before(now, f->head->time))
			return f;

		porch_codel_empty(&f->codel);
		/* Not fresh again at once: the old ones would starve. */
		if (turns == &leaf->fresh && !list_empty(&leaf->old)) {
			list_move_tail(&f->node, &leaf->old);
			continue;
		}
		list_del_init(&f->node);
		if (f->head)
			delay(leaf, f);
	}
}

/* How long until front() finds a flow? U64_MAX if the leaf is empty. */
static u64 front_wait(struct porch_shape_class *leaf, u64 now)
{
	struct flow *f;

	if (front(leaf, now))
		return 0;
	if (list_empty(&leaf->delayed))
		return U64_MAX;
	f = list_first_entry(&leaf->delayed, struct flow, node);
	return f->head->time - now;
}

static struct porch_shape_pkt *take(struct porch_shape_class *leaf,
				    struct flow *f)
{
	struct porch_shape_pkt *pkt = f->head;

	f->head = pkt->next;
	f->bytes -= pkt->len;
	account_out(leaf, pkt->len);
	return pkt;
}

static void drop(struct porch_shape *s, struct porch_shape_class *leaf,
		 struct porch_shape_pkt *pkt, enum porch_shape_drop why)
{
	struct porch_shape_class *c;

	for (c = leaf; c; c = c->parent)
		c->stats.drops[why]++;
	s->ops->drop(s, pkt, why);
}

/* Too much waits: the flow that has most pays, and that is returned. */
static struct flow *shrink(struct porch_shape *s, struct porch_shape_class *leaf)
{
	struct flow *f, *fattest = NULL;
	unsigned int n;
	u64 half;

	for (f = leaf->flow; f < leaf->flow + leaf->spec.flows; f++)
		if (f->head && (!fattest || f->bytes > fattest->bytes))
			fattest = f;

	f = fattest;
	half = f->bytes / 2;
	for (n = 0; !n || (n < PORCH_SHAPE_DROP_BATCH && f->bytes > half); n++)
		drop(s, leaf, take(leaf, f), PORCH_SHAPE_DROP_FULL);
	if (f->delayed) {
		undelay(f);
		if (f->head)
			delay(leaf, f);
	}
	return f;
}

static bool is_over(const struct porch_shape_backlog *b,
		    const struct porch_shape_backlog *limit)
{
	return b->packets > limit->packets || b->bytes > limit->bytes;
}

static struct porch_shape_class *fattest_leaf(struct porch_shape *s)
{
	struct porch_shape_class *c, *fattest = NULL;

	list_for_each_entry(c, &s->classes, node)
		if (is_leaf(c) && c->stats.backlog.packets &&
		    (!fattest ||
		     c->stats.backlog.bytes > fattest->stats.backlog.bytes))
			fattest = c;
	return fattest;
}

/**
 * porch_shape_enqueue() - take a packet in
 * @s: the shaper
 * @leaf: its class, which must be a leaf
 * @pkt: the packet with its length; now the shaper's, also if it is dropped
 * @hash: packets of one flow have the same, of 32 well mixed bits
 * @now: the time
 *
 * O(1) while nothing is full and nothing is delayed; otherwise O(flows of the
 * leaf), and O(classes) if the shaper as a whole is full.
 *
 * Context: any; the caller keeps others off @s.
 * Return: false if @pkt or another packet of its flow had to be dropped.
 */
bool porch_shape_enqueue(struct porch_shape *s, struct porch_shape_class *leaf,
			 struct porch_shape_pkt *pkt, u32 hash, u64 now)
{
	struct flow *f = &leaf->flow[(u64)hash * leaf->spec.flows >> 32];
	bool spared = true;

	pkt->next = NULL;
	pkt->time = now + leaf->spec.delay;
	if (f->head) {
		/* Also if the delay is less by now, or the clock went back. */
		if (before(pkt->time, f->tail->time))
			pkt->time = f->tail->time;
		f->tail->next = pkt;
	} else {
		f->head = pkt;
	}
	f->tail = pkt;
	f->bytes += pkt->len;
	account_in(leaf, pkt->len);
	if (list_empty(&f->node))
		delay(leaf, f);

	while (is_over(&leaf->stats.backlog, &leaf->spec.limit))
		spared &= shrink(s, leaf) != f;
	while (is_over(&s->root->stats.backlog, &s->line.limit))
		spared &= shrink(s, fattest_leaf(s)) != f;
	return spared;
}

/* Classes */

static void refill(struct porch_shape_class *c, u64 now)
{
	porch_tbucket_refill(&c->rate_bucket, &c->rate, now);
	porch_tbucket_refill(&c->ceil_bucket, &c->ceil, now);
}

static int kind(const struct porch_shape_class *c)
{
	return c->rate_bucket.credit > 0 ? OWN : BORROWED;
}

/*
 * How long until something of a class may go, if no class above is in the way? Those
 * for which it is 0 are made @ready. U64_MAX if nothing waits. Calls itself for those
 * below, PORCH_SHAPE_DEPTH_MAX deep at most.
 */
static u64 class_wait(struct porch_shape_class *c, u64 now)
{
	struct porch_shape_class *child;
	u64 wait = U64_MAX;

	refill(c, now);
	if (is_leaf(c))
		wait = front_wait(c, now);
	list_for_each_entry(child, &c->active, sibling)
		wait = min(wait, class_wait(child, now));
	if (c->spec.ceil)
		wait = max(wait, porch_tbucket_wait(&c->ceil_bucket, &c->ceil));
	c->ready = !wait;
	return wait;
}

static bool goes_before(const struct porch_shape_class *a,
			const struct porch_shape_class *b)
{
	if (kind(a) != kind(b))
		return kind(a) == OWN;
	if (a->spec.prio != b->spec.prio)
		return a->spec.prio < b->spec.prio;
	return a->turn[kind(a)] < b->turn[kind(b)];
}

/* Whose turn is it, of the children from which something may go? */
static struct porch_shape_class *next_child(struct porch_shape *s,
					    struct porch_shape_class *parent)
{
	struct porch_shape_class *c, *next;

	for (;;) {
		next = NULL;
		list_for_each_entry(c, &parent->active, sibling)
			if (c->ready && (!next || goes_before(c, next)))
				next = c;
		if (next->deficit[kind(next)] > 0)
			return next;
		next->deficit[kind(next)] += next->spec.quantum;
		next->turn[kind(next)] = ++s->turns;
	}
}

/* The leaf that is to send now; if none may, NULL and how long that is so. */
static struct porch_shape_class *next_leaf(struct porch_shape *s, u64 now,
					   u64 *wait)
{
	struct porch_shape_class *c = s->root;

	*wait = c ? class_wait(c, now) : U64_MAX;
	if (*wait)
		return NULL;
	while (!is_leaf(c))
		c = next_child(s, c);
	return c;
}

static void charge(struct porch_shape_class *leaf, u32 len)
{
	struct porch_shape_class *c;

	for (c = leaf; c; c = c->parent) {
		c->stats.packets++;
		c->stats.bytes += len;
		c->deficit[kind(c)] -= len;
		if (kind(c) == OWN)
			porch_tbucket_pay(&c->rate_bucket, len);
		else
			c->stats.borrowed += len;
		if (c->spec.ceil)
			porch_tbucket_pay(&c->ceil_bucket, len);
	}
}

/* CoDel is asked about a packet; true if it may not go. */
static bool stands(struct porch_shape *s, struct porch_shape_class *leaf,
		   struct flow *f, struct porch_shape_pkt *pkt, u64 now)
{
	const struct porch_shape_spec *spec = &leaf->spec;
	struct porch_shape_class *c;

	/*
	 * The backlog is that of all flows, as in fq_codel: many with a packet
	 * each are a queue that stands, too.
	 */
	if (!spec->codel.interval_ns ||
	    !porch_codel_judge(&f->codel, &spec->codel, now, pkt->time,
			       leaf->stats.backlog.bytes))
		return false;
	if (!spec->ecn || !s->ops->mark(pkt))
		return true;
	for (c = leaf; c; c = c->parent)
		c->stats.marks++;
	return false;
}

/**
 * porch_shape_dequeue() - let the next packet go
 * @s: the shaper
 * @now: the time
 * @wait: filled in: 0 with a packet; without, the nanoseconds after which there
 *	may be one if nothing else happens, U64_MAX if nothing is queued
 *
 * There is a packet whenever one may leave and no ceiling is in the way. That
 * the line itself is free is for the caller to know.
 *
 * O(classes with a backlog) for each packet that goes or is dropped by CoDel, and
 * flows that have their turn.
 *
 * Context: any; the caller keeps others off @s.
 * Return: the packet, which is the caller's again; NULL if none may go now.
 */
struct porch_shape_pkt *porch_shape_dequeue(struct porch_shape *s, u64 now,
					    u64 *wait)
{
	struct porch_shape_class *leaf;
	struct porch_shape_pkt *pkt;
	struct flow *f;

	while ((leaf = next_leaf(s, now, wait))) {
		f = front(leaf, now);
		pkt = take(leaf, f);
		if (stands(s, leaf, f, pkt, now)) {
			drop(s, leaf, pkt, PORCH_SHAPE_DROP_STANDING);
			continue;
		}
		f->deficit -= pkt->len;
		charge(leaf, pkt->len);
		/* Nobody asks an empty leaf: when its last packet goes, turns end. */
		if (!leaf->stats.backlog.packets)
			front(leaf, now);
		return pkt;
	}
	return NULL;
}

/* Configuration */

static bool is_valid(const struct porch_shape_spec *spec)
{
	if ((spec->rate && !spec->burst) || (spec->ceil && !spec->ceil_burst) ||
	    spec->quantum < PORCH_SHAPE_QUANTUM_MIN ||
	    spec->flows > PORCH_SHAPE_FLOWS_MAX)
		return false;
	if (!spec->flows)
		return true;
	return spec->flow_quantum >= PORCH_SHAPE_QUANTUM_MIN &&
	       spec->delay <= PORCH_SHAPE_DELAY_MAX &&
	       spec->limit.packets && spec->limit.bytes &&
	       (!spec->codel.interval_ns ||
		spec->codel.interval_ns >= PORCH_CODEL_INTERVAL_MIN);
}

static void set_spec(struct porch_shape_class *c,
		     const struct porch_shape_spec *spec)
{
	c->spec = *spec;
	/* No rate, no credit; and a ceiling that comes later begins with none. */
	porch_tbucket_rate_init(&c->rate, spec->rate,
				spec->rate ? spec->burst : 0);
	porch_tbucket_rate_init(&c->ceil, spec->ceil,
				spec->ceil ? spec->ceil_burst : 0);
}

/**
 * porch_shape_class_alloc() - make a class
 * @spec: what it is to be; copied
 * @gfp: allocation flags
 *
 * Context: as @gfp allows.
 * Return: the class, in no shaper yet, which the caller owns; ERR_PTR(-EINVAL)
 * if @spec has a value that its description excludes, ERR_PTR(-ENOMEM).
 */
struct porch_shape_class *
porch_shape_class_alloc(const struct porch_shape_spec *spec, gfp_t gfp)
{
	struct porch_shape_class *c;
	u32 i;

	if (!is_valid(spec))
		return ERR_PTR(-EINVAL);
	c = kvzalloc(struct_size(c, flow, spec->flows), gfp);
	if (!c)
		return ERR_PTR(-ENOMEM);
	set_spec(c, spec);
	INIT_LIST_HEAD(&c->sibling);
	INIT_LIST_HEAD(&c->active);
	INIT_LIST_HEAD(&c->delayed);
	INIT_LIST_HEAD(&c->fresh);
	INIT_LIST_HEAD(&c->old);
	for (i = 0; i < spec->flows; i++)
		INIT_LIST_HEAD(&c->flow[i].node);
	return c;
}

/**
 * porch_shape_class_free() - free a class
 * @c: a class that is in no shaper, or NULL
 */
void porch_shape_class_free(struct porch_shape_class *c)
{
	kvfree(c);
}

/**
 * porch_shape_class_spec() - what is a class to be?
 * @c: the class
 *
 * Return: the last spec that it was given, valid until the next.
 */
const struct porch_shape_spec *
porch_shape_class_spec(const struct porch_shape_class *c)
{
	return &c->spec;
}

/**
 * porch_shape_class_stats() - what did a class do?
 * @c: the class
 *
 * Return: its statistics, which go on.
 */
const struct porch_shape_stats *
porch_shape_class_stats(const struct porch_shape_class *c)
{
	return &c->stats;
}

/**
 * porch_shape_class_ahead() - how far may a class be ahead of its ceilings?
 * @c: a class of a shaper
 *
 * O(depth).
 *
 * Return: the smallest burst of a ceiling that holds for it, in bytes; U32_MAX
 * if none does.
 */
u32 porch_shape_class_ahead(const struct porch_shape_class *c)
{
	u32 ahead = U32_MAX;

	for (; c; c = c->parent)
		if (c->spec.ceil)
			ahead = min(ahead, c->spec.ceil_burst);
	return ahead;
}

/**
 * porch_shape_class_parent() - which class is above?
 * @c: a class of a shaper
 *
 * Return: the class, NULL for the root.
 */
const struct porch_shape_class *
porch_shape_class_parent(const struct porch_shape_class *c)
{
	return c->parent;
}

/**
 * porch_shape_next() - go through the classes, in the order of their insertion
 * @s: the shaper
 * @c: the class before, NULL to begin
 *
 * Return: the class, NULL behind the last one.
 */
struct porch_shape_class *porch_shape_next(const struct porch_shape *s,
					   const struct porch_shape_class *c)
{
	const struct list_head *next = c ? c->node.next : s->classes.next;

	return next == &s->classes ? NULL :
	       list_entry(next, struct porch_shape_class, node);
}

/**
 * porch_shape_init() - make a shaper, without classes
 * @s: the shaper
 * @ops: what the packets' owner does; must outlive @s
 * @line: what holds as a whole; copied
 */
void porch_shape_init(struct porch_shape *s, const struct porch_shape_ops *ops,
		      const struct porch_shape_line *line)
{
	*s = (struct porch_shape) { .ops = ops, .line = *line };
	INIT_LIST_HEAD(&s->classes);
}

/**
 * porch_shape_fini() - drop all packets and free all classes
 * @s: the shaper
 */
void porch_shape_fini(struct porch_shape *s)
{
	struct porch_shape_class *c, *next;

	porch_shape_purge(s);
	list_for_each_entry_safe(c, next, &s->classes, node)
		porch_shape_class_free(c);
}

/**
 * porch_shape_lookup() - find a class by its name
 * @s: the shaper
 * @id: the name
 *
 * O(classes).
 *
 * Return: the class, valid until it is removed; NULL if there is none.
 */
struct porch_shape_class *porch_shape_lookup(const struct porch_shape *s,
					     u32 id)
{
	struct porch_shape_class *c;

	list_for_each_entry(c, &s->classes, node)
		if (c->spec.id == id)
			return c;
	return NULL;
}

/**
 * porch_shape_insert() - put a class into the tree
 * @s: the shaper
 * @parent: the class above, an inner one; NULL makes @c the root
 * @c: the class; the shaper's, if all goes well
 * @now: the time
 *
 * It begins with full buckets. Nothing is allocated.
 *
 * Context: any; the caller keeps others off @s.
 * Return: 0; -EEXIST if there is a class of that name, or a root already;
 * -EINVAL if @parent is a leaf; -ELOOP if the tree would be too deep; -ENOSPC if
 * there are too many classes.
 */
int porch_shape_insert(struct porch_shape *s, struct porch_shape_class *parent,
		       struct porch_shape_class *c, u64 now)
{
	struct porch_shape_class *up;
	unsigned int i, depth = 1;

	if ((!parent && s->root) || porch_shape_lookup(s, c->spec.id))
		return -EEXIST;
	if (parent && is_leaf(parent))
		return -EINVAL;
	for (up = parent; up; up = up->parent)
		depth++;
	if (depth > PORCH_SHAPE_DEPTH_MAX)
		return -ELOOP;
	if (s->n_classes == PORCH_SHAPE_CLASSES_MAX)
		return -ENOSPC;

	c->parent = parent;
	if (!parent)
		s->root = c;
	porch_tbucket_init(&c->rate_bucket, &c->rate, now);
	porch_tbucket_init(&c->ceil_bucket, &c->ceil, now);
	for (i = 0; i < KINDS; i++)
		c->turn[i] = ++s->turns;
	list_add_tail(&c->node, &s->classes);
	s->n_classes++;
	return 0;
}

/**
 * porch_shape_change() - make a class another
 * @s: the shaper
 * @c: one of its classes
 * @spec: what it is to be; copied. Its name and the number of its flows stay
 * @now: the time
 *
 * What is queued stays, and leaves when it was to leave; only what exceeds a
 * smaller limit is dropped. The buckets go on with what they hold by now, cut
 * to the new bursts.
 *
 * Context: any; the caller keeps others off @s.
 * Return: 0; -EINVAL if @spec has a value that its description excludes, or
 * differs in what has to stay.
 */
int porch_shape_change(struct porch_shape *s, struct porch_shape_class *c,
		       const struct porch_shape_spec *spec, u64 now)
{
	if (!is_valid(spec) || spec->id != c->spec.id ||
	    spec->flows != c->spec.flows)
		return -EINVAL;
	refill(c, now);
	set_spec(c, spec);
	while (is_leaf(c) && is_over(&c->stats.backlog, &c->spec.limit))
		shrink(s, c);
	return 0;
}

static void purge_leaf(struct porch_shape *s, struct porch_shape_class *leaf)
{
	struct flow *f;

	for (f = leaf->flow; f < leaf->flow + leaf->spec.flows; f++) {
		undelay(f);
		porch_codel_empty(&f->codel);
		while (f->head)
			drop(s, leaf, take(leaf, f), PORCH_SHAPE_DROP_PURGED);
	}
}

/**
 * porch_shape_remove() - take a class out of the tree
 * @s: the shaper
 * @c: one of its classes; the caller's again, if all goes well
 *
 * What a leaf has queued is dropped.
 *
 * Context: any; the caller keeps others off @s.
 * Return: 0; -EBUSY if there are classes below.
 */
int porch_shape_remove(struct porch_shape *s, struct porch_shape_class *c)
{
	struct porch_shape_class *child;

	list_for_each_entry(child, &s->classes, node)
		if (child->parent == c)
			return -EBUSY;
	purge_leaf(s, c);
	list_del(&c->node);
	s->n_classes--;
	if (c == s->root)
		s->root = NULL;
	return 0;
}

/**
 * porch_shape_purge() - drop all packets
 * @s: the shaper
 *
 * Context: any; the caller keeps others off @s.
 */
void porch_shape_purge(struct porch_shape *s)
{
	struct porch_shape_class *c;

	list_for_each_entry(c, &s->classes, node)
		purge_leaf(s, c);
}
