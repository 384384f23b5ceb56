/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What else is written from the table of commands, so that it cannot differ from
 * the help and from what the tool understands.
 */
#ifndef PORCHCTL_DOC_H
#define PORCHCTL_DOC_H

/**
 * man_print() - print the man page porchctl(8), in man(7) macros
 *
 * Return: an exit code
 */
int man_print(void);

/**
 * completion_print() - print the table that completion.bash completes by
 *
 * Return: an exit code
 */
int completion_print(void);

#endif /* PORCHCTL_DOC_H */
