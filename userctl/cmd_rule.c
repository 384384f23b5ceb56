// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"
#include "match.h"
#include "parse.h"
#include "words.h"

enum {
	CHAIN, BEFORE, IN, OUT, FROM, TO, FROM_SET, TO_SET, PROTO, SPORT, DPORT, TCP_FLAGS, ICMP,
	DSCP, LENGTH, MARK, STATE, LIMIT, BURST, COUNT, LOG, PREFIX, SET_MARK, SET_DSCP, CLASS,
	SNAT, MASQUERADE, DNAT, REDIRECT, ACCEPT, DROP, REJECT, WITH, JUMP, RETURN, QUEUE, DIVERT,
	BYPASS, CONTINUE,
};

static const struct arg add_args[] = {
	[CHAIN] = { ARG_WORD, .value = "CHAIN", .required = true, .help = "chain of the rule" },
	[BEFORE] = { ARG_U32, "before", "HANDLE", .help = "the rule that it comes before" },
	[IN] = { ARG_DEV, "in", "DEV", .help = "came in by this device" },
	[OUT] = { ARG_DEV, "out", "DEV", .help = "leaves by this device" },
	[FROM] = { ARG_PREFIX, "from", "PREFIX", .help = "source" },
	[TO] = { ARG_PREFIX, "to", "PREFIX", .help = "destination" },
	[FROM_SET] = { ARG_WORD, "from-set", "SET", .help = "a set has the source" },
	[TO_SET] = { ARG_WORD, "to-set", "SET", .help = "a set has the destination" },
	[PROTO] = { ARG_WORD, "proto", "PROTO", .help = "tcp, udp, icmp or a number" },
	[SPORT] = { ARG_WORD, "sport", "PORT[-PORT]", .help = "source port" },
	[DPORT] = { ARG_WORD, "dport", "PORT[-PORT]", .help = "destination port" },
	[TCP_FLAGS] = { ARG_WORD, "tcp-flags", "FLAGS/MASK",
			.help = "TCP flags, as in syn/syn,ack" },
	[ICMP] = { ARG_WORD, "icmp", "TYPE[/CODE]", .help = "type of ICMP or ICMPv6" },
	[DSCP] = { ARG_WORD, "dscp", "DSCP", .help = "ef, cs6, af41 or another name, or a number" },
	[LENGTH] = { ARG_WORD, "length", "BYTES[-BYTES]", .help = "length, IP header included" },
	[MARK] = { ARG_WORD, "mark", "MARK[/MASK]", .help = "mark" },
	[STATE] = { ARG_WORD, "state", "STATE,...",
		    .help = "new, established, related, invalid" },
	[LIMIT] = { ARG_WORD, "limit", "N/UNIT",
		    .help = "at most so many in a second, minute, hour, day" },
	[BURST] = { ARG_U32, "burst", "N", .def = "5", .help = "so many at once" },
	[COUNT] = { ARG_FLAG, "count", .help = "count packets and bytes" },
	[LOG] = { ARG_FLAG, "log", .help = "write a line into the kernel's log" },
	[PREFIX] = { ARG_WORD, "prefix", "WORD", .help = "what that line begins with" },
	[SET_MARK] = { ARG_WORD, "set-mark", "MARK[/MASK]", .help = "change the mark" },
	[SET_DSCP] = { ARG_WORD, "set-dscp", "DSCP", .help = "change the DSCP" },
	[CLASS] = { ARG_U32, "class", "N", .help = "shape it as this class" },
	[SNAT] = { ARG_WORD, "snat", "ADDR[-ADDR][:PORT-PORT]",
		   .help = "translate the source of its flow" },
	[MASQUERADE] = { ARG_FLAG, "masquerade", .help = "to the output device's address" },
	[DNAT] = { ARG_WORD, "dnat", "ADDR[-ADDR][:PORT]",
		   .help = "translate the destination of its flow" },
	[REDIRECT] = { ARG_U32, "redirect", "PORT", .help = "to a port of this machine" },
	[ACCEPT] = { ARG_FLAG, "accept", .help = "let it go on" },
	[DROP] = { ARG_FLAG, "drop", .help = "drop it" },
	[REJECT] = { ARG_FLAG, "reject", .help = "drop it, and tell its sender" },
	[WITH] = { ARG_WORD, "with", "WHAT", .words = reject_withs, .def = "port-unreachable",
		   .help = "tell by this" },
	[JUMP] = { ARG_WORD, "jump", "CHAIN", .help = "look at the rules of that chain" },
	[RETURN] = { ARG_FLAG, "return", .help = "go back to where the jump came from" },
	[QUEUE] = { ARG_U32, "queue", "N", .help = "ask an application" },
	[DIVERT] = { ARG_U32, "divert", "N", .help = "give it to an application" },
	[BYPASS] = { ARG_FLAG, "bypass", .help = "accept it if no application can have it" },
	[CONTINUE] = { ARG_FLAG, "continue", .def = "continue",
		       .help = "go on with the next rule" },
	{ }
};

enum { HANDLE = 1 };

static const struct arg del_args[] = {
	[CHAIN] = { ARG_WORD, .value = "CHAIN", .required = true, .help = "chain of the rule" },
	[HANDLE] = { ARG_U32, "handle", "HANDLE", .required = true, .help = "its number" },
	{ }
};

static const struct arg flush_args[] = {
	[CHAIN] = { ARG_WORD, .value = "CHAIN", .required = true, .help = "chain" },
	{ }
};

static const struct arg show_args[] = {
	[CHAIN] = { ARG_WORD, .value = "CHAIN", .help = "only those of this chain" },
	{ }
};

static int no_such(const struct value *values, int arg)
{
	return match_refuse(&add_args[arg], &values[arg]);
}

static int put_word(struct ctl *ctl, const struct value *values, int arg, uint16_t attr,
		    const struct word *words, uint32_t max)
{
	return match_put_word(ctl, &add_args[arg], &values[arg], attr, words, max);
}

static int put_range16(struct ctl *ctl, const struct value *values, int arg, uint16_t attr)
{
	return match_put_range16(ctl, &add_args[arg], &values[arg], attr);
}

static int put_length(struct ctl *ctl, const struct value *values)
{
	uint32_t range[2];

	if (!values[LENGTH].word)
		return 0;
	if (!parse_range(values[LENGTH].word, UINT32_MAX, range))
		return no_such(values, LENGTH);
	ipc_put_u32(ctl->ipc, PORCH_A_RULE_LENGTH, range[0]);
	if (range[1] != range[0])
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_LENGTH_MAX, range[1]);
	return 0;
}

static int put_prefix(struct ctl *ctl, const struct value *values, int arg, uint16_t attr)
{
	const struct addr *addr = &values[arg].addr;

	if (!values[arg].word)
		return 0;
	if (!addr->family)
		return err_usage("%s default: every packet is; leave it out", add_args[arg].key);
	ipc_put(ctl->ipc, attr, addr->bytes, addr->family == AF_INET6 ? 16 : 4);
	ipc_put_u8(ctl->ipc, attr + 1, addr->len);
	return 0;
}

/* A number, and those of its bits that count */
static int put_masked(struct ctl *ctl, const struct value *values, int arg, uint16_t attr)
{
	uint32_t value, mask;

	if (!values[arg].word)
		return 0;
	if (!parse_masked(values[arg].word, &value, &mask))
		return no_such(values, arg);
	ipc_put_u32(ctl->ipc, attr, value);
	if (mask != UINT32_MAX)
		ipc_put_u32(ctl->ipc, attr + 1, mask);
	return 0;
}

static int put_tcp_flags(struct ctl *ctl, const struct value *values)
{
	const char *word = values[TCP_FLAGS].word;
	char text[WORD_SIZE], *mask;
	uint32_t flags, among;

	if (!word)
		return 0;
	strcpy(text, word);	/* as long as a word may be */
	mask = strchr(text, '/');
	if (mask)
		*mask++ = '\0';
	if (!mask || !word_flags(tcp_flag_words, text, &flags) ||
	    !word_flags(tcp_flag_words, mask, &among))
		return err_usage("tcp-flags \"%s\" are none; allowed: FLAGS/MASK of %s, or none",
				 word, words_of(tcp_flag_words));
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_TCP_FLAGS, flags);
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_TCP_MASK, among);
	return 0;
}

static int put_icmp(struct ctl *ctl, const struct value *values)
{
	const char *word = values[ICMP].word;
	char text[WORD_SIZE], *code;
	uint32_t num;

	if (!word)
		return 0;
	strcpy(text, word);	/* as long as a word may be */
	code = strchr(text, '/');
	if (code)
		*code++ = '\0';
	if (!parse_u32(text, &num) || num > UINT8_MAX)
		return no_such(values, ICMP);
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_ICMP_TYPE, num);
	if (!code)
		return 0;
	if (!parse_u32(code, &num) || num > UINT8_MAX)
		return no_such(values, ICMP);
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_ICMP_CODE, num);
	return 0;
}

static int put_state(struct ctl *ctl, const struct value *values)
{
	uint32_t states;

	if (!values[STATE].word)
		return 0;
	if (!word_flags(state_words, values[STATE].word, &states) || !states)
		return err_usage("state \"%s\" is none; allowed, with commas between them: %s",
				 values[STATE].word, words_of(state_words));
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_STATE, states);
	return 0;
}

static int put_limit(struct ctl *ctl, const struct value *values)
{
	const char *word = values[LIMIT].word;
	char text[WORD_SIZE], *unit;
	uint32_t count, period;

	if (word) {
		strcpy(text, word);	/* as long as a word may be */
		unit = strchr(text, '/');
		if (unit)
			*unit++ = '\0';
		if (!unit || !parse_u32(text, &count) ||
		    !word_number(period_words, unit, &period))
			return err_usage("limit \"%s\" is none; allowed: N/UNIT of %s", word,
					 words_of(period_words));
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_LIMIT, count);
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_LIMIT_PERIOD, period);
	}
	if (values[BURST].word)
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_LIMIT_BURST, values[BURST].num);
	return 0;
}

static void put_addr(struct ctl *ctl, uint16_t attr, const struct addr *addr)
{
	ipc_put(ctl->ipc, attr, addr->bytes, addr->family == AF_INET6 ? 16 : 4);
}

/* ADDR[-ADDR][:PORT[-PORT]], where an IPv6 address before ports is in brackets */
static int put_nat_to(struct ctl *ctl, const struct value *values, int arg, uint8_t kind)
{
	struct addr addr[2];
	uint32_t port[2];

	if (!values[arg].word)
		return 0;
	if (!parse_target(values[arg].word, addr, port))
		return no_such(values, arg);
	ipc_put_u8(ctl->ipc, PORCH_A_RULE_NAT, kind);
	put_addr(ctl, PORCH_A_RULE_NAT_ADDR, &addr[0]);
	if (memcmp(&addr[0], &addr[1], sizeof(addr[0])))
		put_addr(ctl, PORCH_A_RULE_NAT_ADDR_MAX, &addr[1]);
	if (port[0])
		ipc_put_u16(ctl->ipc, PORCH_A_RULE_NAT_PORT, port[0]);
	if (port[1] != port[0])
		ipc_put_u16(ctl->ipc, PORCH_A_RULE_NAT_PORT_MAX, port[1]);
	return 0;
}

/* Of several arguments that exclude each other, the one that is given */
static int only_one(const struct value *values, const int *args, int count, int *given)
{
	int i;

	*given = -1;
	for (i = 0; i < count; i++) {
		if (!values[args[i]].word)
			continue;
		if (*given >= 0)
			return err_usage("%s and %s: a rule does one of them",
					 add_args[*given].key, add_args[args[i]].key);
		*given = args[i];
	}
	return 0;
}

static int put_u16(struct ctl *ctl, const struct value *values, int arg, uint16_t attr)
{
	if (values[arg].num > UINT16_MAX)
		return err_usage("%s goes up to %u, not %u", add_args[arg].key, UINT16_MAX,
				 values[arg].num);
	ipc_put_u16(ctl->ipc, attr, values[arg].num);
	return 0;
}

static int put_nat(struct ctl *ctl, const struct value *values)
{
	static const int nats[] = { SNAT, MASQUERADE, DNAT, REDIRECT };
	int nat, err;

	err = only_one(values, nats, 4, &nat);
	if (err)
		return err;
	switch (nat) {
	case SNAT:
		return put_nat_to(ctl, values, SNAT, PORCH_NAT_KIND_SNAT);
	case MASQUERADE:
		ipc_put_u8(ctl->ipc, PORCH_A_RULE_NAT, PORCH_NAT_KIND_MASQUERADE);
		return 0;
	case DNAT:
		return put_nat_to(ctl, values, DNAT, PORCH_NAT_KIND_DNAT);
	case REDIRECT:
		ipc_put_u8(ctl->ipc, PORCH_A_RULE_NAT, PORCH_NAT_KIND_REDIRECT);
		return put_u16(ctl, values, REDIRECT, PORCH_A_RULE_NAT_PORT);
	}
	return 0;
}

static int put_action(struct ctl *ctl, const struct value *values)
{
	static const int actions[] = {
		[PORCH_RULE_ACTION_CONTINUE] = CONTINUE,
		[PORCH_RULE_ACTION_ACCEPT] = ACCEPT,
		[PORCH_RULE_ACTION_DROP] = DROP,
		[PORCH_RULE_ACTION_REJECT] = REJECT,
		[PORCH_RULE_ACTION_JUMP] = JUMP,
		[PORCH_RULE_ACTION_RETURN] = RETURN,
		[PORCH_RULE_ACTION_QUEUE] = QUEUE,
		[PORCH_RULE_ACTION_DIVERT] = DIVERT,
	};
	int action, i, err;

	err = only_one(values, actions, PORCH_RULE_ACTION_MAX + 1, &action);
	if (err)
		return err;
	for (i = 0; i <= PORCH_RULE_ACTION_MAX; i++)
		if (actions[i] == action)
			ipc_put_u8(ctl->ipc, PORCH_A_RULE_ACTION, i);
	if (values[WITH].word)
		ipc_put_u8(ctl->ipc, PORCH_A_RULE_REJECT_WITH, values[WITH].num);
	if (action == JUMP)
		ipc_put_str(ctl->ipc, PORCH_A_RULE_JUMP, values[JUMP].word);
	if (values[BYPASS].word)
		ipc_put(ctl->ipc, PORCH_A_RULE_BYPASS, NULL, 0);
	if (action == QUEUE || action == DIVERT)
		return put_u16(ctl, values, action, PORCH_A_RULE_QUEUE);
	return 0;
}

static int put_match(struct ctl *ctl, const struct value *values)
{
	if (values[IN].word)
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_IN, values[IN].num);
	if (values[OUT].word)
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_OUT, values[OUT].num);
	if (values[FROM_SET].word)
		ipc_put_str(ctl->ipc, PORCH_A_RULE_SRC_SET, values[FROM_SET].word);
	if (values[TO_SET].word)
		ipc_put_str(ctl->ipc, PORCH_A_RULE_DST_SET, values[TO_SET].word);
	return put_prefix(ctl, values, FROM, PORCH_A_RULE_SRC) ?:
	       put_prefix(ctl, values, TO, PORCH_A_RULE_DST) ?:
	       put_word(ctl, values, PROTO, PORCH_A_RULE_PROTO, proto_words, UINT8_MAX) ?:
	       put_range16(ctl, values, SPORT, PORCH_A_RULE_SPORT) ?:
	       put_range16(ctl, values, DPORT, PORCH_A_RULE_DPORT) ?:
	       put_tcp_flags(ctl, values) ?:
	       put_icmp(ctl, values) ?:
	       put_word(ctl, values, DSCP, PORCH_A_RULE_DSCP, dscp_words, 63) ?:
	       put_length(ctl, values) ?:
	       put_masked(ctl, values, MARK, PORCH_A_RULE_MARK) ?:
	       put_state(ctl, values);
}

static int put_deeds(struct ctl *ctl, const struct value *values)
{
	if (values[COUNT].word)
		ipc_put(ctl->ipc, PORCH_A_RULE_COUNT, NULL, 0);
	if (values[LOG].word)
		ipc_put(ctl->ipc, PORCH_A_RULE_LOG, NULL, 0);
	if (values[PREFIX].word)
		ipc_put_str(ctl->ipc, PORCH_A_RULE_LOG_PREFIX, values[PREFIX].word);
	return put_limit(ctl, values) ?:
	       put_masked(ctl, values, SET_MARK, PORCH_A_RULE_SET_MARK) ?:
	       put_word(ctl, values, SET_DSCP, PORCH_A_RULE_SET_DSCP, dscp_words, 63) ?:
	       (values[CLASS].word ? put_u16(ctl, values, CLASS, PORCH_A_RULE_CLASS) : 0) ?:
	       put_nat(ctl, values) ?:
	       put_action(ctl, values);
}

/* Write the request; without a kernel it is only seen whether that can be done. */
static int rule_request(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_RULE_ADD);
	ipc_put_str(ctl->ipc, PORCH_A_RULE_CHAIN, values[CHAIN].word);
	if (values[BEFORE].word)
		ipc_put_u32(ctl->ipc, PORCH_A_RULE_BEFORE, values[BEFORE].num);
	return put_match(ctl, values) ?: put_deeds(ctl, values);
}

static int rule_add(struct ctl *ctl, const struct value *values)
{
	return rule_request(ctl, values) ?: ctl_call(ctl, &rule_attrs, NULL, NULL);
}

static int rule_del(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_RULE_DEL);
	ipc_put_str(ctl->ipc, PORCH_A_RULE_CHAIN, values[CHAIN].word);
	ipc_put_u32(ctl->ipc, PORCH_A_RULE_HANDLE, values[HANDLE].num);
	return ctl_call(ctl, &rule_attrs, NULL, NULL);
}

static int rule_flush(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_RULE_DEL);
	ipc_put_str(ctl->ipc, PORCH_A_RULE_CHAIN, values[CHAIN].word);
	return ctl_call(ctl, &rule_attrs, NULL, NULL);
}

static void show_flags(struct show *show, const struct reply *reply, uint16_t attr,
		       const char *before, const struct word *words)
{
	char text[128];

	if (!reply_has(reply, attr))
		return;
	show_attr(show, reply, attr, NULL);
	show_text(show, "%s%s", before,
		  flags_text(words, reply_uint(reply, attr), text, sizeof(text)));
}

static void show_prefix(struct show *show, const struct reply *reply, uint16_t attr,
			const char *fmt)
{
	uint64_t bits = reply->attrs[attr].len * 8;

	show_attr(show, reply, attr, fmt);
	show_attr(show, reply, attr + 1,
		  reply_uint(reply, attr + 1) == bits ? NULL : "/%s");
}

static void show_masked(struct show *show, const struct reply *reply, uint16_t attr,
			const char *key)
{
	if (!reply_has(reply, attr))
		return;
	show_attr(show, reply, attr, NULL);
	show_text(show, " %s %#x", key, (uint32_t)reply_uint(reply, attr));
	show_attr(show, reply, attr + 1, NULL);
	if (reply_has(reply, attr + 1))
		show_text(show, "/%#x", (uint32_t)reply_uint(reply, attr + 1));
}

static void show_limit(struct show *show, const struct reply *reply)
{
	uint32_t period = reply_uint(reply, PORCH_A_RULE_LIMIT_PERIOD);
	const char *unit = word_of(period_words, period);

	show_attr(show, reply, PORCH_A_RULE_LIMIT, " limit %s");
	show_attr(show, reply, PORCH_A_RULE_LIMIT_PERIOD, unit ? NULL : "/%s");
	if (unit)
		show_text(show, "/%s", unit);
	show_attr(show, reply, PORCH_A_RULE_LIMIT_BURST, " burst %s");
}

static void show_nat(struct show *show, const struct reply *reply)
{
	bool ipv6 = reply->attrs[PORCH_A_RULE_NAT_ADDR].len == 16;
	bool ports = reply_has(reply, PORCH_A_RULE_NAT_PORT);
	bool redirect = reply_uint(reply, PORCH_A_RULE_NAT) == PORCH_NAT_KIND_REDIRECT;

	show_attr(show, reply, PORCH_A_RULE_NAT, " %s");
	show_attr(show, reply, PORCH_A_RULE_NAT_ADDR, ipv6 && ports ? " [%s" : " %s");
	show_attr(show, reply, PORCH_A_RULE_NAT_ADDR_MAX, "-%s");
	if (ipv6 && ports)
		show_text(show, "]");
	show_attr(show, reply, PORCH_A_RULE_NAT_PORT, redirect ? " %s" : ":%s");
	show_attr(show, reply, PORCH_A_RULE_NAT_PORT_MAX, "-%s");
}

static void show_action(struct show *show, const struct reply *reply)
{
	bool usual = reply_uint(reply, PORCH_A_RULE_REJECT_WITH) ==
		     PORCH_REJECT_WITH_PORT_UNREACHABLE;

	show_attr(show, reply, PORCH_A_RULE_ACTION,
		  reply_uint(reply, PORCH_A_RULE_ACTION) == PORCH_RULE_ACTION_CONTINUE ? NULL :
											  " %s");
	show_attr(show, reply, PORCH_A_RULE_REJECT_WITH, usual ? NULL : " with %s");
	show_attr(show, reply, PORCH_A_RULE_JUMP, " %s");
	show_attr(show, reply, PORCH_A_RULE_QUEUE, " %s");
	show_attr(show, reply, PORCH_A_RULE_BYPASS, " bypass");
}

void show_rule_fields(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_RULE_CHAIN, "%s");
	show_attr(show, reply, PORCH_A_RULE_BEFORE, " before %s");
	show_attr(show, reply, PORCH_A_RULE_IN, NULL);
	show_attr(show, reply, PORCH_A_RULE_IN_NAME, " in %s");
	show_attr(show, reply, PORCH_A_RULE_OUT, NULL);
	show_attr(show, reply, PORCH_A_RULE_OUT_NAME, " out %s");
	show_prefix(show, reply, PORCH_A_RULE_SRC, " from %s");
	show_prefix(show, reply, PORCH_A_RULE_DST, " to %s");
	show_attr(show, reply, PORCH_A_RULE_SRC_SET, " from-set %s");
	show_attr(show, reply, PORCH_A_RULE_DST_SET, " to-set %s");
	match_show_word(show, reply, PORCH_A_RULE_PROTO, "proto", proto_words);
	show_attr(show, reply, PORCH_A_RULE_SPORT, " sport %s");
	show_attr(show, reply, PORCH_A_RULE_SPORT_MAX, "-%s");
	show_attr(show, reply, PORCH_A_RULE_DPORT, " dport %s");
	show_attr(show, reply, PORCH_A_RULE_DPORT_MAX, "-%s");
	show_flags(show, reply, PORCH_A_RULE_TCP_FLAGS, " tcp-flags ", tcp_flag_words);
	show_flags(show, reply, PORCH_A_RULE_TCP_MASK, "/", tcp_flag_words);
	show_attr(show, reply, PORCH_A_RULE_ICMP_TYPE, " icmp %s");
	show_attr(show, reply, PORCH_A_RULE_ICMP_CODE, "/%s");
	match_show_word(show, reply, PORCH_A_RULE_DSCP, "dscp", dscp_words);
	show_attr(show, reply, PORCH_A_RULE_LENGTH, " length %s");
	show_attr(show, reply, PORCH_A_RULE_LENGTH_MAX, "-%s");
	show_masked(show, reply, PORCH_A_RULE_MARK, "mark");
	show_flags(show, reply, PORCH_A_RULE_STATE, " state ", state_words);
	if (reply_has(reply, PORCH_A_RULE_LIMIT))
		show_limit(show, reply);
	show_attr(show, reply, PORCH_A_RULE_COUNT, " count");
	show_attr(show, reply, PORCH_A_RULE_LOG, " log");
	show_attr(show, reply, PORCH_A_RULE_LOG_PREFIX, " prefix %s");
	show_masked(show, reply, PORCH_A_RULE_SET_MARK, "set-mark");
	match_show_word(show, reply, PORCH_A_RULE_SET_DSCP, "set-dscp", dscp_words);
	show_attr(show, reply, PORCH_A_RULE_CLASS, " class %s");
	show_nat(show, reply);
	show_action(show, reply);
}

struct filter {
	struct ctl *ctl;
	const char *chain;
};

/* What `add` would not take is a comment. */
static void show_rule(const struct reply *reply, void *arg)
{
	struct filter *filter = arg;
	struct show *show = &filter->ctl->show;
	bool stats = filter->ctl->stats;

	if (filter->chain && strcmp(filter->chain, reply_str(reply, PORCH_A_RULE_CHAIN)))
		return;
	show_row_begin(show);
	show_rule_fields(show, reply);
	show_attr(show, reply, PORCH_A_RULE_HANDLE, " # handle %s");
	if (stats || show->json) {
		show_attr(show, reply, PORCH_A_RULE_PACKETS, " packets %s");
		show_attr(show, reply, PORCH_A_RULE_BYTES, " bytes %s");
	}
	show_row_end(show);
}

static int rule_show(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { ctl, values[CHAIN].word };

	ipc_request_dump(ctl->ipc, PORCH_CMD_RULE_GET);
	return ctl_call_list(ctl, &rule_attrs, show_rule, &filter);
}

static void save_rule(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_text(show, "rule add ");
	show_rule_fields(show, reply);
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_RULE_GET, .set = &rule_attrs,
				    .handle = PORCH_A_RULE_HANDLE, .save = save_rule };

static const struct verb verbs[] = {
	{ "show", "show the rules, chain by chain; -s with what they have counted", show_args,
	  .run = rule_show },
	{ "add", "add a rule to a chain, at its end or before another rule", add_args,
	  .change = true, .undo = "del", .ordered = true, .check = rule_request,
	  .run = rule_add },
	{ "del", "remove a rule", del_args, .change = true, .run = rule_del },
	{ "flush", "remove all rules of a chain", flush_args, .change = true, .run = rule_flush },
	{ }
};

const struct object rule_object = {
	"rule", "what becomes of packets", verbs,
	"The rules of a chain are looked at in their order. A rule matches if all that it\n"
	"says of a packet holds. Then it counts, logs and sets what it is told to, and\n"
	"has its action, if any: accept, drop and reject decide, jump and return go on\n"
	"elsewhere, all others go on with the next rule.\n"
	"Who rejects with nothing named tells the sender that the port is unreachable.\n"
	"A limit belongs to what must hold: beyond it the rule does not match.\n"
	"A rule goes by its devices' indices: it matches nothing once its device has gone.\n"
	"Only the first fragment of a packet has TCP flags and an ICMP type; ports it lends\n"
	"to those behind it.\n"
	"A rule has a handle, which stays its own until it is removed.\n",
	&state,
};
