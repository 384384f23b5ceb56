// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/porch.h>

#include "ops.h"
#include "scene.h"

static void die(const char *what)
{
	fprintf(stderr, "# the scene cannot be set: %s\n", what);
	exit(1);
}

/* No address that comes by itself, late. */
static const char devices[] =
	"link add name d0 index " PORT " type dummy\n"
	"link add name d1 index " NO_PORT " type dummy\n"
	"link add name d2 index " OTHER_PORT " type dummy\n"
	"link set d0 addrgenmode none\n"
	"link set d1 addrgenmode none\n"
	"link set d2 addrgenmode none\n"
	"link set d0 up\n"
	"link set d1 up\n"
	"link set d2 up\n"
	"addr add 10.0.0.1/24 dev d0\n"
	"addr add 10.0.1.1/24 dev d1\n"
	"addr add 10.0.2.1/24 dev d2\n"
	"addr add 2001:db8::1/64 dev d0 nodad\n";

void scene_devices(void)
{
	FILE *ip;

	if (unshare(CLONE_NEWNET))
		die("no network namespace");
	ip = popen("ip -b -", "w");
	if (!ip || fputs(devices, ip) < 0 || pclose(ip))
		die("no devices");
}

void scene_ask(struct client *client, uint8_t cmd, const char *text)
{
	struct request request = op_request(op_find(cmd), text);
	struct answer answer;

	client_call(client, &request, &answer);
	if (answer.error) {
		fprintf(stderr, "# %s %s: %d %s\n", op_find(cmd)->name, text, answer.error,
			answer.text);
		die("a request is refused");
	}
	answer_free(&answer);
}

void scene_set_ways(struct client *client)
{
	scene_ask(client, PORCH_CMD_PORT_ADD, "ifindex=" PORT);
	scene_ask(client, PORCH_CMD_PORT_ADD, "ifindex=" OTHER_PORT);
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.1.0.0 prefix-len=16 oif=" PORT);
	scene_ask(client, PORCH_CMD_ROUTE_ADD,
		  "dst=10.2.0.0 prefix-len=16 gateway=10.0.0.2 oif=" PORT);
	scene_ask(client, PORCH_CMD_ROUTE_ADD, "dst=10.3.0.0 prefix-len=16 type=1");
	scene_ask(client, PORCH_CMD_ROUTE_ADD,
		  "dst=2001:db8:1:: prefix-len=48 gateway=2001:db8::2 oif=" PORT);
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=100 table=9 iif=" PORT);
	scene_ask(client, PORCH_CMD_ROUTE_RULE_ADD, "pref=101 table=9");
	scene_ask(client, PORCH_CMD_LANE_ADD, "pref=100 lane=1 in=" PORT);
	scene_ask(client, PORCH_CMD_LANE_ADD, "pref=101 lane=3");
	scene_ask(client, PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=1 ceil=1000000");
	scene_ask(client, PORCH_CMD_CLASS_ADD, "ifindex=" PORT " id=2 parent=1");
}

/* The first flow, by a port on which nobody is asked for a neighbour */
static void make_flow(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = inet_addr("10.0.0.9"),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
		die("a datagram is not sent");
	close(fd);
}

void scene_set(struct client *client)
{
	scene_set_ways(client);
	scene_ask(client, PORCH_CMD_CHAIN_ADD, "name=empty");
	scene_ask(client, PORCH_CMD_CHAIN_ADD, "name=web");
	scene_ask(client, PORCH_CMD_SET_ADD, "name=hosts type=0");
	scene_ask(client, PORCH_CMD_SET_ADD, "name=web type=1");
	scene_ask(client, PORCH_CMD_SET_ADD, "name=unused type=0");
	scene_ask(client, PORCH_CMD_ELEMENT_ADD, "set=hosts addr=10.1.0.0 prefix-len=16");
	scene_ask(client, PORCH_CMD_ELEMENT_ADD, "set=web addr=10.0.0.9 port=443");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward proto=6 dport=80 action=4 jump=web");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=forward dst=10.1.0.0 dst-len=16 count");
	scene_ask(client, PORCH_CMD_RULE_ADD, "chain=web in=" PORT " action=1");
	/* It is to outlive the slowest test. */
	scene_ask(client, PORCH_CMD_TRACK_SET, "udp=3600");
	make_flow();
}

void scene_enter(struct client *client)
{
	scene_devices();
	if (client_open(client))
		die("no netlink family");
	scene_set(client);
}

void scene_dump(struct client *client, uint8_t cmd, struct answer *answer)
{
	struct request request = op_request(op_find(cmd), "");

	request.flags = NLM_F_REQUEST | NLM_F_DUMP;
	client_call(client, &request, answer);
}

static void add(struct state *state, struct answer *answer)
{
	state->data = realloc(state->data, state->len + answer->len);
	memcpy(state->data + state->len, answer->data, answer->len);
	state->len += answer->len;
	answer_free(answer);
}

static void add_reply(struct state *state, struct client *client, uint8_t cmd)
{
	struct request request = op_request(op_find(cmd), "");
	struct answer answer;

	client_call(client, &request, &answer);
	add(state, &answer);
}

static void add_list(struct state *state, struct client *client, uint8_t cmd)
{
	struct answer answer;

	scene_dump(client, cmd, &answer);
	add(state, &answer);
}

struct state scene_state(struct client *client)
{
	struct state state = {};

	add_list(&state, client, PORCH_CMD_PORT_GET);
	add_list(&state, client, PORCH_CMD_ROUTE_GET);
	add_list(&state, client, PORCH_CMD_ROUTE_RULE_GET);
	add_list(&state, client, PORCH_CMD_CHAIN_GET);
	add_list(&state, client, PORCH_CMD_RULE_GET);
	add_list(&state, client, PORCH_CMD_SET_GET);
	add_list(&state, client, PORCH_CMD_ELEMENT_GET);
	add_list(&state, client, PORCH_CMD_CLASS_GET);
	add_list(&state, client, PORCH_CMD_LANE_GET);
	add_reply(&state, client, PORCH_CMD_ENGINE_GET);
	add_reply(&state, client, PORCH_CMD_TRACK_GET);
	add_reply(&state, client, PORCH_CMD_STATUS_GET);
	return state;
}

bool state_equal(const struct state *a, const struct state *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

void state_free(struct state *state)
{
	free(state->data);
	*state = (struct state) {};
}
