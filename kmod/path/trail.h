/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TRAIL_H
#define PORCH_TRAIL_H

#include <linux/types.h>
#include <linux/porch.h>
#include "core/flowtab.h"

struct net_device;
struct porch_config;
struct porch_nexthop;
struct porch_pkt;
struct porch_route;
struct porch_rule;

/* Steps that a trail has room for */
#define PORCH_TRAIL_MAX	48

/**
 * struct porch_step - what a stage has decided about a packet
 * @stage: enum porch_stage
 * @hook: of PORCH_STAGE_RULE and PORCH_STAGE_POLICY, enum porch_chain_hook
 * @known: of PORCH_STAGE_FLOW, what becomes of the packet was known before
 * @drawn: of PORCH_STAGE_NAT_SRC, the port is one of many that might be drawn
 * @rule: of PORCH_STAGE_RULE, the rule
 * @route: of PORCH_STAGE_ROUTE, the route; NULL if none was asked for, or found
 * @key: the packet's, as it was then; of PORCH_STAGE_END, of what goes out
 * @back: of PORCH_STAGE_NAT_SRC, what will answer the packet
 * @flow: number of its flow, 0 if it has none
 * @nh: the next hop, if there is one by then
 * @dev: the device that leads there, likewise
 * @neigh: enum porch_neighbour, likewise
 * @has_neigh: there are neighbours on its link
 * @verdict: enum porch_outcome
 * @reason: enum porch_punt or enum porch_drop, by @verdict
 * @answer: enum porch_answered
 * @state: enum porch_flow_state, or 0
 * @lane: of PORCH_STAGE_DOOR, enum porch_lane, if it is let in
 * @icmp_type: for ICMP and ICMPv6, the type
 * @icmp_code: likewise the code
 * @tcp_flags: for TCP, its flags
 * @dscp: what the DSCP is to become if @set_dscp; of PORCH_STAGE_END, what it is
 * @set_dscp: see @dscp
 * @cut: it is too long for the link, and may be cut
 * @class: shaping class, 0 for none
 * @mtu: of the next link, if the packet is too big, in bytes
 * @mark: its mark
 */
struct porch_step {
	u8 stage;
	u8 hook;
	bool known;
	bool drawn;
	const struct porch_rule *rule;
	const struct porch_route *route;

	struct porch_flow_key key;
	struct porch_flow_key back;
	u64 flow;
	const struct porch_nexthop *nh;
	const struct net_device *dev;
	u8 lane;
	u8 neigh;
	bool has_neigh;
	u8 verdict;
	u8 reason;
	u8 answer;
	u8 state;
	u8 icmp_type;
	u8 icmp_code;
	u8 tcp_flags;
	u8 dscp;
	bool set_dscp;
	bool cut;
	u16 class;
	u16 mtu;
	u32 mark;
};

/**
 * struct porch_trail - the way of a packet that does not really go it
 * @cfg: the generation that decides
 * @in: the device that it comes in by; NULL if it is of local origin
 * @reply: what would answer it, if it began a flow
 * @n: how many steps there are
 * @truncated: there were more
 * @step: the steps, in order
 *
 * While a packet has one, the stages note what they decide, and do nothing that
 * anybody else could notice: see porch_pkt_is_dry().
 */
struct porch_trail {
	const struct porch_config *cfg;
	const struct net_device *in;
	struct porch_flow_key reply;
	unsigned int n;
	bool truncated;
	struct porch_step step[PORCH_TRAIL_MAX];
};

unsigned int porch_trail_visits(const struct porch_trail *t,
				const struct porch_rule *r);
void porch_trail_add(const struct porch_pkt *p, const struct porch_step *step);

/**
 * porch_note() - note what a stage has decided, if somebody wants to know
 * @p: the packet
 * @...: what the packet itself does not tell, as members of struct porch_step
 */
#define porch_note(p, ...) do { \
	const struct porch_pkt *_p = (p); \
	if (unlikely(_p->trail)) \
		porch_trail_add(_p, &(struct porch_step) { __VA_ARGS__ }); \
} while (0)

#endif /* PORCH_TRAIL_H */
