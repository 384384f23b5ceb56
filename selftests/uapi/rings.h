/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests of /dev/porch have in common. The scene gets one more wire,
 *
 *	v0	a port; what is sent by v1 comes in here
 *	v1	its other end
 */
#ifndef UAPI_RINGS_H
#define UAPI_RINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/porch_ring.h>

#include "client.h"

#define WIRE		20
#define WIRE_TEXT	"20"
#define OTHER_END	21
#define OTHER_END_TEXT	"21"
#define RING_SIZE	((uint32_t)PORCH_RING_SIZE_MIN)
#define TYPE		0x88b5	/* for experiments, IEEE 802 */
#define FRAME		1000
#define UDP_PORT	4711
#define PAYLOAD		700
#define HEADERS4	(14 + 20 + 8)
#define HEADERS6	(14 + 40 + 8)

extern const uint8_t v0_addr[], v1_addr[];

/**
 * struct ring - an open /dev/porch, mapped
 * @fd: of it
 * @map: the mapping
 * @map_size: its length
 * @ctl: indices of the ring of CPU 0
 * @data: its records
 * @size: length of @data
 * @tx_ctl: indices of the ring in the other direction, or NULL
 * @tx_data: its records
 */
struct ring {
	int fd;
	uint8_t *map;
	size_t map_size;
	struct porch_ring_ctl *ctl;
	uint8_t *data;
	uint32_t size;
	struct porch_ring_ctl *tx_ctl;
	uint8_t *tx_data;
};

int ring_setup(int fd, uint32_t size, uint64_t *map_size);
int ring_tap(int fd, uint32_t ifindex);

/**
 * ring_find() - find everything in a mapping
 * @r: with its mapping
 */
void ring_find(struct ring *r);

/**
 * ring_open() - get a ring that taps
 * @r: is filled
 * @ifindex: of the port; 0 for all
 *
 * Return: whether all went well; else errno says why not, and @r->fd is open
 */
bool ring_open(struct ring *r, uint32_t ifindex);

/**
 * ring_open_tx() - get a ring that may send, and sees nothing
 * @r: is filled
 *
 * Return: whether all went well
 */
bool ring_open_tx(struct ring *r);
void ring_close(struct ring *r);

/**
 * ring_peek() - the next frame
 * @r: the ring
 *
 * Return: it, or NULL
 */
struct porch_ring_frame *ring_peek(struct ring *r);
void ring_release(struct ring *r, const struct porch_ring_frame *frame);
short ring_poll(struct ring *r, int timeout);

/**
 * ring_put() - write a record to be sent
 * @r: the ring, with one in the other direction, which has room
 * @head: what it begins with; len and data are filled in
 * @bytes: the frame, @head->caplen bytes, or NULL
 */
void ring_put(struct ring *r, const struct porch_ring_frame *head, const void *bytes);

/**
 * ring_put_answer() - write an answer to be taken
 * @r: the ring, with one in the other direction, which has room
 * @answer: all but its len
 */
void ring_put_answer(struct ring *r, const struct porch_ring_answer *answer);

/**
 * ring_kick() - let the kernel take what was put
 * @r: the ring
 * @kick: what it says
 *
 * Return: 0 or -1 with errno
 */
int ring_kick(struct ring *r, struct porch_ring_kick *kick);

/**
 * wire_lay() - make v0 and v1, and v0 a port
 * @client: in the scene
 *
 * Return: whether that worked
 */
bool wire_lay(struct client *client);

/**
 * wire_open() - a packet socket at v1
 *
 * Return: its descriptor, or -1
 */
int wire_open(void);

/**
 * wire_send() - send a frame that only applications care about
 * @fd: from wire_open()
 * @number: what it is filled with
 *
 * Return: whether it has left
 */
bool wire_send(int fd, uint8_t number);
/**
 * write_ipv4() - write a frame to v0, with UDP from 10.9.0.2
 * @frame: where; HEADERS4 + PAYLOAD bytes
 * @dst: to which address
 *
 * Return: its length
 */
uint32_t write_ipv4(uint8_t *frame, const char *dst);

/**
 * write_ipv6() - the same from 2001:db8:9::2
 * @frame: where; HEADERS6 + PAYLOAD bytes
 * @dst: to which address
 *
 * Return: its length
 */
uint32_t write_ipv6(uint8_t *frame, const char *dst);

/* The Internet checksum, in two steps */
uint32_t sum_of(const void *data, size_t len, uint32_t sum);
uint16_t fold(uint32_t sum);

/**
 * ledger_line() - read a line of the exact ledger
 * @client: in the scene
 * @which: PORCH_A_LEDGER_*
 *
 * Return: its value
 */
uint64_t ledger_line(struct client *client, int which);

/**
 * ledger_comes_to() - wait for a line, as softirqs may be behind
 * @client: in the scene
 * @which: PORCH_A_LEDGER_*
 * @value: of the line
 *
 * Return: whether it came to that, within ten seconds
 */
bool ledger_comes_to(struct client *client, int which, uint64_t value);
bool ledger_balances(struct client *client);

bool is_frame(const struct porch_ring_frame *f, uint8_t number);

/**
 * give_up() - lose a capability
 * @capability: CAP_*
 *
 * Return: whether it is lost
 */
bool give_up(int capability);

/**
 * child() - fork a process that does not outlive the test
 *
 * Return: as fork()
 */
pid_t child(void);

/**
 * references() - who holds the module?
 *
 * Return: how many, or -1
 */
int references(void);
bool run_on(int cpu);

#endif /* UAPI_RINGS_H */
