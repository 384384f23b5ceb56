// SPDX-License-Identifier: GPL-2.0
/*
 * porchctl capture for those who want nothing else: it needs neither libmnl nor the
 * right to configure anything.
 */
#include <getopt.h>
#include <net/if.h>
#include <stdlib.h>

#include "capture.h"
#include "err.h"

static int explain(void)
{
	return err_usage("usage: porch-capture [-i PORT] [-s SNAPLEN] [-c COUNT] [-w FILE]");
}

static int read_u32(int option, uint32_t *n)
{
	unsigned long value;
	char *end;

	value = strtoul(optarg, &end, 10);
	if (*end || end == optarg || *optarg == '-' || value > UINT32_MAX)
		return err_usage("-%c must be a decimal number, not \"%s\"", option, optarg);
	*n = value;
	return 0;
}

int main(int argc, char **argv)
{
	struct capture_options options = { .application = "porch-capture" };
	uint32_t count;
	int option, err = 0;

	err_program("porch-capture");
	while (!err && (option = getopt(argc, argv, "i:s:c:w:")) != -1) {
		switch (option) {
		case 'i':
			options.port = optarg;
			options.ifindex = if_nametoindex(optarg);
			if (!options.ifindex)
				err = err_refused("no device \"%s\"", optarg);
			break;
		case 's':
			err = read_u32('s', &options.snaplen);
			break;
		case 'c':
			err = read_u32('c', &count);
			if (!err && !count)
				err = err_usage("-c must be at least 1");
			options.limit = count;
			break;
		case 'w':
			options.file = optarg;
			break;
		default:
			err = explain();
		}
	}
	if (!err && optind != argc)
		err = explain();
	return err ?: capture_frames(&options);
}
