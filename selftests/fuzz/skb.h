/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kmod/path/parse.c needs of the kernel, in user space: packets whose linear part
 * is a piece of memory as long as it has to be. To pull moves it, always, so that the
 * sanitizer sees who reads what was not pulled, or by an old pointer.
 *
 * It goes before everything else (cc -include), after selftests/core/env.h. The kernel's
 * headers that are named in the source are empty files then, and the include guards
 * below keep out the module's own that deal with more than a packet.
 */
#ifndef PORCH_FUZZ_SKB_H
#define PORCH_FUZZ_SKB_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/porch.h>

#define PORCH_COMPAT_H
#define PORCH_CONFIG_H
#define PORCH_PORT_H
#define PORCH_TRAIL_H

#define fallthrough	__attribute__((fallthrough))
#define noinline	__attribute__((__noinline__))
#define htons		cpu_to_be16
#define ntohs		be16_to_cpu
#define ntohl		be32_to_cpu

#define struct_group_tagged(tag, name, ...) \
	union { struct { __VA_ARGS__ }; struct tag { __VA_ARGS__ } name; }

/* include/net/ip.h, include/net/ipv6.h, include/linux/ipv6.h, include/linux/sctp.h */
#define IP_MF				0x2000
#define IP_OFFSET			0x1fff
#define IP_MAX_MTU			0xffffU
#define IP6_MF				0x0001
#define IPV6_MAXPLEN			65535
#define IP6_DEFAULT_MAX_HBH_OPTS_CNT	8
#define NEXTHDR_HOP			0
#define NEXTHDR_ROUTING			43
#define NEXTHDR_FRAGMENT		44
#define NEXTHDR_AUTH			51
#define NEXTHDR_DEST			60

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

struct sctphdr {
	__be16 source;
	__be16 dest;
	__be32 vtag;
	__le32 checksum;
};

struct porch_port {
	u32 vrf;
};

/**
 * struct sk_buff - a packet
 * @data: its linear part, of @head bytes
 * @rest: what comes behind that
 * @head: how much is linear
 * @len: how much there is
 * @pulls_left: pulls that work; the next has no memory
 * @protocol: IPv4 or IPv6
 * @mark: its mark
 * @gso: several TCP segments in one
 * @ip_summed: whether a checksum is missing (CHECKSUM_PARTIAL)
 * @csum_start: where its part of the packet begins, from SKB_HEADROOM before @data
 * @csum_offset: and where in that it is
 */
struct sk_buff {
	u8 *data;
	const u8 *rest;
	unsigned int head;
	unsigned int len;
	unsigned int pulls_left;
	__be16 protocol;
	u32 mark;
	bool gso;
	u8 ip_summed;
	u16 csum_start;
	u16 csum_offset;
};

#define CHECKSUM_NONE				0
#define CHECKSUM_PARTIAL			3
#define SKB_HEADROOM				64
#define skb_checksum_start_offset(skb)		((skb)->csum_start - SKB_HEADROOM)

#define skb_is_gso(skb)				((skb)->gso)
#define skb_set_transport_header(skb, off)	((void)(skb), (void)(off))
#define ip_hdr(skb)		((struct iphdr *)(skb)->data)
#define ipv6_hdr(skb)		((struct ipv6hdr *)(skb)->data)
#define ip_is_fragment(iph)	((iph)->frag_off & htons(IP_MF | IP_OFFSET))

/* Have so many bytes in the linear part, in memory that was not used before. */
static inline void skb_relinear(struct sk_buff *skb, unsigned int head)
{
	unsigned int both = min(head, skb->head);
	u8 *data = malloc(head);

	if (!data)
		abort();
	if (both)
		memcpy(data, skb->data, both);
	if (head > both) {
		memcpy(data + both, skb->rest, head - both);
		skb->rest += head - both;
	}
	free(skb->data);
	skb->data = data;
	skb->head = head;
}

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->head;
}

static inline bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (len <= skb->head)
		return true;
	if (len > skb->len || !skb->pulls_left--)
		return false;
	skb_relinear(skb, len);
	return true;
}

static inline int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len)
{
	int sum = skb_checksum_start_offset(skb) + skb->csum_offset;

	if (len >= skb->len)
		return 0;
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    (sum < 0 || sum + 2 > (int)min(len, skb->head)))
		return -EINVAL;
	if (len < skb->head)
		skb_relinear(skb, len);
	skb->len = len;
	return 0;
}

static inline unsigned int porch_iph_totlen(const struct sk_buff *skb,
					    const struct iphdr *iph)
{
	unsigned int len = ntohs(iph->tot_len);

	return len || !skb->gso ? len : skb->len;
}

/* RFC 1071 */
static inline u16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	const u8 *b = iph;
	u32 sum = 0;
	unsigned int i;

	for (i = 0; i < ihl * 4; i += 2)
		sum += b[i] << 8 | b[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((u16)~sum);
}

static inline void *memchr_inv(const void *p, int c, size_t n)
{
	const u8 *b = p;

	for (; n; n--, b++)
		if (*b != (u8)c)
			return (void *)b;
	return NULL;
}

#endif /* PORCH_FUZZ_SKB_H */
