/* SPDX-License-Identifier: MIT */
#pragma once

/* The typed configuration of the VRRP engine, made by config/ and read by vrrp/. All defaults are
 * filled in and all limits hold: the engine never checks again. Everything lives in one arena. */

#include "core/floating.h"
#include "track/track_file.h"
#include "track/track_link.h"
#include "track/track_process.h"
#include "track/track_script.h"

typedef enum VrrpState {
	VRRP_INIT, /* the numbers are keepalived's, as its dumps print them */
	VRRP_BACKUP,
	VRRP_MASTER,
	VRRP_FAULT,
	VRRP_DELETED = 97,
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
	int weight; /* 0: down means FAULT */
	bool reverse;
} VrrpTrackInterface;

/* A script, file or process that an instance, or its sync group, tracks. */
typedef struct VrrpTrack {
	uint32_t index; /* into VrrpConfig.scripts, files or processes */
	int weight; /* that of the thing itself unless given here */
	bool reverse;
} VrrpTrack;

typedef struct VrrpPeer {
	IpAddr ip;
	uint8_t min_ttl, max_ttl; /* 0 and 255: any */
} VrrpPeer;

/* Who hears of a change of state (behaviour 128 to 141). A job is NULL when none was given. */
typedef struct VrrpNotifyConfig {
	const JobSpec *master, *backup, *fault, *stop, *deleted;
	const JobSpec *any; /* `notify`: four words are added */
	const JobSpec *master_rx_lower_pri;
	bool has_deleted; /* notify_deleted: DELETED instead of FAULT is reported */
	bool priority_changes;
	bool mail; /* smtp_alert */
} VrrpNotifyConfig;

typedef struct VrrpFifoConfig {
	const char *path;
	uint32_t uid, gid;
	const JobSpec *reader; /* NULL: none; its path is the last word already */
} VrrpFifoConfig;

typedef struct VrrpMailConfig {
	const char *host; /* smtp_server; NULL: no mail */
	uint16_t port;
	const char *helo, *from;
	const char *const *to;
	size_t n_to;
	Span timeout_usec;   /* smtp_connect_timeout */
	bool no_faults;	     /* no_email_faults */
	const char *program; /* sends what it reads; set by the daemon, NULL: no mail */
} VrrpMailConfig;

enum { VRRP_FIFOS = 2 }; /* notify_fifo, vrrp_notify_fifo */

typedef struct VrrpGroupConfig {
	const char *name;
	uint32_t *members; /* indexes of instances, in the order of the list */
	size_t n_members;
	VrrpNotifyConfig notify;
} VrrpGroupConfig;

typedef struct VrrpInstanceConfig {
	const char *name;
	const char *interface;
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
	bool has_source; /* mcast_src_ip, unicast_src_ip */
	IpAddr source;
	bool track_source; /* track_src_ip: FAULT while `source` is not on the interface */
	IpAddr group;	   /* multicast destination */
	VrrpPeer *peers;   /* unicast: adverts go to each of them instead of to the group */
	size_t n_peers;
	bool unicast_fault_no_peer; /* unicast was meant, but there are no peers: FAULT */
	bool check_unicast_src;	    /* only peers are listened to */
	uint8_t unicast_ttl;	    /* of packets to peers */
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
	/* What the sync group tracks is among these, for each member. */
	VrrpTrack *scripts, *files, *processes;
	size_t n_scripts, n_files, n_processes;
	const VrrpGroupConfig *sync_group; /* one of VrrpConfig.groups; NULL: none */
	VrrpNotifyConfig notify;
	FloatingConfig *floating; /* floating_ip */
	size_t n_floating;
} VrrpInstanceConfig;

typedef struct VrrpConfig {
	const char *router_id; /* the host name unless given; NULL: not known */
	IpAddr mcast_group4;
	bool dynamic_interfaces; /* an interface may be missing: FAULT until it appears */
	bool log_unknown_vrids;
	Span startup_delay_usec; /* vrrp_startup_delay: adverts are ignored for so long */
	TrackScriptConfig *scripts;
	size_t n_scripts;
	TrackFileConfig *files;
	size_t n_files;
	TrackProcessConfig *processes;
	size_t n_processes;
	TrackLinkConfig *link_delays;
	size_t n_link_delays;
	VrrpInstanceConfig *instances;
	size_t n_instances;
	VrrpGroupConfig *groups;
	size_t n_groups;
	VrrpFifoConfig fifos[VRRP_FIFOS]; /* path NULL: none */
	bool fifo_states_on_reload;	  /* fifo_write_vrrp_states_on_reload */
	VrrpMailConfig mail;
} VrrpConfig;
