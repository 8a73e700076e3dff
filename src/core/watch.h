/* SPDX-License-Identifier: MIT */
#pragma once

/* Files that are watched and FIFOs that are written to, as effects and ops name them. Strings are
 * borrowed from the configuration, a line from the step. */

#include "base/base.h"

typedef struct WatchFile {
	uint32_t file; /* the asker's number, comes back in EVENT_FILE */
	const char *path;
	bool on;	  /* false: no longer, the rest is not looked at */
	const char *init; /* what to write into it first, with its newline; NULL: nothing */
	bool overwrite;	  /* also when it is there already */
} WatchFile;

typedef struct FifoOp {
	const char *path;  /* names the FIFO; stays open over a reload */
	uint32_t uid, gid; /* when it must be made */
	const char *line;  /* with its newline */
} FifoOp;
