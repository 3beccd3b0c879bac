// SPDX-License-Identifier: GPL-2.0
#include "method.h"

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {
	/* The most frequent first; then IANA's registry in its order. */
	{ "GET", HTTP_GET },
	{ "HEAD", HTTP_HEAD },
	{ "OPTIONS", HTTP_OPTIONS },
	{ "POST", HTTP_POST },
	{ "PUT", HTTP_PUT },
	{ "DELETE", HTTP_DELETE },
	{ "PATCH", HTTP_PATCH },
	{ "TRACE", HTTP_TRACE },
	{ "CONNECT", HTTP_CONNECT },
	{ "ACL", HTTP_METHOD_KNOWN },
	{ "BASELINE-CONTROL", HTTP_METHOD_KNOWN },
	{ "BIND", HTTP_METHOD_KNOWN },
	{ "CHECKIN", HTTP_METHOD_KNOWN },
	{ "CHECKOUT", HTTP_METHOD_KNOWN },
	{ "COPY", HTTP_METHOD_KNOWN },
	{ "LABEL", HTTP_METHOD_KNOWN },
	{ "LINK", HTTP_METHOD_KNOWN },
	{ "LOCK", HTTP_METHOD_KNOWN },
	{ "MERGE", HTTP_METHOD_KNOWN },
	{ "MKACTIVITY", HTTP_METHOD_KNOWN },
	{ "MKCALENDAR", HTTP_METHOD_KNOWN },
	{ "MKCOL", HTTP_METHOD_KNOWN },
	{ "MKREDIRECTREF", HTTP_METHOD_KNOWN },
	{ "MKWORKSPACE", HTTP_METHOD_KNOWN },
	{ "MOVE", HTTP_METHOD_KNOWN },
	{ "ORDERPATCH", HTTP_METHOD_KNOWN },
	{ "PROPFIND", HTTP_METHOD_KNOWN },
	{ "PROPPATCH", HTTP_METHOD_KNOWN },
	{ "REBIND", HTTP_METHOD_KNOWN },
	{ "REPORT", HTTP_METHOD_KNOWN },
	{ "SEARCH", HTTP_METHOD_KNOWN },
	{ "UNBIND", HTTP_METHOD_KNOWN },
	{ "UNCHECKOUT", HTTP_METHOD_KNOWN },
	{ "UNLINK", HTTP_METHOD_KNOWN },
	{ "UNLOCK", HTTP_METHOD_KNOWN },
	{ "UPDATE", HTTP_METHOD_KNOWN },
	{ "UPDATEREDIRECTREF", HTTP_METHOD_KNOWN },
	{ "VERSION-CONTROL", HTTP_METHOD_KNOWN },
};

enum http_method http_method_find(const char *name, u32 len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(methods); i++)
		if (strlen(methods[i].name) == len && !memcmp(methods[i].name, name, len))
			return methods[i].method;
	return HTTP_METHOD_UNKNOWN;
}
