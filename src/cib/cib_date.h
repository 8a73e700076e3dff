/* SPDX-License-Identifier: MIT */
#pragma once

/* Dates, durations and date specifications as ISO 8601 and Pacemaker's rules write them. Times are
 * seconds since 1970 in UTC; a date without an offset is taken as UTC. No clock is asked. */

#include "base/base.h"

typedef struct CibDuration {
	int64_t years, months, weeks, days, hours, minutes, seconds;
} CibDuration;

/* A moment by its parts. */
typedef struct CibMoment {
	int64_t year;
	int month, day, year_day;      /* from 1 */
	int week_year, week, week_day; /* ISO: Monday is 1 */
	int hour, minute, second;
} CibMoment;

/* "2012-06-03", "2012-155", "2012-W22-7", with " " or "T" and a time, "Z" or an offset. */
bool cib_date_parse(const char *text, int64_t *ret_sec);
bool cib_duration_parse(const char *text, CibDuration *ret_duration);
/* A year counted as 365 days, a month as 30. */
int64_t cib_duration_sec(const CibDuration *duration);
/* By the calendar: a month after the 31st of January is the end of February. */
int64_t cib_date_add(int64_t sec, const CibDuration *duration);
void cib_date_split(int64_t sec, CibMoment *ret_moment);
/* "Thu 2012-06-03 10:00:00Z"-like text as Pacemaker prints it: "2012-06-03 10:00:00Z". */
enum { CIB_DATE_TEXT = 40 };
const char *cib_date_text(int64_t sec, char buffer[static CIB_DATE_TEXT]);
