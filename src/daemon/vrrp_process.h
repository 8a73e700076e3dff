/* SPDX-License-Identifier: MIT */
#pragma once

/* The VRRP engine's process: a node, the machine, and a loop between them. */

#include "config/config.h"
#include "io/io_journal.h"

typedef struct VrrpProcess {
	Config *config; /* freed, and replaced by a reload */
	const char *config_path;
	const ConfigWorld *world; /* the machine that configurations are read on */
	IoJournal journal;
	int will_fd;
	int channel_fd; /* requests of the control socket */
	bool ignore_sigint;
	const char *dump_directory;
	Span notify_timeout_usec; /* 0: the default */
} VrrpProcess;

/* Runs until it is told to stop; gives the exit status. */
int vrrp_process_run(VrrpProcess *args);
