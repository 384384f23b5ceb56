// SPDX-License-Identifier: GPL-2.0
/*
 * frames - send raw frames to a router, and look at what it makes of them
 */
#include <stdio.h>
#include <string.h>
#include "frame.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
		const char *arguments;
	} command[] = {
		{ "hostile", hostile, "NETNS [NAME]" },
		{ "differ", differ, "NETNS STOCK-NETNS SEED COUNT [pieces]" },
		{ "judge", judge, "NETNS NFT-NETNS SEED FRAMES" },
		{ "fuzz", fuzz, "NETNS SEED SECONDS|=FRAMES [FOLDER [INPUT...]]" },
		{ "flood", flood, "NETNS DEVICE MAC 4|6 SOURCE DESTINATION" },
	};
	unsigned int i;
	int ret = 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(command) / sizeof(*command); i++)
		if (argc > 1 && !strcmp(argv[1], command[i].name))
			ret = command[i].run(argc - 1, argv + 1);
	if (ret == 2)
		for (i = 0; i < sizeof(command) / sizeof(*command); i++)
			fprintf(stderr, "usage: frames %s %s\n", command[i].name,
				command[i].arguments);
	return ret;
}
