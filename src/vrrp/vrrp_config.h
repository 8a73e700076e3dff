/* SPDX-License-Identifier: MIT */
#pragma once

/* The typed configuration of the VRRP engine, made by config/ and read by vrrp/. All defaults are
 * filled in and all limits hold: the engine never checks again. Everything lives in one arena. */

#include "track/track_script.h"

typedef enum VrrpState {
	VRRP_INIT, /* the numbers are keepalived's, as its dumps print them */
	VRRP_BACKUP,
	VRRP_MASTER,
	VRRP_FAULT,
	VRRP_STOP = 98,
} VrrpState;

typedef enum VrrpAuth { VRRP_AUTH_NONE = 0, VRRP_AUTH_PASS = 1 } VrrpAuth;

enum {
	VRRP_PRIORITY_OWNER = 255, /* RFC 9568, 5.2.4 */
	VRRP_PRIORITY_DEFAULT = 100,
	VRRP_PRIORITY_STOP = 0,
	VRRP_AUTH_SIZE = 8, /* RFC 2338, 5.3.10 */
};

typedef struct VrrpTrackInterface {
	const char *name;
	SourcePos pos;
	int weight; /* 0: down means FAULT */
	bool reverse;
} VrrpTrackInterface;

typedef struct VrrpTrackScript {
	uint32_t script; /* index into VrrpConfig.scripts */
	SourcePos pos;
	int weight; /* the script's own unless given here */
	bool reverse;
} VrrpTrackScript;

typedef struct VrrpInstanceConfig {
	const char *name;
	SourcePos pos;
	const char *interface;
	SourcePos interface_pos;
	uint8_t vrid;
	uint8_t priority; /* base */
	uint8_t version;  /* 2 or 3 */
	IpFamily family;
	bool want_master;	     /* `state MASTER`, or no state and priority 255 */
	Span advert_usec;	     /* whole seconds in version 2, 10 ms steps in version 3 */
	uint32_t down_timer_adverts; /* adverts that may be missed, 3 */
	bool nopreempt;
	Span preempt_delay_usec;
	VrrpAuth auth_type; /* version 2 only */
	uint8_t auth_data[VRRP_AUTH_SIZE];
	bool has_source; /* mcast_src_ip */
	IpAddr source;
	IpAddr group; /* multicast destination */
	bool dont_track_primary;
	bool lower_prio_no_advert;
	bool higher_prio_send_advert;
	AnnouncePlan garp;
	AnnouncePlan garp_lower_prio; /* after an advert of lower priority */
	AddrSpec *vips;		      /* virtual_ipaddress, then virtual_ipaddress_excluded */
	size_t n_vips;
	size_t n_advertised; /* the first so many stand in adverts */
	VrrpTrackInterface *interfaces;
	size_t n_interfaces;
	VrrpTrackScript *scripts;
	size_t n_scripts;
} VrrpInstanceConfig;

typedef struct VrrpConfig {
	const char *router_id; /* NULL: the host name */
	IpAddr mcast_group4;
	bool dynamic_interfaces; /* an interface may be missing: FAULT until it appears */
	bool log_unknown_vrids;
	Span startup_delay_usec; /* vrrp_startup_delay: adverts are ignored for so long */
	TrackScriptConfig *scripts;
	size_t n_scripts;
	VrrpInstanceConfig *instances;
	size_t n_instances;
} VrrpConfig;
