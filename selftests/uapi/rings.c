// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/porch.h>

#include "ops.h"
#include "rings.h"
#include "scene.h"

int ring_setup(int fd, uint32_t size, uint64_t *map_size)
{
	struct porch_ring_setup setup = { .size = size };
	int err = ioctl(fd, PORCH_RING_SETUP, &setup);

	*map_size = setup.map_size;
	return err;
}

int ring_tap(int fd, uint32_t ifindex)
{
	struct porch_ring_tap tap = { .ifindex = ifindex };

	return ioctl(fd, PORCH_RING_TAP, &tap);
}

void ring_find(struct ring *r)
{
	struct porch_ring_head *head = (void *)r->map;
	struct porch_ring_entry *entry = (void *)(r->map + head->entries);
	struct porch_ring_entry *last = entry + head->n_entries - 1;

	r->ctl = (void *)(r->map + entry->ctl);
	r->data = r->map + entry->data;
	r->size = entry->size;
	r->tx_ctl = NULL;
	if (last->type != PORCH_RING_TX)
		return;
	r->tx_ctl = (void *)(r->map + last->ctl);
	r->tx_data = r->map + last->data;
}

static bool ring_map(struct ring *r, uint64_t map_size)
{
	r->map_size = map_size;
	r->map = mmap(NULL, map_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->map == MAP_FAILED)
		return false;
	ring_find(r);
	return true;
}

bool ring_open(struct ring *r, uint32_t ifindex)
{
	uint64_t map_size;

	r->fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	return r->fd >= 0 && !ring_setup(r->fd, RING_SIZE, &map_size) &&
	       !ring_tap(r->fd, ifindex) && ring_map(r, map_size);
}

bool ring_open_tx(struct ring *r)
{
	struct porch_ring_setup setup = { .size = RING_SIZE, .tx_size = RING_SIZE };

	r->fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	return r->fd >= 0 && !ioctl(r->fd, PORCH_RING_SETUP, &setup) &&
	       ring_map(r, setup.map_size);
}

void ring_close(struct ring *r)
{
	munmap(r->map, r->map_size);
	close(r->fd);
}

struct porch_ring_frame *ring_peek(struct ring *r)
{
	struct porch_ring_frame *frame;

	for (;;) {
		/* Pairs with the kernel's release. */
		if (__atomic_load_n(&r->ctl->prod, __ATOMIC_ACQUIRE) == r->ctl->cons)
			return NULL;
		frame = (void *)(r->data + r->ctl->cons % r->size);
		if (frame->type == PORCH_RING_FRAME)
			return frame;
		r->ctl->cons += frame->len;
	}
}

void ring_release(struct ring *r, const struct porch_ring_frame *frame)
{
	/* Pairs with the kernel's acquire. */
	__atomic_store_n(&r->ctl->cons, r->ctl->cons + frame->len, __ATOMIC_RELEASE);
}

short ring_poll(struct ring *r, int timeout)
{
	struct pollfd pollfd = { .fd = r->fd, .events = POLLIN };

	poll(&pollfd, 1, timeout);
	return pollfd.revents;
}

void ring_put(struct ring *r, const struct porch_ring_frame *head, const void *bytes)
{
	uint32_t at = r->tx_ctl->prod % r->size;
	struct porch_ring_frame *f = (void *)(r->tx_data + at);
	uint32_t len = sizeof(*f) + (bytes ? head->caplen : 0);

	len = (len + PORCH_RING_ALIGN - 1) / PORCH_RING_ALIGN * PORCH_RING_ALIGN;
	if (at + len > r->size) {
		f->len = r->size - at;
		f->type = PORCH_RING_PAD;
		__atomic_store_n(&r->tx_ctl->prod, r->tx_ctl->prod + f->len, __ATOMIC_RELEASE);
		f = (void *)r->tx_data;
	}
	*f = *head;
	f->len = len;
	f->data = sizeof(*f);
	if (bytes)
		memcpy(f + 1, bytes, head->caplen);
	/* Pairs with the kernel's acquire. */
	__atomic_store_n(&r->tx_ctl->prod, r->tx_ctl->prod + len, __ATOMIC_RELEASE);
}

void ring_put_answer(struct ring *r, const struct porch_ring_answer *answer)
{
	struct porch_ring_answer *a = (void *)(r->tx_data + r->tx_ctl->prod % r->size);

	*a = *answer;
	a->len = PORCH_RING_ALIGN;
	/* Pairs with the kernel's acquire. */
	__atomic_store_n(&r->tx_ctl->prod, r->tx_ctl->prod + a->len, __ATOMIC_RELEASE);
}

int ring_kick(struct ring *r, struct porch_ring_kick *kick)
{
	*kick = (struct porch_ring_kick) {};
	return ioctl(r->fd, PORCH_RING_KICK, kick);
}

/* No address that comes by itself, late. */
static const char wire[] =
	"ip -b - <<END\n"
	"link add name v0 index " WIRE_TEXT " type veth peer name v1 index " OTHER_END_TEXT "\n"
	"link set v0 addrgenmode none\n"
	"link set v1 addrgenmode none\n"
	"link set v0 address 02:00:00:00:09:01 up\n"
	"link set v1 address 02:00:00:00:09:02 up\n"
	"END\n"
	/* Until the kernel has got round to the carrier, frames are lost. */
	"for dev in v0 v1; do\n"
	"	while ip link show $dev | grep -q 'qdisc noop '; do sleep 0.01; done\n"
	"done\n";

bool wire_lay(struct client *client)
{
	if (system(wire))
		return false;
	scene_ask(client, PORCH_CMD_PORT_ADD, "ifindex=" WIRE_TEXT);
	return true;
}

int wire_open(void)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_ifindex = OTHER_END };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int room = 1 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? fd : -1;
}

bool wire_send(int fd, uint8_t number)
{
	uint8_t frame[FRAME];

	memset(frame, number, sizeof(frame));
	memset(frame, 0xff, 6);
	memcpy(frame + 6, "\x02\0\0\0\0\x01\x88\xb5", 8);
	return send(fd, frame, sizeof(frame), 0) == sizeof(frame);
}

bool is_frame(const struct porch_ring_frame *f, uint8_t number)
{
	const uint8_t *data = (const uint8_t *)f + f->data;

	return f->caplen == FRAME && f->wirelen == FRAME && data[14] == number &&
	       data[FRAME - 1] == number && !memcmp(data + 12, "\x88\xb5", 2);
}

bool give_up(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return false;
	data[capability / 32].effective &= ~(1U << capability % 32);
	return !syscall(SYS_capset, &header, data);
}

pid_t child(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

int references(void)
{
	FILE *file = fopen("/sys/module/porch/refcnt", "re");
	int count = -1;

	if (file && fscanf(file, "%d", &count) != 1)
		count = -1;
	if (file)
		fclose(file);
	return count;
}

bool run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return !sched_setaffinity(0, sizeof(cpus), &cpus);
}

const uint8_t v0_addr[] = "\x02\0\0\0\x09\x01", v1_addr[] = "\x02\0\0\0\x09\x02";

uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

uint32_t sum_of(const void *data, size_t len, uint32_t sum)
{
	const uint16_t *word = data;

	for (; len > 1; len -= 2)
		sum += *word++;
	return sum;
}

static void write_ethernet(uint8_t *frame, uint16_t type)
{
	memcpy(frame, v0_addr, 6);
	memcpy(frame + 6, v1_addr, 6);
	frame[12] = type >> 8;
	frame[13] = type;
}

/* @addresses: their sum, for the checksum */
static void write_udp(uint8_t *udp, uint32_t addresses)
{
	struct udphdr uh = {
		.source = htons(UDP_PORT),
		.dest = htons(UDP_PORT),
		.len = htons(sizeof(uh) + PAYLOAD),
	};

	memset(udp + sizeof(uh), 'x', PAYLOAD);
	uh.check = fold(sum_of(udp + sizeof(uh), PAYLOAD,
			       sum_of(&uh, sizeof(uh), addresses + htons(IPPROTO_UDP) + uh.len)));
	memcpy(udp, &uh, sizeof(uh));
}

uint32_t write_ipv4(uint8_t *frame, const char *dst)
{
	struct iphdr iph = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons(HEADERS4 - 14 + PAYLOAD),
		.saddr = inet_addr("10.9.0.2"), .daddr = inet_addr(dst),
	};

	write_ethernet(frame, 0x0800);
	iph.check = fold(sum_of(&iph, sizeof(iph), 0));
	memcpy(frame + 14, &iph, sizeof(iph));
	write_udp(frame + 14 + sizeof(iph), sum_of(&iph.saddr, 8, 0));
	return HEADERS4 + PAYLOAD;
}

uint32_t write_ipv6(uint8_t *frame, const char *dst)
{
	struct ipv6hdr hdr = {
		.version = 6, .hop_limit = 64, .nexthdr = IPPROTO_UDP,
		.payload_len = htons(sizeof(struct udphdr) + PAYLOAD),
	};

	inet_pton(AF_INET6, "2001:db8:9::2", &hdr.saddr);
	inet_pton(AF_INET6, dst, &hdr.daddr);
	write_ethernet(frame, 0x86dd);
	memcpy(frame + 14, &hdr, sizeof(hdr));
	write_udp(frame + 14 + sizeof(hdr), sum_of(&hdr.saddr, 32, 0));
	return HEADERS6 + PAYLOAD;
}

uint64_t ledger_line(struct client *client, int which)
{
	struct request request = op_request(op_find(PORCH_CMD_LEDGER_GET), "sync");
	struct nlattr *a[PORCH_A_LEDGER_MAX + 1];
	struct answer answer;
	size_t pos = 0;
	uint64_t value;

	client_call(client, &request, &answer);
	if (!answer_next(&answer, &pos, a, PORCH_A_LEDGER_MAX))
		abort();
	value = nla_get_u64(a[which]);
	answer_free(&answer);
	return value;
}

bool ledger_comes_to(struct client *client, int which, uint64_t value)
{
	int i;

	for (i = 0; i < 10000 && ledger_line(client, which) != value; i++)
		usleep(1000);
	return ledger_line(client, which) == value;
}

bool ledger_balances(struct client *client)
{
	static const int in[] = { PORCH_A_LEDGER_RX, PORCH_A_LEDGER_FROM_STACK,
				  PORCH_A_LEDGER_INJECTED, PORCH_A_LEDGER_CREATED };
	struct request request = op_request(op_find(PORCH_CMD_LEDGER_GET), "sync");
	struct nlattr *a[PORCH_A_LEDGER_MAX + 1];
	struct answer answer;
	uint64_t sum = 0;
	size_t pos = 0, i;
	int k;

	client_call(client, &request, &answer);
	if (!answer_next(&answer, &pos, a, PORCH_A_LEDGER_MAX))
		abort();
	for (i = 0; i < sizeof(in) / sizeof(*in); i++)
		sum += nla_get_u64(a[in[i]]);
	for (k = PORCH_A_LEDGER_SENT; k <= PORCH_A_LEDGER_QUEUED; k++)
		sum -= nla_get_u64(a[k]);
	answer_free(&answer);
	return !sum;
}
