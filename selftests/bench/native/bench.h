/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measuring structures of Porch's against those of others: same content, same
 * keys, in turns. Each side is a contender; the first of several is Porch's.
 *
 * Answers are checked while they are timed: a run of lookups returns the sum of
 * what it found, and it is known what that has to be.
 */
#ifndef PORCH_BENCH_H
#define PORCH_BENCH_H

#include <stdnoreturn.h>
#include "random.h"

/* How many times each is measured, in turns: lookups and updates; builds. */
#define BENCH_ROUNDS	15
#define BENCH_BUILDS	3

/* How many threads at most */
#define BENCH_THREADS	2

/* Packets of a vector, and the lookups of others that are done at a time */
#define BENCH_VEC	64

/* The number of keys, and how many are looked up between looks at the clock */
#define BENCH_KEYS	(1U << 20)
#define BENCH_CHUNK	(1U << 14)

/**
 * struct keys - keys to be looked up, BENCH_KEYS of them
 * @name: what they are like: uniform, random, zipf10, zipf12
 * @porch: as Porch reads them
 * @peer: as its peers do
 * @peer16: the same in 16 bytes, if there is such a form
 * @sum: to each, what is to be found for all before it, added up;
 *	BENCH_KEYS + 1 of them
 *
 * Of T threads each looks up its own T-th part, again and again.
 */
struct keys {
	const char *name;
	void *porch;
	void *peer;
	void *peer16;
	u64 *sum;
};

/**
 * struct contender - a way to look keys up
 * @name: printed
 * @table: what is looked at
 * @use: if not NULL, called before lookups, to choose this way among several
 *	of the same table; returns whether the CPU has it
 * @lookup: look @n keys up, BENCH_VEC at a time, from number @from on; returns
 *	the sum of what was found, with 0 for nothing
 */
struct contender {
	const char *name;
	void *table;
	bool (*use)(void *table);
	u64 (*lookup)(void *table, const struct keys *k, u32 from, u32 n);
};

/**
 * struct series - what was measured, by round
 * @v: the figures
 * @n: their number
 */
struct series {
	double v[BENCH_ROUNDS];
	unsigned int n;
};

/**
 * bench_begin() - read the command line
 * @argc: main()'s
 * @argv: main()'s: [--peer PATTERN] [--json FILE] [PATTERN]..., of
 *	peers' names and of ids, as in a shell
 */
void bench_begin(int argc, char **argv);

/**
 * bench_end() - close the file with the results
 */
void bench_end(void);

/**
 * bench_wants() - is a row to be printed?
 * @format: of its id
 *
 * Return: whether it is.
 */
__attribute__((format(printf, 1, 2)))
bool bench_wants(const char *format, ...);

/**
 * bench_wants_peer() - is a peer to be looked at?
 * @name: its name
 *
 * Return: whether it is.
 */
bool bench_wants_peer(const char *name);

/**
 * bench_fail() - end the run: something is wrong
 * @format: of what it is
 */
__attribute__((format(printf, 1, 2)))
noreturn void bench_fail(const char *format, ...);

/**
 * bench_allocate() - memory, zeroed
 * @n: how many
 * @size: of one
 *
 * Return: the memory; ends the run if there is none.
 */
void *bench_allocate(size_t n, size_t size);

/**
 * bench_cpu() - how long has this thread had a CPU?
 *
 * Return: the time, in seconds.
 */
double bench_cpu(void);

/**
 * bench_add() - add a figure
 * @s: to this series
 * @v: the figure
 */
void bench_add(struct series *s, double v);

/**
 * bench_row() - print a row
 * @id: its id
 * @unit: of the figures; rates end in /s
 * @porch: Porch's figures
 * @peer: the peer's, of the same rounds
 * @peer_name: the peer
 * @note: what is to be said about it, or ""
 */
void bench_row(const char *id, const char *unit, const struct series *porch,
	       const struct series *peer, const char *peer_name,
	       const char *note);

/**
 * bench_lookups() - measure lookups, check them, print the rows
 * @id: of the rows; the names of keys and threads are appended
 * @c: the contenders, Porch's first
 * @n: their number
 * @k: keys
 * @note: to be said about it
 *
 * The rows are ID.KEYS with one thread and ID.KEYS.2t with two.
 */
void bench_lookups(const char *id, const struct contender *c, unsigned int n,
		   const struct keys *k, const char *note);

/**
 * bench_check() - check lookups alone, each
 * @c: how
 * @k: keys
 */
void bench_check(const struct contender *c, const struct keys *k);

/**
 * bench_key_ranks() - choose things to look for
 * @rank: filled: BENCH_KEYS numbers
 * @r: random numbers
 * @n: from 0 to this - 1
 * @s: the exponent of Zipf's law; 0: all are as likely
 */
void bench_key_ranks(u32 *rank, struct random *r, u32 n, double s);

/* The groups of rows */
void bench_lpm(u8 bits);
void bench_flow(void);

/* DPDK's environment */
void dpdk_begin(void);
const char *dpdk_version(void);

#endif /* PORCH_BENCH_H */
