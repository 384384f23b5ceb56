// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/porch.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "client.h"

static void set_option(struct client *client, int option, int on)
{
	setsockopt(client->fd, SOL_NETLINK, option, &on, sizeof(on));
}

int client_open(struct client *client)
{
	*client = (struct client) { .sock = nl_socket_alloc() };
	if (!client->sock || genl_connect(client->sock))
		return -1;
	client->family = genl_ctrl_resolve(client->sock, PORCH_FAMILY_NAME);
	if (client->family < 0)
		return -1;
	client->fd = nl_socket_get_fd(client->sock);
	nl_socket_set_nonblocking(client->sock);
	set_option(client, NETLINK_EXT_ACK, 1);
	return 0;
}

void client_close(struct client *client)
{
	nl_socket_free(client->sock);
	client->sock = NULL;
}

uint32_t request_offset(const struct request *request, int item)
{
	uint32_t offset = NLMSG_HDRLEN + GENL_HDRLEN;

	while (item--)
		offset += nla_total_size(request->items[item].len);
	return offset;
}

size_t client_encode(struct client *client, const struct request *request, void *buf, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);
	size_t len;
	int i;

	genlmsg_put(msg, nl_socket_get_local_port(client->sock), ++client->seq, client->family, 0,
		    request->flags, request->cmd, request->version);
	genlmsg_hdr(nlmsg_hdr(msg))->reserved = request->reserved;
	for (i = 0; i < request->count; i++)
		nla_put(msg, request->items[i].type, request->items[i].len,
			request->items[i].value);
	len = nlmsg_hdr(msg)->nlmsg_len;
	memcpy(buf, nlmsg_hdr(msg), len);
	nlmsg_free(msg);
	return len;
}

static void read_tlvs(struct answer *answer, const struct nlattr *head, int len)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];

	answer->tlvs = true;
	if (nla_parse(attrs, NLMSGERR_ATTR_MAX, (struct nlattr *)head, len, NULL))
		return;
	if (attrs[NLMSGERR_ATTR_MSG])
		nla_strlcpy(answer->text, attrs[NLMSGERR_ATTR_MSG], sizeof(answer->text));
	if (attrs[NLMSGERR_ATTR_OFFS])
		answer->offset = nla_get_u32(attrs[NLMSGERR_ATTR_OFFS]);
	if (attrs[NLMSGERR_ATTR_MISS_TYPE])
		answer->missing = nla_get_u32(attrs[NLMSGERR_ATTR_MISS_TYPE]);
}

/* The request is between the error and what explains it, unless it was capped. */
static void read_ack(struct answer *answer, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = nlmsg_data(nlh);
	size_t len = sizeof(*ack);

	answer->error = -ack->error;
	answer->capped = nlh->nlmsg_flags & NLM_F_CAPPED;
	if (!answer->capped)
		len += NLMSG_ALIGN(ack->msg.nlmsg_len) - sizeof(ack->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		read_tlvs(answer, (const void *)ack + len, nlmsg_datalen(nlh) - len);
}

static void read_done(struct answer *answer, const struct nlmsghdr *nlh)
{
	const int *error = nlmsg_data(nlh);

	answer->error = -*error;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		read_tlvs(answer, nlmsg_data(nlh) + NLMSG_ALIGN(sizeof(*error)),
			  nlmsg_datalen(nlh) - NLMSG_ALIGN(sizeof(*error)));
}

static void keep_reply(struct answer *answer, const struct nlmsghdr *nlh)
{
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);
	struct nlmsghdr *copy;

	answer->data = realloc(answer->data, answer->len + len);
	copy = (void *)(answer->data + answer->len);
	memcpy(copy, nlh, len);
	copy->nlmsg_flags = 0;
	copy->nlmsg_seq = 0;
	copy->nlmsg_pid = 0;
	answer->len += len;
	answer->count++;
}

static void read_messages(struct answer *answer, struct nlmsghdr *nlh, int len)
{
	for (; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
		answer->interrupted |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		switch (nlh->nlmsg_type) {
		case NLMSG_ERROR:
			read_ack(answer, nlh);
			break;
		case NLMSG_DONE:
			read_done(answer, nlh);
			break;
		default:
			keep_reply(answer, nlh);
		}
	}
}

int client_listen(struct client *client, const char *group)
{
	int nr = genl_ctrl_resolve_grp(client->sock, PORCH_FAMILY_NAME, group);

	nl_socket_disable_seq_check(client->sock);
	return nr < 0 || nl_socket_add_membership(client->sock, nr) ? -1 : 0;
}

void client_receive(struct client *client, struct answer *answer)
{
	struct sockaddr_nl from;
	unsigned char *data;
	int n;

	*answer = (struct answer) { .error = NO_ANSWER };
	while ((n = nl_recv(client->sock, &from, &data, NULL)) > 0) {
		read_messages(answer, (struct nlmsghdr *)data, n);
		free(data);
	}
}

void client_exchange(struct client *client, const void *buf, size_t len, struct answer *answer)
{
	nl_sendto(client->sock, (void *)buf, len);
	client_receive(client, answer);
}

void client_call(struct client *client, const struct request *request, struct answer *answer)
{
	char buf[8192];

	client_exchange(client, buf, client_encode(client, request, buf, sizeof(buf)), answer);
}

uint8_t answer_next(const struct answer *answer, size_t *pos, struct nlattr **attrs, int max)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(answer->data + *pos);

	if (*pos >= answer->len || nlmsg_parse(nlh, GENL_HDRLEN, attrs, max, NULL))
		return 0;
	*pos += NLMSG_ALIGN(nlh->nlmsg_len);
	return genlmsg_hdr(nlh)->cmd;
}

void answer_free(struct answer *answer)
{
	free(answer->data);
	answer->data = NULL;
}
