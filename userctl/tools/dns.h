/* SPDX-License-Identifier: GPL-2.0 */
/* Names in DNS questions, and a list of names to hold them against. */
#ifndef PORCH_DNS_H
#define PORCH_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DNS_NAME_MAX	255	/* RFC 1035, 2.3.4: on the wire, with its last 0 */

/**
 * struct dns_list - names
 * @name: on the wire's form, in lower case; sorted, once complete
 * @n: how many
 * @room: length of @name
 */
struct dns_list {
	uint8_t **name;
	size_t n;
	size_t room;
};

/**
 * dns_list_read() - read names, one a line; # begins a comment
 * @list: zeroed; is filled
 * @file: where to read
 * @line: number of the line that is wrong
 *
 * Return: 0, or -1: @line is no name, or 0 if it is not the file's fault and errno
 * says more
 */
int dns_list_read(struct dns_list *list, FILE *file, unsigned int *line);
void dns_list_free(struct dns_list *list);

/**
 * enum dns_verdict - what a packet is
 * @DNS_OTHER: no DNS question
 * @DNS_FREE: a question for a name that is not on the list
 * @DNS_LISTED: a question for a name on the list, or below one
 * @DNS_STRANGE: sent to the port of DNS, and no question that can be read
 */
enum dns_verdict {
	DNS_OTHER,
	DNS_FREE,
	DNS_LISTED,
	DNS_STRANGE,
};

/**
 * dns_judge() - find the question in a packet
 * @list: names
 * @packet: IPv4 or IPv6, from its header on; may be anything
 * @len: bytes of it that are there
 * @gso_size: length of each UDP payload, if there are several; else 0
 *
 * Return: the worst that was found
 */
enum dns_verdict dns_judge(const struct dns_list *list, const uint8_t *packet, size_t len,
			   uint16_t gso_size);

#endif /* PORCH_DNS_H */
