/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests of kmod/core/ use. They are run in user space by main.c, and in a kernel
 * with KUnit by ../kunit/. A failed check ends its test, not the run. What only user
 * space has, such as threads, is left out where __KERNEL__ is defined.
 */
#ifndef PORCH_CORE_TEST_H
#define PORCH_CORE_TEST_H

#include "env.h"

/**
 * struct test - a test
 * @name: printed, and for --test
 * @run: the test; it returns if all is well
 * @run_bits: or a test that is done for addresses of several lengths
 * @bits: the length
 * @threads: it has several threads, for --threads
 */
struct test {
	const char *name;
	void (*run)(void);
	void (*run_bits)(u8 bits);
	u8 bits;
	bool threads;
};

extern const struct test test_addrset[], test_aqm[], test_conn[], test_csum[];
extern const struct test test_flowtab[], test_lpm[], test_ring[];
extern const struct test test_shape[], test_tbucket[];

/* All of them, each ended by a test without a name */
#define TEST_TABLES	9
extern const struct test *const test_tables[TEST_TABLES];

/* Run a test, whose random numbers the seed and its name determine. */
void test_run(const struct test *t, u64 seed);

/* How many rounds the randomised tests go. */
extern unsigned long test_rounds;

/* Ends the test that runs as failed, and prints what was said about it. */
void __noreturn test_fail(const char *file, int line, const char *what);
extern char test_said[500];

/* CHECK(condition, "format", ...): what must be true, and what to say if not */
#define CHECK(cond, ...) \
	((cond) ? (void)0 :						\
	 (snprintf(test_said, sizeof(test_said), __VA_ARGS__),		\
	  test_fail(__FILE__, __LINE__, #cond)))

/* Random numbers, which the seed determines: of 64 bits, and below n. */
u64 test_rnd(void);
unsigned int test_below(unsigned int n);

/* A random 64-bit number of a random number of bits: small ones are common. */
u64 test_rnd_size(void);

/* CPU time, in nanoseconds. */
u64 test_cpu_time(void);

/* What a test has to say, though all is well. */
void test_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* PORCH_CORE_TEST_H */
