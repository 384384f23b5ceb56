// SPDX-License-Identifier: GPL-2.0
/*
 * porchctl reads what a person has written: a packet to be explained, commands
 * of an atomic batch, or a configuration to be checked. All of the tool runs,
 * with the kernel of selftests/userctl/fake.c behind it.
 *
 * The first byte says which: e, b or c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tool.h"

static char name[32];
static int fd = -1;

/* The same file each time: it is read from its begin whenever it is opened. */
static void write_file(const uint8_t *data, size_t size)
{
	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

static int run(char *option, char *more, char *last)
{
	char *argv[5] = { "porchctl", option, more, last };

	return porchctl(4, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line;
	int status;

	if (!size)
		return 0;
	switch (*data) {
	case 'e':
		line = strndup((const char *)data + 1, size - 1);
		if (!line)
			abort();
		status = run("explain", "run", line);
		free(line);
		break;
	case 'b':
		write_file(data + 1, size - 1);
		status = run("-a", "-b", name);
		break;
	case 'c':
		write_file(data + 1, size - 1);
		status = run("-c", "-f", name);
		break;
	default:
		return -1;
	}
	if (status < 0 || status > 2) {
		fprintf(stderr, "exit code %d\n", status);
		abort();
	}
	return 0;
}
