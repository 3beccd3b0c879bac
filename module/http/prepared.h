/* SPDX-License-Identifier: GPL-2.0 */
/* Heads that are written once and sent often. */
#ifndef KHTTPD_HTTP_PREPARED_H
#define KHTTPD_HTTP_PREPARED_H

#include "core.h"
#include "range.h"

/* Octets that http_prepared_part() writes at most. */
#define HTTP_PREPARED_PART_MAX 128

/**
 * struct http_prepared - a head, but for the time, and for which part is asked for
 * @text: the whole of it, as http_head_write() wrote it
 * @len: octets of @text
 * @date: where in it the value of Date is, of HTTP_DATE_LEN octets
 * @length: where behind that the line of Content-Length is, or 0
 * @length_len: octets of that line
 * @expires: where behind these the value of Expires is, of HTTP_DATE_LEN octets, or 0
 */
struct http_prepared {
	const char *text;
	u32 len;
	u32 date;
	u32 length;
	u32 length_len;
	u32 expires;
};

/**
 * struct http_completion - what a prepared head is completed by when it is sent
 * @now: the time, in seconds since 1970
 * @date: value of Date for it, and whole fields behind that perhaps
 * @date_len: octets of @date
 * @expires_s: from then to Expires, in seconds, where that is told
 * @part: what http_prepared_part() wrote, or NULL
 * @part_len: octets of @part; unless they are 0 the head, which is that of a 200
 *	with a Content-Length, becomes that of a 206
 */
struct http_completion {
	s64 now;
	const char *date;
	u32 date_len;
	u32 expires_s;
	const char *part;
	u32 part_len;
};

/**
 * http_prepared_init - look at a head that is to be sent often
 * @prepared: to be overwritten
 * @text: the head, as http_head_write() wrote it; it has to stay there
 * @len: octets of it
 * @has_expires: whether it tells Expires, other than by a field that was added
 */
void http_prepared_init(struct http_prepared *prepared, const char *text, u32 len,
			bool has_expires);

/**
 * http_prepared_part - write the lines by which a 206 differs from a 200
 * @dst: receives HTTP_PREPARED_PART_MAX octets at most, not NUL-terminated
 * @part: what of the representation follows
 * @size: octets of the whole representation
 *
 * Return: how many octets were written.
 */
u32 http_prepared_part(char dst[HTTP_PREPARED_PART_MAX], const struct http_range *part,
		       u64 size);

/**
 * http_prepared_len - find out how long a complete head is
 * @prepared: the head
 * @completion: what it is completed by
 *
 * Return: octets that http_prepared_copy() writes.
 */
u32 http_prepared_len(const struct http_prepared *prepared,
		      const struct http_completion *completion);

/**
 * http_prepared_copy - write a complete head
 * @prepared: the head
 * @completion: what it is completed by
 * @to: receives it
 *
 * Return: the place behind it.
 */
char *http_prepared_copy(const struct http_prepared *prepared,
			 const struct http_completion *completion, char *to);

#endif /* KHTTPD_HTTP_PREPARED_H */
