/* SPDX-License-Identifier: MIT */
#pragma once

/* run: the policy of running programs. One job of a key at a time; a job asked for while the old
 * one of its key is still dying waits for its end. At its timeout a job's result is reported as
 * JOB_TIMEOUT at once, its process group gets TERM, and KILL two seconds later. It never spawns:
 * it asks for ops and is told what became of them. */

#include "core/effect.h"
#include "core/event.h"
#include "core/op.h"

typedef struct RunJob {
	uint32_t job; /* id for the edge */
	JobKey key;
	const JobSpec *spec;
	Instant started, deadline;
	bool ending;	     /* its result was given; TERM was sent, KILL follows at deadline */
	const JobSpec *next; /* to run when this one has ended */
} RunJob;

typedef struct Run {
	VEC(RunJob) jobs; /* alive */
	uint32_t last_job;
} Run;

typedef struct RunResult {
	JobKey key;
	JobResult result;
} RunResult;

void run_free(Run *r);
void run_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out);
/* Nobody waits for the result any more: end it. */
void run_cancel(Run *r, JobKey key, Instant now, Ops *out);
/* A process has ended. True when its result is news. */
bool run_done(Run *r, const EventJobDone *done, Instant now, Ops *out, RunResult *ret_result);
/* Deals with one job that is due. True when that gave a result. */
bool run_timer(Run *r, Instant now, Ops *out, RunResult *ret_result);
Instant run_next_due(const Run *r);
bool run_idle(const Run *r);
