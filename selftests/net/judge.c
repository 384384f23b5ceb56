// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up small rule sets, writes each of them for Porch and for nftables, and
 * sends the same frames to two routers, one of which is judged by the one and the
 * other by the other. What they forward must be the same, byte for byte.
 *
 * Addresses, ports and the like are of a few values, so that rules match often.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))
#define CHAINS		3	/* that rules jump to */
#define FRAMES_PER_SET	40

/**
 * struct text - what is said to one of the two
 * @s: it
 * @len: its length
 */
struct text {
	char s[1 << 15];
	size_t len;
};

static struct text porch, nft;

__attribute__((format(printf, 2, 3)))
static void say(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	t->len += vsnprintf(t->s + t->len, sizeof(t->s) - t->len, format, ap);
	va_end(ap);
	if (t->len >= sizeof(t->s))
		die("no room for the rules");
}

static const char *const flags[] = { "fin", "syn", "rst", "psh", "ack" };

/* Some of the flags, with a sign between them; nft has 0 for none. */
static void say_flags(struct text *t, unsigned int some, char sign)
{
	unsigned int i;
	bool first = true;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!(some & 1 << i))
			continue;
		if (!first)
			say(t, "%c", sign);
		say(t, "%s", flags[i]);
		first = false;
	}
	if (first)
		say(t, sign == ',' ? "none" : "0x0");
}

/* What the frames are drawn from, too */
static const unsigned int dscps[] = { 0, 10, 46 };
static const unsigned int ports[] = { 22, 53, 80, 443, 1000 };

static void say_ports(const char *side)
{
	unsigned int first = ports[rnd(ARRAY_SIZE(ports))];
	unsigned int last = rnd(2) ? first : first + rnd(400);

	say(&porch, " %s %u-%u", side, first, last);
	say(&nft, " th %s %u-%u", side, first, last);
}

static void say_address(int family, bool source)
{
	unsigned int host = rnd(2) ? 2 : 3, net = rnd(2) + 1;
	const char *key = source ? "from" : "to", *nft_key = source ? "saddr" : "daddr";
	unsigned int some = rnd(4);

	if (some == 3) {
		/* A set has some of both families; the other side tells which is meant. */
		say(&porch, " %s-set some %s %s", key, source ? "to" : "from",
		    family == 4 ? "0.0.0.0/0" : "::/0");
		say(&nft, " ip%s %s @some%d", family == 4 ? "" : "6", nft_key, family);
	} else if (family == 4) {
		static const unsigned int lens[] = { 8, 24, 32 };

		say(&porch, " %s 10.0.%u.%u/%u", key, some ? net : 0, some == 2 ? host : 0,
		    lens[some]);
		say(&nft, " ip %s 10.0.%u.%u/%u", nft_key, some ? net : 0,
		    some == 2 ? host : 0, lens[some]);
	} else {
		static const unsigned int lens[] = { 32, 64, 128 };

		say(&porch, " %s 2001:db8:%u::%u/%u", key, some ? net : 0,
		    some == 2 ? host : 0, lens[some]);
		say(&nft, " ip6 %s 2001:db8:%u::%u/%u", nft_key, some ? net : 0,
		    some == 2 ? host : 0, lens[some]);
	}
}

static void say_transport(int family)
{
	unsigned int mask, value;

	switch (rnd(6)) {
	case 0:
		say(&porch, " proto tcp");
		say(&nft, " meta l4proto tcp");
		if (rnd(2)) {
			mask = 1 + rnd(31);
			value = mask & rnd(32);
			say(&porch, " tcp-flags ");
			say_flags(&porch, value, ',');
			say(&porch, "/");
			say_flags(&porch, mask, ',');
			say(&nft, " tcp flags & (");
			say_flags(&nft, mask, '|');
			say(&nft, ") == ");
			say_flags(&nft, value, '|');
		}
		break;
	case 1:
		say(&porch, " proto udp");
		say(&nft, " meta l4proto udp");
		break;
	case 2:
		/* The family is said already, or is said by this. */
		say(&porch, " proto %s", family == 6 ? "icmpv6" : "icmp");
		say(&nft, " meta nfproto %s meta l4proto %s", family == 6 ? "ipv6" : "ipv4",
		    family == 6 ? "ipv6-icmp" : "icmp");
		if (rnd(2)) {
			value = (family == 6 ? 128 : 8) - rnd(2);
			say(&porch, " icmp %u", value);
			say(&nft, " %s type %u", family == 6 ? "icmpv6" : "icmp", value);
		}
		return;
	case 3:
		say(&nft, " meta l4proto { tcp, udp, udplite, sctp }");
		break;
	default:
		return;
	}
	if (rnd(2))
		say_ports("dport");
	else
		say_ports("sport");
}

static void say_matches(int family, bool forward)
{
	unsigned int n;

	if (!rnd(4)) {
		say(&porch, " in in");
		say(&nft, " iifname \"in\"");
	}
	if (forward && !rnd(6)) {
		n = rnd(2);
		say(&porch, " out %s", n ? "out" : "in");
		say(&nft, " oifname \"%s\"", n ? "out" : "in");
	}
	if (family && rnd(2))
		say_address(family, true);
	else if (family)
		say_address(family, false);
	say_transport(family);
	if (family && !rnd(4)) {
		n = dscps[rnd(ARRAY_SIZE(dscps))];
		say(&porch, " dscp %u", n);
		say(&nft, " %s dscp %u", family == 4 ? "ip" : "ip6", n);
	}
	if (!rnd(5)) {
		n = 20 + rnd(100);
		say(&porch, " length %u-%u", n, n + 100);
		say(&nft, " meta length %u-%u", n, n + 100);
	}
	if (!rnd(4)) {
		n = rnd(4);
		say(&porch, " mark %u/3", n);
		say(&nft, " meta mark & 3 == %u", n);
	}
}

/* @level: of the chain; one jumps to a higher level only */
static void say_deeds(int family, unsigned int level)
{
	static const char *const actions[] = {
		"accept", "accept", "drop", "drop", "return", "continue"
	};
	unsigned int n;

	if (!rnd(4)) {
		n = rnd(4);
		say(&porch, " set-mark %u/3", n);
		say(&nft, " meta mark set meta mark & 0xfffffffc | %u", n);
	}
	if (family && !rnd(4)) {
		n = dscps[rnd(ARRAY_SIZE(dscps))];
		say(&porch, " set-dscp %u", n);
		say(&nft, " %s dscp set %u", family == 4 ? "ip" : "ip6", n);
	}
	if (level < CHAINS && !rnd(3)) {
		n = level + 1 + rnd(CHAINS - level);
		say(&porch, " jump c%u", n);
		say(&nft, " jump c%u", n);
		return;
	}
	n = rnd(ARRAY_SIZE(actions));
	say(&porch, " %s", actions[n]);
	say(&nft, " %s", actions[n]);
}

static void say_chain(const char *name, unsigned int level, bool forward)
{
	static const int families[] = { 0, 4, 4, 6, 6 };	/* 0 is both */
	unsigned int rules = 1 + rnd(7);
	int family;

	if (!level) {
		/* What the two are told apart by */
		say(&porch, "rule add %s proto 253 accept\n", name);
		say(&nft, "meta l4proto 253 accept\n");
	}
	while (rules--) {
		family = families[rnd(ARRAY_SIZE(families))];
		say(&porch, "rule add %s", name);
		say_matches(family, forward);
		say_deeds(family, level);
		say(&porch, "\n");
		say(&nft, "\n");
	}
}

static void say_set(void)
{
	unsigned int some = rnd(15);

	say(&porch, "set add some type addr\n");
	say(&nft, "set some4 {\ntype ipv4_addr\nflags interval\n");
	if (some & 1)
		say(&porch, "set insert some 10.0.1.0/24\n");
	if (some & 2)
		say(&porch, "set insert some 10.0.2.3\n");
	if (some & 3)
		say(&nft, "elements = { %s%s%s }\n", some & 1 ? "10.0.1.0/24" : "",
		    (some & 3) == 3 ? ", " : "", some & 2 ? "10.0.2.3" : "");
	say(&nft, "}\nset some6 {\ntype ipv6_addr\nflags interval\n");
	if (some & 4)
		say(&porch, "set insert some 2001:db8:2::/64\n");
	if (some & 8)
		say(&porch, "set insert some 2001:db8:1::2\n");
	if (some & 12)
		say(&nft, "elements = { %s%s%s }\n", some & 4 ? "2001:db8:2::/64" : "",
		    (some & 12) == 12 ? ", " : "", some & 8 ? "2001:db8:1::2" : "");
	say(&nft, "}\n");
}

static void make_rules(void)
{
	static const char *const hooks[] = { "ingress", "forward" };
	unsigned int i, drop;
	char name[8];

	porch.len = 0;
	nft.len = 0;
	say(&porch, "rule flush ingress\nrule flush forward\n");
	say(&nft, "table inet judge {\n}\ndelete table inet judge\ntable inet judge {\n");
	for (i = 1; i <= CHAINS; i++)
		say(&porch, "rule flush c%u\n", i);
	say(&porch, "set del some\n");
	say_set();
	/* Those that are jumped to come first. */
	for (i = CHAINS; i; i--) {
		snprintf(name, sizeof(name), "c%u", i);
		say(&nft, "chain %s {\n", name);
		say_chain(name, i, false);
		say(&nft, "}\n");
	}
	for (i = 0; i < 2; i++) {
		drop = !rnd(4);
		say(&porch, "chain policy %s %s\n", hooks[i], drop ? "drop" : "accept");
		say(&nft, "chain %s {\ntype filter hook %s priority -300; policy %s;\n", hooks[i],
		    i ? "forward" : "prerouting", drop ? "drop" : "accept");
		say_chain(hooks[i], 0, i);
		say(&nft, "}\n");
	}
	say(&nft, "}\n");
}

/* Tell one of the two; what it says goes to our output. */
static void tell(const char *command, const struct text *t)
{
	FILE *f = popen(command, "w");

	if (!f || fputs(t->s, f) < 0 || pclose(f)) {
		printf("# %s refused:\n%s", command, t->s);
		die("a rule set is refused");
	}
}

static void make_frame(struct frame *f)
{
	static const uint8_t proto4[] = { L4_TCP, L4_TCP, L4_UDP, L4_UDP, L4_ICMP, L4_SCTP, 47 };
	static const uint8_t proto6[] = { L4_TCP, L4_TCP, L4_UDP, L4_UDP, L4_ICMP6, L4_SCTP, 47 };
	struct recipe r = {
		.ipver = rnd(2) ? 4 : 6,
		.payload = rnd(2) ? rnd(8) * 8 : rnd(200),
		.tos = dscps[rnd(ARRAY_SIZE(dscps))] << 2 | rnd(4),
	};
	uint8_t *l3, *l4;

	r.proto = r.ipver == 4 ? proto4[rnd(ARRAY_SIZE(proto4))] :
				 proto6[rnd(ARRAY_SIZE(proto6))];
	frame_build(f, &r);
	l3 = f->b + f->l3;
	l4 = f->b + f->l4;
	/* The source may be any; the destination is the server, or beyond it. */
	if (r.ipver == 4) {
		l3[SRC4 + 3] = 2 + rnd(2);
		if (rnd(2)) {
			l3[DST4 + 2] = 9;
			l3[DST4 + 3] = 2 + rnd(2);
		}
	} else {
		l3[SRC6 + 15] = 2 + rnd(2);
		if (rnd(2)) {
			l3[DST6 + 5] = 9;
			l3[DST6 + 15] = 2 + rnd(2);
		}
	}
	if (r.proto == L4_TCP || r.proto == L4_UDP || r.proto == L4_SCTP) {
		put16(l4, ports[rnd(ARRAY_SIZE(ports))] + rnd(2) * rnd(200));
		put16(l4 + 2, ports[rnd(ARRAY_SIZE(ports))] + rnd(2) * rnd(200));
	}
	if (r.proto == L4_TCP)
		l4[13] = rnd(32);
	if (r.proto == L4_ICMP)
		l4[0] = 8 - rnd(2) * 8;
	/*
	 * A fragment now and then. No later one, as nftables of 6.12 takes what is there
	 * for ports (nft_payload_fast_eval() does not look at the offset).
	 */
	if (r.ipver == 4 && !rnd(8) && r.payload % 8 == 0 && (f->len - f->l4) % 8 == 0)
		put16(l3 + 6, 0x2000);
	frame_fix(f);
}

/* What came out for a frame; true if it was forwarded. */
static bool pass(struct router *r, const struct frame *f, struct frame *out)
{
	struct pollfd pfd = { .fd = r->out, .events = POLLIN };
	unsigned int sentinels = 0;
	static struct frame got;
	static uint32_t number;
	bool forwarded = false;

	router_send(r, f, 0);
	router_send_sentinels(r, ++number);
	while (sentinels < SENTINELS) {
		if (!router_read(r->out, &got)) {
			if (poll(&pfd, 1, 20000) > 0)
				continue;
			frame_print("sent", f);
			die("a router does not forward any more");
		}
		if (frame_is_sentinel(&got, number)) {
			sentinels++;
			continue;
		}
		if (frame_is_noise(&got) || frame_is_routers(&got))
			continue;
		memcpy(out, &got, sizeof(got));
		forwarded = true;
	}
	while (router_read(r->in, &got))
		;
	return forwarded;
}

/* judge NETNS NFT-NETNS SEED FRAMES */
int judge(int argc, char **argv)
{
	unsigned int i, count, seed, forwarded = 0, differ = 0, sets = 0;
	static struct frame f, a, b;
	struct router by_porch, by_nft;
	char tell_porch[128], tell_nft[128];
	bool went, goes;

	if (argc < 5)
		return 2;
	seed = strtoul(argv[3], NULL, 0);
	count = strtoul(argv[4], NULL, 0);
	snprintf(tell_porch, sizeof(tell_porch), "porchctl -n %s -a -b -", argv[1]);
	snprintf(tell_nft, sizeof(tell_nft), "ip netns exec %s nft -f -", argv[2]);
	router_open(&by_porch, argv[1], false);
	router_open(&by_nft, argv[2], false);

	for (i = 0; i < count; i++) {
		/* Each set of rules has a seed of its own. */
		if (i % FRAMES_PER_SET == 0) {
			rnd_seed(((uint64_t)seed << 32) + i);
			make_rules();
			tell(tell_porch, &porch);
			tell(tell_nft, &nft);
			sets++;
		}
		make_frame(&f);
		went = pass(&by_porch, &f, &a);
		goes = pass(&by_nft, &f, &b);
		forwarded += goes;
		if (went == goes && (!went || frame_same(&a, &b)))
			continue;
		if (differ++ < 2) {
			printf("# frame %u\n", i);
			frame_print("sent", &f);
			if (went)
				frame_print("Porch", &a);
			if (goes)
				frame_print("nft", &b);
			printf("%s\n%s\n", porch.s, nft.s);
		}
	}
	printf("# seed %u, %u frames, %u rule sets: %u forwarded\n", seed, count, sets, forwarded);
	printf("%s 1 - the same verdicts, and the same bytes\n", differ ? "not ok" : "ok");
	printf("%s 2 - enough of either fate\n",
	       forwarded > count / 10 && forwarded < count * 9 / 10 ? "ok" : "not ok");
	printf("1..2\n");
	return differ != 0;
}
