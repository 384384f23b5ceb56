/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM porch

#if !defined(PORCH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PORCH_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include "control/stats.h"

#define PORCH_X_TRACE(sym, name, core) { PORCH_DROP_##sym, name },
#define PORCH_X_ENUM(sym, name, core) TRACE_DEFINE_ENUM(PORCH_DROP_##sym);

PORCH_DROP_REASONS(PORCH_X_ENUM)

/*
 * A packet is dropped; ifindex is where it came in, 0 if Porch made it. One that
 * others have freed already is not there to look at.
 */
TRACE_EVENT(porch_drop,

	TP_PROTO(const struct sk_buff *skb, int ifindex, int reason),

	TP_ARGS(skb, ifindex, reason),

	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(int, ifindex)
		__field(unsigned int, len)
		__field(u16, protocol)
		__field(u8, reason)
	),

	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->ifindex = ifindex;
		__entry->len = skb ? skb->len : 0;
		__entry->protocol = skb ? be16_to_cpu(skb->protocol) : 0;
		__entry->reason = reason;
	),

	TP_printk("skbaddr=%p ifindex=%d len=%u protocol=0x%04x reason=%s",
		  __entry->skbaddr, __entry->ifindex, __entry->len,
		  __entry->protocol,
		  __print_symbolic(__entry->reason,
				   PORCH_DROP_REASONS(PORCH_X_TRACE)
				   { -1, NULL }))
);

#endif /* PORCH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
