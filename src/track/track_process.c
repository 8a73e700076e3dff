/* SPDX-License-Identifier: MIT */
#include "track/track_process.h"

enum { PROCESS_COMM = 15 }; /* bytes of the kernel's short name */

void track_process_init(TrackProcess *t, const TrackProcessConfig *config)
{
	*t = (TrackProcess){ .config = config, .due = INSTANT_NEVER };
}

void track_process_free(TrackProcess *t)
{
	vec_free(&t->pids);
}

/* The words of the command line, each with its NUL, against those of the configuration. */
static bool process_matches_words(const TrackProcessConfig *c, const EventProcess *p)
{
	const bool longer = c->argv[1] && c->param_match == TRACK_PARAM_INITIAL;
	size_t at = 0;

	for (const char *const *word = c->argv; *word; word++) {
		/* The NUL counts, but behind the last word of an initial match. */
		const size_t n = strlen(*word) + !(longer && !word[1]);

		if (n > p->cmdline_len - at || memcmp(p->cmdline + at, *word, n) != 0)
			return false;
		at += n;
	}
	if (c->param_match > TRACK_PARAM_EXACT)
		return true;
	return (!c->argv[1] && c->param_match == TRACK_PARAM_NONE) || at == p->cmdline_len;
}

bool track_process_matches(const TrackProcessConfig *c, const EventProcess *p)
{
	if (!c->full_command && !c->argv[1] && c->param_match == TRACK_PARAM_NONE)
		return !strncmp(c->argv[0], p->comm, PROCESS_COMM);
	return process_matches_words(c, p);
}

/* PIDs that match are few. */
static size_t process_find(const TrackProcess *t, int32_t pid)
{
	size_t i = 0;

	while (i < t->pids.n && t->pids.items[i] != pid)
		i++;
	return i;
}

static TrackHealth process_quorum(const TrackProcess *t)
{
	const TrackProcessConfig *c = t->config;
	const size_t n = t->pids.n;

	if (c->has_quorum_max && !c->quorum_max)
		return n ? TRACK_BAD : TRACK_GOOD;
	return n >= c->quorum && (!c->has_quorum_max || n <= c->quorum_max) ? TRACK_GOOD
									    : TRACK_BAD;
}

static void process_trace(const TrackProcess *t, Effects *out)
{
	effects_trace(out, (TraceRecord){ .reason = t->health == TRACK_GOOD ? TRACE_QUORUM_GAINED
									    : TRACE_QUORUM_LOST,
				   .subject = t->config->name });
}

/* Their number has changed. */
static bool process_judge(TrackProcess *t, Span delay, Instant now, Effects *out)
{
	if (t->health == TRACK_UNKNOWN)
		return false;
	if (process_quorum(t) == t->health) {
		t->due = INSTANT_NEVER;
		return false;
	}
	if (t->due == INSTANT_NEVER)
		t->due = instant_add(now, delay);
	return track_process_timer(t, now, out);
}

static bool process_same_words(const char *const *a, const char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return !*a && !*b;
}

bool track_process_adopt(TrackProcess *t, TrackProcess *was, Instant now, Effects *out)
{
	const TrackProcessConfig *c = t->config, *before = was->config;

	if (c->full_command != before->full_command || c->param_match != before->param_match ||
		!process_same_words(c->argv, before->argv))
		return false;
	*t = *was;
	*was = (TrackProcess){ .config = before, .due = INSTANT_NEVER };
	t->config = c;
	(void)process_judge(t, 0, now, out);
	return true;
}

bool track_process_seen(TrackProcess *t, const EventProcess *p, Instant now, Effects *out)
{
	if (!track_process_matches(t->config, p))
		return track_process_gone(t, p->pid, now, out);
	if (process_find(t, p->pid) < t->pids.n)
		return false;
	vec_push(&t->pids, p->pid);
	effects_add(out, (Effect){ .kind = EFFECT_WATCH_PID, .watch_pid = p->pid });
	return process_judge(t, t->config->fork_delay_usec, now, out);
}

bool track_process_gone(TrackProcess *t, int32_t pid, Instant now, Effects *out)
{
	const size_t i = process_find(t, pid);

	if (i == t->pids.n)
		return false;
	t->pids.items[i] = t->pids.items[--t->pids.n];
	return process_judge(t, t->config->terminate_delay_usec, now, out);
}

bool track_process_settled(TrackProcess *t, Effects *out)
{
	if (t->health != TRACK_UNKNOWN)
		return false;
	t->health = process_quorum(t);
	if (t->health == TRACK_BAD)
		process_trace(t, out);
	return true;
}

/* Only the other health can have been waiting. */
bool track_process_timer(TrackProcess *t, Instant now, Effects *out)
{
	if (t->due == INSTANT_NEVER || now < t->due)
		return false;
	t->due = INSTANT_NEVER;
	t->health = t->health == TRACK_GOOD ? TRACK_BAD : TRACK_GOOD;
	process_trace(t, out);
	return true;
}
