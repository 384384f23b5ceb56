// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"
#include "packet.h"
#include "parse.h"
#include "words.h"

enum {
	PROTO, FROM, ARROW, TO, IN, OUT, FLAGS, ICMP, DSCP, LENGTH, MARK,
};

static const char *const arrow[] = { ">", NULL };

static const struct arg args[] = {
	[PROTO] = { ARG_WORD, .value = "PROTO", .required = true,
		    .help = "tcp, udp, icmp, icmpv6 or another transport protocol, or its number" },
	[FROM] = { ARG_WORD, .value = "ADDR[:PORT]", .required = true,
		   .help = "source; an IPv6 address before a port is in brackets" },
	[ARROW] = { ARG_WORD, .value = ">", .words = arrow, .required = true,
		    .help = "to the destination" },
	[TO] = { ARG_WORD, .value = "ADDR[:PORT]", .required = true, .help = "destination" },
	[IN] = { ARG_PORT, "in", "DEV", .help = "comes in by this port" },
	[OUT] = { ARG_PORT, "out", "DEV",
		  .help = "is of this machine, and goes out by this port" },
	[FLAGS] = { ARG_WORD, "flags", "FLAGS", .def = "syn", .help = "TCP flags, as in syn,ack" },
	[ICMP] = { ARG_WORD, "type", "TYPE[/CODE]",
		   .help = "of ICMP or ICMPv6; an echo request if absent" },
	[DSCP] = { ARG_WORD, "dscp", "DSCP", .def = "cs0",
		   .help = "ef, cs6, af41 or another name, or a number" },
	[LENGTH] = { ARG_U32, "length", "BYTES",
		     .help = "length, IP header included; just the headers if absent" },
	[MARK] = { ARG_WORD, "mark", "MARK", .def = "0", .help = "mark" },
	{ }
};

static int refuse(const struct value *values, int arg, const char *allowed)
{
	return err_usage("%s \"%s\" is none; allowed: %s", args[arg].key ?: args[arg].value,
			 values[arg].word, allowed);
}

static int read_end(const struct value *values, int arg, const struct packet *packet,
		    struct addr *addr, uint16_t *port)
{
	struct addr ends[2];
	uint32_t ports[2];

	if (!parse_target(values[arg].word, ends, ports) ||
	    memcmp(&ends[0], &ends[1], sizeof(ends[0])) || ports[0] != ports[1])
		return refuse(values, arg, "10.0.0.1, 10.0.0.1:80, 2001:db8::1, [2001:db8::1]:80");
	if (ports[0] && !packet_has_ports(packet->proto))
		return err_usage("\"%s\" has a port, which packets of %s have not",
				 values[arg].word, values[PROTO].word);
	*addr = ends[0];
	*port = ports[0];
	return 0;
}

/* Of numbers and words alike */
static int read_word(const struct value *values, int arg, const struct word *words, uint32_t max,
		     uint8_t *to)
{
	uint32_t num;

	if (!values[arg].word)
		return 0;
	if (!word_number(words, values[arg].word, &num) || num > max)
		return err_usage("unknown %s \"%s\"; allowed: %s, or a number up to %u",
				 args[arg].key ?: "protocol", values[arg].word, words_of(words),
				 max);
	*to = num;
	return 0;
}

static int read_flags(const struct value *values, struct packet *packet)
{
	uint32_t flags;

	packet->tcp_flags = 0x02;	/* a SYN, as all begins with */
	if (!values[FLAGS].word)
		return 0;
	if (packet->proto != IPPROTO_TCP)
		return err_usage("flags are TCP's, not those of %s", values[PROTO].word);
	if (!word_flags(tcp_flag_words, values[FLAGS].word, &flags))
		return err_usage("flags \"%s\" are none; allowed: %s, with commas, or none",
				 values[FLAGS].word, words_of(tcp_flag_words));
	packet->tcp_flags = flags;
	return 0;
}

static int read_icmp(const struct value *values, struct packet *packet)
{
	char text[WORD_SIZE], *code;
	uint32_t num[2] = { 0 };

	packet->icmp_type = packet->src.family == AF_INET ? 8 : 128;
	if (!values[ICMP].word)
		return 0;
	if (!packet_is_icmp(packet))
		return err_usage("type is for icmp with IPv4, and for icmpv6 with IPv6");
	strcpy(text, values[ICMP].word);	/* as long as a word may be */
	code = strchr(text, '/');
	if (code)
		*code++ = '\0';
	if (!parse_u32(text, &num[0]) || num[0] > UINT8_MAX ||
	    (code && !parse_u32(code, &num[1])) || num[1] > UINT8_MAX)
		return refuse(values, ICMP, args[ICMP].value);
	packet->icmp_type = num[0];
	packet->icmp_code = num[1];
	return 0;
}

static int read_length(const struct value *values, struct packet *packet)
{
	unsigned int min = packet_min(packet);

	packet->length = min;
	if (!values[LENGTH].word)
		return 0;
	if (values[LENGTH].num < min || values[LENGTH].num > UINT16_MAX)
		return err_usage("length goes from %u to %u here, not %s", min, UINT16_MAX,
				 values[LENGTH].word);
	packet->length = values[LENGTH].num;
	return 0;
}

static int read_packet(const struct value *values, int family, struct packet *packet)
{
	int err;

	memset(packet, 0, sizeof(*packet));
	err = read_word(values, PROTO, proto_words, UINT8_MAX, &packet->proto) ?:
	      read_end(values, FROM, packet, &packet->src, &packet->sport) ?:
	      read_end(values, TO, packet, &packet->dst, &packet->dport);
	if (err)
		return err;
	if (packet->src.family != packet->dst.family)
		return err_usage("%s and %s: both IPv4, or both IPv6", values[FROM].word,
				 values[TO].word);
	if (family && packet->src.family != family)
		return err_usage("%s is no IPv%c address, which -%c asks for", values[FROM].word,
				 family == AF_INET ? '4' : '6', family == AF_INET ? '4' : '6');
	return read_flags(values, packet) ?: read_icmp(values, packet) ?:
	       read_word(values, DSCP, dscp_words, 63, &packet->dscp) ?:
	       read_length(values, packet);
}

static int explain_check(struct ctl *ctl, const struct value *values)
{
	struct packet packet;
	uint32_t mark, mask;

	if (!values[IN].word == !values[OUT].word)
		return err_usage("in DEV or out DEV: one of them");
	if (values[MARK].word && (!parse_masked(values[MARK].word, &mark, &mask) ||
				  strchr(values[MARK].word, '/')))
		return refuse(values, MARK, "7, 0x1f");
	return read_packet(values, ctl->family, &packet);
}

static void show_end(struct show *show, const struct reply *step, uint16_t addr, uint16_t port)
{
	bool brackets = step->attrs[addr].len == 16 && reply_has(step, port);

	show_attr(show, step, addr, brackets ? " [%s]" : " %s");
	show_attr(show, step, port, ":%s");
}

static void show_proto(struct show *show, const struct reply *step)
{
	const char *word = word_of(proto_words, reply_uint(step, PORCH_A_STEP_PROTO));

	show_attr(show, step, PORCH_A_STEP_PROTO, word ? NULL : " proto %s");
	if (word && reply_has(step, PORCH_A_STEP_PROTO))
		show_text(show, " %s", word);
}

/* Addresses, or the one that has changed */
static void show_ends(struct show *show, const struct reply *step)
{
	bool src = reply_has(step, PORCH_A_STEP_SRC), dst = reply_has(step, PORCH_A_STEP_DST);

	show_proto(show, step);
	if (src && !dst)
		show_text(show, " from");
	show_end(show, step, PORCH_A_STEP_SRC, PORCH_A_STEP_SPORT);
	if (dst)
		show_text(show, src ? " >" : " to");
	show_end(show, step, PORCH_A_STEP_DST, PORCH_A_STEP_DPORT);
	show_attr(show, step, PORCH_A_STEP_DRAWN, ", a port drawn at random");
}

static void show_headers(struct show *show, const struct reply *step)
{
	char text[64];

	show_attr(show, step, PORCH_A_STEP_VRF, " vrf %s");
	show_attr(show, step, PORCH_A_STEP_TCP_FLAGS, NULL);
	if (reply_has(step, PORCH_A_STEP_TCP_FLAGS))
		show_text(show, " flags %s",
			  flags_text(tcp_flag_words, reply_uint(step, PORCH_A_STEP_TCP_FLAGS), text,
				     sizeof(text)));
	show_attr(show, step, PORCH_A_STEP_ICMP_TYPE, " icmp %s");
	show_attr(show, step, PORCH_A_STEP_ICMP_CODE, "/%s");
}

static void show_flow(struct show *show, const struct reply *step)
{
	char text[64];

	show_attr(show, step, PORCH_A_STEP_STATE, NULL);
	if (reply_has(step, PORCH_A_STEP_STATE))
		show_text(show, " %s",
			  flags_text(state_words, reply_uint(step, PORCH_A_STEP_STATE), text,
				     sizeof(text)));
	show_attr(show, step, PORCH_A_STEP_FLOW, " to flow %s");
	show_attr(show, step, PORCH_A_STEP_KNOWN, ", known");
}

static void show_rule(struct show *show, const struct reply *step)
{
	show_attr(show, step, PORCH_A_STEP_HOOK, " %s");
	show_attr(show, step, PORCH_A_STEP_CHAIN, ", chain %s");
	show_attr(show, step, PORCH_A_STEP_HANDLE, " handle %s");
	show_attr(show, step, PORCH_A_STEP_ACTION, ": %s");
	show_attr(show, step, PORCH_A_STEP_JUMP, " %s");
	show_attr(show, step, PORCH_A_STEP_QUEUE, " %s");
}

static void show_route(struct show *show, const struct reply *step)
{
	show_attr(show, step, PORCH_A_STEP_PREFIX, " %s");
	show_attr(show, step, PORCH_A_STEP_PREFIX_LEN, "/%s");
	show_attr(show, step, PORCH_A_STEP_TYPE, " %s");
	show_attr(show, step, PORCH_A_STEP_TABLE, " of table %s");
	show_attr(show, step, PORCH_A_STEP_PREF, " by rule pref %s");
}

static void show_way(struct show *show, const struct reply *step)
{
	show_attr(show, step, PORCH_A_STEP_GATEWAY, " via %s");
	show_attr(show, step, PORCH_A_STEP_OIF, NULL);
	show_attr(show, step, PORCH_A_STEP_IFNAME, " dev %s");
	show_attr(show, step, PORCH_A_STEP_NEIGHBOUR, ", neighbour %s");
	show_attr(show, step, PORCH_A_STEP_CUT, ", cut");
	show_attr(show, step, PORCH_A_STEP_ANSWER, " %s");
	show_attr(show, step, PORCH_A_STEP_MTU, " mtu %s");
}

static void show_marks(struct show *show, const struct reply *step)
{
	uint32_t dscp = reply_uint(step, PORCH_A_STEP_DSCP);
	const char *word = word_of(dscp_words, dscp);

	show_attr(show, step, PORCH_A_STEP_MARK, NULL);
	if (reply_has(step, PORCH_A_STEP_MARK))
		show_text(show, " mark %#x", (uint32_t)reply_uint(step, PORCH_A_STEP_MARK));
	show_attr(show, step, PORCH_A_STEP_DSCP, word ? NULL : " dscp %s");
	if (word && reply_has(step, PORCH_A_STEP_DSCP))
		show_text(show, " dscp %s", word);
	show_attr(show, step, PORCH_A_STEP_CLASS, " class %s");
}

/* For people, what becomes of the packet is said where that is decided. */
static bool tells_verdict(const struct reply *step)
{
	switch (reply_uint(step, PORCH_A_STEP_STAGE)) {
	case PORCH_STAGE_ROUTE:
	case PORCH_STAGE_END:
		return reply_uint(step, PORCH_A_STEP_VERDICT) != PORCH_OUTCOME_UNDECIDED;
	case PORCH_STAGE_ANSWER:
		return false;
	default:
		return reply_uint(step, PORCH_A_STEP_VERDICT) == PORCH_OUTCOME_DROP;
	}
}

static void show_step(struct show *show, const struct reply *step)
{
	bool tells = tells_verdict(step);

	show_attr(show, step, PORCH_A_STEP_STAGE, "%-8s");
	show_attr(show, step, PORCH_A_STEP_LANE, " lane %s");
	show_ends(show, step);
	show_headers(show, step);
	show_flow(show, step);
	show_rule(show, step);
	show_route(show, step);
	show_way(show, step);
	show_marks(show, step);
	show_attr(show, step, PORCH_A_STEP_VERDICT, tells ? " => %s" : NULL);
	show_attr(show, step, PORCH_A_STEP_REASON, tells ? " (%s)" : NULL);
	show_text(show, "\n");
}

static void show_trail(const struct reply *reply, void *arg)
{
	struct show *show = arg;

	show_row_begin(show);
	show_attr(show, reply, PORCH_A_EXPLAIN_GENERATION, NULL);
	show_members(show, reply, PORCH_A_EXPLAIN_STEPS, &step_attrs, show_step);
	show_attr(show, reply, PORCH_A_EXPLAIN_TRUNCATED, "(some steps are left out)\n");
	show_attr(show, reply, PORCH_A_EXPLAIN_VERDICT, "%s");
	show_attr(show, reply, PORCH_A_EXPLAIN_REASON, " (%s)");
	show_row_end(show);
}

static int explain_run(struct ctl *ctl, const struct value *values)
{
	uint8_t headers[PACKET_SIZE];
	struct packet packet;
	uint32_t mark, mask;

	read_packet(values, ctl->family, &packet);
	ipc_request(ctl->ipc, PORCH_CMD_EXPLAIN);
	ipc_put_u32(ctl->ipc, PORCH_A_EXPLAIN_IFINDEX, values[values[IN].word ? IN : OUT].num);
	ipc_put(ctl->ipc, PORCH_A_EXPLAIN_PACKET, headers, packet_headers(&packet, headers));
	ipc_put_u32(ctl->ipc, PORCH_A_EXPLAIN_LENGTH, packet.length);
	if (values[MARK].word && parse_masked(values[MARK].word, &mark, &mask))
		ipc_put_u32(ctl->ipc, PORCH_A_EXPLAIN_MARK, mark);
	if (values[OUT].word)
		ipc_put(ctl->ipc, PORCH_A_EXPLAIN_OUT, NULL, 0);
	return ctl_call(ctl, &explain_attrs, show_trail, &ctl->show);
}

static const struct verb verbs[] = {
	{ "run", "print what each stage would decide about a packet", args, .one = true,
	  .check = explain_check, .run = explain_run },
	{ }
};

const struct object explain_object = {
	"explain", "what would become of a packet, and why", verbs,
	"The live path is asked, with its rules, flows, routes and neighbours of now, but\n"
	"nothing is sent, counted, learnt, asked of a neighbour, or taken from a limit.\n"
	"As a shell has a use for > of its own, all words may come as one, in quotes.\n"
};
