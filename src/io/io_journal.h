/* SPDX-License-Identifier: MIT */
#pragma once

/* Log lines, to syslog and to the console, each as asked for on the command line. Nobody waits for
 * whoever reads them: where there is no room a line is lost. */

#include "core/trace.h"

typedef struct IoJournal {
	const char *ident; /* borrowed */
	bool console, syslog;
	int facility; /* LOG_DAEMON ... */
	bool detail;  /* -D */
} IoJournal;

void io_journal_trace(const IoJournal *j, const TraceRecord *t);
void io_journal_line(const IoJournal *j, TraceLevel level, const char *format, ...) _printf_(3, 4);
