// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scale.h"

#define DIGITS	"0123456789"

const struct scale rate_scale = {
	.what = "a rate, such as 100mbit or 1.5gbit",
	.divisor = 8,
	.written = 5,
	.units = {
		{ "tbit", 1000000000000 },
		{ "gbit", 1000000000 },
		{ "mbit", 1000000 },
		{ "kbit", 1000 },
		{ "bit", 1 },
		{ "tibit", 1ULL << 40 },
		{ "gibit", 1 << 30 },
		{ "mibit", 1 << 20 },
		{ "kibit", 1 << 10 },
		{ "tbps", 8000000000000 },
		{ "gbps", 8000000000 },
		{ "mbps", 8000000 },
		{ "kbps", 8000 },
		{ "bps", 8 },
		{ "tibps", 8ULL << 40 },
		{ "gibps", 8ULL << 30 },
		{ "mibps", 8 << 20 },
		{ "kibps", 8 << 10 },
	},
};

const struct scale size_scale = {
	.what = "a size in bytes, such as 64kb",
	.divisor = 1,
	.written = 4,
	.units = {
		{ "gb", 1 << 30 },
		{ "mb", 1 << 20 },
		{ "kb", 1 << 10 },
		{ "b", 1 },
		{ "g", 1 << 30 },
		{ "m", 1 << 20 },
		{ "k", 1 << 10 },
	},
};

const struct scale time_scale = {
	.what = "a time, such as 20ms",
	.divisor = 1,
	.written = 3,
	.units = {
		{ "s", 1000000 },
		{ "ms", 1000 },
		{ "us", 1 },
		{ "sec", 1000000 },
		{ "msec", 1000 },
		{ "usec", 1 },
	},
};

/* Return: the factor of a unit, 0 if it is none. */
static uint64_t find_unit(const struct scale *scale, const char *name)
{
	int i;

	if (!*name)
		name = scale->units[scale->written - 1].name;
	for (i = 0; scale->units[i].name; i++)
		if (!strcasecmp(scale->units[i].name, name))
			return scale->units[i].factor;
	return 0;
}

bool scale_read(const struct scale *scale, const char *word, uint64_t *value)
{
	size_t whole = strspn(word, DIGITS), fraction = 0, i;
	const char *unit = word + whole;
	__uint128_t number = 0;
	uint64_t factor, parts = 1;

	if (*unit == '.') {
		fraction = strspn(++unit, DIGITS);
		unit += fraction;
		if (!fraction)
			return false;
	}
	/* So that nothing overflows: a number below 10^18 with 9 more digits. */
	if (!whole || whole > 18 || fraction > 9)
		return false;
	for (i = 0; i < whole; i++)
		number = number * 10 + word[i] - '0';
	for (i = 0; i < fraction; i++) {
		number = number * 10 + word[whole + 1 + i] - '0';
		parts *= 10;
	}
	factor = find_unit(scale, unit);
	*value = number * factor / parts / scale->divisor;
	return factor && (*value || !number) &&
	       number * factor / parts / scale->divisor <= UINT64_MAX;
}

const char *scale_write(const struct scale *scale, uint64_t value, char *buf, size_t size)
{
	__uint128_t number = (__uint128_t)value * scale->divisor;
	uint32_t i = 0;

	while (i < scale->written - 1 && (!value || number % scale->units[i].factor))
		i++;
	snprintf(buf, size, "%" PRIu64 "%s", (uint64_t)(number / scale->units[i].factor),
		 scale->units[i].name);
	return buf;
}
