/* SPDX-License-Identifier: MIT */
#pragma once

/* A program to run: a check script, a notify script, a resource agent. */

#include "base/instant.h"
#include "base/strbuf.h"

/* Who asked, so that the answer finds its way back. One job of a key runs at a time. */
typedef struct JobKey {
	uint16_t kind; /* JobKind */
	uint32_t id;   /* of the asker: an index into what the kind speaks of */
} JobKey;

typedef enum JobKind {
	JOB_CHECK,	  /* a vrrp_script */
	JOB_NOTIFY,	  /* of an instance */
	JOB_NOTIFY_GROUP, /* of a sync group */
	JOB_FIFO_READER,  /* long-lived: notify_fifo_script */
	JOB_MAIL,	  /* id 0: one after the other */
	JOB_CLOUD,	  /* a request for a floating_ip */
} JobKind;

typedef struct JobSpec {
	const char *name;	 /* for people */
	const char *const *argv; /* NULL at the end; argv[0] is looked up in PATH if it has no / */
	uint32_t uid, gid;
	const uint32_t *groups; /* supplementary ones of the user; none: gid alone */
	size_t n_groups;
	Span timeout_usec; /* then TERM to the process group; 0: none */
	/* It may start what goes on after it, and after us: its output neither blocks nor ends
	 * that when nobody reads it any more. */
	bool outlived;
	const char *input; /* what it reads from its standard input; NULL: nothing */
	size_t input_len;
} JobSpec;

typedef enum JobEnd {
	JOB_EXITED,   /* code: the exit status */
	JOB_SIGNALED, /* code: the signal */
	JOB_TIMEOUT,  /* was ended by us at its timeout */
	JOB_NOT_RUN,  /* could not be started; code: errno */
} JobEnd;

typedef struct JobResult {
	JobEnd end;
	int code;
	Span took_usec;
	const char *output; /* the last of what it wrote, borrowed for the step; NULL: nothing */
	size_t output_len;  /* <= LIMIT_JOB_OUTPUT */
} JobResult;

/* A copy with all that it points to, in one piece: free() it. Without a name it is called by its
 * program. */
JobSpec *job_copy(const JobSpec *spec);
/* The same words for the same user. */
bool job_same(const JobSpec *a, const JobSpec *b);
/* For people: the command; and "exited with status 1", "timed out". */
void job_command_text(const JobSpec *spec, StrBuf *out);
void job_result_text(const JobResult *result, StrBuf *out);
bool job_failed(const JobResult *result);
/* The last line that it wrote; if it wrote nothing, how it ended. free() it. */
char *job_error(const JobResult *result);
