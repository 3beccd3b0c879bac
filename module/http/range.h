/* SPDX-License-Identifier: GPL-2.0 */
/* Range requests (RFC 9110 section 14). */
#ifndef KHTTPD_HTTP_RANGE_H
#define KHTTPD_HTTP_RANGE_H

#include "core.h"
#include "parse.h"

/* Ranges that a request may ask for; one that asks for more gets everything. */
#define HTTP_RANGES_MAX 16

/* Ranges with fewer octets between them become one: RFC 9110 section 15.3.7.2's figure. */
#define HTTP_RANGE_GAP 80

/**
 * struct http_range - some octets of a representation
 * @off: where they begin
 * @len: how many they are, at least 1
 */
struct http_range {
	u64 off;
	u64 len;
};

/**
 * struct http_ranges - the parts of a representation to be sent, in this order
 * @nr: how many they are
 * @range: the parts; at least HTTP_RANGE_GAP octets lie between any two
 */
struct http_ranges {
	u32 nr;
	struct http_range range[HTTP_RANGES_MAX];
};

/**
 * http_range_select - find out which parts of a representation are asked for
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to
 * @size: size of the representation in octets
 * @ranges: receives the parts for 206, and is overwritten in any case
 *
 * A Range is ignored that is malformed in any part, that is in another unit than
 * bytes, that has more than HTTP_RANGES_MAX ranges, or that comes with another
 * method than GET. Parts are in the order in which they were asked for, clipped
 * to the representation and joined where they overlap, touch or nearly touch,
 * so that they are never more than the representation. One part is sent as
 * itself, several as multipart.h has it.
 *
 * Return: 200 if everything is to be sent, 206, or 416 if no range is satisfiable.
 */
u16 http_range_select(const struct http_request *req, const char *buf, u64 size,
		      struct http_ranges *ranges);

#endif /* KHTTPD_HTTP_RANGE_H */
