// SPDX-License-Identifier: GPL-2.0
/*
 * The stock stack forwards nothing that came in by a port.
 *
 * What Porch gives to the stack is for this machine, or multicast. Should the
 * stack see that differently (an address was removed a moment ago; it is a
 * duplicate that IPv6 never took; nftables translates the destination), it
 * would forward the packet past Porch. It is stopped here, before the host's
 * own forward rules, and counted as engine/guarded.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/emit.h"
#include "path/guard.h"

/* Is it a frame that a bridge forwards, and only shows to netfilter? */
static bool is_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_get_physoutif(skb);
#else
	return false;
#endif
}

/*
 * The port that a packet came by: of the one that Porch is giving to the stack,
 * whatever it appears on; or of one that the stack has queued on its way. What is
 * bridged is the bridge's.
 */
static const struct porch_port *port_of(const struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	const struct porch_port *port = porch_emit_giving();

	if (port)
		return port;
	if (is_bridged(skb))
		return NULL;
	port = porch_port_of(state->in);
	return port && READ_ONCE(port->armed) ? port : NULL;
}

static unsigned int guard_port(const struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct porch_port *port = port_of(skb, state);

	if (likely(!port))
		return NF_ACCEPT;
	/* Forwarding may be called with softirqs on, by a tunnel's user. */
	local_bh_disable();
	this_cpu_ptr(port->pn->stats)->engine[PORCH_ENGINE_GUARDED]++;
	local_bh_enable();
	return NF_DROP;
}

/* Porch forwards no multicast, so the stack may. */
static unsigned int guard_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	if (ipv4_is_multicast(ip_hdr(skb)->daddr))
		return NF_ACCEPT;
	return guard_port(skb, state);
}

static unsigned int guard_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	if (ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr))
		return NF_ACCEPT;
	return guard_port(skb, state);
}

static const struct nf_hook_ops guard_ops[] = {
	{
		.hook = guard_ipv4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP_PRI_FIRST,
	},
	{
		.hook = guard_ipv6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP6_PRI_FIRST,
	},
};

/**
 * porch_guard_attach() - watch the stock forwarding of a namespace
 * @net: the namespace
 *
 * Context: process context.
 *
 * Return: 0 or a negative errno.
 */
int porch_guard_attach(struct net *net)
{
	return nf_register_net_hooks(net, guard_ops, ARRAY_SIZE(guard_ops));
}

/**
 * porch_guard_detach() - undo porch_guard_attach()
 * @net: the namespace
 *
 * Context: process context.
 */
void porch_guard_detach(struct net *net)
{
	nf_unregister_net_hooks(net, guard_ops, ARRAY_SIZE(guard_ops));
}

/*
 * SELinux has a hook there on every host that runs it, for labelled networks,
 * which few have. It is known by its priority; nft's chains may have the same.
 */
static bool is_selinux(const struct nf_hook_ops *ops)
{
	return ops->priority == NF_IP_PRI_SELINUX_FIRST &&
	       ops->hook_ops_type == NF_HOOK_OP_UNDEFINED;
}

static bool finds_others(const struct nf_hook_entries *e)
{
	struct nf_hook_ops **ops;
	unsigned int i;

	if (!e)
		return false;
	ops = nf_hook_entries_get_hook_ops(e);
	for (i = 0; i < e->num_hook_entries; i++)
		if (e->hooks[i].hook != guard_ipv4 &&
		    e->hooks[i].hook != guard_ipv6 &&
		    !is_selinux(READ_ONCE(ops[i])))
			return true;
	return false;
}

/**
 * porch_guard_finds_rules() - has the host rules about forwarding?
 * @net: the namespace
 *
 * What Porch forwards does not meet them.
 *
 * Context: any.
 *
 * Return: whether netfilter's forward hook has anybody but us.
 */
bool porch_guard_finds_rules(struct net *net)
{
	bool found;

	rcu_read_lock();
	found = finds_others(rcu_dereference(net->nf.hooks_ipv4[NF_INET_FORWARD])) ||
		finds_others(rcu_dereference(net->nf.hooks_ipv6[NF_INET_FORWARD]));
	rcu_read_unlock();
	return found;
}
