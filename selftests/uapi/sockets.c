// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets with other options than most have, and users of them who do not read
 * what they have asked for.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST_F_TIMEOUT(sockets, with_hardly_any_buffer, 120)
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
TEST_F_TIMEOUT(sockets, with_answers_that_nobody_reads, 120)
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

TEST_F_TIMEOUT(sockets, closed_in_the_middle_of_a_dump, 120)
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
TEST_F_TIMEOUT(sockets, asked_in_the_middle_of_a_dump, 120)
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

/* A round of one who takes the port id as soon as it is free. */
static int take_over(struct __test_metadata *_metadata, int family, uint32_t portid)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_pid = portid };
	static const uint8_t cmds[] = { PORCH_CMD_TXN_ABORT, PORCH_CMD_TXN_BEGIN,
					PORCH_CMD_TXN_ABORT, PORCH_CMD_TXN_BEGIN };
	static const int right[] = { -ENOENT, 0, 0, 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int i, group, wrong = 0;
	uint8_t buf[1024];

	ASSERT_LE(0, fd);
	/* Leaving groups takes its time: while the socket is closed. */
	for (group = 1; group < 32; group++)
		setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	while (bind(fd, (void *)&addr, sizeof(addr)))
		ASSERT_EQ(EADDRINUSE, errno);
	for (i = 0; i < 4; i++) {
		struct {
			struct nlmsghdr nlh;
			struct genlmsghdr genl;
		} request = {
			.nlh = { sizeof(request), family, NLM_F_REQUEST | NLM_F_ACK },
			.genl = { cmds[i], PORCH_FAMILY_VERSION },
		};

		ASSERT_EQ((ssize_t)sizeof(request), send(fd, &request, sizeof(request), 0));
		do {
			ASSERT_LT(0, recv(fd, buf, sizeof(buf), 0));
		} while (((struct nlmsghdr *)buf)->nlmsg_type != NLMSG_ERROR);
		wrong += ((struct nlmsgerr *)NLMSG_DATA(buf))->error != right[i];
	}
	close(fd);
	return wrong;
}

/*
 * A port id is free before those who listen hear that its socket has closed. Who
 * takes it then has no part in the transaction of the one before, and loses none
 * of its own.
 */
TEST_F_TIMEOUT(sockets, that_take_a_port_id_over, 120)
{
	int i, status, wrong = 0;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	for (i = 0; i < 1000; i++)
		wrong += take_over(_metadata, self->client.family, 4711);
	if (!pid)
		_exit(wrong > 100 ? 100 : wrong);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
