/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_LOCAL_H
#define PORCH_LOCAL_H

struct porch_net;

int porch_local_register(void);
void porch_local_unregister(void);
void porch_local_init(struct porch_net *pn);
void porch_local_fini(struct porch_net *pn);
void porch_local_changed(struct porch_net *pn);
void porch_local_flush(struct porch_net *pn);

#endif /* PORCH_LOCAL_H */
