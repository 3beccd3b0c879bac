/* SPDX-License-Identifier: GPL-2.0 */
/* Classes of octets, in the words of the grammars of RFC 9110 and RFC 3986. */
#ifndef KHTTPD_HTTP_OCTET_H
#define KHTTPD_HTTP_OCTET_H

#include "core.h"

#define HTTP_OCTET_TOKEN	0x01	/* tchar */
#define HTTP_OCTET_VALUE	0x02	/* of a field value: VCHAR, obs-text, SP, HTAB */
#define HTTP_OCTET_TARGET	0x04	/* put up with in a target: VCHAR but "#", and obs-text */
#define HTTP_OCTET_NAME		0x08	/* unreserved and sub-delims: plain in a reg-name */
#define HTTP_OCTET_PATH		0x10	/* the same, ":", "@" and "/": plain in a path */
#define HTTP_OCTET_HEX		0x20
#define HTTP_OCTET_DIGIT	0x40
#define HTTP_OCTET_UNRESERVED	0x80	/* ALPHA, DIGIT, "-", ".", "_", "~" */

extern const u8 http_octet_classes[256];

/**
 * http_octet_is - classify an octet
 * @octet: the octet
 * @classes: HTTP_OCTET_ values, ORed
 *
 * Return: true if it is of one of the classes.
 */
static inline bool http_octet_is(char octet, u8 classes)
{
	return http_octet_classes[(u8)octet] & classes;
}

/* Optional whitespace, "bad" whitespace: SP or HTAB. */
static inline bool http_octet_is_space(char octet)
{
	return octet == ' ' || octet == '\t';
}

/**
 * http_octet_hex - evaluate a hexadecimal digit
 * @octet: of the class HTTP_OCTET_HEX
 *
 * Return: its value, 0 to 15.
 */
static inline u8 http_octet_hex(char octet)
{
	return octet <= '9' ? octet - '0' : (octet | 0x20) - 'a' + 10;
}

/**
 * http_octet_lower - fold the case of an ASCII letter
 * @octet: the octet
 *
 * Return: the letter in lower case; any other octet as it is.
 */
static inline char http_octet_lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
}

/**
 * http_octets_run - measure a run of octets of some classes
 * @s: where it begins
 * @len: how many octets there are
 * @classes: HTTP_OCTET_ values, ORed
 *
 * Return: how many octets stand in a row, at most @len.
 */
static inline u32 http_octets_run(const char *s, u32 len, u8 classes)
{
	const u8 *of = http_octet_classes;
	const u8 *start = (const u8 *)s;
	const u8 *end = start + len;
	const u8 *at = start;

	/* The parser is mostly here: whether there are more is asked for once in four octets. */
	for (; end - at >= 4; at += 4) {
		if (!(of[at[0]] & classes))
			return at - start;
		if (!(of[at[1]] & classes))
			return at - start + 1;
		if (!(of[at[2]] & classes))
			return at - start + 2;
		if (!(of[at[3]] & classes))
			return at - start + 3;
	}
	while (at < end && (of[*at] & classes))
		at++;
	return at - start;
}

/**
 * http_octets_space - measure the whitespace in front
 * @s: where it may begin
 * @len: how many octets there are
 *
 * Return: how many octets of SP and HTAB stand in a row, at most @len.
 */
u32 http_octets_space(const char *s, u32 len);

/**
 * http_octets_equal - compare with a word, letters in either case
 * @s: the octets
 * @len: how many they are
 * @word: in lower case, NUL-terminated
 *
 * Return: true if they are the word, the whole word and nothing more.
 */
bool http_octets_equal(const char *s, u32 len, const char *word);

/**
 * http_octets_trim - take the whitespace around some octets away
 * @s: the octets; moved to the first that stays
 * @len: how many they are; set to how many stay
 */
void http_octets_trim(const char **s, u32 *len);

#endif /* KHTTPD_HTTP_OCTET_H */
