// SPDX-License-Identifier: GPL-2.0
/*
 * CoDel, held against the pseudo code of RFC 8289, section 5, over random
 * arrivals and departures. What that has, and its names, stay as they are
 * there, but for packets being numbers and drops being noted.
 */
#include "aqm.h"
#include "test.h"

#define QUEUE	4096	/* packets, a power of two */

struct packet {
	u64 tstamp;
	u32 size;
	bool ecn;
};

/**
 * struct queue - packets that wait
 * @pkt: the packets
 * @head: counts those that left
 * @tail: counts those that came
 * @bytes: of all that wait
 */
struct queue {
	struct packet pkt[QUEUE];
	u64 head;
	u64 tail;
	u64 bytes;
};

static void queue_enqueue(struct queue *q, struct packet p)
{
	if (q->tail - q->head == QUEUE)
		return;
	q->pkt[q->tail++ % QUEUE] = p;
	q->bytes += p.size;
}

static struct packet *queue_dequeue(struct queue *q)
{
	struct packet *p;

	if (q->head == q->tail)
		return NULL;
	p = &q->pkt[q->head++ % QUEUE];
	q->bytes -= p->size;
	return p;
}

/**
 * struct rfc - codel_queue_t
 * @queue: what it inherits
 * @TARGET: a constant there
 * @INTERVAL: likewise
 * @maxpacket: bytes
 * @first_above_time: 0 if it is not above
 * @drop_next: when to drop next
 * @count: drops
 * @lastcount: drops, when that began
 * @dropping: whether packets are dropped
 * @marked: the last one was marked, which the RFC leaves open: what a drop does to
 *	drop_next once the packet behind it is known, a mark does once the next one is
 * @drops: packets dropped
 * @marks: packets marked
 */
struct rfc {
	struct queue queue;
	u64 TARGET, INTERVAL, maxpacket;
	u64 first_above_time;
	u64 drop_next;
	u32 count;
	u32 lastcount;
	bool dropping;
	bool marked;
	u64 drops, marks;
};

struct dodequeue_result {
	struct packet *p;
	bool ok_to_drop;
};

/* INTERVAL / sqrt(count), rounded down: the largest x with x * x * count <= INTERVAL^2 */
static u64 control_law(struct rfc *c, u64 t, u32 count)
{
	u64 low = 0, high = c->INTERVAL, x;

	while (low < high) {
		x = high - (high - low) / 2;
		if ((s128)x * x * count <= (s128)c->INTERVAL * c->INTERVAL)
			low = x;
		else
			high = x - 1;
	}
	return t + low;
}

static struct dodequeue_result dodequeue(struct rfc *c, u64 now)
{
	struct dodequeue_result r = { queue_dequeue(&c->queue), false };
	u64 sojourn_time;

	if (!r.p) {
		c->first_above_time = 0;
		return r;
	}
	sojourn_time = now - r.p->tstamp;
	if (sojourn_time < c->TARGET || c->queue.bytes <= c->maxpacket) {
		c->first_above_time = 0;
	} else {
		if (!c->first_above_time)
			c->first_above_time = now + c->INTERVAL;
		else if (now >= c->first_above_time)
			r.ok_to_drop = true;
	}
	return r;
}

/* True if the packet was marked and so is to go after all. */
static bool drop(struct rfc *c, struct packet *p)
{
	if (p->ecn)
		c->marks++;
	else
		c->drops++;
	return p->ecn;
}

static struct packet *rfc_dequeue(struct rfc *c, u64 now)
{
	struct dodequeue_result r = dodequeue(c, now);
	u32 delta;

	if (c->marked && r.ok_to_drop)
		c->drop_next = control_law(c, c->drop_next, c->count);
	c->marked = false;
	if (c->dropping) {
		if (!r.ok_to_drop)
			c->dropping = false;
		while (now >= c->drop_next && c->dropping) {
			c->marked = drop(c, r.p);
			++c->count;
			if (c->marked)
				break;
			r = dodequeue(c, now);
			if (!r.ok_to_drop)
				c->dropping = false;
			else
				c->drop_next = control_law(c, c->drop_next,
							   c->count);
		}
	} else if (r.ok_to_drop) {
		if (!drop(c, r.p))
			r = dodequeue(c, now);
		c->dropping = true;
		delta = c->count - c->lastcount;
		c->count = 1;
		if (delta > 1 &&
		    (s64)(now - c->drop_next) < (s64)(16 * c->INTERVAL))
			c->count = delta;
		c->drop_next = control_law(c, now, c->count);
		c->lastcount = c->count;
	}
	return r.p;
}

/**
 * struct ours - the same with what is tested
 * @queue: the packets
 * @codel: its state
 * @params: what it aims at
 * @drops: packets dropped
 * @marks: packets marked
 */
struct ours {
	struct queue queue;
	struct porch_codel codel;
	struct porch_codel_params params;
	u64 drops, marks;
};

static struct packet *ours_dequeue(struct ours *o, u64 now)
{
	struct packet *p;

	while ((p = queue_dequeue(&o->queue))) {
		if (!porch_codel_judge(&o->codel, &o->params, now, p->tstamp,
				       o->queue.bytes))
			return p;
		if (p->ecn) {
			o->marks++;
			return p;
		}
		o->drops++;
	}
	porch_codel_empty(&o->codel);
	return NULL;
}

/* Which of a hundred packets can be marked: often all or none. */
static unsigned int some_ecn(void)
{
	static const unsigned int percent[] = { 0, 0, 100, 50, 5 };

	return percent[test_below(ARRAY_SIZE(percent))];
}

/*
 * Phases of load, so that it goes in and out of dropping, sometimes soon again.
 * @offset is added to all times of ours: time may overflow.
 */
static void against_rfc(struct rfc *r, struct ours *o, u64 offset)
{
	unsigned int ecn = some_ecn(), packets = 0, phase = 0, load = 0;
	u64 service, now = 1, arrival = 1, departure = 1;
	struct packet *a, *b;

	memset(r, 0, sizeof(*r));
	memset(o, 0, sizeof(*o));
	r->INTERVAL = PORCH_CODEL_INTERVAL_MIN + test_below(200000000);
	r->TARGET = 1 + test_below(r->INTERVAL / 4);
	r->maxpacket = 1500;
	o->params.interval_ns = r->INTERVAL;
	o->params.target_ns = r->TARGET;
	o->params.mtu = r->maxpacket;
	service = 1 + test_below(1 + r->TARGET / (1 + test_below(5)));

	for (packets = 0; packets < 3000; packets++) {
		if (!phase--) {
			phase = test_below(600);
			load = 20 + test_below(200);
		}
		if (arrival <= departure) {
			struct packet p = {
				.tstamp = arrival,
				.size = 40 + test_below(1461),
				.ecn = test_below(100) < ecn,
			};

			queue_enqueue(&r->queue, p);
			p.tstamp += offset;
			queue_enqueue(&o->queue, p);
			arrival += test_below(2 * service * 100 / load + 1);
			continue;
		}
		now = departure;
		departure += test_below(2 * service + 1);
		/* The line may also be off for a while. */
		if (!test_below(500))
			departure += test_below(20 * r->INTERVAL > U32_MAX ?
						U32_MAX : 20 * r->INTERVAL);
		a = rfc_dequeue(r, now);
		b = ours_dequeue(o, now + offset);
		CHECK(!a == !b && r->queue.head == o->queue.head &&
		      r->drops == o->drops && r->marks == o->marks,
		      "at %llu: packet %llu not %llu, %llu/%llu not %llu/%llu drops/marks, target %llu interval %llu",
		      now, o->queue.head, r->queue.head, o->drops, o->marks,
		      r->drops, r->marks, r->TARGET, r->INTERVAL);
		/* That one may learn later, from the next packet, that it ended. */
		CHECK(r->dropping >= o->codel.dropping &&
		      (!o->codel.dropping || r->count == o->codel.count),
		      "at %llu: dropping %d count %u not %d %u", now,
		      o->codel.dropping, o->codel.count, r->dropping, r->count);
	}
}

static void aqm_rfc(void)
{
	struct rfc *r = kzalloc(sizeof(*r), GFP_KERNEL);
	struct ours *o = kzalloc(sizeof(*o), GFP_KERNEL);
	u64 drops = 0, marks = 0, resumed = 0;
	unsigned long round;

	for (round = 0; round < test_rounds; round++) {
		u64 offset = test_below(2) ? 0 : -test_rnd_size();

		against_rfc(r, o, offset);
		drops += r->drops;
		marks += r->marks;
		resumed += r->lastcount > 1;
	}
	/* One in five does on average, so that of few rounds none may. */
	CHECK(drops > test_rounds && marks > test_rounds &&
	      resumed + 4 > test_rounds / 20,
	      "the inputs are lopsided: %llu drops, %llu marks, %llu resumed",
	      drops, marks, resumed);
	kfree(r);
	kfree(o);
}

/* The first signal, then at interval / sqrt(n), for a queue that just stands. */
static void aqm_by_hand(void)
{
	struct porch_codel_params p = {
		.target_ns = 5000000, .interval_ns = 100000000, .mtu = 1500,
	};
	static const u64 signals[] = {
		/* 100 + 100 * (1 + 1/sqrt(2) + ...), rounded down each */
		100000000, 200000000, 270710678, 328445704, 378445704,
	};
	struct porch_codel c = {};
	unsigned int n = 0;
	u64 now;

	for (now = 0; now <= 400000000; now++) {
		/* Every millisecond, and around the time when it matters. */
		if (now % 1000000 && n < ARRAY_SIZE(signals) &&
		    now + 2 < signals[n]) {
			u64 next = now - now % 1000000 + 1000000;

			now = min(next, signals[n] - 2);
		}
		if (!porch_codel_judge(&c, &p, now, now - 5000000, 1501))
			continue;
		CHECK(n < ARRAY_SIZE(signals) && now == signals[n],
		      "signal %u at %llu", n, now);
		n++;
		if (n == ARRAY_SIZE(signals))
			break;
	}
	CHECK(n == ARRAY_SIZE(signals), "%u signals", n);

	/* Short of the target, and a queue of one packet: never. */
	c = (struct porch_codel) {};
	for (now = 0; now < 1000000000; now += 1000000) {
		CHECK(!porch_codel_judge(&c, &p, now, now - 4999999, 1501),
		      "at %llu", now);
		CHECK(!porch_codel_judge(&c, &p, now, now - 50000000, 1500),
		      "at %llu", now);
		/* As if it came later than now. */
		CHECK(!porch_codel_judge(&c, &p, now, now + 1, 1501),
		      "at %llu", now);
	}
}

/* A count that cannot grow any more stays where it is. */
static void aqm_count(void)
{
	struct porch_codel_params p = {
		.target_ns = 1, .interval_ns = PORCH_CODEL_INTERVAL_MIN,
	};
	struct porch_codel c = {
		.above = true, .dropping = true, .count = U32_MAX - 2,
	};
	u64 now = 1000;
	int i;

	for (i = 0; i < 10; i++, now += 2)
		CHECK(porch_codel_judge(&c, &p, now, 0, 1), "signal %d", i);
	CHECK(c.count == U32_MAX, "count %u", c.count);
	CHECK(c.next_ns == 9, "next at %llu", c.next_ns);
}

const struct test test_aqm[] = {
	{ .name = "aqm: CoDel against RFC 8289", .run = aqm_rfc },
	{ .name = "aqm: CoDel by hand", .run = aqm_by_hand },
	{ .name = "aqm: a count that is full", .run = aqm_count },
	{},
};
