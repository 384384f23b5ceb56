// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match: a path-compressed binary trie (Morrison's PATRICIA,
 * J. ACM 15(4), 1968, in the form with whole prefixes in the nodes), made
 * persistent by path copying with transient ownership (Driscoll, Sarnak,
 * Sleator, Tarjan, "Making Data Structures Persistent", 1989; the ownership
 * stamp as in Clojure's transients).
 *
 * A node stands for a prefix, and everything below it is a longer prefix of
 * which it is the beginning; child[b] continues with bit b. A node without a
 * value is a fork and always has both children, so n prefixes need at most
 * 2n - 1 nodes, and no path has more than bits + 1 of them.
 *
 * Who may write a node is told by its stamp. An edit has a stamp that no node
 * of its base has. It writes only nodes with that stamp, which it allocated
 * itself and no reader has seen; any other node that has to change is copied,
 * and the original goes to the list of retired ones. A node of this edit hangs
 * only below nodes of this edit (or is the root), since to hang it there its
 * parent had to be written. Hence an abort finds all new nodes by walking down
 * from the root and turning back at old ones.
 *
 * Nothing recurses: walks down need no memory, and freeing uses the nodes' own
 * link, which readers never look at, as its stack.
 */
#include "env.h"
#include "lpm.h"

/* An address, or a prefix with zeros behind it, left-aligned in 128 bits. */
struct porch_lpm_key {
	u64 hi;
	u64 lo;
};

struct porch_lpm_node {
	struct porch_lpm_node *child[2];
	struct porch_lpm_key key;
	void *value;			/* NULL in a fork */
	struct porch_lpm_node *link;	/* retired list, stack while freeing */
	u64 stamp;
	u8 plen;
};

/* How many lookups porch_lpm_lookup_vec() has under way at a time. */
#define PORCH_LPM_STEP	16

static struct porch_lpm_key porch_lpm_load(const struct porch_lpm *l,
					   const void *p)
{
	struct porch_lpm_key k = {};
	__be64 be[2];
	__be32 be4;

	if (l->bits == 32) {
		memcpy(&be4, p, sizeof(be4));
		k.hi = (u64)be32_to_cpu(be4) << 32;
	} else {
		memcpy(be, p, sizeof(be));
		k.hi = be64_to_cpu(be[0]);
		k.lo = be64_to_cpu(be[1]);
	}
	return k;
}

static void porch_lpm_store(const struct porch_lpm *l, void *p,
			    const struct porch_lpm_key *k)
{
	__be64 be[2] = { cpu_to_be64(k->hi), cpu_to_be64(k->lo) };

	memcpy(p, be, l->bits / 8);
}

/* Bit i of the key, counted from the most significant; i < 128. */
static unsigned int porch_lpm_bit(const struct porch_lpm_key *k, u8 i)
{
	return i < 64 ? (k->hi >> (63 - i)) & 1 : (k->lo >> (127 - i)) & 1;
}

/* The number of leading bits that two keys share: 0 to 128. */
static unsigned int porch_lpm_common(const struct porch_lpm_key *a,
				     const struct porch_lpm_key *b)
{
	u64 diff = a->hi ^ b->hi;

	if (diff)
		return 64 - fls64(diff);
	return 128 - fls64(a->lo ^ b->lo);
}

static struct porch_lpm_key porch_lpm_mask(struct porch_lpm_key k, u8 plen)
{
	if (plen <= 64) {
		k.hi = plen ? k.hi & (~0ULL << (64 - plen)) : 0;
		k.lo = 0;
	} else if (plen < 128) {
		k.lo &= ~0ULL << (128 - plen);
	}
	return k;
}

/* A prefix is well formed if it fits and has no bits behind its length. */
static bool porch_lpm_prefix_ok(const struct porch_lpm *l,
				const struct porch_lpm_key *k, u8 plen)
{
	struct porch_lpm_key m = porch_lpm_mask(*k, plen);

	return plen <= l->bits && m.hi == k->hi && m.lo == k->lo;
}

/* Does the node's prefix begin the key? */
static bool porch_lpm_covers(const struct porch_lpm_node *n,
			     const struct porch_lpm_key *k)
{
	return porch_lpm_common(&n->key, k) >= n->plen;
}

static struct porch_lpm_node *porch_lpm_below(const struct porch_lpm_node *n,
					      const struct porch_lpm_key *k)
{
	return n->child[porch_lpm_bit(k, n->plen)];
}

/*
 * Where a prefix is, or would be: @at is the first node on its way that is not
 * a shorter prefix of it (NULL if the way ends before), @parent the one before
 * that, @grand the one before that.
 */
struct porch_lpm_spot {
	struct porch_lpm_node *at;
	struct porch_lpm_node *parent;
	struct porch_lpm_node *grand;
};

/* Return: whether @at is the very prefix (with a value, or as a fork). */
static bool porch_lpm_seek(const struct porch_lpm *l,
			   const struct porch_lpm_key *k, u8 plen,
			   struct porch_lpm_spot *s)
{
	struct porch_lpm_node *n = l->root;

	s->parent = NULL;
	s->grand = NULL;
	while (n && n->plen < plen && porch_lpm_covers(n, k)) {
		s->grand = s->parent;
		s->parent = n;
		n = porch_lpm_below(n, k);
	}
	s->at = n;
	return n && n->plen == plen && porch_lpm_covers(n, k);
}

/**
 * porch_lpm_find() - the value of exactly this prefix
 * @l: the table
 * @key: the prefix' address
 * @plen: its length
 *
 * Return: the value, or NULL if there is no such prefix (also if it is not well
 * formed).
 */
void *porch_lpm_find(const struct porch_lpm *l, const void *key, u8 plen)
{
	struct porch_lpm_key k = porch_lpm_load(l, key);
	struct porch_lpm_spot s;

	if (!porch_lpm_prefix_ok(l, &k, plen) ||
	    !porch_lpm_seek(l, &k, plen, &s))
		return NULL;
	return s.at->value;
}

/**
 * porch_lpm_lookup() - the value of the longest prefix that covers an address
 * @l: the table
 * @key: the address
 *
 * Context: any; the reader holds the version, for instance by RCU.
 * Return: the value, or NULL if no prefix covers the address.
 */
void *porch_lpm_lookup(const struct porch_lpm *l, const void *key)
{
	struct porch_lpm_key k = porch_lpm_load(l, key);
	const struct porch_lpm_node *n = l->root;
	void *best = NULL;

	while (n && porch_lpm_covers(n, &k)) {
		if (n->value)
			best = n->value;
		if (n->plen == l->bits)
			break;
		n = porch_lpm_below(n, &k);
	}
	return best;
}

/* One lookup of several in step. */
struct porch_lpm_walk {
	const struct porch_lpm_node *n;
	struct porch_lpm_key key;
	void **best;
};

static void porch_lpm_lookup_step(const struct porch_lpm *l,
				  const void *const *keys, void **values,
				  unsigned int n)
{
	struct porch_lpm_walk walk[PORCH_LPM_STEP] __uninitialized, *w;
	unsigned int i;

	for (i = 0; i < n; i++) {
		values[i] = NULL;
		walk[i].n = l->root;
		walk[i].key = porch_lpm_load(l, keys[i]);
		walk[i].best = &values[i];
	}

	/* Each round takes every walk one node down; one that ends leaves. */
	while (n) {
		for (i = 0; i < n;) {
			w = &walk[i];
			if (!w->n || !porch_lpm_covers(w->n, &w->key)) {
				*w = walk[--n];
				continue;
			}
			if (w->n->value)
				*w->best = w->n->value;
			if (w->n->plen == l->bits) {
				*w = walk[--n];
				continue;
			}
			w->n = porch_lpm_below(w->n, &w->key);
			prefetch(w->n);
			i++;
		}
	}
}

/**
 * porch_lpm_lookup_vec() - porch_lpm_lookup() of several addresses
 * @l: the table
 * @keys: the addresses
 * @values: filled with what porch_lpm_lookup() returns for each
 * @n: their number, any
 *
 * Walks them in step and prefetches, so that their cache misses overlap.
 *
 * Context: any; the reader holds the version, for instance by RCU.
 */
void porch_lpm_lookup_vec(const struct porch_lpm *l, const void *const *keys,
			  void **values, unsigned int n)
{
	unsigned int i, some;

	for (i = 0; i < n; i += some) {
		some = min_t(unsigned int, n - i, PORCH_LPM_STEP);
		porch_lpm_lookup_step(l, keys + i, values + i, some);
	}
}

/**
 * porch_lpm_next() - go through a table in order
 * @l: the table
 * @pos: where the last call got to, zeroed for the first; moved to the prefix
 *       that is returned, left alone at the end
 *
 * The order is by address, then by length, as in 10.0.0.0/8, 10.0.0.0/16,
 * 10.1.0.0/16. @pos holds the prefix, not a pointer, so it can be kept while
 * the table changes, and be used with a later version: the walk goes on behind
 * the same prefix, whether or not that is still there. To be able to repeat a
 * step, work on a copy of @pos and keep it once the value has been dealt with.
 *
 * Return: the value of the next prefix, or NULL if there is none.
 */
void *porch_lpm_next(const struct porch_lpm *l, struct porch_lpm_pos *pos)
{
	struct porch_lpm_key k = porch_lpm_load(l, pos->key);
	const struct porch_lpm_node *n = l->root, *after = NULL;
	unsigned int common;

	if (!pos->started) {
		after = n;
		n = NULL;
	}

	/* Find the nearest subtree of which every prefix lies behind @pos. */
	while (n) {
		common = porch_lpm_common(&n->key, &k);
		if (common < n->plen || n->plen > pos->plen) {
			/* They part, or @n is longer; which is further on? */
			if (common >= pos->plen ||
			    porch_lpm_bit(&n->key, common))
				after = n;
			break;
		}
		if (n->plen == pos->plen) {
			if (n->child[0])
				after = n->child[0];
			else if (n->child[1])
				after = n->child[1];
			break;
		}
		if (!porch_lpm_bit(&k, n->plen) && n->child[1])
			after = n->child[1];
		n = porch_lpm_below(n, &k);
	}
	if (!after)
		return NULL;

	while (!after->value)
		after = after->child[0];
	porch_lpm_store(l, pos->key, &after->key);
	pos->plen = after->plen;
	pos->started = true;
	return after->value;
}

static bool porch_lpm_own(const struct porch_lpm_edit *e,
			  const struct porch_lpm_node *n)
{
	return n->stamp == e->cur.stamp;
}

static struct porch_lpm_node *
porch_lpm_node_alloc(const struct porch_lpm_edit *e,
		     const struct porch_lpm_key *k, u8 plen, void *value)
{
	struct porch_lpm_node *n = kzalloc(sizeof(*n), e->gfp);

	if (!n)
		return NULL;
	n->key = porch_lpm_mask(*k, plen);
	n->plen = plen;
	n->value = value;
	n->stamp = e->cur.stamp;
	return n;
}

/* The edit does without the node: free it, or, if readers may see it, retire. */
static void porch_lpm_drop(struct porch_lpm_edit *e, struct porch_lpm_node *n)
{
	if (porch_lpm_own(e, n)) {
		kfree(n);
		return;
	}
	if (!e->retired)
		e->retired_last = n;
	n->link = e->retired;
	e->retired = n;
}

/*
 * Make every node from the root to @last, which is on the way to the key, the
 * edit's own. If an allocation fails half-way, the copies made so far stay:
 * they say the same as the originals.
 *
 * Return: @last or the copy that took its place, NULL if out of memory.
 */
static struct porch_lpm_node *
porch_lpm_own_path(struct porch_lpm_edit *e, const struct porch_lpm_key *k,
		   const struct porch_lpm_node *last)
{
	struct porch_lpm_node **slot = &e->cur.root;
	struct porch_lpm_node *n, *copy;

	for (;;) {
		n = *slot;
		if (porch_lpm_own(e, n)) {
			copy = n;
		} else {
			copy = kmemdup(n, sizeof(*n), e->gfp);
			if (!copy)
				return NULL;
			copy->stamp = e->cur.stamp;
			copy->link = NULL;
			*slot = copy;
			porch_lpm_drop(e, n);
		}
		if (n == last)
			return copy;
		slot = &copy->child[porch_lpm_bit(k, copy->plen)];
	}
}

/*
 * The pointer to what comes below @parent (NULL: the root) on the way to the
 * key, ready to be written; NULL if out of memory.
 */
static struct porch_lpm_node **
porch_lpm_own_slot(struct porch_lpm_edit *e, const struct porch_lpm_key *k,
		   const struct porch_lpm_node *parent)
{
	struct porch_lpm_node *n;

	if (!parent)
		return &e->cur.root;
	n = porch_lpm_own_path(e, k, parent);
	return n ? &n->child[porch_lpm_bit(k, n->plen)] : NULL;
}

/**
 * porch_lpm_edit_begin() - open an edit
 * @e: the edit, filled in
 * @base: the latest version of the table
 * @gfp: how to allocate nodes
 */
void porch_lpm_edit_begin(struct porch_lpm_edit *e,
			  const struct porch_lpm *base, gfp_t gfp)
{
	*e = (struct porch_lpm_edit) { .cur = *base, .gfp = gfp };
	e->cur.stamp++;
}

/* Insert a prefix that has no node yet; s->at lies beyond it, or is NULL. */
static int porch_lpm_insert_node(struct porch_lpm_edit *e,
				 const struct porch_lpm_key *k, u8 plen,
				 void *value, const struct porch_lpm_spot *s)
{
	struct porch_lpm_node *leaf, *top, **slot;
	unsigned int common;

	leaf = porch_lpm_node_alloc(e, k, plen, value);
	if (!leaf)
		return -ENOMEM;
	top = leaf;
	common = s->at ? porch_lpm_common(&s->at->key, k) : plen;
	if (common < plen) {
		top = porch_lpm_node_alloc(e, k, common, NULL);
		if (!top)
			goto err_leaf;
		top->child[porch_lpm_bit(k, common)] = leaf;
	}

	slot = porch_lpm_own_slot(e, k, s->parent);
	if (!slot)
		goto err_top;

	/* Nothing fails from here on. Copying may not have touched s->at. */
	if (s->at)
		top->child[porch_lpm_bit(&s->at->key, top->plen)] = s->at;
	*slot = top;
	return 0;

err_top:
	if (top != leaf)
		kfree(top);
err_leaf:
	kfree(leaf);
	return -ENOMEM;
}

/**
 * porch_lpm_insert() - add a prefix, or change its value
 * @e: the edit
 * @key: the prefix' address, with zeros behind its length
 * @plen: its length
 * @value: what lookups shall return, not NULL; stays the caller's
 * @replace: whether a prefix that is there gets the new value
 * @old: if not NULL, filled with the value that was there (NULL if none), on
 *       success and on -EEXIST; readers of older versions may still see it
 *
 * Takes time in the order of the trie's depth.
 *
 * Context: as the edit's gfp flags allow; the table's one writer.
 * Return: 0, or with the edit's content as it was: -EEXIST if the prefix is
 * there and @replace is false, -EINVAL if it is not well formed or @value is
 * NULL, -ENOMEM.
 */
int porch_lpm_insert(struct porch_lpm_edit *e, const void *key, u8 plen,
		     void *value, bool replace, void **old)
{
	struct porch_lpm_key k = porch_lpm_load(&e->cur, key);
	struct porch_lpm_spot s;
	struct porch_lpm_node *n;
	void *was = NULL;
	int err;

	if (!value || !porch_lpm_prefix_ok(&e->cur, &k, plen))
		return -EINVAL;

	if (porch_lpm_seek(&e->cur, &k, plen, &s)) {
		was = s.at->value;
		if (was && !replace) {
			if (old)
				*old = was;
			return -EEXIST;
		}
		n = porch_lpm_own_path(e, &k, s.at);
		if (!n)
			return -ENOMEM;
		n->value = value;
	} else {
		err = porch_lpm_insert_node(e, &k, plen, value, &s);
		if (err)
			return err;
	}

	if (!was)
		e->cur.count++;
	if (old)
		*old = was;
	return 0;
}

/* Take a node out whose place no or one subtree can take. */
static int porch_lpm_remove_node(struct porch_lpm_edit *e,
				 const struct porch_lpm_key *k,
				 const struct porch_lpm_spot *s)
{
	struct porch_lpm_node *n = s->at, *p = s->parent, *heir, **slot;

	heir = n->child[0] ?: n->child[1];
	if (heir || !p || p->value) {
		slot = porch_lpm_own_slot(e, k, p);
		if (!slot)
			return -ENOMEM;
	} else {
		/* The parent is a fork with one way left: it goes as well. */
		slot = porch_lpm_own_slot(e, k, s->grand);
		if (!slot)
			return -ENOMEM;
		heir = p->child[!porch_lpm_bit(k, p->plen)];
		porch_lpm_drop(e, p);
	}
	*slot = heir;
	porch_lpm_drop(e, n);
	return 0;
}

/**
 * porch_lpm_remove() - take a prefix out
 * @e: the edit
 * @key: the prefix' address, with zeros behind its length
 * @plen: its length
 * @old: if not NULL, filled with its value on success; readers of older
 *       versions may still see it
 *
 * Takes time in the order of the trie's depth.
 *
 * Context: as the edit's gfp flags allow; the table's one writer.
 * Return: 0, or with the edit's content as it was: -ENOENT if there is no such
 * prefix, -EINVAL if it is not well formed, -ENOMEM.
 */
int porch_lpm_remove(struct porch_lpm_edit *e, const void *key, u8 plen,
		     void **old)
{
	struct porch_lpm_key k = porch_lpm_load(&e->cur, key);
	struct porch_lpm_spot s;
	struct porch_lpm_node *n;
	void *was;
	int err;

	if (!porch_lpm_prefix_ok(&e->cur, &k, plen))
		return -EINVAL;
	if (!porch_lpm_seek(&e->cur, &k, plen, &s) || !s.at->value)
		return -ENOENT;

	was = s.at->value;
	if (s.at->child[0] && s.at->child[1]) {
		n = porch_lpm_own_path(e, &k, s.at);
		if (!n)
			return -ENOMEM;
		n->value = NULL;
	} else {
		err = porch_lpm_remove_node(e, &k, &s);
		if (err)
			return err;
	}

	e->cur.count--;
	if (old)
		*old = was;
	return 0;
}

/**
 * porch_lpm_edit_commit() - end an edit, taking its result
 * @e: the edit, over afterwards
 * @next: filled with the new version; may be the very struct of the base if no
 *        reader looks at that
 * @retired: gets the nodes that the base has and @next has not; free them when
 *           no reader can see the base or a version before it any more
 *
 * Cannot fail.
 */
void porch_lpm_edit_commit(struct porch_lpm_edit *e, struct porch_lpm *next,
			   struct porch_lpm_retired *retired)
{
	*next = e->cur;
	if (e->retired) {
		e->retired_last->link = retired->head;
		retired->head = e->retired;
	}
	*e = (struct porch_lpm_edit) {};
}

/* Put a node on a stack that is linked through the nodes. */
static void porch_lpm_push(struct porch_lpm_node **stack,
			   struct porch_lpm_node *n)
{
	n->link = *stack;
	*stack = n;
}

/**
 * porch_lpm_edit_abort() - end an edit, leaving the table as it was
 * @e: the edit, over afterwards
 *
 * Frees what the edit allocated. Cannot fail. The values that the edit put in
 * or took out are the caller's business.
 *
 * Context: process context.
 */
void porch_lpm_edit_abort(struct porch_lpm_edit *e)
{
	struct porch_lpm_node *n, *stack = NULL;
	unsigned int b;

	if (e->cur.root && porch_lpm_own(e, e->cur.root))
		porch_lpm_push(&stack, e->cur.root);
	while (stack) {
		n = stack;
		stack = n->link;
		for (b = 0; b < 2; b++) {
			if (n->child[b] && porch_lpm_own(e, n->child[b]))
				porch_lpm_push(&stack, n->child[b]);
		}
		kfree(n);
		cond_resched();
	}
	*e = (struct porch_lpm_edit) {};
}

/**
 * porch_lpm_retired_free() - free retired nodes
 * @r: the list, empty afterwards
 *
 * The caller has waited for a grace period since the version that does without
 * them was published.
 *
 * Context: process context (queue_rcu_work()); the list is as long as the edits
 * were large.
 */
void porch_lpm_retired_free(struct porch_lpm_retired *r)
{
	struct porch_lpm_node *n;

	while (r->head) {
		n = r->head;
		r->head = n->link;
		kfree(n);
		cond_resched();
	}
}

/**
 * porch_lpm_destroy() - free a table
 * @l: its latest version, empty afterwards; no reader and no open edit may be
 *     left
 * @free_value: called with each value in the table, may be NULL
 * @arg: passed on to @free_value
 *
 * Lists of retired nodes are apart from it and are freed on their own.
 *
 * Context: process context.
 */
void porch_lpm_destroy(struct porch_lpm *l,
		       void (*free_value)(void *value, void *arg), void *arg)
{
	struct porch_lpm_node *n, *stack = NULL;
	unsigned int b;

	if (l->root)
		porch_lpm_push(&stack, l->root);
	while (stack) {
		n = stack;
		stack = n->link;
		for (b = 0; b < 2; b++) {
			if (n->child[b])
				porch_lpm_push(&stack, n->child[b]);
		}
		if (n->value && free_value)
			free_value(n->value, arg);
		kfree(n);
		cond_resched();
	}
	l->root = NULL;
	l->count = 0;
}
