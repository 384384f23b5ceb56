// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that a rule queues, and what becomes of them: answered, late, too many,
 * or without an application. They come in by v0 and leave by d0. All runs on one
 * CPU. At the end of each test the ledger balances.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/porch.h>
#include <linux/porch_ring.h>

#include "kselftest_harness.h"

#include "rings.h"
#include "scene.h"

/* Handle of the rule that queues; the scene has three itself. */
#define RULE	"4"

static bool open_queue(struct ring *r, uint32_t number, uint32_t held, uint32_t deadline)
{
	struct porch_ring_queue queue = {
		.queue = number, .held = held, .deadline = deadline,
	};

	return ring_open_tx(r) && !ioctl(r->fd, PORCH_RING_QUEUE, &queue);
}

FIXTURE(verdict) {
	struct client client;
	struct ring ring;
	int wire;
	int references;
	unsigned int handle;	/* of the rule */
};

FIXTURE_SETUP(verdict)
{
	ASSERT_TRUE(run_on(0));
	scene_enter(&self->client);
	ASSERT_TRUE(wire_lay(&self->client));
	self->wire = wire_open();
	ASSERT_LE(0, self->wire);
	scene_ask(&self->client, PORCH_CMD_RULE_ADD, "chain=forward proto=17 action=6 queue=5");
	self->handle = atoi(RULE);
	self->references = references();
	ASSERT_TRUE(open_queue(&self->ring, 5, 8, 60000));
}

FIXTURE_TEARDOWN(verdict)
{
	ring_close(&self->ring);
	EXPECT_EQ(self->references, references());
	EXPECT_TRUE(ledger_balances(&self->client));
	EXPECT_EQ(0, ledger_line(&self->client, PORCH_A_LEDGER_HELD));
	close(self->wire);
	client_close(&self->client);
}

/* A packet to behind d0 comes in. */
static void comes_in(struct __test_metadata *_metadata, int wire, bool six)
{
	uint8_t frame[2000];
	uint32_t len = six ? write_ipv6(frame, "2001:db8:1::1") : write_ipv4(frame, "10.1.2.3");

	ASSERT_EQ(len, send(wire, frame, len, 0));
}

/* The packet that waits. Return: its id */
static uint64_t is_shown(struct __test_metadata *_metadata, struct ring *r)
{
	struct porch_ring_frame *f;
	uint64_t id;

	ASSERT_EQ(POLLIN, ring_poll(r, 10000) & POLLIN);
	f = ring_peek(r);
	ASSERT_NE(NULL, f);
	id = f->id;
	EXPECT_NE(0, id);
	EXPECT_EQ(WIRE, f->ifindex);
	EXPECT_EQ(f->wirelen, f->caplen);
	ring_release(r, f);
	return id;
}

/* Return: 0, or the errno that the answer is refused with */
static int answer(struct __test_metadata *_metadata, struct ring *r, uint64_t id, uint16_t verdict)
{
	struct porch_ring_answer a = { .type = PORCH_RING_ANSWER, .verdict = verdict, .id = id };
	struct porch_ring_kick kick;

	ring_put_answer(r, &a);
	ASSERT_EQ(0, ring_kick(r, &kick));
	EXPECT_EQ(1, kick.taken);
	return kick.error;
}

static uint64_t sent_of(struct client *client)
{
	return ledger_line(client, PORCH_A_LEDGER_SENT);
}

static uint64_t dropped_of(struct client *client)
{
	return ledger_line(client, PORCH_A_LEDGER_DROPPED);
}

TEST_F(verdict, accepted_or_dropped)
{
	uint64_t sent = sent_of(&self->client), dropped = dropped_of(&self->client);
	uint64_t id;
	int six;

	for (six = 0; six < 2; six++) {
		comes_in(_metadata, self->wire, six);
		id = is_shown(_metadata, &self->ring);
		EXPECT_EQ(1, ledger_line(&self->client, PORCH_A_LEDGER_HELD));
		EXPECT_EQ(sent, sent_of(&self->client));
		/* A number that is nearly right */
		EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id + (1 << 16),
					 PORCH_RING_ACCEPT));
		EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id + 1, PORCH_RING_ACCEPT));
		EXPECT_EQ(EINVAL, answer(_metadata, &self->ring, id, 3));
		EXPECT_EQ(1, ledger_line(&self->client, PORCH_A_LEDGER_HELD));
		EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, ++sent));
		/* Once is enough. */
		EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));

		comes_in(_metadata, self->wire, six);
		id = is_shown(_metadata, &self->ring);
		EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_DROP));
		EXPECT_EQ(++dropped, dropped_of(&self->client));
		EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id, PORCH_RING_DROP));
	}
	EXPECT_EQ(NULL, ring_peek(&self->ring));
}

/* In any order, and as many as may. */
TEST_F(verdict, table)
{
	uint64_t sent = sent_of(&self->client), dropped = dropped_of(&self->client), id[8];
	int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 9; i++)
			comes_in(_metadata, self->wire, i % 2);
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, ++dropped));
		EXPECT_EQ(8, ledger_line(&self->client, PORCH_A_LEDGER_HELD));
		for (i = 0; i < 8; i++)
			id[i] = is_shown(_metadata, &self->ring);
		EXPECT_EQ(NULL, ring_peek(&self->ring));
		for (i = 0; i < 8; i++)
			EXPECT_EQ(0, answer(_metadata, &self->ring, id[i * 3 % 8],
					    PORCH_RING_ACCEPT));
		sent += 8;
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, sent));
	}
}

TEST_F_TIMEOUT(verdict, late, 120)
{
	uint64_t sent = sent_of(&self->client), dropped = dropped_of(&self->client), id;

	ring_close(&self->ring);
	ASSERT_TRUE(open_queue(&self->ring, 5, 200, 100));
	for (int i = 0; i < 30; i++)
		comes_in(_metadata, self->wire, 0);
	id = is_shown(_metadata, &self->ring);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, dropped + 30));
	EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	EXPECT_EQ(sent, sent_of(&self->client));
	/* The timer has not gone to sleep for ever. */
	comes_in(_metadata, self->wire, 0);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, dropped + 31));
}

/* With "bypass", every failure is an accept. */
TEST_F_TIMEOUT(verdict, bypass, 120)
{
	uint64_t sent = sent_of(&self->client);
	int i;

	scene_ask(&self->client, PORCH_CMD_RULE_DEL, "chain=forward handle=" RULE);
	scene_ask(&self->client, PORCH_CMD_RULE_ADD, "chain=forward action=6 queue=5 bypass");
	ring_close(&self->ring);
	/* Nobody is there, */
	comes_in(_metadata, self->wire, 0);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, ++sent));
	/* as many wait as may, the application goes, */
	ASSERT_TRUE(open_queue(&self->ring, 5, 2, 60000));
	for (i = 0; i < 3; i++)
		comes_in(_metadata, self->wire, 1);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, ++sent));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_HELD, 2));
	ring_close(&self->ring);
	sent += 2;
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, sent));
	/* it is late, and the ring is full. */
	ASSERT_TRUE(open_queue(&self->ring, 5, 4000, 100));
	for (i = 0; i < 200; i++)
		comes_in(_metadata, self->wire, 0);
	sent += 200;
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, sent));
	EXPECT_LT(0, self->ring.ctl->lost);
}

TEST_F_TIMEOUT(verdict, application_goes, 120)
{
	uint64_t dropped = dropped_of(&self->client), held;
	int status;
	pid_t pid;

	comes_in(_metadata, self->wire, 0);
	is_shown(_metadata, &self->ring);
	ring_close(&self->ring);
	EXPECT_EQ(++dropped, dropped_of(&self->client));
	comes_in(_metadata, self->wire, 0);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, ++dropped));

	/* Killed while packets wait */
	pid = child();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (!open_queue(&self->ring, 5, 8, 60000))
			_exit(1);
		for (;;)
			pause();
	}
	while ((held = ledger_line(&self->client, PORCH_A_LEDGER_HELD)) < 3) {
		comes_in(_metadata, self->wire, 0);
		usleep(1000);
	}
	dropped = dropped_of(&self->client);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, dropped + held));
	ASSERT_TRUE(open_queue(&self->ring, 5, 8, 60000));
}

/* The answer replaces the one rule; the others are those of the moment. */
TEST_F(verdict, judged_again)
{
	uint64_t sent = sent_of(&self->client), dropped = dropped_of(&self->client), id;
	struct ring other;

	/* Two applications have a say. */
	ASSERT_TRUE(open_queue(&other, 6, 8, 60000));
	scene_ask(&self->client, PORCH_CMD_RULE_ADD, "chain=ingress proto=17 action=6 queue=6");
	comes_in(_metadata, self->wire, 0);
	EXPECT_EQ(NULL, ring_peek(&self->ring));
	id = is_shown(_metadata, &other);
	EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	EXPECT_EQ(0, answer(_metadata, &other, id, PORCH_RING_ACCEPT));
	id = is_shown(_metadata, &self->ring);
	EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, ++sent));

	/* The rule has gone meanwhile, and another one drops. */
	comes_in(_metadata, self->wire, 0);
	id = is_shown(_metadata, &other);
	scene_ask(&self->client, PORCH_CMD_RULE_DEL, "chain=ingress handle=5");
	scene_ask(&self->client, PORCH_CMD_RULE_ADD, "chain=ingress proto=17 action=2");
	EXPECT_EQ(0, answer(_metadata, &other, id, PORCH_RING_ACCEPT));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, ++dropped));

	/* It has gone, and nobody minds. */
	scene_ask(&self->client, PORCH_CMD_RULE_DEL, "chain=ingress handle=6");
	comes_in(_metadata, self->wire, 1);
	id = is_shown(_metadata, &self->ring);
	scene_ask(&self->client, PORCH_CMD_RULE_DEL, "chain=forward handle=" RULE);
	EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, ++sent));
	ring_close(&other);
}

/* More rules than a packet can remember: one queues it again, under a new handle. */
TEST_F_TIMEOUT(verdict, too_often, 120)
{
	uint64_t dropped = dropped_of(&self->client), sent = sent_of(&self->client), id;
	char rule[80];
	int i;

	for (i = 1; i <= 4; i++) {
		comes_in(_metadata, self->wire, 0);
		id = is_shown(_metadata, &self->ring);
		for (int k = 0; k < i; k++) {
			snprintf(rule, sizeof(rule), "chain=forward handle=%u", self->handle++);
			scene_ask(&self->client, PORCH_CMD_RULE_DEL, rule);
			scene_ask(&self->client, PORCH_CMD_RULE_ADD,
				  "chain=forward proto=17 action=6 queue=5");
			EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
			id = is_shown(_metadata, &self->ring);
		}
		EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_HELD, 0));
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT,
					    sent + (i < 4 ? i : 3)));
		EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED,
					    dropped + (i == 4)));
	}
}

/* A link is up a moment after it was set so; what is sent until then is lost. */
static void comes_in_at_last(struct __test_metadata *_metadata, struct client *client, int wire)
{
	int i;

	for (i = 0; i < 1000 && !ledger_line(client, PORCH_A_LEDGER_HELD); i++) {
		comes_in(_metadata, wire, 0);
		usleep(5000);
	}
}

/* Nothing of a port's waits when it is down, or gone. */
TEST_F_TIMEOUT(verdict, port_goes, 120)
{
	uint64_t dropped = dropped_of(&self->client), held, id;

	comes_in(_metadata, self->wire, 0);
	id = is_shown(_metadata, &self->ring);
	ASSERT_EQ(0, system("ip link set v0 down"));
	EXPECT_EQ(++dropped, dropped_of(&self->client));
	EXPECT_EQ(ENOENT, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	ASSERT_EQ(0, system("ip link set v0 up"));
	comes_in_at_last(_metadata, &self->client, self->wire);
	held = ledger_line(&self->client, PORCH_A_LEDGER_HELD);
	EXPECT_LT(0, held);
	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" WIRE_TEXT);
	dropped += held;
	EXPECT_EQ(dropped, dropped_of(&self->client));
	scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" WIRE_TEXT);
	comes_in(_metadata, self->wire, 0);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_HELD, 1));
	ASSERT_EQ(0, system("ip link del v0"));
	EXPECT_EQ(++dropped, dropped_of(&self->client));
}

TEST_F(verdict, diverted)
{
	uint64_t dropped = dropped_of(&self->client);
	struct porch_ring_frame *f;
	struct ring other;

	scene_ask(&self->client, PORCH_CMD_RULE_ADD, "chain=ingress action=7 queue=7");
	comes_in(_metadata, self->wire, 0);
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_DROPPED, ++dropped));
	ASSERT_TRUE(open_queue(&other, 7, 0, 0));
	comes_in(_metadata, self->wire, 0);
	ASSERT_EQ(POLLIN, ring_poll(&other, 10000));
	f = ring_peek(&other);
	EXPECT_EQ(0, f->id);
	EXPECT_EQ(14 + 20 + 8 + PAYLOAD, f->wirelen);
	ring_close(&other);
	EXPECT_EQ(1, ledger_line(&self->client, PORCH_A_LEDGER_RING_OWNED));
	EXPECT_EQ(dropped, dropped_of(&self->client));
}

/* A sender that lends its memory gets it back although the packet waits. */
TEST_F(verdict, lent_memory)
{
	static const char data[1000];
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(10),
		.sin_addr.s_addr = inet_addr("10.0.0.8"),
	};
	struct sock_extended_err *said;
	struct porch_ring_frame *f;
	struct msghdr msg = {};
	struct cmsghdr *cmsg;
	char control[200];
	struct pollfd p;
	uint64_t id;
	int on = 1;

	scene_ask(&self->client, PORCH_CMD_RULE_ADD,
		  "chain=output proto=17 dport=10 action=6 queue=5");
	p.fd = socket(AF_INET, SOCK_DGRAM, 0);
	p.events = 0;
	ASSERT_EQ(0, setsockopt(p.fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)));
	ASSERT_EQ(sizeof(data), sendto(p.fd, data, sizeof(data), MSG_ZEROCOPY,
				       (struct sockaddr *)&to, sizeof(to)));

	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000) & POLLIN);
	f = ring_peek(&self->ring);
	id = f->id;
	ring_release(&self->ring, f);
	EXPECT_EQ(1, ledger_line(&self->client, PORCH_A_LEDGER_HELD));

	ASSERT_EQ(1, poll(&p, 1, 10000));
	msg.msg_control = control;
	msg.msg_controllen = sizeof(control);
	ASSERT_EQ(0, recvmsg(p.fd, &msg, MSG_ERRQUEUE));
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_NE(NULL, cmsg);
	said = (struct sock_extended_err *)CMSG_DATA(cmsg);
	EXPECT_EQ(SO_EE_ORIGIN_ZEROCOPY, said->ee_origin);
	EXPECT_EQ(SO_EE_CODE_ZEROCOPY_COPIED, said->ee_code);

	EXPECT_EQ(0, answer(_metadata, &self->ring, id, PORCH_RING_ACCEPT));
	close(p.fd);
}

TEST_HARNESS_MAIN
