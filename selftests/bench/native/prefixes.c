// SPDX-License-Identifier: GPL-2.0
/*
 * usage: prefixes [-4|-6] [-n NUMBER] [-s SEED]
 *
 * Prints prefixes as an Internet router has them, one a line: all different, in
 * random order, of public addresses alone. The same seed gives the same.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "table.h"

static u64 number(const char *s, u64 least, u64 most)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || end == s || *end || *s == '-' || n < least || n > most)
		errx(2, "%s: not from %llu to %llu", s, least, most);
	return n;
}

int main(int argc, char **argv)
{
	char text[INET6_ADDRSTRLEN];
	u32 i, n = 0;
	u64 seed = 1, addr[2];
	struct table t;
	u8 bits = 32;
	int opt;

	while ((opt = getopt(argc, argv, "46n:s:")) != -1) {
		switch (opt) {
		case '4':
			bits = 32;
			break;
		case '6':
			bits = 128;
			break;
		case 'n':
			n = number(optarg, 1, TABLE_MAX);
			break;
		case 's':
			seed = number(optarg, 0, ~0ULL);
			break;
		default:
			optind = argc + 1;
		}
	}
	if (optind != argc) {
		fprintf(stderr,
			"usage: %s [-4|-6] [-n NUMBER] [-s SEED]\n", argv[0]);
		return 2;
	}

	table_make(&t, bits, n ?: bits == 32 ? 1000000 : 220000, seed);
	for (i = 0; i < t.n; i++) {
		addr[0] = htobe64(t.p[i].addr);
		addr[1] = 0;
		inet_ntop(bits == 32 ? AF_INET : AF_INET6, addr, text,
			  sizeof(text));
		printf("%s/%u\n", text, t.p[i].plen);
	}
	free(t.p);
	if (fflush(stdout) || ferror(stdout))
		err(1, "stdout");
	return 0;
}
