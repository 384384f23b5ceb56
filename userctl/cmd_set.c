// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/porch.h>

#include "cmd.h"
#include "err.h"
#include "parse.h"

enum { NAME, TYPE };

#define ARG_OF_SET									\
	[NAME] = { ARG_WORD, .value = "SET", .required = true, .help = "name of the set" }

static const struct arg add_args[] = {
	ARG_OF_SET,
	[TYPE] = { ARG_WORD, "type", "TYPE", .words = set_types, .required = true,
		   .help = "what its elements are" },
	{ }
};

static const struct arg name_args[] = {
	ARG_OF_SET,
	{ }
};

enum { ELEMENT = 1 };

static const struct arg element_args[] = {
	ARG_OF_SET,
	[ELEMENT] = { ARG_WORD, .value = "ELEMENT", .required = true,
		      .help = "10.0.0.0/8, 2001:db8::1, 10.0.0.1:80, [2001:db8::1]:443" },
	{ }
};

static const struct arg has_args[] = {
	ARG_OF_SET,
	[ELEMENT] = { ARG_WORD, .value = "ADDR[:PORT]", .required = true,
		      .help = "10.0.0.1, 10.0.0.1:80, [2001:db8::1]:443" },
	{ }
};

static const struct arg no_args[] = {
	{ }
};

static int set_add(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_SET_ADD);
	ipc_put_str(ctl->ipc, PORCH_A_SET_NAME, values[NAME].word);
	ipc_put_u8(ctl->ipc, PORCH_A_SET_TYPE, values[TYPE].num);
	return ctl_call(ctl, &set_attrs, NULL, NULL);
}

static int set_del(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_SET_DEL);
	ipc_put_str(ctl->ipc, PORCH_A_SET_NAME, values[NAME].word);
	return ctl_call(ctl, &set_attrs, NULL, NULL);
}

/* A prefix, or an address with a port; @len: it may be a prefix */
static int put_element(struct ctl *ctl, const struct value *values, bool len)
{
	const char *word = values[ELEMENT].word;
	struct addr addr[2];
	uint32_t port[2];
	char text[256];

	if (!parse_target(word, addr, port) || !port[0] || port[1] != port[0] ||
	    memcmp(&addr[0], &addr[1], sizeof(addr[0]))) {
		port[0] = 0;
		if (!parse_prefix(word, &addr[0], text, sizeof(text)))
			return err_usage("%s, or with a port as in 10.0.0.1:80", text);
		if (!addr[0].family)
			return err_usage("default of which family? allowed: 0.0.0.0/0, ::/0");
	}
	ipc_put(ctl->ipc, PORCH_A_ELEMENT_ADDR, addr[0].bytes,
		addr[0].family == AF_INET6 ? 16 : 4);
	if (len)
		ipc_put_u8(ctl->ipc, PORCH_A_ELEMENT_PREFIX_LEN, addr[0].len);
	else if (addr[0].len != (addr[0].family == AF_INET6 ? 128 : 32))
		return err_usage("%s is no single address", word);
	if (port[0])
		ipc_put_u16(ctl->ipc, PORCH_A_ELEMENT_PORT, port[0]);
	return 0;
}

static int element_request(struct ctl *ctl, uint8_t cmd, const struct value *values)
{
	ipc_request(ctl->ipc, cmd);
	ipc_put_str(ctl->ipc, PORCH_A_ELEMENT_SET, values[NAME].word);
	return put_element(ctl, values, cmd != PORCH_CMD_ELEMENT_GET);
}

static int set_check(struct ctl *ctl, const struct value *values)
{
	return element_request(ctl, PORCH_CMD_ELEMENT_ADD, values);
}

static int set_insert(struct ctl *ctl, const struct value *values)
{
	return element_request(ctl, PORCH_CMD_ELEMENT_ADD, values) ?:
	       ctl_call(ctl, &element_attrs, NULL, NULL);
}

static int set_remove(struct ctl *ctl, const struct value *values)
{
	return element_request(ctl, PORCH_CMD_ELEMENT_DEL, values) ?:
	       ctl_call(ctl, &element_attrs, NULL, NULL);
}

static int set_has_check(struct ctl *ctl, const struct value *values)
{
	return element_request(ctl, PORCH_CMD_ELEMENT_GET, values);
}

static unsigned int addr_bits(const struct reply *reply)
{
	return reply->attrs[PORCH_A_ELEMENT_ADDR].len * 8;
}

static void show_element_fields(struct show *show, const struct reply *reply)
{
	unsigned int bits = addr_bits(reply);
	bool brackets = bits == 128 && reply_has(reply, PORCH_A_ELEMENT_PORT);

	show_attr(show, reply, PORCH_A_ELEMENT_SET, "%s ");
	show_attr(show, reply, PORCH_A_ELEMENT_ADDR, brackets ? "[%s]" : "%s");
	show_attr(show, reply, PORCH_A_ELEMENT_PREFIX_LEN,
		  reply_uint(reply, PORCH_A_ELEMENT_PREFIX_LEN) == bits ? NULL : "/%s");
	show_attr(show, reply, PORCH_A_ELEMENT_PORT, ":%s");
}

struct filter {
	struct ctl *ctl;
	const char *set;
};

static void show_element(const struct reply *reply, void *arg)
{
	struct filter *filter = arg;
	struct show *show = &filter->ctl->show;
	int family = addr_bits(reply) == 32 ? AF_INET : AF_INET6;

	if (filter->set && strcmp(filter->set, reply_str(reply, PORCH_A_ELEMENT_SET)))
		return;
	if (filter->ctl->family && filter->ctl->family != family)
		return;
	show_row_begin(show);
	show_element_fields(show, reply);
	show_row_end(show);
}

static int set_list(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { ctl, values[NAME].word };

	ipc_request_dump(ctl->ipc, PORCH_CMD_ELEMENT_GET);
	return ctl_call_list(ctl, &element_attrs, show_element, &filter);
}

static int set_has(struct ctl *ctl, const struct value *values)
{
	struct filter filter = { ctl, NULL };

	return element_request(ctl, PORCH_CMD_ELEMENT_GET, values) ?:
	       ctl_call_list(ctl, &element_attrs, show_element, &filter);
}

static void show_name(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_SET_NAME, "%s");
	show_attr(show, reply, PORCH_A_SET_TYPE, " type %s");
}

void show_set_fields(struct show *show, const struct reply *reply)
{
	show_name(show, reply);
	show_attr(show, reply, PORCH_A_SET_ELEMENTS, " # elements %s");
}

static void show_set(const struct reply *reply, void *arg)
{
	struct ctl *ctl = arg;

	show_row_begin(&ctl->show);
	show_set_fields(&ctl->show, reply);
	show_row_end(&ctl->show);
}

static int set_show(struct ctl *ctl, const struct value *values)
{
	(void)values;
	ipc_request_dump(ctl->ipc, PORCH_CMD_SET_GET);
	return ctl_call_list(ctl, &set_attrs, show_set, ctl);
}

static void save_set(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_text(show, "set add ");
	show_name(show, reply);
	show_row_end(show);
}

static void save_element(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_text(show, "set insert ");
	show_element_fields(show, reply);
	show_row_end(show);
}

static const struct state elements = { PORCH_CMD_ELEMENT_GET, .set = &element_attrs,
				       .save = save_element };
static const struct state state = { PORCH_CMD_SET_GET, .set = &set_attrs, .save = save_set,
				    .next = &elements };

static const struct verb verbs[] = {
	{ "show", "show the sets, and how many elements each has", no_args, .run = set_show },
	{ "add", "add a set", add_args, .change = true, .undo = "del", .run = set_add },
	{ "del", "remove a set with its elements; no rule may use it", name_args, .change = true,
	  .run = set_del },
	{ "insert", "add an element to a set", element_args, .change = true,
	  .undo = "remove", .check = set_check, .run = set_insert },
	{ "remove", "remove an element from a set", element_args, .change = true,
	  .check = set_check, .run = set_remove },
	{ "list", "show the elements of a set", name_args, .run = set_list },
	{ "has", "tell whether an address is in a set", has_args, .check = set_has_check,
	  .run = set_has },
	{ }
};

const struct object set_object = {
	"set", "named sets of addresses, which rules look into", verbs,
	"A set of type addr has addresses and prefixes, of IPv4 and IPv6; an address is in\n"
	"it if any of its prefixes covers it. One of type addr-port has addresses with a\n"
	"port each. A rule looks for the source or the destination of a packet, and the\n"
	"port of that side.\n"
	"A set may be changed while rules use it.\n",
	&state,
};
