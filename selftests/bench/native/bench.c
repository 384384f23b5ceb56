// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <fnmatch.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include "bench.h"

/* How long a contender is measured at a time, in seconds */
#define SLICE	0.02

static const char *wanted_peer = "*";
static char **wanted;
static bool measured;
static FILE *json;
static char machine[400];

static void describe_machine(void)
{
	char line[200], cpu[100] = "unknown CPU";
	double load = 0;
	FILE *f;

	f = fopen("/proc/cpuinfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "model name : %99[^\n]", cpu) == 1)
			break;
	}
	if (f)
		fclose(f);
	if (getloadavg(&load, 1) != 1)
		load = 0;
	snprintf(machine, sizeof(machine),
		 "%s, %s, gcc %s %s, load %.1f", cpu, dpdk_version(),
		 __VERSION__, CORE_OPTIMIZE, load);
}

void bench_begin(int argc, char **argv)
{
	static const struct option options[] = {
		{ "peer", required_argument, NULL, 'p' },
		{ "json", required_argument, NULL, 'j' },
		{},
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			wanted_peer = optarg;
			break;
		case 'j':
			json = fopen(optarg, "w");
			if (!json)
				err(1, "%s", optarg);
			break;
		default:
			fprintf(stderr, "usage: %s [--peer PATTERN] [--json FILE] [ID]...\n",
				argv[0]);
			exit(2);
		}
	}
	wanted = argv + optind;
	setvbuf(stdout, NULL, _IOLBF, 0);
	describe_machine();
	printf("# %s\n# %u rounds, medians\n", machine, BENCH_ROUNDS);
	printf("%-22s %-11s %9s %9s %7s  %s\n", "id", "unit", "porch", "peer",
	       "ratio", "peer's name");
}

void bench_end(void)
{
	if (!measured)
		bench_fail("no row and peer are called that");
	if (fflush(stdout) || ferror(stdout))
		err(1, "stdout");
	if (json && fclose(json))
		err(1, "the results");
}

bool bench_wants(const char *format, ...)
{
	char id[100];
	va_list args;
	char **w;

	va_start(args, format);
	vsnprintf(id, sizeof(id), format, args);
	va_end(args);
	for (w = wanted; *w; w++) {
		if (!fnmatch(*w, id, 0))
			return true;
	}
	return w == wanted;
}

bool bench_wants_peer(const char *name)
{
	return !fnmatch(wanted_peer, name, 0);
}

void bench_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fflush(stdout);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

void *bench_allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		err(1, NULL);
	return p;
}

double bench_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_add(struct series *s, double v)
{
	s->v[s->n++] = v;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct series sorted(const struct series *s)
{
	struct series copy = *s;

	qsort(copy.v, copy.n, sizeof(copy.v[0]), compare);
	return copy;
}

void bench_row(const char *id, const char *unit, const struct series *porch,
	       const struct series *peer, const char *peer_name,
	       const char *note)
{
	double mine = sorted(porch).v[porch->n / 2];
	double theirs = sorted(peer).v[peer->n / 2];
	struct series ratio = {};
	struct utsname host;
	char quartiles[60] = "";
	unsigned int i;

	measured = true;
	for (i = 0; i < porch->n && i < peer->n; i++)
		bench_add(&ratio, porch->v[i] / peer->v[i]);
	ratio = sorted(&ratio);
	/* Of few rounds they would say nothing. */
	if (ratio.n >= 4)
		snprintf(quartiles, sizeof(quartiles), "quartiles %.3f %.3f; ",
			 ratio.v[ratio.n / 4],
			 ratio.v[ratio.n - 1 - ratio.n / 4]);

	printf("%-22s %-11s %9.4g %9.4g %7.3f  %s\n", id, unit, mine, theirs,
	       mine / theirs, peer_name);
	if (!json)
		return;
	uname(&host);
	fprintf(json,
		"{\"id\": \"%s\", \"unit\": \"%s\", \"porch\": %.6g, \"peer_name\": \"%s\", \"peer\": %.6g, \"ratio\": %.4f, \"kernel\": \"%s\", \"note\": \"%s%s%s%s\"}\n",
		id, unit, mine, peer_name, theirs, mine / theirs, host.release,
		note, *note ? "; " : "", quartiles, machine);
}

/* What a thread does: lookups of its part of the keys, for a while */
struct job {
	const struct contender *c;
	const struct keys *k;
	u32 from;
	u32 n;
	double rate;
	pthread_barrier_t *start;
};

static void *do_job(void *arg)
{
	struct job *j = arg;
	double begin, took;
	u64 done = 0;
	u32 at;

	pthread_barrier_wait(j->start);
	begin = bench_cpu();
	do {
		at = j->from + done % j->n;
		if (j->c->lookup(j->c->table, j->k, at, BENCH_CHUNK) !=
		    j->k->sum[at + BENCH_CHUNK] - j->k->sum[at])
			bench_fail("%s, %s: a wrong answer", j->c->name,
				   j->k->name);
		done += BENCH_CHUNK;
		took = bench_cpu() - begin;
	} while (took < SLICE);
	j->rate = (double)done / took;
	return NULL;
}

/* Return: millions a second, of all threads together. */
static double measure(const struct contender *c, const struct keys *k,
		      unsigned int threads)
{
	pthread_t thread[BENCH_THREADS];
	struct job job[BENCH_THREADS];
	pthread_barrier_t start;
	double rate = 0;
	unsigned int i;

	pthread_barrier_init(&start, NULL, threads);
	for (i = 0; i < threads; i++) {
		job[i] = (struct job) {
			.c = c, .k = k, .start = &start,
			.n = BENCH_KEYS / threads,
			.from = BENCH_KEYS / threads * i,
		};
		if (pthread_create(&thread[i], NULL, do_job, &job[i]))
			bench_fail("no thread");
	}
	for (i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		rate += job[i].rate;
	}
	pthread_barrier_destroy(&start);
	return rate / 1e6;
}

void bench_check(const struct contender *c, const struct keys *k)
{
	u64 got, want;
	u32 i;

	for (i = 0; i < BENCH_KEYS; i++) {
		got = c->lookup(c->table, k, i, 1);
		want = k->sum[i + 1] - k->sum[i];
		if (got != want)
			bench_fail("%s, %s: key %u: %llu instead of %llu",
				   c->name, k->name, i, got, want);
	}
	for (i = 0; i < BENCH_KEYS; i += BENCH_VEC) {
		if (c->lookup(c->table, k, i, BENCH_VEC) !=
		    k->sum[i + BENCH_VEC] - k->sum[i])
			bench_fail("%s, %s: keys from %u on", c->name, k->name,
				   i);
	}
}

void bench_lookups(const char *id, const struct contender *c, unsigned int n,
		   const struct keys *k, const char *note)
{
	struct series *s = bench_allocate(n, sizeof(*s));
	unsigned int threads, round, i;
	char name[100];

	for (i = 0; i < n; i++) {
		if (!c[i].use || c[i].use(c[i].table))
			bench_check(&c[i], k);
	}
	for (threads = 1; threads <= BENCH_THREADS; threads++) {
		snprintf(name, sizeof(name), threads > 1 ? "%s.%s.%ut" : "%s.%s",
			 id, k->name, threads);
		if (!bench_wants("%s", name))
			continue;
		memset(s, 0, n * sizeof(*s));
		for (round = 0; round < BENCH_ROUNDS; round++) {
			for (i = 0; i < n; i++) {
				if (c[i].use && !c[i].use(c[i].table))
					continue;
				bench_add(&s[i], measure(&c[i], k, threads));
			}
		}
		for (i = 1; i < n; i++) {
			if (s[i].n)
				bench_row(name, "M lookups/s", &s[0], &s[i],
					  c[i].name, note);
		}
	}
	free(s);
}

void bench_key_ranks(u32 *rank, struct random *r, u32 n, double s)
{
	double *until = bench_allocate(n, sizeof(*until)), sum = 0, at;
	u32 i, low, high, mid;

	for (i = 0; i < n; i++) {
		sum += pow(i + 1.0, -s);
		until[i] = sum;
	}
	for (i = 0; i < BENCH_KEYS; i++) {
		at = (double)(random_next(r) >> 11) * ldexp(1, -53) * sum;
		for (low = 0, high = n - 1; low < high;) {
			mid = low + (high - low) / 2;
			if (until[mid] > at)
				high = mid;
			else
				low = mid + 1;
		}
		rank[i] = low;
	}
	free(until);
}
