/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results, as text for people or as JSON. A command says everything once:
 *
 *	show_row_begin(show);
 *	show_attr(show, reply, PORCH_A_PORT_IFNAME, "%s");
 *	show_row_end(show);
 *
 * Rows are the lines of a text (the format has the words around the value) and
 * the objects of JSON (the key is the name that the spec gives the attribute).
 */
#ifndef PORCHCTL_SHOW_H
#define PORCHCTL_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ipc.h"

/**
 * struct show - the state of the output
 * @file: where it goes, NULL for standard output
 * @json: JSON instead of text
 * @list: in a list
 * @rows: rows that the list has so far
 * @keys: keys that the row has so far
 */
struct show {
	FILE *file;
	bool json;
	bool list;
	unsigned int rows;
	unsigned int keys;
};

/**
 * show_list_begin() - begin a list of rows
 * @show: the output
 */
void show_list_begin(struct show *show);

/**
 * show_list_end() - end a list of rows
 * @show: the output
 */
void show_list_end(struct show *show);

/**
 * show_row_begin() - begin a row, in a list or alone
 * @show: the output
 */
void show_row_begin(struct show *show);

/**
 * show_row_end() - end a row
 * @show: the output
 */
void show_row_end(struct show *show);

/**
 * show_attr() - show an attribute, if it is there
 * @show: the output
 * @reply: has the attribute
 * @attr: its number
 * @fmt: text with a %s for the value, for a flag without; NULL for JSON only
 */
__attribute__((format(printf, 4, 0)))
void show_attr(struct show *show, const struct reply *reply, uint16_t attr, const char *fmt);

/**
 * show_members() - show the members of an attribute that is a list, if it is there
 * @show: the output
 * @reply: has the attribute
 * @attr: its number
 * @set: attributes of each member
 * @fn: shows a member; in JSON, as an object of its own
 */
void show_members(struct show *show, const struct reply *reply, uint16_t attr,
		  const struct attr_set *set,
		  void (*fn)(struct show *show, const struct reply *member));

/**
 * show_bool() - show a truth that is no attribute
 * @show: the output
 * @key: its name in JSON
 * @value: the truth
 * @text: stands for it in text
 */
void show_bool(struct show *show, const char *key, bool value, const char *text);

/**
 * show_str() - show a word that is no attribute, in JSON only
 * @show: the output
 * @key: its name
 * @value: the word
 */
void show_str(struct show *show, const char *key, const char *value);

/**
 * show_text() - show something that only people want
 * @show: the output
 * @fmt: format of the text
 */
__attribute__((format(printf, 2, 3)))
void show_text(struct show *show, const char *fmt, ...);

/**
 * show_record() - show a row of all that a reply has, an attribute a line
 * @reply: what to show
 * @arg: the struct show
 *
 * Fits ipc_call().
 */
void show_record(const struct reply *reply, void *arg);

#endif /* PORCHCTL_SHOW_H */
