// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments: only the first has ports, and lends them to those behind it, so
 * that they find its flow.
 *
 * Nothing is put together, and nothing waits: a fragment that overtakes its
 * first is lost. There is room for a fixed number of packets; a new one takes
 * the place of the oldest of some.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/porch_ring.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>
#include "path/frag.h"
#include "path/vec.h"

#define BUCKETS		256
#define WAYS		4

/* In seconds: as net.ipv4.ipfrag_time, and as long as applications may think */
#define LIFETIME	(30 + PORCH_RING_DEADLINE_MAX / MSEC_PER_SEC)

/*
 * What the fragments of one packet have in common (RFC 791, 3.2; RFC 8200, 4.5).
 * No padding.
 */
struct frag_key {
	union porch_flow_addr src;
	union porch_flow_addr dst;
	__be32 id;
	u16 zone;
	u8 ipver;
	u8 proto;	/* IPv4's only: in IPv6 it may be an extension header's */
};

/* What the first of them lends to the others. */
struct frag_entry {
	struct frag_key key;
	__be16 sport;
	__be16 dport;
	u32 born;	/* 0 if there is none */
	u8 proto;
	u8 state;
};

struct frag_bucket {
	spinlock_t lock;	/* of the entries */
	struct frag_entry entry[WAYS];
};

/**
 * struct porch_frags - packets of which the first fragment was seen
 * @secret: of the hash, which each fragment reads
 * @bucket: the packets, by their hash
 */
struct porch_frags {
	siphash_aligned_key_t secret;
	struct frag_bucket bucket[BUCKETS] ____cacheline_aligned_in_smp;
};

/**
 * porch_frags_alloc() - make an empty table
 *
 * Return: the table, or NULL without memory.
 */
struct porch_frags *porch_frags_alloc(void)
{
	struct porch_frags *f = kvzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	int i;

	if (!f)
		return NULL;
	get_random_bytes(&f->secret, sizeof(f->secret));
	for (i = 0; i < BUCKETS; i++)
		spin_lock_init(&f->bucket[i].lock);
	return f;
}

/**
 * porch_frags_free() - free a table
 * @f: the table, which nobody uses any more, or NULL
 */
void porch_frags_free(struct porch_frags *f)
{
	kvfree(f);
}

static __be32 ipv6_frag_id(const struct sk_buff *skb)
{
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	unsigned int at = 0;

	if (ipv6_find_hdr(skb, &at, NEXTHDR_FRAGMENT, NULL, NULL) < 0)
		return 0;
	fh = skb_header_pointer(skb, at, sizeof(buf), &buf);
	return fh ? fh->identification : 0;
}

static struct frag_key key_of(const struct porch_pkt *p)
{
	struct frag_key key = {
		.src = p->key.src,
		.dst = p->key.dst,
		.zone = p->key.zone,
		.ipver = p->key.ipver,
	};

	if (p->key.ipver == 4) {
		key.id = htonl(ntohs(ip_hdr(p->skb)->id));
		key.proto = p->key.proto;
	} else {
		key.id = ipv6_frag_id(p->skb);
	}
	return key;
}

static struct frag_bucket *bucket_of(struct porch_frags *f,
				     const struct frag_key *key)
{
	u64 hash = siphash(key, sizeof(*key), (siphash_key_t *)&f->secret);

	return &f->bucket[hash % BUCKETS];
}

static bool is_alive(const struct frag_entry *e, u32 now)
{
	return e->born && now - e->born <= LIFETIME;
}

/**
 * porch_frag_keep() - remember what a first fragment has for the others
 * @f: the table
 * @p: the fragment, its key and its state known
 * @now: the time, in seconds, not 0
 *
 * Context: softirqs off.
 */
void porch_frag_keep(struct porch_frags *f, const struct porch_pkt *p, u32 now)
{
	struct frag_key key = key_of(p);
	struct frag_bucket *b = bucket_of(f, &key);
	struct frag_entry *e, *place = b->entry;

	spin_lock(&b->lock);
	for (e = b->entry; e < b->entry + WAYS; e++) {
		if (!memcmp(&e->key, &key, sizeof(key))) {
			place = e;
			break;
		}
		if (!is_alive(e, now) ||
		    (is_alive(place, now) && now - e->born > now - place->born))
			place = e;
	}
	*place = (struct frag_entry) {
		.key = key,
		.sport = p->key.sport,
		.dport = p->key.dport,
		.born = now,
		.proto = p->key.proto,
		.state = p->state,
	};
	spin_unlock(&b->lock);
}

/**
 * porch_frag_lend() - give a later fragment what its first has
 * @f: the table
 * @p: the fragment; gets ports, the protocol and the state of the first
 * @now: the time, in seconds, not 0
 *
 * Context: softirqs off.
 *
 * Return: false if the first was not seen.
 */
bool porch_frag_lend(struct porch_frags *f, struct porch_pkt *p, u32 now)
{
	struct frag_key key = key_of(p);
	struct frag_bucket *b = bucket_of(f, &key);
	bool found = false;
	struct frag_entry *e;

	spin_lock(&b->lock);
	for (e = b->entry; e < b->entry + WAYS && !found; e++) {
		if (!is_alive(e, now) || memcmp(&e->key, &key, sizeof(key)))
			continue;
		p->key.sport = e->sport;
		p->key.dport = e->dport;
		p->key.proto = e->proto;
		p->state = e->state;
		found = true;
	}
	spin_unlock(&b->lock);
	return found;
}
