/* SPDX-License-Identifier: MIT */
#pragma once

/* The VRRP engine's process: a node, the machine, and a loop between them. */

#include "io/io_journal.h"
#include "vrrp/vrrp_config.h"

typedef struct VrrpProcess {
	const VrrpConfig *config;
	IoJournal journal;
	int will_fd;
	int channel_fd; /* requests of the control socket */
	bool ignore_sigint;
} VrrpProcess;

/* Runs until it is told to stop; gives the exit status. */
int vrrp_process_run(VrrpProcess *args);
