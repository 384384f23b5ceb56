// SPDX-License-Identifier: GPL-2.0
/*
 * What is it? Checks the headers of IPv4, IPv6 and the transports and pulls
 * them into the linear part, so that later stages just read them. Whatever
 * lies about its length is dropped here.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "compat.h"
#include "path/parse.h"
#include "path/vec.h"

/*
 * Bounds on IPv6 extension headers, far above what RFC 9098 reports from the
 * field, so that nobody makes us linearise whole packets.
 */
#define EXT_HEADERS_MAX	8
#define EXT_BYTES_MAX	512

/*
 * Makes @len bytes from the network header readable. The packet has that
 * many, or is too short, or there is no memory to pull them together.
 */
static bool pull_together(struct porch_pkt *p, unsigned int len)
{
	if (pskb_may_pull(p->skb, len))
		return true;
	porch_pkt_drop(p, len > p->skb->len ? PORCH_DROP_TRUNCATED :
					      PORCH_DROP_NO_MEMORY);
	return false;
}

static inline bool pull(struct porch_pkt *p, unsigned int len)
{
	return likely(len <= skb_headlen(p->skb)) || pull_together(p, len);
}

/* Cuts what the link added behind the packet; no missing checksum may be there. */
static noinline bool cut(struct porch_pkt *p, unsigned int len)
{
	int err;

	if (unlikely(p->skb->len < len)) {
		porch_pkt_drop(p, PORCH_DROP_TRUNCATED);
		return false;
	}
	if (unlikely(p->out))
		return true;
	err = pskb_trim_rcsum(p->skb, len);
	if (unlikely(err)) {
		porch_pkt_drop(p, err == -EINVAL ? PORCH_DROP_L4_CHECKSUM :
						   PORCH_DROP_NO_MEMORY);
		return false;
	}
	return true;
}

static inline bool trim(struct porch_pkt *p, unsigned int len)
{
	return likely(p->skb->len == len) || cut(p, len);
}

/* The part of a transport header without which the packet is not one. */
static unsigned int l4_min_len(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return sizeof(struct udphdr);
	case IPPROTO_SCTP:
		return sizeof(struct sctphdr);
	case IPPROTO_ICMP:
		return sizeof(struct icmphdr);
	case IPPROTO_ICMPV6:
		return 4;	/* RFC 4443, 2.1: the body may be empty */
	}
	return 0;
}

static bool tcp_is_sane(const struct tcphdr *th, unsigned int len)
{
	return th->doff >= 5 && th->doff * 4 <= len;
}

static bool udp_is_sane(const struct udphdr *uh, unsigned int len, bool part)
{
	u16 ulen = ntohs(uh->len);

	return ulen >= sizeof(*uh) && (part || ulen <= len);
}

/* @part: the packet is a fragment, or what a card or GRO has merged. */
static bool l4_is_sane(const struct porch_pkt *p, const void *l4,
		       unsigned int len, bool part)
{
	switch (p->key.proto) {
	case IPPROTO_TCP:
		return tcp_is_sane(l4, len);
	case IPPROTO_UDP:
		return udp_is_sane(l4, len, part);
	}
	return true;
}

/* What flows and rules go by. These have their ports in the same place. */
static void note_l4(struct porch_pkt *p, const u8 *l4)
{
	const __be16 *port = (const __be16 *)l4;

	switch (p->key.proto) {
	case IPPROTO_TCP:
		p->tcp_flags = l4[13];
		fallthrough;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		p->key.sport = port[0];
		p->key.dport = port[1];
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p->icmp_type = l4[0];
		p->icmp_code = l4[1];
		break;
	}
}

static void parse_l4(struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;
	unsigned int len = skb->len - p->l4;
	unsigned int min_len = l4_min_len(p->key.proto);
	const u8 *l4;

	if (likely(!p->out))
		skb_set_transport_header(skb, p->l4);
	if (p->later_frag)
		return;
	if (unlikely(len < min_len)) {
		porch_pkt_drop(p, PORCH_DROP_L4_HEADER);
		return;
	}
	if (!pull(p, p->l4 + min_len))
		return;
	l4 = skb->data + p->l4;
	if (unlikely(!l4_is_sane(p, l4, len, p->frag || skb_is_gso(skb)))) {
		porch_pkt_drop(p, PORCH_DROP_L4_HEADER);
		return;
	}
	note_l4(p, l4);
}

/*
 * Whatever ip_options_compile() refuses must not be forwarded, though nothing
 * is recorded here. It also checks security labels (CIPSO, as CALIPSO in IPv6)
 * against a table of its own, so they are all refused.
 */
static bool ipv4_option_is_sane(const u8 *opt)
{
	unsigned int room;

	switch (opt[0]) {
	case IPOPT_RR:
		return opt[1] >= 3 && opt[2] >= 4 &&
		       (opt[2] > opt[1] || opt[2] + 3 <= opt[1]);
	case IPOPT_TIMESTAMP:
		if (opt[1] < 4 || opt[2] < 5)
			return false;
		if (opt[2] > opt[1])
			return (opt[3] & 0xf) == IPOPT_TS_PRESPEC ||
			       opt[3] >> 4 != 15;
		room = (opt[3] & 0xf) == IPOPT_TS_TSANDADDR ||
		       (opt[3] & 0xf) == IPOPT_TS_PRESPEC ? 7 : 3;
		return opt[2] + room <= opt[1];
	case IPOPT_RA:
		return opt[1] >= 4;
	case IPOPT_CIPSO:
		return false;
	}
	return true;
}

/* RFC 791, 3.1. Source routes are refused, as the stock stack does. */
static void check_ipv4_options(struct porch_pkt *p, const struct iphdr *iph)
{
	const u8 *opt = (const u8 *)(iph + 1);
	const u8 *end = (const u8 *)iph + iph->ihl * 4;
	const u8 *record = NULL, *timestamp = NULL;

	while (opt < end && *opt != IPOPT_END) {
		if (*opt == IPOPT_NOOP) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			goto bad;
		if (*opt == IPOPT_LSRR || *opt == IPOPT_SSRR) {
			porch_pkt_drop(p, PORCH_DROP_IPV4_SOURCE_ROUTE);
			return;
		}
		/* There is one of either at most. */
		if (!ipv4_option_is_sane(opt) ||
		    (*opt == IPOPT_RR && record) ||
		    (*opt == IPOPT_TIMESTAMP && timestamp))
			goto bad;
		if (*opt == IPOPT_RR)
			record = opt;
		else if (*opt == IPOPT_TIMESTAMP)
			timestamp = opt;
		opt += opt[1];
	}
	return;
bad:
	porch_pkt_drop(p, PORCH_DROP_IPV4_OPTIONS);
}

static void parse_ipv4(struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;
	unsigned int len, hlen, offset;
	const struct iphdr *iph;

	p->key.ipver = 4;
	if (!pull(p, sizeof(*iph)))
		return;
	iph = ip_hdr(skb);
	hlen = iph->ihl * 4;
	len = porch_iph_totlen(skb, iph);
	if (unlikely(iph->version != 4 || hlen < sizeof(*iph) || len < hlen)) {
		porch_pkt_drop(p, PORCH_DROP_IPV4_HEADER);
		return;
	}
	if (!pull(p, hlen))
		return;
	iph = ip_hdr(skb);
	if (unlikely(ip_fast_csum(iph, iph->ihl))) {
		porch_pkt_drop(p, PORCH_DROP_IPV4_CHECKSUM);
		return;
	}
	if (!trim(p, len))
		return;
	iph = ip_hdr(skb);
	p->key.src.v4 = iph->saddr;
	p->key.dst.v4 = iph->daddr;
	if (unlikely(hlen > sizeof(*iph))) {
		check_ipv4_options(p, iph);
		if (p->verdict)
			return;
	}

	offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
	p->frag = ip_is_fragment(iph);
	p->later_frag = offset;
	if (unlikely(p->frag && (offset + len - hlen > IP_MAX_MTU ||
				 (iph->frag_off & htons(IP_MF) &&
				  (len - hlen) % 8)))) {
		porch_pkt_drop(p, PORCH_DROP_FRAGMENT);
		return;
	}
	p->key.proto = iph->protocol;
	p->l4 = hlen;
	parse_l4(p);
}

/* What GRO has merged, beyond what the payload length can say */
static bool is_jumbo(const struct sk_buff *skb, const void *len)
{
	u32 n = ntohl(*(const __be32 *)len);

	return !ipv6_hdr(skb)->payload_len && n > IPV6_MAXPLEN &&
	       n == skb->len - sizeof(struct ipv6hdr);
}

/* Of an option that reaches to no more than the header's end. */
static bool hop_option_is_sane(const struct sk_buff *skb, unsigned int off)
{
	const u8 *opt = skb->data + off;

	switch (*opt) {
	case IPV6_TLV_ROUTERALERT:
		return opt[1] == 2;
	case IPV6_TLV_IOAM:
		return off % 4 == 0;
	case IPV6_TLV_CALIPSO:
		return false;
	case IPV6_TLV_JUMBO:
		return opt[1] == 4 && off % 4 == 2 && is_jumbo(skb, opt + 2);
	}
	/* RFC 8200, 4.2: who does not know it shall stop the packet */
	return !(*opt & 0xc0);
}

/* As ip6_parse_tlv() would have them: little padding, few others. */
static bool hop_options_are_sane(const struct sk_buff *skb, unsigned int off,
				 unsigned int len)
{
	unsigned int end = off + len, options = 0, padding = 0, n;
	const u8 *nh = skb->data;

	for (off += 2; off < end; off += n) {
		n = 1;
		if (nh[off] != IPV6_TLV_PAD1) {
			if (end - off < 2 || nh[off + 1] + 2 > end - off)
				return false;
			n = nh[off + 1] + 2;
		}
		if (nh[off] == IPV6_TLV_PAD1 || nh[off] == IPV6_TLV_PADN) {
			padding += n;
			if (padding > 7 ||
			    (n > 2 && memchr_inv(nh + off + 2, 0, n - 2)))
				return false;
			continue;
		}
		padding = 0;
		if (++options > IP6_DEFAULT_MAX_HBH_OPTS_CNT ||
		    !hop_option_is_sane(skb, off))
			return false;
	}
	return true;
}

/* Length of an extension header, or 0 if there is none of this kind. */
static unsigned int ext_len(u8 nexthdr, const u8 *hdr)
{
	switch (nexthdr) {
	case NEXTHDR_HOP:
	case NEXTHDR_DEST:
	case NEXTHDR_ROUTING:
		return (hdr[1] + 1) * 8;
	case NEXTHDR_FRAGMENT:
		return sizeof(struct frag_hdr);
	case NEXTHDR_AUTH:
		return (hdr[1] + 2) * 4;
	}
	return 0;
}

static bool is_ext(u8 nexthdr)
{
	return nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_DEST ||
	       nexthdr == NEXTHDR_ROUTING || nexthdr == NEXTHDR_FRAGMENT ||
	       nexthdr == NEXTHDR_AUTH;
}

static void parse_fragment(struct porch_pkt *p, const struct frag_hdr *fh,
			   unsigned int data_len)
{
	unsigned int offset = ntohs(fh->frag_off) & ~7u;
	bool more = fh->frag_off & htons(IP6_MF);

	p->frag = offset || more;
	p->later_frag = offset;
	if (unlikely(offset + data_len > IPV6_MAXPLEN || (more && data_len % 8)))
		porch_pkt_drop(p, PORCH_DROP_FRAGMENT);
}

/* Walks to the transport header, or to the end of what a fragment shows. */
static void walk_extensions(struct porch_pkt *p, u8 nexthdr)
{
	struct sk_buff *skb = p->skb;
	unsigned int off = sizeof(struct ipv6hdr), len, n;
	const u8 *hdr;

	for (n = 0; is_ext(nexthdr) && !p->later_frag; n++) {
		if (unlikely(n == EXT_HEADERS_MAX))
			goto bad;
		if (!pull(p, off + 8))
			return;
		len = ext_len(nexthdr, skb->data + off);
		if (unlikely(off + len - sizeof(struct ipv6hdr) > EXT_BYTES_MAX))
			goto bad;
		if (!pull(p, off + len))
			return;
		hdr = skb->data + off;
		off += len;
		if (nexthdr == NEXTHDR_FRAGMENT) {
			if (unlikely(p->frag))
				goto bad;
			parse_fragment(p, (const void *)hdr, skb->len - off);
			if (p->verdict)
				return;
		}
		/* Hop-by-hop options come first or not at all. */
		if (nexthdr == NEXTHDR_HOP &&
		    (n || !hop_options_are_sane(skb, off - len, len)))
			goto bad;
		nexthdr = hdr[0];
	}
	p->key.proto = nexthdr;
	p->l4 = off;
	return;
bad:
	porch_pkt_drop(p, PORCH_DROP_IPV6_EXTENSION);
}

static void parse_ipv6(struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;
	const struct ipv6hdr *hdr;
	unsigned int len;

	p->key.ipver = 6;
	if (!pull(p, sizeof(*hdr)))
		return;
	hdr = ipv6_hdr(skb);
	len = ntohs(hdr->payload_len);
	/* Only what was merged here is longer than the field can say. */
	if (!len && hdr->nexthdr == NEXTHDR_HOP && skb_is_gso(skb))
		len = skb->len - sizeof(*hdr);
	if (unlikely(hdr->version != 6 || (!len && is_ext(hdr->nexthdr)))) {
		porch_pkt_drop(p, PORCH_DROP_IPV6_HEADER);
		return;
	}
	if (!trim(p, sizeof(*hdr) + len))
		return;
	hdr = ipv6_hdr(skb);
	p->key.src.v6 = hdr->saddr;
	p->key.dst.v6 = hdr->daddr;
	walk_extensions(p, hdr->nexthdr);
	if (!p->verdict)
		parse_l4(p);
}

/* Where a transport header has its checksum; 0 if that is not known */
static unsigned int l4_sum_at(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return offsetof(struct udphdr, check);
	case IPPROTO_SCTP:
		return offsetof(struct sctphdr, checksum);
	case IPPROTO_ICMP:
		return offsetof(struct icmphdr, checksum);
	case IPPROTO_ICMPV6:
		return offsetof(struct icmp6hdr, icmp6_cksum);
	}
	return 0;
}

/*
 * A missing checksum is filled in later, where a guest (virtio_net_hdr) or a driver says.
 * It must be the transport's own, or in what UDP or an unknown transport carries, or a
 * later fragment: it would be another packet then than the one that rules have seen.
 */
static bool sum_is_sane(const struct porch_pkt *p)
{
	const struct sk_buff *skb = p->skb;
	int start = skb_checksum_start_offset(skb) - p->l4;
	unsigned int end = p->l4 + start + skb->csum_offset + sizeof(__sum16);
	u8 proto = p->key.proto;
	unsigned int own = p->later_frag ? 0 : l4_sum_at(proto);

	if (start < 0 || (end > skb_headlen(skb) && !skb_is_gso(skb)))
		return false;
	if (!own || (!start && skb->csum_offset == own))
		return true;
	return (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE) &&
	       start >= (int)sizeof(struct udphdr);
}

/* Segments could not do without; all others leave as they are. Few come here. */
static noinline void check_sum(struct porch_pkt *p)
{
	if (sum_is_sane(p))
		return;
	if (skb_is_gso(p->skb))
		porch_pkt_drop(p, PORCH_DROP_L4_CHECKSUM);
	else
		p->skb->ip_summed = CHECKSUM_NONE;
}

/**
 * porch_parse_pkt() - check and pull the headers of a packet
 * @p: the packet, IPv4 or IPv6, with its data at the network header
 *
 * Context: softirqs off.
 */
void porch_parse_pkt(struct porch_pkt *p)
{
	p->mark = p->skb->mark;
	p->key.zone = p->port->vrf;
	if (p->skb->protocol == htons(ETH_P_IP))
		parse_ipv4(p);
	else
		parse_ipv6(p);
	if (unlikely(p->skb->ip_summed == CHECKSUM_PARTIAL && !p->verdict))
		check_sum(p);
}

/**
 * porch_parse() - check and pull the headers of a vector
 * @v: the vector
 *
 * Context: softirqs off.
 */
void porch_parse(struct porch_vec *v)
{
	struct porch_pkt *p;

	porch_vec_for_each(p, v)
		porch_parse_pkt(p);
}
