// SPDX-License-Identifier: GPL-2.0
/* What the cache answers a request with. */
#include <linux/uio.h>

#include "client.h"
#include "conn.h"
#include "hit.h"
#include "http/access.h"
#include "http/condition.h"
#include "http/date.h"
#include "server.h"
#include "trace.h"

/*
 * Whether a request is of the kind that the cache can answer.  A client of HTTP/1.0
 * has to be told that the connection goes on.
 */
static bool khttpd_hit_is_simple(const struct http_request *request)
{
	return (request->method == HTTP_GET || request->method == HTTP_HEAD) &&
	       request->form == HTTP_FORM_ORIGIN &&
	       (request->minor || !request->keep_alive) &&
	       request->framing == HTTP_FRAMING_NONE &&
	       request->expect == HTTP_EXPECT_NONE;
}

/* Return: the prepared response to a request without conditions, or NULL. */
static const struct khttpd_entry *khttpd_hit_entry(const struct khttpd_conn *conn,
						   const struct khttpd_config *config,
						   const struct http_request *request,
						   const char *buf)
{
	struct khttpd_cache_key key = {
		.serial = config->serial,
		.host = khttpd_config_host(config, buf + request->host.off,
					   request->host.len),
		.path = buf + request->path.off,
		.len = request->path.len,
		.coding = HTTP_CODING_IDENTITY,
	};
	struct khttpd_cache *cache = conn->server->cache;
	const struct khttpd_entry *entry;

	entry = khttpd_cache_find(cache, &key);
	if (entry && entry->available)
		key.coding = http_accept_coding(request, buf, entry->available);
	if (key.coding != HTTP_CODING_IDENTITY)
		entry = khttpd_cache_find(cache, &key);
	if (entry && khttpd_entry_holds(entry))
		return entry;
	trace_khttpd_cache(conn, request, buf,
			   entry ? KHTTPD_VERDICT_STALE : KHTTPD_VERDICT_ABSENT);
	return NULL;
}

/* Whether the client may have the response. */
static bool khttpd_hit_allowed(const struct khttpd_conn *conn, const struct khttpd_entry *entry)
{
	struct in6_addr client;

	if (likely(!entry->access))
		return true;
	khttpd_client_addr(conn->sock->sk, &client);
	return http_access_allows(entry->access, client.s6_addr);
}

static struct http_validators khttpd_hit_validators(const struct khttpd_entry *entry, s64 now)
{
	return (struct http_validators) {
		.etag = entry->etag,
		.etag_len = entry->etag_len,
		.has_mtime = entry->has_mtime,
		.mtime = entry->mtime,
		.now = now,
	};
}

/* As of its conditions.  Return: 200, 304 or 412. */
static u16 khttpd_hit_status(const struct khttpd_entry *entry,
			     const struct http_request *request, const char *buf, s64 now)
{
	const struct http_validators validators = khttpd_hit_validators(entry, now);

	return http_condition_check(request, buf, &validators) ?: 200;
}

/*
 * Make a 200 the answer to the request's Range.  Return: false if that is to be looked
 * up: several parts, and none; and parts of what was made, which there are not.
 */
static noinline_for_stack bool khttpd_hit_choose(struct khttpd_hit *hit,
						 const struct http_request *request,
						 const char *buf, s64 now)
{
	const struct http_validators validators = khttpd_hit_validators(hit->entry, now);
	struct http_ranges ranges;
	u16 status;

	if (hit->entry->is_coded)
		return false;
	if (!http_condition_range(request, buf, &validators))
		return true;
	status = http_range_select(request, buf, hit->len, &ranges);
	if (status != 206)
		return status == 200;
	if (ranges.nr > 1)
		return false;
	hit->status = 206;
	hit->part_len = http_prepared_part(hit->part, &ranges.range[0], hit->len);
	hit->off = ranges.range[0].off;
	hit->len = ranges.range[0].len;
	return true;
}

/**
 * khttpd_hit_find() - find what the cache answers a request with
 * @conn:	that the request came on
 * @config:	snapshot in force
 * @request:	parsed
 * @buf:	buffer that the spans of @request refer to
 * @now:	the time, in seconds since 1970
 * @hit:	receives the response; for the log it refers to @buf
 *
 * Context: any, under rcu_read_lock(), and @hit is valid as long.
 * Return: false if the request is not as simple as that, if there is nothing that
 * is still true, or if the client may not have it; then it has to be looked up.
 */
bool khttpd_hit_find(const struct khttpd_conn *conn, const struct khttpd_config *config,
		     const struct http_request *request, const char *buf, s64 now,
		     struct khttpd_hit *hit)
{
	const struct khttpd_entry *entry;
	bool content;

	if (!khttpd_hit_is_simple(request))
		goto unfit;
	entry = khttpd_hit_entry(conn, config, request, buf);
	if (!entry)
		return false;
	if (!khttpd_hit_allowed(conn, entry))
		goto unfit;
	hit->entry = entry;
	if (entry->no_query && request->has_query)
		goto unfit;
	/* RFC 9110, 13.2.1: of anything but a success no condition is judged. */
	hit->status = entry->status == 200 ? khttpd_hit_status(entry, request, buf, now) :
					     entry->status;
	hit->head = hit->status == 304 ? &entry->unmodified : &entry->full;
	content = hit->head == &entry->full && request->method == HTTP_GET;
	if (hit->status == 412 || (content && !entry->has_content))
		goto unfit;
	hit->off = 0;
	hit->len = content ? entry->content_len : 0;
	hit->part_len = 0;
	if (hit->status == 200 && content && http_request_has(request, HTTP_FIELD_RANGE) &&
	    !khttpd_hit_choose(hit, request, buf, now))
		goto unfit;
	hit->log = rcu_dereference(conn->server->log);
	if (hit->log)
		khttpd_log_hear(&hit->said, request, buf);
	khttpd_entry_use(entry);
	trace_khttpd_request(conn, request, buf);
	trace_khttpd_cache(conn, request, buf, KHTTPD_VERDICT_HIT);
	return true;

unfit:
	trace_khttpd_cache(conn, request, buf, KHTTPD_VERDICT_UNFIT);
	return false;
}

/**
 * khttpd_hit_paged() - find out what content follows a response in pages
 * @hit:	the response
 *
 * Context: any.
 * Return: octets of it; content that is no pages is copied with the head.
 */
u32 khttpd_hit_paged(const struct khttpd_hit *hit)
{
	return hit->entry->nr_pages ? hit->len : 0;
}

/**
 * khttpd_hit_measure() - find out how long a response is
 * @hit:	the response; is told
 * @completion:	the time and the date; is told the rest
 *
 * Context: any.
 * Return: octets that khttpd_hit_copy() copies; content that is pages follows them.
 */
u32 khttpd_hit_measure(struct khttpd_hit *hit, struct http_completion *completion)
{
	u32 head_len;

	completion->expires_s = hit->entry->expires_s;
	completion->part = hit->part;
	completion->part_len = hit->part_len;
	head_len = http_prepared_len(hit->head, completion);
	hit->octets = head_len + hit->len;
	return hit->octets - khttpd_hit_paged(hit);
}

/**
 * khttpd_hit_copy() - copy a response but for content that is pages
 * @hit:	the response
 * @completion:	as of khttpd_hit_measure()
 * @to:		has room for as many octets as that tells
 *
 * Context: any.
 */
void khttpd_hit_copy(const struct khttpd_hit *hit, const struct http_completion *completion,
		     char *to)
{
	const struct http_prepared *full = &hit->entry->full;

	to = http_prepared_copy(hit->head, completion, to);
	if (!hit->entry->nr_pages)
		memcpy(to, full->text + full->len + hit->off, hit->len);
}

/**
 * khttpd_hit_send_pages() - send content that is pages, without copying it
 * @hit:	the response
 * @sk:		socket of the connection
 * @more:	whether something follows at once
 *
 * Context: the socket is locked, in any context that its sk_allocation suits.
 * Return: octets that TCP took, or a negative errno.
 */
ssize_t khttpd_hit_send_pages(const struct khttpd_hit *hit, struct sock *sk, bool more)
{
	const struct khttpd_entry *entry = hit->entry;
	u32 off = hit->off, left = hit->len;
	ssize_t ret = 0;
	u32 i;

	if (left == entry->content_len)
		return khttpd_send_pages(sk, entry->page, entry->nr_pages, left, more);
	for (i = 0; left; i++) {
		struct bio_vec page = entry->page[i];

		if (off >= page.bv_len) {
			off -= page.bv_len;
			continue;
		}
		page.bv_offset += off;
		page.bv_len = min(page.bv_len - off, left);
		off = 0;
		ret = khttpd_send_pages(sk, &page, 1, page.bv_len, more || left > page.bv_len);
		if (ret > 0)
			left -= ret;
		if (ret != page.bv_len)
			break;
	}
	return left < hit->len ? hit->len - left : ret;
}

/**
 * khttpd_hit_answered() - count a response that was sent, and tell the log of it
 * @conn:	that it was sent on
 * @hit:	the response, measured
 * @latency_ns:	as of khttpd_stats_response()
 *
 * Context: any, under the same rcu_read_lock() as khttpd_hit_find(); the buffer with the
 * request is as it was.
 */
void khttpd_hit_answered(const struct khttpd_conn *conn, const struct khttpd_hit *hit,
			 u64 latency_ns)
{
	khttpd_stats_response(conn->server->stats, hit->status, latency_ns);
	trace_khttpd_response(conn, hit->status, hit->octets, latency_ns, true);
	if (hit->log) {
		const struct khttpd_outcome outcome = {
			.status = hit->status,
			.flags = conn->broken ? KHTTPD_LOG_INCOMPLETE : 0,
			.head_len = hit->octets - hit->len,
			.bytes = hit->octets,
			.duration_ns = latency_ns,
		};

		khttpd_log_write(hit->log, conn->sock->sk, &hit->said, &outcome);
	}
}
