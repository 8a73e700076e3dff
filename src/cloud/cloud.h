/* SPDX-License-Identifier: MIT */
#pragma once

/* cloud: floating addresses at providers. A controller (cloud_controller) is fed with answers and
 * time and says what to ask next; a file for each provider builds requests and reads answers. The
 * two meet in one request and one answer, which also go as text between the engine and the program
 * that speaks HTTP (cloud_message), so that the engine reads no JSON and, of a token in a file,
 * knows nothing. Nothing here makes a system call or knows the time. */

#include "core/floating.h"

enum {
	CLOUD_ID = 64,	  /* letters of an id, with the NUL */
	CLOUD_TEXT = 320, /* of what a provider says, with the NUL */
};

/* What the owner is called by a script that has no `server`. */
#define CLOUD_SELF "self"

typedef enum CloudAsk {
	CLOUD_NOTHING,
	CLOUD_SERVER, /* which machine are we? (metadata) */
	CLOUD_OWNER,  /* whose is the address, is it locked? */
	CLOUD_ASSIGN,
	CLOUD_ACTION, /* how far is what was begun? */
	CLOUD_ACTIVE, /* does this machine see itself as holder? (metadata) */
	CLOUD_ASKS,
} CloudAsk;

typedef enum CloudOutcome {
	CLOUD_OK,
	CLOUD_BUSY,    /* another action is under way: wait */
	CLOUD_LIMITED, /* too many requests: wait as long as it says */
	CLOUD_OLDER,   /* not under this path: there is an older one */
	CLOUD_FAILED,  /* no answer, or none that makes sense: again soon */
	/* What only a person can mend. */
	CLOUD_DENIED,	 /* 401 */
	CLOUD_FORBIDDEN, /* 403 */
	CLOUD_MISSING,	 /* 404 */
	CLOUD_REFUSED,	 /* any other 4xx */
	CLOUD_TOKEN,	 /* there is no token, or its file must not be used */
	CLOUD_OUTCOMES,
} CloudOutcome;

typedef enum CloudAction {
	CLOUD_ACTION_NONE,
	CLOUD_ACTION_RUNNING,
	CLOUD_ACTION_DONE,
	CLOUD_ACTION_ERRORED,
} CloudAction;

typedef struct CloudRequest {
	CloudAsk ask;
	const FloatingConfig *config;
	const char *server, *action; /* "" when not known */
	bool older;		     /* by the older path */
} CloudRequest;

typedef struct CloudAnswer {
	CloudOutcome outcome;
	char id[CLOUD_ID]; /* server, owner (empty: nobody), or action */
	bool locked, active;
	CloudAction action;
	uint32_t retry_after;  /* seconds; 0: it did not say */
	char text[CLOUD_TEXT]; /* for people; empty: nothing */
} CloudAnswer;

/* "owner" */
const char *cloud_ask_name(CloudAsk ask);
/* Printable ASCII, cut to fit. */
void cloud_copy(char *to, size_t size, const char *from, size_t len);

/* As lines of "key: value". */
void cloud_request_write(const CloudRequest *q, StrBuf *out);
void cloud_answer_write(const CloudAnswer *a, StrBuf *out);
/* Cuts `text` up; the request points into it. False: it is none. `ret_config` is what
 * ret_request->config points to. */
bool cloud_request_read(char *text, FloatingConfig *ret_config, CloudRequest *ret_request);
/* What is missing makes it CLOUD_FAILED. */
void cloud_answer_read(const char *text, size_t len, CloudAnswer *ret_answer);
