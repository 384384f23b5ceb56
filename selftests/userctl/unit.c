// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of porchctl, without the module: words, the output, and the netlink
 * layer against the kernel's own "nlctrl" family and against a made-up kernel.
 *
 *	unit           run the tests
 *	unit --attrs   print the tool's copy of the spec
 */
#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/porch.h>

#include "err.h"
#include "ipc.h"
#include "parse.h"
#include "scale.h"
#include "show.h"
#include "wrap.h"

static int tests, failures;

__attribute__((format(printf, 2, 3)))
static void check(bool ok, const char *fmt, ...)
{
	va_list ap;

	failures += !ok;
	printf("%sok %d - ", ok ? "" : "not ", ++tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void check_str(const char *what, const char *got, const char *want)
{
	check(!strcmp(got, want), "%s", what);
	if (strcmp(got, want))
		printf("# got:  %s\n# want: %s\n", got, want);
}

static void test_numbers(void)
{
	static const struct {
		const char *word;
		bool ok;
		uint32_t num;
	} table[] = {
		{ "0", true, 0 },
		{ "64", true, 64 },
		{ "4294967295", true, UINT32_MAX },
		{ "4294967296", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "010", false, 0 },
		{ "0x10", false, 0 },
		{ "1.5", false, 0 },
		{ "ten", false, 0 },
	};
	size_t i;

	for (i = 0; i < MNL_ARRAY_SIZE(table); i++) {
		uint32_t num = 0;
		bool ok = parse_u32(table[i].word, &num);

		check(ok == table[i].ok && (!ok || num == table[i].num), "number \"%s\"",
		      table[i].word);
	}
}

static void test_units(void)
{
	static const struct {
		const struct scale *scale;
		const char *word;
		bool ok;
		uint64_t value;
		const char *written;
	} table[] = {
		{ &rate_scale, "100mbit", true, 12500000, "100mbit" },
		{ &rate_scale, "100Mbit", true, 12500000, "100mbit" },
		{ &rate_scale, "1.5gbit", true, 187500000, "1500mbit" },
		{ &rate_scale, "8", true, 1, "8bit" },
		{ &rate_scale, "15bit", true, 1, "8bit" },
		{ &rate_scale, "0", true, 0, "0bit" },
		{ &rate_scale, "1bps", true, 1, "8bit" },
		{ &rate_scale, "500kbps", true, 500000, "4mbit" },
		{ &rate_scale, "1mibit", true, 131072, "1048576bit" },
		{ &rate_scale, "1gibps", true, 1 << 30, "8589934592bit" },
		{ &rate_scale, "1tbit", true, 125000000000, "1tbit" },
		{ &rate_scale, "0.000008mbit", true, 1, "8bit" },
		{ &rate_scale, "7bit", false },
		{ &rate_scale, "0.1bit", false },
		{ &rate_scale, "mbit", false },
		{ &rate_scale, "", false },
		{ &rate_scale, "1.mbit", false },
		{ &rate_scale, ".5mbit", false },
		{ &rate_scale, "1..5mbit", false },
		{ &rate_scale, "-1mbit", false },
		{ &rate_scale, " 1mbit", false },
		{ &rate_scale, "1 mbit", false },
		{ &rate_scale, "1mbits", false },
		{ &rate_scale, "1e3", false },
		{ &rate_scale, "999999999999999999tbit", false },
		{ &rate_scale, "1000000000000000000", false },
		{ &size_scale, "64kb", true, 65536, "64kb" },
		{ &size_scale, "64k", true, 65536, "64kb" },
		{ &size_scale, "1514", true, 1514, "1514b" },
		{ &size_scale, "1.5mb", true, 1536 << 10, "1536kb" },
		{ &size_scale, "2g", true, 2ULL << 30, "2gb" },
		{ &size_scale, "0", true, 0, "0b" },
		{ &size_scale, "64mbit", false },
		{ &time_scale, "20ms", true, 20000, "20ms" },
		{ &time_scale, "1500us", true, 1500, "1500us" },
		{ &time_scale, "1.5ms", true, 1500, "1500us" },
		{ &time_scale, "2s", true, 2000000, "2s" },
		{ &time_scale, "100", true, 100, "100us" },
		{ &time_scale, "0", true, 0, "0us" },
		{ &time_scale, "1m", false },
	};
	char buf[64];
	size_t i;

	for (i = 0; i < MNL_ARRAY_SIZE(table); i++) {
		uint64_t value = 0, again = 1;
		bool ok = scale_read(table[i].scale, table[i].word, &value);

		check(ok == table[i].ok && (!ok || value == table[i].value),
		      "number with a unit \"%s\"", table[i].word);
		if (!ok)
			continue;
		check_str(table[i].word, scale_write(table[i].scale, value, buf, sizeof(buf)),
			  table[i].written);
		check(scale_read(table[i].scale, buf, &again) && again == value,
		      "what is written can be read: %s", buf);
	}
}

static void test_prefixes(void)
{
	static const struct {
		const char *word;
		const char *want;	/* canonical form, or part of the error after a ! */
	} table[] = {
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "10.0.0.1", "10.0.0.1/32" },
		{ "10.0.0.1/32", "10.0.0.1/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "128.0.0.0/1", "128.0.0.0/1" },
		{ "10.0.0.254/31", "10.0.0.254/31" },
		{ "2001:DB8::/32", "2001:db8::/32" },
		{ "2001:db8::1", "2001:db8::1/128" },
		{ "::/0", "::/0" },
		{ "fe80::/10", "fe80::/10" },
		{ "::ffff:0:0/96", "::ffff:0.0.0.0/96" },
		{ "default", "default" },
		{ "10.0.0.1/8", "!did you mean 10.0.0.0/8?" },
		{ "10.0.0.1/0", "!did you mean 0.0.0.0/0?" },
		{ "10.0.0.255/31", "!did you mean 10.0.0.254/31?" },
		{ "2001:db8::1/64", "!did you mean 2001:db8::/64?" },
		{ "2001:db8::1/127", "!did you mean 2001:db8::/127?" },
		{ "10.0.0.0/33", "!allowed: /0 to /32" },
		{ "2001:db8::/129", "!allowed: /0 to /128" },
		{ "10.0.0.0/", "!allowed: /0 to /32" },
		{ "10.0.0.0/-1", "!allowed: /0 to /32" },
		{ "10.0.0.0/08", "!allowed: /0 to /32" },
		{ "10.0.0.0/255.0.0.0", "!allowed: /0 to /32" },
		{ "10.0.0.0/8/8", "!allowed: /0 to /32" },
		{ "", "!is no prefix" },
		{ "/8", "!is no prefix" },
		{ "10/8", "!is no prefix" },
		{ "10.0.0/24", "!is no prefix" },
		{ "010.0.0.0/8", "!is no prefix" },
		{ "256.0.0.0/8", "!is no prefix" },
		{ "10.0.0.0.0/8", "!is no prefix" },
		{ "2001:db8:::/32", "!is no prefix" },
		{ "fe80::1%lo", "!is no prefix" },
		{ "default/0", "!is no prefix" },
		{ "Default", "!is no prefix" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8", "!is no prefix" },
	};
	size_t i;

	for (i = 0; i < MNL_ARRAY_SIZE(table); i++) {
		char text[INET6_ADDRSTRLEN + 4] = "default", error[256] = "";
		const char *want = table[i].want;
		struct addr addr;
		bool ok = parse_prefix(table[i].word, &addr, error, sizeof(error));

		if (ok && addr.family) {
			inet_ntop(addr.family, addr.bytes, text, sizeof(text));
			sprintf(text + strlen(text), "/%d", addr.len);
		}
		check(*want == '!' ? !ok && strstr(error, want + 1) : ok && !strcmp(text, want),
		      "prefix \"%s\"", table[i].word);
		if (*error)
			printf("# %s\n", error);
	}
}

static void test_lines(void)
{
	static const struct {
		const char *line;
		int count;
		const char *last;
	} table[] = {
		{ "", 0, NULL },
		{ "\n", 0, NULL },
		{ "  \t \r\n", 0, NULL },
		{ "# nothing", 0, NULL },
		{ "   # nothing", 0, NULL },
		{ "port add eth0\n", 3, "eth0" },
		{ "\tport   add\teth0", 3, "eth0" },
		{ "port add eth0 # the first", 3, "eth0" },
		{ "port add eth#0", 3, "eth#0" },
		{ "a b c d\r\n", 4, "d" },
		{ "a b c d e", -1, NULL },
	};
	size_t i;

	for (i = 0; i < MNL_ARRAY_SIZE(table); i++) {
		char *line = strdup(table[i].line), *words[4];
		int count = parse_line(line, words, 4);

		check(count == table[i].count &&
		      (count < 1 || !strcmp(words[count - 1], table[i].last)),
		      "line %zu has %d words", i + 1, table[i].count);
		free(line);
	}
}

/* What a function prints to stdout. */
static char *captured(void (*fn)(const struct reply *, void *), const struct reply *reply,
		      void *arg)
{
	FILE *saved = stdout;
	size_t size;
	char *text;

	stdout = open_memstream(&text, &size);
	fn(reply, arg);
	fclose(stdout);
	stdout = saved;
	return text;
}

static void set_attr(struct reply *reply, uint16_t attr, const void *data, uint16_t len)
{
	reply->attrs[attr].data = data;
	reply->attrs[attr].len = len;
}

static void show_two(const struct reply *reply, void *arg)
{
	show_list_begin(arg);
	show_record(reply, arg);
	show_record(reply, arg);
	show_list_end(arg);
}

static void show_none(const struct reply *reply, void *arg)
{
	(void)reply;
	show_list_begin(arg);
	show_list_end(arg);
}

static void test_output(void)
{
	static const uint8_t dst[16] = { 0x20, 0x01, 0x0d, 0xb8 }, len = 32, type = 1, odd = 77;
	struct show json = { .json = true }, text = { 0 };
	struct reply route = { .set = &route_attrs };
	struct reply port = { .set = &port_attrs };
	const uint64_t big = UINT64_MAX;
	char *out;

	set_attr(&route, PORCH_A_ROUTE_DST, dst, 16);
	set_attr(&route, PORCH_A_ROUTE_PREFIX_LEN, &len, 1);
	set_attr(&route, PORCH_A_ROUTE_TYPE, &type, 1);
	set_attr(&route, PORCH_A_ROUTE_LOCAL, "", 0);
	out = captured(show_record, &route, &json);
	check_str("a row of JSON", out,
		  "{\"dst\":\"2001:db8::\",\"prefix-len\":32,\"type\":\"blackhole\",\"local\":true}\n");
	free(out);

	set_attr(&route, PORCH_A_ROUTE_TYPE, &odd, 1);
	set_attr(&route, PORCH_A_ROUTE_DST, dst, 4);
	set_attr(&route, PORCH_A_ROUTE_LOCAL, NULL, 0);
	out = captured(show_two, &route, &json);
	check_str("a list of JSON, with a word that the tool does not know", out,
		  "[{\"dst\":\"32.1.13.184\",\"prefix-len\":32,\"type\":77},{\"dst\":\"32.1.13.184\",\"prefix-len\":32,\"type\":77}]\n");
	free(out);

	out = captured(show_none, &route, &json);
	check_str("an empty list of JSON", out, "[]\n");
	free(out);
	out = captured(show_none, &route, &text);
	check_str("an empty list of text", out, "");
	free(out);

	set_attr(&port, PORCH_A_PORT_IFNAME, "a\"b\\c\x1b\xc3\xa9\xff\x7f", 11);
	set_attr(&port, PORCH_A_PORT_DROPS, &big, 8);
	out = captured(show_record, &port, &json);
	check_str("JSON of strange bytes and a big number", out,
		  "{\"ifname\":\"a\\\"b\\\\c\\u001b\xc3\xa9\\ufffd\x7f\",\"drops\":18446744073709551615}\n");
	free(out);

	set_attr(&port, PORCH_A_PORT_IFNAME, "eth0", 5);
	out = captured(show_record, &port, &text);
	check_str("a record of text", out,
		  "ifname           eth0\ndrops            18446744073709551615\n");
	free(out);
}

/*
 * A made-up kernel: the linker hands the datagrams of ipc.c to these two. They
 * go to the real kernel while there is no script.
 */
struct datagram {
	uint16_t type;
	uint16_t flags;
	int seq_error;
	int code;		/* of an ack and of the end of a dump */
	uint16_t attr;		/* of a message, with the length and the value */
	uint16_t len;
	const void *data;
	const char *msg;	/* of an extended ack */
	uint16_t blame;		/* attribute of an extended ack */
	uint32_t blamed;
	bool policy;
	uint8_t cmd;		/* of a message */
	int error;		/* errno of the call, and nothing else */
};

static const struct datagram *script;
static int sent;
static struct nlmsghdr request;

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	if (!script)
		return __real_mnl_socket_sendto(nl, buf, len);
	memcpy(&request, buf, sizeof(request));
	sent++;
	return len;
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len)
{
	const struct datagram *d = script;
	struct nlmsghdr *nlh;

	if (!script)
		return __real_mnl_socket_recvfrom(nl, buf, len);
	script++;
	if (d->error) {
		errno = d->error;
		return -1;
	}
	memset(buf, 0, 1024);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = d->type;
	nlh->nlmsg_flags = d->flags;
	nlh->nlmsg_seq = request.nlmsg_seq + d->seq_error;
	nlh->nlmsg_pid = mnl_socket_get_portid(nl);
	if (d->type == NLMSG_ERROR) {
		struct nlmsgerr *ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));

		ack->error = d->code;
		ack->msg = request;
		if (!(d->flags & NLM_F_CAPPED))
			mnl_nlmsg_put_extra_header(nlh, request.nlmsg_len - sizeof(request));
	} else if (d->type == NLMSG_DONE) {
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(d->code)), &d->code,
		       sizeof(d->code));
	} else {
		struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, GENL_HDRLEN);

		genl->cmd = d->cmd;
	}
	if (d->attr)
		mnl_attr_put(nlh, d->attr, d->len, d->data);
	if (d->msg)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, d->msg);
	if (d->blame)
		mnl_attr_put_u32(nlh, d->blame, d->blamed);
	if (d->policy) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, NLMSGERR_ATTR_POLICY);

		mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1);
		mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 64);
		mnl_attr_nest_end(nlh, nest);
	}
	return nlh->nlmsg_len;
}

static void count_reply(const struct reply *reply, void *arg)
{
	int *count = arg;

	(void)reply;
	++*count;
}

/* Number of the family that the made-up kernel speaks for. */
#define FAMILY GENL_ID_CTRL
/* Where the one attribute of the request is. */
#define OFFSET (NLMSG_HDRLEN + GENL_HDRLEN)

static void play(struct ipc *ipc, const char *what, bool dump, const struct datagram *datagrams,
		 int err, int replies, const char *error)
{
	int count = 0, ret;

	if (dump) {
		ipc_request_dump(ipc, PORCH_CMD_ROUTE_GET);
	} else {
		ipc_request(ipc, PORCH_CMD_ENGINE_SET);
		ipc_put_u32(ipc, PORCH_A_ENGINE_VECTOR, 100);
	}
	script = datagrams;
	sent = 0;
	ret = ipc_call(ipc, &engine_attrs, count_reply, &count);
	script = NULL;
	check(ret == err && count == replies, "%s: returns %d with %d replies", what, err, replies);
	if (ret != err || count != replies)
		printf("# got %d with %d replies\n", ret, count);
	check_str(what, ipc_error(ipc), error);
}

static void test_made_up_kernel(void)
{
	const uint16_t tlvs = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	const uint32_t value = 7;
	const struct datagram
	fine[] = {
		{ FAMILY, .attr = PORCH_A_ENGINE_VECTOR, .len = 4, .data = &value },
		{ NLMSG_ERROR, NLM_F_CAPPED },
	}, note[] = {
		{ NLMSG_ERROR, tlvs, .msg = "rules are bypassed" },
	}, bare[] = {
		{ NLMSG_ERROR, NLM_F_CAPPED, .code = -EPERM },
	}, message[] = {
		{ NLMSG_ERROR, tlvs, .code = -EEXIST, .msg = "exists already" },
	}, blamed[] = {
		{ NLMSG_ERROR, tlvs, .code = -EINVAL, .msg = "wrong",
		  .blame = NLMSGERR_ATTR_OFFS, .blamed = OFFSET },
	}, uncapped[] = {
		{ NLMSG_ERROR, NLM_F_ACK_TLVS, .code = -EINVAL, .msg = "wrong",
		  .blame = NLMSGERR_ATTR_OFFS, .blamed = OFFSET },
	}, elsewhere[] = {
		{ NLMSG_ERROR, tlvs, .code = -EINVAL, .msg = "wrong",
		  .blame = NLMSGERR_ATTR_OFFS, .blamed = 4000 },
	}, range[] = {
		{ NLMSG_ERROR, tlvs, .code = -ERANGE, .msg = "integer out of range",
		  .blame = NLMSGERR_ATTR_OFFS, .blamed = OFFSET, .policy = true },
	}, missing[] = {
		{ NLMSG_ERROR, tlvs, .code = -EINVAL, .blame = NLMSGERR_ATTR_MISS_TYPE,
		  .blamed = PORCH_A_ENGINE_ICMP_RATE },
	}, newer[] = {
		{ FAMILY, .attr = 99, .len = 4, .data = &value },
		{ NLMSG_ERROR, NLM_F_CAPPED },
	}, invalid[] = {
		{ FAMILY, .attr = PORCH_A_ENGINE_VECTOR, .len = 2, .data = &value },
		{ NLMSG_ERROR, NLM_F_CAPPED },
	}, foreign[] = {
		{ FAMILY, .seq_error = -1 },
	}, alien[] = {
		{ FAMILY + 1 },
	}, list[] = {
		{ FAMILY, NLM_F_MULTI }, { FAMILY, NLM_F_MULTI }, { NLMSG_DONE, NLM_F_MULTI },
	}, broken[] = {
		{ FAMILY, NLM_F_MULTI },
		{ NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS, .code = -ENOMEM,
		  .msg = "no more" },
	}, again[] = {
		{ FAMILY, NLM_F_MULTI }, { FAMILY, NLM_F_MULTI | NLM_F_DUMP_INTR },
		{ NLMSG_DONE, NLM_F_MULTI },
		{ FAMILY, NLM_F_MULTI }, { NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR },
		{ FAMILY, NLM_F_MULTI }, { NLMSG_DONE, NLM_F_MULTI },
	}, never[] = {
		{ NLMSG_DONE, NLM_F_DUMP_INTR }, { NLMSG_DONE, NLM_F_DUMP_INTR },
		{ NLMSG_DONE, NLM_F_DUMP_INTR }, { NLMSG_DONE, NLM_F_DUMP_INTR },
		{ NLMSG_DONE, NLM_F_DUMP_INTR }, { NLMSG_DONE, NLM_F_DUMP_INTR },
	};
	struct ipc *ipc = ipc_alloc("nlctrl", 1);

	if (ipc_open(ipc)) {
		check(false, "open a netlink socket: %s", ipc_error(ipc));
		ipc_free(ipc);
		return;
	}
	play(ipc, "a reply and an ack", false, fine, 0, 1, "");
	play(ipc, "a remark", false, note, 0, 0, "rules are bypassed");
	play(ipc, "a bare error", false, bare, -EPERM, 0, "Operation not permitted");
	play(ipc, "a message", false, message, -EEXIST, 0, "exists already: File exists");
	play(ipc, "a blamed attribute", false, blamed, -EINVAL, 0,
	     "wrong (attribute vector): Invalid argument");
	play(ipc, "an ack with the request", false, uncapped, -EINVAL, 0,
	     "wrong (attribute vector): Invalid argument");
	play(ipc, "a blamed place that holds nothing", false, elsewhere, -EINVAL, 0,
	     "wrong: Invalid argument");
	play(ipc, "a range", false, range, -ERANGE, 0,
	     "integer out of range (attribute vector, allowed 1 to 64): Numerical result out of range");
	play(ipc, "a missing attribute", false, missing, -EINVAL, 0,
	     "(missing attribute icmp-rate): Invalid argument");
	play(ipc, "an unknown attribute", false, newer, 0, 1, "");
	play(ipc, "a value of the wrong length", false, invalid, -EPROTO, 0,
	     "the kernel sent an invalid value (attribute vector)");
	play(ipc, "a foreign sequence number", false, foreign, -EPROTO, 0,
	     "the kernel answered a request that was not sent");
	play(ipc, "another family", false, alien, -EPROTO, 0,
	     "the kernel sent a message of another family");
	play(ipc, "a dump", true, list, 0, 2, "");
	play(ipc, "a dump that ends with an error", true, broken, -ENOMEM, 0,
	     "no more: Cannot allocate memory");
	play(ipc, "a dump that is interrupted twice", true, again, 0, 1, "");
	check(sent == 3, "it was asked for three times");
	play(ipc, "a dump that is always interrupted", true, never, -EINTR, 0,
	     "the list changed while it was read, 5 times");
	ipc_free(ipc);
}

static void count_event(const struct event *event, const struct reply *reply, void *arg)
{
	char *seen = arg;

	seen += strlen(seen);
	if (event)
		sprintf(seen, "%s %u ", event->name,
			(unsigned int)reply_uint(reply, CTRL_ATTR_FAMILY_ID));
	else
		strcpy(seen, "lost ");
}

static void test_events(void)
{
	static const struct attr_def defs[] = {
		[CTRL_ATTR_FAMILY_ID] = { "family-id", ATTR_U16 },
	};
	static const struct attr_set set = { "ctrl", defs, CTRL_ATTR_FAMILY_ID };
	/* Commands that nlctrl does not have. */
	static const struct event events[] = { [92] = { "two", &set }, [93] = { "three", &set } };
	const uint16_t id = GENL_ID_CTRL, other = 4711;
	const struct datagram happens[] = {
		{ FAMILY, .cmd = 92, .attr = CTRL_ATTR_FAMILY_ID, .len = 2, .data = &other },
		{ .error = ENOBUFS },
		{ FAMILY, .cmd = 93, .attr = CTRL_ATTR_FAMILY_ID, .len = 2, .data = &other },
		{ FAMILY, .cmd = 91 },
		{ FAMILY, .cmd = 99 },
		{ FAMILY + 1, .cmd = 92 },
		{ FAMILY, .cmd = CTRL_CMD_DELFAMILY, .attr = CTRL_ATTR_FAMILY_ID, .len = 2,
		  .data = &other },
		{ FAMILY, .cmd = CTRL_CMD_DELFAMILY, .attr = CTRL_ATTR_FAMILY_ID, .len = 2,
		  .data = &id },
	};
	struct ipc *ipc = ipc_alloc("nlctrl", 2);
	char seen[256] = "";
	size_t i;
	int err;

	check(!ipc_open(ipc), "a known family");
	check(ipc_join(ipc, "no-such-group") == -ENOENT, "an unknown group");
	check(!ipc_join(ipc, "notify"), "a known group");
	script = happens;
	for (i = 0, err = 0; i < MNL_ARRAY_SIZE(happens) && !err; i++)
		err = ipc_read_events(ipc, events, MNL_ARRAY_SIZE(events), count_event, seen);
	script = NULL;
	check(err == -ENODEV && i == MNL_ARRAY_SIZE(happens), "a family goes");
	check_str("events", seen, "two 4711 lost three 4711 ");
	ipc_free(ipc);
}

static const struct attr_def ctrl_defs[] = {
	[CTRL_ATTR_FAMILY_ID] = { "family-id", ATTR_U16 },
	[CTRL_ATTR_FAMILY_NAME] = { "family-name", ATTR_STRING },
};

static const struct attr_set ctrl_attrs = { "ctrl", ctrl_defs, CTRL_ATTR_FAMILY_NAME };

static void find_nlctrl(const struct reply *reply, void *arg)
{
	int *found = arg;

	if (!strcmp(reply_str(reply, CTRL_ATTR_FAMILY_NAME), "nlctrl") &&
	    reply_uint(reply, CTRL_ATTR_FAMILY_ID) == GENL_ID_CTRL)
		++*found;
}

static void test_real_kernel(void)
{
	static const char long_name[] = "a-name-that-is-longer-than-any-family-may-have";
	struct ipc *ipc = ipc_alloc("no-such-family", 1);
	int found = 0, err;

	check(ipc_open(ipc) == -ENOENT, "an unknown family");
	ipc_free(ipc);

	ipc = ipc_alloc("nlctrl", 2);
	check(!ipc_open(ipc) && !ipc_open(ipc), "a known family");
	ipc_request(ipc, CTRL_CMD_GETFAMILY);
	ipc_put(ipc, CTRL_ATTR_FAMILY_NAME, "nlctrl", 7);
	check(!ipc_call(ipc, &ctrl_attrs, find_nlctrl, &found) && found == 1, "ask for one");

	found = 0;
	ipc_request_dump(ipc, CTRL_CMD_GETFAMILY);
	check(!ipc_call(ipc, &ctrl_attrs, find_nlctrl, &found) && found == 1, "ask for all");

	ipc_request(ipc, CTRL_CMD_GETFAMILY);
	ipc_put(ipc, CTRL_ATTR_FAMILY_NAME, long_name, sizeof(long_name));
	err = ipc_call(ipc, &ctrl_attrs, NULL, NULL);
	check(err < 0 && strstr(ipc_error(ipc), "(attribute family-name): "),
	      "the kernel blames an attribute: %s", ipc_error(ipc));
	ipc_free(ipc);
}

static void print_attrs(void)
{
	static const struct attr_set *const sets[] = {
		&port_attrs, &route_attrs, &nexthops_attrs, &nexthop_attrs,
		&route_rule_attrs, &engine_attrs, &lane_attrs, &counter_attrs, &ledger_attrs,
		&status_attrs, &class_attrs, &txn_attrs, &chain_attrs, &rule_attrs, &track_attrs,
		&flow_attrs, &set_attrs, &element_attrs, &explain_attrs, &steps_attrs, &step_attrs
	};
	static const char *const types[] = {
		[ATTR_FLAG] = "flag", [ATTR_U8] = "u8", [ATTR_U16] = "u16", [ATTR_U32] = "u32",
		[ATTR_U64] = "u64", [ATTR_ENUM] = "u8", [ATTR_STRING] = "string",
		[ATTR_ADDR] = "binary",
		[ATTR_NEST] = "nest", [ATTR_BYTES] = "binary",
	};
	uint16_t attr;
	size_t i;
	int word;

	for (i = 0; i < MNL_ARRAY_SIZE(sets); i++)
		for (attr = 0; attr <= sets[i]->max; attr++) {
			const struct attr_def *def = &sets[i]->defs[attr];

			if (!def->name)
				continue;
			printf("%s %d %s %s", sets[i]->name, attr, def->name, types[def->type]);
			for (word = 0; def->words && def->words[word]; word++)
				printf(" %s", def->words[word]);
			putchar('\n');
		}
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc > 1 && !strcmp(argv[1], "--attrs")) {
		print_attrs();
		return 0;
	}
	puts("TAP version 13");
	test_numbers();
	test_units();
	test_prefixes();
	test_lines();
	test_output();
	test_made_up_kernel();
	test_real_kernel();
	test_events();
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
