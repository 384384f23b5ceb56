// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "err.h"

static const char *program = "porchctl";
static const char *place_file;
static unsigned int place_line;
static char command[256];
static char last[1536];

void err_program(const char *name)
{
	program = name;
}

void err_place(const char *file, unsigned int line)
{
	place_file = file;
	place_line = line;
}

void err_command(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
}

/* Words of the user and of the kernel must not break the line. */
static void report(const char *kind, const char *fmt, va_list ap)
{
	char place[64 + 16] = "", text[1024];
	char *p;

	if (place_file)
		snprintf(place, sizeof(place), "%.64s:%u: ", place_file, place_line);
	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(last, sizeof(last), "%s: %s%s%s%s%s", program, place, command,
		 *command ? ": " : "", kind, text);
	for (p = last; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';

	/* What was printed before the error comes before it. */
	fflush(stdout);
	fprintf(stderr, "%s\n", last);
}

const char *err_last(void)
{
	return last;
}

int err_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report("", fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

int err_refused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report("", fmt, ap);
	va_end(ap);
	return EXIT_REFUSED;
}

void err_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report("note: ", fmt, ap);
	va_end(ap);
}
