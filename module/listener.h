/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_LISTENER_H
#define KHTTPD_LISTENER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "config.h"

struct khttpd_server;

/**
 * struct khttpd_acceptor - a listening socket and the work that accepts
 * @listener:	whose it is
 * @sock:	the socket; NULL once closed
 * @accept:	accepts; delayed while memory is short
 */
struct khttpd_acceptor {
	struct khttpd_listener	*listener;
	struct socket		*sock;
	struct delayed_work	accept;
};

/**
 * struct khttpd_listener - an address that is listened on
 * @node:	in the server's list, under its lock
 * @server:	that it belongs to
 * @ref:	one of the server's list, one of each connection accepted here
 * @id:		number for the administrator
 * @settings:	what it was made from, to be compared with a new list
 * @saved_data_ready: the sockets' own callback
 * @nr_conns:	connections open now that were accepted here
 * @nr_acceptors: entries of @acceptor
 * @acceptor:	the sockets; TCP gives a connection to one of them
 */
struct khttpd_listener {
	struct list_head		node;
	struct khttpd_server		*server;
	struct kref			ref;
	u32				id;
	struct khttpd_listener_settings	settings;
	void				(*saved_data_ready)(struct sock *sk);
	atomic_t			nr_conns;
	u32				nr_acceptors;
	struct khttpd_acceptor		acceptor[];
};

struct khttpd_listener *khttpd_listener_open(struct khttpd_server *server,
					     const struct khttpd_listener_settings *settings,
					     struct netlink_ext_ack *extack,
					     const struct nlattr *at);
void khttpd_listener_start(struct khttpd_listener *listener);
void khttpd_listener_close(struct khttpd_listener *listener);
void khttpd_listener_put(struct khttpd_listener *listener);

void khttpd_listener_update(struct khttpd_listener *listener,
			    const struct khttpd_listener_settings *settings);
bool khttpd_listener_same(const struct khttpd_listener *listener,
			  const struct khttpd_listener_settings *settings);

#endif /* KHTTPD_LISTENER_H */
