// SPDX-License-Identifier: GPL-2.0
/*
 * Each request, each call for a ring, with its first allocation failing, then its
 * second, and so on until it succeeds: what is refused has changed nothing, the
 * error says why, and the books balance. Wants a kernel that fails on demand
 * (CONFIG_FAULT_INJECTION, FAILSLAB, FAIL_PAGE_ALLOC, FAULT_INJECTION_USERCOPY;
 * see Documentation/fault-injection in the kernel's tree).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/porch.h>
#include <linux/porch_ring.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "rings.h"
#include "scene.h"

/* An operation that needs more is stuck. */
#define FAULTS_MAX	2000

/* Everything may fail, sleeping or not, without telling the log each time. */
static const char * const switches[][2] = {
	{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
	{ "/sys/kernel/debug/failslab/verbose", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
	{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
	{ "/sys/kernel/debug/fail_usercopy/verbose", "0" },
};

/* Return: a descriptor to say by which fault comes next, or -1 */
static int faults_open(void)
{
	unsigned int i;
	FILE *file;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		file = fopen(switches[i][0], "w");
		if (!file || fputs(switches[i][1], file) < 0 || fclose(file))
			return -1;
	}
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

/* Let this thread's n-th one from here fail. */
static bool faults_arm(int fd, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	return pwrite(fd, text, len, 0) == len;
}

/*
 * Return: whether it came to that. To ask copies the number to user space, and to say
 * that no more shall fail copies from there; that may be what fails instead.
 */
static bool faults_end(int fd)
{
	char text[16] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (!faults_arm(fd, 0) && !faults_arm(fd, 0))
		abort();
	return len > 0 && !atoi(text);
}

/* What the caller may hear of: no memory, or no way to copy what it says. */
static bool is_fault(int error)
{
	return error == ENOMEM || error == ENOBUFS || error == EFAULT;
}

FIXTURE(faults) {
	struct client client;
	int fd;
};

FIXTURE_SETUP(faults)
{
	self->fd = faults_open();
	if (self->fd < 0)
		SKIP(return, "this kernel fails not on demand");
	scene_enter(&self->client);
}

FIXTURE_TEARDOWN(faults)
{
	if (self->fd < 0)
		return;
	EXPECT_TRUE(ledger_balances(&self->client));
	client_close(&self->client);
	close(self->fd);
}

/**
 * struct attempt - what became of a request
 * @injected: something failed on its way
 * @error: errno of the call that sent it, or of the acknowledgment; %NO_ANSWER if that
 *	was what failed
 */
struct attempt {
	bool injected;
	int error;
};

/* By a socket of its own: a dump that ends early leaves it in use. */
static struct attempt attempt(struct __test_metadata *_metadata, int fd,
			      const struct request *request, int n)
{
	struct attempt a = {};
	struct answer answer;
	struct client client;
	char buf[8192];
	size_t len;

	ASSERT_EQ(0, client_open(&client));
	len = client_encode(&client, request, buf, sizeof(buf));
	ASSERT_TRUE(faults_arm(fd, n));
	if (send(client.fd, buf, len, 0) < 0)
		a.error = errno;
	a.injected = faults_end(fd);
	client_receive(&client, &answer);
	if (!a.error)
		a.error = answer.error;
	answer_free(&answer);
	client_close(&client);
	return a;
}

/* One operation, until nothing fails any more. What it did goes with the scene. */
static void try_op(struct __test_metadata *_metadata, int fd, struct client *client,
		   const struct op *op, bool all)
{
	struct request request = all ? op_request(op, "") : op_example(op);
	struct state before, after;
	struct attempt a;
	bool same;
	int n;

	if (all)
		request.flags = NLM_F_REQUEST | NLM_F_DUMP;
	before = scene_state(client);
	for (n = 1; n < FAULTS_MAX; n++) {
		a = attempt(_metadata, fd, &request, n);
		if (!a.injected)
			break;
		after = scene_state(client);
		same = state_equal(&before, &after);
		state_free(&after);
		if (a.error > 0) {
			EXPECT_TRUE(is_fault(a.error))
				TH_LOG("%s: fault %d: errno %d", op->name, n, a.error);
			EXPECT_TRUE(same)
				TH_LOG("%s: fault %d: refused, and yet something changed",
				       op->name, n);
		}
		if (same && (a.error > 0 || !op->admin))
			continue;
		EXPECT_TRUE(ledger_balances(client));
		client_close(client);
		scene_enter(client);
		state_free(&before);
		before = scene_state(client);
	}
	EXPECT_EQ(0, a.error)
		TH_LOG("%s: nothing fails, and yet errno %d", op->name, a.error);
	TH_LOG("%s%s: %d faults", op->name, all ? ", all" : "", n - 1);
	state_free(&before);
	client_close(client);
	scene_enter(client);
}

TEST_F_TIMEOUT(faults, in_operations, 3000)
{
	int i;

	for (i = 0; i < op_count; i++) {
		if (ops[i].txn)
			continue;
		try_op(_metadata, self->fd, &self->client, &ops[i], false);
		if (ops[i].dump)
			try_op(_metadata, self->fd, &self->client, &ops[i], true);
	}
}

/* A change of everything in one commit */
static const struct {
	uint8_t cmd;
	const char *text;
} staged[] = {
	{ PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT " staged" },
	{ PORCH_CMD_PORT_DEL, "ifindex=" OTHER_PORT " staged" },
	{ PORCH_CMD_ROUTE_ADD, "dst=10.8.0.0 prefix-len=16 oif=" NO_PORT " staged" },
	{ PORCH_CMD_ROUTE_DEL, "dst=10.1.0.0 prefix-len=16 staged" },
	{ PORCH_CMD_SET_ADD, "name=new type=0 staged" },
	{ PORCH_CMD_ELEMENT_ADD, "set=new addr=10.0.0.0 prefix-len=8 staged" },
	{ PORCH_CMD_RULE_ADD, "chain=forward src-set=new limit=1 count action=2 staged" },
	{ PORCH_CMD_RULE_DEL, "chain=forward handle=2 staged" },
	{ PORCH_CMD_ROUTE_RULE_ADD, "pref=7 table=9 staged" },
	{ PORCH_CMD_LANE_ADD, "pref=7 lane=2 staged" },
	{ PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=9 parent=1 staged" },
	{ PORCH_CMD_TRACK_SET, "flows=100 staged" },
	{ PORCH_CMD_ENGINE_SET, "vector=8 threaded=1 staged" },
};

TEST_F_TIMEOUT(faults, in_commits, 3000)
{
	struct request commit;
	struct state before, after;
	struct answer answer;
	struct client client;
	unsigned int i;
	char text[32];
	bool injected;
	int n, error;

	snprintf(text, sizeof(text), "operations=%zu", ARRAY_SIZE(staged));
	commit = op_request(op_find(PORCH_CMD_TXN_COMMIT), text);
	before = scene_state(&self->client);
	for (n = 1; n < FAULTS_MAX; n++) {
		char buf[8192];
		size_t len;

		ASSERT_EQ(0, client_open(&client));
		scene_ask(&client, PORCH_CMD_TXN_BEGIN, "");
		for (i = 0; i < ARRAY_SIZE(staged); i++)
			scene_ask(&client, staged[i].cmd, staged[i].text);
		len = client_encode(&client, &commit, buf, sizeof(buf));
		ASSERT_TRUE(faults_arm(self->fd, n));
		error = send(client.fd, buf, len, 0) < 0 ? errno : 0;
		injected = faults_end(self->fd);
		client_receive(&client, &answer);
		error = error ?: answer.error;
		answer_free(&answer);
		client_close(&client);
		if (!injected)
			break;
		after = scene_state(&self->client);
		if (error > 0) {
			EXPECT_TRUE(is_fault(error))
				TH_LOG("fault %d: errno %d", n, error);
			EXPECT_TRUE(state_equal(&before, &after))
				TH_LOG("fault %d: refused, and yet something changed", n);
		}
		if (!state_equal(&before, &after)) {
			client_close(&self->client);
			scene_enter(&self->client);
			state_free(&before);
			before = scene_state(&self->client);
		}
		state_free(&after);
	}
	EXPECT_EQ(0, error);
	EXPECT_LT(20, n);
	TH_LOG("%d faults", n - 1);
	state_free(&before);
}

/* What an application does with a ring, from open() on; each step can be tried again. */
enum step { SETUP, MAP, TAP, DIVERT, QUEUE, STEPS };

static int take(int fd, enum step step, size_t *size, void **map)
{
	struct porch_ring_setup setup = {
		.size = RING_SIZE, .tx_size = RING_SIZE,
	};
	struct porch_ring_tap tap = {};
	struct porch_ring_divert divert = { .ifindex = atoi(PORT) };
	struct porch_ring_queue queue = { .queue = 7, .held = 16, .deadline = 1000 };

	switch (step) {
	case SETUP:
		if (ioctl(fd, PORCH_RING_SETUP, &setup))
			return errno;
		*size = setup.map_size;
		return 0;
	case MAP:
		*map = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		return *map == MAP_FAILED ? errno : 0;
	case TAP:
		return ioctl(fd, PORCH_RING_TAP, &tap) ? errno : 0;
	case DIVERT:
		return ioctl(fd, PORCH_RING_DIVERT, &divert) ? errno : 0;
	default:
		return ioctl(fd, PORCH_RING_QUEUE, &queue) ? errno : 0;
	}
}

TEST_F_TIMEOUT(faults, in_rings, 600)
{
	int fd, n, error, held = references();
	size_t size = 0;
	void *map = NULL;
	bool injected;
	enum step step;

	for (n = 1; n < FAULTS_MAX; n++) {
		ASSERT_TRUE(faults_arm(self->fd, n));
		fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
		error = fd < 0 ? errno : 0;
		injected = faults_end(self->fd);
		if (!injected)
			break;
		EXPECT_TRUE(!error || is_fault(error) || error == ENFILE)
			TH_LOG("open: fault %d: errno %d", n, error);
		if (!error)
			close(fd);
	}
	ASSERT_EQ(0, error);
	for (step = SETUP; step < STEPS; step++) {
		for (n = 1; n < FAULTS_MAX; n++) {
			ASSERT_TRUE(faults_arm(self->fd, n));
			error = take(fd, step, &size, &map);
			injected = faults_end(self->fd);
			if (!error)
				break;
			EXPECT_TRUE(injected && is_fault(error))
				TH_LOG("step %d: fault %d: errno %d", step, n, error);
		}
		ASSERT_EQ(0, error);
		TH_LOG("step %d: %d faults", step, n - 1);
	}
	munmap(map, size);
	close(fd);
	EXPECT_EQ(held, references());
}

TEST_HARNESS_MAIN
