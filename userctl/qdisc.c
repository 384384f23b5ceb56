// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/pkt_sched.h>
#include <linux/porch.h>
#include <linux/rtnetlink.h>

#include "err.h"
#include "ipc.h"
#include "qdisc.h"

#define KIND	"porch"

static void write_request(struct nlmsghdr *nlh, uint16_t type, uint16_t flags, uint32_t ifindex)
{
	struct tcmsg *tcm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = 1;
	tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(nlh, TCA_KIND, KIND);
}

static int read_ack(const void *buf, ssize_t len)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(buf);

	if (!mnl_nlmsg_ok(buf, len) || mnl_nlmsg_get_payload_len(buf) < sizeof(*ack) ||
	    ((const struct nlmsghdr *)buf)->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return ack->error;
}

/* Return: 0 or a negative errno, of the kernel's or of the way to it. */
static int call(uint16_t type, uint16_t flags, uint32_t ifindex)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	union {
		struct nlmsghdr hdr;
		char bytes[4096];
	} buf;
	ssize_t len;
	int err;

	if (!nl)
		return -errno;
	write_request(mnl_nlmsg_put_header(&buf), type, flags, ifindex);
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, &buf, buf.hdr.nlmsg_len) < 0) {
		err = -errno;
	} else {
		len = mnl_socket_recvfrom(nl, &buf, sizeof(buf));
		err = len < 0 ? -errno : read_ack(&buf, len);
	}
	mnl_socket_close(nl);
	return err;
}

int qdisc_attach(const char *dev, uint32_t ifindex)
{
	/* Without NLM_F_REPLACE only what the kernel put there is replaced. */
	int err = call(RTM_NEWQDISC, NLM_F_CREATE, ifindex);

	switch (err) {
	case 0:
		return 0;
	case -EINVAL:
		return err_refused("%s has another qdisc; first, tc qdisc del dev %s root", dev,
				   dev);
	case -ENOENT:
		return err_refused("the kernel has no qdisc of kind " KIND
				   "; is the porch module loaded?");
	}
	return err_refused("%s takes no qdisc: %s", dev, strerror(-err));
}

struct search {
	uint32_t ifindex;
	bool found;
};

static void find_class(const struct reply *reply, void *arg)
{
	struct search *search = arg;

	search->found |= reply_uint(reply, PORCH_A_CLASS_IFINDEX) == search->ifindex;
}

static int has_classes(struct ipc *ipc, struct search *search)
{
	int err = ipc_open(ipc);

	if (err)
		return err;
	ipc_request_dump(ipc, PORCH_CMD_CLASS_GET);
	return ipc_call(ipc, &class_attrs, find_class, search);
}

int qdisc_settle(uint32_t ifindex)
{
	struct search search = { .ifindex = ifindex };
	struct ipc *ipc;
	int err;

	/* A socket of its own, as one with a refusal behind it is good for nothing. */
	ipc = ipc_alloc(PORCH_FAMILY_NAME, PORCH_FAMILY_VERSION);
	if (!ipc)
		return err_refused("no memory");
	err = has_classes(ipc, &search) ? err_refused("%s", ipc_error(ipc)) : 0;
	ipc_free(ipc);
	if (err || search.found)
		return err;
	err = call(RTM_DELQDISC, 0, ifindex);
	/* None was there, or one of another kind, or the device has gone. */
	if (!err || err == -ENOENT || err == -EINVAL || err == -ENODEV)
		return 0;
	return err_refused("cannot remove the qdisc: %s", strerror(-err));
}
