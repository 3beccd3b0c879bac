/* SPDX-License-Identifier: GPL-2.0 */
/* Media types (RFC 9110 section 8.3) and the extensions that tell them. */
#ifndef KHTTPD_HTTP_MIME_H
#define KHTTPD_HTTP_MIME_H

#include "core.h"

/* What is said of a file whose type is not known, unless configured otherwise. */
#define HTTP_MIME_DEFAULT "application/octet-stream"

/* Octets of the longest extension that is ever found. */
#define HTTP_MIME_EXTENSION_MAX 31

/**
 * struct http_mime - an extension and its media type
 * @extension: in lower case, without a dot in front, NUL-terminated
 * @type: value for Content-Type, NUL-terminated
 */
struct http_mime {
	const char *extension;
	const char *type;
};

/**
 * struct http_mime_table - extensions that can be found
 * @entries: in the order of http_mime_compare(), no extension twice
 * @nr: how many they are
 */
struct http_mime_table {
	const struct http_mime *entries;
	u32 nr;
};

/* The types that are common on websites; none names its charset. */
extern const struct http_mime_table http_mime_built_in;

/**
 * http_mime_find - tell the media type of a file from its name
 * @table: where to look
 * @name: name of the file, with or without a path before it
 * @len: its length in octets
 *
 * An extension is what is behind a dot, in upper or lower case, so that a name may
 * have several: "a.tar.gz" those of "tar.gz" and "gz". The longest that the table
 * has decides. A name that only begins with a dot has none.
 *
 * Return: the type as it is in the table; NULL if it is not known.
 */
const char *http_mime_find(const struct http_mime_table *table, const char *name, u32 len);

/**
 * http_mime_compare - put the entries of a table in order
 * @a: a struct http_mime
 * @b: another one
 *
 * Return: less than, equal to or greater than 0, as sort() and qsort() want it.
 */
int http_mime_compare(const void *a, const void *b);

/**
 * http_mime_is_text - does a charset have to be told with a type?
 * @type: media type, NUL-terminated
 *
 * Return: true for a type of text that does not name its charset already.
 */
bool http_mime_is_text(const char *type);

/**
 * http_mime_compressible - does a content coding save anything of such content?
 * @type: media type, NUL-terminated
 *
 * Text in the wide sense, and what else is not compressed already.
 *
 * Return: true for a type whose content usually becomes much smaller.
 */
bool http_mime_compressible(const char *type);

#endif /* KHTTPD_HTTP_MIME_H */
