// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "confirm.h"
#include "err.h"

#define MAX_SECONDS	86400

enum { FILE_NAME, CONFIRMED };

static const struct arg commit_args[] = {
	[FILE_NAME] = { ARG_WORD, .value = "FILE", .help = "file, " CONFIG_FILE " if absent" },
	[CONFIRMED] = { ARG_U32, "confirmed", "SECONDS",
			.help = "go back after so long, unless it is confirmed" },
	{ }
};

static const struct arg file_args[] = {
	[FILE_NAME] = { ARG_WORD, .value = "FILE", .help = "file, " CONFIG_FILE " if absent" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static const char *name_of(const struct value *values)
{
	return values[FILE_NAME].word ?: CONFIG_FILE;
}

static int save_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	return config_save(ctl, stdout);
}

static int diff_show(struct ctl *ctl, const struct value *values)
{
	return config_load(ctl, name_of(values), CONFIG_DIFF, NULL, NULL);
}

static int check_run(struct ctl *ctl, const struct value *values)
{
	return config_load(ctl, name_of(values), CONFIG_CHECK, NULL, NULL);
}

static int commit_confirmed(struct ctl *ctl, const char *name, uint32_t seconds)
{
	struct confirm confirm = { .seconds = seconds, .file = -1, .tell = -1 };
	int err;

	if (!seconds || seconds > MAX_SECONDS)
		return err_usage("confirmed must be 1 to %d seconds, not %u", MAX_SECONDS, seconds);
	err = config_load(ctl, name, CONFIG_LOAD, confirm_prepare, &confirm);
	if (!err && confirm.tell < 0)
		err_note("nothing is different, so nothing has to be confirmed");
	else if (!err)
		err_note("in force for %u s, then undone, unless: porchctl confirm", seconds);
	confirm_begin(&confirm, !err);
	return err;
}

static int commit_run(struct ctl *ctl, const struct value *values)
{
	if (values[CONFIRMED].word)
		return commit_confirmed(ctl, name_of(values), values[CONFIRMED].num);
	return confirm_check() ?: config_load(ctl, name_of(values), CONFIG_LOAD, NULL, NULL);
}

static int confirm_run(struct ctl *ctl, const struct value *values)
{
	(void)values;
	return confirm_end(ctl, true);
}

static int rollback_run(struct ctl *ctl, const struct value *values)
{
	(void)values;
	return confirm_end(ctl, false);
}

static const struct verb save_verbs[] = {
	{ "show", "print what is in force as commands, which commit takes", no_args,
	  .run = save_show },
	{ }
};

const struct object save_object = {
	"save", "the configuration that is in force", save_verbs,
	"Settings that are as they are by default are left out.\n"
	"What is bound to a device that has gone is a comment.\n"
};

static const struct verb diff_verbs[] = {
	{ "show", "print what commit would take away (-) and add (+)", file_args,
	  .run = diff_show },
	{ }
};

const struct object diff_object = {
	"diff", "what differs between a file and what is in force", diff_verbs
};

static const struct verb check_verbs[] = {
	{ "run", "do all that commit does but for its last step", file_args, .run = check_run },
	{ }
};

const struct object check_object = {
	"check", "whether a file would be loaded", check_verbs
};

static const struct verb commit_verbs[] = {
	{ "run", "make what a file says be in force, at once, and nothing else", commit_args,
	  .run = commit_run },
	{ }
};

const struct object commit_object = {
	"commit", "load a configuration", commit_verbs,
	"A configuration is a file of commands that say what there is: what save prints,\n"
	"or port add, route add and the like, written by hand in any order.\n"
	"What only is in force is taken back, what only the file has is added, and what\n"
	"both have stays as it is, with its counters. Settings that the file does not\n"
	"have get their defaults.\n"
	"All of it takes effect at once, or nothing does.\n"
	"If it has to be confirmed, what was in force before is put back in time by a\n"
	"process that outlives the terminal, whatever has become of the connection.\n"
	"Until then, no other file can be loaded. Devices that have gone meanwhile stay\n"
	"away. What becomes of it is written to the system's log.\n"
};

static const struct verb confirm_verbs[] = {
	{ "run", "let the commit that waits stay", no_args, .run = confirm_run },
	{ }
};

const struct object confirm_object = {
	"confirm", "a commit that waits to be confirmed", confirm_verbs
};

static const struct verb rollback_verbs[] = {
	{ "run", "take the commit back that waits to be confirmed, now", no_args,
	  .run = rollback_run },
	{ }
};

const struct object rollback_object = {
	"rollback", "the other end of a commit that waits", rollback_verbs
};
