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

/* Where a request is tried */
enum place {
	SCENE,		/* with some of everything */
	BARE,		/* with devices alone: what is set up but once has not been yet */
	TAPPED,		/* the same, beside a ring that sees all ports to come */
};

/**
 * struct change - a request in short
 * @cmd: the operation
 * @text: its attributes
 */
struct change {
	uint8_t cmd;
	const char *text;
};

/**
 * struct trial - a request, and where it is sent
 * @op: its operation
 * @request: it
 * @how: what is special about it, for the log
 * @place: where
 * @begun: its socket has a transaction open
 * @changes: which has these in it already, @n_changes
 * @n_changes: how many
 */
struct trial {
	const struct op *op;
	struct request request;
	const char *how;
	enum place place;
	bool begun;
	const struct change *changes;
	unsigned int n_changes;
};

/**
 * struct lab - what there is at a time
 * @client: opened there
 * @ring: which sees all ports, or without a mapping
 * @fd: from faults_open()
 */
struct lab {
	struct client client;
	struct ring ring;
	int fd;
};

FIXTURE(faults) {
	struct lab lab;
};

static void leave(struct __test_metadata *_metadata, struct lab *lab)
{
	if (!lab->client.sock)
		return;
	EXPECT_TRUE(ledger_balances(&lab->client));
	if (lab->ring.map)
		ring_close(&lab->ring);
	lab->ring.map = NULL;
	client_close(&lab->client);
}

/* Where nothing is of what there was before */
static void enter(struct __test_metadata *_metadata, struct lab *lab, enum place place)
{
	leave(_metadata, lab);
	scene_devices();
	ASSERT_EQ(0, client_open(&lab->client));
	if (place == SCENE)
		scene_set(&lab->client);
	if (place == TAPPED)
		ASSERT_TRUE(ring_open(&lab->ring, 0));
}

FIXTURE_SETUP(faults)
{
	self->lab.fd = faults_open();
	ASSERT_LE(0, self->lab.fd)
		TH_LOG("this kernel does not fail on demand");
}

FIXTURE_TEARDOWN(faults)
{
	leave(_metadata, &self->lab);
	close(self->lab.fd);
}

/* The socket's transaction has what was staged, and nothing else. This ends it. */
static void check_txn(struct __test_metadata *_metadata, struct client *client,
		      const struct trial *t, bool done)
{
	bool open = t->begun ? t->op->cmd != PORCH_CMD_TXN_ABORT || !done : done;
	struct request request;
	struct answer answer;
	char text[32];

	snprintf(text, sizeof(text), "operations=%d check", !t->op->txn && done);
	request = op_request(op_find(PORCH_CMD_TXN_COMMIT), text);
	client_call(client, &request, &answer);
	EXPECT_EQ(open ? 0 : ENOENT, answer.error)
		TH_LOG("%s%s: \"%s\" is refused: %s", t->op->name, t->how, text, answer.text);
	answer_free(&answer);
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
static struct attempt attempt(struct __test_metadata *_metadata, int fd, const struct trial *t,
			      int n)
{
	struct attempt a = {};
	struct answer answer;
	struct client client;
	char buf[8192];
	unsigned int i;
	size_t len;

	ASSERT_EQ(0, client_open(&client));
	if (t->begun)
		scene_ask(&client, PORCH_CMD_TXN_BEGIN, "");
	for (i = 0; i < t->n_changes; i++)
		scene_ask(&client, t->changes[i].cmd, t->changes[i].text);
	len = client_encode(&client, &t->request, buf, sizeof(buf));
	ASSERT_TRUE(faults_arm(fd, n));
	if (send(client.fd, buf, len, 0) < 0)
		a.error = errno;
	a.injected = faults_end(fd);
	client_receive(&client, &answer);
	if (!a.error)
		a.error = answer.error;
	answer_free(&answer);
	/* What is committed is over, unless the family never heard of it. */
	if ((t->begun || t->op->txn) && t->op->cmd != PORCH_CMD_TXN_COMMIT)
		check_txn(_metadata, &client, t, a.error <= 0);
	client_close(&client);
	return a;
}

/* What has changed cannot always be seen: that a flow has gone, for example. */
static bool may_change(const struct trial *t)
{
	return t->op->admin && !t->op->txn && !t->begun;
}

/* Return: how many faults there were until nothing failed any more */
static int try(struct __test_metadata *_metadata, struct lab *lab, const struct trial *t)
{
	struct state before, after;
	struct attempt a;
	bool same;
	int n;

	enter(_metadata, lab, t->place);
	before = scene_state(&lab->client);
	for (n = 1; n < FAULTS_MAX; n++) {
		a = attempt(_metadata, lab->fd, t, n);
		EXPECT_TRUE(ledger_balances(&lab->client))
			TH_LOG("%s%s: fault %d", t->op->name, t->how, n);
		if (!a.injected)
			break;
		after = scene_state(&lab->client);
		same = state_equal(&before, &after);
		state_free(&after);
		if (a.error > 0) {
			EXPECT_TRUE(is_fault(a.error))
				TH_LOG("%s%s: fault %d: errno %d", t->op->name, t->how, n,
				       a.error);
			EXPECT_TRUE(same)
				TH_LOG("%s%s: fault %d: refused, and yet something changed",
				       t->op->name, t->how, n);
		}
		if (t->place == SCENE && same && (a.error > 0 || !may_change(t)))
			continue;
		if (t->place != SCENE && a.error > 0) {
			a = attempt(_metadata, lab->fd, t, 0);
			EXPECT_EQ(0, a.error)
				TH_LOG("%s%s: fault %d: refused again", t->op->name, t->how,
				       n);
		}
		/* What it did goes with the scene. */
		enter(_metadata, lab, t->place);
		state_free(&before);
		before = scene_state(&lab->client);
	}
	EXPECT_EQ(0, a.error)
		TH_LOG("%s%s: nothing fails, and yet errno %d", t->op->name, t->how, a.error);
	TH_LOG("%s%s: %d faults", t->op->name, t->how, n - 1);
	state_free(&before);
	return n - 1;
}

/* What the examples of operations leave out */
static const struct change others[] = {
	{ PORCH_CMD_PORT_ADD, "ifindex=" NO_PORT " hook=1" },
	{ PORCH_CMD_ROUTE_ADD,
	  "dst=10.9.0.0 prefix-len=16 nexthops=10.0.0.9/" PORT "/2+/" OTHER_PORT "/1" },
};

#define REQUESTS	(op_count + (int)ARRAY_SIZE(others))

static struct trial trial_of(const struct change *change)
{
	const struct op *op = op_find(change->cmd);

	return (struct trial) { .op = op, .request = op_request(op, change->text), .how = "" };
}

/* The examples, then the others */
static struct trial nth_trial(int i)
{
	struct change example;

	if (i >= op_count)
		return trial_of(&others[i - op_count]);
	example = (struct change) { ops[i].cmd, ops[i].example };
	return trial_of(&example);
}

TEST_F_TIMEOUT(faults, in_operations, 3000)
{
	struct trial t;
	int i;

	for (i = 0; i < REQUESTS; i++) {
		t = nth_trial(i);
		if (t.op->cmd == PORCH_CMD_TXN_COMMIT)
			continue;
		t.begun = t.op->cmd == PORCH_CMD_TXN_ABORT;
		EXPECT_LT(8, try(_metadata, &self->lab, &t));
		if (i >= op_count || !t.op->dump)
			continue;
		t.request = op_request(t.op, "");
		t.request.flags = NLM_F_REQUEST | NLM_F_DUMP;
		t.how = ", all";
		EXPECT_LT(8, try(_metadata, &self->lab, &t));
	}
}

TEST_F_TIMEOUT(faults, in_staging, 3000)
{
	const struct attr *attr;
	struct trial t;
	int i;

	for (i = 0; i < REQUESTS; i++) {
		t = nth_trial(i);
		for (attr = t.op->attrs; attr->name; attr++)
			if (!strcmp(attr->name, "staged"))
				break;
		if (!attr->name)
			continue;
		t.request.items[t.request.count++].type = attr->nr;
		t.how = ", staged";
		t.begun = true;
		EXPECT_LT(8, try(_metadata, &self->lab, &t));
	}
}

/* The first port brings the engine of all CPUs along, the first rule the flow table. */
TEST_F_TIMEOUT(faults, in_beginnings, 3000)
{
	static const struct {
		struct change change;
		enum place place;
		const char *how;
	} beginnings[] = {
		{ { PORCH_CMD_PORT_ADD, "ifindex=" PORT " hook=1" }, BARE, ", first" },
		{ { PORCH_CMD_PORT_ADD, "ifindex=" PORT " hook=2" }, BARE, ", first" },
		{ { PORCH_CMD_PORT_ADD, "ifindex=" PORT " hook=1" }, TAPPED, ", tapped" },
		{ { PORCH_CMD_PORT_ADD, "ifindex=" PORT " hook=2" }, TAPPED, ", tapped" },
		{ { PORCH_CMD_RULE_ADD, "chain=forward action=1" }, BARE, ", first" },
	};
	struct trial t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(beginnings); i++) {
		t = trial_of(&beginnings[i].change);
		t.place = beginnings[i].place;
		t.how = beginnings[i].how;
		EXPECT_LT(25, try(_metadata, &self->lab, &t));
	}
}

/* A change of everything in one commit */
static const struct change everything[] = {
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
	struct change commit = { PORCH_CMD_TXN_COMMIT, NULL };
	struct trial t;
	char text[32];

	snprintf(text, sizeof(text), "operations=%zu", ARRAY_SIZE(everything));
	commit.text = text;
	t = trial_of(&commit);
	t.begun = true;
	t.changes = everything;
	t.n_changes = ARRAY_SIZE(everything);
	EXPECT_LT(25, try(_metadata, &self->lab, &t));
}

/* What an application does with a ring */
enum step { OPEN, SETUP, MAP, TAP, DIVERT, QUEUE, STEPS };

static int take(struct ring *r, enum step step)
{
	struct porch_ring_setup setup = {
		.size = RING_SIZE, .tx_size = RING_SIZE,
	};
	struct porch_ring_tap tap = {};
	struct porch_ring_divert divert = { .ifindex = atoi(PORT) };
	struct porch_ring_queue queue = { .queue = 7, .held = 16, .deadline = 1000 };

	switch (step) {
	case OPEN:
		r->fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
		return r->fd < 0 ? errno : 0;
	case SETUP:
		if (ioctl(r->fd, PORCH_RING_SETUP, &setup))
			return errno;
		r->map_size = setup.map_size;
		return 0;
	case MAP:
		r->map = mmap(NULL, r->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
		return r->map == MAP_FAILED ? errno : 0;
	case TAP:
		return ioctl(r->fd, PORCH_RING_TAP, &tap) ? errno : 0;
	case DIVERT:
		return ioctl(r->fd, PORCH_RING_DIVERT, &divert) ? errno : 0;
	default:
		return ioctl(r->fd, PORCH_RING_QUEUE, &queue) ? errno : 0;
	}
}

/*
 * One step of a new ring's, after all before it. What is refused can be tried again.
 *
 * Return: whether anything failed
 */
static bool try_step(struct __test_metadata *_metadata, struct lab *lab, enum step step,
		     int n)
{
	struct state before, after;
	struct ring ring;
	enum step i;
	bool injected;
	int error;

	for (i = OPEN; i < step; i++)
		ASSERT_EQ(0, take(&ring, i));
	before = scene_state(&lab->client);
	ASSERT_TRUE(faults_arm(lab->fd, n));
	error = take(&ring, step);
	injected = faults_end(lab->fd);
	if (error) {
		EXPECT_TRUE(injected && (is_fault(error) || (step == OPEN && error == ENFILE)))
			TH_LOG("step %d: fault %d: errno %d", step, n, error);
		after = scene_state(&lab->client);
		EXPECT_TRUE(state_equal(&before, &after))
			TH_LOG("step %d: fault %d: refused, and yet something changed", step,
			       n);
		state_free(&after);
		/* Had it got a port of all, that would be refused. */
		if (step == TAP) {
			EXPECT_EQ(0, ring_tap(ring.fd, atoi(PORT)));
			EXPECT_EQ(0, ring_tap(ring.fd, atoi(OTHER_PORT)));
		}
		EXPECT_EQ(0, take(&ring, step))
			TH_LOG("step %d: fault %d: refused again", step, n);
	}
	state_free(&before);
	EXPECT_TRUE(ledger_balances(&lab->client));
	if (step >= MAP)
		munmap(ring.map, ring.map_size);
	close(ring.fd);
	return injected;
}

TEST_F_TIMEOUT(faults, in_rings, 600)
{
	int n, held = references();
	enum step step;

	enter(_metadata, &self->lab, SCENE);
	for (step = OPEN; step < STEPS; step++) {
		for (n = 1; n < FAULTS_MAX; n++)
			if (!try_step(_metadata, &self->lab, step, n))
				break;
		EXPECT_LT(1, n);
		TH_LOG("step %d: %d faults", step, n - 1);
	}
	EXPECT_EQ(held, references());
}

TEST_HARNESS_MAIN
