// SPDX-License-Identifier: GPL-2.0
/*
 * Random messages, most of them nearly right. Whatever they did, afterwards all
 * of it can be undone, the books balance, and the module works.
 *
 *	PORCH_SEED=N PORCH_ROUNDS=N fuzz	repeats a run, or makes a longer one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/porch.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "scene.h"

#define ROUNDS		6000
#define CHECK_EVERY	200

static uint64_t random_state;

/* Marsaglia, Xorshift RNGs, 2003 */
static uint32_t random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 32) % n;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Numbers near which there is something to go wrong */
static uint32_t random_number(void)
{
	static const uint32_t near[] = {
		0, 1, 4, 8, 10, 11, 12, 16, 32, 33, 64, 65, 128, 129, 255, 256, 1000, 65536,
		0x7fffffff, 0x80000000, 0xffffffff
	};

	if (random_below(4))
		return near[random_below(ARRAY_SIZE(near))];
	return random_below(0xffffffff);
}

static void random_value(struct item *item)
{
	uint32_t number = random_number();
	unsigned int i;

	if (random_below(3)) {
		memcpy(item->value, &number, sizeof(number));
		return;
	}
	for (i = 0; i < item->len; i++)
		item->value[i] = random_below(256);
}

/* Change one thing about a request. */
static void mutate(struct request *request)
{
	struct item *item = &request->items[request->count ? random_below(request->count) : 0];

	switch (random_below(12)) {
	case 0:
		item->type = random_below(16);
		break;
	case 1:
		item->type ^= 1 << random_below(16);
		break;
	case 2:
		item->len = random_below(24);
		break;
	case 3:
		item->len = random_below(MAX_VALUE);
		break;
	case 4:
		item->value[random_below(20)] ^= 1 << random_below(8);
		break;
	case 5:
	case 6:
	case 7:
		random_value(item);
		break;
	case 8:
		if (request->count)
			*item = request->items[--request->count];
		break;
	case 9:
		if (request->count < MAX_ITEMS) {
			item = &request->items[request->count++];
			*item = (struct item) { random_below(12), random_below(2) ? 4 : 0 };
			random_value(item);
		}
		break;
	case 10:
		request->flags ^= random_below(3) ? NLM_F_DUMP : 1 << random_below(16);
		break;
	case 11:
		request->cmd = random_below(PORCH_CMD_MAX + 2);
		break;
	}
}

/* Changes are part of a transaction half the time, and some of these are right. */
static void stage(const struct op *op, struct request *request)
{
	const struct attr *attr;

	for (attr = op->attrs; attr->name; attr++)
		if (!strcmp(attr->name, "staged") && random_below(2))
			request->items[request->count++].type = attr->nr;
	if (op->cmd == PORCH_CMD_TXN_COMMIT)
		request->items[0].value[0] = random_below(4);
}

static size_t random_message(struct client *client, uint8_t *buf, size_t size)
{
	const struct op *op = &ops[random_below(op_count)];
	struct request request = op_example(op);
	int i, n = random_below(4);
	size_t len;

	stage(op, &request);
	for (i = 0; i < n; i++)
		mutate(&request);
	len = client_encode(client, &request, buf, size);
	/* Bytes of the message itself, but for the number of the family */
	if (!random_below(8)) {
		i = random_below(len);
		if (i != 4 && i != 5)
			buf[i] ^= 1 << random_below(8);
	}
	if (!random_below(16))
		len -= random_below(len);
	return len;
}

static void balanced(struct __test_metadata *_metadata, struct client *client)
{
	struct request request = op_request(op_find(PORCH_CMD_LEDGER_GET), "sync");
	uint64_t line[PORCH_A_LEDGER_MAX + 1] = {};
	struct nlattr *a[PORCH_A_LEDGER_MAX + 1];
	struct answer answer;
	size_t pos = 0;
	int i;

	client_call(client, &request, &answer);
	ASSERT_TRUE(answer_next(&answer, &pos, a, PORCH_A_LEDGER_MAX));
	for (i = PORCH_A_LEDGER_RX; i <= PORCH_A_LEDGER_QUEUED; i++)
		line[i] = nla_get_u64(a[i]);
	EXPECT_EQ(line[PORCH_A_LEDGER_RX] + line[PORCH_A_LEDGER_FROM_STACK] +
		  line[PORCH_A_LEDGER_INJECTED] + line[PORCH_A_LEDGER_CREATED],
		  line[PORCH_A_LEDGER_SENT] + line[PORCH_A_LEDGER_LOCAL] +
		  line[PORCH_A_LEDGER_PUNTED] + line[PORCH_A_LEDGER_TO_STACK] +
		  line[PORCH_A_LEDGER_DROPPED] + line[PORCH_A_LEDGER_RING_OWNED] +
		  line[PORCH_A_LEDGER_HELD] + line[PORCH_A_LEDGER_QUEUED]);
	answer_free(&answer);
}

/* All that the status says can be found, too. */
static void in_order(struct __test_metadata *_metadata, struct client *client)
{
	struct request request = op_request(op_find(PORCH_CMD_STATUS_GET), "");
	struct answer status, ports, routes;
	struct nlattr *a[PORCH_A_STATUS_MAX + 1];
	size_t pos = 0;

	client_call(client, &request, &status);
	ASSERT_TRUE(answer_next(&status, &pos, a, PORCH_A_STATUS_MAX));
	scene_dump(client, PORCH_CMD_PORT_GET, &ports);
	EXPECT_EQ(nla_get_u32(a[PORCH_A_STATUS_PORTS]), (uint32_t)ports.count);
	scene_dump(client, PORCH_CMD_ROUTE_GET, &routes);
	EXPECT_EQ(nla_get_u32(a[PORCH_A_STATUS_ROUTES_V4]) +
		  nla_get_u32(a[PORCH_A_STATUS_ROUTES_V6]), (uint32_t)routes.count);
	answer_free(&status);
	answer_free(&ports);
	answer_free(&routes);
	balanced(_metadata, client);
}

/* Ask for the removal of each row of a list, with the attributes of its key. */
static void remove_all(struct __test_metadata *_metadata, struct client *client, uint8_t list,
		       uint8_t del, const int *key)
{
	struct nlattr *a[64];
	struct answer rows, answer;
	struct request request;
	size_t pos = 0;
	int i;

	scene_dump(client, list, &rows);
	while (answer_next(&rows, &pos, a, 63)) {
		/* The chains of hooks are always there, and they have policies. */
		if (del == PORCH_CMD_CHAIN_DEL && a[PORCH_A_CHAIN_POLICY])
			continue;
		request = op_request(op_find(del), "");
		for (i = 0; key[i]; i++) {
			struct item *item = &request.items[request.count++];

			item->type = key[i];
			item->len = nla_len(a[key[i]]);
			memcpy(item->value, nla_data(a[key[i]]), item->len);
		}
		client_call(client, &request, &answer);
		EXPECT_EQ(0, answer.error)
			TH_LOG("%s", answer.text);
		answer_free(&answer);
	}
	answer_free(&rows);
}

FIXTURE(fuzz) {
	struct client client;
};

FIXTURE_SETUP(fuzz)
{
	scene_enter(&self->client);
}

FIXTURE_TEARDOWN(fuzz)
{
	client_close(&self->client);
}

TEST_F_TIMEOUT(fuzz, random_messages, 240)
{
	static const int port_key[] = { PORCH_A_PORT_IFINDEX, 0 };
	/* Without a number: all of a device, and none is fine, too. */
	static const int class_key[] = { PORCH_A_CLASS_IFINDEX, 0 };
	static const int chain_key[] = { PORCH_A_CHAIN_NAME, 0 };
	static const int lane_key[] = { PORCH_A_LANE_PREF, 0 };
	static const int rule_key[] = { PORCH_A_ROUTE_RULE_PREF, 0 };
	static const int route_key[] = {
		PORCH_A_ROUTE_TABLE, PORCH_A_ROUTE_DST, PORCH_A_ROUTE_PREFIX_LEN, 0
	};
	uint64_t seed = number_from("PORCH_SEED", time(NULL) ^ getpid() << 20);
	uint64_t rounds = number_from("PORCH_ROUNDS", ROUNDS), i;
	struct request request;
	struct answer answer;
	unsigned int taken = 0;
	uint8_t buf[8192];
	size_t len;

	ksft_print_msg("PORCH_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	random_state = seed * 2 + 1;
	for (i = 0; i < rounds; i++) {
		len = random_message(&self->client, buf, sizeof(buf) / 2);
		if (!random_below(16))
			len += random_message(&self->client, buf + len, sizeof(buf) / 2);
		client_exchange(&self->client, buf, len, &answer);
		taken += !answer.error;
		answer_free(&answer);
		if (i % CHECK_EVERY == 0)
			in_order(_metadata, &self->client);
	}
	ksft_print_msg("%u of %llu were taken\n", taken, (unsigned long long)rounds);
	/* If nearly all or nearly none were fine, this would prove little. */
	EXPECT_LT(rounds / 10, taken);
	EXPECT_GT(rounds * 9 / 10, taken);

	/* One of the messages may have begun a transaction. */
	request = op_request(op_find(PORCH_CMD_TXN_ABORT), "");
	client_call(&self->client, &request, &answer);
	answer_free(&answer);

	in_order(_metadata, &self->client);
	remove_all(_metadata, &self->client, PORCH_CMD_CLASS_GET, PORCH_CMD_CLASS_DEL,
		   class_key);
	/* Those of default have nothing to be removed by. */
	scene_ask(&self->client, PORCH_CMD_ENGINE_SET, "lane-defaults=0");
	remove_all(_metadata, &self->client, PORCH_CMD_LANE_GET, PORCH_CMD_LANE_DEL,
		   lane_key);
	remove_all(_metadata, &self->client, PORCH_CMD_PORT_GET, PORCH_CMD_PORT_DEL,
		   port_key);
	remove_all(_metadata, &self->client, PORCH_CMD_ROUTE_GET, PORCH_CMD_ROUTE_DEL,
		   route_key);
	remove_all(_metadata, &self->client, PORCH_CMD_ROUTE_RULE_GET, PORCH_CMD_ROUTE_RULE_DEL,
		   rule_key);
	/* All rules of each chain, then the chains: both begin with its name. */
	remove_all(_metadata, &self->client, PORCH_CMD_CHAIN_GET, PORCH_CMD_RULE_DEL,
		   chain_key);
	remove_all(_metadata, &self->client, PORCH_CMD_CHAIN_GET, PORCH_CMD_CHAIN_DEL,
		   chain_key);
	remove_all(_metadata, &self->client, PORCH_CMD_SET_GET, PORCH_CMD_SET_DEL,
		   chain_key);
	scene_dump(&self->client, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_dump(&self->client, PORCH_CMD_ROUTE_RULE_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_dump(&self->client, PORCH_CMD_LANE_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_dump(&self->client, PORCH_CMD_RULE_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_set_ways(&self->client);
	/* A handle is never given again, so the examples of rules and flows have none. */
	for (i = 0; i < (unsigned int)op_count; i++)
		if (!ops[i].txn && !(ops[i].cmd >= PORCH_CMD_CHAIN_ADD &&
				     ops[i].cmd <= PORCH_CMD_FLOW_DEL))
			scene_ask(&self->client, ops[i].cmd, ops[i].example);
	in_order(_metadata, &self->client);
	/* Nobody holds a device any more than it should. */
	EXPECT_EQ(0, system("for d in d0 d1 d2; do ip link del $d; done"));
}

TEST_HARNESS_MAIN
