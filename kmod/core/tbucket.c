// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets: what is not on the packet's way, and sets of buckets.
 */
#include "env.h"
#include "tbucket.h"

/**
 * porch_tbucket_rate_init() - describe a rate
 * @r: filled in
 * @rate: tokens a second, any value; 0 never refills
 * @burst: tokens a full bucket holds; with 0 nothing that costs passes
 */
void porch_tbucket_rate_init(struct porch_tbucket_rate *r, u64 rate, u32 burst)
{
	r->rate = rate;
	r->full = (s64)burst * NSEC_PER_SEC;
}

/**
 * porch_tbucket_wait() - when will there be credit?
 * @b: the bucket, refilled
 * @r: its rate
 *
 * Return: the nanoseconds, from the time of the refill, until the bucket holds
 * more than nothing; 0 if it does already, U64_MAX if it never will.
 */
u64 porch_tbucket_wait(const struct porch_tbucket *b,
		       const struct porch_tbucket_rate *r)
{
	if (b->credit > 0)
		return 0;
	if (!r->rate || !r->full)
		return U64_MAX;
	return div64_u64(-b->credit, r->rate) + 1;
}

/* A bucket of a set; a @key of 0 marks one that was never used. */
struct porch_tbucket_way {
	u64 key;
	struct porch_tbucket bucket;
};

/*
 * A set-associative cache of buckets: a key may live in any way of the one row
 * that its low bits choose. @used ways have one.
 */
struct porch_tbucket_set {
	u32 mask;
	u32 used;
	struct porch_tbucket_way way[];	/* (mask + 1) * PORCH_TBUCKET_WAYS */
};

/**
 * porch_tbucket_set_alloc() - make a set of buckets
 * @order: room for PORCH_TBUCKET_WAYS << @order keys, of 24 bytes each; at
 *         most PORCH_TBUCKET_ORDER_MAX
 * @gfp: allocation flags
 *
 * Context: as @gfp allows.
 * Return: the set, which the caller owns; ERR_PTR(-EINVAL) if @order is too
 * large, ERR_PTR(-ENOMEM).
 */
struct porch_tbucket_set *porch_tbucket_set_alloc(u8 order, gfp_t gfp)
{
	struct porch_tbucket_set *s;
	size_t ways;

	if (order > PORCH_TBUCKET_ORDER_MAX)
		return ERR_PTR(-EINVAL);

	ways = (size_t)PORCH_TBUCKET_WAYS << order;
	s = kvzalloc(sizeof(*s) + ways * sizeof(*s->way), gfp);
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->mask = (1U << order) - 1;
	return s;
}

/**
 * porch_tbucket_set_free() - free a set of buckets
 * @s: the set, or NULL
 */
void porch_tbucket_set_free(struct porch_tbucket_set *s)
{
	kvfree(s);
}

/**
 * porch_tbucket_set_used() - how many keys have a bucket?
 * @s: the set
 *
 * Context: any; the caller keeps others off @s.
 * Return: the number, which never goes down.
 */
u32 porch_tbucket_set_used(const struct porch_tbucket_set *s)
{
	return s->used;
}

/*
 * The bucket of a key; a full one in place of the least recently used of its row
 * if it has none.
 */
static struct porch_tbucket *set_bucket(struct porch_tbucket_set *s,
					const struct porch_tbucket_rate *r,
					u64 key, u64 now_ns)
{
	struct porch_tbucket_way *row, *w, *oldest;

	key = key ?: 1;
	row = &s->way[((u32)key & s->mask) * PORCH_TBUCKET_WAYS];
	oldest = row;
	for (w = row; w < row + PORCH_TBUCKET_WAYS; w++) {
		if (w->key == key)
			return &w->bucket;
		if (w->bucket.stamp_ns < oldest->bucket.stamp_ns)
			oldest = w;
	}

	s->used += !oldest->key;
	oldest->key = key;
	porch_tbucket_init(&oldest->bucket, r, now_ns);
	return &oldest->bucket;
}

/**
 * porch_tbucket_set_take() - take tokens from the bucket of a key
 * @s: the set
 * @r: the rate of all buckets in it
 * @key: a well mixed hash of whatever is limited, keyed with a secret, since
 *       its low bits choose the place; keys that are equal share a bucket,
 *       and so do 0 and 1
 * @now_ns: the time, of the same clock every time
 * @cost: the tokens wanted
 *
 * A key that has no bucket gets a full one in place of the least recently used
 * of its row. So memory is bounded and nothing is allocated, but who can make
 * up keys (a sender of forged addresses) can push others out and always finds
 * a full bucket: have a plain bucket over the whole as well.
 *
 * Context: any; the caller keeps others off @s.
 * Return: true if @cost tokens were taken, false if none were.
 */
bool porch_tbucket_set_take(struct porch_tbucket_set *s,
			    const struct porch_tbucket_rate *r, u64 key,
			    u64 now_ns, u32 cost)
{
	return porch_tbucket_take(set_bucket(s, r, key, now_ns), r, now_ns,
				  cost);
}

/**
 * porch_tbucket_set_charge() - charge the bucket of a key, come what may
 * @s: the set
 * @r: the rate of all buckets in it
 * @key: as for porch_tbucket_set_take()
 * @now_ns: the time, of the same clock every time
 * @cost: the tokens
 *
 * What exceeds the rate is paid for as well, by a debt of up to one burst. So a
 * key that goes on exceeding its rate stays in debt, instead of being within and
 * beyond it by turns, until it has kept below for a while.
 *
 * Context: any; the caller keeps others off @s.
 * Return: true if the bucket had @cost tokens.
 */
bool porch_tbucket_set_charge(struct porch_tbucket_set *s,
			      const struct porch_tbucket_rate *r, u64 key,
			      u64 now_ns, u32 cost)
{
	struct porch_tbucket *b = set_bucket(s, r, key, now_ns);
	s64 need = (s64)cost * NSEC_PER_SEC;
	bool within;

	porch_tbucket_refill(b, r, now_ns);
	within = need <= b->credit;
	b->credit = max(b->credit - need, -r->full);
	return within;
}
