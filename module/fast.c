// SPDX-License-Identifier: GPL-2.0
/*
 * The answer to a cache hit, where the request is.
 *
 * Mostly that is the softirq that delivered it: no work item, no wake-up, no buffer
 * of the connection's own.  The work item does the same with the socket locked, before
 * it does anything else.  What is not as simple as this is left in the socket for it.
 *
 * All of a batch happens under the RCU read lock, so entries need no reference; and
 * with softirqs disabled, so what lies on a CPU's desk has one user at a time.
 */
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include <net/tcp.h>

#include "conn.h"
#include "desk.h"
#include "fast.h"
#include "request.h"
#include "server.h"

#define KHTTPD_FAST_PASS	64	/* requests, before the work item takes its turn */

/**
 * struct khttpd_fast - a pass over what a socket has received
 * @conn:	the caller's own
 * @config:	snapshot in force
 * @desk:	this CPU's
 * @left:	requests that may still be served
 * @served:	those that were
 * @nr:		responses of the batch
 * @bytes:	octets of the batch
 * @last:	that the batch ends with, if the content of it is pages; or NULL
 * @ends:	the connection, with the batch
 * @cold:	whether the next request is one for which a file will have to be opened
 * @room:	octets that the socket takes
 */
struct khttpd_fast {
	struct khttpd_conn		*conn;
	const struct khttpd_config	*config;
	struct khttpd_desk		*desk;
	u32				left;
	u32				served;
	u32				nr;
	size_t				bytes;
	const struct khttpd_hit		*last;
	bool				ends;
	bool				cold;
	size_t				room;
};

/* Put a response on the desk.  Return: false if there is no room for it. */
static bool khttpd_fast_put(struct khttpd_fast *fast, struct khttpd_hit *hit)
{
	struct khttpd_desk *desk = fast->desk;
	bool ends = !desk->request.keep_alive;
	struct http_completion completion = {
		.now = desk->now,
		.date = desk->date,
		.date_len = ends ? sizeof(desk->date) : HTTP_DATE_LEN,
	};
	u32 pages = khttpd_hit_paged(hit);
	u32 len = khttpd_hit_measure(hit, &completion);

	if (fast->bytes + len + pages > fast->room ||
	    !khttpd_desk_reserve(desk, fast->bytes, len))
		return false;
	khttpd_hit_copy(hit, &completion, khttpd_desk_room(desk) + fast->bytes);
	fast->nr++;
	fast->bytes += len;
	fast->ends = ends;
	fast->last = pages ? hit : NULL;
	return true;
}

/* The socket is locked.  Return: octets that TCP took, or a negative errno. */
static ssize_t khttpd_fast_send(struct khttpd_fast *fast)
{
	const struct khttpd_hit *last = fast->last;
	struct page_frag *frag = &fast->desk->frag;
	struct bio_vec copied = {
		.bv_page = frag->page,
		.bv_offset = frag->offset,
		.bv_len = fast->bytes,
	};
	struct sock *sk = fast->conn->sock->sk;
	gfp_t allocation = sk->sk_allocation;
	ssize_t ret, pages;

	sk->sk_allocation = GFP_ATOMIC | __GFP_NOWARN;
	ret = khttpd_send_pages(sk, &copied, 1, fast->bytes, last || fast->ends);
	/* What TCP has taken it sends from there. */
	if (ret > 0)
		frag->offset += fast->bytes;
	if (last && ret == fast->bytes) {
		pages = khttpd_hit_send_pages(last, sk, fast->ends);
		fast->bytes += khttpd_hit_paged(last);
		ret += max_t(ssize_t, pages, 0);
	}
	/* The end goes with the last octets. */
	if (fast->ends && ret == fast->bytes)
		khttpd_conn_end(fast->conn);
	sk->sk_allocation = allocation;
	return ret;
}

static void khttpd_fast_count(const struct khttpd_fast *fast, u64 started_ns, u32 received)
{
	struct khttpd_stats __percpu *stats = fast->conn->server->stats;
	u64 latency_ns = ktime_get_ns() - started_ns;
	u32 i;

	for (i = 0; i < fast->nr; i++)
		khttpd_hit_answered(fast->conn, &fast->desk->hit[i], latency_ns);
	khttpd_stats_add(stats, KHTTPD_COUNT_CACHE_HITS, fast->nr);
	khttpd_stats_add(stats, KHTTPD_COUNT_BYTES_IN, received);
	khttpd_stats_add(stats, KHTTPD_COUNT_BYTES_OUT, fast->bytes);
}

/* Octets that TCP takes for sure, if it finds memory for them. */
static size_t khttpd_fast_room(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int room = sk_stream_wspace(sk) / 2;
	int unsent = tcp_notsent_lowat(tp) - (tp->write_seq - tp->snd_nxt);

	/* Behind its 16th segment a send looks after the backlog of a process, and may sleep. */
	if (sock_owned_by_user(sk))
		unsent = min_t(int, unsent, 15 * tp->mss_cache);
	return clamp(room, 0, max(0, unsent));
}

/* Find the answer to the request that was parsed. */
static bool khttpd_fast_find(struct khttpd_fast *fast, const char *buf, struct khttpd_hit *hit)
{
	struct khttpd_desk *desk = fast->desk;

	if (khttpd_hit_find(fast->conn, fast->config, &desk->request, buf, desk->now, hit))
		return true;
	fast->cold = !khttpd_request_check(fast->config, &desk->request);
	return false;
}

/* Answer what @desk->buf begins with.  Return: octets of requests that are answered. */
static u32 khttpd_fast_batch(struct khttpd_fast *fast, u32 len)
{
	const struct http_parse_limits limits = khttpd_config_parse_limits(fast->config);
	struct khttpd_desk *desk = fast->desk;
	u64 started_ns = tcp_sk(fast->conn->sock->sk)->tcp_clock_cache; /* of its last packet */
	ssize_t sent;
	u32 used = 0;

	fast->nr = 0;
	fast->bytes = 0;
	fast->last = NULL;
	fast->ends = false;
	fast->room = khttpd_fast_room(fast->conn->sock->sk);
	while (fast->room && used < len && !fast->last && !fast->ends &&
	       fast->nr < min_t(u32, KHTTPD_DESK_HITS, fast->left)) {
		struct khttpd_hit *hit = &desk->hit[fast->nr];

		http_request_init(&desk->request);
		if (http_request_parse(&desk->request, &limits, desk->buf + used,
				       len - used) != HTTP_PARSE_DONE ||
		    !khttpd_fast_find(fast, desk->buf + used, hit) ||
		    !khttpd_fast_put(fast, hit))
			break;
		used += desk->request.head_len;
	}
	if (!fast->nr)
		return 0;
	sent = khttpd_fast_send(fast);
	if (sent <= 0)
		return 0;
	/* Only for want of memory: there was room.  Nobody has the rest any more. */
	if (sent < fast->bytes)
		fast->conn->broken = true;
	khttpd_fast_count(fast, started_ns, used);
	fast->left -= fast->nr;
	fast->served += fast->nr;
	return used;
}

/* As tcp_read_sock() asks.  Return: octets that were made use of. */
static int khttpd_fast_receive(read_descriptor_t *desc, struct sk_buff *skb,
			       unsigned int offset, size_t len)
{
	struct khttpd_fast *fast = desc->arg.data;
	size_t used = 0;

	while (desc->count && used < len) {
		u32 n = 0, most = min_t(size_t, len - used, KHTTPD_DESK_BYTES);

		if (fast->left && !fast->conn->broken && !fast->conn->ended &&
		    !skb_copy_bits(skb, offset + used, fast->desk->buf, most))
			n = khttpd_fast_batch(fast, most);
		if (!n)
			desc->count = 0;
		used += n;
	}
	return used;
}

/* Requests that may follow before the connection, or its client, has had its share. */
static u32 khttpd_fast_share(const struct khttpd_conn *conn,
			     const struct khttpd_config *config)
{
	const u32 *limit = config->settings.limit;
	u32 most = limit[KHTTPD_A_LIMITS_REQUESTS];

	if (conn->refusal || khttpd_server_parts(conn->server, config) ||
	    limit[KHTTPD_A_LIMITS_CLIENT_REQUESTS] || limit[KHTTPD_A_LIMITS_CLIENT_BYTES])
		return 0;
	/* The last one is told so. */
	return min_t(u32, KHTTPD_FAST_PASS, most ? most - min(most, conn->nr_requests + 1) : ~0);
}

/**
 * khttpd_fast_serve() - answer what the cache has an answer to
 * @conn:	the caller's own, idle
 * @softirq:	whether the softirq that delivered the request is the caller
 *
 * Requests that were answered are taken from the socket, others stay there.  If
 * the connection is @broken or @ended afterwards, it has to be closed.  After a
 * softirq its @cold tells the queue on which the rest is to be looked at.
 *
 * Context: the socket is locked, softirqs are disabled.
 * Return: how many were answered.
 */
u32 khttpd_fast_serve(struct khttpd_conn *conn, bool softirq)
{
	struct khttpd_fast fast = { .conn = conn, .desk = khttpd_desk_take() };
	read_descriptor_t desc = { .arg.data = &fast, .count = 1 };

	if (!fast.desk)
		return 0;
	rcu_read_lock();
	fast.config = rcu_dereference(conn->server->config);
	fast.left = khttpd_fast_share(conn, fast.config);
	if (fast.left)
		tcp_read_sock(conn->sock->sk, &desc, khttpd_fast_receive);
	rcu_read_unlock();
	khttpd_desk_release(fast.desk);
	conn->nr_requests += fast.served;
	if (softirq) {
		conn->cold = fast.cold;
		khttpd_stats_add(conn->server->stats, KHTTPD_COUNT_FAST, fast.served);
	}
	return fast.served;
}
