/* SPDX-License-Identifier: MIT */
#pragma once

/* The files and processes of a machine in the world, and what its daemon asked to be told of. */

#include "core/event.h"
#include "core/op.h"

typedef struct SimFile {
	char *path; /* owned */
	char *text; /* owned; NULL: there is no such file */
	bool watched;
	uint32_t id; /* the asker's */
} SimFile;

typedef struct SimProcess {
	int32_t pid;
	char comm[16];
	char *cmdline; /* owned; the words, each with its NUL */
	size_t cmdline_len;
	bool watched;
} SimProcess;

typedef struct SimWatch {
	VEC(SimFile) files;
	VEC(SimProcess) processes;
	bool all_processes;
} SimWatch;

void sim_watch_free(SimWatch *w);
/* A new daemon: nobody has asked for anything. */
void sim_watch_forget(SimWatch *w);

/* Each gives true, and the event, when the daemon is to be told at once. The event points into the
 * watch, as long as nothing else is done to it. */
bool sim_watch_set_file(SimWatch *w, const char *path, const char *text, Event *ret_event);
bool sim_watch_set_process(
	SimWatch *w, int32_t pid, const char *comm, const char *const *argv, Event *ret_event);
bool sim_watch_end(SimWatch *w, int32_t pid, Event *ret_event);

/* What the daemon asks for. */
void sim_watch_file(SimWatch *w, const WatchFile *watch);
/* False: it has ended already. */
bool sim_watch_pid(SimWatch *w, int32_t pid);

/* How things stand when a report arrives: what the file of this number holds; false when nobody wants
 * it any more. */
bool sim_watch_file_event(const SimWatch *w, uint32_t id, Event *ret_event);
Event sim_watch_process_event(const SimProcess *p);
SimProcess *sim_watch_find(SimWatch *w, int32_t pid);
