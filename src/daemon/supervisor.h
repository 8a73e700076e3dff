/* SPDX-License-Identifier: MIT */
#pragma once

/* The supervisor: starts the engine's process and outlives it. When an engine dies it sends the
 * engine's last will (priority 0, so that a backup takes over after the skew time), withdraws its
 * addresses and starts it again. It relays signals and owns the control socket. */

#include "config/config.h"
#include "daemon/options.h"

/* Runs until it is told to stop; gives the exit status. The warnings go to the log. A reload reads
 * from `world` and replaces *config. */
int supervisor_run(const Options *options, const ConfigWorld *world, Config **config,
	const DiagList *warnings);
