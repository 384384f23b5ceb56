// SPDX-License-Identifier: GPL-2.0
/*
 * usage: app METHOD BURST PACKETS ROUNDS < FRAME
 *
 * An application that gets packets, judges them, or sends them. Rounds begin with
 * PACKETS coming in, in bursts, except for methods that send: by in0 from the generator
 * (gen/gen.c), or by live0 as live frames. For each it prints a line: the ticks for
 * that, its own, and how many packets it had to do with. It is always awake; nothing
 * waits for it, and it never sleeps.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <x86intrin.h>

#include <libporch.h>

#define GEN	"/sys/kernel/debug/porch_gen/run"
#define QUEUE	5
#define FRAME	60
#define MANY	64	/* messages of a system call */
#define ROOM	(16 << 20)

/**
 * struct method - what is done with packets
 * @name: of the command line
 * @open: begins
 * @come: lets packets come in, and returns the ticks that took; NULL for what sends
 * @work: gets those that have come, or sends so many; returns how many it were
 */
struct method {
	const char *name;
	void (*open)(void);
	unsigned long long (*come)(unsigned int burst, unsigned int packets);
	unsigned int (*work)(unsigned int packets);
};

static uint8_t frame[FRAME];
uint32_t seen;	/* of each packet a little; not static, so that it is computed */

static void look(const uint8_t *data)
{
	uint32_t word;

	/* The source address, behind a link-layer header */
	memcpy(&word, data + 26, sizeof(word));
	seen += word;
}

static void check(bool good, const char *what)
{
	if (!good)
		error(1, errno, "%s", what);
}

/* --- /dev/porch -------------------------------------------------------------- */

static struct porch_ring *ring;

static void ring_open(void)
{
	ring = porch_ring_open(1 << 21, 1 << 20, 0);
	check(ring, "/dev/porch");
}

static void tap_open(void)
{
	ring_open();
	check(!porch_ring_tap(ring, if_nametoindex("in0")), "tap");
}

static void divert_open(void)
{
	ring_open();
	check(!porch_ring_divert(ring, if_nametoindex("in0")), "divert");
}

static void verdict_open(void)
{
	ring_open();
	check(!porch_ring_queue(ring, QUEUE, 4096, 60000), "queue");
}

static unsigned int ring_read(unsigned int packets)
{
	const struct porch_ring_frame *f;
	unsigned int n = 0;

	(void)packets;
	while ((f = porch_ring_peek(ring))) {
		look(porch_ring_data(f));
		porch_ring_release(ring);
		n++;
	}
	return n;
}

static void ring_kick(void)
{
	check(!porch_ring_kick(ring, NULL), "kick");
}

/* As many as a vector has are answered at a time. */
static unsigned int ring_judge(unsigned int packets)
{
	const struct porch_ring_frame *f;
	unsigned int n = 0;

	(void)packets;
	while ((f = porch_ring_peek(ring))) {
		look(porch_ring_data(f));
		porch_ring_answer(ring, f->id, PORCH_RING_ACCEPT);
		porch_ring_release(ring);
		if (++n % MANY == 0)
			ring_kick();
	}
	ring_kick();
	return n;
}

static unsigned int ring_send(unsigned int packets)
{
	static uint32_t out;
	struct porch_ring_frame *f;
	unsigned int n;

	if (!out)
		out = if_nametoindex("out0");
	for (n = 0; n < packets;) {
		f = porch_ring_reserve(ring, FRAME);
		check(f, "reserve");
		f->ifindex = out;
		f->to = PORCH_RING_TO_WIRE;
		memcpy((uint8_t *)f + f->data, frame, FRAME);
		porch_ring_submit(ring);
		if (++n % MANY == 0)
			ring_kick();
	}
	return n;
}

/* --- packet sockets ---------------------------------------------------------- */

static int sock;

static void packet_bind(const char *dev, int protocol)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(dev),
	};

	check(!bind(sock, (struct sockaddr *)&at, sizeof(at)), "bind");
}

static void packet_open(void)
{
	int room = ROOM;

	sock = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	check(sock >= 0, "packet socket");
	check(!setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)), "room");
	check(!setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)), "room");
}

static uint8_t buffers[MANY][2048];
static struct iovec iov[MANY];
static struct mmsghdr msgs[MANY];

static void messages(size_t len)
{
	for (int i = 0; i < MANY; i++) {
		iov[i] = (struct iovec) { buffers[i], len };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
}

static void recvmmsg_open(void)
{
	packet_open();
	packet_bind("in0", ETH_P_ALL);
	messages(sizeof(buffers[0]));
}

static unsigned int recvmmsg_read(unsigned int packets)
{
	unsigned int n = 0;
	int got;

	(void)packets;
	while ((got = recvmmsg(sock, msgs, MANY, 0, NULL)) > 0) {
		for (int i = 0; i < got; i++)
			look(buffers[i]);
		n += got;
	}
	return n;
}

#define BLOCK	(1 << 14)
#define BLOCKS	256

static uint8_t *blocks;

static void tpacket_open(void)
{
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK, .tp_block_nr = BLOCKS,
		.tp_frame_size = 2048, .tp_frame_nr = BLOCK / 2048 * BLOCKS,
		.tp_retire_blk_tov = 1000,
	};
	int version = TPACKET_V3;

	packet_open();
	check(!setsockopt(sock, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)), "V3");
	check(!setsockopt(sock, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)), "RX_RING");
	blocks = mmap(NULL, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		      sock, 0);
	check(blocks != MAP_FAILED, "mmap");
	packet_bind("in0", ETH_P_ALL);
}

/* Blocks that are full; the last packets of a round wait for the next one. */
static unsigned int tpacket_read(unsigned int packets)
{
	static unsigned int at;
	unsigned int n = 0;

	(void)packets;
	for (;; at = (at + 1) % BLOCKS) {
		struct tpacket_block_desc *b = (void *)(blocks + at * BLOCK);
		struct tpacket3_hdr *h;

		if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER))
			return n;
		h = (void *)((uint8_t *)b + b->hdr.bh1.offset_to_first_pkt);
		for (uint32_t i = 0; i < b->hdr.bh1.num_pkts; i++) {
			look((uint8_t *)h + h->tp_mac);
			h = (void *)((uint8_t *)h + h->tp_next_offset);
		}
		n += b->hdr.bh1.num_pkts;
		__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
	}
}

static void bypass(void)
{
	int on = 1;

	check(!setsockopt(sock, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)), "bypass");
}

static void sendmmsg_open(void)
{
	packet_open();
	packet_bind("out0", 0);
	bypass();
	messages(FRAME);
}

static unsigned int sendmmsg_send(unsigned int packets)
{
	unsigned int n;

	for (n = 0; n < packets; n += MANY) {
		for (int i = 0; i < MANY; i++)
			memcpy(buffers[i], frame, FRAME);
		check(sendmmsg(sock, msgs, MANY, 0) == MANY, "sendmmsg");
	}
	return n;
}

#define SLOT	2048

static void tx_ring_open(void)
{
	struct tpacket_req req = {
		.tp_block_size = BLOCK, .tp_block_nr = MANY * SLOT / BLOCK,
		.tp_frame_size = SLOT, .tp_frame_nr = MANY,
	};
	int version = TPACKET_V2;

	packet_open();
	check(!setsockopt(sock, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)), "V2");
	check(!setsockopt(sock, SOL_PACKET, PACKET_TX_RING, &req, sizeof(req)), "TX_RING");
	blocks = mmap(NULL, MANY * SLOT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		      sock, 0);
	check(blocks != MAP_FAILED, "mmap");
	packet_bind("out0", 0);
	bypass();
}

static unsigned int tx_ring_send(unsigned int packets)
{
	unsigned int n;

	for (n = 0; n < packets; n += MANY) {
		for (int i = 0; i < MANY; i++) {
			struct tpacket2_hdr *h = (void *)(blocks + i * SLOT);

			check(!__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE), "slot");
			memcpy((uint8_t *)h + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll),
			       frame, FRAME);
			h->tp_len = FRAME;
			__atomic_store_n(&h->tp_status, TP_STATUS_SEND_REQUEST,
					 __ATOMIC_RELEASE);
		}
		check(send(sock, NULL, 0, 0) >= 0, "send");
	}
	return n;
}

/* --- NFQUEUE ----------------------------------------------------------------- */

static struct nlmsghdr *nfq_message(void *buf, int type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->res_id = htons(QUEUE);
	return nlh;
}

static void nfqueue_open(void)
{
	struct nfqnl_msg_config_params params = { htonl(0xffff), NFQNL_COPY_PACKET };
	struct nfqnl_msg_config_cmd cmd = { .command = NFQNL_CFG_CMD_BIND };
	struct sockaddr_nl at = { .nl_family = AF_NETLINK };
	int room = ROOM, on = 1;
	uint8_t buf[256];
	struct nlmsghdr *nlh = nfq_message(buf, NFQNL_MSG_CONFIG);

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_NETFILTER);
	check(sock >= 0 && !bind(sock, (struct sockaddr *)&at, sizeof(at)), "netlink");
	check(!setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)), "room");
	check(!setsockopt(sock, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on)), "ENOBUFS");
	mnl_attr_put(nlh, NFQA_CFG_CMD, sizeof(cmd), &cmd);
	mnl_attr_put(nlh, NFQA_CFG_PARAMS, sizeof(params), &params);
	mnl_attr_put_u32(nlh, NFQA_CFG_QUEUE_MAXLEN, htonl(4096));
	nlh->nlmsg_flags |= NLM_F_ACK;
	check(send(sock, nlh, nlh->nlmsg_len, 0) > 0, "send");
	check(recv(sock, buf, sizeof(buf), 0) > 0, "recv");
	nlh = (void *)buf;
	errno = -((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
	check(nlh->nlmsg_type == NLMSG_ERROR && !errno, "NFQUEUE");
	messages(sizeof(buffers[0]));
}

/* Accept all up to this one. */
static void nfqueue_accept(uint32_t id)
{
	struct nfqnl_msg_verdict_hdr hdr = { htonl(NF_ACCEPT), htonl(id) };
	uint8_t buf[64];
	struct nlmsghdr *nlh = nfq_message(buf, NFQNL_MSG_VERDICT_BATCH);

	mnl_attr_put(nlh, NFQA_VERDICT_HDR, sizeof(hdr), &hdr);
	check(send(sock, nlh, nlh->nlmsg_len, 0) > 0, "verdict");
}

static unsigned int nfqueue_judge(unsigned int packets)
{
	unsigned int n = 0;
	int got;

	(void)packets;
	while ((got = recvmmsg(sock, msgs, MANY, 0, NULL)) > 0) {
		uint32_t id = 0;

		for (int i = 0; i < got; i++) {
			const struct nlmsghdr *nlh = (void *)buffers[i];
			const struct nfqnl_msg_packet_hdr *hdr;
			struct nlattr *attr;

			mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
				if (mnl_attr_get_type(attr) == NFQA_PACKET_HDR) {
					hdr = mnl_attr_get_payload(attr);
					id = ntohl(hdr->packet_id);
				} else if (mnl_attr_get_type(attr) == NFQA_PAYLOAD) {
					/* It begins with the network header. */
					look((uint8_t *)mnl_attr_get_payload(attr) - ETH_HLEN);
				}
			}
		}
		nfqueue_accept(id);
		n += got;
	}
	return n;
}

/* --- AF_XDP ------------------------------------------------------------------ */

#define CHUNKS	16384
#define CHUNK	2048

struct xsk_queue {
	uint32_t *prod;
	uint32_t *cons;
	void *desc;
};

static struct xsk_queue fill, rx;
static uint8_t *umem;
static int xdp;		/* the program that gives packets to the socket */

static int bpf(int cmd, union bpf_attr *attr)
{
	int fd = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	check(fd >= 0, "bpf");
	return fd;
}

/* All that comes in by a device goes to the socket. */
static void xdp_redirect(const char *dev, uint32_t mode)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_XSKMAP, .key_size = 4, .value_size = 4,
		.max_entries = 1,
	};
	uint32_t zero = 0, value = sock;
	int map_fd = bpf(BPF_MAP_CREATE, &map);
	const struct bpf_insn insns[] = {
		/* r1 = map, as a double word */
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map_fd },
		{ },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr prog = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(*insns),
		.license = (uintptr_t)"GPL",
	};
	union bpf_attr update = {
		.map_fd = map_fd,
		.key = (uintptr_t)&zero,
		.value = (uintptr_t)&value,
	};
	union bpf_attr link = {
		.link_create = {
			.target_ifindex = if_nametoindex(dev),
			.attach_type = BPF_XDP,
			.flags = mode,
		},
	};

	xdp = bpf(BPF_PROG_LOAD, &prog);
	link.link_create.prog_fd = xdp;
	bpf(BPF_MAP_UPDATE_ELEM, &update);
	bpf(BPF_LINK_CREATE, &link);
}

static struct xsk_queue xsk_map(off_t where, const struct xdp_ring_offset *off, size_t size)
{
	uint8_t *map = mmap(NULL, off->desc + CHUNKS * size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, sock, where);

	check(map != MAP_FAILED, "mmap");
	return (struct xsk_queue) {
		(uint32_t *)(map + off->producer), (uint32_t *)(map + off->consumer),
		map + off->desc,
	};
}

static void xsk_bind(const char *dev, uint32_t mode)
{
	struct xdp_umem_reg reg = { .len = CHUNKS * CHUNK, .chunk_size = CHUNK };
	struct sockaddr_xdp at = {
		.sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY,
		.sxdp_ifindex = if_nametoindex(dev),
	};
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	int n = CHUNKS;

	umem = mmap(NULL, reg.len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	check(umem != MAP_FAILED, "umem");
	reg.addr = (uintptr_t)umem;
	sock = socket(AF_XDP, SOCK_RAW, 0);
	check(sock >= 0, "AF_XDP");
	check(!setsockopt(sock, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)), "umem");
	check(!setsockopt(sock, SOL_XDP, XDP_UMEM_FILL_RING, &n, sizeof(n)), "fill");
	check(!setsockopt(sock, SOL_XDP, XDP_UMEM_COMPLETION_RING, &n, sizeof(n)), "completion");
	check(!setsockopt(sock, SOL_XDP, XDP_RX_RING, &n, sizeof(n)), "rx");
	check(!getsockopt(sock, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len), "offsets");
	fill = xsk_map(XDP_UMEM_PGOFF_FILL_RING, &off.fr, sizeof(uint64_t));
	rx = xsk_map(XDP_PGOFF_RX_RING, &off.rx, sizeof(struct xdp_desc));
	for (int i = 0; i < CHUNKS; i++)
		((uint64_t *)fill.desc)[i] = (uint64_t)i * CHUNK;
	__atomic_store_n(fill.prod, CHUNKS, __ATOMIC_RELEASE);
	check(!bind(sock, (struct sockaddr *)&at, sizeof(at)), "bind");
	xdp_redirect(dev, mode);
}

static void xsk_open(void)
{
	xsk_bind("in0", XDP_FLAGS_SKB_MODE);
}

static void xsk_live_open(void)
{
	xsk_bind("live0", XDP_FLAGS_DRV_MODE);
}

/* The kernel itself runs the program, for frames as a driver has them. */
static unsigned long long xsk_live_come(unsigned int burst, unsigned int packets)
{
	struct xdp_md at = {
		.data_end = FRAME, .ingress_ifindex = if_nametoindex("live0"),
	};
	union bpf_attr attr = {
		.test = {
			.prog_fd = xdp,
			.data_size_in = FRAME,
			.data_in = (uintptr_t)frame,
			.repeat = packets,
			.ctx_size_in = sizeof(at),
			.ctx_in = (uintptr_t)&at,
			.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
			.batch_size = burst,
		},
	};

	bpf(BPF_PROG_TEST_RUN, &attr);
	return (unsigned long long)attr.test.duration * packets;
}

static unsigned int xsk_read(unsigned int packets)
{
	uint32_t prod = __atomic_load_n(rx.prod, __ATOMIC_ACQUIRE), at = *rx.cons;
	uint32_t free = *fill.prod, n = prod - at;

	(void)packets;
	for (; at != prod; at++) {
		const struct xdp_desc *d = (struct xdp_desc *)rx.desc + at % CHUNKS;

		look(umem + d->addr);
		((uint64_t *)fill.desc)[free++ % CHUNKS] = d->addr;
	}
	__atomic_store_n(rx.cons, at, __ATOMIC_RELEASE);
	__atomic_store_n(fill.prod, free, __ATOMIC_RELEASE);
	return n;
}

/* ----------------------------------------------------------------------------- */

static unsigned long long generate(unsigned int burst, unsigned int packets)
{
	int fd = open(GEN, O_RDWR);
	char line[64];
	int len = snprintf(line, sizeof(line), "receive in0 %u %u", burst, packets);

	check(fd >= 0 && write(fd, line, len) == len, GEN);
	len = read(fd, line, sizeof(line) - 1);
	check(len > 0, GEN);
	line[len] = 0;
	close(fd);
	return strtoull(line, NULL, 10);
}

static const struct method methods[] = {
	{ "tap",	tap_open,	generate,	ring_read },
	{ "divert",	divert_open,	generate,	ring_read },
	{ "verdict",	verdict_open,	generate,	ring_judge },
	{ "inject",	ring_open,	NULL,		ring_send },
	{ "recvmmsg",	recvmmsg_open,	generate,	recvmmsg_read },
	{ "tpacket",	tpacket_open,	generate,	tpacket_read },
	{ "xsk",	xsk_open,	generate,	xsk_read },
	{ "xsk_live",	xsk_live_open,	xsk_live_come,	xsk_read },
	{ "nfqueue",	nfqueue_open,	generate,	nfqueue_judge },
	{ "sendmmsg",	sendmmsg_open,	NULL,		sendmmsg_send },
	{ "tx_ring",	tx_ring_open,	NULL,		tx_ring_send },
};

int main(int argc, char **argv)
{
	unsigned int burst, packets, rounds, n;
	unsigned long long come, begin, end;
	const struct method *m = methods;

	check(argc == 5 && read(0, frame, sizeof(frame)) == sizeof(frame), "usage");
	while (strcmp(m->name, argv[1]))
		check(++m < methods + sizeof(methods) / sizeof(*m), argv[1]);
	burst = atoi(argv[2]);
	packets = atoi(argv[3]);
	rounds = atoi(argv[4]);
	m->open();
	while (rounds--) {
		come = m->come ? m->come(burst, packets) : 0;
		begin = __rdtsc();
		n = m->work(packets);
		end = __rdtsc();
		printf("%llu %llu %u\n", come, end - begin, n);
	}
	return 0;
}
