/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An atomic batch: the commands of a file, staged in the kernel as they are
 * read and committed at the end. A batch that is not committed is aborted by
 * the kernel when the tool ends, however that comes.
 */
#ifndef PORCHCTL_BATCH_H
#define PORCHCTL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attrs.h"
#include "ipc.h"

/**
 * struct place - where a command comes from
 * @line: of the file; 0 if it is not from there
 * @text: the command, if it is not from the file
 */
struct place {
	unsigned int line;
	const char *text;
};

/**
 * struct batch - an open batch
 * @name: of the file; NULL if one command is all there is
 * @at: the command that is being read
 * @places: of each command that was staged
 * @count: how many there are
 * @size: room for them
 * @generation: the only one that it may replace, 0 for any
 * @check: only find out whether it could be committed
 * @stale: it was refused as another generation is in force; that is not reported
 * @touched: devices whose classes the batch may change
 * @n_touched: how many there are
 */
struct batch {
	const char *name;
	struct place at;
	struct place *places;
	size_t count;
	size_t size;
	uint32_t generation;
	bool check;
	bool stale;
	uint32_t *touched;
	size_t n_touched;
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
 * batch_touch() - note that the classes of a device may change
 * @batch: the batch
 * @ifindex: index of the device
 *
 * Return: 0, or -1 without memory
 */
int batch_touch(struct batch *batch, uint32_t ifindex);

/**
 * batch_settle() - see to the qdiscs of the devices, and end the batch
 * @batch: the batch, which is committed or not
 *
 * What it holds is released.
 *
 * Return: an exit code
 */
int batch_settle(struct batch *batch);

#endif /* PORCHCTL_BATCH_H */
