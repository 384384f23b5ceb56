// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match, against a list of prefixes: changes with and without
 * memory, commits, aborts, lookups and walks, of IPv4 and IPv6.
 */
#include "fuzz.h"
#include "core/lpm.h"

#define MOST	200	/* prefixes */
#define VEC	20	/* lookups at a time: more than are under way at once */

struct prefix {
	u8 key[16];
	u8 plen;
	void *value;
};

struct list {
	struct prefix p[MOST];
	unsigned int n;
};

struct env_mem env_mem;

static unsigned int bits;

static bool bit_of(const u8 *key, unsigned int i)
{
	return key[i / 8] >> (7 - i % 8) & 1;
}

static bool covers(const struct prefix *p, const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < p->plen; i++) {
		if (bit_of(p->key, i) != bit_of(addr, i))
			return false;
	}
	return true;
}

static bool is_well_formed(const struct prefix *p)
{
	unsigned int i;

	for (i = p->plen; i < bits; i++) {
		if (bit_of(p->key, i))
			return false;
	}
	return p->plen <= bits;
}

static struct prefix *list_find(struct list *l, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (l->p[i].plen == p->plen &&
		    !memcmp(l->p[i].key, p->key, bits / 8))
			return &l->p[i];
	}
	return NULL;
}

static void *list_lookup(const struct list *l, const u8 *addr)
{
	void *value = NULL;
	int best = -1;
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (l->p[i].plen > best && covers(&l->p[i], addr)) {
			best = l->p[i].plen;
			value = l->p[i].value;
		}
	}
	return value;
}

/* An address that differs from one that is there in few places, or any. */
static void take_key(struct input *in, const struct list *l, u8 *key)
{
	u8 how = input_u8(in), bit;

	memset(key, 0, 16);
	if (!l->n || how < 32) {
		input_bytes(in, key, bits / 8);
		return;
	}
	memcpy(key, l->p[how % l->n].key, bits / 8);
	for (how = input_u8(in) % 4; how; how--) {
		bit = input_u8(in) % bits;
		key[bit / 8] ^= 0x80 >> bit % 8;
	}
}

static void take_prefix(struct input *in, const struct list *l,
			struct prefix *p)
{
	unsigned int i;

	take_key(in, l, p->key);
	p->plen = input_u8(in);
	if (p->plen >= 160)	/* let some be malformed */
		return;
	p->plen %= bits + 1;
	for (i = p->plen; i < bits; i++)
		p->key[i / 8] &= ~(0x80 >> i % 8);
}

static void do_insert(struct input *in, struct porch_lpm_edit *e, struct list *l)
{
	static uintptr_t last;
	struct prefix p, *there;
	bool replace = input_u8(in) & 1;
	void *old = &last;
	int err;

	take_prefix(in, l, &p);
	last++;
	p.value = (void *)last;
	there = list_find(l, &p);
	if (!there && l->n == MOST)
		return;
	err = porch_lpm_insert(e, p.key, p.plen, p.value, replace, &old);
	if (!is_well_formed(&p)) {
		CHECK(err == -EINVAL, "%d", err);
		return;
	}
	if (there && !replace) {
		CHECK(err == -EEXIST && old == there->value, "%d", err);
		return;
	}
	if (err) {
		CHECK(err == -ENOMEM && env_mem.fail_at, "%d", err);
		return;
	}
	CHECK(old == (there ? there->value : NULL), "%p", old);
	if (there)
		there->value = p.value;
	else
		l->p[l->n++] = p;
}

static void do_remove(struct input *in, struct porch_lpm_edit *e, struct list *l)
{
	struct prefix p, *there;
	void *old = &p;
	int err;

	take_prefix(in, l, &p);
	there = list_find(l, &p);
	err = porch_lpm_remove(e, p.key, p.plen, &old);
	if (!is_well_formed(&p)) {
		CHECK(err == -EINVAL, "%d", err);
	} else if (!there) {
		CHECK(err == -ENOENT, "%d", err);
	} else if (err) {
		CHECK(err == -ENOMEM && env_mem.fail_at, "%d", err);
	} else {
		CHECK(old == there->value, "%p", old);
		*there = l->p[--l->n];
	}
}

static void check_lookups(struct input *in, const struct porch_lpm *t,
			  struct list *l)
{
	unsigned int n = input_u8(in) % (VEC + 1), i;
	const void *keys[VEC];
	void *values[VEC];
	u8 key[VEC][16];

	for (i = 0; i < n; i++) {
		take_key(in, l, key[i]);
		keys[i] = key[i];
	}
	porch_lpm_lookup_vec(t, keys, values, n);
	for (i = 0; i < n; i++) {
		CHECK(values[i] == list_lookup(l, key[i]), "%u of %u", i, n);
		CHECK(porch_lpm_lookup(t, key[i]) == values[i], "%u", i);
	}
}

/* All are there, once, in order, and nothing else is. */
static void check_walk(const struct porch_lpm *t, struct list *l)
{
	struct prefix p = {}, before = {}, *there;
	struct porch_lpm_pos pos = {};
	unsigned int n = 0;
	void *value;
	int order;

	CHECK(t->count == l->n, "%u not %u", t->count, l->n);
	while ((value = porch_lpm_next(t, &pos))) {
		memcpy(p.key, pos.key, sizeof(p.key));
		p.plen = pos.plen;
		there = list_find(l, &p);
		CHECK(there && there->value == value, "%u", n);
		CHECK(porch_lpm_find(t, p.key, p.plen) == value, "%u", n);
		order = memcmp(before.key, p.key, bits / 8);
		CHECK(!n || order < 0 || (!order && before.plen < p.plen),
		      "%u", n);
		before = p;
		n++;
	}
	CHECK(n == l->n, "%u not %u", n, l->n);
}

/* One edit, of which at most one allocation fails. */
static void do_edit(struct input *in, struct porch_lpm *t, struct list *l)
{
	struct porch_lpm_retired retired = {};
	struct list base = *l;
	struct porch_lpm_edit e;
	bool commit = false;
	u8 op;

	env_mem.calls = 0;
	env_mem.fail_at = input_u8(in);
	porch_lpm_edit_begin(&e, t, GFP_KERNEL);
	while (in->n) {
		op = input_u8(in) % 16;
		if (op < 8)
			do_insert(in, &e, l);
		else if (op < 12)
			do_remove(in, &e, l);
		else if (op == 12)
			check_lookups(in, &e.cur, l);
		else if (op == 13)
			check_lookups(in, t, &base);
		else
			break;
	}
	commit = op == 14;
	check_walk(&e.cur, l);
	check_walk(t, &base);
	if (commit) {
		porch_lpm_edit_commit(&e, t, &retired);
		porch_lpm_retired_free(&retired);
	} else {
		porch_lpm_edit_abort(&e);
		*l = base;
	}
	check_walk(t, l);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct list l = {};
	struct porch_lpm t;

	env_mem = (struct env_mem) {};
	bits = input_u8(&in) & 1 ? 128 : 32;
	porch_lpm_init(&t, bits);
	while (in.n)
		do_edit(&in, &t, &l);
	porch_lpm_destroy(&t, NULL, NULL);
	CHECK(!env_mem.live, "%ld nodes were not freed", env_mem.live);
	return 0;
}
