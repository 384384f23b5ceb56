// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_sched.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include "path/remark.h"
#include "path/vec.h"

/* Keeps a checksum of the whole packet, if a card has made one. */
static void write_ipv6(struct sk_buff *skb, u8 dsfield)
{
	struct ipv6hdr *hdr = ipv6_hdr(skb);
	const __wsum *word = (const __wsum *)hdr;
	__wsum from = *word;

	ipv6_change_dsfield(hdr, INET_ECN_MASK, dsfield);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_add(csum_sub(skb->csum, from), *word);
}

/**
 * porch_remark() - write to a packet what rules have set
 * @p: the packet, judged: its mark, its class, and its differentiated services
 *	code point (RFC 2474, 3)
 *
 * The class is a priority, which the shaper takes packets by.
 *
 * Context: softirqs off.
 *
 * Return: false without memory; then the packet is to be dropped.
 */
bool porch_remark(struct porch_pkt *p)
{
	struct sk_buff *skb = p->skb;
	int offset = skb_network_offset(skb);

	skb->mark = p->mark;
	if (p->class)
		skb->priority = TC_H_MAKE(PORCH_CLASS_MAJOR, p->class);
	if (!p->set_dscp)
		return true;
	if (p->key.ipver == 4) {
		if (skb_ensure_writable(skb, offset + sizeof(struct iphdr)))
			return false;
		ipv4_change_dsfield(ip_hdr(skb), INET_ECN_MASK, p->dscp << 2);
	} else {
		if (skb_ensure_writable(skb, offset + sizeof(struct ipv6hdr)))
			return false;
		write_ipv6(skb, p->dscp << 2);
	}
	return true;
}
