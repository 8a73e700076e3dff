/* SPDX-License-Identifier: MIT */
/* Dates, durations, the calendar, and the intervals and scores of a CIB. What is taken and what is
 * refused was held against Debian's iso8601 (Pacemaker 2.1.5). */
#include "cib/cib_date.h"
#include "cib/cib_value.h"
#include "unit.h"

#define DAY_SEC 86400

static void dates_are_read_in_every_spelling(void **state _unused_)
{
	static const struct {
		const char *text, *means;
	} dates[] = { { "2012-06-03T10:20:30+02:00", "2012-06-03 08:20:30Z" },
		{ "20120603T102030-0530", "2012-06-03 15:50:30Z" },
		{ "2012-06-03 10:20", "2012-06-03 10:20:00Z" },
		{ "2012-06-03T10:20:30.75Z", "2012-06-03 10:20:30Z" },
		{ "2012-06-03T24:00:00", "2012-06-04 00:00:00Z" },
		{ "2012155", "2012-06-03 00:00:00Z" }, { "2012-155", "2012-06-03 00:00:00Z" },
		{ "2012-366", "2012-12-31 00:00:00Z" }, { "2011-365", "2011-12-31 00:00:00Z" },
		{ "2012-W22-7", "2012-06-03 00:00:00Z" }, { "2012W227", "2012-06-03 00:00:00Z" },
		{ "2009-W01-1", "2008-12-29 00:00:00Z" }, { "2009-W53-7", "2010-01-03 00:00:00Z" },
		{ "2000-02-29", "2000-02-29 00:00:00Z" }, { "0001-01-01", "0001-01-01 00:00:00Z" },
		{ "epoch", "1970-01-01 00:00:00Z" } };
	char text[CIB_DATE_TEXT];
	int64_t sec = 0;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		if (!cib_date_parse(dates[i].text, &sec))
			fail_msg("%s is refused", dates[i].text);
		assert_string_equal(cib_date_text(sec, text), dates[i].means);
	}
}

static void what_is_no_date_is_refused(void **state _unused_)
{
	static const char *const wrong[] = { "", "x", "2012", "2012-", "2012-00-01", "2012-13-01",
		"2012-04-31", "1900-02-29", "2011-366", "2012-367", "2012-000", "2011-W53-1",
		"2012-W00-1", "2012-W01-8", "2012-06-03T", "2012-06-03T25", "2012-06-03T24:00:01",
		"2012-06-03T10:60", "2012-06-03T10:00:60", "2012-06-03T10:00x", "0000-01-01",
		"2012-06-03 10:00 +", "2012-0603" };
	int64_t sec = 7;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (cib_date_parse(wrong[i], &sec))
			fail_msg("%s is taken", wrong[i]);
	assert_false(cib_date_parse(NULL, &sec));
	assert_int_equal(sec, 7);
}

/* Day by day over 400 years beside a calendar that counts. */
static void the_calendar_repeats_after_400_years(void **state _unused_)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = 1969, month = 12, day = 31, year_day = 365, week_day = 3;
	CibMoment m;

	for (int64_t days = -1; days < 146097; days++) {
		bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
		cib_date_split(days * DAY_SEC + 3600, &m);
		assert_int_equal(m.year, year);
		assert_int_equal(m.month, month);
		assert_int_equal(m.day, day);
		assert_int_equal(m.year_day, year_day);
		assert_int_equal(m.week_day, week_day);
		assert_int_equal(m.hour, 1);
		/* A week belongs to the year of its Thursday. */
		int thursday = year_day + 4 - week_day, length = leap ? 366 : 365;
		assert_int_equal(m.week_year, thursday < 1	  ? year - 1
					      : thursday > length ? year + 1
								  : year);
		if (thursday >= 1 && thursday <= length)
			assert_int_equal(m.week, (thursday - 1) / 7 + 1);
		week_day = week_day % 7 + 1;
		day++;
		year_day++;
		if (day > lengths[month - 1] + (leap && month == 2)) {
			day = 1;
			month = month % 12 + 1;
			year_day = month == 1 ? 1 : year_day;
			year += month == 1;
		}
	}
}

static void durations_are_added_by_the_calendar(void **state _unused_)
{
	static const struct {
		const char *from, *duration, *to;
	} sums[] = { { "2012-01-31", "P1M", "2012-02-29 00:00:00Z" },
		{ "2011-01-31", "P1M", "2011-02-28 00:00:00Z" },
		{ "2012-02-29", "P1Y", "2013-02-28 00:00:00Z" },
		{ "2012-11-30", "P3M", "2013-02-28 00:00:00Z" },
		{ "2012-12-31 23:59:59", "PT1S", "2013-01-01 00:00:00Z" },
		{ "2012-02-28", "P2W1DT25H1M", "2012-03-15 01:01:00Z" } };
	char text[CIB_DATE_TEXT];
	CibDuration duration;
	int64_t sec = 0;

	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		assert_true(cib_date_parse(sums[i].from, &sec));
		assert_true(cib_duration_parse(sums[i].duration, &duration));
		assert_string_equal(cib_date_text(cib_date_add(sec, &duration), text), sums[i].to);
	}
	assert_true(cib_duration_parse("P1Y2M3W4DT5H6M7S", &duration));
	assert_int_equal(cib_duration_sec(&duration),
		((365 + 60 + 21 + 4) * 24 + 5) * INT64_C(3600) + 6 * 60 + 7);
	static const char *const wrong[] = { "", "P", "PT", "1H", "P1", "P1X", "PT1234567890S",
		"P-1D" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(cib_duration_parse(wrong[i], &duration));
}

static void intervals_are_milliseconds(void **state _unused_)
{
	static const struct {
		const char *text;
		int64_t msec;
	} intervals[] = { { "10", 10000 }, { "0", 0 }, { " 10 s ", -1 }, { " 10 s", 10000 },
		{ "10sec", 10000 }, { "250ms", 250 }, { "250msec", 250 }, { "3000us", 3 },
		{ "5min", 300000 }, { "5m", 300000 }, { "2h", 7200000 }, { "2hr", 7200000 },
		{ "PT1H", 3600000 }, { "P1DT1S", 86401000 }, { "-1s", -1 }, { "", -1 }, { "s", -1 },
		{ "10x", -1 }, { "99999999999999999999", -1 }, { "P999999999Y", -1 },
		{ NULL, -1 } };

	for (size_t i = 0; i < ARRAY_LEN(intervals); i++)
		if (cib_msec(intervals[i].text) != intervals[i].msec)
			fail_msg("%s", intervals[i].text ?: "(null)");
}

static void scores_keep_within_infinity(void **state _unused_)
{
	static const int some[] = { -CIB_INFINITY, -999999, -1, 0, 1, 999999, CIB_INFINITY };

	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		assert_int_equal(cib_score_add(some[i], -CIB_INFINITY), -CIB_INFINITY);
		assert_int_equal(cib_score_add(some[i], CIB_INFINITY),
			some[i] == -CIB_INFINITY ? -CIB_INFINITY : CIB_INFINITY);
		assert_int_equal(cib_score_add(some[i], 0), some[i]);
		for (size_t j = 0; j < ARRAY_LEN(some); j++)
			assert_int_equal(
				cib_score_add(some[i], some[j]), cib_score_add(some[j], some[i]));
	}
	assert_int_equal(cib_score_add(-999999, -2), -CIB_INFINITY);
	assert_int_equal(cib_score("+INFINITY"), CIB_INFINITY);
	assert_int_equal(cib_score("-99999999999999999999"), -CIB_INFINITY);
	assert_int_equal(cib_score("-17"), -17);
	assert_int_equal(cib_score(NULL), 0);
	assert_int_equal(cib_score("high"), 0);
}

static const struct CMUnitTest tests[] = { T(dates_are_read_in_every_spelling),
	T(what_is_no_date_is_refused), T(the_calendar_repeats_after_400_years),
	T(durations_are_added_by_the_calendar), T(intervals_are_milliseconds),
	T(scores_keep_within_infinity) };

unit_main(tests)
