/* SPDX-License-Identifier: MIT */
#pragma once

/* One virtual router: the state machine of RFC 9568, 6.4 with keepalived's extensions (nopreempt,
 * preempt_delay, FAULT). A function of its inputs and of time: it sends nothing itself. */

#include "vrrp/vrrp_packet.h"

typedef struct VrrpCounters {
	uint64_t adverts_received, adverts_sent;
	uint64_t became_master, released_master;
	uint64_t zero_received, zero_sent;
	uint64_t address_list; /* accepted though the list differs */
	uint64_t rejected[VRRP_REJECTS];
} VrrpCounters;

typedef struct VrrpRouter {
	const VrrpInstanceConfig *config; /* borrowed */
	uint32_t id;			  /* index of the instance; owner of its addresses */
	VrrpState state;
	uint8_t priority; /* effective */
	Instant due;	  /* MASTER: the next advert; BACKUP: master down; else never */
	/* Where we are, from the links. */
	uint32_t ifindex;    /* 0: the interface is not there */
	uint32_t next;	     /* the next router with this interface and VRID; VRRP_NOBODY: none */
	IpAddr source;	     /* the last one known; family IP_NONE: none yet */
	bool has_source;     /* it is there now */
	bool deaf;	     /* it could not listen: it would hear no master */
	bool listens;	     /* deaf, and listens anew: not in vain unless that is said at once */
	size_t n_advertised; /* config->n_advertised, or what the MTU leaves */
	uint16_t ip_id;
	uint8_t penalty; /* of floating addresses that cannot be had */
	/* Who is master, as far as BACKUP knows. */
	IpAddr master; /* IP_NONE: nobody was heard */
	uint8_t master_priority;
	Instant master_heard;
	Span master_advert_usec; /* version 3 takes it from the master (RFC 9568, 6.1) */
	bool resigned;		 /* the master's last word was priority 0 */
	Instant down_since;	 /* when the wait for a master began */
	Instant deaf_until;	 /* vrrp_startup_delay: no wait begins before (behaviour 31) */
	Instant preempt_at;	 /* preempt_delay runs until then; INSTANT_NEVER: not running */
	bool lower_heard;	 /* a master of lower priority is being waited out */
	bool wishes; /* BACKUP: would be MASTER if the other members of its group would */
	/* One line for each kind of trouble until the master or the state changes. */
	uint32_t traced_rejects;
	bool traced_lower, traced_list, traced_interval;
	TraceRecord fault; /* the first of its own; those of its group are not among them */
	/* For people. */
	Instant changed;
	TraceRecord cause;
	VrrpCounters counters;
	/* For vrrp_notify.c: of which state scripts and mails spoke last. */
	VrrpState notified, mailed;
} VrrpRouter;

typedef enum VrrpInputKind {
	VRRP_IN_START, /* cause: the fault, or none */
	VRRP_IN_STOP,
	VRRP_IN_DELETE,	  /* a reload has no such instance any more */
	VRRP_IN_TIMER,	  /* now >= due */
	VRRP_IN_ADVERT,	  /* an accepted packet */
	VRRP_IN_FAULT,	  /* cause: the first fault */
	VRRP_IN_CLEAR,	  /* no fault is left */
	VRRP_IN_PRIORITY, /* the effective priority is now this */
	VRRP_IN_VIP_LOST, /* cause: an address of ours was removed by another program */
	/* From the sync group, with the cause. */
	VRRP_IN_GROUP_WAIT,	/* now >= due, but others do not want to be MASTER */
	VRRP_IN_GROUP_MASTER,	/* every member wants to be */
	VRRP_IN_GROUP_BACKUP,	/* another member gave way */
	VRRP_IN_GROUP_RESIGN,	/* another member resigned */
	VRRP_IN_GROUP_ANNOUNCE, /* another member heard a lower master */
} VrrpInputKind;

typedef struct VrrpInput {
	VrrpInputKind kind;
	const VrrpAdvert *advert;
	uint8_t priority;
	TraceRecord cause;
	bool later; /* VRRP_IN_GROUP_BACKUP: stand again one advert later than usual */
} VrrpInput;

#define VRRP_NOBODY UINT32_MAX

/* The destination of packets that are for this router: the group, or its own address. */
const IpAddr *vrrp_router_hears(const VrrpRouter *r);

void vrrp_router_init(VrrpRouter *r, const VrrpInstanceConfig *config, uint32_t id);
void vrrp_fsm_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out);
/* Something is awaited whose first word is still out: a silent FAULT (behaviour 113). */
bool vrrp_fault_pending(TraceReason reason);
/* Interface index or source have changed: what the supervisor would say must follow. */
void vrrp_fsm_moved(const VrrpRouter *r, Effects *out);
const char *vrrp_state_name(VrrpState state);

/* Skew_Time: version 2 is a part of one second (RFC 3768, 6.1), version 3 a part of the master's
 * interval (RFC 9568, 6.1). */
Span vrrp_skew_usec(const VrrpRouter *r, uint8_t priority);
/* Master_Down_Interval (Active_Down_Interval in RFC 9568). */
Span vrrp_master_down_usec(const VrrpRouter *r);
