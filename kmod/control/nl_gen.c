// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/porch.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nl_gen.h"

#include <uapi/linux/porch.h>

/* Integer value ranges */
static const struct netlink_range_validation porch_a_port_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_port_vrf_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation porch_a_route_oif_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_route_iif_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_nexthop_oif_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_route_rule_iif_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_engine_time_limit_range = {
	.min	= 10ULL,
	.max	= 100000ULL,
};

static const struct netlink_range_validation porch_a_engine_lane_limit_range = {
	.min	= 64ULL,
	.max	= 65536ULL,
};

static const struct netlink_range_validation porch_a_engine_icmp_rate_range = {
	.max	= 1000000ULL,
};

static const struct netlink_range_validation porch_a_engine_budget_range = {
	.max	= 10000000ULL,
};

static const struct netlink_range_validation porch_a_engine_control_budget_range = {
	.max	= 10000000ULL,
};

static const struct netlink_range_validation porch_a_engine_budget_burst_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation porch_a_lane_in_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_class_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_class_id_range = {
	.min	= 1ULL,
	.max	= 65534ULL,
};

static const struct netlink_range_validation porch_a_class_parent_range = {
	.max	= 65534ULL,
};

static const struct netlink_range_validation porch_a_class_rate_range = {
	.max	= 125000000000ULL,
};

static const struct netlink_range_validation porch_a_class_burst_range = {
	.max	= 1000000000ULL,
};

static const struct netlink_range_validation porch_a_class_ceil_range = {
	.max	= 125000000000ULL,
};

static const struct netlink_range_validation porch_a_class_ceil_burst_range = {
	.max	= 1000000000ULL,
};

static const struct netlink_range_validation porch_a_class_quantum_range = {
	.min	= 1000ULL,
	.max	= 10000000ULL,
};

static const struct netlink_range_validation porch_a_class_delay_range = {
	.max	= 60000000ULL,
};

static const struct netlink_range_validation porch_a_class_limit_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation porch_a_class_flows_range = {
	.min	= 1ULL,
	.max	= 65536ULL,
};

static const struct netlink_range_validation porch_a_class_target_range = {
	.max	= 1000000ULL,
};

static const struct netlink_range_validation porch_a_class_interval_range = {
	.max	= 4000000ULL,
};

static const struct netlink_range_validation porch_a_txn_operations_range = {
	.max	= 1048576ULL,
};

static const struct netlink_range_validation porch_a_rule_in_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_rule_out_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_rule_limit_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation porch_a_rule_limit_period_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

static const struct netlink_range_validation porch_a_track_flows_range = {
	.min	= 1ULL,
	.max	= 16777216ULL,
};

static const struct netlink_range_validation porch_a_track_syn_sent_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_syn_sent2_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_syn_recv_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_picked_up_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_established_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_fin_wait_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_close_wait_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_last_ack_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_time_wait_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_close_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_udp_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_udp_replied_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_udp_stream_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_icmp_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_track_other_range = {
	.min	= 1ULL,
	.max	= 31536000ULL,
};

static const struct netlink_range_validation porch_a_explain_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation porch_a_explain_length_range = {
	.min	= 1ULL,
	.max	= U16_MAX,
};

/* Common nested types */
const struct nla_policy porch_nexthop_nl_policy[PORCH_A_NEXTHOP_FAILED + 1] = {
	[PORCH_A_NEXTHOP_GATEWAY] = { .type = NLA_BINARY, },
	[PORCH_A_NEXTHOP_OIF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_nexthop_oif_range),
	[PORCH_A_NEXTHOP_WEIGHT] = NLA_POLICY_MIN(NLA_U8, 1),
	[PORCH_A_NEXTHOP_ONLINK] = { .type = NLA_FLAG, },
	[PORCH_A_NEXTHOP_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[PORCH_A_NEXTHOP_LINK_DOWN] = { .type = NLA_FLAG, },
	[PORCH_A_NEXTHOP_FAILED] = { .type = NLA_FLAG, },
};

const struct nla_policy porch_nexthops_nl_policy[PORCH_A_NEXTHOPS_NEXTHOP + 1] = {
	[PORCH_A_NEXTHOPS_NEXTHOP] = NLA_POLICY_NESTED(porch_nexthop_nl_policy),
};

/* PORCH_CMD_STATUS_GET - do */
const struct nla_policy porch_status_get_nl_policy[PORCH_A_STATUS_PAD + 1] = {
};

/* PORCH_CMD_PORT_ADD - do */
const struct nla_policy porch_port_add_nl_policy[PORCH_A_PORT_VRF + 1] = {
	[PORCH_A_PORT_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_port_ifindex_range),
	[PORCH_A_PORT_HOOK] = NLA_POLICY_MAX(NLA_U8, 2),
	[PORCH_A_PORT_FORCE] = { .type = NLA_FLAG, },
	[PORCH_A_PORT_STAGED] = { .type = NLA_FLAG, },
	[PORCH_A_PORT_VRF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_port_vrf_range),
};

/* PORCH_CMD_PORT_DEL - do */
const struct nla_policy porch_port_del_nl_policy[PORCH_A_PORT_STAGED + 1] = {
	[PORCH_A_PORT_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_port_ifindex_range),
	[PORCH_A_PORT_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_PORT_GET - do */
const struct nla_policy porch_port_get_nl_policy[PORCH_A_PORT_IFINDEX + 1] = {
	[PORCH_A_PORT_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_port_ifindex_range),
};

/* PORCH_CMD_ROUTE_ADD - do */
const struct nla_policy porch_route_add_nl_policy[PORCH_A_ROUTE_NEXTHOPS + 1] = {
	[PORCH_A_ROUTE_DST] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_ROUTE_TYPE] = NLA_POLICY_MAX(NLA_U8, 3),
	[PORCH_A_ROUTE_GATEWAY] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_OIF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_route_oif_range),
	[PORCH_A_ROUTE_ONLINK] = { .type = NLA_FLAG, },
	[PORCH_A_ROUTE_REPLACE] = { .type = NLA_FLAG, },
	[PORCH_A_ROUTE_STAGED] = { .type = NLA_FLAG, },
	[PORCH_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PORCH_A_ROUTE_NEXTHOPS] = NLA_POLICY_NESTED(porch_nexthops_nl_policy),
};

/* PORCH_CMD_ROUTE_DEL - do */
const struct nla_policy porch_route_del_nl_policy[PORCH_A_ROUTE_TABLE + 1] = {
	[PORCH_A_ROUTE_DST] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_ROUTE_TYPE] = NLA_POLICY_MAX(NLA_U8, 3),
	[PORCH_A_ROUTE_GATEWAY] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_OIF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_route_oif_range),
	[PORCH_A_ROUTE_STAGED] = { .type = NLA_FLAG, },
	[PORCH_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* PORCH_CMD_ROUTE_GET - do */
const struct nla_policy porch_route_get_nl_policy[PORCH_A_ROUTE_MARK + 1] = {
	[PORCH_A_ROUTE_DST] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PORCH_A_ROUTE_SRC] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_IIF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_route_iif_range),
	[PORCH_A_ROUTE_MARK] = { .type = NLA_U32, },
};

/* PORCH_CMD_ROUTE_RULE_ADD - do */
const struct nla_policy porch_route_rule_add_nl_policy[PORCH_A_ROUTE_RULE_STAGED + 1] = {
	[PORCH_A_ROUTE_RULE_PREF] = { .type = NLA_U32, },
	[PORCH_A_ROUTE_RULE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PORCH_A_ROUTE_RULE_SRC] = { .type = NLA_BINARY, },
	[PORCH_A_ROUTE_RULE_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_ROUTE_RULE_IIF] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_route_rule_iif_range),
	[PORCH_A_ROUTE_RULE_MARK] = { .type = NLA_U32, },
	[PORCH_A_ROUTE_RULE_MASK] = { .type = NLA_U32, },
	[PORCH_A_ROUTE_RULE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_ROUTE_RULE_DEL - do */
const struct nla_policy porch_route_rule_del_nl_policy[PORCH_A_ROUTE_RULE_STAGED + 1] = {
	[PORCH_A_ROUTE_RULE_PREF] = { .type = NLA_U32, },
	[PORCH_A_ROUTE_RULE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_ROUTE_RULE_GET - do */
const struct nla_policy porch_route_rule_get_nl_policy[PORCH_A_ROUTE_RULE_PREF + 1] = {
	[PORCH_A_ROUTE_RULE_PREF] = { .type = NLA_U32, },
};

/* PORCH_CMD_CLASS_ADD - do */
const struct nla_policy porch_class_add_nl_policy[PORCH_A_CLASS_STAGED + 1] = {
	[PORCH_A_CLASS_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ifindex_range),
	[PORCH_A_CLASS_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_id_range),
	[PORCH_A_CLASS_PARENT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_parent_range),
	[PORCH_A_CLASS_PRIO] = NLA_POLICY_MAX(NLA_U8, 7),
	[PORCH_A_CLASS_RATE] = NLA_POLICY_FULL_RANGE(NLA_U64, &porch_a_class_rate_range),
	[PORCH_A_CLASS_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_burst_range),
	[PORCH_A_CLASS_CEIL] = NLA_POLICY_FULL_RANGE(NLA_U64, &porch_a_class_ceil_range),
	[PORCH_A_CLASS_CEIL_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ceil_burst_range),
	[PORCH_A_CLASS_QUANTUM] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_quantum_range),
	[PORCH_A_CLASS_DEFAULT] = { .type = NLA_FLAG, },
	[PORCH_A_CLASS_DELAY] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_delay_range),
	[PORCH_A_CLASS_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_limit_range),
	[PORCH_A_CLASS_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_flows_range),
	[PORCH_A_CLASS_TARGET] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_target_range),
	[PORCH_A_CLASS_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_interval_range),
	[PORCH_A_CLASS_ECN] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_CLASS_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CLASS_CHANGE - do */
const struct nla_policy porch_class_change_nl_policy[PORCH_A_CLASS_STAGED + 1] = {
	[PORCH_A_CLASS_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ifindex_range),
	[PORCH_A_CLASS_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_id_range),
	[PORCH_A_CLASS_PRIO] = NLA_POLICY_MAX(NLA_U8, 7),
	[PORCH_A_CLASS_RATE] = NLA_POLICY_FULL_RANGE(NLA_U64, &porch_a_class_rate_range),
	[PORCH_A_CLASS_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_burst_range),
	[PORCH_A_CLASS_CEIL] = NLA_POLICY_FULL_RANGE(NLA_U64, &porch_a_class_ceil_range),
	[PORCH_A_CLASS_CEIL_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ceil_burst_range),
	[PORCH_A_CLASS_QUANTUM] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_quantum_range),
	[PORCH_A_CLASS_DEFAULT] = { .type = NLA_FLAG, },
	[PORCH_A_CLASS_DELAY] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_delay_range),
	[PORCH_A_CLASS_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_limit_range),
	[PORCH_A_CLASS_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_flows_range),
	[PORCH_A_CLASS_TARGET] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_target_range),
	[PORCH_A_CLASS_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_interval_range),
	[PORCH_A_CLASS_ECN] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_CLASS_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CLASS_DEL - do */
const struct nla_policy porch_class_del_nl_policy[PORCH_A_CLASS_STAGED + 1] = {
	[PORCH_A_CLASS_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ifindex_range),
	[PORCH_A_CLASS_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_id_range),
	[PORCH_A_CLASS_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CLASS_GET - do */
const struct nla_policy porch_class_get_nl_policy[PORCH_A_CLASS_ID + 1] = {
	[PORCH_A_CLASS_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_ifindex_range),
	[PORCH_A_CLASS_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_class_id_range),
};

/* PORCH_CMD_ENGINE_GET - do */
const struct nla_policy porch_engine_get_nl_policy[PORCH_A_ENGINE_PAD + 1] = {
};

/* PORCH_CMD_ENGINE_SET - do */
const struct nla_policy porch_engine_set_nl_policy[PORCH_A_ENGINE_LANE_DEFAULTS + 1] = {
	[PORCH_A_ENGINE_VECTOR] = NLA_POLICY_RANGE(NLA_U32, 1, 64),
	[PORCH_A_ENGINE_TIME_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_time_limit_range),
	[PORCH_A_ENGINE_LANE_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_lane_limit_range),
	[PORCH_A_ENGINE_ICMP_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_icmp_rate_range),
	[PORCH_A_ENGINE_THREADED] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_ENGINE_BUDGET] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_budget_range),
	[PORCH_A_ENGINE_CONTROL_BUDGET] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_control_budget_range),
	[PORCH_A_ENGINE_BUDGET_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_engine_budget_burst_range),
	[PORCH_A_ENGINE_LANE_DEFAULTS] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_ENGINE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_LANE_ADD - do */
const struct nla_policy porch_lane_add_nl_policy[PORCH_A_LANE_STAGED + 1] = {
	[PORCH_A_LANE_PREF] = { .type = NLA_U32, },
	[PORCH_A_LANE_LANE] = NLA_POLICY_MAX(NLA_U8, 3),
	[PORCH_A_LANE_IN] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_lane_in_range),
	[PORCH_A_LANE_LOCAL] = { .type = NLA_FLAG, },
	[PORCH_A_LANE_PROTO] = { .type = NLA_U8, },
	[PORCH_A_LANE_SPORT] = { .type = NLA_U16, },
	[PORCH_A_LANE_SPORT_MAX] = { .type = NLA_U16, },
	[PORCH_A_LANE_DPORT] = { .type = NLA_U16, },
	[PORCH_A_LANE_DPORT_MAX] = { .type = NLA_U16, },
	[PORCH_A_LANE_ICMP_TYPE] = { .type = NLA_U8, },
	[PORCH_A_LANE_ICMP_TYPE_MAX] = { .type = NLA_U8, },
	[PORCH_A_LANE_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[PORCH_A_LANE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_LANE_DEL - do */
const struct nla_policy porch_lane_del_nl_policy[PORCH_A_LANE_STAGED + 1] = {
	[PORCH_A_LANE_PREF] = { .type = NLA_U32, },
	[PORCH_A_LANE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_LANE_GET - do */
const struct nla_policy porch_lane_get_nl_policy[PORCH_A_LANE_PREF + 1] = {
	[PORCH_A_LANE_PREF] = { .type = NLA_U32, },
};

/* PORCH_CMD_STATS_GET - do */
const struct nla_policy porch_stats_get_nl_policy[PORCH_A_COUNTER_NAME + 1] = {
	[PORCH_A_COUNTER_GROUP] = NLA_POLICY_MAX(NLA_U8, 4),
	[PORCH_A_COUNTER_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* PORCH_CMD_LEDGER_GET - do */
const struct nla_policy porch_ledger_get_nl_policy[PORCH_A_LEDGER_SYNC + 1] = {
	[PORCH_A_LEDGER_SYNC] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CHAIN_ADD - do */
const struct nla_policy porch_chain_add_nl_policy[PORCH_A_CHAIN_STAGED + 1] = {
	[PORCH_A_CHAIN_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_CHAIN_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CHAIN_DEL - do */
const struct nla_policy porch_chain_del_nl_policy[PORCH_A_CHAIN_STAGED + 1] = {
	[PORCH_A_CHAIN_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_CHAIN_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CHAIN_SET - do */
const struct nla_policy porch_chain_set_nl_policy[PORCH_A_CHAIN_STAGED + 1] = {
	[PORCH_A_CHAIN_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_CHAIN_POLICY] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_CHAIN_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_CHAIN_GET - do */
const struct nla_policy porch_chain_get_nl_policy[PORCH_A_CHAIN_NAME + 1] = {
	[PORCH_A_CHAIN_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* PORCH_CMD_RULE_ADD - do */
const struct nla_policy porch_rule_add_nl_policy[PORCH_A_RULE_STAGED + 1] = {
	[PORCH_A_RULE_CHAIN] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_BEFORE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PORCH_A_RULE_IN] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_rule_in_range),
	[PORCH_A_RULE_OUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_rule_out_range),
	[PORCH_A_RULE_SRC] = { .type = NLA_BINARY, },
	[PORCH_A_RULE_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_RULE_DST] = { .type = NLA_BINARY, },
	[PORCH_A_RULE_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_RULE_SRC_SET] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_DST_SET] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_PROTO] = { .type = NLA_U8, },
	[PORCH_A_RULE_SPORT] = { .type = NLA_U16, },
	[PORCH_A_RULE_SPORT_MAX] = { .type = NLA_U16, },
	[PORCH_A_RULE_DPORT] = { .type = NLA_U16, },
	[PORCH_A_RULE_DPORT_MAX] = { .type = NLA_U16, },
	[PORCH_A_RULE_TCP_FLAGS] = { .type = NLA_U8, },
	[PORCH_A_RULE_TCP_MASK] = { .type = NLA_U8, },
	[PORCH_A_RULE_ICMP_TYPE] = { .type = NLA_U8, },
	[PORCH_A_RULE_ICMP_CODE] = { .type = NLA_U8, },
	[PORCH_A_RULE_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[PORCH_A_RULE_LENGTH] = { .type = NLA_U32, },
	[PORCH_A_RULE_LENGTH_MAX] = { .type = NLA_U32, },
	[PORCH_A_RULE_MARK] = { .type = NLA_U32, },
	[PORCH_A_RULE_MARK_MASK] = { .type = NLA_U32, },
	[PORCH_A_RULE_STATE] = NLA_POLICY_RANGE(NLA_U8, 1, 15),
	[PORCH_A_RULE_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_rule_limit_range),
	[PORCH_A_RULE_LIMIT_PERIOD] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_rule_limit_period_range),
	[PORCH_A_RULE_LIMIT_BURST] = NLA_POLICY_RANGE(NLA_U32, 1, 10000),
	[PORCH_A_RULE_COUNT] = { .type = NLA_FLAG, },
	[PORCH_A_RULE_LOG] = { .type = NLA_FLAG, },
	[PORCH_A_RULE_LOG_PREFIX] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_SET_MARK] = { .type = NLA_U32, },
	[PORCH_A_RULE_SET_MARK_MASK] = { .type = NLA_U32, },
	[PORCH_A_RULE_SET_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[PORCH_A_RULE_CLASS] = NLA_POLICY_MIN(NLA_U16, 1),
	[PORCH_A_RULE_NAT] = NLA_POLICY_MAX(NLA_U8, 4),
	[PORCH_A_RULE_NAT_ADDR] = { .type = NLA_BINARY, },
	[PORCH_A_RULE_NAT_ADDR_MAX] = { .type = NLA_BINARY, },
	[PORCH_A_RULE_NAT_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[PORCH_A_RULE_NAT_PORT_MAX] = NLA_POLICY_MIN(NLA_U16, 1),
	[PORCH_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U8, 7),
	[PORCH_A_RULE_REJECT_WITH] = NLA_POLICY_MAX(NLA_U8, 2),
	[PORCH_A_RULE_JUMP] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_QUEUE] = { .type = NLA_U16, },
	[PORCH_A_RULE_BYPASS] = { .type = NLA_FLAG, },
	[PORCH_A_RULE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_RULE_DEL - do */
const struct nla_policy porch_rule_del_nl_policy[PORCH_A_RULE_STAGED + 1] = {
	[PORCH_A_RULE_CHAIN] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_RULE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PORCH_A_RULE_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_RULE_GET - do */
const struct nla_policy porch_rule_get_nl_policy[PORCH_A_RULE_HANDLE + 1] = {
	[PORCH_A_RULE_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* PORCH_CMD_SET_ADD - do */
const struct nla_policy porch_set_add_nl_policy[PORCH_A_SET_STAGED + 1] = {
	[PORCH_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_SET_TYPE] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_SET_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_SET_DEL - do */
const struct nla_policy porch_set_del_nl_policy[PORCH_A_SET_STAGED + 1] = {
	[PORCH_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_SET_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_SET_GET - do */
const struct nla_policy porch_set_get_nl_policy[PORCH_A_SET_NAME + 1] = {
	[PORCH_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* PORCH_CMD_ELEMENT_ADD - do */
const struct nla_policy porch_element_add_nl_policy[PORCH_A_ELEMENT_STAGED + 1] = {
	[PORCH_A_ELEMENT_SET] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_ELEMENT_ADDR] = { .type = NLA_BINARY, },
	[PORCH_A_ELEMENT_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_ELEMENT_PORT] = { .type = NLA_U16, },
	[PORCH_A_ELEMENT_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_ELEMENT_DEL - do */
const struct nla_policy porch_element_del_nl_policy[PORCH_A_ELEMENT_STAGED + 1] = {
	[PORCH_A_ELEMENT_SET] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_ELEMENT_ADDR] = { .type = NLA_BINARY, },
	[PORCH_A_ELEMENT_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[PORCH_A_ELEMENT_PORT] = { .type = NLA_U16, },
	[PORCH_A_ELEMENT_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_ELEMENT_GET - do */
const struct nla_policy porch_element_get_nl_policy[PORCH_A_ELEMENT_PORT + 1] = {
	[PORCH_A_ELEMENT_SET] = { .type = NLA_NUL_STRING, .len = 31, },
	[PORCH_A_ELEMENT_ADDR] = { .type = NLA_BINARY, },
	[PORCH_A_ELEMENT_PORT] = { .type = NLA_U16, },
};

/* PORCH_CMD_TRACK_GET - do */
const struct nla_policy porch_track_get_nl_policy[PORCH_A_TRACK_PAD + 1] = {
};

/* PORCH_CMD_TRACK_SET - do */
const struct nla_policy porch_track_set_nl_policy[PORCH_A_TRACK_STAGED + 1] = {
	[PORCH_A_TRACK_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_flows_range),
	[PORCH_A_TRACK_LOOSE] = NLA_POLICY_MAX(NLA_U8, 1),
	[PORCH_A_TRACK_SYN_SENT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_syn_sent_range),
	[PORCH_A_TRACK_SYN_SENT2] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_syn_sent2_range),
	[PORCH_A_TRACK_SYN_RECV] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_syn_recv_range),
	[PORCH_A_TRACK_PICKED_UP] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_picked_up_range),
	[PORCH_A_TRACK_ESTABLISHED] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_established_range),
	[PORCH_A_TRACK_FIN_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_fin_wait_range),
	[PORCH_A_TRACK_CLOSE_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_close_wait_range),
	[PORCH_A_TRACK_LAST_ACK] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_last_ack_range),
	[PORCH_A_TRACK_TIME_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_time_wait_range),
	[PORCH_A_TRACK_CLOSE] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_close_range),
	[PORCH_A_TRACK_UDP] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_udp_range),
	[PORCH_A_TRACK_UDP_REPLIED] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_udp_replied_range),
	[PORCH_A_TRACK_UDP_STREAM] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_udp_stream_range),
	[PORCH_A_TRACK_ICMP] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_icmp_range),
	[PORCH_A_TRACK_OTHER] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_track_other_range),
	[PORCH_A_TRACK_STAGED] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_FLOW_GET - do */
const struct nla_policy porch_flow_get_nl_policy[PORCH_A_FLOW_ID + 1] = {
	[PORCH_A_FLOW_ID] = { .type = NLA_U64, },
};

/* PORCH_CMD_FLOW_DEL - do */
const struct nla_policy porch_flow_del_nl_policy[PORCH_A_FLOW_ID + 1] = {
	[PORCH_A_FLOW_ID] = { .type = NLA_U64, },
};

/* PORCH_CMD_EXPLAIN - do */
const struct nla_policy porch_explain_nl_policy[PORCH_A_EXPLAIN_OUT + 1] = {
	[PORCH_A_EXPLAIN_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_explain_ifindex_range),
	[PORCH_A_EXPLAIN_PACKET] = { .type = NLA_BINARY, },
	[PORCH_A_EXPLAIN_LENGTH] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_explain_length_range),
	[PORCH_A_EXPLAIN_MARK] = { .type = NLA_U32, },
	[PORCH_A_EXPLAIN_OUT] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_TXN_BEGIN - do */
const struct nla_policy porch_txn_begin_nl_policy[PORCH_A_TXN_PAD + 1] = {
};

/* PORCH_CMD_TXN_COMMIT - do */
const struct nla_policy porch_txn_commit_nl_policy[PORCH_A_TXN_CHECK + 1] = {
	[PORCH_A_TXN_GENERATION] = { .type = NLA_U32, },
	[PORCH_A_TXN_OPERATIONS] = NLA_POLICY_FULL_RANGE(NLA_U32, &porch_a_txn_operations_range),
	[PORCH_A_TXN_CHECK] = { .type = NLA_FLAG, },
};

/* PORCH_CMD_TXN_ABORT - do */
const struct nla_policy porch_txn_abort_nl_policy[PORCH_A_TXN_PAD + 1] = {
};

/* Ops table for porch */
const struct genl_ops porch_nl_ops[42] = {
	{
		.cmd		= PORCH_CMD_STATUS_GET,
		.doit		= porch_nl_status_get_doit,
		.policy		= porch_status_get_nl_policy,
		.maxattr	= PORCH_A_STATUS_PAD,
	},
	{
		.cmd		= PORCH_CMD_PORT_ADD,
		.doit		= porch_nl_port_add_doit,
		.policy		= porch_port_add_nl_policy,
		.maxattr	= PORCH_A_PORT_VRF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_PORT_DEL,
		.doit		= porch_nl_port_del_doit,
		.policy		= porch_port_del_nl_policy,
		.maxattr	= PORCH_A_PORT_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_PORT_GET,
		.doit		= porch_nl_port_get_doit,
		.dumpit		= porch_nl_port_get_dumpit,
		.policy		= porch_port_get_nl_policy,
		.maxattr	= PORCH_A_PORT_IFINDEX,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_ADD,
		.doit		= porch_nl_route_add_doit,
		.policy		= porch_route_add_nl_policy,
		.maxattr	= PORCH_A_ROUTE_NEXTHOPS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_DEL,
		.doit		= porch_nl_route_del_doit,
		.policy		= porch_route_del_nl_policy,
		.maxattr	= PORCH_A_ROUTE_TABLE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_GET,
		.doit		= porch_nl_route_get_doit,
		.dumpit		= porch_nl_route_get_dumpit,
		.policy		= porch_route_get_nl_policy,
		.maxattr	= PORCH_A_ROUTE_MARK,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_RULE_ADD,
		.doit		= porch_nl_route_rule_add_doit,
		.policy		= porch_route_rule_add_nl_policy,
		.maxattr	= PORCH_A_ROUTE_RULE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_RULE_DEL,
		.doit		= porch_nl_route_rule_del_doit,
		.policy		= porch_route_rule_del_nl_policy,
		.maxattr	= PORCH_A_ROUTE_RULE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ROUTE_RULE_GET,
		.doit		= porch_nl_route_rule_get_doit,
		.dumpit		= porch_nl_route_rule_get_dumpit,
		.policy		= porch_route_rule_get_nl_policy,
		.maxattr	= PORCH_A_ROUTE_RULE_PREF,
	},
	{
		.cmd		= PORCH_CMD_CLASS_ADD,
		.doit		= porch_nl_class_add_doit,
		.policy		= porch_class_add_nl_policy,
		.maxattr	= PORCH_A_CLASS_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CLASS_CHANGE,
		.doit		= porch_nl_class_change_doit,
		.policy		= porch_class_change_nl_policy,
		.maxattr	= PORCH_A_CLASS_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CLASS_DEL,
		.doit		= porch_nl_class_del_doit,
		.policy		= porch_class_del_nl_policy,
		.maxattr	= PORCH_A_CLASS_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CLASS_GET,
		.doit		= porch_nl_class_get_doit,
		.dumpit		= porch_nl_class_get_dumpit,
		.policy		= porch_class_get_nl_policy,
		.maxattr	= PORCH_A_CLASS_ID,
	},
	{
		.cmd		= PORCH_CMD_ENGINE_GET,
		.doit		= porch_nl_engine_get_doit,
		.policy		= porch_engine_get_nl_policy,
		.maxattr	= PORCH_A_ENGINE_PAD,
	},
	{
		.cmd		= PORCH_CMD_ENGINE_SET,
		.doit		= porch_nl_engine_set_doit,
		.policy		= porch_engine_set_nl_policy,
		.maxattr	= PORCH_A_ENGINE_LANE_DEFAULTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_LANE_ADD,
		.doit		= porch_nl_lane_add_doit,
		.policy		= porch_lane_add_nl_policy,
		.maxattr	= PORCH_A_LANE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_LANE_DEL,
		.doit		= porch_nl_lane_del_doit,
		.policy		= porch_lane_del_nl_policy,
		.maxattr	= PORCH_A_LANE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_LANE_GET,
		.doit		= porch_nl_lane_get_doit,
		.dumpit		= porch_nl_lane_get_dumpit,
		.policy		= porch_lane_get_nl_policy,
		.maxattr	= PORCH_A_LANE_PREF,
	},
	{
		.cmd		= PORCH_CMD_STATS_GET,
		.doit		= porch_nl_stats_get_doit,
		.dumpit		= porch_nl_stats_get_dumpit,
		.policy		= porch_stats_get_nl_policy,
		.maxattr	= PORCH_A_COUNTER_NAME,
	},
	{
		.cmd		= PORCH_CMD_LEDGER_GET,
		.doit		= porch_nl_ledger_get_doit,
		.policy		= porch_ledger_get_nl_policy,
		.maxattr	= PORCH_A_LEDGER_SYNC,
	},
	{
		.cmd		= PORCH_CMD_CHAIN_ADD,
		.doit		= porch_nl_chain_add_doit,
		.policy		= porch_chain_add_nl_policy,
		.maxattr	= PORCH_A_CHAIN_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CHAIN_DEL,
		.doit		= porch_nl_chain_del_doit,
		.policy		= porch_chain_del_nl_policy,
		.maxattr	= PORCH_A_CHAIN_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CHAIN_SET,
		.doit		= porch_nl_chain_set_doit,
		.policy		= porch_chain_set_nl_policy,
		.maxattr	= PORCH_A_CHAIN_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_CHAIN_GET,
		.doit		= porch_nl_chain_get_doit,
		.dumpit		= porch_nl_chain_get_dumpit,
		.policy		= porch_chain_get_nl_policy,
		.maxattr	= PORCH_A_CHAIN_NAME,
	},
	{
		.cmd		= PORCH_CMD_RULE_ADD,
		.doit		= porch_nl_rule_add_doit,
		.policy		= porch_rule_add_nl_policy,
		.maxattr	= PORCH_A_RULE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_RULE_DEL,
		.doit		= porch_nl_rule_del_doit,
		.policy		= porch_rule_del_nl_policy,
		.maxattr	= PORCH_A_RULE_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_RULE_GET,
		.doit		= porch_nl_rule_get_doit,
		.dumpit		= porch_nl_rule_get_dumpit,
		.policy		= porch_rule_get_nl_policy,
		.maxattr	= PORCH_A_RULE_HANDLE,
	},
	{
		.cmd		= PORCH_CMD_SET_ADD,
		.doit		= porch_nl_set_add_doit,
		.policy		= porch_set_add_nl_policy,
		.maxattr	= PORCH_A_SET_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_SET_DEL,
		.doit		= porch_nl_set_del_doit,
		.policy		= porch_set_del_nl_policy,
		.maxattr	= PORCH_A_SET_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_SET_GET,
		.doit		= porch_nl_set_get_doit,
		.dumpit		= porch_nl_set_get_dumpit,
		.policy		= porch_set_get_nl_policy,
		.maxattr	= PORCH_A_SET_NAME,
	},
	{
		.cmd		= PORCH_CMD_ELEMENT_ADD,
		.doit		= porch_nl_element_add_doit,
		.policy		= porch_element_add_nl_policy,
		.maxattr	= PORCH_A_ELEMENT_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ELEMENT_DEL,
		.doit		= porch_nl_element_del_doit,
		.policy		= porch_element_del_nl_policy,
		.maxattr	= PORCH_A_ELEMENT_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_ELEMENT_GET,
		.doit		= porch_nl_element_get_doit,
		.dumpit		= porch_nl_element_get_dumpit,
		.policy		= porch_element_get_nl_policy,
		.maxattr	= PORCH_A_ELEMENT_PORT,
	},
	{
		.cmd		= PORCH_CMD_TRACK_GET,
		.doit		= porch_nl_track_get_doit,
		.policy		= porch_track_get_nl_policy,
		.maxattr	= PORCH_A_TRACK_PAD,
	},
	{
		.cmd		= PORCH_CMD_TRACK_SET,
		.doit		= porch_nl_track_set_doit,
		.policy		= porch_track_set_nl_policy,
		.maxattr	= PORCH_A_TRACK_STAGED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_FLOW_GET,
		.doit		= porch_nl_flow_get_doit,
		.dumpit		= porch_nl_flow_get_dumpit,
		.policy		= porch_flow_get_nl_policy,
		.maxattr	= PORCH_A_FLOW_ID,
	},
	{
		.cmd		= PORCH_CMD_FLOW_DEL,
		.doit		= porch_nl_flow_del_doit,
		.policy		= porch_flow_del_nl_policy,
		.maxattr	= PORCH_A_FLOW_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_EXPLAIN,
		.doit		= porch_nl_explain_doit,
		.policy		= porch_explain_nl_policy,
		.maxattr	= PORCH_A_EXPLAIN_OUT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_TXN_BEGIN,
		.doit		= porch_nl_txn_begin_doit,
		.policy		= porch_txn_begin_nl_policy,
		.maxattr	= PORCH_A_TXN_PAD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_TXN_COMMIT,
		.doit		= porch_nl_txn_commit_doit,
		.policy		= porch_txn_commit_nl_policy,
		.maxattr	= PORCH_A_TXN_CHECK,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= PORCH_CMD_TXN_ABORT,
		.doit		= porch_nl_txn_abort_doit,
		.policy		= porch_txn_abort_nl_policy,
		.maxattr	= PORCH_A_TXN_PAD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group porch_nl_mcgrps[] = {
	[PORCH_NLGRP_CONFIG] = { "config", },
};
