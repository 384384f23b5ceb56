/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets.
 *
 * A bucket gains @rate tokens a second up to @burst, and pays for what passes.
 * Credit is counted in token-nanoseconds (a token is NSEC_PER_SEC of them), so
 * elapsed time times rate is credit without a division and without rounding:
 * over any stretch of time a bucket passes exactly what the definition says.
 *
 * A bucket may also go into debt: what is longer than the burst passes when
 * there is any credit at all, and is paid off before the next passes.
 *
 * Nothing here locks. A bucket and a set of buckets have one user at a time,
 * for instance by being per-CPU and used in softirq only.
 */
#ifndef PORCH_CORE_TBUCKET_H
#define PORCH_CORE_TBUCKET_H

#include "env.h"

/**
 * struct porch_tbucket_rate - how fast buckets fill, and how far
 * @rate: tokens a second; 0 is a bucket that never refills
 * @full: the credit of a full bucket: burst in token-nanoseconds
 *
 * Filled in by porch_tbucket_rate_init(), read-only afterwards; any number of
 * buckets may share one.
 */
struct porch_tbucket_rate {
	u64 rate;
	s64 full;
};

/**
 * struct porch_tbucket - one bucket
 * @stamp_ns: the latest time that the bucket has seen
 * @credit: what it held then, in token-nanoseconds; negative is a debt
 */
struct porch_tbucket {
	u64 stamp_ns;
	s64 credit;
};

void porch_tbucket_rate_init(struct porch_tbucket_rate *r, u64 rate, u32 burst);
u64 porch_tbucket_wait(const struct porch_tbucket *b,
		       const struct porch_tbucket_rate *r);

/**
 * porch_tbucket_init() - make a bucket, full
 * @b: the bucket
 * @r: its rate
 * @now_ns: the time, in nanoseconds of any steady clock
 */
static inline void porch_tbucket_init(struct porch_tbucket *b,
				      const struct porch_tbucket_rate *r,
				      u64 now_ns)
{
	b->stamp_ns = now_ns;
	b->credit = r->full;
}

/**
 * porch_tbucket_refill() - bring a bucket up to a time
 * @b: the bucket
 * @r: its rate; another one than last time is fine, the bucket then goes on
 *     with what it holds, cut to the new burst
 * @now_ns: the time, of the same clock every time
 *
 * A time before the latest one seen counts as that latest one: a clock that
 * goes back gives nothing twice. A step of 2^63 ns (292 years) or more ahead
 * looks like a step back.
 *
 * Context: any; the caller keeps others off @b.
 */
static inline void porch_tbucket_refill(struct porch_tbucket *b,
					const struct porch_tbucket_rate *r,
					u64 now_ns)
{
	s64 elapsed = (s64)(now_ns - b->stamp_ns);
	u64 gain;

	b->credit = min(b->credit, r->full);
	if (elapsed <= 0)
		return;
	b->stamp_ns = now_ns;
	if (check_mul_overflow((u64)elapsed, r->rate, &gain) ||
	    gain >= (u64)(r->full - b->credit))
		b->credit = r->full;
	else
		b->credit += gain;
}

/**
 * porch_tbucket_take() - take tokens, if there are enough
 * @b: the bucket
 * @r: its rate, as for porch_tbucket_refill()
 * @now_ns: the time, likewise
 * @cost: the tokens wanted
 *
 * Context: any; the caller keeps others off @b.
 * Return: true if @cost tokens were taken, false if none were.
 */
static inline bool porch_tbucket_take(struct porch_tbucket *b,
				      const struct porch_tbucket_rate *r,
				      u64 now_ns, u32 cost)
{
	s64 need = (s64)cost * NSEC_PER_SEC;

	porch_tbucket_refill(b, r, now_ns);
	if (need > b->credit)
		return false;
	b->credit -= need;
	return true;
}

/**
 * porch_tbucket_pay() - take tokens, on credit if need be
 * @b: the bucket, refilled, and with some credit: so the debt is never more
 *     than one cost
 * @cost: the tokens
 *
 * Context: any; the caller keeps others off @b.
 */
static inline void porch_tbucket_pay(struct porch_tbucket *b, u32 cost)
{
	b->credit -= (s64)cost * NSEC_PER_SEC;
}

/**
 * define PORCH_TBUCKET_WAYS - buckets that share one place in a set
 */
#define PORCH_TBUCKET_WAYS	4

/**
 * define PORCH_TBUCKET_ORDER_MAX - the largest order of a set
 */
#define PORCH_TBUCKET_ORDER_MAX	16

struct porch_tbucket_set;

struct porch_tbucket_set *porch_tbucket_set_alloc(u8 order, gfp_t gfp);
void porch_tbucket_set_free(struct porch_tbucket_set *s);
bool porch_tbucket_set_take(struct porch_tbucket_set *s,
			    const struct porch_tbucket_rate *r, u64 key,
			    u64 now_ns, u32 cost);
bool porch_tbucket_set_charge(struct porch_tbucket_set *s,
			      const struct porch_tbucket_rate *r, u64 key,
			      u64 now_ns, u32 cost);
u32 porch_tbucket_set_used(const struct porch_tbucket_set *s);

#endif /* PORCH_CORE_TBUCKET_H */
