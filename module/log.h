/* SPDX-License-Identifier: GPL-2.0 */
/* The access log: records of requests, kept per CPU until a reader takes them. */
#ifndef KHTTPD_LOG_H
#define KHTTPD_LOG_H

#include <linux/types.h>
#include <uapi/linux/khttpd_log.h>

struct http_request;
struct khttpd_log;
struct khttpd_server;
struct sock;

/* The texts of a record, in its order. */
enum khttpd_log_text {
	KHTTPD_LOG_LINE,
	KHTTPD_LOG_HOST,
	KHTTPD_LOG_REFERER,
	KHTTPD_LOG_AGENT,
	KHTTPD_LOG_TEXTS
};

#define KHTTPD_LOG_RECORD_MAX \
	(sizeof(struct khttpd_log_record) + KHTTPD_LOG_LINE_MAX + KHTTPD_LOG_HOST_MAX + \
	 KHTTPD_LOG_REFERER_MAX + KHTTPD_LOG_AGENT_MAX + 7)

/**
 * struct khttpd_said - what a client said that the log tells
 * @s:		by enum khttpd_log_text; in the buffer that holds the request
 * @len:	octets of each
 */
struct khttpd_said {
	const char	*s[KHTTPD_LOG_TEXTS];
	u32		len[KHTTPD_LOG_TEXTS];
};

/**
 * struct khttpd_outcome - what became of a request
 * @status:	status code of the response
 * @flags:	KHTTPD_LOG_INCOMPLETE or 0
 * @head_len:	octets of its head
 * @bytes:	that were sent, of the head and of all else
 * @duration_ns: from the first octet of the request until now
 */
struct khttpd_outcome {
	u16	status;
	u16	flags;
	u32	head_len;
	u64	bytes;
	u64	duration_ns;
};

struct khttpd_log *khttpd_log_create(struct khttpd_server *server, u32 kbytes);
void khttpd_log_destroy(struct khttpd_log *log);
u32 khttpd_log_kbytes(const struct khttpd_log *log);
u64 khttpd_log_id(const struct khttpd_log *log);

void khttpd_log_hear(struct khttpd_said *said, const struct http_request *request,
		     const char *buf);
void khttpd_log_write(struct khttpd_log *log, const struct sock *sk,
		      const struct khttpd_said *said, const struct khttpd_outcome *outcome);

void khttpd_log_begin_read(struct khttpd_log *log);
u64 khttpd_log_end(const struct khttpd_log *log, int cpu);
u32 khttpd_log_read(struct khttpd_log *log, int cpu, u64 end, char *dst, u32 room);
u64 khttpd_log_lost(struct khttpd_log *log);

#endif /* KHTTPD_LOG_H */
