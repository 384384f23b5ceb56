/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_PATH_H
#define PORCH_PATH_H

#include "path/icmp.h"
#include "path/vec.h"

struct porch_port;
struct sk_buff;

/**
 * struct porch_path - the working memory of the path on one CPU
 * @vec: packets that came in; the engine fills it
 * @own: packets that Porch made on the way
 * @icmp: what limits ICMP errors
 */
struct porch_path {
	struct porch_vec vec;
	struct porch_vec own;
	struct porch_icmp icmp;
};

int porch_path_init(struct porch_path *path);
void porch_path_fini(struct porch_path *path);
void porch_path_decide(struct porch_path *path);
bool porch_path_decide_out(struct porch_ctx *c, struct porch_pkt *p);
void porch_path_run(struct porch_path *path);
enum porch_verdict porch_path_out(struct porch_port *port, struct sk_buff *skb);
void porch_path_out_again(struct porch_port *port, struct sk_buff *skb,
			  const struct porch_answers *answers);

#endif /* PORCH_PATH_H */
