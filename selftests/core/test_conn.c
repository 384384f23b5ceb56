// SPDX-License-Identifier: GPL-2.0
/*
 * Connection tracking, held against somebody who takes notes of all that has
 * passed and reasons from them, and against examples.
 */
#include "conn.h"
#include "test.h"

#define F	PORCH_TCP_FIN
#define S	PORCH_TCP_SYN
#define R	PORCH_TCP_RST
#define A	PORCH_TCP_ACK

/* What happened to a TCP connection, each fact by itself. */
struct notes {
	bool syn[2];		/* by direction */
	bool synack;
	bool picked_up;
	bool up;
	bool fin[2];
	u8 first;		/* the direction of the first FIN */
	bool answered;		/* an ACK of the other side since then */
	bool over;		/* both FINs, and an ACK of the first since */
	bool reset;
	bool replied;		/* the reply direction has done something */
};

static u8 notes_state(const struct notes *n)
{
	if (n->reset)
		return PORCH_CONN_CLOSE;
	if (n->over)
		return PORCH_CONN_TIME_WAIT;
	if (n->fin[0] && n->fin[1])
		return PORCH_CONN_LAST_ACK;
	if (n->fin[0] || n->fin[1])
		return n->answered ? PORCH_CONN_CLOSE_WAIT : PORCH_CONN_FIN_WAIT;
	if (n->up)
		return PORCH_CONN_ESTABLISHED;
	if (n->picked_up)
		return PORCH_CONN_PICKED_UP;
	if (n->synack)
		return PORCH_CONN_SYN_RECV;
	if (n->syn[1])
		return PORCH_CONN_SYN_SENT2;
	return n->syn[0] ? PORCH_CONN_SYN_SENT : PORCH_CONN_NONE;
}

/* What a packet means: invalid, a new connection, nothing, something. */
enum meaning { INVALID, ANEW, NOTHING, SOMETHING };

static enum meaning notes_opening(struct notes *n, u8 dir, bool syn, bool ack)
{
	if (syn && !ack) {
		if (n->syn[dir])
			return NOTHING;
		n->syn[dir] = true;
		return SOMETHING;
	}
	if (syn) {
		/* Who has not been asked cannot agree. */
		if (!n->syn[!dir])
			return INVALID;
		n->synack = true;
		return SOMETHING;
	}
	/* A challenge, perhaps. */
	return dir ? NOTHING : INVALID;
}

static void notes_ack(struct notes *n, u8 dir)
{
	if (n->fin[0] && n->fin[1]) {
		if (dir == n->first)
			n->over = true;
	} else if (n->fin[0] || n->fin[1]) {
		if (dir != n->first)
			n->answered = true;
	} else if (n->picked_up) {
		if (dir)
			n->up = true;
	} else if (!dir) {
		n->up = true;
	}
}

static enum meaning notes_take(struct notes *n, u8 dir, u8 flags, bool loose)
{
	bool fin = flags & F, syn = flags & S, rst = flags & R, ack = flags & A;

	if (syn + fin + rst > 1 || (!ack && !syn && !rst))
		return INVALID;
	if (!n->syn[0] && !n->picked_up) {
		if (dir || fin || rst || (syn && ack) || (!syn && !loose))
			return INVALID;
		n->syn[0] = syn;
		n->picked_up = !syn;
		return SOMETHING;
	}
	if (rst) {
		n->reset = true;
		return SOMETHING;
	}
	if (n->reset || n->over)
		return !syn ? SOMETHING : ack ? NOTHING : ANEW;
	if (!n->synack && !n->picked_up)
		return fin ? INVALID : notes_opening(n, dir, syn, ack);

	if (syn && !ack)
		return dir ? INVALID : NOTHING;
	if (syn) {
		/* The second of a simultaneous open is an ACK as well. */
		if (dir || n->up || n->picked_up || n->fin[0] || n->fin[1])
			return NOTHING;
		n->up = true;
	} else if (fin) {
		if (!n->fin[0] && !n->fin[1])
			n->first = dir;
		n->fin[dir] = true;
	} else {
		notes_ack(n, dir);
	}
	return SOMETHING;
}

struct pair {
	union porch_conn c;
	struct notes n;
};

#define MAX_PAIRS	4096

/* Check one packet; @p becomes what it leads to. Returns whether it is a step */
static bool check_tcp(struct pair *p, u8 dir, u8 flags,
		      const struct porch_conn_settings *set)
{
	static const enum porch_conn_class fixed[] = {
		[INVALID] = PORCH_CONN_INVALID,
		[ANEW] = PORCH_CONN_REOPENED,
	};
	enum porch_conn_class class, want;
	struct pair was = *p;
	enum meaning means;
	u32 timeout = 1;

	class = porch_conn_step(&p->c, dir, porch_conn_tcp_event(flags), set,
				&timeout);
	means = notes_take(&p->n, dir, flags, set->loose);
	if (means == SOMETHING && dir)
		p->n.replied = true;
	if (means == INVALID || means == ANEW)
		want = fixed[means];
	else
		want = dir || p->n.replied ? PORCH_CONN_OLD : PORCH_CONN_NEW;

	CHECK(class == want && p->c.state == notes_state(&p->n) &&
	      p->c.replied == p->n.replied,
	      "state %u closer %u, direction %u flags %#x: class %u state %u, not %u and %u",
	      was.c.state, was.c.closer, dir, flags, class, p->c.state, want,
	      notes_state(&p->n));
	CHECK(timeout == (means == SOMETHING ? set->timeout[p->c.state] : 0),
	      "state %u to %u, direction %u flags %#x: timeout %u",
	      was.c.state, p->c.state, dir, flags, timeout);
	CHECK(means == SOMETHING || p->c.word == was.c.word,
	      "state %u, direction %u flags %#x: %#x", was.c.state, dir, flags,
	      p->c.word);
	return means == SOMETHING;
}

/*
 * Everything: from the first packet on, any packet in any situation that can
 * come to be, be it as the table or as the notes tell situations apart.
 */
static void conn_tcp(void)
{
	static struct pair seen[MAX_PAIRS];
	unsigned int n, i, j, flags, states;
	struct porch_conn_settings set;
	struct pair p;
	u8 dir;

	set = porch_conn_defaults;
	for (set.loose = false;; set.loose = true) {
		memset(seen, 0, sizeof(seen));
		states = 0;
		for (i = 0, n = 1; i < n; i++) {
			states |= 1U << seen[i].c.state;
			for (flags = 0; flags < 512; flags++) {
				p = seen[i];
				dir = flags >> 8;
				if (!check_tcp(&p, dir, flags, &set))
					continue;
				for (j = 0; j < n; j++) {
					if (!memcmp(&seen[j], &p, sizeof(p)))
						break;
				}
				CHECK(n < MAX_PAIRS, "more than expected");
				if (j == n)
					seen[n++] = p;
			}
		}
		CHECK(n > 30, "only %u situations", n);
		for (i = 0; i <= PORCH_CONN_CLOSE; i++) {
			CHECK(!(states & 1U << i) ==
			      (i == PORCH_CONN_PICKED_UP && !set.loose),
			      "state %u, %d", i, set.loose);
		}
		if (set.loose)
			break;
	}
}

/* Which event belongs to which protocol's states? */
static u8 proto_of_state(u8 state)
{
	if (state <= PORCH_CONN_CLOSE)
		return 'T';
	if (state <= PORCH_CONN_UDP_STREAM)
		return 'U';
	return state == PORCH_CONN_ICMP ? 'I' : 'O';
}

static u8 proto_of_event(u8 event)
{
	switch (event) {
	case PORCH_CONN_GOT_NONSENSE:
	case PORCH_CONN_GOT_ERROR:
		return 0;
	case PORCH_CONN_GOT_UDP:
		return 'U';
	case PORCH_CONN_GOT_REQUEST:
	case PORCH_CONN_GOT_REPLY:
		return 'I';
	case PORCH_CONN_GOT_OTHER:
		return 'O';
	default:
		return 'T';
	}
}

/* Any state and event: nothing leads out of a protocol, or to a loose end. */
static void conn_any(void)
{
	struct porch_conn_settings set = porch_conn_defaults;
	unsigned int state, event, bits;
	enum porch_conn_class class;
	union porch_conn c, was;
	u32 timeout;

	for (state = 0; state < PORCH_CONN_STATES; state++) {
		CHECK(!set.timeout[state] == !state, "state %u: timeout %u",
		      state, set.timeout[state]);
		set.timeout[state] += state << 20;
	}
	for (state = 0; state < PORCH_CONN_STATES; state++) {
		for (event = 0; event < PORCH_CONN_EVENTS; event++) {
			for (bits = 0; bits < 8; bits++) {
				was = (union porch_conn) { {
					.state = state,
					.closer = bits & 1,
					.replied = bits & 2,
				} };
				c = was;
				class = porch_conn_step(&c, bits >> 2, event,
							&set, &timeout);
				CHECK(!timeout ? c.word == was.word :
				      timeout == set.timeout[c.state],
				      "state %u event %u: timeout %u", state,
				      event, timeout);
				if (class == PORCH_CONN_INVALID)
					continue;
				CHECK(c.state && c.state < PORCH_CONN_STATES &&
				      class <= PORCH_CONN_REOPENED &&
				      class != PORCH_CONN_RELATED && !c.zero,
				      "state %u event %u: class %u state %u",
				      state, event, class, c.state);
				CHECK(proto_of_event(event) ==
				      proto_of_state(c.state) &&
				      (!state || proto_of_state(state) ==
						 proto_of_state(c.state)),
				      "state %u event %u: state %u", state,
				      event, c.state);
			}
		}
	}
}

/* UDP, ICMP, others: long random conversations against what was said so far. */
static void conn_others(void)
{
	const struct porch_conn_settings *set = &porch_conn_defaults;
	enum porch_conn_class class, want;
	bool replied, stream, right;
	enum porch_conn_event event;
	unsigned long round;
	union porch_conn c;
	u32 timeout, life;
	char proto;
	int i;
	u8 dir;

	for (round = 0; round < 30 * test_rounds; round++) {
		proto = "UIO"[test_below(3)];
		c.word = 0;
		replied = false;
		stream = false;
		for (i = 0; i < 10; i++) {
			dir = test_below(2);
			right = true;
			life = proto == 'U' ? 30 : proto == 'I' ? 30 : 600;
			if (proto == 'U') {
				event = PORCH_CONN_GOT_UDP;
				if (replied && !dir)
					stream = true;
				if (stream)
					life = 120;
			} else if (proto == 'I') {
				event = test_below(2) ? PORCH_CONN_GOT_REQUEST :
							PORCH_CONN_GOT_REPLY;
				right = dir == (event == PORCH_CONN_GOT_REPLY);
			} else {
				event = PORCH_CONN_GOT_OTHER;
			}
			if (!c.word && dir)
				right = false;
			if (right && dir)
				replied = true;
			want = !right ? PORCH_CONN_INVALID :
			       replied ? PORCH_CONN_OLD : PORCH_CONN_NEW;

			class = porch_conn_step(&c, dir, event, set, &timeout);
			CHECK(class == want && timeout == (right ? life : 0),
			      "%c, packet %d, direction %u: class %u timeout %u",
			      proto, i, dir, class, timeout);
			CHECK(porch_conn_is_assured(c) ==
			      (proto == 'U' ? stream : proto == 'O' && replied),
			      "%c, packet %d: assured", proto, i);
		}
	}
}

/*
 * A packet in an example: "> S" in the original direction, "< SA" in the other;
 * and what must come of it.
 */
struct example {
	const char *packet;
	enum porch_conn_class class;
	u8 state;
};

static const struct example open_and_close[] = {
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "< SA", PORCH_CONN_OLD, PORCH_CONN_SYN_RECV },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "> PA", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "< A", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "> FA", PORCH_CONN_OLD, PORCH_CONN_FIN_WAIT },
	{ "> FA", PORCH_CONN_OLD, PORCH_CONN_FIN_WAIT },
	{ "< A", PORCH_CONN_OLD, PORCH_CONN_CLOSE_WAIT },
	{ "< PA", PORCH_CONN_OLD, PORCH_CONN_CLOSE_WAIT },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_CLOSE_WAIT },
	{ "< FA", PORCH_CONN_OLD, PORCH_CONN_LAST_ACK },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_TIME_WAIT },
	{ "< FA", PORCH_CONN_OLD, PORCH_CONN_TIME_WAIT },
	{ "> S", PORCH_CONN_REOPENED, PORCH_CONN_TIME_WAIT },
	{}
};

/* The server closes first, and both at once in the end. */
static const struct example server_closes[] = {
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "< SA", PORCH_CONN_OLD, PORCH_CONN_SYN_RECV },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "< FA", PORCH_CONN_OLD, PORCH_CONN_FIN_WAIT },
	{ "< FA", PORCH_CONN_OLD, PORCH_CONN_FIN_WAIT },
	{ "> FA", PORCH_CONN_OLD, PORCH_CONN_LAST_ACK },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_LAST_ACK },
	{ "< A", PORCH_CONN_OLD, PORCH_CONN_TIME_WAIT },
	{ "< S", PORCH_CONN_REOPENED, PORCH_CONN_TIME_WAIT },
	{}
};

static const struct example refused[] = {
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "< RA", PORCH_CONN_OLD, PORCH_CONN_CLOSE },
	{ "> S", PORCH_CONN_REOPENED, PORCH_CONN_CLOSE },
	{}
};

static const struct example both_open[] = {
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "< S", PORCH_CONN_OLD, PORCH_CONN_SYN_SENT2 },
	{ "> SA", PORCH_CONN_OLD, PORCH_CONN_SYN_RECV },
	{ "< SA", PORCH_CONN_OLD, PORCH_CONN_SYN_RECV },
	{ "> A", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{}
};

/* The client has forgotten a connection that the server still has. */
static const struct example half_open[] = {
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "< A", PORCH_CONN_OLD, PORCH_CONN_SYN_SENT },
	{ "> R", PORCH_CONN_NEW, PORCH_CONN_CLOSE },
	{ "> S", PORCH_CONN_REOPENED, PORCH_CONN_CLOSE },
	{}
};

static const struct example scans[] = {
	{ "> ", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> F", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> FPU", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> SF", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> SR", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> SFRAPU", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> R", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> SA", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> FA", PORCH_CONN_INVALID, PORCH_CONN_NONE },
	{ "> S", PORCH_CONN_NEW, PORCH_CONN_SYN_SENT },
	{ "> A", PORCH_CONN_INVALID, PORCH_CONN_SYN_SENT },
	{ "> SA", PORCH_CONN_INVALID, PORCH_CONN_SYN_SENT },
	{}
};

static const struct example picked_up[] = {
	{ "> A", PORCH_CONN_NEW, PORCH_CONN_PICKED_UP },
	{ "> PA", PORCH_CONN_NEW, PORCH_CONN_PICKED_UP },
	{ "< A", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "< S", PORCH_CONN_INVALID, PORCH_CONN_ESTABLISHED },
	{ "> S", PORCH_CONN_OLD, PORCH_CONN_ESTABLISHED },
	{ "> R", PORCH_CONN_OLD, PORCH_CONN_CLOSE },
	{}
};

static u8 flags_of(const char *s)
{
	static const char names[] = "FSRPAU";
	u8 flags = 0;

	for (; *s; s++)
		flags |= 1 << (strchr(names, *s) - names);
	return flags;
}

static void conn_examples(void)
{
	static const struct example *const all[] = {
		open_and_close, server_closes, refused, both_open, half_open,
		scans, picked_up,
	};
	const struct porch_conn_settings *set = &porch_conn_defaults;
	enum porch_conn_class class;
	enum porch_conn_event event;
	const struct example *e;
	union porch_conn c;
	unsigned int i;
	u32 timeout;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		c.word = 0;
		for (e = all[i]; e->packet; e++) {
			event = porch_conn_tcp_event(flags_of(e->packet + 2));
			class = porch_conn_step(&c, *e->packet == '<', event,
						set, &timeout);
			CHECK(class == e->class && c.state == e->state,
			      "example %u, packet %zu (%s): class %u state %u",
			      i, e - all[i] + 1, e->packet, class, c.state);
			CHECK(porch_conn_is_assured(c) ==
			      (c.state == PORCH_CONN_ESTABLISHED),
			      "example %u, packet %zu (%s): assured", i,
			      e - all[i] + 1, e->packet);
		}
	}
}

static void conn_icmp(void)
{
	static const u8 asks4[][2] = { { 8, 0 }, { 13, 14 } };
	static const u8 errors4[] = { 3, 11, 12 };
	unsigned int type, i;
	u8 want, ask, request;

	for (type = 0; type < 256; type++) {
		want = PORCH_CONN_GOT_NONSENSE;
		ask = 255;
		for (i = 0; i < ARRAY_SIZE(asks4); i++) {
			if (type == asks4[i][0])
				want = PORCH_CONN_GOT_REQUEST;
			else if (type == asks4[i][1])
				want = PORCH_CONN_GOT_REPLY;
			else
				continue;
			ask = asks4[i][0];
		}
		for (i = 0; i < ARRAY_SIZE(errors4); i++) {
			if (type == errors4[i])
				want = PORCH_CONN_GOT_ERROR;
		}
		request = 255;
		CHECK(porch_conn_icmp_event(type, &request) == want &&
		      request == ask, "ICMP type %u: request %u", type, request);

		want = type < 128 ? PORCH_CONN_GOT_ERROR :
		       type == 128 ? PORCH_CONN_GOT_REQUEST :
		       type == 129 ? PORCH_CONN_GOT_REPLY :
				     PORCH_CONN_GOT_NONSENSE;
		ask = type / 2 == 64 ? 128 : 255;
		request = 255;
		CHECK(porch_conn_icmpv6_event(type, &request) == want &&
		      request == ask, "ICMPv6 type %u: request %u", type,
		      request);
	}
}

const struct test test_conn[] = {
	{ .name = "conn: TCP, whatever may happen", .run = conn_tcp },
	{ .name = "conn: TCP by example", .run = conn_examples },
	{ .name = "conn: other protocols", .run = conn_others },
	{ .name = "conn: no way out of a protocol", .run = conn_any },
	{ .name = "conn: types of ICMP", .run = conn_icmp },
	{}
};
