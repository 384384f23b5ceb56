// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "err.h"
#include "parse.h"

bool parse_u32(const char *word, uint32_t *num)
{
	unsigned long long value;

	if (!*word || strspn(word, "0123456789") != strlen(word) || (*word == '0' && word[1]))
		return false;
	errno = 0;
	value = strtoull(word, NULL, 10);
	if (errno || value > UINT32_MAX)
		return false;
	*num = value;
	return true;
}

/* Cut a word in two at a character; the second part is NULL without it. */
static char *cut(char *word, char at)
{
	char *second = strchr(word, at);

	if (second)
		*second++ = '\0';
	return second;
}

bool parse_range(const char *word, uint32_t max, uint32_t *range)
{
	char text[WORD_SIZE], *last;

	snprintf(text, sizeof(text), "%s", word);
	last = cut(text, '-');
	return parse_u32(text, &range[0]) && parse_u32(last ?: text, &range[1]) &&
	       range[0] <= range[1] && range[1] <= max;
}

/* Decimal, or hexadecimal behind 0x */
static bool parse_bits(const char *word, uint32_t *num)
{
	size_t len = strlen(word);

	if (strncmp(word, "0x", 2))
		return parse_u32(word, num);
	if (len < 3 || len > 10 || strspn(word + 2, "0123456789abcdefABCDEF") != len - 2)
		return false;
	*num = strtoul(word, NULL, 16);
	return true;
}

bool parse_masked(const char *word, uint32_t *value, uint32_t *mask)
{
	char text[WORD_SIZE], *bits;

	snprintf(text, sizeof(text), "%s", word);
	bits = cut(text, '/');
	*mask = UINT32_MAX;
	return parse_bits(text, value) && (!bits || parse_bits(bits, mask));
}

static unsigned int addr_bits(const struct addr *addr)
{
	return addr->family == AF_INET ? 32 : 128;
}

bool parse_addr(const char *word, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = strchr(word, ':') ? AF_INET6 : AF_INET;
	addr->len = addr_bits(addr);
	return inet_pton(addr->family, word, addr->bytes) == 1;
}

/* The addresses and the ports of a target: "A-B" and "C-D", or less. */
static bool parse_parts(char *addrs, char *ports, struct addr *addr, uint32_t *port)
{
	char *last = cut(addrs, '-');

	if (!parse_addr(addrs, &addr[0]) || !parse_addr(last ?: addrs, &addr[1]) ||
	    addr[0].family != addr[1].family ||
	    memcmp(addr[0].bytes, addr[1].bytes, sizeof(addr[0].bytes)) > 0)
		return false;
	port[0] = 0;
	port[1] = 0;
	return !ports || (parse_range(ports, UINT16_MAX, port) && port[0]);
}

bool parse_target(const char *word, struct addr *addr, uint32_t *port)
{
	char text[WORD_SIZE], *addrs = text, *ports;

	snprintf(text, sizeof(text), "%s", word);
	if (*text == '[') {
		addrs++;
		ports = cut(text, ']');
		if (!ports || (*ports && *ports != ':'))
			return false;
		return parse_parts(addrs, *ports ? ports + 1 : NULL, addr, port);
	}
	/* More than one colon is an IPv6 address. */
	ports = strchr(text, ':');
	if (ports && strchr(ports + 1, ':'))
		ports = NULL;
	else if (ports)
		*ports++ = '\0';
	return parse_parts(addrs, ports, addr, port);
}

/* Clear the bits behind the prefix; tell whether there were any. */
static bool addr_mask(struct addr *addr)
{
	unsigned int bit, set = 0;

	for (bit = addr->len; bit < addr_bits(addr); bit++) {
		uint8_t mask = 0x80 >> bit % 8;

		set |= addr->bytes[bit / 8] & mask;
		addr->bytes[bit / 8] &= ~mask;
	}
	return set;
}

bool parse_prefix(const char *word, struct addr *addr, char *error, size_t size)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN];
	uint32_t len;

	if (!strcmp(word, "default")) {
		memset(addr, 0, sizeof(*addr));
		addr->family = AF_UNSPEC;
		return true;
	}

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(word, "/"), word);
	if (strcspn(word, "/") >= sizeof(text) || !parse_addr(text, addr)) {
		snprintf(error, size,
			 "\"%s\" is no prefix; allowed: default, 10.0.0.0/8, 2001:db8::/32, or an address",
			 word);
		return false;
	}
	if (!slash)
		return true;
	if (!parse_u32(slash + 1, &len) || len > addr_bits(addr)) {
		snprintf(error, size, "\"%s\" has a wrong length; allowed: /0 to /%u", word,
			 addr_bits(addr));
		return false;
	}
	addr->len = len;
	if (addr_mask(addr)) {
		snprintf(error, size, "%s has bits behind the prefix; did you mean %s/%u?", word,
			 inet_ntop(addr->family, addr->bytes, text, sizeof(text)), addr->len);
		return false;
	}
	return true;
}

#define KNOWN_DEVICES	256

/* Names that were asked for, each in the place that its letters choose. */
static struct known_device {
	char name[IFNAMSIZ];
	uint32_t index;
} known_devices[KNOWN_DEVICES];
static bool remember_devices;
static int sock = -1;	/* kept, as opening one costs more than asking */

void parse_device_cache(void)
{
	remember_devices = true;
	memset(known_devices, 0, sizeof(known_devices));
	if (sock >= 0)
		close(sock);
	sock = -1;
}

static uint32_t find_device(const char *word)
{
	struct ifreq request = { 0 };

	if (sock < 0)
		sock = socket(AF_LOCAL, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (strlen(word) >= sizeof(request.ifr_name))
		return 0;
	memcpy(request.ifr_name, word, strlen(word) + 1);
	return ioctl(sock, SIOCGIFINDEX, &request) ? 0 : request.ifr_ifindex;
}

uint32_t parse_device(const char *word)
{
	struct known_device *known;
	unsigned int hash = 0;
	const char *c;

	if (!remember_devices)
		return find_device(word);
	for (c = word; *c; c++)
		hash = hash * 31 + (unsigned char)*c;
	known = &known_devices[hash % KNOWN_DEVICES];
	if (!known->index || strcmp(known->name, word)) {
		known->index = find_device(word);
		if (known->index)
			memcpy(known->name, word, strlen(word) + 1);
	}
	return known->index;
}

static bool lenient;

void parse_lenient(bool on)
{
	lenient = on;
}

int parse_line(char *line, char **words, int max)
{
	static const char blank[] = " \t\r\n\v\f";
	int count = 0;

	for (line += strspn(line, blank); *line && *line != '#'; line += strspn(line, blank)) {
		if (count == max)
			return -1;
		words[count++] = line;
		line += strcspn(line, blank);
		if (*line)
			*line++ = '\0';
	}
	return count;
}

const char *arg_describe(const struct arg *arg, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", arg->key ?: "", arg->key && arg->value ? " " : "",
		 arg->value ?: "");
	return buf;
}

const char *verb_describe(const struct object *object, const struct verb *verb, char *buf,
			  size_t size)
{
	const struct arg *arg;
	char text[64], inner[64];
	size_t len;

	len = snprintf(buf, size, verb == object->verbs ? "%s [%s]" : "%s %s", object->name,
		       verb->name);
	for (arg = verb->args; arg->kind && len < size; arg++) {
		arg_describe(arg, text, sizeof(text));
		/* What needs the place before it is inside of its brackets. */
		if (!arg->key && !arg->required && arg[1].value && !arg[1].key && !arg[1].required)
			len += snprintf(buf + len, size - len, " [%s [%s]]", text,
					arg_describe(++arg, inner, sizeof(inner)));
		else
			len += snprintf(buf + len, size - len, arg->required ? " %s" : " [%s]",
					text);
	}
	return buf;
}

/* A list for messages: what is allowed by a list of words. */
static const char *words_list(const char *const *words, char *buf, size_t size)
{
	size_t len = 0;

	for (buf[0] = '\0'; *words && len < size; words++)
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "", *words);
	return buf;
}

static bool word_find(const char *const *words, const char *word, uint32_t *num)
{
	uint32_t i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], word)) {
			*num = i;
			return true;
		}
	return false;
}

/* Keys may be written with two dashes before them, and without. */
static const char *without_dashes(const char *key)
{
	return strncmp(key, "--", 2) ? key : key + 2;
}

static bool key_is(const struct arg *arg, const char *word)
{
	return arg->key && !strcmp(without_dashes(arg->key), without_dashes(word));
}

static int parse_value(const struct arg *arg, int family, const char *word, struct value *value)
{
	char text[256];

	switch (arg->kind) {
	case ARG_U8:
		if (!parse_u32(word, &value->num) || value->num > UINT8_MAX)
			return err_usage("%s must be a decimal number up to 255, not \"%s\"",
					 arg->key ?: arg->value, word);
		break;
	case ARG_U32:
		if (!parse_u32(word, &value->num))
			return err_usage("%s must be a decimal number, not \"%s\"",
					 arg->key ?: arg->value, word);
		break;
	case ARG_SCALED:
		if (!scale_read(arg->scale, word, &value->amount))
			return err_usage("%s must be %s, not \"%s\"", arg->key ?: arg->value,
					 arg->scale->what, word);
		break;
	case ARG_DEV:
	case ARG_PORT:
		value->num = parse_device(word);
		if (!value->num && !lenient)
			return err_refused("no device \"%s\" in this network namespace", word);
		break;
	case ARG_TABLE:
		if (strcmp(word, "all") && (!parse_u32(word, &value->num) || !value->num))
			return err_usage("%s must be a decimal number or all, not \"%s\"",
					 arg->key, word);
		break;
	case ARG_MARK:
		if (!parse_masked(word, &value->num, &value->mask))
			return err_usage("\"%s\" is no mark; allowed: 7, 0x1f, 0x10/0xf0", word);
		break;
	case ARG_ADDR:
		if (!parse_addr(word, &value->addr))
			return err_usage("\"%s\" is no IPv4 or IPv6 address", word);
		break;
	case ARG_PREFIX:
		if (!parse_prefix(word, &value->addr, text, sizeof(text)))
			return err_usage("%s", text);
		break;
	case ARG_WORD:
		if (arg->words && !word_find(arg->words, word, &value->num))
			return err_usage("unknown %s \"%s\"; allowed: %s", arg->value, word,
					 words_list(arg->words, text, sizeof(text)));
		break;
	case ARG_FLAG:
	case ARG_GROUPS:
	case ARG_END:
		break;
	}
	if (family && value->addr.family && value->addr.family != family)
		return err_usage("%s is no IPv%c address, which -%c asks for", word,
				 family == AF_INET ? '4' : '6', family == AF_INET ? '4' : '6');
	value->word = word;
	return 0;
}

bool parse_default(const struct arg *arg, struct value *value)
{
	memset(value, 0, sizeof(*value));
	return arg->def && !parse_value(arg, AF_UNSPEC, arg->def, value);
}

/* Places are filled from left to right; one that was passed over stays empty. */
static bool is_open(const struct arg *args, const struct value *values, const struct arg *arg)
{
	if (values[arg - args].word)
		return false;
	if (!arg->key)
		for (arg++; arg->kind; arg++)
			if (!arg->key && values[arg - args].word)
				return false;
	return true;
}

/* The argument that a word belongs to, or whose keyword it is. */
static const struct arg *find_arg(const struct arg *args, const struct value *values,
				  const char *word)
{
	const struct arg *arg;
	uint32_t num;

	for (arg = args; arg->kind; arg++)
		if (key_is(arg, word))
			return arg;
	for (arg = args; arg->kind; arg++) {
		if (arg->key || !is_open(args, values, arg))
			continue;
		/* One of a list may be left out if another place must follow. */
		if (arg->words && !arg->required && !arg[1].key && arg[1].required &&
		    !word_find(arg->words, word, &num))
			continue;
		return arg;
	}
	return NULL;
}

/* A list for messages: what may still be given. */
static const char *open_list(const struct arg *args, const struct value *values, char *buf,
			     size_t size)
{
	const struct arg *arg;
	char text[64];
	size_t len = 0;

	snprintf(buf, size, "nothing more");
	for (arg = args; arg->kind && len < size; arg++)
		if (is_open(args, values, arg))
			len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
					arg_describe(arg, text, sizeof(text)));
	return buf;
}

int parse_group(const struct arg *arg, int family, char **words, int count,
		struct value *values, int *used)
{
	const struct verb group = { .args = arg->parts };
	int n = 1;

	while (n < count && !key_is(arg, words[n]))
		n++;
	*used = n;
	return parse_args(&group, family, words + 1, n - 1, values);
}

/* All groups are understood, so that whoever reads them again meets no mistake. */
static int parse_groups(const struct arg *arg, int family, char **words, int count,
			struct value *value)
{
	struct value values[MAX_ARGS];
	int err, used;

	value->word = words[0];
	value->rest = words;
	value->count = count;
	for (; count; words += used, count -= used) {
		err = parse_group(arg, family, words, count, values, &used);
		if (err)
			return err;
	}
	return 0;
}

static int check_length(const char *word)
{
	return strlen(word) < WORD_SIZE ? 0 : err_usage("\"%.16s...\" is too long", word);
}

int parse_args(const struct verb *verb, int family, char **words, int count,
	       struct value *values)
{
	const struct arg *arg, *args = verb->args;
	char text[1024];
	int i, err;

	memset(values, 0, sizeof(*values) * MAX_ARGS);
	if (verb->some && !count)
		return err_usage("nothing is given; allowed: %s",
				 open_list(args, values, text, sizeof(text)));
	for (i = 0; i < count; i++) {
		err = check_length(words[i]);
		if (err)
			return err;
		arg = find_arg(args, values, words[i]);
		if (!arg)
			return err_usage("unexpected \"%s\"; allowed here: %s", words[i],
					 open_list(args, values, text, sizeof(text)));
		if (values[arg - args].word)
			return err_usage("%s is given twice", arg->key);
		if (arg->kind == ARG_GROUPS) {
			err = parse_groups(arg, family, words + i, count - i,
					   &values[arg - args]);
			if (err)
				return err;
			break;
		}
		if (arg->key && arg->value && ++i == count)
			return err_usage("%s needs a value: %s", arg->key, arg->value);
		err = check_length(words[i]) ?:
		      parse_value(arg, family, words[i], &values[arg - args]);
		if (err)
			return err;
	}
	for (arg = args; arg->kind; arg++)
		if (arg->required && !values[arg - args].word)
			return err_usage("%s is missing (%s)",
					 arg_describe(arg, text, sizeof(text)), arg->help);
	return 0;
}
