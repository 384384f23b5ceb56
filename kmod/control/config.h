/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_CONFIG_H
#define PORCH_CONFIG_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/porch.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "core/addrset.h"
#include "core/conn.h"
#include "core/lpm.h"
#include "net.h"

struct porch_classes;
struct porch_lanes;

/**
 * union porch_addr - an address of either family
 * @v4: IPv4, network byte order
 * @v6: IPv6
 * @bytes: as the longest prefix match reads it
 */
union porch_addr {
	__be32 v4;
	struct in6_addr v6;
	u8 bytes[16];
};

/**
 * struct porch_nexthop - where a packet goes next
 * @dev: the output device, with a reference; NULL once the device has gone
 * @tracker: of the reference
 * @gw: the next router; meaningless unless @has_gw
 * @has_gw: whether there is one; else the destination itself is on the link
 * @onlink: the user vouches for the gateway
 * @weight: its share among several; 0 if it is the only one
 * @failed: of several, its neighbour did not answer and has not done so since;
 *	a note of the path's
 *
 * The neighbour and its link-layer header are the kernel's; they are looked
 * up, never kept.
 */
struct porch_nexthop {
	struct net_device *dev;
	netdevice_tracker tracker;
	union porch_addr gw;
	bool has_gw;
	bool onlink;
	u8 weight;
	bool failed;
};

/**
 * struct porch_route - an entry of the FIB; immutable once published
 * @dst: the prefix
 * @table: number of the table that it is in
 * @plen: length of the prefix in bits
 * @family: AF_INET or AF_INET6
 * @type: what becomes of the packet
 * @link: in the edit that adds or removes it, or with the generation that
 *	retires it; empty while it is in force
 * @n_nh: how many next hops there are; 0 for all types but unicast
 * @nh: where to; of several, each flow takes one
 */
struct porch_route {
	union porch_addr dst;
	u32 table;
	u8 plen;
	u8 family;
	enum porch_route_type type;
	struct list_head link;
	u8 n_nh;
	struct porch_nexthop nh[];
};

/**
 * struct porch_table - a routing table of one generation
 * @id: its number
 * @fib4: IPv4 routes, values are struct porch_route
 * @fib6: IPv6 routes, likewise
 */
struct porch_table {
	u32 id;
	struct porch_lpm fib4;
	struct porch_lpm fib6;
};

/**
 * struct porch_table_edit - the making of a table's next version
 * @id: its number
 * @fib4: changes of the IPv4 routes
 * @fib6: changes of the IPv6 routes
 */
struct porch_table_edit {
	u32 id;
	struct porch_lpm_edit fib4;
	struct porch_lpm_edit fib6;
};

/**
 * struct porch_route_rule - packets that are routed by another table; immutable
 *	once published
 * @pref: its place among the rules, the lowest first
 * @table: number of the table
 * @family: of @src, AF_INET or AF_INET6; 0 if packets of both are meant
 * @plen: length of the prefix in bits
 * @src: the prefix that the source is in, if there is a @family
 * @has_dev: packets have to come in by a device
 * @dev: the device, with a reference; NULL once it has gone
 * @tracker: of the reference
 * @mark: the bits that the mark has to have
 * @mask: of the bits that are looked at
 * @link: in the edit that adds or removes it, or with the generation that
 *	retires it; empty while it is in force
 */
struct porch_route_rule {
	u32 pref;
	u32 table;
	u8 family;
	u8 plen;
	union porch_addr src;
	bool has_dev;
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 mark;
	u32 mask;
	struct list_head link;
};

/**
 * struct porch_settings - what the engine is told
 * @vector: packets that travel the path together, at most
 * @time_limit: time that one poll may take, in microseconds
 * @lane_limit: packets that the lanes of one CPU may hold together
 * @icmp_rate: ICMP errors that one CPU may send in a second
 * @threaded: 1 if threads do the work, of the engine and of the ports' NAPIs
 * @budget: packets of one source that one CPU lets in during a second, before
 *	more take the bulk lane; 0 for any number
 * @control_budget: the same of the control lane
 * @budget_burst: packets at once that are within a budget
 * @lane_defaults: 1 if the rules of default choose lanes, too
 */
struct porch_settings {
	u32 vector;
	u32 time_limit;
	u32 lane_limit;
	u32 icmp_rate;
	u32 threaded;
	u32 budget;
	u32 control_budget;
	u32 budget_burst;
	u32 lane_defaults;
};

/**
 * struct porch_settings_spec - settings as a request describes them
 * @given: which there are, a bit for the number of each attribute
 * @value: their values
 */
struct porch_settings_spec {
	unsigned long given;
	struct porch_settings value;
};

/**
 * struct porch_track - how flows are followed
 * @flows: the largest number of flows
 * @conn: how connections are
 */
struct porch_track {
	u32 flows;
	struct porch_conn_settings conn;
};

/**
 * struct porch_track_spec - the same as a request describes it
 * @given: which there are, a bit for the number of each attribute
 * @value: their values
 */
struct porch_track_spec {
	unsigned long given;
	struct porch_track value;
};

struct porch_flows;
struct porch_ruleset;

/**
 * struct porch_config - one generation of the configuration
 * @gen: its number; every change adds one, even one in place
 * @set: settings of the engine
 * @tables: the routing tables that have routes, and the main table, by number
 * @n_tables: how many
 * @main: the main table, one of @tables
 * @route_rules: rules that choose a table, by preference
 * @n_route_rules: how many
 * @ruleset: what packets are judged by
 * @track: how flows are followed
 * @flows: the flow table, the instance's; NULL if there were never any rules
 * @local: this machine's own addresses
 * @n_local: how many, on all devices
 * @classes: how packets are shaped, NULL for no class at all
 * @lanes: rules that choose a lane, NULL for none but those of default
 * @retired: what this generation alone still uses, filled when it is replaced
 * @retire: frees @retired and this generation after a grace period
 *
 * A vector reads pn->config once and sees nothing else until its end.
 */
struct porch_config {
	u32 gen;
	struct porch_settings set;
	struct porch_table *tables;
	unsigned int n_tables;
	const struct porch_table *main;
	struct porch_route_rule **route_rules;
	unsigned int n_route_rules;
	struct porch_ruleset *ruleset;
	struct porch_track track;
	struct porch_flows *flows;
	struct porch_addrset *local;
	u32 n_local;
	struct porch_classes *classes;
	struct porch_lanes *lanes;
	struct {
		struct porch_lpm_retired fibs;
		struct list_head routes;
		struct list_head rules;
		struct list_head chains;
		struct list_head sets;
		struct list_head ports;
		struct porch_lpm_retired set_nodes;
		struct porch_ruleset *ruleset;
		struct list_head route_rules;
		struct porch_addrset *local;
		struct porch_classes *classes;
		struct porch_lanes *lanes;
	} retired;
	struct rcu_work retire;
};

/**
 * struct porch_edit - a change in preparation
 * @pn: the instance, whose lock the edit holds
 * @next: the generation to be
 * @tables: the tables of the generation before, and those that were added, by
 *	number
 * @n_tables: how many
 * @added: routes that exist in @next only
 * @removed: routes that @next no longer has
 * @ruleset: the rules in force, which @next shares until the edit changes any
 * @rules: those of them that @next no longer has
 * @route_rules_added: rules that exist in @next only
 * @route_rules_removed: rules that @next no longer has
 * @sets: sets that @next no longer has
 * @attached: ports to be, hooked but not armed
 * @detached: ports to be no more, still at work
 * @dropped: ports that the edit has attached and detached, never at work; their
 *	hooks go at its end
 *
 * Everything that may fail happens before porch_edit_publish(), which cannot. A
 * route that an edit has added and takes away again is on no list: nobody saw
 * it.
 */
struct porch_edit {
	struct porch_net *pn;
	struct porch_config *next;
	struct porch_table_edit *tables;
	unsigned int n_tables;
	struct list_head added;
	struct list_head removed;
	struct porch_ruleset *ruleset;
	struct list_head rules;
	struct list_head route_rules_added;
	struct list_head route_rules_removed;
	struct list_head sets;
	struct list_head attached;
	struct list_head detached;
	struct list_head dropped;
};

int porch_config_init(struct porch_net *pn);
void porch_config_fini(struct porch_net *pn);

int porch_edit_begin(struct porch_edit *e, struct porch_net *pn);
void porch_edit_publish(struct porch_edit *e);
void porch_edit_abort(struct porch_edit *e);

void porch_config_renumber(struct porch_net *pn);

u32 *porch_setting(struct porch_settings *set, int attr);
void porch_settings_change(struct porch_settings *set,
			   const struct porch_settings_spec *spec);

/**
 * porch_edit_now() - the generation in force while an edit goes on
 * @e: the edit
 *
 * Return: the generation that @e is to replace.
 */
static inline const struct porch_config *
porch_edit_now(const struct porch_edit *e)
{
	return rcu_dereference_protected(e->pn->config,
					 lockdep_is_held(&e->pn->lock));
}

/**
 * porch_config_gen() - number of the generation in force
 * @pn: the instance
 *
 * Context: any.
 *
 * Return: the number, never 0.
 */
static inline u32 porch_config_gen(const struct porch_net *pn)
{
	u32 gen;

	rcu_read_lock();
	gen = READ_ONCE(rcu_dereference(pn->config)->gen);
	rcu_read_unlock();
	return gen;
}

/**
 * porch_fib_bits() - length of an address
 * @family: AF_INET or AF_INET6
 *
 * Return: bits.
 */
static inline u8 porch_fib_bits(u8 family)
{
	return family == AF_INET ? 32 : 128;
}

/**
 * porch_table_fib() - the routes of a family in a table
 * @t: the table
 * @family: AF_INET or AF_INET6
 *
 * Return: the routes.
 */
static inline const struct porch_lpm *porch_table_fib(const struct porch_table *t,
						      u8 family)
{
	return family == AF_INET ? &t->fib4 : &t->fib6;
}

#endif /* PORCH_CONFIG_H */
