// SPDX-License-Identifier: GPL-2.0
/*
 * What there is to complete, as functions of the shell; completion.bash says what
 * they print, and how it is used.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "doc.h"

static const char *kind_name(const struct arg *arg)
{
	switch (arg->kind) {
	case ARG_FLAG:
		return "flag";
	case ARG_DEV:
		return "device";
	case ARG_PORT:
		return "port";
	default:
		if (arg->words)
			return "word";
		return strcmp(arg->value, "FILE") ? "text" : "file";
	}
}

static void print_options(void)
{
	const struct option *option;

	puts("\n_porchctl_options()\n"
	     "{\n"
	     "\tcase $1 in");
	printf("\tbefore)\techo");
	for (option = options; option->word; option++)
		printf(" %s%s", option->word, option->value ? "=" : "");
	printf(" ;;\n\tanywhere)\techo");
	for (option = options; option->word; option++)
		if (option->anywhere)
			printf(" %s", option->word);
	puts(" ;;\n\tesac\n}");
}

static void print_verbs(void)
{
	const struct object *const *object, *const *part;
	const struct verb *verb;

	puts("\n_porchctl_verbs()\n"
	     "{\n"
	     "\tcase ${1-} in");
	for (object = objects; *object; object++) {
		printf("\t'%s')\techo", (*object)->name);
		for (verb = (*object)->verbs; verb->name; verb++)
			printf(" %s", verb->name);
		for (part = objects; *part; part++)
			if (object_part(*part, *object))
				printf(" %s", object_part(*part, *object));
		puts(" ;;");
	}
	printf("\t'')\techo");
	for (object = objects; *object; object++)
		if (!strchr((*object)->name, ' '))
			printf(" %s", (*object)->name);
	puts(" help ;;\n\tesac\n}");
}

static void print_args(const struct object *object, const struct verb *verb)
{
	const char *const *word;
	const struct arg *arg;

	if (!verb->args->kind)
		return;
	printf("\t'%s'/%s)\n", object->name, verb->name);
	for (arg = verb->args; arg->kind; arg++) {
		printf("\t\techo '%s %s", arg->key ?: "-", kind_name(arg));
		for (word = arg->words; word && *word; word++)
			printf(" %s", *word);
		puts("'");
	}
	puts("\t\t;;");
}

int completion_print(void)
{
	const struct object *const *object;
	const struct verb *verb;

	print_options();
	print_verbs();
	puts("\n_porchctl_args()\n"
	     "{\n"
	     "\tcase $1/$2 in");
	for (object = objects; *object; object++)
		for (verb = (*object)->verbs; verb->name; verb++)
			print_args(*object, verb);
	puts("\tesac\n}");
	return 0;
}
