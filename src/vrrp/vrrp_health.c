/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

static TraceRecord health_fault(const VrrpRouter *r, TraceReason reason, const char *object)
{
	return (TraceRecord){ .reason = reason, .subject = r->config->name, .object = object };
}

static TrackHealth health_of_link(const VrrpEngine *e, const char *name)
{
	return vrrp_trackers_link_up(e, name) ? TRACK_GOOD : TRACK_BAD;
}

static TraceRecord health_link_fault(const VrrpEngine *e, const VrrpRouter *r, const char *name)
{
	if (!link_by_name(e->links, name))
		return health_fault(r, TRACE_FAULT_NO_INTERFACE, name);
	if (!vrrp_trackers_link_up(e, name))
		return health_fault(r, TRACE_FAULT_INTERFACE, name);
	return (TraceRecord){ 0 };
}

static TraceRecord health_tracked_fault(
	const VrrpEngine *e, const VrrpRouter *r, const VrrpTrackInterface *t)
{
	if (!t->reverse)
		return health_link_fault(e, r, t->name);
	if (health_of_link(e, t->name) == TRACK_GOOD)
		return health_fault(r, TRACE_FAULT_INTERFACE_UP, t->name);
	return (TraceRecord){ 0 };
}

static TraceRecord health_script_fault(const VrrpEngine *e, const VrrpRouter *r, const VrrpTrack *t)
{
	const TrackScript *s = &e->scripts[t->index];
	const bool bad = s->health == (t->reverse ? TRACK_GOOD : TRACK_BAD);

	if (t->weight)
		return (TraceRecord){ 0 };
	if (s->health == TRACK_UNKNOWN)
		return health_fault(r, TRACE_FAULT_SCRIPT_PENDING, s->config->name);
	return bad ? health_fault(r, TRACE_FAULT_SCRIPT, s->config->name) : (TraceRecord){ 0 };
}

static TraceRecord health_file_fault(const VrrpEngine *e, const VrrpRouter *r, const VrrpTrack *t)
{
	const TrackFile *f = &e->files[t->index];
	const char *name = f->config->name;
	TraceRecord fault;

	if (!t->weight && !f->known)
		return health_fault(r, TRACE_FAULT_FILE_PENDING, name);
	if (!track_file_bad(f, t->weight, t->reverse))
		return (TraceRecord){ 0 };
	fault = health_fault(r, t->weight ? TRACE_FAULT_FILE_SUM : TRACE_FAULT_FILE, name);
	fault.a = f->value;
	return fault;
}

static TraceRecord health_process_fault(
	const VrrpEngine *e, const VrrpRouter *r, const VrrpTrack *t)
{
	const TrackProcess *p = &e->processes[t->index];
	const bool bad = p->health == (t->reverse ? TRACK_GOOD : TRACK_BAD);

	if (t->weight)
		return (TraceRecord){ 0 };
	if (p->health == TRACK_UNKNOWN)
		return health_fault(r, TRACE_FAULT_PROCESS_PENDING, p->config->name);
	if (!bad)
		return (TraceRecord){ 0 };
	return health_fault(
		r, t->reverse ? TRACE_FAULT_PROCESS_UP : TRACE_FAULT_PROCESS, p->config->name);
}

/* Looks for the nth fault. */
typedef struct HealthScan {
	size_t skip;
	TraceRecord found;
} HealthScan;

/* True when this is the one that was looked for. */
static bool health_is(HealthScan *s, TraceRecord fault)
{
	if (!fault.reason || s->skip--)
		return false;
	s->found = fault;
	return true;
}

static bool health_has_addr(const VrrpEngine *e, const VrrpRouter *r, const IpAddr *ip)
{
	const Link *l = link_by_index(e->links, r->ifindex);

	if (l)
		vec_foreach(a, &l->addrs)
			if (ip_equal(&a->ip, ip))
				return true;
	return false;
}

/* The interface, its address, every interface the addresses are on (behaviour 43), the tracked
 * ones. */
static bool health_scan_links(const VrrpEngine *e, const VrrpRouter *r, HealthScan *s)
{
	const VrrpInstanceConfig *c = r->config;
	const char *last = c->interface;

	if (!r->ifindex)
		return health_is(s, health_fault(r, TRACE_FAULT_NO_INTERFACE, c->interface));
	if (!c->dont_track_primary && health_is(s, health_link_fault(e, r, c->interface)))
		return true;
	if (!r->has_source && health_is(s, health_fault(r, TRACE_FAULT_NO_ADDRESS, c->interface)))
		return true;
	if (c->unicast_fault_no_peer && !c->n_peers &&
		health_is(s, health_fault(r, TRACE_FAULT_NO_PEER, NULL)))
		return true;
	if (c->track_source && c->has_source && !health_has_addr(e, r, &c->source) &&
		health_is(s, health_fault(r, TRACE_FAULT_SOURCE, c->interface)))
		return true;
	if (r->deaf && health_is(s, health_fault(r, TRACE_FAULT_DEAF, c->interface)))
		return true;
	for (size_t i = 0; i < c->n_vips; i++) {
		/* Most stand on one interface: look at each run of equal names once. */
		if (!strcmp(c->vips[i].dev, last))
			continue;
		last = c->vips[i].dev;
		if (strcmp(last, c->interface) != 0 && health_is(s, health_link_fault(e, r, last)))
			return true;
	}
	for (size_t i = 0; i < c->n_interfaces; i++)
		if (!c->interfaces[i].weight &&
			health_is(s, health_tracked_fault(e, r, &c->interfaces[i])))
			return true;
	return false;
}

typedef TraceRecord HealthFault(const VrrpEngine *e, const VrrpRouter *r, const VrrpTrack *t);

/* Those that are awaited, or those that are bad. A router that runs (a reload gave it something more
 * to track) goes on until what is awaited is known to be bad. */
static bool health_scan_trackers(
	const VrrpEngine *e, const VrrpRouter *r, bool pending, HealthScan *s)
{
	const VrrpInstanceConfig *c = r->config;
	const struct {
		HealthFault *fault;
		const VrrpTrack *tracks;
		size_t n;
	} kinds[] = {
		{ health_script_fault, c->scripts, c->n_scripts },
		{ health_file_fault, c->files, c->n_files },
		{ health_process_fault, c->processes, c->n_processes },
	};

	if (pending && (r->state == VRRP_BACKUP || r->state == VRRP_MASTER))
		return false;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < kinds[k].n; i++) {
			const TraceRecord f = kinds[k].fault(e, r, &kinds[k].tracks[i]);

			if (vrrp_fault_pending(f.reason) == pending && health_is(s, f))
				return true;
		}
	return false;
}

TraceRecord vrrp_health_fault(const VrrpEngine *e, const VrrpRouter *r, size_t nth)
{
	HealthScan s = { .skip = nth };

	if (health_scan_links(e, r, &s))
		return s.found;
	/* What has failed says more than what is awaited. */
	if (health_scan_trackers(e, r, false, &s) || health_scan_trackers(e, r, true, &s))
		return s.found;
	return (TraceRecord){ 0 };
}

uint8_t vrrp_health_priority(const VrrpEngine *e, const VrrpRouter *r)
{
	const VrrpInstanceConfig *c = r->config;
	int priority = c->priority;

	if (c->priority == VRRP_PRIORITY_OWNER)
		return VRRP_PRIORITY_OWNER;
	for (size_t i = 0; i < c->n_interfaces; i++)
		priority += track_weight(c->interfaces[i].weight, c->interfaces[i].reverse,
			health_of_link(e, c->interfaces[i].name));
	for (size_t i = 0; i < c->n_scripts; i++)
		priority += track_weight(c->scripts[i].weight, c->scripts[i].reverse,
			e->scripts[c->scripts[i].index].health);
	for (size_t i = 0; i < c->n_files; i++)
		priority += track_file_weight(
			&e->files[c->files[i].index], c->files[i].weight, c->files[i].reverse);
	for (size_t i = 0; i < c->n_processes; i++)
		priority += track_weight(c->processes[i].weight, c->processes[i].reverse,
			e->processes[c->processes[i].index].health);
	priority -= r->penalty;
	return (uint8_t)MAX(1, MIN(priority, VRRP_PRIORITY_OWNER - 1));
}
