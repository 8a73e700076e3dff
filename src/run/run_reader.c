/* SPDX-License-Identifier: MIT */
#include "run/run_parts.h"

/* The readers of FIFOs: programs that are to run always. */

static void reader_free(RunReader *reader)
{
	free(reader->spec);
	free(reader);
}

void run_readers_free(Run *r)
{
	vec_foreach(reader, &r->readers)
		reader_free(*reader);
	vec_free(&r->readers);
}

RunReader *run_reader_find(const Run *r, JobKey key)
{
	vec_foreach(reader, &r->readers)
		if (run_same_key((*reader)->key, key))
			return *reader;
	return NULL;
}

static void reader_start(Run *r, RunReader *reader, Instant now, Ops *out)
{
	reader->job = run_spawn(r, reader->key, reader->spec, now, out)->job;
	reader->started = now;
	reader->again = INSTANT_NEVER;
}

void run_reader_submit(Run *r, JobKey key, const JobSpec *spec, Instant now, Ops *out)
{
	RunReader *reader = run_reader_find(r, key);

	if (!reader) {
		reader = NEW(RunReader);
		vec_push(&r->readers, reader);
		*reader = (RunReader){ .key = key, .delay_usec = RUN_AGAIN_USEC };
	} else if (!reader->cancelled) {
		return; /* it runs */
	}
	free(reader->spec);
	reader->spec = job_copy(spec);
	reader->renewed = reader->cancelled;
	reader->cancelled = false;
	reader->delay_usec = RUN_AGAIN_USEC;
	/* One that is on its way out is followed when it is gone. */
	if (!reader->job)
		reader_start(r, reader, now, out);
}

static void reader_drop(Run *r, RunReader *reader)
{
	for (size_t i = 0; i < r->readers.n; i++)
		if (r->readers.items[i] == reader)
			r->readers.items[i] = r->readers.items[--r->readers.n];
	reader_free(reader);
}

void run_reader_cancel(Run *r, JobKey key, Instant now)
{
	RunReader *reader = run_reader_find(r, key);
	RunJob *j;

	if (!reader || reader->cancelled)
		return;
	reader->cancelled = true;
	j = run_job(r, reader->job);
	if (!j) {
		reader_drop(r, reader);
		return;
	}
	j->unwanted = true;
	if (!j->ending)
		j->deadline = instant_add(now, RUN_GRACE_USEC);
}

void run_reader_gone(Run *r, RunReader *reader, const JobResult *result, Instant now)
{
	reader->job = 0;
	reader->ended++;
	reader->result = *result;
	reader->result.output = NULL;
	if (reader->cancelled) {
		reader_drop(r, reader);
		return;
	}
	if (result->took_usec >= RUN_AGAIN_MAX_USEC)
		reader->delay_usec = RUN_AGAIN_USEC;
	if (reader->renewed) {
		reader->renewed = false;
		reader->again = now;
		return;
	}
	reader->again = instant_add(now, reader->delay_usec);
	reader->delay_usec = MIN(reader->delay_usec * 2, (Span)RUN_AGAIN_MAX_USEC);
}

void run_reader_timer(Run *r, Instant now, Ops *out)
{
	vec_foreach(reader, &r->readers)
		if (!(*reader)->job && now >= (*reader)->again)
			reader_start(r, *reader, now, out);
}

Instant run_reader_next_due(const Run *r)
{
	Instant due = INSTANT_NEVER;

	vec_foreach(reader, &r->readers)
		if (!(*reader)->job)
			due = MIN(due, (*reader)->again);
	return due;
}
