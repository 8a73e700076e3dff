/* SPDX-License-Identifier: MIT */
#pragma once

/* A number in a file: times a weight it is added to the priority (keepalived.conf(5), track_file;
 * behaviour 121). */

#include "base/instant.h"
#include "core/effect.h"
#include "core/event.h"

enum {
	TRACK_FILE_FAULT = -254, /* what adds so little or less is a fault */
	TRACK_FILE_MOST = 253,	 /* it never adds more */
};

typedef struct TrackFileConfig {
	const char *name;
	WatchFile watch;
	int weight; /* any; 0: a value other than 0 means FAULT */
	bool reverse;
} TrackFileConfig;

typedef struct TrackFile {
	const TrackFileConfig *config; /* borrowed */
	bool known;		       /* it was reported */
	int64_t value;		       /* -2^31..2^31; 0 when missing, unreadable or no number */
} TrackFile;

/* True when the value changed or is known now. A number beyond 2^31 is told and changes nothing;
 * what follows a number is not looked at. */
bool track_file_seen(TrackFile *t, const EventFile *event, Effects *out);

/* What it adds to a priority, TRACK_FILE_FAULT..TRACK_FILE_MOST; nothing while unknown. */
int track_file_weight(const TrackFile *t, int weight, bool reverse);
/* Weight 0: the value is bad. Else: it adds TRACK_FILE_FAULT or less. Never while unknown. */
bool track_file_bad(const TrackFile *t, int weight, bool reverse);
