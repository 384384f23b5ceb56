/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the numbers in headers of packets, and the other way round. */
#ifndef PORCHCTL_WORDS_H
#define PORCHCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct word - a word that stands for a number
 * @word: the word; NULL ends a list
 * @number: the number
 */
struct word {
	const char *word;
	uint32_t number;
};

extern const struct word proto_words[];
extern const struct word dscp_words[];
extern const struct word tcp_flag_words[];
extern const struct word state_words[];
extern const struct word period_words[];

/**
 * word_of() - find a word for a number
 * @words: the list
 * @number: the number
 *
 * Return: the first word that stands for it, NULL if none does
 */
const char *word_of(const struct word *words, uint32_t number);

/**
 * word_number() - read a word or a decimal number
 * @words: the list
 * @text: one of its words, or a number
 * @number: takes the number
 */
bool word_number(const struct word *words, const char *text, uint32_t *number);

/**
 * word_flags() - read words with commas between them, or "none"
 * @words: the list
 * @text: the words
 * @flags: takes all their numbers, put together
 */
bool word_flags(const struct word *words, const char *text, uint32_t *flags);

/**
 * flags_text() - write what word_flags() reads
 * @words: the list
 * @flags: flags that all have words
 * @buf: takes the text
 * @size: room for it
 *
 * Return: @buf
 */
const char *flags_text(const struct word *words, uint32_t flags, char *buf, size_t size);

/**
 * words_of() - write a list for messages
 * @words: the list
 *
 * Return: the words, good until the next call
 */
const char *words_of(const struct word *words);

#endif /* PORCHCTL_WORDS_H */
