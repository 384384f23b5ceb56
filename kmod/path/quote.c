// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP, as far as flows go by it: requests and their replies, and the packet
 * that an error quotes.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "path/quote.h"
#include "path/vec.h"

/**
 * porch_icmp_note() - note what an ICMP message belongs to
 * @key: of the packet, with everything but ports; these are set
 * @icmp: PORCH_ICMP_LEN bytes of its transport header
 *
 * Return: what it says.
 */
enum porch_conn_event porch_icmp_note(struct porch_flow_key *key, const u8 *icmp)
{
	__be16 id = *(const __be16 *)(icmp + 4);
	enum porch_conn_event event;
	u8 request = 0;

	event = key->ipver == 4 ? porch_conn_icmp_event(icmp[0], &request) :
				  porch_conn_icmpv6_event(icmp[0], &request);
	if (event == PORCH_CONN_GOT_REQUEST) {
		key->sport = id;
		key->dport = htons(request);
	} else if (event == PORCH_CONN_GOT_REPLY) {
		key->sport = htons(request);
		key->dport = id;
	}
	return event;
}

/* Return: false for a fragment that has no transport header. */
static bool parse_ipv4(const struct sk_buff *skb, struct porch_quote *q)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, q->ip, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl < 5 ||
	    iph->frag_off & htons(IP_OFFSET))
		return false;
	q->key.src.v4 = iph->saddr;
	q->key.dst.v4 = iph->daddr;
	q->key.proto = iph->protocol;
	q->l4 = q->ip + iph->ihl * 4;
	return true;
}

static bool parse_ipv6(const struct sk_buff *skb, struct porch_quote *q)
{
	const struct ipv6hdr *hdr;
	struct ipv6hdr buf;
	__be16 frag;
	int l4;

	hdr = skb_header_pointer(skb, q->ip, sizeof(buf), &buf);
	if (!hdr || hdr->version != 6)
		return false;
	q->key.src.v6 = hdr->saddr;
	q->key.dst.v6 = hdr->daddr;
	q->key.proto = hdr->nexthdr;
	l4 = ipv6_skip_exthdr(skb, q->ip + sizeof(*hdr), &q->key.proto, &frag);
	if (l4 < 0 || frag & htons(~7))
		return false;
	q->l4 = l4;
	return true;
}

static bool parse_ports(const struct sk_buff *skb, struct porch_quote *q)
{
	u8 buf[PORCH_ICMP_LEN];
	const __be16 *port;
	const u8 *icmp;

	switch (q->key.proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		port = skb_header_pointer(skb, q->l4, 4, buf);
		if (!port)
			return false;
		q->key.sport = port[0];
		q->key.dport = port[1];
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		icmp = skb_header_pointer(skb, q->l4, sizeof(buf), buf);
		if (!icmp)
			return false;
		q->event = porch_icmp_note(&q->key, icmp);
		return q->event == PORCH_CONN_GOT_REQUEST ||
		       q->event == PORCH_CONN_GOT_REPLY;
	}
	return true;
}

/**
 * porch_quote_parse() - read the packet that an ICMP error is about
 * @p: the error, parsed, with its data at the network header
 * @q: where to
 *
 * Context: any.
 *
 * Return: false if it does not tell what flow that packet belongs to.
 */
bool porch_quote_parse(const struct porch_pkt *p, struct porch_quote *q)
{
	*q = (struct porch_quote) {
		.key = { .zone = p->key.zone, .ipver = p->key.ipver },
		.ip = p->l4 + PORCH_ICMP_LEN,
	};
	return (p->key.ipver == 4 ? parse_ipv4(p->skb, q) :
				    parse_ipv6(p->skb, q)) &&
	       parse_ports(p->skb, q);
}
