/* SPDX-License-Identifier: MIT */
#pragma once

/* So many processes of a program must be running (keepalived.conf(5), vrrp_track_process;
 * behaviour 123). What runs is reported from outside; the end of each process that counts is asked
 * to be reported at once. */

#include "base/instant.h"
#include "base/vec.h"
#include "core/effect.h"
#include "core/event.h"
#include "track/track_script.h"

/* How the words of a command line are held against those of the configuration. As in keepalived
 * 2.2.7, where the manual has it otherwise for a program without arguments. */
typedef enum TrackParamMatch {
	TRACK_PARAM_NONE,    /* not given: exact when arguments are configured */
	TRACK_PARAM_EXACT,   /* the very same arguments */
	TRACK_PARAM_INITIAL, /* the first ones, and the last of them may be longer */
	TRACK_PARAM_PARTIAL, /* the first ones */
} TrackParamMatch;

typedef struct TrackProcessConfig {
	const char *name;
	const char *const *argv; /* the program, then the arguments; NULL at the end */
	bool full_command;	 /* compare with the command line, not with the short name */
	TrackParamMatch param_match;
	uint32_t quorum;     /* so many at least; not looked at when quorum_max is 0 */
	bool has_quorum_max; /* false: any number above quorum will do */
	uint32_t quorum_max; /* 0: none may run */
	Span fork_delay_usec, terminate_delay_usec;
	int weight; /* 0: quorum missed means FAULT */
	bool reverse;
} TrackProcessConfig;

typedef struct TrackProcess {
	const TrackProcessConfig *config; /* borrowed */
	VEC(int32_t) pids;		  /* that match */
	TrackHealth health;		  /* GOOD: quorum held; UNKNOWN: nothing was reported yet */
	Instant due;			  /* a delayed change; INSTANT_NEVER: none */
} TrackProcess;

void track_process_init(TrackProcess *t, const TrackProcessConfig *config);
void track_process_free(TrackProcess *t);
/* The short name (its first 15 bytes), unless the configuration has full_command, arguments or
 * param_match: then the words of the command line, of which the first must be the same. */
bool track_process_matches(const TrackProcessConfig *c, const EventProcess *p);
/* A reload: what `was` knows goes over if both look for the same processes; false: they do not. */
bool track_process_adopt(TrackProcess *t, TrackProcess *was, Instant now, Effects *out);
/* Each true when the health changed. A change that one more process makes waits fork_delay, one
 * that one less makes terminate_delay; if it is undone meanwhile it never was. */
bool track_process_seen(TrackProcess *t, const EventProcess *p, Instant now, Effects *out);
bool track_process_gone(TrackProcess *t, int32_t pid, Instant now, Effects *out);
/* All that run at the start were reported: what was not found is not there. */
bool track_process_settled(TrackProcess *t, Effects *out);
bool track_process_timer(TrackProcess *t, Instant now, Effects *out);
