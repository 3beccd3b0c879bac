// SPDX-License-Identifier: GPL-2.0
#include "octet.h"

/* The combinations that occur. */
#define SPACE	HTTP_OCTET_VALUE
#define HASH	(HTTP_OCTET_VALUE | HTTP_OCTET_TOKEN)
#define VISIBLE	(HTTP_OCTET_VALUE | HTTP_OCTET_TARGET)
#define TCHAR	(VISIBLE | HTTP_OCTET_TOKEN)
#define PCHAR	(VISIBLE | HTTP_OCTET_PATH)
#define SUB	(PCHAR | HTTP_OCTET_NAME)	/* a sub-delim that is no tchar */
#define SUB_T	(SUB | HTTP_OCTET_TOKEN)	/* a sub-delim that is */
#define PLAIN	(SUB_T | HTTP_OCTET_UNRESERVED)
#define HEX	(PLAIN | HTTP_OCTET_HEX)
#define DIGIT	(HEX | HTTP_OCTET_DIGIT)

const u8 http_octet_classes[256] = {
	['\t'] = SPACE,
	[' '] = SPACE,
	['!'] = SUB_T,
	['"'] = VISIBLE,
	['#'] = HASH,
	['$'] = SUB_T,
	['%'] = TCHAR,
	['&' ... '\''] = SUB_T,
	['(' ... ')'] = SUB,
	['*' ... '+'] = SUB_T,
	[','] = SUB,
	['-' ... '.'] = PLAIN,
	['/'] = PCHAR,
	['0' ... '9'] = DIGIT,
	[':'] = PCHAR,
	[';'] = SUB,
	['<'] = VISIBLE,
	['='] = SUB,
	['>' ... '?'] = VISIBLE,
	['@'] = PCHAR,
	['A' ... 'F'] = HEX,
	['G' ... 'Z'] = PLAIN,
	['[' ... ']'] = VISIBLE,
	['^'] = TCHAR,
	['_'] = PLAIN,
	['`'] = TCHAR,
	['a' ... 'f'] = HEX,
	['g' ... 'z'] = PLAIN,
	['{'] = VISIBLE,
	['|'] = TCHAR,
	['}'] = VISIBLE,
	['~'] = PLAIN,
	[0x80 ... 0xff] = VISIBLE,
};

u32 http_octets_space(const char *s, u32 len)
{
	u32 n = 0;

	while (n < len && http_octet_is_space(s[n]))
		n++;
	return n;
}

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
	u32 n = http_octets_space(*s, *len);

	*s += n;
	*len -= n;
	while (*len && http_octet_is_space((*s)[*len - 1]))
		(*len)--;
}
