/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a test plays: a network namespace of its own with three dummy devices,
 *
 *	d0   10.0.0.1/24, 2001:db8::1/64	a port
 *	d1   10.0.1.1/24			no port
 *	d2   10.0.2.1/24			a port
 *
 * some routes over d0, two classes there, 2 below 1, and two rules for routing, which
 * have no effect as their table is empty. A chain "empty", and rules with the handles
 * 1 and 2 in the chain "forward" and 3 in the chain "web". Sets "hosts" and
 * "web" with an element each, and "unused".
 */
#ifndef UAPI_SCENE_H
#define UAPI_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* Indices of the devices */
#define PORT		"10"
#define NO_PORT		"11"
#define OTHER_PORT	"12"
#define NO_DEVICE	"13"

/* Routes that the scene has */
#define SCENE_ROUTES	4

/**
 * scene_enter() - move into a new namespace and set it up
 * @client: opened there
 *
 * What cannot be set up ends the test.
 */
void scene_enter(struct client *client);

/**
 * scene_devices() - move into a new namespace with the devices, and no more
 */
void scene_devices(void);

/**
 * scene_set_ways() - make ports and add routes
 * @client: opened in a namespace with the devices
 */
void scene_set_ways(struct client *client);

/**
 * scene_set() - the same, with chains and rules
 * @client: opened in a namespace with the devices that never had a rule
 */
void scene_set(struct client *client);

/**
 * scene_ask() - do what must succeed
 * @client: the socket
 * @cmd: of an operation
 * @text: its attributes
 *
 * What is refused ends the test.
 */
void scene_ask(struct client *client, uint8_t cmd, const char *text);

/**
 * scene_dump() - read a list
 * @client: the socket
 * @cmd: of an operation that lists things
 * @answer: is filled
 */
void scene_dump(struct client *client, uint8_t cmd, struct answer *answer);

/**
 * struct state - all that can be seen of the configuration
 * @data: ports, routes, classes, chains, all rules, sets, settings and status, generation
 *	included
 * @len: length of @data
 */
struct state {
	uint8_t *data;
	size_t len;
};

/**
 * scene_state() - read the configuration
 * @client: the socket
 *
 * Return: it; state_free() releases it.
 */
struct state scene_state(struct client *client);

bool state_equal(const struct state *a, const struct state *b);
void state_free(struct state *state);

#endif /* UAPI_SCENE_H */
