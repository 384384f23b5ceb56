// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "doc.h"
#include "parse.h"

static const char head[] =
	".TH PORCHCTL 8 " PORCHCTL_DATE " \"Porch " PORCHCTL_VERSION "\"\n"
	".SH NAME\n"
	"porchctl \\- configure Porch, a second packet path, and look into it\n"
	".SH SYNOPSIS\n"
	".B porchctl\n"
	"[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"
	".br\n"
	".B porchctl\n"
	"[\\fIOPTIONS\\fR] [\\fB\\-c\\fR] [\\fB\\-f\\fR \\fIFILE\\fR]\n"
	".br\n"
	".B porchctl\n"
	"[\\fIOPTIONS\\fR] [\\fB\\-a\\fR] \\fB\\-b\\fR \\fIFILE\\fR\n"
	".br\n"
	".B porchctl help\n"
	"[\\fICOMMAND\\fR]\n"
	".SH DESCRIPTION\n"
	"Porch is a kernel module that gives network devices of your choice a second\n"
	"packet path, in front of the stock stack.\n"
	".B porchctl\n"
	"attaches devices, which become ports, tells Porch where to forward packets and\n"
	"how they share a line, and shows what became of them.\n"
	"Every network namespace has ports, routes, rules, settings and counters of its own.\n"
	"To change something takes CAP_NET_ADMIN in the initial user namespace, unless\n"
	"the module's parameter\n"
	".I userns\n"
	"is set; everybody may look.\n"
	".PP\n"
	"A command is an object, a verb and its arguments.\n"
	"The verb in brackets is meant where none is given.\n"
	"Arguments with a keyword may come in any order.\n"
	"What is refused changes nothing, and is explained in one line on standard error.\n"
	".PP\n"
	"A batch\n"
	".RB ( \\-b )\n"
	"has one command a line; what follows a # is a comment.\n"
	"It ends with the first command that is refused, and names its line; those before\n"
	"it have taken effect.\n"
	"All commands of an atomic batch\n"
	".RB ( \\-a )\n"
	"take effect at once, or none does; it may only have commands that change\n"
	"something.\n"
	".PP\n"
	"A configuration\n"
	".RB ( \\-f )\n"
	"has commands of such a batch, too, but says what there is to be in the end.\n";

static const char tail[] =
	".SH EXIT STATUS\n"
	".TP\n"
	".B 0\n"
	"The command was carried out.\n"
	".TP\n"
	".B 1\n"
	"It was refused, by the kernel or for what it found in the system.\n"
	"So is a batch, whatever is wrong with one of its commands.\n"
	".TP\n"
	".B 2\n"
	"The words of the command are wrong; nothing was asked of the kernel.\n"
	".SH EXAMPLES\n"
	"Forward between two networks, and to the rest of the world by a router:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl port add eth0\n"
	"porchctl port add eth1\n"
	"porchctl route add 10.0.1.0/24 dev eth0\n"
	"porchctl route add 10.0.2.0/24 dev eth1\n"
	"porchctl route add default via 10.0.2.254\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Which way does a packet go?\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl route get 192.0.2.1\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Let no more than that leave by a device, what is urgent first:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl shape simple eth1 100mbit\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Why were packets dropped, and are all of them accounted for?\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl stats drop\n"
	"porchctl ledger \\-\\-sync\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"The same in another network namespace, as JSON:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl \\-n lab \\-j stats drop\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Many commands from a file, all or none:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl \\-a \\-b routes.txt\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Let nobody in but to a web server, and block whom a list names:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl set add blocked type addr\n"
	"porchctl set insert blocked 192.0.2.0/24\n"
	"porchctl rule add ingress from\\-set blocked drop\n"
	"porchctl rule add forward in eth0 proto tcp dport 443 to 10.0.1.2 accept\n"
	"porchctl rule add forward in eth0 count reject with admin\\-prohibited\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"What happens to the routes from now on?\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl monitor route\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Keep what is in force for the next boot, and load it then:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl save > /etc/porch/porch.conf\n"
	"porchctl commit\n"
	".EE\n"
	".RE\n"
	".PP\n"
	"Change the firewall that one is connected by; go back after a minute if that\n"
	"was a mistake:\n"
	".PP\n"
	".RS 4\n"
	".EX\n"
	"porchctl diff new.conf\n"
	"porchctl \\-f new.conf confirmed 60\n"
	"porchctl confirm\n"
	".EE\n"
	".RE\n"
	".SH FILES\n"
	".TP\n"
	".I /etc/porch/porch.conf\n"
	"The configuration, where no other file is named.\n"
	".TP\n"
	".I /run/porch/before\\-N\n"
	"What was in force before the commit that waits to be confirmed, in the network\n"
	"namespace of number N.\n"
	".SH SEE ALSO\n"
	".BR ip (8),\n"
	".BR ip\\-netns (8),\n"
	".BR ip\\-route (8),\n"
	".BR nft (8),\n"
	".BR tc (8)\n"
	".PP\n"
	"The folder\n"
	".I Documentation\n"
	"of Porch's sources.\n";

/* Plain text, with the characters that would mean something to roff escaped. */
static void print_text(const char *text, size_t len)
{
	for (; len--; text++)
		switch (*text) {
		case '-':
		case '\\':
			printf("\\%c", *text == '-' ? '-' : 'e');
			break;
		case '\'':
			fputs("\\(aq", stdout);
			break;
		default:
			putchar(*text);
		}
}

/* A line for people becomes a sentence; "one: a, b" is one, too. */
static void print_sentence(const char *text)
{
	putchar(toupper((unsigned char)*text));
	print_text(text + 1, strlen(text + 1));
	puts(".");
}

/* What is to be typed is bold, what stands for something is in capitals and italic. */
static void print_words(const char *text)
{
	size_t len;

	while (*text) {
		len = strcspn(text, " []|");
		if (len) {
			bool value = isupper((unsigned char)*text) && text[len] != '|';

			fputs(value ? "\\fI" : "\\fB", stdout);
			print_text(text, len);
			fputs("\\fR", stdout);
		} else {
			putchar(*text);
			len = 1;
		}
		text += len;
	}
	putchar('\n');
}

static void print_args(const struct verb *verb)
{
	const char *const *word;
	const struct arg *arg;
	char text[64];

	puts(".RS");
	for (arg = verb->args; arg->kind; arg++) {
		puts(".TP");
		print_words(arg_describe(arg, text, sizeof(text)));
		print_sentence(arg->help);
		for (word = arg->words; word && *word; word++) {
			fputs(word == arg->words ? "One of " : word[1] ? ", " : " and ", stdout);
			fputs("\\fB", stdout);
			print_text(*word, strlen(*word));
			fputs(word[1] ? "\\fR" : "\\fR.\n", stdout);
		}
	}
	puts(".RE");
}

static void print_object(const struct object *object)
{
	const struct verb *verb;
	char text[1024];

	printf(".SS %s \\- ", object->name);
	print_text(object->help, strlen(object->help));
	putchar('\n');
	if (object->about)
		print_text(object->about, strlen(object->about));
	for (verb = object->verbs; verb->name; verb++) {
		puts(".TP");
		print_words(verb_describe(object, verb, text, sizeof(text)));
		print_sentence(verb->help);
		if (verb > object->verbs && verb->args == verb[-1].args && verb->args->kind)
			puts("It takes the same arguments.");
		else if (verb->args->kind)
			print_args(verb);
	}
}

int man_print(void)
{
	const struct object *const *object;
	const struct option *option;
	char text[64];

	fputs(head, stdout);
	puts(".SH OPTIONS");
	for (option = options; option->word; option++) {
		puts(".TP");
		snprintf(text, sizeof(text), "%s%s%s", option->word, option->value ? " " : "",
			 option->value ?: "");
		print_words(text);
		print_sentence(option->help);
		if (!option->anywhere)
			puts("Only before the command.");
	}
	puts(".SH COMMANDS");
	for (object = objects; *object; object++)
		print_object(*object);
	puts(".SS help \\- say what there is\n"
	     ".TP\n"
	     "\\fBhelp\\fR [\\fICOMMAND\\fR]\n"
	     "Say in short what is said here, or all about one command.");
	fputs(tail, stdout);
	return 0;
}
