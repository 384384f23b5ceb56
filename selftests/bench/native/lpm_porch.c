// SPDX-License-Identifier: GPL-2.0
/*
 * Porch's own table, looked at as kmod/path/route.c does: pointers to the
 * addresses of a few packets are gathered, and given to the lookup.
 */
#include "lpm.h"
#include "core/lpm.h"

/* As ROUTE_STEP */
#define STEP	16U

/* What the allocations of env.h are counted in */
struct env_mem env_mem;

static bool insert(struct porch_lpm_edit *e, const struct prefix *p)
{
	u8 addr[16];

	prefix_bytes(p, addr);
	return !porch_lpm_insert(e, addr, p->plen, (void *)(uintptr_t)p->value,
				 false, NULL);
}

static void unmake(void *table)
{
	porch_lpm_destroy(table, NULL, NULL);
	free(table);
}

static void *make(const struct table *t)
{
	struct porch_lpm *l = bench_allocate(1, sizeof(*l));
	struct porch_lpm_retired none = {};
	struct porch_lpm_edit e;
	bool ok = true;
	u32 i;

	porch_lpm_init(l, t->bits);
	porch_lpm_edit_begin(&e, l, GFP_KERNEL);
	for (i = 0; ok && i < t->n; i++)
		ok = insert(&e, &t->p[i]);
	porch_lpm_edit_commit(&e, l, &none);
	if (ok)
		return l;
	unmake(l);
	return NULL;
}

/* Two versions, as if both changes came alone; there are no readers to wait for. */
static bool set(void *table, const struct prefix *p)
{
	struct porch_lpm_retired retired = {};
	struct porch_lpm *l = table;
	struct porch_lpm_edit e;
	u8 addr[16];
	bool ok;

	prefix_bytes(p, addr);
	porch_lpm_edit_begin(&e, l, GFP_KERNEL);
	ok = !porch_lpm_remove(&e, addr, p->plen, NULL);
	porch_lpm_edit_commit(&e, l, &retired);
	porch_lpm_retired_free(&retired);

	porch_lpm_edit_begin(&e, l, GFP_KERNEL);
	ok &= insert(&e, p);
	porch_lpm_edit_commit(&e, l, &retired);
	porch_lpm_retired_free(&retired);
	return ok;
}

static u64 lookup(const struct porch_lpm *l, const u8 *key, u32 stride, u32 n)
{
	const void *keys[STEP];
	void *values[STEP];
	u32 i, j, some;
	u64 sum = 0;

	for (i = 0; i < n; i += some) {
		some = min(n - i, STEP);
		for (j = 0; j < some; j++)
			keys[j] = key + stride * (i + j);
		porch_lpm_lookup_vec(l, keys, values, some);
		for (j = 0; j < some; j++)
			sum += (uintptr_t)values[j];
	}
	return sum;
}

static u64 lookup4(void *table, const struct keys *k, u32 from, u32 n)
{
	return lookup(table, (u8 *)k->porch + 4 * from, 4, n);
}

static u64 lookup6(void *table, const struct keys *k, u32 from, u32 n)
{
	return lookup(table, (u8 *)k->porch + 16 * from, 16, n);
}

const struct lpm_kind lpm_porch[2] = {
	{ "porch", 32, false, make, set, unmake,
	  {{ .name = "porch", .lookup = lookup4 }} },
	{ "porch", 128, false, make, set, unmake,
	  {{ .name = "porch", .lookup = lookup6 }} },
};
