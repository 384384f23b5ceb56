/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest prefix match for IPv4 and IPv6, as a persistent table: a version of
 * it never changes once it is published, and an edit makes the next version
 * out of it, sharing what stays the same.
 *
 * Readers need no lock and no special loads: a version is a value inside a
 * configuration that is published by rcu_assign_pointer(), which orders every
 * store to its nodes before the pointer to it; afterwards nothing that a
 * reader can reach is written until a grace period has passed.
 *
 * The writer, one at a time per table:
 *
 *	porch_lpm_edit_begin(&e, &old->lpm, GFP_KERNEL);
 *	err = porch_lpm_insert(&e, key, plen, value, false, NULL);
 *	...
 *	if (err) {
 *		porch_lpm_edit_abort(&e);
 *		return err;
 *	}
 *	porch_lpm_edit_commit(&e, &new->lpm, &old->retired);
 *	rcu_assign_pointer(current, new);
 *	queue_rcu_work(...);	// porch_lpm_retired_free(&old->retired)
 *
 * Versions form a line, not a tree: once an edit of a version is committed,
 * only the result may be edited. So commit when nothing else can fail.
 *
 * Addresses ("keys") are 4 or 16 bytes in network order at any alignment.
 */
#ifndef PORCH_CORE_LPM_H
#define PORCH_CORE_LPM_H

#include "env.h"

struct porch_lpm_node;

/**
 * struct porch_lpm - one version of a table
 * @root: the trie, NULL if the table is empty
 * @stamp: number of this version, for the edit that follows
 * @count: prefixes in it
 * @bits: length of an address: 32 or 128
 *
 * A value: it may be copied, and a copy is the same version. Whoever holds the
 * latest version owns the nodes. The values in the table are the caller's.
 */
struct porch_lpm {
	struct porch_lpm_node *root;
	u64 stamp;
	u32 count;
	u8 bits;
};

/**
 * struct porch_lpm_retired - nodes that only older versions use
 * @head: the first of them
 *
 * Zero it to begin with. Several commits, also of several tables, may add to
 * the same list.
 */
struct porch_lpm_retired {
	struct porch_lpm_node *head;
};

/**
 * struct porch_lpm_edit - the making of the next version
 * @cur: the table as edited so far: the writer may use it for lookups while
 *       the edit is open, nobody else may see it
 * @retired: nodes of the base that @cur does without, linked
 * @retired_last: the last in that list
 * @gfp: how nodes are allocated
 *
 * Lives wherever the caller likes. Between begin and commit or abort, the base
 * must stay in place and no other edit of the table may be open.
 */
struct porch_lpm_edit {
	struct porch_lpm cur;
	struct porch_lpm_node *retired;
	struct porch_lpm_node *retired_last;
	gfp_t gfp;
};

/**
 * struct porch_lpm_pos - a place in the order of a table's prefixes
 * @key: the address of the prefix last returned
 * @plen: its length
 * @started: false before the first
 *
 * Zero it to begin with.
 */
struct porch_lpm_pos {
	u8 key[16];
	u8 plen;
	bool started;
};

/**
 * porch_lpm_init() - make an empty table
 * @l: the table
 * @bits: length of an address: 32 or 128
 */
static inline void porch_lpm_init(struct porch_lpm *l, u8 bits)
{
	*l = (struct porch_lpm) { .bits = bits };
}

void porch_lpm_edit_begin(struct porch_lpm_edit *e,
			  const struct porch_lpm *base, gfp_t gfp);
int porch_lpm_insert(struct porch_lpm_edit *e, const void *key, u8 plen,
		     void *value, bool replace, void **old);
int porch_lpm_remove(struct porch_lpm_edit *e, const void *key, u8 plen,
		     void **old);
void porch_lpm_edit_commit(struct porch_lpm_edit *e, struct porch_lpm *next,
			   struct porch_lpm_retired *retired);
void porch_lpm_edit_abort(struct porch_lpm_edit *e);
void porch_lpm_retired_free(struct porch_lpm_retired *r);

void *porch_lpm_find(const struct porch_lpm *l, const void *key, u8 plen);
void *porch_lpm_lookup(const struct porch_lpm *l, const void *key);
void porch_lpm_lookup_vec(const struct porch_lpm *l, const void *const *keys,
			  void **values, unsigned int n);
void *porch_lpm_next(const struct porch_lpm *l, struct porch_lpm_pos *pos);
void porch_lpm_destroy(struct porch_lpm *l,
		       void (*free_value)(void *value, void *arg), void *arg);

#endif /* PORCH_CORE_LPM_H */
