// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table and the connections in it, as the path uses them, against a list
 * of flows.
 */
#include "fuzz.h"
#include "core/conn.h"
#include "core/flowtab.h"

#define MOST	64	/* flows */
#define VEC	20	/* lookups at a time */

struct flow {
	struct porch_flowtab_entry entry;
	union porch_conn conn;
	bool there;
	bool released;
};

struct env_mem env_mem;

static struct flow *flows[MOST];

static void release(struct porch_flowtab *t, struct porch_flowtab_entry *e,
		    enum porch_flowtab_why why)
{
	struct flow *f = container_of(e, struct flow, entry);

	(void)t;
	CHECK(f->there && !f->released, "%d", why);
	f->there = false;
	f->released = true;
}

/* Few keys and fewer hashes, so that they meet. */
static void take_key(struct input *in, struct porch_flow_key *key)
{
	u8 b = input_u8(in);

	memset(key, 0, sizeof(*key));
	key->src.v4 = b & 7;
	key->dst.v4 = b >> 3 & 7;
	key->zone = b >> 6;
	key->ipver = 4;
}

static u64 hash_of(const struct porch_flow_key *key)
{
	return (key->src.v4 ^ key->dst.v4) * 0x100000001ULL;
}

/* The node that has the key, by looking at all. */
static struct porch_flow_node *list_find(const struct porch_flow_key *key)
{
	unsigned int i, d;

	for (i = 0; i < MOST; i++) {
		for (d = 0; flows[i] && flows[i]->there && d < 2; d++) {
			if (!memcmp(&flows[i]->entry.node[d].key, key,
				    sizeof(*key)))
				return &flows[i]->entry.node[d];
		}
	}
	return NULL;
}

static u32 count(void)
{
	u32 i, n = 0;

	for (i = 0; i < MOST; i++)
		n += flows[i] && flows[i]->there;
	return n;
}

static void do_insert(struct input *in, struct porch_flowtab *t, u32 now)
{
	struct porch_flow_key orig, reply;
	struct porch_flow_node *there = NULL, *node[2];
	u8 life = input_u8(in);
	struct flow *f;
	unsigned int i;
	u32 before;
	int err;

	for (i = 0; i < MOST && flows[i] && flows[i]->there; i++)
		;
	if (i == MOST)
		return;
	free(flows[i]);
	flows[i] = NULL;
	take_key(in, &orig);
	if (life & 1)
		take_key(in, &reply);
	else
		reply = porch_flow_key_reverse(&orig);
	node[0] = list_find(&orig);
	node[1] = list_find(&reply);
	before = count();

	f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	porch_flowtab_entry_init(&f->entry, &orig, hash_of(&orig), &reply,
				 hash_of(&reply));
	porch_flowtab_touch(&f->entry, now + (life >> 2), life & 2);
	err = porch_flowtab_insert(t, &f->entry, now, &there);
	if (!err) {
		f->there = true;
		flows[i] = f;
		CHECK(count() <= t->max || count() <= before, "%u", count());
		return;
	}
	free(f);
	if (err == -EEXIST) {
		CHECK(there && (there == node[0] || there == node[1]), "%p",
		      (void *)there);
		return;
	}
	CHECK(err == -ENOSPC && before >= t->max, "%d", err);
}

static void check_lookups(struct input *in, const struct porch_flowtab *t)
{
	unsigned int n = input_u8(in) % (VEC + 1), i;
	const struct porch_flow_key *keys[VEC];
	struct porch_flow_node *nodes[VEC];
	struct porch_flow_key key[VEC];
	u64 hashes[VEC];

	for (i = 0; i < n; i++) {
		take_key(in, &key[i]);
		keys[i] = &key[i];
		hashes[i] = hash_of(&key[i]);
	}
	porch_flowtab_lookup_vec(t, keys, hashes, nodes, n);
	for (i = 0; i < n; i++) {
		CHECK(nodes[i] == porch_flowtab_lookup(t, keys[i], hashes[i]),
		      "%u of %u", i, n);
		/* A flow may have the same key in both directions. */
		CHECK(!nodes[i] == !list_find(keys[i]), "%u of %u", i, n);
		CHECK(!nodes[i] || porch_flow_key_equal(&nodes[i]->key, keys[i]),
		      "%u of %u", i, n);
	}
}

static void check_walk(const struct porch_flowtab *t)
{
	struct porch_flowtab_pos pos = {};
	struct porch_flowtab_entry *e;
	u32 n = 0;

	while ((e = porch_flowtab_next(t, &pos))) {
		CHECK(container_of(e, struct flow, entry)->there, "%u", n);
		n++;
	}
	CHECK(n == count() && n == porch_flowtab_count(t), "%u not %u, %u", n,
	      count(), porch_flowtab_count(t));
}

/* A packet: the connection makes a step, and the flow lives longer. */
static void do_packet(struct input *in, struct flow *f, u32 now)
{
	u8 what = input_u8(in), flags = input_u8(in), request;
	struct porch_conn_settings set = porch_conn_defaults;
	union porch_conn before = f->conn;
	enum porch_conn_event event;
	enum porch_conn_class class;
	u32 timeout = 0;

	set.loose = what & 2;
	switch (what >> 2 & 3) {
	case 0:
		event = porch_conn_tcp_event(flags);
		break;
	case 1:
		event = porch_conn_icmp_event(flags, &request);
		break;
	case 2:
		event = porch_conn_icmpv6_event(flags, &request);
		break;
	default:
		event = flags % PORCH_CONN_EVENTS;
		break;
	}
	/* Errors belong to others, and are no step of any. */
	if (event == PORCH_CONN_GOT_ERROR)
		return;
	class = porch_conn_step(&f->conn, what & 1, event, &set, &timeout);
	CHECK(f->conn.state < PORCH_CONN_STATES && !f->conn.zero, "%x",
	      f->conn.word);
	CHECK(class <= PORCH_CONN_REOPENED && class != PORCH_CONN_RELATED,
	      "%d", class);
	if (class == PORCH_CONN_INVALID || class == PORCH_CONN_REOPENED)
		CHECK(f->conn.word == before.word, "%x", before.word);
	else
		CHECK(f->conn.state != PORCH_CONN_NONE, "%x", before.word);
	if (event == PORCH_CONN_GOT_NONSENSE)
		CHECK(class == PORCH_CONN_INVALID && !timeout, "%d", class);
	if (timeout)
		porch_flowtab_touch(&f->entry, now + timeout,
				    porch_conn_is_assured(f->conn));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct porch_flowtab t;
	struct flow *f;
	u32 now, was;
	unsigned int i;

	env_mem = (struct env_mem) {};
	CHECK(!porch_flowtab_init(&t, 1 + input_u8(&in) % MOST, release,
				  GFP_KERNEL), "no memory");
	now = input_u32(&in);	/* it may overflow soon */
	while (in.n) {
		switch (input_u8(&in) % 8) {
		case 0: case 1: case 2:
			do_insert(&in, &t, now);
			break;
		case 3:
			f = flows[input_u8(&in) % MOST];
			if (!f)
				break;
			was = f->there;
			CHECK(porch_flowtab_remove(&t, &f->entry) == was, "%u",
			      was);
			break;
		case 4:
			check_lookups(&in, &t);
			break;
		case 5:
			now += input_u8(&in);
			was = count();
			i = porch_flowtab_age(&t, now, input_u8(&in));
			CHECK(was - count() == i, "%u", i);
			break;
		case 6:
			f = flows[input_u8(&in) % MOST];
			if (f && f->there)
				do_packet(&in, f, now);
			break;
		default:
			t.max = 1 + input_u8(&in) % (t.mask + 1);
			break;
		}
		check_walk(&t);
	}
	porch_flowtab_fini(&t);
	CHECK(!count() && !env_mem.live, "%u flows", count());
	for (i = 0; i < MOST; i++) {
		free(flows[i]);
		flows[i] = NULL;
	}
	return 0;
}
