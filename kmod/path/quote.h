/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_QUOTE_H
#define PORCH_QUOTE_H

#include "core/conn.h"
#include "core/flowtab.h"

struct porch_pkt;

/* An ICMP header with an identifier */
#define PORCH_ICMP_LEN	8

/**
 * struct porch_quote - the packet that an ICMP error is about
 * @key: of that packet
 * @event: what it says, enum porch_conn_event, if it is ICMP
 * @ip: where its network header is, in bytes from the skb's data
 * @l4: where its transport header is, likewise
 */
struct porch_quote {
	struct porch_flow_key key;
	u8 event;
	unsigned int ip;
	unsigned int l4;
};

enum porch_conn_event porch_icmp_note(struct porch_flow_key *key, const u8 *icmp);
bool porch_quote_parse(const struct porch_pkt *p, struct porch_quote *q);

#endif /* PORCH_QUOTE_H */
