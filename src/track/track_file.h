/* SPDX-License-Identifier: MIT */
#pragma once

/* A number in a file: times a weight it is added to the priority (keepalived.conf(5), track_file;
 * behaviour 121). */

#include "base/diag.h"
#include "core/effect.h"
#include "core/event.h"

typedef struct TrackFileConfig {
	const char *name;
	SourcePos pos;
	WatchFile watch;
	int weight; /* -254..254; 0: a value other than 0 means FAULT */
	bool reverse;
} TrackFileConfig;

typedef struct TrackFile {
	const TrackFileConfig *config; /* borrowed */
	bool known;		       /* it was reported */
	int64_t value;		       /* 0 when missing, unreadable or no number */
} TrackFile;

/* True when the value changed. */
bool track_file_seen(TrackFile *t, const EventFile *event, Effects *out);
