/* SPDX-License-Identifier: GPL-2.0 */
/* Frames of the ports, as text or as a capture file: porchctl capture, porch-capture */
#ifndef PORCHCTL_CAPTURE_H
#define PORCHCTL_CAPTURE_H

#include <stdint.h>

/**
 * struct capture_options - what is wanted
 * @application: who writes, for the file
 * @ifindex: the port; 0 for all of them
 * @port: its name, or NULL
 * @snaplen: bytes of a frame that are kept; 0 for all
 * @limit: end after so many frames; 0 for never
 * @file: where pcapng goes, "-" is standard output; NULL for text there
 */
struct capture_options {
	const char *application;
	uint32_t ifindex;
	const char *port;
	uint32_t snaplen;
	uint64_t limit;
	const char *file;
};

/**
 * capture_frames() - capture until there is enough, a signal, or no port
 * @options: what is wanted
 *
 * Return: exit code; what went wrong has been reported
 */
int capture_frames(const struct capture_options *options);

#endif /* PORCHCTL_CAPTURE_H */
