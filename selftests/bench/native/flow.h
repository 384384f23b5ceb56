/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flow tables that are measured: a packet's flow is found, and its record
 * updated.
 */
#ifndef PORCH_BENCH_FLOW_H
#define PORCH_BENCH_FLOW_H

#include "bench.h"

/**
 * struct tuple - by what a flow is known
 * @src: source address, as on the wire
 * @dst: destination address
 * @sport: source port
 * @dport: destination port
 * @proto: protocol
 * @zero: so that all of it can be compared
 */
struct tuple {
	u32 src;
	u32 dst;
	u16 sport;
	u16 dport;
	u8 proto;
	u8 zero[3];
};

/**
 * struct record - what a packet updates: a cache line
 * @id: number of the flow, from 1; what a lookup is to find
 * @packets: counted
 * @bytes: counted
 * @last: time of the last one
 * @rest: as much as there is room for
 */
struct record {
	u64 id;
	u64 packets;
	u64 bytes;
	u64 last;
	u64 rest[4];
} __attribute__((aligned(64)));

/**
 * record_update() - count a packet
 * @r: its flow's record
 * @now: the time
 *
 * Return: the flow's id.
 */
static inline u64 record_update(struct record *r, u64 now)
{
	r->packets++;
	r->bytes += 64;
	r->last = now;
	return r->id;
}

/* The length of a key in Porch's table, struct porch_flow_key */
#define FLOW_KEY_LEN	40

/**
 * struct flow_kind - a flow table
 * @make: make one with flows 1 to @n of these keys; ends the run if that fails
 * @packets: how many have been counted in all records
 * @unmake: free one
 * @way: how to look keys up, see struct contender
 */
struct flow_kind {
	void *(*make)(const struct tuple *t, u32 n);
	u64 (*packets)(const void *table);
	void (*unmake)(void *table);
	struct contender way[2];
};

/* The first is Porch's. */
extern const struct flow_kind flow_porch;
extern const struct flow_kind flow_dpdk[2];

/**
 * flow_porch_key() - a key in the form of Porch's
 * @t: the key
 * @key: filled: FLOW_KEY_LEN bytes, aligned to 8
 */
void flow_porch_key(const struct tuple *t, void *key);

#endif /* PORCH_BENCH_FLOW_H */
