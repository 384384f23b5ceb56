/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the algorithms in core/ need from their environment: this list and
 * nothing else. In user space a shim with the same include guard takes its
 * place (the one in selftests/core/, given to the compiler with -include), so
 * that the very same files run in the kernel and under the sanitizers.
 *
 * No skb, no clock and no allocation policy here: core/ gets the time, seeds
 * and gfp flags as arguments.
 */
#ifndef PORCH_CORE_ENV_H
#define PORCH_CORE_ENV_H

#include <linux/atomic.h>
#include <linux/bitops.h>	/* fls64() */
#include <asm/barrier.h>	/* smp_load_acquire() */
#include <asm/byteorder.h>	/* be32_to_cpu() and its like */
#include <linux/cache.h>	/* ____cacheline_aligned_in_smp */
#include <linux/compiler.h>	/* likely(), READ_ONCE() */
#include <linux/container_of.h>
#include <linux/err.h>		/* ERR_PTR() */
#include <linux/errno.h>
#include <uapi/linux/icmp.h>	/* ICMP_ECHO and its like */
#include <uapi/linux/icmpv6.h>
#include <linux/in6.h>		/* struct in6_addr */
#include <linux/limits.h>	/* U64_MAX */
#include <linux/list.h>
#include <linux/log2.h>		/* roundup_pow_of_two() */
#include <linux/math.h>		/* int_sqrt64() */
#include <linux/math64.h>	/* div64_u64() */
#include <linux/minmax.h>	/* min(), max() */
#include <linux/mm.h>		/* kvzalloc(), kvcalloc(), kvfree() */
#include <linux/overflow.h>	/* check_mul_overflow(), struct_size() */
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>	/* cond_resched() */
#include <linux/slab.h>		/* kzalloc(), kmemdup(), kfree() */
#include <linux/spinlock.h>
#include <linux/string.h>	/* memcpy(), memcmp() */
#include <linux/time64.h>	/* NSEC_PER_SEC */
#include <linux/types.h>

/*
 * Of a variable on the stack that is written before it is read: kernels with
 * CONFIG_INIT_STACK_ALL_ZERO would clear it before. Linux 6.1 has no name for it.
 */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized	__attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

#endif /* PORCH_CORE_ENV_H */
