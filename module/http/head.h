/* SPDX-License-Identifier: GPL-2.0 */
/* The head of a response: status line and header section (RFC 9112 section 4). */
#ifndef KHTTPD_HTTP_HEAD_H
#define KHTTPD_HTTP_HEAD_H

#include "core.h"

struct http_text;

/* The longest head without what http_head_variable() counts. */
#define HTTP_HEAD_MAX 768

/* Fields that a rule can leave out: bits of @hide in struct http_head. */
#define HTTP_HEAD_SERVER	0x01
#define HTTP_HEAD_LAST_MODIFIED	0x02
#define HTTP_HEAD_ETAG		0x04
#define HTTP_HEAD_ACCEPT_RANGES	0x08
#define HTTP_HEAD_CONTENT_TYPE	0x10
#define HTTP_HEAD_VARY		0x20

/* Request fields that the response depends on: bits of @vary in struct http_head. */
#define HTTP_VARY_ACCEPT_ENCODING	0x01
#define HTTP_VARY_ACCEPT		0x02
#define HTTP_VARY_ORIGIN		0x04

/**
 * struct http_head - what a response head says
 * @content_length: octets of the content, also where HEAD keeps them back
 * @range_off: where in the representation the content begins, for a 206
 * @range_len: octets of it, at least 1
 * @range_size: octets of the whole representation, for a 206 and a 416
 * @mtime: modification time of the representation, seconds since 1970; the
 *	caller sees to it that it is not in the future (RFC 9110 section 8.8.2.1)
 * @expires: when the response becomes stale, seconds since 1970
 * @date: the time, as http_date_format() wrote it: HTTP_DATE_LEN octets
 * @type: Content-Type, NUL-terminated, or NULL
 * @charset: to be told with @type, NUL-terminated, or NULL
 * @coding: Content-Encoding, NUL-terminated, or NULL
 * @etag: entity tag with its quotes, or NULL
 * @location: Location, octets ready for the wire with their query, or NULL
 * @cache_control: Cache-Control, NUL-terminated, or NULL
 * @origin: Access-Control-Allow-Origin, "*" or an origin, or NULL
 * @fields: added field lines, each with its CRLF, or NULL
 * @etag_len: octets of @etag
 * @location_len: octets of @location
 * @origin_len: octets of @origin
 * @fields_len: octets of @fields
 * @retry_after: seconds to wait before trying again; 0 says nothing of it
 * @max_age: seconds that a client may remember the answer to its preflight
 * @status: status code, 100 to 999
 * @vary: HTTP_VARY_ values, ORed
 * @hide: HTTP_HEAD_ values, ORed, of fields that are left out whatever else is
 *	said here; the type of a multipart 206 never is
 * @minor: minor version of the request, as in struct http_request
 * @keep_alive: the connection stays open after this response
 * @has_length: say @content_length; never said with 1xx, 204 and 304
 * @chunked: the content is sent in the chunked coding, and @content_length is
 *	not said; never said with 1xx, 204 and 304, nor to an HTTP/1.0 client, to
 *	whom the end of the connection is the end of the content
 * @has_range: a 206 is one range and says which, a 416 says @range_size
 * @has_mtime: say @mtime
 * @has_expires: say @expires
 * @accept_ranges: say that ranges of this resource can be asked for
 * @allow: say which methods are allowed
 * @preflight: say what scripts of @origin may do (the Fetch Standard's
 *	CORS-preflight)
 * @server: say that this is khttpd
 */
struct http_head {
	u64 content_length;
	u64 range_off;
	u64 range_len;
	u64 range_size;
	s64 mtime;
	s64 expires;
	const char *date;
	const char *type;
	const char *charset;
	const char *coding;
	const char *etag;
	const char *location;
	const char *cache_control;
	const char *origin;
	const char *fields;
	u32 etag_len;
	u32 location_len;
	u32 origin_len;
	u32 fields_len;
	u32 retry_after;
	u32 max_age;
	u16 status;
	u8 vary;
	u8 hide;
	u8 minor;
	bool keep_alive;
	bool has_length;
	bool chunked;
	bool has_range;
	bool has_mtime;
	bool has_expires;
	bool accept_ranges;
	bool allow;
	bool preflight;
	bool server;
};

/**
 * http_head_variable - how much longer than HTTP_HEAD_MAX a head may be
 * @head: complete but for what has a fixed length
 *
 * Return: octets of the type, charset, tag, Location, Cache-Control, origin and
 * added fields together.
 */
u32 http_head_variable(const struct http_head *head);

/**
 * http_head_write - write a response head, status line to empty line
 * @dst: receives it, not NUL-terminated
 * @size: octets at @dst; HTTP_HEAD_MAX and http_head_variable() together suffice
 * @head: what to say
 *
 * The version is HTTP/1.1 whatever the request said (RFC 9110 section 2.5). A
 * 304 tells of the representation only what RFC 9110 section 15.4.5 lists.
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_head_write(char *dst, u32 size, const struct http_head *head);

/**
 * http_head_put_type - append the line of Content-Type
 * @text: the head
 * @type: the media type, NUL-terminated
 * @charset: to be told with it, NUL-terminated, or NULL
 */
void http_head_put_type(struct http_text *text, const char *type, const char *charset);

/**
 * http_head_put_range - append the line of Content-Range (RFC 9110 section 14.4)
 * @text: the head
 * @off: where in the representation the content begins
 * @len: octets of it; 0 says of a 416 that it is no range
 * @size: octets of the whole representation
 */
void http_head_put_range(struct http_text *text, u64 off, u64 len, u64 size);

/**
 * http_head_put_length - append the line of Content-Length (RFC 9110 section 8.6)
 * @text: the head
 * @len: octets of the content
 */
void http_head_put_length(struct http_text *text, u64 len);

#endif /* KHTTPD_HTTP_HEAD_H */
