/* SPDX-License-Identifier: MIT */
#pragma once

/* A transition carried out in the CIB: each action changes the status as it would if all went well,
 * or as it was asked to fail. Nothing is done to any machine. */

#include "sched/sched.h"

typedef struct SchedFailures {
	const char *const *items; /* RSC_OPERATION_INTERVAL@NODE=RC */
	uint32_t n;
} SchedFailures;

/* Says what is done, line by line. False when a part of it could not be done. */
bool sched_simulate(SchedRun *run, const SchedFailures *failures, StrBuf *out);

typedef enum SchedInject { INJECT_UP, INJECT_DOWN, INJECT_FAIL, INJECT_OP } SchedInject;
/* Changes the status before anything is decided: a node comes, goes or fails, an operation had a
 * result. Says what it does. False when it makes no sense. */
bool sched_inject(
	Arena *arena, CibElement *cib, SchedInject what, const char *argument, StrBuf *out);
void sched_inject_quorum(Arena *arena, CibElement *cib, bool quorum, StrBuf *out);
