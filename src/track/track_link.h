/* SPDX-License-Identifier: MIT */
#pragma once

/* Debounce of a link that flaps: interface_up_down_delays (behaviour 49). */

#include "base/diag.h"
#include "base/instant.h"

typedef struct TrackLinkConfig {
	const char *name; /* of the interface */
	SourcePos pos;
	Span down_usec, up_usec;
} TrackLinkConfig;

typedef struct TrackLink {
	const TrackLinkConfig *config; /* borrowed */
	bool up;		       /* as it counts */
	bool known;
	Instant due; /* when what the kernel says will count; INSTANT_NEVER: it does */
} TrackLink;

/* What the kernel says now. Each true when what counts changed. */
bool track_link_seen(TrackLink *t, bool up, Instant now);
bool track_link_timer(TrackLink *t, bool up, Instant now);
