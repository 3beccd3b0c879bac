/* SPDX-License-Identifier: GPL-2.0 */
/* Proactive negotiation (RFC 9110 section 12). */
#ifndef KHTTPD_HTTP_ACCEPT_H
#define KHTTPD_HTTP_ACCEPT_H

#include "core.h"
#include "parse.h"

/* Content codings (RFC 9110 section 8.4.1), behind identity in the order of preference. */
enum http_coding {
	HTTP_CODING_IDENTITY,
	HTTP_CODING_BR,
	HTTP_CODING_ZSTD,
	HTTP_CODING_GZIP,
	HTTP_CODING_DEFLATE,
	HTTP_CODINGS,
};

/**
 * http_coding_name - the name of a coding in fields
 * @coding: less than HTTP_CODINGS
 *
 * Return: the name, a constant; NULL for identity, which is never named.
 */
const char *http_coding_name(enum http_coding coding);

/**
 * http_coding_suffix - what the name of a file in a coding ends in
 * @coding: less than HTTP_CODINGS
 *
 * Return: the suffix with its dot, a constant; NULL for identity and deflate,
 * which has none.
 */
const char *http_coding_suffix(enum http_coding coding);

/**
 * http_accept_coding - choose a content coding by Accept-Encoding
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to
 * @available: the codings that there are, 1 << enum http_coding, ORed; identity
 *	always is
 *
 * The coding of the highest weight; of several, the first in the order of the
 * enumeration but identity. Identity is chosen where the client does not take
 * any of the others, where it prefers it, where it says nothing, and also where
 * it takes nothing that there is (RFC 9110 section 12.5.3). A member that is
 * malformed is passed over; of two that name the same coding the last counts.
 *
 * Return: the coding.
 */
enum http_coding http_accept_coding(const struct http_request *req, const char *buf,
				    u32 available);

/**
 * http_accept_json - does the client prefer application/json to text/html?
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to
 *
 * The weight of each is that of the most specific range that it is in (RFC 9110
 * section 12.5.1); with equal weights the one that is asked for more
 * specifically is preferred, and HTML if there is nothing in it. Parameters of a
 * range do not narrow it, and a malformed one is passed over.
 *
 * Return: true if JSON is preferred.
 */
bool http_accept_json(const struct http_request *req, const char *buf);

#endif /* KHTTPD_HTTP_ACCEPT_H */
