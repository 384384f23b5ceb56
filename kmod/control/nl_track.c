// SPDX-License-Identifier: GPL-2.0
/*
 * How flows are followed: from attributes to a specification and back.
 */
#include <net/genetlink.h>
#include "control/config.h"
#include "control/nl.h"
#include "control/nl_gen.h"
#include "control/nl_track.h"
#include "control/track.h"
#include "net.h"

/**
 * porch_nl_parse_track() - read a request that changes how flows are followed
 * @info: the request
 * @s: where what it says goes, zeroed
 *
 * Return: 0 or -EINVAL.
 */
int porch_nl_parse_track(struct genl_info *info, struct porch_track_spec *s)
{
	u32 *value;
	int attr;

	if (info->attrs[PORCH_A_TRACK_LOOSE]) {
		s->value.conn.loose =
			nla_get_u8(info->attrs[PORCH_A_TRACK_LOOSE]);
		__set_bit(PORCH_A_TRACK_LOOSE, &s->given);
	}
	for (attr = 1; attr <= PORCH_A_TRACK_MAX; attr++) {
		value = porch_track_value(&s->value, attr);
		if (!value || !info->attrs[attr])
			continue;
		*value = nla_get_u32(info->attrs[attr]);
		__set_bit(attr, &s->given);
	}
	if (!s->given) {
		NL_SET_ERR_MSG(info->extack, "no setting is named");
		return -EINVAL;
	}
	return 0;
}

/**
 * porch_nl_fill_track() - how flows are followed
 * @msg: where to
 * @t: the settings
 *
 * Return: 0 or -EMSGSIZE.
 */
int porch_nl_fill_track(struct sk_buff *msg, const struct porch_track *t)
{
	const u32 *value;
	int attr;

	if (nla_put_u8(msg, PORCH_A_TRACK_LOOSE, t->conn.loose))
		return -EMSGSIZE;
	for (attr = 1; attr <= PORCH_A_TRACK_MAX; attr++) {
		value = porch_track_value((struct porch_track *)t, attr);
		if (value && nla_put_u32(msg, attr, *value))
			return -EMSGSIZE;
	}
	return 0;
}

int porch_nl_track_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct porch_track track;
	struct sk_buff *msg;
	void *hdr;

	msg = porch_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	track = rcu_dereference(porch_nl_instance(info)->config)->track;
	rcu_read_unlock();
	return porch_nl_reply(info, msg, hdr, porch_nl_fill_track(msg, &track));
}

int porch_nl_track_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return porch_nl_change(skb, info);
}
