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

static void put_status_line(struct http_text *text, u16 status)
{
	http_text_string(text, "HTTP/1.1 ");
	http_text_number(text, status, 10);
	http_text_put(text, " ", 1);
	http_text_string(text, http_status_reason(status));
	http_text_put(text, "\r\n", 2);
}

u32 http_head_write(char *dst, u32 size, const struct http_head *head)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	put_status_line(&text, head->status);
	if (head->server)
		http_text_string(&text, "Server: khttpd\r\n");
	put_field(&text, "Date: ", head->date, HTTP_DATE_LEN);
	if (head->type)
		put_field(&text, "Content-Type: ", head->type, strlen(head->type));
	if (head->has_length && length_allowed(head->status))
		put_field_number(&text, "Content-Length: ", head->content_length);
	if (head->has_mtime)
		put_field_date(&text, "Last-Modified: ", head->mtime);
	if (head->etag)
		put_field(&text, "ETag: ", head->etag, head->etag_len);
	if (head->location)
		put_field(&text, "Location: ", head->location, head->location_len);
	if (head->allow)
		http_text_string(&text, "Allow: GET, HEAD, OPTIONS\r\n");
	if (head->retry_after)
		put_field_number(&text, "Retry-After: ", head->retry_after);
	if (!head->keep_alive)
		http_text_string(&text, "Connection: close\r\n");
	else if (head->minor == 0)
		http_text_string(&text, "Connection: keep-alive\r\n");
	http_text_put(&text, "\r\n", 2);
	return http_text_end(&text);
}
