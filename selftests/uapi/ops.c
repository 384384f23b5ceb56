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
#define GATEWAY		{ "gateway", PORCH_A_ROUTE_GATEWAY, ADDRESS }
#define OIF		{ "oif", PORCH_A_ROUTE_OIF, U32, 1, 0x7fffffff }
#define PORT_STAGED	{ "staged", PORCH_A_PORT_STAGED, FLAG }
#define ROUTE_STAGED	{ "staged", PORCH_A_ROUTE_STAGED, FLAG }

const struct op ops[] = {
	{ "status-get", PORCH_CMD_STATUS_GET, .last = PORCH_A_STATUS_MAX, .example = "" },
	{ "port-add", PORCH_CMD_PORT_ADD, .admin = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" NO_PORT " hook=2 force",
	  .attrs = {
		IFINDEX,
		{ "hook", PORCH_A_PORT_HOOK, U8, 0, 2 },
		{ "force", PORCH_A_PORT_FORCE, FLAG },
		PORT_STAGED,
	  } },
	{ "port-del", PORCH_CMD_PORT_DEL, .admin = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" OTHER_PORT, .attrs = { IFINDEX, PORT_STAGED } },
	{ "port-get", PORCH_CMD_PORT_GET, .dump = true, .last = PORCH_A_PORT_MAX,
	  .example = "ifindex=" PORT, .attrs = { IFINDEX } },
	{ "route-add", PORCH_CMD_ROUTE_ADD, .admin = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.9.0.0 prefix-len=16 type=0 gateway=10.0.0.9 oif=" PORT
		     " onlink replace",
	  .attrs = {
		DST, PREFIX_LEN, TYPE, GATEWAY, OIF,
		{ "onlink", PORCH_A_ROUTE_ONLINK, FLAG },
		{ "replace", PORCH_A_ROUTE_REPLACE, FLAG },
		ROUTE_STAGED,
	  } },
	{ "route-del", PORCH_CMD_ROUTE_DEL, .admin = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.2.0.0 prefix-len=16 type=0 gateway=10.0.0.2 oif=" PORT,
	  .attrs = { DST, PREFIX_LEN, TYPE, GATEWAY, OIF, ROUTE_STAGED } },
	{ "route-get", PORCH_CMD_ROUTE_GET, .dump = true, .last = PORCH_A_ROUTE_MAX,
	  .example = "dst=10.1.2.3",
	  .attrs = { DST } },
	{ "engine-get", PORCH_CMD_ENGINE_GET, .last = PORCH_A_ENGINE_MAX, .example = "" },
	{ "engine-set", PORCH_CMD_ENGINE_SET, .admin = true, .last = PORCH_A_ENGINE_MAX,
	  .example = "vector=8 time-limit=1000 lane-limit=500 icmp-rate=10",
	  .attrs = {
		{ "vector", PORCH_A_ENGINE_VECTOR, U32, 1, 64 },
		{ "time-limit", PORCH_A_ENGINE_TIME_LIMIT, U32, 10, 100000 },
		{ "lane-limit", PORCH_A_ENGINE_LANE_LIMIT, U32, 64, 65536 },
		{ "icmp-rate", PORCH_A_ENGINE_ICMP_RATE, U32, 0, 1000000 },
		{ "staged", PORCH_A_ENGINE_STAGED, FLAG },
	  } },
	{ "stats-get", PORCH_CMD_STATS_GET, .dump = true, .last = PORCH_A_COUNTER_MAX,
	  .example = "group=2 name=no-route",
	  .attrs = {
		{ "group", PORCH_A_COUNTER_GROUP, U8, 0, 3, true },
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
		{ "operations", PORCH_A_TXN_OPERATIONS, U32, 0, PORCH_TXN_MAX_OPS, true },
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
	uint32_t number = strtoul(value, NULL, 10);

	item->len = len;
	memcpy(item->value, &number, len);	/* the machine is little-endian */
}

static void set_value(struct item *item, enum kind kind, const char *value)
{
	switch (kind) {
	case U8:
		set_number(item, 1, value);
		break;
	case U32:
		set_number(item, 4, value);
		break;
	case STRING:
		item->len = strlen(value) + 1;
		memcpy(item->value, value, item->len);
		break;
	case ADDRESS:
		item->len = strchr(value, ':') ? 16 : 4;
		inet_pton(strchr(value, ':') ? AF_INET6 : AF_INET, value, item->value);
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
	char copy[256], *rest = copy, *word, *value;

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
