/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_TESTS_COVERAGE_H
#define PORCH_TESTS_COVERAGE_H

/**
 * __sanitizer_cov_trace_pc() - note that the caller was come by
 *
 * Called by the compiler's doing, in any context.
 */
void __sanitizer_cov_trace_pc(void);

#endif /* PORCH_TESTS_COVERAGE_H */
