// SPDX-License-Identifier: GPL-2.0
/* What tracepoints tell of clients and of what they sent. */
#include <net/sock.h>

#include "client.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * khttpd_trace_escape() - copy octets of a client's as text
 * @text:	of KHTTPD_TRACE_TEXT octets, is overwritten; printable ASCII and NULs behind it
 * @buf:	buffer that @span refers to
 * @span:	the octets; what there is no room for is left out
 *
 * Whoever prints it, with whatever tool, prints one line.
 *
 * Context: any.
 */
void khttpd_trace_escape(char *text, const char *buf, const struct http_span *span)
{
	static const char digits[] = "0123456789abcdef";
	char *end = text + KHTTPD_TRACE_TEXT - 1;
	u32 i;

	for (i = 0; i < span->len; i++) {
		u8 octet = buf[span->off + i];
		bool plain = octet >= ' ' && octet <= '~' && octet != '\\';

		if (end - text < (plain ? 1 : 4))
			break;
		if (plain) {
			*text++ = octet;
		} else {
			*text++ = '\\';
			*text++ = 'x';
			*text++ = digits[octet >> 4];
			*text++ = digits[octet & 15];
		}
	}
	memset(text, 0, end + 1 - text);
}

/**
 * khttpd_trace_client() - tell who is at the other end
 * @conn:	a connection that has its socket
 * @addr:	receives the address, one of IPv4 mapped
 * @port:	receives the port
 *
 * Context: any.
 */
void khttpd_trace_client(const struct khttpd_conn *conn, struct in6_addr *addr, u16 *port)
{
	const struct sock *sk = conn->sock->sk;

	*port = ntohs(sk->sk_dport);
	khttpd_client_addr(sk, addr);
}

/**
 * khttpd_trace_port() - the port that a client connected to
 * @conn:	a connection that has its socket
 *
 * Context: any.
 */
u16 khttpd_trace_port(const struct khttpd_conn *conn)
{
	return conn->sock->sk->sk_num;
}
