// SPDX-License-Identifier: GPL-2.0
/*
 * Who is really meant, and who says so? Chooses the translation of a new flow,
 * once, and rewrites packets by that of their flow.
 *
 * A translation is no more than the two keys of a flow: what comes in from the
 * one side leaves as that which the other side answers. Packets are rewritten at
 * the very end, so that Porch's own ICMP errors quote what their receiver has
 * sent.
 *
 * Ports: RFC 4787 and RFC 5382 would have a translation shared by all flows from
 * one port (endpoint-independent). This one is made for each flow, as Linux's is.
 */
#include <linux/dccp.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/checksum.h>
#include "control/config.h"
#include "control/ruleset.h"
#include "path/nat.h"
#include "path/policy.h"
#include "path/quote.h"
#include "path/vec.h"

/* How many ports are tried for a flow before it is given up */
#define TRIES	128

/* What is looked at of the transport header that an ICMP error quotes */
#define QUOTED_LEN	20

/* Has it ports, or the like, that may be translated? SCTP's are left alone. */
static bool has_ports(const struct porch_flow_key *key)
{
	switch (key->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return true;
	case IPPROTO_ICMP:
		return key->ipver == 4;
	case IPPROTO_ICMPV6:
		return key->ipver == 6;
	}
	return false;
}

/* A number below @n, the same each time for one pair of addresses */
static u32 spread(const struct porch_pkt *p, u32 n)
{
	static siphash_aligned_key_t secret __read_mostly;

	net_get_random_once(&secret, sizeof(secret));
	return reciprocal_scale(siphash(&p->key.src, 2 * sizeof(p->key.src),
					(const siphash_key_t *)&secret), n);
}

/* One of the addresses of a note; of a range in IPv6 the last 32 bits differ. */
static void pick_addr(const struct porch_nat_note *note,
		      const struct porch_pkt *p, union porch_flow_addr *to)
{
	int last = note->family == AF_INET ? 0 : 3;
	const __be32 *min = note->addr[0].v6.s6_addr32;
	const __be32 *max = note->addr[1].v6.s6_addr32;
	u32 n = ntohl(max[last]) - ntohl(min[last]) + 1;
	u32 i = n == 1 ? 0 : spread(p, n ?: U32_MAX);

	if (note->family == AF_INET) {
		to->v4 = htonl(ntohl(min[0]) + i);
		return;
	}
	to->v6 = note->addr[0].v6;
	to->v6.s6_addr32[3] = htonl(ntohl(min[3]) + i);
}

/* The address that the device has for those who come in by it */
static bool own_addr(const struct porch_ctx *c, const struct porch_pkt *p,
		     struct net_device *dev, const union porch_flow_addr *peer,
		     union porch_flow_addr *to)
{
	if (p->key.ipver == 4) {
		to->v4 = inet_select_addr(dev, peer->v4, RT_SCOPE_UNIVERSE);
		return to->v4;
	}
	return !ipv6_dev_get_saddr(c->pn->net, dev, &peer->v6, 0, &to->v6);
}

/**
 * porch_nat_dst() - find out who is really meant
 * @c: the context
 * @p: the packet; its key gets the new destination
 * @j: what the rules of ingress say
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_nat_dst(const struct porch_ctx *c, struct porch_pkt *p,
		   const struct porch_judge *j)
{
	const struct porch_nat_note *note = j->dnat;
	struct porch_flow_key was;

	if (p->nat && p->state == PORCH_FLOW_STATE_INVALID) {
		porch_pkt_drop(p, PORCH_DROP_NAT_INVALID);
		return;
	}
	if (p->back) {
		was = p->key;
		p->key.dst = p->back->src;
		if (p->state != PORCH_FLOW_STATE_RELATED)
			p->key.dport = p->back->sport;
		if (!porch_flow_key_equal(&was, &p->key))
			porch_note(p, .stage = PORCH_STAGE_NAT_DST);
		return;
	}
	if (likely(!note) || !p->state)
		return;
	if (p->state != PORCH_FLOW_STATE_NEW) {
		porch_pkt_drop(p, PORCH_DROP_NAT_INVALID);
		return;
	}
	if (note->kind == PORCH_NAT_KIND_DNAT)
		pick_addr(note, p, &p->key.dst);
	else if (!own_addr(c, p, p->port->dev, &p->key.src, &p->key.dst))
		porch_pkt_drop(p, PORCH_DROP_NAT_ADDRESS);
	if (note->port[0])
		p->key.dport = htons(note->port[0] +
				     spread(p, note->port[1] - note->port[0] + 1));
	porch_note(p, .stage = PORCH_STAGE_NAT_DST);
}

static void next_port(struct porch_plan *plan)
{
	plan->tries--;
	plan->reply.dport = htons(plan->port_min + plan->port);
	plan->port = (plan->port + 1) % plan->ports;
}

/*
 * Which ports may be tried. Without a range its own comes first, and gives way
 * to one of its kind if it is taken, as in Linux.
 */
static void plan_ports(struct porch_plan *plan, const struct porch_nat_note *note)
{
	u16 own = ntohs(plan->reply.dport), min, max;
	bool given = note && note->port[0];

	if (given) {
		min = note->port[0];
		max = note->port[1];
	} else if (plan->reply.proto == IPPROTO_ICMP ||
		   plan->reply.proto == IPPROTO_ICMPV6) {
		min = 0;
		max = U16_MAX - 1;
	} else if (own < 512) {
		min = 1;
		max = 511;
	} else if (own < 1024) {
		min = 600;
		max = 1023;
	} else {
		min = 1024;
		max = U16_MAX;
	}
	plan->port_min = min;
	plan->ports = max - min + 1;
	plan->port = reciprocal_scale(get_random_u32(), plan->ports);
	plan->tries = min_t(u16, plan->ports, TRIES);
	if (given && (own < min || own > max))
		next_port(plan);
}

static bool plan_addr(const struct porch_ctx *c, const struct porch_pkt *p,
		      const struct porch_nat_note *note, struct porch_plan *plan)
{
	struct net_device *dev = p->out ? p->port->dev : READ_ONCE(p->nh->dev);
	const union porch_flow_addr *peer = &p->key.dst;
	union porch_flow_addr gw;

	if (note->kind == PORCH_NAT_KIND_SNAT) {
		pick_addr(note, p, &plan->reply.dst);
		return true;
	}
	if (!dev)
		return false;
	if (!p->out && p->nh->has_gw) {
		memcpy(&gw, &p->nh->gw, sizeof(gw));
		peer = &gw;
	}
	plan->masquerade = dev->ifindex;
	return own_addr(c, p, dev, peer, &plan->reply.dst);
}

/* They come in by the port that this leaves by, which may be in another VRF. */
static u16 zone_of_replies(const struct porch_pkt *p)
{
	const struct net_device *dev = NULL;
	const struct porch_port *port;

	if (p->verdict == PORCH_FORWARD)
		dev = READ_ONCE(p->nh->dev);
	port = dev ? porch_port_of(dev) : NULL;
	return port ? port->vrf : p->key.zone;
}

/**
 * porch_nat_src() - find out who a new flow is to come from
 * @c: the context
 * @p: the packet, accepted
 * @j: what the rules of forward or output say
 * @plan: what the flow is to be; gets what will answer it
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_nat_src(const struct porch_ctx *c, struct porch_pkt *p,
		   const struct porch_judge *j, struct porch_plan *plan)
{
	u16 zone = zone_of_replies(p);

	plan->reply.zone = zone;
	if (p->back || !p->state)
		return;
	if (p->state != PORCH_FLOW_STATE_NEW) {
		if (j->snat)
			porch_pkt_drop(p, PORCH_DROP_NAT_INVALID);
		return;
	}
	plan->reply = porch_flow_key_reverse(&p->key);
	plan->reply.zone = zone;
	if (j->snat && !plan_addr(c, p, j->snat, plan)) {
		porch_pkt_drop(p, PORCH_DROP_NAT_ADDRESS);
		return;
	}
	if (has_ports(&p->key))
		plan_ports(plan, j->snat);
}

/**
 * porch_nat_again() - plan a new flow anew, as its answers would be another's
 * @p: the packet; its verdict becomes PORCH_DROP if there is no port left to try
 * @plan: what the flow is to be
 *
 * Context: any.
 */
void porch_nat_again(struct porch_pkt *p, struct porch_plan *plan)
{
	if (plan->tries)
		next_port(plan);
	else
		porch_pkt_drop(p, PORCH_DROP_NAT_PORTS);
}

/* Where a transport keeps the checksum that covers addresses; 0 if nowhere */
static unsigned int check_at(const struct porch_flow_key *key)
{
	switch (key->proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return offsetof(struct udphdr, check);
	case IPPROTO_DCCP:
		return offsetof(struct dccp_hdr, dccph_checksum);
	case IPPROTO_ICMPV6:
		return offsetof(struct icmp6hdr, icmp6_cksum);
	}
	return 0;
}

/* How much of a transport header is read and written */
static unsigned int l4_len(const struct porch_flow_key *key)
{
	unsigned int check = check_at(key);

	return check ? max(check + 2, 8U) : has_ports(key) ? 8 : 0;
}

static void write_addrs(struct porch_pkt *p, const union porch_flow_addr *src,
			const union porch_flow_addr *dst, __sum16 *check)
{
	struct sk_buff *skb = p->skb;
	struct ipv6hdr *hdr = (struct ipv6hdr *)skb->data;
	struct iphdr *iph = (struct iphdr *)skb->data;

	if (p->key.ipver == 4) {
		if (check) {
			inet_proto_csum_replace4(check, skb, iph->saddr, src->v4,
						 true);
			inet_proto_csum_replace4(check, skb, iph->daddr, dst->v4,
						 true);
		}
		csum_replace4(&iph->check, iph->saddr, src->v4);
		csum_replace4(&iph->check, iph->daddr, dst->v4);
		iph->saddr = src->v4;
		iph->daddr = dst->v4;
		return;
	}
	if (check) {
		inet_proto_csum_replace16(check, skb, hdr->saddr.s6_addr32,
					  src->v6.s6_addr32, true);
		inet_proto_csum_replace16(check, skb, hdr->daddr.s6_addr32,
					  dst->v6.s6_addr32, true);
	}
	hdr->saddr = src->v6;
	hdr->daddr = dst->v6;
}

static void write_port(struct sk_buff *skb, void *at, __be16 to, __sum16 *check)
{
	__be16 *port = at;

	if (check)
		inet_proto_csum_replace2(check, skb, *port, to, false);
	*port = to;
}

static void write_ports(struct porch_pkt *p, u8 *l4, __sum16 *check)
{
	const struct porch_flow_key *back = p->back;
	__be16 id;

	if (p->key.proto == IPPROTO_ICMP || p->key.proto == IPPROTO_ICMPV6) {
		if (p->key.proto == IPPROTO_ICMP)
			check = &((struct icmphdr *)l4)->checksum;
		id = p->event == PORCH_CONN_GOT_REQUEST ? back->dport :
							  back->sport;
		write_port(p->skb, l4 + 4, id, check);
		return;
	}
	write_port(p->skb, l4, back->dport, check);
	write_port(p->skb, l4 + 2, back->sport, check);
}

static bool own_header(struct sk_buff *skb, unsigned int len)
{
	if (skb_ensure_writable(skb, len))
		return false;
	/* What a card has summed up is no more. */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	return true;
}

static bool rewrite(struct porch_pkt *p)
{
	unsigned int len = p->later_frag ? 0 : l4_len(&p->key), at = 0;
	struct sk_buff *skb = p->skb;
	__sum16 *check = NULL;
	bool carried;
	u8 *l4;

	if (p->l4 + len > skb->len)
		len = 0;
	if (len)
		at = check_at(&p->key);
	if (!own_header(skb, p->l4 + len))
		return false;
	l4 = skb->data + p->l4;
	/* If it is a tunnel's inner checksum that is missing, this one is whole. */
	carried = skb->ip_summed == CHECKSUM_PARTIAL &&
		  skb_checksum_start_offset(skb) != p->l4;
	if (unlikely(carried))
		skb->ip_summed = CHECKSUM_NONE;
	if (at)
		check = (__sum16 *)(l4 + at);
	/* A datagram may do without. */
	if (p->key.proto == IPPROTO_UDP && check && !*check &&
	    skb->ip_summed != CHECKSUM_PARTIAL)
		check = NULL;
	write_addrs(p, &p->back->dst, &p->back->src, check);
	if (len && has_ports(&p->key))
		write_ports(p, l4, check);
	if (p->key.proto == IPPROTO_UDP && check && !*check)
		*check = CSUM_MANGLED_0;
	if (unlikely(carried))
		skb->ip_summed = CHECKSUM_PARTIAL;
	return true;
}

/* Return: by how much the sum of the addresses changes. */
static __wsum quote_addrs(u8 *ip, const struct porch_flow_key *was)
{
	struct ipv6hdr *hdr = (struct ipv6hdr *)ip;
	struct iphdr *iph = (struct iphdr *)ip;
	__wsum old, diff;

	if (was->ipver == 4) {
		old = csum_partial(&iph->saddr, 8, 0);
		iph->saddr = was->src.v4;
		iph->daddr = was->dst.v4;
		diff = csum_sub(csum_partial(&iph->saddr, 8, 0), old);
		csum_replace_by_diff(&iph->check, diff);
		return diff;
	}
	old = csum_partial(&hdr->saddr, 32, 0);
	hdr->saddr = was->src.v6;
	hdr->daddr = was->dst.v6;
	return csum_sub(csum_partial(&hdr->saddr, 32, 0), old);
}

/* Likewise of the ports, or what stands for them */
static __wsum quote_ports(u8 *l4, const struct porch_quote *q,
			  const struct porch_flow_key *was)
{
	__be16 *port = (__be16 *)l4;
	__wsum old;

	if (q->key.proto == IPPROTO_ICMP || q->key.proto == IPPROTO_ICMPV6) {
		old = csum_partial(port + 2, 2, 0);
		port[2] = q->event == PORCH_CONN_GOT_REQUEST ? was->sport :
							       was->dport;
		return csum_sub(csum_partial(port + 2, 2, 0), old);
	}
	old = csum_partial(port, 4, 0);
	port[0] = was->sport;
	port[1] = was->dport;
	return csum_sub(csum_partial(port, 4, 0), old);
}

/*
 * What an error quotes becomes what its receiver has sent: a packet that came in
 * with the key @was. Its checksums follow, as far as they are quoted.
 */
static void write_quote(u8 *data, unsigned int end, const struct porch_quote *q,
			const struct porch_flow_key *was)
{
	unsigned int at = check_at(&q->key);
	__wsum diff = quote_addrs(data + q->ip, was);
	__sum16 *check;

	if (q->key.proto == IPPROTO_ICMP) {
		at = offsetof(struct icmphdr, checksum);
		diff = 0;
	}
	if (has_ports(&q->key))
		diff = csum_add(diff, quote_ports(data + q->l4, q, was));
	check = (__sum16 *)(data + q->l4 + at);
	if (!at || q->l4 + at + sizeof(*check) > end ||
	    (q->key.proto == IPPROTO_UDP && !*check))
		return;
	csum_replace_by_diff(check, diff);
	if (q->key.proto == IPPROTO_UDP && !*check)
		*check = CSUM_MANGLED_0;
}

/* An error comes from whoever has it to say, if that one's address may be seen. */
static bool rewrite_error(struct porch_pkt *p)
{
	const union porch_flow_addr *src = &p->key.src;
	struct sk_buff *skb = p->skb;
	struct porch_quote q;
	unsigned int end;
	__sum16 *check;
	__wsum sum;

	if (!porch_quote_parse(p, &q))
		return true;
	end = min(skb->len, q.l4 + QUOTED_LEN);
	if (!own_header(skb, end))
		return false;
	sum = csum_partial(skb->data + q.ip, end - q.ip, 0);
	write_quote(skb->data, end, &q, p->back);
	sum = csum_sub(csum_partial(skb->data + q.ip, end - q.ip, 0), sum);

	/* Of ICMP and ICMPv6 alike */
	check = (__sum16 *)(skb->data + p->l4 + offsetof(struct icmphdr, checksum));
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		csum_replace_by_diff(check, sum);
	if (memcmp(&p->node->key.src, &p->back->dst, sizeof(*src)))
		src = &p->back->dst;
	write_addrs(p, src, &p->back->src,
		    p->key.proto == IPPROTO_ICMPV6 ? check : NULL);
	return true;
}

/**
 * porch_nat_pkt() - rewrite a packet by the translation of its flow
 * @p: the packet, with its data at the network header; dropped without memory
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_nat_pkt(struct porch_pkt *p)
{
	if (!(p->state == PORCH_FLOW_STATE_RELATED ? rewrite_error(p) :
						     rewrite(p)))
		porch_pkt_drop(p, PORCH_DROP_NO_MEMORY);
}

/**
 * porch_nat() - rewrite the packets of a vector by their flows' translations
 * @v: the vector, all verdicts given
 *
 * Context: softirq, inside an RCU read-side section.
 */
void porch_nat(struct porch_vec *v)
{
	struct porch_pkt *p;

	porch_vec_for_each(p, v)
		if (unlikely(p->nat) && porch_pkt_goes_on(p))
			porch_nat_pkt(p);
}
