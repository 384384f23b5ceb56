// SPDX-License-Identifier: GPL-2.0
/*
 * Do we know it? Finds the flow of a packet, follows the state of its
 * connection, and knows what was decided for packets like it; and learns what is
 * decided now.
 *
 * Only a packet that goes on makes a flow: whatever is dropped is judged each
 * time. A decision holds in one generation, so it may point to rules and next
 * hops of that generation; in any other one the next packet is judged again, and
 * connection and translation stay.
 *
 * A decision is replaced as a whole. As long as there are readers who may still
 * find the flow, they may hang a new one on it, even if it has been removed; so
 * decisions go with the flow, a grace period later.
 */
#include <linux/icmpv6.h>
#include <linux/slab.h>
#include <net/ndisc.h>
#include "control/config.h"
#include "control/ruleset.h"
#include "control/stats.h"
#include "path/flow.h"
#include "path/frag.h"
#include "path/nexthop.h"
#include "path/policy.h"
#include "path/quote.h"
#include "path/vec.h"

/* As many as the lookup has under way at a time. */
#define FIND_STEP	16

/* A walk through the table takes so many seconds, in so many chains at once. */
#define AGE_ROUND	16
#define AGE_STEP	256

/**
 * struct porch_decision - what was decided for the packets of one direction
 * @judge: what the rules say of them
 * @nh: the next hop, if forwarded
 * @port: they come in, or go out, by it
 * @gen: the generation that this holds in
 * @state: what they are to the flow
 * @verdict: where they go
 * @reason: for PORCH_PUNT, why
 * @pkt_type: how their frames are addressed
 * @out: they are of local origin
 * @rcu: frees it behind the last reader
 *
 * Immutable.
 */
struct porch_decision {
	struct porch_judge judge;
	struct porch_nexthop *nh;
	const struct porch_port *port;
	u32 gen;
	u8 state;
	u8 verdict;
	u8 reason;
	u8 pkt_type;
	bool out;
	struct rcu_head rcu;
};

static struct kmem_cache *flow_cache;

static u64 hash_of(const struct porch_flows *f, const struct porch_flow_key *key)
{
	const siphash_key_t *secret = (const siphash_key_t *)&f->secret;

	/* Behind an IPv4 address there is nothing but zeros; the rest is a word. */
	static_assert(offsetof(struct porch_flow_key, sport) == 4 * sizeof(u64));
	static_assert(sizeof(struct porch_flow_key) == 5 * sizeof(u64));
	if (likely(key->ipver == 4))
		return siphash_2u64((__force u64)key->src.v4 << 32 |
				    (__force u32)key->dst.v4,
				    key->word[4], secret);
	return siphash(key, sizeof(*key), secret);
}

/* The direction that answers */
static const struct porch_flow_key *back_of(struct porch_flow_node *n)
{
	return &porch_flow_of(n)->entry.node[!n->dir].key;
}

static void flow_free(struct porch_flow *flow)
{
	kfree(rcu_dereference_protected(flow->decision[0], true));
	kfree(rcu_dereference_protected(flow->decision[1], true));
	kmem_cache_free(flow_cache, flow);
}

static void flow_free_rcu(struct rcu_head *rcu)
{
	flow_free(container_of(rcu, struct porch_flow, rcu));
}

static void flow_release(struct porch_flowtab *t, struct porch_flowtab_entry *e,
			 enum porch_flowtab_why why)
{
	static const u8 counter[] = {
		[PORCH_FLOWTAB_REMOVED] = PORCH_ENGINE_FLOW_REMOVED,
		[PORCH_FLOWTAB_AGED] = PORCH_ENGINE_FLOW_AGED,
		[PORCH_FLOWTAB_EVICTED] = PORCH_ENGINE_FLOW_EVICTED,
	};
	struct porch_flows *f = container_of(t, struct porch_flows, table);
	struct porch_flow *flow = container_of(e, struct porch_flow, entry);

	if (flow->nat)
		atomic_dec(&f->translated);
	local_bh_disable();
	this_cpu_ptr(f->pn->stats)->engine[counter[why]]++;
	local_bh_enable();
	call_rcu(&flow->rcu, flow_free_rcu);
}

/**
 * porch_flow_wanted() - are flows to be followed?
 * @c: the context
 *
 * They are where there are rules. Where the last rule has gone, those that are
 * translated go on.
 *
 * Context: inside an RCU read-side section.
 *
 * Return: whether they are.
 */
bool porch_flow_wanted(const struct porch_ctx *c)
{
	if (c->cfg->ruleset->hooks)
		return true;
	return c->cfg->flows && atomic_read(&c->cfg->flows->translated);
}

/* Neighbours and groups are asked and tell, and belong to no flow. */
static bool is_of_link(const struct porch_pkt *p)
{
	if (p->key.ipver != 6 || p->key.proto != IPPROTO_ICMPV6)
		return false;
	return (p->icmp_type >= ICMPV6_MGM_QUERY &&
		p->icmp_type <= NDISC_REDIRECT) ||
	       p->icmp_type == ICMPV6_MLD2_REPORT;
}

static enum porch_conn_event note_icmp(struct porch_pkt *p)
{
	u8 buf[PORCH_ICMP_LEN];
	const u8 *icmp;

	icmp = skb_header_pointer(p->skb, p->l4, sizeof(buf), buf);
	return icmp ? porch_icmp_note(&p->key, icmp) : PORCH_CONN_GOT_NONSENSE;
}

static enum porch_conn_event event_of(struct porch_pkt *p)
{
	switch (p->key.proto) {
	case IPPROTO_TCP:
		return porch_conn_tcp_event(p->tcp_flags);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return PORCH_CONN_GOT_UDP;
	case IPPROTO_ICMP:
		return p->key.ipver == 4 ? note_icmp(p) : PORCH_CONN_GOT_OTHER;
	case IPPROTO_ICMPV6:
		return p->key.ipver == 6 ? note_icmp(p) : PORCH_CONN_GOT_OTHER;
	default:
		return PORCH_CONN_GOT_OTHER;
	}
}

/**
 * porch_flow_note() - note by what a packet's flow is found
 * @c: the context
 * @p: the packet, parsed
 *
 * Context: softirqs off.
 */
void porch_flow_note(const struct porch_ctx *c, struct porch_pkt *p)
{
	if (unlikely(p->later_frag))
		return;
	p->event = event_of(p);
	p->hash = hash_of(c->cfg->flows, &p->key);
}

static void find_step(const struct porch_flows *f, struct porch_pkt **pkt,
		      unsigned int n)
{
	const struct porch_flow_key *key[FIND_STEP] __uninitialized;
	struct porch_flow_node *node[FIND_STEP] __uninitialized;
	u64 hash[FIND_STEP] __uninitialized;
	unsigned int i;

	for (i = 0; i < n; i++) {
		key[i] = &pkt[i]->key;
		hash[i] = pkt[i]->hash;
	}
	porch_flowtab_lookup_vec(&f->table, key, hash, node, n);
	for (i = 0; i < n; i++)
		pkt[i]->node = node[i];
}

/**
 * porch_flow_find() - look the flows of a vector up
 * @v: the vector, parsed
 *
 * What is found here is a hint, as packets of the same vector may make flows,
 * or end them.
 *
 * Context: softirq, inside an RCU read-side section.
 */
void porch_flow_find(struct porch_vec *v)
{
	struct porch_pkt *some[FIND_STEP] __uninitialized, *p;
	unsigned int n = 0;

	porch_vec_for_each(p, v) {
		if (p->verdict)
			continue;
		porch_flow_note(&v->ctx, p);
		if (unlikely(p->later_frag))
			continue;
		some[n++] = p;
		if (n == FIND_STEP) {
			find_step(v->cfg->flows, some, n);
			n = 0;
		}
	}
	if (n)
		find_step(v->cfg->flows, some, n);
}

/* @p: the packet because of which it goes */
static void remove_of(const struct porch_ctx *c, const struct porch_pkt *p,
		      struct porch_flow_node *n)
{
	if (!porch_pkt_is_dry(p))
		porch_flowtab_remove(&c->cfg->flows->table,
				     porch_flowtab_entry(n));
}

static struct porch_flow_node *find_alive(const struct porch_ctx *c,
					  const struct porch_pkt *p,
					  const struct porch_flow_key *key,
					  u64 hash)
{
	const struct porch_flowtab *t = &c->cfg->flows->table;
	struct porch_flow_node *n = porch_flowtab_lookup(t, key, hash);

	if (!n || !porch_flowtab_has_expired(porch_flowtab_entry(n),
					     porch_flow_seconds(c->now)))
		return n;
	remove_of(c, p, n);
	return NULL;
}

/* Is what was found for the vector as a whole still so? */
static bool is_alive(const struct porch_ctx *c, struct porch_flow_node *n)
{
	return n && READ_ONCE(porch_flowtab_entry(n)->linked) &&
	       !porch_flowtab_has_expired(porch_flowtab_entry(n),
					  porch_flow_seconds(c->now));
}

static enum porch_conn_class step(const struct porch_ctx *c, struct porch_pkt *p)
{
	struct porch_flow *flow = porch_flow_of(p->node);
	union porch_conn old = { .word = READ_ONCE(flow->conn.word) }, next;
	enum porch_conn_class class;
	u32 timeout;

	do {
		next = old;
		class = porch_conn_step(&next, p->node->dir, p->event,
					&c->cfg->track.conn, &timeout);
	} while (next.word != old.word && !porch_pkt_is_dry(p) &&
		 !try_cmpxchg(&flow->conn.word, &old.word, next.word));
	if (timeout && !porch_pkt_is_dry(p))
		porch_flowtab_touch(&flow->entry,
				    porch_flow_seconds(c->now) + timeout,
				    porch_conn_is_assured(next));
	return class;
}

/* The first packet of a flow to be, or of none */
static u8 begin(const struct porch_ctx *c, const struct porch_pkt *p)
{
	union porch_conn conn = {};
	u32 timeout;

	if (is_of_link(p))
		return 0;
	return porch_conn_step(&conn, 0, p->event, &c->cfg->track.conn,
			       &timeout) == PORCH_CONN_NEW ?
	       PORCH_FLOW_STATE_NEW : PORCH_FLOW_STATE_INVALID;
}

/*
 * An error belongs to the flow of what it quotes, which went the other way; and
 * only the one who sent that gets to hear of it.
 */
static u8 follow_error(const struct porch_ctx *c, struct porch_pkt *p)
{
	const struct porch_flows *f = c->cfg->flows;
	struct porch_flow_key key;
	struct porch_quote q;

	p->node = NULL;
	if (p->frag || !porch_quote_parse(p, &q))
		return PORCH_FLOW_STATE_INVALID;
	key = porch_flow_key_reverse(&q.key);
	if (memcmp(&key.dst, &p->key.dst, sizeof(key.dst)))
		return PORCH_FLOW_STATE_INVALID;
	p->node = find_alive(c, p, &key, hash_of(f, &key));
	return p->node ? PORCH_FLOW_STATE_RELATED : PORCH_FLOW_STATE_INVALID;
}

/* A later fragment does no step, and belongs to the flow that its first had. */
static u8 follow_fragment(const struct porch_ctx *c, struct porch_pkt *p)
{
	union porch_conn conn;

	if (!porch_frag_lend(c->cfg->flows->frags, p, porch_flow_seconds(c->now)))
		goto lost;
	if (!p->state || p->state == PORCH_FLOW_STATE_INVALID)
		return p->state;
	p->hash = hash_of(c->cfg->flows, &p->key);
	p->node = find_alive(c, p, &p->key, p->hash);
	if (!p->node) {
		/* An application may have the first one still: what of this one? */
		if (p->state == PORCH_FLOW_STATE_NEW)
			return PORCH_FLOW_STATE_NEW;
		goto lost;
	}
	conn.word = READ_ONCE(porch_flow_of(p->node)->conn.word);
	return p->node->dir || conn.replied ? PORCH_FLOW_STATE_ESTABLISHED :
					      PORCH_FLOW_STATE_NEW;
lost:
	porch_pkt_drop(p, PORCH_DROP_FRAGMENT_LOST);
	return 0;
}

static u8 follow(const struct porch_ctx *c, struct porch_pkt *p)
{
	if (unlikely(p->later_frag))
		return follow_fragment(c, p);
	if (unlikely(p->event == PORCH_CONN_GOT_ERROR))
		return follow_error(c, p);
	if (!is_alive(c, p->node))
		p->node = find_alive(c, p, &p->key, p->hash);
	if (!p->node)
		return begin(c, p);
	switch (step(c, p)) {
	case PORCH_CONN_NEW:
		return PORCH_FLOW_STATE_NEW;
	case PORCH_CONN_OLD:
		return PORCH_FLOW_STATE_ESTABLISHED;
	case PORCH_CONN_REOPENED:
		remove_of(c, p, p->node);
		p->node = NULL;
		return begin(c, p);
	default:
		return PORCH_FLOW_STATE_INVALID;
	}
}

static bool has_state_of_flow(const struct porch_pkt *p)
{
	return p->state == PORCH_FLOW_STATE_NEW ||
	       p->state == PORCH_FLOW_STATE_ESTABLISHED;
}

static void count(const struct porch_pkt *p)
{
	struct porch_flow_count *n;

	if (porch_pkt_is_dry(p))
		return;
	n = &porch_flow_of(p->node)->count[p->node->dir];
	atomic64_inc(&n->packets);
	atomic64_add(p->skb->len, &n->bytes);
}

static bool decision_fits(const struct porch_decision *d,
			  const struct porch_ctx *c, const struct porch_pkt *p)
{
	return d && d->gen == c->cfg->gen && d->state == p->state &&
	       d->port == p->port && d->out == p->out &&
	       d->pkt_type == p->skb->pkt_type &&
	       (!d->nh || porch_nexthop_holds(d->nh, &p->key,
					      porch_pkt_is_dry(p))) &&
	       porch_policy_holds(&d->judge, p);
}

/* Return: what was decided for packets like this one, if it still holds. */
static const struct porch_decision *decision_for(const struct porch_ctx *c,
						 const struct porch_pkt *p)
{
	const struct porch_decision *d;

	if (!p->node || !has_state_of_flow(p))
		return NULL;
	d = rcu_dereference(porch_flow_of(p->node)->decision[p->node->dir]);
	return decision_fits(d, c, p) ? d : NULL;
}

static void apply(const struct porch_decision *d, const struct porch_ctx *c,
		  struct porch_pkt *p)
{
	p->key.dst = p->back->src;
	p->key.dport = p->back->sport;
	p->nh = d->nh;
	p->verdict = d->verdict;
	p->reason = d->reason;
	porch_policy_residue(&d->judge, p, c->now);
	if (porch_pkt_goes_on(p))
		count(p);
}

/**
 * porch_flow_recall() - follow a packet's flow, and do what was decided for it
 * @c: the context
 * @p: the packet, noted; gets its state, and its flow if there is one
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: false if it is still to be decided about.
 */
bool porch_flow_recall(const struct porch_ctx *c, struct porch_pkt *p)
{
	const struct porch_decision *d;

	p->state = follow(c, p);
	if (unlikely(p->verdict))
		return true;
	if (unlikely(p->frag && !p->later_frag && !porch_pkt_is_dry(p)))
		porch_frag_keep(c->cfg->flows->frags, p,
				porch_flow_seconds(c->now));
	if (p->node) {
		p->back = back_of(p->node);
		p->nat = porch_flow_of(p->node)->nat;
	}
	d = decision_for(c, p);
	porch_note(p, .stage = PORCH_STAGE_FLOW, .known = d);
	if (!d)
		return false;
	apply(d, c, p);
	return true;
}

static bool is_own(const struct porch_ctx *c, const struct porch_flow_key *reply,
		   u32 ifindex)
{
	if (reply->ipver == 4)
		return porch_addrset_lookup4(c->cfg->local, reply->dst.v4);
	return porch_addrset_lookup6(c->cfg->local, &reply->dst.v6, ifindex);
}

/*
 * Would its answers come in by another VRF? Or does what was masqueraded leave
 * elsewhere, or has the address gone?
 */
static bool has_moved(const struct porch_ctx *c, const struct porch_pkt *p,
		      const struct porch_plan *plan)
{
	const struct porch_flow *flow = porch_flow_of(p->node);
	const struct net_device *dev = NULL;

	if (p->node->dir)
		return false;
	if (flow->entry.node[1].key.zone != plan->reply.zone)
		return true;
	if (!flow->masquerade)
		return false;
	if (p->out)
		dev = p->port->dev;
	else if (p->verdict == PORCH_FORWARD)
		dev = READ_ONCE(p->nh->dev);
	return !dev || dev->ifindex != flow->masquerade ||
	       !is_own(c, &flow->entry.node[1].key, flow->masquerade);
}

/*
 * Somebody has been quicker, and made the same flow on another CPU. It is joined,
 * unless it is led elsewhere.
 */
static void join(struct porch_pkt *p, struct porch_flow_node *there)
{
	p->node = there;
	p->back = back_of(there);
	p->nat = porch_flow_of(there)->nat;
	if (memcmp(&p->back->src, &p->key.dst, sizeof(p->key.dst)) ||
	    p->back->sport != p->key.dport)
		porch_pkt_drop(p, PORCH_DROP_FLOW_CLASH);
}

static bool translates(const struct porch_plan *plan)
{
	struct porch_flow_key plain = porch_flow_key_reverse(&plan->wire);

	plain.zone = plan->reply.zone;
	return !porch_flow_key_equal(&plain, &plan->reply);
}

static struct porch_flow *flow_alloc(const struct porch_ctx *c,
				     const struct porch_pkt *p,
				     const struct porch_plan *plan)
{
	const struct porch_flows *f = c->cfg->flows;
	struct porch_flow *flow;
	u32 timeout;

	flow = kmem_cache_zalloc(flow_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		return NULL;
	porch_flowtab_entry_init(&flow->entry, &plan->wire, p->hash,
				 &plan->reply, hash_of(f, &plan->reply));
	porch_conn_step(&flow->conn, 0, p->event, &c->cfg->track.conn,
			&timeout);
	porch_flowtab_touch(&flow->entry, porch_flow_seconds(c->now) + timeout,
			    porch_conn_is_assured(flow->conn));
	flow->nat = translates(plan);
	flow->masquerade = plan->masquerade;
	return flow;
}

/* Return: -EEXIST if the answers would be taken for another flow's. */
static int make(const struct porch_ctx *c, struct porch_pkt *p,
		const struct porch_plan *plan)
{
	struct porch_flow *flow = flow_alloc(c, p, plan);
	struct porch_flows *f = c->cfg->flows;
	struct porch_flow_node *there;
	int err;

	if (!flow) {
		porch_pkt_drop(p, PORCH_DROP_NO_MEMORY);
		return 0;
	}
	/* Before others can see, and remove, it. */
	if (flow->nat)
		atomic_inc(&f->translated);
	err = porch_flowtab_insert(&f->table, &flow->entry,
				   porch_flow_seconds(c->now), &there);
	if (!err) {
		c->stats->engine[PORCH_ENGINE_FLOW_ADDED]++;
		p->node = &flow->entry.node[0];
		p->back = &flow->entry.node[1].key;
		p->nat = flow->nat;
		return 0;
	}
	if (flow->nat)
		atomic_dec(&f->translated);
	flow_free(flow);
	if (err == -ENOSPC)
		porch_pkt_drop(p, PORCH_DROP_FLOW_TABLE);
	else if (porch_flow_key_equal(&there->key, &plan->wire))
		join(p, there);
	else
		return -EEXIST;
	return 0;
}

/* What make() would, for a packet that only seems to go its way */
static int foresee(const struct porch_ctx *c, struct porch_pkt *p,
		   const struct porch_plan *plan)
{
	const struct porch_flows *f = c->cfg->flows;
	struct porch_flow_node *there, *own;

	/* The flow that this one takes the place of is in nobody's way. */
	own = porch_flowtab_lookup(&f->table, &plan->wire, p->hash);
	there = find_alive(c, p, &plan->reply, hash_of(f, &plan->reply));
	if (there && (!own ||
		      porch_flowtab_entry(own) != porch_flowtab_entry(there)))
		return -EEXIST;
	if (!own && !porch_flowtab_has_room(&f->table, p->hash,
					    porch_flow_seconds(c->now))) {
		porch_pkt_drop(p, PORCH_DROP_FLOW_TABLE);
		return 0;
	}
	p->trail->reply = plan->reply;
	p->back = &p->trail->reply;
	p->nat = translates(plan);
	porch_note(p, .stage = PORCH_STAGE_NAT_SRC,
		   .drawn = plan->ports > 1 &&
			    plan->reply.dport != plan->wire.sport);
	return 0;
}

/* Without memory it is decided again for the next packet. */
static void keep(const struct porch_ctx *c, const struct porch_pkt *p,
		 const struct porch_judge *j)
{
	struct porch_decision __rcu **slot;
	struct porch_decision *d;

	d = kmalloc(sizeof(*d), GFP_ATOMIC | __GFP_NOWARN);
	if (!d)
		return;
	*d = (struct porch_decision) {
		.judge = *j,
		.nh = p->nh,
		.port = p->port,
		.gen = c->cfg->gen,
		.state = p->state,
		.verdict = p->verdict,
		.reason = p->reason,
		.pkt_type = p->skb->pkt_type,
		.out = p->out,
	};
	slot = &porch_flow_of(p->node)->decision[p->node->dir];
	d = unrcu_pointer(xchg(slot, RCU_INITIALIZER(d)));
	if (d)
		kfree_rcu(d, rcu);
}

/**
 * porch_flow_learn() - keep what was decided about a packet
 * @c: the context
 * @p: the packet, accepted; gets its flow if it begins one. Its verdict becomes
 *	PORCH_DROP if it cannot have one
 * @plan: what a new flow is to be, and of any where its answers would come in
 * @j: what the rules say
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: 0, or -EEXIST if the answers to a new flow would be taken for those to
 * another one, and then a different translation may be tried.
 */
int porch_flow_learn(const struct porch_ctx *c, struct porch_pkt *p,
		     const struct porch_plan *plan, const struct porch_judge *j)
{
	int err;

	if (!has_state_of_flow(p) || (!p->node && !c->cfg->ruleset->hooks))
		return 0;
	if (!p->node && p->later_frag) {
		/* The first one has not made a flow. */
		porch_pkt_drop(p, PORCH_DROP_FRAGMENT_LOST);
		return 0;
	}
	if (!p->node) {
		err = porch_pkt_is_dry(p) ? foresee(c, p, plan) :
					    make(c, p, plan);
		if (err || p->verdict == PORCH_DROP)
			return err;
	} else if (has_moved(c, p, plan)) {
		remove_of(c, p, p->node);
		porch_pkt_drop(p, PORCH_DROP_NAT_MOVED);
		return 0;
	}
	count(p);
	if (j->cacheable)
		keep(c, p, j);
	return 0;
}

static void age_work(struct work_struct *work)
{
	struct porch_flows *f = container_of(to_delayed_work(work),
					     struct porch_flows, age);
	u32 chains = f->table.mask / AGE_ROUND + 1, n;
	u32 now = porch_flow_seconds(ktime_get_mono_fast_ns());

	for (; chains; chains -= n) {
		n = min_t(u32, chains, AGE_STEP);
		rcu_read_lock();
		porch_flowtab_age(&f->table, now, n);
		rcu_read_unlock();
		cond_resched();
	}
	queue_delayed_work(system_power_efficient_wq, &f->age, HZ);
}

/**
 * porch_flows_init() - give an instance its flow table, if it has none yet
 * @pn: the instance
 * @max: how many flows there may be
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno.
 */
int porch_flows_init(struct porch_net *pn, u32 max)
{
	struct porch_flows *f;
	int err;

	if (pn->flows)
		return 0;
	f = kvzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		return -ENOMEM;
	f->frags = porch_frags_alloc();
	if (!f->frags) {
		kvfree(f);
		return -ENOMEM;
	}
	err = porch_flowtab_init(&f->table, max, flow_release,
				 GFP_KERNEL_ACCOUNT);
	if (err) {
		porch_frags_free(f->frags);
		kvfree(f);
		return err;
	}
	f->pn = pn;
	get_random_bytes(&f->secret, sizeof(f->secret));
	INIT_DELAYED_WORK(&f->age, age_work);
	pn->flows = f;
	queue_delayed_work(system_power_efficient_wq, &f->age, HZ);
	return 0;
}

/**
 * porch_flows_limit() - say how many flows there may be
 * @pn: the instance
 * @max: as many; those that are there stay
 *
 * The number of chains stays as it was made, so far more flows than that are
 * found more slowly.
 *
 * Context: process context, under RTNL.
 */
void porch_flows_limit(struct porch_net *pn, u32 max)
{
	if (pn->flows)
		WRITE_ONCE(pn->flows->table.max, max);
}

/**
 * porch_flows_fini() - free an instance's flows
 * @pn: the instance, which no packet and no request can reach any more
 *
 * Context: process context; sleeps.
 */
void porch_flows_fini(struct porch_net *pn)
{
	struct porch_flows *f = pn->flows;

	if (!f)
		return;
	cancel_delayed_work_sync(&f->age);
	porch_flowtab_fini(&f->table);
	porch_frags_free(f->frags);
	kvfree(f);
	pn->flows = NULL;
}

/**
 * porch_flows_get() - the flow table of an instance
 * @pn: the instance
 *
 * Context: any.
 *
 * Return: the table, which stays as long as the instance; NULL if there were
 * never any rules.
 */
struct porch_flows *porch_flows_get(const struct porch_net *pn)
{
	struct porch_flows *f;

	rcu_read_lock();
	f = rcu_dereference(pn->config)->flows;
	rcu_read_unlock();
	return f;
}

/**
 * porch_flows_count() - how many flows are there?
 * @pn: the instance
 *
 * Context: any.
 *
 * Return: the number.
 */
u32 porch_flows_count(const struct porch_net *pn)
{
	const struct porch_flows *f = porch_flows_get(pn);

	return f ? porch_flowtab_count(&f->table) : 0;
}

/**
 * porch_flows_flush() - remove all flows
 * @pn: the instance
 *
 * Context: process context.
 *
 * Return: how many there were.
 */
u32 porch_flows_flush(struct porch_net *pn)
{
	struct porch_flows *f = porch_flows_get(pn);
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;
	u32 n = 0;

	if (!f)
		return 0;
	do {
		rcu_read_lock();
		e = porch_flowtab_next(&f->table, &pos);
		if (e)
			n += porch_flowtab_remove(&f->table, e);
		rcu_read_unlock();
		cond_resched();
	} while (e);
	return n;
}

/**
 * porch_flows_remove() - remove a flow
 * @pn: the instance
 * @id: its number
 *
 * Context: process context.
 *
 * Return: whether there was one.
 */
bool porch_flows_remove(struct porch_net *pn, u64 id)
{
	struct porch_flows *f = porch_flows_get(pn);
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;
	bool gone = false;

	if (!f)
		return false;
	do {
		rcu_read_lock();
		e = porch_flowtab_next(&f->table, &pos);
		if (e && e->id == id)
			gone = porch_flowtab_remove(&f->table, e);
		rcu_read_unlock();
		cond_resched();
	} while (e && !gone);
	return gone;
}

/**
 * porch_flow_register() - prepare for flows
 *
 * Return: 0 or -ENOMEM.
 */
int porch_flow_register(void)
{
	flow_cache = kmem_cache_create("porch_flow", sizeof(struct porch_flow),
				       0, SLAB_HWCACHE_ALIGN, NULL);
	return flow_cache ? 0 : -ENOMEM;
}

/**
 * porch_flow_unregister() - undo porch_flow_register(), behind rcu_barrier()
 */
void porch_flow_unregister(void)
{
	kmem_cache_destroy(flow_cache);
}
