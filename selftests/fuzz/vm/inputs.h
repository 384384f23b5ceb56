/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers that want the module have in common: inputs in files, and how far into
 * the module's code one has led.
 */
#ifndef FUZZ_INPUTS_H
#define FUZZ_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#define INPUT_MAX	16384
#define INPUTS_MAX	8192

/**
 * struct input - something to begin with
 * @data: bytes
 * @len: how many, up to %INPUT_MAX
 */
struct input {
	uint8_t *data;
	size_t len;
};

/**
 * struct inputs - all of them, in the order in which they were read
 * @list: each one
 * @n: how many
 */
struct inputs {
	struct input list[INPUTS_MAX];
	unsigned int n;
};

/**
 * inputs_read() - read a file, or all files of a folder, by name
 * @inputs: gets them
 * @name: of the file or folder
 * @min: shorter files are none
 *
 * Return: 0, or -1 with errno
 */
int inputs_read(struct inputs *inputs, const char *name, size_t min);

/**
 * inputs_digest() - tell one set of inputs from another
 * @inputs: the set
 *
 * Return: the same for the same inputs in the same order (FNV-1a, by Fowler, Noll and
 *	Vo)
 */
uint64_t inputs_digest(const struct inputs *inputs);

/**
 * input_keep() - write a file
 * @folder: where it goes
 * @seed: its name, together with @number
 * @number: which of a run it was
 * @data: bytes
 * @len: how many
 *
 * Return: 0, or -1 with errno
 */
int input_keep(const char *folder, uint64_t seed, uint64_t number, const void *data, size_t len);

/**
 * coverage() - count places in the module's code that were come by
 *
 * Return: how many since it was loaded; -1 if it does not tell
 */
long coverage(void);

#endif /* FUZZ_INPUTS_H */
