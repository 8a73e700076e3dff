/* SPDX-License-Identifier: MIT */
#include "cib/cib_date.h"

#include <ctype.h>
#include <stdio.h>

enum { DAY = 86400, YEAR_MAX = 9999 };

/* Days since 1970-01-01 of a day of the proleptic Gregorian calendar; month may run over. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

static int month_days(int64_t year, int month)
{
	return (int)(days_of(year, month + 1, 1) - days_of(year, month, 1));
}

static int week_day_of(int64_t days)
{
	return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

/* The Monday of week 1. */
static int64_t first_week(int64_t year)
{
	int64_t fourth = days_of(year, 1, 4);
	return fourth - (week_day_of(fourth) - 1);
}

static bool digits(const char **s, int n, int64_t *ret_number)
{
	int64_t number = 0;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*s)[i]))
			return false;
		number = number * 10 + ((*s)[i] - '0');
	}
	*s += n;
	*ret_number = number;
	return true;
}

static int digits_ahead(const char *s)
{
	int n = 0;
	while (isdigit((unsigned char)s[n]))
		n++;
	return n;
}

static bool parse_day(const char **s, int64_t *ret_days)
{
	int64_t year, a = 1, b = 1;
	if (!digits(s, 4, &year) || year < 1)
		return false;
	bool dash = **s == '-';
	if (dash)
		(*s)++;
	if (**s == 'W') {
		(*s)++;
		if (!digits(s, 2, &a) || a < 1 || a > 53)
			return false;
		if (**s == '-')
			(*s)++;
		if (!digits(s, 1, &b) || b < 1 || b > 7)
			return false;
		*ret_days = first_week(year) + (a - 1) * 7 + b - 1;
		return *ret_days < first_week(year + 1);
	}
	if (digits_ahead(*s) == 3) {
		if (!digits(s, 3, &a) || a < 1 || a > 366)
			return false;
		*ret_days = days_of(year, 1, 1) + a - 1;
		return *ret_days < days_of(year + 1, 1, 1);
	}
	if (!digits(s, 2, &a) || a < 1 || a > 12)
		return false;
	if (dash && **s != '-')
		return false;
	if (dash)
		(*s)++;
	if (!digits(s, 2, &b) || b < 1 || b > month_days(year, (int)a))
		return false;
	*ret_days = days_of(year, a, b);
	return true;
}

static bool parse_clock(const char **s, int64_t *ret_sec)
{
	int64_t h, m = 0, sec = 0;
	if (!digits(s, 2, &h) || h > 24)
		return false;
	if (**s == ':' || isdigit((unsigned char)**s)) {
		*s += **s == ':';
		if (!digits(s, 2, &m) || m > 59)
			return false;
		if (**s == ':' || isdigit((unsigned char)**s)) {
			*s += **s == ':';
			if (!digits(s, 2, &sec) || sec > 59)
				return false;
			if (**s == '.') {
				(*s)++;
				*s += digits_ahead(*s);
			}
		}
	}
	*ret_sec = h * 3600 + m * 60 + sec;
	return *ret_sec <= DAY;
}

bool cib_date_parse(const char *text, int64_t *ret_sec)
{
	int64_t days = 0, clock = 0, offset = 0;
	const char *s = text;
	if (!s)
		return false;
	if (!strncmp(s, "epoch", 5)) {
		*ret_sec = 0;
		return true;
	}
	if (!parse_day(&s, &days))
		return false;
	if (*s == 'T' || *s == ' ') {
		s++;
		while (*s == ' ')
			s++;
		if (!parse_clock(&s, &clock))
			return false;
	}
	while (*s == ' ')
		s++;
	if (*s == 'Z') {
		s++;
	} else if (*s == '+' || *s == '-') {
		int64_t sign = *s++ == '-' ? -1 : 1;
		if (!parse_clock(&s, &offset))
			return false;
		offset *= sign;
	}
	if (*s)
		return false;
	*ret_sec = days * DAY + clock - offset;
	return true;
}

bool cib_duration_parse(const char *s, CibDuration *ret_duration)
{
	CibDuration d = { 0 };
	bool clock = false, any = false;
	if (!s || *s++ != 'P')
		return false;
	for (; *s; s++) {
		if (*s == 'T') {
			clock = true;
			continue;
		}
		int n = digits_ahead(s);
		int64_t number;
		if (n == 0 || n > 9 || !digits(&s, n, &number))
			return false;
		switch (*s) {
		case 'Y': d.years = number; break;
		case 'M': *(clock ? &d.minutes : &d.months) = number; break;
		case 'W': d.weeks = number; break;
		case 'D': d.days = number; break;
		case 'H': d.hours = number; break;
		case 'S': d.seconds = number; break;
		default: return false;
		}
		any = true;
	}
	if (any)
		*ret_duration = d;
	return any;
}

int64_t cib_duration_sec(const CibDuration *d)
{
	int64_t days = d->years * 365 + d->months * 30 + d->weeks * 7 + d->days;
	return days * DAY + d->hours * 3600 + d->minutes * 60 + d->seconds;
}

int64_t cib_date_add(int64_t sec, const CibDuration *d)
{
	CibMoment m;
	cib_date_split(sec, &m);
	int64_t months = m.year * 12 + (m.month - 1) + d->years * 12 + d->months;
	int64_t year = months / 12;
	int month = (int)(months % 12) + 1;
	if (year < 1 || year > YEAR_MAX * 1000000LL)
		return sec;
	int64_t days = days_of(year, month, MIN(m.day, month_days(year, month)));
	days += d->weeks * 7 + d->days;
	return days * DAY + m.hour * 3600 + m.minute * 60 + m.second + d->hours * 3600 +
	       d->minutes * 60 + d->seconds;
}

void cib_date_split(int64_t sec, CibMoment *m)
{
	int64_t days = sec / DAY, rest = sec % DAY;
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	m->day = (int)(doy - (153 * mp + 2) / 5) + 1;
	m->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	m->year = yoe + era * 400 + (m->month <= 2);
	m->year_day = (int)(days - days_of(m->year, 1, 1)) + 1;
	m->week_day = week_day_of(days);
	m->hour = (int)(rest / 3600);
	m->minute = (int)(rest / 60 % 60);
	m->second = (int)(rest % 60);
	int64_t week_year = m->year;
	if (days < first_week(week_year))
		week_year--;
	else if (days >= first_week(week_year + 1))
		week_year++;
	m->week_year = (int)week_year;
	m->week = (int)((days - first_week(week_year)) / 7) + 1;
}

const char *cib_date_text(int64_t sec, char buffer[static CIB_DATE_TEXT])
{
	CibMoment m;
	cib_date_split(sec, &m);
	(void)snprintf(buffer, CIB_DATE_TEXT, "%04lld-%02d-%02d %02d:%02d:%02dZ",
		(long long)(m.year % 100000), m.month, m.day, m.hour, m.minute, m.second);
	return buffer;
}
