/* SPDX-License-Identifier: GPL-2.0 */
/* Request content that nobody reads: found to its end and skipped (RFC 9112 sections 6 and 7). */
#ifndef KHTTPD_HTTP_BODY_H
#define KHTTPD_HTTP_BODY_H

#include "core.h"
#include "parse.h"

/* Octets of chunk extensions and trailer fields, all together, that are put up with. */
#define HTTP_BODY_EXTRA_MAX 8192

/**
 * struct http_body - the content of a request and how far it has been skipped
 * @framing: how it is framed
 * @limit: octets of content, without those of the framing, that are put up with
 * @total: octets of content skipped so far
 * @left: octets still missing of the content or of the chunk
 * @extra: octets of chunk extensions and trailer fields so far
 * @digits: hexadecimal digits of the chunk size so far
 * @state: the parser's own
 */
struct http_body {
	enum http_framing framing;
	u64 limit;
	u64 total;
	u64 left;
	u32 extra;
	u8 digits;
	u8 state;
};

/**
 * http_body_init - prepare to skip the content of a request
 * @body: to be overwritten
 * @req: the request, after HTTP_PARSE_DONE
 * @limit: octets of content, without those of the framing, that are put up with
 */
void http_body_init(struct http_body *body, const struct http_request *req, u64 limit);

/**
 * http_body_skip - skip as much of the content as has arrived
 * @body: as http_body_init() or the last call left it
 * @buf: the octets that follow those which earlier calls used
 * @len: how many they are, also 0
 * @used: set to how many of them belong to this content
 *
 * The chunked coding is taken by the letter of its grammar: no bare LF, no
 * space but where bad whitespace is allowed, whole extensions, well-formed
 * trailer fields.
 *
 * Return: HTTP_PARSE_DONE at the end of the content (at once where there is
 * none); HTTP_PARSE_MORE, then all of @buf was used; HTTP_PARSE_ERROR if it is
 * malformed, or as soon as it says that it will be longer than the limit, then
 * the next request is not going to be found.
 */
enum http_parse http_body_skip(struct http_body *body, const char *buf, u32 len,
			       u32 *used);

#endif /* KHTTPD_HTTP_BODY_H */
