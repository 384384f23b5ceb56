/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_LANE_H
#define PORCH_LANE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/porch.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct net_device;
struct porch_edit;
struct porch_fault;
struct porch_net;

/**
 * struct porch_lane_spec - which packets take a lane, as a request describes it
 * @given: what of the following is asked for, a bit for the number of each
 *	attribute
 * @pref: place among the rules
 * @ifindex: of the device that they come in by; 0 once that has gone, without
 *	memory for a change
 * @sport: source ports, the first and the last
 * @dport: destination ports, likewise
 * @icmp_type: types of ICMP or ICMPv6, likewise
 * @lane: enum porch_lane
 * @proto: protocol
 * @dscp: code point
 */
struct porch_lane_spec {
	u32 given;
	u32 pref;
	u32 ifindex;
	u16 sport[2];
	u16 dport[2];
	u8 icmp_type[2];
	u8 lane;
	u8 proto;
	u8 dscp;
};

/**
 * define PORCH_LANE_HAS - the bit of what may be asked for
 * @name: end of the attribute's name
 */
#define PORCH_LANE_HAS(name)	BIT(PORCH_A_LANE_##name)

/**
 * struct porch_lane_rule - a rule that chooses a lane
 * @refs: sets that have it; none for one of default
 * @is: what it says; never changed once published, but for a device that has gone
 * @packets: how many have met it, of each CPU; NULL for one of default, whose are
 *	in struct porch_stats
 */
struct porch_lane_rule {
	refcount_t refs;
	struct porch_lane_spec is;
	u64 __percpu *packets;
};

/**
 * struct porch_lanes - rules in their order, of one or more generations
 * @n: how many
 * @rule: the rules
 * @of_proto: those that packets of a protocol may meet, a bit for each
 * @of_dscp: those that packets of a code point may meet
 *
 * A packet meets one of those that are in both. After the bit vectors of
 * T. V. Lakshman and D. Stiliadis, High-Speed Policy-based Packet Forwarding Using
 * Efficient Multi-dimensional Range Matching, SIGCOMM 1998.
 */
struct porch_lanes {
	u32 n;
	struct porch_lane_rule *rule[PORCH_LANE_RULES_MAX];
	u64 of_proto[256];
	u64 of_dscp[64];
};

extern struct porch_lanes porch_lane_defaults;

/**
 * porch_lane_is_orphan() - has the device of a rule gone?
 * @rule: the rule
 *
 * Only without memory to remove the rule.
 *
 * Return: whether it has, so that nothing matches.
 */
static inline bool porch_lane_is_orphan(const struct porch_lane_rule *rule)
{
	return rule->is.given & PORCH_LANE_HAS(IN) &&
	       !READ_ONCE(rule->is.ifindex);
}

void porch_lane_register(void);

int porch_lane_insert(struct porch_edit *e, const struct porch_lane_spec *s,
		      struct porch_fault *fault);
int porch_lane_remove(struct porch_edit *e, const struct porch_lane_spec *s,
		      struct porch_fault *fault);
int porch_lane_remove_dev(struct porch_edit *e, const struct net_device *dev);
void porch_lane_orphan_dev(struct porch_net *pn, const struct net_device *dev);
const struct porch_lane_rule *porch_lane_find(const struct porch_lanes *set,
					      u32 pref);
bool porch_lanes_have(const struct porch_lanes *set,
		      const struct porch_lane_rule *rule);
void porch_lanes_free(struct porch_lanes *set);

#endif /* PORCH_LANE_H */
