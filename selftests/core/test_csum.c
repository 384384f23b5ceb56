// SPDX-License-Identifier: GPL-2.0
/*
 * Incremental checksums, held against computing them anew.
 */
#include "csum.h"
#include "test.h"

/* RFC 1071: the checksum of some 16-bit words. */
static __sum16 naive_csum(const u16 *words, unsigned int n)
{
	u64 sum = 0;

	while (n--)
		sum += *words++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* Values at which carries change, and some others. */
static unsigned int edge_values(u16 *v)
{
	static const u16 edges[] = {
		0x0000, 0x0001, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xfeff, 0xff00,
		0xfffe, 0xffff,
	};
	unsigned int n = ARRAY_SIZE(edges), i;

	memcpy(v, edges, sizeof(edges));
	for (i = 0; i < 6; i++)
		v[n++] = test_rnd();
	return n;
}

/*
 * All sums of the rest of the data, times edge values before and after. Data of
 * nothing but zeros is left out: no header is, and a sum that was updated
 * cannot tell it from data that sums to 0xffff.
 */
static void csum_replace16(void)
{
	unsigned int n, i, j, rest;
	u16 v[16], w[2];
	__sum16 was, is;

	n = edge_values(v);
	for (rest = 0; rest <= 0xffff; rest++) {
		w[0] = rest;
		for (i = 0; i < n; i++) {
			w[1] = v[i];
			was = naive_csum(w, 2);
			for (j = 0; j < n; j++) {
				if (!rest && !v[j])
					continue;
				w[1] = v[j];
				is = porch_csum_replace16(was, v[i], v[j]);
				CHECK(is == naive_csum(w, 2),
				      "rest %#x, %#x becomes %#x: %#x",
				      rest, v[i], v[j], is);
			}
		}
	}
}

/* A peer may have sent 0xffff where 0x0000 is meant; both stay valid. */
static void csum_other_zero(void)
{
	unsigned int m, to;
	u16 w[3];

	for (m = 0; m <= 0xffff; m++) {
		to = test_below(0x10000);
		w[0] = ~m;
		w[1] = to;
		w[2] = porch_csum_replace16(0xffff, m, to);
		if (!w[0] && !w[1])
			continue;
		CHECK(naive_csum(w, 3) == 0, "%#x becomes %#x: %#x", m, to,
		      w[2]);
	}
}

static void csum_replace32(void)
{
	u32 from, to;
	unsigned int n, i, rest;
	u16 v[16], w[3];
	__sum16 was, is;

	for (rest = 0; rest <= 0xffff; rest++) {
		n = edge_values(v);
		for (i = 0; i < 16; i++) {
			w[0] = rest;
			w[1] = v[test_below(n)];
			w[2] = v[test_below(n)];
			memcpy(&from, &w[1], 4);
			was = naive_csum(w, 3);
			w[1] = v[test_below(n)];
			w[2] = v[test_below(n)];
			memcpy(&to, &w[1], 4);
			if (!rest && !to)
				continue;
			is = porch_csum_replace32(was, from, to);
			CHECK(is == naive_csum(w, 3),
			      "rest %#x, %#x becomes %#x: %#x",
			      rest, from, to, is);
		}
	}
}

/* Every TTL with every checksum, in a header with random fields. */
static void csum_dec_ttl(void)
{
	unsigned int ttl, id;
	union {
		u8 b[20];
		u16 w[10];
	} h;
	__sum16 check;
	u8 left, t;

	for (id = 0; id < sizeof(h); id++)
		h.b[id] = test_rnd();
	h.b[0] = 0x45;
	for (ttl = 1; ttl < 256; ttl++) {
		h.b[9] = test_rnd();
		for (id = 0; id <= 0xffff; id++) {
			h.w[2] = id;
			h.w[5] = 0;
			h.b[8] = ttl;
			check = naive_csum(h.w, 10);
			t = ttl;
			left = porch_csum_dec_ttl(&t, &check);
			CHECK(left == ttl - 1 && t == left,
			      "ttl %u: %u, %u", ttl, t, left);
			h.b[8] = t;
			CHECK(check == naive_csum(h.w, 10),
			      "ttl %u, protocol %u, id %#x: %#x", ttl, h.b[9],
			      id, check);
		}
	}
}

const struct test test_csum[] = {
	{ .name = "csum: a 16-bit field changes", .run = csum_replace16 },
	{ .name = "csum: the other zero stays valid",
	  .run = csum_other_zero },
	{ .name = "csum: a 32-bit field changes", .run = csum_replace32 },
	{ .name = "csum: the TTL goes down", .run = csum_dec_ttl },
	{},
};
