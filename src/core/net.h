/* SPDX-License-Identifier: MIT */
#pragma once

/* The network as the engines see it: links and the addresses that were on them before us. */

#include "base/ip.h"
#include "base/vec.h"
#include "core/limits.h"

/* A floating address as configured. Strings are borrowed from the configuration. */
typedef struct AddrSpec {
	IpAddr ip;
	uint8_t prefix_len;
	uint8_t scope; /* rtnetlink's RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host */
	bool has_broadcast;
	IpAddr broadcast;
	const char *dev;   /* interface name */
	const char *label; /* NULL: none */
} AddrSpec;

enum { ADDR_TEXT_SIZE = IP_TEXT_SIZE + 4 };
/* "192.0.2.1/24" */
const char *addr_spec_text(const AddrSpec *a, char buffer[static ADDR_TEXT_SIZE]);

typedef struct LinkAddr {
	IpAddr ip;
	uint8_t prefix_len;
} LinkAddr;

typedef struct Link {
	uint32_t ifindex;
	char name[LIMIT_IFNAME];
	bool up;      /* IFF_UP and IFF_RUNNING, both */
	bool noarp;   /* IFF_NOARP: no announcements */
	bool stale;   /* not told again yet since EVENT_RESYNC */
	uint32_t mtu; /* bytes */
	uint8_t hw[6];
	/* Foreign addresses only, in the kernel's order: the first of a family is the source. */
	VEC(LinkAddr) addrs;
} Link;

typedef struct LinkTable {
	VEC(Link) links;
} LinkTable;

void link_table_free(LinkTable *t);
/* Adds or changes, but for the addresses. Borrowed, good until the next set or del; NULL when the
 * table is full. A link that was renamed must be taken out first. */
Link *link_table_set(LinkTable *t, const Link *seen);
void link_table_del(LinkTable *t, Link *l);
Link *link_by_index(const LinkTable *t, uint32_t ifindex);
Link *link_by_name(const LinkTable *t, const char *name);
void link_add_addr(Link *l, const IpAddr *ip, uint8_t prefix_len);
void link_del_addr(Link *l, const IpAddr *ip, uint8_t prefix_len);
/* The first address of the family, NULL when there is none. */
const IpAddr *link_source(const Link *l, IpFamily family);
