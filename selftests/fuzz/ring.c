// SPDX-License-Identifier: GPL-2.0
/*
 * Both sides of the ring that the kernel has, against an application that is
 * honest, or writes anything anywhere. The shared memory is exactly as long as
 * it has to be, so the sanitizer sees each step beside it.
 */
#include "fuzz.h"
#include "core/ring.h"

#define SIZE	4096

struct env_mem env_mem;

static void *shared(size_t size)
{
	void *p = aligned_alloc(PORCH_RING_ALIGN, size);

	if (!p)
		abort();
	return memset(p, 0, size);
}

/* Write bytes to the records, as the application may at any time. */
static void scribble(struct input *in, u8 *data)
{
	u32 at = input_u32(in) % (SIZE / 8) * 8;

	input_bytes(in, data + at, 8);
}

static u32 take_len(struct input *in)
{
	return (1 + input_u8(in) % (SIZE / 2 / PORCH_RING_ALIGN)) *
	       PORCH_RING_ALIGN;
}

static struct porch_ring_frame *reserve(struct porch_ring_producer *p,
					const u8 *data, u32 len)
{
	struct porch_ring_frame *f = porch_ring_reserve(p, len);

	if (!f)
		return NULL;
	CHECK((u8 *)f >= data && (u8 *)f + len <= data + SIZE, "%u", len);
	CHECK((uintptr_t)f % PORCH_RING_ALIGN == 0, "%p", (void *)f);
	return f;
}

/* The application lies. Nothing but its own memory may suffer. */
static void produce_for_liar(struct input *in)
{
	struct porch_ring_ctl *ctl = shared(sizeof(*ctl));
	struct porch_ring_producer p;
	u8 *data = shared(SIZE);
	u64 frames = 0;
	u32 len;

	porch_ring_init(&p, ctl, data, SIZE);
	while (in->n) {
		switch (input_u8(in) % 6) {
		case 0:
			ctl->cons = input_u32(in);
			break;
		case 1:
			ctl->cons = ctl->prod - input_u8(in) * 8;
			break;
		case 2:
			scribble(in, data);
			break;
		case 3:
			input_bytes(in, ctl, sizeof(*ctl));
			break;
		default:
			len = take_len(in);
			if (!reserve(&p, data, len))
				break;
			memset(data + (p.next - len) % SIZE +
			       sizeof(struct porch_ring_frame), 0x5a,
			       len - sizeof(struct porch_ring_frame));
			porch_ring_submit(&p);
			frames++;
			break;
		}
		CHECK(p.prod - p.cons <= SIZE, "%u %u", p.prod, p.cons);
		CHECK(p.frames == frames, "%llu", p.frames);
		porch_ring_readable(&p);
		porch_ring_was_empty(&p);
	}
	free(ctl);
	free(data);
}

/* The application is honest: what is produced arrives, or is counted. */
static void produce_for_reader(struct input *in)
{
	struct porch_ring_ctl *ctl = shared(sizeof(*ctl));
	u64 sent = 0, lost = 0, got = 0, said = 0;
	struct porch_ring_frame *f;
	struct porch_ring_producer p;
	u8 *data = shared(SIZE);
	u32 cons, len;

	porch_ring_init(&p, ctl, data, SIZE);
	cons = ctl->cons;
	while (in->n) {
		if (input_u8(in) & 1) {
			len = take_len(in);
			f = reserve(&p, data, len);
			if (!f) {
				lost++;
				continue;
			}
			CHECK(f->len == len && f->type == PORCH_RING_FRAME,
			      "%u", f->len);
			f->id = sent;
			porch_ring_submit(&p);
			sent++;
			continue;
		}
		CHECK(porch_ring_readable(&p) == (cons != ctl->prod), "%u",
		      cons);
		if (cons == ctl->prod)
			continue;
		f = (struct porch_ring_frame *)(data + cons % SIZE);
		if (f->type == PORCH_RING_PAD) {
			cons += f->len;
			f = (struct porch_ring_frame *)(data + cons % SIZE);
		}
		CHECK(f->id == got, "%llu", got);
		got++;
		said += f->lost;
		cons += f->len;
		CHECK(ctl->prod - cons <= SIZE, "%u %u", ctl->prod, cons);
		ctl->cons = cons;
	}
	CHECK(ctl->lost == lost && said <= lost, "%llu", lost);
	CHECK(ctl->frames == sent && got <= sent, "%llu", sent);
	free(ctl);
	free(data);
}

/* Records of an application that writes anything, also while they are read. */
static void consume(struct input *in)
{
	struct porch_ring_ctl *ctl = shared(sizeof(*ctl));
	struct porch_ring_consumer c;
	struct porch_ring_frame head;
	u8 *data = shared(SIZE);
	u32 at = 0, len, turns;
	const u8 *record;

	porch_ring_consumer_init(&c, ctl, data, SIZE);
	while (in->n) {
		switch (input_u8(in) % 5) {
		case 0:
			ctl->prod = input_u32(in);
			break;
		case 1:
			ctl->prod += input_u8(in) * 32;
			break;
		case 2:
			scribble(in, data);
			break;
		case 3:		/* a record as it should be */
			len = take_len(in);
			at = ctl->prod % SIZE;
			memcpy(data + at / PORCH_RING_ALIGN * PORCH_RING_ALIGN,
			       &(struct porch_ring_frame) {
				.len = len, .type = input_u8(in) % 3 },
			       sizeof(struct porch_ring_frame));
			ctl->prod += len;
			break;
		default:
			len = c.prod;
			if (porch_ring_look(&c))
				CHECK(c.prod == len, "%u", c.prod);
			for (turns = 0;; turns++) {
				CHECK(turns <= SIZE / PORCH_RING_ALIGN, "%u",
				      turns);
				record = porch_ring_peek(&c, &head);
				if (!record || IS_ERR(record))
					break;
				CHECK(record >= data && head.len &&
				      record + head.len <= data + SIZE,
				      "%u", head.len);
				scribble(in, data);
				porch_ring_release(&c);
			}
			CHECK(c.cons == c.prod, "%u %u", c.cons, c.prod);
			break;
		}
	}
	free(ctl);
	free(data);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };

	switch (input_u8(&in) % 3) {
	case 0:
		produce_for_liar(&in);
		break;
	case 1:
		produce_for_reader(&in);
		break;
	default:
		consume(&in);
		break;
	}
	return 0;
}
