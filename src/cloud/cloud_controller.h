/* SPDX-License-Identifier: MIT */
#pragma once

/* Makes a floating address ours and keeps it so, for as long as that is wanted: who owns it? locked:
 * wait; assign, follow the action, verify, look again 5 s later and then every 60 s. It decides by
 * what is, not by what has happened, so that whatever was lost or done by others on the way, the
 * owner ends as the master. At most one request is in flight, at most 30 are made in any minute, and
 * it never unassigns: who lost the mastership says nothing more. */

#include "base/instant.h"
#include "cloud/cloud.h"

enum { CLOUD_CALLS = 30 }; /* in any 60 s */

typedef struct CloudController {
	const FloatingConfig *config; /* borrowed */
	uint64_t random;
	bool wanted;
	bool gone;	 /* the request in flight was given up: what comes of it is not looked at */
	CloudAsk flying; /* CLOUD_NOTHING: no request is in flight */
	CloudAsk next;
	Instant due; /* of `next` */
	char server[CLOUD_ID], owner[CLOUD_ID], action[CLOUD_ID];
	bool older, owner_known;
	bool assigned;		    /* we began an action since it was wanted */
	unsigned verified;	    /* how often in a row it was ours */
	unsigned failures;	    /* in a row */
	unsigned polls;		    /* of a lock or an action, in a row */
	Instant waiting_since;	    /* for a lock or an action; INSTANT_NEVER: not */
	Instant calls[CLOUD_CALLS]; /* a ring: when the last ones were made */
	uint32_t call;		    /* of these the oldest */
	uint64_t n_calls, n_assigns;
	CloudOutcome fault; /* CLOUD_OK: none */
	CloudAsk fault_ask;
	Instant fault_at;
	char text[CLOUD_TEXT]; /* the last trouble */
	bool active, active_known;
	Instant owner_at;
} CloudController;

/* What an answer came to, for the log. */
typedef enum CloudNews {
	CLOUD_NEWS_NONE,
	CLOUD_NEWS_ASSIGNING,
	CLOUD_NEWS_OURS,   /* it has become ours */
	CLOUD_NEWS_LOST,   /* it was ours, and somebody else has it */
	CLOUD_NEWS_FAULT,  /* a person must look: text */
	CLOUD_NEWS_FAILED, /* the first failure in a row: text */
} CloudNews;

void cloud_init(CloudController *c, const FloatingConfig *config, uint64_t seed);
/* True: the request in flight is to be ended. */
bool cloud_want(CloudController *c, bool wanted, Instant now);
/* When cloud_ask() may have something. */
Instant cloud_due(const CloudController *c);
/* True when this is to be asked now; it is in flight until cloud_answer(). The request borrows from
 * the controller. */
bool cloud_ask(CloudController *c, Instant now, CloudRequest *ret_request);
CloudNews cloud_answer(CloudController *c, const CloudAnswer *a, Instant now);
/* A new request may be made though no answer came: who carried it out is gone. */
void cloud_forget(CloudController *c, Instant now);
bool cloud_ours(const CloudController *c);
/* What a person can do about a fault; NULL: nothing in general. */
const char *cloud_hint(const CloudController *c);
/* "owned", "assigning", "waiting"... */
const char *cloud_state(const CloudController *c);
