/* SPDX-License-Identifier: GPL-2.0 */
/* The qdisc "porch" of a device, which works by its classes. */
#ifndef PORCHCTL_QDISC_H
#define PORCHCTL_QDISC_H

#include <stdint.h>

/**
 * qdisc_attach() - put the qdisc at the root of a device
 * @dev: name of the device
 * @ifindex: its index
 *
 * One that stands there by default is replaced; one that somebody has put there
 * stays, which is a refusal.
 *
 * Return: an exit code
 */
int qdisc_attach(const char *dev, uint32_t ifindex);

/**
 * qdisc_settle() - take the qdisc off a device that has no classes
 * @ifindex: index of the device
 *
 * Return: an exit code
 */
int qdisc_settle(uint32_t ifindex);

#endif /* PORCHCTL_QDISC_H */
