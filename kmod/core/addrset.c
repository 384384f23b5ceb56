// SPDX-License-Identifier: GPL-2.0
/*
 * The set of local addresses: two hash tables, one per family, with open
 * addressing and linear probing (Knuth, The Art of Computer Programming,
 * volume 3, section 6.4, algorithm L), at most half full. Nothing is ever
 * removed, so an empty slot ends a search.
 */
#include "env.h"
#include "addrset.h"
#include "hash.h"

/* A slot whose kind is PORCH_ADDR_NONE is empty. */
struct porch_addrset_slot4 {
	__be32 addr;
	u8 kind;
};

/* The key is address and scope: ifindex for link-local, 0 for the rest. */
struct porch_addrset_slot6 {
	struct in6_addr addr;
	int scope;
	u8 kind;
};

struct porch_addrset {
	u64 seed;
	u32 mask4;
	u32 mask6;
	struct porch_addrset_slot4 *slot4;	/* behind slot6[] */
	struct porch_addrset_slot6 slot6[];
};

static bool porch_addrset_is_linklocal(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80;
}

/* The slot that holds the key, or the empty one where it would be. */
static struct porch_addrset_slot4 *
porch_addrset_probe4(const struct porch_addrset *s, __be32 addr)
{
	u32 i = (u32)porch_hash64((__force u32)addr, s->seed);
	struct porch_addrset_slot4 *slot;

	for (;; i++) {
		slot = &s->slot4[i & s->mask4];
		if (!slot->kind || slot->addr == addr)
			return slot;
	}
}

static u32 porch_addrset_probe6(const struct porch_addrset *s,
				const struct in6_addr *addr, int scope)
{
	const struct porch_addrset_slot6 *slot;
	u64 w[2], h;
	u32 i;

	memcpy(w, addr, sizeof(w));
	h = porch_hash64(w[0], s->seed);
	h = porch_hash64(w[1], h);
	i = (u32)porch_hash64((u32)scope, h);
	for (;; i++) {
		slot = &s->slot6[i & s->mask6];
		if (!slot->kind ||
		    (slot->scope == scope &&
		     !memcmp(&slot->addr, addr, sizeof(*addr))))
			return i & s->mask6;
	}
}

static bool porch_addrset_entry_ok(const struct porch_addrset_entry *e)
{
	switch (e->kind) {
	case PORCH_ADDR_LOCAL:
		return e->ipver == 4 || e->ipver == 6;
	case PORCH_ADDR_BROADCAST:
		return e->ipver == 4;
	case PORCH_ADDR_ANYCAST:
		return e->ipver == 6;
	default:
		return false;
	}
}

static void porch_addrset_add4(struct porch_addrset *s,
			       const struct porch_addrset_entry *e)
{
	struct porch_addrset_slot4 *slot = porch_addrset_probe4(s, e->a4);

	if (slot->kind && slot->kind <= e->kind)
		return;
	slot->addr = e->a4;
	slot->kind = e->kind;
}

static void porch_addrset_add6(struct porch_addrset *s,
			       const struct porch_addrset_entry *e)
{
	int scope = porch_addrset_is_linklocal(&e->a6) ? e->ifindex : 0;
	struct porch_addrset_slot6 *slot;

	slot = &s->slot6[porch_addrset_probe6(s, &e->a6, scope)];
	if (slot->kind && slot->kind <= e->kind)
		return;
	slot->addr = e->a6;
	slot->scope = scope;
	slot->kind = e->kind;
}

/**
 * porch_addrset_alloc() - build a set of addresses
 * @entries: the addresses, in any order, duplicates allowed; only read
 * @n: their number, may be 0, at most PORCH_ADDRSET_MAX
 * @seed: a secret random number for the hash
 * @gfp: allocation flags
 *
 * Takes time and memory linear in @n: up to 32 bytes for an IPv4 address and
 * up to 96 for an IPv6 one.
 *
 * Context: as @gfp allows.
 * Return: the set, which the caller owns; ERR_PTR(-E2BIG) if there are too many
 * entries, ERR_PTR(-EINVAL) if one has an unknown family or a kind that its
 * family does not have, ERR_PTR(-ENOMEM).
 */
struct porch_addrset *
porch_addrset_alloc(const struct porch_addrset_entry *entries, unsigned int n,
		    u64 seed, gfp_t gfp)
{
	unsigned int i, n4 = 0, n6 = 0;
	struct porch_addrset *s;
	u32 size4, size6;

	if (n > PORCH_ADDRSET_MAX)
		return ERR_PTR(-E2BIG);
	for (i = 0; i < n; i++) {
		if (!porch_addrset_entry_ok(&entries[i]))
			return ERR_PTR(-EINVAL);
		if (entries[i].ipver == 4)
			n4++;
		else
			n6++;
	}

	/* Twice the entries, and at least one slot that stays empty. */
	size4 = n4 ? roundup_pow_of_two(2 * n4) : 1;
	size6 = n6 ? roundup_pow_of_two(2 * n6) : 1;
	s = kvzalloc(sizeof(*s) + size6 * sizeof(*s->slot6) +
		     size4 * sizeof(*s->slot4), gfp);
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->seed = seed;
	s->mask4 = size4 - 1;
	s->mask6 = size6 - 1;
	s->slot4 = (struct porch_addrset_slot4 *)&s->slot6[size6];

	for (i = 0; i < n; i++) {
		if (entries[i].ipver == 4)
			porch_addrset_add4(s, &entries[i]);
		else
			porch_addrset_add6(s, &entries[i]);
	}
	return s;
}

/**
 * porch_addrset_free() - free a set of addresses
 * @s: the set, which no reader may see any more (a grace period has passed
 *     since it was replaced), or NULL
 *
 * Context: process or softirq.
 */
void porch_addrset_free(struct porch_addrset *s)
{
	kvfree(s);
}

/* Is all that is in @a in @b as well, and as the same kind? */
static bool porch_addrset_within(const struct porch_addrset *a,
				 const struct porch_addrset *b)
{
	const struct porch_addrset_slot4 *s4;
	const struct porch_addrset_slot6 *s6;
	u32 i;

	for (i = 0; i <= a->mask4; i++) {
		s4 = &a->slot4[i];
		if (s4->kind &&
		    porch_addrset_probe4(b, s4->addr)->kind != s4->kind)
			return false;
	}
	for (i = 0; i <= a->mask6; i++) {
		s6 = &a->slot6[i];
		if (s6->kind &&
		    b->slot6[porch_addrset_probe6(b, &s6->addr, s6->scope)].kind !=
		    s6->kind)
			return false;
	}
	return true;
}

/**
 * porch_addrset_equal() - are two sets made of the same addresses?
 * @a: a set
 * @b: another, with whatever seed
 *
 * Neither the order of the entries nor duplicates matter. Takes time linear in
 * the sizes.
 *
 * Context: any, under rcu_read_lock() or its like.
 * Return: whether they are.
 */
bool porch_addrset_equal(const struct porch_addrset *a,
			 const struct porch_addrset *b)
{
	return porch_addrset_within(a, b) && porch_addrset_within(b, a);
}

/**
 * porch_addrset_lookup4() - is this IPv4 address ours?
 * @s: the set
 * @addr: the address
 *
 * Context: any, under rcu_read_lock() or its like.
 * Return: enum porch_addr_kind, PORCH_ADDR_NONE (0) if it is not ours.
 */
u8 porch_addrset_lookup4(const struct porch_addrset *s, __be32 addr)
{
	return porch_addrset_probe4(s, addr)->kind;
}

/**
 * porch_addrset_lookup6() - is this IPv6 address ours?
 * @s: the set
 * @addr: the address
 * @ifindex: the device that it came in by; matters for link-local addresses
 *
 * Context: any, under rcu_read_lock() or its like.
 * Return: enum porch_addr_kind, PORCH_ADDR_NONE (0) if it is not ours.
 */
u8 porch_addrset_lookup6(const struct porch_addrset *s,
			 const struct in6_addr *addr, int ifindex)
{
	u8 any, here;

	any = s->slot6[porch_addrset_probe6(s, addr, 0)].kind;
	if (likely(!porch_addrset_is_linklocal(addr)))
		return any;

	here = s->slot6[porch_addrset_probe6(s, addr, ifindex)].kind;
	if (!any || !here)
		return any | here;
	return min(any, here);
}
