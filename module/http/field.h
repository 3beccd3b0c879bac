/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of a request: their names, lines, lists and parameters (RFC 9110 section 5). */
#ifndef KHTTPD_HTTP_FIELD_H
#define KHTTPD_HTTP_FIELD_H

#include "core.h"

struct http_request;

/* The fields that mean something here. */
enum http_field {
	HTTP_FIELD_ACCEPT,
	HTTP_FIELD_ACCEPT_ENCODING,
	HTTP_FIELD_IF_MATCH,
	HTTP_FIELD_IF_MODIFIED_SINCE,
	HTTP_FIELD_IF_NONE_MATCH,
	HTTP_FIELD_IF_RANGE,
	HTTP_FIELD_IF_UNMODIFIED_SINCE,
	HTTP_FIELD_ORIGIN,
	HTTP_FIELD_RANGE,
	HTTP_FIELD_REFERER,
	HTTP_FIELD_USER_AGENT,
	HTTP_FIELDS,		/* those above are kept in struct http_request */

	/* Those below are used up while the head is parsed. */
	HTTP_FIELD_CONNECTION = HTTP_FIELDS,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_HOST,
	HTTP_FIELD_TRANSFER_ENCODING,
	HTTP_FIELD_OTHER,
};

/**
 * http_field_find - tell the field from its name
 * @name: octets of a token, letters in either case
 * @len: how many they are
 *
 * Return: the field; HTTP_FIELD_OTHER for all that mean nothing here.
 */
enum http_field http_field_find(const char *name, u32 len);

/**
 * http_list_next - take the next member off a comma-separated list
 * @list: what is left of the list; moved behind the member
 * @left: octets at @list; reduced
 * @member: set to the member, without the whitespace around it
 * @len: set to its length, not 0
 * @escapes: in quotes a backslash takes the octet behind it along, as it does in
 *	a quoted-string, but not in an entity-tag
 *
 * Commas in quotes separate nothing, and empty members are passed over (RFC
 * 9110 section 5.6.1.2). Quotes that are not closed reach to the end.
 *
 * Return: false if there is none, and then nothing is left.
 */
bool http_list_next(const char **list, u32 *left, const char **member, u32 *len,
		    bool escapes);

/**
 * http_parameter_len - measure a parameter (RFC 9110 section 5.6.6)
 * @s: where it begins
 * @len: how many octets there are
 * @name_len: set to the length of its name, behind which stand "=" and the value,
 *	a token or a quoted-string
 *
 * Return: octets of the parameter, or 0 if there is none.
 */
u32 http_parameter_len(const char *s, u32 len, u32 *name_len);

/**
 * struct http_field_iter - a walk through the lines of a field
 * @buf: the buffer that holds the head
 * @list: what is left of the current line, for http_field_next_member()
 * @left: octets at @list
 * @end: offset behind the head
 * @line: value of the next line, if there are @more
 * @field: the field
 * @repeated: there is more than one line
 * @more: there is a next line
 */
struct http_field_iter {
	const char *buf;
	const char *list;
	u32 left;
	u32 end;
	struct http_span line;
	enum http_field field;
	bool repeated;
	bool more;
};

/**
 * http_field_begin - prepare to walk through a field
 * @iter: to be overwritten
 * @req: the request, after HTTP_PARSE_DONE
 * @buf: the buffer that its spans refer to, with the whole head
 * @field: less than HTTP_FIELDS
 *
 * The lines of a field, in their order, are one value (RFC 9110 section 5.3).
 * They are found by looking through the head once more, from the first of them
 * on, and only if there is more than one.
 */
void http_field_begin(struct http_field_iter *iter, const struct http_request *req,
		      const char *buf, enum http_field field);

/**
 * http_field_next_line - go to the next line of the field
 * @iter: as http_field_begin() or the last call left it
 * @value: set to the value, without the whitespace around it
 * @len: set to its length, maybe 0
 *
 * Return: false if there is none.
 */
bool http_field_next_line(struct http_field_iter *iter, const char **value, u32 *len);

/**
 * http_field_next_member - go to the next member of the field, which is a list
 * @iter: as http_field_begin() or the last call left it
 * @member: set to the member, without the whitespace around it
 * @len: set to its length, not 0
 *
 * As http_list_next(), across all lines of the field.
 *
 * Return: false if there is none.
 */
bool http_field_next_member(struct http_field_iter *iter, const char **member, u32 *len);

#endif /* KHTTPD_HTTP_FIELD_H */
