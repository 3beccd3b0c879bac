/* SPDX-License-Identifier: GPL-2.0 */
/* Request methods (RFC 9110 section 9). */
#ifndef KHTTPD_HTTP_METHOD_H
#define KHTTPD_HTTP_METHOD_H

#include "core.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OPTIONS,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_PATCH,
	HTTP_TRACE,
	HTTP_CONNECT,
	HTTP_METHOD_KNOWN,	/* any other of IANA's registry */
	HTTP_METHOD_UNKNOWN,
};

/**
 * http_method_find - tell the method from its name
 * @name: the token, compared case-sensitively (RFC 9110 section 9.1)
 * @len: its length in octets
 *
 * Return: the method; HTTP_METHOD_UNKNOWN for what is not registered.
 */
enum http_method http_method_find(const char *name, u32 len);

/**
 * http_method_known - tell a method that is refused from one that is not understood
 * @method: the method
 *
 * Return: true where the answer is 405, false where it is 501 (RFC 9110
 * sections 15.5.6 and 15.6.2).
 */
static inline bool http_method_known(enum http_method method)
{
	return method != HTTP_METHOD_UNKNOWN;
}

#endif /* KHTTPD_HTTP_METHOD_H */
