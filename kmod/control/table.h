/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TABLE_H
#define PORCH_TABLE_H

#include "control/config.h"

struct porch_fault;

int porch_tables_init(struct porch_config *cfg);
void porch_tables_fini(struct porch_config *cfg);

int porch_tables_edit_begin(struct porch_edit *e,
			    const struct porch_config *now);
void porch_tables_edit_commit(struct porch_edit *e, struct porch_config *old);
void porch_tables_edit_abort(struct porch_edit *e);
int porch_tables_edit_add(struct porch_edit *e, u32 id,
			  struct porch_fault *fault);
struct porch_table_edit *porch_tables_edit_find(const struct porch_edit *e,
						u32 id);

const struct porch_table *porch_table_find(const struct porch_config *cfg,
					   u32 id);
u32 porch_tables_count(const struct porch_config *cfg, u8 family);

/**
 * porch_table_edit_fib() - the routes of a family in a table that is edited
 * @t: the table
 * @family: AF_INET or AF_INET6
 *
 * Return: the edit of the routes.
 */
static inline struct porch_lpm_edit *
porch_table_edit_fib(struct porch_table_edit *t, u8 family)
{
	return family == AF_INET ? &t->fib4 : &t->fib6;
}

#endif /* PORCH_TABLE_H */
