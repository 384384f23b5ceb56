// SPDX-License-Identifier: GPL-2.0
/*
 * May it? Runs a packet through the rules of a hook: one after the other, until
 * one decides.
 *
 * What is decided can be kept for the later packets of a flow. Then the rules are
 * walked by what all packets of the flow have in common. A rule that looks at
 * more, or does something for each packet, is noted as residue, and each packet,
 * the first one included, runs the residue: a few tests and deeds that come
 * before what the walk has decided. Where that would not be the same as judging
 * each packet in full, the flow is not to be cached, and each packet is.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/ipv6.h>
#include "control/ruleset.h"
#include "control/set.h"
#include "path/log.h"
#include "path/policy.h"
#include "path/remark.h"
#include "path/vec.h"

/**
 * struct walk - a way through the chains of a hook
 * @rs: the rule set
 * @at: where it is, in each chain that was jumped to from the one before
 * @depth: how many jumps are under way
 */
struct walk {
	const struct porch_ruleset *rs;
	struct {
		const struct porch_chain *chain;
		u32 next;
	} at[PORCH_CHAIN_DEPTH + 1];
	unsigned int depth;
};

static void walk_begin(struct walk *w, const struct porch_ruleset *rs,
		       enum porch_chain_hook hook)
{
	w->rs = rs;
	w->depth = 0;
	w->at[0].chain = rs->chain[hook];
	w->at[0].next = 0;
}

/* Return: the next rule, or NULL at the end of the hook's chain. */
static const struct porch_rule *walk_next(struct walk *w)
{
	while (w->at[w->depth].next == w->at[w->depth].chain->n) {
		if (!w->depth)
			return NULL;
		w->depth--;
	}
	return w->at[w->depth].chain->rule[w->at[w->depth].next++];
}

/* There is room: the depth was checked when the rules were made. */
static void walk_jump(struct walk *w, u16 chain)
{
	w->depth++;
	w->at[w->depth].chain = w->rs->chain[chain];
	w->at[w->depth].next = 0;
}

static void walk_return(struct walk *w)
{
	if (w->depth)
		w->depth--;
	else
		w->at[0].next = w->at[0].chain->n;
}

static bool is_final(const struct porch_rule *r)
{
	return r->deed.action != PORCH_RULE_ACTION_CONTINUE &&
	       r->deed.action != PORCH_RULE_ACTION_JUMP &&
	       r->deed.action != PORCH_RULE_ACTION_RETURN;
}

static bool is_drop(const struct porch_rule *r)
{
	return r->deed.action == PORCH_RULE_ACTION_DROP ||
	       r->deed.action == PORCH_RULE_ACTION_REJECT;
}

static bool is_from(const struct porch_pkt *p, u32 ifindex)
{
	return !p->out && p->port->dev->ifindex == ifindex;
}

static bool is_to(const struct porch_pkt *p, u32 ifindex)
{
	const struct net_device *dev;

	dev = p->out ? p->port->dev : READ_ONCE(p->nh->dev);
	return dev && dev->ifindex == ifindex;
}

static bool has_prefix(const union porch_flow_addr *addr, u8 ipver,
		       const union porch_addr *prefix, u8 len)
{
	if (ipver == 4)
		return !len || !((addr->v4 ^ prefix->v4) &
				 htonl(~0U << (32 - len)));
	return ipv6_prefix_equal(&addr->v6, &prefix->v6, len);
}

/* A later fragment has no ports, unless its flow has lent it some. */
static bool has_ports(const struct porch_pkt *p)
{
	switch (p->key.proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		break;
	default:
		return false;
	}
	return !p->later_frag || p->key.sport || p->key.dport;
}

static bool has_port(const struct porch_pkt *p, __be16 port, const u16 *range)
{
	u16 n = ntohs(port);

	return has_ports(p) && n >= range[0] && n <= range[1];
}

static bool is_in_set(const struct porch_pkt *p, const struct porch_set *set,
		      const union porch_flow_addr *addr, __be16 port)
{
	if (set->type == PORCH_SET_TYPE_ADDR_PORT && !has_ports(p))
		return false;
	return porch_set_has(set, p->key.ipver, addr, ntohs(port));
}

/* Of what all packets of a flow have in common, or bear through all hooks */
static bool match_flow(const struct porch_ruleset *rs,
		       const struct porch_rule *r, const struct porch_pkt *p,
		       u8 state)
{
	const struct porch_match *m = &r->match;
	const struct porch_flow_key *k = &p->key;

	if (m->ipver && m->ipver != k->ipver)
		return false;
	if (m->has & PORCH_MATCH_PROTO && m->proto != k->proto)
		return false;
	if (m->has & PORCH_MATCH_DPORT && !has_port(p, k->dport, m->dport))
		return false;
	if (m->has & PORCH_MATCH_SPORT && !has_port(p, k->sport, m->sport))
		return false;
	if (m->has & PORCH_MATCH_IN && !is_from(p, m->in))
		return false;
	if (m->has & PORCH_MATCH_OUT && !is_to(p, m->out))
		return false;
	if (m->has & PORCH_MATCH_SRC &&
	    !has_prefix(&k->src, k->ipver, &m->src, m->src_len))
		return false;
	if (m->has & PORCH_MATCH_DST &&
	    !has_prefix(&k->dst, k->ipver, &m->dst, m->dst_len))
		return false;
	if (m->has & PORCH_MATCH_SRC_SET &&
	    !is_in_set(p, rs->set[m->src_set], &k->src, k->sport))
		return false;
	if (m->has & PORCH_MATCH_DST_SET &&
	    !is_in_set(p, rs->set[m->dst_set], &k->dst, k->dport))
		return false;
	if (m->has & PORCH_MATCH_STATE && !(m->state & state))
		return false;
	if (m->has & PORCH_MATCH_MARK && (p->mark ^ m->mark) & m->mark_mask)
		return false;
	return true;
}

/* @as_set: by rules, and not as the packet came */
static u8 dscp_of(const struct porch_pkt *p, bool as_set)
{
	if (as_set && p->set_dscp)
		return p->dscp;
	return (p->key.ipver == 4 ? ipv4_get_dsfield(ip_hdr(p->skb)) :
				    ipv6_get_dsfield(ipv6_hdr(p->skb))) >> 2;
}

/* Of what may differ from packet to packet */
static bool match_packet(const struct porch_rule *r, const struct porch_pkt *p,
			 bool as_set)
{
	const struct porch_match *m = &r->match;

	if (!(m->has & PORCH_MATCH_PER_PACKET))
		return true;
	if (m->has & PORCH_MATCH_TCP_FLAGS &&
	    (p->later_frag || (p->tcp_flags ^ m->tcp_flags) & m->tcp_mask))
		return false;
	if (m->has & PORCH_MATCH_ICMP_TYPE &&
	    (p->later_frag || p->icmp_type != m->icmp_type))
		return false;
	if (m->has & PORCH_MATCH_ICMP_CODE && p->icmp_code != m->icmp_code)
		return false;
	if (m->has & PORCH_MATCH_DSCP && dscp_of(p, as_set) != m->dscp)
		return false;
	if (m->has & PORCH_MATCH_LENGTH && (p->skb->len < m->length[0] ||
					    p->skb->len > m->length[1]))
		return false;
	return true;
}

static bool within_limit(const struct porch_rule *r, const struct porch_pkt *p,
			 u64 now)
{
	struct porch_rule_bucket *b = r->bucket;
	u32 cost = r->deed.period;
	struct porch_tbucket was;
	bool ok;

	if (!b)
		return true;
	/* What it would have taken before */
	if (porch_pkt_is_dry(p))
		cost *= 1 + porch_trail_visits(p->trail, r);
	spin_lock(&b->lock);
	was = b->bucket;
	ok = porch_tbucket_take(&b->bucket, &b->rate, now, cost);
	if (porch_pkt_is_dry(p))
		b->bucket = was;
	spin_unlock(&b->lock);
	return ok;
}

/* What a rule tells others of a packet that it has matched. */
static void tell(const struct porch_rule *r, const struct porch_pkt *p,
		 enum porch_chain_hook hook)
{
	struct porch_rule_count *c;

	if (porch_pkt_is_dry(p))
		return;
	if (r->count) {
		c = this_cpu_ptr(r->count);
		c->packets++;
		c->bytes += p->skb->len;
	}
	if (r->deed.has & PORCH_DEED_LOG)
		porch_log(p, hook, r->deed.prefix);
}

static void set(const struct porch_rule *r, struct porch_pkt *p)
{
	const struct porch_deed *d = &r->deed;

	if (d->has & PORCH_DEED_MARK)
		p->mark = (p->mark & ~d->mark_mask) | d->mark;
	if (d->has & PORCH_DEED_CLASS)
		p->class = d->class;
	if (d->has & PORCH_DEED_DSCP) {
		p->dscp = d->dscp;
		p->set_dscp = true;
	}
}

/* The first translation of either end counts. */
static void note_nat(const struct porch_rule *r, struct porch_judge *j)
{
	const struct porch_nat_note *n = &r->deed.nat;

	if (!(r->deed.has & PORCH_DEED_NAT))
		return;
	if (n->kind == PORCH_NAT_KIND_DNAT || n->kind == PORCH_NAT_KIND_REDIRECT)
		j->dnat = j->dnat ?: n;
	else
		j->snat = j->snat ?: n;
}

static u8 policy_of(const struct porch_ruleset *rs, enum porch_chain_hook hook)
{
	return rs->chain[hook]->policy == PORCH_POLICY_DROP ?
	       PORCH_RULE_ACTION_DROP : PORCH_RULE_ACTION_ACCEPT;
}

static const u8 answers[] = {
	[PORCH_REJECT_WITH_PORT_UNREACHABLE] = PORCH_ANSWER_PORT,
	[PORCH_REJECT_WITH_ADMIN_PROHIBITED] = PORCH_ANSWER_PROHIBITED,
	[PORCH_REJECT_WITH_TCP_RESET] = PORCH_ANSWER_RESET,
};

/* @r: who decided; NULL for the policy. Other actions leave it as it is. */
static void conclude(struct porch_pkt *p, u8 action, const struct porch_rule *r)
{
	switch (action) {
	case PORCH_RULE_ACTION_DROP:
		porch_pkt_drop(p, PORCH_DROP_POLICY);
		break;
	case PORCH_RULE_ACTION_REJECT:
		porch_pkt_refuse(p, PORCH_DROP_REJECTED,
				 answers[r->deed.with]);
		break;
	case PORCH_RULE_ACTION_QUEUE:
		porch_pkt_ask(p, PORCH_QUEUE, r->deed.queue, r->handle,
			      r->deed.bypass);
		break;
	case PORCH_RULE_ACTION_DIVERT:
		porch_pkt_ask(p, PORCH_DIVERT, r->deed.queue, r->handle,
			      r->deed.bypass);
		break;
	}
}

/* What set() has written to a packet */
struct marks {
	u32 mark;
	u16 class;
	u8 dscp;
	bool set_dscp;
};

static struct marks marks_of(const struct porch_pkt *p)
{
	return (struct marks) { p->mark, p->class, p->dscp, p->set_dscp };
}

static void set_marks(struct porch_pkt *p, const struct marks *m)
{
	p->mark = m->mark;
	p->class = m->class;
	p->dscp = m->dscp;
	p->set_dscp = m->set_dscp;
}

/* Judges this packet, by all there is to say of it. */
static void judge(struct walk *w, enum porch_chain_hook hook,
		  struct porch_pkt *p, struct porch_judge *j)
{
	const struct porch_rule *r;

	while ((r = walk_next(w))) {
		if (!match_flow(w->rs, r, p, j->state) ||
		    !match_packet(r, p, true) ||
		    !within_limit(r, p, j->now))
			continue;
		tell(r, p, hook);
		set(r, p);
		note_nat(r, j);
		conclude(p, r->deed.action, r);
		porch_note(p, .stage = PORCH_STAGE_RULE, .hook = hook, .rule = r);
		if (is_final(r))
			return;
		if (r->deed.action == PORCH_RULE_ACTION_JUMP)
			walk_jump(w, r->jump);
		else if (r->deed.action == PORCH_RULE_ACTION_RETURN)
			walk_return(w);
	}
	conclude(p, policy_of(w->rs, hook), NULL);
	porch_note(p, .stage = PORCH_STAGE_POLICY, .hook = hook);
}

/* What is set for all packets of the flow */
static void note_sets(const struct porch_rule *r, struct porch_judge *j)
{
	const struct porch_deed *d = &r->deed;

	j->sets |= d->has & PORCH_DEED_SETS;
	if (d->has & PORCH_DEED_MARK) {
		j->mark = (j->mark & ~d->mark_mask) | d->mark;
		j->mark_mask |= d->mark_mask;
	}
	if (d->has & PORCH_DEED_CLASS)
		j->class = d->class;
	if (d->has & PORCH_DEED_DSCP)
		j->dscp = d->dscp;
}

/*
 * Learns what holds for all packets of the flow, and which rules are its
 * residue. Nothing is counted, logged or taken from a limit.
 *
 * Return: false if residue and decision together do not tell the whole.
 */
static bool learn(struct walk *w, enum porch_chain_hook hook,
		  struct porch_pkt *p, struct porch_judge *j,
		  struct porch_leg *leg)
{
	const struct porch_rule *r;
	bool ended = false;	/* some packets have left this hook already */
	u8 sets;

	while ((r = walk_next(w))) {
		if (r->match.has & PORCH_MATCH_MARK) {
			if (j->maybe & PORCH_DEED_MARK)
				return false;
			j->mark_read |= r->match.mark_mask & ~j->mark_mask;
		}
		if (!match_flow(w->rs, r, p, j->state))
			continue;
		if (r->match.has & PORCH_MATCH_DSCP &&
		    (j->maybe | j->sets) & PORCH_DEED_DSCP)
			return false;
		sets = r->deed.has & PORCH_DEED_SETS;
		/* Who has left, or was set otherwise, has not come so far. */
		if (sets && ended)
			return false;
		if (porch_rule_is_per_packet(r)) {
			if (leg->n == PORCH_RESIDUE_MAX)
				return false;
			leg->residue[leg->n++] = r;
		}
		if (porch_rule_is_conditional(r)) {
			if (sets & PORCH_DEED_NAT ||
			    r->deed.action == PORCH_RULE_ACTION_JUMP ||
			    r->deed.action == PORCH_RULE_ACTION_RETURN)
				return false;
			j->maybe |= sets;
			ended |= is_final(r) && !is_drop(r);
			continue;
		}
		if (sets & j->maybe)
			return false;
		set(r, p);
		note_sets(r, j);
		note_nat(r, j);
		if (is_final(r)) {
			leg->rule = r;
			leg->action = r->deed.action;
			return true;
		}
		if (r->deed.action == PORCH_RULE_ACTION_JUMP)
			walk_jump(w, r->jump);
		else if (r->deed.action == PORCH_RULE_ACTION_RETURN)
			walk_return(w);
	}
	leg->action = policy_of(w->rs, hook);
	return true;
}

/* Return: the rule of the residue that decides, NULL if none does. */
static const struct porch_rule *run_residue(const struct porch_leg *leg,
					    struct porch_pkt *p, u64 now)
{
	const struct porch_rule *r;
	unsigned int i;
	bool some;

	for (i = 0; i < leg->n; i++) {
		r = leg->residue[i];
		some = porch_rule_is_conditional(r);
		/* No rule before has set it, and those behind are of no concern. */
		if (some && (!match_packet(r, p, false) ||
			     !within_limit(r, p, now)))
			continue;
		tell(r, p, leg->hook);
		/* What is set for all packets is set already. */
		if (some)
			set(r, p);
		if (is_final(r))
			return r;
		porch_note(p, .stage = PORCH_STAGE_RULE, .hook = leg->hook,
			   .rule = r);
	}
	return NULL;
}

static void run_leg(const struct porch_leg *leg, struct porch_pkt *p, u64 now)
{
	const struct porch_rule *r = run_residue(leg, p, now) ?: leg->rule;

	conclude(p, r ? r->deed.action : leg->action, r);
	porch_note(p, .stage = r ? PORCH_STAGE_RULE : PORCH_STAGE_POLICY,
		   .hook = leg->hook, .rule = r);
}

/**
 * porch_policy_begin() - begin to judge a packet
 * @j: where to collect what is said of it
 * @p: the packet
 * @state: what it is to its flow, one of enum porch_flow_state; 0 if flows are
 *	not followed
 * @learn: collect what holds for later packets of the flow, too
 * @now: the time, ns
 */
void porch_policy_begin(struct porch_judge *j, const struct porch_pkt *p,
			u8 state, bool learn, u64 now)
{
	*j = (struct porch_judge) {
		.now = now,
		.state = state,
		.cacheable = learn,
		.mark_in = p->mark,
	};
}

/**
 * porch_policy() - judge a packet by the rules of a hook
 * @cfg: the generation
 * @hook: where the packet is
 * @p: the packet, parsed, with its key as it is in this hook; routed in forward.
 *	Its mark, class and DSCP are what rules have set, and its verdict
 *	becomes PORCH_DROP, PORCH_QUEUE or PORCH_DIVERT if it does not go on;
 *	else its verdict stays
 * @j: begun, and perhaps by another hook already
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_policy(const struct porch_config *cfg, enum porch_chain_hook hook,
		  struct porch_pkt *p, struct porch_judge *j)
{
	const struct porch_ruleset *rs = cfg->ruleset;
	const struct porch_nat_note *dnat = j->dnat, *snat = j->snat;
	const struct marks had = marks_of(p);
	struct walk w __uninitialized;
	struct porch_leg *leg;

	if (!(rs->hooks & BIT(hook)))
		return;
	walk_begin(&w, rs, hook);
	if (!j->cacheable) {
		judge(&w, hook, p, j);
		return;
	}
	leg = &j->leg[j->n++];
	leg->hook = hook;
	if (learn(&w, hook, p, j, leg)) {
		run_leg(leg, p, j->now);
		return;
	}
	/* Of what it has noted, this only is of interest to judge(). */
	set_marks(p, &had);
	j->dnat = dnat;
	j->snat = snat;
	j->cacheable = false;
	walk_begin(&w, rs, hook);
	judge(&w, hook, p, j);
}

/**
 * porch_policy_read_mark() - note that another stage goes by the mark
 * @j: begun, and judged by the hooks before that stage
 * @mask: those bits of the mark that it has looked at
 */
void porch_policy_read_mark(struct porch_judge *j, u32 mask)
{
	if (!mask)
		return;
	if (j->maybe & PORCH_DEED_MARK)
		j->cacheable = false;
	j->mark_read |= mask & ~j->mark_mask;
}

/**
 * porch_policy_holds() - is what was learned true for this packet?
 * @j: what was learned from another packet of the flow, in the generation that
 *	is in force
 * @p: the packet, parsed
 *
 * Return: false if its mark differs in what the rules looked at.
 */
bool porch_policy_holds(const struct porch_judge *j, const struct porch_pkt *p)
{
	return !((p->mark ^ j->mark_in) & j->mark_read);
}

/**
 * porch_policy_residue() - do with a later packet what was learned from another
 * @j: what was learned, cacheable, and true for this packet
 * @p: the packet, parsed; as porch_policy() of all hooks would leave it
 * @now: the time, ns
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_policy_residue(const struct porch_judge *j, struct porch_pkt *p,
			  u64 now)
{
	unsigned int i;

	p->mark = (p->mark & ~j->mark_mask) | j->mark;
	if (j->sets & PORCH_DEED_CLASS)
		p->class = j->class;
	if (j->sets & PORCH_DEED_DSCP) {
		p->dscp = j->dscp;
		p->set_dscp = true;
	}
	for (i = 0; i < j->n && porch_pkt_goes_on(p); i++)
		run_leg(&j->leg[i], p, now);
}

/**
 * porch_policy_blind() - judge a packet that rules cannot look at
 * @cfg: the generation
 * @hook: where the packet is
 * @p: the packet, which parse would not have let in; its verdict becomes
 *	PORCH_DROP if the policy of the chain is to drop, else PORCH_UNDECIDED
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_policy_blind(const struct porch_config *cfg,
			enum porch_chain_hook hook, struct porch_pkt *p)
{
	p->verdict = PORCH_UNDECIDED;
	conclude(p, policy_of(cfg->ruleset, hook), NULL);
	porch_note(p, .stage = PORCH_STAGE_POLICY, .hook = hook);
}
