/* SPDX-License-Identifier: GPL-2.0 */
/* Several ranges in one response: multipart/byteranges (RFC 9110 section 14.6). */
#ifndef KHTTPD_HTTP_MULTIPART_H
#define KHTTPD_HTTP_MULTIPART_H

#include "core.h"
#include "range.h"

#define HTTP_BOUNDARY_LEN 16

/* Octets at http_multipart_type(), with its NUL. */
#define HTTP_MULTIPART_TYPE_MAX 48

/* The longest delimiter with the head of a part, without its type and charset. */
#define HTTP_MULTIPART_DELIMITER_MAX 160

/**
 * struct http_multipart - several parts of a representation in one content
 * @ranges: the parts
 * @size: size of the whole representation in octets
 * @type: its media type, NUL-terminated
 * @charset: its charset, NUL-terminated, or NULL
 * @boundary: what delimits the parts, from http_multipart_boundary()
 */
struct http_multipart {
	const struct http_ranges *ranges;
	u64 size;
	const char *type;
	const char *charset;
	char boundary[HTTP_BOUNDARY_LEN];
};

/**
 * http_multipart_boundary - choose the boundary
 * @multipart: the content
 * @random: a number that nobody can guess, lest a file contain the boundary
 */
void http_multipart_boundary(struct http_multipart *multipart, u64 random);

/**
 * http_multipart_type - write the Content-Type of the response
 * @multipart: the content, with its boundary
 * @dst: receives it, NUL-terminated
 */
void http_multipart_type(const struct http_multipart *multipart,
			 char dst[HTTP_MULTIPART_TYPE_MAX]);

/**
 * http_multipart_delimiter - write what stands before a part, or behind the last
 * @multipart: the content, with its boundary
 * @part: number of the part from 0; behind the last, the number of parts
 * @dst: receives delimiter and head of the part, not NUL-terminated
 * @size: octets at @dst; HTTP_MULTIPART_DELIMITER_MAX and the lengths of type and
 *	charset suffice
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_multipart_delimiter(const struct http_multipart *multipart, u32 part,
			     char *dst, u32 size);

/**
 * http_multipart_length - add up the content
 * @multipart: the content, with its boundary
 *
 * Return: octets of all parts and all that http_multipart_delimiter() writes.
 */
u64 http_multipart_length(const struct http_multipart *multipart);

#endif /* KHTTPD_HTTP_MULTIPART_H */
