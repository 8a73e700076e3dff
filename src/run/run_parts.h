/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files of run/ share. */

#include "run/run.h"

enum {
	RUN_KILL_AFTER_USEC = 2000000,
	RUN_GRACE_USEC = 1000000, /* the least that a job is given before TERM */
	RUN_STOP_USEC = 5000000,  /* of all that a lane is asked for while stopping */
	RUN_AGAIN_USEC = 1000000, /* until a reader is started again; doubled each time */
	RUN_AGAIN_MAX_USEC = 30000000,
};

struct RunLane {
	JobKey key;
	VEC(JobSpec *) waiting; /* owned, oldest first */
	JobSpec *spec;		/* of what runs, owned; NULL: nothing runs */
	uint32_t job;		/* of it */
	Instant started;
	Instant stop_by;  /* while stopping; 0: nothing was started yet */
	bool told_drop;	  /* since something waits */
	JobSpec *last;	  /* the last one that has ended, owned; NULL: none yet */
	JobResult result; /* of it; its output is owned */
	uint64_t ran, failed, dropped;
	char *error; /* of the last one that failed: its last line; owned */
};

struct RunReader {
	JobKey key;
	JobSpec *spec; /* owned */
	uint32_t job;  /* 0: does not run */
	Instant started, again;
	Span delay_usec; /* before it is started again */
	bool cancelled;	 /* does not start again */
	bool renewed;	 /* was asked for anew while it was on its way out */
	uint64_t ended;
	JobResult result;
};

static inline bool run_is_lane(JobKey key)
{
	return key.kind == JOB_NOTIFY || key.kind == JOB_NOTIFY_GROUP || key.kind == JOB_MAIL;
}

static inline bool run_same_key(JobKey a, JobKey b)
{
	return a.kind == b.kind && a.id == b.id;
}

/* run.c */
RunJob *run_spawn(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out);
void run_end(RunJob *j, Instant now, Ops *out);
RunJob *run_job(Run *r, uint32_t job);

/* run_lane.c */
RunLane *run_lane_find(const Run *r, JobKey key);
const char *run_lane_submit(Run *r, JobKey key, const JobSpec *spec, Instant now);
void run_lane_cancel(Run *r, JobKey key, Instant now, Ops *out);
void run_lane_step(Run *r, Instant now, Ops *out);
/* Its job has a result; and the process of its job is gone. */
void run_lane_result(RunLane *l, const JobResult *result);
void run_lane_gone(Run *r, RunLane *l, const EventJobDone *done);
void run_lane_stop(Run *r, Instant now);
void run_lane_adopt(Run *r, JobKind kind, const uint32_t *from, size_t n);
void run_lanes_free(Run *r);
bool run_lanes_idle(const Run *r);

/* run_reader.c */
RunReader *run_reader_find(const Run *r, JobKey key);
void run_reader_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out);
void run_reader_cancel(Run *r, JobKey key, Instant now);
void run_reader_gone(Run *r, RunReader *reader, const JobResult *result, Instant now);
void run_reader_timer(Run *r, Instant now, Ops *out);
Instant run_reader_next_due(const Run *r);
void run_readers_free(Run *r);
