/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_LISTENER_H
#define KHTTPD_LISTENER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "config.h"

struct khttpd_server;

/**
 * struct khttpd_listener - a listening socket and the work that accepts
 * @node:	in the server's list, under its lock
 * @server:	that it belongs to
 * @ref:	one of the server's list, one of each connection accepted here
 * @id:		number for the administrator
 * @settings:	what it was made from, to be compared with a new list
 * @sock:	the socket; NULL once closed
 * @accept:	accepts; delayed while memory is short
 * @saved_data_ready: the socket's own callback
 * @nr_conns:	connections open now that were accepted here
 */
struct khttpd_listener {
	struct list_head		node;
	struct khttpd_server		*server;
	struct kref			ref;
	u32				id;
	struct khttpd_listener_settings	settings;
	struct socket			*sock;
	struct delayed_work		accept;
	void				(*saved_data_ready)(struct sock *sk);
	atomic_t			nr_conns;
};

struct khttpd_listener *khttpd_listener_open(struct khttpd_server *server,
					     const struct khttpd_listener_settings *settings,
					     struct netlink_ext_ack *extack,
					     const struct nlattr *at);
void khttpd_listener_start(struct khttpd_listener *listener);
void khttpd_listener_close(struct khttpd_listener *listener);
void khttpd_listener_put(struct khttpd_listener *listener);

void khttpd_listener_set_backlog(struct khttpd_listener *listener, u32 backlog);
bool khttpd_listener_same(const struct khttpd_listener *listener,
			  const struct khttpd_listener_settings *settings);

#endif /* KHTTPD_LISTENER_H */
