/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_FAULT_H
#define PORCH_FAULT_H

#include <linux/netlink.h>

/**
 * struct porch_fault - why a change was refused
 * @extack: takes the words for the user
 * @attr: number of the attribute to blame, 0 for none
 * @op: the operation to blame, by its place in the change counted from 1; 0
 *	for none
 *
 * The attribute is a number, as the operation may have come in an earlier
 * message than the one that is answered.
 */
struct porch_fault {
	struct netlink_ext_ack *extack;
	int attr;
	u32 op;
};

/**
 * porch_refuse() - note why a change is refused
 * @fault: where to
 * @err: negative errno
 * @attr: number of the attribute to blame, 0 for none
 * @msg: for the user; static
 *
 * Return: @err
 */
static inline int porch_refuse(struct porch_fault *fault, int err, int attr,
			       const char *msg)
{
	fault->extack->_msg = msg;
	fault->attr = attr;
	return err;
}

#endif /* PORCH_FAULT_H */
