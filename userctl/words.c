// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include <linux/porch.h>

#include "parse.h"
#include "words.h"

const struct word proto_words[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP },
	{ "udplite", IPPROTO_UDPLITE },
	{ "gre", IPPROTO_GRE },
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ "ipip", IPPROTO_IPIP },
	{ "ipv6", IPPROTO_IPV6 },
	{ "igmp", IPPROTO_IGMP },
	{ "ospf", 89 },
	{ "pim", IPPROTO_PIM },
	{ "vrrp", 112 },
	{ }
};

/* RFC 2474, RFC 2597, RFC 3246, RFC 5865, RFC 8622 */
const struct word dscp_words[] = {
	{ "cs0", 0 }, { "le", 1 }, { "cs1", 8 }, { "cs2", 16 }, { "cs3", 24 }, { "cs4", 32 },
	{ "cs5", 40 }, { "cs6", 48 }, { "cs7", 56 }, { "af11", 10 }, { "af12", 12 },
	{ "af13", 14 }, { "af21", 18 }, { "af22", 20 }, { "af23", 22 }, { "af31", 26 },
	{ "af32", 28 }, { "af33", 30 }, { "af41", 34 }, { "af42", 36 }, { "af43", 38 },
	{ "va", 44 }, { "ef", 46 },
	{ }
};

const struct word tcp_flag_words[] = {
	{ "fin", 0x01 }, { "syn", 0x02 }, { "rst", 0x04 }, { "psh", 0x08 }, { "ack", 0x10 },
	{ "urg", 0x20 }, { "ece", 0x40 }, { "cwr", 0x80 },
	{ }
};

const struct word state_words[] = {
	{ "new", PORCH_FLOW_STATE_NEW },
	{ "established", PORCH_FLOW_STATE_ESTABLISHED },
	{ "related", PORCH_FLOW_STATE_RELATED },
	{ "invalid", PORCH_FLOW_STATE_INVALID },
	{ }
};

/* Periods, in seconds */
const struct word period_words[] = {
	{ "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
	{ }
};

const char *word_of(const struct word *words, uint32_t number)
{
	for (; words->word; words++)
		if (words->number == number)
			return words->word;
	return NULL;
}

bool word_number(const struct word *words, const char *text, uint32_t *number)
{
	for (; words->word; words++) {
		if (!strcmp(words->word, text)) {
			*number = words->number;
			return true;
		}
	}
	return parse_u32(text, number);
}

bool word_flags(const struct word *words, const char *text, uint32_t *flags)
{
	const struct word *word;
	size_t len;

	*flags = 0;
	if (!strcmp(text, "none"))
		return true;
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		for (word = words; word->word; word++)
			if (strlen(word->word) == len && !strncmp(word->word, text, len))
				break;
		if (!word->word)
			return false;
		*flags |= word->number;
		if (!text[len])
			return true;
	}
}

const char *flags_text(const struct word *words, uint32_t flags, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "none");
	for (; words->word && len < size; words++)
		if (flags & words->number)
			len += snprintf(buf + len, size - len, "%s%s", len ? "," : "",
					words->word);
	return buf;
}

const char *words_of(const struct word *words)
{
	static char buf[256];
	size_t len = 0;

	for (; words->word && len < sizeof(buf); words++)
		len += snprintf(buf + len, sizeof(buf) - len, "%s%s", len ? ", " : "",
				words->word);
	return buf;
}
