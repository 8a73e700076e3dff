/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

void vrrp_notify_state(VrrpEngine *e _unused_, const VrrpRouter *r _unused_,
	VrrpState before _unused_, Effects *out _unused_)
{
}

void vrrp_notify_group(VrrpEngine *e _unused_, uint32_t group _unused_, VrrpState state _unused_,
	Effects *out _unused_)
{
}

void vrrp_notify_priority(
	VrrpEngine *e _unused_, const VrrpRouter *r _unused_, Effects *out _unused_)
{
}

void vrrp_notify_lower_priority(
	VrrpEngine *e _unused_, const VrrpRouter *r _unused_, Effects *out _unused_)
{
}

void vrrp_notify_start(VrrpEngine *e _unused_, Effects *out _unused_)
{
}

void vrrp_notify_stop(VrrpEngine *e _unused_, Effects *out _unused_)
{
}
