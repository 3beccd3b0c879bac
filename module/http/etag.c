// SPDX-License-Identifier: GPL-2.0
#include "etag.h"
#include "text.h"

#define NSEC_PER_SECOND 1000000000ULL

u32 http_etag_format(char *dst, u64 size, s64 mtime_sec, u32 mtime_nsec)
{
	struct http_text text;

	http_text_init(&text, dst, HTTP_ETAG_MAX);
	http_text_put(&text, "\"", 1);
	http_text_number(&text, size, 16);
	http_text_put(&text, "-", 1);
	/* Times before 1970 and after 2554 wrap around, and are as good a tag. */
	http_text_number(&text, (u64)mtime_sec * NSEC_PER_SECOND + mtime_nsec, 16);
	http_text_put(&text, "\"", 1);
	return http_text_end(&text);
}
