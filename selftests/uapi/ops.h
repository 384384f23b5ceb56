/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the family takes, written down by hand from its specification. The kernel
 * is asked for the same (requests.c), so that nothing can be missing here.
 */
#ifndef UAPI_OPS_H
#define UAPI_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

#define MAX_ATTRS	48

/* What an attribute holds. */
enum kind {
	NONE,
	U8,
	U16,
	U32,
	U64,
	FLAG,
	STRING,		/* with its NUL; at most max characters before it */
	ADDRESS,	/* 4 or 16 bytes */
	BYTES,		/* of a packet, in hexadecimal */
	NEXTHOPS,	/* a list of next hops: address/device/weight, with a + between */
};

/**
 * struct attr - an attribute that an operation takes
 * @name: what the examples call it
 * @nr: its number
 * @kind: what it holds
 * @min: smallest number allowed
 * @max: largest number, or length, allowed
 * @required: the operation is refused without
 * @bound: others of the example are refused without
 * @names: it names nothing that has to be there
 */
struct attr {
	const char *name;
	uint16_t nr;
	enum kind kind;
	uint64_t min;
	uint64_t max;
	bool required;
	bool bound;
	bool names;
};

/**
 * struct op - an operation
 * @name: what the specification calls it
 * @cmd: its number
 * @admin: it is for administrators only
 * @now: it is no change of the configuration: it cannot be staged, and makes no
 *	generation
 * @tells: it has a reply, though it is for administrators only
 * @dump: it also lists everything there is
 * @txn: it begins or ends a transaction; left out where each operation is tried
 *	by itself
 * @last: largest number of an attribute that the set has, used here or not
 * @example: attributes of a request that is fine in the scene
 * @attrs: what it takes; the last one has no name
 */
struct op {
	const char *name;
	uint8_t cmd;
	bool admin;
	bool now;
	bool tells;
	bool dump;
	bool txn;
	uint16_t last;
	const char *example;
	struct attr attrs[MAX_ATTRS];
};

extern const struct op ops[];
extern const int op_count;

const struct op *op_find(uint8_t cmd);
bool op_is_event(uint8_t cmd);
const struct attr *op_attr(const struct op *op, uint16_t nr);

/**
 * op_request() - write a request
 * @op: the operation
 * @text: attributes, such as "dst=10.0.0.0 prefix-len=8 onlink"
 *
 * A mistake in the text ends the test.
 *
 * Return: the request, which asks for an acknowledgment.
 */
struct request op_request(const struct op *op, const char *text);

struct request op_example(const struct op *op);

#endif /* UAPI_OPS_H */
