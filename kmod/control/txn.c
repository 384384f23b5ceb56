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
#include "control/fault.h"
#include "control/op.h"
#include "control/txn.h"
#include "net.h"

/**
 * struct porch_txn - an open transaction
 * @link: in porch_net.txns
 * @portid: of the socket that it belongs to
 * @n_ops: length of @ops
 * @ops: what was staged, in order
 */
struct porch_txn {
	struct list_head link;
	u32 portid;
	u32 n_ops;
	struct list_head ops;
};

static struct porch_txn *txn_find(struct porch_net *pn, u32 portid)
{
	struct porch_txn *txn;

	lockdep_assert_held(&pn->txn_lock);
	list_for_each_entry(txn, &pn->txns, link)
		if (txn->portid == portid)
			return txn;
	return NULL;
}

/* Takes a transaction away from its socket, for the caller alone. */
static struct porch_txn *txn_take(struct porch_net *pn, u32 portid)
{
	struct porch_txn *txn;

	mutex_lock(&pn->txn_lock);
	txn = txn_find(pn, portid);
	if (txn)
		list_del(&txn->link);
	mutex_unlock(&pn->txn_lock);
	return txn;
}

static void txn_free(struct porch_txn *txn)
{
	struct porch_op *op, *next;

	list_for_each_entry_safe(op, next, &txn->ops, link) {
		kfree(op);
		cond_resched();
	}
	kfree(txn);
}

static int txn_stage(struct porch_txn *txn, const struct porch_op *op,
		     struct porch_fault *fault)
{
	struct porch_op *copy;

	if (txn->n_ops == PORCH_TXN_MAX_OPS)
		return porch_refuse(fault, -E2BIG, 0,
				    "the transaction has as many operations as it may");
	copy = kmemdup(op, sizeof(*op), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the operation");
	list_add_tail(&copy->link, &txn->ops);
	txn->n_ops++;
	return 0;
}

/**
 * porch_txn_begin() - open a transaction
 * @pn: the instance
 * @portid: of the socket
 * @fault: on error, why
 *
 * Context: process context.
 *
 * Return: 0 or a negative errno.
 */
int porch_txn_begin(struct porch_net *pn, u32 portid, struct porch_fault *fault)
{
	struct porch_txn *txn;

	txn = kzalloc(sizeof(*txn), GFP_KERNEL_ACCOUNT);
	if (!txn)
		return porch_refuse(fault, -ENOMEM, 0,
				    "no memory for the transaction");
	txn->portid = portid;
	INIT_LIST_HEAD(&txn->ops);

	mutex_lock(&pn->txn_lock);
	if (txn_find(pn, portid)) {
		mutex_unlock(&pn->txn_lock);
		kfree(txn);
		return porch_refuse(fault, -EBUSY, 0,
				    "the socket has an open transaction already");
	}
	list_add_tail(&txn->link, &pn->txns);
	mutex_unlock(&pn->txn_lock);
	return 0;
}

/**
 * porch_txn_run() - stage an operation, or commit it if it stands alone
 * @pn: the instance
 * @portid: of the socket
 * @op: the operation; copied if it is staged
 * @fault: on error, why
 *
 * Context: process context, without RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed and nothing is
 * staged.
 */
int porch_txn_run(struct porch_net *pn, u32 portid, struct porch_op *op,
		  struct porch_fault *fault)
{
	struct porch_txn *txn;
	LIST_HEAD(ops);
	int err = 0;

	mutex_lock(&pn->txn_lock);
	txn = txn_find(pn, portid);
	if (txn)
		err = txn_stage(txn, op, fault);
	mutex_unlock(&pn->txn_lock);
	if (txn)
		return err;

	list_add(&op->link, &ops);
	return porch_op_commit(pn, &ops, fault);
}

/* Who commits or aborts what was never begun is mistaken. */
static int refuse_none(struct porch_fault *fault)
{
	return porch_refuse(fault, -ENOENT, 0,
			    "the socket has no open transaction");
}

/**
 * porch_txn_commit() - put all that was staged into force, or nothing of it
 * @pn: the instance
 * @portid: of the socket
 * @fault: on error, why
 *
 * The transaction is over, however it ends.
 *
 * Context: process context, without RTNL.
 *
 * Return: 0 or a negative errno, and then nothing changed.
 */
int porch_txn_commit(struct porch_net *pn, u32 portid,
		     struct porch_fault *fault)
{
	struct porch_txn *txn = txn_take(pn, portid);
	int err = 0;

	if (!txn)
		return refuse_none(fault);
	if (txn->n_ops)
		err = porch_op_commit(pn, &txn->ops, fault);
	txn_free(txn);
	return err;
}

/**
 * porch_txn_abort() - forget all that was staged
 * @pn: the instance
 * @portid: of the socket
 * @fault: on error, why
 *
 * Context: process context.
 *
 * Return: 0 or -ENOENT.
 */
int porch_txn_abort(struct porch_net *pn, u32 portid, struct porch_fault *fault)
{
	struct porch_txn *txn = txn_take(pn, portid);

	if (!txn)
		return refuse_none(fault);
	txn_free(txn);
	return 0;
}

/* A socket has been closed, whoever did it and why. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct netlink_notify *n = ptr;
	struct porch_txn *txn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	txn = txn_take(porch_net(n->net), n->portid);
	if (txn)
		txn_free(txn);
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
	struct porch_txn *txn, *next;

	list_for_each_entry_safe(txn, next, &pn->txns, link)
		txn_free(txn);
}
