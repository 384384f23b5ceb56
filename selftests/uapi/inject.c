// SPDX-License-Identifier: GPL-2.0
/*
 * What applications send by a ring: to the wire, to the stock stack and through the
 * path; and every mistake that can be made with it. All runs on one CPU. At the
 * end of each test the ledger balances.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <netinet/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
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

#include "ops.h"
#include "rings.h"
#include "scene.h"

FIXTURE(inject) {
	struct client client;
	struct ring ring;
	int wire;
	int references;
};

FIXTURE_SETUP(inject)
{
	ASSERT_TRUE(run_on(0));
	scene_enter(&self->client);
	ASSERT_TRUE(wire_lay(&self->client));
	ASSERT_EQ(0, system("ip addr add 10.9.0.1/24 dev v0; "
			    "ip addr add 2001:db8:9::1/64 dev v0 nodad"));
	/* Addresses are followed by the time that it answers. */
	scene_ask(&self->client, PORCH_CMD_STATUS_GET, "");
	self->wire = wire_open();
	ASSERT_LE(0, self->wire);
	self->references = references();
	ASSERT_TRUE(ring_open_tx(&self->ring));
}

FIXTURE_TEARDOWN(inject)
{
	ring_close(&self->ring);
	EXPECT_EQ(self->references, references());
	EXPECT_TRUE(ledger_balances(&self->client));
	close(self->wire);
	client_close(&self->client);
}

/* One frame, which the kernel takes. */
static void sent(struct __test_metadata *_metadata, struct ring *r,
		 const struct porch_ring_frame *head, const void *bytes)
{
	struct porch_ring_kick kick;

	ring_put(r, head, bytes);
	ASSERT_EQ(0, ring_kick(r, &kick));
	EXPECT_EQ(1, kick.taken);
	EXPECT_EQ(0, kick.refused);
	EXPECT_EQ(0, kick.error);
	EXPECT_EQ(r->tx_ctl->prod, r->tx_ctl->cons);
}

/* One frame, which it does not. */
static void refused(struct __test_metadata *_metadata, struct ring *r, int error,
		    const struct porch_ring_frame *head, const void *bytes)
{
	struct porch_ring_kick kick;

	ring_put(r, head, bytes);
	ASSERT_EQ(0, ring_kick(r, &kick));
	EXPECT_EQ(1, kick.taken);
	EXPECT_EQ(1, kick.refused);
	EXPECT_EQ(error, kick.error);
	EXPECT_EQ(r->tx_ctl->prod, r->tx_ctl->cons);
}

/* Waits for a frame that begins like this one, whatever else comes. */
static ssize_t arrives(int wire, const uint8_t *like, uint8_t *frame, size_t size)
{
	struct pollfd pollfd = { .fd = wire, .events = POLLIN };
	ssize_t len;

	while (poll(&pollfd, 1, 10000) == 1) {
		len = recv(wire, frame, size, 0);
		if (len >= 14 && !memcmp(frame, like, 14))
			return len;
	}
	return -1;
}

/* The socket hears of what is sent to v1; it is bound to no protocol yet. */
static void listen_to_all(struct __test_metadata *_metadata, int wire)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_ifindex = OTHER_END,
				    .sll_protocol = htons(3 /* ETH_P_ALL */) };

	ASSERT_EQ(0, bind(wire, (struct sockaddr *)&addr, sizeof(addr)));
}

TEST_F(inject, to_the_wire)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
	}, *out;
	uint64_t before = ledger_line(&self->client, PORCH_A_LEDGER_SENT);
	uint8_t frame[1514], got[2000];
	struct ring tap;
	int i;

	listen_to_all(_metadata, self->wire);
	ASSERT_TRUE(ring_open(&tap, WIRE));
	memcpy(frame, v1_addr, 6);
	memcpy(frame + 6, v0_addr, 6);
	memcpy(frame + 12, "\x88\xb5", 2);
	for (i = 14; i < 1514; i++)
		frame[i] = i;
	/* Short, long */
	for (i = 15; i <= 1514; i += 41) {
		head.caplen = i;
		sent(_metadata, &self->ring, &head, frame);
		ASSERT_EQ(i, arrives(self->wire, frame, got, sizeof(got)));
		EXPECT_EQ(0, memcmp(frame, got, i));
		do {
			out = ring_peek(&tap);
			ASSERT_NE(NULL, out);
			ring_release(&tap, out);
		} while (memcmp((uint8_t *)out + out->data, frame, 14));
		EXPECT_EQ(i, out->wirelen);
		EXPECT_TRUE(out->flags & PORCH_RING_F_OUT);
	}
	EXPECT_EQ(37, ledger_line(&self->client, PORCH_A_LEDGER_INJECTED));
	EXPECT_EQ(before + 37, ledger_line(&self->client, PORCH_A_LEDGER_SENT));
	ring_close(&tap);
}

static int udp_socket(int family)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT) };
	struct sockaddr_in addr4 = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT) };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = family == AF_INET ? !bind(fd, (struct sockaddr *)&addr4, sizeof(addr4)) :
				      !bind(fd, (struct sockaddr *)&addr6, sizeof(addr6));

	return ok ? fd : -1;
}

static void reaches_socket(struct __test_metadata *_metadata, struct ring *r, uint8_t to)
{
	struct porch_ring_frame head = { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = to };
	int four, six;
	uint8_t frame[2000], got[2000];
	struct pollfd pollfd = { .events = POLLIN };

	six = udp_socket(AF_INET6);
	ASSERT_LE(0, six);
	head.caplen = write_ipv6(frame, "2001:db8:9::1");
	sent(_metadata, r, &head, frame);
	pollfd.fd = six;
	ASSERT_EQ(1, poll(&pollfd, 1, 10000));
	EXPECT_EQ(PAYLOAD, recv(six, got, sizeof(got), 0));
	EXPECT_EQ(0, memcmp(frame + HEADERS6, got, PAYLOAD));
	close(six);

	four = udp_socket(AF_INET);
	ASSERT_LE(0, four);
	head.caplen = write_ipv4(frame, "10.9.0.1");
	sent(_metadata, r, &head, frame);
	pollfd.fd = four;
	ASSERT_EQ(1, poll(&pollfd, 1, 10000));
	EXPECT_EQ(PAYLOAD, recv(four, got, sizeof(got), 0));
	EXPECT_EQ(0, memcmp(frame + HEADERS4, got, PAYLOAD));
	close(four);
}

TEST_F(inject, to_the_stack)
{
	uint64_t before = ledger_line(&self->client, PORCH_A_LEDGER_PUNTED);

	reaches_socket(_metadata, &self->ring, PORCH_RING_TO_STACK);
	EXPECT_LE(before + 2, ledger_line(&self->client, PORCH_A_LEDGER_PUNTED));
}

TEST_F(inject, through_the_path_to_a_socket)
{
	reaches_socket(_metadata, &self->ring, PORCH_RING_TO_PATH);
	EXPECT_EQ(2, ledger_line(&self->client, PORCH_A_LEDGER_LOCAL));
}

TEST_F(inject, through_the_path_to_another_port)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_PATH,
	}, *out;
	uint8_t frame[2000], *ip;
	struct ring tap;

	ASSERT_TRUE(ring_open(&tap, atoi(PORT)));
	head.caplen = write_ipv4(frame, "10.1.2.3");
	sent(_metadata, &self->ring, &head, frame);
	ASSERT_EQ(POLLIN, ring_poll(&tap, 10000));
	out = ring_peek(&tap);
	ip = (uint8_t *)out + out->data + out->net;
	EXPECT_EQ(63, ip[8]);
	EXPECT_EQ(0, memcmp(frame + 26, ip + 12, head.caplen - 26));
	ring_release(&tap, out);

	head.caplen = write_ipv6(frame, "2001:db8:1::1");
	sent(_metadata, &self->ring, &head, frame);
	ASSERT_EQ(POLLIN, ring_poll(&tap, 10000));
	out = ring_peek(&tap);
	ip = (uint8_t *)out + out->data + out->net;
	EXPECT_EQ(63, ip[7]);
	EXPECT_EQ(0, memcmp(frame + 22, ip + 8, head.caplen - 22));
	ring_close(&tap);
}

/* A batch larger than the kernel's own: each frame, in order. */
TEST_F(inject, batch)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		.caplen = 100,
	};
	uint8_t frame[100] = {}, got[2000];
	struct porch_ring_kick kick;
	int i;

	listen_to_all(_metadata, self->wire);
	memcpy(frame, v1_addr, 6);
	memcpy(frame + 6, v0_addr, 6);
	memcpy(frame + 12, "\x88\xb5", 2);
	for (i = 0; i < 200; i++) {
		frame[14] = i;
		/* Some that are wrong stop nobody. */
		head.to = i % 50 == 7 ? 77 : PORCH_RING_TO_WIRE;
		ring_put(&self->ring, &head, frame);
	}
	ASSERT_EQ(0, ring_kick(&self->ring, &kick));
	EXPECT_EQ(200, kick.taken);
	EXPECT_EQ(4, kick.refused);
	EXPECT_EQ(EINVAL, kick.error);
	for (i = 0; i < 200; i++) {
		if (i % 50 == 7)
			continue;
		ASSERT_EQ(100, arrives(self->wire, frame, got, sizeof(got)));
		ASSERT_EQ((uint8_t)i, got[14]);
	}
	ASSERT_EQ(0, ring_kick(&self->ring, &kick));
	EXPECT_EQ(0, kick.taken);
}

TEST_F(inject, tag)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		.flags = PORCH_RING_F_VLAN, .vlan_tpid = 0x8100, .vlan_tci = 0x2007, .caplen = 60,
	};
	uint8_t frame[60] = {}, got[2000], control[200];
	struct iovec iov = { got, sizeof(got) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control };
	struct tpacket_auxdata *aux = NULL;
	struct cmsghdr *cmsg;
	int one = 1;
	ssize_t len;

	listen_to_all(_metadata, self->wire);
	ASSERT_EQ(0, setsockopt(self->wire, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)));
	memcpy(frame, v1_addr, 6);
	memcpy(frame + 6, v0_addr, 6);
	memcpy(frame + 12, "\x88\xb5", 2);
	sent(_metadata, &self->ring, &head, frame);
	do {
		msg.msg_controllen = sizeof(control);
		len = recvmsg(self->wire, &msg, 0);
		ASSERT_LT(0, len);
	} while (len != sizeof(frame) || memcmp(got, frame, 14));
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
		if (cmsg->cmsg_type == PACKET_AUXDATA)
			aux = (void *)CMSG_DATA(cmsg);
	ASSERT_NE(NULL, aux);
	EXPECT_EQ(0x2007, aux->tp_vlan_tci);
	EXPECT_EQ(0x8100, aux->tp_vlan_tpid);
}

/* A checksum that is to be computed, and is right when it has been. */
TEST_F(inject, checksum)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		.flags = PORCH_RING_F_CSUM_PARTIAL, .csum_start = 34, .csum_offset = 6,
	};
	uint8_t right[2000], frame[2000], got[2000];
	uint32_t sum;
	uint16_t partial;

	ASSERT_EQ(0, system("ethtool -K v0 tx off > /dev/null"));
	listen_to_all(_metadata, self->wire);
	head.caplen = write_ipv4(right, "10.9.0.2");
	memcpy(frame, right, sizeof(frame));
	sum = sum_of(frame + 26, 8, htons(IPPROTO_UDP) + htons(8 + PAYLOAD));
	partial = ~fold(sum);
	memcpy(frame + 40, &partial, 2);
	sent(_metadata, &self->ring, &head, frame);
	ASSERT_EQ(head.caplen, arrives(self->wire, frame, got, sizeof(got)));
	EXPECT_EQ(0, memcmp(right, got, head.caplen));
}

/* One frame for the kernel, several on the wire. */
TEST_F(inject, segments)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		.flags = PORCH_RING_F_CSUM_PARTIAL, .csum_start = 34, .csum_offset = 16,
		.gso_type = PORCH_RING_GSO_TCPV4, .gso_size = 200,
	};
	struct tcphdr th = { .doff = sizeof(th) / 4, .ack = 1 };
	uint8_t frame[2000], got[2000];
	uint16_t check;
	int i;

	ASSERT_EQ(0, system("ethtool -K v0 gso off tso off > /dev/null"));
	listen_to_all(_metadata, self->wire);
	/* TCP instead of UDP, with room for 12 bytes less */
	head.caplen = write_ipv4(frame, "10.9.0.2");
	frame[23] = IPPROTO_TCP;
	memset(frame + 24, 0, 2);
	check = fold(sum_of(frame + 14, sizeof(struct iphdr), 0));
	memcpy(frame + 24, &check, 2);
	th.check = ~fold(sum_of(frame + 26, 8, htons(IPPROTO_TCP) + htons(8 + PAYLOAD)));
	memcpy(frame + 34, &th, sizeof(th));
	sent(_metadata, &self->ring, &head, frame);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(HEADERS4 + 12 + (i < 3 ? 200 : PAYLOAD - 12 - 600),
			  arrives(self->wire, frame, got, sizeof(got)));
}

TEST_F(inject, refused)
{
	static const struct {
		struct porch_ring_frame head;
		int error;
	} wrong[] = {
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = 4, .caplen = 60 }, EINVAL },
		{ { .type = 77, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .caplen = 14 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .caplen = 1519 }, EMSGSIZE },
		{ { .type = PORCH_RING_FRAME, .ifindex = OTHER_END, .to = PORCH_RING_TO_WIRE,
		    .caplen = 60 }, ENOENT },
		{ { .type = PORCH_RING_FRAME, .ifindex = 0, .to = PORCH_RING_TO_WIRE,
		    .caplen = 60 }, ENOENT },
		{ { .type = PORCH_RING_FRAME, .ifindex = ~0U, .to = PORCH_RING_TO_WIRE,
		    .caplen = 60 }, ENOENT },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .flags = PORCH_RING_F_CSUM_PARTIAL, .csum_start = 59, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .flags = PORCH_RING_F_CSUM_PARTIAL, .csum_start = 65535,
		    .csum_offset = 65535, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .gso_type = PORCH_RING_GSO_TCPV4, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .gso_type = PORCH_RING_GSO_OTHER, .gso_size = 20, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .gso_type = PORCH_RING_GSO_TCPV6, .gso_size = 20, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE,
		    .flags = PORCH_RING_F_VLAN, .vlan_tpid = 0x0800, .caplen = 60 }, EINVAL },
		{ { .type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_PATH,
		    .flags = PORCH_RING_F_VLAN, .vlan_tpid = 0x8100, .caplen = 60 },
		  EPROTONOSUPPORT },
	};
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_PATH,
	};
	uint8_t frame[2000];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		write_ipv4(frame, "10.1.2.3");
		refused(_metadata, &self->ring, wrong[i].error, &wrong[i].head, frame);
		if (!__test_passed(_metadata))
			TH_LOG("%zu", i);
	}
	head.caplen = write_ipv4(frame, "10.1.2.3");
	frame[13] = 6;	/* ARP */
	refused(_metadata, &self->ring, EPROTONOSUPPORT, &head, frame);
	frame[13] = 0;
	frame[5] = 7;
	refused(_metadata, &self->ring, EADDRNOTAVAIL, &head, frame);
	frame[5] = 1;
	EXPECT_EQ(0, ledger_line(&self->client, PORCH_A_LEDGER_INJECTED));

	ASSERT_EQ(0, system("ip link set v0 down"));
	refused(_metadata, &self->ring, ENETDOWN, &head, frame);
	ASSERT_EQ(0, system("ip link set v0 up"));
	sent(_metadata, &self->ring, &head, frame);
	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" WIRE_TEXT);
	refused(_metadata, &self->ring, ENOENT, &head, frame);
	scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" WIRE_TEXT);
	sent(_metadata, &self->ring, &head, frame);
}

/* What lies about itself harms only itself, and is heard again when it is honest. */
TEST_F(inject, broken)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE, .caplen = 60,
	}, *f;
	static const uint32_t lies[] = { 1, 63, RING_SIZE + 64, 1U << 31, -64U };
	static const uint32_t lengths[] = { 0, 1, 65, 192, RING_SIZE, 1U << 31, -64U };
	struct ring *r = &self->ring;
	struct porch_ring_kick kick;
	uint8_t frame[60] = "\x02\0\0\0\x09\x02\x02\0\0\0\x09\x01\x88\xb5";
	uint32_t honest;
	size_t i;

	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		honest = r->tx_ctl->prod;
		r->tx_ctl->prod = honest + lies[i];
		EXPECT_EQ(-1, ring_kick(r, &kick));
		EXPECT_EQ(EBADMSG, errno)
			TH_LOG("%zu", i);
		EXPECT_EQ(honest, r->tx_ctl->cons);
		r->tx_ctl->prod = honest;
		sent(_metadata, r, &head, frame);
	}
	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		f = (void *)(r->tx_data + r->tx_ctl->prod % r->size);
		ring_put(r, &head, frame);
		f->len = lengths[i];
		EXPECT_EQ(-1, ring_kick(r, &kick));
		EXPECT_EQ(EBADMSG, errno)
			TH_LOG("%zu", i);
		EXPECT_EQ(0, kick.taken);
		EXPECT_EQ(r->tx_ctl->prod, r->tx_ctl->cons);
		sent(_metadata, r, &head, frame);
	}
	/* Frames that say to be elsewhere than in their record */
	for (i = 0; i < 4; i++) {
		f = (void *)(r->tx_data + r->tx_ctl->prod % r->size);
		ring_put(r, &head, frame);
		f->data = i == 0 ? 63 : i == 1 ? 129 : i == 2 ? 65535 : 64;
		f->caplen = i == 3 ? 65 : i == 2 ? ~0U : 60;
		ASSERT_EQ(0, ring_kick(r, &kick));
		EXPECT_EQ(EINVAL, kick.error);
	}
	/* The kernel's own index is of no interest to the kernel. */
	r->tx_ctl->cons = 4711;
	ring_put(r, &head, frame);
	ASSERT_EQ(0, ring_kick(r, &kick));
	EXPECT_EQ(1, kick.taken);
}

static void scribble(struct porch_ring_frame *f, unsigned int *seed)
{
	f->type = rand_r(seed) % 8 ? PORCH_RING_FRAME : rand_r(seed);
	f->data = rand_r(seed) % 4 ? 64 : rand_r(seed);
	f->caplen = rand_r(seed);
	if (rand_r(seed) % 4)
		f->caplen %= 900;
	f->ifindex = rand_r(seed) % 4 ? WIRE : rand_r(seed) % 30;
	f->to = rand_r(seed) % 5;
	f->flags = rand_r(seed);
	f->vlan_tpid = rand_r(seed) % 2 ? 0x8100 : rand_r(seed);
	f->csum_start = rand_r(seed) % 100;
	f->csum_offset = rand_r(seed) % 50;
	f->gso_type = rand_r(seed) % 6;
	f->gso_size = rand_r(seed);
	write_ipv4((uint8_t *)(f + 1), rand_r(seed) % 2 ? "10.9.0.1" : "10.1.2.3");
}

#define SCRIBBLES	832	/* bytes of a record */

static void *scribbler(void *arg)
{
	struct ring *r = arg;
	unsigned int seed = 4711;

	run_on(1);
	for (;;) {
		uint32_t at = rand_r(&seed) % (r->size / SCRIBBLES) * SCRIBBLES;
		struct porch_ring_frame *f = (void *)(r->tx_data + at);

		scribble(f, &seed);
		if (!(rand_r(&seed) % 64))
			f->len = rand_r(&seed) % 64 * 64;
		if (!(rand_r(&seed) % 64))
			f->len = rand_r(&seed);
		if (!(rand_r(&seed) % 64))
			r->tx_ctl->prod = rand_r(&seed);
		pthread_testcancel();
	}
	return NULL;
}

/* Random records that change all the time, while they are taken. */
TEST_F_TIMEOUT(inject, scribble, 120)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_WIRE, .caplen = 60,
	};
	uint8_t frame[60] = "\x02\0\0\0\x09\x02\x02\0\0\0\x09\x01\x88\xb5";
	uint64_t taken = 0, refusals = 0;
	struct ring *r = &self->ring;
	struct porch_ring_kick kick;
	unsigned int seed = 42, i, n;
	pthread_t thread;
	int broken = 0;

	ASSERT_EQ(0, pthread_create(&thread, NULL, scribbler, r));
	for (i = 0; i < 500; i++) {
		uint32_t at = r->tx_ctl->cons % r->size, end = 0;

		for (n = 0; n < 20 && at + end + SCRIBBLES <= r->size; n++, end += SCRIBBLES) {
			struct porch_ring_frame *f = (void *)(r->tx_data + at + end);

			f->len = SCRIBBLES;
			scribble(f, &seed);
		}
		if (!n) {
			/* What is left at the end */
			((struct porch_ring_frame *)(r->tx_data + at))->len = r->size - at;
			end = r->size - at;
		}
		r->tx_ctl->prod = r->tx_ctl->cons + end;
		if (ring_kick(r, &kick)) {
			ASSERT_EQ(EBADMSG, errno);
			broken++;
		}
		taken += kick.taken;
		refusals += kick.refused;
		sched_yield();
	}
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	TH_LOG("%llu taken, %llu refused, %d broken", (unsigned long long)taken,
	       (unsigned long long)refusals, broken);
	EXPECT_LT(0, refusals);
	EXPECT_LT(refusals, taken);
	r->tx_ctl->prod = r->tx_ctl->cons;
	sent(_metadata, r, &head, frame);
}

TEST_F(inject, setup_refused)
{
	struct porch_ring_setup wrong[] = {
		{ .size = RING_SIZE, .tx_size = RING_SIZE + 4096 },
		{ .size = RING_SIZE, .tx_size = 4096 },
		{ .size = RING_SIZE, .tx_size = 1U << 31 },
		{ .size = RING_SIZE, .reserved = 1 },
	};
	struct porch_ring_setup setup = { .size = RING_SIZE, .tx_size = 2 * RING_SIZE };
	/* As the first version had it */
	const unsigned int old = _IOC(_IOC_READ | _IOC_WRITE, PORCH_RING_IOCTL, 1, 24);
	struct porch_ring_kick kick = {};
	size_t i;
	int fd;

	fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		EXPECT_EQ(-1, ioctl(fd, PORCH_RING_SETUP, &wrong[i]));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("%zu", i);
	}
	EXPECT_EQ(-1, ioctl(fd, PORCH_RING_KICK, &kick));
	EXPECT_EQ(ENXIO, errno);
	setup.map_size = 77;
	ASSERT_EQ(0, ioctl(fd, old, &setup));
	EXPECT_NE(77, setup.map_size);
	EXPECT_EQ(2 * RING_SIZE, setup.tx_size);
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), setup.rings);
	EXPECT_EQ(-1, ioctl(fd, PORCH_RING_KICK, &kick));
	EXPECT_EQ(ENXIO, errno);
	close(fd);

	fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	ASSERT_EQ(0, ioctl(fd, PORCH_RING_SETUP, &setup));
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF) + 1, setup.rings);
	close(fd);

	kick.flags = 1;
	EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_KICK, &kick));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_KICK, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->ring.fd, _IOWR(PORCH_RING_IOCTL, 3, uint32_t), &kick));
	EXPECT_EQ(EINVAL, errno);
}

/* Whoever may only watch, may only watch. One that is open stays as it was. */
TEST_F(inject, permission)
{
	struct porch_ring_kick kick;
	struct ring r;
	int status;
	pid_t pid;

	pid = child();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (!give_up(CAP_NET_ADMIN))
			_exit(1);
		if (ring_open_tx(&r) || errno != EPERM)
			_exit(2);
		_exit(ring_open(&r, WIRE) && !ring_kick(&self->ring, &kick) ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Killed at any moment. */
TEST_F_TIMEOUT(inject, exit_in_the_middle, 120)
{
	struct porch_ring_frame head = {
		.type = PORCH_RING_FRAME, .ifindex = WIRE, .to = PORCH_RING_TO_PATH,
	};
	uint8_t frame[2000];
	int i, status;
	pid_t pid;

	head.caplen = write_ipv4(frame, "10.1.2.3");
	for (i = 0; i < 8; i++) {
		pid = child();
		ASSERT_LE(0, pid);
		if (!pid) {
			struct porch_ring_kick kick;
			struct ring r;
			int n;

			for (;;) {
				if (!ring_open_tx(&r))
					_exit(1);
				for (n = 0; n < 70; n++)
					ring_put(&r, &head, frame);
				if (ring_kick(&r, &kick) || kick.refused)
					_exit(2);
				ring_close(&r);
			}
		}
		usleep(rand() % 20000);
		EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
	}
}

TEST_F_TIMEOUT(inject, namespace_goes, 120)
{
	struct porch_ring_kick kick;
	int home;

	close(self->wire);
	client_close(&self->client);
	home = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, home);
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	while (!ring_kick(&self->ring, &kick))
		usleep(10000);
	EXPECT_EQ(ENODEV, errno);
	ASSERT_EQ(0, client_open(&self->client));
	self->wire = -1;
}

TEST_HARNESS_MAIN
