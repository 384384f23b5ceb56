// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/porch.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "frame.h"

/* Pieces of a frame: what the kernel takes of one that comes in fragments */
#define PIECES	17

void netns_enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/var/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("namespace %s", name);
	close(fd);
}

/* @flags: IFF_TAP or IFF_TUN, and more */
int device_open(const char *name, int flags)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_NO_PI | IFF_VNET_HDR | flags,
	};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("device %s", name);
	return fd;
}

/*
 * @pieces: what the router receives is scattered over pages
 *
 * From then on all that a frame causes happens on this CPU, one thing after the other.
 */
void router_open(struct router *r, const char *netns, bool pieces)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	netns_enter(netns);
	r->in = device_open("in", IFF_TAP | (pieces ? IFF_NAPI | IFF_NAPI_FRAGS : 0));
	r->out = device_open("out", IFF_TAP);
}

/* Sends a frame to the router; @seed cuts it into pieces, 0 leaves it whole. */
void router_send(struct router *r, const struct frame *f, unsigned int seed)
{
	struct iovec iov[PIECES] = {
		{ (void *)&f->vnet, sizeof(f->vnet) },
		{ (void *)f->b, f->len },
	};
	unsigned int n = 2, len;

	while (seed && n < PIECES && iov[n - 1].iov_len > (n == 2 ? 14 : 1)) {
		seed = seed * 1103515245 + 12345;
		len = n == 2 ? 14 + seed / 65536 % 64 : 1 + seed / 65536 % 200;
		if (len >= iov[n - 1].iov_len)
			break;
		iov[n].iov_base = iov[n - 1].iov_base + len;
		iov[n].iov_len = iov[n - 1].iov_len - len;
		iov[n - 1].iov_len = len;
		n++;
	}
	/* What the device itself refuses never was a frame. */
	if (writev(r->in, iov, n) < 0 && errno != EINVAL)
		die("cannot send");
}

/* Sends what comes after all others: when the last of them is there, all are. */
void router_send_sentinels(struct router *r, uint32_t number)
{
	static struct frame sentinel;
	int i;

	sentinel_build(&sentinel, number);
	for (i = 0; i < SENTINELS; i++)
		router_send(r, &sentinel, 0);
}

/* Receives a frame that the router sent; false if there is none. */
bool router_read(int fd, struct frame *f)
{
	struct iovec iov[] = {
		{ &f->vnet, sizeof(f->vnet) }, { f->b, sizeof(f->b) }
	};
	ssize_t len = readv(fd, iov, 2);

	if (len < 0) {
		if (errno != EAGAIN)
			die("cannot receive");
		return false;
	}
	f->len = len - sizeof(f->vnet);
	f->l3 = 14;
	f->l4 = 34;
	return true;
}

static int family_attr(const struct nlattr *attr, void *id)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)id = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family_id(const struct nlmsghdr *nlh, void *id)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr, id);
}

static void ask(struct mnl_socket *nl, uint16_t family, uint8_t cmd, uint16_t flags,
		const char *name, mnl_cb_t reply, void *data)
{
	static char buf[1 << 16];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int len;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	if (name)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("netlink");
	do {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			die("netlink");
		len = mnl_cb_run(buf, len, 0, 0, reply, data);
	} while (len == MNL_CB_OK);
	if (len < 0)
		die("netlink");
}

static uint16_t porch_family;

struct mnl_socket *counters_open(const char *netns)
{
	struct mnl_socket *nl;

	netns_enter(netns);
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink");
	ask(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK, PORCH_FAMILY_NAME, family_id,
	    &porch_family);
	return nl;
}

static int counter_attr(const struct nlattr *attr, void *data)
{
	static const char *const group[] = {
		[PORCH_COUNTER_GROUP_CREATED] = "created",
		[PORCH_COUNTER_GROUP_PUNT] = "punt",
		[PORCH_COUNTER_GROUP_DROP] = "drop",
		[PORCH_COUNTER_GROUP_ENGINE] = "engine",
		[PORCH_COUNTER_GROUP_LANE] = "lane",
	};
	struct counters *c = data;
	char *name = c->c[c->n].name;

	switch (mnl_attr_get_type(attr)) {
	case PORCH_A_COUNTER_GROUP:
		strcpy(name, group[mnl_attr_get_u8(attr)]);
		break;
	case PORCH_A_COUNTER_NAME:
		snprintf(name + strlen(name), sizeof(c->c[0].name) - strlen(name), " %s",
			 mnl_attr_get_str(attr));
		break;
	case PORCH_A_COUNTER_VALUE:
		c->c[c->n].value = mnl_attr_get_u64(attr);
		break;
	}
	return MNL_CB_OK;
}

static int counter(const struct nlmsghdr *nlh, void *data)
{
	struct counters *c = data;
	int ret = mnl_attr_parse(nlh, sizeof(struct genlmsghdr), counter_attr, c);

	if (++c->n == COUNTERS_MAX)
		die("too many counters");
	return ret;
}

void counters_read(struct mnl_socket *nl, struct counters *c)
{
	c->n = 0;
	ask(nl, porch_family, PORCH_CMD_STATS_GET, NLM_F_DUMP, NULL, counter, c);
}
