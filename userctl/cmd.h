/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of commands. An object (port) has verbs (add), a verb has
 * arguments; from this table words are parsed and the help is written.
 */
#ifndef PORCHCTL_CMD_H
#define PORCHCTL_CMD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "batch.h"
#include "ipc.h"
#include "scale.h"
#include "show.h"

/* Room for a word of a command, with its terminating NUL. */
#define WORD_SIZE	128
#define MAX_ARGS	40

enum arg_kind {
	ARG_END,
	ARG_FLAG,	/* the keyword alone */
	ARG_U8,
	ARG_U32,
	ARG_SCALED,	/* a number with a unit */
	ARG_DEV,	/* name of a network device */
	ARG_PORT,	/* name of one that is a port */
	ARG_ADDR,
	ARG_PREFIX,
	ARG_TABLE,	/* number of a routing table, or all */
	ARG_MARK,	/* a number with a mask, both in any base that C knows */
	ARG_GROUPS,	/* the rest of the words: groups that each begin with the key */
	ARG_WORD,	/* one of a list, or any if there is no list */
};

/**
 * struct arg - an argument of a verb
 * @kind: what it holds
 * @key: keyword before it; NULL if its place tells it
 * @value: what the synopsis calls its value; NULL for a flag
 * @help: a line for people
 * @words: for %ARG_WORD, what is allowed, NULL at the end
 * @parts: for %ARG_GROUPS, what a group is made of
 * @scale: for %ARG_SCALED, the units
 * @def: what is meant if it is absent; NULL if nothing is, or that is not fixed
 * @required: the verb makes no sense without it
 * @leans: what has it may need others of its object, which then come first
 */
struct arg {
	enum arg_kind kind;
	const char *key;
	const char *value;
	const char *help;
	const char *const *words;
	const struct arg *parts;
	const struct scale *scale;
	const char *def;
	bool required;
	bool leans;
};

/**
 * struct addr - an address or a prefix
 * @family: %AF_INET or %AF_INET6; %AF_UNSPEC for a "default" of either
 * @bytes: in network order
 * @len: length of the prefix
 */
struct addr {
	int family;
	uint8_t bytes[16];
	uint8_t len;
};

/**
 * struct value - what the words said about an argument
 * @word: the word itself; NULL if the argument is absent
 * @num: number, 0 for all tables, index of the device, or place in the list of words
 * @mask: of a mark, all bits if none was given
 * @amount: what a number with a unit stands for
 * @addr: address or prefix
 * @rest: of groups, all the words
 * @count: how many
 */
struct value {
	const char *word;
	uint32_t num;
	uint32_t mask;
	uint64_t amount;
	struct addr addr;
	char **rest;
	int count;
};

struct config;
struct ctl;
struct object;
struct verb;

/**
 * typedef take_fn - takes a command in the place of its own function
 * @ctl: what it works with
 * @object: what it is about
 * @verb: what is to be done
 * @values: the arguments; those of @verb, to be used up
 *
 * Return: an exit code
 */
typedef int (*take_fn)(struct ctl *ctl, const struct object *object, const struct verb *verb,
		       struct value *values);

/**
 * struct ctl - what a command works with
 * @ipc: open when the command runs
 * @show: where it shows its results
 * @stats: show details, too (-s)
 * @family: only this one (-4, -6), or %AF_UNSPEC
 * @batch: the atomic batch that the command is part of, or NULL
 * @config: the configuration that its requests are noted in, instead of being
 *	sent; or NULL
 * @take: takes the command instead, or NULL
 * @handle: for @take
 */
struct ctl {
	struct ipc *ipc;
	struct show show;
	bool stats;
	int family;
	struct batch *batch;
	struct config *config;
	take_fn take;
	uint32_t handle;
};

/**
 * struct verb - what can be done with an object
 * @name: its word
 * @help: a line for people
 * @args: ends with %ARG_END
 * @some: at least one argument must be given
 * @change: it changes something, so an atomic batch may have it
 * @undo: verb of the same object that takes it back; a configuration is made of
 *	verbs that have one. One that takes itself back sets what it sets to
 *	what is meant by default
 * @each: a configuration has each of its arguments in a line of its own
 * @ordered: in a configuration, the order of those with the same first argument
 *	counts. It has an argument "before", and @undo one called "handle"
 * @whole: those with the same first argument are taken back together, by @undo
 *	with that alone. The second argument is a number, and "parent" that of
 *	another one, which comes first
 * @one: all of its words may come as one, with blanks between them
 * @check: looks at values that have a grammar of their own, before anything is
 *	asked of the kernel, and returns an exit code; NULL if there are none
 * @run: gets a value for each of @args; returns an exit code
 */
struct verb {
	const char *name;
	const char *help;
	const struct arg *args;
	bool some;
	bool change;
	const char *undo;
	bool each;
	bool ordered;
	bool whole;
	bool one;
	int (*check)(struct ctl *ctl, const struct value *values);
	int (*run)(struct ctl *ctl, const struct value *values);
};

/**
 * struct state - how what is in force becomes the commands that make it
 * @get: command of the family that tells it
 * @single: it is no list
 * @set: attributes of the reply
 * @handle: the attribute that a "handle" is, 0 if there is none
 * @save: writes a message of the reply as a command, or nothing
 * @next: more of the same object, which needs what this one has; NULL if there is
 *	no more
 */
struct state {
	uint8_t get;
	bool single;
	const struct attr_set *set;
	uint16_t handle;
	void (*save)(struct show *show, const struct reply *reply);
	const struct state *next;
};

/**
 * struct object - what a command is about
 * @name: its word; a part of another object has that one's word before its own
 * @help: a line for people
 * @verbs: the first is meant where none is named; ends with a nameless one
 * @about: what the man page says more, in lines; NULL if nothing
 * @state: that is part of a configuration, which has the objects in the order of
 *	their table; NULL if there is none
 */
struct object {
	const char *name;
	const char *help;
	const struct verb *verbs;
	const char *about;
	const struct state *state;
};

/**
 * struct option - a word that begins with a dash
 * @word: the word
 * @value: what help calls its value; NULL if it takes none
 * @anywhere: allowed behind the command and in a batch, too
 * @help: a line for people
 */
struct option {
	const char *word;
	const char *value;
	bool anywhere;
	const char *help;
};

/* Both end with an empty one. */
extern const struct object *const objects[];
extern const struct option options[];

extern const struct object capture_object;
extern const struct object chain_object;
extern const struct object check_object;
extern const struct object class_object;
extern const struct object commit_object;
extern const struct object confirm_object;
extern const struct object diff_object;
extern const struct object engine_object;
extern const struct object explain_object;
extern const struct object flow_object;
extern const struct object lane_object;
extern const struct object ledger_object;
extern const struct object monitor_object;
extern const struct object port_object;
extern const struct object rollback_object;
extern const struct object route_object;
extern const struct object route_rule_object;
extern const struct object rule_object;
extern const struct object save_object;
extern const struct object set_object;
extern const struct object shape_object;
extern const struct object stats_object;
extern const struct object status_object;
extern const struct object track_object;

/**
 * run_line() - run a command
 * @ctl: how it works
 * @line: the command, which is written to
 * @len: length of it
 *
 * Return: an exit code
 */
int run_line(const struct ctl *ctl, char *line, size_t len);

/**
 * run_lines() - run the commands of a file until one is refused
 * @ctl: how they work
 * @name: of the file
 * @file: has a command a line
 *
 * Return: an exit code
 */
int run_lines(const struct ctl *ctl, const char *name, FILE *file);

/**
 * open_ipc() - get ready to ask the kernel
 * @ctl: with its ipc
 *
 * Return: an exit code
 */
int open_ipc(struct ctl *ctl);

/**
 * find_verb() - find what can be done with an object
 * @object: the object
 * @word: name of the verb
 *
 * Return: NULL if there is no such verb
 */
const struct verb *find_verb(const struct object *object, const char *word);

/**
 * object_part() - tell whether an object is a part of another
 * @object: the object
 * @whole: the other one
 *
 * Return: its own word, NULL if it is none
 */
const char *object_part(const struct object *object, const struct object *whole);

/**
 * show_port_name() - show which port it is
 * @show: the output
 * @reply: has the port
 */
void show_port_name(struct show *show, const struct reply *reply);

/**
 * show_track_fields() - show how flows are followed
 * @show: the output
 * @reply: has the settings
 */
void show_track_fields(struct show *show, const struct reply *reply);

/**
 * show_route_fields() - show all there is to say of a route
 * @show: the output
 * @reply: has the route
 */
void show_route_fields(struct show *show, const struct reply *reply);

/**
 * show_route_rule_pref() - show which rule for routing it is
 * @show: the output
 * @reply: has the rule
 */
void show_route_rule_pref(struct show *show, const struct reply *reply);

/**
 * show_route_rule_fields() - show all there is to say of a rule for routing
 * @show: the output
 * @reply: has the rule
 */
void show_route_rule_fields(struct show *show, const struct reply *reply);

/**
 * show_lane_pref() - show which rule for a lane it is
 * @show: the output
 * @reply: has the rule
 */
void show_lane_pref(struct show *show, const struct reply *reply);

/**
 * show_lane_fields() - show all there is to say of a rule for a lane
 * @show: the output
 * @reply: has the rule
 */
void show_lane_fields(struct show *show, const struct reply *reply);

/**
 * show_chain_fields() - show a chain
 * @show: the output
 * @reply: has the chain
 */
void show_chain_fields(struct show *show, const struct reply *reply);

/**
 * show_set_fields() - show all there is to say of a set but its elements
 * @show: the output
 * @reply: has the set
 */
void show_set_fields(struct show *show, const struct reply *reply);

/**
 * show_rule_fields() - show all there is to say of a rule, as it is added
 * @show: the output
 * @reply: has the rule
 */
void show_rule_fields(struct show *show, const struct reply *reply);

/**
 * show_class_name() - show which class of which device it is
 * @show: the output
 * @reply: has the class
 */
void show_class_name(struct show *show, const struct reply *reply);

/**
 * show_class_fields() - show all there is to say of a class but its counters
 * @show: the output
 * @reply: has the class
 */
void show_class_fields(struct show *show, const struct reply *reply);

/**
 * ctl_call() - send a request and report what the kernel has to say about it
 * @ctl: its ipc holds the request
 * @set: attributes of the request and the replies
 * @fn: is called for each message of the reply, may be NULL
 * @arg: for @fn
 *
 * A request of an atomic batch is staged, one of a configuration is noted; it has
 * no reply.
 *
 * Return: an exit code
 */
int ctl_call(struct ctl *ctl, const struct attr_set *set, ipc_reply_fn fn, void *arg);

/**
 * ctl_call_list() - the same, where the replies are rows of one list
 * @ctl: its ipc holds the request
 * @set: attributes of the request and the replies
 * @fn: shows a message of the reply as a row
 * @arg: for @fn
 *
 * Return: an exit code
 */
int ctl_call_list(struct ctl *ctl, const struct attr_set *set, ipc_reply_fn fn, void *arg);

#endif /* PORCHCTL_CMD_H */
