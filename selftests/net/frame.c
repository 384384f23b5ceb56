// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("Bail out! ");
	vprintf(format, args);
	printf(errno ? ": %s\n" : "\n", strerror(errno));
	va_end(args);
	exit(1);
}

uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* The Internet checksum, of @p on top of @sum. */
uint16_t checksum(const uint8_t *p, unsigned int len, uint32_t sum)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	if (len)
		sum += *p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static unsigned int l4_header(uint8_t *b, uint8_t proto, unsigned int payload)
{
	switch (proto) {
	case L4_TCP:
		memcpy(b, "\x10\x00\x00\x50\0\0\0\x01\0\0\0\x01\x50\x10\xff\xff\0\0\0\0", 20);
		return 20;
	case L4_UDP:
	case L4_UDPLITE:
		memcpy(b, "\x10\x00\x00\x09\0\0\0\0", 8);
		put16(b + 4, 8 + payload);
		return 8;
	case L4_SCTP:
		memcpy(b, "\x10\x00\x00\x09\0\0\0\x01\0\0\0\0", 12);
		return 12;
	case L4_ICMP:
		memcpy(b, "\x08\0\0\0\x12\x34\0\x01", 8);
		return 8;
	case L4_ICMP6:
		memcpy(b, "\x80\0\0\0\x12\x34\0\x01", 8);
		return 8;
	}
	return 0;
}

static unsigned int l4_checksum_at(uint8_t proto)
{
	switch (proto) {
	case L4_TCP:
		return 16;
	case L4_UDP:
	case L4_UDPLITE:
		return 6;
	case L4_ICMP:
	case L4_ICMP6:
		return 2;
	}
	return 0;
}

/* Makes the checksum of the transport right, if it has one. */
void frame_fix_l4(struct frame *f, uint8_t ipver, uint8_t proto)
{
	unsigned int at = l4_checksum_at(proto), len = f->len - f->l4;
	uint8_t *l3 = f->b + f->l3, *l4 = f->b + f->l4;
	uint32_t sum = 0;

	if (!at)
		return;
	if (proto != L4_ICMP) {
		sum = (uint16_t)~(ipver == 4 ? checksum(l3 + SRC4, 8, 0) :
						  checksum(l3 + SRC6, 32, 0));
		sum += proto + len;
	}
	put16(l4 + at, checksum(l4, len, sum));
}

/* A frame that the router forwards from the client to the server. */
void frame_build(struct frame *f, const struct recipe *r)
{
	unsigned int ext_len = r->ext_len, i;
	uint8_t *p = f->b, *l3;

	memset(&f->vnet, 0, sizeof(f->vnet));
	memcpy(p, MAC_IN, 6);
	memcpy(p + 6, MAC_CLIENT, 6);
	p += 12;
	if (r->tags_len)
		memcpy(p, r->tags, r->tags_len);
	p += r->tags_len;
	put16(p, r->ipver == 4 ? 0x0800 : 0x86dd);
	l3 = p + 2;
	if (r->ipver == 4) {
		memset(l3, 0, 20);
		l3[0] = 0x45 + ext_len / 4;
		l3[1] = r->tos;
		put16(l3 + 4, 0x1234);
		l3[8] = 64;
		l3[9] = r->proto;
		memcpy(l3 + SRC4, IP4_CLIENT, 4);
		memcpy(l3 + DST4, IP4_SERVER, 4);
		p = l3 + 20;
	} else {
		memset(l3, 0, 40);
		put16(l3, 0x6000 | r->tos << 4);
		l3[6] = ext_len ? r->next : r->proto;
		l3[7] = 64;
		memcpy(l3 + SRC6, IP6_CLIENT, 16);
		memcpy(l3 + DST6, IP6_SERVER, 16);
		p = l3 + 40;
	}
	if (ext_len)
		memcpy(p, r->ext, ext_len);
	p += ext_len;
	f->l3 = l3 - f->b;
	f->l4 = p - f->b;
	p += l4_header(p, r->proto, r->payload);
	for (i = 0; i < r->payload; i++)
		*p++ = 0xa0 + i;
	f->len = p - f->b;

	if (r->ipver == 4)
		put16(l3 + 2, f->len - f->l3);
	else
		put16(l3 + 4, f->len - f->l3 - 40);
	frame_fix_l4(f, r->ipver, r->proto);
	frame_fix(f);
}

/* Makes the checksum of the IPv4 header right, if there is one. */
void frame_fix(struct frame *f)
{
	uint8_t *l3 = f->b + f->l3;
	unsigned int len = (l3[0] & 15) * 4;

	if (get16(l3 - 2) != 0x0800 || len < 20 || f->l3 + len > f->len)
		return;
	put16(l3 + 10, 0);
	put16(l3 + 10, checksum(l3, len, 0));
}

/* What the router must make of a frame that it forwards to the server. */
void frame_hop(struct frame *f)
{
	uint8_t *l3 = f->b + f->l3;
	unsigned int len;
	uint32_t sum;

	if (get16(l3 - 2) == 0x0800) {
		l3[8]--;
		sum = get16(l3 + 10) + 0x100;
		put16(l3 + 10, sum + (sum >> 16));
		len = get16(l3 + 2);
	} else {
		l3[7]--;
		len = get16(l3 + 4) + 40;
	}
	memmove(f->b + 12, l3 - 2, len + 2);
	memcpy(f->b, MAC_SERVER, 6);
	memcpy(f->b + 6, MAC_OUT, 6);
	f->len = 14 + len;
	f->l4 -= f->l3 - 14;
	f->l3 = 14;
}

void frame_print(const char *what, const struct frame *f)
{
	unsigned int i;

	printf("#   %s, %u bytes", what, f->len);
	if (f->vnet.gso_type || f->vnet.flags)
		printf(", flags %u, GSO %u of %u, header %u, checksum %u+%u",
		       f->vnet.flags, f->vnet.gso_type, f->vnet.gso_size, f->vnet.hdr_len,
		       f->vnet.csum_start, f->vnet.csum_offset);
	for (i = 0; i < f->len && i < 160; i++)
		printf("%s%02x", i % 32 ? i % 4 ? "" : " " : "\n#     ", f->b[i]);
	printf(i < f->len ? " ...\n" : "\n");
}

bool frame_same(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, a->len);
}

/* Neighbours and multicast groups make themselves known. */
bool frame_is_noise(const struct frame *f)
{
	const uint8_t *l3 = f->b + 14;
	uint8_t type;

	if (f->len < 34)
		return false;
	switch (get16(f->b + 12)) {
	case 0x0806:
		return true;
	case 0x0800:
		return l3[9] == 2;
	case 0x86dd:
		if (f->len < 14 + 40 + 8)
			return false;
		/* MLD has a hop-by-hop header. */
		type = l3[6] == 0 && l3[40] == L4_ICMP6 ? l3[48] : l3[40];
		return (l3[6] == L4_ICMP6 || l3[6] == 0) &&
		       ((type >= 130 && type <= 137) || type == 143) &&
		       (l3[7] == 255 || l3[7] == 1);
	}
	return false;
}

/* Made by the router itself */
bool frame_is_routers(const struct frame *f)
{
	const uint8_t *l3 = f->b + 14;

	switch (get16(f->b + 12)) {
	case 0x0800:
		return f->len >= 34 && (!memcmp(l3 + SRC4, IP4_IN, 4) ||
					!memcmp(l3 + SRC4, IP4_OUT, 4));
	case 0x86dd:
		/* The routers' anycast addresses, too */
		return f->len >= 54 && (!memcmp(l3 + SRC6, IP6_IN, 16) ||
					!memcmp(l3 + SRC6, IP6_OUT, 16) ||
					!memcmp(l3 + SRC6, IP6_NET("\1") "\0\0", 16) ||
					!memcmp(l3 + SRC6, IP6_NET("\2") "\0\0", 16) ||
					!memcmp(l3 + SRC6, "\xfe\x80", 2));
	}
	return false;
}

/* A good frame that comes after others, as it is in the lowest lane. */
void sentinel_build(struct frame *f, uint32_t number)
{
	static const struct recipe r = {
		.ipver = 4, .proto = 253, .tos = 0x20, .payload = 16
	};

	frame_build(f, &r);
	memcpy(f->b + f->l4, "sentinel", 8);
	memcpy(f->b + f->l4 + 8, &number, sizeof(number));
}

bool frame_is_sentinel(const struct frame *f, uint32_t number)
{
	return f->len == 14 + 20 + 16 && !memcmp(f->b + 34, "sentinel", 8) &&
	       !memcmp(f->b + 42, &number, sizeof(number));
}
