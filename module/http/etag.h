/* SPDX-License-Identifier: GPL-2.0 */
/* Entity tags (RFC 9110 section 8.8.3). */
#ifndef KHTTPD_HTTP_ETAG_H
#define KHTTPD_HTTP_ETAG_H

#include "core.h"

/* Quotes, three numbers of 16 hexadecimal digits, the longest coding, hyphens between them. */
#define HTTP_ETAG_MAX 60

/**
 * struct http_etag_source - what the entity tag of a representation is made of
 * @size: size of the file in octets
 * @mtime_sec: its modification time, whole seconds since 1970
 * @mtime_nsec: and nanoseconds, 0 to 999999999
 * @inode: its inode number; 0 leaves it out, so that the members of a fleet agree
 * @coding: content coding in which it is sent, a name from accept.h, or NULL:
 *	each coding of a file is a representation with a tag of its own
 */
struct http_etag_source {
	u64 size;
	s64 mtime_sec;
	u32 mtime_nsec;
	u64 inode;
	const char *coding;
};

/**
 * http_etag_format - write the strong entity tag of a representation
 * @dst: receives up to HTTP_ETAG_MAX octets, quotes included, not NUL-terminated
 * @source: what it is made of
 *
 * Return: how many octets were written.
 */
u32 http_etag_format(char *dst, const struct http_etag_source *source);

/**
 * http_etag_equal_strong - compare by the strong function (RFC 9110 section 8.8.3.2)
 * @tag: entity tag of the representation, well-formed
 * @tag_len: its length in octets
 * @other: what it is compared with, may be anything
 * @other_len: its length in octets
 *
 * Return: true if both are the same tag and not weak.
 */
bool http_etag_equal_strong(const char *tag, u32 tag_len, const char *other, u32 other_len);

/**
 * http_etag_equal_weak - compare by the weak function (RFC 9110 section 8.8.3.2)
 * @tag: entity tag of the representation, well-formed
 * @tag_len: its length in octets
 * @other: what it is compared with, may be anything
 * @other_len: its length in octets
 *
 * Return: true if both are the same tag, whether one is weak or not.
 */
bool http_etag_equal_weak(const char *tag, u32 tag_len, const char *other, u32 other_len);

#endif /* KHTTPD_HTTP_ETAG_H */
