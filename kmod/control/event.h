/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_EVENT_H
#define PORCH_EVENT_H

struct porch_config;
struct porch_edit;
struct porch_net;

void porch_event_start(void);
void porch_event_stop(void);
void porch_event_send(const struct porch_edit *e,
		      const struct porch_config *old);
void porch_event_lose(const struct porch_net *pn);

#endif /* PORCH_EVENT_H */
