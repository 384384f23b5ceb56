// SPDX-License-Identifier: GPL-2.0
/*
 * Routing tables: a small array of them, by number, in each generation. A table
 * is there while it has routes; the main table always is.
 */
#include <linux/slab.h>
#include "control/fault.h"
#include "control/fib.h"
#include "control/table.h"

static void table_init(struct porch_table *t, u32 id)
{
	t->id = id;
	porch_lpm_init(&t->fib4, 32);
	porch_lpm_init(&t->fib6, 128);
}

/**
 * porch_tables_init() - give the first generation its main table
 * @cfg: the generation
 *
 * Return: 0 or -ENOMEM.
 */
int porch_tables_init(struct porch_config *cfg)
{
	cfg->tables = kmalloc(sizeof(*cfg->tables), GFP_KERNEL_ACCOUNT);
	if (!cfg->tables)
		return -ENOMEM;
	table_init(cfg->tables, PORCH_TABLE_MAIN);
	cfg->n_tables = 1;
	cfg->main = cfg->tables;
	return 0;
}

static void free_value(void *value, void *arg)
{
	porch_route_free(value);
}

/**
 * porch_tables_fini() - free all routes of the last generation
 * @cfg: the generation, which nobody can reach any more
 */
void porch_tables_fini(struct porch_config *cfg)
{
	unsigned int i;

	for (i = 0; i < cfg->n_tables; i++) {
		porch_lpm_destroy(&cfg->tables[i].fib4, free_value, NULL);
		porch_lpm_destroy(&cfg->tables[i].fib6, free_value, NULL);
	}
}

/**
 * porch_table_find() - a table by its number
 * @cfg: the generation
 * @id: the number
 *
 * Context: whatever keeps the generation.
 *
 * Return: the table, NULL if it has no routes.
 */
const struct porch_table *porch_table_find(const struct porch_config *cfg,
					   u32 id)
{
	unsigned int low = 0, high = cfg->n_tables, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (cfg->tables[mid].id == id)
			return &cfg->tables[mid];
		if (cfg->tables[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/**
 * porch_tables_count() - how many routes there are
 * @cfg: the generation
 * @family: AF_INET or AF_INET6
 *
 * Return: their number, in all tables.
 */
u32 porch_tables_count(const struct porch_config *cfg, u8 family)
{
	unsigned int i;
	u32 n = 0;

	for (i = 0; i < cfg->n_tables; i++)
		n += porch_table_fib(&cfg->tables[i], family)->count;
	return n;
}

static void table_edit_begin(struct porch_table_edit *te,
			     const struct porch_table *t)
{
	te->id = t->id;
	porch_lpm_edit_begin(&te->fib4, &t->fib4, GFP_KERNEL_ACCOUNT);
	porch_lpm_edit_begin(&te->fib6, &t->fib6, GFP_KERNEL_ACCOUNT);
}

/* Room in the edit, and in the generation that comes out of it. */
static int edit_make_room(struct porch_edit *e, unsigned int n)
{
	struct porch_table_edit *edits;
	struct porch_table *tables;

	edits = krealloc_array(e->tables, n, sizeof(*edits),
			       GFP_KERNEL_ACCOUNT);
	if (!edits)
		return -ENOMEM;
	e->tables = edits;
	tables = krealloc_array(e->next->tables, n, sizeof(*tables),
				GFP_KERNEL_ACCOUNT);
	if (!tables)
		return -ENOMEM;
	e->next->tables = tables;
	return 0;
}

/**
 * porch_tables_edit_begin() - open all tables for changes
 * @e: the edit, with the generation to be
 * @now: the generation in force
 *
 * Return: 0 or -ENOMEM, and then the generation to be is still the caller's.
 */
int porch_tables_edit_begin(struct porch_edit *e,
			    const struct porch_config *now)
{
	unsigned int i;

	e->tables = NULL;
	if (edit_make_room(e, now->n_tables)) {
		kfree(e->tables);
		return -ENOMEM;
	}
	for (i = 0; i < now->n_tables; i++)
		table_edit_begin(&e->tables[i], &now->tables[i]);
	e->n_tables = now->n_tables;
	return 0;
}

/**
 * porch_tables_edit_find() - a table by its number
 * @e: the edit
 * @id: the number
 *
 * Return: the table, NULL if it neither has routes nor had any in this edit;
 * good until one is added.
 */
struct porch_table_edit *porch_tables_edit_find(const struct porch_edit *e,
						u32 id)
{
	unsigned int i;

	for (i = 0; i < e->n_tables; i++)
		if (e->tables[i].id == id)
			return &e->tables[i];
	return NULL;
}

/**
 * porch_tables_edit_add() - make sure that there is a table
 * @e: the edit
 * @id: its number
 * @fault: on error, why
 *
 * Tables that the edit has left without routes count until it has ended.
 *
 * Return: 0, or a negative errno, and then the edit has to be aborted.
 */
int porch_tables_edit_add(struct porch_edit *e, u32 id,
			  struct porch_fault *fault)
{
	struct porch_table empty;
	unsigned int i;

	if (porch_tables_edit_find(e, id))
		return 0;
	if (e->n_tables >= PORCH_TABLES_MAX)
		return porch_refuse(fault, -ENOSPC, PORCH_A_ROUTE_TABLE,
				    "there are as many tables as there may be");
	if (edit_make_room(e, e->n_tables + 1))
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the table");
	for (i = e->n_tables; i && e->tables[i - 1].id > id; i--)
		e->tables[i] = e->tables[i - 1];
	table_init(&empty, id);
	table_edit_begin(&e->tables[i], &empty);
	e->n_tables++;
	return 0;
}

/**
 * porch_tables_edit_commit() - make the tables of the next generation
 * @e: the edit, which is being published
 * @old: the generation before, which retires what it alone has
 *
 * Cannot fail. A table without routes is left out.
 */
void porch_tables_edit_commit(struct porch_edit *e, struct porch_config *old)
{
	struct porch_config *next = e->next;
	struct porch_table_edit *te;
	struct porch_table *t;

	for (te = e->tables; te < e->tables + e->n_tables; te++) {
		t = &next->tables[next->n_tables];
		t->id = te->id;
		porch_lpm_edit_commit(&te->fib4, &t->fib4, &old->retired.fibs);
		porch_lpm_edit_commit(&te->fib6, &t->fib6, &old->retired.fibs);
		if (t->id == PORCH_TABLE_MAIN)
			next->main = t;
		if (t->id == PORCH_TABLE_MAIN || t->fib4.count || t->fib6.count)
			next->n_tables++;
	}
	kfree(e->tables);
}

/**
 * porch_tables_edit_abort() - give the changes of all tables up
 * @e: the edit, which is being aborted
 */
void porch_tables_edit_abort(struct porch_edit *e)
{
	unsigned int i;

	for (i = 0; i < e->n_tables; i++) {
		porch_lpm_edit_abort(&e->tables[i].fib4);
		porch_lpm_edit_abort(&e->tables[i].fib6);
	}
	kfree(e->tables);
}
