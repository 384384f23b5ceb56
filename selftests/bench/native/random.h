/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that a seed determines.
 */
#ifndef PORCH_BENCH_RANDOM_H
#define PORCH_BENCH_RANDOM_H

#include <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

/**
 * struct random - a sequence of random numbers
 * @state: the seed to begin with
 */
struct random {
	u64 state;
};

/**
 * random_next() - the next 64 random bits
 * @r: the sequence
 *
 * Source: splitmix64 (Sebastiano Vigna, public domain).
 *
 * Return: the bits.
 */
static inline u64 random_next(struct random *r)
{
	u64 z = (r->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * random_below() - a random number
 * @r: the sequence
 * @n: not 0
 *
 * Return: from 0 to @n - 1.
 */
static inline u32 random_below(struct random *r, u32 n)
{
	return (u32)((random_next(r) >> 32) * n >> 32);
}

#endif /* PORCH_BENCH_RANDOM_H */
