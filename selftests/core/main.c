// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the tests of kmod/core/ in user space and prints TAP. Each run draws
 * other random numbers; the seed it prints repeats it:
 *
 *	core-test [--seed N] [--rounds N] [--test NAME] [--threads]
 *
 * --test runs only the tests whose name begins with NAME, --threads those with
 * several threads, of which there may be none; a test draws the same numbers
 * whichever others run.
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>
#include "test.h"

static jmp_buf test_failed;

u64 test_cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

void test_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

void test_fail(const char *file, int line, const char *what)
{
	printf("# %s:%d: not true: %s\n# %s\n", file, line, what, test_said);
	longjmp(test_failed, 1);
}

static bool run_one(const struct test *t, u64 seed)
{
	if (setjmp(test_failed))
		return false;
	test_run(t, seed);
	return true;
}

static void bad_call(const char *argv0)
{
	fprintf(stderr,
		"usage: %s [--seed N] [--rounds N] [--test NAME] [--threads]\n",
		argv0);
	exit(2);
}

static u64 number(const char *argv0, const char *s)
{
	char *end;
	u64 n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || end == s || *end || *s == '-')
		bad_call(argv0);
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "test", required_argument, NULL, 't' },
		{ "threads", no_argument, NULL, 'T' },
		{},
	};
	unsigned int i, n = 0, named = 0, failed = 0;
	const struct test *t;
	const char *only = "";
	bool threads = false;
	struct timespec now;
	u64 seed;
	int opt;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = (u64)now.tv_sec * 1000000007 + (u64)now.tv_nsec + (u64)getpid();
	seed %= 1000000000;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			seed = number(argv[0], optarg);
			break;
		case 'r':
			test_rounds = number(argv[0], optarg);
			break;
		case 't':
			only = optarg;
			break;
		case 'T':
			threads = true;
			break;
		default:
			bad_call(argv[0]);
		}
	}
	if (optind != argc || !test_rounds)
		bad_call(argv[0]);

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n# seed %llu\n", seed);
	for (i = 0; i < TEST_TABLES; i++) {
		for (t = test_tables[i]; t->name; t++) {
			if (strncmp(t->name, only, strlen(only)))
				continue;
			named++;
			if (threads && !t->threads)
				continue;
			n++;
			if (run_one(t, seed)) {
				printf("ok %u - %s\n", n, t->name);
			} else {
				printf("# seed %llu\nnot ok %u - %s\n",
				       seed, n, t->name);
				failed++;
			}
		}
	}
	printf("1..%u\n", n);
	if (!named)
		fprintf(stderr, "no test is called %s...\n", only);
	return failed || !named;
}
