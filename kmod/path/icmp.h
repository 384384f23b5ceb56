/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_ICMP_H
#define PORCH_ICMP_H

#include "core/tbucket.h"

struct porch_vec;

/**
 * struct porch_icmp - what limits the ICMP errors of one CPU
 * @all: the bucket for all of them
 * @rate: of @all, after the setting @icmp_rate
 * @icmp_rate: the setting that @rate was made from
 * @one: the rate for one receiver
 * @receivers: a bucket for each receiver of late
 */
struct porch_icmp {
	struct porch_tbucket all;
	struct porch_tbucket_rate rate;
	u32 icmp_rate;
	struct porch_tbucket_rate one;
	struct porch_tbucket_set *receivers;
};

int porch_icmp_init(struct porch_icmp *ic);
void porch_icmp_fini(struct porch_icmp *ic);
bool porch_icmp(struct porch_icmp *ic, struct porch_vec *v,
		struct porch_vec *own);

#endif /* PORCH_ICMP_H */
