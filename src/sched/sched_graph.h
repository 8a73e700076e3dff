/* SPDX-License-Identifier: MIT */
#pragma once

/* The transition: those actions that are to be done, each with those it must wait for. */

#include "sched/sched_action.h"

typedef struct SchedStep {
	SchedAction *action;
	CIB_LIST(SchedAction *) inputs;
	bool done;
} SchedStep;

struct SchedGraph {
	CIB_LIST(SchedStep) steps; /* in Pacemaker's order */
};

struct SchedGraph *sched_graph(SchedRun *run);
/* The graph as dot text, lines sorted as Pacemaker's test suite does it. */
void sched_graph_dot(SchedRun *run, StrBuf *out);
/* The name that the operation has in histories and in what is printed. */
const char *sched_step_rsc_name(const SchedAction *action);
/* As the executed actions are printed: without a number where any history has none. */
const char *sched_step_shown_name(const SchedAction *action);
