/* SPDX-License-Identifier: MIT */
#pragma once

/* What the engine knows, in the words and the layout of keepalived 2.2.7, for the programs that
 * read its dumps (behaviour 201 to 209): the data, the counters, both as JSON. What keepalived
 * prints and this engine does not have is left out of the text; the JSON has every key, with what
 * is true here. A password is never printed. Nothing of the engine is changed. */

#include "vrrp/vrrp_engine.h"

#include <time.h>

typedef enum VrrpDumpKind { VRRP_DUMP_DATA, VRRP_DUMP_STATS, VRRP_DUMP_JSON } VrrpDumpKind;

/* As localtime_r(3), which is the machine's to ask. */
typedef struct tm *VrrpLocalTime(const time_t *seconds, struct tm *ret);

typedef struct VrrpDumpTime {
	Instant now;
	uint64_t real_usec; /* what the wall clock says at `now`, since 1970 */
	VrrpLocalTime *local;
} VrrpDumpTime;

typedef struct VrrpDump {
	const VrrpEngine *engine;
	VrrpDumpTime time;
	VrrpHasAddr *has_addr; /* is an address of a router on the machine? */
	const void *data;      /* for has_addr */
} VrrpDump;

void vrrp_dump_data(const VrrpDump *d, StrBuf *out);
void vrrp_dump_stats(const VrrpEngine *e, StrBuf *out);
/* An array with an object {"data": .., "stats": ..} for each instance. */
void vrrp_dump_json(const VrrpDump *d, StrBuf *out);
/* The section of the configuration that holds for all; the supervisor has no more. */
void vrrp_dump_global(const VrrpConfig *config, StrBuf *out);

void vrrp_stats_clear(VrrpEngine *e);

/* For the files of this folder. */

#define VRRP_DUMP_PASSWORD "********" /* as many for any password */

/* Scripts, files, processes (vrrp_dump_track.c), interfaces (vrrp_dump_link.c). */
void vrrp_dump_trackers(const VrrpEngine *e, StrBuf *out);
void vrrp_dump_links(const VrrpEngine *e, StrBuf *out);
/* 'argv0' 'argv1' */
void vrrp_dump_command(const char *const *argv, StrBuf *out);
/* "10.9.0.101/24 brd 10.9.0.255 dev eth1 scope link label eth1:x set" */
void vrrp_dump_address(const AddrSpec *a, bool set, StrBuf *out);
/* "0.33": no more digits than it takes. */
void vrrp_dump_seconds(Span span, StrBuf *out);
/* When it was, or will be, on the wall clock; 0 for never. */
uint64_t vrrp_dump_real_usec(const VrrpDumpTime *t, Instant at);
/* What keepalived calls wantstate: it differs while the first result of a script is waited for. */
VrrpState vrrp_dump_want(const VrrpEngine *e, const VrrpRouter *r);

/* The counters by the names that keepalived has for them. */
typedef struct VrrpDumpStats {
	uint64_t length, ttl, type, interval, address_list;
	uint64_t auth_type, auth_mismatch, auth_failure;
} VrrpDumpStats;
VrrpDumpStats vrrp_dump_errors(const VrrpCounters *c);
