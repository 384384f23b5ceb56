// SPDX-License-Identifier: GPL-2.0
/*
 * Tells the senders of packets that cannot go on, as a router must: RFC 792,
 * RFC 1812 4.3.2 and 5.2.7, RFC 1191, RFC 4443. The stock stack's own errors
 * would be routed by the stock FIB, so Porch builds them itself.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/net.h>
#include <linux/pkt_sched.h>
#include <linux/siphash.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include "control/route_rule.h"
#include "path/icmp.h"
#include "path/nexthop.h"
#include "path/reset.h"
#include "path/vec.h"

#define BURST_ALL	50	/* as net.ipv4.icmp_msgs_burst */
#define RATE_ONE	50	/* errors a second to one receiver */
#define BURST_ONE	50
#define RECEIVERS_ORDER	6	/* 64 sets of buckets a CPU */

/* RFC 1812, 4.3.2.3: as much as fits into 576 bytes. RFC 4443: into 1280. */
#define QUOTE_MAX_IPV4	(576 - sizeof(struct iphdr) - sizeof(struct icmphdr))
#define QUOTE_MAX_IPV6	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - \
			 sizeof(struct icmp6hdr))

struct error {
	u8 type;
	u8 code;
};

static const struct error error4[] = {
	[PORCH_ANSWER_TTL] = { ICMP_TIME_EXCEEDED, ICMP_EXC_TTL },
	[PORCH_ANSWER_NO_ROUTE] = { ICMP_DEST_UNREACH, ICMP_NET_UNREACH },
	[PORCH_ANSWER_HOST] = { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH },
	[PORCH_ANSWER_PROHIBITED] = { ICMP_DEST_UNREACH, ICMP_PKT_FILTERED },
	[PORCH_ANSWER_TOO_BIG] = { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED },
	[PORCH_ANSWER_PORT] = { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH },
};

static const struct error error6[] = {
	[PORCH_ANSWER_TTL] = { ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT },
	[PORCH_ANSWER_NO_ROUTE] = { ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE },
	[PORCH_ANSWER_HOST] = { ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH },
	[PORCH_ANSWER_PROHIBITED] = { ICMPV6_DEST_UNREACH,
				      ICMPV6_ADM_PROHIBITED },
	[PORCH_ANSWER_TOO_BIG] = { ICMPV6_PKT_TOOBIG, 0 },
	[PORCH_ANSWER_PORT] = { ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH },
};

/* What answers nothing itself, or is not known to be a mere question. */
static bool icmp_is_error(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	}
	return type > NR_ICMP_TYPES;
}

/* Is it from one host to one host? Rules may refuse what is not. */
static bool is_unicast(const struct porch_vec *v, const struct porch_pkt *p)
{
	const union porch_flow_addr *src = &p->key.src, *dst = &p->key.dst;
	const struct porch_addrset *own = v->cfg->local;
	int ifindex = p->port->dev->ifindex;

	if (p->skb->pkt_type != PACKET_HOST)
		return false;
	if (p->key.ipver == 4)
		return !ipv4_is_multicast(dst->v4) && !ipv4_is_lbcast(dst->v4) &&
		       porch_addrset_lookup4(own, dst->v4) !=
		       PORCH_ADDR_BROADCAST &&
		       !ipv4_is_multicast(src->v4) && !ipv4_is_lbcast(src->v4) &&
		       !ipv4_is_zeronet(src->v4) &&
		       !ipv4_is_loopback(src->v4) &&
		       !porch_addrset_lookup4(own, src->v4);
	return !ipv6_addr_is_multicast(&dst->v6) &&
	       ipv6_addr_type(&src->v6) & IPV6_ADDR_UNICAST &&
	       !ipv6_addr_loopback(&src->v6) &&
	       !porch_addrset_lookup6(own, &src->v6, ifindex);
}

/* RFC 1812, 4.3.2.7 and RFC 4443, 2.4 (e). */
static bool may_be_answered(const struct porch_vec *v, struct porch_pkt *p)
{
	if (p->later_frag || !is_unicast(v, p))
		return false;
	if (p->answer == PORCH_ANSWER_RESET)
		return porch_reset_is_due(p);
	if (p->key.ipver == 4)
		return p->key.proto != IPPROTO_ICMP || !icmp_is_error(p->icmp_type);
	return p->key.proto != IPPROTO_ICMPV6 ||
	       (p->icmp_type & ICMPV6_INFOMSG_MASK &&
		p->icmp_type != NDISC_REDIRECT);
}

static u64 receiver_key(const struct porch_pkt *p)
{
	static siphash_aligned_key_t secret __read_mostly;

	net_get_random_once(&secret, sizeof(secret));
	if (p->key.ipver == 4)
		return siphash_1u32((__force u32)ip_hdr(p->skb)->saddr,
				    (const siphash_key_t *)&secret);
	/* Whoever has one address of a link has all of them. */
	return siphash(&ipv6_hdr(p->skb)->saddr, 8,
		       (const siphash_key_t *)&secret);
}

static bool within_limits(struct porch_icmp *ic, const struct porch_vec *v,
			  const struct porch_pkt *p)
{
	u32 rate = v->cfg->set.icmp_rate;

	if (unlikely(ic->icmp_rate != rate)) {
		porch_tbucket_rate_init(&ic->rate, rate, rate ? BURST_ALL : 0);
		porch_tbucket_init(&ic->all, &ic->rate, v->now);
		ic->icmp_rate = rate;
	}
	/* A receiver's own share first: it must not use up the others'. */
	return porch_tbucket_set_take(ic->receivers, &ic->one, receiver_key(p),
				      v->now, 1) &&
	       porch_tbucket_take(&ic->all, &ic->rate, v->now, 1);
}

/*
 * The way back to the packet's sender: in the VRF that it came in by, else as the
 * rules have it for packets of our own, whose source is still to be chosen.
 */
static struct porch_nexthop *way_back(const struct porch_vec *v,
				      const struct porch_pkt *p)
{
	struct porch_route_query q = { .vrf = p->key.zone };
	struct porch_flow_key key;
	struct porch_route *r;

	if (p->key.ipver == 4) {
		q.family = AF_INET;
		q.dst = &ip_hdr(p->skb)->saddr;
	} else {
		q.family = AF_INET6;
		q.dst = &ipv6_hdr(p->skb)->saddr;
	}
	r = porch_route_lookup(v->cfg, &q);
	if (!r || r->type != PORCH_ROUTE_TYPE_UNICAST)
		return NULL;
	key = porch_flow_key_reverse(&p->key);
	return porch_nexthop_of(r, &key, porch_pkt_is_dry(p));
}

static struct sk_buff *alloc_error(struct net_device *dev, unsigned int len)
{
	struct sk_buff *skb;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	skb->dev = dev;
	skb->priority = TC_PRIO_CONTROL;
	return skb;
}

static struct sk_buff *build_ipv4(const struct porch_vec *v,
				  const struct porch_pkt *p,
				  const struct porch_nexthop *nh,
				  struct net_device *dev)
{
	const struct iphdr *orig = ip_hdr(p->skb);
	unsigned int room = min_t(unsigned int, QUOTE_MAX_IPV4,
				  READ_ONCE(dev->mtu) - sizeof(struct iphdr) -
				  sizeof(struct icmphdr));
	unsigned int quote = min(p->skb->len, room);
	struct icmphdr *icmph;
	struct sk_buff *skb;
	struct iphdr *iph;
	__be32 saddr;

	/* As the one that was meant, if that is us */
	saddr = porch_addrset_lookup4(v->cfg->local, orig->daddr) ?
		orig->daddr :
		inet_select_addr(dev, nh->has_gw ? nh->gw.v4 : orig->saddr,
				 RT_SCOPE_UNIVERSE);
	if (!saddr)
		return NULL;
	skb = alloc_error(dev, sizeof(*iph) + sizeof(*icmph) + quote);
	if (!skb)
		return NULL;

	iph = skb_put_zero(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->tos = (orig->tos & IPTOS_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL;
	iph->tot_len = htons(sizeof(*iph) + sizeof(*icmph) + quote);
	iph->frag_off = htons(IP_DF);	/* atomic, needs no ID: RFC 6864 */
	iph->ttl = READ_ONCE(v->pn->net->ipv4.sysctl_ip_default_ttl);
	iph->protocol = IPPROTO_ICMP;
	iph->saddr = saddr;
	iph->daddr = orig->saddr;
	ip_send_check(iph);

	skb_set_transport_header(skb, sizeof(*iph));
	icmph = skb_put_zero(skb, sizeof(*icmph));
	icmph->type = error4[p->answer].type;
	icmph->code = error4[p->answer].code;
	icmph->un.frag.mtu = htons(p->mtu);
	skb_copy_bits(p->skb, 0, skb_put(skb, quote), quote);
	icmph->checksum = ip_compute_csum(icmph, sizeof(*icmph) + quote);
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

static struct sk_buff *build_ipv6(const struct porch_vec *v,
				  const struct porch_pkt *p,
				  struct net_device *dev)
{
	const struct ipv6hdr *orig = ipv6_hdr(p->skb);
	unsigned int quote = min_t(unsigned int, p->skb->len, QUOTE_MAX_IPV6);
	unsigned int len = sizeof(struct icmp6hdr) + quote;
	struct icmp6hdr *icmph;
	struct ipv6hdr *hdr;
	struct sk_buff *skb;

	skb = alloc_error(dev, sizeof(*hdr) + len);
	if (!skb)
		return NULL;

	hdr = skb_put_zero(skb, sizeof(*hdr));
	if (porch_addrset_lookup6(v->cfg->local, &orig->daddr,
				  p->port->dev->ifindex)) {
		hdr->saddr = orig->daddr;
	} else if (ipv6_dev_get_saddr(v->pn->net, dev, &orig->saddr, 0,
				      &hdr->saddr)) {
		kfree_skb(skb);
		return NULL;
	}
	hdr->version = 6;
	hdr->payload_len = htons(len);
	hdr->nexthdr = IPPROTO_ICMPV6;
	hdr->hop_limit = IPV6_DEFAULT_HOPLIMIT;
	hdr->daddr = orig->saddr;

	skb_set_transport_header(skb, sizeof(*hdr));
	icmph = skb_put_zero(skb, sizeof(*icmph));
	icmph->icmp6_type = error6[p->answer].type;
	icmph->icmp6_code = error6[p->answer].code;
	icmph->icmp6_mtu = htonl(p->mtu);
	skb_copy_bits(p->skb, 0, skb_put(skb, quote), quote);
	icmph->icmp6_cksum = csum_ipv6_magic(&hdr->saddr, &hdr->daddr, len,
					     IPPROTO_ICMPV6,
					     csum_partial(icmph, len, 0));
	skb->protocol = htons(ETH_P_IPV6);
	return skb;
}

/* Adds the answer to @own, unless there is no way, source or memory. */
static void answer(struct porch_icmp *ic, const struct porch_vec *v,
		   const struct porch_pkt *p, struct porch_vec *own)
{
	struct porch_nexthop *nh = way_back(v, p);
	struct net_device *dev = nh ? READ_ONCE(nh->dev) : NULL;
	struct sk_buff *skb = NULL;

	/* Whoever cannot be reached does not use up what others may get. */
	if (dev && !within_limits(ic, v, p)) {
		v->stats->engine[PORCH_ENGINE_ICMP_LIMITED]++;
		return;
	}
	if (dev && p->answer == PORCH_ANSWER_RESET)
		skb = porch_reset_build(v, p, dev);
	else if (dev)
		skb = p->key.ipver == 4 ? build_ipv4(v, p, nh, dev) :
				      build_ipv6(v, p, dev);
	if (!skb) {
		v->stats->engine[PORCH_ENGINE_ICMP_SUPPRESSED]++;
		return;
	}
	porch_note(p, .stage = PORCH_STAGE_ANSWER);
	/* Comes in where its cause did: what comes from nowhere is the stack's. */
	skb->skb_iif = p->skb->skb_iif;
	v->stats->created[p->answer == PORCH_ANSWER_RESET ?
			  PORCH_CREATED_TCP_RESET :
			  PORCH_CREATED_ICMP_ERROR]++;
	own->pkt[own->n++] = (struct porch_pkt) {
		.key = {
			.src = p->key.dst,
			.dst = p->key.src,
			.zone = p->key.zone,
			.proto = p->key.proto,
			.ipver = p->key.ipver,
		},
		.skb = skb,
		.trail = p->trail,
		.nh = nh,
		.verdict = PORCH_FORWARD,
	};
}

/**
 * porch_icmp() - answer the packets of a vector that cannot go on
 * @ic: this CPU's limits
 * @v: the vector, all verdicts given
 * @own: receives the answers, ready to be resolved and emitted
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: whether there are any.
 */
bool porch_icmp(struct porch_icmp *ic, struct porch_vec *v,
		struct porch_vec *own)
{
	struct porch_pkt *p;

	own->n = 0;
	own->ctx = v->ctx;

	porch_vec_for_each(p, v) {
		if (likely(p->verdict != PORCH_DROP || !p->answer))
			continue;
		if (may_be_answered(v, p))
			answer(ic, v, p, own);
	}
	return own->n;
}

/**
 * porch_icmp_init() - prepare one CPU's limits
 * @ic: zeroed memory
 *
 * Return: 0 or -ENOMEM.
 */
int porch_icmp_init(struct porch_icmp *ic)
{
	struct porch_tbucket_set *receivers;

	porch_tbucket_rate_init(&ic->one, RATE_ONE, BURST_ONE);
	receivers = porch_tbucket_set_alloc(RECEIVERS_ORDER, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(receivers))
		return PTR_ERR(receivers);
	ic->receivers = receivers;
	return 0;
}

/**
 * porch_icmp_fini() - undo porch_icmp_init()
 * @ic: zeroed or initialised memory
 */
void porch_icmp_fini(struct porch_icmp *ic)
{
	porch_tbucket_set_free(ic->receivers);
}
