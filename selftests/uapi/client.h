/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the family, right and wrong ones, and all that comes back.
 */
#ifndef UAPI_CLIENT_H
#define UAPI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>

#define MAX_ITEMS	48
#define MAX_VALUE	128

/**
 * struct client - a socket that talks to the family
 * @sock: libnl's
 * @fd: of @sock
 * @family: number of the family
 * @seq: number of the last request
 */
struct client {
	struct nl_sock *sock;
	int fd;
	int family;
	uint32_t seq;
};

/**
 * struct item - an attribute as it is sent, whatever its type asks for
 * @type: its number, with flags if there are to be any
 * @len: length of the value
 * @value: the value
 */
struct item {
	uint16_t type;
	uint16_t len;
	uint8_t value[MAX_VALUE];
};

/**
 * struct request - a message to the family
 * @cmd: command
 * @version: in the header; right is %PORCH_FAMILY_VERSION
 * @reserved: in the header; right is 0
 * @flags: of netlink
 * @items: the attributes
 * @count: how many
 */
struct request {
	uint8_t cmd;
	uint8_t version;
	uint16_t reserved;
	uint16_t flags;
	struct item items[MAX_ITEMS];
	int count;
};

#define NO_ANSWER	(-1)

/**
 * struct answer - all that a request brought
 * @error: errno of the acknowledgment, 0 for success, or %NO_ANSWER
 * @text: message of the extended acknowledgment, "" without
 * @offset: of the attribute to blame within the request, 0 without
 * @missing: number of the attribute that is missing, 0 without
 * @tlvs: there is an extended acknowledgment
 * @capped: the acknowledgment does not repeat the request
 * @interrupted: a dump that met a change
 * @count: replies
 * @data: the replies, whole messages without what differs from call to call
 * @len: length of @data
 */
struct answer {
	int error;
	char text[256];
	uint32_t offset;
	uint32_t missing;
	bool tlvs;
	bool capped;
	bool interrupted;
	int count;
	uint8_t *data;
	size_t len;
};

/**
 * client_open() - open a socket in the network namespace of the caller
 * @client: where it goes
 *
 * Return: 0, or -1 without the family.
 */
int client_open(struct client *client);

void client_close(struct client *client);

/**
 * request_offset() - where an attribute starts in the message
 * @request: the message
 * @item: index of the attribute
 *
 * Return: bytes from the start of the netlink header.
 */
uint32_t request_offset(const struct request *request, int item);

/**
 * client_encode() - turn a request into the bytes of a message
 * @client: the socket
 * @request: what is asked
 * @buf: where the bytes go
 * @size: room in @buf
 *
 * Return: length of the message.
 */
size_t client_encode(struct client *client, const struct request *request, void *buf, size_t size);

/**
 * client_exchange() - send bytes and collect what comes back
 * @client: the socket
 * @buf: one message or several, or what is none
 * @len: its length
 * @answer: is filled; answer_free() releases it
 *
 * The kernel has worked on a message when the call that sends it returns. So
 * nothing is waited for: what is not there then never comes.
 */
void client_exchange(struct client *client, const void *buf, size_t len, struct answer *answer);

/**
 * client_listen() - subscribe to events
 * @client: the socket
 * @group: name of the multicast group
 *
 * Return: 0, or -1 if the family has no such group.
 */
int client_listen(struct client *client, const char *group);

/**
 * client_receive() - collect what has come by now
 * @client: the socket
 * @answer: is filled; answer_free() releases it
 */
void client_receive(struct client *client, struct answer *answer);

/**
 * client_call() - send a request and collect what comes back
 * @client: the socket
 * @request: what is asked
 * @answer: is filled; answer_free() releases it
 */
void client_call(struct client *client, const struct request *request, struct answer *answer);

/**
 * answer_next() - take a reply apart
 * @answer: from client_call()
 * @pos: where the last one ended; begin with 0
 * @attrs: filled with the attributes, by number
 * @max: highest number that @attrs has room for
 *
 * Return: the command of the reply, 0 if there are no more.
 */
uint8_t answer_next(const struct answer *answer, size_t *pos, struct nlattr **attrs, int max);

void answer_free(struct answer *answer);

#endif /* UAPI_CLIENT_H */
