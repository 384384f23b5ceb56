/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the attributes of the netlink family are called and what they hold:
 * the tool's copy of the spec, in one place. A test compares it with the spec.
 */
#ifndef PORCHCTL_ATTRS_H
#define PORCHCTL_ATTRS_H

#include <stdbool.h>
#include <stdint.h>

enum attr_type {
	ATTR_UNKNOWN,
	ATTR_FLAG,
	ATTR_U8,
	ATTR_U16,
	ATTR_U32,
	ATTR_U64,
	ATTR_ENUM,	/* u8 that stands for a word */
	ATTR_STRING,
	ATTR_ADDR,	/* 4 bytes of IPv4 or 16 of IPv6, network order */
	ATTR_NEST,	/* more attributes */
	ATTR_BYTES,	/* of a packet; only in requests */
};

struct attr_def {
	const char *name;
	enum attr_type type;
	const char *const *words;	/* of ATTR_ENUM, NULL at the end */
	const char *unit;		/* for human readers */
	const struct scale *scale;	/* likewise, of a number */
	bool loose;			/* of two objects that differ by it alone, either will do
					 * for the other where one of them does not have it
					 */
};

/* Attribute numbers of a set are below this. */
#define ATTR_SET_SIZE 64

struct attr_set {
	const char *name;
	const struct attr_def *defs;
	uint16_t max;
	uint16_t staged;	/* says that a change is part of a transaction */
};

extern const char *const port_hooks[];
extern const char *const route_types[];
extern const char *const counter_groups[];
extern const char *const lanes[];
extern const char *const chain_hooks[];
extern const char *const policies[];
extern const char *const rule_actions[];
extern const char *const reject_withs[];
extern const char *const nat_kinds[];
extern const char *const switch_words[];
extern const char *const flow_conns[];
extern const char *const ecn_words[];
extern const char *const set_types[];
extern const char *const stages[];
extern const char *const outcomes[];
extern const char *const answereds[];
extern const char *const neighbours[];

extern const struct attr_set port_attrs;
extern const struct attr_set route_attrs;
extern const struct attr_set nexthops_attrs;
extern const struct attr_set nexthop_attrs;
extern const struct attr_set route_rule_attrs;
extern const struct attr_set class_attrs;
extern const struct attr_set lane_attrs;
extern const struct attr_set engine_attrs;
extern const struct attr_set counter_attrs;
extern const struct attr_set ledger_attrs;
extern const struct attr_set status_attrs;
extern const struct attr_set txn_attrs;
extern const struct attr_set chain_attrs;
extern const struct attr_set rule_attrs;
extern const struct attr_set flow_attrs;
extern const struct attr_set set_attrs;
extern const struct attr_set element_attrs;
extern const struct attr_set track_attrs;
extern const struct attr_set explain_attrs;
extern const struct attr_set steps_attrs;
extern const struct attr_set step_attrs;

#endif /* PORCHCTL_ATTRS_H */
