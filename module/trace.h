/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints.  Nothing of them is computed, and no time is taken, unless somebody looks;
 * bench/trace/ has scripts that do.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM khttpd

#if !defined(KHTTPD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KHTTPD_TRACE_H

#include <linux/in6.h>
#include <linux/interrupt.h>
#include <linux/tracepoint.h>

#include "conn.h"
#include "hit.h"
#include "http/parse.h"

/* Room for what a client sent, escaped and with a NUL; what is longer is cut. */
#define KHTTPD_TRACE_TEXT	96

void khttpd_trace_escape(char *text, const char *buf, const struct http_span *span);
void khttpd_trace_client(const struct khttpd_conn *conn, struct in6_addr *addr, u16 *port);
u16 khttpd_trace_port(const struct khttpd_conn *conn);

TRACE_DEFINE_ENUM(KHTTPD_VERDICT_HIT);
TRACE_DEFINE_ENUM(KHTTPD_VERDICT_ABSENT);
TRACE_DEFINE_ENUM(KHTTPD_VERDICT_STALE);
TRACE_DEFINE_ENUM(KHTTPD_VERDICT_UNFIT);

/* A connection was accepted and is about to be served. */
TRACE_EVENT(khttpd_accept,

	TP_PROTO(const struct khttpd_conn *conn),

	TP_ARGS(conn),

	TP_STRUCT__entry(
		__field(const void *,	conn)
		__array(__u8,		addr, 16)
		__field(__u16,		port)
		__field(__u16,		to)
	),

	TP_fast_assign(
		__entry->conn = conn;
		khttpd_trace_client(conn, (struct in6_addr *)__entry->addr, &__entry->port);
		__entry->to = khttpd_trace_port(conn);
	),

	TP_printk("conn=%p client=%pI6c port=%u to=%u",
		  __entry->conn, __entry->addr, __entry->port, __entry->to)
);

/*
 * A request's head was read whole, without an error.  That of a hit for which the socket
 * has no room is read again by the work item.
 */
TRACE_EVENT(khttpd_request,

	TP_PROTO(const struct khttpd_conn *conn, const struct http_request *request,
		 const char *buf),

	TP_ARGS(conn, request, buf),

	TP_STRUCT__entry(
		__field(const void *,	conn)
		__array(char,		line, KHTTPD_TRACE_TEXT)
	),

	TP_fast_assign(
		__entry->conn = conn;
		khttpd_trace_escape(__entry->line, buf, &request->line);
	),

	TP_printk("conn=%p line=%s", __entry->conn, __entry->line)
);

/* The cache was asked, in the softirq or by the work item; for a miss that may be both. */
TRACE_EVENT(khttpd_cache,

	TP_PROTO(const struct khttpd_conn *conn, const struct http_request *request,
		 const char *buf, enum khttpd_verdict verdict),

	TP_ARGS(conn, request, buf, verdict),

	TP_STRUCT__entry(
		__field(const void *,	conn)
		__field(__u8,		verdict)
		__array(char,		path, KHTTPD_TRACE_TEXT)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->verdict = verdict;
		khttpd_trace_escape(__entry->path, buf, &request->path);
	),

	TP_printk("conn=%p verdict=%s path=%s", __entry->conn,
		  __print_symbolic(__entry->verdict,
				   { KHTTPD_VERDICT_HIT,	"hit" },
				   { KHTTPD_VERDICT_ABSENT,	"absent" },
				   { KHTTPD_VERDICT_STALE,	"stale" },
				   { KHTTPD_VERDICT_UNFIT,	"unfit" }),
		  __entry->path)
);

/* TCP took the last octet of a response. */
TRACE_EVENT(khttpd_response,

	TP_PROTO(const struct khttpd_conn *conn, u16 status, u64 octets, u64 latency_ns,
		 bool hit),

	TP_ARGS(conn, status, octets, latency_ns, hit),

	TP_STRUCT__entry(
		__field(const void *,	conn)
		__field(__u64,		octets)
		__field(__u64,		latency_ns)
		__array(__u8,		addr, 16)
		__field(__u16,		port)
		__field(__u16,		status)
		__field(__u8,		hit)
		__field(__u8,		softirq)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->octets = octets;
		__entry->latency_ns = latency_ns;
		khttpd_trace_client(conn, (struct in6_addr *)__entry->addr, &__entry->port);
		__entry->status = status;
		__entry->hit = hit;
		__entry->softirq = !!in_serving_softirq();
	),

	TP_printk("conn=%p client=%pI6c port=%u status=%u octets=%llu latency_ns=%llu hit=%u softirq=%u",
		  __entry->conn, __entry->addr, __entry->port, __entry->status,
		  __entry->octets, __entry->latency_ns, __entry->hit, __entry->softirq)
);

/* A connection ends; @err as its last step returned it. */
TRACE_EVENT(khttpd_close,

	TP_PROTO(const struct khttpd_conn *conn, int err),

	TP_ARGS(conn, err),

	TP_STRUCT__entry(
		__field(const void *,	conn)
		__field(__u32,		requests)
		__field(int,		err)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->requests = conn->nr_requests;
		__entry->err = err;
	),

	TP_printk("conn=%p requests=%u err=%d",
		  __entry->conn, __entry->requests, __entry->err)
);

#endif /* KHTTPD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
