/* SPDX-License-Identifier: MIT */
#include "run/run_parts.h"

/* Lanes: the notifications of one instance or group, and the mails, one after the other. */

typedef struct LaneKey {
	uint32_t kind, id;
} LaneKey;

static void lane_forget_waiting(RunLane *l)
{
	vec_foreach(spec, &l->waiting)
		free(*spec);
	vec_clear(&l->waiting);
	l->told_drop = false;
}

static void lane_free(RunLane *l)
{
	lane_forget_waiting(l);
	vec_free(&l->waiting);
	free(l->spec);
	free(l->last);
	free((char *)(uintptr_t)l->result.output);
	free(l->error);
	free(l);
}

void run_lanes_free(Run *r)
{
	vec_foreach(l, &r->lanes)
		lane_free(*l);
	vec_free(&r->lanes);
	vec_free(&r->ready);
	map_free(&r->by_key);
}

bool run_lanes_idle(const Run *r)
{
	return !r->ready.n;
}

RunLane *run_lane_find(const Run *r, JobKey key)
{
	const LaneKey k = { key.kind, key.id };
	uint32_t i;

	return r->lanes.n && map_get(&r->by_key, &k, &i) ? r->lanes.items[i] : NULL;
}

static void lane_map(Run *r)
{
	map_free(&r->by_key);
	r->by_key = MAP_INIT(sizeof(LaneKey));
	for (uint32_t i = 0; i < r->lanes.n; i++) {
		const LaneKey k = { r->lanes.items[i]->key.kind, r->lanes.items[i]->key.id };

		if (k.id != RUN_ORPHAN)
			map_put(&r->by_key, &k, i);
	}
}

static RunLane *lane_make(Run *r, JobKey key)
{
	const LaneKey k = { key.kind, key.id };
	RunLane *l = NEW(RunLane);

	l->key = key;
	vec_push(&r->lanes, l);
	if (!r->by_key.key_size)
		r->by_key = MAP_INIT(sizeof(LaneKey));
	map_put(&r->by_key, &k, (uint32_t)(r->lanes.n - 1));
	return l;
}

/* Takes the oldest one that waits. */
static JobSpec *lane_take(RunLane *l)
{
	JobSpec *first = l->waiting.items[0];

	l->waiting.n--;
	memmove(l->waiting.items, l->waiting.items + 1, l->waiting.n * sizeof(*l->waiting.items));
	if (!l->waiting.n)
		l->told_drop = false;
	return first;
}

/* Somebody waits for the job that runs. */
static void lane_hurry(const Run *r, RunJob *j, Instant now)
{
	const Span timeout = r->lane_timeout_usec ? r->lane_timeout_usec : RUN_LANE_TIMEOUT_USEC;
	const Instant least = instant_add(now, RUN_GRACE_USEC);

	if (!j->ending)
		j->deadline = MIN(j->deadline, MAX(instant_add(j->started, timeout), least));
}

static const char *lane_overflow(RunLane *l)
{
	const size_t limit = l->key.kind == JOB_MAIL ? LIMIT_MAIL_WAITING : LIMIT_JOB_WAITING;
	const bool told = l->told_drop;

	if (l->waiting.n <= limit)
		return NULL;
	free(lane_take(l));
	l->dropped++;
	l->told_drop = true;
	return told ? NULL : l->spec ? l->spec->name : l->waiting.items[0]->name;
}

const char *run_lane_submit(Run *r, JobKey key, const JobSpec *spec, Instant now)
{
	RunLane *l = run_lane_find(r, key) ?: lane_make(r, key);

	vec_push(&l->waiting, job_copy(spec));
	if (!l->spec && l->waiting.n == 1)
		vec_push(&r->ready, l);
	/* Later ones do not give it more time: it was told when the first began to wait. */
	if (l->spec && l->waiting.n == 1 && !r->stopping)
		lane_hurry(r, run_job(r, l->job), now);
	return lane_overflow(l);
}

static void lane_start(Run *r, RunLane *l, Instant now, Ops *out)
{
	RunJob *j;

	l->spec = lane_take(l);
	j = run_spawn(r, l->key, l->spec, now, out);
	j->lane = l;
	l->job = j->job;
	l->started = now;
	if (r->stopping) {
		l->stop_by = l->stop_by ?: instant_add(now, RUN_STOP_USEC);
		j->deadline = MIN(j->deadline, MAX(l->stop_by, instant_add(now, RUN_GRACE_USEC)));
	} else if (l->waiting.n) {
		lane_hurry(r, j, now);
	}
}

/* Orphans that have nothing left to do. */
static void lane_sweep(Run *r)
{
	for (size_t i = r->lanes.n; i-- > 0;) {
		RunLane *l = r->lanes.items[i];

		if (l->key.id != RUN_ORPHAN || l->spec || l->waiting.n)
			continue;
		lane_free(l);
		r->lanes.items[i] = r->lanes.items[--r->lanes.n];
	}
	r->orphan_gone = false;
	lane_map(r);
}

void run_lane_step(Run *r, Instant now, Ops *out)
{
	const size_t n = MIN(r->ready.n, (size_t)LIMIT_STEP_JOBS);

	if (r->orphan_gone)
		lane_sweep(r);
	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		lane_start(r, r->ready.items[i], now, out);
	r->ready.n -= n;
	memmove(r->ready.items, r->ready.items + n, r->ready.n * sizeof(*r->ready.items));
}

static void lane_output(RunLane *l, const char *output, size_t len)
{
	char *kept = output && len ? mem_alloc(len + 1, 1) : NULL;

	if (kept)
		memcpy(kept, output, len);
	free((char *)(uintptr_t)l->result.output);
	l->result.output = kept;
	l->result.output_len = kept ? len : 0;
}

void run_lane_result(RunLane *l, const JobResult *result)
{
	const JobResult before = l->result;

	free(l->last);
	l->last = job_copy(l->spec);
	l->result = *result;
	l->result.output = before.output;
	lane_output(l, result->output, MIN(result->output_len, (size_t)LIMIT_JOB_OUTPUT));
	l->ran++;
	if (!job_failed(result))
		return;
	l->failed++;
	free(l->error);
	l->error = job_error(result);
}

void run_lane_gone(Run *r, RunLane *l, const EventJobDone *done)
{
	/* What it said before it was ended. */
	if (l->last && l->result.end == JOB_TIMEOUT && !l->result.output)
		lane_output(l, done->output, MIN(done->output_len, (size_t)LIMIT_JOB_OUTPUT));
	free(l->spec);
	l->spec = NULL;
	l->job = 0;
	if (l->waiting.n)
		vec_push(&r->ready, l);
	else if (l->key.id == RUN_ORPHAN)
		r->orphan_gone = true;
}

static void lane_unready(Run *r, const RunLane *l)
{
	for (size_t i = 0; i < r->ready.n; i++)
		if (r->ready.items[i] == l) {
			r->ready.n--;
			memmove(r->ready.items + i, r->ready.items + i + 1,
				(r->ready.n - i) * sizeof(*r->ready.items));
			return;
		}
}

void run_lane_cancel(Run *r, JobKey key, Instant now, Ops *out)
{
	RunLane *l = run_lane_find(r, key);
	RunJob *j;

	if (!l)
		return;
	lane_unready(r, l);
	lane_forget_waiting(l);
	j = run_job(r, l->job);
	if (!j)
		return;
	j->unwanted = true;
	if (!j->ending)
		run_end(j, now, out);
}

void run_lane_stop(Run *r, Instant now)
{
	vec_clear(&r->ready);
	vec_foreach(lane, &r->lanes) {
		(*lane)->dropped += (*lane)->waiting.n;
		lane_forget_waiting(*lane);
	}
	vec_foreach(j, &r->jobs)
		if (j->lane && !j->ending)
			j->deadline = MIN(j->deadline, instant_add(now, RUN_GRACE_USEC));
}

void run_lane_adopt(Run *r, JobKind kind, const uint32_t *from, size_t n)
{
	vec_foreach(lane, &r->lanes) {
		uint32_t id = RUN_ORPHAN;

		if ((*lane)->key.kind != kind)
			continue;
		for (size_t i = 0; i < n && (*lane)->key.id != RUN_ORPHAN; i++)
			if (from[i] == (*lane)->key.id)
				id = (uint32_t)i;
		(*lane)->key.id = id;
	}
	lane_sweep(r);
}
