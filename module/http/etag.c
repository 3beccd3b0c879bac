// SPDX-License-Identifier: GPL-2.0
#include "etag.h"
#include "text.h"

#define NSEC_PER_SECOND 1000000000ULL

u32 http_etag_format(char *dst, const struct http_etag_source *source)
{
	struct http_text text;

	http_text_init(&text, dst, HTTP_ETAG_MAX);
	http_text_put(&text, "\"", 1);
	http_text_number(&text, source->size, 16);
	http_text_put(&text, "-", 1);
	/* Times before 1970 and after 2554 wrap around, and are as good a tag. */
	http_text_number(&text, (u64)source->mtime_sec * NSEC_PER_SECOND + source->mtime_nsec, 16);
	if (source->inode) {
		http_text_put(&text, "-", 1);
		http_text_number(&text, source->inode, 16);
	}
	/* No coding has a name of hexadecimal digits, so it is no inode number. */
	if (source->coding) {
		http_text_put(&text, "-", 1);
		http_text_string(&text, source->coding);
	}
	http_text_put(&text, "\"", 1);
	return http_text_end(&text);
}

static bool strip_weak(const char **tag, u32 *len)
{
	if (*len < 2 || (*tag)[0] != 'W' || (*tag)[1] != '/')
		return false;
	*tag += 2;
	*len -= 2;
	return true;
}

bool http_etag_equal_strong(const char *tag, u32 tag_len, const char *other, u32 other_len)
{
	return tag_len == other_len && !memcmp(tag, other, tag_len) &&
	       !strip_weak(&tag, &tag_len);
}

bool http_etag_equal_weak(const char *tag, u32 tag_len, const char *other, u32 other_len)
{
	strip_weak(&tag, &tag_len);
	strip_weak(&other, &other_len);
	return tag_len == other_len && !memcmp(tag, other, tag_len);
}
