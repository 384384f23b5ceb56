// SPDX-License-Identifier: GPL-2.0
/*
 * Random messages, most of them nearly right: made from the specification, examples
 * that are fine in the scene, and what led far into the code before, each with
 * changes. What is refused changes nothing. Whatever they did, afterwards all of it can
 * be undone, the books balance, and the module works.
 *
 *	PORCH_FUZZ=SECONDS fuzz			goes on for longer than 10 seconds
 *	PORCH_SEED=N PORCH_ROUNDS=N fuzz	repeats a run, up to a message
 *	PORCH_INPUTS=FOLDER fuzz		begins with others than build/fuzz/corpus
 *
 * While it sends message N this program is called "message N", which the kernel writes
 * into its reports. If the module tells how much of its code was come by, messages
 * that led further go to corpus/netlink in $PORCH_RESULTS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/porch.h>
#include <netlink/socket.h>

#include "kselftest_harness.h"

#include "inputs.h"
#include "ops.h"
#include "scene.h"
#include "spec.h"

#define CHECK_EVERY	200
#define MESSAGE_MAX	8192
#define INPUT_HEAD	sizeof(uint16_t)

static struct inputs inputs;

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

/* What is fine in the scene, with some changes */
static size_t changed_example(struct client *client, uint8_t *buf, size_t size)
{
	const struct op *op = &ops[random_below(op_count)];
	struct request request = op_example(op);
	int i, n = random_below(4);

	stage(op, &request);
	for (i = 0; i < n; i++)
		mutate(&request);
	return client_encode(client, &request, buf, size);
}

/**
 * struct message - bytes for the family
 * @b: a struct nlmsghdr, a struct genlmsghdr, and attributes
 * @len: how many
 * @several: it is more than one
 */
struct message {
	uint8_t b[MESSAGE_MAX];
	size_t len;
	bool several;
};

static struct nlattr *begin_attr(struct message *m, uint16_t type)
{
	struct nlattr *attr = (struct nlattr *)(m->b + m->len);

	attr->nla_type = type;
	m->len += NLA_HDRLEN;
	return attr;
}

static void end_attr(struct message *m, struct nlattr *attr)
{
	attr->nla_len = m->b + m->len - (uint8_t *)attr;
	while (m->len % NLA_ALIGNTO)
		m->b[m->len++] = 0;
}

static void append(struct message *m, const void *data, size_t len)
{
	memcpy(m->b + m->len, data, len);
	m->len += len;
}

static void append_number(struct message *m, const struct spec_attr *attr, size_t len)
{
	static const uint32_t device[] = { 10, 11, 12, 13 };
	uint64_t n;

	switch (random_below(8)) {
	case 0:
		n = attr->min + random_below(3) - 1;
		break;
	case 1:
		n = attr->max + random_below(3) - 1;
		break;
	case 2:
		n = random_number();
		break;
	default:
		n = attr->min + random_below(attr->max - attr->min < 16 ?
					     attr->max - attr->min + 1 : 16);
	}
	/* Numbers of devices are the only ones that end there. */
	if (attr->max == INT32_MAX && random_below(4))
		n = device[random_below(ARRAY_SIZE(device))];
	append(m, &n, len);
}

static void append_string(struct message *m, const struct spec_attr *attr)
{
	static const char *const known[] = {
		"ingress", "input", "forward", "output", "empty", "web", "new", "hosts", "unused",
		"no-route", "d0", ""
	};
	char text[64] = "";

	if (random_below(8))
		strcpy(text, known[random_below(ARRAY_SIZE(known))]);
	else
		memset(text, 'a' + random_below(26), (attr->max + random_below(2)) % 63);
	append(m, text, strlen(text) + !!random_below(16));
}

static void append_bytes(struct message *m)
{
	static const char *const known[] = {
		"10.0.0.1", "10.0.0.9", "10.1.0.0", "10.2.0.0", "10.9.0.0", "10.0.0.0", "0.0.0.0",
		"2001:db8::2", "2001:db8:1::", "2001:db8::", "::", "fe80::1",
	};
	static const uint8_t packet[] = {
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0x64, 0xc5, 10, 0, 0, 9, 10, 1, 2, 3,
		0x10, 0, 0x20, 0, 0, 8, 0, 0,
	};
	const char *text = known[random_below(ARRAY_SIZE(known))];
	uint8_t bytes[16];
	int i;

	switch (random_below(16)) {
	case 0:
		for (i = 0; i < 16; i++)
			bytes[i] = random_below(256);
		append(m, bytes, random_below(17));
		break;
	case 1:
		append(m, packet, sizeof(packet));
		break;
	default:
		inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes);
		append(m, bytes, strchr(text, ':') ? 16 : 4);
	}
}

static void append_attr(struct message *m, const struct spec_attr *spec, int depth)
{
	struct nlattr *attr;
	int i, n = spec->multi ? 1 + random_below(4) : 1;

	while (n-- && m->len < sizeof(m->b) / 2) {
		attr = begin_attr(m, spec->nr | (spec->type == SPEC_NEST ? NLA_F_NESTED : 0));
		switch (spec->type) {
		case SPEC_U8:
			append_number(m, spec, 1);
			break;
		case SPEC_U16:
			append_number(m, spec, 2);
			break;
		case SPEC_U32:
			append_number(m, spec, 4);
			break;
		case SPEC_U64:
			append_number(m, spec, 8);
			break;
		case SPEC_STRING:
			append_string(m, spec);
			break;
		case SPEC_BINARY:
			append_bytes(m);
			break;
		case SPEC_NEST:
			for (i = 0; depth < 4 && i < spec->nested->count; i++)
				if (random_below(2))
					append_attr(m, &spec->nested->attrs[i], depth + 1);
			break;
		case SPEC_FLAG:
		case SPEC_PAD:
			break;
		}
		end_attr(m, attr);
	}
}

static void begin_message(struct client *client, struct message *m, uint16_t flags, uint8_t cmd)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->b;
	struct genlmsghdr *genl = (struct genlmsghdr *)(nlh + 1);

	*nlh = (struct nlmsghdr) {
		.nlmsg_type = client->family,
		.nlmsg_flags = flags,
		.nlmsg_seq = ++client->seq,
		.nlmsg_pid = nl_socket_get_local_port(client->sock),
	};
	*genl = (struct genlmsghdr) { .cmd = cmd, .version = PORCH_FAMILY_VERSION };
	m->several = false;
	m->len = NLMSG_HDRLEN + GENL_HDRLEN;
}

/* Some of the attributes that the operation takes, as the specification has them */
static void from_spec(struct client *client, struct message *m)
{
	const struct spec_op *op = &spec_ops[random_below(spec_op_count)];
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;
	int i, place, some = 1 + random_below(7);

	if (op->dump && !random_below(4))
		flags |= NLM_F_DUMP;
	begin_message(client, m, flags, op->cmd);
	for (i = 0; i < op->request_count; i++) {
		place = random_below(8) ? i : (int)random_below(op->request_count);
		place = op->request[place];
		if ((int)random_below(8) < some)
			append_attr(m, &op->set->attrs[place], 0);
	}
}

/* Bytes that led far into the code before: flags, and all behind struct nlmsghdr */
static void from_input(struct client *client, struct message *m, const struct input *in)
{
	uint16_t flags;

	memcpy(&flags, in->data, sizeof(flags));
	begin_message(client, m, flags, 0);
	m->len = NLMSG_HDRLEN;
	append(m, in->data + INPUT_HEAD,
	       in->len < MESSAGE_MAX / 2 ? in->len - INPUT_HEAD : MESSAGE_MAX / 2);
}

static void keep(const char *folder, uint64_t seed, uint64_t number, const struct message *m)
{
	const struct nlmsghdr *nlh = (const void *)m->b;
	uint8_t data[MESSAGE_MAX];

	memcpy(data, &nlh->nlmsg_flags, INPUT_HEAD);
	memcpy(data + INPUT_HEAD, m->b + NLMSG_HDRLEN, m->len - NLMSG_HDRLEN);
	input_keep(folder, seed, number, data, INPUT_HEAD + m->len - NLMSG_HDRLEN);
}

/* Change how a message is put together: a type, a length, the order, or what is there. */
static void distort(struct message *m)
{
	size_t pos = NLMSG_HDRLEN + GENL_HDRLEN, next;
	struct nlattr *attr;
	int skip = random_below(8);

	for (;;) {
		attr = (struct nlattr *)(m->b + pos);
		if (pos + NLA_HDRLEN > m->len)
			return;
		next = pos + NLA_ALIGN(attr->nla_len);
		if (attr->nla_type & NLA_F_NESTED && random_below(2)) {
			pos += NLA_HDRLEN;
			continue;
		}
		if (!skip-- || next <= pos || next >= m->len)
			break;
		pos = next;
	}
	switch (random_below(8)) {
	case 0:
		attr->nla_type = random_below(64);
		break;
	case 1:
		attr->nla_type ^= random_below(2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 2:
		attr->nla_len += random_below(9) - 4;
		break;
	case 3:
		attr->nla_len = random_number();
		break;
	case 4:
		/* Without it */
		if (next <= m->len && next > pos) {
			memmove(m->b + pos, m->b + next, m->len - next);
			m->len -= next - pos;
		}
		break;
	case 5:
		/* Twice */
		if (next <= m->len && next > pos && m->len + next - pos < sizeof(m->b)) {
			memcpy(m->b + m->len, m->b + pos, next - pos);
			m->len += next - pos;
		}
		break;
	default:
		if (next > pos + NLA_HDRLEN && next <= m->len)
			m->b[pos + NLA_HDRLEN + random_below(next - pos - NLA_HDRLEN)] ^=
				1 << random_below(8);
	}
}

static void one_message(struct client *client, struct message *m)
{
	unsigned int i, n = 0;

	m->several = false;
	i = random_below(4);
	if (i == 0) {
		m->len = changed_example(client, m->b, sizeof(m->b) / 2);
	} else if (i == 1 && inputs.n) {
		from_input(client, m, &inputs.list[random_below(inputs.n)]);
		n = random_below(4);
	} else {
		from_spec(client, m);
		n = random_below(3) ? 0 : random_below(3);
	}
	for (i = 0; i < n; i++)
		distort(m);
	((struct nlmsghdr *)m->b)->nlmsg_len = m->len;
	/* Bytes of the message itself, but for the number of the family */
	if (!random_below(16)) {
		i = random_below(m->len);
		if (i != 4 && i != 5)
			m->b[i] ^= 1 << random_below(8);
	}
	if (!random_below(32))
		m->len -= random_below(m->len);
}

static void random_message(struct client *client, struct message *m)
{
	struct message other;

	one_message(client, m);
	if (random_below(32))
		return;
	one_message(client, &other);
	if (m->len + other.len > sizeof(m->b))
		return;
	append(m, other.b, other.len);
	m->several = true;
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

/* Where what is worth keeping goes, or NULL */
static const char *results(void)
{
	const char *name = getenv("PORCH_RESULTS");
	static char folder[256];

	if (!name)
		return NULL;
	snprintf(folder, sizeof(folder), "%s/corpus", name);
	mkdir(folder, 0755);
	snprintf(folder, sizeof(folder), "%s/corpus/netlink", name);
	return mkdir(folder, 0755) && errno != EEXIST ? NULL : folder;
}

static void read_folder(const char *corpus)
{
	char name[512];

	snprintf(name, sizeof(name), "%s/netlink", corpus);
	inputs_read(&inputs, name, INPUT_HEAD + GENL_HDRLEN);
}

/* Those of the tree that this program was built in, if it still is there */
static void read_inputs(void)
{
	const char *found = getenv("PORCH_INPUTS");
	char self[256] = "", name[400];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) > 0)
		*strrchr(self, '/') = '\0';
	snprintf(name, sizeof(name), "%s/../../../selftests/fuzz/corpus", self);
	read_folder(name);
	snprintf(name, sizeof(name), "%s/../../../build/fuzz/corpus", self);
	read_folder(found ?: name);
}

/* Of some that are refused, everything must be as it was. */
static bool send_message(struct __test_metadata *_metadata, struct client *client,
			 const struct message *m, uint64_t n)
{
	bool look = n % 16 == 0 && !m->several, taken;
	struct state before, after;
	struct answer answer;
	char name[32];

	snprintf(name, sizeof(name), "message %llu", (unsigned long long)n);
	prctl(PR_SET_NAME, name);
	if (look)
		before = scene_state(client);
	client_exchange(client, m->b, m->len, &answer);
	if (look) {
		after = scene_state(client);
		if (answer.error > 0) {
			EXPECT_TRUE(state_equal(&before, &after))
				TH_LOG("message %llu: %s", (unsigned long long)n, answer.text);
		}
		state_free(&before);
		state_free(&after);
	}
	taken = !answer.error;
	answer_free(&answer);
	return taken;
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

TEST_F_TIMEOUT(fuzz, random_messages, 14000)
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
	uint64_t rounds = number_from("PORCH_ROUNDS", UINT64_MAX), i;
	time_t end = time(NULL) + number_from("PORCH_FUZZ", 10);
	const char *folder = results();
	struct request request;
	struct answer answer;
	unsigned int taken = 0, kept = 0;
	struct message m;
	long have;

	read_inputs();
	ksft_print_msg("PORCH_SEED=%llu\n", (unsigned long long)seed);
	ksft_print_msg("%u inputs, digest %016llx\n", inputs.n,
		       (unsigned long long)inputs_digest(&inputs));
	fflush(stdout);
	for (i = 0; i < inputs.n; i++) {
		from_input(&self->client, &m, &inputs.list[i]);
		((struct nlmsghdr *)m.b)->nlmsg_len = m.len;
		send_message(_metadata, &self->client, &m, i);
	}
	random_state = seed * 2 + 1;
	have = coverage();
	for (i = 0; rounds == UINT64_MAX ? time(NULL) < end : i < rounds; i++) {
		random_message(&self->client, &m);
		taken += send_message(_metadata, &self->client, &m, i);
		if (coverage() > have) {
			have = coverage();
			kept++;
			if (folder && !m.several && m.len > NLMSG_HDRLEN + GENL_HDRLEN)
				keep(folder, seed, i, &m);
		}
		if (i % CHECK_EVERY == 0)
			in_order(_metadata, &self->client);
	}
	prctl(PR_SET_NAME, "fuzz");
	ksft_print_msg("%u of %llu messages were taken\n", taken, (unsigned long long)i);
	if (have >= 0)
		ksft_print_msg("%u of them led further than all before, to %ld places\n",
			       kept, have);
	/* If nearly all or nearly none were fine, this would prove little. */
	if (i > 1000) {
		EXPECT_LT(i / 20, taken);
		EXPECT_GT(i * 9 / 10, taken);
	}

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
