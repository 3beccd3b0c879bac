/* SPDX-License-Identifier: GPL-2.0 */
/* What configuration may say of responses, and which part of it concerns a path. */
#ifndef KHTTPD_HTTP_RULE_H
#define KHTTPD_HTTP_RULE_H

#include "core.h"

/**
 * http_rule_matches - does a rule concern a path?
 * @prefix: valid by http_rule_prefix_valid()
 * @prefix_len: its length in octets
 * @path: path as http_target_resolve() writes it: decoded, without a slash in
 *	front or behind
 * @path_len: its length in octets
 * @dir: the path ended in a slash
 *
 * A prefix matches itself and all that is beneath it, never a part of a
 * segment: "/a" and "/a/" match "/a/" and "/a/b"; "/a" matches "/a", too;
 * neither matches "/ab".
 */
bool http_rule_matches(const char *prefix, u32 prefix_len,
		       const char *path, u32 path_len, bool dir);

/**
 * struct http_rule_redirect - a request that is redirected
 * @target: valid by http_rule_target_valid()
 * @target_len: its length in octets
 * @prefix_len: octets of the prefix that matched
 * @path: path as for http_rule_matches()
 * @path_len: its length in octets
 * @dir: the path ended in a slash
 * @query: query of the request, as it came, or NULL; NULL is not ""
 * @query_len: its length in octets
 */
struct http_rule_redirect {
	const char *target;
	u32 target_len;
	u32 prefix_len;
	const char *path;
	u32 path_len;
	bool dir;
	const char *query;
	u32 query_len;
};

/* Octets that http_rule_location() writes at most. */
#define HTTP_RULE_LOCATION_MAX(target_len, path_len, query_len) \
	((target_len) + 3 * (path_len) + (query_len) + 3)

/**
 * http_rule_location - tell a redirected client where to go
 * @dst: receives the value of Location, not NUL-terminated
 * @size: octets at @dst; HTTP_RULE_LOCATION_MAX() suffice
 * @redirect: what is redirected, and where
 *
 * What follows the prefix in the path is percent-encoded and joined to the
 * target with exactly one slash, so that it can neither extend the host of the
 * target nor become one; the query follows.
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_rule_location(char *dst, u32 size, const struct http_rule_redirect *redirect);

/**
 * http_rule_hide - which bit stands for a field that can be left out?
 * @name: name of the field, in upper or lower case
 * @len: its length in octets
 *
 * Return: the HTTP_HEAD_ value of head.h, or 0 if this field cannot be left out.
 */
u8 http_rule_hide(const char *name, u32 len);

/**
 * http_rule_field_allowed - may configuration add a field of this name?
 * @name: name of the field, in upper or lower case
 * @len: its length in octets
 * @hide: HTTP_HEAD_ values, ORed, of the fields that the same rule leaves out
 *
 * Return: false if it is no token; if it belongs to the framing or the
 * connection (RFC 9110 section 7.6.1); or if khttpd sends it by itself and does
 * not leave it out.
 */
bool http_rule_field_allowed(const char *name, u32 len, u8 hide);

/**
 * http_rule_value_valid - is this a field value (RFC 9110 section 5.5)?
 * @value: the octets
 * @len: how many they are; 0 is valid
 *
 * Return: false if an octet cannot be part of a value, or if there is
 * whitespace around it.
 */
bool http_rule_value_valid(const char *value, u32 len);

/**
 * http_rule_path_valid - is this a path as http_target_resolve() writes it?
 * @path: octets of the path, without a slash in front or behind
 * @len: how many they are, not 0
 *
 * Return: false if a segment is empty, "." or "..", or if there is a NUL.
 */
bool http_rule_path_valid(const char *path, u32 len);

/**
 * http_rule_prefix_valid - can this be the prefix of a rule?
 * @prefix: the octets
 * @len: how many they are
 *
 * Return: true for a slash alone, and for a slash, a path that is valid by
 * http_rule_path_valid(), and an optional slash.
 */
bool http_rule_prefix_valid(const char *prefix, u32 len);

/**
 * http_rule_name_valid - can this be the name of an index file?
 * @name: the octets
 * @len: how many they are
 *
 * Return: true for one segment of a path.
 */
bool http_rule_name_valid(const char *name, u32 len);

/**
 * http_rule_target_valid - can clients be redirected to this?
 * @target: the octets
 * @len: how many they are
 *
 * Return: true for an absolute path, and for "http://" or "https://", a host,
 * an optional port and an optional path; both ready for the wire, without query
 * and fragment. Two slashes in front, which would be a host, are refused.
 */
bool http_rule_target_valid(const char *target, u32 len);

/**
 * http_rule_redirect_status_valid - can a redirection have this status?
 * @status: the status code
 *
 * Return: true for 301, 302, 303, 307 and 308.
 */
bool http_rule_redirect_status_valid(u32 status);

/**
 * http_rule_origin_valid - can this be the origin of scripts (RFC 6454 section 6.2)?
 * @origin: the octets
 * @len: how many they are
 *
 * Return: true for "*", and for a scheme, "://", a host and an optional port in
 * lower case, as browsers send them.
 */
bool http_rule_origin_valid(const char *origin, u32 len);

/**
 * http_rule_type_valid - is this a media type (RFC 9110 section 8.3.1)?
 * @type: the octets, with or without parameters
 * @len: how many they are
 */
bool http_rule_type_valid(const char *type, u32 len);

/**
 * http_rule_charset_valid - can this be the name of a charset (RFC 9110 section 8.3.2)?
 * @charset: the octets
 * @len: how many they are
 */
bool http_rule_charset_valid(const char *charset, u32 len);

/**
 * http_rule_extension_valid - can this be looked up by http_mime_find()?
 * @extension: the octets, without a dot in front
 * @len: how many they are
 *
 * Return: true if it has 1 to HTTP_MIME_EXTENSION_MAX octets, none of them a
 * capital letter, a slash or NUL, and a dot only between two others.
 */
bool http_rule_extension_valid(const char *extension, u32 len);

#endif /* KHTTPD_HTTP_RULE_H */
