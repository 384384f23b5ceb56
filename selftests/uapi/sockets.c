// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets with other options than most have, and users of them who do not read
 * what they have asked for.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/porch.h>
#include <netlink/netlink.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "scene.h"

/* More than fit into one datagram */
#define MANY	500

FIXTURE(sockets) {
	struct client client;
};

FIXTURE_SETUP(sockets)
{
	scene_enter(&self->client);
}

FIXTURE_TEARDOWN(sockets)
{
	client_close(&self->client);
}

static void set_option(struct __test_metadata *_metadata, struct client *client, int option,
		       int on)
{
	ASSERT_EQ(0, setsockopt(client->fd, SOL_NETLINK, option, &on, sizeof(on)));
}

static void add_routes(struct client *client)
{
	char text[64];
	int i;

	for (i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "dst=10.20.%d.%d prefix-len=32 oif=" PORT, i / 250,
			 i % 250);
		scene_ask(client, PORCH_CMD_ROUTE_ADD, text);
	}
}

static struct request start_dump(uint8_t cmd)
{
	struct request request = op_request(op_find(cmd), "");

	request.flags = NLM_F_REQUEST | NLM_F_DUMP;
	return request;
}

static void send_only(struct __test_metadata *_metadata, struct client *client,
		      const struct request *request)
{
	uint8_t buf[1024];
	size_t len = client_encode(client, request, buf, sizeof(buf));

	ASSERT_EQ((int)len, nl_sendto(client->sock, buf, len));
}

/* Is the socket of use, and the configuration as it was? */
static void still_works(struct __test_metadata *_metadata, struct client *client)
{
	struct answer answer;
	int i;

	for (i = 0; i < op_count; i++)
		if (!ops[i].txn)
			scene_ask(client, ops[i].cmd, ops[i].example);
	scene_dump(client, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(2, answer.count);
	answer_free(&answer);
}

TEST_F(sockets, without_extended_acknowledgments)
{
	struct request request = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" PORT);
	struct answer answer;

	set_option(_metadata, &self->client, NETLINK_EXT_ACK, 0);
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(EEXIST, answer.error);
	EXPECT_FALSE(answer.tlvs);
	EXPECT_FALSE(answer.capped);
	answer_free(&answer);
	/* That of a dump comes in another message. */
	request = op_request(op_find(PORCH_CMD_ROUTE_GET), "dst=10.1.2.3");
	request.flags |= NLM_F_DUMP;
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(EINVAL, answer.error);
	EXPECT_FALSE(answer.tlvs);
	answer_free(&answer);
	still_works(_metadata, &self->client);
}

TEST_F(sockets, with_capped_acknowledgments)
{
	struct request request = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" PORT);
	struct answer answer;

	set_option(_metadata, &self->client, NETLINK_CAP_ACK, 1);
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(EEXIST, answer.error);
	EXPECT_TRUE(answer.capped);
	EXPECT_STREQ("the device is a port already", answer.text);
	EXPECT_EQ(request_offset(&request, 0), answer.offset);
	answer_free(&answer);
	still_works(_metadata, &self->client);
}

TEST_F(sockets, with_strict_checks)
{
	struct request request = op_request(op_find(PORCH_CMD_ROUTE_GET), "dst=10.1.2.3");
	struct answer answer;

	set_option(_metadata, &self->client, NETLINK_GET_STRICT_CHK, 1);
	request.flags |= NLM_F_DUMP;
	client_call(&self->client, &request, &answer);
	EXPECT_EQ(EINVAL, answer.error);
	EXPECT_STREQ("a dump takes no attributes", answer.text);
	answer_free(&answer);
	still_works(_metadata, &self->client);
}

TEST_F(sockets, with_hardly_any_buffer)
{
	struct answer answer;
	int size = 1;

	add_routes(&self->client);
	ASSERT_EQ(0, setsockopt(self->client.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(SCENE_ROUTES + MANY, answer.count);
	EXPECT_FALSE(answer.interrupted);
	answer_free(&answer);
	still_works(_metadata, &self->client);
}

/* Answers get lost, and the user hears of it. What was asked for has happened. */
TEST_F(sockets, with_answers_that_nobody_reads)
{
	struct request get = op_request(op_find(PORCH_CMD_ENGINE_GET), "");
	struct request set = op_request(op_find(PORCH_CMD_ENGINE_SET), "vector=7");
	struct client other;
	char buf[8192];
	int i, size = 1;

	ASSERT_EQ(0, setsockopt(self->client.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 200; i++)
		send_only(_metadata, &self->client, &get);
	send_only(_metadata, &self->client, &set);
	errno = 0;
	while (recv(self->client.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	EXPECT_EQ(ENOBUFS, errno);
	while (recv(self->client.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	EXPECT_EQ(EAGAIN, errno);

	ASSERT_EQ(0, client_open(&other));
	for (i = 0; i < 2; i++) {
		struct client *client = i ? &other : &self->client;
		struct nlattr *attrs[PORCH_A_ENGINE_MAX + 1];
		struct answer answer;
		size_t pos = 0;

		client_call(client, &get, &answer);
		ASSERT_TRUE(answer_next(&answer, &pos, attrs, PORCH_A_ENGINE_MAX));
		EXPECT_EQ(7, nla_get_u32(attrs[PORCH_A_ENGINE_VECTOR]));
		answer_free(&answer);
	}
	client_close(&other);
	still_works(_metadata, &self->client);
}

TEST_F(sockets, closed_in_the_middle_of_a_dump)
{
	struct request dump = start_dump(PORCH_CMD_ROUTE_GET);
	struct client other;
	char buf[16384];

	add_routes(&self->client);
	ASSERT_EQ(0, client_open(&other));
	send_only(_metadata, &other, &dump);
	EXPECT_LT(0, recv(other.fd, buf, sizeof(buf), 0));
	client_close(&other);
	still_works(_metadata, &self->client);
}

/* One dump at a time, but other requests in between. */
TEST_F(sockets, asked_in_the_middle_of_a_dump)
{
	struct request dump = start_dump(PORCH_CMD_ROUTE_GET);
	struct request get = op_request(op_find(PORCH_CMD_ENGINE_GET), "");
	struct answer answer;

	add_routes(&self->client);
	send_only(_metadata, &self->client, &dump);
	send_only(_metadata, &self->client, &dump);
	client_call(&self->client, &get, &answer);
	EXPECT_EQ(SCENE_ROUTES + MANY + 1, answer.count);
	answer_free(&answer);
	still_works(_metadata, &self->client);
}

TEST_HARNESS_MAIN
