// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "ipc.h"

#define REQUEST_SIZE	4096
#define QUEUE_SIZE	32768
/* What an event queue may take; a commit of 100,000 routes fits. */
#define EVENTS_SIZE	(16 << 20)
/* The kernel fills what it is offered, but no more than this. */
#define CHUNK_SIZE	32768
#define DUMP_TRIES	5

/**
 * struct ipc - a socket to a family, the request at hand and its reply
 * @family: name of the family
 * @version: version of its protocol
 * @nl: the socket, NULL before ipc_open()
 * @portid: address of the socket
 * @id: number of the family
 * @seq: number of the last request
 * @request: the request
 * @reply: messages of the reply, header by header, without acks
 * @reply_len: their length
 * @reply_size: room for them
 * @queue: requests that were not sent yet
 * @queue_len: their length
 * @queue_last: the last of them
 * @queue_first: number of the first of them
 * @queue_sets: the attributes that each of them is made of
 * @queued: requests that were ever queued
 * @refused: which of these was refused, counted from 1
 * @error: what became of the last call
 */
struct ipc {
	const char *family;
	uint8_t version;
	struct mnl_socket *nl;
	uint32_t portid;
	uint16_t id;
	uint32_t seq;
	union {
		struct nlmsghdr hdr;
		char buf[REQUEST_SIZE];
	} request;
	char *reply;
	size_t reply_len;
	size_t reply_size;
	union {
		struct nlmsghdr hdr;
		char buf[QUEUE_SIZE];
	} queue;
	size_t queue_len;
	struct nlmsghdr *queue_last;
	uint32_t queue_first;
	const struct attr_set *queue_sets[QUEUE_SIZE / sizeof(struct nlmsghdr)];
	size_t queued;
	size_t refused;
	char error[512];
};

struct ipc *ipc_alloc(const char *family, uint8_t version)
{
	struct ipc *ipc = calloc(1, sizeof(*ipc));

	if (!ipc)
		return NULL;
	ipc->family = family;
	ipc->version = version;
	return ipc;
}

static void ipc_close(struct ipc *ipc)
{
	if (ipc->nl)
		mnl_socket_close(ipc->nl);
	ipc->nl = NULL;
}

void ipc_free(struct ipc *ipc)
{
	if (!ipc)
		return;
	ipc_close(ipc);
	free(ipc->reply);
	free(ipc);
}

int ipc_fd(const struct ipc *ipc)
{
	return mnl_socket_get_fd(ipc->nl);
}

const char *ipc_error(const struct ipc *ipc)
{
	return ipc->error;
}

size_t ipc_refused(const struct ipc *ipc)
{
	return ipc->refused;
}

__attribute__((format(printf, 3, 4)))
static int ipc_fail(struct ipc *ipc, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ipc->error, sizeof(ipc->error), fmt, ap);
	va_end(ap);
	return err;
}

__attribute__((format(printf, 2, 3)))
static void ipc_error_add(struct ipc *ipc, const char *fmt, ...)
{
	size_t len = strlen(ipc->error);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ipc->error + len, sizeof(ipc->error) - len, fmt, ap);
	va_end(ap);
}

static void request_begin(struct ipc *ipc, uint16_t type, uint8_t cmd, uint8_t version,
			  uint16_t flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	/* What pads attributes is compared with them, where they are in another. */
	memset(ipc->request.buf, 0, sizeof(ipc->request.buf));
	nlh = mnl_nlmsg_put_header(ipc->request.buf);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = version;
}

void ipc_request(struct ipc *ipc, uint8_t cmd)
{
	request_begin(ipc, ipc->id, cmd, ipc->version, NLM_F_ACK);
}

void ipc_request_dump(struct ipc *ipc, uint8_t cmd)
{
	request_begin(ipc, ipc->id, cmd, ipc->version, NLM_F_DUMP);
}

/* Words are limited, see WORD_SIZE, so that a request always fits. */
void ipc_put(struct ipc *ipc, uint16_t attr, const void *data, size_t len)
{
	bool fits = mnl_attr_put_check(&ipc->request.hdr, REQUEST_SIZE, attr, len, data);

	assert(fits);
	(void)fits;
}

void ipc_put_u8(struct ipc *ipc, uint16_t attr, uint8_t value)
{
	ipc_put(ipc, attr, &value, sizeof(value));
}

void ipc_put_u16(struct ipc *ipc, uint16_t attr, uint16_t value)
{
	ipc_put(ipc, attr, &value, sizeof(value));
}

void ipc_put_str(struct ipc *ipc, uint16_t attr, const char *value)
{
	ipc_put(ipc, attr, value, strlen(value) + 1);
}

void ipc_put_u32(struct ipc *ipc, uint16_t attr, uint32_t value)
{
	ipc_put(ipc, attr, &value, sizeof(value));
}

void *ipc_nest_begin(struct ipc *ipc, uint16_t attr)
{
	struct nlattr *nest = mnl_attr_nest_start_check(&ipc->request.hdr, REQUEST_SIZE, attr);

	assert(nest);
	return nest;
}

void ipc_nest_end(struct ipc *ipc, void *nest)
{
	mnl_attr_nest_end(&ipc->request.hdr, nest);
}

void ipc_put_u64(struct ipc *ipc, uint16_t attr, uint64_t value)
{
	ipc_put(ipc, attr, &value, sizeof(value));
}

size_t ipc_read(const struct ipc *ipc, const struct attr_set *set, bool loose, void *buf,
		size_t size)
{
	const struct nlmsghdr *nlh = &ipc->request.hdr;
	const struct nlattr *attr;
	size_t len = 0;

	if (!loose && size)
		((uint8_t *)buf)[len++] =
			((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (set->defs[mnl_attr_get_type(attr)].loose != loose ||
		    attr->nla_len > size - len)
			continue;
		memcpy((char *)buf + len, attr, attr->nla_len);
		len += attr->nla_len;
	}
	return len;
}

bool ipc_asks_for(const struct ipc *ipc, const struct reply *reply)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, &ipc->request.hdr, GENL_HDRLEN) {
		uint16_t type = mnl_attr_get_type(attr), len = mnl_attr_get_payload_len(attr);

		if (reply->attrs[type].data && reply->set->defs[type].type != ATTR_NEST &&
		    (reply->attrs[type].len != len ||
		     memcmp(reply->attrs[type].data, mnl_attr_get_payload(attr), len)))
			return false;
	}
	return true;
}

bool ipc_agree(const void *a, size_t a_len, const void *b, size_t b_len)
{
	const char *i, *j, *end_i = (const char *)a + a_len, *end_j = (const char *)b + b_len;
	struct nlattr one, other;

	for (i = a; i < end_i; i += one.nla_len) {
		memcpy(&one, i, sizeof(one));	/* they are not aligned */
		for (j = b; j < end_j; j += other.nla_len) {
			memcpy(&other, j, sizeof(other));
			if (one.nla_type == other.nla_type &&
			    (one.nla_len != other.nla_len || memcmp(i, j, one.nla_len)))
				return false;
		}
	}
	return true;
}

static const char *attr_name(const struct attr_set *set, uint16_t type)
{
	return type <= set->max && set->defs[type].name ? set->defs[type].name : "unknown";
}

static const char *name_at(const struct nlmsghdr *request, const struct attr_set *set,
			   uint32_t offset)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN)
		if ((const char *)attr - (const char *)request == offset)
			return attr_name(set, mnl_attr_get_type(attr));
	return NULL;
}

/* Say what a refused attribute may be, if that is a range. */
static void explain_policy(struct ipc *ipc, const struct nlattr *policy)
{
	const struct nlattr *attr, *min = NULL, *max = NULL;

	mnl_attr_for_each_nested(attr, policy) {
		if (mnl_attr_get_payload_len(attr) < sizeof(uint64_t))
			continue;
		if (mnl_attr_get_type(attr) == NL_POLICY_TYPE_ATTR_MIN_VALUE_U)
			min = attr;
		else if (mnl_attr_get_type(attr) == NL_POLICY_TYPE_ATTR_MAX_VALUE_U)
			max = attr;
	}
	if (min && max)
		ipc_error_add(ipc, ", allowed %llu to %llu",
			      (unsigned long long)mnl_attr_get_u64(min),
			      (unsigned long long)mnl_attr_get_u64(max));
}

/**
 * explain() - put an ack into words
 * @ipc: takes the words
 * @request: what was acked
 * @set: its attributes
 * @nlh: the ack, or the end of a dump
 * @code: negative errno in it, 0 if the request succeeded
 * @offset: where the attributes of the extended ack begin
 *
 * Return: @code
 */
static int explain(struct ipc *ipc, const struct nlmsghdr *request, const struct attr_set *set,
		   const struct nlmsghdr *nlh, int code, size_t offset)
{
	const struct nlattr *attr, *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	const char *name = NULL, *missing = "";

	ipc->error[0] = '\0';
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(attr, nlh, offset)
			if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MAX)
				tb[mnl_attr_get_type(attr)] = attr;

	attr = tb[NLMSGERR_ATTR_MSG];
	if (attr)
		ipc_error_add(ipc, "%.*s", mnl_attr_get_payload_len(attr),
			      (const char *)mnl_attr_get_payload(attr));
	if (!code)
		return 0;

	attr = tb[NLMSGERR_ATTR_COOKIE];
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(uint64_t))
		ipc->refused = mnl_attr_get_u64(attr);
	attr = tb[NLMSGERR_ATTR_OFFS];
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
		name = name_at(request, set, mnl_attr_get_u32(attr));
	attr = tb[NLMSGERR_ATTR_MISS_TYPE];
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(uint32_t)) {
		name = attr_name(set, mnl_attr_get_u32(attr));
		missing = "missing ";
	}
	if (name) {
		ipc_error_add(ipc, "%s(%sattribute %s", ipc->error[0] ? " " : "", missing, name);
		if (tb[NLMSGERR_ATTR_POLICY])
			explain_policy(ipc, tb[NLMSGERR_ATTR_POLICY]);
		ipc_error_add(ipc, ")");
	}
	ipc_error_add(ipc, "%s%s", ipc->error[0] ? ": " : "", strerror(-code));
	return code;
}

static int read_ack(struct ipc *ipc, const struct nlmsghdr *request, const struct attr_set *set,
		    const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*ack);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ack))
		return ipc_fail(ipc, -EPROTO, "the kernel sent a truncated ack");
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += MNL_ALIGN(ack->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	return explain(ipc, request, set, nlh, ack->error, offset);
}

static int read_done(struct ipc *ipc, const struct attr_set *set, const struct nlmsghdr *nlh)
{
	const int *code = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*code))
		return ipc_fail(ipc, -EPROTO, "the kernel sent a truncated end of a list");
	return explain(ipc, &ipc->request.hdr, set, nlh, *code, sizeof(*code));
}

static int send_request(struct ipc *ipc)
{
	struct nlmsghdr *nlh = &ipc->request.hdr;

	nlh->nlmsg_seq = ++ipc->seq;
	ipc->reply_len = 0;
	ipc->refused = 0;
	if (mnl_socket_sendto(ipc->nl, nlh, nlh->nlmsg_len) < 0)
		return ipc_fail(ipc, -errno, "cannot send a request: %s", strerror(errno));
	return 0;
}

/* Read one datagram behind what is there already. */
static ssize_t read_datagram(struct ipc *ipc)
{
	ssize_t len;

	if (ipc->reply_size - ipc->reply_len < CHUNK_SIZE) {
		size_t size = ipc->reply_size * 2 + CHUNK_SIZE;
		char *reply = realloc(ipc->reply, size);

		if (!reply)
			return ipc_fail(ipc, -ENOMEM, "no memory for the reply of the kernel");
		ipc->reply = reply;
		ipc->reply_size = size;
	}
	do {
		len = mnl_socket_recvfrom(ipc->nl, ipc->reply + ipc->reply_len, CHUNK_SIZE);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return ipc_fail(ipc, -errno, "cannot receive a reply: %s", strerror(errno));
	return len;
}

/**
 * collect() - receive a reply up to its end, and keep its messages
 * @ipc: owns the request, and takes the messages
 * @set: attributes of the request
 * @interrupted: set if the kernel says that the list changed meanwhile
 *
 * Return: 0 or a negative errno
 */
static int collect(struct ipc *ipc, const struct attr_set *set, bool *interrupted)
{
	for (;;) {
		ssize_t received = read_datagram(ipc);
		const struct nlmsghdr *nlh;
		int len = received;

		if (received < 0)
			return received;

		nlh = (const struct nlmsghdr *)(ipc->reply + ipc->reply_len);
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != ipc->seq || nlh->nlmsg_pid != ipc->portid)
				return ipc_fail(ipc, -EPROTO,
						"the kernel answered a request that was not sent");
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				*interrupted = true;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return read_ack(ipc, &ipc->request.hdr, set, nlh);
			if (nlh->nlmsg_type == NLMSG_DONE)
				return read_done(ipc, set, nlh);
			if (nlh->nlmsg_type != ipc->request.hdr.nlmsg_type)
				return ipc_fail(ipc, -EPROTO,
						"the kernel sent a message of another family");
			ipc->reply_len = (const char *)nlh - ipc->reply +
					 MNL_ALIGN(nlh->nlmsg_len);
		}
		if (len)
			return ipc_fail(ipc, -EPROTO, "the kernel sent a truncated reply");
	}
}

static bool attr_valid(const struct attr_def *def, const char *data, uint16_t len)
{
	switch (def->type) {
	case ATTR_FLAG:
		return len == 0;
	case ATTR_U8:
	case ATTR_ENUM:
		return len == sizeof(uint8_t);
	case ATTR_U16:
		return len == sizeof(uint16_t);
	case ATTR_U32:
		return len == sizeof(uint32_t);
	case ATTR_U64:
		return len == sizeof(uint64_t);
	case ATTR_STRING:
		return len && !data[len - 1];
	case ATTR_ADDR:
		return len == 4 || len == 16;
	case ATTR_BYTES:
	case ATTR_NEST:
		return true;
	case ATTR_UNKNOWN:
		break;
	}
	return false;
}

/* Attributes that the tool does not know are those of a newer module. */
static int parse_reply(struct ipc *ipc, const struct nlmsghdr *nlh, struct reply *reply)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		const void *data = mnl_attr_get_payload(attr);
		uint16_t len = mnl_attr_get_payload_len(attr);
		uint16_t type = mnl_attr_get_type(attr);

		if (type > reply->set->max || !reply->set->defs[type].name)
			continue;
		if (!attr_valid(&reply->set->defs[type], data, len))
			return ipc_fail(ipc, -EPROTO,
					"the kernel sent an invalid value (attribute %s)",
					attr_name(reply->set, type));
		reply->attrs[type].data = data;
		reply->attrs[type].len = len;
	}
	return 0;
}

static int deliver(struct ipc *ipc, const struct attr_set *set, ipc_reply_fn fn, void *arg)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)ipc->reply;
	const char *end = ipc->reply + ipc->reply_len;
	int err;

	for (; (const char *)nlh < end;
	     nlh = (const void *)((const char *)nlh + MNL_ALIGN(nlh->nlmsg_len))) {
		struct reply reply = { .set = set };

		err = parse_reply(ipc, nlh, &reply);
		if (err)
			return err;
		fn(&reply, arg);
	}
	return 0;
}

int ipc_call(struct ipc *ipc, const struct attr_set *set, ipc_reply_fn fn, void *arg)
{
	int tries = 0, err;

	assert(set->max < ATTR_SET_SIZE);
	for (;;) {
		bool interrupted = false;

		err = send_request(ipc);
		if (!err)
			err = collect(ipc, set, &interrupted);
		if (err)
			return err;
		if (!interrupted)
			break;
		if (++tries == DUMP_TRIES)
			return ipc_fail(ipc, -EINTR, "the list changed while it was read, %d times",
					tries);
	}
	return fn ? deliver(ipc, set, fn, arg) : 0;
}

/* Take an ack for one of the queued requests. */
static int read_queue_ack(struct ipc *ipc, const struct nlmsghdr *nlh)
{
	const struct nlmsghdr *request = &ipc->queue.hdr;
	uint32_t i, place = nlh->nlmsg_seq - ipc->queue_first;
	int err;

	if (nlh->nlmsg_type != NLMSG_ERROR || nlh->nlmsg_pid != ipc->portid ||
	    nlh->nlmsg_seq > ipc->seq || nlh->nlmsg_seq < ipc->queue_first)
		return ipc_fail(ipc, -EPROTO, "the kernel answered a request that was not sent");
	for (i = 0; i < place; i++)
		request = (const void *)((const char *)request + request->nlmsg_len);
	err = read_ack(ipc, request, ipc->queue_sets[place], nlh);
	if (err)
		ipc->refused = ipc->queued - (ipc->seq - nlh->nlmsg_seq);
	return err;
}

/* What is refused is acked at once, in order; what is fine only at the end. */
static int read_queue_acks(struct ipc *ipc)
{
	uint32_t seq = 0;
	int err;

	do {
		const struct nlmsghdr *nlh;
		ssize_t received;
		int len;

		ipc->reply_len = 0;
		received = read_datagram(ipc);
		/* More acks than fit; the first, which counts, did. */
		if (received == -ENOBUFS)
			continue;
		if (received < 0)
			return received;
		nlh = (const struct nlmsghdr *)ipc->reply;
		len = received;
		if (!mnl_nlmsg_ok(nlh, len))
			return ipc_fail(ipc, -EPROTO, "the kernel sent a truncated reply");
		seq = nlh->nlmsg_seq;
		err = read_queue_ack(ipc, nlh);
		if (err)
			return err;
	} while (seq != ipc->seq);
	return 0;
}

int ipc_flush(struct ipc *ipc)
{
	int err;

	if (!ipc->queue_len)
		return 0;
	ipc->queue_last->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(ipc->nl, ipc->queue.buf, ipc->queue_len) < 0)
		return ipc_fail(ipc, -errno, "cannot send requests: %s", strerror(errno));
	err = read_queue_acks(ipc);
	ipc->queue_len = 0;
	return err;
}

int ipc_queue(struct ipc *ipc, const struct attr_set *set)
{
	struct nlmsghdr *nlh = &ipc->request.hdr;
	int err;

	if (ipc->queue_len + nlh->nlmsg_len > QUEUE_SIZE) {
		err = ipc_flush(ipc);
		if (err)
			return err;
	}
	nlh->nlmsg_flags &= ~NLM_F_ACK;
	nlh->nlmsg_seq = ++ipc->seq;
	if (!ipc->queue_len)
		ipc->queue_first = ipc->seq;
	ipc->queue_sets[ipc->seq - ipc->queue_first] = set;
	ipc->queue_last = memcpy(ipc->queue.buf + ipc->queue_len, nlh, nlh->nlmsg_len);
	ipc->queue_len += nlh->nlmsg_len;
	ipc->queued++;
	return 0;
}

static const struct attr_def ctrl_defs[] = {
	[CTRL_ATTR_FAMILY_ID] = { "family-id", ATTR_U16 },
	[CTRL_ATTR_FAMILY_NAME] = { "family-name", ATTR_STRING },
	[CTRL_ATTR_MCAST_GROUPS] = { "mcast-groups", ATTR_NEST },
};

static const struct attr_set ctrl_attrs = { "ctrl", ctrl_defs, CTRL_ATTR_MCAST_GROUPS };

static int ask_family(struct ipc *ipc, ipc_reply_fn fn, void *arg)
{
	request_begin(ipc, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	ipc_put(ipc, CTRL_ATTR_FAMILY_NAME, ipc->family, strlen(ipc->family) + 1);
	return ipc_call(ipc, &ctrl_attrs, fn, arg);
}

static void read_family(const struct reply *reply, void *arg)
{
	uint16_t *id = arg;

	*id = reply_uint(reply, CTRL_ATTR_FAMILY_ID);
}

int ipc_open(struct ipc *ipc)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	int on = 1, err;
	size_t i;

	if (ipc->nl)
		return 0;
	ipc->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!ipc->nl || mnl_socket_bind(ipc->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = ipc_fail(ipc, -errno, "cannot open a netlink socket: %s", strerror(errno));
		goto close;
	}
	for (i = 0; i < MNL_ARRAY_SIZE(options); i++)
		if (mnl_socket_setsockopt(ipc->nl, options[i], &on, sizeof(on)) < 0) {
			err = ipc_fail(ipc, -errno, "the kernel is too old for this tool: %s",
				       strerror(errno));
			goto close;
		}
	ipc->portid = mnl_socket_get_portid(ipc->nl);

	err = ask_family(ipc, read_family, &ipc->id);
	if (!err)
		return 0;
close:
	ipc_close(ipc);
	return err;
}

struct group {
	const char *name;
	uint32_t id;
};

static void read_group(const struct nlattr *nest, struct group *group)
{
	const struct nlattr *attr;
	const char *name = "";
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			id = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, group->name))
		group->id = id;
}

static void read_groups(const struct reply *reply, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(reply->attrs[CTRL_ATTR_MCAST_GROUPS].data,
				  reply->attrs[CTRL_ATTR_MCAST_GROUPS].len)
		read_group(attr, arg);
}

/* The groups are numbered in the kernel; that of nlctrl tells who goes. */
int ipc_join(struct ipc *ipc, const char *name)
{
	struct group group = { .name = name };
	const int ctrl = GENL_ID_CTRL, size = EVENTS_SIZE;
	int err, fd = ipc_fd(ipc);

	err = ask_family(ipc, read_groups, &group);
	if (err)
		return err;
	if (!group.id)
		return ipc_fail(ipc, -ENOENT, "the module has no events \"%s\"", name);
	/* Users without rights have to do with less. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_setsockopt(ipc->nl, NETLINK_ADD_MEMBERSHIP, (void *)&ctrl, sizeof(ctrl)) ||
	    mnl_socket_setsockopt(ipc->nl, NETLINK_ADD_MEMBERSHIP, &group.id, sizeof(group.id)))
		return ipc_fail(ipc, -errno, "cannot listen: %s", strerror(errno));
	return 0;
}

/* Return: -ENODEV if the family has gone, else 0. */
static int read_ctrl(struct ipc *ipc, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct reply reply = { .set = &ctrl_attrs };
	int err;

	err = parse_reply(ipc, nlh, &reply);
	if (err)
		return err;
	if (genl->cmd == CTRL_CMD_DELFAMILY && reply_uint(&reply, CTRL_ATTR_FAMILY_ID) == ipc->id)
		return ipc_fail(ipc, -ENODEV, "the module has gone");
	return 0;
}

static int read_event(struct ipc *ipc, const struct nlmsghdr *nlh, const struct event *events,
		      size_t count, ipc_event_fn fn, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct reply reply = { 0 };
	int err;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return ipc_fail(ipc, -EPROTO, "the kernel sent a truncated event");
	if (nlh->nlmsg_type == ipc->id && genl->cmd < count && events[genl->cmd].name) {
		reply.set = events[genl->cmd].set;
		err = parse_reply(ipc, nlh, &reply);
		if (!err)
			fn(&events[genl->cmd], &reply, arg);
		return err;
	}
	return nlh->nlmsg_type == GENL_ID_CTRL ? read_ctrl(ipc, nlh) : 0;
}

int ipc_read_events(struct ipc *ipc, const struct event *events, size_t count, ipc_event_fn fn,
		    void *arg)
{
	const struct nlmsghdr *nlh;
	ssize_t received;
	int len, err = 0;

	ipc->reply_len = 0;
	received = read_datagram(ipc);
	if (received == -ENOBUFS) {
		fn(NULL, NULL, arg);
		return 0;
	}
	if (received < 0)
		return received;
	len = received;
	for (nlh = (const void *)ipc->reply; !err && mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len))
		err = read_event(ipc, nlh, events, count, fn, arg);
	return err;
}

bool reply_has(const struct reply *reply, uint16_t attr)
{
	return reply->attrs[attr].data;
}

bool reply_next(const struct reply *reply, uint16_t attr, const struct attr_set *set,
		const void **pos, struct reply *member)
{
	const char *begin = reply->attrs[attr].data;
	const struct nlattr *list = *pos, *part;

	list = list ? mnl_attr_next(list) : reply->attrs[attr].data;
	if (!list || !mnl_attr_ok(list, begin + reply->attrs[attr].len - (const char *)list))
		return false;
	*pos = list;
	*member = (struct reply) { .set = set };
	mnl_attr_for_each_nested(part, list) {
		const void *data = mnl_attr_get_payload(part);
		uint16_t len = mnl_attr_get_payload_len(part), type = mnl_attr_get_type(part);

		if (type > set->max || !set->defs[type].name ||
		    !attr_valid(&set->defs[type], data, len))
			continue;
		member->attrs[type].data = data;
		member->attrs[type].len = len;
	}
	return true;
}

uint64_t reply_uint(const struct reply *reply, uint16_t attr)
{
	const void *data = reply->attrs[attr].data;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	if (!data)
		return 0;
	switch (reply->set->defs[attr].type) {
	case ATTR_U8:
	case ATTR_ENUM:
		return *(const uint8_t *)data;
	case ATTR_U16:
		memcpy(&u16, data, sizeof(u16));
		return u16;
	case ATTR_U32:
		memcpy(&u32, data, sizeof(u32));
		return u32;
	case ATTR_U64:
		memcpy(&u64, data, sizeof(u64));
		return u64;
	default:
		return 0;
	}
}

const char *reply_str(const struct reply *reply, uint16_t attr)
{
	return reply->attrs[attr].data ?: "";
}
