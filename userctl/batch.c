// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include <linux/porch.h>

#include "batch.h"
#include "err.h"
#include "parse.h"
#include "qdisc.h"

/* Report a refusal with the line of the command that it is about. */
static int refused(const struct batch *batch, const struct ipc *ipc)
{
	size_t number = ipc_refused(ipc);
	struct place place = { 0 };

	if (!batch->name)
		return err_refused("%s", ipc_error(ipc));
	if (number && number <= batch->count)
		place = batch->places[number - 1];
	err_command("%s%s", place.text && !place.line ? "taking back " : "", place.text ?: "");
	err_place(place.line ? batch->name : NULL, place.line);
	return err_refused("%s", ipc_error(ipc));
}

int batch_begin(struct batch *batch, struct ipc *ipc)
{
	ipc_request(ipc, PORCH_CMD_TXN_BEGIN);
	if (ipc_call(ipc, &txn_attrs, NULL, NULL))
		return refused(batch, ipc);
	/* It is about the devices of this moment. */
	parse_device_cache();
	return 0;
}

int batch_stage(struct batch *batch, struct ipc *ipc, const struct attr_set *set)
{
	if (batch->count == batch->size) {
		size_t size = batch->size * 2 + 1024;
		struct place *places = reallocarray(batch->places, size, sizeof(*places));

		if (!places)
			return err_refused("no memory for the batch");
		batch->places = places;
		batch->size = size;
	}
	batch->places[batch->count++] = batch->at;
	ipc_put(ipc, set->staged, NULL, 0);
	return ipc_queue(ipc, set) ? refused(batch, ipc) : 0;
}

int batch_commit(struct batch *batch, struct ipc *ipc)
{
	int err;

	if (ipc_flush(ipc))
		return refused(batch, ipc);
	ipc_request(ipc, PORCH_CMD_TXN_COMMIT);
	ipc_put_u32(ipc, PORCH_A_TXN_OPERATIONS, batch->count);
	if (batch->generation)
		ipc_put_u32(ipc, PORCH_A_TXN_GENERATION, batch->generation);
	if (batch->check)
		ipc_put(ipc, PORCH_A_TXN_CHECK, NULL, 0);
	err = ipc_call(ipc, &txn_attrs, NULL, NULL);
	batch->stale = err == -EAGAIN && batch->generation;
	if (batch->stale)
		return EXIT_REFUSED;
	if (err)
		return refused(batch, ipc);
	if (batch->name) {
		err_command("%s", "");
		err_place(NULL, 0);
	}
	if (*ipc_error(ipc))
		err_note("%s", ipc_error(ipc));
	return 0;
}

int batch_touch(struct batch *batch, uint32_t ifindex)
{
	uint32_t *touched;
	size_t i;

	for (i = 0; i < batch->n_touched; i++)
		if (batch->touched[i] == ifindex)
			return 0;
	touched = reallocarray(batch->touched, batch->n_touched + 1, sizeof(*touched));
	if (!touched)
		return -1;
	touched[batch->n_touched++] = ifindex;
	batch->touched = touched;
	return 0;
}

int batch_settle(struct batch *batch)
{
	int err = 0;
	size_t i;

	for (i = 0; i < batch->n_touched; i++)
		err |= qdisc_settle(batch->touched[i]);
	free(batch->touched);
	free(batch->places);
	return err;
}
