// SPDX-License-Identifier: GPL-2.0
#include "rule.h"
#include "field.h"
#include "head.h"
#include "host.h"
#include "mime.h"
#include "octet.h"
#include "target.h"
#include "text.h"

bool http_rule_matches(const char *prefix, u32 prefix_len,
		       const char *path, u32 path_len, bool dir)
{
	/* Neither the slash in front of the prefix nor one behind it is in the path. */
	u32 len = prefix_len - 1;
	bool slash = len && prefix[len] == '/';

	if (slash)
		len--;
	if (!len)
		return true;
	if (path_len < len || memcmp(path, prefix + 1, len))
		return false;
	if (path_len > len)
		return path[len] == '/';
	return dir || !slash;
}

/* Appends a path, percent-encoded. */
static void put_path(struct http_text *text, const char *path, u32 len)
{
	u32 n = 0;

	if (!text->full)
		n = http_target_encode(path, len, text->dst + text->len, text->size - text->len);
	if (len && !n)
		text->full = true;
	text->len += n;
}

u32 http_rule_location(char *dst, u32 size, const struct http_rule_redirect *redirect)
{
	u32 target_len = redirect->target_len;
	u32 at = redirect->prefix_len - 1;
	/* The slash behind the path is beyond the prefix. */
	bool slash = redirect->dir && redirect->path_len && at <= redirect->path_len;
	struct http_text text;

	http_text_init(&text, dst, size);
	if (at < redirect->path_len || slash) {
		if (redirect->target[target_len - 1] == '/')
			target_len--;
		http_text_put(&text, redirect->target, target_len);
		http_text_put(&text, "/", 1);
		if (at < redirect->path_len && redirect->path[at] == '/')
			at++;
		put_path(&text, redirect->path + at, redirect->path_len - at);
		if (slash && at < redirect->path_len)
			http_text_put(&text, "/", 1);
	} else {
		http_text_put(&text, redirect->target, target_len);
	}
	if (redirect->query) {
		http_text_put(&text, "?", 1);
		http_text_put(&text, redirect->query, redirect->query_len);
	}
	return http_text_end(&text);
}

u8 http_rule_hide(const char *name, u32 len)
{
	static const struct {
		const char *name;
		u8 bit;
	} fields[] = {
		{ "server", HTTP_HEAD_SERVER },
		{ "last-modified", HTTP_HEAD_LAST_MODIFIED },
		{ "etag", HTTP_HEAD_ETAG },
		{ "accept-ranges", HTTP_HEAD_ACCEPT_RANGES },
		{ "content-type", HTTP_HEAD_CONTENT_TYPE },
		{ "vary", HTTP_HEAD_VARY },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (http_octets_equal(name, len, fields[i].name))
			return fields[i].bit;
	return 0;
}

/* Of the framing, of the connection, or said by khttpd where it is true. */
static bool field_reserved(const char *name, u32 len)
{
	static const char *const reserved[] = {
		"access-control-allow-headers",
		"access-control-allow-methods",
		"access-control-allow-origin",
		"access-control-max-age",
		"allow",
		"cache-control",
		"connection",
		"content-encoding",
		"content-length",
		"content-range",
		"date",
		"expires",
		"keep-alive",
		"location",
		"proxy-connection",
		"retry-after",
		"te",
		"trailer",
		"transfer-encoding",
		"upgrade",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		if (http_octets_equal(name, len, reserved[i]))
			return true;
	return false;
}

static bool token_valid(const char *s, u32 len)
{
	return len && http_octets_run(s, len, HTTP_OCTET_TOKEN) == len;
}

bool http_rule_field_allowed(const char *name, u32 len, u8 hide)
{
	return token_valid(name, len) && !field_reserved(name, len) &&
	       !(http_rule_hide(name, len) & ~hide);
}

bool http_rule_value_valid(const char *value, u32 len)
{
	if (len && (http_octet_is_space(value[0]) || http_octet_is_space(value[len - 1])))
		return false;
	return http_octets_run(value, len, HTTP_OCTET_VALUE) == len;
}

bool http_rule_name_valid(const char *name, u32 len)
{
	if (!len || memchr(name, '/', len) || memchr(name, '\0', len))
		return false;
	return name[0] != '.' || (len > 1 && (len > 2 || name[1] != '.'));
}

bool http_rule_path_valid(const char *path, u32 len)
{
	const char *slash;

	while (len && (slash = memchr(path, '/', len))) {
		if (!http_rule_name_valid(path, slash - path))
			return false;
		len -= slash + 1 - path;
		path = slash + 1;
	}
	return http_rule_name_valid(path, len);
}

bool http_rule_prefix_valid(const char *prefix, u32 len)
{
	if (!len || prefix[0] != '/')
		return false;
	if (len == 1)
		return true;
	if (prefix[len - 1] == '/')
		len--;
	return http_rule_path_valid(prefix + 1, len - 1);
}

/* Path of a URI, ready for the wire: nothing, or a slash and what may follow it. */
static bool uri_path_valid(const char *path, u32 len)
{
	u32 at;

	if (len && path[0] != '/')
		return false;
	for (at = 0; at < len; at++) {
		if (http_octet_is(path[at], HTTP_OCTET_PATH))
			continue;
		if (path[at] != '%' ||
		    http_octets_run(path + at + 1, len - at - 1, HTTP_OCTET_HEX) < 2)
			return false;
		at += 2;
	}
	return true;
}

/* Length of "http://" or "https://" in front, or 0. */
static u32 http_scheme_len(const char *s, u32 len)
{
	if (len >= 7 && http_octets_equal(s, 7, "http://"))
		return 7;
	if (len >= 8 && http_octets_equal(s, 8, "https://"))
		return 8;
	return 0;
}

bool http_rule_target_valid(const char *target, u32 len)
{
	u32 at = http_scheme_len(target, len);
	u32 end;

	if (!at)
		return len && target[0] == '/' && (len == 1 || target[1] != '/') &&
		       uri_path_valid(target, len);
	for (end = at; end < len && target[end] != '/'; end++)
		;
	return http_host_name(target + at, end - at) &&
	       uri_path_valid(target + end, len - end);
}

bool http_rule_redirect_status_valid(u32 status)
{
	return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* Length of a scheme (RFC 3986 section 3.1), in lower case, in front, or 0. */
static u32 scheme_len(const char *s, u32 len)
{
	u32 n;

	for (n = 0; n < len; n++)
		if (!(s[n] >= 'a' && s[n] <= 'z') &&
		    !(n && (http_octet_is(s[n], HTTP_OCTET_DIGIT) || s[n] == '+' ||
			    s[n] == '-' || s[n] == '.')))
			break;
	return n;
}

bool http_rule_origin_valid(const char *origin, u32 len)
{
	u32 at = scheme_len(origin, len);
	u32 i;

	if (len == 1 && origin[0] == '*')
		return true;
	if (!at || len - at < 4 || memcmp(origin + at, "://", 3))
		return false;
	for (i = at; i < len; i++)
		if (http_octet_lower(origin[i]) != origin[i])
			return false;
	at += 3;
	return origin[len - 1] != ':' && http_host_name(origin + at, len - at);
}

bool http_rule_type_valid(const char *type, u32 len)
{
	u32 at = http_octets_run(type, len, HTTP_OCTET_TOKEN);
	u32 name;
	u32 n;

	if (!at || at == len || type[at++] != '/')
		return false;
	n = http_octets_run(type + at, len - at, HTTP_OCTET_TOKEN);
	if (!n)
		return false;
	for (at += n; at < len; at += n) {
		at += http_octets_space(type + at, len - at);
		if (at == len || type[at++] != ';')
			return false;
		at += http_octets_space(type + at, len - at);
		n = http_parameter_len(type + at, len - at, &name);
		if (!n)
			return false;
	}
	return true;
}

bool http_rule_charset_valid(const char *charset, u32 len)
{
	return token_valid(charset, len);
}

bool http_rule_extension_valid(const char *extension, u32 len)
{
	u32 i;

	if (!len || len > HTTP_MIME_EXTENSION_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (!extension[i] || extension[i] == '/' ||
		    http_octet_lower(extension[i]) != extension[i] ||
		    (extension[i] == '.' && (!i || extension[i - 1] == '.')))
			return false;
	return extension[len - 1] != '.';
}
