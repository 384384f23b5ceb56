/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_VEC_H
#define PORCH_VEC_H

#include <linux/skbuff.h>
#include <net/neighbour.h>
#include "control/config.h"
#include "control/port.h"
#include "control/stats.h"
#include "core/conn.h"
#include "core/flowtab.h"
#include "path/trail.h"

#define PORCH_VEC_MAX	64

/**
 * enum porch_verdict - where a packet goes
 * @PORCH_UNDECIDED: no stage has said yet
 * @PORCH_FORWARD: to the next hop
 * @PORCH_LOCAL: to the stock stack, for this machine's own sockets
 * @PORCH_PUNT: to the stock stack, for what only it does
 * @PORCH_QUEUE: held, until an application has said what becomes of it
 * @PORCH_DIVERT: to an application, which owns it from then on
 * @PORCH_DROP: nowhere
 */
enum porch_verdict {
	PORCH_UNDECIDED,
	PORCH_FORWARD,
	PORCH_LOCAL,
	PORCH_PUNT,
	PORCH_QUEUE,
	PORCH_DIVERT,
	PORCH_DROP,
};

/**
 * enum porch_answer - what a dropped packet's sender is told, mostly by ICMP
 * @PORCH_ANSWER_NONE: nothing
 * @PORCH_ANSWER_TTL: time exceeded in transit
 * @PORCH_ANSWER_NO_ROUTE: network unreachable, in IPv6 no route
 * @PORCH_ANSWER_HOST: host unreachable, in IPv6 address unreachable
 * @PORCH_ANSWER_PROHIBITED: communication administratively prohibited
 * @PORCH_ANSWER_TOO_BIG: fragmentation needed, in IPv6 packet too big
 * @PORCH_ANSWER_PORT: port unreachable
 * @PORCH_ANSWER_RESET: a segment that resets the TCP connection
 */
enum porch_answer {
	PORCH_ANSWER_NONE,
	PORCH_ANSWER_TTL,
	PORCH_ANSWER_NO_ROUTE,
	PORCH_ANSWER_HOST,
	PORCH_ANSWER_PROHIBITED,
	PORCH_ANSWER_TOO_BIG,
	PORCH_ANSWER_PORT,
	PORCH_ANSWER_RESET,
};

/* Rules that may send one packet to applications, one after the other */
#define PORCH_ANSWERS_MAX	4

/**
 * struct porch_answers - what applications have said of a packet already
 * @rule: handles of the rules that sent it to them; each accepts it now
 * @n: how many
 */
struct porch_answers {
	u32 rule[PORCH_ANSWERS_MAX];
	u8 n;
};

/**
 * struct porch_pkt - a packet and what the stages found out about it
 * @key: addresses, transport protocol and ports, what it is decided by; the
 *	header's own at first, then with the destination that a translation will
 *	put there. The source stays: it is who gets to hear of it
 * @hash: of @key as it came, if flows are followed
 * @node: its flow, and its direction there; NULL if it has none
 * @back: what answers it, as that comes in: so its destination is going to be
 *	this one's source, and its source this one's destination; NULL if it has
 *	no flow
 * @skb: the packet, with its data at the network header; owned by the vector
 *	until emit or drop takes it
 * @port: where it came in, or goes out if of local origin; NULL if Porch made
 *	it
 * @trail: what becomes of it is noted there, and does not really happen; mostly
 *	NULL
 * @nh: the next hop, once forwarding is decided
 * @dev: the device that leads there
 * @neigh: the neighbour there, good until the end of the vector; NULL on a link
 *	without headers
 * @verdict: where it goes
 * @reason: enum porch_punt or enum porch_drop, by @verdict
 * @answer: enum porch_answer, for a drop
 * @answers: rules that accept the packet now, whatever they say
 * @rule: for PORCH_QUEUE and PORCH_DIVERT, the handle of the rule that said so
 * @queue: likewise, the number of the queue
 * @bypass: likewise: if no application can have it, the rule accepts it
 * @mtu: for PORCH_ANSWER_TOO_BIG, of the next link, in bytes
 * @l4: offset of the transport header from the network header, in bytes
 * @icmp_type: for ICMP and ICMPv6, the type
 * @icmp_code: likewise the code
 * @tcp_flags: for TCP, the 14th byte of the header
 * @state: what it is to its flow, enum porch_flow_state; 0 if flows are not
 *	followed, or it is none of them
 * @event: enum porch_conn_event, if flows are followed
 * @dscp: what the differentiated services code point is to become, if @set_dscp
 * @class: shaping class, 0 for none
 * @mark: its mark, which rules read and set
 * @frag: a fragment
 * @later_frag: a fragment without a transport header
 * @to_fragment: larger than the next link takes, and may be cut
 * @set_dscp: rules have set @dscp
 * @nat: its flow is translated
 * @out: of local origin, on its way out
 *
 * What else is of interest is read from the packet itself: parse has pulled the
 * headers.
 */
struct porch_pkt {
	struct porch_flow_key key;
	u64 hash;
	struct porch_flow_node *node;
	const struct porch_flow_key *back;
	struct sk_buff *skb;
	struct porch_port *port;
	struct porch_trail *trail;
	struct porch_nexthop *nh;
	struct net_device *dev;
	struct neighbour *neigh;
	u8 verdict;
	u8 reason;
	u8 answer;
	u8 icmp_type;
	u8 icmp_code;
	u8 tcp_flags;
	struct porch_answers answers;
	u32 rule;
	u16 queue;
	u16 mtu;
	u16 l4;
	u16 class;
	u8 dscp;
	u8 state;
	u8 event;
	u32 mark;
	bool frag : 1;
	bool later_frag : 1;
	bool to_fragment : 1;
	bool set_dscp : 1;
	bool nat : 1;
	bool out : 1;
	bool bypass : 1;
};

/**
 * struct porch_plan - what a new flow is going to be
 * @wire: its packets as they come in
 * @reply: what will answer them, as that comes in
 * @masquerade: index of the device whose address it gets, 0 if none
 * @port_min: the lowest port that may take the place of its own
 * @ports: how many from there on
 * @port: which of them is next to be tried, counted from @port_min
 * @tries: how many more may be tried
 */
struct porch_plan {
	struct porch_flow_key wire;
	struct porch_flow_key reply;
	u32 masquerade;
	u16 port_min;
	u16 ports;
	u16 port;
	u16 tries;
};

/**
 * struct porch_vec - packets that travel the path together
 * @pkt: the packets
 * @n: how many
 * @ctx: what they have in common, for stages that take one packet at a time
 * @pn: the instance
 * @cfg: the one generation that they are judged by
 * @stats: this CPU's counters
 * @now: the time, ns, monotonic
 *
 * Lives on one CPU, in softirq, inside one RCU read-side section.
 */
struct porch_vec {
	struct porch_pkt pkt[PORCH_VEC_MAX];
	unsigned int n;

	struct_group_tagged(porch_ctx, ctx,
		struct porch_net *pn;
		const struct porch_config *cfg;
		struct porch_stats *stats;
		u64 now;
	);
};

/* Walks all packets that are there at first, decided or not. */
#define porch_vec_for_each(p, v) \
	for (struct porch_pkt *p##_end = ((p) = (v)->pkt) + (v)->n; \
	     (p) < p##_end; (p)++)

/**
 * porch_pkt_drop() - decide that a packet is dropped
 * @p: the packet
 * @reason: why
 */
static inline void porch_pkt_drop(struct porch_pkt *p, enum porch_drop reason)
{
	p->verdict = PORCH_DROP;
	p->reason = reason;
}

/**
 * porch_pkt_refuse() - decide that a packet is dropped and its sender told
 * @p: the packet
 * @reason: why
 * @answer: what the sender is told, if it may be told anything
 */
static inline void porch_pkt_refuse(struct porch_pkt *p,
				    enum porch_drop reason,
				    enum porch_answer answer)
{
	porch_pkt_drop(p, reason);
	p->answer = answer;
}

/**
 * porch_pkt_punt() - decide that the stock stack gets a packet
 * @p: the packet
 * @reason: why
 */
static inline void porch_pkt_punt(struct porch_pkt *p, enum porch_punt reason)
{
	p->verdict = PORCH_PUNT;
	p->reason = reason;
}

/**
 * porch_pkt_ask() - decide that an application is to have a packet
 * @p: the packet
 * @verdict: PORCH_QUEUE or PORCH_DIVERT
 * @queue: number of the queue
 * @rule: handle of the rule that says so
 * @bypass: it accepts the packet if no application can have it
 *
 * Return: false if that rule has been answered already: it accepts the packet.
 */
static inline bool porch_pkt_ask(struct porch_pkt *p, enum porch_verdict verdict,
				 u16 queue, u32 rule, bool bypass)
{
	unsigned int i;

	for (i = 0; i < p->answers.n; i++)
		if (p->answers.rule[i] == rule)
			return false;
	p->verdict = verdict;
	p->queue = queue;
	p->rule = rule;
	p->bypass = bypass;
	return true;
}

/**
 * porch_pkt_is_dry() - does a packet only seem to go its way?
 * @p: the packet
 *
 * For such a one everything is looked up as for others, but nothing is changed
 * that others could notice: no counter, limit, flow, neighbour.
 *
 * Return: whether it does.
 */
static inline bool porch_pkt_is_dry(const struct porch_pkt *p)
{
	return unlikely(p->trail);
}

/**
 * porch_pkt_goes_on() - is a packet neither dropped nor an application's by now?
 * @p: the packet
 *
 * Return: whether it is on its way, decided or not.
 */
static inline bool porch_pkt_goes_on(const struct porch_pkt *p)
{
	return p->verdict != PORCH_DROP && p->verdict != PORCH_QUEUE &&
	       p->verdict != PORCH_DIVERT;
}

#endif /* PORCH_VEC_H */
