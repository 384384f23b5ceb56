// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation rightly, and then in every wrong way: what is refused says why
 * and what is to blame, and changes nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/porch.h>
#include <netlink/genl/genl.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "scene.h"

/* Room for a message of any of these tests. */
#define SIZE	2048

FIXTURE(requests) {
	struct client client;
};

FIXTURE_SETUP(requests)
{
	scene_enter(&self->client);
}

FIXTURE_TEARDOWN(requests)
{
	client_close(&self->client);
}

/**
 * struct blame - how a refusal is to look
 * @error: errno
 * @offset: of the attribute to blame, 0 for none
 * @missing: number of the attribute that is missing, 0 for none
 * @mute: the netlink core refuses, which has no words for it
 */
struct blame {
	int error;
	uint32_t offset;
	uint32_t missing;
	bool mute;
};

/*
 * Bytes that are to be refused, or ignored, and change nothing. A test that sends
 * some does not change anything itself meanwhile.
 */
static void refuse_bytes(struct __test_metadata *_metadata, struct client *client,
			 const char *what, const void *buf, size_t len, struct blame blame)
{
	static struct state before;
	struct answer answer;
	struct state after;

	if (!before.data)
		before = scene_state(client);
	client_exchange(client, buf, len, &answer);
	EXPECT_EQ(blame.error, answer.error)
		TH_LOG("%s: %s", what, answer.text);
	if (blame.error > 0) {
		EXPECT_EQ(blame.mute, !*answer.text)
			TH_LOG("%s: \"%s\"", what, answer.text);
		EXPECT_EQ(blame.offset, answer.offset)
			TH_LOG("%s: %s", what, answer.text);
		EXPECT_EQ(blame.missing, answer.missing)
			TH_LOG("%s: %s", what, answer.text);
		EXPECT_EQ(0, answer.count)
			TH_LOG("%s", what);
	}
	after = scene_state(client);
	EXPECT_TRUE(state_equal(&before, &after))
		TH_LOG("%s: something changed", what);
	answer_free(&answer);
	state_free(&after);
}

static void refuse(struct __test_metadata *_metadata, struct client *client, const char *what,
		   const struct request *request, struct blame blame)
{
	uint8_t buf[SIZE];
	char where[128];

	snprintf(where, sizeof(where), "%s, %s", op_find(request->cmd)->name, what);
	refuse_bytes(_metadata, client, where, buf,
		     client_encode(client, request, buf, sizeof(buf)), blame);
}

/* What comes back for a request that is fine. */
static struct answer ask(struct __test_metadata *_metadata, struct client *client, uint8_t cmd,
			 const char *text)
{
	struct request request = op_request(op_find(cmd), text);
	struct answer answer;

	client_call(client, &request, &answer);
	EXPECT_EQ(0, answer.error)
		TH_LOG("%s %s: %s", op_find(cmd)->name, text, answer.text);
	return answer;
}

/* What comes back for one that is not. */
static struct answer refused(struct __test_metadata *_metadata, struct client *client, uint8_t cmd,
			     const char *text)
{
	struct request request = op_request(op_find(cmd), text);
	struct answer answer;

	client_call(client, &request, &answer);
	EXPECT_LT(0, answer.error)
		TH_LOG("%s %s was taken", op_find(cmd)->name, text);
	return answer;
}

/* The attributes of the only reply. They are good until the next call. */
static void look(struct __test_metadata *_metadata, struct client *client, uint8_t cmd,
		 const char *text, struct nlattr **attrs, int max)
{
	static struct answer answer;
	size_t pos = 0;

	answer_free(&answer);
	answer = ask(_metadata, client, cmd, text);
	ASSERT_EQ(1, answer.count);
	ASSERT_TRUE(answer_next(&answer, &pos, attrs, max));
}

static void expect_u32(struct __test_metadata *_metadata, uint32_t want, struct nlattr **attrs,
		       int nr)
{
	ASSERT_NE(NULL, attrs[nr])
		TH_LOG("no attribute %d", nr);
	EXPECT_EQ(want, nla_get_u32(attrs[nr]))
		TH_LOG("attribute %d", nr);
}

static uint32_t generation(struct __test_metadata *_metadata, struct client *client)
{
	struct nlattr *attrs[PORCH_A_STATUS_MAX + 1];

	look(_metadata, client, PORCH_CMD_STATUS_GET, "", attrs, PORCH_A_STATUS_MAX);
	return nla_get_u32(attrs[PORCH_A_STATUS_GENERATION]);
}

/* --- the table --- */

static const struct {
	enum kind kind;
	enum netlink_attribute_type type;
} kinds[] = {
	{ U8, NL_ATTR_TYPE_U8 },
	{ U16, NL_ATTR_TYPE_U16 },
	{ U32, NL_ATTR_TYPE_U32 },
	{ U64, NL_ATTR_TYPE_U64 },
	{ FLAG, NL_ATTR_TYPE_FLAG },
	{ STRING, NL_ATTR_TYPE_NUL_STRING },
	{ ADDRESS, NL_ATTR_TYPE_BINARY },
	{ NEXTHOPS, NL_ATTR_TYPE_NESTED },
};

static enum kind kind_of(enum netlink_attribute_type type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].kind;
	return NONE;
}

static uint64_t number(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static bool is_integer(const struct attr *attr)
{
	return attr->kind == U8 || attr->kind == U16 || attr->kind == U32 || attr->kind == U64;
}

/* What the kernel says of one attribute of a policy. */
static void compare_attr(struct __test_metadata *_metadata, const struct op *op,
			 struct nlattr *policy)
{
	const struct attr *attr = op_attr(op, nla_type(policy));
	struct nlattr *a[NL_POLICY_TYPE_ATTR_MAX + 1];

	EXPECT_NE(NULL, attr)
		TH_LOG("%s takes attribute %d", op->name, nla_type(policy));
	if (!attr)
		return;
	ASSERT_EQ(0, nla_parse_nested(a, NL_POLICY_TYPE_ATTR_MAX, policy, NULL));
	EXPECT_EQ(attr->kind == BYTES ? ADDRESS : attr->kind,
		  kind_of(nla_get_u32(a[NL_POLICY_TYPE_ATTR_TYPE])))
		TH_LOG("%s %s", op->name, attr->name);
	if (is_integer(attr)) {
		EXPECT_EQ(attr->min, number(a[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]))
			TH_LOG("%s %s", op->name, attr->name);
		EXPECT_EQ(attr->max, number(a[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]))
			TH_LOG("%s %s", op->name, attr->name);
	} else if (attr->kind == STRING) {
		ASSERT_NE(NULL, a[NL_POLICY_TYPE_ATTR_MAX_LENGTH]);
		EXPECT_EQ(attr->max, nla_get_u32(a[NL_POLICY_TYPE_ATTR_MAX_LENGTH]))
			TH_LOG("%s %s", op->name, attr->name);
	}
}

#define CTRL_ATTRS	(CTRL_ATTR_OP_POLICY + 1)

static void ask_controller(struct client *client, uint8_t cmd, struct answer *answer)
{
	struct client controller = *client;
	struct request request = {
		.cmd = cmd,
		.flags = NLM_F_REQUEST | (cmd == CTRL_CMD_GETPOLICY ? NLM_F_DUMP : NLM_F_ACK),
		.items = { { CTRL_ATTR_FAMILY_ID, 2 } },
		.count = 1,
	};

	memcpy(request.items[0].value, &client->family, 2);
	controller.family = GENL_ID_CTRL;
	client_call(&controller, &request, answer);
}

/* Attributes that the kernel takes are in the table, and no others. */
TEST_F(requests, table_has_every_attribute)
{
	struct nlattr *a[CTRL_ATTRS], *item, *index[CTRL_ATTR_POLICY_DUMP_MAX + 1];
	int policy[256] = {}, taken[256] = {}, rem, i;
	struct answer answer;
	size_t pos = 0;

	ask_controller(&self->client, CTRL_CMD_GETPOLICY, &answer);
	ASSERT_EQ(0, answer.error);
	while (answer_next(&answer, &pos, a, CTRL_ATTRS - 1)) {
		if (a[CTRL_ATTR_OP_POLICY]) {
			item = nla_data(a[CTRL_ATTR_OP_POLICY]);
			ASSERT_EQ(0, nla_parse_nested(index, CTRL_ATTR_POLICY_DUMP_MAX, item,
						      NULL));
			policy[nla_type(item)] = nla_get_u32(index[CTRL_ATTR_POLICY_DO]);
			continue;
		}
		/* All that says which policy is whose comes before the policies. */
		item = nla_data(a[CTRL_ATTR_POLICY]);
		for (i = 0; i < op_count; i++) {
			if (policy[ops[i].cmd] != nla_type(item))
				continue;
			nla_for_each_nested(index[0], item, rem) {
				compare_attr(_metadata, &ops[i], index[0]);
				taken[ops[i].cmd]++;
			}
		}
	}
	answer_free(&answer);
	for (i = 0; i < op_count; i++) {
		const struct attr *attr = ops[i].attrs;

		while (attr->name)
			attr++;
		EXPECT_EQ(attr - ops[i].attrs, taken[ops[i].cmd])
			TH_LOG("%s", ops[i].name);
	}
}

/* So are its operations, whom they are for, and whether they list; and events. */
TEST_F(requests, table_has_every_operation)
{
	struct nlattr *a[CTRL_ATTRS], *op_attrs[CTRL_ATTR_OP_MAX + 1], *item;
	const uint32_t both = GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP;
	int seen = 0, rem, i;
	struct answer answer;
	const struct op *op;
	uint32_t flags;
	size_t pos = 0;

	for (i = 1; i <= PORCH_CMD_MAX; i++)
		EXPECT_NE(op_is_event(i), !!op_find(i))
			TH_LOG("command %d", i);
	ask_controller(&self->client, CTRL_CMD_GETFAMILY, &answer);
	ASSERT_EQ(0, answer.error);
	ASSERT_TRUE(answer_next(&answer, &pos, a, CTRL_ATTRS - 1));
	EXPECT_EQ(PORCH_FAMILY_VERSION, nla_get_u32(a[CTRL_ATTR_VERSION]));
	nla_for_each_nested(item, a[CTRL_ATTR_OPS], rem) {
		ASSERT_EQ(0, nla_parse_nested(op_attrs, CTRL_ATTR_OP_MAX, item, NULL));
		op = op_find(nla_get_u32(op_attrs[CTRL_ATTR_OP_ID]));
		ASSERT_NE(NULL, op);
		flags = (op->admin ? GENL_UNS_ADMIN_PERM : 0) | (op->dump ? GENL_CMD_CAP_DUMP : 0);
		EXPECT_EQ(flags, nla_get_u32(op_attrs[CTRL_ATTR_OP_FLAGS]) & both)
			TH_LOG("%s", op->name);
		seen++;
	}
	EXPECT_EQ(op_count, seen);
	seen = 0;
	nla_for_each_nested(item, a[CTRL_ATTR_MCAST_GROUPS], rem) {
		ASSERT_EQ(0, nla_parse_nested(op_attrs, CTRL_ATTR_MCAST_GRP_MAX, item, NULL));
		EXPECT_STREQ("config", nla_get_string(op_attrs[CTRL_ATTR_MCAST_GRP_NAME]));
		seen++;
	}
	EXPECT_EQ(1, seen);
	answer_free(&answer);
}

/* --- rightly --- */

TEST_F(requests, examples_are_taken)
{
	struct answer answer;
	uint32_t before;
	int i;

	for (i = 0; i < op_count; i++) {
		if (ops[i].txn)
			continue;
		before = generation(_metadata, &self->client);
		answer = ask(_metadata, &self->client, ops[i].cmd, ops[i].example);
		EXPECT_EQ(!ops[i].admin || ops[i].tells, answer.count)
			TH_LOG("%s", ops[i].name);
		EXPECT_EQ(before + (ops[i].admin && !ops[i].now),
			  generation(_metadata, &self->client))
			TH_LOG("%s", ops[i].name);
		answer_free(&answer);
	}
}

/* Numbers of the scene's classes, in the order of a dump */
static void expect_classes(struct __test_metadata *_metadata, struct client *client,
			   const char *want)
{
	struct nlattr *a[PORCH_A_CLASS_MAX + 1];
	char have[128] = "";
	struct answer answer;
	size_t pos = 0;

	scene_dump(client, PORCH_CMD_CLASS_GET, &answer);
	while (answer_next(&answer, &pos, a, PORCH_A_CLASS_MAX))
		snprintf(have + strlen(have), sizeof(have) - strlen(have), "%u/%u ",
			 nla_get_u32(a[PORCH_A_CLASS_IFINDEX]), nla_get_u32(a[PORCH_A_CLASS_ID]));
	EXPECT_STREQ(want, have);
	answer_free(&answer);
}

TEST_F(requests, classes_come_and_go)
{
	struct nlattr *a[PORCH_A_CLASS_MAX + 1];

	expect_classes(_metadata, &self->client, "10/1 10/2 ");
	scene_ask(&self->client, PORCH_CMD_CLASS_ADD, "ifindex=" OTHER_PORT " id=9");
	scene_ask(&self->client, PORCH_CMD_CLASS_ADD, "ifindex=" NO_PORT " id=7 default");
	scene_ask(&self->client, PORCH_CMD_CLASS_ADD, "ifindex=" NO_PORT " id=3");
	expect_classes(_metadata, &self->client, "10/1 10/2 11/3 11/7 12/9 ");

	/* The default is another's now. Nothing is there that nothing was said of. */
	scene_ask(&self->client, PORCH_CMD_CLASS_CHANGE,
		  "ifindex=" NO_PORT " id=3 ceil=5000000000 prio=2 default");
	look(_metadata, &self->client, PORCH_CMD_CLASS_GET, "ifindex=" NO_PORT " id=7", a,
	     PORCH_A_CLASS_MAX);
	EXPECT_EQ(NULL, a[PORCH_A_CLASS_DEFAULT]);
	EXPECT_EQ(NULL, a[PORCH_A_CLASS_CEIL]);
	EXPECT_EQ(NULL, a[PORCH_A_CLASS_PARENT]);
	look(_metadata, &self->client, PORCH_CMD_CLASS_GET, "ifindex=" NO_PORT " id=3", a,
	     PORCH_A_CLASS_MAX);
	EXPECT_NE(NULL, a[PORCH_A_CLASS_DEFAULT]);
	ASSERT_NE(NULL, a[PORCH_A_CLASS_CEIL]);
	EXPECT_EQ(5000000000, nla_get_u64(a[PORCH_A_CLASS_CEIL]));
	expect_u32(_metadata, 1024, a, PORCH_A_CLASS_FLOWS);
	EXPECT_STREQ("d1", nla_get_string(a[PORCH_A_CLASS_IFNAME]));
	/* Without a qdisc, there is nothing to count. */
	EXPECT_EQ(NULL, a[PORCH_A_CLASS_SENT_PACKETS]);

	/* One with others below it is no leaf. */
	look(_metadata, &self->client, PORCH_CMD_CLASS_GET, "ifindex=" PORT " id=1", a,
	     PORCH_A_CLASS_MAX);
	EXPECT_EQ(NULL, a[PORCH_A_CLASS_FLOWS]);

	scene_ask(&self->client, PORCH_CMD_CLASS_DEL, "ifindex=" NO_PORT);
	expect_classes(_metadata, &self->client, "10/1 10/2 12/9 ");
	scene_ask(&self->client, PORCH_CMD_CLASS_DEL, "ifindex=" NO_PORT);
	scene_ask(&self->client, PORCH_CMD_CLASS_DEL, "ifindex=" PORT " id=2");
	expect_classes(_metadata, &self->client, "10/1 12/9 ");
}

TEST_F(requests, class_trees_end)
{
	struct request request;
	struct answer answer;
	char text[64];
	int i;

	for (i = 1; i <= 7; i++) {
		snprintf(text, sizeof(text), "ifindex=" NO_PORT " id=%d parent=%d", i, i - 1);
		scene_ask(&self->client, PORCH_CMD_CLASS_ADD, text);
	}
	request = op_request(op_find(PORCH_CMD_CLASS_ADD), "ifindex=" NO_PORT " id=8 parent=7");
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(ELOOP, answer.error);
	answer_free(&answer);
	for (i = 8; i <= 254; i++) {
		snprintf(text, sizeof(text), "ifindex=" NO_PORT " id=%d", i);
		scene_ask(&self->client, PORCH_CMD_CLASS_ADD, text);
	}
	request = op_request(op_find(PORCH_CMD_CLASS_ADD), "ifindex=" NO_PORT " id=255");
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(ENOSPC, answer.error);
	answer_free(&answer);
}

TEST_F(requests, ports_come_and_go)
{
	struct nlattr *a[PORCH_A_PORT_MAX + 1];
	struct answer answer;
	uint32_t before = generation(_metadata, &self->client);

	scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT);
	look(_metadata, &self->client, PORCH_CMD_PORT_GET, "ifindex=" NO_PORT, a,
	     PORCH_A_PORT_MAX);
	expect_u32(_metadata, 11, a, PORCH_A_PORT_IFINDEX);
	EXPECT_STREQ("d1", nla_get_string(a[PORCH_A_PORT_IFNAME]));
	EXPECT_EQ(0, nla_get_u64(a[PORCH_A_PORT_RX_PACKETS]));
	EXPECT_EQ(0, nla_get_u64(a[PORCH_A_PORT_DROPS]));
	scene_dump(&self->client, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(3, answer.count);
	EXPECT_FALSE(answer.interrupted);
	answer_free(&answer);

	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" NO_PORT);
	scene_dump(&self->client, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(2, answer.count);
	answer_free(&answer);
	EXPECT_EQ(before + 2, generation(_metadata, &self->client));
}

TEST_F(requests, routes_come_and_go)
{
	struct nlattr *a[PORCH_A_ROUTE_MAX + 1];
	static const uint8_t dst[] = { 10, 9, 0, 0 }, gateway[] = { 10, 0, 7, 9 };
	struct answer answer;

	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.9.0.0 prefix-len=16 gateway=10.0.7.9 oif=" PORT " onlink");
	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=10.9.1.2", a, PORCH_A_ROUTE_MAX);
	ASSERT_EQ(sizeof(dst), nla_len(a[PORCH_A_ROUTE_DST]));
	EXPECT_EQ(0, memcmp(dst, nla_data(a[PORCH_A_ROUTE_DST]), sizeof(dst)));
	EXPECT_EQ(16, nla_get_u8(a[PORCH_A_ROUTE_PREFIX_LEN]));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST, nla_get_u8(a[PORCH_A_ROUTE_TYPE]));
	ASSERT_EQ(sizeof(gateway), nla_len(a[PORCH_A_ROUTE_GATEWAY]));
	EXPECT_EQ(0, memcmp(gateway, nla_data(a[PORCH_A_ROUTE_GATEWAY]), sizeof(gateway)));
	expect_u32(_metadata, 10, a, PORCH_A_ROUTE_OIF);
	EXPECT_STREQ("d0", nla_get_string(a[PORCH_A_ROUTE_IFNAME]));
	EXPECT_NE(NULL, a[PORCH_A_ROUTE_ONLINK]);
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_LINK_DOWN]);
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_LOCAL]);

	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.9.0.0 prefix-len=16 type=2 replace");
	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=10.9.1.2", a, PORCH_A_ROUTE_MAX);
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNREACHABLE, nla_get_u8(a[PORCH_A_ROUTE_TYPE]));
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_OIF]);

	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=10.0.0.1", a, PORCH_A_ROUTE_MAX);
	EXPECT_NE(NULL, a[PORCH_A_ROUTE_LOCAL]);
	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=2001:db8:1::9", a,
	     PORCH_A_ROUTE_MAX);
	EXPECT_EQ(48, nla_get_u8(a[PORCH_A_ROUTE_PREFIX_LEN]));
	EXPECT_EQ(16, nla_len(a[PORCH_A_ROUTE_GATEWAY]));

	scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(SCENE_ROUTES + 1, answer.count);
	answer_free(&answer);
	scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, "dst=10.9.0.0 prefix-len=16 type=2");
	scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(SCENE_ROUTES, answer.count);
	answer_free(&answer);
}

/* The same prefix in another table is another route. */
TEST_F(requests, tables_are_apart)
{
	struct nlattr *a[PORCH_A_ROUTE_MAX + 1];
	struct answer answer;
	size_t pos = 0;
	char text[64];
	int i;

	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 type=1 table=1");
	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.1.0.0 prefix-len=16 type=2 table=4294967295");
	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, "dst=:: prefix-len=0 type=3 table=1");
	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=10.1.2.3 table=1", a,
	     PORCH_A_ROUTE_MAX);
	EXPECT_EQ(PORCH_ROUTE_TYPE_BLACKHOLE, nla_get_u8(a[PORCH_A_ROUTE_TYPE]));
	expect_u32(_metadata, 1, a, PORCH_A_ROUTE_TABLE);
	look(_metadata, &self->client, PORCH_CMD_ROUTE_GET, "dst=10.1.2.3", a, PORCH_A_ROUTE_MAX);
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST, nla_get_u8(a[PORCH_A_ROUTE_TYPE]));
	expect_u32(_metadata, PORCH_TABLE_MAIN, a, PORCH_A_ROUTE_TABLE);

	/* In order of the tables, each with IPv4 first */
	scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(SCENE_ROUTES + 3, answer.count);
	for (i = 0; answer_next(&answer, &pos, a, PORCH_A_ROUTE_MAX); i++)
		expect_u32(_metadata, i < 2 ? 1 : i < SCENE_ROUTES + 2 ? PORCH_TABLE_MAIN :
			   UINT32_MAX, a, PORCH_A_ROUTE_TABLE);
	answer_free(&answer);

	/* A table is there while it has routes. */
	for (i = 2; i <= PORCH_TABLES_MAX - 2; i++) {
		snprintf(text, sizeof(text), "dst=10.1.0.0 prefix-len=16 type=1 table=%d",
			 i + (i >= PORCH_TABLE_MAIN));
		scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, text);
	}
	answer = refused(_metadata, &self->client, PORCH_CMD_ROUTE_ADD,
			 "dst=10.1.0.0 prefix-len=16 type=1 table=1000");
	EXPECT_EQ(ENOSPC, answer.error);
	answer_free(&answer);
	scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 table=100");
	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.1.0.0 prefix-len=16 type=1 table=1000");
	answer = refused(_metadata, &self->client, PORCH_CMD_ROUTE_DEL,
			 "dst=10.1.0.0 prefix-len=16 table=100");
	EXPECT_EQ(ESRCH, answer.error);
	answer_free(&answer);
}

static int routes(struct client *client)
{
	struct answer answer;
	int count;

	scene_dump(client, PORCH_CMD_ROUTE_GET, &answer);
	count = answer.count;
	answer_free(&answer);
	return count;
}

static int nexthops_of(struct __test_metadata *_metadata, struct nlattr *list, int *weights)
{
	struct nlattr *nla, *a[PORCH_A_NEXTHOP_MAX + 1];
	int rem, count = 0;

	nla_for_each_nested(nla, list, rem) {
		EXPECT_EQ(PORCH_A_NEXTHOPS_NEXTHOP, nla_type(nla));
		EXPECT_EQ(0, nla_parse_nested(a, PORCH_A_NEXTHOP_MAX, nla, NULL));
		EXPECT_STREQ("d0", nla_get_string(a[PORCH_A_NEXTHOP_IFNAME]));
		EXPECT_EQ(10, nla_get_u32(a[PORCH_A_NEXTHOP_OIF]));
		EXPECT_EQ(NULL, a[PORCH_A_NEXTHOP_LINK_DOWN]);
		EXPECT_EQ(NULL, a[PORCH_A_NEXTHOP_FAILED]);
		*weights = *weights * 1000 + nla_get_u8(a[PORCH_A_NEXTHOP_WEIGHT]);
		count++;
	}
	return count;
}

TEST_F(requests, routes_have_several_next_hops)
{
	struct client *client = &self->client;
	struct nlattr *a[PORCH_A_ROUTE_MAX + 1];
	int weights = 0;

	scene_ask(client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.9.0.0 prefix-len=16 nexthops=10.0.0.7/10+10.0.0.8//255+/10/7");
	look(_metadata, client, PORCH_CMD_ROUTE_GET, "dst=10.9.1.2", a, PORCH_A_ROUTE_MAX);
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_GATEWAY]);
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_OIF]);
	ASSERT_NE(NULL, a[PORCH_A_ROUTE_NEXTHOPS]);
	EXPECT_EQ(3, nexthops_of(_metadata, a[PORCH_A_ROUTE_NEXTHOPS], &weights));
	EXPECT_EQ(1255007, weights);

	/* Of a device that goes, only those over it. */
	scene_ask(client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.9.0.0 prefix-len=16 nexthops=10.0.0.7/10/3+/12+/10/4+/12 replace");
	scene_ask(client, PORCH_CMD_ROUTE_ADD,
		  "dst=2001:db8:9:: prefix-len=48 nexthops=2001:db8::7/10+2001:db8::8");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.10.0.0 prefix-len=16 nexthops=/12+/10");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.11.0.0 prefix-len=16 nexthops=/12+/12");
	ASSERT_EQ(0, system("ip link del d2"));
	look(_metadata, client, PORCH_CMD_ROUTE_GET, "dst=10.9.1.2", a, PORCH_A_ROUTE_MAX);
	ASSERT_NE(NULL, a[PORCH_A_ROUTE_NEXTHOPS]);
	weights = 0;
	EXPECT_EQ(2, nexthops_of(_metadata, a[PORCH_A_ROUTE_NEXTHOPS], &weights));
	EXPECT_EQ(3004, weights);
	look(_metadata, client, PORCH_CMD_ROUTE_GET, "dst=10.10.1.2", a, PORCH_A_ROUTE_MAX);
	EXPECT_EQ(NULL, a[PORCH_A_ROUTE_NEXTHOPS]);
	expect_u32(_metadata, 10, a, PORCH_A_ROUTE_OIF);
	EXPECT_EQ(SCENE_ROUTES + 3, routes(client));
	scene_ask(client, PORCH_CMD_ROUTE_DEL, "dst=10.9.0.0 prefix-len=16");
	EXPECT_EQ(SCENE_ROUTES + 2, routes(client));
}

/* Lists of next hops, in bytes: what is wrong inside is refused, too. */
TEST_F(requests, lists_of_next_hops_that_are_wrong)
{
	static const struct {
		const char *what;
		uint8_t bytes[24];
		uint16_t len;
		const char *word;
	} lists[] = {
		{ "nothing", {}, 0, "2 to 16" },
		{ "an empty next hop", { 4, 0, 1, 0x80 }, 4, "2 to 16" },
		{ "two empty ones", { 4, 0, 1, 0x80, 4, 0, 1, 0x80 }, 8, "gateway or a device" },
		{ "not a nest", { 4, 0, 1, 0, 4, 0, 1, 0x80 }, 8, "NESTED" },
		{ "another attribute", { 4, 0, 2, 0x80, 4, 0, 1, 0x80 }, 8, "nknown attr" },
		{ "a weight of 0", { 4, 0, 1, 0x80, 12, 0, 1, 0x80, 5, 0, 3, 0, 0 }, 16, "range" },
		{ "a reply's attribute", { 4, 0, 1, 0x80, 8, 0, 1, 0x80, 4, 0, 7, 0 }, 12,
		  "nknown attr" },
		{ "an address of 3 bytes",
		  { 4, 0, 1, 0x80, 12, 0, 1, 0x80, 7, 0, 1, 0, 10, 0, 0 }, 16, "4 or 16" },
		{ "an address of the other family",
		  { 12, 0, 1, 0x80, 8, 0, 1, 0, 10, 0, 0, 7, 4, 0, 1, 0x80 }, 16, "family" },
		{ "a length beyond the list", { 4, 0, 1, 0x80, 40, 0, 1, 0x80 }, 8, "" },
	};
	struct request request;
	struct answer answer;
	struct item *item;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		request = op_request(op_find(PORCH_CMD_ROUTE_ADD),
				     "dst=2001:db8:9:: prefix-len=48");
		item = &request.items[request.count++];
		item->type = PORCH_A_ROUTE_NEXTHOPS | NLA_F_NESTED;
		item->len = lists[i].len;
		memcpy(item->value, lists[i].bytes, lists[i].len);
		client_call(&self->client, &request, &answer);
		EXPECT_LT(0, answer.error)
			TH_LOG("%s was taken", lists[i].what);
		EXPECT_NE(NULL, strstr(answer.text, lists[i].word))
			TH_LOG("%s: %s", lists[i].what, answer.text);
		answer_free(&answer);
	}
	/* One more than there may be */
	item->len = 0;
	for (i = 0; i <= PORCH_NEXTHOPS_MAX; i++, item->len += 4)
		memcpy(item->value + item->len, "\4\0\1\x80", 4);
	client_call(&self->client, &request, &answer);
	EXPECT_NE(NULL, strstr(answer.text, "2 to 16"));
	answer_free(&answer);
	EXPECT_EQ(SCENE_ROUTES, routes(&self->client));
}

/* The route of a packet as the rules have it: the type tells which table */
static int type_of(struct __test_metadata *_metadata, struct client *client, const char *text)
{
	struct nlattr *a[PORCH_A_ROUTE_MAX + 1];

	look(_metadata, client, PORCH_CMD_ROUTE_GET, text, a, PORCH_A_ROUTE_MAX);
	return nla_get_u8(a[PORCH_A_ROUTE_TYPE]);
}

TEST_F(requests, rules_choose_the_table)
{
	struct client *client = &self->client;
	struct nlattr *a[PORCH_A_ROUTE_RULE_MAX + 1];
	struct answer answer;
	char text[64];
	size_t pos = 0;
	int i, last = -1;

	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=0.0.0.0 prefix-len=0 type=1 table=1");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=:: prefix-len=0 type=1 table=1");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 type=2 table=2");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 type=3 table=3");
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD,
		  "pref=30 table=1 src=2001:db8:7:: src-len=48 mark=16 mask=240");
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=20 table=2 src=10.7.0.0 src-len=16");
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=10 table=3 iif=" OTHER_PORT);
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=40 table=1 mark=0 mask=1");

	EXPECT_EQ(PORCH_ROUTE_TYPE_BLACKHOLE, type_of(_metadata, client, "dst=10.1.2.3"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST, type_of(_metadata, client, "dst=10.1.2.3 mark=1"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNREACHABLE,
		  type_of(_metadata, client, "dst=10.1.2.3 src=10.7.0.1"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_PROHIBIT,
		  type_of(_metadata, client, "dst=10.1.2.3 src=10.7.0.1 iif=" OTHER_PORT));
	/* A table without a route to there decides nothing. */
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST,
		  type_of(_metadata, client, "dst=10.2.0.1 src=10.7.0.1 mark=1 iif=" OTHER_PORT));
	EXPECT_EQ(PORCH_ROUTE_TYPE_BLACKHOLE,
		  type_of(_metadata, client, "dst=2001:db8:1::1 src=2001:db8:7::9 mark=4113"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST,
		  type_of(_metadata, client, "dst=2001:db8:1::1 src=2001:db8:8::9 mark=4113"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST,
		  type_of(_metadata, client, "dst=2001:db8:1::1 src=2001:db8:7::9 mark=33"));
	EXPECT_EQ(PORCH_ROUTE_TYPE_PROHIBIT,
		  type_of(_metadata, client, "dst=10.1.2.3 table=3"));

	/* They are shown in their order. */
	scene_dump(client, PORCH_CMD_ROUTE_RULE_GET, &answer);
	EXPECT_EQ(6, answer.count);
	while (answer_next(&answer, &pos, a, PORCH_A_ROUTE_RULE_MAX)) {
		EXPECT_LT(last, (int)nla_get_u32(a[PORCH_A_ROUTE_RULE_PREF]));
		last = nla_get_u32(a[PORCH_A_ROUTE_RULE_PREF]);
	}
	answer_free(&answer);

	for (i = 6; i < PORCH_ROUTE_RULES_MAX; i++) {
		snprintf(text, sizeof(text), "pref=%u table=5", UINT32_MAX - i);
		scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, text);
	}
	answer = refused(_metadata, client, PORCH_CMD_ROUTE_RULE_ADD, "pref=11 table=5");
	EXPECT_EQ(ENOSPC, answer.error);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_ROUTE_RULE_GET, &answer);
	EXPECT_EQ(PORCH_ROUTE_RULES_MAX, answer.count);
	answer_free(&answer);

	/* What names a device goes with it. */
	ASSERT_EQ(0, system("ip link del d2"));
	answer = refused(_metadata, client, PORCH_CMD_ROUTE_RULE_GET, "pref=10");
	EXPECT_EQ(ENOENT, answer.error);
	answer_free(&answer);
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNREACHABLE,
		  type_of(_metadata, client, "dst=10.1.2.3 src=10.7.0.1"));
}

TEST_F(requests, rules_choose_the_lane)
{
	struct client *client = &self->client;
	struct nlattr *a[PORCH_A_LANE_MAX + 1];
	struct answer answer;
	int i, last, count;
	char text[64];
	size_t pos;

	scene_ask(client, PORCH_CMD_LANE_ADD, "pref=4294967295 lane=2 proto=58 icmp-type=1");
	scene_ask(client, PORCH_CMD_LANE_ADD, "pref=0 lane=0 in=" OTHER_PORT);
	scene_ask(client, PORCH_CMD_LANE_ADD, "pref=50 lane=0 local proto=17 dport=7 dport-max=9");
	look(_metadata, client, PORCH_CMD_LANE_GET, "pref=50", a, PORCH_A_LANE_MAX);
	EXPECT_EQ(PORCH_LANE_CONTROL, nla_get_u8(a[PORCH_A_LANE_LANE]));
	EXPECT_EQ(17, nla_get_u8(a[PORCH_A_LANE_PROTO]));
	EXPECT_EQ(7, nla_get_u16(a[PORCH_A_LANE_DPORT]));
	EXPECT_EQ(9, nla_get_u16(a[PORCH_A_LANE_DPORT_MAX]));
	EXPECT_NE(NULL, a[PORCH_A_LANE_LOCAL]);
	EXPECT_EQ(NULL, a[PORCH_A_LANE_SPORT]);
	EXPECT_EQ(NULL, a[PORCH_A_LANE_IN]);
	EXPECT_EQ(NULL, a[PORCH_A_LANE_DSCP]);
	EXPECT_EQ(NULL, a[PORCH_A_LANE_DEFAULT]);
	EXPECT_NE(NULL, a[PORCH_A_LANE_PACKETS]);

	/* The last of all: more than a datagram holds */
	for (i = 5; i < PORCH_LANE_RULES_MAX; i++) {
		snprintf(text, sizeof(text), "pref=%d lane=1 dscp=1", 1000 - i);
		scene_ask(client, PORCH_CMD_LANE_ADD, text);
	}
	answer = refused(_metadata, client, PORCH_CMD_LANE_ADD, "pref=11 lane=1");
	EXPECT_EQ(ENOSPC, answer.error);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_LANE_GET, &answer);
	pos = 0;
	last = -1;
	for (count = 0; answer_next(&answer, &pos, a, PORCH_A_LANE_MAX); count++) {
		if (count >= PORCH_LANE_RULES_MAX) {
			EXPECT_EQ(NULL, a[PORCH_A_LANE_PREF]);
			EXPECT_NE(NULL, a[PORCH_A_LANE_DEFAULT]);
			continue;
		}
		EXPECT_LT(last, (long long)nla_get_u32(a[PORCH_A_LANE_PREF]));
		last = nla_get_u32(a[PORCH_A_LANE_PREF]) & 0x7fffffff;
	}
	answer_free(&answer);
	EXPECT_LT(PORCH_LANE_RULES_MAX, count);
	scene_ask(client, PORCH_CMD_ENGINE_SET, "lane-defaults=0");
	scene_dump(client, PORCH_CMD_LANE_GET, &answer);
	EXPECT_EQ(PORCH_LANE_RULES_MAX, answer.count);
	answer_free(&answer);

	/* What names a device goes with it. */
	ASSERT_EQ(0, system("ip link del d2"));
	answer = refused(_metadata, client, PORCH_CMD_LANE_GET, "pref=0");
	EXPECT_EQ(ENOENT, answer.error);
	answer_free(&answer);
}

/* Whatever the rules say */
TEST_F(requests, vrfs_have_their_table)
{
	struct client *client = &self->client;
	struct nlattr *a[PORCH_A_PORT_MAX + 1];
	struct answer answer;

	scene_ask(client, PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT " vrf=2");
	look(_metadata, client, PORCH_CMD_PORT_GET, "ifindex=" NO_PORT, a, PORCH_A_PORT_MAX);
	expect_u32(_metadata, 2, a, PORCH_A_PORT_VRF);
	look(_metadata, client, PORCH_CMD_PORT_GET, "ifindex=" PORT, a, PORCH_A_PORT_MAX);
	EXPECT_EQ(NULL, a[PORCH_A_PORT_VRF]);

	answer = refused(_metadata, client, PORCH_CMD_ROUTE_GET, "dst=10.1.2.3 iif=" NO_PORT);
	EXPECT_EQ(ENETUNREACH, answer.error);
	answer_free(&answer);
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 type=2 table=2");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 type=3 table=3");
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=10 table=3 iif=" NO_PORT);
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNREACHABLE,
		  type_of(_metadata, client, "dst=10.1.2.3 iif=" NO_PORT));
	EXPECT_EQ(PORCH_ROUTE_TYPE_UNICAST, type_of(_metadata, client, "dst=10.1.2.3 iif=" PORT));
}

/* The handles of all rules of a chain, in order, as digits */
static void handles(struct client *client, const char *chain, char *text)
{
	struct nlattr *a[PORCH_A_RULE_MAX + 1];
	struct answer answer;
	size_t pos = 0;

	scene_dump(client, PORCH_CMD_RULE_GET, &answer);
	while (answer_next(&answer, &pos, a, PORCH_A_RULE_MAX))
		if (!strcmp(chain, nla_get_string(a[PORCH_A_RULE_CHAIN])))
			*text++ = '0' + nla_get_u32(a[PORCH_A_RULE_HANDLE]);
	*text = '\0';
	answer_free(&answer);
}

TEST_F(requests, rules_come_and_go)
{
	struct nlattr *a[PORCH_A_RULE_MAX + 1];
	struct client *client = &self->client;
	char text[16];

	look(_metadata, client, PORCH_CMD_RULE_GET, "handle=1", a, PORCH_A_RULE_MAX);
	EXPECT_STREQ("forward", nla_get_string(a[PORCH_A_RULE_CHAIN]));
	EXPECT_EQ(80, nla_get_u16(a[PORCH_A_RULE_DPORT]));
	EXPECT_EQ(NULL, a[PORCH_A_RULE_DPORT_MAX]);
	EXPECT_EQ(NULL, a[PORCH_A_RULE_PACKETS]);
	EXPECT_STREQ("web", nla_get_string(a[PORCH_A_RULE_JUMP]));
	look(_metadata, client, PORCH_CMD_RULE_GET, "handle=2", a, PORCH_A_RULE_MAX);
	EXPECT_EQ(0, nla_get_u64(a[PORCH_A_RULE_PACKETS]));
	EXPECT_EQ(0, nla_get_u64(a[PORCH_A_RULE_BYTES]));
	EXPECT_EQ(16, nla_get_u8(a[PORCH_A_RULE_DST_LEN]));
	EXPECT_EQ(PORCH_RULE_ACTION_CONTINUE, nla_get_u8(a[PORCH_A_RULE_ACTION]));
	look(_metadata, client, PORCH_CMD_RULE_GET, "handle=3", a, PORCH_A_RULE_MAX);
	expect_u32(_metadata, 10, a, PORCH_A_RULE_IN);
	EXPECT_STREQ("d0", nla_get_string(a[PORCH_A_RULE_IN_NAME]));

	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward before=1 src-set=hosts action=2");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward action=5");
	handles(client, "forward", text);
	EXPECT_STREQ("4125", text);
	scene_ask(client, PORCH_CMD_RULE_DEL, "chain=forward handle=1");
	handles(client, "forward", text);
	EXPECT_STREQ("425", text);
	look(_metadata, client, PORCH_CMD_CHAIN_GET, "name=forward", a, PORCH_A_CHAIN_MAX);
	expect_u32(_metadata, 3, a, PORCH_A_CHAIN_RULES);
	scene_ask(client, PORCH_CMD_RULE_DEL, "chain=forward");
	handles(client, "forward", text);
	EXPECT_STREQ("", text);
	/* A handle is never given again, whatever became of the first one. */
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward action=1");
	handles(client, "forward", text);
	EXPECT_STREQ("6", text);
}

/* What one transaction takes away and brings again was not away. */
TEST_F(requests, rules_and_sets_in_one_transaction)
{
	struct client *client = &self->client;
	struct answer answer;
	char text[16];

	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_RULE_DEL, "chain=forward staged");
	scene_ask(client, PORCH_CMD_RULE_DEL, "chain=web staged");
	scene_ask(client, PORCH_CMD_CHAIN_DEL, "name=web staged");
	scene_ask(client, PORCH_CMD_CHAIN_ADD, "name=web staged");
	scene_ask(client, PORCH_CMD_SET_DEL, "name=web staged");
	scene_ask(client, PORCH_CMD_SET_ADD, "name=web type=0 staged");
	scene_ask(client, PORCH_CMD_ELEMENT_ADD, "set=web addr=10.7.0.0 prefix-len=16 staged");
	scene_ask(client, PORCH_CMD_ELEMENT_ADD, "set=hosts addr=10.7.0.1 staged");
	scene_ask(client, PORCH_CMD_SET_DEL, "name=hosts staged");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=web dst-set=web action=1 staged");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward action=4 jump=web staged");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward before=5 action=2 staged");
	scene_ask(client, PORCH_CMD_RULE_DEL, "chain=forward handle=6 staged");
	scene_ask(client, PORCH_CMD_TXN_COMMIT, "operations=13");
	handles(client, "forward", text);
	EXPECT_STREQ("5", text);
	handles(client, "web", text);
	EXPECT_STREQ("4", text);
	scene_dump(client, PORCH_CMD_SET_GET, &answer);
	EXPECT_EQ(2, answer.count);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_ELEMENT_GET, &answer);
	EXPECT_EQ(1, answer.count);
	answer_free(&answer);
	scene_ask(client, PORCH_CMD_ELEMENT_GET, "set=web addr=10.7.9.9");
}

TEST_F(requests, settings_stay_unless_named)
{
	struct nlattr *a[PORCH_A_ENGINE_MAX + 1];

	scene_ask(&self->client, PORCH_CMD_ENGINE_SET,
		  "vector=3 time-limit=99 lane-limit=77 icmp-rate=5 threaded=1");
	scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "icmp-rate=0 vector=4");
	look(_metadata, &self->client, PORCH_CMD_ENGINE_GET, "", a, PORCH_A_ENGINE_MAX);
	expect_u32(_metadata, 4, a, PORCH_A_ENGINE_VECTOR);
	expect_u32(_metadata, 99, a, PORCH_A_ENGINE_TIME_LIMIT);
	expect_u32(_metadata, 77, a, PORCH_A_ENGINE_LANE_LIMIT);
	expect_u32(_metadata, 0, a, PORCH_A_ENGINE_ICMP_RATE);
	EXPECT_EQ(PORCH_SWITCH_ON, nla_get_u8(a[PORCH_A_ENGINE_THREADED]));
	scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "threaded=0");
	look(_metadata, &self->client, PORCH_CMD_ENGINE_GET, "", a, PORCH_A_ENGINE_MAX);
	expect_u32(_metadata, 4, a, PORCH_A_ENGINE_VECTOR);
	EXPECT_EQ(PORCH_SWITCH_OFF, nla_get_u8(a[PORCH_A_ENGINE_THREADED]));
}

TEST_F(requests, so_do_those_of_flows)
{
	const struct attr *attrs = op_find(PORCH_CMD_TRACK_SET)->attrs;
	struct nlattr *a[PORCH_A_TRACK_MAX + 1];
	char text[32];
	int i;

	scene_ask(&self->client, PORCH_CMD_TRACK_SET, "flows=7 loose=0");
	for (i = PORCH_A_TRACK_SYN_SENT; i <= PORCH_A_TRACK_OTHER; i++) {
		snprintf(text, sizeof(text), "%s=%d", attrs[i - 1].name, 1000 + i);
		scene_ask(&self->client, PORCH_CMD_TRACK_SET, text);
	}
	look(_metadata, &self->client, PORCH_CMD_TRACK_GET, "", a, PORCH_A_TRACK_MAX);
	expect_u32(_metadata, 7, a, PORCH_A_TRACK_FLOWS);
	EXPECT_EQ(PORCH_SWITCH_OFF, nla_get_u8(a[PORCH_A_TRACK_LOOSE]));
	for (i = PORCH_A_TRACK_SYN_SENT; i <= PORCH_A_TRACK_OTHER; i++)
		expect_u32(_metadata, 1000 + i, a, i);
	scene_ask(&self->client, PORCH_CMD_TRACK_SET, "loose=1");
	look(_metadata, &self->client, PORCH_CMD_TRACK_GET, "", a, PORCH_A_TRACK_MAX);
	EXPECT_EQ(PORCH_SWITCH_ON, nla_get_u8(a[PORCH_A_TRACK_LOOSE]));
	expect_u32(_metadata, 7, a, PORCH_A_TRACK_FLOWS);
}

/* All that changes something can be part of a transaction, and asks for one. */
TEST_F(requests, changes_can_be_staged)
{
	struct request request;
	struct answer answer;
	char text[1024];
	int i;

	for (i = 0; i < op_count; i++) {
		if (!ops[i].admin || ops[i].now || ops[i].txn)
			continue;
		snprintf(text, sizeof(text), "%s staged", ops[i].example);
		request = op_request(&ops[i], text);
		client_call(&self->client, &request, &answer);
		EXPECT_EQ(ENOENT, answer.error)
			TH_LOG("%s: %s", text, answer.text);
		answer_free(&answer);
		scene_ask(&self->client, PORCH_CMD_TXN_BEGIN, "");
		answer = ask(_metadata, &self->client, ops[i].cmd, text);
		EXPECT_EQ(0, answer.count);
		answer_free(&answer);
		request = op_example(&ops[i]);
		client_call(&self->client, &request, &answer);
		EXPECT_EQ(EBUSY, answer.error)
			TH_LOG("%s: %s", ops[i].name, answer.text);
		answer_free(&answer);
		scene_ask(&self->client, PORCH_CMD_TXN_COMMIT, "operations=1");
	}
}

/* A route and a commit, which has to fail with an error or not. */
static void commit_route(struct __test_metadata *_metadata, struct client *client,
			 const char *how, int error)
{
	struct request request = op_request(op_find(PORCH_CMD_TXN_COMMIT), how);
	struct answer answer;

	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 staged");
	client_call(client, &request, &answer);
	EXPECT_EQ(error, answer.error)
		TH_LOG("%s: %s", how, answer.text);
	answer_free(&answer);
}

TEST_F(requests, commits_only_replace_the_generation_they_name)
{
	struct client *client = &self->client;
	uint32_t before = generation(_metadata, client);
	char how[64];

	snprintf(how, sizeof(how), "operations=1 generation=%u", before - 1);
	commit_route(_metadata, client, how, EAGAIN);
	snprintf(how, sizeof(how), "operations=1 generation=%u check", before + 1);
	commit_route(_metadata, client, how, EAGAIN);
	EXPECT_EQ(SCENE_ROUTES, routes(client));
	EXPECT_EQ(before, generation(_metadata, client));
	snprintf(how, sizeof(how), "operations=1 generation=%u", before);
	commit_route(_metadata, client, how, 0);
	EXPECT_EQ(SCENE_ROUTES + 1, routes(client));
	EXPECT_EQ(before + 1, generation(_metadata, client));
}

TEST_F(requests, commits_can_be_tried)
{
	struct client *client = &self->client;
	uint32_t before = generation(_metadata, client);

	commit_route(_metadata, client, "operations=1 check", 0);
	EXPECT_EQ(SCENE_ROUTES, routes(client));
	EXPECT_EQ(before, generation(_metadata, client));
	commit_route(_metadata, client, "operations=1", 0);
	commit_route(_metadata, client, "operations=1 check", EEXIST);
	EXPECT_EQ(before + 1, generation(_metadata, client));
}

TEST_F(requests, transactions_take_effect_at_once_or_never)
{
	struct client *client = &self->client;
	uint32_t before = generation(_metadata, client);

	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 staged");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.10.0.0 prefix-len=16 type=1 staged");
	EXPECT_EQ(SCENE_ROUTES, routes(client));
	EXPECT_EQ(before, generation(_metadata, client));
	scene_ask(client, PORCH_CMD_TXN_COMMIT, "operations=2");
	EXPECT_EQ(SCENE_ROUTES + 2, routes(client));
	EXPECT_EQ(before + 1, generation(_metadata, client));

	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_ROUTE_DEL, "dst=10.9.0.0 prefix-len=16 staged");
	scene_ask(client, PORCH_CMD_TXN_ABORT, "");
	EXPECT_EQ(SCENE_ROUTES + 2, routes(client));
	EXPECT_EQ(before + 1, generation(_metadata, client));
}

TEST_F(requests, every_counter_has_a_name)
{
	struct nlattr *a[PORCH_A_COUNTER_MAX + 1], *b[PORCH_A_COUNTER_MAX + 1];
	struct answer answer;
	char text[64];
	size_t pos = 0;

	scene_dump(&self->client, PORCH_CMD_STATS_GET, &answer);
	EXPECT_LT(30, answer.count);
	while (answer_next(&answer, &pos, a, PORCH_A_COUNTER_MAX)) {
		snprintf(text, sizeof(text), "group=%d name=%s",
			 nla_get_u8(a[PORCH_A_COUNTER_GROUP]),
			 nla_get_string(a[PORCH_A_COUNTER_NAME]));
		look(_metadata, &self->client, PORCH_CMD_STATS_GET, text, b, PORCH_A_COUNTER_MAX);
		EXPECT_STREQ(nla_get_string(a[PORCH_A_COUNTER_NAME]),
			     nla_get_string(b[PORCH_A_COUNTER_NAME]));
		EXPECT_EQ(nla_get_u8(a[PORCH_A_COUNTER_GROUP]),
			  nla_get_u8(b[PORCH_A_COUNTER_GROUP]));
	}
	answer_free(&answer);
}

TEST_F(requests, ledger_and_status_are_complete)
{
	struct nlattr *a[PORCH_A_LEDGER_MAX + 1], *b[PORCH_A_STATUS_MAX + 1];
	int i;

	look(_metadata, &self->client, PORCH_CMD_LEDGER_GET, "sync", a, PORCH_A_LEDGER_MAX);
	for (i = PORCH_A_LEDGER_RX; i <= PORCH_A_LEDGER_QUEUED; i++)
		EXPECT_NE(NULL, a[i])
			TH_LOG("ledger %d", i);
	look(_metadata, &self->client, PORCH_CMD_STATUS_GET, "", b, PORCH_A_STATUS_MAX);
	expect_u32(_metadata, 2, b, PORCH_A_STATUS_PORTS);
	expect_u32(_metadata, 3, b, PORCH_A_STATUS_ROUTES_V4);
	expect_u32(_metadata, 1, b, PORCH_A_STATUS_ROUTES_V6);
	EXPECT_NE(NULL, b[PORCH_A_STATUS_VERSION]);
}

/**
 * struct place - an attribute in the example of an operation
 * @op: the operation
 * @request: its example
 * @item: index of the attribute in @request
 * @attr: what the table says of it
 */
struct place {
	const struct op *op;
	struct request request;
	int item;
	const struct attr *attr;
};

/* All of them, one after the other; begin with an empty place */
static bool next_place(struct place *at)
{
	if (at->op)
		at->item++;
	else
		at->op = ops;
	for (; at->op < ops + op_count; at->op++, at->item = 0) {
		at->request = op_example(at->op);
		if (at->item < at->request.count) {
			at->attr = op_attr(at->op, at->request.items[at->item].type);
			return true;
		}
	}
	return false;
}

/* With nothing but the attribute to blame */
static struct blame blame_place(int error, const struct place *at)
{
	return (struct blame) { error, request_offset(&at->request, at->item) };
}

static void remove_item(struct request *request, int item)
{
	memmove(&request->items[item], &request->items[item + 1],
		(--request->count - item) * sizeof(request->items[0]));
}

/* Left out one at a time, each in a place of its own */
TEST_F_TIMEOUT(requests, optional_attributes_can_be_left_out, 240)
{
	struct place at = {};
	struct answer answer;

	while (next_place(&at)) {
		if (at.attr->required || at.attr->bound)
			continue;
		remove_item(&at.request, at.item);
		client_call(&self->client, &at.request, &answer);
		EXPECT_EQ(0, answer.error)
			TH_LOG("%s without %s: %s", at.op->name, at.attr->name, answer.text);
		answer_free(&answer);
		client_close(&self->client);
		scene_enter(&self->client);
	}
}

/* --- wrongly --- */

TEST_F_TIMEOUT(requests, missing, 120)
{
	struct place at = {};
	struct request request;

	while (next_place(&at)) {
		if (!at.attr->required)
			continue;
		remove_item(&at.request, at.item);
		refuse(_metadata, &self->client, at.attr->name, &at.request,
		       (struct blame) { EINVAL, .missing = at.attr->nr });
	}
	request = op_request(op_find(PORCH_CMD_ENGINE_SET), "");
	refuse(_metadata, &self->client, "no setting", &request, (struct blame) { EINVAL });
	request = op_request(op_find(PORCH_CMD_TRACK_SET), "");
	refuse(_metadata, &self->client, "no setting", &request, (struct blame) { EINVAL });
}

TEST_F_TIMEOUT(requests, duplicate, 120)
{
	struct place at = {};

	while (next_place(&at)) {
		at.request.items[at.request.count++] = at.request.items[at.item];
		refuse(_metadata, &self->client, at.attr->name, &at.request,
		       blame_place(EINVAL, &at));
	}
}

/* With what a value of that length is refused; 0 if it is not. */
static int length_error(const struct attr *attr, int len)
{
	switch (attr->kind) {
	case U8:
		return len == 1 ? 0 : EINVAL;
	case U16:
		return len == 2 ? 0 : EINVAL;
	case U32:
		return len == 4 ? 0 : EINVAL;
	case U64:
		return len == 8 ? 0 : EINVAL;
	case FLAG:
		return len ? ERANGE : 0;
	case ADDRESS:
		return len == 4 || len == 16 ? 0 : EINVAL;
	default:
		return len ? 0 : EINVAL;
	}
}

TEST_F_TIMEOUT(requests, short_and_long, 120)
{
	static const int lengths[] = { 0, 1, 2, 3, 4, 5, 8, 15, 16, 17, MAX_VALUE };
	struct place at = {};
	unsigned int i;
	char what[64];
	int error;

	while (next_place(&at)) {
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			error = length_error(at.attr, lengths[i]);
			if (!error)
				continue;
			at.request.items[at.item].len = lengths[i];
			snprintf(what, sizeof(what), "%s of %d bytes", at.attr->name, lengths[i]);
			refuse(_metadata, &self->client, what, &at.request,
			       blame_place(error, &at));
		}
	}
}

TEST_F_TIMEOUT(requests, strings, 120)
{
	struct place at = {};
	struct item *item;
	uint32_t max;

	while (next_place(&at)) {
		item = &at.request.items[at.item];
		max = at.attr->max;
		if (at.attr->kind != STRING)
			continue;
		item->len--;
		refuse(_metadata, &self->client, "no end", &at.request,
		       blame_place(EINVAL, &at));
		memset(item->value, 'x', MAX_VALUE);
		item->len = max + 1;
		refuse(_metadata, &self->client, "no end, as long as can be", &at.request,
		       blame_place(EINVAL, &at));
		item->len = max + 2;
		item->value[max + 1] = '\0';
		refuse(_metadata, &self->client, "one too long", &at.request,
		       blame_place(EINVAL, &at));
		item->value[3] = '\0';
		refuse(_metadata, &self->client, "two in one, too long", &at.request,
		       blame_place(ERANGE, &at));
		if (at.attr->names)
			continue;
		item->len = max + 1;
		item->value[max] = '\0';
		refuse(_metadata, &self->client, "two in one", &at.request,
		       blame_place(ENOENT, &at));
		item->value[3] = 'x';
		refuse(_metadata, &self->client, "unknown, as long as can be", &at.request,
		       blame_place(ENOENT, &at));
	}
}

TEST_F_TIMEOUT(requests, nested, 120)
{
	struct nlattr inner = { .nla_len = NLA_HDRLEN + 4, .nla_type = 1 };
	struct place at = {};
	struct item *item;

	while (next_place(&at)) {
		item = &at.request.items[at.item];
		item->type |= NLA_F_NESTED;
		refuse(_metadata, &self->client, "a value said to be a nest", &at.request,
		       blame_place(EINVAL, &at));
		item->len = inner.nla_len;
		memcpy(item->value, &inner, sizeof(inner));
		refuse(_metadata, &self->client, "a nest instead of a value", &at.request,
		       blame_place(EINVAL, &at));
	}
}

/* Among them what only other operations, or replies, have. */
TEST_F_TIMEOUT(requests, unknown, 120)
{
	struct request request, wrong;
	const struct op *op;
	char what[64];
	int nr;

	for (op = ops; op < ops + op_count; op++) {
		request = op_example(op);
		for (nr = 0; nr <= op->last + 2; nr++) {
			if (op_attr(op, nr))
				continue;
			wrong = request;
			wrong.items[wrong.count++] = (struct item) { nr, 4, { 1 } };
			snprintf(what, sizeof(what), "attribute %d", nr);
			refuse(_metadata, &self->client, what, &wrong,
			       (struct blame) { EINVAL, request_offset(&request, request.count) });
		}
		wrong = request;
		wrong.items[wrong.count++] = (struct item) { 0x3fff, 0 };
		refuse(_metadata, &self->client, "the largest number", &wrong,
		       (struct blame) { EINVAL, request_offset(&request, request.count) });
	}
}

static bool is_number(const struct place *at)
{
	return is_integer(at->attr);
}

static void set_number(struct place *at, uint64_t value)
{
	struct item *item = &at->request.items[at->item];

	memcpy(item->value, &value, item->len);
}

TEST_F_TIMEOUT(requests, out_of_range, 120)
{
	struct place at = {};

	while (next_place(&at)) {
		if (!is_number(&at))
			continue;
		if (at.attr->max != UINT64_MAX >> (64 - 8 * at.request.items[at.item].len)) {
			set_number(&at, at.attr->max + 1);
			refuse(_metadata, &self->client, "one more", &at.request,
			       blame_place(ERANGE, &at));
			set_number(&at, UINT64_MAX);
			refuse(_metadata, &self->client, "all bits", &at.request,
			       blame_place(ERANGE, &at));
		}
		if (!at.attr->min)
			continue;
		set_number(&at, at.attr->min - 1);
		refuse(_metadata, &self->client, "one less", &at.request,
		       blame_place(ERANGE, &at));
	}
}

/* The smallest and the largest are in range, whatever else is said of them. */
TEST_F_TIMEOUT(requests, just_in_range, 120)
{
	struct place at = {};
	struct answer answer;
	int i;

	while (next_place(&at)) {
		for (i = 0; i < 2 && is_number(&at); i++) {
			set_number(&at, i ? at.attr->max : at.attr->min);
			client_call(&self->client, &at.request, &answer);
			EXPECT_NE(ERANGE, answer.error)
				TH_LOG("%s %s", at.op->name, at.attr->name);
			if (at.op->cmd == PORCH_CMD_ENGINE_SET)
				EXPECT_EQ(0, answer.error)
					TH_LOG("%s: %s", at.attr->name, answer.text);
			answer_free(&answer);
		}
	}
}

TEST_F_TIMEOUT(requests, header, 120)
{
	struct request request, wrong;
	const struct op *op;
	uint8_t buf[SIZE];
	char what[64];
	size_t len;
	int bit;

	for (op = ops; op < ops + op_count; op++) {
		request = op_example(op);
		wrong = request;
		wrong.reserved = 1;
		refuse(_metadata, &self->client, "reserved", &wrong, (struct blame) { EINVAL });
		for (bit = 0; bit < 16; bit++) {
			if ((NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO) & 1 << bit)
				continue;
			wrong = request;
			wrong.flags |= 1 << bit;
			snprintf(what, sizeof(what), "flag %#x", 1 << bit);
			refuse(_metadata, &self->client, what, &wrong, (struct blame) { EINVAL });
		}
		wrong = request;
		wrong.flags &= ~NLM_F_REQUEST;
		refuse(_metadata, &self->client, "no request", &wrong, (struct blame) { 0 });
	}

	request = op_example(op_find(PORCH_CMD_PORT_ADD));
	len = client_encode(&self->client, &request, buf, sizeof(buf));
	for (bit = 0; bit < 256; bit++) {
		if (op_find(bit))
			continue;
		buf[NLMSG_HDRLEN] = bit;
		snprintf(what, sizeof(what), "command %d", bit);
		refuse_bytes(_metadata, &self->client, what, buf, len,
			     (struct blame) { EOPNOTSUPP, .mute = true });
	}
}

/* As in every generic netlink family, the version is for people. */
TEST_F(requests, version_makes_no_difference)
{
	struct request request = op_example(op_find(PORCH_CMD_ENGINE_GET));
	struct answer right, other;
	int version;

	client_call(&self->client, &request, &right);
	for (version = 0; version < 256; version += 51) {
		request.version = version;
		client_call(&self->client, &request, &other);
		EXPECT_EQ(0, other.error);
		ASSERT_EQ(right.len, other.len);
		EXPECT_EQ(0, memcmp(right.data, other.data, right.len));
		answer_free(&other);
	}
	answer_free(&right);
}

/* Whole attributes, with or without the padding behind the last, are a message. */
static bool ends_with_attr(const struct request *request, uint32_t len)
{
	uint32_t begin = request_offset(request, 0), end = begin;
	int i;

	for (i = 0; i < request->count; i++) {
		begin = end + nla_attr_size(request->items[i].len);
		end = request_offset(request, i + 1);
		if (len >= begin && len <= end)
			return true;
	}
	return len == request_offset(request, 0);
}

TEST_F_TIMEOUT(requests, truncated, 120)
{
	uint8_t whole[SIZE], buf[SIZE];
	struct request request;
	struct blame blame;
	const struct op *op;
	uint32_t len, cut;
	char what[64];

	for (op = ops; op < ops + op_count; op++) {
		request = op_example(op);
		len = client_encode(&self->client, &request, whole, sizeof(whole));
		for (cut = 1; cut < len; cut++) {
			snprintf(what, sizeof(what), "%s, %d of %d bytes", op->name, cut, len);
			memcpy(buf, whole, sizeof(buf));
			/* fewer than the header says: that is no message at all */
			refuse_bytes(_metadata, &self->client, what, buf, cut,
				     (struct blame) { NO_ANSWER });
			if (ends_with_attr(&request, cut))
				continue;
			((struct nlmsghdr *)buf)->nlmsg_len = cut;
			blame = (struct blame) { EINVAL };
			if (cut < NLMSG_HDRLEN)
				blame.error = NO_ANSWER;
			else if (cut < NLMSG_HDRLEN + GENL_HDRLEN)
				blame.mute = true;
			refuse_bytes(_metadata, &self->client, what, buf, cut, blame);
		}
	}
}

TEST_F_TIMEOUT(requests, garbage_behind, 120)
{
	struct request request;
	const struct op *op;
	uint8_t buf[SIZE];
	size_t len, more;
	char what[64];
	int fill;

	for (op = ops; op < ops + op_count; op++) {
		for (fill = 0; fill < 256; fill += 85) {
			for (more = 1; more < 8; more++) {
				request = op_example(op);
				memset(buf, fill, sizeof(buf));
				len = client_encode(&self->client, &request, buf, sizeof(buf));
				((struct nlmsghdr *)buf)->nlmsg_len = len + more;
				snprintf(what, sizeof(what), "%s and %zu times %#x", op->name,
					 more, fill);
				refuse_bytes(_metadata, &self->client, what, buf, len + more,
					     (struct blame) { EINVAL });
			}
		}
	}
}

/* An attribute that claims to be shorter than its header, or longer than the message */
TEST_F_TIMEOUT(requests, attribute_lengths_that_lie, 120)
{
	static const uint16_t lies[] = { 0, 1, 3, SIZE, 0x7fff, 0xffff };
	struct place at = {};
	uint8_t buf[SIZE];
	unsigned int i;
	char what[64];
	size_t len;

	while (next_place(&at)) {
		for (i = 0; i < ARRAY_SIZE(lies); i++) {
			len = client_encode(&self->client, &at.request, buf, sizeof(buf));
			memcpy(buf + request_offset(&at.request, at.item), &lies[i],
			       sizeof(lies[i]));
			snprintf(what, sizeof(what), "%s, length %d", at.op->name, lies[i]);
			refuse_bytes(_metadata, &self->client, what, buf, len,
				     (struct blame) { EINVAL });
		}
	}
}

TEST_F_TIMEOUT(requests, dumps, 120)
{
	struct request request;
	struct blame blame;
	const struct op *op;

	for (op = ops; op < ops + op_count; op++) {
		request = op_example(op);
		request.flags = NLM_F_REQUEST | NLM_F_DUMP;
		blame = (struct blame) { EOPNOTSUPP, .mute = true };
		if (op->dump)
			blame = (struct blame) { EINVAL };
		refuse(_metadata, &self->client, "dump with attributes", &request, blame);
	}
}

/* One of two messages in a datagram does not go down with the other. */
TEST_F(requests, several_at_once)
{
	struct request wrong = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" PORT);
	struct request right = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" NO_PORT);
	struct nlattr *a[PORCH_A_PORT_MAX + 1];
	struct answer answer;
	uint8_t buf[SIZE];
	size_t len;

	len = client_encode(&self->client, &wrong, buf, sizeof(buf));
	len += client_encode(&self->client, &right, buf + len, sizeof(buf) - len);
	memset(buf + len, 0xff, 15);	/* too short to be a third */
	client_exchange(&self->client, buf, len + 15, &answer);
	EXPECT_EQ(0, answer.error);
	EXPECT_STREQ("the device is a port already", answer.text);
	answer_free(&answer);
	look(_metadata, &self->client, PORCH_CMD_PORT_GET, "ifindex=" NO_PORT, a,
	     PORCH_A_PORT_MAX);
}

/* --- in order, but not possible --- */

/**
 * struct refusal - a request that only its meaning makes wrong
 * @cmd: operation
 * @text: its attributes
 * @error: errno
 * @attr: number of the one to blame, 0 for none
 * @word: in the message
 */
static const struct refusal {
	uint8_t cmd;
	const char *text;
	int error;
	uint16_t attr;
	const char *word;
} refusals[] = {
	{ PORCH_CMD_RULE_ADD, "chain=forward action=1 bypass", EINVAL, PORCH_A_RULE_BYPASS,
	  "only queue and divert" },
	{ PORCH_CMD_EXPLAIN, "ifindex=" NO_DEVICE " packet=45", ENOENT,
	  PORCH_A_EXPLAIN_IFINDEX, "not a port" },
	{ PORCH_CMD_EXPLAIN, "ifindex=" NO_PORT " packet=45", ENOENT, PORCH_A_EXPLAIN_IFINDEX,
	  "not a port" },
	{ PORCH_CMD_EXPLAIN, "ifindex=" PORT " packet=55", EINVAL, PORCH_A_EXPLAIN_PACKET,
	  "neither IPv4 nor IPv6" },
	{ PORCH_CMD_EXPLAIN, "ifindex=" PORT " packet=4500 length=1", EINVAL,
	  PORCH_A_EXPLAIN_LENGTH, "longer" },
	{ PORCH_CMD_PORT_ADD, "ifindex=" NO_DEVICE, ENODEV, PORCH_A_PORT_IFINDEX, "no such" },
	{ PORCH_CMD_PORT_ADD, "ifindex=" PORT, EEXIST, PORCH_A_PORT_IFINDEX, "already" },
	{ PORCH_CMD_PORT_ADD, "ifindex=1", EINVAL, PORCH_A_PORT_IFINDEX, "loopback" },
	{ PORCH_CMD_PORT_DEL, "ifindex=" NO_DEVICE, ENODEV, PORCH_A_PORT_IFINDEX, "no such" },
	{ PORCH_CMD_PORT_DEL, "ifindex=" NO_PORT, ENOENT, PORCH_A_PORT_IFINDEX, "not a port" },
	{ PORCH_CMD_PORT_GET, "ifindex=" NO_PORT, ENOENT, PORCH_A_PORT_IFINDEX, "not a port" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.1 prefix-len=16 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_DST, "behind the prefix" },
	{ PORCH_CMD_ROUTE_ADD, "dst=2001:db8:: prefix-len=28 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_DST, "behind the prefix" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=33 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_PREFIX_LEN, "longer than the address" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 oif=" PORT, EEXIST,
	  PORCH_A_ROUTE_DST, "already" },
	{ PORCH_CMD_ROUTE_ADD, "dst=224.0.0.0 prefix-len=8 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_DST, "not routed" },
	{ PORCH_CMD_ROUTE_ADD, "dst=fe80:: prefix-len=64 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_DST, "not routed" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16", EINVAL, 0, "gateway or a device" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_TYPE, "unicast" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 gateway=2001:db8::2 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_GATEWAY, "family" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 gateway=224.0.0.1 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_GATEWAY, "unicast" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 gateway=10.0.0.1 oif=" PORT, EINVAL,
	  PORCH_A_ROUTE_GATEWAY, "this machine" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 gateway=10.99.0.1", ENETUNREACH,
	  PORCH_A_ROUTE_GATEWAY, "no device's network" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 gateway=10.99.0.1 oif=" PORT,
	  ENETUNREACH, PORCH_A_ROUTE_GATEWAY, "onlink" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 oif=" PORT " onlink", EINVAL,
	  PORCH_A_ROUTE_ONLINK, "onlink" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 oif=" NO_DEVICE, ENODEV,
	  PORCH_A_ROUTE_OIF, "no such" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 oif=1", EINVAL,
	  PORCH_A_ROUTE_OIF, "loopback" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 oif=" PORT " nexthops=/10+/12", EINVAL,
	  PORCH_A_ROUTE_NEXTHOPS, "all in the list" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 nexthops=/10+/12", EINVAL,
	  PORCH_A_ROUTE_TYPE, "unicast" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 nexthops=/10+/13", ENODEV,
	  PORCH_A_ROUTE_NEXTHOPS, "no such" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 nexthops=10.0.0.7+10.0.0.1", EINVAL,
	  PORCH_A_ROUTE_NEXTHOPS, "this machine" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.9.0.0 prefix-len=16", ESRCH, PORCH_A_ROUTE_DST, "no such" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=17", ESRCH, PORCH_A_ROUTE_DST, "no such" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 type=1", ESRCH, PORCH_A_ROUTE_DST,
	  "no such" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 oif=" NO_PORT, ESRCH,
	  PORCH_A_ROUTE_DST, "no such" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.2.0.0 prefix-len=16 gateway=10.0.0.3", ESRCH,
	  PORCH_A_ROUTE_DST, "no such" },
	{ PORCH_CMD_ROUTE_GET, "dst=192.0.2.1", ENETUNREACH, PORCH_A_ROUTE_DST, "no route" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 table=9", ESRCH, PORCH_A_ROUTE_DST,
	  "no such" },
	{ PORCH_CMD_ROUTE_GET, "dst=10.1.2.3 table=9", ENETUNREACH, PORCH_A_ROUTE_DST, "no route" },
	{ PORCH_CMD_ROUTE_GET, "dst=10.1.2.3 src=2001:db8::1", EINVAL, PORCH_A_ROUTE_SRC,
	  "family" },
	{ PORCH_CMD_ROUTE_GET, "dst=10.1.2.3 iif=" NO_DEVICE, ENODEV, PORCH_A_ROUTE_IIF,
	  "no such" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=100 table=1", EEXIST, PORCH_A_ROUTE_RULE_PREF,
	  "already" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=1 table=1 src=10.9.0.1 src-len=16", EINVAL,
	  PORCH_A_ROUTE_RULE_SRC, "behind the prefix" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=1 table=1 src=10.9.0.0 src-len=33", EINVAL,
	  PORCH_A_ROUTE_RULE_SRC_LEN, "longer than" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=1 table=1 iif=" NO_DEVICE, ENODEV,
	  PORCH_A_ROUTE_RULE_IIF, "no such" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=1 table=1 mark=3 mask=2", EINVAL,
	  PORCH_A_ROUTE_RULE_MARK, "mask" },
	{ PORCH_CMD_ROUTE_RULE_DEL, "pref=99", ENOENT, PORCH_A_ROUTE_RULE_PREF, "no rule" },
	{ PORCH_CMD_ROUTE_RULE_GET, "pref=99", ENOENT, PORCH_A_ROUTE_RULE_PREF, "no rule" },
	{ PORCH_CMD_LANE_ADD, "pref=100 lane=1", EEXIST, PORCH_A_LANE_PREF, "already" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 in=" NO_DEVICE, ENODEV, PORCH_A_LANE_IN, "no such" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 sport=1", EINVAL, PORCH_A_LANE_SPORT, "has ports" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 dport=1 proto=1", EINVAL, PORCH_A_LANE_DPORT,
	  "has ports" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 proto=6 dport=2 dport-max=1", EINVAL,
	  PORCH_A_LANE_DPORT_MAX, "before it begins" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 proto=6 sport-max=1", EINVAL,
	  PORCH_A_LANE_SPORT_MAX, "first value" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 icmp-type=1", EINVAL, PORCH_A_LANE_ICMP_TYPE,
	  "ICMP" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 proto=58 icmp-type=2 icmp-type-max=1", EINVAL,
	  PORCH_A_LANE_ICMP_TYPE_MAX, "before it begins" },
	{ PORCH_CMD_LANE_ADD, "pref=1 lane=1 proto=58 icmp-type-max=1", EINVAL,
	  PORCH_A_LANE_ICMP_TYPE_MAX, "first value" },
	{ PORCH_CMD_LANE_DEL, "pref=99", ENOENT, PORCH_A_LANE_PREF, "no rule" },
	{ PORCH_CMD_LANE_GET, "pref=99", ENOENT, PORCH_A_LANE_PREF, "no rule" },
	{ PORCH_CMD_ROUTE_GET, "dst=2001:db8:2::1", ENETUNREACH, PORCH_A_ROUTE_DST, "no route" },
	{ PORCH_CMD_CHAIN_ADD, "name=web", EEXIST, PORCH_A_CHAIN_NAME, "already" },
	{ PORCH_CMD_CHAIN_ADD, "name=forward", EEXIST, PORCH_A_CHAIN_NAME, "already" },
	{ PORCH_CMD_CHAIN_ADD, "name=-x", EINVAL, PORCH_A_CHAIN_NAME, "letters" },
	{ PORCH_CMD_CHAIN_ADD, "name=a:b", EINVAL, PORCH_A_CHAIN_NAME, "letters" },
	{ PORCH_CMD_CHAIN_DEL, "name=nothing", ENOENT, PORCH_A_CHAIN_NAME, "no such" },
	{ PORCH_CMD_CHAIN_DEL, "name=input", EBUSY, PORCH_A_CHAIN_NAME, "always there" },
	{ PORCH_CMD_CHAIN_DEL, "name=web", EBUSY, PORCH_A_CHAIN_NAME, "has rules" },
	{ PORCH_CMD_CHAIN_SET, "name=web policy=1", EINVAL,
	  PORCH_A_CHAIN_NAME, "only the chains of hooks" },
	{ PORCH_CMD_CHAIN_GET, "name=nothing", ENOENT, PORCH_A_CHAIN_NAME, "no such" },
	{ PORCH_CMD_RULE_ADD, "chain=nothing", ENOENT, PORCH_A_RULE_CHAIN, "no such" },
	{ PORCH_CMD_RULE_ADD, "chain=forward before=3", ENOENT, PORCH_A_RULE_BEFORE, "no rule" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src=10.0.0.1 src-len=8", EINVAL,
	  PORCH_A_RULE_SRC, "behind the prefix" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src=10.0.0.0 src-len=33", EINVAL,
	  PORCH_A_RULE_SRC_LEN, "longer than" },
	{ PORCH_CMD_RULE_ADD, "chain=forward dst-len=8", EINVAL,
	  PORCH_A_RULE_DST_LEN, "without an address" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src=10.0.0.0 dst=2001:db8::1", EINVAL,
	  PORCH_A_RULE_DST, "never match" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src=10.0.0.1 proto=58", EINVAL,
	  PORCH_A_RULE_PROTO, "never match" },
	{ PORCH_CMD_RULE_ADD, "chain=forward proto=1 dport=1", EINVAL,
	  PORCH_A_RULE_DPORT, "no ports" },
	{ PORCH_CMD_RULE_ADD, "chain=forward dport=2 dport-max=1", EINVAL,
	  PORCH_A_RULE_DPORT_MAX, "before it begins" },
	{ PORCH_CMD_RULE_ADD, "chain=forward sport-max=1", EINVAL,
	  PORCH_A_RULE_SPORT_MAX, "first port" },
	{ PORCH_CMD_RULE_ADD, "chain=forward tcp-flags=2 tcp-mask=2", EINVAL,
	  PORCH_A_RULE_TCP_FLAGS, "must say so" },
	{ PORCH_CMD_RULE_ADD, "chain=forward proto=6 tcp-flags=2", EINVAL,
	  PORCH_A_RULE_TCP_FLAGS, "go together" },
	{ PORCH_CMD_RULE_ADD, "chain=forward proto=6 tcp-flags=2 tcp-mask=1", EINVAL,
	  PORCH_A_RULE_TCP_FLAGS, "not in the mask" },
	{ PORCH_CMD_RULE_ADD, "chain=forward icmp-type=8", EINVAL,
	  PORCH_A_RULE_ICMP_TYPE, "ICMPv6" },
	{ PORCH_CMD_RULE_ADD, "chain=forward proto=1 icmp-code=0", EINVAL,
	  PORCH_A_RULE_ICMP_CODE, "without a type" },
	{ PORCH_CMD_RULE_ADD, "chain=forward length=2 length-max=1", EINVAL,
	  PORCH_A_RULE_LENGTH_MAX, "before it begins" },
	{ PORCH_CMD_RULE_ADD, "chain=forward length-max=1", EINVAL,
	  PORCH_A_RULE_LENGTH_MAX, "smallest" },
	{ PORCH_CMD_RULE_ADD, "chain=forward mark=2 mark-mask=1", EINVAL,
	  PORCH_A_RULE_MARK, "outside" },
	{ PORCH_CMD_RULE_ADD, "chain=forward mark-mask=1", EINVAL,
	  PORCH_A_RULE_MARK_MASK, "without a mark" },
	{ PORCH_CMD_RULE_ADD, "chain=forward limit-burst=5", EINVAL,
	  PORCH_A_RULE_LIMIT_BURST, "limit is missing" },
	{ PORCH_CMD_RULE_ADD, "chain=forward log-prefix=x", EINVAL,
	  PORCH_A_RULE_LOG_PREFIX, "log is missing" },
	{ PORCH_CMD_RULE_ADD, "chain=forward nat-addr=192.0.2.1", EINVAL,
	  PORCH_A_RULE_NAT_ADDR, "nat is missing" },
	{ PORCH_CMD_RULE_ADD, "chain=forward nat=1", EINVAL, PORCH_A_RULE_NAT, "need an address" },
	{ PORCH_CMD_RULE_ADD, "chain=forward nat=1 nat-addr=192.0.2.9 nat-addr-max=192.0.2.1",
	  EINVAL, PORCH_A_RULE_NAT_ADDR_MAX, "before it begins" },
	{ PORCH_CMD_RULE_ADD, "chain=forward nat=1 nat-addr=192.0.2.9 nat-port=1", EINVAL,
	  PORCH_A_RULE_NAT_PORT, "protocol" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=4", EINVAL,
	  PORCH_A_RULE_ACTION, "goes to a chain" },
	{ PORCH_CMD_RULE_ADD, "chain=forward jump=web", EINVAL,
	  PORCH_A_RULE_JUMP, "goes to a chain" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=4 jump=nothing", ENOENT,
	  PORCH_A_RULE_JUMP, "no such" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=4 jump=input", EINVAL,
	  PORCH_A_RULE_JUMP, "not jumped to" },
	{ PORCH_CMD_RULE_ADD, "chain=web action=4 jump=web", ELOOP, PORCH_A_RULE_JUMP, "circle" },
	{ PORCH_CMD_RULE_ADD, "chain=output action=4 jump=web", EINVAL,
	  PORCH_A_RULE_JUMP, "no sense" },
	{ PORCH_CMD_RULE_ADD, "chain=ingress out=12", EINVAL,
	  PORCH_A_RULE_OUT, "forward and output only" },
	{ PORCH_CMD_RULE_ADD, "chain=output in=10", EINVAL,
	  PORCH_A_RULE_IN, "came in by no device" },
	{ PORCH_CMD_RULE_ADD, "chain=forward in=13", ENODEV, PORCH_A_RULE_IN, "no such device" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=1 reject-with=1", EINVAL,
	  PORCH_A_RULE_REJECT_WITH, "only a reject" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=3 reject-with=2", EINVAL,
	  PORCH_A_RULE_REJECT_WITH, "must say so" },
	{ PORCH_CMD_RULE_ADD, "chain=output action=3", EINVAL,
	  PORCH_A_RULE_ACTION, "this machine" },
	{ PORCH_CMD_RULE_ADD, "chain=forward action=6", EINVAL,
	  PORCH_A_RULE_ACTION, "need a number" },
	{ PORCH_CMD_RULE_ADD, "chain=forward queue=1", EINVAL,
	  PORCH_A_RULE_QUEUE, "need a number" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src-set=nothing", ENOENT,
	  PORCH_A_RULE_SRC_SET, "no such set" },
	{ PORCH_CMD_RULE_ADD, "chain=forward dst-set=nothing", ENOENT,
	  PORCH_A_RULE_DST_SET, "no such set" },
	{ PORCH_CMD_RULE_DEL, "chain=forward handle=3", ENOENT, PORCH_A_RULE_HANDLE, "no rule" },
	{ PORCH_CMD_RULE_DEL, "chain=nothing handle=1", ENOENT, PORCH_A_RULE_CHAIN, "no such" },
	{ PORCH_CMD_RULE_GET, "handle=99", ENOENT, PORCH_A_RULE_HANDLE, "no rule" },
	{ PORCH_CMD_SET_ADD, "name=web type=0", EEXIST, PORCH_A_SET_NAME, "already" },
	{ PORCH_CMD_SET_ADD, "name=.x type=0", EINVAL, PORCH_A_SET_NAME, "letters" },
	{ PORCH_CMD_SET_DEL, "name=nothing", ENOENT, PORCH_A_SET_NAME, "no such" },
	{ PORCH_CMD_SET_GET, "name=nothing", ENOENT, PORCH_A_SET_NAME, "no such" },
	{ PORCH_CMD_ELEMENT_ADD, "set=nothing addr=10.0.0.1", ENOENT,
	  PORCH_A_ELEMENT_SET, "no such" },
	{ PORCH_CMD_ELEMENT_ADD, "set=hosts addr=10.1.0.0 prefix-len=16", EEXIST,
	  PORCH_A_ELEMENT_ADDR, "already" },
	{ PORCH_CMD_ELEMENT_ADD, "set=hosts addr=10.1.0.0 prefix-len=8", EINVAL,
	  PORCH_A_ELEMENT_ADDR, "behind the prefix" },
	{ PORCH_CMD_ELEMENT_ADD, "set=hosts addr=10.0.0.1 port=1", EINVAL,
	  PORCH_A_ELEMENT_PORT, "addresses alone" },
	{ PORCH_CMD_ELEMENT_ADD, "set=web addr=10.0.0.1", EINVAL,
	  PORCH_A_ELEMENT_SET, "port each" },
	{ PORCH_CMD_ELEMENT_ADD, "set=web addr=10.0.0.0 prefix-len=8 port=1", EINVAL,
	  PORCH_A_ELEMENT_PREFIX_LEN, "one host" },
	{ PORCH_CMD_ELEMENT_ADD, "set=web addr=10.0.0.9 port=443", EEXIST,
	  PORCH_A_ELEMENT_ADDR, "already" },
	{ PORCH_CMD_ELEMENT_DEL, "set=hosts addr=10.1.0.0 prefix-len=17", ENOENT,
	  PORCH_A_ELEMENT_ADDR, "no such" },
	{ PORCH_CMD_ELEMENT_DEL, "set=web addr=10.0.0.9 port=444", ENOENT,
	  PORCH_A_ELEMENT_ADDR, "no such" },
	{ PORCH_CMD_ELEMENT_GET, "set=hosts addr=10.2.0.1", ENOENT,
	  PORCH_A_ELEMENT_ADDR, "not in the set" },
	{ PORCH_CMD_ELEMENT_GET, "set=web addr=10.0.0.9 port=80", ENOENT,
	  PORCH_A_ELEMENT_ADDR, "not in the set" },
	{ PORCH_CMD_ELEMENT_GET, "set=web addr=10.0.0.9", EINVAL, PORCH_A_ELEMENT_SET, "type" },
	{ PORCH_CMD_STATS_GET, "group=1 name=no-route", ENOENT, PORCH_A_COUNTER_NAME, "no such" },
	{ PORCH_CMD_STATS_GET, "group=2 name=no-rout", ENOENT, PORCH_A_COUNTER_NAME, "no such" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" NO_DEVICE " id=1", ENODEV, PORCH_A_CLASS_IFINDEX,
	  "no such device" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=2", EEXIST, PORCH_A_CLASS_ID,
	  "of that number" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" OTHER_PORT " id=2 parent=1", ENOENT,
	  PORCH_A_CLASS_PARENT, "no class" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=3 interval=99", EINVAL,
	  PORCH_A_CLASS_INTERVAL, "at least 100" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=3 ceil=10 rate=11", EINVAL,
	  PORCH_A_CLASS_RATE, "more than the ceiling" },
	{ PORCH_CMD_CLASS_CHANGE, "ifindex=" PORT " id=1 rate=1000001", EINVAL,
	  PORCH_A_CLASS_RATE, "more than the ceiling" },
	{ PORCH_CMD_CLASS_CHANGE, "ifindex=" PORT " id=3", ENOENT, PORCH_A_CLASS_ID, "no class" },
	{ PORCH_CMD_CLASS_CHANGE, "ifindex=" PORT " id=1 default", EBUSY, PORCH_A_CLASS_DEFAULT,
	  "below it" },
	{ PORCH_CMD_CLASS_DEL, "ifindex=" PORT " id=1", EBUSY, PORCH_A_CLASS_ID, "below it" },
	{ PORCH_CMD_CLASS_DEL, "ifindex=" NO_DEVICE, ENODEV, PORCH_A_CLASS_IFINDEX,
	  "no such device" },
	{ PORCH_CMD_CLASS_GET, "ifindex=" PORT " id=3", ENOENT, PORCH_A_CLASS_ID, "no class" },
	{ PORCH_CMD_TXN_COMMIT, "operations=0", ENOENT, 0, "no open transaction" },
	{ PORCH_CMD_TXN_ABORT, "", ENOENT, 0, "no open transaction" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 staged", ENOENT, 0,
	  "no open transaction" },
};

TEST_F_TIMEOUT(requests, impossible, 120)
{
	const struct refusal *r;
	struct request request;
	struct answer answer;
	struct blame blame;
	unsigned int i;
	int item;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		r = &refusals[i];
		request = op_request(op_find(r->cmd), r->text);
		blame = (struct blame) { r->error };
		for (item = 0; item < request.count; item++)
			if ((request.items[item].type & NLA_TYPE_MASK) == r->attr)
				blame.offset = request_offset(&request, item);
		refuse(_metadata, &self->client, r->text, &request, blame);
		client_call(&self->client, &request, &answer);
		EXPECT_NE(NULL, strstr(answer.text, r->word))
			TH_LOG("%s: %s", r->text, answer.text);
		answer_free(&answer);
	}
}

TEST_HARNESS_MAIN
