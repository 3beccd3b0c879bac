/* SPDX-License-Identifier: GPL-2.0 */
/* Virtual hosts and their names (RFC 9110 section 7.2). */
#ifndef KHTTPD_HTTP_VHOST_H
#define KHTTPD_HTTP_VHOST_H

#include "core.h"

/* Octets of the longest name; a host that is longer matches none. */
#define HTTP_VHOST_NAME_MAX 255

/**
 * struct http_vhost_name - a name that leads to a virtual host
 * @name: valid by http_vhost_name_valid()
 * @len: its length in octets
 * @vhost: number of the virtual host
 */
struct http_vhost_name {
	const char *name;
	u32 len;
	u32 vhost;
};

/**
 * http_vhost_name_valid - can this be the name of a virtual host?
 * @name: octets of the name
 * @len: how many they are
 *
 * A name is a host name ("example.org"), "*." and a host name, an IPv4 address
 * or an IPv6 address in brackets, without a port, a final dot or a capital
 * letter. Addresses are compared as text.
 */
bool http_vhost_name_valid(const char *name, u32 len);

/**
 * http_vhost_compare - put names in order
 * @a: a struct http_vhost_name
 * @b: another one
 *
 * Return: less than, equal to or greater than 0, as sort() and qsort() want it;
 * 0 only if the names are the same.
 */
int http_vhost_compare(const void *a, const void *b);

/**
 * http_vhost_find - find the virtual host that a request is for
 * @names: in the order of http_vhost_compare(), none twice
 * @nr: how many they are
 * @host: uri-host with optional port, as struct http_request has it
 * @len: its length in octets
 *
 * Case, a port and one final dot make no difference. An exact name counts
 * before a wildcard, a longer wildcard before a shorter one; a wildcard matches
 * at any depth, but not the name behind its "*.". Takes a binary search for
 * each label of the host.
 *
 * Return: number of the virtual host, or -1 if there is none of this name.
 */
int http_vhost_find(const struct http_vhost_name *names, u32 nr, const char *host, u32 len);

#endif /* KHTTPD_HTTP_VHOST_H */
