/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An atomic batch: the commands of a file, staged in the kernel as they are
 * read and committed at the end. A batch that is not committed is aborted by
 * the kernel when the tool ends, however that comes.
 */
#ifndef PORCHCTL_BATCH_H
#define PORCHCTL_BATCH_H

#include <stddef.h>

#include "attrs.h"
#include "ipc.h"

/**
 * struct batch - an open batch
 * @name: of the file
 * @line: of the command that is being read
 * @lines: the line of each command that was staged
 * @count: how many there are
 * @size: room for them
 */
struct batch {
	const char *name;
	unsigned int line;
	unsigned int *lines;
	size_t count;
	size_t size;
};

/**
 * batch_begin() - begin to stage
 * @batch: with its name
 * @ipc: an open one
 *
 * Return: an exit code
 */
int batch_begin(struct batch *batch, struct ipc *ipc);

/**
 * batch_stage() - stage the request of the command that is being read
 * @batch: the batch
 * @ipc: holds the request
 * @set: its attributes
 *
 * Return: an exit code; what is reported may be an earlier command
 */
int batch_stage(struct batch *batch, struct ipc *ipc, const struct attr_set *set);

/**
 * batch_commit() - let all commands take effect at once
 * @batch: the batch
 * @ipc: an open one
 *
 * Return: an exit code
 */
int batch_commit(struct batch *batch, struct ipc *ipc);

/**
 * batch_free() - release what a batch holds
 * @batch: the batch, which is over
 */
void batch_free(struct batch *batch);

#endif /* PORCHCTL_BATCH_H */
