// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <netinet/in.h>

#include "packet.h"

#define HOPS		64
#define TCP_LEN		20
#define UDP_LEN		8
#define SCTP_LEN	12
#define ICMP_LEN	8

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t sum(const uint8_t *p, unsigned int len, uint32_t start)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	return start;
}

static uint16_t folded(uint32_t n)
{
	while (n >> 16)
		n = (n & 0xffff) + (n >> 16);
	return ~n;
}

bool packet_has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_SCTP;
}

bool packet_is_icmp(const struct packet *packet)
{
	return packet->proto == (packet->src.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static unsigned int ip_len(const struct packet *packet)
{
	return packet->src.family == AF_INET ? 20 : 40;
}

static unsigned int l4_len(const struct packet *packet)
{
	switch (packet->proto) {
	case IPPROTO_TCP:
		return TCP_LEN;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return UDP_LEN;
	case IPPROTO_SCTP:
		return SCTP_LEN;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return ICMP_LEN;
	}
	return 0;
}

unsigned int packet_min(const struct packet *packet)
{
	return ip_len(packet) + l4_len(packet);
}

static void write_ip(const struct packet *packet, uint8_t *p)
{
	if (packet->src.family == AF_INET) {
		p[0] = 0x45;
		p[1] = packet->dscp << 2;
		put16(p + 2, packet->length);
		p[8] = HOPS;
		p[9] = packet->proto;
		memcpy(p + 12, packet->src.bytes, 4);
		memcpy(p + 16, packet->dst.bytes, 4);
		put16(p + 10, folded(sum(p, 20, 0)));
		return;
	}
	put16(p, 0x6000 | packet->dscp << 6);
	put16(p + 4, packet->length - 40);
	p[6] = packet->proto;
	p[7] = HOPS;
	memcpy(p + 8, packet->src.bytes, 16);
	memcpy(p + 24, packet->dst.bytes, 16);
}

/* Of addresses, protocol and length: RFC 9293, 3.1; RFC 8200, 8.1 */
static uint32_t pseudo(const struct packet *packet)
{
	unsigned int bytes = packet->src.family == AF_INET ? 4 : 16;

	return sum(packet->src.bytes, bytes, 0) + sum(packet->dst.bytes, bytes, 0) +
	       packet->proto + packet->length - ip_len(packet);
}

static void write_l4(const struct packet *packet, uint8_t *p)
{
	unsigned int check = 2;
	uint32_t start = pseudo(packet);

	if (packet_has_ports(packet->proto)) {
		put16(p, packet->sport);
		put16(p + 2, packet->dport);
	}
	switch (packet->proto) {
	case IPPROTO_TCP:
		p[12] = TCP_LEN / 4 << 4;
		p[13] = packet->tcp_flags;
		check = 16;
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		put16(p + 4, packet->length - ip_len(packet));
		check = 6;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p[0] = packet->icmp_type;
		p[1] = packet->icmp_code;
		if (packet->proto == IPPROTO_ICMP)
			start = 0;
		break;
	default:
		return;	/* SCTP's is of no interest */
	}
	put16(p + check, folded(sum(p, l4_len(packet), start)));
}

unsigned int packet_headers(const struct packet *packet, uint8_t *buf)
{
	memset(buf, 0, PACKET_SIZE);
	write_ip(packet, buf);
	write_l4(packet, buf + ip_len(packet));
	return packet_min(packet);
}
