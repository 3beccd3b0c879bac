// SPDX-License-Identifier: GPL-2.0
/* Listening sockets and accepting. */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include "conn.h"
#include "listener.h"
#include "queue.h"
#include "server.h"

/* Connections accepted before the work item gives way to others. */
#define KHTTPD_ACCEPT_BUDGET	64
#define KHTTPD_ACCEPT_RETRY	(HZ / 10)

/*
 * Unsent bytes that TCP takes from a connection: a client that reads slowly
 * pins no more of the page cache than this.  A response out of the cache fits.
 */
#define KHTTPD_NOTSENT_LOWAT	(KHTTPD_CACHE_BODY_BYTES_MAX + 16 * 1024)

static void khttpd_listener_free(struct kref *ref)
{
	kfree(container_of(ref, struct khttpd_listener, ref));
}

/**
 * khttpd_listener_put() - drop a reference
 * @listener:	freed with the last one
 *
 * Context: any.
 */
void khttpd_listener_put(struct khttpd_listener *listener)
{
	kref_put(&listener->ref, khttpd_listener_free);
}

/**
 * khttpd_listener_same() - whether a listener is one that settings ask for
 * @listener:	the listener
 * @settings:	address and more; the backlog can be changed without a new socket
 */
bool khttpd_listener_same(const struct khttpd_listener *listener,
			  const struct khttpd_listener_settings *settings)
{
	return khttpd_config_same_address(&listener->settings, settings) &&
	       listener->settings.v6only == settings->v6only;
}

/**
 * khttpd_listener_set_backlog() - change how many connections may wait
 * @listener:	listening
 * @backlog:	as listen(2) takes it
 *
 * Context: process context.
 */
void khttpd_listener_set_backlog(struct khttpd_listener *listener, u32 backlog)
{
	if (listener->settings.backlog == backlog)
		return;
	listener->settings.backlog = backlog;
	/* Of a socket that listens already this cannot fail. */
	kernel_listen(listener->sock, backlog);
}

/*
 * Softirq context, or process context with the socket locked.  A child inherits
 * the callback, but not the user data, until it is accepted.
 */
static void khttpd_listener_data_ready(struct sock *sk)
{
	struct khttpd_listener *listener;

	khttpd_trace_sk_data_ready(sk);
	if (sk->sk_state != TCP_LISTEN)
		return;
	read_lock_bh(&sk->sk_callback_lock);
	/* Without the flag that keeps children from inheriting it. */
	listener = (void *)((uintptr_t)sk->sk_user_data & SK_USER_DATA_PTRMASK);
	if (listener)
		queue_delayed_work(khttpd_wq, &listener->accept, 0);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Return: 0 after progress, -EAGAIN when none is left, or a passing error. */
static int khttpd_listener_accept(struct khttpd_listener *listener)
{
	struct socket *sock;
	int err;

	/* An administrator can destroy the socket; then it listens no more. */
	if (listener->sock->sk->sk_state != TCP_LISTEN)
		return -EAGAIN;
	err = kernel_accept(listener->sock, &sock, O_NONBLOCK);
	if (!err)
		err = khttpd_conn_open(listener, sock);
	if (err == -ENOMEM)
		khttpd_stats_refused(listener->server->stats, KHTTPD_REFUSAL_MEMORY);
	return err == -ECONNABORTED ? 0 : err;
}

/*
 * Process context, sleeps only for memory.  Runs on the module's own queue, so
 * that it never meets itself while the server's queues are replaced.
 */
static void khttpd_listener_accept_work(struct work_struct *work)
{
	struct khttpd_listener *listener = container_of(to_delayed_work(work),
							struct khttpd_listener, accept);
	int budget = KHTTPD_ACCEPT_BUDGET;
	int err;

	do {
		err = khttpd_listener_accept(listener);
	} while (!err && --budget);
	/* Nothing announces that memory is back: then look again later. */
	if (err != -EAGAIN)
		queue_delayed_work(khttpd_wq, &listener->accept,
				   err ? KHTTPD_ACCEPT_RETRY : 0);
}

static int khttpd_listener_socket(struct khttpd_listener *listener)
{
	struct khttpd_listener_settings *settings = &listener->settings;
	struct net *net = listener->server->net;
	int err;

	err = sock_create_kern(net, settings->addr.sa.sa_family, SOCK_STREAM,
			       IPPROTO_TCP, &listener->sock);
	if (err == -EAFNOSUPPORT && settings->addr.sa.sa_family == AF_INET6 &&
	    ipv6_addr_any(&settings->addr.in6.sin6_addr) && !settings->v6only)
		/* The dual-stack wildcard on a machine without IPv6. */
		err = sock_create_kern(net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
				       &listener->sock);
	if (err)
		listener->sock = NULL;
	return err;
}

/* What is set here, accepted sockets inherit. */
static int khttpd_listener_options(struct khttpd_listener *listener)
{
	struct sock *sk = listener->sock->sk;
	int lowat = KHTTPD_NOTSENT_LOWAT;

	sock_set_reuseaddr(sk);
	tcp_sock_set_nodelay(sk);
	if (sk->sk_family == AF_INET6)
		sk->sk_ipv6only = listener->settings.v6only;
	return listener->sock->ops->setsockopt(listener->sock, SOL_TCP,
					       TCP_NOTSENT_LOWAT,
					       KERNEL_SOCKPTR(&lowat), sizeof(lowat));
}

static int khttpd_listener_bind(struct khttpd_listener *listener)
{
	struct khttpd_listener_settings *settings = &listener->settings;
	struct sockaddr_in any = {
		.sin_family	 = AF_INET,
		.sin_port	 = settings->addr.in6.sin6_port,
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int err;

	if (settings->addr.sa.sa_family == AF_INET)
		err = kernel_bind(listener->sock, (khttpd_sockaddr *)&settings->addr.in,
				  sizeof(settings->addr.in));
	else if (listener->sock->sk->sk_family == AF_INET)
		err = kernel_bind(listener->sock, (khttpd_sockaddr *)&any, sizeof(any));
	else
		err = kernel_bind(listener->sock, (khttpd_sockaddr *)&settings->addr.in6,
				  sizeof(settings->addr.in6));
	if (err)
		return err;
	return kernel_listen(listener->sock, settings->backlog);
}

static void khttpd_listener_explain(int err, struct netlink_ext_ack *extack,
				    const struct nlattr *at)
{
	switch (err) {
	case -EADDRINUSE:
		NL_SET_ERR_MSG_ATTR(extack, at, "address and port are in use");
		break;
	case -EADDRNOTAVAIL:
		NL_SET_ERR_MSG_ATTR(extack, at, "not an address of this machine");
		break;
	case -EACCES:
		NL_SET_ERR_MSG_ATTR(extack, at,
				    "ports below 1024 need CAP_NET_BIND_SERVICE");
		break;
	case -EAFNOSUPPORT:
		NL_SET_ERR_MSG_ATTR(extack, at, "this machine has no IPv6");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, at, "cannot listen on this address");
	}
}

/**
 * khttpd_listener_open() - bind an address and listen on it
 * @server:	that will accept there
 * @settings:	address and backlog
 * @extack:	gets the reason of a failure; may be NULL
 * @at:		attribute to blame; may be NULL
 *
 * Connections queue up in the socket until khttpd_listener_start().
 *
 * Context: process context of the administrator, whose right to the port counts.
 * Return: the listener, for khttpd_listener_close(); or an error pointer.
 */
struct khttpd_listener *khttpd_listener_open(struct khttpd_server *server,
					     const struct khttpd_listener_settings *settings,
					     struct netlink_ext_ack *extack,
					     const struct nlattr *at)
{
	struct khttpd_listener *listener = kzalloc(sizeof(*listener), GFP_KERNEL);
	int err;

	if (!listener)
		return ERR_PTR(-ENOMEM);
	kref_init(&listener->ref);
	listener->server = server;
	listener->settings = *settings;
	INIT_DELAYED_WORK(&listener->accept, khttpd_listener_accept_work);
	err = khttpd_listener_socket(listener);
	if (!err)
		err = khttpd_listener_options(listener);
	if (!err)
		err = khttpd_listener_bind(listener);
	if (err) {
		khttpd_listener_explain(err, extack, at);
		if (listener->sock)
			sock_release(listener->sock);
		khttpd_listener_put(listener);
		return ERR_PTR(err);
	}
	return listener;
}

/**
 * khttpd_listener_start() - begin to accept
 * @listener:	of a server that has its configuration and its queues
 *
 * Context: process context.
 */
void khttpd_listener_start(struct khttpd_listener *listener)
{
	struct sock *sk = listener->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	listener->saved_data_ready = sk->sk_data_ready;
	__rcu_assign_sk_user_data_with_flags(sk, listener, SK_USER_DATA_NOCOPY);
	sk->sk_data_ready = khttpd_listener_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
	/* Somebody may have connected before the callback was in place. */
	queue_delayed_work(khttpd_wq, &listener->accept, 0);
}

/**
 * khttpd_listener_close() - stop accepting, close the socket
 * @listener:	started or not; the server's reference is dropped
 *
 * Connections that were accepted live on.  Those that were not are reset by TCP.
 *
 * Context: process context, waits for the accept work, which may sleep for
 * memory but not for clients.
 */
void khttpd_listener_close(struct khttpd_listener *listener)
{
	struct sock *sk = listener->sock->sk;

	if (listener->saved_data_ready) {
		write_lock_bh(&sk->sk_callback_lock);
		sk->sk_data_ready = listener->saved_data_ready;
		rcu_assign_sk_user_data(sk, NULL);
		write_unlock_bh(&sk->sk_callback_lock);
	}
	cancel_delayed_work_sync(&listener->accept);
	sock_release(listener->sock);
	listener->sock = NULL;
	khttpd_listener_put(listener);
}
