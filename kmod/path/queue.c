// SPDX-License-Identifier: GPL-2.0
/*
 * Queues: numbers by which rules send packets to applications. One ring reads a
 * queue. What is diverted is the application's from then on. What is queued is
 * held, and shown with an id; whatever the application says then, and if it says
 * nothing until the deadline, if it dies, if there is none, something becomes of
 * the packet.
 *
 * A packet that is accepted enters its lane once more, or if it is the machine's own
 * its way out, with a note of the rule that held it. It is judged again from the
 * beginning, by the rules that are in force by then, and that one rule accepts it.
 * Others may hold it as well.
 *
 * A lock for each queue protects its table. No one holds it while a frame is copied
 * or a packet let go.
 */
#include <linux/nospec.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/xarray.h>
#include <net/dst.h>
#include <net/sock.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/drop.h"
#include "path/engine.h"
#include "path/path.h"
#include "path/queue.h"
#include "path/ring.h"
#include "path/vec.h"

/* Packets that are let go at a time, with softirqs off */
#define BATCH		64

#define SLOT_BITS	16

/**
 * struct slot - a place for a packet that waits
 * @list: in the queue's list of those that wait, or that are free
 * @skb: the packet; it knows where it came from, see struct held_cb
 * @id: how the application calls it; its lowest bits are the slot's number. 0 if
 *	nobody waits
 * @expires: its deadline, in jiffies
 */
struct slot {
	struct list_head list;
	struct sk_buff *skb;
	u64 id;
	unsigned long expires;
};

/**
 * struct porch_queue - a queue that a ring reads
 * @ring: the ring
 * @number: of the queue
 * @deadline: how long a packet waits, in jiffies
 * @n_slots: how many may wait
 * @lock: of all that follows; inside no other lock
 * @serial: of the last one that was held
 * @waiting: those that wait, the oldest first
 * @free: slots without a packet
 * @timer: of the oldest one's deadline
 * @slot: all slots
 *
 * Found by its number under RCU. Opened and closed under RTNL.
 */
struct porch_queue {
	struct porch_ring *ring;
	u16 number;
	unsigned long deadline;
	u32 n_slots;

	/* Away from what is read without the lock, of packets that are diverted, say. */
	spinlock_t lock ____cacheline_aligned_in_smp;	/* of the table, see above */
	u64 serial;
	struct list_head waiting;
	struct list_head free;
	struct timer_list timer;
	struct slot slot[];
};

/* What is known of a packet while it waits. */
struct held_cb {
	struct porch_port *port;
	u32 rule;
	bool bypass;
	bool out;
	struct porch_answers answers;
};

#define HELD_CB(skb) ((struct held_cb *)(skb)->cb)

/* Neither detached nor down: else nothing of the port's may wait any longer. */
static bool port_works(const struct porch_port *port)
{
	return READ_ONCE(port->armed) && port->dev->flags & IFF_UP;
}

/* As if the rule had accepted it. */
static void accept(struct sk_buff *skb)
{
	const struct held_cb *cb = HELD_CB(skb);
	struct porch_answers answers = cb->answers;
	struct porch_port *port = cb->port;
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);

	if (!port_works(port)) {
		porch_drop(stats, port, skb, PORCH_DROP_PORT_DOWN);
		return;
	}
	if (answers.n == PORCH_ANSWERS_MAX) {
		porch_drop(stats, port, skb, PORCH_DROP_QUEUED_AGAIN);
		return;
	}
	answers.rule[answers.n++] = cb->rule;
	if (cb->out)
		porch_path_out_again(port, skb, &answers);
	else
		porch_engine_readmit(port, skb, &answers);
}

/* Nobody has said anything. */
static void accept_or_drop(struct sk_buff *skb, enum porch_drop reason)
{
	const struct held_cb *cb = HELD_CB(skb);
	struct porch_stats *stats = this_cpu_ptr(cb->port->pn->stats);

	if (cb->bypass) {
		stats->engine[PORCH_ENGINE_BYPASSED]++;
		accept(skb);
	} else {
		porch_drop(stats, cb->port, skb, reason);
	}
}

/* Likewise, but it has not been held yet. */
static void bypass_or_drop(const struct porch_ctx *c, struct porch_pkt *p,
			   enum porch_drop reason)
{
	if (!p->bypass) {
		porch_pkt_drop(p, reason);
		return;
	}
	c->stats->engine[PORCH_ENGINE_BYPASSED]++;
	if (!port_works(p->port)) {
		porch_pkt_drop(p, PORCH_DROP_PORT_DOWN);
	} else if (p->answers.n == PORCH_ANSWERS_MAX) {
		porch_pkt_drop(p, PORCH_DROP_QUEUED_AGAIN);
	} else {
		p->answers.rule[p->answers.n++] = p->rule;
		p->verdict = PORCH_UNDECIDED;
	}
}

static void note(const struct porch_pkt *p)
{
	struct held_cb *cb = HELD_CB(p->skb);

	BUILD_BUG_ON(sizeof(*cb) > sizeof_field(struct sk_buff, cb));
	*cb = (struct held_cb) {
		.port = p->port,
		.rule = p->rule,
		.bypass = p->bypass,
		.out = p->out,
		.answers = p->answers,
	};
}

static void look(struct porch_view *view, const struct porch_pkt *p)
{
	if (p->out)
		porch_view_out(view, p->port, p->skb);
	else
		porch_view_in(view, p->port, p->skb);
}

/*
 * Return: the id, or 0 if as many wait as may. What the stack has noted on the packet
 * is lost only if it waits.
 */
static u64 slot_fill(struct porch_queue *q, const struct porch_pkt *p)
{
	struct slot *s;
	u64 id = 0;

	spin_lock(&q->lock);
	s = list_first_entry_or_null(&q->free, struct slot, list);
	if (s) {
		id = ++q->serial << SLOT_BITS | (s - q->slot);
		s->id = id;
		s->skb = p->skb;
		note(p);
		s->expires = jiffies + q->deadline;
		list_move_tail(&s->list, &q->waiting);
		if (list_is_singular(&q->waiting))
			mod_timer(&q->timer, s->expires);
	}
	spin_unlock(&q->lock);
	return id;
}

/* Under the lock. Return: the packet, which waits no longer. */
static struct sk_buff *slot_clear(struct porch_queue *q, struct slot *s)
{
	struct sk_buff *skb = s->skb;

	s->id = 0;
	s->skb = NULL;
	list_move(&s->list, &q->free);
	return skb;
}

/*
 * What sockets do with a packet of theirs after they have sent it must not matter
 * to one that is held. They may write to its data, and they send no more until it
 * has gone: the control sockets that answer for the whole machine (ICMP, resets)
 * must not wait for an application.
 */
static bool detach_from_sender(struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (sk && sk_fullsock(sk) && sk->sk_kern_sock && sk->sk_type == SOCK_RAW)
		skb_orphan(skb);
	return !skb_orphan_frags_rx(skb, GFP_ATOMIC);
}

static bool hold(const struct porch_ctx *c, struct porch_pkt *p,
		 struct porch_queue *q)
{
	struct porch_ring_frame *f;
	struct porch_view view;
	u64 id;

	/* Whoever has disarmed it waits for a grace period, then looks here. */
	if (!port_works(p->port)) {
		porch_pkt_drop(p, PORCH_DROP_PORT_DOWN);
		return false;
	}
	if (porch_pkt_is_dry(p))
		return true;
	if (p->out && !detach_from_sender(p->skb)) {
		porch_pkt_drop(p, PORCH_DROP_NO_MEMORY);
		return false;
	}
	look(&view, p);
	f = porch_ring_write(q->ring, &view);
	if (!f) {
		bypass_or_drop(c, p, PORCH_DROP_RING_FULL);
		return false;
	}
	/* The sender's route may go meanwhile. */
	skb_dst_force(p->skb);
	/* From here on it may be answered by its deadline: hands off. */
	c->stats->held++;
	id = slot_fill(q, p);
	if (!id) {
		c->stats->held--;
		bypass_or_drop(c, p, PORCH_DROP_QUEUE_FULL);
		return false;
	}
	f->id = id;
	porch_ring_publish(q->ring);
	return true;
}

static bool divert(const struct porch_ctx *c, struct porch_pkt *p,
		   struct porch_queue *q)
{
	struct porch_view view;

	if (porch_pkt_is_dry(p))
		return true;
	look(&view, p);
	if (!porch_ring_copy(q->ring, &view)) {
		bypass_or_drop(c, p, PORCH_DROP_RING_FULL);
		return false;
	}
	c->stats->ring_owned++;
	consume_skb(p->skb);
	return true;
}

/**
 * porch_queue_ask() - hold a packet until an application has answered, or give it
 *	to one
 * @c: the context
 * @p: the packet, with verdict PORCH_QUEUE or PORCH_DIVERT
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: true if the skb is the caller's no more, or would be, were the packet not
 * dry. Else no application can have the packet: its verdict has become PORCH_DROP, or
 * PORCH_UNDECIDED, and then it is to be judged again with what @p->answers says by now.
 */
bool porch_queue_ask(const struct porch_ctx *c, struct porch_pkt *p)
{
	struct porch_queue *q = xa_load(&p->port->pn->queues, p->queue);

	if (!q) {
		bypass_or_drop(c, p, PORCH_DROP_NO_QUEUE);
		return false;
	}
	return p->verdict == PORCH_QUEUE ? hold(c, p, q) : divert(c, p, q);
}

/**
 * porch_queue_take() - the same, of a packet that came in
 * @c: the context
 * @p: the packet, with verdict PORCH_QUEUE or PORCH_DIVERT; its skb is consumed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_queue_take(const struct porch_ctx *c, struct porch_pkt *p)
{
	if (porch_queue_ask(c, p))
		return;
	if (p->verdict == PORCH_DROP)
		porch_drop(c->stats, p->port, p->skb, p->reason);
	else
		porch_engine_readmit(p->port, p->skb, &p->answers);
}

/**
 * porch_queue_answer() - do what an application says about a packet
 * @ring: the application's
 * @id: what it calls the packet by; anything
 * @verdict: what it says; anything
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: 0, -EINVAL, or -ENOENT if no such packet waits.
 */
int porch_queue_answer(struct porch_ring *ring, u64 id, u16 verdict)
{
	/* Pairs with the release in porch_queue_open(). */
	struct porch_queue *q = smp_load_acquire(&ring->queue);
	u32 i = id & (BIT(SLOT_BITS) - 1);
	struct sk_buff *skb = NULL;
	struct porch_stats *stats;
	struct porch_port *port;

	if (verdict != PORCH_RING_ACCEPT && verdict != PORCH_RING_DROP)
		return -EINVAL;
	if (!q || !id || i >= q->n_slots)
		return -ENOENT;
	i = array_index_nospec(i, q->n_slots);
	spin_lock(&q->lock);
	if (q->slot[i].id == id)
		skb = slot_clear(q, &q->slot[i]);
	spin_unlock(&q->lock);
	if (!skb)
		return -ENOENT;
	port = HELD_CB(skb)->port;
	stats = this_cpu_ptr(port->pn->stats);
	stats->held--;
	if (verdict == PORCH_RING_ACCEPT)
		accept(skb);
	else
		porch_drop(stats, port, skb, PORCH_DROP_VERDICT);
	return 0;
}

static bool is_due(const struct slot *s, const struct porch_port *port,
		   bool late)
{
	if (port && HELD_CB(s->skb)->port != port)
		return false;
	return !late || time_after_eq(jiffies, s->expires);
}

/*
 * Takes some of those that wait: a port's or all, late ones or all. Return: how
 * many.
 */
static unsigned int take(struct porch_queue *q, struct sk_buff_head *list,
			 const struct porch_port *port, bool late)
{
	struct slot *s, *next;
	unsigned int n = 0;

	__skb_queue_head_init(list);
	list_for_each_entry_safe(s, next, &q->waiting, list) {
		if (n == BATCH || (late && !is_due(s, port, late)))
			break;
		if (!is_due(s, port, late))
			continue;
		__skb_queue_tail(list, slot_clear(q, s));
		n++;
	}
	return n;
}

static void let_go(struct sk_buff_head *list, enum porch_drop reason)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list))) {
		this_cpu_ptr(HELD_CB(skb)->port->pn->stats)->held--;
		accept_or_drop(skb, reason);
	}
}

static void expire(struct timer_list *t)
{
	struct porch_queue *q = from_timer(q, t, timer);
	struct sk_buff_head late;
	const struct slot *s;

	rcu_read_lock();
	spin_lock(&q->lock);
	take(q, &late, NULL, true);
	/* More that are late come with the next tick. */
	s = list_first_entry_or_null(&q->waiting, struct slot, list);
	if (s)
		mod_timer(&q->timer, s->expires);
	spin_unlock(&q->lock);
	let_go(&late, PORCH_DROP_VERDICT_LATE);
	rcu_read_unlock();
}

/* Nobody adds to them any more. */
static void flush(struct porch_queue *q, const struct porch_port *port,
		  enum porch_drop reason)
{
	struct sk_buff_head list;
	unsigned int n;

	do {
		local_bh_disable();
		rcu_read_lock();
		spin_lock(&q->lock);
		n = take(q, &list, port, false);
		spin_unlock(&q->lock);
		let_go(&list, reason);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	} while (n);
}

/**
 * porch_queue_flush() - drop the packets of a port that wait for an answer
 * @port: the port, which has been detached or set down, and a grace period has
 *	passed since: no more are held
 *
 * Context: process context, under RTNL; sleeps.
 */
void porch_queue_flush(const struct porch_port *port)
{
	struct porch_queue *q;
	unsigned long number;

	xa_for_each(&port->pn->queues, number, q)
		flush(q, port, PORCH_DROP_PORT_DOWN);
}

static struct porch_queue *queue_alloc(struct porch_ring *ring, u16 number,
				       u32 held, u32 deadline)
{
	struct porch_queue *q;
	u32 i;

	q = kvzalloc(struct_size(q, slot, held), GFP_KERNEL_ACCOUNT);
	if (!q)
		return NULL;
	q->ring = ring;
	q->number = number;
	q->deadline = msecs_to_jiffies(deadline);
	q->n_slots = held;
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->waiting);
	INIT_LIST_HEAD(&q->free);
	for (i = 0; i < held; i++)
		list_add_tail(&q->slot[i].list, &q->free);
	timer_setup(&q->timer, expire, 0);
	return q;
}

static int queue_publish(struct porch_ring *ring, struct porch_queue *q)
{
	int err;

	if (!ring->pn)
		return -ENODEV;
	if (ring->queue)
		return -EEXIST;
	err = xa_insert(&ring->pn->queues, q->number, q, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	/* Pairs with the acquire in porch_queue_answer(). */
	smp_store_release(&ring->queue, q);
	WRITE_ONCE(ring->hungup, false);
	return 0;
}

/**
 * porch_queue_open() - let a ring read a queue
 * @ring: the ring, with memory
 * @number: of the queue
 * @held: packets that may wait, up to PORCH_RING_HELD_MAX
 * @deadline: how long each of them may, in ms
 *
 * Context: process context; takes RTNL.
 *
 * Return: 0 or a negative errno, as struct porch_ring_queue says, and then nothing
 * changed.
 */
int porch_queue_open(struct porch_ring *ring, u16 number, u32 held,
		     u32 deadline)
{
	struct porch_queue *q = queue_alloc(ring, number, held, deadline);
	int err;

	if (!q)
		return -ENOMEM;
	rtnl_lock();
	err = queue_publish(ring, q);
	rtnl_unlock();
	if (err)
		kvfree(q);
	return err;
}

/**
 * porch_queue_close() - let go of a ring's queue, and of what waits in it
 * @ring: the ring, whose application has gone
 *
 * Context: process context; takes RTNL; sleeps.
 */
void porch_queue_close(struct porch_ring *ring)
{
	struct porch_queue *q = ring->queue;

	if (!q)
		return;
	/* All under RTNL: a port whose packets wait must not go meanwhile. */
	rtnl_lock();
	if (ring->pn) {
		xa_erase(&ring->pn->queues, q->number);
		synchronize_net();
	}
	del_timer_sync(&q->timer);
	flush(q, NULL, PORCH_DROP_QUEUE_GONE);
	rtnl_unlock();
	ring->queue = NULL;
	kvfree(q);
}
