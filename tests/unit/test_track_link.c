/* SPDX-License-Identifier: MIT */
/* Debounce of links (behaviour 49). */
#include "track/track_link.h"
#include "unit.h"

#define SEC USEC_PER_SEC

static const TrackLinkConfig delays = { .name = "eth0", .down_usec = SEC, .up_usec = 3 * SEC };

static TrackLink link_that_is(bool up)
{
	TrackLink t;

	track_link_init(&t, &delays);
	(void)track_link_seen(&t, up, INSTANT_NEVER, 0);
	return t;
}

static void first_word_counts_at_once(void **state _unused_)
{
	TrackLink t;

	track_link_init(&t, &delays);
	assert_true(track_link_seen(&t, true, INSTANT_NEVER, 0));
	assert_true(t.up);
	track_link_init(&t, &delays);
	assert_false(track_link_seen(&t, false, INSTANT_NEVER, 0));
	assert_true(!t.up && t.known);
	assert_int_equal(t.due, INSTANT_NEVER);
}

static void change_waits_for_its_delay(void **state _unused_)
{
	TrackLink t = link_that_is(true);

	assert_false(track_link_seen(&t, false, INSTANT_NEVER, 10 * SEC));
	assert_int_equal(t.due, 11 * SEC);
	assert_true(t.up);
	assert_false(track_link_seen(&t, false, INSTANT_NEVER, 10 * SEC + 5)); /* told again */
	assert_int_equal(t.due, 11 * SEC);
	assert_false(track_link_timer(&t, 11 * SEC - 1));
	assert_true(track_link_timer(&t, 11 * SEC));
	assert_true(!t.up && t.due == INSTANT_NEVER);
	assert_false(track_link_timer(&t, 12 * SEC));
	assert_false(track_link_seen(&t, true, INSTANT_NEVER, 20 * SEC));
	assert_int_equal(t.due, 23 * SEC);
	assert_true(track_link_timer(&t, 23 * SEC));
	assert_true(t.up);
}

static void flap_is_not_seen(void **state _unused_)
{
	TrackLink t = link_that_is(true);

	(void)track_link_seen(&t, false, INSTANT_NEVER, 10 * SEC);
	assert_false(track_link_seen(&t, true, INSTANT_NEVER, 10 * SEC + SEC / 2));
	assert_int_equal(t.due, INSTANT_NEVER);
	/* The next one is a new one. */
	(void)track_link_seen(&t, false, INSTANT_NEVER, 10 * SEC + SEC / 2 + 1);
	assert_int_equal(t.due, 11 * SEC + SEC / 2 + 1);
}

static void delay_is_cut(void **state _unused_)
{
	TrackLink t = link_that_is(false);

	(void)track_link_seen(&t, true, SEC / 2, 10 * SEC);
	assert_int_equal(t.due, 10 * SEC + SEC / 2);
	t = link_that_is(true);
	assert_true(track_link_seen(&t, false, 0, 10 * SEC));
	assert_false(t.up);
}

static void no_delay_is_no_wait(void **state _unused_)
{
	const TrackLinkConfig none = { .name = "eth0" };
	TrackLink t;

	track_link_init(&t, &none);
	(void)track_link_seen(&t, true, INSTANT_NEVER, 0);
	assert_true(track_link_seen(&t, false, INSTANT_NEVER, 5));
	assert_true(track_link_seen(&t, true, INSTANT_NEVER, 5));
}

static void link_that_is_gone_is_down_at_once(void **state _unused_)
{
	TrackLink t = link_that_is(true);

	(void)track_link_seen(&t, false, INSTANT_NEVER, 10 * SEC);
	assert_true(track_link_gone(&t));
	assert_true(!t.up && t.due == INSTANT_NEVER);
	assert_false(track_link_gone(&t));
	assert_false(track_link_seen(&t, true, INSTANT_NEVER, 20 * SEC));
	assert_int_equal(t.due, 23 * SEC);
}

static const struct CMUnitTest tests[] = {
	T(first_word_counts_at_once),
	T(change_waits_for_its_delay),
	T(flap_is_not_seen),
	T(delay_is_cut),
	T(no_delay_is_no_wait),
	T(link_that_is_gone_is_down_at_once),
};

unit_main(tests)
