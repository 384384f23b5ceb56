// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include <linux/porch.h>

#include "attrs.h"
#include "scale.h"

const char *const port_hooks[] = {
	[PORCH_PORT_HOOK_AUTO]	= "auto",
	[PORCH_PORT_HOOK_RX]	= "rx",
	[PORCH_PORT_HOOK_NF]	= "nf",
	NULL
};

const char *const route_types[] = {
	[PORCH_ROUTE_TYPE_UNICAST]	= "unicast",
	[PORCH_ROUTE_TYPE_BLACKHOLE]	= "blackhole",
	[PORCH_ROUTE_TYPE_UNREACHABLE]	= "unreachable",
	[PORCH_ROUTE_TYPE_PROHIBIT]	= "prohibit",
	NULL
};

const char *const counter_groups[] = {
	[PORCH_COUNTER_GROUP_CREATED]	= "created",
	[PORCH_COUNTER_GROUP_PUNT]	= "punt",
	[PORCH_COUNTER_GROUP_DROP]	= "drop",
	[PORCH_COUNTER_GROUP_ENGINE]	= "engine",
	[PORCH_COUNTER_GROUP_LANE]	= "lane",
	NULL
};

const char *const chain_hooks[] = {
	[PORCH_CHAIN_HOOK_INGRESS]	= "ingress",
	[PORCH_CHAIN_HOOK_INPUT]	= "input",
	[PORCH_CHAIN_HOOK_FORWARD]	= "forward",
	[PORCH_CHAIN_HOOK_OUTPUT]	= "output",
	NULL
};

const char *const policies[] = {
	[PORCH_POLICY_ACCEPT]	= "accept",
	[PORCH_POLICY_DROP]	= "drop",
	NULL
};

const char *const rule_actions[] = {
	[PORCH_RULE_ACTION_CONTINUE]	= "continue",
	[PORCH_RULE_ACTION_ACCEPT]	= "accept",
	[PORCH_RULE_ACTION_DROP]	= "drop",
	[PORCH_RULE_ACTION_REJECT]	= "reject",
	[PORCH_RULE_ACTION_JUMP]	= "jump",
	[PORCH_RULE_ACTION_RETURN]	= "return",
	[PORCH_RULE_ACTION_QUEUE]	= "queue",
	[PORCH_RULE_ACTION_DIVERT]	= "divert",
	NULL
};

const char *const reject_withs[] = {
	[PORCH_REJECT_WITH_PORT_UNREACHABLE]	= "port-unreachable",
	[PORCH_REJECT_WITH_ADMIN_PROHIBITED]	= "admin-prohibited",
	[PORCH_REJECT_WITH_TCP_RESET]		= "tcp-reset",
	NULL
};

const char *const nat_kinds[] = {
	[PORCH_NAT_KIND_NONE]		= "none",
	[PORCH_NAT_KIND_SNAT]		= "snat",
	[PORCH_NAT_KIND_MASQUERADE]	= "masquerade",
	[PORCH_NAT_KIND_DNAT]		= "dnat",
	[PORCH_NAT_KIND_REDIRECT]	= "redirect",
	NULL
};

const char *const lanes[] = {
	[PORCH_LANE_CONTROL]		= "control",
	[PORCH_LANE_HIGH]		= "high",
	[PORCH_LANE_NORMAL]		= "normal",
	[PORCH_LANE_BULK]		= "bulk",
	NULL
};

const char *const switch_words[] = {
	[PORCH_SWITCH_OFF]	= "off",
	[PORCH_SWITCH_ON]	= "on",
	NULL
};

const char *const flow_conns[] = {
	[PORCH_FLOW_CONN_NONE]		= "none",
	[PORCH_FLOW_CONN_SYN_SENT]	= "syn-sent",
	[PORCH_FLOW_CONN_SYN_SENT2]	= "syn-sent2",
	[PORCH_FLOW_CONN_SYN_RECV]	= "syn-recv",
	[PORCH_FLOW_CONN_PICKED_UP]	= "picked-up",
	[PORCH_FLOW_CONN_ESTABLISHED]	= "established",
	[PORCH_FLOW_CONN_FIN_WAIT]	= "fin-wait",
	[PORCH_FLOW_CONN_CLOSE_WAIT]	= "close-wait",
	[PORCH_FLOW_CONN_LAST_ACK]	= "last-ack",
	[PORCH_FLOW_CONN_TIME_WAIT]	= "time-wait",
	[PORCH_FLOW_CONN_CLOSE]		= "close",
	[PORCH_FLOW_CONN_UDP]		= "udp",
	[PORCH_FLOW_CONN_UDP_REPLIED]	= "udp-replied",
	[PORCH_FLOW_CONN_UDP_STREAM]	= "udp-stream",
	[PORCH_FLOW_CONN_ICMP]		= "icmp",
	[PORCH_FLOW_CONN_OTHER]		= "other",
	NULL
};

const char *const ecn_words[] = {
	[PORCH_ECN_OFF]	= "off",
	[PORCH_ECN_ON]	= "on",
	NULL
};

const char *const set_types[] = {
	[PORCH_SET_TYPE_ADDR]		= "addr",
	[PORCH_SET_TYPE_ADDR_PORT]	= "addr-port",
	NULL
};

const char *const stages[] = {
	[PORCH_STAGE_DOOR]	= "door",
	[PORCH_STAGE_PARSE]	= "parse",
	[PORCH_STAGE_FLOW]	= "flow",
	[PORCH_STAGE_RULE]	= "rule",
	[PORCH_STAGE_POLICY]	= "policy",
	[PORCH_STAGE_NAT_DST]	= "nat-dst",
	[PORCH_STAGE_ROUTE]	= "route",
	[PORCH_STAGE_NAT_SRC]	= "nat-src",
	[PORCH_STAGE_NEXT_HOP]	= "next-hop",
	[PORCH_STAGE_ANSWER]	= "answer",
	[PORCH_STAGE_END]	= "end",
	NULL
};

const char *const outcomes[] = {
	[PORCH_OUTCOME_UNDECIDED]	= "undecided",
	[PORCH_OUTCOME_FORWARD]		= "forward",
	[PORCH_OUTCOME_LOCAL]		= "local",
	[PORCH_OUTCOME_PUNT]		= "punt",
	[PORCH_OUTCOME_QUEUE]		= "queue",
	[PORCH_OUTCOME_DIVERT]		= "divert",
	[PORCH_OUTCOME_DROP]		= "drop",
	NULL
};

const char *const answereds[] = {
	[PORCH_ANSWERED_NONE]			= "none",
	[PORCH_ANSWERED_TTL_EXCEEDED]		= "ttl-exceeded",
	[PORCH_ANSWERED_NO_ROUTE]		= "no-route",
	[PORCH_ANSWERED_HOST_UNREACHABLE]	= "host-unreachable",
	[PORCH_ANSWERED_ADMIN_PROHIBITED]	= "admin-prohibited",
	[PORCH_ANSWERED_TOO_BIG]		= "too-big",
	[PORCH_ANSWERED_PORT_UNREACHABLE]	= "port-unreachable",
	[PORCH_ANSWERED_TCP_RESET]		= "tcp-reset",
	NULL
};

const char *const neighbours[] = {
	[PORCH_NEIGHBOUR_ABSENT]	= "absent",
	[PORCH_NEIGHBOUR_ASKED]		= "asked",
	[PORCH_NEIGHBOUR_KNOWN]		= "known",
	[PORCH_NEIGHBOUR_FAILED]	= "failed",
	NULL
};

static const struct attr_def port_defs[PORCH_A_PORT_MAX + 1] = {
	[PORCH_A_PORT_IFINDEX]		= { "ifindex", ATTR_U32 },
	[PORCH_A_PORT_IFNAME]		= { "ifname", ATTR_STRING },
	[PORCH_A_PORT_HOOK]		= { "hook", ATTR_ENUM, .words = port_hooks, .loose = true },
	[PORCH_A_PORT_FORCE]		= { "force", ATTR_FLAG, .loose = true },
	[PORCH_A_PORT_RX_PACKETS]	= { "rx-packets", ATTR_U64 },
	[PORCH_A_PORT_RX_BYTES]		= { "rx-bytes", ATTR_U64 },
	[PORCH_A_PORT_TX_PACKETS]	= { "tx-packets", ATTR_U64 },
	[PORCH_A_PORT_TX_BYTES]		= { "tx-bytes", ATTR_U64 },
	[PORCH_A_PORT_LOCAL_PACKETS]	= { "local-packets", ATTR_U64 },
	[PORCH_A_PORT_LOCAL_BYTES]	= { "local-bytes", ATTR_U64 },
	[PORCH_A_PORT_DROPS]		= { "drops", ATTR_U64 },
	[PORCH_A_PORT_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_PORT_STAGED]		= { "staged", ATTR_FLAG },
	[PORCH_A_PORT_VRF]		= { "vrf", ATTR_U32 },
};

static const struct attr_def route_defs[PORCH_A_ROUTE_MAX + 1] = {
	[PORCH_A_ROUTE_DST]		= { "dst", ATTR_ADDR },
	[PORCH_A_ROUTE_PREFIX_LEN]	= { "prefix-len", ATTR_U8 },
	[PORCH_A_ROUTE_TYPE]		= { "type", ATTR_ENUM, .words = route_types },
	[PORCH_A_ROUTE_GATEWAY]		= { "gateway", ATTR_ADDR },
	[PORCH_A_ROUTE_OIF]		= { "oif", ATTR_U32, .loose = true },
	[PORCH_A_ROUTE_ONLINK]		= { "onlink", ATTR_FLAG },
	[PORCH_A_ROUTE_REPLACE]		= { "replace", ATTR_FLAG },
	[PORCH_A_ROUTE_IFNAME]		= { "ifname", ATTR_STRING },
	[PORCH_A_ROUTE_LINK_DOWN]	= { "link-down", ATTR_FLAG },
	[PORCH_A_ROUTE_LOCAL]		= { "local", ATTR_FLAG },
	[PORCH_A_ROUTE_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_ROUTE_STAGED]		= { "staged", ATTR_FLAG },
	[PORCH_A_ROUTE_TABLE]		= { "table", ATTR_U32 },
	[PORCH_A_ROUTE_SRC]		= { "src", ATTR_ADDR },
	[PORCH_A_ROUTE_IIF]		= { "iif", ATTR_U32 },
	[PORCH_A_ROUTE_MARK]		= { "mark", ATTR_U32 },
	[PORCH_A_ROUTE_NEXTHOPS]	= { "nexthops", ATTR_NEST },
};

static const struct attr_def nexthops_defs[PORCH_A_NEXTHOPS_MAX + 1] = {
	[PORCH_A_NEXTHOPS_NEXTHOP]	= { "nexthop", ATTR_NEST },
};

static const struct attr_def nexthop_defs[PORCH_A_NEXTHOP_MAX + 1] = {
	[PORCH_A_NEXTHOP_GATEWAY]	= { "gateway", ATTR_ADDR },
	[PORCH_A_NEXTHOP_OIF]		= { "oif", ATTR_U32 },
	[PORCH_A_NEXTHOP_WEIGHT]	= { "weight", ATTR_U8 },
	[PORCH_A_NEXTHOP_ONLINK]	= { "onlink", ATTR_FLAG },
	[PORCH_A_NEXTHOP_IFNAME]	= { "ifname", ATTR_STRING },
	[PORCH_A_NEXTHOP_LINK_DOWN]	= { "link-down", ATTR_FLAG },
	[PORCH_A_NEXTHOP_FAILED]	= { "failed", ATTR_FLAG },
};

static const struct attr_def route_rule_defs[PORCH_A_ROUTE_RULE_MAX + 1] = {
	[PORCH_A_ROUTE_RULE_PREF]	= { "pref", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_TABLE]	= { "table", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_SRC]	= { "src", ATTR_ADDR },
	[PORCH_A_ROUTE_RULE_SRC_LEN]	= { "src-len", ATTR_U8 },
	[PORCH_A_ROUTE_RULE_IIF]	= { "iif", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_MARK]	= { "mark", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_MASK]	= { "mask", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_IFNAME]	= { "ifname", ATTR_STRING },
	[PORCH_A_ROUTE_RULE_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_ROUTE_RULE_STAGED]	= { "staged", ATTR_FLAG },
};

static const struct attr_def class_defs[PORCH_A_CLASS_MAX + 1] = {
	[PORCH_A_CLASS_IFINDEX]		= { "ifindex", ATTR_U32 },
	[PORCH_A_CLASS_IFNAME]		= { "ifname", ATTR_STRING },
	[PORCH_A_CLASS_ID]		= { "id", ATTR_U32 },
	[PORCH_A_CLASS_PARENT]		= { "parent", ATTR_U32 },
	[PORCH_A_CLASS_PRIO]		= { "prio", ATTR_U8 },
	[PORCH_A_CLASS_RATE]		= { "rate", ATTR_U64, .scale = &rate_scale },
	[PORCH_A_CLASS_BURST]		= { "burst", ATTR_U32, .scale = &size_scale },
	[PORCH_A_CLASS_CEIL]		= { "ceil", ATTR_U64, .scale = &rate_scale },
	[PORCH_A_CLASS_CEIL_BURST]	= { "ceil-burst", ATTR_U32, .scale = &size_scale },
	[PORCH_A_CLASS_QUANTUM]		= { "quantum", ATTR_U32, .scale = &size_scale },
	[PORCH_A_CLASS_DEFAULT]		= { "default", ATTR_FLAG },
	[PORCH_A_CLASS_DELAY]		= { "delay", ATTR_U32, .scale = &time_scale },
	[PORCH_A_CLASS_LIMIT]		= { "limit", ATTR_U32 },
	[PORCH_A_CLASS_FLOWS]		= { "flows", ATTR_U32 },
	[PORCH_A_CLASS_TARGET]		= { "target", ATTR_U32, .scale = &time_scale },
	[PORCH_A_CLASS_INTERVAL]	= { "interval", ATTR_U32, .scale = &time_scale },
	[PORCH_A_CLASS_ECN]		= { "ecn", ATTR_ENUM, .words = ecn_words },
	[PORCH_A_CLASS_SENT_PACKETS]	= { "sent-packets", ATTR_U64 },
	[PORCH_A_CLASS_SENT_BYTES]	= { "sent-bytes", ATTR_U64 },
	[PORCH_A_CLASS_BORROWED_BYTES]	= { "borrowed-bytes", ATTR_U64 },
	[PORCH_A_CLASS_MARKED]		= { "marked", ATTR_U64 },
	[PORCH_A_CLASS_DROPS_FULL]	= { "drops-full", ATTR_U64 },
	[PORCH_A_CLASS_DROPS_CODEL]	= { "drops-codel", ATTR_U64 },
	[PORCH_A_CLASS_DROPS_PURGED]	= { "drops-purged", ATTR_U64 },
	[PORCH_A_CLASS_BACKLOG_PACKETS]	= { "backlog-packets", ATTR_U64 },
	[PORCH_A_CLASS_BACKLOG_BYTES]	= { "backlog-bytes", ATTR_U64 },
	[PORCH_A_CLASS_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_CLASS_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def engine_defs[PORCH_A_ENGINE_MAX + 1] = {
	[PORCH_A_ENGINE_VECTOR]		= { "vector", ATTR_U32, .unit = "packets together" },
	[PORCH_A_ENGINE_TIME_LIMIT]	= { "time-limit", ATTR_U32, .unit = "us in a poll" },
	[PORCH_A_ENGINE_LANE_LIMIT]	= { "lane-limit", ATTR_U32,
					    .unit = "packets in the lanes" },
	[PORCH_A_ENGINE_ICMP_RATE]	= { "icmp-rate", ATTR_U32,
					    .unit = "errors per CPU and second" },
	[PORCH_A_ENGINE_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_ENGINE_STAGED]		= { "staged", ATTR_FLAG },
	[PORCH_A_ENGINE_THREADED]	= { "threaded", ATTR_ENUM, .words = switch_words },
	[PORCH_A_ENGINE_BUDGET]		= { "budget", ATTR_U32,
					    .unit = "packets per source, CPU and second" },
	[PORCH_A_ENGINE_CONTROL_BUDGET]	= { "control-budget", ATTR_U32,
					    .unit = "of them in the control lane" },
	[PORCH_A_ENGINE_BUDGET_BURST]	= { "budget-burst", ATTR_U32,
					    .unit = "packets at once" },
	[PORCH_A_ENGINE_LANE_DEFAULTS]	= { "lane-defaults", ATTR_ENUM, .words = switch_words },
};

static const struct attr_def lane_defs[PORCH_A_LANE_MAX + 1] = {
	[PORCH_A_LANE_PREF]		= { "pref", ATTR_U32 },
	[PORCH_A_LANE_LANE]		= { "lane", ATTR_ENUM, .words = lanes },
	[PORCH_A_LANE_IN]		= { "in", ATTR_U32 },
	[PORCH_A_LANE_IN_NAME]		= { "in-name", ATTR_STRING },
	[PORCH_A_LANE_LOCAL]		= { "local", ATTR_FLAG },
	[PORCH_A_LANE_PROTO]		= { "proto", ATTR_U8 },
	[PORCH_A_LANE_SPORT]		= { "sport", ATTR_U16 },
	[PORCH_A_LANE_SPORT_MAX]	= { "sport-max", ATTR_U16 },
	[PORCH_A_LANE_DPORT]		= { "dport", ATTR_U16 },
	[PORCH_A_LANE_DPORT_MAX]	= { "dport-max", ATTR_U16 },
	[PORCH_A_LANE_ICMP_TYPE]	= { "icmp-type", ATTR_U8 },
	[PORCH_A_LANE_ICMP_TYPE_MAX]	= { "icmp-type-max", ATTR_U8 },
	[PORCH_A_LANE_DSCP]		= { "dscp", ATTR_U8 },
	[PORCH_A_LANE_DEFAULT]		= { "default", ATTR_FLAG },
	[PORCH_A_LANE_PACKETS]		= { "packets", ATTR_U64 },
	[PORCH_A_LANE_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_LANE_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def counter_defs[PORCH_A_COUNTER_MAX + 1] = {
	[PORCH_A_COUNTER_GROUP]		= { "group", ATTR_ENUM, .words = counter_groups },
	[PORCH_A_COUNTER_NAME]		= { "name", ATTR_STRING },
	[PORCH_A_COUNTER_VALUE]		= { "value", ATTR_U64 },
};

static const struct attr_def ledger_defs[PORCH_A_LEDGER_MAX + 1] = {
	[PORCH_A_LEDGER_SYNC]		= { "sync", ATTR_FLAG },
	[PORCH_A_LEDGER_RX]		= { "rx", ATTR_U64 },
	[PORCH_A_LEDGER_FROM_STACK]	= { "from-stack", ATTR_U64 },
	[PORCH_A_LEDGER_INJECTED]	= { "injected", ATTR_U64 },
	[PORCH_A_LEDGER_CREATED]	= { "created", ATTR_U64 },
	[PORCH_A_LEDGER_SENT]		= { "sent", ATTR_U64 },
	[PORCH_A_LEDGER_LOCAL]		= { "local", ATTR_U64 },
	[PORCH_A_LEDGER_PUNTED]		= { "punted", ATTR_U64 },
	[PORCH_A_LEDGER_TO_STACK]	= { "to-stack", ATTR_U64 },
	[PORCH_A_LEDGER_DROPPED]	= { "dropped", ATTR_U64 },
	[PORCH_A_LEDGER_RING_OWNED]	= { "ring-owned", ATTR_U64 },
	[PORCH_A_LEDGER_HELD]		= { "held", ATTR_U64 },
	[PORCH_A_LEDGER_QUEUED]		= { "queued", ATTR_U64 },
};

static const struct attr_def status_defs[PORCH_A_STATUS_MAX + 1] = {
	[PORCH_A_STATUS_VERSION]	= { "version", ATTR_STRING },
	[PORCH_A_STATUS_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_STATUS_PORTS]		= { "ports", ATTR_U32 },
	[PORCH_A_STATUS_ROUTES_V4]	= { "routes-v4", ATTR_U32 },
	[PORCH_A_STATUS_ROUTES_V6]	= { "routes-v6", ATTR_U32 },
	[PORCH_A_STATUS_TABLES]		= { "tables", ATTR_U32 },
	[PORCH_A_STATUS_ROUTE_RULES]	= { "route-rules", ATTR_U32 },
	[PORCH_A_STATUS_LOCAL_ADDRESSES] = { "local-addresses", ATTR_U32 },
	[PORCH_A_STATUS_CPUS]		= { "cpus", ATTR_U32 },
	[PORCH_A_STATUS_RINGS]		= { "rings", ATTR_U32 },
	[PORCH_A_STATUS_BYPASSED_RULES]	= { "bypassed-rules", ATTR_FLAG },
	[PORCH_A_STATUS_BYPASSED_XFRM]	= { "bypassed-xfrm", ATTR_FLAG },
	[PORCH_A_STATUS_FLOWS]		= { "flows", ATTR_U32 },
};

static const struct attr_def txn_defs[PORCH_A_TXN_MAX + 1] = {
	[PORCH_A_TXN_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_TXN_CHANGES]		= { "changes", ATTR_U32 },
	[PORCH_A_TXN_OPERATIONS]	= { "operations", ATTR_U32 },
	[PORCH_A_TXN_CHECK]		= { "check", ATTR_FLAG },
};

static const struct attr_def chain_defs[PORCH_A_CHAIN_MAX + 1] = {
	[PORCH_A_CHAIN_NAME]		= { "name", ATTR_STRING },
	[PORCH_A_CHAIN_POLICY]		= { "policy", ATTR_ENUM, .words = policies },
	[PORCH_A_CHAIN_RULES]		= { "rules", ATTR_U32 },
	[PORCH_A_CHAIN_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_CHAIN_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def rule_defs[PORCH_A_RULE_MAX + 1] = {
	[PORCH_A_RULE_CHAIN]		= { "chain", ATTR_STRING },
	[PORCH_A_RULE_HANDLE]		= { "handle", ATTR_U32 },
	[PORCH_A_RULE_BEFORE]		= { "before", ATTR_U32 },
	[PORCH_A_RULE_IN]		= { "in", ATTR_U32 },
	[PORCH_A_RULE_IN_NAME]		= { "in-name", ATTR_STRING },
	[PORCH_A_RULE_OUT]		= { "out", ATTR_U32 },
	[PORCH_A_RULE_OUT_NAME]		= { "out-name", ATTR_STRING },
	[PORCH_A_RULE_SRC]		= { "src", ATTR_ADDR },
	[PORCH_A_RULE_SRC_LEN]		= { "src-len", ATTR_U8 },
	[PORCH_A_RULE_DST]		= { "dst", ATTR_ADDR },
	[PORCH_A_RULE_DST_LEN]		= { "dst-len", ATTR_U8 },
	[PORCH_A_RULE_SRC_SET]		= { "src-set", ATTR_STRING },
	[PORCH_A_RULE_DST_SET]		= { "dst-set", ATTR_STRING },
	[PORCH_A_RULE_PROTO]		= { "proto", ATTR_U8 },
	[PORCH_A_RULE_SPORT]		= { "sport", ATTR_U16 },
	[PORCH_A_RULE_SPORT_MAX]	= { "sport-max", ATTR_U16 },
	[PORCH_A_RULE_DPORT]		= { "dport", ATTR_U16 },
	[PORCH_A_RULE_DPORT_MAX]	= { "dport-max", ATTR_U16 },
	[PORCH_A_RULE_TCP_FLAGS]	= { "tcp-flags", ATTR_U8 },
	[PORCH_A_RULE_TCP_MASK]		= { "tcp-mask", ATTR_U8 },
	[PORCH_A_RULE_ICMP_TYPE]	= { "icmp-type", ATTR_U8 },
	[PORCH_A_RULE_ICMP_CODE]	= { "icmp-code", ATTR_U8 },
	[PORCH_A_RULE_DSCP]		= { "dscp", ATTR_U8 },
	[PORCH_A_RULE_LENGTH]		= { "length", ATTR_U32 },
	[PORCH_A_RULE_LENGTH_MAX]	= { "length-max", ATTR_U32 },
	[PORCH_A_RULE_MARK]		= { "mark", ATTR_U32 },
	[PORCH_A_RULE_MARK_MASK]	= { "mark-mask", ATTR_U32 },
	[PORCH_A_RULE_STATE]		= { "state", ATTR_U8 },
	[PORCH_A_RULE_LIMIT]		= { "limit", ATTR_U32 },
	[PORCH_A_RULE_LIMIT_PERIOD]	= { "limit-period", ATTR_U32 },
	[PORCH_A_RULE_LIMIT_BURST]	= { "limit-burst", ATTR_U32 },
	[PORCH_A_RULE_COUNT]		= { "count", ATTR_FLAG },
	[PORCH_A_RULE_LOG]		= { "log", ATTR_FLAG },
	[PORCH_A_RULE_LOG_PREFIX]	= { "log-prefix", ATTR_STRING },
	[PORCH_A_RULE_SET_MARK]		= { "set-mark", ATTR_U32 },
	[PORCH_A_RULE_SET_MARK_MASK]	= { "set-mark-mask", ATTR_U32 },
	[PORCH_A_RULE_SET_DSCP]		= { "set-dscp", ATTR_U8 },
	[PORCH_A_RULE_CLASS]		= { "class", ATTR_U16 },
	[PORCH_A_RULE_NAT]		= { "nat", ATTR_ENUM, .words = nat_kinds },
	[PORCH_A_RULE_NAT_ADDR]		= { "nat-addr", ATTR_ADDR },
	[PORCH_A_RULE_NAT_ADDR_MAX]	= { "nat-addr-max", ATTR_ADDR },
	[PORCH_A_RULE_NAT_PORT]		= { "nat-port", ATTR_U16 },
	[PORCH_A_RULE_NAT_PORT_MAX]	= { "nat-port-max", ATTR_U16 },
	[PORCH_A_RULE_ACTION]		= { "action", ATTR_ENUM, .words = rule_actions },
	[PORCH_A_RULE_REJECT_WITH]	= { "reject-with", ATTR_ENUM, .words = reject_withs },
	[PORCH_A_RULE_JUMP]		= { "jump", ATTR_STRING },
	[PORCH_A_RULE_QUEUE]		= { "queue", ATTR_U16 },
	[PORCH_A_RULE_BYPASS]		= { "bypass", ATTR_FLAG },
	[PORCH_A_RULE_PACKETS]		= { "packets", ATTR_U64 },
	[PORCH_A_RULE_BYTES]		= { "bytes", ATTR_U64 },
	[PORCH_A_RULE_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_RULE_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def flow_defs[PORCH_A_FLOW_MAX + 1] = {
	[PORCH_A_FLOW_ID]		= { "id", ATTR_U64 },
	[PORCH_A_FLOW_VRF]		= { "vrf", ATTR_U16 },
	[PORCH_A_FLOW_PROTO]		= { "proto", ATTR_U8 },
	[PORCH_A_FLOW_STATE]		= { "state", ATTR_ENUM, .words = flow_conns },
	[PORCH_A_FLOW_SRC]		= { "src", ATTR_ADDR },
	[PORCH_A_FLOW_DST]		= { "dst", ATTR_ADDR },
	[PORCH_A_FLOW_SPORT]		= { "sport", ATTR_U16 },
	[PORCH_A_FLOW_DPORT]		= { "dport", ATTR_U16 },
	[PORCH_A_FLOW_REPLY_SRC]	= { "reply-src", ATTR_ADDR },
	[PORCH_A_FLOW_REPLY_DST]	= { "reply-dst", ATTR_ADDR },
	[PORCH_A_FLOW_REPLY_SPORT]	= { "reply-sport", ATTR_U16 },
	[PORCH_A_FLOW_REPLY_DPORT]	= { "reply-dport", ATTR_U16 },
	[PORCH_A_FLOW_EXPIRES]		= { "expires", ATTR_U32 },
	[PORCH_A_FLOW_ASSURED]		= { "assured", ATTR_FLAG },
	[PORCH_A_FLOW_PACKETS]		= { "packets", ATTR_U64 },
	[PORCH_A_FLOW_BYTES]		= { "bytes", ATTR_U64 },
	[PORCH_A_FLOW_REPLY_PACKETS]	= { "reply-packets", ATTR_U64 },
	[PORCH_A_FLOW_REPLY_BYTES]	= { "reply-bytes", ATTR_U64 },
};

static const struct attr_def set_defs[PORCH_A_SET_MAX + 1] = {
	[PORCH_A_SET_NAME]		= { "name", ATTR_STRING },
	[PORCH_A_SET_TYPE]		= { "type", ATTR_ENUM, .words = set_types },
	[PORCH_A_SET_ELEMENTS]		= { "elements", ATTR_U32 },
	[PORCH_A_SET_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_SET_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def element_defs[PORCH_A_ELEMENT_MAX + 1] = {
	[PORCH_A_ELEMENT_SET]		= { "set", ATTR_STRING },
	[PORCH_A_ELEMENT_ADDR]		= { "addr", ATTR_ADDR },
	[PORCH_A_ELEMENT_PREFIX_LEN]	= { "prefix-len", ATTR_U8 },
	[PORCH_A_ELEMENT_PORT]		= { "port", ATTR_U16 },
	[PORCH_A_ELEMENT_STAGED]	= { "staged", ATTR_FLAG },
};

static const struct attr_def track_defs[PORCH_A_TRACK_MAX + 1] = {
	[PORCH_A_TRACK_FLOWS]		= { "flows", ATTR_U32, .unit = "flows" },
	[PORCH_A_TRACK_LOOSE]		= { "loose", ATTR_ENUM, .words = switch_words },
	[PORCH_A_TRACK_SYN_SENT]	= { "syn-sent", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_SYN_SENT2]	= { "syn-sent2", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_SYN_RECV]	= { "syn-recv", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_PICKED_UP]	= { "picked-up", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_ESTABLISHED]	= { "established", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_FIN_WAIT]	= { "fin-wait", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_CLOSE_WAIT]	= { "close-wait", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_LAST_ACK]	= { "last-ack", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_TIME_WAIT]	= { "time-wait", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_CLOSE]		= { "close", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_UDP]		= { "udp", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_UDP_REPLIED]	= { "udp-replied", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_UDP_STREAM]	= { "udp-stream", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_ICMP]		= { "icmp", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_OTHER]		= { "other", ATTR_U32, .unit = "s" },
	[PORCH_A_TRACK_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_TRACK_STAGED]		= { "staged", ATTR_FLAG },
};

static const struct attr_def explain_defs[PORCH_A_EXPLAIN_MAX + 1] = {
	[PORCH_A_EXPLAIN_IFINDEX]	= { "ifindex", ATTR_U32 },
	[PORCH_A_EXPLAIN_PACKET]	= { "packet", ATTR_BYTES },
	[PORCH_A_EXPLAIN_LENGTH]	= { "length", ATTR_U32 },
	[PORCH_A_EXPLAIN_MARK]		= { "mark", ATTR_U32 },
	[PORCH_A_EXPLAIN_OUT]		= { "out", ATTR_FLAG },
	[PORCH_A_EXPLAIN_GENERATION]	= { "generation", ATTR_U32 },
	[PORCH_A_EXPLAIN_VERDICT]	= { "verdict", ATTR_ENUM, .words = outcomes },
	[PORCH_A_EXPLAIN_REASON]	= { "reason", ATTR_STRING },
	[PORCH_A_EXPLAIN_STEPS]		= { "steps", ATTR_NEST },
	[PORCH_A_EXPLAIN_TRUNCATED]	= { "truncated", ATTR_FLAG },
};

static const struct attr_def steps_defs[PORCH_A_STEPS_MAX + 1] = {
	[PORCH_A_STEPS_STEP]		= { "step", ATTR_NEST },
};

static const struct attr_def step_defs[PORCH_A_STEP_MAX + 1] = {
	[PORCH_A_STEP_STAGE]		= { "stage", ATTR_ENUM, .words = stages },
	[PORCH_A_STEP_VERDICT]		= { "verdict", ATTR_ENUM, .words = outcomes },
	[PORCH_A_STEP_REASON]		= { "reason", ATTR_STRING },
	[PORCH_A_STEP_LANE]		= { "lane", ATTR_ENUM, .words = lanes },
	[PORCH_A_STEP_VRF]		= { "vrf", ATTR_U32 },
	[PORCH_A_STEP_PROTO]		= { "proto", ATTR_U8 },
	[PORCH_A_STEP_SRC]		= { "src", ATTR_ADDR },
	[PORCH_A_STEP_SPORT]		= { "sport", ATTR_U16 },
	[PORCH_A_STEP_DST]		= { "dst", ATTR_ADDR },
	[PORCH_A_STEP_DPORT]		= { "dport", ATTR_U16 },
	[PORCH_A_STEP_ICMP_TYPE]	= { "icmp-type", ATTR_U8 },
	[PORCH_A_STEP_ICMP_CODE]	= { "icmp-code", ATTR_U8 },
	[PORCH_A_STEP_TCP_FLAGS]	= { "tcp-flags", ATTR_U8 },
	[PORCH_A_STEP_STATE]		= { "state", ATTR_U8 },
	[PORCH_A_STEP_FLOW]		= { "flow", ATTR_U64 },
	[PORCH_A_STEP_KNOWN]		= { "known", ATTR_FLAG },
	[PORCH_A_STEP_HOOK]		= { "hook", ATTR_ENUM, .words = chain_hooks },
	[PORCH_A_STEP_CHAIN]		= { "chain", ATTR_STRING },
	[PORCH_A_STEP_HANDLE]		= { "handle", ATTR_U32 },
	[PORCH_A_STEP_ACTION]		= { "action", ATTR_ENUM, .words = rule_actions },
	[PORCH_A_STEP_JUMP]		= { "jump", ATTR_STRING },
	[PORCH_A_STEP_QUEUE]		= { "queue", ATTR_U16 },
	[PORCH_A_STEP_DRAWN]		= { "drawn", ATTR_FLAG },
	[PORCH_A_STEP_TABLE]		= { "table", ATTR_U32 },
	[PORCH_A_STEP_PREF]		= { "pref", ATTR_U32 },
	[PORCH_A_STEP_PREFIX]		= { "prefix", ATTR_ADDR },
	[PORCH_A_STEP_PREFIX_LEN]	= { "prefix-len", ATTR_U8 },
	[PORCH_A_STEP_TYPE]		= { "type", ATTR_ENUM, .words = route_types },
	[PORCH_A_STEP_GATEWAY]		= { "gateway", ATTR_ADDR },
	[PORCH_A_STEP_OIF]		= { "oif", ATTR_U32 },
	[PORCH_A_STEP_IFNAME]		= { "ifname", ATTR_STRING },
	[PORCH_A_STEP_NEIGHBOUR]	= { "neighbour", ATTR_ENUM, .words = neighbours },
	[PORCH_A_STEP_MTU]		= { "mtu", ATTR_U32 },
	[PORCH_A_STEP_CUT]		= { "cut", ATTR_FLAG },
	[PORCH_A_STEP_ANSWER]		= { "answer", ATTR_ENUM, .words = answereds },
	[PORCH_A_STEP_MARK]		= { "mark", ATTR_U32 },
	[PORCH_A_STEP_DSCP]		= { "dscp", ATTR_U8 },
	[PORCH_A_STEP_CLASS]		= { "class", ATTR_U16 },
};

const struct attr_set port_attrs = { "port", port_defs, PORCH_A_PORT_MAX, PORCH_A_PORT_STAGED };
const struct attr_set route_attrs = { "route", route_defs, PORCH_A_ROUTE_MAX,
				      PORCH_A_ROUTE_STAGED };
const struct attr_set nexthops_attrs = { "nexthops", nexthops_defs, PORCH_A_NEXTHOPS_MAX };
const struct attr_set nexthop_attrs = { "nexthop", nexthop_defs, PORCH_A_NEXTHOP_MAX };
const struct attr_set route_rule_attrs = { "route-rule", route_rule_defs, PORCH_A_ROUTE_RULE_MAX,
					   PORCH_A_ROUTE_RULE_STAGED };
const struct attr_set class_attrs = { "class", class_defs, PORCH_A_CLASS_MAX,
				      PORCH_A_CLASS_STAGED };
const struct attr_set engine_attrs = { "engine", engine_defs, PORCH_A_ENGINE_MAX,
				       PORCH_A_ENGINE_STAGED };
const struct attr_set lane_attrs = { "lane", lane_defs, PORCH_A_LANE_MAX,
				     PORCH_A_LANE_STAGED };
const struct attr_set counter_attrs = { "counter", counter_defs, PORCH_A_COUNTER_MAX };
const struct attr_set ledger_attrs = { "ledger", ledger_defs, PORCH_A_LEDGER_MAX };
const struct attr_set status_attrs = { "status", status_defs, PORCH_A_STATUS_MAX };
const struct attr_set txn_attrs = { "txn", txn_defs, PORCH_A_TXN_MAX };
const struct attr_set chain_attrs = { "chain", chain_defs, PORCH_A_CHAIN_MAX,
				      PORCH_A_CHAIN_STAGED };
const struct attr_set rule_attrs = { "rule", rule_defs, PORCH_A_RULE_MAX, PORCH_A_RULE_STAGED };
const struct attr_set flow_attrs = { "flow", flow_defs, PORCH_A_FLOW_MAX };
const struct attr_set set_attrs = { "set", set_defs, PORCH_A_SET_MAX, PORCH_A_SET_STAGED };
const struct attr_set element_attrs = { "element", element_defs, PORCH_A_ELEMENT_MAX,
					PORCH_A_ELEMENT_STAGED };
const struct attr_set track_attrs = { "track", track_defs, PORCH_A_TRACK_MAX,
				      PORCH_A_TRACK_STAGED };
const struct attr_set explain_attrs = { "explain", explain_defs, PORCH_A_EXPLAIN_MAX };
const struct attr_set steps_attrs = { "steps", steps_defs, PORCH_A_STEPS_MAX };
const struct attr_set step_attrs = { "step", step_defs, PORCH_A_STEP_MAX };
