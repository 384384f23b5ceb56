/* SPDX-License-Identifier: GPL-2.0 */
/* Packets, made from what is said of them. */
#ifndef PORCHCTL_PACKET_H
#define PORCHCTL_PACKET_H

#include "cmd.h"

/* Room for the headers of any packet */
#define PACKET_SIZE	80

/**
 * struct packet - what a packet is like
 * @src: source, a whole address
 * @dst: destination, of the same family
 * @proto: transport protocol
 * @sport: source port
 * @dport: destination port
 * @tcp_flags: flags of TCP
 * @icmp_type: type of ICMP or ICMPv6
 * @icmp_code: its code
 * @dscp: differentiated services code point
 * @length: of the packet in bytes, IP header included; behind the headers it has
 *	zeros. At least packet_min()
 */
struct packet {
	struct addr src;
	struct addr dst;
	uint8_t proto;
	uint16_t sport;
	uint16_t dport;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t dscp;
	uint16_t length;
};

/**
 * packet_has_ports() - tell whether packets of a protocol have ports
 * @proto: the protocol
 */
bool packet_has_ports(uint8_t proto);

/**
 * packet_is_icmp() - tell whether a packet is ICMP, as its family has it
 * @packet: the packet, with family and protocol
 */
bool packet_is_icmp(const struct packet *packet);

/**
 * packet_min() - tell how long the headers of a packet are
 * @packet: the packet, with family and protocol
 *
 * Return: their length in bytes
 */
unsigned int packet_min(const struct packet *packet);

/**
 * packet_headers() - write the headers of a packet, with their checksums
 * @packet: the packet
 * @buf: takes them, PACKET_SIZE bytes
 *
 * Return: their length in bytes
 */
unsigned int packet_headers(const struct packet *packet, uint8_t *buf);

#endif /* PORCHCTL_PACKET_H */
