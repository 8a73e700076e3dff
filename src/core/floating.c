/* SPDX-License-Identifier: MIT */
#include "core/floating.h"

const char *floating_provider_name(FloatingProvider provider)
{
	static const char *const names[FLOATING_PROVIDERS] = {
		[FLOATING_DIGITALOCEAN] = "digitalocean",
		[FLOATING_HETZNER] = "hetzner",
		[FLOATING_HTTP] = "http",
		[FLOATING_EXEC] = "exec",
		[FLOATING_HEALTH_PORT] = "health_port",
	};

	return names[provider];
}
