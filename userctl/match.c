// SPDX-License-Identifier: GPL-2.0
#include "err.h"
#include "match.h"
#include "parse.h"

int match_refuse(const struct arg *arg, const struct value *value)
{
	return err_usage("%s \"%s\" is none; allowed: %s", arg->key, value->word, arg->value);
}

int match_put_word(struct ctl *ctl, const struct arg *arg, const struct value *value,
		   uint16_t attr, const struct word *words, uint32_t max)
{
	uint32_t num;

	if (!value->word)
		return 0;
	if (!word_number(words, value->word, &num) || num > max)
		return err_usage("unknown %s \"%s\"; allowed: %s, or a number up to %u",
				 arg->key, value->word, words_of(words), max);
	ipc_put_u8(ctl->ipc, attr, num);
	return 0;
}

int match_put_range16(struct ctl *ctl, const struct arg *arg, const struct value *value,
		      uint16_t attr)
{
	uint32_t range[2];

	if (!value->word)
		return 0;
	if (!parse_range(value->word, UINT16_MAX, range))
		return match_refuse(arg, value);
	ipc_put_u16(ctl->ipc, attr, range[0]);
	if (range[1] != range[0])
		ipc_put_u16(ctl->ipc, attr + 1, range[1]);
	return 0;
}

void match_show_word(struct show *show, const struct reply *reply, uint16_t attr,
		     const char *key, const struct word *words)
{
	uint32_t value = reply_uint(reply, attr);
	const char *word = word_of(words, value);

	if (!reply_has(reply, attr))
		return;
	show_attr(show, reply, attr, NULL);
	if (word)
		show_text(show, " %s %s", key, word);
	else
		show_text(show, " %s %u", key, value);
}
