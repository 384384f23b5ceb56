// SPDX-License-Identifier: GPL-2.0
/*
 * Questions as RFC 1035 writes them. Nothing of a packet is believed: each byte is
 * looked at only after it is known to be there.
 */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "dns.h"

#define DNS_PORT	53
#define HEADER		12	/* of a DNS message */
#define LABEL_MAX	63
#define EXTENSIONS_MAX	8

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Of a name on the wire, with its last 0 */
static size_t name_len(const uint8_t *name)
{
	const uint8_t *p = name;

	while (*p)
		p += 1 + *p;
	return p + 1 - name;
}

static int compare(const void *a, const void *b)
{
	const uint8_t *one = *(const uint8_t *const *)a, *two = *(const uint8_t *const *)b;
	size_t n = name_len(one), m = name_len(two);

	return memcmp(one, two, n < m ? n : m);
}

static bool is_on(const struct dns_list *list, const uint8_t *name)
{
	return list->n && bsearch(&name, list->name, list->n, sizeof(*list->name), compare);
}

/* It, or a name that it lies below. The root is no name. */
static bool is_below(const struct dns_list *list, const uint8_t *name)
{
	for (; *name; name += 1 + *name)
		if (is_on(list, name))
			return true;
	return false;
}

/* "example.org" or "example.org." to the form of the wire. Return: its length, or 0 */
static size_t encode(const char *text, uint8_t *name)
{
	size_t len = 0, label;

	for (;;) {
		label = strcspn(text, ".");
		if (!label || label > LABEL_MAX || len + 1 + label + 1 > DNS_NAME_MAX)
			return 0;
		name[len++] = label;
		for (; label; label--)
			name[len++] = tolower((unsigned char)*text++);
		text += *text == '.';
		if (!*text)
			break;
	}
	name[len++] = 0;
	return len;
}

static bool list_add(struct dns_list *list, const uint8_t *name, size_t len)
{
	uint8_t *copy, **more;

	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		more = reallocarray(list->name, list->room, sizeof(*more));
		if (!more)
			return false;
		list->name = more;
	}
	copy = malloc(len);
	if (!copy)
		return false;
	list->name[list->n++] = memcpy(copy, name, len);
	return true;
}

int dns_list_read(struct dns_list *list, FILE *file, unsigned int *line)
{
	char text[1024], word[1024], more[2];
	uint8_t name[DNS_NAME_MAX];
	size_t len;
	int words;

	for (*line = 1; fgets(text, sizeof(text), file); ++*line) {
		if (!strchr(text, '\n') && !feof(file))
			return -1;
		text[strcspn(text, "#\n")] = 0;
		words = sscanf(text, "%1023s %1s", word, more);
		if (words <= 0)
			continue;
		len = words == 1 ? encode(word, name) : 0;
		if (!len)
			return -1;
		if (!list_add(list, name, len)) {
			*line = 0;
			return -1;
		}
	}
	if (ferror(file)) {
		*line = 0;
		return -1;
	}
	if (list->n)
		qsort(list->name, list->n, sizeof(*list->name), compare);
	return 0;
}

void dns_list_free(struct dns_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->name[i]);
	free(list->name);
	*list = (struct dns_list) {};
}

/* A name in one piece: a question has nothing before it that it could point to. */
static bool read_name(const uint8_t *data, size_t len, uint8_t *name)
{
	size_t at = 0, i, label;

	for (;;) {
		if (at >= len)
			return false;
		label = data[at];
		if (label > LABEL_MAX || at + 1 + label + 1 > DNS_NAME_MAX || at + 1 + label > len)
			return false;
		name[at] = label;
		for (i = 1; i <= label; i++)
			name[at + i] = tolower(data[at + i]);
		if (!label)
			return true;
		at += 1 + label;
	}
}

static enum dns_verdict judge_message(const struct dns_list *list, const uint8_t *data, size_t len)
{
	uint8_t name[DNS_NAME_MAX];

	if (len < HEADER)
		return DNS_STRANGE;
	/* An answer, to whoever asks from port 53: no question. */
	if (data[2] & 0x80)
		return DNS_OTHER;
	if (get16(data + 4) != 1 || !read_name(data + HEADER, len - HEADER, name) ||
	    len - HEADER < name_len(name) + 4)
		return DNS_STRANGE;
	return is_below(list, name) ? DNS_LISTED : DNS_FREE;
}

static enum dns_verdict judge_udp(const struct dns_list *list, const uint8_t *udp, size_t len,
				  uint16_t gso_size)
{
	enum dns_verdict worst = DNS_OTHER, verdict;
	size_t at, n;

	if (len < 8 || get16(udp + 2) != DNS_PORT)
		return DNS_OTHER;
	/* What lies behind the datagram is not the resolver's. */
	n = get16(udp + 4);
	if (!gso_size && n >= 8 && n < len)
		len = n;
	at = 8;
	do {
		n = gso_size && gso_size < len - at ? gso_size : len - at;
		verdict = judge_message(list, udp + at, n);
		if (verdict > worst)
			worst = verdict;
		at += n;
	} while (at < len);
	return worst;
}

static enum dns_verdict judge_ipv4(const struct dns_list *list, const uint8_t *ip, size_t len,
				   uint16_t gso_size)
{
	size_t header, total;

	if (len < 20)
		return DNS_OTHER;
	header = (ip[0] & 0xf) * 4;
	total = get16(ip + 2);
	if (header < 20 || header > len || ip[9] != IPPROTO_UDP)
		return DNS_OTHER;
	/* Without its first fragment it is of no use to anybody. */
	if (get16(ip + 6) & 0x1fff)
		return DNS_OTHER;
	if (total >= header && total < len)
		len = total;
	return judge_udp(list, ip + header, len - header, gso_size);
}

static enum dns_verdict judge_ipv6(const struct dns_list *list, const uint8_t *ip, size_t len,
				   uint16_t gso_size)
{
	size_t at = 40, header;
	unsigned int n;
	uint8_t next;

	if (len < at)
		return DNS_OTHER;
	next = ip[6];
	for (n = 0; next != IPPROTO_UDP; n++) {
		if (n == EXTENSIONS_MAX || len - at < 8)
			return DNS_OTHER;
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			header = (ip[at + 1] + 1) * 8;
			break;
		case IPPROTO_FRAGMENT:
			if (get16(ip + at + 2) & 0xfff8)
				return DNS_OTHER;
			header = 8;
			break;
		case IPPROTO_AH:
			header = (ip[at + 1] + 2) * 4;
			break;
		default:
			return DNS_OTHER;
		}
		if (header > len - at)
			return DNS_OTHER;
		next = ip[at];
		at += header;
	}
	return judge_udp(list, ip + at, len - at, gso_size);
}

enum dns_verdict dns_judge(const struct dns_list *list, const uint8_t *packet, size_t len,
			   uint16_t gso_size)
{
	if (!len)
		return DNS_OTHER;
	switch (packet[0] >> 4) {
	case 4:
		return judge_ipv4(list, packet, len, gso_size);
	case 6:
		return judge_ipv6(list, packet, len, gso_size);
	}
	return DNS_OTHER;
}
