/* SPDX-License-Identifier: MIT */
#include "run/run_parts.h"

static void status_command(const JobSpec *spec, Status *out)
{
	_cleanup_(strbuf_free) StrBuf words = { 0 };

	job_command_text(spec, &words);
	status_string(out, "command", strbuf_text(&words));
}

static void status_running(const JobSpec *spec, Instant started, Instant now, Status *out)
{
	Status *s = status_object(out, "running");

	status_command(spec, s);
	status_milli(s, "since", (int64_t)(instant_since(now, started) / USEC_PER_MSEC));
}

static void status_output(const JobResult *result, Status *out)
{
	Status *lines = status_list(out, "output");
	const char *at = result->output, *end;

	if (!at)
		return;
	end = at + result->output_len;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at)) ?: end;
		_cleanup_(strbuf_free) StrBuf line = { 0 };

		strbuf_addn(&line, at, strnlen(at, (size_t)(stop - at)));
		status_string(lines, NULL, strbuf_text(&line));
		at = stop + 1;
	}
}

static void status_last(const JobSpec *spec, const JobResult *result, Status *out)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Status *s = status_object(out, "last");

	job_result_text(result, &text);
	status_command(spec, s);
	status_string(s, "result", strbuf_text(&text));
	status_milli(s, "took", (int64_t)(result->took_usec / USEC_PER_MSEC));
	status_output(result, s);
}

static void status_lane(const RunLane *l, Instant now, Status *out)
{
	if (l->spec)
		status_running(l->spec, l->started, now, out);
	status_number(out, "waiting", (int64_t)l->waiting.n);
	status_number(out, "ran", (int64_t)l->ran);
	status_number(out, "failed", (int64_t)l->failed);
	status_number(out, "dropped", (int64_t)l->dropped);
	if (l->last)
		status_last(l->last, &l->result, out);
}

static void status_mail(const RunLane *l, Status *out)
{
	status_number(out, "sent", (int64_t)(l->ran - l->failed));
	status_number(out, "failed", (int64_t)l->failed);
	status_number(out, "dropped", (int64_t)l->dropped);
	status_number(out, "waiting", (int64_t)(l->waiting.n + (l->spec ? 1 : 0)));
	if (l->error)
		status_string(out, "last_error", l->error);
}

static void status_reader(const RunReader *reader, Instant now, Status *out)
{
	if (reader->job)
		status_running(reader->spec, reader->started, now, out);
	status_number(out, "ended", (int64_t)reader->ended);
	if (reader->ended)
		status_last(reader->spec, &reader->result, out);
}

void run_status(const Run *r, JobKey key, Instant now, Status *out)
{
	static const RunLane none;
	const RunLane *l;

	if (key.kind == JOB_FIFO_READER) {
		const RunReader *reader = run_reader_find(r, key);

		if (reader)
			status_reader(reader, now, out);
		return;
	}
	l = run_lane_find(r, key) ?: &none;
	if (key.kind == JOB_MAIL)
		status_mail(l, out);
	else
		status_lane(l, now, out);
}
