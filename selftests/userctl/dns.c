// SPDX-License-Identifier: GPL-2.0
/*
 * What porch-dnsguard makes of packets: known ones, and a lot of broken ones, under
 * the sanitizers.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dns.h"

#define ROUNDS	400000

static int points, failures;

static void point(bool ok, const char *name)
{
	printf("%s %d - dns: %s\n", ok ? "ok" : "not ok", ++points, name);
	failures += !ok;
}

/* Reads a list out of a text. Return: 0, or the line that is wrong */
static unsigned int read_list(struct dns_list *list, const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	unsigned int line = 0;
	int err = dns_list_read(list, file, &line);

	fclose(file);
	return err ? line : 0;
}

static size_t put_name(uint8_t *to, const char *text)
{
	uint8_t *p = to;

	while (*text) {
		size_t n = strcspn(text, ".");

		*p++ = n;
		memcpy(p, text, n);
		p += n;
		text += n + (text[n] == '.');
	}
	*p++ = 0;
	return p - to;
}

/* A question for an A record, in UDP */
static size_t put_udp(uint8_t *to, const char *name)
{
	size_t len = 8 + 12;

	memset(to, 0, len);
	to[1] = 77;
	to[3] = 53;
	to[8 + 2] = 1;		/* recursion desired */
	to[8 + 5] = 1;		/* one question */
	len += put_name(to + len, name);
	memcpy(to + len, "\0\1\0\1", 4);
	len += 4;
	to[4] = len >> 8;
	to[5] = len;
	return len;
}

static size_t put_ipv4(uint8_t *to, const char *name)
{
	size_t len = 20 + put_udp(to + 20, name);

	memset(to, 0, 20);
	to[0] = 0x45;
	to[2] = len >> 8;
	to[3] = len;
	to[9] = 17;
	return len;
}

static size_t put_ipv6(uint8_t *to, const char *name)
{
	size_t len = put_udp(to + 40 + 8, name);

	memset(to, 0, 48);
	to[0] = 0x60;
	to[4] = (8 + len) >> 8;
	to[5] = 8 + len;
	to[6] = 60;		/* destination options */
	to[40] = 17;
	to[42] = 1;
	to[43] = 4;
	return 48 + len;
}

static bool says(const struct dns_list *list, const char *name, enum dns_verdict verdict)
{
	uint8_t packet[1000];
	size_t four = put_ipv4(packet, name);
	enum dns_verdict a = dns_judge(list, packet, four, 0), b;

	b = dns_judge(list, packet, put_ipv6(packet, name), 0);
	if (a == verdict && b == verdict)
		return true;
	printf("# %s: %d and %d instead of %d\n", name, a, b, verdict);
	return false;
}

static void names(const struct dns_list *list)
{
	point(says(list, "bad.example", DNS_LISTED), "a name on the list");
	point(says(list, "BAD.Example", DNS_LISTED), "in capitals");
	point(says(list, "very.bad.example", DNS_LISTED) &&
	      says(list, "a.b.c.d.worse.example", DNS_LISTED), "below one on the list");
	point(says(list, "example", DNS_FREE) && says(list, "notbad.example", DNS_FREE) &&
	      says(list, "bad.example.org", DNS_FREE) && says(list, "", DNS_FREE),
	      "above it, beside it, and the root");
}

static void packets(const struct dns_list *list)
{
	uint8_t p[1000];
	size_t len = put_ipv4(p, "bad.example"), udp = len - 20;

	p[23] = 54;
	point(dns_judge(list, p, len, 0) == DNS_OTHER, "another port");
	p[23] = 53;
	p[20 + 8 + 2] |= 0x80;
	point(dns_judge(list, p, len, 0) == DNS_OTHER, "an answer");
	p[20 + 8 + 2] &= 0x7f;
	p[7] = 1;
	point(dns_judge(list, p, len, 0) == DNS_OTHER, "a later fragment");
	p[7] = 0;
	p[20 + 8 + 5] = 2;
	point(dns_judge(list, p, len, 0) == DNS_STRANGE, "two questions");
	p[20 + 8 + 5] = 1;
	p[20 + 8 + 12] = 0xc0;
	point(dns_judge(list, p, len, 0) == DNS_STRANGE, "a name that points elsewhere");
	p[20 + 8 + 12] = 3;
	point(dns_judge(list, p, len - 1, 0) == DNS_STRANGE &&
	      dns_judge(list, p, 20 + 8 + 11, 0) == DNS_STRANGE, "one that is cut off");
	point(dns_judge(list, p, len, 0) == DNS_LISTED, "and the same once it is whole");

	/* The second of two that GRO has merged; both have the same length */
	len = put_ipv4(p, "xxx.example");
	put_udp(p + 500, "bad.example");
	memcpy(p + len, p + 508, udp - 8);
	point(dns_judge(list, p, len, 0) == DNS_FREE, "the first of two in one packet");
	len += udp - 8;
	p[2] = len >> 8;
	p[3] = len;
	point(dns_judge(list, p, len, udp - 8) == DNS_LISTED, "the second of two");
}

static void lists(void)
{
	static const struct {
		const char *text;
		unsigned int line;
	} wrong[] = {
		{ "a.example\n.example\n", 2 }, { "a..example\n", 1 }, { "a b\n", 1 }, { ".\n", 1 },
		{ "0123456789012345678901234567890123456789012345678901234567890123.example", 1 },
	};
	char text[512] = "";
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct dns_list list = {};

		ok = ok && read_list(&list, wrong[i].text) == wrong[i].line;
		dns_list_free(&list);
	}
	point(ok, "what is no name is refused, with its line");
	for (i = 0; i < 127; i++)
		strcat(text, "a.");
	for (ok = true, i = 0; i < 2; i++) {
		struct dns_list list = {};

		/* 255 bytes on the wire are the most, and then two too many */
		ok = ok && !!read_list(&list, text) == i;
		dns_list_free(&list);
		strcat(text, "a.");
	}
	point(ok, "the longest name");
}

/* Bytes turned round in what was right: no verdict is wrong, but reading must be. */
static void turn_bytes(const struct dns_list *list, unsigned int seed)
{
	unsigned int i, n, count[DNS_STRANGE + 1] = {};

	for (i = 0; i < ROUNDS; i++) {
		uint8_t packet[600], *exact;
		size_t len;

		len = rand_r(&seed) % 2 ? put_ipv4(packet, "very.bad.example") :
					  put_ipv6(packet, "ok.example");
		for (n = rand_r(&seed) % 6; n; n--)
			packet[rand_r(&seed) % len] = rand_r(&seed) >> rand_r(&seed) % 8;
		if (!(rand_r(&seed) % 4))
			len = rand_r(&seed) % (len + 1);
		/* Exactly as long, so that the sanitizer sees each byte behind it. */
		exact = malloc(len ?: 1);
		memcpy(exact, packet, len);
		count[dns_judge(list, exact, len, rand_r(&seed) % 8 ? 0 : rand_r(&seed) % 40)]++;
		free(exact);
	}
	printf("# %u other, %u free, %u listed, %u strange\n", count[0], count[1], count[2],
	       count[3]);
	point(count[0] && count[1] && count[2] && count[3], "broken packets");
}

int main(void)
{
	const char *text = getenv("PORCH_SEED");
	unsigned int seed = text ? atoi(text) : time(NULL) ^ getpid();
	struct dns_list list = {};

	printf("TAP version 13\n# seed %u\n", seed);
	point(!read_list(&list, "# comment\nBad.example\n\n worse.example. # more\n"
				"zzz.example\na.very.long.name.example\n") && list.n == 4,
	      "a list is read");
	names(&list);
	packets(&list);
	lists();
	turn_bytes(&list, seed);
	dns_list_free(&list);
	printf("1..%d\n", points);
	return failures ? 1 : 0;
}
