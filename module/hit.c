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
	       request->expect == HTTP_EXPECT_NONE &&
	       !http_request_has(request, HTTP_FIELD_RANGE);
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

/* As of its conditions.  Return: 200, 304 or 412. */
static u16 khttpd_hit_status(const struct khttpd_entry *entry,
			     const struct http_request *request, const char *buf, s64 now)
{
	const struct http_validators validators = {
		.etag = entry->etag,
		.etag_len = entry->etag_len,
		.has_mtime = entry->has_mtime,
		.mtime = entry->mtime,
		.now = now,
	};

	return http_condition_check(request, buf, &validators) ?: 200;
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
	hit->content = hit->head == &entry->full && request->method == HTTP_GET;
	if (hit->status == 412 || (hit->content && !entry->has_content))
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

static u32 khttpd_hit_content_len(const struct khttpd_hit *hit)
{
	return hit->content ? hit->entry->content_len : 0;
}

/* The content that follows the head in the entry; what is pages is not copied. */
static u32 khttpd_hit_copied_len(const struct khttpd_hit *hit)
{
	return hit->entry->nr_pages ? 0 : khttpd_hit_content_len(hit);
}

/**
 * khttpd_hit_measure() - find out how long a response is
 * @hit:	the response; is told
 * @date_len:	octets of the value of Date, and of whole fields behind it perhaps
 *
 * Context: any.
 * Return: octets that khttpd_hit_copy() copies; content that is pages follows them.
 */
u32 khttpd_hit_measure(struct khttpd_hit *hit, u32 date_len)
{
	u32 head_len = hit->head->len - HTTP_DATE_LEN + date_len;

	hit->octets = head_len + khttpd_hit_content_len(hit);
	return head_len + khttpd_hit_copied_len(hit);
}

/**
 * khttpd_hit_copy() - copy a response but for content that is pages
 * @hit:	the response
 * @date:	value of Date, and whole fields behind it perhaps
 * @date_len:	octets of @date
 * @to:		has room for as many octets as khttpd_hit_measure() tells
 *
 * Context: any.
 */
void khttpd_hit_copy(const struct khttpd_hit *hit, const char *date, u32 date_len, char *to)
{
	const struct khttpd_prepared *head = hit->head;
	u32 behind = head->date + HTTP_DATE_LEN;

	memcpy(to, head->text, head->date);
	memcpy(to + head->date, date, date_len);
	memcpy(to + head->date + date_len, head->text + behind,
	       head->len - behind + khttpd_hit_copied_len(hit));
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
			.head_len = hit->octets - khttpd_hit_content_len(hit),
			.bytes = hit->octets,
			.duration_ns = latency_ns,
		};

		khttpd_log_write(hit->log, conn->sock->sk, &hit->said, &outcome);
	}
}
