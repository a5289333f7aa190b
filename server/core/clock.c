/* SPDX-License-Identifier: MIT */
/* Clocks over POSIX; dates by arithmetic, so that no time zone and no locale enters. */
#include "trilane/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "trilane/banned.h"

static uint64_t read_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_unix_ms(void)
{
	return (int64_t)(read_ns(CLOCK_REALTIME) / NS_PER_MS);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back:
 * http://howardhinnant.github.io/date_algorithms.html */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, int *y, int *m, int *d)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* The years that four digits hold. */
static int64_t clamp_ms(int64_t ms)
{
	const int64_t first = INT64_C(-62135596800000), last = INT64_C(253402300799999);

	return ms < first ? first : ms > last ? last : ms;
}

void clock_format(int64_t unix_ms, char out[CLOCK_DATE_SIZE])
{
	const int64_t day_ms = 86400000;
	int64_t days, rest;
	int y, m, d;
	char text[80];

	unix_ms = clamp_ms(unix_ms);
	days = unix_ms / day_ms;
	rest = unix_ms % day_ms;
	if (rest < 0) {
		rest += day_ms;
		days--;
	}
	civil_from_days(days, &y, &m, &d);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, m, d,
	         (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
	         (int)(rest % 1000));
	memcpy(out, text, CLOCK_DATE_SIZE - 1);
	out[CLOCK_DATE_SIZE - 1] = '\0';
}

void clock_now(char out[CLOCK_DATE_SIZE])
{
	clock_format(clock_unix_ms(), out);
}

/* COUNT digits at *S as a number, which then moves on; -1 if they are not digits. */
static int take_digits(const char **s, int count)
{
	int value = 0;

	for (; count > 0; count--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int days_of_month(int y, int m)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

static bool take_date(const char **s, int64_t *days)
{
	int y = take_digits(s, 4), m, d;

	if (y < 1 || !take(s, '-') || (m = take_digits(s, 2)) < 1 || m > 12 ||
	    !take(s, '-') || (d = take_digits(s, 2)) < 1 || d > days_of_month(y, m))
		return false;
	*days = days_from_civil(y, m, d);
	return true;
}

static bool take_time(const char **s, int64_t *ms)
{
	int hour = take_digits(s, 2), minute, second, scale;

	if (hour < 0 || hour > 23 || !take(s, ':') || (minute = take_digits(s, 2)) < 0 ||
	    minute > 59 || !take(s, ':') || (second = take_digits(s, 2)) < 0 ||
	    second > 60)
		return false;
	*ms = ((hour * 60 + minute) * INT64_C(60) + second) * 1000;
	if (!take(s, '.'))
		return true;
	if (**s < '0' || **s > '9')
		return false;
	for (scale = 100; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
		*ms += (**s - '0') * scale;
	return true;
}

static bool take_offset(const char **s, int64_t *ms)
{
	int sign = **s == '-' ? -1 : 1, hour, minute;

	*ms = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	if (!take(s, '+') && !take(s, '-'))
		return false;
	hour = take_digits(s, 2);
	if (hour < 0 || hour > 23 || !take(s, ':') || (minute = take_digits(s, 2)) < 0 ||
	    minute > 59)
		return false;
	*ms = sign * (hour * 60 + minute) * INT64_C(60000);
	return true;
}

bool clock_parse(const char *rfc3339, int64_t *unix_ms)
{
	int64_t days, ms, offset;
	const char *s = rfc3339;

	if (!take_date(&s, &days) || !(take(&s, 'T') || take(&s, 't') || take(&s, ' ')) ||
	    !take_time(&s, &ms) || !take_offset(&s, &offset) || *s)
		return false;
	*unix_ms = days * 86400000 + ms - offset;
	return true;
}

void clock_sleep_ns(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / NS_PER_S),
	                     .tv_nsec = (long)(ns % NS_PER_S)};

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}
