// SPDX-License-Identifier: GPL-2.0
#include "parse.h"
#include "host.h"
#include "octet.h"

/*
 * The parser is a state machine over octets. A state that takes a run of octets
 * takes as many as there are, so the cost is that of a loop over a table; what a
 * line means is looked at when its CR has arrived.
 */
enum state {
	START,		/* at the first octet, or behind an empty line */
	START_LF,	/* behind the CR of an empty line */
	METHOD,
	TARGET,
	VERSION,
	LINE_LF,	/* behind the CR of the request line */
	FIELD,		/* at the first octet of a field line, or of the empty line */
	NAME,
	SPACE,		/* between colon and value */
	VALUE,
	VALUE_LF,	/* behind the CR of a field line */
	END_LF,		/* behind the CR of the empty line */
	DONE,
	FAILED,
};

/* RFC 9110 section 7.2, RFC 9112 section 3.2: one Host, and a valid one. */
static u16 on_host(struct http_request *req, const char *value, u32 off, u32 len)
{
	if (req->parser.field_host || !http_host_name(value, len))
		return 400;
	req->parser.field_host = true;
	if (!req->has_host) {
		req->has_host = true;
		req->host.off = off;
		req->host.len = len;
	}
	return 0;
}

/* RFC 9112 section 9.3: options this server knows; "close" outweighs "keep-alive". */
static u16 on_connection(struct http_request *req, const char *value, u32 len)
{
	const char *option;
	u32 n;

	while (http_list_next(&value, &len, &option, &n, true)) {
		if (http_octets_equal(option, n, "close"))
			req->parser.option_close = true;
		else if (http_octets_equal(option, n, "keep-alive"))
			req->parser.option_keep = true;
	}
	return 0;
}

/* RFC 9110 section 10.1.1: an HTTP/1.0 client cannot mean 100-continue. */
static u16 on_expect(struct http_request *req, const char *value, u32 len)
{
	const char *expectation;
	u32 n;

	while (http_list_next(&value, &len, &expectation, &n, true)) {
		if (!http_octets_equal(expectation, n, "100-continue"))
			req->expect = HTTP_EXPECT_UNKNOWN;
		else if (req->expect == HTTP_EXPECT_NONE && req->minor)
			req->expect = HTTP_EXPECT_CONTINUE;
	}
	return 0;
}

static u16 content_length(const char *s, u32 len, u64 *value)
{
	u8 digit;
	u32 i;

	if (!len)
		return 400;
	*value = 0;
	for (i = 0; i < len; i++)
		if (!http_octet_is(s[i], HTTP_OCTET_DIGIT))
			return 400;
	for (i = 0; i < len; i++) {
		digit = http_octet_hex(s[i]);
		if (*value > (~0ULL - digit) / 10)
			return 413;
		*value = *value * 10 + digit;
	}
	return 0;
}

/*
 * RFC 9110 section 8.6: digits and nothing else. A list, as a recipient makes it
 * of repeated fields, is valid if it repeats one value.
 */
static u16 on_content_length(struct http_request *req, const char *value, u32 len)
{
	const char *comma;
	const char *s;
	u64 length;
	u16 status;
	u32 n;

	if (req->parser.field_coding)
		return 400;
	do {
		comma = memchr(value, ',', len);
		s = value;
		n = comma ? comma - value : len;
		value += comma ? n + 1 : n;
		len -= comma ? n + 1 : n;
		http_octets_trim(&s, &n);
		status = content_length(s, n, &length);
		if (status)
			return status;
		if (req->parser.field_length && req->content_length != length)
			return 400;
		req->parser.field_length = true;
		req->content_length = length;
	} while (comma);
	return 0;
}

/*
 * RFC 9112 sections 6.1 and 7. Only chunked is understood, and it takes no
 * parameters; whether it came last is known in end_framing().
 */
static u16 on_transfer_encoding(struct http_request *req, const char *value, u32 len)
{
	const char *coding;
	bool chunked;
	u32 name;
	u32 n;

	if (!req->minor || req->parser.field_length)
		return 400;
	req->parser.field_coding = true;
	while (http_list_next(&value, &len, &coding, &n, true)) {
		name = http_octets_run(coding, n, HTTP_OCTET_TOKEN);
		chunked = http_octets_equal(coding, name, "chunked");
		if (!name || (chunked && (req->parser.chunked || name < n)))
			return 400;
		name += http_octets_space(coding + name, n - name);
		if (name < n && coding[name] != ';')
			return 400;
		req->parser.chunked_last = chunked;
		if (chunked)
			req->parser.chunked = true;
		else
			req->parser.coding_foreign = true;
	}
	return 0;
}

/* Keeps the value of a field for those who ask for it when the head is complete. */
static u16 on_kept(struct http_request *req, enum http_field field, u32 off, u32 len)
{
	u32 bit = 1U << field;

	if (req->present & bit) {
		req->repeated |= bit;
		return 0;
	}
	req->present |= bit;
	req->field[field].off = off;
	req->field[field].len = len;
	return 0;
}

static u16 end_field(struct http_request *req, const char *buf, u32 end)
{
	const struct http_span *name = &req->parser.name;
	enum http_field field = http_field_find(buf + name->off, name->len);
	u32 off = req->parser.value;
	const char *value = buf + off;
	u32 len = end - off;

	while (len && http_octet_is_space(value[len - 1]))
		len--;
	switch (field) {
	case HTTP_FIELD_CONNECTION:
		return on_connection(req, value, len);
	case HTTP_FIELD_CONTENT_LENGTH:
		return on_content_length(req, value, len);
	case HTTP_FIELD_EXPECT:
		return on_expect(req, value, len);
	case HTTP_FIELD_HOST:
		return on_host(req, value, off, len);
	case HTTP_FIELD_TRANSFER_ENCODING:
		return on_transfer_encoding(req, value, len);
	case HTTP_FIELD_OTHER:
		return 0;
	default:
		return on_kept(req, field, off, len);
	}
}

/* RFC 9112 section 6.3. */
static u16 end_framing(struct http_request *req)
{
	if (req->parser.field_coding) {
		if (!req->parser.chunked_last)
			return 400;
		if (req->parser.coding_foreign)
			return 501;
		req->framing = HTTP_FRAMING_CHUNKED;
	} else if (req->parser.field_length) {
		req->framing = HTTP_FRAMING_LENGTH;
	}
	return 0;
}

static u16 end_head(struct http_request *req)
{
	if (req->minor && !req->parser.field_host)
		return 400;
	req->keep_alive = !req->parser.option_close && (req->minor || req->parser.option_keep);
	return end_framing(req);
}

/* Everything from off to the end of the target is path and, behind the first "?", query. */
static void split_path(struct http_request *req, const char *buf, u32 off)
{
	u32 len = req->target.off + req->target.len - off;
	const char *mark = memchr(buf + off, '?', len);

	req->path.off = off;
	req->path.len = len;
	if (!mark)
		return;
	req->has_query = true;
	req->path.len = mark - buf - off;
	req->query.off = off + req->path.len + 1;
	req->query.len = len - req->path.len - 1;
}

/* RFC 9112 section 3.2.2; the scheme decides nothing, and userinfo is refused. */
static u16 absolute_form(struct http_request *req, const char *buf)
{
	const char *target = buf + req->target.off;
	u32 len = req->target.len;
	u32 off;
	u32 n;

	if (len > 7 && http_octets_equal(target, 7, "http://"))
		off = 7;
	else if (len > 8 && http_octets_equal(target, 8, "https://"))
		off = 8;
	else
		return 400;
	for (n = off; n < len && target[n] != '/' && target[n] != '?'; n++)
		;
	if (!http_host_name(target + off, n - off))
		return 400;
	req->form = HTTP_FORM_ABSOLUTE;
	req->has_host = true;
	req->host.off = req->target.off + off;
	req->host.len = n - off;
	split_path(req, buf, req->target.off + n);
	return 0;
}

/* RFC 9112 section 3.2.3, RFC 9110 section 9.3.6: host and port, neither empty. */
static u16 authority_form(struct http_request *req, const char *buf)
{
	u32 name = http_host_name(buf + req->target.off, req->target.len);

	if (!name || name + 1 >= req->target.len)
		return 400;
	req->form = HTTP_FORM_AUTHORITY;
	return 0;
}

static u16 end_target(struct http_request *req, const char *buf)
{
	const char *target = buf + req->target.off;

	if (req->method == HTTP_CONNECT)
		return authority_form(req, buf);
	if (target[0] == '/') {
		req->form = HTTP_FORM_ORIGIN;
		split_path(req, buf, req->target.off);
		return 0;
	}
	if (target[0] == '*' && req->target.len == 1 && req->method == HTTP_OPTIONS) {
		req->form = HTTP_FORM_ASTERISK;
		return 0;
	}
	return absolute_form(req, buf);
}

/* The version is judged first: the preface of HTTP/2 has a target that HTTP/1.1 has not. */
static u16 end_line(struct http_request *req, const char *buf, const char *version)
{
	if (version[5] != '1')
		return 505;
	req->minor = version[7] != '0';
	return end_target(req, buf);
}

/* What to answer when a limit is reached, which depends on what was too long. */
static u16 too_long(const struct http_request *req)
{
	switch (req->parser.state) {
	case START:
	case START_LF:
		return 400;
	case METHOD:
		return 501;
	case TARGET:
	case VERSION:
	case LINE_LF:
		return 414;
	default:
		return 431;
	}
}

static u16 on_lf(struct http_request *req, const char *buf, enum state next)
{
	if (buf[req->head_len] != '\n')
		return 400;
	req->head_len++;
	req->parser.state = next;
	return 0;
}

/* Takes what there is of the method or of the target. */
static u16 take_line(struct http_request *req, const struct http_parse_limits *limits,
		     const char *buf, u32 end, u8 classes)
{
	req->head_len += http_octets_run(buf + req->head_len, end - req->head_len, classes);
	req->line.len = req->head_len - req->line.off;
	if (req->line.len <= limits->line_bytes)
		return 0;
	req->line.len = limits->line_bytes;
	return too_long(req);
}

static u16 on_version(struct http_request *req, const char *buf, u32 end)
{
	static const char form[] = "HTTP/0.0\r";	/* 0 is any digit */
	u32 off = req->target.off + req->target.len + 1;
	char wanted;
	u16 status;
	char octet;

	/* It is hardly ever another, and mostly there as a whole. */
	if (req->head_len == off && end - off >= 8 && !memcmp(buf + off, "HTTP/1.1", 8)) {
		req->head_len += 8;
		req->line.len += 8;
	}
	while (req->head_len < end) {
		octet = buf[req->head_len];
		wanted = form[req->head_len - off];
		if (wanted == '0' ? !http_octet_is(octet, HTTP_OCTET_DIGIT) : octet != wanted)
			return 400;
		req->head_len++;
		if (wanted == '\r') {
			req->parser.state = LINE_LF;
			status = end_line(req, buf, buf + off);
			return status || req->head_len == end ? status : on_lf(req, buf, FIELD);
		}
		req->line.len++;
	}
	return 0;
}

static u16 on_target(struct http_request *req, const struct http_parse_limits *limits,
		     const char *buf, u32 end)
{
	u16 status = take_line(req, limits, buf, end, HTTP_OCTET_TARGET);

	if (status || req->head_len == end)
		return status;
	req->target.len = req->head_len - req->target.off;
	if (!req->target.len || buf[req->head_len] != ' ')
		return 400;
	req->head_len++;
	req->line.len++;
	req->parser.state = VERSION;
	return req->head_len == end ? 0 : on_version(req, buf, end);
}

static u16 on_method(struct http_request *req, const struct http_parse_limits *limits,
		     const char *buf, u32 end)
{
	u16 status = take_line(req, limits, buf, end, HTTP_OCTET_TOKEN);

	if (status || req->head_len == end)
		return status;
	if (!req->line.len || buf[req->head_len] != ' ')
		return 400;
	req->method = http_method_find(buf + req->line.off, req->line.len);
	req->head_len++;
	req->target.off = req->head_len;
	req->parser.state = TARGET;
	return req->head_len == end ? 0 : on_target(req, limits, buf, end);
}

static u16 on_start(struct http_request *req, const struct http_parse_limits *limits,
		    const char *buf, u32 end)
{
	if (buf[req->head_len] == '\r') {
		req->head_len++;
		req->parser.state = START_LF;
		return 0;
	}
	req->line.off = req->head_len;
	req->parser.state = METHOD;
	return on_method(req, limits, buf, end);
}

/*
 * May any of eight octets be a control character, HTAB and DEL included? An octet
 * below 0x20 gets its high bit by a borrow, 0x7f by a carry, and others have it
 * from the start. An octet of 0xff carries too, so the answer may err, but only
 * to yes.
 */
static bool maybe_control(const char *s)
{
	const u64 ones = ~0ULL / 255;
	u64 octets;

	memcpy(&octets, s, sizeof(octets));
	return ((octets - ones * 0x20) | (octets + ones)) & ~octets & ones * 0x80;
}

/* Measures a run of octets of a field value; most have neither HTAB nor control characters. */
static u32 value_run(const char *s, u32 len)
{
	const char *end = s + len;
	const char *at = s;

	while (end - at >= 8 && !maybe_control(at))
		at += 8;
	return at - s + http_octets_run(at, end - at, HTTP_OCTET_VALUE);
}

/*
 * Mostly a field line is there as a whole. So each of the next four goes on with
 * what follows, as far as there are octets.
 */
static u16 on_value(struct http_request *req, const char *buf, u32 end)
{
	u16 status;

	req->head_len += value_run(buf + req->head_len, end - req->head_len);
	if (req->head_len == end)
		return 0;
	if (buf[req->head_len] != '\r')
		return 400;
	req->parser.state = VALUE_LF;
	status = end_field(req, buf, req->head_len++);
	return status || req->head_len == end ? status : on_lf(req, buf, FIELD);
}

static u16 on_space(struct http_request *req, const char *buf, u32 end)
{
	while (http_octet_is_space(buf[req->head_len]))
		if (++req->head_len == end)
			return 0;
	req->parser.value = req->head_len;
	req->parser.state = VALUE;
	return on_value(req, buf, end);
}

/* No name, or whitespace behind it, is refused here, and so is a folded line (section 5.2). */
static u16 on_name(struct http_request *req, const char *buf, u32 end)
{
	req->head_len += http_octets_run(buf + req->head_len, end - req->head_len,
					 HTTP_OCTET_TOKEN);
	if (req->head_len == end)
		return 0;
	req->parser.name.len = req->head_len - req->parser.name.off;
	if (!req->parser.name.len || buf[req->head_len] != ':')
		return 400;
	req->head_len++;
	req->parser.state = SPACE;
	return req->head_len == end ? 0 : on_space(req, buf, end);
}

static u16 on_end_lf(struct http_request *req, const char *buf)
{
	u16 status = on_lf(req, buf, DONE);

	return status ? status : end_head(req);
}

static u16 on_field(struct http_request *req, const struct http_parse_limits *limits,
		    const char *buf, u32 end)
{
	if (buf[req->head_len] == '\r') {
		req->head_len++;
		req->parser.state = END_LF;
		return req->head_len == end ? 0 : on_end_lf(req, buf);
	}
	if (req->nr_fields == limits->fields)
		return 431;
	req->nr_fields++;
	req->parser.name.off = req->head_len;
	req->parser.state = NAME;
	return on_name(req, buf, end);
}

/* One step: in some states one octet, in others as many as there are of a kind. */
static u16 step(struct http_request *req, const struct http_parse_limits *limits,
		const char *buf, u32 end)
{
	switch (req->parser.state) {
	case START:
		return on_start(req, limits, buf, end);
	case START_LF:
		return on_lf(req, buf, START);
	case METHOD:
		return on_method(req, limits, buf, end);
	case TARGET:
		return on_target(req, limits, buf, end);
	case VERSION:
		return on_version(req, buf, end);
	case LINE_LF:
		return on_lf(req, buf, FIELD);
	case FIELD:
		return on_field(req, limits, buf, end);
	case NAME:
		return on_name(req, buf, end);
	case SPACE:
		return on_space(req, buf, end);
	case VALUE:
		return on_value(req, buf, end);
	case VALUE_LF:
		return on_lf(req, buf, FIELD);
	default:
		return on_end_lf(req, buf);
	}
}

void http_request_init(struct http_request *req)
{
	memset(req, 0, sizeof(*req));
	req->method = HTTP_METHOD_UNKNOWN;
	req->minor = 1;
}

bool http_request_begun(const struct http_request *req)
{
	return req->parser.state != START && req->parser.state != START_LF;
}

bool http_request_done(const struct http_request *req)
{
	return req->parser.state == DONE;
}

enum http_parse http_request_parse(struct http_request *req,
				   const struct http_parse_limits *limits,
				   const char *buf, u32 len)
{
	u32 end = len < limits->head_bytes ? len : limits->head_bytes;
	u16 status = 0;

	if (req->parser.state == DONE)
		return HTTP_PARSE_DONE;
	if (req->parser.state == FAILED)
		return HTTP_PARSE_ERROR;
	while (!status && req->head_len < end && req->parser.state != DONE)
		status = step(req, limits, buf, end);
	if (!status && req->parser.state == DONE)
		return HTTP_PARSE_DONE;
	if (!status && req->head_len < limits->head_bytes)
		return HTTP_PARSE_MORE;
	req->status = status ? status : too_long(req);
	req->parser.state = FAILED;
	return HTTP_PARSE_ERROR;
}
