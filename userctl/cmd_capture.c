// SPDX-License-Identifier: GPL-2.0
#include "capture.h"
#include "cmd.h"
#include "err.h"

enum { PORT, SNAPLEN, COUNT, FILE_NAME };

static const struct arg run_args[] = {
	[PORT] = { ARG_DEV, .key = "-i", .value = "PORT", .help = "only frames of this port" },
	[SNAPLEN] = { ARG_U32, .key = "-s", .value = "SNAPLEN",
		      .help = "bytes of a frame that are kept; 0 for all" },
	[COUNT] = { ARG_U32, .key = "-c", .value = "COUNT", .help = "end after so many frames" },
	[FILE_NAME] = { ARG_WORD, .key = "-w", .value = "FILE",
			.help = "write pcapng; - is standard output" },
	{ }
};

static int capture_run(struct ctl *ctl, const struct value *values)
{
	const struct capture_options wanted = {
		.application = "porchctl " PORCHCTL_VERSION,
		.ifindex = values[PORT].num,
		.port = values[PORT].word,
		.snaplen = values[SNAPLEN].num,
		.limit = values[COUNT].num,
		.file = values[FILE_NAME].word,
	};

	(void)ctl;
	if (values[COUNT].word && !values[COUNT].num)
		return err_usage("-c must be at least 1");
	return capture_frames(&wanted);
}

static const struct verb verbs[] = {
	{ "run", "show frames of the ports, as they come in and go out, until interrupted",
	  run_args, .run = capture_run },
	{ }
};

const struct object capture_object = {
	"capture", "frames that the ports see", verbs,
	.about = "Needs CAP_NET_RAW. Without -w there is a line for each frame: time, port,\n"
		 "direction, length, and the protocol's number. What was lost, as the disk or\n"
		 "the reader was too slow, is counted at the end and in the file, for each port\n"
		 "if there is but one (-i). tcpdump reads files with one type of links only, so\n"
		 "those of tunnels take -i, too; tshark reads them all.\n",
};
