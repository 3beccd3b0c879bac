/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_CONNS_H
#define KHTTPD_CONNS_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>

struct khttpd_conn;
struct khttpd_filter;

/**
 * struct khttpd_conns - the connections of a server
 * @lock:	protects all of it; process context only
 * @all:	every one, in the order in which they were accepted
 * @walks:	that are under way
 * @by_idle:	those that were idle when last looked at, in the order of their
 *		@seen_idle
 * @nr:		how many they are; read anywhere
 * @nr_evicted:	of them, those that were told to make room
 */
struct khttpd_conns {
	spinlock_t		lock;		/* see above */
	struct list_head	all;
	struct list_head	walks;
	struct rb_root_cached	by_idle;
	u32			nr;
	u32			nr_evicted;
};

/**
 * struct khttpd_conns_walk - a walk over all connections, which others may interrupt
 * @conns:	what is walked over
 * @begun:	in jiffies; connections that were accepted later are not met
 * @node:	among the walks, under the lock of the connections
 * @next:	node of the connection to be met next, or the head of their list; who
 *		takes that connection off the list moves it on
 */
struct khttpd_conns_walk {
	struct khttpd_conns	*conns;
	unsigned long		begun;
	struct list_head	node;
	struct list_head	*next;
};

void khttpd_conns_init(struct khttpd_conns *conns);

void khttpd_conns_add(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_remove(struct khttpd_conns *conns, struct khttpd_conn *conn);

int khttpd_conns_make_room(struct khttpd_conns *conns, u32 most);
void khttpd_conns_idle(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_keep(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_sweep(struct khttpd_conns *conns);
u32 khttpd_conns_kill(struct khttpd_conns *conns, const struct khttpd_filter *filter);

void khttpd_conns_walk_begin(struct khttpd_conns_walk *walk, struct khttpd_conns *conns);
struct khttpd_conn *khttpd_conns_walk_here(const struct khttpd_conns_walk *walk);
void khttpd_conns_walk_on(struct khttpd_conns_walk *walk);
void khttpd_conns_walk_end(struct khttpd_conns_walk *walk);

static inline u32 khttpd_conns_number(const struct khttpd_conns *conns)
{
	return READ_ONCE(conns->nr);
}

#endif /* KHTTPD_CONNS_H */
