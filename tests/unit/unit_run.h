/* SPDX-License-Identifier: MIT */
#pragma once

/* unit_run: a runner with what it asked for. */

#include "run/run.h"
#include "unit.h"

#define SEC USEC_PER_SEC

typedef struct Bench {
	Run run;
	Ops ops;
	RunResult result;
} Bench;

static inline void bench_free(Bench *b)
{
	run_free(&b->run);
	vec_free(&b->ops.list);
}

static inline bool done(Bench *b, uint32_t job, JobEnd end, int code, Instant now)
{
	const EventJobDone e = { .job = job, .end = end, .code = code };

	return run_done(&b->run, &e, now, &b->ops, &b->result);
}

static inline bool timer(Bench *b, Instant now)
{
	return run_timer(&b->run, now, &b->ops, &b->result);
}
