// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions: operations that take effect together or not at all.
 *
 * A transaction belongs to a netlink socket, and ends with it. While it is
 * open it is nothing but a list of what was asked for: it holds no lock, no
 * device and no memory of any generation, and holds nobody up.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "control/fault.h"
#include "control/op.h"
#include "control/txn.h"
#include "net.h"

/**
 * struct porch_txn - an open transaction
 * @link: in porch_net.txns
 * @sk: the socket that it belongs to, with a reference. Not its port id: that is
 *	another's as soon as the socket begins to close
 * @n_ops: length of @ops
 * @ops: what was staged, in order
 */
struct porch_txn {
	struct list_head link;
	struct sock *sk;
	u32 n_ops;
	struct list_head ops;
};

static struct porch_txn *txn_find(struct porch_net *pn, const struct sock *sk)
{
	struct porch_txn *txn;

	lockdep_assert_held(&pn->txn_lock);
	list_for_each_entry(txn, &pn->txns, link)
		if (txn->sk == sk)
			return txn;
	return NULL;
}

/* Takes a transaction away from its socket, for the caller alone. */
static struct porch_txn *txn_take(struct porch_net *pn, const struct sock *sk)
{
	struct porch_txn *txn;

	mutex_lock(&pn->txn_lock);
	txn = txn_find(pn, sk);
	if (txn)
		list_del(&txn->link);
	mutex_unlock(&pn->txn_lock);
	return txn;
}

static void txn_free(struct porch_txn *txn)
{
	struct porch_op *op, *next;

	list_for_each_entry_safe(op, next, &txn->ops, link) {
		porch_op_fini(op);
		kfree(op);
		cond_resched();
	}
	sock_put(txn->sk);
	kfree(txn);
}

static void txns_free(struct list_head *txns)
{
	struct porch_txn *txn, *next;

	list_for_each_entry_safe(txn, next, txns, link)
		txn_free(txn);
}

/* Who commits, aborts or adds to what was never begun is mistaken. */
static int refuse_none(struct porch_fault *fault)
{
	return porch_refuse(fault, -ENOENT, 0,
			    "the socket has no open transaction");
}

/**
 * porch_txn_begin() - open a transaction
 * @pn: the instance
 * @sk: the socket
 * @fault: on error, why
 *
 * Context: process context.
 *
 * Return: 0 or a negative errno.
 */
int porch_txn_begin(struct porch_net *pn, struct sock *sk,
		    struct porch_fault *fault)
{
	struct porch_txn *txn;

	txn = kzalloc(sizeof(*txn), GFP_KERNEL_ACCOUNT);
	if (!txn)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the transaction");
	txn->sk = sk;
	INIT_LIST_HEAD(&txn->ops);

	mutex_lock(&pn->txn_lock);
	if (txn_find(pn, sk)) {
		mutex_unlock(&pn->txn_lock);
		kfree(txn);
		return porch_refuse(fault, -EBUSY, 0,
				    "the socket has an open transaction already");
	}
	sock_hold(sk);
	list_add_tail(&txn->link, &pn->txns);
	mutex_unlock(&pn->txn_lock);
	return 0;
}

static int txn_insert(struct porch_txn *txn, struct porch_op *op,
		      struct porch_fault *fault)
{
	if (!txn)
		return refuse_none(fault);
	if (txn->n_ops == PORCH_TXN_MAX_OPS)
		return porch_refuse(fault, -E2BIG, 0,
				    "the transaction has as many operations as it may");
	list_add_tail(&op->link, &txn->ops);
	txn->n_ops++;
	return 0;
}

/**
 * porch_txn_stage() - add an operation to the socket's transaction
 * @pn: the instance
 * @sk: the socket
 * @op: the operation; copied, and holds nothing any more if it was staged
 * @fault: on error, why
 *
 * Context: process context.
 *
 * Return: 0 or a negative errno, and then it is not staged.
 */
int porch_txn_stage(struct porch_net *pn, const struct sock *sk,
		    struct porch_op *op, struct porch_fault *fault)
{
	struct porch_op *copy;
	int err;

	copy = kmemdup(op, sizeof(*op), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the operation");
	mutex_lock(&pn->txn_lock);
	err = txn_insert(txn_find(pn, sk), copy, fault);
	mutex_unlock(&pn->txn_lock);
	if (err)
		kfree(copy);
	else
		*op = (struct porch_op) {};	/* the copy holds it now */
	return err;
}

/**
 * porch_txn_run() - put an operation into force that stands alone
 * @pn: the instance
 * @sk: the socket
 * @op: the operation
 * @fault: on error, why
 *
 * Whoever has a transaction open has most likely meant to stage it.
 *
 * Context: process context, without RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_txn_run(struct porch_net *pn, const struct sock *sk,
		  struct porch_op *op, struct porch_fault *fault)
{
	static const struct porch_commit alone;
	LIST_HEAD(ops);
	bool open;

	mutex_lock(&pn->txn_lock);
	open = txn_find(pn, sk);
	mutex_unlock(&pn->txn_lock);
	if (open)
		return porch_refuse(fault, -EBUSY, 0,
				    "the socket has an open transaction, and the request does not say staged");
	list_add(&op->link, &ops);
	return porch_op_commit(pn, &ops, &alone, fault);
}

static int txn_commit(struct porch_net *pn, const struct porch_txn *txn,
		      const struct porch_commit *how, struct porch_fault *fault)
{
	/* Also of what the netlink core has refused before we saw it. */
	if (txn->n_ops != how->n_ops)
		return porch_refuse(fault, -ECANCELED, PORCH_A_TXN_OPERATIONS,
				    "not so many operations were staged; was one of them refused?");
	return how->n_ops ? porch_op_commit(pn, &txn->ops, how, fault) : 0;
}

/**
 * porch_txn_commit() - put all that was staged into force, or nothing of it
 * @pn: the instance
 * @sk: the socket
 * @how: under which conditions
 * @fault: on error, why
 *
 * The transaction is over, however it ends.
 *
 * Context: process context, without RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_txn_commit(struct porch_net *pn, const struct sock *sk,
		     const struct porch_commit *how, struct porch_fault *fault)
{
	struct porch_txn *txn = txn_take(pn, sk);
	int err;

	if (!txn)
		return refuse_none(fault);
	err = txn_commit(pn, txn, how, fault);
	txn_free(txn);
	return err;
}

/**
 * porch_txn_abort() - forget all that was staged
 * @pn: the instance
 * @sk: the socket
 * @fault: on error, why
 *
 * Context: process context.
 *
 * Return: 0 or -ENOENT.
 */
int porch_txn_abort(struct porch_net *pn, const struct sock *sk,
		    struct porch_fault *fault)
{
	struct porch_txn *txn = txn_take(pn, sk);

	if (!txn)
		return refuse_none(fault);
	txn_free(txn);
	return 0;
}

/*
 * A socket has been closed, whoever did it and why. By now another one may have
 * its port id, so that does not tell which; but a closed socket is dead.
 */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct netlink_notify *n = ptr;
	struct porch_txn *txn, *next;
	struct porch_net *pn;
	LIST_HEAD(over);

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	pn = porch_net(n->net);
	mutex_lock(&pn->txn_lock);
	list_for_each_entry_safe(txn, next, &pn->txns, link)
		if (sock_flag(txn->sk, SOCK_DEAD))
			list_move(&txn->link, &over);
	mutex_unlock(&pn->txn_lock);
	txns_free(&over);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_nb = { .notifier_call = netlink_event };

/**
 * porch_txn_register() - hear of sockets that are closed
 *
 * Return: 0 or a negative errno.
 */
int porch_txn_register(void)
{
	return netlink_register_notifier(&netlink_nb);
}

/**
 * porch_txn_unregister() - undo porch_txn_register()
 */
void porch_txn_unregister(void)
{
	netlink_unregister_notifier(&netlink_nb);
}

/**
 * porch_txn_init() - give an instance its empty list of transactions
 * @pn: the instance
 */
void porch_txn_init(struct porch_net *pn)
{
	mutex_init(&pn->txn_lock);
	INIT_LIST_HEAD(&pn->txns);
}

/**
 * porch_txn_fini() - abort the transactions of an instance
 * @pn: the instance, which no request can reach any more
 */
void porch_txn_fini(struct porch_net *pn)
{
	txns_free(&pn->txns);
}
