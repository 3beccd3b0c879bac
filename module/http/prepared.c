// SPDX-License-Identifier: GPL-2.0
#include "prepared.h"
#include "date.h"
#include "head.h"
#include "text.h"

static const char whole[] = "HTTP/1.1 200 OK";
static const char partial[] = "HTTP/1.1 206 Partial Content";

/* Return: where the line is that begins with @name; 0 if there is none. */
static u32 line_of(const char *name, const char *head, u32 len)
{
	u32 name_len = strlen(name);
	u32 i;

	for (i = 2; i + name_len <= len; i++)
		if (head[i - 1] == '\n' && !memcmp(head + i, name, name_len))
			return i;
	return 0;
}

/* Return: where the value is of the line that begins with @name; 0 if there is none. */
static u32 value_of(const char *name, const char *head, u32 len)
{
	u32 line = line_of(name, head, len);

	return line ? line + strlen(name) : 0;
}

static u32 line_len(const char *line, u32 len)
{
	const char *end = memchr(line, '\n', len);

	return end ? end + 1 - line : len;
}

void http_prepared_init(struct http_prepared *prepared, const char *text, u32 len,
			bool has_expires)
{
	prepared->text = text;
	prepared->len = len;
	prepared->date = value_of("Date: ", text, len);
	prepared->length = line_of("Content-Length: ", text, len);
	prepared->length_len = prepared->length ? line_len(text + prepared->length,
							   len - prepared->length) : 0;
	prepared->expires = has_expires ? value_of("Expires: ", text, len) : 0;
}

u32 http_prepared_part(char dst[HTTP_PREPARED_PART_MAX], const struct http_range *part,
		       u64 size)
{
	struct http_text text;

	http_text_init(&text, dst, HTTP_PREPARED_PART_MAX);
	http_head_put_range(&text, part->off, part->len, size);
	http_head_put_length(&text, part->len);
	return http_text_end(&text);
}

u32 http_prepared_len(const struct http_prepared *prepared,
		      const struct http_completion *completion)
{
	u32 len = prepared->len - HTTP_DATE_LEN + completion->date_len;

	if (completion->part_len)
		len += strlen(partial) - strlen(whole) + completion->part_len -
		       prepared->length_len;
	return len;
}

static char *copy(char *to, const char *from, u32 len)
{
	memcpy(to, from, len);
	return to + len;
}

char *http_prepared_copy(const struct http_prepared *prepared,
			 const struct http_completion *completion, char *to)
{
	const char *text = prepared->text;
	u32 at = 0;

	if (completion->part_len) {
		to = copy(to, partial, strlen(partial));
		at = strlen(whole);
	}
	to = copy(to, text + at, prepared->date - at);
	to = copy(to, completion->date, completion->date_len);
	at = prepared->date + HTTP_DATE_LEN;
	if (completion->part_len) {
		to = copy(to, text + at, prepared->length - at);
		to = copy(to, completion->part, completion->part_len);
		at = prepared->length + prepared->length_len;
	}
	to = copy(to, text + at, prepared->len - at);
	if (prepared->expires)
		http_date_format(to - (prepared->len - prepared->expires),
				 completion->now + completion->expires_s);
	return to;
}
