/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_STATS_H
#define PORCH_STATS_H

#include <linux/types.h>
#include <linux/porch.h>

struct porch_net;

/*
 * Every counter has a stable name, which the tool shows and the documentation
 * explains. The lists are the one place where a reason is added.
 *
 * Reasons for a packet that Porch made itself: X(symbol, name).
 */
#define PORCH_CREATED_REASONS(X)			\
	X(ICMP_ERROR,		"icmp-error")		\
	X(FRAGMENT,		"fragment")		\
	X(SEGMENT,		"segment")		\
	X(TCP_RESET,		"tcp-reset")

/* Reasons for handing a packet to the stock stack: X(symbol, name). */
#define PORCH_PUNT_REASONS(X)				\
	X(NON_IP,		"non-ip")		\
	X(VLAN,			"vlan")			\
	X(SOCKET,		"socket")		\
	X(MULTICAST,		"multicast")		\
	X(BROADCAST,		"broadcast")		\
	X(INJECTED,		"injected")

/*
 * Reasons for dropping a packet: X(symbol, name, core reason). Modules cannot
 * add to the kernel's own list, so each is mapped to the nearest core reason,
 * which drop monitors show; ours goes to the counter and the tracepoint.
 */
#define PORCH_DROP_REASONS(X)						\
	X(NO_MEMORY,		"no-memory",		NOMEM)		\
	X(PORT_DOWN,		"port-down",		DEV_READY)	\
	X(CONTROL_LANE_FULL,	"control-lane-full",	CPU_BACKLOG)	\
	X(HIGH_LANE_FULL,	"high-lane-full",	CPU_BACKLOG)	\
	X(NORMAL_LANE_FULL,	"normal-lane-full",	CPU_BACKLOG)	\
	X(BULK_LANE_FULL,	"bulk-lane-full",	CPU_BACKLOG)	\
	X(IPV4_HEADER,		"ipv4-header",		IP_INHDR)	\
	X(IPV4_CHECKSUM,	"ipv4-checksum",	IP_CSUM)	\
	X(IPV4_OPTIONS,		"ipv4-options",		IP_INHDR)	\
	X(IPV4_SOURCE_ROUTE,	"ipv4-source-route",	IP_INHDR)	\
	X(IPV6_HEADER,		"ipv6-header",		IP_INHDR)	\
	X(IPV6_EXTENSION,	"ipv6-extension",	IP_INHDR)	\
	X(TRUNCATED,		"truncated",		PKT_TOO_SMALL)	\
	X(L4_HEADER,		"l4-header",		PKT_TOO_SMALL)	\
	X(L4_CHECKSUM,		"l4-checksum",		SKB_CSUM)	\
	X(FRAGMENT,		"fragment",		IP_INHDR)	\
	X(NESTED_TAG,		"nested-tag",		IP_INHDR)	\
	X(LRO,			"lro",			NOT_SPECIFIED)	\
	X(OFFLOADED,		"offloaded",		NOT_SPECIFIED)	\
	X(L2_MULTICAST,		"l2-multicast",	UNICAST_IN_L2_MULTICAST) \
	X(MARTIAN_SOURCE,	"martian-source",	IP_INADDRERRORS) \
	X(MARTIAN_DESTINATION,	"martian-destination",	IP_INADDRERRORS) \
	X(LINK_LOCAL,		"link-local",		IP_INADDRERRORS) \
	X(NO_ROUTE,		"no-route",		IP_INNOROUTES)	\
	X(BLACKHOLE,		"blackhole",		IP_INNOROUTES)	\
	X(UNREACHABLE,		"unreachable",		IP_INNOROUTES)	\
	X(PROHIBIT,		"prohibit",		IP_INNOROUTES)	\
	X(LINK_DOWN,		"link-down",		DEV_READY)	\
	X(IPV6_DISABLED,	"ipv6-disabled",	IPV6DISABLED)	\
	X(TTL_EXCEEDED,		"ttl-exceeded",		IP_INHDR)	\
	X(TOO_BIG,		"too-big",		PKT_TOO_BIG)	\
	X(NEIGHBOUR_FAILED,	"neighbour-failed",	NEIGH_FAILED)	\
	X(NEIGHBOUR_TABLE,	"neighbour-table",	NEIGH_CREATEFAIL) \
	X(FRAGMENTING,		"fragmenting",		NOT_SPECIFIED)	\
	X(POLICY,		"policy",		NETFILTER_DROP)	\
	X(REJECTED,		"rejected",		NETFILTER_DROP)	\
	X(FLOW_TABLE,		"flow-table",		NOMEM)		\
	X(FLOW_CLASH,		"flow-clash",		NETFILTER_DROP)	\
	X(FRAGMENT_LOST,	"fragment-lost",	NETFILTER_DROP)	\
	X(NAT_INVALID,		"nat-invalid",		NETFILTER_DROP)	\
	X(NAT_ADDRESS,		"nat-address",		NETFILTER_DROP)	\
	X(NAT_PORTS,		"nat-ports",		NETFILTER_DROP)	\
	X(NAT_MOVED,		"nat-moved",		NETFILTER_DROP)	\
	X(RING_FULL,		"ring-full",		FULL_RING)	\
	X(NO_QUEUE,		"no-queue",		NETFILTER_DROP)	\
	X(QUEUE_FULL,		"queue-full",		NETFILTER_DROP)	\
	X(QUEUE_GONE,		"queue-gone",		NETFILTER_DROP)	\
	X(QUEUED_AGAIN,		"queued-again",		NETFILTER_DROP)	\
	X(VERDICT,		"verdict",		NETFILTER_DROP)	\
	X(VERDICT_LATE,		"verdict-late",		NETFILTER_DROP)

/* What the engine counts of its own work: X(symbol, name). */
#define PORCH_ENGINE_COUNTERS(X)			\
	X(POLLS,		"polls")		\
	X(THREAD_POLLS,		"thread-polls")		\
	X(VECTORS,		"vectors")		\
	X(PACKETS,		"packets")		\
	X(TIME_LIMITED,		"time-limited")		\
	X(NEIGHBOUR_SENT,	"neighbour-sent")	\
	X(DEVICE_BUSY,		"device-busy")		\
	X(GUARDED,		"guarded")		\
	X(UNPARSED,		"unparsed")		\
	X(ICMP_LIMITED,		"icmp-limited")		\
	X(ICMP_SUPPRESSED,	"icmp-suppressed")	\
	X(FLOW_ADDED,		"flow-added")		\
	X(FLOW_AGED,		"flow-aged")		\
	X(FLOW_EVICTED,		"flow-evicted")		\
	X(FLOW_REMOVED,		"flow-removed")		\
	X(TAPPED,		"tapped")		\
	X(TAP_LOST,		"tap-lost")		\
	X(BYPASSED,		"bypassed")

/*
 * What the door has done: X(symbol, name). First what has taken each lane, in the
 * order of enum porch_lane; "sources" goes down again only with the engine.
 */
#define PORCH_LANE_COUNTERS(X)				\
	X(CONTROL,		"control")		\
	X(HIGH,			"high")			\
	X(NORMAL,		"normal")		\
	X(BULK,			"bulk")			\
	X(OVER_BUDGET,		"over-budget")		\
	X(SOURCES,		"sources")

/* Rules for lanes that are there by default */
#define PORCH_N_LANE_DEFAULTS	18

#define PORCH_X_CREATED(sym, ...)	PORCH_CREATED_##sym,
#define PORCH_X_PUNT(sym, ...)		PORCH_PUNT_##sym,
#define PORCH_X_DROP(sym, ...)		PORCH_DROP_##sym,
#define PORCH_X_ENGINE(sym, ...)	PORCH_ENGINE_##sym,
#define PORCH_X_LANE(sym, ...)		PORCH_COUNT_LANE_##sym,

enum porch_created { PORCH_CREATED_REASONS(PORCH_X_CREATED) PORCH_N_CREATED };
enum porch_punt { PORCH_PUNT_REASONS(PORCH_X_PUNT) PORCH_N_PUNT };
enum porch_drop { PORCH_DROP_REASONS(PORCH_X_DROP) PORCH_N_DROP };
enum porch_engine_counter { PORCH_ENGINE_COUNTERS(PORCH_X_ENGINE) PORCH_N_ENGINE };
enum porch_lane_counter { PORCH_LANE_COUNTERS(PORCH_X_LANE) PORCH_N_LANE };

/**
 * struct porch_stats - what one CPU counts, all in skbs
 * @rx: admitted from ports
 * @from_stack: of local origin, met on their way out by a port
 * @injected: made by an application, by a ring
 * @sent: handed to a device, a qdisc or a neighbour, whatever these lose later
 * @local: for this machine's own addresses, given to the stock stack
 * @to_stack: of local origin, left to the stock stack, which sends them
 * @ring_owned: an application's from now on
 * @held: waiting for an application's answer; a packet may be held by one CPU and
 *	let go by another, so that only the sum over all is a number
 * @queued: waiting in the lanes; the engine goes by it, so it is exact on its CPU
 * @created: made by Porch itself, by reason
 * @punt: given to the stock stack, by reason
 * @drop: dropped, by reason
 * @engine: the engine's own counters
 * @lane: the door's
 * @lane_default: packets that have met each rule for lanes that is there by default
 *
 * Written by its CPU alone, with softirqs off. The ledger of one CPU balances
 * by itself whenever no packet is in flight there:
 * rx + from_stack + injected + Σ created = sent + local + to_stack + Σ punt +
 * Σ drop + ring_owned + held + queued.
 */
struct porch_stats {
	u64 rx;
	u64 from_stack;
	u64 injected;
	u64 sent;
	u64 local;
	u64 to_stack;
	u64 ring_owned;
	u64 held;
	u64 queued;
	u64 created[PORCH_N_CREATED];
	u64 punt[PORCH_N_PUNT];
	u64 drop[PORCH_N_DROP];
	u64 engine[PORCH_N_ENGINE];
	u64 lane[PORCH_N_LANE];
	u64 lane_default[PORCH_N_LANE_DEFAULTS];
};

/**
 * struct porch_counter - a counter that can be asked for by name
 * @group: the chapter it belongs to
 * @name: its stable name within the group
 * @offset: where it lies in struct porch_stats
 */
struct porch_counter {
	enum porch_counter_group group;
	const char *name;
	unsigned int offset;
};

extern const struct porch_counter porch_counters[];
extern const unsigned int porch_n_counters;

/**
 * porch_count_read() - read a counter that belongs to a CPU, from any
 * @count: the counter, 64 bits
 *
 * Whoever counts does so plainly, as nobody else writes there and 64 bits are written
 * at once; data_race() says that this is meant.
 *
 * Return: its value, which may be old already.
 */
#define porch_count_read(count)	data_race(READ_ONCE(count))

const char *porch_drop_name(enum porch_drop reason);
const char *porch_punt_name(enum porch_punt reason);
void porch_stats_sum(const struct porch_net *pn, struct porch_stats *sum);
void porch_stats_sum_sync(const struct porch_net *pn, struct porch_stats *sum);

/**
 * porch_counter_value() - read one counter out of a sum
 * @c: the counter
 * @sum: what porch_stats_sum() filled
 *
 * Return: the value.
 */
static inline u64 porch_counter_value(const struct porch_counter *c,
				      const struct porch_stats *sum)
{
	return *(const u64 *)((const char *)sum + c->offset);
}

#endif /* PORCH_STATS_H */
