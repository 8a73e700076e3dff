/* SPDX-License-Identifier: MIT */
#pragma once

/* sched: the scheduler of the cluster engine. Given what is configured and what is known, it says
 * which actions bring the cluster to where it should be, in which order, and why. It is a function
 * of its input: it asks no clock and no machine, changes nothing that it was given, and keeps
 * nothing. The words, the scores and the order of what it says are Pacemaker's. */

#include "cib/cib_document.h"

typedef struct SchedRun SchedRun;
typedef struct SchedGraph SchedGraph;

typedef struct SchedWant {
	bool scores, reasons;
} SchedWant;

/* All memory is the arena's. The CIB must stay as it is as long as the result is used. */
SchedRun *sched_run(Arena *arena, CibElement *cib, int64_t now, SchedWant want);
/* Only what the status says: nothing is decided. */
SchedRun *sched_look(Arena *arena, CibElement *cib, int64_t now);
/* Decides, once, what was only looked at: as sched_run does, without reasons. */
void sched_decide(SchedRun *run, bool scores);
void sched_run_free(SchedRun *run);
/* When the CIB says that it was; 0: it does not. */
int64_t sched_execution_date(const CibElement *cib);

/* "Current cluster status": nodes and resources. */
void sched_text_status(SchedRun *run, StrBuf *out);
/* The same without what is under way: as it is when all of that is done. */
void sched_text_revised(SchedRun *run, StrBuf *out);
/* "Transition Summary": one line for each change. */
void sched_text_summary(SchedRun *run, StrBuf *out);
void sched_text_blocked(const SchedRun *run, StrBuf *out);
const char *sched_scores(const SchedRun *run);

/* What this part cannot decide yet, by name; NULL after the last. */
const char *sched_not_yet_at(const SchedRun *run, uint32_t i);
