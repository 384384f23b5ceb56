/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to a generic netlink family, and its replies. But for the
 * qdisc (qdisc.c), nothing else in the tool knows libmnl.
 *
 *	ipc_request(ipc, PORCH_CMD_PORT_ADD);
 *	ipc_put_u32(ipc, PORCH_A_PORT_IFINDEX, ifindex);
 *	err = ipc_call(ipc, &port_attrs, NULL, NULL);
 *
 * A reply is shown to the caller only when all of it has arrived, so that a
 * dump that the kernel calls inconsistent can be thrown away and read again.
 *
 * Where many requests have no reply but a refusal, they can be queued: they
 * share a system call, and an ack for the last of them tells that all the
 * others are through.
 */
#ifndef PORCHCTL_IPC_H
#define PORCHCTL_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attrs.h"

struct ipc;

/* One message of a reply; an attribute that is absent has no data. */
struct reply {
	const struct attr_set *set;
	struct {
		const void *data;
		uint16_t len;
	} attrs[ATTR_SET_SIZE];
};

typedef void (*ipc_reply_fn)(const struct reply *reply, void *arg);

/**
 * ipc_alloc() - prepare for talking to a family
 * @family: its name
 * @version: the version of its protocol
 *
 * Nothing is sent and no socket opened before ipc_open().
 *
 * Return: what the other functions want, NULL without memory
 */
struct ipc *ipc_alloc(const char *family, uint8_t version);

/**
 * ipc_free() - close the socket and release everything
 * @ipc: from ipc_alloc(), or NULL
 */
void ipc_free(struct ipc *ipc);

/**
 * ipc_open() - open the socket and ask for the number of the family
 * @ipc: from ipc_alloc(); an open one stays as it is
 *
 * Return: 0, -ENOENT if the kernel has no such family, or another negative
 * errno; ipc_error() has the words
 */
int ipc_open(struct ipc *ipc);

/**
 * ipc_request() - begin a request that asks for one thing, or changes one
 * @ipc: an open one; else it can be written, but not sent
 * @cmd: command of the family
 */
void ipc_request(struct ipc *ipc, uint8_t cmd);

/**
 * ipc_request_dump() - begin a request for the whole list
 * @ipc: an open one
 * @cmd: command of the family
 */
void ipc_request_dump(struct ipc *ipc, uint8_t cmd);

/**
 * ipc_put() - add an attribute to the request
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @data: its value
 * @len: length of the value; a flag has none
 */
void ipc_put(struct ipc *ipc, uint16_t attr, const void *data, size_t len);

/**
 * ipc_put_u8() - add an attribute of type u8
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @value: its value
 */
void ipc_put_u8(struct ipc *ipc, uint16_t attr, uint8_t value);

/**
 * ipc_put_u32() - add an attribute of type u32
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @value: its value
 */
void ipc_put_u32(struct ipc *ipc, uint16_t attr, uint32_t value);

/**
 * ipc_put_u16() - add an attribute of type u16
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @value: its value
 */
void ipc_put_u16(struct ipc *ipc, uint16_t attr, uint16_t value);

/**
 * ipc_put_str() - add an attribute that is a string
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @value: its value
 */
void ipc_put_str(struct ipc *ipc, uint16_t attr, const char *value);

/**
 * ipc_nest_begin() - begin an attribute that is made of attributes
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 *
 * Return: what ipc_nest_end() wants
 */
void *ipc_nest_begin(struct ipc *ipc, uint16_t attr);

/**
 * ipc_nest_end() - end an attribute that is made of attributes
 * @ipc: an open one with a begun request
 * @nest: from ipc_nest_begin()
 */
void ipc_nest_end(struct ipc *ipc, void *nest);

/**
 * ipc_put_u64() - add an attribute of type u64
 * @ipc: an open one with a begun request
 * @attr: number of the attribute
 * @value: its value
 */
void ipc_put_u64(struct ipc *ipc, uint16_t attr, uint64_t value);

/**
 * ipc_read() - read what the request says
 * @ipc: with a begun request; it need not be open
 * @set: the attributes that the request is made of
 * @loose: those attributes that are loose; else the command, and all others
 * @buf: takes them, in the order in which they were put
 * @size: room for them
 *
 * Two requests that say the same are the same, byte by byte.
 *
 * Return: their length; what did not fit is left out
 */
size_t ipc_read(const struct ipc *ipc, const struct attr_set *set, bool loose, void *buf,
		size_t size);

/**
 * ipc_asks_for() - tell whether a request asks for what a reply says
 * @ipc: with a begun request; it need not be open
 * @reply: message of a reply, of the same attributes
 *
 * Lists within are not compared.
 *
 * Return: whether the attributes that are in both say the same
 */
bool ipc_asks_for(const struct ipc *ipc, const struct reply *reply);

/**
 * ipc_agree() - compare attributes where they can be compared
 * @a: attributes, as ipc_read() writes them, without a command
 * @a_len: their length
 * @b: others
 * @b_len: their length
 *
 * Return: whether those that are in both say the same
 */
bool ipc_agree(const void *a, size_t a_len, const void *b, size_t b_len);

/**
 * ipc_call() - send the request and wait until it is answered
 * @ipc: an open one with a begun request
 * @set: the attributes that request and replies are made of
 * @fn: is called for each message of the reply, may be NULL
 * @arg: for @fn
 *
 * Return: 0, or the negative errno of a refusal, for which ipc_error() has the
 * words. After 0, ipc_error() has what the kernel remarked, "" if nothing.
 */
int ipc_call(struct ipc *ipc, const struct attr_set *set, ipc_reply_fn fn, void *arg);

/**
 * ipc_queue() - queue the request, which has no reply
 * @ipc: an open one with a begun request
 * @set: the attributes that the request is made of
 *
 * Until ipc_flush() no other request may be sent.
 *
 * Return: as ipc_flush(), if the queue was full and had to be sent
 */
int ipc_queue(struct ipc *ipc, const struct attr_set *set);

/**
 * ipc_flush() - send what is queued
 * @ipc: an open one
 *
 * After a refusal the socket is good for nothing but to be closed.
 *
 * Return: 0, or the negative errno of the first refusal, for which ipc_error()
 * has the words and ipc_refused() the request
 */
int ipc_flush(struct ipc *ipc);

/**
 * ipc_refused() - tell which of the queued requests was refused
 * @ipc: from ipc_alloc(); ipc_flush() has failed, or a call that the kernel
 *       refused because of a request before it
 *
 * Return: its place among all that were ever queued, counted from 1; 0 if it
 * was none of them
 */
size_t ipc_refused(const struct ipc *ipc);

/* One kind of events. */
struct event {
	const char *name;
	const struct attr_set *set;
};

/**
 * typedef ipc_event_fn - is called for each event
 * @event: its kind; NULL if events were lost
 * @reply: what it says
 * @arg: whatever the caller gave
 */
typedef void (*ipc_event_fn)(const struct event *event, const struct reply *reply, void *arg);

/**
 * ipc_join() - begin to receive the events of a multicast group
 * @ipc: an open one
 * @group: its name
 *
 * Return: 0 or a negative errno; ipc_error() has the words
 */
int ipc_join(struct ipc *ipc, const char *group);

/**
 * ipc_fd() - what to wait for events by
 * @ipc: an open one
 *
 * Return: the socket; it stays the property of @ipc
 */
int ipc_fd(const struct ipc *ipc);

/**
 * ipc_read_events() - read what events there are, or wait for one
 * @ipc: an open one that has joined a group
 * @events: kinds of events by command; a nameless one is not shown
 * @count: length of @events
 * @fn: is called for each event
 * @arg: for @fn
 *
 * Return: 0, -ENODEV if the family has gone, or another negative errno;
 * ipc_error() has the words
 */
int ipc_read_events(struct ipc *ipc, const struct event *events, size_t count, ipc_event_fn fn,
		    void *arg);

/**
 * ipc_error() - say what became of the last call
 * @ipc: from ipc_alloc()
 *
 * Return: the kernel's message, the attribute to blame and the error as far as
 * they are known
 */
const char *ipc_error(const struct ipc *ipc);

/**
 * reply_has() - tell whether an attribute is there
 * @reply: message of a reply
 * @attr: number of the attribute
 */
bool reply_has(const struct reply *reply, uint16_t attr);

/**
 * reply_next() - go through an attribute that is a list of others
 * @reply: message of a reply
 * @attr: number of the attribute
 * @set: attributes that each member of the list is made of
 * @pos: where the last member was; NULL to begin with
 * @member: takes the next one
 *
 * What the tool does not know, or is invalid, is left out.
 *
 * Return: false if there is none
 */
bool reply_next(const struct reply *reply, uint16_t attr, const struct attr_set *set,
		const void **pos, struct reply *member);

/**
 * reply_uint() - read an integer of whatever width
 * @reply: message of a reply
 * @attr: number of the attribute
 *
 * Return: the value, 0 if it is absent
 */
uint64_t reply_uint(const struct reply *reply, uint16_t attr);

/**
 * reply_str() - read a string
 * @reply: message of a reply
 * @attr: number of the attribute
 *
 * Return: the string, "" if it is absent
 */
const char *reply_str(const struct reply *reply, uint16_t attr);

#endif /* PORCHCTL_IPC_H */
