/* SPDX-License-Identifier: GPL-2.0 */
/* Status codes (RFC 9110 section 15, RFC 6585). */
#ifndef KHTTPD_HTTP_STATUS_H
#define KHTTPD_HTTP_STATUS_H

#include "core.h"

/* The longest that http_error_body() writes. */
#define HTTP_ERROR_BODY_MAX 512

/**
 * http_status_reason - the reason phrase of a status code
 * @status: the code, 100 to 999
 *
 * Return: the registered phrase, a constant; "Unknown" for other codes.
 */
const char *http_status_reason(u16 status);

/**
 * http_error_body - write the content of an answer that has nothing else to say
 * @dst: receives a page of HTML in UTF-8, not NUL-terminated
 * @size: octets at @dst; HTTP_ERROR_BODY_MAX always suffice
 * @status: the code, 100 to 999
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_error_body(char *dst, u32 size, u16 status);

#endif /* KHTTPD_HTTP_STATUS_H */
