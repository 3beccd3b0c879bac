// SPDX-License-Identifier: GPL-2.0
#include "body.h"
#include "octet.h"

/*
 * Content with a length is in DATA until it ends. Chunked content goes through
 * the grammar of RFC 9112 section 7.1:
 *
 *	chunk     = 1*HEXDIG *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
 *		    CRLF data CRLF
 *	trailer   = *( token ":" *( HTAB / SP / VCHAR / obs-text ) CRLF ) CRLF
 *
 * A state is named for what comes next, or for what is being taken.
 */
enum state {
	SIZE,		/* digits */
	SEMICOLON,	/* behind whitespace: only an extension may follow */
	EXT_START,	/* behind ";" */
	EXT_NAME,
	EXT_EQUALS,	/* behind a name and whitespace: "=" or ";" */
	EXT_VALUE,	/* behind "=" */
	EXT_TOKEN,
	EXT_QUOTED,	/* inside quotes */
	EXT_ESCAPED,	/* behind a backslash inside quotes */
	EXT_END,	/* behind closing quotes */
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER,	/* at the first octet of a field line, or of the empty line */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	END_LF,
	DONE,
	FAILED,
};

static enum state on_size(struct http_body *body, char octet)
{
	if (http_octet_is(octet, HTTP_OCTET_HEX)) {
		/* 64 bits; more digits would be leading zeros or too many. */
		if (++body->digits > 16)
			return FAILED;
		body->left = body->left << 4 | http_octet_hex(octet);
		return SIZE;
	}
	if (!body->digits)
		return FAILED;
	if (octet == '\r')
		return SIZE_LF;
	if (octet == ';')
		return EXT_START;
	return http_octet_is_space(octet) ? SEMICOLON : FAILED;
}

/* What may come behind a complete extension. */
static enum state on_extension_end(char octet)
{
	if (octet == '\r')
		return SIZE_LF;
	if (octet == ';')
		return EXT_START;
	return http_octet_is_space(octet) ? SEMICOLON : FAILED;
}

static enum state on_extension(enum state state, char octet)
{
	bool space = http_octet_is_space(octet);
	bool token = http_octet_is(octet, HTTP_OCTET_TOKEN);

	switch (state) {
	case SEMICOLON:
		return octet == ';' ? EXT_START : space ? SEMICOLON : FAILED;
	case EXT_START:
		return token ? EXT_NAME : space ? EXT_START : FAILED;
	case EXT_NAME:
		if (token)
			return EXT_NAME;
		if (octet == '=')
			return EXT_VALUE;
		return space ? EXT_EQUALS : on_extension_end(octet);
	case EXT_EQUALS:
		if (octet == '=')
			return EXT_VALUE;
		return octet == ';' ? EXT_START : space ? EXT_EQUALS : FAILED;
	case EXT_VALUE:
		if (octet == '"')
			return EXT_QUOTED;
		return token ? EXT_TOKEN : space ? EXT_VALUE : FAILED;
	case EXT_TOKEN:
		return token ? EXT_TOKEN : on_extension_end(octet);
	case EXT_QUOTED:
		if (octet == '"')
			return EXT_END;
		if (octet == '\\')
			return EXT_ESCAPED;
		return http_octet_is(octet, HTTP_OCTET_VALUE) ? EXT_QUOTED : FAILED;
	case EXT_ESCAPED:
		return http_octet_is(octet, HTTP_OCTET_VALUE) ? EXT_QUOTED : FAILED;
	default:
		return on_extension_end(octet);
	}
}

static enum state on_trailer(enum state state, char octet)
{
	bool token = http_octet_is(octet, HTTP_OCTET_TOKEN);

	switch (state) {
	case TRAILER:
		return octet == '\r' ? END_LF : token ? TRAILER_NAME : FAILED;
	case TRAILER_NAME:
		return octet == ':' ? TRAILER_VALUE : token ? TRAILER_NAME : FAILED;
	case TRAILER_VALUE:
		if (octet == '\r')
			return TRAILER_LF;
		return http_octet_is(octet, HTTP_OCTET_VALUE) ? TRAILER_VALUE : FAILED;
	default:
		return octet == '\n' ? TRAILER : FAILED;
	}
}

/* The state behind one octet of the framing. */
static enum state next_state(struct http_body *body, char octet)
{
	switch (body->state) {
	case SIZE:
		return on_size(body, octet);
	case SIZE_LF:
		if (octet != '\n' || body->left > body->limit - body->total)
			return FAILED;
		return body->left ? DATA : TRAILER;
	case DATA_CR:
		return octet == '\r' ? DATA_LF : FAILED;
	case DATA_LF:
		body->digits = 0;
		return octet == '\n' ? SIZE : FAILED;
	case END_LF:
		return octet == '\n' ? DONE : FAILED;
	case TRAILER:
	case TRAILER_NAME:
	case TRAILER_VALUE:
	case TRAILER_LF:
		body->extra++;
		return on_trailer(body->state, octet);
	default:
		body->extra++;
		return on_extension(body->state, octet);
	}
}

/* Takes content as far as it goes; returns how many octets that is. */
static u32 skip_data(struct http_body *body, u32 len)
{
	u32 n = len < body->left ? len : body->left;

	body->left -= n;
	body->total += n;
	if (!body->left)
		body->state = body->framing == HTTP_FRAMING_CHUNKED ? DATA_CR : DONE;
	return n;
}

void http_body_init(struct http_body *body, const struct http_request *req, u64 limit)
{
	memset(body, 0, sizeof(*body));
	body->limit = limit;
	body->framing = req->framing;
	if (req->framing == HTTP_FRAMING_CHUNKED) {
		body->state = SIZE;
		return;
	}
	if (req->framing == HTTP_FRAMING_LENGTH)
		body->left = req->content_length;
	if (body->left > limit)
		body->state = FAILED;
	else
		body->state = body->left ? DATA : DONE;
}

enum http_parse http_body_skip(struct http_body *body, const char *buf, u32 len,
			       u32 *used)
{
	u32 at = 0;

	while (at < len && body->state < DONE) {
		if (body->state == DATA) {
			at += skip_data(body, len - at);
			continue;
		}
		body->state = next_state(body, buf[at++]);
		if (body->extra > HTTP_BODY_EXTRA_MAX)
			body->state = FAILED;
	}
	*used = at;
	if (body->state == DONE)
		return HTTP_PARSE_DONE;
	return body->state == FAILED ? HTTP_PARSE_ERROR : HTTP_PARSE_MORE;
}
