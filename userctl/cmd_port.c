// SPDX-License-Identifier: GPL-2.0
#include <linux/porch.h>

#include "cmd.h"

enum { DEV, HOOK, VRF, FORCE };

static const struct arg add_args[] = {
	[DEV] = { ARG_DEV, .value = "DEV", .required = true, .help = "network device" },
	[HOOK] = { ARG_WORD, "hook", "HOOK", .words = port_hooks, .def = "auto",
		   .help = "where its packets are taken" },
	[VRF] = { ARG_U32, "vrf", "N",
		  .help = "VRF that it is in: the routing table for its packets, up to 65535" },
	[FORCE] = { ARG_FLAG, "force", .help = "though there are xfrm policies" },
	{ }
};

static const struct arg del_args[] = {
	[DEV] = { ARG_PORT, .value = "DEV", .required = true, .help = "network device" },
	{ }
};

static const struct arg show_args[] = {
	[DEV] = { ARG_PORT, .value = "DEV", .help = "only this port" },
	{ }
};

static int port_add(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_PORT_ADD);
	ipc_put_u32(ctl->ipc, PORCH_A_PORT_IFINDEX, values[DEV].num);
	if (values[HOOK].word)
		ipc_put_u8(ctl->ipc, PORCH_A_PORT_HOOK, values[HOOK].num);
	if (values[VRF].word)
		ipc_put_u32(ctl->ipc, PORCH_A_PORT_VRF, values[VRF].num);
	if (values[FORCE].word)
		ipc_put(ctl->ipc, PORCH_A_PORT_FORCE, NULL, 0);
	return ctl_call(ctl, &port_attrs, NULL, NULL);
}

static int port_del(struct ctl *ctl, const struct value *values)
{
	ipc_request(ctl->ipc, PORCH_CMD_PORT_DEL);
	ipc_put_u32(ctl->ipc, PORCH_A_PORT_IFINDEX, values[DEV].num);
	return ctl_call(ctl, &port_attrs, NULL, NULL);
}

void show_port_name(struct show *show, const struct reply *reply)
{
	show_attr(show, reply, PORCH_A_PORT_IFINDEX, NULL);
	show_attr(show, reply, PORCH_A_PORT_IFNAME, "%s");
}

static void show_port(const struct reply *reply, void *arg)
{
	struct ctl *ctl = arg;
	struct show *show = &ctl->show;

	show_row_begin(show);
	show_attr(show, reply, PORCH_A_PORT_IFINDEX, "%s: ");
	show_attr(show, reply, PORCH_A_PORT_IFNAME, "%s");
	show_attr(show, reply, PORCH_A_PORT_HOOK, " hook %s");
	show_attr(show, reply, PORCH_A_PORT_VRF, " vrf %s");
	show_attr(show, reply, PORCH_A_PORT_FORCE, " force");
	if (ctl->stats) {
		show_attr(show, reply, PORCH_A_PORT_RX_PACKETS, "\n    rx    %12s packets");
		show_attr(show, reply, PORCH_A_PORT_RX_BYTES, " %16s bytes");
		show_attr(show, reply, PORCH_A_PORT_TX_PACKETS, "\n    tx    %12s packets");
		show_attr(show, reply, PORCH_A_PORT_TX_BYTES, " %16s bytes");
		show_attr(show, reply, PORCH_A_PORT_LOCAL_PACKETS, "\n    local %12s packets");
		show_attr(show, reply, PORCH_A_PORT_LOCAL_BYTES, " %16s bytes");
		show_attr(show, reply, PORCH_A_PORT_DROPS, "\n    drops %12s packets");
	}
	show_row_end(show);
}

static int port_show(struct ctl *ctl, const struct value *values)
{
	if (values[DEV].word) {
		ipc_request(ctl->ipc, PORCH_CMD_PORT_GET);
		ipc_put_u32(ctl->ipc, PORCH_A_PORT_IFINDEX, values[DEV].num);
	} else {
		ipc_request_dump(ctl->ipc, PORCH_CMD_PORT_GET);
	}
	return ctl_call_list(ctl, &port_attrs, show_port, ctl);
}

static void save_port(struct show *show, const struct reply *reply)
{
	show_row_begin(show);
	show_attr(show, reply, PORCH_A_PORT_IFNAME, "port add %s");
	show_attr(show, reply, PORCH_A_PORT_HOOK, " hook %s");
	show_attr(show, reply, PORCH_A_PORT_VRF, " vrf %s");
	show_attr(show, reply, PORCH_A_PORT_FORCE, " force");
	show_row_end(show);
}

static const struct state state = { PORCH_CMD_PORT_GET, .set = &port_attrs, .save = save_port };

static const struct verb verbs[] = {
	{ "show", "show the ports; -s adds their counters", show_args, .run = port_show },
	{ "add", "attach a device, which becomes a port", add_args, .change = true,
	  .undo = "del", .run = port_add },
	{ "del", "detach a port, which becomes an ordinary device again", del_args,
	  .change = true, .run = port_del },
	{ }
};

const struct object port_object = {
	"port", "devices whose packets take this path", verbs,
	"Packets that arrive on a port are routed by Porch, not by the stock stack.\n"
	"Those for this machine, and those that only the stock stack understands, are\n"
	"given back to it.\n"
	"What is forwarded meets neither the host's forward rules of nftables and\n"
	"iptables, nor its connection tracking, NAT, IPsec policies and policy routing.\n"
	"The tool says so where there are such rules, and where there are IPsec (xfrm)\n"
	"policies, it wants the word force. If they come later, porchctl status says so.\n"
	"Packets are taken by the receive handler of the device (rx). Where that belongs\n"
	"to a bridge, a bond or a macvlan, a netfilter hook (nf) takes what is for the\n"
	"device's own address; auto takes rx if it is free. Below an ipvlan, a macvlan of\n"
	"mode passthru or source, and in a VRF of the kernel's, a device cannot be a port.\n"
	"The packets of a port in a VRF are routed by the table of the VRF's number, and\n"
	"by no other. A port stays in its VRF until it is detached. The addresses of this\n"
	"machine are local on all ports, whatever their VRF.\n"
	"A device that goes away, or moves to another namespace, is detached.\n",
	&state,
};
