// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/porch.h>

#include "config.h"
#include "err.h"
#include "parse.h"

#define KEY_SIZE	4096
#define TRIES		5
#define MAX_DEPTH	8

/**
 * struct item - a command of a configuration, which makes one request
 * @order: place of its object among all objects
 * @place: its own place among the items
 * @line: where it stands in the file, 0 if it is in force
 * @text: the command
 * @group: those of the same group belong together; "" if it belongs to none
 * @handle: what the kernel calls it, if it is in force; else 0
 * @whole: those of its group are done together, or not at all
 * @id: its number, where others may be below it; else 0
 * @parent: the number of the one above it, 0 if there is none
 * @leans: it may need others of its object
 * @depth: how many are above it, or before it
 * @gone: it is about a device that is not there, or is another one by now
 * @key: what it asks for; its loose attributes follow
 * @key_len: length of @key without those
 * @loose_len: their length
 * @twin: the same command in the other configuration, or NULL
 */
struct item {
	unsigned int order;
	size_t place;
	unsigned int line;
	char *text;
	char *group;
	uint32_t handle;
	bool whole;
	uint32_t id;
	uint32_t parent;
	bool leans;
	unsigned int depth;
	bool gone;
	char *key;
	size_t key_len;
	size_t loose_len;
	struct item *twin;
};

/**
 * struct config - a configuration
 * @name: of the file, NULL for what is in force
 * @items: its commands
 * @count: how many there are
 * @size: room for them
 * @scratch: makes the requests
 * @next: what is known of the command that is being read
 * @text: room for its words
 * @state: of the object that is being read, if this is in force
 * @row: of it, that is being read
 * @err: an exit code, if that failed
 */
struct config {
	const char *name;
	struct item **items;
	size_t count;
	size_t size;
	struct ipc *scratch;
	struct item next;
	char text[64 * WORD_SIZE];
	const struct state *state;
	const struct reply *row;
	int err;
};

static int no_memory(void)
{
	return err_refused("no memory for the configuration");
}

static int config_init(struct config *config, const char *name)
{
	memset(config, 0, sizeof(*config));
	config->name = name;
	config->scratch = ipc_alloc(PORCH_FAMILY_NAME, PORCH_FAMILY_VERSION);
	return config->scratch ? 0 : no_memory();
}

static void item_free(struct item *item)
{
	free(item->text);
	free(item->group);
	free(item->key);
	free(item);
}

static void config_fini(struct config *config)
{
	size_t i;

	for (i = 0; i < config->count; i++)
		item_free(config->items[i]);
	free(config->items);
	ipc_free(config->scratch);
}

void config_line(struct config *config, unsigned int line)
{
	config->next.line = line;
}

void config_text(struct config *config, char *const *words, int count)
{
	size_t len = 0;
	int i;

	config->text[0] = '\0';
	for (i = 0; i < count && len < sizeof(config->text); i++)
		len += snprintf(config->text + len, sizeof(config->text) - len, "%s%s",
				i ? " " : "", words[i]);
}

static struct item *item_alloc(const struct config *config, const void *key)
{
	struct item *item = malloc(sizeof(*item));

	if (!item)
		return NULL;
	*item = config->next;
	item->place = config->count;
	item->text = strdup(config->text);
	item->group = strdup(config->next.group);
	item->key = malloc(item->key_len + item->loose_len);
	if (item->text && item->group && item->key) {
		memcpy(item->key, key, item->key_len + item->loose_len);
		return item;
	}
	item_free(item);
	return NULL;
}

int config_note(struct config *config, const struct ipc *ipc, const struct attr_set *set)
{
	char key[KEY_SIZE];

	if (config->count == config->size) {
		size_t size = config->size * 2 + 64;
		struct item **items = reallocarray(config->items, size, sizeof(*items));

		if (!items)
			return no_memory();
		config->items = items;
		config->size = size;
	}
	config->next.key_len = ipc_read(ipc, set, false, key, sizeof(key));
	config->next.loose_len = ipc_read(ipc, set, true, key + config->next.key_len,
					  sizeof(key) - config->next.key_len);
	/* Words name a device, but what is in force is about the one of before. */
	if (config->row && !ipc_asks_for(ipc, config->row))
		config->next.gone = true;
	/* That is like nothing else. */
	if (config->next.gone)
		key[0] = 0;
	config->items[config->count] = item_alloc(config, key);
	return config->items[config->count] ? config->count++, 0 : no_memory();
}

/* Commands become items */

static unsigned int order_of(const struct object *object)
{
	unsigned int i = 0;

	while (objects[i] != object)
		i++;
	return i;
}

/* What of an object a configuration is made of, for messages. */
static const char *allowed_verbs(const struct object *object, char *buf, size_t size)
{
	const struct verb *verb;
	size_t len = 0;

	for (verb = object->verbs; verb->name && len < size; verb++)
		if (verb->undo)
			len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "", verb->name);
	return buf;
}

static int refuse_verb(const struct object *object)
{
	const struct object *const *other;
	char text[256];
	size_t len = 0;

	if (object->state)
		return err_usage("a configuration says what there is; allowed: %s",
				 allowed_verbs(object, text, sizeof(text)));
	for (other = objects; *other && len < sizeof(text); other++)
		if ((*other)->state)
			len += snprintf(text + len, sizeof(text) - len, "%s%s", len ? ", " : "",
					(*other)->name);
	return err_usage("no part of a configuration; allowed: %s", text);
}

static bool is_usual(const struct arg *arg, const struct value *value)
{
	struct value usual;

	if (!parse_default(arg, &usual))
		return false;
	if (arg->kind == ARG_WORD && !arg->words)
		return !strcmp(value->word, arg->def);
	return value->num == usual.num && value->amount == usual.amount &&
	       !memcmp(&value->addr, &usual.addr, sizeof(usual.addr));
}

/* What is as it is without saying so is left out. Tell whether anything was. */
static bool drop_usual(const struct verb *verb, struct value *values)
{
	const struct arg *arg;
	bool dropped = false;

	for (arg = verb->args; arg->kind; arg++) {
		struct value *value = &values[arg - verb->args];

		if (!value->word || !is_usual(arg, value))
			continue;
		value->word = NULL;
		dropped = true;
	}
	return dropped;
}

static bool is_gone(const struct verb *verb, const struct value *values)
{
	const struct arg *arg;

	for (arg = verb->args; arg->kind; arg++)
		if ((arg->kind == ARG_DEV || arg->kind == ARG_PORT) &&
		    values[arg - verb->args].word && !values[arg - verb->args].num)
			return true;
	return false;
}

static bool leans(const struct verb *verb, const struct value *values)
{
	const struct arg *arg;

	for (arg = verb->args; arg->kind; arg++)
		if (arg->leans && values[arg - verb->args].word)
			return true;
	return false;
}

static int find_key(const struct verb *verb, const char *key)
{
	const struct arg *arg;

	for (arg = verb->args; arg->kind; arg++)
		if (arg->key && !strcmp(arg->key, key))
			return arg - verb->args;
	return -1;
}

static int note_one(struct ctl *ctl, const struct object *object, const struct verb *verb,
		    struct value *values)
{
	struct item *item = &ctl->config->next;
	bool dropped = drop_usual(verb, values);

	/* What sets something to what it is without it. */
	if (dropped && !strcmp(verb->undo, verb->name))
		return 0;
	item->order = order_of(object);
	item->gone = is_gone(verb, values);
	item->leans = leans(verb, values);
	item->group = (char *)(verb->ordered || verb->whole ? values[0].word : "");
	item->whole = verb->whole;
	item->id = verb->whole ? values[1].num : 0;
	item->parent = verb->whole ? values[find_key(verb, "parent")].num : 0;
	return verb->run(ctl, values);
}

static int note_each(struct ctl *ctl, const struct object *object, const struct verb *verb,
		     const struct value *values)
{
	const struct arg *arg;
	int err = 0;

	for (arg = verb->args; arg->kind && !err; arg++) {
		struct value one[MAX_ARGS] = { 0 };
		int i = arg - verb->args;

		if (!values[i].word)
			continue;
		one[i] = values[i];
		snprintf(ctl->config->text, sizeof(ctl->config->text), "%s %s %s %s",
			 object->name, verb->name, arg->key, one[i].word);
		err = note_one(ctl, object, verb, one);
	}
	return err;
}

/* Fits struct ctl. */
static int note(struct ctl *ctl, const struct object *object, const struct verb *verb,
		struct value *values)
{
	if (!verb->undo)
		return refuse_verb(object);
	if (verb->ordered && values[find_key(verb, "before")].word)
		return err_usage("before is not needed: the order is that of the lines");
	return verb->each ? note_each(ctl, object, verb, values) :
			    note_one(ctl, object, verb, values);
}

/* How commands are noted; nothing is sent. */
static struct ctl noting(const struct ctl *ctl, struct config *config)
{
	return (struct ctl) { .ipc = config->scratch, .family = ctl->family, .config = config,
			      .take = note };
}

static int read_file(const struct ctl *ctl, struct config *config)
{
	FILE *file = strcmp(config->name, "-") ? fopen(config->name, "re") : stdin;
	struct ctl how = noting(ctl, config);
	int err;

	if (!file)
		return err_refused("cannot open %s: %s", config->name, strerror(errno));
	err = run_lines(&how, config->name, file);
	if (file != stdin)
		fclose(file);
	return err;
}

/* Writes a row of what is in force, and reads it as if it stood in a file. */
static void note_row(const struct reply *reply, void *arg)
{
	struct config *config = arg;
	struct ctl how = noting(&(struct ctl) { 0 }, config);
	struct show show = { 0 };
	char *text = NULL, *line;
	size_t size;

	if (config->err)
		return;
	show.file = open_memstream(&text, &size);
	if (!show.file) {
		config->err = no_memory();
		return;
	}
	config->state->save(&show, reply);
	if (fclose(show.file)) {
		config->err = no_memory();
		return;
	}
	config->next.handle = config->state->handle ? reply_uint(reply, config->state->handle) : 0;
	config->row = reply;
	for (line = strtok(text, "\n"); line && !config->err; line = strtok(NULL, "\n"))
		config->err = run_line(&how, line, strlen(line));
	config->row = NULL;
	free(text);
}

static int read_object(struct ctl *ctl, struct config *config, const struct state *state)
{
	config->state = state;
	if (state->single)
		ipc_request(ctl->ipc, state->get);
	else
		ipc_request_dump(ctl->ipc, state->get);
	err_command("%s", "");
	return ipc_call(ctl->ipc, state->set, note_row, config) ?
	       err_refused("%s", ipc_error(ctl->ipc)) : config->err;
}

static int read_force(struct ctl *ctl, struct config *config)
{
	const struct object *const *object;
	const struct state *state;
	int err = 0;

	parse_device_cache();
	parse_lenient(true);
	for (object = objects; *object && !err; object++)
		for (state = (*object)->state; state && !err; state = state->next)
			err = read_object(ctl, config, state);
	parse_lenient(false);
	err_command("%s", "");
	return err;
}

/* The difference */

static int compare_sense(const struct item *a, const struct item *b)
{
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->key_len != b->key_len)
		return a->key_len < b->key_len ? -1 : 1;
	return memcmp(a->key, b->key, a->key_len);
}

static int compare_places(const struct item *a, const struct item *b)
{
	return a->place < b->place ? -1 : a->place > b->place;
}

static int compare_keys(const void *left, const void *right)
{
	const struct item *a = *(struct item *const *)left, *b = *(struct item *const *)right;

	return compare_sense(a, b) ?: compare_places(a, b);
}

/* As things are loaded: each may need those before it. */
static int compare_order(const void *left, const void *right)
{
	const struct item *a = *(struct item *const *)left, *b = *(struct item *const *)right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (strcmp(a->group, b->group))
		return strcmp(a->group, b->group);
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	return compare_places(a, b);
}

static void sort(struct config *config, int (*compare)(const void *, const void *))
{
	if (config->count)
		qsort(config->items, config->count, sizeof(*config->items), compare);
}

static bool same_loose(const struct item *a, const struct item *b)
{
	return ipc_agree(a->key + a->key_len, a->loose_len, b->key + b->key_len, b->loose_len);
}

static bool same_group(const struct item *a, const struct item *b)
{
	return a->order == b->order && !strcmp(a->group, b->group);
}

/* A loop is left to the kernel to refuse. */
static void find_depths(struct config *config)
{
	size_t i, j, rounds;

	for (i = 0; i < config->count; i++) {
		struct item *item = config->items[i], *at = item;

		item->depth = item->leans;
		for (rounds = 0; at->parent && rounds < MAX_DEPTH; rounds++) {
			for (j = 0; j < config->count; j++)
				if (config->items[j]->id == at->parent &&
				    same_group(config->items[j], item))
					break;
			if (j == config->count)
				break;
			at = config->items[j];
			item->depth++;
		}
	}
}

static void load_order(struct config *config)
{
	find_depths(config);
	sort(config, compare_order);
}

/* Of several that are equal, the first is the first one's twin, and so on. */
static void find_twins(struct config *have, struct config *want)
{
	size_t h = 0, w = 0;

	sort(have, compare_keys);
	sort(want, compare_keys);
	while (h < have->count && w < want->count) {
		struct item *a = have->items[h], *b = want->items[w];
		int diff = compare_sense(a, b);

		if (!diff && same_loose(a, b)) {
			a->twin = b;
			b->twin = a;
		}
		h += diff <= 0;
		w += diff >= 0;
	}
	load_order(have);
	load_order(want);
}

/*
 * Where order counts, only those can stay that are in the same order on both
 * sides. As many as possible do: the longest increasing sequence of their places
 * in force (M. Fredman, On computing the length of longest increasing
 * subsequences, Discrete Mathematics 11, 1975).
 */
static int keep_order(struct item **items, size_t count)
{
	struct item **ends = calloc(count, sizeof(*ends));	/* best end, by length */
	size_t *before = calloc(count, sizeof(*before));	/* in the best sequence, + 1 */
	size_t *end_at = calloc(count, sizeof(*end_at));
	bool *stays = calloc(count, sizeof(*stays));
	size_t length = 0, i;

	if (!ends || !before || !end_at || !stays) {
		free(ends);
		free(before);
		free(end_at);
		free(stays);
		return no_memory();
	}
	for (i = 0; i < count; i++) {
		size_t low = 0, high = length;

		if (!items[i]->twin)
			continue;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (ends[middle]->twin->place < items[i]->twin->place)
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? end_at[low - 1] + 1 : 0;
		ends[low] = items[i];
		end_at[low] = i;
		if (low == length)
			length++;
	}
	for (i = length ? end_at[length - 1] + 1 : 0; i; i = before[i - 1])
		stays[i - 1] = true;
	for (i = 0; i < count; i++) {
		if (!items[i]->twin || stays[i])
			continue;
		items[i]->twin->twin = NULL;
		items[i]->twin = NULL;
	}
	free(ends);
	free(before);
	free(end_at);
	free(stays);
	return 0;
}

/* All of a group, from the first one on, lose their twins if one of them has none. */
static size_t keep_whole(struct config *config, size_t first)
{
	struct item **items = config->items;
	bool whole = true;
	size_t end, i;

	for (end = first; end < config->count && same_group(items[first], items[end]); end++)
		whole &= !!items[end]->twin;
	for (i = first; i < end && !whole; i++) {
		if (items[i]->twin)
			items[i]->twin->twin = NULL;
		items[i]->twin = NULL;
	}
	return end;
}

static void keep_wholes(struct config *config)
{
	size_t i = 0;

	while (i < config->count)
		if (config->items[i]->whole)
			i = keep_whole(config, i);
		else
			i++;
}

static int compare(struct config *have, struct config *want)
{
	size_t first, end;
	int err = 0;

	find_twins(have, want);
	keep_wholes(have);
	keep_wholes(want);
	keep_wholes(have);
	for (first = 0; first < want->count && !err; first = end) {
		for (end = first + 1; end < want->count; end++)
			if (!same_group(want->items[first], want->items[end]))
				break;
		if (*want->items[first]->group && !want->items[first]->whole)
			err = keep_order(want->items + first, end - first);
	}
	return err;
}

static void forget_twins(struct config *config)
{
	size_t i;

	for (i = 0; i < config->count; i++)
		config->items[i]->twin = NULL;
}

/* Print what has no twin, object by object, and count it. */
static size_t print_difference(const struct config *have, const struct config *want, FILE *file)
{
	size_t h = 0, w = 0, count = 0;

	while (h < have->count || w < want->count) {
		bool old = w == want->count ||
			   (h < have->count && have->items[h]->order <= want->items[w]->order);
		const struct item *item = old ? have->items[h++] : want->items[w++];

		if (item->twin)
			continue;
		count++;
		if (file)
			fprintf(file, "%c %s\n", old ? '-' : '+', item->text);
	}
	return count;
}

/* The difference is staged */

/* Fits struct ctl. */
static int undo(struct ctl *ctl, const struct object *object, const struct verb *verb,
		struct value *values)
{
	const struct verb *back = find_verb(object, verb->undo);
	struct value given[MAX_ARGS] = { 0 };
	const struct arg *arg, *own;

	for (arg = back->args; arg->kind && !(verb->whole && arg > back->args); arg++) {
		struct value *value = &given[arg - back->args];

		if (arg->key && !strcmp(arg->key, "handle")) {
			*value = (struct value) { .word = arg->key, .num = ctl->handle };
			continue;
		}
		for (own = verb->args; own->kind; own++)
			if (own->key ? arg->key && !strcmp(own->key, arg->key) :
				       !arg->key && !strcmp(own->value, arg->value))
				*value = values[own - verb->args];
		if (back == verb && value->word && arg->def) {
			parse_default(arg, value);
			value->word = arg->def;
		}
	}
	return back->run(ctl, given);
}

/* Fits struct ctl. */
static int redo(struct ctl *ctl, const struct object *object, const struct verb *verb,
		struct value *values)
{
	(void)object;
	if (ctl->handle)
		values[find_key(verb, "before")] =
			(struct value) { .word = "before", .num = ctl->handle };
	return verb->run(ctl, values);
}

static int stage_item(const struct ctl *ctl, const struct config *config, const struct item *item,
		      take_fn take, uint32_t handle)
{
	struct ctl how = *ctl;
	char *line = strdup(item->text);
	int err;

	if (!line)
		return no_memory();
	how.take = take;
	how.handle = handle;
	how.batch->at = (struct place) { item->line, item->text };
	err_place(item->line ? config->name : NULL, item->line);
	err = run_line(&how, line, strlen(line));
	free(line);
	return err;
}

/* Of a group that goes as a whole, one command takes all back. */
static bool is_taken_back(const struct config *config, size_t i)
{
	const struct item *item = config->items[i];

	return item->whole && i + 1 < config->count && same_group(item, config->items[i + 1]);
}

/* First what goes, from the last to the first; then what comes. */
static int stage(const struct ctl *ctl, const struct config *have, const struct config *want)
{
	uint32_t *before = calloc(want->count + 1, sizeof(*before));
	int err = 0;
	size_t i;

	if (!before)
		return no_memory();
	parse_lenient(true);
	for (i = have->count; i-- && !err;)
		if (!have->items[i]->twin && !is_taken_back(have, i))
			err = stage_item(ctl, have, have->items[i], undo, have->items[i]->handle);
	parse_lenient(false);

	/* The handle of the next one that stays */
	for (i = want->count; i--;) {
		const struct item *item = want->items[i];

		if (item->twin && *item->group && !item->whole)
			before[i] = item->twin->handle;
		else if (i + 1 < want->count && same_group(item, want->items[i + 1]))
			before[i] = before[i + 1];
	}
	for (i = 0; i < want->count && !err; i++)
		if (!want->items[i]->twin)
			err = stage_item(ctl, want, want->items[i], redo, before[i]);
	free(before);
	return err;
}

static int commit(struct ctl *ctl, const struct config *have, const struct config *want,
		  struct batch *batch)
{
	ctl->batch = batch;
	return batch_begin(batch, ctl->ipc) ?: stage(ctl, have, want) ?:
	       batch_commit(batch, ctl->ipc);
}

static void read_generation(const struct reply *reply, void *arg)
{
	uint32_t *generation = arg;

	*generation = reply_uint(reply, PORCH_A_STATUS_GENERATION);
}

static int ask_generation(struct ctl *ctl, uint32_t *generation)
{
	ipc_request(ctl->ipc, PORCH_CMD_STATUS_GET);
	return ipc_call(ctl->ipc, &status_attrs, read_generation, generation) ?
	       err_refused("%s", ipc_error(ctl->ipc)) : 0;
}

static void write_items(const struct config *config, FILE *file)
{
	size_t i;

	for (i = 0; i < config->count; i++)
		fprintf(file, "%s%s\n", config->items[i]->gone ? "# no such device: " : "",
			config->items[i]->text);
}

/* Ready: whoever has to be able to go back knows what there is. */
static int get_ready(const struct config *have, config_ready_fn ready, void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *file;
	int err;

	if (!ready)
		return 0;
	file = open_memstream(&text, &size);
	if (!file)
		return no_memory();
	write_items(have, file);
	rewind(file);
	err = ready(file, arg);
	fclose(file);
	free(text);
	return err;
}

/* What is bound to a device goes with it, unless it has a handle of its own. */
static void drop_gone(struct config *config)
{
	size_t i, kept = 0;

	for (i = 0; i < config->count; i++) {
		struct item *item = config->items[i];

		config->items[i] = config->items[kept];
		config->items[kept] = item;
		kept += !item->gone || item->handle;
	}
	for (i = kept; i < config->count; i++)
		item_free(config->items[i]);
	config->count = kept;
}

struct load {
	enum config_deed deed;
	config_ready_fn ready;
	void *arg;
};

/* One try. *stale tells that somebody else was faster. */
static int load_once(struct ctl *ctl, struct config *want, const struct load *load, bool *stale)
{
	struct batch batch = { .name = want->name, .check = load->deed == CONFIG_CHECK };
	struct config have;
	int err;

	*stale = false;
	err_command("%s", "");
	err_place(NULL, 0);
	err = config_init(&have, NULL) ?: open_ipc(ctl) ?: ask_generation(ctl, &batch.generation) ?:
	      read_force(ctl, &have);
	if (err)
		goto out;
	drop_gone(&have);
	err = compare(&have, want);
	if (err || !print_difference(&have, want, load->deed == CONFIG_DIFF ? stdout : NULL) ||
	    load->deed == CONFIG_DIFF)
		goto out;
	err = get_ready(&have, load->ready, load->arg) ?: commit(ctl, &have, want, &batch);
	*stale = batch.stale;
out:
	config_fini(&have);
	return batch_settle(&batch) ?: err;
}

static int load(const struct ctl *ctl, struct config *want, const struct load *load)
{
	int tries, err = 0;
	bool stale = true;

	for (tries = 0; stale && tries < TRIES; tries++) {
		/* A socket that was refused something is good for nothing else. */
		struct ctl how = { .ipc = ipc_alloc(PORCH_FAMILY_NAME, PORCH_FAMILY_VERSION),
				   .family = ctl->family };

		if (!how.ipc)
			return no_memory();
		forget_twins(want);
		err = load_once(&how, want, load, &stale);
		ipc_free(how.ipc);
	}
	if (!stale)
		return err;
	err_command("%s", "");
	err_place(NULL, 0);
	return err_refused("others changed something meanwhile, %d times", TRIES);
}

int config_load(struct ctl *ctl, const char *name, enum config_deed deed, config_ready_fn ready,
		void *arg)
{
	const struct load how = { deed, ready, arg };
	struct config want;
	int err;

	err = config_init(&want, name) ?: read_file(ctl, &want) ?: load(ctl, &want, &how);
	config_fini(&want);
	return err;
}

int config_restore(struct ctl *ctl, const char *name)
{
	static const struct load how = { CONFIG_LOAD };
	struct config want;
	int err;

	parse_lenient(true);
	err = config_init(&want, name) ?: read_file(ctl, &want);
	parse_lenient(false);
	if (!err) {
		drop_gone(&want);
		err = load(ctl, &want, &how);
	}
	config_fini(&want);
	return err;
}

int config_save(struct ctl *ctl, FILE *file)
{
	struct config have;
	int err;

	err = config_init(&have, NULL) ?: read_force(ctl, &have);
	load_order(&have);
	if (!err)
		write_items(&have, file);
	config_fini(&have);
	return err;
}
