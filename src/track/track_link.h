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

void track_link_init(TrackLink *t, const TrackLinkConfig *config);
/* What the kernel says now: the first word counts at once, another one when it has stood for its
 * delay, of which no more than `most` is waited. True when what counts changed. */
bool track_link_seen(TrackLink *t, bool up, Span most, Instant now);
/* The link does not exist: that counts at once. True when it counted as up. */
bool track_link_gone(TrackLink *t);
/* True when what counts changed. */
bool track_link_timer(TrackLink *t, Instant now);
