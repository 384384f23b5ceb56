// SPDX-License-Identifier: GPL-2.0
/*
 * Who may ask for what: callers without rights, in another network namespace and
 * in a user namespace. Whoever is refused has changed nothing.
 */
#include <fcntl.h>
#include <sched.h>
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

#define NOBODY	65534

FIXTURE(callers) {
	struct client client;
};

FIXTURE_SETUP(callers)
{
	scene_enter(&self->client);
}

FIXTURE_TEARDOWN(callers)
{
	client_close(&self->client);
}

typedef void (*part_fn)(struct __test_metadata *_metadata, struct client *client);

/* Run a part of a test in a process that may give up what the others need. */
static void in_child(struct __test_metadata *_metadata, struct client *client, part_fn part)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		part(_metadata, client);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static void become_nobody(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, setresgid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
}

static void write_file(struct __test_metadata *_metadata, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	ASSERT_GE(fd, 0)
		TH_LOG("%s", path);
	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

static void let_user_namespaces(struct __test_metadata *_metadata, bool yes)
{
	write_file(_metadata, "/sys/module/porch/parameters/userns", yes ? "1" : "0");
}

/* Become root of a user namespace, and of nothing outside. */
static void become_user_root(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	write_file(_metadata, "/proc/self/uid_map", "0 0 1");
}

/* All that is for administrators is refused, with @word if the module does it. */
static void may_look_only(struct __test_metadata *_metadata, struct client *client,
			  const char *word)
{
	struct state before = scene_state(client), after;
	struct request request;
	struct answer answer;
	int i;

	for (i = 0; i < op_count; i++) {
		if (!ops[i].admin)
			continue;
		request = op_example(&ops[i]);
		client_call(client, &request, &answer);
		EXPECT_EQ(EPERM, answer.error)
			TH_LOG("%s: %s", ops[i].name, answer.text);
		EXPECT_NE(NULL, strstr(answer.text, word))
			TH_LOG("%s: %s", ops[i].name, answer.text);
		answer_free(&answer);
	}
	/* An operation for everybody with an attribute that is not */
	request = op_request(op_find(PORCH_CMD_LEDGER_GET), "sync");
	client_call(client, &request, &answer);
	EXPECT_EQ(EPERM, answer.error);
	EXPECT_NE(NULL, strstr(answer.text, "CAP_NET_ADMIN"));
	answer_free(&answer);
	after = scene_state(client);
	EXPECT_TRUE(state_equal(&before, &after));
	state_free(&before);
	state_free(&after);
}

/* Everybody may look at what the scene has. */
static void may_look(struct __test_metadata *_metadata, struct client *client)
{
	struct answer answer;
	int i;

	for (i = 0; i < op_count; i++) {
		if (ops[i].admin || ops[i].cmd == PORCH_CMD_LEDGER_GET)
			continue;
		scene_ask(client, ops[i].cmd, ops[i].example);
		if (!ops[i].dump)
			continue;
		scene_dump(client, ops[i].cmd, &answer);
		EXPECT_EQ(0, answer.error);
		EXPECT_LT(0, answer.count);
		answer_free(&answer);
	}
	scene_ask(client, PORCH_CMD_LEDGER_GET, "");
}

static void may_everything(struct __test_metadata *_metadata, struct client *client)
{
	int i;

	(void)_metadata;
	scene_set(client);
	for (i = 0; i < op_count; i++)
		if (!ops[i].txn)
			scene_ask(client, ops[i].cmd, ops[i].example);
}

static void as_nobody(struct __test_metadata *_metadata, struct client *client)
{
	struct client own;

	become_nobody(_metadata);
	ASSERT_EQ(0, client_open(&own));
	may_look_only(_metadata, &own, "");
	may_look(_metadata, &own);
	/* Neither does a socket help that somebody with rights has opened. */
	may_look_only(_metadata, client, "");
}

TEST_F_TIMEOUT(callers, without_rights, 120)
{
	in_child(_metadata, &self->client, as_nobody);
}

/*
 * A program with rights is not to be tricked by a socket that it was handed: it
 * must at least name the kernel as the receiver itself.
 */
TEST_F(callers, socket_of_somebody_without_rights)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct request request = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" NO_PORT);
	struct state before = scene_state(&self->client), after;
	struct nlmsghdr *reply;
	struct client other;
	uint8_t buf[4096];
	size_t len;

	ASSERT_EQ(0, seteuid(NOBODY));
	ASSERT_EQ(0, client_open(&other));
	ASSERT_EQ(0, seteuid(0));
	len = client_encode(&other, &request, buf, sizeof(buf));
	ASSERT_EQ(0, connect(other.fd, (void *)&kernel, sizeof(kernel)));
	ASSERT_EQ((ssize_t)len, write(other.fd, buf, len));
	reply = (void *)buf;
	ASSERT_LT(0, read(other.fd, buf, sizeof(buf)));
	ASSERT_EQ(NLMSG_ERROR, reply->nlmsg_type);
	EXPECT_EQ(-EPERM, ((struct nlmsgerr *)NLMSG_DATA(reply))->error);
	after = scene_state(&self->client);
	EXPECT_TRUE(state_equal(&before, &after));
	state_free(&before);
	state_free(&after);
	client_close(&other);
}

static void elsewhere(struct __test_metadata *_metadata, struct client *client)
{
	struct state before, after;
	struct request request;
	struct answer answer;
	struct client own;

	before = scene_state(client);
	scene_devices();
	ASSERT_EQ(0, client_open(&own));

	/* Here is nothing yet, nor a device that is only there. */
	scene_dump(&own, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	scene_dump(&own, PORCH_CMD_ROUTE_GET, &answer);
	EXPECT_EQ(0, answer.count);
	answer_free(&answer);
	ASSERT_EQ(0, system("ip link del d1"));
	request = op_request(op_find(PORCH_CMD_PORT_ADD), "ifindex=" NO_PORT);
	client_call(&own, &request, &answer);
	EXPECT_EQ(ENODEV, answer.error);
	answer_free(&answer);

	/* What happens here is of no concern there. */
	scene_set(&own);
	scene_ask(&own, PORCH_CMD_ENGINE_SET, "vector=1 icmp-rate=0");
	scene_ask(&own, PORCH_CMD_PORT_DEL, "ifindex=" PORT);
	scene_ask(&own, PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16");
	after = scene_state(client);
	EXPECT_TRUE(state_equal(&before, &after));
	state_free(&before);
	state_free(&after);

	/* A socket belongs to where it was opened, wherever its user goes. */
	scene_ask(client, PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT);
	scene_ask(client, PORCH_CMD_PORT_DEL, "ifindex=" NO_PORT);
	client_close(&own);
}

TEST_F(callers, in_another_network_namespace)
{
	struct answer answer;

	in_child(_metadata, &self->client, elsewhere);
	/* With the last process of that namespace, it and all of its went. */
	scene_dump(&self->client, PORCH_CMD_PORT_GET, &answer);
	EXPECT_EQ(2, answer.count);
	answer_free(&answer);
}

static void as_user_root(struct __test_metadata *_metadata, struct client *client)
{
	struct client own;

	become_user_root(_metadata);
	ASSERT_EQ(0, client_open(&own));
	may_look_only(_metadata, &own, "");
	may_look_only(_metadata, client, "");
	may_look(_metadata, &own);
}

TEST_F_TIMEOUT(callers, in_a_user_namespace, 120)
{
	in_child(_metadata, &self->client, as_user_root);
}

/* That the parameter lets user namespaces in is no word about others' networks. */
TEST_F_TIMEOUT(callers, in_a_user_namespace_that_is_let_in, 120)
{
	let_user_namespaces(_metadata, true);
	in_child(_metadata, &self->client, as_user_root);
	let_user_namespaces(_metadata, false);
}

static void at_home(struct __test_metadata *_metadata, struct client *client)
{
	struct client own;

	(void)client;
	become_user_root(_metadata);
	scene_devices();
	ASSERT_EQ(0, client_open(&own));
	may_look_only(_metadata, &own, "initial user namespace");
}

TEST_F(callers, in_a_user_namespace_with_a_network)
{
	in_child(_metadata, &self->client, at_home);
}

static void at_home_let_in(struct __test_metadata *_metadata, struct client *client)
{
	struct client own;

	(void)client;
	become_user_root(_metadata);
	scene_devices();
	ASSERT_EQ(0, client_open(&own));
	may_everything(_metadata, &own);
}

TEST_F(callers, in_a_user_namespace_with_a_network_that_is_let_in)
{
	struct state before = scene_state(&self->client), after;

	let_user_namespaces(_metadata, true);
	in_child(_metadata, &self->client, at_home_let_in);
	let_user_namespaces(_metadata, false);
	after = scene_state(&self->client);
	EXPECT_TRUE(state_equal(&before, &after));
	state_free(&before);
	state_free(&after);
}

TEST_HARNESS_MAIN
