/* SPDX-License-Identifier: GPL-2.0 */
/* Dates (RFC 9110 section 5.6.7). */
#ifndef KHTTPD_HTTP_DATE_H
#define KHTTPD_HTTP_DATE_H

#include "core.h"

#define HTTP_DATE_LEN 29

/**
 * http_date_format - write a date as IMF-fixdate
 * @dst: receives HTTP_DATE_LEN octets, not NUL-terminated
 * @seconds: since 1970-01-01 00:00:00 UTC, leap seconds not counted; clamped to
 *	the years 0 to 9999
 */
void http_date_format(char dst[HTTP_DATE_LEN], s64 seconds);

#endif /* KHTTPD_HTTP_DATE_H */
