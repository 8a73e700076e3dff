/* SPDX-License-Identifier: MIT */
#include "core/job.h"

/* What a copy holds behind its JobSpec, filled from front to back. */
typedef struct JobRoom {
	char *at;
} JobRoom;

static size_t job_aligned(size_t n)
{
	return (n + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
}

static void *room_take(JobRoom *room, const void *bytes, size_t n)
{
	char *at = room->at;

	if (n)
		memcpy(at, bytes, n);
	room->at += n;
	return at;
}

static const char *room_string(JobRoom *room, const char *s)
{
	return room_take(room, s, strlen(s) + 1);
}

JobSpec *job_copy(const JobSpec *spec)
{
	const size_t groups = spec->n_groups * sizeof(*spec->groups);
	size_t words = 0, size = spec->input_len + 1;
	const char **argv;
	JobSpec *copy;
	JobRoom room;

	size += strlen(spec->name ?: spec->argv[0]) + 1;
	for (; spec->argv[words]; words++)
		size += strlen(spec->argv[words]) + 1;
	size += job_aligned(sizeof(*copy)) + (words + 1) * sizeof(*argv) + groups;
	copy = mem_alloc(1, size);
	*copy = *spec;
	room.at = (char *)copy + job_aligned(sizeof(*copy));
	argv = room_take(&room, spec->argv, (words + 1) * sizeof(*argv));
	if (spec->n_groups)
		copy->groups = room_take(&room, spec->groups, groups);
	for (size_t i = 0; i < words; i++)
		argv[i] = room_string(&room, argv[i]);
	copy->argv = argv;
	copy->name = room_string(&room, spec->name ?: spec->argv[0]);
	if (spec->input)
		copy->input = room_take(&room, spec->input, spec->input_len);
	return copy;
}

bool job_same(const JobSpec *a, const JobSpec *b)
{
	const char *const *v = a->argv, *const *w = b->argv;

	for (; *v && *w; v++, w++)
		if (strcmp(*v, *w) != 0)
			return false;
	return !*v && !*w && a->uid == b->uid && a->gid == b->gid;
}

void job_command_text(const JobSpec *spec, StrBuf *out)
{
	for (const char *const *w = spec->argv; *w; w++)
		strbuf_printf(out, "%s%s", w == spec->argv ? "" : " ", *w);
}

void job_result_text(const JobResult *result, StrBuf *out)
{
	static const char *const ends[] = {
		[JOB_EXITED] = "exited with status",
		[JOB_SIGNALED] = "ended by signal",
		[JOB_TIMEOUT] = "timed out",
		[JOB_NOT_RUN] = "could not be run, errno",
	};

	strbuf_add(out, ends[result->end]);
	if (result->end != JOB_TIMEOUT)
		strbuf_printf(out, " %d", result->code);
}

bool job_failed(const JobResult *result)
{
	return result->end != JOB_EXITED || result->code;
}

char *job_error(const JobResult *result)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char *at = result->output;
	size_t n = at ? result->output_len : 0;

	while (n && at[n - 1] == '\n')
		n--;
	for (size_t i = n; i-- > 0;)
		if (at[i] == '\n') {
			at += i + 1;
			n -= i + 1;
			break;
		}
	if (n)
		strbuf_addn(&text, at, n);
	else if (result->end == JOB_NOT_RUN)
		strbuf_printf(&text, "could not be run: %s",
			strerrordesc_np(result->code) ?: "unknown error");
	else
		job_result_text(result, &text);
	return mem_strdup(strbuf_text(&text));
}
