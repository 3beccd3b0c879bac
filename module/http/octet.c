// SPDX-License-Identifier: GPL-2.0
#include "octet.h"

/* The combinations that occur; what a row below says is the row of ASCII. */
#define HTAB	HTTP_OCTET_VALUE
#define SPACE	HTTP_OCTET_VALUE
#define VISIBLE	(HTTP_OCTET_VALUE | HTTP_OCTET_TARGET)		/* delimiters */
#define HASH	(HTTP_OCTET_VALUE | HTTP_OCTET_TOKEN)		/* # */
#define PCHAR	(VISIBLE | HTTP_OCTET_PATH)			/* / : @ */
#define SUB	(PCHAR | HTTP_OCTET_NAME)			/* ( ) , ; = */
#define TCHAR	(VISIBLE | HTTP_OCTET_TOKEN)			/* % ^ ` | */
#define PLAIN	(SUB | HTTP_OCTET_TOKEN)			/* letters and most signs */
#define HEX	(PLAIN | HTTP_OCTET_HEX)			/* A to F */
#define DIGIT	(HEX | HTTP_OCTET_DIGIT)

#define FOUR(class)	class, class, class, class
#define SIXTEEN(class)	FOUR(class), FOUR(class), FOUR(class), FOUR(class)

const u8 http_octet_classes[256] = {
	/* 00 */ FOUR(0), FOUR(0), 0, HTAB, 0, 0, FOUR(0),
	/* 10 */ SIXTEEN(0),
	/* 20 */ SPACE, PLAIN, VISIBLE, HASH, PLAIN, TCHAR, PLAIN, PLAIN,
	/* 28 */ SUB, SUB, PLAIN, PLAIN, SUB, PLAIN, PLAIN, PCHAR,
	/* 30 */ FOUR(DIGIT), FOUR(DIGIT),
	/* 38 */ DIGIT, DIGIT, PCHAR, SUB, VISIBLE, SUB, VISIBLE, VISIBLE,
	/* 40 */ PCHAR, HEX, HEX, HEX, HEX, HEX, HEX, PLAIN,
	/* 48 */ FOUR(PLAIN), FOUR(PLAIN),
	/* 50 */ FOUR(PLAIN), FOUR(PLAIN),
	/* 58 */ PLAIN, PLAIN, PLAIN, VISIBLE, VISIBLE, VISIBLE, TCHAR, PLAIN,
	/* 60 */ TCHAR, HEX, HEX, HEX, HEX, HEX, HEX, PLAIN,
	/* 68 */ FOUR(PLAIN), FOUR(PLAIN),
	/* 70 */ FOUR(PLAIN), FOUR(PLAIN),
	/* 78 */ PLAIN, PLAIN, PLAIN, VISIBLE, TCHAR, VISIBLE, PLAIN, 0,
	/* 80 */ SIXTEEN(VISIBLE), SIXTEEN(VISIBLE), SIXTEEN(VISIBLE), SIXTEEN(VISIBLE),
	/* C0 */ SIXTEEN(VISIBLE), SIXTEEN(VISIBLE), SIXTEEN(VISIBLE), SIXTEEN(VISIBLE),
};

bool http_octets_equal(const char *s, u32 len, const char *word)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (!word[i] || http_octet_lower(s[i]) != word[i])
			return false;
	return !word[len];
}

void http_octets_trim(const char **s, u32 *len)
{
	while (*len && http_octet_is_space((*s)[0])) {
		(*s)++;
		(*len)--;
	}
	while (*len && http_octet_is_space((*s)[*len - 1]))
		(*len)--;
}
