/* SPDX-License-Identifier: MIT */
#pragma once

/* keepalived's signals for dumps (behaviour 160 to 162, 201 to 209): the supervisor passes them on,
 * the engine prints what it knows into a file of a fixed name.
 *
 * A file is written by a child of the process, which has its memory as it was: a disk that hangs
 * keeps no advert waiting. One writes at a time; who asks meanwhile is served after it, all at once.
 * What the child could not do its parent logs. */

#include "config/config.h"
#include "io/io_journal.h"
#include "io/io_loop.h"
#include "node/node.h"

typedef struct DumpFile {
	struct Dumps *dumps;
	VrrpDumpKind kind;
	pid_t writer; /* 0: none */
	bool again;   /* asked for while it was being written */
	bool clear;   /* then set the counters to 0 */
} DumpFile;

typedef struct Dumps {
	IoLoop *loop;
	const IoJournal *journal;
	const char *directory;
	Node *node;	       /* the engine's; NULL: the supervisor */
	Config *const *config; /* the supervisor's; another after a reload */
	const pid_t *engine;   /* whom the supervisor passes signals on to; 0: nobody */
	DumpFile files[3];     /* by VrrpDumpKind; made by dump_signals() */
} Dumps;

/* TMPDIR when it is a whole path, else /tmp. To be asked once, at the start. */
const char *dump_directory(void);
/* Takes the signals; everything but the files is set. */
int dump_signals(Dumps *d);
/* The same for the control socket. */
void dump_text(const Node *node, VrrpDumpKind kind, StrBuf *out);
