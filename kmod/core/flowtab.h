/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: finds the flow of a packet by its addresses and ports.
 *
 * A flow is known by two keys, that of the packets in its original direction
 * and that of the replies; after address translation the one is not simply the
 * other turned round. Either finds it, and tells the direction. No key is in
 * the table twice.
 *
 * What a flow is besides is the caller's, whose record embeds an entry:
 *
 *	porch_flowtab_entry_init(&flow->entry, &orig, hash(orig), &reply,
 *				 hash(reply));
 *	porch_flowtab_touch(&flow->entry, now + 30, false);
 *	switch (porch_flowtab_insert(t, &flow->entry, now, &there)) {
 *	case 0:		... it is the table's now
 *	case -EEXIST:	... another CPU was first, or the reply key clashes
 *	case -ENOSPC:	... too many flows
 *
 * From the insertion to the removal the table owns the record. Whoever removes
 * it, for whatever reason, the caller's release() gets it back, once, and frees
 * it after a grace period, since readers may still be looking.
 *
 * Lookups take no lock and write nothing. They may miss a flow that is being
 * inserted or find one that is being removed, but nothing else.
 *
 * Time is in seconds of any steady clock, and may overflow.
 */
#ifndef PORCH_CORE_FLOWTAB_H
#define PORCH_CORE_FLOWTAB_H

#include "env.h"

/**
 * union porch_flow_addr - an address
 * @v4: IPv4, with zeros behind it
 * @v6: IPv6
 */
union porch_flow_addr {
	__be32 v4;
	struct in6_addr v6;
};

/**
 * struct porch_flow_key - what packets of one direction of a flow have in common
 * @src: source address
 * @dst: destination address
 * @sport: source port; of an ICMP request its identifier, of an ICMP reply the
 *	type of the request
 * @dport: destination port; the other way round for ICMP
 * @zone: keeps apart flows with equal addresses, a VRF's number
 * @proto: transport protocol; ports are 0 for those that have none
 * @ipver: 4 or 6
 * @word: all of it
 *
 * No padding. To be zeroed before it is filled in, since all of it is compared.
 */
struct porch_flow_key {
	union {
		struct {
			union porch_flow_addr src;
			union porch_flow_addr dst;
			__be16 sport;
			__be16 dport;
			u16 zone;
			u8 proto;
			u8 ipver;
		};
		u64 word[5];
	};
};

/**
 * struct porch_flow_node - one direction of a flow, in the table
 * @next: the next in the chain
 * @hash: of @key
 * @key: of packets in this direction
 * @dir: 0 the original direction, 1 that of replies
 *
 * 64 bytes: one cache line, if the record is aligned to one.
 */
struct porch_flow_node {
	struct porch_flow_node __rcu *next;
	u64 hash;
	struct porch_flow_key key;
	u8 dir;
};

/**
 * struct porch_flowtab_entry - a flow as the table knows it
 * @node: by direction; the keys do not change while it is in the table
 * @id: a number that no other flow of this table has, or had; set by insertion
 * @expires: it has expired when the time is past this, in seconds
 * @assured: not to be given up for another
 * @linked: it is in the table; protected by the locks of both chains
 */
struct porch_flowtab_entry {
	struct porch_flow_node node[2];
	u64 id;
	u32 expires;
	bool assured;
	bool linked;
};

/**
 * enum porch_flowtab_why - why a flow was removed
 * @PORCH_FLOWTAB_REMOVED: the caller wanted it
 * @PORCH_FLOWTAB_AGED: it had expired
 * @PORCH_FLOWTAB_EVICTED: the table was full
 */
enum porch_flowtab_why {
	PORCH_FLOWTAB_REMOVED,
	PORCH_FLOWTAB_AGED,
	PORCH_FLOWTAB_EVICTED,
};

/* Writers of chains share this many locks. */
#define PORCH_FLOWTAB_LOCKS	256

/**
 * struct porch_flowtab - a flow table
 * @head: the chains
 * @mask: their number, a power of two, minus 1
 * @max: the largest number of flows; may be written at any time
 * @release: called for each flow that was removed, without a lock, once; in the
 *	context of whoever removed it, insertion included
 * @count: number of flows, among them those for which there is only a place yet
 * @id: the last one that was given
 * @cursor: where ageing goes on
 * @lock: of the chains whose number is this modulo PORCH_FLOWTAB_LOCKS: protect
 *	the links of their nodes against other writers
 *
 * Of two locks the one with the lower index is taken first; nothing else is
 * taken below them.
 */
struct porch_flowtab {
	struct porch_flow_node __rcu **head;
	u32 mask;
	u32 max;
	void (*release)(struct porch_flowtab *t, struct porch_flowtab_entry *e,
			enum porch_flowtab_why why);

	/* What insertion writes, away from what lookups read. */
	atomic_t count ____cacheline_aligned_in_smp;
	atomic64_t id;
	u32 cursor;
	spinlock_t lock[PORCH_FLOWTAB_LOCKS];	/* chains, see above */
};

/**
 * struct porch_flowtab_pos - a place in a walk through a table
 * @chain: which chain
 * @id: of the flow last returned, 0 before the first of the chain
 *
 * Zero it to begin with. Holds no pointer, so may be kept while flows come and
 * go.
 */
struct porch_flowtab_pos {
	u32 chain;
	u64 id;
};

/**
 * define PORCH_FLOWTAB_MAX - the largest number of flows that a table may hold
 */
#define PORCH_FLOWTAB_MAX	(16 * 1024 * 1024)

int porch_flowtab_init(struct porch_flowtab *t, u32 max,
		       void (*release)(struct porch_flowtab *t,
				       struct porch_flowtab_entry *e,
				       enum porch_flowtab_why why),
		       gfp_t gfp);
void porch_flowtab_fini(struct porch_flowtab *t);

void porch_flowtab_entry_init(struct porch_flowtab_entry *e,
			      const struct porch_flow_key *orig, u64 orig_hash,
			      const struct porch_flow_key *reply,
			      u64 reply_hash);
int porch_flowtab_insert(struct porch_flowtab *t, struct porch_flowtab_entry *e,
			 u32 now, struct porch_flow_node **there);
bool porch_flowtab_remove(struct porch_flowtab *t,
			  struct porch_flowtab_entry *e);
bool porch_flowtab_has_room(const struct porch_flowtab *t, u64 hash, u32 now);
unsigned int porch_flowtab_age(struct porch_flowtab *t, u32 now, u32 chains);

struct porch_flow_node *porch_flowtab_lookup(const struct porch_flowtab *t,
					     const struct porch_flow_key *key,
					     u64 hash);
void porch_flowtab_lookup_vec(const struct porch_flowtab *t,
			      const struct porch_flow_key *const *keys,
			      const u64 *hashes, struct porch_flow_node **nodes,
			      unsigned int n);
struct porch_flowtab_entry *porch_flowtab_next(const struct porch_flowtab *t,
					       struct porch_flowtab_pos *pos);

/**
 * porch_flow_key_reverse() - turn a key round
 * @key: of a packet
 *
 * Return: the key of what answers it, if nothing is translated.
 */
static inline struct porch_flow_key
porch_flow_key_reverse(const struct porch_flow_key *key)
{
	struct porch_flow_key r = *key;

	r.src = key->dst;
	r.dst = key->src;
	r.sport = key->dport;
	r.dport = key->sport;
	return r;
}

/**
 * porch_flow_key_equal() - compare two keys
 * @a: one
 * @b: the other
 *
 * Return: whether they are the same.
 */
static inline bool porch_flow_key_equal(const struct porch_flow_key *a,
					const struct porch_flow_key *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) |
		 (a->word[2] ^ b->word[2]) | (a->word[3] ^ b->word[3]) |
		 (a->word[4] ^ b->word[4]));
}

/**
 * porch_flowtab_entry() - the flow that a node belongs to
 * @n: the node, of either direction
 *
 * Return: the flow's entry.
 */
static inline struct porch_flowtab_entry *
porch_flowtab_entry(struct porch_flow_node *n)
{
	return container_of(n - n->dir, struct porch_flowtab_entry, node[0]);
}

/**
 * porch_flowtab_touch() - say until when a flow is to be kept
 * @e: the flow
 * @expires: the last second of its life, less than 2^31 seconds ahead
 * @assured: whether to keep it even if the table is full
 *
 * Writes only what changes: at most once a second for a flow that goes on.
 *
 * Context: any; where several write at a time, one of them wins.
 */
static inline void porch_flowtab_touch(struct porch_flowtab_entry *e,
				       u32 expires, bool assured)
{
	if (READ_ONCE(e->expires) != expires)
		WRITE_ONCE(e->expires, expires);
	if (READ_ONCE(e->assured) != assured)
		WRITE_ONCE(e->assured, assured);
}

/**
 * porch_flowtab_has_expired() - is a flow's time over?
 * @e: the flow
 * @now: the time, in seconds
 *
 * Until ageing gets there, lookups find it all the same. Who finds one removes
 * it, and goes on as if it had found none.
 *
 * Return: whether it is.
 */
static inline bool
porch_flowtab_has_expired(const struct porch_flowtab_entry *e, u32 now)
{
	return (s32)(now - READ_ONCE(e->expires)) > 0;
}

/**
 * porch_flowtab_count() - how many flows are there?
 * @t: the table
 *
 * Return: the number, never more than the table's maximum.
 */
static inline u32 porch_flowtab_count(const struct porch_flowtab *t)
{
	return atomic_read(&t->count);
}

#endif /* PORCH_CORE_FLOWTAB_H */
