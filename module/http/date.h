/* SPDX-License-Identifier: GPL-2.0 */
/* Dates (RFC 9110 section 5.6.7). */
#ifndef KHTTPD_HTTP_DATE_H
#define KHTTPD_HTTP_DATE_H

#include "core.h"

#define HTTP_DATE_LEN 29
#define HTTP_DATE_RFC3339_LEN 20

/**
 * http_date_format - write a date as IMF-fixdate
 * @dst: receives HTTP_DATE_LEN octets, not NUL-terminated
 * @seconds: since 1970-01-01 00:00:00 UTC, leap seconds not counted; clamped to
 *	the years 0 to 9999
 */
void http_date_format(char dst[HTTP_DATE_LEN], s64 seconds);

/**
 * http_date_rfc3339 - write a date as RFC 3339 has it, "1994-11-06T08:49:37Z"
 * @dst: receives HTTP_DATE_RFC3339_LEN octets, not NUL-terminated
 * @seconds: as for http_date_format()
 */
void http_date_rfc3339(char dst[HTTP_DATE_RFC3339_LEN], s64 seconds);

/**
 * http_date_parse - read a date in any of the three formats
 * @s: octets of an HTTP-date: IMF-fixdate, RFC 850 or asctime
 * @len: how many they are
 * @now: the time, seconds since 1970, which tells the century of a year of two
 *	digits: that of the latest such date that is not more than 50 years ahead
 * @seconds: receives the date, seconds since 1970-01-01 00:00:00 UTC, years 0 to
 *	9999; a leap second is the first second of the next minute
 *
 * The day of the week has to be one, but not the right one.
 *
 * Return: false if @s is not a date, and then @seconds is as it was.
 */
bool http_date_parse(const char *s, u32 len, s64 now, s64 *seconds);

#endif /* KHTTPD_HTTP_DATE_H */
