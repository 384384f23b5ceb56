/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connection tracking: from the packets that pass, in either direction, to the
 * state of their connection. Pure: a state and an event give the next state.
 * Neither a clock nor memory is needed, and nothing here knows a table.
 *
 * A state fits into one word, so whoever shares it among CPUs needs no lock:
 *
 *	union porch_conn old = { .word = READ_ONCE(conn->word) }, next;
 *
 *	do {
 *		next = old;
 *		class = porch_conn_step(&next, dir, event, settings, &timeout);
 *	} while (next.word != old.word &&
 *		 !try_cmpxchg(&conn->word, &old.word, next.word));
 *
 * and a packet that changes nothing, as nearly all do, writes nothing.
 */
#ifndef PORCH_CORE_CONN_H
#define PORCH_CORE_CONN_H

#include "env.h"

/**
 * enum porch_conn_state - what is known of a connection
 * @PORCH_CONN_NONE: no packet has been seen yet
 * @PORCH_CONN_SYN_SENT: TCP: a SYN was seen
 * @PORCH_CONN_SYN_SENT2: TCP: a SYN of each side (simultaneous open)
 * @PORCH_CONN_SYN_RECV: TCP: a SYN was answered by SYN and ACK
 * @PORCH_CONN_PICKED_UP: TCP: an ACK of one side was the first that was seen,
 *	and the other side has not answered yet
 * @PORCH_CONN_ESTABLISHED: TCP: both sides have agreed
 * @PORCH_CONN_FIN_WAIT: TCP: one side, the closer, has sent a FIN
 * @PORCH_CONN_CLOSE_WAIT: TCP: the other side has sent an ACK since
 * @PORCH_CONN_LAST_ACK: TCP: the other side has sent a FIN, too
 * @PORCH_CONN_TIME_WAIT: TCP: the closer has sent an ACK since
 * @PORCH_CONN_CLOSE: TCP: either side has sent a RST
 * @PORCH_CONN_UDP: UDP: no reply yet
 * @PORCH_CONN_UDP_REPLIED: UDP: a reply; a mere question may end here
 * @PORCH_CONN_UDP_STREAM: UDP: the first side has gone on after a reply
 * @PORCH_CONN_ICMP: ICMP: requests and their replies
 * @PORCH_CONN_OTHER: any other protocol, by the pair of addresses
 * @PORCH_CONN_STATES: how many there are
 */
enum porch_conn_state {
	PORCH_CONN_NONE,
	PORCH_CONN_SYN_SENT,
	PORCH_CONN_SYN_SENT2,
	PORCH_CONN_SYN_RECV,
	PORCH_CONN_PICKED_UP,
	PORCH_CONN_ESTABLISHED,
	PORCH_CONN_FIN_WAIT,
	PORCH_CONN_CLOSE_WAIT,
	PORCH_CONN_LAST_ACK,
	PORCH_CONN_TIME_WAIT,
	PORCH_CONN_CLOSE,
	PORCH_CONN_UDP,
	PORCH_CONN_UDP_REPLIED,
	PORCH_CONN_UDP_STREAM,
	PORCH_CONN_ICMP,
	PORCH_CONN_OTHER,
	PORCH_CONN_STATES,
};

/**
 * enum porch_conn_event - what a packet says about its connection
 * @PORCH_CONN_GOT_NONSENSE: nothing that a packet may say
 * @PORCH_CONN_GOT_SYN: TCP: let us begin
 * @PORCH_CONN_GOT_SYNACK: TCP: yes, let us
 * @PORCH_CONN_GOT_FIN: TCP: this is my last; with an ACK
 * @PORCH_CONN_GOT_ACK: TCP: nothing special
 * @PORCH_CONN_GOT_RST: TCP: there is no such connection
 * @PORCH_CONN_GOT_UDP: a UDP datagram
 * @PORCH_CONN_GOT_REQUEST: an ICMP request
 * @PORCH_CONN_GOT_REPLY: an ICMP reply
 * @PORCH_CONN_GOT_ERROR: an ICMP error: it belongs to the connection of the
 *	packet that it quotes, and is no step of any
 * @PORCH_CONN_GOT_OTHER: a packet of another protocol
 * @PORCH_CONN_EVENTS: how many there are
 */
enum porch_conn_event {
	PORCH_CONN_GOT_NONSENSE,
	PORCH_CONN_GOT_SYN,
	PORCH_CONN_GOT_SYNACK,
	PORCH_CONN_GOT_FIN,
	PORCH_CONN_GOT_ACK,
	PORCH_CONN_GOT_RST,
	PORCH_CONN_GOT_UDP,
	PORCH_CONN_GOT_REQUEST,
	PORCH_CONN_GOT_REPLY,
	PORCH_CONN_GOT_ERROR,
	PORCH_CONN_GOT_OTHER,
	PORCH_CONN_EVENTS,
};

/**
 * enum porch_conn_class - what a packet is to its connection
 * @PORCH_CONN_INVALID: it does not fit, or is nonsense
 * @PORCH_CONN_NEW: the other side has not answered yet
 * @PORCH_CONN_OLD: both sides have been heard, or this is the answer
 *	("established" in rules)
 * @PORCH_CONN_RELATED: an ICMP error about a packet of the connection;
 *	porch_conn_step() never says so
 * @PORCH_CONN_REOPENED: it begins a new connection in the place of one that
 *	has ended: forget that one, and begin again with the packet as the first
 *	of a new one, which is judged as any new one is
 */
enum porch_conn_class {
	PORCH_CONN_INVALID,
	PORCH_CONN_NEW,
	PORCH_CONN_OLD,
	PORCH_CONN_RELATED,
	PORCH_CONN_REOPENED,
};

/**
 * union porch_conn - a connection
 * @state: enum porch_conn_state
 * @closer: TCP: the direction in which the first FIN went, 0 before
 * @replied: whether a packet of the reply direction has done a step
 * @zero: always 0
 * @word: all of it, for comparing and exchanging; 0 before the first packet
 *
 * What is to know about TCP's windows, per direction, can stand beside it: a
 * segment out of its window is then no step at all.
 */
union porch_conn {
	struct {
		u8 state;
		u8 closer;
		bool replied;
		u8 zero;
	};
	u32 word;
};

/**
 * struct porch_conn_settings - how connections are tracked
 * @timeout: by state: how long the connection is remembered, from its latest
 *	step on, in seconds; not 0, except for PORCH_CONN_NONE
 * @loose: whether a TCP connection of which the begin was not seen (after a
 *	restart, say) is picked up from an ACK
 */
struct porch_conn_settings {
	u32 timeout[PORCH_CONN_STATES];
	bool loose;
};

extern const struct porch_conn_settings porch_conn_defaults;

/* The flags of TCP that matter, as in the 14th byte of its header. */
#define PORCH_TCP_FIN	0x01
#define PORCH_TCP_SYN	0x02
#define PORCH_TCP_RST	0x04
#define PORCH_TCP_ACK	0x10

enum porch_conn_event porch_conn_tcp_event(u8 flags);
enum porch_conn_event porch_conn_icmp_event(u8 type, u8 *request);
enum porch_conn_event porch_conn_icmpv6_event(u8 type, u8 *request);
enum porch_conn_class porch_conn_step(union porch_conn *c, u8 dir,
				      enum porch_conn_event event,
				      const struct porch_conn_settings *set,
				      u32 *timeout);

/**
 * porch_conn_is_assured() - is this a connection to hold on to?
 * @c: the connection
 *
 * If not, it has just begun, is about to end, or one side has never been
 * heard: so may go first when there are too many.
 *
 * Return: whether both sides have agreed to talk, and still do.
 */
static inline bool porch_conn_is_assured(union porch_conn c)
{
	return c.state == PORCH_CONN_ESTABLISHED ||
	       c.state == PORCH_CONN_UDP_STREAM ||
	       (c.state == PORCH_CONN_OTHER && c.replied);
}

#endif /* PORCH_CORE_CONN_H */
