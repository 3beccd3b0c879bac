// SPDX-License-Identifier: GPL-2.0
#include "head.h"
#include "date.h"
#include "status.h"
#include "text.h"

static void put_field(struct http_text *text, const char *name, const char *value, u32 len)
{
	http_text_string(text, name);
	http_text_put(text, value, len);
	http_text_put(text, "\r\n", 2);
}

static void put_field_number(struct http_text *text, const char *name, u64 value)
{
	http_text_string(text, name);
	http_text_number(text, value, 10);
	http_text_put(text, "\r\n", 2);
}

static void put_field_date(struct http_text *text, const char *name, s64 seconds)
{
	char date[HTTP_DATE_LEN];

	http_date_format(date, seconds);
	put_field(text, name, date, sizeof(date));
}

/* RFC 9110 sections 8.6 and 15.4.5, RFC 9112 section 6.3. */
static bool length_allowed(u16 status)
{
	return status >= 200 && status != 204 && status != 304;
}

static u32 length(const char *string)
{
	return string ? strlen(string) : 0;
}

u32 http_head_variable(const struct http_head *head)
{
	return length(head->type) + length(head->charset) + head->etag_len +
	       head->location_len + length(head->cache_control) + head->origin_len +
	       head->fields_len;
}

static void put_status_line(struct http_text *text, u16 status)
{
	http_text_string(text, "HTTP/1.1 ");
	http_text_number(text, status, 10);
	http_text_put(text, " ", 1);
	http_text_string(text, http_status_reason(status));
	http_text_put(text, "\r\n", 2);
}

/* A multipart cannot be read without its type, which has the delimiter of its parts. */
static u8 hidden(const struct http_head *head)
{
	if (head->status == 206 && !head->has_range)
		return head->hide & ~HTTP_HEAD_CONTENT_TYPE;
	return head->hide;
}

void http_head_put_type(struct http_text *text, const char *type, const char *charset)
{
	http_text_string(text, "Content-Type: ");
	http_text_string(text, type);
	if (charset) {
		http_text_string(text, "; charset=");
		http_text_string(text, charset);
	}
	http_text_put(text, "\r\n", 2);
}

void http_head_put_range(struct http_text *text, u64 off, u64 len, u64 size)
{
	http_text_string(text, "Content-Range: bytes ");
	if (len) {
		http_text_number(text, off, 10);
		http_text_put(text, "-", 1);
		http_text_number(text, off + len - 1, 10);
	} else {
		http_text_put(text, "*", 1);
	}
	http_text_put(text, "/", 1);
	http_text_number(text, size, 10);
	http_text_put(text, "\r\n", 2);
}

void http_head_put_length(struct http_text *text, u64 len)
{
	put_field_number(text, "Content-Length: ", len);
}

/* How the content is coded and where it ends (RFC 9112 section 6.3). */
static void put_content(struct http_text *text, const struct http_head *head)
{
	if (head->type && !(hidden(head) & HTTP_HEAD_CONTENT_TYPE) && head->status != 304)
		http_head_put_type(text, head->type, head->charset);
	if (head->coding && head->status != 304)
		put_field(text, "Content-Encoding: ", head->coding, strlen(head->coding));
	if (head->has_range)
		http_head_put_range(text, head->range_off,
				    head->status == 206 ? head->range_len : 0,
				    head->range_size);
	if (!length_allowed(head->status))
		return;
	if (head->chunked && head->minor)
		http_text_string(text, "Transfer-Encoding: chunked\r\n");
	else if (head->has_length && !head->chunked)
		http_head_put_length(text, head->content_length);
}

/* RFC 9110 section 12.5.5 */
static void put_vary(struct http_text *text, u8 vary)
{
	static const struct {
		u8 bit;
		const char *name;
	} members[] = {
		{ HTTP_VARY_ACCEPT_ENCODING, "Accept-Encoding" },
		{ HTTP_VARY_ACCEPT, "Accept" },
		{ HTTP_VARY_ORIGIN, "Origin" },
	};
	const char *before = "Vary: ";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		if (!(vary & members[i].bit))
			continue;
		http_text_string(text, before);
		http_text_string(text, members[i].name);
		before = ", ";
	}
	http_text_put(text, "\r\n", 2);
}

/* What a cache needs to know, and the same in a 304 (RFC 9110 section 15.4.5). */
static void put_validators(struct http_text *text, const struct http_head *head)
{
	bool has_etag = head->etag && !(head->hide & HTTP_HEAD_ETAG);

	if (head->has_mtime && !(head->hide & HTTP_HEAD_LAST_MODIFIED) &&
	    (head->status != 304 || !has_etag))
		put_field_date(text, "Last-Modified: ", head->mtime);
	if (has_etag)
		put_field(text, "ETag: ", head->etag, head->etag_len);
	if (head->cache_control)
		put_field(text, "Cache-Control: ", head->cache_control,
			  strlen(head->cache_control));
	if (head->has_expires)
		put_field_date(text, "Expires: ", head->expires);
	if (head->vary && !(head->hide & HTTP_HEAD_VARY))
		put_vary(text, head->vary);
}

/* The Fetch Standard, section 3.2.3; GET, HEAD and what they send besides need no more. */
static void put_origin(struct http_text *text, const struct http_head *head)
{
	if (head->origin)
		put_field(text, "Access-Control-Allow-Origin: ", head->origin, head->origin_len);
	if (!head->preflight)
		return;
	http_text_string(text,
			 "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
			 "Access-Control-Allow-Headers: *\r\n");
	put_field_number(text, "Access-Control-Max-Age: ", head->max_age);
}

static void put_connection(struct http_text *text, const struct http_head *head)
{
	if (!head->keep_alive)
		http_text_string(text, "Connection: close\r\n");
	else if (head->minor == 0)
		http_text_string(text, "Connection: keep-alive\r\n");
}

u32 http_head_write(char *dst, u32 size, const struct http_head *head)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	put_status_line(&text, head->status);
	if (head->server && !(head->hide & HTTP_HEAD_SERVER))
		http_text_string(&text, "Server: khttpd\r\n");
	put_field(&text, "Date: ", head->date, HTTP_DATE_LEN);
	/* What differs between responses that are prepared alike stands in one place. */
	put_connection(&text, head);
	put_content(&text, head);
	put_validators(&text, head);
	if (head->accept_ranges && !(head->hide & HTTP_HEAD_ACCEPT_RANGES) &&
	    head->status != 304)
		http_text_string(&text, "Accept-Ranges: bytes\r\n");
	if (head->location)
		put_field(&text, "Location: ", head->location, head->location_len);
	if (head->allow)
		http_text_string(&text, "Allow: GET, HEAD, OPTIONS\r\n");
	if (head->retry_after)
		put_field_number(&text, "Retry-After: ", head->retry_after);
	put_origin(&text, head);
	if (head->fields)
		http_text_put(&text, head->fields, head->fields_len);
	http_text_put(&text, "\r\n", 2);
	return http_text_end(&text);
}
