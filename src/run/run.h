/* SPDX-License-Identifier: MIT */
#pragma once

/* run: the policy of running programs. It never spawns: it asks for ops and is told what became of
 * them. Never two programs of one key at a time. A program that has to end gets TERM to its process
 * group, and KILL two seconds later. The kind of a key says the rest:
 *
 * JOB_CHECK: what is asked for while the old one is still alive replaces what waits for its end. At
 * its timeout the result is reported at once.
 *
 * JOB_NOTIFY, JOB_NOTIFY_GROUP, JOB_MAIL: a lane. All that is asked for runs, one after the other,
 * in that order. Who is alone may run as long as it likes; as soon as another one waits it must have
 * ended lane_timeout_usec after its start, but is given a second from now. (A spec with a timeout of
 * its own, as mails have, must end at that in any case.) If too many wait, the oldest of those are
 * dropped: the last one tells the true state. Specs are copied.
 *
 * JOB_FIFO_READER: is to run for as long as it is wanted: when it ends it is started again, after
 * 1 s, 2 s and so on up to 30 s. When it is cancelled it gets a second to see the end of its FIFO,
 * then TERM. The spec is copied. */

#include "base/map.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/op.h"
#include "core/status.h"

typedef struct RunLane RunLane;
typedef struct RunReader RunReader;

typedef struct RunJob {
	uint32_t job; /* id for the edge */
	JobKey key;
	Instant started, deadline;
	bool ending;   /* its result was given; TERM was sent, KILL follows at deadline */
	bool unwanted; /* nobody waits for its result */
	JobSpec *next; /* a check: to run when this one has ended; a copy, owned */
	JobSpec *own;  /* its own spec, if that is such a copy */
	RunLane *lane; /* NULL: none */
} RunJob;

typedef struct Run {
	VEC(RunJob) jobs; /* alive */
	VEC(RunLane *) lanes;
	Map by_key;	      /* key -> its lane; not of orphans */
	VEC(RunLane *) ready; /* something waits and nothing runs, the first come first */
	VEC(RunReader *) readers;
	Span lane_timeout_usec; /* 0: RUN_LANE_TIMEOUT_USEC */
	uint32_t last_job;
	bool orphan_gone;
	bool stopping;
} Run;

enum { RUN_LANE_TIMEOUT_USEC = 30000000 };

/* The key of what goes on without its asker (run_adopt()). */
#define RUN_ORPHAN UINT32_MAX

typedef struct RunResult {
	JobKey key;
	const char *name; /* of the spec, good until the next call; NULL for a check */
	JobResult result;
} RunResult;

void run_free(Run *r);
/* A job of a lane waits for run_step(). Gives the name of the script that the others wait for when
 * that is worth telling: the first of them is dropped, and none was since they last came to an end.
 * Else NULL. */
const char *run_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out);
/* Nobody waits for the result any more: end it, and forget what waits. */
void run_cancel(Run *r, JobKey key, Instant now, Ops *out);
/* Starts jobs of lanes, at most LIMIT_STEP_JOBS; the rest is due at once. */
void run_step(Run *r, Instant now, Ops *out);
/* A process has ended. True when its result is news. */
bool run_done(Run *r, const EventJobDone *done, Instant now, Ops *out, RunResult *ret_result);
/* Deals with one job that is due. True when that gave a result. */
bool run_timer(Run *r, Instant now, Ops *out, RunResult *ret_result);
/* The daemon stops: what waits in lanes is forgotten and what runs has one more second. What lanes
 * are asked for from now on has five seconds together, and each at least one: with TERM and KILL
 * all is over after 13 seconds. */
void run_stop(Run *r, Instant now);
/* After a reload: job `i` of this kind is from now on what was from[i] (RUN_ORPHAN: new). A lane that
 * nobody goes on from runs what waits in it and is forgotten, a check of that sort is ended. */
void run_adopt(Run *r, JobKind kind, const uint32_t *from, size_t n, Instant now, Ops *out);
Instant run_next_due(const Run *r);
bool run_idle(const Run *r);
/* What became of the jobs of a key, into an object of its own (run_status.c). */
void run_status(const Run *r, JobKey key, Instant now, Status *out);
