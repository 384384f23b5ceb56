// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/porch.h>

#include "kselftest.h"

#include "ops.h"
#include "scene.h"

#define IFINDEX		{ "ifindex", PORCH_A_PORT_IFINDEX, U32, 1, 0x7fffffff, true }
#define DST		{ "dst", PORCH_A_ROUTE_DST, ADDRESS, .required = true }
#define PREFIX_LEN	{ "prefix-len", PORCH_A_ROUTE_PREFIX_LEN, U8, 0, 128, true }
#define TYPE		{ "type", PORCH_A_ROUTE_TYPE, U8, 0, 3 }
#define GATEWAY		{ "gateway", PORCH_A_ROUTE_GATEWAY, ADDRESS, .bound = true }
#define CHAIN_NAME	{ "name", PORCH_A_CHAIN_NAME, STRING, 0, 31, true }
#define RULE_CHAIN	{ "chain", PORCH_A_RULE_CHAIN, STRING, 0, 31, true }
#define RULE_HANDLE	{ "handle", PORCH_A_RULE_HANDLE, U32, 1, UINT32_MAX }
#define OIF		{ "oif", PORCH_A_ROUTE_OIF, U32, 1, 0x7fffffff, .bound = true }
#define CLASS_DEV	{ "ifindex", PORCH_A_CLASS_IFINDEX, U32, 1, 0x7fffffff, true }
#define CLASS_ID	{ "id", PORCH_A_CLASS_ID, U32, 1, PORCH_CLASS_ID_MAX, true }
#define CLASS_VALUES							\
	{ "prio", PORCH_A_CLASS_PRIO, U8, 0, 7 },			\
	{ "rate", PORCH_A_CLASS_RATE, U64, 0, 125000000000 },		\
	{ "burst", PORCH_A_CLASS_BURST, U32, 0, 1000000000 },		\
	{ "ceil", PORCH_A_CLASS_CEIL, U64, 0, 125000000000 },		\
	{ "ceil-burst", PORCH_A_CLASS_CEIL_BURST, U32, 0, 1000000000 },	\
	{ "quantum", PORCH_A_CLASS_QUANTUM, U32, 1000, 10000000 },	\
	{ "default", PORCH_A_CLASS_DEFAULT, FLAG },			\
	{ "delay", PORCH_A_CLASS_DELAY, U32, 0, 60000000 },		\
	{ "limit", PORCH_A_CLASS_LIMIT, U32, 1, 1000000 },		\
	{ "flows", PORCH_A_CLASS_FLOWS, U32, 1, 65536 },		\
	{ "target", PORCH_A_CLASS_TARGET, U32, 0, 1000000 },		\
	{ "interval", PORCH_A_CLASS_INTERVAL, U32, 0, 4000000 },	\
	{ "ecn", PORCH_A_CLASS_ECN, U8, 0, 1 }
#define CLASS_SHARE	"prio=1 rate=1000 burst=1 ceil=2000 ceil-burst=1 quantum=1000 default "
#define CLASS_QUEUE	"delay=1 limit=1 flows=1 target=1 interval=100 ecn=0"
#define CLASS_STAGED	{ "staged", PORCH_A_CLASS_STAGED, FLAG }
#define PORT_STAGED	{ "staged", PORCH_A_PORT_STAGED, FLAG }
#define ROUTE_STAGED	{ "staged", PORCH_A_ROUTE_STAGED, FLAG }
#define TABLE		{ "table", PORCH_A_ROUTE_TABLE, U32, 1, UINT32_MAX }
#define PREF		{ "pref", PORCH_A_ROUTE_RULE_PREF, U32, 0, UINT32_MAX, true }
#define WAY_STAGED	{ "staged", PORCH_A_ROUTE_RULE_STAGED, FLAG }
#define LANE_PREF	{ "pref", PORCH_A_LANE_PREF, U32, 0, UINT32_MAX, true }
#define LANE_PORTS	"sport=1 sport-max=2 dport=3 dport-max=4"
#define BUDGETS		"budget=100 control-budget=10 budget-burst=20 lane-defaults=1"
#define LANE_STAGED	{ "staged", PORCH_A_LANE_STAGED, FLAG }
#define CHAIN_STAGED	{ "staged", PORCH_A_CHAIN_STAGED, FLAG }
#define SET_NAME	{ "name", PORCH_A_SET_NAME, STRING, 0, 31, true }
#define ELEMENT_SET	{ "set", PORCH_A_ELEMENT_SET, STRING, 0, 31, true }
#define ELEMENT_ADDR	{ "addr", PORCH_A_ELEMENT_ADDR, ADDRESS, .required = true }
#define ELEMENT_LEN	{ "prefix-len", PORCH_A_ELEMENT_PREFIX_LEN, U8, 0, 128, .bound = true }
#define ELEMENT_PORT	{ "port", PORCH_A_ELEMENT_PORT, U16, 0, 65535, .bound = true }
#define SET_STAGED	{ "staged", PORCH_A_SET_STAGED, FLAG }
#define ELEMENT_STAGED	{ "staged", PORCH_A_ELEMENT_STAGED, FLAG }
#define RULE_STAGED	{ "staged", PORCH_A_RULE_STAGED, FLAG }

/* All that goes together; the action is a reset. */
#define RULE_EXAMPLE	"chain=forward before=1 in=" PORT " out=" OTHER_PORT		\
			" src=10.0.0.0 src-len=8 dst=10.1.0.0 dst-len=16 proto=6 "	\
			"src-set=hosts dst-set=web "					\
			"sport=1 sport-max=2 dport=3 dport-max=4 "			\
			"tcp-flags=2 tcp-mask=18 dscp=46 length=40 length-max=1500 "	\
			"mark=1 mark-mask=255 limit=10 limit-period=60 limit-burst=20 "	\
			"count log log-prefix=word set-mark=2 set-mark-mask=255 "	\
			"set-dscp=8 class=7 action=3 reject-with=2"

/* UDP from 10.0.0.9 to 10.1.2.3 */
#define PACKET		"4500001c00000000401164c50a0000090a010203" \
			"1000200000080000"

const struct op ops[] = {
	{ "status-get", PORCH_CMD_STATUS_GET, .last = PORCH_A_STATUS_MAX, .example = "" },
	{ "port-add", PORCH_CMD_PORT_ADD, .admin = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" NO_PORT " hook=2 force vrf=65535",
	  .attrs = {
		IFINDEX,
		{ "hook", PORCH_A_PORT_HOOK, U8, 0, 2 },
		{ "force", PORCH_A_PORT_FORCE, FLAG },
		{ "vrf", PORCH_A_PORT_VRF, U32, 1, 65535 },
		PORT_STAGED,
	  } },
	{ "port-del", PORCH_CMD_PORT_DEL, .admin = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" OTHER_PORT, .attrs = { IFINDEX, PORT_STAGED } },
	{ "port-get", PORCH_CMD_PORT_GET, .dump = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" PORT, .attrs = { IFINDEX } },
	{ "route-add", PORCH_CMD_ROUTE_ADD, .admin = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.9.0.0 prefix-len=16 type=0 gateway=10.0.0.9 oif=" PORT
		     " onlink replace table=7",
	  .attrs = {
		DST, PREFIX_LEN, TYPE, GATEWAY, OIF, TABLE,
		{ "onlink", PORCH_A_ROUTE_ONLINK, FLAG },
		{ "replace", PORCH_A_ROUTE_REPLACE, FLAG },
		{ "nexthops", PORCH_A_ROUTE_NEXTHOPS, NEXTHOPS },
		ROUTE_STAGED,
	  } },
	{ "route-del", PORCH_CMD_ROUTE_DEL, .admin = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.2.0.0 prefix-len=16 type=0 gateway=10.0.0.2 oif=" PORT
		     " table=254",
	  .attrs = { DST, PREFIX_LEN, TYPE, GATEWAY, OIF, TABLE, ROUTE_STAGED } },
	{ "route-get", PORCH_CMD_ROUTE_GET, .dump = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.1.2.3 table=254 src=10.0.0.9 iif=" PORT " mark=1",
	  .attrs = {
		DST, TABLE,
		{ "src", PORCH_A_ROUTE_SRC, ADDRESS },
		{ "iif", PORCH_A_ROUTE_IIF, U32, 1, 0x7fffffff },
		{ "mark", PORCH_A_ROUTE_MARK, U32, 0, UINT32_MAX },
	  } },
	{ "route-rule-add", PORCH_CMD_ROUTE_RULE_ADD, .admin = true,
	  .last = PORCH_A_ROUTE_RULE_MAX,
	  .example = "pref=7 table=9 src=10.9.0.0 src-len=16 iif=" PORT " mark=1 mask=255",
	  .attrs = {
		PREF,
		{ "table", PORCH_A_ROUTE_RULE_TABLE, U32, 1, UINT32_MAX, true },
		{ "src", PORCH_A_ROUTE_RULE_SRC, ADDRESS, .bound = true },
		{ "src-len", PORCH_A_ROUTE_RULE_SRC_LEN, U8, 0, 128 },
		{ "iif", PORCH_A_ROUTE_RULE_IIF, U32, 1, 0x7fffffff },
		{ "mark", PORCH_A_ROUTE_RULE_MARK, U32, 0, UINT32_MAX, .bound = true },
		{ "mask", PORCH_A_ROUTE_RULE_MASK, U32, 0, UINT32_MAX },
		WAY_STAGED,
	  } },
	{ "route-rule-del", PORCH_CMD_ROUTE_RULE_DEL, .admin = true,
	  .last = PORCH_A_ROUTE_RULE_MAX, .example = "pref=101", .attrs = { PREF, WAY_STAGED } },
	{ "route-rule-get", PORCH_CMD_ROUTE_RULE_GET, .dump = true,
	  .last = PORCH_A_ROUTE_RULE_MAX, .example = "pref=100", .attrs = { PREF } },
	{ "chain-add", PORCH_CMD_CHAIN_ADD, .admin = true, .last = PORCH_A_CHAIN_MAX,
	  .example = "name=new",
	  .attrs = { { "name", PORCH_A_CHAIN_NAME, STRING, 0, 31, true, .names = true },
		     CHAIN_STAGED } },
	{ "chain-del", PORCH_CMD_CHAIN_DEL, .admin = true, .last = PORCH_A_CHAIN_MAX,
	  .example = "name=empty", .attrs = { CHAIN_NAME, CHAIN_STAGED } },
	{ "chain-set", PORCH_CMD_CHAIN_SET, .admin = true, .last = PORCH_A_CHAIN_MAX,
	  .example = "name=input policy=1",
	  .attrs = { CHAIN_NAME, { "policy", PORCH_A_CHAIN_POLICY, U8, 0, 1, true },
		     CHAIN_STAGED } },
	{ "chain-get", PORCH_CMD_CHAIN_GET, .dump = true, .last = PORCH_A_CHAIN_MAX,
	  .example = "name=input", .attrs = { CHAIN_NAME } },
	{ "rule-add", PORCH_CMD_RULE_ADD, .admin = true, .last = PORCH_A_RULE_MAX,
	  .example = RULE_EXAMPLE,
	  .attrs = {
		RULE_CHAIN,
		{ "before", PORCH_A_RULE_BEFORE, U32, 1, UINT32_MAX },
		{ "in", PORCH_A_RULE_IN, U32, 1, 0x7fffffff },
		{ "out", PORCH_A_RULE_OUT, U32, 1, 0x7fffffff },
		{ "src", PORCH_A_RULE_SRC, ADDRESS, .bound = true },
		{ "src-len", PORCH_A_RULE_SRC_LEN, U8, 0, 128 },
		{ "dst", PORCH_A_RULE_DST, ADDRESS, .bound = true },
		{ "dst-len", PORCH_A_RULE_DST_LEN, U8, 0, 128 },
		{ "src-set", PORCH_A_RULE_SRC_SET, STRING, 0, 31 },
		{ "dst-set", PORCH_A_RULE_DST_SET, STRING, 0, 31 },
		{ "proto", PORCH_A_RULE_PROTO, U8, 0, 255, .bound = true },
		{ "sport", PORCH_A_RULE_SPORT, U16, 0, 65535, .bound = true },
		{ "sport-max", PORCH_A_RULE_SPORT_MAX, U16, 0, 65535 },
		{ "dport", PORCH_A_RULE_DPORT, U16, 0, 65535, .bound = true },
		{ "dport-max", PORCH_A_RULE_DPORT_MAX, U16, 0, 65535 },
		{ "tcp-flags", PORCH_A_RULE_TCP_FLAGS, U8, 0, 255, .bound = true },
		{ "tcp-mask", PORCH_A_RULE_TCP_MASK, U8, 0, 255, .bound = true },
		{ "icmp-type", PORCH_A_RULE_ICMP_TYPE, U8, 0, 255 },
		{ "icmp-code", PORCH_A_RULE_ICMP_CODE, U8, 0, 255 },
		{ "dscp", PORCH_A_RULE_DSCP, U8, 0, 63 },
		{ "length", PORCH_A_RULE_LENGTH, U32, 0, UINT32_MAX, .bound = true },
		{ "length-max", PORCH_A_RULE_LENGTH_MAX, U32, 0, UINT32_MAX },
		{ "mark", PORCH_A_RULE_MARK, U32, 0, UINT32_MAX, .bound = true },
		{ "mark-mask", PORCH_A_RULE_MARK_MASK, U32, 0, UINT32_MAX },
		{ "state", PORCH_A_RULE_STATE, U8, 1, 15 },
		{ "limit", PORCH_A_RULE_LIMIT, U32, 1, 1000000, .bound = true },
		{ "limit-period", PORCH_A_RULE_LIMIT_PERIOD, U32, 1, 86400 },
		{ "limit-burst", PORCH_A_RULE_LIMIT_BURST, U32, 1, 10000 },
		{ "count", PORCH_A_RULE_COUNT, FLAG },
		{ "log", PORCH_A_RULE_LOG, FLAG, .bound = true },
		{ "log-prefix", PORCH_A_RULE_LOG_PREFIX, STRING, 0, 31, .names = true },
		{ "set-mark", PORCH_A_RULE_SET_MARK, U32, 0, UINT32_MAX, .bound = true },
		{ "set-mark-mask", PORCH_A_RULE_SET_MARK_MASK, U32, 0, UINT32_MAX },
		{ "set-dscp", PORCH_A_RULE_SET_DSCP, U8, 0, 63 },
		{ "class", PORCH_A_RULE_CLASS, U16, 1, 65535 },
		{ "nat", PORCH_A_RULE_NAT, U8, 0, 4 },
		{ "nat-addr", PORCH_A_RULE_NAT_ADDR, ADDRESS },
		{ "nat-addr-max", PORCH_A_RULE_NAT_ADDR_MAX, ADDRESS },
		{ "nat-port", PORCH_A_RULE_NAT_PORT, U16, 1, 65535 },
		{ "nat-port-max", PORCH_A_RULE_NAT_PORT_MAX, U16, 1, 65535 },
		{ "action", PORCH_A_RULE_ACTION, U8, 0, 7, .bound = true },
		{ "reject-with", PORCH_A_RULE_REJECT_WITH, U8, 0, 2 },
		{ "jump", PORCH_A_RULE_JUMP, STRING, 0, 31 },
		{ "queue", PORCH_A_RULE_QUEUE, U16, 0, 65535 },
		{ "bypass", PORCH_A_RULE_BYPASS, FLAG },
		RULE_STAGED,
	  } },
	{ "rule-del", PORCH_CMD_RULE_DEL, .admin = true, .last = PORCH_A_RULE_MAX,
	  .example = "chain=forward handle=2", .attrs = { RULE_CHAIN, RULE_HANDLE, RULE_STAGED } },
	{ "rule-get", PORCH_CMD_RULE_GET, .dump = true, .last = PORCH_A_RULE_MAX,
	  .example = "handle=1",
	  .attrs = { { "handle", PORCH_A_RULE_HANDLE, U32, 1, UINT32_MAX, true } } },
	{ "track-get", PORCH_CMD_TRACK_GET, .last = PORCH_A_TRACK_MAX, .example = "" },
	{ "track-set", PORCH_CMD_TRACK_SET, .admin = true, .last = PORCH_A_TRACK_MAX,
	  .example = "flows=100 loose=0 established=7440 udp=5",
	  .attrs = {
		{ "flows", PORCH_A_TRACK_FLOWS, U32, 1, 16777216 },
		{ "loose", PORCH_A_TRACK_LOOSE, U8, 0, 1 },
		{ "syn-sent", PORCH_A_TRACK_SYN_SENT, U32, 1, 31536000 },
		{ "syn-sent2", PORCH_A_TRACK_SYN_SENT2, U32, 1, 31536000 },
		{ "syn-recv", PORCH_A_TRACK_SYN_RECV, U32, 1, 31536000 },
		{ "picked-up", PORCH_A_TRACK_PICKED_UP, U32, 1, 31536000 },
		{ "established", PORCH_A_TRACK_ESTABLISHED, U32, 1, 31536000 },
		{ "fin-wait", PORCH_A_TRACK_FIN_WAIT, U32, 1, 31536000 },
		{ "close-wait", PORCH_A_TRACK_CLOSE_WAIT, U32, 1, 31536000 },
		{ "last-ack", PORCH_A_TRACK_LAST_ACK, U32, 1, 31536000 },
		{ "time-wait", PORCH_A_TRACK_TIME_WAIT, U32, 1, 31536000 },
		{ "close", PORCH_A_TRACK_CLOSE, U32, 1, 31536000 },
		{ "udp", PORCH_A_TRACK_UDP, U32, 1, 31536000 },
		{ "udp-replied", PORCH_A_TRACK_UDP_REPLIED, U32, 1, 31536000 },
		{ "udp-stream", PORCH_A_TRACK_UDP_STREAM, U32, 1, 31536000 },
		{ "icmp", PORCH_A_TRACK_ICMP, U32, 1, 31536000 },
		{ "other", PORCH_A_TRACK_OTHER, U32, 1, 31536000 },
		{ "staged", PORCH_A_TRACK_STAGED, FLAG },
	  } },
	{ "flow-get", PORCH_CMD_FLOW_GET, .dump = true, .last = PORCH_A_FLOW_MAX,
	  .example = "id=1", .attrs = { { "id", PORCH_A_FLOW_ID, U64, 0, UINT64_MAX, true } } },
	{ "flow-del", PORCH_CMD_FLOW_DEL, .admin = true, .now = true, .last = PORCH_A_FLOW_MAX,
	  .example = "id=1", .attrs = { { "id", PORCH_A_FLOW_ID, U64, 0, UINT64_MAX } } },
	{ "explain", PORCH_CMD_EXPLAIN, .admin = true, .now = true, .tells = true,
	  .last = PORCH_A_EXPLAIN_MAX,
	  .example = "ifindex=" PORT " packet=" PACKET " length=1000 mark=7 out",
	  .attrs = {
		{ "ifindex", PORCH_A_EXPLAIN_IFINDEX, U32, 1, 0x7fffffff, true },
		{ "packet", PORCH_A_EXPLAIN_PACKET, BYTES, .required = true },
		{ "length", PORCH_A_EXPLAIN_LENGTH, U32, 1, 65535 },
		{ "mark", PORCH_A_EXPLAIN_MARK, U32, 0, UINT32_MAX },
		{ "out", PORCH_A_EXPLAIN_OUT, FLAG },
	  } },
	{ "class-add", PORCH_CMD_CLASS_ADD, .admin = true, .last = PORCH_A_CLASS_MAX,
	  .example = "ifindex=" PORT " id=3 parent=1 " CLASS_SHARE CLASS_QUEUE,
	  .attrs = {
		CLASS_DEV, CLASS_ID,
		{ "parent", PORCH_A_CLASS_PARENT, U32, 0, PORCH_CLASS_ID_MAX },
		CLASS_VALUES, CLASS_STAGED,
	  } },
	{ "class-change", PORCH_CMD_CLASS_CHANGE, .admin = true, .last = PORCH_A_CLASS_MAX,
	  .example = "ifindex=" PORT " id=2 " CLASS_SHARE CLASS_QUEUE,
	  .attrs = { CLASS_DEV, CLASS_ID, CLASS_VALUES, CLASS_STAGED } },
	{ "class-get", PORCH_CMD_CLASS_GET, .dump = true, .last = PORCH_A_CLASS_MAX,
	  .example = "ifindex=" PORT " id=2", .attrs = { CLASS_DEV, CLASS_ID } },
	{ "class-del", PORCH_CMD_CLASS_DEL, .admin = true, .last = PORCH_A_CLASS_MAX,
	  .example = "ifindex=" PORT " id=2",
	  .attrs = {
		CLASS_DEV,
		{ "id", PORCH_A_CLASS_ID, U32, 1, PORCH_CLASS_ID_MAX },
		CLASS_STAGED,
	  } },
	{ "set-add", PORCH_CMD_SET_ADD, .admin = true, .last = PORCH_A_SET_MAX,
	  .example = "name=new type=0",
	  .attrs = { { "name", PORCH_A_SET_NAME, STRING, 0, 31, true, .names = true },
		     { "type", PORCH_A_SET_TYPE, U8, 0, 1, true }, SET_STAGED } },
	{ "set-del", PORCH_CMD_SET_DEL, .admin = true, .last = PORCH_A_SET_MAX,
	  .example = "name=unused", .attrs = { SET_NAME, SET_STAGED } },
	{ "set-get", PORCH_CMD_SET_GET, .dump = true, .last = PORCH_A_SET_MAX,
	  .example = "name=hosts", .attrs = { SET_NAME } },
	{ "element-add", PORCH_CMD_ELEMENT_ADD, .admin = true, .last = PORCH_A_ELEMENT_MAX,
	  .example = "set=web addr=2001:db8::9 prefix-len=128 port=80",
	  .attrs = { ELEMENT_SET, ELEMENT_ADDR, ELEMENT_LEN, ELEMENT_PORT, ELEMENT_STAGED } },
	{ "element-del", PORCH_CMD_ELEMENT_DEL, .admin = true, .last = PORCH_A_ELEMENT_MAX,
	  .example = "set=hosts addr=10.1.0.0 prefix-len=16",
	  .attrs = { ELEMENT_SET, ELEMENT_ADDR, ELEMENT_LEN, ELEMENT_PORT, ELEMENT_STAGED } },
	{ "element-get", PORCH_CMD_ELEMENT_GET, .dump = true, .last = PORCH_A_ELEMENT_MAX,
	  .example = "set=web addr=10.0.0.9 port=443",
	  .attrs = { ELEMENT_SET, ELEMENT_ADDR, ELEMENT_PORT } },
	{ "engine-get", PORCH_CMD_ENGINE_GET, .last = PORCH_A_ENGINE_MAX, .example = "" },
	{ "engine-set", PORCH_CMD_ENGINE_SET, .admin = true, .last = PORCH_A_ENGINE_MAX,
	  .example = "vector=8 time-limit=1000 lane-limit=500 icmp-rate=10 threaded=1 " BUDGETS,
	  .attrs = {
		{ "vector", PORCH_A_ENGINE_VECTOR, U32, 1, 64 },
		{ "time-limit", PORCH_A_ENGINE_TIME_LIMIT, U32, 10, 100000 },
		{ "lane-limit", PORCH_A_ENGINE_LANE_LIMIT, U32, 64, 65536 },
		{ "icmp-rate", PORCH_A_ENGINE_ICMP_RATE, U32, 0, 1000000 },
		{ "staged", PORCH_A_ENGINE_STAGED, FLAG },
		{ "threaded", PORCH_A_ENGINE_THREADED, U8, 0, 1 },
		{ "budget", PORCH_A_ENGINE_BUDGET, U32, 0, 10000000 },
		{ "control-budget", PORCH_A_ENGINE_CONTROL_BUDGET, U32, 0, 10000000 },
		{ "budget-burst", PORCH_A_ENGINE_BUDGET_BURST, U32, 1, 1000000 },
		{ "lane-defaults", PORCH_A_ENGINE_LANE_DEFAULTS, U8, 0, 1 },
	  } },
	{ "lane-add", PORCH_CMD_LANE_ADD, .admin = true, .last = PORCH_A_LANE_MAX,
	  .example = "pref=7 lane=3 in=" PORT " local proto=6 dscp=46 " LANE_PORTS,
	  .attrs = {
		LANE_PREF,
		{ "lane", PORCH_A_LANE_LANE, U8, 0, 3, true },
		{ "in", PORCH_A_LANE_IN, U32, 1, 0x7fffffff },
		{ "local", PORCH_A_LANE_LOCAL, FLAG },
		{ "proto", PORCH_A_LANE_PROTO, U8, 0, 255, .bound = true },
		{ "sport", PORCH_A_LANE_SPORT, U16, 0, 65535, .bound = true },
		{ "sport-max", PORCH_A_LANE_SPORT_MAX, U16, 0, 65535 },
		{ "dport", PORCH_A_LANE_DPORT, U16, 0, 65535, .bound = true },
		{ "dport-max", PORCH_A_LANE_DPORT_MAX, U16, 0, 65535 },
		{ "icmp-type", PORCH_A_LANE_ICMP_TYPE, U8, 0, 255 },
		{ "icmp-type-max", PORCH_A_LANE_ICMP_TYPE_MAX, U8, 0, 255 },
		{ "dscp", PORCH_A_LANE_DSCP, U8, 0, 63 },
		LANE_STAGED,
	  } },
	{ "lane-del", PORCH_CMD_LANE_DEL, .admin = true, .last = PORCH_A_LANE_MAX,
	  .example = "pref=101", .attrs = { LANE_PREF, LANE_STAGED } },
	{ "lane-get", PORCH_CMD_LANE_GET, .dump = true, .last = PORCH_A_LANE_MAX,
	  .example = "pref=100", .attrs = { LANE_PREF } },
	{ "stats-get", PORCH_CMD_STATS_GET, .dump = true, .last = PORCH_A_COUNTER_MAX,
	  .example = "group=2 name=no-route",
	  .attrs = {
		{ "group", PORCH_A_COUNTER_GROUP, U8, 0, 4, true },
		{ "name", PORCH_A_COUNTER_NAME, STRING, 0, 31, true },
	  } },
	{ "ledger-get", PORCH_CMD_LEDGER_GET, .last = PORCH_A_LEDGER_MAX,
	  .example = "sync",
	  .attrs = {
		{ "sync", PORCH_A_LEDGER_SYNC, FLAG },
	  } },
	{ "txn-begin", PORCH_CMD_TXN_BEGIN, .admin = true, .txn = true,
	  .last = PORCH_A_TXN_MAX, .example = "" },
	{ "txn-commit", PORCH_CMD_TXN_COMMIT, .admin = true, .txn = true,
	  .last = PORCH_A_TXN_MAX, .example = "operations=0",
	  .attrs = {
		{ "generation", PORCH_A_TXN_GENERATION, U32, 0, UINT32_MAX },
		{ "operations", PORCH_A_TXN_OPERATIONS, U32, 0, PORCH_TXN_MAX_OPS, true },
		{ "check", PORCH_A_TXN_CHECK, FLAG },
	  } },
	{ "txn-abort", PORCH_CMD_TXN_ABORT, .admin = true, .txn = true,
	  .last = PORCH_A_TXN_MAX, .example = "" },
};

const int op_count = ARRAY_SIZE(ops);

const struct op *op_find(uint8_t cmd)
{
	int i;

	for (i = 0; i < op_count; i++)
		if (ops[i].cmd == cmd)
			return &ops[i];
	return NULL;
}

/* Events have commands, too, but nobody can ask for them. */
bool op_is_event(uint8_t cmd)
{
	return cmd >= PORCH_CMD_PORT_ADDED && cmd <= PORCH_CMD_COMMITTED;
}

const struct attr *op_attr(const struct op *op, uint16_t nr)
{
	const struct attr *attr;

	for (attr = op->attrs; attr->name; attr++)
		if (attr->nr == nr)
			return attr;
	return NULL;
}

static void set_number(struct item *item, uint16_t len, const char *value)
{
	uint64_t number = strtoull(value, NULL, 10);

	item->len = len;
	memcpy(item->value, &number, len);	/* the machine is little-endian */
}

static void set_address(struct item *item, const char *value)
{
	item->len = strchr(value, ':') ? 16 : 4;
	inet_pton(strchr(value, ':') ? AF_INET6 : AF_INET, value, item->value);
}

static void set_bytes(struct item *item, const char *value)
{
	for (; sscanf(value, "%2hhx", &item->value[item->len]) == 1; value += 2)
		item->len++;
}

static void append(struct item *item, uint16_t type, const void *value, uint16_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	memcpy(item->value + item->len, &attr, sizeof(attr));
	memcpy(item->value + item->len + NLA_HDRLEN, value, len);
	item->len += NLA_ALIGN(attr.nla_len);
}

static void set_nexthops(struct item *item, const char *value)
{
	char copy[256], *rest = copy, *hop, *addr, *oif, *weight;

	snprintf(copy, sizeof(copy), "%s", value);
	item->type |= NLA_F_NESTED;
	while ((hop = strsep(&rest, "+"))) {
		struct item one = {}, gateway = {};

		addr = strsep(&hop, "/");
		oif = strsep(&hop, "/");
		weight = hop;
		if (*addr) {
			set_address(&gateway, addr);
			append(&one, PORCH_A_NEXTHOP_GATEWAY, gateway.value, gateway.len);
		}
		if (oif && *oif)
			append(&one, PORCH_A_NEXTHOP_OIF, &(uint32_t) { atoi(oif) }, 4);
		if (weight)
			append(&one, PORCH_A_NEXTHOP_WEIGHT, &(uint8_t) { atoi(weight) }, 1);
		append(item, PORCH_A_NEXTHOPS_NEXTHOP | NLA_F_NESTED, one.value, one.len);
	}
}

static void set_value(struct item *item, enum kind kind, const char *value)
{
	switch (kind) {
	case U8:
		set_number(item, 1, value);
		break;
	case U16:
		set_number(item, 2, value);
		break;
	case U32:
		set_number(item, 4, value);
		break;
	case U64:
		set_number(item, 8, value);
		break;
	case STRING:
		item->len = strlen(value) + 1;
		memcpy(item->value, value, item->len);
		break;
	case ADDRESS:
		set_address(item, value);
		break;
	case BYTES:
		set_bytes(item, value);
		break;
	case NEXTHOPS:
		set_nexthops(item, value);
		break;
	case FLAG:
	case NONE:
		break;
	}
}

static void put(struct request *request, const struct op *op, const char *name, const char *value)
{
	const struct attr *attr;
	bool flag;

	for (attr = op->attrs; attr->name; attr++)
		if (!strcmp(attr->name, name))
			break;
	flag = attr->kind == FLAG;
	if (!attr->name || !value != flag) {
		fprintf(stderr, "# %s takes no %s\n", op->name, name);
		exit(1);
	}
	request->items[request->count].type = attr->nr;
	set_value(&request->items[request->count++], attr->kind, value);
}

struct request op_request(const struct op *op, const char *text)
{
	struct request request = {
		.cmd = op->cmd,
		.version = PORCH_FAMILY_VERSION,
		.flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	char copy[1024], *rest = copy, *word, *value;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		put(&request, op, word, value);
	}
	return request;
}

struct request op_example(const struct op *op)
{
	return op_request(op, op->example);
}
