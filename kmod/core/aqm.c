// SPDX-License-Identifier: GPL-2.0
/*
 * CoDel as RFC 8289 has it in section 5, turned inside out: that one fetches
 * packets until one may go, this one is asked about each. The names there:
 *
 *	first_above_time_	above_ns if above, else 0
 *	drop_next_, count_	next_ns, count
 *	lastcount_, dropping_	last, dropping
 */
#include "aqm.h"

/*
 * interval / sqrt(count), rounded down. No rounding in between, since
 * floor(sqrt(x)) = floor(sqrt(floor(x))); the square fits as both have 32 bits.
 */
static u64 step_ns(const struct porch_codel_params *p, u32 count)
{
	return int_sqrt64(div64_u64((u64)p->interval_ns * p->interval_ns,
				    count));
}

/* dodequeue(): has the delay been above the target for an interval? */
static bool stands(struct porch_codel *c, const struct porch_codel_params *p,
		   u64 now_ns, u64 since_ns, u64 backlog)
{
	if ((s64)(now_ns - since_ns) < p->target_ns || backlog <= p->mtu) {
		c->above = false;
		return false;
	}
	if (!c->above) {
		c->above = true;
		c->above_ns = now_ns + p->interval_ns;
		return false;
	}
	return (s64)(now_ns - c->above_ns) >= 0;
}

/**
 * porch_codel_judge() - may a packet go, or is it to be dropped or marked?
 * @c: the queue's state
 * @p: what to aim at; may be others than last time
 * @now_ns: the time, in nanoseconds of any steady clock
 * @since_ns: when the packet came, by the same clock
 * @backlog: bytes that it leaves behind
 *
 * To be asked about each packet that is taken out of the queue. When one was
 * dropped, take the next and ask about that; if there is none, tell
 * porch_codel_empty().
 *
 * O(1); a division and a square root for each signal, nothing of that for
 * others.
 *
 * Source: RFC 8289, section 5. A packet that was marked instead of dropped
 * makes no difference to what follows.
 *
 * Context: any; the caller keeps others off @c.
 * Return: true if the sender is to be told: drop the packet, or mark it.
 */
bool porch_codel_judge(struct porch_codel *c,
		       const struct porch_codel_params *p, u64 now_ns,
		       u64 since_ns, u64 backlog)
{
	u32 delta;

	if (!stands(c, p, now_ns, since_ns, backlog)) {
		c->dropping = false;
		return false;
	}

	if (!c->dropping) {
		/*
		 * If it stood a short while ago, the rate of signals that
		 * it took then is a good start.
		 */
		delta = c->count - c->last;
		if (delta <= 1 ||
		    (s64)(now_ns - c->next_ns) >= 16LL * p->interval_ns)
			delta = 1;
		c->count = delta;
		c->last = delta;
		c->next_ns = now_ns + step_ns(p, delta);
		c->dropping = true;
		c->signalled = false;
		return true;
	}

	/*
	 * Not before it is known that the last signal did not end it: how long
	 * ago that was counts when it begins again.
	 */
	if (c->signalled) {
		c->signalled = false;
		c->next_ns += step_ns(p, c->count);
	}
	if ((s64)(now_ns - c->next_ns) < 0)
		return false;
	if (c->count != U32_MAX)
		c->count++;
	c->signalled = true;
	return true;
}
