/* SPDX-License-Identifier: MIT */
#include "cib/cib_date.h"
#include "cib/cib_value.h"

/* Any text as a date, a duration, an interval and a score: what is read as a date and printed is
 * read as the same again, the parts of a moment lie in their bounds, and no score leaves its. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_moment(int64_t sec)
{
	char text[CIB_DATE_TEXT];
	CibMoment m;
	int64_t again = 0;

	cib_date_split(sec, &m);
	assert(m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= 31);
	assert(m.year_day >= 1 && m.year_day <= 366 && m.week >= 1 && m.week <= 53);
	assert(m.week_day >= 1 && m.week_day <= 7 && llabs(m.week_year - m.year) <= 1);
	assert(m.hour >= 0 && m.hour < 24 && m.minute >= 0 && m.minute < 60);
	assert(m.second >= 0 && m.second < 60);
	if (m.year < 1 || m.year > 9999)
		return;
	assert(cib_date_parse(cib_date_text(sec, text), &again));
	assert(again == sec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	const char *text = arena_strndup(&arena, (const char *)data, size);
	CibDuration duration = { 0 };
	int64_t sec = 1330559999;
	char score[16];

	if (cib_date_parse(text, &sec))
		check_moment(sec);
	if (cib_duration_parse(text, &duration)) {
		int64_t later = cib_date_add(sec, &duration);
		assert(later >= sec);
		assert(cib_duration_sec(&duration) >= 0);
		check_moment(later);
	}
	assert(cib_msec(text) >= -1);
	int n = cib_score(text);
	assert(n >= -CIB_INFINITY && n <= CIB_INFINITY);
	assert(cib_score(cib_score_text(n, score)) == n);
	(void)cib_name_compare(text, "node10");
	(void)cib_true(text);
	return 0;
}
