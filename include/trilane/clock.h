/* SPDX-License-Identifier: MIT */
/*
 * Clocks: durations from a monotonic one, dates from the wall.
 *
 * Durations are integer nanoseconds (_ns).  Dates are RFC 3339 in UTC with milliseconds,
 * "2026-11-22T09:30:00.123Z", 24 characters, which sort as text.
 */
#ifndef TRILANE_CLOCK_H
#define TRILANE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

enum { CLOCK_DATE_SIZE = 25 }; /* with the zero */

uint64_t clock_monotonic_ns(void);
int64_t clock_unix_ms(void); /* since 1970, UTC */
void clock_format(int64_t unix_ms, char out[CLOCK_DATE_SIZE]);
void clock_now(char out[CLOCK_DATE_SIZE]);
/* Any offset; false if malformed. */
bool clock_parse(const char *rfc3339, int64_t *unix_ms);
void clock_sleep_ns(uint64_t ns);

#endif
