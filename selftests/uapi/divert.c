// SPDX-License-Identifier: GPL-2.0
/*
 * A port whose frames are an application's: it gets all of them, and nobody else
 * does. And queues, as far as they can be had without a rule. All runs on one CPU.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/porch.h>
#include <linux/porch_ring.h>

#include "kselftest_harness.h"

#include "rings.h"
#include "scene.h"

static int divert(int fd, uint32_t ifindex)
{
	struct porch_ring_divert arg = { .ifindex = ifindex };

	return ioctl(fd, PORCH_RING_DIVERT, &arg);
}

static int queue(int fd, uint32_t number, uint32_t held, uint32_t deadline)
{
	struct porch_ring_queue arg = { .queue = number, .held = held, .deadline = deadline };

	return ioctl(fd, PORCH_RING_QUEUE, &arg);
}

FIXTURE(divert) {
	struct client client;
	struct ring ring;
	int wire;
	int references;
};

FIXTURE_SETUP(divert)
{
	ASSERT_TRUE(run_on(0));
	scene_enter(&self->client);
	ASSERT_TRUE(wire_lay(&self->client));
	self->wire = wire_open();
	ASSERT_LE(0, self->wire);
	self->references = references();
	ASSERT_TRUE(ring_open_tx(&self->ring));
	ASSERT_EQ(0, divert(self->ring.fd, WIRE));
}

FIXTURE_TEARDOWN(divert)
{
	ring_close(&self->ring);
	EXPECT_EQ(self->references, references());
	EXPECT_TRUE(ledger_balances(&self->client));
	close(self->wire);
	client_close(&self->client);
}

static bool is_equal(const struct porch_ring_frame *f, const uint8_t *frame, uint32_t len)
{
	return f && f->wirelen == len && f->caplen == len &&
	       !memcmp((const uint8_t *)f + f->data, frame, len);
}

/* What Porch would forward, punt, or leave alone comes here, and goes nowhere else. */
TEST_F(divert, all_kinds)
{
	uint64_t rx = ledger_line(&self->client, PORCH_A_LEDGER_RX), sent;
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x88b5, 0x8100, 0x88a8 };
	struct porch_ring_frame *f;
	uint8_t frame[2000];
	uint32_t len;
	size_t i;

	sent = ledger_line(&self->client, PORCH_A_LEDGER_SENT);
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		len = types[i] == 0x86dd ? write_ipv6(frame, "2001:db8:1::1") :
					   write_ipv4(frame, "10.1.2.3");
		frame[12] = types[i] >> 8;
		frame[13] = types[i];
		ASSERT_EQ(len, send(self->wire, frame, len, 0));
		ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
		f = ring_peek(&self->ring);
		ASSERT_NE(NULL, f);
		EXPECT_EQ(0, f->id);
		EXPECT_EQ(WIRE, f->ifindex);
		if (types[i] == 0x8100 || types[i] == 0x88a8) {
			/* The kernel has taken the tag off. */
			EXPECT_TRUE(f->flags & PORCH_RING_F_VLAN);
			EXPECT_EQ(types[i], f->vlan_tpid);
			EXPECT_EQ(len - 4, f->wirelen);
		} else {
			EXPECT_TRUE(is_equal(f, frame, len))
				TH_LOG("%04x", types[i]);
		}
		ring_release(&self->ring, f);
	}
	EXPECT_EQ(rx + i, ledger_line(&self->client, PORCH_A_LEDGER_RX));
	EXPECT_EQ(i, ledger_line(&self->client, PORCH_A_LEDGER_RING_OWNED));
	EXPECT_EQ(sent, ledger_line(&self->client, PORCH_A_LEDGER_SENT));

	/* Frames for other hosts are none of the port's. */
	write_ipv4(frame, "10.1.2.3");
	frame[5] = 77;
	ASSERT_EQ(len, send(self->wire, frame, len, 0));
	EXPECT_EQ(0, ring_poll(&self->ring, 0));
	/* When the application goes, all is as before. */
	ring_close(&self->ring);
	write_ipv4(frame, "10.1.2.3");
	ASSERT_EQ(len, send(self->wire, frame, len, 0));
	EXPECT_TRUE(ledger_comes_to(&self->client, PORCH_A_LEDGER_SENT, sent + 1));
	ASSERT_TRUE(ring_open_tx(&self->ring));
}

/* What was received is sent on as it is, and takes the way it would have taken. */
TEST_F(divert, and_back)
{
	struct porch_ring_frame *f, head;
	uint8_t frame[2000], *ip;
	struct porch_ring_kick kick;
	struct ring tap;
	uint32_t len;

	ASSERT_TRUE(ring_open(&tap, atoi(PORT)));
	len = write_ipv4(frame, "10.1.2.3");
	ASSERT_EQ(len, send(self->wire, frame, len, 0));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	f = ring_peek(&self->ring);
	head = *f;
	head.to = PORCH_RING_TO_PATH;
	ring_put(&self->ring, &head, (uint8_t *)f + f->data);
	ring_release(&self->ring, f);
	ASSERT_EQ(0, ring_kick(&self->ring, &kick));
	EXPECT_EQ(0, kick.error);
	ASSERT_EQ(POLLIN, ring_poll(&tap, 10000));
	f = ring_peek(&tap);
	ip = (uint8_t *)f + f->data + f->net;
	EXPECT_EQ(63, ip[8]);
	EXPECT_EQ(0, memcmp(frame + 26, ip + 12, len - 26));
	ring_close(&tap);
}

TEST_F(divert, full)
{
	uint64_t dropped = ledger_line(&self->client, PORCH_A_LEDGER_DROPPED), owned;
	int i;

	for (i = 0; i < 200; i++)
		ASSERT_TRUE(wire_send(self->wire, i));
	while (self->ring.ctl->frames + self->ring.ctl->lost < 200)
		usleep(1000);
	owned = ledger_line(&self->client, PORCH_A_LEDGER_RING_OWNED);
	EXPECT_EQ(self->ring.ctl->frames, owned);
	EXPECT_LT(50, owned);
	EXPECT_EQ(200 - owned, ledger_line(&self->client, PORCH_A_LEDGER_DROPPED) - dropped);
	EXPECT_EQ(200 - owned, self->ring.ctl->lost);
}

/* Copies are for all who tap, the frame is for one. */
TEST_F(divert, one_owner)
{
	struct ring tap, other;

	ASSERT_TRUE(ring_open(&tap, WIRE));
	ASSERT_TRUE(ring_open_tx(&other));
	EXPECT_EQ(-1, divert(self->ring.fd, WIRE));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(-1, divert(other.fd, WIRE));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(0, divert(other.fd, atoi(PORT)));
	ASSERT_TRUE(wire_send(self->wire, 7));
	EXPECT_EQ(POLLIN, ring_poll(&tap, 10000));
	EXPECT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	EXPECT_EQ(0, ring_poll(&other, 0));
	EXPECT_TRUE(is_frame(ring_peek(&tap), 7));
	EXPECT_TRUE(is_frame(ring_peek(&self->ring), 7));
	/* Its owner may tap it, too. */
	EXPECT_EQ(0, ring_tap(self->ring.fd, WIRE));
	ring_close(&self->ring);
	EXPECT_EQ(0, divert(other.fd, WIRE));
	ASSERT_TRUE(wire_send(self->wire, 8));
	EXPECT_EQ(POLLIN, ring_poll(&other, 10000));
	EXPECT_TRUE(is_frame(ring_peek(&other), 8));
	ring_close(&other);
	ring_close(&tap);
	ASSERT_TRUE(ring_open_tx(&self->ring));
}

TEST_F(divert, port_goes)
{
	ASSERT_TRUE(wire_send(self->wire, 1));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" WIRE_TEXT);
	EXPECT_EQ(POLLIN | POLLHUP, ring_poll(&self->ring, 10000));
	scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" WIRE_TEXT);
	EXPECT_EQ(0, divert(self->ring.fd, WIRE));
	EXPECT_EQ(POLLIN, ring_poll(&self->ring, 0));
	ASSERT_EQ(0, system("ip link del v0"));
	EXPECT_EQ(POLLIN | POLLHUP, ring_poll(&self->ring, 10000));
}

TEST_F(divert, refused)
{
	struct porch_ring_divert arg = { .ifindex = WIRE };
	struct porch_ring_queue q = { .queue = 5 };
	struct ring watcher;
	int status, fd;
	pid_t pid;

	EXPECT_EQ(-1, divert(self->ring.fd, OTHER_END));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(-1, divert(self->ring.fd, 0));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(-1, divert(self->ring.fd, 1U << 31));
	EXPECT_EQ(EINVAL, errno);
	arg.flags = 1;
	EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_DIVERT, &arg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_DIVERT, NULL));
	EXPECT_EQ(EFAULT, errno);
	fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, divert(fd, WIRE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, queue(fd, 5, 10, 10));
	EXPECT_EQ(ENXIO, errno);
	close(fd);
	pid = child();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (!give_up(CAP_NET_ADMIN) || !ring_open(&watcher, WIRE))
			_exit(1);
		if (!divert(watcher.fd, atoi(PORT)) || errno != EPERM)
			_exit(2);
		_exit(!queue(watcher.fd, 5, 0, 0) || errno != EPERM ? 3 : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);

	q.flags = 1;
	EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_QUEUE, &q));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 65536, 1, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 5, PORCH_RING_HELD_MAX + 1, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 5, 1, PORCH_RING_DEADLINE_MAX + 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 5, 1, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 5, 0, 1));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_TRUE(ring_open(&watcher, WIRE));
	/* Without a ring for answers */
	EXPECT_EQ(-1, queue(watcher.fd, 5, 1, 1));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(0, queue(watcher.fd, 5, 0, 0));
	EXPECT_EQ(-1, queue(watcher.fd, 6, 0, 0));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(-1, queue(self->ring.fd, 5, 1, 1));
	EXPECT_EQ(EBUSY, errno);
	ring_close(&watcher);
	EXPECT_EQ(0, queue(self->ring.fd, 5, PORCH_RING_HELD_MAX, PORCH_RING_DEADLINE_MAX));
}

/* Answers to what was never asked */
TEST_F(divert, answers)
{
	struct { uint16_t verdict; uint64_t id; int error; } wrong[] = {
		{ 0, 1, EINVAL }, { 3, 1, EINVAL }, { PORCH_RING_ACCEPT, 0, ENOENT },
		{ PORCH_RING_ACCEPT, 1ULL << 16, ENOENT },
		{ PORCH_RING_DROP, 1ULL << 16 | 9, ENOENT },
		{ PORCH_RING_DROP, 1ULL << 16 | 10, ENOENT }, { PORCH_RING_DROP, ~0ULL, ENOENT },
	};
	struct porch_ring_answer answer;
	struct porch_ring_kick kick;
	size_t i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
			answer = (struct porch_ring_answer) {
				.type = PORCH_RING_ANSWER,
				.verdict = wrong[i].verdict,
				.id = wrong[i].id,
			};
			ring_put_answer(&self->ring, &answer);
			ASSERT_EQ(0, ring_kick(&self->ring, &kick));
			EXPECT_EQ(1, kick.refused);
			EXPECT_EQ(wrong[i].error, kick.error)
				TH_LOG("%zu", i);
		}
		if (!round)
			ASSERT_EQ(0, queue(self->ring.fd, 5, 10, 1000));
	}
}

TEST_F_TIMEOUT(divert, exit_in_the_middle, 120)
{
	int i, status;
	pid_t pid;

	ring_close(&self->ring);
	for (i = 0; i < 8; i++) {
		pid = child();
		ASSERT_LE(0, pid);
		if (!pid) {
			struct ring r;

			for (;;) {
				if (!ring_open_tx(&r) || divert(r.fd, WIRE) || queue(r.fd, i, 8, 8))
					_exit(1);
				ring_poll(&r, 1);
				ring_close(&r);
			}
		}
		while (!waitpid(pid, &status, WNOHANG) && rand() % 50)
			ASSERT_TRUE(wire_send(self->wire, i));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	ASSERT_TRUE(ring_open_tx(&self->ring));
}

TEST_F_TIMEOUT(divert, namespace_goes, 120)
{
	int home;

	ASSERT_EQ(0, queue(self->ring.fd, 5, 10, 1000));
	close(self->wire);
	client_close(&self->client);
	home = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, home);
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 20000) & POLLHUP);
	while (divert(self->ring.fd, WIRE) != -1 || errno != ENODEV)
		usleep(10000);
	ASSERT_EQ(0, client_open(&self->client));
	self->wire = -1;
}

TEST_HARNESS_MAIN
