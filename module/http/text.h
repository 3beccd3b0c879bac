/* SPDX-License-Identifier: GPL-2.0 */
/* Text put together in a buffer of the caller's. */
#ifndef KHTTPD_HTTP_TEXT_H
#define KHTTPD_HTTP_TEXT_H

#include "core.h"

/**
 * struct http_text - a text being written
 * @dst: the buffer
 * @size: octets at @dst
 * @len: octets written
 * @full: something did not fit; from then on nothing is written
 */
struct http_text {
	char *dst;
	u32 size;
	u32 len;
	bool full;
};

/**
 * http_text_init - begin a text
 * @text: to be overwritten
 * @dst: the buffer
 * @size: octets at @dst
 */
static inline void http_text_init(struct http_text *text, char *dst, u32 size)
{
	text->dst = dst;
	text->size = size;
	text->len = 0;
	text->full = false;
}

/**
 * http_text_put - append octets, all or none
 * @text: the text
 * @s: the octets
 * @len: how many they are
 */
void http_text_put(struct http_text *text, const char *s, u32 len);

/**
 * http_text_string - append a NUL-terminated string, without its NUL
 * @text: the text
 * @s: the string
 */
void http_text_string(struct http_text *text, const char *s);

/**
 * http_text_number - append a number
 * @text: the text
 * @value: the number
 * @base: 10 or 16; digits above 9 are lower-case letters
 */
void http_text_number(struct http_text *text, u64 value, u32 base);

/**
 * http_text_html - append text to be shown by HTML, in an element or a quoted attribute
 * @text: the text
 * @s: octets that are meant to be UTF-8
 * @len: how many they are; each makes six at most
 *
 * What HTML would take for markup is escaped; control characters, those that
 * turn the direction of text, and each octet that is not UTF-8 (RFC 3629) become
 * U+FFFD.
 */
void http_text_html(struct http_text *text, const char *s, u32 len);

/**
 * http_text_json - append text within a JSON string (RFC 8259 section 7)
 * @text: the text
 * @s: octets that are meant to be UTF-8
 * @len: how many they are; each makes six at most
 *
 * Quotes around it are the caller's. Control characters are escaped; each octet
 * that is not UTF-8 becomes U+FFFD.
 */
void http_text_json(struct http_text *text, const char *s, u32 len);

/**
 * http_text_uri - append octets as a segment of a URI path, percent-encoded
 * @text: the text
 * @s: the octets
 * @len: how many they are; each makes three at most
 *
 * Only unreserved characters (RFC 3986 section 2.3) stay as they are, so that
 * the result is a relative reference whatever it begins with, and needs no
 * escape in HTML or JSON.
 */
void http_text_uri(struct http_text *text, const char *s, u32 len);

/**
 * http_text_end - end a text
 * @text: the text
 *
 * Return: how many octets were written, or 0 if they did not all fit.
 */
static inline u32 http_text_end(const struct http_text *text)
{
	return text->full ? 0 : text->len;
}

#endif /* KHTTPD_HTTP_TEXT_H */
