/* SPDX-License-Identifier: MIT */
#pragma once

/* Why a resource is where it is, and why not elsewhere: the reasons that were noted down while
 * deciding. Ask a run that was made with SchedWant.reasons. */

#include "core/status.h"
#include "sched/sched.h"

/* For each primitive that `rsc` (a resource with all in it) means: the conclusion as a sentence, the
 * score on each node (NULL: all) with what it is made of, the actions. Lives in the run's arena.
 * NULL when the resource, or the node, is not known. */
Status *sched_why(SchedRun *run, const char *rsc, const char *node);
/* The same as sentences; false as NULL above. */
bool sched_why_text(SchedRun *run, const char *rsc, const char *node, StrBuf *out);
