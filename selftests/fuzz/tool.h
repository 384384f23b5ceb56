/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_FUZZ_TOOL_H
#define PORCH_FUZZ_TOOL_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* main() of the tool, which the Makefile has compiled under this name */
int porchctl(int argc, char **argv);

#endif /* PORCH_FUZZ_TOOL_H */
