// SPDX-License-Identifier: GPL-2.0
/*
 * The class tree, in virtual time. Beside the shaper runs a model that knows
 * what is queued where and how much credit each class has, in 128 bits. It does
 * not know who has the next turn, but all else: which packets may leave, who
 * must not be passed over, when there is to be one, and what is to be counted.
 * Each packet that goes in or comes out of any test is held against it.
 */
#include "shape.h"
#include "test.h"

#define CLASSES	12
#define FLOWS	8
#define SEC	1000000000ULL
#define MS	1000000ULL

struct class;

/**
 * struct pkt - a packet
 * @shape: the shaper's part
 * @next: the next one of its flow
 * @leaf: its class
 * @flow: its flow there
 * @due: from when on it may leave
 * @came: when it was queued
 * @len: its length
 * @markable: it can be marked
 */
struct pkt {
	struct porch_shape_pkt shape;
	struct pkt *next;
	struct class *leaf;
	unsigned int flow;
	u64 due;
	u64 came;
	u32 len;
	bool markable;
};

/**
 * struct flow - what one flow of a leaf has queued
 * @head: first packet
 * @tail: last packet
 * @bytes: of all of them
 * @sent: bytes that left
 */
struct flow {
	struct pkt *head;
	struct pkt *tail;
	u64 bytes;
	u64 sent;
};

/**
 * struct class - a class as it must be
 * @c: what is tested; NULL if there is no such class
 * @parent: the class above
 * @spec: what it was told to be
 * @rate_credit: in byte-nanoseconds
 * @ceil_credit: likewise
 * @stats: what it must have counted
 * @flow: of a leaf
 */
struct class {
	struct porch_shape_class *c;
	struct class *parent;
	struct porch_shape_spec spec;
	s128 rate_credit;
	s128 ceil_credit;
	struct porch_shape_stats stats;
	struct flow flow[FLOWS];
};

/**
 * struct world - a shaper and its model
 * @s: the shaper
 * @now: the time
 * @class: the classes; the root is the first
 * @in: packets that were queued
 * @out: packets that left
 * @dropped: packets that were dropped
 */
struct world {
	struct porch_shape s;
	u64 now;
	struct class class[CLASSES];
	u64 in;
	u64 out;
	u64 dropped;
};

static const struct porch_shape_line no_limits = {
	.limit = { .packets = U32_MAX, .bytes = U64_MAX },
};

/* The model */

static s128 full(u64 rate, u32 burst)
{
	return rate ? (s128)burst * 1000000000 : 0;
}

static s128 later(s128 credit, u64 rate, u32 burst, u64 ns)
{
	return min(credit + (s128)rate * ns, full(rate, burst));
}

static void pass_time(struct world *w, u64 ns)
{
	struct class *c;

	w->now += ns;
	for (c = w->class; c < w->class + CLASSES; c++) {
		c->rate_credit = later(c->rate_credit, c->spec.rate,
				       c->spec.burst, ns);
		c->ceil_credit = later(c->ceil_credit, c->spec.ceil,
				       c->spec.ceil_burst, ns);
	}
}

/* May anything below a class leave, @ns from now, if nothing happens? */
static bool is_ready(const struct world *w, const struct class *c, u64 ns)
{
	const struct class *leaf, *up;
	unsigned int i;

	for (leaf = w->class; leaf < w->class + CLASSES; leaf++) {
		bool ready = false, below = false;

		if (!leaf->c)
			continue;
		for (i = 0; i < leaf->spec.flows; i++)
			ready |= leaf->flow[i].head &&
				 (s64)(leaf->flow[i].head->due - w->now) <=
				 (s64)ns;
		for (up = leaf; up; up = up->parent) {
			below |= up == c;
			ready &= !up->spec.ceil ||
				 later(up->ceil_credit, up->spec.ceil,
				       up->spec.ceil_burst, ns) > 0;
		}
		if (ready && below)
			return true;
	}
	return false;
}

static u64 queued(const struct world *w)
{
	return w->in - w->out - w->dropped;
}

/* Takes a packet out of the model, if it is first in its flow, as it must be. */
static void unqueue(struct pkt *p)
{
	struct flow *f = &p->leaf->flow[p->flow];
	struct class *c;

	CHECK(f->head == p, "a packet left that is not the first of its flow");
	f->head = p->next;
	f->bytes -= p->len;
	for (c = p->leaf; c; c = c->parent) {
		c->stats.backlog.packets--;
		c->stats.backlog.bytes -= p->len;
	}
}

static void on_drop(struct porch_shape *s, struct porch_shape_pkt *pkt,
		    enum porch_shape_drop why)
{
	struct world *w = container_of(s, struct world, s);
	struct pkt *p = container_of(pkt, struct pkt, shape);
	struct class *c, *leaf = p->leaf;
	u64 most = 0;
	unsigned int i;

	switch (why) {
	case PORCH_SHAPE_DROP_FULL:
		/* A flow that is made to pay keeps half, so it has at least: */
		for (i = 0; i < leaf->spec.flows; i++)
			most = max(most, leaf->flow[i].bytes);
		CHECK(leaf->flow[p->flow].bytes * 2 >= most,
		      "a flow with %llu bytes pays, another has %llu",
		      leaf->flow[p->flow].bytes, most);
		break;
	case PORCH_SHAPE_DROP_STANDING:
		CHECK(leaf->spec.codel.interval_ns &&
		      w->now - p->due >= leaf->spec.codel.target_ns &&
		      !(leaf->spec.ecn && p->markable),
		      "CoDel drops after %lld ns", (s64)(w->now - p->due));
		break;
	default:
		CHECK(why == PORCH_SHAPE_DROP_PURGED, "dropped for %d", why);
	}
	unqueue(p);
	for (c = leaf; c; c = c->parent)
		c->stats.drops[why]++;
	w->dropped++;
	kfree(p);
}

static bool on_mark(struct porch_shape_pkt *pkt)
{
	struct pkt *p = container_of(pkt, struct pkt, shape);
	struct class *c;

	CHECK(p->leaf->spec.ecn, "ECN is off");
	if (!p->markable)
		return false;
	p->markable = false;
	for (c = p->leaf; c; c = c->parent)
		c->stats.marks++;
	return true;
}

static const struct porch_shape_ops ops = { .drop = on_drop, .mark = on_mark };

/* Times start shortly before they overflow, often. */
static void world_init(struct world *w, const struct porch_shape_line *line)
{
	memset(w, 0, sizeof(*w));
	w->now = test_below(3) ? -(u64)test_below(U32_MAX) : test_rnd();
	porch_shape_init(&w->s, &ops, line);
}

static void world_fini(struct world *w)
{
	porch_shape_fini(&w->s);
	CHECK(!queued(w), "%llu packets are missing", queued(w));
}

static void check_stats(const struct world *w)
{
	const struct class *c;

	for (c = w->class; c < w->class + CLASSES; c++) {
		if (!c->c)
			continue;
		CHECK(!memcmp(&c->stats, porch_shape_class_stats(c->c),
			      sizeof(c->stats)),
		      "the statistics of class %u differ", c->spec.id);
	}
}

static int insert(struct world *w, struct class *c, struct class *parent,
		  const struct porch_shape_spec *spec)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->c = porch_shape_class_alloc(spec, GFP_KERNEL);
	CHECK(!IS_ERR(c->c), "%ld", PTR_ERR(c->c));
	err = porch_shape_insert(&w->s, parent ? parent->c : NULL, c->c, w->now);
	if (err) {
		porch_shape_class_free(c->c);
		c->c = NULL;
		return err;
	}
	c->parent = parent;
	c->spec = *spec;
	c->rate_credit = full(spec->rate, spec->burst);
	c->ceil_credit = full(spec->ceil, spec->ceil_burst);
	return 0;
}

static void change(struct world *w, struct class *c,
		   const struct porch_shape_spec *spec)
{
	int err;

	pass_time(w, 0);
	c->spec = *spec;
	pass_time(w, 0);
	err = porch_shape_change(&w->s, c->c, spec, w->now);
	CHECK(!err, "%d", err);
}

static void enqueue(struct world *w, struct class *leaf, unsigned int flow,
		    u32 len)
{
	u32 hash = (((u64)flow << 32) + leaf->spec.flows - 1) /
		   leaf->spec.flows;
	struct flow *f = &leaf->flow[flow];
	struct pkt *p = kzalloc(sizeof(*p), GFP_KERNEL);
	u64 dropped = w->dropped;
	bool spared, over = false;
	struct class *c;

	p->leaf = leaf;
	p->flow = flow;
	p->len = len;
	p->came = w->now;
	p->due = w->now + leaf->spec.delay;
	p->markable = test_below(2);
	if (f->head) {
		if ((s64)(p->due - f->tail->due) < 0)
			p->due = f->tail->due;
		f->tail->next = p;
	} else {
		f->head = p;
	}
	f->tail = p;
	f->bytes += len;
	for (c = leaf; c; c = c->parent) {
		const struct porch_shape_backlog *b = &c->stats.backlog;

		c->stats.backlog.packets++;
		c->stats.backlog.bytes += len;
		if (c == leaf)
			over |= b->packets > leaf->spec.limit.packets ||
				b->bytes > leaf->spec.limit.bytes;
		if (!c->parent)
			over |= b->packets > w->s.line.limit.packets ||
				b->bytes > w->s.line.limit.bytes;
	}
	w->in++;

	p->shape.len = len;
	spared = porch_shape_enqueue(&w->s, leaf->c, &p->shape, hash, w->now);
	CHECK(over == (w->dropped > dropped), "%llu dropped, the queue was %s",
	      w->dropped - dropped, over ? "full" : "not full");
	CHECK(spared || over, "not spared, but nothing was dropped");
	CHECK(leaf->stats.backlog.packets <= leaf->spec.limit.packets &&
	      leaf->stats.backlog.bytes <= leaf->spec.limit.bytes &&
	      w->class->stats.backlog.packets <= w->s.line.limit.packets &&
	      w->class->stats.backlog.bytes <= w->s.line.limit.bytes,
	      "more is queued than may be");
}

/* Must a class be chosen before its sibling, whoever's turn it is? */
static bool precedes(const struct class *a, const struct class *b)
{
	bool own = a->rate_credit > 0, other = b->rate_credit > 0;

	if (own != other)
		return own;
	return a->spec.prio < b->spec.prio;
}

/* What left; the caller owns it. NULL, and how long it will take, if nothing. */
static struct pkt *dequeue(struct world *w, u64 *wait)
{
	struct porch_shape_pkt *pkt = porch_shape_dequeue(&w->s, w->now, wait);
	struct class *c, *other;
	struct pkt *p;

	if (!pkt) {
		CHECK((*wait == U64_MAX) == !queued(w),
		      "wait %llu with %llu queued", *wait, queued(w));
		CHECK(*wait, "no packet, and no time to wait");
		if (*wait != U64_MAX)
			CHECK(!is_ready(w, w->class, *wait - 1) &&
			      is_ready(w, w->class, *wait),
			      "to wait %llu ns is wrong", *wait);
		return NULL;
	}

	CHECK(!*wait, "a packet, and to wait %llu ns", *wait);
	p = container_of(pkt, struct pkt, shape);
	CHECK((s64)(w->now - p->due) >= 0, "a packet left %llu ns early",
	      p->due - w->now);
	for (c = p->leaf; c; c = c->parent) {
		CHECK(!c->spec.ceil || c->ceil_credit > 0,
		      "class %u exceeds its ceiling", c->spec.id);
		for (other = w->class; other < w->class + CLASSES; other++)
			CHECK(!other->c || other->parent != c->parent ||
			      !precedes(other, c) || !is_ready(w, other, 0),
			      "class %u goes before %u", c->spec.id,
			      other->spec.id);
	}
	unqueue(p);
	p->leaf->flow[p->flow].sent += p->len;
	for (c = p->leaf; c; c = c->parent) {
		s128 cost = (s128)p->len * 1000000000;

		c->stats.packets++;
		c->stats.bytes += p->len;
		if (c->rate_credit > 0)
			c->rate_credit -= cost;
		else
			c->stats.borrowed += p->len;
		if (c->spec.ceil)
			c->ceil_credit -= cost;
	}
	w->out++;
	return p;
}

/* Lets time pass until all is out, for as long as it takes. */
static void drain(struct world *w)
{
	struct pkt *p;
	u64 wait;

	for (;;) {
		p = dequeue(w, &wait);
		if (!p && wait == U64_MAX)
			return;
		if (!p)
			pass_time(w, wait);
		kfree(p);
	}
}

static struct porch_shape_spec leaf_spec(u32 id)
{
	return (struct porch_shape_spec) {
		.id = id,
		.quantum = 1500,
		.flows = 4,
		.flow_quantum = 1500,
		.limit = { .packets = 1000, .bytes = 100000000 },
	};
}

/* Random trees, under random load, changed all the time */

static u64 some_rate(void)
{
	if (!test_below(20))
		return 1 + (test_rnd_size() >> 8);
	return test_below(2) ? 100000 + test_below(10000000) : 0;
}

static u32 some_burst(void)
{
	return test_below(4) ? 1 + test_below(20000) : 1 + test_below(10);
}

static struct porch_shape_spec some_spec(u32 id, u32 flows)
{
	struct porch_shape_spec spec = leaf_spec(id);

	spec.rate = some_rate();
	spec.ceil = some_rate();
	spec.burst = some_burst();
	spec.ceil_burst = some_burst();
	spec.quantum = PORCH_SHAPE_QUANTUM_MIN + test_below(3000);
	spec.prio = test_below(3);
	spec.flows = flows;
	spec.flow_quantum = PORCH_SHAPE_QUANTUM_MIN + test_below(3000);
	spec.ecn = test_below(2);
	if (test_below(2))
		spec.delay = test_below(20 * MS);
	spec.limit.packets = 1 + test_below(test_below(3) ? 300 : 10);
	spec.limit.bytes = 1 + test_below(test_below(3) ? 300000 : 3000);
	if (test_below(2)) {
		spec.codel.interval_ns = PORCH_CODEL_INTERVAL_MIN +
					 test_below(MS);
		spec.codel.target_ns = test_below(MS);
		spec.codel.mtu = test_below(2000);
	}
	return spec;
}

static struct class *some_class(struct world *w)
{
	struct class *c = &w->class[test_below(CLASSES)];

	return c->c ? c : NULL;
}

static struct class *some_leaf(struct world *w)
{
	unsigned int tries;
	struct class *c;

	for (tries = 0; tries < 20; tries++) {
		c = some_class(w);
		if (c && c->spec.flows)
			return c;
	}
	return NULL;
}

static void some_insert(struct world *w, u32 id)
{
	struct class *c = &w->class[test_below(CLASSES)], *parent;
	struct porch_shape_spec spec;
	bool is_root = c == w->class;
	int err, want = 0;

	parent = some_class(w);
	if (c->c || is_root != !parent)
		return;
	spec = some_spec(id, is_root || !test_below(3) ? 0 :
			 1 + test_below(FLOWS));
	if (parent && parent->spec.flows)
		want = -EINVAL;
	err = insert(w, c, parent, &spec);
	CHECK(err == want, "%d not %d", err, want);
}

static void some_remove(struct world *w)
{
	struct class *c = some_class(w), *child;
	struct porch_shape_class *removed;
	int err, want = 0;

	if (!c)
		return;
	for (child = w->class; child < w->class + CLASSES; child++)
		if (child->c && child->parent == c)
			want = -EBUSY;
	removed = c->c;
	err = porch_shape_remove(&w->s, removed);
	CHECK(err == want, "%d not %d", err, want);
	if (err)
		return;
	CHECK(!c->stats.backlog.packets, "removed with packets");
	porch_shape_class_free(removed);
	c->c = NULL;
}

static void some_step(struct world *w, u64 wait)
{
	switch (test_below(4)) {
	case 0:
		pass_time(w, test_below(MS));
		break;
	case 1:
		pass_time(w, test_below(5) ? 0 : test_below(SEC));
		break;
	default:
		if (wait && wait < 1000 * SEC)
			pass_time(w, wait - test_below(2));
	}
}

static void shape_random(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	u64 drops[PORCH_SHAPE_DROPS] = {}, marks = 0, out = 0, borrowed = 0;
	unsigned long round;
	struct class *c;
	struct pkt *p;
	u64 wait = 0;
	u32 id;
	int i;

	for (round = 0; round < test_rounds; round++) {
		struct porch_shape_line line = no_limits;
		unsigned int busy = 20 + test_below(60);

		if (test_below(2)) {
			line.limit.packets = 1 + test_below(500);
			line.limit.bytes = 1 + test_below(500000);
		}
		world_init(w, &line);
		for (id = 1; id < 100; id++)
			some_insert(w, id);
		for (i = 0; i < 2000; i++) {
			unsigned int what = test_below(100);

			c = some_class(w);
			if (what < 2) {
				some_insert(w, id++);
			} else if (what < 3 && !test_below(4)) {
				some_remove(w);
			} else if (what < 5 && c) {
				struct porch_shape_spec spec =
					some_spec(c->spec.id, c->spec.flows);

				change(w, c, &spec);
			} else if (what < 6 && !test_below(10)) {
				porch_shape_purge(&w->s);
				CHECK(!queued(w), "%llu left", queued(w));
			} else if (what < 20) {
				some_step(w, wait);
			} else if (what < busy) {
				c = some_leaf(w);
				if (c)
					enqueue(w, c, test_below(c->spec.flows),
						1 + test_below(test_below(20) ?
							       1500 : 65536));
			} else {
				p = dequeue(w, &wait);
				kfree(p);
			}
		}
		check_stats(w);
		if (round % 2) {
			drain(w);
			check_stats(w);
			CHECK(!queued(w), "%llu left", queued(w));
		}
		out += w->out;
		for (i = 0; i < PORCH_SHAPE_DROPS; i++)
			drops[i] += w->class->stats.drops[i];
		marks += w->class->stats.marks;
		for (c = w->class + 1; c < w->class + CLASSES; c++)
			borrowed += c->stats.borrowed;
		world_fini(w);
	}
	CHECK(out > 100 * test_rounds && marks * 20 > test_rounds && borrowed &&
	      drops[PORCH_SHAPE_DROP_FULL] > test_rounds &&
	      drops[PORCH_SHAPE_DROP_STANDING] * 4 > test_rounds &&
	      drops[PORCH_SHAPE_DROP_PURGED] > test_rounds,
	      "the inputs are lopsided: %llu out, %llu full, %llu standing, %llu purged, %llu marked",
	      out, drops[0], drops[1], drops[2], marks);
	kfree(w);
}

/* Who gets what */

#define ALL	U64_MAX

/**
 * struct share - a class, and what it gets
 * @parent: index of the class above; the first class has none
 * @inner: it has classes below
 * @rate: as configured, in kilobytes a second
 * @ceil: likewise
 * @prio: as configured
 * @quantum: as configured, 0 for 1500
 * @offered: kilobytes a second that are sent into it
 * @want: kilobytes a second that it must get
 */
struct share {
	unsigned int parent;
	bool inner;
	u64 rate;
	u64 ceil;
	u8 prio;
	u32 quantum;
	u64 offered;
	u64 want;
};

/**
 * struct scenario - a tree, and what each class gets
 * @name: said if it is not so
 * @class: the classes, up to one that wants nothing and offers nothing
 */
struct scenario {
	const char *name;
	struct share class[8];
};

static const struct scenario scenarios[] = {
	{ "a ceiling", {
		{ .ceil = 1000, .offered = ALL, .want = 1000 },
	} },
	{ "less than the ceiling", {
		{ .ceil = 1000, .offered = 700, .want = 700 },
	} },
	{ "guaranteed rates", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .rate = 300, .offered = ALL, .want = 300 },
		{ .rate = 700, .offered = ALL, .want = 700 },
	} },
	{ "what is not guaranteed is shared", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .rate = 100, .offered = ALL, .want = 400 },
		{ .rate = 300, .offered = ALL, .want = 600 },
	} },
	{ "by weight", {
		{ .inner = true, .ceil = 900, .want = 900 },
		{ .quantum = 2000, .offered = ALL, .want = 300 },
		{ .quantum = 4000, .offered = ALL, .want = 600 },
	} },
	{ "what is not used is borrowed", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .rate = 700, .offered = 100, .want = 100 },
		{ .rate = 300, .offered = ALL, .want = 900 },
	} },
	{ "up to a ceiling", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .rate = 100, .offered = ALL, .want = 800 },
		{ .rate = 100, .ceil = 200, .offered = ALL, .want = 200 },
	} },
	{ "by priority", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .prio = 2, .offered = ALL, .want = 0 },
		{ .prio = 0, .offered = 400, .want = 400 },
		{ .prio = 1, .offered = ALL, .want = 600 },
	} },
	{ "but a guarantee holds", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .prio = 0, .offered = ALL, .want = 800 },
		{ .prio = 1, .rate = 200, .offered = ALL, .want = 200 },
	} },
	{ "more guaranteed than there is", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .rate = 900, .offered = ALL, .want = 500 },
		{ .rate = 900, .offered = ALL, .want = 500 },
	} },
	{ "borrowed from a cousin last", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .inner = true, .rate = 600, .want = 600 },
		{ .rate = 400, .offered = ALL, .want = 400 },
		{ .parent = 1, .rate = 200, .want = 0 },
		{ .parent = 1, .rate = 400, .offered = ALL, .want = 600 },
	} },
	{ "guarantees below a guarantee", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .inner = true, .rate = 600, .want = 600 },
		{ .rate = 400, .offered = ALL, .want = 400 },
		{ .parent = 1, .rate = 100, .offered = ALL, .want = 200 },
		{ .parent = 1, .rate = 400, .prio = 1, .offered = ALL, .want = 400 },
	} },
	{ "shares go by the tree", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .inner = true, .want = 500 },
		{ .inner = true, .want = 500 },
		{ .parent = 1, .offered = ALL, .want = 250 },
		{ .parent = 1, .offered = ALL, .want = 250 },
		{ .parent = 2, .offered = ALL, .want = 500 },
	} },
	{ "a ceiling in the middle", {
		{ .inner = true, .ceil = 1000, .want = 1000 },
		{ .inner = true, .ceil = 300, .want = 300 },
		{ .parent = 1, .rate = 400, .offered = ALL, .want = 300 },
		{ .parent = 1, .offered = ALL, .want = 0 },
		{ .offered = ALL, .want = 700 },
	} },
};

/* Keeps the classes that are offered all there is from ever being empty. */
static void offer(struct world *w, const struct scenario *sc, u32 max_len,
		  u64 start, u64 *offered)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sc->class); i++) {
		const struct share *share = &sc->class[i];
		struct class *c = &w->class[i];

		if (!c->c || !c->spec.flows)
			continue;
		while (share->offered == ALL ? c->stats.backlog.packets < 8 :
		       offered[i] <= (w->now - start) / MS * share->offered) {
			u32 len = 64 + test_below(max_len - 63);

			enqueue(w, c, test_below(c->spec.flows), len);
			offered[i] += len;
		}
	}
}

static void run_scenario(struct world *w, const struct scenario *sc,
			 u32 max_len, u64 seconds)
{
	u64 offered[CLASSES] = {}, base[CLASSES], start, wait, got, want, slack;
	/* First, what is left of bursts is used up. */
	u64 until[] = { seconds * SEC, 2 * seconds * SEC };
	unsigned int i, phase;
	struct pkt *p;

	world_init(w, &no_limits);
	for (i = 0; i < ARRAY_SIZE(sc->class); i++) {
		const struct share *share = &sc->class[i];
		struct porch_shape_spec spec = leaf_spec(i + 1);

		if (!share->offered && !share->want && !share->rate)
			break;
		spec.rate = share->rate * 1000;
		spec.ceil = share->ceil * 1000;
		/* While others send, credit must not be lost. */
		spec.burst = spec.rate ? 8 * max_len : 0;
		spec.ceil_burst = i ? 8 * max_len : 1500;
		spec.prio = share->prio;
		spec.quantum = share->quantum ?: 1500;
		if (share->inner)
			spec.flows = 0;
		insert(w, &w->class[i], i ? &w->class[share->parent] : NULL,
		       &spec);
	}

	start = w->now;
	for (phase = 0; phase < 2; phase++) {
		for (i = 0; i < CLASSES; i++)
			base[i] = w->class[i].stats.bytes;
		while (w->now - start < until[phase]) {
			offer(w, sc, max_len, start, offered);
			p = dequeue(w, &wait);
			kfree(p);
			/* The watchdog is to the point, offers come each ms. */
			if (!p)
				pass_time(w, min_t(u64, wait, MS));
		}
	}
	for (i = 0; i < ARRAY_SIZE(sc->class); i++) {
		got = w->class[i].stats.bytes - base[i];
		want = sc->class[i].want * 1000 * seconds;
		slack = want / 100;
		CHECK(got + slack >= want && got <= want + slack,
		      "%s, packets up to %u: class %u got %llu bytes a second, not %llu",
		      sc->name, max_len, i, got / seconds, want / seconds);
	}
	check_stats(w);
	world_fini(w);
}

static void shape_shares(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		run_scenario(w, &scenarios[i], 1500, 4);
		/* As segmentation offload has them, far beyond any burst. */
		run_scenario(w, &scenarios[i], 65536, 100);
	}
	kfree(w);
}

/*
 * Two that always have something never differ, in what they sent by quantum, by
 * more than a turn and what the last packet of a turn exceeds it by.
 */
static void check_fair(const u64 *sent, const u32 *quantum, unsigned int n,
		       u32 max_len)
{
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			/* All of it times both quanta, to have no fractions. */
			s128 ahead = (s128)sent[i] * quantum[j] -
				     (s128)sent[j] * quantum[i];
			s128 most = (s128)quantum[i] * quantum[j] +
				    (s128)max_len * (quantum[i] + quantum[j]);

			CHECK(ahead <= most,
			      "%u has sent %llu by %u, %u %llu by %u", i,
			      sent[i], quantum[i], j, sent[j], quantum[j]);
		}
	}
}

static void shape_turns(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	u32 max_len, quantum[FLOWS], flow_quantum[FLOWS];
	u64 sent[FLOWS], flow_sent[FLOWS], wait;
	unsigned int i, j, n, steps;
	struct porch_shape_spec spec;
	unsigned long round;
	struct class *c;
	struct pkt *p;

	for (round = 0; round < test_rounds / 5 + 1; round++) {
		world_init(w, &no_limits);
		max_len = 1 + test_below(test_below(2) ? 1500 : 65536);
		n = 2 + test_below(FLOWS - 2);
		spec = leaf_spec(100);
		spec.flows = 0;
		insert(w, w->class, NULL, &spec);
		for (i = 0; i < n; i++) {
			spec = leaf_spec(i);
			spec.quantum = PORCH_SHAPE_QUANTUM_MIN +
				       test_below(20000);
			spec.flow_quantum = spec.quantum;
			spec.flows = 2;
			quantum[i] = spec.quantum;
			insert(w, &w->class[i + 1], w->class, &spec);
		}
		for (steps = 0; steps < 1000; steps++) {
			for (i = 1; i <= n; i++) {
				c = &w->class[i];
				for (j = 0; j < 2; j++)
					while (c->flow[j].bytes <= max_len)
						enqueue(w, c, j, 1 +
							test_below(max_len));
			}
			p = dequeue(w, &wait);
			kfree(p);
			for (i = 0; i < n; i++) {
				c = &w->class[i + 1];
				sent[i] = c->stats.bytes;
				for (j = 0; j < 2; j++) {
					flow_sent[j] = c->flow[j].sent;
					flow_quantum[j] = quantum[i];
				}
				check_fair(flow_sent, flow_quantum, 2, max_len);
			}
			check_fair(sent, quantum, n, max_len);
		}
		world_fini(w);
	}
	kfree(w);
}

/* The rest, each by hand */

/* Each packet is out when its delay is over, to the nanosecond. */
static void shape_delay(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	unsigned int i;
	struct pkt *p;
	u64 wait, gap;

	world_init(w, &no_limits);
	spec.delay = 20 * MS;
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 1000; i++) {
		enqueue(w, w->class, test_below(4), 1 + test_below(1500));
		gap = test_below(3 * MS);
		for (;;) {
			p = dequeue(w, &wait);
			if (!p && wait > gap)
				break;
			if (!p) {
				pass_time(w, wait);
				gap -= wait;
				continue;
			}
			CHECK(w->now - p->came == 20 * MS, "delayed by %llu ns",
			      w->now - p->came);
			kfree(p);
		}
		pass_time(w, gap);
	}
	CHECK(w->class->stats.packets > 900, "%llu left",
	      w->class->stats.packets);
	world_fini(w);
	kfree(w);
}

/* A packet of a flow that was silent passes those of all that are not. */
static void shape_new_flow(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	struct pkt *p;
	unsigned int i;
	u64 wait;

	world_init(w, &no_limits);
	spec.flows = FLOWS;
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 700; i++)
		enqueue(w, w->class, i % (FLOWS - 1), 1500);
	for (i = 0; i < 400; i++) {
		/* Those of the bulk were new, too, for their first turn. */
		bool new = i % 20 == 19;

		if (new)
			enqueue(w, w->class, FLOWS - 1, 100);
		p = dequeue(w, &wait);
		CHECK(p && (p->flow == FLOWS - 1) == new, "packet %u", i);
		kfree(p);
	}
	world_fini(w);
	kfree(w);
}

/* What a flow had sent before its leaf was empty is not held against it. */
static void shape_empty_leaf(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	struct pkt *p;
	unsigned int i;
	u64 wait;

	world_init(w, &no_limits);
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 4; i++)
		enqueue(w, w->class, 0, 1500);
	for (i = 0; i < 4; i++)
		kfree(dequeue(w, &wait));
	enqueue(w, w->class, 0, 1500);
	enqueue(w, w->class, 1, 1500);
	p = dequeue(w, &wait);
	CHECK(p && p->flow == 0, "the flow pays for what is long gone");
	kfree(p);
	world_fini(w);
	kfree(w);
}

/* Two that come when the other one went, so that one is new, starve none. */
static void shape_starve(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	const struct flow *flow = w->class->flow;
	unsigned int i, turn = 1;
	struct pkt *p;
	u64 wait;

	world_init(w, &no_limits);
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 100; i++)
		enqueue(w, w->class, 0, 1500);
	for (i = 0; i < 100; i++) {
		if (!flow[1].head && !flow[2].head) {
			enqueue(w, w->class, turn, 1000);
			turn = 3 - turn;
		}
		p = dequeue(w, &wait);
		CHECK(p, "nothing left");
		kfree(p);
	}
	CHECK(flow[0].sent >= 20 * 1500, "%llu bytes were sent", flow[0].sent);
	world_fini(w);
	kfree(w);
}

/* How much of the fattest goes when there is too much. */
static void shape_full(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	struct porch_shape_line line = no_limits;
	unsigned int i;

	/* Of 1001 packets, a batch; then half of 11. */
	world_init(w, &no_limits);
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 1001; i++)
		enqueue(w, w->class, 0, 100);
	CHECK(w->dropped == PORCH_SHAPE_DROP_BATCH, "%llu dropped", w->dropped);
	porch_shape_purge(&w->s);
	spec.limit.packets = 10;
	change(w, w->class, &spec);
	for (i = 0; i < 11; i++)
		enqueue(w, w->class, 0, 100);
	CHECK(queued(w) == 5, "%llu queued", queued(w));
	world_fini(w);

	/* If it is too much for the line, the fattest leaf pays. */
	line.limit.packets = 50;
	world_init(w, &line);
	spec.flows = 0;
	insert(w, w->class, NULL, &spec);
	for (i = 1; i < 4; i++) {
		spec = leaf_spec(1 + i);
		insert(w, &w->class[i], w->class, &spec);
	}
	for (i = 0; i < 10; i++)
		enqueue(w, &w->class[1], 0, 100);
	for (i = 0; i < 40; i++)
		enqueue(w, &w->class[2], i % 4, 100);
	enqueue(w, &w->class[3], 0, 100);
	CHECK(w->class[1].stats.backlog.packets == 10 &&
	      w->class[2].stats.backlog.packets < 40 &&
	      w->class[3].stats.backlog.packets == 1, "another one paid");
	world_fini(w);
	kfree(w);
}

/* A flow that does not react is cut, or marked; one that is sparse is not. */
static void codel(bool ecn)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	u64 next = 0, sparse = 0, bulk = 0, start, wait;
	struct pkt *p;

	world_init(w, &no_limits);
	spec.ceil = 1000000;
	spec.ceil_burst = 1500;
	spec.ecn = ecn;
	spec.codel = (struct porch_codel_params) {
		.target_ns = 5 * MS, .interval_ns = 100 * MS, .mtu = 1500,
	};
	insert(w, w->class, NULL, &spec);
	start = w->now;
	while (w->now - start < 20 * SEC) {
		for (; next <= w->now - start; next += MS) {
			/* 1.1 times what can leave, and 1 % of it. */
			enqueue(w, w->class, 0, 1100);
			if (next % (10 * MS) == 0)
				enqueue(w, w->class, 1, 100);
		}
		p = dequeue(w, &wait);
		if (!p) {
			pass_time(w, min_t(u64, wait, MS));
			continue;
		}
		if (p->flow)
			sparse = max(sparse, w->now - p->came);
		else if (w->now - start > 10 * SEC)
			bulk = max(bulk, w->now - p->came);
		kfree(p);
	}
	CHECK(sparse <= 5 * MS, "a sparse packet waited for %llu ns", sparse);
	CHECK(!w->class->stats.marks == !ecn, "%llu marks",
	      w->class->stats.marks);
	CHECK(w->class->stats.drops[PORCH_SHAPE_DROP_STANDING] > 100,
	      "%llu drops", w->class->stats.drops[PORCH_SHAPE_DROP_STANDING]);
	CHECK(!w->class->stats.drops[PORCH_SHAPE_DROP_FULL] || ecn, "full");
	CHECK(bulk < 500 * MS || ecn, "a bulk packet waited for %llu ns", bulk);
	world_fini(w);
	kfree(w);
}

/* A flow that was empty does not stand, though the leaf never was. */
static void codel_empty(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	unsigned int i, j;
	struct pkt *p;
	u64 wait;

	world_init(w, &no_limits);
	spec.codel = (struct porch_codel_params) {
		.target_ns = 5 * MS, .interval_ns = 100 * MS, .mtu = 1500,
	};
	insert(w, w->class, NULL, &spec);
	for (i = 0; i < 10; i++) {
		enqueue(w, w->class, 0, 100);
		pass_time(w, 10 * MS);
		while (w->class->flow[1].bytes < 10000)
			enqueue(w, w->class, 1, 1000);
		do {
			p = dequeue(w, &wait);
			CHECK(p, "nothing left");
			kfree(p);
		} while (w->class->flow[0].head);
		/* Another turn, in which it is found to be empty. */
		for (j = 0; j < 3; j++) {
			p = dequeue(w, &wait);
			kfree(p);
		}
		pass_time(w, 200 * MS);
	}
	CHECK(w->class->flow[0].sent == 1000, "%llu bytes were sent",
	      w->class->flow[0].sent);
	world_fini(w);
	kfree(w);
}

static void shape_codel(void)
{
	codel(false);
	codel(true);
	codel_empty();
}

static void shape_len(void)
{
	static const struct {
		s16 overhead;
		u16 mpu;
		u32 bytes;
		u32 frames;
		u32 want;
	} cases[] = {
		{ 0, 0, 1514, 1, 1514 },
		{ 24, 0, 1514, 1, 1538 },
		{ 24, 84, 42, 1, 84 },
		{ 24, 0, 45420, 30, 46140 },
		{ 24, 84, 100, 3, 252 },
		{ -14, 0, 60, 1, 46 },
		{ -100, 0, 60, 1, 1 },
		{ 0, 0, 0, 1, 1 },
		{ 100, 0, U32_MAX, 1, U32_MAX },
	};
	struct porch_shape_line line = no_limits;
	struct porch_shape s;
	unsigned int i;
	u32 got;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		line.overhead = cases[i].overhead;
		line.mpu = cases[i].mpu;
		porch_shape_init(&s, &ops, &line);
		got = porch_shape_len(&s, cases[i].bytes, cases[i].frames);
		CHECK(got == cases[i].want, "case %u: %u", i, got);
	}
}

static void refused(const struct porch_shape_spec *spec, const char *why)
{
	struct porch_shape_class *c = porch_shape_class_alloc(spec, GFP_KERNEL);

	CHECK(IS_ERR(c) && PTR_ERR(c) == -EINVAL, "%s", why);
}

#define REFUSED(field, value) do {					\
	struct porch_shape_spec bad = leaf_spec(1);			\
	bad.field = (value);						\
	refused(&bad, #field " = " #value);				\
	CHECK(porch_shape_change(&w->s, w->class[0].c, &bad, w->now) ==	\
	      -EINVAL, "changed: %s", #field " = " #value);		\
} while (0)

static void shape_refused(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct porch_shape_spec spec = leaf_spec(1);
	struct porch_shape_class *c, *parent;
	unsigned int i;
	int err;

	world_init(w, &no_limits);
	insert(w, w->class, NULL, &spec);
	REFUSED(rate, 1);
	REFUSED(ceil, 1);
	REFUSED(quantum, PORCH_SHAPE_QUANTUM_MIN - 1);
	REFUSED(flows, PORCH_SHAPE_FLOWS_MAX + 1);
	REFUSED(flow_quantum, PORCH_SHAPE_QUANTUM_MIN - 1);
	REFUSED(delay, PORCH_SHAPE_DELAY_MAX + 1);
	REFUSED(limit.packets, 0);
	REFUSED(limit.bytes, 0);
	REFUSED(codel.interval_ns, 1);
	spec.flows++;
	err = porch_shape_change(&w->s, w->class->c, &spec, w->now);
	CHECK(err == -EINVAL, "%d", err);
	spec = leaf_spec(2);
	err = porch_shape_change(&w->s, w->class->c, &spec, w->now);
	CHECK(err == -EINVAL, "%d", err);
	CHECK(porch_shape_class_spec(w->class->c)->flows == 4 &&
	      porch_shape_class_spec(w->class->c)->id == 1, "was changed");

	err = insert(w, &w->class[1], NULL, &spec);
	CHECK(err == -EEXIST, "a second root: %d", err);
	err = insert(w, &w->class[1], w->class, &spec);
	CHECK(err == -EINVAL, "below a leaf: %d", err);
	CHECK(!porch_shape_lookup(&w->s, 2), "there is a class 2");

	env_mem.calls = 0;
	env_mem.fail_at = 1;
	c = porch_shape_class_alloc(&spec, GFP_KERNEL);
	CHECK(IS_ERR(c) && PTR_ERR(c) == -ENOMEM, "no memory");
	env_mem.fail_at = 0;
	porch_shape_class_free(NULL);
	world_fini(w);

	/* As deep, and as many, as may be. */
	world_init(w, &no_limits);
	parent = NULL;
	for (i = 1;; i++) {
		spec = leaf_spec(i);
		spec.flows = 0;
		c = porch_shape_class_alloc(&spec, GFP_KERNEL);
		err = porch_shape_insert(&w->s, parent, c, w->now);
		if (err)
			break;
		parent = c;
	}
	CHECK(err == -ELOOP && i == PORCH_SHAPE_DEPTH_MAX + 1, "%u: %d", i, err);
	err = porch_shape_insert(&w->s, w->s.root, c, w->now);
	CHECK(!err, "%d", err);
	c = porch_shape_class_alloc(&spec, GFP_KERNEL);
	err = porch_shape_insert(&w->s, w->s.root, c, w->now);
	CHECK(err == -EEXIST, "%d", err);
	porch_shape_class_free(c);
	for (;; i++) {
		spec = leaf_spec(i + 1);
		c = porch_shape_class_alloc(&spec, GFP_KERNEL);
		err = porch_shape_insert(&w->s, w->s.root, c, w->now);
		if (err)
			break;
		CHECK(porch_shape_lookup(&w->s, i + 1) == c, "class %u", i + 1);
	}
	porch_shape_class_free(c);
	CHECK(err == -ENOSPC && i == PORCH_SHAPE_CLASSES_MAX, "%u: %d", i, err);
	world_fini(w);
	kfree(w);
}

/* What a caller asks about a tree. */
static void shape_ask(void)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	const struct porch_shape_class *c, *want[3];
	struct porch_shape_spec spec;
	int i = 0;

	world_init(w, &no_limits);
	spec = leaf_spec(1);
	spec.flows = 0;
	insert(w, &w->class[0], NULL, &spec);
	spec.id = 2;
	spec.ceil = 1000;
	spec.ceil_burst = 3000;
	insert(w, &w->class[1], w->class, &spec);
	spec = leaf_spec(3);
	spec.ceil = 0;
	insert(w, &w->class[2], &w->class[1], &spec);
	for (i = 0; i < 3; i++)
		want[i] = w->class[i].c;

	CHECK(porch_shape_class_ahead(want[0]) == U32_MAX, "no ceiling");
	CHECK(porch_shape_class_ahead(want[2]) == 3000, "the one above");
	spec.ceil = 500;
	spec.ceil_burst = 2000;
	porch_shape_change(&w->s, w->class[2].c, &spec, w->now);
	CHECK(porch_shape_class_ahead(want[2]) == 2000, "its own");
	CHECK(porch_shape_class_ahead(want[1]) == 3000, "not the one below");

	CHECK(!porch_shape_class_parent(want[0]), "above the root");
	CHECK(porch_shape_class_parent(want[2]) == want[1], "above the leaf");

	i = 0;
	for (c = porch_shape_next(&w->s, NULL); c; c = porch_shape_next(&w->s, c))
		CHECK(i < 3 && c == want[i++], "number %d", i);
	CHECK(i == 3, "%d classes", i);
	world_fini(w);
	kfree(w);
}

const struct test test_shape[] = {
	{ .name = "shape: random trees under random load",
	  .run = shape_random },
	{ .name = "shape: who gets what", .run = shape_shares },
	{ .name = "shape: turns", .run = shape_turns },
	{ .name = "shape: delay", .run = shape_delay },
	{ .name = "shape: a new flow goes first", .run = shape_new_flow },
	{ .name = "shape: an empty leaf has no past", .run = shape_empty_leaf },
	{ .name = "shape: new flows starve none", .run = shape_starve },
	{ .name = "shape: full", .run = shape_full },
	{ .name = "shape: a queue that stands", .run = shape_codel },
	{ .name = "shape: lengths on the line", .run = shape_len },
	{ .name = "shape: refused", .run = shape_refused },
	{ .name = "shape: asked about", .run = shape_ask },
	{},
};
