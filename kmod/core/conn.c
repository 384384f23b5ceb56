// SPDX-License-Identifier: GPL-2.0
/*
 * Connection tracking: one table of steps.
 *
 * The states of TCP are those of RFC 9293, 3.3.2, as somebody between the two
 * ends can know them: what has passed here was sent, whether it arrived shows
 * in the answer. The idea is van Rooij's ("Real Stateful TCP Packet Filtering
 * in IP Filter", 2000), and so are nf_conntrack's states, which these resemble.
 * Other than there it is known which side has closed first, so a FIN that is
 * sent again is not taken for that of the other side, nor an acknowledgment of
 * data for that of a FIN.
 *
 * Sequence numbers are not looked at: an ACK that follows a FIN of the other
 * side is believed to acknowledge it, and a RST is believed.
 */
#include "env.h"
#include "conn.h"

/* In the table, besides states: the packet is valid, but no step. */
#define STAY	PORCH_CONN_STATES
/* And: the packet begins another connection. */
#define REOPEN	(PORCH_CONN_STATES + 1)

/*
 * By state, event and sender: the next state, PORCH_CONN_NONE if the packet is
 * invalid. The two senders are, for FIN and ACK: the closer (before there is
 * one: who opened), the other; for all else: who opened, the other.
 *
 * Some that are not obvious:
 *
 * - A SYN that is sent again is valid but no step: or else trying again and
 *   again, with a new connection each time, would keep the old one for ever.
 * - A SYN or SYN and ACK amidst a connection says that we, or one end, know of
 *   one that is no more. The receiver finds out with a challenge (RFC 5961, 4)
 *   and the answer to that is a RST. So it must pass, and be no step. Not so a
 *   SYN from the side that did not open: that would be another connection,
 *   which nobody has allowed.
 * - So must the challenge: an ACK in answer to the very first SYN.
 * - After the end a SYN from either side may begin anew (RFC 9293, 3.6.1).
 * - One who opens may not send SYN and ACK, but for a simultaneous open.
 */
static const u8 porch_conn_table[PORCH_CONN_STATES][PORCH_CONN_EVENTS][2] = {
	[PORCH_CONN_NONE] = {
		[PORCH_CONN_GOT_SYN] = { PORCH_CONN_SYN_SENT },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_PICKED_UP },
		[PORCH_CONN_GOT_UDP] = { PORCH_CONN_UDP },
		[PORCH_CONN_GOT_REQUEST] = { PORCH_CONN_ICMP },
		[PORCH_CONN_GOT_OTHER] = { PORCH_CONN_OTHER },
	},
	[PORCH_CONN_SYN_SENT] = {
		[PORCH_CONN_GOT_SYN] = { STAY, PORCH_CONN_SYN_SENT2 },
		[PORCH_CONN_GOT_SYNACK] = { 0, PORCH_CONN_SYN_RECV },
		[PORCH_CONN_GOT_ACK] = { 0, STAY },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_SYN_SENT2] = {
		[PORCH_CONN_GOT_SYN] = { STAY, STAY },
		[PORCH_CONN_GOT_SYNACK] = { PORCH_CONN_SYN_RECV,
					    PORCH_CONN_SYN_RECV },
		[PORCH_CONN_GOT_ACK] = { 0, STAY },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_SYN_RECV] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { PORCH_CONN_ESTABLISHED, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_FIN_WAIT,
					 PORCH_CONN_FIN_WAIT },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_ESTABLISHED,
					 PORCH_CONN_SYN_RECV },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_PICKED_UP] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_FIN_WAIT,
					 PORCH_CONN_FIN_WAIT },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_PICKED_UP,
					 PORCH_CONN_ESTABLISHED },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_ESTABLISHED] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_FIN_WAIT,
					 PORCH_CONN_FIN_WAIT },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_ESTABLISHED,
					 PORCH_CONN_ESTABLISHED },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_FIN_WAIT] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_FIN_WAIT,
					 PORCH_CONN_LAST_ACK },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_FIN_WAIT,
					 PORCH_CONN_CLOSE_WAIT },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_CLOSE_WAIT] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_CLOSE_WAIT,
					 PORCH_CONN_LAST_ACK },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_CLOSE_WAIT,
					 PORCH_CONN_CLOSE_WAIT },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_LAST_ACK] = {
		[PORCH_CONN_GOT_SYN] = { STAY },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_LAST_ACK,
					 PORCH_CONN_LAST_ACK },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_TIME_WAIT,
					 PORCH_CONN_LAST_ACK },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_TIME_WAIT] = {
		[PORCH_CONN_GOT_SYN] = { REOPEN, REOPEN },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_TIME_WAIT,
					 PORCH_CONN_TIME_WAIT },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_TIME_WAIT,
					 PORCH_CONN_TIME_WAIT },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_CLOSE] = {
		[PORCH_CONN_GOT_SYN] = { REOPEN, REOPEN },
		[PORCH_CONN_GOT_SYNACK] = { STAY, STAY },
		[PORCH_CONN_GOT_FIN] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
		[PORCH_CONN_GOT_ACK] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
		[PORCH_CONN_GOT_RST] = { PORCH_CONN_CLOSE, PORCH_CONN_CLOSE },
	},
	[PORCH_CONN_UDP] = {
		[PORCH_CONN_GOT_UDP] = { PORCH_CONN_UDP,
					 PORCH_CONN_UDP_REPLIED },
	},
	[PORCH_CONN_UDP_REPLIED] = {
		[PORCH_CONN_GOT_UDP] = { PORCH_CONN_UDP_STREAM,
					 PORCH_CONN_UDP_REPLIED },
	},
	[PORCH_CONN_UDP_STREAM] = {
		[PORCH_CONN_GOT_UDP] = { PORCH_CONN_UDP_STREAM,
					 PORCH_CONN_UDP_STREAM },
	},
	[PORCH_CONN_ICMP] = {
		[PORCH_CONN_GOT_REQUEST] = { PORCH_CONN_ICMP },
		[PORCH_CONN_GOT_REPLY] = { 0, PORCH_CONN_ICMP },
	},
	[PORCH_CONN_OTHER] = {
		[PORCH_CONN_GOT_OTHER] = { PORCH_CONN_OTHER,
					   PORCH_CONN_OTHER },
	},
};

/*
 * How connections are tracked unless told otherwise. The timeouts are
 * nf_conntrack's. What RFCs ask of a NAT is longer in places: TCP 4 minutes
 * before and after it is established (RFC 5382, REQ-5; 2 hours and 4 minutes
 * meanwhile), UDP 2 minutes (RFC 4787, REQ-5), ICMP 1 minute (RFC 5508, REQ-2).
 */
const struct porch_conn_settings porch_conn_defaults = {
	.timeout = {
		[PORCH_CONN_SYN_SENT] = 120,
		[PORCH_CONN_SYN_SENT2] = 120,
		[PORCH_CONN_SYN_RECV] = 60,
		[PORCH_CONN_PICKED_UP] = 300,
		[PORCH_CONN_ESTABLISHED] = 5 * 24 * 60 * 60,
		[PORCH_CONN_FIN_WAIT] = 120,
		[PORCH_CONN_CLOSE_WAIT] = 60,
		[PORCH_CONN_LAST_ACK] = 30,
		[PORCH_CONN_TIME_WAIT] = 120,
		[PORCH_CONN_CLOSE] = 10,
		[PORCH_CONN_UDP] = 30,
		[PORCH_CONN_UDP_REPLIED] = 30,
		[PORCH_CONN_UDP_STREAM] = 120,
		[PORCH_CONN_ICMP] = 30,
		[PORCH_CONN_OTHER] = 600,
	},
	.loose = true,
};

/**
 * porch_conn_tcp_event() - what a TCP segment says
 * @flags: the 14th byte of its header
 *
 * Of all combinations these make sense: SYN alone, and RST, ACK, SYN and ACK,
 * FIN and ACK, RST and ACK (RFC 9293, 3.10.7: a segment without an ACK is
 * dropped but for the first SYN and a RST). The other flags say nothing here.
 *
 * Return: the event, PORCH_CONN_GOT_NONSENSE for all other combinations.
 */
enum porch_conn_event porch_conn_tcp_event(u8 flags)
{
	switch (flags & (PORCH_TCP_FIN | PORCH_TCP_SYN | PORCH_TCP_RST |
			 PORCH_TCP_ACK)) {
	case PORCH_TCP_SYN:
		return PORCH_CONN_GOT_SYN;
	case PORCH_TCP_SYN | PORCH_TCP_ACK:
		return PORCH_CONN_GOT_SYNACK;
	case PORCH_TCP_FIN | PORCH_TCP_ACK:
		return PORCH_CONN_GOT_FIN;
	case PORCH_TCP_ACK:
		return PORCH_CONN_GOT_ACK;
	case PORCH_TCP_RST:
	case PORCH_TCP_RST | PORCH_TCP_ACK:
		return PORCH_CONN_GOT_RST;
	default:
		return PORCH_CONN_GOT_NONSENSE;
	}
}

/**
 * porch_conn_icmp_event() - what an ICMP message says
 * @type: its type
 * @request: for a request or a reply, set to the type of the request, which
 *	tells apart exchanges with equal identifiers
 *
 * A redirect quotes a packet as well, but is for a host on the very link where
 * it was sent, and not to be forwarded. A source quench is obsolete (RFC 6633).
 *
 * Return: the event, PORCH_CONN_GOT_NONSENSE for what belongs to no connection.
 */
enum porch_conn_event porch_conn_icmp_event(u8 type, u8 *request)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
		*request = type;
		return PORCH_CONN_GOT_REQUEST;
	case ICMP_ECHOREPLY:
		*request = ICMP_ECHO;
		return PORCH_CONN_GOT_REPLY;
	case ICMP_TIMESTAMPREPLY:
		*request = ICMP_TIMESTAMP;
		return PORCH_CONN_GOT_REPLY;
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return PORCH_CONN_GOT_ERROR;
	default:
		return PORCH_CONN_GOT_NONSENSE;
	}
}

/**
 * porch_conn_icmpv6_event() - what an ICMPv6 message says
 * @type: its type; all below 128 are errors (RFC 4443, 2.1)
 * @request: for a request or a reply, set to the type of the request
 *
 * Return: the event, PORCH_CONN_GOT_NONSENSE for what belongs to no connection,
 * such as neighbour discovery.
 */
enum porch_conn_event porch_conn_icmpv6_event(u8 type, u8 *request)
{
	if (!(type & ICMPV6_INFOMSG_MASK))
		return PORCH_CONN_GOT_ERROR;
	switch (type) {
	case ICMPV6_ECHO_REQUEST:
		*request = type;
		return PORCH_CONN_GOT_REQUEST;
	case ICMPV6_ECHO_REPLY:
		*request = ICMPV6_ECHO_REQUEST;
		return PORCH_CONN_GOT_REPLY;
	default:
		return PORCH_CONN_GOT_NONSENSE;
	}
}

/**
 * porch_conn_step() - what a packet is, and what it does to its connection
 * @c: the connection, all zero if this is its first packet; changed if the
 *	packet does a step
 * @dir: 0 in the direction of the connection's first packet, 1 in the other
 * @event: what the packet says; of the connection's protocol
 * @set: the settings
 * @timeout: set to the number of seconds that the connection is to be
 *	remembered from now on; 0 if that stays as it was, for a packet that is
 *	invalid or no step
 *
 * Context: any; works on nothing but its arguments.
 * Return: the class; unless that is PORCH_CONN_NEW or PORCH_CONN_OLD, the
 * connection is as it was.
 */
enum porch_conn_class porch_conn_step(union porch_conn *c, u8 dir,
				      enum porch_conn_event event,
				      const struct porch_conn_settings *set,
				      u32 *timeout)
{
	u8 from = dir, next;

	if (event == PORCH_CONN_GOT_FIN || event == PORCH_CONN_GOT_ACK)
		from ^= c->closer;
	next = porch_conn_table[c->state][event][from];

	*timeout = 0;
	if (next == PORCH_CONN_NONE ||
	    (c->state == PORCH_CONN_NONE && next == PORCH_CONN_PICKED_UP &&
	     !set->loose))
		return PORCH_CONN_INVALID;
	if (next == REOPEN)
		return PORCH_CONN_REOPENED;

	if (next != STAY) {
		if (next == PORCH_CONN_FIN_WAIT && c->state != next)
			c->closer = dir;
		if (dir)
			c->replied = true;
		c->state = next;
		*timeout = set->timeout[next];
	}
	return dir || c->replied ? PORCH_CONN_OLD : PORCH_CONN_NEW;
}
