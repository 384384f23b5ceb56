// SPDX-License-Identifier: GPL-2.0
/*
 * Several callers at once: no change is lost or half done, and who reads amid
 * changes gets something that was true at a moment, or is told so.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/porch.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "scene.h"

#define ROUNDS		150
#define DUMPS		60

/* Operations of a transaction, and of these in one datagram */
#define STAGED		100000
#define STAGED_TOGETHER	200
#define STR(number)	STR_(number)
#define STR_(number)	#number

/* Routes that nobody touches while others come and go */
#define UNTOUCHED	300

FIXTURE(writers) {
	struct client client;
	int *shared;
};

FIXTURE_SETUP(writers)
{
	scene_enter(&self->client);
	self->shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
}

FIXTURE_TEARDOWN(writers)
{
	client_close(&self->client);
}

/* A child with a socket of its own, in the scene. Returns 0 there. */
static pid_t another(struct __test_metadata *_metadata, struct client *client)
{
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (!pid)
		ASSERT_EQ(0, client_open(client));
	return pid;
}

static void wait_for(struct __test_metadata *_metadata, pid_t pid)
{
	int status;

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static void stop(struct __test_metadata *_metadata, pid_t pid)
{
	int status;

	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
		TH_LOG("it did not live that long");
}

static int try(struct client *client, uint8_t cmd, const char *text)
{
	struct request request = op_request(op_find(cmd), text);
	struct answer answer;

	client_call(client, &request, &answer);
	answer_free(&answer);
	return answer.error;
}

static uint32_t status_u32(struct __test_metadata *_metadata, struct client *client, int nr)
{
	struct request request = op_request(op_find(PORCH_CMD_STATUS_GET), "");
	struct nlattr *a[PORCH_A_STATUS_MAX + 1];
	struct answer answer;
	uint32_t value;
	size_t pos = 0;

	client_call(client, &request, &answer);
	ASSERT_TRUE(answer_next(&answer, &pos, a, PORCH_A_STATUS_MAX));
	value = nla_get_u32(a[nr]);
	answer_free(&answer);
	return value;
}

static void route_text(char *text, size_t size, int net, int i)
{
	snprintf(text, size, "dst=10.%d.%d.%d prefix-len=32 oif=" PORT, net, i / 250, i % 250);
}

/* Each change of either is there at the end, and made one generation. */
TEST_F_TIMEOUT(writers, of_different_routes, 120)
{
	uint32_t before, after;
	char text[64];
	pid_t pid[2];
	int i, w;

	before = status_u32(_metadata, &self->client, PORCH_A_STATUS_GENERATION);
	for (w = 0; w < 2; w++) {
		pid[w] = another(_metadata, &self->client);
		if (pid[w])
			continue;
		for (i = 0; i < ROUNDS; i++) {
			route_text(text, sizeof(text), 20 + w, i);
			scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, text);
			if (i % 3)
				scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, text);
		}
		_exit(0);
	}
	wait_for(_metadata, pid[0]);
	wait_for(_metadata, pid[1]);

	after = status_u32(_metadata, &self->client, PORCH_A_STATUS_GENERATION);
	EXPECT_EQ(before + 2 * (ROUNDS + ROUNDS * 2 / 3), after);
	EXPECT_EQ(3 + 2 * ROUNDS / 3,
		  status_u32(_metadata, &self->client, PORCH_A_STATUS_ROUTES_V4));
	for (i = 0; i < ROUNDS; i++) {
		for (w = 0; w < 2; w++) {
			route_text(text, sizeof(text), 20 + w, i);
			EXPECT_EQ(i % 3 ? ESRCH : 0,
				  try(&self->client, PORCH_CMD_ROUTE_DEL, text))
				TH_LOG("%s", text);
		}
	}
}

/*
 * Both want the same: one gets it, the other hears why not. @absent and @present
 * are what each hears then.
 */
static void fight(struct __test_metadata *_metadata, struct client *client, int *shared,
		  uint8_t add, uint8_t del, const char *text, int rounds, int absent, int present)
{
	int i, w, error, left;
	pid_t pid[2];

	for (w = 0; w < 2; w++) {
		pid[w] = another(_metadata, client);
		if (pid[w])
			continue;
		for (i = 0; i < rounds; i++) {
			error = try(client, add, text);
			EXPECT_TRUE(!error || error == present)
				TH_LOG("%d", error);
			shared[w] += !error;
			error = try(client, del, text);
			EXPECT_TRUE(!error || error == absent)
				TH_LOG("%d", error);
			shared[w] -= !error;
		}
		_exit(0);
	}
	wait_for(_metadata, pid[0]);
	wait_for(_metadata, pid[1]);
	left = !try(client, del, text);
	EXPECT_EQ(left, shared[0] + shared[1]);
}

TEST_F_TIMEOUT(writers, of_the_same_route, 120)
{
	fight(_metadata, &self->client, self->shared, PORCH_CMD_ROUTE_ADD, PORCH_CMD_ROUTE_DEL,
	      "dst=10.30.0.0 prefix-len=16 oif=" PORT, ROUNDS, ESRCH, EEXIST);
}

TEST_F_TIMEOUT(writers, of_the_same_port, 120)
{
	fight(_metadata, &self->client, self->shared, PORCH_CMD_PORT_ADD, PORCH_CMD_PORT_DEL,
	      "ifindex=" NO_PORT, 20, ENOENT, EEXIST);
}

/* Settings that are set together are seen together. */
TEST_F_TIMEOUT(writers, of_the_same_settings, 120)
{
	static const char *const pairs[] = { "vector=8 icmp-rate=8", "vector=9 icmp-rate=9" };
	struct request get = op_request(op_find(PORCH_CMD_ENGINE_GET), "");
	struct nlattr *a[PORCH_A_ENGINE_MAX + 1];
	struct answer answer;
	pid_t pid[2];
	size_t pos;
	int i, w;

	scene_ask(&self->client, PORCH_CMD_ENGINE_SET, pairs[0]);
	for (w = 0; w < 2; w++) {
		pid[w] = another(_metadata, &self->client);
		if (pid[w])
			continue;
		while (1)
			scene_ask(&self->client, PORCH_CMD_ENGINE_SET, pairs[w]);
	}
	for (i = 0; i < ROUNDS; i++) {
		client_call(&self->client, &get, &answer);
		pos = 0;
		ASSERT_TRUE(answer_next(&answer, &pos, a, PORCH_A_ENGINE_MAX));
		EXPECT_EQ(nla_get_u32(a[PORCH_A_ENGINE_VECTOR]),
			  nla_get_u32(a[PORCH_A_ENGINE_ICMP_RATE]));
		answer_free(&answer);
	}
	stop(_metadata, pid[0]);
	stop(_metadata, pid[1]);
}

/* While a route is replaced, there is always one. */
TEST_F_TIMEOUT(writers, replace_without_a_gap, 120)
{
	int i;
	pid_t pid;

	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, "dst=10.30.0.0 prefix-len=16 oif=" PORT);
	pid = another(_metadata, &self->client);
	while (!pid) {
		scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
			  "dst=10.30.0.0 prefix-len=16 type=2 replace");
		scene_ask(&self->client, PORCH_CMD_ROUTE_ADD,
			  "dst=10.30.0.0 prefix-len=16 oif=" PORT " replace");
	}
	for (i = 0; i < ROUNDS; i++)
		EXPECT_EQ(0, try(&self->client, PORCH_CMD_ROUTE_GET, "dst=10.30.1.1"));
	stop(_metadata, pid);
}

/* The i-th place of a route that walks, all over the table */
static void walker_text(char *text, size_t size, int i)
{
	static const uint8_t nets[] = { 19, 23, 20, 22, 18, 24, 21 };

	snprintf(text, size, "dst=10.%d.0.%d prefix-len=32 oif=" PORT,
		 nets[i % sizeof(nets)], i % 100);
}

/**
 * struct seen - what was in a dump
 * @count: times that each untouched route was there
 * @walker: places of the walking route
 * @walkers: how many
 */
struct seen {
	uint8_t count[UNTOUCHED];
	int walkers;
};

static void look_at(struct seen *seen, const struct answer *answer)
{
	struct nlattr *a[PORCH_A_ROUTE_MAX + 1];
	const uint8_t *dst;
	size_t pos = 0;
	int i;

	memset(seen, 0, sizeof(*seen));
	while (answer_next(answer, &pos, a, PORCH_A_ROUTE_MAX)) {
		if (nla_len(a[PORCH_A_ROUTE_DST]) != 4)
			continue;
		dst = nla_data(a[PORCH_A_ROUTE_DST]);
		i = dst[2] * 250 + dst[3];
		if (dst[1] == 21 && dst[2] < 2 && i >= 100)
			seen->count[i - 100]++;
		else if (dst[1] >= 18 && dst[1] <= 24)
			seen->walkers++;
	}
}

/*
 * One writer takes a route from place to place, adding it before it removes the
 * old one: at any moment there are one or two. A dump that shows another number
 * has mixed two moments, and must say so. What nobody touches is there exactly
 * once, whatever the dump says.
 */
TEST_F_TIMEOUT(writers, dump_of_routes_amid_changes, 120)
{
	int i, j, consistent = 0, interrupted = 0;
	struct answer answer;
	struct seen seen;
	char text[64];
	pid_t pid;

	for (i = 0; i < UNTOUCHED; i++) {
		route_text(text, sizeof(text), 21, 100 + i);
		scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, text);
	}
	walker_text(text, sizeof(text), 0);
	scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, text);
	pid = another(_metadata, &self->client);
	for (i = 0; !pid; i++) {
		walker_text(text, sizeof(text), i + 1);
		scene_ask(&self->client, PORCH_CMD_ROUTE_ADD, text);
		walker_text(text, sizeof(text), i);
		scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, text);
		if (i % 8 == 0)
			usleep(30000);
	}
	/* A fast machine interrupts few of them, a slow one most. */
	for (i = 0; i < DUMPS || ((!interrupted || !consistent) && i < 100 * DUMPS); i++) {
		scene_dump(&self->client, PORCH_CMD_ROUTE_GET, &answer);
		ASSERT_EQ(0, answer.error);
		look_at(&seen, &answer);
		for (j = 0; j < UNTOUCHED; j++)
			EXPECT_EQ(1, seen.count[j])
				TH_LOG("route %d", j);
		if (answer.interrupted) {
			interrupted++;
		} else {
			consistent++;
			EXPECT_TRUE(seen.walkers == 1 || seen.walkers == 2)
				TH_LOG("%d walkers", seen.walkers);
		}
		answer_free(&answer);
	}
	stop(_metadata, pid);
	ksft_print_msg("%d dumps were consistent, %d interrupted\n", consistent, interrupted);
	EXPECT_LT(0, consistent);
	EXPECT_LT(0, interrupted);
}

TEST_F_TIMEOUT(writers, dump_of_ports_amid_changes, 120)
{
	struct nlattr *a[PORCH_A_PORT_MAX + 1];
	struct answer answer;
	int i, seen[13];
	size_t pos;
	pid_t pid;

	pid = another(_metadata, &self->client);
	while (!pid) {
		scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT);
		scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" NO_PORT);
	}
	for (i = 0; i < DUMPS; i++) {
		scene_dump(&self->client, PORCH_CMD_PORT_GET, &answer);
		ASSERT_EQ(0, answer.error);
		memset(seen, 0, sizeof(seen));
		for (pos = 0; answer_next(&answer, &pos, a, PORCH_A_PORT_MAX); )
			seen[nla_get_u32(a[PORCH_A_PORT_IFINDEX])]++;
		EXPECT_EQ(1, seen[10]);
		EXPECT_GE(1, seen[11]);
		EXPECT_EQ(1, seen[12]);
		answer_free(&answer);
	}
	stop(_metadata, pid);
}

/* Stage the same change over and over, so that the commit takes its time. */
static void stage_many(struct __test_metadata *_metadata, struct client *client)
{
	struct request request = op_request(op_find(PORCH_CMD_ROUTE_ADD),
					    "dst=10.30.0.0 prefix-len=16 type=1 replace staged");
	uint8_t buf[128 * STAGED_TOGETHER];
	size_t len = 0;
	int i;

	request.flags &= ~NLM_F_ACK;
	scene_ask(client, PORCH_CMD_TXN_BEGIN, "");
	for (i = 0; i < STAGED_TOGETHER; i++)
		len += client_encode(client, &request, buf + len, 128);
	for (i = 0; i < STAGED; i += STAGED_TOGETHER)
		ASSERT_EQ((ssize_t)len, send(client->fd, buf, len, 0));
}

static uint64_t microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/*
 * Whoever is killed amid a commit leaves everything as it was. A kill may come too
 * late, but not every time.
 */
TEST_F_TIMEOUT(writers, killed_amid_a_commit, 120)
{
	uint32_t before = status_u32(_metadata, &self->client, PORCH_A_STATUS_GENERATION);
	static const char commit[] = "operations=" STR(STAGED);
	uint64_t takes;
	int tries;
	pid_t pid;

	stage_many(_metadata, &self->client);
	takes = microseconds();
	scene_ask(&self->client, PORCH_CMD_TXN_COMMIT, commit);
	takes = microseconds() - takes;
	for (tries = 0; tries < 10; tries++) {
		before = status_u32(_metadata, &self->client, PORCH_A_STATUS_GENERATION);
		*self->shared = 0;
		pid = another(_metadata, &self->client);
		if (!pid) {
			stage_many(_metadata, &self->client);
			__atomic_store_n(self->shared, 1, __ATOMIC_RELEASE);
			scene_ask(&self->client, PORCH_CMD_TXN_COMMIT, commit);
			pause();
		}
		while (!__atomic_load_n(self->shared, __ATOMIC_ACQUIRE))
			usleep(100);
		usleep(takes / 4);
		stop(_metadata, pid);
		if (before == status_u32(_metadata, &self->client, PORCH_A_STATUS_GENERATION))
			break;
	}
	EXPECT_LT(tries, 10)
		TH_LOG("a commit takes %llu us", (unsigned long long)takes);
	/* The transaction went with its socket, and nobody holds a lock. */
	scene_ask(&self->client, PORCH_CMD_ROUTE_DEL, "dst=10.30.0.0 prefix-len=16 type=1");
}

TEST_HARNESS_MAIN
