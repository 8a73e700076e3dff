/* SPDX-License-Identifier: MIT */
#pragma once

/* A program to run: a check script, a notify script, a resource agent. */

#include "base/instant.h"

/* Who asked, so that the answer finds its way back. One job of a key runs at a time. */
typedef struct JobKey {
	uint16_t kind; /* JobKind */
	uint32_t id;   /* of the asker: the index of the check script */
} JobKey;

typedef enum JobKind {
	JOB_CHECK, /* a vrrp_script */
} JobKind;

typedef struct JobSpec {
	const char *name;	 /* for people */
	const char *const *argv; /* NULL at the end; argv[0] is looked up in PATH if it has no / */
	uint32_t uid, gid;
	Span timeout_usec; /* then TERM to the process group */
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
} JobResult;
