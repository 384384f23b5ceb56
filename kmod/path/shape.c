// SPDX-License-Identifier: GPL-2.0
/*
 * The queueing discipline "porch": what leaves by a device, from wherever, waits
 * here and goes by the classes that are configured for the device.
 *
 * There may be several on a device, below mq for instance, and each has the whole
 * tree. The line itself is the tree's root, and a leaf of the qdisc's own below it
 * takes what has no class; so a qdisc without any classes is a queue with
 * CoDel. Trees change when a generation is published: all that may fail is done
 * before, in a plan.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/gen_stats.h>
#include <net/inet_ecn.h>
#include <net/pkt_sched.h>
#include <net/sch_generic.h>
#include "compat.h"
#include "control/class.h"
#include "control/config.h"
#include "core/shape.h"
#include "net.h"
#include "path/shape.h"

/* The classes that no configuration has; the second is shown by its last bits. */
#define LINE_ID		0
#define OTHERS_ID	(PORCH_CLASS_ID_MAX + 1)

/* Bytes that may wait, in a leaf and in all of them. */
#define LEAF_BYTES	(32 << 20)
#define ALL_BYTES	(64 << 20)
#define ALL_PACKETS	65536

/* What a bucket may be ahead if nobody says: 5 ms, and two packets. */
#define BURST_SHARE	200
#define BURST_MIN	3000

/**
 * struct plan - how a tree is to be made the next generation's
 * @now: the classes that it has
 * @next: and those that it is to have
 * @fresh: for each of @next, the class if it has to be made
 * @stale: those that do not stay; what is no longer in the tree comes first
 * @n_stale: how many
 * @n_gone: how many are no longer in the tree
 */
struct plan {
	struct porch_class_tree now;
	struct porch_class_tree next;
	struct porch_shape_class **fresh;
	struct porch_shape_class **stale;
	u32 n_stale;
	u32 n_gone;
};

/**
 * struct porch_qdisc - a qdisc's private part
 * @sch: the qdisc
 * @link: in porch_qdiscs, under RTNL
 * @shape: the tree; it and what follows is protected by the qdisc's lock
 * @others: the leaf for packets that have no class
 * @otherwise: where these go: the default class, or @others
 * @to_free: takes packets that are dropped
 * @gone: what was dropped since somebody told the qdiscs above
 * @watchdog: runs the queue when the next packet may leave
 * @plan: of the edit that goes on, if it changes the tree; under RTNL
 */
struct porch_qdisc {
	struct Qdisc *sch;
	struct list_head link;
	struct porch_shape shape;
	struct porch_shape_class *others;
	struct porch_shape_class *otherwise;
	struct sk_buff **to_free;
	struct porch_shape_backlog gone;
	struct qdisc_watchdog watchdog;
	struct plan *plan;
};

/* All that there are; under RTNL. */
static LIST_HEAD(porch_qdiscs);

/* Packets */

static struct porch_shape_pkt *pkt_of(const struct sk_buff *skb)
{
	qdisc_cb_private_validate(skb, sizeof(struct porch_shape_pkt));
	return (struct porch_shape_pkt *)qdisc_skb_cb(skb)->data;
}

static struct sk_buff *skb_of(struct porch_shape_pkt *pkt)
{
	struct qdisc_skb_cb *cb = container_of((void *)pkt, struct qdisc_skb_cb,
					       data);

	return container_of((void *)cb, struct sk_buff, cb);
}

static void pkt_drop(struct porch_shape *s, struct porch_shape_pkt *pkt,
		     enum porch_shape_drop why)
{
	struct porch_qdisc *q = container_of(s, struct porch_qdisc, shape);
	struct sk_buff *skb = skb_of(pkt);

	q->gone.packets++;
	q->gone.bytes += qdisc_pkt_len(skb);
	q->sch->q.qlen--;
	qdisc_qstats_backlog_dec(q->sch, skb);
	qdisc_qstats_drop(q->sch);
	__qdisc_drop(skb, q->to_free);
}

static bool pkt_mark(struct porch_shape_pkt *pkt)
{
	return INET_ECN_set_ce(skb_of(pkt));
}

static const struct porch_shape_ops shape_ops = {
	.drop = pkt_drop,
	.mark = pkt_mark,
};

/* Tells the qdiscs above what is missing, beyond what they will find out. */
static void tell_parents(struct porch_qdisc *q, int packets, int bytes)
{
	packets += q->gone.packets;
	bytes += q->gone.bytes;
	q->gone = (struct porch_shape_backlog) {};
	if (packets || bytes)
		qdisc_tree_reduce_backlog(q->sch, packets, bytes);
}

static struct porch_shape_class *classify(const struct porch_qdisc *q,
					  const struct sk_buff *skb)
{
	u32 major = TC_H_MAJ(skb->priority);
	struct porch_shape_class *c;

	/* The qdisc has no handle if it was made by default. */
	if (!major || (major != PORCH_CLASS_MAJOR && major != q->sch->handle))
		return q->otherwise;
	c = porch_shape_lookup(&q->shape, TC_H_MIN(skb->priority));
	return c && porch_shape_class_spec(c)->flows ? c : q->otherwise;
}

/*
 * Return: the packet, or the segments that it was cut into, as a list; NULL if it
 * cannot be cut, and then it is still there.
 */
static struct sk_buff *cut(struct sk_buff *skb)
{
	netdev_features_t features = netif_skb_features(skb);
	struct sk_buff *list, *seg;

	list = skb_gso_segment(skb, features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(list))
		return NULL;
	for (seg = list; seg; seg = seg->next)
		qdisc_skb_cb(seg)->pkt_len = seg->len;
	consume_skb(skb);
	return list;
}

static int porch_qdisc_enqueue(struct sk_buff *skb, struct Qdisc *sch,
			       struct sk_buff **to_free)
{
	struct porch_qdisc *q = qdisc_priv(sch);
	struct porch_shape_class *leaf = classify(q, skb);
	int whole = qdisc_pkt_len(skb), bytes = 0, n = 0;
	u32 hash = skb_get_hash(skb);
	u64 now = ktime_get_ns();
	struct sk_buff *next;
	bool spared = true;

	/* What is longer than the burst would keep others waiting for longer. */
	if (skb_is_gso(skb) && whole > porch_shape_class_ahead(leaf)) {
		next = cut(skb);
		if (!next)
			return qdisc_drop(skb, sch, to_free);
		skb = next;
	}

	q->to_free = to_free;
	for (; skb; skb = next) {
		struct porch_shape_pkt *pkt = pkt_of(skb);

		next = skb->next;
		skb_mark_not_on_list(skb);
		n++;
		bytes += qdisc_pkt_len(skb);
		pkt->len = porch_shape_len(&q->shape, qdisc_pkt_len(skb), 1);
		sch->q.qlen++;
		qdisc_qstats_backlog_inc(sch, skb);
		spared &= porch_shape_enqueue(&q->shape, leaf, pkt, hash, now);
	}
	/*
	 * A parent adds the packet to its own count if it hears of success, and
	 * believes that there is a packet then.
	 */
	if (spared || (n > 1 && sch->q.qlen)) {
		tell_parents(q, 1 - n, whole - bytes);
		return NET_XMIT_SUCCESS;
	}
	tell_parents(q, -n, -bytes);
	return NET_XMIT_CN;
}

static struct sk_buff *porch_qdisc_dequeue(struct Qdisc *sch)
{
	struct porch_qdisc *q = qdisc_priv(sch);
	struct sk_buff *freed = NULL, *skb = NULL;
	struct porch_shape_pkt *pkt;
	u64 now, wait;

	/* Asked after the last packet, each time. */
	if (!sch->q.qlen)
		return NULL;
	now = ktime_get_ns();
	q->to_free = &freed;
	pkt = porch_shape_dequeue(&q->shape, now, &wait);
	if (pkt) {
		skb = skb_of(pkt);
		sch->q.qlen--;
		qdisc_qstats_backlog_dec(sch, skb);
		qdisc_bstats_update(sch, skb);
	} else if (wait != U64_MAX) {
		qdisc_qstats_overlimit(sch);
		qdisc_watchdog_schedule_ns(&q->watchdog, now + wait);
	}
	tell_parents(q, 0, 0);
	kfree_skb_list_reason(freed, SKB_DROP_REASON_QDISC_DROP);
	return skb;
}

/* Trees */

static u32 burst_of(u64 rate, u32 burst)
{
	return burst ?: clamp_t(u64, div_u64(rate, BURST_SHARE), BURST_MIN,
				U32_MAX);
}

static struct porch_shape_spec spec_of(const struct porch_qdisc *q,
				       struct porch_class_tree tree,
				       const struct porch_class *c)
{
	u32 mtu = max(psched_mtu(qdisc_dev(q->sch)), PORCH_SHAPE_QUANTUM_MIN);

	return (struct porch_shape_spec) {
		.id = c->id,
		.rate = c->rate,
		.ceil = c->ceil,
		.burst = burst_of(c->rate, c->burst),
		.ceil_burst = burst_of(c->ceil, c->ceil_burst),
		.quantum = c->quantum,
		.prio = c->prio,
		.flows = porch_class_is_leaf(tree, c) ? c->flows : 0,
		.flow_quantum = mtu,
		.ecn = c->ecn == PORCH_ECN_ON,
		.delay = (u64)c->delay * NSEC_PER_USEC,
		.limit = { c->limit, LEAF_BYTES },
		.codel = {
			.target_ns = c->target * NSEC_PER_USEC,
			.interval_ns = c->interval * NSEC_PER_USEC,
			.mtu = mtu,
		},
	};
}

static u32 flows_of(struct porch_class_tree tree, const struct porch_class *c)
{
	return porch_class_is_leaf(tree, c) ? c->flows : 0;
}

/* Does a class stay in the tree, with all that waits there? */
static bool stays(const struct plan *p, u32 id)
{
	const struct porch_class *now, *next;

	for (; id; id = next->parent) {
		now = porch_class_find(p->now, id);
		next = porch_class_find(p->next, id);
		if (!now || !next || now->parent != next->parent ||
		    flows_of(p->now, now) != flows_of(p->next, next))
			return false;
	}
	return true;
}

static void plan_free(struct plan *p)
{
	u32 i;

	if (!p)
		return;
	for (i = 0; p->fresh && i < p->next.n; i++)
		porch_shape_class_free(p->fresh[i]);
	for (i = 0; i < p->n_gone; i++)
		porch_shape_class_free(p->stale[i]);
	kvfree(p->fresh);
	kvfree(p->stale);
	kfree(p);
}

static int plan_fill(struct plan *p, const struct porch_qdisc *q)
{
	u32 i;

	p->fresh = kvcalloc(p->next.n + 1, sizeof(*p->fresh), GFP_KERNEL_ACCOUNT);
	p->stale = kvcalloc(p->now.n + 1, sizeof(*p->stale), GFP_KERNEL_ACCOUNT);
	if (!p->fresh || !p->stale)
		return -ENOMEM;
	for (i = 0; i < p->next.n; i++) {
		const struct porch_class *c = &p->next.class[i];
		struct porch_shape_spec spec = spec_of(q, p->next, c);
		struct porch_shape_class *fresh;

		if (stays(p, c->id))
			continue;
		fresh = porch_shape_class_alloc(&spec, GFP_KERNEL_ACCOUNT);
		if (IS_ERR(fresh))
			return PTR_ERR(fresh);
		p->fresh[i] = fresh;
	}
	for (i = 0; i < p->now.n; i++)
		if (!stays(p, p->now.class[i].id))
			p->stale[p->n_stale++] =
				porch_shape_lookup(&q->shape,
						   p->now.class[i].id);
	return 0;
}

static int plan_make(struct porch_qdisc *q, struct porch_class_tree now,
		     struct porch_class_tree next)
{
	struct plan *p;
	int err;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	p->now = now;
	p->next = next;
	err = plan_fill(p, q);
	if (err)
		plan_free(p);
	else
		q->plan = p;
	return err;
}

/* From below upwards: what has others below it stays until they have gone. */
static void take_out(struct porch_qdisc *q, struct plan *p)
{
	bool again;
	u32 i;

	do {
		again = false;
		for (i = p->n_gone; i < p->n_stale; i++) {
			if (porch_shape_remove(&q->shape, p->stale[i]))
				continue;
			swap(p->stale[i], p->stale[p->n_gone]);
			p->n_gone++;
			again = true;
		}
	} while (again);
}

/* From above downwards: what is to be below others waits until they are there. */
static void put_in(struct porch_qdisc *q, struct plan *p, u64 now)
{
	struct porch_shape_class *parent;
	bool again;
	u32 i;

	do {
		again = false;
		for (i = 0; i < p->next.n; i++) {
			if (!p->fresh[i])
				continue;
			parent = porch_shape_lookup(&q->shape,
						    p->next.class[i].parent);
			if (!parent ||
			    porch_shape_insert(&q->shape, parent, p->fresh[i], now))
				continue;
			p->fresh[i] = NULL;
			again = true;
		}
	} while (again);
}

static void adjust(struct porch_qdisc *q, struct plan *p, u64 now)
{
	struct porch_shape_spec spec;
	struct porch_shape_class *c;
	u32 i;

	q->otherwise = q->others;
	for (i = 0; i < p->next.n; i++) {
		c = porch_shape_lookup(&q->shape, p->next.class[i].id);
		/* Cannot be, as the configuration has checked the same. */
		if (WARN_ON_ONCE(!c))
			continue;
		spec = spec_of(q, p->next, &p->next.class[i]);
		WARN_ON_ONCE(porch_shape_change(&q->shape, c, &spec, now));
		if (p->next.class[i].is_default && spec.flows)
			q->otherwise = c;
	}
}

/* Makes the tree what the plan says, which is done with. Cannot fail. */
static void plan_follow(struct porch_qdisc *q)
{
	struct sk_buff *freed = NULL;
	struct plan *p = q->plan;
	u64 now = ktime_get_ns();

	q->plan = NULL;
	sch_tree_lock(q->sch);
	q->to_free = &freed;
	/* Nobody may be sent to a class that goes. */
	q->otherwise = q->others;
	take_out(q, p);
	put_in(q, p, now);
	adjust(q, p, now);
	tell_parents(q, 0, 0);
	sch_tree_unlock(q->sch);
	/* What waits may have to wait for less. */
	qdisc_watchdog_schedule_ns(&q->watchdog, now);
	kfree_skb_list_reason(freed, SKB_DROP_REASON_QDISC_DROP);
	plan_free(p);
}

static bool is_same(struct porch_class_tree a, struct porch_class_tree b)
{
	u32 i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (!porch_class_equal(&a.class[i], &b.class[i]))
			return false;
	return true;
}

static bool is_in(const struct porch_qdisc *q, const struct porch_net *pn)
{
	return dev_net(qdisc_dev(q->sch)) == pn->net;
}

/**
 * porch_qdisc_prepare() - plan how qdiscs are to follow a change of classes
 * @e: the edit, with all its operations done
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or -ENOMEM, and then the edit has to be aborted.
 */
int porch_qdisc_prepare(const struct porch_edit *e)
{
	const struct porch_classes *set = porch_edit_now(e)->classes;
	struct porch_class_tree now, next;
	struct porch_qdisc *q;
	u32 ifindex;
	int err;

	if (set == e->next->classes)
		return 0;
	list_for_each_entry(q, &porch_qdiscs, link) {
		if (!is_in(q, e->pn))
			continue;
		ifindex = qdisc_dev(q->sch)->ifindex;
		now = porch_class_tree(set, ifindex);
		next = porch_class_tree(e->next->classes, ifindex);
		if (is_same(now, next))
			continue;
		err = plan_make(q, now, next);
		if (err)
			return err;
	}
	return 0;
}

/**
 * porch_qdisc_publish() - let qdiscs work by a new generation's classes
 * @e: the edit, which is being published
 *
 * Cannot fail. What waits in classes that stay goes on waiting.
 *
 * Context: process context, under RTNL.
 */
void porch_qdisc_publish(const struct porch_edit *e)
{
	struct porch_qdisc *q;

	list_for_each_entry(q, &porch_qdiscs, link)
		if (q->plan && is_in(q, e->pn))
			plan_follow(q);
}

/**
 * porch_qdisc_abort() - forget how qdiscs were to follow
 * @e: the edit, which is being aborted
 *
 * Context: process context, under RTNL.
 */
void porch_qdisc_abort(const struct porch_edit *e)
{
	struct porch_qdisc *q;

	list_for_each_entry(q, &porch_qdiscs, link) {
		if (!is_in(q, e->pn))
			continue;
		plan_free(q->plan);
		q->plan = NULL;
	}
}

static void stats_read(struct porch_qdisc *q, const struct porch_shape_class *c,
		       struct porch_shape_stats *stats)
{
	sch_tree_lock(q->sch);
	*stats = *porch_shape_class_stats(c);
	sch_tree_unlock(q->sch);
}

static void stats_add(struct porch_shape_stats *sum,
		      const struct porch_shape_stats *s)
{
	unsigned int i;

	sum->packets += s->packets;
	sum->bytes += s->bytes;
	sum->borrowed += s->borrowed;
	sum->marks += s->marks;
	for (i = 0; i < PORCH_SHAPE_DROPS; i++)
		sum->drops[i] += s->drops[i];
	sum->backlog.packets += s->backlog.packets;
	sum->backlog.bytes += s->backlog.bytes;
}

/**
 * porch_qdisc_stats() - what did a class do?
 * @pn: the instance
 * @c: the class
 * @sum: filled in, over all qdiscs of the device
 *
 * Context: process context, under RTNL.
 *
 * Return: whether there is a qdisc at all.
 */
bool porch_qdisc_stats(const struct porch_net *pn, const struct porch_class *c,
		       struct porch_shape_stats *sum)
{
	struct porch_shape_class *live;
	struct porch_shape_stats stats;
	struct porch_qdisc *q;
	bool found = false;

	memset(sum, 0, sizeof(*sum));
	list_for_each_entry(q, &porch_qdiscs, link) {
		if (!is_in(q, pn) || qdisc_dev(q->sch)->ifindex != c->ifindex)
			continue;
		live = porch_shape_lookup(&q->shape, c->id);
		if (!live)
			continue;
		stats_read(q, live, &stats);
		stats_add(sum, &stats);
		found = true;
	}
	return found;
}

/* The qdisc */

static int add_own(struct porch_qdisc *q, struct porch_shape_class *parent,
		   const struct porch_shape_spec *spec)
{
	struct porch_shape_class *c;
	int err;

	c = porch_shape_class_alloc(spec, GFP_KERNEL);
	if (IS_ERR(c))
		return PTR_ERR(c);
	err = porch_shape_insert(&q->shape, parent, c, ktime_get_ns());
	if (err)
		porch_shape_class_free(c);
	return err;
}

static int tree_make(struct porch_qdisc *q)
{
	const struct porch_net *pn = porch_net(dev_net(qdisc_dev(q->sch)));
	struct porch_class others = porch_class_default;
	struct porch_shape_spec spec = {
		.id = LINE_ID, .quantum = PORCH_SHAPE_QUANTUM_MIN,
	};
	const struct porch_config *cfg;
	int err;

	err = add_own(q, NULL, &spec);
	if (err)
		return err;
	others.id = OTHERS_ID;
	others.prio = U8_MAX;
	spec = spec_of(q, (struct porch_class_tree) {}, &others);
	err = add_own(q, q->shape.root, &spec);
	if (err)
		return err;
	q->others = porch_shape_lookup(&q->shape, OTHERS_ID);
	q->otherwise = q->others;

	cfg = rcu_dereference_protected(pn->config, lockdep_rtnl_is_held());
	return plan_make(q, (struct porch_class_tree) {},
			 porch_class_tree(cfg->classes,
					  qdisc_dev(q->sch)->ifindex));
}

static int porch_qdisc_init(struct Qdisc *sch, struct nlattr *opt,
			    struct netlink_ext_ack *extack)
{
	static const struct porch_shape_line line = {
		.limit = { ALL_PACKETS, ALL_BYTES },
	};
	struct porch_qdisc *q = qdisc_priv(sch);
	int err;

	ASSERT_RTNL();
	q->sch = sch;
	INIT_LIST_HEAD(&q->link);
	porch_shape_init(&q->shape, &shape_ops, &line);
	qdisc_watchdog_init(&q->watchdog, sch);
	if (opt) {
		NL_SET_ERR_MSG(extack,
			       "porch takes no options; its classes are set by porchctl");
		return -EINVAL;
	}
	err = tree_make(q);
	if (err)
		return err;
	plan_follow(q);
	list_add_tail(&q->link, &porch_qdiscs);
	return 0;
}

static void porch_qdisc_reset(struct Qdisc *sch)
{
	struct porch_qdisc *q = qdisc_priv(sch);
	struct sk_buff *freed = NULL;

	qdisc_watchdog_cancel(&q->watchdog);
	q->to_free = &freed;
	porch_shape_purge(&q->shape);
	q->gone = (struct porch_shape_backlog) {};
	kfree_skb_list(freed);
}

/* Also of one whose init has failed. */
static void porch_qdisc_destroy(struct Qdisc *sch)
{
	struct porch_qdisc *q = qdisc_priv(sch);
	struct sk_buff *freed = NULL;

	ASSERT_RTNL();
	list_del(&q->link);
	qdisc_watchdog_cancel(&q->watchdog);
	plan_free(q->plan);
	q->to_free = &freed;
	porch_shape_fini(&q->shape);
	kfree_skb_list(freed);
}

/* Its classes, for "tc class"; they are named by struct porch_shape_class. */

static unsigned long porch_qdisc_find(struct Qdisc *sch, u32 classid)
{
	struct porch_qdisc *q = qdisc_priv(sch);

	return (unsigned long)porch_shape_lookup(&q->shape, TC_H_MIN(classid));
}

static struct Qdisc *porch_qdisc_leaf(struct Qdisc *sch, unsigned long cl)
{
	return NULL;
}

static void porch_qdisc_walk(struct Qdisc *sch, struct qdisc_walker *w)
{
	struct porch_qdisc *q = qdisc_priv(sch);
	struct porch_shape_class *c;

	if (w->stop)
		return;
	for (c = porch_shape_next(&q->shape, NULL); c;
	     c = porch_shape_next(&q->shape, c))
		if (c != q->shape.root &&
		    !tc_qdisc_stats_dump(sch, (unsigned long)c, w))
			return;
}

static int porch_qdisc_dump_class(struct Qdisc *sch, unsigned long cl,
				  struct sk_buff *skb, struct tcmsg *tcm)
{
	const struct porch_shape_class *c = (struct porch_shape_class *)cl;
	const struct porch_shape_class *parent = porch_shape_class_parent(c);

	tcm->tcm_handle |= TC_H_MIN(porch_shape_class_spec(c)->id);
	if (parent)
		tcm->tcm_parent |= TC_H_MIN(porch_shape_class_spec(parent)->id);
	return 0;
}

static int porch_qdisc_dump_class_stats(struct Qdisc *sch, unsigned long cl,
					struct gnet_dump *d)
{
	struct gnet_stats_basic_sync basic;
	struct gnet_stats_queue queue = {};
	struct porch_shape_stats stats;
	unsigned int i;

	stats_read(qdisc_priv(sch), (struct porch_shape_class *)cl, &stats);
	gnet_stats_basic_sync_init(&basic);
	_bstats_update(&basic, stats.bytes, stats.packets);
	queue.backlog = min_t(u64, stats.backlog.bytes, U32_MAX);
	for (i = 0; i < PORCH_SHAPE_DROPS; i++)
		queue.drops += stats.drops[i];
	if (gnet_stats_copy_basic(d, NULL, &basic, false) < 0 ||
	    gnet_stats_copy_queue(d, NULL, &queue, stats.backlog.packets) < 0)
		return -1;
	return 0;
}

static const struct Qdisc_class_ops porch_qdisc_class_ops = {
	.find		= porch_qdisc_find,
	.leaf		= porch_qdisc_leaf,
	.walk		= porch_qdisc_walk,
	.dump		= porch_qdisc_dump_class,
	.dump_stats	= porch_qdisc_dump_class_stats,
};

static struct Qdisc_ops porch_qdisc_ops __read_mostly = {
	.id		= "porch",
	.cl_ops		= &porch_qdisc_class_ops,
	.priv_size	= sizeof(struct porch_qdisc),
	.enqueue	= porch_qdisc_enqueue,
	.dequeue	= porch_qdisc_dequeue,
	.peek		= qdisc_peek_dequeued,
	.init		= porch_qdisc_init,
	.reset		= porch_qdisc_reset,
	.destroy	= porch_qdisc_destroy,
	.owner		= THIS_MODULE,
};

/**
 * porch_qdisc_register() - let the qdisc be grafted
 *
 * Whoever grafts it holds the module.
 *
 * Return: 0 or a negative errno.
 */
int porch_qdisc_register(void)
{
	return register_qdisc(&porch_qdisc_ops);
}

/**
 * porch_qdisc_unregister() - let it be grafted no more; there is none
 */
void porch_qdisc_unregister(void)
{
	unregister_qdisc(&porch_qdisc_ops);
}

MODULE_ALIAS_NET_SCH("porch");
