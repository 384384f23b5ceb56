// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners: what they hear is all that happens, in order, and to whom it is told.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/porch.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "scene.h"

#define ROUNDS		400
#define MAX_ROWS	256
#define MAX_ROW		256

FIXTURE(events) {
	struct client client;
	struct client listener;
};

FIXTURE_SETUP(events)
{
	scene_enter(&self->client);
	/* Addresses are followed by the time that it answers. */
	scene_ask(&self->client, PORCH_CMD_STATUS_GET, "");
	ASSERT_EQ(0, client_open(&self->listener));
	ASSERT_EQ(0, client_listen(&self->listener, "config"));
}

FIXTURE_TEARDOWN(events)
{
	client_close(&self->listener);
	client_close(&self->client);
}

/**
 * struct rows - ports, routes, classes or settings as somebody knows them
 * @row: the attributes of each, but for the generation, one after the other
 * @len: length of each
 * @key: length of what tells one row from another, at its beginning
 * @count: how many
 */
struct rows {
	uint8_t row[MAX_ROWS][MAX_ROW];
	size_t len[MAX_ROWS];
	size_t key[MAX_ROWS];
	int count;
};

/**
 * struct view - the configuration as somebody knows it
 * @ports: key is the index
 * @routes: key is the table and the prefix
 * @rules: key is the preference
 * @classes: key is the device and the number
 * @lanes: key is the preference
 * @generation: the last one
 * @changes: events of the generation that is being told
 */
struct view {
	struct rows ports;
	struct rows routes;
	struct rows rules;
	struct rows classes;
	struct rows lanes;
	uint32_t generation;
	uint32_t changes;
};

static void add_attr(struct rows *rows, const struct nlattr *attr)
{
	int i = rows->count;

	memcpy(rows->row[i] + rows->len[i], attr, nla_total_size(nla_len(attr)));
	rows->len[i] += nla_total_size(nla_len(attr));
}

static int find_row(const struct rows *rows)
{
	const uint8_t *key = rows->row[rows->count];
	size_t len = rows->key[rows->count];
	int i;

	for (i = 0; i < rows->count; i++)
		if (rows->key[i] == len && !memcmp(rows->row[i], key, len))
			return i;
	return -1;
}

/* Write a row behind the last one; @keys attributes from @first on are its key. */
static void write_row(struct rows *rows, struct nlattr **attrs, const int *order, int count,
		      int keys)
{
	int i;

	rows->len[rows->count] = 0;
	for (i = 0; i < count; i++) {
		if (attrs[order[i]])
			add_attr(rows, attrs[order[i]]);
		if (i + 1 == keys)
			rows->key[rows->count] = rows->len[rows->count];
	}
}

static void write_port(struct rows *rows, struct nlattr **attrs)
{
	static const int order[] = { PORCH_A_PORT_IFINDEX, PORCH_A_PORT_IFNAME };

	write_row(rows, attrs, order, ARRAY_SIZE(order), 1);
}

static void write_route(struct rows *rows, struct nlattr **attrs)
{
	static const int order[] = {
		PORCH_A_ROUTE_TABLE, PORCH_A_ROUTE_DST, PORCH_A_ROUTE_PREFIX_LEN,
		PORCH_A_ROUTE_TYPE,
		PORCH_A_ROUTE_GATEWAY, PORCH_A_ROUTE_OIF, PORCH_A_ROUTE_ONLINK,
		PORCH_A_ROUTE_IFNAME, PORCH_A_ROUTE_LINK_DOWN, PORCH_A_ROUTE_NEXTHOPS,
	};

	write_row(rows, attrs, order, ARRAY_SIZE(order), 3);
}

static void write_rule(struct rows *rows, struct nlattr **attrs)
{
	static const int order[] = {
		PORCH_A_ROUTE_RULE_PREF, PORCH_A_ROUTE_RULE_TABLE, PORCH_A_ROUTE_RULE_SRC,
		PORCH_A_ROUTE_RULE_SRC_LEN, PORCH_A_ROUTE_RULE_IIF, PORCH_A_ROUTE_RULE_MARK,
		PORCH_A_ROUTE_RULE_MASK, PORCH_A_ROUTE_RULE_IFNAME,
	};

	write_row(rows, attrs, order, ARRAY_SIZE(order), 1);
}

static void write_class(struct rows *rows, struct nlattr **attrs)
{
	static const int order[] = {
		PORCH_A_CLASS_IFINDEX, PORCH_A_CLASS_ID, PORCH_A_CLASS_IFNAME,
		PORCH_A_CLASS_PARENT, PORCH_A_CLASS_PRIO, PORCH_A_CLASS_RATE,
		PORCH_A_CLASS_CEIL, PORCH_A_CLASS_QUANTUM, PORCH_A_CLASS_DEFAULT,
		PORCH_A_CLASS_FLOWS,
	};

	write_row(rows, attrs, order, ARRAY_SIZE(order), 2);
}

static void write_lane(struct rows *rows, struct nlattr **attrs)
{
	static const int order[] = {
		PORCH_A_LANE_PREF, PORCH_A_LANE_LANE, PORCH_A_LANE_IN, PORCH_A_LANE_LOCAL,
		PORCH_A_LANE_PROTO, PORCH_A_LANE_SPORT, PORCH_A_LANE_DPORT,
		PORCH_A_LANE_DPORT_MAX, PORCH_A_LANE_DSCP,
	};

	write_row(rows, attrs, order, ARRAY_SIZE(order), 1);
}

/* The row behind the last becomes one of them. */
static void insert_row(struct __test_metadata *_metadata, struct rows *rows, bool replace)
{
	int i = find_row(rows);

	EXPECT_EQ(replace, i >= 0)
		TH_LOG("row %d of %d", i, rows->count);
	if (i < 0) {
		rows->count++;
		ASSERT_LT(rows->count, MAX_ROWS);
		return;
	}
	memcpy(rows->row[i], rows->row[rows->count], MAX_ROW);
	rows->len[i] = rows->len[rows->count];
}

/* The one like the row behind the last goes. */
static void remove_row(struct __test_metadata *_metadata, struct rows *rows)
{
	int i = find_row(rows), last = rows->count - 1;

	ASSERT_GE(i, 0);
	memcpy(rows->row[i], rows->row[last], MAX_ROW);
	rows->len[i] = rows->len[last];
	rows->key[i] = rows->key[last];
	rows->count--;
}

static void hear(struct __test_metadata *_metadata, struct view *view, uint8_t cmd,
		 struct nlattr **a)
{
	view->changes++;
	switch (cmd) {
	case PORCH_CMD_PORT_ADDED:
		write_port(&view->ports, a);
		insert_row(_metadata, &view->ports, false);
		break;
	case PORCH_CMD_PORT_REMOVED:
		write_port(&view->ports, a);
		remove_row(_metadata, &view->ports);
		break;
	case PORCH_CMD_ROUTE_ADDED:
	case PORCH_CMD_ROUTE_REPLACED:
		write_route(&view->routes, a);
		insert_row(_metadata, &view->routes, cmd == PORCH_CMD_ROUTE_REPLACED);
		break;
	case PORCH_CMD_ROUTE_REMOVED:
		write_route(&view->routes, a);
		remove_row(_metadata, &view->routes);
		break;
	case PORCH_CMD_ROUTE_RULE_ADDED:
		write_rule(&view->rules, a);
		insert_row(_metadata, &view->rules, false);
		break;
	case PORCH_CMD_ROUTE_RULE_REMOVED:
		write_rule(&view->rules, a);
		remove_row(_metadata, &view->rules);
		break;
	case PORCH_CMD_CLASS_ADDED:
	case PORCH_CMD_CLASS_CHANGED:
		write_class(&view->classes, a);
		insert_row(_metadata, &view->classes, cmd == PORCH_CMD_CLASS_CHANGED);
		break;
	case PORCH_CMD_CLASS_REMOVED:
		write_class(&view->classes, a);
		remove_row(_metadata, &view->classes);
		break;
	case PORCH_CMD_LANE_ADDED:
		write_lane(&view->lanes, a);
		insert_row(_metadata, &view->lanes, false);
		break;
	case PORCH_CMD_LANE_REMOVED:
		write_lane(&view->lanes, a);
		remove_row(_metadata, &view->lanes);
		break;
	case PORCH_CMD_ENGINE_CHANGED:
	case PORCH_CMD_TRACK_CHANGED:
		break;
	case PORCH_CMD_COMMITTED:
		EXPECT_EQ(view->generation + 1, nla_get_u32(a[PORCH_A_TXN_GENERATION]));
		EXPECT_EQ(view->changes - 1, nla_get_u32(a[PORCH_A_TXN_CHANGES]));
		view->generation++;
		view->changes = 0;
		return;
	default:
		EXPECT_TRUE(false)
			TH_LOG("unknown event %d", cmd);
	}
}

static uint32_t event_generation(uint8_t cmd, struct nlattr **a)
{
	switch (cmd) {
	case PORCH_CMD_PORT_ADDED:
	case PORCH_CMD_PORT_REMOVED:
		return nla_get_u32(a[PORCH_A_PORT_GENERATION]);
	case PORCH_CMD_ROUTE_RULE_ADDED:
	case PORCH_CMD_ROUTE_RULE_REMOVED:
		return nla_get_u32(a[PORCH_A_ROUTE_RULE_GENERATION]);
	case PORCH_CMD_CLASS_ADDED:
	case PORCH_CMD_CLASS_CHANGED:
	case PORCH_CMD_CLASS_REMOVED:
		return nla_get_u32(a[PORCH_A_CLASS_GENERATION]);
	case PORCH_CMD_LANE_ADDED:
	case PORCH_CMD_LANE_REMOVED:
		return nla_get_u32(a[PORCH_A_LANE_GENERATION]);
	case PORCH_CMD_ENGINE_CHANGED:
		return nla_get_u32(a[PORCH_A_ENGINE_GENERATION]);
	case PORCH_CMD_TRACK_CHANGED:
		return nla_get_u32(a[PORCH_A_TRACK_GENERATION]);
	case PORCH_CMD_COMMITTED:
		return nla_get_u32(a[PORCH_A_TXN_GENERATION]);
	default:
		return nla_get_u32(a[PORCH_A_ROUTE_GENERATION]);
	}
}

#define EVENT_ATTRS	32

/* All that has been told by now */
static void listen_all(struct __test_metadata *_metadata, struct client *listener,
		       struct view *view)
{
	struct nlattr *a[EVENT_ATTRS];
	struct answer answer;
	size_t pos = 0;
	uint8_t cmd;

	client_receive(listener, &answer);
	while ((cmd = answer_next(&answer, &pos, a, EVENT_ATTRS - 1))) {
		EXPECT_EQ(view->generation + 1, event_generation(cmd, a))
			TH_LOG("event %d", cmd);
		hear(_metadata, view, cmd, a);
	}
	answer_free(&answer);
}

static void look(struct client *client, struct view *view)
{
	struct request request = op_request(op_find(PORCH_CMD_STATUS_GET), "");
	struct nlattr *a[EVENT_ATTRS];
	struct answer answer;
	size_t pos;

	memset(view, 0, sizeof(*view));
	scene_dump(client, PORCH_CMD_PORT_GET, &answer);
	for (pos = 0; answer_next(&answer, &pos, a, EVENT_ATTRS - 1); view->ports.count++)
		write_port(&view->ports, a);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_ROUTE_GET, &answer);
	for (pos = 0; answer_next(&answer, &pos, a, EVENT_ATTRS - 1); view->routes.count++)
		write_route(&view->routes, a);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_ROUTE_RULE_GET, &answer);
	for (pos = 0; answer_next(&answer, &pos, a, EVENT_ATTRS - 1); view->rules.count++)
		write_rule(&view->rules, a);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_CLASS_GET, &answer);
	for (pos = 0; answer_next(&answer, &pos, a, EVENT_ATTRS - 1); view->classes.count++)
		write_class(&view->classes, a);
	answer_free(&answer);
	scene_dump(client, PORCH_CMD_LANE_GET, &answer);
	for (pos = 0; answer_next(&answer, &pos, a, EVENT_ATTRS - 1);) {
		if (a[PORCH_A_LANE_DEFAULT])
			continue;
		write_lane(&view->lanes, a);
		view->lanes.count++;
	}
	answer_free(&answer);
	client_call(client, &request, &answer);
	pos = 0;
	if (answer_next(&answer, &pos, a, EVENT_ATTRS - 1))
		view->generation = nla_get_u32(a[PORCH_A_STATUS_GENERATION]);
	answer_free(&answer);
}

/* The same rows, in whatever order */
static void expect_rows(struct __test_metadata *_metadata, struct rows *want, struct rows *have)
{
	int i, j;

	EXPECT_EQ(want->count, have->count);
	for (i = 0; i < want->count; i++) {
		memcpy(have->row[have->count], want->row[i], MAX_ROW);
		have->key[have->count] = want->key[i];
		j = find_row(have);
		ASSERT_GE(j, 0);
		EXPECT_EQ(want->len[i], have->len[j]);
		EXPECT_EQ(0, memcmp(want->row[i], have->row[j], want->len[i]));
	}
}

/* Returns the errno. */
static int try(struct client *client, uint8_t cmd, const char *text)
{
	struct request request = op_request(op_find(cmd), text);
	struct answer answer;

	client_call(client, &request, &answer);
	answer_free(&answer);
	return answer.error;
}

/* Whether a transaction is open, and what was staged since */
static bool staging;
static int staged;

static void change(struct client *client, uint8_t cmd, const char *text)
{
	char more[160];

	snprintf(more, sizeof(more), "%s%s", text, staging ? " staged" : "");
	staged += !try(client, cmd, more);
}

static void end(struct client *client)
{
	char text[32];

	snprintf(text, sizeof(text), "operations=%d", staged);
	try(client, PORCH_CMD_TXN_COMMIT, text);
}

static void change_at_random(struct client *client)
{
	static const char *const whose[] = { "", "src=10.0.0.0 src-len=8", "mark=1 mask=3",
					     "iif=" PORT, "iif=" OTHER_PORT };
	static const char *const ways[] = { "oif=" PORT, "type=1", "type=2", "gateway=10.0.0.2",
					    "nexthops=10.0.0.2+/12/9", "nexthops=/10+/12",
					    "oif=" OTHER_PORT };
	static const char *const traffic[] = { "", "in=" OTHER_PORT, "local proto=89",
					       "proto=6 dport=1 dport-max=9", "dscp=8 in=" PORT };
	char text[128];
	int net = 20 + rand() % 6, table = rand() % 2 ? PORCH_TABLE_MAIN : 1 + rand() % 2;

	switch (rand() % 26) {
	case 23:
		snprintf(text, sizeof(text), "pref=%d", net);
		change(client, PORCH_CMD_LANE_DEL, text);
		break;
	case 24:
	case 25:
		snprintf(text, sizeof(text), "pref=%d lane=%d %s", net, rand() % 4,
			 traffic[rand() % ARRAY_SIZE(traffic)]);
		change(client, PORCH_CMD_LANE_ADD, text);
		break;
	case 19:
		snprintf(text, sizeof(text), "ifindex=" NO_PORT " id=%d parent=%d%s", 1 + net % 4,
			 rand() % 4, rand() % 2 ? " default" : "");
		change(client, PORCH_CMD_CLASS_ADD, text);
		break;
	case 20:
		snprintf(text, sizeof(text), "ifindex=" NO_PORT " id=%d ceil=%d%s", 1 + net % 4,
			 net % 3, rand() % 2 ? " default" : "");
		change(client, PORCH_CMD_CLASS_CHANGE, text);
		break;
	case 21:
	case 22:
		snprintf(text, sizeof(text), "ifindex=" NO_PORT " id=%d", 1 + net % 4);
		change(client, PORCH_CMD_CLASS_DEL, text);
		break;
	case 0:
		change(client, PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT);
		break;
	case 1:
		change(client, PORCH_CMD_PORT_DEL, "ifindex=" NO_PORT);
		break;
	case 2:
		if (rand() % 2) {
			snprintf(text, sizeof(text), "udp=%d", 1 + rand() % 64);
			change(client, PORCH_CMD_TRACK_SET, text);
			break;
		}
		snprintf(text, sizeof(text), "vector=%d threaded=%d", 1 + rand() % 64,
			 rand() % 2);
		change(client, PORCH_CMD_ENGINE_SET, text);
		break;
	case 3:
	case 4:
		try(client, PORCH_CMD_TXN_BEGIN, "");
		if (!staging)
			staged = 0;
		staging = true;
		break;
	case 5:
	case 6:
		end(client);
		staging = false;
		break;
	case 7:
		try(client, PORCH_CMD_TXN_ABORT, "");
		staging = false;
		break;
	case 16:
		snprintf(text, sizeof(text), "pref=%d", net);
		change(client, PORCH_CMD_ROUTE_RULE_DEL, text);
		break;
	case 17:
	case 18:
		snprintf(text, sizeof(text), "pref=%d table=%d %s", net, table,
			 whose[rand() % ARRAY_SIZE(whose)]);
		change(client, PORCH_CMD_ROUTE_RULE_ADD, text);
		break;
	case 8:
	case 9:
	case 10:
		snprintf(text, sizeof(text), "dst=10.%d.0.0 prefix-len=16 table=%d", net, table);
		change(client, PORCH_CMD_ROUTE_DEL, text);
		break;
	default:
		snprintf(text, sizeof(text), "dst=10.%d.0.0 prefix-len=16 table=%d %s%s", net,
			 table, ways[rand() % ARRAY_SIZE(ways)], rand() % 2 ? " replace" : "");
		change(client, PORCH_CMD_ROUTE_ADD, text);
	}
}

/*
 * Who knows the configuration of a moment and follows the events from there knows
 * it for ever. Every generation is told as a whole.
 */
TEST_F_TIMEOUT(events, can_be_followed, 120)
{
	static struct view heard, seen;
	const char *text = getenv("PORCH_SEED");
	unsigned int seed = text ? strtoul(text, NULL, 10) : (uint64_t)time(NULL);
	int i;

	ksft_print_msg("PORCH_SEED=%u\n", seed);
	fflush(stdout);
	srand(seed);
	look(&self->client, &heard);
	for (i = 0; i < ROUNDS; i++) {
		change_at_random(&self->client);
		listen_all(_metadata, &self->listener, &heard);
	}
	/* What went with a device is told, too. */
	ASSERT_EQ(0, system("ip link del d2"));
	/* What follows from its addresses has been told once the status is there. */
	look(&self->client, &seen);
	listen_all(_metadata, &self->listener, &heard);
	EXPECT_EQ(0, heard.changes);
	EXPECT_EQ(seen.generation, heard.generation);
	expect_rows(_metadata, &seen.ports, &heard.ports);
	expect_rows(_metadata, &seen.routes, &heard.routes);
	expect_rows(_metadata, &seen.rules, &heard.rules);
	expect_rows(_metadata, &seen.classes, &heard.classes);
	expect_rows(_metadata, &seen.lanes, &heard.lanes);
}

static int events_of(struct client *listener)
{
	struct answer answer;
	int count;

	client_receive(listener, &answer);
	count = answer.count;
	answer_free(&answer);
	return count;
}

TEST_F(events, tell_nothing_of_what_was_refused_or_aborted)
{
	struct client *client = &self->client;

	try(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 oif=" PORT);
	try(client, PORCH_CMD_ROUTE_DEL, "dst=10.99.0.0 prefix-len=16");
	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 staged");
	scene_ask(client, PORCH_CMD_TXN_ABORT, "");
	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 staged");
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1 staged");
	try(client, PORCH_CMD_TXN_COMMIT, "operations=2");
	EXPECT_EQ(0, events_of(&self->listener));
	/* But it listens. */
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.9.0.0 prefix-len=16 type=1");
	EXPECT_EQ(2, events_of(&self->listener));
}

TEST_F(events, are_told_in_their_namespace_only)
{
	struct client other;

	scene_devices();
	ASSERT_EQ(0, client_open(&other));
	scene_set(&other);
	scene_ask(&other, PORCH_CMD_STATUS_GET, "");
	EXPECT_EQ(0, events_of(&self->listener));
	ASSERT_EQ(0, client_listen(&other, "config"));
	scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16");
	EXPECT_EQ(2, events_of(&self->listener));
	EXPECT_EQ(0, events_of(&other));
	client_close(&other);
}

/* Whoever may look may listen. */
TEST_F(events, are_told_to_everybody)
{
	struct client nobody;

	ASSERT_EQ(0, seteuid(65534));
	ASSERT_EQ(0, client_open(&nobody));
	ASSERT_EQ(0, client_listen(&nobody, "config"));
	ASSERT_EQ(0, seteuid(0));
	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" PORT);
	EXPECT_EQ(2, events_of(&nobody));
	client_close(&nobody);
}

/* Who is too slow hears so, and the writer does not wait. */
TEST_F_TIMEOUT(events, that_are_lost_are_noticed, 120)
{
	char buf[8192];
	int i, size = 1;

	ASSERT_EQ(0, setsockopt(self->listener.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 100; i++) {
		scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "vector=7");
		scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "vector=8");
	}
	errno = 0;
	while (recv(self->listener.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	EXPECT_EQ(ENOBUFS, errno);
	while (recv(self->listener.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	EXPECT_EQ(EAGAIN, errno);
	scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "vector=7");
	EXPECT_EQ(2, events_of(&self->listener));
}

TEST_HARNESS_MAIN
