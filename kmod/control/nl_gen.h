/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/porch.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_PORCH_GEN_H
#define _LINUX_PORCH_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/porch.h>

/* Common nested types */
extern const struct nla_policy porch_nexthop_nl_policy[PORCH_A_NEXTHOP_FAILED + 1];
extern const struct nla_policy porch_nexthops_nl_policy[PORCH_A_NEXTHOPS_NEXTHOP + 1];

extern const struct nla_policy porch_status_get_nl_policy[PORCH_A_STATUS_PAD + 1];

extern const struct nla_policy porch_port_add_nl_policy[PORCH_A_PORT_VRF + 1];

extern const struct nla_policy porch_port_del_nl_policy[PORCH_A_PORT_STAGED + 1];

extern const struct nla_policy porch_port_get_nl_policy[PORCH_A_PORT_IFINDEX + 1];

extern const struct nla_policy porch_route_add_nl_policy[PORCH_A_ROUTE_NEXTHOPS + 1];

extern const struct nla_policy porch_route_del_nl_policy[PORCH_A_ROUTE_TABLE + 1];

extern const struct nla_policy porch_route_get_nl_policy[PORCH_A_ROUTE_MARK + 1];

extern const struct nla_policy porch_route_rule_add_nl_policy[PORCH_A_ROUTE_RULE_STAGED + 1];

extern const struct nla_policy porch_route_rule_del_nl_policy[PORCH_A_ROUTE_RULE_STAGED + 1];

extern const struct nla_policy porch_route_rule_get_nl_policy[PORCH_A_ROUTE_RULE_PREF + 1];

extern const struct nla_policy porch_class_add_nl_policy[PORCH_A_CLASS_STAGED + 1];

extern const struct nla_policy porch_class_change_nl_policy[PORCH_A_CLASS_STAGED + 1];

extern const struct nla_policy porch_class_del_nl_policy[PORCH_A_CLASS_STAGED + 1];

extern const struct nla_policy porch_class_get_nl_policy[PORCH_A_CLASS_ID + 1];

extern const struct nla_policy porch_engine_get_nl_policy[PORCH_A_ENGINE_PAD + 1];

extern const struct nla_policy porch_engine_set_nl_policy[PORCH_A_ENGINE_LANE_DEFAULTS + 1];

extern const struct nla_policy porch_lane_add_nl_policy[PORCH_A_LANE_STAGED + 1];

extern const struct nla_policy porch_lane_del_nl_policy[PORCH_A_LANE_STAGED + 1];

extern const struct nla_policy porch_lane_get_nl_policy[PORCH_A_LANE_PREF + 1];

extern const struct nla_policy porch_stats_get_nl_policy[PORCH_A_COUNTER_NAME + 1];

extern const struct nla_policy porch_ledger_get_nl_policy[PORCH_A_LEDGER_SYNC + 1];

extern const struct nla_policy porch_chain_add_nl_policy[PORCH_A_CHAIN_STAGED + 1];

extern const struct nla_policy porch_chain_del_nl_policy[PORCH_A_CHAIN_STAGED + 1];

extern const struct nla_policy porch_chain_set_nl_policy[PORCH_A_CHAIN_STAGED + 1];

extern const struct nla_policy porch_chain_get_nl_policy[PORCH_A_CHAIN_NAME + 1];

extern const struct nla_policy porch_rule_add_nl_policy[PORCH_A_RULE_STAGED + 1];

extern const struct nla_policy porch_rule_del_nl_policy[PORCH_A_RULE_STAGED + 1];

extern const struct nla_policy porch_rule_get_nl_policy[PORCH_A_RULE_HANDLE + 1];

extern const struct nla_policy porch_set_add_nl_policy[PORCH_A_SET_STAGED + 1];

extern const struct nla_policy porch_set_del_nl_policy[PORCH_A_SET_STAGED + 1];

extern const struct nla_policy porch_set_get_nl_policy[PORCH_A_SET_NAME + 1];

extern const struct nla_policy porch_element_add_nl_policy[PORCH_A_ELEMENT_STAGED + 1];

extern const struct nla_policy porch_element_del_nl_policy[PORCH_A_ELEMENT_STAGED + 1];

extern const struct nla_policy porch_element_get_nl_policy[PORCH_A_ELEMENT_PORT + 1];

extern const struct nla_policy porch_track_get_nl_policy[PORCH_A_TRACK_PAD + 1];

extern const struct nla_policy porch_track_set_nl_policy[PORCH_A_TRACK_STAGED + 1];

extern const struct nla_policy porch_flow_get_nl_policy[PORCH_A_FLOW_ID + 1];

extern const struct nla_policy porch_flow_del_nl_policy[PORCH_A_FLOW_ID + 1];

extern const struct nla_policy porch_explain_nl_policy[PORCH_A_EXPLAIN_OUT + 1];

extern const struct nla_policy porch_txn_begin_nl_policy[PORCH_A_TXN_PAD + 1];

extern const struct nla_policy porch_txn_commit_nl_policy[PORCH_A_TXN_CHECK + 1];

extern const struct nla_policy porch_txn_abort_nl_policy[PORCH_A_TXN_PAD + 1];

/* Ops table for porch */
extern const struct genl_ops porch_nl_ops[42];

int porch_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_route_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_route_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_route_rule_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int porch_nl_class_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_class_change_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_class_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_class_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_engine_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_engine_set_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_lane_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_lane_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_lane_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_lane_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_ledger_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_chain_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_chain_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_chain_set_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_chain_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_chain_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_set_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_set_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_set_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_element_add_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_element_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_element_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_element_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int porch_nl_track_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_track_set_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int porch_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_explain_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info);
int porch_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	PORCH_NLGRP_CONFIG,
};

#endif /* _LINUX_PORCH_GEN_H */
