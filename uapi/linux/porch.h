/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/porch.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_PORCH_H
#define _UAPI_LINUX_PORCH_H

#define PORCH_FAMILY_NAME	"porch"
#define PORCH_FAMILY_VERSION	1

#define PORCH_NAME_LEN	32

/**
 * enum porch_port_hook - Where a port's packets are taken from the stock
 *   stack.
 * @PORCH_PORT_HOOK_AUTO: The receive handler of the device if it is free, else
 *   netfilter.
 * @PORCH_PORT_HOOK_RX: The receive handler. A device has one, which is taken
 *   if it belongs to a bridge, a bond or a team, or has a macvlan on top.
 * @PORCH_PORT_HOOK_NF: The netfilter ingress hook, behind all other chains
 *   there. If the receive handler is another's, frames for the device's own
 *   address are taken and all others left to it.
 */
enum porch_port_hook {
	PORCH_PORT_HOOK_AUTO,
	PORCH_PORT_HOOK_RX,
	PORCH_PORT_HOOK_NF,

	/* private: */
	__PORCH_PORT_HOOK_MAX,
	PORCH_PORT_HOOK_MAX = (__PORCH_PORT_HOOK_MAX - 1)
};

/**
 * enum porch_route_type - What becomes of a packet that a route matches.
 * @PORCH_ROUTE_TYPE_UNICAST: Forwarded to the gateway, or to the destination
 *   itself on the link.
 * @PORCH_ROUTE_TYPE_BLACKHOLE: Dropped silently.
 * @PORCH_ROUTE_TYPE_UNREACHABLE: Dropped, and answered with ICMP host
 *   unreachable.
 * @PORCH_ROUTE_TYPE_PROHIBIT: Dropped, and answered with ICMP administratively
 *   prohibited.
 */
enum porch_route_type {
	PORCH_ROUTE_TYPE_UNICAST,
	PORCH_ROUTE_TYPE_BLACKHOLE,
	PORCH_ROUTE_TYPE_UNREACHABLE,
	PORCH_ROUTE_TYPE_PROHIBIT,

	/* private: */
	__PORCH_ROUTE_TYPE_MAX,
	PORCH_ROUTE_TYPE_MAX = (__PORCH_ROUTE_TYPE_MAX - 1)
};

/**
 * enum porch_counter_group - The chapter of the books that a counter belongs
 *   to.
 * @PORCH_COUNTER_GROUP_CREATED: Packets that Porch made itself, by reason.
 * @PORCH_COUNTER_GROUP_PUNT: Packets handed to the stock stack, by reason.
 * @PORCH_COUNTER_GROUP_DROP: Packets dropped, by reason.
 * @PORCH_COUNTER_GROUP_ENGINE: The work of the vector engine.
 */
enum porch_counter_group {
	PORCH_COUNTER_GROUP_CREATED,
	PORCH_COUNTER_GROUP_PUNT,
	PORCH_COUNTER_GROUP_DROP,
	PORCH_COUNTER_GROUP_ENGINE,
};

enum {
	PORCH_A_PORT_IFINDEX = 1,
	PORCH_A_PORT_IFNAME,
	PORCH_A_PORT_HOOK,
	PORCH_A_PORT_FORCE,
	PORCH_A_PORT_RX_PACKETS,
	PORCH_A_PORT_RX_BYTES,
	PORCH_A_PORT_TX_PACKETS,
	PORCH_A_PORT_TX_BYTES,
	PORCH_A_PORT_LOCAL_PACKETS,
	PORCH_A_PORT_LOCAL_BYTES,
	PORCH_A_PORT_DROPS,
	PORCH_A_PORT_PAD,

	__PORCH_A_PORT_MAX,
	PORCH_A_PORT_MAX = (__PORCH_A_PORT_MAX - 1)
};

enum {
	PORCH_A_ROUTE_DST = 1,
	PORCH_A_ROUTE_PREFIX_LEN,
	PORCH_A_ROUTE_TYPE,
	PORCH_A_ROUTE_GATEWAY,
	PORCH_A_ROUTE_OIF,
	PORCH_A_ROUTE_ONLINK,
	PORCH_A_ROUTE_REPLACE,
	PORCH_A_ROUTE_IFNAME,
	PORCH_A_ROUTE_LINK_DOWN,
	PORCH_A_ROUTE_LOCAL,

	__PORCH_A_ROUTE_MAX,
	PORCH_A_ROUTE_MAX = (__PORCH_A_ROUTE_MAX - 1)
};

enum {
	PORCH_A_ENGINE_VECTOR = 1,
	PORCH_A_ENGINE_TIME_LIMIT,
	PORCH_A_ENGINE_LANE_LIMIT,
	PORCH_A_ENGINE_ICMP_RATE,
	PORCH_A_ENGINE_PAD,

	__PORCH_A_ENGINE_MAX,
	PORCH_A_ENGINE_MAX = (__PORCH_A_ENGINE_MAX - 1)
};

enum {
	PORCH_A_COUNTER_GROUP = 1,
	PORCH_A_COUNTER_NAME,
	PORCH_A_COUNTER_VALUE,
	PORCH_A_COUNTER_PAD,

	__PORCH_A_COUNTER_MAX,
	PORCH_A_COUNTER_MAX = (__PORCH_A_COUNTER_MAX - 1)
};

enum {
	PORCH_A_LEDGER_SYNC = 1,
	PORCH_A_LEDGER_RX,
	PORCH_A_LEDGER_FROM_STACK,
	PORCH_A_LEDGER_CREATED,
	PORCH_A_LEDGER_SENT,
	PORCH_A_LEDGER_LOCAL,
	PORCH_A_LEDGER_PUNTED,
	PORCH_A_LEDGER_TO_STACK,
	PORCH_A_LEDGER_DROPPED,
	PORCH_A_LEDGER_QUEUED,
	PORCH_A_LEDGER_PAD,

	__PORCH_A_LEDGER_MAX,
	PORCH_A_LEDGER_MAX = (__PORCH_A_LEDGER_MAX - 1)
};

enum {
	PORCH_A_STATUS_VERSION = 1,
	PORCH_A_STATUS_GENERATION,
	PORCH_A_STATUS_PORTS,
	PORCH_A_STATUS_ROUTES_V4,
	PORCH_A_STATUS_ROUTES_V6,
	PORCH_A_STATUS_LOCAL_ADDRESSES,
	PORCH_A_STATUS_CPUS,
	PORCH_A_STATUS_PAD,

	__PORCH_A_STATUS_MAX,
	PORCH_A_STATUS_MAX = (__PORCH_A_STATUS_MAX - 1)
};

enum {
	PORCH_CMD_STATUS_GET = 1,
	PORCH_CMD_PORT_ADD,
	PORCH_CMD_PORT_DEL,
	PORCH_CMD_PORT_GET,
	PORCH_CMD_ROUTE_ADD,
	PORCH_CMD_ROUTE_DEL,
	PORCH_CMD_ROUTE_GET,
	PORCH_CMD_ENGINE_GET,
	PORCH_CMD_ENGINE_SET,
	PORCH_CMD_STATS_GET,
	PORCH_CMD_LEDGER_GET,

	__PORCH_CMD_MAX,
	PORCH_CMD_MAX = (__PORCH_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_PORCH_H */
