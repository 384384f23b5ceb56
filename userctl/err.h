/* SPDX-License-Identifier: GPL-2.0 */
/* One line on stderr for whatever goes wrong, and the exit code that it means. */
#ifndef PORCHCTL_ERR_H
#define PORCHCTL_ERR_H

enum {
	EXIT_REFUSED = 1,	/* by the kernel or the system */
	EXIT_USAGE = 2,
};

/**
 * err_program() - name the program, which is porchctl without
 * @name: its name
 */
void err_program(const char *name);

/**
 * err_place() - name the line of a batch file that is worked on
 * @file: name of the file, NULL for the command line
 * @line: number of the line
 */
void err_place(const char *file, unsigned int line);

/**
 * err_command() - name the command that is worked on
 * @fmt: format of its words; "" if there is none yet
 */
__attribute__((format(printf, 1, 2)))
void err_command(const char *fmt, ...);

/**
 * err_usage() - report a command that cannot be understood
 * @fmt: format of what is wrong and what is allowed
 *
 * Return: EXIT_USAGE
 */
__attribute__((format(printf, 1, 2)))
int err_usage(const char *fmt, ...);

/**
 * err_refused() - report a command that the kernel or the system refused
 * @fmt: format of what is wrong
 *
 * Return: EXIT_REFUSED
 */
__attribute__((format(printf, 1, 2)))
int err_refused(const char *fmt, ...);

/**
 * err_last() - repeat what was reported last
 *
 * Return: that line, "" if there is none
 */
const char *err_last(void);

/**
 * err_note() - tell something about a command that succeeded
 * @fmt: format of the note
 */
__attribute__((format(printf, 1, 2)))
void err_note(const char *fmt, ...);

#endif /* PORCHCTL_ERR_H */
