/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

static TraceRecord health_fault(const VrrpRouter *r, TraceReason reason, const char *object)
{
	return (TraceRecord){ .reason = reason, .subject = r->config->name, .object = object };
}

static TrackHealth health_of_link(const VrrpEngine *e, const char *name)
{
	const Link *l = link_by_name(e->links, name);

	return l && l->up ? TRACK_GOOD : TRACK_BAD;
}

static TraceRecord health_link_fault(const VrrpEngine *e, const VrrpRouter *r, const char *name)
{
	const Link *l = link_by_name(e->links, name);

	if (!l)
		return health_fault(r, TRACE_FAULT_NO_INTERFACE, name);
	if (!l->up)
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

TraceRecord vrrp_health_fault(const VrrpEngine *e, const VrrpRouter *r, size_t nth)
{
	HealthScan s = { .skip = nth };

	if (health_scan_links(e, r, &s))
		return s.found;
	/* A check that has failed says more than one that has not ended yet. */
	for (int pending = 0; pending < 2; pending++)
		for (size_t i = 0; i < r->config->n_scripts; i++) {
			const TraceRecord f = health_script_fault(e, r, &r->config->scripts[i]);

			if ((f.reason == TRACE_FAULT_SCRIPT_PENDING) == pending && health_is(&s, f))
				return s.found;
		}
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
	return (uint8_t)MAX(1, MIN(priority, VRRP_PRIORITY_OWNER - 1));
}
