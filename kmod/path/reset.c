// SPDX-License-Identifier: GPL-2.0
/*
 * Ends a TCP connection that is not to be, in the name of the other end. RFC 9293,
 * 3.5.2 and 3.10.7.1: what has an ACK is reset at the number that it asks for,
 * so that the sender, which RFC 5961 has look for that very number, believes it.
 * Else all that was sent is acknowledged.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include "core/conn.h"
#include "path/reset.h"
#include "path/vec.h"

/**
 * porch_reset_is_due() - may this packet be answered by a reset?
 * @p: the packet, parsed: TCP, with its header
 *
 * A reset is never answered, nor is a segment that has a wrong checksum, as its
 * numbers, or its sender, may be wrong as well.
 *
 * Context: softirq.
 *
 * Return: whether it may.
 */
bool porch_reset_is_due(struct porch_pkt *p)
{
	if (p->tcp_flags & PORCH_TCP_RST)
		return false;
	/* Of a fragment nobody here sees the whole. */
	if (p->frag)
		return true;
	if (p->key.ipver == 4)
		return !nf_ip_checksum(p->skb, NF_INET_PRE_ROUTING, p->l4,
				       IPPROTO_TCP);
	return !nf_ip6_checksum(p->skb, NF_INET_PRE_ROUTING, p->l4,
				IPPROTO_TCP);
}

static void put_ipv4(struct sk_buff *skb, const struct porch_vec *v,
		     const struct iphdr *orig)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(sizeof(*iph) + sizeof(struct tcphdr));
	iph->frag_off = htons(IP_DF);	/* atomic, needs no ID: RFC 6864 */
	iph->ttl = READ_ONCE(v->pn->net->ipv4.sysctl_ip_default_ttl);
	iph->protocol = IPPROTO_TCP;
	iph->saddr = orig->daddr;
	iph->daddr = orig->saddr;
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
}

static void put_ipv6(struct sk_buff *skb, const struct ipv6hdr *orig)
{
	struct ipv6hdr *hdr = skb_put_zero(skb, sizeof(*hdr));

	hdr->version = 6;
	hdr->payload_len = htons(sizeof(struct tcphdr));
	hdr->nexthdr = IPPROTO_TCP;
	hdr->hop_limit = IPV6_DEFAULT_HOPLIMIT;
	hdr->saddr = orig->daddr;
	hdr->daddr = orig->saddr;
	skb->protocol = htons(ETH_P_IPV6);
}

static void put_tcp(struct sk_buff *skb, const struct porch_pkt *p)
{
	const struct tcphdr *orig = (const void *)(p->skb->data + p->l4);
	struct tcphdr *th;

	skb_set_transport_header(skb, skb->len);
	th = skb_put_zero(skb, sizeof(*th));
	th->source = orig->dest;
	th->dest = orig->source;
	th->doff = sizeof(*th) / 4;
	th->rst = 1;
	if (orig->ack) {
		th->seq = orig->ack_seq;
	} else {
		th->ack = 1;
		th->ack_seq = htonl(ntohl(orig->seq) + orig->syn + orig->fin +
				    p->skb->len - p->l4 - orig->doff * 4);
	}
}

/**
 * porch_reset_build() - make a reset that answers a packet
 * @v: the vector of the packet
 * @p: the packet, one that may be answered so
 * @dev: where the reset will leave
 *
 * Context: softirq.
 *
 * Return: the reset, or NULL without memory.
 */
struct sk_buff *porch_reset_build(const struct porch_vec *v,
				  const struct porch_pkt *p,
				  struct net_device *dev)
{
	unsigned int len = sizeof(struct tcphdr) + (p->key.ipver == 4 ?
						    sizeof(struct iphdr) :
						    sizeof(struct ipv6hdr));
	struct tcphdr *th;
	struct sk_buff *skb;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	skb->dev = dev;
	if (p->key.ipver == 4)
		put_ipv4(skb, v, ip_hdr(p->skb));
	else
		put_ipv6(skb, ipv6_hdr(p->skb));
	put_tcp(skb, p);

	th = tcp_hdr(skb);
	if (p->key.ipver == 4)
		th->check = tcp_v4_check(sizeof(*th), ip_hdr(skb)->saddr,
					 ip_hdr(skb)->daddr,
					 csum_partial(th, sizeof(*th), 0));
	else
		th->check = tcp_v6_check(sizeof(*th), &ipv6_hdr(skb)->saddr,
					 &ipv6_hdr(skb)->daddr,
					 csum_partial(th, sizeof(*th), 0));
	return skb;
}
