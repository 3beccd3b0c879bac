/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_CONN_H
#define KHTTPD_CONN_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include <uapi/linux/khttpd.h>

struct khttpd_client;
struct khttpd_exchange;
struct khttpd_listener;
struct khttpd_server;

/**
 * enum khttpd_owner - who may touch a connection
 * @KHTTPD_OWNER_NONE:	nobody; the next event queues the work item
 * @KHTTPD_OWNER_QUEUED: the work item, as soon as it executes
 * @KHTTPD_OWNER_RUNNING: the work item that executes, or accepts, or the softirq that answers
 * @KHTTPD_OWNER_AGAIN:	the same, and an event came meanwhile
 * @KHTTPD_OWNER_PUT_OFF: the timer, which will queue the work item; no event does
 *
 * A work item is kept from meeting itself only within one workqueue.  Here it
 * moves between two, and both may be replaced, so ownership is explicit.
 */
enum khttpd_owner {
	KHTTPD_OWNER_NONE,
	KHTTPD_OWNER_QUEUED,
	KHTTPD_OWNER_RUNNING,
	KHTTPD_OWNER_AGAIN,
	KHTTPD_OWNER_PUT_OFF,
};

/**
 * enum khttpd_conn_state - what a connection waits for or does
 * @KHTTPD_CONN_RECEIVE: for a request head
 * @KHTTPD_CONN_ANSWER:	looks for what was asked for
 * @KHTTPD_CONN_SEND:	sends the response
 * @KHTTPD_CONN_SKIP:	receives the content of the request, to no purpose
 * @KHTTPD_CONN_LINGER:	for the client to close, after the last response
 */
enum khttpd_conn_state {
	KHTTPD_CONN_RECEIVE,
	KHTTPD_CONN_ANSWER,
	KHTTPD_CONN_SEND,
	KHTTPD_CONN_SKIP,
	KHTTPD_CONN_LINGER,
};

/**
 * struct khttpd_conn - a connection
 * @work:	does everything that is done for it
 * @owner:	enum khttpd_owner; what is not marked belongs to the owner
 * @state:	enum khttpd_conn_state
 * @cold:	which queue the work item executes on, or will next
 * @evicted:	to be closed if idle, to make room; written under the lock of @node
 * @killed:	to be reset, as an administrator wants it; written under the same lock
 * @listed:	whether @by_idle is in its tree; written under the same lock
 * @refusal:	status that its only request is answered with, as the connection is
 *		above a limit; or 0
 * @broken:	of a response only a part could be sent
 * @ended:	the response after which the client asks for nothing was sent, as it said
 * @unfinished:	the FIN behind the last response was lost for want of memory
 * @retry:	memory was short, or the connection is put off; the timer is to wake
 *		it, come what may
 * @nr_requests: on this connection so far
 * @opened:	in jiffies; when it was accepted
 * @deadline:	in jiffies; when the state has lasted too long
 * @timer:	armed at or before @deadline, seldom moved
 * @exchange:	the request at hand; NULL while the connection is idle
 * @sock:	its socket
 * @server:	holds a reference
 * @listener:	that accepted it, holds a reference
 * @client:	whose it is, holds a reference
 * @idle_since:	in jiffies, never 0; or 0 while there is a request at hand
 * @node:	among the server's connections, under the lock of these
 * @by_idle:	among the idle ones by @seen_idle, under the same lock
 * @seen_idle:	an earlier or the present value of @idle_since, under the same lock
 * @saved_data_ready: the socket's own callback
 * @saved_state_change: the socket's own callback
 * @saved_write_space: the socket's own callback
 *
 * The owner frees it, see khttpd_conn_close(), and nobody else does.  Who is
 * not the owner finds it through the socket, under sk_callback_lock, through
 * the server's connections, under their lock, or from its timer; the owner takes
 * it out of all three first.
 */
struct khttpd_conn {
	struct work_struct	work;
	atomic_t		owner;
	u8			state;
	bool			cold;
	bool			evicted;
	bool			killed;
	bool			listed;
	bool			broken;
	bool			ended;
	bool			unfinished;
	bool			retry;
	u16			refusal;
	u32			nr_requests;
	unsigned long		opened;
	unsigned long		deadline;
	struct timer_list	timer;
	struct khttpd_exchange	*exchange;
	struct socket		*sock;
	struct khttpd_server	*server;
	struct khttpd_listener	*listener;
	struct khttpd_client	*client;
	unsigned long		idle_since;
	struct list_head	node;
	struct rb_node		by_idle;
	unsigned long		seen_idle;
	void			(*saved_data_ready)(struct sock *sk);
	void			(*saved_state_change)(struct sock *sk);
	void			(*saved_write_space)(struct sock *sk);
};

int khttpd_conn_open(struct khttpd_listener *listener, struct socket *sock);
void khttpd_conn_kick(struct khttpd_conn *conn);
void khttpd_conn_end(struct khttpd_conn *conn);
enum khttpd_connection_state khttpd_conn_state(const struct khttpd_conn *conn);

/* Milliseconds since it was accepted; while something keeps the connection. */
static inline u64 khttpd_conn_age_ms(const struct khttpd_conn *conn)
{
	return jiffies64_to_msecs(jiffies - conn->opened);
}

int khttpd_conn_module_init(void);
void khttpd_conn_module_exit(void);

#endif /* KHTTPD_CONN_H */
