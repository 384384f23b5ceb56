// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: a hash table with chains (Knuth, The Art of Computer
 * Programming, volume 3, section 6.4), read under RCU.
 *
 * The number of chains follows from the largest number of flows and never
 * changes, so a node stays in its chain for life, and a reader who stands on a
 * node that is being removed finds the rest of that chain behind it. That is
 * why a record must not be inserted anew before a grace period has passed.
 *
 * Barriers: a node is filled in before rcu_assign_pointer() publishes it; that
 * pairs with the rcu_dereference() by which a reader gets there. Links are
 * written only under the lock of their chain.
 *
 * A key lives in the one chain that its hash chooses. So with the locks of both
 * chains of a new flow held nobody else can insert either of its keys, and what
 * is not found there is not in the table.
 */
#include "env.h"
#include "flowtab.h"

/* How many lookups porch_flowtab_lookup_vec() has under way at a time. */
#define PORCH_FLOWTAB_STEP	16

/*
 * How many nodes are looked at for one to evict; and chains, as many if the table
 * is as large as it was made for, and more of them if it was made smaller since.
 */
#define PORCH_FLOWTAB_LOOK		32
#define PORCH_FLOWTAB_LOOK_CHAINS	4096

/* How often a place is fought for, when others snatch what was evicted. */
#define PORCH_FLOWTAB_TRIES	4

static struct porch_flow_node __rcu **
porch_flowtab_chain(const struct porch_flowtab *t, u64 hash)
{
	return &t->head[hash & t->mask];
}

static bool porch_flow_node_matches(const struct porch_flow_node *n,
				    const struct porch_flow_key *key, u64 hash)
{
	return n->hash == hash && porch_flow_key_equal(&n->key, key);
}

/**
 * porch_flowtab_init() - make an empty table
 * @t: the table, to be initialised
 * @max: the largest number of flows, from 1 to PORCH_FLOWTAB_MAX; there is a
 *	chain, of 8 bytes, for each flow, rounded up to a power of two
 * @release: called for each flow that was removed
 * @gfp: allocation flags
 *
 * Context: as @gfp allows.
 * Return: 0, -EINVAL if @max is out of range, -ENOMEM.
 */
int porch_flowtab_init(struct porch_flowtab *t, u32 max,
		       void (*release)(struct porch_flowtab *t,
				       struct porch_flowtab_entry *e,
				       enum porch_flowtab_why why),
		       gfp_t gfp)
{
	u32 chains, i;

	if (!max || max > PORCH_FLOWTAB_MAX)
		return -EINVAL;
	chains = roundup_pow_of_two(max);
	t->head = kvcalloc(chains, sizeof(*t->head), gfp);
	if (!t->head)
		return -ENOMEM;
	t->mask = chains - 1;
	t->max = max;
	t->release = release;
	atomic_set(&t->count, 0);
	atomic64_set(&t->id, 0);
	t->cursor = 0;
	for (i = 0; i < PORCH_FLOWTAB_LOCKS; i++)
		spin_lock_init(&t->lock[i]);
	return 0;
}

/**
 * porch_flowtab_entry_init() - make an entry
 * @e: the entry, in the caller's record
 * @orig: the key of packets in the original direction
 * @orig_hash: its hash: a keyed pseudo-random function, such as SipHash, with a
 *	secret of this table's, since strangers choose the keys
 * @reply: the key of packets in the other direction
 * @reply_hash: its hash, by the same function
 *
 * To be followed by porch_flowtab_touch().
 */
void porch_flowtab_entry_init(struct porch_flowtab_entry *e,
			      const struct porch_flow_key *orig, u64 orig_hash,
			      const struct porch_flow_key *reply,
			      u64 reply_hash)
{
	*e = (struct porch_flowtab_entry) {
		.node[0] = { .hash = orig_hash, .key = *orig, .dir = 0 },
		.node[1] = { .hash = reply_hash, .key = *reply, .dir = 1 },
	};
}

/**
 * porch_flowtab_lookup() - find a flow
 * @t: the table
 * @key: a packet's
 * @hash: of the key, by the table's function
 *
 * Context: an RCU read-side section, to the end of which the result is valid.
 * Return: the node, of the direction in which the packet goes; NULL if there is
 * none. The flow may have expired.
 */
struct porch_flow_node *porch_flowtab_lookup(const struct porch_flowtab *t,
					     const struct porch_flow_key *key,
					     u64 hash)
{
	struct porch_flow_node *n;

	n = rcu_dereference(*porch_flowtab_chain(t, hash));
	while (n && !porch_flow_node_matches(n, key, hash))
		n = rcu_dereference(n->next);
	return n;
}

/* One lookup of several in step. */
struct porch_flowtab_walk {
	struct porch_flow_node *n;
	const struct porch_flow_key *key;
	u64 hash;
	struct porch_flow_node **found;
};

static void
porch_flowtab_lookup_step(const struct porch_flowtab *t,
			  const struct porch_flow_key *const *keys,
			  const u64 *hashes, struct porch_flow_node **nodes,
			  unsigned int n)
{
	struct porch_flowtab_walk walk[PORCH_FLOWTAB_STEP] __uninitialized, *w;
	unsigned int i;

	for (i = 0; i < n; i++)
		prefetch(porch_flowtab_chain(t, hashes[i]));
	for (i = 0; i < n; i++) {
		w = &walk[i];
		w->n = rcu_dereference(*porch_flowtab_chain(t, hashes[i]));
		prefetch(w->n);
		w->key = keys[i];
		w->hash = hashes[i];
		w->found = &nodes[i];
	}

	/* Each round takes every walk one node on; one that ends leaves. */
	while (n) {
		for (i = 0; i < n;) {
			w = &walk[i];
			if (!w->n ||
			    porch_flow_node_matches(w->n, w->key, w->hash)) {
				*w->found = w->n;
				*w = walk[--n];
				continue;
			}
			w->n = rcu_dereference(w->n->next);
			prefetch(w->n);
			i++;
		}
	}
}

/**
 * porch_flowtab_lookup_vec() - porch_flowtab_lookup() of several keys
 * @t: the table
 * @keys: the keys
 * @hashes: their hashes
 * @nodes: filled with what porch_flowtab_lookup() returns for each
 * @n: their number, any
 *
 * Walks them in step and prefetches, so that their cache misses overlap.
 *
 * Context: an RCU read-side section, to the end of which the results are valid.
 */
void porch_flowtab_lookup_vec(const struct porch_flowtab *t,
			      const struct porch_flow_key *const *keys,
			      const u64 *hashes, struct porch_flow_node **nodes,
			      unsigned int n)
{
	unsigned int i, some;

	for (i = 0; i < n; i += some) {
		some = min_t(unsigned int, n - i, PORCH_FLOWTAB_STEP);
		porch_flowtab_lookup_step(t, keys + i, hashes + i, nodes + i,
					  some);
	}
}

/* The index of the lock of a node's chain. */
static u32 porch_flowtab_lock_of(const struct porch_flowtab *t,
				 const struct porch_flow_node *n)
{
	return n->hash & t->mask & (PORCH_FLOWTAB_LOCKS - 1);
}

/* Lock the chains of both directions: one lock in the eyes of sparse. */
static void porch_flowtab_lock(struct porch_flowtab *t,
			       const struct porch_flowtab_entry *e)
	__acquires(t->lock)
{
	u32 a = porch_flowtab_lock_of(t, &e->node[0]);
	u32 b = porch_flowtab_lock_of(t, &e->node[1]);

	spin_lock_bh(&t->lock[min(a, b)]);
	if (a != b) {
		spin_lock_nested(&t->lock[max(a, b)], SINGLE_DEPTH_NESTING);
		__release(t->lock);
	}
}

static void porch_flowtab_unlock(struct porch_flowtab *t,
				 const struct porch_flowtab_entry *e)
	__releases(t->lock)
{
	u32 a = porch_flowtab_lock_of(t, &e->node[0]);
	u32 b = porch_flowtab_lock_of(t, &e->node[1]);

	if (a != b) {
		__acquire(t->lock);
		spin_unlock(&t->lock[max(a, b)]);
	}
	spin_unlock_bh(&t->lock[min(a, b)]);
}

static void porch_flowtab_link(struct porch_flowtab *t,
			       struct porch_flow_node *n)
{
	struct porch_flow_node __rcu **head = porch_flowtab_chain(t, n->hash);

	RCU_INIT_POINTER(n->next, rcu_dereference_protected(*head, true));
	rcu_assign_pointer(*head, n);
}

/* The node keeps its link, for readers who stand on it. */
static void porch_flowtab_unlink(struct porch_flowtab *t,
				 struct porch_flow_node *n)
{
	struct porch_flow_node __rcu **slot = porch_flowtab_chain(t, n->hash);
	struct porch_flow_node *at;

	while ((at = rcu_dereference_protected(*slot, true)) != n)
		slot = &at->next;
	rcu_assign_pointer(*slot, rcu_dereference_protected(n->next, true));
}

/* Take a flow out, unless somebody else has been quicker. */
static bool porch_flowtab_drop(struct porch_flowtab *t,
			       struct porch_flowtab_entry *e,
			       enum porch_flowtab_why why)
{
	bool mine;

	porch_flowtab_lock(t, e);
	mine = e->linked;
	if (mine) {
		porch_flowtab_unlink(t, &e->node[0]);
		porch_flowtab_unlink(t, &e->node[1]);
		e->linked = false;
	}
	porch_flowtab_unlock(t, e);

	if (mine) {
		atomic_dec(&t->count);
		t->release(t, e, why);
	}
	return mine;
}

/**
 * porch_flowtab_remove() - take a flow out
 * @t: the table
 * @e: the flow; that it is still in the table is not required
 *
 * Context: any but hard interrupts. An RCU read-side section that began before
 * @e was found, or whatever else keeps the record in place.
 * Return: whether this call took it out, and not another one before.
 */
bool porch_flowtab_remove(struct porch_flowtab *t,
			  struct porch_flowtab_entry *e)
{
	return porch_flowtab_drop(t, e, PORCH_FLOWTAB_REMOVED);
}

/*
 * The flow that is least missed, of some that a random hash chooses: one that
 * has expired, else the one that expires first of those that are not assured.
 */
static struct porch_flowtab_entry *
porch_flowtab_victim(const struct porch_flowtab *t, u64 hash, u32 now)
{
	u32 look = t->mask / READ_ONCE(t->max) + 1, chains;
	struct porch_flowtab_entry *e, *best = NULL;
	struct porch_flow_node *n;
	unsigned int nodes = 0;

	look = min_t(u32, look, PORCH_FLOWTAB_LOOK_CHAINS / PORCH_FLOWTAB_LOOK) *
	       PORCH_FLOWTAB_LOOK;
	for (chains = 0; chains < look; chains++) {
		n = rcu_dereference(*porch_flowtab_chain(t, hash + chains));
		for (; n; n = rcu_dereference(n->next)) {
			e = porch_flowtab_entry(n);
			if (porch_flowtab_has_expired(e, now))
				return e;
			if (!READ_ONCE(e->assured) &&
			    (!best || (s32)(READ_ONCE(e->expires) -
					    READ_ONCE(best->expires)) < 0))
				best = e;
			if (++nodes == PORCH_FLOWTAB_LOOK)
				return best;
		}
	}
	return best;
}

/**
 * porch_flowtab_has_room() - is there a place for one more flow?
 * @t: the table
 * @hash: of its key
 * @now: the time, in seconds
 *
 * Context: an RCU read-side section.
 * Return: whether it would be inserted now, perhaps in exchange for another. Of
 * several that would have to go, as the maximum was lowered, one is looked for.
 */
bool porch_flowtab_has_room(const struct porch_flowtab *t, u64 hash, u32 now)
{
	u32 count = porch_flowtab_count(t), max = READ_ONCE(t->max);

	if (count < max)
		return true;
	return count - max + 1 < PORCH_FLOWTAB_TRIES &&
	       porch_flowtab_victim(t, hash, now);
}

/* Get a place for one more flow; more may be taken than there are by now. */
static bool porch_flowtab_take(struct porch_flowtab *t)
{
	int n = atomic_read(&t->count);

	do {
		if ((u32)n >= READ_ONCE(t->max))
			return false;
	} while (!atomic_try_cmpxchg(&t->count, &n, n + 1));
	return true;
}

/* The same, if need be in exchange for another. */
static bool porch_flowtab_reserve(struct porch_flowtab *t, u64 hash, u32 now)
{
	struct porch_flowtab_entry *e;
	unsigned int tries;

	for (tries = 0; tries < PORCH_FLOWTAB_TRIES; tries++) {
		if (porch_flowtab_take(t))
			return true;
		e = porch_flowtab_victim(t, hash, now);
		if (!e)
			return false;
		porch_flowtab_drop(t, e, porch_flowtab_has_expired(e, now) ?
					 PORCH_FLOWTAB_AGED :
					 PORCH_FLOWTAB_EVICTED);
	}
	return false;
}

/**
 * porch_flowtab_insert() - put a flow in
 * @t: the table
 * @e: the flow, initialised; not in any table, and not since the last grace
 *	period; the table's from now on, if this succeeds
 * @now: the time, in seconds
 * @there: set to the node that has one of the keys already, on -EEXIST: the
 *	original's if that is there, else the reply's
 *
 * If a flow with one of the keys has expired, it goes. So does, if the table is
 * full, another one, which is looked for at a bounded number of places: one
 * that has expired, or is not assured.
 *
 * Of several CPUs that insert the same key one succeeds, and the others are
 * shown its node.
 *
 * Context: any but hard interrupts; an RCU read-side section, to the end of
 * which @there is valid.
 * Return: 0, or -EEXIST, or -ENOSPC if the table is full and nothing was found
 * that could go.
 */
int porch_flowtab_insert(struct porch_flowtab *t, struct porch_flowtab_entry *e,
			 u32 now, struct porch_flow_node **there)
{
	bool room = porch_flowtab_take(t);
	struct porch_flow_node *orig = &e->node[0];
	struct porch_flow_node *reply = &e->node[1];
	struct porch_flow_node *n;

	/* Each turn has removed something that was in the way of the last. */
	for (;;) {
		porch_flowtab_lock(t, e);
		n = porch_flowtab_lookup(t, &orig->key, orig->hash) ?:
		    porch_flowtab_lookup(t, &reply->key, reply->hash);
		if (!n && room) {
			e->id = atomic64_inc_return(&t->id);
			e->linked = true;
			/* If both keys are equal, the original is found first. */
			porch_flowtab_link(t, reply);
			porch_flowtab_link(t, orig);
		}
		porch_flowtab_unlock(t, e);

		if (n && porch_flowtab_has_expired(porch_flowtab_entry(n), now)) {
			porch_flowtab_drop(t, porch_flowtab_entry(n),
					   PORCH_FLOWTAB_AGED);
			continue;
		}
		if (n) {
			if (room)
				atomic_dec(&t->count);
			*there = n;
			return -EEXIST;
		}
		if (room)
			return 0;
		room = porch_flowtab_reserve(t, orig->hash, now);
		if (!room)
			return -ENOSPC;
	}
}

/**
 * porch_flowtab_age() - remove flows that have expired
 * @t: the table
 * @now: the time, in seconds
 * @chains: how many chains to look at, from where the last call ended; there
 *	are @t->mask + 1, with two nodes each at most on average
 *
 * Context: any but hard interrupts, one caller at a time; an RCU read-side
 * section.
 * Return: the number of flows that were removed.
 */
unsigned int porch_flowtab_age(struct porch_flowtab *t, u32 now, u32 chains)
{
	struct porch_flowtab_entry *e;
	struct porch_flow_node *n;
	unsigned int gone = 0;
	u32 chain = t->cursor;

	/* Others write beside the cursor, so it is touched but once. */
	t->cursor += chains;
	for (; chains; chains--) {
		n = rcu_dereference(*porch_flowtab_chain(t, chain++));
		for (; n; n = rcu_dereference(n->next)) {
			e = porch_flowtab_entry(n);
			if (!n->dir && porch_flowtab_has_expired(e, now))
				gone += porch_flowtab_drop(t, e,
							   PORCH_FLOWTAB_AGED);
		}
	}
	return gone;
}

/**
 * porch_flowtab_next() - go through a table
 * @t: the table
 * @pos: where the last call got to, zeroed for the first; moved to the flow
 *	that is returned, left at the end when there is none
 *
 * Flows that are there from the first call to the last are returned once each,
 * those that come or go meanwhile once or not at all. A chain is in the order
 * of descending ids, since what is new comes to its head; so the place behind
 * a flow is known even when that has gone. To be able to repeat a step, work
 * on a copy of @pos.
 *
 * Looks at every chain once in a whole walk, at any number of them in a call.
 *
 * Context: an RCU read-side section, to the end of which the result is valid.
 * Return: the next flow, or NULL if there is none.
 */
struct porch_flowtab_entry *porch_flowtab_next(const struct porch_flowtab *t,
					       struct porch_flowtab_pos *pos)
{
	struct porch_flowtab_entry *e;
	struct porch_flow_node *n;

	for (; pos->chain <= t->mask; pos->chain++) {
		n = rcu_dereference(t->head[pos->chain]);
		for (; n; n = rcu_dereference(n->next)) {
			e = porch_flowtab_entry(n);
			if (n->dir || (pos->id && e->id >= pos->id))
				continue;
			pos->id = e->id;
			return e;
		}
		pos->id = 0;
	}
	return NULL;
}

/**
 * porch_flowtab_fini() - remove all flows, and free the table's own memory
 * @t: the table, which nobody else uses any more (a grace period has passed
 *	since it was made unreachable)
 *
 * Context: process.
 */
void porch_flowtab_fini(struct porch_flowtab *t)
{
	struct porch_flow_node *n;
	u32 i;

	for (i = 0; i <= t->mask; i++) {
		while ((n = rcu_dereference_protected(t->head[i], true)))
			porch_flowtab_remove(t, porch_flowtab_entry(n));
		cond_resched();
	}
	kvfree(t->head);
}
