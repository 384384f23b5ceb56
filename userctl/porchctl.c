// SPDX-License-Identifier: GPL-2.0
/*
 * porchctl - configure Porch and look into it
 *
 * A line of words is a command: an object, a verb and its arguments. They are
 * understood by the table of commands alone, before anything is asked of the
 * kernel; so a mistake in the words is found with and without the module.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/porch.h>

#include "cmd.h"
#include "config.h"
#include "doc.h"
#include "err.h"
#include "parse.h"

#define NETNS_DIR	"/var/run/netns"
#define MAX_WORDS	160

const struct object *const objects[] = {
	&port_object,
	&route_object,
	&route_rule_object,
	&chain_object,
	&set_object,
	&rule_object,
	&flow_object,
	&track_object,
	&shape_object,
	&class_object,
	&lane_object,
	&engine_object,
	&stats_object,
	&ledger_object,
	&explain_object,
	&monitor_object,
	&status_object,
	&capture_object,
	&save_object,
	&diff_object,
	&check_object,
	&commit_object,
	&confirm_object,
	&rollback_object,
	NULL
};

const struct option options[] = {
	{ "-j", NULL, true, "print JSON" },
	{ "-s", NULL, true, "print more: counters, and counters that are zero" },
	{ "-4", NULL, true, "IPv4 only" },
	{ "-6", NULL, true, "IPv6 only" },
	{ "-h", NULL, true, "print help" },
	{ "-V", NULL, false, "print the version" },
	{ "-n", "NETNS", false, "work in this network namespace" },
	{ "-f", "FILE", false, "load a configuration, as commit does; words of commit may follow" },
	{ "-c", NULL, false, "check it instead, as check does" },
	{ "-b", "FILE", false, "read commands from a file, one a line; - is standard input" },
	{ "-a", NULL, false, "with -b: all commands take effect at once, or none does" },
	{ }
};

int ctl_call(struct ctl *ctl, const struct attr_set *set, ipc_reply_fn fn, void *arg)
{
	if (ctl->config)
		return config_note(ctl->config, ctl->ipc, set);
	if (ctl->batch)
		return batch_stage(ctl->batch, ctl->ipc, set);
	if (ipc_call(ctl->ipc, set, fn, arg))
		return err_refused("%s", ipc_error(ctl->ipc));
	if (*ipc_error(ctl->ipc))
		err_note("%s", ipc_error(ctl->ipc));
	return 0;
}

int ctl_call_list(struct ctl *ctl, const struct attr_set *set, ipc_reply_fn fn, void *arg)
{
	int err;

	show_list_begin(&ctl->show);
	err = ctl_call(ctl, set, fn, arg);
	if (!err)
		show_list_end(&ctl->show);
	return err;
}

static void print_args(const struct verb *verb)
{
	const char *const *word;
	const struct arg *arg;
	char text[64];

	for (arg = verb->args; arg->kind; arg++) {
		printf("        %-16s %s", arg_describe(arg, text, sizeof(text)), arg->help);
		for (word = arg->words; word && *word; word++)
			printf("%s%s", word == arg->words ? ": " : ", ", *word);
		putchar('\n');
	}
}

static void print_object(const struct object *object, bool details)
{
	const struct verb *verb;
	char text[1024];

	printf("\n%s: %s\n", object->name, object->help);
	for (verb = object->verbs; verb->name; verb++) {
		printf("  %s\n      %s\n", verb_describe(object, verb, text, sizeof(text)),
		       verb->help);
		if (details)
			print_args(verb);
	}
}

/* Help about one object, or about everything. */
static int print_help(const struct object *only)
{
	const struct object *const *object;
	const struct option *option;
	char text[32];

	if (only) {
		print_object(only, true);
		return 0;
	}
	puts("Usage: porchctl [OPTIONS] COMMAND\n"
	     "       porchctl [OPTIONS] [-c] [-f FILE]\n"
	     "       porchctl [OPTIONS] [-a] -b FILE\n"
	     "\nOptions:");
	for (option = options; option->word; option++) {
		snprintf(text, sizeof(text), "%s %s", option->word, option->value ?: "");
		printf("  %-10s %s\n", text, option->help);
	}
	for (object = objects; *object; object++)
		print_object(*object, false);
	puts("\nhelp: this text\n"
	     "  help [COMMAND]\n"
	     "      with a command, say more about it");
	return 0;
}

const char *object_part(const struct object *object, const struct object *whole)
{
	size_t len = strlen(whole->name);

	if (strncmp(object->name, whole->name, len) || object->name[len] != ' ')
		return NULL;
	return object->name + len + 1;
}

/* Does a name of one or two words stand at the begin of a command? */
static bool is_named(const char *name, char **words, int count)
{
	size_t len = strcspn(name, " ");

	if (!count || strncmp(name, words[0], len) || words[0][len])
		return false;
	return !name[len] || (count > 1 && !strcmp(name + len + 1, words[1]));
}

static int name_words(const struct object *object)
{
	return strchr(object->name, ' ') ? 2 : 1;
}

/* The object that a command is about; the one with the longer name, of two. */
static const struct object *find_object(char **words, int count)
{
	const struct object *const *object, *found = NULL;

	for (object = objects; *object; object++)
		if (is_named((*object)->name, words, count) &&
		    (!found || name_words(*object) > name_words(found)))
			found = *object;
	return found;
}

static int unknown_object(const char *word)
{
	const struct object *const *object;
	char list[512];
	size_t len = 0;

	for (object = objects; *object; object++)
		if (name_words(*object) == 1)
			len += snprintf(list + len, sizeof(list) - len, "%s, ", (*object)->name);
	if (!word)
		return err_usage("a command is missing; allowed: %shelp", list);
	return err_usage("unknown command \"%s\"; allowed: %shelp", word, list);
}

/* Some commands have options of their own, which go before those of all. */
static bool is_own_option(const struct object *object, const char *word)
{
	const struct verb *verb;
	const struct arg *arg;

	for (verb = object ? object->verbs : NULL; verb && verb->name; verb++)
		for (arg = verb->args; arg->kind; arg++)
			if (arg->key && !strcmp(arg->key, word))
				return true;
	return false;
}

const struct verb *find_verb(const struct object *object, const char *word)
{
	const struct verb *verb;

	for (verb = object->verbs; verb->name; verb++)
		if (!strcmp(verb->name, word))
			return verb;
	return NULL;
}

/*
 * The verb may be left out before a keyword of its arguments, or a device, which
 * must exist not to be a typo.
 */
static bool is_argument(const struct arg *arg, const char *word)
{
	if ((arg->kind == ARG_DEV || arg->kind == ARG_PORT) && parse_device(word))
		return true;
	for (; arg->kind; arg++)
		if (arg->key && !strcmp(arg->key, word))
			return true;
	return false;
}

static int unknown_verb(const struct object *object, const char *word)
{
	const struct arg *arg = object->verbs->args;
	const struct object *const *other;
	bool place = arg->kind && !arg->key;
	const struct verb *verb;
	char list[256];
	size_t len = 0;

	for (verb = object->verbs; verb->name; verb++)
		len += snprintf(list + len, sizeof(list) - len, "%s, ", verb->name);
	for (other = objects; *other; other++)
		if (object_part(*other, object))
			len += snprintf(list + len, sizeof(list) - len, "%s, ",
					object_part(*other, object));
	return err_usage("unknown command%s%s \"%s\"; allowed: %shelp",
			 place ? " or " : "", place ? arg->value : "",
			 word, list);
}

/* A refusal names the verb and the arguments that have no keyword. */
static void name_command(const struct object *object, const struct verb *verb,
			 const struct value *values)
{
	char text[256];
	const struct arg *arg;
	size_t len;

	len = snprintf(text, sizeof(text), "%s %s", object->name, verb->name);
	for (arg = verb->args; arg->kind && len < sizeof(text); arg++)
		if (!arg->key && values[arg - verb->args].word)
			len += snprintf(text + len, sizeof(text) - len, " %s",
					values[arg - verb->args].word);
	err_command("%s", text);
}

int open_ipc(struct ctl *ctl)
{
	int err = ipc_open(ctl->ipc);

	if (!err)
		return 0;
	err_command("%s", "");
	if (err == -ENOENT)
		return err_refused("the porch module is not loaded (no netlink family \"%s\")",
				   PORCH_FAMILY_NAME);
	return err_refused("%s", ipc_error(ctl->ipc));
}

static int run_verb(struct ctl *ctl, const struct object *object, const struct verb *verb,
		    char **words, int count)
{
	struct value values[MAX_ARGS];
	char *apart[MAX_WORDS];
	int err;

	if (verb->one && count == 1) {
		count = parse_line(words[0], apart, MAX_WORDS);
		if (count < 0)
			return err_usage("more than %d words", MAX_WORDS);
		words = apart;
	}
	err = parse_args(verb, ctl->family, words, count, values);
	if (err)
		return err;
	name_command(object, verb, values);
	if (ctl->take)
		return ctl->take(ctl, object, verb, values);
	if (ctl->batch && !verb->change)
		return err_usage("changes nothing, so it cannot be part of an atomic batch");
	err = verb->check ? verb->check(ctl, values) : 0;
	return err ?: open_ipc(ctl) ?: verb->run(ctl, values);
}

/* Take an option that is allowed anywhere. */
static bool take_option(struct ctl *ctl, const char *word, bool *help)
{
	if (!strcmp(word, "-j"))
		ctl->show.json = true;
	else if (!strcmp(word, "-s"))
		ctl->stats = true;
	else if (!strcmp(word, "-4"))
		ctl->family = AF_INET;
	else if (!strcmp(word, "-6"))
		ctl->family = AF_INET6;
	else if (!strcmp(word, "-h") || !strcmp(word, "--help"))
		*help = true;
	else
		return false;
	return true;
}

static int unknown_option(const char *word, bool anywhere)
{
	const struct option *option;
	char list[128] = "";
	size_t len = 0;

	for (option = options; option->word; option++)
		if (option->anywhere || !anywhere)
			len += snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", option->word);
	return err_usage("unknown option \"%s\"; allowed%s: %s", word, anywhere ? " here" : "",
			 list);
}

/**
 * run_words() - run a command
 * @base: how it works unless its own options say more
 * @words: the words of the command, which are moved about
 * @count: how many
 *
 * Return: an exit code
 */
static int run_words(const struct ctl *base, char **words, int count)
{
	struct ctl ctl = *base;
	const struct object *object;
	const struct verb *verb;
	bool help = false;
	int i, kept = 0;

	err_command("%s", "");
	for (i = 0; i < count; i++) {
		if (kept && is_own_option(find_object(words, kept), words[i])) {
			words[kept++] = words[i];
			continue;
		}
		if (take_option(&ctl, words[i], &help))
			continue;
		if (words[i][0] == '-' && isalpha((unsigned char)words[i][1]))
			return unknown_option(words[i], true);
		words[kept++] = words[i];
	}
	count = kept;

	if (count && !strcmp(words[0], "help")) {
		/* For the Makefile, which nobody else needs to know. */
		if (count == 2 && !strcmp(words[1], "--man"))
			return man_print();
		if (count == 2 && !strcmp(words[1], "--completion"))
			return completion_print();
		help = true;
		words++;
		count--;
	}
	if (help && ctl.config)
		return err_usage("help is no part of a configuration");
	if (!count)
		return help ? print_help(NULL) : unknown_object(NULL);
	object = find_object(words, count);
	if (!object)
		return unknown_object(words[0]);
	words += name_words(object);
	count -= name_words(object);
	if (!help && count && !strcmp(words[0], "help") && ctl.config)
		return err_usage("help is no part of a configuration");
	if (help || (count && !strcmp(words[0], "help")))
		return print_help(object);

	err_command("%s", object->name);
	verb = count ? find_verb(object, words[0]) : NULL;
	if (verb) {
		err_command("%s %s", object->name, verb->name);
		return run_verb(&ctl, object, verb, words + 1, count - 1);
	}
	if (count && object->verbs[1].name && !is_argument(object->verbs->args, words[0]))
		return unknown_verb(object, words[0]);
	return run_verb(&ctl, object, object->verbs, words, count);
}

int run_line(const struct ctl *ctl, char *line, size_t len)
{
	char *words[MAX_WORDS];
	int count;

	err_command("%s", "");
	if (memchr(line, '\0', len))
		return err_usage("the line is no text: it has a NUL byte");
	count = parse_line(line, words, MAX_WORDS);
	if (count < 0)
		return err_usage("more than %d words in a line", MAX_WORDS);
	if (count && ctl->config)
		config_text(ctl->config, words, count);
	return count ? run_words(ctl, words, count) : 0;
}

int run_lines(const struct ctl *ctl, const char *name, FILE *file)
{
	unsigned int line_number = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &size, file)) >= 0) {
		err_place(name, ++line_number);
		if (ctl->batch)
			ctl->batch->at.line = line_number;
		if (ctl->config)
			config_line(ctl->config, line_number);
		err = run_line(ctl, line, len);
	}
	if (!err && ferror(file)) {
		err_place(NULL, 0);
		err = err_refused("cannot read %s: %s", name, strerror(errno));
	}
	free(line);
	return err;
}

/* What the kernel has staged without a commit it forgets when the tool ends. */
static int run_atomic(struct ctl ctl, const char *name, FILE *file)
{
	struct batch batch = { .name = name };
	int err;

	ctl.batch = &batch;
	err = open_ipc(&ctl) ?: batch_begin(&batch, ctl.ipc) ?: run_lines(&ctl, name, file) ?:
	      batch_commit(&batch, ctl.ipc);
	return batch_settle(&batch) ?: err;
}

static int run_batch(const struct ctl *ctl, const char *name, bool atomic)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	int err;

	if (!file)
		return err_refused("cannot open %s: %s", name, strerror(errno));
	err = atomic ? run_atomic(*ctl, name, file) : run_lines(ctl, name, file);
	if (file != stdin)
		fclose(file);
	return err ? EXIT_REFUSED : 0;
}

static int enter_netns(const char *name)
{
	char path[512];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NETNS_DIR "/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err = err_refused("cannot enter network namespace \"%s\": %s", name,
				  strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

/* The options about a configuration are short for a command. */
static int run_config(const struct ctl *ctl, bool check, char *file, char **words, int count)
{
	char command[] = "commit", instead[] = "check", verb[] = "run";
	char *all[MAX_WORDS] = { check ? instead : command, verb };
	int n = 2;

	if (file)
		all[n++] = file;
	if (n + count > MAX_WORDS)
		return err_usage("more than %d words", MAX_WORDS);
	memcpy(all + n, words, count * sizeof(*words));
	return run_words(ctl, all, n + count);
}

static int run(struct ctl *ctl, char **words, int count)
{
	const char *batch = NULL, *netns = NULL;
	bool check = false;
	char *file = NULL;
	const struct option *option;
	bool help = false, atomic = false;
	int i, err;

	for (i = 0; i < count && words[i][0] == '-'; i++) {
		if (take_option(ctl, words[i], &help))
			continue;
		for (option = options; option->word; option++)
			if (!strcmp(option->word, words[i]))
				break;
		if (!option->word)
			return unknown_option(words[i], false);
		if (option->value && ++i == count)
			return err_usage("%s needs a value: %s", option->word, option->value);
		switch (option->word[1]) {
		case 'a':
			atomic = true;
			break;
		case 'b':
			batch = words[i];
			break;
		case 'c':
			check = true;
			break;
		case 'f':
			file = words[i];
			break;
		case 'n':
			netns = words[i];
			break;
		case 'V':
			puts("porchctl " PORCHCTL_VERSION);
			return 0;
		}
	}
	words += i;
	count -= i;

	if (help)
		return print_help(find_object(words, count));
	if (batch && count)
		return err_usage("unexpected \"%s\"; -b takes its commands from the file only",
				 words[0]);
	if (batch && (file || check))
		return err_usage("-b and -%c: one of them", file ? 'f' : 'c');
	if (atomic && !batch)
		return err_usage("-a goes with -b FILE");
	if (netns) {
		err = enter_netns(netns);
		if (err)
			return err;
	}
	if (file || check)
		return run_config(ctl, check, file, words, count);
	return batch ? run_batch(ctl, batch, atomic) : run_words(ctl, words, count);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .ipc = ipc_alloc(PORCH_FAMILY_NAME, PORCH_FAMILY_VERSION) };
	int err;

	/* To tell UTF-8 in device names from other bytes. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (!ctl.ipc)
		return err_refused("no memory");
	err = run(&ctl, argv + 1, argc - 1);
	ipc_free(ctl.ipc);

	if (fflush(stdout) || ferror(stdout)) {
		err_command("%s", "");
		err_place(NULL, 0);
		if (!err)
			err = err_refused("cannot write the output: %s", strerror(errno));
	}
	return err;
}
