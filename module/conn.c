// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: socket callbacks, the work item, timeouts and the end.
 *
 * khttpd_conn_work() is the page to begin with.
 */
#include <linux/slab.h>
#include <net/tcp.h>

#include "client.h"
#include "conn.h"
#include "fast.h"
#include "http/body.h"
#include "http/parse.h"
#include "limit.h"
#include "listener.h"
#include "log.h"
#include "request.h"
#include "response.h"
#include "server.h"
#include "trace.h"

/* Steps and bytes of one pass before others get their turn. */
#define KHTTPD_CONN_STEPS	64
#define KHTTPD_CONN_BYTES	(512 * 1024)

/* First size of the buffer for a request; it grows to the limit on heads. */
#define KHTTPD_CONN_BUFFER	2048

/* Connections that there must be room for, if one that is over is to count for a tick longer. */
#define KHTTPD_CONN_SPARE	1024

/* Connections above the limit on all that are told so with 503; further ones are reset. */
#define KHTTPD_CONN_SURPLUS	64

/* Pause before trying again when memory was short. */
#define KHTTPD_CONN_RETRY	(HZ / 10)

/**
 * struct khttpd_exchange - a request and its response
 * @config:	the snapshot that counts for both; holds a reference
 * @started_ns:	CLOCK_MONOTONIC when the first byte was received
 * @request:	as far as it has been parsed
 * @body:	the content of the request, as far as it has been skipped
 * @response:	the response
 * @verdict:	status of the error that ends the connection, or 0
 * @refusal:	status that a sound request is refused with, or 0
 * @buf:	what was received and not consumed; begins with the request
 * @size:	of @buf, in bytes
 * @len:	valid bytes of @buf
 * @parsed:	@len when @request was last parsed
 */
struct khttpd_exchange {
	struct khttpd_config	*config;
	u64			started_ns;
	struct http_request	request;
	struct http_body	body;
	struct khttpd_response	response;
	u16			verdict;
	u16			refusal;
	char			*buf;
	u32			size;
	u32			len;
	u32			parsed;
};

static struct kmem_cache *khttpd_conn_cache;
static struct kmem_cache *khttpd_exchange_cache;

/* -------------------------------------------------------------------- */
/* Ownership                                                            */

/* The caller has just made the connection KHTTPD_OWNER_QUEUED; any context. */
static void khttpd_conn_queue(struct khttpd_conn *conn)
{
	struct khttpd_queues *queues;
	int cpu;

	rcu_read_lock();
	queues = rcu_dereference(conn->server->queues);
	if (conn->cold) {
		queue_work(queues->wq[KHTTPD_QUEUE_COLD], &conn->work);
	} else {
		/* Where the packets arrive, the caches are warm. */
		cpu = READ_ONCE(conn->sock->sk->sk_incoming_cpu);
		queue_work_on(cpu < 0 ? WORK_CPU_UNBOUND : cpu,
			      queues->wq[KHTTPD_QUEUE_HOT], &conn->work);
	}
	rcu_read_unlock();
}

/**
 * khttpd_conn_kick() - see to it that the work item looks at a connection
 * @conn:	kept from being freed by the caller, see struct khttpd_conn
 *
 * Context: any.
 */
void khttpd_conn_kick(struct khttpd_conn *conn)
{
	int old, new;

	/* Pairs with the one in khttpd_conn_work(): it sees what we came for. */
	smp_mb();
	old = atomic_read(&conn->owner);
	do {
		if (old == KHTTPD_OWNER_NONE)
			new = KHTTPD_OWNER_QUEUED;
		else if (old == KHTTPD_OWNER_RUNNING)
			new = KHTTPD_OWNER_AGAIN;
		else
			return;
	} while (!atomic_try_cmpxchg(&conn->owner, &old, new));
	if (new == KHTTPD_OWNER_QUEUED)
		khttpd_conn_queue(conn);
}

/* The owner queues itself anew; the connection is not its own afterwards. */
static void khttpd_conn_requeue(struct khttpd_conn *conn)
{
	atomic_set_release(&conn->owner, KHTTPD_OWNER_QUEUED);
	khttpd_conn_queue(conn);
}

/*
 * The owner has nothing more to do, and leaves the connection to @next, nobody or the
 * timer; it is not its own afterwards.
 */
static void khttpd_conn_disown(struct khttpd_conn *conn, enum khttpd_owner next)
{
	if (atomic_cmpxchg(&conn->owner, KHTTPD_OWNER_RUNNING, next) != KHTTPD_OWNER_RUNNING)
		khttpd_conn_requeue(conn);
}

/**
 * khttpd_conn_state() - what a connection waits for, or what is being done for it
 * @conn:	not the caller's own, perhaps; it may go on meanwhile
 *
 * Context: any, while something keeps the connection.
 */
enum khttpd_connection_state khttpd_conn_state(const struct khttpd_conn *conn)
{
	switch (READ_ONCE(conn->state)) {
	case KHTTPD_CONN_RECEIVE:
		return READ_ONCE(conn->idle_since) ? KHTTPD_CONNECTION_STATE_IDLE :
						     KHTTPD_CONNECTION_STATE_HEAD;
	case KHTTPD_CONN_ANSWER:
		return KHTTPD_CONNECTION_STATE_ANSWER;
	case KHTTPD_CONN_SEND:
		return KHTTPD_CONNECTION_STATE_SEND;
	case KHTTPD_CONN_SKIP:
		return KHTTPD_CONNECTION_STATE_BODY;
	default:
		return KHTTPD_CONNECTION_STATE_LINGER;
	}
}

/* -------------------------------------------------------------------- */
/* Timeouts                                                             */

/*
 * Softirq context.  Deadlines are mostly moved into the future, request by
 * request, and that costs one store; the timer notices when it expires.
 */
static void khttpd_conn_timer(struct timer_list *timer)
{
	struct khttpd_conn *conn = container_of(timer, struct khttpd_conn, timer);
	unsigned long deadline;

	if (atomic_cmpxchg(&conn->owner, KHTTPD_OWNER_PUT_OFF, KHTTPD_OWNER_QUEUED) ==
	    KHTTPD_OWNER_PUT_OFF) {
		khttpd_conn_queue(conn);
		return;
	}
	/*
	 * Pairs with the one in khttpd_conn_arm(): either we see what was stored
	 * there, or the timer is seen to be no longer pending.
	 */
	smp_mb();
	deadline = READ_ONCE(conn->deadline);
	if (time_before(jiffies, deadline) && !READ_ONCE(conn->retry))
		timer_reduce(timer, deadline);
	else
		khttpd_conn_kick(conn);
}

/* The owner begins a state that may last as long as a timeout says. */
static void khttpd_conn_expire(struct khttpd_conn *conn,
			       const struct khttpd_config *config, int timeout)
{
	WRITE_ONCE(conn->deadline, jiffies + khttpd_config_timeout(config, timeout));
}

/*
 * See to it that the timer expires at @wake or before; mostly it does.  What it is to
 * find then has been stored.
 */
static void khttpd_conn_arm(struct khttpd_conn *conn, unsigned long wake)
{
	/* Pairs with the one in khttpd_conn_timer(). */
	smp_mb();
	timer_reduce(&conn->timer, wake);
}

/* -------------------------------------------------------------------- */
/* The last response                                                    */

/*
 * Say that nothing more is to be sent; the socket is locked, by a softirq perhaps.
 * TCP forgets a FIN for which it finds no memory, and sets no timer; then the client
 * would wait for good, and so would the socket.
 */
static void khttpd_conn_finish(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	u32 seq = tcp_sk(sk)->write_seq;
	/* One that began with data in its SYN sends its FIN when the client has confirmed. */
	bool now = (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);

	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | SEND_SHUTDOWN);
	sk->sk_prot->shutdown(sk, SEND_SHUTDOWN);
	conn->unfinished = now && tcp_sk(sk)->write_seq == seq;
}

/* The same in process context, once for a connection. */
static void khttpd_conn_finish_once(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
		return;
	lock_sock(sk);
	khttpd_conn_finish(conn);
	release_sock(sk);
}

/**
 * khttpd_conn_end() - end the connection after what was just sent
 * @conn:	the caller's own; its client has said that it asks for nothing more
 *
 * Context: the socket is locked.
 */
void khttpd_conn_end(struct khttpd_conn *conn)
{
	khttpd_conn_finish(conn);
	conn->ended = true;
}

/*
 * Whether nobody has anything to say any more.  Nothing is unread, and what a client
 * may still send against its word does not count.
 */
static bool khttpd_conn_is_done(const struct khttpd_conn *conn)
{
	return conn->ended && !conn->unfinished &&
	       skb_queue_empty_lockless(&conn->sock->sk->sk_receive_queue);
}

/*
 * Whether a connection is over, and may count for a tick longer: no limit is near for
 * which somebody would be refused meanwhile.
 */
static bool khttpd_conn_may_stay(const struct khttpd_conn *conn)
{
	const struct khttpd_server *server = conn->server;
	const u32 *limit;
	bool may;

	if (conn->broken || !khttpd_conn_is_done(conn))
		return false;
	rcu_read_lock();
	limit = rcu_dereference(server->config)->settings.limit;
	may = !limit[KHTTPD_A_LIMITS_CLIENT_CONNECTIONS] &&
	      READ_ONCE(server->conns.nr) + KHTTPD_CONN_SPARE < limit[KHTTPD_A_LIMITS_CONNECTIONS];
	rcu_read_unlock();
	return may;
}

/*
 * Leave it to the next tick to close a connection that is over: nobody waits for that,
 * and all that end within a tick share one waking of a worker.  The caller, a softirq,
 * does not own it afterwards.
 */
static void khttpd_conn_put_off(struct khttpd_conn *conn)
{
	/* Should the timer expire before the connection is left to it, that is an event. */
	WRITE_ONCE(conn->retry, true);
	khttpd_conn_arm(conn, jiffies + 1);
	khttpd_conn_disown(conn, KHTTPD_OWNER_PUT_OFF);
}

/* -------------------------------------------------------------------- */
/* Cache hits                                                           */

/*
 * Answer what the cache has an answer to; the caller owns the connection, which is
 * idle, holds the socket's lock, and has softirqs disabled.  The timer is not moved.
 * Return: whether something is left for the work item.
 */
static bool khttpd_conn_hit(struct khttpd_conn *conn, bool softirq)
{
	const struct sock *sk = conn->sock->sk;

	if (khttpd_fast_serve(conn, softirq)) {
		rcu_read_lock();
		khttpd_conn_expire(conn, rcu_dereference(conn->server->config),
				   conn->ended ? KHTTPD_A_TIMEOUTS_LINGER_MS :
						 KHTTPD_A_TIMEOUTS_IDLE_MS);
		rcu_read_unlock();
		if (conn->ended)
			WRITE_ONCE(conn->state, KHTTPD_CONN_LINGER);
		if (conn->idle_since)
			WRITE_ONCE(conn->idle_since, conn->ended ? 0 : jiffies ?: 1);
	}
	return conn->broken || sk->sk_state != TCP_ESTABLISHED ||
	       !skb_queue_empty(&sk->sk_receive_queue);
}

/* The same in process context, the socket locked.  Return: also -ETIME, as of a step. */
static int khttpd_conn_hit_locked(struct khttpd_conn *conn)
{
	bool left = true;

	local_bh_disable();
	if (conn->sock->sk->sk_state == TCP_ESTABLISHED)
		left = khttpd_conn_hit(conn, false);
	local_bh_enable();
	if (!conn->broken)
		return left;
	khttpd_stats_refused(conn->server->stats, KHTTPD_REFUSAL_MEMORY);
	return -ETIME;
}

/*
 * Become the owner of a connection that is idle, in the softirq that delivers a
 * request to it.  Return: false if it is for the work item to look at.
 */
static bool khttpd_conn_take(struct khttpd_conn *conn, const struct sock *sk)
{
	const struct khttpd_server *server = conn->server;
	bool fast;

	rcu_read_lock();
	fast = rcu_dereference(server->config)->settings.cache[KHTTPD_A_CACHE_FAST];
	rcu_read_unlock();
	if (!fast || khttpd_server_stopping(server) || sock_owned_by_user(sk) ||
	    sk->sk_state != TCP_ESTABLISHED ||
	    atomic_cmpxchg(&conn->owner, KHTTPD_OWNER_NONE, KHTTPD_OWNER_RUNNING) !=
	    KHTTPD_OWNER_NONE)
		return false;
	if (conn->state == KHTTPD_CONN_RECEIVE && !conn->exchange &&
	    !READ_ONCE(conn->evicted))
		return true;
	khttpd_conn_requeue(conn);
	return false;
}

/* -------------------------------------------------------------------- */
/* Socket callbacks: softirq, or process context with the socket locked */

static void khttpd_conn_data_ready(struct sock *sk)
{
	struct khttpd_conn *conn;
	bool taken = false;

	khttpd_trace_sk_data_ready(sk);
	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn) {
		taken = khttpd_conn_take(conn, sk);
		if (!taken)
			khttpd_conn_kick(conn);
	}
	read_unlock_bh(&sk->sk_callback_lock);
	if (!taken)
		return;
	/* Its owner frees it, and nobody else: it needs no lock from here on. */
	if (!khttpd_conn_hit(conn, true)) {
		khttpd_conn_arm(conn, conn->deadline);
		khttpd_conn_disown(conn, KHTTPD_OWNER_NONE);
	} else if (khttpd_conn_may_stay(conn)) {
		khttpd_conn_put_off(conn);
	} else {
		khttpd_conn_requeue(conn);
	}
}

static void khttpd_conn_write_space(struct sock *sk)
{
	read_lock_bh(&sk->sk_callback_lock);
	/*
	 * Wait until it is worth it, as sk_stream_write_space() does.  While
	 * SOCK_NOSPACE stays set, TCP calls again when there is more room.
	 */
	if (sk->sk_user_data && __sk_stream_is_writeable(sk, 1)) {
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		khttpd_conn_kick(sk->sk_user_data);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/* A client that has sent its last byte still wants its answers. */
static void khttpd_conn_state_change(struct sock *sk)
{
	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data)
		khttpd_conn_kick(sk->sk_user_data);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Return: false if the socket has another user, a BPF program's map perhaps. */
static bool khttpd_conn_attach(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data) {
		write_unlock_bh(&sk->sk_callback_lock);
		return false;
	}
	/* data_ready was inherited from the listening socket. */
	conn->saved_data_ready = conn->listener->saved_data_ready;
	conn->saved_state_change = sk->sk_state_change;
	conn->saved_write_space = sk->sk_write_space;
	rcu_assign_sk_user_data(sk, conn);
	sk->sk_data_ready = khttpd_conn_data_ready;
	sk->sk_state_change = khttpd_conn_state_change;
	sk->sk_write_space = khttpd_conn_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
	return true;
}

static void khttpd_conn_detach(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_data_ready = conn->saved_data_ready;
	sk->sk_state_change = conn->saved_state_change;
	sk->sk_write_space = conn->saved_write_space;
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
}

/* -------------------------------------------------------------------- */
/* The exchange                                                         */

static struct khttpd_exchange *khttpd_exchange_alloc(struct khttpd_server *server)
{
	struct khttpd_exchange *exchange;

	exchange = kmem_cache_alloc(khttpd_exchange_cache, GFP_KERNEL);
	if (!exchange)
		return NULL;
	exchange->buf = kmalloc(KHTTPD_CONN_BUFFER, GFP_KERNEL);
	if (!exchange->buf) {
		kmem_cache_free(khttpd_exchange_cache, exchange);
		return NULL;
	}
	exchange->size = KHTTPD_CONN_BUFFER;
	exchange->len = 0;
	exchange->parsed = 0;
	exchange->started_ns = 0;
	exchange->verdict = 0;
	exchange->refusal = 0;
	exchange->config = khttpd_config_get(&server->config);
	http_request_init(&exchange->request);
	khttpd_response_init(&exchange->response, false);
	return exchange;
}

static void khttpd_exchange_free(struct khttpd_exchange *exchange)
{
	khttpd_response_release(&exchange->response);
	khttpd_config_put(exchange->config);
	kfree(exchange->buf);
	kmem_cache_free(khttpd_exchange_cache, exchange);
}

/* Drop the first bytes of the buffer, which have been made use of. */
static void khttpd_exchange_consume(struct khttpd_exchange *exchange, u32 len)
{
	exchange->len -= len;
	memmove(exchange->buf, exchange->buf + len, exchange->len);
}

/* Make the exchange ready for the next request, which may be there already. */
static void khttpd_exchange_renew(struct khttpd_exchange *exchange,
				  struct khttpd_server *server)
{
	khttpd_response_release(&exchange->response);
	khttpd_config_put(exchange->config);
	exchange->config = khttpd_config_get(&server->config);
	exchange->parsed = 0;
	exchange->started_ns = exchange->len ? ktime_get_ns() : 0;
	exchange->verdict = 0;
	exchange->refusal = 0;
	http_request_init(&exchange->request);
}

/* Make room in the buffer, up to the limit on request heads. */
static int khttpd_exchange_grow(struct khttpd_exchange *exchange)
{
	u32 limit = exchange->config->settings.limit[KHTTPD_A_LIMITS_HEAD_BYTES];
	u32 size = max(exchange->size, min(2 * exchange->size, limit));
	char *buf;

	if (exchange->len < exchange->size)
		return 0;
	buf = krealloc(exchange->buf, size, GFP_KERNEL | __GFP_NOWARN);
	if (!buf)
		return -ENOMEM;
	exchange->buf = buf;
	exchange->size = size;
	return 0;
}

/* -------------------------------------------------------------------- */
/*
 * Steps.  Each of them belongs to one state, returns 1 when it made progress
 * and another step may follow, or a negative errno: -EAGAIN to wait for the
 * client, -EINPROGRESS to go on in the cold queue, -ENOMEM or -ENOBUFS to try
 * again later, -EBUSY when the client has had its share for now, -ESHUTDOWN to
 * close, -ETIME to close and drop what is unsent, and any other error, of the
 * socket or a file, to close as well.
 */

/* Return: bytes received, 0 at the end of what the client sends, or an errno. */
static int khttpd_conn_recv(struct khttpd_conn *conn, void *buf, u32 len)
{
	struct msghdr msg = { };
	struct kvec iov = { .iov_base = buf, .iov_len = len };
	int ret = kernel_recvmsg(conn->sock, &msg, &iov, 1, len, MSG_DONTWAIT);

	if (ret > 0)
		khttpd_stats_add(conn->server->stats, KHTTPD_COUNT_BYTES_IN, ret);
	return ret;
}

static void khttpd_conn_begin_send(struct khttpd_conn *conn)
{
	WRITE_ONCE(conn->state, KHTTPD_CONN_SEND);
	khttpd_conn_expire(conn, conn->exchange->config, KHTTPD_A_TIMEOUTS_SEND_MS);
}

/* Answer with a status after which nothing the client sends can be understood. */
static int khttpd_conn_fail(struct khttpd_conn *conn, u16 status)
{
	conn->exchange->verdict = status;
	WRITE_ONCE(conn->state, KHTTPD_CONN_ANSWER);
	return 1;
}

/* The limits on one client.  Return: status that its request is refused with, or 0. */
static u16 khttpd_conn_refusal(struct khttpd_conn *conn, const u32 *limit)
{
	if (conn->refusal)
		return conn->refusal;
	if (khttpd_client_take(conn->client, KHTTPD_RATE_REQUESTS,
			       limit[KHTTPD_A_LIMITS_CLIENT_REQUESTS]))
		return 0;
	khttpd_limit_reached(conn->server, KHTTPD_REFUSAL_CLIENT_REQUESTS);
	return 429;
}

static int khttpd_conn_parse(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;
	const u32 *limit = exchange->config->settings.limit;
	const struct http_parse_limits limits = khttpd_config_parse_limits(exchange->config);

	exchange->parsed = exchange->len;
	switch (http_request_parse(&exchange->request, &limits, exchange->buf,
				   exchange->len)) {
	case HTTP_PARSE_DONE:
		conn->nr_requests++;
		trace_khttpd_request(conn, &exchange->request, exchange->buf);
		exchange->refusal = khttpd_conn_refusal(conn, limit);
		WRITE_ONCE(conn->state, KHTTPD_CONN_ANSWER);
		return 1;
	case HTTP_PARSE_ERROR:
		return khttpd_conn_fail(conn, exchange->request.status);
	default:
		return 1;
	}
}

/* Whether nothing has come, not even the end; what comes from now on is another event. */
static bool khttpd_conn_is_quiet(const struct khttpd_conn *conn)
{
	const struct sock *sk = conn->sock->sk;

	return READ_ONCE(sk->sk_state) == TCP_ESTABLISHED && !conn->broken &&
	       skb_queue_empty_lockless(&sk->sk_receive_queue) &&
	       !READ_ONCE(sk->sk_backlog.tail);
}

/* Where a request begins.  Return: as of a step, 1 to go on with receiving. */
static int khttpd_conn_receive_first(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	int ret;

	if (khttpd_conn_is_quiet(conn))
		return -EAGAIN;
	lock_sock(sk);
	ret = khttpd_conn_hit_locked(conn);
	release_sock(sk);
	return ret ?: -EAGAIN;
}

static int khttpd_conn_receive(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;
	int ret;

	if (!exchange || !exchange->len) {
		ret = khttpd_conn_receive_first(conn);
		if (ret < 0 || conn->ended)
			return ret;
	}
	if (!exchange) {
		exchange = khttpd_exchange_alloc(conn->server);
		if (!exchange)
			return -ENOMEM;
		conn->exchange = exchange;
		WRITE_ONCE(conn->idle_since, 0);
	}
	if (exchange->parsed < exchange->len)
		return khttpd_conn_parse(conn);
	ret = khttpd_exchange_grow(exchange);
	if (ret)
		return ret;
	ret = khttpd_conn_recv(conn, exchange->buf + exchange->len,
			       exchange->size - exchange->len);
	if (ret < 0)
		return ret;
	if (!ret)
		/* In the middle of a head there is somebody to be told. */
		return http_request_begun(&exchange->request) ?
		       khttpd_conn_fail(conn, 400) : -ESHUTDOWN;
	if (!exchange->len) {
		exchange->started_ns = ktime_get_ns();
		khttpd_conn_expire(conn, exchange->config, KHTTPD_A_TIMEOUTS_HEAD_MS);
	}
	exchange->len += ret;
	return 1;
}

/* Whether the connection goes on after this response. */
static bool khttpd_conn_persists(const struct khttpd_conn *conn)
{
	const struct khttpd_exchange *exchange = conn->exchange;
	u32 most = exchange->config->settings.limit[KHTTPD_A_LIMITS_REQUESTS];

	return !exchange->verdict && !conn->refusal &&
	       !khttpd_server_parts(conn->server, exchange->config) &&
	       (!most || conn->nr_requests < most) &&
	       khttpd_request_persists(exchange->config, &exchange->request);
}

static u16 khttpd_conn_status(const struct khttpd_conn *conn)
{
	const struct khttpd_exchange *exchange = conn->exchange;

	return exchange->verdict ?: exchange->refusal ?:
	       khttpd_request_check(exchange->config, &exchange->request);
}

static int khttpd_conn_answer(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;
	u16 status = khttpd_conn_status(conn);
	int ret;

	/* Unless it is an error already, a file will have to be opened. */
	if (!status && !conn->cold)
		return -EINPROGRESS;
	khttpd_response_init(&exchange->response, khttpd_conn_persists(conn));
	ret = khttpd_request_answer(conn, exchange->config, &exchange->request, exchange->buf,
				    status, conn->cold, &exchange->response);
	if (ret)
		return ret;
	if (!exchange->verdict)
		http_body_init(&exchange->body, &exchange->request,
			       exchange->config->settings.limit[KHTTPD_A_LIMITS_BODY_BYTES]);
	khttpd_conn_begin_send(conn);
	return 1;
}

/* Tell the log of the request at hand, whose octets are still in the buffer. */
static void khttpd_conn_log(const struct khttpd_conn *conn, u64 duration_ns, u16 flags)
{
	const struct khttpd_exchange *exchange = conn->exchange;
	const struct khttpd_outcome outcome = {
		.status = exchange->response.status,
		.flags = flags,
		.head_len = exchange->response.head_len,
		.bytes = exchange->response.sent,
		.duration_ns = duration_ns,
	};
	struct khttpd_said said;
	struct khttpd_log *log;

	rcu_read_lock();
	log = rcu_dereference(conn->server->log);
	if (log) {
		khttpd_log_hear(&said, &exchange->request, exchange->buf);
		khttpd_log_write(log, conn->sock->sk, &said, &outcome);
	}
	rcu_read_unlock();
}

/* The last response is sent. */
static int khttpd_conn_begin_linger(struct khttpd_conn *conn)
{
	const struct khttpd_exchange *exchange = conn->exchange;

	WRITE_ONCE(conn->state, KHTTPD_CONN_LINGER);
	khttpd_conn_expire(conn, exchange->config, KHTTPD_A_TIMEOUTS_LINGER_MS);
	conn->ended = !exchange->verdict && !exchange->request.keep_alive &&
		      exchange->request.framing == HTTP_FRAMING_NONE && !exchange->len;
	khttpd_conn_finish_once(conn);
	return 1;
}

static int khttpd_conn_begin_receive(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;

	khttpd_exchange_renew(exchange, conn->server);
	WRITE_ONCE(conn->state, KHTTPD_CONN_RECEIVE);
	khttpd_conn_expire(conn, exchange->config, exchange->len ?
			   KHTTPD_A_TIMEOUTS_HEAD_MS : KHTTPD_A_TIMEOUTS_IDLE_MS);
	return 1;
}

static int khttpd_conn_sent(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;
	u64 latency_ns = ktime_get_ns() - exchange->started_ns;

	khttpd_stats_response(conn->server->stats, exchange->response.status, latency_ns);
	trace_khttpd_response(conn, exchange->response.status, exchange->response.sent,
			      latency_ns, false);
	khttpd_conn_log(conn, latency_ns, 0);
	if (!exchange->verdict)
		khttpd_exchange_consume(exchange, exchange->request.head_len);
	if (!exchange->response.keep_alive)
		return khttpd_conn_begin_linger(conn);
	if (exchange->request.framing != HTTP_FRAMING_NONE) {
		WRITE_ONCE(conn->state, KHTTPD_CONN_SKIP);
		khttpd_conn_expire(conn, exchange->config, KHTTPD_A_TIMEOUTS_HEAD_MS);
		return 1;
	}
	return khttpd_conn_begin_receive(conn);
}

static u32 khttpd_conn_send_rate(const struct khttpd_conn *conn)
{
	return conn->exchange->config->settings.limit[KHTTPD_A_LIMITS_CLIENT_BYTES];
}

static int khttpd_conn_send(struct khttpd_conn *conn, size_t *bytes)
{
	struct khttpd_exchange *exchange = conn->exchange;
	u32 rate = khttpd_conn_send_rate(conn);
	size_t sent = 0;
	int ret;

	/* Of a connection that was reset the socket has to tell. */
	if (!(READ_ONCE(conn->sock->sk->sk_shutdown) & SEND_SHUTDOWN) &&
	    khttpd_client_send_wait_ns(conn->client, rate)) {
		khttpd_limit_reached(conn->server, KHTTPD_REFUSAL_CLIENT_BYTES);
		/* It is not the client that is slow. */
		khttpd_conn_expire(conn, exchange->config, KHTTPD_A_TIMEOUTS_SEND_MS);
		return -EBUSY;
	}
	if (khttpd_response_needs_disk(&exchange->response) && !conn->cold)
		return -EINPROGRESS;
	ret = khttpd_response_send(&exchange->response, conn->sock, &sent);
	/* With nothing queued no client can make room: TCP is short of memory. */
	if (ret == -EAGAIN && tcp_rtx_and_write_queues_empty(conn->sock->sk))
		ret = -ENOBUFS;
	if (sent) {
		khttpd_stats_add(conn->server->stats, KHTTPD_COUNT_BYTES_OUT, sent);
		khttpd_client_sent(conn->client, rate, sent);
		khttpd_conn_expire(conn, exchange->config, KHTTPD_A_TIMEOUTS_SEND_MS);
		*bytes += sent;
	}
	return ret ?: khttpd_conn_sent(conn);
}

static int khttpd_conn_skip(struct khttpd_conn *conn)
{
	struct khttpd_exchange *exchange = conn->exchange;
	enum http_parse parse;
	u32 used;
	int ret;

	parse = http_body_skip(&exchange->body, exchange->buf, exchange->len, &used);
	khttpd_exchange_consume(exchange, used);
	if (parse == HTTP_PARSE_ERROR)
		/* The answer is sent; where the next request begins is unknown. */
		return khttpd_conn_begin_linger(conn);
	if (parse == HTTP_PARSE_DONE)
		return khttpd_conn_begin_receive(conn);
	ret = khttpd_conn_recv(conn, exchange->buf, exchange->size);
	if (ret <= 0)
		return ret ?: -ESHUTDOWN;
	exchange->len = ret;
	return 1;
}

/*
 * If the socket were closed while bytes of the client are unread, TCP would
 * reset the connection, and the client might lose the last response.
 */
static int khttpd_conn_linger(struct khttpd_conn *conn, size_t *bytes)
{
	struct msghdr msg = { };
	int ret;

	if (khttpd_conn_is_done(conn))
		return -ESHUTDOWN;
	/* They need not even be copied. */
	iov_iter_discard(&msg.msg_iter, READ, KHTTPD_CONN_BYTES);
	ret = sock_recvmsg(conn->sock, &msg, MSG_DONTWAIT | MSG_TRUNC);
	if (ret <= 0)
		return ret ?: -ESHUTDOWN;
	khttpd_stats_add(conn->server->stats, KHTTPD_COUNT_BYTES_IN, ret);
	*bytes += ret;
	/* Who goes on, against its word perhaps, is waited for. */
	conn->ended = false;
	return 1;
}

static int khttpd_conn_step(struct khttpd_conn *conn, size_t *bytes)
{
	switch (conn->state) {
	case KHTTPD_CONN_RECEIVE:
		return khttpd_conn_receive(conn);
	case KHTTPD_CONN_ANSWER:
		return khttpd_conn_answer(conn);
	case KHTTPD_CONN_SEND:
		return khttpd_conn_send(conn, bytes);
	case KHTTPD_CONN_SKIP:
		return khttpd_conn_skip(conn);
	default:
		return khttpd_conn_linger(conn, bytes);
	}
}

/* -------------------------------------------------------------------- */
/* The end                                                              */

static void khttpd_conn_count_end(struct khttpd_conn *conn, int err)
{
	struct khttpd_stats __percpu *stats = conn->server->stats;

	/* the file ended early, or could not be read */
	if (err == -ENODATA)
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_TRUNCATED);
	else if (err != -ESHUTDOWN && err != -ETIME)
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_RESET);
}

static void khttpd_conn_free(struct khttpd_conn *conn)
{
	khttpd_client_put(conn->server->clients, conn->client, conn->refusal == 429);
	kmem_cache_free(khttpd_conn_cache, conn);
}

/* TCP goes on to send what is queued, unless it is to be reset or its namespace goes away. */
static void khttpd_conn_release(struct socket *sock, bool reset)
{
	if (reset || !khttpd_sk_hold_net(sock->sk))
		sock_no_linger(sock->sk);
	sock_release(sock);
}

/*
 * The owner ends the connection and frees it.  First nobody finds it any more:
 * neither a callback, nor the timer, nor who walks the server's list.  What
 * these did until then was to mark it for another pass that never comes.
 *
 * No callback executes after sock_release(): they run with the socket locked,
 * and tcp_close() takes that lock.
 */
static void khttpd_conn_close(struct khttpd_conn *conn, int err)
{
	struct khttpd_server *server = conn->server;

	trace_khttpd_close(conn, err);
	khttpd_conn_count_end(conn, err);
	khttpd_conn_detach(conn);
	khttpd_timer_delete_sync(&conn->timer);
	khttpd_conns_remove(&server->conns, conn);

	if (conn->exchange) {
		if (conn->state == KHTTPD_CONN_SEND)
			khttpd_conn_log(conn, ktime_get_ns() - conn->exchange->started_ns,
					KHTTPD_LOG_INCOMPLETE);
		khttpd_exchange_free(conn->exchange);
	}
	if (err != -ETIME)
		khttpd_conn_finish_once(conn);
	khttpd_conn_release(conn->sock, err == -ETIME || conn->unfinished);
	atomic_dec(&conn->listener->nr_conns);
	khttpd_listener_put(conn->listener);
	khttpd_conn_free(conn);
	khttpd_server_put(server);
}

/* The state has lasted too long.  Return: as of a step. */
static int khttpd_conn_timed_out(struct khttpd_conn *conn)
{
	struct khttpd_stats __percpu *stats = conn->server->stats;
	struct khttpd_exchange *exchange = conn->exchange;

	switch (conn->state) {
	case KHTTPD_CONN_RECEIVE:
		if (exchange && http_request_begun(&exchange->request)) {
			khttpd_stats_refused(stats, KHTTPD_REFUSAL_HEAD_TIMEOUT);
			return khttpd_conn_fail(conn, 408);
		}
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_IDLE_TIMEOUT);
		/* It said nothing, so there is nothing to be reset. */
		return -ESHUTDOWN;
	case KHTTPD_CONN_SKIP:
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_HEAD_TIMEOUT);
		return -ESHUTDOWN;
	case KHTTPD_CONN_LINGER:
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_LINGER_TIMEOUT);
		return -ESHUTDOWN;
	default:
		/* What the client does not read need not stay in memory. */
		khttpd_stats_refused(stats, KHTTPD_REFUSAL_SEND_TIMEOUT);
		return -ETIME;
	}
}

/* -------------------------------------------------------------------- */
/* The work item                                                        */

/* Whether there is no request at hand. */
static bool khttpd_conn_is_idle(const struct khttpd_conn *conn)
{
	const struct khttpd_exchange *exchange = conn->exchange;

	return conn->state == KHTTPD_CONN_RECEIVE && (!exchange || !exchange->len);
}

/*
 * Nothing can be done before the next event, or before @retry jiffies are over
 * unless they are 0.  The connection is given away.
 */
static void khttpd_conn_wait(struct khttpd_conn *conn, unsigned long retry)
{
	struct khttpd_exchange *exchange = conn->exchange;
	unsigned long wake = conn->deadline;

	/* An idle connection is a structure and a socket, nothing else. */
	if (khttpd_conn_is_idle(conn)) {
		if (exchange)
			khttpd_exchange_free(exchange);
		conn->exchange = NULL;
		WRITE_ONCE(conn->idle_since, jiffies ?: 1);
		khttpd_conns_idle(&conn->server->conns, conn);
	}
	conn->cold = conn->state == KHTTPD_CONN_SEND &&
		     khttpd_response_needs_disk(&conn->exchange->response);
	WRITE_ONCE(conn->retry, retry);
	if (retry && time_before(jiffies + retry, wake))
		wake = jiffies + retry;
	khttpd_conn_arm(conn, wake);
	khttpd_conn_disown(conn, KHTTPD_OWNER_NONE);
}

/*
 * Deadlines count where there is nothing to be done but to wait, and for a
 * client that goes on and on sending what nobody reads.
 */
static bool khttpd_conn_may_expire(const struct khttpd_conn *conn, int ret)
{
	return ret == -EAGAIN || ret == -ENOMEM || ret == -ENOBUFS ||
	       (ret > 0 && conn->state == KHTTPD_CONN_LINGER);
}

/* Jiffies until the client has earned what it was sent. */
static unsigned long khttpd_conn_pause(const struct khttpd_conn *conn)
{
	return nsecs_to_jiffies(khttpd_client_send_wait_ns(conn->client,
							   khttpd_conn_send_rate(conn))) + 1;
}

/* Whether the connection goes, as it was told to, or stays for a request that has come. */
static bool khttpd_conn_makes_room(struct khttpd_conn *conn)
{
	if (conn->exchange || !skb_queue_empty_lockless(&conn->sock->sk->sk_receive_queue)) {
		khttpd_conns_keep(&conn->server->conns, conn);
		return false;
	}
	khttpd_limit_reached(conn->server, KHTTPD_REFUSAL_EVICTED);
	return true;
}

/* Whether the connection goes, as the server stops, or stays to end what has begun. */
static bool khttpd_conn_stops(const struct khttpd_conn *conn)
{
	const struct khttpd_server *server = conn->server;

	if (!khttpd_server_stopping(server))
		return false;
	return READ_ONCE(server->cut) ||
	       (khttpd_conn_is_idle(conn) &&
		skb_queue_empty_lockless(&conn->sock->sk->sk_receive_queue));
}

/* The connection goes if the server stops.  Return: as of a step that closes, or 0. */
static int khttpd_conn_stop(struct khttpd_conn *conn)
{
	if (!khttpd_conn_stops(conn))
		return 0;
	khttpd_stats_refused(conn->server->stats, KHTTPD_REFUSAL_STOP);
	return -ESHUTDOWN;
}

/* So it does if it was told to.  Return: as of khttpd_conn_stop(). */
static int khttpd_conn_dismissal(struct khttpd_conn *conn)
{
	if (READ_ONCE(conn->killed)) {
		khttpd_stats_refused(conn->server->stats, KHTTPD_REFUSAL_KILLED);
		return -ETIME;
	}
	if (READ_ONCE(conn->evicted) && khttpd_conn_makes_room(conn))
		return -ESHUTDOWN;
	return khttpd_conn_stop(conn);
}

/* Take steps while they make progress.  Return: as of the last one. */
static int khttpd_conn_pass(struct khttpd_conn *conn)
{
	size_t bytes = 0;
	int steps = 0;
	int ret;

	do {
		ret = khttpd_conn_step(conn, &bytes);
		if (khttpd_conn_may_expire(conn, ret) &&
		    time_after_eq(jiffies, conn->deadline))
			ret = khttpd_conn_timed_out(conn);
	} while (ret > 0 && ++steps < KHTTPD_CONN_STEPS && bytes < KHTTPD_CONN_BYTES);
	/* Nobody comes again to tell one that has become idle. */
	return ret == -EAGAIN ? khttpd_conn_stop(conn) ?: ret : ret;
}

/*
 * Everything that is done for a connection is done here, by its owner.  On the
 * hot queue it does not sleep but for memory and the socket's lock; on the cold
 * one also for the disk.
 */
static void khttpd_conn_work(struct work_struct *work)
{
	struct khttpd_conn *conn = container_of(work, struct khttpd_conn, work);
	int ret;

	/* A full barrier: an event that found us queued is seen from here on. */
	atomic_xchg(&conn->owner, KHTTPD_OWNER_RUNNING);

	ret = khttpd_conn_dismissal(conn) ?: khttpd_conn_pass(conn);
	switch (ret) {
	case 1:
		khttpd_conn_requeue(conn);
		break;
	case -EINPROGRESS:
		conn->cold = true;
		khttpd_conn_requeue(conn);
		break;
	case -EAGAIN:
		khttpd_conn_wait(conn, 0);
		break;
	case -ENOMEM:
	case -ENOBUFS:
		/*
		 * TCP calls write_space() from within a send that fails for want
		 * of memory, and that must not make us try again at once, and
		 * again: what came until now is left to the timer.
		 */
		atomic_set(&conn->owner, KHTTPD_OWNER_RUNNING);
		khttpd_conn_wait(conn, KHTTPD_CONN_RETRY);
		break;
	case -EBUSY:
		khttpd_conn_wait(conn, khttpd_conn_pause(conn));
		break;
	default:
		khttpd_conn_close(conn, ret);
	}
}

static struct khttpd_conn *khttpd_conn_alloc(struct khttpd_listener *listener,
					     struct socket *sock)
{
	struct khttpd_conn *conn = kmem_cache_zalloc(khttpd_conn_cache, GFP_KERNEL);

	if (!conn)
		return NULL;
	conn->client = khttpd_client_get(listener->server->clients, sock->sk);
	if (!conn->client) {
		kmem_cache_free(khttpd_conn_cache, conn);
		return NULL;
	}
	INIT_WORK(&conn->work, khttpd_conn_work);
	timer_setup(&conn->timer, khttpd_conn_timer, 0);
	conn->sock = sock;
	conn->server = listener->server;
	conn->listener = listener;
	conn->opened = jiffies;
	atomic_set(&conn->owner, KHTTPD_OWNER_RUNNING);
	return conn;
}

/* Above a limit of its client; it is told so, if it is one of few. */
static int khttpd_conn_refuse(struct khttpd_conn *conn, enum khttpd_refusal reason)
{
	struct khttpd_server *server = conn->server;

	khttpd_limit_reached(server, reason);
	if (!khttpd_client_refuse(server->clients, conn->client))
		return -EUSERS;
	conn->refusal = 429;
	return 0;
}

/*
 * Find out whether there is room for a connection.  Return: 0 if it goes on, to be
 * served or only to be told that there is none, or -EUSERS.
 */
static int khttpd_conn_admit(struct khttpd_conn *conn, const u32 *limit)
{
	struct khttpd_server *server = conn->server;
	int above;

	if (!khttpd_client_take(conn->client, KHTTPD_RATE_CONNECTS,
				limit[KHTTPD_A_LIMITS_CLIENT_CONNECTS]))
		return khttpd_conn_refuse(conn, KHTTPD_REFUSAL_CLIENT_CONNECTS);
	if (khttpd_client_exceeds(server->clients, conn->client,
				  limit[KHTTPD_A_LIMITS_CLIENT_CONNECTIONS]))
		return khttpd_conn_refuse(conn, KHTTPD_REFUSAL_CLIENT_CONNECTIONS);
	above = khttpd_conns_make_room(&server->conns, limit[KHTTPD_A_LIMITS_CONNECTIONS]);
	if (above <= 0)
		return 0;
	khttpd_limit_reached(server, KHTTPD_REFUSAL_LIMIT);
	conn->refusal = 503;
	return above > KHTTPD_CONN_SURPLUS ? -EUSERS : 0;
}

/*
 * Answer the request if it has come already, and else be told when it comes.  Many a
 * connection ends with its first response; nobody else ever finds that one.
 *
 * Return: 0, 1 if something is left for the work item, or as of a step that closes.
 */
static int khttpd_conn_meet(struct khttpd_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	int ret = 0;

	lock_sock(sk);
	if (sk->sk_state != TCP_ESTABLISHED || !skb_queue_empty(&sk->sk_receive_queue))
		ret = khttpd_conn_hit_locked(conn);
	if (ret >= 0 && khttpd_conn_is_done(conn))
		ret = -ESHUTDOWN;
	if (ret >= 0 && !khttpd_conn_attach(conn))
		ret = -EBUSY;
	release_sock(sk);
	return ret;
}

/*
 * Make a connection of a socket, unless it is to be turned away, or over.  Return: 0
 * if the socket is taken, or an errno: -ESHUTDOWN if it is to be closed, and any other
 * if it is to be reset.
 */
static int khttpd_conn_begin(struct khttpd_listener *listener, struct socket *sock,
			     const struct khttpd_config *config)
{
	struct khttpd_conn *conn = khttpd_conn_alloc(listener, sock);
	struct khttpd_server *server = listener->server;
	int ret;

	if (!conn)
		return -ENOMEM;
	khttpd_conn_expire(conn, config, KHTTPD_A_TIMEOUTS_HEAD_MS);
	trace_khttpd_accept(conn);
	ret = khttpd_conn_admit(conn, config->settings.limit) ?: khttpd_conn_meet(conn);
	if (ret < 0) {
		trace_khttpd_close(conn, ret);
		khttpd_conn_free(conn);
		return ret;
	}
	kref_get(&listener->ref);
	atomic_inc(&listener->nr_conns);
	refcount_inc(&server->users);
	khttpd_conns_add(&server->conns, conn);
	if (ret)
		khttpd_conn_requeue(conn);
	else
		khttpd_conn_wait(conn, 0);
	return 0;
}

/**
 * khttpd_conn_open() - begin to serve an accepted socket
 * @listener:	that accepted it
 * @sock:	the socket; is taken over
 *
 * Context: the listener's accept work, may sleep for memory.
 * Return: 0, also if the connection was turned away, or -ENOMEM.
 */
int khttpd_conn_open(struct khttpd_listener *listener, struct socket *sock)
{
	struct khttpd_server *server = listener->server;
	struct khttpd_config *config;
	int err;

	khttpd_stats_add(server->stats, KHTTPD_COUNT_ACCEPTED, 1);
	config = khttpd_config_get(&server->config);
	err = khttpd_conn_begin(listener, sock, config);
	khttpd_config_put(config);
	if (err)
		/* Turned away, a client may never acknowledge a FIN. */
		khttpd_conn_release(sock, err != -ESHUTDOWN);
	return err == -ENOMEM ? err : 0;
}

int __init khttpd_conn_module_init(void)
{
	khttpd_conn_cache = KMEM_CACHE(khttpd_conn, 0);
	khttpd_exchange_cache = KMEM_CACHE(khttpd_exchange, 0);
	if (khttpd_conn_cache && khttpd_exchange_cache)
		return 0;
	khttpd_conn_module_exit();
	return -ENOMEM;
}

void khttpd_conn_module_exit(void)
{
	kmem_cache_destroy(khttpd_exchange_cache);
	kmem_cache_destroy(khttpd_conn_cache);
}
