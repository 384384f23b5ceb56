// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <net/dsfield.h>
#include "path/admit.h"

#define DSCP_LE		1	/* RFC 8622 */
#define DSCP_CS1	8
#define DSCP_CS5	40
#define DSCP_VA		44	/* RFC 5865 */
#define DSCP_EF		46
#define DSCP_CS6	48

static enum porch_lane_id lane_of_dscp(u8 dscp)
{
	switch (dscp) {
	case DSCP_LE:
	case DSCP_CS1:
		return PORCH_LANE_BULK;
	case DSCP_CS5:
	case DSCP_VA:
	case DSCP_EF:
		return PORCH_LANE_HIGH;
	}
	return dscp >= DSCP_CS6 ? PORCH_LANE_CONTROL : PORCH_LANE_NORMAL;
}

/**
 * porch_admit_lane() - choose the lane of an IP packet
 * @skb: the packet, its data at the network header; nothing of it is trusted
 *	yet, and nothing is pulled
 *
 * By the code point alone, after the service classes of RFC 4594.
 *
 * Return: the lane.
 */
enum porch_lane_id porch_admit_lane(const struct sk_buff *skb)
{
	__be16 head, *p;

	p = skb_header_pointer(skb, 0, sizeof(head), &head);
	if (!p)
		return PORCH_LANE_NORMAL;
	/* Type of service and traffic class lie within the first 12 bits. */
	if (skb->protocol == htons(ETH_P_IP))
		return lane_of_dscp((ntohs(*p) & 0xff) >> 2);
	return lane_of_dscp((ntohs(*p) >> 6) & 0x3f);
}
