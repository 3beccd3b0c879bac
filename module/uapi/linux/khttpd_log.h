/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* What log-get of khttpd's netlink family hands out, see khttpd.yaml. */
#ifndef _UAPI_LINUX_KHTTPD_LOG_H
#define _UAPI_LINUX_KHTTPD_LOG_H

#include <linux/types.h>

/* Octets of each text at most; what is longer is cut, and KHTTPD_LOG_CUT says so. */
#define KHTTPD_LOG_LINE_MAX	2048
#define KHTTPD_LOG_HOST_MAX	255
#define KHTTPD_LOG_REFERER_MAX	1024
#define KHTTPD_LOG_AGENT_MAX	512

/* The connection ended before all of the response had been handed to TCP. */
#define KHTTPD_LOG_INCOMPLETE	1
/* A text was longer than there is room for. */
#define KHTTPD_LOG_CUT		2

/**
 * struct khttpd_log_record - a request that was answered
 * @size:	of the record with its texts, a multiple of 8; where the next one begins
 * @status:	status code of the response
 * @flags:	KHTTPD_LOG_* values, ORed
 * @line_len:	octets of the request line, as it came; what was seen of it after an error
 * @host_len:	octets of the host, with its port if it came with one
 * @referer_len: octets of the Referer field
 * @agent_len:	octets of the User-Agent field
 * @client_port: in host byte order
 * @local_port:	in host byte order
 * @reserved:	0
 * @head_len:	octets of the response head
 * @time_ns:	CLOCK_REALTIME when the answer was complete, as exact as a tick
 * @duration_ns: from the first octet of the request until then
 * @bytes:	of the response, its head included, that TCP took
 * @client:	address of the client, one of IPv4 mapped
 * @local:	address that the client connected to, one of IPv4 mapped
 * @text:	line, host, referer and user agent, one behind the other
 *
 * The texts are what a client sent, and may hold any octet but NUL, CR and LF where the
 * request was sound, and any octet where it was not.
 */
struct khttpd_log_record {
	__u16	size;
	__u16	status;
	__u16	flags;
	__u16	line_len;
	__u16	host_len;
	__u16	referer_len;
	__u16	agent_len;
	__u16	client_port;
	__u16	local_port;
	__u16	reserved;
	__u32	head_len;
	__u64	time_ns;
	__u64	duration_ns;
	__u64	bytes;
	__u8	client[16];
	__u8	local[16];
	__u8	text[];
};

#endif /* _UAPI_LINUX_KHTTPD_LOG_H */
