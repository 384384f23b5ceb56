/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configurations: lists of commands that make a state. One is read from a file,
 * one from what is in force; the difference between them is what has to be done.
 *
 * Two commands are the same if they ask the kernel for the same, so their words
 * may differ. What only is in force is taken back, what only the file has is
 * done, and what both have is left alone, with all that it has counted. That is
 * one transaction, which only replaces the generation that was read.
 */
#ifndef PORCHCTL_CONFIG_H
#define PORCHCTL_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "cmd.h"

/* What is loaded, where no other file is named. */
#define CONFIG_FILE	"/etc/porch/porch.conf"

/* What is to be done with a configuration. */
enum config_deed {
	CONFIG_LOAD,
	CONFIG_CHECK,	/* all but the last step */
	CONFIG_DIFF,	/* only say what would be done */
};

/**
 * typedef config_ready_fn - is called before something changes
 * @old: what is in force, as a file
 * @arg: whatever the caller gave
 *
 * It may be called again if somebody else changes something just then.
 *
 * Return: an exit code; if it is not 0, nothing changes
 */
typedef int (*config_ready_fn)(FILE *old, void *arg);

/**
 * config_save() - write what is in force
 * @ctl: how to ask for it
 * @file: takes the commands
 *
 * Return: an exit code
 */
int config_save(struct ctl *ctl, FILE *file);

/**
 * config_load() - make what a file says be in force, and nothing else
 * @ctl: how to do it
 * @name: of the file, - for standard input
 * @deed: or do only a part of that
 * @ready: is called before something changes; may be NULL
 * @arg: for @ready
 *
 * Return: an exit code, and unless it is 0 nothing changed
 */
int config_load(struct ctl *ctl, const char *name, enum config_deed deed, config_ready_fn ready,
		void *arg);

/**
 * config_restore() - make what was in force once be in force again
 * @ctl: how to do it
 * @name: of the file that config_save() has written
 *
 * What needs a device that has gone meanwhile is left out.
 *
 * Return: an exit code
 */
int config_restore(struct ctl *ctl, const char *name);

/* For those who read the lines. */

/**
 * config_line() - note where the next command stands
 * @config: takes it
 * @line: number of the line
 */
void config_line(struct config *config, unsigned int line);

/**
 * config_text() - note the words of the next command
 * @config: takes them
 * @words: the words
 * @count: how many
 */
void config_text(struct config *config, char *const *words, int count);

/**
 * config_note() - note a request that a command has made
 * @config: takes it
 * @ipc: holds the request
 * @set: its attributes
 *
 * Return: an exit code
 */
int config_note(struct config *config, const struct ipc *ipc, const struct attr_set *set);

#endif /* PORCHCTL_CONFIG_H */
