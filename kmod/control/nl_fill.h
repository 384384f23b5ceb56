/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_NL_FILL_H
#define PORCH_NL_FILL_H

struct porch_port;
struct porch_route;
struct porch_settings;
struct sk_buff;

int porch_nl_fill_port(struct sk_buff *msg, const struct porch_port *port);
int porch_nl_fill_route(struct sk_buff *msg, const struct porch_route *r);
int porch_nl_fill_settings(struct sk_buff *msg, const struct porch_settings *s);

#endif /* PORCH_NL_FILL_H */
