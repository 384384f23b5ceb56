// SPDX-License-Identifier: GPL-2.0
#include "control/config.h"
#include "path/nexthop.h"
#include "path/trail.h"
#include "path/vec.h"

/* These have names in both worlds. */
static_assert(PORCH_OUTCOME_UNDECIDED == (int)PORCH_UNDECIDED);
static_assert(PORCH_OUTCOME_FORWARD == (int)PORCH_FORWARD);
static_assert(PORCH_OUTCOME_LOCAL == (int)PORCH_LOCAL);
static_assert(PORCH_OUTCOME_PUNT == (int)PORCH_PUNT);
static_assert(PORCH_OUTCOME_QUEUE == (int)PORCH_QUEUE);
static_assert(PORCH_OUTCOME_DIVERT == (int)PORCH_DIVERT);
static_assert(PORCH_OUTCOME_DROP == (int)PORCH_DROP);
static_assert(PORCH_ANSWERED_NONE == (int)PORCH_ANSWER_NONE);
static_assert(PORCH_ANSWERED_TTL_EXCEEDED == (int)PORCH_ANSWER_TTL);
static_assert(PORCH_ANSWERED_NO_ROUTE == (int)PORCH_ANSWER_NO_ROUTE);
static_assert(PORCH_ANSWERED_HOST_UNREACHABLE == (int)PORCH_ANSWER_HOST);
static_assert(PORCH_ANSWERED_ADMIN_PROHIBITED == (int)PORCH_ANSWER_PROHIBITED);
static_assert(PORCH_ANSWERED_TOO_BIG == (int)PORCH_ANSWER_TOO_BIG);
static_assert(PORCH_ANSWERED_PORT_UNREACHABLE == (int)PORCH_ANSWER_PORT);
static_assert(PORCH_ANSWERED_TCP_RESET == (int)PORCH_ANSWER_RESET);

static enum porch_neighbour state_of(const struct neighbour *n)
{
	u8 state = n ? READ_ONCE(n->nud_state) : NUD_NONE;

	if (state & NUD_VALID)
		return PORCH_NEIGHBOUR_KNOWN;
	if (state & NUD_FAILED)
		return PORCH_NEIGHBOUR_FAILED;
	return state & NUD_INCOMPLETE ? PORCH_NEIGHBOUR_ASKED :
					PORCH_NEIGHBOUR_ABSENT;
}

/* The last step is the outcome, and takes the place of another if need be. */
static struct porch_step *place(struct porch_trail *t)
{
	if (t->n < PORCH_TRAIL_MAX)
		return &t->step[t->n++];
	t->truncated = true;
	return &t->step[PORCH_TRAIL_MAX - 1];
}

/**
 * porch_trail_visits() - how often has a rule matched the packet?
 * @t: its trail
 * @r: the rule
 *
 * Return: that number, of what the trail has had room for.
 */
unsigned int porch_trail_visits(const struct porch_trail *t,
				const struct porch_rule *r)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->n; i++)
		n += t->step[i].stage == PORCH_STAGE_RULE &&
		     t->step[i].rule == r;
	return n;
}

/**
 * porch_trail_add() - note a step
 * @p: the packet, with a trail; all else that is known of it by now
 * @step: what else there is to say
 *
 * Context: inside an RCU read-side section, to the end of which the trail is
 * valid.
 */
void porch_trail_add(const struct porch_pkt *p, const struct porch_step *step)
{
	struct porch_step *s = place(p->trail);

	*s = *step;
	s->key = p->key;
	s->nh = p->nh;
	s->dev = p->dev;
	if (p->back)
		s->back = *p->back;
	if (p->node)
		s->flow = porch_flowtab_entry(p->node)->id;
	s->has_neigh = p->dev && porch_nexthop_has_neigh(p->dev);
	s->neigh = state_of(p->neigh);
	s->verdict = p->verdict;
	s->reason = p->reason;
	s->answer = p->answer;
	s->state = p->state;
	s->icmp_type = p->icmp_type;
	s->icmp_code = p->icmp_code;
	s->tcp_flags = p->tcp_flags;
	s->dscp = p->dscp;
	s->set_dscp = p->set_dscp;
	s->cut = p->to_fragment;
	s->class = p->class;
	s->mtu = p->mtu;
	s->mark = p->mark;
}
