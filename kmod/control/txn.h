/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TXN_H
#define PORCH_TXN_H

#include <linux/types.h>

struct porch_commit;
struct porch_fault;
struct porch_net;
struct porch_op;
struct sock;

int porch_txn_register(void);
void porch_txn_unregister(void);
void porch_txn_init(struct porch_net *pn);
void porch_txn_fini(struct porch_net *pn);

int porch_txn_begin(struct porch_net *pn, struct sock *sk,
		    struct porch_fault *fault);
int porch_txn_stage(struct porch_net *pn, const struct sock *sk,
		    struct porch_op *op, struct porch_fault *fault);
int porch_txn_run(struct porch_net *pn, const struct sock *sk,
		  struct porch_op *op, struct porch_fault *fault);
int porch_txn_commit(struct porch_net *pn, const struct sock *sk,
		     const struct porch_commit *how, struct porch_fault *fault);
int porch_txn_abort(struct porch_net *pn, const struct sock *sk,
		    struct porch_fault *fault);

#endif /* PORCH_TXN_H */
