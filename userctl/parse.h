/* SPDX-License-Identifier: GPL-2.0 */
/* From words to values. What cannot be understood is reported here. */
#ifndef PORCHCTL_PARSE_H
#define PORCHCTL_PARSE_H

#include "cmd.h"

/**
 * parse_u32() - read a decimal number
 * @word: nothing but digits, without needless zeros in front
 * @num: takes the number
 */
bool parse_u32(const char *word, uint32_t *num);

/**
 * parse_range() - read a number, or two with a dash between them
 * @word: the first and the last
 * @max: the largest number allowed
 * @range: takes both, which are the same if there is one
 */
bool parse_range(const char *word, uint32_t max, uint32_t *range);

/**
 * parse_masked() - read a number, and those of its bits that matter
 * @word: both, with a slash between them; each decimal, or hexadecimal behind 0x
 * @value: takes the number
 * @mask: takes the bits; all of them if there is none
 */
bool parse_masked(const char *word, uint32_t *value, uint32_t *mask);

/**
 * parse_target() - read where to packets are translated
 * @word: ADDR[-ADDR][:PORT[-PORT]]; what has colons is in brackets before a port
 * @addr: takes the first and the last address
 * @port: takes the first and the last port, 0 if there is none
 */
bool parse_target(const char *word, struct addr *addr, uint32_t *port);

/**
 * parse_addr() - read an IPv4 or IPv6 address
 * @word: the address
 * @addr: takes it; its length is that of a host route
 */
bool parse_addr(const char *word, struct addr *addr);

/**
 * parse_prefix() - read a prefix, a bare address or "default"
 * @word: the prefix
 * @addr: takes it
 * @error: takes the reason, if it is not one
 * @size: room for the reason
 */
bool parse_prefix(const char *word, struct addr *addr, char *error, size_t size);

/**
 * parse_device() - find a network device
 * @word: its name
 *
 * Return: its index in this network namespace, 0 if there is none
 */
uint32_t parse_device(const char *word);

/**
 * parse_device_cache() - remember what parse_device() finds from now on
 *
 * What it has found before is forgotten, and no descriptor is kept open.
 * A device that is renamed or replaced afterwards is not noticed.
 */
void parse_device_cache(void);

/**
 * parse_lenient() - let devices be named that are not there
 * @lenient: their index is 0; else they are refused
 */
void parse_lenient(bool lenient);

/**
 * parse_default() - read what is meant where an argument is absent
 * @arg: the argument
 * @value: takes the value
 *
 * Return: whether there is something that is meant then
 */
bool parse_default(const struct arg *arg, struct value *value);

/**
 * parse_line() - cut a line into words
 * @line: the line, which is written to; a word that begins with # ends it
 * @words: takes the words
 * @max: room for words
 *
 * Return: how many words there are, -1 if there are more than @max
 */
int parse_line(char *line, char **words, int max);

/**
 * parse_args() - understand the words behind a verb
 * @verb: the verb
 * @family: family that addresses must have, or %AF_UNSPEC
 * @words: the words
 * @count: how many
 * @values: takes a value for each argument of @verb
 *
 * Return: an exit code; what is wrong has been reported
 */
int parse_args(const struct verb *verb, int family, char **words, int count,
	       struct value *values);

/**
 * parse_group() - understand the first of several groups of words
 * @arg: an %ARG_GROUPS
 * @family: family that addresses must have, or %AF_UNSPEC
 * @words: the words, which begin with the key
 * @count: how many
 * @values: takes a value for each of the parts
 * @used: takes how many words the group has
 *
 * Return: an exit code; what is wrong has been reported
 */
int parse_group(const struct arg *arg, int family, char **words, int count,
		struct value *values, int *used);

/**
 * arg_describe() - write an argument the way a synopsis does
 * @arg: the argument
 * @buf: takes the text
 * @size: room for it
 *
 * Return: @buf
 */
const char *arg_describe(const struct arg *arg, char *buf, size_t size);

/**
 * verb_describe() - write the synopsis of a verb
 * @object: what it is a verb of
 * @verb: the verb
 * @buf: takes the text
 * @size: room for it
 *
 * Return: @buf
 */
const char *verb_describe(const struct object *object, const struct verb *verb, char *buf,
			  size_t size);

#endif /* PORCHCTL_PARSE_H */
