// SPDX-License-Identifier: GPL-2.0
#include "target.h"
#include "octet.h"

/*
 * A segment has ended: dst[seg] to dst[out - 1], with everything before it
 * resolved and either empty or ending in a slash. Empty and dot segments are
 * taken away again. Returns how much of dst remains; another segment than these
 * remains without a slash.
 */
static u32 end_segment(const char *dst, u32 seg, u32 out)
{
	u32 n = out - seg;

	if (n == 1 && dst[seg] == '.')
		return seg;
	if (n != 2 || dst[seg] != '.' || dst[seg + 1] != '.')
		return out;
	if (!seg)
		return 0;
	for (seg--; seg && dst[seg - 1] != '/'; seg--)
		;
	return seg;
}

static bool segment_hidden(const char *s, u32 len)
{
	static const char well_known[] = ".well-known";

	return s[0] == '.' &&
	       (len != sizeof(well_known) - 1 || memcmp(s, well_known, len));
}

static bool path_hidden(const char *path, u32 len)
{
	const char *slash;
	u32 at = 0;
	u32 n;

	while (at < len) {
		slash = memchr(path + at, '/', len - at);
		n = slash ? slash - path - at : len - at;
		if (segment_hidden(path + at, n))
			return true;
		at += n + 1;
	}
	return false;
}

/* Decodes what raw begins with; returns how many octets that took, or 0. */
static u32 decode(const char *raw, u32 len, char *octet)
{
	*octet = raw[0];
	if (raw[0] != '%')
		return raw[0] ? 1 : 0;
	if (len < 3 || !http_octet_is(raw[1], HTTP_OCTET_HEX) ||
	    !http_octet_is(raw[2], HTTP_OCTET_HEX))
		return 0;
	*octet = http_octet_hex(raw[1]) << 4 | http_octet_hex(raw[2]);
	return *octet ? 3 : 0;
}

u16 http_target_resolve(const char *raw, u32 len, char *dst, u32 size,
			struct http_path *path)
{
	u32 seg = 0;	/* where the current segment begins in dst */
	u32 out = 0;	/* octets in dst */
	u32 at = 0;
	char octet;
	u32 n;

	while (at < len) {
		n = decode(raw + at, len - at, &octet);
		if (!n)
			return 400;
		at += n;
		if (octet == '/') {
			out = end_segment(dst, seg, out);
			seg = out;
			if (!out || dst[out - 1] == '/')
				continue;
			seg++;
		}
		if (out + 1 >= size)
			return 414;
		dst[out++] = octet;
	}
	out = end_segment(dst, seg, out);
	path->dir = !out || dst[out - 1] == '/';
	if (out && path->dir)
		out--;
	dst[out] = '\0';
	path->len = out;
	path->hidden = path_hidden(dst, out);
	return 0;
}

u32 http_target_encode(const char *path, u32 len, char *dst, u32 size)
{
	static const char hex[] = "0123456789ABCDEF";
	u64 need = 0;
	u32 i;

	for (i = 0; i < len; i++)
		need += http_octet_is(path[i], HTTP_OCTET_PATH) ? 1 : 3;
	if (need > size)
		return 0;
	for (i = 0; i < len; i++) {
		if (http_octet_is(path[i], HTTP_OCTET_PATH)) {
			*dst++ = path[i];
			continue;
		}
		*dst++ = '%';
		*dst++ = hex[(u8)path[i] >> 4];
		*dst++ = hex[(u8)path[i] & 15];
	}
	return need;
}
