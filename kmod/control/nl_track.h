/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_TRACK_H
#define PORCH_NL_TRACK_H

struct genl_info;
struct porch_track;
struct porch_track_spec;
struct sk_buff;

int porch_nl_parse_track(struct genl_info *info, struct porch_track_spec *s);
int porch_nl_fill_track(struct sk_buff *msg, const struct porch_track *t);

#endif /* PORCH_NL_TRACK_H */
