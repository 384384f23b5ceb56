/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ADMIT_H
#define PORCH_ADMIT_H

#include <linux/skbuff.h>

/**
 * enum porch_lane_id - lanes in the order in which the engine empties them
 * @PORCH_LANE_CONTROL: routing protocols and their like
 * @PORCH_LANE_HIGH: voice and other expedited traffic
 * @PORCH_LANE_NORMAL: everything else
 * @PORCH_LANE_BULK: what steps back by itself
 */
enum porch_lane_id {
	PORCH_LANE_CONTROL,
	PORCH_LANE_HIGH,
	PORCH_LANE_NORMAL,
	PORCH_LANE_BULK,
	PORCH_N_LANES,
};

enum porch_lane_id porch_admit_lane(const struct sk_buff *skb);

#endif /* PORCH_ADMIT_H */
