/* SPDX-License-Identifier: MIT */
#pragma once

/* track: health as numbers and faults. A check script runs every `interval`; `rise` good or `fall`
 * bad results in a row change what it says (the first result counts at once, behaviour 112). It
 * never runs anything itself: it asks for a job and is told how that ended. */

#include "base/instant.h"
#include "core/effect.h"
#include "core/limits.h"

typedef struct TrackScriptConfig {
	const char *name;
	JobSpec job; /* job.name is the script's name; timeout defaults to the interval */
	Span interval_usec;
	uint32_t rise, fall; /* >= 1 */
	int weight;	     /* -253..253; 0: bad means FAULT */
	bool reverse;	     /* the weight counts the other way round */
	bool init_fail;	     /* bad until the first result */
	bool disabled;	     /* never run, bad from the start: script security forbids it */
} TrackScriptConfig;

typedef enum TrackHealth {
	TRACK_UNKNOWN, /* no result yet */
	TRACK_GOOD,
	TRACK_BAD,
} TrackHealth;

typedef struct TrackScript {
	const TrackScriptConfig *config; /* borrowed */
	uint32_t index;			 /* of the configuration; the id in its job key */
	TrackHealth health;
	uint32_t in_row; /* results in a row that speak against `health` */
	bool running;
	Instant due; /* the next run; INSTANT_NEVER until started */
	bool any_result;
	int last_status;	       /* as traced: exit status, or 128 + signal */
	JobResult last;		       /* its output stands here: */
	char output[LIMIT_JOB_OUTPUT]; /* the last of what that run wrote, no NUL */
} TrackScript;

void track_script_init(TrackScript *t, const TrackScriptConfig *config, uint32_t index);

/* A script that must not be run never becomes due. */
void track_script_start(TrackScript *t, Instant now);
/* Runs the check if it is due. A check that is still running is not run a second time. */
void track_script_step(TrackScript *t, Instant now, Effects *out);
/* True when the health changed. */
bool track_script_done(TrackScript *t, const JobResult *result, Effects *out);

/* What a tracker adds to a priority: weight > 0 while good, weight < 0 while bad (behaviour 110);
 * reversed, the same with the other sign, as keepalived 2.2.7 does. Nothing while unknown. */
int track_weight(int weight, bool reverse, TrackHealth health);
