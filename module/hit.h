/* SPDX-License-Identifier: GPL-2.0 */
/* What the cache answers a request with. */
#ifndef KHTTPD_HIT_H
#define KHTTPD_HIT_H

#include "cache.h"
#include "config.h"
#include "http/parse.h"
#include "http/prepared.h"
#include "log.h"

struct khttpd_conn;

/**
 * enum khttpd_verdict - what came of asking the cache
 * @KHTTPD_VERDICT_HIT:	there is a response
 * @KHTTPD_VERDICT_ABSENT: there is none
 * @KHTTPD_VERDICT_STALE: there is one that is no longer true
 * @KHTTPD_VERDICT_UNFIT: the request, its client or its response is not of the kind that is
 *	answered so
 */
enum khttpd_verdict {
	KHTTPD_VERDICT_HIT,
	KHTTPD_VERDICT_ABSENT,
	KHTTPD_VERDICT_STALE,
	KHTTPD_VERDICT_UNFIT,
};

/**
 * struct khttpd_hit - a prepared response that suits a request
 * @entry:	where it is from
 * @status:	that of @entry, or 304, or 206
 * @head:	its head
 * @off:	where in the content of @entry that begins which follows
 * @len:	octets of that
 * @octets:	of all of it, as of khttpd_hit_measure()
 * @part_len:	octets of @part, unless it is a 206 0
 * @part:	of the head, as of struct http_completion
 * @log:	where the request is to be told of, or NULL
 * @said:	what is told of it, where there is @log
 */
struct khttpd_hit {
	const struct khttpd_entry	*entry;
	u16				status;
	const struct http_prepared	*head;
	u32				off;
	u32				len;
	u32				octets;
	u32				part_len;
	char				part[HTTP_PREPARED_PART_MAX];
	struct khttpd_log		*log;
	struct khttpd_said		said;
};

bool khttpd_hit_find(const struct khttpd_conn *conn, const struct khttpd_config *config,
		     const struct http_request *request, const char *buf, s64 now,
		     struct khttpd_hit *hit);
u32 khttpd_hit_measure(struct khttpd_hit *hit, struct http_completion *completion);
void khttpd_hit_copy(const struct khttpd_hit *hit, const struct http_completion *completion,
		     char *to);
u32 khttpd_hit_paged(const struct khttpd_hit *hit);
ssize_t khttpd_hit_send_pages(const struct khttpd_hit *hit, struct sock *sk, bool more);
void khttpd_hit_answered(const struct khttpd_conn *conn, const struct khttpd_hit *hit,
			 u64 latency_ns);

#endif /* KHTTPD_HIT_H */
