/* SPDX-License-Identifier: GPL-2.0 */
/* Conditional requests (RFC 9110 section 13). */
#ifndef KHTTPD_HTTP_CONDITION_H
#define KHTTPD_HTTP_CONDITION_H

#include "core.h"
#include "parse.h"

/**
 * struct http_validators - what conditions are evaluated against
 * @etag: entity tag of the selected representation, or NULL if it has none
 * @etag_len: octets of @etag
 * @mtime: its modification time, seconds since 1970; one ahead of @now counts
 *	as @now, as it does in Last-Modified (RFC 9110 section 8.8.2.1)
 * @has_mtime: @mtime is set
 * @now: the time, seconds since 1970
 */
struct http_validators {
	const char *etag;
	u32 etag_len;
	s64 mtime;
	bool has_mtime;
	s64 now;
};

/**
 * http_condition_check - evaluate the preconditions of a GET or HEAD
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to
 * @validators: those of the selected representation, which exists
 *
 * To be called where the answer without conditions would be 200 (RFC 9110
 * section 13.2.1). They are evaluated in the order of section 13.2.2, but for
 * If-Range, which is left to http_condition_range().
 *
 * Return: 0 to go on, 304, or 412.
 */
u16 http_condition_check(const struct http_request *req, const char *buf,
			 const struct http_validators *validators);

/**
 * http_condition_range - evaluate If-Range
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to
 * @validators: those of the selected representation, which exists
 *
 * A tag is compared strongly. A date has to be that of Last-Modified, and the
 * second that it names has to be over: before, it is no strong validator (RFC
 * 9110 sections 8.8.2.2 and 13.1.5).
 *
 * Return: true if Range counts, also where there is no If-Range; false if the
 * whole representation is to be sent.
 */
bool http_condition_range(const struct http_request *req, const char *buf,
			  const struct http_validators *validators);

#endif /* KHTTPD_HTTP_CONDITION_H */
