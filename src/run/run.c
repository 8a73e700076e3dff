/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <signal.h>

enum { RUN_KILL_AFTER_USEC = 2000000 };

void run_free(Run *r)
{
	vec_free(&r->jobs);
}

static RunJob *run_by_key(Run *r, JobKey key)
{
	vec_foreach(j, &r->jobs)
		if (j->key.kind == key.kind && j->key.id == key.id)
			return j;
	return NULL;
}

static void run_spawn(RunJob *j, uint32_t job, const JobSpec *spec, Instant now, Ops *out)
{
	*j = (RunJob){ .job = job,
		.key = j->key,
		.spec = spec,
		.started = now,
		.deadline =
			spec->timeout_usec ? instant_add(now, spec->timeout_usec) : INSTANT_NEVER };
	ops_add(out, (Op){ .kind = OP_SPAWN, .spawn = { .job = job, .spec = spec } });
}

void run_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out)
{
	RunJob *j = run_by_key(r, key);

	if (j) {
		j->next = spec;
		return;
	}
	j = vec_add(&r->jobs);
	j->key = key;
	run_spawn(j, ++r->last_job, spec, now, out);
}

static void run_end(RunJob *j, Instant now, Ops *out)
{
	j->ending = true;
	j->deadline = instant_add(now, RUN_KILL_AFTER_USEC);
	ops_add(out, (Op){ .kind = OP_KILL, .kill = { .job = j->job, .signal = SIGTERM } });
}

void run_cancel(Run *r, JobKey key, Instant now, Ops *out)
{
	RunJob *j = run_by_key(r, key);

	if (!j)
		return;
	j->next = NULL;
	if (!j->ending)
		run_end(j, now, out);
}

bool run_done(Run *r, const EventJobDone *done, Instant now, Ops *out, RunResult *ret_result)
{
	for (size_t i = 0; i < r->jobs.n; i++) {
		RunJob *j = &r->jobs.items[i];
		const bool news = !j->ending;

		if (j->job != done->job)
			continue;
		if (news)
			*ret_result = (RunResult){ .key = j->key,
				.result = { .end = done->end,
					.code = done->code,
					.took_usec = instant_since(now, j->started) } };
		if (j->next)
			run_spawn(j, ++r->last_job, j->next, now, out);
		else
			*j = r->jobs.items[--r->jobs.n];
		return news;
	}
	return false;
}

bool run_timer(Run *r, Instant now, Ops *out, RunResult *ret_result)
{
	vec_foreach(j, &r->jobs) {
		if (now < j->deadline)
			continue;
		if (j->ending) {
			j->deadline = INSTANT_NEVER;
			ops_add(out, (Op){ .kind = OP_KILL,
					     .kill = { .job = j->job, .signal = SIGKILL } });
			continue;
		}
		run_end(j, now, out);
		*ret_result = (RunResult){ .key = j->key,
			.result = {
				.end = JOB_TIMEOUT, .took_usec = instant_since(now, j->started) } };
		return true;
	}
	return false;
}

Instant run_next_due(const Run *r)
{
	Instant due = INSTANT_NEVER;

	vec_foreach(j, &r->jobs)
		due = MIN(due, j->deadline);
	return due;
}

bool run_idle(const Run *r)
{
	return !r->jobs.n;
}
