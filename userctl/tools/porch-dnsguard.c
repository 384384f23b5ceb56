// SPDX-License-Identifier: GPL-2.0
/*
 * Drops questions for names on a list, by verdict, on the packets that a rule of
 * Porch's sends to a queue:
 *
 *	porchctl rule add forward proto udp dport 53 queue 5
 *	porch-dnsguard -q 5 names
 *
 * It is a filter for DNS over UDP, and an example of libporch.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "dns.h"
#include "err.h"
#include "libporch.h"

#define RING_SIZE	(1U << 18)	/* for each CPU */
#define TX_SIZE		(1U << 17)
#define SNAPLEN		2048		/* no question is as long */
#define HELD		1024
#define DEADLINE	500		/* ms, unless the caller has another */

struct guard {
	struct porch_ring *ring;
	struct dns_list list;
	uint64_t seen;
	uint64_t dropped;
};

static int interrupted;

static void interrupt(int sig)
{
	(void)sig;
	__atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
}

static uint16_t judge(struct guard *g, const struct porch_ring_frame *f)
{
	uint16_t segment = f->gso_type == PORCH_RING_GSO_UDP_L4 ? f->gso_size : 0;

	g->seen++;
	if (f->net > f->caplen ||
	    dns_judge(&g->list, porch_ring_data(f) + f->net, f->caplen - f->net, segment) <=
	    DNS_FREE)
		return PORCH_RING_ACCEPT;
	g->dropped++;
	return PORCH_RING_DROP;
}

/* All that is there, with one call to the kernel for its answers. */
static int drain(struct guard *g)
{
	const struct porch_ring_frame *f;
	bool any = false;

	while ((f = porch_ring_peek(g->ring))) {
		/* What is diverted is ours: nobody waits. */
		if (f->id && porch_ring_answer(g->ring, f->id, judge(g, f)))
			return -1;
		porch_ring_release(g->ring);
		any = true;
	}
	return any ? porch_ring_kick(g->ring, NULL) : 0;
}

static int loop(struct guard *g)
{
	struct pollfd pollfd = { .fd = porch_ring_fd(g->ring), .events = POLLIN };
	struct sigaction action = { .sa_handler = interrupt };
	sigset_t signals, before;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* Signals come while it sleeps, and only then. */
	while (!__atomic_load_n(&interrupted, __ATOMIC_RELAXED)) {
		if (drain(g))
			return err_refused("cannot answer: %s", strerror(errno));
		if (pollfd.revents & POLLHUP)
			return err_refused("no packet will come any more: the namespace has gone");
		ppoll(&pollfd, 1, NULL, &before);
	}
	return 0;
}

static int read_names(struct guard *g, const char *name)
{
	FILE *file = fopen(name, "re");
	unsigned int line;
	int err = 0;

	if (!file)
		return err_refused("cannot open %s: %s", name, strerror(errno));
	if (dns_list_read(&g->list, file, &line)) {
		err = line ? err_refused("%s:%u: no domain name", name, line) :
			     err_refused("cannot read %s: %s", name, strerror(errno));
	}
	fclose(file);
	return err;
}

static int open_queue(struct guard *g, uint16_t queue, uint32_t deadline)
{
	g->ring = porch_ring_open(RING_SIZE, TX_SIZE, SNAPLEN);
	if (!g->ring)
		return err_refused("cannot get a ring from /dev/porch: %s", strerror(errno));
	if (!porch_ring_queue(g->ring, queue, HELD, deadline))
		return 0;
	if (errno == EBUSY)
		return err_refused("queue %u is another program's", queue);
	return err_refused("cannot read queue %u: %s", queue, strerror(errno));
}

static int explain(void)
{
	return err_usage("usage: porch-dnsguard -q QUEUE [-t MILLISECONDS] FILE");
}

static int number(const char *word, unsigned long min, unsigned long max, unsigned long *n)
{
	char *end;

	errno = 0;
	*n = strtoul(word, &end, 10);
	return errno || *end || end == word || *word == '-' || *n < min || *n > max ? -1 : 0;
}

int main(int argc, char **argv)
{
	unsigned long queue = ~0UL, deadline = DEADLINE;
	struct guard g = {};
	int option, err;

	err_program("porch-dnsguard");
	while ((option = getopt(argc, argv, "q:t:")) != -1) {
		switch (option) {
		case 'q':
			if (number(optarg, 0, UINT16_MAX, &queue))
				return err_usage("-q must be a number from 0 to 65535");
			break;
		case 't':
			if (number(optarg, 1, PORCH_RING_DEADLINE_MAX, &deadline))
				return err_usage("-t must be a number from 1 to %u, in ms",
						 PORCH_RING_DEADLINE_MAX);
			break;
		default:
			return explain();
		}
	}
	if (optind + 1 != argc || queue == ~0UL)
		return explain();

	err = read_names(&g, argv[optind]) ?: open_queue(&g, queue, deadline);
	if (!err) {
		fprintf(stderr, "%zu names; reading queue %lu\n", g.list.n, queue);
		err = loop(&g);
		fprintf(stderr, "%" PRIu64 " packets seen, %" PRIu64 " dropped\n", g.seen,
			g.dropped);
	}
	porch_ring_close(g.ring);
	dns_list_free(&g.list);
	return err;
}
