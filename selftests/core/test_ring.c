// SPDX-License-Identifier: GPL-2.0
/*
 * Rings, held against a plain list of what must come out, with an honest
 * consumer, a lying one, and one in a thread of its own.
 */
#include "ring.h"
#include "test.h"

#define SIZE		4096U	/* less than an application may ask for */
#define MAX_RECORDS	(SIZE / PORCH_RING_ALIGN)

/**
 * struct twin - a ring and what it must hold
 * @p: the producer's side
 * @ctl: the shared indices
 * @data: the shared records
 * @len: length of each record that was submitted and not consumed
 * @number: and what it is filled with
 * @first: index of the oldest of them, modulo MAX_RECORDS
 * @n: how many
 * @room: bytes that the ring has left, by a count of its own
 * @at: offset of the next record
 * @produced: records that were submitted
 * @lost: records that were not
 * @missed: lost since the last submit
 */
struct twin {
	struct porch_ring_producer p;
	struct porch_ring_ctl *ctl;
	u8 *data;
	u32 len[MAX_RECORDS];
	u64 number[MAX_RECORDS];
	unsigned int first;
	unsigned int n;
	u32 room;
	u32 at;
	u64 produced;
	u64 lost;
	u32 missed;
};

static void twin_init(struct twin *t)
{
	memset(t, 0, sizeof(*t));
	t->ctl = kzalloc(sizeof(*t->ctl), GFP_KERNEL);
	t->data = kzalloc(SIZE, GFP_KERNEL);
	t->room = SIZE;
	porch_ring_init(&t->p, t->ctl, t->data, SIZE);
}

static void twin_fini(struct twin *t)
{
	kfree(t->ctl);
	kfree(t->data);
}

static u8 filling(u64 number, u32 i)
{
	return (u8)(number * 251 + i);
}

static void fill(struct porch_ring_frame *f, u64 number)
{
	u8 *b = (u8 *)f;
	u32 i;

	f->id = number;
	for (i = sizeof(*f); i < f->len; i++)
		b[i] = filling(number, i);
}

static bool is_filled(const struct porch_ring_frame *f, u64 number)
{
	const u8 *b = (const u8 *)f;
	u32 i;

	if (f->id != number)
		return false;
	for (i = sizeof(*f); i < f->len; i++)
		if (b[i] != filling(number, i))
			return false;
	return true;
}

static u32 some_len(void)
{
	/* Half of the ring at most; small ones are common. */
	u32 max = test_below(4) ? 4 : MAX_RECORDS / 2;

	return PORCH_RING_ALIGN * (1 + test_below(max));
}

/* What one record takes, by the definition: no record lies across the end. */
static u32 cost(const struct twin *t, u32 len)
{
	return t->at + len > SIZE ? SIZE - t->at + len : len;
}

static void produce(struct twin *t, bool submit)
{
	u32 len = some_len(), need = cost(t, len);
	struct porch_ring_frame *f = porch_ring_reserve(&t->p, len);

	CHECK(!f == (need > t->room), "%u bytes at %u with room for %u", len,
	      t->at, t->room);
	if (!f) {
		t->lost++;
		t->missed++;
	} else {
		CHECK(f->len == len && f->type == PORCH_RING_FRAME &&
		      f->lost == t->missed, "len %u type %u lost %u", f->len,
		      f->type, f->lost);
		fill(f, t->produced);
	}
	if (f && submit) {
		unsigned int i = (t->first + t->n++) % MAX_RECORDS;

		porch_ring_submit(&t->p);
		CHECK(porch_ring_was_empty(&t->p) == (t->n == 1),
		      "%u records", t->n);
		t->len[i] = len;
		t->number[i] = t->produced++;
		t->missed = 0;
		t->room -= need;
		t->at = (t->at + need) % SIZE;
	}
	CHECK(t->ctl->lost == t->lost && t->ctl->frames == t->produced,
	      "frames %llu lost %llu", t->ctl->frames, t->ctl->lost);
	CHECK(porch_ring_readable(&t->p) == !!t->n, "%u records", t->n);
}

/* As the documentation tells applications to. NULL if there is nothing. */
static const struct porch_ring_frame *peek(struct porch_ring_ctl *ctl,
					   const u8 *data, u32 size)
{
	const struct porch_ring_frame *f;

	for (;;) {
		/* (A): pairs with the release in porch_ring_submit(). */
		if (smp_load_acquire(&ctl->prod) == ctl->cons)
			return NULL;
		f = (const void *)(data + ctl->cons % size);
		if (f->type != PORCH_RING_PAD)
			return f;
		/* (B): pairs with the acquire in has_room(). */
		smp_store_release(&ctl->cons, ctl->cons + f->len);
	}
}

static void consume(struct twin *t)
{
	const struct porch_ring_frame *f = peek(t->ctl, t->data, SIZE);
	u32 before = t->ctl->cons;

	CHECK(!f == !t->n, "%u records", t->n);
	if (f) {
		CHECK(f->len == t->len[t->first] &&
		      is_filled(f, t->number[t->first]), "record %llu",
		      t->number[t->first]);
		/* (B), as above. */
		smp_store_release(&t->ctl->cons, before + f->len);
		t->first = (t->first + 1) % MAX_RECORDS;
		t->n--;
	}
	t->room = SIZE - (t->ctl->prod - t->ctl->cons);
}

/* More goes through than the indices can count, in both senses. */
static void test_order(void)
{
	unsigned long round;
	struct twin t;
	u32 start;

	twin_init(&t);
	start = t.ctl->prod;
	CHECK(start > t.ctl->prod + SIZE, "the indices start at %u", start);
	for (round = 0; round < test_rounds * 100; round++) {
		unsigned int busy = test_below(3);

		if (test_below(3) >= busy)
			consume(&t);
		else
			produce(&t, test_below(10));
	}
	while (t.n)
		consume(&t);
	consume(&t);
	twin_fini(&t);
}

/* The largest record fits wherever an empty ring stands. */
static void test_largest(void)
{
	struct porch_ring_frame *f;
	unsigned int i;
	struct twin t;

	twin_init(&t);
	for (i = 0; i < 2 * MAX_RECORDS; i++) {
		f = porch_ring_reserve(&t.p, SIZE / 2);
		CHECK(f, "at %u", t.p.prod % SIZE);
		f = porch_ring_reserve(&t.p, PORCH_RING_ALIGN);
		CHECK(f, "at %u", t.p.prod % SIZE);
		porch_ring_submit(&t.p);
		peek(t.ctl, t.data, SIZE);
		t.ctl->cons = t.ctl->prod;
	}
	twin_fini(&t);
}

static void scribble(struct twin *t)
{
	switch (test_below(6)) {
	case 0:
		t->ctl->cons = test_rnd();
		break;
	case 1:
		t->ctl->cons = t->p.prod + 1 + test_below(SIZE);
		break;
	case 2:
		t->ctl->cons = t->p.prod - test_below(2 * SIZE);
		break;
	case 3:
		t->ctl->cons = t->p.prod - SIZE - test_below(3) + 1;
		break;
	case 4:
		t->ctl->prod = test_rnd();
		t->ctl->frames = test_rnd();
		t->ctl->lost = test_rnd();
		break;
	default:
		memset(t->data, test_rnd(), SIZE);
	}
}

/*
 * Whatever the consumer writes: no record leaves the ring (the sanitizer
 * watches the rest of the memory), none overlaps with what an honest index
 * still claims, all are counted, and an honest consumer is served again.
 */
static void test_hostile(void)
{
	unsigned long round;
	struct twin t;

	twin_init(&t);
	for (round = 0; round < test_rounds * 100; round++) {
		u64 frames = t.p.frames, lost = t.p.lost;
		u32 len = some_len(), cons, used, need;
		struct porch_ring_frame *f;

		scribble(&t);
		cons = t.ctl->cons;
		f = porch_ring_reserve(&t.p, len);
		if (f) {
			u32 begin = (u8 *)f - t.data;

			CHECK(begin + len <= SIZE, "%u bytes at %u", len, begin);
			memset(f, 0xff, len);
			porch_ring_submit(&t.p);
			need = t.p.prod - t.p.last;
			used = t.p.last - t.p.cons;
			CHECK(used + need <= SIZE, "%u used, %u more", used,
			      need);
			CHECK(t.ctl->prod == t.p.prod, "prod %u", t.ctl->prod);
		} else if (t.p.prod - cons <= SIZE) {
			t.at = t.p.prod % SIZE;
			CHECK(cost(&t, len) > SIZE - (t.p.prod - cons),
			      "refused %u bytes", len);
		}
		CHECK(t.p.frames == frames + !!f && t.p.lost == lost + !f,
		      "%llu frames, %llu lost", t.p.frames, t.p.lost);
		porch_ring_readable(&t.p);
		porch_ring_was_empty(&t.p);
	}

	t.ctl->prod = t.p.prod;
	t.ctl->cons = t.p.prod;
	t.ctl->lost = t.p.lost;
	t.ctl->frames = t.p.frames;
	t.lost = t.p.lost;
	t.produced = t.p.frames;
	t.missed = t.p.missed;
	t.room = SIZE;
	t.at = t.p.prod % SIZE;
	for (round = 0; round < 1000; round++) {
		produce(&t, true);
		consume(&t);
	}
	twin_fini(&t);
}

/* A loss count that cannot grow any more stays where it is. */
static void test_missed(void)
{
	struct porch_ring_frame *f;
	struct twin t;

	twin_init(&t);
	t.p.missed = U32_MAX - 1;
	porch_ring_lose(&t.p);
	porch_ring_lose(&t.p);
	CHECK(t.p.lost == 2 && t.ctl->lost == 2, "lost %llu", t.p.lost);
	f = porch_ring_reserve(&t.p, PORCH_RING_ALIGN);
	CHECK(f->lost == U32_MAX, "lost %u", f->lost);
	porch_ring_submit(&t.p);
	f = porch_ring_reserve(&t.p, PORCH_RING_ALIGN);
	CHECK(!f->lost, "lost %u", f->lost);
	twin_fini(&t);
}

#ifndef __KERNEL__
/**
 * struct race - a ring whose sides are two threads
 * @ctl: the shared indices
 * @data: the shared records
 * @total: records that the producer has tried to submit
 * @done: the producer has
 * @got: records that came, or were lost and said so
 * @bad: a record that was not what it should be, plus 1
 */
struct race {
	struct porch_ring_ctl *ctl;
	u8 *data;
	u64 total;
	bool done;
	u64 got;
	u64 bad;
};

static void *race_consumer(void *arg)
{
	struct race *r = arg;
	const struct porch_ring_frame *f;
	bool last = false;

	for (;;) {
		f = peek(r->ctl, r->data, SIZE);
		if (!f) {
			if (last)
				return NULL;
			/* Pairs with the producer's: all is submitted by then. */
			last = smp_load_acquire(&r->done);
			sched_yield();
			continue;
		}
		r->got += f->lost;
		if (!r->bad && !is_filled(f, r->got))
			r->bad = r->got + 1;
		r->got++;
		/* (B), as above. */
		smp_store_release(&r->ctl->cons, r->ctl->cons + f->len);
	}
}

static void test_threads(void)
{
	const u64 total = test_rounds * 500;
	struct porch_ring_producer p;
	struct porch_ring_frame *f;
	struct race r = {};
	pthread_t consumer;

	r.ctl = kzalloc(sizeof(*r.ctl), GFP_KERNEL);
	r.data = kzalloc(SIZE, GFP_KERNEL);
	porch_ring_init(&p, r.ctl, r.data, SIZE);
	CHECK(!pthread_create(&consumer, NULL, race_consumer, &r), "no thread");
	/* On a busy machine, the consumer may be late. */
	for (; r.total < total || p.frames < total / 100; r.total++) {
		f = porch_ring_reserve(&p, some_len());
		if (f) {
			fill(f, r.total);
			porch_ring_submit(&p);
		} else if (test_below(2)) {
			sched_yield();
		}
	}
	/* Pairs with the consumer's acquire. */
	smp_store_release(&r.done, true);
	pthread_join(consumer, NULL);
	CHECK(!r.bad, "record %llu", r.bad - 1);
	CHECK(r.got + p.missed == r.total && p.frames + p.lost == r.total,
	      "got %llu, %llu submitted, %llu lost of %llu", r.got, p.frames,
	      p.lost, r.total);
	kfree(r.ctl);
	kfree(r.data);
}
#endif

/* The other direction, as the documentation tells applications to. */
struct sender {
	struct porch_ring_ctl *ctl;
	u8 *data;
};

static struct porch_ring_frame *put(struct sender *s, u32 len)
{
	u32 at = s->ctl->prod % SIZE, skip = at + len > SIZE ? SIZE - at : 0;
	struct porch_ring_frame *f = (void *)(s->data + at);

	/* (B): pairs with the release in porch_ring_release(). */
	if (SIZE - (s->ctl->prod - smp_load_acquire(&s->ctl->cons)) < skip + len)
		return NULL;
	if (skip) {
		f->len = skip;
		f->type = PORCH_RING_PAD;
		/* (A): pairs with the acquire in porch_ring_look(). */
		smp_store_release(&s->ctl->prod, s->ctl->prod + skip);
		f = (void *)s->data;
	}
	f->len = len;
	f->type = PORCH_RING_FRAME;
	return f;
}

static void handed_over(struct sender *s, const struct porch_ring_frame *f)
{
	/* (A), as above. */
	smp_store_release(&s->ctl->prod, s->ctl->prod + f->len);
}

static void sender_init(struct sender *s, struct porch_ring_consumer *c)
{
	s->ctl = kzalloc(sizeof(*s->ctl), GFP_KERNEL);
	s->data = kzalloc(SIZE, GFP_KERNEL);
	porch_ring_consumer_init(c, s->ctl, s->data, SIZE);
}

static void sender_fini(struct sender *s)
{
	kfree(s->ctl);
	kfree(s->data);
}

/* What goes in comes out, in order, and not before somebody has looked. */
static void test_take(void)
{
	u64 sent = 0, taken = 0, seen = 0;
	struct porch_ring_consumer c;
	struct porch_ring_frame *f, head;
	unsigned long round;
	struct sender s;
	const u8 *record;

	sender_init(&s, &c);
	for (round = 0; round < test_rounds * 100; round++) {
		switch (test_below(3)) {
		case 0:
			f = put(&s, some_len());
			if (!f)
				break;
			fill(f, sent++);
			handed_over(&s, f);
			break;
		case 1:
			CHECK(!porch_ring_look(&c), "refused");
			seen = sent;
			break;
		default:
			record = porch_ring_peek(&c, &head);
			CHECK(!record == (taken == seen), "%llu of %llu",
			      taken, seen);
			if (!record)
				break;
			CHECK(!memcmp(&head, record, sizeof(head)) &&
			      is_filled((const void *)record, taken),
			      "record %llu", taken);
			porch_ring_release(&c);
			taken++;
		}
	}
	CHECK(taken > test_rounds, "only %llu taken", taken);
	sender_fini(&s);
}

/*
 * Whatever the producer writes: no record leaves the ring (the sanitizer watches
 * the rest of the memory), the kernel comes to an end, and an honest producer is
 * served again.
 */
static void test_hostile_sender(void)
{
	struct porch_ring_consumer c;
	struct porch_ring_frame *f, head;
	unsigned long round, broken = 0, whole = 0;
	struct sender s;
	const u8 *record;
	unsigned int n;

	sender_init(&s, &c);
	for (round = 0; round < test_rounds * 100; round++) {
		u32 at = c.cons % SIZE, max = SIZE - at;

		f = (void *)(s.data + at);
		f->type = test_below(3);
		f->len = test_below(4) ? PORCH_RING_ALIGN * test_below(MAX_RECORDS + 2) :
					 (u32)test_rnd();
		s.ctl->prod = c.cons + (test_below(4) ? PORCH_RING_ALIGN : 1) *
					test_below(MAX_RECORDS + 2);
		if (!test_below(10))
			s.ctl->prod = test_rnd();
		s.ctl->cons = test_rnd();
		if (porch_ring_look(&c)) {
			CHECK(s.ctl->prod - c.cons > SIZE ||
			      s.ctl->prod % PORCH_RING_ALIGN, "refused %u at %u",
			      s.ctl->prod, c.cons);
			continue;
		}
		for (n = 0; n <= MAX_RECORDS; n++) {
			record = porch_ring_peek(&c, &head);
			if (!record || IS_ERR(record))
				break;
			at = record - s.data;
			max = SIZE - at;
			CHECK(head.len && head.len <= max && !(head.len % 64),
			      "%u bytes at %u", head.len, at);
			/* A second look at what is shared would see this. */
			memset(s.data + at, test_rnd(), sizeof(head));
			porch_ring_release(&c);
			whole++;
		}
		CHECK(n <= MAX_RECORDS && c.cons == c.prod,
		      "%u records, %u of %u", n, c.cons, c.prod);
		broken += IS_ERR(record);
	}
	CHECK(broken > test_rounds && whole > test_rounds, "%lu broken, %lu whole",
	      broken, whole);

	s.ctl->prod = c.cons;
	for (round = 0; round < 100; round++) {
		f = put(&s, some_len());
		fill(f, round);
		handed_over(&s, f);
		CHECK(!porch_ring_look(&c), "refused");
		record = porch_ring_peek(&c, &head);
		CHECK(record && is_filled((const void *)record, round), "record %lu",
		      round);
		porch_ring_release(&c);
	}
	sender_fini(&s);
}

#ifndef __KERNEL__
struct sending {
	struct sender s;
	u64 total;
};

static void *race_sender(void *arg)
{
	struct sending *r = arg;
	struct porch_ring_frame *f;
	unsigned int len = 1;
	u64 i;

	for (i = 0; i < r->total; i++) {
		len = len * 5 % (MAX_RECORDS / 2 - 1) + 1;
		while (!(f = put(&r->s, len * PORCH_RING_ALIGN)))
			sched_yield();
		fill(f, i);
		handed_over(&r->s, f);
	}
	return NULL;
}

static void test_sender_threads(void)
{
	struct sending r = { .total = test_rounds * 100 };
	struct porch_ring_consumer c;
	struct porch_ring_frame head;
	const u8 *record;
	pthread_t thread;
	u64 got = 0;

	sender_init(&r.s, &c);
	CHECK(!pthread_create(&thread, NULL, race_sender, &r), "no thread");
	while (got < r.total) {
		CHECK(!porch_ring_look(&c), "refused");
		record = porch_ring_peek(&c, &head);
		if (!record) {
			sched_yield();
			continue;
		}
		CHECK(is_filled((const void *)record, got), "record %llu", got);
		porch_ring_release(&c);
		got++;
	}
	pthread_join(thread, NULL);
	sender_fini(&r.s);
}
#endif

const struct test test_ring[] = {
	{ .name = "ring: against a list", .run = test_order },
	{ .name = "ring: the largest record", .run = test_largest },
	{ .name = "ring: a hostile consumer", .run = test_hostile },
	{ .name = "ring: a count that is full", .run = test_missed },
	{ .name = "ring: the other direction", .run = test_take },
	{ .name = "ring: a hostile producer", .run = test_hostile_sender },
#ifndef __KERNEL__
	{ .name = "ring: two threads", .run = test_threads, .threads = true },
	{ .name = "ring: the other direction in two threads",
	  .run = test_sender_threads, .threads = true },
#endif
	{}
};
