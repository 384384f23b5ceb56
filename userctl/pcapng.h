/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capture files as draft-ietf-opsawg-pcapng describes them. Errors stay with the
 * FILE.
 */
#ifndef PORCHCTL_PCAPNG_H
#define PORCHCTL_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/uio.h>

#define PCAPNG_ETHERNET	1	/* LINKTYPE_ETHERNET */
#define PCAPNG_RAW	101	/* LINKTYPE_RAW: IPv4 or IPv6 */

#define PCAPNG_IN	1
#define PCAPNG_OUT	2

/**
 * struct pcapng_packet - what is written about a packet
 * @interface: number of its interface
 * @direction: %PCAPNG_IN or %PCAPNG_OUT
 * @time: nanoseconds since 1970
 * @wirelen: bytes that it had
 * @lost: packets lost between the last one and this
 */
struct pcapng_packet {
	uint32_t interface;
	uint32_t direction;
	uint64_t time;
	uint32_t wirelen;
	uint64_t lost;
};

/**
 * struct pcapng_statistics - what is written about an interface at the end
 * @interface: its number
 * @time: nanoseconds since 1970
 * @packets: that are in the file
 * @lost: that are not, if @lost_known
 * @lost_known: whether it is known how many
 * @comment: for people, or NULL
 */
struct pcapng_statistics {
	uint32_t interface;
	uint64_t time;
	uint64_t packets;
	uint64_t lost;
	bool lost_known;
	const char *comment;
};

/**
 * pcapng_begin() - begin a file
 * @file: where to write
 * @application: who writes
 */
void pcapng_begin(FILE *file, const char *application);

/**
 * pcapng_interface() - add an interface; the first has the number 0
 * @file: where to write
 * @link: %PCAPNG_ETHERNET or %PCAPNG_RAW
 * @name: its name, or NULL
 */
void pcapng_interface(FILE *file, uint16_t link, const char *name);

/**
 * pcapng_packet() - add a packet
 * @file: where to write
 * @packet: what is known about it
 * @parts: its bytes
 * @count: how many parts
 */
void pcapng_packet(FILE *file, const struct pcapng_packet *packet, const struct iovec *parts,
		   int count);

/**
 * pcapng_statistics() - add what is known of an interface in the end
 * @file: where to write
 * @stats: the numbers
 */
void pcapng_statistics(FILE *file, const struct pcapng_statistics *stats);

#endif /* PORCHCTL_PCAPNG_H */
