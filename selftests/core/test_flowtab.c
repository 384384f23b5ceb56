// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table, held against a plain list of flows; and in the hands of
 * several threads.
 */
#include "flowtab.h"
#include "hash.h"
#include "test.h"

/**
 * struct flow - a record of the caller's
 * @entry: the table's part
 * @next: in the list, or in that of flows that wait for a grace period
 * @epoch: when it was released
 * @number: which pair of keys it has, in tests with threads
 * @released: how often the table gave it back
 * @why: the reason
 * @orig: copy of the original key
 * @reply: and of the other
 * @seen: a walk has come along
 */
struct flow {
	struct porch_flowtab_entry entry;
	struct flow *next;
	u64 epoch;
	unsigned int number;
	int released;
	enum porch_flowtab_why why;
	struct porch_flow_key orig;
	struct porch_flow_key reply;
	bool seen;
};

static struct flow *flow_of(struct porch_flowtab_entry *e)
{
	return container_of(e, struct flow, entry);
}

/* Weak when a test wants collisions: only the bits of this mask are left. */
static u64 hash_bits = ~0ULL;

static u64 hash(const struct porch_flow_key *key)
{
	u64 h = 4711;
	int i;

	for (i = 0; i < 5; i++)
		h = porch_hash64(key->word[i], h);
	return h & hash_bits;
}

static struct flow *flow_alloc(const struct porch_flow_key *orig,
			       const struct porch_flow_key *reply)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->orig = *orig;
	f->reply = *reply;
	porch_flowtab_entry_init(&f->entry, orig, hash(orig), reply,
				 hash(reply));
	return f;
}

#define KEYS	24

/**
 * struct world - a table and the list of what must be in it
 * @t: the table
 * @flows: the list
 * @gone: flows that the table gave back since the last operation
 * @now: the time
 * @keys: the keys that are in use
 */
struct world {
	struct porch_flowtab t;
	struct flow *flows;
	struct flow *gone;
	u32 now;
	struct porch_flow_key keys[KEYS];
};

static void world_release(struct porch_flowtab *t,
			  struct porch_flowtab_entry *e,
			  enum porch_flowtab_why why)
{
	struct world *w = container_of(t, struct world, t);
	struct flow *f = flow_of(e), **at;

	for (at = &w->flows; *at && *at != f; at = &(*at)->next)
		;
	CHECK(*at && !f->released++, "released %d times", f->released);
	*at = f->next;
	f->why = why;
	f->next = w->gone;
	w->gone = f;
}

/* Keys of which several differ in one bit only. */
static void some_keys(struct world *w)
{
	unsigned int i, bit;

	for (i = 0; i < KEYS; i++) {
		if (i && test_below(4)) {
			w->keys[i] = w->keys[test_below(i)];
		} else {
			memset(&w->keys[i], 0, sizeof(w->keys[i]));
			w->keys[i].src.v4 = cpu_to_be32(test_rnd());
			w->keys[i].ipver = 4;
			w->keys[i].proto = 6;
		}
		bit = test_below(320);
		w->keys[i].word[bit / 64] ^= 1ULL << bit % 64;
	}
}

static void world_init(struct world *w, u32 max)
{
	static const u64 masks[] = { 0, 1, 7, 0x10001, ~0ULL };
	int err;

	memset(w, 0, sizeof(*w));
	w->now = U32_MAX - test_below(200);
	hash_bits = masks[test_below(ARRAY_SIZE(masks))];
	some_keys(w);
	err = porch_flowtab_init(&w->t, max, world_release, GFP_KERNEL);
	CHECK(!err, "%d", err);
}

static void world_bury(struct world *w)
{
	struct flow *f;

	while ((f = w->gone)) {
		w->gone = f->next;
		free(f);
	}
}

static void world_fini(struct world *w)
{
	porch_flowtab_fini(&w->t);
	CHECK(!w->flows && !porch_flowtab_count(&w->t), "something is left");
	world_bury(w);
	hash_bits = ~0ULL;
}

static unsigned int list_count(const struct flow *f)
{
	unsigned int n = 0;

	for (; f; f = f->next)
		n++;
	return n;
}

static bool key_same(const struct porch_flow_key *a,
		     const struct porch_flow_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The flow with that key; -1 or its direction is returned by @dir. */
static struct flow *list_find(const struct world *w,
			      const struct porch_flow_key *key, u8 *dir)
{
	struct flow *f;

	for (f = w->flows; f; f = f->next) {
		*dir = !key_same(&f->orig, key);
		if (!*dir || key_same(&f->reply, key))
			return f;
	}
	return NULL;
}

static bool list_expired(const struct world *w, const struct flow *f)
{
	u32 ago = w->now - f->entry.expires;

	return ago && ago < 1U << 31;
}

/* Is the node what the list says that the key leads to? */
static void check_node(const struct world *w, const struct porch_flow_key *key,
		       struct porch_flow_node *n)
{
	struct flow *f;
	u8 dir;

	f = list_find(w, key, &dir);
	CHECK(!f == !n, "%p not %p", (void *)n, (void *)f);
	if (!n)
		return;
	CHECK(key_same(&n->key, key) && n->dir == dir, "another key");
	CHECK(porch_flowtab_entry(n) == &f->entry, "another flow");
}

static void check_lookups(const struct world *w)
{
	const struct porch_flow_key *keys[3 * KEYS];
	struct porch_flow_node *nodes[3 * KEYS + 1];
	struct porch_flow_key copy[KEYS];
	u64 hashes[3 * KEYS];
	unsigned int i, n = test_below(3 * KEYS + 1);

	memcpy(copy, w->keys, sizeof(copy));
	rcu_read_lock();
	for (i = 0; i < KEYS; i++) {
		check_node(w, &copy[i],
			   porch_flowtab_lookup(&w->t, &copy[i], hash(&copy[i])));
	}
	rcu_read_unlock();
	for (i = 0; i < n; i++) {
		keys[i] = &copy[test_below(KEYS)];
		hashes[i] = hash(keys[i]);
	}
	for (i = 0; i <= n; i++)
		nodes[i] = (void *)-1;
	rcu_read_lock();
	porch_flowtab_lookup_vec(&w->t, keys, hashes, nodes, n);
	CHECK(nodes[n] == (void *)-1, "lookup_vec of %u wrote on", n);
	for (i = 0; i < n; i++)
		check_node(w, keys[i], nodes[i]);
	rcu_read_unlock();
}

static void check_walk(const struct world *w)
{
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;
	struct flow *f;
	unsigned int n = 0;

	for (f = w->flows; f; f = f->next)
		f->seen = false;
	rcu_read_lock();
	while ((e = porch_flowtab_next(&w->t, &pos))) {
		f = flow_of(e);
		CHECK(!f->released && !f->seen, "a walk comes twice");
		f->seen = true;
		n++;
	}
	CHECK(n == list_count(w->flows), "a walk finds %u of %u", n,
	      list_count(w->flows));
	CHECK(!porch_flowtab_next(&w->t, &pos), "and goes on");
	rcu_read_unlock();
}

/* What the table must do about a new flow. */
struct expected {
	int err;
	struct flow *there;
	u8 dir;
	struct flow *aged[2];	/* in the way, but expired */
	bool evict;
};

static struct expected expect(const struct world *w, const struct flow *f)
{
	const struct porch_flow_key *keys[] = { &f->orig, &f->reply };
	struct expected x = {};
	struct flow *found;
	unsigned int i, gone = 0;
	u8 dir;

	for (i = 0; i < 2; i++) {
		found = list_find(w, keys[i], &dir);
		if (!found || found == x.aged[0])
			continue;
		if (list_expired(w, found)) {
			x.aged[gone++] = found;
			continue;
		}
		x.err = -EEXIST;
		x.there = found;
		x.dir = dir;
		return x;
	}
	if (gone || list_count(w->flows) < w->t.max)
		return x;
	x.err = -ENOSPC;
	for (found = w->flows; found; found = found->next) {
		if (list_expired(w, found) || !found->entry.assured) {
			x.err = 0;
			x.evict = true;
		}
	}
	return x;
}

/* Nobody else would have been the better one to go. */
static void check_victim(const struct world *w, const struct flow *victim)
{
	const struct flow *f;

	if (list_expired(w, victim)) {
		CHECK(victim->why == PORCH_FLOWTAB_AGED, "why %u", victim->why);
		return;
	}
	CHECK(victim->why == PORCH_FLOWTAB_EVICTED && !victim->entry.assured,
	      "why %u assured %u", victim->why, victim->entry.assured);
	for (f = w->flows; f; f = f->next) {
		CHECK(!list_expired(w, f), "there was one that has expired");
		CHECK(f->entry.assured || (s32)(f->entry.expires -
						victim->entry.expires) >= 0,
		      "there was one that expires earlier");
	}
}

static void some_touch(const struct world *w, struct flow *f)
{
	porch_flowtab_touch(&f->entry, w->now + test_below(20), test_below(2));
}

static void do_insert(struct world *w)
{
	const struct porch_flow_key *orig = &w->keys[test_below(KEYS)];
	struct porch_flow_node *there = NULL;
	struct porch_flow_key reply;
	struct flow *f, *gone;
	unsigned int n, want;
	struct expected x;
	int err;

	reply = test_below(2) ? w->keys[test_below(KEYS)] :
				porch_flow_key_reverse(orig);
	f = flow_alloc(orig, &reply);
	some_touch(w, f);
	x = expect(w, f);
	n = list_count(w->flows);

	rcu_read_lock();
	err = porch_flowtab_insert(&w->t, &f->entry, w->now, &there);
	CHECK(err == x.err, "%d not %d", err, x.err);
	want = x.evict + !!x.aged[0] + !!x.aged[1];
	CHECK(list_count(w->gone) == want, "%u gone, not %u",
	      list_count(w->gone), want);
	for (gone = w->gone; gone; gone = gone->next) {
		if (x.evict)
			check_victim(w, gone);
		else
			CHECK((gone == x.aged[0] || gone == x.aged[1]) &&
			      gone->why == PORCH_FLOWTAB_AGED, "why %u",
			      gone->why);
	}
	if (err == -EEXIST) {
		CHECK(there == &x.there->entry.node[x.dir] ||
		      key_same(&x.there->orig, &x.there->reply),
		      "another one is there");
	}
	rcu_read_unlock();
	n -= want;
	if (err) {
		free(f);
	} else {
		f->next = w->flows;
		w->flows = f;
		n++;
	}
	CHECK(porch_flowtab_count(&w->t) == n, "count %u not %u",
	      porch_flowtab_count(&w->t), n);
}

static struct flow *some_flow(struct flow *f)
{
	unsigned int n = list_count(f);

	for (n = n ? test_below(n) : 0; n; n--)
		f = f->next;
	return f;
}

static void do_remove(struct world *w)
{
	struct flow *f = some_flow(w->flows);

	if (!f)
		return;
	CHECK(porch_flowtab_remove(&w->t, &f->entry), "not removed");
	CHECK(w->gone == f && f->why == PORCH_FLOWTAB_REMOVED, "why %u",
	      f->why);
	CHECK(!porch_flowtab_remove(&w->t, &f->entry), "removed twice");
}

static unsigned int age(struct porch_flowtab *t, u32 now, u32 chains)
{
	unsigned int gone;

	rcu_read_lock();
	gone = porch_flowtab_age(t, now, chains);
	rcu_read_unlock();
	return gone;
}

static void do_age(struct world *w)
{
	u32 first = w->t.cursor, chains = test_below(w->t.mask + 3);
	unsigned int gone, want = 0;
	struct flow *f;
	u32 at;

	for (f = w->flows; f; f = f->next) {
		at = (u32)(f->entry.node[0].hash - first) & w->t.mask;
		f->seen = at < chains && list_expired(w, f);
		want += f->seen;
	}
	gone = age(&w->t, w->now, chains);
	CHECK(gone == want && list_count(w->gone) == want, "%u not %u", gone,
	      want);
	for (f = w->gone; f; f = f->next)
		CHECK(f->seen && f->why == PORCH_FLOWTAB_AGED, "why %u", f->why);
}

/*
 * Tables so small that all candidates for eviction are looked at, so that the
 * one that goes is known.
 */
static void flowtab_list(void)
{
	unsigned long round;
	static struct world w;
	unsigned int i;

	for (round = 0; round < test_rounds; round++) {
		world_init(&w, 1 + test_below(16));
		for (i = 0; i < 200; i++) {
			switch (test_below(8)) {
			default:
				do_insert(&w);
				break;
			case 0:
				do_remove(&w);
				break;
			case 1:
				do_age(&w);
				break;
			case 2:
				w.now += test_below(10);
				break;
			case 3:
				if (w.flows)
					some_touch(&w, some_flow(w.flows));
				break;
			}
			check_lookups(&w);
			check_walk(&w);
			world_bury(&w);
		}
		world_fini(&w);
	}
}

/* The keys by example, should list and table err alike. */
static void flowtab_keys(void)
{
	struct porch_flow_key k, r, all = {};
	unsigned int bit;

	CHECK(sizeof(k) == 40 && sizeof(k.word) == 40, "%zu bytes", sizeof(k));
	CHECK(sizeof(struct porch_flow_node) == 64, "%zu bytes",
	      sizeof(struct porch_flow_node));
	for (bit = 0; bit < 320; bit++) {
		memset(&k, 0, sizeof(k));
		k.word[bit / 64] = 1ULL << bit % 64;
		CHECK(!porch_flow_key_equal(&k, &all), "bit %u", bit);
		CHECK(porch_flow_key_equal(&k, &k), "bit %u", bit);
	}

	memset(&k, 0, sizeof(k));
	k.src.v4 = cpu_to_be32(1);
	k.dst.v6.s6_addr[15] = 2;
	k.sport = cpu_to_be16(3);
	k.dport = cpu_to_be16(4);
	k.zone = 5;
	k.proto = 6;
	k.ipver = 7;
	r = porch_flow_key_reverse(&k);
	CHECK(r.dst.v4 == cpu_to_be32(1) && r.src.v6.s6_addr[15] == 2 &&
	      r.dport == cpu_to_be16(3) && r.sport == cpu_to_be16(4) &&
	      r.zone == 5 && r.proto == 6 && r.ipver == 7, "reversed");
	r = porch_flow_key_reverse(&r);
	CHECK(key_same(&k, &r), "twice");
}

static void numbered_key(struct porch_flow_key *key, unsigned int n)
{
	memset(key, 0, sizeof(*key));
	key->src.v4 = cpu_to_be32(0x0a000000 + n / 50000);
	key->dst.v4 = cpu_to_be32(0xc0a80001);
	key->sport = cpu_to_be16(1024 + n % 50000);
	key->dport = cpu_to_be16(443);
	key->proto = 6;
	key->ipver = 4;
}

static int insert_numbered(struct world *w, unsigned int n, u32 expires,
			   bool assured)
{
	struct porch_flow_node *there;
	struct porch_flow_key key, reply;
	struct flow *f;
	bool room;
	int err;

	numbered_key(&key, n);
	reply = porch_flow_key_reverse(&key);
	f = flow_alloc(&key, &reply);
	porch_flowtab_touch(&f->entry, expires, assured);
	rcu_read_lock();
	room = porch_flowtab_has_room(&w->t, f->entry.node[0].hash, w->now);
	err = porch_flowtab_insert(&w->t, &f->entry, w->now, &there);
	rcu_read_unlock();
	CHECK(room == (err != -ENOSPC), "%d, %d", room, err);
	if (err) {
		free(f);
	} else {
		f->next = w->flows;
		w->flows = f;
	}
	return err;
}

/*
 * A table too large to be looked through: whatever comes, half of the places
 * are not for the taking, and the other half always is.
 */
static void flowtab_full(void)
{
	const unsigned int max = 1024;
	unsigned int i, assured = 0;
	static struct world w;
	struct flow *f;
	int err;

	world_init(&w, max);
	hash_bits = ~0ULL;
	for (i = 0; i < max; i++) {
		err = insert_numbered(&w, i, w.now + 100 + i, i % 2);
		CHECK(!err, "%d", err);
		assured += i % 2;
	}
	for (i = 0; i < max; i++) {
		err = insert_numbered(&w, max + i, w.now + 100, false);
		CHECK(!err, "%u: %d", i, err);
		CHECK(list_count(w.gone) == 1 && !w.gone->entry.assured &&
		      w.gone->why == PORCH_FLOWTAB_EVICTED, "%u", i);
		world_bury(&w);
	}
	for (f = w.flows; f; f = f->next)
		assured -= f->entry.assured;
	CHECK(!assured, "%u assured ones are gone", assured);

	for (f = w.flows; f; f = f->next)
		porch_flowtab_touch(&f->entry, w.now + 10000, true);
	for (i = 0; i < 100; i++) {
		err = insert_numbered(&w, 2 * max + i, w.now + 10000, false);
		CHECK(err == -ENOSPC && !w.gone, "%d", err);
	}
	CHECK(porch_flowtab_count(&w.t) == max, "count");
	w.now += 10001;
	for (i = 0; i < 100; i++) {
		err = insert_numbered(&w, 2 * max + i, w.now + 1, false);
		CHECK(!err && list_count(w.gone) == 1 &&
		      w.gone->why == PORCH_FLOWTAB_AGED, "%u: %d", i, err);
		world_bury(&w);
	}
	CHECK(age(&w.t, w.now, max) == max - 100, "not all aged");
	world_bury(&w);
	world_fini(&w);
}

/*
 * Once fewer are allowed than there are, the new ones wait until enough others have
 * gone for them.
 */
static void flowtab_smaller(void)
{
	unsigned int i, was, count = 1024, refused = 0;
	const unsigned int max = 64;
	static struct world w;
	int err;

	world_init(&w, count);
	hash_bits = ~0ULL;
	for (i = 0; i < count; i++) {
		err = insert_numbered(&w, i, w.now + 100, false);
		CHECK(!err, "%d", err);
	}
	w.t.max = max;
	for (; i < 3 * 1024; i++) {
		was = count;
		err = insert_numbered(&w, i, w.now + 100, false);
		count = porch_flowtab_count(&w.t);
		refused += !!err;
		CHECK(err ? err == -ENOSPC && count < was :
			    was <= max && count == max,
		      "%u: %d, %u of %u", i, err, count, was);
		world_bury(&w);
	}
	CHECK(count == max && refused && refused <= 1024 / 2,
	      "%u, %u refused", count, refused);
	world_fini(&w);
}

/* A walk with pauses, while flows come and go, also the one where it stands. */
static void flowtab_walk(void)
{
	struct porch_flowtab_pos pos, copy;
	struct porch_flowtab_entry *e, *again;
	unsigned int i, n, lost = 0;
	unsigned long round;
	static struct world w;
	struct flow *f;

	for (round = 0; round < test_rounds; round++) {
		world_init(&w, 256);
		n = test_below(100);
		for (i = 0; i < n; i++)
			insert_numbered(&w, i, w.now + 1000, true);
		pos = (struct porch_flowtab_pos) {};
		for (;;) {
			copy = pos;
			rcu_read_lock();
			e = porch_flowtab_next(&w.t, &pos);
			again = porch_flowtab_next(&w.t, &copy);
			rcu_read_unlock();
			CHECK(e == again, "a step cannot be repeated");
			if (!e)
				break;
			f = flow_of(e);
			CHECK(!f->released && !f->seen, "a walk comes twice");
			f->seen = true;
			if (!test_below(3)) {
				CHECK(porch_flowtab_remove(&w.t, e), "gone");
				lost++;
			}
			if (test_below(2))
				insert_numbered(&w, n++, w.now + 1000, true);
			if (!test_below(4))
				do_remove(&w);
			world_bury(&w);
			CHECK(n < 1000, "the walk has no end");
		}
		/* Those that were there before it began have the lower ids. */
		for (f = w.flows; f; f = f->next) {
			CHECK(f->seen || f->entry.id > i,
			      "a walk did not come to %llu", f->entry.id);
		}
		world_fini(&w);
	}
	CHECK(lost > test_rounds, "only %u removals", lost);
}

static void flowtab_refused(void)
{
	static struct world w;
	int err;

	err = porch_flowtab_init(&w.t, 0, world_release, GFP_KERNEL);
	CHECK(err == -EINVAL, "%d", err);
	err = porch_flowtab_init(&w.t, PORCH_FLOWTAB_MAX + 1, world_release,
				 GFP_KERNEL);
	CHECK(err == -EINVAL, "%d", err);
	env_mem = (struct env_mem) { .fail_at = 1 };
	err = porch_flowtab_init(&w.t, 1, world_release, GFP_KERNEL);
	CHECK(err == -ENOMEM, "%d", err);
}

static unsigned int many_gone;

static void many_release(struct porch_flowtab *t,
			 struct porch_flowtab_entry *e,
			 enum porch_flowtab_why why)
{
	(void)t;
	(void)e;
	many_gone += why == PORCH_FLOWTAB_AGED;
}

/* A million flows in, found and out again. */
static void flowtab_many(void)
{
	const unsigned int n = 1000000, vec = 64, lookups = 2000000;
	const struct porch_flow_key *keys[64];
	struct porch_flow_node *nodes[64];
	u64 start, in, one, many, out;
	struct porch_flow_node *there;
	struct porch_flow_key key, reply, *k;
	struct porch_flowtab_entry *e;
	unsigned int i, j, gone, bad = 0;
	static struct porch_flowtab t;
	unsigned int which[64];
	u64 hashes[64];
	int err;

	e = calloc(n, sizeof(*e));
	k = calloc(vec, sizeof(*k));
	if (!e || !k)
		abort();
	err = porch_flowtab_init(&t, n, many_release, GFP_KERNEL);
	CHECK(!err, "%d", err);

	start = test_cpu_time();
	for (i = 0; i < n; i++) {
		numbered_key(&key, i);
		reply = porch_flow_key_reverse(&key);
		porch_flowtab_entry_init(&e[i], &key, hash(&key), &reply,
					 hash(&reply));
		porch_flowtab_touch(&e[i], 10, false);
		rcu_read_lock();
		bad += !!porch_flowtab_insert(&t, &e[i], 0, &there);
		rcu_read_unlock();
	}
	in = test_cpu_time() - start;
	CHECK(!bad && porch_flowtab_count(&t) == n, "%u were refused", bad);

	start = test_cpu_time();
	for (i = 0; i < lookups; i++) {
		j = test_below(n);
		numbered_key(&key, j);
		rcu_read_lock();
		bad += porch_flowtab_lookup(&t, &key, hash(&key)) != e[j].node;
		rcu_read_unlock();
	}
	one = test_cpu_time() - start;

	start = test_cpu_time();
	for (i = 0; i < lookups; i += vec) {
		for (j = 0; j < vec; j++) {
			which[j] = test_below(n);
			numbered_key(&k[j], which[j]);
			keys[j] = &k[j];
			hashes[j] = hash(keys[j]);
		}
		rcu_read_lock();
		porch_flowtab_lookup_vec(&t, keys, hashes, nodes, vec);
		rcu_read_unlock();
		for (j = 0; j < vec; j++)
			bad += nodes[j] != e[which[j]].node;
	}
	many = test_cpu_time() - start;
	CHECK(!bad, "%u lookups were wrong", bad);

	start = test_cpu_time();
	many_gone = 0;
	gone = age(&t, 10, t.mask + 1);
	CHECK(!gone && !many_gone, "%u have aged too early", gone);
	gone = age(&t, 11, t.mask + 1);
	out = test_cpu_time() - start;
	CHECK(gone == n && many_gone == n && !porch_flowtab_count(&t),
	      "%u have aged", gone);
	test_say("%u flows, ns of CPU time: insert %llu, age %llu, look up %llu, in vectors %llu",
		 n, in / n, out / n, one / lookups, many / lookups);
	porch_flowtab_fini(&t);
	free(e);
	free(k);
}

#ifndef __KERNEL__
#define THREADS	4

/**
 * struct worker - a thread
 * @town: what all of them work on
 * @thread: the thread
 * @rnd: state of its random numbers
 * @seen: the latest epoch in which it held on to nothing
 * @grave: flows that it has to free when nobody can see them any more
 * @bad: what went wrong
 * @inserted: flows that it put in
 * @released: flows that it got back
 * @found: lookups that found something
 */
struct worker {
	struct town *town;
	pthread_t thread;
	u64 rnd;
	u64 seen;
	struct flow *grave;
	const char *bad;
	unsigned long inserted;
	unsigned long released;
	unsigned long found;
};

/**
 * struct town - a table in the hands of several
 * @t: the table
 * @worker: the threads; the last one is who waits for the others
 * @epoch: counts the flows that were released
 * @now: the time
 * @barrier: to begin at once
 */
struct town {
	struct porch_flowtab t;
	struct worker worker[THREADS + 1];
	u64 epoch;
	u32 now;
	pthread_barrier_t barrier;
};

static __thread struct worker *me;

/* Not CHECK(), which only the main thread may do. */
#define EXPECT(cond) ((cond) ? (void)0 : (void)(me->bad = #cond))

static unsigned int rnd_below(unsigned int n)
{
	me->rnd = porch_hash64(me->rnd, 1) + 0x9e3779b97f4a7c15ULL;
	return (me->rnd >> 32) * n >> 32;
}

static void town_release(struct porch_flowtab *t,
			 struct porch_flowtab_entry *e,
			 enum porch_flowtab_why why)
{
	struct town *town = container_of(t, struct town, t);
	struct flow *f = flow_of(e);

	(void)why;
	EXPECT(!__atomic_fetch_add(&f->released, 1, __ATOMIC_RELAXED));
	f->epoch = __atomic_add_fetch(&town->epoch, 1, __ATOMIC_SEQ_CST);
	f->next = me->grave;
	me->grave = f;
	me->released++;
}

/*
 * What RCU does in the kernel: a flow is freed when every thread has been here
 * since it was removed, for here none holds on to any.
 */
static void quiesce(struct town *town)
{
	struct flow *f, **at = &me->grave;
	u64 oldest = U64_MAX;
	unsigned int i;

	__atomic_store_n(&me->seen,
			 __atomic_load_n(&town->epoch, __ATOMIC_SEQ_CST),
			 __ATOMIC_SEQ_CST);
	if (!me->grave)
		return;
	for (i = 0; i <= THREADS; i++) {
		oldest = min(oldest, __atomic_load_n(&town->worker[i].seen,
						     __ATOMIC_SEQ_CST));
	}
	while ((f = *at)) {
		if (f->epoch > oldest) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		free(f);
	}
}

static void town_keys(unsigned int n, struct porch_flow_key *orig,
		      struct porch_flow_key *reply)
{
	numbered_key(orig, n);
	*reply = porch_flow_key_reverse(orig);
	/* Each third is translated, some of them to the same. */
	if (n % 3 == 0)
		reply->dport = cpu_to_be16(40000 + n % 9);
}

static void town_run(struct town *town, void *(*run)(void *))
{
	unsigned int i;

	pthread_barrier_init(&town->barrier, NULL, THREADS);
	for (i = 0; i <= THREADS; i++) {
		town->worker[i].town = town;
		town->worker[i].rnd = test_rnd();
	}
	me = &town->worker[THREADS];
	me->seen = U64_MAX;
	for (i = 0; i < THREADS; i++) {
		CHECK(!pthread_create(&town->worker[i].thread, NULL, run,
				      &town->worker[i]), "no thread");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(town->worker[i].thread, NULL);
	pthread_barrier_destroy(&town->barrier);
}

static void town_fini(struct town *town)
{
	unsigned long inserted = 0, released = 0;
	struct worker *w;
	struct flow *f;

	porch_flowtab_fini(&town->t);
	for (w = town->worker; w <= me; w++) {
		inserted += w->inserted;
		released += w->released;
		while ((f = w->grave)) {
			w->grave = f->next;
			free(f);
		}
		CHECK(!w->bad, "%s", w->bad);
	}
	CHECK(inserted == released, "%lu inserted, %lu released", inserted,
	      released);
}

/* A walk finds all, and no key twice. */
static void town_check(struct town *town)
{
	struct porch_flowtab_pos pos = {}, other;
	struct porch_flowtab_entry *e, *o;
	unsigned int n = 0, a, b;

	while ((e = porch_flowtab_next(&town->t, &pos))) {
		n++;
		for (other = pos; (o = porch_flowtab_next(&town->t, &other));) {
			for (a = 0; a < 2; a++) {
				for (b = 0; b < 2; b++) {
					CHECK(!key_same(&e->node[a].key,
							&o->node[b].key),
					      "a key is there twice");
				}
			}
		}
	}
	CHECK(n == porch_flowtab_count(&town->t), "count %u not %u",
	      porch_flowtab_count(&town->t), n);
}

#define RACE_KEYS	16

static void *race_run(void *arg)
{
	struct porch_flow_key orig, reply;
	struct porch_flow_node *there;
	struct town *town;
	unsigned int i, first;
	struct flow *f;
	int err;

	me = arg;
	town = me->town;
	first = rnd_below(RACE_KEYS);
	pthread_barrier_wait(&town->barrier);
	for (i = 0; i < RACE_KEYS; i++) {
		/* Not divisible by 3, so that each has a key of its own. */
		town_keys(3 * ((first + i) % RACE_KEYS) + 1, &orig, &reply);
		if (rnd_below(2))
			f = flow_alloc(&orig, &reply);
		else
			f = flow_alloc(&reply, &orig);
		porch_flowtab_touch(&f->entry, 100, false);
		err = porch_flowtab_insert(&town->t, &f->entry, 0, &there);
		EXPECT(err == 0 || err == -EEXIST);
		if (!err) {
			me->inserted++;
			continue;
		}
		EXPECT(key_same(&there->key, &f->orig));
		free(f);
	}
	return NULL;
}

/* Several insert the same flows at the same time: each gets in once. */
static void flowtab_race(void)
{
	unsigned long round;
	unsigned int i, n;
	struct town *town;
	int err;

	for (round = 0; round < test_rounds; round++) {
		town = calloc(1, sizeof(*town));
		if (!town)
			abort();
		err = porch_flowtab_init(&town->t, 2 * THREADS * RACE_KEYS,
					 town_release, GFP_KERNEL);
		CHECK(!err, "%d", err);
		town_run(town, race_run);
		for (n = 0, i = 0; i < THREADS; i++)
			n += town->worker[i].inserted;
		CHECK(n == RACE_KEYS, "%u times in, not %u", n, RACE_KEYS);
		town_check(town);
		town_fini(town);
		free(town);
	}
}

#define TOWN_KEYS	60
#define TOWN_MAX	40

static void town_insert(struct town *town)
{
	unsigned int number = rnd_below(TOWN_KEYS);
	u32 now = READ_ONCE(town->now);
	struct porch_flow_key orig, reply;
	struct porch_flow_node *there;
	struct flow *f;

	town_keys(number, &orig, &reply);
	f = flow_alloc(&orig, &reply);
	f->number = number;
	porch_flowtab_touch(&f->entry, now + rnd_below(20), rnd_below(2));
	switch (porch_flowtab_insert(&town->t, &f->entry, now, &there)) {
	case 0:
		me->inserted++;
		return;
	case -EEXIST:
		EXPECT(key_same(&there->key, &orig) ||
		       key_same(&there->key, &reply));
		break;
	}
	free(f);
}

/* Is the flow whole, and the one that was looked for? */
static void town_found(struct porch_flow_node *n,
		       const struct porch_flow_key *key)
{
	struct flow *f = flow_of(porch_flowtab_entry(n));
	struct porch_flow_key want[2];

	EXPECT(key_same(&n->key, key));
	town_keys(f->number, &want[0], &want[1]);
	EXPECT(key_same(&want[n->dir], key));
	EXPECT(f->entry.id);
	me->found++;
}

static void town_lookup(struct town *town, bool remove)
{
	const struct porch_flow_key *keys[8];
	struct porch_flow_key k[8], other;
	struct porch_flow_node *nodes[8];
	unsigned int i, n = 1 + rnd_below(8);
	u64 hashes[8];

	for (i = 0; i < n; i++) {
		if (rnd_below(2))
			town_keys(rnd_below(TOWN_KEYS), &k[i], &other);
		else
			town_keys(rnd_below(TOWN_KEYS), &other, &k[i]);
		keys[i] = &k[i];
		hashes[i] = hash(&k[i]);
	}
	if (n == 1)
		nodes[0] = porch_flowtab_lookup(&town->t, &k[0], hashes[0]);
	else
		porch_flowtab_lookup_vec(&town->t, keys, hashes, nodes, n);
	/* Time for the others to take away what was found. */
	if (!rnd_below(16))
		sched_yield();
	for (i = 0; i < n; i++) {
		if (!nodes[i])
			continue;
		town_found(nodes[i], keys[i]);
		if (remove)
			porch_flowtab_remove(&town->t,
					     porch_flowtab_entry(nodes[i]));
		else
			porch_flowtab_touch(porch_flowtab_entry(nodes[i]),
					    READ_ONCE(town->now) + rnd_below(20),
					    rnd_below(2));
	}
}

static void *town_life(void *arg)
{
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;
	unsigned long i, turns = test_rounds * 50;
	struct town *town;
	u64 last;

	me = arg;
	town = me->town;
	pthread_barrier_wait(&town->barrier);
	for (i = 0; i < turns; i++) {
		switch (rnd_below(16)) {
		case 0 ... 4:
			town_insert(town);
			break;
		case 5:
			town_lookup(town, true);
			break;
		case 6:
			if (me != &town->worker[0])
				break;
			/* Only one of them ages. */
			WRITE_ONCE(town->now, town->now + 1);
			porch_flowtab_age(&town->t, town->now, 16);
			break;
		case 7:
			last = pos.id;
			e = porch_flowtab_next(&town->t, &pos);
			if (!e) {
				pos = (struct porch_flowtab_pos) {};
				break;
			}
			EXPECT(e->id == pos.id && e->id != last);
			break;
		default:
			town_lookup(town, false);
		}
		quiesce(town);
		if (!rnd_below(64))
			sched_yield();
	}
	__atomic_store_n(&me->seen, U64_MAX, __ATOMIC_SEQ_CST);
	return NULL;
}

/*
 * All do everything at once: look up, insert into a table that is too small,
 * remove, age and walk. What was removed is freed as soon as it may be, so the
 * address sanitizer sees who holds on for too long.
 */
static void flowtab_threads(void)
{
	unsigned long found = 0, released = 0;
	struct town *town = calloc(1, sizeof(*town));
	unsigned int i;
	int err;

	if (!town)
		abort();
	err = porch_flowtab_init(&town->t, TOWN_MAX, town_release, GFP_KERNEL);
	CHECK(!err, "%d", err);
	town_run(town, town_life);
	town_check(town);
	for (i = 0; i < THREADS; i++) {
		found += town->worker[i].found;
		released += town->worker[i].released;
	}
	town_fini(town);
	free(town);
	CHECK(found > test_rounds && released > test_rounds,
	      "only %lu found, %lu released", found, released);
}
#endif

const struct test test_flowtab[] = {
	{ .name = "flowtab: keys", .run = flowtab_keys },
	{ .name = "flowtab: against a list", .run = flowtab_list },
	{ .name = "flowtab: full", .run = flowtab_full },
	{ .name = "flowtab: made smaller", .run = flowtab_smaller },
	{ .name = "flowtab: a walk while it changes", .run = flowtab_walk },
	{ .name = "flowtab: refused", .run = flowtab_refused },
	{ .name = "flowtab: a million flows", .run = flowtab_many },
#ifndef __KERNEL__
	{ .name = "flowtab: threads that insert the same", .run = flowtab_race,
	  .threads = true },
	{ .name = "flowtab: threads that do everything",
	  .run = flowtab_threads, .threads = true },
#endif
	{}
};
