// SPDX-License-Identifier: GPL-2.0
#include "path/emit.h"
#include "path/icmp.h"
#include "path/parse.h"
#include "path/path.h"
#include "path/route.h"

/**
 * porch_path_run() - the story of a packet
 * @path: this CPU's, with a filled vector
 *
 * Every stage works on the whole vector. A stage decides by setting a verdict
 * and never touches a packet that has one; only emit lets packets go.
 *
 * Context: softirq, inside an RCU read-side section.
 */
void porch_path_run(struct porch_path *path)
{
	struct porch_vec *v = &path->vec;
	struct porch_vec *own = &path->own;

	porch_parse(v);			/* what is it? */
	porch_route(v);			/* ours, or whose? */
	porch_resolve(v);		/* can it go there? */

	porch_icmp(&path->icmp, v, own);	/* tell the senders of what cannot */
	porch_resolve(own);

	porch_emit(v);			/* off they go */
	porch_emit(own);
}

/**
 * porch_path_init() - prepare one CPU's working memory
 * @path: zeroed memory
 *
 * Return: 0 or -ENOMEM.
 */
int porch_path_init(struct porch_path *path)
{
	return porch_icmp_init(&path->icmp);
}

/**
 * porch_path_fini() - undo porch_path_init()
 * @path: zeroed or initialised memory
 */
void porch_path_fini(struct porch_path *path)
{
	porch_icmp_fini(&path->icmp);
}
