// SPDX-License-Identifier: GPL-2.0
/*
 * Which lane does a packet take? Rules are asked in order, and the first that fits
 * decides; at last those of default, which are the same in all instances.
 */
#include <linux/bitops.h>
#include <linux/init.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include "control/config.h"
#include "control/fault.h"
#include "control/lane.h"
#include "control/stats.h"

#define HAS(name)	PORCH_LANE_HAS(name)

#define DSCP_LE		1	/* RFC 8622 */
#define DSCP_CS1	8
#define DSCP_CS5	40
#define DSCP_VA		44	/* RFC 5865 */
#define DSCP_EF		46
#define DSCP_CS6	48
#define DSCP_CS7	56

#define PROTO_OSPF	89
#define PROTO_VRRP	112

/* For this machine. What goes by is no more urgent than its code point says. */
#define LOCAL(number, asks, ...) { .is = { \
	.given = HAS(LOCAL) | HAS(PROTO) | (asks), .proto = (number), \
	.lane = PORCH_LANE_CONTROL, __VA_ARGS__ } }
#define PORTS(dir, first, last)	.dir = { (first), (last) }
/* The service classes of RFC 4594 */
#define CODE(code, to) { .is = { \
	.given = HAS(DSCP), .dscp = (code), .lane = PORCH_LANE_##to } }

/* ARP and other protocols beside IP are no matter here: they never wait. */
static struct porch_lane_rule defaults[] = {
	LOCAL(IPPROTO_ICMPV6, HAS(ICMP_TYPE), .icmp_type = { 133, 137 }),
	LOCAL(PROTO_OSPF, 0),
	LOCAL(IPPROTO_PIM, 0),
	LOCAL(PROTO_VRRP, 0),
	LOCAL(IPPROTO_TCP, HAS(DPORT), PORTS(dport, 179, 179)),	/* BGP */
	LOCAL(IPPROTO_TCP, HAS(SPORT), PORTS(sport, 179, 179)),
	LOCAL(IPPROTO_UDP, HAS(DPORT), PORTS(dport, 520, 521)),	/* RIP */
	LOCAL(IPPROTO_UDP, HAS(DPORT), PORTS(dport, 3784, 3785)), /* BFD */
	LOCAL(IPPROTO_UDP, HAS(DPORT), PORTS(dport, 4784, 4784)),
	LOCAL(IPPROTO_TCP, HAS(DPORT), PORTS(dport, 22, 22)),	/* SSH */
	LOCAL(IPPROTO_TCP, HAS(SPORT), PORTS(sport, 22, 22)),
	CODE(DSCP_CS6, CONTROL),
	CODE(DSCP_CS7, CONTROL),
	CODE(DSCP_EF, HIGH),
	CODE(DSCP_VA, HIGH),
	CODE(DSCP_CS5, HIGH),
	CODE(DSCP_CS1, BULK),
	CODE(DSCP_LE, BULK),
};

static_assert(ARRAY_SIZE(defaults) == PORCH_N_LANE_DEFAULTS);
static_assert(ARRAY_SIZE(defaults) <= PORCH_LANE_RULES_MAX);

/* What packets meet that no other rule is about */
struct porch_lanes porch_lane_defaults __ro_after_init;

/* Makes the bit vectors from the rules. */
static void lanes_index(struct porch_lanes *set)
{
	const struct porch_lane_spec *s;
	unsigned int i, v;

	memset(set->of_proto, 0, sizeof(set->of_proto));
	memset(set->of_dscp, 0, sizeof(set->of_dscp));
	for (i = 0; i < set->n; i++) {
		s = &set->rule[i]->is;
		for (v = 0; v < ARRAY_SIZE(set->of_proto); v++)
			if (!(s->given & HAS(PROTO)) || s->proto == v)
				set->of_proto[v] |= BIT_ULL(i);
		for (v = 0; v < ARRAY_SIZE(set->of_dscp); v++)
			if (!(s->given & HAS(DSCP)) || s->dscp == v)
				set->of_dscp[v] |= BIT_ULL(i);
	}
}

/**
 * porch_lane_register() - make the rules of default
 */
void __init porch_lane_register(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		porch_lane_defaults.rule[i] = &defaults[i];
	porch_lane_defaults.n = i;
	lanes_index(&porch_lane_defaults);
}

static void rule_put(struct porch_lane_rule *rule)
{
	if (!refcount_dec_and_test(&rule->refs))
		return;
	free_percpu(rule->packets);
	kfree(rule);
}

/**
 * porch_lanes_free() - free a set of rules that no reader can see
 * @set: the set, or NULL
 */
void porch_lanes_free(struct porch_lanes *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < set->n; i++)
		rule_put(set->rule[i]);
	kfree(set);
}

/* Where the rule of a preference is, or would be */
static unsigned int rule_place(const struct porch_lanes *set, u32 pref)
{
	unsigned int i = 0;

	while (i < set->n && set->rule[i]->is.pref < pref)
		i++;
	return i;
}

/**
 * porch_lane_find() - the rule of a preference
 * @set: the rules, or NULL
 * @pref: the preference
 *
 * Context: whatever keeps the rules.
 *
 * Return: the rule, NULL if there is none.
 */
const struct porch_lane_rule *porch_lane_find(const struct porch_lanes *set,
					      u32 pref)
{
	unsigned int at;

	if (!set)
		return NULL;
	at = rule_place(set, pref);
	if (at == set->n || set->rule[at]->is.pref != pref)
		return NULL;
	return set->rule[at];
}

/**
 * porch_lanes_have() - is a rule one of a set?
 * @set: the rules, or NULL
 * @rule: the rule itself, not one like it
 *
 * Return: whether it is.
 */
bool porch_lanes_have(const struct porch_lanes *set,
		      const struct porch_lane_rule *rule)
{
	return porch_lane_find(set, rule->is.pref) == rule;
}

/* Makes the edit's set its own. */
static int edit_own(struct porch_edit *e)
{
	struct porch_lanes *now = porch_edit_now(e)->lanes, *set;
	unsigned int i;

	if (e->next->lanes && e->next->lanes != now)
		return 0;
	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		return -ENOMEM;
	for (i = 0; now && i < now->n; i++) {
		if (porch_lane_is_orphan(now->rule[i]))
			continue;
		refcount_inc(&now->rule[i]->refs);
		set->rule[set->n++] = now->rule[i];
	}
	lanes_index(set);
	e->next->lanes = set;
	return 0;
}

static int own_or_refuse(struct porch_edit *e, struct porch_fault *fault)
{
	if (!edit_own(e))
		return 0;
	return porch_refuse(fault, -ENOMEM, 0, "no memory for the rules");
}

static struct porch_lane_rule *rule_alloc(const struct porch_lane_spec *s)
{
	struct porch_lane_rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);

	if (!rule)
		return NULL;
	rule->packets = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!rule->packets) {
		kfree(rule);
		return NULL;
	}
	refcount_set(&rule->refs, 1);
	rule->is = *s;
	return rule;
}

static int check_insert(const struct porch_edit *e,
			const struct porch_lane_spec *s,
			struct porch_fault *fault)
{
	const struct porch_lanes *set = e->next->lanes;

	if (s->given & HAS(IN) && !__dev_get_by_index(e->pn->net, s->ifindex))
		return porch_refuse(fault, -ENODEV, PORCH_A_LANE_IN,
				    "no such device in this network namespace");
	if (porch_lane_find(set, s->pref))
		return porch_refuse(fault, -EEXIST, PORCH_A_LANE_PREF,
				    "there is a rule of this preference already");
	if (set->n == PORCH_LANE_RULES_MAX)
		return porch_refuse(fault, -ENOSPC, 0,
				    "there are as many rules as there may be");
	return 0;
}

/**
 * porch_lane_insert() - add a rule
 * @e: the edit
 * @s: the rule
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_lane_insert(struct porch_edit *e, const struct porch_lane_spec *s,
		      struct porch_fault *fault)
{
	struct porch_lane_rule *rule;
	struct porch_lanes *set;
	unsigned int at;
	int err;

	err = own_or_refuse(e, fault) ?: check_insert(e, s, fault);
	if (err)
		return err;
	rule = rule_alloc(s);
	if (!rule)
		return porch_refuse(fault, -ENOMEM, 0, "no memory for the rule");
	set = e->next->lanes;
	at = rule_place(set, s->pref);
	memmove(&set->rule[at + 1], &set->rule[at],
		(set->n - at) * sizeof(rule));
	set->rule[at] = rule;
	set->n++;
	lanes_index(set);
	return 0;
}

static void rule_remove(struct porch_lanes *set, unsigned int at)
{
	rule_put(set->rule[at]);
	set->n--;
	memmove(&set->rule[at], &set->rule[at + 1],
		(set->n - at) * sizeof(*set->rule));
	lanes_index(set);
}

/**
 * porch_lane_remove() - remove a rule
 * @e: the edit
 * @s: names its preference
 * @fault: on error, why
 *
 * Context: process context, under RTNL.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_lane_remove(struct porch_edit *e, const struct porch_lane_spec *s,
		      struct porch_fault *fault)
{
	struct porch_lanes *set;
	int err;

	err = own_or_refuse(e, fault);
	if (err)
		return err;
	set = e->next->lanes;
	if (!porch_lane_find(set, s->pref))
		return porch_refuse(fault, -ENOENT, PORCH_A_LANE_PREF,
				    "there is no rule of this preference");
	rule_remove(set, rule_place(set, s->pref));
	return 0;
}

static bool names_dev(const struct porch_lane_rule *rule,
		      const struct net_device *dev)
{
	return rule->is.given & HAS(IN) && rule->is.ifindex == dev->ifindex;
}

/**
 * porch_lane_remove_dev() - remove the rules that name a device
 * @e: the edit
 * @dev: the device
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or -ENOMEM, and then the edit has to be aborted.
 */
int porch_lane_remove_dev(struct porch_edit *e, const struct net_device *dev)
{
	struct porch_lanes *set = e->next->lanes;
	unsigned int i;

	for (i = 0; set && i < set->n; i++)
		if (names_dev(set->rule[i], dev))
			break;
	if (!set || i == set->n)
		return 0;
	if (edit_own(e))
		return -ENOMEM;
	set = e->next->lanes;
	for (i = set->n; i--; )
		if (names_dev(set->rule[i], dev))
			rule_remove(set, i);
	return 0;
}

/**
 * porch_lane_orphan_dev() - let the rules that name a device match nothing
 * @pn: the instance
 * @dev: the device, which goes away
 *
 * Cannot fail: for want of memory for an edit.
 *
 * Context: process context, under RTNL.
 */
void porch_lane_orphan_dev(struct porch_net *pn, const struct net_device *dev)
{
	struct porch_lanes *set;
	unsigned int i;

	mutex_lock(&pn->lock);
	set = rcu_dereference_protected(pn->config,
					lockdep_is_held(&pn->lock))->lanes;
	for (i = 0; set && i < set->n; i++)
		if (names_dev(set->rule[i], dev))
			WRITE_ONCE(set->rule[i]->is.ifindex, 0);
	mutex_unlock(&pn->lock);
}
