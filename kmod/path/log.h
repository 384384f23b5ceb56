/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_LOG_H
#define PORCH_LOG_H

#include <linux/porch.h>

struct porch_pkt;

void porch_log(const struct porch_pkt *p, enum porch_chain_hook hook,
	       const char *prefix);

#endif /* PORCH_LOG_H */
