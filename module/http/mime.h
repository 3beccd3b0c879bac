/* SPDX-License-Identifier: GPL-2.0 */
/* Media types (RFC 9110 section 8.3). */
#ifndef KHTTPD_HTTP_MIME_H
#define KHTTPD_HTTP_MIME_H

#include "core.h"

/**
 * http_mime_find - tell the media type of a file from its name
 * @name: name of the file, with or without a path before it
 * @len: its length in octets
 *
 * The last extension decides, in upper or lower case; a name that only begins
 * with a dot has none.
 *
 * Return: value for Content-Type, a constant; types of text come with their
 * charset, and what is not known is "application/octet-stream".
 */
const char *http_mime_find(const char *name, u32 len);

#endif /* KHTTPD_HTTP_MIME_H */
