/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw frames, and the two Ethernet devices (TAP) of a router that sends and
 * receives them:
 *
 *	client  10.0.1.2         .1 +--------+ .1          10.0.2.2  server
 *	        2001:db8:1::2  -----+in   out+-----   2001:db8:2::2
 *	        02:..:01:02  02:..:01:01  02:..:02:01   02:..:02:02
 */
#ifndef FRAME_H
#define FRAME_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX	(1 << 17)
#define IN_MTU		9000
#define OUT_MTU		1400

#define MAC_CLIENT	"\x02\0\0\0\x01\x02"
#define MAC_IN		"\x02\0\0\0\x01\x01"
#define MAC_OUT		"\x02\0\0\0\x02\x01"
#define MAC_SERVER	"\x02\0\0\0\x02\x02"
#define IP4_CLIENT	"\x0a\0\x01\x02"
#define IP4_IN		"\x0a\0\x01\x01"
#define IP4_OUT		"\x0a\0\x02\x01"
#define IP4_SERVER	"\x0a\0\x02\x02"
#define IP6_NET(n)	"\x20\x01\x0d\xb8\0" n "\0\0\0\0\0\0\0\0"
#define IP6_CLIENT	IP6_NET("\x01") "\0\x02"
#define IP6_IN		IP6_NET("\x01") "\0\x01"
#define IP6_OUT		IP6_NET("\x02") "\0\x01"
#define IP6_SERVER	IP6_NET("\x02") "\0\x02"

/* Where the addresses lie in their headers */
#define SRC4	12
#define DST4	16
#define SRC6	8
#define DST6	24

#define L4_ICMP		1
#define L4_TCP		6
#define L4_UDP		17
#define L4_ICMP6	58
#define L4_SCTP		132
#define L4_UDPLITE	136
#define NO_NEXT		59

/**
 * struct frame - a frame and where its headers begin
 * @vnet: how it is merged, and what of its checksum is missing
 * @len: length in bytes
 * @l3: offset of the network header
 * @l4: offset of the transport header
 * @b: the bytes
 */
struct frame {
	struct virtio_net_hdr vnet;
	unsigned int len;
	unsigned int l3;
	unsigned int l4;
	uint8_t b[FRAME_MAX];
};

/**
 * struct recipe - what a good frame from the client to the server is made of
 * @ipver: 4 or 6
 * @proto: of the transport
 * @next: IPv6: of the first extension header, which are all in @ext
 * @tags: between the Ethernet addresses and the type
 * @tags_len: length of @tags
 * @ext: IPv4 options or IPv6 extension headers
 * @ext_len: length of @ext
 * @payload: bytes behind the transport header
 * @tos: type of service or traffic class
 */
struct recipe {
	uint8_t ipver;
	uint8_t proto;
	uint8_t next;
	uint8_t tos;
	const void *tags;
	unsigned int tags_len;
	const void *ext;
	unsigned int ext_len;
	unsigned int payload;
};

uint16_t get16(const uint8_t *p);
void put16(uint8_t *p, uint16_t v);
uint16_t checksum(const uint8_t *p, unsigned int len, uint32_t sum);
void frame_build(struct frame *f, const struct recipe *r);
void frame_fix(struct frame *f);
void frame_fix_l4(struct frame *f, uint8_t ipver, uint8_t proto);
void frame_hop(struct frame *f);
void frame_print(const char *what, const struct frame *f);
void rnd_seed(uint64_t seed);
uint32_t rnd(uint32_t n);
void frame_mutate(struct frame *f);
void frame_random(struct frame *f);
bool frame_same(const struct frame *a, const struct frame *b);

/**
 * struct router - the devices of a router
 * @in: the client's end
 * @out: the server's end
 */
struct router {
	int in;
	int out;
};

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void netns_enter(const char *name);
int device_open(const char *name, int flags);
void router_open(struct router *r, const char *netns, bool pieces);
void router_send(struct router *r, const struct frame *f, unsigned int seed);
void router_send_sentinels(struct router *r, uint32_t number);
bool router_read(int fd, struct frame *f);
bool frame_is_noise(const struct frame *f);
bool frame_is_routers(const struct frame *f);
void sentinel_build(struct frame *f, uint32_t number);
bool frame_is_sentinel(const struct frame *f, uint32_t number);

/* One place in 64 is the lowest lane's: the first may overtake a frame, no other can. */
#define SENTINELS	2

#define COUNTERS_MAX	128

/**
 * struct counters - all counters of a router, as porchctl -s stats shows them
 * @n: how many
 * @c: each one
 */
struct counters {
	unsigned int n;
	struct {
		char name[48];	/* "drop truncated" */
		uint64_t value;
	} c[COUNTERS_MAX];
};

struct mnl_socket *counters_open(const char *netns);
void counters_read(struct mnl_socket *nl, struct counters *c);

int hostile(int argc, char **argv);
int differ(int argc, char **argv);
int flood(int argc, char **argv);
int fuzz(int argc, char **argv);
int judge(int argc, char **argv);

#endif /* FRAME_H */
