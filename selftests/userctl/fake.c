// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel with a porch family, linked into porchctl in the place of the real
 * one. It writes each request in words into the file $FAKE_LOG and has the same
 * answer for all requests of a command; $FAKE_REFUSE makes it refuse with an
 * extended ack that blames the first attribute, and has the cookie $FAKE_COOKIE
 * if there is one. $FAKE_REFUSE_AT is the number of the one request to refuse,
 * $FAKE_STALE how many commits meet another generation before one does not.
 * $FAKE_QDISC makes it refuse qdiscs. $FAKE_DEVICE is the device of the first port
 * and of the routes, $FAKE_INDEX its number.
 */
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/porch.h>
#include <linux/rtnetlink.h>

#include "attrs.h"
#include "wrap.h"

#define FAMILY 0x30

static const struct command {
	const char *name;
	const struct attr_set *set;
} commands[PORCH_CMD_MAX + 1] = {
	[PORCH_CMD_STATUS_GET]	= { "status-get", &status_attrs },
	[PORCH_CMD_PORT_ADD]	= { "port-add", &port_attrs },
	[PORCH_CMD_PORT_DEL]	= { "port-del", &port_attrs },
	[PORCH_CMD_PORT_GET]	= { "port-get", &port_attrs },
	[PORCH_CMD_ROUTE_ADD]	= { "route-add", &route_attrs },
	[PORCH_CMD_ROUTE_DEL]	= { "route-del", &route_attrs },
	[PORCH_CMD_ROUTE_GET]	= { "route-get", &route_attrs },
	[PORCH_CMD_ROUTE_RULE_ADD] = { "route-rule-add", &route_rule_attrs },
	[PORCH_CMD_ROUTE_RULE_DEL] = { "route-rule-del", &route_rule_attrs },
	[PORCH_CMD_ROUTE_RULE_GET] = { "route-rule-get", &route_rule_attrs },
	[PORCH_CMD_CHAIN_ADD]	= { "chain-add", &chain_attrs },
	[PORCH_CMD_CHAIN_DEL]	= { "chain-del", &chain_attrs },
	[PORCH_CMD_CHAIN_SET]	= { "chain-set", &chain_attrs },
	[PORCH_CMD_CHAIN_GET]	= { "chain-get", &chain_attrs },
	[PORCH_CMD_RULE_ADD]	= { "rule-add", &rule_attrs },
	[PORCH_CMD_RULE_DEL]	= { "rule-del", &rule_attrs },
	[PORCH_CMD_RULE_GET]	= { "rule-get", &rule_attrs },
	[PORCH_CMD_TRACK_GET]	= { "track-get", &track_attrs },
	[PORCH_CMD_TRACK_SET]	= { "track-set", &track_attrs },
	[PORCH_CMD_FLOW_GET]	= { "flow-get", &flow_attrs },
	[PORCH_CMD_FLOW_DEL]	= { "flow-del", &flow_attrs },
	[PORCH_CMD_EXPLAIN]	= { "explain", &explain_attrs },
	[PORCH_CMD_CLASS_ADD]	= { "class-add", &class_attrs },
	[PORCH_CMD_CLASS_CHANGE] = { "class-change", &class_attrs },
	[PORCH_CMD_CLASS_DEL]	= { "class-del", &class_attrs },
	[PORCH_CMD_CLASS_GET]	= { "class-get", &class_attrs },
	[PORCH_CMD_SET_ADD]	= { "set-add", &set_attrs },
	[PORCH_CMD_SET_DEL]	= { "set-del", &set_attrs },
	[PORCH_CMD_SET_GET]	= { "set-get", &set_attrs },
	[PORCH_CMD_ELEMENT_ADD]	= { "element-add", &element_attrs },
	[PORCH_CMD_ELEMENT_DEL]	= { "element-del", &element_attrs },
	[PORCH_CMD_ELEMENT_GET]	= { "element-get", &element_attrs },
	[PORCH_CMD_LANE_ADD]	= { "lane-add", &lane_attrs },
	[PORCH_CMD_LANE_DEL]	= { "lane-del", &lane_attrs },
	[PORCH_CMD_LANE_GET]	= { "lane-get", &lane_attrs },
	[PORCH_CMD_ENGINE_GET]	= { "engine-get", &engine_attrs },
	[PORCH_CMD_ENGINE_SET]	= { "engine-set", &engine_attrs },
	[PORCH_CMD_STATS_GET]	= { "stats-get", &counter_attrs },
	[PORCH_CMD_LEDGER_GET]	= { "ledger-get", &ledger_attrs },
	[PORCH_CMD_TXN_BEGIN]	= { "txn-begin", &txn_attrs },
	[PORCH_CMD_TXN_COMMIT]	= { "txn-commit", &txn_attrs },
	[PORCH_CMD_TXN_ABORT]	= { "txn-abort", &txn_attrs },
};

static struct {
	struct nlmsghdr hdr;
	struct genlmsghdr genl;
} request;

static bool stale;
static char reply[8192];
static size_t reply_len;
static uint32_t portid;

static void log_request(const struct nlmsghdr *nlh, const struct command *command)
{
	FILE *log = fopen(getenv("FAKE_LOG") ?: "/dev/null", "a");
	const struct nlattr *attr;
	uint16_t i;

	fprintf(log, "%s %x", command->name, nlh->nlmsg_flags);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		const uint8_t *data = mnl_attr_get_payload(attr);

		fprintf(log, " %s", command->set->defs[mnl_attr_get_type(attr)].name);
		for (i = 0; i < mnl_attr_get_payload_len(attr); i++)
			fprintf(log, "%s%02x", i ? "" : "=", data[i]);
	}
	fprintf(log, "\n");
	fclose(log);
}

static void log_qdisc(const struct nlmsghdr *nlh)
{
	FILE *log = fopen(getenv("FAKE_LOG") ?: "/dev/null", "a");
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);

	fprintf(log, "qdisc-%s %x ifindex=%d\n", nlh->nlmsg_type == RTM_NEWQDISC ? "new" : "del",
		nlh->nlmsg_flags, tcm->tcm_ifindex);
	fclose(log);
}

static struct nlmsghdr *begin(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(reply + reply_len);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request.hdr.nlmsg_seq;
	nlh->nlmsg_pid = portid;
	return nlh;
}

static void end(struct nlmsghdr *nlh)
{
	reply_len += MNL_ALIGN(nlh->nlmsg_len);
}

static struct nlmsghdr *begin_message(void)
{
	bool dump = (request.hdr.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	struct nlmsghdr *nlh = begin(request.hdr.nlmsg_type, dump ? NLM_F_MULTI : 0);

	mnl_nlmsg_put_extra_header(nlh, GENL_HDRLEN);
	return nlh;
}

/* The device of the first port and the routes */
static const char *device(void)
{
	return getenv("FAKE_DEVICE") ?: "eth0";
}

static uint32_t device_index(void)
{
	const char *index = getenv("FAKE_INDEX");

	if (index)
		return atoi(index);
	return getenv("FAKE_DEVICE") ? if_nametoindex(device()) : 2;
}

static void put_port(uint32_t ifindex, const char *ifname, uint64_t count)
{
	struct nlmsghdr *nlh = begin_message();
	uint16_t attr;

	mnl_attr_put_u32(nlh, PORCH_A_PORT_IFINDEX, ifindex);
	mnl_attr_put_strz(nlh, PORCH_A_PORT_IFNAME, ifname);
	mnl_attr_put_u8(nlh, PORCH_A_PORT_HOOK, count ? PORCH_PORT_HOOK_RX : PORCH_PORT_HOOK_NF);
	if (!count)
		mnl_attr_put_u32(nlh, PORCH_A_PORT_VRF, 7);
	for (attr = PORCH_A_PORT_RX_PACKETS; attr <= PORCH_A_PORT_DROPS; attr++)
		mnl_attr_put_u64(nlh, attr, count * attr);
	end(nlh);
}

static void put_route(uint8_t type, size_t size, const char *dst, uint8_t len, const char *gateway,
		      uint16_t flag)
{
	struct nlmsghdr *nlh = begin_message();

	mnl_attr_put(nlh, PORCH_A_ROUTE_DST, size, dst);
	mnl_attr_put_u8(nlh, PORCH_A_ROUTE_PREFIX_LEN, len);
	mnl_attr_put_u8(nlh, PORCH_A_ROUTE_TYPE, type);
	if (gateway)
		mnl_attr_put(nlh, PORCH_A_ROUTE_GATEWAY, size, gateway);
	if (type == PORCH_ROUTE_TYPE_UNICAST) {
		mnl_attr_put_u32(nlh, PORCH_A_ROUTE_OIF, device_index());
		mnl_attr_put_strz(nlh, PORCH_A_ROUTE_IFNAME, device());
	}
	if (flag)
		mnl_attr_put(nlh, flag, 0, NULL);
	mnl_attr_put_u32(nlh, PORCH_A_ROUTE_TABLE, size == 4 && *dst == 12 ? 7 : PORCH_TABLE_MAIN);
	end(nlh);
}

static void put_hop(struct nlmsghdr *nlh, const char *gateway, uint32_t oif, uint8_t weight,
		    uint16_t flag)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, PORCH_A_NEXTHOPS_NEXTHOP);

	if (gateway)
		mnl_attr_put(nlh, PORCH_A_NEXTHOP_GATEWAY, 16, gateway);
	mnl_attr_put_u32(nlh, PORCH_A_NEXTHOP_OIF, oif);
	mnl_attr_put_strz(nlh, PORCH_A_NEXTHOP_IFNAME, device());
	mnl_attr_put_u8(nlh, PORCH_A_NEXTHOP_WEIGHT, weight);
	if (flag)
		mnl_attr_put(nlh, flag, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void put_multipath(void)
{
	static const char zero[16], link_local[16] = "\xfe\x80";
	struct nlmsghdr *nlh = begin_message();
	struct nlattr *nest;

	mnl_attr_put(nlh, PORCH_A_ROUTE_DST, 16, zero);
	mnl_attr_put_u8(nlh, PORCH_A_ROUTE_PREFIX_LEN, 0);
	mnl_attr_put_u8(nlh, PORCH_A_ROUTE_TYPE, PORCH_ROUTE_TYPE_UNICAST);
	mnl_attr_put_u32(nlh, PORCH_A_ROUTE_TABLE, 8);
	nest = mnl_attr_nest_start(nlh, PORCH_A_ROUTE_NEXTHOPS);
	put_hop(nlh, link_local, device_index(), 1, PORCH_A_NEXTHOP_FAILED);
	put_hop(nlh, NULL, device_index(), 255, PORCH_A_NEXTHOP_LINK_DOWN);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

static void put_routes(void)
{
	static const char zero[16], doc[16] = "\x20\x01\x0d\xb8", link_local[16] = "\xfe\x80";
	const uint8_t unicast = PORCH_ROUTE_TYPE_UNICAST;

	put_route(unicast, 4, zero, 0, "\xc0\x00\x02\x01", PORCH_A_ROUTE_ONLINK);
	put_route(unicast, 4, "\x0a\0\0", 8, NULL, PORCH_A_ROUTE_LINK_DOWN);
	put_route(unicast, 4, "\x0a\0\0\x01", 32, NULL, PORCH_A_ROUTE_LOCAL);
	put_route(PORCH_ROUTE_TYPE_BLACKHOLE, 4, "\x0b\0\0", 8, NULL, 0);
	put_route(unicast, 4, "\x0c\0\0", 8, "\xc0\x00\x02\x01", PORCH_A_ROUTE_ONLINK);
	put_route(unicast, 16, zero, 0, NULL, 0);
	put_route(unicast, 16, zero, 0, link_local, 0);
	put_route(PORCH_ROUTE_TYPE_PROHIBIT, 16, doc, 32, NULL, 0);
	put_multipath();
}

static void put_rule(uint32_t pref, bool mark)
{
	struct nlmsghdr *nlh = begin_message();

	mnl_attr_put_u32(nlh, PORCH_A_ROUTE_RULE_PREF, pref);
	mnl_attr_put_u32(nlh, PORCH_A_ROUTE_RULE_TABLE, 7);
	if (mark) {
		mnl_attr_put(nlh, PORCH_A_ROUTE_RULE_SRC, 4, "\x0a\0\0");
		mnl_attr_put_u8(nlh, PORCH_A_ROUTE_RULE_SRC_LEN, 8);
		mnl_attr_put_u32(nlh, PORCH_A_ROUTE_RULE_IIF, device_index());
		mnl_attr_put_strz(nlh, PORCH_A_ROUTE_RULE_IFNAME, device());
		mnl_attr_put_u32(nlh, PORCH_A_ROUTE_RULE_MARK, 16);
		mnl_attr_put_u32(nlh, PORCH_A_ROUTE_RULE_MASK, 0xf0);
	}
	end(nlh);
}

static void put_class(uint32_t ifindex, uint32_t id, uint64_t ceil, bool has_qdisc)
{
	struct nlmsghdr *nlh = begin_message();
	uint16_t attr;

	mnl_attr_put_u32(nlh, PORCH_A_CLASS_IFINDEX, ifindex);
	if (ifindex == device_index())
		mnl_attr_put_strz(nlh, PORCH_A_CLASS_IFNAME, device());
	mnl_attr_put_u32(nlh, PORCH_A_CLASS_ID, id);
	mnl_attr_put_u64(nlh, PORCH_A_CLASS_CEIL, ceil);
	mnl_attr_put_u32(nlh, PORCH_A_CLASS_QUANTUM, 2048);
	mnl_attr_put(nlh, PORCH_A_CLASS_DEFAULT, 0, NULL);
	mnl_attr_put_u32(nlh, PORCH_A_CLASS_TARGET, 5000);
	mnl_attr_put_u32(nlh, PORCH_A_CLASS_INTERVAL, 0);
	mnl_attr_put_u8(nlh, PORCH_A_CLASS_ECN, PORCH_ECN_ON);
	for (attr = PORCH_A_CLASS_SENT_PACKETS; has_qdisc && attr <= PORCH_A_CLASS_BACKLOG_BYTES;
	     attr++)
		mnl_attr_put_u64(nlh, attr, attr);
	end(nlh);
}

static void put_chain(const char *name, int policy)
{
	struct nlmsghdr *nlh = begin_message();

	mnl_attr_put_strz(nlh, PORCH_A_CHAIN_NAME, name);
	if (policy >= 0)
		mnl_attr_put_u8(nlh, PORCH_A_CHAIN_POLICY, policy);
	mnl_attr_put_u32(nlh, PORCH_A_CHAIN_RULES, 3);
	end(nlh);
}

/* As many rules as $FAKE_RULES has characters, each of which counts one port. */
static void put_rules(void)
{
	const char *port = getenv("FAKE_RULES") ?: "";
	struct nlmsghdr *nlh;
	uint32_t handle;

	for (handle = 100; *port; port++, handle++) {
		nlh = begin_message();
		mnl_attr_put_strz(nlh, PORCH_A_RULE_CHAIN, "forward");
		mnl_attr_put_u32(nlh, PORCH_A_RULE_HANDLE, handle);
		mnl_attr_put_u8(nlh, PORCH_A_RULE_PROTO, 6);
		mnl_attr_put_u16(nlh, PORCH_A_RULE_DPORT, *port);
		mnl_attr_put(nlh, PORCH_A_RULE_COUNT, 0, NULL);
		mnl_attr_put_u8(nlh, PORCH_A_RULE_ACTION, PORCH_RULE_ACTION_CONTINUE);
		end(nlh);
	}
}

static void put_counter(uint8_t group, const char *name, uint64_t value)
{
	struct nlmsghdr *nlh = begin_message();

	mnl_attr_put_u8(nlh, PORCH_A_COUNTER_GROUP, group);
	mnl_attr_put_strz(nlh, PORCH_A_COUNTER_NAME, name);
	mnl_attr_put_u64(nlh, PORCH_A_COUNTER_VALUE, value);
	end(nlh);
}

static void put_ledger(void)
{
	struct nlmsghdr *nlh = begin_message();
	uint16_t attr;

	/* 1 + 1 + 1 + 1 = 1 + 1 + 1 + 1 + 0 + 0, and $FAKE_LEAK more in the queues */
	for (attr = PORCH_A_LEDGER_RX; attr <= PORCH_A_LEDGER_DROPPED; attr++)
		mnl_attr_put_u64(nlh, attr, attr != PORCH_A_LEDGER_DROPPED);
	mnl_attr_put_u64(nlh, PORCH_A_LEDGER_RING_OWNED, 0);
	mnl_attr_put_u64(nlh, PORCH_A_LEDGER_HELD, 0);
	mnl_attr_put_u64(nlh, PORCH_A_LEDGER_QUEUED, atoi(getenv("FAKE_LEAK") ?: "0"));
	end(nlh);
}

static void put_status(void)
{
	struct nlmsghdr *nlh = begin_message();
	uint16_t attr;

	mnl_attr_put_strz(nlh, PORCH_A_STATUS_VERSION, "1.0");
	for (attr = PORCH_A_STATUS_GENERATION; attr <= PORCH_A_STATUS_CPUS; attr++)
		mnl_attr_put_u32(nlh, attr, attr);
	mnl_attr_put(nlh, PORCH_A_STATUS_BYPASSED_XFRM, 0, NULL);
	end(nlh);
}

static void put_lanes(void)
{
	struct nlmsghdr *nlh = begin_message();

	mnl_attr_put_u32(nlh, PORCH_A_LANE_PREF, 0);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_LANE, PORCH_LANE_BULK);
	mnl_attr_put_u64(nlh, PORCH_A_LANE_PACKETS, 5);
	end(nlh);

	nlh = begin_message();
	mnl_attr_put_u32(nlh, PORCH_A_LANE_PREF, 4294967295);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_LANE, PORCH_LANE_HIGH);
	mnl_attr_put_u32(nlh, PORCH_A_LANE_IN, device_index());
	mnl_attr_put_strz(nlh, PORCH_A_LANE_IN_NAME, device());
	mnl_attr_put(nlh, PORCH_A_LANE_LOCAL, 0, NULL);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_PROTO, 6);
	mnl_attr_put_u16(nlh, PORCH_A_LANE_SPORT, 1);
	mnl_attr_put_u16(nlh, PORCH_A_LANE_DPORT, 2);
	mnl_attr_put_u16(nlh, PORCH_A_LANE_DPORT_MAX, 3);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_DSCP, 46);
	mnl_attr_put_u64(nlh, PORCH_A_LANE_PACKETS, 5);
	end(nlh);

	nlh = begin_message();
	mnl_attr_put_u8(nlh, PORCH_A_LANE_LANE, PORCH_LANE_CONTROL);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_PROTO, 58);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_ICMP_TYPE, 133);
	mnl_attr_put_u8(nlh, PORCH_A_LANE_ICMP_TYPE_MAX, 137);
	mnl_attr_put(nlh, PORCH_A_LANE_DEFAULT, 0, NULL);
	mnl_attr_put_u64(nlh, PORCH_A_LANE_PACKETS, 5);
	end(nlh);
}

static void put_engine(void)
{
	struct nlmsghdr *nlh = begin_message();
	uint16_t attr;

	for (attr = PORCH_A_ENGINE_VECTOR; attr <= PORCH_A_ENGINE_ICMP_RATE; attr++)
		mnl_attr_put_u32(nlh, attr, attr);
	mnl_attr_put_u8(nlh, PORCH_A_ENGINE_THREADED, PORCH_SWITCH_ON);
	mnl_attr_put_u32(nlh, PORCH_A_ENGINE_BUDGET, 5);
	mnl_attr_put_u32(nlh, PORCH_A_ENGINE_CONTROL_BUDGET, 1000);
	mnl_attr_put_u32(nlh, PORCH_A_ENGINE_BUDGET_BURST, 1000);
	mnl_attr_put_u8(nlh, PORCH_A_ENGINE_LANE_DEFAULTS, PORCH_SWITCH_ON);
	end(nlh);
}

/* As by default, but for one state */
static void put_track(void)
{
	static const uint32_t timeouts[] = {
		120, 120, 60, 300, 432000, 120, 60, 30, 120, 10, 77, 30, 120, 30, 600
	};
	struct nlmsghdr *nlh = begin_message();
	uint16_t i;

	mnl_attr_put_u32(nlh, PORCH_A_TRACK_FLOWS, 65536);
	mnl_attr_put_u8(nlh, PORCH_A_TRACK_LOOSE, PORCH_SWITCH_ON);
	for (i = 0; i < MNL_ARRAY_SIZE(timeouts); i++)
		mnl_attr_put_u32(nlh, PORCH_A_TRACK_SYN_SENT + i, timeouts[i]);
	end(nlh);
}

static void put_replies(uint8_t cmd)
{
	switch (cmd) {
	case PORCH_CMD_STATUS_GET:
		put_status();
		break;
	case PORCH_CMD_TRACK_GET:
		put_track();
		break;
	case PORCH_CMD_LANE_GET:
		put_lanes();
		break;
	case PORCH_CMD_ENGINE_GET:
		put_engine();
		break;
	case PORCH_CMD_PORT_GET:
		put_port(device_index(), device(), 10);
		put_port(30, "eth1", 0);
		break;
	case PORCH_CMD_ROUTE_GET:
		put_routes();
		break;
	case PORCH_CMD_ROUTE_RULE_GET:
		put_rule(0, false);
		put_rule(4294967295, true);
		break;
	case PORCH_CMD_CLASS_GET:
		put_class(device_index(), 1, 12500000, true);
		put_class(5, 65534, 1, false);
		break;
	case PORCH_CMD_CHAIN_GET:
		put_chain("input", PORCH_POLICY_ACCEPT);
		put_chain("forward", PORCH_POLICY_DROP);
		put_chain("guests", -1);
		break;
	case PORCH_CMD_RULE_GET:
		put_rules();
		break;
	case PORCH_CMD_STATS_GET:
		put_counter(PORCH_COUNTER_GROUP_PUNT, "arp", 5);
		put_counter(PORCH_COUNTER_GROUP_DROP, "no-route", 0);
		put_counter(PORCH_COUNTER_GROUP_DROP, "ttl", 7);
		break;
	case PORCH_CMD_LEDGER_GET:
		put_ledger();
		break;
	}
}

static void put_end(const char *refusal)
{
	bool dump = (request.hdr.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	const char *cookie = getenv("FAKE_COOKIE");
	struct nlmsghdr *nlh;
	struct nlmsgerr *ack;

	if (!refusal && !(request.hdr.nlmsg_flags & (NLM_F_DUMP | NLM_F_ACK)))
		return;
	if (dump && !refusal) {
		nlh = begin(NLMSG_DONE, NLM_F_MULTI);
		*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = 0;
	} else {
		nlh = begin(NLMSG_ERROR, NLM_F_CAPPED | (refusal ? NLM_F_ACK_TLVS : 0));
		ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));
		ack->error = stale ? -EAGAIN : refusal ? -EINVAL : 0;
		ack->msg = request.hdr;
		if (refusal) {
			mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, refusal);
			mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, sizeof(request));
			if (cookie)
				mnl_attr_put_u64(nlh, NLMSGERR_ATTR_COOKIE, atoi(cookie));
		}
	}
	end(nlh);
}

static const char *refusal(void)
{
	const char *at = getenv("FAKE_REFUSE_AT");
	static int count, commits;

	stale = request.genl.cmd == PORCH_CMD_TXN_COMMIT &&
		commits++ < atoi(getenv("FAKE_STALE") ?: "0");
	if (stale)
		return "another generation is in force";
	return !at || atoi(at) == ++count ? getenv("FAKE_REFUSE") : NULL;
}

static void answer(const struct nlmsghdr *asked)
{
	const char *refused;
	struct nlmsghdr *nlh;

	memcpy(&request, asked, sizeof(request));
	stale = false;
	if (request.hdr.nlmsg_type == RTM_NEWQDISC || request.hdr.nlmsg_type == RTM_DELQDISC) {
		log_qdisc(asked);
		put_end(getenv("FAKE_QDISC"));
		return;
	}
	if (request.hdr.nlmsg_type == GENL_ID_CTRL) {
		nlh = begin_message();
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
		end(nlh);
		put_end(NULL);
		return;
	}
	log_request(asked, &commands[request.genl.cmd]);
	refused = refusal();
	if (!refused)
		put_replies(request.genl.cmd);
	put_end(refused);
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	int left = len;

	portid = mnl_socket_get_portid(nl);
	reply_len = 0;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		answer(nlh);
	return len;
}

/* A datagram a message, as a dump may come. */
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)reply;
	size_t size = MNL_ALIGN(nlh->nlmsg_len);

	(void)nl;
	if (size > reply_len || size > len)
		abort();
	memcpy(buf, reply, size);
	reply_len -= size;
	memmove(reply, reply + size, reply_len);
	return size;
}
