/* SPDX-License-Identifier: GPL-2.0 */
/* From the path of a request target to the path of a file, and back (RFC 3986). */
#ifndef KHTTPD_HTTP_TARGET_H
#define KHTTPD_HTTP_TARGET_H

#include "core.h"

/**
 * struct http_path - what a target path names beneath the document root
 * @len: octets of the path, without the terminating NUL; 0 is the root itself
 * @dir: it must be a directory: it was empty, or ended in "/", "." or ".."
 * @hidden: a segment begins with a dot and is not ".well-known"
 */
struct http_path {
	u32 len;
	bool dir;
	bool hidden;
};

/**
 * http_target_resolve - decode a target path and remove its dot segments
 * @raw: path of the target, as it came
 * @len: its length in octets
 * @dst: receives the path relative to the root, without a slash in front or
 *	behind, NUL-terminated
 * @size: octets at @dst, at least 1; @len + 1 always suffice
 * @path: receives what is to know of it
 *
 * Percent-encoding is decoded once, before anything else, so that an encoded
 * slash or dot is one (RFC 3986 section 2.1). Dot segments are resolved as in
 * section 5.2.4 and never lead above the root; empty segments vanish.
 *
 * Return: 0, or the status to answer: 400 for a malformed escape or a NUL; 414
 * if @dst is too small, which cannot be when @size > @len.
 */
u16 http_target_resolve(const char *raw, u32 len, char *dst, u32 size,
			struct http_path *path);

/**
 * http_target_encode - percent-encode a path
 * @path: the path; any octets
 * @len: its length in octets
 * @dst: receives the encoded path, not NUL-terminated; everything but
 *	unreserved characters, sub-delims, ":", "@" and "/" is encoded
 * @size: octets at @dst; 3 * @len always suffice
 *
 * Return: how many octets were written; 0 when they do not fit, and then @dst
 * is as it was.
 */
u32 http_target_encode(const char *path, u32 len, char *dst, u32 size);

#endif /* KHTTPD_HTTP_TARGET_H */
