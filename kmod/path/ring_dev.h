/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_RING_DEV_H
#define PORCH_RING_DEV_H

int porch_ring_dev_register(void);
void porch_ring_dev_unregister(void);

#endif /* PORCH_RING_DEV_H */
