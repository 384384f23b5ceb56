// SPDX-License-Identifier: GPL-2.0
/*
 * The door: which lane does a packet wait in? The rules of the lanes say so, then
 * the budget of its source. Nothing of the packet is trusted yet, nothing is
 * pulled, and nothing is allocated.
 */
#include <linux/if_ether.h>
#include <linux/ktime.h>
#include <linux/siphash.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "compat.h"
#include "control/config.h"
#include "control/lane.h"
#include "control/port.h"
#include "control/stats.h"
#include "core/tbucket.h"
#include "path/admit.h"

#define HAS(name)	PORCH_LANE_HAS(name)

#define EXT_HEADERS_MAX	8	/* as parse has it */
#define SOURCES_ORDER	8	/* 1024 sources a CPU, 24 KiB */

/**
 * struct headers - what rules and budgets go by
 * @skb: the packet
 * @cfg: the generation
 * @port: where it came in
 * @ipver: 4 or 6
 * @proto: protocol, behind the extension headers that there are
 * @dscp: code point
 * @whole: no fragment; those of one packet go by what each of them has, and so
 *	take one lane: one that came before its first would be lost
 * @l4: where that begins
 * @sport: source port, if @has_ports
 * @dport: destination port, likewise
 * @has_ports: it is whole, and has that much behind the network header
 * @src: source
 * @dst: destination
 */
struct headers {
	const struct sk_buff *skb;
	const struct porch_config *cfg;
	const struct porch_port *port;
	u8 ipver;
	u8 proto;
	u8 dscp;
	bool whole;
	unsigned int l4;
	u16 sport;
	u16 dport;
	bool has_ports;
	union porch_addr src;
	union porch_addr dst;
};

static inline bool read_ipv4(struct headers *h)
{
	struct iphdr copy, *iph;

	iph = skb_header_pointer(h->skb, 0, sizeof(copy), &copy);
	if (!iph)
		return false;
	h->ipver = 4;
	h->proto = iph->protocol;
	h->dscp = ipv4_get_dsfield(iph) >> 2;
	h->whole = !ip_is_fragment(iph);
	h->l4 = iph->ihl * 4;
	h->src.v4 = iph->saddr;
	h->dst.v4 = iph->daddr;
	return true;
}

/* Return: length of an extension header, or 0 if there is none of this kind. */
static unsigned int ext_len(u8 nexthdr, const struct ipv6_opt_hdr *ext)
{
	switch (nexthdr) {
	case NEXTHDR_HOP:
	case NEXTHDR_DEST:
	case NEXTHDR_ROUTING:
		return ipv6_optlen(ext);
	case NEXTHDR_FRAGMENT:
		return sizeof(struct frag_hdr);
	case NEXTHDR_AUTH:
		return ipv6_authlen(ext);
	}
	return 0;
}

/* A fragment header may say that there are no others. */
static bool is_whole(const struct headers *h)
{
	struct frag_hdr copy, *fh;

	fh = skb_header_pointer(h->skb, h->l4, sizeof(copy), &copy);
	return fh && !(fh->frag_off & htons(IP6_OFFSET | IP6_MF));
}

static void skip_extensions(struct headers *h)
{
	struct ipv6_opt_hdr copy, *ext;
	unsigned int len, n;

	for (n = 0; n < EXT_HEADERS_MAX && h->whole; n++) {
		if (!ipv6_ext_hdr(h->proto))
			return;
		ext = skb_header_pointer(h->skb, h->l4, sizeof(copy), &copy);
		len = ext ? ext_len(h->proto, ext) : 0;
		if (!len)
			return;
		if (h->proto == NEXTHDR_FRAGMENT)
			h->whole = is_whole(h);
		h->proto = ext->nexthdr;
		h->l4 += len;
	}
}

static bool read_ipv6(struct headers *h)
{
	struct ipv6hdr copy, *hdr;

	hdr = skb_header_pointer(h->skb, 0, sizeof(copy), &copy);
	if (!hdr)
		return false;
	h->ipver = 6;
	h->proto = hdr->nexthdr;
	h->dscp = ipv6_get_dsfield(hdr) >> 2;
	h->whole = true;
	h->l4 = sizeof(*hdr);
	h->src.v6 = hdr->saddr;
	h->dst.v6 = hdr->daddr;
	skip_extensions(h);
	return true;
}

static bool is_local(const struct headers *h)
{
	const struct porch_addrset *own = h->cfg->local;

	if (h->ipver == 4)
		return ipv4_is_multicast(h->dst.v4) ||
		       ipv4_is_lbcast(h->dst.v4) ||
		       porch_addrset_lookup4(own, h->dst.v4);
	return ipv6_addr_is_multicast(&h->dst.v6) ||
	       porch_addrset_lookup6(own, &h->dst.v6, h->port->dev->ifindex);
}

static bool lies_in(u16 value, const u16 *range)
{
	return range[0] <= value && value <= range[1];
}

static bool ports_match(const struct porch_lane_spec *s,
			const struct headers *h)
{
	return h->has_ports &&
	       (!(s->given & HAS(SPORT)) || lies_in(h->sport, s->sport)) &&
	       (!(s->given & HAS(DPORT)) || lies_in(h->dport, s->dport));
}

static bool icmp_matches(const struct porch_lane_spec *s,
			 const struct headers *h)
{
	u8 copy, *type;

	type = h->whole ? skb_header_pointer(h->skb, h->l4, 1, &copy) : NULL;
	return type && s->icmp_type[0] <= *type && *type <= s->icmp_type[1];
}

/* Of a rule that fits protocol and code point */
static bool rule_matches(const struct porch_lane_spec *s,
			 const struct headers *h)
{
	if (s->given & HAS(IN) && READ_ONCE(s->ifindex) != h->port->dev->ifindex)
		return false;
	if (s->given & (HAS(SPORT) | HAS(DPORT)) && !ports_match(s, h))
		return false;
	if (s->given & HAS(ICMP_TYPE) && !icmp_matches(s, h))
		return false;
	return !(s->given & HAS(LOCAL)) || is_local(h);
}

/* Return: number of the first rule that fits, -1 if none does. */
static inline int find_rule(const struct porch_lanes *set, const struct headers *h)
{
	u64 may = set->of_proto[h->proto] & set->of_dscp[h->dscp];
	unsigned int i;

	for (; may; may &= may - 1) {
		i = __ffs64(may);
		if (rule_matches(&set->rule[i]->is, h))
			return i;
	}
	return -1;
}

/* @i: set to the number of the first rule that fits, of those that are returned. */
static const struct porch_lanes *choose_rule(const struct headers *h, int *i)
{
	const struct porch_lanes *set = h->cfg->lanes;

	*i = set ? find_rule(set, h) : -1;
	if (*i >= 0 || !h->cfg->set.lane_defaults)
		return set;
	set = &porch_lane_defaults;
	*i = find_rule(set, h);
	return set;
}

static enum porch_lane lane_by_rules(const struct headers *h,
				     struct porch_stats *stats)
{
	const struct porch_lanes *set;
	int i;

	set = choose_rule(h, &i);
	if (i < 0)
		return PORCH_LANE_NORMAL;
	if (set == &porch_lane_defaults)
		stats->lane_default[i]++;
	else
		this_cpu_inc(*set->rule[i]->packets);
	return set->rule[i]->is.lane;
}

/*
 * Whoever has one IPv6 address of a link has all of them; but for those that say
 * something on their link alone, which all of its hosts have in common.
 */
static u64 source_key(const struct headers *h, bool control)
{
	static siphash_aligned_key_t secret __read_mostly;
	u64 scope = h->port->dev->ifindex, addr = 0;
	const u8 *bytes = h->src.bytes;

	net_get_random_once(&secret, sizeof(secret));
	if (h->ipver == 6 && (ipv6_addr_any(&h->src.v6) ||
			      ipv6_addr_type(&h->src.v6) & IPV6_ADDR_LINKLOCAL))
		bytes += 8;
	memcpy(&addr, bytes, h->ipver == 4 ? 4 : 8);
	return siphash_2u64(addr, scope << 8 | h->ipver << 1 | control,
			    (const siphash_key_t *)&secret);
}

static bool within_budget(struct porch_admit *a, const struct headers *h,
			  enum porch_lane lane, struct porch_stats *stats)
{
	const struct porch_settings *set = &h->cfg->set;
	bool control = lane == PORCH_LANE_CONTROL;
	struct porch_tbucket_rate r;
	bool within;
	u32 rate;

	rate = control ? set->control_budget : set->budget;
	if (!rate)
		return true;
	porch_tbucket_rate_init(&r, rate, set->budget_burst);
	within = porch_tbucket_set_charge(a->sources, &r, source_key(h, control),
					  ktime_get_mono_fast_ns(), 1);
	stats->lane[PORCH_COUNT_LANE_SOURCES] =
		porch_tbucket_set_used(a->sources);
	return within;
}

/* Of whatever transport it is; rules about ports say which. */
static inline void read_ports(struct headers *h)
{
	__be16 copy[2], *port;

	port = h->whole ? skb_header_pointer(h->skb, h->l4, sizeof(copy), copy) :
			  NULL;
	if (!port)
		return;
	h->sport = ntohs(port[0]);
	h->dport = ntohs(port[1]);
	h->has_ports = true;
}

/* What has not even a header is not worth much. */
static inline bool read(struct headers *h)
{
	bool ok = h->skb->protocol == htons(ETH_P_IP) ? read_ipv4(h) :
							read_ipv6(h);

	if (ok)
		read_ports(h);
	return ok;
}

/**
 * porch_admit_look() - the lane of an IP packet that stays within its budget
 * @cfg: the generation
 * @port: where the packet comes in
 * @skb: the packet, its data at the network header
 *
 * Counts nothing.
 *
 * Context: inside an RCU read-side section.
 *
 * Return: the lane.
 */
enum porch_lane porch_admit_look(const struct porch_config *cfg,
				 const struct porch_port *port,
				 const struct sk_buff *skb)
{
	struct headers h = { .skb = skb, .cfg = cfg, .port = port };
	const struct porch_lanes *set;
	int i;

	if (!read(&h))
		return PORCH_LANE_BULK;
	set = choose_rule(&h, &i);
	return i < 0 ? PORCH_LANE_NORMAL : set->rule[i]->is.lane;
}

/**
 * porch_admit_lane() - choose the lane of an IP packet
 * @a: the door of this CPU
 * @cfg: the generation
 * @port: where the packet came in
 * @skb: the packet, its data at the network header; may be shared
 * @again: it has been let in before, at its source's expense
 *
 * What exceeds the budget of its source is not dropped, but takes the bulk lane:
 * it is lost only if there is more than can be worked on, and then first.
 *
 * Context: softirqs off, inside an RCU read-side section.
 *
 * Return: the lane.
 */
enum porch_lane porch_admit_lane(struct porch_admit *a,
				 const struct porch_config *cfg,
				 const struct porch_port *port,
				 const struct sk_buff *skb, bool again)
{
	struct porch_stats *stats = this_cpu_ptr(port->pn->stats);
	struct headers h = { .skb = skb, .cfg = cfg, .port = port };
	enum porch_lane lane;

	if (!read(&h))
		return PORCH_LANE_BULK;
	lane = lane_by_rules(&h, stats);
	if (!again && !within_budget(a, &h, lane, stats)) {
		stats->lane[PORCH_COUNT_LANE_OVER_BUDGET]++;
		lane = PORCH_LANE_BULK;
	}
	return lane;
}

/**
 * porch_admit_init() - set the door of a CPU up
 * @a: the door; zeroed
 *
 * Return: 0 or -ENOMEM.
 */
int porch_admit_init(struct porch_admit *a)
{
	struct porch_tbucket_set *set;

	set = porch_tbucket_set_alloc(SOURCES_ORDER, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(set))
		return PTR_ERR(set);
	a->sources = set;
	return 0;
}

/**
 * porch_admit_fini() - free what a door keeps
 * @a: the door, set up or zeroed
 */
void porch_admit_fini(struct porch_admit *a)
{
	porch_tbucket_set_free(a->sources);
	a->sources = NULL;
}
