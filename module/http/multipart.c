// SPDX-License-Identifier: GPL-2.0
#include "multipart.h"
#include "head.h"
#include "text.h"

void http_multipart_boundary(struct http_multipart *multipart, u64 random)
{
	u32 i;

	for (i = 0; i < HTTP_BOUNDARY_LEN; i++)
		multipart->boundary[i] = "0123456789abcdef"[random >> 4 * i & 15];
}

void http_multipart_type(const struct http_multipart *multipart,
			 char dst[HTTP_MULTIPART_TYPE_MAX])
{
	struct http_text text;

	http_text_init(&text, dst, HTTP_MULTIPART_TYPE_MAX);
	http_text_string(&text, "multipart/byteranges; boundary=");
	http_text_put(&text, multipart->boundary, HTTP_BOUNDARY_LEN);
	http_text_put(&text, "", 1);
}

static void put_part_head(struct http_text *text, const struct http_multipart *multipart,
			  const struct http_range *range)
{
	http_text_put(text, "\r\n", 2);
	http_head_put_type(text, multipart->type, multipart->charset);
	http_head_put_range(text, range->off, range->len, multipart->size);
	http_text_put(text, "\r\n", 2);
}

u32 http_multipart_delimiter(const struct http_multipart *multipart, u32 part,
			     char *dst, u32 size)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	http_text_string(&text, part ? "\r\n--" : "--");
	http_text_put(&text, multipart->boundary, HTTP_BOUNDARY_LEN);
	if (part < multipart->ranges->nr)
		put_part_head(&text, multipart, &multipart->ranges->range[part]);
	else
		http_text_string(&text, "--\r\n");
	return http_text_end(&text);
}

/* Writes the delimiter, but for type and charset, to see how long it gets. */
static u32 delimiter_len(const struct http_multipart *multipart, u32 part)
{
	struct http_multipart bare = *multipart;
	char scratch[HTTP_MULTIPART_DELIMITER_MAX];
	u32 len;

	bare.type = "";
	if (bare.charset)
		bare.charset = "";
	len = http_multipart_delimiter(&bare, part, scratch, sizeof(scratch));
	if (part == multipart->ranges->nr)
		return len;
	len += strlen(multipart->type);
	return multipart->charset ? len + strlen(multipart->charset) : len;
}

u64 http_multipart_length(const struct http_multipart *multipart)
{
	const struct http_ranges *ranges = multipart->ranges;
	u64 len = delimiter_len(multipart, ranges->nr);
	u32 part;

	for (part = 0; part < ranges->nr; part++)
		len += delimiter_len(multipart, part) + ranges->range[part].len;
	return len;
}
