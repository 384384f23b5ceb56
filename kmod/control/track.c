// SPDX-License-Identifier: GPL-2.0
/*
 * How flows are followed: how many, and for how long in each state.
 */
#include "control/config.h"
#include "control/track.h"

#define DEFAULT_FLOWS	65536

/* The attributes of states are in the order of the states. */
#define STATE_OF(attr)	((attr) - PORCH_A_TRACK_SYN_SENT + PORCH_CONN_SYN_SENT)

static_assert(STATE_OF(PORCH_A_TRACK_ESTABLISHED) == (int)PORCH_CONN_ESTABLISHED);
static_assert(STATE_OF(PORCH_A_TRACK_UDP_STREAM) == (int)PORCH_CONN_UDP_STREAM);
static_assert(STATE_OF(PORCH_A_TRACK_OTHER) == PORCH_CONN_STATES - 1);

/**
 * porch_track_init() - follow flows as is usual
 * @t: the settings
 */
void porch_track_init(struct porch_track *t)
{
	t->flows = DEFAULT_FLOWS;
	t->conn = porch_conn_defaults;
}

/**
 * porch_track_value() - a number by its attribute
 * @t: the settings
 * @attr: number of the attribute
 *
 * Return: where it is, NULL if the attribute carries none.
 */
u32 *porch_track_value(struct porch_track *t, int attr)
{
	if (attr == PORCH_A_TRACK_FLOWS)
		return &t->flows;
	if (attr >= PORCH_A_TRACK_SYN_SENT && attr <= PORCH_A_TRACK_OTHER)
		return &t->conn.timeout[STATE_OF(attr)];
	return NULL;
}

/**
 * porch_track_change() - change the settings that a request names
 * @t: the settings
 * @spec: what the request says
 */
void porch_track_change(struct porch_track *t,
			const struct porch_track_spec *spec)
{
	struct porch_track value = spec->value;
	int attr;

	for_each_set_bit(attr, &spec->given, PORCH_A_TRACK_MAX + 1) {
		if (attr == PORCH_A_TRACK_LOOSE)
			t->conn.loose = value.conn.loose;
		else
			*porch_track_value(t, attr) =
				*porch_track_value(&value, attr);
	}
}
