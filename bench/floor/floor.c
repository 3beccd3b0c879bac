// SPDX-License-Identifier: GPL-2.0
/*
 * The floor: a server that answers every request with the same bytes.
 *
 * No server of its kind can be cheaper, because none can do less: a request is
 * whatever ends with an empty line, and the response is a file that was read when
 * the module was loaded.  The parameter "softirq" says which kind: requests are
 * answered in the softirq that delivered them, or else by a work item.
 *
 * For measuring alone.  It trusts its clients, and knows the kernel 6.1.
 */
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <net/tcp.h>

static unsigned short port = 8080;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port of all IPv4 addresses");

static char *response;
module_param(response, charp, 0444);
MODULE_PARM_DESC(response, "path of the file with the response, head and content");

static bool softirq;
module_param(softirq, bool, 0444);
MODULE_PARM_DESC(softirq, "answer in the softirq that delivered the request");

static bool end;
module_param(end, bool, 0444);
MODULE_PARM_DESC(end, "end a connection after its first response");

/**
 * struct floor_conn - a connection
 * @node:	in floor_conns
 * @sock:	the accepted socket, whose lock guards what follows but @work
 * @work:	looks at the connection: receives, sends, and ends it
 * @owed:	responses that are not sent as a whole
 * @sent:	bytes that are sent of the first of these
 * @matched:	octets received of the empty line that ends a request
 * @over:	a response was sent after which the connection ends
 */
struct floor_conn {
	struct list_head	node;
	struct socket		*sock;
	struct work_struct	work;
	unsigned int		owed;
	size_t			sent;
	unsigned int		matched;
	bool			over;
};

static LIST_HEAD(floor_conns);
static DEFINE_MUTEX(floor_conns_lock);
static DECLARE_WAIT_QUEUE_HEAD(floor_gone);

static struct workqueue_struct *floor_wq;
static struct socket *floor_listener;
static void (*floor_saved_data_ready)(struct sock *sk);
static void floor_accept(struct work_struct *work);
static DECLARE_WORK(floor_accept_work, floor_accept);

static void *floor_bytes;
static size_t floor_len;

/*
 * The socket is locked.  A page that is sent as it is keeps the socket from having
 * one of its own to copy to.  Return: bytes that TCP took, or a negative errno.
 */
static int floor_send_some(struct sock *sk, size_t from, bool more)
{
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
	size_t offset = offset_in_page(from);
	size_t len = floor_len - from;

	if (len > PAGE_SIZE - offset) {
		len = PAGE_SIZE - offset;
		flags |= MSG_MORE | MSG_SENDPAGE_NOTLAST;
	}
	return tcp_sendpage_locked(sk, vmalloc_to_page(floor_bytes + from), offset, len, flags);
}

/* The socket is locked.  What there is no room for, write_space asks for again. */
static void floor_send(struct floor_conn *conn)
{
	while (conn->owed) {
		/* The end goes with the last bytes. */
		bool more = end || conn->owed > 1;
		int ret = floor_send_some(conn->sock->sk, conn->sent, more);

		if (ret < 0)
			return;
		conn->sent += ret;
		if (conn->sent < floor_len)
			continue;
		conn->sent = 0;
		conn->owed--;
		conn->over = end;
	}
}

static int floor_receive(read_descriptor_t *desc, struct sk_buff *skb,
			 unsigned int offset, size_t len)
{
	struct floor_conn *conn = desc->arg.data;
	struct skb_seq_state seq;
	unsigned int done = 0, part, i;
	const u8 *data;

	skb_prepare_seq_read(skb, offset, offset + len, &seq);
	while ((part = skb_seq_read(done, &data, &seq))) {
		for (i = 0; i < part; i++) {
			if (data[i] == "\r\n\r\n"[conn->matched])
				conn->matched++;
			else
				conn->matched = data[i] == '\r';
			if (conn->matched == 4) {
				conn->matched = 0;
				conn->owed++;
			}
		}
		done += part;
	}
	floor_send(conn);
	return len;
}

/* The socket is locked. */
static void floor_serve(struct floor_conn *conn)
{
	read_descriptor_t desc = { .arg.data = conn, .count = 1 };

	/* What the client did not take goes first. */
	if (conn->owed)
		floor_send(conn);
	tcp_read_sock(conn->sock->sk, &desc, floor_receive);
}

static bool floor_over(const struct floor_conn *conn)
{
	const struct sock *sk = conn->sock->sk;

	return conn->over || sk->sk_state != TCP_ESTABLISHED ||
	       (sk->sk_shutdown & RCV_SHUTDOWN);
}

/* -------------------------------------------------------------------- */
/* Socket callbacks: softirq, or process context with the socket locked */

static void floor_conn_data_ready(struct sock *sk)
{
	struct floor_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn) {
		bool served = softirq && !sock_owned_by_user(sk);

		/* It is locked by the softirq, if no process owns it. */
		if (served)
			floor_serve(conn);
		if (!served || conn->over)
			queue_work(floor_wq, &conn->work);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void floor_conn_state_change(struct sock *sk)
{
	struct floor_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn)
		queue_work(floor_wq, &conn->work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void floor_conn_write_space(struct sock *sk)
{
	if (!sk_stream_is_writeable(sk))
		return;
	clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	floor_conn_state_change(sk);
}

static void floor_conn_attach(struct floor_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = conn;
	sk->sk_data_ready = floor_conn_data_ready;
	sk->sk_state_change = floor_conn_state_change;
	sk->sk_write_space = floor_conn_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

static void floor_conn_detach(struct floor_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	write_unlock_bh(&sk->sk_callback_lock);
}

/* -------------------------------------------------------------------- */
/* Connections                                                          */

static void floor_conn_free(struct floor_conn *conn)
{
	mutex_lock(&floor_conns_lock);
	list_del(&conn->node);
	if (list_empty(&floor_conns))
		wake_up(&floor_gone);
	mutex_unlock(&floor_conns_lock);
	sock_release(conn->sock);
	kfree(conn);
}

static void floor_conn_work(struct work_struct *work)
{
	struct floor_conn *conn = container_of(work, struct floor_conn, work);
	struct sock *sk = conn->sock->sk;
	bool over;

	lock_sock(sk);
	floor_serve(conn);
	over = floor_over(conn);
	release_sock(sk);
	if (!over)
		return;
	floor_conn_detach(conn);
	/* Whoever queued it meanwhile was the last, and brings us back here. */
	if (!work_pending(work))
		floor_conn_free(conn);
}

static int floor_conn_open(struct socket *sock)
{
	struct floor_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);
	bool over;

	if (!conn) {
		sock_release(sock);
		return -ENOMEM;
	}
	conn->sock = sock;
	INIT_WORK(&conn->work, floor_conn_work);
	mutex_lock(&floor_conns_lock);
	list_add(&conn->node, &floor_conns);
	mutex_unlock(&floor_conns_lock);
	lock_sock(sock->sk);
	/* The request has come before, most likely. */
	floor_serve(conn);
	over = floor_over(conn);
	if (!over)
		floor_conn_attach(conn);
	release_sock(sock->sk);
	if (over)
		floor_conn_free(conn);
	return 0;
}

/* -------------------------------------------------------------------- */
/* The listening socket                                                 */

static void floor_accept(struct work_struct *work)
{
	struct socket *sock;

	while (!kernel_accept(floor_listener, &sock, O_NONBLOCK))
		if (floor_conn_open(sock))
			return;
}

/* Of accepted sockets, too, until they are attached. */
static void floor_listener_data_ready(struct sock *sk)
{
	if (sk->sk_state == TCP_LISTEN)
		queue_work(floor_wq, &floor_accept_work);
}

static int floor_listen(void)
{
	struct sockaddr_in any = {
		.sin_family	 = AF_INET,
		.sin_port	 = htons(port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int seconds = 1;
	struct sock *sk;
	int err;

	err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &floor_listener);
	if (err)
		return err;
	sk = floor_listener->sk;
	/* Accepted sockets inherit all this. */
	sock_set_reuseaddr(sk);
	tcp_sock_set_nodelay(sk);
	sk->sk_allocation = GFP_ATOMIC;
	/* Accept no sooner than there is a request, once for both. */
	floor_listener->ops->setsockopt(floor_listener, SOL_TCP, TCP_DEFER_ACCEPT,
					KERNEL_SOCKPTR(&seconds), sizeof(seconds));
	floor_saved_data_ready = sk->sk_data_ready;
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_data_ready = floor_listener_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
	err = kernel_bind(floor_listener, (struct sockaddr *)&any, sizeof(any));
	if (!err)
		err = kernel_listen(floor_listener, SOMAXCONN);
	if (err)
		sock_release(floor_listener);
	return err;
}

static void floor_unlisten(void)
{
	struct sock *sk = floor_listener->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_data_ready = floor_saved_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
	cancel_work_sync(&floor_accept_work);
	sock_release(floor_listener);
}

/* -------------------------------------------------------------------- */
/* The module                                                           */

static int floor_read_response(void)
{
	ssize_t len = kernel_read_file_from_path(response ?: "", 0, &floor_bytes, INT_MAX,
						 NULL, READING_UNKNOWN);

	if (len < 0)
		return len;
	floor_len = len;
	return 0;
}

static int __init floor_init(void)
{
	int err = floor_read_response();

	if (err)
		return err;
	err = -ENOMEM;
	floor_wq = alloc_workqueue("floor", 0, 0);
	if (!floor_wq)
		goto free_bytes;
	err = floor_listen();
	if (!err)
		return 0;
	destroy_workqueue(floor_wq);
free_bytes:
	vfree(floor_bytes);
	return err;
}

static void __exit floor_exit(void)
{
	struct floor_conn *conn;

	floor_unlisten();
	mutex_lock(&floor_conns_lock);
	/* Each work item sees the end, and frees its connection. */
	list_for_each_entry(conn, &floor_conns, node)
		kernel_sock_shutdown(conn->sock, SHUT_RDWR);
	mutex_unlock(&floor_conns_lock);
	wait_event(floor_gone, list_empty_careful(&floor_conns));
	destroy_workqueue(floor_wq);
	vfree(floor_bytes);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("Answers every request with the same bytes, for measuring");
MODULE_LICENSE("GPL");
