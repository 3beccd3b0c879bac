/* SPDX-License-Identifier: GPL-2.0 */
/* Entity tags (RFC 9110 section 8.8.3). */
#ifndef KHTTPD_HTTP_ETAG_H
#define KHTTPD_HTTP_ETAG_H

#include "core.h"

/* Quote, 16 hexadecimal digits, hyphen, 16 more, quote. */
#define HTTP_ETAG_MAX 35

/**
 * http_etag_format - write the strong entity tag of a file
 * @dst: receives up to HTTP_ETAG_MAX octets, quotes included, not NUL-terminated
 * @size: size of the file in octets
 * @mtime_sec: its modification time, whole seconds since 1970
 * @mtime_nsec: and nanoseconds, 0 to 999999999
 *
 * Nothing else goes in, so that the members of a fleet agree.
 *
 * Return: how many octets were written.
 */
u32 http_etag_format(char *dst, u64 size, s64 mtime_sec, u32 mtime_nsec);

#endif /* KHTTPD_HTTP_ETAG_H */
