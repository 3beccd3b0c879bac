// SPDX-License-Identifier: GPL-2.0
#include "field.h"
#include "octet.h"
#include "parse.h"

/*
 * Compares a token of at least four octets with a word in lower case, four at a
 * time, the last of them maybe twice. The bit that makes a letter lower-case
 * makes a letter or a hyphen of no other octet of a token.
 */
static inline bool name_is(const char *name, const char *word, u32 len)
{
	u32 at = 0;
	u32 a;
	u32 b;

	for (;;) {
		memcpy(&a, name + at, sizeof(a));
		memcpy(&b, word + at, sizeof(b));
		if ((a | 0x20202020) != b)
			return false;
		if (at + 4 == len)
			return true;
		at = at + 8 < len ? at + 4 : len - 4;
	}
}

enum http_field http_field_find(const char *name, u32 len)
{
	switch (len) {
	case 4:
		if (name_is(name, "host", 4))
			return HTTP_FIELD_HOST;
		break;
	case 5:
		if (name_is(name, "range", 5))
			return HTTP_FIELD_RANGE;
		break;
	case 6:
		if (name_is(name, "accept", 6))
			return HTTP_FIELD_ACCEPT;
		if (name_is(name, "origin", 6))
			return HTTP_FIELD_ORIGIN;
		if (name_is(name, "expect", 6))
			return HTTP_FIELD_EXPECT;
		break;
	case 7:
		if (name_is(name, "referer", 7))
			return HTTP_FIELD_REFERER;
		break;
	case 8:
		if (name_is(name, "if-range", 8))
			return HTTP_FIELD_IF_RANGE;
		if (name_is(name, "if-match", 8))
			return HTTP_FIELD_IF_MATCH;
		break;
	case 10:
		if (name_is(name, "connection", 10))
			return HTTP_FIELD_CONNECTION;
		if (name_is(name, "user-agent", 10))
			return HTTP_FIELD_USER_AGENT;
		break;
	case 13:
		if (name_is(name, "if-none-match", 13))
			return HTTP_FIELD_IF_NONE_MATCH;
		break;
	case 14:
		if (name_is(name, "content-length", 14))
			return HTTP_FIELD_CONTENT_LENGTH;
		break;
	case 15:
		if (name_is(name, "accept-encoding", 15))
			return HTTP_FIELD_ACCEPT_ENCODING;
		break;
	case 17:
		if (name_is(name, "if-modified-since", 17))
			return HTTP_FIELD_IF_MODIFIED_SINCE;
		if (name_is(name, "transfer-encoding", 17))
			return HTTP_FIELD_TRANSFER_ENCODING;
		break;
	case 19:
		if (name_is(name, "if-unmodified-since", 19))
			return HTTP_FIELD_IF_UNMODIFIED_SINCE;
		break;
	}
	return HTTP_FIELD_OTHER;
}

/* How many octets there are before the next comma outside of quotes. */
static u32 member_len(const char *s, u32 len, bool escapes)
{
	bool quoted = false;
	u32 n;

	for (n = 0; n < len && (quoted || s[n] != ','); n++) {
		if (s[n] == '"')
			quoted = !quoted;
		else if (quoted && escapes && s[n] == '\\' && n + 1 < len)
			n++;
	}
	return n;
}

bool http_list_next(const char **list, u32 *left, const char **member, u32 *len,
		    bool escapes)
{
	u32 n;

	do {
		n = member_len(*list, *left, escapes);
		*member = *list;
		*len = n;
		http_octets_trim(member, len);
		if (n < *left)
			n++;
		*list += n;
		*left -= n;
	} while (!*len && *left);
	return *len > 0;
}

/* Length of a quoted-string (RFC 9110 section 5.6.4) in front, or 0. */
static u32 quoted_len(const char *s, u32 len)
{
	u32 at;

	if (!len || s[0] != '"')
		return 0;
	for (at = 1; at < len && s[at] != '"'; at++) {
		if (s[at] == '\\')
			at++;
		if (at == len || !http_octet_is(s[at], HTTP_OCTET_VALUE))
			return 0;
	}
	return at < len ? at + 1 : 0;
}

u32 http_parameter_len(const char *s, u32 len, u32 *name_len)
{
	u32 at = http_octets_run(s, len, HTTP_OCTET_TOKEN);
	u32 n;

	*name_len = at;
	if (!at || at == len || s[at++] != '=')
		return 0;
	n = http_octets_run(s + at, len - at, HTTP_OCTET_TOKEN);
	if (!n)
		n = quoted_len(s + at, len - at);
	return n ? at + n : 0;
}

void http_field_begin(struct http_field_iter *iter, const struct http_request *req,
		      const char *buf, enum http_field field)
{
	memset(iter, 0, sizeof(*iter));
	iter->buf = buf;
	iter->list = buf;
	iter->end = req->head_len;
	iter->line = req->field[field];
	iter->field = field;
	iter->more = http_request_has(req, field);
	iter->repeated = http_request_repeats(req, field);
}

/*
 * Goes from one line of the field to the next. The head has been parsed: every
 * line has a name and a colon and ends in CRLF, and there is no other CR.
 */
static bool find_line(struct http_field_iter *iter)
{
	const char *end = iter->buf + iter->end;
	const char *at = iter->buf + iter->line.off + iter->line.len;
	const char *value;
	const char *name;
	u32 len;

	for (;;) {
		name = (const char *)memchr(at, '\r', end - at) + 2;
		if (*name == '\r')
			return false;
		value = (const char *)memchr(name, ':', end - name) + 1;
		at = memchr(value, '\r', end - value);
		if (http_field_find(name, value - 1 - name) != iter->field)
			continue;
		len = at - value;
		http_octets_trim(&value, &len);
		iter->line.off = value - iter->buf;
		iter->line.len = len;
		return true;
	}
}

bool http_field_next_line(struct http_field_iter *iter, const char **value, u32 *len)
{
	if (!iter->more)
		return false;
	*value = iter->buf + iter->line.off;
	*len = iter->line.len;
	iter->more = iter->repeated && find_line(iter);
	return true;
}

bool http_field_next_member(struct http_field_iter *iter, const char **member, u32 *len)
{
	/* An entity-tag may end in a backslash. */
	bool escapes = iter->field != HTTP_FIELD_IF_MATCH &&
		       iter->field != HTTP_FIELD_IF_NONE_MATCH;

	while (!http_list_next(&iter->list, &iter->left, member, len, escapes))
		if (!http_field_next_line(iter, &iter->list, &iter->left))
			return false;
	return true;
}
