/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers of kmod/core/ have in common: they take bytes for operations,
 * and do each on a structure and on a naive one.
 */
#ifndef PORCH_FUZZ_H
#define PORCH_FUZZ_H

#include <stdio.h>

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* CHECK(condition, "format", ...): what must be true, and what to say if not */
#define CHECK(cond, ...)						\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "%s:%d: not true: %s\n",	\
				__FILE__, __LINE__, #cond);		\
			fprintf(stderr, __VA_ARGS__);			\
			fputc('\n', stderr);				\
			abort();					\
		}							\
	} while (0)

/**
 * struct input - bytes that have not been taken yet
 * @p: the next
 * @n: how many
 */
struct input {
	const u8 *p;
	size_t n;
};

/**
 * input_bytes() - take bytes
 * @in: from here
 * @to: takes them, with zeros for those that are missing
 * @n: how many
 */
static inline void input_bytes(struct input *in, void *to, size_t n)
{
	size_t some = min(n, in->n);

	memset(to, 0, n);
	memcpy(to, in->p, some);
	in->p += some;
	in->n -= some;
}

/**
 * input_u8() - take a byte
 * @in: from here
 *
 * Return: the byte, 0 if there is none.
 */
static inline u8 input_u8(struct input *in)
{
	u8 v;

	input_bytes(in, &v, sizeof(v));
	return v;
}

/**
 * input_u32() - take four bytes
 * @in: from here
 *
 * Return: a number made of them.
 */
static inline u32 input_u32(struct input *in)
{
	u32 v;

	input_bytes(in, &v, sizeof(v));
	return v;
}

#endif /* PORCH_FUZZ_H */
