// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "scale.h"
#include "show.h"

/* Device names may hold any byte, JSON only UTF-8. */
static void json_string(FILE *out, const char *s)
{
	size_t left = strlen(s);

	putc('"', out);
	while (left) {
		mbstate_t state = { 0 };
		size_t len = mbrtowc(NULL, s, left, &state);

		if (len > left) {
			fputs("\\ufffd", out);
			len = 1;
		} else if (len == 1 && (*s == '"' || *s == '\\')) {
			fprintf(out, "\\%c", *s);
		} else if (len == 1 && *s < ' ') {
			fprintf(out, "\\u%04x", *s);
		} else {
			fwrite(s, 1, len, out);
		}
		s += len;
		left -= len;
	}
	putc('"', out);
}

static FILE *out_of(const struct show *show)
{
	return show->file ?: stdout;
}

static void json_key(struct show *show, const char *key)
{
	if (show->keys++)
		putc(',', out_of(show));
	json_string(out_of(show), key);
	putc(':', out_of(show));
}

void show_list_begin(struct show *show)
{
	show->list = true;
	show->rows = 0;
}

/* A list opens with its first row, and not at all if it is refused. */
void show_list_end(struct show *show)
{
	show->list = false;
	if (show->json)
		fputs(show->rows ? "]\n" : "[]\n", out_of(show));
}

void show_row_begin(struct show *show)
{
	show->keys = 0;
	if (show->json && show->list)
		putc(show->rows ? ',' : '[', out_of(show));
	if (show->json)
		putc('{', out_of(show));
	show->rows++;
}

void show_row_end(struct show *show)
{
	if (show->json)
		putc('}', out_of(show));
	if (!show->json || !show->list)
		putc('\n', out_of(show));
}

static const char *enum_word(const struct attr_def *def, uint64_t value)
{
	uint64_t i;

	for (i = 0; def->words[i]; i++)
		if (i == value)
			return def->words[i];
	return NULL;
}

/* The value as it is written; @plain is without a unit, as in JSON. */
static const char *attr_text(const struct reply *reply, uint16_t attr, bool plain, char *buf,
			     size_t size, bool *number)
{
	const struct attr_def *def = &reply->set->defs[attr];
	uint64_t value = reply_uint(reply, attr);
	const char *word;

	*number = false;
	switch (def->type) {
	case ATTR_STRING:
		return reply_str(reply, attr);
	case ATTR_ADDR:
		return inet_ntop(reply->attrs[attr].len == 4 ? AF_INET : AF_INET6,
				 reply->attrs[attr].data, buf, size);
	case ATTR_ENUM:
		word = enum_word(def, value);
		if (word)
			return word;
		break;	/* a newer module may have more */
	default:
		break;
	}
	*number = true;
	if (def->scale && !plain)
		return scale_write(def->scale, value, buf, size);
	snprintf(buf, size, "%" PRIu64, value);
	return buf;
}

void show_attr(struct show *show, const struct reply *reply, uint16_t attr, const char *fmt)
{
	const struct attr_def *def = &reply->set->defs[attr];
	char buf[INET6_ADDRSTRLEN];
	const char *text;
	bool number;

	if (!reply_has(reply, attr))
		return;
	if (def->type == ATTR_FLAG) {
		show_bool(show, def->name, true, fmt);
		return;
	}
	text = attr_text(reply, attr, show->json, buf, sizeof(buf), &number);
	if (!show->json) {
		if (fmt)
			fprintf(out_of(show), fmt, text);
		return;
	}
	json_key(show, def->name);
	if (number)
		fputs(text, out_of(show));
	else
		json_string(out_of(show), text);
}

void show_members(struct show *show, const struct reply *reply, uint16_t attr,
		  const struct attr_set *set,
		  void (*fn)(struct show *show, const struct reply *member))
{
	unsigned int keys, members = 0;
	const void *pos = NULL;
	struct reply member;

	if (!reply_has(reply, attr))
		return;
	if (show->json) {
		json_key(show, reply->set->defs[attr].name);
		putchar('[');
	}
	keys = show->keys;
	while (reply_next(reply, attr, set, &pos, &member)) {
		show->keys = 0;
		if (show->json)
			fputs(members++ ? ",{" : "{", stdout);
		fn(show, &member);
		if (show->json)
			putchar('}');
	}
	show->keys = keys;
	if (show->json)
		putchar(']');
}

void show_bool(struct show *show, const char *key, bool value, const char *text)
{
	if (!show->json) {
		if (text)
			fputs(text, out_of(show));
		return;
	}
	json_key(show, key);
	fputs(value ? "true" : "false", out_of(show));
}

void show_str(struct show *show, const char *key, const char *value)
{
	if (!show->json)
		return;
	json_key(show, key);
	json_string(out_of(show), value);
}

void show_text(struct show *show, const char *fmt, ...)
{
	va_list ap;

	if (show->json)
		return;
	va_start(ap, fmt);
	vfprintf(out_of(show), fmt, ap);
	va_end(ap);
}

void show_record(const struct reply *reply, void *arg)
{
	struct show *show = arg;
	const char *newline = "";
	uint16_t attr;

	show_row_begin(show);
	for (attr = 0; attr <= reply->set->max; attr++) {
		const struct attr_def *def = &reply->set->defs[attr];

		if (!reply_has(reply, attr))
			continue;
		show_text(show, "%s%-16s ", newline, def->name);
		show_attr(show, reply, attr, def->type == ATTR_FLAG ? "yes" : "%s");
		if (def->unit)
			show_text(show, " %s", def->unit);
		newline = "\n";
	}
	show_row_end(show);
}
