/* SPDX-License-Identifier: MIT */
#include "track/track_link.h"

void track_link_init(TrackLink *t, const TrackLinkConfig *config)
{
	*t = (TrackLink){ .config = config, .due = INSTANT_NEVER };
}

bool track_link_seen(TrackLink *t, bool up, Span most, Instant now)
{
	const Span delay = MIN(most, up ? t->config->up_usec : t->config->down_usec);

	if (!t->known) {
		t->known = true;
		t->up = up;
		return up;
	}
	if (up == t->up) {
		t->due = INSTANT_NEVER;
		return false;
	}
	if (t->due == INSTANT_NEVER)
		t->due = instant_add(now, delay);
	return track_link_timer(t, now);
}

bool track_link_gone(TrackLink *t)
{
	const bool was_up = t->up;

	t->known = true;
	t->up = false;
	t->due = INSTANT_NEVER;
	return was_up;
}

/* Only the other word can have been waiting. */
bool track_link_timer(TrackLink *t, Instant now)
{
	if (t->due == INSTANT_NEVER || now < t->due)
		return false;
	t->due = INSTANT_NEVER;
	t->up = !t->up;
	return true;
}
