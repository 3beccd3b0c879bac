// SPDX-License-Identifier: GPL-2.0
#include "text.h"

void http_text_put(struct http_text *text, const char *s, u32 len)
{
	if (text->full || len > text->size - text->len) {
		text->full = true;
		return;
	}
	memcpy(text->dst + text->len, s, len);
	text->len += len;
}

void http_text_string(struct http_text *text, const char *s)
{
	http_text_put(text, s, strlen(s));
}

void http_text_number(struct http_text *text, u64 value, u32 base)
{
	char digits[20];	/* of 2^64 - 1 */
	u32 at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	http_text_put(text, digits + at, sizeof(digits) - at);
}
