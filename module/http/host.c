// SPDX-License-Identifier: GPL-2.0
#include "host.h"
#include "octet.h"

/* dec-octet: 0 to 255 without leading zeros; returns its length, or 0. */
static u32 dec_octet(const char *s, u32 len)
{
	u32 n = http_octets_run(s, len, HTTP_OCTET_DIGIT);
	u32 value = 0;
	u32 i;

	if (n > 3 || (n > 1 && s[0] == '0'))
		return 0;
	for (i = 0; i < n; i++)
		value = value * 10 + http_octet_hex(s[i]);
	return value <= 255 ? n : 0;
}

/* IPv4address */
static bool ipv4_valid(const char *s, u32 len)
{
	u32 at = 0;
	u32 part;
	u32 n;

	for (part = 0; part < 4; part++) {
		if (part && (at == len || s[at++] != '.'))
			return false;
		n = dec_octet(s + at, len - at);
		if (!n)
			return false;
		at += n;
	}
	return at == len;
}

/* IPv6address: eight groups of 16 bits, or fewer and one "::" for at least one of them. */
static bool ipv6_valid(const char *s, u32 len)
{
	bool gap = false;
	u32 groups = 0;
	u32 at = 0;
	u32 n;

	if (len >= 2 && s[0] == ':' && s[1] == ':') {
		gap = true;
		at = 2;
	}
	while (at < len) {
		n = http_octets_run(s + at, len - at, HTTP_OCTET_HEX);
		if (at + n < len && s[at + n] == '.') {
			if (!ipv4_valid(s + at, len - at))
				return false;
			groups += 2;
			break;
		}
		if (!n || n > 4)
			return false;
		groups++;
		at += n;
		if (at == len)
			break;
		if (s[at++] != ':' || at == len)
			return false;
		if (s[at] == ':') {
			if (gap)
				return false;
			gap = true;
			at++;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

/* IPvFuture: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
static bool ipvfuture_valid(const char *s, u32 len)
{
	u32 at;
	u32 n;

	n = http_octets_run(s + 1, len - 1, HTTP_OCTET_HEX);
	at = 1 + n;
	if (!n || at == len || s[at++] != '.' || at == len)
		return false;
	for (; at < len; at++)
		if (!http_octet_is(s[at], HTTP_OCTET_NAME) && s[at] != ':')
			return false;
	return true;
}

/* IP-literal; returns its length, or 0. */
static u32 literal_len(const char *s, u32 len)
{
	const char *end = memchr(s, ']', len);
	u32 n;

	if (!end)
		return 0;
	n = end - s - 1;
	if (n && http_octet_lower(s[1]) == 'v' ? ipvfuture_valid(s + 1, n) : ipv6_valid(s + 1, n))
		return n + 2;
	return 0;
}

/* reg-name, which an IPv4address is as well; returns its length, or 0. */
static u32 reg_name_len(const char *s, u32 len)
{
	u32 n = 0;

	for (;;) {
		n += http_octets_run(s + n, len - n, HTTP_OCTET_NAME);
		if (n == len || s[n] != '%')
			return n;
		if (http_octets_run(s + n + 1, len - n - 1, HTTP_OCTET_HEX) < 2)
			return 0;
		n += 3;
	}
}

static bool port_valid(const char *s, u32 len)
{
	u32 port = 0;
	u32 i;

	for (i = 0; i < len; i++) {
		if (!http_octet_is(s[i], HTTP_OCTET_DIGIT))
			return false;
		port = port * 10 + http_octet_hex(s[i]);
		if (port > 65535)
			return false;
	}
	return true;
}

u32 http_host_name(const char *s, u32 len)
{
	u32 n;

	if (!len)
		return 0;
	n = s[0] == '[' ? literal_len(s, len) : reg_name_len(s, len);
	if (n < len && (s[n] != ':' || !port_valid(s + n + 1, len - n - 1)))
		return 0;
	return n;
}
