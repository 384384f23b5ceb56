/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/porch.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_PORCH_H
#define _UAPI_LINUX_PORCH_H

#define PORCH_FAMILY_NAME	"porch"
#define PORCH_FAMILY_VERSION	1

#define PORCH_NAME_LEN		32
#define PORCH_TXN_MAX_OPS	1048576

/**
 * enum porch_port_hook - Where a port's packets are taken from the stock
 *   stack.
 * @PORCH_PORT_HOOK_AUTO: The receive handler of the device if it is free, else
 *   netfilter.
 * @PORCH_PORT_HOOK_RX: The receive handler. A device has one, which is taken
 *   if it belongs to a bridge, a bond or a team, or has a macvlan on top.
 * @PORCH_PORT_HOOK_NF: The netfilter ingress hook, behind all other chains
 *   there. If the receive handler is another's, frames for the device's own
 *   address are taken and all others left to it. Refused where they are not
 *   the device's alone, as with an ipvlan.
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

#define PORCH_RULE_NAME_LEN	32
#define PORCH_CLASS_MAJOR	1886322688
#define PORCH_CHAINS_MAX	256
#define PORCH_CHAIN_DEPTH	8
#define PORCH_RULES_MAX		65536

/**
 * enum porch_chain_hook - Where a packet is judged; each has a chain of its
 *   name, which is always there.
 * @PORCH_CHAIN_HOOK_INGRESS: Came in by a port, before it is routed.
 * @PORCH_CHAIN_HOOK_INPUT: For this machine, by its address or as multicast or
 *   broadcast.
 * @PORCH_CHAIN_HOOK_FORWARD: In transit, after it is routed.
 * @PORCH_CHAIN_HOOK_OUTPUT: Of local origin, on its way out by a port.
 */
enum porch_chain_hook {
	PORCH_CHAIN_HOOK_INGRESS,
	PORCH_CHAIN_HOOK_INPUT,
	PORCH_CHAIN_HOOK_FORWARD,
	PORCH_CHAIN_HOOK_OUTPUT,
};

/**
 * enum porch_policy - What becomes of a packet that the rules of a hook leave
 *   undecided.
 * @PORCH_POLICY_ACCEPT: It goes on.
 * @PORCH_POLICY_DROP: It is dropped silently.
 */
enum porch_policy {
	PORCH_POLICY_ACCEPT,
	PORCH_POLICY_DROP,

	/* private: */
	__PORCH_POLICY_MAX,
	PORCH_POLICY_MAX = (__PORCH_POLICY_MAX - 1)
};

/**
 * enum porch_rule_action - What a rule has done with a packet in the end.
 * @PORCH_RULE_ACTION_CONTINUE: The next rule is looked at.
 * @PORCH_RULE_ACTION_ACCEPT: The packet goes on its way, and no more rules of
 *   the hook are looked at.
 * @PORCH_RULE_ACTION_DROP: The packet is dropped silently.
 * @PORCH_RULE_ACTION_REJECT: The packet is dropped and its sender told.
 * @PORCH_RULE_ACTION_JUMP: The rules of another chain are looked at, then the
 *   next one.
 * @PORCH_RULE_ACTION_RETURN: Back to the rule behind the one that has jumped
 *   here; in the chain of a hook its policy decides.
 * @PORCH_RULE_ACTION_QUEUE: An application gives the verdict.
 * @PORCH_RULE_ACTION_DIVERT: An application gets the packet for good.
 */
enum porch_rule_action {
	PORCH_RULE_ACTION_CONTINUE,
	PORCH_RULE_ACTION_ACCEPT,
	PORCH_RULE_ACTION_DROP,
	PORCH_RULE_ACTION_REJECT,
	PORCH_RULE_ACTION_JUMP,
	PORCH_RULE_ACTION_RETURN,
	PORCH_RULE_ACTION_QUEUE,
	PORCH_RULE_ACTION_DIVERT,

	/* private: */
	__PORCH_RULE_ACTION_MAX,
	PORCH_RULE_ACTION_MAX = (__PORCH_RULE_ACTION_MAX - 1)
};

/**
 * enum porch_reject_with - What the sender of a rejected packet is told.
 * @PORCH_REJECT_WITH_PORT_UNREACHABLE: ICMP port unreachable.
 * @PORCH_REJECT_WITH_ADMIN_PROHIBITED: ICMP communication administratively
 *   prohibited.
 * @PORCH_REJECT_WITH_TCP_RESET: A TCP segment that ends the connection.
 */
enum porch_reject_with {
	PORCH_REJECT_WITH_PORT_UNREACHABLE,
	PORCH_REJECT_WITH_ADMIN_PROHIBITED,
	PORCH_REJECT_WITH_TCP_RESET,

	/* private: */
	__PORCH_REJECT_WITH_MAX,
	PORCH_REJECT_WITH_MAX = (__PORCH_REJECT_WITH_MAX - 1)
};

/**
 * enum porch_nat_kind - How a new flow is translated.
 * @PORCH_NAT_KIND_NONE: Not at all.
 * @PORCH_NAT_KIND_SNAT: To one of these source addresses.
 * @PORCH_NAT_KIND_MASQUERADE: To the source address of the device that it
 *   leaves by.
 * @PORCH_NAT_KIND_DNAT: To one of these destinations.
 * @PORCH_NAT_KIND_REDIRECT: To this machine.
 */
enum porch_nat_kind {
	PORCH_NAT_KIND_NONE,
	PORCH_NAT_KIND_SNAT,
	PORCH_NAT_KIND_MASQUERADE,
	PORCH_NAT_KIND_DNAT,
	PORCH_NAT_KIND_REDIRECT,

	/* private: */
	__PORCH_NAT_KIND_MAX,
	PORCH_NAT_KIND_MAX = (__PORCH_NAT_KIND_MAX - 1)
};

/**
 * enum porch_flow_state - What a packet is to its flow.
 * @PORCH_FLOW_STATE_NEW: The first in its direction, or nobody has answered
 *   yet.
 * @PORCH_FLOW_STATE_ESTABLISHED: Both sides have been heard.
 * @PORCH_FLOW_STATE_RELATED: An ICMP error about a packet of a known flow.
 * @PORCH_FLOW_STATE_INVALID: It fits no flow and begins none.
 */
enum porch_flow_state {
	PORCH_FLOW_STATE_NEW = 1,
	PORCH_FLOW_STATE_ESTABLISHED = 2,
	PORCH_FLOW_STATE_RELATED = 4,
	PORCH_FLOW_STATE_INVALID = 8,
};

/**
 * enum porch_switch - Whether something is done.
 * @PORCH_SWITCH_OFF: It is not.
 * @PORCH_SWITCH_ON: It is.
 */
enum porch_switch {
	PORCH_SWITCH_OFF,
	PORCH_SWITCH_ON,

	/* private: */
	__PORCH_SWITCH_MAX,
	PORCH_SWITCH_MAX = (__PORCH_SWITCH_MAX - 1)
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
	PORCH_A_PORT_GENERATION,
	PORCH_A_PORT_STAGED,

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
	PORCH_A_ROUTE_GENERATION,
	PORCH_A_ROUTE_STAGED,

	__PORCH_A_ROUTE_MAX,
	PORCH_A_ROUTE_MAX = (__PORCH_A_ROUTE_MAX - 1)
};

enum {
	PORCH_A_ENGINE_VECTOR = 1,
	PORCH_A_ENGINE_TIME_LIMIT,
	PORCH_A_ENGINE_LANE_LIMIT,
	PORCH_A_ENGINE_ICMP_RATE,
	PORCH_A_ENGINE_PAD,
	PORCH_A_ENGINE_GENERATION,
	PORCH_A_ENGINE_STAGED,
	PORCH_A_ENGINE_THREADED,

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
	PORCH_A_LEDGER_INJECTED,
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
	PORCH_A_STATUS_RINGS,
	PORCH_A_STATUS_BYPASSED_RULES,
	PORCH_A_STATUS_BYPASSED_XFRM,
	PORCH_A_STATUS_PAD,

	__PORCH_A_STATUS_MAX,
	PORCH_A_STATUS_MAX = (__PORCH_A_STATUS_MAX - 1)
};

enum {
	PORCH_A_TXN_PAD = 1,
	PORCH_A_TXN_GENERATION,
	PORCH_A_TXN_CHANGES,
	PORCH_A_TXN_OPERATIONS,

	__PORCH_A_TXN_MAX,
	PORCH_A_TXN_MAX = (__PORCH_A_TXN_MAX - 1)
};

enum {
	PORCH_A_CHAIN_NAME = 1,
	PORCH_A_CHAIN_POLICY,
	PORCH_A_CHAIN_RULES,
	PORCH_A_CHAIN_PAD,
	PORCH_A_CHAIN_GENERATION,
	PORCH_A_CHAIN_STAGED,

	__PORCH_A_CHAIN_MAX,
	PORCH_A_CHAIN_MAX = (__PORCH_A_CHAIN_MAX - 1)
};

enum {
	PORCH_A_RULE_CHAIN = 1,
	PORCH_A_RULE_HANDLE,
	PORCH_A_RULE_BEFORE,
	PORCH_A_RULE_IN,
	PORCH_A_RULE_IN_NAME,
	PORCH_A_RULE_OUT,
	PORCH_A_RULE_OUT_NAME,
	PORCH_A_RULE_SRC,
	PORCH_A_RULE_SRC_LEN,
	PORCH_A_RULE_DST,
	PORCH_A_RULE_DST_LEN,
	PORCH_A_RULE_SRC_SET,
	PORCH_A_RULE_DST_SET,
	PORCH_A_RULE_PROTO,
	PORCH_A_RULE_SPORT,
	PORCH_A_RULE_SPORT_MAX,
	PORCH_A_RULE_DPORT,
	PORCH_A_RULE_DPORT_MAX,
	PORCH_A_RULE_TCP_FLAGS,
	PORCH_A_RULE_TCP_MASK,
	PORCH_A_RULE_ICMP_TYPE,
	PORCH_A_RULE_ICMP_CODE,
	PORCH_A_RULE_DSCP,
	PORCH_A_RULE_LENGTH,
	PORCH_A_RULE_LENGTH_MAX,
	PORCH_A_RULE_MARK,
	PORCH_A_RULE_MARK_MASK,
	PORCH_A_RULE_STATE,
	PORCH_A_RULE_LIMIT,
	PORCH_A_RULE_LIMIT_PERIOD,
	PORCH_A_RULE_LIMIT_BURST,
	PORCH_A_RULE_COUNT,
	PORCH_A_RULE_LOG,
	PORCH_A_RULE_LOG_PREFIX,
	PORCH_A_RULE_SET_MARK,
	PORCH_A_RULE_SET_MARK_MASK,
	PORCH_A_RULE_SET_DSCP,
	PORCH_A_RULE_CLASS,
	PORCH_A_RULE_NAT,
	PORCH_A_RULE_NAT_ADDR,
	PORCH_A_RULE_NAT_ADDR_MAX,
	PORCH_A_RULE_NAT_PORT,
	PORCH_A_RULE_NAT_PORT_MAX,
	PORCH_A_RULE_ACTION,
	PORCH_A_RULE_REJECT_WITH,
	PORCH_A_RULE_JUMP,
	PORCH_A_RULE_QUEUE,
	PORCH_A_RULE_PACKETS,
	PORCH_A_RULE_BYTES,
	PORCH_A_RULE_PAD,
	PORCH_A_RULE_GENERATION,
	PORCH_A_RULE_STAGED,

	__PORCH_A_RULE_MAX,
	PORCH_A_RULE_MAX = (__PORCH_A_RULE_MAX - 1)
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
	PORCH_CMD_CHAIN_ADD,
	PORCH_CMD_CHAIN_DEL,
	PORCH_CMD_CHAIN_SET,
	PORCH_CMD_CHAIN_GET,
	PORCH_CMD_RULE_ADD,
	PORCH_CMD_RULE_DEL,
	PORCH_CMD_RULE_GET,
	PORCH_CMD_TXN_BEGIN,
	PORCH_CMD_TXN_COMMIT,
	PORCH_CMD_TXN_ABORT,
	PORCH_CMD_PORT_ADDED,
	PORCH_CMD_PORT_REMOVED,
	PORCH_CMD_ROUTE_ADDED,
	PORCH_CMD_ROUTE_REPLACED,
	PORCH_CMD_ROUTE_REMOVED,
	PORCH_CMD_ENGINE_CHANGED,
	PORCH_CMD_CHAIN_ADDED,
	PORCH_CMD_CHAIN_REMOVED,
	PORCH_CMD_CHAIN_CHANGED,
	PORCH_CMD_RULE_ADDED,
	PORCH_CMD_RULE_REMOVED,
	PORCH_CMD_COMMITTED,

	__PORCH_CMD_MAX,
	PORCH_CMD_MAX = (__PORCH_CMD_MAX - 1)
};

#define PORCH_MCGRP_CONFIG	"config"

#endif /* _UAPI_LINUX_PORCH_H */
