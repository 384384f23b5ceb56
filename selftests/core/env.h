/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The environment of kmod/core/ in user space. It goes before everything else
 * (cc -include), and its include guard, which is that of the kernel's list,
 * keeps that one out.
 *
 * Memory comes from malloc(), so that the sanitizers see it, and any one
 * allocation can be made to fail.
 */
#ifndef PORCH_CORE_ENV_H
#define PORCH_CORE_ENV_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm/byteorder.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <linux/types.h>

/* Types. */
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int __bitwise gfp_t;

#define s128	__int128

#define __force

/* The compiler. */
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define prefetch(p)	__builtin_prefetch(p)
#define cond_resched()	do { } while (0)
#define ____cacheline_aligned_in_smp
#define __uninitialized
#define __noreturn	__attribute__((noreturn))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

#define container_of(p, type, member) ({		\
	void *of_member = (void *)(p);			\
	(type *)(of_member - offsetof(type, member)); })

/* Memory that others write, too. */
#define READ_ONCE(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

struct env_atomic {
	int counter;
};

struct env_atomic64 {
	s64 counter;
};

#define atomic_t		struct env_atomic
#define atomic64_t		struct env_atomic64

#define atomic_read(a)		READ_ONCE((a)->counter)
#define atomic_set(a, n)	WRITE_ONCE((a)->counter, n)
#define atomic_dec(a) \
	((void)__atomic_sub_fetch(&(a)->counter, 1, __ATOMIC_RELAXED))
#define atomic64_set(a, n)	WRITE_ONCE((a)->counter, n)
#define atomic64_inc_return(a) \
	__atomic_add_fetch(&(a)->counter, 1, __ATOMIC_SEQ_CST)

static inline bool atomic_try_cmpxchg(atomic_t *a, int *old, int new)
{
	return __atomic_compare_exchange_n(&a->counter, old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* Pointers that readers follow without a lock. Grace periods are the test's. */
#define __rcu
#define rcu_read_lock()		do { } while (0)
#define rcu_read_unlock()	do { } while (0)
#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_protected(p, c) ((void)(c), READ_ONCE(p))
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)	WRITE_ONCE(p, v)

/* Locks. */
#define __acquires(l)
#define __releases(l)
#define __acquire(l)		do { } while (0)
#define __release(l)		do { } while (0)

#define SINGLE_DEPTH_NESTING	1
#define spinlock_t		pthread_mutex_t
#define spin_lock_init(l)	pthread_mutex_init(l, NULL)
#define spin_lock_bh(l)		pthread_mutex_lock(l)
#define spin_lock_nested(l, n)	((void)(n), pthread_mutex_lock(l))
#define spin_unlock(l)		pthread_mutex_unlock(l)
#define spin_unlock_bh(l)	pthread_mutex_unlock(l)

/* Numbers. */
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)
#define NSEC_PER_SEC	1000000000L

#define min(a, b) ({			\
	__auto_type min_a = (a);	\
	__auto_type min_b = (b);	\
	min_a < min_b ? min_a : min_b; })
#define max(a, b) ({			\
	__auto_type max_a = (a);	\
	__auto_type max_b = (b);	\
	max_a > max_b ? max_a : max_b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))

#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << fls64(n - 1);
}

static inline u32 int_sqrt64(u64 x)
{
	u64 root = 0;
	int bit;

	for (bit = 31; bit >= 0; bit--) {
		u64 more = root | 1ULL << bit;

		if (more * more <= x)
			root = more;
	}
	return root;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

/* Byte order. */
#define cpu_to_be16	__cpu_to_be16
#define cpu_to_be32	__cpu_to_be32
#define cpu_to_be64	__cpu_to_be64
#define be16_to_cpu	__be16_to_cpu
#define be32_to_cpu	__be32_to_cpu
#define be64_to_cpu	__be64_to_cpu

/* Pointers that may be errors. */
#define IS_ERR(p)	((uintptr_t)(p) >= (uintptr_t)-4095)
#define ERR_PTR(e)	((void *)(intptr_t)(e))
#define PTR_ERR(p)	((long)(intptr_t)(p))

/* Lists. */
struct list_head {
	struct list_head *next, *prev;
};

#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_step(pos, dir, member) \
	list_entry((pos)->member.dir, __typeof__(*(pos)), member)
#define list_start(pos, head, dir, member) \
	list_entry((head)->dir, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)				\
	for (pos = list_start(pos, head, next, member);			\
	     &pos->member != (head); pos = list_step(pos, next, member))
#define list_for_each_entry_reverse(pos, head, member)			\
	for (pos = list_start(pos, head, prev, member);			\
	     &pos->member != (head); pos = list_step(pos, prev, member))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_start(pos, head, next, member),			\
	     n = list_step(pos, next, member);				\
	     &pos->member != (head);					\
	     pos = n, n = list_step(n, next, member))

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list_head *l)
{
	return l->next == l;
}

static inline void list_add(struct list_head *l, struct list_head *prev)
{
	l->prev = prev;
	l->next = prev->next;
	l->next->prev = l;
	prev->next = l;
}

static inline void list_add_tail(struct list_head *l, struct list_head *head)
{
	list_add(l, head->prev);
}

static inline void list_del(struct list_head *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	l->next = NULL;		/* who follows it, crashes */
	l->prev = NULL;
}

static inline void list_del_init(struct list_head *l)
{
	list_del(l);
	INIT_LIST_HEAD(l);
}

static inline void list_move_tail(struct list_head *l, struct list_head *head)
{
	list_del(l);
	list_add_tail(l, head);
}

/* Memory. */
#define GFP_KERNEL	0U

/**
 * struct env_mem - what allocations do, and did
 * @calls: allocations asked for since the test set this to 0
 * @fail_at: the call, counted from 1, that fails; 0: none
 * @live: allocations not freed yet
 */
struct env_mem {
	unsigned long calls;
	unsigned long fail_at;
	long live;
};

extern struct env_mem env_mem;

static inline void *env_alloc(size_t size)
{
	void *p;

	if (++env_mem.calls == env_mem.fail_at)
		return NULL;
	p = calloc(1, size);
	if (!p)
		abort();
	env_mem.live++;
	return p;
}

static inline void env_free(const void *p)
{
	if (!p)
		return;
	env_mem.live--;
	free((void *)p);
}

static inline void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = env_alloc(len);

	(void)gfp;
	return p ? memcpy(p, src, len) : NULL;
}

#define struct_size(p, member, n) (sizeof(*(p)) + (n) * sizeof(*(p)->member))
#define kzalloc(size, gfp)	((void)(gfp), env_alloc(size))
#define kvzalloc(size, gfp)	((void)(gfp), env_alloc(size))
#define kvcalloc(n, size, gfp)	((void)(gfp), env_alloc((n) * (size)))
#define kfree(p)		env_free(p)
#define kvfree(p)		env_free(p)

#endif /* PORCH_CORE_ENV_H */
