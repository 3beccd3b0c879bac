// SPDX-License-Identifier: GPL-2.0
#include "text.h"
#include "octet.h"

static const char hex[] = "0123456789ABCDEF";

void http_text_put(struct http_text *text, const char *s, u32 len)
{
	/* memcpy() must not be given NULL, not even for nothing. */
	if (!len)
		return;
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

/* The replacement character, U+FFFD. */
#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the well-formed character that s begins with (RFC 3629 section 4), or 0. */
static u32 utf8_len(const char *s, u32 len)
{
	u8 lead = s[0];
	u8 low = 0x80;
	u8 high = 0xbf;
	u32 n;
	u32 i;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;	/* else two octets would do */
	else if (lead == 0xed)
		high = 0x9f;	/* else a surrogate */
	else if (lead == 0xf0)
		low = 0x90;	/* else three octets would do */
	else if (lead == 0xf4)
		high = 0x8f;	/* else beyond U+10FFFF */
	if ((u8)s[1] < low || (u8)s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (((u8)s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Control characters (U+0000 to U+001F, U+007F to U+009F), given as a character. */
static bool is_control(const char *s, u32 n)
{
	u8 octet = s[n - 1];

	if (n == 1)
		return octet < 0x20 || octet == 0x7f;
	return n == 2 && (u8)s[0] == 0xc2 && octet < 0xa0;
}

/*
 * Characters that turn the direction of what follows (U+202A to U+202E, U+2066
 * to U+2069), and can make "gpj.exe" look like "exe.jpg".
 */
static bool turns_text(const char *s, u32 n)
{
	u8 octet = s[n - 1];

	if (n != 3 || (u8)s[0] != 0xe2)
		return false;
	return ((u8)s[1] == 0x80 && octet >= 0xaa && octet <= 0xae) ||
	       ((u8)s[1] == 0x81 && octet >= 0xa6 && octet <= 0xa9);
}

/* What stands for a character in HTML, or NULL for itself. */
static const char *html_escape(const char *s, u32 n)
{
	if (is_control(s, n) || turns_text(s, n))
		return REPLACEMENT;
	switch (s[0]) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void http_text_html(struct http_text *text, const char *s, u32 len)
{
	const char *instead;
	u32 n;

	while (len) {
		n = utf8_len(s, len);
		instead = n ? html_escape(s, n) : REPLACEMENT;
		if (instead)
			http_text_string(text, instead);
		else
			http_text_put(text, s, n);
		if (!n)
			n = 1;
		s += n;
		len -= n;
	}
}

static void put_json(struct http_text *text, const char *s, u32 n)
{
	char escape[6] = { '\\', 'u', '0', '0' };
	u8 octet = s[0];

	if (octet == '"' || octet == '\\') {
		escape[1] = octet;
		http_text_put(text, escape, 2);
	} else if (octet < 0x20) {
		escape[4] = hex[octet >> 4];
		escape[5] = hex[octet & 15];
		http_text_put(text, escape, 6);
	} else {
		http_text_put(text, s, n);
	}
}

void http_text_json(struct http_text *text, const char *s, u32 len)
{
	u32 n;

	while (len) {
		n = utf8_len(s, len);
		if (n) {
			put_json(text, s, n);
		} else {
			http_text_string(text, REPLACEMENT);
			n = 1;
		}
		s += n;
		len -= n;
	}
}

void http_text_uri(struct http_text *text, const char *s, u32 len)
{
	char escape[3] = { '%' };
	u32 n;

	while (len) {
		n = http_octets_run(s, len, HTTP_OCTET_UNRESERVED);
		http_text_put(text, s, n);
		s += n;
		len -= n;
		if (!len)
			break;
		escape[1] = hex[(u8)s[0] >> 4];
		escape[2] = hex[(u8)s[0] & 15];
		http_text_put(text, escape, sizeof(escape));
		s++;
		len--;
	}
}
