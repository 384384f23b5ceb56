/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_H
#define PORCH_NL_H

#include <linux/types.h>

struct genl_family;
struct genl_info;
struct netlink_callback;
struct porch_net;
struct sk_buff;

extern struct genl_family porch_family;

struct porch_net *porch_nl_instance(const struct genl_info *info);
int porch_nl_check_permission(struct sk_buff *skb, struct genl_info *info);
int porch_nl_change(struct sk_buff *skb, struct genl_info *info);
struct sk_buff *porch_nl_reply_new(struct genl_info *info, void **hdr);
int porch_nl_reply(struct genl_info *info, struct sk_buff *msg, void *hdr,
		   int err);
int porch_nl_check_dump(const struct netlink_callback *cb);
void *porch_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

int porch_nl_register(void);
void porch_nl_unregister(void);

#endif /* PORCH_NL_H */
