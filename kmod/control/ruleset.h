/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_RULESET_H
#define PORCH_RULESET_H

#include <linux/bitmap.h>
#include <linux/if.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/porch.h>
#include <linux/spinlock.h>
#include "control/config.h"
#include "core/tbucket.h"

/* Chains of hooks, which are always there; they come first. */
#define PORCH_CHAIN_HOOKS	(PORCH_CHAIN_HOOK_OUTPUT + 1)

/* What a rule looks at; bits of struct porch_match.has. */
#define PORCH_MATCH_IN		BIT(0)
#define PORCH_MATCH_OUT		BIT(1)
#define PORCH_MATCH_SRC		BIT(2)
#define PORCH_MATCH_DST		BIT(3)
#define PORCH_MATCH_PROTO	BIT(4)
#define PORCH_MATCH_SPORT	BIT(5)
#define PORCH_MATCH_DPORT	BIT(6)
#define PORCH_MATCH_STATE	BIT(7)
#define PORCH_MATCH_MARK	BIT(8)
#define PORCH_MATCH_TCP_FLAGS	BIT(9)
#define PORCH_MATCH_ICMP_TYPE	BIT(10)
#define PORCH_MATCH_ICMP_CODE	BIT(11)
#define PORCH_MATCH_DSCP	BIT(12)
#define PORCH_MATCH_LENGTH	BIT(13)
#define PORCH_MATCH_SRC_SET	BIT(14)
#define PORCH_MATCH_DST_SET	BIT(15)

/* What may differ between packets of one flow */
#define PORCH_MATCH_PER_PACKET \
	(PORCH_MATCH_TCP_FLAGS | PORCH_MATCH_ICMP_TYPE | \
	 PORCH_MATCH_ICMP_CODE | PORCH_MATCH_DSCP | PORCH_MATCH_LENGTH)

/**
 * struct porch_match - what must hold for a rule to match
 * @has: PORCH_MATCH_ bits: which of the following count
 * @ipver: 4 or 6, or 0 for both
 * @proto: transport protocol
 * @state: PORCH_FLOW_STATE_ flags, one of which is the packet's
 * @dscp: differentiated services code point
 * @tcp_flags: TCP flags, in @tcp_mask
 * @tcp_mask: those that matter
 * @icmp_type: type of an ICMP or ICMPv6 message
 * @icmp_code: its code
 * @src_len: length of @src in bits
 * @dst_len: length of @dst in bits
 * @in: index of the input device
 * @out: index of the output device
 * @sport: source ports, the first and the last, host byte order
 * @dport: destination ports, likewise
 * @length: length from the network header on, in bytes, smallest and largest
 * @mark: mark, in @mark_mask
 * @mark_mask: those bits of it that matter
 * @src_set: number of a set that has the source
 * @dst_set: number of a set that has the destination
 * @src: source prefix
 * @dst: destination prefix
 */
struct porch_match {
	u32 has;
	u8 ipver;
	u8 proto;
	u8 state;
	u8 dscp;
	u8 tcp_flags;
	u8 tcp_mask;
	u8 icmp_type;
	u8 icmp_code;
	u8 src_len;
	u8 dst_len;
	u32 in;
	u32 out;
	u16 sport[2];
	u16 dport[2];
	u32 length[2];
	u32 mark;
	u32 mark_mask;
	u16 src_set;
	u16 dst_set;
	union porch_addr src;
	union porch_addr dst;
};

/**
 * struct porch_nat_note - how a new flow is to be translated
 * @kind: how
 * @family: AF_INET or AF_INET6, if @addr is given; else 0
 * @addr: the new addresses, the first and the last
 * @port: the new ports, the first and the last, host byte order; 0 if not given
 */
struct porch_nat_note {
	enum porch_nat_kind kind;
	u8 family;
	union porch_addr addr[2];
	u16 port[2];
};

/* What a rule does besides its action; bits of struct porch_deed.has. */
#define PORCH_DEED_LIMIT	BIT(0)
#define PORCH_DEED_COUNT	BIT(1)
#define PORCH_DEED_LOG		BIT(2)
#define PORCH_DEED_MARK		BIT(3)
#define PORCH_DEED_DSCP		BIT(4)
#define PORCH_DEED_CLASS	BIT(5)
#define PORCH_DEED_NAT		BIT(6)

/* What it has to do for each packet that it matches */
#define PORCH_DEED_PER_PACKET \
	(PORCH_DEED_LIMIT | PORCH_DEED_COUNT | PORCH_DEED_LOG)

/* What later rules and stages see */
#define PORCH_DEED_SETS \
	(PORCH_DEED_MARK | PORCH_DEED_DSCP | PORCH_DEED_CLASS | PORCH_DEED_NAT)

/**
 * struct porch_deed - what a rule does with a packet that it matches
 * @has: PORCH_DEED_ bits: which of the following count
 * @limit: matches in @period, beyond which the rule does not match
 * @period: in seconds
 * @burst: matches at once after a pause
 * @mark: new mark, in @mark_mask
 * @mark_mask: those bits of it that change
 * @class: new shaping class
 * @dscp: new differentiated services code point
 * @action: what becomes of the packet
 * @with: for reject, what the sender is told
 * @queue: for queue and divert, the number
 * @bypass: for these, accept what no application can have
 * @prefix: what a line of the log begins with
 * @nat: how a new flow is translated
 *
 * In this order: the limit, counting, the log, what is set, the action.
 */
struct porch_deed {
	u32 has;
	u32 limit;
	u32 period;
	u32 burst;
	u32 mark;
	u32 mark_mask;
	u16 class;
	u8 dscp;
	enum porch_rule_action action;
	enum porch_reject_with with;
	u16 queue;
	bool bypass;
	char prefix[PORCH_RULE_NAME_LEN];
	struct porch_nat_note nat;
};

/**
 * struct porch_rule_count - what one CPU counts for one rule
 * @packets: packets that it matched, in skbs
 * @bytes: their length from the network header on
 *
 * Written by its CPU alone, with softirqs off.
 */
struct porch_rule_count {
	u64 packets;
	u64 bytes;
};

/**
 * struct porch_rule_bucket - what a rule's limit has left
 * @lock: of @bucket
 * @bucket: its tokens; a match costs as many as the period has seconds
 * @rate: how fast it fills
 *
 * Shared by all CPUs, as the limit is one for all of them.
 */
struct porch_rule_bucket {
	spinlock_t lock;	/* see above */
	struct porch_tbucket bucket;
	struct porch_tbucket_rate rate;
};

/**
 * struct porch_rule - a rule; immutable once published
 * @match: what must hold
 * @deed: what it does then
 * @jump: number of the chain that it jumps to
 * @hooks: a bit for each hook where it makes sense
 * @handle: its number, which no other rule of the instance has or had
 * @gen: the generation that brought it
 * @count: of every CPU, if it counts
 * @bucket: if it is limited
 * @in_name: name of the input device when the rule was made
 * @out_name: name of the output device, likewise
 * @link: in the edit that removes it, or with the generation that retires it;
 *	else empty
 */
struct porch_rule {
	struct porch_match match;
	struct porch_deed deed;
	u16 jump;
	u8 hooks;
	u32 handle;
	u32 gen;
	struct porch_rule_count __percpu *count;
	struct porch_rule_bucket *bucket;
	char in_name[IFNAMSIZ];
	char out_name[IFNAMSIZ];
	struct list_head link;
};

/**
 * struct porch_chain - a list of rules; immutable once published
 * @name: its name
 * @id: its number, below PORCH_CHAIN_HOOKS if it is that of a hook
 * @policy: of the chain of a hook, what becomes of what is undecided
 * @hooks: a bit for each hook where all of its rules make sense
 * @calls: a bit for each chain that a rule of it jumps to
 * @gen: the generation that brought this version of it
 * @link: with the generation that retires it
 * @n: how many rules it has
 * @room: room for rules
 * @rule: the rules, in order
 */
struct porch_chain {
	char name[PORCH_RULE_NAME_LEN];
	u16 id;
	enum porch_policy policy;
	u8 hooks;
	DECLARE_BITMAP(calls, PORCH_CHAINS_MAX);
	u32 gen;
	struct list_head link;
	u32 n;
	u32 room;
	struct porch_rule *rule[];
};

/**
 * struct porch_ruleset - all chains and sets of a generation; immutable once
 *	published
 * @hooks: a bit for each hook that has something to say
 * @n_rules: how many rules there are
 * @last_handle: the highest handle that was given
 * @n_elements: how many elements all sets have
 * @chain: chains by number; that of a hook is at its own
 * @set: sets by number
 */
struct porch_ruleset {
	u8 hooks;
	u32 n_rules;
	u32 last_handle;
	u32 n_elements;
	struct porch_chain *chain[PORCH_CHAINS_MAX];
	struct porch_set *set[PORCH_SETS_MAX];
};

/**
 * struct porch_chain_spec - a chain as a request describes it
 * @name: its name
 * @policy: what becomes of what is undecided
 */
struct porch_chain_spec {
	char name[PORCH_RULE_NAME_LEN];
	enum porch_policy policy;
};

/**
 * struct porch_rule_spec - a rule as a request describes it
 * @chain: name of its chain
 * @jump: name of the chain that it jumps to
 * @src_set: name of the set that has the source
 * @dst_set: name of the set that has the destination
 * @before: handle of the rule that it comes before, 0 for none
 * @match: what must hold
 * @deed: what it does then
 */
struct porch_rule_spec {
	char chain[PORCH_RULE_NAME_LEN];
	char jump[PORCH_RULE_NAME_LEN];
	char src_set[PORCH_RULE_NAME_LEN];
	char dst_set[PORCH_RULE_NAME_LEN];
	u32 before;
	struct porch_match match;
	struct porch_deed deed;
};

/**
 * struct porch_rule_ref - a rule as a request names it
 * @chain: name of its chain
 * @handle: its handle, 0 for all rules of the chain
 */
struct porch_rule_ref {
	char chain[PORCH_RULE_NAME_LEN];
	u32 handle;
};

struct porch_fault;
struct porch_set;

struct porch_ruleset *porch_ruleset_alloc(void);
void porch_ruleset_free(struct porch_ruleset *rs);
struct porch_ruleset *porch_ruleset_edit(struct porch_edit *e);
void porch_ruleset_publish(struct porch_edit *e, struct porch_config *old);
void porch_ruleset_abort(struct porch_edit *e);
void porch_ruleset_free_retired(struct porch_config *cfg);

int porch_chain_insert(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault);
int porch_chain_remove(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault);
int porch_chain_change(struct porch_edit *e, const struct porch_chain_spec *s,
		       struct porch_fault *fault);
int porch_rule_insert(struct porch_edit *e, const struct porch_rule_spec *s,
		      struct porch_fault *fault);
int porch_rule_remove(struct porch_edit *e, const struct porch_rule_ref *s,
		      struct porch_fault *fault);

struct porch_chain *porch_chain_find(const struct porch_ruleset *rs,
				     const char *name);
void porch_rule_sum(const struct porch_rule *r, struct porch_rule_count *sum);

/**
 * porch_rule_is_per_packet() - may its outcome differ between packets of a flow?
 * @r: the rule
 *
 * Return: whether it looks at, or does, something for each packet.
 */
static inline bool porch_rule_is_per_packet(const struct porch_rule *r)
{
	return r->match.has & PORCH_MATCH_PER_PACKET ||
	       r->deed.has & PORCH_DEED_PER_PACKET;
}

/**
 * porch_rule_is_conditional() - may it match some packets of a flow, and others
 *	not?
 * @r: the rule
 *
 * Return: whether it looks at something that differs, or is limited.
 */
static inline bool porch_rule_is_conditional(const struct porch_rule *r)
{
	return r->match.has & PORCH_MATCH_PER_PACKET ||
	       r->deed.has & PORCH_DEED_LIMIT;
}

#endif /* PORCH_RULESET_H */
