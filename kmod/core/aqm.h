/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Active queue management: when to tell senders that a queue stands.
 *
 * CoDel, RFC 8289. It watches how long packets have been in the queue. If that
 * was never below @target for an @interval, the queue is not a burst that goes
 * away but one that stands, and packets are dropped or marked, more often the
 * longer it takes, until it stands no more.
 */
#ifndef PORCH_CORE_AQM_H
#define PORCH_CORE_AQM_H

#include "env.h"

/**
 * define PORCH_CODEL_INTERVAL_MIN - the shortest interval, in nanoseconds
 *
 * With it, drops are never less than a nanosecond apart.
 */
#define PORCH_CODEL_INTERVAL_MIN	100000

/**
 * struct porch_codel_params - what CoDel aims at
 * @target_ns: the delay that is fine, however long it lasts
 * @interval_ns: a worst-case round-trip time of the flows, at least
 *	PORCH_CODEL_INTERVAL_MIN
 * @mtu: a queue of so many bytes is fine, however slow it drains
 */
struct porch_codel_params {
	u32 target_ns;
	u32 interval_ns;
	u32 mtu;
};

/**
 * struct porch_codel - what CoDel knows of one queue; all zero at first
 * @above_ns: if @above, when the delay will have been above the target for an
 *	interval
 * @next_ns: when to signal next, while @dropping
 * @count: signals since @dropping began, or so
 * @last: what @count began with
 * @above: the delay is above the target
 * @dropping: the queue stands
 * @signalled: and @next_ns is still the time of the signal before
 */
struct porch_codel {
	u64 above_ns;
	u64 next_ns;
	u32 count;
	u32 last;
	bool above;
	bool dropping;
	bool signalled;
};

bool porch_codel_judge(struct porch_codel *c,
		       const struct porch_codel_params *p, u64 now_ns,
		       u64 since_ns, u64 backlog);

/**
 * porch_codel_empty() - note that the queue was found empty
 * @c: the queue's state
 *
 * Context: any; the caller keeps others off @c.
 */
static inline void porch_codel_empty(struct porch_codel *c)
{
	c->above = false;
	c->dropping = false;
}

#endif /* PORCH_CORE_AQM_H */
