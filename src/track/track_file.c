/* SPDX-License-Identifier: MIT */
#include "track/track_file.h"

#include "core/limits.h"

static const int64_t FILE_VALUE_MOST = INT64_C(1) << 31;

/* strtol's number at the start of the text, 0 when there is none. keepalived 2.2.7 looks at one
 * byte less than it reads. */
static int64_t file_number(const EventFile *event)
{
	char text[LIMIT_FILE_TEXT] = { 0 };

	if (event->text)
		memcpy(text, event->text, MIN(event->len, sizeof(text) - 1));
	return strtoll(text, NULL, 0);
}

bool track_file_seen(TrackFile *t, const EventFile *event, Effects *out)
{
	const int64_t before = t->value, number = file_number(event);
	const bool first = !t->known;

	t->known = true;
	if (number > FILE_VALUE_MOST || number < -FILE_VALUE_MOST) {
		effects_trace(out, (TraceRecord){ .reason = TRACE_FILE_IGNORED,
					   .subject = t->config->watch.path,
					   .a = number });
		return first;
	}
	t->value = number;
	if (number != before)
		effects_trace(out, (TraceRecord){ .reason = TRACE_FILE_NOW,
					   .subject = t->config->name,
					   .a = number });
	return first || number != before;
}

/* Both factors are at most 2^31. */
static int64_t file_adds(const TrackFile *t, int weight, bool reverse)
{
	const int64_t adds = t->value * weight;

	return reverse ? -adds : adds;
}

int track_file_weight(const TrackFile *t, int weight, bool reverse)
{
	const int64_t adds = file_adds(t, weight, reverse);

	return (int)MAX(TRACK_FILE_FAULT, MIN(adds, TRACK_FILE_MOST));
}

bool track_file_bad(const TrackFile *t, int weight, bool reverse)
{
	if (!t->known)
		return false;
	if (!weight)
		return (t->value != 0) != reverse;
	return file_adds(t, weight, reverse) <= TRACK_FILE_FAULT;
}
