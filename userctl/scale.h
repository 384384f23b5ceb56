/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers with units, such as 100mbit, 64kb and 20ms, as tc has them. */
#ifndef PORCHCTL_SCALE_H
#define PORCHCTL_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct scale - the units that something is measured in
 * @what: what it is called, with examples
 * @divisor: a value is a number in the smallest unit, divided by this
 * @written: how many of @units are used to write, large ones first
 * @units: all that can be read; a number without one is in the last
 *	of those that are written. The last has no name
 */
struct scale {
	const char *what;
	uint32_t divisor;
	uint32_t written;
	struct {
		const char *name;
		uint64_t factor;
	} units[24];
};

extern const struct scale rate_scale;	/* in bytes a second */
extern const struct scale size_scale;	/* in bytes */
extern const struct scale time_scale;	/* in microseconds */

/**
 * scale_read() - read a number with a unit
 * @scale: what it measures
 * @word: the number, which may have a fraction, and the unit
 * @value: takes the value; what is left of it by rounding down
 *
 * Return: whether it is one; not if it is so small that nothing is left
 */
bool scale_read(const struct scale *scale, const char *word, uint64_t *value);

/**
 * scale_write() - write a value in the largest unit that fits exactly
 * @scale: what it measures
 * @value: the value
 * @buf: takes the text
 * @size: room for it
 *
 * Return: @buf
 */
const char *scale_write(const struct scale *scale, uint64_t value, char *buf, size_t size);

#endif /* PORCHCTL_SCALE_H */
