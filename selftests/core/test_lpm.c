// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match, held against a list of prefixes.
 *
 * Everything here is done for 32 and for 128 bits. Prefixes are drawn so that
 * they crowd together: chains of ever longer ones, siblings, the ends of the
 * range of lengths. Values are numbers that no two insertions share, dressed
 * as pointers.
 */
#include "lpm.h"
#include "test.h"

#define MAX_PREFIXES	512
#define VERSIONS	5

struct prefix {
	u8 key[16];
	u8 plen;
	uintptr_t value;
};

/* The list. Small enough to be copied for each version. */
struct list {
	struct prefix p[MAX_PREFIXES];
	unsigned int n;
	u8 bits;
};

static uintptr_t last_value;

static const char *name_of(const u8 *key, u8 plen, u8 bits)
{
	static char s[48];
	unsigned int i, n = 0;

	for (i = 0; i < bits / 8; i++)
		n += snprintf(s + n, sizeof(s) - n, "%02x", key[i]);
	snprintf(s + n, sizeof(s) - n, "/%u", plen);
	return s;
}

static unsigned int key_bit(const u8 *key, unsigned int i)
{
	return key[i / 8] >> (7 - i % 8) & 1;
}

static void key_flip(u8 *key, unsigned int i)
{
	key[i / 8] ^= 0x80 >> i % 8;
}

static void key_truncate(u8 *key, unsigned int plen)
{
	unsigned int i;

	for (i = plen; i < 128; i++) {
		if (key_bit(key, i))
			key_flip(key, i);
	}
}

static void key_random_tail(u8 *key, unsigned int from, u8 bits)
{
	unsigned int i;

	for (i = from; i < bits; i++) {
		if (test_below(2))
			key_flip(key, i);
	}
}

static bool covers(const u8 *key, u8 plen, const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < plen; i++) {
		if (key_bit(key, i) != key_bit(addr, i))
			return false;
	}
	return true;
}

static struct prefix *list_find(struct list *l, const u8 *key, u8 plen)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (l->p[i].plen == plen &&
		    !memcmp(l->p[i].key, key, l->bits / 8))
			return &l->p[i];
	}
	return NULL;
}

static uintptr_t list_lookup(const struct list *l, const u8 *addr)
{
	uintptr_t value = 0;
	int best = -1;
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (l->p[i].plen > best &&
		    covers(l->p[i].key, l->p[i].plen, addr)) {
			best = l->p[i].plen;
			value = l->p[i].value;
		}
	}
	return value;
}

static int prefix_cmp(const void *va, const void *vb)
{
	const struct prefix *a = va, *b = vb;
	int diff = memcmp(a->key, b->key, 16);

	return diff ?: a->plen - b->plen;
}

static void list_append(struct list *l, const u8 *key, u8 plen, uintptr_t value)
{
	struct prefix *p = &l->p[l->n++];

	memset(p, 0, sizeof(*p));
	memcpy(p->key, key, l->bits / 8);
	p->plen = plen;
	p->value = value;
}

static u8 some_plen(u8 bits)
{
	static const u8 edges[] = { 0, 1, 31, 32, 63, 64, 65, 127, 128 };
	u8 plen = edges[test_below(9)];

	return plen <= bits && !test_below(4) ? plen : test_below(bits + 1U);
}

/* A prefix that has to do with those in the list. */
static u8 some_prefix(const struct list *l, u8 *key)
{
	u8 plen = some_plen(l->bits);

	memset(key, 0, 16);
	if (!l->n || !test_below(8)) {
		key_random_tail(key, 0, l->bits);
		key_truncate(key, plen);
		return plen;
	}

	memcpy(key, l->p[test_below(l->n)].key, 16);
	switch (test_below(4)) {
	case 0:		/* one of those that cover it */
		break;
	case 1:		/* a sibling of one of those */
		if (plen)
			key_flip(key, plen - 1);
		break;
	case 2:		/* it differs at random from somewhere on */
		key_random_tail(key, some_plen(l->bits), l->bits);
		break;
	default:	/* short random steps, hence near each other */
		plen = test_below(3) * l->bits / 4 + test_below(4);
		key_random_tail(key, plen - plen % 4, l->bits);
		break;
	}
	key_truncate(key, plen);
	return plen;
}

/* An address in, or just beside, one of the prefixes. */
static void some_addr(const struct list *l, u8 *addr)
{
	const struct prefix *p;

	memset(addr, 0, 16);
	if (!l->n || !test_below(8)) {
		key_random_tail(addr, 0, l->bits);
		return;
	}
	p = &l->p[test_below(l->n)];
	memcpy(addr, p->key, 16);
	switch (test_below(4)) {
	case 0:
		break;
	case 1:
		memset(addr, 0xff, l->bits / 8);
		memcpy(addr, p->key, p->plen / 8);
		break;
	default:
		key_random_tail(addr, p->plen, l->bits);
		break;
	}
	if (test_below(2))
		key_flip(addr, test_below(l->bits));
}

/*
 * A copy of an address at an odd place, of exactly its size, so that the
 * sanitizers see it if the table expects alignment or reads on.
 */
static void *odd_place(const u8 *key, u8 bits)
{
	u8 *p = malloc(1 + bits / 8);

	if (!p)
		abort();
	memcpy(p + 1, key, bits / 8);
	return p + 1;
}

static void odd_place_free(void *p)
{
	free((u8 *)p - 1);
}

static int insert(struct porch_lpm_edit *e, const u8 *key, u8 plen,
		  uintptr_t value, bool replace, void **old)
{
	void *k = odd_place(key, e->cur.bits);
	int err = porch_lpm_insert(e, k, plen, (void *)value, replace, old);

	odd_place_free(k);
	return err;
}

static int delete(struct porch_lpm_edit *e, const u8 *key, u8 plen, void **old)
{
	void *k = odd_place(key, e->cur.bits);
	int err = porch_lpm_remove(e, k, plen, old);

	odd_place_free(k);
	return err;
}

static uintptr_t find(const struct porch_lpm *l, const u8 *key, u8 plen)
{
	void *k = odd_place(key, l->bits);
	uintptr_t value = (uintptr_t)porch_lpm_find(l, k, plen);

	odd_place_free(k);
	return value;
}

static uintptr_t lookup(const struct porch_lpm *l, const u8 *addr)
{
	void *k = odd_place(addr, l->bits);
	uintptr_t value = (uintptr_t)porch_lpm_lookup(l, k);

	odd_place_free(k);
	return value;
}

/* The lookups of a table give what those of the list give. */
static void check_lookups(const struct porch_lpm *l, const struct list *list,
			  unsigned int n)
{
	static const void *keys[80];
	static void *values[81];
	static u8 addr[80][16];
	uintptr_t want;
	unsigned int i;

	for (i = 0; i < n; i++) {
		some_addr(list, addr[i]);
		keys[i] = odd_place(addr[i], list->bits);
		values[i] = (void *)-1;
	}
	values[n] = (void *)-1;
	porch_lpm_lookup_vec(l, keys, values, n);
	CHECK(values[n] == (void *)-1, "lookup_vec of %u wrote on", n);
	for (i = 0; i < n; i++) {
		odd_place_free((void *)keys[i]);
		want = list_lookup(list, addr[i]);
		CHECK(lookup(l, addr[i]) == want,
		      "%s among %u: %lu not %lu",
		      name_of(addr[i], list->bits, list->bits), list->n,
		      lookup(l, addr[i]), want);
		CHECK((uintptr_t)values[i] == want,
		      "lookup_vec: %s, %u of %u, among %u: %lu not %lu",
		      name_of(addr[i], list->bits, list->bits), i, n, list->n,
		      (uintptr_t)values[i], want);
	}
}

/* Going through the table gives the list, sorted. */
static void check_order(const struct porch_lpm *l, const struct list *list)
{
	struct porch_lpm_pos pos = {}, end;
	struct list *sorted = malloc(sizeof(*sorted));
	unsigned int i;
	uintptr_t v;

	if (!sorted)
		abort();
	*sorted = *list;
	qsort(sorted->p, sorted->n, sizeof(sorted->p[0]), prefix_cmp);
	for (i = 0; i < sorted->n; i++) {
		v = (uintptr_t)porch_lpm_next(l, &pos);
		CHECK(v == sorted->p[i].value,
		      "%u of %u: %lu not %lu, at %s", i, sorted->n, v,
		      sorted->p[i].value, name_of(pos.key, pos.plen, l->bits));
		CHECK(pos.plen == sorted->p[i].plen &&
		      !memcmp(pos.key, sorted->p[i].key, l->bits / 8),
		      "%u of %u: %s", i, sorted->n,
		      name_of(pos.key, pos.plen, l->bits));
	}
	end = pos;
	CHECK(!porch_lpm_next(l, &pos), "more than %u prefixes", sorted->n);
	CHECK(!memcmp(&end, &pos, sizeof(pos)), "the end moved");
	free(sorted);
}

static void check_all(const struct porch_lpm *l, struct list *list)
{
	const struct prefix *p;
	unsigned int i;
	u8 key[16], plen;
	uintptr_t v;

	CHECK(l->count == list->n, "%u not %u", l->count, list->n);
	check_lookups(l, list, test_below(80));
	check_order(l, list);
	for (i = 0; i < list->n; i++) {
		p = &list->p[i];
		v = find(l, p->key, p->plen);
		CHECK(v == p->value, "%s: %lu not %lu",
		      name_of(p->key, p->plen, list->bits), v, p->value);
	}
	for (i = 0; i < 20; i++) {
		plen = some_prefix(list, key);
		p = list_find(list, key, plen);
		v = find(l, key, plen);
		CHECK(v == (p ? p->value : 0), "%s: %lu not %lu",
		      name_of(key, plen, list->bits), v, p ? p->value : 0);
	}
}

/* Put one prefix in or take one out, of the table and of the list. */
static void some_change(struct porch_lpm_edit *e, struct list *list,
			unsigned int removals)
{
	void *const untouched = &last_value;
	uintptr_t was, value = ++last_value;
	bool replace = test_below(2);
	void *old = untouched;
	struct prefix *p;
	u8 key[16], plen;
	int err;

	if (list->n && test_below(3)) {
		p = &list->p[test_below(list->n)];
		memcpy(key, p->key, 16);
		plen = p->plen;
	} else {
		plen = some_prefix(list, key);
	}
	p = list_find(list, key, plen);
	was = p ? p->value : 0;

	if (test_below(100) < removals || list->n == MAX_PREFIXES) {
		err = delete(e, key, plen, &old);
		if (!p) {
			CHECK(err == -ENOENT && old == untouched,
			      "remove %s: %d, %p",
			      name_of(key, plen, list->bits), err, old);
			return;
		}
		CHECK(!err && (uintptr_t)old == was, "remove %s: %d, %p",
		      name_of(key, plen, list->bits), err, old);
		*p = list->p[--list->n];
		return;
	}

	err = insert(e, key, plen, value, replace, &old);
	CHECK((uintptr_t)old == was, "insert %s: %d, %p not %lu",
	      name_of(key, plen, list->bits), err, old, was);
	if (p && !replace) {
		CHECK(err == -EEXIST, "insert %s: %d",
		      name_of(key, plen, list->bits), err);
		return;
	}
	CHECK(!err, "insert %s: %d", name_of(key, plen, list->bits), err);
	if (p)
		p->value = value;
	else
		list_append(list, key, plen, value);
}

/* What must be refused is refused, and changes nothing. */
static void some_nonsense(struct porch_lpm_edit *e, const struct list *list)
{
	void *const untouched = &last_value;
	void *old = untouched;
	u8 key[16], plen;

	plen = some_prefix(list, key);
	CHECK(insert(e, key, plen, 0, true, &old) == -EINVAL, "no value");
	if (plen < list->bits) {
		key_flip(key, plen + test_below(list->bits - plen));
		CHECK(insert(e, key, plen, 1, true, &old) == -EINVAL,
		      "insert %s", name_of(key, plen, list->bits));
		CHECK(delete(e, key, plen, &old) == -EINVAL,
		      "remove %s", name_of(key, plen, list->bits));
		CHECK(!find(&e->cur, key, plen),
		      "find %s", name_of(key, plen, list->bits));
	}
	memset(key, 0, 16);
	plen = list->bits + 1 + test_below(255 - list->bits);
	CHECK(insert(e, key, plen, 1, true, &old) == -EINVAL, "/%u", plen);
	CHECK(delete(e, key, plen, &old) == -EINVAL, "/%u", plen);
	CHECK(!find(&e->cur, key, plen), "/%u", plen);
	CHECK(old == untouched, "%p", old);
}

struct version {
	struct porch_lpm lpm;
	struct porch_lpm_retired retired;	/* by the next version */
	struct list list;
};

struct freed {
	struct list *list;
	unsigned int n;
};

static void free_value(void *value, void *arg)
{
	struct freed *freed = arg;
	unsigned int i;

	for (i = 0; i < freed->list->n; i++) {
		if (freed->list->p[i].value == (uintptr_t)value) {
			freed->list->p[i].value = 0;
			freed->n++;
			return;
		}
	}
	CHECK(false, "%p is not in the table, or was freed before", value);
}

static void destroy(struct porch_lpm *l, struct list *list)
{
	struct freed freed = { .list = list };

	porch_lpm_destroy(l, free_value, &freed);
	CHECK(freed.n == list->n, "%u of %u freed", freed.n, list->n);
	CHECK(!l->root && !l->count, "not empty");
}

/*
 * Versions in a row. The oldest goes when no reader can be left: in order, with
 * the nodes that the next one retired.
 */
static void lpm_versions(u8 bits)
{
	struct version *v, *ring = calloc(VERSIONS, sizeof(*ring));
	unsigned int newest, oldest, removals, i, n;
	struct list *list = malloc(sizeof(*list));
	unsigned long round, commits = 0, aborts = 0;
	struct porch_lpm_edit e;
	long live;
	int turn;

	if (!ring || !list)
		abort();
	for (round = 0; round < test_rounds; round++) {
		newest = 0;
		oldest = 0;
		memset(&ring[0], 0, sizeof(ring[0]));
		porch_lpm_init(&ring[0].lpm, bits);
		ring[0].list.bits = bits;

		for (turn = 0; turn < 25; turn++) {
			v = &ring[newest % VERSIONS];
			*list = v->list;
			live = env_mem.live;
			removals = test_below(100);
			porch_lpm_edit_begin(&e, &v->lpm, GFP_KERNEL);
			for (n = test_below(60); n; n--) {
				some_change(&e, list, removals);
				if (!test_below(8))
					some_nonsense(&e, list);
				if (!test_below(10))
					check_lookups(&e.cur, list, 10);
			}
			check_all(&e.cur, list);
			for (i = oldest; i <= newest; i++) {
				v = &ring[i % VERSIONS];
				check_all(&v->lpm, &v->list);
			}

			if (!test_below(4)) {
				porch_lpm_edit_abort(&e);
				CHECK(env_mem.live == live,
				      "%ld allocations left by an abort",
				      env_mem.live - live);
				aborts++;
			} else {
				while (newest - oldest + 1 == VERSIONS ||
				       (newest > oldest && !test_below(3))) {
					v = &ring[oldest++ % VERSIONS];
					porch_lpm_retired_free(&v->retired);
					CHECK(!v->retired.head, "not empty");
				}
				v = &ring[++newest % VERSIONS];
				v->retired.head = NULL;
				v->list = *list;
				porch_lpm_edit_commit(&e, &v->lpm,
						      &ring[(newest - 1) % VERSIONS].retired);
				commits++;
			}
			for (i = oldest; i <= newest; i++) {
				v = &ring[i % VERSIONS];
				check_all(&v->lpm, &v->list);
			}
		}

		for (i = oldest; i < newest; i++)
			porch_lpm_retired_free(&ring[i % VERSIONS].retired);
		v = &ring[newest % VERSIONS];
		CHECK(env_mem.live <= (v->lpm.count ? 2L * v->lpm.count - 1 : 0),
		      "%ld nodes for %u prefixes", env_mem.live, v->lpm.count);
		check_all(&v->lpm, &v->list);
		destroy(&v->lpm, &v->list);
		CHECK(!env_mem.live, "%ld nodes left", env_mem.live);
	}
	CHECK(commits > test_rounds && aborts > test_rounds,
	      "lopsided: %lu commits, %lu aborts", commits, aborts);
	free(list);
	free(ring);
}

/* A table with some prefixes in it. */
static void some_table(struct porch_lpm *l, struct list *list, u8 bits,
		       unsigned int n)
{
	struct porch_lpm_retired retired = {};
	struct porch_lpm_edit e;
	unsigned int i;

	list->n = 0;
	list->bits = bits;
	porch_lpm_init(l, bits);
	porch_lpm_edit_begin(&e, l, GFP_KERNEL);
	for (i = 0; i < n; i++)
		some_change(&e, list, 15);
	porch_lpm_edit_commit(&e, l, &retired);
	CHECK(!retired.head, "an empty table had nodes");
}

/* One fixed operation, to be tried again and again. */
struct op {
	u8 key[16];
	u8 plen;
	uintptr_t value;	/* 0: remove */
	int want;		/* the error when memory suffices */
};

static void some_op(struct op *op, struct list *list)
{
	struct prefix *p;

	op->plen = some_prefix(list, op->key);
	if (list->n && test_below(2)) {
		p = &list->p[test_below(list->n)];
		memcpy(op->key, p->key, 16);
		op->plen = p->plen;
	}
	p = list_find(list, op->key, op->plen);
	op->value = test_below(2) ? ++last_value : 0;
	op->want = op->value || p ? 0 : -ENOENT;
}

static int do_op(struct porch_lpm_edit *e, const struct op *op)
{
	if (op->value)
		return insert(e, op->key, op->plen, op->value, true, NULL);
	return delete(e, op->key, op->plen, NULL);
}

static void list_op(struct list *list, const struct op *op)
{
	struct prefix *p = list_find(list, op->key, op->plen);

	if (!op->value && p)
		*p = list->p[--list->n];
	else if (op->value && p)
		p->value = op->value;
	else if (op->value)
		list_append(list, op->key, op->plen, op->value);
}

/*
 * Each allocation of an operation fails once: in an edit that is then aborted,
 * in one where the operation is tried again until it gets what it wants, and in
 * one that is committed without it.
 */
static void lpm_no_memory(u8 bits)
{
	struct list *base = malloc(sizeof(*base)), *list = malloc(sizeof(*list));
	struct list *done = malloc(sizeof(*done));
	struct porch_lpm_retired retired = {};
	unsigned long round, k, failures = 0;
	struct porch_lpm_edit e;
	struct porch_lpm l, next;
	unsigned int before, i, then;
	struct op pre[4], op;
	long live;
	int err;

	if (!base || !list || !done)
		abort();
	for (round = 0; round < 2 * test_rounds; round++) {
		some_table(&l, base, bits, test_below(60));
		live = env_mem.live;

		/* The edit has perhaps made some of the nodes its own. */
		*list = *base;
		before = test_below(4);
		for (i = 0; i < before; i++) {
			some_op(&pre[i], list);
			list_op(list, &pre[i]);
		}
		some_op(&op, list);
		*done = *list;
		list_op(done, &op);

		for (k = 1; ; k++) {
			then = test_below(3);
			porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
			for (i = 0; i < before; i++) {
				err = do_op(&e, &pre[i]);
				CHECK(err == pre[i].want, "%d not %d", err,
				      pre[i].want);
			}
			env_mem.calls = 0;
			env_mem.fail_at = k;
			err = do_op(&e, &op);
			env_mem.fail_at = 0;
			if (env_mem.calls < k) {
				CHECK(err == op.want, "%d not %d", err,
				      op.want);
				check_all(&e.cur, done);
				porch_lpm_edit_abort(&e);
				break;
			}
			failures++;
			CHECK(err == -ENOMEM, "allocation %lu: %d", k, err);
			check_all(&e.cur, list);
			check_all(&l, base);
			if (then == 1) {
				for (i = 1; err == -ENOMEM; i++) {
					env_mem.calls = 0;
					env_mem.fail_at = 1 + test_below(i);
					err = do_op(&e, &op);
				}
				env_mem.fail_at = 0;
				CHECK(err == op.want, "again: %d", err);
				check_all(&e.cur, done);
			} else if (then == 2) {
				/* A new line of versions starts with it. */
				porch_lpm_edit_commit(&e, &next, &retired);
				check_all(&next, list);
				check_all(&l, base);
				porch_lpm_retired_free(&retired);
				check_all(&next, list);
				l = next;
				*base = *list;
				live = env_mem.live;
				before = 0;
				continue;
			}
			porch_lpm_edit_abort(&e);
			CHECK(env_mem.live == live, "%ld allocations left",
			      env_mem.live - live);
			check_all(&l, base);
		}
		CHECK(env_mem.live == live, "%ld allocations left",
		      env_mem.live - live);
		check_all(&l, base);
		destroy(&l, base);
	}
	CHECK(failures > test_rounds, "only %lu allocations failed", failures);
	free(base);
	free(list);
	free(done);
}

/* The prefix that comes behind a place, in the list. */
static const struct prefix *list_next(const struct list *list,
				      const struct porch_lpm_pos *pos)
{
	const struct prefix *p, *best = NULL;
	struct prefix at = { .plen = pos->plen };

	memcpy(at.key, pos->key, 16);
	for (p = list->p; p < list->p + list->n; p++) {
		if (pos->started && prefix_cmp(p, &at) <= 0)
			continue;
		if (!best || prefix_cmp(p, best) < 0)
			best = p;
	}
	return best;
}

/* A dump goes on while prefixes come and go, also the one where it stands. */
static void lpm_dump(u8 bits)
{
	struct list *list = malloc(sizeof(*list));
	struct porch_lpm_retired retired = {};
	unsigned long round, gone = 0;
	const struct prefix *want;
	struct porch_lpm_edit e;
	struct porch_lpm_pos pos;
	struct porch_lpm l;
	unsigned int n;
	uintptr_t v;
	u8 key[16];

	if (!list)
		abort();
	for (round = 0; round < test_rounds; round++) {
		some_table(&l, list, bits, test_below(120));

		/* From anywhere. */
		for (n = 0; n < 20; n++) {
			pos = (struct porch_lpm_pos) { .started = true };
			pos.plen = some_prefix(list, pos.key);
			want = list_next(list, &pos);
			memcpy(key, pos.key, 16);
			v = (uintptr_t)porch_lpm_next(&l, &pos);
			CHECK(v == (want ? want->value : 0),
			      "behind %s: %lu not %lu",
			      name_of(key, pos.plen, bits), v,
			      want ? want->value : 0);
		}

		pos = (struct porch_lpm_pos) {};
		for (n = 0; n < 1000; n++) {
			want = list_next(list, &pos);
			v = (uintptr_t)porch_lpm_next(&l, &pos);
			CHECK(v == (want ? want->value : 0),
			      "step %u, now at %s: %lu not %lu", n,
			      name_of(pos.key, pos.plen, bits), v,
			      want ? want->value : 0);
			if (!want)
				break;
			CHECK(pos.started && pos.plen == want->plen &&
			      !memcmp(pos.key, want->key, bits / 8),
			      "step %u: at %s", n,
			      name_of(pos.key, pos.plen, bits));
			if (test_below(3))
				continue;
			porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
			if (test_below(2)) {
				CHECK(!delete(&e, pos.key, pos.plen, NULL),
				      "remove %s",
				      name_of(pos.key, pos.plen, bits));
				*list_find(list, pos.key, pos.plen) =
					list->p[list->n - 1];
				list->n--;
				gone++;
			}
			some_change(&e, list, 60);
			porch_lpm_edit_commit(&e, &l, &retired);
			porch_lpm_retired_free(&retired);
		}
		destroy(&l, list);
	}
	CHECK(3 * gone > test_rounds, "only %lu removals", gone);
	free(list);
}

/* All prefixes of one address, in random order, the deepest there can be. */
static void lpm_chain(u8 bits)
{
	struct porch_lpm_retired retired = {};
	u8 addr[16] = {}, key[16], other[16];
	struct porch_lpm_edit e;
	struct porch_lpm l;
	unsigned int order[129], i, j, tmp;
	uintptr_t v, want;

	key_random_tail(addr, 0, bits);
	for (i = 0; i <= bits; i++)
		order[i] = i;
	for (i = bits; i; i--) {
		j = test_below(i + 1);
		tmp = order[i];
		order[i] = order[j];
		order[j] = tmp;
	}

	porch_lpm_init(&l, bits);
	porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
	for (i = 0; i <= bits; i++) {
		memcpy(key, addr, 16);
		key_truncate(key, order[i]);
		CHECK(!insert(&e, key, order[i], order[i] + 1, false, NULL),
		      "insert /%u", order[i]);
	}
	porch_lpm_edit_commit(&e, &l, &retired);
	CHECK(env_mem.live == bits + 1, "%ld nodes", env_mem.live);

	for (i = 0; i <= bits; i++) {
		memcpy(other, addr, 16);
		if (i < bits)
			key_flip(other, i);
		v = lookup(&l, other);
		CHECK(v == i + 1, "%u bits in common: /%lu", i, v - 1);
	}

	/* Without every other one. */
	porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
	for (i = 0; i <= bits; i++) {
		if (order[i] % 2 == 0)
			continue;
		memcpy(key, addr, 16);
		key_truncate(key, order[i]);
		CHECK(!delete(&e, key, order[i], NULL), "remove /%u", order[i]);
	}
	porch_lpm_edit_commit(&e, &l, &retired);
	porch_lpm_retired_free(&retired);
	for (i = 0; i <= bits; i++) {
		memcpy(other, addr, 16);
		if (i < bits)
			key_flip(other, i);
		want = i - i % 2 + 1;
		v = lookup(&l, other);
		CHECK(v == want, "%u bits in common: /%lu", i, v - 1);
	}
	porch_lpm_destroy(&l, NULL, NULL);
}

/* Several commits, and several tables, may put nodes on one list. */
static void lpm_one_retired_list(u8 bits)
{
	struct porch_lpm_retired retired = {};
	struct porch_lpm_edit e;
	struct porch_lpm l[2];
	struct list *list;
	long live;
	int i, t;

	list = calloc(2, sizeof(*list));
	if (!list)
		abort();
	some_table(&l[0], &list[0], bits, 200);
	some_table(&l[1], &list[1], bits, 200);
	for (i = 0; i < 10; i++) {
		for (t = 0; t < 2; t++) {
			porch_lpm_edit_begin(&e, &l[t], GFP_KERNEL);
			some_change(&e, &list[t], 50);
			some_change(&e, &list[t], 50);
			porch_lpm_edit_commit(&e, &l[t], &retired);
			check_all(&l[t], &list[t]);
		}
	}
	live = env_mem.live;
	porch_lpm_retired_free(&retired);
	CHECK(env_mem.live < live, "nothing was retired");
	for (t = 0; t < 2; t++) {
		check_all(&l[t], &list[t]);
		destroy(&l[t], &list[t]);
	}
	free(list);
}

/*
 * 100,000 prefixes in one edit: each costs a bounded number of allocations,
 * and the time is that of a trie. Then a few more in a second edit, which must
 * not copy the table, and all of them out again.
 */
static void lpm_many(u8 bits)
{
	const unsigned int n = 100000;
	struct prefix *p = calloc(n, sizeof(*p)), *q;
	struct porch_lpm_retired retired = {};
	struct porch_lpm_pos pos = {};
	struct porch_lpm_edit e;
	struct porch_lpm l, next;
	unsigned int i, j, got = 0;
	u64 start, took;
	uintptr_t v, want;
	u8 addr[16];
	int err, best;

	if (!p)
		abort();
	start = test_cpu_time();
	porch_lpm_init(&l, bits);
	porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
	env_mem.calls = 0;
	while (got < n) {
		q = &p[got];
		memset(q, 0, sizeof(*q));
		key_random_tail(q->key, test_below(4), bits);
		q->plen = 8 + test_below(bits - 7U);
		key_truncate(q->key, q->plen);
		q->value = got + 1;
		err = insert(&e, q->key, q->plen, q->value, false, NULL);
		CHECK(!err || err == -EEXIST, "%d", err);
		got += !err;
	}
	CHECK(env_mem.calls < 2UL * n, "%lu allocations", env_mem.calls);
	CHECK(env_mem.live < 2L * n, "%ld nodes", env_mem.live);
	porch_lpm_edit_commit(&e, &l, &retired);
	CHECK(!retired.head, "an edit of an empty table retired nodes");

	for (i = 0; i < n; i++)
		CHECK(find(&l, p[i].key, p[i].plen) == i + 1, "%u is lost", i);
	for (i = 0; i < 100; i++) {
		memcpy(addr, p[test_below(n)].key, 16);
		key_random_tail(addr, test_below(bits), bits);
		best = -1;
		want = 0;
		for (j = 0; j < n; j++) {
			if (p[j].plen > best &&
			    covers(p[j].key, p[j].plen, addr)) {
				best = p[j].plen;
				want = p[j].value;
			}
		}
		CHECK(lookup(&l, addr) == want, "%s: %lu not %lu",
		      name_of(addr, bits, bits), lookup(&l, addr), want);
	}
	qsort(p, n, sizeof(*p), prefix_cmp);
	for (i = 0; i < n; i++) {
		v = (uintptr_t)porch_lpm_next(&l, &pos);
		CHECK(v == p[i].value, "%u in order: %lu not %lu", i, v,
		      p[i].value);
	}
	CHECK(!porch_lpm_next(&l, &pos), "more than there are");

	porch_lpm_edit_begin(&e, &l, GFP_KERNEL);
	env_mem.calls = 0;
	for (i = 0; i < 100; i++) {
		q = &p[test_below(n)];
		CHECK(!insert(&e, q->key, q->plen, q->value, true, NULL), "%u", i);
	}
	CHECK(env_mem.calls <= 100UL * (bits + 1) && env_mem.calls < n / 10,
	      "%lu copies for 100 changes", env_mem.calls);
	porch_lpm_edit_commit(&e, &next, &retired);
	porch_lpm_retired_free(&retired);

	porch_lpm_edit_begin(&e, &next, GFP_KERNEL);
	for (i = 0; i < n; i++)
		CHECK(!delete(&e, p[i].key, p[i].plen, NULL), "remove %u", i);
	CHECK(!e.cur.root && !e.cur.count, "not empty");
	for (i = 0; i < n; i += 1000) {
		CHECK(find(&next, p[i].key, p[i].plen) == p[i].value,
		      "%u is lost", i);
	}
	porch_lpm_edit_commit(&e, &next, &retired);
	porch_lpm_retired_free(&retired);
	took = test_cpu_time() - start;
	test_say("%u prefixes of %u bits in, read and out: %llu ms of CPU time",
		 n, bits, took / 1000000);
	CHECK(took < 60 * NSEC_PER_SEC, "too slow");
	free(p);
}

const struct test test_lpm[] = {
	{ .name = "lpm: IPv4: all prefixes of an address",
	  .run_bits = lpm_chain, .bits = 32 },
	{ .name = "lpm: IPv6: all prefixes of an address",
	  .run_bits = lpm_chain, .bits = 128 },
	{ .name = "lpm: IPv4: versions against lists",
	  .run_bits = lpm_versions, .bits = 32 },
	{ .name = "lpm: IPv6: versions against lists",
	  .run_bits = lpm_versions, .bits = 128 },
	{ .name = "lpm: IPv4: out of memory anywhere",
	  .run_bits = lpm_no_memory, .bits = 32 },
	{ .name = "lpm: IPv6: out of memory anywhere",
	  .run_bits = lpm_no_memory, .bits = 128 },
	{ .name = "lpm: IPv4: a dump while it changes",
	  .run_bits = lpm_dump, .bits = 32 },
	{ .name = "lpm: IPv6: a dump while it changes",
	  .run_bits = lpm_dump, .bits = 128 },
	{ .name = "lpm: IPv4: one list of retired nodes",
	  .run_bits = lpm_one_retired_list, .bits = 32 },
	{ .name = "lpm: IPv6: one list of retired nodes",
	  .run_bits = lpm_one_retired_list, .bits = 128 },
	{ .name = "lpm: IPv4: 100000 prefixes in one edit",
	  .run_bits = lpm_many, .bits = 32 },
	{ .name = "lpm: IPv6: 100000 prefixes in one edit",
	  .run_bits = lpm_many, .bits = 128 },
	{},
};
