/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Incremental update of the Internet checksum, RFC 1624 equation 3:
 *
 *	HC' = ~(~HC + ~m + m')
 *
 * where HC is the checksum in the header, m the old and m' the new value of a
 * 16-bit field. Of the equations in that RFC it is the one that never turns a
 * sum into the wrong one of the two zeros (0x0000 and 0xffff): if HC is what
 * a full computation gives, so is HC'. One's complement addition does not
 * care about byte order, hence no swapping.
 *
 * Header only, for the packet's way: each is a handful of instructions.
 */
#ifndef PORCH_CORE_CSUM_H
#define PORCH_CORE_CSUM_H

#include "env.h"

/* Brings a sum of up to 65536 16-bit words into 16 bits, and inverts it. */
static inline __sum16 porch_csum_finish(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (__force __sum16)(u16)~sum;
}

/**
 * porch_csum_replace16() - checksum after one aligned 16-bit field changed
 * @sum: the checksum as it stands in the header
 * @from: the field's old value
 * @to: the field's new value
 *
 * The field must lie at an even offset of what is summed. For UDP, where a
 * checksum of 0 means that there is none, the caller skips a zero @sum and
 * turns a zero result into 0xffff.
 *
 * Return: the new checksum.
 */
static inline __sum16 porch_csum_replace16(__sum16 sum, __be16 from, __be16 to)
{
	return porch_csum_finish((u16)~(__force u16)sum +
				 (u16)~(__force u16)from + (__force u16)to);
}

/**
 * porch_csum_replace32() - checksum after one aligned 32-bit field changed
 * @sum: the checksum as it stands in the header
 * @from: the field's old value
 * @to: the field's new value
 *
 * As porch_csum_replace16(), which see.
 *
 * Return: the new checksum.
 */
static inline __sum16 porch_csum_replace32(__sum16 sum, __be32 from, __be32 to)
{
	u32 f = ~(__force u32)from;
	u32 t = (__force u32)to;

	return porch_csum_finish((u16)~(__force u16)sum + (f & 0xffff) +
				 (f >> 16) + (t & 0xffff) + (t >> 16));
}

/**
 * porch_csum_dec_ttl() - take one off the TTL of an IPv4 header
 * @ttl: the header's TTL, at least 1; it is written
 * @check: the header's checksum; it is written
 *
 * The TTL is the first, hence more significant, byte of its 16-bit word, so
 * ~m + m' is the constant ~0x0100 whatever the other byte is.
 *
 * Return: the new TTL.
 */
static inline u8 porch_csum_dec_ttl(u8 *ttl, __sum16 *check)
{
	*check = porch_csum_finish((u16)~(__force u16)*check +
				   (__force u16)cpu_to_be16(0xfeff));
	return --*ttl;
}

#endif /* PORCH_CORE_CSUM_H */
