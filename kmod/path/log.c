// SPDX-License-Identifier: GPL-2.0
#include <linux/in.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include "path/log.h"
#include "path/vec.h"

#define LINE_MAX	256

/* Of all instances together: a log that everybody writes to is soon full. */
static DEFINE_RATELIMIT_STATE(log_limit, HZ, 100);

static int put_addresses(char *line, size_t room, const struct porch_flow_key *k)
{
	if (k->ipver == 4)
		return scnprintf(line, room, " SRC=%pI4 DST=%pI4", &k->src.v4,
				 &k->dst.v4);
	return scnprintf(line, room, " SRC=%pI6c DST=%pI6c", &k->src.v6,
			 &k->dst.v6);
}

static int put_l4(char *line, size_t room, const struct porch_pkt *p)
{
	const struct porch_flow_key *k = &p->key;

	if (p->later_frag)
		return scnprintf(line, room, " PROTO=%u FRAG", k->proto);
	switch (k->proto) {
	case IPPROTO_TCP:
		return scnprintf(line, room,
				 " PROTO=TCP SPT=%u DPT=%u FLAGS=0x%02x",
				 ntohs(k->sport), ntohs(k->dport),
				 p->tcp_flags);
	case IPPROTO_UDP:
		return scnprintf(line, room, " PROTO=UDP SPT=%u DPT=%u",
				 ntohs(k->sport), ntohs(k->dport));
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return scnprintf(line, room, " PROTO=%s TYPE=%u CODE=%u",
				 k->ipver == 4 ? "ICMP" : "ICMPv6",
				 p->icmp_type, p->icmp_code);
	}
	return scnprintf(line, room, " PROTO=%u", k->proto);
}

/**
 * porch_log() - write a line about a packet into the kernel's log
 * @p: the packet, parsed
 * @hook: where it is
 * @prefix: what the line begins with; may be empty
 *
 * The line looks like those of nftables. No more than 100 are written in a second.
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_log(const struct porch_pkt *p, enum porch_chain_hook hook,
	       const char *prefix)
{
	static const char *const hooks[] = {
		[PORCH_CHAIN_HOOK_INGRESS] = "ingress",
		[PORCH_CHAIN_HOOK_INPUT] = "input",
		[PORCH_CHAIN_HOOK_FORWARD] = "forward",
		[PORCH_CHAIN_HOOK_OUTPUT] = "output",
	};
	const struct net_device *out = NULL;
	char line[LINE_MAX];
	int n;

	if (!__ratelimit(&log_limit))
		return;
	if (hook == PORCH_CHAIN_HOOK_OUTPUT)
		out = p->port->dev;
	else if (hook == PORCH_CHAIN_HOOK_FORWARD)
		out = READ_ONCE(p->nh->dev);
	n = scnprintf(line, sizeof(line), "%s%s%s IN=%s OUT=%s", prefix,
		      *prefix ? " " : "", hooks[hook],
		      p->out ? "" : p->port->dev->name, out ? out->name : "");
	n += put_addresses(line + n, sizeof(line) - n, &p->key);
	n += scnprintf(line + n, sizeof(line) - n, " LEN=%u", p->skb->len);
	put_l4(line + n, sizeof(line) - n, p);
	pr_info("porch: %s\n", line);
}
