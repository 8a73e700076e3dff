/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

void vrrp_group_follow(VrrpEngine *e _unused_, VrrpRouter *r _unused_, VrrpState before _unused_,
	Instant now _unused_, Effects *out _unused_)
{
}
