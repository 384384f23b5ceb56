// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic of all kinds through a router, until killed. Whatever becomes of the
 * device, it goes on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "frame.h"

#define BURST	32
#define IDLE	10	/* times as long as to send a burst */

static const struct {
	struct recipe r;
	unsigned int at;	/* in the network header */
	const char *bytes;
	unsigned int len;
} kind[] = {
	{ { 4, L4_UDP, .payload = 100 } },
	{ { 6, L4_UDP, .payload = 100 } },
	{ { 4, L4_TCP, .payload = 1000 } },
	{ { 6, L4_TCP, .payload = 1000 } },
	{ { 4, L4_ICMP, .payload = 56 } },
	{ { 6, L4_ICMP6, .payload = 56 } },
	/* cut, or refused */
	{ { 4, L4_UDP, .payload = 1472 } },
	{ { 6, L4_UDP, .payload = 1452 } },
	/* the last hop */
	{ { 4, L4_UDP, .payload = 8 }, 8, "\1", 1 },
	{ { 6, L4_UDP, .payload = 8 }, 7, "\1", 1 },
	/* to nobody, who is waited for */
	{ { 4, L4_UDP, .payload = 8 }, DST4 + 3, "\x63", 1 },
	{ { 6, L4_UDP, .payload = 8 }, DST6 + 15, "\x63", 1 },
	/* without a route */
	{ { 4, L4_UDP, .payload = 8 }, DST4, "\x0b", 1 },
	/* for the router */
	{ { 4, L4_ICMP, .payload = 8 }, DST4 + 3, "\1", 1 },
	{ { 6, L4_UDP, .payload = 8 }, DST6 + 15, "\1", 1 },
	/* for the stock stack */
	{ { 4, L4_UDP, .payload = 8 }, DST4, "\xe0\0\0\5", 4 },
	/* broken */
	{ { 4, L4_UDP, .payload = 8 }, 10, "\0\0", 2 },
};

#define KINDS	(sizeof(kind) / sizeof(*kind))

static void swap(uint8_t *a, uint8_t *b, unsigned int n)
{
	while (n--) {
		uint8_t c = *a;

		*a++ = *b;
		*b++ = c;
	}
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

/* flood NETNS DEVICE [back]: from the client to the server, or back */
int flood(int argc, char **argv)
{
	static struct frame f[KINDS];
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_halen = 6 };
	unsigned int i, j;
	uint8_t *l3;
	uint64_t begin;
	int one = 1;
	int fd;

	if (argc < 3)
		return 2;
	netns_enter(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0)
		die("packet socket");
	/*
	 * Every ping turns the time stamps of all packets on and off, by patching
	 * the kernel's code. QEMU may run that while it is half patched, so let
	 * them stay on.
	 */
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one));
	for (i = 0; i < KINDS; i++) {
		frame_build(&f[i], &kind[i].r);
		l3 = f[i].b + f[i].l3;
		if (argc > 3) {
			memcpy(f[i].b, MAC_OUT MAC_SERVER, 12);
			if (kind[i].r.ipver == 4)
				swap(l3 + SRC4, l3 + DST4, 4);
			else
				swap(l3 + SRC6, l3 + DST6, 16);
		}
		frame_fix(&f[i]);
		if (kind[i].len)
			memcpy(l3 + kind[i].at, kind[i].bytes, kind[i].len);
		if (kind[i].at != 10)
			frame_fix(&f[i]);
	}
	for (;;) {
		sll.sll_ifindex = if_nametoindex(argv[2]);
		begin = now();
		for (j = 0; sll.sll_ifindex && j < BURST; j++) {
			i = rand() % KINDS;
			if (sendto(fd, f[i].b, f[i].len, 0, (void *)&sll, sizeof(sll)) < 0)
				break;
		}
		usleep(200 + IDLE * (now() - begin));
	}
	return 0;
}
