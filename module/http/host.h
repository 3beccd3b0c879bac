/* SPDX-License-Identifier: GPL-2.0 */
/* The host and port of a Host field or a target (RFC 9110 section 7.2, RFC 3986 section 3.2). */
#ifndef KHTTPD_HTTP_HOST_H
#define KHTTPD_HTTP_HOST_H

#include "core.h"

/**
 * http_host_name - check a host with optional port, and find the name in it
 * @s: octets of uri-host [ ":" port ]
 * @len: how many they are
 *
 * The name is a registered name, an IPv4 address or an IP literal in brackets.
 * It may not be empty; the port may be, and is 65535 at most.
 *
 * Return: length of the name, brackets included; 0 if @s is not of this form.
 */
u32 http_host_name(const char *s, u32 len);

#endif /* KHTTPD_HTTP_HOST_H */
