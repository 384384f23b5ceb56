/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The specification of the family, as tables. They are made from it when this is built
 * (spec.py), so what is new there is here at once.
 */
#ifndef UAPI_SPEC_H
#define UAPI_SPEC_H

#include <stddef.h>
#include <stdint.h>

enum spec_type {
	SPEC_U8,
	SPEC_U16,
	SPEC_U32,
	SPEC_U64,
	SPEC_FLAG,
	SPEC_STRING,
	SPEC_BINARY,
	SPEC_NEST,
	SPEC_PAD,
};

struct spec_set;

/**
 * struct spec_attr - an attribute
 * @nr: its number
 * @type: what it holds
 * @min: smallest number allowed
 * @max: largest number allowed; of a string, length without its NUL
 * @nested: what a nest has
 * @multi: there may be several
 */
struct spec_attr {
	uint16_t nr;
	enum spec_type type;
	uint64_t min;
	uint64_t max;
	const struct spec_set *nested;
	int multi;
};

/**
 * struct spec_set - a set of attributes
 * @attrs: each one
 * @count: how many
 */
struct spec_set {
	const struct spec_attr *attrs;
	int count;
};

/**
 * struct spec_op - an operation
 * @name: what the specification calls it
 * @cmd: its number
 * @dump: it also lists everything there is
 * @set: where its attributes are
 * @request: places in @set of those that it takes
 * @request_count: how many
 */
struct spec_op {
	const char *name;
	uint8_t cmd;
	int dump;
	const struct spec_set *set;
	const unsigned char *request;
	int request_count;
};

extern const struct spec_op spec_ops[];
extern const int spec_op_count;

#endif /* UAPI_SPEC_H */
