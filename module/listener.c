// SPDX-License-Identifier: GPL-2.0
/* Listening sockets and accepting. */
#include <linux/cpumask.h>
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
 * @settings:	address and more; what khttpd_listener_update() changes is of no account
 */
bool khttpd_listener_same(const struct khttpd_listener *listener,
			  const struct khttpd_listener_settings *settings)
{
	return khttpd_config_same_address(&listener->settings, settings) &&
	       listener->settings.v6only == settings->v6only &&
	       listener->settings.sockets == settings->sockets &&
	       listener->settings.send_bytes == settings->send_bytes &&
	       listener->settings.receive_bytes == settings->receive_bytes;
}

static int khttpd_acceptor_set(struct khttpd_acceptor *acceptor, int level, int option,
			       int value)
{
	struct socket *sock = acceptor->sock;
	sockptr_t val = KERNEL_SOCKPTR(&value);

	if (level == SOL_SOCKET)
		return sock_setsockopt(sock, level, option, val, sizeof(value));
	return sock->ops->setsockopt(sock, level, option, val, sizeof(value));
}

/* What can be changed while a socket listens.  Return: 0 or a negative errno. */
static int khttpd_acceptor_tune(struct khttpd_acceptor *acceptor)
{
	const struct khttpd_listener_settings *settings = &acceptor->listener->settings;

	return khttpd_acceptor_set(acceptor, SOL_TCP, TCP_DEFER_ACCEPT, settings->defer_s) ?:
	       khttpd_acceptor_set(acceptor, SOL_TCP, TCP_FASTOPEN, settings->fast_open) ?:
	       kernel_listen(acceptor->sock, settings->backlog);
}

/**
 * khttpd_listener_update() - change what needs no new socket
 * @listener:	listening
 * @settings:	the same address, as of khttpd_listener_same()
 *
 * Context: process context.
 */
void khttpd_listener_update(struct khttpd_listener *listener,
			    const struct khttpd_listener_settings *settings)
{
	u32 i;

	if (listener->settings.backlog == settings->backlog &&
	    listener->settings.defer_s == settings->defer_s &&
	    listener->settings.fast_open == settings->fast_open)
		return;
	listener->settings = *settings;
	/* Of a socket that listens already this cannot fail. */
	for (i = 0; i < listener->nr_acceptors; i++)
		khttpd_acceptor_tune(&listener->acceptor[i]);
}

/*
 * Softirq context, or process context with the socket locked.  A child inherits
 * the callback, but not the user data, until it is accepted.
 */
static void khttpd_acceptor_data_ready(struct sock *sk)
{
	struct khttpd_acceptor *acceptor;

	khttpd_trace_sk_data_ready(sk);
	if (sk->sk_state != TCP_LISTEN)
		return;
	read_lock_bh(&sk->sk_callback_lock);
	/* Without the flag that keeps children from inheriting it. */
	acceptor = (void *)((uintptr_t)sk->sk_user_data & SK_USER_DATA_PTRMASK);
	if (acceptor)
		queue_delayed_work(khttpd_wq, &acceptor->accept, 0);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Return: 0 after progress, -EAGAIN when none is left, or a passing error. */
static int khttpd_acceptor_accept(struct khttpd_acceptor *acceptor)
{
	struct khttpd_listener *listener = acceptor->listener;
	struct socket *sock;
	int err;

	/* An administrator can destroy the socket; then it listens no more. */
	if (acceptor->sock->sk->sk_state != TCP_LISTEN)
		return -EAGAIN;
	err = kernel_accept(acceptor->sock, &sock, O_NONBLOCK);
	if (!err)
		err = khttpd_conn_open(listener, sock);
	if (err == -ENOMEM)
		khttpd_stats_refused(listener->server->stats, KHTTPD_REFUSAL_MEMORY);
	return err == -ECONNABORTED ? 0 : err;
}

/*
 * Process context, sleeps only for memory and the lock of a socket.  Runs on the module's
 * own queue, so that it never meets itself while the server's queues are replaced.
 */
static void khttpd_acceptor_work(struct work_struct *work)
{
	struct khttpd_acceptor *acceptor = container_of(to_delayed_work(work),
							struct khttpd_acceptor, accept);
	int budget = KHTTPD_ACCEPT_BUDGET;
	int err;

	do {
		err = khttpd_acceptor_accept(acceptor);
	} while (!err && --budget);
	/* Nothing announces that memory is back: then look again later. */
	if (err != -EAGAIN)
		queue_delayed_work(khttpd_wq, &acceptor->accept,
				   err ? KHTTPD_ACCEPT_RETRY : 0);
}

static int khttpd_acceptor_socket(struct khttpd_acceptor *acceptor)
{
	const struct khttpd_listener_settings *settings = &acceptor->listener->settings;
	struct net *net = acceptor->listener->server->net;
	int err;

	err = sock_create_kern(net, settings->addr.sa.sa_family, SOCK_STREAM,
			       IPPROTO_TCP, &acceptor->sock);
	if (err == -EAFNOSUPPORT && settings->addr.sa.sa_family == AF_INET6 &&
	    ipv6_addr_any(&settings->addr.in6.sin6_addr) && !settings->v6only)
		/* The dual-stack wildcard on a machine without IPv6. */
		err = sock_create_kern(net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
				       &acceptor->sock);
	if (err)
		acceptor->sock = NULL;
	return err;
}

/* It is found in the network namespace of the socket. */
static int khttpd_acceptor_device(struct khttpd_acceptor *acceptor)
{
	const char *device = acceptor->listener->settings.device;

	if (!device[0])
		return 0;
	return sock_setsockopt(acceptor->sock, SOL_SOCKET, SO_BINDTODEVICE,
			       KERNEL_SOCKPTR((void *)device), strlen(device));
}

/* What is set here, accepted sockets inherit. */
static int khttpd_acceptor_options(struct khttpd_acceptor *acceptor)
{
	const struct khttpd_listener_settings *settings = &acceptor->listener->settings;
	struct sock *sk = acceptor->sock->sk;
	int err = khttpd_acceptor_device(acceptor);

	sock_set_reuseaddr(sk);
	tcp_sock_set_nodelay(sk);
	if (sk->sk_family == AF_INET6)
		sk->sk_ipv6only = settings->v6only;
	if (settings->send_bytes && !err)
		err = khttpd_acceptor_set(acceptor, SOL_SOCKET, SO_SNDBUF,
					  settings->send_bytes);
	if (settings->receive_bytes && !err)
		err = khttpd_acceptor_set(acceptor, SOL_SOCKET, SO_RCVBUF,
					  settings->receive_bytes);
	return err ?: khttpd_acceptor_set(acceptor, SOL_TCP, TCP_NOTSENT_LOWAT,
					  KHTTPD_NOTSENT_LOWAT);
}

static int khttpd_acceptor_bind(struct khttpd_acceptor *acceptor)
{
	struct khttpd_listener_settings *settings = &acceptor->listener->settings;
	struct sockaddr_in any = {
		.sin_family	 = AF_INET,
		.sin_port	 = settings->addr.in6.sin6_port,
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};

	if (settings->addr.sa.sa_family == AF_INET)
		return kernel_bind(acceptor->sock, (khttpd_sockaddr *)&settings->addr.in,
				   sizeof(settings->addr.in));
	if (acceptor->sock->sk->sk_family == AF_INET)
		return kernel_bind(acceptor->sock, (khttpd_sockaddr *)&any, sizeof(any));
	return kernel_bind(acceptor->sock, (khttpd_sockaddr *)&settings->addr.in6,
			   sizeof(settings->addr.in6));
}

/*
 * Bind the sockets and listen.  The first one is bound alone: an address that somebody
 * else uses is not shared, whatever that one thinks of it.  TCP prefers the socket of the
 * CPU that a connection arrives at (as of Linux 6.2; before, any of them).
 */
static int khttpd_listener_bind(struct khttpd_listener *listener)
{
	u32 i;

	for (i = 0; i < listener->nr_acceptors; i++) {
		struct khttpd_acceptor *acceptor = &listener->acceptor[i];
		int err = khttpd_acceptor_socket(acceptor) ?:
			  khttpd_acceptor_options(acceptor);

		if (i && !err)
			sock_set_reuseport(acceptor->sock->sk);
		err = err ?: khttpd_acceptor_bind(acceptor);
		if (!err && listener->nr_acceptors > 1) {
			sock_set_reuseport(acceptor->sock->sk);
			err = khttpd_acceptor_set(acceptor, SOL_SOCKET, SO_INCOMING_CPU,
						  cpumask_local_spread(i, NUMA_NO_NODE));
		}
		err = err ?: khttpd_acceptor_tune(acceptor);
		if (err)
			return err;
	}
	return 0;
}

/* Whether an address means nothing without a device. */
static bool khttpd_listener_is_local(const struct khttpd_listener_settings *settings)
{
	return settings->addr.sa.sa_family == AF_INET6 &&
	       ipv6_addr_type(&settings->addr.in6.sin6_addr) & IPV6_ADDR_LINKLOCAL;
}

static void khttpd_listener_explain(int err, const struct khttpd_listener_settings *settings,
				    struct netlink_ext_ack *extack, const struct nlattr *at)
{
	if (err == -EINVAL && khttpd_listener_is_local(settings)) {
		NL_SET_ERR_MSG_ATTR(extack, at, "a link-local address needs a device");
		return;
	}
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
	case -ENODEV:
		NL_SET_ERR_MSG_ATTR(extack, at, "there is no such network device");
		break;
	case -EAFNOSUPPORT:
		NL_SET_ERR_MSG_ATTR(extack, at, "this machine has no IPv6");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, at, "cannot listen on this address");
	}
}

static struct khttpd_listener *
khttpd_listener_alloc(struct khttpd_server *server,
		      const struct khttpd_listener_settings *settings)
{
	u32 i, nr = settings->sockets ?: num_online_cpus();
	struct khttpd_listener *listener;

	listener = kzalloc(struct_size(listener, acceptor, nr), GFP_KERNEL);
	if (!listener)
		return NULL;
	kref_init(&listener->ref);
	listener->server = server;
	listener->settings = *settings;
	listener->nr_acceptors = nr;
	for (i = 0; i < nr; i++) {
		listener->acceptor[i].listener = listener;
		INIT_DELAYED_WORK(&listener->acceptor[i].accept, khttpd_acceptor_work);
	}
	return listener;
}

/**
 * khttpd_listener_open() - bind an address and listen on it
 * @server:	that will accept there
 * @settings:	address and more
 * @extack:	gets the reason of a failure; may be NULL
 * @at:		attribute to blame; may be NULL
 *
 * Connections queue up in the sockets until khttpd_listener_start().
 *
 * Context: process context of the administrator, whose right to the port counts.
 * Return: the listener, for khttpd_listener_close(); or an error pointer.
 */
struct khttpd_listener *khttpd_listener_open(struct khttpd_server *server,
					     const struct khttpd_listener_settings *settings,
					     struct netlink_ext_ack *extack,
					     const struct nlattr *at)
{
	struct khttpd_listener *listener = khttpd_listener_alloc(server, settings);
	int err;

	if (!listener)
		return ERR_PTR(-ENOMEM);
	err = khttpd_listener_bind(listener);
	if (err) {
		khttpd_listener_explain(err, settings, extack, at);
		khttpd_listener_close(listener);
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
	u32 i;

	listener->saved_data_ready = listener->acceptor[0].sock->sk->sk_data_ready;
	for (i = 0; i < listener->nr_acceptors; i++) {
		struct khttpd_acceptor *acceptor = &listener->acceptor[i];
		struct sock *sk = acceptor->sock->sk;

		write_lock_bh(&sk->sk_callback_lock);
		__rcu_assign_sk_user_data_with_flags(sk, acceptor, SK_USER_DATA_NOCOPY);
		sk->sk_data_ready = khttpd_acceptor_data_ready;
		write_unlock_bh(&sk->sk_callback_lock);
		/* Somebody may have connected before the callback was in place. */
		queue_delayed_work(khttpd_wq, &acceptor->accept, 0);
	}
}

static void khttpd_acceptor_close(struct khttpd_acceptor *acceptor)
{
	struct sock *sk = acceptor->sock->sk;

	if (acceptor->listener->saved_data_ready) {
		write_lock_bh(&sk->sk_callback_lock);
		sk->sk_data_ready = acceptor->listener->saved_data_ready;
		rcu_assign_sk_user_data(sk, NULL);
		write_unlock_bh(&sk->sk_callback_lock);
	}
	cancel_delayed_work_sync(&acceptor->accept);
	sock_release(acceptor->sock);
	acceptor->sock = NULL;
}

/**
 * khttpd_listener_close() - stop accepting, close the sockets
 * @listener:	started or not, or not even opened; the server's reference is dropped
 *
 * Connections that were accepted live on.  Those that were not are reset by TCP.
 *
 * Context: process context, waits for the accept work, which may sleep for
 * memory but not for clients.
 */
void khttpd_listener_close(struct khttpd_listener *listener)
{
	u32 i;

	for (i = 0; i < listener->nr_acceptors; i++)
		if (listener->acceptor[i].sock)
			khttpd_acceptor_close(&listener->acceptor[i]);
	khttpd_listener_put(listener);
}
