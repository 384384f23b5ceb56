/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read before each file of a module that is to tell what it writes: writes that
 * -fsanitize=thread does not see. In KCSAN's place, the kernel's own hooks tell of
 * atomic operations and bits.
 */
#ifndef NOTED_H
#define NOTED_H

#include <linux/kcsan-checks.h>
#include <linux/string.h>

void __tsan_write_range(void *at, long size);

#undef kcsan_check_access
#define kcsan_check_access(at, size, type)				\
do {									\
	if ((type) & KCSAN_ACCESS_WRITE)				\
		__tsan_write_range((void *)(at), (size));		\
} while (0)

/* What memcpy() and its like are in a kernel with FORTIFY_SOURCE */
#define NOTED_STRING(op, to, from, size)				\
({									\
	size_t __size = (size);						\
	void *__at = (to);						\
									\
	__tsan_write_range(__at, __size);				\
	__builtin_##op(__at, (from), __size);				\
})

#undef __underlying_memcpy
#undef __underlying_memmove
#undef __underlying_memset
#define __underlying_memcpy(to, from, size)	NOTED_STRING(memcpy, to, from, size)
#define __underlying_memmove(to, from, size)	NOTED_STRING(memmove, to, from, size)
#define __underlying_memset(to, with, size)	NOTED_STRING(memset, to, with, size)

#endif /* NOTED_H */
