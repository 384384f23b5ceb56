/* SPDX-License-Identifier: GPL-2.0 */
/* What several kinds of rules ask of packets, in requests and replies. */
#ifndef PORCHCTL_MATCH_H
#define PORCHCTL_MATCH_H

#include "cmd.h"
#include "words.h"

/**
 * match_refuse() - say that a value is none of its kind
 * @arg: the argument, whose value says what is allowed
 * @value: what was given
 *
 * Return: an exit code
 */
int match_refuse(const struct arg *arg, const struct value *value);

/**
 * match_put_word() - ask for a small number, or a word that stands for it
 * @ctl: its ipc holds the request
 * @arg: the argument
 * @value: what was given, if anything was
 * @attr: a u8
 * @words: the words
 * @max: the largest number
 *
 * Return: an exit code
 */
int match_put_word(struct ctl *ctl, const struct arg *arg, const struct value *value,
		   uint16_t attr, const struct word *words, uint32_t max);

/**
 * match_put_range16() - ask for a number below 2^16, or for a range of them
 * @ctl: its ipc holds the request
 * @arg: the argument
 * @value: what was given, if anything was
 * @attr: a u16; the next one is the last of a range
 *
 * Return: an exit code
 */
int match_put_range16(struct ctl *ctl, const struct arg *arg, const struct value *value,
		      uint16_t attr);

/**
 * match_show_word() - show a number in JSON, and to people a word that stands for it
 * @show: the output
 * @reply: has the number, or not
 * @attr: its attribute
 * @key: goes before it in text
 * @words: the words
 */
void match_show_word(struct show *show, const struct reply *reply, uint16_t attr,
		     const char *key, const struct word *words);

#endif /* PORCHCTL_MATCH_H */
