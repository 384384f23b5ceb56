/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORCH_SET_H
#define PORCH_SET_H

#include <linux/list.h>
#include <linux/porch.h>
#include "control/config.h"
#include "core/lpm.h"

/**
 * struct porch_set_ports - the ports of one address of a set; immutable once
 *	published
 * @link: in the edit that brings or removes it, or with the generation that
 *	retires it; else empty
 * @n: how many
 * @port: the ports in ascending order, host byte order
 */
struct porch_set_ports {
	struct list_head link;
	u32 n;
	u16 port[];
};

/**
 * struct porch_set_edit - the making of the next version of a set
 * @v4: IPv4
 * @v6: IPv6
 * @added: ports that exist in the next version only
 * @removed: ports that the next version no longer has
 */
struct porch_set_edit {
	struct porch_lpm_edit v4;
	struct porch_lpm_edit v6;
	struct list_head added;
	struct list_head removed;
};

/**
 * struct porch_set - a named set of addresses; immutable once published
 * @name: its name
 * @id: its number
 * @type: what its elements are
 * @gone: it is retired with all that is in it, not for a later version
 * @gen: the generation that brought this version of it
 * @n: how many elements it has
 * @v4: IPv4 prefixes; the values are struct porch_set_ports, if of that type
 * @v6: IPv6 prefixes, likewise
 * @edit: while the edit that brings this version is open, else NULL
 * @link: in the edit that removes it, or with the generation that retires it;
 *	else empty
 */
struct porch_set {
	char name[PORCH_RULE_NAME_LEN];
	u16 id;
	enum porch_set_type type;
	bool gone;
	u32 gen;
	u32 n;
	struct porch_lpm v4;
	struct porch_lpm v6;
	struct porch_set_edit *edit;
	struct list_head link;
};

/**
 * struct porch_set_spec - a set as a request describes it
 * @name: its name
 * @type: what its elements are
 */
struct porch_set_spec {
	char name[PORCH_RULE_NAME_LEN];
	enum porch_set_type type;
};

/**
 * struct porch_element_spec - an element as a request describes it
 * @set: name of the set
 * @addr: address or prefix
 * @family: AF_INET or AF_INET6
 * @plen: length of the prefix in bits
 * @has_port: @port was given
 * @port: port, host byte order
 */
struct porch_element_spec {
	char set[PORCH_RULE_NAME_LEN];
	union porch_addr addr;
	u8 family;
	u8 plen;
	bool has_port;
	u16 port;
};

/**
 * struct porch_set_pos - a place in the order of a set's elements
 * @pos: of the prefix
 * @v6: it is an IPv6 prefix
 * @port: index of the next port of that prefix; 0 if all were there
 *
 * Zero it to begin with.
 */
struct porch_set_pos {
	struct porch_lpm_pos pos;
	bool v6;
	u32 port;
};

struct porch_fault;
struct porch_ruleset;

int porch_set_insert(struct porch_edit *e, const struct porch_set_spec *s,
		     struct porch_fault *fault);
int porch_set_remove(struct porch_edit *e, const struct porch_set_spec *s,
		     struct porch_fault *fault);
int porch_element_insert(struct porch_edit *e,
			 const struct porch_element_spec *s,
			 struct porch_fault *fault);
int porch_element_remove(struct porch_edit *e,
			 const struct porch_element_spec *s,
			 struct porch_fault *fault);

void porch_set_publish(struct porch_edit *e, struct porch_config *old);
void porch_set_abort(struct porch_edit *e);
void porch_set_free_retired(struct porch_config *cfg);
void porch_set_free(struct porch_set *set);

struct porch_set *porch_set_find(const struct porch_ruleset *rs,
				 const char *name);
bool porch_set_has(const struct porch_set *set, u8 ipver, const void *addr,
		   u16 port);
bool porch_set_next(const struct porch_set *set, struct porch_set_pos *pos,
		    struct porch_element_spec *element);

#endif /* PORCH_SET_H */
