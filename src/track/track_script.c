/* SPDX-License-Identifier: MIT */
#include "track/track_script.h"

void track_script_init(TrackScript *t, const TrackScriptConfig *config, uint32_t index)
{
	*t = (TrackScript){ .config = config, .index = index, .due = INSTANT_NEVER };
	if (config->init_fail || config->disabled)
		t->health = TRACK_BAD;
}

void track_script_start(TrackScript *t, Instant now)
{
	if (!t->config->disabled)
		t->due = now;
}

void track_script_step(TrackScript *t, Instant now, Effects *out)
{
	if (now < t->due)
		return;
	t->due = instant_add(now, t->config->interval_usec);
	if (t->running)
		return;
	t->running = true;
	effects_add(out, (Effect){ .kind = EFFECT_JOB,
				 .job = { .key = { .kind = JOB_CHECK, .id = t->index },
					 .spec = &t->config->job } });
}

/* As keepalived counts it for "now returning": a signal or a run that never was is no status. */
static int track_script_status(const JobResult *result)
{
	return result->end == JOB_EXITED ? result->code : 128 + result->code;
}

static void track_script_trace(const TrackScript *t, const JobResult *result, Effects *out)
{
	static const TraceReason reasons[] = {
		[JOB_EXITED] = TRACE_SCRIPT_EXIT,
		[JOB_SIGNALED] = TRACE_SCRIPT_SIGNAL,
		[JOB_TIMEOUT] = TRACE_SCRIPT_TIMEOUT,
		[JOB_NOT_RUN] = TRACE_SCRIPT_NOT_RUN,
	};
	TraceReason reason = reasons[result->end];

	if (reason == TRACE_SCRIPT_EXIT && !result->code)
		reason = TRACE_SCRIPT_OK;
	effects_trace(out,
		(TraceRecord){ .reason = reason, .subject = t->config->name, .a = result->code });
}

static void track_script_keep(TrackScript *t, const JobResult *result)
{
	const size_t n = result->output ? MIN(result->output_len, sizeof(t->output)) : 0;

	if (n)
		memcpy(t->output, result->output + result->output_len - n, n);
	t->last.output = NULL; /* was borrowed for the step */
	t->last.output_len = n;
}

bool track_script_done(TrackScript *t, const JobResult *result, Effects *out)
{
	const bool good = result->end == JOB_EXITED && !result->code;
	const TrackHealth says = good ? TRACK_GOOD : TRACK_BAD;
	const int status = track_script_status(result);
	const uint32_t needed = good ? t->config->rise : t->config->fall;
	const bool first = !t->any_result;

	t->running = false;
	t->last = *result;
	track_script_keep(t, result);
	if (!first && status != t->last_status && result->end == JOB_EXITED)
		effects_trace(out, (TraceRecord){ .reason = TRACE_SCRIPT_NOW,
					   .subject = t->config->name,
					   .a = status });
	t->any_result = true;
	t->last_status = status;
	if (first) {
		/* It decides alone (behaviour 112); after init_fail it may find us so already. */
		const bool changed = says != t->health;

		track_script_trace(t, result, out);
		t->health = says;
		return changed;
	}
	if (says == t->health) {
		t->in_row = 0;
		return false;
	}
	if (++t->in_row < needed)
		return false;
	track_script_trace(t, result, out);
	t->in_row = 0;
	t->health = says;
	return true;
}

int track_weight(int weight, bool reverse, TrackHealth health)
{
	const TrackHealth counts = weight > 0 ? TRACK_GOOD : TRACK_BAD;

	if (health != counts)
		return 0;
	return reverse ? -weight : weight;
}
