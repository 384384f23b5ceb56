// SPDX-License-Identifier: GPL-2.0
/*
 * What parse says of a packet does not depend on where its bytes are, nor does it
 * change when it is asked again; and what it lets pass is what later stages take it for.
 */
#include "fuzz.h"
#include "path/parse.h"
#include "path/vec.h"

/* How the packet is given to parse. */
struct way {
	bool v6;
	bool gso;
	bool out;	/* of local origin */
	bool partial;	/* somebody else fills in a checksum */
	u8 start;	/* of what that covers */
	u8 offset;	/* in that */
	unsigned int head;
	unsigned int pulls;
};

static struct sk_buff skb_of(const struct way *w, const u8 *bytes,
			     unsigned int len)
{
	struct sk_buff skb = {
		.rest = bytes,
		.len = len,
		.pulls_left = w->pulls,
		.protocol = htons(w->v6 ? ETH_P_IPV6 : ETH_P_IP),
		.mark = 7,
		.gso = w->gso,
		.ip_summed = w->partial ? CHECKSUM_PARTIAL : 0,
		.csum_start = w->start,
		.csum_offset = w->offset,
	};

	skb_relinear(&skb, min(w->head, len));
	return skb;
}

static struct porch_pkt parsed(struct sk_buff *skb, bool out)
{
	static struct porch_port port = { .vrf = 3 };
	struct porch_pkt p = { .skb = skb, .port = &port, .out = out };

	porch_parse_pkt(&p);
	CHECK(p.verdict == PORCH_UNDECIDED || p.verdict == PORCH_DROP, "%u",
	      p.verdict);
	CHECK(p.mark == 7 && p.key.zone == 3, "%u", p.mark);
	return p;
}

static void check_same(const struct porch_pkt *a, const struct porch_pkt *b)
{
	CHECK(a->verdict == b->verdict && a->reason == b->reason,
	      "%u/%u and %u/%u", a->verdict, a->reason, b->verdict, b->reason);
	if (a->verdict == PORCH_DROP)
		return;
	CHECK(!memcmp(&a->key, &b->key, sizeof(a->key)), "protocols %u, %u",
	      a->key.proto, b->key.proto);
	CHECK(a->l4 == b->l4 && a->frag == b->frag &&
	      a->later_frag == b->later_frag, "%u, %u", a->l4, b->l4);
	CHECK(a->tcp_flags == b->tcp_flags && a->icmp_type == b->icmp_type &&
	      a->icmp_code == b->icmp_code, "%u", a->key.proto);
	CHECK(a->skb->len == b->skb->len, "%u, %u", a->skb->len, b->skb->len);
}

/* RFC 791 and 8200: what the header says of the length */
static unsigned int length_of(const struct sk_buff *skb, const struct way *w)
{
	const u8 *b = skb->data;
	unsigned int n = w->v6 ? b[4] << 8 | b[5] : b[2] << 8 | b[3];

	if (w->gso && !n)
		return skb->len;
	return w->v6 ? n + 40 : n;
}

/* Later stages read so much of the header without asking. */
static unsigned int l4_len(u8 proto)
{
	switch (proto) {
	case 1:		/* ICMP */
	case 17:	/* UDP */
	case 136:	/* UDP-Lite */
		return 8;
	case 6:		/* TCP */
		return 20;
	case 58:	/* ICMPv6 */
		return 4;
	case 132:	/* SCTP */
		return 12;
	}
	return 0;
}

/* It has passed: is it what was said of it? */
static void check_passed(const struct porch_pkt *p, const struct way *w)
{
	unsigned int addr_len = w->v6 ? 16 : 4, at = w->v6 ? 8 : 12;
	const struct sk_buff *skb = p->skb;
	const u8 *b = skb->data, *l4 = b + p->l4;
	unsigned int len = length_of(skb, w);

	CHECK(b[0] >> 4 == (w->v6 ? 6 : 4) && p->key.ipver == b[0] >> 4, "%x",
	      b[0]);
	CHECK(w->out ? skb->len >= len : skb->len == len, "%u, %u", skb->len, len);
	CHECK(!memcmp(&p->key.src, b + at, addr_len) &&
	      !memcmp(&p->key.dst, b + at + addr_len, addr_len), "%u", w->v6);
	CHECK(p->l4 >= (w->v6 ? 40 : (b[0] & 15) * 4) && p->l4 <= skb->head,
	      "%u, %u", p->l4, skb->head);
	CHECK(!p->later_frag || p->frag, "%u", p->frag);
	if (p->later_frag) {
		CHECK(!p->key.sport && !p->key.dport, "%u", p->key.proto);
		return;
	}
	CHECK(p->l4 + l4_len(p->key.proto) <= skb->head, "%u, %u, %u", p->l4,
	      p->key.proto, skb->head);
	switch (p->key.proto) {
	case 6:
		CHECK((l4[12] >> 4) * 4 >= 20 &&
		      p->l4 + (l4[12] >> 4) * 4 <= (int)skb->len, "%u", l4[12]);
		CHECK(p->tcp_flags == l4[13], "%u", l4[13]);
		fallthrough;
	case 17:
	case 132:
	case 136:
		CHECK(!memcmp(&p->key.sport, l4, 4), "%u", p->key.proto);
		break;
	case 1:
	case 58:
		CHECK(p->icmp_type == l4[0] && p->icmp_code == l4[1], "%u",
		      l4[0]);
		fallthrough;
	default:
		CHECK(!p->key.sport && !p->key.dport, "%u", p->key.proto);
		break;
	}
}

/* RFC 9293, 768, 3828, 9260, 792, 4443 */
static unsigned int sum_at(u8 proto)
{
	switch (proto) {
	case 6:
		return 16;
	case 17:
	case 136:
		return 6;
	case 132:
		return 8;
	case 1:
	case 58:
		return 2;
	}
	return 0;
}

/* A missing checksum is left to others in its own place and in what is carried. */
static void check_sum(const struct porch_pkt *p, const struct way *w)
{
	int start = w->start - SKB_HEADROOM - p->l4;
	unsigned int own = p->later_frag ? 0 : sum_at(p->key.proto);
	bool good = start >= 0 && (!own || (!start && w->offset == own) ||
				   (own == 6 && start >= 8));

	CHECK(good == (p->skb->ip_summed == CHECKSUM_PARTIAL), "%u, %d, %u",
	      p->key.proto, start, w->offset);
	CHECK(good || !w->gso, "%u", p->key.proto);
}

/* Who fills it in makes no other packet of it. */
static void check_filled(const struct porch_pkt *p, const struct way *w,
			 const u8 *bytes, unsigned int len)
{
	unsigned int at = w->start + w->offset - SKB_HEADROOM;
	struct way filled = *w;
	struct porch_pkt q;
	struct sk_buff skb;
	u8 *copy;

	copy = malloc(len);
	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	copy[at] = ~copy[at];
	copy[at + 1] = ~copy[at + 1];
	filled.partial = false;
	skb = skb_of(&filled, copy, len);
	q = parsed(&skb, w->out);
	check_same(p, &q);
	free(skb.data);
	free(copy);
}

/* A checksum is not found by chance. */
static void mend_checksum(u8 *bytes, unsigned int len)
{
	unsigned int ihl = len ? bytes[0] & 15 : 0;
	u16 sum;

	if (ihl < 5 || ihl * 4 > len)
		return;
	memset(bytes + 10, 0, 2);
	sum = ip_fast_csum(bytes, ihl);
	memcpy(bytes + 10, &sum, 2);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	u8 what = input_u8(&in), head = input_u8(&in), pulls = input_u8(&in);
	struct way some = {
		.v6 = what & 1, .gso = what & 2, .out = what & 4, .head = head,
		.partial = what & 16, .pulls = 100,
	}, all, poor;
	struct porch_pkt p, q, r, again;
	struct sk_buff a, b, c;
	unsigned int len;
	u8 *bytes;

	if (some.partial) {
		some.start = input_u8(&in);
		some.offset = input_u8(&in);
	}
	len = in.n;
	/* So virtio_net_hdr_to_skb() has it. */
	if (some.start + some.offset + 2 > SKB_HEADROOM + (int)min(some.head, len))
		some.partial = false;
	bytes = malloc(len);
	if (!bytes)
		abort();
	input_bytes(&in, bytes, len);
	if (!some.v6 && !(what & 8))
		mend_checksum(bytes, len);

	a = skb_of(&some, bytes, len);
	p = parsed(&a, some.out);
	if (p.verdict == PORCH_UNDECIDED) {
		check_passed(&p, &some);
		if (some.partial)
			check_sum(&p, &some);
		if (a.ip_summed == CHECKSUM_PARTIAL)
			check_filled(&p, &some, bytes, len);
	}
	CHECK(p.verdict == PORCH_UNDECIDED || p.reason != PORCH_DROP_NO_MEMORY,
	      "%u", p.reason);

	all = some;
	all.head = len;
	b = skb_of(&all, bytes, len);
	q = parsed(&b, all.out);
	check_same(&p, &q);

	poor = some;
	poor.pulls = pulls % 8;
	c = skb_of(&poor, bytes, len);
	r = parsed(&c, poor.out);
	if (r.verdict != PORCH_DROP || r.reason != PORCH_DROP_NO_MEMORY)
		check_same(&p, &r);

	if (p.verdict == PORCH_UNDECIDED) {
		again = parsed(&a, some.out);
		check_same(&p, &again);
	}
	free(a.data);
	free(b.data);
	free(c.data);
	free(bytes);
	return 0;
}
