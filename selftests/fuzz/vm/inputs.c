// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inputs.h"

static int read_file(struct inputs *inputs, const char *name, size_t min)
{
	struct input *in = &inputs->list[inputs->n];
	FILE *file = fopen(name, "rb");
	int error = -1;

	if (!file)
		return -1;
	in->data = malloc(INPUT_MAX);
	if (inputs->n == INPUTS_MAX - 1 || !in->data) {
		errno = ENOMEM;
	} else {
		in->len = fread(in->data, 1, INPUT_MAX, file);
		inputs->n += in->len >= min;
		error = 0;
	}
	fclose(file);
	return error;
}

int inputs_read(struct inputs *inputs, const char *name, size_t min)
{
	struct dirent **entries;
	int n = scandir(name, &entries, NULL, alphasort), i, error = 0;
	char file[512];

	if (n < 0)
		return errno == ENOTDIR ? read_file(inputs, name, min) : -1;
	for (i = 0; i < n && !error; i++) {
		snprintf(file, sizeof(file), "%s/%s", name, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			error = read_file(inputs, file, min);
	}
	while (n--)
		free(entries[n]);
	free(entries);
	return error;
}

static uint64_t fold(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *byte = data;

	while (len--)
		hash = (hash ^ *byte++) * 0x100000001b3ULL;
	return hash;
}

uint64_t inputs_digest(const struct inputs *inputs)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	unsigned int i;

	for (i = 0; i < inputs->n; i++) {
		hash = fold(hash, &inputs->list[i].len, sizeof(inputs->list[i].len));
		hash = fold(hash, inputs->list[i].data, inputs->list[i].len);
	}
	return hash;
}

int input_keep(const char *folder, uint64_t seed, uint64_t number, const void *data, size_t len)
{
	char name[512];
	int fd, error;

	if (len > INPUT_MAX)
		return 0;
	snprintf(name, sizeof(name), "%s/%llu-%llu", folder, (unsigned long long)seed,
		 (unsigned long long)number);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		return -1;
	error = write(fd, data, len) == (ssize_t)len ? 0 : -1;
	close(fd);
	return error;
}

long coverage(void)
{
	static int fd = -2;
	char text[32] = "";

	if (fd == -2)
		fd = open("/sys/module/porch/parameters/covered", O_RDONLY);
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}
