/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A keyed hash for small tables of fixed-size keys that the administrator
 * fills. It is quick, not cryptographic: a table that strangers fill takes a
 * keyed pseudo-random function such as SipHash.
 */
#ifndef PORCH_CORE_HASH_H
#define PORCH_CORE_HASH_H

#include "env.h"

/**
 * porch_hash64() - mix a 64-bit key with a seed
 * @key: the key
 * @seed: a secret random number, the same for all keys of one table
 *
 * For a given seed this is a bijection, so different keys never share all 64
 * bits; every bit of the result depends on every bit of the key. To hash a
 * longer key, feed the result in as the next word's seed.
 *
 * Source: the 64-bit finaliser of MurmurHash3 (Austin Appleby, public domain).
 *
 * Return: the hash.
 */
static inline u64 porch_hash64(u64 key, u64 seed)
{
	u64 h = key ^ seed;

	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	h ^= h >> 33;
	return h;
}

#endif /* PORCH_CORE_HASH_H */
