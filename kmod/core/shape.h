/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shaping: a tree of classes that share a line.
 *
 * Nothing here locks: a shaper has one user at a time, for instance by the lock
 * of the qdisc that it serves. Times are nanoseconds of any steady clock, and
 * may overflow; rates are bytes a second.
 */
#ifndef PORCH_CORE_SHAPE_H
#define PORCH_CORE_SHAPE_H

#include "env.h"
#include "aqm.h"
#include "tbucket.h"

/**
 * define PORCH_SHAPE_CLASSES_MAX - classes of a shaper, the root among them
 */
#define PORCH_SHAPE_CLASSES_MAX	256

/**
 * define PORCH_SHAPE_DEPTH_MAX - classes from the root to a leaf, both counted
 */
#define PORCH_SHAPE_DEPTH_MAX	8

/**
 * define PORCH_SHAPE_FLOWS_MAX - flows of a leaf
 */
#define PORCH_SHAPE_FLOWS_MAX	65536

/**
 * define PORCH_SHAPE_QUANTUM_MIN - the smallest quantum, in bytes
 *
 * A turn costs as much time as a long packet has quanta.
 */
#define PORCH_SHAPE_QUANTUM_MIN	1000

/**
 * define PORCH_SHAPE_DELAY_MAX - the longest delay of a leaf, in nanoseconds
 */
#define PORCH_SHAPE_DELAY_MAX	(60ULL * NSEC_PER_SEC)

/**
 * define PORCH_SHAPE_DROP_BATCH - packets that a full leaf gives up at once
 *
 * No more than half of what the flow has. Looking for the fattest flow is dear,
 * and so is done less often.
 */
#define PORCH_SHAPE_DROP_BATCH	64

/**
 * enum porch_shape_drop - why a packet was dropped
 * @PORCH_SHAPE_DROP_FULL: a limit, of the leaf or of the whole, was reached
 * @PORCH_SHAPE_DROP_STANDING: CoDel found that its queue stands
 * @PORCH_SHAPE_DROP_PURGED: its leaf was purged or removed
 * @PORCH_SHAPE_DROPS: how many reasons there are
 */
enum porch_shape_drop {
	PORCH_SHAPE_DROP_FULL,
	PORCH_SHAPE_DROP_STANDING,
	PORCH_SHAPE_DROP_PURGED,
	PORCH_SHAPE_DROPS,
};

/**
 * struct porch_shape_pkt - a packet, as far as it matters here
 * @next: the next one of its flow
 * @time: from when on it may leave
 * @len: bytes on the line, as porch_shape_len() counts them
 *
 * Part of the caller's packet; 20 bytes, as many as a qdisc may have in an
 * skb's control block. From enqueue to dequeue or drop it belongs to the shaper.
 */
struct porch_shape_pkt {
	struct porch_shape_pkt *next;
	u64 time;
	u32 len;
} __packed __aligned(4);

/**
 * struct porch_shape_backlog - how much waits, or may wait
 * @packets: in packets
 * @bytes: and in bytes
 */
struct porch_shape_backlog {
	u32 packets;
	u64 bytes;
};

/**
 * struct porch_shape_spec - what a class is to be
 * @id: the class's name, chosen by the caller
 * @rate: bytes a second that it is to have before others may borrow, or 0. It
 *	does, if each class above has at least what those below have together.
 *	Without meaning for the root
 * @ceil: bytes a second that it may not exceed, 0 for no such limit
 * @burst: bytes that @rate may be ahead; not 0 unless @rate is
 * @ceil_burst: bytes that @ceil may be ahead; not 0 unless @ceil is
 * @quantum: its share among siblings of the same priority, in bytes that it may
 *	send in a turn; at least PORCH_SHAPE_QUANTUM_MIN
 * @prio: smaller ones go first among siblings
 * @flows: flows that a leaf tells apart, up to PORCH_SHAPE_FLOWS_MAX; 0 makes
 *	the class an inner one, and all that follows is without meaning
 * @flow_quantum: bytes that a flow may send in a turn, at least
 *	PORCH_SHAPE_QUANTUM_MIN
 * @ecn: mark packets, if they can be marked, where CoDel would drop them
 * @delay: nanoseconds that each packet has to wait, up to PORCH_SHAPE_DELAY_MAX
 * @limit: the backlog that it may have, delayed packets and all; not 0
 * @codel: for each flow; with an interval of 0 there is no CoDel
 */
struct porch_shape_spec {
	u32 id;
	u64 rate;
	u64 ceil;
	u32 burst;
	u32 ceil_burst;
	u32 quantum;
	u8 prio;
	u32 flows;
	u32 flow_quantum;
	bool ecn;
	u64 delay;
	struct porch_shape_backlog limit;
	struct porch_codel_params codel;
};

/**
 * struct porch_shape_stats - what a class and all below it did
 * @packets: packets that left
 * @bytes: their bytes
 * @borrowed: those of them that its own rate did not cover; without meaning for
 *	the root
 * @marks: packets marked
 * @drops: packets dropped, by reason
 * @backlog: what is queued
 *
 * All bytes are as porch_shape_len() counts them. The packets of a class that is
 * removed remain counted in those above.
 */
struct porch_shape_stats {
	u64 packets;
	u64 bytes;
	u64 borrowed;
	u64 marks;
	u64 drops[PORCH_SHAPE_DROPS];
	struct porch_shape_backlog backlog;
};

struct porch_shape;
struct porch_shape_class;

/**
 * struct porch_shape_ops - what the packets' owner has to do
 * @drop: take back a packet that is dropped
 * @mark: mark a packet as having met congestion; false if it cannot be marked
 *
 * Called from porch_shape_enqueue(), dequeue(), change(), purge(), remove() and
 * fini(), and not to call any function of the shaper.
 */
struct porch_shape_ops {
	void (*drop)(struct porch_shape *s, struct porch_shape_pkt *pkt,
		     enum porch_shape_drop why);
	bool (*mark)(struct porch_shape_pkt *pkt);
};

/**
 * struct porch_shape_line - what holds for a shaper as a whole
 * @overhead: bytes that the line adds to each frame (or takes away)
 * @mpu: bytes that each frame has at least, on the line
 * @limit: the backlog that all leaves together may have
 */
struct porch_shape_line {
	s16 overhead;
	u16 mpu;
	struct porch_shape_backlog limit;
};

/**
 * struct porch_shape - a shaper
 * @ops: what the packets' owner does
 * @line: what holds as a whole; whoever changes it need not tell anyone
 * @root: the class at the top, NULL if there is none
 * @classes: all of them, in the order of their insertion
 * @n_classes: how many
 * @turns: turns that classes have had
 */
struct porch_shape {
	const struct porch_shape_ops *ops;
	struct porch_shape_line line;
	struct porch_shape_class *root;
	struct list_head classes;
	u32 n_classes;
	u64 turns;
};

void porch_shape_init(struct porch_shape *s, const struct porch_shape_ops *ops,
		      const struct porch_shape_line *line);
void porch_shape_fini(struct porch_shape *s);

struct porch_shape_class *
porch_shape_class_alloc(const struct porch_shape_spec *spec, gfp_t gfp);
void porch_shape_class_free(struct porch_shape_class *c);
const struct porch_shape_spec *
porch_shape_class_spec(const struct porch_shape_class *c);
const struct porch_shape_stats *
porch_shape_class_stats(const struct porch_shape_class *c);

u32 porch_shape_class_ahead(const struct porch_shape_class *c);
const struct porch_shape_class *
porch_shape_class_parent(const struct porch_shape_class *c);

struct porch_shape_class *porch_shape_next(const struct porch_shape *s,
					   const struct porch_shape_class *c);
struct porch_shape_class *porch_shape_lookup(const struct porch_shape *s,
					     u32 id);
int porch_shape_insert(struct porch_shape *s, struct porch_shape_class *parent,
		       struct porch_shape_class *c, u64 now);
int porch_shape_change(struct porch_shape *s, struct porch_shape_class *c,
		       const struct porch_shape_spec *spec, u64 now);
int porch_shape_remove(struct porch_shape *s, struct porch_shape_class *c);
void porch_shape_purge(struct porch_shape *s);

bool porch_shape_enqueue(struct porch_shape *s, struct porch_shape_class *leaf,
			 struct porch_shape_pkt *pkt, u32 hash, u64 now);
struct porch_shape_pkt *porch_shape_dequeue(struct porch_shape *s, u64 now,
					    u64 *wait);

/**
 * porch_shape_len() - how long is a packet on the line?
 * @s: the shaper
 * @bytes: of all its frames
 * @frames: into how many the packet will be cut, not 0
 *
 * Return: what to write into the packet before it is queued.
 */
static inline u32 porch_shape_len(const struct porch_shape *s, u32 bytes,
				  u32 frames)
{
	s64 len = bytes + (s64)s->line.overhead * frames;
	s64 least = max((s64)s->line.mpu * frames, (s64)1);

	return min_t(s64, max(len, least), U32_MAX);
}

#endif /* PORCH_CORE_SHAPE_H */
