/* SPDX-License-Identifier: MIT */
#pragma once

/* What /proc says of one process. */

#include "base/base.h"

typedef struct ProcessStat {
	char comm[16];
	bool ended;	/* a zombie */
	bool partial;	/* its first thread has ended, others go on: nothing else is known */
	bool kernel;	/* one of its threads */
	uint64_t start; /* in ticks since boot: tells two apart that had the same number */
	uint64_t image; /* differs when it has become another program */
} ProcessStat;

/* proc: a descriptor of /proc. False when there is no such process. */
bool io_process_stat(int proc, int32_t pid, ProcessStat *ret_stat);
/* Its beginning; 0 bytes when it has none. */
size_t io_process_cmdline(int proc, int32_t pid, char *buffer, size_t size);
