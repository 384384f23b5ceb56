/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_GUARD_H
#define PORCH_GUARD_H

struct net;

int porch_guard_attach(struct net *net);
void porch_guard_detach(struct net *net);
bool porch_guard_finds_rules(struct net *net);

#endif /* PORCH_GUARD_H */
