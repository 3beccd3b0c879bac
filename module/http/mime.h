/* SPDX-License-Identifier: GPL-2.0 */
/* Media types (RFC 9110 section 8.3). */
#ifndef KHTTPD_HTTP_MIME_H
#define KHTTPD_HTTP_MIME_H

#include "core.h"

#define HTTP_MIME_DEFAULT "application/octet-stream"

/* Octets of the longest extension in the table, with its NUL. */
#define HTTP_MIME_EXTENSION 12

/**
 * struct http_mime - an extension and its media type
 * @extension: in lower case, without a dot
 * @type: value for Content-Type
 */
struct http_mime {
	char extension[HTTP_MIME_EXTENSION];
	const char *type;
};

extern const struct http_mime http_mime_table[];
extern const u32 http_mime_table_len;

/**
 * http_mime_find - tell the media type of a file from its name
 * @name: name of the file, with or without a path before it
 * @len: its length in octets
 *
 * The last extension decides, in upper or lower case; a name that only begins
 * with a dot has none.
 *
 * Return: value for Content-Type, a constant; types of text come with their
 * charset, and what is not known is HTTP_MIME_DEFAULT.
 */
const char *http_mime_find(const char *name, u32 len);

#endif /* KHTTPD_HTTP_MIME_H */
