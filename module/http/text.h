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
