/* SPDX-License-Identifier: GPL-2.0 */
/* The head of a request: request line and header section (RFC 9112 sections 2 to 6). */
#ifndef KHTTPD_HTTP_PARSE_H
#define KHTTPD_HTTP_PARSE_H

#include "core.h"
#include "field.h"
#include "method.h"

/**
 * struct http_parse_limits - what a request head may be at most
 * @line_bytes: octets of method, space and target together; a longer target is
 *	answered 414, a longer method 501
 * @head_bytes: octets of the whole head, empty lines before and after it
 *	included; a longer one is answered 431 (414 or 501 while still in the
 *	request line, 400 if there was nothing but empty lines)
 * @fields: field lines; more are answered 431
 */
struct http_parse_limits {
	u32 line_bytes;
	u32 head_bytes;
	u32 fields;
};

/* The form of the request target (RFC 9112 section 3.2). */
enum http_form {
	HTTP_FORM_ORIGIN,	/* /path?query */
	HTTP_FORM_ABSOLUTE,	/* http://host/path?query, or https: */
	HTTP_FORM_ASTERISK,	/* *, of OPTIONS alone */
	HTTP_FORM_AUTHORITY,	/* host:port, of CONNECT alone */
};

/* How the length of the content is told (RFC 9112 section 6.3). */
enum http_framing {
	HTTP_FRAMING_NONE,	/* no content */
	HTTP_FRAMING_LENGTH,	/* Content-Length */
	HTTP_FRAMING_CHUNKED,	/* Transfer-Encoding: chunked */
};

/* What the client expects before it sends content (RFC 9110 section 10.1.1). */
enum http_expect {
	HTTP_EXPECT_NONE,
	HTTP_EXPECT_CONTINUE,	/* 100-continue; never of an HTTP/1.0 request */
	HTTP_EXPECT_UNKNOWN,	/* anything else, to be answered 417 */
};

/**
 * struct http_request - a request head and how far it has been parsed
 * @method: the method; an unknown one is no error here
 * @minor: 0 for HTTP/1.0, 1 for HTTP/1.1 and whatever 1.x is above it
 * @form: form of @target
 * @line: request line without its CRLF; after an error what was seen of it, up
 *	to the limit
 * @target: request target as it came
 * @path: path of the target, not decoded; may be empty, which means "/"
 * @query: what follows the first "?" of the target
 * @host: uri-host with optional port, valid: that of an absolute-form target,
 *	else the value of the Host field
 * @has_query: the target has a "?"
 * @has_host: @host is set; always so for HTTP/1.1
 * @keep_alive: the client does not want the connection closed after the answer
 *	(RFC 9112 section 9.3)
 * @expect: the Expect field
 * @framing: how the content is framed
 * @content_length: octets of content, for HTTP_FRAMING_LENGTH
 * @field: values of the fields that are kept, of the first line of each, without
 *	the whitespace around them; see http_field_begin() for the others
 * @present: the fields of which there is a line, 1 << enum http_field
 * @repeated: the fields of which there is more than one, 1 << enum http_field
 * @nr_fields: number of field lines
 * @head_len: octets of the buffer that belong to the head, with the empty lines
 *	before it and the one that ends it; what follows is content or the next
 *	request
 * @status: after HTTP_PARSE_ERROR the status to answer before the connection is
 *	closed: 400, 413, 414, 431, 501 or 505
 * @parser: the parser's own
 *
 * All but @status and @line means something only after HTTP_PARSE_DONE.
 */
struct http_request {
	enum http_method method;
	enum http_form form;
	enum http_framing framing;
	enum http_expect expect;
	struct http_span line;
	struct http_span target;
	struct http_span path;
	struct http_span query;
	struct http_span host;
	u64 content_length;
	struct http_span field[HTTP_FIELDS];
	u32 present;
	u32 repeated;
	u32 nr_fields;
	u32 head_len;
	u16 status;
	u8 minor;
	bool has_query;
	bool has_host;
	bool keep_alive;

	struct {
		struct http_span name;	/* of the field line being parsed */
		u32 value;		/* offset of its value */
		u8 state;
		bool field_host;	/* a Host field was seen */
		bool field_length;	/* a Content-Length field was seen */
		bool field_coding;	/* a Transfer-Encoding field was seen */
		bool chunked;		/* one of its codings is chunked */
		bool chunked_last;	/* and nothing came after it */
		bool coding_foreign;	/* one is not chunked */
		bool option_close;	/* Connection: close */
		bool option_keep;	/* Connection: keep-alive */
	} parser;
};

/**
 * http_request_has - is there a line of a field?
 * @req: the request, after HTTP_PARSE_DONE
 * @field: less than HTTP_FIELDS
 */
static inline bool http_request_has(const struct http_request *req, enum http_field field)
{
	return req->present >> field & 1;
}

/**
 * http_request_repeats - is there more than one line of a field?
 * @req: the request, after HTTP_PARSE_DONE
 * @field: less than HTTP_FIELDS
 */
static inline bool http_request_repeats(const struct http_request *req, enum http_field field)
{
	return req->repeated >> field & 1;
}

/**
 * http_request_init - prepare for a new request
 * @req: the request, to be overwritten
 */
void http_request_init(struct http_request *req);

/**
 * http_request_begun - has the first octet of the request line been seen?
 * @req: the request
 *
 * Empty lines before it do not count: some clients send one too many after the
 * content of the last request (RFC 9112 section 2.2).
 */
bool http_request_begun(const struct http_request *req);

/**
 * http_request_done - has the whole head been parsed, and without an error?
 * @req: the request
 */
bool http_request_done(const struct http_request *req);

/**
 * http_request_parse - parse a request head as far as it has arrived
 * @req: the request, as http_request_init() or the last call left it
 * @limits: what the head may be at most
 * @buf: all that has arrived, from the first octet of this request on; may
 *	have been moved since the last call
 * @len: how many octets that are; not less than at the last call
 *
 * No octet is scanned again by a later call, and how the head was divided
 * between calls makes no difference to the result. Octets behind the head are
 * not looked at. An error is reported at the first octet that shows it.
 *
 * Return: HTTP_PARSE_DONE when the head is complete, HTTP_PARSE_MORE when it is
 * not (then @len < @limits->head_bytes), HTTP_PARSE_ERROR with @req->status set.
 */
enum http_parse http_request_parse(struct http_request *req,
				   const struct http_parse_limits *limits,
				   const char *buf, u32 len);

#endif /* KHTTPD_HTTP_PARSE_H */
