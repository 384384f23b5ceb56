/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A commit that is taken back unless it is confirmed in time. What was in force
 * before it is kept in a file, one for each network namespace. While the file is
 * there, a process of the tool's own waits, which belongs to no terminal and no
 * session; whoever removes the file, it or who confirms, has decided. A lock on
 * their folder lets only one of them do so.
 */
#ifndef PORCHCTL_CONFIRM_H
#define PORCHCTL_CONFIRM_H

#include <stdint.h>
#include <stdio.h>

#include "cmd.h"

/**
 * struct confirm - a commit that has to be confirmed
 * @seconds: how long it may take
 * @file: descriptor of the file, -1 before confirm_prepare()
 * @tell: descriptor by which the process that waits learns of the commit
 */
struct confirm {
	uint32_t seconds;
	int file;
	int tell;
};

/**
 * confirm_prepare() - get ready to take a commit back
 * @old: what is in force
 * @confirm: the commit
 *
 * May be called again, if something else is in force. Fits config_ready_fn.
 *
 * Return: an exit code
 */
int confirm_prepare(FILE *old, void *confirm);

/**
 * confirm_begin() - let the time begin to run, or give up
 * @confirm: the commit
 * @committed: whether it is in force
 */
void confirm_begin(struct confirm *confirm, bool committed);

/**
 * confirm_check() - refuse to go on while a commit waits to be confirmed
 *
 * Return: an exit code
 */
int confirm_check(void);

/**
 * confirm_end() - confirm the commit that waits, or take it back
 * @ctl: how to do it
 * @confirmed: or not
 *
 * Return: an exit code
 */
int confirm_end(struct ctl *ctl, bool confirmed);

#endif /* PORCHCTL_CONFIRM_H */
