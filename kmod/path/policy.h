/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_POLICY_H
#define PORCH_POLICY_H

#include <linux/types.h>
#include <linux/porch.h>

struct porch_config;
struct porch_nat_note;
struct porch_pkt;
struct porch_rule;

/* Rules that each packet of a flow runs, in one hook at most */
#define PORCH_RESIDUE_MAX	4
/* Hooks that one packet meets, at most */
#define PORCH_LEGS_MAX		2

/**
 * struct porch_leg - what one hook has decided for all packets of a flow
 * @rule: the rule that decided, NULL if it was the policy of the chain
 * @residue: rules that look at, or do, something for each packet; in order
 * @n: how many
 * @hook: enum porch_chain_hook
 * @action: enum porch_rule_action: what becomes of a packet that none of
 *	@residue decides about
 */
struct porch_leg {
	const struct porch_rule *rule;
	const struct porch_rule *residue[PORCH_RESIDUE_MAX];
	u8 n;
	u8 hook;
	u8 action;
};

/**
 * struct porch_judge - what the rules of all hooks say of a packet, or a flow
 * @now: the time, ns
 * @state: what the packet is to its flow, one of enum porch_flow_state; 0 if
 *	flows are not followed
 * @cacheable: it holds for all packets of the flow, of its direction and of
 *	@state, together with porch_policy_residue(); while learning
 * @n: length of @leg
 * @leg: by hook, in the order that the packet met them
 * @sets: PORCH_DEED_ bits of what is set by rules that match all packets
 * @mark: if set, the new mark, in @mark_mask
 * @mark_mask: those bits of the mark that are set
 * @class: if set, the new shaping class
 * @dscp: if set, the new differentiated services code point
 * @maybe: what is set by rules that match some packets only, likewise
 * @mark_in: the mark that the packet came with
 * @mark_read: those bits of it that rules have looked at
 * @dnat: how a new flow's destination is to be translated, or NULL
 * @snat: how its source is, or NULL
 *
 * Points into the rules of the generation that it was made by.
 */
struct porch_judge {
	u64 now;
	u8 state;
	bool cacheable;
	u8 n;
	struct porch_leg leg[PORCH_LEGS_MAX];
	u32 mark;
	u32 mark_mask;
	u16 class;
	u8 dscp;
	u8 sets;
	u8 maybe;
	u32 mark_in;
	u32 mark_read;
	const struct porch_nat_note *dnat;
	const struct porch_nat_note *snat;
};

void porch_policy_begin(struct porch_judge *j, const struct porch_pkt *p,
			u8 state, bool learn, u64 now);
void porch_policy(const struct porch_config *cfg, enum porch_chain_hook hook,
		  struct porch_pkt *p, struct porch_judge *j);
void porch_policy_read_mark(struct porch_judge *j, u32 mask);
bool porch_policy_holds(const struct porch_judge *j, const struct porch_pkt *p);
void porch_policy_residue(const struct porch_judge *j, struct porch_pkt *p,
			  u64 now);
void porch_policy_blind(const struct porch_config *cfg,
			enum porch_chain_hook hook, struct porch_pkt *p);

#endif /* PORCH_POLICY_H */
