/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

void vrrp_trackers_init(VrrpEngine *e _unused_)
{
}

void vrrp_trackers_free(VrrpEngine *e _unused_)
{
}

void vrrp_trackers_start(VrrpEngine *e _unused_, Effects *out _unused_)
{
}

void vrrp_trackers_stop(VrrpEngine *e _unused_, Effects *out _unused_)
{
}

void vrrp_trackers_timer(VrrpEngine *e _unused_, Instant now _unused_, Effects *out _unused_)
{
}

Instant vrrp_trackers_next_due(const VrrpEngine *e _unused_)
{
	return INSTANT_NEVER;
}

bool vrrp_trackers_link_up(const VrrpEngine *e, const char *name)
{
	const Link *l = link_by_name(e->links, name);

	return l && l->up;
}

void vrrp_engine_file(VrrpEngine *e _unused_, const EventFile *event _unused_, Instant now _unused_,
	Effects *out _unused_)
{
}

void vrrp_engine_process(VrrpEngine *e _unused_, const EventProcess *p _unused_,
	Instant now _unused_, Effects *out _unused_)
{
}

void vrrp_engine_process_gone(
	VrrpEngine *e _unused_, int32_t pid _unused_, Instant now _unused_, Effects *out _unused_)
{
}

void vrrp_engine_processes_told(VrrpEngine *e _unused_, Instant now _unused_, Effects *out _unused_)
{
}
