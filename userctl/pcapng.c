// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "pcapng.h"

/* Types of blocks */
#define SECTION		0x0a0d0d0a
#define INTERFACE	1
#define STATISTICS	5
#define PACKET		6

/* Types of options, each within its block, but for the first */
#define COMMENT		1
#define APPLICATION	4
#define IF_NAME		2
#define IF_TSRESOL	9
#define ISB_IFRECV	4
#define ISB_IFDROP	5
#define ISB_USRDELIV	8
#define EPB_FLAGS	2
#define EPB_DROPCOUNT	4

#define NANOSECONDS	9

static void put16(FILE *file, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

static void put32(FILE *file, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

static void put_time(FILE *file, uint64_t time)
{
	put32(file, time >> 32);
	put32(file, time);
}

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3U;
}

static void pad(FILE *file, uint32_t len)
{
	static const char zeros[4];

	fwrite(zeros, padded(len) - len, 1, file);
}

static void put_option(FILE *file, uint16_t type, const void *value, uint16_t len)
{
	put16(file, type);
	put16(file, len);
	fwrite(value, len, 1, file);
	pad(file, len);
}

static void put_option64(FILE *file, uint16_t type, uint64_t value)
{
	put_option(file, type, &value, sizeof(value));
}

static uint32_t option_len(uint32_t len)
{
	return 4 + padded(len);
}

/* The length of a block stands at both of its ends. */
static void block_begin(FILE *file, uint32_t type, uint32_t body)
{
	put32(file, type);
	put32(file, 12 + body);
}

static void block_end(FILE *file, uint32_t body)
{
	put32(file, 0);		/* the last option */
	put32(file, 12 + body);
}

void pcapng_begin(FILE *file, const char *application)
{
	uint32_t body = 16 + option_len(strlen(application)) + 4;

	block_begin(file, SECTION, body);
	put32(file, 0x1a2b3c4d);	/* tells the byte order */
	put16(file, 1);			/* version 1.0 */
	put16(file, 0);
	put32(file, ~0U);		/* the length of all: not known */
	put32(file, ~0U);
	put_option(file, APPLICATION, application, strlen(application));
	block_end(file, body);
}

void pcapng_interface(FILE *file, uint16_t link, const char *name)
{
	static const uint8_t resolution = NANOSECONDS;
	uint32_t body = 8 + option_len(1) + 4;

	if (name)
		body += option_len(strlen(name));
	block_begin(file, INTERFACE, body);
	put16(file, link);
	put16(file, 0);
	put32(file, 0);			/* packets of any length */
	if (name)
		put_option(file, IF_NAME, name, strlen(name));
	put_option(file, IF_TSRESOL, &resolution, 1);
	block_end(file, body);
}

void pcapng_packet(FILE *file, const struct pcapng_packet *packet, const struct iovec *parts,
		   int count)
{
	uint32_t caplen = 0, body;
	int i;

	for (i = 0; i < count; i++)
		caplen += parts[i].iov_len;
	body = 20 + padded(caplen) + option_len(4) + 4;
	if (packet->lost)
		body += option_len(8);

	block_begin(file, PACKET, body);
	put32(file, packet->interface);
	put_time(file, packet->time);
	put32(file, caplen);
	put32(file, packet->wirelen);
	for (i = 0; i < count; i++)
		fwrite(parts[i].iov_base, parts[i].iov_len, 1, file);
	pad(file, caplen);
	put_option(file, EPB_FLAGS, &packet->direction, 4);
	if (packet->lost)
		put_option64(file, EPB_DROPCOUNT, packet->lost);
	block_end(file, body);
}

void pcapng_statistics(FILE *file, const struct pcapng_statistics *stats)
{
	uint32_t body = 12 + option_len(8) + 4;

	if (stats->lost_known)
		body += 2 * option_len(8);
	if (stats->comment)
		body += option_len(strlen(stats->comment));
	block_begin(file, STATISTICS, body);
	put32(file, stats->interface);
	put_time(file, stats->time);
	if (stats->comment)
		put_option(file, COMMENT, stats->comment, strlen(stats->comment));
	if (stats->lost_known) {
		put_option64(file, ISB_IFRECV, stats->packets + stats->lost);
		put_option64(file, ISB_IFDROP, stats->lost);
	}
	put_option64(file, ISB_USRDELIV, stats->packets);
	block_end(file, body);
}
