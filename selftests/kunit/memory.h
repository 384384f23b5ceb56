/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The environment of kmod/core/ and its tests in a kernel with KUnit. It goes before
 * everything else (cc -include).
 *
 * All is the kernel's own, but for memory: allocations of kmod/core/ are counted, and
 * any one can be made to fail, as in user space. Those of the tests themselves have
 * the names that they have there.
 */
#ifndef PORCH_KUNIT_MEMORY_H
#define PORCH_KUNIT_MEMORY_H

#include <linux/kernel.h>
#include <linux/sort.h>
#include "env.h"

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

static inline void *env_alloc(size_t size, gfp_t gfp)
{
	void *p = NULL;

	if (++env_mem.calls != env_mem.fail_at)
		p = kvzalloc(size, gfp);
	if (p)
		env_mem.live++;
	return p;
}

static inline void env_free(const void *p)
{
	if (!p)
		return;
	env_mem.live--;
	kvfree(p);
}

static inline void *env_memdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = env_alloc(len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

static inline void *malloc(size_t size)
{
	return kvmalloc(size, GFP_KERNEL);
}

static inline void *calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL);
}

static inline void free(const void *p)
{
	kvfree(p);
}

static inline void qsort(void *base, size_t n, size_t size, cmp_func_t cmp)
{
	sort(base, n, size, cmp, NULL);
}

#undef kzalloc
#undef kvzalloc
#undef kvcalloc
#undef kmemdup
#define kzalloc(size, gfp)	env_alloc(size, gfp)
#define kvzalloc(size, gfp)	env_alloc(size, gfp)
#define kvcalloc(n, size, gfp)	env_alloc(size_mul(n, size), gfp)
#define kmemdup(src, len, gfp)	env_memdup(src, len, gfp)
#define kfree(p)		env_free(p)
#define kvfree(p)		env_free(p)
#define abort()			test_fail(__FILE__, __LINE__, "memory")

#endif /* PORCH_KUNIT_MEMORY_H */
