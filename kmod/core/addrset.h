/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An immutable set of the addresses that are ours, built once from an array
 * and looked up without a lock.
 *
 * A set is published by rcu_assign_pointer() of the configuration that holds
 * it, and from then on never changes, so readers use plain loads. A change of
 * addresses builds a new set; the owner frees the old one after a grace
 * period.
 */
#ifndef PORCH_CORE_ADDRSET_H
#define PORCH_CORE_ADDRSET_H

#include "env.h"

/**
 * enum porch_addr_kind - what an address is to us
 * @PORCH_ADDR_NONE: not ours
 * @PORCH_ADDR_LOCAL: a unicast address of ours
 * @PORCH_ADDR_BROADCAST: IPv4: a subnet's broadcast address
 * @PORCH_ADDR_ANYCAST: IPv6: an anycast address that we listen to
 *
 * If an address is in a set more than once, the lowest kind counts.
 */
enum porch_addr_kind {
	PORCH_ADDR_NONE,
	PORCH_ADDR_LOCAL,
	PORCH_ADDR_BROADCAST,
	PORCH_ADDR_ANYCAST,
};

/**
 * struct porch_addrset_entry - one address, as given to porch_addrset_alloc()
 * @a4: the address if @ipver is 4
 * @a6: the address if @ipver is 6
 * @ifindex: the device that an IPv6 link-local address (fe80::/10) belongs to,
 *           or 0 for any; meaningless for all other addresses, which are ours
 *           on whatever device they arrive
 * @ipver: 4 or 6
 * @kind: enum porch_addr_kind: local, broadcast (IPv4), anycast (IPv6)
 */
struct porch_addrset_entry {
	union {
		__be32 a4;
		struct in6_addr a6;
	};
	int ifindex;
	u8 ipver;
	u8 kind;
};

/**
 * define PORCH_ADDRSET_MAX - the largest number of entries
 */
#define PORCH_ADDRSET_MAX	(1024 * 1024)

struct porch_addrset;

struct porch_addrset *
porch_addrset_alloc(const struct porch_addrset_entry *entries, unsigned int n,
		    u64 seed, gfp_t gfp);
void porch_addrset_free(struct porch_addrset *s);
bool porch_addrset_equal(const struct porch_addrset *a,
			 const struct porch_addrset *b);
u8 porch_addrset_lookup4(const struct porch_addrset *s, __be32 addr);
u8 porch_addrset_lookup6(const struct porch_addrset *s,
			 const struct in6_addr *addr, int ifindex);

#endif /* PORCH_CORE_ADDRSET_H */
