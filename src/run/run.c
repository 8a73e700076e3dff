/* SPDX-License-Identifier: MIT */
#include "run/run_parts.h"

#include <signal.h>

void run_free(Run *r)
{
	vec_foreach(j, &r->jobs) {
		free(j->next);
		free(j->own);
	}
	run_lanes_free(r);
	run_readers_free(r);
	vec_free(&r->jobs);
}

static RunJob *run_by_key(Run *r, JobKey key)
{
	vec_foreach(j, &r->jobs)
		if (run_same_key(j->key, key))
			return j;
	return NULL;
}

RunJob *run_job(Run *r, uint32_t job)
{
	vec_foreach(j, &r->jobs)
		if (j->job == job)
			return j;
	return NULL;
}

RunJob *run_spawn(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out)
{
	RunJob *j = vec_add(&r->jobs);

	*j = (RunJob){ .job = ++r->last_job,
		.key = key,
		.started = now,
		.deadline =
			spec->timeout_usec ? instant_add(now, spec->timeout_usec) : INSTANT_NEVER };
	ops_add(out, (Op){ .kind = OP_SPAWN, .spawn = { .job = j->job, .spec = spec } });
	return j;
}

const char *run_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out)
{
	RunJob *j;

	if (run_is_lane(key))
		return run_lane_submit(r, key, spec, now);
	if (key.kind == JOB_FIFO_READER) {
		run_reader_submit(r, key, spec, now, out);
		return NULL;
	}
	j = run_by_key(r, key);
	if (j) {
		free(j->next);
		j->next = job_copy(spec);
	} else {
		(void)run_spawn(r, key, spec, now, out);
	}
	return NULL;
}

void run_end(RunJob *j, Instant now, Ops *out)
{
	j->ending = true;
	j->deadline = instant_add(now, RUN_KILL_AFTER_USEC);
	ops_add(out, (Op){ .kind = OP_KILL, .kill = { .job = j->job, .signal = SIGTERM } });
}

static void run_unwanted(RunJob *j, Instant now, Ops *out)
{
	free(TAKE(j->next));
	j->unwanted = true;
	if (!j->ending)
		run_end(j, now, out);
}

void run_cancel(Run *r, JobKey key, Instant now, Ops *out)
{
	RunJob *j;

	if (run_is_lane(key)) {
		run_lane_cancel(r, key, now, out);
		return;
	}
	if (key.kind == JOB_FIFO_READER) {
		run_reader_cancel(r, key, now);
		return;
	}
	j = run_by_key(r, key);
	if (j)
		run_unwanted(j, now, out);
}

void run_step(Run *r, Instant now, Ops *out)
{
	run_lane_step(r, now, out);
}

static const char *run_name(const Run *r, const RunJob *j)
{
	const RunReader *reader;

	if (j->lane)
		return j->lane->last->name;
	reader = j->key.kind == JOB_FIFO_READER ? run_reader_find(r, j->key) : NULL;
	return reader ? reader->spec->name : NULL;
}

/* What `j` gave, to whoever keeps it. */
static RunResult run_give(const Run *r, const RunJob *j, const JobResult *result)
{
	if (j->lane)
		run_lane_result(j->lane, result);
	return (RunResult){ .key = j->key, .name = run_name(r, j), .result = *result };
}

bool run_done(Run *r, const EventJobDone *done, Instant now, Ops *out, RunResult *ret_result)
{
	RunJob *alive = run_job(r, done->job);
	const RunJob j = alive ? *alive : (RunJob){ 0 };
	const bool news = alive && !j.ending && !j.unwanted;
	const JobResult result = { .end = done->end,
		.code = done->code,
		.took_usec = instant_since(now, j.started),
		.output = done->output,
		.output_len = done->output_len };

	if (!alive)
		return false;
	*alive = r->jobs.items[--r->jobs.n];
	if (news)
		*ret_result = run_give(r, &j, &result);
	if (j.lane)
		run_lane_gone(r, j.lane, done);
	else if (j.key.kind == JOB_FIFO_READER)
		run_reader_gone(r, run_reader_find(r, j.key), &result, now);
	else if (j.next)
		run_spawn(r, j.key, j.next, now, out)->own = j.next;
	free(j.own);
	return news;
}

bool run_timer(Run *r, Instant now, Ops *out, RunResult *ret_result)
{
	vec_foreach(j, &r->jobs) {
		const JobResult result = { .end = JOB_TIMEOUT,
			.took_usec = instant_since(now, j->started) };

		if (now < j->deadline)
			continue;
		if (j->ending) {
			j->deadline = INSTANT_NEVER;
			ops_add(out, (Op){ .kind = OP_KILL,
					     .kill = { .job = j->job, .signal = SIGKILL } });
			continue;
		}
		run_end(j, now, out);
		if (j->unwanted)
			continue;
		*ret_result = run_give(r, j, &result);
		return true;
	}
	run_reader_timer(r, now, out);
	return false;
}

void run_stop(Run *r, Instant now)
{
	r->stopping = true;
	run_lane_stop(r, now);
}

void run_adopt(Run *r, JobKind kind, const uint32_t *from, size_t n, Instant now, Ops *out)
{
	vec_foreach(j, &r->jobs) {
		uint32_t id = RUN_ORPHAN;

		if (j->key.kind != kind || j->key.id == RUN_ORPHAN)
			continue;
		for (size_t i = 0; i < n; i++)
			if (from[i] == j->key.id)
				id = (uint32_t)i;
		j->key.id = id;
		if (id == RUN_ORPHAN && !j->lane)
			run_unwanted(j, now, out);
	}
	run_lane_adopt(r, kind, from, n);
}

Instant run_next_due(const Run *r)
{
	Instant due = r->ready.n ? 0 : run_reader_next_due(r);

	vec_foreach(j, &r->jobs)
		due = MIN(due, j->deadline);
	return due;
}

bool run_idle(const Run *r)
{
	return !r->jobs.n && !r->readers.n && run_lanes_idle(r);
}
