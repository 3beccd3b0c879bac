/* SPDX-License-Identifier: GPL-2.0 */
/* The head of a response: status line and header section (RFC 9112 section 4). */
#ifndef KHTTPD_HTTP_HEAD_H
#define KHTTPD_HTTP_HEAD_H

#include "core.h"

/* The longest head whose type is of mime.h and whose tag is of etag.h, without its Location. */
#define HTTP_HEAD_MAX 512

/**
 * struct http_head - what a response head says
 * @content_length: octets of the content, also where HEAD keeps them back
 * @mtime: modification time of the representation, seconds since 1970; the
 *	caller sees to it that it is not in the future (RFC 9110 section 8.8.2.1)
 * @date: the time, as http_date_format() wrote it: HTTP_DATE_LEN octets
 * @type: Content-Type, NUL-terminated, or NULL
 * @etag: entity tag with its quotes, or NULL
 * @location: Location, octets ready for the wire with their query, or NULL
 * @etag_len: octets of @etag
 * @location_len: octets of @location
 * @retry_after: seconds to wait before trying again; 0 says nothing of it
 * @status: status code, 100 to 999
 * @minor: minor version of the request, as in struct http_request
 * @keep_alive: the connection stays open after this response
 * @has_length: say @content_length; never said with 1xx, 204 and 304
 * @has_mtime: say @mtime
 * @allow: say which methods are allowed
 * @server: say that this is khttpd
 */
struct http_head {
	u64 content_length;
	s64 mtime;
	const char *date;
	const char *type;
	const char *etag;
	const char *location;
	u32 etag_len;
	u32 location_len;
	u32 retry_after;
	u16 status;
	u8 minor;
	bool keep_alive;
	bool has_length;
	bool has_mtime;
	bool allow;
	bool server;
};

/**
 * http_head_write - write a response head, status line to empty line
 * @dst: receives it, not NUL-terminated
 * @size: octets at @dst; HTTP_HEAD_MAX and @head->location_len together suffice
 * @head: what to say
 *
 * The version is HTTP/1.1 whatever the request said (RFC 9110 section 2.5).
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_head_write(char *dst, u32 size, const struct http_head *head);

#endif /* KHTTPD_HTTP_HEAD_H */
