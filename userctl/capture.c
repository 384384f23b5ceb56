// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "err.h"
#include "libporch.h"
#include "pcapng.h"

#define RING_SIZE	(1U << 21)	/* for each CPU */

/* What libpcap takes, less a VLAN tag that may be put in */
#define MAX_SNAPLEN	(262144 - 4)

/**
 * struct interface - a port that frames come from
 * @ifindex: of the device
 * @name: of the device
 * @frames: that came
 */
struct interface {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
	uint64_t frames;
};

/**
 * struct capture - a capture that runs
 * @ring: where frames come from
 * @file: where they go
 * @pcapng: as pcapng, else a line for each
 * @application: who writes
 * @only: index of the only port that frames are taken from, 0 for all
 * @interfaces: that had a frame so far, and @only
 * @n_interfaces: length of @interfaces
 * @frames: how many
 * @limit: end after so many, 0 for never
 * @end: when it was noticed that somebody wants it to end, as frames have the time;
 *	0 before
 * @error: errno of what could not be written first
 */
struct capture {
	struct porch_ring *ring;
	FILE *file;
	bool pcapng;
	const char *application;
	uint32_t only;
	struct interface *interfaces;
	uint32_t n_interfaces;
	uint64_t frames;
	uint64_t limit;
	uint64_t end;
	int error;
};

/* Written by a signal handler. */
static int interrupted;

static void interrupt(int sig)
{
	(void)sig;
	__atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
}

static bool is_interrupted(void)
{
	return __atomic_load_n(&interrupted, __ATOMIC_RELAXED);
}

/* Fails without memory. */
static bool add_interface(struct capture *c, uint32_t ifindex, uint16_t link)
{
	struct interface *new = reallocarray(c->interfaces, c->n_interfaces + 1, sizeof(*new));

	if (!new)
		return false;
	c->interfaces = new;
	new += c->n_interfaces++;
	*new = (struct interface) { .ifindex = ifindex };
	/* It may have gone, or have moved to where we cannot see it. */
	if (!if_indextoname(ifindex, new->name))
		snprintf(new->name, sizeof(new->name), "if%u", ifindex);
	if (c->pcapng)
		pcapng_interface(c->file, link == ARPHRD_ETHER ? PCAPNG_ETHERNET : PCAPNG_RAW,
				 new->name);
	return true;
}

/* Its number; one that has its first frame is added. Fails without memory. */
static bool find_interface(struct capture *c, const struct porch_ring_frame *f, uint32_t *number)
{
	for (*number = 0; *number < c->n_interfaces; ++*number)
		if (c->interfaces[*number].ifindex == f->ifindex)
			return true;
	return add_interface(c, f->ifindex, f->link);
}

/* ARPHRD_* of a device */
static uint16_t link_of(uint32_t ifindex)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint16_t link = ARPHRD_ETHER;
	struct ifreq dev;

	if (fd < 0)
		return link;
	/* One that has gone has any. */
	if (if_indextoname(ifindex, dev.ifr_name) && !ioctl(fd, SIOCGIFHWADDR, &dev))
		link = dev.ifr_hwaddr.sa_family;
	close(fd);
	return link;
}

/* A tag that the card has taken off goes back to its place. */
static void write_packet(struct capture *c, const struct porch_ring_frame *f, uint32_t interface)
{
	const uint8_t *data = porch_ring_data(f);
	uint16_t tag[2] = { htons(f->vlan_tpid), htons(f->vlan_tci) };
	bool tagged = f->flags & PORCH_RING_F_VLAN && f->link == ARPHRD_ETHER && f->caplen >= 12;
	uint32_t addresses = tagged ? 12 : 0;
	const struct iovec parts[] = {
		{ (void *)data, addresses },
		{ tag, tagged ? sizeof(tag) : 0 },
		{ (void *)(data + addresses), f->caplen - addresses },
	};
	const struct pcapng_packet packet = {
		.interface = interface,
		.direction = f->flags & PORCH_RING_F_OUT ? PCAPNG_OUT : PCAPNG_IN,
		.time = f->time,
		.wirelen = f->wirelen + parts[1].iov_len,
		.lost = f->lost,
	};

	pcapng_packet(c->file, &packet, parts, 3);
}

static void write_line(struct capture *c, const struct porch_ring_frame *f, const char *name)
{
	time_t seconds = f->time / 1000000000;
	const uint8_t *type = porch_ring_data(f) + f->net - 2;
	char clock[16];

	strftime(clock, sizeof(clock), "%T", localtime(&seconds));
	fprintf(c->file, "%s.%09" PRIu64 " %s %s %u bytes", clock, (uint64_t)f->time % 1000000000,
		name, f->flags & PORCH_RING_F_OUT ? "out" : "in", f->wirelen);
	if (f->flags & PORCH_RING_F_VLAN)
		fprintf(c->file, " vlan %u", f->vlan_tci & 0xfff);
	if (f->net >= 2 && f->net <= f->caplen)
		fprintf(c->file, " type 0x%02x%02x", type[0], type[1]);
	if (f->lost)
		fprintf(c->file, " after %u lost", f->lost);
	fputc('\n', c->file);
}

static bool is_written(struct capture *c, int failed)
{
	if (failed && !c->error)
		c->error = errno;
	return !failed;
}

static uint64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Of what there was when it was to end, nothing is lost. */
static bool is_late(struct capture *c, const struct porch_ring_frame *f)
{
	if (!is_interrupted())
		return false;
	if (!c->end)
		c->end = time_now();
	return f->time > c->end;
}

/* All that is there. False if it makes no sense to go on. */
static bool drain(struct capture *c)
{
	const struct porch_ring_frame *f;
	uint32_t number;

	while ((f = porch_ring_peek(c->ring)) && !is_late(c, f)) {
		if (!is_written(c, !find_interface(c, f, &number)))
			return false;
		c->interfaces[number].frames++;
		if (c->pcapng)
			write_packet(c, f, number);
		else
			write_line(c, f, c->interfaces[number].name);
		porch_ring_release(c->ring);
		if (!is_written(c, ferror(c->file)) || ++c->frames == c->limit)
			return false;
	}
	return !is_interrupted() && is_written(c, fflush(c->file));
}

/**
 * wait_for_frames() - sleep until there is something to do
 * @c: the capture
 * @signals: those that interrupt it
 *
 * Return: events of the ring; -1 if nobody reads what is written
 */
static int wait_for_frames(struct capture *c, const sigset_t *signals)
{
	struct pollfd fds[] = {
		{ .fd = porch_ring_fd(c->ring), .events = POLLIN },
		{ .fd = fileno(c->file) },
	};
	sigset_t before;

	/* One that comes between the look and the sleep must not be missed. */
	sigprocmask(SIG_BLOCK, signals, &before);
	if (!is_interrupted())
		ppoll(fds, 2, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fds[1].revents & POLLERR ? -1 : fds[0].revents;
}

/* Until the count is reached, a signal comes, or nobody listens any more. */
static int loop(struct capture *c)
{
	static const int ends[] = { SIGINT, SIGTERM };
	/* A block is written to its end, unless the reader is so stuck that a second one comes. */
	struct sigaction action = { .sa_handler = interrupt,
				    .sa_flags = SA_RESTART | SA_RESETHAND };
	sigset_t signals;
	int events;
	size_t i;

	sigemptyset(&signals);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		sigaddset(&signals, ends[i]);
		sigaction(ends[i], &action, NULL);
	}
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);

	while (drain(c)) {
		events = wait_for_frames(c, &signals);
		if (events < 0)
			break;
		if (events & POLLHUP && !(events & POLLIN))
			return err_refused("no frame will come any more: the port has gone");
	}
	return 0;
}

static bool begin(struct capture *c)
{
	if (c->pcapng)
		pcapng_begin(c->file, c->application);
	if (c->only && !is_written(c, !add_interface(c, c->only, link_of(c->only))))
		return false;
	return is_written(c, fflush(c->file));
}

/* What the ports share in a ring they lose together. */
static void end(struct capture *c, uint64_t lost)
{
	struct pcapng_statistics stats = { .lost_known = c->only || !lost, .lost = lost };
	char comment[64];

	stats.time = time_now();
	if (!stats.lost_known) {
		snprintf(comment, sizeof(comment), "of all ports, %" PRIu64 " frames were lost",
			 lost);
		stats.comment = comment;
	}
	/* Who reads it wants to see an interface. */
	if (!c->n_interfaces)
		pcapng_interface(c->file, PCAPNG_ETHERNET, NULL);
	for (; stats.interface < c->n_interfaces; stats.interface++) {
		stats.packets = c->interfaces[stats.interface].frames;
		pcapng_statistics(c->file, &stats);
	}
}

static int capture(struct capture *c)
{
	uint64_t lost;
	int err = 0;

	if (begin(c))
		err = loop(c);
	lost = porch_ring_lost(c->ring);
	if (c->pcapng)
		end(c, lost);
	is_written(c, fflush(c->file));
	/* Who has read enough closes the pipe. */
	if (c->error && c->error != EPIPE)
		err = err_refused("cannot write: %s", strerror(c->error));
	fprintf(stderr, "%" PRIu64 " frames captured, %" PRIu64 " lost\n", c->frames, lost);
	return err;
}

static int open_ring(struct capture *c, const struct capture_options *options)
{
	uint32_t snaplen = options->snaplen ?: MAX_SNAPLEN;
	uint32_t size = RING_SIZE;

	/* Many CPUs and a tight limit of memory: rather a smaller ring than none. */
	while (!(c->ring = porch_ring_open(size, 0, snaplen)) &&
	       (errno == ENOBUFS || errno == ENOMEM) && size / 8 >= snaplen &&
	       size > PORCH_RING_SIZE_MIN)
		size /= 2;
	if (!c->ring && errno == ENOBUFS)
		return err_refused("rings need more than ulimit -l allows; try a smaller -s");
	if (!c->ring)
		return err_refused("cannot get a ring from /dev/porch: %s", strerror(errno));
	if (!porch_ring_tap(c->ring, options->ifindex))
		return 0;
	if (errno == ENOENT)
		return err_refused("%s is not a port", options->port);
	return err_refused("cannot tap: %s", strerror(errno));
}

/* The file is not stdout itself, whose errors are complained about elsewhere. */
static int open_file(struct capture *c, const char *name)
{
	if (!name || !strcmp(name, "-"))
		c->file = fdopen(dup(STDOUT_FILENO), "we");
	else
		c->file = fopen(name, "we");
	if (!c->file)
		return err_refused("cannot open %s: %s", name ?: "-", strerror(errno));
	return 0;
}

int capture_frames(const struct capture_options *options)
{
	struct capture c = { .pcapng = options->file, .application = options->application,
			     .only = options->ifindex, .limit = options->limit };
	int err;

	if (options->snaplen > MAX_SNAPLEN)
		return err_usage("-s must be at most %u", MAX_SNAPLEN);
	if (c.pcapng && !strcmp(options->file, "-") && isatty(STDOUT_FILENO))
		return err_usage("-w - writes no text; a terminal is not for it");

	err = open_ring(&c, options) ?: open_file(&c, options->file);
	if (!err)
		err = capture(&c);
	if (c.file)
		fclose(c.file);
	free(c.interfaces);
	porch_ring_close(c.ring);
	return err;
}
