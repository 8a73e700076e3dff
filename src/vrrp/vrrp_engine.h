/* SPDX-License-Identifier: MIT */
#pragma once

/* vrrp: the VRRP engine, all routers of one configuration (RFC 3768, RFC 9568, and what keepalived
 * adds to them). It finds the router that a packet is for, turns links and checks into faults and
 * priorities, and keeps the timers. It never touches the machine: everything it wants done is an
 * effect. */

#include "base/map.h"
#include "base/timerq.h"
#include "core/event.h"
#include "core/status.h"
#include "vrrp/vrrp_fsm.h"

typedef struct VrrpGroup {
	const VrrpGroupConfig *config; /* borrowed */
	VrrpState state;	       /* as it was told last; INIT: not yet */
	bool following;		       /* members are being taken along: they take nobody else */
	VrrpState mailed;	       /* of which a mail spoke last */
} VrrpGroup;

typedef struct VrrpEngine {
	const VrrpConfig *config; /* borrowed */
	const LinkTable *links;	  /* borrowed from the node */
	VrrpRouter *routers;	  /* one for each instance, same index */
	TrackScript *scripts;	  /* one for each script, same index */
	TrackFile *files;	  /* likewise */
	TrackProcess *processes;
	TrackLink *links_delayed; /* one for each of config->link_delays */
	VrrpGroup *groups;	  /* one for each sync group */
	TimerQ timers;		  /* one for each router */
	TimerQ checks;		  /* one for each script: adverts do not wait for them */
	Instant listen_again;	  /* when deaf routers try anew; INSTANT_NEVER: none is deaf */
	Instant hears;		  /* when those that listen anew are deaf no more; likewise */
	Map by_key;		  /* (ifindex, vrid, family) -> the first router; VrrpRouter.next */
	Instant deaf_until;	  /* vrrp_startup_delay */
	bool running;
	Arena kept; /* words of a configuration that is gone: why a router is in its state */
	uint64_t unknown_vrid, malformed;
} VrrpEngine;

void vrrp_engine_init(VrrpEngine *e, const VrrpConfig *config, const LinkTable *links);
void vrrp_engine_free(VrrpEngine *e);

/* All links are known: begin. */
void vrrp_engine_start(VrrpEngine *e, Instant now, Effects *out);
/* Every router stops; nothing is due any more. */
void vrrp_engine_stop(VrrpEngine *e, Instant now, Effects *out);
/* The link of this name, or its addresses, changed. */
void vrrp_engine_link(VrrpEngine *e, const char *name, Instant now, Effects *out);
/* Does any router stand on this link or look at it? */
bool vrrp_engine_uses_link(const VrrpEngine *e, const char *name);
/* `group`, or an address of ours, cannot be listened to on this link: whoever hears no master must
 * not become one. */
void vrrp_engine_deaf(
	VrrpEngine *e, uint32_t ifindex, const IpAddr *group, Instant now, Effects *out);
void vrrp_engine_packet(VrrpEngine *e, const EventPacket *p, Instant now, Effects *out);
void vrrp_engine_timer(VrrpEngine *e, Instant now, Effects *out);
void vrrp_engine_check_done(
	VrrpEngine *e, uint32_t script, const JobResult *result, Instant now, Effects *out);
void vrrp_engine_file(VrrpEngine *e, const EventFile *event, Instant now, Effects *out);
void vrrp_engine_process(VrrpEngine *e, const EventProcess *p, Instant now, Effects *out);
void vrrp_engine_process_gone(VrrpEngine *e, int32_t pid, Instant now, Effects *out);
void vrrp_engine_processes_told(VrrpEngine *e, Instant now, Effects *out);
/* Another program removed an address that router `id` holds. */
void vrrp_engine_addr_lost(
	VrrpEngine *e, uint32_t id, const AddrSpec *addr, Instant now, Effects *out);
/* So much less than the configured priority, for what is not the engine's to watch. */
void vrrp_engine_penalty(VrrpEngine *e, uint32_t id, uint8_t penalty, Instant now, Effects *out);
Instant vrrp_engine_next_due(VrrpEngine *e);

/* Reload by difference (vrrp_reload.c). For each thing of the new configuration the one that it goes
 * on from, by index. */
#define VRRP_NEW UINT32_MAX
typedef struct VrrpReload {
	const VrrpConfig *from, *to;
	uint32_t *instances, *scripts, *files, *processes, *links, *groups;
	/* Whose notifications those of the instance follow: as `instances`, but one that is made
	 * anew under its name follows the old one. */
	uint32_t *told;
} VrrpReload;

/* Instances by what makes them one on the wire: VRID, family, interface, unicast source or group
 * (behaviour 151); everything else by name. In the arena. */
VrrpReload vrrp_reload_match(const VrrpConfig *from, const VrrpConfig *to, Arena *arena);
/* The instances that the new configuration does not have resign and are reported as gone. */
void vrrp_engine_retire(VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out);
/* `e` is fresh (vrrp_engine_init) and goes on where `old` is. Its effects speak of new indexes. */
void vrrp_engine_adopt(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out);
/* For vrrp_reload.c: where the router stands now; what a router that is new must know before any
 * begins; and its beginning (vrrp_engine.c). */
void vrrp_engine_bind(VrrpEngine *e, VrrpRouter *r, Effects *out);
/* Nobody listens to this any more, unless another router does. */
void vrrp_engine_unlisten(VrrpEngine *e, uint32_t ifindex, const IpAddr *group, Effects *out);
void vrrp_engine_prepare(VrrpEngine *e, VrrpRouter *r, Effects *out);
void vrrp_engine_begin(VrrpEngine *e, VrrpRouter *r, Instant now, Effects *out);

/* The nth fault of a router (0: the one that counts), reason TRACE_NONE when it has no more
 * (vrrp_health.c). */
TraceRecord vrrp_health_fault(const VrrpEngine *e, const VrrpRouter *r, size_t nth);
/* Base priority and what the trackers add, within 1..254; 255 is never altered (behaviour 6). */
uint8_t vrrp_health_priority(const VrrpEngine *e, const VrrpRouter *r);

/* The trackers that are no scripts (vrrp_trackers.c). */
void vrrp_trackers_init(VrrpEngine *e);
void vrrp_trackers_free(VrrpEngine *e);
/* Asks for the reports. */
void vrrp_trackers_start(VrrpEngine *e, Effects *out);
void vrrp_trackers_stop(VrrpEngine *e, Effects *out);
/* A reload: `e` goes on from what `old` knows. */
void vrrp_trackers_adopt(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out);
void vrrp_trackers_timer(VrrpEngine *e, Instant now, Effects *out);
Instant vrrp_trackers_next_due(const VrrpEngine *e);
/* What the kernel says of the link may have changed. */
void vrrp_trackers_link(VrrpEngine *e, const char *name, Instant now);
/* The link as it counts, after interface_up_down_delays. */
bool vrrp_trackers_link_up(const VrrpEngine *e, const char *name);

/* Does the router stand on this link or look at it? */
bool vrrp_router_uses_link(const VrrpRouter *r, const char *name);
/* For the files of this folder: priority and faults of a router anew (vrrp_engine.c). */
void vrrp_engine_health(VrrpEngine *e, VrrpRouter *r, Instant now, Effects *out);
/* One input to one router, with all that follows from it. */
void vrrp_engine_step(VrrpEngine *e, VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out);

/* Sync groups (vrrp_group.c). For a router without a group they do nothing. After a step that took
 * the router from `before` to another state the other members follow. */
void vrrp_group_follow(VrrpEngine *e, VrrpRouter *r, VrrpState before, Instant now, Effects *out);
/* Do all others want to be MASTER? */
bool vrrp_group_ready(const VrrpEngine *e, const VrrpRouter *r);
/* The nth fault that the router has only because another member has one of its own; reason
 * TRACE_NONE when there are no more. */
TraceRecord vrrp_group_fault(const VrrpEngine *e, const VrrpRouter *r, size_t nth);
/* The router stays in FAULT, but for what cause may have changed for the others. */
void vrrp_group_refresh(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out);
/* A BACKUP heard a master that it accepts. */
void vrrp_group_heard(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out);
/* The router is MASTER and heard one of lower priority: the others' neighbours are told anew, too. */
void vrrp_group_announce(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out);
/* Before the first member starts, its faults known; and after the last has stopped. */
void vrrp_groups_start(VrrpEngine *e, Effects *out);
void vrrp_groups_stop(VrrpEngine *e, Effects *out);
/* After a reload: members that are new, or that have other companions now, find together. */
void vrrp_groups_settle(VrrpEngine *e, Instant now, Effects *out);

/* Notifications (vrrp_notify.c). A router may be in another state than was told, or no longer wait
 * in silence for what it tracks. */
void vrrp_notify_state(VrrpEngine *e, const VrrpRouter *r, Effects *out);
void vrrp_notify_group(VrrpEngine *e, uint32_t group, VrrpState state, Effects *out);
void vrrp_notify_priority(VrrpEngine *e, const VrrpRouter *r, Effects *out);
/* A master has heard one that must give way to it, and stays. */
void vrrp_notify_lower_priority(VrrpEngine *e, const VrrpRouter *r, Effects *out);
/* A reload has taken it away (behaviour 134). */
void vrrp_notify_deleted(VrrpEngine *e, const VrrpRouter *r, Effects *out);
/* To the FIFOs only: fifo_write_vrrp_states_on_reload (behaviour 140). */
void vrrp_notify_all_states(VrrpEngine *e, Effects *out);
/* After a reload: FIFOs that both have stay open, and so do their readers if they are the same. */
void vrrp_notify_reload(const VrrpEngine *e, const VrrpConfig *from, Effects *out);
/* FIFOs and their readers. */
void vrrp_notify_start(VrrpEngine *e, Effects *out);
void vrrp_notify_stop(VrrpEngine *e, Effects *out);

/* Adds `scripts`, and `files`, `processes` and `link_delays` if there are any
 * (vrrp_status_track.c). */
void vrrp_status_track(const VrrpEngine *e, Instant now, Status *out);
/* Adds `instances` and the rest (vrrp_status.c). `has_addr` tells whether an address of a router is
 * on the machine, `jobs` what became of the jobs of a key. */
typedef bool VrrpHasAddr(const void *data, uint32_t id, size_t i);
typedef void VrrpJobStatus(const void *data, JobKey key, Instant now, Status *out);
void vrrp_engine_status(const VrrpEngine *e, Instant now, VrrpHasAddr *has_addr,
	VrrpJobStatus *jobs, const void *data, Status *out);
/* For vrrp_status.c: has it any script; `fifos` and `mail`. */
bool vrrp_notify_configured(const VrrpNotifyConfig *c);
void vrrp_notify_status(
	const VrrpEngine *e, Instant now, VrrpJobStatus *jobs, const void *data, Status *out);
